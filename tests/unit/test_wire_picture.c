/*
 * Pictures over the wire: what the mirror makes of passes is what the owner has, whatever changed in between, in steps of any size; and
 * what an owner that is none sends is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "../lib/wired.h"

enum { COUNT = 5 * SNAPSHOT_PAGE_VIEWS + 3, NOW_US = 1000000 };

/* An owner's picture, a mirror, and what the mirror has. */
struct pair {
	struct picture *picture;
	struct wire_mirror *mirror;
	const struct snapshot *sent;	/* held */
	size_t bytes;			/* of the last pass */
};

static struct pair make(size_t count)
{
	struct pair pair = { .picture = picture_create(), .mirror = wire_mirror_create() };

	for (size_t i = 0; i < count; i++) {
		char name[32];

		snprintf(name, sizeof name, "web-%zu", i);
		wired_add(pair.picture, (monitor_id)i + 1, name);
	}
	return pair;
}

static void finish(struct pair *pair)
{
	snapshot_release(pair->sent);
	picture_destroy(pair->picture);
	wire_mirror_destroy(pair->mirror);
}

/* Sends what there is, and looks at what came. */
static void sync_in_steps(struct pair *pair, size_t room)
{
	const struct snapshot *to = wired_snapshot(pair->picture, NOW_US), *made;

	made = wired_pass(pair->mirror, pair->sent, snapshot_hold(to), NULL, room, &pair->bytes);
	pair->sent = to;
	wired_assert_same(made, to);
	snapshot_release(made);
}

static void sync_pair(struct pair *pair)
{
	sync_in_steps(pair, 1 << 20);
}

static void an_empty_board(void **state)
{
	struct pair pair = make(0);

	sync_pair(&pair);
	wired_add(pair.picture, 1, "first");
	sync_pair(&pair);
	picture_remove(pair.picture, 0);
	sync_pair(&pair);
	finish(&pair);
}

static void whole_pictures_in_steps_of_any_size(void **state)
{
	static const size_t rooms[] = { 0, 1, 500, 5000, 1 << 20 };
	size_t bytes = 0;

	for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
		struct pair pair = make(COUNT);

		sync_in_steps(&pair, rooms[i]);
		assert_true(bytes == 0 || bytes == pair.bytes);
		bytes = pair.bytes;
		finish(&pair);
	}
}

static void only_changes_travel(void **state)
{
	struct pair pair = make(COUNT);
	size_t quiet;

	sync_pair(&pair);
	sync_pair(&pair);
	quiet = pair.bytes;
	assert_true(quiet < 500);
	for (int round = 0; round < 300; round++) {
		wired_beat(picture_edit(pair.picture, (size_t)round * 7 % COUNT), round);
		if (round % 3 == 0)
			sync_in_steps(&pair, (size_t)round);
	}
	sync_pair(&pair);
	picture_edit(pair.picture, 3)->next_us++;
	sync_pair(&pair);
	assert_true(pair.bytes < quiet + 80);
	/* a page that was written without a change */
	(void)picture_edit(pair.picture, 3);
	sync_pair(&pair);
	assert_true(pair.bytes <= quiet);
	finish(&pair);
}

static void texts_that_go(void **state)
{
	struct pair pair = make(40);
	struct monitor_view *view;

	sync_pair(&pair);
	view = picture_edit(pair.picture, 20);
	assert_non_null(view->evidence);
	shared_release(view->evidence);
	shared_release(view->detail);
	view->evidence = view->detail = NULL;
	sync_pair(&pair);
	finish(&pair);
}

