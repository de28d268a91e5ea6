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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(rows_are_what_beats_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
