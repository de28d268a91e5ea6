/*
 * What windows were made of: from whatever it is made, the same as beats and events say, and always all of the window.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/ledger.h"

#include "../lib/desk.h"
#include "../lib/keeping.h"

#define SECOND SECOND_US

static bool add_beat(void *arg, const struct beat_record *beat)
{
	struct summary *summary = arg;
	int32_t latency_us = phases_latency_us(beat->outcome, beat->phase_us);

	if (latency_us < 0)
		return true;
	if (summary->answers == 0 || latency_us < summary->latency_min_us)
		summary->latency_min_us = latency_us;
	if (latency_us > summary->latency_max_us)
		summary->latency_max_us = latency_us;
	summary->answers++;
	summary->latency_sum_us += latency_us;
	histogram_add(&summary->latencies, latency_us);
	return true;
}

/* From beats and events alone. */
static struct summary sum_slowly(struct archive *archive, monitor_id id, int64_t from_us, int64_t to_us)
{
	struct archive_range range = { .patterns = &desk_names[id - 1], .pattern_count = 1, .from_us = from_us, .to_us = to_us };
	struct summary summary = { .from_us = from_us, .to_us = to_us, .latency_min_us = -1, .latency_max_us = -1 };
	struct ledger ledger = { 0 };

	assert_true(archive_spans(archive, id, from_us, to_us, &ledger.spans, &ledger.count, NULL));
	summary.amounts = ledger_sum(&ledger, from_us, to_us);
	ledger_finish(&ledger);
	assert_true(archive_beats(archive, &range, add_beat, &summary, NULL));
	return summary;
}

static void assert_adds_up(const struct summary *summary)
{
	int64_t sum_us = 0;

	for (int i = 0; i < TIME_CLASS_COUNT; i++) {
		assert_true(summary->amounts.us[i] >= 0);
		sum_us += summary->amounts.us[i];
	}
	assert_int_equal(sum_us, summary->to_us - summary->from_us);
	assert_in_range(summary->amounts.degraded_us, 0, summary->amounts.us[TIME_UP]);
	assert_int_equal(summary->answers, (int64_t)summary->latencies.count);
}

static void assert_same(const struct summary *a, const struct summary *b)
{
	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		if (a->amounts.us[i] != b->amounts.us[i])
			fail_msg("class %d of %lld to %lld: %lld instead of %lld", i, (long long)(a->from_us - DESK_START),
			    (long long)(a->to_us - DESK_START), (long long)a->amounts.us[i], (long long)b->amounts.us[i]);
	assert_int_equal(a->amounts.degraded_us, b->amounts.degraded_us);
	assert_int_equal(a->answers, b->answers);
	assert_int_equal(a->latency_min_us, b->latency_min_us);
	assert_int_equal(a->latency_max_us, b->latency_max_us);
	assert_int_equal(a->latency_sum_us, b->latency_sum_us);
	assert_int_equal(a->latencies.used, b->latencies.used);
	if (a->latencies.used)
		assert_memory_equal(a->latencies.buckets, b->latencies.buckets, a->latencies.used * sizeof *a->latencies.buckets);
}

static struct summary summarize(struct archive *archive, monitor_id id, int64_t from_us, int64_t to_us)
{
	struct summary summary;
	struct error err = { 0 };

	if (!archive_summary(archive, id, from_us, to_us, &summary, &err))
		fail_msg("%s", err.text);
	assert_adds_up(&summary);
	return summary;
}

static void live_for(struct desk *desk, struct desk_life *lives, int64_t us, uint32_t *random)
{
	for (int64_t end_us = desk->now_us + us; desk->now_us < end_us;) {
		desk_pass(desk, 1 + (int64_t)desk_roll(random, 40) * SECOND);
		desk_live_randomly(desk, &lives[desk_roll(random, DESK_MONITORS)], 5 + (uint32_t)(desk->now_us / HOUR_US) % 5);
		desk_interfere(desk, random);
	}
	desk_step_all(desk);
}

