/*
 * Roll-ups on golden sequences, and against the ledger's own sums: whatever a monitor went through, its buckets add up, and finer
 * ones make the coarser.
 *
 * A story is what happened to a monitor, each step with its second: u up, g degraded, d down, x unknown; P pause, R resume, M
 * maintenance begins, B it ends, S the machine was suspended from then on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/rollup.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define START (INT64_C(20833) * DAY + 8 * HOUR)	/* second 0 of every story: a whole hour */

enum { FINES = 288, HOURS = 24 };

struct life {
	struct judge_rules rules;
	struct standing standing;
	struct ledger ledger;
};

static struct beat beat_at(int64_t time_us, enum outcome outcome, int32_t total_us)
{
	struct beat beat = { .time_us = time_us, .outcome = (uint8_t)outcome, .verdict = (uint8_t)outcome_row((int)outcome)->verdict };

	for (int i = 0; i < PHASE_COUNT; i++)
		beat.phase_us[i] = -1;
	beat.phase_us[PHASE_CONNECT] = total_us / 2;
	beat.phase_us[PHASE_TOTAL] = total_us;
	return beat;
}

static void result(struct life *life, enum verdict verdict, int64_t now_us)
{
	enum state from = life->standing.state;

	if (from == STATE_PAUSED)
		return;
	if (from != STATE_MAINTENANCE)
		monitor_apply(&life->standing, &life->rules, verdict, now_us);
	ledger_result(&life->ledger, now_us, 70 * SECOND, verdict, from, life->standing.state);
}

static void live(struct life *life, char what, int64_t now_us)
{
	switch (what) {
	case 'u': result(life, VERDICT_UP, now_us); break;
	case 'g': result(life, VERDICT_DEGRADED, now_us); break;
	case 'd': result(life, VERDICT_DOWN, now_us); break;
	case 'x': result(life, VERDICT_UNKNOWN, now_us); break;
	case 'P':
		if (monitor_pause(&life->standing, now_us).changed)
			ledger_interrupt(&life->ledger, now_us, STATE_PAUSED);
		break;
	case 'R': monitor_resume(&life->standing, now_us); break;
	case 'M':
		if (monitor_maintain(&life->standing, now_us).changed)
			ledger_interrupt(&life->ledger, now_us, STATE_MAINTENANCE);
		break;
	case 'B': monitor_return(&life->standing, now_us); break;
	case 'S': ledger_interrupt(&life->ledger, now_us, life->standing.state); break;
	default: fail_msg("no such step: %c", what);
	}
}

static void live_through(struct life *life, const char *steps, int64_t start_us)
{
	while (*steps) {
		char *end;
		long second = strtol(steps, &end, 10);

		live(life, *end, start_us + second * SECOND);
		steps = end + 1;
		while (*steps == ' ')
			steps++;
	}
}

/* As a store would: whatever is settled by now, each time anew. */
static void feed(struct rollup *rollup, const struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->count && ledger->spans[i].time_class <= TIME_DEGRADED; i++)
		rollup_add_span(rollup, &ledger->spans[i]);
}

static int64_t total(const struct rollup *rollup)
{
	int64_t sum = 0;

	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		sum += rollup->amounts.us[i];
	return sum;
}

