/* The other end of the benches; see server.h. One epoll loop, no parsing beyond the end of a request. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/peer_cert.h"
#include "kumatop/heap.h"

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\nConnection: close\r\n\r\nHello, bench!";

struct client {
	int fd;
	SSL *tls;
};

static void drop(struct client *client)
{
	SSL_free(client->tls);
	close(client->fd);
	free(client);
}

static void accept_all(int epoll, int listener, SSL_CTX *context, enum server_kind kind)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct client *client = heap_zero(1, sizeof(*client));
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };

		client->fd = fd;
		if (context) {
			client->tls = SSL_new(context);
			SSL_set_fd(client->tls, fd);
			SSL_set_accept_state(client->tls);
		}
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
			drop(client);
	}
}

static void serve_plain(struct client *client, enum server_kind kind)
{
	char request[4096];
	ssize_t got = recv(client->fd, request, sizeof(request), 0);

	if (got < 0 && errno == EAGAIN)
		return;
	if (got > 0 && kind == SERVER_HTTP) {
		/* Answer and end in one segment: whoever closes first is left with the port. */
		if (send(client->fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL | MSG_MORE) > 0)
			shutdown(client->fd, SHUT_WR);
		return;
	}
	if (got <= 0)
		drop(client);
}

static void serve_tls(struct client *client)
{
	char request[4096];
	int got = SSL_read(client->tls, request, sizeof(request));
	int why;

	if (got > 0) {
		SSL_write(client->tls, answer, sizeof(answer) - 1);
		SSL_shutdown(client->tls);
		return;
	}
	why = SSL_get_error(client->tls, got);
	if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
		drop(client);
}

static void serve(int listener, enum server_kind kind, SSL_CTX *context)
{
	struct epoll_event events[256];
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
	for (;;) {
		int count = epoll_wait(epoll, events, 256, -1);

		for (int i = 0; i < count; i++) {
			if (!events[i].data.ptr)
				accept_all(epoll, listener, context, kind);
			else if (context)
				serve_tls(events[i].data.ptr);
			else
				serve_plain(events[i].data.ptr, kind);
		}
	}
}

static int listen_somewhere(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (listener < 0)
		return -1;
	if (bind(listener, (struct sockaddr *)address, sizeof(*address)) == 0 && listen(listener, 4096) == 0
	    && getsockname(listener, (struct sockaddr *)address, &length) == 0)
		return listener;
	close(listener);
	return -1;
}

bool server_start(struct server *server, enum server_kind kind, struct error *err)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	SSL_CTX *context = NULL;
	int listener;

	if (kind == SERVER_HTTPS && (!peer_cert_authority(err) || !(context = peer_cert_context(PEER_CERT_GOOD, 90))))
		return false;
	listener = listen_somewhere(&address);
	if (listener < 0)
		return error_errno(err, EXIT_INTERNAL, "no server");
	server->port = ntohs(address.sin_port);
	server->pid = fork();
	if (server->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		serve(listener, kind, context);
		_exit(0);
	}
	close(listener);
	return server->pid > 0 || error_errno(err, EXIT_INTERNAL, "no server");
}

void server_stop(struct server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
}
