/*
 * A viewer against an owner that is played: what it says, what it shows, and what becomes of it when the owner does what it must not, or
 * goes. The loop is turned by the test, so that nothing here depends on a second thread, but where threads are what is tested.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../lib/lookout.h"
#include "kumatop/heap.h"

static void it_shows_what_the_owner_shows(void **state)
{
	struct lookout *lookout = lookout_attached();
	const struct snapshot *first = snapshot_hub_acquire(lookout->hub), *second, *third;
	int before = atomic_load(&lookout->published);

	assert_int_equal(lookout->attached, 1);
	assert_string_equal(lookout->hello.host, "mon1");
	assert_int_equal(lookout->hello.role, ACCESS_DEV);
	assert_int_equal(first->count, 1);
	assert_string_equal(snapshot_view(first, 0)->spec->name, "web");
	assert_true(snapshot_view(first, 0)->spec->foreign);
	assert_int_equal(first->health.role, ACCESS_DEV);
	assert_null(first->health.link_trouble);
	fakeowner_add(lookout->owner, 8, "db");
	fakepeer_show(&lookout->peer, lookout->owner, ACCESS_GUEST);
	UNTIL(lookout, atomic_load(&lookout->published) > before);
	second = snapshot_hub_acquire(lookout->hub);
	assert_int_equal(second->count, 2);
	assert_int_equal(second->health.role, ACCESS_GUEST);
	assert_true(second->number > first->number);
	/* An owner that does not say what we are does not make its board ours. */
	before = atomic_load(&lookout->published);
	fakepeer_show(&lookout->peer, lookout->owner, ACCESS_NONE);
	UNTIL(lookout, atomic_load(&lookout->published) > before);
	third = snapshot_hub_acquire(lookout->hub);
	assert_int_equal(third->health.role, ACCESS_DEV);
	assert_int_equal(third->count, 2);
	snapshot_release(third);
	snapshot_release(first);
	snapshot_release(second);
	lookout_close(lookout);
}

static void an_owner_that_comes_later_is_found(void **state)
{
	struct lookout *lookout = lookout_open();
	struct error err;

	fakeowner_go(lookout->owner);
	lookout_look(lookout, NULL);
	assert_int_equal(lookout->lost, 0);
	assert_false(lookout_submit(lookout, 1, &err));
	UNTIL(lookout, lookout->lost == 1);
	assert_non_null(strstr(lookout->err.text, "no kumatop can be reached on mon1: nobody listens there"));
	assert_int_equal(lookout->err.code, EXIT_UNAVAILABLE);
	fakeowner_come(lookout->owner);
	lookout_let_in(lookout);
	assert_int_equal(lookout->lost, 1);
	lookout_close(lookout);
}

static void a_lost_link_is_said_and_attached_again(void **state)
{
	struct lookout *lookout = lookout_attached();
	struct error err;

	fakeowner_go(lookout->owner);
	fakepeer_close(&lookout->peer);
	UNTIL(lookout, lookout->lost == 1);
	assert_non_null(strstr(lookout_trouble(lookout), "the owner on mon1 is gone since "));
	assert_non_null(strstr(lookout_trouble(lookout), ": attaching again …"));
	assert_non_null(strstr(lookout->err.text, "the owner on mon1 is gone"));
	const struct snapshot *picture = snapshot_hub_acquire(lookout->hub);

	assert_int_equal(picture->count, 1);
	assert_int_equal(picture->health.role, ACCESS_DEV);
	snapshot_release(picture);
	assert_false(lookout_submit(lookout, 1, &err));
	assert_non_null(strstr(err.text, "the owner on mon1 is gone since"));
	assert_false(lookout_ask(lookout, 1, &err));
	fakeowner_come(lookout->owner);
	lookout_let_in(lookout);
	assert_string_equal(lookout_trouble(lookout), "");
	assert_int_equal(lookout->attached, 2);
	assert_true(lookout_submit(lookout, 2, &err));
	lookout_hear_only(lookout, "command");
	lookout_close(lookout);
}

