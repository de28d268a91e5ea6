/*
 * The owner's socket with a made-up board behind it, spoken to line by line over real sockets. The test's thread runs the loop: nothing
 * happens but while it waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/fakeboard.h"
#include "../lib/scratch.h"

#include "kumatop/heap.h"
#include "kumatop/server.h"
#include "kumatop/text.h"
#include "kumatop/wire.h"

enum { PATIENCE_MS = 20000, CLIENTS_MOST = 80 };

struct client {
	int fd;
	struct wire_lines lines;
	bool over;		/* the owner has closed it */
};

struct stage {
	char *directory, *path;
	struct fakeboard *fake;
	struct board board;
	struct conf *conf;
	struct access *access;
	uv_loop_t loop;
	struct link_server *server;
	struct client clients[CLIENTS_MOST];
	size_t client_count;

	/* A board that takes its time. */
	pthread_mutex_t mutex;
	struct history_query queries[16];
	void (*answers[16])(void *arg, struct history_answer *answer);
	void *answer_args[16];
	size_t query_count;
	struct command *commands[128];
	size_t command_count;
};

/* Kinds of the drawings that there are not yet: nobody can read such a monitor from the wire. */
static void drop_kinds_to_come(struct board *board)
{
	static const char *const names[] = { "mail-in", "ns1", "backup-push" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct snapshot *newest = snapshot_hub_acquire(board->hub);
		struct command *command = command_create(COMMAND_REMOVE, snapshot_find_name(newest, names[i])->id);

		snapshot_release(newest);
		assert_true(board->submit(board->arg, command, NULL));
	}
}

static int make_stage(void **state)
{
	struct stage *stage = heap_zero(1, sizeof *stage);

	stage->directory = scratch_make();
	stage->path = scratch_path(stage->directory, "k/kumatop.sock");
	stage->fake = fakeboard_create();
	fakeboard_add_drawn(stage->fake);
	fakeboard_publish(stage->fake);
	stage->board = *fakeboard_board(stage->fake);
	drop_kinds_to_come(&stage->board);
	stage->conf = conf_empty();
	stage->access = access_create((uint32_t)geteuid());
	pthread_mutex_init(&stage->mutex, NULL);
	*state = stage;
	return uv_loop_init(&stage->loop);
}

static void start(struct stage *stage)
{
	struct link_server_settings settings = {
		.path = stage->path, .board = &stage->board, .access = stage->access, .defaults = &stage->conf->settings, .version = "1.0",
		.viewers_most = CLIENTS_MOST,
	};
	struct error err;

	stage->server = link_server_start(&stage->loop, &settings, &err);
	if (!stage->server)
		fail_msg("%s", err.text);
}

static void stop(struct stage *stage)
{
	link_server_stop(stage->server, "the test is over", false);
	link_server_destroy(stage->server);
	stage->server = NULL;
}

static int remove_stage(void **state)
{
	struct stage *stage = *state;

	stop(stage);
	uv_run(&stage->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&stage->loop), 0);
	for (size_t i = 0; i < stage->client_count; i++) {
		close(stage->clients[i].fd);
		wire_lines_finish(&stage->clients[i].lines);
	}
	for (size_t i = 0; i < stage->command_count; i++)
		command_destroy(stage->commands[i]);
	access_release(stage->access);
	conf_free(stage->conf);
	fakeboard_destroy(stage->fake);
	pthread_mutex_destroy(&stage->mutex);
	scratch_remove(stage->directory);
	free(stage->path);
	free(stage);
	return 0;
}

static bool turn(struct stage *stage)
{
	uv_run(&stage->loop, UV_RUN_NOWAIT);
	return true;
}

static struct client *attach(struct stage *stage)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct client *client = &stage->clients[stage->client_count++];

	assert_true(stage->client_count <= CLIENTS_MOST);
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	wire_lines_init(&client->lines, WIRE_LINE_MOST);
	memcpy(address.sun_path, stage->path, strlen(stage->path) + 1);
	assert_int_equal(connect(client->fd, (struct sockaddr *)&address, sizeof address), 0);
	return client;
}

/* Somebody with his socket closed is gone for good. */
static void leave(struct client *client)
{
	close(client->fd);
	client->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
}

static void say_bytes(struct stage *stage, struct client *client, const char *bytes, size_t length)
{
	struct mono end = mono_add_ms(mono_now(), PATIENCE_MS);

	while (length > 0 && mono_now().us < end.us) {
		ssize_t n = send(client->fd, bytes, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EPIPE)
			return;
		if (n < 0)
			assert_int_equal(errno, EAGAIN);
		else
			bytes += n, length -= (size_t)n;
		turn(stage);
	}
	assert_int_equal(length, 0);
}

