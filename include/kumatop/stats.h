/*
 * Percentiles of samples. Pure.
 */
#ifndef KUMATOP_STATS_H
#define KUMATOP_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Nearest-rank percentile (p in 0..1) of samples, which are reordered; -1 when there are none. */
int32_t stats_percentile(int32_t *samples, size_t count, double p);

#endif
