/*
 * Outages as the events of one monitor tell them: when each began, when it ended, why. Pure.
 */
#ifndef KUMATOP_TUI_OUTAGES_H
#define KUMATOP_TUI_OUTAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/history.h"

enum { OUTAGES_KEPT = 32, OUTCOME_UNTOLD = OUTCOME_NONE };

struct outage {
	int64_t from_us, to_us;		/* to_us 0: it goes on, or nothing tells how it ended */
	bool goes_on;
	uint8_t outcome;		/* OUTCOME_UNTOLD: what began it is not among the events */
	const char *detail;		/* borrowed from the events */
};

struct outages {
	struct outage kept[OUTAGES_KEPT];	/* the newest first */
	size_t kept_count;
	size_t count;			/* of all */
	size_t ended;			/* with a known end, which the mean is made of */
	int64_t ended_us;		/* how long those were, together */
};

/*
 * events: of one monitor, the newest first, as history answers. standing: of the same monitor, for what goes on now. An outage
 * that is interrupted (unknown, paused) goes on until it is seen to be good, as the incident does.
 */
void outages_find(const struct history_event *events, size_t count, const struct standing *standing, struct outages *out);

#endif