static void buckets_are_aligned(void **state)
{
	static const struct { int64_t us, starts[ROLLUP_STEP_COUNT]; } rows[] = {
		{ 0, { 0, 0, 0 } },
		{ 1, { 0, 0, 0 } },
		{ 300 * SECOND - 1, { 0, 0, 0 } },
		{ 300 * SECOND, { 300 * SECOND, 0, 0 } },
		{ HOUR - 1, { HOUR - 300 * SECOND, 0, 0 } },
		{ HOUR, { HOUR, HOUR, 0 } },
		{ DAY - 1, { DAY - 300 * SECOND, DAY - HOUR, 0 } },
		{ DAY, { DAY, DAY, DAY } },
		{ -1, { -300 * SECOND, -HOUR, -DAY } },
		{ -DAY, { -DAY, -DAY, -DAY } },
		/* 2024-02-29T23:59:59.999999Z, and a microsecond later */
		{ INT64_C(1709251199999999), { INT64_C(1709250900000000), INT64_C(1709247600000000), INT64_C(1709164800000000) } },
		{ INT64_C(1709251200000000), { INT64_C(1709251200000000), INT64_C(1709251200000000), INT64_C(1709251200000000) } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int step = 0; step < ROLLUP_STEP_COUNT; step++)
			if (rollup_start_us((enum rollup_step)step, rows[i].us) != rows[i].starts[step])
				fail_msg("row %zu, step %d", i, step);
}

static void buckets_that_a_span_touches(void **state)
{
	static const struct { int64_t from, to; enum rollup_step step; int64_t count, first; } rows[] = {
		{ 0, 0, ROLLUP_5MIN, 0, -7 },
		{ 5, 4, ROLLUP_5MIN, 0, -7 },
		{ 0, 1, ROLLUP_5MIN, 1, 0 },
		{ 0, 300 * SECOND, ROLLUP_5MIN, 1, 0 },
		{ 0, 300 * SECOND + 1, ROLLUP_5MIN, 2, 0 },
		{ 300 * SECOND - 1, 300 * SECOND, ROLLUP_5MIN, 1, 0 },
		{ 300 * SECOND - 1, 300 * SECOND + 1, ROLLUP_5MIN, 2, 0 },
		{ 300 * SECOND, 600 * SECOND, ROLLUP_5MIN, 1, 300 * SECOND },
		{ 0, DAY, ROLLUP_5MIN, 288, 0 },
		{ HOUR - 1, DAY + 1, ROLLUP_HOUR, 25, 0 },
		{ DAY + 5, DAY + 6, ROLLUP_DAY, 1, DAY },
		{ DAY - 1, 3 * DAY, ROLLUP_DAY, 3, 0 },
		{ -1, 1, ROLLUP_DAY, 2, -DAY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span span = { rows[i].from, rows[i].to, TIME_UP };
		int64_t first = -7, count = rollup_touched(rows[i].step, &span, &first);

		if (count != rows[i].count || first != rows[i].first)
			fail_msg("row %zu: %lld from %lld", i, (long long)count, (long long)first);
	}
}

struct golden {
	const char *what;
	unsigned rise, fall;
	const char *steps;	/* a pause at its end settles everything */
	enum rollup_step step;
	int bucket;		/* seconds in it */
	int up, down, pending, maintenance, unknown;
};

static const struct golden golden[] = {
	{ "nothing ever happened", 2, 3, "300P", ROLLUP_5MIN, 0, 0, 0, 0, 0, 300 },
	{ "up all the time", 2, 3, "0u 60u 120u 180u 240u 300P", ROLLUP_5MIN, 0, 300, 0, 0, 0, 0 },
	{ "a span is cut at the border", 2, 3, "0u 60u 120u 180u 240u 290u 350u 400P", ROLLUP_5MIN, 0, 300, 0, 0, 0, 0 },
	{ "and goes on behind it", 2, 3, "0u 60u 120u 180u 240u 290u 350u 400P", ROLLUP_5MIN, 300, 100, 0, 0, 0, 200 },
	{ "both are the hour", 2, 3, "0u 60u 120u 180u 240u 290u 350u 400P", ROLLUP_HOUR, 0, 400, 0, 0, 0, 3200 },
	{ "and the day", 2, 3, "0u 60u 120u 180u 240u 290u 350u 400P", ROLLUP_DAY, 0, 400, 0, 0, 0, 86000 },
	{ "degraded is up", 2, 1, "0u 60g 120g 180u 200P", ROLLUP_5MIN, 0, 200, 0, 0, 0, 100 },
	{ "failing over the border and then down", 2, 3, "270d 290d 310d 350P", ROLLUP_5MIN, 0, 0, 30, 0, 0, 270 },
	{ "its other half", 2, 3, "270d 290d 310d 350P", ROLLUP_5MIN, 300, 0, 50, 0, 0, 250 },
	{ "failing over the border and recovered", 2, 3, "270d 290d 310u 350P", ROLLUP_5MIN, 0, 0, 0, 30, 0, 270 },
	{ "its other half, up again", 2, 3, "270d 290d 310u 350P", ROLLUP_5MIN, 300, 40, 0, 10, 0, 250 },
	{ "up since the first good check", 3, 1, "240d 290u 310u 330u 340P", ROLLUP_5MIN, 0, 10, 50, 0, 0, 240 },
	{ "not seen to recover", 3, 1, "240d 290u 310u 330P", ROLLUP_5MIN, 0, 0, 60, 0, 0, 240 },
	{ "off for an hour", 2, 3, "0u 60u 3660u 3720P", ROLLUP_HOUR, 0, 130, 0, 0, 0, 3470 },
	{ "off for an hour inside an incident", 2, 1, "0d 60d 3660d 3720P", ROLLUP_DAY, 0, 0, 190, 0, 0, 86210 },
	{ "maintenance over the border", 2, 1, "240u 290M 310d 360B 365u 400P", ROLLUP_5MIN, 0, 50, 0, 0, 10, 240 },
	{ "and its end", 2, 1, "240u 290M 310d 360B 365u 400P", ROLLUP_5MIN, 300, 35, 0, 0, 65, 200 },
	{ "suspended", 2, 3, "0u 60u 65S 1000u 1060P", ROLLUP_HOUR, 0, 125, 0, 0, 0, 3475 },
	{ "could not check", 2, 1, "0d 60x 120d 180P", ROLLUP_5MIN, 0, 0, 120, 0, 0, 180 },
};

static void golden_sequences(void **state)
{
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		const struct golden *row = &golden[i];
		struct life life = { .rules = { row->rise, row->fall } };
		struct rollup got = { 0 };

		live_through(&life, row->steps, START);
		rollup_open(&got, row->step, START + row->bucket * SECOND + 17);
		feed(&got, &life.ledger);
		if (got.amounts.us[TIME_UP] != row->up * SECOND || got.amounts.us[TIME_DOWN] != row->down * SECOND
		    || got.amounts.us[TIME_PENDING] != row->pending * SECOND || got.amounts.us[TIME_MAINTENANCE] != row->maintenance * SECOND
		    || got.amounts.us[TIME_UNKNOWN] != row->unknown * SECOND)
			fail_msg("%s: %s\n  up %g down %g pending %g maintenance %g unknown %g", row->what, row->steps,
			    (double)got.amounts.us[TIME_UP] / 1e6, (double)got.amounts.us[TIME_DOWN] / 1e6,
			    (double)got.amounts.us[TIME_PENDING] / 1e6, (double)got.amounts.us[TIME_MAINTENANCE] / 1e6,
			    (double)got.amounts.us[TIME_UNKNOWN] / 1e6);
		assert_int_equal(total(&got), rollup_length_us(row->step));
		rollup_finish(&got);
		ledger_finish(&life.ledger);
	}
}

/* The rows of beats by hand: of each the verdict, and whether it has a latency. */
static void beats_are_counted(void **state)
{
	struct rollup rollup = { 0 };
	struct beat ping = beat_at(START + 5, OUTCOME_OK, 9000000), inverted = beat_at(START + 6, OUTCOME_CONNECT_REFUSED, 55);
	const struct beat beats[] = {
		beat_at(START, OUTCOME_OK, 0), beat_at(START + 1, OUTCOME_OK, 100000), beat_at(START + 2, OUTCOME_SLOW, 400000),
		beat_at(START + 3, OUTCOME_WRONG_STATUS, 7), beat_at(START + 300 * SECOND - 1, OUTCOME_NO_ROUTE, -1),
	};

	rollup_open(&rollup, ROLLUP_5MIN, START);
	assert_int_equal(rollup_quantile_us(&rollup, 0.5), -1);
	for (size_t i = 0; i < sizeof(beats) / sizeof(beats[0]); i++)
		assert_true(rollup_add_beat(&rollup, &beats[i]));
	assert_int_equal(rollup.answers, 3);
	assert_int_equal(rollup.latency_sum_us, 500000);	/* a mean of 166.67 ms: no answer without a time, none with one that failed */
	assert_int_equal(rollup.latency_min_us, 0);
	assert_int_equal(rollup.latency_max_us, 400000);
	assert_int_equal(rollup_quantile_us(&rollup, 0), 0);
	assert_int_equal(rollup_quantile_us(&rollup, 0.5), 99327);	/* the middle of 98304 to 100351 */
	assert_int_equal(rollup_quantile_us(&rollup, 1), 397311);

	/* a ping's latency is its round trip; what an inverted monitor calls up has none */
	ping.phase_us[PHASE_CONNECT] = -1;
	ping.phase_us[PHASE_FIRST_BYTE] = 20;
	inverted.verdict = VERDICT_UP;
	assert_true(rollup_add_beat(&rollup, &ping));
	assert_true(rollup_add_beat(&rollup, &inverted));
	assert_int_equal(rollup.answers, 4);
	assert_int_equal(rollup.latency_sum_us, 500020);
	assert_int_equal(rollup.beats[VERDICT_UP], 4);
	assert_int_equal(rollup.beats[VERDICT_DEGRADED], 1);
	assert_int_equal(rollup.beats[VERDICT_DOWN], 1);
	assert_int_equal(rollup.beats[VERDICT_UNKNOWN], 1);
	assert_int_equal(rollup.latencies.count, 4);
	rollup_finish(&rollup);
}

/* The middle of their bucket is 397311 both times, which nobody measured. */
static void quantiles_stay_between_least_and_most(void **state)
{
	static const int32_t ends[] = { 393216, 401407 };

	for (int i = 0; i < 2; i++) {
		struct beat beat = beat_at(START, OUTCOME_OK, ends[i]);
		struct rollup rollup = { 0 };

		rollup_open(&rollup, ROLLUP_5MIN, START);
		rollup_add_beat(&rollup, &beat);
		assert_int_equal(histogram_quantile_us(&rollup.latencies, 0.5), 397311);
		assert_int_equal(rollup_quantile_us(&rollup, 0.5), ends[i]);
		rollup_finish(&rollup);
	}
}

static void beats_of_another_time_are_not(void **state)
{
	struct rollup rollup = { 0 };
	struct beat before = beat_at(START - 1, OUTCOME_OK, 5), after = beat_at(START + HOUR, OUTCOME_OK, 5);
	struct buf coded;

	buf_init(&coded, HISTOGRAM_CODED_MOST);
	rollup_open(&rollup, ROLLUP_HOUR, START + 1);
	assert_false(rollup_add_beat(&rollup, &before));
	assert_false(rollup_add_beat(&rollup, &after));
	assert_int_equal(rollup.answers, 0);
	assert_false(rollup_close(&rollup, &coded));
	assert_int_equal(coded.length, 0);
	buf_finish(&coded);
	rollup_finish(&rollup);
}

/* A healthy span grows for months and is fed each time; and one that comes again after a restart overlaps. */
static void nothing_is_counted_twice(void **state)
{
	static const struct span spans[] = {
		{ START - DAY, START + 10, TIME_UP }, { START - DAY, START + 10, TIME_UP }, { START - DAY, START + 40, TIME_UP },
		{ START + 30, START + 50, TIME_DOWN }, { START + 20, START + 30, TIME_DOWN }, { START + 60, START + 60, TIME_DOWN },
		{ START + 70, START + 80, TIME_UNKNOWN }, { START + 75, START + 90, TIME_PENDING }, { START + HOUR - 3, START + DAY, TIME_MAINTENANCE },
		{ START + HOUR, START + DAY, TIME_DOWN },
	};
	struct rollup rollup = { 0 };

	rollup_open(&rollup, ROLLUP_HOUR, START);
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		rollup_add_span(&rollup, &spans[i]);
		assert_int_equal(total(&rollup), HOUR);
	}
	assert_int_equal(rollup.amounts.us[TIME_UP], 40);
	assert_int_equal(rollup.amounts.us[TIME_DOWN], 10);
	assert_int_equal(rollup.amounts.us[TIME_PENDING], 10);
	assert_int_equal(rollup.amounts.us[TIME_MAINTENANCE], 3);
	rollup_finish(&rollup);
}

