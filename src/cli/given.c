/* Settings of a monitor given on the command line; see given.h. Names come from the tables of settings: there is no list of them here. */
#include "given.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

bool given_remember(void *arg, const char *name, const char *value, struct error *err)
{
	struct given *given = arg;

	given->names = heap_resize(given->names, given->count + 1, sizeof(char *));
	given->values = heap_resize(given->values, given->count + 1, sizeof(char *));
	given->names[given->count] = heap_text(name);
	given->values[given->count++] = heap_text(value);
	return true;
}

void given_finish(struct given *given)
{
	for (size_t i = 0; i < given->count; i++) {
		free(given->names[i]);
		free(given->values[i]);
	}
	free(given->names);
	free(given->values);
}

static const char *nearest_setting(const struct monitor_spec *spec, const char *name)
{
	const char *names[128];
	size_t count = 0;

	for (const struct setting *row = spec->kind->settings; row->name && count < 128; row++)
		names[count++] = row->name;
	for (const struct setting *row = spec_settings; row->name && count < 128; row++)
		names[count++] = row->name;
	return text_nearest(name, names, count);
}

static bool apply_one(struct monitor_spec *spec, const char *name, const char *value, struct error *err)
{
	const char *dot = strchr(name, '.');
	char *section = dot ? heap_text_n(name, (size_t)(dot - name)) : NULL;
	const struct setting *row;
	const char *nearest;
	void *values;

	row = spec_setting(spec, section, dot ? dot + 1 : name, &values);
	free(section);
	if (row)
		return setting_from_text(row, values, value, err) || error_prefix(err, "--");
	nearest = nearest_setting(spec, dot ? dot + 1 : name);
	if (nearest)
		return error_set(err, EXIT_USAGE, "--%s: %s monitors have no such setting; did you mean %s?", name, spec->kind->name, nearest);
	return error_set(err, EXIT_USAGE, "--%s: %s monitors have no such setting", name, spec->kind->name);
}

bool given_apply(const struct given *given, struct monitor_spec *spec, struct error *err)
{
	for (size_t i = 0; i < given->count; i++)
		if (!apply_one(spec, given->names[i], given->values[i], err))
			return false;
	return spec_seal(spec, err);
}

bool given_rename(struct monitor_spec *spec, const char *name, struct error *err)
{
	/* Names have rules; a spec made with this one obeys them or says why not. */
	struct monitor_spec *trial = spec_create(spec->kind, name, spec->target, err);

	if (!trial)
		return false;
	spec_release(trial);
	free(spec->name);
	spec->name = heap_text(name);
	return true;
}

bool given_retarget(struct monitor_spec *spec, const char *target, struct error *err)
{
	char *canonical;

	if (!spec->kind->read_target(target, &canonical, err))
		return false;
	free(spec->target);
	spec->target = canonical;
	return true;
}
