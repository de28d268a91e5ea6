/*
 * The accounting of time on golden sequences, and against a second, slower way to say the same.
 *
 * A story is what happened to a monitor, each step with its second: u up, g degraded, d down, x unknown; P pause, R resume, M
 * maintenance begins, B it ends, S the machine was suspended from then on, C its clock was set back to then. The state machine runs
 * along, so that the ledger sees what it sees in life.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/ledger.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define START (INT64_C(1800000000) * SECOND)	/* second 0 of every story */

struct life {
	struct judge_rules rules;
	struct standing standing;
	struct ledger ledger;
	int64_t reach_us;
};

static void result(struct life *life, enum verdict verdict, int64_t now_us)
{
	enum state from = life->standing.state;

	if (from == STATE_PAUSED)
		return;
	if (from != STATE_MAINTENANCE)
		monitor_apply(&life->standing, &life->rules, verdict, now_us);
	ledger_result(&life->ledger, now_us, life->reach_us, verdict, from, life->standing.state);
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
	case 'C': ledger_set_back(&life->ledger, now_us); break;
	case 'S': ledger_interrupt(&life->ledger, now_us, life->standing.state); break;
	default: fail_msg("no such step: %c", what);
	}
}

static void live_through(struct life *life, const char *steps)
{
	while (*steps) {
		char *end;
		long second = strtol(steps, &end, 10);

		live(life, *end, START + second * SECOND);
		steps = end + 1;
		while (*steps == ' ')
			steps++;
	}
}

struct golden {
	const char *what;
	unsigned rise, fall;
	int reach;		/* seconds */
	const char *steps;
	int from, to;		/* the window, seconds */
	int up, down, pending, maintenance, unknown;
	size_t spans;		/* closed ones */
};

