/*
 * The monitors of an engine: into the picture and out of it, what they resume with, what is kept of them.
 */
#include "inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

const struct monitor_view *monitor_view(const struct monitor *monitor)
{
	return picture_view(monitor->engine->picture, monitor->index);
}

struct monitor_view *monitor_edit_view(struct monitor *monitor)
{
	return picture_edit(monitor->engine->picture, monitor->index);
}

struct monitor *monitor_attach(struct engine *engine, struct monitor_spec *spec, monitor_id id)
{
	struct monitor *monitor = heap_zero(1, sizeof(*monitor));
	struct monitor_view *view;

	monitor->engine = engine;
	monitor->id = id;
	monitor->spec = spec_hold(spec);
	engine->silent++;
	monitor->index = picture_add(engine->picture);
	if (monitor->index >= engine->capacity) {
		engine->capacity = engine->capacity ? engine->capacity * 2 : 64;
		engine->monitors = heap_resize(engine->monitors, engine->capacity, sizeof(struct monitor *));
	}
	engine->monitors[monitor->index] = monitor;
	index_put(&engine->ids, &monitor->by_id, index_hash_id(id), monitor);
	index_put(&engine->names, &monitor->by_name, index_hash_text(spec->name), monitor);
	if (id > engine->highest_id)
		engine->highest_id = id;
	view = monitor_edit_view(monitor);
	view->id = id;
	view->spec = spec_hold(spec);
	view->code = -1;
	view->standing.since_us = unix_now_us();
	for (int i = 0; i < PHASE_COUNT; i++)
		view->phase_us[i] = -1;
	return monitor;
}

void monitor_drop_askers(struct monitor *monitor, const char *why)
{
	while (monitor->askers) {
		struct asker *asker = monitor->askers;

		monitor->askers = asker->next;
		orders_answer(asker->command, false, monitor->id, NULL, "%s: %s", monitor->spec->name, why);
		free(asker);
	}
}

void monitor_detach(struct monitor *monitor)
{
	struct engine *engine = monitor->engine;
	size_t last = picture_count(engine->picture) - 1;

	monitor_stop_check(monitor);
	funnel_forget(monitor);
	monitor_drop_askers(monitor, "removed");
	index_remove(&engine->ids, &monitor->by_id);
	index_remove(&engine->names, &monitor->by_name);
	picture_remove(engine->picture, monitor->index);
	engine->monitors[monitor->index] = engine->monitors[last];
	engine->monitors[monitor->index]->index = monitor->index;
	ledger_finish(&monitor->ledger);
	spec_release(monitor->spec);
	free(monitor);
}

struct monitor *monitor_by_id(struct engine *engine, monitor_id id)
{
	for (struct index_link *link = index_first(&engine->ids, index_hash_id(id)); link; link = index_next(link)) {
		struct monitor *monitor = link->owner;

		if (monitor->id == id)
			return monitor;
	}
	return NULL;
}

struct monitor *monitor_by_name(struct engine *engine, const char *name)
{
	for (struct index_link *link = index_first(&engine->names, index_hash_text(name)); link; link = index_next(link)) {
		struct monitor *monitor = link->owner;

		if (strcmp(monitor->spec->name, name) == 0)
			return monitor;
	}
	return NULL;
}

void monitor_replace_spec(struct monitor *monitor, struct monitor_spec *spec)
{
	struct monitor_view *view = monitor_edit_view(monitor);
	bool same = spec_equal(monitor->spec, spec);

	index_remove(&monitor->engine->names, &monitor->by_name);
	index_put(&monitor->engine->names, &monitor->by_name, index_hash_text(spec->name), monitor);
	spec_hold(spec);
	spec_release(monitor->spec);
	monitor->spec = spec;
	spec_release(view->spec);
	view->spec = spec_hold(spec);
	if (same)
		return;
	/* A check under way asks what nobody wants to know any more. A pause stays what it is. */
	if (view->standing.state == STATE_PAUSED)
		return;
	monitor_stop_check(monitor);
	schedule_first(monitor, 2 * SECOND_US, 2 * SECOND_US);
}

/* A pause for a time ends by the same queue that begins checks. */
void monitor_plan_resume(struct monitor *monitor)
{
	int64_t left_us = monitor_view(monitor)->paused_until_us - unix_now_us();

	due_put(&monitor->engine->due, &monitor->due, mono_now().us + (left_us > 0 ? left_us : 0));
	schedule_arm(monitor->engine);
}

