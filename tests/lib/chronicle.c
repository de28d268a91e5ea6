/* A past made up; see chronicle.h. */
#include "chronicle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "keeping.h"

enum { FLUSH_MS = 3600000, OFF_MOST = 16 };

struct subject {
	char *name, *text;
	struct judge_rules rules;
	int64_t interval_us, reach_us;
	struct standing standing;
	char *evidence;
};

struct chronicle {
	char *path;
	struct store *store;
	struct subject *subjects;	/* of the ids 1 … */
	size_t count;
	int64_t off_us[OFF_MOST];
	size_t off_count;
};

struct chronicle *chronicle_open(const char *path)
{
	struct chronicle *chronicle = heap_zero(1, sizeof *chronicle);

	chronicle->path = heap_text(path);
	chronicle->store = keeping_open(path, FLUSH_MS);
	return chronicle;
}

monitor_id chronicle_monitor(struct chronicle *chronicle, const char *name, unsigned fall, unsigned rise, int interval_s, int timeout_s)
{
	chronicle->subjects = heap_resize(chronicle->subjects, chronicle->count + 1, sizeof *chronicle->subjects);
	chronicle->subjects[chronicle->count++] = (struct subject){
		.name = heap_text(name), .rules = { .rise = rise, .fall = fall }, .interval_us = interval_s * SECOND_US,
		.reach_us = (interval_s + timeout_s) * SECOND_US,
	};
	return (monitor_id)chronicle->count;
}

static struct subject *subject_of(struct chronicle *chronicle, monitor_id monitor)
{
	return &chronicle->subjects[monitor - 1];
}

void chronicle_add_text(struct chronicle *chronicle, monitor_id monitor, const char *text)
{
	free(subject_of(chronicle, monitor)->text);
	subject_of(chronicle, monitor)->text = heap_text(text);
}

static void fail(const struct error *err)
{
	fprintf(stderr, "%s\n", err->text);
	abort();
}

void chronicle_begin(struct chronicle *chronicle)
{
	struct error err = { 0 };

	for (size_t i = 0; i < chronicle->count; i++) {
		struct subject *subject = &chronicle->subjects[i];
		struct kept_monitor monitor = {
			.id = (monitor_id)i + 1, .name = subject->name, .kind = heap_text("tcp"), .target = heap_text("127.0.0.1:1"),
			.origin = subject->text ? SPEC_ADDED : SPEC_DECLARED, .text = subject->text,
		};

		if (!store_put_monitor_now(chronicle->store, &monitor, &err))
			fail(&err);
		free(monitor.kind);
		free(monitor.target);
	}
	if (!store_start(chronicle->store, &err))
		fail(&err);
}

static void tell(struct chronicle *chronicle, monitor_id monitor, struct event event, const struct transition *transition)
{
	struct kept_standing kept = { .monitor = monitor, .standing = subject_of(chronicle, monitor)->standing };

	event.monitor = monitor;
	event.since_us = kept.standing.since_us;
	event.from = (uint8_t)(transition ? transition->from : kept.standing.state);
	event.to = (uint8_t)kept.standing.state;
	event.lasted_us = transition ? transition->lasted_us : 0;
	event.alert = transition && transition->alert;
	store_event(chronicle->store, &event, &kept);
	event_finish(&event);
}

static void tell_change(struct chronicle *chronicle, monitor_id monitor, const struct beat *beat, const struct transition *transition)
{
	struct subject *subject = subject_of(chronicle, monitor);
	bool bad = beat->verdict == VERDICT_DOWN || beat->verdict == VERDICT_UNKNOWN;
	struct event event = {
		.time_us = beat->time_us, .kind = EVENT_STATE, .outcome = beat->outcome, .code = beat->code, .detail = shared_hold(beat->detail),
		.evidence = bad ? shared_create(subject->evidence) : NULL,
	};

	tell(chronicle, monitor, event, transition);
}

static void note_evidence(struct subject *subject, const struct beat *beat)
{
	if (beat->verdict != VERDICT_DOWN || subject->standing.bad_run > 0 || subject->standing.incident_open)
		return;
	free(subject->evidence);
	subject->evidence = heap_print("%s\nevidence of %s", shared_read(beat->detail), subject->name);
}

