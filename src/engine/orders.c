/*
 * What people and scripts ask of the engine, carried out on its thread.
 */
#include "inside.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/text.h"

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
	for (size_t i = 0; i < engine->past_count; i++) {
		monitor_id id = engine->past[i].id;

		if (strcmp(engine->past[i].name, name) != 0)
			continue;
		free(engine->past[i].name);
		engine->past[i] = engine->past[--engine->past_count];
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
		schedule_first(monitor, 0);
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
	struct event event = { .time_us = unix_now_us(), .kind = EVENT_REMOVED };
	monitor_id id = monitor->id;
	bool kept = monitor->spec->origin != SPEC_TEMPORARY;
	char text[256];

	if (monitor->spec->origin == SPEC_DECLARED) {
		refuse_declared(command, monitor, "remove it");
		return;
	}
	snprintf(text, sizeof(text), "removed %.200s", monitor->spec->name);
	monitor_detach(monitor);
	if (kept && sinks->remove_monitor)
		sinks->remove_monitor(sinks->arg, id);
	/* Its history goes with it, so this event is about kumatop itself. */
	event.detail = shared_create(text);
	event.who = shared_create(command->who);
	if (sinks->event)
		sinks->event(sinks->arg, &event, NULL);
	engine->health.events++;
	event_finish(&event);
	orders_answer(command, true, id, NULL, "%s", text);
}

static void carry_out_pause(struct command *command, struct monitor *monitor, bool pause)
{
	bool is_paused = monitor_view(monitor)->standing.state == STATE_PAUSED;
	monitor_id id = monitor->id;

	if (pause == is_paused) {
		orders_answer(command, true, id, NULL, "%s is %s already", monitor->spec->name, pause ? "paused" : "running");
		return;
	}
	monitor_set_pause(monitor, pause, command->until_us, command->who);
	orders_answer(command, true, id, NULL, "%s %s", pause ? "paused" : "resumed", monitor->spec->name);
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
	struct monitor_spec *spec = trial->command->spec;
	enum verdict verdict = outcome_row((int)result->outcome)->verdict;

	if (spec->common.invert)
		verdict = verdict_invert(verdict);
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
	trial->check = prober_check(engine->prober, command->spec, trial_done, trial);
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

/* Puts a declared spec where it belongs: on the monitor of its name, of its earlier name, or a new one. */
static void place(struct engine *engine, struct monitor_spec *spec)
{
	struct monitor *existing = monitor_by_name(engine, spec->name);
	struct error err;

	if (!existing && spec->common.renamed_from)
		existing = monitor_by_name(engine, spec->common.renamed_from);
	if (!existing) {
		if (!orders_adopt(engine, spec, &err))
			log_line(LOG_LEVEL_ERROR, "%s", err.text);
		return;
	}
	if (existing->spec->origin == SPEC_ADDED)
		log_line(LOG_LEVEL_WARNING, "%s was added by hand and is declared now: the declared one is taken", spec->name);
	monitor_replace_spec(existing, spec);
	monitor_keep(existing);
}

/* Every name the new configuration speaks for, old names of renamed monitors too, sorted. *count: how many. */
static const char **wanted_names(const struct command *command, size_t *count)
{
	const char **names = heap_zero(command->spec_count * 2 + 1, sizeof(*names));

	*count = 0;
	for (size_t i = 0; i < command->spec_count; i++) {
		names[(*count)++] = command->specs[i]->name;
		if (command->specs[i]->common.renamed_from)
			names[(*count)++] = command->specs[i]->common.renamed_from;
	}
	qsort(names, *count, sizeof(*names), by_text);
	return names;
}

/* The declared monitors the new configuration has no word of. */
static struct monitor **find_going(struct engine *engine, const struct command *command, size_t *count)
{
	size_t present = picture_count(engine->picture), name_count;
	struct monitor **going = heap_zero(present + 1, sizeof(struct monitor *));
	const char **names = wanted_names(command, &name_count);

	*count = 0;
	for (size_t i = 0; i < present; i++) {
		struct monitor *monitor = engine->monitors[i];
		const char *name = monitor->spec->name;

		if (monitor->spec->origin == SPEC_DECLARED && !(name_count && bsearch(&name, names, name_count, sizeof(*names), by_text)))
			going[(*count)++] = monitor;
	}
	free(names);
	return going;
}

static void carry_out_reload(struct engine *engine, struct command *command)
{
	size_t declared = count_declared(engine), going_count;
	struct monitor **going = find_going(engine, command, &going_count);

	if (!command->by_hand && going_count > declared / 2) {
		orders_answer(command, false, 0, NULL, "it would remove %zu of %zu monitors: send SIGHUP if that is meant", going_count, declared);
		free(going);
		return;
	}
	for (size_t i = 0; i < command->spec_count; i++)
		place(engine, command->specs[i]);
	for (size_t i = 0; i < going_count; i++)
		retire(going[i]);
	log_line(LOG_LEVEL_INFO, "configuration reloaded: %zu declared monitors, %zu retired", command->spec_count, going_count);
	orders_answer(command, true, 0, NULL, "configuration reloaded");
	free(going);
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
