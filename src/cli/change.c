/*
 * `add`, `edit`, `rm`, `pause`, `resume`: the words, read once, then handed to the owner of the board or, if there is none, to the
 * database. Settings are options named as in kumatop.conf ("--interval 30s", "--expect.status 200-299"), so every setting of every kind
 * is one, without a list of them here.
 */
#include "change.h"

#include "commands.h"

struct options {
	struct cli_common common;
	char *name, *target;
	int64_t for_ms;
};

#define NAME_ROW { "name", NULL, SETTING_TEXT, offsetof(struct options, name), 1, SPEC_NAME_MOST, NULL, NULL, NULL, "what it is called", "NAME" }

static const struct setting add_options[] = {
	NAME_ROW,
	CLI_SOCKET_ROW(struct options),
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct setting edit_options[] = {
	NAME_ROW,
	{ "target", NULL, SETTING_TEXT, offsetof(struct options, target), 1, 4096, NULL, NULL, NULL, "what it watches, of the same kind", "TARGET" },
	CLI_SOCKET_ROW(struct options),
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct setting plain_options[] = {
	CLI_SOCKET_ROW(struct options),
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct setting pause_options[] = {
	{ "for", NULL, SETTING_DURATION, offsetof(struct options, for_ms), 1000, INT64_C(366) * 86400000, NULL, NULL, NULL,
	    "resume after this long", "TIME" },
	CLI_SOCKET_ROW(struct options),
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

int change_fail_usage(struct error *err)
{
	if (err->code == EXIT_CONFIG || err->code == EXIT_DATA)
		err->code = EXIT_USAGE;
	return cli_fail(err);
}

bool change_is_empty(const struct change *change, const char *name, struct error *err)
{
	if (change->name || change->target || change->given.count)
		return false;
	error_set(err, EXIT_USAGE, "nothing to change: name settings, as in kumatop edit %s --interval 30s", name);
	return true;
}

/* The two ways of one command. */
struct ways {
	change_kept_fn *kept;
	change_owned_fn *owned;
	bool takes_settings, takes_many;
	bool makes;		/* its word is no monitor yet */
};

static int change_owned(struct through *through, const struct ways *ways, const struct change *change, const struct cli_words *words)
{
	struct owned owned = { .through = through };
	int status = EXIT_FINE;
	struct error err;

	through_say_whose(through);
	if (!ways->makes && !(owned.picture = through_picture(through, words->items, words->count, &err)))
		return cli_fail(&err);
	for (size_t i = 0; i < words->count && status == EXIT_FINE; i++)
		status = ways->owned(&owned, change, words->items[i]);
	through_settle(through);
	snapshot_release(owned.picture);
	return status;
}

static int change_kept(struct through *through, const struct ways *ways, const struct change *change, const struct cli_words *words)
{
	struct keeper keeper;
	int status = EXIT_FINE;

	if (!keeper_open(&keeper, through_take_conf(through), through->common->database, &status))
		return status;
	for (size_t i = 0; i < words->count && status == EXIT_FINE; i++)
		status = ways->kept(&keeper, change, words->items[i]);
	keeper_close(&keeper);
	return status;
}

/* Every command here: words, who carries them out, one change for each word, until one fails. */
static int run(const struct cli_command *command, int argc, char **argv, const struct ways *ways)
{
	struct options options = { 0 };
	struct change change = { 0 };
	struct cli_words words;
	struct through through;
	struct error err;
	int status = EXIT_FINE;

	if (!cli_read(command, argc, argv, &options, &words, ways->takes_settings ? given_remember : NULL, &change.given, &status)) {
		given_finish(&change.given);
		return status;
	}
	change.name = options.name;
	change.target = options.target;
	change.for_ms = options.for_ms;
	if (!words.count || (words.count > 1 && !ways->takes_many)) {
		error_set(&err, EXIT_USAGE, "usage: kumatop %s %s", command->name, command->usage);
		status = cli_fail(&err);
	} else if (through_open(&through, &options.common, &status)) {
		status = through.call ? change_owned(&through, ways, &change, &words) : change_kept(&through, ways, &change, &words);
		through_close(&through);
	}
	given_finish(&change.given);
	cli_done(command, &options, &words);
	return status;
}

static int run_add(const struct cli_command *command, int argc, char **argv)
{
	static const struct ways ways = { change_kept_add, change_owned_add, true, false, true };

	return run(command, argc, argv, &ways);
}

static int run_edit(const struct cli_command *command, int argc, char **argv)
{
	static const struct ways ways = { change_kept_edit, change_owned_edit, true, false, false };

	return run(command, argc, argv, &ways);
}

static int run_rm(const struct cli_command *command, int argc, char **argv)
{
	static const struct ways ways = { change_kept_rm, change_owned_rm, false, true, false };

	return run(command, argc, argv, &ways);
}

static int run_pause(const struct cli_command *command, int argc, char **argv)
{
	static const struct ways ways = { change_kept_pause, change_owned_pause, false, true, false };

	return run(command, argc, argv, &ways);
}

static int run_resume(const struct cli_command *command, int argc, char **argv)
{
	static const struct ways ways = { change_kept_resume, change_owned_resume, false, true, false };

	return run(command, argc, argv, &ways);
}

#define SETTINGS_HELP \
	"Every setting of kumatop.conf is an option: --interval 30s --tags prod,eu --expect.status 200-299 …\n" \
	"A running kumatop carries it out; when none runs, it is kept in the database for the next one."

const struct cli_command cli_add = {
	.name = "add", .usage = "[--name NAME] [--SETTING VALUE…] TARGET", .summary = "Add a monitor", .help = SETTINGS_HELP,
	.options = add_options, .run = run_add,
};

const struct cli_command cli_edit = {
	.name = "edit", .usage = "NAME [--name NEW] [--target TARGET] [--SETTING VALUE…]", .summary = "Change a monitor that was added",
	.help = SETTINGS_HELP, .options = edit_options, .run = run_edit,
};

const struct cli_command cli_rm = {
	.name = "rm", .usage = "NAME…", .summary = "Remove monitors that were added, with their history", .options = plain_options, .run = run_rm,
};

const struct cli_command cli_pause = {
	.name = "pause", .usage = "[--for TIME] NAME…", .summary = "Stop checking monitors; a name may be a pattern", .options = pause_options,
	.run = run_pause,
};

const struct cli_command cli_resume = {
	.name = "resume", .usage = "NAME…", .summary = "Check paused monitors again; a name may be a pattern", .options = plain_options,
	.run = run_resume,
};
