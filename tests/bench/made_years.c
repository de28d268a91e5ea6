/* See made_years.h. All monitors have the same hour: it is packed once, and written for each. */
#include "made_years.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../src/store/database.h"
#include "../../src/store/rolled.h"
#include "kumatop/chunk.h"
#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "made.h"

enum { PART_BYTES = 460, BEATS = 60, YEAR_DAYS = 365 };

#define STATEMENT_TABLE(X) \
	X(CHUNK, "INSERT INTO beat_chunk (monitor, hour, part, count, codec, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)") \
	X(PUT_5MIN, ROLLED_INSERT("beat_5min")) \
	X(PUT_HOUR, ROLLED_INSERT("beat_hour")) \
	X(PUT_DAY, ROLLED_INSERT("beat_day"))

enum statement {
#define X(name, sql) DO_##name,
	STATEMENT_TABLE(X)
#undef X
	STATEMENT_COUNT
};

struct making {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	size_t monitors;
	struct chunk_packer packer;
	struct buf packed, coded;
	struct rollup five, hour, day;
};

/* Down in the first five minutes of each day. */
static bool is_down(int64_t time_us)
{
	return time_us % DAY_US < 5 * MINUTE_US;
}

static void fill_chunk_beat(struct chunk_beat *to, const struct beat *beat)
{
	*to = (struct chunk_beat){
		.time_us = beat->time_us,
		.reach_ms = beat->reach_ms,
		.state = beat->state,
		.verdict = beat->verdict,
		.outcome = beat->outcome,
		.code = beat->code,
		.cert_expires_us = beat->cert_expires_us,
		.detail = 1,
		.address = 101,
	};
	for (int i = 0; i < PHASE_COUNT; i++)
		to->phase_us[i] = beat->phase_us[i];
}

static struct beat beat_at(int64_t time_us, size_t number)
{
	struct beat beat = made_beat(number, 1, 60000);

	beat.time_us = time_us + (int64_t)(number % 997);
	if (is_down(time_us)) {
		beat.state = STATE_DOWN;
		beat.verdict = VERDICT_DOWN;
		beat.outcome = OUTCOME_WRONG_STATUS;
		beat.code = 503;
	}
	return beat;
}

static bool put_chunks(struct making *making, int64_t hour)
{
	size_t length = making->packed.length, parts = (length + PART_BYTES - 1) / PART_BYTES;
	sqlite3_stmt *put = making->statements[DO_CHUNK];

	for (size_t monitor = 1; monitor <= making->monitors; monitor++) {
		for (size_t part = 0; part < parts; part++) {
			size_t at = length * part / parts, size = length * (part + 1) / parts - at;

			if (sqlite3_bind_int64(put, 1, (int64_t)monitor) != SQLITE_OK || sqlite3_bind_int64(put, 2, hour) != SQLITE_OK
			    || sqlite3_bind_int64(put, 3, (int64_t)part) != SQLITE_OK || sqlite3_bind_int(put, 4, part ? 0 : BEATS) != SQLITE_OK
			    || sqlite3_bind_int(put, 5, CHUNK_CODEC) != SQLITE_OK
			    || sqlite3_bind_blob(put, 6, making->packed.data + at, (int)size, SQLITE_STATIC) != SQLITE_OK || !database_finish(put))
				return false;
		}
	}
	return true;
}

static bool put_rollup(struct making *making, struct rollup *rollup, size_t monitors)
{
	sqlite3_stmt *put = making->statements[DO_PUT_5MIN + (int)rollup->step];

	buf_clear(&making->coded);
	if (!rollup_close(rollup, &making->coded))
		return true;
	for (size_t monitor = 1; monitor <= monitors; monitor++)
		if (!rolled_bind(put, (monitor_id)monitor, rollup, &making->coded) || !database_finish(put))
			return false;
	return true;
}

static bool put_five(struct making *making, int64_t start_us, size_t number, bool with_beats)
{
	struct span span = { start_us, start_us + 5 * MINUTE_US, is_down(start_us) ? TIME_DOWN : TIME_UP };

	rollup_open(&making->five, ROLLUP_5MIN, start_us);
	for (size_t i = 0; i < 5; i++) {
		struct beat beat = beat_at(start_us + (int64_t)i * MINUTE_US, number + i);
		struct chunk_beat packed;

		fill_chunk_beat(&packed, &beat);
		rollup_add_beat(&making->five, &beat);
		if (with_beats && !chunk_packer_add(&making->packer, &packed))
			return false;
	}
	rollup_add_span(&making->five, &span);
	rollup_merge(&making->hour, &making->five);
	return !with_beats || put_rollup(making, &making->five, making->monitors);
}

