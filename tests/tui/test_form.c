/*
 * Adding and editing monitors as a person does it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../lib/demo.h"

static struct term *start(int rows, int cols)
{
	struct term *term = demo_start(rows, cols, NULL, NULL);

	TERM_EXPECT(term, "checkout");
	return term;
}

static struct term *start_form(int rows, int cols)
{
	struct term *term = start(rows, cols);

	term_keys(term, "a");
	TERM_EXPECT(term, "Target");
	return term;
}

#define CTRL_S "\x13"
#define CTRL_T "\x14"

static void test_target_is_enough(void **state)
{
	struct term *term = start_form(24, 80);

	TERM_EXPECT(term, "Add monitor");
	TERM_EXPECT(term, "Interval  [1m");		/* what holds if nothing is said */
	TERM_EXPECT(term, "Timeout  [10s");
	term_keys(term, "https://new.example/health");
	TERM_EXPECT(term, "Name          [new.example/health");
	TERM_EXPECT(term, "Expect status [200-299");	/* what this kind expects */
	TERM_EXPECT(term, "http: ");
	term_keys(term, "\r");
	TERM_EXPECT(term, "added new.example/health");
	TERM_EXPECT(term, "►● new.example/");
	assert_false(term_shows(term, "Add monitor"));
	term_stop(term);
}

static void test_all_fields(void **state)
{
	struct term *term = start_form(24, 80);

	term_keys(term, "db9.example:5432");
	TERM_EXPECT(term, "tcp: ");
	term_keys(term, "\t" "db nine\t" "30s\t" "5s\t" "db\t" "prod, eu");
	TERM_EXPECT(term, "prod, eu");
	term_keys(term, "\x1b[Z\x1b[Z\x1b[Z\x1b[D\x17" "20");	/* back to the interval: 30s, left, ^W, 20 */
	TERM_EXPECT(term, "[20s");
	term_keys(term, CTRL_S);
	TERM_EXPECT(term, "added db nine");
	TERM_EXPECT(term, "►● db nine");
	term_keys(term, "\r");
	TERM_EXPECT(term, "db9.example:5432  tcp every 20s  #prod #eu  group db");
	term_stop(term);
}

/* What is wrong is said under its field while typing, and saving goes there. */
static void test_errors_stand_under_their_field(void **state)
{
	struct term *term = start_form(24, 80);
	int field, error, row, col;

	term_keys(term, "x.example\t\t5s\t70s");
	TERM_EXPECT(term, "longer than the interval (5s)");
	assert_true(term_find(term, "[70s", &field, NULL));
	assert_true(term_find(term, "longer than", &error, NULL));
	assert_int_equal(error, field + 1);
	term_keys(term, "\x15" "soon");
	TERM_EXPECT_GONE(term, "longer than");
	assert_true(term_shows(term, "Add monitor"));
	term_keys(term, "\t\t" CTRL_S);
	assert_true(term_wait_idle(term, 50, TERM_PATIENCE_MS));
	assert_true(term_find(term, "[soon", &row, &col));
	assert_true(term_shows(term, "Add monitor"));		/* not saved */
	term_cursor(term, &error, &field);
	assert_int_equal(error, row);				/* the cursor stands where it is wrong */
	term_stop(term);
}

static void test_hostile_and_wrong_targets(void **state)
{
	struct term *term = start_form(24, 80);

	term_keys(term, "\r");
	TERM_EXPECT(term, "what is to be watched?");
	term_keys(term, "host:99999\r");
	TERM_EXPECT(term, "Add monitor");
	TERM_EXPECT_GONE(term, "what is to be");
	assert_true(term_shows(term, "[host:99999"));
	term_keys(term, "\x15" "\x1b[200~https://a\x1b]0;owned\x07.example/\r\nx\x1b[201~");
	TERM_EXPECT(term, "https://a");
	assert_string_not_equal(term_title(term), "owned");
	term_stop(term);
}

static void test_names_are_not_given_twice(void **state)
{
	struct term *term = start_form(24, 80);

	term_keys(term, "192.0.2.99\twww");
	TERM_EXPECT(term, "there is a monitor of this name already");
	term_keys(term, CTRL_S);
	assert_true(term_wait_idle(term, 50, TERM_PATIENCE_MS));
	assert_true(term_shows(term, "Add monitor"));
	term_keys(term, "2");
	TERM_EXPECT_GONE(term, "already");
	term_keys(term, "\r");
	TERM_EXPECT(term, "added www2");
	term_stop(term);
}

static void test_test_before_saving(void **state)
{
	struct term *term = start_form(24, 80);

	term_keys(term, "https://new.example/" CTRL_T);
	TERM_EXPECT(term, "Test up 200 OK");
	TERM_EXPECT(term, "name 4  tcp 12  tls 31  first byte 80  body 1  = 128 ms  cert 61d");
	term_keys(term, "x");				/* no longer what was tested */
	TERM_EXPECT_GONE(term, "Test up");
	term_keys(term, "\x15https://broken.example/" CTRL_T);
	TERM_EXPECT(term, "Test down connection refused by 192.0.2.10:443");
	term_keys(term, "\x15https://refuse.example/" CTRL_S);
	TERM_EXPECT(term, "no room for another monitor");
	assert_true(term_shows(term, "Add monitor"));
	term_stop(term);
}

