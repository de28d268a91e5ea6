/*
 * What is made of a right kumatop.conf: settings and defaults; monitors printed and read back; where files are looked for; the
 * shipped sample.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "kumatop/probe.h"
#include "../lib/conf_dir.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void test_settings(void **state)
{
	(void)state;
	conf_dir_write("kumatop.conf", "interval = \"30s\"; timeout = \"20s\"; retry_interval = \"7s\"; rise = 4; fall = 5; theme = \"light\";\n"
	    "database = \"history.db\"; flush = \"2s\"; keep_raw = \"7d\"; in_flight = 12; nameservers = [\"192.0.2.1\", \"[2001:db8::1]:5353\"]; utc = true;\n"
	    "monitors: (\n"
	    "  { name = \"a\"; tcp = \"h:1\"; },\n"
	    "  { name = \"b\";\n"
	    "    tcp = \"h:2\"; interval = \"5s\"; },\n"
	    "  { name = \"c\"; tcp = \"h:3\"; timeout = \"3s\"; rise = 1; fall = 1; retry_interval = \"1s\"; invert = true; group = \"g\";\n"
	    "    tags = [\"x\", \"y\"]; description = \"d\"; runbook = \"r\"; owner = \"o\"; renamed_from = \"was\"; degraded_above = \"500ms\"; }\n"
	    ");\n");
	struct conf *conf = conf_dir_load();
	assert_int_equal(conf->settings.interval_ms, 30000);
	assert_int_equal(conf->settings.flush_ms, 2000);
	assert_int_equal(conf->settings.keep_raw_ms, 7 * 86400000LL);
	assert_int_equal(conf->settings.in_flight, 12);
	assert_int_equal(conf->settings.nameservers.count, 2);
	assert_true(conf->settings.utc);
	assert_string_equal(conf->settings.theme, "light");
	assert_int_equal(conf->spec_count, 3);
	assert_int_equal(conf->warnings.count, 0);

	const struct monitor_spec *a = conf->specs[0], *b = conf->specs[1], *c = conf->specs[2];
	assert_string_equal(a->name, "a");
	assert_string_equal(a->kind->name, "tcp");
	assert_string_equal(a->target, "h:1");
	assert_int_equal(a->origin, SPEC_DECLARED);
	assert_string_equal(a->file, "kumatop.conf");
	assert_int_equal(a->line, 4);
	assert_int_equal(a->common.interval_ms, 30000);
	assert_int_equal(a->common.timeout_ms, 20000);
	assert_int_equal(a->common.retry_interval_ms, 7000);
	assert_int_equal(a->common.rise, 4);
	assert_int_equal(a->common.fall, 5);
	/* A default that is longer than the monitor's own interval is cut to it. */
	assert_int_equal(b->line, 5);
	assert_int_equal(b->common.interval_ms, 5000);
	assert_int_equal(b->common.timeout_ms, 5000);
	assert_int_equal(b->common.retry_interval_ms, 5000);
	assert_int_equal(c->common.timeout_ms, 3000);
	assert_int_equal(c->common.retry_interval_ms, 1000);
	assert_int_equal(c->common.rise, 1);
	assert_int_equal(c->common.degraded_above_ms, 500);
	assert_true(c->common.invert);
	assert_int_equal(c->common.tags.count, 2);
	assert_string_equal(c->common.tags.items[1], "y");
	assert_string_equal(c->common.renamed_from, "was");
	conf_free(conf);
}

static void test_defaults(void **state)
{
	(void)state;
	conf_dir_write("kumatop.conf", "monitors: ( { name = \"a\"; tcp = \"h:1\"; }, { name = \"b\"; tcp = \"h:1\"; interval = \"4s\"; } );");
	struct conf *conf = conf_dir_load(), *empty = conf_empty();
	assert_true(settings_equal(conf_settings, &conf->settings, &empty->settings));
	assert_int_equal(conf->settings.interval_ms, 60000);
	assert_string_equal(conf->settings.theme, "default");
	assert_int_equal(conf->specs[0]->common.interval_ms, 60000);
	assert_int_equal(conf->specs[0]->common.timeout_ms, 10000);
	assert_int_equal(conf->specs[0]->common.rise, 2);
	assert_int_equal(conf->specs[0]->common.fall, 3);
	assert_int_equal(conf->specs[1]->common.timeout_ms, 4000);
	assert_int_equal(empty->spec_count, 0);
	assert_null(empty->path);
	conf_free(empty);
	conf_free(conf);
	conf_free(NULL);
}

