/*
 * RFC 6724 as far as it decides between the two families. What a name server says within a family is left alone: its rotation
 * is how people spread load.
 */
#include "rank.h"

#include <assert.h>
#include <netinet/in.h>
#include <unistd.h>

#include "kumatop/resolver.h"

/* RFC 6724, section 2.1. */
static const struct {
	unsigned char prefix[4];
	unsigned bits;
	int precedence, label;
} policy[] = {
	{ { 0x20, 0x02 }, 16, 30, 2 },			/* 6to4 */
	{ { 0x20, 0x01, 0x00, 0x00 }, 32, 5, 5 },	/* Teredo */
	{ { 0xfe, 0xc0 }, 10, 1, 11 },			/* site-local */
	{ { 0x3f, 0xfe }, 16, 1, 12 },			/* 6bone */
	{ { 0xfc, 0x00 }, 7, 3, 13 },			/* unique local */
};

struct policy_row {
	int precedence, label;
};

static bool has_prefix(const unsigned char *bytes, const unsigned char *prefix, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++)
		if (((bytes[i / 8] ^ prefix[i / 8]) >> (7 - i % 8)) & 1)
			return false;
	return true;
}

static struct policy_row policy_of(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return (struct policy_row){ 35, 4 };
	const struct in6_addr *in6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
	if (IN6_IS_ADDR_LOOPBACK(in6))
		return (struct policy_row){ 50, 0 };
	if (IN6_IS_ADDR_V4MAPPED(in6))
		return (struct policy_row){ 35, 4 };
	for (size_t i = 0; i < sizeof policy / sizeof *policy; i++)
		if (has_prefix(in6->s6_addr, policy[i].prefix, policy[i].bits))
			return (struct policy_row){ policy[i].precedence, policy[i].label };
	return (struct policy_row){ 40, 1 };
}

/* 2: link, 5: site, 14: global, as multicast scopes number them. */
static int scope_of(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET) {
		uint32_t host = ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);
		bool link = host >> 24 == 127 || host >> 16 == 0xa9fe;
		return link ? 2 : 14;
	}
	const struct in6_addr *in6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
	if (IN6_IS_ADDR_LOOPBACK(in6) || IN6_IS_ADDR_LINKLOCAL(in6))
		return 2;
	return IN6_IS_ADDR_SITELOCAL(in6) ? 5 : 14;
}

bool rank_prefers_ipv6(const struct rank_pair *ipv6, const struct rank_pair *ipv4)
{
	bool way6 = ipv6->source.ss_family != AF_UNSPEC, way4 = ipv4->source.ss_family != AF_UNSPEC;
	if (way6 != way4)
		return way6;	/* rule 1 */
	if (!way6)
		return false;

	bool scope6 = scope_of(&ipv6->destination) == scope_of(&ipv6->source);
	bool scope4 = scope_of(&ipv4->destination) == scope_of(&ipv4->source);
	if (scope6 != scope4)
		return scope6;	/* rule 2 */

	struct policy_row to6 = policy_of(&ipv6->destination), to4 = policy_of(&ipv4->destination);
	bool label6 = to6.label == policy_of(&ipv6->source).label;
	bool label4 = to4.label == policy_of(&ipv4->source).label;
	if (label6 != label4)
		return label6;	/* rule 5: also what keeps a network of unique local addresses from trying IPv6 in vain */
	return to6.precedence >= to4.precedence;	/* rule 6 */
}

/* connect(2) on a datagram socket sends nothing: it only asks the routing table. */
static void find_source(struct rank_pair *pair)
{
	struct sockaddr *to = (struct sockaddr *)&pair->destination;
	pair->source.ss_family = AF_UNSPEC;
	int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	address_set_port(to, 53);
	socklen_t length = sizeof pair->source;
	if (connect(fd, to, address_length(to)) != 0 || getsockname(fd, (struct sockaddr *)&pair->source, &length) != 0)
		pair->source.ss_family = AF_UNSPEC;
	close(fd);
}

static const struct sockaddr_storage *first_of(const struct sockaddr_storage *addresses, size_t count, int family)
{
	for (size_t i = 0; i < count; i++)
		if (addresses[i].ss_family == family)
			return &addresses[i];
	return NULL;
}

void rank_addresses(struct sockaddr_storage *addresses, size_t count)
{
	assert(count <= LOOKUP_ADDRESSES_MOST);
	const struct sockaddr_storage *ipv6 = first_of(addresses, count, AF_INET6);
	const struct sockaddr_storage *ipv4 = first_of(addresses, count, AF_INET);
	if (ipv6 == NULL || ipv4 == NULL)
		return;
	struct rank_pair pair6 = { .destination = *ipv6 }, pair4 = { .destination = *ipv4 };
	find_source(&pair6);
	find_source(&pair4);
	int turn = rank_prefers_ipv6(&pair6, &pair4) ? AF_INET6 : AF_INET;

	struct sockaddr_storage given[LOOKUP_ADDRESSES_MOST];
	bool used[LOOKUP_ADDRESSES_MOST] = { false };
	memcpy(given, addresses, count * sizeof *given);
	for (size_t done = 0; done < count;) {
		for (size_t i = 0; i < count; i++) {
			if (used[i] || given[i].ss_family != turn)
				continue;
			used[i] = true;
			addresses[done++] = given[i];
			break;
		}
		turn = turn == AF_INET6 ? AF_INET : AF_INET6;
	}
}
