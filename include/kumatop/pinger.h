/*
 * Echo requests over ICMP sockets that all checks of a loop share, one per family: a datagram socket where the kernel permits it
 * (net.ipv4.ping_group_range), else a raw one (CAP_NET_RAW). Loop thread.
 */
#ifndef KUMATOP_PINGER_H
#define KUMATOP_PINGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "kumatop/loop.h"
#include "kumatop/outcome.h"
#include "kumatop/resolver.h"
#include "kumatop/when.h"

enum {
	ECHO_PAYLOAD_LEAST = 16,	/* holds the mark by which a reply is known as ours */
	ECHO_PAYLOAD_MOST = 1472,	/* what an Ethernet frame carries over IPv4 */
};

struct echo_answer {
	enum outcome outcome;		/* OK; UNREACHABLE: a router's word; NO_ROUTE: the first router is silent */
	int64_t round_trip_us;		/* of OK */
	char from[ADDRESS_TEXT_SIZE];	/* who said it cannot be reached; "" if not known */
	const char *why;		/* "host unreachable"; NULL of OK */
};

typedef void echo_heard_fn(void *arg, const struct echo_answer *answer);

/*
 * Sends one request and returns its ticket (>= 0); heard is called at most once, later, with the answer. -1 if it was not sent:
 * *outcome says why, *error is the errno. payload: ECHO_PAYLOAD_LEAST..ECHO_PAYLOAD_MOST bytes.
 */
int pinger_send(struct pinger *pinger, const struct sockaddr *to, size_t payload, echo_heard_fn *heard, void *arg,
		enum outcome *outcome, int *error);

/* False if the kernel refused the socket itself, as opposed to a packet. */
bool pinger_has_socket(const struct pinger *pinger, int family);

/* No longer waits for the answer of this ticket. Not after heard was called. */
void pinger_forget(struct pinger *pinger, int family, int ticket);

#endif
