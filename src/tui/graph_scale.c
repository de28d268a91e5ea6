/*
 * Round numbers for the axes of a graph.
 */
#include "graph_scale.h"

#include <math.h>

#include "kumatop/when.h"

enum { STEPS_MOST = 4 };

/* The next of 1, 2, 5, 10, 20 … */
static int64_t next_step(int64_t step)
{
	int64_t power = 1;

	while (power * 10 <= step)
		power *= 10;
	return step == 2 * power ? 5 * power : step == power ? 2 * power : 10 * power;
}

struct scale scale_linear(int64_t most_us, int rows)
{
	struct scale scale = { .logarithmic = false };
	int64_t steps_most = rows / 2 < STEPS_MOST ? rows / 2 : STEPS_MOST;
	int64_t step = 1;

	if (steps_most < 1)
		steps_most = 1;
	if (most_us < 1)
		most_us = 1;
	while ((most_us + step - 1) / step > steps_most)
		step = next_step(step);
	int64_t steps = (most_us + step - 1) / step;

	scale.top_us = steps * step;
	for (int64_t i = 0; i <= steps; i++)
		scale.ticks[scale.count++] = i * step;
	return scale;
}

struct scale scale_logarithmic(int64_t least_us, int64_t most_us)
{
	struct scale scale = { .logarithmic = true, .bottom_us = 1 };

	if (least_us < 1)
		least_us = 1;
	while (scale.bottom_us * 10 <= least_us)
		scale.bottom_us *= 10;
	scale.top_us = scale.bottom_us;
	scale.ticks[scale.count++] = scale.bottom_us;
	while ((scale.top_us < most_us || scale.count < 2) && scale.count < SCALE_TICKS_MOST) {
		scale.top_us *= 10;
		scale.ticks[scale.count++] = scale.top_us;
	}
	return scale;
}

double scale_place(const struct scale *scale, int64_t us)
{
	double place;

	if (scale->logarithmic)
		place = log((double)(us > scale->bottom_us ? us : scale->bottom_us) / (double)scale->bottom_us)
		    / log((double)scale->top_us / (double)scale->bottom_us);
	else
		place = (double)us / (double)scale->top_us;
	return place < 0 ? 0 : place > 1 ? 1 : place;
}

void scale_print(const struct scale *scale, int64_t us, bool with_unit, char out[TICK_LABEL_SIZE])
{
	int64_t measure = scale->logarithmic ? us : scale->top_us;
	const char *unit = measure < 1000 ? "us" : measure < SECOND_US ? "ms" : "s";
	double value = (double)us / (measure < 1000 ? 1 : measure < SECOND_US ? 1000 : (double)SECOND_US);

	snprintf(out, TICK_LABEL_SIZE, "%3.3g%-2s", value, with_unit || scale->logarithmic ? unit : "");
}

static const int64_t time_steps[] = {
	MINUTE_US, 2 * MINUTE_US, 5 * MINUTE_US, 10 * MINUTE_US, 15 * MINUTE_US, 30 * MINUTE_US,
	HOUR_US, 2 * HOUR_US, 3 * HOUR_US, 4 * HOUR_US, 6 * HOUR_US, 12 * HOUR_US,
	DAY_US, 2 * DAY_US, 7 * DAY_US, 14 * DAY_US,
};

/* Behind those: of the calendar, in months. */
static const int month_steps[] = { 1, 2, 3, 6, 12, 24, 60, 120 };

#define MONTH_MOST_US (31 * DAY_US)	/* how far apart two of them are at most */
#define FIRST_MONDAY_US (4 * DAY_US)	/* weeks begin there */

static struct tm broken_down(int64_t us, bool utc)
{
	time_t seconds = (time_t)(us / SECOND_US);
	struct tm tm = { .tm_mday = 1 };

	if (utc)
		gmtime_r(&seconds, &tm);
	else
		localtime_r(&seconds, &tm);
	return tm;
}

static int64_t zone_offset_us(int64_t us, bool utc)
{
	return (int64_t)broken_down(us, utc).tm_gmtoff * SECOND_US;
}

/* The first moment from `us` on at which the wall clock shows a multiple of step. */
static int64_t round_up(int64_t us, int64_t step, bool utc)
{
	int64_t offset = zone_offset_us(us, utc), begin = step % (7 * DAY_US) ? 0 : FIRST_MONDAY_US;
	int64_t wall = us + offset - begin;
	int64_t up = (wall + step - 1) / step * step + begin;

	/* The clock may change on the way there. */
	return up - zone_offset_us(up - offset, utc);
}

/* When a month began, counted from the year 1900, which may be one of a year to come. */
static int64_t month_start_us(int month, bool utc)
{
	struct tm tm = { .tm_year = month / 12, .tm_mon = month % 12, .tm_mday = 1, .tm_isdst = -1 };

	return (int64_t)(utc ? timegm(&tm) : mktime(&tm)) * SECOND_US;
}

static size_t month_ticks(int64_t from_us, int64_t to_us, int64_t apart_us, bool utc, struct time_tick ticks[TIME_TICKS_MOST])
{
	struct tm first = broken_down(from_us, utc);
	size_t count = 0, step_index = 0;

	while (step_index + 1 < sizeof month_steps / sizeof *month_steps && month_steps[step_index] * MONTH_MOST_US < apart_us)
		step_index++;
	int step = month_steps[step_index], month = (first.tm_year * 12 + first.tm_mon) / step * step;

	for (; count < TIME_TICKS_MOST && month_start_us(month, utc) < to_us; month += step) {
		int64_t us = month_start_us(month, utc);
		struct tm tm = broken_down(us, utc);

		if (us < from_us)
			continue;
		ticks[count].us = us;
		strftime(ticks[count++].label, TICK_LABEL_SIZE, "%b %Y", &tm);
	}
	return count;
}

size_t time_ticks(int64_t from_us, int64_t to_us, int64_t apart_us, bool utc, struct time_tick ticks[TIME_TICKS_MOST])
{
	size_t steps = sizeof time_steps / sizeof *time_steps, count = 0, step_index = 0;

	while (step_index < steps && time_steps[step_index] < apart_us)
		step_index++;
	if (step_index == steps)
		return month_ticks(from_us, to_us, apart_us, utc, ticks);
	int64_t step = time_steps[step_index];

	for (int64_t us = round_up(from_us, step, utc); us < to_us && count < TIME_TICKS_MOST;) {
		struct tm tm = broken_down(us, utc);

		ticks[count].us = us;
		strftime(ticks[count].label, TICK_LABEL_SIZE, step < DAY_US ? "%H:%M" : "%d %b", &tm);
		count++;
		int64_t next = round_up(us + step / 2, step, utc);

		us = next > us ? next : us + step;
	}
	return count;
}