/* Over the end of a day, so that all three steps come into it; what is not closed yet, too. */
static void begin_lives(struct desk *desk, struct desk_life *lives, const char *path, uint32_t *random, int64_t us)
{
	desk_set_up(desk, path, DESK_START + 21 * HOUR_US);
	for (int i = 0; i < DESK_MONITORS; i++)
		lives[i] = (struct desk_life){ .id = i + 1, .random = *random + (uint32_t)i, .rules = { 2, 3 } };
	live_for(desk, lives, us, random);
}

static void windows_are_what_beats_say(void **state)
{
	const struct keeping *keeping = *state;
	struct desk_life lives[DESK_MONITORS];
	uint32_t random = 5;
	struct desk desk;
	struct archive *archive;
	int64_t begin_us = DESK_START + 20 * HOUR_US, length_us;

	begin_lives(&desk, lives, keeping->path, &random, 30 * HOUR_US);
	archive = desk_archive(keeping->path);
	length_us = desk.now_us - begin_us;
	assert_true(desk_marker(&desk, ROLLUP_DAY) > DESK_START);
	for (int i = 0; i < 400; i++) {
		monitor_id id = 1 + desk_roll(&random, DESK_MONITORS);
		int64_t from_us = begin_us + length_us / 16777216 * desk_roll(&random, 16777216);
		int64_t to_us = begin_us + length_us / 16777216 * desk_roll(&random, 16777216);
		struct summary quick, slow;

		if (i % 3 == 0)		/* at one edge or both nothing is cut */
			from_us = rollup_start_us((enum rollup_step)(i / 3 % 3), from_us);
		if (i % 4 == 0)
			to_us = rollup_start_us((enum rollup_step)(i / 4 % 3), to_us);
		if (i % 5 == 0)
			to_us = from_us + desk_roll(&random, 400) * SECOND;
		if (i == 7)
			to_us = desk.now_us;
		if (from_us > to_us)
			continue;
		quick = summarize(archive, id, from_us, to_us);
		slow = sum_slowly(archive, id, from_us, to_us);
		assert_same(&quick, &slow);
		for (int p = 0; p <= 100; p += 5)
			assert_int_equal(summary_quantile_us(&quick, p / 100.0), summary_quantile_us(&slow, p / 100.0));
		summary_finish(&quick);
		summary_finish(&slow);
	}
	archive_close(archive);
	desk_end(&desk, false);
}

/* Windows that begin and end with a bucket say the same as before; others at least add up, also with each other. */
static void check_without(const char *path, const struct summary *whole, enum rollup_step step, uint32_t *random)
{
	struct archive *archive = desk_archive(path);
	int64_t length_us = rollup_length_us(step), from_us = whole->from_us, to_us = whole->to_us;
	struct summary now = summarize(archive, 1, from_us, to_us), some = { .from_us = from_us };

	assert_same(&now, whole);
	summary_finish(&now);
	while (some.from_us < to_us) {
		struct summary more = summarize(archive, 1, some.from_us, some.from_us + length_us);

		amounts_add(&some.amounts, &more.amounts);
		some.answers += more.answers;
		some.from_us += length_us;
		summary_finish(&more);
	}
	assert_memory_equal(&some.amounts, &whole->amounts, sizeof some.amounts);
	assert_int_equal(some.answers, whole->answers);
	for (int i = 0; i < 200; i++) {
		int64_t begin_us = from_us + (to_us - from_us) / 16777216 * desk_roll(random, 16777216);
		struct summary part = summarize(archive, 1, begin_us, begin_us + desk_roll(random, 90000) * SECOND);

		summary_finish(&part);
	}
	archive_close(archive);
}

