/* A running kumatop; see owner.h. What the control thread does while it runs is in control.c. */
#include "owner.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "keeper.h"
#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/place.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

enum { BEATS_WAITING_MOST = 200000, STORE_STOP_MS = 3000, READER_STOP_MS = 500, SCREEN_STOP_MS = 500, LOG_STOP_MS = 300, ORDERS_MOST = 16 };

static void sink_beat(void *arg, const struct beat *beat)
{
	store_beat(arg, beat);
}

static void sink_event(void *arg, const struct event *event, const struct kept_standing *standing)
{
	store_event(arg, event, standing);
}

static void sink_standing(void *arg, const struct kept_standing *standing)
{
	store_put_standing(arg, standing);
}

static void sink_monitor(void *arg, const struct kept_monitor *monitor)
{
	store_put_monitor(arg, monitor);
}

static void sink_retire(void *arg, monitor_id monitor)
{
	store_retire_monitor(arg, monitor);
}

static void sink_remove(void *arg, monitor_id monitor)
{
	store_remove_monitor(arg, monitor);
}

static char *sink_print(void *arg, const struct monitor_spec *spec)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	conf_print_monitor(spec, true, &text);
	if (!text.full)
		return buf_take(&text);
	buf_finish(&text);
	log_line(LOG_LEVEL_ERROR, "%s is too long to be kept", spec->name);
	return NULL;
}

/* Store thread. A database that could not be opened stays the trouble while nothing worse happens to what stands in for it. */
static void take_health(void *arg, const struct store_health *health)
{
	struct owner *owner = arg;
	struct store_health told = *health;

	if (!told.trouble[0])
		text_copy(told.trouble, sizeof(told.trouble), owner->trouble);
	else
		log_line(LOG_LEVEL_ERROR, "%s", told.trouble);
	engine_tell_health(owner->engine, &told);
}

static void take_spans(void *arg, monitor_id monitor, struct span *spans, size_t count)
{
	engine_restore_spans(arg, monitor, spans, count);
}

/* Store thread: the database that could not be opened is there now. */
static void take_database(void *arg, const char *path)
{
	struct owner *owner = arg;

	owner->trouble[0] = '\0';
	reader_turn_to(owner->reader, path);
}

/*
 * History cannot be kept on disk: checking and showing go on, from memory, and the reason is said. What may pass (no room, nothing
 * mounted) is tried again by the store; a file that is not for us is left alone.
 */
static void do_without_disk(struct owner *owner, const struct error *err)
{
	snprintf(owner->trouble, sizeof(owner->trouble), "history is not kept: %.220s", err->text);
	log_line(LOG_LEVEL_ERROR, "%s", owner->trouble);
	if (err->code == EXIT_DATA) {
		lock_drop(&owner->lock);
		free(owner->database);
	} else {
		owner->later = owner->database;
	}
	owner->database = NULL;
}

static bool open_store(struct owner *owner, struct error *err)
{
	struct store_settings settings = {
		.path = owner->database,
		.later = owner->later,
		.later_lock = owner->later && owner->lock.fd >= 0 ? &owner->lock : NULL,
		.taken_up = take_database,
		.flush_ms = owner->conf->settings.flush_ms,
		.keep_raw_ms = owner->conf->settings.keep_raw_ms,
		.keep_5min_ms = owner->conf->settings.keep_5min_ms,
		.keep_hour_ms = owner->conf->settings.keep_hour_ms,
		.keep_day_ms = owner->conf->settings.keep_day_ms,
		.waiting_most = BEATS_WAITING_MOST,
		.health = take_health,
		.health_arg = owner,
	};
	char *notice = NULL;

	owner->store = store_open(&settings, err, &notice);
	if (notice) {
		log_line(LOG_LEVEL_WARNING, "%s", notice);
		text_copy(owner->trouble, sizeof(owner->trouble), notice);
	}
	free(notice);
	return owner->store != NULL;
}

/* The lock as it came, once whoever had it before has closed the database. */
static bool inherit(struct owner *owner, struct error *err)
{
	if (!owner->database)
		return error_set(err, EXIT_USAGE, "--inherit takes a database");
	return lock_inherit(&owner->lock, owner->database, owner->heritage->lock, err) && handover_await(owner->heritage, err)
	    && lock_sign(&owner->lock, err);
}

