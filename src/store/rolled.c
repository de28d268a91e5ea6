/* Rows of roll-ups as values. */
#include "rolled.h"

#include "rows.h"

#define SUM_MOST_US INT64_C(100000000000000)	/* a thousand times a day: those of many rows can be added */

const char *const rolled_keys[ROLLUP_STEP_COUNT] = {
	[ROLLUP_5MIN] = "rolled_5min_us",
	[ROLLUP_HOUR] = "rolled_hour_us",
	[ROLLUP_DAY] = "rolled_day_us",
};

enum {
	COLUMN_MONITOR,
	COLUMN_START,
	COLUMN_UP,
	COLUMN_DEGRADED,
	COLUMN_DOWN,
	COLUMN_PENDING,
	COLUMN_MAINTENANCE,
	COLUMN_UNKNOWN,
	COLUMN_BEATS_UP,
	COLUMN_BEATS_DEGRADED,
	COLUMN_BEATS_DOWN,
	COLUMN_BEATS_UNKNOWN,
	COLUMN_ANSWERS,
	COLUMN_LEAST,
	COLUMN_SUM,
	COLUMN_MOST,
	COLUMN_HISTOGRAM,
};

static const struct {
	int column;
	enum time_class time_class;
} time_columns[] = {
	{ COLUMN_UP, TIME_UP },
	{ COLUMN_DOWN, TIME_DOWN },
	{ COLUMN_PENDING, TIME_PENDING },
	{ COLUMN_MAINTENANCE, TIME_MAINTENANCE },
	{ COLUMN_UNKNOWN, TIME_UNKNOWN },
};

static const struct {
	int column;
	enum verdict verdict;
} beat_columns[] = {
	{ COLUMN_BEATS_UP, VERDICT_UP },
	{ COLUMN_BEATS_DEGRADED, VERDICT_DEGRADED },
	{ COLUMN_BEATS_DOWN, VERDICT_DOWN },
	{ COLUMN_BEATS_UNKNOWN, VERDICT_UNKNOWN },
};

enum {
	TIME_COLUMNS = sizeof time_columns / sizeof *time_columns,
	BEAT_COLUMNS = sizeof beat_columns / sizeof *beat_columns,
};

_Static_assert((int)TIME_COLUMNS == TIME_CLASS_COUNT && (int)BEAT_COLUMNS == VERDICT_COUNT, "a column for each");

static bool put(sqlite3_stmt *insert, int column, int64_t number)
{
	return sqlite3_bind_int64(insert, column + 1, number) == SQLITE_OK;
}

static bool put_unless_none(sqlite3_stmt *insert, int column, int64_t number)
{
	return number < 0 ? sqlite3_bind_null(insert, column + 1) == SQLITE_OK : put(insert, column, number);
}

bool rolled_bind(sqlite3_stmt *insert, monitor_id monitor, const struct rollup *rollup, const struct buf *coded)
{
	bool good = put(insert, COLUMN_MONITOR, monitor) && put(insert, COLUMN_START, rollup->start_us)
	    && put(insert, COLUMN_DEGRADED, rollup->amounts.degraded_us);

	for (int i = 0; i < TIME_COLUMNS; i++)
		good = good && put(insert, time_columns[i].column, rollup->amounts.us[time_columns[i].time_class]);
	for (int i = 0; i < BEAT_COLUMNS; i++)
		good = good && put(insert, beat_columns[i].column, rollup->beats[beat_columns[i].verdict]);
	good = good && put(insert, COLUMN_ANSWERS, rollup->answers) && put_unless_none(insert, COLUMN_LEAST, rollup->latency_min_us)
	    && put(insert, COLUMN_SUM, rollup->latency_sum_us) && put_unless_none(insert, COLUMN_MOST, rollup->latency_max_us);
	if (!good)
		return false;
	if (rollup->answers == 0)
		return sqlite3_bind_null(insert, COLUMN_HISTOGRAM + 1) == SQLITE_OK;
	return sqlite3_bind_blob(insert, COLUMN_HISTOGRAM + 1, coded->data, (int)coded->length, SQLITE_STATIC) == SQLITE_OK;
}

/* What is known in the bucket, from the longest amount a column can have; the rest is unknown, whatever the column says. */
static void read_amounts(sqlite3_stmt *statement, struct rollup *rollup)
{
	struct amounts *amounts = &rollup->amounts;
	int64_t degraded_us = rows_column_us(statement, COLUMN_DEGRADED);

	for (int i = 0; i < TIME_COLUMNS; i++) {
		int64_t us = rows_column_us(statement, time_columns[i].column);

		if (time_columns[i].time_class == TIME_UNKNOWN)
			continue;
		amounts_count(amounts, (uint8_t)time_columns[i].time_class, us < amounts->us[TIME_UNKNOWN] ? us : amounts->us[TIME_UNKNOWN]);
	}
	amounts->degraded_us = degraded_us < amounts->us[TIME_UP] ? degraded_us : amounts->us[TIME_UP];
}

/* So that many of them can be added. */
static int64_t read_count(sqlite3_stmt *statement, int column)
{
	int64_t number = sqlite3_column_int64(statement, column);

	return number > 0 && number <= UINT32_MAX ? number : 0;
}

static void read_latencies(sqlite3_stmt *statement, struct rollup *rollup)
{
	const void *coded = sqlite3_column_blob(statement, COLUMN_HISTOGRAM);
	int length = sqlite3_column_bytes(statement, COLUMN_HISTOGRAM);

	rollup->answers = read_count(statement, COLUMN_ANSWERS);
	if (rollup->answers == 0)
		return;
	rollup->latency_min_us = rows_column_us(statement, COLUMN_LEAST);
	rollup->latency_sum_us = rows_column_us(statement, COLUMN_SUM);
	if (rollup->latency_sum_us > SUM_MOST_US)
		rollup->latency_sum_us = SUM_MOST_US;
	rollup->latency_max_us = rows_column_us(statement, COLUMN_MOST);
	if (!histogram_decode(&rollup->latencies, coded, coded ? (size_t)length : 0, NULL))
		histogram_clear(&rollup->latencies);
}

monitor_id rolled_read(sqlite3_stmt *statement, enum rollup_step step, struct rollup *rollup)
{
	rollup_open(rollup, step, rows_column_us(statement, COLUMN_START));
	read_amounts(statement, rollup);
	for (int i = 0; i < BEAT_COLUMNS; i++)
		rollup->beats[beat_columns[i].verdict] = read_count(statement, beat_columns[i].column);
	read_latencies(statement, rollup);
	rollup->closed = true;
	return sqlite3_column_int64(statement, COLUMN_MONITOR);
}

struct beat rolled_read_beat(sqlite3_stmt *statement)
{
	int64_t verdict = sqlite3_column_int64(statement, 5);
	struct beat beat = {
		.monitor = sqlite3_column_int64(statement, 1),
		.time_us = rows_column_us(statement, 2),
		.reach_ms = sqlite3_column_int(statement, 3),
		.state = (uint8_t)rows_state(sqlite3_column_int64(statement, 4)),
		.verdict = verdict >= 0 && verdict < VERDICT_COUNT ? (uint8_t)verdict : (uint8_t)VERDICT_UNKNOWN,
		.outcome = (uint8_t)sqlite3_column_int(statement, 6),
	};

	for (int i = 0; i < PHASE_COUNT; i++)
		beat.phase_us[i] = sqlite3_column_type(statement, 7 + i) == SQLITE_NULL ? -1 : sqlite3_column_int(statement, 7 + i);
	return beat;
}
