/*
 * Beats from elsewhere. They are gathered by the hour, so that an hour is looked up, merged and packed once. What comes in no order only
 * has its hours packed more often.
 */
#include "importing.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

#include "database.h"
#include "past.h"
#include "rolled.h"
#include "rows.h"

enum { STEP_ROWS = 10000 };	/* beats in one transaction, but for those of the last hour in it */

/* As the roller writes them, but that a row of fewer beats yields; and of as many, if ?18. */
#define ROLLUP_SQL(table) "INSERT INTO " table " (" ROLLED_COLUMNS ")" \
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)" \
	" ON CONFLICT (start_us, monitor) DO UPDATE SET up_us = excluded.up_us, degraded_us = excluded.degraded_us," \
	" down_us = excluded.down_us, pending_us = excluded.pending_us, maintenance_us = excluded.maintenance_us," \
	" unknown_us = excluded.unknown_us, beats_up = excluded.beats_up, beats_degraded = excluded.beats_degraded," \
	" beats_down = excluded.beats_down, beats_unknown = excluded.beats_unknown, answers = excluded.answers," \
	" latency_min_us = excluded.latency_min_us, latency_sum_us = excluded.latency_sum_us, latency_max_us = excluded.latency_max_us," \
	" histogram = excluded.histogram WHERE excluded.beats_up + excluded.beats_degraded + excluded.beats_down + excluded.beats_unknown" \
	" > beats_up + beats_degraded + beats_down + beats_unknown - ?18"

/* A row of no beat, only of time that one before speaks for. */
#define EMPTY_SQL(table) "DELETE FROM " table " WHERE start_us = ?1 AND monitor = ?2 AND beats_up + beats_degraded + beats_down" \
	" + beats_unknown = 0"

static const char *const statement_sql[IMPORTING_STATEMENT_COUNT] = {
	[IMPORTING_TAIL] = "SELECT monitor, time_us FROM beat_tail"
		" WHERE seq > coalesce((SELECT value FROM meta WHERE key = 'packed_seq'), 0)"
		" OR monitor > coalesce((SELECT value FROM meta WHERE key = 'packed_monitor'), 0)",
	[IMPORTING_UNROLLED] = "INSERT INTO meta (key, value) VALUES ('unrolled_' || ?1, ?2)"
		" ON CONFLICT (key) DO UPDATE SET value = min(value, excluded.value)",
	[IMPORTING_ROLLED] = "DELETE FROM meta WHERE key = 'unrolled_' || ?1",
	[IMPORTING_UNROLLED_ALL] = "SELECT CAST(substr(key, 10) AS INTEGER), value FROM meta WHERE key GLOB 'unrolled_[0-9]*'",
	[IMPORTING_FIRST_BEATS] = "SELECT monitor, min(us) FROM (SELECT monitor, min(hour) * 3600000000 AS us FROM beat_chunk GROUP BY monitor"
		" UNION ALL SELECT monitor, min(time_us) FROM beat_tail GROUP BY monitor)"
		" WHERE monitor IN (SELECT id FROM monitor WHERE removed = 0) GROUP BY monitor",
	[IMPORTING_FIND_EVENT] = "SELECT id FROM event WHERE monitor = ?1 AND time_us >= ?2 AND time_us < ?2 + 1000 AND kind = ?3 AND to_state = ?4",
	[IMPORTING_PUT_EVENT] = "INSERT INTO event (monitor, time_us, kind, from_state, to_state, outcome, code, since_us, lasted_us, alert,"
		" incident, detail, evidence, who, name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10, ?11, ?12, ?13,"
		" coalesce((SELECT name FROM monitor WHERE id = ?1), ''))",
	[IMPORTING_OPEN_INCIDENT] = "UPDATE event SET incident = ?1 WHERE id = ?1 AND incident IS NULL",
	[IMPORTING_FIND_RUN] = "SELECT id FROM run WHERE started_us BETWEEN ?1 - 5000000 AND ?1 + 5000000",
	[IMPORTING_PUT_RUN] = "INSERT INTO run (started_us, seen_us, version) VALUES (?1, ?1, '')",
	[IMPORTING_END_RUN] = "UPDATE run SET seen_us = max(seen_us, ?1), ended_us = ?1 WHERE version = '' AND ended_us IS NULL"
		" AND id = (SELECT id FROM run WHERE started_us <= ?1 ORDER BY started_us DESC LIMIT 1)",
	[IMPORTING_5MIN] = ROLLUP_SQL("beat_5min"),
	[IMPORTING_HOUR] = ROLLUP_SQL("beat_hour"),
	[IMPORTING_DAY] = ROLLUP_SQL("beat_day"),
	[IMPORTING_EMPTY_5MIN] = EMPTY_SQL("beat_5min"),
	[IMPORTING_EMPTY_HOUR] = EMPTY_SQL("beat_hour"),
	[IMPORTING_EMPTY_DAY] = EMPTY_SQL("beat_day"),
	[IMPORTING_MARK] = "INSERT INTO meta (key, value) VALUES (?2, ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
};