/* Attached again and gone before its picture was whole: what is shown stays the last whole one, and the trouble stays. */
static void a_half_told_picture_is_not_shown(void **state)
{
	struct lookout *lookout = lookout_attached();

	fakepeer_close(&lookout->peer);
	UNTIL(lookout, fakeowner_accept(lookout->owner, &lookout->peer));
	lookout_hear_only(lookout, "hello");
	fakepeer_hello(&lookout->peer, ACCESS_DEV);
	lookout_hear_only(lookout, "watch");
	fakepeer_say(&lookout->peer, "{\"op\":\"view\",\"at\":0,\"new\":true,\"id\":9,\"spec\":\"{ name = \\\"other\\\"; tcp = \\\"h:1\\\"; }\"}");
	fakepeer_close(&lookout->peer);
	UNTIL(lookout, lookout->lost == 2);
	const struct snapshot *picture = snapshot_hub_acquire(lookout->hub);

	assert_string_equal(snapshot_view(picture, 0)->spec->name, "web");
	assert_non_null(picture->health.link_trouble);
	snapshot_release(picture);
	lookout_close(lookout);
}

static void a_farewell_is_told(void **state)
{
	struct lookout *lookout = lookout_attached();

	fakepeer_say(&lookout->peer, "{\"op\":\"bye\",\"text\":\"stopped by root\",\"again\":true}");
	UNTIL(lookout, lookout->lost == 1);
	assert_non_null(strstr(lookout_trouble(lookout), ": attaching again … (stopped by root)"));
	fakepeer_close(&lookout->peer);
	lookout_let_in(lookout);
	assert_string_equal(lookout_trouble(lookout), "");
	lookout_close(lookout);
}

static void being_refused_is_told(void **state)
{
	struct lookout *lookout = lookout_attached();

	fakepeer_close(&lookout->peer);
	UNTIL(lookout, fakeowner_accept(lookout->owner, &lookout->peer));
	fakepeer_say(&lookout->peer, "{\"op\":\"refused\",\"text\":\"alice has no role here\\u001b[2J\"}");
	UNTIL(lookout, lookout->refused == 1);
	assert_int_equal(lookout->err.code, EXIT_PERMISSION);
	assert_non_null(strstr(lookout->err.text, "alice has no role here"));
	assert_null(strchr(lookout->err.text, '\033'));
	UNTIL(lookout, strstr(lookout_trouble(lookout), "will not have us since "));
	assert_non_null(strstr(lookout_trouble(lookout), "alice has no role here"));
	/* The next attempt is far away. */
	assert_int_equal(uv_backend_timeout(&lookout->loop) > 10000, 1);
	lookout_close(lookout);
}

static void another_protocol_is_refused(void **state)
{
	struct lookout *lookout = lookout_open();

	lookout->stop_when_told = true;
	lookout_look(lookout, NULL);
	UNTIL(lookout, fakeowner_accept(lookout->owner, &lookout->peer));
	fakepeer_say(&lookout->peer, "{\"op\":\"hello\",\"protocol\":99,\"version\":\"99\",\"role\":\"admin\"}");
	UNTIL(lookout, lookout->refused == 1);
	assert_non_null(strstr(lookout->err.text, "protocol"));
	assert_int_equal(lookout->attached, 0);
	lookout_close(lookout);
}

static void what_no_owner_says_ends_the_link(void **state)
{
	static const char *const lines[] = {
		"garbage", "{}", "{\"op\":7}", "[[[[[[[[[[[[", "{\"op\":\"view\",\"at\":5,\"id\":1}", "{\"op\":\"board\",\"count\":-1}",
		"{\"op\":\"reply\",\"ticket\":\"x\"}", "{\"op\":\"answer\"}", "\xff\xfe",
	};
	struct lookout *lookout = lookout_attached();

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		fakepeer_say(&lookout->peer, "{\"op\":\"something newer\",\"text\":1}");
		fakepeer_say(&lookout->peer, lines[i]);
		UNTIL(lookout, lookout->lost == (int)i + 1);
		assert_non_null(strstr(lookout->err.text, "it speaks as no kumatop does"));
		fakepeer_close(&lookout->peer);
		lookout_let_in(lookout);
	}
	lookout_close(lookout);
}

