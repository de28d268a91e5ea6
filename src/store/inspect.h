/*
 * Looks at a file that is to be used as a database, without changing it.
 */
#ifndef STORE_INSPECT_H
#define STORE_INSPECT_H

#include <sqlite3.h>

#include "kumatop/error.h"

enum finding {
	FOUND_NOTHING,		/* no file, or an empty one: ours to make */
	FOUND_OURS,		/* of this version or an older one */
	FOUND_DAMAGED,		/* ours, but damaged; the error says how */
	FOUND_REFUSED,		/* newer, somebody else's, or not to be read; the error says what to do */
};

enum finding inspect_file(const char *path, struct error *err);

/* Is an open database sound? Quickly, so of a large one not all is looked at. FOUND_OURS, FOUND_DAMAGED, or FOUND_REFUSED: not to be read. */
enum finding inspect_soundness(sqlite3 *db, const char *path, struct error *err);

/* An open connection: is this a kumatop database that this program understands? For readers. */
enum finding inspect_identity(sqlite3 *db, const char *path, struct error *err);

#endif
