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
#include "kumatop/when.h"

#include "../../src/store/database.h"
#include "../../src/store/rolled.h"
#include "../../src/store/roller.h"
#include "../../src/store/writer.h"
#include "../lib/keeping.h"

#define START (INT64_C(19675) * DAY_US)		/* a UTC day of 2023 */
#define STEP_US (5 * MINUTE_US)

enum { HOUR_MS = 3600 * 1000, MONITORS = 4, REACH_MS = 70000 };

/* A store as its thread has it, with a clock of its own. */
struct desk {
	const char *path;
	sqlite3 *db;
	struct writer *writer;
	struct roller *roller;		/* NULL: made when next stepped */
	int64_t run, began_us;
	int64_t now_us;
	struct mono mono;
};

static void begin_run(struct desk *desk)
{
	desk->db = database_open(desk->path, DATABASE_WRITE, NULL);
	assert_non_null(desk->db);
	assert_true(database_run(desk->db, "PRAGMA synchronous = OFF"));
	desk->writer = writer_create(desk->db);
	desk->began_us = desk->now_us;
	assert_true(writer_begin(desk->writer) && writer_run_begin(desk->writer, desk->now_us, &desk->run) && writer_commit(desk->writer));
}

static void end_run(struct desk *desk, bool killed)
{
	roller_destroy(desk->roller);
	desk->roller = NULL;
	assert_true(writer_begin(desk->writer));
	assert_true(killed ? writer_run_seen(desk->writer, desk->run, desk->now_us) : writer_run_end(desk->writer, desk->run, desk->now_us));
	assert_true(writer_commit(desk->writer));
	writer_destroy(desk->writer);
	database_close(desk->db);
}

static void set_up(struct desk *desk, const char *path, int64_t now_us)
{
	static const char *const names[MONITORS] = { "a", "b", "c", "d" };
	struct store *store = keeping_open(path, HOUR_MS);

	for (int i = 0; i < MONITORS; i++)
		keeping_put_monitor(store, i + 1, names[i]);
	assert_true(keeping_end(store));
	*desk = (struct desk){ .path = path, .now_us = now_us, .mono.us = 1 };
	begin_run(desk);
}

static void pass_time(struct desk *desk, int64_t us)
{
	desk->now_us += us;
	desk->mono.us += us;
}

/* One step of the roller. false: there is no more to do now. spoil: its transaction is lost, as in a crash. */
static bool step(struct desk *desk, bool spoil)
{
	bool again = false;

	if (!desk->roller)
		desk->roller = roller_create(desk->db, desk->run, desk->began_us, desk->now_us);
	assert_non_null(desk->roller);
	assert_true(writer_begin(desk->writer));
	assert_true(roller_step(desk->roller, desk->mono, desk->now_us, &again));
	if (spoil) {
		writer_rollback(desk->writer);
		roller_destroy(desk->roller);
		desk->roller = NULL;
		return true;
	}
	assert_true(writer_commit(desk->writer));
	return again;
}

static void step_all(struct desk *desk)
{
	while (step(desk, false))
		;
}

/* As long as it takes until the buckets of now are closed. */
static void settle(struct desk *desk)
{
	step_all(desk);
	for (int i = 0; i < 4; i++) {
		pass_time(desk, 5 * MINUTE_US);
		step_all(desk);
	}
}

static int64_t marker(const struct desk *desk, enum rollup_step step)
{
	char *sql = heap_print("SELECT coalesce((SELECT value FROM meta WHERE key = '%s'), 0)", rolled_keys[step]);
	int64_t number = keeping_number(desk->path, sql);

	free(sql);
	return number;
}

/* A monitor's life, and what is kept of it. */
struct life {
	monitor_id id;
	uint32_t random;
	struct judge_rules rules;
	struct standing standing;
	int32_t latency_us;
};

static uint32_t roll(uint32_t *random, uint32_t sides)
{
	*random = *random * 1664525 + 1013904223;
	return (*random >> 8) % sides;
}

