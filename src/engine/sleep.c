/*
 * A suspended machine observes nothing, and a clock that is set shows a time twice or not at all: noticed before anything else is made of
 * the time that passed.
 */
#include "inside.h"

#include <stdio.h>

#include "kumatop/log.h"

enum { STEP_LEAST_S = 60 };	/* what is less is accounted for like a check that was late, or early */

/* Time that passes whatever the clock of the day shows, and while the machine sleeps. */
static int64_t up_us(int64_t slept_us)
{
	return mono_now().us + slept_us;
}

void sleep_begin(struct engine *engine)
{
	engine->slept_us = suspended_us();
	engine->ahead_us = unix_now_us() - up_us(engine->slept_us);
}

static void account_for_sleep(struct engine *engine, int64_t asleep_us)
{
	int64_t from_us = unix_now_us() - asleep_us;

	for (size_t i = 0; i < picture_count(engine->picture); i++) {
		struct monitor *monitor = engine->monitors[i];
		const struct monitor_view *view = monitor_view(monitor);

		ledger_interrupt(&monitor->ledger, from_us, view->standing.state);
		/* The clock that waits for the end of a pause stood still. */
		if (view->standing.state == STATE_PAUSED && view->paused_until_us)
			monitor_plan_resume(monitor);
	}
}

static void look_for_sleep(struct engine *engine, int64_t slept_us)
{
	int64_t asleep_us = slept_us - engine->slept_us;
	char text[128], length[32];

	engine->slept_us = slept_us;
	if (asleep_us <= SECOND_US)
		return;
	account_for_sleep(engine, asleep_us);
	snprintf(text, sizeof(text), "this machine slept for %s: that time is unknown", length_print(asleep_us, length, sizeof(length)));
	log_line(LOG_LEVEL_WARNING, "%s", text);
	engine_tell(engine, EVENT_TROUBLE, asleep_us, text, NULL);
}

static void account_for_step(struct engine *engine, int64_t now_us, bool back)
{
	for (size_t i = 0; i < picture_count(engine->picture); i++) {
		struct monitor *monitor = engine->monitors[i];
		const struct monitor_view *view = monitor_view(monitor);

		if (back)
			ledger_set_back(&monitor->ledger, now_us);
		/* A pause ends at a time of the day. */
		if (view->standing.state == STATE_PAUSED && view->paused_until_us)
			monitor_plan_resume(monitor);
	}
}

static void look_at_clock(struct engine *engine, int64_t slept_us)
{
	int64_t before_us = up_us(slept_us), now_us = unix_now_us(), step_us;
	char text[128], length[32];

	/* Stopped or asleep in between, we would see a step where there is none. */
	if (up_us(suspended_us()) - before_us > SECOND_US)
		return;
	step_us = now_us - before_us - engine->ahead_us;
	engine->ahead_us += step_us;
	if (step_us >= -STEP_LEAST_S * SECOND_US && step_us <= STEP_LEAST_S * SECOND_US)
		return;
	account_for_step(engine, now_us, step_us < 0);
	snprintf(text, sizeof(text), "the clock of this machine was set %s by %s%s", step_us < 0 ? "back" : "ahead",
	    length_print(step_us < 0 ? -step_us : step_us, length, sizeof(length)),
	    step_us < 0 ? ": that time comes twice, and counts once" : ": the time left out is unknown");
	log_line(LOG_LEVEL_WARNING, "%s", text);
	engine_tell(engine, EVENT_TROUBLE, 0, text, NULL);
}

void sleep_look(struct engine *engine)
{
	int64_t slept_us = suspended_us();

	look_for_sleep(engine, slept_us);
	look_at_clock(engine, slept_us);
}
