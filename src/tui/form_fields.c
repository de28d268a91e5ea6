/*
 * The fields of the form, from the tables of settings, and the way back: from what was typed to a monitor. Knows no kind by name.
 */
#include "form.h"

#include <ctype.h>

#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "kumatop/probe.h"
#include "kumatop/text.h"

enum { PROMINENT_MOST = 2 };

/* The settings that are always in sight, in this order; two stand side by side. */
static const char *const main_settings[] = { "interval", "timeout", "group", "tags" };
enum { MAIN_COUNT = sizeof main_settings / sizeof *main_settings };

static void add_field(struct form *form, enum field_part part, const struct kind *kind, const struct setting *row)
{
	if (form->field_count == FIELDS_MOST)
		return;
	struct field *field = heap_zero(1, sizeof *field);

	field->part = part;
	field->kind = kind;
	field->row = row;
	if (row) {
		snprintf(field->label, sizeof field->label, "%s%s%s", row->section ? row->section : "", row->section ? " " : "", row->name);
		for (char *p = field->label; *p; p++)
			*p = *p == '_' ? ' ' : *p;
		field->label[0] = (char)toupper((unsigned char)field->label[0]);
		field->edit.secret = row->type == SETTING_SECRET;
	} else {
		text_copy(field->label, sizeof field->label, part == FIELD_NAME ? "Name" : "Target");
		field->edit.limit = part == FIELD_NAME ? SPEC_NAME_MOST : 0;
	}
	form->fields[form->field_count++] = field;
}

static struct field *find_field(const struct form *form, enum field_part part, const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < form->field_count; i++) {
		struct field *field = form->fields[i];

		if (field->part == part && field->kind == kind && (!name || strcmp(field->row->name, name) == 0))
			return field;
	}
	return NULL;
}

/* The first two, from the beginning. */
static struct field *target_field(const struct form *form)
{
	return form->fields[0];
}

static struct field *name_field(const struct form *form)
{
	return form->fields[1];
}

/* What the monitor would be if only target and name were given; NULL while there is no target. */
static struct monitor_spec *bare_spec(const struct form *form, const struct conf_settings *defaults, struct error *err)
{
	return conf_new_monitor(target_field(form)->edit.text, name_field(form)->edit.text, defaults,
	    form->base && form->editing ? form->base->origin : SPEC_ADDED, err);
}

static void *values_of(const struct field *field, struct monitor_spec *spec)
{
	return field->part == FIELD_COMMON ? (void *)&spec->common : spec->settings;
}

static void print_value(const struct field *field, struct monitor_spec *spec, char *out, size_t size)
{
	struct buf text;

	buf_init(&text, LINEEDIT_SIZE);
	setting_print(field->row, values_of(field, spec), &text);
	text_copy(out, size, text.data);
	buf_finish(&text);
}

static bool is_secret(const struct field *field)
{
	return field->row && field->row->type == SETTING_SECRET;
}

static bool print_equal(const struct field *field, struct monitor_spec *a, struct monitor_spec *b)
{
	struct buf left, right;

	buf_init(&left, LINEEDIT_SIZE * 64);
	buf_init(&right, LINEEDIT_SIZE * 64);
	setting_print_conf(field->row, values_of(field, a), true, &left);
	setting_print_conf(field->row, values_of(field, b), true, &right);
	bool equal = !left.full && !right.full && left.length == right.length && memcmp(left.data, right.data, left.length) == 0;

	explicit_bzero(left.data, left.length);
	explicit_bzero(right.data, right.length);
	buf_finish(&left);
	buf_finish(&right);
	return equal;
}

/* The value as it is, without a way through one line of text. */
static bool copy_value(const struct field *field, struct monitor_spec *to, struct monitor_spec *from, struct error *err)
{
	void *source = values_of(field, from);

	if (field->row->type == SETTING_LIST) {
		const struct text_list *list = (const void *)((const char *)source + field->row->offset);

		return setting_from_list(field->row, values_of(field, to), (const char *const *)list->items, list->count, err);
	}
	char *const *text = setting_text(field->row, source);

	return !*text || setting_from_text(field->row, values_of(field, to), *text, err);
}

/*
 * Shows what the base has other than a monitor with only target and name would. A secret stays where it is, and so does what
 * cannot be written on one line.
 */
