/*
 * The answer for a graph: a window cut into columns, and the numbers beside it. Made of beats where columns are narrower than any
 * roll-up, else of the widest roll-ups that fit into a column; then beats show only what is not closed yet.
 */
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/result.h"
#include "kumatop/stats.h"
#include "kumatop/when.h"

#include "past.h"
#include "summary.h"

#define WINDOW_MOST_US (INT64_C(36525) * DAY_US)

struct gathering {
	struct history_series *series;
	int64_t from_us, to_us;
	int64_t *column_sums;
	int32_t *samples;		/* every latency in the window */
	size_t sample_count, sample_room;
	int64_t sum_us;
	int64_t phase_sums[PHASE_COUNT];
	uint64_t phase_counts[PHASE_COUNT];
};

/* The order of problems, as lists sort: what a column that saw several states shows. */
static int severity(int state)
{
	switch (state) {
	case STATE_DOWN:
		return 7;
	case STATE_UNKNOWN:
		return 6;
	case STATE_DEGRADED:
		return 5;
	case STATE_PENDING:
		return 4;
	case STATE_UP:
		return 3;
	case STATE_MAINTENANCE:
		return 2;
	case STATE_PAUSED:
		return 1;
	default:
		return 0;
	}
}

static size_t column_of(const struct gathering *gathering, int64_t time_us)
{
	/* With WINDOW_MOST_US, the product fits in 64 bits. */
	int64_t index = (time_us - gathering->from_us) * (int64_t)gathering->series->count / (gathering->to_us - gathering->from_us);

	return (size_t)index;
}

static void add_latency(struct gathering *gathering, size_t at, int32_t latency_us)
{
	struct history_column *column = &gathering->series->columns[at];

	if (column->count == 0 || latency_us < column->min_us)
		column->min_us = latency_us;
	if (column->count == 0 || latency_us > column->max_us)
		column->max_us = latency_us;
	column->count++;
	gathering->column_sums[at] += latency_us;
	gathering->sum_us += latency_us;
	if (gathering->sample_count == gathering->sample_room) {
		gathering->sample_room = gathering->sample_room ? gathering->sample_room * 2 : 1024;
		gathering->samples = heap_resize(gathering->samples, gathering->sample_room, sizeof *gathering->samples);
	}
	gathering->samples[gathering->sample_count++] = latency_us;
}

static void add_beat(struct gathering *gathering, const struct past_beat *beat)
{
	size_t at = column_of(gathering, beat->time_us);
	struct history_column *column = &gathering->series->columns[at];
	int32_t latency_us = phases_latency_us(beat->outcome, beat->phase_us);
	int look = (int)beat_look((enum state)beat->state, (enum verdict)beat->verdict);

	gathering->series->beats++;
	gathering->series->failures += beat->verdict == VERDICT_DOWN;
	if (severity(look) > severity(column->worst))
		column->worst = (uint8_t)look;
	if (latency_us >= 0)
		add_latency(gathering, at, latency_us);
	for (int i = 0; i < PHASE_COUNT; i++) {
		if (beat->phase_us[i] < 0)
			continue;
		gathering->phase_sums[i] += beat->phase_us[i];
		gathering->phase_counts[i]++;
	}
}

static void conclude(struct gathering *gathering)
{
	struct history_series *series = gathering->series;
	int32_t *samples = gathering->samples;
	size_t count = gathering->sample_count;

	for (size_t i = 0; i < series->count; i++) {
		struct history_column *column = &series->columns[i];

		if (column->count > 0)
			column->mean_us = (int32_t)(gathering->column_sums[i] / column->count);
	}
	for (int i = 0; i < PHASE_COUNT; i++)
		series->phase_mean_us[i] = gathering->phase_counts[i]
		    ? (int32_t)(gathering->phase_sums[i] / (int64_t)gathering->phase_counts[i]) : -1;
	series->min_us = stats_percentile(samples, count, 0);
	series->p50_us = stats_percentile(samples, count, 0.50);
	series->p90_us = stats_percentile(samples, count, 0.90);
	series->p95_us = stats_percentile(samples, count, 0.95);
	series->p99_us = stats_percentile(samples, count, 0.99);
	series->max_us = stats_percentile(samples, count, 1);
	series->mean_us = count ? (int32_t)(gathering->sum_us / (int64_t)count) : -1;
}

static bool sum_up(struct archive *archive, const struct history_query *query, struct amounts *amounts, struct error *err)
{
	struct ledger ledger = { 0 };
	size_t count;

	if (!archive_spans(archive, query->monitor, query->from_us, query->to_us, &ledger.spans, &count, err))
		return false;
	ledger.count = ledger.capacity = count;
	*amounts = ledger_sum(&ledger, query->from_us, query->to_us);
	ledger_finish(&ledger);
	return true;
}

static bool gather(struct archive *archive, struct gathering *gathering, monitor_id monitor, int64_t from_us, int64_t to_us)
{
	struct past_place place = { .monitor = monitor, .from_us = from_us, .to_us = to_us };
	size_t count;

	do {
		if (!past_page(archive, &place, false, &count))
			return false;
		for (size_t i = 0; i < count; i++)
			add_beat(gathering, &archive->page[i]);
	} while (count > 0);
	return true;
}

