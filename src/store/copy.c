/*
 * A copy of a database while its owner goes on writing. VACUUM INTO, not the backup API: the copy has no free pages in it, and is in no
 * mode that needs other files beside it, so that it can be mailed, and read from a medium that is read-only.
 */
#include <sys/stat.h>

#include "kumatop/heap.h"

#include "database.h"
#include "past.h"

enum { ASK_EACH_STEPS = 20000 };	/* of SQLite's machine: a few milliseconds */

struct copying {
	const char *path;
	uint64_t total;
	bool (*goes_on)(void *arg, uint64_t done, uint64_t total);
	void *arg;
};

static int ask(void *arg)
{
	const struct copying *copying = arg;
	struct stat info;
	uint64_t done = stat(copying->path, &info) == 0 ? (uint64_t)info.st_size : 0;

	return !copying->goes_on(copying->arg, done, copying->total);
}

/* Without free pages, as the copy will be. */
static uint64_t bytes_of(sqlite3 *db)
{
	int64_t pages = 0, unused = 0, size = 0;

	database_number(db, "PRAGMA page_count", &pages);
	database_number(db, "PRAGMA freelist_count", &unused);
	database_number(db, "PRAGMA page_size", &size);
	return pages > unused ? (uint64_t)(pages - unused) * (uint64_t)size : 0;
}

static bool vacuum_into(sqlite3 *db, const char *path)
{
	char *name = heap_print("%s%s", strncmp(path, "file:", 5) == 0 ? "./" : "", path);
	sqlite3_stmt *statement = NULL;
	bool good = sqlite3_prepare_v2(db, "VACUUM INTO ?1", -1, &statement, NULL) == SQLITE_OK
	    && sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) == SQLITE_OK && database_finish(statement);

	sqlite3_finalize(statement);
	free(name);
	return good;
}

bool archive_copy(struct archive *archive, const char *path, bool (*goes_on)(void *arg, uint64_t done, uint64_t total), void *arg,
    struct error *err)
{
	struct copying copying = { .path = path, .total = bytes_of(archive->db), .goes_on = goes_on, .arg = arg };
	bool good;

	/* What is read is opened read-only all the same. */
	database_run(archive->db, "PRAGMA query_only = 0");
	sqlite3_progress_handler(archive->db, ASK_EACH_STEPS, ask, &copying);
	good = vacuum_into(archive->db, path);
	sqlite3_progress_handler(archive->db, 0, NULL, NULL);
	if (!good)
		database_fail(archive->db, err, path, "cannot be written");
	database_run(archive->db, "PRAGMA query_only = 1");
	return good;
}
