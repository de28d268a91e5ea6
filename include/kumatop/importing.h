/*
 * History that was written elsewhere, put into a store that was opened and not started: nobody else writes meanwhile, as the caller holds
 * the database's lock.
 *
 * Everything is written in transactions of bounded size. An import that was interrupted is run again and goes on where it ended: what is
 * there already is counted as known and not written again, so that importing twice changes nothing. A beat is known when its monitor has one
 * in the same millisecond, as that is what files have of times.
 *
 * Beats of hours that are over go where packed hours are, others into the tail. Roll-ups of all that was added are made at the end, by
 * importing_finish(), also those that an interrupted import left unmade.
 *
 * The opening thread. After a failure nothing more can be done but importing_destroy(); what was committed stays.
 */
#ifndef KUMATOP_IMPORTING_H
#define KUMATOP_IMPORTING_H

#include "kumatop/archive.h"
#include "kumatop/import.h"
#include "kumatop/store.h"

struct importing;

struct importing_counts {
	uint64_t beats, events, rollups;	/* added, but roll-ups of beats */
	uint64_t known;				/* of these, such as were there already */
};

/* The archive is of the same database. Both are borrowed. */
struct importing *importing_begin(struct store *store, struct archive *archive, struct error *err);
void importing_destroy(struct importing *importing);	/* accepts NULL */

/*
 * The values' own keys of monitors do not count; reach_ms and verdict have to be told. In order of monitor and time it is fast, in any
 * order it is right. Texts have been sanitised.
 */
bool importing_beat(struct importing *importing, monitor_id monitor, const struct import_beat *beat, struct error *err);

/*
 * monitor 0: of kumatop itself. That it was started and stopped makes a run of it. In order of time, so that what belongs to an incident
 * finds the event that opened it.
 */
bool importing_event(struct importing *importing, monitor_id monitor, const struct import_event *event, struct error *err);

/* Takes the place of a row of fewer beats, or of none. */
bool importing_rollup(struct importing *importing, monitor_id monitor, const struct rollup *rollup, struct error *err);

/* Commits what waits, and rolls up. rolled() is told how many of how many monitors are done; may be NULL. */
bool importing_finish(struct importing *importing, void (*rolled)(void *arg, size_t done, size_t all), void *arg, struct error *err);

/* Of one monitor, up to what was committed. */
struct importing_counts importing_counts(const struct importing *importing, monitor_id monitor);

#endif