static void a_line_without_end_ends_the_link(void **state)
{
	struct lookout *lookout = lookout_attached();
	char *much = heap_zero(1, 64 * 1024);

	memset(much, 'x', 64 * 1024);
	for (size_t sent = 0; sent <= WIRE_LINE_MOST + 64 * 1024 && !lookout->lost; sent += 64 * 1024) {
		fakepeer_send(&lookout->peer, much, 64 * 1024);
		lookout_turn(lookout);
	}
	UNTIL(lookout, lookout->lost == 1);
	assert_non_null(strstr(lookout->err.text, "a line that is too long"));
	free(much);
	lookout_close(lookout);
}

static void replies_find_who_asked(void **state)
{
	struct lookout *lookout = lookout_attached();
	struct json *first, *second;
	struct error err;

	assert_true(lookout_submit(lookout, 500, &err));
	assert_true(lookout_submit(lookout, 500, &err));
	first = lookout_hear(lookout, "command");
	second = lookout_hear(lookout, "command");
	assert_true(wire_ticket(first) != wire_ticket(second));
	fakepeer_reply(&lookout->peer, 123456789, true, "for nobody");
	fakepeer_reply(&lookout->peer, wire_ticket(second), true, "the second");
	fakepeer_reply(&lookout->peer, wire_ticket(second), true, "twice");
	fakepeer_reply(&lookout->peer, wire_ticket(first), false, "the first");
	UNTIL(lookout, lookout->replies == 2);
	assert_string_equal(lookout->many[0].text, "the second");
	assert_true(lookout->many[0].done);
	assert_string_equal(lookout->many[1].text, "the first");
	assert_false(lookout->many[1].done);
	assert_int_equal(lookout->many[0].ticket, 500);
	assert_int_equal(lookout->many[1].kind, COMMAND_PAUSE);
	json_free(first);
	json_free(second);
	lookout_close(lookout);
}

static void answers_find_who_asked(void **state)
{
	struct lookout *lookout = lookout_attached();
	struct history_answer answer = { .ok = true };
	struct json *message;
	struct error err;
	struct buf out;

	assert_true(lookout_ask(lookout, 31, &err));
	message = lookout_hear(lookout, "ask");
	assert_true(wire_read_ask(message, &answer.query, &err));
	assert_int_equal(answer.query.most, 5);
	buf_init(&out, WIRE_LINE_MOST);
	wire_put_answer(&out, &answer);
	fakepeer_send(&lookout->peer, out.data, out.length);
	UNTIL(lookout, lookout->answers == 1);
	assert_true(lookout->answer_ok);
	assert_int_equal(lookout->asked.ticket, 31);
	buf_clear(&out);
	json_free(message);
	/* One to another question than was asked. */
	assert_true(lookout_ask(lookout, 32, &err));
	message = lookout_hear(lookout, "ask");
	assert_true(wire_read_ask(message, &answer.query, &err));
	answer.query.kind = HISTORY_SERIES;
	wire_put_answer(&out, &answer);
	fakepeer_send(&lookout->peer, out.data, out.length);
	UNTIL(lookout, lookout->answers == 2);
	assert_false(lookout->answer_ok);
	buf_finish(&out);
	json_free(message);
	lookout_close(lookout);
}

/* As the owner tells it, but for the last line. */
static void tell_board(struct lookout *lookout, const struct history_query *query, bool whole)
{
	struct board_health health = { .history_kept = true };
	struct wire_pass pass;
	struct buf out;

	buf_init(&out, WIRE_LINE_MOST);
	wire_pass_begin_answer(&pass, query, picture_snapshot(lookout->owner->picture, &health, query->to_us));
	assert_true(wire_pass_step(&pass, NULL, false, ACCESS_DEV, SIZE_MAX, &out));
	wire_pass_finish(&pass);
	fakepeer_send(&lookout->peer, out.data, whole ? out.length : strcspn(out.data, "\n") + 1);
	buf_finish(&out);
}

static struct history_query hear_board_question(struct lookout *lookout)
{
	struct json *message = lookout_hear(lookout, "ask");
	struct history_query query;
	struct error err;

	assert_true(wire_read_ask(message, &query, &err));
	assert_int_equal(query.kind, HISTORY_BOARD);
	assert_int_equal(query.to_us, 5000);
	json_free(message);
	return query;
}

