/*
 * Reading history: spans as the ledger saw them, answers for graphs and lists, long reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "../lib/keeping.h"

enum { HOUR_MS = 3600 * 1000 };

#define START KEEPING_START_US

static struct archive *open_archive(const char *path)
{
	struct error err = { 0 };
	struct archive *archive = archive_open(path, &err);

	if (!archive)
		fail_msg("%s", err.text);
	return archive;
}

/* A monitor's life, accounted for as it is lived and sent to a store as an engine would. */
struct life {
	uint32_t random;
	int64_t now_us;
	struct judge_rules rules;
	struct standing standing;
	struct ledger ledger;
	struct store *store;
};

static uint32_t roll(struct life *life, uint32_t sides)
{
	life->random = life->random * 1664525 + 1013904223;
	return (life->random >> 8) % sides;
}

enum { REACH_MS = 70000 };

static void live_result(struct life *life, enum verdict verdict)
{
	enum state from = life->standing.state;
	struct beat beat = { .monitor = 1, .time_us = life->now_us, .reach_ms = REACH_MS, .verdict = (uint8_t)verdict, .code = -1 };

	if (from == STATE_PAUSED)
		return;
	if (from != STATE_MAINTENANCE)
		monitor_apply(&life->standing, &life->rules, verdict, life->now_us);
	ledger_result(&life->ledger, life->now_us, REACH_MS * INT64_C(1000), verdict, from, life->standing.state);
	beat.state = (uint8_t)life->standing.state;
	store_beat(life->store, &beat);
}

static void live_move(struct life *life, enum event_kind kind, struct transition transition)
{
	struct event event = {
		.monitor = 1, .time_us = life->now_us, .kind = (uint8_t)kind, .from = (uint8_t)transition.from, .to = (uint8_t)transition.to,
		.code = -1,
	};

	if (!transition.changed)
		return;
	if (transition.to == STATE_PAUSED || transition.to == STATE_MAINTENANCE)
		ledger_interrupt(&life->ledger, life->now_us, transition.to);
	store_event(life->store, &event, NULL);
}

static void live_sleep(struct life *life)
{
	int64_t slept_us = (1 + (int64_t)roll(life, 100)) * SECOND_US;
	struct event event = { .time_us = life->now_us + slept_us, .kind = EVENT_TROUBLE, .lasted_us = slept_us, .code = -1 };

	ledger_interrupt(&life->ledger, life->now_us, life->standing.state);
	store_event(life->store, &event, NULL);
	life->now_us += slept_us;
}

/* Phases of mostly good, mostly bad and mixed luck, so that every way through the table of states is taken. */
static void live_step(struct life *life, uint32_t luck)
{
	uint32_t throw = roll(life, 100);

	life->now_us += 1 + (int64_t)roll(life, 20) * SECOND_US + (roll(life, 40) == 0 ? 100 * SECOND_US : 0);
	if (throw < 2)
		live_move(life, EVENT_PAUSED, monitor_pause(&life->standing, life->now_us));
	else if (throw < 8)
		live_move(life, EVENT_RESUMED, monitor_resume(&life->standing, life->now_us));
	else if (throw < 10)
		live_move(life, EVENT_STATE, monitor_maintain(&life->standing, life->now_us));
	else if (throw < 14)
		live_move(life, EVENT_STATE, monitor_return(&life->standing, life->now_us));
	else if (throw < 16)
		live_sleep(life);
	else if (throw < 22)
		live_result(life, VERDICT_UNKNOWN);
	else if (throw < 26)
		live_result(life, VERDICT_DEGRADED);
	else
		live_result(life, roll(life, 10) < luck ? VERDICT_UP : VERDICT_DOWN);
}

static struct amounts sum_spans(struct archive *archive, int64_t from_us, int64_t to_us)
{
	struct ledger ledger = { 0 };
	struct amounts amounts;
	struct error err = { 0 };

