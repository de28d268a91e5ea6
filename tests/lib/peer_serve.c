/* See peer_serve.h. */
#include "peer_serve.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kumatop/when.h"

#include "peer_conn.h"
#include "peer_steps.h"

enum { FAMILIES = 2, EVENTS = 256, FILLERS = 2, BACKLOG = 4096 };

struct server {
	struct worker_shared *shared;
	int epoll, control;
	const int *reserved;
	int listeners[FAMILIES];	/* -1: none */
	int fillers[FAMILIES][FILLERS];	/* of a full backlog */
	size_t families;
	bool full;			/* no descriptors left: listeners rest */
	struct script_set *set;
	struct conn *conns;
	struct conn *doomed;		/* freed at the end of the turn: events may still name them */
};

static _Noreturn void die(const struct server *server, const char *what)
{
	worker_note(server->shared, "error 0 %s: %s", what, strerror(errno));
	dprintf(2, "peer: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void watch(const struct server *server, int fd, uint32_t events, void *what)
{
	struct epoll_event event = { .events = events, .data.ptr = what };

	if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		die(server, "epoll_ctl");
}

static void open_listener(struct server *server, size_t family)
{
	struct sockaddr_storage address = { 0 };
	socklen_t length = sizeof address;
	const int yes = 1;
	bool full = server->set->mode == LISTEN_FULL;
	int fd;
	size_t i;

	if (getsockname(server->reserved[family], (struct sockaddr *)&address, &length) < 0)
		die(server, "getsockname");
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0
	    || (address.ss_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) < 0)
	    || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, full ? 0 : BACKLOG) < 0)
		die(server, "listen");
	server->listeners[family] = fd;
	if (!full) {
		watch(server, fd, EPOLLIN, &server->listeners[family]);
		return;
	}
	for (i = 0; i < FILLERS; i++) {
		int filler = socket(address.ss_family, SOCK_STREAM | (i ? SOCK_NONBLOCK : 0) | SOCK_CLOEXEC, 0);
		if (filler < 0 || (connect(filler, (struct sockaddr *)&address, length) < 0 && errno != EINPROGRESS))
			die(server, "filling the backlog");
		server->fillers[family][i] = filler;
	}
}

static void close_listener(struct server *server, size_t family)
{
	size_t i;

	if (server->listeners[family] >= 0)
		close(server->listeners[family]);
	server->listeners[family] = -1;
	for (i = 0; i < FILLERS; i++) {
		if (server->fillers[family][i] >= 0)
			close(server->fillers[family][i]);
		server->fillers[family][i] = -1;
	}
}

static void use_set(struct server *server, struct script_set *set)
{
	bool same = server->set && server->set->mode == LISTEN_OPEN && set->mode == LISTEN_OPEN;
	size_t i;

	script_release(server->set);
	server->set = set;
	for (i = 0; i < server->families && !same; i++) {
		close_listener(server, i);
		if (set->mode != LISTEN_REFUSE)
			open_listener(server, i);
	}
	worker_note(server->shared, "script %zu", set->count);
}

static void rest_listeners(struct server *server, bool rest)
{
	size_t i;

	server->full = rest;
	for (i = 0; i < server->families; i++) {
		struct epoll_event event = { .events = rest ? 0 : EPOLLIN, .data.ptr = &server->listeners[i] };
		if (server->listeners[i] >= 0)
			(void)epoll_ctl(server->epoll, EPOLL_CTL_MOD, server->listeners[i], &event);
	}
}

static void drop_conn(struct server *server, struct conn *conn)
{
	if (conn->registered)
		(void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, conn->fd, NULL);
	if (conn->previous)
		conn->previous->next = conn->next;
	else
		server->conns = conn->next;
	if (conn->next)
		conn->next->previous = conn->previous;
	conn->next = server->doomed;
	conn->previous = conn;		/* marks it */
	server->doomed = conn;
}

static void free_doomed(struct server *server)
{
	bool any = server->doomed;

	while (server->doomed) {
		struct conn *conn = server->doomed;
		server->doomed = conn->next;
		conn_destroy(conn);
		atomic_fetch_sub(&server->shared->open, 1);
	}
	if (any && server->full)
		rest_listeners(server, false);
}

