/*
 * Lists with nothing to show, or nothing to watch, and names of any length and width.
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

/* What cannot be shown in a line is shown in several. */
static void test_empty_and_small(void **state)
{
	struct term *term = demo_start(10, 40, NULL, (const char *[]){ "--empty", NULL });

	(void)state;
	TERM_EXPECT(term, "no monitors yet");
	assert_true(term_shows(term, "press a to add one"));
	assert_true(term_shows(term, "host:port or host"));
	assert_true(term_shows(term, "/etc/kumatop/kumatop.conf"));
	term_resize(term, 5, 20);
	TERM_EXPECT(term, "press a to add");
	term_resize(term, 24, 80);
	TERM_EXPECT(term, "press a to add one, or paste a URL, host:port or host");
	demo_quit(term);
}

static void test_problems_that_do_not_match(void **state)
{
	struct term *term = demo_start(24, 80, NULL, NULL);

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "2/redis\r");
	TERM_EXPECT(term, "no problem matches the filter");
	term_keys(term, "\033");
	TERM_EXPECT(term, "problems only  5 of 16");
	TERM_EXPECT_GONE(term, "redis");
	term_keys(term, "1");
	TERM_EXPECT(term, "redis");
	demo_quit(term);
}

static void test_all_paused(void **state)
{
	struct term *term = demo_start(24, 80, NULL, (const char *[]){ "--all-paused", NULL });

	(void)state;
	TERM_EXPECT(term, "all monitors are paused: nothing is checked");
	term_keys(term, "2");
	TERM_EXPECT(term, "no problems");
	TERM_EXPECT(term, "all monitors are paused");
	term_keys(term, "1p");
	TERM_EXPECT(term, "resumed api-gateway");
	TERM_EXPECT_GONE(term, "resumed api-gateway");
	assert_false(term_shows(term, "all monitors are paused"));
	demo_quit(term);
}

/* Whatever is in a name, what stands behind it begins in the same column in every row. */
static void test_names_of_any_width(void **state)
{
	static const int widths[] = { 60, 80, 100, 120, 159, 200 };

	(void)state;
	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		struct term *term = demo_start(60, widths[i], NULL, (const char *[]){ "--hostile", NULL });
		int age = -1;

		TERM_EXPECT(term, "Quit");
		assert_true(term_find(term, "FOR", NULL, &age));
		int row = 0;

		assert_true(term_find(term, "►▼ checkout-api", &row, NULL));
		for (int end = row + 23; row < end; row++) {
			struct term_cell unit = term_cell(term, row, age + 2), after = term_cell(term, row, age + 3);

			if (unit.text[0] < 'a' || unit.text[0] > 'z' || (after.text[0] && after.text[0] != ' ')) {
				term_dump(term);
				fail_msg("row %d at %d columns: '%s' '%s'", row, widths[i], unit.text, after.text);
			}
		}
		demo_quit(term);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_and_small), cmocka_unit_test(test_problems_that_do_not_match), cmocka_unit_test(test_all_paused),
		cmocka_unit_test(test_names_of_any_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