	if (!archive_spans(archive, 1, from_us, to_us, &ledger.spans, &ledger.count, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < ledger.count; i++) {
		assert_true(ledger.spans[i].from_us >= (i ? ledger.spans[i - 1].to_us : from_us));
		assert_true(ledger.spans[i].to_us > ledger.spans[i].from_us && ledger.spans[i].to_us <= to_us);
	}
	amounts = ledger_sum(&ledger, from_us, to_us);
	ledger_finish(&ledger);
	return amounts;
}

static void assert_amounts_equal(const struct amounts *a, const struct amounts *b, int64_t from_us, int64_t to_us)
{
	int64_t sum_us = 0;

	for (int i = 0; i < TIME_CLASS_COUNT; i++) {
		if (a->us[i] != b->us[i])
			fail_msg("class %d of %lld to %lld: %lld instead of %lld", i, (long long)(from_us - START), (long long)(to_us - START),
			    (long long)a->us[i], (long long)b->us[i]);
		sum_us += a->us[i];
	}
	assert_int_equal(sum_us, to_us - from_us);
}

static void spans_are_what_the_ledger_saw(void **state)
{
	static const uint32_t luck[] = { 2, 10, 5, 9, 0, 7 };

	for (uint32_t seed = 1; seed <= 6; seed++) {
		struct life life = { .random = seed * 7919, .now_us = START, .rules = { .rise = 1 + seed % 3, .fall = 1 + seed % 4 } };
		struct archive *archive;
		int64_t length_us;

		life.store = keeping_start(NULL, HOUR_MS);
		archive = open_archive(store_path(life.store));
		for (uint32_t i = 0; i < 3000; i++)
			live_step(&life, luck[i / 50 % 6]);
		/* Ends well, so that nothing is left open. */
		for (unsigned i = 0; i < 5; i++) {
			life.now_us += SECOND_US;
			live_move(&life, EVENT_RESUMED, monitor_resume(&life.standing, life.now_us));
			live_move(&life, EVENT_STATE, monitor_return(&life.standing, life.now_us));
			life.now_us += SECOND_US;
			live_result(&life, VERDICT_UP);
		}
		assert_int_equal(life.standing.state, STATE_UP);
		assert_true(store_stop(life.store, 30000));

		length_us = life.now_us + 200 * SECOND_US - START;
		for (int i = 0; i < 300; i++) {
			int64_t from_us = START - 100 * SECOND_US + length_us / 2000 * roll(&life, 2000);
			int64_t to_us = i == 0 ? life.now_us + DAY_US : from_us + 1 + length_us / 5000 * roll(&life, i % 2 ? 5000 : 50);
			struct amounts seen, lived;

			if (i == 0)
				from_us = START - DAY_US;
			seen = sum_spans(archive, from_us, to_us);
			lived = ledger_sum(&life.ledger, from_us, to_us);
			assert_amounts_equal(&seen, &lived, from_us, to_us);
		}
		archive_close(archive);
		store_close(life.store);
		ledger_finish(&life.ledger);
	}
}

static void send_simple(struct store *store, monitor_id monitor, int64_t second, enum state to, enum verdict verdict)
{
	struct beat beat = {
		.monitor = monitor, .time_us = START + second * SECOND_US, .reach_ms = 70000, .state = (uint8_t)to, .verdict = (uint8_t)verdict,
		.outcome = verdict == VERDICT_DOWN ? OUTCOME_RESET : verdict == VERDICT_UNKNOWN ? OUTCOME_INTERNAL : OUTCOME_OK, .code = -1,
		.phase_us = { -1, 100, -1, 200, -1, (int32_t)second + 1 },
	};

	store_beat(store, &beat);
}

static void assert_seconds(struct amounts amounts, int64_t up, int64_t down, int64_t pending, int64_t maintenance, int64_t unknown)
{
	assert_int_equal(amounts.us[TIME_UP], up * SECOND_US);
	assert_int_equal(amounts.us[TIME_DOWN], down * SECOND_US);
	assert_int_equal(amounts.us[TIME_PENDING], pending * SECOND_US);
	assert_int_equal(amounts.us[TIME_MAINTENANCE], maintenance * SECOND_US);
	assert_int_equal(amounts.us[TIME_UNKNOWN], unknown * SECOND_US);
}

/* Run 1 ends in order at 150, run 2 is killed after 260, run 3 lives. */
static void time_without_kumatop_is_unknown(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, HOUR_MS);
	struct archive *archive;

