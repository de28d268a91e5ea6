/*
 * Reading a database: opening, monitors, standings, marks. Spans are in replay.c, answers in series.c and log.c, long reads in
 * stream.c.
 */
#include "kumatop/archive.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"

#include "database.h"
#include "inspect.h"
#include "past.h"
#include "rows.h"
#include "schema.h"

#define BEAT_COLUMNS "seq, time_us, reach_ms, state, verdict, outcome, code, name_us, connect_us, tls_us, first_byte_us," \
	" transfer_us, total_us, cert_expires_us, detail, address"
#define EVENT_COLUMNS "e.id, e.monitor, e.time_us, e.kind, e.from_state, e.to_state, e.outcome, e.code, e.since_us, e.lasted_us," \
	" e.alert, e.detail, e.evidence, e.who, coalesce(m.name, e.name) FROM event e LEFT JOIN monitor m ON m.id = e.monitor"

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
	[PAST_BEATS] = "SELECT " BEAT_COLUMNS " FROM beat_tail WHERE monitor = ?1 AND time_us >= ?2 AND (time_us > ?2 OR seq > ?3)"
		" AND time_us < ?4 ORDER BY time_us, seq LIMIT ?5",
	[PAST_BEATS_BACK] = "SELECT " BEAT_COLUMNS " FROM beat_tail WHERE monitor = ?1 ORDER BY time_us DESC, seq DESC LIMIT ?2",
	[PAST_LAST_GOOD] = "SELECT max(time_us) FROM (SELECT time_us, verdict FROM beat_tail WHERE monitor = ?1 ORDER BY time_us DESC"
		" LIMIT ?2) WHERE verdict IN (0, 1)",
	[PAST_BEFORE] = "SELECT time_us, state, verdict FROM beat_tail WHERE monitor = ?1 AND time_us < ?2"
		" ORDER BY time_us DESC, seq DESC LIMIT ?3",
	/* Pauses, maintenance, and times when the machine slept. */
	[PAST_CUTS] = "SELECT time_us, kind, to_state, lasted_us FROM event WHERE time_us >= ?2 AND ((monitor = ?1 AND (kind IN (2, 3)"
		" OR (kind = 1 AND 6 IN (from_state, to_state)))) OR (monitor = 0 AND kind = 10 AND lasted_us > 0)) ORDER BY time_us, id",
	[PAST_RUNS] = "SELECT seen_us, ended_us, id < (SELECT max(id) FROM run) FROM run WHERE max(seen_us, coalesce(ended_us, 0)) >= ?1"
		" ORDER BY id",
	[PAST_EVENTS] = "SELECT " EVENT_COLUMNS " WHERE e.monitor = ?1 AND e.time_us >= ?2 AND (e.time_us > ?2 OR e.id > ?3)"
		" AND e.time_us < ?4 ORDER BY e.time_us, e.id LIMIT ?5",
	[PAST_EVENTS_BACK] = "SELECT " EVENT_COLUMNS " WHERE e.time_us >= ?1 AND e.time_us < ?2 AND e.monitor = ?4"
		" ORDER BY e.time_us DESC, e.id DESC LIMIT ?3",
	[PAST_EVENTS_ALL_BACK] = "SELECT " EVENT_COLUMNS " WHERE e.time_us >= ?1 AND e.time_us < ?2"
		" ORDER BY e.time_us DESC, e.id DESC LIMIT ?3",
	[PAST_COUNT_BEATS] = "SELECT count(*) FROM beat_tail WHERE monitor = ?1 AND time_us >= ?2 AND time_us < ?3",
	[PAST_SEQ_BOUNDS] = "SELECT (SELECT min(seq) FROM beat_tail), (SELECT max(seq) FROM beat_tail)",
	[PAST_SEQ_TIME] = "SELECT time_us FROM beat_tail WHERE seq >= ?1 ORDER BY seq LIMIT 1",
};

