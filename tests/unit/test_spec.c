/*
 * Specs: what is refused, what sealing fills in, and that a copy and its original never share anything they free.
 */
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/spec.h"
#include "kumatop/text.h"

/* A kind of its own: a target is "fake:" and anything, and preparing fails on request. */
struct fake_settings {
	int64_t port;
	char *path;
	char *group;	/* the same word as a common setting, one section deeper */
	struct text_list hosts;
};

static int prepared_alive;

static bool fake_read_target(const char *text, char **canonical, struct error *err)
{
	if (strncmp(text, "fake:", 5) != 0)
		return error_set(err, EXIT_CONFIG, "\"%s\" is no fake target: write fake:something", text);
	*canonical = heap_print("%s/", text);
	return true;
}

static bool fake_prepare(const struct monitor_spec *spec, void **prepared, struct error *err)
{
	const struct fake_settings *settings = spec->settings;

	/* sealed values are there already */
	assert_true(spec->common.timeout_ms > 0);
	if (settings->path && strcmp(settings->path, "bad") == 0)
		return error_set(err, EXIT_CONFIG, "path: \"bad\" cannot be prepared");
	*prepared = heap_text("prepared");
	prepared_alive++;
	return true;
}

static void fake_unprepare(void *prepared)
{
	assert_string_equal(prepared, "prepared");
	free(prepared);
	prepared_alive--;
}

static const struct setting fake_table[] = {
	{ .name = "port", .type = SETTING_INTEGER, .offset = offsetof(struct fake_settings, port), .least = 1, .most = 65535,
	  .fallback = "80", .summary = "a port" },
	{ .name = "path", .type = SETTING_TEXT, .offset = offsetof(struct fake_settings, path), .most = 100, .summary = "a path" },
	{ .name = "group", .section = "inner", .type = SETTING_TEXT, .offset = offsetof(struct fake_settings, group), .most = 100,
	  .summary = "a group" },
	{ .name = "hosts", .type = SETTING_LIST, .offset = offsetof(struct fake_settings, hosts), .most = 100, .summary = "hosts" },
	{ .name = NULL },
};

static const struct kind fake = {
	.name = "fake", .summary = "for tests", .target_form = "fake:x", .settings = fake_table,
	.settings_size = sizeof(struct fake_settings), .read_target = fake_read_target, .prepare = fake_prepare,
	.unprepare = fake_unprepare,
};

static const struct kind bare = { .name = "bare", .summary = "no settings, nothing to prepare", .read_target = fake_read_target };

static struct monitor_spec *make(const struct kind *kind)
{
	struct error err = { 0 };
	struct monitor_spec *spec = spec_create(kind, "www", "fake:a", &err);

	if (!spec)
		fail_msg("%s", err.text);
	return spec;
}

static bool set(struct monitor_spec *spec, const char *section, const char *name, const char *text, struct error *err)
{
	void *values;
	const struct setting *row = spec_setting(spec, section, name, &values);

	assert_non_null(row);
	return setting_from_text(row, values, text, err);
}

static void defaults(void **state)
{
	struct monitor_spec *spec = make(&fake);
	const struct fake_settings *settings = spec->settings;

	assert_string_equal(spec->name, "www");
	assert_string_equal(spec->target, "fake:a/");
	assert_int_equal(spec->common.interval_ms, 60000);
	assert_int_equal(spec->common.timeout_ms, 0);
	assert_int_equal(spec->common.retry_interval_ms, 0);
	assert_int_equal(spec->common.rise, 2);
	assert_int_equal(spec->common.fall, 3);
	assert_false(spec->common.invert);
	assert_int_equal(spec->common.degraded_above_ms, 0);
	assert_int_equal(spec->common.cert_warn_ms, INT64_C(14) * 86400000);
	assert_null(spec->common.group);
	assert_null(spec->common.renamed_from);
	assert_int_equal(spec->common.tags.count, 0);
	assert_int_equal(settings->port, 80);
	assert_int_equal(atomic_load(&spec->holders), 1);
	spec_release(spec);
}

