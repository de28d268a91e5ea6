/*
 * Goes through the events from the oldest on, with at most one outage open at a time.
 */
#include "outages.h"

#include <string.h>

#include "kumatop/shared.h"

/* The oldest is last and falls out. */
static void keep(struct outages *out, const struct outage *outage)
{
	size_t moved = out->kept_count < OUTAGES_KEPT ? out->kept_count : OUTAGES_KEPT - 1;

	memmove(&out->kept[1], &out->kept[0], moved * sizeof *out->kept);
	out->kept[0] = *outage;
	out->kept_count = moved + 1;
	out->count++;
	if (outage->to_us) {
		out->ended++;
		out->ended_us += outage->to_us - outage->from_us;
	}
}

static void go_down(struct outages *out, struct outage *open, const struct event *event)
{
	if (open->from_us == event->since_us)
		return;		/* the same incident, seen to be down again */
	if (open->from_us)
		keep(out, open);	/* nothing told its end */
	*open = (struct outage){ .from_us = event->since_us, .outcome = event->outcome, .detail = shared_read(event->detail) };
}

static void come_up(struct outages *out, struct outage *open, const struct event *event)
{
	/* it began before the oldest event there is */
	if (!open->from_us && event->from == STATE_DOWN && event->lasted_us > 0)
		*open = (struct outage){ .from_us = event->since_us - event->lasted_us, .outcome = OUTCOME_UNTOLD, .detail = "" };
	if (!open->from_us)
		return;
	open->to_us = event->since_us > open->from_us ? event->since_us : event->time_us;
	keep(out, open);
	*open = (struct outage){ .detail = "" };
}

void outages_find(const struct history_event *events, size_t count, const struct standing *standing, struct outages *out)
{
	struct outage open = { .detail = "" };

	*out = (struct outages){ .count = 0 };
	for (size_t i = count; i-- > 0;) {
		const struct event *event = &events[i].event;

		if (event->kind != EVENT_STATE)
			continue;
		if (event->to == STATE_DOWN)
			go_down(out, &open, event);
		else if (event->to == STATE_UP || event->to == STATE_DEGRADED)
			come_up(out, &open, event);
	}
	if (standing->incident_open && open.from_us != standing->incident_us) {
		if (open.from_us)
			keep(out, &open);
		open = (struct outage){ .from_us = standing->incident_us, .outcome = OUTCOME_UNTOLD, .detail = "" };
	}
	open.goes_on = standing->incident_open;
	if (open.from_us)
		keep(out, &open);
}
