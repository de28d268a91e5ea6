/* A viewer before an owner that is played; see lookout.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lookout.h"

#include "kumatop/heap.h"

static void on_attached(void *arg, const struct wire_hello *hello)
{
	struct lookout *lookout = arg;

	lookout->hello = *hello;
	atomic_fetch_add(&lookout->attached, 1);
}

void lookout_stop(struct lookout *lookout)
{
	viewer_stop(lookout->viewer);
	lookout->viewer = NULL;
}

static void on_refused(void *arg, const struct error *err)
{
	struct lookout *lookout = arg;

	lookout->err = *err;
	atomic_fetch_add(&lookout->refused, 1);
	if (lookout->stop_when_told)
		lookout_stop(lookout);
}

static void on_lost(void *arg, const struct error *err)
{
	struct lookout *lookout = arg;

	lookout->err = *err;
	atomic_fetch_add(&lookout->lost, 1);
	if (lookout->stop_when_told)
		lookout_stop(lookout);
}

static void on_said(void *arg, const char *line)
{
	struct lookout *lookout = arg;

	snprintf(lookout->line, sizeof(lookout->line), "%s", line);
	atomic_fetch_add(&lookout->said, 1);
}

static void on_published(void *arg)
{
	struct lookout *lookout = arg;

	atomic_fetch_add(&lookout->published, 1);
}

static void on_reply(void *arg, const struct reply *reply)
{
	struct lookout *lookout = arg;
	int n = atomic_load(&lookout->replies);

	lookout->last_reply = *reply;
	if (n < LOOKOUT_REPLIES_MOST)
		lookout->many[n] = *reply;
	atomic_fetch_add(&lookout->replies, 1);
}

static void on_answer(void *arg, struct history_answer *answer)
{
	struct lookout *lookout = arg;

	lookout->asked = answer->query;
	lookout->answer_ok = answer->ok;
	lookout->board_count = answer->board ? answer->board->count : 0;
	lookout->answer_err = answer->error;
	history_answer_destroy(answer);
	atomic_fetch_add(&lookout->answers, 1);
}

bool lookout_turn(struct lookout *lookout)
{
	uv_run(&lookout->loop, UV_RUN_NOWAIT);
	return true;
}

struct lookout *lookout_open(void)
{
	struct lookout *lookout = heap_zero(1, sizeof(*lookout));

	assert_int_equal(uv_loop_init(&lookout->loop), 0);
	lookout->peer.fd = -1;
	lookout->hub = snapshot_hub_create();
	assert_true(snapshot_hub_listen(lookout->hub, on_published, lookout));
	lookout->owner = fakeowner_create();
	return lookout;
}

void lookout_look(struct lookout *lookout, const char *const *program)
{
	struct viewer_settings settings = {
		.path = program ? NULL : lookout->owner->path, .program = (char *const *)(uintptr_t)program, .hub = lookout->hub, .version = "1", .arg = lookout,
		.place = "mon1", .attached = on_attached, .refused = on_refused, .lost = on_lost, .said = on_said,
	};
	struct error err;

	lookout->viewer = viewer_start(&lookout->loop, &settings, &err);
	assert_non_null(lookout->viewer);
}

void lookout_close(struct lookout *lookout)
{
	viewer_stop(lookout->viewer);
	fakepeer_close(&lookout->peer);
	/* Nothing of it is left on the loop: it ends by itself. */
	uv_run(&lookout->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&lookout->loop), 0);
	fakeowner_destroy(lookout->owner);
	snapshot_hub_destroy(lookout->hub);
	free(lookout);
}

struct json *lookout_hear(struct lookout *lookout, const char *op)
{
	struct json *message = NULL;

	UNTIL(lookout, (message = fakepeer_poll(&lookout->peer)) != NULL);
	assert_string_equal(wire_op(message), op);
	return message;
}

void lookout_hear_only(struct lookout *lookout, const char *op)
{
	json_free(lookout_hear(lookout, op));
}

void lookout_let_in(struct lookout *lookout)
{
	int before = atomic_load(&lookout->published);

	UNTIL(lookout, fakeowner_accept(lookout->owner, &lookout->peer));
	lookout_hear_only(lookout, "hello");
	fakepeer_hello(&lookout->peer, ACCESS_DEV);
	lookout_hear_only(lookout, "watch");
	fakepeer_show(&lookout->peer, lookout->owner, ACCESS_DEV);
	UNTIL(lookout, atomic_load(&lookout->published) > before);
}

struct lookout *lookout_attached(void)
{
	struct lookout *lookout = lookout_open();

	fakeowner_add(lookout->owner, 7, "web");
	lookout_look(lookout, NULL);
	lookout_let_in(lookout);
	return lookout;
}

const char *lookout_trouble(struct lookout *lookout)
{
	static char text[1024];
	const struct snapshot *picture = snapshot_hub_acquire(lookout->hub);

	snprintf(text, sizeof(text), "%s", picture ? shared_read(picture->health.link_trouble) : "");
	snapshot_release(picture);
	return text;
}

bool lookout_submit(struct lookout *lookout, uint64_t ticket, struct error *err)
{
	struct command *command = command_create(COMMAND_PAUSE, 7);

	command->ticket = ticket;
	command->reply = on_reply;
	command->reply_arg = lookout;
	return viewer_submit(lookout->viewer, command, err);
}

bool lookout_ask_board(struct lookout *lookout, int64_t at_us, struct error *err)
{
	struct history_query query = { .kind = HISTORY_BOARD, .ticket = 40, .to_us = at_us };

	return viewer_ask(lookout->viewer, &query, on_answer, lookout, err);
}

bool lookout_ask(struct lookout *lookout, uint64_t ticket, struct error *err)
{
	struct history_query query = { .kind = HISTORY_EVENTS, .ticket = ticket, .monitor = 7, .from_us = 1, .to_us = 2, .most = 5 };

	return viewer_ask(lookout->viewer, &query, on_answer, lookout, err);
}