static void say(struct stage *stage, struct client *client, const char *line)
{
	say_bytes(stage, client, line, strlen(line));
	say_bytes(stage, client, "\n", 1);
}

/* Takes what the kernel has. */
static void take(struct client *client)
{
	static char bytes[65536];
	ssize_t n = recv(client->fd, bytes, sizeof bytes, 0);

	if (n > 0)
		assert_true(wire_lines_feed(&client->lines, bytes, (size_t)n));
	else if (n == 0 || errno != EAGAIN)
		client->over = true;
}

/* The next message, or NULL when the owner has closed. */
static struct json *hear(struct stage *stage, struct client *client)
{
	struct mono end = mono_add_ms(mono_now(), PATIENCE_MS);
	struct error err;

	while (mono_now().us < end.us) {
		size_t length;
		const char *line = wire_lines_next(&client->lines, &length);

		if (line) {
			struct json *message = wire_parse(line, length, &err);

			if (!message)
				fail_msg("%s: %s", err.text, line);
			return message;
		}
		if (client->over)
			return NULL;
		turn(stage);
		take(client);
		if (client->lines.bytes.length == client->lines.begin && !client->over)
			(void)poll(NULL, 0, 1);
	}
	fail_msg("nothing was heard");
	return NULL;
}

static struct json *expect(struct stage *stage, struct client *client, const char *op)
{
	struct json *message = hear(stage, client);

	if (!message)
		fail_msg("the owner has gone instead of saying %s", op);
	if (strcmp(wire_op(message), op) != 0) {
		struct buf text;

		buf_init(&text, 1 << 20);
		json_print(message, &text);
		fail_msg("not %s: %s", op, text.data);
	}
	return message;
}

static void expect_refusal(struct stage *stage, struct client *client, const char *part)
{
	struct json *message = expect(stage, client, "refused");
	const char *text = json_get_text(message, "text");

	assert_non_null(text);
	if (!strstr(text, part))
		fail_msg("refused with \"%s\", not with \"%s\"", text, part);
	json_free(message);
	assert_null(hear(stage, client));
}

static void greet(struct stage *stage, struct client *client)
{
	say(stage, client, "{\"op\":\"hello\",\"protocol\":1,\"version\":\"1.0\"}");
	json_free(expect(stage, client, "hello"));
}

static struct client *attach_and_greet(struct stage *stage)
{
	struct client *client = attach(stage);

	greet(stage, client);
	return client;
}

/* Reads on until a picture is whole; counts its views. The snapshot is the caller's. */
static const struct snapshot *hear_picture(struct stage *stage, struct client *client, struct wire_mirror *mirror, size_t *views)
{
	const struct snapshot *picture = NULL;
	struct error err;

	*views = 0;
	while (!picture) {
		struct json *message = hear(stage, client);

		assert_non_null(message);
		if (strcmp(wire_op(message), "view") == 0) {
			++*views;
			if (!wire_mirror_view(mirror, message, &err))
				fail_msg("%s", err.text);
		} else {
			assert_string_equal(wire_op(message), "board");
			picture = wire_mirror_board(mirror, message, &err);
			if (!picture)
				fail_msg("%s", err.text);
		}
		json_free(message);
	}
	return picture;
}

static void both_say_hello(void **state)
{
	struct stage *stage = *state;
	struct client *client;
	struct wire_hello hello;
	struct json *message;
	struct error err;

	start(stage);
	client = attach(stage);
	say(stage, client, "{\"op\":\"hello\",\"protocol\":1,\"version\":\"0.9\",\"news\":[1,2]}");
	message = expect(stage, client, "hello");
	assert_true(wire_read_hello(message, false, &hello, &err));
	assert_string_equal(hello.host, "mon1");
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

	start(stage);
	good = attach_and_greet(stage);
	for (size_t i = 0; i < sizeof bad_lines / sizeof *bad_lines; i++) {
		struct client *bad = bad_lines[i].greeted ? attach_and_greet(stage) : attach(stage);

		say(stage, bad, bad_lines[i].line);
		expect_refusal(stage, bad, bad_lines[i].told);
	}
	AWAIT(turn(stage) && link_server_load(stage->server).viewers == 1, PATIENCE_MS);
	say(stage, good, "{\"op\":\"watch\",\"what\":\"health\"}");
	json_free(expect(stage, good, "board"));
}

