/*
 * A graph for those who keep no history.
 */
#include "series.h"

#include "kumatop/heap.h"
#include "kumatop/stats.h"
#include "kumatop/when.h"

static void add_answer(struct history_column *column, int32_t us)
{
	int64_t sum = (int64_t)column->mean_us * column->count;

	if (!column->count) {
		column->min_us = column->max_us = us;
		sum = 0;
	}
	column->min_us = us < column->min_us ? us : column->min_us;
	column->max_us = us > column->max_us ? us : column->max_us;
	column->count++;
	column->mean_us = (int32_t)((sum + us) / column->count);
}

static void sum_up(struct history_series *series, int32_t *samples, size_t count)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += samples[i];
	series->mean_us = count ? (int32_t)(sum / (int64_t)count) : -1;
	series->min_us = stats_percentile(samples, count, 0.0);
	series->p50_us = stats_percentile(samples, count, 0.5);
	series->p90_us = stats_percentile(samples, count, 0.9);
	series->p95_us = stats_percentile(samples, count, 0.95);
	series->p99_us = stats_percentile(samples, count, 0.99);
	series->max_us = stats_percentile(samples, count, 1.0);
}

struct history_series series_from_view(const struct monitor_view *view, int64_t from_us, int64_t to_us, size_t columns)
{
	struct history_series series = { .columns = heap_zero(columns, sizeof *series.columns), .count = columns };
	int64_t interval_us = view->spec->common.interval_ms * 1000;
	int32_t samples[VIEW_MARKS];
	size_t count = 0;

	for (size_t i = 0; i < columns; i++)
		series.columns[i] = (struct history_column){ .min_us = -1, .mean_us = -1, .max_us = -1, .worst = STATE_NEW };
	for (size_t back = 0; back < view->mark_count; back++) {
		struct beat_mark mark = view_mark(view, back);
		int64_t us = view->last_us - (int64_t)back * interval_us;

		if (us < from_us || us >= to_us)
			continue;
		struct history_column *column = &series.columns[(size_t)((us - from_us) * (int64_t)columns / (to_us - from_us))];
		bool answered = mark.latency_10us != BEAT_MARK_NONE && mark.latency_10us < INT32_MAX / 10;

		series.beats++;
		series.failures += mark.look == STATE_DOWN;
		if (answered)
			add_answer(column, (int32_t)mark.latency_10us * 10);
		if (answered)
			samples[count++] = (int32_t)mark.latency_10us * 10;
		/* walked from the newest: what is worse stays, see the strip of a graph for what worse means */
		if (column->worst == STATE_NEW || column->worst == STATE_UP || mark.look == STATE_DOWN)
			column->worst = (uint8_t)mark.look;
	}
	sum_up(&series, samples, count);
	memcpy(series.phase_mean_us, view->phase_us, sizeof series.phase_mean_us);
	series.amounts = view->day;
	return series;
}
