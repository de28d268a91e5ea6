/*
 * The log of events as a person sees it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../lib/demo.h"

static struct term *start_log(int rows, int cols)
{
	struct term *term = demo_start(rows, cols, NULL, NULL);

	TERM_EXPECT(term, "checkout");
	term_keys(term, "L");
	/* before its lines are there keys have nothing to act on */
	TERM_EXPECT(term, "all monitors  6");
	return term;
}

static void test_newest_first(void **state)
{
	struct term *term = start_log(24, 80);

	assert_string_equal(term_row_text(term, 2), "►22 Nov 14:03:07 ○ mail-in      pending      greeted with 421 busy");
	assert_string_equal(term_row_text(term, 5), " 22 Nov 13:45:27 ▲ search       degraded     took 1840ms (degraded above 1s)");
	assert_string_equal(term_row_text(term, 6), " 22 Nov 08:03:27 ● api-gateway  UP           200 OK after 1m00s down");
	assert_true(term_shows(term, "follows"));
	term_stop(term);
}

static void test_kinds_and_search(void **state)
{
	struct term *term = start_log(24, 80);

	TERM_EXPECT(term, "[all]");
	term_keys(term, "\t");
	TERM_EXPECT(term, "[down]");
	TERM_EXPECT_GONE(term, "api-gateway");
	assert_true(term_shows(term, "db-replica-2"));
	term_keys(term, "\t\t");
	TERM_EXPECT(term, "[degraded]");
	TERM_EXPECT(term, "took 1840ms");
	assert_false(term_shows(term, "503"));
	term_keys(term, "\t\t");
	TERM_EXPECT(term, "none of this kind");
	term_keys(term, "\t/CHECKOUT");
	TERM_EXPECT(term, " /CHECKOUT");
	TERM_EXPECT_GONE(term, "mail-in");
	assert_true(term_shows(term, "checkout-api DOWN"));
	term_keys(term, "\r");
	term_keys(term, "\x1b");		/* drops the search, stays here */
	TERM_EXPECT(term, "mail-in");
	term_keys(term, "\x1b");
	TERM_EXPECT(term, "NAME");
	term_stop(term);
}

static void test_opens_the_monitor(void **state)
{
	struct term *term = start_log(24, 80);

	TERM_EXPECT(term, "►22 Nov 14:03:07");
	term_keys(term, "j");
	TERM_EXPECT(term, "►22 Nov 14:01:14 ▼ checkout-api");
	term_keys(term, "v");
	TERM_EXPECT(term, "no evidence was kept with this event");
	term_keys(term, "q\r");
	TERM_EXPECT(term, "─ why ─");
	assert_true(term_shows(term, " checkout-api  ▼ DOWN"));
	term_keys(term, "L");			/* of this monitor alone */
	TERM_EXPECT(term, "events  checkout-api  2");
	assert_false(term_shows(term, "mail-in"));
	term_keys(term, "qqq");
	TERM_EXPECT(term, "NAME");
	term_stop(term);
}

/* A line that is selected stays so; the newest line moves along with what happens. */
static void test_follow(void **state)
{
	struct term *term = start_log(24, 80);

	TERM_EXPECT(term, "follows");
	term_keys(term, "j");
	TERM_EXPECT_GONE(term, "follows");
	TERM_EXPECT(term, "►22 Nov 14:01:14");
	term_signal(term, SIGUSR1);		/* an event: the log is asked for again */
	term_keys(term, "C");
	TERM_EXPECT(term, "13:03:27 UTC");
	TERM_EXPECT(term, "►22 Nov 13:01:14");
	term_keys(term, "f");			/* to what has happened meanwhile */
	TERM_EXPECT(term, "►22 Nov 13:03:27 ● search");
	TERM_EXPECT(term, "follows");
	term_signal(term, SIGUSR1);
	TERM_EXPECT(term, "►22 Nov 13:03:27 ▼ www");
	term_stop(term);
}

static void test_sizes(void **state)
{
	struct term *term = start_log(10, 40);

	TERM_EXPECT(term, "14:01 ▼ checkout-api ");
	term_resize(term, 5, 20);
	TERM_EXPECT(term, "events");
	TERM_EXPECT(term, "14:03");
	term_resize(term, 40, 120);
	TERM_EXPECT(term, "22 Nov 14:01:14 ▼ checkout-api DOWN         wrong status: 503 Service Unavailable");
	term_stop(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_newest_first),
		cmocka_unit_test(test_kinds_and_search),
		cmocka_unit_test(test_opens_the_monitor),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
