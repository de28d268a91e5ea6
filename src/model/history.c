/* Answers about the past as values, freed with whatever they hold. Finding them is a reader's. */
#include "kumatop/history.h"

#include <stdlib.h>

void history_answer_destroy(struct history_answer *answer)
{
	if (!answer)
		return;
	for (size_t i = 0; i < answer->event_count; i++) {
		event_finish(&answer->events[i].event);
		free(answer->events[i].name);
	}
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
