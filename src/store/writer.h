/*
 * What is written into which table. Knows nothing of threads, batches and full disks: every function returns false when its
 * statement failed, sqlite3_errcode() says why, and the transaction is the caller's.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "kumatop/beat.h"
#include "kumatop/kept.h"
#include "kumatop/rollup.h"

struct writer;

struct writer *writer_create(sqlite3 *db);	/* NULL: sqlite3_errcode() says why */
void writer_destroy(struct writer *writer);	/* accepts NULL */

bool writer_begin(struct writer *writer);
bool writer_commit(struct writer *writer);
void writer_rollback(struct writer *writer);

bool writer_beat(struct writer *writer, const struct beat *beat);
bool writer_event(struct writer *writer, const struct event *event, const struct kept_standing *standing);	/* may be NULL */
bool writer_monitor(struct writer *writer, const struct kept_monitor *monitor);
bool writer_retire(struct writer *writer, monitor_id monitor);
bool writer_remove(struct writer *writer, monitor_id monitor);	/* out of sight at once; writer_purge() deletes */
bool writer_standing(struct writer *writer, const struct kept_standing *standing);

/* This run's row. */
bool writer_run_begin(struct writer *writer, int64_t now_us, int64_t *run);
bool writer_run_seen(struct writer *writer, int64_t run, int64_t now_us);
bool writer_run_end(struct writer *writer, int64_t run, int64_t now_us);

/* One small step each, of at most `most` rows. *again: there is more to do. */
bool writer_purge(struct writer *writer, int most, bool *again, monitor_id *gone);	/* of monitors removed; gone: 0, or one of whom it was the last */
bool writer_expire(struct writer *writer, int64_t before_us, int64_t now_us, int most, bool *again);	/* of raw beats, evidence, texts */
bool writer_expire_rolled(struct writer *writer, enum rollup_step step, int64_t before_us, int most, bool *again);

#endif