/* The worst that a bar would have shown in it. */
static enum state rollup_look(const struct rollup *rollup)
{
	const struct amounts *amounts = &rollup->amounts;

	if (amounts->us[TIME_DOWN])
		return STATE_DOWN;
	if (rollup->beats[VERDICT_UNKNOWN])
		return STATE_UNKNOWN;
	if (amounts->degraded_us || (rollup->beats[VERDICT_DEGRADED] && amounts->us[TIME_UP]))
		return STATE_DEGRADED;
	if (amounts->us[TIME_PENDING])
		return STATE_PENDING;
	return amounts->us[TIME_MAINTENANCE] && !amounts->us[TIME_UP] ? STATE_MAINTENANCE : STATE_UP;
}

static void add_rollup_to(struct gathering *gathering, const struct rollup *rollup, size_t at)
{
	struct history_column *column = &gathering->series->columns[at];
	enum state look = rollup_look(rollup);

	if (severity((int)look) > severity(column->worst))
		column->worst = (uint8_t)look;
	if (rollup->answers == 0)
		return;
	if (column->count == 0 || rollup->latency_min_us < column->min_us)
		column->min_us = (int32_t)rollup->latency_min_us;
	if (column->count == 0 || rollup->latency_max_us > column->max_us)
		column->max_us = (int32_t)rollup->latency_max_us;
	column->count += (uint32_t)rollup->answers;
	gathering->column_sums[at] += rollup->latency_sum_us;
}

/* To the column of its middle; one wider than a column to all whose middle it has. */
static void add_rollup(struct gathering *gathering, const struct rollup *rollup)
{
	int64_t length_us = rollup_length_us(rollup->step), width_us = (gathering->to_us - gathering->from_us) / (int64_t)gathering->series->count;
	int64_t middle_us = rollup->start_us + length_us / 2, beats = 0;

	for (int i = 0; i < VERDICT_COUNT; i++)
		beats += rollup->beats[i];
	if (beats == 0)
		return;
	if (width_us >= length_us) {
		if (middle_us >= gathering->from_us && middle_us < gathering->to_us)
			add_rollup_to(gathering, rollup, column_of(gathering, middle_us));
		return;
	}
	for (size_t i = 0; i < gathering->series->count; i++) {
		middle_us = gathering->from_us + width_us / 2 + (gathering->to_us - gathering->from_us) * (int64_t)i / (int64_t)gathering->series->count;
		if (middle_us >= rollup->start_us && middle_us < rollup->start_us + length_us)
			add_rollup_to(gathering, rollup, i);
	}
}

static bool gather_rollups(struct archive *archive, struct gathering *gathering, monitor_id monitor, enum rollup_step step, int64_t from_us,
    int64_t to_us)
{
	struct rollup rollup = { 0 };
	int64_t *starts = NULL;
	size_t count = 0;
	bool good = from_us >= to_us || past_rolled_starts(archive, step, rollup_start_us(step, from_us), to_us, &starts, &count), found;

	for (size_t i = 0; good && i < count; i++) {
		good = past_rollup(archive, step, starts[i], monitor, &rollup, &found);
		if (good && found)
			add_rollup(gathering, &rollup);
	}
	rollup_finish(&rollup);
	free(starts);
	return good;
}

/* Where those of a step begin, if coarser ones go back further because they are kept for longer; otherwise from_us. */
static bool kept_from(struct archive *archive, enum rollup_step step, int64_t from_us, int64_t to_us, int64_t *kept_us)
{
	int64_t first_us, coarser_us;

	*kept_us = from_us;
	if (step == ROLLUP_DAY)
		return true;
	if (!past_rolled_first(archive, step, &first_us) || !past_rolled_first(archive, step + 1, &coarser_us))
		return false;
	if (rollup_start_us(step + 1, first_us) > coarser_us && first_us > from_us)
		*kept_us = rollup_start_us(step + 1, first_us < to_us ? first_us : to_us);
	return true;
}

/* From step's roll-ups up to where they are closed, of finer ones and in the end from beats behind that. */
static bool gather_steps(struct archive *archive, struct gathering *gathering, monitor_id monitor, enum rollup_step widest)
{
	int64_t from_us = gathering->from_us, to_us = gathering->to_us, until_us;

	for (int step = ROLLUP_DAY; step >= ROLLUP_5MIN; step--) {
		bool good = true;

		if (step > (int)widest)
			good = kept_from(archive, (enum rollup_step)(step - 1), from_us, to_us, &until_us);
		else
			good = past_rolled(archive, (enum rollup_step)step, &until_us);
		if (!good)
			return false;
		until_us = until_us < to_us ? until_us : to_us;
		if (until_us <= from_us)
			continue;
		if (!gather_rollups(archive, gathering, monitor, (enum rollup_step)step, from_us, until_us))
			return false;
		from_us = until_us;
	}
	return from_us >= to_us || gather(archive, gathering, monitor, from_us, to_us);
}

