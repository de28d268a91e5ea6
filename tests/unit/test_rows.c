/*
 * The order of the list: problems come up at once, what got better stays where it is until a key, and nothing is sorted in vain.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../src/tui/rows.h"

#include "kumatop/heap.h"

static bool take_target(const char *text, char **canonical, struct error *err)
{
	(void)err;
	*canonical = heap_text(text);
	return true;
}

static const struct kind kind = { .name = "fake", .summary = "none", .target_form = "x", .read_target = take_target };

struct bench {
	struct picture *picture;
	struct rows *rows;
	int64_t number;
};

static struct monitor_view *view_named(struct bench *bench, const char *name)
{
	for (size_t i = 0; i < picture_count(bench->picture); i++)
		if (strcmp(picture_view(bench->picture, i)->spec->name, name) == 0)
			return picture_edit(bench->picture, i);
	fail_msg("no %s", name);
	return NULL;
}

static void set(struct bench *bench, const char *name, enum state state)
{
	struct monitor_view *view = view_named(bench, name);

	view->standing.state = state;
	view->standing.since_us = ++bench->number;
	view->standing.bad_run = state == STATE_PENDING ? 2 : 0;
}

static void add(struct bench *bench, const char *name)
{
	struct error err;
	struct monitor_view *view = picture_edit(bench->picture, picture_add(bench->picture));

	view->id = ++bench->number;
	view->spec = spec_create(&kind, name, "x", &err);
	assert_non_null(view->spec);
	assert_true(spec_seal(view->spec, &err));
	view->standing.state = STATE_UP;
}

static bool go_on(struct bench *bench, int64_t seconds)
{
	struct board_health health = { 0 };
	const struct snapshot *snapshot = picture_snapshot(bench->picture, &health, 1);
	bool moved = rows_update(bench->rows, snapshot, (struct mono){ seconds * SECOND_US });

	snapshot_release(snapshot);
	return moved;
}

static int set_up(void **state)
{
	struct bench *bench = heap_zero(1, sizeof *bench);

	bench->picture = picture_create();
	bench->rows = rows_create();
	for (const char *name = "abcdef"; *name; name++)
		add(bench, (char[]){ *name, '\0' });
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	rows_destroy(bench->rows);
	picture_destroy(bench->picture);
	free(bench);
	return 0;
}

static void expect(struct bench *bench, const char *wanted)
{
	char got[64] = "";

	for (size_t i = 0; i < rows_count(bench->rows); i++) {
		got[i] = rows_at(bench->rows, i)->spec->name[0];
		assert_int_equal(rows_find(bench->rows, rows_at(bench->rows, i)->id), i);
	}
	assert_string_equal(got, wanted);
}

static void test_problems_come_up(void **state)
{
	struct bench *bench = *state;

	assert_true(go_on(bench, 1));
	expect(bench, "abcdef");
	set(bench, "d", STATE_DOWN);
	assert_true(go_on(bench, 2));
	expect(bench, "dabcef");
	assert_int_equal(rows_problems(bench->rows), 1);
	set(bench, "e", STATE_DOWN);
	set(bench, "b", STATE_DEGRADED);
	go_on(bench, 3);
	expect(bench, "edbacf");
}

static void test_what_got_better_stays(void **state)
{
	struct bench *bench = *state;

	set(bench, "d", STATE_DOWN);
	set(bench, "e", STATE_DOWN);
	go_on(bench, 1);
	expect(bench, "edabcf");
	set(bench, "e", STATE_UP);
	go_on(bench, 2);
	expect(bench, "edabcf");
	assert_true(rows_is_kept(bench->rows, 0));
	assert_int_equal(rows_at(bench->rows, 0)->standing.state, STATE_UP);
	/* a paused one too: it must not run away from under the finger */
	set(bench, "d", STATE_PAUSED);
	go_on(bench, 3);
	expect(bench, "edabcf");
	rows_settle(bench->rows);
	expect(bench, "abcefd");
	assert_false(rows_is_kept(bench->rows, 0));
}

static void test_worse_again_is_let_go(void **state)
{
	struct bench *bench = *state;

	set(bench, "d", STATE_DEGRADED);
	go_on(bench, 1);
	set(bench, "d", STATE_UP);
	go_on(bench, 2);
	assert_true(rows_is_kept(bench->rows, 0));
	set(bench, "a", STATE_DEGRADED);
	set(bench, "d", STATE_DOWN);
	go_on(bench, 3);
	expect(bench, "dabcef");
	assert_false(rows_is_kept(bench->rows, 0));
}

static void test_nobody_there(void **state)
{
	struct bench *bench = *state;

	set(bench, "d", STATE_DOWN);
	go_on(bench, 1);
	set(bench, "d", STATE_UP);
	go_on(bench, 2);
	expect(bench, "dabcef");
	assert_false(go_on(bench, 60));
	assert_true(go_on(bench, 62));
	expect(bench, "abcdef");
}

static void test_nothing_moves_in_vain(void **state)
{
	struct bench *bench = *state;

	go_on(bench, 1);
	assert_false(go_on(bench, 2));
	view_add_mark(view_named(bench, "c"), STATE_UP, 1000);
	assert_false(go_on(bench, 3));
	rows_set_order(bench->rows, ORDER_LATENCY, false);
	view_add_mark(view_named(bench, "c"), STATE_UP, 1000);
	assert_true(go_on(bench, 4));
}

static void test_filter_and_problems(void **state)
{
	struct bench *bench = *state;
	struct error err;

	set(bench, "c", STATE_DOWN);
	go_on(bench, 1);
	rows_set_filter(bench->rows, filter_create("state:down", &err));
	expect(bench, "c");
	assert_int_equal(rows_find(bench->rows, view_named(bench, "a")->id), -1);
	assert_non_null(rows_monitor(bench->rows, view_named(bench, "a")->id));
	set(bench, "f", STATE_DOWN);
	go_on(bench, 2);
	expect(bench, "fc");
	/* what recovered is still seen to have done so */
	set(bench, "c", STATE_UP);
	go_on(bench, 3);
	expect(bench, "fc");
	rows_settle(bench->rows);
	expect(bench, "f");
	rows_set_filter(bench->rows, NULL);
	expect(bench, "fabcde");
	rows_set_problems_only(bench->rows, true);
	expect(bench, "f");
}

static void test_come_and_go(void **state)
{
	struct bench *bench = *state;

	set(bench, "d", STATE_DOWN);
	go_on(bench, 1);
	set(bench, "d", STATE_UP);
	go_on(bench, 2);
	for (size_t i = 0; i < picture_count(bench->picture); i++)
		if (strcmp(picture_view(bench->picture, i)->spec->name, "b") == 0) {
			picture_remove(bench->picture, i);
			break;
		}
	add(bench, "g");
	go_on(bench, 3);
	expect(bench, "dacefg");
	assert_null(rows_monitor(bench->rows, 2));
	assert_null(rows_monitor(bench->rows, 0));
	rows_settle(bench->rows);
	expect(bench, "acdefg");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_problems_come_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_got_better_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_worse_again_is_let_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nobody_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing_moves_in_vain, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_filter_and_problems, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_come_and_go, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
