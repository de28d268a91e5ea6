/* A stage for the owner's socket; see stage.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"
#include "stage.h"

#include "kumatop/heap.h"
#include "kumatop/when.h"

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

int stage_make(void **state)
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

void stage_start(struct stage *stage)
{
	struct link_server_settings settings = {
		.path = stage->path, .board = &stage->board, .access = stage->access, .defaults = &stage->conf->settings, .version = "1.0", .owner = "keeper",
		.viewers_most = CLIENTS_MOST,
	};
	struct error err;

	stage->server = link_server_start(&stage->loop, &settings, &err);
	if (!stage->server)
		fail_msg("%s", err.text);
}

void stage_stop(struct stage *stage)
{
	link_server_stop(stage->server, "the test is over", false);
	link_server_destroy(stage->server);
	stage->server = NULL;
}

int stage_remove(void **state)
{
	struct stage *stage = *state;

	stage_stop(stage);
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

bool stage_turn(struct stage *stage)
{
	uv_run(&stage->loop, UV_RUN_NOWAIT);
	return true;
}

struct client *stage_attach(struct stage *stage)
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
void stage_leave(struct client *client)
{
	close(client->fd);
	client->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
}

void stage_say_bytes(struct stage *stage, struct client *client, const char *bytes, size_t length)
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
		stage_turn(stage);
	}
	assert_int_equal(length, 0);
}

void stage_say(struct stage *stage, struct client *client, const char *line)
{
	stage_say_bytes(stage, client, line, strlen(line));
	stage_say_bytes(stage, client, "\n", 1);
}

/* Takes what the kernel has. */
void stage_take(struct client *client)
{
	static char bytes[65536];
	ssize_t n = recv(client->fd, bytes, sizeof bytes, 0);

	if (n > 0)
		assert_true(wire_lines_feed(&client->lines, bytes, (size_t)n));
	else if (n == 0 || errno != EAGAIN)
		client->over = true;
}

/* The next message, or NULL when the owner has closed. */
struct json *stage_hear(struct stage *stage, struct client *client)
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
		stage_turn(stage);
		stage_take(client);
		if (client->lines.bytes.length == client->lines.begin && !client->over)
			(void)poll(NULL, 0, 1);
	}
	fail_msg("nothing was heard");
	return NULL;
}

struct json *stage_expect(struct stage *stage, struct client *client, const char *op)
{
	struct json *message = stage_hear(stage, client);

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

void stage_expect_refusal(struct stage *stage, struct client *client, const char *part)
{
	struct json *message = stage_expect(stage, client, "refused");
	const char *text = json_get_text(message, "text");

	assert_non_null(text);
	if (!strstr(text, part))
		fail_msg("refused with \"%s\", not with \"%s\"", text, part);
	json_free(message);
	assert_null(stage_hear(stage, client));
}

void stage_greet(struct stage *stage, struct client *client)
{
	stage_say(stage, client, "{\"op\":\"hello\",\"protocol\":1,\"version\":\"1.0\"}");
	json_free(stage_expect(stage, client, "hello"));
}

struct client *stage_enter(struct stage *stage)
{
	struct client *client = stage_attach(stage);

	stage_greet(stage, client);
	return client;
}

/* Reads on until a picture is whole; counts its views. The snapshot is the caller's. */
const struct snapshot *stage_hear_picture(struct stage *stage, struct client *client, struct wire_mirror *mirror, size_t *views)
{
	const struct snapshot *picture = NULL;
	struct error err;

	*views = 0;
	while (!picture) {
		struct json *message = stage_hear(stage, client);

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

/* Says a command and gives how it went. */
struct reply stage_order(struct stage *stage, struct client *client, const char *what)
{
	char *line = heap_print("{\"op\":\"command\",\"ticket\":77,%s}", what);
	struct json *message;
	struct reply reply;
	struct error err;

	stage_say(stage, client, line);
	free(line);
	do {
		message = stage_hear(stage, client);
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

monitor_id stage_id(struct stage *stage, const char *name)
{
	const struct snapshot *newest = snapshot_hub_acquire(stage->board.hub);
	const struct monitor_view *view = snapshot_find_name(newest, name);
	monitor_id id = view ? view->id : 0;

	snapshot_release(newest);
	return id;
}

/* Us, as somebody of this role who does not run kumatop. */
struct access *stage_access(enum access_role role, const char *group, bool only)
{
	struct access *access = access_create((uint32_t)geteuid() + 1);
	struct access_rule *rule = access_add_rule(access, role);

	access_rule_add_uid(rule, (uint32_t)geteuid());
	if (group)
		text_list_from_text(&rule->groups, group);
	rule->only = only;
	return access;
}

void stage_become(struct stage *stage, struct access *access)
{
	access_release(stage->access);
	stage->access = access;
	if (stage->server)
		link_server_set_access(stage->server, access);
}

struct history_answer *stage_ask(struct stage *stage, struct client *client, const char *what)
{
	char *line = heap_print("{\"op\":\"ask\",\"ticket\":9,%s}", what);
	struct json *message;
	struct history_answer *answer;
	struct error err;

	stage_say(stage, client, line);
	free(line);
	message = stage_expect(stage, client, "answer");
	answer = wire_read_answer(message, &err);
	json_free(message);
	if (!answer)
		fail_msg("%s", err.text);
	else
		assert_int_equal(answer->query.ticket, 9);
	return answer;
}