bool importing_fail(struct importing *importing, struct error *err)
{
	struct store *store = importing->store;

	database_fail(store->db, err, store->path, "cannot be written");
	writer_rollback(store->writer);
	intern_forget(importing->intern);
	importing->open = false;
	return false;
}

sqlite3_stmt *importing_bind(struct importing *importing, enum importing_statement which, const int64_t *numbers, int count)
{
	sqlite3_stmt *statement = importing->statements[which];

	for (int i = 0; i < count; i++)
		if (sqlite3_bind_int64(statement, i + 1, numbers[i]) != SQLITE_OK)
			return NULL;
	return statement;
}

bool importing_number(sqlite3_stmt *statement, int64_t none, int64_t *number)
{
	*number = none;
	if (!statement)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*number = sqlite3_column_int64(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}

bool importing_commit(struct importing *importing, struct error *err)
{
	if (!importing->open)
		return true;
	if (!writer_commit(importing->store->writer))
		return importing_fail(importing, err);
	importing->open = false;
	importing->rows = 0;
	upkeep_checkpoint(importing->store);
	return true;
}

bool importing_touch(struct importing *importing, struct error *err)
{
	if (importing->rows >= STEP_ROWS && !importing_commit(importing, err))
		return false;
	if (!importing->open && !writer_begin(importing->store->writer))
		return importing_fail(importing, err);
	importing->open = true;
	return true;
}

/* Where it is in the order, or would be. */
static size_t find_monitor(const struct importing *importing, monitor_id id)
{
	size_t first = 0, end = importing->monitor_count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (importing->monitors[middle].id < id)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

struct imported *importing_monitor(struct importing *importing, monitor_id id)
{
	size_t at = importing->last;

	if (at < importing->monitor_count && importing->monitors[at].id == id)
		return &importing->monitors[at];
	at = importing->last = find_monitor(importing, id);
	if (at < importing->monitor_count && importing->monitors[at].id == id)
		return &importing->monitors[at];
	importing->monitors = heap_resize(importing->monitors, importing->monitor_count + 1, sizeof *importing->monitors);
	memmove(importing->monitors + at + 1, importing->monitors + at, (importing->monitor_count - at) * sizeof *importing->monitors);
	importing->monitor_count++;
	importing->monitors[at] = (struct imported){ .id = id, .unrolled_us = INT64_MAX };
	return &importing->monitors[at];
}

struct importing_counts importing_counts(const struct importing *importing, monitor_id monitor)
{
	size_t at = find_monitor(importing, monitor);

	if (at < importing->monitor_count && importing->monitors[at].id == monitor)
		return importing->monitors[at].counts;
	return (struct importing_counts){ 0 };
}

/* Two that are not the same have the same one in 2^64 cases. */
static uint64_t tail_hash(monitor_id monitor, int64_t ms)
{
	uint64_t hash = (uint64_t)monitor * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)ms * UINT64_C(0xbf58476d1ce4e5b9);

	hash = (hash ^ hash >> 31) * UINT64_C(0x94d049bb133111eb);
	hash ^= hash >> 29;
	return hash ? hash : 1;
}

static uint64_t *tail_slot(const struct importing *importing, uint64_t hash)
{
	size_t at = hash & (importing->tail_size - 1);

	while (importing->tail[at] && importing->tail[at] != hash)
		at = (at + 1) & (importing->tail_size - 1);
	return &importing->tail[at];
}

static void tail_grow(struct importing *importing)
{
	uint64_t *old = importing->tail;
	size_t old_size = importing->tail_size;

	importing->tail_size = old_size ? old_size * 2 : 1024;
	importing->tail = heap_zero(importing->tail_size, sizeof *importing->tail);
	for (size_t i = 0; i < old_size; i++)
		if (old[i])
			*tail_slot(importing, old[i]) = old[i];
	free(old);
}

static void tail_add(struct importing *importing, monitor_id monitor, int64_t time_us)
{
	uint64_t hash = tail_hash(monitor, time_us / 1000), *slot;

	if (importing->tail_count * 2 >= importing->tail_size)
		tail_grow(importing);
	slot = tail_slot(importing, hash);
	importing->tail_count += !*slot;
	*slot = hash;
}

static bool tail_has(const struct importing *importing, monitor_id monitor, int64_t time_us)
{
	return importing->tail_size && *tail_slot(importing, tail_hash(monitor, time_us / 1000));
}

static bool read_tail(struct importing *importing)
{
	sqlite3_stmt *statement = importing->statements[IMPORTING_TAIL];

	importing->tail_hour = INT64_MAX;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		int64_t time_us = rows_column_us(statement, 1);

		tail_add(importing, sqlite3_column_int64(statement, 0), time_us);
		if (time_us / HOUR_US < importing->tail_hour)
			importing->tail_hour = time_us / HOUR_US;
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* Rows of a monitor and the time from which it is to be rolled up, but not before from_us. */
static bool read_unrolled(struct importing *importing, enum importing_statement which, int64_t from_us)
{
	sqlite3_stmt *statement = importing->statements[which];

	while (sqlite3_step(statement) == SQLITE_ROW) {
		struct imported *monitor = importing_monitor(importing, sqlite3_column_int64(statement, 0));
		int64_t us = rows_column_us(statement, 1);

		us = us > from_us ? us : from_us;
		if (us < monitor->unrolled_us)
			monitor->unrolled_us = us;
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

bool importing_unroll_all(struct importing *importing, int64_t from_us)
{
	return read_unrolled(importing, IMPORTING_FIRST_BEATS, from_us);
}

static void read_marks(struct importing *importing)
{
	int64_t now_us = unix_now_us();

	importing->marked = true;
	for (int i = 0; i < ROLLUP_STEP_COUNT; i++) {
		importing->over_us[i] = rollup_start_us((enum rollup_step)i, now_us);
		importing->marked = importing->marked && past_rolled(importing->archive, (enum rollup_step)i, &importing->closed_us[i])
		    && importing->closed_us[i] > 0;
	}
	if (!importing->marked)
		memcpy(importing->closed_us, importing->over_us, sizeof importing->closed_us);
}

static bool prepare(struct importing *importing)
{
	sqlite3 *db = importing->store->db;

	for (int i = 0; i < IMPORTING_STATEMENT_COUNT; i++)
		if (sqlite3_prepare_v3(db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &importing->statements[i], NULL) != SQLITE_OK)
			return false;
	importing->intern = intern_create(db);
	/* What an interrupted import left. */
	if (!importing->intern || !read_tail(importing) || !read_unrolled(importing, IMPORTING_UNROLLED_ALL, 0))
		return false;
	read_marks(importing);
	return true;
}

struct importing *importing_begin(struct store *store, struct archive *archive, struct error *err)
{
	struct importing *importing = heap_zero(1, sizeof *importing);

	importing->store = store;
	importing->archive = archive;
	chunk_packer_init(&importing->packer);
	if (prepare(importing))
		return importing;
	database_fail(store->db, err, store->path, "cannot be used");
	importing_destroy(importing);
	return NULL;
}

static void free_texts(const struct import_beat *beat)
{
	free((char *)(uintptr_t)beat->detail);
	free((char *)(uintptr_t)beat->address);
}

static void drop_beats(struct importing *importing)
{
	for (size_t i = 0; i < importing->count; i++)
		free_texts(&importing->beats[i]);
	importing->count = 0;
}

void importing_destroy(struct importing *importing)
{
	if (!importing)
		return;
	if (importing->open)
		writer_rollback(importing->store->writer);
	drop_beats(importing);
	free(importing->beats);
	chunk_packer_finish(&importing->packer);
	intern_destroy(importing->intern);
	for (int i = 0; i < IMPORTING_STATEMENT_COUNT; i++)
		sqlite3_finalize(importing->statements[i]);
	free(importing->monitors);
	free(importing->tail);
	free(importing);
}

static bool unpack(const struct buf *data, int codec, struct chunk_beat **beats, size_t *count)
{
	struct chunk_reader reader;

	if (codec != CHUNK_CODEC || !chunk_open(&reader, data->data, data->length))
		return false;
	*beats = heap_zero(reader.count + 1, sizeof **beats);
	while (*count < reader.count && chunk_next(&reader, &(*beats)[*count]) == CHUNK_BEAT)
		++*count;
	return *count == reader.count;
}

/* What is packed of the hour already, in order of time. Heap array. */
static bool read_packed(struct importing *importing, struct chunk_beat **beats, size_t *count, struct error *err)
{
	const struct buf *data;
	int codec;

	*beats = NULL;
	*count = 0;
	if (!packing_read_hour(importing->store->packing, importing->monitor, importing->hour, &data, &codec))
		return importing_fail(importing, err);
	if (codec < 0 || unpack(data, codec, beats, count))
		return true;
	free(*beats);
	*beats = NULL;
	return error_set(err, EXIT_DATA, "%s: an hour of beats of monitor %" PRId64 " cannot be read: nothing is added to it",
	    importing->store->path, importing->monitor);
}

static int compare_beats(const void *a, const void *b)
{
	const struct import_beat *one = a, *other = b;

	if (one->time_us != other->time_us)
		return one->time_us < other->time_us ? -1 : 1;
	return (one->place > other->place) - (one->place < other->place);
}

static void forget_beat(struct importing *importing, size_t index)
{
	free_texts(&importing->beats[index]);
	importing->beats[index].detail = importing->beats[index].address = NULL;
	importing_monitor(importing, importing->monitor)->counts.known++;
}

/* Leaves what is neither packed, nor in the tail, nor there twice. */
static void drop_known(struct importing *importing, const struct chunk_beat *packed, size_t packed_count)
{
	size_t kept = 0, at = 0;

	assert(packed || packed_count == 0);
	qsort(importing->beats, importing->count, sizeof *importing->beats, compare_beats);
	for (size_t i = 0; i < importing->count; i++) {
		int64_t ms = importing->beats[i].time_us / 1000;

		while (at < packed_count && packed[at].time_us / 1000 < ms)
			at++;
		if ((at < packed_count && packed[at].time_us / 1000 == ms) || (kept > 0 && importing->beats[kept - 1].time_us / 1000 == ms)
		    || tail_has(importing, importing->monitor, importing->beats[i].time_us))
			forget_beat(importing, i);
		else
			importing->beats[kept++] = importing->beats[i];
	}
	importing->count = kept;
}

static bool to_chunk_beat(struct importing *importing, const struct import_beat *beat, struct chunk_beat *out)
{
	*out = (struct chunk_beat){
		.time_us = beat->time_us,
		.reach_ms = beat->reach_ms,
		.state = (uint8_t)beat->state,
		.verdict = (uint8_t)beat->verdict,
		.outcome = (uint8_t)beat->outcome,
		.code = beat->code,
		.cert_expires_us = beat->cert_expires_us,
	};
	memcpy(out->phase_us, beat->phase_us, sizeof out->phase_us);
	return intern_text(importing->intern, beat->detail, beat->time_us, &out->detail)
	    && intern_text(importing->intern, beat->address, beat->time_us, &out->address);
}

/* What is packed and what is new, in order of time; the caller saw that both fit into one chunk. */
static bool write_packed(struct importing *importing, const struct chunk_beat *packed, size_t packed_count)
{
	size_t at = 0;

	for (size_t i = 0; i < importing->count; i++) {
		struct chunk_beat beat;

		if (!to_chunk_beat(importing, &importing->beats[i], &beat))
			return false;
		for (; at < packed_count && packed[at].time_us <= beat.time_us; at++)
			chunk_packer_add(&importing->packer, &packed[at]);
		chunk_packer_add(&importing->packer, &beat);
	}
	for (; at < packed_count; at++)
		chunk_packer_add(&importing->packer, &packed[at]);
	return packing_write_hour(importing->store->packing, importing->monitor, importing->hour, &importing->packer);
}

static bool write_tail(struct importing *importing)
{
	for (size_t i = 0; i < importing->count; i++) {
		const struct import_beat *from = &importing->beats[i];
		struct beat beat = {
			.monitor = importing->monitor,
			.time_us = from->time_us,
			.reach_ms = from->reach_ms,
			.state = (uint8_t)from->state,
			.verdict = (uint8_t)from->verdict,
			.outcome = (uint8_t)from->outcome,
			.code = from->code,
			.cert_expires_us = from->cert_expires_us,
			.detail = shared_create(from->detail),
			.address = shared_create(from->address),
		};
		bool good;

		memcpy(beat.phase_us, from->phase_us, sizeof beat.phase_us);
		good = writer_beat(importing->store->writer, &beat);
		beat_finish(&beat);
		if (!good)
			return false;
		tail_add(importing, importing->monitor, from->time_us);
	}
	return true;
}

/* It is over, rolled up when others are, and no part of it waits to be packed: whoever packs or rolls up need not look for it. */
static bool is_packed_hour(const struct importing *importing)
{
	return importing->hour < importing->tail_hour && (importing->hour + 1) * HOUR_US <= importing->closed_us[ROLLUP_HOUR];
}

bool importing_unroll(struct importing *importing, struct imported *monitor, int64_t time_us)
{
	sqlite3_stmt *statement;

	if (time_us >= monitor->unrolled_us)
		return true;
	statement = IMPORTING_BIND(importing, IMPORTING_UNROLLED, monitor->id, time_us);
	monitor->unrolled_us = time_us;
	return statement && database_finish(statement);
}

static bool write_hour(struct importing *importing, const struct chunk_beat *packed, size_t packed_count, struct error *err)
{
	struct imported *monitor = importing_monitor(importing, importing->monitor);
	bool pack = is_packed_hour(importing) && packed_count + importing->count <= CHUNK_BEATS_MOST;

	if (!importing_touch(importing, err))
		return false;
	if (!importing_unroll(importing, monitor, importing->beats[0].time_us) || !(pack ? write_packed(importing, packed, packed_count) : write_tail(importing)))
		return importing_fail(importing, err);
	monitor->counts.beats += importing->count;
	importing->rows += (int)importing->count;
	return true;
}

static bool flush_hour(struct importing *importing, struct error *err)
{
	struct chunk_beat *packed = NULL;
	size_t packed_count;
	bool good = true;

	if (importing->count == 0)
		return true;
	if (!read_packed(importing, &packed, &packed_count, err))
		return false;
	drop_known(importing, packed, packed_count);
	if (importing->count > 0)
		good = write_hour(importing, packed, packed_count, err);
	free(packed);
	drop_beats(importing);
	return good;
}

bool importing_beat(struct importing *importing, monitor_id monitor, const struct import_beat *beat, struct error *err)
{
	int64_t hour = beat->time_us / HOUR_US;
	struct import_beat *taken;

	if ((importing->monitor != monitor || importing->hour != hour || importing->count >= CHUNK_BEATS_MOST)
	    && !flush_hour(importing, err))
		return false;
	importing->monitor = monitor;
	importing->hour = hour;
	if (importing->count == importing->capacity) {
		importing->capacity = importing->capacity ? importing->capacity * 2 : 256;
		importing->beats = heap_resize(importing->beats, importing->capacity, sizeof *importing->beats);
	}
	taken = &importing->beats[importing->count++];
	*taken = *beat;
	taken->detail = heap_text(beat->detail);
	taken->address = heap_text(beat->address);
	return true;
}

bool importing_flush(struct importing *importing, struct error *err)
{
	return flush_hour(importing, err) && importing_commit(importing, err);
}
