/*
 * `channels` of kumatop.conf: whom kumatop may tell, and how. A channel that is not what it was meant to be is a fault, never left out:
 * somebody believes in it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "reading.h"
#include "value.h"

enum { SHOWN_NAME = 100, WORDS_MOST = 64 };

struct channel_entry {
	struct reading *reading;
	const struct source *source;
	config_setting_t *group;
	char *label;			/* "channel \"ops\"" */
	struct channel_spec *spec;
	bool broken;
};

/* The kind, or NULL after a fault. */
static const struct channel_kind *read_kind(struct reading *reading, const struct source *source, config_setting_t *group, const char *label)
{
	struct error err;
	config_setting_t *at = config_setting_get_member(group, "kind");
	const char *word = at ? value_text(at, &err) : NULL, *nearest;
	const struct channel_kind *kind = word ? channel_kind_find(word) : NULL;
	char shown[SHOWN_NAME];

	if (kind)
		return kind;
	if (!at) {
		reading_fault(reading, source, group, label, "it has no kind: write kind = \"webhook\" or another of kumatop alert kinds");
	} else if (!word) {
		reading_fault(reading, source, at, label, "%s", err.text);
	} else {
		text_sanitize(shown, sizeof shown, word, strlen(word));
		nearest = channel_kind_nearest(shown);
		reading_fault(reading, source, at, label, "kind: there is no \"%s\"%s%s%s", shown, nearest ? ": did you mean " : ": see ",
		    nearest ? nearest : "kumatop alert kinds", nearest ? "?" : "");
	}
	return NULL;
}

static void say_unknown(struct channel_entry *entry, config_setting_t *at)
{
	const char *words[WORDS_MOST] = { "name", "kind" };
	size_t count = 2;

	for (const struct setting *row = entry->spec->kind->settings; row->name && count < WORDS_MOST; row++)
		words[count++] = row->name;
	for (const struct setting *row = channel_common_settings; row->name && count < WORDS_MOST; row++)
		words[count++] = row->name;
	char *told = unknown_word_among(config_setting_name(at), words, count);
	reading_fault(entry->reading, entry->source, at, entry->label, "%s", told);
	free(told);
	entry->broken = true;
}

/* Somebody else may read a secret that stands in the file itself. */
static void warn_of_secret(struct channel_entry *entry, const struct setting *row, config_setting_t *at)
{
	const char *secret = row->type == SETTING_SECRET ? *setting_text(row, &entry->spec->settings) : NULL;

	if (!(entry->source->mode & S_IROTH) || !secret || secret_is_reference(secret))
		return;
	faults_add(&entry->reading->warnings, entry->source->order, entry->source->path, setting_line(at),
	    "%s: %s: everybody can read this file: chmod o-r, or write \"file:…\" or \"env:…\" instead of the secret", entry->label, row->name);
}

static void apply_settings(struct channel_entry *entry)
{
	for (int i = 0; i < config_setting_length(entry->group); i++) {
		config_setting_t *child = config_setting_get_elem(entry->group, (unsigned)i);
		const char *name = config_setting_name(child);
		const struct setting *row;
		struct error err;
		void *values;

		if (strcmp(name, "name") == 0 || strcmp(name, "kind") == 0)
			continue;
		row = channel_spec_setting(entry->spec, name, &values);
		if (!row) {
			say_unknown(entry, child);
		} else if (!value_apply(row, values, child, &err)) {
			reading_fault(entry->reading, entry->source, child, entry->label, "%s", err.text);
			entry->broken = true;
		} else if (values == &entry->spec->settings) {
			warn_of_secret(entry, row, child);
		}
	}
}

/* Where the setting stands that a message begins with, or the channel. */
static config_setting_t *setting_meant(const struct channel_entry *entry, const char *message)
{
	char *name = heap_text_n(message, strcspn(message, ": "));
	config_setting_t *found = config_setting_get_member(entry->group, name);

	free(name);
	return found ? found : entry->group;
}

static bool is_known(const struct reading *reading, const char *name)
{
	return text_list_has(&reading->channel_names, name);
}

static void remember_name(struct reading *reading, const char *name)
{
	struct text_list *names = &reading->channel_names;

	names->items = heap_resize(names->items, names->count + 1, sizeof *names->items);
	names->items[names->count++] = heap_text(name);
}

/* The name as written, or the kind's; NULL after a fault. */
static const char *read_name(struct reading *reading, const struct source *source, config_setting_t *group, const char *label, bool *fine)
{
	struct error err;
	config_setting_t *at = config_setting_get_member(group, "name");
	const char *name = at ? value_text(at, &err) : NULL;

	*fine = !at || name;
	if (!*fine)
		reading_fault(reading, source, at, label, "%s", err.text);
	return name;
}

