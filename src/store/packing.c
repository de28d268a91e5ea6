/* See packing.h. */
#include "packing.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/chunk.h"
#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/when.h"

#include "database.h"
#include "rows.h"

enum {
	ROUND_MOST = 1000000,		/* rows looked at in one round */
	SLICE_BEATS = 16384,		/* held in memory at a time, if monitors have equally many */
	GATHER_ROWS = 20000,		/* looked at in one step: a few milliseconds */
	DELETE_ROWS = 2000,
	PART_BYTES = 460,		/* four of them, or more, fill a page; what is longer than 488 would get pages of its own */
};

#define STATEMENT_TABLE(X) \
	X(MARKER, "SELECT coalesce((SELECT value FROM meta WHERE key = 'packed_seq'), 0)," \
		" coalesce((SELECT value FROM meta WHERE key = 'packed_monitor'), 0), coalesce((SELECT min(seq) FROM beat_tail), 0)," \
		" coalesce((SELECT max(seq) FROM beat_tail), 0), coalesce((SELECT max(id) FROM monitor), 0)") \
	X(FIRST_YOUNG, "SELECT seq FROM beat_tail WHERE seq > ?1 AND seq <= ?2 AND time_us >= ?3 AND time_us <= ?4 ORDER BY seq LIMIT 1") \
	X(GATHER, "SELECT monitor, time_us, reach_ms, state, verdict, outcome, code, name_us, connect_us, tls_us, first_byte_us," \
		" transfer_us, total_us, cert_expires_us, detail, address FROM beat_tail" \
		" WHERE seq > ?1 AND seq <= ?2 AND monitor > ?3 AND monitor <= ?4 ORDER BY seq") \
	X(REMOVED, "SELECT 1 FROM monitor WHERE id = ?1 AND removed = 1") \
	X(CHUNK, "SELECT codec, data FROM beat_chunk WHERE hour = ?1 AND monitor = ?2 ORDER BY part") \
	X(TAKE_BACK, "DELETE FROM beat_chunk WHERE hour = ?1 AND monitor = ?2") \
	X(PUT, "INSERT INTO beat_chunk (monitor, hour, part, count, codec, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)") \
	X(MARK, "INSERT INTO meta (key, value) VALUES ('packed_seq', ?1), ('packed_monitor', ?2)" \
		" ON CONFLICT (key) DO UPDATE SET value = excluded.value") \
	X(DELETE, "DELETE FROM beat_tail WHERE seq IN (SELECT seq FROM beat_tail WHERE seq <= ?1 ORDER BY seq LIMIT ?2)")

enum statement {
#define X(name, sql) DO_##name,
	STATEMENT_TABLE(X)
#undef X
	STATEMENT_COUNT
};

static const char *const statement_sql[STATEMENT_COUNT] = {
#define X(name, sql) [DO_##name] = (sql),
	STATEMENT_TABLE(X)
#undef X
};

struct gathered {
	monitor_id monitor;
	size_t order;		/* in which it came; of beats of one time the first stays the first */
	struct chunk_beat beat;
};

struct packing {
	sqlite3 *db;
	struct writer *writer;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	bool under_way;			/* a round; then: */
	int64_t packed_seq;		/* where the round before ended */
	int64_t through_seq;		/* its last row */
	int64_t at_seq;			/* rows up to here were looked at for this slice */
	monitor_id after, upto;		/* the slice: after < id <= upto */
	monitor_id width, highest;
	struct gathered *beats;
	size_t count, capacity;
	struct chunk_packer packer;
	struct buf old, data;		/* an hour as it is, and as it will be */
};

struct packing *packing_create(sqlite3 *db, struct writer *writer)
{
	struct packing *packing = heap_zero(1, sizeof *packing);

	packing->db = db;
	packing->writer = writer;
	for (int i = 0; i < STATEMENT_COUNT; i++) {
		if (sqlite3_prepare_v3(db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &packing->statements[i], NULL) != SQLITE_OK) {
			packing_destroy(packing);
			return NULL;
		}
	}
	chunk_packer_init(&packing->packer);
	buf_init(&packing->old, CHUNK_BYTES_MOST);
	buf_init(&packing->data, CHUNK_BYTES_MOST);
	return packing;
}