void chronicle_check(struct chronicle *chronicle, monitor_id monitor, int64_t time_us, enum outcome outcome, int32_t latency_us, const char *why)
{
	struct subject *subject = subject_of(chronicle, monitor);
	enum verdict verdict = outcome_row((int)outcome)->verdict;
	struct transition transition = { 0 };
	struct beat beat = {
		.monitor = monitor, .time_us = time_us, .reach_ms = (int32_t)(subject->reach_us / 1000), .verdict = (uint8_t)verdict,
		.outcome = (uint8_t)outcome, .code = outcome == OUTCOME_WRONG_STATUS ? 503 : -1,
		.phase_us = { -1, -1, -1, -1, -1, latency_us }, .detail = shared_create(why),
	};

	note_evidence(subject, &beat);
	if (subject->standing.state != STATE_MAINTENANCE)
		transition = monitor_apply(&subject->standing, &subject->rules, verdict, time_us);
	beat.state = (uint8_t)subject->standing.state;
	store_beat(chronicle->store, &beat);
	if (transition.event)
		tell_change(chronicle, monitor, &beat, &transition);
	beat_finish(&beat);
}

void chronicle_checks(struct chronicle *chronicle, monitor_id monitor, int64_t from_us, int64_t to_us, enum outcome outcome, int32_t latency_us)
{
	const struct outcome_row *row = outcome_row((int)outcome);

	for (int64_t at_us = from_us; at_us < to_us; at_us += subject_of(chronicle, monitor)->interval_us)
		chronicle_check(chronicle, monitor, at_us, outcome, latency_us, row->verdict == VERDICT_UP ? NULL : row->sentence);
}

static void move(struct chronicle *chronicle, monitor_id monitor, int64_t time_us, enum event_kind kind, struct transition transition,
    const char *who)
{
	struct event event = { .time_us = time_us, .kind = (uint8_t)kind, .outcome = OUTCOME_NONE, .code = -1, .who = shared_create(who) };

	tell(chronicle, monitor, event, &transition);
}

void chronicle_pause(struct chronicle *chronicle, monitor_id monitor, int64_t time_us, const char *who)
{
	move(chronicle, monitor, time_us, EVENT_PAUSED, monitor_pause(&subject_of(chronicle, monitor)->standing, time_us), who);
}

void chronicle_resume(struct chronicle *chronicle, monitor_id monitor, int64_t time_us, const char *who)
{
	move(chronicle, monitor, time_us, EVENT_RESUMED, monitor_resume(&subject_of(chronicle, monitor)->standing, time_us), who);
}

void chronicle_maintain(struct chronicle *chronicle, monitor_id monitor, int64_t time_us)
{
	move(chronicle, monitor, time_us, EVENT_STATE, monitor_maintain(&subject_of(chronicle, monitor)->standing, time_us), NULL);
}

void chronicle_return(struct chronicle *chronicle, monitor_id monitor, int64_t time_us)
{
	move(chronicle, monitor, time_us, EVENT_STATE, monitor_return(&subject_of(chronicle, monitor)->standing, time_us), NULL);
}

void chronicle_acknowledge(struct chronicle *chronicle, monitor_id monitor, int64_t time_us, const char *who)
{
	struct standing *standing = &subject_of(chronicle, monitor)->standing;
	struct event event = { .time_us = time_us, .kind = EVENT_ACKNOWLEDGED, .outcome = OUTCOME_NONE, .code = -1, .who = shared_create(who) };

	standing->acknowledged = !standing->acknowledged;
	tell(chronicle, monitor, event, NULL);
}

void chronicle_off(struct chronicle *chronicle, int64_t time_us)
{
	if (chronicle->off_count == OFF_MOST)
		abort();
	chronicle->off_us[chronicle->off_count++] = time_us;
}

/* The store notes only its own run, which is now. */
static void write_runs(const struct chronicle *chronicle)
{
	for (size_t i = 0; i < chronicle->off_count; i++) {
		long long off_us = (long long)chronicle->off_us[i];
		char *sql = heap_print("INSERT INTO run (started_us, seen_us, ended_us, version) VALUES (%lld, %lld, %lld, '0')",
		    off_us - (long long)DAY_US, off_us, off_us);

		if (!keeping_run(chronicle->path, sql))
			abort();
		free(sql);
	}
}

void chronicle_close(struct chronicle *chronicle)
{
	if (!keeping_end(chronicle->store))
		abort();
	write_runs(chronicle);
	for (size_t i = 0; i < chronicle->count; i++) {
		free(chronicle->subjects[i].name);
		free(chronicle->subjects[i].text);
		free(chronicle->subjects[i].evidence);
	}
	free(chronicle->subjects);
	free(chronicle->path);
	free(chronicle);
}
