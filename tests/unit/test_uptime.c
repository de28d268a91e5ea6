/* Windows as people name them, amounts that add up when they are rounded, per cent that are never too good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "kumatop/uptime.h"
#include "kumatop/when.h"

#define COUNT(rows) (sizeof (rows) / sizeof *(rows))

static int64_t at(const char *text)
{
	struct error err;
	int64_t us = 0;

	if (!moment_parse(text, 0, &us, &err))
		fail_msg("%s", err.text);
	return us;
}

static void windows_are_read(void **state)
{
	static const struct { const char *text; int64_t length_us; } rows[] = {
		{ "1h", HOUR_US }, { "24h", DAY_US }, { "7d", 7 * DAY_US }, { "90d", 90 * DAY_US }, { "1y", 365 * DAY_US }, { "2y", 730 * DAY_US },
		{ "1m30s", 90 * SECOND_US }, { "1ms", 1000 }, { "56y", 56 * 365 * DAY_US },
	};
	static const char *const wrong[] = { "", "24", "0", "0y", "y", "1Y", "-1h", "1h ", "today", "101y", "1000y", "99999999y", "1y2d", "2026-10" };
	int64_t now_us = at("2026-11-28T12:00:00.123Z") + 456;
	struct window window;
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(window_parse(rows[i].text, now_us, &window, &err));
		assert_int_equal(window.to_us, now_us - 456);
		assert_int_equal(window.to_us - window.from_us, rows[i].length_us);
		assert_string_equal(window.label, rows[i].text);
	}
	assert_true(window_parse("100y", now_us, &window, &err));
	assert_int_equal(window.from_us, 0);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		if (window_parse(wrong[i], now_us, &window, &err))
			fail_msg("%s is a window", wrong[i]);
		assert_int_equal(err.code, EXIT_USAGE);
	}
}

static void months_are_those_of_utc(void **state)
{
	static const struct { const char *text, *from, *to; } rows[] = {
		{ "1970-01", "1970-01-01T00:00:00.000Z", "1970-02-01T00:00:00.000Z" },
		{ "2000-02", "2000-02-01T00:00:00.000Z", "2000-03-01T00:00:00.000Z" },
		{ "2023-12", "2023-12-01T00:00:00.000Z", "2024-01-01T00:00:00.000Z" },
		{ "2024-02", "2024-02-01T00:00:00.000Z", "2024-03-01T00:00:00.000Z" },
		{ "2026-10", "2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z" },
		{ "2026-11", "2026-11-01T00:00:00.000Z", "2026-11-28T12:00:00.000Z" },	/* so far */
	};
	static const char *const wrong[] = { "", "2026", "2026-1", "2026-00", "2026-13", "2026-1x", "26-10-1", "2026/10", "2026-10-", "1969-12", "-026-10", "2026-12", "9999-12" };
	int64_t now_us = at("2026-11-28T12:00:00Z");
	char text[40], zone[] = "TZ=Pacific/Kiritimati";
	struct window window;
	struct error err;

	(void)state;
	putenv(zone);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(window_parse_month(rows[i].text, now_us, &window, &err));
		assert_string_equal(moment_print(window.from_us, text, sizeof text), rows[i].from);
		assert_string_equal(moment_print(window.to_us, text, sizeof text), rows[i].to);
		assert_string_equal(window.label, rows[i].text);
	}
	for (size_t i = 0; i < COUNT(wrong); i++) {
		if (window_parse_month(wrong[i], now_us, &window, &err))
			fail_msg("%s is a month", wrong[i]);
		assert_int_equal(err.code, EXIT_USAGE);
	}
	/* Each month is the last one as soon as it is over, and begins where the one before ends. */
	for (int month = 1; month <= 36; month++) {
		char label[16];
		struct window last;

		snprintf(label, sizeof label, "%d-%02d", 2023 + (month - 1) / 12, (month - 1) % 12 + 1);
		assert_true(window_parse_month(label, now_us, &window, &err));
		window_last_month(window.to_us, &last);
		assert_string_equal(last.label, label);
		assert_int_equal(last.from_us, window.from_us);
		assert_int_equal(last.to_us, window.to_us);
		window_last_month(window.to_us - 1, &last);
		assert_int_equal(last.to_us, window.from_us);
	}
}

