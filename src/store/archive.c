/*
 * Reading a database: opening, monitors, standings, marks. Spans are in replay.c, answers in series.c, events.c and windows.c, the board of a
 * past moment in board.c, long reads in stream.c.
 */
#include "kumatop/archive.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "database.h"
#include "inspect.h"
#include "past.h"
#include "rolled.h"
#include "rows.h"
#include "schema.h"

#define BEAT_COLUMNS "time_us, reach_ms, state, verdict, outcome, code, name_us, connect_us, tls_us, first_byte_us, transfer_us," \
	" total_us, cert_expires_us, detail, address"
#define EVENT_FIELDS "e.id, e.monitor, e.time_us, e.kind, e.from_state, e.to_state, e.outcome, e.code, e.since_us, e.lasted_us," \
	" e.alert, e.detail, e.evidence, e.who, coalesce(m.name, e.name)"
#define EVENT_SOURCE " FROM event e LEFT JOIN monitor m ON m.id = e.monitor"
#define EVENT_COLUMNS EVENT_FIELDS EVENT_SOURCE

/* The starts there are, each found from the one before: no more is read than that many places. */
#define ROLLED_STARTS(table) "WITH RECURSIVE hop (at) AS (SELECT min(start_us) FROM " table " WHERE start_us >= ?1" \
	" UNION ALL SELECT (SELECT min(start_us) FROM " table " WHERE start_us > hop.at) FROM hop WHERE hop.at < ?2)" \
	" SELECT at FROM hop WHERE at < ?2"
#define ROLLED_ONE(table) "SELECT " ROLLED_COLUMNS " FROM " table " WHERE start_us = ?1 AND monitor = ?2"
#define ROLLED_ALL(table) "SELECT " ROLLED_COLUMNS " FROM " table " WHERE start_us >= ?1 AND start_us < ?2"
#define ROLLED_FIRST(table) "SELECT min(start_us) FROM " table
#define ROLLED_EACH(which, sql) \
	[which + ROLLUP_5MIN] = sql("beat_5min"), [which + ROLLUP_HOUR] = sql("beat_hour"), [which + ROLLUP_DAY] = sql("beat_day")

