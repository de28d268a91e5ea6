/*
 * Beats that are old enough move from beat_tail into beat_chunk. In rounds, each of a first part of the tail: it is gathered and written
 * for some monitors at a time, and deleted when all are written. meta's packed_seq and packed_monitor say at every moment which rows of
 * the tail are in chunks already, and change in the transaction that writes the chunks: a crash, and a reader in between, finds each
 * beat once.
 *
 * Store thread.
 */
#ifndef STORE_PACKING_H
#define STORE_PACKING_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "kumatop/chunk.h"

#include "writer.h"

struct packing;

struct packing *packing_create(sqlite3 *db, struct writer *writer);	/* both borrowed; NULL: sqlite3_errcode() says why */
void packing_destroy(struct packing *packing);	/* accepts NULL */

/*
 * One small step of moving beats older than before_us (and those more than a day after now_us). *again: there is more to do. false:
 * sqlite3_errcode() says why, nothing is lost, and the next step goes on.
 */
bool packing_step(struct packing *packing, int64_t before_us, int64_t now_us, bool *again);

/*
 * For who has beats of an hour that was packed before: what it is, a chunk of this codec in data until the next call, or -1 where there is
 * none; and what it is to be, in the caller's transaction, which empties the packer. false: sqlite3_errcode() says why.
 */
bool packing_read_hour(struct packing *packing, monitor_id monitor, int64_t hour, const struct buf **data, int *codec);
bool packing_write_hour(struct packing *packing, monitor_id monitor, int64_t hour, struct chunk_packer *packer);

#endif
