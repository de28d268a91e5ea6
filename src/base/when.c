/* Clocks, durations and lengths of time. Moments of the calendar are moment.c. */
#include "kumatop/when.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t clock_us(clockid_t which)
{
	struct timespec now;
	int failed = clock_gettime(which, &now);

	assert(!failed);
	(void)failed;
	return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

struct mono mono_now(void)
{
	return (struct mono){ clock_us(CLOCK_MONOTONIC) };
}

struct mono mono_add_ms(struct mono when, int64_t ms)
{
	return (struct mono){ when.us + ms * 1000 };
}

int64_t mono_between_us(struct mono from, struct mono to)
{
	return to.us - from.us;
}

int64_t unix_now_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

int64_t suspended_us(void)
{
	/* Monotonic first: read the other way round the difference could be negative. */
	int64_t mono = clock_us(CLOCK_MONOTONIC);

	return clock_us(CLOCK_BOOTTIME) - mono;
}

static const struct unit {
	const char *name;
	int64_t ms;
	bool printed;		/* people read 14d more easily than 2w */
} units[] = {
	{ "w", 7 * 86400000, false },
	{ "d", 86400000, true },
	{ "h", 3600000, true },
	{ "m", 60000, true },
	{ "s", 1000, true },
	{ "ms", 1, true },
};

enum { UNITS = sizeof units / sizeof *units };

/* A thousand years: nothing that is meant is longer, and microseconds of it fit. */
static const int64_t longest_ms = INT64_C(1000) * 366 * 86400000;

/* "5", "five minutes", "5x": what to write depends on what is there. */
static bool duration_refuse(const char *text, struct error *err)
{
	size_t digits = strspn(text, "0123456789");

	if (!*text)
		return error_set(err, EXIT_DATA, "a duration is missing: write a number and a unit, such as 30s or 1m30s");
	if (digits && digits < 12 && !text[digits])
		return error_set(err, EXIT_DATA, "\"%s\" has no unit: write %ss, or another of ms s m h d w", text, text);
	return error_set(err, EXIT_DATA, "\"%.60s\" is not a duration: write whole numbers with units from large to small (w d h m s ms), "
		"such as 30s, 250ms or 1m30s", text);
}

/* Reads one "30m" at *text; the unit must be smaller than the one before, whose row is *last. */
static bool duration_part(const char **text, int *last, int64_t *ms)
{
	const char *at = *text;
	int64_t value = 0;
	size_t length;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		value = value * 10 + (*at - '0');
		if (value > longest_ms)
			value = longest_ms + 1;
	}
	length = strcspn(at, "0123456789");
	for (int i = *last + 1; i < UNITS; i++) {
		if (strlen(units[i].name) == length && !memcmp(at, units[i].name, length)) {
			*last = i;
			*text = at + length;
			*ms = value > longest_ms / units[i].ms ? longest_ms + 1 : value * units[i].ms;
			return true;
		}
	}
	return false;
}

bool duration_parse(const char *text, int64_t *ms, struct error *err)
{
	const char *at = text;
	int64_t total = 0, part;
	int last = -1;

	if (!strcmp(text, "0")) {
		*ms = 0;
		return true;
	}
	do {
		if (!duration_part(&at, &last, &part))
			return duration_refuse(text, err);
		total += part;
		if (total > longest_ms)
			return error_set(err, EXIT_DATA, "\"%.60s\" is too long: write at most 366000d", text);
	} while (*at);
	*ms = total;
	return true;
}

char *duration_print(int64_t ms, char *out, size_t size)
{
	size_t used = 0;
	bool negative = ms < 0;
	uint64_t rest = negative ? 0 - (uint64_t)ms : (uint64_t)ms;

	assert(size > 0);
	out[0] = '\0';
	if (!rest) {
		snprintf(out, size, "0s");
		return out;
	}
	for (int i = 0; i < UNITS; i++) {
		uint64_t count = rest / (uint64_t)units[i].ms;
		int length;

		if (!units[i].printed || !count)
			continue;
		length = snprintf(out + used, size - used, "%s%" PRIu64 "%s", negative && !used ? "-" : "", count, units[i].name);
		if (length < 0 || (size_t)length >= size - used)
			break;
		used += (size_t)length;
		rest %= (uint64_t)units[i].ms;
	}
	return out;
}

char *age_print(int64_t us, char *out, size_t size)
{
	int64_t seconds = us < 0 ? 0 : us / SECOND_US;
	int64_t years = seconds / (365 * 86400);

	if (seconds < 60)
		snprintf(out, size, "%" PRId64 "s", seconds);
	else if (seconds < 3600)
		snprintf(out, size, "%" PRId64 "m", seconds / 60);
	else if (seconds < 86400)
		snprintf(out, size, "%" PRId64 "h", seconds / 3600);
	else if (!years)
		snprintf(out, size, "%" PRId64 "d", seconds / 86400);
	else
		snprintf(out, size, "%" PRId64 "y", years < 999 ? years : 999);
	return out;
}

char *length_print(int64_t us, char *out, size_t size)
{
	int64_t seconds = us < 0 ? 0 : us / SECOND_US;

	if (seconds < 60)
		snprintf(out, size, "%" PRId64 "s", seconds);
	else if (seconds < 3600)
		snprintf(out, size, "%" PRId64 "m%02" PRId64 "s", seconds / 60, seconds % 60);
	else if (seconds < 86400)
		snprintf(out, size, "%" PRId64 "h%02" PRId64 "m", seconds / 3600, seconds / 60 % 60);
	else
		snprintf(out, size, "%" PRId64 "d%02" PRId64 "h", seconds / 86400, seconds / 3600 % 24);
	return out;
}