static void run_conn(struct server *server, struct conn *conn)
{
	uint32_t events;

	if (steps_run(conn, server->shared) == IO_GONE) {
		drop_conn(server, conn);
		return;
	}
	events = conn->wants | EPOLLERR;	/* never 0: that it is registered */
	if (events != conn->registered) {
		struct epoll_event event = { .events = events, .data.ptr = conn };
		if (epoll_ctl(server->epoll, conn->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, conn->fd, &event) < 0)
			die(server, "epoll_ctl");
		conn->registered = events;
	}
}

static void wake_conn(struct server *server, struct conn *conn, uint32_t events)
{
	bool waits_for_io = conn->wants & (EPOLLIN | EPOLLOUT);

	if (!waits_for_io && events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
		worker_note(server->shared, "gone %u", conn->number);
		drop_conn(server, conn);
		return;
	}
	run_conn(server, conn);
}

static void accept_all(struct server *server, int listener)
{
	const int yes = 1;

	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct conn *conn;

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE)
				rest_listeners(server, true);
			return;
		}
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
		conn = conn_create(fd, atomic_fetch_add(&server->shared->connections, 1) + 1, server->set);
		atomic_fetch_add(&server->shared->open, 1);
		conn->next = server->conns;
		if (conn->next)
			conn->next->previous = conn;
		server->conns = conn;
		worker_note(server->shared, "accept %u", conn->number);
		run_conn(server, conn);
	}
}

static void run_timers(struct server *server)
{
	int64_t now = mono_now().us;
	struct conn *conn, *next;

	for (conn = server->conns; conn; conn = next) {
		next = conn->next;
		if (conn->wake_us && conn->wake_us <= now)
			run_conn(server, conn);
	}
}

static int next_timeout_ms(const struct server *server)
{
	int64_t first = INT64_MAX, left;
	const struct conn *conn;

	for (conn = server->conns; conn; conn = conn->next)
		if (conn->wake_us && conn->wake_us < first)
			first = conn->wake_us;
	if (first == INT64_MAX)
		return -1;
	left = (first - mono_now().us + 999) / 1000;
	return left < 0 ? 0 : left < 60000 ? (int)left : 60000;
}

static void take_order(struct server *server)
{
	char *text = worker_receive(server->control);
	struct script_set *set;

	if (!text)
		_exit(0);
	set = script_parse(text, NULL);		/* the sender has parsed it before */
	free(text);
	if (set)
		use_set(server, set);
	worker_taken(server->control);
}

static void handle(struct server *server, const struct epoll_event *event)
{
	size_t i;

	if (event->data.ptr == &server->control) {
		take_order(server);
		return;
	}
	for (i = 0; i < server->families; i++)
		if (event->data.ptr == &server->listeners[i]) {
			if (server->listeners[i] >= 0)
				accept_all(server, server->listeners[i]);
			return;
		}
	if (((struct conn *)event->data.ptr)->previous != event->data.ptr)
		wake_conn(server, event->data.ptr, event->events);
}

void peer_serve(struct worker_shared *shared, int control, const int *fds, void *arg)
{
	struct server server = { .shared = shared, .control = control, .reserved = fds, .listeners = { -1, -1 },
		.fillers = { { -1, -1 }, { -1, -1 } } };
	struct script_set *set = arg;
	struct epoll_event events[EVENTS];
	int n, i;

	server.families = (size_t)set->ipv4 + (size_t)set->ipv6;
	assert(server.families <= FAMILIES);
	server.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (server.epoll < 0)
		die(&server, "epoll_create1");
	watch(&server, control, EPOLLIN, &server.control);
	use_set(&server, set);
	worker_taken(control);
	for (;;) {
		n = epoll_wait(server.epoll, events, EVENTS, next_timeout_ms(&server));
		if (n < 0 && errno != EINTR)
			die(&server, "epoll_wait");
		for (i = 0; i < n; i++)
			handle(&server, &events[i]);
		run_timers(&server);
		free_doomed(&server);
	}
}
