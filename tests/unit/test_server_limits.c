/* What the owner's socket bears: those who ask too much, do not read, come too many or go too early; where it may be, and its end. */
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

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/scratch.h"
#include "../lib/stage.h"

#include "kumatop/heap.h"

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
	stage_start(stage);
	client = stage_enter(stage);
	for (int i = 1; i <= 6; i++) {
		snprintf(line, sizeof line, "{\"op\":\"ask\",\"ticket\":%d,\"kind\":\"events\",\"most\":3}", i);
		stage_say(stage, client, line);
	}
	for (uint64_t i = 5; i <= 6; i++) {
		message = stage_expect(stage, client, "answer");
		assert_int_equal(wire_ticket(message), i);
		assert_true(json_get_flag(message, "ok", &ok) && !ok);
		assert_non_null(strstr(json_get_text(message, "text"), "4 questions"));
		json_free(message);
	}
	answer_on_another_thread(stage);
	for (uint64_t i = 1; i <= 4; i++) {
		message = stage_expect(stage, client, "answer");
		assert_int_equal(wire_ticket(message), i);
		assert_true(json_get_flag(message, "ok", &ok) && ok);
		json_free(message);
	}
	for (int i = 1; i <= 65; i++) {
		snprintf(line, sizeof line, "{\"op\":\"command\",\"ticket\":%d,\"do\":\"check\",\"monitor\":1}", i);
		stage_say(stage, client, line);
	}
	message = stage_expect(stage, client, "reply");
	assert_int_equal(wire_ticket(message), 65);
	assert_non_null(strstr(json_get_text(message, "text"), "64 commands"));
	json_free(message);
	answer_on_another_thread(stage);
	for (uint64_t i = 1; i <= 64; i++) {
		message = stage_expect(stage, client, "reply");
		assert_int_equal(wire_ticket(message), i);
		json_free(message);
	}
}

