/* The owner's socket: hellos, bad input, pictures, commands, roles, questions. What it bears and how it ends is test_server_limits.c. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/stage.h"

#include "kumatop/heap.h"
#include "kumatop/text.h"

static void both_say_hello(void **state)
{
	struct stage *stage = *state;
	struct client *client;
	struct wire_hello hello;
	struct json *message;
	struct error err;

	stage_start(stage);
	client = stage_attach(stage);
	stage_say(stage, client, "{\"op\":\"hello\",\"protocol\":1,\"version\":\"0.9\",\"news\":[1,2]}");
	message = stage_expect(stage, client, "hello");
	assert_true(wire_read_hello(message, false, &hello, &err));
	assert_string_equal(hello.host, "mon1");
	assert_string_equal(hello.owner, "keeper");
	assert_string_equal(hello.database, "/var/lib/kumatop/kumatop.db");
	assert_string_equal(hello.version, "1.0");
	assert_int_equal(hello.pid, getpid());
	assert_int_equal(hello.role, ACCESS_ADMIN);
	assert_true(hello.user[0] != '\0');
	json_free(message);
}

/* What is wrong with what somebody says, and what he is told. */
static const struct { const char *line, *told; bool greeted; } bad_lines[] = {
	{ "garbage", "", false },
	{ "", "", false },
	{ "[1]", "", false },
	{ "{\"protocol\":1}", "op", false },
	{ "{\"op\":7}", "op", false },
	{ "{\"op\":\"hello\",\"op\":\"hello\",\"protocol\":1}", "", false },
	{ "{\"op\":\"hello\",\"protocol\":0,\"version\":\"0\"}", "hello", false },
	{ "{\"op\":\"hello\",\"protocol\":2,\"version\":\"9\"}", "protocol", false },
	{ "{\"op\":\"hello\"}", "hello", false },
	{ "{\"op\":\"watch\",\"what\":\"board\"}", "hello first", false },
	{ "{\"op\":\"hello\",\"protocol\":1,\"a\":[[[[[[[[[[[[1]]]]]]]]]]]]}", "", false },
	{ "{\"op\":\"hello\",\"protocol\":1,\"version\":\"1.0\"}", "twice", true },
	{ "{\"op\":\"dance\"}", "\"dance\"", true },
	{ "{\"op\":\"watch\",\"what\":\"television\"}", "watched", true },
	{ "{\"op\":\"watch\",\"what\":\"board\",\"names\":[1]}", "names", true },
	{ "{\"op\":\"command\",\"ticket\":1,\"do\":\"dance\"}", "command", true },
	{ "\x01\x02\xff\xfe", "", true },
};

static void what_is_not_understood_is_refused(void **state)
{
	struct stage *stage = *state;
	struct client *good;

	stage_start(stage);
	good = stage_enter(stage);
	for (size_t i = 0; i < sizeof bad_lines / sizeof *bad_lines; i++) {
		struct client *bad = bad_lines[i].greeted ? stage_enter(stage) : stage_attach(stage);

		stage_say(stage, bad, bad_lines[i].line);
		stage_expect_refusal(stage, bad, bad_lines[i].told);
	}
	AWAIT(stage_turn(stage) && link_server_load(stage->server).viewers == 1, PATIENCE_MS);
	stage_say(stage, good, "{\"op\":\"watch\",\"what\":\"health\"}");
	json_free(stage_expect(stage, good, "board"));
}

static void a_line_without_end_is_refused(void **state)
{
	struct stage *stage = *state;
	struct client *half, *endless, *silent;
	char *bytes = heap_zero(WIRE_REQUEST_MOST + 100, 1);

	stage_start(stage);
	half = stage_enter(stage);
	stage_say_bytes(stage, half, "{\"op\":\"wat", 10);
	assert_int_equal(shutdown(half->fd, SHUT_WR), 0);
	stage_expect_refusal(stage, half, "no end");

	endless = stage_enter(stage);
	memset(bytes, 'x', WIRE_REQUEST_MOST + 100);
	stage_say_bytes(stage, endless, bytes, WIRE_REQUEST_MOST + 100);
	stage_expect_refusal(stage, endless, "longer");
	free(bytes);

	/* Who goes without a word, or after half a one, is no trouble. */
	silent = stage_attach(stage);
	stage_leave(silent);
	half = stage_enter(stage);
	stage_say_bytes(stage, half, "{\"op\"", 5);
	stage_leave(half);
	AWAIT(stage_turn(stage) && link_server_load(stage->server).viewers == 0, PATIENCE_MS);
}