static void a_bucket_can_be_used_again(void **state)
{
	struct beat beat = beat_at(START, OUTCOME_OK, 1000), later = beat_at(START + DAY, OUTCOME_NO_ROUTE, -1);
	struct rollup rollup = { 0 };
	struct histogram again = { 0 };
	struct buf coded;

	buf_init(&coded, HISTOGRAM_CODED_MOST);
	rollup_open(&rollup, ROLLUP_5MIN, START);
	rollup_add_beat(&rollup, &beat);
	assert_true(rollup_close(&rollup, &coded));
	assert_true(histogram_decode(&again, coded.data, coded.length, NULL));
	assert_int_equal(again.count, 1);
	buf_clear(&coded);

	/* a row without a histogram: checked, never answered */
	rollup_open(&rollup, ROLLUP_DAY, START + DAY);
	assert_int_equal(rollup.start_us, START + DAY - 8 * HOUR);
	assert_int_equal(rollup.answers, 0);
	assert_int_equal(rollup.latency_max_us, -1);
	assert_int_equal(rollup.amounts.us[TIME_UNKNOWN], DAY);
	rollup_add_beat(&rollup, &later);
	assert_true(rollup_close(&rollup, &coded));
	assert_int_equal(coded.length, 0);
	buf_finish(&coded);
	histogram_finish(&again);
	rollup_finish(&rollup);
}

