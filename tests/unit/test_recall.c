/*
 * What a monitor was, concluded from history: the same as the state machine made of it when it happened, and UNKNOWN where nobody looked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/recall.h"
#include "kumatop/when.h"

#define START (INT64_C(1700000000) * SECOND_US)

enum { STEPS = 4000, REACH_MS = 70000 };

/* A monitor's life, with what an engine would have kept of it. */
struct life {
	uint32_t random;
	int64_t now_us;
	struct judge_rules rules;
	struct standing standing;
	struct recall_beat beats[STEPS];	/* oldest first */
	struct event events[STEPS];
	size_t beat_count, event_count;
};

static uint32_t roll(struct life *life, uint32_t sides)
{
	life->random = life->random * 1664525 + 1013904223;
	return (life->random >> 8) % sides;
}

static void tell(struct life *life, enum event_kind kind, const struct transition *transition, const char *detail)
{
	struct event event = {
		.id = (int64_t)life->event_count + 1, .time_us = life->now_us, .since_us = life->standing.since_us, .kind = (uint8_t)kind,
		.from = (uint8_t)life->standing.state, .to = (uint8_t)life->standing.state, .detail = shared_create(detail),
	};

	if (transition) {
		event.from = (uint8_t)transition->from;
		event.to = (uint8_t)transition->to;
		event.alert = transition->alert;
	}
	life->events[life->event_count++] = event;
}

static void check(struct life *life, enum verdict verdict)
{
	struct transition transition = { .event = false };

	if (life->standing.state == STATE_PAUSED)
		return;
	if (life->standing.state != STATE_MAINTENANCE)
		transition = monitor_apply(&life->standing, &life->rules, verdict, life->now_us);
	life->beats[life->beat_count++] = (struct recall_beat){
		.time_us = life->now_us, .reach_ms = REACH_MS, .state = (uint8_t)life->standing.state, .verdict = (uint8_t)verdict,
	};
	if (transition.event)
		tell(life, EVENT_STATE, &transition, "");
}

static void move(struct life *life, enum event_kind kind, struct transition transition)
{
	if (transition.changed)
		tell(life, kind, &transition, "");
}

static void acknowledge(struct life *life)
{
	if (!life->standing.incident_open)
		return;
	life->standing.acknowledged = !life->standing.acknowledged;
	tell(life, EVENT_ACKNOWLEDGED, NULL, life->standing.acknowledged ? "acknowledged" : "acknowledgement taken back");
}

static void live(struct life *life, uint32_t luck)
{
	uint32_t throw = roll(life, 100);

	life->now_us += (1 + (int64_t)roll(life, 20)) * SECOND_US;
	if (throw < 2)
		move(life, EVENT_PAUSED, monitor_pause(&life->standing, life->now_us));
	else if (throw < 8)
		move(life, EVENT_RESUMED, monitor_resume(&life->standing, life->now_us));
	else if (throw < 10)
		move(life, EVENT_STATE, monitor_maintain(&life->standing, life->now_us));
	else if (throw < 14)
		move(life, EVENT_STATE, monitor_return(&life->standing, life->now_us));
	else if (throw < 18)
		acknowledge(life);
	else if (throw < 24)
		check(life, VERDICT_UNKNOWN);
	else if (throw < 30)
		check(life, VERDICT_DEGRADED);
	else
		check(life, roll(life, 10) < luck ? VERDICT_UP : VERDICT_DOWN);
}

/* Newest first, as history is read backwards. */
static struct recall look_back(const struct life *life, struct recall_beat *beats, struct event *events)
{
	struct recall recall = { .at_us = life->now_us, .created_us = START, .beats = beats, .events = events };

	while (recall.beat_count < life->beat_count && recall.beat_count < VIEW_MARKS) {
		beats[recall.beat_count] = life->beats[life->beat_count - 1 - recall.beat_count];
		recall.beat_count++;
	}
	while (recall.event_count < life->event_count) {
		events[recall.event_count] = life->events[life->event_count - 1 - recall.event_count];
		if (recall_is_far_enough(&events[recall.event_count++]))
			break;
	}
	return recall;
}

