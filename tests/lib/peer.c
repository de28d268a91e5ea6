/* See peer.h. The half of a peer that lives in the test; peer_serve.c is the other. */
#include "peer.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kumatop/heap.h"

#include "peer_cert.h"
#include "peer_script.h"
#include "peer_serve.h"
#include "worker.h"

struct peer {
	struct worker worker;
	int reserved[2];	/* keep the port */
	size_t families;
	uint16_t port;
	char url[64];
};

/* A bound socket that never listens: the port is ours, and refuses while nobody else of ours listens on it. port 0: a free one. */
static int reserve(int family, uint16_t *port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(*port), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bool is_six = family == AF_INET6;
	struct sockaddr *address = is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	socklen_t length = is_six ? sizeof six : sizeof four;
	const int yes = 1;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0
	    || (is_six && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) < 0)
	    || bind(fd, address, length) < 0 || getsockname(fd, address, &length) < 0) {
		close(fd);
		return -1;
	}
	*port = ntohs(is_six ? six.sin6_port : four.sin_port);
	return fd;
}

static void release_ports(struct peer *peer)
{
	while (peer->families)
		close(peer->reserved[--peer->families]);
}

/* One port, free in all families that are wanted. */
static bool reserve_ports(struct peer *peer, bool four, bool six)
{
	int attempt;

	for (attempt = 0; attempt < 100; attempt++) {
		peer->port = 0;
		if (four && (peer->reserved[peer->families++] = reserve(AF_INET, &peer->port)) < 0)
			break;
		if (!six)
			return true;
		if ((peer->reserved[peer->families++] = reserve(AF_INET6, &peer->port)) >= 0)
			return true;
		peer->families--;
		release_ports(peer);
	}
	return false;
}

struct peer *peer_start_logged(const char *script, const char *log_path, struct error *err)
{
	struct script_set *set;
	struct peer *peer;
	bool started;

	if (!peer_cert_authority(err) || !(set = script_parse(script, err)))
		return NULL;
	peer = heap_zero(1, sizeof *peer);
	if (!reserve_ports(peer, set->ipv4, set->ipv6)) {
		error_errno(err, EXIT_UNAVAILABLE, "no port to be had on the loopback");
		script_release(set);
		release_ports(peer);
		free(peer);
		return NULL;
	}
	snprintf(peer->url, sizeof peer->url, set->ipv4 ? "http://127.0.0.1:%u" : "http://[::1]:%u", peer->port);
	started = worker_start(&peer->worker, peer_serve, set, peer->reserved, peer->families, log_path, err);
	script_release(set);
	if (started)
		return peer;
	peer_stop(peer);
	return NULL;
}

struct peer *peer_start(const char *script, struct error *err)
{
	return peer_start_logged(script, NULL, err);
}

void peer_stop(struct peer *peer)
{
	if (!peer)
		return;
	worker_stop(&peer->worker);
	release_ports(peer);
	free(peer);
}

bool peer_set_script(struct peer *peer, const char *script, struct error *err)
{
	struct script_set *set = script_parse(script, err);

	if (!set)
		return false;
	script_release(set);
	return worker_tell(&peer->worker, script, err);
}

uint16_t peer_port(const struct peer *peer)
{
	return peer->port;
}

const char *peer_url(const struct peer *peer)
{
	return peer->url;
}

unsigned peer_connections(const struct peer *peer)
{
	return atomic_load(&peer->worker.shared->connections);
}

unsigned peer_open(const struct peer *peer)
{
	return atomic_load(&peer->worker.shared->open);
}

unsigned peer_requests(const struct peer *peer)
{
	return atomic_load(&peer->worker.shared->requests);
}

char *peer_log(const struct peer *peer)
{
	return worker_log(&peer->worker);
}

char *peer_request(const struct peer *peer, unsigned index)
{
	return worker_request(&peer->worker, index);
}

const char *peer_ca_file(void)
{
	return peer_cert_authority(NULL);
}
