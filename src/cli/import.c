/*
 * `kumatop import`: history that was written elsewhere, into the database. It owns the database while it writes. The file is read twice:
 * first everything is looked at and nothing touched, so that what is wrong is told before, and --dry-run and --strict mean what they say.
 */
#include "import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "kumatop/format.h"
#include "service.h"

struct options {
	struct cli_common common;
	struct text_list monitors;
	bool dry_run, strict;
};

static const struct setting options_table[] = {
	{ "monitor", NULL, SETTING_LIST, offsetof(struct options, monitors), 1, 1000, NULL, NULL, NULL,
	    "only monitors of this name or pattern; may be given again", "PATTERN" },
	{ "dry-run", NULL, SETTING_FLAG, offsetof(struct options, dry_run), 0, 0, NULL, NULL, NULL, "only show what would be done", NULL },
	{ "strict", NULL, SETTING_FLAG, offsetof(struct options, strict), 0, 0, NULL, NULL, NULL,
	    "do nothing unless everything can be taken as it is", NULL },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct cli_letter letters[] = { { 'n', "dry-run" }, { 0, NULL } };

/* All forms that can be imported. */
static const struct import_source *const sources[] = { &store_kuma_source, &format_csv_source, &format_json_source, NULL };

static bool read_head(const char *path, char *head, size_t size, size_t *length, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	ssize_t got = 0;
	bool fine;

	if (fd < 0)
		return error_errno(err, errno == ENOENT ? EXIT_UNAVAILABLE : errno == EACCES ? EXIT_PERMISSION : EXIT_INPUT_OUTPUT,
		    "%s: cannot be read", path);
	fine = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
	if (!fine)
		error_set(err, EXIT_DATA, "%s: is no file: an import reads it twice", path);
	if (fine && (got = read(fd, head, size)) < 0)
		fine = error_errno(err, EXIT_INPUT_OUTPUT, "%s: cannot be read", path);
	close(fd);
	*length = got > 0 ? (size_t)got : 0;
	return fine;
}

static const struct import_source *recognise(const char *path, struct error *err)
{
	char head[4096] = "";
	size_t length = 0;

	if (!read_head(path, head, sizeof(head), &length, err))
		return NULL;
	for (const struct import_source *const *at = sources; *at; at++)
		if ((*at)->recognise(head, length))
			return !(*at)->check || (*at)->check(path, err) ? *at : NULL;
	error_set(err, EXIT_DATA, "%s: is neither CSV nor NDJSON of kumatop export, nor a database of Uptime Kuma", path);
	return NULL;
}

/* The roster without owning anything: what a dry run looks at. */
static bool look_at_roster(struct roster *roster, const struct conf *conf, const char *database, struct error *err)
{
	struct archive *archive = database ? archive_open(database, err) : NULL;
	bool fine;

	if (database && !archive && err->code != EXIT_UNAVAILABLE)
		return false;
	fine = roster_read(roster, conf, archive, err);
	archive_close(archive);
	return fine;
}

static int refuse(const struct import_plan *plan, struct error *err)
{
	import_tell_troubles(plan);
	error_set(err, EXIT_DATA, "not everything can be taken as it is: with --strict nothing is");
	return cli_fail(err);
}

static int run_dry(struct import_plan *plan, const struct options *options, const struct conf *conf)
{
	char *database = conf_database_path(conf, options->common.database);
	struct roster roster = { 0 };
	struct error err;
	int status = EXIT_FINE;

	if (!look_at_roster(&roster, conf, database, &err) || !import_plan_make(plan, conf, &roster, &err)) {
		status = cli_fail(&err);
	} else {
		import_tell(plan, false, &status);
		if (options->strict && !import_plan_is_clean(plan))
			status = refuse(plan, &err);
		else
			import_tell_troubles(plan);
	}
	roster_finish(&roster);
	free(database);
	return status;
}

static int take(struct import_plan *plan, struct keeper *keeper)
{
	struct error err;
	uint64_t known = 0;
	int status = EXIT_FINE;
	bool fine;

	progress_start(&plan->progress, "read", true);
	fine = import_take(plan, keeper, &known, &err);
	progress_tell(&plan->progress, plan->progress.expected, true);
	if (!fine) {
		status = cli_fail(&err);
		cli_say("what was imported so far stays: the same command goes on from there");
		return status;
	}
	import_tell(plan, true, &status);
	import_tell_troubles(plan);
	if (known)
		cli_say("%llu were there already", (unsigned long long)known);
	return status;
}

static int run_owning(struct import_plan *plan, const struct options *options, struct conf *conf)
{
	struct keeper keeper;
	struct error err;
	int status = EXIT_FINE;

	if (!keeper_open(&keeper, conf, options->common.database, &status)) {
		if (status == EXIT_LOCKED)
			cli_say("stop it first: kumatop stop");
		return status;
	}
	if (!import_plan_make(plan, conf, &keeper.roster, &err)) {
		status = cli_fail(&err);
	} else if (options->strict && !import_plan_is_clean(plan)) {
		import_tell(plan, false, &status);
		status = refuse(plan, &err);
	} else {
		status = take(plan, &keeper);
	}
	keeper_close(&keeper);
	return status;
}

static int run_with(const struct options *options, const char *path)
{
	struct import_plan plan = { .path = path, .patterns = &options->monitors, .now_us = unix_now_us() };
	struct conf *conf;
	struct error err;
	int status = EXIT_FINE;

	plan.source = recognise(path, &err);
	if (!plan.source)
		return cli_fail(&err);
	conf = cli_load(&options->common, &status);
	if (!conf)
		return status;
	progress_start(&plan.progress, "looked at", true);
	if (options->dry_run) {
		status = run_dry(&plan, options, conf);
		conf_free(conf);
	} else {
		status = run_owning(&plan, options, conf);
	}
	import_plan_finish(&plan);
	return status;
}

static int run_import(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count != 1) {
		error_set(&err, EXIT_USAGE, "usage: kumatop import %s", command->usage);
		status = cli_fail(&err);
	} else if (service_is_anothers(&options.common)) {
		error_set(&err, EXIT_PERMISSION, "the history is the service's: run it as its user, as in sudo -u kumatop kumatop import");
		status = cli_fail(&err);
	} else {
		status = run_with(&options, words.items[0]);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_import = {
	.name = "import",
	.usage = "[--dry-run] [--strict] [--monitor PATTERN…] FILE",
	.summary = "Take monitors and history from a file",
	.help = "FILE is what kumatop export wrote (CSV, NDJSON, JSON; beats or events), or the database of Uptime Kuma. No kumatop may be"
	    " running on the database. An import that was interrupted is run again; importing twice changes nothing.",
	.options = options_table,
	.letters = letters,
	.run = run_import,
};