static void a_line_without_end_is_refused(void **state)
{
	struct stage *stage = *state;
	struct client *half, *endless, *silent;
	char *bytes = heap_zero(WIRE_REQUEST_MOST + 100, 1);

	start(stage);
	half = attach_and_greet(stage);
	say_bytes(stage, half, "{\"op\":\"wat", 10);
	assert_int_equal(shutdown(half->fd, SHUT_WR), 0);
	expect_refusal(stage, half, "no end");

	endless = attach_and_greet(stage);
	memset(bytes, 'x', WIRE_REQUEST_MOST + 100);
	say_bytes(stage, endless, bytes, WIRE_REQUEST_MOST + 100);
	expect_refusal(stage, endless, "longer");
	free(bytes);

	/* Who goes without a word, or after half a one, is no trouble. */
	silent = attach(stage);
	leave(silent);
	half = attach_and_greet(stage);
	say_bytes(stage, half, "{\"op\"", 5);
	leave(half);
	AWAIT(turn(stage) && link_server_load(stage->server).viewers == 0, PATIENCE_MS);
}

static void who_has_said_all_gets_all_he_asked_for(void **state)
{
	struct stage *stage = *state;
	struct client *client;
	struct json *message;

	start(stage);
	client = attach(stage);
	say(stage, client, "{\"op\":\"hello\",\"protocol\":1,\"version\":\"1.0\"}");
	say(stage, client, "{\"op\":\"command\",\"ticket\":5,\"do\":\"pause\",\"monitor\":1}");
	say(stage, client, "{\"op\":\"ask\",\"ticket\":6,\"kind\":\"events\",\"most\":3}");
	assert_int_equal(shutdown(client->fd, SHUT_WR), 0);
	json_free(expect(stage, client, "hello"));
	message = expect(stage, client, "reply");
	assert_int_equal(wire_ticket(message), 5);
	json_free(message);
	message = expect(stage, client, "answer");
	assert_int_equal(wire_ticket(message), 6);
	json_free(message);
	assert_null(hear(stage, client));
}

static void who_says_nothing_is_sent_away(void **state)
{
	struct stage *stage = *state;
	struct client *client;

	start(stage);
	client = attach(stage);
	expect_refusal(stage, client, "said nothing");
}

static void a_picture_comes_and_then_what_changes(void **state)
{
	struct stage *stage = *state;
	struct wire_mirror *mirror = wire_mirror_create();
	const struct snapshot *picture, *newest = snapshot_hub_acquire(stage->board.hub);
	struct client *client;
	size_t views;

	start(stage);
	client = attach_and_greet(stage);
	say(stage, client, "{\"op\":\"watch\",\"what\":\"board\"}");
	picture = hear_picture(stage, client, mirror, &views);
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
	picture = hear_picture(stage, client, mirror, &views);
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

	start(stage);
	client = attach_and_greet(stage);
	say(stage, client, "{\"op\":\"watch\",\"what\":\"board\",\"names\":[\"db-*\",\"redis\"]}");
	picture = hear_picture(stage, client, mirror, &views);
	assert_int_equal(views, 3);
	assert_non_null(snapshot_find_name(picture, "db-primary"));
	assert_null(snapshot_find_name(picture, "www"));
	snapshot_release(picture);
	wire_mirror_destroy(mirror);

	/* Another watch begins anew. */
	say(stage, client, "{\"op\":\"watch\",\"what\":\"health\"}");
	message = expect(stage, client, "board");
	assert_int_equal(json_count(json_get(message, "states")), STATE_COUNT);
	json_free(message);
}

/* Says a command and gives how it went. */
static struct reply order(struct stage *stage, struct client *client, const char *what)
{
	char *line = heap_print("{\"op\":\"command\",\"ticket\":77,%s}", what);
	struct json *message;
	struct reply reply;
	struct error err;

	say(stage, client, line);
	free(line);
	do {
		message = hear(stage, client);
		assert_non_null(message);
		if (strcmp(wire_op(message), "reply") == 0)
			break;
		json_free(message);
	} while (true);
	if (!wire_read_reply(message, &reply, &err))
		fail_msg("%s", err.text);
	json_free(message);
	assert_int_equal(reply.ticket, 77);
	return reply;
}

static monitor_id id_of(struct stage *stage, const char *name)
{
	const struct snapshot *newest = snapshot_hub_acquire(stage->board.hub);
	const struct monitor_view *view = snapshot_find_name(newest, name);
	monitor_id id = view ? view->id : 0;

	snapshot_release(newest);
	return id;
}

