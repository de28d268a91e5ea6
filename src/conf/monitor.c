/*
 * One entry of monitors into a spec, and whether the names of all monitors differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "value.h"

enum { SHOWN_NAME = 100 };	/* bytes of a name in a message */

/* Template and own settings, into a finished kind's values or, without a kind, into values that are thrown away. */
static void apply_all(struct entry *entry)
{
	defaults_apply(entry->reading->defaults, entry->common);
	entry_apply_template(entry);
	entry_apply_settings(entry);
	defaults_fit(entry->reading->defaults, entry->common);
}

/* The key that names the kind; faults for two of them. */
static config_setting_t *find_kind(struct entry *entry)
{
	config_setting_t *found = NULL;
	for (int i = 0; i < config_setting_length(entry->group); i++) {
		config_setting_t *child = config_setting_get_elem(entry->group, (unsigned)i);
		const struct probe_kind *kind = probe_kind_find(config_setting_name(child));
		if (!kind)
			continue;
		if (found) {
			reading_fault(entry->reading, entry->source, child, entry->label, "%s: there is %s already: one monitor watches one thing",
			    kind->kind.name, config_setting_name(found));
			continue;
		}
		found = child;
		entry->kind = &kind->kind;
	}
	return found;
}

static void no_kind(struct entry *entry)
{
	char forms[256] = "";
	for (size_t i = 0; probe_kinds[i]; i++) {
		size_t used = strlen(forms);
		snprintf(forms + used, sizeof forms - used, "%s%s = \"%s\"", i == 0 ? "" : probe_kinds[i + 1] ? ", " : " or ",
		    probe_kinds[i]->kind.name, probe_kinds[i]->kind.target_form);
	}
	reading_fault(entry->reading, entry->source, entry->group, entry->label, "does not say what to watch: write %s", forms);
}

/* The target as the kind keeps it, or NULL after a fault. Heap. */
static char *read_target(struct entry *entry, config_setting_t *key)
{
	struct error err;
	char *target = NULL;
	const char *text = value_text(key, &err);
	if (!text) {
		reading_fault(entry->reading, entry->source, key, entry->label, "%s: write the target in quotes, as \"%s\"", entry->kind->name,
		    entry->kind->target_form);
		return NULL;
	}
	if (entry->kind->read_target(text, &target, &err))
		return target;
	size_t length = strlen(entry->kind->name);
	bool named = strncmp(err.text, entry->kind->name, length) == 0 && err.text[length] == ':';
	reading_fault(entry->reading, entry->source, key, entry->label, "%s%s%s", named ? "" : entry->kind->name, named ? "" : ": ", err.text);
	return NULL;
}

/* Where the setting stands that a message begins with ("timeout: …"), or the monitor itself. */
static config_setting_t *setting_meant(const struct entry *entry, const char *message)
{
	char name[64];
	size_t length = strcspn(message, ": ");
	if (length == 0 || length >= sizeof name || message[length] != ':')
		return entry->group;
	memcpy(name, message, length);
	name[length] = '\0';
	const char *last = strrchr(name, '.');
	config_setting_t *found = config_setting_get_member(entry->group, last ? last + 1 : name);
	for (int i = 0; !found && i < config_setting_length(entry->group); i++) {
		config_setting_t *child = config_setting_get_elem(entry->group, (unsigned)i);
		if (config_setting_is_group(child))
			found = config_setting_get_member(child, last ? last + 1 : name);
	}
	return found ? found : entry->group;
}

static void keep_spec(struct reading *reading, struct monitor_spec *spec)
{
	if (reading->spec_count == reading->spec_room) {
		reading->spec_room = reading->spec_room ? 2 * reading->spec_room : 16;
		reading->specs = heap_resize(reading->specs, reading->spec_room, sizeof(struct monitor_spec *));
	}
	reading->specs[reading->spec_count++] = spec;
}

/* Without a name, kind or target there is no spec; the other settings are judged all the same. */
static void judge_only(struct entry *entry)
{
	entry->common = heap_zero(1, sizeof *entry->common);
	settings_init(spec_settings, entry->common);
	if (entry->kind)
		entry->settings = kind_values_create(entry->kind);
	apply_all(entry);
	if (entry->kind)
		kind_values_destroy(entry->kind, entry->settings);
	settings_finish(spec_settings, entry->common);
	free(entry->common);
}