	send_simple(store, 1, 100, STATE_UP, VERDICT_UP);
	send_simple(store, 1, 130, STATE_UP, VERDICT_UP);
	send_simple(store, 1, 170, STATE_UP, VERDICT_UP);
	send_simple(store, 1, 230, STATE_UP, VERDICT_UP);
	send_simple(store, 1, 290, STATE_UP, VERDICT_UP);
	assert_true(keeping_end(store));
	assert_true(keeping_run(fixture->path, "DELETE FROM run; INSERT INTO run (started_us, seen_us, ended_us, version) VALUES"
	    " (1700000100000000, 1700000150000000, 1700000150000000, ''), (1700000160000000, 1700000260000000, NULL, ''),"
	    " (1700000280000000, 1700000290000000, NULL, '')"));
	archive = open_archive(fixture->path);
	/* 100-150, 170-260, 290-360 */
	assert_seconds(sum_spans(archive, START + 100 * SECOND_US, START + 400 * SECOND_US), 50 + 90 + 70, 0, 0, 0, 90);
	assert_seconds(sum_spans(archive, START + 140 * SECOND_US, START + 165 * SECOND_US), 10, 0, 0, 0, 15);
	archive_close(archive);
}

/* What is undecided at the end is handed over as it is: who goes on from there decides. */
static void undecided_time_stays_so(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, HOUR_MS);
	struct error err;
	struct archive *archive;
	struct span *spans;
	size_t count;

	send_simple(store, 1, 0, STATE_UP, VERDICT_UP);
	send_simple(store, 1, 60, STATE_PENDING, VERDICT_DOWN);
	send_simple(store, 1, 70, STATE_PENDING, VERDICT_DOWN);
	assert_true(keeping_end(store));
	archive = open_archive(fixture->path);
	assert_true(archive_spans(archive, 1, START, START + 100 * SECOND_US, &spans, &count, &err));
	assert_int_equal(count, 2);
	assert_int_equal(spans[0].time_class, TIME_UP);
	assert_int_equal(spans[1].time_class, TIME_FAILING);
	assert_int_equal(spans[1].from_us, START + 60 * SECOND_US);
	assert_int_equal(spans[1].to_us, START + 100 * SECOND_US);
	free(spans);
	archive_close(archive);

	/* Decided by what came later, and so is the window that ended before that. */
	store = keeping_start(fixture->path, HOUR_MS);
	send_simple(store, 1, 80, STATE_DOWN, VERDICT_DOWN);
	assert_true(keeping_end(store));
	archive = open_archive(fixture->path);
	assert_seconds(sum_spans(archive, START, START + 75 * SECOND_US), 60, 15, 0, 0, 0);
	archive_close(archive);
}

