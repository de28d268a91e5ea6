/*
 * A screen on the board of an owner elsewhere: whose it is, what we are there, what that does not let us do, and that the owner has gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../lib/demo.h"

#define DELETE "\x1b[3~"

static struct term *start(int rows, int cols, const char *role, const char *more)
{
	struct term *term = demo_start(rows, cols, NULL, (const char *[]){ "--role", role, more, NULL });

	TERM_EXPECT(term, "Help");
	return term;
}

static void test_the_header_says_what_we_are(void **state)
{
	static const struct { int rows, cols, row; bool shown; } sizes[] = {
		{ 40, 140, 1, true }, { 40, 100, 1, true }, { 24, 80, 0, true }, { 24, 40, 0, false }, { 5, 20, 0, false },
	};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct term *term = start(sizes[i].rows < 24 ? 24 : sizes[i].rows, sizes[i].cols < 80 ? 80 : sizes[i].cols, "guest", NULL);

		term_resize(term, sizes[i].rows, sizes[i].cols);
		if (sizes[i].shown)
			TERM_EXPECT(term, "viewer guest");
		else
			TERM_EXPECT_GONE(term, "viewer");
		if (sizes[i].shown && !strstr(term_row_text(term, sizes[i].row), "viewer guest"))
			fail_msg("%dx%d: %s", sizes[i].cols, sizes[i].rows, term_row_text(term, sizes[i].row));
		if (sizes[i].cols >= 80)
			assert_true(term_shows(term, "mon1"));
		demo_quit(term);
	}
}

static void test_the_detail_says_it_too(void **state)
{
	struct term *term = start(24, 80, "dev", NULL);

	term_keys(term, "\r");
	TERM_EXPECT(term, "viewer dev 14:03:27");
	demo_quit(term);
}

static void test_an_own_engine_says_nothing(void **state)
{
	struct term *term = demo_start(24, 80, NULL, NULL);

	TERM_EXPECT(term, "Help");
	assert_false(term_shows(term, "viewer"));
	term_keys(term, "?");
	TERM_EXPECT(term, "keys");
	assert_false(term_shows(term, "takes admin"));
	term_keys(term, "q");
	demo_quit(term);
}

/* As a frame of another size and no colours would have it as well: the words come first. */
static void test_the_banner_says_that_the_owner_is_gone(void **state)
{
	struct term *term = start(24, 80, "guest", "--lost");

	TERM_EXPECT(term, "the owner on mon1 is gone since 14:03:12: attaching again …");
	assert_non_null(strstr(term_row_text(term, 1), "the owner on mon1 is gone"));
	/* What was known stays. */
	TERM_EXPECT(term, "checkout-api");
	demo_quit(term);
}

static void test_help_greys_what_a_guest_may_not(void **state)
{
	struct term *term = start(50, 100, "guest", NULL);
	struct term_cell can, cannot;
	int row, col;

	term_keys(term, "?");
	TERM_EXPECT(term, "keys, as guest on mon1");
	TERM_EXPECT(term, "pause or resume; u undoes it (takes dev)");
	TERM_EXPECT(term, "add a monitor (a pasted URL does so too) (takes admin)");
	assert_true(term_find(term, "pause or resume", &row, &col));
	cannot = term_cell(term, row, col);
	assert_true(term_find(term, "choose the order", &row, &col));
	can = term_cell(term, row, col);
	assert_false(term_shows(term, "choose the order (takes"));
	assert_true(memcmp(&can.fg, &cannot.fg, sizeof can.fg) != 0 || can.dim != cannot.dim);
	term_keys(term, "q");
	demo_quit(term);
}

static void test_help_lets_a_dev_and_an_admin(void **state)
{
	struct term *term = start(50, 100, "dev", NULL);

	term_keys(term, "?");
	TERM_EXPECT(term, "keys, as dev on mon1");
	TERM_EXPECT(term, "(takes admin)");
	assert_false(term_shows(term, "(takes dev)"));
	term_keys(term, "q");
	demo_quit(term);
	term = start(50, 100, "admin", NULL);
	term_keys(term, "?");
	TERM_EXPECT(term, "keys, as admin on mon1");
	assert_false(term_shows(term, "(takes"));
	term_keys(term, "q");
	demo_quit(term);
}

/* The fake board would carry it out: that nothing changed means that nothing was sent. */
static void test_a_guest_is_told_and_nothing_is_sent(void **state)
{
	static const struct { const char *keys, *told; } tries[] = {
		{ "p", "you are guest on mon1: to pause and resume takes dev" },
		{ "r", "you are guest on mon1: to check now takes dev" },
		{ "R", "you are guest on mon1: to check now takes dev" },
		{ "A", "you are guest on mon1: to acknowledge takes dev" },
		{ "u", "you are guest on mon1: to pause and resume takes dev" },
		{ "a", "you are guest on mon1: to add monitors takes admin" },
		{ "c", "you are guest on mon1: to add monitors takes admin" },
		{ "e", "you are guest on mon1: to edit monitors takes admin" },
		{ DELETE, "you are guest on mon1: to delete monitors takes admin" },
		{ "\x1b[200~https://new.example/\x1b[201~", "you are guest on mon1: to add monitors takes admin" },
	};
	struct term *term = start(24, 100, "guest", NULL);

	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		/* Another toast between two that say the same. */
		term_keys(term, "I");
		TERM_EXPECT_GONE(term, "you are guest");
		term_keys(term, tries[i].keys);
		TERM_EXPECT(term, tries[i].told);
	}
	TERM_EXPECT(term, "checkout-api");
	assert_false(term_shows(term, "Delete monitor?"));
	demo_quit(term);
}

static void test_a_dev_may_pause(void **state)
{
	struct term *term = start(24, 100, "dev", NULL);

	term_keys(term, "p");
	TERM_EXPECT(term, "u undoes it");
	term_keys(term, "e");
	TERM_EXPECT(term, "you are dev on mon1: to edit monitors takes admin");
	demo_quit(term);
}

static void test_an_admin_may_edit(void **state)
{
	struct term *term = start(24, 100, "admin", NULL);

	term_keys(term, "e");
	TERM_EXPECT(term, "Edit monitor");
	term_keys(term, "\x1b");
	TERM_EXPECT_GONE(term, "Edit monitor");
	demo_quit(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_header_says_what_we_are),
		cmocka_unit_test(test_the_detail_says_it_too),
		cmocka_unit_test(test_an_own_engine_says_nothing),
		cmocka_unit_test(test_the_banner_says_that_the_owner_is_gone),
		cmocka_unit_test(test_help_greys_what_a_guest_may_not),
		cmocka_unit_test(test_help_lets_a_dev_and_an_admin),
		cmocka_unit_test(test_a_guest_is_told_and_nothing_is_sent),
		cmocka_unit_test(test_a_dev_may_pause),
		cmocka_unit_test(test_an_admin_may_edit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
