/* The second way through the file, which writes; see import.h. What is in the database of a monitor comes before what it did. */
#include "import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/importing.h"
#include "kumatop/text.h"

struct taking {
	struct import_plan *plan;
	struct keeper *keeper;
	struct importing *importing;
	struct error *err;
	bool failed;
};

static bool tell(struct keeper *keeper, const struct import_plan_monitor *monitor, enum event_kind kind, const struct transition *transition,
    const char *detail, struct error *err)
{
	struct event event = { .monitor = monitor->id, .time_us = unix_now_us(), .kind = (uint8_t)kind, .outcome = OUTCOME_NONE, .code = -1 };
	char who[64];
	bool fine;

	if (transition) {
		event.from = (uint8_t)transition->from;
		event.to = (uint8_t)transition->to;
		event.since_us = event.time_us;
	}
	cli_who(who, sizeof(who));
	event.who = shared_create(who);
	event.detail = shared_create(detail);
	fine = store_put_event_now(keeper->store, &event, err);
	event_finish(&event);
	return fine;
}

/* The standing comes first: an import that ends between the two finds no monitor, and makes both again. */
static bool add_monitor(struct taking *taking, const struct import_plan_monitor *monitor)
{
	struct kept_standing standing = { .monitor = monitor->id };
	struct kept_monitor kept = {
		.id = monitor->id, .name = monitor->name, .kind = monitor->kind, .target = monitor->spec->target, .origin = SPEC_ADDED,
	};
	struct transition transition = { 0 };
	struct buf text;
	bool fine;

	if (monitor->paused) {
		transition = monitor_pause(&standing.standing, unix_now_us());
		snprintf(standing.detail, sizeof(standing.detail), "paused when it was imported");
		if (!store_put_standing_now(taking->keeper->store, &standing, taking->err))
			return false;
	}
	buf_init(&text, 1 << 20);
	conf_print_monitor(monitor->spec, true, &text);
	kept.text = text.data;
	fine = store_put_monitor_now(taking->keeper->store, &kept, taking->err);
	buf_finish(&text);
	return fine && tell(taking->keeper, monitor, EVENT_ADDED, NULL, taking->plan->source->name, taking->err)
	    && (!monitor->paused || tell(taking->keeper, monitor, EVENT_PAUSED, &transition, NULL, taking->err));
}

/* Declared and never run; or known by its history alone, which is kept as that of one that was declared once. */
static bool add_row(struct taking *taking, const struct import_plan_monitor *monitor)
{
	bool declared = monitor->fate == IMPORT_JOINED;
	struct kept_monitor kept = {
		.id = monitor->id, .name = monitor->name, .origin = SPEC_DECLARED, .retired = !declared,
		.kind = monitor->kind ? monitor->kind : (char *)(uintptr_t)"unknown",
		.target = declared ? monitor->spec->target : (char *)(uintptr_t)"",
	};

	return store_put_monitor_now(taking->keeper->store, &kept, taking->err);
}

static bool make_monitors(struct taking *taking)
{
	struct roster *roster = &taking->keeper->roster;

	for (size_t i = 0; i < taking->plan->count; i++) {
		struct import_plan_monitor *monitor = &taking->plan->monitors[i];
		bool known = monitor->id != 0;

		if (monitor->fate == IMPORT_LEFT || (known && monitor->fate != IMPORT_ADDED))
			continue;
		if (!known)
			monitor->id = ++roster->highest_id;
		if (!(monitor->fate == IMPORT_ADDED ? add_monitor(taking, monitor) : add_row(taking, monitor)))
			return false;
	}
	return true;
}

static bool pass_monitor(void *arg, const struct import_monitor *from)
{
	return true;
}

static void pass_trouble(void *arg, enum import_trouble trouble, uint64_t place, const char *text)
{
}

static bool goes_on(struct taking *taking, bool fine)
{
	taking->failed = !fine;
	return fine;
}

static struct import_plan_monitor *find(const struct taking *taking, int64_t key)
{
	struct import_plan_monitor *monitor = import_plan_find(taking->plan, key);