void packing_destroy(struct packing *packing)
{
	if (!packing)
		return;
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(packing->statements[i]);
	chunk_packer_finish(&packing->packer);
	buf_finish(&packing->old);
	buf_finish(&packing->data);
	free(packing->beats);
	free(packing);
}

/* Binds numbers to a statement's parameters, from the first on. */
static sqlite3_stmt *bound(struct packing *packing, enum statement which, const int64_t *numbers, int count)
{
	sqlite3_stmt *statement = packing->statements[which];

	for (int i = 0; i < count; i++)
		if (sqlite3_bind_int64(statement, i + 1, numbers[i]) != SQLITE_OK)
			return NULL;
	return statement;
}

#define BOUND(packing, which, ...) \
	bound(packing, which, (const int64_t[]){ __VA_ARGS__ }, (int)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)))

/* What is held of a slice goes back with the round's end: most of the time there is none. */
static void forget_beats(struct packing *packing)
{
	free(packing->beats);
	packing->beats = NULL;
	packing->count = packing->capacity = 0;
	chunk_packer_finish(&packing->packer);
}

static void begin_slice(struct packing *packing, monitor_id after)
{
	packing->count = 0;
	packing->at_seq = packing->packed_seq;
	packing->after = after;
	packing->upto = packing->highest - after <= packing->width ? INT64_MAX : after + packing->width;
}

struct marker {
	int64_t packed_seq, packed_monitor;
	int64_t first_seq, last_seq;	/* of beat_tail; 0: it is empty */
	monitor_id highest;
};

static bool read_marker(struct packing *packing, struct marker *marker)
{
	sqlite3_stmt *statement = packing->statements[DO_MARKER];

	if (sqlite3_step(statement) == SQLITE_ROW)
		*marker = (struct marker){ sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1),
		    sqlite3_column_int64(statement, 2), sqlite3_column_int64(statement, 3), sqlite3_column_int64(statement, 4) };
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* The rows up to *through, one after the other, are all old. What is far in the future will not grow old, and is taken along. */
static bool find_end(struct packing *packing, const struct marker *marker, int64_t before_us, int64_t now_us, int64_t *through)
{
	int64_t limit = marker->last_seq - marker->packed_seq > ROUND_MOST ? marker->packed_seq + ROUND_MOST : marker->last_seq;
	sqlite3_stmt *statement = BOUND(packing, DO_FIRST_YOUNG, marker->packed_seq, limit, before_us, now_us + DAY_US);

	*through = limit;
	if (!statement)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*through = sqlite3_column_int64(statement, 0) - 1;
	return sqlite3_reset(statement) == SQLITE_OK;
}

static void begin_round(struct packing *packing, const struct marker *marker, int64_t from_seq, int64_t through_seq, monitor_id after)
{
	int64_t slices = (through_seq - from_seq) / SLICE_BEATS + 1;

	packing->under_way = true;
	packing->packed_seq = from_seq;
	packing->through_seq = through_seq;
	packing->highest = marker->highest;
	packing->width = marker->highest / slices + 1;
	begin_slice(packing, after);
}

static bool delete_some(struct packing *packing, int64_t upto_seq)
{
	sqlite3_stmt *statement = BOUND(packing, DO_DELETE, upto_seq, DELETE_ROWS);

	if (statement && writer_begin(packing->writer) && database_finish(statement) && writer_commit(packing->writer))
		return true;
	writer_rollback(packing->writer);
	return false;
}

/* What is to be done next, after a start as well: what a round left undone is seen from the marker. */
static bool plan(struct packing *packing, int64_t before_us, int64_t now_us, bool *again)
{
	struct marker marker = { 0 };
	int64_t through;

	*again = false;
	if (!read_marker(packing, &marker))
		return false;
	if (marker.packed_monitor > 0 && marker.packed_monitor < INT64_MAX) {
		begin_round(packing, &marker, marker.first_seq - 1, marker.packed_seq, marker.packed_monitor);
		*again = true;
		return true;
	}
	if (marker.first_seq && marker.first_seq <= marker.packed_seq) {
		*again = true;
		return delete_some(packing, marker.packed_seq);
	}
	if (marker.last_seq <= marker.packed_seq)
		return true;
	if (!find_end(packing, &marker, before_us, now_us, &through))
		return false;
	if (through > marker.packed_seq) {
		begin_round(packing, &marker, marker.packed_seq, through, 0);
		*again = true;
	}
	return true;
}

