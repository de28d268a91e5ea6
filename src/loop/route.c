/*
 * Two questions over rtnetlink: by which router, and does that router answer. The kernel answers a query before send(2) returns,
 * so nothing here waits. And one to a datagram socket, whose connect(2) sends nothing.
 */
#include "route.h"

#include <netinet/in.h>		/* before the kernel's, which then leave its types alone */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/resolver.h"

enum { ADDRESS_MOST = sizeof(struct in6_addr) };

struct query {
	struct nlmsghdr head;
	union {
		struct rtmsg route;
		struct ndmsg neighbour;
	};
	unsigned char attributes[2 * RTA_SPACE(ADDRESS_MOST)];
};

union answer {
	struct nlmsghdr head;
	unsigned char bytes[4096];
};

struct route {
	unsigned type;			/* RTN_UNICAST, RTN_LOCAL … */
	int interface;
	int router_family;		/* AF_UNSPEC: the host is a neighbour itself */
	struct in6_addr router;		/* of IPv4 the first four bytes */
};

static size_t address_bytes(int family)
{
	return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

static void query_add(struct query *query, unsigned short type, const void *data, size_t size)
{
	struct rtattr *attribute = (struct rtattr *)(void *)((char *)query + NLMSG_ALIGN(query->head.nlmsg_len));
	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(RTA_DATA(attribute), data, size);
	query->head.nlmsg_len = NLMSG_ALIGN(query->head.nlmsg_len) + (unsigned)RTA_SPACE(size);
}

/* True if the answer is one of the wanted type. */
static bool ask(struct query *query, union answer *answer, int wanted)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (fd < 0)
		return false;
	ssize_t length = -1;
	query->head.nlmsg_flags = NLM_F_REQUEST;
	if (send(fd, query, query->head.nlmsg_len, 0) == (ssize_t)query->head.nlmsg_len)
		length = recv(fd, answer, sizeof *answer, 0);
	close(fd);
	return length > 0 && NLMSG_OK(&answer->head, (size_t)length) && answer->head.nlmsg_type == wanted;
}

static void read_attribute(struct route *route, const struct rtattr *attribute, int family)
{
	const unsigned char *data = RTA_DATA(attribute);
	size_t size = RTA_PAYLOAD(attribute);
	if (attribute->rta_type == RTA_OIF && size >= sizeof route->interface) {
		memcpy(&route->interface, data, sizeof route->interface);
	} else if (attribute->rta_type == RTA_GATEWAY && size >= address_bytes(family)) {
		route->router_family = family;
		memcpy(&route->router, data, address_bytes(family));
	} else if (attribute->rta_type == RTA_VIA && size > sizeof(struct rtvia) && size - sizeof(struct rtvia) <= ADDRESS_MOST) {
		unsigned short router_family;	/* an IPv4 route by an IPv6 router */
		memcpy(&router_family, data, sizeof router_family);
		route->router_family = router_family;
		memcpy(&route->router, data + sizeof(struct rtvia), size - sizeof(struct rtvia));
	}
}

static bool find_route(const struct sockaddr *to, struct route *route)
{
	int family = to->sa_family;
	union answer answer = { 0 };
	struct query query = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)), .nlmsg_type = RTM_GETROUTE },
		.route = { .rtm_family = (unsigned char)family, .rtm_dst_len = (unsigned char)(8 * address_bytes(family)) },
	};
	if (family == AF_INET) {
		query_add(&query, RTA_DST, &((const struct sockaddr_in *)(const void *)to)->sin_addr, address_bytes(family));
	} else {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)to;
		query_add(&query, RTA_DST, &in6->sin6_addr, address_bytes(family));
		if (in6->sin6_scope_id != 0)
			query_add(&query, RTA_OIF, &in6->sin6_scope_id, sizeof in6->sin6_scope_id);
	}
	if (!ask(&query, &answer, RTM_NEWROUTE))
		return false;
	const struct rtmsg *found = NLMSG_DATA(&answer.head);
	*route = (struct route){ .type = found->rtm_type };
	size_t left = RTM_PAYLOAD(&answer.head);
	for (const struct rtattr *attribute = RTM_RTA(found); RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		read_attribute(route, attribute, family);
	return true;
}

bool route_has_source(const struct sockaddr *to)
{
	int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno != EAFNOSUPPORT;
	bool lacks = connect(fd, to, address_length(to)) != 0 && errno == EADDRNOTAVAIL;
	close(fd);
	return !lacks;
}

bool route_is_local(const struct sockaddr *address)
{
	struct route route;
	return find_route(address, &route) && route.type == RTN_LOCAL;
}

bool route_is_dead(const struct sockaddr *to)
{
	struct route route;
	if (!find_route(to, &route) || route.router_family == AF_UNSPEC)
		return false;
	union answer answer = { 0 };
	struct query query = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ndmsg)), .nlmsg_type = RTM_GETNEIGH },
		.neighbour = { .ndm_family = (unsigned char)route.router_family, .ndm_ifindex = route.interface },
	};
	query_add(&query, NDA_DST, &route.router, address_bytes(route.router_family));
	if (!ask(&query, &answer, RTM_NEWNEIGH))
		return false;
	const struct ndmsg *found = NLMSG_DATA(&answer.head);
	return (found->ndm_state & (NUD_FAILED | NUD_INCOMPLETE)) != 0;
}
