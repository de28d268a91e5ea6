/*
 * A monitor as text that kumatop.conf accepts. What a default at the top level of some file could change is always written, so
 * that the text means the same everywhere.
 */
#include <string.h>

#include "kumatop/conf.h"

static void print_row(const struct setting *row, const void *values, bool reveal, struct buf *out)
{
	buf_print(out, "%s = ", row->name);
	setting_print_conf(row, values, reveal, out);
	buf_add_text(out, "; ");
}

/* Whether a default of a configuration stands in for this setting when it is left out. */
static bool has_outer_default(const struct setting *row)
{
	const struct setting *outer = setting_find(conf_settings, NULL, row->name);
	return outer && !row->section;
}

static void print_common(const struct monitor_spec *spec, bool reveal, struct buf *out)
{
	for (const struct setting *row = spec_settings; row->name; row++) {
		const int64_t *value = (const int64_t *)(const void *)((const char *)&spec->common + row->offset);
		bool always = has_outer_default(row) && *value > 0;
		if (always || !setting_is_default(row, &spec->common))
			print_row(row, &spec->common, reveal, out);
	}
}

/* The settings of one group of the kind, or those beside the groups. */
static void print_section(const struct monitor_spec *spec, const char *section, bool reveal, struct buf *out)
{
	bool open = false;
	for (const struct setting *row = spec->kind->settings; row && row->name; row++) {
		bool inside = section ? row->section && strcmp(row->section, section) == 0 : !row->section;
		if (!inside || setting_is_default(row, spec->settings))
			continue;
		if (section && !open)
			buf_print(out, "%s = { ", section);
		open = true;
		print_row(row, spec->settings, reveal, out);
	}
	if (section && open)
		buf_add_text(out, "}; ");
}

/* True at the first row of its group. */
static bool opens_section(const struct setting *rows, const struct setting *row)
{
	if (!row->section)
		return false;
	for (; rows < row; rows++) {
		if (rows->section && strcmp(rows->section, row->section) == 0)
			return false;
	}
	return true;
}

void conf_print_monitor(const struct monitor_spec *spec, bool reveal, struct buf *out)
{
	buf_add_text(out, "{ name = ");
	setting_print_quoted(spec->name, out);
	buf_print(out, "; %s = ", spec->kind->name);
	setting_print_quoted(spec->target, out);
	buf_add_text(out, "; ");
	print_section(spec, NULL, reveal, out);
	for (const struct setting *row = spec->kind->settings; row && row->name; row++) {
		if (opens_section(spec->kind->settings, row))
			print_section(spec, row->section, reveal, out);
	}
	print_common(spec, reveal, out);
	buf_add_char(out, '}');
}