static uint64_t draw(uint64_t *random, uint64_t below)
{
	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*random >> 33) % below;
}

/* A UTC day and its parts, each fed by itself. */
struct day {
	struct rollup fine[FINES], hours[HOURS], whole;
};

static void day_open(struct day *day, int64_t start_us)
{
	memset(day, 0, sizeof(*day));
	for (int i = 0; i < FINES; i++)
		rollup_open(&day->fine[i], ROLLUP_5MIN, start_us + i * rollup_length_us(ROLLUP_5MIN));
	for (int i = 0; i < HOURS; i++)
		rollup_open(&day->hours[i], ROLLUP_HOUR, start_us + i * HOUR);
	rollup_open(&day->whole, ROLLUP_DAY, start_us);
}

static void day_feed(struct day *day, const struct ledger *ledger)
{
	for (int i = 0; i < FINES; i++)
		feed(&day->fine[i], ledger);
	for (int i = 0; i < HOURS; i++)
		feed(&day->hours[i], ledger);
	feed(&day->whole, ledger);
}

static void day_finish(struct day *day)
{
	for (int i = 0; i < FINES; i++)
		rollup_finish(&day->fine[i]);
	for (int i = 0; i < HOURS; i++)
		rollup_finish(&day->hours[i]);
	rollup_finish(&day->whole);
}

