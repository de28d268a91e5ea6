/* What a day shows, which monitors were worst, and what all come to together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kumatop/month.h"

static void a_day_shows_its_worst(void **state)
{
	static const struct { int64_t up, down, pending, maintenance, unknown, degraded; enum state look; } rows[] = {
		{ 0, 0, 0, 0, 0, 0, STATE_NEW },
		{ 24, 0, 0, 0, 0, 0, STATE_UP }, { 12, 0, 0, 0, 12, 0, STATE_UP }, { 0, 0, 0, 0, 24, 0, STATE_UNKNOWN }, { 11, 0, 0, 0, 13, 0, STATE_UNKNOWN },
		{ 1, 1, 0, 0, 22, 0, STATE_DOWN }, { 20, 1, 1, 2, 0, 5, STATE_DOWN }, { 0, 0, 1, 0, 23, 0, STATE_PENDING }, { 23, 0, 1, 0, 0, 0, STATE_PENDING },
		{ 23, 0, 1, 0, 0, 1, STATE_DEGRADED }, { 1, 0, 0, 0, 23, 1, STATE_DEGRADED }, { 0, 0, 0, 24, 0, 0, STATE_MAINTENANCE },
		{ 0, 0, 0, 2, 22, 0, STATE_UNKNOWN }, { 1, 0, 0, 23, 0, 0, STATE_UP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct month_day day = { .amounts = { .degraded_us = rows[i].degraded, .us = {
			[TIME_UP] = rows[i].up, [TIME_DOWN] = rows[i].down, [TIME_PENDING] = rows[i].pending, [TIME_MAINTENANCE] = rows[i].maintenance,
			[TIME_UNKNOWN] = rows[i].unknown } } };

		if (month_day_look(&day) != rows[i].look)
			fail_msg("row %zu is %s", i, state_word((int)month_day_look(&day)));
	}
}

static struct month_monitor monitor(int64_t up, int64_t down, int64_t outages)
{
	return (struct month_monitor){ .name = "", .uptime = { .outages.count = outages,
	    .amounts = { .us = { [TIME_UP] = up, [TIME_DOWN] = down, [TIME_UNKNOWN] = 100 - up - down } } } };
}

static void the_worst_come_first(void **state)
{
	static const int64_t downs[] = { 0, 10, 3, 50, 0, 7, 3, 100, 1 };
	struct month_monitor monitors[16];
	struct month month = { .monitors = monitors };
	size_t worst[MONTH_WORST_MOST];
	struct month_total total;

	(void)state;
	assert_int_equal(month_worst(&month, worst), 0);
	total = month_total(&month);
	assert_true(amounts_uptime(&total.amounts) < 0 && total.unseen == 0);
	for (; month.count < sizeof downs / sizeof *downs; month.count++)
		monitors[month.count] = monitor(100 - downs[month.count], downs[month.count], downs[month.count] > 0);
	assert_int_equal(month_worst(&month, worst), MONTH_WORST_MOST);
	assert_int_equal(worst[0], 7);
	assert_int_equal(worst[1], 3);
	assert_int_equal(worst[2], 1);
	assert_int_equal(worst[3], 5);
	assert_int_equal(worst[4], 2);		/* and 6 is no worse */
	monitors[month.count++] = monitor(0, 0, 0);
	monitors[month.count++] = monitor(25, 25, 2);	/* as bad as 3, but down for less */
	assert_int_equal(month_worst(&month, worst), MONTH_WORST_MOST);
	assert_int_equal(worst[1], 3);
	assert_int_equal(worst[2], 10);
	total = month_total(&month);
	assert_int_equal(total.amounts.us[TIME_DOWN], 174 + 25);
	assert_int_equal(total.amounts.us[TIME_UNKNOWN], 150);
	assert_int_equal(total.outages, 7 + 2);
	assert_int_equal(total.unseen, 1);
	month.count = 2;
	assert_int_equal(month_worst(&month, worst), 1);
	assert_int_equal(worst[0], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_day_shows_its_worst), cmocka_unit_test(the_worst_come_first) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
