/*
 * kumatop as a viewer; see viewer.h. Signals, the link to the owner and the end of the screen meet in one libuv loop; there is nothing
 * here to be saved or handed over when it ends.
 */
#include "viewer.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "cli.h"
#include "kumatop/buf.h"
#include "kumatop/call.h"
#include "kumatop/format.h"
#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/text.h"
#include "kumatop/viewer.h"
#include "kumatop/when.h"

enum {
	SIGNALS = 5,
	SCREEN_STOP_MS = 500,
	SAY_PATH_MS = 1000, SAY_PROGRAM_MS = 10000,	/* until it is said what is waited for; ssh may ask for a password meanwhile */
	CALL_MS = 5000, PICTURE_MS = 10000,
};

struct looking {
	const struct viewer_run *run;
	uv_loop_t loop;
	uv_signal_t signals[SIGNALS];
	uv_async_t screen_ended;
	uv_timer_t patience;
	struct snapshot_hub *hub;
	struct viewer *viewer;
	struct screen *screen;
	struct wire_hello hello;	/* of the first owner: the screen borrows its texts */
	char whose[sizeof(((struct wire_hello *)NULL)->owner) + sizeof(((struct wire_hello *)NULL)->host)];
	struct board board;
	bool unreached, left_behind;
	int status;
};

static void stop(struct looking *looking)
{
	uv_stop(&looking->loop);
}

static void fail(struct looking *looking, const struct error *err)
{
	looking->status = cli_fail(err);
	stop(looking);
}

/* Screen's thread. */
static void end_of_screen(void *arg, enum screen_end how)
{
	struct looking *looking = arg;

	(void)how;
	uv_async_send(&looking->screen_ended);
}

static bool submit(void *arg, struct command *command, struct error *err)
{
	struct looking *looking = arg;

	return viewer_submit(looking->viewer, command, err);
}

static bool ask(void *arg, const struct history_query *query, void (*answer)(void *answer_arg, struct history_answer *answer),
    void *answer_arg, struct error *err)
{
	struct looking *looking = arg;

	return viewer_ask(looking->viewer, query, answer, answer_arg, err);
}

static void start_screen(struct looking *looking, const struct wire_hello *hello)
{
	struct error err;

	looking->hello = *hello;
	hello = &looking->hello;
	looking->board.hub = looking->hub;
	looking->board.arg = looking;
	looking->board.submit = submit;
	looking->board.ask = ask;
	looking->board.screen_ended = end_of_screen;
	snprintf(looking->whose, sizeof(looking->whose), "%s%s%s", hello->owner, *hello->owner ? "@" : "", hello->host);
	looking->board.host = looking->whose;
	looking->board.database = hello->database[0] ? hello->database : NULL;
	looking->board.configuration = hello->configuration[0] ? hello->configuration : NULL;
	log_hold(true);
	looking->screen = screen_start(&looking->board, &looking->run->screen, &err);
	if (looking->screen)
		return;
	log_hold(false);
	fail(looking, &err);
}

static void attached(void *arg, const struct wire_hello *hello)
{
	struct looking *looking = arg;

	uv_timer_stop(&looking->patience);
	if (!looking->screen)
		start_screen(looking, hello);
}

/* Once there is a screen, the picture says it. */
static void not_reached(void *arg, const struct error *err)
{
	struct looking *looking = arg;

	if (looking->screen)
		return;
	looking->unreached = true;
	fail(looking, err);
}

static void said(void *arg, const char *line)
{
	(void)arg;
	cli_say("%s", line);
}

static void say_waiting(uv_timer_t *timer)
{
	struct looking *looking = timer->data;

	cli_say("waiting for the kumatop on %s to answer; ^C gives up", looking->run->place);
}

static void screen_is_over(uv_async_t *async)
{
	stop(async->data);
}

/* A lost line sends SIGHUP; there is no configuration here to reload. */
static void signalled(uv_signal_t *handle, int number)
{
	struct looking *looking = handle->data;

	if (number != SIGWINCH) {
		if (!looking->screen)
			looking->status = 128 + number;
		stop(looking);
	} else if (looking->screen) {
		screen_resized(looking->screen);
	}
}

