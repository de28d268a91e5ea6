/* A database held by a command for a moment, and the roster of monitors; see keeper.h. */
#include "keeper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

bool keeper_make_parents(const char *path, struct error *err)
{
	char *copy = heap_text(path);
	bool fine = true;

	for (char *at = strchr(copy + 1, '/'); at && fine; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(copy, 0700) != 0 && errno != EEXIST && errno != EISDIR)
			fine = error_errno(err, errno == EACCES || errno == EPERM ? EXIT_PERMISSION : EXIT_INPUT_OUTPUT,
			    "cannot create the directory %s", copy);
		*at = '/';
	}
	free(copy);
	return fine;
}

static void note(struct roster *roster, const char *text)
{
	roster->notes.items = heap_resize(roster->notes.items, roster->notes.count + 1, sizeof(char *));
	roster->notes.items[roster->notes.count++] = heap_text(text);
}

static struct roster_entry *append(struct roster *roster, const char *name)
{
	struct roster_entry *entry;

	if ((roster->count & (roster->count - 1)) == 0)
		roster->entries = heap_resize(roster->entries, roster->count ? roster->count * 2 : 1, sizeof(*roster->entries));
	entry = &roster->entries[roster->count++];
	*entry = (struct roster_entry){ .name = heap_text(name) };
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
	struct error *err;
};

static struct roster_entry *find_declared(const struct gathering *gathering, const char *name)
{
	struct roster_entry key = { .name = (char *)(uintptr_t)name };

	return gathering->declared ? bsearch(&key, gathering->roster->entries, gathering->declared, sizeof(key), by_name) : NULL;
}

/* The declared monitor that says it was called so before. */
static struct roster_entry *find_renamed(const struct gathering *gathering, const char *name)
{
	for (size_t i = 0; i < gathering->declared; i++) {
		struct roster_entry *entry = &gathering->roster->entries[i];
		const char *earlier = entry->spec->common.renamed_from;

		if (earlier && !entry->id && strcmp(earlier, name) == 0)
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

	if (kept->id > roster->highest_id)
		roster->highest_id = kept->id;
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
	entry = append(roster, kept->name);
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

static bool take_standing(void *arg, const struct kept_standing *standing)
{
	struct roster *roster = arg;
	struct roster_entry key = { .id = standing->monitor };
	struct roster_entry *entry = roster->count ? bsearch(&key, roster->entries, roster->count, sizeof(key), by_id) : NULL;

	if (entry) {
		entry->standing = *standing;
		entry->has_standing = true;
	}
	return true;
}

bool roster_read(struct roster *roster, const struct conf *conf, struct archive *archive, struct error *err)
{
	struct gathering gathering = { .roster = roster, .conf = conf, .err = err };

	*roster = (struct roster){ 0 };
	for (size_t i = 0; i < conf->spec_count; i++)
		append(roster, conf->specs[i]->name)->spec = spec_hold(conf->specs[i]);
	gathering.declared = roster->count;
	if (!archive)
		return true;
	if (roster->count)
		qsort(roster->entries, roster->count, sizeof(*roster->entries), by_name);
	if (!archive_monitors(archive, take_monitor, &gathering, err))
		return false;
	if (roster->count)
		qsort(roster->entries, roster->count, sizeof(*roster->entries), by_id);
	return archive_standings(archive, take_standing, roster, err);
}

void roster_finish(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++) {
		spec_release(roster->entries[i].spec);
		free(roster->entries[i].name);
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

static bool open_all(struct keeper *keeper, const struct cli_common *common, struct error *err)
{
	char *path = conf_database_path(keeper->conf, common->database);
	struct store_settings settings = { .path = path, .flush_ms = 1000, .waiting_most = 1000 };
	bool fine;

	if (!path)
		return error_set(err, EXIT_USAGE, "there is no database: name one with --database, or with database = \"…\" in the configuration");
	fine = keeper_make_parents(path, err) && lock_take(&keeper->lock, path, err);
	if (fine) {
		char *notice = NULL;

		keeper->store = store_open(&settings, err, &notice);
		fine = keeper->store != NULL;
		if (notice)
			fprintf(stderr, "kumatop: %s\n", notice);
		free(notice);
	}
	if (fine)
		fine = (keeper->archive = archive_open(store_path(keeper->store), err)) != NULL;
	free(path);
	return fine && roster_read(&keeper->roster, keeper->conf, keeper->archive, err);
}

bool keeper_open(struct keeper *keeper, const struct cli_common *common, int *status)
{
	struct error err;

	*keeper = (struct keeper){ .lock.fd = -1 };
	keeper->conf = cli_load(common, status);
	if (!keeper->conf)
		return false;
	if (!open_all(keeper, common, &err)) {
		*status = cli_fail(&err);
		keeper_close(keeper);
		return false;
	}
	for (size_t i = 0; i < keeper->roster.notes.count; i++)
		fprintf(stderr, "kumatop: %s\n", keeper->roster.notes.items[i]);
	return true;
}

void keeper_close(struct keeper *keeper)
{
	roster_finish(&keeper->roster);
	archive_close(keeper->archive);
	if (keeper->store)
		store_close(keeper->store);
	lock_drop(&keeper->lock);
	conf_free(keeper->conf);
}

struct roster_entry *keeper_find(struct keeper *keeper, const char *name, struct error *err)
{
	struct roster_entry *entry = roster_find(&keeper->roster, name);
	const char **names;
	const char *nearest;
	size_t count = 0;

	if (entry)
		return entry;
	names = heap_zero(keeper->roster.count + 1, sizeof(*names));
	for (size_t i = 0; i < keeper->roster.count; i++)
		if (keeper->roster.entries[i].spec)
			names[count++] = keeper->roster.entries[i].name;
	nearest = text_nearest(name, names, count);
	free(names);
	if (nearest)
		error_set(err, EXIT_DATA, "there is no monitor \"%s\"; did you mean \"%s\"?", name, nearest);
	else
		error_set(err, EXIT_DATA, "there is no monitor \"%s\"; kumatop list shows those there are", name);
	return NULL;
}
