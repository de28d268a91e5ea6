/* What the roller reads and writes. Which buckets are complete is the model's business (rolling.h). */
#include "roller.h"

#include <assert.h>
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/rolling.h"

#include "database.h"
#include "rolled.h"
#include "rows.h"

#define STATEMENT_TABLE(X) \
	X(PUT_5MIN, ROLLED_INSERT("beat_5min")) \
	X(PUT_HOUR, ROLLED_INSERT("beat_hour")) \
	X(PUT_DAY, ROLLED_INSERT("beat_day")) \
	X(FIRST_5MIN, "SELECT min(start_us) FROM beat_5min WHERE start_us >= ?1") \
	X(FIRST_HOUR, "SELECT min(start_us) FROM beat_hour WHERE start_us >= ?1") \
	X(BEATS, "SELECT " ROLLED_BEAT_COLUMNS " FROM beat_tail WHERE seq > ?1 ORDER BY seq LIMIT ?2") \
	X(EVENTS, "SELECT id, monitor, time_us, kind, from_state, to_state, lasted_us FROM event WHERE id > ?1 ORDER BY id LIMIT ?2") \
	X(EVENT_BEFORE, "SELECT coalesce((SELECT min(id) - 1 FROM event WHERE time_us >= ?1), (SELECT max(id) FROM event), 0)") \
	X(RUNS, "SELECT coalesce(ended_us, seen_us) FROM run WHERE id < ?1 AND coalesce(ended_us, seen_us) >= ?2 ORDER BY id") \
	X(REMOVED, "SELECT 1 FROM monitor WHERE id = ?1 AND removed = 1") \
	X(GET_META, "SELECT value FROM meta WHERE key = ?1") \
	X(PUT_META, "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")

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

#define FINER_SQL(table) "SELECT " ROLLED_COLUMNS " FROM " table " WHERE start_us = ?1 AND monitor > ?2 ORDER BY monitor"

enum {
	STEP_BEATS = 5000,
	STEP_EVENTS = 1000,
	STEP_BUCKETS = 500,
	STEP_MERGED = 200,		/* monitors; of each up to 24 rows */
	FINER_MOST = 24,
	PAUSE_US = 30 * SECOND_US,	/* after its end, until all that happened in a bucket is in */
	PLACES = 32,
};

/* All beats up to this one were older than that. */
struct place {
	int64_t seq, before_us;
};

struct roller {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	sqlite3_stmt *finer[ROLLUP_STEP_COUNT][FINER_MOST];	/* one each, so that they can be gone through side by side; made when used */
	struct rolling *rolling;
	int64_t run;
	int64_t closed_us[ROLLUP_STEP_COUNT];	/* as in `meta` */
	int64_t passed_us;		/* what the last pass went up to */
	bool passing;
	int64_t event, seq;		/* read up to here */
	struct place places[PLACES];	/* a ring: where a later start may begin to read */
	size_t place_count;
	int64_t leading_us;
	bool leading;			/* all beats so far were older than that, and the first place moves with them */

	/* What happened by then is in. */
	int64_t complete_us;
	bool sampled;
	struct mono sampled_at;
	int64_t sample_us;

	/* the merging under way */
	monitor_id merged[ROLLUP_STEP_COUNT];	/* up to this monitor */
	struct rollup coarse, fine;
	struct buf coded;
};

