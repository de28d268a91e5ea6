/* Stores, beats and SQL for tests. */
#include "keeping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "scratch.h"

int keeping_set_up(void **state)
{
	struct keeping *keeping = heap_zero(1, sizeof *keeping);

	keeping->directory = scratch_make();
	keeping->path = scratch_path(keeping->directory, "kumatop.db");
	*state = keeping;
	return 0;
}

int keeping_tear_down(void **state)
{
	struct keeping *keeping = *state;

	free(keeping->path);
	scratch_remove(keeping->directory);
	free(keeping);
	return 0;
}

struct store *keeping_open(const char *path, int64_t flush_ms)
{
	struct store_settings settings = { .path = path, .flush_ms = flush_ms, .waiting_most = 100000 };
	struct error err = { 0 };
	struct store *store = store_open(&settings, &err, NULL);

	if (!store) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return store;
}

struct store *keeping_start(const char *path, int64_t flush_ms)
{
	struct store *store = keeping_open(path, flush_ms);
	struct error err = { 0 };

	if (!store_start(store, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return store;
}

bool keeping_end(struct store *store)
{
	bool kept_all = store_stop(store, 30000);

	store_close(store);
	return kept_all;
}

struct beat keeping_beat(monitor_id monitor, int number)
{
	char detail[64], address[64];
	struct beat beat = {
		.monitor = monitor,
		.time_us = KEEPING_START_US + number * KEEPING_STEP_S * SECOND_US + number % 1000,
		.reach_ms = 70000 + number % 7,
		.state = (uint8_t)(number % 5 == 4 ? STATE_PENDING : STATE_UP),
		.verdict = (uint8_t)(number % 5 == 4 ? VERDICT_DOWN : VERDICT_UP),
		.outcome = (uint8_t)(number % 5 == 4 ? OUTCOME_WRONG_STATUS : OUTCOME_OK),
		.routine = true,
		.code = number % 3 == 0 ? -1 : 200 + number % 300,
		.cert_expires_us = number % 4 == 0 ? 0 : KEEPING_START_US + number * DAY_US,
	};

	for (int i = 0; i < PHASE_COUNT; i++)
		beat.phase_us[i] = (number + i) % 11 == 0 ? -1 : (number % 1000 + 1) * (i + 1) * 10;
	snprintf(detail, sizeof detail, "status %d, \"quoted\", snow: \xe2\x98\x83", number % 17);
	snprintf(address, sizeof address, "192.0.2.%d:443", number % 100);
	beat.detail = number % 6 == 0 ? NULL : shared_create(detail);
	beat.address = number % 9 == 0 ? NULL : shared_create(address);
	return beat;
}

bool keeping_beat_equal(const struct beat *a, const struct beat *b)
{
	return a->monitor == b->monitor && a->time_us == b->time_us && a->reach_ms == b->reach_ms && a->state == b->state
	    && a->verdict == b->verdict && a->outcome == b->outcome && a->code == b->code
	    && memcmp(a->phase_us, b->phase_us, sizeof a->phase_us) == 0 && a->cert_expires_us == b->cert_expires_us
	    && strcmp(shared_read(a->detail), shared_read(b->detail)) == 0
	    && strcmp(shared_read(a->address), shared_read(b->address)) == 0;
}

void keeping_send(struct store *store, monitor_id monitor, int first, int count)
{
	for (int i = first; i < first + count; i++) {
		struct beat beat = keeping_beat(monitor, i);

		store_beat(store, &beat);
		beat_finish(&beat);
	}
}

struct event keeping_event(monitor_id monitor, int number)
{
	return (struct event){
		.monitor = monitor,
		.time_us = KEEPING_START_US + number * KEEPING_STEP_S * SECOND_US,
		.since_us = KEEPING_START_US + number * SECOND_US,
		.lasted_us = number * SECOND_US,
		.kind = EVENT_STATE,
		.from = STATE_UP,
		.to = STATE_DOWN,
		.outcome = OUTCOME_CONNECT_REFUSED,
		.code = number,
		.alert = number % 2 == 0,
		.detail = shared_create("connection refused"),
		.evidence = shared_create("resolved to 192.0.2.1\nconnect: refused"),
		.who = shared_create(number % 3 == 0 ? "kim" : ""),
	};
}

struct kept_standing keeping_standing(monitor_id monitor, int number)
{
	unsigned run = (unsigned)number;
	struct kept_standing kept = {
		.monitor = monitor,
		.standing = {
			.state = STATE_DOWN, .was = STATE_DEGRADED, .was_since_us = number + 10, .good_run = run + 1, .bad_run = run + 2,
			.unknown_run = run + 3, .degraded_run = run + 4, .since_us = number + 5, .first_bad_us = number + 6,
			.first_good_us = number + 7, .incident_open = true, .incident_us = number + 8, .alerted = number % 2 == 0,
			.acknowledged = number % 2 == 1,
		},
		.paused_until_us = number + 9,
	};

	snprintf(kept.detail, sizeof kept.detail, "because of %d", number);
	return kept;
}

void keeping_put_monitor(struct store *store, monitor_id id, const char *name)
{
	struct kept_monitor monitor = {
		.id = id, .name = heap_text(name), .kind = heap_text("http"), .target = heap_print("https://%s.example/", name),
		.origin = SPEC_ADDED, .text = heap_print("{ name = \"%s\"; }", name),
	};
	struct error err = { 0 };

	if (!store_put_monitor_now(store, &monitor, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	kept_monitor_finish(&monitor);
}

static sqlite3 *open_database(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL) != SQLITE_OK) {
		sqlite3_close(db);
		return NULL;
	}
	sqlite3_busy_timeout(db, 10000);
	return db;
}

int64_t keeping_number(const char *path, const char *sql)
{
	sqlite3 *db = open_database(path);
	sqlite3_stmt *statement = NULL;
	int64_t number = -1;

	if (db && sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	else if (db)
		fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

bool keeping_run(const char *path, const char *sql)
{
	sqlite3 *db = open_database(path);
	bool good = db && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;

	if (!good)
		fprintf(stderr, "%s: %s\n", sql, db ? sqlite3_errmsg(db) : path);
	sqlite3_close(db);
	return good;
}

bool keeping_is_sound(const char *path)
{
	sqlite3 *db = open_database(path);
	sqlite3_stmt *statement = NULL;
	bool sound = db && sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL) == SQLITE_OK
	    && sqlite3_step(statement) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;

	sqlite3_finalize(statement);
	sqlite3_close(db);
	return sound;
}

int64_t keeping_count(const char *path, monitor_id monitor)
{
	char sql[400];
	sqlite3 *db;
	sqlite3_stmt *statement = NULL;
	int64_t count = -1;

	snprintf(sql, sizeof sql, "SELECT (SELECT count(*) FROM beat_tail WHERE monitor = %lld AND (seq > coalesce((SELECT value FROM meta"
	    " WHERE key = 'packed_seq'), 0) OR monitor > coalesce((SELECT value FROM meta WHERE key = 'packed_monitor'), 0)))"
	    " + (SELECT coalesce(sum(count), 0) FROM beat_chunk WHERE monitor = %lld)", (long long)monitor, (long long)monitor);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(db, 10000);
		if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
			count = sqlite3_column_int64(statement, 0);
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return count;
}
