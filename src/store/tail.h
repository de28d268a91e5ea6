/*
 * Where in beat_tail the beats of each monitor are. The table has no index by monitor, as that would cost a page for each beat
 * written; whoever reads keeps one in memory: 16 bytes for each beat of the last hour or two, brought up to date by reading what has
 * been appended since. One thread.
 */
#ifndef STORE_TAIL_H
#define STORE_TAIL_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#include "kumatop/beat.h"

struct tail;

struct tail_beat {
	int64_t seq, time_us;
};

struct tail *tail_create(void);
void tail_destroy(struct tail *tail);	/* accepts NULL */

/* As it is in the transaction that is open on db, always the same one. false: sqlite3_errcode() says why. */
bool tail_refresh(struct tail *tail, sqlite3 *db);

/* The beats of one monitor that are in no chunk, in order of time and then seq; valid until the next refresh. A row may have been removed. */
const struct tail_beat *tail_of(const struct tail *tail, monitor_id monitor, size_t *count);

/* The first of them at or after a time; count: there is none. */
size_t tail_at(const struct tail_beat *beats, size_t count, int64_t time_us);

#endif
