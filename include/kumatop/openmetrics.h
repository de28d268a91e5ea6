/*
 * History as OpenMetrics text (prometheus.io/docs/specs/om/open_metrics_spec) with timestamps, as `promtool tsdb create-blocks-from
 * openmetrics` takes it.
 *
 * The format wants families one after the other, in a family one metric after the other, and the samples of a metric in their order, but
 * a beat is a sample of many metrics. So history is read several times, once for every value of a label that is not of the monitor, and
 * each time one sample of a row is written: that takes no memory, whatever there is of it, and no second copy on a disk. What no row has
 * is found out in the first reading, and not read for.
 *
 * Of beats a sample is at the time of the beat. Of roll-ups it is at the end of the bucket, as Prometheus looks back from a time: what
 * sum_over_time(…[1d]) adds up at midnight are the roll-ups of that day. Times are milliseconds, as Prometheus has them; two of a metric
 * that fall into one are parted.
 */
#ifndef KUMATOP_OPENMETRICS_H
#define KUMATOP_OPENMETRICS_H

#include <stdbool.h>

#include "kumatop/buf.h"
#include "kumatop/record.h"

struct openmetrics;	/* one export; belongs to one thread at a time */

struct openmetrics *openmetrics_create(bool rollups);	/* of roll-ups, else of beats */
void openmetrics_destroy(struct openmetrics *metrics);	/* accepts NULL */

/* How often history will be read, at most: the first time, and once it has been read that often. */
unsigned openmetrics_readings(const struct openmetrics *metrics);

/*
 * Goes on to the next reading and appends what stands before its samples. false: there is none, and the end was appended. Then the rows
 * of that reading follow, by monitor and time.
 */
bool openmetrics_next(struct openmetrics *metrics, struct buf *out);
void openmetrics_beat(struct openmetrics *metrics, const struct beat_record *beat, struct buf *out);
void openmetrics_rollup(struct openmetrics *metrics, const struct rollup_record *rollup, struct buf *out);

#endif
