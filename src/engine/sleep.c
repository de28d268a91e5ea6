/* A suspended machine observes nothing: noticed before anything else is made of the time that passed. */
#include "inside.h"

#include <stdio.h>

#include "kumatop/log.h"

static void account_for(struct engine *engine, int64_t asleep_us)
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

void sleep_look(struct engine *engine)
{
	int64_t slept_us = suspended_us(), asleep_us = slept_us - engine->slept_us;
	char text[128], length[32];

	engine->slept_us = slept_us;
	if (asleep_us <= SECOND_US)
		return;
	account_for(engine, asleep_us);
	snprintf(text, sizeof(text), "this machine slept for %s: that time is unknown", length_print(asleep_us, length, sizeof(length)));
	log_line(LOG_LEVEL_WARNING, "%s", text);
	engine_tell(engine, EVENT_TROUBLE, asleep_us, text, NULL);
}