static void what_is_gone_counts_in_proportion(void **state)
{
	static const char *const deletions[] = { "DELETE FROM beat_tail WHERE seq < (SELECT max(seq) FROM beat_tail)", "DELETE FROM beat_5min",
	    "DELETE FROM beat_hour" };
	const struct keeping *keeping = *state;
	struct desk_life lives[DESK_MONITORS];
	uint32_t random = 77;
	struct desk desk;
	struct archive *archive;
	struct summary whole, half;

	begin_lives(&desk, lives, keeping->path, &random, 52 * HOUR_US);
	desk_end(&desk, false);
	archive = desk_archive(keeping->path);
	whole = summarize(archive, 1, DESK_START, DESK_START + 3 * DAY_US);
	archive_close(archive);
	for (int step = 0; step < ROLLUP_STEP_COUNT; step++) {
		assert_true(keeping_run(keeping->path, deletions[step]));
		check_without(keeping->path, &whole, (enum rollup_step)step, &random);
	}
	/* Of the day in the middle there is nothing but its row: half of it is half of what it says. */
	archive = desk_archive(keeping->path);
	summary_finish(&whole);
	whole = summarize(archive, 1, DESK_START + DAY_US, DESK_START + 2 * DAY_US);
	half = summarize(archive, 1, DESK_START + DAY_US + 6 * HOUR_US, DESK_START + DAY_US + 18 * HOUR_US);
	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		assert_in_range(half.amounts.us[i] - whole.amounts.us[i] / 2 + 10, 0, 20);
	assert_in_range(half.answers * 2 - whole.answers + 1, 0, 2);
	assert_int_equal(half.latency_min_us, whole.latency_min_us);
	assert_in_range(half.latency_sum_us / half.answers * 100 / (whole.latency_sum_us / whole.answers), 99, 101);
	assert_in_range(summary_quantile_us(&half, 0.9) * 100 / summary_quantile_us(&whole, 0.9), 90, 110);
	archive_close(archive);
	summary_finish(&whole);
	summary_finish(&half);
}

struct visited {
	struct archive *archive;
	int64_t closed_us;
	monitor_id last;
	size_t count;
};

/* Edges that cut no 5 minutes, or those that are not closed. */
static bool compare_with_one(void *arg, monitor_id monitor, const struct summary *summary)
{
	struct visited *visited = arg;
	struct summary one = summarize(visited->archive, monitor, summary->from_us, summary->to_us);

	assert_true(monitor > visited->last);
	visited->last = monitor;
	visited->count++;
	assert_adds_up(summary);
	assert_same(summary, &one);
	summary_finish(&one);
	return visited->count < DESK_MONITORS;
}

static bool look_at_all(void *arg, monitor_id monitor, const struct summary *summary)
{
	size_t *count = arg;

	assert_adds_up(summary);
	assert_in_range(monitor, 1, DESK_MONITORS);
	return ++*count < DESK_MONITORS;
}

static void many_are_as_each(void **state)
{
	const struct keeping *keeping = *state;
	const monitor_id monitors[] = { 3, 1, 99, 4, 2 };
	struct desk_life lives[DESK_MONITORS];
	uint32_t random = 21;
	struct desk desk;
	struct archive *archive;
	struct error err = { 0 };

	begin_lives(&desk, lives, keeping->path, &random, 30 * HOUR_US);
	archive = desk_archive(keeping->path);
	for (int i = 0; i < 150; i++) {
		int64_t begin_us = DESK_START + 20 * HOUR_US, length_us = desk.now_us - begin_us;
		int64_t from_us = begin_us + length_us / 16777216 * desk_roll(&random, 16777216), to_us = from_us;
		struct visited visited = { .archive = archive };
		size_t count = 0;

		to_us += i % 3 ? desk_roll(&random, 100000) * SECOND : length_us;
		if (from_us < to_us)
			assert_true(archive_summaries(archive, monitors, 5, from_us, to_us, look_at_all, &count, &err));
		from_us = from_us < desk_marker(&desk, ROLLUP_5MIN) ? rollup_start_us(ROLLUP_5MIN, from_us) : from_us;
		to_us = to_us < desk_marker(&desk, ROLLUP_5MIN) ? rollup_start_us(ROLLUP_5MIN, to_us) : to_us;
		if (!archive_summaries(archive, monitors, 5, from_us, to_us, compare_with_one, &visited, &err))
			fail_msg("%s", err.text);
		assert_int_equal(visited.count, DESK_MONITORS);
	}
	archive_close(archive);
	desk_end(&desk, false);
}

static struct history_answer *ask(struct archive *archive, int64_t from_us, int64_t to_us, size_t columns)
{
	const struct history_query query = { .kind = HISTORY_SERIES, .monitor = 1, .from_us = from_us, .to_us = to_us, .columns = columns };
	struct history_answer *answer = archive_answer(archive, &query);

	if (!answer->ok)
		fail_msg("%s", answer->error.text);
	assert_int_equal(answer->series.count, columns);
	return answer;
}