static void marks_look_as_the_bar_did(void **state)
{
	static const struct {
		enum state state;
		enum verdict verdict;
		enum state look;
	} rows[] = {
		{ STATE_UP, VERDICT_UP, STATE_UP },
		{ STATE_UP, VERDICT_DEGRADED, STATE_DEGRADED },
		{ STATE_UP, VERDICT_UNKNOWN, STATE_UNKNOWN },
		{ STATE_PENDING, VERDICT_DOWN, STATE_PENDING },
		{ STATE_DOWN, VERDICT_DOWN, STATE_DOWN },
		{ STATE_DOWN, VERDICT_UP, STATE_PENDING },
		{ STATE_MAINTENANCE, VERDICT_DOWN, STATE_MAINTENANCE },
		{ STATE_UNKNOWN, VERDICT_UNKNOWN, STATE_UNKNOWN },
	};
	enum { ROWS = sizeof rows / sizeof *rows };
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, HOUR_MS);
	struct archive *archive;
	struct kept_marks kept;
	struct error err;

	for (int i = 0; i < ROWS; i++)
		send_simple(store, 1, i, rows[i].state, rows[i].verdict);
	for (int i = 0; i < 200; i++)
		send_simple(store, 2, i, i ? STATE_DOWN : STATE_UP, i ? VERDICT_DOWN : VERDICT_UP);
	assert_true(keeping_end(store));
	archive = open_archive(fixture->path);
	assert_true(archive_marks(archive, 1, &kept, &err));
	assert_int_equal(kept.count, ROWS);
	for (int i = 0; i < ROWS; i++) {
		assert_int_equal(kept.marks[i].look, rows[i].look);
		if (rows[i].verdict == VERDICT_UP)
			assert_int_equal(kept.marks[i].latency_10us, (i + 1) / 10);
		if (rows[i].verdict == VERDICT_DOWN)
			assert_int_equal(kept.marks[i].latency_10us, BEAT_MARK_NONE);
	}
	assert_int_equal(kept.last_good_us, START + 5 * SECOND_US);
	kept_marks_finish(&kept);

	/* The newest 96, and a good check that is older than they are. */
	assert_true(archive_marks(archive, 2, &kept, &err));
	assert_int_equal(kept.count, VIEW_MARKS);
	assert_int_equal(kept.last.time_us, START + 199 * SECOND_US);
	assert_int_equal(kept.last_good_us, START);
	kept_marks_finish(&kept);

	assert_true(archive_marks(archive, 3, &kept, &err));
	assert_int_equal(kept.count, 0);
	kept_marks_finish(&kept);
	archive_close(archive);
}

/* 10 columns of 10 s: one beat a second from 0 to 49, then failures from 70 to 79. */
static void series_is_cut_into_columns(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, HOUR_MS);
	struct history_query query = {
		.kind = HISTORY_SERIES, .ticket = 42, .monitor = 1, .from_us = START, .to_us = START + 100 * SECOND_US, .columns = 10,
	};
	struct history_answer *answer;
	struct archive *archive;

	send_simple(store, 1, -1, STATE_UP, VERDICT_UP);
	for (int i = 0; i < 50; i++)
		send_simple(store, 1, i, STATE_UP, VERDICT_UP);
	for (int i = 70; i < 80; i++)
		send_simple(store, 1, i, STATE_DOWN, i == 79 ? VERDICT_UP : VERDICT_DOWN);
	send_simple(store, 1, 100, STATE_UP, VERDICT_UP);
	send_simple(store, 2, 60, STATE_UP, VERDICT_UP);
	assert_true(keeping_end(store));
	archive = open_archive(fixture->path);
	answer = archive_answer(archive, &query);
	assert_true(answer->ok);
	assert_int_equal(answer->query.ticket, 42);
	assert_int_equal(answer->series.count, 10);
	for (int i = 0; i < 10; i++) {
		const struct history_column *column = &answer->series.columns[i];

		assert_int_equal(column->count, i < 5 ? 10 : i == 7);
		if (i < 5) {
			assert_int_equal(column->min_us, i * 10 + 1);
			assert_int_equal(column->max_us, i * 10 + 10);
			assert_int_equal(column->mean_us, i * 10 + 5);
		}
		assert_int_equal(column->worst, i < 5 ? STATE_UP : i == 7 ? STATE_DOWN : STATE_NEW);
	}
	assert_int_equal(answer->series.columns[5].min_us, -1);
	assert_int_equal(answer->series.columns[5].mean_us, -1);
	assert_int_equal(answer->series.beats, 60);
	assert_int_equal(answer->series.failures, 9);
	assert_int_equal(answer->series.min_us, 1);
	assert_int_equal(answer->series.max_us, 80);
	assert_int_equal(answer->series.mean_us, (50 * 51 / 2 + 80) / 51);
	assert_int_equal(answer->series.p50_us, 26);
	assert_int_equal(answer->series.p99_us, 80);
	assert_int_equal(answer->series.phase_mean_us[PHASE_NAME], -1);
	assert_int_equal(answer->series.phase_mean_us[PHASE_CONNECT], 100);
	/* Up from 0 to 70 (the last good one reaches that far), down to 79, and good from there to the end. */
	assert_seconds(answer->series.amounts, 70 + 21, 9, 0, 0, 0);
	history_answer_destroy(answer);

	query.monitor = 99;
	answer = archive_answer(archive, &query);
	assert_true(answer->ok);
	assert_int_equal(answer->series.beats, 0);
	assert_int_equal(answer->series.p50_us, -1);
	assert_seconds(answer->series.amounts, 0, 0, 0, 0, 100);
	history_answer_destroy(answer);

	query.columns = 0;
	answer = archive_answer(archive, &query);
	assert_false(answer->ok);
	assert_true(answer->error.text[0] != '\0');
	history_answer_destroy(answer);
	archive_close(archive);
}