static void put_beat(struct desk *desk, struct life *life, enum verdict verdict)
{
	struct beat beat = {
		.monitor = life->id, .time_us = desk->now_us, .reach_ms = REACH_MS, .verdict = (uint8_t)verdict, .code = -1,
		.outcome = verdict == VERDICT_UP ? OUTCOME_OK : verdict == VERDICT_DEGRADED ? OUTCOME_SLOW : verdict == VERDICT_DOWN
		    ? OUTCOME_CONNECT_REFUSED : OUTCOME_RESOLVER_SILENT,
	};

	if (life->standing.state == STATE_PAUSED)
		return;
	if (life->standing.state != STATE_MAINTENANCE)
		monitor_apply(&life->standing, &life->rules, verdict, desk->now_us);
	for (int i = 0; i < PHASE_COUNT; i++)
		beat.phase_us[i] = verdict == VERDICT_DOWN || verdict == VERDICT_UNKNOWN ? -1 : life->latency_us;
	beat.state = (uint8_t)life->standing.state;
	assert_true(writer_begin(desk->writer) && writer_beat(desk->writer, &beat) && writer_commit(desk->writer));
}

static void put_move(struct desk *desk, const struct life *life, enum event_kind kind, struct transition transition)
{
	struct event event = {
		.monitor = life->id, .time_us = desk->now_us, .kind = (uint8_t)kind, .from = (uint8_t)transition.from,
		.to = (uint8_t)transition.to, .outcome = OUTCOME_NONE, .code = -1,
	};

	if (transition.changed)
		assert_true(writer_begin(desk->writer) && writer_event(desk->writer, &event, NULL) && writer_commit(desk->writer));
}

/* The monotonic clock stands still. */
static void fall_asleep(struct desk *desk, int64_t us)
{
	struct event event = { .time_us = desk->now_us + us, .kind = EVENT_TROUBLE, .lasted_us = us, .outcome = OUTCOME_NONE, .code = -1 };

	desk->now_us += us;
	assert_true(writer_begin(desk->writer) && writer_event(desk->writer, &event, NULL) && writer_commit(desk->writer));
}

static void live(struct desk *desk, struct life *life, char what)
{
	switch (what) {
	case 'u': put_beat(desk, life, VERDICT_UP); break;
	case 'g': put_beat(desk, life, VERDICT_DEGRADED); break;
	case 'd': put_beat(desk, life, VERDICT_DOWN); break;
	case 'x': put_beat(desk, life, VERDICT_UNKNOWN); break;
	case 'P': put_move(desk, life, EVENT_PAUSED, monitor_pause(&life->standing, desk->now_us)); break;
	case 'R': put_move(desk, life, EVENT_RESUMED, monitor_resume(&life->standing, desk->now_us)); break;
	case 'M': put_move(desk, life, EVENT_STATE, monitor_maintain(&life->standing, desk->now_us)); break;
	case 'B': put_move(desk, life, EVENT_STATE, monitor_return(&life->standing, desk->now_us)); break;
	default: fail_msg("no such step: %c", what);
	}
}

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

static struct archive *open_archive(const char *path)
{
	struct error err = { 0 };
	struct archive *archive = archive_open(path, &err);

	if (!archive)
		fail_msg("%s", err.text);
	return archive;
}

static struct sums sum_beats(struct archive *archive, monitor_id id, int64_t from_us, int64_t to_us)
{
	const char *names[] = { "a", "b", "c", "d" };
	struct archive_range range = { .patterns = &names[id - 1], .pattern_count = 1, .from_us = from_us, .to_us = to_us };
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
	const char *names[] = { "a", "b", "c", "d" };
	struct archive_range range = { .patterns = &names[id - 1], .pattern_count = 1, .from_us = from_us, .to_us = to_us };
	struct sums sums = { .amounts.us[TIME_UNKNOWN] = to_us - from_us };

	assert_true(archive_rollups(archive, &range, step, add_row, &sums, NULL));
	return sums;
}

