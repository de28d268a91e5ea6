/* What a test's name server knows, and the messages it makes of it. Private to tests/lib. */
#ifndef TESTS_DNS_ZONE_H
#define TESTS_DNS_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/error.h"

enum { DNS_NAME = 256, DNS_MESSAGE = 4096 };

struct dns_zone;

struct dns_zone *dns_zone_parse(const char *text, struct error *err);
void dns_zone_destroy(struct dns_zone *zone);	/* accepts NULL */

struct dns_question {
	char name[DNS_NAME];	/* lower case, without the last dot */
	uint16_t type;
	size_t length;		/* of the message up to the end of the question */
};

/* false when the message is no query of one question. */
bool dns_question_read(const unsigned char *message, size_t length, struct dns_question *question);
const char *dns_type_name(uint16_t type);	/* "?" for one that is not in the table */

/* The answer's length, 0 for none at all; *delay_ms: how late it is to come. */
size_t dns_zone_answer(const struct dns_zone *zone, const unsigned char *query, const struct dns_question *question, bool udp,
    unsigned char answer[DNS_MESSAGE], int *delay_ms);

#endif
