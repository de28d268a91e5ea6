/*
 * What people and scripts ask of the engine, carried out on its thread.
 */
#include "inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

void orders_answer(struct command *command, bool done, monitor_id monitor, const struct check_result *result, const char *format, ...)
{
	struct reply reply = {
		.ticket = command->ticket, .kind = command->kind, .done = done, .monitor = monitor, .result = result_make(OUTCOME_INTERNAL),
	};
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_copy(reply.text, sizeof(reply.text), text);
	if (result) {
		reply.result = *result;
		reply.result.evidence = NULL;
	}
	if (command->reply)
		command->reply(command->reply_arg, &reply);
	command_destroy(command);
}

static void refuse_declared(struct command *command, const struct monitor *monitor, const char *what)
{
	const struct monitor_spec *spec = monitor->spec;

	orders_answer(command, false, monitor->id, NULL, "%s is declared at %s:%d: %s there, or pause it", spec->name,
	    spec->file ? spec->file : "the configuration", spec->line, what);
}

/* The id of a name that was known before, taken out of what is remembered; 0 if it never was. */
static monitor_id take_past(struct engine *engine, const char *name)
{
	for (struct index_link *link = index_first(&engine->past, index_hash_text(name)); link; link = index_next(link)) {
		struct past_name *past = link->owner;
		monitor_id id = past->id;

		if (strcmp(past->name, name) != 0)
			continue;
		index_remove(&engine->past, link);
		free(past->name);
		free(past);
		return id;
	}
	return 0;
}

bool orders_adopt(struct engine *engine, struct monitor_spec *spec, struct error *err)
{
	struct monitor *monitor;
	monitor_id id;

	if (monitor_by_name(engine, spec->name))
		return error_set(err, EXIT_DATA, "there is a monitor \"%s\" already", spec->name);
	id = take_past(engine, spec->name);
	if (!id && spec->common.renamed_from)
		id = take_past(engine, spec->common.renamed_from);
	monitor = monitor_attach(engine, spec, id ? id : engine->highest_id + 1);
	monitor_keep(monitor);
	if (engine->started)
		schedule_first(monitor, 0, 0);
	return true;
}

static void carry_out_add(struct engine *engine, struct command *command)
{
	struct error err;
	struct monitor *monitor;

	if (!orders_adopt(engine, command->spec, &err)) {
		orders_answer(command, false, 0, NULL, "%s", err.text);
		return;
	}
	monitor = monitor_by_name(engine, command->spec->name);
	monitor_tell_event(monitor, EVENT_ADDED, NULL, command->spec->target, NULL, command->who);
	orders_answer(command, true, monitor->id, NULL, "added %s", monitor->spec->name);
}

static void carry_out_edit(struct engine *engine, struct command *command, struct monitor *monitor)
{
	struct monitor *other = monitor_by_name(engine, command->spec->name);

	if (monitor->spec->origin == SPEC_DECLARED) {
		refuse_declared(command, monitor, "edit it");
	} else if (other && other != monitor) {
		orders_answer(command, false, monitor->id, NULL, "there is a monitor \"%s\" already", command->spec->name);
	} else {
		monitor_replace_spec(monitor, command->spec);
		monitor_keep(monitor);
		monitor_tell_event(monitor, EVENT_EDITED, NULL, monitor->spec->target, NULL, command->who);
		orders_answer(command, true, monitor->id, NULL, "saved %s", monitor->spec->name);
	}
}

static void carry_out_remove(struct engine *engine, struct command *command, struct monitor *monitor)
{
	const struct engine_sinks *sinks = &engine->settings.sinks;
	monitor_id id = monitor->id;
	bool kept = monitor->spec->origin != SPEC_TEMPORARY;
	char *name;

	if (monitor->spec->origin == SPEC_DECLARED) {
		refuse_declared(command, monitor, "remove it");
		return;
	}
	name = heap_text(monitor->spec->name);
	monitor_detach(monitor);
	if (kept && sinks->remove_monitor)
		sinks->remove_monitor(sinks->arg, id);
	/* Its history goes with it, so this event is about kumatop itself. */
	engine_tell(engine, EVENT_REMOVED, 0, name, command->who);
	orders_answer(command, true, id, NULL, "removed %s", name);
	free(name);
}

/* " until 14:03"; nothing for a pause without an end. */
static char *say_until(int64_t until_us, char *out, size_t size)
{
	char when[32];

	out[0] = '\0';
	if (until_us)
		snprintf(out, size, " until %s", moment_print_near(until_us, unix_now_us(), when, sizeof(when)));
	return out;
}

/* A pause that has begun gets another end. */
static void change_pause(struct command *command, struct monitor *monitor)
{
	struct monitor_view *view = monitor_edit_view(monitor);

	view->paused_until_us = command->until_us;
	monitor_stop_check(monitor);
	if (command->until_us)
		monitor_plan_resume(monitor);
	monitor_keep_standing(monitor);
}

