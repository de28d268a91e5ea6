/*
 * @ shows the board as it stood: in every view, until Esc; arrows and braces step; nothing can be changed in it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../lib/demo.h"

static struct term *start(int rows, int columns, const char *option)
{
	const char *const args[] = { option, NULL };
	struct term *term = demo_start(rows, columns, NULL, option ? args : NULL);

	TERM_EXPECT(term, "►▼ checkout-api");
	return term;
}

/* Before anything was wrong. */
static struct term *start_in_the_past(int rows, int columns)
{
	struct term *term = start(rows, columns, NULL);

	term_keys(term, "@13:30\r");
	TERM_EXPECT(term, "AS OF 22 Nov 13:30:00 CET - Esc: now");
	return term;
}

static void test_there_and_back(void **state)
{
	struct term *term = start(24, 80, NULL);

	(void)state;
	TERM_EXPECT(term, "@Past");
	term_keys(term, "@");
	TERM_EXPECT(term, "@  03:12, -2h");
	TERM_EXPECT(term, "Cancel");
	term_keys(term, "13:30");
	TERM_EXPECT(term, "@13:30   22 Nov 13:30:00 CET");
	term_keys(term, "\r");
	TERM_EXPECT(term, "AS OF 22 Nov 13:30:00 CET - Esc: now");
	TERM_EXPECT(term, "13:30 CET");
	/* of kumatop itself nothing is said */
	assert_null(strstr(term_row_text(term, 0), "net"));
	TERM_EXPECT(term, "● checkout-api");
	assert_true(term_shows(term, "200 then"));
	assert_false(term_shows(term, "▼"));
	TERM_EXPECT(term, "Now");
	/* what happens meanwhile is not seen in it */
	term_signal(term, SIGUSR1);
	term_keys(term, "jk");
	(void)term_wait_idle(term, 300, TERM_PATIENCE_MS);
	assert_true(term_shows(term, "AS OF 22 Nov 13:30:00"));
	term_keys(term, "\033");
	TERM_EXPECT_GONE(term, "AS OF");
	TERM_EXPECT(term, "▼ checkout-api");
	TERM_EXPECT(term, "●10 ○1 ▼2");
	TERM_EXPECT(term, "14:03 CET");
	demo_quit(term);
}

static void test_q_goes_back_first(void **state)
{
	struct term *term = start_in_the_past(24, 80);

	(void)state;
	term_keys(term, "q");
	TERM_EXPECT_GONE(term, "AS OF");
	TERM_EXPECT(term, "▼ checkout-api");
	demo_quit(term);
}

static void test_steps(void **state)
{
	struct term *term = start_in_the_past(24, 80);

	(void)state;
	term_keys(term, "\033[D");
	TERM_EXPECT(term, "AS OF 22 Nov 13:29:00");
	term_keys(term, "l\033[C\033[C");
	TERM_EXPECT(term, "AS OF 22 Nov 13:32:00");
	/* search was slow from 13:45:27 on, db-replica-2 down from 13:51:11, checkout-api from 14:01:14 */
	term_keys(term, "}");
	TERM_EXPECT(term, "AS OF 22 Nov 13:45:27");
	TERM_EXPECT(term, "▲ search");
	term_keys(term, "}}");
	TERM_EXPECT(term, "AS OF 22 Nov 14:01:14");
	TERM_EXPECT(term, "▼ checkout-api");
	term_keys(term, "{{{");
	TERM_EXPECT(term, "AS OF 22 Nov 08:03:27");
	TERM_EXPECT_GONE(term, "▼ checkout-api");
	/* forward beyond now is now */
	term_keys(term, "@14:02\r");
	TERM_EXPECT(term, "AS OF 22 Nov 14:02:00");
	term_keys(term, "ll");
	TERM_EXPECT(term, "this is now");
	TERM_EXPECT_GONE(term, "AS OF");
	/* and back from now */
	term_keys(term, "{");
	TERM_EXPECT(term, "AS OF 22 Nov 14:03:07");
	term_keys(term, "}");
	TERM_EXPECT(term, "nothing has happened since");
	demo_quit(term);
}