static void who_has_said_all_gets_all_he_asked_for(void **state)
{
	struct stage *stage = *state;
	struct client *client;
	struct json *message;

	stage_start(stage);
	client = stage_attach(stage);
	stage_say(stage, client, "{\"op\":\"hello\",\"protocol\":1,\"version\":\"1.0\"}");
	stage_say(stage, client, "{\"op\":\"command\",\"ticket\":5,\"do\":\"pause\",\"monitor\":1}");
	stage_say(stage, client, "{\"op\":\"ask\",\"ticket\":6,\"kind\":\"events\",\"most\":3}");
	assert_int_equal(shutdown(client->fd, SHUT_WR), 0);
	json_free(stage_expect(stage, client, "hello"));
	message = stage_expect(stage, client, "reply");
	assert_int_equal(wire_ticket(message), 5);
	json_free(message);
	message = stage_expect(stage, client, "answer");
	assert_int_equal(wire_ticket(message), 6);
	json_free(message);
	assert_null(stage_hear(stage, client));
}

static void who_says_nothing_is_sent_away(void **state)
{
	struct stage *stage = *state;
	struct client *client;

	stage_start(stage);
	client = stage_attach(stage);
	stage_expect_refusal(stage, client, "said nothing");
}

static void a_picture_comes_and_then_what_changes(void **state)
{
	struct stage *stage = *state;
	struct wire_mirror *mirror = wire_mirror_create();
	const struct snapshot *picture, *newest = snapshot_hub_acquire(stage->board.hub);
	struct client *client;
	size_t views;

	stage_start(stage);
	client = stage_enter(stage);
	stage_say(stage, client, "{\"op\":\"watch\",\"what\":\"board\"}");
	picture = stage_hear_picture(stage, client, mirror, &views);
	assert_int_equal(views, newest->count);
	assert_int_equal(picture->count, newest->count);
	for (size_t i = 0; i < picture->count; i++) {
		assert_string_equal(snapshot_view(picture, i)->spec->name, snapshot_view(newest, i)->spec->name);
		assert_int_equal(snapshot_view(picture, i)->standing.state, snapshot_view(newest, i)->standing.state);
	}
	assert_int_equal(picture->health.role, ACCESS_ADMIN);
	snapshot_release(picture);
	snapshot_release(newest);

	fakeboard_set_state(stage->fake, "www", STATE_DOWN, "connection refused");
	picture = stage_hear_picture(stage, client, mirror, &views);
	assert_int_equal(views, 1);
	assert_int_equal(snapshot_find_name(picture, "www")->standing.state, STATE_DOWN);
	assert_string_equal(shared_read(snapshot_find_name(picture, "www")->detail), "connection refused");
	snapshot_release(picture);
	wire_mirror_destroy(mirror);
}

static void a_part_of_the_picture_can_be_watched(void **state)
{
	struct stage *stage = *state;
	struct wire_mirror *mirror = wire_mirror_create();
	const struct snapshot *picture;
	struct client *client;
	struct json *message;
	size_t views;

	stage_start(stage);
	client = stage_enter(stage);
	stage_say(stage, client, "{\"op\":\"watch\",\"what\":\"board\",\"names\":[\"db-*\",\"redis\"]}");
	picture = stage_hear_picture(stage, client, mirror, &views);
	assert_int_equal(views, 3);
	assert_non_null(snapshot_find_name(picture, "db-primary"));
	assert_null(snapshot_find_name(picture, "www"));
	snapshot_release(picture);
	wire_mirror_destroy(mirror);

	/* Another watch begins anew. */
	stage_say(stage, client, "{\"op\":\"watch\",\"what\":\"health\"}");
	message = stage_expect(stage, client, "board");
	assert_int_equal(json_count(json_get(message, "states")), STATE_COUNT);
	json_free(message);
}

