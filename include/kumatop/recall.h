/*
 * What a monitor was at a past moment, concluded from what history has of it: its beats, its events, and when kumatop ran. Pure. What
 * history does not say is unknown and never guessed: a time for which no check spoke is UNKNOWN, whatever stands around it.
 */
#ifndef KUMATOP_RECALL_H
#define KUMATOP_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/beat.h"
#include "kumatop/kept.h"

struct recall_beat {
	int64_t time_us;
	int32_t reach_ms;	/* how long it speaks for at most */
	uint8_t state, verdict;
};

struct recall {
	int64_t at_us;
	int64_t created_us;		/* of the monitor */
	int64_t stopped_us;		/* kumatop did not run at at_us: when it had ended; 0: it ran */
	bool accounted;			/* no beats are kept of that time, but what was summed up of them says that it was observed */

	/* Newest first, none after at_us. Borrowed. Events are the monitor's, back to one that recall_is_far_enough(). */
	const struct recall_beat *beats;
	size_t beat_count;
	const struct event *events;
	size_t event_count;
};

/* What came before this event does not matter any more: no incident goes on over it. */
bool recall_is_far_enough(const struct event *event);

/*
 * Fills standing, but for its monitor. Its detail is why it is what it is where that is not what the last beat said, else empty. *opened
 * is the event that opened the incident which is open, or NULL. false: the moment was not observed, so that the last result says
 * nothing of it.
 */
bool recall_standing(const struct recall *recall, struct kept_standing *standing, const struct event **opened);

#endif
