/*
 * Rolling up: whatever happened, rows of roll-ups say what beats and events say. The clock is made up, so that days pass at once and a
 * restart can be put anywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/heap.h"
#include "kumatop/ledger.h"
#include "kumatop/rolling.h"

#include "../lib/await.h"
#include "../lib/desk.h"
#include "../lib/keeping.h"

/* Adds up, of one monitor, what rows and what beats say of the time from from_us to to_us. */
struct sums {
	struct amounts amounts;
	int64_t answers, latency_sum_us, least_us, most_us;
	uint64_t counted;
};

static bool add_row(void *arg, const char *name, const char *kind, const struct rollup *rollup)
{
	struct sums *sums = arg;
	int64_t sum_us = 0;

	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		sum_us += rollup->amounts.us[i];
	assert_int_equal(sum_us, rollup_length_us(rollup->step));
	sums->amounts.us[TIME_UNKNOWN] -= sum_us;
	amounts_add(&sums->amounts, &rollup->amounts);
	if (rollup->answers && (sums->answers == 0 || rollup->latency_min_us < sums->least_us))
		sums->least_us = rollup->latency_min_us;
	if (rollup->answers && rollup->latency_max_us > sums->most_us)
		sums->most_us = rollup->latency_max_us;
	sums->answers += rollup->answers;
	sums->latency_sum_us += rollup->latency_sum_us;
	sums->counted += rollup->latencies.count;
	return true;
}

static bool add_beat(void *arg, const struct beat_record *beat)
{
	struct sums *sums = arg;
	int32_t latency_us = phases_latency_us(beat->outcome, beat->phase_us);

	if (latency_us < 0)
		return true;
	if (sums->answers == 0 || latency_us < sums->least_us)
		sums->least_us = latency_us;
	if (latency_us > sums->most_us)
		sums->most_us = latency_us;
	sums->answers++;
	sums->counted++;
	sums->latency_sum_us += latency_us;
	return true;
}

static struct sums sum_beats(struct archive *archive, monitor_id id, int64_t from_us, int64_t to_us)
{
	struct archive_range range = { .patterns = &desk_names[id - 1], .pattern_count = 1, .from_us = from_us, .to_us = to_us };
	struct ledger ledger = { 0 };
	struct sums sums = { 0 };

	assert_true(archive_spans(archive, id, from_us, to_us, &ledger.spans, &ledger.count, NULL));
	sums.amounts = ledger_sum(&ledger, from_us, to_us);
	ledger_finish(&ledger);
	assert_true(archive_beats(archive, &range, add_beat, &sums, NULL));
	return sums;
}

static struct sums sum_rows(struct archive *archive, enum rollup_step step, monitor_id id, int64_t from_us, int64_t to_us)
{
	struct archive_range range = { .patterns = &desk_names[id - 1], .pattern_count = 1, .from_us = from_us, .to_us = to_us };
	struct sums sums = { .amounts.us[TIME_UNKNOWN] = to_us - from_us };

	assert_true(archive_rollups(archive, &range, step, add_row, &sums, NULL));
	return sums;
}

static void assert_same(const struct sums *rows, const struct sums *beats, enum rollup_step step, monitor_id id, int64_t from_us)
{
	if (memcmp(rows, beats, sizeof *rows) != 0)
		fail_msg("monitor %d, step %d at %llds: up %g %g, degraded %g %g, down %g %g, pending %g %g, maintenance %g %g, answers %d %d",
		    (int)id, (int)step, (long long)((from_us - DESK_START) / SECOND_US),
		    (double)rows->amounts.us[TIME_UP] / 1e6, (double)beats->amounts.us[TIME_UP] / 1e6,
		    (double)rows->amounts.degraded_us / 1e6, (double)beats->amounts.degraded_us / 1e6,
		    (double)rows->amounts.us[TIME_DOWN] / 1e6, (double)beats->amounts.us[TIME_DOWN] / 1e6,
		    (double)rows->amounts.us[TIME_PENDING] / 1e6, (double)beats->amounts.us[TIME_PENDING] / 1e6,
		    (double)rows->amounts.us[TIME_MAINTENANCE] / 1e6, (double)beats->amounts.us[TIME_MAINTENANCE] / 1e6,
		    (int)rows->answers, (int)beats->answers);
}