/* Columns that are as wide as buckets, or some of them. */
static void check_series(struct archive *archive, int64_t from_us, int64_t to_us, size_t columns, enum history_resolution resolution)
{
	struct history_answer *answer = ask(archive, from_us, to_us, columns);
	struct summary whole = sum_slowly(archive, 1, from_us, to_us);
	const struct history_series *series = &answer->series;

	assert_int_equal(series->resolution, resolution);
	for (size_t i = 0; i < columns; i++) {
		int64_t width_us = (to_us - from_us) / (int64_t)columns;
		struct summary part = sum_slowly(archive, 1, from_us + (int64_t)i * width_us, from_us + (int64_t)(i + 1) * width_us);
		const struct history_column *column = &series->columns[i];

		assert_int_equal(column->count, part.answers);
		assert_int_equal(column->min_us, part.latency_min_us);
		assert_int_equal(column->max_us, part.latency_max_us);
		assert_int_equal(column->mean_us, part.answers ? part.latency_sum_us / part.answers : -1);
		assert_true(resolution == HISTORY_BEATS || column->worst == STATE_DOWN || !part.amounts.us[TIME_DOWN] || !part.answers);
		summary_finish(&part);
	}
	assert_memory_equal(&series->amounts, &whole.amounts, sizeof whole.amounts);
	assert_int_equal(series->max_us, whole.latency_max_us);
	assert_int_equal(series->mean_us, whole.latency_sum_us / whole.answers);
	assert_in_range((int64_t)series->p95_us * 1000 / summary_quantile_us(&whole, 0.95), 980, 1020);
	summary_finish(&whole);
	history_answer_destroy(answer);
}

static void graphs_are_made_of_the_widest(void **state)
{
	const struct keeping *keeping = *state;
	struct desk_life lives[DESK_MONITORS];
	uint32_t random = 12;
	struct desk desk;
	struct archive *archive;
	struct history_answer *whole, *now;
	int64_t end_us, noon_us = DESK_START + DAY_US + 12 * HOUR_US;

	begin_lives(&desk, lives, keeping->path, &random, 31 * HOUR_US);
	end_us = rollup_start_us(ROLLUP_5MIN, desk.now_us);
	archive = desk_archive(keeping->path);
	check_series(archive, end_us - HOUR_US, end_us, 60, HISTORY_BEATS);
	check_series(archive, end_us - 10 * HOUR_US, end_us, 120, HISTORY_5MIN);
	check_series(archive, end_us - 10 * HOUR_US, end_us, 40, HISTORY_5MIN);
	check_series(archive, DESK_START + 20 * HOUR_US, DESK_START + 50 * HOUR_US, 30, HISTORY_HOUR);
	check_series(archive, DESK_START + 12 * HOUR_US, DESK_START + 60 * HOUR_US, 8, HISTORY_HOUR);
	check_series(archive, DESK_START - 3 * DAY_US, DESK_START + 3 * DAY_US, 6, HISTORY_DAY);
	check_series(archive, DESK_START - 30 * DAY_US, DESK_START + 30 * DAY_US, 1, HISTORY_DAY);

	/* Beats that are gone leave the 5 minutes, each as wide as five columns; those gone, the hours. */
	whole = ask(archive, noon_us, noon_us + HOUR_US, 12);
	archive_close(archive);
	assert_true(keeping_run(keeping->path, "DELETE FROM beat_tail WHERE seq < (SELECT max(seq) FROM beat_tail)"));
	archive = desk_archive(keeping->path);
	now = ask(archive, noon_us, noon_us + HOUR_US, 60);
	assert_int_equal(now->series.resolution, HISTORY_5MIN);
	assert_int_equal(now->series.beats, whole->series.beats);
	for (int i = 0; i < 60; i++)
		assert_memory_equal(&now->series.columns[i], &whole->series.columns[i / 5], sizeof *now->series.columns);
	history_answer_destroy(now);
	archive_close(archive);
	assert_true(keeping_run(keeping->path, "DELETE FROM beat_5min WHERE start_us < (SELECT max(start_us) FROM beat_5min)"));
	archive = desk_archive(keeping->path);
	now = ask(archive, noon_us, noon_us + HOUR_US, 12);
	assert_int_equal(now->series.beats, whole->series.beats);
	assert_memory_equal(&now->series.columns[0], &now->series.columns[11], sizeof *now->series.columns);
	history_answer_destroy(now);
	history_answer_destroy(whole);
	archive_close(archive);
	desk_end(&desk, false);
}

