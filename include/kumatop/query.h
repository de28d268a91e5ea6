/*
 * SQL over a database, by people, and only to read: a connection of its own that can do nothing else, and beside the tables of the
 * schema one called `beat` that has every beat, wherever it is kept.
 */
#ifndef KUMATOP_QUERY_H
#define KUMATOP_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/error.h"

enum query_type { QUERY_NULL, QUERY_INTEGER, QUERY_REAL, QUERY_TEXT, QUERY_BLOB };

/* Borrowed for the call that gets it. */
struct query_cell {
	enum query_type type;
	int64_t integer;	/* INTEGER */
	double real;		/* REAL */
	const char *text;	/* as SQLite writes it, ended by a NUL and without one inside; of a BLOB X'…'. "" for NULL. Not sanitised */
};

/* Each returns false to stop early, which is no error. */
struct query_sink {
	bool (*head)(void *arg, const char *const *names, size_t count);	/* once, before the rows; at least one column */
	bool (*row)(void *arg, const struct query_cell *cells, size_t count);
	void *arg;
};

/*
 * Runs one statement; path as in archive_open(), whose errors these are. EXIT_DATA, with what SQLite says, for one that is wrong, for more
 * than one, and for one that does more than read.
 */
bool query_run(const char *path, const char *sql, const struct query_sink *sink, struct error *err);

#endif