static void marks_go_round(void **state)
{
	struct pair pair = make(1);

	for (int count = 0; count < 3 * VIEW_MARKS; count += count % 100 == 0 ? 1 : 13) {
		for (int i = 0; i < count; i++)
			view_add_mark(picture_edit(pair.picture, 0), i % 3 ? STATE_UP : STATE_DOWN, 10 * (i * i + count));
		sync_pair(&pair);
	}
	/* exactly once round, and all alike: nothing to tell apart, nothing to tell */
	for (int i = 0; i < 2 * VIEW_MARKS; i++)
		view_add_mark(picture_edit(pair.picture, 0), STATE_UP, 50);
	sync_pair(&pair);
	for (int i = 0; i < VIEW_MARKS; i++)
		view_add_mark(picture_edit(pair.picture, 0), STATE_UP, 50);
	sync_pair(&pair);
	for (int i = 0; i < VIEW_MARKS; i++)
		view_add_mark(picture_edit(pair.picture, 0), STATE_UP, 60);
	sync_pair(&pair);
	finish(&pair);
}

static void marks_that_begin_anew(void **state)
{
	struct pair pair = make(1);
	struct monitor_view *view = picture_edit(pair.picture, 0), only;

	for (int i = 0; i < 50; i++)
		view_add_mark(view, STATE_UP, 10 * i);
	sync_pair(&pair);
	view = picture_edit(pair.picture, 0);
	only = (struct monitor_view){ .marks = view->marks };
	view_finish(&only);
	view->marks = NULL;
	view->mark_next = view->mark_count = 0;
	sync_pair(&pair);
	view = picture_edit(pair.picture, 0);
	view_add_mark(view, STATE_DOWN, -1);
	view_add_mark(view, STATE_UP, INT32_MAX);
	sync_pair(&pair);
	finish(&pair);
}

static void slots_move_and_go(void **state)
{
	struct pair pair = make(COUNT);
	monitor_id next = COUNT;

	sync_pair(&pair);
	for (size_t round = 0; round < 40; round++) {
		picture_remove(pair.picture, round * 11 % picture_count(pair.picture));
		if (round % 4 == 0)
			picture_remove(pair.picture, picture_count(pair.picture) - 1);
		if (round % 2) {
			wired_add(pair.picture, ++next, "late");
			wired_beat(picture_edit(pair.picture, round % picture_count(pair.picture)), (int)round);
		}
		if (round % 5)
			sync_in_steps(&pair, 700);
	}
	sync_pair(&pair);
	while (picture_count(pair.picture))
		picture_remove(pair.picture, 0);
	sync_pair(&pair);
	finish(&pair);
}

/* A viewer that did not read for long gets everything again, into the mirror it has. */
static void a_whole_pass_over_an_old_one(void **state)
{
	struct pair pair = make(COUNT);
	struct monitor_view *view;

	sync_pair(&pair);
	view = picture_edit(pair.picture, 9);
	view->standing = (struct standing){ 0 };
	view->paused_until_us = view->last_us = 0;
	view->has_result = false;
	shared_release(view->detail);
	view->detail = NULL;
	picture_remove(pair.picture, COUNT - 1);
	snapshot_release(pair.sent);
	pair.sent = NULL;
	sync_pair(&pair);
	finish(&pair);
}

static void renew_spec(struct monitor_view *view, int lines_down)
{
	struct monitor_spec *copy = spec_copy(view->spec);

	assert_true(spec_seal(copy, NULL));
	copy->line += lines_down;
	spec_release(view->spec);
	view->spec = copy;
}

static void specs_that_change(void **state)
{
	struct pair pair = make(COUNT);
	struct monitor_view *view;
	size_t quiet;

	sync_pair(&pair);
	sync_pair(&pair);
	quiet = pair.bytes;
	/* made anew, but the same: a reload */
	for (size_t i = 0; i < COUNT; i++)
		renew_spec(picture_edit(pair.picture, i), 0);
	sync_pair(&pair);
	assert_true(pair.bytes <= quiet);
	view = picture_edit(pair.picture, 4);
	spec_release(view->spec);
	view->spec = wired_spec("{ name = \"now tcp\"; tcp = \"192.0.2.1:22\"; interval = \"30s\"; }", SPEC_TEMPORARY);
	sync_pair(&pair);
	/* declared elsewhere */
	renew_spec(picture_edit(pair.picture, 5), 1);
	sync_pair(&pair);
	assert_true(pair.bytes > quiet);
	finish(&pair);
}

