/*
 * The control thread; see control.h. It waits in its own libuv loop for signals, for changes of the configuration and for the screen to
 * end.
 */
#include "control.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "parting.h"
#include "reload.h"

/* An editor writes a file in several steps; what it did is looked at when it has been quiet for so long. */
enum { SETTLE_MS = 500, SIGNALS = 5, LOOP_STOP_MS = 500 };

struct control {
	struct owner *owner;
	uv_loop_t loop;
	uv_signal_t signals[SIGNALS];
	uv_async_t from_screen;
	uv_fs_event_t directory, parts;	/* of the configuration, and its conf.d */
	uv_timer_t settle;
	uv_async_t ordered;
	uv_timer_t patience;		/* with what is under way on other threads, at the end */
	struct reloader *reloader;
	struct mono terminal_lost;	/* when; zero: not */
	struct parting *parting;
	struct error trouble;		/* what it ends with; code EXIT_FINE: nothing */
};

/* Set by the screen's thread, perhaps before the loop stands. */
static atomic_int screen_end;	/* 0: no; 1 + enum screen_end */
static atomic_bool hand_over_wanted;
static _Atomic(uv_async_t *) screen_async;
static _Atomic(uv_async_t *) orders_async;

static void wake_from_screen(void)
{
	uv_async_t *async = atomic_load(&screen_async);

	if (async)
		uv_async_send(async);
}

void control_screen_ended(void *arg, enum screen_end how)
{
	int expected = 0;

	atomic_compare_exchange_strong(&screen_end, &expected, 1 + (int)how);
	wake_from_screen();
}

void control_hand_over(void *arg)
{
	atomic_store(&hand_over_wanted, true);
	wake_from_screen();
}

static void stop(struct control *control)
{
	uv_stop(&control->loop);
}

/* Any thread; perhaps before the loop stands. */
void control_wake(void *arg)
{
	uv_async_t *async = atomic_load(&orders_async);

	if (async)
		uv_async_send(async);
}

static void answer(struct command *command, bool done, const char *text)
{
	struct reply reply = { .ticket = command->ticket, .kind = command->kind, .done = done, .result = result_make(OUTCOME_INTERNAL) };

	text_copy(reply.text, sizeof(reply.text), text);
	if (command->reply)
		command->reply(command->reply_arg, &reply);
	command_destroy(command);
}

static void ordered(uv_async_t *async)
{
	struct control *control = async->data;
	struct command *command;

	while ((command = mailbox_pop(control->owner->orders))) {
		if (command->kind == COMMAND_RELOAD) {
			reloader_ask(control->reloader, true, command);
			continue;
		}
		log_line(LOG_LEVEL_INFO, "%s asked kumatop to stop", command->who);
		text_copy(control->owner->stopped_by, sizeof(control->owner->stopped_by), command->who);
		answer(command, true, "kumatop is stopping");
		stop(control);
	}
}

static void refuse_orders(struct owner *owner)
{
	struct command *command;

	while ((command = mailbox_pop(owner->orders)))
		answer(command, false, "kumatop is stopping");
}

void control_take_access(struct owner *owner, struct access *access)
{
	struct access *before = owner->access;

	owner->access = access ? access_hold(access) : access_create((uint32_t)geteuid());
	if (owner->server)
		link_server_set_access(owner->server, owner->access);
	access_release(before);
}

/* A command in another environment (cron has no XDG_RUNTIME_DIR) or folder finds it by the lock. */
static void tell_socket(struct owner *owner)
{
	char *real = realpath(owner->socket, NULL);
	struct error err;

	if (owner->lock.fd >= 0 && !lock_tell_socket(&owner->lock, real ? real : owner->socket, &err))
		log_line(LOG_LEVEL_DEBUG, "%s", err.text);
	free(real);
}

/* That nobody can attach is no reason not to check. */
static void start_server(struct control *control)
{
	struct owner *owner = control->owner;
	struct link_server_settings settings = {
		.path = owner->socket,
		.board = &owner->board,
		.access = owner->access,
		.defaults = &owner->conf->settings,
		.version = KUMATOP_VERSION,
		.owner = owner->user,
	};
	struct error err;

	if (!owner->socket)
		return;
	owner->server = link_server_start(&control->loop, &settings, &err);
	if (owner->server) {
		tell_socket(owner);
		return;
	}
	log_line(LOG_LEVEL_WARNING, "nobody can attach: %s", err.text);
	free(owner->socket);
	owner->socket = NULL;
}

static void settled(uv_timer_t *timer)
{
	struct control *control = timer->data;

	reloader_ask(control->reloader, false, NULL);
}

static bool is_ours(const char *path, const char *name)
{
	const char *base = strrchr(path, '/');

	/* "..data" is what a mounted ConfigMap swaps. */
	return !name || strcmp(name, base ? base + 1 : path) == 0 || strcmp(name, "conf.d") == 0 || strcmp(name, "..data") == 0;
}

