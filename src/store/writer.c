/* Every statement that writes, in one table, and the functions that fill in its values. */
#include "writer.h"

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "database.h"
#include "intern.h"

#define EXPIRE_ROLLED(table) "DELETE FROM " table " WHERE (start_us, monitor) IN (SELECT start_us, monitor FROM " table \
	" WHERE start_us < ?1 ORDER BY start_us, monitor LIMIT ?2)"

#define STATEMENT_TABLE(X) \
	X(BEGIN, "BEGIN IMMEDIATE") \
	X(COMMIT, "COMMIT") \
	X(LAST_SEQ, "SELECT max(coalesce((SELECT max(seq) FROM beat_tail), 0)," \
		" coalesce((SELECT value FROM meta WHERE key = 'packed_seq'), 0)," \
		" coalesce((SELECT value FROM meta WHERE key = 'rolled_seq'), 0))") \
	X(BEAT, "INSERT INTO beat_tail (seq, monitor, time_us, reach_ms, state, verdict, outcome, code, name_us, connect_us, tls_us," \
		" first_byte_us, transfer_us, total_us, cert_expires_us, detail, address)" \
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)") \
	X(EVENT, "INSERT INTO event (monitor, time_us, kind, from_state, to_state, outcome, code, since_us, lasted_us, alert, detail," \
		" evidence, who, name, incident) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13," \
		" coalesce((SELECT name FROM monitor WHERE id = ?1), '')," \
		" (SELECT incident FROM monitor_state WHERE monitor = ?1))") \
	X(EVENT_OPENS, "UPDATE event SET incident = ?1 WHERE id = ?1 AND incident IS NULL" \
		" AND EXISTS (SELECT 1 FROM monitor_state WHERE monitor = ?2 AND incident = ?1)") \
	X(MONITOR, "INSERT INTO monitor (id, name, kind, target, origin, text, retired, removed, created_us)" \
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8) ON CONFLICT (id) DO UPDATE SET name = excluded.name," \
		" kind = excluded.kind, target = excluded.target, origin = excluded.origin, text = excluded.text," \
		" retired = excluded.retired, removed = 0") \
	X(HIGHEST, "INSERT INTO meta (key, value) VALUES ('highest_monitor', ?1) ON CONFLICT (key) DO UPDATE" \
		" SET value = excluded.value WHERE excluded.value > value") \
	X(RETIRE, "UPDATE monitor SET retired = 1 WHERE id = ?1") \
	X(REMOVE, "UPDATE monitor SET removed = 1 WHERE id = ?1") \
	X(REMOVE_STATE, "DELETE FROM monitor_state WHERE monitor = ?1") \
	X(STANDING, "INSERT INTO monitor_state (monitor, state, was, was_since_us, good_run, bad_run, unknown_run, degraded_run," \
		" since_us, first_bad_us, first_good_us, incident_open, incident_us, alerted, acknowledged, paused_until_us, detail," \
		" incident) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17," \
		" CASE WHEN ?12 THEN ?18 END) ON CONFLICT (monitor) DO UPDATE SET state = excluded.state, was = excluded.was," \
		" was_since_us = excluded.was_since_us, good_run = excluded.good_run, bad_run = excluded.bad_run," \
		" unknown_run = excluded.unknown_run, degraded_run = excluded.degraded_run, since_us = excluded.since_us," \
		" first_bad_us = excluded.first_bad_us, first_good_us = excluded.first_good_us," \
		" incident_open = excluded.incident_open, incident_us = excluded.incident_us, alerted = excluded.alerted," \
		" acknowledged = excluded.acknowledged, paused_until_us = excluded.paused_until_us, detail = excluded.detail," \
		" incident = CASE WHEN excluded.incident_open THEN coalesce(incident, excluded.incident) END") \
	X(RUN_BEGIN, "INSERT INTO run (started_us, seen_us, version) VALUES (?1, ?1, ?2)") \
	X(RUN_SEEN, "UPDATE run SET seen_us = max(seen_us, ?2) WHERE id = ?1") \
	X(RUN_END, "UPDATE run SET seen_us = max(seen_us, ?2), ended_us = max(started_us, ?2) WHERE id = ?1") \
	X(EXPIRE, "DELETE FROM beat_tail WHERE seq IN (SELECT seq FROM beat_tail WHERE seq > ?3 ORDER BY seq LIMIT ?2)" \
		" AND time_us < ?1") \
	X(EXPIRE_CHUNKS, "DELETE FROM beat_chunk WHERE (hour, monitor) IN" \
		" (SELECT hour, monitor FROM beat_chunk WHERE hour < ?1 ORDER BY hour, monitor LIMIT ?2)") \
	X(AHEAD, "SELECT max(seq) FROM (SELECT seq, time_us FROM beat_tail WHERE seq > ?1 ORDER BY seq LIMIT ?2)" \
		" HAVING min(time_us) > ?3") \
	/* Of an incident that goes on it is still asked for. */ \
	X(EXPIRE_EVIDENCE, "UPDATE event SET evidence = NULL WHERE id IN (SELECT id FROM event WHERE evidence NOT NULL AND time_us < ?1" \
		" AND id NOT IN (SELECT incident FROM monitor_state WHERE incident NOT NULL) ORDER BY time_us LIMIT ?2)") \
	X(REMOVED, "SELECT id FROM monitor WHERE removed = 1 LIMIT 1") \
	X(NEXT_HOUR, "SELECT min(hour) FROM beat_chunk WHERE hour > ?1") \
	X(PURGE_CHUNK, "DELETE FROM beat_chunk WHERE hour = ?1 AND monitor = ?2") \
	X(NEXT_5MIN, "SELECT min(start_us) FROM beat_5min WHERE start_us > ?1") \
	X(PURGE_5MIN, "DELETE FROM beat_5min WHERE start_us = ?1 AND monitor = ?2") \
	X(NEXT_ROLLED_HOUR, "SELECT min(start_us) FROM beat_hour WHERE start_us > ?1") \
	X(PURGE_ROLLED_HOUR, "DELETE FROM beat_hour WHERE start_us = ?1 AND monitor = ?2") \
	X(NEXT_DAY, "SELECT min(start_us) FROM beat_day WHERE start_us > ?1") \
	X(PURGE_DAY, "DELETE FROM beat_day WHERE start_us = ?1 AND monitor = ?2") \
	X(EXPIRE_5MIN, EXPIRE_ROLLED("beat_5min")) \
	X(EXPIRE_HOUR, EXPIRE_ROLLED("beat_hour")) \
	X(EXPIRE_DAY, EXPIRE_ROLLED("beat_day")) \
	X(PURGE_TAIL, "DELETE FROM beat_tail WHERE seq IN (SELECT seq FROM beat_tail WHERE monitor = ?1 LIMIT ?2)") \
	X(PURGE_OUTBOX, "DELETE FROM outbox WHERE id IN" \
		" (SELECT o.id FROM outbox o JOIN event e ON e.id = o.event WHERE e.monitor = ?1 LIMIT ?2)") \
	/* That it was removed, and by whom, stays in the log: 6 is EVENT_REMOVED. */ \
	X(PURGE_EVENT, "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE monitor = ?1 AND kind <> 6 LIMIT ?2)") \
	X(PURGE_MONITOR, "DELETE FROM monitor WHERE id = ?1 AND removed = 1 AND ?2")

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

