/* Moments of the calendar, read as people give them and printed. The zone's rules are the C library's (TZ). */
#include "kumatop/when.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct civil {
	int year, month, day;		/* year 0: no date was given */
	int hour, minute, second;
	int64_t fraction_us;
	bool zoned;
	int zone_minutes;		/* east of UTC */
};

/* Reads exactly `digits` digits. */
static bool read_number(const char **at, int digits, int least, int most, int *value)
{
	int number = 0;

	for (int i = 0; i < digits; i++) {
		char c = (*at)[i];

		if (c < '0' || c > '9')
			return false;
		number = number * 10 + (c - '0');
	}
	*at += digits;
	*value = number;
	return number >= least && number <= most;
}

static bool read_char(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static bool read_date(const char **at, struct civil *civil)
{
	return read_number(at, 4, 1970, 9999, &civil->year) && read_char(at, '-') && read_number(at, 2, 1, 12, &civil->month) &&
		read_char(at, '-') && read_number(at, 2, 1, 31, &civil->day);
}

/* ".25": digits beyond microseconds are read and lost. */
static bool read_fraction(const char **at, int64_t *us)
{
	int64_t unit = SECOND_US / 10;

	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		*us += (**at - '0') * unit;
	return true;
}

static bool read_time(const char **at, struct civil *civil)
{
	if (!read_number(at, 2, 0, 23, &civil->hour) || !read_char(at, ':') || !read_number(at, 2, 0, 59, &civil->minute))
		return false;
	if (!read_char(at, ':'))
		return true;
	if (!read_number(at, 2, 0, 60, &civil->second))
		return false;
	return !read_char(at, '.') || read_fraction(at, &civil->fraction_us);
}

static bool read_zone(const char **at, struct civil *civil)
{
	int hours, minutes, sign = **at == '-' ? -1 : 1;

	civil->zoned = true;
	if (read_char(at, 'Z') || read_char(at, 'z'))
		return true;
	if (!read_char(at, '+') && !read_char(at, '-'))
		return false;
	if (!read_number(at, 2, 0, 23, &hours))
		return false;
	read_char(at, ':');
	if (!read_number(at, 2, 0, 59, &minutes))
		return false;
	civil->zone_minutes = sign * (hours * 60 + minutes);
	return true;
}

static bool read_civil(const char *text, struct civil *civil)
{
	bool dated = strlen(text) > 4 && text[4] == '-';

	if (dated) {
		if (!read_date(&text, civil))
			return false;
		if (!*text)
			return true;
		if (!read_char(&text, 'T') && !read_char(&text, 't') && !read_char(&text, ' '))
			return false;
	}
	if (!read_time(&text, civil))
		return false;
	if (dated && *text && !read_zone(&text, civil))
		return false;
	return !*text;
}

/* Asks the C library with the daylight saving unknown: it follows the rules of the day in question, not those of today. */
static bool from_local(struct tm when, int64_t *us)
{
	time_t seconds;

	when.tm_isdst = -1;
	when.tm_wday = -1;
	seconds = mktime(&when);
	if (when.tm_wday < 0)	/* the only way mktime tells failure from -1 */
		return false;
	*us = (int64_t)seconds * SECOND_US;
	return true;
}

static bool from_calendar(struct tm when, bool utc, int64_t *us)
{
	if (!utc)
		return from_local(when, us);
	*us = (int64_t)timegm(&when) * SECOND_US;
	return true;
}

/* The time of day on the calendar's today, or on its yesterday when that is still to come. */
static bool last_time_of_day(struct tm when, int64_t now_us, bool utc, int64_t *us)
{
	time_t now = (time_t)(now_us / SECOND_US);
	struct tm today;

	if (!(utc ? gmtime_r(&now, &today) : localtime_r(&now, &today)))
		return false;
	when.tm_year = today.tm_year;
	when.tm_mon = today.tm_mon;
	when.tm_mday = today.tm_mday;
	if (!from_calendar(when, utc, us))
		return false;
	if (*us <= now_us)
		return true;
	when.tm_mday--;
	return from_calendar(when, utc, us);
}

static bool day_exists(const struct civil *civil)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = civil->year % 4 == 0 && (civil->year % 100 != 0 || civil->year % 400 == 0);

	return civil->day <= days[civil->month - 1] + (civil->month == 2 && leap);
}

static bool civil_to_us(const struct civil *civil, int64_t now_us, bool utc, int64_t *us)
{
	struct tm when = {
		.tm_year = civil->year - 1900, .tm_mon = civil->month - 1, .tm_mday = civil->day,
		.tm_hour = civil->hour, .tm_min = civil->minute, .tm_sec = civil->second,
	};
	bool known = true;

	if (!civil->year)
		known = last_time_of_day(when, now_us, utc, us);
	else if (civil->zoned)
		*us = ((int64_t)timegm(&when) - civil->zone_minutes * 60) * SECOND_US;
	else
		known = from_calendar(when, utc, us);
	*us += known ? civil->fraction_us : 0;
	return known;
}

