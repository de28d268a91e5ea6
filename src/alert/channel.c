/* A channel as configured: built, sealed, counted. What sealing makes of it is plan.c. */
#include "kumatop/channel.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "plan.h"

#define FIELD(name) .offset = offsetof(struct channel_common, name)

const struct setting channel_common_settings[] = {
	{ .name = "default", .type = SETTING_FLAG, FIELD(by_default), .fallback = "true",
	  .summary = "Told of every monitor that does not say whom to tell", .example = "false" },
	{ .name = "timeout", .type = SETTING_DURATION, FIELD(timeout_ms), .least = 1000, .most = 60000, .fallback = "10s",
	  .summary = "How long one attempt may take", .example = "20s" },
	{ .name = NULL },
};

const struct channel_kind *channel_kind_find(const char *name)
{
	for (size_t i = 0; channel_kinds[i]; i++) {
		if (strcmp(channel_kinds[i]->name, name) == 0)
			return channel_kinds[i];
	}
	return NULL;
}

const char *channel_kind_nearest(const char *name)
{
	const char *names[64];
	size_t count = 0;

	for (; count < sizeof names / sizeof *names && channel_kinds[count]; count++)
		names[count] = channel_kinds[count]->name;
	return text_nearest(name, names, count);
}

bool channel_kind_needs(const struct channel_kind *kind, const char *setting)
{
	size_t length = strlen(setting);

	for (const char *at = kind->needs; at && *at; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");

		if (word == length && strncmp(at, setting, length) == 0)
			return true;
		at += word;
	}
	return false;
}

static bool check_name(const char *name, struct error *err)
{
	if (*name == '\0')
		return error_set(err, EXIT_CONFIG, "the name is empty: write what the channel is to be called");
	if (strlen(name) > CHANNEL_NAME_MOST)
		return error_set(err, EXIT_CONFIG, "the name is too long (%zu bytes): write at most %d", strlen(name), (int)CHANNEL_NAME_MOST);
	if (!text_is_clean(name) || name[0] == ' ' || name[strlen(name) - 1] == ' ')
		return error_set(err, EXIT_CONFIG, "the name begins or ends with a blank, or holds what cannot be seen: write one plain line");
	return true;
}

struct channel_spec *channel_spec_create(const struct channel_kind *kind, const char *name, struct error *err)
{
	struct channel_spec *spec;

	if (!name)
		name = kind->name;
	if (!check_name(name, err))
		return NULL;
	spec = heap_zero(1, sizeof *spec);
	atomic_init(&spec->holders, 1);
	spec->kind = kind;
	spec->name = heap_text(name);
	settings_init(kind->settings, &spec->settings);
	settings_init(channel_common_settings, &spec->common);
	return spec;
}

struct channel_spec *channel_spec_hold(struct channel_spec *spec)
{
	if (spec)
		atomic_fetch_add_explicit(&spec->holders, 1, memory_order_relaxed);
	return spec;
}

void channel_spec_release(struct channel_spec *spec)
{
	if (!spec || atomic_fetch_sub_explicit(&spec->holders, 1, memory_order_acq_rel) != 1)
		return;
	plan_free(spec->plan);
	settings_finish(spec->kind->settings, &spec->settings);
	settings_finish(channel_common_settings, &spec->common);
	free(spec->name);
	free(spec->file);
	free(spec);
}

bool channel_spec_equal(const struct channel_spec *a, const struct channel_spec *b)
{
	return a->kind == b->kind && strcmp(a->name, b->name) == 0 && settings_equal(channel_common_settings, &a->common, &b->common)
	    && settings_equal(a->kind->settings, &a->settings, &b->settings);
}

const struct setting *channel_spec_setting(struct channel_spec *spec, const char *name, void **values)
{
	const struct setting *row = setting_find(spec->kind->settings, NULL, name);

	*values = &spec->settings;
	if (!row) {
		row = setting_find(channel_common_settings, NULL, name);
		*values = &spec->common;
	}
	return row;
}

bool channel_spec_runs_programs(const struct channel_spec *spec)
{
	return spec->kind->way->kind == WAY_PROGRAM;
}

bool channel_spec_seal(struct channel_spec *spec, struct error *err)
{
	assert(!spec->plan);
	for (const struct setting *row = spec->kind->settings; row->name; row++) {
		if (channel_kind_needs(spec->kind, row->name) && setting_is_default(row, &spec->settings))
			return error_set(err, EXIT_CONFIG, "%s is missing: write %s = %s;", row->name, row->name,
			    row->example ? row->example : "\"\xe2\x80\xa6\"");
	}
	if (spec->kind->way->check && !spec->kind->way->check(spec, err))
		return false;
	spec->plan = plan_make(spec, err);
	if (spec->plan && plan_try(spec, err))
		return true;
	plan_free(spec->plan);
	spec->plan = NULL;
	return false;
}
