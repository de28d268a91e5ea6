/*
 * Templates: groups of settings that monitors take over by name. Their values are judged once, where they stand; whether they
 * suit a monitor's kind is judged with the monitor.
 */
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "value.h"

/* One setting of the template into the monitor; what is wrong with the template itself was told with it. */
static void take_over(struct entry *entry, config_setting_t *use, const char *section, config_setting_t *child)
{
	void *values;
	struct error err;
	const char *name = config_setting_name(child);
	const struct setting *row = entry_find_row(entry, section, name, &values);
	if (row && !value_apply(row, values, child, &err)) {
		if (!entry->template->faulty)
			reading_fault(entry->reading, entry->source, use, entry->label, "use: template \"%s\": %s", entry->template->name, err.text);
		entry->broken = true;
	} else if (!row && entry->kind && !entry->template->faulty) {
		reading_fault(entry->reading, entry->source, use, entry->label, "use: template \"%s\" sets %s, which %s does not have",
		    entry->template->name, name, entry->kind->name);
	}
}

void entry_apply_template(struct entry *entry)
{
	struct error err;
	config_setting_t *use = config_setting_get_member(entry->group, "use");
	if (!use)
		return;
	const char *name = value_text(use, &err);
	if (!name) {
		reading_fault(entry->reading, entry->source, use, entry->label, "%s", err.text);
		return;
	}
	entry->template = template_find(entry->reading, name);
	if (!entry->template) {
		const char **names = heap_zero(entry->reading->template_count + 1, sizeof *names);
		for (size_t i = 0; i < entry->reading->template_count; i++)
			names[i] = entry->reading->templates[i].name;
		const char *nearest = text_nearest(name, names, entry->reading->template_count);
		free(names);
		reading_fault(entry->reading, entry->source, use, entry->label, "use: there is no template \"%s\"%s%s%s", name,
		    nearest ? ": did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
		return;
	}
	config_setting_t *group = entry->template->group;
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *child = config_setting_get_elem(group, (unsigned)i);
		if (!config_setting_is_group(child)) {
			take_over(entry, use, NULL, child);
			continue;
		}
		for (int k = 0; k < config_setting_length(child); k++)
			take_over(entry, use, config_setting_name(child), config_setting_get_elem(child, (unsigned)k));
	}
}

/* The values in a template are tried once, so that a fault is told once and not with each monitor. */
static void check_template(struct reading *reading, struct template *template)
{
	struct spec_common common = { 0 };
	struct entry entry = { .reading = reading, .source = template->source, .group = template->group, .common = &common,
	    .label = heap_print("template \"%s\"", template->name), .is_template = true };
	size_t before = reading->faults.count;
	settings_init(spec_settings, &common);
	entry_apply_settings(&entry);
	settings_finish(spec_settings, &common);
	template->faulty = reading->faults.count > before;
	free(entry.label);
}

void templates_check(struct reading *reading)
{
	for (size_t i = 0; i < reading->template_count; i++)
		check_template(reading, &reading->templates[i]);
}

const struct template *template_find(const struct reading *reading, const char *name)
{
	for (size_t i = 0; i < reading->template_count; i++) {
		if (strcmp(reading->templates[i].name, name) == 0)
			return &reading->templates[i];
	}
	return NULL;
}

void templates_gather(struct reading *reading, const struct source *source, config_setting_t *group)
{
	if (!config_setting_is_group(group)) {
		reading_fault(reading, source, group, NULL, "templates: write templates: { prod-http: { interval = \"30s\"; }; };");
		return;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *child = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(child);
		const struct template *first = template_find(reading, name);
		if (!config_setting_is_group(child)) {
			reading_fault(reading, source, child, NULL, "template \"%s\": write %s: { interval = \"30s\"; };", name, name);
		} else if (first) {
			reading_fault(reading, source, child, NULL, "template \"%s\": there is one of this name at %s:%d", name, first->source->path,
			    setting_line(first->group));
		} else {
			reading->templates = heap_resize(reading->templates, reading->template_count + 1, sizeof *reading->templates);
			reading->templates[reading->template_count++] = (struct template){ .name = name, .source = source, .group = child };
		}
	}
}
