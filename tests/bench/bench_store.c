/*
 * What keeping a beat costs: CPU and bytes, through the store's thread, against bare SQLite that inserts the same rows into a table
 * without an index. 1,000 monitors of a minute, and more than an hour of history before what is measured begins: a fresh database is
 * small enough to flatter. Then what is done with them afterwards: packed by the hour, rolled up, deleted from the tail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "kumatop/heap.h"
#include "kumatop/store.h"
#include "kumatop/when.h"
#include "made.h"
#include "measure.h"
#include "reference.h"

enum { ROUNDS = 3, MONITORS = 1000, INTERVAL_MS = 60000, BEFORE = 100000, PER_COMMIT = 12, COMMITS = 150, COMMIT_MS = 4, SETTLE_MS = 300000, WAITING_MOST = 200000 };

struct task {
	bool bare;
	unsigned scale;
};

enum figure { BULK_CPU, PACED_CPU, PACED_BYTES, ALL_BYTES, SINGLE_BYTES, DISK_BYTES, FIGURES };

/* Of now, or days old: those are packed at once. */
static void send(struct store *store, size_t from, size_t to, bool now)
{
	for (size_t i = from; i < to; i++) {
		struct beat beat = made_beat(i, MONITORS, INTERVAL_MS);

		if (now)
			beat.time_us = unix_now_us();
		store_beat(store, &beat);
	}
}

/* The store commits what has come when the first of it is so old, so that beats sent together are a commit. */
static void send_paced(struct store *store, size_t commits, size_t per_commit)
{
	for (size_t i = 0; i < commits; i++) {
		send(store, BEFORE + i * per_commit, BEFORE + (i + 1) * per_commit, true);
		pause_ms(2 * COMMIT_MS);
	}
}

static double size_of(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? (double)info.st_size : -1;
}

