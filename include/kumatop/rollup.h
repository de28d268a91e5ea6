/*
 * A roll-up: what a monitor's 5 minutes, hour or UTC day were made of. Beats by verdict, latencies, and the time in each of the five
 * classes, which add up to its length: what nobody said anything about is unknown.
 *
 * It is fed with beats in any order and with settled spans of a ledger in theirs. A span may be fed again, also one that has grown
 * since: what lies before the end of an earlier one is not counted twice. A bucket is complete when its end has passed and the
 * ledger has nothing tentative in it any more, which may be some time later; then it is closed. Finer buckets, merged in their
 * order, make a coarser one that is the same as if it had been fed itself.
 *
 * Times are wall time in microseconds. Pure; belongs to one thread at a time.
 */
#ifndef KUMATOP_ROLLUP_H
#define KUMATOP_ROLLUP_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/beat.h"
#include "kumatop/buf.h"
#include "kumatop/histogram.h"
#include "kumatop/ledger.h"

enum rollup_step {
	ROLLUP_5MIN,
	ROLLUP_HOUR,
	ROLLUP_DAY,
	ROLLUP_STEP_COUNT
};

/* The members are the columns of beat_5min, beat_hour and beat_day, but for the coding of the histogram. */
struct rollup {
	enum rollup_step step;
	bool closed;
	int64_t start_us;
	int64_t fed_us;			/* spans are counted up to here */
	struct amounts amounts;		/* add up to the length of the bucket, also while it is open */
	int64_t beats[VERDICT_COUNT];
	int64_t answers;		/* beats with a latency (phases_latency_us()) */
	int64_t latency_min_us, latency_max_us;	/* -1: no answers */
	int64_t latency_sum_us;
	struct histogram latencies;	/* of the answers; owned */
};

int64_t rollup_length_us(enum rollup_step step);
const char *rollup_word(enum rollup_step step);		/* "5min" "hour" "day" */

/* When the bucket began that holds this time. */
int64_t rollup_start_us(enum rollup_step step, int64_t time_us);

/*
 * How many buckets a span touches: those that begin at *first_us and each a length later. An empty one touches none, and *first_us
 * is left alone.
 */
int64_t rollup_touched(enum rollup_step step, const struct span *span, int64_t *first_us);

/* Begins the bucket that holds this time, all of it unknown. A zeroed struct is ready; one in use is emptied and keeps its memory. */
void rollup_open(struct rollup *rollup, enum rollup_step step, int64_t time_us);
void rollup_finish(struct rollup *rollup);

/* false: the beat is of another time, and is not counted. Borrows it. */
bool rollup_add_beat(struct rollup *rollup, const struct beat *beat);

/* Counts what of a settled span lies in the bucket. A tentative one is a bug. */
void rollup_add_span(struct rollup *rollup, const struct span *span);

/*
 * Adds a finer bucket, open or closed, which must lie in this one and not before what it was fed with; it stays as it is. After
 * that nothing more can be fed of the finer one's time.
 */
void rollup_merge(struct rollup *rollup, const struct rollup *finer);

/*
 * Nothing can be added any more. Appends the histogram as the table keeps it to coded (nothing when there were no answers: NULL).
 * false: nothing is known of that time, and a row would say no more than none.
 */
bool rollup_close(struct rollup *rollup, struct buf *coded);

/* As histogram_quantile_us(), but never outside what was the least and the most; -1 without answers. */
int64_t rollup_quantile_us(const struct rollup *rollup, double p);

#endif
