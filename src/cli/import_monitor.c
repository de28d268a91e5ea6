/*
 * What becomes of a monitor that a source knows. What is kept is a text that kumatop.conf accepts: its settings go through the same tables,
 * and what these refuse is adjusted or left out, and said.
 */
#include "import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"

/* The roster's entry of this name, with or without a spec. */
static struct roster_entry *find_entry(struct roster *roster, const char *name)
{
	struct roster_entry *found = NULL;

	for (size_t i = 0; i < roster->count; i++)
		if (strcmp(roster->entries[i].name, name) == 0 && (!found || roster->entries[i].spec))
			found = &roster->entries[i];
	return found;
}

/* A number beyond what can be is brought to the nearest that can. */
static bool clamp(const struct setting *row, void *values, const char *text, struct import_plan_monitor *monitor)
{
	int64_t value = 0, nearest;
	char *end;

	if (row->type == SETTING_DURATION) {
		if (!duration_parse(text, &value, NULL))
			return false;
	} else if (row->type == SETTING_INTEGER) {
		errno = 0;
		value = strtoll(text, &end, 10);
		if (errno || end == text || *end)
			return false;
	} else {
		return false;
	}
	nearest = value < row->least ? row->least : row->most;
	*setting_integer(row, values) = nearest;
	if (row->type == SETTING_DURATION) {
		char print[32];

		import_note(monitor, "%s: %s is out of range: %s is taken", row->name, text, duration_print(nearest, print, sizeof(print)));
	} else {
		import_note(monitor, "%s: %s is out of range: %lld is taken", row->name, text, (long long)nearest);
	}
	return true;
}

static void apply_setting(struct monitor_spec *spec, const struct import_setting *setting, struct import_plan_monitor *monitor)
{
	struct error err;
	void *values;
	const struct setting *row = spec_setting(spec, setting->section, setting->name, &values);
	bool fine;

	if (!row) {
		import_note(monitor, "%s: %s monitors have no such setting", setting->name, spec->kind->name);
		return;
	}
	fine = setting->is_list ? setting_from_list(row, values, setting->items, setting->count, &err)
	    : setting_from_text(row, values, setting->items[0], &err);
	if (!fine && (setting->is_list || !clamp(row, values, setting->items[0], monitor)))
		import_note(monitor, "%s: it is left out", err.text);
}

static void fit(struct import_plan_monitor *monitor, const char *name, int64_t *value_ms, int64_t limit_ms)
{
	char own[32], limit[32];

	if (*value_ms <= limit_ms)
		return;
	import_note(monitor, "%s: %s is longer than the interval: %s is taken", name, duration_print(*value_ms, own, sizeof(own)),
	    duration_print(limit_ms, limit, sizeof(limit)));
	*value_ms = limit_ms;
}

/* It is what will be read back at every start, so it is read back now. */
static struct monitor_spec *reread(const struct import_plan *plan, const struct monitor_spec *spec, struct error *err)
{
	struct monitor_spec *read = NULL;
	struct buf text;

	buf_init(&text, 1 << 20);
	conf_print_monitor(spec, true, &text);
	if (text.full)
		error_set(err, EXIT_DATA, "it is too long to keep");
	else
		read = conf_parse_monitor(text.data, &plan->conf->settings, SPEC_ADDED, err);
	buf_finish(&text);
	return read;
}

static struct monitor_spec *make_spec(const struct import_plan *plan, struct import_plan_monitor *monitor,
    const struct import_monitor *from, struct error *err)
{
	struct monitor_spec *spec = conf_new_monitor(from->target, monitor->name, &plan->conf->settings, SPEC_ADDED, err), *made = NULL;
	struct spec_common *common;

	if (!spec)
		return NULL;
	for (size_t i = 0; i < from->setting_count; i++)
		apply_setting(spec, &from->settings[i], monitor);
	common = &spec->common;
	fit(monitor, "timeout", &common->timeout_ms, common->interval_ms);
	fit(monitor, "retry_interval", &common->retry_interval_ms, common->interval_ms);
	if (spec_seal(spec, err))
		made = reread(plan, spec, err);
	spec_release(spec);
	return made;
}

static void set_kind(struct import_plan_monitor *monitor, const char *kind)
{
	free(monitor->kind);
	monitor->kind = heap_text(kind);
}

static void join(struct import_plan_monitor *monitor, const struct roster_entry *entry, const struct monitor_spec *other)
{
	const struct monitor_spec *own = entry->spec;

	monitor->fate = IMPORT_JOINED;
	monitor->spec = spec_hold(entry->spec);
	set_kind(monitor, own->kind->name);
	if (other && (other->kind != own->kind || strcmp(other->target, own->target) != 0))
		import_note(monitor, "the monitor of that name here watches %s, and this was of %s", own->target, other->target);
}

void import_monitor_decide(struct import_plan *plan, struct import_plan_monitor *monitor, const struct import_monitor *from)
{
	struct roster_entry *entry = find_entry(plan->roster, monitor->name);
	struct monitor_spec *spec = NULL;
	struct error err;

	if (from->untaken) {
		monitor->fate = IMPORT_LEFT;
		import_note(monitor, "%s", from->untaken);
		return;
	}
	if (from->target) {
		spec = make_spec(plan, monitor, from, &err);
		if (!spec) {
			monitor->fate = IMPORT_LEFT;
			import_note(monitor, "%s", err.text);
			return;
		}
		set_kind(monitor, spec->kind->name);
	}
	for (size_t i = 0; i < from->note_count; i++)
		import_note(monitor, "%s", from->notes[i]);
	monitor->id = entry ? entry->id : 0;
	if (entry && entry->spec) {
		join(monitor, entry, spec);
		spec_release(spec);
	} else {
		monitor->fate = spec ? IMPORT_ADDED : IMPORT_HISTORY;
		monitor->spec = spec;
		monitor->paused = from->paused;
	}
}