static void rounded_amounts_add_up(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct amounts amounts = { 0 };
		int64_t ms[TIME_CLASS_COUNT], left_us = (int64_t)(1 + round) * 777000, all_ms = left_us / 1000;

		for (int i = 0; i < TIME_CLASS_COUNT; i++) {
			random = random * 1664525 + 1013904223;
			amounts.us[i] = i == TIME_CLASS_COUNT - 1 ? left_us : left_us * (random >> 8 & 0xff) / 256;
			left_us -= amounts.us[i];
		}
		amounts_round_ms(&amounts, ms);
		for (int i = 0; i < TIME_CLASS_COUNT; i++) {
			all_ms -= ms[i];
			assert_true(ms[i] >= amounts.us[i] / 1000 && ms[i] <= amounts.us[i] / 1000 + 1);
			assert_true(amounts.us[i] > 0 || ms[i] == 0);
		}
		assert_int_equal(all_ms, 0);
	}
}

static void per_cent_are_never_too_good(void **state)
{
	static const struct { double part; int decimals; const char *text; } rows[] = {
		{ -1, 3, "-" }, { 0, 3, "0" }, { 1, 3, "100" }, { 0.5, 3, "50.000" }, { 0.999, 3, "99.900" }, { 0.9999999, 3, "99.999" }, { 0.99999, 1, "99.9" },
		{ 0.99996, 2, "99.99" }, { 0.000001, 3, "<0.001" }, { 0.0004, 1, "<0.1" }, { 0.66666, 0, "66" }, { 1.0 / 3, 3, "33.333" },
	};
	struct amounts nothing = { 0 }, some = { .us = { [TIME_UP] = 3, [TIME_UNKNOWN] = 1 } };
	char text[32];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(percent_print(rows[i].part, rows[i].decimals, text, sizeof text), rows[i].text);
	assert_true(amounts_known(&nothing) >= 1 && amounts_known(&some) == 0.75);
}

/* What is left of an objective, and how fast it goes. */
static void budgets_are_kept(void **state)
{
	static const struct {
		int64_t target_ppm, window_s, up_s, down_s, late_up_s, late_down_s;
		int64_t budget_ms, left_ms;
		double burn;
		bool observed;
	} rows[] = {
		{ 999000, 30 * 86400, 30 * 86400 - 600, 600, 3600, 0, 2592000, 1992000, 0, true },
		{ 999000, 30 * 86400, 86400, 3600, 0, 3600, 2592000, -1008000, 1000, true },	/* overspent: all of an hour at once */
		{ 999000, 30 * 86400, 86400, 0, 3240, 360, 2592000, 2592000, 100, true },
		{ 990000, 7 * 86400, 0, 0, 0, 0, 6048000, 6048000, -1, false },			/* nobody knows */
		{ 999999, 3600, 3599, 1, 0, 0, 3, -996, -1, true },
		{ 500000, 366 * 86400, 1, 1, 1, 1, 15811200000, 15811199000, 1, true },
		{ 0, 30 * 86400, 1, 1, 1, 1, 0, 0, -1, false },					/* no objective */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct amounts amounts = { .us = { [TIME_UP] = rows[i].up_s * SECOND_US, [TIME_DOWN] = rows[i].down_s * SECOND_US,
		    [TIME_PENDING] = DAY_US, [TIME_MAINTENANCE] = DAY_US } };
		struct amounts late = { .us = { [TIME_UP] = rows[i].late_up_s * SECOND_US, [TIME_DOWN] = rows[i].late_down_s * SECOND_US } };
		struct slo_account account = slo_account(rows[i].target_ppm, rows[i].window_s * SECOND_US, &amounts, &late);

		assert_int_equal(account.budget_us / 1000, rows[i].budget_ms);
		assert_int_equal(account.left_us / 1000, rows[i].left_ms);
		assert_int_equal(account.observed, rows[i].observed);
		assert_true(account.burn_rate > rows[i].burn - 1e-6 && account.burn_rate < rows[i].burn + 1e-6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_are_read),
		cmocka_unit_test(months_are_those_of_utc),
		cmocka_unit_test(rounded_amounts_add_up),
		cmocka_unit_test(per_cent_are_never_too_good),
		cmocka_unit_test(budgets_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