static bool sees_odd(void *arg, const struct monitor_spec *spec)
{
	size_t length = strlen(spec->name);

	return (spec->name[length - 1] - '0') % 2 == *(int *)arg;
}

static void a_scope_hides_some(void **state)
{
	int odd = 1;
	const struct wire_scope scope = { &odd, sees_odd };
	struct pair pair = make(COUNT);
	const struct snapshot *before = NULL;

	for (int round = 0; round < 30; round++) {
		const struct snapshot *to = wired_snapshot(pair.picture, NOW_US), *made;
		uint32_t by_state[STATE_COUNT] = { 0 };
		size_t seen = 0;

		made = wired_pass(pair.mirror, before, snapshot_hold(to), &scope, (size_t)round * 100, NULL);
		for (size_t i = 0; i < to->count; i++) {
			if (!sees_odd(&odd, snapshot_view(to, i)->spec))
				continue;
			wired_assert_view(snapshot_view(made, seen++), snapshot_view(to, i));
			by_state[snapshot_view(to, i)->standing.state]++;
		}
		assert_int_equal(made->count, seen);
		assert_true(seen < to->count);
		/* That there is a trouble is told, not with whose name. */
		assert_non_null(to->health.configuration_trouble);
		assert_non_null(made->health.configuration_trouble);
		assert_string_not_equal(shared_read(made->health.configuration_trouble), shared_read(to->health.configuration_trouble));
		assert_memory_equal(made->by_state, by_state, sizeof by_state);
		snapshot_release(made);
		before = to;
		wired_beat(picture_edit(pair.picture, (size_t)round), round);
		if (round % 3 == 1)
			picture_remove(pair.picture, (size_t)round);
	}
	snapshot_release(before);
	finish(&pair);
}

/* Every look may cost the patterns of a whole watch. */
static bool sees_last(void *arg, const struct monitor_spec *spec)
{
	(*(size_t *)arg)++;
	return strcmp(spec->name, "last") == 0;
}

static void few_are_looked_at_in_a_step(void **state)
{
	size_t looks = 0, before = 0, steps = 0;
	const struct wire_scope scope = { &looks, sees_last };

	for (int health = 0; health < 2; health++) {
		struct pair pair = make(COUNT);
		const struct snapshot *to, *made;
		struct wire_pass pass;
		struct buf out;

		wired_add(pair.picture, COUNT + 1, "last");
		to = wired_snapshot(pair.picture, NOW_US);
		buf_init(&out, 1 << 20);
		wire_pass_begin(&pass, snapshot_hold(to), snapshot_hold(to));
		for (bool over = false; !over; steps++, before = looks) {
			over = wire_pass_step(&pass, &scope, health, ACCESS_DEV, 1 << 20, &out);
			assert_true(looks - before <= 32);
		}
		assert_true(steps > COUNT / 32);
		wire_pass_finish(&pass);
		if (health) {
			made = wired_take(pair.mirror, &out);
			assert_int_equal(made->by_state[snapshot_view(to, COUNT)->standing.state], 1);
			snapshot_release(made);
		}
		snapshot_release(to);
		buf_finish(&out);
		finish(&pair);
	}
}

static void health_alone(void **state)
{
	struct pair pair = make(COUNT);
	const struct snapshot *to = wired_snapshot(pair.picture, NOW_US), *made;
	struct wire_pass pass;
	struct buf out;

	buf_init(&out, 10000);
	wire_pass_begin(&pass, NULL, snapshot_hold(to));
	assert_true(wire_pass_step(&pass, NULL, true, ACCESS_GUEST, 0, &out));
	wire_pass_finish(&pass);
	wire_pass_finish(&(struct wire_pass){ 0 });
	assert_ptr_equal(strchr(out.data, '\n'), out.data + out.length - 1);
	made = wired_take(pair.mirror, &out);
	assert_int_equal(made->count, 0);
	assert_int_equal(made->health.role, ACCESS_GUEST);
	assert_int_equal(made->health.events, 77);
	assert_memory_equal(made->by_state, to->by_state, sizeof made->by_state);
	snapshot_release(made);
	snapshot_release(to);
	buf_finish(&out);
	finish(&pair);
}