/* Every bucket that is closed, of every step; at least until until_us for those of 5 minutes. */
static void compare_all(const struct desk *desk, int64_t until_us)
{
	struct archive *archive = desk_archive(desk->path);

	assert_true(desk_marker(desk, ROLLUP_5MIN) >= until_us);
	for (int step = 0; step < ROLLUP_STEP_COUNT; step++) {
		int64_t length_us = rollup_length_us((enum rollup_step)step), end_us = desk_marker(desk, (enum rollup_step)step);

		assert_int_equal(end_us, rollup_start_us((enum rollup_step)step, desk_marker(desk, ROLLUP_5MIN)));
		for (monitor_id id = 1; id <= DESK_MONITORS; id++)
			for (int64_t at_us = DESK_START; at_us < end_us && at_us < until_us + length_us; at_us += length_us) {
				struct sums rows = sum_rows(archive, (enum rollup_step)step, id, at_us, at_us + length_us);
				struct sums beats = sum_beats(archive, id, at_us, at_us + length_us);

				assert_same(&rows, &beats, (enum rollup_step)step, id, at_us);
			}
	}
	archive_close(archive);
}

static void rows_are_what_beats_say(void **state)
{
	const struct keeping *keeping = *state;

	for (uint32_t seed = 0; seed < 6; seed++) {
		struct desk_life lives[DESK_MONITORS];
		struct desk desk;
		uint32_t random = seed;
		char *path = heap_print("%s.%u", keeping->path, (unsigned)seed);
		int64_t end_us = DESK_START + 3 * HOUR_US + desk_roll(&random, 600) * SECOND_US;

		desk_set_up(&desk, path, DESK_START + 7 * HOUR_US / 2 * (seed % 2));
		end_us += 7 * HOUR_US / 2 * (seed % 2);
		for (int i = 0; i < DESK_MONITORS; i++)
			lives[i] = (struct desk_life){ .id = i + 1, .random = random + (uint32_t)i * 77, .rules = { 1 + seed % 3, 1 + seed / 2 } };
		while (desk.now_us < end_us) {
			desk_pass(&desk, 1 + (int64_t)desk_roll(&random, 12) * SECOND_US);
			desk_live_randomly(&desk, &lives[desk_roll(&random, DESK_MONITORS - (desk.now_us < DESK_START + HOUR_US))],
			    (uint32_t)"\x09\x05\x01\x05"[desk.now_us / (700 * SECOND_US) % 4]);
			desk_interfere(&desk, &random);
		}
		for (int i = 0; i < DESK_MONITORS; i++)
			desk_live(&desk, &lives[i], 'P');
		desk_settle(&desk);
		compare_all(&desk, end_us);
		desk_end(&desk, false);
		assert_true(keeping_is_sound(path));
		free(path);
	}
}

/* A beat a minute of one monitor, from a time on, behind the roller's back. */
static void put_minutes(struct desk *desk, monitor_id id, int64_t from_us, int count)
{
	struct desk_life life = { .id = id, .rules = { 1, 1 }, .latency_us = 1000 * (int32_t)id };
	int64_t now_us = desk->now_us;

	assert_true(writer_begin(desk->writer));
	for (int i = 0; i < count; i++) {
		struct beat beat = {
			.monitor = id, .time_us = from_us + i * MINUTE_US, .reach_ms = DESK_REACH_MS, .state = STATE_UP, .verdict = VERDICT_UP,
			.outcome = OUTCOME_OK, .code = -1,
		};

		for (int p = 0; p < PHASE_COUNT; p++)
			beat.phase_us[p] = life.latency_us;
		assert_true(writer_beat(desk->writer, &beat));
	}
	assert_true(writer_commit(desk->writer));
	desk->now_us = now_us;
}

