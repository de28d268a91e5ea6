/*
 * Rows of roll-ups: what is written comes back, in order, and what cannot be does no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "../../src/store/rolled.h"
#include "../lib/keeping.h"

#define START (INT64_C(19675) * DAY_US)		/* a UTC day of 2023 */

enum { HOUR_MS = 3600 * 1000 };

static const char *const insert_sql[ROLLUP_STEP_COUNT] = {
	[ROLLUP_5MIN] = ROLLED_INSERT("beat_5min"),
	[ROLLUP_HOUR] = ROLLED_INSERT("beat_hour"),
	[ROLLUP_DAY] = ROLLED_INSERT("beat_day"),
};

/* Each field another function of the number. */
static void fill(struct rollup *rollup, enum rollup_step step, int number)
{
	int64_t length_us = rollup_length_us(step);

	rollup_open(rollup, step, START + number * length_us);
	amounts_count(&rollup->amounts, TIME_UP, 100 * SECOND_US);
	amounts_count(&rollup->amounts, TIME_DEGRADED, 20 * SECOND_US + number);
	amounts_count(&rollup->amounts, TIME_DOWN, 30 * SECOND_US);
	amounts_count(&rollup->amounts, TIME_PENDING, 40 * SECOND_US);
	amounts_count(&rollup->amounts, TIME_MAINTENANCE, 50 * SECOND_US);
	for (int i = 0; i < number % 4; i++) {
		struct beat beat = { .time_us = rollup->start_us + i, .outcome = OUTCOME_OK, .verdict = VERDICT_UP };

		for (int p = 0; p < PHASE_COUNT; p++)
			beat.phase_us[p] = 1000 * (i + 1) + number;
		assert_true(rollup_add_beat(rollup, &beat));
	}
	rollup->beats[VERDICT_DEGRADED] = 2;
	rollup->beats[VERDICT_DOWN] = 3;
	rollup->beats[VERDICT_UNKNOWN] = 4;
}

static void put(sqlite3 *db, monitor_id monitor, enum rollup_step step, int number)
{
	sqlite3_stmt *insert;
	struct rollup rollup = { 0 };
	struct buf coded;

	buf_init(&coded, HISTOGRAM_CODED_MOST);
	fill(&rollup, step, number);
	assert_true(rollup_close(&rollup, &coded));
	assert_int_equal(sqlite3_prepare_v2(db, insert_sql[step], -1, &insert, NULL), SQLITE_OK);
	assert_true(rolled_bind(insert, monitor, &rollup, &coded));
	assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
	sqlite3_finalize(insert);
	rollup_finish(&rollup);
	buf_finish(&coded);
}

/* Two monitors, "b" (1) and "a" (2), with the numbers 0 to 9 and 3 to 5 of each step. */
static void fill_database(const char *path)
{
	struct store *store = keeping_open(path, HOUR_MS);
	sqlite3 *db;

	keeping_put_monitor(store, 1, "b");
	keeping_put_monitor(store, 2, "a");
	assert_true(keeping_end(store));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (int step = 0; step < ROLLUP_STEP_COUNT; step++)
		for (int number = 0; number < 10; number++) {
			put(db, 1, (enum rollup_step)step, number);
			if (number >= 3 && number <= 5)
				put(db, 2, (enum rollup_step)step, number);
		}
	sqlite3_close(db);
}

struct seen {
	char names[64];
	int numbers[64];
	size_t count, most;
	enum rollup_step step;
};

static bool see(void *arg, const char *name, const char *kind, const struct rollup *rollup)
{
	struct seen *seen = arg;
	int number = (int)((rollup->start_us - START) / rollup_length_us(seen->step));
	struct rollup expected = { 0 };

	fill(&expected, seen->step, number);
	assert_string_equal(kind, "http");
	assert_int_equal(rollup->step, seen->step);
	assert_true(rollup->closed);
	assert_int_equal(rollup->start_us, expected.start_us);
	assert_memory_equal(&rollup->amounts, &expected.amounts, sizeof expected.amounts);
	assert_memory_equal(rollup->beats, expected.beats, sizeof expected.beats);
	assert_int_equal(rollup->answers, expected.answers);
	assert_int_equal(rollup->latency_min_us, expected.latency_min_us);
	assert_int_equal(rollup->latency_max_us, expected.latency_max_us);
	assert_int_equal(rollup->latency_sum_us, expected.latency_sum_us);
	assert_int_equal(rollup->latencies.used, expected.latencies.used);
	rollup_finish(&expected);
	seen->names[seen->count] = name[0];
	seen->numbers[seen->count++] = number;
	return seen->count != seen->most;
}

