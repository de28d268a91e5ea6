/* Checks on a bare epoll loop; see reference.h. */
#include "reference.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "measure.h"

enum mode { MODE_TCP, MODE_HTTP, MODE_TLS };

struct connection {
	int fd;
	SSL *tls;
	bool sent;
	size_t got;
};

struct run {
	const struct work *work;
	enum mode mode;
	SSL_CTX *context;
	int epoll;
	bool paced;		/* the next is begun in its own time, and not when one has ended */
	unsigned begun, ended, failed;
};

static const char request[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n";

static bool begin(struct run *run)
{
	struct connection *connection = heap_zero(1, sizeof(*connection));
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)run->work->port),
	};
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = connection };

	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (connection->fd < 0)
		return false;
	run->begun++;
	if (connect(connection->fd, (struct sockaddr *)&address, sizeof(address)) != 0 && errno != EINPROGRESS)
		return false;
	if (run->mode == MODE_TLS) {
		connection->tls = SSL_new(run->context);
		SSL_set_fd(connection->tls, connection->fd);
		SSL_set_connect_state(connection->tls);
		SSL_set1_host(connection->tls, "localhost");
	}
	return epoll_ctl(run->epoll, EPOLL_CTL_ADD, connection->fd, &event) == 0;
}

static void end(struct run *run, struct connection *connection, bool fine)
{
	run->ended++;
	run->failed += !fine;
	SSL_free(connection->tls);
	close(connection->fd);
	free(connection);
	if (!run->paced && run->begun < run->work->checks && !begin(run))
		run->failed++;
}

static void wait_for(struct run *run, struct connection *connection, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = connection };

	epoll_ctl(run->epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

static void step_http(struct run *run, struct connection *connection)
{
	char answer[4096];
	ssize_t got;

	if (!connection->sent) {
		connection->sent = send(connection->fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0;
		if (connection->sent)
			wait_for(run, connection, EPOLLIN);
		else
			end(run, connection, false);
		return;
	}
	got = recv(connection->fd, answer, sizeof(answer), 0);
	if (got > 0)
		connection->got += (size_t)got;
	else if (got == 0 || errno != EAGAIN)
		end(run, connection, connection->got > 0);
}

static void step_tls(struct run *run, struct connection *connection)
{
	char answer[4096];
	int done, why;

	if (!connection->sent) {
		done = SSL_write(connection->tls, request, sizeof(request) - 1);
		connection->sent = done > 0;
	} else {
		done = SSL_read(connection->tls, answer, sizeof(answer));
		connection->got += done > 0 ? (size_t)done : 0;
	}
	if (done > 0) {
		wait_for(run, connection, EPOLLIN);
		return;
	}
	why = SSL_get_error(connection->tls, done);
	if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
		wait_for(run, connection, why == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT);
	else
		end(run, connection, connection->got > 0);
}

static void step(struct run *run, struct connection *connection)
{
	int error = 0;
	socklen_t length = sizeof(error);

	if (run->mode == MODE_TCP) {
		getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &length);
		end(run, connection, error == 0);
	} else if (run->mode == MODE_HTTP) {
		step_http(run, connection);
	} else {
		step_tls(run, connection);
	}
}

static bool carry_out(const struct work *work, enum mode mode)
{
	struct run run = { .work = work, .mode = mode, .epoll = epoll_create1(EPOLL_CLOEXEC) };
	struct epoll_event events[256];

	if (mode == MODE_TLS) {
		run.context = SSL_CTX_new(TLS_client_method());
		SSL_CTX_set_verify(run.context, SSL_VERIFY_PEER, NULL);
		if (!SSL_CTX_load_verify_locations(run.context, work->authority, NULL))
			return false;
	}
	cpu_begins();
	for (unsigned i = 0; i < work->in_flight && i < work->checks; i++)
		if (!begin(&run))
			return false;
	while (run.ended < work->checks) {
		int count = epoll_wait(run.epoll, events, 256, -1);

		for (int i = 0; i < count; i++)
			step(&run, events[i].data.ptr);
	}
	close(run.epoll);
	SSL_CTX_free(run.context);
	return run.failed == 0;
}

/* Begins the next check when its time has come; returns for how many milliseconds to wait for sockets. */
static int keep_pace(struct run *run, struct mono since, int64_t gap_us)
{
	int64_t wait_us = (int64_t)run->begun * gap_us - mono_between_us(since, mono_now());

	while (wait_us <= 0 && run->begun < run->work->checks) {
		if (!begin(run))
			run->failed++;
		wait_us += gap_us;
	}
	return run->begun < run->work->checks ? (int)((wait_us + 999) / 1000) : 1000;
}

bool reference_http_paced(const struct work *work, unsigned a_second)
{
	struct run run = { .work = work, .mode = MODE_HTTP, .epoll = epoll_create1(EPOLL_CLOEXEC), .paced = true };
	struct epoll_event events[256];
	struct mono since = mono_now();

	while (run.ended < work->checks && !run.failed) {
		int count = epoll_wait(run.epoll, events, 256, keep_pace(&run, since, SECOND_US / a_second));

		for (int i = 0; i < count; i++)
			step(&run, events[i].data.ptr);
	}
	close(run.epoll);
	return run.failed == 0;
}

bool reference_tcp(const struct work *work)
{
	return carry_out(work, MODE_TCP);
}

bool reference_http(const struct work *work)
{
	return carry_out(work, MODE_HTTP);
}

bool reference_tls(const struct work *work)
{
	return carry_out(work, MODE_TLS);
}
