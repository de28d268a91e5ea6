/*
 * The table of actions: no key is bound twice in a view, and every row is fit for help and key bar.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/tui/action.h"
#include "../../src/tui/input.h"

#include "kumatop/text.h"

enum { PLACES = 9 };

static void test_every_key_name_is_known(void **state)
{
	(void)state;
	for (int i = 1; i < ACTION_COUNT; i++) {
		const char *keys = action_rows[i].keys;
		size_t count = 1;

		for (const char *p = keys; *p; p++)
			count += *p == ' ';
		for (size_t n = 0; n < count; n++)
			if (!action_key((enum action)i, n))
				fail_msg("%s: key %zu of \"%s\" is unknown", action_rows[i].word, n + 1, keys);
		assert_int_equal(action_key((enum action)i, count), 0);
	}
}

static void test_no_key_is_bound_twice(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < PLACES; bit++)
		for (int i = 1; i < ACTION_COUNT; i++) {
			if (!(action_rows[i].places & 1u << bit))
				continue;
			for (size_t n = 0; action_key((enum action)i, n); n++) {
				enum action found = action_for_key(1u << bit, action_key((enum action)i, n));

				if (found != (enum action)i)
					fail_msg("key %zu of %s in place %u is that of %s", n, action_rows[i].word, bit, action_rows[found].word);
			}
		}
}

static void test_rows_are_complete(void **state)
{
	(void)state;
	for (int i = 1; i < ACTION_COUNT; i++) {
		assert_true(action_rows[i].word[0] != '\0');
		assert_true(action_rows[i].help[0] != '\0');
		assert_true(text_width(action_rows[i].help) <= 60);
		assert_true(action_rows[i].places != 0);
		for (int k = 1; k < i; k++)
			assert_string_not_equal(action_rows[i].word, action_rows[k].word);
	}
}

static void test_actions_by_key(void **state)
{
	(void)state;
	assert_int_equal(action_for_key(IN_LIST, 'p'), ACTION_PAUSE);
	assert_int_equal(action_for_key(IN_LIST, KEYPRESS_F1 + 8), ACTION_PAUSE);
	assert_int_equal(action_for_key(IN_QUESTION, 'p'), ACTION_INSTEAD);
	assert_int_equal(action_for_key(IN_LIST, KEYPRESS_CTRL('L')), ACTION_REPAINT);
	assert_int_equal(action_for_key(IN_LIST, ' '), ACTION_MARK);
	assert_int_equal(action_for_key(IN_LIST, '\\'), ACTION_FILTER);
	assert_int_equal(action_for_key(IN_HELP, 'p'), ACTION_NONE);
	assert_int_equal(action_for_key(IN_LIST, 'p' | KEYPRESS_ALT), ACTION_NONE);
}

static void test_key_names(void **state)
{
	char text[16];

	(void)state;
	assert_string_equal(key_print(KEYPRESS_ENTER, true, text, sizeof text), "↵");
	assert_string_equal(key_print(KEYPRESS_ENTER, false, text, sizeof text), "Enter");
	assert_string_equal(key_print(KEYPRESS_CTRL('L'), false, text, sizeof text), "^L");
	assert_string_equal(key_print(KEYPRESS_F12, false, text, sizeof text), "F12");
	assert_string_equal(key_print('?', false, text, sizeof text), "?");
	assert_string_equal(key_print('x' | KEYPRESS_ALT, false, text, sizeof text), "M-x");
	assert_string_equal(key_print(0xe4, false, text, sizeof text), "this key");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_key_name_is_known),
		cmocka_unit_test(test_no_key_is_bound_twice),
		cmocka_unit_test(test_rows_are_complete),
		cmocka_unit_test(test_actions_by_key),
		cmocka_unit_test(test_key_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