static const struct golden golden[] = {
	{ "nothing ever happened", 2, 3, 70, "", 0, 100, 0, 0, 0, 0, 100, 0 },
	{ "up", 2, 3, 70, "0u 60u 120u 180u", 0, 200, 200, 0, 0, 0, 0, 1 },
	{ "not known before the first result", 2, 3, 70, "100u 160u", 0, 200, 100, 0, 0, 0, 100, 1 },
	{ "the last result speaks as far as it reaches", 2, 3, 70, "0u 60u", 0, 500, 130, 0, 0, 0, 370, 1 },
	{ "degraded is up", 2, 1, 70, "0u 60g 120g 180u", 0, 200, 200, 0, 0, 0, 0, 2 },
	{ "a late result leaves a gap", 2, 3, 70, "0u 100u 160u", 0, 160, 130, 0, 0, 0, 30, 2 },
	{ "a window inside", 2, 3, 70, "0u 60u 120u 180u 240u", 61, 64, 3, 0, 0, 0, 0, 1 },
	{ "a window before", 2, 3, 70, "100u 160u", 10, 20, 0, 0, 0, 0, 10, 1 },
	{ "an empty window", 2, 3, 70, "0u 60u", 30, 30, 0, 0, 0, 0, 0, 1 },
	{ "a window upside down", 2, 3, 70, "0u 60u", 40, 30, 0, 0, 0, 0, 0, 1 },

	{ "pending that recovered is pending", 2, 3, 70, "0u 60d 70d 80u 140u", 0, 140, 120, 0, 20, 0, 0, 3 },
	{ "pending and not settled yet counts as pending", 2, 3, 70, "0u 60d 70d", 0, 80, 60, 0, 20, 0, 0, 2 },
	{ "pending that became down is down from its first failure", 2, 3, 70, "0u 60d 70d 80d 140d", 0, 140, 60, 80, 0, 0, 0, 2 },
	{ "the same of a new monitor", 2, 3, 70, "0d 10d 20d", 0, 30, 0, 30, 0, 0, 0, 1 },
	{ "down at once", 2, 1, 70, "0u 60d 120d", 0, 180, 60, 120, 0, 0, 0, 2 },
	{ "the good check that ends a blip is up already", 2, 3, 70, "0u 60d 70u", 0, 100, 90, 0, 10, 0, 0, 2 },

	{ "down ends at the first good check of the run", 3, 1, 70, "0u 60d 120d 180u 190u 200u 260u", 0, 260, 140, 120, 0, 0, 0, 3 },
	{ "on the way up and not settled yet counts as down", 3, 1, 70, "0u 60d 120u 130u", 0, 140, 60, 80, 0, 0, 0, 3 },
	{ "a good check that falls back is down", 2, 1, 70, "0u 60d 120u 130d 190u 200u", 0, 210, 80, 130, 0, 0, 0, 3 },
	{ "and joins what is around it", 2, 1, 70, "0d 60u 70d 130u 140d 200d", 0, 260, 0, 260, 0, 0, 0, 1 },
	{ "degraded ends it likewise", 2, 1, 70, "0d 60g 70g 130g", 0, 190, 130, 60, 0, 0, 0, 2 },
	{ "rise 1", 1, 1, 70, "0d 60u", 0, 120, 60, 60, 0, 0, 0, 1 },

	{ "after a check that could not be made it is unknown", 2, 3, 70, "0u 60x 120u 180u", 0, 240, 180, 0, 0, 0, 60, 2 },
	{ "also inside an incident", 2, 1, 70, "0d 60x 120d 180d", 0, 240, 0, 180, 0, 0, 60, 2 },
	{ "also inside an incident that stays down", 2, 3, 70, "0d 10d 20d 80x 140d 200d", 0, 260, 0, 200, 0, 0, 60, 2 },
	{ "also while failing", 2, 3, 70, "0u 60d 70x 80d 90d", 0, 150, 60, 80, 0, 0, 10, 3 },
	{ "also on the way up", 2, 2, 70, "0d 10d 70u 80x 90u", 0, 150, 70, 70, 0, 0, 10, 2 },
	{ "pending that became unknown was pending", 2, 2, 70, "0u 60d 70x 80x 140u", 0, 200, 120, 0, 10, 0, 70, 2 },
	{ "and so it stays when it is down later", 2, 2, 70, "0u 60d 70x 80x 140d 150d 210d", 0, 270, 60, 130, 10, 0, 70, 3 },
	{ "an incident that became unknown on the way up was down", 3, 2, 70, "0d 10d 70u 80x 90x 150u", 0, 210, 60, 80, 0, 0, 70, 1 },

	{ "an hour off is unknown, but for the reach", 2, 3, 70, "0u 60u 3660u 3720u", 0, 3720, 190, 0, 0, 0, 3530, 2 },
	{ "off inside an incident does not split it", 2, 1, 70, "0d 60d 3660d 3720u 3730u", 0, 3740, 20, 190, 0, 0, 3530, 3 },
	{ "off while failing", 2, 3, 70, "0u 60d 3660d 3670d", 0, 3700, 60, 110, 0, 0, 3530, 3 },
	{ "off on the way up", 2, 1, 70, "0d 60u 3660u 3720u", 0, 3720, 130, 60, 0, 0, 3530, 3 },

	{ "a pause is unknown at once", 2, 3, 70, "0u 60u 90P 990R 1000u", 0, 1060, 150, 0, 0, 0, 910, 1 },
	{ "a pause after the reach", 2, 3, 70, "0u 60u 200P 990R 1000u", 0, 1060, 190, 0, 0, 0, 870, 1 },
	{ "a pause inside an incident", 2, 1, 70, "0d 60d 90P 990R 1000d 1060u 1070u", 0, 1080, 20, 150, 0, 0, 910, 3 },
	{ "a pause while failing: it was never down", 2, 3, 70, "0u 60d 70d 80P 990R 1000d", 0, 1000, 60, 0, 20, 0, 920, 2 },
	{ "a pause on the way up: not seen to end", 2, 1, 70, "0d 60u 65P 990R 1000u", 0, 1060, 60, 65, 0, 0, 935, 1 },
	{ "a paused new monitor", 2, 3, 70, "10P 20R", 0, 100, 0, 0, 0, 0, 100, 0 },

	{ "maintenance is apart", 2, 1, 70, "0u 60u 90M 120d 180d 240u 270B 300u", 0, 360, 150, 0, 0, 210, 0, 2 },
	{ "maintenance is seen as far as results reach", 2, 1, 70, "0u 60u 90M", 0, 500, 90, 0, 0, 40, 370, 1 },
	{ "maintenance inside an incident", 2, 1, 70, "0d 60d 90M 120d 180B 190u", 0, 250, 60, 90, 0, 100, 0, 2 },
	{ "could not check in maintenance", 2, 1, 70, "0u 30M 60x 120u 180B 190u", 0, 250, 90, 0, 0, 100, 60, 3 },
	{ "maintenance out of the blue", 2, 1, 70, "0M 10u 70u", 0, 130, 0, 0, 0, 120, 10, 1 },

	{ "suspended from then on", 2, 3, 70, "0u 60u 65S 1000u", 0, 1060, 125, 0, 0, 0, 935, 1 },
	{ "suspended after the reach", 2, 3, 70, "0u 60u 500S 1000u", 0, 1060, 190, 0, 0, 0, 870, 1 },
	{ "suspended while failing settles nothing", 2, 3, 70, "0u 60d 65S 1000d 1010d", 0, 1020, 60, 25, 0, 0, 935, 3 },
	{ "suspended while failing, and back", 2, 3, 70, "0u 60d 65S 1000u", 0, 1020, 80, 0, 5, 0, 935, 2 },
	{ "suspended on the way up settles nothing", 2, 1, 70, "0d 60u 65S 1000u", 0, 1010, 15, 60, 0, 0, 935, 2 },

	{ "a clock set back counts as the last result", 2, 1, 70, "0u 60u 120u 30d 40d 180u 190u", 0, 200, 140, 60, 0, 0, 0, 3 },
	{ "and again and again", 2, 1, 70, "100u 160u 10u 20u 30u 170u", 100, 200, 100, 0, 0, 0, 0, 1 },
	{ "a clock set back while failing", 2, 3, 70, "0u 60d 10d 20d 120d", 0, 180, 60, 120, 0, 0, 0, 2 },
	{ "a clock set back before a pause", 2, 3, 70, "0u 60u 10P 50R 100u", 0, 160, 120, 0, 0, 0, 40, 1 },
	{ "set back by much, the second time counts", 2, 1, 70, "0u 60u 120u 30C 30d 90d 150u 160u", 0, 200, 80, 120, 0, 0, 0, 3 },
	{ "set back to before all that is known", 2, 3, 70, "5000u 5060u 0C 0u 60u", 0, 120, 120, 0, 0, 0, 0, 1 },
	{ "set back by much while failing", 2, 3, 70, "0u 60d 70d 65C 65d 75d", 0, 100, 60, 40, 0, 0, 0, 2 },
	{ "set back by much, and nothing follows", 2, 3, 70, "0u 60u 120u 30C", 0, 200, 30, 0, 0, 0, 170, 1 },
	{ "two results at once", 2, 1, 70, "0u 60u 60d 60d", 0, 100, 60, 40, 0, 0, 0, 1 },
	{ "a result that speaks for nothing", 2, 3, 0, "0u 60u", 0, 100, 0, 0, 0, 0, 100, 0 },
};

