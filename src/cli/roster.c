/* Monitors as a configuration and a database together say they are; see roster.h. */
#include "roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/probe.h"

static void note(struct roster *roster, const char *text)
{
	roster->notes.items = heap_resize(roster->notes.items, roster->notes.count + 1, sizeof(char *));
	roster->notes.items[roster->notes.count++] = heap_text(text);
}

/* The name is taken; the spec's own is borrowed from it. */
/* NOLINTNEXTLINE(readability-non-const-parameter): roster_finish() frees it */
static struct roster_entry *append(struct roster *roster, char *name)
{
	struct roster_entry *entry;

	if ((roster->count & (roster->count - 1)) == 0)
		roster->entries = heap_resize(roster->entries, roster->count ? roster->count * 2 : 1, sizeof(*roster->entries));
	entry = &roster->entries[roster->count++];
	*entry = (struct roster_entry){ .name = name };
	return entry;
}

static int by_name(const void *a, const void *b)
{
	const struct roster_entry *left = a, *right = b;

	return strcmp(left->name, right->name);
}

struct gathering {
	struct roster *roster;
	const struct conf *conf;
	size_t declared;	/* entries[0..declared) come from the configuration, sorted by name */
	size_t *renamed;	/* which of them had another name before */
	size_t renamed_count;
};

static struct roster_entry *find_declared(const struct gathering *gathering, const char *name)
{
	struct roster_entry key = { .name = (char *)(uintptr_t)name };

	return gathering->declared ? bsearch(&key, gathering->roster->entries, gathering->declared, sizeof(key), by_name) : NULL;
}

/* The declared monitor that says it was called so before; nobody else is to have that name, see take_monitor(). */
static struct roster_entry *find_renamed(const struct gathering *gathering, const char *name)
{
	for (size_t i = 0; i < gathering->renamed_count; i++) {
		struct roster_entry *entry = &gathering->roster->entries[gathering->renamed[i]];

		if (!entry->id && strcmp(entry->spec->common.renamed_from, name) == 0)
			return entry;
	}
	return NULL;
}

static bool take_monitor(void *arg, const struct kept_monitor *kept)
{
	struct gathering *gathering = arg;
	struct roster *roster = gathering->roster;
	struct roster_entry *entry = find_declared(gathering, kept->name);
	struct error err;
	char text[1200];

	if (!entry)
		entry = find_renamed(gathering, kept->name);
	if (entry) {
		entry->id = kept->id;
		if (kept->origin == SPEC_ADDED && !kept->retired) {
			snprintf(text, sizeof(text), "%.200s is declared and was added by hand too: the declared one is taken", kept->name);
			note(roster, text);
		}
		return true;
	}
	entry = append(roster, heap_text(kept->name));
	entry->id = kept->id;
	if (kept->origin != SPEC_ADDED || kept->retired || !kept->text)
		return true;
	entry->spec = conf_parse_monitor(kept->text, &gathering->conf->settings, SPEC_ADDED, &err);
	if (!entry->spec) {
		snprintf(text, sizeof(text), "the monitor %.200s as the database keeps it is not understood: %s", kept->name, err.text);
		note(roster, text);
	}
	return true;
}

static int by_id(const void *a, const void *b)
{
	const struct roster_entry *left = a, *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

static struct roster_entry *find_id(const struct roster *roster, monitor_id id)
{
	struct roster_entry key = { .id = id };

	return roster->count ? bsearch(&key, roster->entries, roster->count, sizeof(key), by_id) : NULL;
}

static bool take_standing(void *arg, const struct kept_standing *standing)
{
	struct roster_entry *entry = find_id(arg, standing->monitor);

	if (entry) {
		if (!entry->standing)
			entry->standing = heap_zero(1, sizeof(*entry->standing));
		*entry->standing = *standing;
	}
	return true;
}

bool roster_read(struct roster *roster, const struct conf *conf, struct archive *archive, struct error *err)
{
	struct gathering gathering = { .roster = roster, .conf = conf };
	bool fine;

	*roster = (struct roster){ 0 };
	for (size_t i = 0; i < conf->spec_count; i++)
		append(roster, conf->specs[i]->name)->spec = spec_hold(conf->specs[i]);
	gathering.declared = roster->count;
	if (!archive)
		return true;
	if (roster->count)
		qsort(roster->entries, roster->count, sizeof(*roster->entries), by_name);
	gathering.renamed = heap_zero(roster->count + 1, sizeof(size_t));
	for (size_t i = 0; i < roster->count; i++)
		if (roster->entries[i].spec->common.renamed_from)
			gathering.renamed[gathering.renamed_count++] = i;
	fine = archive_monitors(archive, take_monitor, &gathering, err);
	free(gathering.renamed);
	if (!fine)
		return false;
	if (roster->count)
		qsort(roster->entries, roster->count, sizeof(*roster->entries), by_id);
	/* The id of a monitor that was removed is not given to another, which would get what is left of its history. */
	return archive_highest_id(archive, &roster->highest_id, err) && archive_standings(archive, take_standing, roster, err);
}

void roster_finish(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++) {
		struct roster_entry *entry = &roster->entries[i];

		if (!entry->spec || entry->name != entry->spec->name)
			free(entry->name);
		spec_release(entry->spec);
		free(entry->standing);
	}
	free(roster->entries);
	text_list_finish(&roster->notes);
	*roster = (struct roster){ 0 };
}

struct roster_entry *roster_find(struct roster *roster, const char *name)
{
	for (size_t i = 0; i < roster->count; i++)
		if (roster->entries[i].spec && strcmp(roster->entries[i].spec->name, name) == 0)
			return &roster->entries[i];
	return NULL;
}

struct monitor_spec *roster_spec(const struct kept_monitor *kept)
{
	const struct probe_kind *kind = probe_kind_find(kept->kind);
	struct monitor_spec *spec = kept->text ? conf_parse_foreign(kept->text, NULL, kept->origin, NULL) : NULL;

	if (spec || !kind)
		return spec;
	spec = spec_create(&kind->kind, kept->name, kept->target, NULL);
	if (!spec)
		return NULL;
	spec->origin = kept->origin;
	spec->foreign = true;
	if (spec_seal(spec, NULL))
		return spec;
	spec_release(spec);
	return NULL;
}

struct monitor_spec *roster_spec_of(void *arg, const struct kept_monitor *kept)
{
	const struct roster_entry *entry = find_id(arg, kept->id);

	return entry && entry->spec ? spec_hold(entry->spec) : roster_spec(kept);
}
