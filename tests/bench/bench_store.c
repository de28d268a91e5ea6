/*
 * What keeping a beat costs: CPU and bytes, through the store's thread, against bare SQLite that inserts the same rows into a table
 * without an index. 1,000 monitors of a minute, and more than an hour of history before what is measured begins: a fresh database is
 * small enough to flatter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/store.h"
#include "made.h"
#include "measure.h"
#include "reference.h"

enum { ROUNDS = 3, MONITORS = 1000, INTERVAL_MS = 60000, BEFORE = 100000, PER_COMMIT = 12, COMMITS = 150, COMMIT_MS = 4, WAITING_MOST = 200000 };

struct task {
	bool bare;
	unsigned scale;
};

enum figure { BULK_CPU, PACED_CPU, PACED_BYTES, DISK_BYTES, FIGURES };

static void send(struct store *store, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		struct beat beat = made_beat(i, MONITORS, INTERVAL_MS);

		store_beat(store, &beat);
	}
}

/* The store commits what has come when the first of it is so old, so that beats sent together are a commit. */
static void send_paced(struct store *store, size_t commits)
{
	for (size_t i = 0; i < commits; i++) {
		send(store, BEFORE + i * PER_COMMIT, BEFORE + (i + 1) * PER_COMMIT);
		pause_ms(2 * COMMIT_MS);
	}
}

static double size_of(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? (double)info.st_size : -1;
}

static bool keep(const char *path, int64_t flush_ms, size_t commits, double *cpu_us, double *bytes)
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
		send_paced(store, commits);
	else
		send(store, 0, BEFORE);
	good = store_stop(store, 60000);
	store_close(store);
	*cpu_us = cpu_spent_us() - cpu;
	if (bytes)
		*bytes = (double)(process_io(getpid(), "wchar") - written);
	return good;
}

static bool keep_with_kumatop(const char *path, size_t commits, double *figures)
{
	if (!keep(path, 1000, 0, &figures[BULK_CPU], NULL))
		return false;
	figures[DISK_BYTES] = size_of(path);
	return keep(path, COMMIT_MS, commits, &figures[PACED_CPU], &figures[PACED_BYTES]);
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
	return good;
}

int main(int argc, char **argv)
{
	static const struct row rows[FIGURES] = {
		[BULK_CPU] = { "beat kept, 1,000 a commit / bare SQLite", "us", NO_BUDGET, 0, "CPU" },
		[PACED_CPU] = { "beat kept, 12 a commit / bare SQLite", "us", NO_BUDGET, 0, "CPU" },
		[PACED_BYTES] = { "written a beat, 12 a commit / bare SQLite", "B", VALUE_UNDER, 600, NULL },
		[DISK_BYTES] = { "beat on disk, not packed / bare SQLite", "B", NO_BUDGET, 0, "under 16 B once packed" },
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
			rounds_add(&rounds[j], ours[j], bare[j]);
	}
	for (int j = 0; j < FIGURES; j++)
		row_print(&rows[j], &rounds[j]);
	return 0;
}
