/* Settings of every type: read from text and from typed values, refused with what to write instead, printed, read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/setting.h"

#define COUNT(rows) (sizeof (rows) / sizeof *(rows))

struct values {
	bool flag;
	int64_t port, count, wait_ms, warn_ms, share_ppm;
	char *name, *free_text, *password;
	struct text_list tags;
	int method;
	bool last;
};

static bool check_even(const char *text, struct error *err)
{
	return strlen(text) % 2 == 0 || error_set(err, EXIT_DATA, "\"%s\" has an odd length", text);
}

static const char *const methods[] = { "GET", "POST", "HEAD", NULL };

static const struct setting table[] = {
	{ .name = "flag", .type = SETTING_FLAG, .offset = offsetof(struct values, flag), .fallback = "yes" },
	{ .name = "port", .type = SETTING_INTEGER, .offset = offsetof(struct values, port), .least = 1, .most = 65535, .fallback = "80" },
	{ .name = "count", .type = SETTING_INTEGER, .offset = offsetof(struct values, count) },
	{ .name = "wait", .type = SETTING_DURATION, .offset = offsetof(struct values, wait_ms), .least = 1000, .most = 86400000, .fallback = "1m" },
	{ .name = "warn", .section = "expect", .type = SETTING_DURATION, .offset = offsetof(struct values, warn_ms), .least = 1000, .most = INT64_MAX },
	{ .name = "share", .type = SETTING_PERCENT, .offset = offsetof(struct values, share_ppm), .least = 10000, .most = 999999 },
	{ .name = "name", .type = SETTING_TEXT, .offset = offsetof(struct values, name), .least = 2, .most = 10 },
	{ .name = "free", .section = "expect", .type = SETTING_TEXT, .offset = offsetof(struct values, free_text), .check = check_even },
	{ .name = "password", .type = SETTING_SECRET, .offset = offsetof(struct values, password), .most = 1000 },
	{ .name = "tags", .type = SETTING_LIST, .offset = offsetof(struct values, tags), .most = 8, .check = check_even },
	{ .name = "method", .type = SETTING_CHOICE, .offset = offsetof(struct values, method), .choices = methods },
	{ .name = "last", .type = SETTING_FLAG, .offset = offsetof(struct values, last) },
	{ .name = NULL },
};

static const struct setting *row(const char *name)
{
	const struct setting *found = setting_find(table, NULL, name);

	if (!found)
		found = setting_find(table, "expect", name);
	assert_non_null(found);
	return found;
}

static void expect_printed(const struct values *values, const char *name, const char *expected)
{
	struct buf out;

	buf_init(&out, 1000);
	setting_print(row(name), values, &out);
	assert_string_equal(out.data, expected);
	buf_finish(&out);
}

static void expect_conf(const struct values *values, const char *name, bool reveal, const char *expected)
{
	struct buf out;

	buf_init(&out, 1000);
	setting_print_conf(row(name), values, reveal, &out);
	assert_string_equal(out.data, expected);
	buf_finish(&out);
}

static void defaults(void **state)
{
	struct values values = { 0 };

	settings_init(table, &values);
	assert_true(values.flag);
	assert_int_equal(values.port, 80);
	assert_int_equal(values.wait_ms, 60000);
	assert_int_equal(values.warn_ms, 0);
	assert_null(values.name);
	assert_int_equal(values.method, 0);
	for (const struct setting *each = table; each->name; each++)
		assert_true(setting_is_default(each, &values));
	settings_finish(table, &values);
	assert_int_equal(values.port, 0);
	settings_finish(table, &values);
}

static void found_by_section_and_name(void **state)
{
	assert_ptr_equal(setting_find(table, NULL, "port"), &table[1]);
	assert_ptr_equal(setting_find(table, "expect", "warn"), &table[4]);
	assert_null(setting_find(table, "expect", "port"));
	assert_null(setting_find(table, NULL, "warn"));
	assert_null(setting_find(table, NULL, "ports"));
}

/* Text as typed, and how the value prints; what prints must read back as the same. */
static void read_from_text(void **state)
{
	static const struct { const char *name, *text, *printed, *conf; } rows[] = {
		{ "flag", "no", "no", "false" }, { "flag", "FALSE", "no", "false" }, { "flag", "off", "no", "false" }, { "flag", "yes", "yes", "true" },
		{ "flag", "true", "yes", "true" }, { "flag", " on ", "yes", "true" },
		{ "port", "1", "1", "1" }, { "port", " 65535 ", "65535", "65535" }, { "port", "010", "10", "10" },
		{ "count", "-5", "-5", "-5" }, { "count", "3000000000", "3000000000", "3000000000L" }, { "count", "0", "0", "0" },
		{ "wait", "90s", "1m30s", "\"1m30s\"" }, { "wait", " 1d ", "1d", "\"1d\"" }, { "wait", "1s", "1s", "\"1s\"" }, { "warn", "14d", "14d", "\"14d\"" }, { "warn", "", "", "\"0s\"" },
		{ "name", "ab", "ab", "\"ab\"" }, { "name", "a \"b\"\\", "a \"b\"\\", "\"a \\\"b\\\"\\\\\"" }, { "name", "", "", "\"\"" },
		{ "free", "a\nb\t\r.", "a\nb\t\r.", "\"a\\nb\\t\\r.\"" }, { "free", "  ", "  ", "\"  \"" }, { "free", "ü€.", "ü€.", "\"ü€.\"" },
		{ "tags", "prod,  db ,", "prod, db", "[\"prod\", \"db\"]" }, { "tags", "", "", "[]" },
		{ "tags", "\"a, b\", \"\\\"\\\\\", \" x\"", "\"a, b\", \"\\\"\\\\\", \" x\"", "[\"a, b\", \"\\\"\\\\\", \" x\"]" },
		{ "method", "POST", "POST", "\"POST\"" }, { "method", "head", "HEAD", "\"HEAD\"" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct values values = { 0 }, again = { 0 };
		struct error err;

		settings_init(table, &values);
		settings_init(table, &again);
		if (strcmp(rows[i].name, "free") != 0 || strlen(rows[i].text) % 2 == 0) {
			if (!setting_from_text(row(rows[i].name), &values, rows[i].text, &err))
				fail_msg("%s", err.text);
			expect_printed(&values, rows[i].name, rows[i].printed);
			expect_conf(&values, rows[i].name, false, rows[i].conf);
			assert_true(setting_from_text(row(rows[i].name), &again, rows[i].printed, &err));
			assert_true(settings_equal(table, &values, &again));
		}
		settings_finish(table, &values);
		settings_finish(table, &again);
	}
}

static void refused_with_what_to_write(void **state)
{
	static const struct { const char *name, *text, *said; } rows[] = {
		{ "flag", "maybe", "flag: \"maybe\" is neither yes nor no: write true or false" },
		{ "flag", "", "flag: \"\" is neither yes nor no: write true or false" },
		{ "port", "0", "port: 0 is too small: write 1 to 65535" },
		{ "port", "99999", "port: 99999 is too large: write 1 to 65535" },
		{ "port", "65536", "port: 65536 is too large: write 1 to 65535" },
		{ "port", "-1", "port: -1 is too small: write 1 to 65535" },
		{ "port", "80x", "port: \"80x\" is not a whole number: write 1 to 65535" },
		{ "port", "8.5", "port: \"8.5\" is not a whole number: write 1 to 65535" },
		{ "port", "", "port: a value is missing: write 1 to 65535" },
		{ "port", "4294967376", "port: 4294967376 is too large: write 1 to 65535" },
		{ "port", "99999999999999999999", "port: 99999999999999999999 is too large: write 1 to 65535" },
		{ "count", "many", "count: \"many\" is not a whole number: write a whole number" },
		{ "wait", "0", "wait: 0s is too short: write 1s to 1d" },
		{ "wait", "500ms", "wait: 500ms is too short: write 1s to 1d" },
		{ "wait", "86400001ms", "wait: 1d1ms is too long: write 1s to 1d" },
		{ "wait", "999ms", "wait: 999ms is too short: write 1s to 1d" },
		{ "wait", "2d", "wait: 2d is too long: write 1s to 1d" },
		{ "wait", "60", "wait: \"60\" has no unit: write 60s, or another of ms s m h d w" },
		{ "share", "100", "share: 100 is too large: write 1 to 99.9999" },
		{ "share", "0.9999", "share: 0.9999 is too small: write 1 to 99.9999" },
		{ "share", "99.99999", "share: 99.99999 has more than four decimals: write 1 to 99.9999" },
		{ "share", "9999999999", "share: 9999999999 is too large: write 1 to 99.9999" },
		{ "share", "-5", "share: \"-5\" is not a per cent: write 1 to 99.9999" },
		{ "share", "99,9", "share: \"99,9\" is not a per cent: write 1 to 99.9999" },
		{ "share", "99.", "share: \"99.\" is not a per cent: write 1 to 99.9999" },
		{ "share", "99.9 %%", "share: \"99.9 %%\" is not a per cent: write 1 to 99.9999" },
		{ "warn", "1ms", "expect.warn: 1ms is too short: write at least 1s" },
		{ "name", "a", "name: is too short (1 bytes): write at least 2" },
		{ "name", "abcdefghijk", "name: is too long (11 bytes): write at most 10" },
		{ "name", "a\x1b" "b", "name: holds a control character: leave it out" },
		{ "name", "a\xc2\x9b" "b", "name: holds a control character: leave it out" },
		{ "name", "a\xff" "b", "name: holds bytes that are not UTF-8: save it as UTF-8" },
		{ "free", "odd", "expect.free: \"odd\" has an odd length" },
		{ "tags", "ab, odd", "tags: entry 2 (\"odd\"): \"odd\" has an odd length" },
		{ "tags", "much too long", "tags: entry 1 (\"much too long\"): is too long (13 bytes): write at most 8" },
		{ "tags", "ab, \"\"", "tags: entry 2 is empty: leave it out" },
		{ "method", "GTE", "method: \"GTE\" is not known, did you mean \"GET\"? Write GET, POST or HEAD" },
		{ "method", "", "method: \"\" is not known: write GET, POST or HEAD" },
		{ "method", "\x1b[31m", "method: \"[31m\" is not known: write GET, POST or HEAD" },
		{ "password", "file:", "password: \"file:\" names nothing: write \"file:PATH\" or \"env:NAME\"" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct values values = { 0 }, before = { 0 };
		struct error err = { 0 };

		settings_init(table, &values);
		assert_true(setting_from_text(row("tags"), &values, "kept", NULL));
		settings_copy(table, &before, &values);
		assert_false(setting_from_text(row(rows[i].name), &values, rows[i].text, &err));
		assert_string_equal(err.text, rows[i].said);
		assert_int_equal(err.code, EXIT_CONFIG);
		assert_true(settings_equal(table, &values, &before));
		assert_false(setting_from_text(row(rows[i].name), &values, rows[i].text, NULL));
		settings_finish(table, &values);
		settings_finish(table, &before);
	}
}

static void typed_values(void **state)
{
	static const struct { const char *name; int64_t value; const char *printed, *said; } rows[] = {
		{ "port", 443, "443", NULL }, { "port", 4294967376, NULL, "port: 4294967376 is too large: write 1 to 65535" },
		{ "wait", 60, NULL, "wait: 60 has no unit: write \"60s\", or another of ms s m h d w" },
		{ "wait", 0, NULL, "wait: 0s is too short: write 1s to 1d" },
		{ "share", 95, "95", NULL }, { "share", 100, NULL, "share: 100 is too large: write 1 to 99.9999" },
		{ "share", -1, NULL, "share: \"-1\" is not a per cent: write 1 to 99.9999" },
		{ "tags", 42, "42", NULL }, { "tags", 404, NULL, "tags: entry 1 (\"404\"): \"404\" has an odd length" },
		{ "name", 42, NULL, "name: 42 is a number: write it in quotes, \"42\"" },
		{ "flag", 1, NULL, "flag: is a number: write true or false" },
		{ "method", 1, NULL, "method: \"1\" is not known: write GET, POST or HEAD" },
		{ "password", 1234, NULL, "password: is a number: write one text in quotes" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct values values = { 0 };
		struct error err = { 0 };

		settings_init(table, &values);
		assert_int_equal(setting_from_integer(row(rows[i].name), &values, rows[i].value, &err), !rows[i].said);
		if (rows[i].said)
			assert_string_equal(err.text, rows[i].said);
		else
			expect_printed(&values, rows[i].name, rows[i].printed);
		settings_finish(table, &values);
	}
}

static void shares(void **state)
{
	static const struct { const char *text; int64_t ppm; const char *printed; } texts[] = {
		{ "99.9", 999000, "99.9" }, { "99.90", 999000, "99.9" }, { " 99.95 % ", 999500, "99.95" }, { "99.9999", 999999, "99.9999" }, { "1", 10000, "1" },
		{ "50%", 500000, "50" }, { "1.0001", 10001, "1.0001" },
	};
	static const struct { double value; int64_t ppm; const char *said; } reals[] = {
		{ 99.9, 999000, NULL }, { 99.9999, 999999, NULL }, { 1.1, 11000, NULL }, { 33.3333, 333333, NULL },
		{ 99.99995, 0, "share: 99.99995 has more than four decimals: write 1 to 99.9999" },
		{ 100.5, 0, "share: 100.5 is too large: write 1 to 99.9999" }, { -0.5, 0, "share: -0.5 is too small: write 1 to 99.9999" },
		{ 1e300, 0, "share: 1e+300 is too large: write 1 to 99.9999" },
	};
	struct values values = { 0 };
	struct error err = { 0 };

	expect_printed(&values, "share", "");
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_true(setting_from_text(row("share"), &values, texts[i].text, &err));
		assert_int_equal(values.share_ppm, texts[i].ppm);
		expect_printed(&values, "share", texts[i].printed);
		expect_conf(&values, "share", false, texts[i].printed);
	}
	for (size_t i = 0; i < COUNT(reals); i++) {
		values.share_ppm = 0;
		assert_int_equal(setting_from_real(row("share"), &values, reals[i].value, &err), !reals[i].said);
		assert_int_equal(values.share_ppm, reals[i].ppm);
		if (reals[i].said)
			assert_string_equal(err.text, reals[i].said);
	}
	assert_false(setting_from_real(row("port"), &values, 80.5, &err));
	assert_string_equal(err.text, "port: is a number with a fraction: write 1 to 65535");
	assert_true(setting_from_text(row("share"), &values, "", &err));
	assert_int_equal(values.share_ppm, 0);
}

static void flags_and_lists_where_they_do_not_belong(void **state)
{
	static const struct { const char *name, *flag, *list; } rows[] = {
		{ "port", "port: is true: write 1 to 65535", "port: is a list: write 1 to 65535" },
		{ "wait", "wait: is true: write 1s to 1d, in quotes", "wait: is a list: write 1s to 1d, in quotes" },
		{ "share", "share: is true: write 1 to 99.9999", "share: is a list: write 1 to 99.9999" },
		{ "name", "name: is true: write one text in quotes", "name: is a list: write one text in quotes" },
		{ "method", "method: is true: write GET, POST or HEAD, in quotes", "method: is a list: write GET, POST or HEAD, in quotes" },
		{ "tags", "tags: is true: write a text in quotes, or several as [\"a\", \"b\"]", NULL },
		{ "flag", NULL, "flag: is a list: write true or false" },
	};
	static const char *const items[] = { "prod", "a, b" };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct values values = { 0 };
		struct error err = { 0 };

		settings_init(table, &values);
		assert_int_equal(setting_from_flag(row(rows[i].name), &values, true, &err), !rows[i].flag);
		if (rows[i].flag)
			assert_string_equal(err.text, rows[i].flag);
		assert_int_equal(setting_from_list(row(rows[i].name), &values, items, COUNT(items), &err), !rows[i].list);
		if (rows[i].list)
			assert_string_equal(err.text, rows[i].list);
		settings_finish(table, &values);
	}
}

static void lists_of_texts(void **state)
{
	static const char *const items[] = { "prod", "a, b" };
	struct values values = { 0 };

	assert_true(setting_from_list(row("tags"), &values, items, COUNT(items), NULL));
	assert_true(text_list_has(&values.tags, "a, b"));
	assert_false(text_list_has(&values.tags, "a"));
	expect_printed(&values, "tags", "prod, \"a, b\"");
	assert_true(setting_from_list(row("tags"), &values, NULL, 0, NULL));
	assert_int_equal(values.tags.count, 0);
	assert_true(setting_is_default(row("tags"), &values));
	settings_finish(table, &values);
}

static void lists_from_text(void **state)
{
	static const struct { const char *text; size_t count; const char *items[4]; } rows[] = {
		{ "", 0, { NULL } }, { " , ,", 0, { NULL } }, { "a", 1, { "a" } }, { "a,b , c d ", 3, { "a", "b", "c d" } },
		{ "\"a,b\" , c", 2, { "a,b", "c" } }, { "\"\"", 1, { "" } }, { "\"open, end", 2, { "\"open", "end" } },
		{ "\"x\"y, z", 2, { "\"x\"y", "z" } }, { "a \"b\"", 1, { "a \"b\"" } }, { "\"a\\\"\\\\\\n\"", 1, { "a\"\\\\n" } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct text_list list;

		text_list_from_text(&list, rows[i].text);
		assert_int_equal(list.count, rows[i].count);
		for (size_t j = 0; j < list.count; j++)
			assert_string_equal(list.items[j], rows[i].items[j]);
		text_list_finish(&list);
		assert_null(list.items);
	}
}

static void secrets_are_not_printed(void **state)
{
	static const struct { const char *secret, *printed, *conf, *revealed; } rows[] = {
		{ "hunter2", "***", "\"***\"", "\"hunter2\"" }, { "", "", "\"\"", "\"\"" },
		{ "env:TOKEN", "***", "\"env:TOKEN\"", "\"env:TOKEN\"" }, { "file:/etc/token", "***", "\"file:/etc/token\"", "\"file:/etc/token\"" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct values values = { 0 };

		assert_true(setting_from_text(row("password"), &values, rows[i].secret, NULL));
		expect_printed(&values, "password", rows[i].printed);
		expect_conf(&values, "password", false, rows[i].conf);
		expect_conf(&values, "password", true, rows[i].revealed);
		settings_finish(table, &values);
	}
}

static void secrets_are_not_in_errors(void **state)
{
	struct values values = { 0 };
	struct error err = { 0 };
	char *text = heap_zero(2000, 1);

	memset(text, 's', 1999);
	assert_false(setting_from_text(row("password"), &values, text, &err));
	assert_string_equal(err.text, "password: is too long (1999 bytes): write at most 1000");
	assert_false(setting_from_text(row("password"), &values, "hunter2\x1b", &err));
	assert_null(strstr(err.text, "hunter2"));
	assert_false(setting_from_integer(row("password"), &values, 1234, &err));
	assert_null(strstr(err.text, "1234"));
	free(text);
}

/* A form shows "***" and gives it back untouched: that keeps the secret. Where there is none it is a mistake. */
static void a_hidden_secret_is_kept(void **state)
{
	struct values values = { 0 };
	struct error err = { 0 };

	assert_false(setting_from_text(row("password"), &values, "***", &err));
	assert_non_null(strstr(err.text, "password: *** stands for a secret"));
	assert_true(setting_from_text(row("password"), &values, "hunter2", NULL));
	assert_true(setting_from_text(row("password"), &values, "***", NULL));
	assert_string_equal(*setting_text(row("password"), &values), "hunter2");
	assert_true(setting_from_text(row("password"), &values, "", NULL));
	assert_null(values.password);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void secrets_are_where_they_say(void **state)
{
	char path[] = "/tmp/kumatop-secret.XXXXXX";
	int fd = mkstemp(path);
	char *value = heap_print("file:%s", path);
	struct error err = { 0 };
	char *out;

	assert_true(fd >= 0);
	close(fd);
	assert_true(secret_read("plain", &out, &err));
	assert_string_equal(out, "plain");
	free(out);
	assert_true(secret_read(NULL, &out, &err));
	assert_null(out);
	write_file(path, "s3cret\r\nsecond line\n");
	assert_true(secret_read(value, &out, &err));
	assert_string_equal(out, "s3cret");
	free(out);
	write_file(path, "no end of line");
	assert_true(secret_read(value, &out, &err));
	assert_string_equal(out, "no end of line");
	free(out);
	write_file(path, "\nsecond line");
	assert_false(secret_read(value, &out, &err));
	assert_non_null(strstr(err.text, "is empty"));
	assert_int_equal(unlink(path), 0);
	assert_false(secret_read(value, &out, &err));
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "No such file"));
	assert_null(out);
	/* A pipe that nobody writes to: an answer, and at once. */
	assert_int_equal(mkfifo(path, 0600), 0);
	(void)alarm(20);
	assert_false(secret_read(value, &out, &err));
	(void)alarm(0);
	assert_non_null(strstr(err.text, "pipe"));
	assert_int_equal(unlink(path), 0);
	assert_false(secret_read("file:/dev/zero", &out, &err));
	assert_non_null(strstr(err.text, "too long"));
	free(value);
}

static void places_of_secrets_may_be_shown(void **state)
{
	assert_true(secret_is_reference("file:/etc/token"));
	assert_true(secret_is_reference("env:TOKEN"));
	assert_false(secret_is_reference("s3cret"));
	assert_false(secret_is_reference("environment"));
	assert_false(secret_is_reference(""));
}

static void secrets_of_the_environment(void **state)
{
	struct error err = { 0 };
	char *out;

	assert_int_equal(setenv("KUMATOP_TEST_TOKEN", "from-env", 1), 0);
	assert_true(secret_read("env:KUMATOP_TEST_TOKEN", &out, &err));
	assert_string_equal(out, "from-env");
	free(out);
	assert_int_equal(setenv("KUMATOP_TEST_TOKEN", "", 1), 0);
	assert_false(secret_read("env:KUMATOP_TEST_TOKEN", &out, &err));
	assert_string_equal(err.text, "the environment variable KUMATOP_TEST_TOKEN is empty");
	assert_int_equal(unsetenv("KUMATOP_TEST_TOKEN"), 0);
	assert_false(secret_read("env:KUMATOP_TEST_TOKEN", &out, &err));
	assert_string_equal(err.text, "the environment variable KUMATOP_TEST_TOKEN is not set");
}

static void copies_are_equal_and_apart(void **state)
{
	static const struct { const char *name, *text; } rows[] = {
		{ "flag", "no" }, { "port", "81" }, { "count", "5" }, { "wait", "2m" }, { "warn", "3d" }, { "name", "other" }, { "free", "even" },
		{ "password", "x" }, { "tags", "ab" }, { "method", "HEAD" }, { "last", "yes" },
	};
	struct values values = { 0 };

	settings_init(table, &values);
	assert_true(setting_from_text(row("name"), &values, "first", NULL));
	assert_true(setting_from_text(row("tags"), &values, "xy, zz", NULL));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct values copy = { 0 };

		settings_copy(table, &copy, &values);
		assert_true(settings_equal(table, &values, &copy));
		assert_true(setting_from_text(row(rows[i].name), &copy, rows[i].text, NULL));
		assert_false(settings_equal(table, &values, &copy));
		assert_false(setting_is_default(row(rows[i].name), &copy));
		settings_finish(table, &copy);
	}
	settings_finish(table, &values);
}

static void typed_access(void **state)
{
	struct values values = { 0 };

	settings_init(table, &values);
	*setting_integer(row("wait"), &values) = 5000;
	assert_int_equal(values.wait_ms, 5000);
	assert_ptr_equal(setting_text(row("name"), &values), &values.name);
	settings_finish(table, &values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(found_by_section_and_name),
		cmocka_unit_test(read_from_text),
		cmocka_unit_test(refused_with_what_to_write),
		cmocka_unit_test(typed_values),
		cmocka_unit_test(shares),
		cmocka_unit_test(flags_and_lists_where_they_do_not_belong),
		cmocka_unit_test(lists_of_texts),
		cmocka_unit_test(lists_from_text),
		cmocka_unit_test(secrets_are_not_printed),
		cmocka_unit_test(secrets_are_not_in_errors),
		cmocka_unit_test(a_hidden_secret_is_kept),
		cmocka_unit_test(secrets_are_where_they_say),
		cmocka_unit_test(places_of_secrets_may_be_shown),
		cmocka_unit_test(secrets_of_the_environment),
		cmocka_unit_test(copies_are_equal_and_apart),
		cmocka_unit_test(typed_access),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
