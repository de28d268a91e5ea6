/*
 * Targets as text: host names and ports, shared by the kinds. Pure, apart from asking libcurl for a name's ASCII form.
 */
#ifndef KUMATOP_PROBE_TARGET_H
#define KUMATOP_PROBE_TARGET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "kumatop/error.h"

/* What a kind needs of its target to begin: made once, when the spec is sealed. */
struct endpoint {
	char *host;		/* ASCII, without brackets; an international name in its xn-- form */
	unsigned port;		/* 0: none */
	bool literal;		/* the host is an address, and no look-up is needed: */
	union {
		struct sockaddr any;
		struct sockaddr_in ipv4;
		struct sockaddr_in6 ipv6;
	} address;		/* with the port; a fifth of a sockaddr_storage, for there may be very many */
};

/* "host:port" (with_port) or "host"; IPv6 addresses stand in brackets before a port. *canonical is heap memory. */
bool endpoint_canonical(const char *text, bool with_port, char **canonical, struct error *err);

/* Reads a canonical target. */
bool endpoint_read(struct endpoint *endpoint, const char *text, bool with_port, struct error *err);
void endpoint_finish(struct endpoint *endpoint);

/* The same in heap memory, as kinds keep it that need nothing else. destroy accepts NULL. */
bool endpoint_create(void **endpoint, const char *text, bool with_port, struct error *err);
void endpoint_destroy(void *endpoint);

/* Fills an endpoint from a host (brackets allowed) and a port. */
bool endpoint_set(struct endpoint *endpoint, const char *host, unsigned port, struct error *err);

/* False, with what to write instead, for controls and blanks anywhere in a target. */
bool target_is_plain(const char *text, struct error *err);

#endif
