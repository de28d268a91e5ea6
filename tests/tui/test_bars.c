/*
 * b: what the bars of the list show. The made-up history has failures in the ninth tenth of any window.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "kumatop/when.h"

#include "../../src/tui/bars.h"
#include "../lib/demo.h"

static struct term *start(int rows, int columns, const char *option, const char *value)
{
	struct term *term = demo_start(rows, columns, NULL, (const char *[]){ option, value, NULL });

	TERM_EXPECT(term, "checkout-api");
	return term;
}

/* A bucket divides the range, and the finest that fits is taken. */
static void test_buckets(void **state)
{
	static const struct { enum bar_range range; size_t width; int minutes; } rows[] = {
		{ BAR_HOUR, 90, 1 }, { BAR_HOUR, 60, 1 }, { BAR_HOUR, 59, 2 }, { BAR_HOUR, 24, 3 }, { BAR_HOUR, 12, 5 }, { BAR_HOUR, 8, 10 },
		{ BAR_DAY, 90, 20 }, { BAR_DAY, 71, 30 }, { BAR_DAY, 36, 40 }, { BAR_DAY, 24, 60 }, { BAR_DAY, 12, 120 }, { BAR_DAY, 8, 180 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t bucket_us = bars_bucket_us(rows[i].range, rows[i].width);

		assert_int_equal(bucket_us, rows[i].minutes * MINUTE_US);
		assert_int_equal((rows[i].range == BAR_HOUR ? HOUR_US : DAY_US) % bucket_us, 0);
	}
}

static void test_ranges(void **state)
{
	struct term *term = start(40, 120, NULL, NULL);

	(void)state;
	TERM_EXPECT(term, "HEARTBEAT");
	TERM_EXPECT(term, " ▌▌▌▌▌▌▌▌▌▌░░█████ ");
	term_keys(term, "b");
	TERM_EXPECT(term, "bars show the last hour");
	TERM_EXPECT(term, "LAST 1h ");
	TERM_EXPECT(term, "checkout-api    http     ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌██▌▌ ");
	TERM_EXPECT(term, "legacy-ftp      tcp      ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌██▌▌ ");
	term_keys(term, "b");
	TERM_EXPECT(term, "LAST 24h ");
	TERM_EXPECT(term, "legacy-ftp      tcp  ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌██▌▌ ");
	term_keys(term, "b");
	TERM_EXPECT(term, "HEARTBEAT");
	TERM_EXPECT(term, " ▌▌▌▌▌▌▌▌▌▌░░█████ ");
	demo_quit(term);
}

/* Rows are asked for when they come onto the screen; another width is another question. */
static void test_rows_that_come_into_sight(void **state)
{
	struct term *term = start(40, 120, "--many", "1000");

	(void)state;
	term_keys(term, "bG");
	TERM_EXPECT(term, "service-01000   http     ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌██▌▌ ");
	TERM_EXPECT(term, "service-00990   http     ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌██▌▌ ");
	term_keys(term, "g");
	TERM_EXPECT(term, "service-00015   http     ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌██▌▌ ");
	term_resize(term, 24, 80);
	TERM_EXPECT(term, "LAST 1h");
	TERM_EXPECT(term, " login ");
	TERM_EXPECT(term, "   ▌▌▌▌▌█ ");
	/* Rows are asked for one after the other. */
	for (int i = 0; i < 400 && !strstr(term_row_text(term, 13), "   ▌▌▌▌▌█ "); i++)
		term_wait_text(term, "is never shown", 50);
	assert_non_null(strstr(term_row_text(term, 13), "   ▌▌▌▌▌█ "));
	demo_quit(term);
}

static void test_without_history(void **state)
{
	struct term *term = start(24, 80, "--no-history", NULL);

	(void)state;
	term_keys(term, "b");
	TERM_EXPECT(term, "bars show beats: no history is kept");
	TERM_EXPECT(term, "HEARTBEAT");
	term_resize(term, 60, 200);
	TERM_EXPECT(term, "─ outages 30d ──");
	TERM_EXPECT(term, " no history is kept");
	assert_true(term_shows(term, "response time, 1h, last checks"));
	demo_quit(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets), cmocka_unit_test(test_ranges), cmocka_unit_test(test_rows_that_come_into_sight),
		cmocka_unit_test(test_without_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
