/*
 * Reading a database: a read-only connection, by the process that owns it or by any other that may read the file. No transaction
 * is held open between calls or between chunks of a long read, so the owner's log never grows because of a reader. One archive
 * belongs to one thread at a time.
 */
#ifndef KUMATOP_ARCHIVE_H
#define KUMATOP_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/error.h"
#include "kumatop/history.h"
#include "kumatop/incident.h"
#include "kumatop/kept.h"
#include "kumatop/record.h"
#include "kumatop/rollup.h"
#include "kumatop/snapshot.h"

struct archive;

/* path as in store_path(). EXIT_UNAVAILABLE if there is no such file, EXIT_DATA if it is none of ours or newer. */
struct archive *archive_open(const char *path, struct error *err);
void archive_close(struct archive *archive);	/* accepts NULL */

/* Each visit function returns false to stop early, which is no error. What it gets is borrowed for the call. */
bool archive_monitors(struct archive *archive, bool (*visit)(void *arg, const struct kept_monitor *), void *arg, struct error *err);
bool archive_standings(struct archive *archive, bool (*visit)(void *arg, const struct kept_standing *), void *arg, struct error *err);

/* The newest marks of one monitor. *kept zeroed with count 0 when there are none; its texts are the caller's to release. */
bool archive_marks(struct archive *archive, monitor_id monitor, struct kept_marks *kept, struct error *err);

/* The highest monitor id ever given, 0 when none. */
bool archive_highest_id(struct archive *archive, monitor_id *id, struct error *err);

/* The spans of one monitor in a window as the ledger sees them, from the beats and events kept. Heap array. */
bool archive_spans(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us,
    struct span **spans, size_t *count, struct error *err);

/*
 * What a window was made of: time in the five classes, which add up to the window, and latencies. From closed roll-ups, the coarsest that
 * fit; at the window's edges, and for what is not closed yet, from beats. Where an edge cuts a roll-up whose beats are gone already, it
 * counts in proportion.
 */
struct summary {
	int64_t from_us, to_us;
	struct amounts amounts;
	int64_t beats[VERDICT_COUNT];
	int64_t answers;		/* beats with a latency */
	int64_t latency_min_us, latency_max_us;	/* -1: no answers */
	int64_t latency_sum_us;
	struct histogram latencies;	/* owned */
};

bool archive_summary(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us, struct summary *summary, struct error *err);
void summary_finish(struct summary *summary);	/* accepts a zeroed one */

/*
 * The same of many monitors, in the order of their numbers, of those that nothing is known of too: all roll-ups of the window are gone
 * through once. Where an edge cuts 5 minutes that are closed, they count in proportion.
 */
bool archive_summaries(struct archive *archive, const monitor_id *monitors, size_t count, int64_t from_us, int64_t to_us,
    bool (*visit)(void *arg, monitor_id monitor, const struct summary *), void *arg, struct error *err);

/* As rollup_quantile_us(). */
int64_t summary_quantile_us(const struct summary *summary, double p);

/*
 * The board as it stood at a moment, from history alone: all monitors that there were then, also some that are gone since, if history
 * shows that they were there. What is not known is unknown. A monitor's spec is that of `now` (which may be NULL) where it has the
 * monitor, else what make() makes of what is kept of it, held for the caller; one for which it returns NULL is left out. NULL with err.
 */
typedef struct monitor_spec *archive_spec_fn(void *arg, const struct kept_monitor *kept);
const struct snapshot *archive_board(struct archive *archive, int64_t at_us, const struct snapshot *now, archive_spec_fn *make, void *arg,
    struct error *err);

/* The answer to a query, but for one about the board; always an answer, ok or not, to be destroyed by the caller. */
struct history_answer *archive_answer(struct archive *archive, const struct history_query *query);

/* Long reads, ordered by monitor (by name), then time. */
struct archive_range {
	const char *const *patterns;	/* whole names, or as text_glob() matches them; pattern_count 0: all */
	size_t pattern_count;
	int64_t from_us, to_us;		/* half open */
};

/* All names that long reads may be of: monitors, retired ones, and removed ones that left a line in the log. */
bool archive_names(struct archive *archive, bool (*visit)(void *arg, const char *name), void *arg, struct error *err);

bool archive_beats(struct archive *archive, const struct archive_range *range,
    bool (*visit)(void *arg, const struct beat_record *), void *arg, struct error *err);

bool archive_events(struct archive *archive, const struct archive_range *range,
    bool (*visit)(void *arg, const struct event_record *), void *arg, struct error *err);

/*
 * Incidents that overlap the range, ordered by monitor (by name), then start. One that goes on behind the range has its end all the
 * same, and is open only if it is open now. Held in memory are a page of events and one incident.
 */
bool archive_incidents(struct archive *archive, const struct archive_range *range,
    bool (*visit)(void *arg, const char *name, const struct incident *incident), void *arg, struct error *err);

/* Closed roll-ups of a step that begin in the range; ordered by monitor (by name), then time. */
bool archive_rollups(struct archive *archive, const struct archive_range *range, enum rollup_step step,
    bool (*visit)(void *arg, const char *name, const char *kind, const struct rollup *rollup), void *arg, struct error *err);

/*
 * Fills an empty file with all of the database as it is at one moment. That is one transaction: until it is over, what the owner writes
 * stays in its log. goes_on() is asked many times a second, with the bytes there are of the copy and about how many it will have; false
 * ends it, with false and half a copy.
 */
bool archive_copy(struct archive *archive, const char *path, bool (*goes_on)(void *arg, uint64_t done, uint64_t total), void *arg,
    struct error *err);

/* How many beats archive_beats() would visit, roughly and quickly, for a progress bar. */
bool archive_estimate(struct archive *archive, const struct archive_range *range, uint64_t *beats, struct error *err);

#endif
