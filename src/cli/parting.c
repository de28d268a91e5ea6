/* An owner that parts with its checks; see parting.h. */
#include "parting.h"

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#include "control.h"
#include "handover.h"
#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/viewer.h"

enum { STOP_MS = 8000 };

enum stage { STAGE_HERE, STAGE_PREPARING, STAGE_AWAY, STAGE_DONE };

struct parting {
	struct parting_settings settings;
	enum stage stage;
	struct handover *handover;
	struct viewer *viewer;
	uv_timer_t patience;		/* with the other to stop */
	void (*stopped)(void *arg, const struct error *err);
	void *stopped_arg;
	bool told;			/* the screen knows that the checks have gone */
};

struct parting *parting_create(const struct parting_settings *settings)
{
	struct parting *parting = heap_zero(1, sizeof(*parting));

	parting->settings = *settings;
	uv_timer_init(settings->loop, &parting->patience);
	parting->patience.data = parting;
	return parting;
}

static void tell_screen(struct parting *parting, const char *trouble)
{
	if (parting->settings.owner->screen)
		screen_handed_over(parting->settings.owner->screen, trouble);
}

/*
 * Only who has reached the other, or knows that it cannot be, lets the screen suspend or end: after fg the first key is for a board that
 * takes it.
 */
static void tell_gone(struct parting *parting)
{
	if (!parting->told)
		tell_screen(parting, NULL);
	parting->told = true;
}

static void attached(void *arg, const struct wire_hello *hello)
{
	(void)hello;
	tell_gone(arg);
}

static void not_attached(void *arg, const struct error *err)
{
	(void)err;
	tell_gone(arg);
}

static void leave_child(struct parting *parting)
{
	handover_close(parting->handover);
	parting->handover = NULL;
}

/* What was here is here again, or never went. */
static void stay(struct parting *parting, const struct error *why)
{
	struct error err = *why;

	parting->stage = STAGE_HERE;
	error_prefix(&err, "the checks stay in this process: ");
	log_line(LOG_LEVEL_WARNING, "%s", err.text);
	tell_screen(parting, err.text);
}

static void prepared(void *arg)
{
	struct parting *parting = arg;
	struct error err;

	owner_shut_door(parting->settings.owner, "the checks are being handed over: try again in a moment");
	if (parting->settings.lay_down(parting->settings.arg)) {
		parting->stage = STAGE_AWAY;
		handover_go(parting->handover);
		return;
	}
	leave_child(parting);
	error_set(&err, EXIT_INPUT_OUTPUT, "checking has stopped: the disk does not answer");
	parting->settings.over(parting->settings.arg, &err);
}

static void failed(void *arg, const struct error *why)
{
	struct parting *parting = arg;
	struct owner *owner = parting->settings.owner;
	bool away = parting->stage == STAGE_AWAY;
	struct error err;

	leave_child(parting);
	/* The lock never left us, so nobody else has come in between. */
	if (away && !parting->settings.take_up(parting->settings.arg, &err)) {
		error_prefix(&err, "checking has stopped: ");
		parting->settings.over(parting->settings.arg, &err);
		return;
	}
	owner_open_door(owner, NULL);
	stay(parting, why);
}

static void ready(void *arg)
{
	struct parting *parting = arg;
	struct owner *owner = parting->settings.owner;
	struct viewer_settings settings = {
		.path = parting->settings.owner->socket, .hub = owner->hub, .version = KUMATOP_VERSION,
		.arg = parting, .attached = attached, .refused = not_attached, .lost = not_attached,
	};
	struct error err;

	parting->stage = STAGE_DONE;
	lock_drop(&owner->lock);
	owner->board.checks_here = owner->board.owns_database = false;
	owner->board.handed_over = true;
	/* The terminal went meanwhile: there is nobody to look. */
	if (!owner->screen) {
		parting->settings.over(parting->settings.arg, NULL);
		return;
	}
	parting->viewer = viewer_start(parting->settings.loop, &settings, &err);
	if (!parting->viewer) {
		/* The checks go on all the same. */
		error_prefix(&err, "checking goes on in process %d, which cannot be shown here: ", (int)handover_pid(parting->handover));
		parting->settings.over(parting->settings.arg, &err);
		return;
	}
	owner_open_door(owner, parting->viewer);
	log_line(LOG_LEVEL_DEBUG, "checking goes on in process %d", (int)handover_pid(parting->handover));
}

