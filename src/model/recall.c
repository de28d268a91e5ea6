/*
 * What a monitor was at a past moment; see recall.h. Beats have the state after each check, events say when a state began and what
 * people did; where both speak of the same moment they agree, and else the later one is right.
 */
#include "kumatop/recall.h"

#include <stdio.h>
#include <string.h>

#include "kumatop/text.h"

bool recall_is_far_enough(const struct event *event)
{
	return event->kind == EVENT_STATE && (event->to == STATE_UP || event->to == STATE_DEGRADED);
}

static bool is_change(const struct event *event)
{
	return event->kind == EVENT_STATE || event->kind == EVENT_PAUSED || event->kind == EVENT_RESUMED;
}

static const struct event *newest_change(const struct recall *recall)
{
	for (size_t i = 0; i < recall->event_count; i++)
		if (is_change(&recall->events[i]))
			return &recall->events[i];
	return NULL;
}

/* Where it was judged anew: no run of checks goes on over that. */
static int64_t last_break(const struct recall *recall)
{
	for (size_t i = 0; i < recall->event_count; i++) {
		uint8_t to = recall->events[i].to;

		if (is_change(&recall->events[i]) && (to == STATE_NEW || to == STATE_PAUSED || to == STATE_MAINTENANCE || to == STATE_UNKNOWN))
			return recall->events[i].time_us;
	}
	return 0;
}

static int64_t since_of(const struct event *change)
{
	return change->since_us ? change->since_us : change->time_us;
}

/* The oldest of the newest beats that left it in this state. */
static int64_t first_in_state(const struct recall *recall, enum state state)
{
	int64_t break_us = last_break(recall);
	size_t i = 0;

	while (i < recall->beat_count && recall->beats[i].state == state && recall->beats[i].time_us > break_us)
		i++;
	return i ? recall->beats[i - 1].time_us : 0;
}

static bool is_good(uint8_t verdict)
{
	return verdict == VERDICT_UP || verdict == VERDICT_DEGRADED;
}

static bool is_bad(uint8_t verdict)
{
	return verdict == VERDICT_DOWN;
}

/* The newest beats in a row with such a verdict; as in judge.c one that could not be made is passed over. */
static unsigned count_run(const struct recall *recall, bool (*counts)(uint8_t verdict), int64_t *first_us)
{
	int64_t break_us = last_break(recall);
	unsigned run = 0;

	*first_us = 0;
	for (size_t i = 0; i < recall->beat_count; i++) {
		const struct recall_beat *beat = &recall->beats[i];

		if (beat->time_us <= break_us || (beat->verdict != VERDICT_UNKNOWN && !counts(beat->verdict)))
			break;
		if (beat->verdict == VERDICT_UNKNOWN)
			continue;
		*first_us = beat->time_us;
		run++;
	}
	return run;
}

static void count_runs(const struct recall *recall, struct standing *standing)
{
	standing->bad_run = count_run(recall, is_bad, &standing->first_bad_us);
	if (standing->state == STATE_DOWN)
		standing->good_run = count_run(recall, is_good, &standing->first_good_us);
	while (standing->state != STATE_UNKNOWN && standing->unknown_run < recall->beat_count
	    && recall->beats[standing->unknown_run].verdict == VERDICT_UNKNOWN)
		standing->unknown_run++;
}

/* The state, and since when. */
static void find_state(const struct recall *recall, const struct event *change, struct standing *standing)
{
	const struct recall_beat *last = recall->beat_count ? &recall->beats[0] : NULL;

	if (change && (!last || change->time_us >= last->time_us))
		standing->state = (enum state)change->to;
	else
		standing->state = last ? (enum state)last->state : STATE_NEW;
	if (change && change->to == standing->state)
		standing->since_us = since_of(change);
	else
		standing->since_us = last ? first_in_state(recall, standing->state) : recall->created_us;
	if (standing->state == STATE_PENDING && change) {
		standing->was = (enum state)change->to;
		standing->was_since_us = since_of(change);
	}
}

