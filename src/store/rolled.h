/*
 * Rows of beat_5min, beat_hour and beat_day as values: what the store thread writes and what an archive reads.
 */
#ifndef STORE_ROLLED_H
#define STORE_ROLLED_H

#include <sqlite3.h>

#include "kumatop/beat.h"
#include "kumatop/rollup.h"

/* In the order of the table's definition. */
#define ROLLED_COLUMNS "monitor, start_us, up_us, degraded_us, down_us, pending_us, maintenance_us, unknown_us, beats_up," \
	" beats_degraded, beats_down, beats_unknown, answers, latency_min_us, latency_sum_us, latency_max_us, histogram"

/* What is closed is written once: a row that is there already stays as it is. */
#define ROLLED_INSERT(table) "INSERT OR IGNORE INTO " table " (" ROLLED_COLUMNS ")" \
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"

/* The keys of `meta` that say up to where a step is closed, in the order of enum rollup_step. */
extern const char *const rolled_keys[ROLLUP_STEP_COUNT];

/* Fills in a statement of ROLLED_INSERT. coded is what rollup_close() appended, borrowed until the statement has run. */
bool rolled_bind(sqlite3_stmt *insert, monitor_id monitor, const struct rollup *rollup, const struct buf *coded);

/*
 * Reads a row of ROLLED_COLUMNS into a rollup that is zeroed or was used before. Whoever made the file: the amounts add up to the
 * bucket, what cannot be is unknown or none. Returns the monitor.
 */
monitor_id rolled_read(sqlite3_stmt *statement, enum rollup_step step, struct rollup *rollup);

/* What rolling up needs of a row of beat_tail, without its texts. The first column is the seq. */
#define ROLLED_BEAT_COLUMNS "seq, monitor, time_us, reach_ms, state, verdict, outcome, name_us, connect_us, tls_us, first_byte_us," \
	" transfer_us, total_us"

struct beat rolled_read_beat(sqlite3_stmt *statement);

#endif
