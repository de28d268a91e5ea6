/*
 * Rows of `event` as values.
 */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include <sqlite3.h>

#include "kumatop/history.h"

/* Of the columns in archive.c. The caller releases event and name. */
struct history_event events_read(sqlite3_stmt *statement);
void events_finish(struct history_event *event);

#endif
