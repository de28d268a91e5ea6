/*
 * Incidents out of events, row by row; what they come to in a window; and as an archive reads them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/archive.h"
#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "../lib/chronicle.h"
#include "../lib/keeping.h"

/* Times are small numbers: they only have to be in order. The oldest first, ended by a time of 0; ids are 1, 2, 3 … */
struct told {
	int64_t time, since, lasted;
	enum event_kind kind;
	enum state from, to;
	int64_t link;
};

struct expected {
	int64_t id, start, end;
	bool acknowledged;
};

enum { EVENTS_MOST = 8, ENDED_MOST = 4 };

struct row {
	const char *what;
	struct told told[EVENTS_MOST];
	struct expected ended[ENDED_MOST];	/* ended by a start of 0 */
	struct expected open;
};

#define DOWN(time, since, link) { time, since, 0, EVENT_STATE, STATE_PENDING, STATE_DOWN, link }
#define UP(time, since, lasted, link) { time, since, lasted, EVENT_STATE, STATE_DOWN, STATE_UP, link }

static const struct row rows[] = {
	{ "never down", { { 5, 5, 0, EVENT_STATE, STATE_NEW, STATE_UP, 0 }, { 9, 9, 4, EVENT_STATE, STATE_UP, STATE_DEGRADED, 0 } }, { { 0 } }, { 0 } },
	{ "two that ended", { DOWN(12, 10, 1), UP(31, 30, 20, 1), DOWN(52, 50, 3), { 60, 60, 10, EVENT_STATE, STATE_DOWN, STATE_DEGRADED, 3 } },
	    { { 1, 10, 30, false }, { 3, 50, 60, false } }, { 0 } },
	{ "the same without links", { DOWN(12, 10, 0), UP(31, 30, 20, 0), DOWN(52, 50, 0), UP(61, 60, 10, 0) },
	    { { 1, 10, 30, false }, { 3, 50, 60, false } }, { 0 } },
	{ "one goes on, and is acknowledged", { DOWN(12, 10, 1), { 13, 10, 0, EVENT_ACKNOWLEDGED, STATE_DOWN, STATE_DOWN, 1 } },
	    { { 0 } }, { 1, 10, 0, true } },
	{ "an acknowledgement taken back", { DOWN(12, 10, 1), { 13, 10, 0, EVENT_ACKNOWLEDGED, STATE_DOWN, STATE_DOWN, 1 },
	    { 14, 10, 0, EVENT_ACKNOWLEDGED, STATE_DOWN, STATE_DOWN, 1 } }, { { 0 } }, { 1, 10, 0, false } },
	{ "unknown in between", { DOWN(12, 10, 1), { 20, 20, 8, EVENT_STATE, STATE_DOWN, STATE_UNKNOWN, 1 },
	    { 30, 10, 10, EVENT_STATE, STATE_UNKNOWN, STATE_DOWN, 1 }, UP(41, 40, 30, 1) }, { { 1, 10, 40, false } }, { 0 } },
	{ "paused in between", { DOWN(12, 10, 1), { 20, 20, 8, EVENT_PAUSED, STATE_DOWN, STATE_PAUSED, 1 },
	    { 30, 30, 10, EVENT_RESUMED, STATE_PAUSED, STATE_NEW, 1 }, { 31, 31, 21, EVENT_STATE, STATE_NEW, STATE_UP, 1 } },
	    { { 1, 10, 31, false } }, { 0 } },
	{ "maintenance in between", { DOWN(12, 10, 1), { 20, 20, 8, EVENT_STATE, STATE_DOWN, STATE_MAINTENANCE, 1 },
	    { 30, 30, 10, EVENT_STATE, STATE_MAINTENANCE, STATE_NEW, 1 }, { 31, 10, 0, EVENT_STATE, STATE_NEW, STATE_DOWN, 1 },
	    UP(41, 40, 30, 1) }, { { 1, 10, 40, false } }, { 0 } },
	{ "good again after it was unknown", { DOWN(12, 10, 1), { 20, 20, 8, EVENT_STATE, STATE_DOWN, STATE_UNKNOWN, 1 },
	    { 30, 30, 20, EVENT_STATE, STATE_UNKNOWN, STATE_UP, 1 } }, { { 1, 10, 30, false } }, { 0 } },
	{ "unknown alone is none", { { 20, 20, 8, EVENT_STATE, STATE_UP, STATE_UNKNOWN, 0 }, { 30, 30, 10, EVENT_STATE, STATE_UNKNOWN, STATE_UP, 0 } },
	    { { 0 } }, { 0 } },
	{ "its beginning was not kept", { UP(31, 30, 20, 0) }, { { 0, 10, 30, false } }, { 0 } },
	{ "nothing tells its end", { DOWN(12, 10, 1), DOWN(52, 50, 2), UP(61, 60, 10, 2) }, { { 1, 10, 0, false }, { 2, 50, 60, false } }, { 0 } },
	{ "a clock set back: its end comes first", { UP(9, 8, 0, 2), DOWN(22, 20, 2) }, { { 0 } }, { 2, 20, 0, false } },
	{ "a clock set back: it lasted no time", { DOWN(12, 10, 1), UP(13, 9, 0, 1) }, { { 1, 10, 10, false } }, { 0 } },
	{ "an acknowledgement of nothing", { { 13, 10, 0, EVENT_ACKNOWLEDGED, STATE_UP, STATE_UP, 0 } }, { { 0 } }, { 0 } },
};