static void commands_are_carried_out(void **state)
{
	struct stage *stage = *state;
	struct client *client;
	struct reply reply;
	char what[256];

	stage_start(stage);
	client = stage_enter(stage);
	reply = stage_order(stage, client, "\"do\":\"add\",\"spec\":\"{ name = \\\"new\\\"; tcp = \\\"localhost:1\\\"; }\"");
	assert_string_equal(reply.text, "added new");
	assert_true(reply.done);
	assert_int_equal(reply.monitor, stage_id(stage, "new"));
	snprintf(what, sizeof what, "\"do\":\"edit\",\"monitor\":%lld,\"spec\":\"{ name = \\\"newer\\\"; tcp = \\\"localhost:2\\\"; }\"",
	    (long long)reply.monitor);
	reply = stage_order(stage, client, what);
	assert_true(reply.done);
	assert_int_not_equal(stage_id(stage, "newer"), 0);
	reply = stage_order(stage, client, "\"do\":\"test\",\"spec\":\"{ name = \\\"try\\\"; tcp = \\\"broken:2\\\"; }\"");
	assert_true(reply.done);
	assert_int_equal(reply.result.outcome, OUTCOME_CONNECT_REFUSED);
	/* What cannot be read is the command's failure, not the connection's. */
	reply = stage_order(stage, client, "\"do\":\"add\",\"spec\":\"{ name = \\\"bad\\\"; tcp = \\\"localhost\\\"; }\"");
	assert_false(reply.done);
	assert_false(reply.denied);
	reply = stage_order(stage, client, "\"do\":\"add\",\"spec\":\"{ name = \\\"s\\\"; http = \\\"http://localhost/\\\"; user = \\\"u\\\"; password = \\\"***\\\"; }\"");
	assert_false(reply.done);
	assert_non_null(strstr(reply.text, "***"));
	reply = stage_order(stage, client, "\"do\":\"pause\"");
	assert_false(reply.done);
	reply = stage_order(stage, client, "\"do\":\"pause\",\"monitor\":123456");
	assert_string_equal(reply.text, "there is no such monitor any more");
}

/* Monitors that come as text are read on several threads at once, each in its place. */
static void several_may_add_at_once(void **state)
{
	enum { WHO = 6, EACH = 10 };
	struct stage *stage = *state;
	struct client *clients[WHO];
	char line[512];

	stage_start(stage);
	for (size_t i = 0; i < WHO; i++) {
		clients[i] = stage_enter(stage);
		for (size_t j = 0; j < EACH; j++) {
			snprintf(line, sizeof line, "{\"op\":\"command\",\"ticket\":%zu,\"do\":\"add\",\"spec\":\"{ name = \\\"m-%zu-%zu\\\"; http = "
			    "\\\"https://localhost/\\\"; headers = [\\\"A: b\\\"]; expect = { status = [\\\"200-299\\\"]; }; }\"}", j + 1, i, j);
			stage_say(stage, clients[i], line);
		}
	}
	for (size_t i = 0; i < WHO; i++) {
		for (uint64_t j = 1; j <= EACH; j++) {
			struct json *message = stage_expect(stage, clients[i], "reply");
			bool done = false;

			if (!json_get_flag(message, "done", &done) || !done)
				fail_msg("%s", json_get_text(message, "text"));
			assert_int_equal(wire_ticket(message), j);
			json_free(message);
		}
	}
	assert_int_not_equal(stage_id(stage, "m-5-9"), 0);
}

static void a_role_is_held_to(void **state)
{
	static const struct { const char *what; enum access_role least; } rows[] = {
		{ "\"do\":\"pause\",\"monitor\":1", ACCESS_DEV },
		{ "\"do\":\"resume\",\"monitor\":1", ACCESS_DEV },
		{ "\"do\":\"acknowledge\",\"monitor\":1", ACCESS_DEV },
		{ "\"do\":\"check\",\"monitor\":1", ACCESS_DEV },
		{ "\"do\":\"test\",\"spec\":\"{ name = \\\"a\\\"; tcp = \\\"localhost:1\\\"; }\"", ACCESS_ADMIN },
		{ "\"do\":\"add\",\"spec\":\"{ name = \\\"a\\\"; tcp = \\\"localhost:1\\\"; }\"", ACCESS_ADMIN },
		{ "\"do\":\"edit\",\"monitor\":2,\"spec\":\"{ name = \\\"b\\\"; tcp = \\\"localhost:1\\\"; }\"", ACCESS_ADMIN },
		{ "\"do\":\"remove\",\"monitor\":3", ACCESS_ADMIN },
		{ "\"do\":\"reload\"", ACCESS_ADMIN },
		{ "\"do\":\"stop\"", ACCESS_ADMIN },
	};
	struct stage *stage = *state;
	struct client *client;

	stage_start(stage);
	for (int role = ACCESS_GUEST; role <= ACCESS_ADMIN; role++) {
		stage_become(stage, stage_access((enum access_role)role, role == ACCESS_DEV ? "shop" : NULL, false));
		client = stage_enter(stage);
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			struct reply reply = stage_order(stage, client, rows[i].what);

			if (reply.denied != (role < (int)rows[i].least))
				fail_msg("%s as %s: %s", rows[i].what, access_role_word(role), reply.text);
			assert_false(reply.denied && reply.done);
		}
		stage_leave(client);
	}
	/* A dev is one within his group alone. */
	stage_become(stage, stage_access(ACCESS_DEV, "db", false));
	client = stage_enter(stage);
	assert_true(stage_order(stage, client, "\"do\":\"pause\",\"monitor\":1").denied);
}

