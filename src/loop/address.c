/*
 * Socket addresses as text and back, and what the errors of sockets say about a check. No look-ups of names here.
 */
#include "kumatop/resolver.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>

#include "kumatop/text.h"
#include "route.h"

static bool read_ipv6(const char *text, struct sockaddr_storage *address)
{
	char plain[INET6_ADDRSTRLEN];
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	const char *zone = strchr(text, '%');
	size_t length = zone != NULL ? (size_t)(zone - text) : strlen(text);
	if (length >= sizeof plain)
		return false;
	memcpy(plain, text, length);
	plain[length] = '\0';
	if (inet_pton(AF_INET6, plain, &in6->sin6_addr) != 1)
		return false;
	if (zone != NULL) {
		in6->sin6_scope_id = if_nametoindex(zone + 1);
		if (in6->sin6_scope_id == 0)
			return false;
	}
	in6->sin6_family = AF_INET6;
	return true;
}

bool address_read(const char *text, struct sockaddr_storage *address)
{
	*address = (struct sockaddr_storage){ 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		return true;
	}

	char inner[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
	size_t length = strlen(text);
	if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (length >= sizeof inner || memchr(text, ':', length) == NULL)
		return false;
	memcpy(inner, text, length);
	inner[length] = '\0';
	return read_ipv6(inner, address);
}

static unsigned address_port(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
	return ntohs(((const struct sockaddr_in6 *)(const void *)address)->sin6_port);
}

/* Called for every check, where printf would cost as much as all else we do. Returns behind the last digit. */
static char *print_number(char *out, unsigned value)
{
	char digits[10];
	size_t count = 0;
	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	while (count > 0)
		*out++ = digits[--count];
	return out;
}

static char *print_ipv4(char *out, const struct sockaddr_in *in)
{
	uint32_t host = ntohl(in->sin_addr.s_addr);
	for (int shift = 24; shift >= 0; shift -= 8) {
		out = print_number(out, host >> shift & 0xff);
		if (shift > 0)
			*out++ = '.';
	}
	return out;
}

static char *print_ipv6(char *out, const struct sockaddr_in6 *in6)
{
	char zone[IF_NAMESIZE];
	inet_ntop(AF_INET6, &in6->sin6_addr, out, INET6_ADDRSTRLEN);
	out += strlen(out);
	if (in6->sin6_scope_id != 0 && if_indextoname(in6->sin6_scope_id, zone) != NULL)
		out += snprintf(out, 1 + IF_NAMESIZE, "%%%s", zone);
	return out;
}

char *address_print(const struct sockaddr *address, char *out, size_t size)
{
	char text[1 + INET6_ADDRSTRLEN + 1 + IF_NAMESIZE + sizeof "]:65535"], *end = text;
	unsigned port = address_port(address);
	if (address->sa_family == AF_INET) {
		end = print_ipv4(end, (const struct sockaddr_in *)(const void *)address);
	} else {
		assert(address->sa_family == AF_INET6);
		if (port != 0)
			*end++ = '[';
		end = print_ipv6(end, (const struct sockaddr_in6 *)(const void *)address);
		if (port != 0)
			*end++ = ']';
	}
	if (port != 0) {
		*end++ = ':';
		end = print_number(end, port);
	}
	*end = '\0';
	text_copy(out, size, text);
	return out;
}

bool address_is_loopback(const char *text)
{
	char host[ADDRESS_TEXT_SIZE];
	struct sockaddr_storage address;
	const char *colon = strchr(text, ':'), *bracket = text[0] == '[' ? strchr(text, ']') : NULL;
	size_t length = bracket != NULL ? (size_t)(bracket + 1 - text) : strlen(text);
	if (text[0] != '[' && colon != NULL && strchr(colon + 1, ':') == NULL)
		length = (size_t)(colon - text);
	if (length >= sizeof host)
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	if (!address_read(host, &address))
		return false;
	if (address.ss_family == AF_INET)
		return ntohl(((struct sockaddr_in *)&address)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	const struct in6_addr *in6 = &((struct sockaddr_in6 *)&address)->sin6_addr;
	return IN6_IS_ADDR_LOOPBACK(in6) || (IN6_IS_ADDR_V4MAPPED(in6) && in6->s6_addr[12] == IN_LOOPBACKNET);
}

void address_set_port(struct sockaddr *address, unsigned port)
{
	if (address->sa_family == AF_INET)
		((struct sockaddr_in *)(void *)address)->sin_port = htons((uint16_t)port);
	else
		((struct sockaddr_in6 *)(void *)address)->sin6_port = htons((uint16_t)port);
}

socklen_t address_length(const struct sockaddr *address)
{
	return address->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

static enum outcome reply_outcome(int error)
{
	switch (error) {
	case 0:
		return OUTCOME_OK;
	case ECONNREFUSED:
		return OUTCOME_CONNECT_REFUSED;
	case ETIMEDOUT:
		return OUTCOME_CONNECT_TIMEOUT;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
	case ENETRESET:
		return OUTCOME_RESET;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENOPROTOOPT:	/* "protocol unreachable", as Linux reports it */
	case EPROTO:
	case EACCES:		/* "communication administratively prohibited" */
		return OUTCOME_UNREACHABLE;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return OUTCOME_NO_SOCKETS;
	default:
		return OUTCOME_INTERNAL;
	}
}

enum outcome outcome_of_errno(int error, const struct sockaddr *to)
{
	switch (error) {
	case 0:
		return OUTCOME_OK;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case ENONET:
	case EAFNOSUPPORT:
	case EPFNOSUPPORT:
	case EPROTONOSUPPORT:
		return OUTCOME_NO_ROUTE;
	case EADDRNOTAVAIL:	/* of connect(2): all ports are taken, or there is no address to come from */
		return route_has_source(to) ? OUTCOME_NO_SOCKETS : OUTCOME_NO_ROUTE;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EAGAIN:
	case EADDRINUSE:
		return OUTCOME_NO_SOCKETS;
	case EACCES:
	case EPERM:
		return OUTCOME_NOT_PERMITTED;
	default:
		return reply_outcome(error);
	}
}

enum outcome outcome_of_reply(int error, const struct sockaddr *to)
{
	enum outcome outcome = reply_outcome(error);
	/* The kernel says the same of a router that does not answer this machine at all. Nobody has spoken of the target then. */
	return outcome == OUTCOME_UNREACHABLE && route_is_dead(to) ? OUTCOME_NO_ROUTE : outcome;
}
