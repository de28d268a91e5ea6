/* A database held by a command for a moment; see keeper.h. */
#include "keeper.h"

#include <errno.h>
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

static bool open_all(struct keeper *keeper, const char *database, struct error *err)
{
	char *path = conf_database_path(keeper->conf, database);
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
			cli_say("%s", notice);
		free(notice);
	}
	if (fine)
		fine = (keeper->archive = archive_open(store_path(keeper->store), err)) != NULL;
	free(path);
	return fine && roster_read(&keeper->roster, keeper->conf, keeper->archive, err);
}

bool keeper_open(struct keeper *keeper, struct conf *conf, const char *database, int *status)
{
	struct error err;

	*keeper = (struct keeper){ .lock.fd = -1, .conf = conf };
	if (!open_all(keeper, database, &err)) {
		*status = cli_fail(&err);
		keeper_close(keeper);
		return false;
	}
	for (size_t i = 0; i < keeper->roster.notes.count; i++)
		cli_say("%s", keeper->roster.notes.items[i]);
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
