/*
 * Windows of time as people name them: the last hour, day, 90 days, year; a calendar month. Months and days are those of UTC, as
 * roll-ups are. Pure.
 */
#ifndef KUMATOP_WINDOW_H
#define KUMATOP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/error.h"

enum { WINDOW_LABEL_SIZE = 64 };

struct window {
	char label[WINDOW_LABEL_SIZE];	/* as it was written: "24h", "2026-10" */
	int64_t from_us, to_us;		/* half open, whole milliseconds */
};

/* "1h" "24h" "90d" "1y" (365 days) or any other duration, before at_us but not before 1970. EXIT_USAGE with what to write otherwise. */
bool window_parse(const char *text, int64_t at_us, struct window *window, struct error *err);

/* "2026-10", up to at_us when it is not over by then; refused when it has not begun. */
bool window_parse_month(const char *text, int64_t at_us, struct window *window, struct error *err);

/* The last month that was over at at_us. */
void window_last_month(int64_t at_us, struct window *window);

#endif
