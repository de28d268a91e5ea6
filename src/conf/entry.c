/*
 * Walks a group of settings by the tables of the kind and of all monitors, and goes on after a fault, so that everything that
 * is wrong is told at once.
 */
#include "entry.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kumatop/heap.h"
#include "value.h"

int setting_line(const config_setting_t *at)
{
	return (int)config_setting_source_line(at);
}

void reading_fault(struct reading *reading, const struct source *source, config_setting_t *at, const char *label, const char *format, ...)
{
	char message[900];
	int line = at ? setting_line(at) : 0;
	const char *name = at ? config_setting_name(at) : NULL;
	if (name && scan_noted(&source->scan, line, name))
		return;
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	if (label)
		faults_add(&reading->faults, source->order, source->path, line, "%s: %s", label, message);
	else
		faults_add(&reading->faults, source->order, source->path, line, "%s", message);
}

const struct setting *kind_setting(const struct kind *kind, const char *section, const char *name)
{
	return kind->settings ? setting_find(kind->settings, section, name) : NULL;
}

void *kind_values_create(const struct kind *kind)
{
	if (!kind->settings || kind->settings_size == 0)
		return NULL;
	void *values = heap_zero(1, kind->settings_size);
	settings_init(kind->settings, values);
	return values;
}

void kind_values_destroy(const struct kind *kind, void *values)
{
	if (values)
		settings_finish(kind->settings, values);
	free(values);
}

const struct setting *entry_find_row(const struct entry *entry, const char *section, const char *name, void **values)
{
	const struct setting *row = entry->kind ? kind_setting(entry->kind, section, name) : NULL;
	*values = entry->settings;
	if (!row) {
		row = setting_find(spec_settings, section, name);
		*values = entry->common;
	}
	return row;
}

/* Somebody else may read a secret that stands in the file itself. */
static void warn_of_secret(struct entry *entry, const struct setting *row, const void *values, config_setting_t *child)
{
	const char *secret = *(char *const *)((const char *)values + row->offset);
	if (row->type != SETTING_SECRET || !(entry->source->mode & S_IROTH) || !secret || secret_is_reference(secret))
		return;
	faults_add(&entry->reading->warnings, entry->source->order, entry->source->path, setting_line(child),
	    "%s: %s: everybody can read this file: chmod o-r, or write \"file:…\" or \"env:…\" instead of the secret", entry->label, row->name);
}

/* Settings that belong to another kind are found by trying all of them: a template serves several kinds. */
static bool try_other_kinds(struct entry *entry, const char *section, config_setting_t *child)
{
	const char *name = config_setting_name(child);
	for (size_t i = 0; probe_kinds[i]; i++) {
		const struct kind *kind = &probe_kinds[i]->kind;
		const struct setting *row = kind_setting(kind, section, name);
		if (!row)
			continue;
		struct error err;
		void *values = kind_values_create(kind);
		if (!value_apply(row, values, child, &err)) {
			reading_fault(entry->reading, entry->source, child, entry->label, "%s", err.text);
			entry->broken = true;
		} else {
			warn_of_secret(entry, row, values, child);
		}
		kind_values_destroy(kind, values);
		return true;
	}
	return false;
}

/* What another process checks holds secrets that were not shown: "***" is kept as what stands for them. */
static void expect_hidden(const struct entry *entry, const struct setting *row, void *values, config_setting_t *child)
{
	const char *text = config_setting_get_string(child);
	if (!entry->reading->foreign || row->type != SETTING_SECRET || !text || strcmp(text, "***") != 0)
		return;
	char **secret = setting_text(row, values);
	if (!*secret)
		*secret = heap_text(text);
}

static void apply_one(struct entry *entry, const char *section, config_setting_t *child)
{
	void *values;
	struct error err;
	const char *name = config_setting_name(child);
	const struct setting *row = entry_find_row(entry, section, name, &values);
	if (!row) {
		if (!entry->kind && try_other_kinds(entry, section, child))
			return;
		bool is_kind = false;
		char *told = unknown_word(entry->kind, section, name, &is_kind);
		reading_fault(entry->reading, entry->source, child, entry->label, "%s", told);
		entry->kind_told |= is_kind;
		free(told);
		return;
	}
	expect_hidden(entry, row, values, child);
	if (!value_apply(row, values, child, &err)) {
		reading_fault(entry->reading, entry->source, child, entry->label, "%s", err.text);
		entry->broken = true;
	} else {
		warn_of_secret(entry, row, values, child);
	}
}

static void apply_section(struct entry *entry, config_setting_t *group)
{
	const char *section = config_setting_name(group);
	if (!config_setting_is_group(group)) {
		reading_fault(entry->reading, entry->source, group, entry->label, "%s: write a group, as %s = { … };", section, section);
		entry->broken = true;
		return;
	}
	for (int i = 0; i < config_setting_length(group); i++)
		apply_one(entry, section, config_setting_get_elem(group, (unsigned)i));
}

void entry_apply_settings(struct entry *entry)
{
	for (int i = 0; i < config_setting_length(entry->group); i++) {
		config_setting_t *child = config_setting_get_elem(entry->group, (unsigned)i);
		const char *name = config_setting_name(child);
		if (strcmp(name, "name") == 0 || strcmp(name, "use") == 0 || probe_kind_find(name)) {
			if (entry->is_template) {
				reading_fault(entry->reading, entry->source, child, entry->label, "%s: stands with the monitor, not in a template", name);
				entry->broken = true;
			}
		} else if (section_exists(entry->kind, name)) {
			apply_section(entry, child);
		} else {
			apply_one(entry, NULL, child);
		}
	}
}