struct writer {
	sqlite3 *db;
	struct intern *intern;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	int64_t last_seq;			/* given in beat_tail; others may have gone on from there, so it is read in each transaction */
	int64_t expired_seq, expired_day;	/* beats up to here were looked at on that day, and are of the future */
	monitor_id purged;			/* this one has gone from the spread tables before this, and from its rows up to the place */
	size_t purged_table;
	int64_t purged_place;
};

/* Fills in the values of a statement one after the other. */
struct filling {
	sqlite3_stmt *statement;
	int at;
	bool good;
};

static struct filling fill(struct writer *writer, enum statement which)
{
	return (struct filling){ .statement = writer->statements[which], .good = true };
}

static void fill_number(struct filling *filling, int64_t number)
{
	filling->good &= sqlite3_bind_int64(filling->statement, ++filling->at, number) == SQLITE_OK;
}

static void fill_null(struct filling *filling)
{
	filling->good &= sqlite3_bind_null(filling->statement, ++filling->at) == SQLITE_OK;
}

static void fill_number_unless(struct filling *filling, int64_t number, int64_t none)
{
	if (number == none)
		fill_null(filling);
	else
		fill_number(filling, number);
}

/* Borrowed until the statement has run. NULL stays NULL. */
static void fill_text(struct filling *filling, const char *text)
{
	filling->good &= sqlite3_bind_text(filling->statement, ++filling->at, text, -1, SQLITE_STATIC) == SQLITE_OK;
}

