/*
 * Large terminals: the detail of the selected monitor beside the list, the newest events below it.
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

static struct term *start_with(int rows, int columns, const char *locale, const char *option)
{
	struct term *term = demo_start(rows, columns, (const char *[]){ locale, NULL }, (const char *[]){ option, NULL });

	TERM_EXPECT(term, "Quit");
	return term;
}

static struct term *start(int rows, int columns)
{
	return start_with(rows, columns, "LC_ALL=C.UTF-8", NULL);
}

/* What stands to the right of the wall in this row; "" where there is none. */
static const char *side_text(struct term *term, int row)
{
	const char *wall = strstr(term_row_text(term, row), "│");

	return wall ? wall + strlen("│") : "";
}

static bool side_is_of(struct term *term, void *name)
{
	return strstr(side_text(term, 5), name) != NULL;
}

static void expect_side_of(struct term *term, const char *name)
{
	char text[64];

	snprintf(text, sizeof text, " %s  ", name);
	if (term_wait(term, side_is_of, text, TERM_PATIENCE_MS))
		return;
	term_dump(term);
	fail_msg("beside the list is not %s", name);
}

static void test_as_drawn(void **state)
{
	struct term *term = start(60, 200);
	int row, column;

	(void)state;
	/* the last of the frame, when all answers are there */
	TERM_EXPECT(term, "UP           200 OK after 7m04s down");
	assert_string_equal(side_text(term, 5), " checkout-api  ▼ DOWN 2m13s  since 14:01:14                     unacked");
	assert_string_equal(side_text(term, 6), " https://shop.example/api/health  http every 1m  #prod  group shop");
	TERM_EXPECT(term, "─ response time, 1h ─────");
	TERM_EXPECT(term, "p50     128");
	TERM_EXPECT(term, "─ last check ─");
	TERM_EXPECT(term, "22 Nov 14:01:14 2m13s so far  wrong status: 503 Service Unavailable");
	TERM_EXPECT(term, "4 outages, 3 ended   MTTR 3m02s   MTBF 7d11h");
	TERM_EXPECT(term, "│ retry-after: 30");
	/* the events stand below */
	assert_false(term_shows(term, "─ events ─"));
	assert_true(term_find(term, "►▼ checkout-api", &row, &column));
	assert_int_equal(row, 6);
	assert_int_equal(column, 0);
	/* nothing was seen but this minute, in which two are down */
	assert_non_null(strstr(term_row_text(term, 2), " fleet  "));
	assert_non_null(strstr(term_row_text(term, 2), "    █  worst state per minute, as seen since this screen was opened"));
	/* the pane: a rule on which the wall ends, then the newest first */
	assert_non_null(strstr(term_row_text(term, 50), "──┴──"));
	assert_non_null(strstr(term_row_text(term, 51), "14:03:07 ○ mail-in      pending      greeted with 421 busy"));
	assert_non_null(strstr(term_row_text(term, 52), "14:01:14 ▼ checkout-api DOWN         wrong status: 503"));
	assert_non_null(strstr(term_row_text(term, 55), "08:03:27 ● api-gateway  UP           200 OK after 1m00s down"));
	assert_string_equal(term_row_text(term, 58), " 5 problems, 1 unacknowledged: A takes one on");
	demo_quit(term);
}

static void test_follows_the_cursor(void **state)
{
	struct term *term = start(60, 200);

	(void)state;
	expect_side_of(term, "checkout-api");
	term_keys(term, "j");
	expect_side_of(term, "branch-office");
	term_keys(term, "G");
	expect_side_of(term, "legacy-ftp");
	term_keys(term, "/redis\r");
	expect_side_of(term, "redis");
	TERM_EXPECT(term, "1 of 16, Esc shows all");
	/* and Enter opens the same at full size */
	term_keys(term, "\r");
	TERM_EXPECT_GONE(term, "1 of 16");
	TERM_EXPECT(term, "14:03:27 CET");
	term_keys(term, "\033");
	expect_side_of(term, "redis");
	demo_quit(term);
}

static void test_toggle(void **state)
{
	struct term *term = start(48, 160);

	(void)state;
	TERM_EXPECT(term, "response time, 1h");
	expect_side_of(term, "checkout-api");
	term_keys(term, "]");
	TERM_EXPECT(term, "response time, 24h");
	term_keys(term, "[S");
	TERM_EXPECT(term, "response time, 1h, logarithmic");
	term_keys(term, "w");
	TERM_EXPECT_GONE(term, "response time");
	TERM_EXPECT(term, "greeted with 421 busy");
	TERM_EXPECT(term, "503 Service Unavailable (expected 200-299)");
	term_keys(term, "]");
	TERM_EXPECT(term, "there is no graph beside the list");
	term_keys(term, "w]");
	TERM_EXPECT(term, "response time, 24h");
	demo_quit(term);
}

static void test_too_small(void **state)
{
	static const int sizes[][2] = { { 47, 160 }, { 48, 159 }, { 24, 80 }, { 5, 20 } };
	struct term *term = start(48, 160);

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		expect_side_of(term, "checkout-api");
		term_resize(term, sizes[i][0], sizes[i][1]);
		TERM_EXPECT_GONE(term, "response time");
		TERM_EXPECT_GONE(term, "greeted with");
		term_resize(term, 48, 160);
	}
	expect_side_of(term, "checkout-api");
	term_resize(term, 24, 80);
	TERM_EXPECT(term, "last good");
	term_keys(term, "w");
	TERM_EXPECT(term, "the detail stands beside the list from 160x48 on");
	term_resize(term, 48, 160);
	expect_side_of(term, "checkout-api");
	demo_quit(term);
}

/* The pane asks again when there are more events, and goes on to show what it has meanwhile. */
static void test_events_go_on(void **state)
{
	struct term *term = start(60, 200);

	(void)state;
	TERM_EXPECT(term, "greeted with 421 busy");
	term_signal(term, SIGUSR1);
	TERM_EXPECT(term, "● search");
	TERM_EXPECT(term, "search       UP           200");
	assert_non_null(strstr(term_row_text(term, 51), "14:03:27 ● search"));
	assert_non_null(strstr(term_row_text(term, 52), "14:03:07 ○ mail-in"));
	demo_quit(term);
}

static void test_nothing_there(void **state)
{
	struct term *term = start_with(60, 200, "LC_ALL=C.UTF-8", "--empty");

	(void)state;
	TERM_EXPECT(term, "no monitors yet");
	assert_false(term_shows(term, "│"));
	demo_quit(term);
	term = start(60, 200);
	term_keys(term, "/zzzz");
	TERM_EXPECT(term, "no monitor matches the filter");
	assert_false(term_shows(term, "│"));
	term_keys(term, "\033");
	expect_side_of(term, "checkout-api");
	demo_quit(term);
}

static void test_ascii(void **state)
{
	struct term *term = start_with(60, 200, "LC_ALL=C", "--hostile");
	size_t length;

	(void)state;
	TERM_EXPECT(term, "response time, 1h");
	TERM_EXPECT(term, "-----+-----");
	term_keys(term, "jjjjjjjj");
	(void)term_wait_idle(term, 400, TERM_PATIENCE_MS);
	const char *bytes = term_bytes(term, &length);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)bytes[i] >= 0x80)
			fail_msg("byte %#x at %zu", (unsigned char)bytes[i], i);
	demo_quit(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_drawn), cmocka_unit_test(test_follows_the_cursor),
		cmocka_unit_test(test_toggle), cmocka_unit_test(test_too_small), cmocka_unit_test(test_events_go_on),
		cmocka_unit_test(test_nothing_there), cmocka_unit_test(test_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