static void who_has_no_role_is_not_let_in(void **state)
{
	struct stage *stage = *state;
	struct access *access = access_create((uint32_t)geteuid() + 1);
	struct client *client;

	access_rule_add_uid(access_add_rule(access, ACCESS_ADMIN), (uint32_t)geteuid() + 2);
	stage_become(stage, access);
	stage_start(stage);
	client = stage_attach(stage);
	stage_say(stage, client, "{\"op\":\"hello\",\"protocol\":1,\"version\":\"1.0\"}");
	stage_expect_refusal(stage, client, "no access");
}

static void other_rules_count_at_once(void **state)
{
	struct stage *stage = *state;
	struct wire_mirror *mirror = wire_mirror_create();
	const struct snapshot *picture;
	struct access *access;
	struct client *client;
	size_t views, all;

	stage_start(stage);
	client = stage_enter(stage);
	stage_say(stage, client, "{\"op\":\"watch\",\"what\":\"board\"}");
	snapshot_release(stage_hear_picture(stage, client, mirror, &all));

	stage_become(stage, stage_access(ACCESS_DEV, "db", true));
	picture = stage_hear_picture(stage, client, mirror, &views);
	assert_int_equal(picture->health.role, ACCESS_DEV);
	assert_int_equal(picture->count, 3);
	assert_null(snapshot_find_name(picture, "www"));
	snapshot_release(picture);

	stage_become(stage, stage_access(ACCESS_GUEST, NULL, false));
	picture = stage_hear_picture(stage, client, mirror, &views);
	assert_int_equal(picture->health.role, ACCESS_GUEST);
	assert_int_equal(picture->count, all);
	snapshot_release(picture);

	access = access_create((uint32_t)geteuid() + 1);
	access_rule_add_uid(access_add_rule(access, ACCESS_ADMIN), (uint32_t)geteuid() + 2);
	stage_become(stage, access);
	stage_expect_refusal(stage, client, "no access");
	wire_mirror_destroy(mirror);
}

static void the_past_is_told_to_who_may_see_it(void **state)
{
	struct stage *stage = *state;
	struct history_answer *answer;
	struct client *client;
	char what[128];

	stage_start(stage);
	client = stage_enter(stage);
	answer = stage_ask(stage, client, "\"kind\":\"events\",\"most\":5");
	assert_true(answer->ok);
	assert_int_equal(answer->event_count, 5);
	history_answer_destroy(answer);
	answer = stage_ask(stage, client, "\"kind\":\"series\",\"monitor\":1,\"from\":1,\"to\":1000,\"columns\":7");
	assert_true(answer->ok);
	assert_int_equal(answer->series.count, 7);
	history_answer_destroy(answer);
	answer = stage_ask(stage, client, "\"kind\":\"series\"");
	assert_false(answer->ok);
	history_answer_destroy(answer);

	stage_become(stage, stage_access(ACCESS_DEV, "db", true));
	answer = stage_ask(stage, client, "\"kind\":\"events\",\"most\":5");
	assert_true(answer->ok);
	assert_int_equal(answer->event_count, 1);
	assert_string_equal(answer->events[0].name, "db-replica-2");
	assert_int_equal(answer->query.most, 5);
	history_answer_destroy(answer);
	/* As if it was not there. */
	answer = stage_ask(stage, client, "\"kind\":\"series\",\"monitor\":1,\"from\":1,\"to\":1000,\"columns\":7");
	assert_false(answer->ok);
	assert_string_equal(answer->error.text, "there is no such monitor any more");
	history_answer_destroy(answer);
	snprintf(what, sizeof what, "\"kind\":\"events\",\"most\":5,\"monitor\":%lld", (long long)stage_id(stage, "db-replica-2"));
	answer = stage_ask(stage, client, what);
	assert_true(answer->ok);
	assert_int_equal(answer->event_count, 1);
	history_answer_destroy(answer);
	assert_string_equal(stage_order(stage, client, "\"do\":\"pause\",\"monitor\":1").text, "there is no such monitor any more");
}

