/*
 * The bar of the fleet: the worst of each minute, blank where nothing was seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/tui/fleet.h"

#include "kumatop/when.h"

static const int64_t start = INT64_C(29922543);	/* minutes */

static void see(struct fleet *fleet, int64_t second, enum state state)
{
	struct snapshot snapshot = { .count = 2 };

	snapshot.by_state[STATE_UP] = 1;
	snapshot.by_state[state]++;
	fleet_see(fleet, &snapshot, start * MINUTE_US + second * SECOND_US);
}

static void test_worst_of_a_minute(void **state)
{
	/* each is worse than all before it */
	static const enum state order[] = { STATE_UP, STATE_PENDING, STATE_DEGRADED, STATE_UNKNOWN, STATE_DOWN };
	struct fleet fleet = { .minutes = { { 0, 0 } } };

	(void)state;
	assert_int_equal(fleet_worst(&fleet, start), STATE_NEW);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		see(&fleet, (int64_t)i, order[i]);
		assert_int_equal(fleet_worst(&fleet, start), order[i]);
		see(&fleet, (int64_t)i, STATE_UP);
		assert_int_equal(fleet_worst(&fleet, start), order[i]);
	}
	see(&fleet, 60, STATE_MAINTENANCE);
	assert_int_equal(fleet_worst(&fleet, start + 1), STATE_UP);
	assert_int_equal(fleet_worst(&fleet, start), STATE_DOWN);
}

static void test_what_says_nothing(void **state)
{
	struct fleet fleet = { .minutes = { { 0, 0 } } };
	struct snapshot fresh = { .count = 1 };

	(void)state;
	fleet_see(&fleet, NULL, start * MINUTE_US);
	fresh.by_state[STATE_NEW] = 1;
	fleet_see(&fleet, &fresh, start * MINUTE_US);
	assert_int_equal(fleet_worst(&fleet, start), STATE_NEW);
	fresh.by_state[STATE_PAUSED] = 1;
	fleet_see(&fleet, &fresh, start * MINUTE_US);
	assert_int_equal(fleet_worst(&fleet, start), STATE_PAUSED);
}

/* A minute that was not seen is blank, and never what stood in its place a round before. */
static void test_gaps_and_rounds(void **state)
{
	struct fleet fleet = { .minutes = { { 0, 0 } } };

	(void)state;
	see(&fleet, 0, STATE_DOWN);
	see(&fleet, 120, STATE_UP);
	assert_int_equal(fleet_worst(&fleet, start + 1), STATE_NEW);
	assert_int_equal(fleet_worst(&fleet, start + FLEET_MINUTES), STATE_NEW);
	see(&fleet, FLEET_MINUTES * 60, STATE_UP);
	assert_int_equal(fleet_worst(&fleet, start + FLEET_MINUTES), STATE_UP);
	assert_int_equal(fleet_worst(&fleet, start), STATE_NEW);
	/* a clock set back goes on where it is now */
	see(&fleet, -60, STATE_DEGRADED);
	assert_int_equal(fleet_worst(&fleet, start - 1), STATE_DEGRADED);
}

static void test_draw(void **state)
{
	enum { WIDTH = FLEET_MINUTES + 3 };
	struct fleet fleet = { .minutes = { { 0, 0 } } };
	struct glyph_cell cells[WIDTH];

	(void)state;
	see(&fleet, 0, STATE_DOWN);
	see(&fleet, 120, STATE_UP);
	fleet_draw(&fleet, GLYPHS_ASCII, (start + 2) * MINUTE_US + 59 * SECOND_US, cells, WIDTH);
	assert_string_equal(cells[WIDTH - 1].text, glyph_beat(GLYPHS_ASCII, STATE_UP));
	assert_string_equal(cells[WIDTH - 2].text, glyph_beat(GLYPHS_ASCII, STATE_NEW));
	assert_string_equal(cells[WIDTH - 3].text, glyph_beat(GLYPHS_ASCII, STATE_DOWN));
	assert_int_equal(cells[WIDTH - 3].role, glyph_beat_role(STATE_DOWN));
	for (int i = 0; i < WIDTH - 3; i++)
		assert_string_equal(cells[i].text, " ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worst_of_a_minute), cmocka_unit_test(test_what_says_nothing), cmocka_unit_test(test_gaps_and_rounds),
		cmocka_unit_test(test_draw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