static void names_and_targets_that_are_refused(void **state)
{
	static char longest[SPEC_NAME_MOST + 1], too_long[SPEC_NAME_MOST + 2];
	static const struct { const char *name, *target, *says; } rows[] = {
		{ "", "fake:a", "the name is empty" },
		{ too_long, "fake:a", "at most 1000" },
		{ "a\033[31mb", "fake:a", "cannot be seen" },
		{ "a\nb", "fake:a", "cannot be seen" },
		/* NOLINTNEXTLINE(misc-misleading-bidirectional): what a name must not hold */
		{ "a\xe2\x80\xae" "b", "fake:a", "cannot be seen" },
		{ "a\xff" "b", "fake:a", "cannot be seen" },
		{ "a  b", "fake:a", "cannot be seen" },
		{ " a", "fake:a", "blank" },
		{ "a ", "fake:a", "blank" },
		{ "a", "http://a", "no fake target" },
		{ "a", "", "no fake target" },
		{ "a", "fake:a", NULL },
		{ longest, "fake:a", NULL },
		{ "caf\xc3\xa9 7 \xe6\x97\xa5\xe6\x9c\xac", "fake:a", NULL },
	};

	memset(longest, 'x', sizeof(longest) - 1);
	memset(too_long, 'x', sizeof(too_long) - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = { 0 };
		struct monitor_spec *spec = spec_create(&fake, rows[i].name, rows[i].target, &err);

		assert_int_equal(spec == NULL, rows[i].says != NULL);
		if (rows[i].says && !strstr(err.text, rows[i].says))
			fail_msg("\"%s\" does not say \"%s\"", err.text, rows[i].says);
		assert_true(text_is_clean(err.text));
		spec_release(spec);
	}
	assert_null(spec_create(&fake, "", "fake:a", NULL));
}