static int32_t latency_of(int64_t us)
{
	return us < INT32_MAX ? (int32_t)us : INT32_MAX;
}

/* The numbers beside it, from the summary: at the edges of the window that is more exact than its columns. */
static void conclude_from(struct gathering *gathering, const struct summary *summary)
{
	struct history_series *series = gathering->series;

	conclude(gathering);
	series->beats = series->failures = (uint64_t)summary->beats[VERDICT_DOWN];
	series->beats += (uint64_t)(summary->beats[VERDICT_UP] + summary->beats[VERDICT_DEGRADED] + summary->beats[VERDICT_UNKNOWN]);
	for (int i = 0; i < PHASE_COUNT; i++)
		series->phase_mean_us[i] = -1;
	series->min_us = latency_of(summary->latency_min_us);
	series->max_us = latency_of(summary->latency_max_us);
	series->mean_us = summary->answers ? latency_of(summary->latency_sum_us / summary->answers) : -1;
	series->p50_us = latency_of(summary_quantile_us(summary, 0.50));
	series->p90_us = latency_of(summary_quantile_us(summary, 0.90));
	series->p95_us = latency_of(summary_quantile_us(summary, 0.95));
	series->p99_us = latency_of(summary_quantile_us(summary, 0.99));
	series->amounts = summary->amounts;
}

static bool answer_from_rollups(struct archive *archive, struct gathering *gathering, monitor_id monitor, enum rollup_step step,
    struct error *err)
{
	struct summary summary;
	bool good = archive_summary(archive, monitor, gathering->from_us, gathering->to_us, &summary, err)
	    && (gather_steps(archive, gathering, monitor, step) || past_fail(archive, err));

	if (good)
		conclude_from(gathering, &summary);
	gathering->series->resolution = (uint8_t)(HISTORY_5MIN + (int)step);
	summary_finish(&summary);
	return good;
}

static void clear(struct gathering *gathering)
{
	struct history_series *series = gathering->series;

	for (size_t i = 0; i < series->count; i++)
		series->columns[i] = (struct history_column){ .min_us = -1, .mean_us = -1, .max_us = -1, .worst = STATE_NEW };
	memset(gathering->column_sums, 0, series->count * sizeof *gathering->column_sums);
	gathering->sample_count = 0;
	series->beats = series->failures = 0;
}

/* Whether 5 minutes know of most beats that a window had, and beats themselves not: they were kept for less long. */
static bool beats_are_gone(struct archive *archive, const struct gathering *gathering, monitor_id monitor, bool *gone)
{
	struct summary summary;
	int64_t beats = 0;

	if (!archive_summary(archive, monitor, gathering->from_us, gathering->to_us, &summary, NULL))
		return false;
	for (int i = 0; i < VERDICT_COUNT; i++)
		beats += summary.beats[i];
	*gone = (uint64_t)beats > 2 * gathering->series->beats;
	summary_finish(&summary);
	return true;
}

static bool answer_from_beats(struct archive *archive, struct gathering *gathering, const struct history_query *query, struct error *err)
{
	bool gone;

	if (!gather(archive, gathering, query->monitor, query->from_us, query->to_us)
	    || !beats_are_gone(archive, gathering, query->monitor, &gone))
		return past_fail(archive, err);
	if (gone) {
		clear(gathering);
		return answer_from_rollups(archive, gathering, query->monitor, ROLLUP_5MIN, err);
	}
	conclude(gathering);
	return sum_up(archive, query, &gathering->series->amounts, err);
}

bool past_answer_series(struct archive *archive, struct history_answer *answer, struct error *err)
{
	const struct history_query *query = &answer->query;
	struct history_series *series = &answer->series;
	struct gathering gathering = { .series = series, .from_us = query->from_us, .to_us = query->to_us };
	int64_t width_us;
	int step = ROLLUP_DAY;
	bool good;

	if (query->columns == 0 || query->columns > HISTORY_COLUMNS_MOST)
		return error_set(err, EXIT_USAGE, "a graph has 1 to %d columns, not %zu", HISTORY_COLUMNS_MOST, query->columns);
	if (query->to_us <= query->from_us || query->from_us < 0 || query->to_us - query->from_us > WINDOW_MOST_US)
		return error_set(err, EXIT_USAGE, "a graph shows a moment to a hundred years");
	series->count = query->columns;
	series->columns = heap_zero(series->count, sizeof *series->columns);
	gathering.column_sums = heap_zero(series->count, sizeof *gathering.column_sums);
	clear(&gathering);
	width_us = (query->to_us - query->from_us) / (int64_t)query->columns;
	while (step >= ROLLUP_5MIN && width_us < rollup_length_us((enum rollup_step)step))
		step--;
	good = step < ROLLUP_5MIN ? answer_from_beats(archive, &gathering, query, err)
	    : answer_from_rollups(archive, &gathering, query->monitor, (enum rollup_step)step, err);
	free(gathering.column_sums);
	free(gathering.samples);
	return good;
}