static void a_past_board_finds_who_asked(void **state)
{
	struct lookout *lookout = lookout_attached();
	struct history_answer refusal = { .ok = false };
	struct history_query query;
	struct error err;
	struct buf out;

	(void)state;
	fakeowner_add(lookout->owner, 8, "db");
	assert_true(lookout_ask_board(lookout, 5000, &err));
	query = hear_board_question(lookout);
	tell_board(lookout, &query, true);
	UNTIL(lookout, lookout->answers == 1);
	assert_true(lookout->answer_ok);
	assert_int_equal(lookout->asked.ticket, 40);
	assert_int_equal(lookout->board_count, 2);

	/* Taken back half way, by who cannot give it; views that nobody asked for are nothing. */
	assert_true(lookout_ask_board(lookout, 5000, &err));
	query = hear_board_question(lookout);
	tell_board(lookout, &query, false);
	refusal.query = query;
	error_set(&refusal.error, EXIT_UNAVAILABLE, "no more");
	buf_init(&out, WIRE_LINE_MOST);
	wire_put_answer(&out, &refusal);
	fakepeer_send(&lookout->peer, out.data, out.length);
	tell_board(lookout, &query, true);
	UNTIL(lookout, lookout->answers == 2);
	assert_false(lookout->answer_ok);
	assert_string_equal(lookout->answer_err.text, "no more");

	/* An owner that does not know the question. */
	assert_true(lookout_ask_board(lookout, 5000, &err));
	refusal.query = hear_board_question(lookout);
	refusal.query.kind = HISTORY_SERIES;
	buf_clear(&out);
	wire_put_answer(&out, &refusal);
	fakepeer_send(&lookout->peer, out.data, out.length);
	UNTIL(lookout, lookout->answers == 3);
	assert_false(lookout->answer_ok);
	assert_non_null(strstr(lookout->answer_err.text, "older"));
	buf_finish(&out);

	/* Half of one when the owner goes. */
	assert_true(lookout_ask_board(lookout, 5000, &err));
	query = hear_board_question(lookout);
	tell_board(lookout, &query, false);
	fakepeer_close(&lookout->peer);
	UNTIL(lookout, lookout->answers == 4);
	assert_false(lookout->answer_ok);
	lookout_close(lookout);
}

static void what_is_on_its_way_when_the_owner_goes_is_answered(void **state)
{
	struct lookout *lookout = lookout_attached();
	struct error err;

	assert_true(lookout_submit(lookout, 11, &err));
	assert_true(lookout_ask(lookout, 12, &err));
	lookout_hear_only(lookout, "command");
	lookout_hear_only(lookout, "ask");
	/* And one that has not even been sent. */
	assert_true(lookout_submit(lookout, 13, &err));
	fakeowner_go(lookout->owner);
	fakepeer_close(&lookout->peer);
	UNTIL(lookout, lookout->replies == 2 && lookout->answers == 1);
	assert_false(lookout->many[0].done);
	assert_int_equal(lookout->many[0].ticket, 11);
	assert_int_equal(lookout->many[1].ticket, 13);
	assert_non_null(strstr(lookout->many[0].text, "nobody knows whether it was done"));
	assert_false(lookout->answer_ok);
	assert_int_equal(lookout->asked.ticket, 12);
	lookout_close(lookout);
}

static void what_is_open_when_it_stops_is_answered(void **state)
{
	struct lookout *lookout = lookout_attached();
	struct error err;

	assert_true(lookout_submit(lookout, 1, &err));
	assert_true(lookout_ask(lookout, 2, &err));
	lookout_hear_only(lookout, "command");
	lookout_stop(lookout);
	assert_int_equal(lookout->replies, 1);
	assert_int_equal(lookout->answers, 1);
	lookout_close(lookout);
}

/* Bounded, whatever is asked of an owner that hangs: refused at once, or answered with a refusal. */
static void an_owner_that_does_not_read_costs_little(void **state)
{
	struct lookout *lookout = lookout_attached();
	struct error err;
	int taken = 0, turned_down = 0;

	for (int i = 0; i < 20000; i++) {
		if (lookout_submit(lookout, (uint64_t)i + 1, &err))
			taken++;
		else
			turned_down++;
		if (i % 1000 == 0)
			lookout_turn(lookout);
	}
	UNTIL(lookout, taken - lookout->replies <= 4096);
	assert_true(turned_down + lookout->replies >= 20000 - 4096);
	fakepeer_close(&lookout->peer);
	UNTIL(lookout, lookout->replies == taken);
	lookout_close(lookout);
}

