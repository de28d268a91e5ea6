/*
 * One who looks; see viewer.h. Here: when to attach, and what is said while there is nobody to look at. What messages mean is
 * viewer_take.c, how bytes travel viewer_link.c, what was asked and is not answered yet viewer_desk.c.
 */
#include "viewer_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

enum {
	AGAIN_MOST_MS = 2000,
	AGAIN_PROGRAM_MS = 15000,	/* each attempt is a login somewhere */
	AGAIN_REFUSED_MS = 30000,
};

#define NOT_YET "the owner has not said hello yet"

static void attempt(struct viewer *viewer);

static const char *where(const struct viewer *viewer)
{
	return viewer->hello.host[0] ? viewer->hello.host : viewer->settings.place;
}

/* "the owner on mon1 is gone since 14:03:12: attaching again … (stopped by root)" */
static void print_trouble(const struct viewer *viewer, char *out, size_t size)
{
	char when[32];

	moment_print_local(viewer->lost_us, "%H:%M:%S", when, sizeof(when));
	if (viewer->refused)
		snprintf(out, size, "the owner on %s will not have us since %s: %s", where(viewer), when, viewer->reason);
	else
		snprintf(out, size, "the owner on %s is gone since %s: attaching again …%s%s%s", where(viewer), when,
		    viewer->reason[0] ? " (" : "", viewer->reason, viewer->reason[0] ? ")" : "");
}

/* What the owner before us showed, when this process was it. */
static const struct snapshot *retell_other(const struct viewer *viewer, const char *trouble)
{
	const struct snapshot *newest = snapshot_hub_acquire(viewer->settings.hub), *again = NULL;
	struct board_health health;

	if (newest) {
		health = newest->health;
		health.link_trouble = shared_create(trouble);
		again = snapshot_retell(newest, &health, newest->number + 1);
		shared_release(health.link_trouble);
	}
	snapshot_release(newest);
	return again;
}

static void publish_trouble(struct viewer *viewer)
{
	char trouble[sizeof(viewer->trouble)];
	const struct snapshot *again;

	print_trouble(viewer, trouble, sizeof(trouble));
	viewer_desk_set_reason(viewer->desk, trouble);
	if (strcmp(trouble, viewer->trouble) == 0)
		return;
	text_copy(viewer->trouble, sizeof(viewer->trouble), trouble);
	again = viewer->last ? wire_mirror_again(viewer->last, trouble) : retell_other(viewer, trouble);
	if (again)
		snapshot_hub_publish(viewer->settings.hub, again);
}

/* The mirror of a link that is over; a picture that was not whole yet is worth nothing. */
static void put_mirror_away(struct viewer *viewer)
{
	if (viewer->whole) {
		wire_mirror_destroy(viewer->last);
		viewer->last = viewer->mirror;
	} else {
		wire_mirror_destroy(viewer->mirror);
	}
	viewer->mirror = NULL;
	viewer->whole = false;
}

static void tell_lost(struct viewer *viewer)
{
	struct error err;

	if (viewer->told || viewer->refused)
		return;
	viewer->told = true;
	error_set(&err, EXIT_UNAVAILABLE, viewer->known ? "the owner on %s is gone%s%s" : "no kumatop can be reached on %s%s%s", where(viewer),
	    viewer->reason[0] ? ": " : "", viewer->reason);
	if (viewer->settings.lost)
		viewer->settings.lost(viewer->settings.arg, &err);
}

static void try_again(uv_timer_t *timer)
{
	attempt(timer->data);
}

static void wait_for_next(struct viewer *viewer)
{
	int most = viewer->settings.path ? AGAIN_MOST_MS : AGAIN_PROGRAM_MS;
	int wait = viewer->refused ? AGAIN_REFUSED_MS : viewer->at_once ? 0 : viewer->again_ms;

	if (!viewer->refused && !viewer->at_once)
		viewer->again_ms = 2 * viewer->again_ms < most ? 2 * viewer->again_ms : most;
	viewer->at_once = false;
	uv_timer_start(&viewer->timer, try_again, (uint64_t)wait, 0);
}

/* Not attached any more, whatever the reason. */
static void detach(struct viewer *viewer)
{
	char text[256];

	viewer->stage = STAGE_WAITING;
	if (!viewer->lost_us)
		viewer->lost_us = unix_now_us();
	put_mirror_away(viewer);
	publish_trouble(viewer);
	snprintf(text, sizeof(text), "the owner on %.128s went before it answered: nobody knows whether it was done", where(viewer));
	viewer_desk_refuse_all(viewer->desk, text);
}

/*
 * What was said on the link counts most, then what the program said beside it. That nobody is there is no reason why an owner went: the
 * one known before stays.
 */
static void keep_reason(struct viewer *viewer, const char *why)
{
	const char *reason = viewer->fresh[0] ? viewer->fresh : viewer->said[0] ? viewer->said : why;

	if (reason[0] && !(viewer->known && strcmp(reason, VIEWER_LINK_NOBODY) == 0))
		text_copy(viewer->reason, sizeof(viewer->reason), reason);
}

static void on_over(void *arg, const char *why)
{
	struct viewer *viewer = arg;

	viewer->link = NULL;
	keep_reason(viewer, why);
	detach(viewer);
	tell_lost(viewer);
	if (!viewer->stopped)
		wait_for_next(viewer);
}