	return monitor && monitor->fate != IMPORT_LEFT ? monitor : NULL;
}

static bool take_beat(void *arg, const struct import_beat *from)
{
	struct taking *taking = arg;
	struct import_plan_monitor *monitor = find(taking, from->monitor);
	struct import_beat beat = *from;
	char detail[RESULT_DETAIL_SIZE], address[RESULT_ADDRESS_SIZE];

	if (!monitor || !import_plan_beat(taking->plan, monitor, &beat))
		return true;
	text_sanitize(detail, sizeof(detail), from->detail, strlen(from->detail));
	text_sanitize(address, sizeof(address), from->address, strlen(from->address));
	beat.detail = detail;
	beat.address = address;
	return goes_on(taking, importing_beat(taking->importing, monitor->id, &beat, taking->err));
}

static bool take_event(void *arg, const struct import_event *from)
{
	struct taking *taking = arg;
	struct import_plan_monitor *monitor = from->monitor ? find(taking, from->monitor) : NULL;
	struct import_event event = *from;
	char detail[RESULT_DETAIL_SIZE], evidence[RESULT_EVIDENCE_SIZE], who[64];

	if ((from->monitor ? !monitor : taking->plan->patterns->count > 0) || from->time_us > taking->plan->now_us)
		return true;
	text_sanitize(detail, sizeof(detail), from->detail, strlen(from->detail));
	text_sanitize_lines(evidence, sizeof(evidence), from->evidence, strlen(from->evidence));
	text_sanitize(who, sizeof(who), from->who, strlen(from->who));
	event.detail = detail;
	event.evidence = evidence;
	event.who = who;
	return goes_on(taking, importing_event(taking->importing, monitor ? monitor->id : 0, &event, taking->err));
}

static bool take_rollup(void *arg, const struct import_rollup *from)
{
	struct taking *taking = arg;
	const struct import_plan_monitor *monitor = find(taking, from->monitor);

	if (!monitor || from->rollup->start_us > taking->plan->now_us)
		return true;
	return goes_on(taking, importing_rollup(taking->importing, monitor->id, from->rollup, taking->err));
}

static void tell_progress(void *arg, uint64_t done, uint64_t all)
{
	struct taking *taking = arg;

	taking->plan->progress.expected = all;
	progress_tell(&taking->plan->progress, done, false);
}

static void tell_rolled(void *arg, size_t done, size_t all)
{
	struct taking *taking = arg;

	taking->plan->progress.expected = all;
	taking->plan->progress.what = "monitors rolled up";
	progress_tell(&taking->plan->progress, done, false);
}

static void take_counts(struct taking *taking, uint64_t *known)
{
	struct importing_counts counts = importing_counts(taking->importing, 0);

	*known = counts.known;
	taking->plan->events = counts.events;
	for (size_t i = 0; i < taking->plan->count; i++) {
		struct import_plan_monitor *monitor = &taking->plan->monitors[i];

		if (monitor->fate == IMPORT_LEFT)
			continue;
		counts = importing_counts(taking->importing, monitor->id);
		monitor->beats = counts.beats;
		monitor->events = counts.events;
		monitor->rollups = counts.rollups;
		*known += counts.known;
	}
}

bool import_take(struct import_plan *plan, struct keeper *keeper, uint64_t *known, struct error *err)
{
	struct taking taking = { .plan = plan, .keeper = keeper, .err = err };
	const struct import_sink sink = {
		.arg = &taking, .monitor = pass_monitor, .beat = take_beat, .event = take_event, .rollup = take_rollup, .trouble = pass_trouble,
		.progress = tell_progress,
	};
	bool fine;

	if (!make_monitors(&taking))
		return false;
	taking.importing = importing_begin(keeper->store, keeper->archive, err);
	if (!taking.importing)
		return false;
	fine = plan->source->read(plan->path, &sink, err) && !taking.failed
	    && importing_finish(taking.importing, tell_rolled, &taking, err);
	if (fine)
		take_counts(&taking, known);
	importing_destroy(taking.importing);
	return fine;
}