/* Asks for the board an hour ago, in so many questions at once. */
static void ask_board(struct stage *stage, struct client *client, int ticket, int count)
{
	struct buf lines;

	buf_init(&lines, 4096);
	for (int i = 0; i < count; i++)
		buf_print(&lines, "{\"op\":\"ask\",\"ticket\":%d,\"kind\":\"board\",\"to\":%lld}\n", ticket + i,
		    (long long)(FAKEBOARD_NOW_US - 3600 * SECOND_US));
	stage_say_bytes(stage, client, lines.data, lines.length);
	buf_finish(&lines);
}

/* Until its answer; pictures of now may come in between. NULL: it was refused. */
static const struct snapshot *hear_board(struct stage *stage, struct client *client, uint64_t ticket)
{
	struct wire_mirror *mirror = wire_mirror_create();
	const struct snapshot *board = NULL;
	struct error err;
	bool over = false;

	while (!over) {
		struct json *message = stage_hear(stage, client);
		bool ours = message && wire_ticket(message) == ticket, ok = false;

		assert_non_null(message);
		if (ours && strcmp(wire_op(message), "view") == 0 && !wire_mirror_view(mirror, message, &err))
			fail_msg("%s", err.text);
		over = ours && strcmp(wire_op(message), "answer") == 0;
		if (over && json_get_flag(message, "ok", &ok) && ok) {
			board = wire_mirror_board(mirror, message, &err);
			if (!board)
				fail_msg("%s", err.text);
		}
		json_free(message);
	}
	wire_mirror_destroy(mirror);
	return board;
}

static size_t count_now(struct stage *stage)
{
	const struct snapshot *now = snapshot_hub_acquire(stage->board.hub);
	size_t count = now->count;

	snapshot_release(now);
	return count;
}

static void the_board_as_it_stood(void **state)
{
	struct stage *stage = *state;
	const struct snapshot *board;
	struct client *client;

	stage_start(stage);
	client = stage_enter(stage);
	stage_say(stage, client, "{\"op\":\"watch\",\"what\":\"board\"}");
	ask_board(stage, client, 7, 1);
	board = hear_board(stage, client, 7);
	assert_non_null(board);
	assert_int_equal(board->count, count_now(stage));
	assert_int_equal(board->time_us, FAKEBOARD_NOW_US - 3600 * SECOND_US);
	assert_int_equal(snapshot_find_name(board, "checkout-api")->standing.state, STATE_UP);
	assert_true(snapshot_find_name(board, "checkout-api")->mark_count > 0);
	assert_int_equal(board->health.role, ACCESS_ADMIN);
	snapshot_release(board);

	/* Who sees a part sees that part of the past. */
	stage_become(stage, stage_access(ACCESS_DEV, "db", true));
	ask_board(stage, client, 8, 1);
	board = hear_board(stage, client, 8);
	assert_non_null(board);
	assert_true(board->count > 0 && board->count < count_now(stage));
	assert_non_null(snapshot_find_name(board, "db-replica-2"));
	assert_null(snapshot_find_name(board, "checkout-api"));
	snapshot_release(board);
}

