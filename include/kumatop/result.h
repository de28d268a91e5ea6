/*
 * What one check saw. A value; phases that were not reached are -1.
 */
#ifndef KUMATOP_RESULT_H
#define KUMATOP_RESULT_H

#include <stddef.h>
#include <stdint.h>

#include "kumatop/outcome.h"

enum phase {
	PHASE_NAME,		/* name to address */
	PHASE_CONNECT,		/* TCP handshake */
	PHASE_TLS,		/* TLS handshake */
	PHASE_FIRST_BYTE,	/* from request sent to the first byte of the answer; of a ping, the round trip (mean) */
	PHASE_TRANSFER,		/* from the first byte to the end */
	PHASE_TOTAL,		/* everything, as a person with a stopwatch would see it */
	PHASE_COUNT
};

enum {
	RESULT_DETAIL_SIZE = 256,
	RESULT_ADDRESS_SIZE = 64,
	RESULT_EVIDENCE_SIZE = 4096,	/* longest evidence, with its terminator */
};

struct check_result {
	enum outcome outcome;
	int32_t code;				/* HTTP status, packets lost in per cent …; -1: none */
	int32_t phase_us[PHASE_COUNT];		/* how long each phase itself took */
	int64_t cert_expires_us;		/* wall time; 0: no certificate seen */
	char address[RESULT_ADDRESS_SIZE];	/* "192.0.2.10:443", "[2001:db8::1]:443", "192.0.2.1"; "" if none was tried */
	char detail[RESULT_DETAIL_SIZE];	/* sanitised, for people: "503 Service Unavailable (expected 200-299)" */
	const char *evidence;			/* sanitised, several lines: what was seen of a failure; NULL: none. Borrowed */
};

/* An empty result with this outcome: no phase reached, no code, no texts. */
struct check_result result_make(enum outcome outcome);

/* Sets the detail to printed text, sanitised and cut to fit. */
void result_set_detail(struct check_result *result, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What to tell a person: the detail if there is one, else the sentence of the outcome. */
const char *result_reason(const struct check_result *result);

/*
 * The latency that rows, sparklines and graphs show: total, or the mean round trip of a ping; -1 when there was no answer, or
 * one that does not count because the check failed. The second form is for a result as history keeps it.
 */
int32_t result_latency_us(const struct check_result *result);
int32_t phases_latency_us(int outcome, const int32_t phase_us[PHASE_COUNT]);

const char *phase_word(enum phase phase);	/* "name" "connect" "tls" "first_byte" "transfer" "total" */

#endif
