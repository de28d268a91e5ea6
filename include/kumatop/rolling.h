/*
 * Rolling beats up as they come: which monitor's 5 minutes are open, and which are complete and can be written. Beats of all monitors go
 * in, in the order in which they were kept, and the cuts between them (replay.h); out come closed buckets, each once.
 *
 * A monitor's bucket is complete when its end has passed and nothing tentative lies in it any more; one that stays tentative is closed
 * after a while as it stands. What is kept of a monitor is its ledger since the last bucket that was closed, and the open buckets: under
 * a hundred bytes between two results that are far apart, and nothing of one about which nothing is known.
 *
 * A clock set back by up to a day makes no time count twice; set back by more, what came meanwhile was of another time, and the monitor
 * begins anew. Times are wall time in microseconds. Pure; belongs to one thread at a time.
 */
#ifndef KUMATOP_ROLLING_H
#define KUMATOP_ROLLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/replay.h"
#include "kumatop/rollup.h"

struct rolling;

/*
 * Takes a complete bucket, which may say nothing: rollup_close() tells. false: it cannot be kept, and the rolling is of no use any more
 * but to be destroyed.
 */
typedef bool rolling_put_fn(void *arg, monitor_id monitor, struct rollup *rollup);

/* closed_us: all that ends by then was put by an earlier one, and is not put again; 0: nothing was. */
struct rolling *rolling_create(int64_t closed_us, rolling_put_fn *put, void *arg);
void rolling_destroy(struct rolling *rolling);	/* accepts NULL */

/* A cut of one monitor's time, or of all (0). Before the beats that are later. */
void rolling_cut(struct rolling *rolling, monitor_id monitor, struct cut cut);

/* false: put() said so. Borrows the beat. Puts buckets itself when many of a monitor are open, as when years are caught up with. */
bool rolling_beat(struct rolling *rolling, const struct beat *beat);

/* Nothing is to be put of it any more. */
void rolling_forget(struct rolling *rolling, monitor_id monitor);

enum rolling_progress { ROLLING_DONE, ROLLING_MORE, ROLLING_FAILED };

/*
 * Puts what ends by until_us, where all beats and cuts before are in, monitor by monitor in the order of their numbers: at most `most`
 * buckets, and when there are MORE, again. What is tentative is waited for if it began after patience_us. Once it is DONE, *closed_us is
 * up to where all of all monitors was put. Between two calls anything else may be called; a pass that was begun goes on as it began.
 */
enum rolling_progress rolling_close(struct rolling *rolling, int64_t until_us, int64_t patience_us, size_t most, int64_t *closed_us);

/* What a window since the last bucket that was closed was made of, as far as is known by now, with all cuts that there are. */
struct amounts rolling_sum(struct rolling *rolling, monitor_id monitor, int64_t from_us, int64_t to_us);

/* How many monitors something is kept of. */
size_t rolling_count(const struct rolling *rolling);

#endif