static void newest_events_come_first(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_open(fixture->path, HOUR_MS);
	struct event own = { .kind = EVENT_STARTED, .time_us = START + 5, .code = -1 };
	struct history_query query = { .kind = HISTORY_EVENTS, .from_us = START, .to_us = INT64_MAX, .most = 3 };
	struct history_answer *answer;
	struct archive *archive;
	struct error err;

	keeping_put_monitor(store, 1, "one");
	keeping_put_monitor(store, 2, "two");
	assert_true(store_put_event_now(store, &own, &err));
	for (int i = 0; i < 10; i++) {
		struct event event = keeping_event(1 + i % 2, i);

		assert_true(store_put_event_now(store, &event, &err));
		event_finish(&event);
	}
	store_close(store);
	archive = open_archive(fixture->path);

	answer = archive_answer(archive, &query);
	assert_true(answer->ok && answer->more);
	assert_int_equal(answer->event_count, 3);
	assert_int_equal(answer->events[0].event.code, 9);
	assert_string_equal(answer->events[0].name, "two");
	assert_string_equal(shared_read(answer->events[0].event.evidence), "resolved to 192.0.2.1\nconnect: refused");
	assert_int_equal(answer->events[2].event.code, 7);
	history_answer_destroy(answer);

	query.monitor = 1;
	query.most = 5;
	answer = archive_answer(archive, &query);
	assert_true(answer->ok && !answer->more);
	assert_int_equal(answer->event_count, 5);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(answer->events[i].event.code, 8 - 2 * i);
		assert_string_equal(answer->events[i].name, "one");
	}
	history_answer_destroy(answer);

	/* The window's end is not in it. */
	query.monitor = 0;
	query.most = 100;
	query.to_us = START + KEEPING_STEP_S * SECOND_US;
	answer = archive_answer(archive, &query);
	assert_int_equal(answer->event_count, 2);
	assert_int_equal(answer->events[0].event.kind, EVENT_STARTED);
	assert_int_equal(answer->events[0].event.code, -1);
	assert_string_equal(answer->events[0].name, "");
	history_answer_destroy(answer);
	archive_close(archive);
}

struct reading {
	char names[64];		/* initials, as they change */
	int64_t last_us;
	size_t count, most;
	const char *path;
};

static bool read_beat(void *arg, const struct beat_record *beat)
{
	struct reading *reading = arg;
	size_t length = strlen(reading->names);

	if (length == 0 || reading->names[length - 1] != beat->name[0]) {
		reading->names[length] = beat->name[0];
		reading->last_us = 0;
	}
	assert_true(beat->time_us >= reading->last_us);
	reading->last_us = beat->time_us;
	return ++reading->count != reading->most;
}

static void fill_three(const char *path)
{
	struct store *store = keeping_open(path, HOUR_MS);
	struct error err;

	keeping_put_monitor(store, 1, "web");
	keeping_put_monitor(store, 2, "mail");
	keeping_put_monitor(store, 3, "db");
	assert_true(store_start(store, &err));
	keeping_send(store, 1, 0, 2500);
	keeping_send(store, 3, 0, 2048);
	for (int i = 0; i < 5000; i++)
		send_simple(store, 2, 3, STATE_UP, VERDICT_UP);		/* all at the same microsecond */
	assert_true(keeping_end(store));
}

