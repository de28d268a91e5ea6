/*
 * The tables. The SQL itself is src/assets/schema.sql and upgrade-N.sql, embedded here.
 */
#include "schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/beat.h"
#include "kumatop/heap.h"
#include "kumatop/judge.h"
#include "kumatop/outcome.h"

#include "database.h"

static const char sql[] = ""
#include "assets/schema.sql.inc"
;

static const char to_2[] = ""
#include "assets/upgrade-2.sql.inc"
;

const struct schema_step schema_steps[] = { { 1, to_2 } };
const size_t schema_step_count = sizeof schema_steps / sizeof *schema_steps;

bool schema_create(sqlite3 *db, const char *path, struct error *err)
{
	if (database_run(db, "BEGIN IMMEDIATE") && database_run(db, sql) && database_run(db, "COMMIT"))
		return true;
	database_fail(db, err, path, "cannot make the tables");
	database_run(db, "ROLLBACK");
	return false;
}

static char *free_name(const char *path, int version, struct error *err)
{
	for (int i = 1; i < 100; i++) {
		char *name = i == 1 ? heap_print("%s.v%d", path, version) : heap_print("%s.v%d.%d", path, version, i);

		if (access(name, F_OK) != 0)
			return name;
		free(name);
	}
	error_set(err, EXIT_INPUT_OUTPUT, "%s.v%d: there are too many old copies: move them away", path, version);
	return NULL;
}

/* An empty file that only we may read, for SQLite to fill: it would make it with the process's umask. What a start left that was killed goes. */
static bool make_private(const char *name)
{
	return (unlink(name) == 0 || errno == ENOENT) && mknod(name, S_IFREG | 0600, 0) == 0;
}

/* SQLite does not wait for the disk when it makes a copy. Of a file that nobody has open. */
static bool sync_file(const char *name)
{
	int file = open(name, O_RDONLY | O_CLOEXEC);
	bool good = file >= 0 && fsync(file) == 0;

	if (file >= 0)
		close(file);
	return good;
}

static bool vacuum_into(sqlite3 *db, const char *name)
{
	sqlite3_stmt *statement = NULL;
	bool good = sqlite3_prepare_v2(db, "VACUUM INTO ?1", -1, &statement, NULL) == SQLITE_OK
	    && sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) == SQLITE_OK && database_finish(statement);

	sqlite3_finalize(statement);
	return good;
}

/* Whatever has the name of a copy is all of it. */
static char *copy_old(sqlite3 *db, const char *path, int version, struct error *err)
{
	char *name = free_name(path, version, err), *part = heap_print("%s.v%d.part", path, version);

	if (!name) {
		free(part);
		return NULL;
	}
	if (!make_private(part))
		error_errno(err, EXIT_INPUT_OUTPUT, "%s: cannot keep a copy of the old database", part);
	else if (!vacuum_into(db, part))
		database_fail(db, err, name, "cannot keep a copy of the old database");
	else if (!sync_file(part) || rename(part, name) != 0)
		error_errno(err, EXIT_INPUT_OUTPUT, "%s: cannot keep a copy of the old database", name);
	else
		goto done;
	unlink(part);
	free(name);
	name = NULL;
done:
	free(part);
	return name;
}

static const struct schema_step *find_step(const struct schema_step *steps, size_t count, int from)
{
	for (size_t i = 0; i < count; i++)
		if (steps[i].from == from)
			return &steps[i];
	return NULL;
}

static bool take_step(sqlite3 *db, const struct schema_step *step)
{
	char version[64];

	snprintf(version, sizeof version, "PRAGMA user_version = %d", step->from + 1);
	return database_run(db, step->sql) && database_run(db, version);
}

static bool take_steps(sqlite3 *db, const char *path, const struct schema_step *steps, size_t count, int from, int newest,
    struct error *err)
{
	if (!database_run(db, "BEGIN IMMEDIATE"))
		return database_fail(db, err, path, "cannot be brought up to date");
	for (int version = from; version < newest; version++) {
		const struct schema_step *step = find_step(steps, count, version);

		if (!step) {
			database_run(db, "ROLLBACK");
			return error_set(err, EXIT_DATA, "%s: schema %d is too old for this kumatop", path, version);
		}
		if (!take_step(db, step)) {
			database_fail(db, err, path, "cannot be brought up to date");
			database_run(db, "ROLLBACK");
			return false;
		}
	}
	if (database_run(db, "COMMIT"))
		return true;
	database_fail(db, err, path, "cannot be brought up to date");
	database_run(db, "ROLLBACK");
	return false;
}

bool schema_upgrade(sqlite3 *db, const char *path, const struct schema_step *steps, size_t count, int newest, char **copy,
    struct error *err)
{
	int64_t version;

	*copy = NULL;
	if (!database_number(db, "PRAGMA user_version", &version))
		return database_fail(db, err, path, "cannot be read");
	if (version >= newest)
		return true;
	if (!database_is_memory(path)) {
		*copy = copy_old(db, path, (int)version, err);
		if (!*copy)
			return false;
	}
	if (take_steps(db, path, steps, count, (int)version, newest, err))
		return true;
	/* The old database is whole as it is; one copy more at each start would fill the disk. */
	if (*copy)
		unlink(*copy);
	free(*copy);
	*copy = NULL;
	return false;
}

static bool put_word(sqlite3_stmt *statement, const char *what, int number, const char *word)
{
	return sqlite3_bind_text(statement, 1, what, -1, SQLITE_STATIC) == SQLITE_OK
	    && sqlite3_bind_int(statement, 2, number) == SQLITE_OK
	    && sqlite3_bind_text(statement, 3, word, -1, SQLITE_STATIC) == SQLITE_OK && database_finish(statement);
}

static bool put_words(sqlite3_stmt *statement)
{
	bool good = true;

	for (int i = 0; good && i < STATE_COUNT; i++)
		good = put_word(statement, "state", i, state_word(i));
	for (int i = 0; good && i < VERDICT_COUNT; i++)
		good = put_word(statement, "verdict", i, verdict_word((enum verdict)i));
	for (int i = 0; good && i < OUTCOME_COUNT; i++)
		good = put_word(statement, "outcome", i, outcome_row(i)->word);
	for (int i = EVENT_STATE; good && i <= EVENT_LAST; i++)
		good = put_word(statement, "event", i, event_word((enum event_kind)i));
	return good;
}

bool schema_put_words(sqlite3 *db, const char *path, struct error *err)
{
	sqlite3_stmt *statement = NULL;
	bool good = sqlite3_prepare_v2(db, "INSERT INTO word (what, number, word) VALUES (?1, ?2, ?3) ON CONFLICT (what, number)"
	    " DO UPDATE SET word = excluded.word WHERE word <> excluded.word", -1, &statement, NULL) == SQLITE_OK
	    && database_run(db, "BEGIN IMMEDIATE") && put_words(statement) && database_run(db, "COMMIT");

	if (!good)
		database_fail(db, err, path, "cannot be written");
	sqlite3_finalize(statement);
	if (!good && !sqlite3_get_autocommit(db))
		database_run(db, "ROLLBACK");
	return good;
}
