/*
 * Is it ours, do we understand it, is it sound? All over a read-only connection: what is refused is left as it was.
 */
#include "inspect.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"

#include "database.h"
#include "schema.h"

enum { CHECK_WHOLE_MOST = 64 * 1024 * 1024 };	/* bytes: reads at start-up for well under a second */

static enum finding refuse(sqlite3 *db, const char *path, struct error *err)
{
	if ((sqlite3_errcode(db) & 0xff) == SQLITE_NOTADB)
		error_set(err, EXIT_DATA, "%s: is no kumatop database, nor any SQLite database: name another file, or move this one away",
		    path);
	else
		database_fail(db, err, path, "cannot be read");
	return FOUND_REFUSED;
}

enum finding inspect_identity(sqlite3 *db, const char *path, struct error *err)
{
	int64_t application, version, tables;

	if (!database_number(db, "PRAGMA application_id", &application) || !database_number(db, "PRAGMA user_version", &version))
		return refuse(db, path, err);
	if (application == 0 && version == 0 && database_number(db, "SELECT count(*) FROM sqlite_schema", &tables) && tables == 0)
		return FOUND_NOTHING;
	if (application != DATABASE_APPLICATION) {
		error_set(err, EXIT_DATA, "%s: is another program's database, not kumatop's: name another file", path);
		return FOUND_REFUSED;
	}
	if (version > SCHEMA_VERSION) {
		error_set(err, EXIT_DATA, "%s: was made by a newer kumatop (schema %lld; this one, %s, knows up to %d): use that version, or"
		    " name another file", path, (long long)version, KUMATOP_VERSION, SCHEMA_VERSION);
		return FOUND_REFUSED;
	}
	return FOUND_OURS;
}

/* Whether ours: a file cut short, or with a broken table of tables, still shows its header this way. */
static enum finding identify(const char *path, struct error *err)
{
	sqlite3 *db = database_open(path, DATABASE_READ, err);
	enum finding finding = FOUND_REFUSED;

	if (!db)
		return FOUND_REFUSED;
	if (database_run(db, "PRAGMA writable_schema = 1"))
		finding = inspect_identity(db, path, err);
	else
		refuse(db, path, err);
	database_close(db);
	return finding;
}

/* Runs a check that answers "ok" or says what is wrong, or any statement that walks through what it reads. */
static bool passes(sqlite3 *db, const char *sql, char *complaint, size_t size)
{
	sqlite3_stmt *statement;
	bool good = true;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		goto failed;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const unsigned char *text = sqlite3_column_text(statement, 0);

		if (sqlite3_column_type(statement, 0) != SQLITE_TEXT || !text || strcmp((const char *)text, "ok") == 0 || !good)
			continue;
		good = false;
		snprintf(complaint, size, "%s", (const char *)text);
		complaint[strcspn(complaint, "\n")] = '\0';
	}
	if (sqlite3_finalize(statement) == SQLITE_OK)
		return good;
failed:
	database_cause(db, complaint, size);
	return false;
}

/*
 * All of a small database. Of a large one, that would take minutes: what kumatop cannot live without, and both ends of the
 * streams that it appends to.
 */
enum finding inspect_soundness(sqlite3 *db, const char *path, struct error *err)
{
	static const char *const whole[] = { "PRAGMA quick_check(1)" };
	static const char *const parts[] = {
		"SELECT count(*) FROM sqlite_schema",
		"PRAGMA quick_check(monitor)",
		"PRAGMA quick_check(monitor_state)",
		"PRAGMA quick_check(run)",
		"PRAGMA quick_check(meta)",
		"PRAGMA quick_check(outbox)",
		"SELECT * FROM (SELECT seq, monitor, time_us, address FROM beat_tail ORDER BY seq DESC LIMIT 1000)",
		"SELECT * FROM (SELECT seq, monitor, time_us, address FROM beat_tail ORDER BY seq LIMIT 1000)",
		"SELECT * FROM (SELECT id, time_us, incident FROM event ORDER BY id DESC LIMIT 1000)",
		"SELECT * FROM (SELECT id, used_us FROM text ORDER BY id DESC LIMIT 1000)",
		"SELECT * FROM (SELECT hour, monitor, count FROM beat_chunk ORDER BY hour DESC, monitor DESC LIMIT 1000)",
		"SELECT * FROM (SELECT hour, monitor, count FROM beat_chunk ORDER BY hour, monitor LIMIT 1000)",
		"SELECT * FROM (SELECT start_us, monitor, answers FROM beat_5min ORDER BY start_us DESC, monitor DESC LIMIT 1000)",
		"SELECT * FROM (SELECT start_us, monitor, answers FROM beat_hour ORDER BY start_us DESC, monitor DESC LIMIT 1000)",
		"SELECT * FROM (SELECT start_us, monitor, answers FROM beat_day ORDER BY start_us DESC, monitor DESC LIMIT 1000)",
	};
	int64_t pages = 0, page_size = 0;
	bool small = !database_number(db, "PRAGMA page_count", &pages) || !database_number(db, "PRAGMA page_size", &page_size)
	    || pages * page_size < CHECK_WHOLE_MOST;
	const char *const *checks = small ? whole : parts;
	size_t count = small ? sizeof whole / sizeof *whole : sizeof parts / sizeof *parts;
	char complaint[256] = "";

	for (size_t i = 0; i < count; i++) {
		int code;

		if (passes(db, checks[i], complaint, sizeof complaint))
			continue;
		code = sqlite3_errcode(db);
		/* A disk that cannot be read now is no damage: moving the file away would not help. */
		if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ERROR && !database_is_damage(code)) {
			database_fail(db, err, path, "cannot be read");
			return FOUND_REFUSED;
		}
		error_set(err, EXIT_DATA, "%s: is damaged: %s", path, complaint);
		return FOUND_DAMAGED;
	}
	return FOUND_OURS;
}

static bool may_write(const char *path, struct error *err)
{
	char *directory = heap_text(path), *slash = strrchr(directory, '/');
	bool good = true;

	if (slash)
		slash[slash == directory ? 1 : 0] = '\0';
	if (access(path, R_OK | W_OK) != 0)
		good = error_errno(err, EXIT_PERMISSION, "%s: kumatop may not read and write it", path);
	else if (access(slash ? directory : ".", W_OK | X_OK) != 0)
		good = error_errno(err, EXIT_PERMISSION, "%s: kumatop may not write in the directory, which a database needs", path);
	free(directory);
	return good;
}

enum finding inspect_file(const char *path, struct error *err)
{
	enum finding finding;
	struct stat info;
	sqlite3 *db;

	if (stat(path, &info) != 0) {
		if (errno == ENOENT)
			return FOUND_NOTHING;
		error_errno(err, errno == EACCES ? EXIT_PERMISSION : EXIT_INPUT_OUTPUT, "%s: cannot be looked at", path);
		return FOUND_REFUSED;
	}
	if (!S_ISREG(info.st_mode)) {
		error_set(err, EXIT_DATA, "%s: is %s, not a file: name a file for the database", path,
		    S_ISDIR(info.st_mode) ? "a directory" : "a device or the like");
		return FOUND_REFUSED;
	}
	if (!may_write(path, err))
		return FOUND_REFUSED;
	finding = identify(path, err);
	if (finding != FOUND_OURS)
		return finding;
	db = database_open(path, DATABASE_READ, err);
	if (!db)
		return FOUND_REFUSED;
	finding = inspect_soundness(db, path, err);
	database_close(db);
	return finding;
}