struct golden {
	const char *what, *steps;
	int from, to;		/* seconds */
	int up, degraded, down, pending, maintenance, unknown;
};

/* rise 2, fall 2, checked every minute and speaking for 70 s. P at the end: nobody checks any more. */
static const struct golden golden[] = {
	{ "up", "0u 60u 120u 180u 200P", 0, 3600, 200, 0, 0, 0, 0, 3400 },
	{ "degraded is a part of up", "0u 60g 70g 130g 200P", 0, 600, 200, 130, 0, 0, 0, 400 },
	{ "down from its first failed check", "0u 60d 70d 130d 190d 200P", 0, 3600, 60, 0, 140, 0, 0, 3400 },
	{ "failing that recovered was pending", "0u 60d 70u 130u 200P", 0, 3600, 190, 0, 0, 10, 0, 3400 },
	{ "over the end of 5 minutes and down later", "240u 290d 310d 370P", 0, 300, 50, 0, 10, 0, 0, 240 },
	{ "over the end of 5 minutes and recovered", "240u 290d 310u 370P", 0, 300, 50, 0, 0, 10, 0, 240 },
	{ "over the end of an hour and down later", "3540u 3590d 3610d 3670P", 0, 3600, 50, 0, 10, 0, 0, 3540 },
	{ "up from the first good check", "0d 10d 70d 130u 140u 200P", 0, 3600, 70, 0, 130, 0, 0, 3400 },
	{ "maintenance is apart", "0u 60u 90M 120d 180d 240u 270B 300u 330P", 0, 3600, 120, 0, 0, 0, 210, 3270 },
	{ "a pause inside an incident", "0d 10d 70d 90P 990R 1000d 1060d 1100P", 0, 3600, 0, 0, 190, 0, 0, 3410 },
	{ "could not check", "0u 60x 120u 180P", 0, 3600, 120, 0, 0, 0, 0, 3480 },
	{ "an hour in the middle of nowhere", "0u 60u 36000u 36060P", 3600, 7200, 0, 0, 0, 0, 0, 3600 },
};

static void golden_windows(void **state)
{
	const struct keeping *keeping = *state;

	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		const struct golden *row = &golden[i];
		struct desk_life life = { .id = 1, .rules = { 2, 2 }, .latency_us = 1000 };
		char *path = heap_print("%s.%zu", keeping->path, i);
		struct archive *archive;
		struct summary got;
		struct desk desk;

		desk_set_up(&desk, path, DESK_START);
		desk_live_through(&desk, &life, row->steps);
		desk_settle(&desk);
		desk_end(&desk, false);
		/* Rows alone. */
		assert_true(keeping_run(path, "DELETE FROM beat_tail; DELETE FROM beat_chunk"));
		archive = desk_archive(path);
		got = summarize(archive, 1, DESK_START + row->from * SECOND, DESK_START + row->to * SECOND);
		if (got.amounts.us[TIME_UP] != row->up * SECOND || got.amounts.degraded_us != row->degraded * SECOND
		    || got.amounts.us[TIME_DOWN] != row->down * SECOND || got.amounts.us[TIME_PENDING] != row->pending * SECOND
		    || got.amounts.us[TIME_MAINTENANCE] != row->maintenance * SECOND || got.amounts.us[TIME_UNKNOWN] != row->unknown * SECOND)
			fail_msg("%s: %s\n  up %g degraded %g down %g pending %g maintenance %g unknown %g", row->what, row->steps,
			    (double)got.amounts.us[TIME_UP] / 1e6, (double)got.amounts.degraded_us / 1e6,
			    (double)got.amounts.us[TIME_DOWN] / 1e6, (double)got.amounts.us[TIME_PENDING] / 1e6,
			    (double)got.amounts.us[TIME_MAINTENANCE] / 1e6, (double)got.amounts.us[TIME_UNKNOWN] / 1e6);
		summary_finish(&got);
		archive_close(archive);
		free(path);
	}
}