static void keep_channel(struct reading *reading, struct channel_spec *spec)
{
	reading->channels = heap_resize(reading->channels, reading->channel_count + 1, sizeof(struct channel_spec *));
	reading->channels[reading->channel_count++] = spec;
}

/* Takes the name as taken, and says if it was before. */
static void take_name(struct channel_entry *entry)
{
	const char *name = entry->spec->name;
	config_setting_t *at = config_setting_get_member(entry->group, "name");

	if (strcmp(name, SPEC_ALERT_NONE) == 0) {
		reading_fault(entry->reading, entry->source, at, entry->label, "name: \"none\" means that nobody is told: choose another");
		entry->broken = true;
	} else if (is_known(entry->reading, name)) {
		reading_fault(entry->reading, entry->source, at ? at : entry->group, entry->label, "name: another channel is called so: names must differ");
		entry->broken = true;
	} else {
		remember_name(entry->reading, name);
	}
}

static void build_channel(struct reading *reading, const struct source *source, config_setting_t *group, const struct channel_kind *kind,
    const char *name)
{
	struct channel_entry entry = { .reading = reading, .source = source, .group = group };
	struct error err;
	char shown[SHOWN_NAME];

	entry.spec = channel_spec_create(kind, name, &err);
	if (!entry.spec) {
		reading_fault(reading, source, config_setting_get_member(group, "name"), "channel", "%s", err.text);
		return;
	}
	text_sanitize(shown, sizeof shown, entry.spec->name, strlen(entry.spec->name));
	entry.label = heap_print("channel \"%s\"", shown);
	entry.spec->file = heap_text(source->path);
	entry.spec->line = setting_line(group);
	take_name(&entry);
	apply_settings(&entry);
	if (!entry.broken && !channel_spec_seal(entry.spec, &err)) {
		reading_fault(reading, source, setting_meant(&entry, err.text), entry.label, "%s", err.text);
		entry.broken = true;
	}
	if (entry.broken)
		channel_spec_release(entry.spec);
	else
		keep_channel(reading, entry.spec);
	free(entry.label);
}

static void read_channel(struct reading *reading, const struct source *source, config_setting_t *group, size_t number)
{
	char *label = heap_print("channel %zu", number);
	const struct channel_kind *kind;
	const char *name;
	bool fine;

	if (!config_setting_is_group(group)) {
		reading_fault(reading, source, group, label, "write { kind = \"webhook\"; url = \"https://…\"; }");
	} else {
		kind = read_kind(reading, source, group, label);
		name = read_name(reading, source, group, label, &fine);
		if (kind && fine)
			build_channel(reading, source, group, kind, name);
		else if (name)
			remember_name(reading, name);
	}
	free(label);
}

void channels_read(struct reading *reading, const struct source *source, config_setting_t *list)
{
	int type = config_setting_type(list);

	if (type != CONFIG_TYPE_LIST && !(type == CONFIG_TYPE_ARRAY && config_setting_length(list) == 0)) {
		reading_fault(reading, source, list, NULL, "channels: write channels: ( { kind = \"webhook\"; url = \"https://…\"; } );");
		return;
	}
	for (int i = 0; i < config_setting_length(list); i++)
		read_channel(reading, source, config_setting_get_elem(list, (unsigned)i), (size_t)i + 1);
}

bool channels_check(struct reading *reading, const struct source *source, config_setting_t *at, const char *label,
    const struct text_list *alert)
{
	bool fine = true;

	for (size_t i = 0; reading->knows_channels && i < alert->count; i++) {
		const char *name = alert->items[i], *nearest;
		char shown[SHOWN_NAME];

		if (is_known(reading, name) || (strcmp(name, SPEC_ALERT_NONE) == 0 && alert->count == 1))
			continue;
		fine = false;
		text_sanitize(shown, sizeof shown, name, strlen(name));
		nearest = text_nearest(shown, (const char *const *)reading->channel_names.items, reading->channel_names.count);
		if (strcmp(name, SPEC_ALERT_NONE) == 0)
			reading_fault(reading, source, at, label, "alert: \"none\" stands alone: write the channels that are told, or none");
		else
			reading_fault(reading, source, at, label, "alert: there is no channel \"%s\"%s%s%s", shown, nearest ? ": did you mean " : ": write it into channels: ( … )",
			    nearest ? nearest : "", nearest ? "?" : "");
	}
	return fine;
}
