/*
 * In which order the addresses of a name are tried.
 */
#ifndef KUMATOP_LOOP_RANK_H
#define KUMATOP_LOOP_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* What RFC 6724 looks at, for one destination. source.ss_family is AF_UNSPEC where this machine has no way there. */
struct rank_pair {
	struct sockaddr_storage destination, source;
};

/* True if a IPv6 destination should be tried before an IPv4 one. Pure. */
bool rank_prefers_ipv6(const struct rank_pair *ipv6, const struct rank_pair *ipv4);

/*
 * Puts addresses of both families into the order in which they should be tried: the family that RFC 6724 prefers first, then by
 * turns, so that one dead family costs one attempt. Keeps the order within a family, which is the name server's.
 */
void rank_addresses(struct sockaddr_storage *addresses, size_t count);

#endif