static const char *const statement_sql[PAST_STATEMENT_COUNT] = {
	[PAST_BEGIN] = "BEGIN",
	[PAST_COMMIT] = "COMMIT",
	[PAST_MONITORS] = "SELECT " ROWS_MONITOR_COLUMNS " FROM monitor WHERE removed = 0 ORDER BY id",
	[PAST_STANDINGS] = "SELECT " ROWS_STANDING_COLUMNS " FROM monitor_state ORDER BY monitor",
	/* All that history is about: monitors, those removed that left a line in the log (kind ''), kumatop itself (id 0). */
	[PAST_SUBJECTS] = "SELECT id, name, kind FROM monitor WHERE removed = 0 UNION ALL SELECT monitor, max(name), '' FROM event"
		" WHERE monitor NOT IN (SELECT id FROM monitor WHERE removed = 0) GROUP BY monitor ORDER BY 2, 1",
	[PAST_HIGHEST] = "SELECT max(coalesce((SELECT max(id) FROM monitor), 0),"
		" coalesce((SELECT value FROM meta WHERE key = 'highest_monitor'), 0))",
	[PAST_CHUNK] = "SELECT codec, data FROM beat_chunk WHERE hour = ?1 AND monitor = ?2 ORDER BY part",
	[PAST_NEXT_HOUR] = "SELECT min(hour) FROM beat_chunk WHERE hour > ?1",
	[PAST_PREVIOUS_HOUR] = "SELECT max(hour) FROM beat_chunk WHERE hour < ?1",
	[PAST_TAIL_BEAT] = "SELECT " BEAT_COLUMNS " FROM beat_tail WHERE seq = ?1",
	/* Pauses, maintenance, and times when the machine slept. */
	[PAST_CUTS] = "SELECT monitor, time_us, kind, from_state, to_state, lasted_us FROM event WHERE time_us >= ?2 AND ((monitor = ?1 AND (kind IN (2, 3)"
		" OR (kind = 1 AND 6 IN (from_state, to_state)))) OR (monitor = 0 AND kind = 10 AND lasted_us > 0)) ORDER BY time_us, id",
	[PAST_RUNS] = "SELECT seen_us, ended_us, id < (SELECT max(id) FROM run) FROM run WHERE max(seen_us, coalesce(ended_us, 0)) >= ?1"
		" ORDER BY id",
	[PAST_EVENTS] = "SELECT " EVENT_COLUMNS " WHERE e.monitor = ?1 AND e.time_us >= ?2 AND (e.time_us > ?2 OR e.id > ?3)"
		" AND e.time_us < ?4 ORDER BY e.time_us, e.id LIMIT ?5",
	[PAST_EVENTS_BACK] = "SELECT " EVENT_COLUMNS " WHERE e.time_us >= ?1 AND e.time_us < ?2 AND e.monitor = ?4"
		" ORDER BY e.time_us DESC, e.id DESC LIMIT ?3",
	[PAST_EVENTS_ALL_BACK] = "SELECT " EVENT_COLUMNS " WHERE e.time_us >= ?1 AND e.time_us < ?2"
		" ORDER BY e.time_us DESC, e.id DESC LIMIT ?3",
	/* 1 is EVENT_STATE, 7 EVENT_ACKNOWLEDGED; 1 and 2 are STATE_UP and STATE_DEGRADED, which end an incident. */
	[PAST_TURNS] = "SELECT " EVENT_FIELDS ", e.incident" EVENT_SOURCE " WHERE e.monitor = ?1 AND e.time_us >= ?2"
		" AND (e.time_us > ?2 OR e.id > ?3) AND e.time_us < ?4 AND e.kind IN (1, 7) ORDER BY e.time_us, e.id LIMIT ?5",
	[PAST_GOOD_TURN] = "SELECT time_us, id FROM event WHERE monitor = ?1 AND time_us < ?2 AND kind = 1 AND to_state IN (1, 2)"
		" ORDER BY time_us DESC, id DESC LIMIT 1",
	[PAST_ENDING] = "SELECT since_us, time_us FROM event WHERE monitor = ?1 AND incident = ?2 AND kind = 1 AND to_state IN (1, 2)"
		" ORDER BY id LIMIT 1",
	[PAST_OPEN] = "SELECT incident_open, incident_us, since_us FROM monitor_state WHERE monitor = ?1",
	[PAST_HOUR_SPAN] = "SELECT (SELECT min(hour) FROM beat_chunk WHERE hour >= ?1), (SELECT max(hour) FROM beat_chunk WHERE hour < ?2)",
	[PAST_HOUR_COUNT] = "SELECT sum(count) FROM beat_chunk WHERE hour = ?1",
	[PAST_MONITOR_HOUR_COUNT] = "SELECT count FROM beat_chunk WHERE hour = ?1 AND monitor = ?2 AND part = 0",
	[PAST_META] = "SELECT value FROM meta WHERE key = ?1",
	[PAST_ALL_CUTS] = "SELECT monitor, time_us, kind, from_state, to_state, lasted_us FROM event WHERE time_us >= ?1 ORDER BY time_us, id",
	[PAST_TAIL] = "SELECT " ROLLED_BEAT_COLUMNS " FROM beat_tail WHERE seq > ?1 ORDER BY seq",
	ROLLED_EACH(PAST_ROLLED_STARTS, ROLLED_STARTS),
	ROLLED_EACH(PAST_ROLLED_ONE, ROLLED_ONE),
	ROLLED_EACH(PAST_ROLLED_FIRST, ROLLED_FIRST),
	ROLLED_EACH(PAST_ROLLED_ALL, ROLLED_ALL),
	[PAST_ALL_MONITORS] = "SELECT " ROWS_MONITOR_COLUMNS ", created_us, removed FROM monitor ORDER BY id",
	[PAST_RUN_BEFORE] = "SELECT started_us, coalesce(ended_us, seen_us), ended_us IS NOT NULL OR id < (SELECT max(id) FROM run) FROM run"
		" WHERE started_us <= ?1 ORDER BY id DESC LIMIT 1",
	[PAST_LAST_EVENT] = "SELECT id FROM event WHERE time_us <= ?1 ORDER BY time_us DESC, id DESC LIMIT 1",
	/* What changes a state or says who took an incident on. */
	[PAST_CHANGES_BACK] = "SELECT id, time_us, kind, from_state, to_state, since_us, alert, detail, who FROM event WHERE monitor = ?1"
		" AND time_us <= ?2 AND kind IN (1, 2, 3, 7) ORDER BY time_us DESC, id DESC LIMIT ?3",
	[PAST_EVENT_AFTER] = "SELECT 1 FROM event WHERE monitor = ?1 AND time_us > ?2 LIMIT 1",
	[PAST_EVIDENCE] = "SELECT evidence FROM event WHERE id = ?1",
	[PAST_EVENTS_FORTH] = "SELECT " EVENT_COLUMNS " WHERE e.time_us >= ?1 AND e.time_us < ?2 AND e.monitor = ?4"
		" ORDER BY e.time_us, e.id LIMIT ?3",
	[PAST_EVENTS_ALL_FORTH] = "SELECT " EVENT_COLUMNS " WHERE e.time_us >= ?1 AND e.time_us < ?2 ORDER BY e.time_us, e.id LIMIT ?3",
};