void monitor_resume_from(struct monitor *monitor, const struct kept_standing *standing, const struct kept_marks *marks)
{
	struct monitor_view *view = monitor_edit_view(monitor);

	view_resume(view, standing, marks);
	if (view->standing.state == STATE_PAUSED && view->paused_until_us)
		monitor_plan_resume(monitor);
}

void monitor_keep(struct monitor *monitor)
{
	const struct engine_sinks *sinks = &monitor->engine->settings.sinks;
	struct kept_monitor kept = {
		.id = monitor->id,
		.name = monitor->spec->name,
		.target = monitor->spec->target,
		.origin = monitor->spec->origin,
	};
	char *kind, *text = NULL;

	if (!sinks->put_monitor || monitor->spec->origin == SPEC_TEMPORARY)
		return;
	kind = heap_text(monitor->spec->kind->name);
	if (monitor->spec->origin == SPEC_ADDED && sinks->print_monitor)
		text = sinks->print_monitor(sinks->arg, monitor->spec);
	kept.kind = kind;
	kept.text = text;
	sinks->put_monitor(sinks->arg, &kept);
	free(kind);
	free(text);
}

static struct kept_standing kept_standing(const struct monitor *monitor)
{
	const struct monitor_view *view = monitor_view(monitor);
	struct kept_standing kept = {
		.monitor = monitor->id,
		.standing = view->standing,
		.paused_until_us = view->paused_until_us,
	};

	text_copy(kept.detail, sizeof(kept.detail), shared_read(view->detail));
	return kept;
}

void monitor_keep_standing(struct monitor *monitor)
{
	const struct engine_sinks *sinks = &monitor->engine->settings.sinks;
	struct kept_standing kept = kept_standing(monitor);

	if (sinks->put_standing)
		sinks->put_standing(sinks->arg, &kept);
}

void monitor_tell_event(struct monitor *monitor, enum event_kind kind, const struct transition *transition, const char *detail,
    const char *evidence, const char *who)
{
	struct engine *engine = monitor->engine;
	const struct monitor_view *view = monitor_view(monitor);
	struct kept_standing kept = kept_standing(monitor);
	struct event event = {
		.monitor = monitor->id,
		.time_us = unix_now_us(),
		.since_us = view->standing.since_us,
		.kind = (uint8_t)kind,
		.from = (uint8_t)view->standing.state,
		.to = (uint8_t)view->standing.state,
		.outcome = kind == EVENT_STATE ? view->outcome : OUTCOME_NONE,
		.code = kind == EVENT_STATE ? view->code : -1,
		.detail = shared_create(detail),
		.evidence = shared_create(evidence),
		.who = shared_create(who),
	};

	if (transition) {
		event.from = (uint8_t)transition->from;
		event.to = (uint8_t)transition->to;
		event.lasted_us = transition->lasted_us;
		event.alert = transition->alert;
	}
	engine_give_event(engine, &event, &kept);
}

void monitor_set_pause(struct monitor *monitor, bool paused, int64_t until_us, const char *who)
{
	struct monitor_view *view = monitor_edit_view(monitor);
	int64_t now_us = unix_now_us();
	struct transition transition;
	char text[128];

	if (paused) {
		monitor_stop_check(monitor);
		funnel_forget(monitor);
		monitor_drop_askers(monitor, "paused");
		transition = monitor_pause(&view->standing, now_us);
		ledger_interrupt(&monitor->ledger, now_us, STATE_PAUSED);
		view_add_mark(view, STATE_PAUSED, -1);
		view->paused_until_us = until_us;
		view->next_us = 0;
		snprintf(text, sizeof(text), "paused by %s", who && *who ? who : "kumatop");
		if (until_us)
			monitor_plan_resume(monitor);
	} else {
		transition = monitor_resume(&view->standing, now_us);
		view->paused_until_us = 0;
		snprintf(text, sizeof(text), "resumed by %s", who && *who ? who : "the clock");
	}
	shared_release(view->detail);
	view->detail = shared_create(text);
	/* The log says who by itself. */
	monitor_tell_event(monitor, paused ? EVENT_PAUSED : EVENT_RESUMED, &transition, NULL, NULL, who);
	if (!paused)
		monitor_check_now(monitor);
	engine_touch(monitor->engine, true);
}