sqlite3_stmt *past_statement(struct archive *archive, enum past_statement which)
{
	if (!archive->statements[which])
		sqlite3_prepare_v3(archive->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT, &archive->statements[which], NULL);
	return archive->statements[which];
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
	database_close(archive->db);
	free(archive->page);
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

static int32_t read_or_none(sqlite3_stmt *statement, int column)
{
	return sqlite3_column_type(statement, column) == SQLITE_NULL ? -1 : sqlite3_column_int(statement, column);
}

void past_read_beat(sqlite3_stmt *statement, struct past_beat *beat)
{
	int64_t state = sqlite3_column_int64(statement, 3), verdict = sqlite3_column_int64(statement, 4);

	beat->seq = sqlite3_column_int64(statement, 0);
	beat->time_us = rows_column_us(statement, 1);
	beat->reach_ms = sqlite3_column_int(statement, 2);
	beat->state = (uint8_t)rows_state(state);
	beat->verdict = verdict >= 0 && verdict < VERDICT_COUNT ? (uint8_t)verdict : VERDICT_UNKNOWN;
	beat->outcome = (uint8_t)sqlite3_column_int(statement, 5);
	beat->code = read_or_none(statement, 6);
	for (int i = 0; i < PHASE_COUNT; i++)
		beat->phase_us[i] = read_or_none(statement, 7 + i);
	beat->cert_expires_us = rows_column_us(statement, 7 + PHASE_COUNT);
	beat->detail = sqlite3_column_int64(statement, 8 + PHASE_COUNT);
	beat->address = sqlite3_column_int64(statement, 9 + PHASE_COUNT);
}

static bool read_texts(struct archive *archive, struct past_beat *beat)
{
	beat->detail_text = texts_read(archive->texts, archive->db, beat->detail);
	beat->address_text = texts_read(archive->texts, archive->db, beat->address);
	return beat->detail_text && beat->address_text;
}

static bool run(struct archive *archive, enum past_statement which)
{
	sqlite3_stmt *statement = past_statement(archive, which);

	return statement && database_finish(statement);
}

static bool read_page(struct archive *archive, const struct past_place *place, size_t *count)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_BEATS);

	if (!statement || sqlite3_bind_int64(statement, 1, place->monitor) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 2, rows_us(place->from_us)) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 3, place->seq) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 4, rows_us(place->to_us)) != SQLITE_OK
	    || sqlite3_bind_int(statement, 5, PAST_PAGE_BEATS) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW)
		past_read_beat(statement, &archive->page[(*count)++]);
	return sqlite3_reset(statement) == SQLITE_OK;
}

bool past_page(struct archive *archive, struct past_place *place, bool with_texts, size_t *count)
{
	*count = 0;
	texts_turn_page(archive->texts);
	/* Beats and their texts in one transaction: no text of a beat that was read can have been deleted. */
	if (!run(archive, PAST_BEGIN) || !read_page(archive, place, count))
		return false;
	for (size_t i = 0; with_texts && i < *count; i++)
		if (!read_texts(archive, &archive->page[i]))
			return false;
	if (!run(archive, PAST_COMMIT))
		return false;
	if (*count > 0) {
		place->from_us = archive->page[*count - 1].time_us;
		place->seq = archive->page[*count - 1].seq;
	}
	return true;
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

static bool read_marks(struct archive *archive, monitor_id monitor, struct kept_marks *kept)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_BEATS_BACK);
	struct past_beat beat = { 0 };

	if (!statement || sqlite3_bind_int64(statement, 1, monitor) != SQLITE_OK
	    || sqlite3_bind_int(statement, 2, VIEW_MARKS) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		int32_t latency_us;

		past_read_beat(statement, &beat);
		latency_us = phases_latency_us(beat.outcome, beat.phase_us);
		if (kept->count == 0)
			fill_last(archive, &beat, monitor, &kept->last);
		if (kept->last_good_us == 0 && (beat.verdict == VERDICT_UP || beat.verdict == VERDICT_DEGRADED))
			kept->last_good_us = beat.time_us;
		kept->marks[kept->count++] = (struct beat_mark){
			.look = (unsigned)beat_look((enum state)beat.state, (enum verdict)beat.verdict) & 0xf,
			.latency_10us = latency_us < 0 ? BEAT_MARK_NONE : (uint32_t)latency_us / 10 & BEAT_MARK_NONE,
		};
	}
	for (size_t i = 0; i < kept->count / 2; i++) {
		struct beat_mark mark = kept->marks[i];

		kept->marks[i] = kept->marks[kept->count - 1 - i];
		kept->marks[kept->count - 1 - i] = mark;
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

static bool read_last_good(struct archive *archive, monitor_id monitor, int64_t *last_good_us)
{
	enum { LOOK_BACK_MOST = 20000 };	/* what was good longer ago is not worth the search */
	sqlite3_stmt *statement = past_statement(archive, PAST_LAST_GOOD);

	if (!statement || sqlite3_bind_int64(statement, 1, monitor) != SQLITE_OK
	    || sqlite3_bind_int(statement, 2, LOOK_BACK_MOST) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*last_good_us = rows_column_us(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}

bool archive_marks(struct archive *archive, monitor_id monitor, struct kept_marks *kept, struct error *err)
{
	*kept = (struct kept_marks){ .monitor = monitor };
	texts_turn_page(archive->texts);
	if (run(archive, PAST_BEGIN) && read_marks(archive, monitor, kept)
	    && (kept->count < VIEW_MARKS || kept->last_good_us || read_last_good(archive, monitor, &kept->last_good_us))
	    && run(archive, PAST_COMMIT))
		return true;
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
	else
		answer->ok = past_answer_events(archive, answer, &answer->error);
	return answer;
}
