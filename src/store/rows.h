/*
 * Rows of `monitor` and `monitor_state` as values: what archive and salvage read alike.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include <sqlite3.h>

#include "kumatop/buf.h"
#include "kumatop/kept.h"

#define ROWS_MONITOR_COLUMNS "id, name, kind, target, origin, text, retired"
#define ROWS_STANDING_COLUMNS "monitor, state, was, was_since_us, good_run, bad_run, unknown_run, degraded_run, since_us," \
	" first_bad_us, first_good_us, incident_open, incident_us, alerted, acknowledged, paused_until_us, detail"

/* The caller's to finish. NULLs read as empty texts, numbers of a newer program as what is known here. */
struct kept_monitor rows_read_monitor(sqlite3_stmt *statement);
struct kept_standing rows_standing(sqlite3_stmt *statement);

/* A text column; "" for NULL. Borrowed until the next step. */
const char *rows_text(sqlite3_stmt *statement, int column);

int rows_state(int64_t number);	/* STATE_UNKNOWN out of range */

/*
 * The packed hour that a statement (codec, data; in the order of its parts) gives, put together in data. *codec: -1 if there is none. false:
 * sqlite3_errcode() says why. The statement is ready for the next use.
 */
bool rows_chunk(sqlite3_stmt *statement, struct buf *data, int *codec);

/* A time or a duration of ours, 0 to the year 9999: whoever made the file, such can be added and subtracted. */
int64_t rows_us(int64_t number);
int64_t rows_column_us(sqlite3_stmt *statement, int column);

#endif
