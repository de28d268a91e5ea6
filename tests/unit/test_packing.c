/*
 * Beats move from the tail into chunks, and nobody who reads can tell: after every single step, and after a crash at any of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/store/database.h"
#include "../../src/store/packing.h"
#include "../lib/await.h"
#include "../lib/keeping.h"

#include "kumatop/buf.h"
#include "kumatop/when.h"

enum { MONITORS = 5, BEATS = 900 };	/* of each; two and a half hours */

struct bench {
	sqlite3 *db;
	struct writer *writer;
	struct packing *packing;
};

static struct bench open_bench(const char *path)
{
	struct error err = { 0 };
	struct bench bench = { .db = database_open(path, DATABASE_WRITE, &err) };

	assert_non_null(bench.db);
	assert_non_null(bench.writer = writer_create(bench.db));
	assert_non_null(bench.packing = packing_create(bench.db, bench.writer));
	return bench;
}

static void close_bench(struct bench *bench)
{
	packing_destroy(bench->packing);
	writer_destroy(bench->writer);
	database_close(bench->db);
}

/* Written as the store's thread would, but not started: nothing packs behind our back. */
static void fill(const char *path)
{
	struct store *store = keeping_open(path, 1000);
	struct bench bench;
	char name[16];

	for (int i = 1; i <= MONITORS; i++) {
		snprintf(name, sizeof name, "m%d", i);
		keeping_put_monitor(store, i, name);
	}
	store_close(store);
	bench = open_bench(path);
	assert_true(writer_begin(bench.writer));
	for (int i = 0; i < BEATS; i++) {
		for (int j = 1; j <= MONITORS; j++) {
			struct beat beat = keeping_beat(j, i);

			assert_true(writer_beat(bench.writer, &beat));
			beat_finish(&beat);
		}
	}
	assert_true(writer_commit(bench.writer));
	close_bench(&bench);
}

static bool print_beat(void *arg, const struct beat_record *beat)
{
	struct buf *out = arg;

	buf_print(out, "%s %lld %d %d %d", beat->name, (long long)beat->time_us, beat->state, beat->outcome, (int)beat->code);
	for (int i = 0; i < PHASE_COUNT; i++)
		buf_print(out, " %d", (int)beat->phase_us[i]);
	buf_print(out, " %s %s\n", beat->detail, beat->address);
	return true;
}

/* All that can be read, as text. */
static char *read_all(const char *path)
{
	const struct archive_range range = { .from_us = 0, .to_us = INT64_MAX };
	struct error err = { 0 };
	struct archive *archive = archive_open(path, &err);
	struct kept_marks marks;
	struct span *spans;
	uint64_t estimate;
	struct buf out;
	size_t count;

	assert_non_null(archive);
	buf_init(&out, 1 << 24);
	assert_true(archive_beats(archive, &range, print_beat, &out, &err));
	assert_true(archive_estimate(archive, &range, &estimate, &err));
	buf_print(&out, "%llu\n", (unsigned long long)estimate);
	for (int i = 1; i <= MONITORS; i++) {
		assert_true(archive_marks(archive, i, &marks, &err));
		for (size_t j = 0; j < marks.count; j++)
			buf_print(&out, "%u:%u ", (unsigned)marks.marks[j].look, (unsigned)marks.marks[j].latency_10us);
		buf_print(&out, "%lld\n", (long long)marks.last_good_us);
		kept_marks_finish(&marks);
		assert_true(archive_spans(archive, i, 0, INT64_MAX, &spans, &count, &err));
		for (size_t j = 0; j < count; j++)
			buf_print(&out, "%d %lld %lld\n", spans[j].time_class, (long long)spans[j].from_us, (long long)spans[j].to_us);
		free(spans);
	}
	archive_close(archive);
	assert_false(out.full);
	return buf_take(&out);
}

static void assert_same(const char *path, const char *before)
{
	char *now = read_all(path);

	assert_true(strcmp(now, before) == 0);
	free(now);
}

#define END_US (KEEPING_START_US + 10 * HOUR_US)

static void nobody_can_tell(void **state)
{
	struct keeping *fixture = *state;
	struct bench bench;
	char *before;
	bool again = true;
	int steps = 0;

	fill(fixture->path);
	before = read_all(fixture->path);
	bench = open_bench(fixture->path);
	for (; again; steps++) {
		assert_true(packing_step(bench.packing, END_US, END_US, &again));
		assert_same(fixture->path, before);
	}
	close_bench(&bench);
	assert_true(steps > 3);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_tail"), 0);
	assert_int_equal(keeping_number(fixture->path, "SELECT sum(count) FROM beat_chunk"), MONITORS * BEATS);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(DISTINCT hour) FROM beat_chunk"), 3);
	assert_true(keeping_is_sound(fixture->path));
	free(before);
}

/* One reader that is there all the while, with its own idea of what the tail holds. */
static void one_reader_sees_it_through(void **state)
{
	struct keeping *fixture = *state;
	const struct archive_range range = { .from_us = 0, .to_us = INT64_MAX };
	struct error err = { 0 };
	struct archive *archive;
	struct bench bench;
	struct buf first, now;
	bool again = true;

	fill(fixture->path);
	archive = archive_open(fixture->path, &err);
	bench = open_bench(fixture->path);
	buf_init(&first, 1 << 24);
	buf_init(&now, 1 << 24);
	assert_true(archive_beats(archive, &range, print_beat, &first, &err));
	while (again) {
		assert_true(packing_step(bench.packing, END_US, END_US, &again));
		buf_clear(&now);
		assert_true(archive_beats(archive, &range, print_beat, &now, &err));
		assert_string_equal(now.data, first.data);
	}
	archive_close(archive);
	close_bench(&bench);
	buf_finish(&first);
	buf_finish(&now);
}