static void commands_are_carried_out(void **state)
{
	struct stage *stage = *state;
	struct client *client;
	struct reply reply;
	char what[256];

	start(stage);
	client = attach_and_greet(stage);
	reply = order(stage, client, "\"do\":\"add\",\"spec\":\"{ name = \\\"new\\\"; tcp = \\\"localhost:1\\\"; }\"");
	assert_string_equal(reply.text, "added new");
	assert_true(reply.done);
	assert_int_equal(reply.monitor, id_of(stage, "new"));
	snprintf(what, sizeof what, "\"do\":\"edit\",\"monitor\":%lld,\"spec\":\"{ name = \\\"newer\\\"; tcp = \\\"localhost:2\\\"; }\"",
	    (long long)reply.monitor);
	reply = order(stage, client, what);
	assert_true(reply.done);
	assert_int_not_equal(id_of(stage, "newer"), 0);
	reply = order(stage, client, "\"do\":\"test\",\"spec\":\"{ name = \\\"try\\\"; tcp = \\\"broken:2\\\"; }\"");
	assert_true(reply.done);
	assert_int_equal(reply.result.outcome, OUTCOME_CONNECT_REFUSED);
	/* What cannot be read is the command's failure, not the connection's. */
	reply = order(stage, client, "\"do\":\"add\",\"spec\":\"{ name = \\\"bad\\\"; tcp = \\\"localhost\\\"; }\"");
	assert_false(reply.done);
	assert_false(reply.denied);
	reply = order(stage, client, "\"do\":\"add\",\"spec\":\"{ name = \\\"s\\\"; http = \\\"http://localhost/\\\"; user = \\\"u\\\"; password = \\\"***\\\"; }\"");
	assert_false(reply.done);
	assert_non_null(strstr(reply.text, "***"));
	reply = order(stage, client, "\"do\":\"pause\"");
	assert_false(reply.done);
	reply = order(stage, client, "\"do\":\"pause\",\"monitor\":123456");
	assert_string_equal(reply.text, "there is no such monitor any more");
}

/* Monitors that come as text are read on several threads at once, each in its place. */
static void several_may_add_at_once(void **state)
{
	enum { WHO = 6, EACH = 10 };
	struct stage *stage = *state;
	struct client *clients[WHO];
	char line[512];

	start(stage);
	for (size_t i = 0; i < WHO; i++) {
		clients[i] = attach_and_greet(stage);
		for (size_t j = 0; j < EACH; j++) {
			snprintf(line, sizeof line, "{\"op\":\"command\",\"ticket\":%zu,\"do\":\"add\",\"spec\":\"{ name = \\\"m-%zu-%zu\\\"; http = "
			    "\\\"https://localhost/\\\"; headers = [\\\"A: b\\\"]; expect = { status = [\\\"200-299\\\"]; }; }\"}", j + 1, i, j);
			say(stage, clients[i], line);
		}
	}
	for (size_t i = 0; i < WHO; i++) {
		for (uint64_t j = 1; j <= EACH; j++) {
			struct json *message = expect(stage, clients[i], "reply");
			bool done = false;

			if (!json_get_flag(message, "done", &done) || !done)
				fail_msg("%s", json_get_text(message, "text"));
			assert_int_equal(wire_ticket(message), j);
			json_free(message);
		}
	}
	assert_int_not_equal(id_of(stage, "m-5-9"), 0);
}

/* Us, as somebody of this role who does not run kumatop. */
static struct access *access_for(enum access_role role, const char *group, bool only)
{
	struct access *access = access_create((uint32_t)geteuid() + 1);
	struct access_rule *rule = access_add_rule(access, role);

	access_rule_add_uid(rule, (uint32_t)geteuid());
	if (group)
		text_list_from_text(&rule->groups, group);
	rule->only = only;
	return access;
}

static void become(struct stage *stage, struct access *access)
{
	access_release(stage->access);
	stage->access = access;
	if (stage->server)
		link_server_set_access(stage->server, access);
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

	start(stage);
	for (int role = ACCESS_GUEST; role <= ACCESS_ADMIN; role++) {
		become(stage, access_for((enum access_role)role, role == ACCESS_DEV ? "shop" : NULL, false));
		client = attach_and_greet(stage);
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			struct reply reply = order(stage, client, rows[i].what);

			if (reply.denied != (role < (int)rows[i].least))
				fail_msg("%s as %s: %s", rows[i].what, access_role_word(role), reply.text);
			assert_false(reply.denied && reply.done);
		}
		leave(client);
	}
	/* A dev is one within his group alone. */
	become(stage, access_for(ACCESS_DEV, "db", false));
	client = attach_and_greet(stage);
	assert_true(order(stage, client, "\"do\":\"pause\",\"monitor\":1").denied);
}

static void who_has_no_role_is_not_let_in(void **state)
{
	struct stage *stage = *state;
	struct access *access = access_create((uint32_t)geteuid() + 1);
	struct client *client;

	access_rule_add_uid(access_add_rule(access, ACCESS_ADMIN), (uint32_t)geteuid() + 2);
	become(stage, access);
	start(stage);
	client = attach(stage);
	say(stage, client, "{\"op\":\"hello\",\"protocol\":1,\"version\":\"1.0\"}");
	expect_refusal(stage, client, "no access");
}

