/*
 * The columns that fit: one row per width, as the screens are drawn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/tui/layout.h"

static const char *const letters[COLUMN_COUNT] = {
	[COLUMN_STATE] = "state", [COLUMN_NAME] = "name", [COLUMN_KIND] = "kind", [COLUMN_BAR] = "bar", [COLUMN_SPARK] = "spark",
	[COLUMN_LAST] = "last", [COLUMN_P95] = "p95", [COLUMN_UPTIME] = "up", [COLUMN_CERT] = "cert", [COLUMN_AGE] = "age",
	[COLUMN_MESSAGE] = "msg",
};

static void print_layout(const struct layout *layout, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < layout->count; i++) {
		int n = snprintf(out + used, size - used, "%s%s %d", i ? ", " : "", letters[layout->columns[i].column],
		    layout->columns[i].width);

		assert_true(n > 0 && (size_t)n < size - used);
		used += (size_t)n;
	}
}

static void test_widths(void **state)
{
	static const struct { int width, name; bool wrong; const char *expected; } rows[] = {
		/* 80x24 as drawn, when nothing is wrong */
		{ 80, 15, false, "state 2, name 15, kind 4, bar 12, spark 8, last 5, up 6, age 4, msg 16" },
		/* the reason gets 24 cells: the bar shrinks, the kind drops out, the run-up stays */
		{ 80, 15, true, "state 2, name 15, bar 9, spark 8, last 5, up 6, age 4, msg 24" },
		{ 80, 40, true, "state 2, name 16, bar 8, spark 8, last 5, up 6, age 4, msg 24" },
		/* 120x40 as drawn */
		{ 120, 20, true, "state 2, name 20, kind 4, bar 24, spark 12, last 5, p95 5, up 6, cert 4, age 4, msg 24" },
		{ 120, 20, false, "state 2, name 20, kind 4, bar 24, spark 12, last 5, p95 5, up 6, cert 4, age 4, msg 24" },
		{ 100, 15, true, "state 2, name 15, kind 4, bar 13, spark 8, last 5, p95 5, up 6, cert 4, age 4, msg 24" },
		{ 200, 24, true, "state 2, name 24, kind 4, bar 60, spark 28, last 5, p95 5, up 6, cert 4, age 4, msg 48" },
		{ 60, 15, true, "state 2, name 15, bar 8, last 5, age 4, msg 21" },
		{ 40, 15, true, "state 2, name 15, bar 10, last 5, age 4" },
		{ 40, 12, false, "state 2, name 12, bar 13, last 5, age 4" },
		{ 30, 12, true, "state 2, name 16, last 5, age 4" },
		/* 20x5 as drawn */
		{ 20, 12, true, "state 2, name 12, age 4" },
		{ 12, 12, true, "state 2, name 9" },
		{ 4, 12, true, "state 2, name 1" },
		{ 1, 12, true, "state 2, name 0" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct layout layout = layout_compute(rows[i].width, rows[i].name, rows[i].wrong);
		char got[256];

		print_layout(&layout, got, sizeof got);
		assert_string_equal(got, rows[i].expected);
	}
}

/* At any width columns stand in order, do not touch and do not pass the edge; the reason keeps its 24 cells from 80 on. */
static void test_every_width(void **state)
{
	for (int width = 12; width <= 500; width++) {
		for (int name = 1; name < 60; name += 7) {
			for (int wrong = 0; wrong < 2; wrong++) {
				struct layout layout = layout_compute(width, name, wrong);
				int x = 0;

				for (size_t i = 0; i < layout.count; i++) {
					assert_int_equal(layout.columns[i].x, x);
					assert_true(layout.columns[i].width > 0);
					x += layout.columns[i].width + 1;
				}
				assert_true(x - 1 <= width);
				assert_non_null(layout_find(&layout, COLUMN_STATE));
				assert_non_null(layout_find(&layout, COLUMN_NAME));
				const struct layout_column *message = layout_find(&layout, COLUMN_MESSAGE);

				if (width >= 80 && wrong) {
					assert_non_null(message);
					assert_true(message->width >= 24);
				}
			}
		}
	}
}

static void test_titles(void **state)
{
	assert_string_equal(column_title(COLUMN_BAR, 12), "HEARTBEAT");
	assert_string_equal(column_title(COLUMN_BAR, 8), "BEATS");
	assert_string_equal(column_title(COLUMN_NAME, 1), "");
	assert_true(column_is_number(COLUMN_LAST));
	assert_false(column_is_number(COLUMN_MESSAGE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_every_width),
		cmocka_unit_test(test_titles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