/* What is odd at the owner's side is cut, and does not make the viewer give up. */
static void odd_values_arrive_cut(void **state)
{
	struct pair pair = make(1);
	struct monitor_view *view = picture_edit(pair.picture, 0);
	const struct snapshot *made;

	view->cert_expires_us = INT64_MAX;
	view->next_us = INT64_MIN;
	view->day.us[0] = -5;
	view->phase_us[0] = INT32_MIN;
	shared_release(view->detail);
	view->detail = shared_create("a\x1b[31mb\xff\nc");
	made = wired_pass(pair.mirror, NULL, wired_snapshot(pair.picture, NOW_US), NULL, 1, NULL);
	view = (struct monitor_view *)(uintptr_t)snapshot_view(made, 0);
	assert_true(view->cert_expires_us > 0 && view->next_us < 0);
	assert_int_equal(view->day.us[0], 0);
	assert_int_equal(view->phase_us[0], -1);
	assert_string_equal(shared_read(view->detail), "a[31mb\xef\xbf\xbd c");
	snapshot_release(made);
	finish(&pair);
}

static void the_last_picture_again(void **state)
{
	struct pair pair = make(COUNT);
	const struct snapshot *to, *again, *more;
	struct wire_pass pass;
	struct json *message;
	struct buf out;

	assert_null(wire_mirror_again(pair.mirror, "gone"));
	sync_pair(&pair);
	/* half a pass more, and the link is lost */
	wired_beat(picture_edit(pair.picture, 0), 7);
	to = wired_snapshot(pair.picture, NOW_US);
	buf_init(&out, WIRE_LINE_MOST);
	wire_pass_begin(&pass, snapshot_hold(pair.sent), to);
	assert_false(wire_pass_step(&pass, NULL, false, ACCESS_DEV, 1, &out));
	wire_pass_finish(&pass);
	message = wired_message(out.data);
	assert_true(wire_mirror_view(pair.mirror, message, NULL));
	json_free(message);
	buf_finish(&out);
	again = wire_mirror_again(pair.mirror, "the owner is gone");
	assert_string_equal(shared_read(again->health.link_trouble), "the owner is gone");
	assert_int_equal(again->health.events, 77);
	assert_int_equal(again->count, COUNT);
	wired_assert_view(snapshot_view(again, 0), snapshot_view(pair.sent, 0));
	more = wire_mirror_again(pair.mirror, NULL);
	assert_true(more->number > again->number);
	wired_assert_same(more, pair.sent);
	snapshot_release(again);
	finish(&pair);
	/* outlives the mirror */
	assert_int_equal(snapshot_view(more, 3)->id, 4);
	snapshot_release(more);
	wire_mirror_destroy(NULL);
}

#define SPEC "\"spec\":\"{ name = \\\"a\\\"; tcp = \\\"192.0.2.1:1\\\"; }\""
#define NEW "{\"op\":\"view\",\"at\":0,\"id\":1,\"new\":true," SPEC