static void other_rules_count_at_once(void **state)
{
	struct stage *stage = *state;
	struct wire_mirror *mirror = wire_mirror_create();
	const struct snapshot *picture;
	struct access *access;
	struct client *client;
	size_t views, all;

	start(stage);
	client = attach_and_greet(stage);
	say(stage, client, "{\"op\":\"watch\",\"what\":\"board\"}");
	snapshot_release(hear_picture(stage, client, mirror, &all));

	become(stage, access_for(ACCESS_DEV, "db", true));
	picture = hear_picture(stage, client, mirror, &views);
	assert_int_equal(picture->health.role, ACCESS_DEV);
	assert_int_equal(picture->count, 3);
	assert_null(snapshot_find_name(picture, "www"));
	snapshot_release(picture);

	become(stage, access_for(ACCESS_GUEST, NULL, false));
	picture = hear_picture(stage, client, mirror, &views);
	assert_int_equal(picture->health.role, ACCESS_GUEST);
	assert_int_equal(picture->count, all);
	snapshot_release(picture);

	access = access_create((uint32_t)geteuid() + 1);
	access_rule_add_uid(access_add_rule(access, ACCESS_ADMIN), (uint32_t)geteuid() + 2);
	become(stage, access);
	expect_refusal(stage, client, "no access");
	wire_mirror_destroy(mirror);
}

static struct history_answer *question(struct stage *stage, struct client *client, const char *what)
{
	char *line = heap_print("{\"op\":\"ask\",\"ticket\":9,%s}", what);
	struct json *message;
	struct history_answer *answer;
	struct error err;

	say(stage, client, line);
	free(line);
	message = expect(stage, client, "answer");
	answer = wire_read_answer(message, &err);
	if (!answer)
		fail_msg("%s", err.text);
	json_free(message);
	assert_int_equal(answer->query.ticket, 9);
	return answer;
}

static void the_past_is_told_to_who_may_see_it(void **state)
{
	struct stage *stage = *state;
	struct history_answer *answer;
	struct client *client;
	char what[128];

	start(stage);
	client = attach_and_greet(stage);
	answer = question(stage, client, "\"kind\":\"events\",\"most\":5");
	assert_true(answer->ok);
	assert_int_equal(answer->event_count, 5);
	history_answer_destroy(answer);
	answer = question(stage, client, "\"kind\":\"series\",\"monitor\":1,\"from\":1,\"to\":1000,\"columns\":7");
	assert_true(answer->ok);
	assert_int_equal(answer->series.count, 7);
	history_answer_destroy(answer);
	answer = question(stage, client, "\"kind\":\"series\"");
	assert_false(answer->ok);
	history_answer_destroy(answer);

	become(stage, access_for(ACCESS_DEV, "db", true));
	answer = question(stage, client, "\"kind\":\"events\",\"most\":5");
	assert_true(answer->ok);
	assert_int_equal(answer->event_count, 1);
	assert_string_equal(answer->events[0].name, "db-replica-2");
	assert_int_equal(answer->query.most, 5);
	history_answer_destroy(answer);
	/* As if it was not there. */
	answer = question(stage, client, "\"kind\":\"series\",\"monitor\":1,\"from\":1,\"to\":1000,\"columns\":7");
	assert_false(answer->ok);
	assert_string_equal(answer->error.text, "there is no such monitor any more");
	history_answer_destroy(answer);
	snprintf(what, sizeof what, "\"kind\":\"events\",\"most\":5,\"monitor\":%lld", (long long)id_of(stage, "db-replica-2"));
	answer = question(stage, client, what);
	assert_true(answer->ok);
	assert_int_equal(answer->event_count, 1);
	history_answer_destroy(answer);
	assert_string_equal(order(stage, client, "\"do\":\"pause\",\"monitor\":1").text, "there is no such monitor any more");
}

/* A board that answers only when it is told to. */
static bool ask_later(void *arg, const struct history_query *query, void (*answer)(void *, struct history_answer *), void *answer_arg,
    struct error *err)
{
	struct stage *stage = arg;

	pthread_mutex_lock(&stage->mutex);
	stage->queries[stage->query_count] = *query;
	stage->answers[stage->query_count] = answer;
	stage->answer_args[stage->query_count++] = answer_arg;
	pthread_mutex_unlock(&stage->mutex);
	return true;
}

static bool submit_later(void *arg, struct command *command, struct error *err)
{
	struct stage *stage = arg;

	pthread_mutex_lock(&stage->mutex);
	stage->commands[stage->command_count++] = command;
	pthread_mutex_unlock(&stage->mutex);
	return true;
}

