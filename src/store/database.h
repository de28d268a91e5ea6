/*
 * SQLite as the store uses it: opening, single statements, and what its errors mean to people. Knows no table.
 */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "kumatop/error.h"

enum database_use {
	DATABASE_READ,		/* never checkpoints, never writes */
	DATABASE_WRITE,		/* the one connection that does both; the file exists */
};

/* "kuma" */
#define DATABASE_APPLICATION INT64_C(0x6b756d61)

/* One thread at a time may use what is returned. path is a file, or a URI of database_memory_name(). */
sqlite3 *database_open(const char *path, enum database_use use, struct error *err);
/*
 * For reading a file that nobody writes, where none of the files beside it can be made that are needed otherwise (a copy on a
 * medium that is read-only). Refused when there is a log beside it.
 */
sqlite3 *database_open_frozen(const char *path, struct error *err);

char *database_uri(const char *path, const char *query);	/* of a file; heap */

void database_close(sqlite3 *db);	/* accepts NULL; every statement has been finalized */

/* A database in the memory of this process, shared by the connections that name it. Heap. */
char *database_memory_name(void);
bool database_is_memory(const char *path);

/* false: sqlite3_errcode() says why. */
bool database_run(sqlite3 *db, const char *sql);
bool database_number(sqlite3 *db, const char *sql, int64_t *number);	/* the first column of the first row; false without a row */

/* Steps a statement that gives no rows and makes it ready for the next use. */
bool database_finish(sqlite3_stmt *statement);

/* Why the last call failed, in a few words: "disk full". Returns out. */
const char *database_cause(sqlite3 *db, char *out, size_t size);

/* Sets err from the last failure: "<path>: <doing>: <cause>". Returns false. */
bool database_fail(sqlite3 *db, struct error *err, const char *path, const char *doing);

bool database_is_damage(int code);	/* of sqlite3_errcode() */

#endif