static int64_t count_rows(const struct desk *desk, const char *table, monitor_id id)
{
	char *sql = heap_print("SELECT count(*) FROM %s WHERE monitor = %lld", table, (long long)id);
	int64_t number = keeping_number(desk->path, sql);

	free(sql);
	return number;
}

/* As a database of schema 1 comes: years of it in the tail, one monitor behind the other, and nothing in between. */
static void history_without_a_marker_is_caught_up_with(void **state)
{
	const struct keeping *keeping = *state;
	struct desk desk;

	desk_set_up(&desk, keeping->path, DESK_START + 3000 * DAY_US);
	put_minutes(&desk, 1, DESK_START, 3000);
	put_minutes(&desk, 2, DESK_START + HOUR_US, 3000);
	put_minutes(&desk, 3, DESK_START - 2000 * DAY_US, 10);
	put_minutes(&desk, 1, DESK_START + 2900 * DAY_US, 100);
	assert_true(desk_step(&desk, true));
	assert_true(desk_step(&desk, false));
	desk_end(&desk, true);
	desk_begin(&desk);
	desk_settle(&desk);
	assert_true(desk_marker(&desk, ROLLUP_5MIN) >= DESK_START + 3000 * DAY_US);
	compare_all(&desk, DESK_START + 3 * DAY_US);
	assert_int_equal(count_rows(&desk, "beat_5min", 1), 601 + 21);
	assert_int_equal(count_rows(&desk, "beat_5min", 3), 3);
	assert_int_equal(count_rows(&desk, "beat_day", 1), 3 + 1);
	desk_end(&desk, false);
}

static void clock_that_was_years_ahead(void **state)
{
	const struct keeping *keeping = *state;
	struct desk_life life = { .id = 1, .rules = { 1, 1 } };
	struct desk desk;

	desk_set_up(&desk, keeping->path, DESK_START);
	for (int i = 0; i < 300; i++) {
		if (i == 100)
			desk.now_us += 3650 * DAY_US;
		if (i == 150)
			desk.now_us -= 3650 * DAY_US;
		desk_live(&desk, &life, 'u');
		desk_pass(&desk, MINUTE_US);
		desk_step_all(&desk);
		if (i == 149)
			assert_true(desk_marker(&desk, ROLLUP_5MIN) > DESK_START + 3650 * DAY_US);
	}
	desk_live(&desk, &life, 'P');
	desk_settle(&desk);
	/* It is now again, and what was checked before and since is all there. */
	assert_in_range(desk_marker(&desk, ROLLUP_5MIN), DESK_START + 5 * HOUR_US, DESK_START + 6 * HOUR_US);
	assert_int_equal(keeping_number(desk.path, "SELECT sum(up_us) / 60000000 FROM beat_5min"), 300);
	assert_int_equal(keeping_number(desk.path, "SELECT sum(beats_up) FROM beat_5min"), 300);
	desk_end(&desk, false);
}

static void clock_set_back_makes_no_time_count_twice(void **state)
{
	const struct keeping *keeping = *state;
	struct desk_life life = { .id = 1, .rules = { 1, 1 } };
	struct desk desk;

	desk_set_up(&desk, keeping->path, DESK_START + 10 * HOUR_US);
	for (int i = 0; i < 200; i++) {
		if (i == 100)
			desk.now_us -= HOUR_US;
		desk_live(&desk, &life, 'u');
		desk_pass(&desk, MINUTE_US);
		desk_step_all(&desk);
	}
	desk_live(&desk, &life, 'P');
	desk_settle(&desk);
	assert_int_equal(keeping_number(desk.path, "SELECT sum(up_us) / 60000000 FROM beat_5min"), 200 - 60);
	assert_int_equal(keeping_number(desk.path, "SELECT count(*) FROM beat_5min WHERE up_us + unknown_us <> 300000000"), 0);
	desk_end(&desk, false);
}