static int64_t total(const struct amounts *amounts)
{
	int64_t sum = 0;

	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		sum += amounts->us[i];
	return sum;
}

static void golden_sequences(void **state)
{
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		const struct golden *row = &golden[i];
		struct life life = { .rules = { row->rise, row->fall }, .reach_us = row->reach * SECOND };
		struct amounts got;

		live_through(&life, row->steps);
		got = ledger_sum(&life.ledger, START + row->from * SECOND, START + row->to * SECOND);
		if (got.us[TIME_UP] != row->up * SECOND || got.us[TIME_DOWN] != row->down * SECOND
		    || got.us[TIME_PENDING] != row->pending * SECOND || got.us[TIME_MAINTENANCE] != row->maintenance * SECOND
		    || got.us[TIME_UNKNOWN] != row->unknown * SECOND || life.ledger.count != row->spans)
			fail_msg("%s: %s\n  up %g down %g pending %g maintenance %g unknown %g in %zu spans", row->what, row->steps,
			    (double)got.us[TIME_UP] / 1e6, (double)got.us[TIME_DOWN] / 1e6, (double)got.us[TIME_PENDING] / 1e6,
			    (double)got.us[TIME_MAINTENANCE] / 1e6, (double)got.us[TIME_UNKNOWN] / 1e6, life.ledger.count);
		ledger_finish(&life.ledger);
	}
}