static void carry_out_pause(struct command *command, struct monitor *monitor, bool pause)
{
	bool is_paused = monitor_view(monitor)->standing.state == STATE_PAUSED;
	monitor_id id = monitor->id;
	char until[48];

	say_until(pause ? command->until_us : 0, until, sizeof(until));
	if (pause && is_paused && command->until_us != monitor_view(monitor)->paused_until_us) {
		change_pause(command, monitor);
		orders_answer(command, true, id, NULL, "%s stays paused%s", monitor->spec->name, until);
		return;
	}
	if (pause == is_paused) {
		orders_answer(command, true, id, NULL, "%s is %s already", monitor->spec->name, pause ? "paused" : "running");
		return;
	}
	monitor_set_pause(monitor, pause, command->until_us, command->who);
	orders_answer(command, true, id, NULL, "%s %s%s", pause ? "paused" : "resumed", monitor->spec->name, until);
}

static void carry_out_acknowledge(struct command *command, struct monitor *monitor)
{
	struct standing *standing = &monitor_edit_view(monitor)->standing;

	if (!standing->incident_open) {
		orders_answer(command, false, monitor->id, NULL, "%s is not down: nothing to acknowledge", monitor->spec->name);
		return;
	}
	standing->acknowledged = !standing->acknowledged;
	monitor_tell_event(monitor, EVENT_ACKNOWLEDGED, NULL, standing->acknowledged ? "acknowledged" : "acknowledgement taken back", NULL,
	    command->who);
	orders_answer(command, true, monitor->id, NULL, "%s: %s", monitor->spec->name,
	    standing->acknowledged ? "acknowledged" : "acknowledgement taken back");
}

static void carry_out_check(struct command *command, struct monitor *monitor)
{
	struct asker *asker;

	if (monitor_view(monitor)->standing.state == STATE_PAUSED) {
		orders_answer(command, false, monitor->id, NULL, "%s is paused: resume it first", monitor->spec->name);
		return;
	}
	asker = heap_zero(1, sizeof(*asker));
	asker->command = command;
	asker->next = monitor->askers;
	monitor->askers = asker;
	monitor_check_now(monitor);
}

static void trial_unlink(struct trial *trial)
{
	struct trial **at = &trial->engine->trials;

	while (*at != trial)
		at = &(*at)->next;
	*at = trial->next;
}

static void trial_done(void *arg, const struct check_result *result)
{
	struct trial *trial = arg;
	enum verdict verdict = spec_verdict(trial->command->spec, result);

	trial_unlink(trial);
	orders_answer(trial->command, true, 0, result, "%s: %s", verdict_word(verdict), result_reason(result));
	free(trial);
}

static void carry_out_test(struct engine *engine, struct command *command)
{
	struct trial *trial = heap_zero(1, sizeof(*trial));

	trial->engine = engine;
	trial->command = command;
	trial->next = engine->trials;
	engine->trials = trial;
	trial->check = prober_check(engine->prober, command->spec, 0, trial_done, trial);
}

void orders_cancel_trials(struct engine *engine)
{
	while (engine->trials) {
		struct trial *trial = engine->trials;

		engine->trials = trial->next;
		prober_cancel(engine->prober, trial->check);
		orders_answer(trial->command, false, 0, NULL, "kumatop is stopping");
		free(trial);
	}
}

