/* Answers about the past as values, freed with whatever they hold. Finding them is a reader's. */
#include "kumatop/history.h"

#include <stdlib.h>

#include "kumatop/when.h"

void history_answer_destroy(struct history_answer *answer)
{
	if (!answer)
		return;
	for (size_t i = 0; i < answer->event_count; i++) {
		event_finish(&answer->events[i].event);
		free(answer->events[i].name);
	}
	for (size_t i = 0; i < answer->windows.outage_count; i++)
		shared_release(answer->windows.outages[i].detail);
	free(answer->windows.outages);
	free(answer->events);
	free(answer->series.columns);
	snapshot_release(answer->board);
	free(answer);
}

const char *history_resolution_word(int resolution)
{
	static const char *const words[HISTORY_RESOLUTION_COUNT] = {
		[HISTORY_BEATS] = "beats", [HISTORY_5MIN] = "5min", [HISTORY_HOUR] = "hour", [HISTORY_DAY] = "day",
	};

	return resolution >= 0 && resolution < HISTORY_RESOLUTION_COUNT ? words[resolution] : "unknown";
}

static const struct {
	const char *word;
	int64_t us;
} windows[HISTORY_WINDOW_COUNT] = {
	[HISTORY_WINDOW_HOUR] = { "1h", HOUR_US },
	[HISTORY_WINDOW_DAY] = { "24h", DAY_US },
	[HISTORY_WINDOW_WEEK] = { "7d", 7 * DAY_US },
	[HISTORY_WINDOW_MONTH] = { "30d", 30 * DAY_US },
	[HISTORY_WINDOW_YEAR] = { "1y", 365 * DAY_US },
	[HISTORY_WINDOW_OBJECTIVE] = { "objective", 0 },
};

const char *history_window_word(int window)
{
	return window >= 0 && window < HISTORY_WINDOW_COUNT ? windows[window].word : "unknown";
}

int64_t history_window_us(const struct history_query *query, int window)
{
	return window == HISTORY_WINDOW_OBJECTIVE ? query->objective_us : windows[window].us;
}