sqlite3_stmt *past_statement(struct archive *archive, enum past_statement which)
{
	if (!archive->statements[which])
		sqlite3_prepare_v3(archive->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT, &archive->statements[which], NULL);
	return archive->statements[which];
}

bool past_is_damage(const struct archive *archive)
{
	return database_is_damage(sqlite3_errcode(archive->db));
}

bool past_fail(struct archive *archive, struct error *err)
{
	database_fail(archive->db, err, archive->path, "cannot be read");
	if (!sqlite3_get_autocommit(archive->db))
		database_run(archive->db, "ROLLBACK");
	return false;
}

static bool is_understood(sqlite3 *db, const char *path, struct error *err)
{
	int64_t version = 0;

	switch (inspect_identity(db, path, err)) {
	case FOUND_OURS:
		break;
	case FOUND_NOTHING:
		return error_set(err, EXIT_DATA, "%s: is empty: no kumatop has kept anything there yet", path);
	default:
		return false;
	}
	if (!database_number(db, "PRAGMA user_version", &version))
		return database_fail(db, err, path, "cannot be read");
	if (version < SCHEMA_VERSION)
		return error_set(err, EXIT_DATA, "%s: is of an older kumatop: start kumatop on it once to bring it up to date", path);
	return true;
}

static sqlite3 *open_understood(const char *path, struct error *err)
{
	struct stat info;
	sqlite3 *db;

	if (!database_is_memory(path) && stat(path, &info) != 0) {
		if (errno == ENOENT)
			error_set(err, EXIT_UNAVAILABLE, "%s: there is no such database", path);
		else
			error_errno(err, errno == EACCES ? EXIT_PERMISSION : EXIT_INPUT_OUTPUT, "%s: cannot be read", path);
		return NULL;
	}
	db = database_open(path, DATABASE_READ, err);
	if (db && is_understood(db, path, err))
		return db;
	if (db && ((sqlite3_errcode(db) & 0xff) == SQLITE_CANTOPEN || (sqlite3_errcode(db) & 0xff) == SQLITE_READONLY)) {
		database_close(db);
		db = database_open_frozen(path, err);
		if (db && is_understood(db, path, err))
			return db;
	}
	database_close(db);
	return NULL;
}

struct archive *archive_open(const char *path, struct error *err)
{
	sqlite3 *db = open_understood(path, err);
	struct archive *archive;

	if (!db)
		return NULL;
	database_run(db, "PRAGMA temp_store = MEMORY");
	archive = heap_zero(1, sizeof *archive);
	archive->db = db;
	archive->path = heap_text(path);
	archive->texts = texts_create();
	archive->tail = tail_create();
	buf_init(&archive->packed, CHUNK_BYTES_MOST);
	archive->page = heap_zero(PAST_PAGE_BEATS, sizeof *archive->page);
	return archive;
}

void archive_close(struct archive *archive)
{
	if (!archive)
		return;
	for (int i = 0; i < PAST_STATEMENT_COUNT; i++)
		sqlite3_finalize(archive->statements[i]);
	texts_destroy(archive->texts, archive->db);
	tail_destroy(archive->tail);
	database_close(archive->db);
	free(archive->page);
	free(archive->hour);
	buf_finish(&archive->packed);
	free(archive->path);
	free(archive);
}

/* All at once, so that visit() may take its time without a transaction being open. */
bool archive_monitors(struct archive *archive, bool (*visit)(void *arg, const struct kept_monitor *), void *arg, struct error *err)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_MONITORS);
	struct kept_monitor *monitors = NULL;
	size_t count = 0;
	bool more = true, good;

	if (!statement)
		return past_fail(archive, err);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		monitors = heap_resize(monitors, count + 1, sizeof *monitors);
		monitors[count++] = rows_read_monitor(statement);
	}
	good = sqlite3_reset(statement) == SQLITE_OK || past_fail(archive, err);
	for (size_t i = 0; i < count; i++) {
		more = more && good && visit(arg, &monitors[i]);
		kept_monitor_finish(&monitors[i]);
	}
	free(monitors);
	return good;
}

