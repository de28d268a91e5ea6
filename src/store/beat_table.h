/*
 * The table `beat` of `kumatop sql`: a virtual table over all beats, with the columns of the view `beat` and all else that is kept of a
 * beat. What is asked of one monitor, or of a span of time, reads no more than that.
 */
#ifndef STORE_BEAT_TABLE_H
#define STORE_BEAT_TABLE_H

#include <stdbool.h>

#include <sqlite3.h>

/*
 * Puts the table before the view of that name on this connection, which may write temporary tables as yet. It reads by connections of
 * its own to path, which must outlive this one, one for each reading that goes on at a time. false: sqlite3_errcode() says why.
 */
bool beat_table_add(sqlite3 *db, const char *path);

#endif