static void assert_same(const struct sums *rows, const struct sums *beats, enum rollup_step step, monitor_id id, int64_t from_us)
{
	if (memcmp(rows, beats, sizeof *rows) != 0)
		fail_msg("monitor %d, step %d at %llds: up %g %g, degraded %g %g, down %g %g, pending %g %g, maintenance %g %g, answers %d %d",
		    (int)id, (int)step, (long long)((from_us - START) / SECOND_US),
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
	struct archive *archive = open_archive(desk->path);

	assert_true(marker(desk, ROLLUP_5MIN) >= until_us);
	for (int step = 0; step < ROLLUP_STEP_COUNT; step++) {
		int64_t length_us = rollup_length_us((enum rollup_step)step), end_us = marker(desk, (enum rollup_step)step);

		assert_int_equal(end_us, rollup_start_us((enum rollup_step)step, marker(desk, ROLLUP_5MIN)));
		for (monitor_id id = 1; id <= MONITORS; id++)
			for (int64_t at_us = START; at_us < end_us && at_us < until_us + length_us; at_us += length_us) {
				struct sums rows = sum_rows(archive, (enum rollup_step)step, id, at_us, at_us + length_us);
				struct sums beats = sum_beats(archive, id, at_us, at_us + length_us);

				assert_same(&rows, &beats, (enum rollup_step)step, id, at_us);
			}
	}
	archive_close(archive);
}

/* Phases of mostly good, mostly bad and mixed luck, so that every way through the table of states is taken. */
static void live_randomly(struct desk *desk, struct life *life, uint32_t luck)
{
	uint32_t throw = roll(&life->random, 100);

	life->latency_us = (int32_t)roll(&life->random, 300000);
	if (throw < 2)
		live(desk, life, "PM"[throw]);
	else if (throw < 10)
		live(desk, life, throw < 6 ? 'R' : 'B');
	else if (throw < 18)
		live(desk, life, throw < 14 ? 'x' : 'g');
	else
		live(desk, life, roll(&life->random, 10) < luck ? 'u' : 'd');
}

static void interfere(struct desk *desk, uint32_t *random)
{
	uint32_t throw = roll(random, 400);

	if (throw < 2) {
		end_run(desk, throw == 0);
		pass_time(desk, roll(random, 600) * SECOND_US);
		begin_run(desk);
	} else if (throw < 4) {
		fall_asleep(desk, (1 + roll(random, 400)) * SECOND_US);
	} else if (throw < 20) {
		step(desk, throw < 12);
	} else if (throw < 60) {
		step_all(desk);
	}
}

static void rows_are_what_beats_say(void **state)
{
	const struct keeping *keeping = *state;

	for (uint32_t seed = 0; seed < 6; seed++) {
		struct life lives[MONITORS];
		struct desk desk;
		uint32_t random = seed;
		char *path = heap_print("%s.%u", keeping->path, (unsigned)seed);
		int64_t end_us = START + 3 * HOUR_US + roll(&random, 600) * SECOND_US;

		set_up(&desk, path, START + 7 * HOUR_US / 2 * (seed % 2));
		end_us += 7 * HOUR_US / 2 * (seed % 2);
		for (int i = 0; i < MONITORS; i++)
			lives[i] = (struct life){ .id = i + 1, .random = random + (uint32_t)i * 77, .rules = { 1 + seed % 3, 1 + seed / 2 } };
		while (desk.now_us < end_us) {
			pass_time(&desk, 1 + (int64_t)roll(&random, 12) * SECOND_US);
			live_randomly(&desk, &lives[roll(&random, MONITORS - (desk.now_us < START + HOUR_US))],
			    (uint32_t)"\x09\x05\x01\x05"[desk.now_us / (700 * SECOND_US) % 4]);
			interfere(&desk, &random);
		}
		for (int i = 0; i < MONITORS; i++)
			live(&desk, &lives[i], 'P');
		settle(&desk);
		compare_all(&desk, end_us);
		end_run(&desk, false);
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