static bool get_meta(struct roller *roller, const char *key, int64_t *number)
{
	sqlite3_stmt *statement = roller->statements[DO_GET_META];

	*number = 0;
	if (sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*number = sqlite3_column_int64(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}

static bool put_meta(struct roller *roller, const char *key, int64_t number)
{
	sqlite3_stmt *statement = roller->statements[DO_PUT_META];

	return sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_bind_int64(statement, 2, number) == SQLITE_OK
	    && database_finish(statement);
}

/* The first number of a row that one number is asked with; none if it is NULL or there is no row. */
static bool ask(struct roller *roller, enum statement which, int64_t with, int64_t none, int64_t *number)
{
	sqlite3_stmt *statement = roller->statements[which];

	*number = none;
	if (sqlite3_bind_int64(statement, 1, with) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*number = sqlite3_column_int64(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}

static bool put_closed(struct roller *roller, enum rollup_step step, int64_t until_us)
{
	roller->closed_us[step] = until_us;
	return put_meta(roller, rolled_keys[step], until_us);
}

static bool put_rollup(struct roller *roller, monitor_id monitor, struct rollup *rollup)
{
	sqlite3_stmt *statement = roller->statements[DO_PUT_5MIN + (int)rollup->step];

	int64_t removed = 0;

	buf_clear(&roller->coded);
	if (!rollup_close(rollup, &roller->coded))
		return true;
	/* Its rows are being deleted, perhaps from there on where this one would be. */
	if (!ask(roller, DO_REMOVED, monitor, 0, &removed) || removed)
		return removed != 0;
	return rolled_bind(statement, monitor, rollup, &roller->coded) && database_finish(statement);
}

static bool put_5min(void *arg, monitor_id monitor, struct rollup *rollup)
{
	return put_rollup(arg, monitor, rollup);
}

static bool read_runs(struct roller *roller, int64_t from_us)
{
	sqlite3_stmt *statement = roller->statements[DO_RUNS];

	if (sqlite3_bind_int64(statement, 1, roller->run) != SQLITE_OK || sqlite3_bind_int64(statement, 2, from_us) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW)
		rolling_cut(roller->rolling, 0, cut_by_end(rows_column_us(statement, 0)));
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* From what the database says. */
static bool begin(struct roller *roller, int64_t now_us)
{
	int64_t from_us;

	for (int i = 0; i < ROLLUP_STEP_COUNT; i++) {
		if (!get_meta(roller, rolled_keys[i], &roller->closed_us[i]))
			return false;
		/* Of a clock that was wrong. Rows of those days stay as they are. */
		if (roller->closed_us[i] > now_us + DAY_US)
			roller->closed_us[i] = rollup_start_us((enum rollup_step)i, now_us);
		roller->closed_us[i] = rollup_start_us((enum rollup_step)i, rows_us(roller->closed_us[i]));
		roller->merged[i] = 0;
	}
	rolling_destroy(roller->rolling);
	roller->rolling = rolling_create(roller->closed_us[ROLLUP_5MIN], put_5min, roller);
	roller->passed_us = roller->closed_us[ROLLUP_5MIN];
	roller->passing = false;
	if (roller->complete_us > now_us)
		roller->complete_us = now_us;
	from_us = roller->closed_us[ROLLUP_5MIN] > HOUR_US ? roller->closed_us[ROLLUP_5MIN] - HOUR_US : 0;
	if (!get_meta(roller, "rolled_seq", &roller->seq) || !ask(roller, DO_EVENT_BEFORE, from_us, 0, &roller->event))
		return false;
	/* What was tentative is waited for an hour, and an hour before that is read again. */
	roller->leading_us = roller->complete_us - 3 * HOUR_US;
	roller->leading = true;
	roller->places[0] = (struct place){ .seq = roller->seq, .before_us = roller_done_us(roller) };
	if (roller->places[0].before_us < roller->leading_us)
		roller->places[0].before_us = roller->leading_us;
	roller->place_count = 1;
	return read_runs(roller, from_us);
}

struct roller *roller_create(sqlite3 *db, int64_t run, int64_t began_us, int64_t now_us)
{
	struct roller *roller = heap_zero(1, sizeof *roller);

	roller->db = db;
	roller->run = run;
	roller->complete_us = began_us < now_us ? began_us : now_us;
	buf_init(&roller->coded, HISTOGRAM_CODED_MOST);
	for (int i = 0; i < STATEMENT_COUNT; i++)
		if (sqlite3_prepare_v3(db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &roller->statements[i], NULL) != SQLITE_OK)
			goto failed;
	if (begin(roller, now_us))
		return roller;
failed:
	roller_destroy(roller);
	return NULL;
}

void roller_destroy(struct roller *roller)
{
	if (!roller)
		return;
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(roller->statements[i]);
	for (int step = 0; step < ROLLUP_STEP_COUNT; step++)
		for (int i = 0; i < FINER_MOST; i++)
			sqlite3_finalize(roller->finer[step][i]);
	rolling_destroy(roller->rolling);
	rollup_finish(&roller->coarse);
	rollup_finish(&roller->fine);
	buf_finish(&roller->coded);
	free(roller);
}

void roller_wait(struct roller *roller)
{
	roller->sampled = false;
}

void roller_forget(struct roller *roller, monitor_id monitor)
{
	rolling_forget(roller->rolling, monitor);
}

int64_t roller_done_us(const struct roller *roller)
{
	return roller->closed_us[ROLLUP_5MIN] > HOUR_US ? roller->closed_us[ROLLUP_5MIN] - HOUR_US : 0;
}

int64_t roller_closed_us(const struct roller *roller, enum rollup_step step)
{
	return roller->closed_us[step];
}

/*
 * What was sent by the moment of a sample has been committed when the process has run on for a while; its time asleep does not count, as
 * the engine says only afterwards that it slept.
 */
static void look_at_clock(struct roller *roller, struct mono mono, int64_t now_us)
{
	if (roller->sampled && mono_between_us(roller->sampled_at, mono) < PAUSE_US)
		return;
	if (roller->sampled)
		roller->complete_us = roller->sample_us;
	roller->sampled = true;
	roller->sampled_at = mono;
	roller->sample_us = now_us;
}

static bool read_events(struct roller *roller, bool *again)
{
	sqlite3_stmt *statement = roller->statements[DO_EVENTS];
	struct cut cut;
	int count = 0;

	if (sqlite3_bind_int64(statement, 1, roller->event) != SQLITE_OK || sqlite3_bind_int(statement, 2, STEP_EVENTS) != SQLITE_OK)
		return false;
	for (; sqlite3_step(statement) == SQLITE_ROW; count++) {
		monitor_id monitor = sqlite3_column_int64(statement, 1);

		roller->event = sqlite3_column_int64(statement, 0);
		if (cut_by_event(monitor, rows_column_us(statement, 2), sqlite3_column_int(statement, 3),
		    rows_state(sqlite3_column_int64(statement, 4)), rows_state(sqlite3_column_int64(statement, 5)),
		    rows_column_us(statement, 6), &cut))
			rolling_cut(roller->rolling, monitor, cut);
	}
	*again = count == STEP_EVENTS;
	return sqlite3_reset(statement) == SQLITE_OK;
}

static bool roll_beat(struct roller *roller, sqlite3_stmt *statement)
{
	struct beat beat = rolled_read_beat(statement);

	roller->seq = sqlite3_column_int64(statement, 0);
	roller->leading = roller->leading && beat.time_us < roller->leading_us;
	if (roller->leading)
		roller->places[0].seq = roller->seq;
	/* What is this old is of no bucket that is open, and reaches into none. */
	return beat.time_us < roller_done_us(roller) || rolling_beat(roller->rolling, &beat);
}

static bool read_beats(struct roller *roller, bool *again)
{
	sqlite3_stmt *statement = roller->statements[DO_BEATS];
	bool good = true;
	int count = 0;

	if (sqlite3_bind_int64(statement, 1, roller->seq) != SQLITE_OK || sqlite3_bind_int(statement, 2, STEP_BEATS) != SQLITE_OK)
		return false;
	for (; good && sqlite3_step(statement) == SQLITE_ROW; count++)
		good = roll_beat(roller, statement);
	*again = count == STEP_BEATS;
	return good ? sqlite3_reset(statement) == SQLITE_OK : (sqlite3_reset(statement), false);
}

/* Where a start from now on may begin to read: at the newest place that is old enough. */
static bool note_place(struct roller *roller, int64_t now_us)
{
	struct place *places = roller->places;
	size_t old = 0;

	while (old + 1 < roller->place_count && places[old + 1].before_us <= roller_done_us(roller))
		old++;
	roller->place_count -= old;
	memmove(places, places + old, roller->place_count * sizeof *places);
	if (roller->place_count < PLACES)
		places[roller->place_count++] = (struct place){ .seq = roller->seq, .before_us = now_us };
	return places[0].before_us > roller_done_us(roller) || put_meta(roller, "rolled_seq", places[0].seq);
}

static bool close_buckets(struct roller *roller, int64_t now_us, bool *again)
{
	int64_t until_us = rollup_start_us(ROLLUP_5MIN, roller->complete_us), closed_us;

	if (!roller->passing && until_us <= roller->passed_us)
		return true;
	roller->passing = true;
	if (until_us > roller->passed_us)
		roller->passed_us = until_us;
	switch (rolling_close(roller->rolling, until_us, roller->complete_us - HOUR_US, STEP_BUCKETS, &closed_us)) {
	case ROLLING_MORE:
		*again = true;
		return true;
	case ROLLING_FAILED:
		return false;
	case ROLLING_DONE:
		break;
	}
	roller->passing = false;
	*again = true;
	if (closed_us == roller->closed_us[ROLLUP_5MIN])
		return true;
	return put_closed(roller, ROLLUP_5MIN, closed_us) && note_place(roller, now_us);
}

/* Side by side, those who begin at start_us and each a length later. */
static bool open_finer(struct roller *roller, enum rollup_step finer, int64_t start_us, int count, monitor_id after)
{
	static const char *const sql[] = { [ROLLUP_5MIN] = FINER_SQL("beat_5min"), [ROLLUP_HOUR] = FINER_SQL("beat_hour") };

	for (int i = 0; i < count; i++) {
		sqlite3_stmt **statement = &roller->finer[finer][i];

		if (!*statement && sqlite3_prepare_v3(roller->db, sql[finer], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) != SQLITE_OK)
			return false;
		if (sqlite3_bind_int64(*statement, 1, start_us + i * rollup_length_us(finer)) != SQLITE_OK
		    || sqlite3_bind_int64(*statement, 2, after) != SQLITE_OK)
			return false;
	}
	return true;
}

/* Each at its next row: whose it is, or INT64_MAX behind the last. */
static monitor_id next_of(sqlite3_stmt *statement)
{
	return sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : INT64_MAX;
}

static monitor_id least_of(const monitor_id *monitors, int count)
{
	monitor_id least = INT64_MAX;

	for (int i = 0; i < count; i++)
		least = monitors[i] < least ? monitors[i] : least;
	return least;
}

/* Of some monitors more. *done: those were the last. */
static bool merge_some(struct roller *roller, enum rollup_step step, int64_t start_us, bool *done)
{
	enum rollup_step finer = step - 1;
	int count = (int)(rollup_length_us(step) / rollup_length_us(finer));
	sqlite3_stmt **statements = roller->finer[finer];
	monitor_id at[FINER_MOST], monitor;
	bool good = open_finer(roller, finer, start_us, count, roller->merged[step]);

	for (int i = 0; i < count; i++)
		at[i] = good ? next_of(statements[i]) : INT64_MAX;
	for (int merged = 0; good && merged < STEP_MERGED && (monitor = least_of(at, count)) != INT64_MAX; merged++) {
		rollup_open(&roller->coarse, step, start_us);
		for (int i = 0; i < count; i++) {
			if (at[i] != monitor)
				continue;
			rolled_read(statements[i], finer, &roller->fine);
			rollup_merge(&roller->coarse, &roller->fine);
			at[i] = next_of(statements[i]);
		}
		good = put_rollup(roller, monitor, &roller->coarse);
		roller->merged[step] = monitor;
	}
	*done = least_of(at, count) == INT64_MAX;
	for (int i = 0; i < count; i++)
		good = sqlite3_reset(statements[i]) == SQLITE_OK && good;
	return good;
}

/* The next bucket of a step that has anything to be made of, or up to where there is none. */
static bool merge_buckets(struct roller *roller, enum rollup_step step, bool *again)
{
	int64_t length_us = rollup_length_us(step), until_us = rollup_start_us(step, roller->closed_us[step - 1]);
	int64_t at_us = roller->closed_us[step], first_us;
	bool done;

	if (at_us >= until_us)
		return true;
	*again = true;
	if (roller->merged[step] == 0) {
		if (!ask(roller, step == ROLLUP_HOUR ? DO_FIRST_5MIN : DO_FIRST_HOUR, at_us, until_us, &first_us))
			return false;
		first_us = rollup_start_us(step, rows_us(first_us));
		if (first_us >= until_us)
			return put_closed(roller, step, until_us);
		at_us = roller->closed_us[step] = first_us > at_us ? first_us : at_us;
	}
	if (!merge_some(roller, step, at_us, &done))
		return false;
	if (!done)
		return true;
	roller->merged[step] = 0;
	return put_closed(roller, step, at_us + length_us);
}

bool roller_step(struct roller *roller, struct mono mono, int64_t now_us, bool *again)
{
	*again = false;
	look_at_clock(roller, mono, now_us);
	if (roller->closed_us[ROLLUP_5MIN] > now_us + DAY_US && !begin(roller, now_us))
		return false;
	if (!read_events(roller, again))
		return false;
	if (*again)
		return true;
	if (!read_beats(roller, again))
		return false;
	if (*again)
		return true;
	if (!close_buckets(roller, now_us, again))
		return false;
	for (int step = ROLLUP_HOUR; !*again && step < ROLLUP_STEP_COUNT; step++)
		if (!merge_buckets(roller, (enum rollup_step)step, again))
			return false;
	return true;
}

bool roller_set_back(sqlite3 *db, int64_t time_us)
{
	sqlite3_stmt *statement = NULL;
	bool good = sqlite3_prepare_v2(db, "UPDATE meta SET value = ?2 WHERE key = ?1 AND value > ?2", -1, &statement, NULL) == SQLITE_OK;
	int64_t changes = sqlite3_total_changes64(db);

	for (int i = 0; good && i < ROLLUP_STEP_COUNT; i++)
		good = sqlite3_bind_text(statement, 1, rolled_keys[i], -1, SQLITE_STATIC) == SQLITE_OK
		    && sqlite3_bind_int64(statement, 2, rollup_start_us((enum rollup_step)i, rows_us(time_us))) == SQLITE_OK
		    && database_finish(statement);
	sqlite3_finalize(statement);
	/* Those beats may have been read, and left out. */
	return good && (sqlite3_total_changes64(db) == changes || database_run(db, "DELETE FROM meta WHERE key = 'rolled_seq'"));
}
