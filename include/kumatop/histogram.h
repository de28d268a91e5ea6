/*
 * A histogram of latencies that can be merged, so that the percentiles of any window come from the histograms of its parts.
 *
 * Log-linear buckets, as HdrHistogram has them (Gil Tene, hdrhistogram.org; docs.rs/hdrhistogram tells how): each doubling is cut
 * into 32 buckets of one width, and below 64 us each microsecond has its own. A bucket is at most 1/32 of what it holds and is told
 * by its middle: a quantile is exact below 64 us and at most 1/64 (1.6 %) off above, whatever was merged in whatever order. It
 * is whole numbers only, so every machine makes the same of the same latencies.
 *
 * Only buckets that hold something are kept: 8 bytes each, as a rule under a hundred of the 886. Pure; belongs to one thread at a
 * time.
 *
 * The coding, version 1, is the same on every machine, and a histogram has exactly one:
 *
 *	byte	1
 *	varint	how many buckets follow
 *	each	varint	2 x (number of the bucket - the one expected) + (1 if its count is more than 1)
 *		varint	its count - 2, only if it is more than 1
 *
 * in the order of their numbers. Expected is 0 first, and then one more than the number before. A varint has 7 bits a byte, lowest
 * first, the top bit set in all but its last byte, and no byte too many. Bucket b below 64 holds the latency b; above, with e = b / 32
 * - 1, those from (32 + b % 32) << e on that are not the next one's.
 */
#ifndef KUMATOP_HISTOGRAM_H
#define KUMATOP_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/buf.h"
#include "kumatop/error.h"

#define HISTOGRAM_MOST_US INT64_C(3600000000)	/* an hour; what is longer counts as an hour */

enum {
	HISTOGRAM_BUCKETS = 886,
	HISTOGRAM_CODED_MOST = 1 + 2 + HISTOGRAM_BUCKETS * 6,	/* bytes: all buckets, each with a count of 5 */
};

struct histogram_bucket {
	uint32_t number;
	uint32_t count;		/* at least 1; stays at UINT32_MAX */
};

struct histogram {
	struct histogram_bucket *buckets;	/* in the order of their numbers */
	uint32_t used, capacity;
	uint64_t count;		/* of latencies: the sum over the buckets */
};

void histogram_finish(struct histogram *histogram);	/* a zeroed histogram is ready to use, and so is a finished one */
void histogram_clear(struct histogram *histogram);	/* empties it and keeps the memory */

/* us is not negative. */
void histogram_add(struct histogram *histogram, int64_t us);

/* Adds all that is in another histogram (not the same one), which stays as it is. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The latency of nearest rank (p in 0..1), as stats_percentile() has it but for the width of its bucket; -1 when there is none. */
int64_t histogram_quantile_us(const struct histogram *histogram, double p);

/* Appends the coding: at most HISTOGRAM_CODED_MOST bytes, 2 when it is empty. */
void histogram_encode(const struct histogram *histogram, struct buf *out);

/*
 * Fills the histogram from its coding, which must be all of data. false, with the histogram empty: it is none, and err says why.
 * What is taken makes the same bytes again.
 */
bool histogram_decode(struct histogram *histogram, const void *data, size_t length, struct error *err);

#endif
