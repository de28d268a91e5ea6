/*
 * The store as others see it: opening, messages, starting and stopping its thread. What the thread does is in thread.c, what it
 * writes in writer.c, how a database is opened in opening.c.
 */
#include "inside.h"

#include <assert.h>
#include <signal.h>
#include <stdatomic.h>

#include "kumatop/heap.h"

#include "database.h"
#include "later.h"
#include "opening.h"

static void discard(void *arg)
{
	struct message *message = arg;

	if (message->type == MESSAGE_BEAT)
		atomic_fetch_add(&message->store->dropped, 1);
	message_destroy(message);
}

static void init_locks(struct store *store)
{
	pthread_condattr_t attributes;
	int failed;

	failed = pthread_mutex_init(&store->mutex, NULL);
	failed |= pthread_condattr_init(&attributes);
	failed |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	failed |= pthread_cond_init(&store->changed, &attributes);
	failed |= pthread_condattr_destroy(&attributes);
	assert(!failed);
	(void)failed;
}

struct store *store_open(const struct store_settings *settings, struct error *err, char **notice)
{
	struct store *store = heap_zero(1, sizeof *store);

	if (notice)
		*notice = NULL;
	assert(settings->waiting_most > 0);
	store->settings = *settings;
	store->settings.path = store->settings.later = NULL;
	store->settings.later_lock = NULL;
	store->lock.fd = -1;
	store->box = mailbox_create(settings->waiting_most, discard);
	init_locks(store);
	assert(!settings->later || !settings->path);
	if (opening_open(store, settings->path, err, notice)) {
		if (settings->later)
			later_begin(store, settings);
		return store;
	}
	store_close(store);
	return NULL;
}

const char *store_path(const struct store *store)
{
	return store->path;
}

static bool did_now(struct store *store, bool written, struct error *err)
{
	if (written && writer_commit(store->writer))
		return true;
	database_fail(store->db, err, store->path, "cannot be written");
	writer_rollback(store->writer);
	return false;
}

bool store_put_monitor_now(struct store *store, const struct kept_monitor *monitor, struct error *err)
{
	assert(!store->started);
	return did_now(store, writer_begin(store->writer) && writer_monitor(store->writer, monitor), err);
}

bool store_remove_monitor_now(struct store *store, monitor_id monitor, struct error *err)
{
	bool again = true;
	monitor_id gone;

	assert(!store->started);
	if (!did_now(store, writer_begin(store->writer) && writer_remove(store->writer, monitor), err))
		return false;
	while (again) {
		if (!did_now(store, writer_begin(store->writer) && writer_purge(store->writer, BATCH_MOST, &again, &gone), err))
			return false;
		upkeep_checkpoint(store);
	}
	return true;
}

bool store_put_standing_now(struct store *store, const struct kept_standing *standing, struct error *err)
{
	assert(!store->started);
	return did_now(store, writer_begin(store->writer) && writer_standing(store->writer, standing), err);
}

bool store_put_event_now(struct store *store, const struct event *event, struct error *err)
{
	assert(!store->started);
	return did_now(store, writer_begin(store->writer) && writer_event(store->writer, event, NULL), err);
}

bool store_start(struct store *store, struct error *err)
{
	sigset_t all, old;
	int failed;

	assert(!store->started);
	store->started_us = unix_now_us();
	/* Signals are the control thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	failed = pthread_create(&store->thread, NULL, thread_run, store);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (failed)
		return error_set(err, EXIT_INTERNAL, "cannot start the thread that keeps history: %s", strerror(failed));
	store->started = true;
	return true;
}

static struct message *new_message(struct store *store, enum message_type type)
{
	struct message *message = heap_zero(1, sizeof *message);

	message->type = type;
	message->store = store;
	return message;
}

static void send(struct store *store, struct message *message)
{
	mailbox_push_over(store->box, message, message_is_routine);
}

static struct kept_standing *copy_standing(const struct kept_standing *standing)
{
	struct kept_standing *copy;

	if (!standing)
		return NULL;
	copy = heap_zero(1, sizeof *copy);
	*copy = *standing;
	return copy;
}

void store_beat(struct store *store, const struct beat *beat)
{
	struct message *message = new_message(store, MESSAGE_BEAT);

	message->with.beat = *beat;
	shared_hold(beat->detail);
	shared_hold(beat->address);
	send(store, message);
}

void store_event(struct store *store, const struct event *event, const struct kept_standing *standing)
{
	struct message *message = new_message(store, MESSAGE_EVENT);

	message->with.change.event = *event;
	shared_hold(event->detail);
	shared_hold(event->evidence);
	shared_hold(event->who);
	message->with.change.standing = copy_standing(standing);
	send(store, message);
}

void store_put_monitor(struct store *store, const struct kept_monitor *monitor)
{
	struct message *message = new_message(store, MESSAGE_MONITOR);
	struct kept_monitor *copy = &message->with.monitor;

	*copy = *monitor;
	copy->name = heap_text(monitor->name);
	copy->kind = heap_text(monitor->kind);
	copy->target = heap_text(monitor->target);
	copy->text = heap_text(monitor->text);
	send(store, message);
}

void store_retire_monitor(struct store *store, monitor_id monitor)
{
	struct message *message = new_message(store, MESSAGE_RETIRE);

	message->with.id = monitor;
	send(store, message);
}

void store_remove_monitor(struct store *store, monitor_id monitor)
{
	struct message *message = new_message(store, MESSAGE_REMOVE);

	message->with.id = monitor;
	send(store, message);
}

void store_put_standing(struct store *store, const struct kept_standing *standing)
{
	struct message *message = new_message(store, MESSAGE_STANDING);

	message->with.standing = copy_standing(standing);
	send(store, message);
}

bool store_stop(struct store *store, int timeout_ms)
{
	enum { GRACE_MS = 300 };	/* for a thread that has given up by itself to say so */
	struct mono last = mono_add_ms(mono_now(), timeout_ms + GRACE_MS);
	struct timespec deadline = { .tv_sec = (time_t)(last.us / SECOND_US), .tv_nsec = (long)(last.us % SECOND_US) * 1000 };
	bool ended, kept_all;

	if (!store->started)
		return true;
	pthread_mutex_lock(&store->mutex);
	store->stopping = true;
	store->deadline = mono_add_ms(mono_now(), timeout_ms);
	pthread_cond_broadcast(&store->changed);
	pthread_mutex_unlock(&store->mutex);
	mailbox_close(store->box);

	pthread_mutex_lock(&store->mutex);
	while (!store->ended && pthread_cond_timedwait(&store->changed, &store->mutex, &deadline) == 0)
		;
	ended = store->ended;
	kept_all = store->kept_all;
	pthread_mutex_unlock(&store->mutex);
	if (!ended)
		return false;
	pthread_join(store->thread, NULL);
	store->started = false;
	return kept_all;
}

bool store_has_ended(const struct store *store)
{
	return !store->started;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->started) {
		/* Stuck in the disk: what it uses is left to it, and goes with the process. */
		pthread_detach(store->thread);
		return;
	}
	for (size_t i = 0; i < store->count; i++)
		message_destroy(store->batch[i]);
	free(store->batch);
	mailbox_destroy(store->box);
	packing_destroy(store->packing);
	writer_destroy(store->writer);
	database_close(store->db);
	free(store->later_path);
	lock_drop(&store->lock);
	pthread_cond_destroy(&store->changed);
	pthread_mutex_destroy(&store->mutex);
	free(store->path);
	free(store);
}
