/*
 * ICMP echo packets as bytes. Pure.
 */
#ifndef KUMATOP_LOOP_ICMP_H
#define KUMATOP_LOOP_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <netinet/in.h>
#include <stdint.h>

enum { ICMP_HEADER_SIZE = 8, ICMP_MARK_SIZE = 8 };

struct icmp_echo {
	uint16_t id, sequence;
	uint64_t mark;		/* opens the payload */
	struct in6_addr to;	/* of a REPORT by icmp_read(): where it had gone; of IPv4 the first four bytes */
};

enum icmp_meaning {
	ICMP_OTHER,
	ICMP_REPLY,		/* an answer to echo; id, sequence and mark are set */
	ICMP_REPORT,		/* a router returns echo; id and sequence are set */
};

/* Writes a request with payload bytes behind the header (at least ICMP_MARK_SIZE) and returns its size. */
size_t icmp_write_request(int family, const struct icmp_echo *echo, size_t payload, unsigned char *out);

/* What a packet that begins with its ICMP header says. *why (of a report) is static text. */
enum icmp_meaning icmp_read(int family, const unsigned char *data, size_t length, struct icmp_echo *echo, const char **why);

/* Reads the header of a request of ours that came back: what the error queue of a datagram socket holds. */
bool icmp_read_request(int family, const unsigned char *data, size_t length, struct icmp_echo *echo);

/* Bytes of the IPv4 header that raw sockets put before the ICMP one; 0 if it makes no sense. */
size_t icmp_ipv4_header(const unsigned char *data, size_t length);

/* What type and code of a report say: "host unreachable". NULL if they report no failure to deliver. */
const char *icmp_why(int family, int type, int code);

#endif
