/*
 * One monitor without a file around it: read back from text, or begun from a target as typed.
 */
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "reading.h"

static void tell_first(struct faults *faults, struct error *err)
{
	struct text_list list = { 0 };
	faults_give(faults, &list);
	if (list.count > 1)
		error_set(err, EXIT_CONFIG, "%s (and %zu more)", list.items[0], list.count - 1);
	else
		error_set(err, EXIT_CONFIG, "%s", list.count == 1 ? list.items[0] : "it is no monitor");
	text_list_finish(&list);
}

/* The entry between the brackets that were put around the text, if the text is just that. */
static config_setting_t *only_entry(struct reading *reading, const struct source *source)
{
	config_setting_t *root = config_root_setting(&source->config);
	config_setting_t *list = config_setting_get_member(root, "monitors");
	config_setting_t *entry = list && config_setting_is_list(list) ? config_setting_get_elem(list, 0) : NULL;
	if (entry && config_setting_is_group(entry) && config_setting_length(root) == 1 && config_setting_length(list) == 1)
		return entry;
	faults_add(&reading->faults, 0, NULL, 0, "write one monitor: { name = \"…\"; http = \"https://…\"; }");
	return NULL;
}

static struct monitor_spec *parse(struct reading reading, const char *text, struct error *err)
{
	struct monitor_spec *spec = NULL;
	struct source *source = heap_zero(1, sizeof *source);
	reading.sources = heap_zero(1, sizeof(struct source *));
	reading.sources[0] = source;
	reading.source_count = 1;
	char *whole = heap_print("monitors: (%s\n);", text);
	source_read_text(source, whole, &reading.faults);
	free(whole);
	if (source->parsed) {
		config_setting_t *group = only_entry(&reading, source);
		if (group)
			monitor_read(&reading, source, group, 1);
	}
	if (reading.faults.count > 0 || reading.spec_count != 1)
		tell_first(&reading.faults, err);
	else
		spec = spec_hold(reading.specs[0]);
	reading_finish(&reading);
	return spec;
}

struct monitor_spec *conf_parse_monitor(const char *text, const struct conf_settings *defaults, enum spec_origin origin, struct error *err)
{
	return parse((struct reading){ .origin = origin, .defaults = defaults }, text, err);
}

struct monitor_spec *conf_parse_foreign(const char *text, const struct conf_settings *defaults, enum spec_origin origin, struct error *err)
{
	return parse((struct reading){ .origin = origin, .defaults = defaults, .foreign = true }, text, err);
}

struct monitor_spec *conf_new_monitor(const char *target, const char *name, const struct conf_settings *defaults,
    enum spec_origin origin, struct error *err)
{
	const struct kind *kind = NULL;
	char *canonical = NULL, *given = NULL;
	if (!probe_target_parse(target, &kind, &canonical, err))
		return NULL;
	if (!name || *name == '\0')
		name = given = probe_target_name(kind, canonical);
	struct monitor_spec *spec = spec_create(kind, name, canonical, err);
	if (spec) {
		spec->origin = origin;
		defaults_apply(defaults, &spec->common);
		defaults_fit(defaults, &spec->common);
	}
	free(given);
	free(canonical);
	return spec;
}