/* As an import does: beats older than what is closed. Who was there keeps his rows. */
static void set_back_for_late_beats(void **state)
{
	const struct keeping *keeping = *state;
	struct desk desk;

	desk_set_up(&desk, keeping->path, DESK_START + 9 * DAY_US);
	put_minutes(&desk, 1, DESK_START, 1440);
	desk_settle(&desk);
	assert_true(desk_marker(&desk, ROLLUP_DAY) == DESK_START + 9 * DAY_US);
	put_minutes(&desk, 2, DESK_START + HOUR_US, 1440);
	assert_true(keeping_run(desk.path, "UPDATE beat_5min SET pending_us = 1, unknown_us = unknown_us - 1 WHERE monitor = 1 AND unknown_us > 0"));
	desk_settle(&desk);
	assert_int_equal(count_rows(&desk, "beat_5min", 2), 0);
	roller_destroy(desk.roller);
	desk.roller = NULL;
	assert_true(writer_begin(desk.writer) && roller_set_back(desk.db, DESK_START + HOUR_US) && writer_commit(desk.writer));
	desk_settle(&desk);
	assert_int_equal(desk_marker(&desk, ROLLUP_DAY), DESK_START + 9 * DAY_US);
	assert_int_equal(count_rows(&desk, "beat_5min", 2), 289);
	assert_int_equal(count_rows(&desk, "beat_hour", 2), 25);
	assert_int_equal(count_rows(&desk, "beat_day", 2), 2);
	assert_int_equal(keeping_number(desk.path, "SELECT sum(up_us) / 1000000 FROM beat_day WHERE monitor = 2"), 86410);
	assert_int_equal(count_rows(&desk, "beat_day", 1), 2);
	assert_int_equal(keeping_number(desk.path, "SELECT sum(pending_us) FROM beat_5min WHERE monitor = 1"), 1);
	desk_end(&desk, false);
}

/* Failing all the time and not down, on a machine with others: it holds up itself for an hour, and the others not at all. */
static void waits_an_hour_for_what_is_tentative(void **state)
{
	const struct keeping *keeping = *state;
	struct desk_life good = { .id = 1, .rules = { 1, 1 } }, bad = { .id = 2, .rules = { 1, 1000 } };
	struct desk desk;

	desk_set_up(&desk, keeping->path, DESK_START);
	desk_live(&desk, &bad, 'u');
	for (int i = 0; i < 50; i++) {
		desk_live(&desk, &good, 'u');
		desk_live(&desk, &bad, 'd');
		desk_pass(&desk, MINUTE_US);
		desk_step_all(&desk);
	}
	assert_int_equal(desk_marker(&desk, ROLLUP_5MIN), DESK_START);
	assert_int_equal(count_rows(&desk, "beat_5min", 1), 9);
	assert_int_equal(count_rows(&desk, "beat_5min", 2), 0);
	for (int i = 0; i < 40; i++) {
		desk_live(&desk, &bad, 'd');
		desk_pass(&desk, MINUTE_US);
		desk_step_all(&desk);
	}
	assert_in_range(desk_marker(&desk, ROLLUP_5MIN), DESK_START + 20 * MINUTE_US, DESK_START + 30 * MINUTE_US);
	assert_int_equal(keeping_number(desk.path, "SELECT pending_us FROM beat_5min WHERE monitor = 2 LIMIT 1"), 300 * SECOND_US);
	desk_end(&desk, false);
}