/* What is both a default for all and a setting of one must have one range. */
static void test_tables_agree(void **state)
{
	(void)state;
	size_t shared = 0;
	for (const struct setting *row = conf_settings; row->name; row++) {
		const struct setting *own = setting_find(spec_settings, NULL, row->name);
		if (!own)
			continue;
		shared++;
		assert_int_equal(row->type, own->type);
		assert_true(row->least == own->least && row->most == own->most);
	}
	assert_int_equal(shared, 5);
}

static char *print(const struct monitor_spec *spec, bool reveal)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	conf_print_monitor(spec, reveal, &out);
	assert_false(out.full);
	return buf_take(&out);
}

/* Printed, read back beside other defaults, and the same. */
static void check_round_trip(struct monitor_spec *spec)
{
	struct error err = { 0 };
	struct conf *other = conf_empty();
	other->settings.interval_ms = 77000;
	other->settings.timeout_ms = 5000;
	other->settings.retry_interval_ms = 3000;
	other->settings.rise = 9;
	other->settings.fall = 8;
	char *text = print(spec, true);
	struct monitor_spec *back = conf_parse_monitor(text, &other->settings, SPEC_ADDED, &err);
	if (!back)
		fail_msg("%s\n%s", text, err.text);
	else if (!spec_equal(spec, back))
		fail_msg("%s reads back as another monitor", text);
	else
		assert_int_equal(back->origin, SPEC_ADDED);
	spec_release(back);
	conf_free(other);
	free(text);
}

static struct monitor_spec *parse(const char *text)
{
	struct error err = { 0 };
	struct monitor_spec *spec = conf_parse_monitor(text, NULL, SPEC_ADDED, &err);
	if (!spec)
		fail_msg("%s: %s", text, err.text);
	return spec;
}

static const char *const nasty[] = {
	"a \"b\" c", "back\\slash", "\\", "\\n", "\\x41", "\"", "'; }, { name = \"x", "ümläut", "\xE7\x86\x8A", "\xF0\x9F\x90\xBB", "=cmd|' /C calc'!A0",
	"# no comment", "// nor this", "/* nor this */", "*", "a,b;c:d=e", "{}()[]", "%s%n", "$HOME `id`", "@include \"x\"",
};

static void test_round_trip_of_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(nasty); i++) {
		struct error err = { 0 };
		struct monitor_spec *spec = conf_new_monitor("example.com:80", nasty[i], NULL, SPEC_ADDED, &err);
		if (!spec) {
			fail_msg("%s: %s", nasty[i], err.text);
			return;
		}
		assert_string_equal(spec->name, nasty[i]);
		spec->common.description = heap_text(nasty[i]);
		spec->common.group = heap_text(nasty[i]);
		if (!spec_seal(spec, &err))
			fail_msg("%s: %s", nasty[i], err.text);
		check_round_trip(spec);
		spec_release(spec);
	}
}

/* Every setting of every kind, given its example or another value that its table allows. */
static bool set_something(const struct setting *row, void *values, size_t variant)
{
	struct error err = { 0 };
	switch (row->type) {
	case SETTING_SECRET:
		return setting_from_text(row, values, variant == 0 ? "env:KUMATOP_TEST_SECRET" : "pass \"word\" \\", &err);
	case SETTING_FLAG:
		return setting_from_flag(row, values, variant == 0, &err);
	case SETTING_INTEGER:
		return setting_from_integer(row, values, variant == 0 ? row->least : row->most, &err);
	case SETTING_CHOICE:
		return setting_from_text(row, values, row->choices[variant], &err);
	default:
		return row->example && setting_from_text(row, values, row->example, &err);
	}
}

static void round_trip_row(const char *target, const struct setting *row, const char *section, size_t variant)
{
	struct error err = { 0 };
	void *values;
	struct monitor_spec *spec = conf_new_monitor(target, "x", NULL, SPEC_ADDED, &err);
	assert_non_null(spec);
	if (strcmp(row->name, "interval") != 0) {
		spec->common.interval_ms = 3600000;
		spec->common.timeout_ms = 3500000;
	}
	if (strcmp(row->name, "password") == 0) {
		const struct setting *user = spec_setting(spec, NULL, "user", &values);
		assert_true(setting_from_text(user, values, "somebody", &err));
	}
	const struct setting *own = spec_setting(spec, section, row->name, &values);
	assert_ptr_equal(own, row);
	if (!set_something(row, values, variant))
		fail_msg("%s.%s: its example is refused", spec->kind->name, row->name);
	if (spec_seal(spec, &err))
		check_round_trip(spec);
	else
		fail_msg("%s.%s: %s", spec->kind->name, row->name, err.text);
	spec_release(spec);
}

