/*
 * A series made of the beats a view remembers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/tui/series.h"

#include "kumatop/when.h"

#define NOW_US (INT64_C(1795262400) * SECOND_US)

static struct monitor_spec spec = { .common = { .interval_ms = 60000 } };

static struct monitor_view view_of(void)
{
	return (struct monitor_view){ .spec = &spec, .last_us = NOW_US };
}

/* The spec is nobody's to let go of. */
static void let_go(struct monitor_view *view)
{
	view->spec = NULL;
	view_finish(view);
}

static void test_beats_lie_an_interval_apart(void **state)
{
	struct monitor_view view = view_of();

	view_add_mark(&view, STATE_UP, 100000);
	view_add_mark(&view, STATE_UP, 300000);
	view_add_mark(&view, STATE_DOWN, -1);
	struct history_series series = series_from_view(&view, NOW_US - HOUR_US + SECOND_US, NOW_US + SECOND_US, 60);

	assert_int_equal(series.count, 60);
	assert_int_equal(series.beats, 3);
	assert_int_equal(series.failures, 1);
	assert_int_equal(series.columns[59].worst, STATE_DOWN);
	assert_int_equal(series.columns[59].count, 0);
	assert_int_equal(series.columns[58].mean_us, 300000);
	assert_int_equal(series.columns[57].mean_us, 100000);
	assert_int_equal(series.columns[56].worst, STATE_NEW);
	assert_int_equal(series.columns[56].mean_us, -1);
	assert_int_equal(series.min_us, 100000);
	assert_int_equal(series.mean_us, 200000);
	assert_int_equal(series.max_us, 300000);
	free(series.columns);
	let_go(&view);
}

static void test_beats_share_a_column(void **state)
{
	struct monitor_view view = view_of();

	view_add_mark(&view, STATE_UP, 100000);
	view_add_mark(&view, STATE_DOWN, -1);
	view_add_mark(&view, STATE_UP, 300000);
	struct history_series series = series_from_view(&view, NOW_US - DAY_US + SECOND_US, NOW_US + SECOND_US, 10);

	assert_int_equal(series.columns[9].count, 2);
	assert_int_equal(series.columns[9].min_us, 100000);
	assert_int_equal(series.columns[9].max_us, 300000);
	assert_int_equal(series.columns[9].mean_us, 200000);
	assert_int_equal(series.columns[9].worst, STATE_DOWN);
	free(series.columns);
	let_go(&view);
}

static void test_nothing(void **state)
{
	struct monitor_view view = view_of();
	struct history_series series = series_from_view(&view, NOW_US - HOUR_US, NOW_US, 7);

	assert_int_equal(series.beats, 0);
	assert_int_equal(series.min_us, -1);
	assert_int_equal(series.mean_us, -1);
	free(series.columns);

	/* beats older than the window */
	view_add_mark(&view, STATE_UP, 100000);
	series = series_from_view(&view, NOW_US - 3 * HOUR_US, NOW_US - HOUR_US, 7);
	assert_int_equal(series.beats, 0);
	free(series.columns);
	let_go(&view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beats_lie_an_interval_apart),
		cmocka_unit_test(test_beats_share_a_column),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
