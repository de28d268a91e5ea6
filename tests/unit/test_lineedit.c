/*
 * One line of input, key by key.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/tui/input.h"
#include "../../src/tui/lineedit.h"

#include "kumatop/text.h"

static void type_text(struct lineedit *edit, const char *text)
{
	for (size_t at = 0; text[at];) {
		uint32_t point;

		at += text_decode(text + at, strlen(text + at), &point);
		assert_true(lineedit_key(edit, point, NULL));
	}
}

/* The text with "|" where the cursor stands. */
static void assert_line(const struct lineedit *edit, const char *expected)
{
	char got[LINEEDIT_SIZE + 2];

	assert_int_equal(strlen(edit->text), edit->length);
	snprintf(got, sizeof got, "%.*s|%s", (int)edit->cursor, edit->text, edit->text + edit->cursor);
	assert_string_equal(got, expected);
}

static void test_keys(void **state)
{
	static const struct { const char *start; uint32_t keys[8]; const char *expected; } rows[] = {
		{ "abc", { KEYPRESS_LEFT, 'x' }, "abx|c" },
		{ "abc", { KEYPRESS_HOME, 'x' }, "x|abc" },
		{ "abc", { KEYPRESS_CTRL('A'), KEYPRESS_RIGHT, KEYPRESS_RIGHT, KEYPRESS_CTRL('K') }, "ab|" },
		{ "abc", { KEYPRESS_HOME, KEYPRESS_LEFT, KEYPRESS_BACKSPACE }, "|abc" },
		{ "abc", { KEYPRESS_RIGHT, KEYPRESS_DELETE }, "abc|" },
		{ "abc", { KEYPRESS_BACKSPACE }, "ab|" },
		{ "abc", { KEYPRESS_HOME, KEYPRESS_DELETE, KEYPRESS_END, 'd' }, "bcd|" },
		{ "abc", { KEYPRESS_LEFT, KEYPRESS_CTRL('U') }, "|c" },
		{ "abc", { KEYPRESS_HOME, KEYPRESS_CTRL('E'), ' ', 'd' }, "abc d|" },
		{ "https://a.example/health", { KEYPRESS_CTRL('W') }, "https://a.example/|" },
		{ "https://a.example/", { KEYPRESS_CTRL('W'), KEYPRESS_CTRL('W') }, "https://|" },
		{ "one two", { KEYPRESS_ALT + 'b', KEYPRESS_ALT + 'b', 'x' }, "x|one two" },
		{ "one two", { KEYPRESS_HOME, KEYPRESS_ALT + 'f', 'x' }, "onex| two" },
		/* a wide character, and one with a mark on it, are one step each */
		{ "漢字", { KEYPRESS_LEFT, KEYPRESS_BACKSPACE }, "|字" },
		{ "ae\xcc\x81z", { KEYPRESS_LEFT, KEYPRESS_LEFT, 'x' }, "ax|e\xcc\x81z" },
		{ "ae\xcc\x81", { KEYPRESS_BACKSPACE }, "a|" },
		{ "e\xcc\x81z", { KEYPRESS_HOME, KEYPRESS_DELETE }, "|z" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct lineedit edit = { .length = 0 };

		lineedit_set(&edit, rows[i].start);
		for (size_t k = 0; k < 8 && rows[i].keys[k]; k++)
			assert_true(lineedit_key(&edit, rows[i].keys[k], NULL));
		assert_line(&edit, rows[i].expected);
	}
}

static void test_what_is_no_text(void **state)
{
	struct lineedit edit = { .length = 0 };
	bool changed = true;

	assert_false(lineedit_key(&edit, KEYPRESS_ENTER, &changed));
	assert_false(changed);
	assert_false(lineedit_key(&edit, KEYPRESS_TAB, NULL));
	assert_false(lineedit_key(&edit, KEYPRESS_UP, NULL));
	assert_false(lineedit_key(&edit, KEYPRESS_CTRL('S'), NULL));
	assert_false(lineedit_key(&edit, KEYPRESS_F1, NULL));
	/* swallowed, but never text: C1, a bidi control, a zero-width blank */
	assert_true(lineedit_key(&edit, 0x9b, &changed));
	assert_true(lineedit_key(&edit, 0x202e, &changed));
	assert_true(lineedit_key(&edit, 0x200b, &changed));
	assert_line(&edit, "|");
	type_text(&edit, "é");
	assert_line(&edit, "é|");
	/* a mark needs a character, and at most two fit on it */
	type_text(&edit, "e\xcc\x81\xcc\x82\xcc\x83");
	assert_line(&edit, "ée\xcc\x81\xcc\x82|");
	lineedit_key(&edit, KEYPRESS_HOME, NULL);
	type_text(&edit, "\xcc\x81");
	assert_line(&edit, "|ée\xcc\x81\xcc\x82");
}

static void test_paste(void **state)
{
	struct lineedit edit = { .length = 0 };
	static const char hostile[] = " \thttps://a\x1b[31m.example/\r\nq\x9b";

	lineedit_paste(&edit, hostile, sizeof hostile - 1);
	assert_true(text_is_clean(edit.text));
	assert_int_equal(strncmp(edit.text, "https://a", 9), 0);

	lineedit_set(&edit, "ad");
	lineedit_key(&edit, KEYPRESS_LEFT, NULL);
	lineedit_paste(&edit, "bc\n", 3);
	assert_line(&edit, "abc|d");
}

static void test_limit(void **state)
{
	struct lineedit edit = { .limit = 5 };
	char long_text[3 * LINEEDIT_SIZE];

	type_text(&edit, "ééé");	/* two bytes each: the third has no room */
	assert_line(&edit, "éé|");
	memset(long_text, 'x', sizeof long_text);
	edit = (struct lineedit){ .length = 0 };
	lineedit_paste(&edit, long_text, sizeof long_text);
	assert_int_equal(edit.length, LINEEDIT_SIZE - 1);
	assert_true(lineedit_key(&edit, 'y', NULL));
	assert_int_equal(edit.length, LINEEDIT_SIZE - 1);
}

static void assert_shown(struct lineedit *edit, int cells, const char *expected, int cursor)
{
	char out[256];
	int at = lineedit_show(edit, cells, out, sizeof out);

	assert_string_equal(out, expected);
	assert_int_equal(at, cursor);
}

static void test_scrolling(void **state)
{
	struct lineedit edit = { .length = 0 };

	lineedit_set(&edit, "0123456789");
	assert_shown(&edit, 20, "0123456789", 10);
	assert_shown(&edit, 6, "56789", 5);		/* the cursor has a cell of its own */
	for (int i = 0; i < 3; i++)
		lineedit_key(&edit, KEYPRESS_LEFT, NULL);
	assert_shown(&edit, 6, "56789", 2);		/* no need to move */
	lineedit_key(&edit, KEYPRESS_HOME, NULL);
	assert_shown(&edit, 6, "012345", 0);
	lineedit_key(&edit, KEYPRESS_END, NULL);
	assert_shown(&edit, 1, "", 0);
	assert_shown(&edit, 0, "", 0);

	/* half of a wide character is never shown */
	lineedit_set(&edit, "漢字漢字");
	assert_shown(&edit, 5, "漢字", 4);
	lineedit_key(&edit, KEYPRESS_HOME, NULL);
	assert_shown(&edit, 5, "漢字", 0);

	edit.secret = true;
	lineedit_key(&edit, KEYPRESS_END, NULL);
	assert_shown(&edit, 10, "****", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_what_is_no_text),
		cmocka_unit_test(test_paste),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_scrolling),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