static void test_escape_asks_only_when_something_is_lost(void **state)
{
	struct term *term = start_form(24, 80);

	term_keys(term, "\x1b");
	TERM_EXPECT_GONE(term, "Add monitor");
	term_keys(term, "a");
	TERM_EXPECT(term, "Add monitor");
	term_keys(term, "q");
	TERM_EXPECT(term, "[q ");
	term_keys(term, "\x1b");
	TERM_EXPECT(term, "Drop this monitor?");
	term_keys(term, "n");
	TERM_EXPECT_GONE(term, "Drop this");
	assert_true(term_shows(term, "[q "));
	term_keys(term, "\x1b");
	TERM_EXPECT(term, "Drop this monitor?");
	term_keys(term, "y");
	TERM_EXPECT_GONE(term, "Add monitor");
	assert_true(term_shows(term, "NAME"));
	term_stop(term);
}

static void test_pasted_url_opens_the_form(void **state)
{
	struct term *term = start(24, 80);

	term_keys(term, "\x1b[200~https://pasted.example/quiet\n\x1b[201~");
	TERM_EXPECT(term, "Add monitor");
	TERM_EXPECT(term, "[https://pasted.example/quiet ");
	term_keys(term, CTRL_S);
	TERM_EXPECT(term, "added pasted.example/quiet");
	term_stop(term);
}

static void test_more_settings(void **state)
{
	struct term *term = start_form(40, 120);

	term_keys(term, "https://new.example/\x1b[Z ");	/* back over the first: the last one, "more" */
	TERM_EXPECT(term, "- Less");
	TERM_EXPECT(term, "Degraded above");
	TERM_EXPECT(term, "Method");
	TERM_EXPECT(term, "Password");
	term_keys(term, "\x1b[A");
	assert_true(term_wait_idle(term, 50, TERM_PATIENCE_MS));
	term_keys(term, "\x1b[B\x1b[B" "2x");		/* the first of the rest: it takes durations or numbers */
	TERM_EXPECT(term, "[2x");
	term_keys(term, CTRL_S);
	assert_true(term_wait_idle(term, 50, TERM_PATIENCE_MS));
	assert_true(term_shows(term, "Add monitor"));
	term_stop(term);
}

/* Set, kept over an edit, shown as asterisks, never as itself. */
static void test_edit_keeps_what_is_not_touched(void **state)
{
	struct term *term = start_form(24, 80);

	term_keys(term, "https://edit.example/\tedited\t45s" CTRL_S);
	TERM_EXPECT(term, "►● edited");
	term_keys(term, "e");
	TERM_EXPECT(term, "Edit monitor");
	TERM_EXPECT(term, "[https://edit.example/ ");
	TERM_EXPECT(term, "Name          [edited ");
	TERM_EXPECT(term, "Interval      [45s ");
	term_keys(term, "\t\x15renamed" CTRL_S);
	TERM_EXPECT(term, "changed renamed");
	term_keys(term, "\r");
	TERM_EXPECT(term, "https://edit.example/  http every 45s");
	term_keys(term, "c");
	TERM_EXPECT(term, "Add a monitor like this one");
	TERM_EXPECT(term, "Interval      [45s ");
	term_keys(term, "copy" CTRL_S);
	TERM_EXPECT(term, "added copy");
	term_stop(term);
}

static void test_small_screens(void **state)
{
	static const struct { int rows, cols; } sizes[] = { { 10, 40 }, { 5, 20 }, { 3, 12 }, { 1, 5 }, { 24, 80 }, { 60, 200 } };
	struct term *term = start_form(24, 80);

	term_keys(term, "x.example\tcalled\t30s");
	TERM_EXPECT(term, "30s");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		term_resize(term, sizes[i].rows, sizes[i].cols);
		if (sizes[i].cols >= 20)
			TERM_EXPECT(term, "[30s");	/* the focused field is always there */
		assert_true(term_wait_idle(term, 50, TERM_PATIENCE_MS));
	}
	term_keys(term, CTRL_S);
	TERM_EXPECT(term, "added called");
	term_stop(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target_is_enough),
		cmocka_unit_test(test_all_fields),
		cmocka_unit_test(test_errors_stand_under_their_field),
		cmocka_unit_test(test_hostile_and_wrong_targets),
		cmocka_unit_test(test_names_are_not_given_twice),
		cmocka_unit_test(test_test_before_saving),
		cmocka_unit_test(test_escape_asks_only_when_something_is_lost),
		cmocka_unit_test(test_pasted_url_opens_the_form),
		cmocka_unit_test(test_more_settings),
		cmocka_unit_test(test_edit_keeps_what_is_not_touched),
		cmocka_unit_test(test_small_screens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
