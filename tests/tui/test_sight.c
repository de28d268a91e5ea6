/*
 * The selected monitor stays in sight: when the terminal gets smaller, when what lay over the list closes, when the order changes,
 * and in lists of many pages.
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

static struct term *start(int rows, int columns, const char *option, const char *value)
{
	struct term *term = demo_start(rows, columns, NULL, (const char *[]){ option, value, NULL });

	TERM_EXPECT(term, "checkout-api");
	return term;
}

static void quit(struct term *term)
{
	term_keys(term, "\003\003");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
}

static bool cursor_is_on(struct term *term, void *arg)
{
	int row = -1;

	return term_find(term, "►", &row, NULL) && strstr(term_row_text(term, row), arg);
}

static void expect_cursor_on(struct term *term, const char *name)
{
	char text[128];

	snprintf(text, sizeof text, "%s", name);
	if (!term_wait(term, cursor_is_on, text, TERM_PATIENCE_MS)) {
		term_dump(term);
		fail_msg("the cursor is not on %s", name);
	}
}

static void test_resizing(void **state)
{
	static const int sizes[][2] = { { 10, 40 }, { 5, 20 }, { 3, 20 }, { 24, 80 }, { 60, 200 }, { 10, 40 }, { 5, 20 }, { 40, 120 } };
	struct term *term = start(24, 80, NULL, NULL);

	(void)state;
	term_keys(term, "G");
	expect_cursor_on(term, "legacy-ftp");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		term_resize(term, sizes[i][0], sizes[i][1]);
		expect_cursor_on(term, "legacy-ftp");
	}
	quit(term);
}

/* The list learns of the new size only when it shows again. */
static void test_resizing_under_another_view(void **state)
{
	struct term *term = start(24, 80, NULL, NULL);

	(void)state;
	term_keys(term, "G\r");
	TERM_EXPECT(term, "tcp every");
	term_resize(term, 10, 40);
	TERM_EXPECT_GONE(term, "Evidence");
	term_keys(term, "\033");
	expect_cursor_on(term, "legacy-ftp");
	term_keys(term, "\r");
	TERM_EXPECT_GONE(term, "redis");
	term_keys(term, "kkk");
	term_resize(term, 5, 20);
	term_keys(term, "\033");
	expect_cursor_on(term, "redis");
	quit(term);
}

static void test_what_lies_over_the_list(void **state)
{
	struct term *term = start(10, 40, NULL, NULL);

	(void)state;
	term_keys(term, "jjjjjjj");
	expect_cursor_on(term, "cdn-edge");
	for (int i = 0; i < 3; i++) {
		term_keys(term, i == 0 ? "?" : i == 1 ? "L" : "v");
		TERM_EXPECT(term, " Back");
		term_keys(term, "\033");
		expect_cursor_on(term, "cdn-edge");
	}
	quit(term);
}

/* Another order carries the selected one away: the picture goes with it. */
static void test_other_order(void **state)
{
	struct term *term = start(10, 40, NULL, NULL);

	(void)state;
	term_keys(term, "jj");
	expect_cursor_on(term, "search");
	term_keys(term, "sn");
	expect_cursor_on(term, "search");
	term_keys(term, "sI");
	expect_cursor_on(term, "search");
	term_keys(term, "I");
	expect_cursor_on(term, "search");
	quit(term);
}

/* The line that says what is filtered takes a row instead of hiding the selected one. */
static void test_status_line_hides_nothing(void **state)
{
	struct term *term = start(10, 40, NULL, NULL);
	int row;

	(void)state;
	term_keys(term, "/-kind:push");
	TERM_EXPECT(term, " /-kind:push");
	assert_true(term_find(term, "/-kind:push", &row, NULL));
	assert_int_equal(row, 8);
	term_keys(term, "\rG");
	expect_cursor_on(term, "legacy-ftp");
	TERM_EXPECT(term, "15 of 16");
	term_keys(term, "\033");
	TERM_EXPECT_GONE(term, "15 of 16");
	expect_cursor_on(term, "legacy-ftp");
	quit(term);
}

/* A new problem comes to the top and pushes the last row down while hands are at work on it. */
static void test_pushed_down(void **state)
{
	struct term *term = start(10, 40, NULL, NULL);

	(void)state;
	term_keys(term, "jjjjjjj");
	expect_cursor_on(term, "cdn-edge");
	term_signal(term, SIGUSR1);	/* search recovers */
	TERM_EXPECT(term, "● search");
	term_signal(term, SIGUSR1);	/* www goes down, and there is one more above */
	TERM_EXPECT(term, "▼3");
	expect_cursor_on(term, "cdn-edge");
	quit(term);
}

static void test_thousand_rows(void **state)
{
	struct term *term = start(24, 80, "--many", "1000");
	char many[101];

	(void)state;
	term_keys(term, "\033[6~");
	expect_cursor_on(term, "service-00005");
	term_keys(term, "\033[6~\033[6~");
	expect_cursor_on(term, "service-00039");
	term_keys(term, "\033[5~");
	expect_cursor_on(term, "service-00022");
	term_keys(term, "\033[F");
	expect_cursor_on(term, "legacy-ftp");
	term_keys(term, "\033[5~");
	expect_cursor_on(term, "service-00986");
	term_keys(term, "\033[1~");
	expect_cursor_on(term, "checkout-api");
	memset(many, '\006', 100);
	many[100] = '\0';
	term_keys(term, many);
	expect_cursor_on(term, "legacy-ftp");
	memset(many, '\002', 100);
	term_keys(term, many);
	expect_cursor_on(term, "checkout-api");
	term_resize(term, 60, 200);
	term_keys(term, "G");
	expect_cursor_on(term, "legacy-ftp");
	term_resize(term, 5, 20);
	expect_cursor_on(term, "legacy-ftp");
	quit(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resizing), cmocka_unit_test(test_resizing_under_another_view),
		cmocka_unit_test(test_what_lies_over_the_list), cmocka_unit_test(test_other_order),
		cmocka_unit_test(test_status_line_hides_nothing), cmocka_unit_test(test_pushed_down), cmocka_unit_test(test_thousand_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