static void day_beat(struct day *day, const struct beat *beat)
{
	int taken = 0;

	for (int i = 0; i < FINES; i++)
		taken += rollup_add_beat(&day->fine[i], beat);
	for (int i = 0; i < HOURS; i++)
		taken += rollup_add_beat(&day->hours[i], beat);
	taken += rollup_add_beat(&day->whole, beat);
	assert_true(taken == 0 || taken == 3);
}

static void assert_same(struct rollup *a, struct rollup *b)
{
	struct buf x, y;

	assert_int_equal(a->start_us, b->start_us);
	assert_memory_equal(&a->amounts, &b->amounts, sizeof(a->amounts));
	assert_memory_equal(a->beats, b->beats, sizeof(a->beats));
	assert_int_equal(a->answers, b->answers);
	assert_int_equal(a->latency_min_us, b->latency_min_us);
	assert_int_equal(a->latency_max_us, b->latency_max_us);
	assert_int_equal(a->latency_sum_us, b->latency_sum_us);
	buf_init(&x, HISTOGRAM_CODED_MOST);
	buf_init(&y, HISTOGRAM_CODED_MOST);
	histogram_encode(&a->latencies, &x);
	histogram_encode(&b->latencies, &y);
	assert_int_equal(x.length, y.length);
	assert_memory_equal(x.data, y.data, x.length);
	buf_finish(&x);
	buf_finish(&y);
}

static void check_sums(struct rollup *rollup, const struct ledger *ledger)
{
	int64_t length_us = rollup_length_us(rollup->step);
	struct amounts sum = ledger_sum(ledger, rollup->start_us, rollup->start_us + length_us);

	assert_memory_equal(&rollup->amounts, &sum, sizeof(sum));
	assert_int_equal(total(rollup), length_us);
	assert_int_equal(rollup->answers, (int64_t)rollup->latencies.count);
}

