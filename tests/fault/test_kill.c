/*
 * kill -9 at any moment: the database is sound, and nothing is gone that anybody had seen in it.
 *
 * The child writes as an engine does (routine beats all the time, now and then a change), and what a reader of its own sees
 * committed it reports through a pipe. What was reported has to be there after the kill; the next child goes on from it.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "../lib/await.h"
#include "../lib/fault.h"
#include "../lib/keeping.h"
#include "../lib/scratch.h"

enum { MONITORS = 7 };

/* The last one written: what is old may have been packed by now. */
static const char last_sql[] = "SELECT max(coalesce((SELECT max(seq) FROM beat_tail), 0),"
	" coalesce((SELECT value FROM meta WHERE key = 'packed_seq'), 0))";

struct committed {
	int64_t beats, events;
};

static bool count(sqlite3 *db, const char *sql, int64_t *number)
{
	sqlite3_stmt *statement;
	bool good;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return false;
	good = sqlite3_step(statement) == SQLITE_ROW;
	if (good)
		*number = sqlite3_column_int64(statement, 0);
	return sqlite3_finalize(statement) == SQLITE_OK && good;
}

static void report(sqlite3 *db, int fd)
{
	struct committed seen;

	if (!count(db, last_sql, &seen.beats)
	    || !count(db, "SELECT coalesce(max(id), 0) FROM event", &seen.events) || write(fd, &seen, sizeof seen) != sizeof seen)
		_exit(1);
}

static void write_until_killed(const char *path, int fd)
{
	struct store *store = keeping_start(path, 3);
	sqlite3 *db;

	if (sqlite3_open_v2(store_path(store), &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		_exit(1);
	sqlite3_busy_timeout(db, 10000);
	for (int i = 0;; i++) {
		keeping_send(store, 1 + i % MONITORS, i, 10);
		if (i % 16 == 0) {
			struct event event = keeping_event(1 + i % MONITORS, i);
			struct kept_standing standing = keeping_standing(1 + i % MONITORS, i);

			store_event(store, &event, &standing);
			event_finish(&event);
		}
		report(db, fd);
		(void)poll(NULL, 0, i % 3);
	}
}

/* Kills the child once it has reported `reports` times, and reads to the end what it could still say. */
static struct committed kill_after(const char *path, unsigned reports)
{
	struct committed last = { 0 }, next;
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		write_until_killed(path, ends[1]);
	}
	close(ends[1]);
	for (unsigned i = 0; i < reports; i++) {
		assert_int_equal(read(ends[0], &last, sizeof last), sizeof last);
	}
	assert_int_equal(kill(child, SIGKILL), 0);
	while (read(ends[0], &next, sizeof next) == sizeof next)
		last = next;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	return last;
}

static int64_t count_all(const char *path)
{
	int64_t beats = 0;

	for (int i = 1; i <= MONITORS; i++)
		beats += keeping_count(path, i);
	return beats;
}

static void nothing_seen_is_lost(void **state)
{
	int kills = fault_full_or(100, 20);
	char *directory = scratch_make(), *path = scratch_path(directory, "kumatop.db");
	uint32_t random = 20261122;

	for (int i = 0; i < kills; i++) {
		struct committed seen;

		random = random * 1664525 + 1013904223;
		/* Sometimes in the middle of its start, sometimes after several checkpoints. */
		seen = kill_after(path, i % 5 == 0 ? 1 : 1 + (random >> 8) % 120);
		assert_true(keeping_is_sound(path));
		assert_true(keeping_number(path, last_sql) >= seen.beats);
		assert_true(keeping_number(path, "SELECT coalesce(max(id), 0) FROM event") >= seen.events);
		/* None in the middle either, and no event without the standing it led to. */
		assert_int_equal(count_all(path), keeping_number(path, last_sql));
		assert_int_equal(keeping_number(path, "SELECT count(*) FROM event WHERE monitor NOT IN (SELECT monitor FROM monitor_state)"), 0);
	}
	/* Every run but those killed before their first commit, and none that ended. */
	assert_true(keeping_number(path, "SELECT count(*) FROM run") > kills / 2);
	assert_int_equal(keeping_number(path, "SELECT count(*) FROM run WHERE ended_us IS NOT NULL"), 0);
	free(path);
	scratch_remove(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_seen_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