/* Only a database that somebody else owns is a reason not to run. Who handed it to us keeps it if it is of no use here. */
static bool open_history(struct owner *owner, struct error *err)
{
	if (owner->heritage)
		return inherit(owner, err) && open_store(owner, err);
	if (owner->database && (!keeper_make_parents(owner->database, err) || !lock_take(&owner->lock, owner->database, err))) {
		if (err->code == EXIT_LOCKED)
			return false;
		do_without_disk(owner, err);
	}
	if (!open_store(owner, err)) {
		if (!owner->database)
			return false;
		do_without_disk(owner, err);
		if (!open_store(owner, err))
			return false;
	}
	return true;
}

static bool add_entry(struct owner *owner, const struct roster_entry *entry, struct archive *archive, struct error *err)
{
	struct kept_marks marks = { 0 };
	bool fine;

	if (!entry->spec) {
		engine_remember(owner->engine, entry->name, entry->id);
		return true;
	}
	if (entry->id && !archive_marks(archive, entry->id, &marks, err))
		return false;
	fine = engine_add(owner->engine, entry->spec, entry->id, entry->standing, &marks, err);
	kept_marks_finish(&marks);
	return fine;
}

/* The accounts of the last day are read back while checking has long begun. */
static bool restore_day(struct owner *owner, const struct roster *roster, struct error *err)
{
	monitor_id *ids = heap_zero(roster->count + 1, sizeof(*ids));
	int64_t now_us = unix_now_us();
	size_t count = 0;
	bool fine;

	for (size_t i = 0; i < roster->count; i++)
		if (roster->entries[i].spec && roster->entries[i].id)
			ids[count++] = roster->entries[i].id;
	fine = !count || reader_restore(owner->reader, ids, count, now_us - DAY_US, now_us, take_spans, owner->engine, err);
	free(ids);
	return fine;
}

/* Reader thread. */
static struct monitor_spec *make_spec(void *arg, const struct kept_monitor *kept)
{
	(void)arg;
	return roster_spec(kept);
}

static bool load_monitors(struct owner *owner, struct error *err)
{
	struct archive *archive = archive_open(store_path(owner->store), err);
	struct engine_settings settings = {
		.hub = owner->hub,
		.sinks = { owner->store, sink_beat, sink_event, sink_standing, sink_monitor, sink_retire, sink_remove, sink_print },
		.in_flight = (size_t)owner->conf->settings.in_flight,
		.history_kept = owner->database != NULL,
	};
	char *nameservers = cli_nameservers(owner->conf);
	struct roster roster = { 0 };
	bool fine = archive && roster_read(&roster, owner->conf, archive, err);

	settings.nameservers = nameservers;
	settings.highest_id = roster.highest_id;
	fine = fine && (owner->engine = engine_create(&settings, err));
	for (size_t i = 0; fine && i < roster.notes.count; i++)
		log_line(LOG_LEVEL_WARNING, "%s", roster.notes.items[i]);
	for (size_t i = 0; fine && i < roster.count; i++) {
		owner->monitors += roster.entries[i].spec != NULL;
		fine = add_entry(owner, &roster.entries[i], archive, err);
	}
	fine = fine && (owner->reader = reader_start(store_path(owner->store), err));
	if (fine)
		reader_show_boards(owner->reader, owner->hub, make_spec, NULL);
	if (fine && owner->trouble[0])
		take_health(owner, &(struct store_health){ 0 });
	/* From here on owner->trouble is the store thread's. */
	fine = fine && store_start(owner->store, err)
	    && engine_start(owner->engine, err) && restore_day(owner, &roster, err);
	/* What parsing needed goes back to the system before it is measured as ours for good. */
	malloc_trim(0);
	archive_close(archive);
	roster_finish(&roster);
	free(nameservers);
	return fine;
}

bool owner_start_watch(struct owner *owner, struct error *err)
{
	owner->monitors = 0;
	return open_store(owner, err) && load_monitors(owner, err);
}