static void check(const char *what, const struct incident *incident, const struct expected *expected)
{
	if (incident->id != expected->id || incident->start_us != expected->start || incident->end_us != expected->end
	    || incident->acknowledged != expected->acknowledged)
		fail_msg("%s: incident %d from %d to %d", what, (int)incident->id, (int)incident->start_us, (int)incident->end_us);
}

static void rows_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct incident open = { 0 }, ended;
		size_t count = 0;

		for (size_t k = 0; k < EVENTS_MOST && rows[i].told[k].time; k++) {
			const struct told *told = &rows[i].told[k];
			struct event event = {
				.id = (int64_t)k + 1, .monitor = 7, .time_us = told->time, .since_us = told->since, .lasted_us = told->lasted,
				.kind = (uint8_t)told->kind, .from = (uint8_t)told->from, .to = (uint8_t)told->to, .outcome = OUTCOME_RESET, .code = -1,
			};

			if (!incident_feed(&open, &event, told->link, &ended))
				continue;
			assert_true(count < ENDED_MOST);
			check(rows[i].what, &ended, &rows[i].ended[count++]);
			incident_finish(&ended);
		}
		if (count < ENDED_MOST && rows[i].ended[count].start)
			fail_msg("%s: %zu have ended", rows[i].what, count);
		check(rows[i].what, &open, &rows[i].open);
		incident_finish(&open);
	}
}

