/*
 * What the store does besides committing: moves the log into the database, packs what is
 * no longer fresh, deletes what is old or removed, looks for damage. In
 * steps so small that a beat never waits for long.
 */
#include "inside.h"

#include "kumatop/log.h"
#include "kumatop/text.h"

#include "database.h"
#include "inspect.h"

enum {
	CHECKPOINT_PAGES = 2000,	/* 4 MiB of log: seldom enough for an SD card, quick enough to go unnoticed */
	TRUNCATE_PAGES = 32768,		/* readers have kept the log from starting over: 64 MiB */
	TRUNCATE_EVERY_MS = 10000,
	STEP_ROWS = 500,
	STEP_PAUSE_MS = 50,
	UPKEEP_EVERY_MS = 60000,
	CHECK_EVERY_MS = 24 * 3600 * 1000,
	SPARE_BYTES = 64 << 20,		/* free space in the file that is left for what comes */
	ROLL_EVERY_MS = 5000,
	ROLL_PAUSE_MS = 20,
};

void upkeep_checkpoint(struct store *store)
{
	if (store->wal_pages < store->wal_tried)
		store->wal_tried = 0;		/* the log has started over */
	if (store->in_memory || store->wal_pages - store->wal_tried < CHECKPOINT_PAGES)
		return;
	store->wal_tried = store->wal_pages;
	sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (store->wal_pages < TRUNCATE_PAGES || mono_between_us(store->truncated, mono_now()) < TRUNCATE_EVERY_MS * INT64_C(1000))
		return;
	/* Waits for readers as long as the busy timeout says; they hold no transaction for longer than a chunk. */
	store->truncated = mono_now();
	if (sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK)
		store->wal_pages = store->wal_tried = 0;
}