static void fill_field(struct field *field, struct monitor_spec *base, struct monitor_spec *bare)
{
	char value[LINEEDIT_SIZE];
	struct error err;

	if (print_equal(field, base, bare))
		return;
	if (!is_secret(field)) {
		struct monitor_spec *trial = spec_copy(bare);

		print_value(field, base, value, sizeof value);
		lineedit_set(&field->edit, value);
		bool same = setting_from_text(field->row, values_of(field, trial), field->edit.text, &err) && print_equal(field, trial, base);

		spec_release(trial);
		if (same)
			return;
	}
	lineedit_set(&field->edit, "");
	field->kept = true;
}

static void add_kind(struct form *form, const struct kind *kind)
{
	if (find_field(form, FIELD_KIND, kind, NULL))
		return;
	for (const struct setting *row = kind->settings; row && row->name; row++)
		add_field(form, FIELD_KIND, kind, row);
}

void form_begin(struct form *form, const struct monitor_spec *base, const struct conf_settings *defaults)
{
	struct error err;

	add_field(form, FIELD_TARGET, NULL, NULL);
	add_field(form, FIELD_NAME, NULL, NULL);
	struct field *target = target_field(form), *name = name_field(form);

	for (const struct setting *row = spec_settings; row->name; row++)
		if (strcmp(row->name, "renamed_from") != 0)
			add_field(form, FIELD_COMMON, NULL, row);
	text_copy(target->placeholder, sizeof target->placeholder, "https://host/path, host:port, or a host to ping");
	if (!base)
		return;
	form->base = spec_copy(base);
	bool whole = strstr(base->target, "://");
	char *typed = whole ? heap_text(base->target) : heap_print("%s://%s", base->kind->name, base->target);

	lineedit_set(&target->edit, typed);
	free(typed);
	if (form->editing)
		lineedit_set(&name->edit, base->name);
	add_kind(form, base->kind);
	struct monitor_spec *bare = bare_spec(form, defaults, &err);

	for (size_t i = 0; bare && i < form->field_count; i++)
		if (form->fields[i]->row && (!form->fields[i]->kind || form->fields[i]->kind == bare->kind) && bare->kind == base->kind)
			fill_field(form->fields[i], form->base, bare);
	spec_release(bare);
}

void form_finish(struct form *form)
{
	for (size_t i = 0; i < form->field_count; i++) {
		explicit_bzero(&form->fields[i]->edit, sizeof form->fields[i]->edit);
		free(form->fields[i]);
	}
	form->field_count = form->item_count = 0;
	spec_release(form->base);
	form->base = NULL;
}

static void add_item(struct form *form, struct field *field, bool half)
{
	if (field || !half)
		form->items[form->item_count++] = (struct form_item){ field, half };
}

static bool is_main(const struct field *field)
{
	for (size_t i = 0; i < MAIN_COUNT; i++)
		if (field->part == FIELD_COMMON && strcmp(field->row->name, main_settings[i]) == 0)
			return true;
	return false;
}

/* What a kind expects of the answer is asked for at once: the first settings of that section. */
static size_t prominent(const struct form *form, struct field *fields[PROMINENT_MOST])
{
	size_t count = 0;

	for (size_t i = 0; i < form->field_count && count < PROMINENT_MOST; i++) {
		struct field *field = form->fields[i];

		if (field->part == FIELD_KIND && field->kind == form->kind && field->row->section
		    && strcmp(field->row->section, "expect") == 0)
			fields[count++] = field;
	}
	return count;
}

static void lay_items(struct form *form)
{
	struct field *shown[PROMINENT_MOST] = { NULL };
	struct field *focused = form->item_count ? form->items[form->focus].field : NULL;
	bool on_more = form->item_count && !focused;
	size_t count = prominent(form, shown);

	form->item_count = 0;
	add_item(form, target_field(form), false);
	add_item(form, name_field(form), false);
	for (size_t i = 0; i < MAIN_COUNT; i++)
		add_item(form, find_field(form, FIELD_COMMON, NULL, main_settings[i]), true);
	for (size_t i = 0; i < count; i++)
		add_item(form, shown[i], count > 1);
	add_item(form, NULL, false);
	for (size_t i = 0; form->more && i < form->field_count; i++) {
		struct field *field = form->fields[i];
		bool there = field->row && !is_main(field) && field != shown[0] && field != shown[1];

		if (there && (field->part == FIELD_COMMON || field->kind == form->kind))
			add_item(form, field, false);
	}
	form->focus = 0;
	for (size_t i = 0; i < form->item_count; i++)
		if (form->items[i].field == focused && (focused || on_more))
			form->focus = i;
}