static void assert_as_lived(const struct life *life)
{
	static struct recall_beat beats[VIEW_MARKS];
	static struct event events[STEPS];
	struct recall recall = look_back(life, beats, events);
	const struct standing *lived = &life->standing;
	const struct event *opened;
	struct kept_standing kept;

	assert_true(recall_standing(&recall, &kept, &opened));
	if (kept.standing.state != lived->state || kept.standing.since_us != lived->since_us)
		fail_msg("step at %lld: %s since %lld instead of %s since %lld", (long long)(life->now_us - START),
		    state_word((int)kept.standing.state), (long long)(kept.standing.since_us - START), state_word((int)lived->state),
		    (long long)(lived->since_us - START));
	assert_int_equal(kept.standing.incident_open, lived->incident_open);
	assert_int_equal(kept.standing.incident_us, lived->incident_us);
	assert_int_equal(kept.standing.acknowledged, lived->acknowledged);
	assert_int_equal(kept.standing.alerted, lived->alerted);
	assert_int_equal(opened != NULL, lived->incident_open);
	if (lived->state == STATE_PENDING) {
		assert_int_equal(kept.standing.bad_run, lived->bad_run);
		assert_int_equal(kept.standing.first_bad_us, lived->first_bad_us);
	}
	if (lived->state == STATE_DOWN && lived->good_run) {
		assert_int_equal(kept.standing.good_run, lived->good_run);
		assert_int_equal(kept.standing.first_good_us, lived->first_good_us);
	}
}

static void is_what_the_judge_said(void **state)
{
	static const uint32_t luck[] = { 2, 10, 5, 9, 0, 7 };

	(void)state;
	for (uint32_t seed = 1; seed <= 8; seed++) {
		struct life *life = heap_zero(1, sizeof *life);

		*life = (struct life){ .random = seed * 7919, .now_us = START, .rules = { .rise = 1 + seed % 3, .fall = 1 + seed % 4 } };
		check(life, VERDICT_UP);
		for (uint32_t i = 0; i < STEPS - 1; i++) {
			int64_t last_us = life->beats[life->beat_count - 1].time_us;

			live(life, luck[i / 50 % 6]);
			/* what happened is as long ago as what was seen reaches: see below */
			if (life->now_us - last_us <= REACH_MS * INT64_C(1000) || life->standing.state == STATE_PAUSED)
				assert_as_lived(life);
		}
		for (size_t i = 0; i < life->event_count; i++)
			event_finish(&life->events[i]);
		free(life);
	}
}

/* Up since START, checked last at START + 60 s. */
static struct recall steady(const struct recall_beat *beats, const struct event *events)
{
	return (struct recall){ .created_us = START - HOUR_US, .beats = beats, .beat_count = 2, .events = events, .event_count = 1 };
}