/* Of the first 1,000 seconds. */
static void degraded_is_told_apart(void **state)
{
	static const struct { const char *what; unsigned rise, fall; const char *steps; int degraded, up; } rows[] = {
		{ "never", 2, 1, "0u 60u 120P", 0, 120 },
		{ "until it is up again", 2, 1, "0u 60g 120g 180u 190u 200P", 130, 200 },
		{ "not before the state says so", 2, 2, "0u 60g 120g 180P", 60, 180 },
		{ "up again at once", 1, 1, "0u 60g 120u 180P", 60, 180 },
		{ "a blip in it is pending", 2, 2, "0g 60g 120d 130g 190P", 180, 180 },
		{ "an incident that it ended", 2, 1, "0d 60g 70g 130P", 70, 70 },
		{ "an incident that ended well", 2, 1, "0d 60u 70u 130P", 0, 70 },
		{ "as far as it reaches", 2, 1, "0g", 70, 70 },
		{ "could not check", 2, 1, "0g 60x 120P", 60, 60 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct life life = { .rules = { rows[i].rise, rows[i].fall }, .reach_us = 70 * SECOND };
		struct amounts got, halves, more;

		live_through(&life, rows[i].steps);
		got = ledger_sum(&life.ledger, START, START + 1000 * SECOND);
		halves = ledger_sum(&life.ledger, START, START + 65 * SECOND);
		more = ledger_sum(&life.ledger, START + 65 * SECOND, START + 1000 * SECOND);
		amounts_add(&halves, &more);
		if (got.degraded_us != rows[i].degraded * SECOND || got.us[TIME_UP] != rows[i].up * SECOND || total(&got) != 1000 * SECOND)
			fail_msg("%s: %s\n  degraded %g, up %g", rows[i].what, rows[i].steps, (double)got.degraded_us / 1e6,
			    (double)got.us[TIME_UP] / 1e6);
		assert_memory_equal(&halves, &got, sizeof(got));
		ledger_finish(&life.ledger);
	}
}

/* A blip shorter than a second must not be lost in rounding. */
static void exact_to_the_microsecond(void **state)
{
	struct life life = { .rules = { 2, 3 }, .reach_us = 70 * SECOND };
	struct amounts got;

	live(&life, 'u', START);
	live(&life, 'd', START + 7);
	live(&life, 'u', START + 10);
	got = ledger_sum(&life.ledger, START, START + 11);
	assert_int_equal(got.us[TIME_UP], 8);
	assert_int_equal(got.us[TIME_PENDING], 3);
	got = ledger_sum(&life.ledger, START + 9, START + 10);
	assert_int_equal(got.us[TIME_PENDING], 1);
	assert_int_equal(total(&got), 1);
	ledger_finish(&life.ledger);
}

static void a_healthy_day_is_one_span(void **state)
{
	struct life life = { .rules = { 2, 3 }, .reach_us = 30 * SECOND };
	struct amounts got;

	for (int64_t t = 0; t <= DAY; t += 20 * SECOND)
		live(&life, 'u', START + t);
	assert_int_equal(life.ledger.count, 1);
	got = ledger_sum(&life.ledger, START, START + DAY);
	assert_int_equal(got.us[TIME_UP], DAY);
	assert_true(amounts_uptime(&got) == 1.0);
	ledger_finish(&life.ledger);
}

static void thirty_days_of_up_and_down(void **state)
{
	struct life life = { .rules = { 1, 1 }, .reach_us = 70 * SECOND };
	struct amounts got, day;
	int64_t now_us = START;

	for (int i = 0; i < 30 * 1440; i++, now_us += 60 * SECOND)
		live(&life, i % 3 == 2 ? 'd' : 'u', now_us);
	got = ledger_sum(&life.ledger, START, now_us);
	assert_int_equal(got.us[TIME_UP], 20 * DAY);
	assert_int_equal(got.us[TIME_DOWN], 10 * DAY);
	assert_int_equal(total(&got), 30 * DAY);
	assert_true(amounts_uptime(&got) > 0.66666 && amounts_uptime(&got) < 0.66667);
	day = ledger_sum(&life.ledger, now_us - DAY, now_us);

	/* the engine keeps a day, and its memory follows */
	ledger_trim(&life.ledger, now_us - DAY);
	assert_true(life.ledger.count <= 961);
	got = ledger_sum(&life.ledger, now_us - DAY, now_us);
	assert_memory_equal(&got, &day, sizeof(day));
	for (int i = 0; i < 2 * 1440; i++, now_us += 60 * SECOND) {
		live(&life, 'u', now_us);
		ledger_trim(&life.ledger, now_us - DAY);
	}
	assert_int_equal(life.ledger.count, 1);
	assert_true(life.ledger.capacity < 64);
	ledger_finish(&life.ledger);
}

static void uptime_of_what_was_observed(void **state)
{
	static const struct { struct amounts amounts; double uptime; } rows[] = {
		{ { { 0, 0, 0, 0, 0 }, 0 }, -1 },
		{ { { 0, 0, 5, 6, 7 }, 0 }, -1 },
		{ { { 10, 0, 5, 6, 7 }, 0 }, 1 },
		{ { { 0, 10, 5, 6, 7 }, 0 }, 0 },
		{ { { 30, 10, 500, 600, 700 }, 30 }, 0.75 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(amounts_uptime(&rows[i].amounts) == rows[i].uptime);
}

/* The second way: a list of what happened, and each stretch of time classified by looking ahead in it. */
enum { HAPPENED_MOST = 600 };

struct happening {
	int64_t at_us;
	enum verdict verdict;
	enum state from, to;
	bool interrupts;	/* no result: only the end of the stretch before */
};

static enum time_class look_ahead(const struct happening *list, size_t count, size_t i)
{
	if (list[i].verdict == VERDICT_UNKNOWN)
		return TIME_UNKNOWN;
	if (list[i].to == STATE_UP || list[i].to == STATE_DEGRADED)
		return list[i].to == STATE_UP ? TIME_UP : TIME_DEGRADED;
	if (list[i].to == STATE_MAINTENANCE)
		return TIME_MAINTENANCE;
	if (list[i].to == STATE_PENDING) {
		for (size_t j = i + 1; j < count; j++)
			if (list[j].to != STATE_PENDING)
				return list[j].to == STATE_DOWN ? TIME_DOWN : TIME_PENDING;
		return TIME_PENDING;
	}
	if (list[i].verdict == VERDICT_DOWN)
		return TIME_DOWN;
	for (size_t j = i + 1; j < count; j++) {
		if (list[j].to == STATE_UP || list[j].to == STATE_DEGRADED)
			return list[j].to == STATE_UP ? TIME_UP : TIME_DEGRADED;
		if (list[j].to != STATE_DOWN || (!list[j].interrupts && list[j].verdict == VERDICT_DOWN))
			return TIME_DOWN;
	}
	return TIME_DOWN;
}

static struct amounts sum_slowly(const struct happening *list, size_t count, int64_t reach_us, int64_t from_us, int64_t to_us)
{
	struct amounts amounts = { 0 };

	amounts.us[TIME_UNKNOWN] = to_us - from_us;
	for (size_t i = 0; i < count; i++) {
		int64_t begin = list[i].at_us, end = begin + reach_us;
		enum time_class what;

		if (list[i].interrupts)
			continue;
		if (i + 1 < count && list[i + 1].at_us < end)
			end = list[i + 1].at_us;
		begin = begin < from_us ? from_us : begin;
		end = end > to_us ? to_us : end;
		if (begin >= end)
			continue;
		what = look_ahead(list, count, i);
		amounts.us[TIME_UNKNOWN] -= end - begin;
		amounts.us[what == TIME_DEGRADED ? TIME_UP : what] += end - begin;
		amounts.degraded_us += what == TIME_DEGRADED ? end - begin : 0;
	}
	return amounts;
}

static uint64_t draw(uint64_t *random, uint64_t below)
{
	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*random >> 33) % below;
}

/* One step of a random life, kept in the list too. Maintenance is left to the golden rows: its beginning is no result. */
static void live_randomly(struct life *life, struct happening *list, size_t *count, int64_t *now_us, uint64_t *random)
{
	static const char moods[][13] = { "uuuuuuuuuudx", "dddddddddduu", "udududgxdxux", "xxxxxxxxuddd", "uuuddduuPRS" };
	const char *mood = moods[(uint64_t)(*now_us / (400 * SECOND)) * 7919 % 5];	/* lasts for some steps */
	char what = mood[draw(random, strlen(mood))];
	enum state from = life->standing.state;
	struct happening happening = { .at_us = *now_us, .from = from };

	live(life, what, *now_us);
	happening.to = life->standing.state;
	happening.interrupts = what == 'P' || what == 'R' || what == 'S';
	happening.verdict = what == 'u' ? VERDICT_UP : what == 'g' ? VERDICT_DEGRADED : what == 'd' ? VERDICT_DOWN : VERDICT_UNKNOWN;
	if ((from == STATE_PAUSED) == (what == 'R'))
		list[(*count)++] = happening;
	*now_us += 1 + (int64_t)draw(random, 25) * 4 * SECOND + (int64_t)draw(random, 1000000);
}

static void check_windows(const struct life *life, const struct happening *list, size_t count, int64_t now_us, uint64_t *random)
{
	for (int i = 0; i < 8; i++) {
		int64_t length = now_us - START + 100 * SECOND;
		int64_t from = START - 10 * SECOND + (int64_t)draw(random, (uint64_t)length);
		int64_t to = from + (int64_t)draw(random, (uint64_t)length);
		int64_t middle = from + (to - from) / 3;
		struct amounts whole = ledger_sum(&life->ledger, from, to);
		struct amounts first = ledger_sum(&life->ledger, from, middle), second = ledger_sum(&life->ledger, middle, to);
		struct amounts slow = sum_slowly(list, count, life->reach_us, from, to);

		assert_int_equal(total(&whole), to - from);
		assert_int_equal(whole.degraded_us, slow.degraded_us);
		assert_int_equal(first.degraded_us + second.degraded_us, slow.degraded_us);
		for (int c = 0; c < TIME_CLASS_COUNT; c++) {
			assert_int_equal(whole.us[c], slow.us[c]);
			assert_int_equal(whole.us[c], first.us[c] + second.us[c]);
			assert_true(whole.us[c] >= 0);
		}
	}
}

static void check_spans(const struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->count; i++) {
		const struct span *span = &ledger->spans[i];

		assert_true(span->from_us < span->to_us);
		assert_int_not_equal(span->time_class, TIME_UNKNOWN);
		if (i == 0)
			continue;
		assert_true(span[-1].to_us <= span->from_us);
		assert_false(span[-1].to_us == span->from_us && span[-1].time_class == span->time_class);
	}
}

static void any_life_adds_up(void **state)
{
	uint64_t random = 1;

	for (unsigned round = 0; round < 120; round++) {
		struct life life = { .rules = { 1 + round % 3, 1 + round / 3 % 4 }, .reach_us = 70 * SECOND };
		struct happening list[HAPPENED_MOST];
		int64_t now_us = START;
		size_t count = 0;

		for (size_t i = 0; i < HAPPENED_MOST; i++) {
			live_randomly(&life, list, &count, &now_us, &random);
			if (i % 60 == 59) {
				check_windows(&life, list, count, now_us, &random);
				check_spans(&life.ledger);
			}
		}
		ledger_finish(&life.ledger);
	}
}

/* What an archive gives back: all spans, and of the open one what lies before now. */
static size_t export(const struct ledger *ledger, int64_t now_us, struct span *out)
{
	size_t count = ledger->count;
	int64_t until = ledger->open_until_us < now_us ? ledger->open_until_us : now_us;

	memcpy(out, ledger->spans, count * sizeof(*out));
	if (ledger->open_us && ledger->open_class != TIME_UNKNOWN && until > ledger->open_us)
		out[count++] = (struct span){ ledger->open_us, until, ledger->open_class };
	return count;
}

/* A restart anywhere: a fresh ledger given the spans of before ends with the same accounts, whatever was under way. */
static void a_restart_splits_nothing(void **state)
{
	uint64_t random = 7;

	for (unsigned round = 0; round < 200; round++) {
		struct life life = { .rules = { 1 + round % 3, 1 + round / 3 % 4 }, .reach_us = 70 * SECOND };
		struct happening list[HAPPENED_MOST];
		struct span spans[HAPPENED_MOST + 1];
		int64_t now_us = START;
		size_t count = 0, kept;
		size_t before = (size_t)draw(&random, 100), after = (size_t)draw(&random, 100);

		for (size_t i = 0; i < before; i++)
			live_randomly(&life, list, &count, &now_us, &random);
		kept = life.ledger.count ? export(&life.ledger, now_us, spans) : 0;
		if (life.ledger.count) {
			ledger_finish(&life.ledger);
			ledger_prepend(&life.ledger, spans, kept);
			list[count] = (struct happening){ .at_us = now_us, .to = life.standing.state, .interrupts = true };
			count++;
		}
		for (size_t i = 0; i < after; i++)
			live_randomly(&life, list, &count, &now_us, &random);
		check_windows(&life, list, count, now_us, &random);
		check_spans(&life.ledger);
		ledger_finish(&life.ledger);
	}
}

/* The reader answers when it answers: the new run may have results by then, which settle how the old one ended. */
static void spans_that_come_late(void **state)
{
	static const struct {
		const char *what;
		struct span earlier[3];
		size_t count;
		unsigned rise, fall;
		enum state state;	/* as restored */
		unsigned good, bad;
		const char *steps;
		int up, down, pending;	/* of seconds 0 to 1000 */
		size_t spans;
	} rows[] = {
		{ "up and up", { { 0, 100, TIME_UP } }, 1, 2, 3, STATE_UP, 0, 0, "500u 560u", 230, 0, 0, 2 },
		{ "what overlaps is cut", { { 0, 600, TIME_DOWN } }, 1, 2, 3, STATE_UP, 0, 0, "500u 560u", 130, 500, 0, 2 },
		{ "what lies behind is cut", { { 0, 10, TIME_UP }, { 700, 800, TIME_DOWN } }, 2, 2, 3, STATE_UP, 0, 0, "500u 560u", 140, 0, 0, 2 },
		{ "what touches joins", { { 0, 500, TIME_UP } }, 1, 2, 3, STATE_UP, 0, 0, "500u 560u", 630, 0, 0, 1 },
		{ "no results yet", { { 0, 100, TIME_UP } }, 1, 2, 3, STATE_UP, 0, 0, "", 100, 0, 0, 1 },
		{ "failing, not known yet", { { 0, 100, TIME_FAILING } }, 1, 2, 3, STATE_PENDING, 0, 1, "", 0, 0, 100, 1 },
		{ "failing, still", { { 0, 100, TIME_FAILING } }, 1, 2, 3, STATE_PENDING, 0, 1, "500d", 0, 0, 170, 1 },
		{ "failing that was down", { { 0, 100, TIME_FAILING } }, 1, 2, 3, STATE_PENDING, 0, 2, "500d 560d", 0, 230, 0, 2 },
		{ "failing that recovered", { { 0, 100, TIME_FAILING } }, 1, 2, 3, STATE_PENDING, 0, 2, "500u 560u", 130, 0, 100, 2 },
		{ "failing, one result so far", { { 0, 100, TIME_FAILING } }, 1, 2, 3, STATE_PENDING, 0, 2, "500u", 70, 0, 100, 1 },
		{ "recovering that did", { { 0, 90, TIME_DOWN }, { 90, 100, TIME_RECOVERING } }, 2, 2, 3, STATE_DOWN, 1, 0, "500u 560u", 140, 90, 0, 3 },
		{ "recovering that did not", { { 0, 90, TIME_DOWN }, { 90, 100, TIME_RECOVERING } }, 2, 2, 3, STATE_DOWN, 1, 0, "500d 560d", 0, 230, 0, 2 },
		{ "recovering that did, somewhat", { { 0, 90, TIME_DOWN }, { 90, 100, TIME_RECOVERING } }, 2, 1, 1, STATE_DOWN, 0, 0, "500g 560g", 140, 90, 0, 3 },
		{ "older ones settle each other", { { 0, 90, TIME_FAILING }, { 90, 100, TIME_UP } }, 2, 2, 3, STATE_UP, 0, 0, "500u", 80, 0, 90, 2 },
		{ "nonsense is dropped", { { 50, 20, TIME_UP }, { 0, 100, 99 }, { 0, 100, TIME_UNKNOWN } }, 3, 2, 3, STATE_UP, 0, 0, "500u", 70, 0, 0, 0 },
		{ "overlaps among them are cut", { { 0, 100, TIME_UP }, { 50, 150, TIME_DOWN } }, 2, 2, 3, STATE_UP, 0, 0, "500u", 170, 50, 0, 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct life life = { .rules = { rows[i].rise, rows[i].fall }, .reach_us = 70 * SECOND };
		struct span earlier[3];
		struct amounts got;

		for (size_t s = 0; s < rows[i].count; s++) {
			earlier[s] = rows[i].earlier[s];
			earlier[s].from_us = START + earlier[s].from_us * SECOND;
			earlier[s].to_us = START + earlier[s].to_us * SECOND;
		}
		life.standing = (struct standing){ .state = rows[i].state, .was = STATE_UP, .good_run = rows[i].good,
		    .bad_run = rows[i].bad, .incident_open = rows[i].state == STATE_DOWN };
		live_through(&life, rows[i].steps);
		ledger_prepend(&life.ledger, earlier, rows[i].count);
		check_spans(&life.ledger);
		got = ledger_sum(&life.ledger, START, START + 1000 * SECOND);
		assert_int_equal(total(&got), 1000 * SECOND);
		if (got.us[TIME_UP] != rows[i].up * SECOND || got.us[TIME_DOWN] != rows[i].down * SECOND
		    || got.us[TIME_PENDING] != rows[i].pending * SECOND || life.ledger.count != rows[i].spans)
			fail_msg("%s: up %g down %g pending %g in %zu spans", rows[i].what, (double)got.us[TIME_UP] / 1e6,
			    (double)got.us[TIME_DOWN] / 1e6, (double)got.us[TIME_PENDING] / 1e6, life.ledger.count);
		ledger_finish(&life.ledger);
	}
}

static void trimming_forgets_what_ended(void **state)
{
	struct life life = { .rules = { 2, 1 }, .reach_us = 70 * SECOND };

	/* a span that ends just there is of no use any more, one that reaches over is kept whole */
	live_through(&life, "0u 60d 120d");
	assert_int_equal(life.ledger.count, 2);
	ledger_trim(&life.ledger, START + 59 * SECOND);
	assert_int_equal(life.ledger.count, 2);
	ledger_trim(&life.ledger, START + 60 * SECOND);
	assert_int_equal(life.ledger.count, 1);
	assert_int_equal(life.ledger.spans[0].from_us, START + 60 * SECOND);
	ledger_finish(&life.ledger);
}

static void trimming_keeps_later_windows(void **state)
{
	uint64_t random = 3;

	for (unsigned round = 0; round < 50; round++) {
		struct life life = { .rules = { 2, 2 }, .reach_us = 70 * SECOND };
		struct happening list[HAPPENED_MOST];
		int64_t now_us = START, cut_us;
		size_t count = 0;
		struct amounts before, after;

		for (size_t i = 0; i < 200; i++)
			live_randomly(&life, list, &count, &now_us, &random);
		cut_us = START + (int64_t)draw(&random, (uint64_t)(now_us - START));
		before = ledger_sum(&life.ledger, cut_us, now_us);
		ledger_trim(&life.ledger, cut_us);
		assert_true(life.ledger.count == 0 || life.ledger.spans[0].to_us > cut_us);
		after = ledger_sum(&life.ledger, cut_us, now_us);
		assert_memory_equal(&before, &after, sizeof(before));
		ledger_finish(&life.ledger);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_sequences),
		cmocka_unit_test(degraded_is_told_apart),
		cmocka_unit_test(exact_to_the_microsecond),
		cmocka_unit_test(a_healthy_day_is_one_span),
		cmocka_unit_test(thirty_days_of_up_and_down),
		cmocka_unit_test(uptime_of_what_was_observed),
		cmocka_unit_test(any_life_adds_up),
		cmocka_unit_test(a_restart_splits_nothing),
		cmocka_unit_test(spans_that_come_late),
		cmocka_unit_test(trimming_forgets_what_ended),
		cmocka_unit_test(trimming_keeps_later_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