/* In the view of a monitor the events are its own. */
static void test_detail_and_log(void **state)
{
	struct term *term = start_in_the_past(24, 80);

	(void)state;
	term_keys(term, "/checkout\r\r");
	TERM_EXPECT(term, "checkout-api  ● UP");
	assert_string_equal(term_row_text(term, 0), " AS OF 22 Nov 13:30:00 CET - Esc: now");
	TERM_EXPECT(term, "13:30");
	term_keys(term, "}");
	TERM_EXPECT(term, "AS OF 22 Nov 14:01:14");
	TERM_EXPECT(term, "checkout-api  ▼ DOWN");
	term_keys(term, "{");
	TERM_EXPECT(term, "AS OF 21 Nov 13:03:27");
	term_keys(term, "L");
	TERM_EXPECT(term, "events  checkout-api  1 ");
	term_keys(term, "q");
	TERM_EXPECT(term, "checkout-api  ● UP");
	/* a view of a monitor that was not there yet */
	term_keys(term, "@2026-10-01\r");
	TERM_EXPECT(term, "this monitor was not there then");
	term_keys(term, "\033");
	TERM_EXPECT(term, "checkout-api  ▼ DOWN 2m13s");
	assert_false(term_shows(term, "AS OF"));
	term_keys(term, "L");
	TERM_EXPECT(term, "events  checkout-api  2 ");
	demo_quit(term);
}

static void test_nothing_can_be_changed(void **state)
{
	static const char *const keys[] = { "p", "r", "R", "A", "a", "e", "c", "u", "\033[3~" };
	struct term *term = start_in_the_past(24, 80);

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		term_keys(term, keys[i]);
		TERM_EXPECT(term, "this is the board of 22 Nov 13:30:00 CET: nothing can be changed in it");
		/* another toast before the next */
		term_keys(term, "Z");
		TERM_EXPECT(term, "stands still anyway");
	}
	term_keys(term, "\033[200~https://example.com/\033[201~");
	TERM_EXPECT(term, "nothing can be changed in it");
	term_keys(term, "\033");
	TERM_EXPECT_GONE(term, "AS OF");
	term_keys(term, "p");
	TERM_EXPECT(term, "paused checkout-api");
	demo_quit(term);
}

static void test_bad_times(void **state)
{
	static const struct { const char *typed, *said; } rows[] = {
		{ "yesterday", "is not a time" }, { "25:00", "is not a time" }, { "2026-11-22 15:00", "that is still to come" },
		{ "2026-11-31", "no day 31" },
	};
	struct term *term = start(24, 120, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		term_keys(term, "@");
		TERM_EXPECT(term, "@  03:12");
		term_keys(term, rows[i].typed);
		term_keys(term, "\r");
		TERM_EXPECT(term, rows[i].said);
		term_keys(term, "\x15");
		TERM_EXPECT(term, "@  03:12");
		term_keys(term, "\x7f");
		TERM_EXPECT_GONE(term, "@  03:12");
	}
	term_keys(term, "@\r");
	TERM_EXPECT(term, "►▼ checkout-api");
	assert_false(term_shows(term, "AS OF"));
	/* before there was anything; and a time on the clock that shows */
	term_keys(term, "@2026-10-01\r");
	TERM_EXPECT(term, "AS OF 01 Oct 00:00:00 CET");
	TERM_EXPECT(term, "no monitors then");
	term_keys(term, "C@2025-11-01 03:12\r");
	TERM_EXPECT(term, "AS OF 01 Nov 2025 03:12:00 UTC");
	term_keys(term, "\033");
	TERM_EXPECT(term, "▼ checkout-api");
	demo_quit(term);
}

