/*
 * History from elsewhere in a store: that each beat is there once, in whatever order and however often it comes, and that roll-ups say
 * what the beats say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/importing.h"
#include "kumatop/when.h"

#include "../lib/keeping.h"

enum { HOUR_MS = 3600 * 1000 };

#define START KEEPING_START_US

/* A database with monitors 1 to 3, held by an import. */
struct held {
	struct store *store;
	struct archive *archive;
	struct importing *importing;
};

static struct held hold(const char *path)
{
	struct held held = { .store = keeping_open(path, HOUR_MS) };
	struct error err = { 0 };

	keeping_put_monitor(held.store, 1, "one");
	keeping_put_monitor(held.store, 2, "two");
	keeping_put_monitor(held.store, 3, "three");
	held.archive = archive_open(path, &err);
	held.importing = held.archive ? importing_begin(held.store, held.archive, &err) : NULL;
	if (!held.importing)
		fail_msg("%s", err.text);
	return held;
}

static void let_go(struct held *held, bool finish)
{
	struct error err = { 0 };

	if (finish && !importing_finish(held->importing, NULL, NULL, &err))
		fail_msg("%s", err.text);
	importing_destroy(held->importing);
	archive_close(held->archive);
	store_close(held->store);
}

static void put_beat(struct held *held, const struct beat *beat)
{
	struct error err = { 0 };
	struct import_beat given = {
		.place = 1, .time_us = beat->time_us, .reach_ms = beat->reach_ms, .state = beat->state, .outcome = beat->outcome,
		.verdict = beat->verdict, .code = beat->code, .cert_expires_us = beat->cert_expires_us, .detail = shared_read(beat->detail),
		.address = shared_read(beat->address),
	};

	memcpy(given.phase_us, beat->phase_us, sizeof given.phase_us);
	if (!importing_beat(held->importing, beat->monitor, &given, &err))
		fail_msg("%s", err.text);
}

static void put_numbered(struct held *held, monitor_id monitor, int number)
{
	struct beat beat = keeping_beat(monitor, number);

	put_beat(held, &beat);
	beat_finish(&beat);
}

static void put_some(struct held *held, monitor_id monitor, int first, int count)
{
	for (int i = first; i < first + count; i++)
		put_numbered(held, monitor, i);
}

/* All that an import writes, as text; ids of texts by what they say. Heap. */
static char *dump(const char *path)
{
	/* NOLINTBEGIN(bugprone-suspicious-missing-comma): one of them is longer than a line */
	static const char *const sql[] = {
		"SELECT hour, monitor, part, count, hex(data) FROM beat_chunk ORDER BY 1, 2, 3",
		"SELECT monitor, time_us, reach_ms, state, verdict, outcome, code, total_us, t.text FROM beat_tail LEFT JOIN text t ON t.id = detail"
		" ORDER BY 1, 2",
		"SELECT 5, * FROM beat_5min ORDER BY start_us, monitor", "SELECT 60, * FROM beat_hour ORDER BY start_us, monitor",
		"SELECT 24, * FROM beat_day ORDER BY start_us, monitor", "SELECT * FROM event ORDER BY id", "SELECT * FROM run ORDER BY id",
		"SELECT text FROM text ORDER BY id", "SELECT key FROM meta ORDER BY key",
	};
	/* NOLINTEND(bugprone-suspicious-missing-comma): as above */
	struct buf out;
	sqlite3 *db;

	buf_init(&out, SIZE_MAX / 2);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
		sqlite3_stmt *row;

		assert_int_equal(sqlite3_prepare_v2(db, sql[i], -1, &row, NULL), SQLITE_OK);
		while (sqlite3_step(row) == SQLITE_ROW) {
			for (int j = 0; j < sqlite3_column_count(row); j++)
				buf_print(&out, "%.*s|", sqlite3_column_bytes(row, j),
				    sqlite3_column_text(row, j) ? (const char *)sqlite3_column_text(row, j) : "");
			buf_add_char(&out, '\n');
		}
		assert_int_equal(sqlite3_finalize(row), SQLITE_OK);
	}
	sqlite3_close(db);
	return buf_take(&out);
}

struct comparing {
	monitor_id monitor;
	int number;
};