static int by_text(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static size_t count_declared(const struct engine *engine)
{
	size_t count = 0;

	for (size_t i = 0; i < picture_count(engine->picture); i++)
		count += engine->monitors[i]->spec->origin == SPEC_DECLARED;
	return count;
}

static void retire(struct monitor *monitor)
{
	struct engine *engine = monitor->engine;
	monitor_id id = monitor->id;

	log_line(LOG_LEVEL_INFO, "%s is not in the configuration any more: retired, its history stays", monitor->spec->name);
	engine_remember(engine, monitor->spec->name, id);
	monitor_detach(monitor);
	if (engine->settings.sinks.retire_monitor)
		engine->settings.sinks.retire_monitor(engine->settings.sinks.arg, id);
}

/* The names of a new configuration, sorted. */
struct names {
	const char **items;
	size_t count;
};

static bool names_have(const struct names *names, const char *name)
{
	return names->count && bsearch(&name, names->items, names->count, sizeof(*names->items), by_text);
}

static struct names wanted_names(const struct command *command)
{
	struct names names = { .items = heap_zero(command->spec_count + 1, sizeof(*names.items)), .count = command->spec_count };

	for (size_t i = 0; i < command->spec_count; i++)
		names.items[i] = command->specs[i]->name;
	qsort(names.items, names.count, sizeof(*names.items), by_text);
	return names;
}

/* The monitor a spec was before it was renamed: an old name counts only while nobody has the new one and nobody else is to have the old. */
static struct monitor *renamed(struct engine *engine, const struct monitor_spec *spec, const struct names *wanted)
{
	const char *earlier = spec->common.renamed_from;

	return earlier && !monitor_by_name(engine, spec->name) && !names_have(wanted, earlier) ? monitor_by_name(engine, earlier) : NULL;
}

/* Puts a declared spec where it belongs: on the monitor of its name, of its earlier name, or a new one. */
static void place(struct engine *engine, struct monitor_spec *spec, const struct names *wanted)
{
	struct monitor *existing = monitor_by_name(engine, spec->name);
	struct error err;
	bool same;

	if (!existing)
		existing = renamed(engine, spec, wanted);
	if (!existing) {
		if (!orders_adopt(engine, spec, &err))
			log_line(LOG_LEVEL_ERROR, "%s", err.text);
		return;
	}
	if (existing->spec->origin == SPEC_ADDED)
		log_line(LOG_LEVEL_WARNING, "%s was added by hand and is declared now: the declared one is taken", spec->name);
	same = existing->spec->origin == SPEC_DECLARED && spec_equal(existing->spec, spec);
	monitor_replace_spec(existing, spec);
	if (!same)
		monitor_keep(existing);
}

/* Declared monitors whose names the new configuration does not have, once those that were renamed have moved. */
static struct monitor **find_going(struct engine *engine, const struct names *wanted, size_t *count)
{
	size_t present = picture_count(engine->picture);
	struct monitor **going = heap_zero(present + 1, sizeof(struct monitor *));

	*count = 0;
	for (size_t i = 0; i < present; i++) {
		struct monitor *monitor = engine->monitors[i];

		if (monitor->spec->origin == SPEC_DECLARED && !names_have(wanted, monitor->spec->name))
			going[(*count)++] = monitor;
	}
	return going;
}

/* How many of those that go are only renamed. */
static size_t count_renamed(struct engine *engine, const struct command *command, const struct names *wanted)
{
	size_t count = 0;

	for (size_t i = 0; i < command->spec_count; i++)
		count += renamed(engine, command->specs[i], wanted) != NULL;
	return count;
}

static void carry_out_reload(struct engine *engine, struct command *command)
{
	struct names wanted = wanted_names(command);
	size_t declared = count_declared(engine), count;
	struct monitor **going = find_going(engine, &wanted, &count);
	size_t gone = count - count_renamed(engine, command, &wanted);
	char text[96];

	free(going);
	if (!command->by_hand && gone > declared / 2) {
		orders_answer(command, false, 0, NULL, "it would remove %zu of %zu monitors: send SIGHUP if that is meant", gone, declared);
		free(wanted.items);
		return;
	}
	for (size_t i = 0; i < command->spec_count; i++)
		place(engine, command->specs[i], &wanted);
	going = find_going(engine, &wanted, &count);
	for (size_t i = 0; i < count; i++)
		retire(going[i]);
	free(going);
	free(wanted.items);
	snprintf(text, sizeof(text), "%zu declared monitors, %zu retired", command->spec_count, count);
	log_line(LOG_LEVEL_INFO, "configuration reloaded: %s", text);
	engine_tell(engine, EVENT_RELOADED, 0, text, command->who);
	orders_answer(command, true, 0, NULL, "configuration reloaded");
}

void orders_carry_out(struct engine *engine, struct command *command)
{
	struct monitor *monitor = command->monitor ? monitor_by_id(engine, command->monitor) : NULL;

	switch (command->kind) {
	case COMMAND_ADD:
		carry_out_add(engine, command);
		break;
	case COMMAND_TEST:
		carry_out_test(engine, command);
		break;
	case COMMAND_RELOAD:
		carry_out_reload(engine, command);
		break;
	case COMMAND_STOP:
		engine->stopping = true;
		engine_tell(engine, EVENT_STOPPED, 0, NULL, command->who);
		orders_answer(command, true, 0, NULL, "stopping");
		break;
	default:
		if (!monitor)
			orders_answer(command, false, command->monitor, NULL, "there is no such monitor any more");
		else if (command->kind == COMMAND_EDIT)
			carry_out_edit(engine, command, monitor);
		else if (command->kind == COMMAND_REMOVE)
			carry_out_remove(engine, command, monitor);
		else if (command->kind == COMMAND_PAUSE || command->kind == COMMAND_RESUME)
			carry_out_pause(command, monitor, command->kind == COMMAND_PAUSE);
		else if (command->kind == COMMAND_CHECK)
			carry_out_check(command, monitor);
		else
			carry_out_acknowledge(command, monitor);
		break;
	}
	engine_touch(engine, true);
}
