/*
 * Deeds are commands to the board; what became of them is told when the reply comes.
 */
#include "deeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "role.h"
#include "tui.h"

#include "kumatop/heap.h"

enum { UNDO_MS = 30000 };

void deeds_finish(struct deeds *deeds)
{
	free(deeds->undo);
	free(deeds->asked);
	*deeds = (struct deeds){ 0 };
}

static const char *name_of(const struct monitor_view *monitor)
{
	return monitor->spec->name;
}

static void keep_ids(monitor_id **kept, size_t *kept_count, const monitor_id *ids, size_t count)
{
	*kept = heap_resize(*kept, count ? count : 1, sizeof **kept);
	memcpy(*kept, ids, count * sizeof *ids);
	*kept_count = count;
}

/* The same command to each; tickets of many are remembered, so that each reply does not make a toast of its own. */
static size_t submit_all(struct tui *tui, enum command_kind kind, const monitor_id *ids, size_t count)
{
	struct deeds *deeds = &tui->deeds;
	size_t taken = 0;

	if (count > 1)
		deeds->quiet_from = deeds->quiet_to = tui->ticket + 1;
	for (size_t i = 0; i < count; i++) {
		if (!tui_submit(tui, command_create(kind, ids[i])))
			break;
		taken++;
	}
	if (count > 1)
		deeds->quiet_to = tui->ticket + 1;
	return taken;
}

static size_t those_in_state(struct tui *tui, const monitor_id *ids, size_t count, bool paused, monitor_id *out)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct monitor_view *monitor = tui_monitor(tui, ids[i]);

		if (monitor && (monitor->standing.state == STATE_PAUSED) == paused)
			out[n++] = ids[i];
	}
	return n;
}

static void set_paused(struct tui *tui, const monitor_id *ids, size_t count, bool pause)
{
	struct deeds *deeds = &tui->deeds;
	size_t taken = submit_all(tui, pause ? COMMAND_PAUSE : COMMAND_RESUME, ids, count);

	if (!taken)
		return;
	keep_ids(&deeds->undo, &deeds->undo_count, ids, taken);
	deeds->undo_resumes = pause;
	deeds->undo_until = mono_add_ms(tui->now, UNDO_MS);
	if (taken > 1)
		tui_toast(tui, TOAST_OK, "%s %zu monitors; u undoes it", pause ? "paused" : "resumed", taken);
}

static void toggle_pause(struct tui *tui, const monitor_id *ids, size_t count)
{
	monitor_id *chosen = heap_zero(count ? count : 1, sizeof *chosen);
	size_t n = those_in_state(tui, ids, count, false, chosen);

	if (n)
		set_paused(tui, chosen, n, true);
	else if ((n = those_in_state(tui, ids, count, true, chosen)))
		set_paused(tui, chosen, n, false);
	free(chosen);
}

static void undo(struct tui *tui)
{
	struct deeds *deeds = &tui->deeds;
	monitor_id *ids = deeds->undo;
	size_t count = deeds->undo_count;

	if (!count || mono_between_us(tui->now, deeds->undo_until) < 0) {
		tui_toast(tui, TOAST_WARN, "there is nothing to undo");
		return;
	}
	deeds->undo = NULL;
	deeds->undo_count = 0;
	set_paused(tui, ids, count, !deeds->undo_resumes);
	free(ids);
}

static bool refuse_declared(struct tui *tui, const struct monitor_view *monitor, const char *instead)
{
	const struct monitor_spec *spec = monitor->spec;

	if (spec->origin != SPEC_DECLARED)
		return false;
	tui_toast(tui, TOAST_WARN, "%s is declared at %s:%d: %s", spec->name, spec->file ? spec->file : "kumatop.conf", spec->line, instead);
	return true;
}

static void answered(struct view *asker, enum action answer)
{
	struct tui *tui = asker->tui;
	struct deeds *deeds = &tui->deeds;

	if (answer == ACTION_YES) {
		size_t taken = submit_all(tui, COMMAND_REMOVE, deeds->asked, deeds->asked_count);

		if (taken > 1)
			tui_toast(tui, TOAST_OK, "removed %zu monitors", taken);
	} else if (answer == ACTION_INSTEAD) {
		set_paused(tui, deeds->asked, deeds->asked_count, true);
	}
}

static void ask_to_delete(struct view *view, const monitor_id *ids, size_t count)
{
	struct tui *tui = view->tui;
	const struct monitor_view *first = count ? tui_monitor(tui, ids[0]) : NULL;
	char what[1200];
	struct question question = {
		.title = count > 1 ? "Delete monitors?" : "Delete monitor?",
		.lines = { what, "Its history will be removed too." },
		.yes = "Yes, delete", .instead = "Pause instead", .danger = true, .answered = answered,
	};

	if (!first)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct monitor_view *monitor = tui_monitor(tui, ids[i]);

		if (monitor && refuse_declared(tui, monitor, "e opens it, p pauses it"))
			return;
	}
	if (count > 1) {
		snprintf(what, sizeof what, "%zu monitors, the first of them %s", count, name_of(first));
		question.lines[1] = "Their history will be removed too.";
	} else {
		snprintf(what, sizeof what, "%s - %s", name_of(first), first->spec->target);
	}
	keep_ids(&tui->deeds.asked, &tui->deeds.asked_count, ids, count);
	(void)tui_open(tui, "question", &(struct opening){ .question = &question });
}

