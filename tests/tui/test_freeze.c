/*
 * Z holds the picture: what is shown stays what it was in every view, keys work on it, and what they ask for is done.
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

#define FROZEN "FROZEN since 14:03:27, Z goes on"

static struct term *start(int rows, int columns)
{
	struct term *term = demo_start(rows, columns, NULL, NULL);

	TERM_EXPECT(term, "►▼ checkout-api");
	return term;
}

/* Frozen, and then search came up. */
static struct term *start_frozen(int rows, int columns)
{
	struct term *term = start(rows, columns);

	term_keys(term, "Z");
	TERM_EXPECT(term, FROZEN);
	term_signal(term, SIGUSR1);
	/* a key makes a frame at once, of whatever picture there is */
	term_keys(term, "jk");
	(void)term_wait_idle(term, 300, TERM_PATIENCE_MS);
	return term;
}

static void test_list_stands_still(void **state)
{
	struct term *term = start_frozen(24, 80);

	(void)state;
	assert_non_null(strstr(term_row_text(term, 0), "●9 ▲1 ○1 ▼2 ?1 ◊1 ║1"));
	assert_string_equal(term_row_text(term, 1), " " FROZEN);
	assert_true(term_shows(term, "▲ search"));
	term_keys(term, "Z");
	TERM_EXPECT(term, "● search");
	TERM_EXPECT(term, "●10 ○1 ▼2 ?1 ◊1 ║1");
	assert_false(term_shows(term, FROZEN));
	demo_quit(term);
}

/* Esc takes back the latest first: the filter, then the freezing; and then nothing, it never quits. */
static void test_escape(void **state)
{
	struct term *term = start_frozen(24, 80);

	(void)state;
	term_keys(term, "/search\r");
	TERM_EXPECT(term, "1 of 16");
	assert_true(term_shows(term, "►▲ search"));
	term_keys(term, "\033");
	TERM_EXPECT_GONE(term, "1 of 16");
	assert_true(term_shows(term, FROZEN));
	term_keys(term, "\033");
	TERM_EXPECT_GONE(term, FROZEN);
	TERM_EXPECT(term, "● search");
	term_keys(term, "\033");
	term_keys(term, "j");
	TERM_EXPECT(term, "►");
	demo_quit(term);
}

static void test_moves_and_opens(void **state)
{
	struct term *term = start_frozen(24, 80);

	(void)state;
	term_keys(term, "/search\r\r");
	TERM_EXPECT(term, "search  ▲ degraded 18m");
	assert_string_equal(term_row_text(term, 0), " " FROZEN);
	TERM_EXPECT(term, "took 1840ms");
	/* of what came after it was frozen the log says nothing */
	assert_false(term_shows(term, "UP           200"));
	term_keys(term, "L");
	TERM_EXPECT(term, "events  search  1 ");
	assert_string_equal(term_row_text(term, 0), " " FROZEN);
	term_keys(term, "?");
	TERM_EXPECT(term, "keys");
	term_keys(term, "/freeze\r");
	TERM_EXPECT(term, "freeze the picture; checks go on");
	assert_string_equal(term_row_text(term, 0), " " FROZEN);
	term_keys(term, "Z");
	TERM_EXPECT_GONE(term, FROZEN);
	term_keys(term, "qq");
	TERM_EXPECT(term, "search  ● UP");
	term_keys(term, "L");
	TERM_EXPECT(term, "events  search  2 ");
	TERM_EXPECT(term, "UP           200");
	demo_quit(term);
}

static void test_commands_go_on(void **state)
{
	struct term *term = start_frozen(24, 80);

	(void)state;
	term_keys(term, "p");
	TERM_EXPECT(term, "paused checkout-api");
	assert_true(term_shows(term, "►▼ checkout-api"));
	assert_true(term_shows(term, FROZEN));
	term_keys(term, "Z");
	TERM_EXPECT(term, "║ checkout-api");
	demo_quit(term);
}

/* With the detail beside the list, and the newest events below. */
static void test_large(void **state)
{
	struct term *term = start_frozen(60, 200);

	(void)state;
	assert_true(term_shows(term, FROZEN));
	assert_false(term_shows(term, "search       UP"));
	term_keys(term, "/search\r");
	TERM_EXPECT(term, "search  ▲ degraded 18m");
	term_keys(term, "Z");
	TERM_EXPECT(term, "search  ● UP");
	TERM_EXPECT(term, "search       UP           200");
	demo_quit(term);
}

static void test_every_size(void **state)
{
	static const int sizes[][2] = { { 40, 120 }, { 10, 40 }, { 5, 20 }, { 3, 12 }, { 1, 1 }, { 24, 80 } };
	struct term *term = start_frozen(24, 80);

	(void)state;
	term_keys(term, "\r");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		term_resize(term, sizes[i][0], sizes[i][1]);
		(void)term_wait_idle(term, 100, TERM_PATIENCE_MS);
	}
	TERM_EXPECT(term, FROZEN);
	TERM_EXPECT(term, "checkout-api  ▼ DOWN 2m13s");
	demo_quit(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_stands_still), cmocka_unit_test(test_escape), cmocka_unit_test(test_moves_and_opens),
		cmocka_unit_test(test_commands_go_on), cmocka_unit_test(test_large), cmocka_unit_test(test_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
