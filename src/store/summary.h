/*
 * Adding up what a window was made of: from roll-ups, parts of them, and beats.
 */
#ifndef STORE_SUMMARY_H
#define STORE_SUMMARY_H

#include "past.h"

/* All of it unknown. */
void summary_begin(struct summary *summary, int64_t from_us, int64_t to_us);

void summary_add_amounts(struct summary *summary, const struct amounts *amounts);
void summary_add_latency(struct summary *summary, int32_t latency_us);		/* of an answer; below 0 there was none */
void summary_add_rollup(struct summary *summary, const struct rollup *rollup);

/* What of it lies in a window, as if it were spread out evenly. */
void summary_add_part(struct summary *summary, const struct rollup *rollup, int64_t from_us, int64_t to_us);

#endif