static bool take_signals(struct looking *looking, struct error *err)
{
	static const int numbers[SIGNALS] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGWINCH };

	for (int i = 0; i < SIGNALS; i++) {
		uv_signal_init(&looking->loop, &looking->signals[i]);
		looking->signals[i].data = looking;
		if (uv_signal_start(&looking->signals[i], signalled, numbers[i]) != 0)
			return error_set(err, EXIT_INTERNAL, "signal %d cannot be handled", numbers[i]);
	}
	return true;
}

static bool start(struct looking *looking, struct error *err)
{
	const struct viewer_run *run = looking->run;
	struct viewer_settings settings = {
		.path = run->path, .program = run->program, .place = run->place, .hub = looking->hub, .version = KUMATOP_VERSION,
		.arg = looking, .attached = attached, .refused = not_reached, .lost = not_reached, .said = said,
	};

	uv_async_init(&looking->loop, &looking->screen_ended, screen_is_over);
	uv_timer_init(&looking->loop, &looking->patience);
	looking->screen_ended.data = looking->patience.data = looking;
	if (!take_signals(looking, err))
		return false;
	looking->viewer = viewer_start(&looking->loop, &settings, err);
	if (!looking->viewer)
		return false;
	uv_timer_start(&looking->patience, say_waiting, run->path ? SAY_PATH_MS : SAY_PROGRAM_MS, 0);
	return true;
}

static void end_screen(struct looking *looking)
{
	if (!looking->screen)
		return;
	screen_ask_to_end(looking->screen);
	looking->left_behind = !screen_finish(looking->screen, SCREEN_STOP_MS);
	log_hold(false);
}

static void close_handle(uv_handle_t *handle, void *arg)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void run_loop(struct looking *looking, const sigset_t *mask)
{
	struct error err;

	if (start(looking, &err)) {
		pthread_sigmask(SIG_SETMASK, mask, NULL);
		uv_run(&looking->loop, UV_RUN_DEFAULT);
	} else {
		looking->status = cli_fail(&err);
	}
	/* The screen's thread asks the viewer as long as it runs, so it ends first. */
	end_screen(looking);
	if (looking->left_behind)
		_exit(looking->status);
	viewer_stop(looking->viewer);
	uv_walk(&looking->loop, close_handle, NULL);
	uv_run(&looking->loop, UV_RUN_DEFAULT);
	uv_loop_close(&looking->loop);
}

int viewer_run(const struct viewer_run *run, bool *unreached)
{
	struct looking *looking = heap_zero(1, sizeof(*looking));
	sigset_t all, old;
	struct error err;
	int status;

	/* Signals are taken only while the loop runs: none meets its default action, which would leave the terminal as it is. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	looking->run = run;
	if (uv_loop_init(&looking->loop) != 0) {
		error_set(&err, EXIT_INTERNAL, "no event loop: the system is out of descriptors");
		looking->status = cli_fail(&err);
	} else {
		looking->hub = snapshot_hub_create();
		run_loop(looking, &old);
		snapshot_hub_destroy(looking->hub);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	status = looking->status;
	*unreached = looking->unreached;
	free(looking);
	return status;
}

static void print(const struct snapshot *picture, bool json, int *status)
{
	enum verdict worst = VERDICT_UP;
	struct buf out;

	for (size_t i = 0; i < picture->count; i++) {
		enum state state = snapshot_view(picture, i)->standing.state;

		if (state != STATE_PAUSED)
			worst = verdict_worse(worst, state_verdict(state));
	}
	buf_init(&out, SIZE_MAX / 2);
	if (json)
		format_board_json(&out, picture, 0);
	else
		format_board_text(&out, picture, unix_now_us());
	*status = verdict_exit_code(picture->count ? worst : VERDICT_UNKNOWN);
	cli_write(&out, status);
	buf_finish(&out);
	if (!picture->count)
		cli_say("there are no monitors: kumatop add TARGET");
}

bool viewer_print(const char *path, bool json, int *status)
{
	static const struct wire_watch everything;
	const struct snapshot *picture = NULL;
	struct error err;
	struct call *call = call_open(path, KUMATOP_VERSION, CALL_MS, &err);

	if (call && call_watch(call, &everything, &err))
		picture = call_picture(call, PICTURE_MS, &err);
	if (picture)
		print(picture, json, status);
	else
		*status = cli_fail(&err);
	snapshot_release(picture);
	call_close(call);
	return picture != NULL;
}