/* An incident goes on from its first DOWN until it is UP or DEGRADED, whatever lies between. */
static void find_incident(const struct recall *recall, struct standing *standing, const struct event **opened)
{
	bool said = false, acknowledged = false;

	*opened = NULL;
	for (size_t i = 0; i < recall->event_count && !recall_is_far_enough(&recall->events[i]); i++) {
		const struct event *event = &recall->events[i];

		if (event->kind == EVENT_STATE && event->to == STATE_DOWN) {
			*opened = event;
			standing->alerted |= event->alert;
		} else if (event->kind == EVENT_ACKNOWLEDGED && !said) {
			said = true;
			acknowledged = strcmp(shared_read(event->detail), "acknowledged") == 0;
		}
	}
	/* The beat that ends an incident, or begins it, is a moment older than the event. */
	if (standing->state == STATE_UP || standing->state == STATE_DEGRADED)
		*opened = NULL;
	standing->incident_open = *opened || standing->state == STATE_DOWN;
	standing->incident_us = *opened ? since_of(*opened) : standing->incident_open ? standing->since_us : 0;
	standing->alerted = standing->alerted && standing->incident_open;
	standing->acknowledged = acknowledged && standing->incident_open;
}

/* Up to when something spoke for it; 0: nothing did. */
static int64_t spoken_until(const struct recall *recall, const struct event *change)
{
	int64_t last_us = recall->beat_count ? recall->beats[0].time_us : 0;

	if (!recall->beat_count)
		return recall->accounted ? recall->at_us : 0;
	if (change && change->time_us > last_us)
		last_us = change->time_us;
	return last_us + recall->beats[0].reach_ms * INT64_C(1000);
}

/* When kumatop had ended before that moment; a beat after the last sign of life of one that was killed shows that it lived. 0: it ran. */
static int64_t stopped_at(const struct recall *recall)
{
	return recall->beat_count && recall->beats[0].time_us > recall->stopped_us ? 0 : recall->stopped_us;
}

/* Nobody looked: it is not what it was last, but what it is said to be while nothing is known. */
static void forget(const struct recall *recall, int64_t until_us, struct kept_standing *kept)
{
	struct standing *standing = &kept->standing;
	int64_t stopped_us = stopped_at(recall), lost_us = stopped_us && (stopped_us < until_us || !until_us) ? stopped_us : until_us;

	standing->state = STATE_UNKNOWN;
	standing->since_us = lost_us;
	standing->was = STATE_NEW;
	standing->was_since_us = 0;
	standing->good_run = standing->bad_run = standing->unknown_run = 0;
	standing->first_bad_us = standing->first_good_us = 0;
	text_copy(kept->detail, sizeof(kept->detail), stopped_us ? "kumatop did not run" : "not observed");
}

/* What people did is said by no beat; nor is anything, where none is kept any more. */
static void tell(const struct recall *recall, const struct event *change, struct kept_standing *kept)
{
	const char *who = change && change->who ? shared_read(change->who) : NULL;

	if (change && kept->standing.state == STATE_PAUSED)
		snprintf(kept->detail, sizeof(kept->detail), "paused by %.200s", who ? who : "kumatop");
	else if (change && change->kind == EVENT_RESUMED && kept->standing.state == STATE_NEW)
		snprintf(kept->detail, sizeof(kept->detail), "resumed by %.200s", who ? who : "the clock");
	else if (change && !recall->beat_count)
		text_copy(kept->detail, sizeof(kept->detail), shared_read(change->detail));
}

bool recall_standing(const struct recall *recall, struct kept_standing *standing, const struct event **opened)
{
	const struct event *change = newest_change(recall);
	int64_t until_us = spoken_until(recall, change);

	*standing = (struct kept_standing){ 0 };
	find_state(recall, change, &standing->standing);
	find_incident(recall, &standing->standing, opened);
	tell(recall, change, standing);
	if (standing->standing.state == STATE_PAUSED || standing->standing.state == STATE_NEW)
		return true;
	if (until_us >= recall->at_us && !stopped_at(recall)) {
		count_runs(recall, &standing->standing);
		return true;
	}
	forget(recall, until_us, standing);
	return false;
}