bool owner_stop_watch(struct owner *owner)
{
	if (owner->engine)
		engine_stop(owner->engine, owner->stopped_by);
	/* A store that goes on may yet turn the reader to another file, so that one stays as it is. */
	if (owner->store && !store_stop(owner->store, STORE_STOP_MS)) {
		log_line(LOG_LEVEL_ERROR, "the disk does not take what waits: the last beats are lost");
		if (!store_has_ended(owner->store))
			return false;
	}
	if (!reader_stop(owner->reader, READER_STOP_MS))
		return false;
	owner->reader = NULL;
	return true;
}

void owner_free_watch(struct owner *owner)
{
	link_server_destroy(owner->server);
	engine_destroy(owner->engine);
	if (owner->store)
		store_close(owner->store);
	owner->server = NULL;
	owner->engine = NULL;
	owner->store = NULL;
	owner->reader = NULL;
}

void owner_shut_door(struct owner *owner, const char *why)
{
	pthread_mutex_lock(&owner->door);
	owner->shut = why;
	pthread_mutex_unlock(&owner->door);
}

void owner_open_door(struct owner *owner, struct viewer *viewer)
{
	pthread_mutex_lock(&owner->door);
	owner->shut = NULL;
	owner->viewer = viewer;
	pthread_mutex_unlock(&owner->door);
}

/* What changes more than monitors is the control thread's to do. */
static bool submit_here(struct owner *owner, struct command *command, struct error *err)
{
	if (command->kind != COMMAND_STOP && command->kind != COMMAND_RELOAD)
		return engine_submit(owner->engine, command, err);
	if (mailbox_push(owner->orders, command))
		return true;
	command_destroy(command);
	return error_set(err, EXIT_UNAVAILABLE, "kumatop is stopping, or too many ask for that at once");
}

static bool board_submit(void *arg, struct command *command, struct error *err)
{
	struct owner *owner = arg;
	bool fine;

	if (!command->who[0])
		cli_who(command->who, sizeof(command->who));
	/* Held while the command goes into a mailbox, so that nobody asks what has just been freed. */
	pthread_mutex_lock(&owner->door);
	if (owner->shut) {
		fine = error_set(err, EXIT_UNAVAILABLE, "%s", owner->shut);
		command_destroy(command);
	} else {
		fine = owner->viewer ? viewer_submit(owner->viewer, command, err) : submit_here(owner, command, err);
	}
	pthread_mutex_unlock(&owner->door);
	return fine;
}

static bool board_ask(void *arg, const struct history_query *query, void (*answer)(void *answer_arg, struct history_answer *answer),
    void *answer_arg, struct error *err)
{
	struct owner *owner = arg;
	bool fine;

	pthread_mutex_lock(&owner->door);
	if (owner->shut)
		fine = error_set(err, EXIT_UNAVAILABLE, "%s", owner->shut);
	else if (owner->viewer)
		fine = viewer_ask(owner->viewer, query, answer, answer_arg, err);
	else
		fine = reader_ask(owner->reader, query, answer, answer_arg, err);
	pthread_mutex_unlock(&owner->door);
	return fine;
}

static void fill_board(struct owner *owner)
{
	owner->board = (struct board){
		.hub = owner->hub,
		.arg = owner,
		.submit = board_submit,
		.ask = board_ask,
		.screen_ended = control_screen_ended,
		.hand_over = control_hand_over,
		.host = owner->host,
		.database = owner->database,
		.configuration = owner->conf->path,
		.checks_here = true,
		.owns_database = owner->database != NULL,
	};
}

static bool start_screen(struct owner *owner, const struct screen_settings *settings, struct error *err)
{
	log_hold(true);
	owner->screen = screen_start(&owner->board, settings, err);
	if (!owner->screen)
		log_hold(false);
	return owner->screen != NULL;
}

void owner_end_screen(struct owner *owner)
{
	if (!owner->screen)
		return;
	screen_ask_to_end(owner->screen);
	owner->screen_left_behind = !screen_finish(owner->screen, SCREEN_STOP_MS);
	owner->screen = NULL;
	log_hold(false);
}

/*
 * Stopped in the order of the flow, the screen before all: nobody gives history to a store that is gone, or asks a reader that is. false:
 * a thread hangs in a disk or a terminal that does not answer, and still uses what would be freed.
 */
