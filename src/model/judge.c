/*
 * The state machine: one function per state, so that each reads as its row of the table of states. Not here: time (ledger.c),
 * who is told (alert), and when to check next (engine).
 *
 * What each verdict does to the counters, before the row is looked at:
 *   up, degraded  good_run counts; bad_run and unknown_run end. degraded_run counts or ends.
 *   down          bad_run counts; good_run, unknown_run and degraded_run end.
 *   unknown       unknown_run counts and nothing else changes: a check that could not be made says nothing, so it neither breaks
 *                 nor lengthens a run of failures or of good checks.
 * good_run means a run on the way up: in DEGRADED only clean checks are one, so a degraded check ends it there. Becoming UNKNOWN,
 * PAUSED or MAINTENANCE ends every run: what came before is too long ago to be continued. Counters stop at UINT_MAX.
 */
#include "kumatop/judge.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

static const char *const words[STATE_COUNT] = {
#define X(name, word) [STATE_##name] = (word),
	STATE_TABLE(X)
#undef X
};

const char *state_word(int state)
{
	return words[state >= 0 && state < STATE_COUNT ? state : STATE_UNKNOWN];
}

int state_by_word(const char *word)
{
	for (int i = 0; i < STATE_COUNT; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

enum verdict state_verdict(enum state state)
{
	switch (state) {
	case STATE_UP:
	case STATE_MAINTENANCE:
		return VERDICT_UP;
	case STATE_DEGRADED:
	case STATE_PENDING:
		return VERDICT_DEGRADED;
	case STATE_DOWN:
		return VERDICT_DOWN;
	default:
		return VERDICT_UNKNOWN;
	}
}

static bool is_good(enum verdict verdict)
{
	return verdict == VERDICT_UP || verdict == VERDICT_DEGRADED;
}

static bool is_good_state(enum state state)
{
	return state == STATE_UP || state == STATE_DEGRADED;
}

static void count_one(unsigned *run)
{
	if (*run < UINT_MAX)
		++*run;
}

static void end_runs(struct standing *standing)
{
	standing->good_run = standing->bad_run = standing->unknown_run = standing->degraded_run = 0;
	standing->first_bad_us = standing->first_good_us = 0;
}

static void count_good(struct standing *standing, bool degraded, int64_t now_us)
{
	standing->bad_run = standing->unknown_run = 0;
	standing->first_bad_us = 0;
	if (degraded)
		count_one(&standing->degraded_run);
	else
		standing->degraded_run = 0;

	if (standing->state == STATE_DEGRADED && degraded)
		standing->good_run = 0;
	else
		count_one(&standing->good_run);
	if (standing->state == STATE_DOWN && standing->first_good_us == 0)
		standing->first_good_us = now_us;
}

static void count_bad(struct standing *standing, int64_t now_us)
{
	standing->good_run = standing->unknown_run = standing->degraded_run = 0;
	standing->first_good_us = 0;
	count_one(&standing->bad_run);
	if (standing->first_bad_us == 0)
		standing->first_bad_us = now_us;
}

static void count_verdict(struct standing *standing, enum verdict verdict, int64_t now_us)
{
	switch (verdict) {
	case VERDICT_UP:
	case VERDICT_DEGRADED:
		count_good(standing, verdict == VERDICT_DEGRADED, now_us);
		break;
	case VERDICT_DOWN:
		count_bad(standing, now_us);
		break;
	default:
		count_one(&standing->unknown_run);
		break;
	}
}

/* A failed check of a monitor without an open incident that is not failing yet. */
static enum state begin_failing(const struct standing *standing, const struct judge_rules *rules)
{
	return standing->bad_run >= rules->fall ? STATE_DOWN : STATE_PENDING;
}

/* From NEW and UNKNOWN, where nothing is known of the target, every known verdict counts at once. */
static enum state from_nothing(const struct standing *standing, const struct judge_rules *rules, enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_UP:
		return STATE_UP;
	case VERDICT_DEGRADED:
		return STATE_DEGRADED;
	case VERDICT_DOWN:
		return standing->incident_open ? STATE_DOWN : begin_failing(standing, rules);
	default:
		return STATE_UNKNOWN;
	}
}

static enum state from_up(const struct standing *standing, const struct judge_rules *rules, enum verdict verdict)
{
	if (verdict == VERDICT_DOWN)
		return begin_failing(standing, rules);
	if (verdict == VERDICT_UNKNOWN && standing->unknown_run >= rules->fall)
		return STATE_UNKNOWN;
	if (verdict == VERDICT_DEGRADED && standing->degraded_run >= rules->fall)
		return STATE_DEGRADED;
	return STATE_UP;
}

static enum state from_degraded(const struct standing *standing, const struct judge_rules *rules, enum verdict verdict)
{
	if (verdict == VERDICT_DOWN)
		return begin_failing(standing, rules);
	if (verdict == VERDICT_UNKNOWN && standing->unknown_run >= rules->fall)
		return STATE_UNKNOWN;
	if (verdict == VERDICT_UP && standing->good_run >= rules->rise)
		return STATE_UP;
	return STATE_DEGRADED;
}

/*
 * A blip goes back to what it was. A monitor that was new is UP then, whatever the good check was (DEGRADED takes a run, as from
 * UP). One that was UNKNOWN does not go back: a good check is what UNKNOWN waits for.
 */
static enum state from_pending(const struct standing *standing, const struct judge_rules *rules, enum verdict verdict)
{
	if (verdict == VERDICT_DOWN)
		return begin_failing(standing, rules);
	if (verdict == VERDICT_UNKNOWN)
		return standing->unknown_run >= rules->fall ? STATE_UNKNOWN : STATE_PENDING;
	if (is_good_state(standing->was))
		return standing->was;
	return standing->was == STATE_UNKNOWN && verdict == VERDICT_DEGRADED ? STATE_DEGRADED : STATE_UP;
}

static enum state from_down(const struct standing *standing, const struct judge_rules *rules, enum verdict verdict)
{
	if (verdict == VERDICT_UNKNOWN && standing->unknown_run >= rules->fall)
		return STATE_UNKNOWN;
	if (!is_good(verdict) || standing->good_run < rules->rise)
		return STATE_DOWN;
	return verdict == VERDICT_DEGRADED ? STATE_DEGRADED : STATE_UP;
}

static enum state decide(const struct standing *standing, const struct judge_rules *rules, enum verdict verdict)
{
	switch (standing->state) {
	case STATE_UP:
		return from_up(standing, rules, verdict);
	case STATE_DEGRADED:
		return from_degraded(standing, rules, verdict);
	case STATE_PENDING:
		return from_pending(standing, rules, verdict);
	case STATE_DOWN:
		return from_down(standing, rules, verdict);
	default:
		return from_nothing(standing, rules, verdict);
	}
}

static int64_t elapsed(int64_t from_us, int64_t to_us)
{
	return from_us != 0 && to_us > from_us ? to_us - from_us : 0;
}

/*
 * DOWN is told once an incident, however often the incident is interrupted, with one exception: leaving maintenance asks for a
 * fresh judgement, and whoever did the work wants to hear of it.
 */
static void enter_down(struct standing *standing, struct transition *transition)
{
	bool maintained = transition->from == STATE_NEW && standing->was == STATE_MAINTENANCE;

	if (!standing->incident_open) {
		standing->incident_open = true;
		standing->incident_us = standing->first_bad_us;
		standing->alerted = standing->acknowledged = false;
		transition->incident_opened = true;
	}
	standing->since_us = standing->incident_us;
	transition->alert = !standing->alerted || maintained;
	standing->alerted = true;
}

static void close_incident(struct standing *standing, struct transition *transition)
{
	transition->incident_closed = true;
	transition->alert = standing->alerted;
	transition->lasted_us = elapsed(standing->incident_us, standing->since_us);
	standing->incident_open = standing->alerted = standing->acknowledged = false;
	standing->incident_us = 0;
}

/* A blip is over: the state before it goes on, as old as it was. */
static bool is_way_back(const struct standing *standing, const struct transition *transition)
{
	return transition->from == STATE_PENDING && transition->to == standing->was;
}

static void enter(struct standing *standing, struct transition *transition, int64_t now_us)
{
	int64_t first_good_us = standing->first_good_us;

	transition->lasted_us = elapsed(standing->since_us, now_us);
	standing->state = transition->to;
	standing->since_us = now_us;

	switch (transition->to) {
	case STATE_UP:
	case STATE_DEGRADED:
		if (is_way_back(standing, transition) && standing->was_since_us != 0)
			standing->since_us = standing->was_since_us;
		else if (transition->from == STATE_DOWN)
			standing->since_us = first_good_us;
		/* the checks that led up are spent, except that a clean one which ends a blip counts towards DEGRADED -> UP */
		if (transition->from != STATE_PENDING || standing->degraded_run > 0)
			standing->good_run = 0;
		standing->first_good_us = 0;
		if (standing->incident_open)
			close_incident(standing, transition);
		break;
	case STATE_DOWN:
		enter_down(standing, transition);
		break;
	case STATE_UNKNOWN:
	case STATE_PAUSED:
	case STATE_MAINTENANCE:
	case STATE_NEW:
		end_runs(standing);
		break;
	default:
		break;
	}
}

/* Failing is worth a line once it is DOWN; until then it may be a blip, which stays in the history alone. */
static bool is_event(const struct standing *standing, const struct transition *transition)
{
	return transition->changed && transition->to != STATE_PENDING && !is_way_back(standing, transition);
}

struct transition monitor_apply(struct standing *standing, const struct judge_rules *rules, enum verdict verdict, int64_t now_us)
{
	enum state from = standing->state;
	int64_t old_since_us = standing->since_us;
	struct transition transition = { .from = from, .to = from };

	assert(rules->rise >= 1 && rules->fall >= 1);
	if (from == STATE_PAUSED || from == STATE_MAINTENANCE)
		return transition;

	count_verdict(standing, verdict, now_us);
	transition.to = decide(standing, rules, verdict);
	transition.changed = transition.to != from;
	if (!transition.changed)
		return transition;

	enter(standing, &transition, now_us);
	if (transition.to == STATE_PENDING) {
		standing->was = from;
		standing->was_since_us = old_since_us;
		standing->since_us = standing->first_bad_us;
	}
	transition.event = is_event(standing, &transition);
	return transition;
}

/* From outside, not by a result: always an event, never an alert. */
static struct transition move(struct standing *standing, enum state to, int64_t now_us)
{
	enum state from = standing->state;
	struct transition transition = { .from = from, .to = to, .changed = true, .event = true };

	enter(standing, &transition, now_us);
	standing->was = from;
	return transition;
}

static struct transition stay(const struct standing *standing)
{
	return (struct transition){ .from = standing->state, .to = standing->state };
}

struct transition monitor_pause(struct standing *standing, int64_t now_us)
{
	return standing->state == STATE_PAUSED ? stay(standing) : move(standing, STATE_PAUSED, now_us);
}

struct transition monitor_resume(struct standing *standing, int64_t now_us)
{
	return standing->state == STATE_PAUSED ? move(standing, STATE_NEW, now_us) : stay(standing);
}

struct transition monitor_maintain(struct standing *standing, int64_t now_us)
{
	if (standing->state == STATE_MAINTENANCE || standing->state == STATE_PAUSED)
		return stay(standing);
	return move(standing, STATE_MAINTENANCE, now_us);
}

struct transition monitor_return(struct standing *standing, int64_t now_us)
{
	return standing->state == STATE_MAINTENANCE ? move(standing, STATE_NEW, now_us) : stay(standing);
}

bool monitor_is_wavering(const struct standing *standing)
{
	return standing->state == STATE_PENDING || (standing->state == STATE_DOWN && standing->good_run > 0);
}
