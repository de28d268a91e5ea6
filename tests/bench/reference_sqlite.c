/* Rows into one table of one database, and nothing else; see reference.h. */
#include "reference.h"

#include <sqlite3.h>
#include <stddef.h>

#include "made.h"
#include "measure.h"

static bool run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

void *reference_sqlite_again(const char *path)
{
	sqlite3 *db;

	return sqlite3_open(path, &db) == SQLITE_OK && run(db, "PRAGMA journal_mode = WAL") && run(db, "PRAGMA synchronous = NORMAL") ? db : NULL;
}

void *reference_sqlite_open(const char *path)
{
	sqlite3 *db = reference_sqlite_again(path);

	if (!db || !run(db, "CREATE TABLE beat (seq INTEGER PRIMARY KEY, monitor, time_us, reach_ms, state, verdict, outcome, code, name_us,"
	    " connect_us, tls_us, first_byte_us, transfer_us, total_us, cert_expires_us, detail, address)"))
		return NULL;
	return db;
}

static bool insert(sqlite3_stmt *statement, const struct beat *beat, size_t number)
{
	const sqlite3_int64 values[] = {
		beat->monitor, beat->time_us, beat->reach_ms, beat->state, beat->verdict, beat->outcome, beat->code, beat->phase_us[0],
		beat->phase_us[1], beat->phase_us[2], beat->phase_us[3], beat->phase_us[4], beat->phase_us[5], beat->cert_expires_us,
		1, (sqlite3_int64)(number % 16 + 2),
	};
	bool good = true;

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		good = good && sqlite3_bind_int64(statement, (int)i + 1, values[i]) == SQLITE_OK;
	return good && sqlite3_step(statement) == SQLITE_DONE && sqlite3_reset(statement) == SQLITE_OK;
}

bool reference_sqlite_insert(void *opened, const struct insertion *work)
{
	sqlite3 *db = opened;
	sqlite3_stmt *statement;
	bool good = sqlite3_prepare_v2(db, "INSERT INTO beat VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", -1,
	    &statement, NULL) == SQLITE_OK;

	for (size_t i = 0; good && i < work->beats; i++) {
		struct beat beat = made_beat(work->first + i, work->monitors, work->interval_ms);

		if (i % work->per_commit == 0)
			good = run(db, "BEGIN IMMEDIATE");
		good = good && insert(statement, &beat, work->first + i);
		if (good && (i % work->per_commit == work->per_commit - 1 || i == work->beats - 1))
			good = run(db, "COMMIT");
		if (work->pause_ms && i % work->per_commit == work->per_commit - 1)
			pause_ms(work->pause_ms);
	}
	return sqlite3_finalize(statement) == SQLITE_OK && good;
}

bool reference_sqlite_close(void *opened)
{
	return sqlite3_close(opened) == SQLITE_OK;
}