static bool run(struct filling *filling)
{
	return filling->good && database_finish(filling->statement);
}

static bool run_for(struct writer *writer, enum statement which, int64_t number)
{
	struct filling filling = fill(writer, which);

	fill_number(&filling, number);
	return run(&filling);
}

struct writer *writer_create(sqlite3 *db)
{
	struct writer *writer = heap_zero(1, sizeof *writer);

	writer->db = db;
	for (int i = 0; i < STATEMENT_COUNT; i++) {
		if (sqlite3_prepare_v3(db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &writer->statements[i], NULL) != SQLITE_OK)
			goto failed;
	}
	writer->intern = intern_create(db);
	if (writer->intern)
		return writer;
failed:
	writer_destroy(writer);
	return NULL;
}

void writer_destroy(struct writer *writer)
{
	if (!writer)
		return;
	intern_destroy(writer->intern);
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(writer->statements[i]);
	free(writer);
}

/* Never back: the last beat may have been deleted with its monitor, and who has seen its number does not look at it again. */
static bool read_last_seq(struct writer *writer)
{
	sqlite3_stmt *statement = writer->statements[DO_LAST_SEQ];

	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int64(statement, 0) > writer->last_seq)
		writer->last_seq = sqlite3_column_int64(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}

bool writer_begin(struct writer *writer)
{
	return database_finish(writer->statements[DO_BEGIN]) && read_last_seq(writer);
}

bool writer_commit(struct writer *writer)
{
	return database_finish(writer->statements[DO_COMMIT]);
}

void writer_rollback(struct writer *writer)
{
	intern_forget(writer->intern);
	writer->purged = 0;
	/* A full disk may have rolled it back already. */
	if (!sqlite3_get_autocommit(writer->db))
		database_run(writer->db, "ROLLBACK");
}

bool writer_beat(struct writer *writer, const struct beat *beat)
{
	struct filling filling = fill(writer, DO_BEAT);
	int64_t detail, address;

	if (!intern_text(writer->intern, shared_read(beat->detail), beat->time_us, &detail)
	    || !intern_text(writer->intern, shared_read(beat->address), beat->time_us, &address))
		return false;
	if (writer->last_seq < INT64_MAX)
		fill_number(&filling, ++writer->last_seq);
	else
		fill_null(&filling);		/* somebody else made it up; SQLite finds a free one */
	fill_number(&filling, beat->monitor);
	fill_number(&filling, beat->time_us);
	fill_number(&filling, beat->reach_ms);
	fill_number(&filling, beat->state);
	fill_number(&filling, beat->verdict);
	fill_number(&filling, beat->outcome);
	fill_number_unless(&filling, beat->code, -1);
	for (int i = 0; i < PHASE_COUNT; i++)
		fill_number_unless(&filling, beat->phase_us[i], -1);
	fill_number_unless(&filling, beat->cert_expires_us, 0);
	fill_number_unless(&filling, detail, 0);
	fill_number_unless(&filling, address, 0);
	return run(&filling);
}

/* opened_by: the event that opens an incident if none is open; 0: not known. */
static bool put_standing(struct writer *writer, const struct kept_standing *kept, int64_t opened_by)
{
	const struct standing *standing = &kept->standing;
	struct filling filling = fill(writer, DO_STANDING);

	fill_number(&filling, kept->monitor);
	fill_number(&filling, (int64_t)standing->state);
	fill_number(&filling, (int64_t)standing->was);
	fill_number(&filling, standing->was_since_us);
	fill_number(&filling, standing->good_run);
	fill_number(&filling, standing->bad_run);
	fill_number(&filling, standing->unknown_run);
	fill_number(&filling, standing->degraded_run);
	fill_number(&filling, standing->since_us);
	fill_number(&filling, standing->first_bad_us);
	fill_number(&filling, standing->first_good_us);
	fill_number(&filling, standing->incident_open);
	fill_number(&filling, standing->incident_us);
	fill_number(&filling, standing->alerted);
	fill_number(&filling, standing->acknowledged);
	fill_number(&filling, kept->paused_until_us);
	fill_text(&filling, kept->detail);
	fill_number_unless(&filling, opened_by, 0);
	return run(&filling);
}

bool writer_standing(struct writer *writer, const struct kept_standing *standing)
{
	return put_standing(writer, standing, 0);
}

