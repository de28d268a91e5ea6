/*
 * A whole configuration: kumatop.conf and the files of conf.d/ beside it, in order. First the settings and the templates of all
 * files, then the monitors, so that a template may stand anywhere.
 */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "reading.h"
#include "value.h"

void reading_finish(struct reading *reading)
{
	for (size_t i = 0; i < reading->spec_count; i++)
		spec_release(reading->specs[i]);
	for (size_t i = 0; i < reading->place_count; i++)
		free(reading->places[i].name);
	for (size_t i = 0; i < reading->source_count; i++) {
		source_finish(reading->sources[i]);
		free(reading->sources[i]);
	}
	for (size_t i = 0; i < reading->channel_count; i++)
		channel_spec_release(reading->channels[i]);
	free(reading->specs);
	free(reading->channels);
	text_list_finish(&reading->channel_names);
	free(reading->places);
	free(reading->sources);
	free(reading->templates);
	faults_finish(&reading->faults);
	faults_finish(&reading->warnings);
	*reading = (struct reading){ 0 };
}

static int is_wanted(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

/* By bytes: the order of the files does not change with the user's language. */
static int compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_source(struct reading *reading, const char *path)
{
	struct source *source = heap_zero(1, sizeof *source);
	reading->sources = heap_resize(reading->sources, reading->source_count + 1, sizeof(struct source *));
	reading->sources[reading->source_count] = source;
	source_read(source, path, reading->source_count++, &reading->faults, &reading->warnings);
}

static void read_files(struct reading *reading, const char *path)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_wanted, compare_entries);
	if (count < 0)
		faults_add(&reading->faults, reading->source_count, path, 0, "cannot be read: %s", strerror(errno));
	for (int i = 0; i < count; i++) {
		char *file = heap_print("%s/%s", path, entries[i]->d_name);
		read_source(reading, file);
		free(file);
		free(entries[i]);
	}
	free(entries);
}

static void read_directory(struct reading *reading, const char *main_path)
{
	const char *slash = strrchr(main_path, '/');
	char *path = slash ? heap_print("%.*s/conf.d", (int)(slash - main_path), main_path) : heap_text("conf.d");
	struct stat status;
	if (stat(path, &status) != 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			faults_add(&reading->faults, reading->source_count, path, 0, "cannot be read: %s", strerror(errno));
	} else if (S_ISDIR(status.st_mode) && (status.st_mode & S_IWOTH)) {
		faults_add(&reading->faults, reading->source_count, path, 0, "everybody can put files into it: chmod o-w %s", path);
	} else if (S_ISDIR(status.st_mode)) {
		read_files(reading, path);
	}
	free(path);
}

static bool all_parsed(const struct reading *reading)
{
	for (size_t i = 0; i < reading->source_count; i++) {
		if (!reading->sources[i]->parsed)
			return false;
	}
	return true;
}

static bool is_empty_text(const config_setting_t *value)
{
	const char *text = config_setting_get_string(value);
	return text && *text == '\0';
}

/* An empty text unsets a setting; the database that is named empty is none at all, not the usual one. */
static void read_top_setting(struct reading *reading, const struct source *source, config_setting_t *child, struct conf_settings *settings)
{
	struct error err;
	const char *name = config_setting_name(child);
	const struct setting *row = setting_find(conf_settings, NULL, name);
	if (!row) {
		char *told = unknown_word_at_top(name);
		reading_fault(reading, source, child, NULL, "%s", told);
		free(told);
	} else if (source->order > 0) {
		reading_fault(reading, source, child, NULL, "%s: stands in the main file, %s, alone", name, reading->sources[0]->path);
	} else if (row->offset == offsetof(struct conf_settings, database) && is_empty_text(child)) {
		setting_from_text(row, settings, "none", NULL);
	} else if (!value_apply(row, settings, child, &err)) {
		reading_fault(reading, source, child, NULL, "%s", err.text);
	}
}

/* Who may do what is for the owner of the main file to say, not for everybody who may drop a file into conf.d. */
static void read_access(struct reading *reading, const struct source *source, config_setting_t *group, struct conf *conf)
{
	if (source->order > 0)
		reading_fault(reading, source, group, NULL, "access: stands in the main file, %s, alone", reading->sources[0]->path);
	else
		conf->access = access_read(reading, source, group);
}