static void *answer_all(void *arg)
{
	struct stage *stage = arg;

	pthread_mutex_lock(&stage->mutex);
	for (size_t i = 0; i < stage->query_count; i++) {
		struct history_answer *answer = heap_zero(1, sizeof *answer);

		answer->query = stage->queries[i];
		answer->ok = true;
		stage->answers[i](stage->answer_args[i], answer);
	}
	stage->query_count = 0;
	for (size_t i = 0; i < stage->command_count; i++) {
		struct command *command = stage->commands[i];
		struct reply reply = { .ticket = command->ticket, .kind = command->kind, .done = true, .monitor = command->monitor };

		command->reply(command->reply_arg, &reply);
		command_destroy(command);
	}
	stage->command_count = 0;
	pthread_mutex_unlock(&stage->mutex);
	return NULL;
}

static void answer_on_another_thread(struct stage *stage)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, answer_all, stage), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void make_slow(struct stage *stage)
{
	stage->board.arg = stage;
	stage->board.ask = ask_later;
	stage->board.submit = submit_later;
}

static void who_asks_too_much_is_told(void **state)
{
	struct stage *stage = *state;
	struct client *client;
	struct json *message;
	char line[128];
	bool ok;

	make_slow(stage);
	start(stage);
	client = attach_and_greet(stage);
	for (int i = 1; i <= 6; i++) {
		snprintf(line, sizeof line, "{\"op\":\"ask\",\"ticket\":%d,\"kind\":\"events\",\"most\":3}", i);
		say(stage, client, line);
	}
	for (uint64_t i = 5; i <= 6; i++) {
		message = expect(stage, client, "answer");
		assert_int_equal(wire_ticket(message), i);
		assert_true(json_get_flag(message, "ok", &ok) && !ok);
		assert_non_null(strstr(json_get_text(message, "text"), "4 questions"));
		json_free(message);
	}
	answer_on_another_thread(stage);
	for (uint64_t i = 1; i <= 4; i++) {
		message = expect(stage, client, "answer");
		assert_int_equal(wire_ticket(message), i);
		assert_true(json_get_flag(message, "ok", &ok) && ok);
		json_free(message);
	}
	for (int i = 1; i <= 65; i++) {
		snprintf(line, sizeof line, "{\"op\":\"command\",\"ticket\":%d,\"do\":\"check\",\"monitor\":1}", i);
		say(stage, client, line);
	}
	message = expect(stage, client, "reply");
	assert_int_equal(wire_ticket(message), 65);
	assert_non_null(strstr(json_get_text(message, "text"), "64 commands"));
	json_free(message);
	answer_on_another_thread(stage);
	for (uint64_t i = 1; i <= 64; i++) {
		message = expect(stage, client, "reply");
		assert_int_equal(wire_ticket(message), i);
		json_free(message);
	}
}

static void an_answer_that_comes_too_late_is_dropped(void **state)
{
	struct stage *stage = *state;
	struct client *gone, *there;

	make_slow(stage);
	start(stage);
	gone = attach_and_greet(stage);
	say(stage, gone, "{\"op\":\"ask\",\"ticket\":1,\"kind\":\"events\",\"most\":3}");
	say(stage, gone, "{\"op\":\"command\",\"ticket\":2,\"do\":\"check\",\"monitor\":1}");
	AWAIT(turn(stage) && stage->query_count == 1 && stage->command_count == 1, PATIENCE_MS);
	leave(gone);
	there = attach_and_greet(stage);
	answer_on_another_thread(stage);
	say(stage, there, "{\"op\":\"command\",\"ticket\":3,\"do\":\"check\",\"monitor\":1}");
	AWAIT(turn(stage) && stage->command_count == 1, PATIENCE_MS);
	/* And one that comes when there is no server any more. */
	link_server_stop(stage->server, "over", false);
	answer_on_another_thread(stage);
	json_free(expect(stage, there, "bye"));
	assert_null(hear(stage, there));
}