static void check_merges(struct day *day)
{
	struct rollup hour = { 0 }, by_fine = { 0 }, by_hour = { 0 };

	rollup_open(&by_fine, ROLLUP_DAY, day->whole.start_us);
	rollup_open(&by_hour, ROLLUP_DAY, day->whole.start_us);
	for (int i = 0; i < HOURS; i++) {
		rollup_open(&hour, ROLLUP_HOUR, day->hours[i].start_us);
		for (int k = 0; k < 12; k++) {
			rollup_merge(&hour, &day->fine[i * 12 + k]);
			rollup_merge(&by_fine, &day->fine[i * 12 + k]);
		}
		assert_same(&hour, &day->hours[i]);
		rollup_merge(&by_hour, &hour);
	}
	assert_same(&by_fine, &day->whole);
	assert_same(&by_hour, &day->whole);
	rollup_finish(&hour);
	rollup_finish(&by_fine);
	rollup_finish(&by_hour);
}

/* One step of a random life: a result with its beat, or what interrupts it. */
static void live_randomly(struct life *life, struct day *day, int64_t now_us, uint64_t *random)
{
	static const char moods[][14] = { "uuuuuuuuuudx", "dddddddddduu", "udududgxdxux", "xxxxxxxxuddd", "uuuddduuPRSMB" };
	const char *mood = moods[(uint64_t)(now_us / (1800 * SECOND)) * 7919 % 5];
	char what = mood[draw(random, strlen(mood))];
	static const char results[] = "ugdx";
	static const enum outcome outcomes[] = { OUTCOME_OK, OUTCOME_SLOW, OUTCOME_CONNECT_TIMEOUT, OUTCOME_NO_SOCKETS };
	const char *found = strchr(results, what);

	if (found && life->standing.state != STATE_PAUSED) {
		struct beat beat = beat_at(now_us, outcomes[found - results], (int32_t)(draw(random, 40) * draw(random, 40000)));

		day_beat(day, &beat);
	}
	live(life, what, now_us);
}

static void any_day_adds_up(void **state)
{
	static struct day day;
	uint64_t random = 1;

	for (unsigned round = 0; round < 6; round++) {
		struct life life = { .rules = { 1 + round % 3, 1 + round / 2 % 4 } };
		int64_t start_us = rollup_start_us(ROLLUP_DAY, START) + round * DAY, now_us = start_us - 600 * SECOND;
		unsigned steps = 0;

		day_open(&day, start_us);
		/* from before its beginning until after its end, fed now and then */
		for (; now_us < start_us + DAY + HOUR; now_us += 1 + (int64_t)draw(&random, 100000000)) {
			live_randomly(&life, &day, now_us, &random);
			if (++steps % 50 == 0)
				day_feed(&day, &life.ledger);
		}
		if (life.standing.state == STATE_PAUSED)
			live(&life, 'R', now_us);
		live(&life, 'P', now_us + 1);
		day_feed(&day, &life.ledger);
		for (int i = 0; i < FINES; i++)
			check_sums(&day.fine[i], &life.ledger);
		for (int i = 0; i < HOURS; i++)
			check_sums(&day.hours[i], &life.ledger);
		check_sums(&day.whole, &life.ledger);
		assert_true(day.whole.amounts.us[TIME_UP] > 0 && day.whole.amounts.us[TIME_DOWN] > 0 && day.whole.answers > 100);
		check_merges(&day);
		day_finish(&day);
		ledger_finish(&life.ledger);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_are_aligned),
		cmocka_unit_test(buckets_that_a_span_touches),
		cmocka_unit_test(golden_sequences),
		cmocka_unit_test(beats_are_counted),
		cmocka_unit_test(quantiles_stay_between_least_and_most),
		cmocka_unit_test(beats_of_another_time_are_not),
		cmocka_unit_test(nothing_is_counted_twice),
		cmocka_unit_test(a_bucket_can_be_used_again),
		cmocka_unit_test(any_day_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
