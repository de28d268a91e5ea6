/*
 * Texts by their ids, read once and remembered.
 */
#ifndef STORE_TEXTS_H
#define STORE_TEXTS_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

enum { TEXTS_PAGE_MOST = 4096 };

struct texts;

struct texts *texts_create(void);
void texts_destroy(struct texts *texts, sqlite3 *db);	/* accepts NULL */

/* What was returned so far may go now; at most TEXTS_PAGE_MOST texts are asked for until the next call. */
void texts_turn_page(struct texts *texts);

/* The text, "" for 0 and for one that is gone. NULL: sqlite3_errcode() says why. */
const char *texts_read(struct texts *texts, sqlite3 *db, int64_t id);

#endif
