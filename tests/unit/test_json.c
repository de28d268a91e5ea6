/* JSON: order, escapes, numbers, and text that is no text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "kumatop/json.h"

static void expect(struct json *json, const char *text)
{
	struct buf out;

	buf_init(&out, 4096);
	json_print(json, &out);
	assert_false(out.full);
	assert_string_equal(out.data, text);
	buf_finish(&out);
	json_free(json);
}

static void empty(void **state)
{
	expect(json_new_object(), "{}");
	expect(json_new_array(), "[]");
	json_free(NULL);
}

static void keys_keep_their_order(void **state)
{
	struct json *json = json_new_object();

	json_put_text(json, "z", "last letter first");
	json_put_integer(json, "a", INT64_MIN);
	json_put_flag(json, "m", true);
	json_put_flag(json, "b", false);
	json_put_null(json, "n");
	json_put_text(json, "t", NULL);
	json_put_integer(json, "a", 5);
	expect(json, "{\"z\":\"last letter first\",\"a\":5,\"m\":true,\"b\":false,\"n\":null,\"t\":null}");
}

static void nested(void **state)
{
	struct json *json = json_new_object();
	struct json *list = json_new_array();
	struct json *inner = json_new_object();

	json_put_integer(inner, "dns", 12);
	json_append(list, inner);
	json_append_text(list, "two");
	json_append_text(list, NULL);
	json_put(json, "list", list);
	expect(json, "{\"list\":[{\"dns\":12},\"two\",null]}");
}

static void reals(void **state)
{
	static const struct { double value; const char *text; } rows[] = {
		{ 0.1, "{\"v\":0.1}" }, { 99.95, "{\"v\":99.95}" }, { 2.0, "{\"v\":2.0}" }, { -0.25, "{\"v\":-0.25}" },
		{ (double)NAN, "{\"v\":null}" }, { (double)INFINITY, "{\"v\":null}" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json *json = json_new_object();

		json_put_real(json, "v", rows[i].value);
		expect(json, rows[i].text);
	}
}

static void texts(void **state)
{
	static const struct { const char *value, *text; } rows[] = {
		{ "", "[\"\"]" },
		{ "a\"b\\c", "[\"a\\\"b\\\\c\"]" },
		{ "line\nend\t\x01", "[\"line\\nend\\t\\u0001\"]" },
		{ "grüße € 😀", "[\"grüße € 😀\"]" },
		{ "bad \xff byte", "[\"bad \xef\xbf\xbd byte\"]" },
		{ "cut \xe2\x82", "[\"cut \xef\xbf\xbd\xef\xbf\xbd\"]" },
		{ "half \xed\xa0\x80", "[\"half \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json *json = json_new_array();

		json_append_text(json, rows[i].value);
		expect(json, rows[i].text);
	}
}

static void full_buffer_is_remembered(void **state)
{
	struct json *json = json_new_array();
	struct buf out;

	json_append_text(json, "longer than four");
	buf_init(&out, 4);
	json_print(json, &out);
	assert_true(out.full);
	buf_finish(&out);
	json_free(json);
}

static void reads_back(void **state)
{
	static const char text[] = "{\"t\":\"grün\\n\",\"i\":-5,\"r\":0.5,\"f\":true,\"n\":null,\"a\":[1,\"two\"]} ";
	struct json *json = json_parse(text, strlen(text), 2, NULL);
	int64_t number = 7;
	double real = 0;
	bool flag = false;

	assert_non_null(json);
	assert_string_equal(json_get_text(json, "t"), "grün\n");
	assert_true(json_get_integer(json, "i", &number));
	assert_int_equal(number, -5);
	assert_true(json_get_real(json, "r", &real) && real == 0.5);
	assert_true(json_get_real(json, "i", &real) && real == -5);
	assert_true(json_get_flag(json, "f", &flag) && flag);
	assert_int_equal(json_count(json_get(json, "a")), 2);
	assert_true(json_read_integer(json_at(json_get(json, "a"), 0), &number));
	assert_int_equal(number, 1);
	assert_string_equal(json_read_text(json_at(json_get(json, "a"), 1)), "two");
	json_free(json);
}

static void what_is_not_there_is_told(void **state)
{
	struct json *json = json_parse("{\"t\":\"x\",\"n\":null,\"r\":1.5}", 26, 1, NULL);
	int64_t number = 7;
	bool flag = true;

	assert_non_null(json);
	assert_null(json_get(json, "n"));
	assert_null(json_get(json, "none"));
	assert_null(json_get_text(json, "r"));
	assert_false(json_get_integer(json, "t", &number));
	assert_false(json_get_integer(json, "r", &number));
	assert_int_equal(number, 7);
	assert_false(json_get_flag(json, "t", &flag));
	assert_true(flag);
	assert_null(json_get(NULL, "t"));
	assert_null(json_at(NULL, 0));
	assert_int_equal(json_count(json), 0);
	assert_false(json_read_integer(NULL, &number));
	json_free(json);
}

static void refuses(void **state)
{
	static const char *const rows[] = {
		"", " ", "{", "{\"a\":1}}", "{\"a\":1,\"a\":2}", "{a:1}", "[[[[1]]]]", "{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}",
		"{\"a\":99999999999999999999}", "nan", "{\"a\":\"[[[[[\\\"[[[[\"", "\"a",
	};
	struct error err;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		err.text[0] = '\0';
		assert_null(json_parse(rows[i], strlen(rows[i]), 3, &err));
		assert_true(err.text[0]);
	}
}

static void brackets_in_a_text_are_no_nesting(void **state)
{
	static const char text[] = "[\"[[[[[\\\"[[[\"]";
	struct json *json = json_parse(text, strlen(text), 1, NULL);

	assert_non_null(json);
	json_free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(keys_keep_their_order),
		cmocka_unit_test(nested),
		cmocka_unit_test(reals),
		cmocka_unit_test(texts),
		cmocka_unit_test(full_buffer_is_remembered),
		cmocka_unit_test(reads_back),
		cmocka_unit_test(what_is_not_there_is_told),
		cmocka_unit_test(refuses),
		cmocka_unit_test(brackets_in_a_text_are_no_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