static void test_round_trip_of_settings(void **state)
{
	(void)state;
	static const char *const targets[] = { "https://example.com/", "example.com:80", "example.com" };
	assert_int_equal(setenv("KUMATOP_TEST_SECRET", "s", 1), 0);
	for (size_t i = 0; i < COUNT(targets); i++) {
		struct error err = { 0 };
		struct monitor_spec *spec = conf_new_monitor(targets[i], NULL, NULL, SPEC_ADDED, &err);
		assert_non_null(spec);
		for (size_t variant = 0; variant < 2; variant++) {
			for (const struct setting *row = spec->kind->settings; row->name; row++) {
				if (strcmp(row->name, "ca_file") != 0)	/* wants a real file */
					round_trip_row(targets[i], row, row->section, variant);
			}
			for (const struct setting *row = spec_settings; row->name; row++)
				round_trip_row(targets[i], row, NULL, variant);
		}
		spec_release(spec);
	}
}

static void test_round_trip_of_http(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(nasty); i++) {
		struct error err = { 0 };
		void *values;
		struct monitor_spec *spec = conf_new_monitor("https://example.com/a?b=%22c", "web", NULL, SPEC_ADDED, &err);
		const struct setting *row = spec_setting(spec, "expect", "body", &values);
		const char *items[] = { nasty[i], "other" };
		if (row->type == SETTING_LIST)
			assert_true(setting_from_list(row, values, items, 2, &err));
		else
			assert_true(setting_from_text(row, values, nasty[i], &err));
		row = spec_setting(spec, NULL, "body", &values);
		char *body = heap_print("line\r\n\t%s\n", nasty[i]);
		assert_true(setting_from_text(row, values, body, &err));
		if (!spec_seal(spec, &err))
			fail_msg("%s: %s", nasty[i], err.text);
		check_round_trip(spec);
		free(body);
		spec_release(spec);
	}
}

static void test_secrets_printed(void **state)
{
	(void)state;
	struct monitor_spec *spec = parse("{ name = \"a\"; http = \"http://h/\"; user = \"u\"; password = \"hunter2\"; }");
	char *hidden = print(spec, false), *shown = print(spec, true);
	assert_null(strstr(hidden, "hunter2"));
	assert_non_null(strstr(hidden, "password = \"***\";"));
	assert_non_null(strstr(shown, "password = \"hunter2\";"));
	free(hidden);
	free(shown);
	spec_release(spec);
	assert_int_equal(setenv("KUMATOP_TEST_SECRET", "s", 1), 0);
	spec = parse("{ name = \"a\"; http = \"http://h/\"; user = \"u\"; password = \"env:KUMATOP_TEST_SECRET\"; }");
	hidden = print(spec, false);
	assert_non_null(strstr(hidden, "password = \"env:KUMATOP_TEST_SECRET\";"));
	free(hidden);
	spec_release(spec);
}

static void test_print_text(void **state)
{
	(void)state;
	struct monitor_spec *spec = parse("{ name = \"db \\\"x\\\"\"; tcp = \"h:1\"; tags = [\"a\", \"b\"]; invert = true; interval = \"90s\"; }");
	char *text = print(spec, false);
	assert_string_equal(text, "{ name = \"db \\\"x\\\"\"; tcp = \"h:1\"; interval = \"1m30s\"; timeout = \"10s\"; retry_interval = \"10s\"; rise = 2; "
	    "fall = 3; invert = true; tags = [\"a\", \"b\"]; }");
	free(text);
	spec_release(spec);
}

static void test_parse_one(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "write one monitor: { name = \"…\"; http = \"https://…\"; }" },
		{ "{ name = \"a\"; tcp = \"h:1\"; }, { name = \"b\"; tcp = \"h:1\"; }", "write one monitor: { name = \"…\"; http = \"https://…\"; }" },
		{ "{ name = \"a\"; tcp = \"h:1\"; } ); interval = \"5s\"; x: ( 1", "write one monitor: { name = \"…\"; http = \"https://…\"; }" },
		{ "\"a\"", "write one monitor: { name = \"…\"; http = \"https://…\"; }" },
		{ "{ name = \"a\"; tcp = \"h:1\"; fall = 0; }", "monitor \"a\": fall: 0 is too small: write 1 to 100" },
		{ "{ name = \"a\"; tcp = \"h:1\";\n fall = 0; rise = 0; }", "line 2: monitor \"a\": fall: 0 is too small: write 1 to 100 (and 1 more)" },
		{ "{ name = a; }", "name: write the value in quotes" },
		{ "{ name = \"a\"; tcp = \"h:1\"; use = \"x\"; }", "monitor \"a\": use: there is no template \"x\"" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		assert_null(conf_parse_monitor(rows[i].text, NULL, SPEC_ADDED, &err));
		assert_string_equal(err.text, rows[i].says);
		assert_int_equal(err.code, EXIT_CONFIG);
	}
	struct monitor_spec *spec = parse("{ name = \"a\"; tcp = \"h:1\"; } # said at the end");
	assert_null(spec->file);
	assert_int_equal(spec->line, 0);
	spec_release(spec);
}