static bool compare_beat(void *arg, const struct beat_record *shown)
{
	struct comparing *comparing = arg;
	struct beat beat = keeping_beat(comparing->monitor, comparing->number++);

	assert_int_equal(shown->time_us, beat.time_us);
	assert_int_equal(shown->reach_ms, beat.reach_ms);
	assert_int_equal(shown->state, beat.state);
	assert_int_equal(shown->verdict, beat.verdict);
	assert_int_equal(shown->outcome, beat.outcome);
	assert_int_equal(shown->code, beat.code);
	assert_memory_equal(shown->phase_us, beat.phase_us, sizeof beat.phase_us);
	assert_int_equal(shown->cert_expires_us, beat.cert_expires_us);
	assert_string_equal(shown->detail, shared_read(beat.detail));
	assert_string_equal(shown->address, shared_read(beat.address));
	beat_finish(&beat);
	return true;
}

static void beats_are_there_as_they_were(void **state)
{
	static const char *const one = "one";
	struct keeping *fixture = *state;
	struct held held = hold(fixture->path);
	struct comparing comparing = { .monitor = 1 };
	struct archive_range range = { .patterns = &one, .pattern_count = 1, .to_us = INT64_MAX };
	struct archive *archive;
	struct error err;
	char *first, *second;

	put_some(&held, 1, 0, 3000);
	let_go(&held, true);
	archive = archive_open(fixture->path, &err);
	assert_non_null(archive);
	assert_true(archive_beats(archive, &range, compare_beat, &comparing, &err));
	assert_int_equal(comparing.number, 3000);
	archive_close(archive);
	/* packed, and not waiting for it */
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_tail"), 0);
	assert_int_equal(keeping_number(fixture->path, "SELECT sum(count) FROM beat_chunk"), 3000);

	first = dump(fixture->path);
	held = hold(fixture->path);
	put_some(&held, 1, 0, 3000);
	let_go(&held, true);
	second = dump(fixture->path);
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void import_in_order(const char *path, int way)
{
	struct held held = hold(path);

	for (int i = 0; i < 1500; i++) {
		int number = way == 0 ? i : way == 1 ? 1499 - i : i * 7 % 1500;

		put_numbered(&held, 1, number);
		if (way == 2)
			put_numbered(&held, 2, number);
	}
	if (way != 2)
		put_some(&held, 2, 0, 1500);
	let_go(&held, true);
	assert_int_equal(keeping_number(path, "SELECT sum(count) FROM beat_chunk"), 3000);
	assert_true(keeping_is_sound(path));
}

static int64_t sum(const char *path, const char *what)
{
	char *sql = heap_print("SELECT sum(%s) FROM beat_5min", what);
	int64_t number = keeping_number(path, sql);

	free(sql);
	return number;
}

static void the_order_does_not_matter(void **state)
{
	static const char *const columns[] = { "up_us", "down_us", "pending_us", "answers", "latency_sum_us", "start_us % 1000003 * up_us" };
	struct keeping *fixture = *state;
	char *paths[3];

	for (int i = 0; i < 3; i++) {
		paths[i] = heap_print("%s.%d", fixture->path, i);
		import_in_order(paths[i], i);
	}
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		assert_int_equal(sum(paths[0], columns[i]), sum(paths[1], columns[i]));
		assert_int_equal(sum(paths[0], columns[i]), sum(paths[2], columns[i]));
	}
	for (int i = 0; i < 3; i++)
		free(paths[i]);
}

/* What kumatop observed itself is in the tail yet: that is known, and what comes between is added there. */
static void beats_of_our_own_are_known(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, HOUR_MS);
	struct importing_counts counts;
	struct held held;

	keeping_send(store, 1, 100, 50);
	assert_true(keeping_end(store));
	held = hold(fixture->path);
	put_some(&held, 1, 0, 400);
	put_some(&held, 1, 0, 400);
	let_go(&held, true);
	assert_int_equal(keeping_count(fixture->path, 1), 400);
	held = hold(fixture->path);
	put_some(&held, 1, 0, 400);
	put_numbered(&held, 2, 0);
	counts = importing_counts(held.importing, 1);
	assert_int_equal(counts.beats, 0);
	assert_int_equal(counts.known, 400);
	let_go(&held, false);
}