struct asker {
	struct lookout *lookout;
	uint64_t from;
	pthread_t thread;
};

enum { ASKERS = 4, EACH = 200 };

static void *ask_much(void *arg)
{
	struct asker *asker = arg;
	struct error err;

	for (uint64_t i = 0; i < EACH; i++)
		assert_true(lookout_submit(asker->lookout, asker->from + i, &err));
	return NULL;
}

static void any_thread_may_ask(void **state)
{
	struct lookout *lookout = lookout_attached();
	struct asker askers[ASKERS];
	bool seen[ASKERS * EACH] = { false };
	struct json *message;

	for (size_t i = 0; i < ASKERS; i++) {
		askers[i] = (struct asker){ .lookout = lookout, .from = 1000 + i * EACH };
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_much, &askers[i]), 0);
	}
	while (lookout->replies < ASKERS * EACH) {
		lookout_turn(lookout);
		message = fakepeer_poll(&lookout->peer);
		if (message)
			fakepeer_reply(&lookout->peer, wire_ticket(message), true, "paused");
		json_free(message);
	}
	for (size_t i = 0; i < ASKERS; i++)
		assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
	for (size_t i = 0; i < ASKERS * EACH; i++) {
		assert_in_range(lookout->many[i].ticket, 1000, 1000 + ASKERS * EACH - 1);
		assert_false(seen[lookout->many[i].ticket - 1000]);
		seen[lookout->many[i].ticket - 1000] = true;
	}
	lookout_close(lookout);
}

static void an_engine_before_it_stays_in_the_picture(void **state)
{
	struct lookout *lookout = lookout_open();
	struct picture *picture = picture_create();
	static const struct board_health health = { .events = 3 };

	picture_edit(picture, picture_add(picture))->id = 1;
	snapshot_hub_publish(lookout->hub, picture_snapshot(picture, &health, 1));
	fakeowner_go(lookout->owner);
	lookout_look(lookout, NULL);
	UNTIL(lookout, lookout->lost == 1);
	assert_non_null(strstr(lookout_trouble(lookout), "the owner on mon1 is gone"));
	const struct snapshot *newest = snapshot_hub_acquire(lookout->hub);

	assert_int_equal(newest->count, 1);
	assert_int_equal(newest->health.events, 3);
	snapshot_release(newest);
	picture_destroy(picture);
	lookout_close(lookout);
}

static void a_path_that_is_too_long_is_said(void **state)
{
	struct lookout *lookout = lookout_open();
	char *path = lookout->owner->path, longer[300];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	lookout->owner->path = longer;
	lookout->stop_when_told = true;
	lookout_look(lookout, NULL);
	UNTIL(lookout, lookout->lost == 1);
	assert_non_null(strstr(lookout->err.text, "too long"));
	lookout->owner->path = path;
	lookout_close(lookout);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_shows_what_the_owner_shows),
		cmocka_unit_test(an_owner_that_comes_later_is_found),
		cmocka_unit_test(a_lost_link_is_said_and_attached_again),
		cmocka_unit_test(a_half_told_picture_is_not_shown),
		cmocka_unit_test(a_farewell_is_told),
		cmocka_unit_test(being_refused_is_told),
		cmocka_unit_test(another_protocol_is_refused),
		cmocka_unit_test(what_no_owner_says_ends_the_link),
		cmocka_unit_test(a_line_without_end_ends_the_link),
		cmocka_unit_test(replies_find_who_asked),
		cmocka_unit_test(answers_find_who_asked),
		cmocka_unit_test(a_past_board_finds_who_asked),
		cmocka_unit_test(what_is_on_its_way_when_the_owner_goes_is_answered),
		cmocka_unit_test(what_is_open_when_it_stops_is_answered),
		cmocka_unit_test(an_owner_that_does_not_read_costs_little),
		cmocka_unit_test(any_thread_may_ask),
		cmocka_unit_test(an_engine_before_it_stays_in_the_picture),
		cmocka_unit_test(a_path_that_is_too_long_is_said),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