static void test_new_monitor(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct conf *conf = conf_empty();
	conf->settings.interval_ms = 20000;
	conf->settings.timeout_ms = 15000;
	conf->settings.fall = 6;
	struct monitor_spec *spec = conf_new_monitor("db.internal:5432", NULL, &conf->settings, SPEC_TEMPORARY, &err);
	assert_non_null(spec);
	assert_string_equal(spec->kind->name, "tcp");
	assert_string_equal(spec->target, "db.internal:5432");
	assert_string_equal(spec->name, "db.internal:5432");
	assert_int_equal(spec->origin, SPEC_TEMPORARY);
	assert_int_equal(spec->common.interval_ms, 20000);
	assert_int_equal(spec->common.timeout_ms, 15000);
	assert_int_equal(spec->common.fall, 6);
	assert_int_equal(spec->common.rise, 2);
	assert_true(spec_seal(spec, &err));
	spec_release(spec);

	/* Somebody who shortens the interval has not said the usual timeout, so it is no reason to refuse. */
	conf->settings.timeout_ms = 10000;
	spec = conf_new_monitor("db.internal:5432", "db", &conf->settings, SPEC_ADDED, &err);
	assert_string_equal(spec->name, "db");
	spec->common.interval_ms = 3000;
	assert_true(spec_seal(spec, &err));
	assert_int_equal(spec->common.timeout_ms, 3000);
	spec_release(spec);
	assert_null(conf_new_monitor("http://", NULL, NULL, SPEC_ADDED, &err));
	assert_null(conf_new_monitor("host:99999", NULL, NULL, SPEC_ADDED, &err));
	assert_null(conf_new_monitor("ho\x1bst", NULL, NULL, SPEC_ADDED, &err));
	conf_free(conf);
}

static void check_path(char *path, const char *expected)
{
	if (expected)
		assert_string_equal(path, expected);
	else
		assert_null(path);
	free(path);
}

static void test_database_path(void **state)
{
	(void)state;
	struct conf *conf = conf_empty();
	assert_int_equal(setenv("HOME", "/home/kuma", 1), 0);
	unsetenv("XDG_STATE_HOME");
	check_path(conf_database_path(conf, NULL), "/home/kuma/.local/state/kumatop/kumatop.db");
	assert_int_equal(setenv("XDG_STATE_HOME", "/state", 1), 0);
	check_path(conf_database_path(conf, NULL), "/state/kumatop/kumatop.db");
	assert_int_equal(setenv("XDG_STATE_HOME", "relative", 1), 0);
	check_path(conf_database_path(conf, NULL), "/home/kuma/.local/state/kumatop/kumatop.db");
	unsetenv("XDG_STATE_HOME");
	check_path(conf_database_path(conf, "none"), NULL);
	check_path(conf_database_path(conf, ""), NULL);
	check_path(conf_database_path(conf, "~/x.db"), "/home/kuma/x.db");
	check_path(conf_database_path(conf, "x.db"), "x.db");
	conf_free(conf);

	static const struct {
		const char *written, *path;
	} rows[] = {
		{ "none", NULL }, { "", NULL }, { "/var/x.db", "/var/x.db" }, { "~/k.db", "/home/kuma/k.db" }, { "k.db", "k.db" }, { "~root/k.db", "~root/k.db" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = heap_print("database = \"%s\";", rows[i].written);
		conf_dir_write("kumatop.conf", text);
		free(text);
		conf = conf_dir_load();
		check_path(conf_database_path(conf, NULL), rows[i].path);
		check_path(conf_database_path(conf, "/other.db"), "/other.db");
		conf_free(conf);
	}
	/* A relative path is meant from where the file stands. */
	conf_dir_write("kumatop.conf", "database = \"k.db\";");
	struct conf_faults faults = { 0 };
	char *path = heap_print("%s/kumatop.conf", conf_dir_path()), *expected = heap_print("%s/k.db", conf_dir_path());
	conf = conf_load(path, &faults);
	assert_non_null(conf);
	check_path(conf_database_path(conf, NULL), expected);
	conf_free(conf);
	free(expected);
	free(path);
}

static void test_find(void **state)
{
	(void)state;
	unsetenv("KUMATOP_CONFIG");
	check_path(conf_find("/does/not/exist"), "/does/not/exist");
	char *place = heap_print("%s/kumatop", conf_dir_path()), *file = heap_print("%s/kumatop/kumatop.conf", conf_dir_path());
	assert_int_equal(setenv("XDG_CONFIG_HOME", conf_dir_path(), 1), 0);
	char *found = conf_find(NULL);
	assert_true(!found || strcmp(found, "/etc/kumatop/kumatop.conf") == 0);
	free(found);
	assert_int_equal(mkdir(place, 0755), 0);
	conf_dir_write(file, "");
	check_path(conf_find(NULL), file);
	assert_int_equal(setenv("KUMATOP_CONFIG", "/some/where", 1), 0);
	check_path(conf_find(NULL), "/some/where");
	check_path(conf_find("mine"), "mine");
	unsetenv("KUMATOP_CONFIG");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(place), 0);
	free(file);
	free(place);
}