static bool put_event(struct writer *writer, const struct event *event, int64_t *id)
{
	struct filling filling = fill(writer, DO_EVENT);

	fill_number(&filling, event->monitor);
	fill_number(&filling, event->time_us);
	fill_number(&filling, event->kind);
	fill_number(&filling, event->from);
	fill_number(&filling, event->to);
	fill_number_unless(&filling, event->outcome, OUTCOME_NONE);
	fill_number_unless(&filling, event->code, -1);
	fill_number(&filling, event->since_us);
	fill_number(&filling, event->lasted_us);
	fill_number(&filling, event->alert);
	fill_text(&filling, shared_read(event->detail));
	fill_text(&filling, event->evidence ? shared_read(event->evidence) : NULL);
	fill_text(&filling, event->who ? shared_read(event->who) : NULL);
	if (!run(&filling))
		return false;
	*id = sqlite3_last_insert_rowid(writer->db);
	return true;
}

bool writer_event(struct writer *writer, const struct event *event, const struct kept_standing *standing)
{
	struct filling opens = fill(writer, DO_EVENT_OPENS);
	int64_t id;

	if (!put_event(writer, event, &id))
		return false;
	if (!standing)
		return true;
	if (!put_standing(writer, standing, event->kind == EVENT_STATE ? id : 0))
		return false;
	if (event->kind != EVENT_STATE || !standing->standing.incident_open)
		return true;
	fill_number(&opens, id);
	fill_number(&opens, event->monitor);
	return run(&opens);
}

bool writer_monitor(struct writer *writer, const struct kept_monitor *monitor)
{
	struct filling filling = fill(writer, DO_MONITOR);

	fill_number(&filling, monitor->id);
	fill_text(&filling, monitor->name);
	fill_text(&filling, monitor->kind);
	fill_text(&filling, monitor->target);
	fill_number(&filling, (int64_t)monitor->origin);
	fill_text(&filling, monitor->text);
	fill_number(&filling, monitor->retired);
	fill_number(&filling, unix_now_us());
	return run(&filling) && run_for(writer, DO_HIGHEST, monitor->id);
}

bool writer_retire(struct writer *writer, monitor_id monitor)
{
	return run_for(writer, DO_RETIRE, monitor);
}

bool writer_remove(struct writer *writer, monitor_id monitor)
{
	return run_for(writer, DO_REMOVE, monitor) && run_for(writer, DO_REMOVE_STATE, monitor);
}

bool writer_run_begin(struct writer *writer, int64_t now_us, int64_t *run_id)
{
	struct filling filling = fill(writer, DO_RUN_BEGIN);

	fill_number(&filling, now_us);
	fill_text(&filling, KUMATOP_VERSION);
	if (!run(&filling))
		return false;
	*run_id = sqlite3_last_insert_rowid(writer->db);
	return true;
}

static bool run_pair(struct writer *writer, enum statement which, int64_t first, int64_t second)
{
	struct filling filling = fill(writer, which);

	fill_number(&filling, first);
	fill_number(&filling, second);
	return run(&filling);
}

bool writer_run_seen(struct writer *writer, int64_t run_id, int64_t now_us)
{
	return run_pair(writer, DO_RUN_SEEN, run_id, now_us);
}

bool writer_run_end(struct writer *writer, int64_t run_id, int64_t now_us)
{
	return run_pair(writer, DO_RUN_END, run_id, now_us);
}

