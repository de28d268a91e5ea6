/*
 * A past made up: monitors whose checks are judged as an engine would and sent to a store, at the times a test chooses. For tests of
 * what is read back: uptime, incidents, reports. Aborts on failure. Times are wall time in microseconds and rise for each monitor.
 */
#ifndef TESTS_CHRONICLE_H
#define TESTS_CHRONICLE_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/beat.h"

struct chronicle;

struct chronicle *chronicle_open(const char *path);

/* Monitors get the ids 1, 2, 3 … A check speaks for interval + timeout. */
monitor_id chronicle_monitor(struct chronicle *chronicle, const char *name, unsigned fall, unsigned rise, int interval_s, int timeout_s);

/* text: the monitor as kumatop.conf would have it; NULL: declared somewhere. Before chronicle_begin(). */
void chronicle_add_text(struct chronicle *chronicle, monitor_id monitor, const char *text);

/* After the last monitor and before the first check. */
void chronicle_begin(struct chronicle *chronicle);

/* A check that ended so; latency_us -1: none. Failures leave "why\nevidence of <monitor>" behind. */
void chronicle_check(struct chronicle *chronicle, monitor_id monitor, int64_t time_us, enum outcome outcome, int32_t latency_us, const char *why);

/* Checks every interval_s of it from one time up to but not at another, all alike. */
void chronicle_checks(struct chronicle *chronicle, monitor_id monitor, int64_t from_us, int64_t to_us, enum outcome outcome, int32_t latency_us);

void chronicle_pause(struct chronicle *chronicle, monitor_id monitor, int64_t time_us, const char *who);
void chronicle_resume(struct chronicle *chronicle, monitor_id monitor, int64_t time_us, const char *who);
void chronicle_maintain(struct chronicle *chronicle, monitor_id monitor, int64_t time_us);
void chronicle_return(struct chronicle *chronicle, monitor_id monitor, int64_t time_us);
void chronicle_acknowledge(struct chronicle *chronicle, monitor_id monitor, int64_t time_us, const char *who);

/* kumatop did not run from here on, until checks go on. */
void chronicle_off(struct chronicle *chronicle, int64_t time_us);

/* Keeps everything and frees. */
void chronicle_close(struct chronicle *chronicle);

#endif
