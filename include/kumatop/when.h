/*
 * Time. Intervals come from the monotonic clock, which is a struct of its own so that it cannot meet wall time. Wall time is
 * UTC in microseconds since 1970 everywhere (`*_us`); people see RFC 3339 or local time. Any thread.
 */
#ifndef KUMATOP_WHEN_H
#define KUMATOP_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/error.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

struct mono {
	int64_t us;		/* CLOCK_MONOTONIC */
};

struct mono mono_now(void);
struct mono mono_add_ms(struct mono when, int64_t ms);
int64_t mono_between_us(struct mono from, struct mono to);	/* to - from */

int64_t unix_now_us(void);	/* CLOCK_REALTIME */

/* CLOCK_BOOTTIME beyond CLOCK_MONOTONIC: how long the machine has slept since it booted. */
int64_t suspended_us(void);

/*
 * "250ms", "5s", "1m30s", "2h", "7d", "2w" -> milliseconds. A unit is required (0 may go without). false, saying what to
 * write instead, otherwise.
 */
bool duration_parse(const char *text, int64_t *ms, struct error *err);

/* The shortest text that duration_parse() reads back as the same: "90s" is "1m30s". Returns out. */
char *duration_print(int64_t ms, char *out, size_t size);

/* An age in at most four cells: "5s" "20m" "6h" "41d" "3y". Negative counts as 0. */
char *age_print(int64_t us, char *out, size_t size);

/* A length in words of two units: "2m13s", "5h12m", "3d04h". */
char *length_print(int64_t us, char *out, size_t size);

/*
 * A moment as people give it: "2h", "-2h" or "7d" (before now), "2026-11-01", "2026-11-01 03:12", "03:12" (the last such),
 * RFC 3339 with zone. Without a zone the local one is meant; by the second, UTC.
 */
bool moment_parse(const char *text, int64_t now_us, int64_t *us, struct error *err);
bool moment_parse_utc(const char *text, int64_t now_us, int64_t *us, struct error *err);

/* RFC 3339 UTC with milliseconds: "2026-11-22T03:12:00.250Z". */
char *moment_print(int64_t us, char *out, size_t size);

/* Local time by a strftime(3) format. */
char *moment_print_local(int64_t us, const char *format, char *out, size_t size) __attribute__((format(strftime, 2, 0)));

/* Local time as people say it: "14:03" on the day of now_us, else "2026-11-23 14:03". */
char *moment_print_near(int64_t us, int64_t now_us, char *out, size_t size);

#endif