static void test_sample(void **state)
{
	(void)state;
	const char *source = getenv("SOURCE");
	struct conf_faults faults = { 0 };
	char *path = heap_print("%s/kumatop.conf", source ? source : conf_dir_origin());
	struct conf *conf = conf_load(path, &faults);
	if (!conf) {
		char *all = conf_dir_join(&faults.lines);
		print_error("%s", all);
		free(all);
		fail();
		return;
	}
	for (size_t i = 0; i < conf->warnings.count; i++)
		assert_non_null(strstr(conf->warnings.items[i], "group can write"));
	assert_in_range(conf->spec_count, 6, 20);
	bool seen[3] = { false };
	for (size_t i = 0; i < conf->spec_count; i++) {
		const struct monitor_spec *spec = conf->specs[i];
		assert_in_range(spec->common.interval_ms, 5000, 60000);
		seen[0] |= strcmp(spec->kind->name, "http") == 0;
		seen[1] |= strcmp(spec->kind->name, "tcp") == 0;
		seen[2] |= strcmp(spec->kind->name, "ping") == 0;
		check_round_trip(conf->specs[i]);
	}
	assert_true(seen[0] && seen[1] && seen[2]);
	conf_free(conf);
	free(path);
}

static bool mentions(const char *text, const char *name)
{
	for (const char *at = strstr(text, name); at; at = strstr(at + 1, name)) {
		const char *before = at, *behind = at + strlen(name);
		while (before > text && (before[-1] == ' ' || before[-1] == '\t'))
			before--;
		bool starts = before == text || strchr("\n{;#(", before[-1]);
		behind += strspn(behind, " ");
		if (starts && (*behind == '=' || *behind == ':'))
			return true;
	}
	return false;
}

/* Every setting there is can be learned from the sample. */
static void test_sample_is_whole(void **state)
{
	(void)state;
	enum { SAMPLE_MOST = 65536 };
	const char *source = getenv("SOURCE");
	char *path = heap_print("%s/kumatop.conf", source ? source : conf_dir_origin()), *text = heap_zero(1, SAMPLE_MOST);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_in_range(fread(text, 1, SAMPLE_MOST - 1, file), 100, SAMPLE_MOST - 2);
	assert_int_equal(fclose(file), 0);
	for (const struct setting *row = conf_settings; row->name; row++) {
		if (!mentions(text, row->name))
			fail_msg("kumatop.conf does not show %s", row->name);
	}
	for (const struct setting *row = spec_settings; row->name; row++) {
		if (!mentions(text, row->name))
			fail_msg("kumatop.conf does not show %s", row->name);
	}
	for (size_t i = 0; probe_kinds[i]; i++) {
		for (const struct setting *row = probe_kinds[i]->kind.settings; row && row->name; row++) {
			if (!mentions(text, row->name))
				fail_msg("kumatop.conf does not show %s of %s", row->name, probe_kinds[i]->kind.name);
		}
	}
	free(text);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_tables_agree),
		cmocka_unit_test(test_round_trip_of_names),
		cmocka_unit_test(test_round_trip_of_settings),
		cmocka_unit_test(test_round_trip_of_http),
		cmocka_unit_test(test_secrets_printed),
		cmocka_unit_test(test_print_text),
		cmocka_unit_test(test_parse_one),
		cmocka_unit_test(test_new_monitor),
		cmocka_unit_test(test_database_path),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_sample_is_whole),
	};
	return cmocka_run_group_tests(tests, conf_dir_enter, conf_dir_leave);
}
