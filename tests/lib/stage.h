/*
 * A stage for the owner's socket: a made-up board, a server on a loop that the test's thread runs (nothing happens but while it waits),
 * and those who attach over real sockets and speak line by line. For cmocka: what goes wrong here fails the test. Include cmocka.h before.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "fakeboard.h"

#include "kumatop/server.h"
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

/* Setup and teardown; the server is started by the test, who may change the board before. */
int stage_make(void **state);
int stage_remove(void **state);
void stage_start(struct stage *stage);
void stage_stop(struct stage *stage);
bool stage_turn(struct stage *stage);	/* the loop, once; true, for AWAIT */

struct client *stage_attach(struct stage *stage);
void stage_greet(struct stage *stage, struct client *client);
struct client *stage_enter(struct stage *stage);	/* both */
void stage_leave(struct client *client);	/* for good, without a word */

/* Says bytes, or a line, while the loop goes on. */
void stage_say_bytes(struct stage *stage, struct client *client, const char *bytes, size_t length);
void stage_say(struct stage *stage, struct client *client, const char *line);

void stage_take(struct client *client);	/* what the kernel has for him now */
struct json *stage_hear(struct stage *stage, struct client *client);	/* the next message; NULL: the owner has closed */
struct json *stage_expect(struct stage *stage, struct client *client, const char *op);	/* the next, which is this */
void stage_expect_refusal(struct stage *stage, struct client *client, const char *part);	/* with this in it, and then the end */

/* Reads on until a picture is whole; counts its views. The snapshot is the caller's. */
const struct snapshot *stage_hear_picture(struct stage *stage, struct client *client, struct wire_mirror *mirror, size_t *views);

/* A command or a question, from behind its ticket on, and what comes of it. */
struct reply stage_order(struct stage *stage, struct client *client, const char *what);
struct history_answer *stage_ask(struct stage *stage, struct client *client, const char *what);

monitor_id stage_id(struct stage *stage, const char *name);	/* 0: there is none */

/* Us, as somebody of this role who does not run kumatop; and as such from now on (taken). */
struct access *stage_access(enum access_role role, const char *group, bool only);
void stage_become(struct stage *stage, struct access *access);

#endif
