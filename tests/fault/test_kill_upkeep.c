/*
 * kill -9 while the store has everything to do at once: beats come in, those of earlier runs are rolled up, packed and expire, and a monitor
 * is being removed. After each: the database is sound, every beat that was acknowledged can be read and none twice, and roll-ups
 * say what the beats say.
 *
 * Each run begins an hour after the one before, by the clock of this test.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "../lib/await.h"
#include "../lib/backlog.h"
#include "../lib/fault.h"
#include "../lib/keeping.h"

enum {
	RUN_BEATS = 3600,
	BATCH = 40,
	KEEP_HOURS = 4,
	KILLS_MOST = 100,
	PASSING = 100,			/* monitor of run 0; of run 1 101, and so on */
	PASSING_BEATS = 30,
};

static _Atomic int64_t ahead_us;

/* In place of libc's: the clock of the day, as this test has it. */
int clock_gettime(clockid_t which, struct timespec *now)
{
	int failed = (int)syscall(SYS_clock_gettime, which, now);
	int64_t us;

	if (failed || which != CLOCK_REALTIME)
		return failed;
	us = (int64_t)now->tv_sec * SECOND_US + now->tv_nsec / 1000 + atomic_load(&ahead_us);
	*now = (struct timespec){ .tv_sec = (time_t)(us / SECOND_US), .tv_nsec = (long)(us % SECOND_US) * 1000 };
	return 0;
}

static void set_clock(int64_t time_us)
{
	atomic_store(&ahead_us, 0);
	atomic_store(&ahead_us, time_us - unix_now_us());
}

static int64_t last_seq(sqlite3 *db)
{
	sqlite3_stmt *statement;
	int64_t seq;

	if (sqlite3_prepare_v2(db, "SELECT max(coalesce((SELECT max(seq) FROM beat_tail), 0),"
	    " coalesce((SELECT value FROM meta WHERE key = 'packed_seq'), 0))", -1, &statement, NULL) != SQLITE_OK
	    || sqlite3_step(statement) != SQLITE_ROW)
		_exit(1);
	seq = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return seq;
}

/* Another monitor each time, whose few beats are of no other stream; it goes in the next run. */
static void send_passing(struct store *store, int run)
{
	for (int i = 0; i < PASSING_BEATS; i++) {
		struct beat beat = keeping_beat(PASSING + run, i);

		beat.time_us = backlog_time_us(run * BACKLOG_HOUR) + i * SECOND_US;
		store_beat(store, &beat);
		beat_finish(&beat);
	}
}

static struct store *open_store(const char *path, int run)
{
	struct store_settings settings = {
		.path = path, .flush_ms = 3, .keep_raw_ms = KEEP_HOURS * HOUR_US / 1000, .keep_5min_ms = 3 * KEEP_HOURS * HOUR_US / 1000,
		.waiting_most = 100000,
	};
	struct error err = { 0 };
	struct store *store = store_open(&settings, &err, NULL);
	char name[16];

	if (!store) {
		fprintf(stderr, "%s\n", err.text);
		_exit(1);
	}
	backlog_put_monitors(store);
	snprintf(name, sizeof name, "p%d", run);
	keeping_put_monitor(store, PASSING + run, name);
	return store;
}

static void begin_run(struct store *store, int run)
{
	struct error err;

	if (!store_start(store, &err))
		_exit(1);
	if (run > 0)
		store_remove_monitor(store, PASSING + run - 1);
	send_passing(store, run);
}

/* Reports how many of the stream a reader has seen committed. */
static void write_until_killed(const char *path, int run, int fd)
{
	struct store *store = open_store(path, run);
	int64_t sent = 0, seq, before, report;
	sqlite3 *db;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		_exit(1);
	sqlite3_busy_timeout(db, 10000);
	before = seq = last_seq(db);
	begin_run(store, run);
	for (;;) {
		if (sent < RUN_BEATS) {
			backlog_send(store, run * BACKLOG_HOUR + sent, BATCH);
			sent += BATCH;
		}
		seq = last_seq(db) > seq ? last_seq(db) : seq;
		report = seq - before > PASSING_BEATS ? seq - before - PASSING_BEATS : 0;
		if (write(fd, &report, sizeof report) != sizeof report)
			_exit(1);
		(void)poll(NULL, 0, 4);
	}
}