static void mean_of_three(void **state)
{
	const struct keeping *keeping = *state;
	static const int32_t latencies[] = { 0, 100000, 400000 };
	struct desk_life life = { .id = 1, .rules = { 1, 1 } };
	struct archive *archive;
	struct summary got;
	struct desk desk;

	desk_set_up(&desk, keeping->path, DESK_START + HOUR_US);
	for (int i = 0; i < 3; i++) {
		life.latency_us = latencies[i];
		desk_live(&desk, &life, 'u');
		desk_pass(&desk, MINUTE_US);
	}
	desk_live(&desk, &life, 'd');
	desk_settle(&desk);
	desk_end(&desk, false);
	archive = desk_archive(keeping->path);
	got = summarize(archive, 1, DESK_START, DESK_START + DAY_US);
	assert_int_equal(got.answers, 3);
	assert_int_equal(got.latency_sum_us, 500000);	/* the mean is 166.67 ms */
	assert_int_equal(got.latency_min_us, 0);
	assert_int_equal(got.latency_max_us, 400000);
	assert_in_range(summary_quantile_us(&got, 0.5), 98000, 102000);
	assert_int_equal(got.beats[VERDICT_UP], 3);
	assert_int_equal(got.beats[VERDICT_DOWN], 1);
	summary_finish(&got);
	archive_close(archive);
}

static void kumatop_off_for_an_hour(void **state)
{
	const struct keeping *keeping = *state;
	struct desk_life life = { .id = 1, .rules = { 2, 2 } };
	struct archive *archive;
	struct summary got;
	struct desk desk;

	/* in an incident, which goes on afterwards */
	desk_set_up(&desk, keeping->path, DESK_START);
	desk_live_through(&desk, &life, "0u 60d 70d 130d 140d");
	desk_end(&desk, false);
	desk_pass(&desk, HOUR_US);
	desk_begin(&desk);
	desk_live_through(&desk, &life, "3740d 3800d 3860u 3870u 3900P");
	desk_settle(&desk);
	desk_end(&desk, false);
	archive = desk_archive(keeping->path);
	got = summarize(archive, 1, DESK_START, DESK_START + 3900 * SECOND);
	assert_int_equal(got.amounts.us[TIME_UP], (60 + 40) * SECOND);
	assert_int_equal(got.amounts.us[TIME_DOWN], (80 + 120) * SECOND);
	assert_int_equal(got.amounts.us[TIME_PENDING], 0);
	assert_int_equal(got.amounts.us[TIME_UNKNOWN], 3600 * SECOND);
	summary_finish(&got);
	archive_close(archive);
}

/* Three minutes in four. */
static void thirty_days_up_and_down(void **state)
{
	const struct keeping *keeping = *state;
	struct desk_life life = { .id = 1, .rules = { 1, 1 } };
	struct archive *archive;
	struct summary got;
	struct desk desk;

	desk_set_up(&desk, keeping->path, DESK_START);
	for (int i = 0; i < 30 * 1440; i++) {
		desk_live(&desk, &life, i % 4 == 3 ? 'd' : 'u');
		desk_pass(&desk, MINUTE_US);
		if (i % 60 == 0)
			desk_step_all(&desk);
	}
	desk_live(&desk, &life, 'P');
	desk_settle(&desk);
	desk_end(&desk, false);
	assert_true(keeping_run(keeping->path, "DELETE FROM beat_tail"));
	archive = desk_archive(keeping->path);
	for (int days = 1; days <= 30; days++) {
		got = summarize(archive, 1, DESK_START, DESK_START + days * DAY_US);
		assert_int_equal(got.amounts.us[TIME_UP], days * DAY_US / 4 * 3);
		assert_int_equal(got.amounts.us[TIME_DOWN], days * DAY_US / 4);
		summary_finish(&got);
	}
	archive_close(archive);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(windows_are_what_beats_say),
		TEST(what_is_gone_counts_in_proportion),
		TEST(graphs_are_made_of_the_widest),
		TEST(many_are_as_each),
		TEST(golden_windows),
		TEST(mean_of_three),
		TEST(kumatop_off_for_an_hour),
		TEST(thirty_days_up_and_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
