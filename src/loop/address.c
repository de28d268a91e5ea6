/*
 * Socket addresses as text and back, and what the errors of sockets say about a check. No look-ups here.
 */
#include "kumatop/resolver.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>

#include "kumatop/text.h"

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

char *address_print(const struct sockaddr *address, char *out, size_t size)
{
	char host[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE] = "";
	bool in6 = address->sa_family == AF_INET6;
	if (in6) {
		const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)(const void *)address;
		inet_ntop(AF_INET6, &a->sin6_addr, host, INET6_ADDRSTRLEN);
		char zone[IF_NAMESIZE];
		if (a->sin6_scope_id != 0 && if_indextoname(a->sin6_scope_id, zone) != NULL) {
			size_t length = strlen(host);
			snprintf(host + length, sizeof host - length, "%%%s", zone);
		}
	} else {
		assert(address->sa_family == AF_INET);
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, host, sizeof host);
	}
	unsigned port = address_port(address);
	if (port == 0)
		text_copy(out, size, host);
	else
		snprintf(out, size, in6 ? "[%s]:%u" : "%s:%u", host, port);
	return out;
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

enum outcome outcome_of_errno(int error)
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
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EAGAIN:
	case EADDRNOTAVAIL:
	case EADDRINUSE:
		return OUTCOME_NO_SOCKETS;
	case EACCES:
	case EPERM:
		return OUTCOME_NOT_PERMITTED;
	default:
		return outcome_of_reply(error);
	}
}

enum outcome outcome_of_reply(int error)
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