static void windows_are_counted(void **state)
{
	static const struct { int64_t start, end; } made[] = { { 10, 30 }, { 40, 100 }, { 100, 130 }, { 150, 0 }, { 200, 200 } };
	static const struct { int64_t from, to, count, mttr; } windows[] = {
		{ 0, 1000, 5, (20 + 60 + 30 + 0) / 4 },
		{ 0, 10, 0, -1 }, { 30, 40, 0, -1 },	/* half open at both ends */
		{ 10, 11, 1, -1 }, { 29, 30, 1, 20 },	/* an end at the window's end is of it */
		{ 30, 100, 1, 60 }, { 100, 200, 2, 30 },	/* and each is in one of two that adjoin */
		{ 140, 150, 0, -1 }, { 160, 170, 1, -1 }, { 200, 201, 2, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
		struct incident_tally tally = { 0 };

		for (size_t k = 0; k < sizeof made / sizeof *made; k++) {
			struct incident incident = { .id = 1, .monitor = 1, .start_us = made[k].start, .end_us = made[k].end };

			incident_count(&tally, &incident, windows[i].from, windows[i].to);
		}
		assert_int_equal(tally.count, windows[i].count);
		assert_int_equal(incident_mttr_us(&tally), windows[i].mttr);
		assert_int_equal(incident_mtbf_us(&tally, 600), windows[i].count ? 600 / windows[i].count : -1);
	}
}

#define START (INT64_C(1704067200) * SECOND_US)		/* 2024-01-01 */

enum { NAME_LONG = 1000 };

struct seen {
	char text[4096];
	size_t count, most;
};

static int minutes(int64_t us)
{
	return us ? (int)((us - START) / MINUTE_US) : 0;
}

static bool see(void *arg, const char *name, const struct incident *incident)
{
	struct seen *seen = arg;
	size_t length = strlen(seen->text);

	snprintf(seen->text + length, sizeof seen->text - length, "%.8s %d-%d %s%s%s; ", name, minutes(incident->start_us), minutes(incident->end_us),
	    incident->outcome == OUTCOME_NONE ? "?" : outcome_row(incident->outcome)->word, incident->acknowledged ? " by " : "",
	    incident->acknowledged ? shared_read(incident->who) : "");
	return ++seen->count != seen->most;
}

static const char *incidents_of(struct archive *archive, int from_min, int to_min, const char *pattern, size_t most, struct seen *seen)
{
	struct archive_range range = {
		.patterns = &pattern, .pattern_count = pattern != NULL, .from_us = START + from_min * MINUTE_US, .to_us = START + to_min * MINUTE_US,
	};
	struct error err = { 0 };

	*seen = (struct seen){ .most = most };
	if (!archive_incidents(archive, &range, see, seen, &err))
		fail_msg("%s", err.text);
	return seen->text;
}

static int64_t at(int minute)
{
	return START + minute * MINUTE_US;
}

static void chronicle_of(const char *path)
{
	struct chronicle *past = chronicle_open(path);
	monitor_id web = chronicle_monitor(past, "web", 3, 2, 60, 10), mail = chronicle_monitor(past, "mail", 1, 1, 60, 10);

	chronicle_begin(past);
	chronicle_checks(past, web, at(0), at(10), OUTCOME_OK, 1000);
	chronicle_checks(past, web, at(10), at(15), OUTCOME_CONNECT_REFUSED, -1);
	chronicle_acknowledge(past, web, at(15) - 1, "kim");
	chronicle_off(past, at(15));
	chronicle_checks(past, web, at(75), at(80), OUTCOME_RESET, -1);		/* kumatop was off for an hour, and it is down all the same */
	chronicle_checks(past, web, at(80), at(90), OUTCOME_RESOLVER_SILENT, -1);
	chronicle_pause(past, web, at(90), "kim");
	chronicle_resume(past, web, at(95), "kim");
	chronicle_checks(past, web, at(95), at(96), OUTCOME_RESET, -1);
	chronicle_checks(past, web, at(96), at(100), OUTCOME_OK, 1000);
	chronicle_checks(past, web, at(100), at(102), OUTCOME_RESET, -1);	/* a blip is none */
	chronicle_checks(past, web, at(102), at(110), OUTCOME_OK, 1000);
	chronicle_maintain(past, web, at(110));
	chronicle_checks(past, web, at(110), at(115), OUTCOME_RESET, -1);	/* nor is that in maintenance … */
	chronicle_return(past, web, at(115));
	chronicle_checks(past, web, at(115), at(120), OUTCOME_WRONG_STATUS, -1);	/* … but behind it */
	for (int i = 0; i < 200; i++)
		chronicle_check(past, mail, at(2 * i), i % 2 ? OUTCOME_EMPTY_REPLY : OUTCOME_OK, -1, "why");
	chronicle_close(past);
}

/* More than a page of events, windows that cut what they overlap, and a visitor who has had enough. */
static void archive_tells_them(void **state)
{
	struct keeping *keeping = *state;
	struct archive *archive;
	struct error err = { 0 };
	struct seen seen;

	chronicle_of(keeping->path);
	archive = archive_open(keeping->path, &err);
	assert_non_null(archive);
	assert_string_equal(incidents_of(archive, 0, 1000, "web", 0, &seen), "web 10-96 refused by kim; web 115-0 wrong-status; ");
	assert_string_equal(incidents_of(archive, 0, 10, "web", 0, &seen), "");
	assert_string_equal(incidents_of(archive, 0, 11, "web", 0, &seen), "web 10-96 refused by kim; ");
	assert_string_equal(incidents_of(archive, 40, 50, "web", 0, &seen), "web 10-96 refused by kim; ");
	assert_string_equal(incidents_of(archive, 96, 115, "web", 0, &seen), "");
	assert_string_equal(incidents_of(archive, 96, 116, "w*", 0, &seen), "web 115-0 wrong-status; ");
	assert_string_equal(incidents_of(archive, 5000, 5001, "web", 0, &seen), "web 115-0 wrong-status; ");
	incidents_of(archive, 0, 5000, NULL, 0, &seen);
	assert_int_equal(seen.count, 102);
	assert_string_equal(incidents_of(archive, 0, 5000, NULL, 2, &seen), "mail 2-4 empty-reply; mail 6-8 empty-reply; ");
	incidents_of(archive, 100, 200, "mail", 0, &seen);
	assert_int_equal(seen.count, 25);
	archive_close(archive);
}

/* An end that is not among the events: it was told before the beginning, or the disk was full. */
static void lost_ends_are_found(void **state)
{
	struct keeping *keeping = *state;
	struct archive *archive;
	struct error err = { 0 };
	struct seen seen;

	chronicle_of(keeping->path);
	assert_true(keeping_run(keeping->path, "UPDATE monitor_state SET incident_open = 0, state = 1, since_us = 1704075000000000 WHERE monitor = 1"));
	archive = archive_open(keeping->path, &err);
	assert_string_equal(incidents_of(archive, 100, 1000, "web", 0, &seen), "web 115-130 wrong-status; ");
	assert_true(keeping_run(keeping->path, "INSERT INTO event (monitor, name, time_us, kind, from_state, to_state, since_us, lasted_us, alert,"
	    " detail, incident) SELECT 1, 'web', 1704067300000000, 1, 4, 1, 1704067260000000, 0, 0, '', max(incident) FROM event WHERE monitor = 1"));
	assert_string_equal(incidents_of(archive, 100, 1000, "web", 0, &seen), "web 115-115 wrong-status; ");
	archive_close(archive);
}

static bool see_texts(void *arg, const char *name, const struct incident *incident)
{
	assert_int_equal(strlen(name), NAME_LONG);
	assert_string_equal(shared_read(incident->detail), "why");
	assert_memory_equal(shared_read(incident->evidence), "why\nevidence of", 15);
	assert_int_equal(incident->id > 0 && incident->code == 503, 1);
	++*(int *)arg;
	return true;
}

static void texts_come_along(void **state)
{
	struct keeping *keeping = *state;
	struct archive_range range = { .to_us = INT64_MAX };
	struct archive *archive;
	struct error err = { 0 };
	struct chronicle *past = chronicle_open(keeping->path);
	char name[NAME_LONG + 1];
	int count = 0;

	memset(name, 'x', NAME_LONG);
	name[NAME_LONG] = '\0';
	chronicle_monitor(past, name, 1, 1, 60, 10);
	chronicle_begin(past);
	chronicle_check(past, 1, at(0), OUTCOME_WRONG_STATUS, -1, "why");
	chronicle_close(past);
	archive = archive_open(keeping->path, &err);
	assert_true(archive_incidents(archive, &range, see_texts, &count, &err));
	assert_int_equal(count, 1);
	archive_close(archive);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_told),
		cmocka_unit_test(windows_are_counted),
		TEST(archive_tells_them),
		TEST(lost_ends_are_found),
		TEST(texts_come_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
