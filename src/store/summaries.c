/*
 * What a window was made of, for many monitors at once: roll-ups lie in order of time and not of monitors, so that all of a window are
 * read in one go and shared out. What is not closed yet is rolled up here as the store thread will do it.
 */
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/rolling.h"
#include "kumatop/when.h"

#include "database.h"
#include "rolled.h"
#include "rows.h"
#include "summary.h"

struct board {
	struct archive *archive;
	struct summary *summaries;
	monitor_id *monitors;		/* in order, as the summaries are */
	size_t count;
	int64_t from_us, to_us;
	int64_t rolled_us[ROLLUP_STEP_COUNT];
	int64_t first_us[ROLLUP_STEP_COUNT];
};

static int compare(const void *a, const void *b)
{
	monitor_id one = *(const monitor_id *)a, other = *(const monitor_id *)b;

	return (one > other) - (one < other);
}

static struct summary *summary_of(struct board *board, monitor_id monitor)
{
	monitor_id *found = bsearch(&monitor, board->monitors, board->count, sizeof *board->monitors, compare);

	return found ? &board->summaries[found - board->monitors] : NULL;
}

/* What rows have of a window; those that it cuts, in proportion. */
static bool share_out(struct board *board, enum rollup_step step, int64_t from_us, int64_t to_us)
{
	sqlite3_stmt *statement = past_statement(board->archive, PAST_ROLLED_ALL + (int)step);
	struct rollup rollup = { 0 };
	int64_t length_us = rollup_length_us(step);

	if (!statement || sqlite3_bind_int64(statement, 1, rollup_start_us(step, from_us)) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 2, to_us) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		struct summary *summary = summary_of(board, sqlite3_column_int64(statement, 0));
		int64_t begin_us, end_us;

		if (!summary)
			continue;
		rolled_read(statement, step, &rollup);
		begin_us = rollup.start_us > from_us ? rollup.start_us : from_us;
		end_us = rollup.start_us + length_us < to_us ? rollup.start_us + length_us : to_us;
		if (end_us - begin_us == length_us)
			summary_add_rollup(summary, &rollup);
		else if (end_us > begin_us)
			summary_add_part(summary, &rollup, begin_us, end_us);
	}
	rollup_finish(&rollup);
	return sqlite3_reset(statement) == SQLITE_OK;
}

static bool cover(struct board *board, enum rollup_step step, int64_t from_us, int64_t to_us);

/* A part of one bucket: from finer rows, if those of that time are kept still. */
static bool cover_part(struct board *board, enum rollup_step step, int64_t from_us, int64_t to_us)
{
	enum rollup_step finer = step - 1;
	int64_t first_us;

	if (from_us >= to_us)
		return true;
	if (step == ROLLUP_5MIN)
		return share_out(board, step, from_us, to_us);
	first_us = board->first_us[finer];
	if (rollup_start_us(step, from_us) < first_us && rollup_start_us(step, first_us) > board->first_us[step])
		return share_out(board, step, from_us, to_us);
	return cover(board, finer, from_us, to_us);
}

static bool cover(struct board *board, enum rollup_step step, int64_t from_us, int64_t to_us)
{
	int64_t closed_us = board->rolled_us[step], first_us, last_us;

	if (from_us >= to_us)
		return true;
	if (to_us > closed_us) {
		if (from_us < closed_us && !cover(board, step, from_us, closed_us))
			return false;
		return cover(board, step - 1, from_us > closed_us ? from_us : closed_us, to_us);
	}
	first_us = rollup_start_us(step, from_us + rollup_length_us(step) - 1);
	last_us = rollup_start_us(step, to_us);
	if (first_us > last_us)
		return cover_part(board, step, from_us, to_us);
	return cover_part(board, step, from_us, first_us) && (first_us == last_us || share_out(board, step, first_us, last_us))
	    && cover_part(board, step, last_us, to_us);
}

static bool read_cuts(struct archive *archive, struct rolling *rolling, int64_t from_us)
{
	sqlite3_stmt *events = past_statement(archive, PAST_ALL_CUTS), *runs = past_statement(archive, PAST_RUNS);
	struct cut cut;

	if (!events || !runs || sqlite3_bind_int64(events, 1, from_us) != SQLITE_OK || sqlite3_bind_int64(runs, 1, from_us) != SQLITE_OK)
		return false;
	while (sqlite3_step(events) == SQLITE_ROW) {
		monitor_id monitor = sqlite3_column_int64(events, 0);

		if (cut_by_event(monitor, rows_column_us(events, 1), sqlite3_column_int(events, 2),
		    rows_state(sqlite3_column_int64(events, 3)), rows_state(sqlite3_column_int64(events, 4)), rows_column_us(events, 5), &cut))
			rolling_cut(rolling, monitor, cut);
	}
	while (sqlite3_step(runs) == SQLITE_ROW) {
		bool ended = sqlite3_column_type(runs, 1) != SQLITE_NULL;

		if (ended || sqlite3_column_int(runs, 2) != 0)
			rolling_cut(rolling, 0, cut_by_end(rows_column_us(runs, ended ? 1 : 0)));
	}
	return sqlite3_reset(events) == SQLITE_OK && sqlite3_reset(runs) == SQLITE_OK;
}

