/*
 * Building echo requests and taking apart what comes back. No sockets here.
 */
#include "icmp.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

static uint16_t get_16(const unsigned char *data)
{
	return (uint16_t)(data[0] << 8 | data[1]);
}

static void put_16(unsigned char *out, uint16_t value)
{
	out[0] = (unsigned char)(value >> 8);
	out[1] = (unsigned char)value;
}

static uint16_t checksum(const unsigned char *data, size_t length)
{
	uint32_t sum = 0;
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += get_16(data + i);
	if (length % 2 == 1)
		sum += (uint32_t)data[length - 1] << 8;
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

size_t icmp_write_request(int family, const struct icmp_echo *echo, size_t payload, unsigned char *out)
{
	size_t length = ICMP_HEADER_SIZE + payload;
	out[0] = family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	out[1] = 0;
	put_16(out + 2, 0);
	put_16(out + 4, echo->id);
	put_16(out + 6, echo->sequence);
	memcpy(out + ICMP_HEADER_SIZE, &echo->mark, ICMP_MARK_SIZE);
	for (size_t i = ICMP_MARK_SIZE; i < payload; i++)
		out[ICMP_HEADER_SIZE + i] = (unsigned char)i;
	if (family == AF_INET)		/* over IPv6 it covers addresses that only the kernel knows */
		put_16(out + 2, checksum(out, length));
	return length;
}

bool icmp_read_request(int family, const unsigned char *data, size_t length, struct icmp_echo *echo)
{
	if (length < ICMP_HEADER_SIZE || data[0] != (family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST))
		return false;
	echo->id = get_16(data + 4);
	echo->sequence = get_16(data + 6);
	return true;
}

size_t icmp_ipv4_header(const unsigned char *data, size_t length)
{
	if (length < 20 || data[0] >> 4 != 4)
		return 0;
	size_t header = (size_t)(data[0] & 0x0f) * 4;
	return header >= 20 && header <= length ? header : 0;
}

const char *icmp_why(int family, int type, int code)
{
	if (family == AF_INET && type == ICMP_DEST_UNREACH) {
		switch (code) {
		case ICMP_NET_UNREACH:
			return "network unreachable";
		case ICMP_HOST_UNREACH:
			return "host unreachable";
		case ICMP_FRAG_NEEDED:
			return "packet too big";
		case ICMP_NET_ANO:
		case ICMP_HOST_ANO:
		case ICMP_PKT_FILTERED:
			return "prohibited by a filter";
		default:
			return "destination unreachable";
		}
	}
	if (family == AF_INET6 && type == ICMP6_DST_UNREACH) {
		switch (code) {
		case ICMP6_DST_UNREACH_NOROUTE:
			return "network unreachable";
		case ICMP6_DST_UNREACH_ADDR:
			return "host unreachable";
		case ICMP6_DST_UNREACH_ADMIN:
			return "prohibited by a filter";
		default:
			return "destination unreachable";
		}
	}
	if (family == AF_INET6 && type == ICMP6_PACKET_TOO_BIG)
		return "packet too big";
	if (type == (family == AF_INET ? ICMP_TIME_EXCEEDED : ICMP6_TIME_EXCEEDED))
		return "too many hops, perhaps a routing loop";
	return NULL;
}

/* The packet a router sends back: IP header, and at least the first 8 bytes behind it. */
static bool read_returned(int family, const unsigned char *data, size_t length, struct icmp_echo *echo)
{
	size_t header;
	if (family == AF_INET) {
		header = icmp_ipv4_header(data, length);
		if (header == 0 || data[9] != IPPROTO_ICMP)
			return false;
		echo->to = (struct in6_addr){ 0 };
		memcpy(&echo->to, data + 16, sizeof(struct in_addr));
	} else {
		header = 40;	/* ours have no extension headers */
		if (length < header || data[0] >> 4 != 6 || data[6] != IPPROTO_ICMPV6)
			return false;
		memcpy(&echo->to, data + 24, sizeof echo->to);
	}
	return icmp_read_request(family, data + header, length - header, echo);
}

enum icmp_meaning icmp_read(int family, const unsigned char *data, size_t length, struct icmp_echo *echo, const char **why)
{
	if (length < ICMP_HEADER_SIZE)
		return ICMP_OTHER;
	if (data[0] == (family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY)) {
		if (length < ICMP_HEADER_SIZE + ICMP_MARK_SIZE)
			return ICMP_OTHER;
		echo->id = get_16(data + 4);
		echo->sequence = get_16(data + 6);
		memcpy(&echo->mark, data + ICMP_HEADER_SIZE, ICMP_MARK_SIZE);
		return ICMP_REPLY;
	}
	*why = icmp_why(family, data[0], data[1]);
	if (*why == NULL || !read_returned(family, data + ICMP_HEADER_SIZE, length - ICMP_HEADER_SIZE, echo))
		return ICMP_OTHER;
	return ICMP_REPORT;
}