/* Errors name their setting; beside its field that is said already. */
static void set_error(struct field *field, const char *text)
{
	size_t length = field->row ? strlen(field->row->name) : 0;
	const char *dot = strstr(text, ": ");

	if (dot && field->row && (size_t)(dot - text) >= length && strncmp(dot - length, field->row->name, length) == 0)
		text = dot + 2;
	text_copy(field->error, sizeof field->error, text);
}

static const struct monitor_view *other_of_name(const struct form *form, const struct snapshot *snapshot, const char *name)
{
	const struct monitor_view *other = snapshot ? snapshot_find_name(snapshot, name) : NULL;

	return other && !(form->editing && other->id == form->id) ? other : NULL;
}

static bool check_target(struct form *form)
{
	struct field *field = target_field(form);
	struct error err = { .code = EXIT_FINE };
	const struct kind *kind;
	char *target;

	if (!field->edit.length) {
		set_error(field, "what is to be watched?");
		return false;
	}
	if (!probe_target_parse(field->edit.text, &kind, &target, &err)) {
		set_error(field, err.text);
		return false;
	}
	char *name = probe_target_name(kind, target);

	text_copy(name_field(form)->placeholder, sizeof name_field(form)->placeholder, name);
	free(name);
	free(target);
	form->kind = kind;
	add_kind(form, kind);
	return true;
}

static bool keeps_value(const struct form *form, const struct field *field)
{
	return field->kept && !field->edit.length && !field->touched && (!field->kind || form->base->kind == field->kind);
}

/* Puts what was typed into the spec; what cannot be is said beside the field. */
static bool apply_field(struct form *form, struct field *field, struct monitor_spec *spec)
{
	struct error err = { .code = EXIT_FINE };

	if (keeps_value(form, field)) {
		text_copy(field->placeholder, sizeof field->placeholder, is_secret(field) ? "unchanged" : "unchanged (not one line)");
		if (copy_value(field, spec, form->base, &err))
			return true;
	} else if (!field->edit.length || setting_from_text(field->row, values_of(field, spec), field->edit.text, &err)) {
		return true;
	}
	set_error(field, err.text);
	return false;
}

static bool applies(const struct form *form, const struct field *field)
{
	return field->part == FIELD_COMMON || (field->part == FIELD_KIND && field->kind == form->kind);
}

static void set_placeholders(struct form *form, struct monitor_spec *bare)
{
	for (size_t i = 0; i < form->field_count; i++) {
		struct field *field = form->fields[i];

		field->placeholder[0] = field->row ? '\0' : field->placeholder[0];
		if (applies(form, field) && !is_secret(field))
			print_value(field, bare, field->placeholder, sizeof field->placeholder);
	}
	/* what follows from other settings when the monitor is made */
	int64_t usual_ms = bare->common.interval_ms < 10000 ? bare->common.interval_ms : 10000;
	static const char *const following[] = { "timeout", "retry_interval" };

	for (size_t i = 0; i < 2; i++) {
		struct field *field = find_field(form, FIELD_COMMON, NULL, following[i]);

		if (field && *setting_integer(field->row, &bare->common) == 0)
			duration_print(usual_ms, field->placeholder, sizeof field->placeholder);
	}
}

/* What holds for every monitor can be shown before there is a target. */
static void show_defaults(struct form *form, const struct conf_settings *defaults)
{
	struct error err;
	struct monitor_spec *any = conf_new_monitor("localhost", NULL, defaults, SPEC_ADDED, &err);

	if (any)
		set_placeholders(form, any);
	spec_release(any);
}

/* A spec with everything applied, unsealed; *fine tells whether every field could be. NULL without a target. */
static struct monitor_spec *assemble(struct form *form, const struct snapshot *snapshot, const struct conf_settings *defaults, bool *fine)
{
	struct error err = { .code = EXIT_FINE };
	struct field *name = name_field(form);