static void an_answer_that_comes_too_late_is_dropped(void **state)
{
	struct stage *stage = *state;
	struct client *gone, *there;

	make_slow(stage);
	stage_start(stage);
	gone = stage_enter(stage);
	stage_say(stage, gone, "{\"op\":\"ask\",\"ticket\":1,\"kind\":\"events\",\"most\":3}");
	stage_say(stage, gone, "{\"op\":\"command\",\"ticket\":2,\"do\":\"check\",\"monitor\":1}");
	AWAIT(stage_turn(stage) && stage->query_count == 1 && stage->command_count == 1, PATIENCE_MS);
	stage_leave(gone);
	there = stage_enter(stage);
	answer_on_another_thread(stage);
	stage_say(stage, there, "{\"op\":\"command\",\"ticket\":3,\"do\":\"check\",\"monitor\":1}");
	AWAIT(stage_turn(stage) && stage->command_count == 1, PATIENCE_MS);
	/* And one that comes when there is no server any more. */
	link_server_stop(stage->server, "over", false);
	answer_on_another_thread(stage);
	json_free(stage_expect(stage, there, "bye"));
	assert_null(stage_hear(stage, there));
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
	stage_start(stage);
	for (size_t i = 0; i < SILENT; i++) {
		silent[i] = stage_enter(stage);
		stage_say(stage, silent[i], "{\"op\":\"watch\",\"what\":\"board\"}");
		/* Nor do they read what they ask for. */
		for (int j = 0; j < 8; j++)
			stage_say(stage, silent[i], "{\"op\":\"ask\",\"ticket\":1,\"kind\":\"series\",\"monitor\":1,\"from\":1,\"to\":9,\"columns\":2000}");
	}
	reader = stage_enter(stage);
	stage_say(stage, reader, "{\"op\":\"watch\",\"what\":\"board\"}");
	snapshot_release(stage_hear_picture(stage, reader, mirror, &views));
	assert_true(views > MANY);
	for (int32_t round = 1; round <= ROUNDS; round++) {
		for (size_t i = 0; i < 500; i++)
			fakeboard_beat(stage->fake, 100 + i, 1000 * round);
		fakeboard_publish(stage->fake);
		do {
			picture = stage_hear_picture(stage, reader, mirror, &views);
			views = (size_t)view_latency_us(snapshot_view(picture, 100));
			snapshot_release(picture);
		} while (views != (size_t)round * 1000);
		load = link_server_load(stage->server);
		assert_true(load.queued_bytes < (SILENT + 1) * 512 * 1024);
		assert_true(load.pictures <= 2 * (SILENT + 1));
	}
	/* Those who stay silent lose what they had ... */
	AWAIT(stage_turn(stage) && link_server_load(stage->server).pictures == 1, PATIENCE_MS);
	fakeboard_publish(stage->fake);
	snapshot_release(stage_hear_picture(stage, reader, mirror, &views));
	assert_int_equal(link_server_load(stage->server).pictures, 1);
	wire_mirror_destroy(mirror);
	/* ... and get the newest when they read again: the rest of an old one, and a whole new one. */
	mirror = wire_mirror_create();
	for (bool whole = false; !whole;) {
		struct json *message = stage_hear(stage, silent[0]);
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
	first = stage_enter(stage);
	stage_enter(stage);
	third = stage_attach(stage);
	stage_expect_refusal(stage, third, "too many");
	stage_leave(first);
	AWAIT(stage_turn(stage) && link_server_load(stage->server).viewers == 1, PATIENCE_MS);
	stage_enter(stage);
}

static void who_fills_all_places_keeps_no_admin_out(void **state)
{
	enum { PLACES = 8 };
	struct stage *stage = *state;
	struct access *others = access_create((uint32_t)geteuid() + 1);
	struct link_server_settings settings = {
		.path = stage->path, .board = &stage->board, .access = others, .version = "1.0", .viewers_most = PLACES,
	};
	struct error err;

	access_add_rule(others, ACCESS_GUEST)->anybody = true;
	stage->server = link_server_start(&stage->loop, &settings, &err);
	assert_non_null(stage->server);
	for (int i = 0; i < PLACES - 1; i++)
		stage_enter(stage);
	stage_expect_refusal(stage, stage_attach(stage), "too many");
	AWAIT(stage_turn(stage) && link_server_load(stage->server).viewers == PLACES - 1, PATIENCE_MS);
	link_server_set_access(stage->server, stage->access);
	stage_enter(stage);
	stage_expect_refusal(stage, stage_attach(stage), "too many");
	access_release(others);
}

static void the_end_is_told(void **state)
{
	struct stage *stage = *state;
	struct client *client, *early;
	struct json *message;
	struct stat info;
	bool again = false;

	stage_start(stage);
	assert_int_equal(stat(stage->path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0660);
	client = stage_enter(stage);
	early = stage_attach(stage);
	link_server_stop(stage->server, "kumatop is stopping", true);
	message = stage_expect(stage, client, "bye");
	assert_string_equal(json_get_text(message, "text"), "kumatop is stopping");
	assert_true(json_get_flag(message, "again", &again) && again);
	json_free(message);
	assert_null(stage_hear(stage, client));
	assert_int_equal(stat(stage->path, &info), -1);
	uv_run(&stage->loop, UV_RUN_DEFAULT);
	stage_take(early);
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
	stage_start(stage);
	client = stage_enter(stage);
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
	stage_start(stage);
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

	stage_start(stage);
	old = begin_listening(log);
	for (int i = 0; i < 15; i++) {
		struct client *client = stage_attach(stage);

		stage_say(stage, client, "garbage\ngarbage\ngarbage");
		stage_expect_refusal(stage, client, "");
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

	stage_start(stage);
	assert_int_equal(pthread_create(&thread, NULL, publish, &publisher), 0);
	for (size_t i = 0; i < VIEWERS; i++) {
		clients[i] = stage_enter(stage);
		mirrors[i] = wire_mirror_create();
		stage_say(stage, clients[i], "{\"op\":\"watch\",\"what\":\"board\"}");
	}
	for (int round = 0; round < PICTURES; round++) {
		for (size_t i = 0; i < VIEWERS; i++)
			snapshot_release(stage_hear_picture(stage, clients[i], mirrors[i], &views));
	}
	link_server_stop(stage->server, "over", false);
	atomic_store(&publisher.over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (size_t i = 0; i < VIEWERS; i++)
		wire_mirror_destroy(mirrors[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_make, stage_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_asks_too_much_is_told),
		TEST(an_answer_that_comes_too_late_is_dropped),
		TEST(who_does_not_read_costs_little),
		TEST(too_many_are_refused),
		TEST(who_fills_all_places_keeps_no_admin_out),
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
