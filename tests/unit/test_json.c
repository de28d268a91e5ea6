/* JSON: order, escapes, numbers, and text that is no text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(keys_keep_their_order),
		cmocka_unit_test(nested),
		cmocka_unit_test(reals),
		cmocka_unit_test(texts),
		cmocka_unit_test(full_buffer_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