static void directory_changed(uv_fs_event_t *handle, const char *name, int events, int status)
{
	struct control *control = handle->data;

	if (status == 0 && is_ours(control->owner->conf->path, name))
		uv_timer_start(&control->settle, settled, SETTLE_MS, 0);
}

static void parts_changed(uv_fs_event_t *handle, const char *name, int events, int status)
{
	struct control *control = handle->data;

	if (status == 0)
		uv_timer_start(&control->settle, settled, SETTLE_MS, 0);
}

static void watch_configuration(struct control *control)
{
	const char *path = control->owner->conf->path;
	const char *slash;
	char *directory, *parts;

	uv_fs_event_init(&control->loop, &control->directory);
	uv_fs_event_init(&control->loop, &control->parts);
	uv_timer_init(&control->loop, &control->settle);
	control->directory.data = control->parts.data = control->settle.data = control;
	if (!path)
		return;
	slash = strrchr(path, '/');
	directory = slash ? heap_text_n(path, slash == path ? 1 : (size_t)(slash - path)) : heap_text(".");
	parts = heap_print("%s/conf.d", directory);
	/* Without it SIGHUP still reloads. */
	if (uv_fs_event_start(&control->directory, directory_changed, directory, 0) != 0)
		log_line(LOG_LEVEL_DEBUG, "changes in %s are not noticed by themselves", directory);
	if (access(parts, F_OK) == 0 && uv_fs_event_start(&control->parts, parts_changed, parts, 0) != 0)
		log_line(LOG_LEVEL_DEBUG, "changes in %s are not noticed by themselves", parts);
	free(directory);
	free(parts);
}

/* The terminal is gone: with a database on disk the watch goes on without a screen. */
static void lose_terminal(struct control *control)
{
	struct owner *owner = control->owner;
	int null;

	if (!owner->screen)
		return;
	control->terminal_lost = mono_now();
	owner_end_screen(owner);
	if (!owner->database || owner->screen_left_behind || parting_is_done(control->parting)) {
		stop(control);
		return;
	}
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		if (isatty(fd) || fd == 0)
			dup2(null, fd);
	if (null > 2)
		close(null);
	log_set_timestamps(true);
	log_line(LOG_LEVEL_WARNING, "the terminal is gone; checking goes on without a screen");
}

static void end_with(void *arg, const struct error *err)
{
	struct control *control = arg;

	if (err)
		control->trouble = *err;
	stop(control);
}

static void from_screen(uv_async_t *async)
{
	struct control *control = async->data;
	int how = atomic_load(&screen_end);

	if (how == 1 + SCREEN_QUIT)
		cli_who(control->owner->stopped_by, sizeof(control->owner->stopped_by));
	if (atomic_exchange(&hand_over_wanted, false))
		parting_begin(control->parting);
	if (how == 1 + SCREEN_LOST)
		lose_terminal(control);
	else if (how == 1 + SCREEN_QUIT && parting_stop_other(control->parting, end_with, control))
		owner_end_screen(control->owner);
	else if (how)
		stop(control);
}

static bool lay_down(void *arg)
{
	struct control *control = arg;
	struct owner *owner = control->owner;
	bool ended;

	link_server_stop(owner->server, "another process goes on with the checks", true);
	ended = owner_stop_watch(owner);
	if (ended)
		owner_free_watch(owner);
	return ended;
}

static bool take_up(void *arg, struct error *err)
{
	struct control *control = arg;

	/* The other may have put its name to the lock. */
	if (!lock_sign(&control->owner->lock, err))
		log_line(LOG_LEVEL_WARNING, "%s", err->text);
	if (!owner_start_watch(control->owner, err))
		return false;
	start_server(control);
	/* The file may say something else than it did when we began. */
	if (control->owner->conf->path)
		reloader_ask(control->reloader, true, NULL);
	return true;
}

static void open_parting(struct control *control)
{
	struct parting_settings settings = {
		.owner = control->owner, .loop = &control->loop, .arg = control, .lay_down = lay_down, .take_up = take_up, .over = end_with,
	};

	control->parting = parting_create(&settings);
}

/* What brings the board back that the screen has left. */
static void print_way_back(const struct control *control)
{
	const struct owner *owner = control->owner;
	char *usual_file = conf_find(NULL), *usual_database = conf_database_path(owner->conf, NULL);
	const char *file = owner->conf->path && (!usual_file || strcmp(usual_file, owner->conf->path) != 0) ? owner->conf->path : NULL;
	const char *database = !usual_database || strcmp(usual_database, owner->database) != 0 ? owner->database : NULL;
	char *where = heap_print("%s%s%s%s", file ? " --config " : "", file ? file : "", database ? " --database " : "", database ? database : "");

	cli_say("checking goes on as process %d: kumatop%s shows it, kumatop stop%s stops it", (int)parting_pid(control->parting), where, where);
	free(where);
	free(usual_file);
	free(usual_database);
}

