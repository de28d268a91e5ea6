/*
 * Names to addresses by c-ares, without a thread per name: equal look-ups in flight are one, and a name server that never
 * answers delays only those who asked. It reads /etc/hosts and DNS; it knows no NSS modules (mDNS …). An answer is not cached
 * between checks: a monitor measures its own look-up. Loop thread.
 */
#ifndef KUMATOP_RESOLVER_H
#define KUMATOP_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "kumatop/loop.h"
#include "kumatop/outcome.h"

enum { LOOKUP_ADDRESSES_MOST = 8, ADDRESS_TEXT_SIZE = 64 };

struct lookup_answer {
	enum outcome outcome;	/* OK, NAME_NOT_FOUND, RESOLVER_SILENT, RESOLVER_FAILED, INTERNAL */
	struct sockaddr_storage addresses[LOOKUP_ADDRESSES_MOST];	/* port 0 */
	size_t count;
	char detail[160];	/* "NXDOMAIN for db.internal" */
};

struct lookup;

/* The answer is borrowed for the length of the call. */
typedef void lookup_done_fn(void *arg, const struct lookup_answer *answer);

/*
 * family: AF_UNSPEC (IPv4 and IPv6, in the order they should be tried), AF_INET, AF_INET6. A literal address (brackets allowed)
 * answers without asking anyone. Calls done once, never from within this call. "localhost" and its subdomains are this machine.
 */
struct lookup *resolver_lookup(struct resolver *resolver, const char *host, int family, lookup_done_fn *done, void *arg);

/* done is not called afterwards. Accepts NULL. */
void lookup_cancel(struct lookup *lookup);

/* Reads a literal address ("192.0.2.1", "::1", "[::1]", "fe80::1%eth0"), with port 0. false if text is none. Asks nobody. */
bool address_read(const char *text, struct sockaddr_storage *address);

/* "192.0.2.1:443", "[2001:db8::1]:443"; without the port when it is 0. Returns out. */
char *address_print(const struct sockaddr *address, char *out, size_t size);

/* Whether such a text is this machine as it calls itself: 127.0.0.0/8, also as an IPv6 address (::ffff:127.0.0.1), or ::1. */
bool address_is_loopback(const char *text);

void address_set_port(struct sockaddr *address, unsigned port);
socklen_t address_length(const struct sockaddr *address);

/*
 * What an error on the way to `to` says about a check. The first is for what socket(2), connect(2) or sendto(2) returned at once: an
 * unreachable network is then this machine's own lack of a route. The second is for what came back later (SO_ERROR, the error
 * queue): the same number is then the word of a router, or the silence of the first one on the way, which is no route again.
 */
enum outcome outcome_of_errno(int error, const struct sockaddr *to);
enum outcome outcome_of_reply(int error, const struct sockaddr *to);

#endif
