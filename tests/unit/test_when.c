/* Durations there and back, ages, and moments in zones whose clocks change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/when.h"

#define COUNT(rows) (sizeof (rows) / sizeof *(rows))

static void durations_there_and_back(void **state)
{
	static const struct { const char *text; int64_t ms; const char *printed; } rows[] = {
		{ "0", 0, "0s" }, { "0s", 0, "0s" }, { "1ms", 1, "1ms" }, { "250ms", 250, "250ms" }, { "5s", 5000, "5s" }, { "90s", 90000, "1m30s" },
		{ "1m30s", 90000, "1m30s" }, { "1m", 60000, "1m" }, { "2h", 7200000, "2h" }, { "24h", 86400000, "1d" }, { "7d", 604800000, "7d" },
		{ "2w", 1209600000, "14d" }, { "1w1d", 691200000, "8d" }, { "1d2h3m4s5ms", 93784005, "1d2h3m4s5ms" }, { "1500ms", 1500, "1s500ms" },
		{ "30d", 2592000000, "30d" }, { "005s", 5000, "5s" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err;
		char printed[64];
		int64_t ms = -1, again = -1;

		assert_true(duration_parse(rows[i].text, &ms, &err));
		assert_int_equal(ms, rows[i].ms);
		assert_string_equal(duration_print(ms, printed, sizeof printed), rows[i].printed);
		assert_true(duration_parse(printed, &again, &err));
		assert_int_equal(again, ms);
	}
}

static void every_printed_duration_reads_back(void **state)
{
	int64_t ms = 1;

	for (int i = 0; i < 2000; i++) {
		char text[64];
		int64_t back;

		assert_true(duration_parse(duration_print(ms, text, sizeof text), &back, NULL));
		assert_int_equal(back, ms);
		ms = (ms * 7 + i) % INT64_C(31000000000000);
	}
}

static void bad_durations_say_what_to_write(void **state)
{
	static const struct { const char *text, *said; } rows[] = {
		{ "", "missing: write" }, { "60", "write 60s" }, { "5x", "such as 30s" }, { "-5s", "not a duration" }, { "1.5h", "whole numbers" },
		{ "5 s", "not a duration" }, { " 5s", "not a duration" }, { "5S", "not a duration" }, { "s", "not a duration" }, { "5s5", "not a duration" },
		{ "30s1m", "from large to small" }, { "5s5s", "from large to small" }, { "five", "not a duration" }, { "5sec", "not a duration" },
		{ "99999999999999999999s", "at most 366000d" }, { "400000d", "at most 366000d" }, { "366000d366000h", "at most" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		int64_t ms = 42;

		assert_false(duration_parse(rows[i].text, &ms, &err));
		assert_int_equal(ms, 42);
		if (!strstr(err.text, rows[i].said))
			fail_msg("%s: %s", rows[i].text, err.text);
	}
	assert_false(duration_parse("x", &(int64_t){ 0 }, NULL));
}

static void ages_and_lengths(void **state)
{
	static const struct { int64_t seconds; const char *age, *length; } rows[] = {
		{ -5, "0s", "0s" }, { 0, "0s", "0s" }, { 59, "59s", "59s" }, { 60, "1m", "1m00s" }, { 133, "2m", "2m13s" }, { 3599, "59m", "59m59s" },
		{ 3600, "1h", "1h00m" }, { 18720, "5h", "5h12m" }, { 86399, "23h", "23h59m" }, { 86400, "1d", "1d00h" }, { 273600, "3d", "3d04h" },
		{ 364 * 86400, "364d", "364d00h" }, { 365 * 86400, "1y", "365d00h" }, { INT64_C(3) * 366 * 86400, "3y", "1098d00h" },
		{ INT64_C(2000) * 365 * 86400, "999y", "730000d00h" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[32];

		assert_string_equal(age_print(rows[i].seconds * SECOND_US, text, sizeof text), rows[i].age);
		assert_true(strlen(text) <= 4);
		assert_string_equal(length_print(rows[i].seconds * SECOND_US, text, sizeof text), rows[i].length);
	}
}

static void moments_printed(void **state)
{
	static const struct { int64_t us; const char *text; } rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" }, { -1, "1969-12-31T23:59:59.999Z" }, { INT64_C(951782400) * SECOND_US, "2000-02-29T00:00:00.000Z" },
		{ INT64_C(1795317120) * SECOND_US + 250999, "2026-11-22T03:12:00.250Z" }, { INT64_C(4107542399) * SECOND_US, "2100-02-28T23:59:59.000Z" },
		{ INT64_C(4107542400) * SECOND_US, "2100-03-01T00:00:00.000Z" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[32];

		assert_string_equal(moment_print(rows[i].us, text, sizeof text), rows[i].text);
	}
}

/* Our own calendar against the C library's, a day at a time over the centuries that matter. */
static void calendar_agrees_with_the_library(void **state)
{
	for (int64_t seconds = -86400 * 400; seconds < INT64_C(12000000000); seconds += 86400 * 3 + 12347) {
		time_t when = (time_t)seconds;
		char expected[40], text[40];
		struct tm parts;

		assert_non_null(gmtime_r(&when, &parts));
		assert_true(strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000Z", &parts) > 0);
		assert_string_equal(moment_print(seconds * SECOND_US, text, sizeof text), expected);
	}
}

static void in_zone(const char *zone)
{
	assert_int_equal(setenv("TZ", zone, 1), 0);
	tzset();
}

/* A zone by its rule, so that the test needs no zone files: Central Europe. */
static const char europe[] = "CET-1CEST,M3.5.0,M10.5.0/3";
static const char new_york[] = "EST5EDT,M3.2.0,M11.1.0";

static int64_t utc(const char *text)
{
	struct error err;
	int64_t us;

	if (!moment_parse(text, 0, &us, &err))
		fail_msg("%s", err.text);
	return us;
}

static void moments_parsed(void **state)
{
	static const struct { const char *zone, *now, *text, *expected; } rows[] = {
		{ "UTC", "2026-11-22T12:00:00Z", "2h", "2026-11-22T10:00:00Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "-2h", "2026-11-22T10:00:00Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "7d", "2026-11-15T12:00:00Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "now", "2026-11-22T12:00:00Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "2026-11-01", "2026-11-01T00:00:00Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "2026-11-01 03:12", "2026-11-01T03:12:00Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "2026-11-01T03:12", "2026-11-01T03:12:00Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "2026-11-01 03:12:45.5", "2026-11-01T03:12:45.500Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "03:12", "2026-11-22T03:12:00Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "13:00", "2026-11-21T13:00:00Z" },
		{ "UTC", "2026-03-01T00:30:00Z", "13:00", "2026-02-28T13:00:00Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "12:00", "2026-11-22T12:00:00Z" },
		{ "UTC", "2026-11-22T12:00:00Z", "2024-02-29", "2024-02-29T00:00:00Z" },
		{ europe, "2026-11-22T12:00:00Z", "2026-11-01", "2026-10-31T23:00:00Z" },
		{ europe, "2026-11-22T12:00:00Z", "2026-07-01", "2026-06-30T22:00:00Z" },
		{ europe, "2026-07-01T12:00:00Z", "2026-01-15 12:00", "2026-01-15T11:00:00Z" },
		{ europe, "2026-11-22T12:00:00Z", "2026-11-01T03:12:00Z", "2026-11-01T03:12:00Z" },
		{ europe, "2026-11-22T12:00:00Z", "2026-11-01T03:12:00+05:30", "2026-10-31T21:42:00Z" },
		{ europe, "2026-11-22T12:00:00Z", "2026-11-01T03:12:00-0800", "2026-11-01T11:12:00Z" },
		{ europe, "2026-11-22T12:00:00Z", "2026-11-01t03:12:00z", "2026-11-01T03:12:00Z" },
		/* The day the clock goes forward has 23 hours, the day it goes back 25; the time of day holds all the same. */
		{ europe, "2026-03-29T12:00:00Z", "03:30", "2026-03-29T01:30:00Z" },
		{ europe, "2026-03-29T08:00:00Z", "12:00", "2026-03-28T11:00:00Z" },
		{ europe, "2026-10-25T08:00:00Z", "12:00", "2026-10-24T10:00:00Z" },
		{ europe, "2026-10-25T22:30:00Z", "00:30", "2026-10-24T22:30:00Z" },
		{ new_york, "2026-11-01T12:00:00Z", "00:30", "2026-11-01T04:30:00Z" },
		{ new_york, "2026-11-22T12:00:00Z", "2026-03-08", "2026-03-08T05:00:00Z" },
		{ new_york, "2026-11-22T12:00:00Z", "2026-03-09", "2026-03-09T04:00:00Z" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err;
		char text[40], expected[40];
		int64_t us = 0;

		in_zone(rows[i].zone);
		if (!moment_parse(rows[i].text, utc(rows[i].now), &us, &err))
			fail_msg("%s: %s", rows[i].text, err.text);
		moment_print(us, text, sizeof text);
		moment_print(utc(rows[i].expected), expected, sizeof expected);
		if (strcmp(text, expected) != 0)
			fail_msg("%s in %s at %s: %s, not %s", rows[i].text, rows[i].zone, rows[i].now, text, expected);
	}
	in_zone("UTC");
}

/* As somebody reads them who has his clocks in UTC. */
static void moments_parsed_in_utc(void **state)
{
	static const struct { const char *now, *text, *expected; } rows[] = {
		{ "2026-11-22T12:00:00Z", "2026-11-01 03:12", "2026-11-01T03:12:00Z" },
		{ "2026-11-22T12:00:00Z", "2026-11-01T03:12:00+05:30", "2026-10-31T21:42:00Z" },
		{ "2026-11-22T00:30:00Z", "00:12", "2026-11-22T00:12:00Z" },
		{ "2026-11-22T00:30:00Z", "00:40", "2026-11-21T00:40:00Z" },
		{ "2026-11-22T12:00:00Z", "-1d", "2026-11-21T12:00:00Z" },
	};

	in_zone(new_york);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err;
		int64_t us = 0;

		if (!moment_parse_utc(rows[i].text, utc(rows[i].now), &us, &err))
			fail_msg("%s", err.text);
		assert_int_equal(us, utc(rows[i].expected));
	}
	in_zone("UTC");
}

static void bad_moments_say_what_to_write(void **state)
{
	static const struct { const char *text, *said; } rows[] = {
		{ "", "2026-11-01" }, { "yesterday", "write how long ago" }, { "60", "write how long ago" }, { "2026-13-01", "is not a time" },
		{ "2026-02-30", "no day 30" }, { "2025-02-29", "no day 29" }, { "2026-11-01 25:00", "is not a time" }, { "2026-11-01 03:60", "is not a time" },
		{ "2026-11-01 03:12 x", "is not a time" }, { "26-11-01", "is not a time" }, { "03:12Z", "is not a time" }, { "3:12", "is not a time" },
		{ "2026-11-01T", "is not a time" }, { "2026-11-01T03:12+25:00", "is not a time" }, { "2026-11-01 03:12:01.", "is not a time" },
		{ "--2h", "is not a time" }, { "-", "is not a time" }, { "-03:12", "is not a time" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		int64_t us = 42;

		assert_false(moment_parse(rows[i].text, 0, &us, &err));
		assert_int_equal(us, 42);
		if (!strstr(err.text, rows[i].said))
			fail_msg("%s: %s", rows[i].text, err.text);
	}
}

static void local_time(void **state)
{
	char text[40];

	in_zone(europe);
	assert_string_equal(moment_print_local(utc("2026-07-01T12:00:00Z"), "%Y-%m-%d %H:%M %Z", text, sizeof text), "2026-07-01 14:00 CEST");
	assert_string_equal(moment_print_local(utc("2026-11-22T12:00:00Z"), "%H:%M %Z", text, sizeof text), "13:00 CET");
	assert_string_equal(moment_print_local(-1, "%H:%M:%S", text, sizeof text), "00:59:59");
	assert_string_equal(moment_print_local(0, "%H:%M:%S", text, 3), "");
	assert_string_equal(moment_print_near(utc("2026-11-22T22:59:59Z"), utc("2026-11-21T23:00:00Z"), text, sizeof text), "23:59");
	assert_string_equal(moment_print_near(utc("2026-11-22T23:00:00Z"), utc("2026-11-22T22:59:59Z"), text, sizeof text), "2026-11-23 00:00");
	assert_string_equal(moment_print_near(utc("2025-11-22T12:00:00Z"), utc("2026-11-22T12:00:00Z"), text, sizeof text), "2025-11-22 13:00");
	in_zone("UTC");
}

static void clocks(void **state)
{
	struct mono now = mono_now();

	assert_int_equal(mono_between_us(now, mono_add_ms(now, 1500)), 1500000);
	assert_true(mono_between_us(now, mono_now()) >= 0);
	assert_true(unix_now_us() > utc("2020-01-01T00:00:00Z"));
	assert_true(suspended_us() >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_there_and_back),
		cmocka_unit_test(every_printed_duration_reads_back),
		cmocka_unit_test(bad_durations_say_what_to_write),
		cmocka_unit_test(ages_and_lengths),
		cmocka_unit_test(moments_printed),
		cmocka_unit_test(calendar_agrees_with_the_library),
		cmocka_unit_test(moments_parsed),
		cmocka_unit_test(moments_parsed_in_utc),
		cmocka_unit_test(bad_moments_say_what_to_write),
		cmocka_unit_test(local_time),
		cmocka_unit_test(clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