static double number_in(const char *path, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	double number = -1;
	sqlite3 *db;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK && sqlite3_busy_timeout(db, 5000) == SQLITE_OK
	    && sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_double(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

/* Until nothing is left to be packed; the beats are days old. */
static bool settle(const char *path, double *bytes)
{
	struct store_settings settings = { .path = path, .flush_ms = 1000, .waiting_most = WAITING_MOST };
	struct error err;
	struct store *store = store_open(&settings, &err, NULL);
	long written = process_io(getpid(), "wchar");
	struct mono end = mono_add_ms(mono_now(), SETTLE_MS);
	bool good = store && store_start(store, &err);

	while (good && number_in(path, "SELECT EXISTS (SELECT 1 FROM beat_tail)") != 0 && mono_now().us < end.us)
		pause_ms(200);
	good = good && store_stop(store, 60000) && number_in(path, "SELECT count(*) FROM beat_tail") == 0;
	store_close(store);
	*bytes = (double)(process_io(getpid(), "wchar") - written);
	return good;
}

/* The pages of packed beats, as full as they are. */
static double packed_size(const char *path)
{
	return number_in(path, "SELECT sum(pgsize) FROM dbstat WHERE name = 'beat_chunk'");
}

static bool keep(const char *path, int64_t flush_ms, size_t commits, size_t per_commit, double *cpu_us, double *bytes)
{
	struct store_settings settings = { .path = path, .flush_ms = flush_ms, .waiting_most = WAITING_MOST };
	struct error err;
	double cpu = cpu_spent_us();
	struct store *store = store_open(&settings, &err, NULL);
	long written = process_io(getpid(), "wchar");
	bool good;

	if (!store || !store_start(store, &err)) {
		fprintf(stderr, "bench: %s\n", err.text);
		return false;
	}
	if (commits)
		send_paced(store, commits, per_commit);
	else
		send(store, 0, BEFORE, false);
	good = store_stop(store, 60000);
	store_close(store);
	*cpu_us = cpu_spent_us() - cpu;
	if (bytes)
		*bytes = (double)(process_io(getpid(), "wchar") - written);
	return good;
}

static bool keep_with_kumatop(const char *path, size_t commits, double *figures)
{
	double cpu_us;

	if (!keep(path, 1000, 0, 0, &figures[BULK_CPU], NULL) || !settle(path, &figures[ALL_BYTES]))
		return false;
	figures[DISK_BYTES] = packed_size(path);
	return keep(path, COMMIT_MS, commits, PER_COMMIT, &figures[PACED_CPU], &figures[PACED_BYTES])
	    && keep(path, COMMIT_MS, commits, 1, &cpu_us, &figures[SINGLE_BYTES]);
}

static bool keep_barely(const char *path, size_t commits, double *figures)
{
	struct insertion bulk = { 0, BEFORE, MONITORS, 1000, INTERVAL_MS, 0 };
	struct insertion paced = { BEFORE, commits * PER_COMMIT, MONITORS, PER_COMMIT, INTERVAL_MS, 2 * COMMIT_MS };
	double cpu = cpu_spent_us();
	void *opened = reference_sqlite_open(path);
	long written;

	if (!opened || !reference_sqlite_insert(opened, &bulk) || !reference_sqlite_close(opened))
		return false;
	figures[BULK_CPU] = cpu_spent_us() - cpu;
	figures[DISK_BYTES] = size_of(path);
	cpu = cpu_spent_us();
	written = process_io(getpid(), "wchar");
	opened = reference_sqlite_again(path);
	if (!opened || !reference_sqlite_insert(opened, &paced) || !reference_sqlite_close(opened))
		return false;
	figures[PACED_CPU] = cpu_spent_us() - cpu;
	figures[PACED_BYTES] = (double)(process_io(getpid(), "wchar") - written);
	figures[ALL_BYTES] = figures[SINGLE_BYTES] = 0;
	return true;
}

static bool work(const void *arg, double *figures)
{
	const struct task *task = arg;
	size_t commits = COMMITS * (size_t)task->scale;
	char *path = heap_print("%s/store-%ld.db", getenv("WORK"), (long)getpid());
	bool good = task->bare ? keep_barely(path, commits, figures) : keep_with_kumatop(path, commits, figures);

	(void)unlink(path);
	free(path);
	figures[BULK_CPU] /= BEFORE;
	figures[DISK_BYTES] /= BEFORE;
	figures[PACED_CPU] /= (double)(commits * PER_COMMIT);
	figures[PACED_BYTES] /= (double)(commits * PER_COMMIT);
	figures[SINGLE_BYTES] /= (double)commits;
	figures[ALL_BYTES] = figures[ALL_BYTES] / BEFORE + figures[PACED_BYTES];
	return good;
}

int main(int argc, char **argv)
{
	static const struct row rows[FIGURES] = {
		[BULK_CPU] = { "beat kept, 1,000 a commit / bare SQLite", "us", NO_BUDGET, 0, "CPU" },
		[PACED_CPU] = { "beat kept, 12 a commit / bare SQLite", "us", NO_BUDGET, 0, "CPU" },
		[PACED_BYTES] = { "written a beat, 12 a commit / bare SQLite", "B", NO_BUDGET, 0, "until it is in the tail" },
		[ALL_BYTES] = { "  with packing and roll-ups", "B", VALUE_UNDER, 600, "1,000 monitors of a minute" },
		[SINGLE_BYTES] = { "  one a commit", "B", NO_BUDGET, 0, "30 monitors of a minute; until it is in the tail" },
		[DISK_BYTES] = { "beat on disk, packed / bare SQLite", "B", VALUE_UNDER, 16, "with all phases" },
	};
	unsigned scale = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
	struct rounds rounds[FIGURES] = { 0 };

	if (!row_wanted("beat") || !getenv("WORK"))
		return 0;
	for (int i = 0; i < ROUNDS; i++) {
		double bare[FIGURES], ours[FIGURES];

		if (!figures_of(work, &(struct task){ true, scale }, bare, FIGURES)
		    || !figures_of(work, &(struct task){ false, scale }, ours, FIGURES)) {
			row_absent("beat kept", "no database could be made");
			return 1;
		}
		for (int j = 0; j < FIGURES; j++)
			rounds_add(&rounds[j], ours[j], j == SINGLE_BYTES || j == ALL_BYTES ? 0 : bare[j]);
	}
	for (int j = 0; j < FIGURES; j++)
		row_print(&rows[j], &rounds[j]);
	return 0;
}