/* A board larger than what is sent at once; the newer question takes the place of the older. */
static void a_newer_moment_takes_the_place_of_an_older(void **state)
{
	struct stage *stage = *state;
	const struct snapshot *board;
	struct client *client;

	fakeboard_add_many(stage->fake, 3000);
	fakeboard_publish(stage->fake);
	stage_start(stage);
	client = stage_enter(stage);
	ask_board(stage, client, 7, 2);
	assert_null(hear_board(stage, client, 7));
	board = hear_board(stage, client, 8);
	assert_non_null(board);
	assert_int_equal(board->count, count_now(stage));
	snapshot_release(board);
	/* who has said all gets all of it */
	ask_board(stage, client, 9, 1);
	assert_int_equal(shutdown(client->fd, SHUT_WR), 0);
	board = hear_board(stage, client, 9);
	assert_non_null(board);
	assert_int_equal(board->count, count_now(stage));
	snapshot_release(board);
	assert_null(stage_hear(stage, client));
}

enum { LONG_AGO_US = 100, MANY_EVENTS = 2500 };

static monitor_id long_ago;	/* whose event that was; the others are monitor 1's, one a microsecond */

static bool ask_of_many(void *arg, const struct history_query *query, void (*answer)(void *arg, struct history_answer *answer),
    void *answer_arg, struct error *err)
{
	struct history_answer *told = heap_zero(1, sizeof *told);
	int64_t time_us = query->to_us - 1 < MANY_EVENTS ? query->to_us - 1 : MANY_EVENTS, step = -1, end_us = query->from_us - 1;

	if (query->forward) {
		step = 1;
		end_us = time_us + 1;
		time_us = query->from_us;
	}

	told->query = *query;
	told->ok = true;
	told->events = heap_zero(query->most, sizeof *told->events);
	for (; time_us * step < end_us * step && told->event_count < query->most; time_us += step) {
		struct history_event *event = &told->events[told->event_count++];

		event->name = heap_text("somebody's");
		event->event = (struct event){ .id = time_us, .time_us = time_us, .monitor = time_us == LONG_AGO_US ? long_ago : 1, .kind = EVENT_STATE };
	}
	told->more = time_us * step < end_us * step;
	answer(answer_arg, told);
	return true;
}

static void events_behind_thousands_of_others(void **state)
{
	struct stage *stage = *state;
	struct history_answer *answer;
	struct client *client;

	stage->board.ask = ask_of_many;
	stage_start(stage);
	stage_become(stage, stage_access(ACCESS_DEV, "db", true));
	client = stage_enter(stage);
	long_ago = stage_id(stage, "db-replica-2");
	answer = stage_ask(stage, client, "\"kind\":\"events\",\"most\":5,\"from\":1,\"to\":100000");
	assert_true(answer->ok);
	assert_int_equal(answer->event_count, 1);
	assert_int_equal(answer->events[0].event.id, LONG_AGO_US);
	history_answer_destroy(answer);
	answer = stage_ask(stage, client, "\"kind\":\"events\",\"most\":1,\"from\":1,\"to\":100000,\"forward\":true");
	assert_true(answer->ok);
	assert_int_equal(answer->event_count, 1);
	assert_int_equal(answer->events[0].event.id, LONG_AGO_US);
	history_answer_destroy(answer);
	answer = stage_ask(stage, client, "\"kind\":\"events\",\"most\":1,\"from\":200,\"to\":100000,\"forward\":true");
	assert_true(answer->ok && !answer->more);
	assert_int_equal(answer->event_count, 0);
	history_answer_destroy(answer);
	/* There is nothing of his, which has an end, too. */
	answer = stage_ask(stage, client, "\"kind\":\"events\",\"most\":5,\"from\":200,\"to\":100000");
	assert_true(answer->ok && !answer->more);
	assert_int_equal(answer->event_count, 0);
	history_answer_destroy(answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_make, stage_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_say_hello),
		TEST(what_is_not_understood_is_refused),
		TEST(a_line_without_end_is_refused),
		TEST(who_has_said_all_gets_all_he_asked_for),
		TEST(who_says_nothing_is_sent_away),
		TEST(a_picture_comes_and_then_what_changes),
		TEST(a_part_of_the_picture_can_be_watched),
		TEST(commands_are_carried_out),
		TEST(several_may_add_at_once),
		TEST(a_role_is_held_to),
		TEST(who_has_no_role_is_not_let_in),
		TEST(other_rules_count_at_once),
		TEST(the_past_is_told_to_who_may_see_it),
		TEST(the_board_as_it_stood), TEST(a_newer_moment_takes_the_place_of_an_older),
		TEST(events_behind_thousands_of_others),
	};

	/* As kumatop does: who goes in the middle of a line must not end it. */
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
