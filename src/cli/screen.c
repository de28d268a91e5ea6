/* `kumatop [TARGET…]`: the screen; or, without a terminal, the board once as text. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "once.h"
#include "owner.h"

struct options {
	struct cli_common common;
	char *theme;
	bool no_color, ascii, utc, once, json, version;
};

static const struct setting options_table[] = {
	{ "once", NULL, SETTING_FLAG, offsetof(struct options, once), 0, 0, NULL, NULL, NULL, "check once and print the board as text", NULL },
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "as --once, one JSON object a line", NULL },
	{ "theme", NULL, SETTING_TEXT, offsetof(struct options, theme), 1, 4096, NULL, NULL, NULL, "theme, by name or file", "NAME" },
	{ "no-color", NULL, SETTING_FLAG, offsetof(struct options, no_color), 0, 0, NULL, NULL, NULL, "no colours; also when NO_COLOR is set", NULL },
	{ "ascii", NULL, SETTING_FLAG, offsetof(struct options, ascii), 0, 0, NULL, NULL, NULL, "no characters beyond ASCII", NULL },
	{ "utc", NULL, SETTING_FLAG, offsetof(struct options, utc), 0, 0, NULL, NULL, NULL, "times in UTC", NULL },
	{ "version", NULL, SETTING_FLAG, offsetof(struct options, version), 0, 0, NULL, NULL, NULL, "print the version", NULL },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

/* Targets on the command line are monitors for the length of the run. */
static bool add_targets(struct conf *conf, const struct cli_words *words, struct error *err)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *meant = cli_nearest(words->items[i]);
		struct monitor_spec *spec;

		if (meant)
			return error_set(err, EXIT_USAGE, "there is no command %s; did you mean %s? To watch a host of that name write ping://%s",
			    words->items[i], meant, words->items[i]);
		spec = conf_new_monitor(words->items[i], NULL, &conf->settings, SPEC_TEMPORARY, err);
		if (!spec || !spec_seal(spec, err)) {
			spec_release(spec);
			if (err->code == EXIT_CONFIG || err->code == EXIT_DATA)
				err->code = EXIT_USAGE;
			return false;
		}
		for (size_t j = 0; j < conf->spec_count; j++) {
			if (strcmp(conf->specs[j]->name, spec->name) != 0)
				continue;
			error_set(err, EXIT_USAGE, "%s: there is a monitor \"%s\" already", words->items[i], spec->name);
			spec_release(spec);
			return false;
		}
		conf->specs = heap_resize(conf->specs, conf->spec_count + 1, sizeof(struct monitor_spec *));
		conf->specs[conf->spec_count++] = spec;
	}
	return true;
}

/* Targets alone need no configuration and leave nothing behind, unless one of them is named. */
static struct conf *find_conf(const struct options *options, const struct cli_words *words, int *status)
{
	return words->count && !options->common.config ? conf_empty() : cli_load(&options->common, status);
}

static int run_all(const struct options *options, struct conf *conf, const struct cli_words *words)
{
	const char *no_color = getenv("NO_COLOR");
	bool on_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	struct owner_settings settings = {
		.conf = conf,
		.database = options->common.database,
		.no_database = words->count > 0 && !options->common.config && !options->common.database,
		.with_screen = true,
		.screen = {
			.theme = options->theme,
			.no_color = options->no_color || (no_color && *no_color),
			.ascii = options->ascii,
			.utc = options->utc,
			.version = KUMATOP_VERSION,
		},
	};
	struct error err;
	int status;

	if (!add_targets(conf, words, &err)) {
		conf_free(conf);
		return cli_fail(&err);
	}
	if (on_terminal && !options->once && !options->json)
		return owner_run(&settings);
	status = once_run(conf, settings.no_database ? "none" : options->common.database, options->json);
	conf_free(conf);
	return status;
}

static int run_screen(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct conf *conf;
	int status = EXIT_FINE;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (options.version) {
		printf("kumatop %s\n", KUMATOP_VERSION);
	} else {
		conf = find_conf(&options, &words, &status);
		if (conf)
			status = run_all(&options, conf, &words);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_screen = {
	.name = NULL,
	.usage = "[OPTION…] [TARGET…] | COMMAND …",
	.summary = "Watch services from the terminal",
	.help = "With targets: watch those, keep nothing. Without: the configuration's monitors and those added to its database.",
	.options = options_table,
	.run = run_screen,
};
