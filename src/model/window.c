/* Windows of time; see window.h. */
#include "kumatop/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/text.h"
#include "kumatop/when.h"

#define YEAR_US (365 * DAY_US)

enum { YEARS_MOST = 100 };

static int64_t whole_ms(int64_t us)
{
	return us - us % 1000;
}

/* "1y": the one unit that durations do not have, as a year is no fixed time elsewhere. */
static bool read_years(const char *text, int64_t *us)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 3 || strcmp(text + digits, "y") != 0)
		return false;
	*us = strtol(text, NULL, 10) * YEAR_US;
	return true;
}

bool window_parse(const char *text, int64_t at_us, struct window *window, struct error *err)
{
	int64_t length_us, ms;

	if (!read_years(text, &length_us)) {
		if (!duration_parse(text, &ms, NULL))
			return error_set(err, EXIT_USAGE, "\"%.60s\" is no window: write 1h, 24h, 7d, 30d, 90d, 1y or another duration", text);
		length_us = ms * 1000;
	}
	if (length_us <= 0 || length_us > YEARS_MOST * YEAR_US)
		return error_set(err, EXIT_USAGE, "\"%.60s\" is too %s: write 1ms to %dy", text, length_us <= 0 ? "short" : "long", YEARS_MOST);
	*window = (struct window){ .to_us = whole_ms(at_us), .from_us = whole_ms(at_us) - length_us };
	if (window->from_us < 0)
		window->from_us = 0;
	text_copy(window->label, sizeof window->label, text);
	return true;
}

/* Days from 1970 to the first of a month counted from the year 0, by the proleptic Gregorian calendar; years begin in March. */
static int64_t month_start_us(int64_t months)
{
	int64_t year = (months - 2) / 12, month = (months - 2) % 12;

	return (year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 - 719468) * DAY_US;
}

static void set_month(struct window *window, int64_t months)
{
	*window = (struct window){ .from_us = month_start_us(months), .to_us = month_start_us(months + 1) };
	snprintf(window->label, sizeof window->label, "%04d-%02d", (int)(months / 12 % 10000), (int)(months % 12 + 1));
}

bool window_parse_month(const char *text, int64_t at_us, struct window *window, struct error *err)
{
	char *end = NULL;
	long year = strtol(text, &end, 10), month = end == text + 4 && *end == '-' ? strtol(end + 1, NULL, 10) : 0;

	if (strlen(text) != 7 || strspn(text, "0123456789") != 4 || strspn(text + 5, "0123456789") != 2 || year < 1970 || month < 1 || month > 12)
		return error_set(err, EXIT_USAGE, "\"%.60s\" is no month: write it as 2026-10", text);
	set_month(window, year * 12 + month - 1);
	if (window->from_us >= whole_ms(at_us))
		return error_set(err, EXIT_USAGE, "%s has not begun", text);
	if (window->to_us > at_us)
		window->to_us = whole_ms(at_us);
	return true;
}

/* No month is longer than 31 days, and none of it is before its start: few are tried. */
void window_last_month(int64_t at_us, struct window *window)
{
	int64_t months = 1970 * 12 + at_us / (31 * DAY_US);

	while (month_start_us(months + 1) <= at_us)
		months++;
	set_month(window, months - 1);
}