static void beats_are_ordered_by_name_and_time(void **state)
{
	static const char *const pattern[] = { "w*", "DB" };
	struct keeping *fixture = *state;
	struct archive_range range = { .to_us = INT64_MAX };
	struct reading reading = { 0 };
	struct archive *archive;
	uint64_t estimate;
	struct error err;

	fill_three(fixture->path);
	archive = open_archive(fixture->path);
	assert_true(archive_beats(archive, &range, read_beat, &reading, &err));
	assert_string_equal(reading.names, "dmw");
	assert_int_equal(reading.count, 2500 + 2048 + 5000);
	assert_true(archive_estimate(archive, &range, &estimate, &err));
	assert_int_equal(estimate, reading.count);

	reading = (struct reading){ .most = 2100 };
	assert_true(archive_beats(archive, &range, read_beat, &reading, &err));
	assert_int_equal(reading.count, 2100);

	/* Half open: beat 100 is in, beat 300 is not. */
	range = (struct archive_range){
		.patterns = pattern, .pattern_count = 2, .from_us = START + 100 * KEEPING_STEP_S * SECOND_US + 100,
		.to_us = START + 300 * KEEPING_STEP_S * SECOND_US + 300,
	};
	reading = (struct reading){ 0 };
	assert_true(archive_beats(archive, &range, read_beat, &reading, &err));
	assert_string_equal(reading.names, "dw");
	assert_int_equal(reading.count, 400);
	assert_true(archive_estimate(archive, &range, &estimate, &err));
	assert_int_equal(estimate, 400);
	archive_close(archive);
}

static bool can_truncate_log(const char *path)
{
	sqlite3 *db;
	bool can;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	can = sqlite3_exec(db, "INSERT INTO meta (key, value) VALUES (random(), 1)", NULL, NULL, NULL) == SQLITE_OK
	    && sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK;
	sqlite3_close(db);
	return can;
}

static bool truncate_while_reading(void *arg, const struct beat_record *beat)
{
	struct reading *reading = arg;

	if (reading->count++ % 1000 == 0)
		assert_true(can_truncate_log(reading->path));
	return true;
}

static void long_read_does_not_hold_the_log(void **state)
{
	struct keeping *fixture = *state;
	struct archive_range range = { .to_us = INT64_MAX };
	struct reading reading = { .path = fixture->path };
	struct archive *archive;
	struct error err;

	fill_three(fixture->path);
	archive = open_archive(fixture->path);
	assert_true(archive_beats(archive, &range, truncate_while_reading, &reading, &err));
	assert_int_equal(reading.count, 2500 + 2048 + 5000);
	archive_close(archive);
}

struct lines {
	char text[4096];
	size_t count;
	int64_t last_us;
};

static bool read_event(void *arg, const struct event_record *event)
{
	struct lines *lines = arg;

	if (lines->count < 4)
		snprintf(lines->text + strlen(lines->text), sizeof lines->text - strlen(lines->text), "%s:%s:%d ", event->name,
		    event->kind_word, event->code);
	lines->count++;
	return true;
}