/* What shows stays until the answer is there, and who steps on meanwhile gets where he is. */
static void test_loading(void **state)
{
	struct term *term = start(24, 80, "--slow");

	(void)state;
	term_keys(term, "@13:30\r");
	TERM_EXPECT(term, "loading 22 Nov 13:30:00 CET - Esc: now");
	assert_true(term_shows(term, "▼ checkout-api"));
	term_keys(term, "p");
	TERM_EXPECT(term, "this is the board of 22 Nov 13:30:00");
	term_keys(term, "hhh");
	TERM_EXPECT(term, "loading 22 Nov 13:27:00 CET - Esc: now");
	term_signal(term, SIGUSR2);
	TERM_EXPECT(term, "AS OF 22 Nov 13:30:00 CET - loading 22 Nov 13:27:00 CET");
	TERM_EXPECT(term, "● checkout-api");
	term_signal(term, SIGUSR2);
	TERM_EXPECT(term, "AS OF 22 Nov 13:27:00 CET - Esc: now");
	/* one that comes when nobody wants it any more */
	term_keys(term, "h");
	TERM_EXPECT(term, "- loading 22 Nov 13:26:00");
	term_keys(term, "\033");
	TERM_EXPECT(term, "▼ checkout-api");
	term_signal(term, SIGUSR2);
	term_keys(term, "j");
	(void)term_wait_idle(term, 300, TERM_PATIENCE_MS);
	assert_false(term_shows(term, "AS OF"));
	assert_true(term_shows(term, "▼ checkout-api"));
	demo_quit(term);
}

static void test_no_history(void **state)
{
	struct term *term = start(24, 80, "--no-history");

	(void)state;
	term_keys(term, "@1h\r");
	TERM_EXPECT(term, "the past cannot be shown: no history is kept");
	assert_false(term_shows(term, "AS OF"));
	term_keys(term, "{");
	TERM_EXPECT(term, "the past cannot be shown");
	assert_true(term_shows(term, "►▼ checkout-api"));
	demo_quit(term);
}

static void test_frozen_before(void **state)
{
	struct term *term = start(24, 80, NULL);

	(void)state;
	term_keys(term, "Z");
	TERM_EXPECT(term, "FROZEN since");
	term_keys(term, "@-1h\r");
	TERM_EXPECT(term, "AS OF 22 Nov 13:03:27");
	assert_false(term_shows(term, "FROZEN"));
	term_keys(term, "\033");
	TERM_EXPECT_GONE(term, "AS OF");
	assert_false(term_shows(term, "FROZEN"));
	demo_quit(term);
}

static void test_tiny(void **state)
{
	struct term *term = start(10, 40, NULL);

	(void)state;
	term_keys(term, "@13:30");
	TERM_EXPECT(term, "@13:30   22 Nov 13:30:00 CET");
	term_keys(term, "\r");
	TERM_EXPECT(term, "AS OF 22 Nov 13:30:00 CET - Esc: now");
	assert_non_null(strstr(term_row_text(term, 9), "Now"));
	term_keys(term, "\033");
	TERM_EXPECT_GONE(term, "AS OF");
	demo_quit(term);

	term = start(5, 20, NULL);
	term_keys(term, "@13:30");
	TERM_EXPECT(term, "@13:30");
	term_keys(term, "\r");
	TERM_EXPECT(term, "AS OF 22 Nov 13:30");
	term_keys(term, "p");
	TERM_EXPECT(term, "this is the");
	term_keys(term, "\033");
	TERM_EXPECT(term, "▼ checkout-api");
	demo_quit(term);
}

static void test_every_size(void **state)
{
	static const int sizes[][2] = { { 60, 200 }, { 40, 120 }, { 10, 40 }, { 5, 20 }, { 3, 20 }, { 3, 12 }, { 1, 1 }, { 24, 80 } };
	struct term *term = start_in_the_past(24, 80);

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		term_resize(term, sizes[i][0], sizes[i][1]);
		(void)term_wait_idle(term, 100, TERM_PATIENCE_MS);
		if (sizes[i][1] >= 20)
			TERM_EXPECT(term, "AS OF 22 Nov 13:30");
		term_keys(term, "@1\033");
		(void)term_wait_idle(term, 100, TERM_PATIENCE_MS);
	}
	TERM_EXPECT(term, "AS OF 22 Nov 13:30:00 CET - Esc: now");
	TERM_EXPECT(term, "● checkout-api");
	demo_quit(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_q_goes_back_first), cmocka_unit_test(test_steps),
		cmocka_unit_test(test_detail_and_log), cmocka_unit_test(test_nothing_can_be_changed), cmocka_unit_test(test_bad_times),
		cmocka_unit_test(test_loading), cmocka_unit_test(test_no_history), cmocka_unit_test(test_frozen_before),
		cmocka_unit_test(test_tiny), cmocka_unit_test(test_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