static bool stop_all(struct owner *owner)
{
	bool ended;

	owner_end_screen(owner);
	ended = owner_stop_watch(owner);
	return ended && !owner->screen_left_behind && !owner->loop_left_behind;
}

static void free_all(struct owner *owner)
{
	owner_free_watch(owner);
	snapshot_hub_destroy(owner->hub);
	lock_drop(&owner->lock);
	free(owner->database);
	free(owner->later);
	free(owner->socket);
	access_release(owner->access);
	mailbox_destroy(owner->orders);
	conf_free(owner->conf);
	pthread_mutex_destroy(&owner->door);
	free(owner);
}

/* Only who has the database's lock is somebody to attach to: two owners must not be found in one place. */
static void find_socket(struct owner *owner, const char *option)
{
	const char *database = owner->database ? owner->database : owner->later, *environment = getenv("KUMATOP_SOCKET");
	char *named = NULL;
	struct error err;

	if (owner->lock.fd < 0 || !database) {
		log_line(LOG_LEVEL_DEBUG, "without a database of its own nobody can attach to this kumatop");
		return;
	}
	if (option || (environment && *environment))
		named = heap_text(option ? option : environment);
	else
		named = conf_socket_path(owner->conf);
	owner->socket = place_of_socket(named, database, &err);
	if (!owner->socket)
		log_line(LOG_LEVEL_WARNING, "nobody can attach: %s", err.text);
	free(named);
}

static bool open_all(struct owner *owner, struct owner_settings *settings, struct error *err)
{
	owner->hub = snapshot_hub_create();
	if (gethostname(owner->host, sizeof(owner->host) - 1) != 0)
		text_copy(owner->host, sizeof(owner->host), "localhost");
	owner->host[strcspn(owner->host, ".")] = '\0';
	cli_name_user(geteuid(), owner->user, sizeof(owner->user));
	if (!settings->no_database)
		owner->database = conf_database_path(owner->conf, settings->database);
	if (!open_history(owner, err) || !load_monitors(owner, err))
		return false;
	control_take_access(owner, owner->conf->access);
	find_socket(owner, settings->socket);
	fill_board(owner);
	if (!settings->with_screen)
		return true;
	settings->screen.defaults = &owner->conf->settings;
	if (!settings->screen.theme)
		settings->screen.theme = owner->conf->settings.theme;
	settings->screen.utc |= owner->conf->settings.utc;
	return start_screen(owner, &settings->screen, err);
}

void owner_say_ready(const struct owner *owner)
{
	log_line(LOG_LEVEL_INFO, "kumatop %s ready: database %s, %zu monitor%s, socket %s", KUMATOP_VERSION,
	    owner->database ? owner->database : "none", owner->monitors, owner->monitors == 1 ? "" : "s",
	    owner->socket ? owner->socket : "none");
}

static int run(struct owner *owner, struct owner_settings *settings, const sigset_t *mask)
{
	struct error err;

	if (!open_all(owner, settings, &err)) {
		if (owner->heritage)
			handover_tell(owner->heritage, &err);
		return cli_fail(&err);
	}
	return control_run(owner, mask, &err) ? EXIT_FINE : cli_fail(&err);
}

static void discard_order(void *order)
{
	command_destroy(order);
}

int owner_run(struct owner_settings *settings)
{
	struct owner *owner = heap_zero(1, sizeof(*owner));
	struct error err;
	sigset_t all, old;
	int status;

	owner->conf = settings->conf;
	owner->lock.fd = -1;
	owner->with_screen = settings->with_screen;
	owner->orders = mailbox_create(ORDERS_MOST, discard_order);
	mailbox_set_wake(owner->orders, control_wake, owner);
	owner->heritage = settings->heritage;
	pthread_mutex_init(&owner->door, NULL);
	/* Signals are taken only while the control loop runs: whoever sends SIGTERM twice must not kill what is about to end in order. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (!log_start_writer(&err))
		status = cli_fail(&err);
	else
		status = run(owner, settings, &old);
	if (!stop_all(owner)) {
		/* What hangs keeps what it uses, and the lock, until the process is gone. */
		log_stop_writer(LOG_STOP_MS);
		_exit(status);
	}
	free_all(owner);
	log_stop_writer(LOG_STOP_MS);
	return status;
}
