/* See dns_peer.h. The worker is one poll() loop: it is not for thousands of TCP clients. */
#include "dns_peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "dns_zone.h"
#include "worker.h"

enum { FD_UDP, FD_TCP, FDS, TCP_CLIENTS = 64, BACKLOG = 1024 };

struct dns_peer {
	struct worker worker;
	uint16_t port;
	char address[32];
};

/* An answer that waits for its time. */
struct late {
	struct late *next;
	int64_t due_us;
	struct sockaddr_in to;
	size_t client;		/* TCP: its place; TCP_CLIENTS: UDP */
	uint64_t serial;	/* of the connection there */
	size_t length;
	unsigned char data[DNS_MESSAGE + 2];	/* begins with the length, as TCP wants it */
};

struct client {
	int fd;			/* -1: free */
	uint64_t serial;
	size_t length;
	unsigned char data[DNS_MESSAGE + 2];
};

struct server {
	struct worker_shared *shared;
	const int *fds;
	struct dns_zone *zone;
	struct late *late;
	uint64_t serials;
	struct client clients[TCP_CLIENTS];
};

static void deliver(struct server *server, const struct late *late)
{
	const struct client *client = late->client < TCP_CLIENTS ? &server->clients[late->client] : NULL;

	if (!client)
		(void)sendto(server->fds[FD_UDP], late->data + 2, late->length, MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&late->to,
		    sizeof late->to);
	else if (client->fd >= 0 && client->serial == late->serial)
		(void)send(client->fd, late->data, late->length + 2, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Answers now, or puts the answer aside. from: over UDP; else NULL, and it came from the client in that place. */
static void take_query(struct server *server, const unsigned char *query, size_t length, const struct sockaddr_in *from, size_t place)
{
	bool udp = from;
	struct dns_question question;
	struct late late = { .client = place }, *kept;
	int delay_ms;

	if (!dns_question_read(query, length, &question))
		return;
	worker_note(server->shared, "request %s %s %s", udp ? "udp" : "tcp", question.name, dns_type_name(question.type));
	atomic_fetch_add(&server->shared->requests, 1);
	late.length = dns_zone_answer(server->zone, query, &question, udp, late.data + 2, &delay_ms);
	if (!late.length)
		return;
	late.data[0] = (unsigned char)(late.length >> 8);
	late.data[1] = (unsigned char)late.length;
	if (from)
		late.to = *from;
	else
		late.serial = server->clients[place].serial;
	if (!delay_ms) {
		deliver(server, &late);
		return;
	}
	late.due_us = mono_add_ms(mono_now(), delay_ms).us;
	kept = heap_zero(1, sizeof *kept);
	*kept = late;
	kept->next = server->late;
	server->late = kept;
}

static void read_udp(struct server *server)
{
	unsigned char query[DNS_MESSAGE];
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	ssize_t n;

	while ((n = recvfrom(server->fds[FD_UDP], query, sizeof query / 2, MSG_DONTWAIT, (struct sockaddr *)&from, &size)) >= 0) {
		take_query(server, query, (size_t)n, &from, TCP_CLIENTS);
		size = sizeof from;
	}
}

static void accept_tcp(struct server *server)
{
	int fd = accept4(server->fds[FD_TCP], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	size_t i;

	if (fd < 0)
		return;
	for (i = 0; i < TCP_CLIENTS; i++)
		if (server->clients[i].fd < 0) {
			server->clients[i] = (struct client){ .fd = fd, .serial = ++server->serials };
			atomic_fetch_add(&server->shared->connections, 1);
			return;
		}
	close(fd);
}

static void read_tcp(struct server *server, size_t place)
{
	struct client *client = &server->clients[place];
	ssize_t n = recv(client->fd, client->data + client->length, sizeof client->data - client->length, 0);

	if (n <= 0) {
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		close(client->fd);
		client->fd = -1;
		return;
	}
	client->length += (size_t)n;
	while (client->length >= 2) {
		size_t length = (size_t)(client->data[0] << 8 | client->data[1]);
		if (length > DNS_MESSAGE / 2) {		/* an answer must have room behind it */
			close(client->fd);
			client->fd = -1;
			return;
		}
		if (client->length < length + 2)
			return;
		take_query(server, client->data + 2, length, NULL, place);
		client->length -= length + 2;
		memmove(client->data, client->data + length + 2, client->length);
	}
}

/* Sends what is due. Returns the milliseconds until the next, -1 for none. */
static int send_late(struct server *server)
{
	int64_t now = mono_now().us, next = INT64_MAX;
	struct late **at = &server->late;

	while (*at) {
		struct late *late = *at;
		if (late->due_us <= now) {
			deliver(server, late);
			*at = late->next;
			free(late);
			continue;
		}
		if (late->due_us < next)
			next = late->due_us;
		at = &late->next;
	}
	return next == INT64_MAX ? -1 : (int)((next - now + 999) / 1000);
}

static void take_order(struct server *server, int control)
{
	char *text = worker_receive(control);
	struct dns_zone *zone;

	if (!text)
		_exit(0);
	zone = dns_zone_parse(text, NULL);
	free(text);
	if (zone) {
		dns_zone_destroy(server->zone);
		server->zone = zone;
	}
	worker_note(server->shared, "records");
	worker_taken(control);
}

static void serve(struct worker_shared *shared, int control, const int *fds, void *arg)
{
	struct server *server = heap_zero(1, sizeof *server);
	struct pollfd waiting[1 + FDS + TCP_CLIENTS];
	size_t i;

	server->shared = shared;
	server->fds = fds;
	server->zone = arg;
	for (i = 0; i < TCP_CLIENTS; i++)
		server->clients[i].fd = -1;
	worker_taken(control);
	for (;;) {
		int timeout = send_late(server);

		waiting[0] = (struct pollfd){ .fd = control, .events = POLLIN };
		for (i = 0; i < FDS; i++)
			waiting[1 + i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
		for (i = 0; i < TCP_CLIENTS; i++)
			waiting[1 + FDS + i] = (struct pollfd){ .fd = server->clients[i].fd, .events = POLLIN };
		if (poll(waiting, sizeof waiting / sizeof *waiting, timeout) < 0 && errno != EINTR)
			_exit(1);
		if (waiting[0].revents)
			take_order(server, control);
		for (i = 0; i < TCP_CLIENTS; i++)
			if (waiting[1 + FDS + i].revents)
				read_tcp(server, i);
		if (waiting[1 + FD_UDP].revents)
			read_udp(server);
		if (waiting[1 + FD_TCP].revents)
			accept_tcp(server);
	}
}

/* The same port for both; a port that is free for UDP may be taken for TCP. */
static bool open_sockets(int fds[FDS], uint16_t *port)
{
	struct sockaddr_in address;
	socklen_t length;
	int attempt;

	for (attempt = 0; attempt < 100; attempt++) {
		address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		length = sizeof address;
		fds[FD_UDP] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		fds[FD_TCP] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (fds[FD_UDP] >= 0 && fds[FD_TCP] >= 0 && bind(fds[FD_TCP], (struct sockaddr *)&address, length) == 0
		    && getsockname(fds[FD_TCP], (struct sockaddr *)&address, &length) == 0
		    && bind(fds[FD_UDP], (struct sockaddr *)&address, length) == 0 && listen(fds[FD_TCP], BACKLOG) == 0) {
			*port = ntohs(address.sin_port);
			return true;
		}
		if (fds[FD_UDP] >= 0)
			close(fds[FD_UDP]);
		if (fds[FD_TCP] >= 0)
			close(fds[FD_TCP]);
	}
	return false;
}

struct dns_peer *dns_peer_start_logged(const char *records, const char *log_path, struct error *err)
{
	struct dns_zone *zone = dns_zone_parse(records, err);
	struct dns_peer *peer;
	int fds[FDS];
	bool started;

	if (!zone)
		return NULL;
	peer = heap_zero(1, sizeof *peer);
	if (!open_sockets(fds, &peer->port)) {
		error_errno(err, EXIT_UNAVAILABLE, "no port to be had on the loopback");
		dns_zone_destroy(zone);
		free(peer);
		return NULL;
	}
	snprintf(peer->address, sizeof peer->address, "127.0.0.1:%u", peer->port);
	started = worker_start(&peer->worker, serve, zone, fds, FDS, log_path, err);
	close(fds[FD_UDP]);
	close(fds[FD_TCP]);
	dns_zone_destroy(zone);
	if (started)
		return peer;
	free(peer);
	return NULL;
}

struct dns_peer *dns_peer_start(const char *records, struct error *err)
{
	return dns_peer_start_logged(records, NULL, err);
}

void dns_peer_stop(struct dns_peer *peer)
{
	if (!peer)
		return;
	worker_stop(&peer->worker);
	free(peer);
}

bool dns_peer_set(struct dns_peer *peer, const char *records, struct error *err)
{
	struct dns_zone *zone = dns_zone_parse(records, err);

	if (!zone)
		return false;
	dns_zone_destroy(zone);
	return worker_tell(&peer->worker, records, err);
}

uint16_t dns_peer_port(const struct dns_peer *peer)
{
	return peer->port;
}

const char *dns_peer_address(const struct dns_peer *peer)
{
	return peer->address;
}

unsigned dns_peer_queries(const struct dns_peer *peer)
{
	return atomic_load(&peer->worker.shared->requests);
}

char *dns_peer_log(const struct dns_peer *peer)
{
	return worker_log(&peer->worker);
}