/* Kills it once it has reported so often; the last it said. */
static int64_t kill_after(const char *path, int run, unsigned reports)
{
	int64_t last = 0, next;
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		write_until_killed(path, run, ends[1]);
	}
	close(ends[1]);
	for (unsigned i = 0; i < reports; i++)
		assert_int_equal(read(ends[0], &last, sizeof last), sizeof last);
	assert_int_equal(kill(child, SIGKILL), 0);
	while (read(ends[0], &next, sizeof next) == sizeof next)
		last = next;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	return last;
}

/* By the clock of the test its runs are hours apart, and in fact a moment: that is no reason to doubt it. */
static void begin_at(const char *path, int run)
{
	int64_t time_us = backlog_time_us(run * BACKLOG_HOUR) - MINUTE_US;
	char sql[160];

	set_clock(time_us);
	snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO meta (key, value) VALUES ('aged_us', %lld), ('aged_doubt_us', 0)", (long long)time_us);
	if (run > 0)
		assert_true(keeping_run(path, sql));
}

/* Which is the first run whose beats all have to be there, and an hour before it. */
static int kept_run(int run)
{
	return run - KEEP_HOURS + 1 > 0 ? run - KEEP_HOURS + 1 : 0;
}

/* counts: of each run so far, how many of its beats are known to be there. */
static void assert_whole(const char *path, int64_t *counts, int run)
{
	struct backlog_found found = { .most = (run + 1) * BACKLOG_HOUR };
	struct error err = { 0 };

	assert_true(keeping_is_sound(path));
	assert_true(backlog_find(path, &found, &err));
	/* Those who pass are not numbered. */
	assert_true(found.strange <= (run + 1) * PASSING_BEATS);
	assert_int_equal(found.twice, 0);
	while (counts[run] < BACKLOG_HOUR && found.seen[run * BACKLOG_HOUR + counts[run]])
		counts[run]++;
	for (int i = kept_run(run); i <= run; i++)
		assert_int_equal(backlog_missing(&found, i * BACKLOG_HOUR, i * BACKLOG_HOUR + counts[i]), 0);
	backlog_finish(&found);
}

static int64_t compare(const char *path, int run)
{
	struct error err = { 0 };
	int64_t compared = backlog_compare_rollups(path, backlog_time_us(kept_run(run) * BACKLOG_HOUR), &err);

	if (compared < 0)
		fail_msg("%s", err.text);
	return compared;
}

/* A run in which nobody is killed, until there is nothing left to do. */
static void tidy_up(const char *path, int run)
{
	struct store *store;

	begin_at(path, run);
	store = open_store(path, run);
	begin_run(store, run);
	/* Some were killed before they had said so. */
	for (int i = 0; i < run; i++)
		store_remove_monitor(store, PASSING + i);
	AWAIT(keeping_number(path, "SELECT count(*) FROM monitor WHERE id >= 100") == 1, 60000);
	AWAIT(keeping_number(path, "SELECT min(time_us) + 3 * 3600000000 > (SELECT max(started_us) FROM run) FROM beat_tail") == 1, 60000);
	assert_true(keeping_end(store));
}

static void nothing_acknowledged_is_lost(void **state)
{
	struct keeping *fixture = *state;
	int kills = fault_full_or(KILLS_MOST, 8);
	int64_t counts[KILLS_MOST + 1] = { 0 }, compared = 0, beats = 0;
	uint32_t random = 20261128;

	for (int i = 0; i < kills; i++) {
		random = random * 1664525 + 1013904223;
		begin_at(fixture->path, i);
		/* It begins to tidy up a second after its start. */
		counts[i] = kill_after(fixture->path, i, i % 4 == 3 ? 1 + (random >> 8) % 200 : 180 + (random >> 8) % 200);
		assert_whole(fixture->path, counts, i);
		compared += compare(fixture->path, i);
		beats += counts[i];
	}
	tidy_up(fixture->path, kills);
	assert_whole(fixture->path, counts, kills);
	compared += compare(fixture->path, kills);
	print_message("# %lld beats; %lld roll-ups were compared\n", (long long)beats, (long long)compared);
	assert_true(compared > kills);
	assert_true(keeping_number(fixture->path, "SELECT count(*) FROM beat_chunk") > 0);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_chunk WHERE monitor BETWEEN 100 AND"
	    " (SELECT max(id) - 1 FROM monitor)"), 0);
	/* The first hour was kept for its time and no longer. */
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_chunk WHERE hour = 1700000000 / 3600"), 0);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM run WHERE ended_us NOT NULL"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_acknowledged_is_lost, keeping_set_up, keeping_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