/* A time in the same millisecond is the same: files tell no more of it. */
static void a_millisecond_is_one_time(void **state)
{
	struct keeping *fixture = *state;
	struct beat beat = keeping_beat(1, 7);
	struct held held = hold(fixture->path);

	put_beat(&held, &beat);
	beat.time_us = beat.time_us / 1000 * 1000;
	put_beat(&held, &beat);
	let_go(&held, true);
	held = hold(fixture->path);
	put_beat(&held, &beat);
	beat.time_us += 1000;
	put_beat(&held, &beat);
	let_go(&held, true);
	beat_finish(&beat);
	assert_int_equal(keeping_count(fixture->path, 1), 2);
}

/* Ended in any of its steps, and run again. */
static void an_interrupted_import_goes_on(void **state)
{
	static const int ends[] = { 1, 9000, 12000, 25000 };
	struct keeping *fixture = *state;
	char *whole, *other = heap_print("%s.other", fixture->path), *resumed;
	struct held held = hold(other);

	put_some(&held, 1, 0, 30000);
	put_some(&held, 2, 0, 100);
	let_go(&held, true);
	whole = dump(other);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		held = hold(fixture->path);
		put_some(&held, 1, 0, ends[i]);
		let_go(&held, false);
	}
	/* all beats, and no roll-up: in a database that has marks */
	assert_true(keeping_number(fixture->path, "SELECT sum(count) FROM beat_chunk") >= 10000);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_day"), 0);
	held = hold(fixture->path);
	put_some(&held, 1, 0, 30000);
	put_some(&held, 2, 0, 100);
	let_go(&held, true);
	resumed = dump(fixture->path);
	assert_string_equal(whole, resumed);

	/* and where others' time is closed already */
	assert_true(keeping_run(fixture->path, "DELETE FROM beat_day"));
	assert_true(keeping_run(fixture->path, "INSERT INTO meta VALUES ('unrolled_1', 1700000000000000), ('unrolled_2', 1700000000000000)"));
	held = hold(fixture->path);
	let_go(&held, true);
	free(resumed);
	resumed = dump(fixture->path);
	assert_string_equal(whole, resumed);
	free(whole);
	free(resumed);
	free(other);
}

static void assert_rolled(const char *path, monitor_id monitor, const char *table, struct archive *archive)
{
	static const char *const columns[] = {
		[TIME_UP] = "up_us", [TIME_DOWN] = "down_us", [TIME_PENDING] = "pending_us", [TIME_MAINTENANCE] = "maintenance_us",
	};
	struct summary summary;
	struct error err = { 0 };
	char *sql;

	/* Whole days around it, so that each step covers the same. */
	assert_true(archive_summary(archive, monitor, START - DAY_US, START + 4 * DAY_US, &summary, &err));
	for (int i = 0; i <= TIME_MAINTENANCE; i++) {
		sql = heap_print("SELECT sum(%s) FROM %s WHERE monitor = %d", columns[i], table, (int)monitor);
		assert_int_equal(keeping_number(path, sql), summary.amounts.us[i]);
		free(sql);
	}
	sql = heap_print("SELECT sum(answers) FROM %s WHERE monitor = %d", table, (int)monitor);
	assert_int_equal(keeping_number(path, sql), summary.answers);
	free(sql);
	sql = heap_print("SELECT sum(latency_sum_us) FROM %s WHERE monitor = %d", table, (int)monitor);
	assert_int_equal(keeping_number(path, sql), summary.latency_sum_us);
	free(sql);
	summary_finish(&summary);
}

static void rollups_say_what_beats_say(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, HOUR_MS);
	struct archive *archive;
	struct held held;
	struct error err;

	/* of one that is not imported too: the marks are everybody's */
	keeping_send(store, 3, 0, 500);
	assert_true(keeping_end(store));
	held = hold(fixture->path);
	put_some(&held, 1, 0, 20000);
	put_some(&held, 2, 5, 300);
	put_some(&held, 2, 7000, 300);
	let_go(&held, true);
	archive = archive_open(fixture->path, &err);
	assert_non_null(archive);
	for (monitor_id id = 1; id <= 3; id++) {
		assert_rolled(fixture->path, id, "beat_5min", archive);
		assert_rolled(fixture->path, id, "beat_hour", archive);
		assert_rolled(fixture->path, id, "beat_day", archive);
	}
	archive_close(archive);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM meta WHERE key GLOB 'rolled_*_us'"), 3);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM meta WHERE key GLOB 'unrolled_*'"), 0);
}