static void bad_views_are_refused(void **state)
{
	static const char *const rows[] = {
		"{\"op\":\"view\"}",
		"{\"op\":\"view\",\"at\":0,\"id\":1,\"new\":true}",
		"{\"op\":\"view\",\"at\":0,\"id\":1," SPEC "}",
		"{\"op\":\"view\",\"at\":1,\"id\":1,\"new\":true," SPEC "}",
		"{\"op\":\"view\",\"at\":-1,\"id\":1,\"new\":true," SPEC "}",
		"{\"op\":\"view\",\"at\":0.5,\"id\":1,\"new\":true," SPEC "}",
		"{\"op\":\"view\",\"at\":0,\"id\":0,\"new\":true," SPEC "}",
		"{\"op\":\"view\",\"at\":0,\"id\":-7,\"new\":true," SPEC "}",
		"{\"op\":\"view\",\"at\":0,\"id\":\"1\",\"new\":true," SPEC "}",
		"{\"op\":\"view\",\"at\":0,\"id\":1,\"new\":true,\"spec\":7}",
		"{\"op\":\"view\",\"at\":0,\"id\":1,\"new\":true,\"spec\":\"\"}",
		"{\"op\":\"view\",\"at\":0,\"id\":1,\"new\":true,\"spec\":\"{ name = \\\"a\\u001b[1m\\\"; tcp = \\\"192.0.2.1:1\\\"; }\"}",
		"{\"op\":\"view\",\"at\":0,\"id\":1,\"new\":true,\"spec\":\"{ name = \\\"a\\\"; carrier = \\\"pigeon\\\"; }\"}",
		"{\"op\":\"view\",\"at\":0,\"id\":1,\"new\":true,\"spec\":\"@include \\\"/etc/passwd\\\"\"}",
		"{\"op\":\"view\",\"at\":0,\"id\":1,\"new\":true,\"spec\":\"{ name = \\\"a\\\"; tcp = \\\"192.0.2.1:1\\\"; } # \\\"\"}",
		NEW ",\"state\":\"dancing\"}", NEW ",\"state\":1}", NEW ",\"was\":null,\"was\":\"up\"}", NEW ",\"was_since\":1e3}",
		NEW ",\"was_since\":9223372036854775807}", NEW ",\"good\":-1}", NEW ",\"good\":4294967296}", NEW ",\"incident_open\":1}",
		NEW ",\"verdict\":\"\"}", NEW ",\"outcome\":5}", NEW ",\"code\":2147483648}", NEW ",\"phases\":[1,2,3,4,5]}",
		NEW ",\"phases\":[-2,0,0,0,0,0]}", NEW ",\"phases\":\"x\"}", NEW ",\"phases\":[0,0,0,0,0,2147483648]}",
		NEW ",\"day\":[1,2,3,4,-5]}", NEW ",\"marks\":\"x\"}", NEW ",\"marks\":\"5\"}", NEW ",\"marks\":\"u214748365\"}",
		NEW ",\"marks\":\"u-5\"}", NEW ",\"marks\":\"u99999999999999999999999\"}",
		NEW ",\"bar\":\"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu\"}",
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct wire_mirror *mirror = wire_mirror_create();
		struct error err = { 0 };
		struct json *message = json_parse(rows[i], strlen(rows[i]), WIRE_DEPTH_MOST, NULL);

		if (message && wire_mirror_view(mirror, message, &err))
			fail_msg("taken: %s", rows[i]);
		assert_true(!message || err.text[0]);
		json_free(message);
		wire_mirror_destroy(mirror);
	}
}

static void bad_boards_are_refused(void **state)
{
	static const char *const rows[] = {
		"{\"op\":\"board\"}", "{\"op\":\"board\",\"count\":1,\"time\":1}", "{\"op\":\"board\",\"count\":-1,\"time\":1}",
		"{\"op\":\"board\",\"count\":0}", "{\"op\":\"board\",\"count\":0,\"time\":9223372036854775807}",
		"{\"op\":\"board\",\"count\":0,\"time\":1,\"role\":\"king\"}", "{\"op\":\"board\",\"count\":0,\"time\":1,\"in_flight\":-1}",
		"{\"op\":\"board\",\"count\":0,\"time\":1,\"events\":-1}", "{\"op\":\"board\",\"count\":0,\"time\":1,\"states\":[-1]}",
		"{\"op\":\"board\",\"count\":0,\"time\":1,\"states\":[0,\"x\"]}", "{\"op\":\"board\",\"count\":0,\"time\":1,\"network_gone\":\"yes\"}",
	};
	struct wire_mirror *mirror = wire_mirror_create();

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error err = { 0 };
		struct json *message = wired_message(rows[i]);

		if (wire_mirror_board(mirror, message, &err))
			fail_msg("taken: %s", rows[i]);
		assert_true(err.text[0]);
		json_free(message);
	}
	wire_mirror_destroy(mirror);
}