static void crash_at_any_step_loses_nothing(void **state)
{
	struct keeping *fixture = *state;
	bool again = true;
	char *before;

	fill(fixture->path);
	before = read_all(fixture->path);
	/* Each time one step further than what was committed before. */
	for (int most = 1; again; most++) {
		struct bench bench = open_bench(fixture->path);

		again = true;
		for (int i = 0; i < most && again; i++)
			assert_true(packing_step(bench.packing, END_US, END_US, &again));
		close_bench(&bench);
		assert_same(fixture->path, before);
	}
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_tail"), 0);
	free(before);
}

static void pack_all(const char *path, int64_t before_us)
{
	struct bench bench = open_bench(path);
	bool again = true;

	while (again)
		assert_true(packing_step(bench.packing, before_us, before_us, &again));
	close_bench(&bench);
}

static void young_ones_stay(void **state)
{
	struct keeping *fixture = *state;
	char sql[128];
	char *before;

	fill(fixture->path);
	before = read_all(fixture->path);
	pack_all(fixture->path, KEEPING_START_US + HOUR_US);
	snprintf(sql, sizeof sql, "SELECT count(*) FROM beat_tail WHERE time_us < %lld", (long long)(KEEPING_START_US + HOUR_US));
	assert_int_equal(keeping_number(fixture->path, sql), 0);
	snprintf(sql, sizeof sql, "SELECT count(*) FROM beat_tail WHERE time_us >= %lld", (long long)(KEEPING_START_US + HOUR_US));
	assert_int_equal(keeping_number(fixture->path, sql), MONITORS * (BEATS - 360));
	assert_same(fixture->path, before);
	free(before);
}

static void add_beats(const char *path, int first, int count)
{
	struct bench bench = open_bench(path);

	assert_true(writer_begin(bench.writer));
	for (int i = first; i < first + count; i++) {
		struct beat beat = keeping_beat(1, i);

		beat.time_us += 7;
		assert_true(writer_beat(bench.writer, &beat));
		beat_finish(&beat);
	}
	assert_true(writer_commit(bench.writer));
	close_bench(&bench);
}

/* A clock that was set back by an hour: its beats come after those that are packed already. */
static void hours_that_come_twice_are_merged(void **state)
{
	struct keeping *fixture = *state;
	char *before;

	fill(fixture->path);
	pack_all(fixture->path, END_US);
	add_beats(fixture->path, 100, 300);
	assert_true(keeping_number(fixture->path, "SELECT min(seq) FROM beat_tail") > MONITORS * BEATS);
	before = read_all(fixture->path);
	pack_all(fixture->path, END_US);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat_tail"), 0);
	assert_int_equal(keeping_count(fixture->path, 1), BEATS + 300);
	assert_same(fixture->path, before);
	free(before);
}

static void removed_monitors_are_left_out(void **state)
{
	struct keeping *fixture = *state;

	fill(fixture->path);
	assert_true(keeping_run(fixture->path, "UPDATE monitor SET removed = 1 WHERE id = 2"));
	pack_all(fixture->path, END_US);
	assert_int_equal(keeping_count(fixture->path, 2), 0);
	assert_int_equal(keeping_count(fixture->path, 3), BEATS);
}

/* The newest beats go with their monitor, and their numbers are not given to others: who has read so far would pass those over. */
static void no_number_is_given_twice(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_open(fixture->path, 10);
	struct error err;

	keeping_put_monitor(store, 1, "stays");
	keeping_put_monitor(store, 2, "goes");
	assert_true(store_start(store, &err));
	keeping_send(store, 1, 0, 10);
	keeping_send(store, 2, 0, 5);
	store_remove_monitor(store, 2);
	AWAIT(keeping_number(fixture->path, "SELECT count(*) FROM monitor WHERE id = 2") == 0, 30000);
	assert_int_equal(keeping_number(fixture->path, "SELECT max(seq) FROM beat_tail"), 10);
	keeping_send(store, 1, 10, 1);
	AWAIT(keeping_count(fixture->path, 1) == 11, 30000);
	assert_int_equal(keeping_number(fixture->path, "SELECT max(seq) FROM beat_tail"), 16);
	assert_true(keeping_end(store));
}

/* Damage in one hour takes no other with it. */
static void broken_chunk_hides_no_other(void **state)
{
	struct keeping *fixture = *state;
	const struct archive_range range = { .from_us = 0, .to_us = INT64_MAX };
	struct error err = { 0 };
	struct archive *archive;
	struct buf out;

	fill(fixture->path);
	pack_all(fixture->path, END_US);
	assert_true(keeping_run(fixture->path, "UPDATE beat_chunk SET data = x'01ff' WHERE monitor = 1 AND hour = (SELECT min(hour) + 1"
	    " FROM beat_chunk); UPDATE beat_chunk SET codec = 99 WHERE monitor = 2 AND hour = (SELECT min(hour) FROM beat_chunk)"));
	archive = archive_open(fixture->path, &err);
	buf_init(&out, 1 << 24);
	assert_true(archive_beats(archive, &range, print_beat, &out, &err));
	assert_non_null(strstr(out.data, "m1 17000000"));
	assert_non_null(strstr(out.data, "m5 17000000"));
	buf_finish(&out);
	archive_close(archive);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nobody_can_tell),
		TEST(one_reader_sees_it_through),
		TEST(crash_at_any_step_loses_nothing),
		TEST(young_ones_stay),
		TEST(hours_that_come_twice_are_merged),
		TEST(removed_monitors_are_left_out),
		TEST(no_number_is_given_twice),
		TEST(broken_chunk_hides_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
