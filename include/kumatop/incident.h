/*
 * Outages as the events of a monitor tell them, and what they come to in a window. An outage lasts from the first failed check of an
 * incident to the first good one of the run that ended it; a pause, maintenance, a time without result or a restart in it does not
 * part it in two. Pure; belongs to one thread at a time.
 */
#ifndef KUMATOP_INCIDENT_H
#define KUMATOP_INCIDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/beat.h"

struct incident {
	int64_t id;			/* of the event that opened it; 0: that is not among those kept */
	monitor_id monitor;
	int64_t start_us;		/* its first failed check */
	int64_t end_us;			/* 0: it is open */
	int64_t known_us;		/* when an event last spoke of it */
	uint8_t outcome;		/* what began it; OUTCOME_NONE: not known */
	int32_t code;			/* -1: none */
	bool acknowledged;
	int64_t acknowledged_us;
	struct shared_text *detail, *evidence;	/* held; may be NULL */
	struct shared_text *who;	/* held; who acknowledged it; may be NULL */
};

/* Releases what it holds and zeroes it; accepts a zeroed one. */
void incident_finish(struct incident *incident);

/*
 * Takes the next event of one monitor, in order of time. *open is what is going on: zeroed at first, and again when it has ended.
 * link: the event that opened the incident that this one belongs to, 0 when that is not known (event.incident of the database).
 * Returns true when an incident came to its end, which is then in *ended, the caller's to finish. With an end_us of 0 it is over, as
 * another has begun or ended since, but no event so far told when.
 */
bool incident_feed(struct incident *open, const struct event *event, int64_t link, struct incident *ended);

/* From its start to its end, or to now_us while it is open. */
int64_t incident_length_us(const struct incident *incident, int64_t now_us);

/* Whether some of it lies in [from_us, to_us). */
bool incident_overlaps(const struct incident *incident, int64_t from_us, int64_t to_us);

/*
 * The outages of a window:
 *
 *	count	those that overlap it, also if they began before or go on behind it
 *	MTTR	mean time to repair: the mean length of those that ended in it, each from its own start
 *	MTBF	mean time between failures: the time in which the monitor was seen to be up in the window, by count
 *
 * So that adjoining windows count each end once, one at from_us belongs to the window before and one at to_us to this.
 */
struct incident_tally {
	int64_t count;
	int64_t ended;
	int64_t ended_us;	/* how long those were, together */
};

/* Counts an incident if it is of that window. */
void incident_count(struct incident_tally *tally, const struct incident *incident, int64_t from_us, int64_t to_us);
int64_t incident_mttr_us(const struct incident_tally *tally);			/* -1: none has ended */
int64_t incident_mtbf_us(const struct incident_tally *tally, int64_t up_us);	/* -1: there was none */

#endif