static void take_beat(struct board *board, struct rolling *rolling, const struct beat *beat, int64_t from_us)
{
	struct summary *summary = summary_of(board, beat->monitor);

	if (!summary)
		return;
	rolling_beat(rolling, beat);
	if (beat->time_us < from_us || beat->time_us >= board->to_us)
		return;
	summary->beats[beat->verdict]++;
	summary_add_latency(summary, phases_latency_us(beat->outcome, beat->phase_us));
}

static bool read_tail(struct board *board, struct rolling *rolling, int64_t from_us)
{
	sqlite3_stmt *statement = past_statement(board->archive, PAST_TAIL);
	int64_t seq;

	if (!statement || !past_meta(board->archive, "rolled_seq", &seq) || sqlite3_bind_int64(statement, 1, seq) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		struct beat beat;

		/* Most are of before, and do not reach into the window. */
		if (rows_column_us(statement, 2) + sqlite3_column_int(statement, 3) * INT64_C(1000) < from_us)
			continue;
		beat = rolled_read_beat(statement);
		take_beat(board, rolling, &beat, from_us);
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* What is not closed: nothing is to be put anywhere, and no bucket is opened. */
static bool cover_open(struct board *board, int64_t from_us)
{
	struct rolling *rolling = rolling_create(INT64_MAX, NULL, NULL);
	bool good = read_cuts(board->archive, rolling, from_us > HOUR_US ? from_us - HOUR_US : 0) && read_tail(board, rolling, from_us);

	for (size_t i = 0; good && i < board->count; i++) {
		struct amounts amounts = rolling_sum(rolling, board->monitors[i], from_us, board->to_us);

		summary_add_amounts(&board->summaries[i], &amounts);
	}
	rolling_destroy(rolling);
	return good;
}

static bool run(struct board *board, enum past_statement which)
{
	sqlite3_stmt *statement = past_statement(board->archive, which);

	return statement && database_finish(statement);
}

static bool read_board(struct board *board)
{
	int64_t closed_us;

	for (int i = 0; i < ROLLUP_STEP_COUNT; i++)
		if (!past_rolled(board->archive, (enum rollup_step)i, &board->rolled_us[i])
		    || !past_rolled_first(board->archive, (enum rollup_step)i, &board->first_us[i]))
			return false;
	closed_us = board->rolled_us[ROLLUP_5MIN];
	if (board->from_us < closed_us
	    && !cover(board, ROLLUP_DAY, board->from_us, board->to_us < closed_us ? board->to_us : closed_us))
		return false;
	return board->to_us <= closed_us || cover_open(board, board->from_us > closed_us ? board->from_us : closed_us);
}

bool archive_summaries(struct archive *archive, const monitor_id *monitors, size_t count, int64_t from_us, int64_t to_us,
    bool (*visit)(void *arg, monitor_id monitor, const struct summary *), void *arg, struct error *err)
{
	struct board board = { .archive = archive, .count = count, .from_us = rows_us(from_us), .to_us = rows_us(to_us) };
	bool good = true, more = true;

	board.monitors = heap_zero(count + 1, sizeof *board.monitors);
	board.summaries = heap_zero(count + 1, sizeof *board.summaries);
	if (count)
		memcpy(board.monitors, monitors, count * sizeof *monitors);
	qsort(board.monitors, count, sizeof *board.monitors, compare);
	for (size_t i = 0; i < count; i++)
		summary_begin(&board.summaries[i], board.from_us, board.to_us);
	if (count && board.from_us < board.to_us)
		good = (run(&board, PAST_BEGIN) && read_board(&board) && run(&board, PAST_COMMIT)) || past_fail(archive, err);
	for (size_t i = 0; i < count; i++) {
		more = good && more && visit(arg, board.monitors[i], &board.summaries[i]);
		summary_finish(&board.summaries[i]);
	}
	free(board.summaries);
	free(board.monitors);
	return good;
}
