/*
 * Painting: clipped, measured and clean, whatever is asked for.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/tui/paint.h"

static struct canvas canvas;

static void expect_row(int row, const char *wanted)
{
	struct buf text;

	buf_init(&text, 4096);
	canvas_print_row(&canvas, row, &text);
	assert_string_equal(text.data, wanted);
	buf_finish(&text);
}

static struct area fresh(enum glyph_set glyphs, int rows, int columns)
{
	canvas_finish(&canvas);
	canvas_init(&canvas, glyphs);
	canvas_reset(&canvas, rows, columns);
	return canvas_area(&canvas);
}

static void test_cut(void **state)
{
	static const struct { int width; const char *text, *wanted; } rows[] = {
		{ 10, "short", "|short     |" },
		{ 10, "just right", "|just right|" },
		{ 10, "much too long", "|much too..|" },
		{ 10, "日本語", "|日本語    |" },
		{ 10, "日本語の監視", "|日本語の..|" },
		{ 9, "日本語の監視", "|日本語.. |" },
		{ 5, "e\xcc\x81" "a", "|e\xcc\x81" "a   |" },
		{ 3, "abcdef", "|abc|" },
		{ 0, "abc", "||" },
		{ 10, "a\033[31mb\r\n\302\233c", "|a[31mb c  |" },
		{ 10, "😀ok", "|?ok       |" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct area area = fresh(GLYPHS_BRAILLE, 1, 40);

		paint_point(area, 0, 0, ROLE_TEXT, '|');
		paint_field(area, 0, 1, rows[i].width, ROLE_TEXT, rows[i].text);
		paint_point(area, 0, 1 + rows[i].width, ROLE_TEXT, '|');
		expect_row(0, rows[i].wanted);
	}
}

static void test_right(void **state)
{
	struct area area = fresh(GLYPHS_BRAILLE, 2, 12);

	(void)state;
	paint_field_right(area, 0, 2, 6, ROLE_TEXT, "118");
	expect_row(0, "     118");
	paint_field_right(area, 1, 2, 6, ROLE_TEXT, "1234567890");
	expect_row(1, "  1234..");
}

static void test_ascii(void **state)
{
	struct area area = fresh(GLYPHS_ASCII, 1, 40);

	(void)state;
	paint_text(area, 0, 0, ROLE_TEXT, "café 日本 e\xcc\x81|");
	expect_row(0, "caf? ???? e|");
	paint_point(area, 0, 20, ROLE_TEXT, 0x25cf);
	assert_int_equal(canvas.cells[20].point, '?');
}

static void test_clipped(void **state)
{
	struct area area = fresh(GLYPHS_BRAILLE, 3, 10);
	struct area part = area_part(area, 1, 2, 1, 5);

	(void)state;
	paint_text(part, 0, 0, ROLE_TEXT, "abcdefgh");
	paint_text(part, 1, 0, ROLE_TEXT, "below");
	paint_text(part, -1, 0, ROLE_TEXT, "above");
	paint_fill(part, 0, -3, 100, ROLE_TEXT_DIM, '.');
	paint_under(part, 0, -5, 100, ROLE_CURSOR);
	expect_row(0, "");
	expect_row(1, "  .....");
	expect_row(2, "");
	assert_int_equal(canvas.cells[10 + 1].under, ROLE_TEXT);
	assert_int_equal(canvas.cells[10 + 2].under, ROLE_CURSOR);
	assert_int_equal(canvas.cells[10 + 7].under, ROLE_TEXT);
	part = area_part(area, 5, 50, 10, 10);
	assert_int_equal(part.rows, 0);
	assert_int_equal(part.columns, 0);
	paint_text(part, 0, 0, ROLE_TEXT, "nowhere");
	paint_frame(area_part(area, 0, 0, 1, 1), ROLE_DIALOG, "tiny");
	paint_frame(area_part(area, 0, 0, 0, 0), ROLE_DIALOG, "none");
}

/* Half of a wide character never stays behind. */
static void test_wide_halves(void **state)
{
	struct area area = fresh(GLYPHS_BRAILLE, 1, 8);

	(void)state;
	paint_text(area, 0, 0, ROLE_TEXT, "日本語");
	paint_point(area, 0, 1, ROLE_TEXT, 'x');
	expect_row(0, " x本語");
	paint_point(area, 0, 4, ROLE_TEXT, 'y');
	expect_row(0, " x本y");
	paint_text(area, 0, 7, ROLE_TEXT, "語");
	expect_row(0, " x本y");
}

static void test_dialog(void **state)
{
	struct area area = fresh(GLYPHS_BRAILLE, 4, 20);

	(void)state;
	paint_frame(area_centred(area, 3, 12), ROLE_DIALOG, "Ask");
	expect_row(0, "    ┌─ Ask ────┐");
	expect_row(1, "    │          │");
	expect_row(2, "    └──────────┘");
	paint_cursor(area_part(area, 1, 5, 1, 10), 0, 3);
	assert_int_equal(canvas.cursor_row, 1);
	assert_int_equal(canvas.cursor_column, 8);
	paint_clear(area, ROLE_TEXT);
	assert_int_equal(canvas.cursor_row, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_clipped),
		cmocka_unit_test(test_wide_halves),
		cmocka_unit_test(test_dialog),
	};

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 77;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	canvas_finish(&canvas);
	return failed;
}
