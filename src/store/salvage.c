/* A damaged database, moved out of the way; what can be read of its monitors is carried over. */
#include "salvage.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

#include "database.h"
#include "rows.h"
#include "writer.h"

static char *free_name(const char *path)
{
	time_t now = (time_t)(unix_now_us() / SECOND_US);
	struct tm parts;
	char stamp[32];

	gmtime_r(&now, &parts);
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
	for (int i = 1;; i++) {
		char *name = i == 1 ? heap_print("%s.damaged-%s", path, stamp) : heap_print("%s.damaged-%s.%d", path, stamp, i);

		if (access(name, F_OK) != 0)
			return name;
		free(name);
	}
}

static bool move(const char *from, const char *to, const char *suffix, struct error *err)
{
	char *old = heap_print("%s%s", from, suffix), *new = heap_print("%s%s", to, suffix);
	bool good = rename(old, new) == 0 || errno == ENOENT;

	if (!good)
		error_errno(err, EXIT_INPUT_OUTPUT, "%s: is damaged, and cannot be moved to %s", old, new);
	free(old);
	free(new);
	return good;
}

/*
 * The log beside a database is found by its name, so it moves with it, and before it: if we are stopped half-way the next start
 * finds the damaged one still, and no log that it would take for a fresh one's.
 */
bool salvage_move(struct salvage *salvage, const char *path, struct error *err)
{
	static const char *const files[] = { "-wal", "-shm", "" };
	char *name = free_name(path);

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (move(path, name, files[i], err))
			continue;
		while (i-- > 0)
			move(name, path, files[i], NULL);
		free(name);
		return false;
	}
	salvage->moved_to = name;
	return true;
}

static void read_monitors(struct salvage *salvage, sqlite3 *db)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(db, "SELECT " ROWS_MONITOR_COLUMNS " FROM monitor WHERE removed = 0", -1, &statement, NULL) != SQLITE_OK)
		return;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		struct kept_monitor monitor = rows_read_monitor(statement);

		if (monitor.id <= 0 || !*monitor.name || !text_is_clean(monitor.name) || !*monitor.kind) {
			kept_monitor_finish(&monitor);
			continue;
		}
		salvage->monitors = heap_resize(salvage->monitors, salvage->monitor_count + 1, sizeof *salvage->monitors);
		salvage->monitors[salvage->monitor_count++] = monitor;
	}
	sqlite3_finalize(statement);
}

static void read_standings(struct salvage *salvage, sqlite3 *db)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(db, "SELECT " ROWS_STANDING_COLUMNS " FROM monitor_state", -1, &statement, NULL) != SQLITE_OK)
		return;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		struct kept_standing standing = rows_standing(statement);

		salvage->standings = heap_resize(salvage->standings, salvage->standing_count + 1, sizeof *salvage->standings);
		salvage->standings[salvage->standing_count++] = standing;
	}
	sqlite3_finalize(statement);
}

void salvage_read(struct salvage *salvage)
{
	sqlite3 *db = database_open(salvage->moved_to, DATABASE_READ, NULL);

	if (!db)
		return;
	/* Lets a file be read that is shorter than it says, and tables beside a broken one. */
	database_run(db, "PRAGMA writable_schema = 1");
	read_monitors(salvage, db);
	read_standings(salvage, db);
	database_close(db);
}

bool salvage_write(const struct salvage *salvage, struct writer *writer)
{
	bool good = writer_begin(writer);

	for (size_t i = 0; good && i < salvage->monitor_count; i++)
		good = writer_monitor(writer, &salvage->monitors[i]);
	for (size_t i = 0; good && i < salvage->standing_count; i++)
		good = writer_standing(writer, &salvage->standings[i]);
	return good && writer_commit(writer);
}

void salvage_finish(struct salvage *salvage)
{
	for (size_t i = 0; i < salvage->monitor_count; i++)
		kept_monitor_finish(&salvage->monitors[i]);
	free(salvage->monitors);
	free(salvage->standings);
	free(salvage->moved_to);
	*salvage = (struct salvage){ 0 };
}
