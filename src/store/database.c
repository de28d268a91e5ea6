/*
 * SQLite as the store uses it. The files of a database are never opened here by other means: closing any descriptor of them
 * would drop SQLite's locks.
 */
#include "database.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

enum {
	READER_BUSY_MS = 5000,
	WRITER_BUSY_MS = 1000,	/* longer, and the batch in memory grows for the sake of somebody's shell */
};

/* sqlite3_system_errno() is set by few of the calls that fail for a reason of the system's. */
static _Thread_local int step_errno;

static const char memory_prefix[] = "file:/kumatop-";
static const char memory_suffix[] = "?vfs=memdb";

char *database_memory_name(void)
{
	static _Atomic unsigned count;

	return heap_print("%s%ld-%u%s", memory_prefix, (long)getpid(), atomic_fetch_add(&count, 1) + 1, memory_suffix);
}

bool database_is_memory(const char *path)
{
	size_t length = strlen(path), suffix = sizeof memory_suffix - 1;

	return strncmp(path, memory_prefix, sizeof memory_prefix - 1) == 0 && length > suffix
	    && strcmp(path + length - suffix, memory_suffix) == 0;
}

/* Whatever the file says of itself: its views call nothing that does something, and a reader writes nothing. */
static void distrust(sqlite3 *db, enum database_use use)
{
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, use == DATABASE_READ ? READER_BUSY_MS : WRITER_BUSY_MS);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (use == DATABASE_READ) {
		sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		sqlite3_wal_autocheckpoint(db, 0);
		database_run(db, "PRAGMA query_only = 1");
	}
}

sqlite3 *database_open(const char *path, enum database_use use, struct error *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | (use == DATABASE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
	char *name;
	sqlite3 *db;
	int code;

	if (database_is_memory(path)) {
		flags |= SQLITE_OPEN_URI | SQLITE_OPEN_READWRITE | (use == DATABASE_WRITE ? SQLITE_OPEN_CREATE : 0);
		flags &= ~SQLITE_OPEN_READONLY;
		name = heap_text(path);
	} else {
		/* What begins with "file:" is a name here; but what is attached later may be a URI. */
		flags |= use == DATABASE_WRITE ? SQLITE_OPEN_URI : 0;
		name = heap_print("%s%s", strncmp(path, "file:", 5) == 0 ? "./" : "", path);
	}
	code = sqlite3_open_v2(name, &db, flags, NULL);
	free(name);
	if (!db) {
		error_set(err, EXIT_INTERNAL, "%s: SQLite is out of memory", path);
		return NULL;
	}
	if (code != SQLITE_OK) {
		database_fail(db, err, path, "cannot be opened");
		sqlite3_close(db);
		return NULL;
	}
	distrust(db, use);
	return db;
}

/* What means something in a URI, written so that it does not. */
static char *escape_path(const char *path)
{
	char *out = heap_zero(strlen(path) * 3 + 1, 1), *at = out;

	for (; *path; path++) {
		if (strchr("%?#", *path)) {
			snprintf(at, 4, "%%%02X", (unsigned)(unsigned char)*path);
			at += 3;
		} else {
			*at++ = *path;
		}
	}
	return out;
}

char *database_uri(const char *path, const char *query)
{
	char *escaped = escape_path(path), *uri = heap_print("file:%s?%s", escaped, query);

	free(escaped);
	return uri;
}

sqlite3 *database_open_frozen(const char *path, struct error *err)
{
	char *wal = heap_print("%s-wal", path), *uri = NULL;
	sqlite3 *db = NULL;

	if (access(wal, F_OK) == 0) {
		error_set(err, EXIT_PERMISSION, "%s: cannot be read while its directory cannot be written, as %s has not been merged into it",
		    path, wal);
	} else {
		uri = database_uri(path, "immutable=1");
		if (sqlite3_open_v2(uri, &db, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) != SQLITE_OK) {
			database_fail(db, err, path, "cannot be read");
			sqlite3_close(db);
			db = NULL;
		} else {
			distrust(db, DATABASE_READ);
		}
	}
	free(uri);
	free(wal);
	return db;
}

void database_close(sqlite3 *db)
{
	int code = sqlite3_close(db);

	assert(code == SQLITE_OK);
	(void)code;
}

bool database_run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

bool database_number(sqlite3 *db, const char *sql, int64_t *number)
{
	sqlite3_stmt *statement;
	bool found;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return false;
	found = sqlite3_step(statement) == SQLITE_ROW;
	if (found)
		*number = sqlite3_column_int64(statement, 0);
	return sqlite3_finalize(statement) == SQLITE_OK && found;
}

bool database_finish(sqlite3_stmt *statement)
{
	errno = 0;
	sqlite3_step(statement);
	step_errno = errno;
	return sqlite3_reset(statement) == SQLITE_OK;
}

bool database_is_damage(int code)
{
	return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

static bool lives_in_memory(sqlite3 *db)
{
	char *vfs = NULL;
	bool yes = sqlite3_file_control(db, "main", SQLITE_FCNTL_VFSNAME, &vfs) == SQLITE_OK && vfs && strncmp(vfs, "memdb", 5) == 0;

	sqlite3_free(vfs);
	return yes;
}

static const char *input_output_cause(int reason)
{
	switch (reason) {
	case ENOSPC:
		return "disk full";
	case EDQUOT:
		return "disk quota used up";
	case EFBIG:
		return "file size limit reached";
	default:
		return NULL;
	}
}

const char *database_cause(sqlite3 *db, char *out, size_t size)
{
	int code = sqlite3_errcode(db) & 0xff;
	int reason = sqlite3_system_errno(db) ? sqlite3_system_errno(db) : step_errno;
	const char *known = NULL;

	switch (code) {
	case SQLITE_FULL:
		known = lives_in_memory(db) ? "no more room in memory" : "disk full";
		break;
	case SQLITE_READONLY:
		known = "the database is read-only";
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		known = "another program has locked the database";
		break;
	case SQLITE_CORRUPT:
		known = "the database is damaged";
		break;
	case SQLITE_NOTADB:
		known = "not an SQLite database";
		break;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		known = input_output_cause(reason);
		break;
	}
	if (known)
		text_copy(out, size, known);
	else if (reason != 0 && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN))
		snprintf(out, size, "%s: %s", sqlite3_errstr(code), strerror(reason));
	else
		text_copy(out, size, sqlite3_errmsg(db));
	return out;
}

static enum exit_code exit_code_of(sqlite3 *db)
{
	switch (sqlite3_errcode(db) & 0xff) {
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return EXIT_PERMISSION;
	case SQLITE_CANTOPEN:
		switch (sqlite3_system_errno(db)) {
		case ENOENT:
			return EXIT_UNAVAILABLE;
		case EACCES:
		case EPERM:
		case EROFS:
			return EXIT_PERMISSION;
		default:
			return EXIT_INPUT_OUTPUT;
		}
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EXIT_LOCKED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return EXIT_DATA;
	default:
		return EXIT_INPUT_OUTPUT;
	}
}

bool database_fail(sqlite3 *db, struct error *err, const char *path, const char *doing)
{
	char cause[256];

	return error_set(err, exit_code_of(db), "%s: %s: %s", path, doing, database_cause(db, cause, sizeof cause));
}
