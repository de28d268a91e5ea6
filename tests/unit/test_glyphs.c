/*
 * Glyphs: every state differs from every other in every set, levels of sparklines, bars from marks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/tui/glyphs.h"

#include "kumatop/text.h"

static void test_states_differ(void **state)
{
	for (int set = 0; set < GLYPHS_COUNT; set++) {
		for (int a = 0; a < STATE_COUNT; a++) {
			assert_int_equal(text_width(glyph_state((enum glyph_set)set, a)), 1);
			assert_int_equal(text_width(glyph_beat((enum glyph_set)set, a)), 1);
			for (int b = 0; b < a; b++) {
				assert_string_not_equal(glyph_state((enum glyph_set)set, a), glyph_state((enum glyph_set)set, b));
				assert_string_not_equal(glyph_beat((enum glyph_set)set, a), glyph_beat((enum glyph_set)set, b));
			}
		}
	}
	assert_string_equal(glyph_state(GLYPHS_ASCII, 99), "?");
	assert_string_equal(glyph_beat(GLYPHS_BRAILLE, -1), "?");
}

static void test_ascii_is_ascii(void **state)
{
	for (int i = 0; i < STATE_COUNT; i++) {
		assert_true((unsigned char)glyph_state(GLYPHS_ASCII, i)[0] < 0x80);
		assert_true((unsigned char)glyph_beat(GLYPHS_ASCII, i)[0] < 0x80);
	}
	for (int i = 0; i < SPARK_LEVELS; i++)
		assert_true((unsigned char)glyph_level(GLYPHS_ASCII, i)[0] < 0x80);
	for (int i = 0; i < GLYPH_COUNT; i++)
		for (const char *p = glyph_text(GLYPHS_ASCII, (enum glyph)i); *p; p++)
			assert_true((unsigned char)*p < 0x80);
}

static void test_levels(void **state)
{
	static const struct { int32_t samples[8]; const char *expected; } rows[] = {
		{ { 0, 100, 200, 300, 400, 500, 600, 700 }, "01234567" },
		{ { 700, 700, 700, 700, 700, 700, 700, 700 }, "77777777" },
		{ { 0, 0, 0, 0, 0, 0, 0, 0 }, "00000000" },
		/* no answer is a gap */
		{ { 100, -1, 100, -1, -1, 50, 100, 100 }, "7-7--477" },
		{ { -1, -1, -1, -1, -1, -1, -1, -1 }, "--------" },
		/* one sample far above the others: logarithmic, so that the others can still be told apart */
		{ { 10, 20, 10, 20, 10, 20, 10, 5000 }, "01010107" },
		/* 20 times the median is still linear */
		{ { 100, 100, 100, 100, 100, 100, 100, 2000 }, "00000007" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int8_t levels[8];
		char got[9] = "";

		spark_levels(rows[i].samples, 8, levels);
		for (size_t k = 0; k < 8; k++)
			got[k] = (char)(levels[k] == SPARK_GAP ? '-' : '0' + levels[k]);
		assert_string_equal(got, rows[i].expected);
	}
}

static void join(const struct glyph_cell *cells, size_t count, char *out)
{
	*out = '\0';
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(out);

		memcpy(out + length, cells[i].text, strlen(cells[i].text) + 1);
	}
}

static void test_bar_and_spark(void **state)
{
	struct monitor_view view = { 0 };
	struct glyph_cell cells[200];
	char got[1000];

	glyph_bar(GLYPHS_BRAILLE, &view, cells, 4);
	join(cells, 4, got);
	assert_string_equal(got, "    ");

	view_add_mark(&view, STATE_UP, 1000);
	view_add_mark(&view, STATE_UP, 8000);
	view_add_mark(&view, STATE_PENDING, -1);
	view_add_mark(&view, STATE_DOWN, 8000);
	glyph_bar(GLYPHS_BRAILLE, &view, cells, 6);
	join(cells, 6, got);
	assert_string_equal(got, "  ▌▌░█");
	assert_int_equal(cells[5].role, ROLE_BEAT_DOWN);
	assert_int_equal(cells[0].role, ROLE_BEAT_NONE);
	glyph_bar(GLYPHS_ASCII, &view, cells, 3);
	join(cells, 3, got);
	assert_string_equal(got, "|.X");

	/* a failed beat is a hole, also when a wrong answer came */
	glyph_spark(GLYPHS_BRAILLE, &view, cells, 6);
	join(cells, 6, got);
	assert_string_equal(got, "  ▂█  ");
	glyph_spark(GLYPHS_BRAILLE, &view, cells, 0);

	/* wider than what a view remembers */
	for (int i = 0; i < 300; i++)
		view_add_mark(&view, STATE_UP, 5000);
	glyph_bar(GLYPHS_BRAILLE, &view, cells, 200);
	assert_string_equal(cells[200 - VIEW_MARKS - 1].text, " ");
	assert_string_equal(cells[200 - VIEW_MARKS].text, "▌");
	glyph_spark(GLYPHS_BRAILLE, &view, cells, 200);
	assert_string_equal(cells[200 - VIEW_MARKS - 1].text, " ");
	assert_string_equal(cells[199].text, "█");
	view_finish(&view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states_differ),
		cmocka_unit_test(test_ascii_is_ascii),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_bar_and_spark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