static void events_are_ordered_by_name_and_time(void **state)
{
	static const char *const pattern[] = { "web" };
	struct keeping *fixture = *state;
	struct store *store = keeping_open(fixture->path, HOUR_MS);
	struct archive_range range = { .to_us = INT64_MAX };
	struct event own = { .kind = EVENT_STARTED, .time_us = START + 5, .code = -1 };
	struct archive *archive;
	struct lines lines = { 0 };
	struct error err;
	char expected[128];

	keeping_put_monitor(store, 1, "web");
	keeping_put_monitor(store, 2, "mail");
	assert_true(store_start(store, &err));
	for (int i = 0; i < 602; i++) {
		struct event event = keeping_event(i < 2 ? 2 : 1, i);

		store_event(store, &event, NULL);
		event_finish(&event);
	}
	store_event(store, &own, NULL);
	assert_true(keeping_end(store));
	archive = open_archive(fixture->path);
	assert_true(archive_events(archive, &range, read_event, &lines, &err));
	assert_int_equal(lines.count, 603);
	snprintf(expected, sizeof expected, ":%s:-1 mail:%s:0 mail:%s:1 web:%s:2 ", event_word(EVENT_STARTED), event_word(EVENT_STATE),
	    event_word(EVENT_STATE), event_word(EVENT_STATE));
	assert_string_equal(lines.text, expected);

	range.patterns = pattern;
	range.pattern_count = 1;
	lines = (struct lines){ 0 };
	assert_true(archive_events(archive, &range, read_event, &lines, &err));
	assert_int_equal(lines.count, 600);
	archive_close(archive);
}

static bool add_spans(struct archive *archive, int64_t *observed_us)
{
	struct error err;
	struct span *spans;
	size_t count;
	bool good = archive_spans(archive, 1, INT64_MIN, INT64_MAX, &spans, &count, &err);

	for (size_t i = 0; i < count; i++)
		*observed_us += spans[i].to_us - spans[i].from_us;
	free(spans);
	return good;
}

/* Times that no clock shows are summed up with nothing (MODE=san sees it), and no reading goes round in circles for them. */
static void made_up_times_do_no_harm(void **state)
{
	struct keeping *fixture = *state;
	struct archive_range range = { .from_us = INT64_MIN, .to_us = INT64_MAX };
	struct reading reading = { 0 };
	struct lines lines = { 0 };
	struct kept_marks kept;
	struct archive *archive;
	uint64_t estimate;
	int64_t observed_us = 0;
	struct error err;

	fill_three(fixture->path);
	for (int i = 0; i < 2; i++) {
		char sql[1000];
		const char *time = i ? "9223372036854775807" : "(-9223372036854775807 - 1)";

		snprintf(sql, sizeof sql, "INSERT INTO beat_tail (seq, monitor, time_us, reach_ms, state, verdict, outcome) VALUES"
		    " (%s, 1, %s, 2147483647, 4, 2, 7); INSERT INTO event (monitor, name, time_us, kind, from_state, to_state, since_us,"
		    " lasted_us, alert, detail) VALUES (0, '', %s, 10, 0, 0, %s, %s, 0, ''), (0, '', 1700000005000000, 10, 0, 0, %s, %s, 0, ''),"
		    " (1, 'web', %s, 2, 0, 0, 0, %s, 0, ''); INSERT INTO run (started_us, seen_us, ended_us, version) VALUES (%s, %s, %s, '')",
		    time, time, time, time, time, time, time, time, time, time, time, time);
		assert_true(keeping_run(fixture->path, sql));
	}
	archive = open_archive(fixture->path);
	assert_true(add_spans(archive, &observed_us));
	assert_true(observed_us >= 0);
	assert_true(archive_marks(archive, 1, &kept, &err));
	/* The newest of those that can have been. */
	assert_int_equal(kept.last.time_us / (366 * DAY_US), KEEPING_START_US / (366 * DAY_US));
	kept_marks_finish(&kept);
	assert_true(archive_beats(archive, &range, read_beat, &reading, &err));
	assert_int_equal(reading.count, 2500 + 2048 + 5000 + 1);
	assert_true(archive_estimate(archive, &range, &estimate, &err));
	assert_true(archive_events(archive, &range, read_event, &lines, &err));
	assert_int_equal(lines.count, 2);
	archive_close(archive);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_are_what_the_ledger_saw),
		TEST(time_without_kumatop_is_unknown),
		TEST(undecided_time_stays_so),
		TEST(marks_look_as_the_bar_did),
		TEST(series_is_cut_into_columns),
		TEST(newest_events_come_first),
		TEST(beats_are_ordered_by_name_and_time),
		TEST(long_read_does_not_hold_the_log),
		TEST(events_are_ordered_by_name_and_time),
		TEST(made_up_times_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