/* The end of a link by what it said. */
void viewer_give_up(struct viewer *viewer, const char *why)
{
	text_copy(viewer->fresh, sizeof(viewer->fresh), why);
	viewer_link_shut(viewer->link, why);
}

bool viewer_send(void *arg, const char *bytes, size_t length)
{
	struct viewer *viewer = arg;

	return viewer->link && viewer_link_send(viewer->link, bytes, length);
}

static void on_opened(void *arg)
{
	struct viewer *viewer = arg;
	struct buf out;

	buf_init(&out, WIRE_REQUEST_MOST);
	wire_put_viewer_hello(&out, viewer->settings.version);
	(void)viewer_send(viewer, out.data, out.length);
	buf_finish(&out);
}

static void on_said(void *arg, const char *line)
{
	struct viewer *viewer = arg;

	text_copy(viewer->said, sizeof(viewer->said), line);
	if (!viewer->known && viewer->settings.said)
		viewer->settings.said(viewer->settings.arg, line);
}

static void attempt(struct viewer *viewer)
{
	struct viewer_link_settings settings = {
		.path = viewer->settings.path, .program = viewer->settings.program, .apart = viewer->known,
		.arg = viewer, .opened = on_opened, .line = viewer_take_line, .said = on_said, .ended = on_over,
	};

	viewer->stage = STAGE_GREETING;
	viewer->refused = false;
	viewer->fresh[0] = viewer->said[0] = '\0';
	viewer->link = viewer_link_open(viewer->loop, &settings);
}

/* Any thread. */
static void desk_wakes(void *arg)
{
	struct viewer *viewer = arg;

	uv_async_send(&viewer->async);
}

static void on_async(uv_async_t *async)
{
	struct viewer *viewer = async->data;

	if (viewer->stage == STAGE_ATTACHED)
		viewer_desk_send(viewer->desk, viewer_send, viewer);
	else
		viewer_desk_refuse_all(viewer->desk, viewer->trouble[0] ? viewer->trouble : NOT_YET);
}

bool viewer_submit(void *arg, struct command *command, struct error *err)
{
	struct viewer *viewer = arg;

	return viewer_desk_order(viewer->desk, command, err);
}

bool viewer_ask(void *arg, const struct history_query *query, void (*answer)(void *answer_arg, struct history_answer *answer),
    void *answer_arg, struct error *err)
{
	struct viewer *viewer = arg;

	return viewer_desk_question(viewer->desk, query, answer, answer_arg, err);
}

static void copy_settings(struct viewer *viewer, const struct viewer_settings *settings)
{
	const char *place = settings->place ? settings->place : settings->path ? settings->path : settings->program[0];

	viewer->settings = *settings;
	viewer->settings.path = heap_text(settings->path);
	viewer->settings.place = heap_text(place);
	viewer->settings.version = heap_text(settings->version ? settings->version : "");
	viewer->settings.program = NULL;
	if (settings->path)
		return;
	while (settings->program[viewer->words])
		viewer->words++;
	char **words = heap_zero(viewer->words + 1, sizeof(char *));

	for (size_t i = 0; i < viewer->words; i++)
		words[i] = heap_text(settings->program[i]);
	viewer->settings.program = words;
}

static void viewer_free(struct viewer *viewer)
{
	for (size_t i = 0; i < viewer->words; i++)
		free(viewer->settings.program[i]);
	free((void *)(uintptr_t)viewer->settings.program);
	free((void *)(uintptr_t)viewer->settings.path);
	free((void *)(uintptr_t)viewer->settings.place);
	free((void *)(uintptr_t)viewer->settings.version);
	wire_mirror_destroy(viewer->mirror);
	wire_mirror_destroy(viewer->last);
	viewer_desk_destroy(viewer->desk);
	free(viewer);
}

static void on_closed(uv_handle_t *handle)
{
	struct viewer *viewer = handle->data;

	if (--viewer->open == 0)
		viewer_free(viewer);
}

struct viewer *viewer_start(uv_loop_t *loop, const struct viewer_settings *settings, struct error *err)
{
	struct viewer *viewer = heap_zero(1, sizeof(*viewer));
	int status;

	copy_settings(viewer, settings);
	viewer->loop = loop;
	viewer->again_ms = VIEWER_AGAIN_FIRST_MS;
	viewer->desk = viewer_desk_create(desk_wakes, viewer);
	viewer_desk_set_reason(viewer->desk, NOT_YET);
	status = uv_async_init(loop, &viewer->async, on_async);
	if (status != 0) {
		error_set(err, EXIT_INTERNAL, "no viewer: %s", uv_strerror(status));
		viewer_free(viewer);
		return NULL;
	}
	uv_timer_init(loop, &viewer->timer);
	viewer->open = 2;
	viewer->async.data = viewer->timer.data = viewer;
	attempt(viewer);
	return viewer;
}

void viewer_stop(struct viewer *viewer)
{
	if (!viewer)
		return;
	viewer->stopped = true;
	viewer->stage = STAGE_WAITING;
	viewer_link_drop(viewer->link);
	viewer->link = NULL;
	viewer_desk_set_reason(viewer->desk, "the viewer has ended");
	viewer_desk_refuse_all(viewer->desk, "the viewer has ended");
	uv_close((uv_handle_t *)&viewer->timer, on_closed);
	uv_close((uv_handle_t *)&viewer->async, on_closed);
}