static int64_t number_or(sqlite3_stmt *statement, int column, int64_t none)
{
	return sqlite3_column_type(statement, column) == SQLITE_NULL ? none : sqlite3_column_int64(statement, column);
}

static void take_row(struct packing *packing, sqlite3_stmt *statement)
{
	struct gathered *taken;

	if (packing->count == packing->capacity) {
		packing->capacity = packing->capacity ? packing->capacity * 2 : 1024;
		packing->beats = heap_resize(packing->beats, packing->capacity, sizeof *packing->beats);
	}
	taken = &packing->beats[packing->count];
	*taken = (struct gathered){
		.monitor = sqlite3_column_int64(statement, 0),
		.order = packing->count++,
		.beat = {
			.time_us = rows_column_us(statement, 1),
			.reach_ms = sqlite3_column_int(statement, 2),
			.state = (uint8_t)sqlite3_column_int(statement, 3),
			.verdict = (uint8_t)sqlite3_column_int(statement, 4),
			.outcome = (uint8_t)sqlite3_column_int(statement, 5),
			.code = (int32_t)number_or(statement, 6, -1),
			.cert_expires_us = number_or(statement, 7 + PHASE_COUNT, 0),
			.detail = number_or(statement, 8 + PHASE_COUNT, 0),
			.address = number_or(statement, 9 + PHASE_COUNT, 0),
		},
	};
	for (int i = 0; i < PHASE_COUNT; i++)
		taken->beat.phase_us[i] = (int32_t)number_or(statement, 7 + i, -1);
}

static bool gather_some(struct packing *packing)
{
	int64_t upto = packing->through_seq - packing->at_seq > GATHER_ROWS ? packing->at_seq + GATHER_ROWS : packing->through_seq;
	sqlite3_stmt *statement = BOUND(packing, DO_GATHER, packing->at_seq, upto, packing->after, packing->upto);
	size_t count = packing->count;

	if (!statement)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW)
		take_row(packing, statement);
	if (sqlite3_reset(statement) != SQLITE_OK) {
		packing->count = count;
		return false;
	}
	packing->at_seq = upto;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct gathered *one = a, *other = b;

	if (one->monitor != other->monitor)
		return one->monitor < other->monitor ? -1 : 1;
	if (one->beat.time_us != other->beat.time_us)
		return one->beat.time_us < other->beat.time_us ? -1 : 1;
	return (one->order > other->order) - (one->order < other->order);
}

