/*
 * The roller: reads beat_tail and the cuts in `event` and `run` as they are committed, and writes beat_5min, from it beat_hour, from that
 * beat_day. In steps of a few milliseconds, of which a transaction that fails loses nothing: up to where all is closed is noted in
 * `meta` with the last rows of it, and who begins from there writes the same rows again, which changes none.
 *
 * What has to be kept of older beats for that is the last hour before rolled_5min_us. A result that speaks for more than an hour is lost
 * sight of when kumatop starts anew, and only there: the 5 minutes that were open then do not have it.
 *
 * Store thread.
 */
#ifndef STORE_ROLLER_H
#define STORE_ROLLER_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "kumatop/beat.h"
#include "kumatop/rollup.h"
#include "kumatop/when.h"

struct roller;

/*
 * Begins where the one before stopped. run: the one that is going on, which began at began_us: what happened before is all in the
 * database. NULL: sqlite3_errcode() says why.
 */
struct roller *roller_create(sqlite3 *db, int64_t run, int64_t began_us, int64_t now_us);
void roller_destroy(struct roller *roller);	/* accepts NULL */

/*
 * One step, in a transaction of the caller's. *again: there is more to do. false: sqlite3_errcode() says why; the transaction is to be
 * rolled back, and the roller destroyed.
 */
bool roller_step(struct roller *roller, struct mono mono, int64_t now_us, bool *again);

/* Not all that was sent by now has been committed: nothing is closed before it must have been. */
void roller_wait(struct roller *roller);

/* The monitor is being removed, or has been. */
void roller_forget(struct roller *roller, monitor_id monitor);

/* Beats that are older than this are not read again: they may leave the tail. 0: none may yet. */
int64_t roller_done_us(const struct roller *roller);

/* Up to where the roll-ups of this step are closed. */
int64_t roller_closed_us(const struct roller *roller, enum rollup_step step);

/*
 * Beats of that time or later have come into the tail out of order: what has been closed since is gone through again, which adds rows
 * for who has none there. Of a database that no roller is at work on; in the caller's transaction.
 */
bool roller_set_back(sqlite3 *db, int64_t time_us);

#endif