static void removed_one_gets_no_rows(void **state)
{
	const struct keeping *keeping = *state;
	struct desk desk;
	bool again = true;
	monitor_id gone = 0;

	desk_set_up(&desk, keeping->path, DESK_START + DAY_US);
	put_minutes(&desk, 1, DESK_START, 700);
	put_minutes(&desk, 2, DESK_START, 700);
	desk_step_all(&desk);
	assert_true(count_rows(&desk, "beat_5min", 1) > 0);
	assert_true(writer_begin(desk.writer) && writer_remove(desk.writer, 1) && writer_commit(desk.writer));
	roller_forget(desk.roller, 1);
	put_minutes(&desk, 1, DESK_START + DAY_US, 20);
	while (again) {
		assert_true(writer_begin(desk.writer) && writer_purge(desk.writer, 50, &again, &gone) && writer_commit(desk.writer));
		desk_pass(&desk, MINUTE_US);
		desk_step_all(&desk);
		if (gone)
			roller_forget(desk.roller, gone);
	}
	desk_settle(&desk);
	assert_int_equal(count_rows(&desk, "beat_5min", 1), 0);
	assert_int_equal(count_rows(&desk, "beat_hour", 1), 0);
	assert_int_equal(count_rows(&desk, "beat_day", 1), 0);
	assert_true(count_rows(&desk, "beat_5min", 2) > 100);
	desk_end(&desk, false);
}

/* Of a hundred thousand that are checked once an hour, each has little; of those that are not checked any more, nothing. */
static bool put_nowhere(void *arg, monitor_id monitor, struct rollup *rollup)
{
	++*(size_t *)arg;
	return true;
}

static void idle_ones_are_forgotten(void **state)
{
	size_t put = 0;
	struct rolling *rolling = rolling_create(0, put_nowhere, &put);
	int64_t closed_us;

	for (monitor_id id = 1; id <= 1000; id++) {
		struct beat beat = { .monitor = id, .time_us = DESK_START + id, .reach_ms = 3600 * 1000, .state = STATE_UP, .verdict = VERDICT_UP };

		assert_true(rolling_beat(rolling, &beat));
	}
	assert_int_equal(rolling_count(rolling), 1000);
	while (rolling_close(rolling, DESK_START + HOUR_US, DESK_START, 100, &closed_us) == ROLLING_MORE)
		;
	assert_int_equal(closed_us, DESK_START + HOUR_US);
	assert_int_equal(put, 12 * 1000);
	assert_int_equal(rolling_count(rolling), 1000);
	while (rolling_close(rolling, DESK_START + 2 * HOUR_US, DESK_START, 100, &closed_us) == ROLLING_MORE)
		;
	assert_int_equal(put, 13 * 1000);
	assert_int_equal(rolling_count(rolling), 0);
	rolling_destroy(rolling);
}

/* Through the thread, in memory and in a file. */
static void a_running_store_rolls_up(void **state)
{
	const struct keeping *keeping = *state;

	for (int in_memory = 0; in_memory < 2; in_memory++) {
		struct store *store = keeping_open(in_memory ? NULL : keeping->path, 10);
		const char *path = store_path(store);
		struct error err;

		keeping_put_monitor(store, 1, "web");
		assert_true(store_start(store, &err));
		keeping_send(store, 1, 0, 1000);
		AWAIT(keeping_number(path, "SELECT sum(beats_up + beats_down) FROM beat_hour") == 1000, 30000);
		AWAIT(keeping_number(path, "SELECT sum(beats_up + beats_down) FROM beat_day") == 1000, 30000);
		assert_int_equal(keeping_number(path, "SELECT count(*) FROM beat_day"), 2);
		assert_true(keeping_end(store));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(rows_are_what_beats_say),
		TEST(history_without_a_marker_is_caught_up_with),
		TEST(clock_that_was_years_ahead),
		TEST(clock_set_back_makes_no_time_count_twice),
		TEST(set_back_for_late_beats),
		TEST(waits_an_hour_for_what_is_tentative),
		TEST(removed_one_gets_no_rows),
		cmocka_unit_test(idle_ones_are_forgotten),
		TEST(a_running_store_rolls_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