static void acknowledge(struct tui *tui, const monitor_id *ids, size_t count)
{
	if (submit_all(tui, COMMAND_ACKNOWLEDGE, ids, count) > 1)
		tui_toast(tui, TOAST_OK, "acknowledged %zu monitors", count);
}

static void check(struct tui *tui, const monitor_id *ids, size_t count)
{
	size_t taken = submit_all(tui, COMMAND_CHECK, ids, count);

	if (taken > 1)
		tui_toast(tui, TOAST_OK, "checking %zu monitors", taken);
	else if (taken == 1)
		tui_toast(tui, TOAST_OK, "checking %s", name_of(tui_monitor(tui, ids[0])));
}

static void open_about(struct tui *tui, const char *name, monitor_id id, int choice)
{
	(void)tui_open(tui, name, &(struct opening){ .monitor = id, .choice = choice });
}

static bool act_on(struct view *view, enum action action, const monitor_id *ids, size_t count)
{
	struct tui *tui = view->tui;

	switch (action) {
	case ACTION_PAUSE:
		toggle_pause(tui, ids, count);
		return true;
	case ACTION_CHECK:
		check(tui, ids, count);
		return true;
	case ACTION_ACKNOWLEDGE:
		acknowledge(tui, ids, count);
		return true;
	case ACTION_DELETE:
		ask_to_delete(view, ids, count);
		return true;
	case ACTION_EDIT:
		open_about(tui, "form", ids[0], 0);
		return true;
	case ACTION_CLONE:
		open_about(tui, "form", ids[0], 1);
		return true;
	case ACTION_WHY:
		open_about(tui, "page", ids[0], 0);
		return true;
	case ACTION_OPEN:
		open_about(tui, "detail", ids[0], 0);
		return true;
	default:
		return false;
	}
}

static bool is_about_monitors(enum action action)
{
	switch (action) {
	case ACTION_PAUSE: case ACTION_CHECK: case ACTION_ACKNOWLEDGE: case ACTION_DELETE: case ACTION_EDIT: case ACTION_CLONE:
	case ACTION_WHY: case ACTION_OPEN:
		return true;
	default:
		return false;
	}
}

bool deed_act(struct view *view, enum action action, const monitor_id *ids, size_t count)
{
	struct tui *tui = view->tui;
	bool done = true;

	/* What opens a form is looked at there: a declared monitor is not edited by us. */
	if (action != ACTION_EDIT && !role_check(tui, action))
		return true;
	if (action == ACTION_ADD) {
		open_about(tui, "form", 0, 0);
	} else if (action == ACTION_UNDO) {
		undo(tui);
	} else if (action == ACTION_EVENTS) {
		open_about(tui, "events", view->kind->place == IN_LIST || !count ? 0 : ids[0], 0);
	} else if (!is_about_monitors(action)) {
		return false;
	} else {
		monitor_id *there = heap_zero(count ? count : 1, sizeof *there);
		size_t n = 0;

		for (size_t i = 0; i < count; i++)
			if (tui_monitor(tui, ids[i]))
				there[n++] = ids[i];
		if (n)
			done = act_on(view, action, there, n);
		else
			tui_toast(tui, TOAST_WARN, "no monitor is selected");
		free(there);
	}
	return done;
}

static enum toast_kind toast_of(const struct reply *reply)
{
	if (!reply->done)
		return TOAST_ERROR;
	if (reply->kind != COMMAND_CHECK)
		return TOAST_OK;
	switch (outcome_row((int)reply->result.outcome)->verdict) {
	case VERDICT_UP:
		return TOAST_OK;
	case VERDICT_DOWN:
		return TOAST_ERROR;
	default:
		return TOAST_WARN;
	}
}

void deed_tell(struct tui *tui, const struct reply *reply)
{
	const struct deeds *deeds = &tui->deeds;
	const struct monitor_view *monitor = tui_monitor(tui, reply->monitor);
	bool undoable = reply->done && (reply->kind == COMMAND_PAUSE || reply->kind == COMMAND_RESUME) && deeds->undo_count;

	if (reply->done && reply->ticket >= deeds->quiet_from && reply->ticket < deeds->quiet_to)
		return;
	if (reply->kind == COMMAND_CHECK && reply->done && monitor && strncmp(reply->text, name_of(monitor), strlen(name_of(monitor))) != 0)
		tui_toast(tui, toast_of(reply), "%s: %s", name_of(monitor), reply->text);
	else if (reply->text[0])
		tui_toast(tui, toast_of(reply), "%s%s", reply->text, undoable ? "; u undoes it" : "");
}
