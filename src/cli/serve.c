/* `kumatop serve`: the engine without a screen. */
#include "commands.h"

#include "kumatop/log.h"
#include "owner.h"

struct options {
	struct cli_common common;
	bool verbose;
	/* Said by the process before us alone; see handover.h. */
	bool no_config;
	int64_t inherit, go;
};

enum { DESCRIPTORS_MOST = 1 << 20 };

static const struct setting options_table[] = {
	{ "socket", NULL, SETTING_TEXT, offsetof(struct options, common.socket), 1, 4096, NULL, NULL, NULL,
	  "where others attach, instead of the configuration's", "PATH" },
	{ "verbose", NULL, SETTING_FLAG, offsetof(struct options, verbose), 0, 0, NULL, NULL, NULL, "log more", NULL },
	{ "no-config", NULL, SETTING_FLAG, offsetof(struct options, no_config), 0, 0, NULL, NULL, NULL, NULL, NULL },
	{ "inherit", NULL, SETTING_INTEGER, offsetof(struct options, inherit), 3, DESCRIPTORS_MOST, NULL, NULL, NULL, NULL, NULL },
	{ "go", NULL, SETTING_INTEGER, offsetof(struct options, go), 3, DESCRIPTORS_MOST, NULL, NULL, NULL, NULL, NULL },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct cli_letter letters[] = { { 'v', "verbose" }, { 0, NULL } };

static int run_serve(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct owner_settings settings = { 0 };
	struct heritage heritage;
	struct cli_words words;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	log_set_timestamps(true);
	if (options.verbose)
		log_set_level(LOG_LEVEL_DEBUG);
	heritage = (struct heritage){ (int)options.inherit, (int)options.go };
	settings.heritage = options.inherit && options.go ? &heritage : NULL;
	if (!words.count)
		settings.conf = options.no_config ? conf_empty() : cli_load(&options.common, &status);
	settings.database = options.common.database;
	settings.socket = options.common.socket;
	if (words.count) {
		error_set(&err, EXIT_USAGE, "serve takes no targets: put them into the configuration, or kumatop add them");
		status = cli_fail(&err);
	} else if (settings.conf) {
		status = owner_run(&settings);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_serve = {
	.name = "serve", .usage = "[OPTION…]", .summary = "Check and keep history without a screen, until SIGTERM; SIGHUP reloads",
	.options = options_table, .letters = letters, .run = run_serve,
};
