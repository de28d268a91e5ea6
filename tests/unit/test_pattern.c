/* Patterns: what they find, what they say of themselves, and that hostile ones end by their budget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/pattern.h"

static void finds(void **state)
{
	static const struct { const char *pattern; bool ignore_case; const char *subject; enum pattern_match found; } rows[] = {
		{ "ok", false, "all ok here", PATTERN_YES },
		{ "ok", false, "all OK here", PATTERN_NO },
		{ "ok", true, "all OK here", PATTERN_YES },
		{ "(?i)ok", false, "all OK here", PATTERN_YES },
		{ "(?i)ok|fine", false, "FINE", PATTERN_YES },
		{ "(?xi) ok # comment", false, "OK", PATTERN_YES },
		{ "(?i)^ok$", false, "oK", PATTERN_YES },
		{ "ab(?i)c", false, "Abc", PATTERN_NO },
		{ "(?i)\\Qa|b", false, "A|B", PATTERN_YES },
		{ "(?i)\\Qa|b", false, "B", PATTERN_NO },
		{ "x", true, "\001", PATTERN_NO },
		{ "^\\d+$", false, "12345", PATTERN_YES },
		{ "^\\d+$", false, "12a45", PATTERN_NO },
		{ "", false, "", PATTERN_YES },
		{ "x", false, "", PATTERN_NO },
		{ "^.$", false, "€", PATTERN_YES },
		{ "ä", true, "Ä", PATTERN_YES },
		{ "(a)(b)(c)(d)", false, "xabcd", PATTERN_YES },
		{ "b", false, "\xff\xfe" "b", PATTERN_YES },
		{ "^..b", false, "\xff\xfe" "b", PATTERN_YES },
		{ "\\x{fffd}", false, "a\xc3", PATTERN_YES },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error err = { 0 };
		struct pattern *pattern = pattern_create(rows[i].pattern, rows[i].ignore_case, &err);

		if (!pattern)
			fail_msg("%s: %s", rows[i].pattern, err.text);
		if (pattern_find(pattern, rows[i].subject, strlen(rows[i].subject)) != rows[i].found)
			fail_msg("%s in %s", rows[i].pattern, rows[i].subject);
		pattern_destroy(pattern);
	}
}

static void sees_beyond_nul(void **state)
{
	struct pattern *pattern = pattern_create("b", false, NULL);

	assert_int_equal(pattern_find(pattern, "a\0b", 3), PATTERN_YES);
	assert_int_equal(pattern_find(pattern, "a\0b", 2), PATTERN_NO);
	pattern_destroy(pattern);
	pattern_destroy(NULL);
}

static void tells_where(void **state)
{
	static const struct { const char *pattern; const char *said; } rows[] = {
		{ "a(b", "wrong pattern at character 4: missing closing parenthesis" },
		{ "*a", "wrong pattern at character 1: quantifier does not follow a repeatable item" },
		{ "[a", "missing terminating ]" },
		{ "\\C", "wrong pattern at character 3:" },
		{ "\xff", "wrong pattern at character 1: UTF-8 error" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error err = { 0 };

		assert_null(pattern_create(rows[i].pattern, false, &err));
		assert_int_equal(err.code, EXIT_CONFIG);
		if (!strstr(err.text, rows[i].said))
			fail_msg("%s: %s", rows[i].pattern, err.text);
	}
	assert_null(pattern_create("(", false, NULL));
}

static void refuses_a_pattern_without_end(void **state)
{
	char *text = heap_zero(100001, 1);
	struct error err = { 0 };

	memset(text, 'a', 100000);
	assert_null(pattern_create(text, false, &err));
	assert_non_null(strstr(err.text, "pattern"));
	memset(text, '(', 5000);
	assert_null(pattern_create(text, false, &err));
	free(text);
}

enum { LONG = 4 << 20 };

/* A few characters again and again. */
static char *long_text(const char *part)
{
	char *text = heap_zero(LONG + 1, 1);
	size_t length = strlen(part);

	for (size_t i = 0; i < LONG; i++)
		text[i] = part[i % length];
	return text;
}

/* Each of these runs for minutes or hours when nothing stops it. */
static void hostile_patterns_end(void **state)
{
	static const char *const rows[] = {
		"(a+)+[bc]", "(a|aa)+[bc]", "a++[bc]", "a.*[bc]", "(?:(?:a?){20}){20}[bc]", "(.*)*\\1[XY]", "(a?){50}a{50}[bc]",
		"(?i)a.*[bc]", "(?i)(A+)+[bc]",
	};
	char *text = long_text("a");

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pattern *pattern = pattern_create(rows[i], false, NULL);

		assert_non_null(pattern);
		if (pattern_find(pattern, text, LONG) != PATTERN_LIMIT)
			fail_msg("%s was expected to run into its limit", rows[i]);
		pattern_destroy(pattern);
	}
	free(text);
}

/*
 * These pass every byte a few times, and the budget must let them. Those of either case would take minutes if each of two million
 * starting points looked through all the rest: then this test is ended by its time.
 */
static void honest_patterns_finish_on_long_texts(void **state)
{
	static const struct { const char *pattern; bool ignore_case; const char *part; enum pattern_match found; } rows[] = {
		{ "needle", false, "ne", PATTERN_NO }, { "needle", true, "ne", PATTERN_NO }, { "NEEDLE", true, "ne", PATTERN_NO },
		{ "(?i)NEEDLE", false, "ne", PATTERN_NO }, { "(?i)needle", false, "NE", PATTERN_NO }, { "(?i)[mn]EE", false, "ne", PATTERN_NO },
		{ "(?xi) NEE # c", false, "ne", PATTERN_NO }, { "(?i)NEED", false, "n", PATTERN_NO }, { "[a-z]\\d\\d", false, "a", PATTERN_NO },
		{ "error|fatal|panic", true, "e", PATTERN_NO }, { "\\d+x", false, "1", PATTERN_NO }, { "x$", false, "x", PATTERN_YES },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pattern *pattern = pattern_create(rows[i].pattern, rows[i].ignore_case, NULL);
		char *text = long_text(rows[i].part);

		assert_non_null(pattern);
		if (pattern_find(pattern, text, LONG) != rows[i].found)
			fail_msg("%s in four megabytes of %s", rows[i].pattern, rows[i].part);
		pattern_destroy(pattern);
		free(text);
	}
}

static void *find_often(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		if (pattern_find(arg, "a 42 b", 6) != PATTERN_YES || pattern_find(arg, "a 4 b", 5) != PATTERN_NO)
			return NULL;
	}
	return arg;
}

static void is_shared_by_threads(void **state)
{
	struct pattern *pattern = pattern_create("\\d\\d", false, NULL);
	pthread_t threads[3];

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, find_often, pattern), 0);
	for (size_t i = 0; i < 3; i++) {
		void *fine;

		assert_int_equal(pthread_join(threads[i], &fine), 0);
		assert_non_null(fine);
	}
	pattern_destroy(pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(sees_beyond_nul),
		cmocka_unit_test(tells_where),
		cmocka_unit_test(refuses_a_pattern_without_end),
		cmocka_unit_test(hostile_patterns_end),
		cmocka_unit_test(honest_patterns_finish_on_long_texts),
		cmocka_unit_test(is_shared_by_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