static void say_stopped(struct parting *parting, const struct error *err)
{
	void (*stopped)(void *arg, const struct error *err) = parting->stopped;

	uv_timer_stop(&parting->patience);
	parting->stopped = NULL;
	if (stopped)
		stopped(parting->stopped_arg, err);
}

/* Whoever owns the database from now on, if anybody does, is none of ours. */
static void gone(void *arg)
{
	struct parting *parting = arg;

	parting->settings.owner->board.handed_over = false;
	say_stopped(parting, NULL);
}

void parting_begin(struct parting *parting)
{
	struct owner *owner = parting->settings.owner;
	struct handover_settings settings = {
		.loop = parting->settings.loop,
		.lock = owner->lock.fd,
		.configuration = owner->conf->path,
		.database = owner->database,
		.socket = parting->settings.owner->socket,
		.arg = parting, .prepared = prepared, .ready = ready, .failed = failed, .gone = gone,
	};
	struct error err;

	if (parting->stage == STAGE_DONE) {
		tell_screen(parting, NULL);
		return;
	}
	if (parting->stage != STAGE_HERE)
		return;
	if (!owner->database || owner->lock.fd < 0)
		error_set(&err, EXIT_UNAVAILABLE, "there is no database to hand over");
	else if (!settings.socket)
		error_set(&err, EXIT_UNAVAILABLE, "there is no socket to look on by");
	else
		parting->handover = handover_start(&settings, &err);
	if (parting->handover)
		parting->stage = STAGE_PREPARING;
	else
		stay(parting, &err);
}

pid_t parting_pid(const struct parting *parting)
{
	return parting->stage == STAGE_DONE ? handover_pid(parting->handover) : 0;
}

bool parting_is_done(const struct parting *parting)
{
	return parting->stage == STAGE_DONE;
}

static void does_not_stop(uv_timer_t *timer)
{
	struct parting *parting = timer->data;
	struct error err;

	error_set(&err, EXIT_UNAVAILABLE, "process %d was asked to stop, and still checks", (int)parting_pid(parting));
	say_stopped(parting, &err);
}

static void stop_replied(void *arg, const struct reply *reply)
{
	struct parting *parting = arg;

	/* It is our child, so there is another way to say it. */
	if (!reply->done && parting_pid(parting))
		kill(parting_pid(parting), SIGTERM);
}

bool parting_stop_other(struct parting *parting, void (*done)(void *arg, const struct error *err), void *arg)
{
	struct command *command;
	struct error err;

	if (!parting_pid(parting))
		return false;
	parting->stopped = done;
	parting->stopped_arg = arg;
	uv_timer_start(&parting->patience, does_not_stop, STOP_MS, 0);
	command = command_create(COMMAND_STOP, 0);
	command->reply = stop_replied;
	command->reply_arg = parting;
	if (!viewer_submit(parting->viewer, command, &err))
		kill(parting_pid(parting), SIGTERM);
	return true;
}

static void forget(uv_handle_t *handle)
{
	free(handle->data);
}

void parting_close(struct parting *parting)
{
	if (!parting)
		return;
	parting->stopped = NULL;
	owner_shut_door(parting->settings.owner, "kumatop is stopping");
	viewer_stop(parting->viewer);
	parting->viewer = NULL;
	handover_close(parting->handover);
	uv_close((uv_handle_t *)&parting->patience, forget);
}
