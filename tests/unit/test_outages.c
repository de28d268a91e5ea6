/*
 * Outages out of events, row by row: as they come from the engine, with gaps, and what goes on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/tui/outages.h"

#include "kumatop/outcome.h"

/* Times are small numbers: they only have to be in order. The oldest first, ended by a time of 0. */
struct told {
	int64_t time, since, lasted;
	enum event_kind kind;
	enum state from, to;
};

struct expected {
	int64_t from, to;
	bool goes_on, cause;
};

enum { EVENTS_MOST = 8, OUTAGES_MOST = 4 };

struct row {
	const char *what;
	struct told told[EVENTS_MOST];
	int64_t open_since;	/* the incident that is open now; 0: none */
	struct expected expected[OUTAGES_MOST];	/* the newest first, ended by a from of 0 */
	size_t ended;
	int64_t ended_us;
};

static const struct row rows[] = {
	{ "nothing", { { 0 } }, 0, { { 0 } }, 0, 0 },
	{ "never down", { { 5, 5, 0, EVENT_STATE, STATE_NEW, STATE_UP }, { 9, 9, 4, EVENT_STATE, STATE_UP, STATE_DEGRADED } }, 0, { { 0 } }, 0, 0 },
	{ "two that ended", { { 12, 10, 0, EVENT_STATE, STATE_PENDING, STATE_DOWN }, { 31, 30, 20, EVENT_STATE, STATE_DOWN, STATE_UP },
	      { 52, 50, 0, EVENT_STATE, STATE_PENDING, STATE_DOWN }, { 60, 60, 10, EVENT_STATE, STATE_DOWN, STATE_DEGRADED } },
	    0, { { 50, 60, false, true }, { 10, 30, false, true } }, 2, 30 },
	{ "one goes on", { { 12, 10, 0, EVENT_STATE, STATE_PENDING, STATE_DOWN }, { 13, 13, 0, EVENT_ACKNOWLEDGED, STATE_DOWN, STATE_DOWN } },
	    10, { { 10, 0, true, true } }, 0, 0 },
	{ "interrupted, and one all the same", { { 12, 10, 0, EVENT_STATE, STATE_PENDING, STATE_DOWN }, { 20, 20, 8, EVENT_STATE, STATE_DOWN, STATE_UNKNOWN },
	      { 30, 10, 10, EVENT_STATE, STATE_UNKNOWN, STATE_DOWN }, { 41, 40, 30, EVENT_STATE, STATE_DOWN, STATE_UP } },
	    0, { { 10, 40, false, true } }, 1, 30 },
	{ "good again after it was unknown", { { 12, 10, 0, EVENT_STATE, STATE_PENDING, STATE_DOWN }, { 20, 20, 8, EVENT_STATE, STATE_DOWN, STATE_UNKNOWN },
	      { 30, 30, 20, EVENT_STATE, STATE_UNKNOWN, STATE_UP } }, 0, { { 10, 30, false, true } }, 1, 20 },
	{ "unknown alone is no outage", { { 20, 20, 8, EVENT_STATE, STATE_UP, STATE_UNKNOWN }, { 30, 30, 10, EVENT_STATE, STATE_UNKNOWN, STATE_UP } },
	    0, { { 0 } }, 0, 0 },
	{ "it began before the oldest event", { { 31, 30, 20, EVENT_STATE, STATE_DOWN, STATE_UP } }, 0, { { 10, 30, false, false } }, 1, 20 },
	{ "nothing tells its end", { { 12, 10, 0, EVENT_STATE, STATE_PENDING, STATE_DOWN }, { 52, 50, 0, EVENT_STATE, STATE_PENDING, STATE_DOWN },
	      { 60, 60, 10, EVENT_STATE, STATE_DOWN, STATE_UP } }, 0, { { 50, 60, false, true }, { 10, 0, false, true } }, 1, 10 },
	{ "the last one neither", { { 12, 10, 0, EVENT_STATE, STATE_PENDING, STATE_DOWN } }, 0, { { 10, 0, false, true } }, 0, 0 },
	{ "the event of what goes on is not there", { { 31, 30, 20, EVENT_STATE, STATE_DOWN, STATE_UP } }, 70,
	    { { 70, 0, true, false }, { 10, 30, false, false } }, 1, 20 },
};

static void check(const struct row *row)
{
	struct history_event events[EVENTS_MOST] = { 0 };
	struct standing standing = { .incident_open = row->open_since != 0, .incident_us = row->open_since };
	struct outages found;
	size_t count = 0, expected = 0;

	while (count < EVENTS_MOST && row->told[count].time)
		count++;
	for (size_t i = 0; i < count; i++) {
		const struct told *told = &row->told[count - 1 - i];

		events[i].event = (struct event){ .time_us = told->time, .since_us = told->since, .lasted_us = told->lasted,
		    .kind = (uint8_t)told->kind, .from = (uint8_t)told->from, .to = (uint8_t)told->to, .outcome = OUTCOME_CONNECT_REFUSED };
	}
	outages_find(events, count, &standing, &found);
	while (expected < OUTAGES_MOST && row->expected[expected].from)
		expected++;
	if (found.count != expected || found.kept_count != expected)
		fail_msg("%s: %zu outages, %zu kept", row->what, found.count, found.kept_count);
	for (size_t i = 0; i < expected; i++) {
		const struct outage *outage = &found.kept[i];
		const struct expected *e = &row->expected[i];

		if (outage->from_us != e->from || outage->to_us != e->to || outage->goes_on != e->goes_on
		    || (outage->outcome != OUTCOME_UNTOLD) != e->cause)
			fail_msg("%s: outage %zu is from %d to %d", row->what, i, (int)outage->from_us, (int)outage->to_us);
	}
	if (found.ended != row->ended || found.ended_us != row->ended_us)
		fail_msg("%s: %zu ended, %d together", row->what, found.ended, (int)found.ended_us);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(&rows[i]);
}

/* More than are kept are counted all the same, and the newest stay. */
static void test_many(void **state)
{
	enum { MANY = 2 * (OUTAGES_KEPT + 5) };
	static struct history_event events[MANY];
	const struct standing standing = { .state = STATE_UP };
	struct outages found;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		int64_t at = (int64_t)(MANY - i) * 10;
		bool down = i % 2 == 1;

		events[i].event = (struct event){ .time_us = at, .since_us = at, .lasted_us = down ? 0 : 10, .kind = EVENT_STATE,
		    .from = down ? STATE_UP : STATE_DOWN, .to = down ? STATE_DOWN : STATE_UP };
	}
	outages_find(events, MANY, &standing, &found);
	assert_int_equal(found.count, MANY / 2);
	assert_int_equal(found.kept_count, OUTAGES_KEPT);
	assert_int_equal(found.kept[0].from_us, (MANY - 1) * 10);
	assert_int_equal(found.kept[OUTAGES_KEPT - 1].from_us, (MANY - 1) * 10 - (OUTAGES_KEPT - 1) * 20);
	assert_int_equal(found.ended_us, MANY / 2 * 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_many) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