/* Of a template's slip the monitor is told that uses it: elsewhere the same words may be right. */
static void check_channels(struct entry *entry)
{
	config_setting_t *at = config_setting_get_member(entry->group, "alert");

	if (!channels_check(entry->reading, entry->source, at ? at : entry->group, entry->label, &entry->common->alert))
		entry->broken = true;
}

static void build_spec(struct entry *entry, const char *name, config_setting_t *name_at, const char *target)
{
	struct error err;
	struct monitor_spec *spec = spec_create(entry->kind, name, target, &err);
	if (!spec) {
		reading_fault(entry->reading, entry->source, name_at, entry->label, "%s", err.text);
		judge_only(entry);
		return;
	}
	spec->origin = entry->reading->origin;
	spec->foreign = entry->reading->foreign;
	spec->file = heap_text(entry->source->path);
	spec->line = entry->source->path ? setting_line(entry->group) : 0;
	entry->settings = spec->settings;
	entry->common = &spec->common;
	apply_all(entry);
	check_channels(entry);
	if (entry->reading->spec_count)
		spec_borrow(spec, entry->reading->specs[entry->reading->spec_count - 1]);
	if (!entry->broken && !spec_seal(spec, &err)) {
		reading_fault(entry->reading, entry->source, setting_meant(entry, err.text), entry->label, "%s", err.text);
		entry->broken = true;
	}
	if (entry->broken)
		spec_release(spec);
	else
		keep_spec(entry->reading, spec);
}

static void note_place(struct entry *entry, const char *name, config_setting_t *at)
{
	struct reading *reading = entry->reading;
	if (reading->place_count == reading->place_room) {
		reading->place_room = reading->place_room ? 2 * reading->place_room : 16;
		reading->places = heap_resize(reading->places, reading->place_room, sizeof *reading->places);
	}
	reading->places[reading->place_count] = (struct place){ .name = heap_text(name), .source = entry->source,
	    .line = setting_line(at), .serial = reading->place_count };
	reading->place_count++;
}

/* The name, and by it the label for messages. NULL after a fault. */
static const char *read_name(struct entry *entry, config_setting_t *at, size_t number)
{
	struct error err;
	char shown[SHOWN_NAME];
	const char *name = at ? value_text(at, &err) : NULL;
	if (name) {
		text_sanitize(shown, sizeof shown, name, strlen(name));
		entry->label = heap_print("monitor \"%s\"", shown);
		note_place(entry, name, at);
		return name;
	}
	entry->label = heap_print("monitor %zu", number);
	if (at)
		reading_fault(entry->reading, entry->source, at, entry->label, "%s", err.text);
	else
		reading_fault(entry->reading, entry->source, entry->group, entry->label, "it has no name: write name = \"…\"");
	return NULL;
}

void monitor_read(struct reading *reading, const struct source *source, config_setting_t *group, size_t number)
{
	struct entry entry = { .reading = reading, .source = source, .group = group };
	if (!config_setting_is_group(group)) {
		reading_fault(reading, source, group, NULL, "monitors: entry %zu: write { name = \"…\"; http = \"https://…\"; }", number);
		return;
	}
	config_setting_t *name_at = config_setting_get_member(group, "name");
	const char *name = read_name(&entry, name_at, number);
	config_setting_t *key = find_kind(&entry);
	char *target = key ? read_target(&entry, key) : NULL;
	if (name && target)
		build_spec(&entry, name, name_at, target);
	else
		judge_only(&entry);
	if (!key && !entry.kind_told)
		no_kind(&entry);
	free(target);
	free(entry.label);
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->name, y->name);
	if (order != 0)
		return order;
	return x->serial < y->serial ? -1 : x->serial > y->serial;
}

void monitors_check_names(struct reading *reading)
{
	const struct place *first = NULL;
	if (reading->place_count > 0)
		qsort(reading->places, reading->place_count, sizeof *reading->places, compare_places);
	for (size_t i = 0; i < reading->place_count; i++) {
		const struct place *place = &reading->places[i];
		if (!first || strcmp(first->name, place->name) != 0) {
			first = place;
			continue;
		}
		char shown[SHOWN_NAME];
		text_sanitize(shown, sizeof shown, place->name, strlen(place->name));
		bool same_file = first->source == place->source;
		faults_add(&reading->faults, place->source->order, place->source->path, place->line,
		    "monitor \"%s\": name: another monitor has this name, %s%s%d: names must differ", shown,
		    same_file ? "on line " : first->source->path, same_file ? "" : ":", first->line);
	}
}