static struct rollup made_up(enum rollup_step step, int64_t time_us, int64_t beats)
{
	struct rollup rollup = { 0 };

	rollup_open(&rollup, step, time_us);
	rollup.closed = true;
	rollup.beats[VERDICT_UP] = beats;
	rollup.amounts.us[TIME_UP] = 1;
	rollup.amounts.us[TIME_UNKNOWN]--;
	return rollup;
}

static void put_rollup(struct held *held, const struct rollup *rollup)
{
	struct error err = { 0 };

	if (!importing_rollup(held->importing, 1, rollup, &err))
		fail_msg("%s", err.text);
}

/* Beats 0 to 359 are an hour's worth: 106 in the first hour, 360 in the second. */
static void who_knows_of_more_beats_is_believed(void **state)
{
	struct keeping *fixture = *state;
	struct rollup fewer = made_up(ROLLUP_HOUR, START + HOUR_US, 359), same = made_up(ROLLUP_HOUR, START + HOUR_US, 360),
	    more = made_up(ROLLUP_HOUR, START + HOUR_US, 361), alone = made_up(ROLLUP_DAY, START - 30 * DAY_US, 5),
	    open = made_up(ROLLUP_DAY, unix_now_us(), 5);
	static const char row[] = "SELECT beats_up + beats_down FROM beat_hour WHERE start_us = 1700002800000000";
	struct held held = hold(fixture->path);

	assert_int_equal(fewer.start_us, INT64_C(1700002800000000));
	put_rollup(&held, &same);
	put_some(&held, 1, 0, 1000);
	let_go(&held, true);
	assert_int_equal(keeping_number(fixture->path, row), 360);
	assert_true(keeping_number(fixture->path, "SELECT up_us > 1 AND histogram NOT NULL FROM beat_hour WHERE start_us = 1700002800000000") == 1);
	held = hold(fixture->path);
	put_rollup(&held, &fewer);
	put_rollup(&held, &same);
	put_rollup(&held, &alone);
	put_rollup(&held, &open);
	assert_int_equal(importing_counts(held.importing, 1).rollups, 1);
	assert_int_equal(importing_counts(held.importing, 1).known, 2);
	let_go(&held, true);
	assert_int_equal(keeping_number(fixture->path, row), 360);
	assert_int_equal(keeping_number(fixture->path, "SELECT beats_up FROM beat_day WHERE answers = 0 AND latency_min_us IS NULL"), 5);
	held = hold(fixture->path);
	put_rollup(&held, &more);
	put_some(&held, 1, 5000, 10);
	let_go(&held, true);
	assert_int_equal(keeping_number(fixture->path, row), 361);
}

static void put_event(struct held *held, monitor_id monitor, enum event_kind kind, int from, int to, int second)
{
	struct import_event event = {
		.time_us = START + second * SECOND_US, .kind = kind, .from = from, .to = to, .outcome = kind == EVENT_STATE ? OUTCOME_OK : OUTCOME_NONE,
		.code = -1, .detail = "why", .evidence = "", .who = "",
	};
	struct error err = { 0 };

	if (!importing_event(held->importing, monitor, &event, &err))
		fail_msg("%s", err.text);
}

static void put_log(struct held *held)
{
	put_event(held, 0, EVENT_STARTED, 0, 0, 0);
	put_event(held, 1, EVENT_STATE, STATE_NEW, STATE_UP, 1);
	put_event(held, 1, EVENT_STATE, STATE_PENDING, STATE_DOWN, 2);
	put_event(held, 2, EVENT_PAUSED, STATE_UP, STATE_PAUSED, 2);
	put_event(held, 1, EVENT_ACKNOWLEDGED, STATE_DOWN, STATE_DOWN, 3);
	put_event(held, 1, EVENT_STATE, STATE_DOWN, STATE_UP, 4);
	put_event(held, 1, EVENT_STATE, STATE_PENDING, STATE_DOWN, 50);
	put_event(held, 0, EVENT_STOPPED, 0, 0, 60);
	put_event(held, 0, EVENT_STARTED, 0, 0, 90);
}

