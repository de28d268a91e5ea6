/* Templates: what is put in is harmless where it stands, and slips are told by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/template.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct template_name names[] = {
	{ .name = "name" }, { .name = "reason" }, { .name = "json", .ready = true, .ready_for = TEMPLATE_JSON }, { .name = NULL },
};

static char *render(const char *text, enum template_place place, enum template_markup markup, const char *name)
{
	const char *values[] = { name, NULL, "{\"a\":1}" };
	struct error err = { 0 };
	struct template *template = template_parse(text, place, markup, names, &err);
	struct buf out;

	if (!template)
		fail_msg("%s", err.text);
	buf_init(&out, 4096);
	template_render(template, values, &out);
	template_free(template);
	return buf_take(&out);
}

static void test_places(void **state)
{
	static const struct {
		enum template_place place;
		enum template_markup markup;
		const char *value, *wanted;
	} rows[] = {
		{ TEMPLATE_TEXT, MARKUP_NONE, "a\"b\\c<d>&\n@x", "a\"b\\c<d>&\n@x" },
		{ TEMPLATE_TEXT, MARKUP_NONE, "a\rb\x1b[1m\x7f\xc2\x85" "c\td", "ab[1mc d" },
		{ TEMPLATE_TEXT, MARKUP_NONE, "a\xff", "a\xef\xbf\xbd" },
		{ TEMPLATE_JSON, MARKUP_NONE, "a\"b\\c\nd\xc3\xa9", "a\\\"b\\\\c\\nd\xc3\xa9" },
		{ TEMPLATE_URL, MARKUP_NONE, "a b/c?d=e&f#g%h:i\xc3\xa9", "a%20b%2Fc%3Fd%3De%26f%23g%25h:i%C3%A9" },
		{ TEMPLATE_FORM, MARKUP_NONE, "a b+c&d=e:f\n", "a%20b%2Bc%26d%3De%3Af%0A" },
		{ TEMPLATE_HEADER, MARKUP_NONE, "a\r\nX-Evil: 1", "a X-Evil: 1" },
		{ TEMPLATE_HTML, MARKUP_NONE, "</b>\"&'", "&lt;/b&gt;&quot;&amp;&#39;" },
		{ TEMPLATE_JSON, MARKUP_HTML, "</b>\"&'\n", "&lt;/b&gt;&quot;&amp;&#39;\\n" },
		{ TEMPLATE_JSON, MARKUP_SLACK, "<!channel> & \"x\"", "&lt;!channel&gt; &amp; \\\"x\\\"" },
		{ TEMPLATE_TEXT, MARKUP_MARKDOWN, "*a_ [x](y) `c` @all", "\\*a\\_ \\[x\\](y) \\`c\\` @all" },
		{ TEMPLATE_JSON, MARKUP_MARKDOWN, "*a", "\\\\*a" },
		{ TEMPLATE_TEXT, MARKUP_CHAT, "@all *", "\xef\xbc\xa0" "all \\*" },
		{ TEMPLATE_TEXT, MARKUP_ANGLES, "<users/all>", "\xe2\x80\xb9users/all\xe2\x80\xba" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *out = render("{{name}}", rows[i].place, rows[i].markup, rows[i].value);

		if (strcmp(out, rows[i].wanted) != 0)
			fail_msg("row %zu: got <%s>, wanted <%s>", i, out, rows[i].wanted);
		free(out);
	}
}

static void test_substitution(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "", "" },
		{ "no value", "no value" },
		{ "{{name}}{{ name }}", "xx" },
		{ "{\"a\":{\"b\":\"{{name}}\"}}", "{\"a\":{\"b\":\"x\"}}" },
		{ "[{{reason}}]", "[]" },
		{ "}} {name} {", "}} {name} {" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *out = render(rows[i].text, TEMPLATE_JSON, MARKUP_NONE, "x");

		assert_string_equal(out, rows[i].wanted);
		free(out);
	}
	char *twice = render("{{name}}", TEMPLATE_JSON, MARKUP_NONE, "{{name}}");
	assert_string_equal(twice, "{{name}}");
	free(twice);
}

static void test_what_is_ready_goes_in_as_it_is(void **state)
{
	char *whole = render("{\"x\":{{json}}}", TEMPLATE_JSON, MARKUP_NONE, "x"), *form = render("p={{json}}", TEMPLATE_FORM, MARKUP_NONE, "x");

	assert_string_equal(whole, "{\"x\":{\"a\":1}}");
	assert_string_equal(form, "p=%7B%22a%22%3A1%7D");
	free(whole);
	free(form);
}

static void test_slips(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "{{nmae}}", "did you mean {{name}}?" },
		{ "{{zzzzzzzz}}", "see kumatop alert kinds" },
		{ "{{name", "not followed by" },
		{ "{{}}", "not followed by" },
		{ "{{ }}", "not followed by" },
		{ "{{name}} {{\x1b[31m}}", "{{[31m}} is not known" },
		{ "{{nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn}}", "not followed by" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };

		assert_null(template_parse(rows[i].text, TEMPLATE_JSON, MARKUP_NONE, names, &err));
		assert_int_equal(err.code, EXIT_CONFIG);
		if (!strstr(err.text, rows[i].wanted))
			fail_msg("row %zu: %s", i, err.text);
	}
}

static void test_uses(void **state)
{
	struct template *template = template_parse("{{reason}}", TEMPLATE_TEXT, MARKUP_NONE, names, NULL);

	assert_false(template_uses(template, 0));
	assert_true(template_uses(template, 1));
	template_free(template);
	template_free(NULL);
}

static void test_cut(void **state)
{
	static const struct {
		const char *text;
		enum template_markup markup;
		size_t most;
		const char *wanted;
	} rows[] = {
		{ "abcdef", MARKUP_NONE, 0, "abcdef" },
		{ "abcdef", MARKUP_NONE, 6, "abcdef" },
		{ "abcdef", MARKUP_NONE, 5, "abcd\xe2\x80\xa6" },
		{ "\xc3\xa9\xc3\xa9\xc3\xa9", MARKUP_NONE, 2, "\xc3\xa9\xe2\x80\xa6" },
		{ "\xf0\x9f\x94\xb4\xf0\x9f\x94\xb4", MARKUP_NONE, 4, "\xf0\x9f\x94\xb4\xf0\x9f\x94\xb4" },
		{ "\xf0\x9f\x94\xb4\xf0\x9f\x94\xb4", MARKUP_NONE, 3, "\xf0\x9f\x94\xb4\xe2\x80\xa6" },
		{ "<<<<", MARKUP_SLACK, 9, "<<\xe2\x80\xa6" },
		{ "a", MARKUP_NONE, 1, "a" },
		{ "ab", MARKUP_NONE, 1, "\xe2\x80\xa6" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out;

		buf_init(&out, 100);
		template_cut(rows[i].text, rows[i].markup, rows[i].most, &out);
		if (strcmp(out.data, rows[i].wanted) != 0)
			fail_msg("row %zu: got <%s>", i, out.data);
		buf_finish(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places), cmocka_unit_test(test_substitution), cmocka_unit_test(test_what_is_ready_goes_in_as_it_is),
		cmocka_unit_test(test_slips), cmocka_unit_test(test_uses), cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
