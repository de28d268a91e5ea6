/*
 * The tables: making them, and bringing those of an older version up to date.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "kumatop/error.h"

enum { SCHEMA_VERSION = 2 };

/* What turns version `from` into `from` + 1; without setting user_version. */
struct schema_step {
	int from;
	const char *sql;
};

/* All tables of SCHEMA_VERSION, in one transaction, in a database without any. */
bool schema_create(sqlite3 *db, const char *path, struct error *err);

/*
 * From the version the database has to `newest`, in one transaction, after a copy to "<path>.v<old>" (with a number behind it
 * if there is one already). *copy (heap; NULL: nothing was to be done) is its name. A database in memory is not copied.
 */
bool schema_upgrade(sqlite3 *db, const char *path, const struct schema_step *steps, size_t count, int newest, char **copy,
    struct error *err);

/* The steps this program knows. */
extern const struct schema_step schema_steps[];
extern const size_t schema_step_count;

/* Writes what the numbers mean into `word`, where it does not say so already. */
bool schema_put_words(sqlite3 *db, const char *path, struct error *err);

#endif
