/*
 * The store thread: gathers messages into a batch, commits it when it is due, and keeps it while the disk refuses. While it does,
 * nothing more is taken out of the mailbox, so that one limit and one rule for what is dropped hold.
 */
#include "inside.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>

#include "kumatop/heap.h"
#include "kumatop/log.h"

#include "database.h"
#include "later.h"

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MOST_MS = 5000,
	TELL_EVERY_MS = 1000,		/* how many beats wait, while in trouble */
	SEEN_EVERY_MS = 10000,
};

static bool is_due(struct mono when)
{
	return mono_between_us(when, mono_now()) >= 0;
}

static bool is_stopping(struct store *store, struct mono *deadline)
{
	bool stopping;

	pthread_mutex_lock(&store->mutex);
	stopping = store->stopping;
	*deadline = store->deadline;
	pthread_mutex_unlock(&store->mutex);
	return stopping;
}

/* "2140" -> "2,140" */
static const char *group_digits(uint64_t number, char *out, size_t size)
{
	char digits[24];
	int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
	size_t at = 0;

	for (int i = 0; i < length && at + 2 < size; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

static void tell(struct store *store)
{
	struct store_health health = { .dropped = atomic_load(&store->dropped), .taken_up = store->taken_up };
	char waiting[32], lost[32];

	if (store->cause[0]) {
		health.waiting = store->count + mailbox_count(store->box);
		group_digits(health.waiting, waiting, sizeof waiting);
		group_digits(health.dropped, lost, sizeof lost);
		snprintf(health.trouble, sizeof health.trouble, "%s: %s beats in memory, %s lost", store->cause, waiting,
		    health.dropped ? lost : "none");
	} else if (store->damage[0]) {
		snprintf(health.trouble, sizeof health.trouble, "%s", store->damage);
	}
	if (strcmp(health.trouble, store->told.trouble) == 0 && health.waiting == store->told.waiting
	    && health.dropped == store->told.dropped && health.taken_up == store->told.taken_up)
		return;
	store->told = health;
	if (store->settings.health)
		store->settings.health(store->settings.health_arg, &health);
}

/* Statements that would fail whatever the disk does must not keep those behind them waiting. */
static bool is_own_fault(int code)
{
	return (code & 0xff) == SQLITE_CONSTRAINT || (code & 0xff) == SQLITE_TOOBIG || (code & 0xff) == SQLITE_MISMATCH;
}

static bool write_batch(struct store *store)
{
	for (size_t i = 0; i < store->count; i++) {
		if (message_write(store->batch[i], store->writer))
			continue;
		if (!is_own_fault(sqlite3_errcode(store->db)))
			return false;
		log_line(LOG_LEVEL_ERROR, "%s: a row was refused: %s", store->path, sqlite3_errmsg(store->db));
	}
	return true;
}

static bool commit(struct store *store)
{
	bool seen = store->run && mono_between_us(store->run_seen, mono_now()) >= SEEN_EVERY_MS * INT64_C(1000);
	int64_t run = store->run, now_us = unix_now_us();

	if (!writer_begin(store->writer))
		return false;
	if ((!run && !writer_run_begin(store->writer, store->started_us, &run)) || !write_batch(store)
	    || (seen && !writer_run_seen(store->writer, run, now_us)) || !writer_commit(store->writer))
		return false;
	if (seen || !store->run)
		store->run_seen = mono_now();
	store->run = run;
	return true;
}

static void forget_batch(struct store *store)
{
	for (size_t i = 0; i < store->count; i++) {
		if (store->batch[i]->type == MESSAGE_REMOVE) {
			store->upkeep_due = mono_now();
			if (store->roller)
				roller_forget(store->roller, store->batch[i]->with.id);
		}
		message_destroy(store->batch[i]);
	}
	store->count = 0;
}

static bool flush(struct store *store)
{
	if (commit(store)) {
		forget_batch(store);
		if (store->cause[0])
			log_line(LOG_LEVEL_INFO, "%s: can be written again", store->path);
		store->cause[0] = '\0';
		store->backoff_ms = 0;
		upkeep_checkpoint(store);
		tell(store);
		return true;
	}
	if (!store->cause[0]) {
		database_cause(store->db, store->cause, sizeof store->cause);
		log_line(LOG_LEVEL_ERROR, "%s: cannot be written: %s: beats wait in memory", store->path, store->cause);
	} else {
		database_cause(store->db, store->cause, sizeof store->cause);
	}
	writer_rollback(store->writer);
	if (store->roller)
		roller_wait(store->roller);
	store->backoff_ms = store->backoff_ms == 0 ? BACKOFF_FIRST_MS : store->backoff_ms * 2;
	if (store->backoff_ms > BACKOFF_MOST_MS)
		store->backoff_ms = BACKOFF_MOST_MS;
	store->retry = mono_add_ms(mono_now(), store->backoff_ms);
	tell(store);
	return false;
}

/* Returns true when a message in the batch is not to wait. */
static bool gather(struct store *store, struct message *message)
{
	bool urgent = false;

	for (; message; message = store->count < BATCH_MOST ? mailbox_pop(store->box) : NULL) {
		assert(store->count < BATCH_MOST);
		if (store->count == 0)
			store->oldest = mono_now();
		urgent |= message_is_urgent(message);
		store->batch[store->count++] = message;
	}
	return urgent;
}

static int ms_until(struct mono when)
{
	int64_t us = mono_between_us(mono_now(), when);

	if (us <= 0)
		return 0;
	return us > INT32_MAX ? INT32_MAX / 1000 : (int)((us + 999) / 1000);
}

/* Waits for a time, or for store_stop(). */
static void pause_until(struct store *store, struct mono when)
{
	struct timespec deadline = { .tv_sec = (time_t)(when.us / SECOND_US), .tv_nsec = (long)(when.us % SECOND_US) * 1000 };

	pthread_mutex_lock(&store->mutex);
	while (!store->stopping && pthread_cond_timedwait(&store->changed, &store->mutex, &deadline) == 0)
		;
	pthread_mutex_unlock(&store->mutex);
}

static struct mono earlier(struct mono a, struct mono b)
{
	return mono_between_us(a, b) > 0 ? a : b;
}

static void turn_in_trouble(struct store *store)
{
	pause_until(store, earlier(store->retry, mono_add_ms(mono_now(), TELL_EVERY_MS)));
	if (!is_due(store->retry)) {
		tell(store);
		return;
	}
	/* What is already in the log may make room in it, and does no harm. */
	if (!store->in_memory)
		sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	flush(store);
}

static void turn(struct store *store)
{
	struct mono flush_due = mono_add_ms(store->oldest, store->settings.flush_ms);
	struct mono wake = store->count > 0 ? earlier(flush_due, store->upkeep_due) : store->upkeep_due;
	bool urgent;

	if (later_waits(store))
		wake = earlier(wake, store->later_due);
	if (upkeep_rolls(store))
		wake = earlier(wake, store->roll_due);
	urgent = gather(store, mailbox_wait(store->box, ms_until(wake)));
	flush_due = mono_add_ms(store->oldest, store->settings.flush_ms);
	if (store->count > 0 && (urgent || store->count >= BATCH_MOST || is_due(flush_due)))
		flush(store);
	else if (store->count == 0 && atomic_load(&store->dropped) != store->told.dropped)
		tell(store);
	if (!store->cause[0] && upkeep_rolls(store) && is_due(store->roll_due))
		upkeep_roll(store);
	if (!store->cause[0] && is_due(store->upkeep_due))
		upkeep_step(store);
}

/* All that waits, or as much as the deadline lets. */
static bool finish(struct store *store, struct mono deadline)
{
	int64_t now_us = unix_now_us();

	roller_destroy(store->roller);
	store->roller = NULL;
	for (;;) {
		gather(store, store->count < BATCH_MOST ? mailbox_pop(store->box) : NULL);
		if (store->count == 0)
			break;
		if (flush(store))
			continue;
		if (is_due(deadline))
			return false;
		/* pause_until() would not wait any more. */
		nanosleep(&(struct timespec){ .tv_nsec = BACKOFF_FIRST_MS * INT64_C(1000000) }, NULL);
	}
	later_try(store, true);
	if (store->run && !writer_run_end(store->writer, store->run, now_us))
		return false;
	upkeep_checkpoint_last(store);
	return true;
}

void *thread_run(void *arg)
{
	struct store *store = arg;
	struct mono deadline;
	bool kept_all;

	store->batch = heap_zero(BATCH_MOST, sizeof(struct message *));
	store->upkeep_due = store->roll_due = mono_add_ms(mono_now(), 1000);
	store->check_due = mono_add_ms(mono_now(), INT64_C(24) * 3600 * 1000);
	flush(store);
	while (!is_stopping(store, &deadline)) {
		if (later_waits(store) && is_due(store->later_due)) {
			later_try(store, false);
			tell(store);
		}
		if (store->cause[0])
			turn_in_trouble(store);
		else
			turn(store);
	}
	kept_all = finish(store, deadline);
	pthread_mutex_lock(&store->mutex);
	store->ended = true;
	store->kept_all = kept_all;
	pthread_cond_broadcast(&store->changed);
	pthread_mutex_unlock(&store->mutex);
	return NULL;
}