void upkeep_checkpoint_last(struct store *store)
{
	if (!store->in_memory)
		sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The next try will say it again otherwise, every minute. */
static void tell_once(struct store *store, const char *what)
{
	char cause[CAUSE_SIZE];

	if (!store->upkeep_fails)
		log_line(LOG_LEVEL_WARNING, "%s: %s: %s", store->path, what, database_cause(store->db, cause, sizeof cause));
	store->upkeep_fails = true;
}

static void say_doubt(struct store *store, int64_t unix_us)
{
	int64_t apart_us = store->aging.apart_us;
	char shown[40], apart[32];

	log_line(LOG_LEVEL_WARNING, "%s: the clock shows %s, %s %s than expected (it was set, or kumatop has not run): no history is deleted as"
	    " too old by it before it has done so for a day", store->path, moment_print(unix_us, shown, sizeof shown),
	    length_print(apart_us < 0 ? -apart_us : apart_us, apart, sizeof apart), apart_us < 0 ? "earlier" : "later");
}

static bool look_at_clock(struct store *store, int64_t unix_us)
{
	struct aging_kept kept;

	if (!store->aging_begun) {
		if (!aging_read(store->db, store->run, &kept))
			return false;
		aging_begin(&store->aging, &kept, mono_now(), unix_us);
		store->aging_begun = true;
	}
	switch (aging_look(&store->aging, mono_now(), unix_us)) {
	case AGING_AS_BEFORE:
		break;
	case AGING_DOUBTS:
		say_doubt(store, unix_us);
		break;
	case AGING_BELIEVES:
		log_line(LOG_LEVEL_WARNING, "%s: the clock has shown its new time for a day: history grows old by it again", store->path);
		break;
	case AGING_AGREES:
		log_line(LOG_LEVEL_INFO, "%s: the clock shows what is expected again", store->path);
		break;
	}
	return aging_write(&store->aging, store->db);
}

/* Of what has not been rolled up yet nothing is deleted, nor what coarser roll-ups are still to be made of. */
static bool expire_some(struct store *store, int64_t now_us, bool *again)
{
	const struct store_settings *settings = &store->settings;
	const int64_t keep_ms[ROLLUP_STEP_COUNT] = { settings->keep_5min_ms, settings->keep_hour_ms, settings->keep_day_ms };
	int64_t before_us = now_us - settings->keep_raw_ms * 1000;

	if (!store->roller)
		return true;
	if (settings->keep_raw_ms > 0
	    && !writer_expire(store->writer, least(before_us, roller_done_us(store->roller)), now_us, STEP_ROWS, again))
		return false;
	for (int i = 0; !*again && i < ROLLUP_STEP_COUNT; i++) {
		before_us = now_us - keep_ms[i] * 1000;
		if (i + 1 < ROLLUP_STEP_COUNT)
			before_us = least(before_us, roller_closed_us(store->roller, (enum rollup_step)(i + 1)));
		if (keep_ms[i] > 0 && !writer_expire_rolled(store->writer, (enum rollup_step)i, before_us, STEP_ROWS, again))
			return false;
	}
	return true;
}

static bool delete_some(struct store *store, bool *again)
{
	int64_t unix_us = unix_now_us();
	monitor_id gone = 0;

	if (!writer_begin(store->writer) || !look_at_clock(store, unix_us) || !writer_purge(store->writer, STEP_ROWS, again, &gone)
	    || (!*again && !expire_some(store, aging_now_us(&store->aging, unix_us), again)) || !writer_commit(store->writer)) {
		tell_once(store, "old history cannot be deleted");
		writer_rollback(store->writer);
		return false;
	}
	if (gone && store->roller)
		roller_forget(store->roller, gone);
	return true;
}

/*
 * What is in memory until the database can be opened is moved there as it came. The last full hour stays in the tail too: it is what is
 * looked at most. And whatever the roller may read again.
 */
static bool pack_some(struct store *store, bool *again)
{
	int64_t now_us = unix_now_us(), before_us = (now_us / HOUR_US - 1) * HOUR_US;

	if (!store->roller)
		return true;
	if (packing_step(store->packing, least(before_us, roller_done_us(store->roller)), now_us, again))
		return true;
	tell_once(store, "old beats cannot be packed");
	return false;
}

/*
 * Space that is free is used again; only where most of a large file is free, a monitor or a month less, it goes back to the file system.
 * A file of an older kumatop cannot shrink.
 */
static bool give_back_some(struct store *store, bool *again)
{
	int64_t pages = 0, spare = 0, size = 0;

	if (store->in_memory)
		return true;
	if (!database_number(store->db, "PRAGMA page_count", &pages) || !database_number(store->db, "PRAGMA freelist_count", &spare)
	    || !database_number(store->db, "PRAGMA page_size", &size))
		return false;
	/* Once begun it goes on until a quarter is left, so that it is not begun again at once. */
	if (spare * size < SPARE_BYTES || spare < (store->giving_back ? pages / 4 : pages / 2)) {
		store->giving_back = false;
		return true;
	}
	store->giving_back = true;
	if (!database_run(store->db, "PRAGMA incremental_vacuum(128)"))
		return false;
	*again = database_number(store->db, "PRAGMA freelist_count", &size) && size < spare;
	return true;
}

static void look_for_damage(struct store *store)
{
	struct error found = { 0 };

	store->check_due = mono_add_ms(mono_now(), CHECK_EVERY_MS);
	if (store->in_memory || inspect_soundness(store->db, store->path, &found) != FOUND_DAMAGED)
		return;
	log_line(LOG_LEVEL_ERROR, "%s", found.text);
	text_copy(store->damage, sizeof store->damage, "the database is damaged: the next start sets it aside and begins a fresh one");
}

void upkeep_step(struct store *store)
{
	bool again = false;

	if (delete_some(store, &again) && (again || pack_some(store, &again)) && (again || give_back_some(store, &again))) {
		store->upkeep_fails = false;
		upkeep_checkpoint(store);
	} else {
		again = false;
	}
	store->upkeep_due = mono_add_ms(mono_now(), again ? STEP_PAUSE_MS : UPKEEP_EVERY_MS);
	if (!again && mono_between_us(store->check_due, mono_now()) >= 0)
		look_for_damage(store);
}

/* What waits for its database has ids of its own, and is rolled up where it comes to lie. */
bool upkeep_rolls(const struct store *store)
{
	return store->run && !store->later_path;
}

static bool roll_some(struct store *store, bool *again)
{
	if (!store->roller)
		store->roller = roller_create(store->db, store->run, store->started_us, unix_now_us());
	return store->roller && writer_begin(store->writer) && roller_step(store->roller, mono_now(), unix_now_us(), again)
	    && writer_commit(store->writer);
}

void upkeep_roll(struct store *store)
{
	int64_t done_us = store->roller ? roller_done_us(store->roller) : 0;
	char cause[CAUSE_SIZE];
	bool again = false;

	if (roll_some(store, &again)) {
		store->cannot_roll = false;
		/* What waited for that may be packed or deleted now. */
		if (roller_done_us(store->roller) > done_us)
			store->upkeep_due = mono_now();
		upkeep_checkpoint(store);
	} else {
		if (!store->cannot_roll)
			log_line(LOG_LEVEL_WARNING, "%s: history cannot be rolled up: %s", store->path,
			    database_cause(store->db, cause, sizeof cause));
		store->cannot_roll = true;
		writer_rollback(store->writer);
		roller_destroy(store->roller);
		store->roller = NULL;
		again = false;
	}
	store->roll_due = mono_add_ms(mono_now(), again ? ROLL_PAUSE_MS : ROLL_EVERY_MS);
}