static void who_does_not_read_costs_little(void **state)
{
	enum { SILENT = 10, MANY = 3000, ROUNDS = 30 };
	struct stage *stage = *state;
	struct wire_mirror *mirror = wire_mirror_create();
	struct client *silent[SILENT], *reader;
	struct link_server_load load;
	const struct snapshot *picture;
	size_t views;

	fakeboard_add_many(stage->fake, MANY);
	fakeboard_publish(stage->fake);
	start(stage);
	for (size_t i = 0; i < SILENT; i++) {
		silent[i] = attach_and_greet(stage);
		say(stage, silent[i], "{\"op\":\"watch\",\"what\":\"board\"}");
		/* Nor do they read what they ask for. */
		for (int j = 0; j < 8; j++)
			say(stage, silent[i], "{\"op\":\"ask\",\"ticket\":1,\"kind\":\"series\",\"monitor\":1,\"from\":1,\"to\":9,\"columns\":2000}");
	}
	reader = attach_and_greet(stage);
	say(stage, reader, "{\"op\":\"watch\",\"what\":\"board\"}");
	snapshot_release(hear_picture(stage, reader, mirror, &views));
	assert_true(views > MANY);
	for (int32_t round = 1; round <= ROUNDS; round++) {
		for (size_t i = 0; i < 500; i++)
			fakeboard_beat(stage->fake, 100 + i, 1000 * round);
		fakeboard_publish(stage->fake);
		do {
			picture = hear_picture(stage, reader, mirror, &views);
			views = (size_t)view_latency_us(snapshot_view(picture, 100));
			snapshot_release(picture);
		} while (views != (size_t)round * 1000);
		load = link_server_load(stage->server);
		assert_true(load.queued_bytes < (SILENT + 1) * 512 * 1024);
		assert_true(load.pictures <= 2 * (SILENT + 1));
	}
	/* Those who stay silent lose what they had ... */
	AWAIT(turn(stage) && link_server_load(stage->server).pictures == 1, PATIENCE_MS);
	fakeboard_publish(stage->fake);
	snapshot_release(hear_picture(stage, reader, mirror, &views));
	assert_int_equal(link_server_load(stage->server).pictures, 1);
	wire_mirror_destroy(mirror);
	/* ... and get the newest when they read again: the rest of an old one, and a whole new one. */
	mirror = wire_mirror_create();
	for (bool whole = false; !whole;) {
		struct json *message = hear(stage, silent[0]);
		struct error err;

		assert_non_null(message);
		if (strcmp(wire_op(message), "view") == 0) {
			assert_true(wire_mirror_view(mirror, message, &err));
		} else if (strcmp(wire_op(message), "board") == 0) {
			picture = wire_mirror_board(mirror, message, &err);
			assert_non_null(picture);
			assert_true(picture->count > MANY);
			assert_int_equal(view_latency_us(snapshot_view(picture, 100)), 1000 * ROUNDS);
			snapshot_release(picture);
			whole = true;
		}
		json_free(message);
	}
	wire_mirror_destroy(mirror);
}

static void too_many_are_refused(void **state)
{
	struct stage *stage = *state;
	struct link_server_settings settings = {
		.path = stage->path, .board = &stage->board, .access = stage->access, .version = "1.0", .viewers_most = 2,
	};
	struct client *first, *third;
	struct error err;

	stage->server = link_server_start(&stage->loop, &settings, &err);
	assert_non_null(stage->server);
	first = attach_and_greet(stage);
	attach_and_greet(stage);
	third = attach(stage);
	expect_refusal(stage, third, "too many");
	leave(first);
	AWAIT(turn(stage) && link_server_load(stage->server).viewers == 1, PATIENCE_MS);
	attach_and_greet(stage);
}