static bool find_removed(struct writer *writer, monitor_id *monitor)
{
	sqlite3_stmt *statement = writer->statements[DO_REMOVED];

	*monitor = 0;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*monitor = sqlite3_column_int64(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* Tables in which the rows of one monitor lie as far apart as hours or the like: those of a few places at a time. */
static const struct {
	enum statement next, purge;
} spread_tables[] = {
	{ DO_NEXT_HOUR, DO_PURGE_CHUNK },
	{ DO_NEXT_5MIN, DO_PURGE_5MIN },
	{ DO_NEXT_ROLLED_HOUR, DO_PURGE_ROLLED_HOUR },
	{ DO_NEXT_DAY, DO_PURGE_DAY },
};

enum { SPREAD_TABLES = sizeof spread_tables / sizeof *spread_tables };

static bool next_place(struct writer *writer, bool *found)
{
	struct filling filling = fill(writer, spread_tables[writer->purged_table].next);

	fill_number(&filling, writer->purged_place);
	if (!filling.good)
		return false;
	*found = sqlite3_step(filling.statement) == SQLITE_ROW && sqlite3_column_type(filling.statement, 0) != SQLITE_NULL;
	if (*found)
		writer->purged_place = sqlite3_column_int64(filling.statement, 0);
	return sqlite3_reset(filling.statement) == SQLITE_OK;
}

static void begin_table(struct writer *writer, monitor_id monitor, size_t table)
{
	writer->purged = monitor;
	writer->purged_table = table;
	writer->purged_place = INT64_MIN;
}

/* *again: there are later places. */
static bool purge_spread(struct writer *writer, monitor_id monitor, int most, bool *again)
{
	bool found;

	if (writer->purged != monitor)
		begin_table(writer, monitor, 0);
	for (int i = 0; i < most && writer->purged_table < SPREAD_TABLES; i++) {
		if (!next_place(writer, &found))
			return false;
		if (!found)
			begin_table(writer, monitor, writer->purged_table + 1);
		else if (!run_pair(writer, spread_tables[writer->purged_table].purge, writer->purged_place, monitor))
			return false;
	}
	*again = writer->purged_table < SPREAD_TABLES;
	return true;
}

bool writer_purge(struct writer *writer, int most, bool *again, monitor_id *gone)
{
	monitor_id monitor;

	*again = false;
	*gone = 0;
	if (!find_removed(writer, &monitor))
		return false;
	if (monitor == 0)
		return true;
	if (!purge_spread(writer, monitor, most, again))
		return false;
	if (*again)
		return true;
	/* The monitor's own row goes last, so that what is interrupted is found again. */
	for (int i = DO_PURGE_TAIL; i <= DO_PURGE_MONITOR; i++) {
		if (!run_pair(writer, (enum statement)i, monitor, most))
			return false;
		if (sqlite3_changes(writer->db) > 0) {
			*again = true;
			*gone = i == DO_PURGE_MONITOR ? monitor : 0;
			return true;
		}
	}
	return true;
}

bool writer_expire_rolled(struct writer *writer, enum rollup_step step, int64_t before_us, int most, bool *again)
{
	if (!run_pair(writer, (enum statement)(DO_EXPIRE_5MIN + (int)step), before_us, most))
		return false;
	*again = sqlite3_changes(writer->db) > 0;
	return true;
}

static bool expire_beats(struct writer *writer, int64_t before_us, int most, int *deleted)
{
	struct filling filling = fill(writer, DO_EXPIRE);

	fill_number(&filling, before_us);
	fill_number(&filling, most);
	fill_number(&filling, writer->expired_seq);
	if (!run(&filling))
		return false;
	*deleted = sqlite3_changes(writer->db);
	return true;
}

/*
 * A clock that was wrong for a while leaves beats of the future behind, and they must not keep those after them from growing old.
 * They are left where they are: it may be the clock of now that is wrong, and then they are all there is.
 */
static bool step_over_future(struct writer *writer, int64_t now_us, int most, bool *again)
{
	struct filling filling = fill(writer, DO_AHEAD);

	fill_number(&filling, writer->expired_seq);
	fill_number(&filling, most);
	fill_number(&filling, now_us + DAY_US);
	if (!filling.good)
		return false;
	if (sqlite3_step(filling.statement) == SQLITE_ROW && sqlite3_column_type(filling.statement, 0) != SQLITE_NULL) {
		writer->expired_seq = sqlite3_column_int64(filling.statement, 0);
		*again = true;
	}
	return sqlite3_reset(filling.statement) == SQLITE_OK;
}

bool writer_expire(struct writer *writer, int64_t before_us, int64_t now_us, int most, bool *again)
{
	int deleted;

	*again = false;
	/* The future comes: once a day they are looked at again. */
	if (writer->expired_day != now_us / DAY_US)
		writer->expired_seq = 0;
	writer->expired_day = now_us / DAY_US;
	if (!expire_beats(writer, before_us, most, &deleted) || (deleted == 0 && !step_over_future(writer, now_us, most, again)))
		return false;
	if (*again)
		return true;
	if (deleted == 0) {
		if (!run_pair(writer, DO_EXPIRE_CHUNKS, before_us / HOUR_US, most))
			return false;
		deleted = sqlite3_changes(writer->db);
	}
	if (deleted == 0) {
		if (!run_pair(writer, DO_EXPIRE_EVIDENCE, before_us, most))
			return false;
		deleted = sqlite3_changes(writer->db);
	}
	/* Uses are noted to the day: the day before is left alone. */
	if (deleted == 0 && !intern_sweep(writer->intern, before_us - 2 * DAY_US, most, &deleted))
		return false;
	*again = deleted > 0;
	return true;
}