static struct archive *open_archive(const char *path)
{
	struct error err = { 0 };
	struct archive *archive = archive_open(path, &err);

	if (!archive)
		fail_msg("%s", err.text);
	return archive;
}

static void rows_come_back_in_order(void **state)
{
	const struct keeping *keeping = *state;
	static const char *const a[] = { "a" }, *const nobody[] = { "x*" };
	struct archive *archive;

	fill_database(keeping->path);
	archive = open_archive(keeping->path);
	for (int step = 0; step < ROLLUP_STEP_COUNT; step++) {
		int64_t length_us = rollup_length_us((enum rollup_step)step);
		struct archive_range range = { .from_us = 0, .to_us = INT64_MAX };
		struct seen all = { .step = (enum rollup_step)step }, some = all, none = all, few = all, first = all;

		first.most = 2;
		assert_true(archive_rollups(archive, &range, (enum rollup_step)step, see, &all, NULL));
		assert_string_equal(all.names, "aaabbbbbbbbbb");
		for (int i = 0; i < 13; i++)
			assert_int_equal(all.numbers[i], i < 3 ? i + 3 : i - 3);
		assert_true(archive_rollups(archive, &range, (enum rollup_step)step, see, &first, NULL));
		assert_string_equal(first.names, "aa");
		range.from_us = START + length_us * 4;
		range.to_us = START + length_us * 6;
		assert_true(archive_rollups(archive, &range, (enum rollup_step)step, see, &some, NULL));
		assert_string_equal(some.names, "aabb");
		range.patterns = a;
		range.pattern_count = 1;
		range.from_us++;
		assert_true(archive_rollups(archive, &range, (enum rollup_step)step, see, &few, NULL));
		assert_string_equal(few.names, "a");
		assert_int_equal(few.numbers[0], 5);
		range.patterns = nobody;
		assert_true(archive_rollups(archive, &range, (enum rollup_step)step, see, &none, NULL));
		assert_int_equal(none.count, 0);
	}
	archive_close(archive);
}

static bool count_what_adds_up(void *arg, const char *name, const char *kind, const struct rollup *rollup)
{
	size_t *count = arg;
	int64_t sum_us = 0;

	for (int i = 0; i < TIME_CLASS_COUNT; i++) {
		assert_true(rollup->amounts.us[i] >= 0);
		sum_us += rollup->amounts.us[i];
	}
	assert_int_equal(sum_us, rollup_length_us(rollup->step));
	assert_in_range(rollup->amounts.degraded_us, 0, rollup->amounts.us[TIME_UP]);
	assert_true(rollup->answers >= 0 && rollup->latency_sum_us >= 0 && rollup->latencies.count < 100);
	++*count;
	return true;
}

static void what_cannot_be_does_no_harm(void **state)
{
	static const char *const damages[] = {
		"up_us = -1, degraded_us = 5", "up_us = 9000000000000000000, down_us = 9000000000000000000", "degraded_us = 1 << 60",
		"unknown_us = 7", "beats_up = -4, beats_down = 1 << 62", "answers = -1", "answers = 1 << 60", "latency_sum_us = 1 << 62",
		"latency_min_us = NULL, latency_max_us = 'x'", "histogram = NULL, answers = 3", "histogram = x'01ff', answers = 1",
		"histogram = 'text', answers = 1", "up_us = 'many'", "start_us = -1", "start_us = 9223372036854775807 - monitor",
	};
	const struct keeping *keeping = *state;
	const struct archive_range range = { .from_us = 0, .to_us = INT64_MAX };
	struct archive *archive;
	size_t count = 0;

	fill_database(keeping->path);
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		char *sql = heap_print("UPDATE beat_5min SET %s WHERE monitor = %d AND start_us = %lld", damages[i], i < 10 ? 1 : 2,
		    (long long)(START + (int64_t)(i < 10 ? i : 3 + i % 3) * 300 * SECOND_US));

		assert_true(keeping_run(keeping->path, sql));
		free(sql);
	}
	archive = open_archive(keeping->path);
	assert_true(archive_rollups(archive, &range, ROLLUP_5MIN, count_what_adds_up, &count, NULL));
	assert_in_range(count, 10, 13);
	archive_close(archive);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(rows_come_back_in_order),
		TEST(what_cannot_be_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
