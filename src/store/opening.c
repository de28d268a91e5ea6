/*
 * From a path to a connection that can be written to: refused, made, brought up to date, or begun afresh beside a damaged one.
 */
#include "opening.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"

#include "database.h"
#include "inspect.h"
#include "salvage.h"
#include "schema.h"

static bool cannot_make(struct error *err, int reason, const char *path, const char *directory)
{
	enum exit_code code = reason == EACCES || reason == EPERM || reason == EROFS ? EXIT_PERMISSION : EXIT_INPUT_OUTPUT;

	errno = reason;
	if (directory)
		return error_errno(err, code, "%s: cannot make the directory %s", path, directory);
	return error_errno(err, code, "%s: cannot be made", path);
}

bool opening_make_parents(const char *path, struct error *err)
{
	char *copy = heap_text(path);
	bool good = true;

	for (char *slash = strchr(copy + 1, '/'); good && slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		/* An existing one may refuse and still lead where we want to go. */
		if (mkdir(copy, 0700) != 0 && errno != EEXIST) {
			int reason = errno;

			if (access(copy, F_OK) != 0)
				good = cannot_make(err, reason, path, copy);
		}
		*slash = '/';
	}
	free(copy);
	return good;
}

/*
 * mknod() and not open(): no descriptor of a database may ever be closed by other hands than SQLite's. An empty file that is there
 * already becomes as private as one of our own: what servers answer goes in.
 */
static bool make_file(const char *path, struct error *err)
{
	if (mknod(path, S_IFREG | 0600, 0) == 0)
		return true;
	if (errno != EEXIST)
		return cannot_make(err, errno, path, NULL);
	return chmod(path, 0600) == 0 || error_errno(err, EXIT_PERMISSION, "%s: is there already and cannot be made private", path);
}

static int note_wal(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct store *store = arg;

	store->wal_pages = pages;
	return SQLITE_OK;
}

static bool is_wal(sqlite3 *db)
{
	sqlite3_stmt *statement;
	bool yes = false;

	if (sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &statement, NULL) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		yes = sqlite3_stricmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
	return sqlite3_finalize(statement) == SQLITE_OK && yes;
}

/* auto_vacuum and page_size count only in a database that is still empty. Some builds overwrite what is deleted: bytes for nothing. */
static bool set_up(struct store *store, struct error *err)
{
	sqlite3 *db = store->db;

	if (sqlite3_db_readonly(db, "main") != 0)
		return error_set(err, EXIT_PERMISSION, "%s: can only be read", store->path);
	if (!database_run(db, "PRAGMA page_size = 2048; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = NORMAL;"
	    "PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096"))
		return database_fail(db, err, store->path, "cannot be used");
	if (store->in_memory && !database_run(db, "PRAGMA journal_mode = MEMORY"))
		return database_fail(db, err, store->path, "cannot be used");
	if (!store->in_memory && !is_wal(db)) {
		if (sqlite3_errcode(db) == SQLITE_OK)
			return error_set(err, EXIT_INPUT_OUTPUT, "%s: its file system cannot hold a database that is read while it is"
			    " written (a network file system?): name a file on a local disk", store->path);
		return database_fail(db, err, store->path, "cannot be written");
	}
	sqlite3_wal_hook(db, note_wal, store);
	return true;
}

static bool bring_up(struct store *store, struct error *err, char **notice)
{
	int64_t version = 0;
	char *copy;

	if (!database_number(store->db, "PRAGMA user_version", &version))
		return database_fail(store->db, err, store->path, "cannot be read");
	if (version == 0)
		return schema_create(store->db, store->path, err);
	if (!schema_upgrade(store->db, store->path, schema_steps, schema_step_count, SCHEMA_VERSION, &copy, err))
		return false;
	if (copy && notice)
		*notice = heap_print("%s: brought up to date from schema %lld; the old one is kept as %s", store->path, (long long)version,
		    copy);
	free(copy);
	return true;
}

static bool open_and_prepare(struct store *store, struct error *err, char **notice)
{
	store->db = database_open(store->path, DATABASE_WRITE, err);
	if (!store->db || !set_up(store, err) || !bring_up(store, err, notice) || !schema_put_words(store->db, store->path, err))
		return false;
	store->writer = writer_create(store->db);
	if (store->writer)
		store->packing = packing_create(store->db, store->writer);
	return store->packing || database_fail(store->db, err, store->path, "cannot be used");
}

static bool begin_afresh(struct store *store, const char *why, struct error *err, char **notice)
{
	struct salvage salvage = { 0 };
	bool good = salvage_move(&salvage, store->path, err);

	if (good) {
		salvage_read(&salvage);
		good = make_file(store->path, err) && open_and_prepare(store, err, NULL);
	}
	if (good && !salvage_write(&salvage, store->writer)) {
		good = database_fail(store->db, err, store->path, "cannot be written");
		writer_rollback(store->writer);
	}
	if (good && notice)
		*notice = heap_print("%s; it was moved to %s, and a fresh one begun with the %zu monitors that could be read from it", why,
		    salvage.moved_to, salvage.monitor_count);
	if (!good && salvage.moved_to)
		error_prefix(err, "%s; it was moved to %s", why, salvage.moved_to);
	salvage_finish(&salvage);
	return good;
}

/*
 * Where a link leads: what is moved away and what lies beside it is the database's, not the link's. And the whole of it, so that
 * readers find it after a change of directory.
 */
static void resolve(struct store *store)
{
	char *real = realpath(store->path, NULL);

	if (!real)
		return;
	free(store->path);
	store->path = real;
}

bool opening_open(struct store *store, const char *path, struct error *err, char **notice)
{
	struct error found = { 0 };

	if (!path) {
		store->in_memory = true;
		store->path = database_memory_name();
		return open_and_prepare(store, err, notice);
	}
	store->path = heap_text(path);
	resolve(store);
	switch (inspect_file(store->path, &found)) {
	case FOUND_NOTHING:
		if (!opening_make_parents(store->path, err) || !make_file(store->path, err))
			return false;
		resolve(store);
		return open_and_prepare(store, err, notice);
	case FOUND_OURS:
		return open_and_prepare(store, err, notice);
	case FOUND_DAMAGED:
		if (store->later_path)
			break;
		return begin_afresh(store, found.text, err, notice);
	case FOUND_REFUSED:
		break;
	}
	if (err)
		*err = found;
	return false;
}