/* Unknown keys, an outcome of a newer version, texts that bite, and a change of what is there. */
static void what_is_strange_is_made_harmless(void **state)
{
	static const char *const lines[] = {
		NEW ",\"colour\":\"blue\",\"later\":{\"a\":[1]},\"outcome\":\"quantum\",\"detail\":\"\\u001b[2Jx\\u202e\\n y\",\"evidence\":\"a\\n\\u0007b\","
		    "\"address\":\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg\",\"file\":\"/etc/\\nx\",\"line\":-4,\"marks\":\"nugpdkmz5\"}",
		"{\"op\":\"view\",\"at\":0,\"id\":1,\"marks\":\"u7\"}",
		"{\"op\":\"board\",\"count\":1,\"time\":5,\"role\":\"admin\",\"weather\":\"fine\"}",
	};
	struct wire_mirror *mirror = wire_mirror_create();
	const struct snapshot *made = NULL;
	const struct monitor_view *view;

	for (size_t i = 0; i < 3; i++) {
		struct json *message = wired_message(lines[i]);

		if (i < 2)
			assert_true(wire_mirror_view(mirror, message, NULL));
		else
			made = wire_mirror_board(mirror, message, NULL);
		json_free(message);
	}
	assert_non_null(made);
	if (!made)
		return;
	view = snapshot_view(made, 0);
	assert_int_equal(view->outcome, OUTCOME_INTERNAL);
	assert_string_equal(shared_read(view->detail), "[2Jx y");
	assert_string_equal(shared_read(view->evidence), "a\nb");
	assert_int_equal(strlen(shared_read(view->address)), RESULT_ADDRESS_SIZE - 1);
	assert_string_equal(view->spec->file, "/etc/ x");
	assert_int_equal(view->spec->line, 0);
	assert_int_equal(view->mark_count, 9);
	assert_int_equal(view_mark(view, 0).latency_10us, 7);
	assert_int_equal(view_mark(view, 1).look, STATE_PAUSED);
	assert_int_equal(view_mark(view, 8).look, STATE_NEW);
	assert_int_equal(made->health.role, ACCESS_ADMIN);
	snapshot_release(made);
	wire_mirror_destroy(mirror);
}

/* Thousands of settings in one group: the parser never sees them. */
static void a_monitor_of_many_settings(void **state)
{
	struct wire_mirror *mirror = wire_mirror_create();
	struct buf line;
	struct json *message;
	struct error err = { 0 };

	buf_init(&line, WIRE_LINE_MOST);
	buf_add_text(&line, "{\"op\":\"view\",\"at\":0,\"id\":1,\"new\":true,\"spec\":\"{ ");
	for (int i = 0; i < 20000; i++)
		buf_print(&line, "a%d = 1; ", i);
	buf_add_text(&line, "}\"}");
	message = wired_message(line.data);
	assert_false(wire_mirror_view(mirror, message, &err));
	assert_non_null(strstr(err.text, "not written as kumatop writes it"));
	json_free(message);
	buf_finish(&line);
	wire_mirror_destroy(mirror);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_board),
		cmocka_unit_test(whole_pictures_in_steps_of_any_size),
		cmocka_unit_test(only_changes_travel),
		cmocka_unit_test(texts_that_go),
		cmocka_unit_test(marks_go_round),
		cmocka_unit_test(marks_that_begin_anew),
		cmocka_unit_test(slots_move_and_go),
		cmocka_unit_test(a_whole_pass_over_an_old_one),
		cmocka_unit_test(specs_that_change),
		cmocka_unit_test(a_scope_hides_some),
		cmocka_unit_test(few_are_looked_at_in_a_step),
		cmocka_unit_test(health_alone),
		cmocka_unit_test(odd_values_arrive_cut),
		cmocka_unit_test(the_last_picture_again),
		cmocka_unit_test(bad_views_are_refused),
		cmocka_unit_test(bad_boards_are_refused),
		cmocka_unit_test(what_is_strange_is_made_harmless),
		cmocka_unit_test(a_monitor_of_many_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