static bool parse(const char *text, int64_t now_us, bool utc, int64_t *us, struct error *err)
{
	const char *ago = text + (text[0] == '-');	/* "-2h" says the same as "2h" */
	struct civil civil = { 0 };
	int64_t value = 0;

	if (!strpbrk(ago, "-:")) {
		if (!strcmp(text, "now")) {
			*us = now_us;
			return true;
		}
		if (!duration_parse(ago, &value, NULL))
			return error_set(err, EXIT_DATA, "\"%.60s\" is not a time: write how long ago (2h, 7d) or when "
				"(2026-11-01, \"2026-11-01 03:12\", 03:12, 2026-11-01T03:12:00Z)", text);
		*us = now_us - value * 1000;
		return true;
	}
	if (!read_civil(text, &civil))
		return error_set(err, EXIT_DATA, "\"%.60s\" is not a time: write it as 2026-11-01, \"2026-11-01 03:12\", 03:12 or "
			"2026-11-01T03:12:00Z", text);
	if (civil.year && !day_exists(&civil))
		return error_set(err, EXIT_DATA, "\"%.60s\": that month has no day %d", text, civil.day);
	if (!civil_to_us(&civil, now_us, utc, &value))
		return error_set(err, EXIT_DATA, "\"%.60s\" is not a time that the calendar of this machine knows", text);
	*us = value;
	return true;
}

bool moment_parse(const char *text, int64_t now_us, int64_t *us, struct error *err)
{
	return parse(text, now_us, false, us, err);
}

bool moment_parse_utc(const char *text, int64_t now_us, int64_t *us, struct error *err)
{
	return parse(text, now_us, true, us, err);
}

static void put_digits(char *out, int count, int64_t value)
{
	for (int i = count - 1; i >= 0; i--, value /= 10)
		out[i] = (char)('0' + value % 10);
}

static int64_t divide_down(int64_t value, int64_t by, int64_t *rest)
{
	int64_t quotient = value / by;

	*rest = value % by;
	if (*rest < 0) {
		*rest += by;
		quotient--;
	}
	return quotient;
}

/* The proleptic Gregorian date of a day counted from 1970, reckoned in years that begin in March. */
static void date_of_day(int64_t day, int64_t *year, int64_t *month, int64_t *date)
{
	int64_t of_era, of_year, year_of_era, shifted;
	int64_t era = divide_down(day + 719468, 146097, &of_era);

	year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	shifted = (5 * of_year + 2) / 153;
	*date = of_year - (153 * shifted + 2) / 5 + 1;
	*month = shifted < 10 ? shifted + 3 : shifted - 9;
	*year = year_of_era + era * 400 + (*month <= 2);
}

/* By hand: gmtime_r(3) takes the zone's lock, and an export prints millions of these. */
char *moment_print(int64_t us, char *out, size_t size)
{
	char text[] = "0000-00-00T00:00:00.000Z";
	int64_t in_day, year, month, date;
	int64_t day = divide_down(us, DAY_US, &in_day);

	date_of_day(day, &year, &month, &date);
	if (year < 0 || year > 9999) {
		snprintf(out, size, "(no date)");
		return out;
	}
	put_digits(text, 4, year);
	put_digits(text + 5, 2, month);
	put_digits(text + 8, 2, date);
	put_digits(text + 11, 2, in_day / HOUR_US);
	put_digits(text + 14, 2, in_day / MINUTE_US % 60);
	put_digits(text + 17, 2, in_day / SECOND_US % 60);
	put_digits(text + 20, 3, in_day / 1000 % 1000);
	assert(size >= sizeof text);
	memcpy(out, text, sizeof text);
	return out;
}

/* The format is checked where this is called: the header says it is one of strftime(3). */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

char *moment_print_local(int64_t us, const char *format, char *out, size_t size)
{
	int64_t rest;
	time_t seconds = (time_t)divide_down(us, SECOND_US, &rest);
	struct tm when;

	assert(size > 0);
	if (!localtime_r(&seconds, &when) || !strftime(out, size, format, &when))
		out[0] = '\0';
	return out;
}

#pragma GCC diagnostic pop

char *moment_print_near(int64_t us, int64_t now_us, char *out, size_t size)
{
	char day[16], today[16];

	moment_print_local(us, "%F", day, sizeof day);
	moment_print_local(now_us, "%F", today, sizeof today);
	return moment_print_local(us, strcmp(day, today) == 0 ? "%H:%M" : "%F %H:%M", out, size);
}
