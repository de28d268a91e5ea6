/*
 * The answer in figures: what the windows of a monitor that end at one moment were made of, and the outages of the last 30 days.
 */
#include <stdlib.h>

#include "kumatop/heap.h"

#include "past.h"

static int32_t latency_of(int64_t us)
{
	return us < INT32_MAX ? (int32_t)us : INT32_MAX;
}

static bool measure(struct archive *archive, const struct history_query *query, int window, struct history_figures *figures,
    struct error *err)
{
	int64_t length_us = history_window_us(query, window);
	struct summary summary = { 0 };

	*figures = (struct history_figures){ .p50_us = -1, .p95_us = -1 };
	if (!length_us)
		return true;
	if (!archive_summary(archive, query->monitor, query->to_us - length_us, query->to_us, &summary, err))
		return false;
	figures->amounts = summary.amounts;
	figures->p50_us = latency_of(summary_quantile_us(&summary, 0.50));
	figures->p95_us = latency_of(summary_quantile_us(&summary, 0.95));
	summary_finish(&summary);
	return true;
}

/* They come with the oldest first: the newest so many are kept in a ring. */
struct counting {
	struct history_windows *windows;
	struct history_outage newest[HISTORY_OUTAGES_MOST];
	size_t seen;
	int64_t from_us, to_us;
};

static bool count_incident(void *arg, const char *name, const struct incident *incident)
{
	struct counting *counting = arg;
	struct history_outage *outage = &counting->newest[counting->seen++ % HISTORY_OUTAGES_MOST];

	(void)name;
	incident_count(&counting->windows->tally, incident, counting->from_us, counting->to_us);
	shared_release(outage->detail);
	*outage = (struct history_outage){
		.start_us = incident->start_us,
		.end_us = incident->end_us <= counting->to_us ? incident->end_us : 0,
		.outcome = incident->outcome,
		.detail = shared_hold(incident->detail),
	};
	return true;
}

static void turn_around(const struct counting *counting)
{
	struct history_windows *windows = counting->windows;

	windows->outage_count = counting->seen < HISTORY_OUTAGES_MOST ? counting->seen : HISTORY_OUTAGES_MOST;
	windows->outages = heap_zero(windows->outage_count + 1, sizeof *windows->outages);
	for (size_t i = 0; i < windows->outage_count; i++)
		windows->outages[i] = counting->newest[(counting->seen - 1 - i) % HISTORY_OUTAGES_MOST];
}

static bool count_outages(struct archive *archive, const struct history_query *query, struct history_windows *windows)
{
	struct counting counting = {
		.windows = windows, .from_us = query->to_us - history_window_us(query, HISTORY_WINDOW_MONTH), .to_us = query->to_us,
	};
	bool good = past_incidents(archive, query->monitor, counting.from_us, counting.to_us, count_incident, &counting);

	turn_around(&counting);
	return good;
}

bool past_answer_windows(struct archive *archive, struct history_answer *answer, struct error *err)
{
	const struct history_query *query = &answer->query;

	for (int i = 0; i < HISTORY_WINDOW_COUNT; i++)
		if (!measure(archive, query, i, &answer->windows.figures[i], err))
			return false;
	return count_outages(archive, query, &answer->windows) || past_fail(archive, err);
}