static void the_end_is_told(void **state)
{
	struct stage *stage = *state;
	struct client *client, *early;
	struct json *message;
	struct stat info;
	bool again = false;

	start(stage);
	assert_int_equal(stat(stage->path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0660);
	client = attach_and_greet(stage);
	early = attach(stage);
	link_server_stop(stage->server, "kumatop is stopping", true);
	message = expect(stage, client, "bye");
	assert_string_equal(json_get_text(message, "text"), "kumatop is stopping");
	assert_true(json_get_flag(message, "again", &again) && again);
	json_free(message);
	assert_null(hear(stage, client));
	assert_int_equal(stat(stage->path, &info), -1);
	uv_run(&stage->loop, UV_RUN_DEFAULT);
	take(early);
	assert_true(early->over || early->lines.bytes.length > 0);
}

static void expect_no_start(struct stage *stage, const char *part)
{
	struct link_server_settings settings = { .path = stage->path, .board = &stage->board, .access = stage->access, .version = "1.0" };
	struct error err = { 0 };
	struct link_server *server = link_server_start(&stage->loop, &settings, &err);

	assert_null(server);
	if (!strstr(err.text, part))
		fail_msg("\"%s\" instead of \"%s\"", err.text, part);
	uv_run(&stage->loop, UV_RUN_DEFAULT);
}

static void only_a_safe_place_is_taken(void **state)
{
	struct stage *stage = *state;
	char *folder = scratch_path(stage->directory, "k");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct client *client;
	struct stat info;
	int fd;

	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(chmod(folder, 0775), 0);
	expect_no_start(stage, "written by others");
	assert_int_equal(chmod(folder, 0755), 0);
	fd = open(stage->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	expect_no_start(stage, "no socket");
	assert_int_equal(stat(stage->path, &info), 0);
	assert_int_equal(unlink(stage->path), 0);

	/* Somebody else listens; then he is killed. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memcpy(address.sun_path, stage->path, strlen(stage->path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 1), 0);
	expect_no_start(stage, "listens");
	close(fd);
	start(stage);
	client = attach_and_greet(stage);
	assert_false(client->over);

	/* What took its place meanwhile is not ours to take away. */
	assert_int_equal(unlink(stage->path), 0);
	fd = open(stage->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	close(fd);
	link_server_stop(stage->server, "over", false);
	assert_int_equal(stat(stage->path, &info), 0);
	free(folder);
}

static void in_a_public_folder_ours_is_our_own(void **state)
{
	struct stage *stage = *state;
	char *folder = scratch_path(stage->directory, "k"), *other = scratch_path(stage->directory, "other");
	struct stat info;

	assert_int_equal(chmod(stage->directory, 01777), 0);
	assert_int_equal(mkdir(other, 0700), 0);
	assert_int_equal(symlink(other, folder), 0);
	expect_no_start(stage, "cannot be used");
	assert_int_equal(unlink(folder), 0);
	start(stage);
	assert_int_equal(stat(folder, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
	free(folder);
	free(other);
}

/* What is said on stderr meanwhile, in a file. */
static int begin_listening(const char *path)
{
	int old = dup(STDERR_FILENO), fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(old >= 0 && fd >= 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	close(fd);
	return old;
}

static size_t count_lines(const char *path, const char *part)
{
	FILE *file = fopen(path, "re");
	char line[2048];
	size_t count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		count += strstr(line, part) != NULL;
	fclose(file);
	return count;
}

static void a_refusal_is_logged_once_and_not_without_end(void **state)
{
	struct stage *stage = *state;
	char *log = scratch_path(stage->directory, "log");
	int old;

	start(stage);
	old = begin_listening(log);
	for (int i = 0; i < 15; i++) {
		struct client *client = attach(stage);

		say(stage, client, "garbage\ngarbage\ngarbage");
		expect_refusal(stage, client, "");
	}
	link_server_stop(stage->server, "over", false);
	assert_int_equal(dup2(old, STDERR_FILENO), STDERR_FILENO);
	close(old);
	assert_int_equal(count_lines(log, "was refused"), 10);
	assert_int_equal(count_lines(log, "and 5 more"), 1);
	free(log);
}

struct publisher {
	struct stage *stage;
	atomic_bool over;
};

static void *publish(void *arg)
{
	struct publisher *publisher = arg;

	for (int32_t i = 1; !atomic_load(&publisher->over); i++) {
		fakeboard_beat(publisher->stage->fake, (size_t)i % 10, i);
		fakeboard_publish(publisher->stage->fake);
	}
	return NULL;
}

/* For ThreadSanitizer: a board that changes on another thread all the time. */
static void the_board_may_change_while_it_is_shown(void **state)
{
	enum { VIEWERS = 5, PICTURES = 20 };
	struct stage *stage = *state;
	struct publisher publisher = { .stage = stage };
	struct wire_mirror *mirrors[VIEWERS];
	struct client *clients[VIEWERS];
	pthread_t thread;
	size_t views;

	start(stage);
	assert_int_equal(pthread_create(&thread, NULL, publish, &publisher), 0);
	for (size_t i = 0; i < VIEWERS; i++) {
		clients[i] = attach_and_greet(stage);
		mirrors[i] = wire_mirror_create();
		say(stage, clients[i], "{\"op\":\"watch\",\"what\":\"board\"}");
	}
	for (int round = 0; round < PICTURES; round++) {
		for (size_t i = 0; i < VIEWERS; i++)
			snapshot_release(hear_picture(stage, clients[i], mirrors[i], &views));
	}
	link_server_stop(stage->server, "over", false);
	atomic_store(&publisher.over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (size_t i = 0; i < VIEWERS; i++)
		wire_mirror_destroy(mirrors[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_stage, remove_stage)

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
		TEST(who_asks_too_much_is_told),
		TEST(an_answer_that_comes_too_late_is_dropped),
		TEST(who_does_not_read_costs_little),
		TEST(too_many_are_refused),
		TEST(the_end_is_told),
		TEST(only_a_safe_place_is_taken),
		TEST(in_a_public_folder_ours_is_our_own),
		TEST(a_refusal_is_logged_once_and_not_without_end),
		TEST(the_board_may_change_while_it_is_shown),
	};

	/* As kumatop does: who goes in the middle of a line must not end it. */
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