	*fine = true;
	form->kind = NULL;
	for (size_t i = 0; i < form->field_count; i++)
		form->fields[i]->error[0] = '\0';
	if (!check_target(form)) {
		show_defaults(form, defaults);
		return NULL;
	}
	struct monitor_spec *spec = bare_spec(form, defaults, &err);

	if (!spec) {
		set_error(name, err.text);
		return NULL;
	}
	if (other_of_name(form, snapshot, spec->name)) {
		char text[160];

		snprintf(text, sizeof text, "there is a monitor of this name already");
		set_error(name, text);
		name->shows_error |= target_field(form)->shows_error;
		*fine = false;
	}
	struct field *interval = find_field(form, FIELD_COMMON, NULL, "interval");

	if (interval)
		*fine &= apply_field(form, interval, spec);
	set_placeholders(form, spec);
	for (size_t i = 0; i < form->field_count; i++)
		if (applies(form, form->fields[i]) && form->fields[i] != interval)
			*fine &= apply_field(form, form->fields[i], spec);
	return spec;
}

/* The one rule between settings that is worth saying while typing; all others are said when the monitor is made. */
static void check_timeout(struct form *form, const struct monitor_spec *spec)
{
	struct field *timeout = find_field(form, FIELD_COMMON, NULL, "timeout");
	char interval[32], text[96];

	if (!timeout || timeout->error[0] || !timeout->edit.length || spec->common.timeout_ms <= spec->common.interval_ms)
		return;
	snprintf(text, sizeof text, "longer than the interval (%s)", duration_print(spec->common.interval_ms, interval, sizeof interval));
	set_error(timeout, text);
}

void form_update(struct form *form, const struct snapshot *snapshot, const struct conf_settings *defaults)
{
	bool fine;
	struct monitor_spec *spec = assemble(form, snapshot, defaults, &fine);

	if (spec)
		check_timeout(form, spec);
	spec_release(spec);
	lay_items(form);
}

/* The field a message is about: the one whose setting it names first. */
static struct field *field_named_in(const struct form *form, const char *text)
{
	struct field *best = NULL;
	const char *at = NULL;

	for (size_t i = 0; i < form->field_count; i++) {
		struct field *field = form->fields[i];
		char name[64];

		if (!applies(form, field))
			continue;
		snprintf(name, sizeof name, "%s:", field->row->name);
		const char *found = strstr(text, name);

		if (found && (!at || found < at)) {
			at = found;
			best = field;
		}
	}
	return best;
}

struct monitor_spec *form_build(struct form *form, const struct snapshot *snapshot, const struct conf_settings *defaults)
{
	struct error err = { .code = EXIT_FINE };
	bool fine;
	struct monitor_spec *spec = assemble(form, snapshot, defaults, &fine);

	form->trouble[0] = '\0';
	for (size_t i = 0; i < form->field_count; i++)
		form->fields[i]->shows_error = true;
	if (spec)
		spec->foreign = form->foreign;
	if (spec && fine && !spec_seal(spec, &err)) {
		struct field *field = field_named_in(form, err.text);

		if (field)
			set_error(field, err.text);
		else
			text_copy(form->trouble, sizeof form->trouble, err.text);
		fine = false;
	}
	if (spec && !fine) {
		spec_release(spec);
		spec = NULL;
	}
	lay_items(form);
	return spec;
}

size_t form_first_error(const struct form *form)
{
	for (size_t i = 0; i < form->item_count; i++)
		if (form->items[i].field && form->items[i].field->error[0])
			return i;
	return SIZE_MAX;
}

bool field_step(struct field *field, int step)
{
	static const char *const flags[] = { "no", "yes", NULL };
	const char *const *choices = NULL;
	int count = 0, at = 0;

	if (field->row && field->row->type == SETTING_FLAG)
		choices = flags;
	if (field->row && field->row->type == SETTING_CHOICE)
		choices = field->row->choices;
	if (!choices || !choices[0])
		return false;
	const char *now = field->edit.length ? field->edit.text : field->placeholder;

	do
		if (strcmp(choices[count], now) == 0)
			at = count;
	while (choices[++count]);
	lineedit_set(&field->edit, choices[(at + step + count) % count]);
	return true;
}
