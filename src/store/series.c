/*
 * The answer for a graph: a window cut into columns, and the numbers beside it.
 */
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/result.h"
#include "kumatop/stats.h"
#include "kumatop/when.h"

#include "past.h"

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

static bool gather(struct archive *archive, struct gathering *gathering, monitor_id monitor)
{
	struct past_place place = { .monitor = monitor, .from_us = gathering->from_us, .to_us = gathering->to_us };
	size_t count;

	do {
		if (!past_page(archive, &place, false, &count))
			return false;
		for (size_t i = 0; i < count; i++)
			add_beat(gathering, &archive->page[i]);
	} while (count > 0);
	return true;
}

bool past_answer_series(struct archive *archive, struct history_answer *answer, struct error *err)
{
	const struct history_query *query = &answer->query;
	struct history_series *series = &answer->series;
	struct gathering gathering = { .series = series, .from_us = query->from_us, .to_us = query->to_us };
	bool good;

	if (query->columns == 0 || query->columns > HISTORY_COLUMNS_MOST)
		return error_set(err, EXIT_USAGE, "a graph has 1 to %d columns, not %zu", HISTORY_COLUMNS_MOST, query->columns);
	if (query->to_us <= query->from_us || query->from_us < 0 || query->to_us - query->from_us > WINDOW_MOST_US)
		return error_set(err, EXIT_USAGE, "a graph shows a moment to a hundred years");
	series->count = query->columns;
	series->columns = heap_zero(series->count, sizeof *series->columns);
	for (size_t i = 0; i < series->count; i++)
		series->columns[i] = (struct history_column){ .min_us = -1, .mean_us = -1, .max_us = -1, .worst = STATE_NEW };
	gathering.column_sums = heap_zero(series->count, sizeof *gathering.column_sums);
	good = gather(archive, &gathering, query->monitor) || past_fail(archive, err);
	if (good) {
		conclude(&gathering);
		good = sum_up(archive, query, &series->amounts, err);
	}
	free(gathering.column_sums);
	free(gathering.samples);
	return good;
}