/* An hour of all, or, further back, only its roll-up for the first. */
static bool put_hour(struct making *making, int64_t start_us, bool with_beats)
{
	size_t number = (size_t)(start_us / MINUTE_US);

	rollup_open(&making->hour, ROLLUP_HOUR, start_us);
	for (size_t i = 0; i < 12; i++)
		if (!put_five(making, start_us + (int64_t)i * 5 * MINUTE_US, number + i * 5, with_beats))
			return false;
	rollup_merge(&making->day, &making->hour);
	buf_clear(&making->packed);
	if (with_beats && (!chunk_pack(&making->packer, &making->packed) || !put_chunks(making, start_us / HOUR_US)))
		return false;
	return put_rollup(making, &making->hour, with_beats ? making->monitors : 1);
}

static bool put_all(struct making *making, size_t hours, int64_t end_us)
{
	int64_t beats_us = end_us - (int64_t)hours * HOUR_US, at_us = rollup_start_us(ROLLUP_DAY, end_us - YEAR_DAYS * DAY_US);

	rollup_open(&making->day, ROLLUP_DAY, at_us);
	for (; at_us < end_us; at_us += HOUR_US) {
		if (at_us % DAY_US == 0 && making->day.start_us != at_us) {
			if (!put_rollup(making, &making->day, making->monitors))
				return false;
			rollup_open(&making->day, ROLLUP_DAY, at_us);
		}
		if (!put_hour(making, at_us, at_us >= beats_us))
			return false;
	}
	return true;
}

/* What else a life leaves behind: a run, states, an outage a day in the log, and up to where all is rolled up. */
static bool put_rest(struct making *making, size_t hours, int64_t end_us)
{
	static const char sql[] =
	    "DELETE FROM beat_tail;"		/* one came with the monitors */
	    "INSERT INTO run (started_us, seen_us, ended_us, version) VALUES (%lld, %lld, %lld, 'bench');"
	    "INSERT INTO meta (key, value) VALUES ('rolled_5min_us', %lld), ('rolled_hour_us', %lld), ('rolled_day_us', %lld);"
	    "INSERT INTO monitor_state SELECT id, 1, 0, 0, 0, 0, 0, 0, %lld, 0, 0, 0, 0, NULL, 0, 0, 0, '200 OK' FROM monitor;"
	    "INSERT INTO event (monitor, name, time_us, kind, from_state, to_state, outcome, code, since_us, lasted_us, alert, detail)"
	    " WITH d(us) AS (SELECT %lld UNION ALL SELECT us + 86400000000 FROM d WHERE us + 86400000000 < %lld)"
	    " SELECT m.id, m.name, us + k.later, 1, k.was, k.becomes, 0, 200, us + k.later, 300000000, 1, k.why FROM d, monitor m,"
	    " (SELECT 0 AS later, 1 AS was, 4 AS becomes, '503 Service Unavailable' AS why UNION ALL SELECT 300000000, 4, 1, '200 OK') k"
	    " ORDER BY 2, 3; COMMIT";
	long long first_day_us = rollup_start_us(ROLLUP_DAY, end_us - (int64_t)hours * HOUR_US) + DAY_US, end = end_us;
	char *text = heap_print(sql, (long long)(end_us - YEAR_DAYS * DAY_US), end, end, end, end,
	    (long long)rollup_start_us(ROLLUP_DAY, end_us), end - DAY_US, first_day_us, end);
	bool good = database_run(making->db, text);

	free(text);
	return good;
}

static bool prepare(struct making *making)
{
	static const char *const sql[STATEMENT_COUNT] = {
#define X(name, text) [DO_##name] = (text),
		STATEMENT_TABLE(X)
#undef X
	};

	for (int i = 0; i < STATEMENT_COUNT; i++)
		if (sqlite3_prepare_v2(making->db, sql[i], -1, &making->statements[i], NULL) != SQLITE_OK)
			return false;
	return database_run(making->db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; BEGIN");
}

static void finish(struct making *making)
{
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(making->statements[i]);
	chunk_packer_finish(&making->packer);
	buf_finish(&making->packed);
	buf_finish(&making->coded);
	rollup_finish(&making->five);
	rollup_finish(&making->hour);
	rollup_finish(&making->day);
	sqlite3_close(making->db);
}

bool made_years(const char *path, size_t monitors, size_t hours, int64_t end_us)
{
	struct making making = { .monitors = monitors };
	bool good = made_database(path, monitors, 0) && sqlite3_open(path, &making.db) == SQLITE_OK;

	chunk_packer_init(&making.packer);
	buf_init(&making.packed, CHUNK_BYTES_MOST);
	buf_init(&making.coded, HISTOGRAM_CODED_MOST);
	good = good && prepare(&making) && put_all(&making, hours, end_us) && put_rest(&making, hours, end_us);
	if (!good)
		fprintf(stderr, "bench: %s: %s\n", path, making.db ? sqlite3_errmsg(making.db) : "cannot be made");
	finish(&making);
	return good;
}