bool archive_standings(struct archive *archive, bool (*visit)(void *arg, const struct kept_standing *), void *arg, struct error *err)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_STANDINGS);
	struct kept_standing *standings = NULL;
	size_t count = 0;
	bool good;

	if (!statement)
		return past_fail(archive, err);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		if ((count & (count - 1)) == 0)
			standings = heap_resize(standings, count ? 2 * count : 1, sizeof *standings);
		standings[count++] = rows_standing(statement);
	}
	good = sqlite3_reset(statement) == SQLITE_OK || past_fail(archive, err);
	for (size_t i = 0; good && i < count && visit(arg, &standings[i]); i++)
		;
	free(standings);
	return good;
}

bool archive_highest_id(struct archive *archive, monitor_id *id, struct error *err)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_HIGHEST);

	*id = 0;
	if (!statement)
		return past_fail(archive, err);
	if (sqlite3_step(statement) == SQLITE_ROW)
		*id = sqlite3_column_int64(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK || past_fail(archive, err);
}

static void fill_last(struct archive *archive, const struct past_beat *from, monitor_id monitor, struct beat *beat)
{
	*beat = (struct beat){
		.monitor = monitor,
		.time_us = from->time_us,
		.reach_ms = from->reach_ms,
		.state = from->state,
		.verdict = from->verdict,
		.outcome = from->outcome,
		.routine = true,
		.code = from->code,
		.cert_expires_us = from->cert_expires_us,
		.detail = shared_create(texts_read(archive->texts, archive->db, from->detail)),
		.address = shared_create(texts_read(archive->texts, archive->db, from->address)),
	};
	memcpy(beat->phase_us, from->phase_us, sizeof beat->phase_us);
}

struct marks_reading {
	struct archive *archive;
	struct kept_marks *kept;
	size_t looked;
};

/* What was good longer ago than this many beats is not worth the search. */
enum { LOOK_BACK_MOST = 20000 };

/* From the newest on: marks until there are enough, and on for the last good one. */
static bool take_mark(void *arg, const struct past_beat *beat)
{
	struct marks_reading *reading = arg;
	struct kept_marks *kept = reading->kept;
	int32_t latency_us = phases_latency_us(beat->outcome, beat->phase_us);

	if (kept->last_good_us == 0 && (beat->verdict == VERDICT_UP || beat->verdict == VERDICT_DEGRADED))
		kept->last_good_us = beat->time_us;
	if (kept->count == 0)
		fill_last(reading->archive, beat, kept->monitor, &kept->last);
	if (kept->count < VIEW_MARKS)
		kept->marks[kept->count++] = (struct beat_mark){
			.look = (unsigned)beat_look((enum state)beat->state, (enum verdict)beat->verdict) & 0xf,
			.latency_10us = latency_us < 0 ? BEAT_MARK_NONE : (uint32_t)latency_us / 10 & BEAT_MARK_NONE,
		};
	return ++reading->looked < LOOK_BACK_MOST && (kept->count < VIEW_MARKS || !kept->last_good_us);
}

static void turn_around(struct kept_marks *kept)
{
	for (size_t i = 0; i < kept->count / 2; i++) {
		struct beat_mark mark = kept->marks[i];

		kept->marks[i] = kept->marks[kept->count - 1 - i];
		kept->marks[kept->count - 1 - i] = mark;
	}
}

bool archive_marks(struct archive *archive, monitor_id monitor, struct kept_marks *kept, struct error *err)
{
	struct marks_reading reading = { .archive = archive, .kept = kept };

	*kept = (struct kept_marks){ .monitor = monitor };
	texts_turn_page(archive->texts);
	/* What a clock left that was years ahead would be the newest for years. */
	if (past_back(archive, monitor, unix_now_us() + DAY_US, take_mark, &reading)) {
		turn_around(kept);
		return true;
	}
	past_fail(archive, err);
	kept_marks_finish(kept);
	*kept = (struct kept_marks){ .monitor = monitor };
	return false;
}

struct history_answer *archive_answer(struct archive *archive, const struct history_query *query)
{
	struct history_answer *answer = heap_zero(1, sizeof *answer);

	answer->query = *query;
	if (query->kind == HISTORY_SERIES)
		answer->ok = past_answer_series(archive, answer, &answer->error);
	else if (query->kind == HISTORY_BOARD)
		answer->ok = error_set(&answer->error, EXIT_UNAVAILABLE, "the past of the board is not to be had here");
	else if (query->kind == HISTORY_WINDOWS)
		answer->ok = past_answer_windows(archive, answer, &answer->error);
	else
		answer->ok = past_answer_events(archive, answer, &answer->error);
	return answer;
}