static void say_how_it_ended(struct control *control, bool *fine, struct error *err)
{
	if (control->trouble.code != EXIT_FINE) {
		*err = control->trouble;
		*fine = false;
	} else if (atomic_load(&screen_end) == 1 + SCREEN_LEFT && parting_pid(control->parting)) {
		print_way_back(control);
	}
}

/* A lost line sends SIGHUP too, once or twice; a terminal that is still there means that somebody asks for a reload. */
static void hang_up(struct control *control)
{
	bool just_lost = control->terminal_lost.us && mono_between_us(control->terminal_lost, mono_now()) < 5 * SECOND_US;

	if (control->owner->screen && !isatty(STDIN_FILENO))
		lose_terminal(control);
	else if (!just_lost)
		reloader_ask(control->reloader, true, NULL);
}

static void signalled(uv_signal_t *handle, int number)
{
	struct control *control = handle->data;

	if (number == SIGHUP)
		hang_up(control);
	else if (number == SIGWINCH && control->owner->screen)
		screen_resized(control->owner->screen);
	else if (number != SIGWINCH)
		stop(control);
}

static void close_handle(uv_handle_t *handle, void *arg)
{
	if (!uv_is_closing(handle) && handle != arg)
		uv_close(handle, NULL);
}

static void give_up(uv_timer_t *timer)
{
	struct control *control = timer->data;

	control->owner->loop_left_behind = true;
	stop(control);
}

/* A look into the user database may hang: it is not waited for, and keeps what it uses. */
static void end_loop(struct control *control)
{
	reloader_close(control->reloader);
	uv_walk(&control->loop, close_handle, &control->patience);
	uv_timer_start(&control->patience, give_up, LOOP_STOP_MS, 0);
	uv_unref((uv_handle_t *)&control->patience);
	uv_run(&control->loop, UV_RUN_DEFAULT);
	if (control->owner->loop_left_behind)
		return;
	uv_close((uv_handle_t *)&control->patience, NULL);
	uv_run(&control->loop, UV_RUN_DEFAULT);
	uv_loop_close(&control->loop);
	free(control);
}

static void listen_to_others(struct control *control)
{
	uv_async_init(&control->loop, &control->from_screen, from_screen);
	uv_async_init(&control->loop, &control->ordered, ordered);
	uv_timer_init(&control->loop, &control->patience);
	control->from_screen.data = control->ordered.data = control->patience.data = control;
	atomic_store(&screen_async, &control->from_screen);
	atomic_store(&orders_async, &control->ordered);
	wake_from_screen();
	uv_async_send(&control->ordered);
}

bool control_run(struct owner *owner, const sigset_t *mask, struct error *err)
{
	static const int numbers[SIGNALS] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGWINCH };
	struct control *control = heap_zero(1, sizeof(*control));
	bool fine = true;
	sigset_t blocked;

	control->owner = owner;
	if (uv_loop_init(&control->loop) != 0) {
		free(control);
		return error_set(err, EXIT_INTERNAL, "no event loop: the system is out of descriptors");
	}
	for (int i = 0; i < SIGNALS && fine; i++) {
		uv_signal_init(&control->loop, &control->signals[i]);
		control->signals[i].data = control;
		fine = uv_signal_start(&control->signals[i], signalled, numbers[i]) == 0
		    || error_set(err, EXIT_INTERNAL, "signal %d cannot be handled", numbers[i]);
	}
	control->reloader = reloader_create(&control->loop, owner);
	open_parting(control);
	listen_to_others(control);
	watch_configuration(control);
	start_server(control);
	if (fine && !owner->with_screen)
		owner_say_ready(owner);
	if (fine && owner->heritage)
		handover_tell(owner->heritage, NULL);
	pthread_sigmask(SIG_SETMASK, mask, &blocked);
	if (fine)
		uv_run(&control->loop, UV_RUN_DEFAULT);
	pthread_sigmask(SIG_SETMASK, &blocked, NULL);
	link_server_stop(owner->server, "kumatop is stopping", false);
	/* A screen's thread may wake this loop as long as it runs, so it ends first; one that cannot keeps the loop. */
	owner_end_screen(owner);
	say_how_it_ended(control, &fine, err);
	if (owner->screen_left_behind)
		return fine;
	atomic_store(&screen_async, NULL);
	atomic_store(&orders_async, NULL);
	mailbox_close(owner->orders);
	refuse_orders(owner);
	parting_close(control->parting);
	end_loop(control);
	return fine;
}