static void nobody_looked(void **state)
{
	static const struct recall_beat beats[] = {
		{ START + 60 * SECOND_US, REACH_MS, STATE_UP, VERDICT_UP }, { START, REACH_MS, STATE_UP, VERDICT_UP },
	};
	const struct event events[] = { { .id = 1, .time_us = START, .since_us = START, .kind = EVENT_STATE, .to = STATE_UP } };
	static const struct {
		int64_t at_s, stopped_s;	/* 0: it ran */
		bool observed;
		enum state now;
		int64_t since_s;
		const char *detail;
	} rows[] = {
		{ 60, 0, true, STATE_UP, 0, "" },
		{ 130, 0, true, STATE_UP, 0, "" },
		{ 131, 0, false, STATE_UNKNOWN, 130, "not observed" },
		{ 9000, 0, false, STATE_UNKNOWN, 130, "not observed" },
		{ 100, 90, false, STATE_UNKNOWN, 90, "kumatop did not run" },
		{ 9000, 90, false, STATE_UNKNOWN, 90, "kumatop did not run" },
		{ 9000, 140, false, STATE_UNKNOWN, 130, "kumatop did not run" },
		/* one that was killed was last seen alive before it checked */
		{ 100, 55, true, STATE_UP, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct recall recall = steady(beats, events);
		const struct event *opened;
		struct kept_standing kept;

		recall.at_us = START + rows[i].at_s * SECOND_US;
		recall.stopped_us = rows[i].stopped_s ? START + rows[i].stopped_s * SECOND_US : 0;
		assert_int_equal(recall_standing(&recall, &kept, &opened), rows[i].observed);
		assert_int_equal(kept.standing.state, rows[i].now);
		assert_int_equal(kept.standing.since_us, START + rows[i].since_s * SECOND_US);
		assert_string_equal(kept.detail, rows[i].detail);
		assert_null(opened);
	}
}

/* An incident stays open while nobody looks; a pause stays a pause. */
static void what_stays(void **state)
{
	static const struct recall_beat beats[] = { { START + 60 * SECOND_US, REACH_MS, STATE_DOWN, VERDICT_DOWN } };
	struct event events[] = {
		{ .id = 3, .time_us = START + 70 * SECOND_US, .kind = EVENT_ACKNOWLEDGED, .to = STATE_DOWN, .detail = shared_create("acknowledged") },
		{ .id = 2, .time_us = START + 60 * SECOND_US, .since_us = START, .kind = EVENT_STATE, .to = STATE_DOWN, .alert = true },
	};
	struct event paused = { .id = 4, .time_us = START + 80 * SECOND_US, .kind = EVENT_PAUSED, .to = STATE_PAUSED, .who = shared_create("ops") };
	struct recall recall = { .at_us = START + DAY_US, .beats = beats, .beat_count = 1, .events = events, .event_count = 2 };
	const struct event *opened;
	struct kept_standing kept;

	(void)state;
	assert_false(recall_standing(&recall, &kept, &opened));
	assert_int_equal(kept.standing.state, STATE_UNKNOWN);
	assert_true(kept.standing.incident_open && kept.standing.acknowledged && kept.standing.alerted);
	assert_int_equal(kept.standing.incident_us, START);
	assert_ptr_equal(opened, &events[1]);

	recall.events = &paused;
	recall.event_count = 1;
	recall.stopped_us = START + HOUR_US;
	assert_true(recall_standing(&recall, &kept, &opened));
	assert_int_equal(kept.standing.state, STATE_PAUSED);
	assert_int_equal(kept.standing.since_us, START + 80 * SECOND_US);
	assert_string_equal(kept.detail, "paused by ops");
	event_finish(&events[0]);
	event_finish(&paused);
}

/* Before the first check, and after the last beat that is kept. */
static void without_beats(void **state)
{
	struct event down = {
		.id = 2, .time_us = START, .since_us = START - 30 * SECOND_US, .kind = EVENT_STATE, .to = STATE_DOWN, .detail = shared_create("refused"),
	};
	struct recall recall = { .at_us = START + HOUR_US, .created_us = START };
	const struct event *opened;
	struct kept_standing kept;

	(void)state;
	assert_true(recall_standing(&recall, &kept, &opened));
	assert_int_equal(kept.standing.state, STATE_NEW);
	assert_int_equal(kept.standing.since_us, START);

	recall.events = &down;
	recall.event_count = 1;
	assert_false(recall_standing(&recall, &kept, &opened));
	assert_int_equal(kept.standing.state, STATE_UNKNOWN);
	assert_int_equal(kept.standing.since_us, 0);

	recall.accounted = true;
	assert_true(recall_standing(&recall, &kept, &opened));
	assert_int_equal(kept.standing.state, STATE_DOWN);
	assert_int_equal(kept.standing.since_us, START - 30 * SECOND_US);
	assert_string_equal(kept.detail, "refused");
	assert_ptr_equal(opened, &down);
	event_finish(&down);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_the_judge_said), cmocka_unit_test(nobody_looked), cmocka_unit_test(what_stays),
		cmocka_unit_test(without_beats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