static void the_log_is_taken_over(void **state)
{
	struct keeping *fixture = *state;
	struct held held = hold(fixture->path);
	char *first, *second;

	put_log(&held);
	assert_int_equal(importing_counts(held.importing, 0).events, 3);
	assert_int_equal(importing_counts(held.importing, 1).events, 5);
	let_go(&held, true);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM event"), 9);
	/* the three of the first incident, and the one of the second */
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM event WHERE incident = (SELECT min(incident) FROM event)"), 3);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(DISTINCT incident) FROM event"), 2);
	assert_int_equal(keeping_number(fixture->path, "SELECT ended_us - started_us FROM run ORDER BY id"), 60 * SECOND_US);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM run WHERE ended_us IS NULL"), 1);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM event WHERE alert = 1"), 0);
	first = dump(fixture->path);
	held = hold(fixture->path);
	put_log(&held);
	assert_int_equal(importing_counts(held.importing, 1).known, 5);
	let_go(&held, true);
	second = dump(fixture->path);
	assert_string_equal(first, second);
	free(first);
	free(second);
}

/* What was rolled up before somebody said that nobody watched then is rolled up anew, and what no beat speaks for any more is gone. */
static void events_change_what_was_rolled_up(void **state)
{
	struct keeping *fixture = *state;
	struct beat beat = keeping_beat(1, 0);
	struct held held = hold(fixture->path);
	struct archive *archive;
	struct error err;

	/* half a minute before a whole hour, one that speaks for two */
	beat.time_us = START / HOUR_US * HOUR_US + HOUR_US - 30 * SECOND_US;
	beat.reach_ms = 2 * HOUR_MS;
	beat.monitor = 1;
	put_beat(&held, &beat);
	beat.monitor = 2;
	put_beat(&held, &beat);
	let_go(&held, true);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_5min WHERE monitor = 1"), 25);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_hour WHERE monitor = 1"), 3);
	held = hold(fixture->path);
	put_event(&held, 1, EVENT_PAUSED, STATE_UP, STATE_PAUSED, (int)((beat.time_us - START) / SECOND_US) + 10);
	let_go(&held, true);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_5min WHERE monitor = 1"), 1);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_hour WHERE monitor = 1"), 1);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_hour WHERE monitor = 2"), 3);
	archive = archive_open(fixture->path, &err);
	assert_non_null(archive);
	assert_rolled(fixture->path, 1, "beat_5min", archive);
	assert_rolled(fixture->path, 1, "beat_day", archive);
	archive_close(archive);
	/* and everybody's, when it is kumatop that stopped */
	held = hold(fixture->path);
	put_event(&held, 0, EVENT_STARTED, 0, 0, -30000);
	put_event(&held, 0, EVENT_STOPPED, 0, 0, (int)((beat.time_us - START) / SECOND_US) + 20);
	let_go(&held, true);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_hour WHERE monitor = 2"), 1);
	beat_finish(&beat);
}

static void a_packed_hour_that_is_damaged_is_left_alone(void **state)
{
	struct keeping *fixture = *state;
	struct held held = hold(fixture->path);
	struct beat beat = keeping_beat(1, 50);
	struct import_beat given = { .time_us = beat.time_us + 5000, .state = STATE_UP, .detail = "", .address = "" };
	struct error err = { 0 };

	put_some(&held, 1, 0, 100);
	let_go(&held, true);
	assert_true(keeping_run(fixture->path, "UPDATE beat_chunk SET data = x'0102'"));
	held = hold(fixture->path);
	assert_true(importing_beat(held.importing, 1, &given, &err));
	assert_false(importing_finish(held.importing, NULL, NULL, &err));
	assert_int_equal(err.code, EXIT_DATA);
	let_go(&held, false);
	assert_int_equal(keeping_number(fixture->path, "SELECT length(data) FROM beat_chunk"), 2);
	beat_finish(&beat);
}

#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, keeping_set_up, keeping_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_DIRECTORY(beats_are_there_as_they_were),
		IN_A_DIRECTORY(the_order_does_not_matter),
		IN_A_DIRECTORY(beats_of_our_own_are_known),
		IN_A_DIRECTORY(a_millisecond_is_one_time),
		IN_A_DIRECTORY(an_interrupted_import_goes_on),
		IN_A_DIRECTORY(rollups_say_what_beats_say),
		IN_A_DIRECTORY(who_knows_of_more_beats_is_believed),
		IN_A_DIRECTORY(the_log_is_taken_over),
		IN_A_DIRECTORY(events_change_what_was_rolled_up),
		IN_A_DIRECTORY(a_packed_hour_that_is_damaged_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