/* They run programs and hold secrets: as `access`, for the owner of the main file alone. */
static void read_channels(struct reading *reading, const struct source *source, config_setting_t *list)
{
	if (source->order > 0)
		reading_fault(reading, source, list, NULL, "channels: stands in the main file, %s, alone", reading->sources[0]->path);
	else
		channels_read(reading, source, list);
}

static void read_top(struct reading *reading, const struct source *source, struct conf *conf)
{
	config_setting_t *root = config_root_setting(&source->config);
	for (int i = 0; i < config_setting_length(root); i++) {
		config_setting_t *child = config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(child);
		if (strcmp(name, "templates") == 0)
			templates_gather(reading, source, child);
		else if (strcmp(name, "access") == 0)
			read_access(reading, source, child, conf);
		else if (strcmp(name, "channels") == 0)
			read_channels(reading, source, child);
		else if (strcmp(name, "monitors") != 0)
			read_top_setting(reading, source, child, &conf->settings);
	}
}

/*
 * A default that is longer than the interval beside it was meant for no monitor. (Only longer than one monitor's own interval it is cut
 * for that one, see defaults_fit().) An interval that is no duration has been complained about, and nothing is measured by it.
 */
static void check_defaults(struct reading *reading, const struct conf_settings *settings)
{
	static const char *const names[] = { "timeout", "retry_interval" };
	const struct source *source = reading->sources[0];
	config_setting_t *root = config_root_setting(&source->config);
	const char *said = NULL;
	char limit[32];
	int64_t ms;
	config_setting_lookup_string(root, "interval", &said);
	if (config_setting_get_member(root, "interval") && (!said || !duration_parse(said, &ms, NULL) || ms != settings->interval_ms))
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		config_setting_t *at = config_setting_get_member(root, names[i]);
		const char *own = at ? config_setting_get_string(at) : NULL;
		if (own && duration_parse(own, &ms, NULL) && ms > settings->interval_ms)
			reading_fault(reading, source, at, NULL, "%s: %s is longer than the interval (%s)", names[i], own,
			    said ? said : duration_print(settings->interval_ms, limit, sizeof limit));
	}
}

static void read_monitors(struct reading *reading, const struct source *source)
{
	config_setting_t *list = config_setting_get_member(config_root_setting(&source->config), "monitors");
	if (!list)
		return;
	int type = config_setting_type(list);
	if (type != CONFIG_TYPE_LIST && !(type == CONFIG_TYPE_ARRAY && config_setting_length(list) == 0)) {
		reading_fault(reading, source, list, NULL, "monitors: write monitors: ( { … }, { … } );");
		return;
	}
	for (int i = 0; i < config_setting_length(list); i++)
		monitor_read(reading, source, config_setting_get_elem(list, (unsigned)i), (size_t)i + 1);
}

struct conf *conf_load(const char *path, struct conf_faults *faults)
{
	struct reading reading = { .origin = SPEC_DECLARED, .knows_channels = true };
	struct conf *conf = conf_empty();
	conf->path = heap_text(path);
	reading.defaults = &conf->settings;
	read_source(&reading, path);
	if (reading.sources[0]->parsed)
		read_directory(&reading, path);
	if (all_parsed(&reading)) {
		for (size_t i = 0; i < reading.source_count; i++)
			read_top(&reading, reading.sources[i], conf);
		check_defaults(&reading, &conf->settings);
		templates_check(&reading);
		for (size_t i = 0; i < reading.source_count; i++)
			read_monitors(&reading, reading.sources[i]);
		monitors_check_names(&reading);
	}
	if (reading.faults.count > 0) {
		faults_give(&reading.faults, &faults->lines);
		conf_free(conf);
		conf = NULL;
	} else {
		faults_give(&reading.warnings, &conf->warnings);
		conf->specs = reading.specs;
		conf->spec_count = reading.spec_count;
		reading.specs = NULL;
		reading.spec_count = 0;
		conf->channels = reading.channels;
		conf->channel_count = reading.channel_count;
		reading.channels = NULL;
		reading.channel_count = 0;
	}
	reading_finish(&reading);
	return conf;
}
