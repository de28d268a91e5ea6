/*
 * What all kinds say in the same words: why there was no connection, that an answer was slow, and the lines of evidence.
 */
#ifndef KUMATOP_PROBE_REPORT_H
#define KUMATOP_PROBE_REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "kumatop/result.h"
#include "kumatop/resolver.h"
#include "kumatop/spec.h"
#include "kumatop/when.h"

/* Detail for an outcome of connecting to address; error is the errno behind it. */
void report_connect(struct check_result *result, int error, const struct sockaddr *address);

/* Outcome and detail of a look-up that gave no address. */
void report_lookup(struct check_result *result, const struct lookup_answer *answer);

/* The look-up did not end within the timeout. */
void report_lookup_hung(struct check_result *result, const struct monitor_spec *spec, const char *host);

/* Turns OK into SLOW when the latency is above what the monitor allows. */
void report_slowness(struct check_result *result, const struct monitor_spec *spec);

/* Which of two failures of one check to tell: one that speaks of the target before one of this machine. */
bool report_is_worse(enum outcome a, enum outcome b);

/* As result phases have it: never negative, never beyond int32_t. */
int32_t report_us(struct mono from, struct mono to);

/* Adds to what the phase took before, as it may come more than once in a check, so that the phases still make its total. */
void report_phase(struct check_result *result, enum phase phase, struct mono from, struct mono to);

/* "850us", "1.2ms", "3.4s" */
char *report_latency(int64_t us, char *out, size_t size);

/*
 * Evidence is gathered in memory of this thread: begin, add lines, and end, which gives the sanitised text. It lives until the
 * next evidence_begin() on this thread.
 */
void evidence_begin(void);
void evidence_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void evidence_text(const char *data, size_t length);	/* lines as they came */
void evidence_addresses(const struct sockaddr_storage *addresses, size_t count);
const char *evidence_end(void);

#endif