static void settings_out_of_range(void **state)
{
	static const struct { const char *name, *text; bool taken; } rows[] = {
		{ "interval", "1s", true }, { "interval", "999ms", false }, { "interval", "0", false }, { "interval", "30d", true },
		{ "interval", "31d", false }, { "interval", "-5s", false }, { "timeout", "0", false }, { "timeout", "1h", true },
		{ "timeout", "2h", false }, { "timeout", "10ms", true }, { "retry_interval", "1s", true }, { "retry_interval", "0s", false },
		{ "rise", "1", true }, { "rise", "0", false }, { "rise", "100", true }, { "rise", "101", false },
		{ "fall", "1", true }, { "fall", "0", false }, { "fall", "100", true }, { "fall", "-1", false }, { "fall", "101", false },
		{ "invert", "yes", true }, { "invert", "maybe", false },
		{ "degraded_above", "800ms", true }, { "degraded_above", "0", true }, { "cert_warn", "0", true }, { "cert_warn", "30d", true },
		{ "group", "shop", true }, { "group", "sh\nop", false }, { "description", "two  blanks", false },
		{ "owner", "caf\xc3\xa9", true }, { "owner", "a\x1b[1m", false }, { "runbook", "https://wiki/a?b=c", true },
		{ "tags", "prod, db", true }, { "tags", "two words", false }, { "tags", "a|b", false }, { "tags", "", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct monitor_spec *spec = make(&fake);
		struct error err = { 0 };

		if (set(spec, NULL, rows[i].name, rows[i].text, &err) != rows[i].taken)
			fail_msg("%s = %s: %s", rows[i].name, rows[i].text, err.text);
		spec_release(spec);
	}
}

static void what_sealing_fills_in(void **state)
{
	static const struct { const char *interval, *timeout, *retry; int64_t timeout_ms, retry_ms; } rows[] = {
		{ "60s", NULL, NULL, 10000, 10000 },
		{ "10s", NULL, NULL, 10000, 10000 },
		{ "5s", NULL, NULL, 5000, 5000 },
		{ "1s", NULL, NULL, 1000, 1000 },
		{ "30d", NULL, NULL, 10000, 10000 },
		{ "60s", "30s", NULL, 30000, 10000 },
		{ "60s", "60s", "60s", 60000, 60000 },
		{ "60s", "1s", "30s", 1000, 30000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct monitor_spec *spec = make(&fake);
		struct error err = { 0 };

		assert_true(set(spec, NULL, "interval", rows[i].interval, &err));
		assert_true(!rows[i].timeout || set(spec, NULL, "timeout", rows[i].timeout, &err));
		assert_true(!rows[i].retry || set(spec, NULL, "retry_interval", rows[i].retry, &err));
		if (!spec_seal(spec, &err))
			fail_msg("%s", err.text);
		assert_int_equal(spec->common.timeout_ms, rows[i].timeout_ms);
		assert_int_equal(spec->common.retry_interval_ms, rows[i].retry_ms);
		assert_string_equal(spec->prepared, "prepared");
		spec_release(spec);
	}
	assert_int_equal(prepared_alive, 0);
}

static void what_settings_say_of_each_other(void **state)
{
	static const struct { const char *settings[3][2], *says; } rows[] = {
		{ { { "interval", "5s" }, { "timeout", "70s" } }, "timeout: 70s is longer than the interval (5s)" },
		{ { { "interval", "60s" }, { "timeout", "61s" } }, "timeout: 61s is longer than the interval (1m)" },
		{ { { "interval", "2s" }, { "timeout", "2001ms" } }, "timeout: 2001ms is longer than the interval (2s)" },
		{ { { "interval", "5s" }, { "retry_interval", "10s" } }, "retry_interval: 10s is longer than the interval (5s)" },
		{ { { "degraded_above", "11s" } }, "degraded_above: 11s is longer than the timeout (10s)" },
		{ { { "degraded_above", "2s" }, { "timeout", "1s" } }, "degraded_above: 2s is longer than the timeout (1s)" },
		{ { { "renamed_from", "www" } }, "renamed_from: \"www\" is its name now: write the one before, or leave it out" },
		{ { { "path", "bad" } }, "path: \"bad\" cannot be prepared" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct monitor_spec *spec = make(&fake);
		struct error err = { 0 };

		for (size_t s = 0; s < 3 && rows[i].settings[s][0]; s++)
			assert_true(set(spec, NULL, rows[i].settings[s][0], rows[i].settings[s][1], &err));
		assert_false(spec_seal(spec, &err));
		assert_string_equal(err.text, rows[i].says);
		assert_int_equal(err.code, EXIT_CONFIG);
		assert_null(spec->prepared);
		spec_release(spec);
	}
	assert_int_equal(prepared_alive, 0);
}

static void a_refused_spec_can_be_mended(void **state)
{
	struct monitor_spec *spec = make(&fake);
	struct error err = { 0 };

	assert_true(set(spec, NULL, "interval", "5s", &err));
	assert_true(set(spec, NULL, "path", "bad", &err));
	assert_false(spec_seal(spec, &err));
	/* nothing was filled in that would now stand in the way */
	assert_int_equal(spec->common.timeout_ms, 0);
	assert_true(set(spec, NULL, "interval", "2s", &err));
	assert_true(set(spec, NULL, "path", "good", &err));
	assert_true(spec_seal(spec, &err));
	assert_int_equal(spec->common.timeout_ms, 2000);
	spec_release(spec);
}

static struct monitor_spec *make_full(void)
{
	struct monitor_spec *spec = make(&fake);
	struct error err = { 0 };

	assert_true(set(spec, NULL, "interval", "30s", &err));
	assert_true(set(spec, NULL, "group", "shop", &err));
	assert_true(set(spec, NULL, "tags", "prod, db", &err));
	assert_true(set(spec, NULL, "description", "what it is", &err));
	assert_true(set(spec, NULL, "path", "good", &err));
	assert_true(set(spec, NULL, "hosts", "a, b", &err));
	spec->origin = SPEC_DECLARED;
	spec->file = heap_text("kumatop.conf");
	spec->line = 12;
	return spec;
}

static void a_copy_is_its_own(void **state)
{
	struct monitor_spec *spec = make_full(), *copy;
	struct error err = { 0 };

	assert_true(spec_seal(spec, &err));
	copy = spec_copy(spec);
	assert_int_equal(atomic_load(&copy->holders), 1);
	assert_null(copy->prepared);
	assert_string_equal(copy->file, "kumatop.conf");
	assert_int_equal(copy->line, 12);
	assert_true(set(copy, "inner", "group", "inside", &err));
	assert_true(set(copy, NULL, "group", "outside", &err));
	assert_true(set(copy, NULL, "tags", "one", &err));
	assert_string_equal(spec->common.group, "shop");
	assert_int_equal(spec->common.tags.count, 2);
	assert_null(((struct fake_settings *)spec->settings)->group);
	assert_true(spec_seal(copy, &err));
	spec_release(spec);
	assert_string_equal(copy->common.group, "outside");
	assert_string_equal(((struct fake_settings *)copy->settings)->group, "inside");
	assert_string_equal(copy->target, "fake:a/");
	spec_release(copy);
	assert_int_equal(prepared_alive, 0);
}

/* An edit of the interval alone must not be refused for a timeout that sealing wrote. */
static void a_copy_forgets_what_nobody_said(void **state)
{
	static const struct { const char *said_timeout, *interval; bool sealed; int64_t timeout_ms, retry_ms; } rows[] = {
		{ NULL, "5s", true, 5000, 5000 },
		{ NULL, "120s", true, 10000, 10000 },
		{ "20s", "120s", true, 20000, 10000 },
		{ "20s", "5s", false, 0, 0 },
		{ "3s", "5s", true, 3000, 5000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct monitor_spec *spec = make(&fake), *copy;
		struct error err = { 0 };

		assert_true(!rows[i].said_timeout || set(spec, NULL, "timeout", rows[i].said_timeout, &err));
		assert_true(spec_seal(spec, &err));
		copy = spec_copy(spec);
		assert_true(set(copy, NULL, "interval", rows[i].interval, &err));
		assert_int_equal(spec_seal(copy, &err), rows[i].sealed);
		if (rows[i].sealed) {
			assert_int_equal(copy->common.timeout_ms, rows[i].timeout_ms);
			assert_int_equal(copy->common.retry_interval_ms, rows[i].retry_ms);
		}
		spec_release(copy);
		spec_release(spec);
	}
}

static void equal_means_the_same_checks(void **state)
{
	static const struct { const char *section, *name, *text; bool equal; } rows[] = {
		{ NULL, "interval", "30s", true },
		{ NULL, "interval", "31s", false },
		{ NULL, "timeout", "10s", true },
		{ NULL, "timeout", "9s", false },
		{ NULL, "fall", "4", false },
		{ NULL, "invert", "yes", false },
		{ NULL, "group", "shops", false },
		{ NULL, "group", "", false },
		{ NULL, "tags", "prod", false },
		{ NULL, "tags", "db, prod", false },
		{ NULL, "description", "another", false },
		{ NULL, "renamed_from", "before", true },
		{ NULL, "port", "81", false },
		{ NULL, "hosts", "a", false },
		{ "inner", "group", "x", false },
	};
	struct monitor_spec *spec = make_full(), *other;
	struct error err = { 0 };

	assert_true(spec_seal(spec, &err));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		other = make_full();
		assert_true(set(other, rows[i].section, rows[i].name, rows[i].text, &err));
		assert_true(spec_seal(other, &err));
		if (spec_equal(spec, other) != rows[i].equal || spec_equal(other, spec) != rows[i].equal)
			fail_msg("%s = %s", rows[i].name, rows[i].text);
		spec_release(other);
	}

	other = make_full();
	assert_true(spec_seal(other, &err));
	other->line = 99;
	other->origin = SPEC_ADDED;
	assert_true(spec_equal(spec, other));
	free(other->target);
	other->target = heap_text("fake:b/");
	assert_false(spec_equal(spec, other));
	spec_release(other);

	other = make(&bare);
	assert_false(spec_equal(spec, other));
	spec_release(other);
	spec_release(spec);
}

/* Of two that say the same one lends: it may go first, and is not asked by whoever says something else. */
static void what_is_alike_is_shared(void **state)
{
	struct monitor_spec *first = make(&fake), *second = make(&fake), *third = make(&fake), *other = make(&fake), *copy;
	struct monitor_spec *none = make(&bare);
	struct error err;

	first->file = heap_text("kumatop.conf");
	second->file = heap_text("kumatop.conf");
	third->file = heap_text("conf.d/third.conf");
	assert_true(set(first, NULL, "hosts", "a, b", &err));
	assert_true(set(second, NULL, "hosts", "a, b", &err));
	assert_true(set(third, NULL, "hosts", "a, b", &err));
	assert_true(set(other, NULL, "hosts", "a", &err));
	assert_true(spec_seal(first, &err));
	spec_borrow(second, first);
	spec_borrow(third, second);
	spec_borrow(other, first);
	spec_borrow(none, first);
	assert_ptr_equal(second->settings, first->settings);
	assert_ptr_equal(second->file, first->file);
	assert_ptr_equal(third->settings, first->settings);
	assert_ptr_equal(third->lender, first);
	assert_string_equal(third->file, "conf.d/third.conf");
	assert_ptr_not_equal(other->settings, first->settings);
	assert_null(none->lender);
	assert_true(spec_seal(third, &err));
	assert_true(spec_equal(first, third));
	spec_release(first);
	spec_release(second);
	copy = spec_copy(third);
	assert_true(set(copy, NULL, "hosts", "c", &err));
	assert_string_equal(((struct fake_settings *)third->settings)->hosts.items[1], "b");
	spec_release(third);
	spec_release(copy);
	spec_release(other);
	spec_release(none);
	assert_int_equal(prepared_alive, 0);
}

static void settings_are_found_in_both_tables(void **state)
{
	struct monitor_spec *spec = make(&fake);
	void *values;

	assert_ptr_equal(spec_setting(spec, NULL, "port", &values), &fake_table[0]);
	assert_ptr_equal(values, spec->settings);
	assert_ptr_equal(spec_setting(spec, "inner", "group", &values), &fake_table[2]);
	assert_ptr_equal(values, spec->settings);
	assert_non_null(spec_setting(spec, NULL, "group", &values));
	assert_ptr_equal(values, &spec->common);
	assert_non_null(spec_setting(spec, NULL, "interval", &values));
	assert_ptr_equal(values, &spec->common);
	assert_null(spec_setting(spec, NULL, "intervall", &values));
	assert_null(spec_setting(spec, "inner", "interval", &values));
	spec_release(spec);
}

static void a_kind_without_settings(void **state)
{
	struct monitor_spec *spec = make(&bare), *copy;
	struct error err = { 0 };
	void *values;

	assert_null(spec->settings);
	assert_null(spec_setting(spec, NULL, "port", &values));
	assert_non_null(spec_setting(spec, NULL, "fall", &values));
	assert_true(spec_seal(spec, &err));
	assert_null(spec->prepared);
	copy = spec_copy(spec);
	assert_true(spec_seal(copy, &err));
	assert_true(spec_equal(spec, copy));
	spec_release(copy);
	spec_release(spec);
}

static void rows_are_fit_for_help(void **state)
{
	for (const struct setting *row = spec_settings; row->name; row++) {
		size_t length = strlen(row->summary);

		assert_true(length > 0 && length < 100 && row->summary[length - 1] != '.');
		assert_non_null(row->example);
		assert_null(row->section);
		for (const struct setting *other = spec_settings; other < row; other++)
			assert_string_not_equal(row->name, other->name);
	}
}

static void *hold_and_release(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		struct monitor_spec *held = spec_hold(arg);

		assert_string_equal(held->name, "www");
		spec_release(held);
	}
	spec_release(arg);
	return NULL;
}

static void any_thread_may_hold_it(void **state)
{
	struct monitor_spec *spec = make_full();
	struct error err = { 0 };
	pthread_t threads[3];

	assert_true(spec_seal(spec, &err));
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold_and_release, spec_hold(spec)), 0);
	spec_release(spec);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(prepared_alive, 0);
	assert_null(spec_hold(NULL));
	spec_release(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(names_and_targets_that_are_refused),
		cmocka_unit_test(settings_out_of_range),
		cmocka_unit_test(what_sealing_fills_in),
		cmocka_unit_test(what_settings_say_of_each_other),
		cmocka_unit_test(a_refused_spec_can_be_mended),
		cmocka_unit_test(a_copy_is_its_own),
		cmocka_unit_test(a_copy_forgets_what_nobody_said),
		cmocka_unit_test(equal_means_the_same_checks),
		cmocka_unit_test(what_is_alike_is_shared),
		cmocka_unit_test(settings_are_found_in_both_tables),
		cmocka_unit_test(a_kind_without_settings),
		cmocka_unit_test(rows_are_fit_for_help),
		cmocka_unit_test(any_thread_may_hold_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