static bool is_removed(struct packing *packing, monitor_id monitor, bool *removed)
{
	sqlite3_stmt *statement = BOUND(packing, DO_REMOVED, monitor);

	if (!statement)
		return false;
	*removed = sqlite3_step(statement) == SQLITE_ROW;
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* Beats in both, in order of time; of one time those packed before come first. */
static void add_merged(struct chunk_packer *packer, struct chunk_reader *reader, const struct gathered *beats, size_t count)
{
	struct chunk_beat old;
	bool has_old = reader && chunk_next(reader, &old) == CHUNK_BEAT;
	size_t lost = 0;

	for (size_t i = 0; i < count || has_old;) {
		if (has_old && (i == count || old.time_us <= beats[i].beat.time_us)) {
			lost += !chunk_packer_add(packer, &old);
			has_old = chunk_next(reader, &old) == CHUNK_BEAT;
		} else {
			lost += !chunk_packer_add(packer, &beats[i++].beat);
		}
	}
	if (lost > 0)
		log_line(LOG_LEVEL_ERROR, "an hour of monitor %lld has more than %d beats: the last %zu are not kept", (long long)beats->monitor,
		    CHUNK_BEATS_MOST, lost);
}

static bool put_parts(struct packing *packing, monitor_id monitor, int64_t hour, int64_t count)
{
	size_t length = packing->data.length, parts = (length + PART_BYTES - 1) / PART_BYTES;

	for (size_t part = 0; part < parts; part++) {
		sqlite3_stmt *statement = BOUND(packing, DO_PUT, monitor, hour, (int64_t)part, part == 0 ? count : 0, CHUNK_CODEC);
		size_t at = length * part / parts, size = length * (part + 1) / parts - at;

		if (!statement || sqlite3_bind_blob64(statement, 6, packing->data.data + at, size, SQLITE_STATIC) != SQLITE_OK
		    || !database_finish(statement))
			return false;
	}
	return true;
}

static bool put_chunk(struct packing *packing, monitor_id monitor, int64_t hour, struct chunk_packer *packer)
{
	int64_t count = (int64_t)packer->count;

	buf_clear(&packing->data);
	return chunk_pack(packer, &packing->data) && put_parts(packing, monitor, hour, count);
}

static bool take_back(struct packing *packing, monitor_id monitor, int64_t hour)
{
	sqlite3_stmt *statement = BOUND(packing, DO_TAKE_BACK, hour, monitor);

	return statement && database_finish(statement);
}

bool packing_read_hour(struct packing *packing, monitor_id monitor, int64_t hour, const struct buf **data, int *codec)
{
	sqlite3_stmt *statement = BOUND(packing, DO_CHUNK, hour, monitor);

	*data = &packing->old;
	return statement && rows_chunk(statement, &packing->old, codec);
}

bool packing_write_hour(struct packing *packing, monitor_id monitor, int64_t hour, struct chunk_packer *packer)
{
	return take_back(packing, monitor, hour) && put_chunk(packing, monitor, hour, packer);
}

/* An hour of one monitor, with what was packed of it before: a clock was set back. */
static bool write_hour(struct packing *packing, const struct gathered *beats, size_t count)
{
	int64_t hour = beats->beat.time_us / HOUR_US;
	struct chunk_reader reader;
	const struct buf *old;
	bool has_old;
	int codec;

	if (!packing_read_hour(packing, beats->monitor, hour, &old, &codec))
		return false;
	has_old = codec == CHUNK_CODEC && chunk_open(&reader, old->data, old->length);
	add_merged(&packing->packer, has_old ? &reader : NULL, beats, count);
	return (codec < 0 || take_back(packing, beats->monitor, hour)) && put_chunk(packing, beats->monitor, hour, &packing->packer);
}

static size_t same_hour(const struct packing *packing, size_t first)
{
	const struct gathered *beats = packing->beats;
	size_t end = first + 1;

	while (end < packing->count && beats[end].monitor == beats[first].monitor
	    && beats[end].beat.time_us / HOUR_US == beats[first].beat.time_us / HOUR_US)
		end++;
	return end - first;
}

static bool write_chunks(struct packing *packing)
{
	bool removed = false;
	size_t count;

	qsort(packing->beats, packing->count, sizeof *packing->beats, compare);
	for (size_t i = 0; i < packing->count; i += count) {
		count = same_hour(packing, i);
		if ((i == 0 || packing->beats[i].monitor != packing->beats[i - 1].monitor)
		    && !is_removed(packing, packing->beats[i].monitor, &removed))
			return false;
		if (!removed && !write_hour(packing, &packing->beats[i], count))
			return false;
	}
	return true;
}

static bool write_slice(struct packing *packing)
{
	monitor_id upto = packing->upto;
	sqlite3_stmt *mark = BOUND(packing, DO_MARK, packing->through_seq, upto);

	if (!mark || !writer_begin(packing->writer) || (packing->count && !write_chunks(packing))
	    || !database_finish(mark) || !writer_commit(packing->writer)) {
		writer_rollback(packing->writer);
		return false;
	}
	if (upto == INT64_MAX) {
		packing->under_way = false;
		forget_beats(packing);
	} else {
		begin_slice(packing, upto);
	}
	return true;
}

static bool step(struct packing *packing, int64_t before_us, int64_t now_us, bool *again)
{
	if (!packing->under_way)
		return plan(packing, before_us, now_us, again);
	*again = true;
	if (packing->at_seq < packing->through_seq)
		return gather_some(packing);
	return write_slice(packing);
}

bool packing_step(struct packing *packing, int64_t before_us, int64_t now_us, bool *again)
{
	if (step(packing, before_us, now_us, again))
		return true;
	/* The marker tells where to go on. */
	packing->under_way = false;
	packing->packer.count = 0;
	*again = false;
	return false;
}
