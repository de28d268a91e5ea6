/* History read from the file; see hindsight.h. */
#include "hindsight.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "service.h"

bool hindsight_find(const char *name, const struct cli_common *common, struct conf **conf, char **database, int *status)
{
	struct error err;

	/* The socket tells what is, not gigabytes of what was. */
	if (service_is_anothers(common)) {
		error_set(&err, EXIT_PERMISSION, "the history is the service's: run it as its user, as in sudo -u kumatop kumatop %s", name);
		*status = cli_fail(&err);
		return false;
	}
	*conf = cli_load(common, status);
	if (!*conf)
		return false;
	*database = conf_database_path(*conf, common->database);
	if (*database)
		return true;
	error_set(&err, EXIT_USAGE, "there is no database: name one with --database");
	*status = cli_fail(&err);
	conf_free(*conf);
	return false;
}

static bool read_moment(const char *option, const char *text, int64_t now_us, int64_t *us, struct error *err)
{
	if (!text || moment_parse(text, now_us, us, err))
		return true;
	err->code = EXIT_USAGE;
	return error_prefix(err, "%s: ", option);
}

bool hindsight_range(const char *since, const char *until, int64_t now_us, struct archive_range *range, struct error *err)
{
	if (!read_moment("--since", since, now_us, &range->from_us, err) || !read_moment("--until", until, now_us, &range->to_us, err))
		return false;
	return range->from_us < range->to_us || error_set(err, EXIT_USAGE, "--since is not before --until");
}

/* The names that --monitor may mean. */
struct names {
	char **items;
	size_t count;
};

static bool add_name(void *arg, const char *name)
{
	struct names *names = arg;

	if ((names->count & (names->count - 1)) == 0)
		names->items = heap_resize(names->items, names->count ? 2 * names->count : 1, sizeof(*names->items));
	names->items[names->count++] = heap_text(name);
	return true;
}

static bool check_meant(const struct names *names, const char *pattern, struct error *err)
{
	const char *nearest;

	for (size_t i = 0; i < names->count; i++)
		if (strcmp(pattern, names->items[i]) == 0 || text_glob(pattern, names->items[i]))
			return true;
	nearest = text_nearest(pattern, (const char *const *)names->items, names->count);
	if (nearest)
		return error_set(err, EXIT_DATA, "there is no monitor \"%s\"; did you mean \"%s\"?", pattern, nearest);
	return error_set(err, EXIT_DATA, "there is no monitor \"%s\"; kumatop list shows those there are", pattern);
}

bool hindsight_check_names(struct archive *archive, const struct conf *conf, const struct text_list *wanted, struct error *err)
{
	struct names names = { 0 };
	bool fine = !wanted->count || archive_names(archive, add_name, &names, err);

	for (size_t i = 0; i < conf->spec_count; i++)
		add_name(&names, conf->specs[i]->name);
	for (size_t i = 0; i < wanted->count && fine; i++)
		fine = check_meant(&names, wanted->items[i], err);
	for (size_t i = 0; i < names.count; i++)
		free(names.items[i]);
	free(names.items);
	return fine;
}

static bool open_all(struct hindsight *hindsight, const char *database, const struct text_list *wanted, struct error *err)
{
	hindsight->archive = archive_open(database, err);
	return hindsight->archive && hindsight_check_names(hindsight->archive, hindsight->conf, wanted, err)
	    && roster_read(&hindsight->roster, hindsight->conf, hindsight->archive, err);
}

bool hindsight_open(struct hindsight *hindsight, const char *name, const struct cli_common *common, const struct text_list *wanted, int *status)
{
	struct error err;
	char *database;
	bool fine;

	*hindsight = (struct hindsight){ .now_us = unix_now_us() };
	if (!hindsight_find(name, common, &hindsight->conf, &database, status))
		return false;
	fine = open_all(hindsight, database, wanted, &err);
	free(database);
	for (size_t i = 0; fine && i < hindsight->roster.notes.count; i++)
		cli_say("%s", hindsight->roster.notes.items[i]);
	if (fine)
		return true;
	*status = cli_fail(&err);
	hindsight_close(hindsight);
	return false;
}

void hindsight_close(struct hindsight *hindsight)
{
	roster_finish(&hindsight->roster);
	archive_close(hindsight->archive);
	conf_free(hindsight->conf);
	*hindsight = (struct hindsight){ 0 };
}
