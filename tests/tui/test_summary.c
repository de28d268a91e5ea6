/*
 * Q leaves the last picture in the scrollback; q and signals leave nothing.
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

static struct term *start(const char *locale, const char *option)
{
	struct term *term = demo_start(24, 100, (const char *[]){ locale, NULL }, (const char *[]){ option, NULL });

	TERM_EXPECT(term, "Quit");
	return term;
}

static void test_counts_and_problems(void **state)
{
	struct term *term = start("LC_ALL=C.UTF-8", "--hostile");

	(void)state;
	term_keys(term, "\rQ");
	TERM_EXPECT_EXIT(term, 0);
	assert_false(term_modes(term).alt_screen);
	assert_string_equal(term_row_text(term, 0),
	    "kumatop mon1, 22 Nov 14:03:27 CET: 2 down, 1 unknown, 1 degraded, 1 pending, 16 up, 1 maintenance, 1");
	assert_string_equal(term_row_text(term, 2),
	    "▼ checkout-api   down       2m  wrong status: 503 Service Unavailable (expected 200-299)");
	assert_string_equal(term_row_text(term, 3), "? branch-office  unknown    3m  no route from here");
	assert_string_equal(term_row_text(term, 6), "▼ db-replica-2   down      12m  no connection in 5 s (acknowledged)");
	assert_string_equal(term_row_text(term, 7), "the screen is over");
	term_stop(term);
}

static void test_names_are_made_harmless(void **state)
{
	struct term *term = start("LC_ALL=C", "--hostile-down");
	size_t length;

	(void)state;
	term_mark(term);
	term_keys(term, "Q");
	TERM_EXPECT_EXIT(term, 0);
	assert_true(term_shows(term, "X esc-]0;title[2Jend"));
	assert_string_equal(term_title(term), "");
	const char *bytes = term_bytes(term, &length);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)bytes[i] >= 0x80)
			fail_msg("byte %#x at %zu", (unsigned char)bytes[i], i);
	term_stop(term);
}

static void test_an_owner_is_asked_first(void **state)
{
	struct term *term = start("LC_ALL=C.UTF-8", "--owns");
	int status;

	(void)state;
	term_keys(term, "Q");
	TERM_EXPECT(term, "Leave it running");
	assert_false(term_wait_exit(term, &status, 200));
	term_keys(term, "Q");
	TERM_EXPECT_EXIT(term, 0);
	assert_true(term_shows(term, "kumatop mon1"));
	term_stop(term);
}

static void test_other_ways_leave_nothing(void **state)
{
	struct term *term = start("LC_ALL=C.UTF-8", NULL);

	(void)state;
	term_keys(term, "q");
	TERM_EXPECT_EXIT(term, 0);
	assert_false(term_shows(term, "kumatop mon1"));
	assert_true(term_shows(term, "the screen is over"));
	term_stop(term);
	term = start("LC_ALL=C.UTF-8", NULL);
	term_signal(term, SIGTERM);
	TERM_EXPECT_EXIT(term, 0);
	assert_false(term_shows(term, "kumatop mon1"));
	term_stop(term);
}

static void test_without_monitors(void **state)
{
	struct term *term = start("LC_ALL=C.UTF-8", "--empty");

	(void)state;
	term_keys(term, "Q");
	TERM_EXPECT_EXIT(term, 0);
	assert_string_equal(term_row_text(term, 0), "kumatop mon1, 22 Nov 14:03:27 CET: no monitors");
	term_stop(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_and_problems), cmocka_unit_test(test_names_are_made_harmless),
		cmocka_unit_test(test_an_owner_is_asked_first), cmocka_unit_test(test_other_ways_leave_nothing),
		cmocka_unit_test(test_without_monitors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
