/* Incidents out of events. The rules of what opens and what ends one are judge.c's; here they are read back. */
#include "kumatop/incident.h"

void incident_finish(struct incident *incident)
{
	shared_release(incident->detail);
	shared_release(incident->evidence);
	shared_release(incident->who);
	*incident = (struct incident){ 0 };
}

static void open_by(struct incident *incident, const struct event *event)
{
	*incident = (struct incident){
		.id = event->id,
		.monitor = event->monitor,
		.start_us = event->since_us,
		.known_us = event->time_us,
		.outcome = event->outcome,
		.code = event->code,
		.detail = shared_hold(event->detail),
		.evidence = shared_hold(event->evidence),
	};
}

static struct incident take(struct incident *open)
{
	struct incident taken = *open;

	*open = (struct incident){ 0 };
	return taken;
}

static bool is_open(const struct incident *incident)
{
	return incident->monitor != 0;
}

static bool is_of(const struct incident *incident, int64_t link)
{
	return is_open(incident) && (link == 0 || incident->id == 0 || link == incident->id);
}

/* DOWN again after an interruption tells the same start; so does what the database links to it. */
static bool go_down(struct incident *open, const struct event *event, int64_t link, struct incident *ended)
{
	bool same = is_of(open, link) && (link != 0 || open->start_us == event->since_us), was_open = is_open(open);

	if (same) {
		open->known_us = event->time_us;
		return false;
	}
	if (was_open)
		*ended = take(open);
	open_by(open, event);
	return was_open;
}

/* A clock that was set back can bring the end before the start: then it lasted no time. */
static void end_by(struct incident *incident, const struct event *event)
{
	incident->end_us = event->since_us > incident->start_us ? event->since_us : incident->start_us;
	incident->known_us = event->time_us;
}

static bool come_up(struct incident *open, const struct event *event, int64_t link, struct incident *ended)
{
	if (is_of(open, link)) {
		*ended = take(open);
		end_by(ended, event);
		return true;
	}
	/* Of another one, which is read elsewhere; or of one whose beginning was not kept. */
	if (is_open(open) || link != 0 || event->from != STATE_DOWN || event->lasted_us <= 0)
		return false;
	*ended = (struct incident){
		.monitor = event->monitor, .start_us = event->since_us - event->lasted_us, .outcome = OUTCOME_NONE, .code = -1,
	};
	end_by(ended, event);
	return true;
}

/* Each such event turns it over. */
static void acknowledge(struct incident *open, const struct event *event)
{
	open->acknowledged = !open->acknowledged;
	open->acknowledged_us = open->acknowledged ? event->time_us : 0;
	shared_release(open->who);
	open->who = open->acknowledged ? shared_hold(event->who) : NULL;
	open->known_us = event->time_us;
}

bool incident_feed(struct incident *open, const struct event *event, int64_t link, struct incident *ended)
{
	*ended = (struct incident){ 0 };
	if (event->kind == EVENT_ACKNOWLEDGED && is_of(open, link))
		acknowledge(open, event);
	if (event->kind != EVENT_STATE)
		return false;
	if (event->to == STATE_DOWN)
		return go_down(open, event, link, ended);
	if (event->to == STATE_UP || event->to == STATE_DEGRADED)
		return come_up(open, event, link, ended);
	if (is_of(open, link))
		open->known_us = event->time_us;
	return false;
}

int64_t incident_length_us(const struct incident *incident, int64_t now_us)
{
	int64_t end_us = incident->end_us ? incident->end_us : now_us;

	return end_us > incident->start_us ? end_us - incident->start_us : 0;
}

bool incident_overlaps(const struct incident *incident, int64_t from_us, int64_t to_us)
{
	if (incident->start_us >= to_us)
		return false;
	return incident->end_us == 0 || incident->end_us > from_us || incident->start_us >= from_us;
}

void incident_count(struct incident_tally *tally, const struct incident *incident, int64_t from_us, int64_t to_us)
{
	if (!incident_overlaps(incident, from_us, to_us))
		return;
	tally->count++;
	if (incident->end_us == 0 || incident->end_us > to_us)
		return;
	tally->ended++;
	tally->ended_us += incident_length_us(incident, incident->end_us);
}

int64_t incident_mttr_us(const struct incident_tally *tally)
{
	return tally->ended > 0 ? tally->ended_us / tally->ended : -1;
}

int64_t incident_mtbf_us(const struct incident_tally *tally, int64_t up_us)
{
	return tally->count > 0 ? up_us / tally->count : -1;
}
