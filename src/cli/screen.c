/*
 * `kumatop [TARGET…]`: the screen; or, without a terminal, the board once as text. Here it is decided whose board that is: that of a
 * kumatop which runs already, or of an engine of our own.
 */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "once.h"
#include "owner.h"
#include "service.h"
#include "viewer.h"
#include "whose.h"

struct options {
	struct cli_common common;
	char *theme, *host, *ssh;
	bool no_color, ascii, utc, once, json, version;
};

static const struct setting options_table[] = {
	{ "once", NULL, SETTING_FLAG, offsetof(struct options, once), 0, 0, NULL, NULL, NULL, "check once and print the board as text", NULL },
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "as --once, one JSON object a line", NULL },
	{ "theme", NULL, SETTING_TEXT, offsetof(struct options, theme), 1, 4096, NULL, NULL, NULL, "theme, by name or file", "NAME" },
	{ "no-color", NULL, SETTING_FLAG, offsetof(struct options, no_color), 0, 0, NULL, NULL, NULL, "no colours; also when NO_COLOR is set", NULL },
	{ "ascii", NULL, SETTING_FLAG, offsetof(struct options, ascii), 0, 0, NULL, NULL, NULL, "no characters beyond ASCII", NULL },
	{ "utc", NULL, SETTING_FLAG, offsetof(struct options, utc), 0, 0, NULL, NULL, NULL, "times in UTC", NULL },
	{ "host", NULL, SETTING_TEXT, offsetof(struct options, host), 1, 1024, NULL, NULL, NULL,
	    "look at the kumatop that runs there, over ssh", "USER@HOST" },
	{ "ssh", NULL, SETTING_TEXT, offsetof(struct options, ssh), 1, 4096, NULL, NULL, NULL, "program for --host, with its options", "COMMAND" },
	CLI_SOCKET_ROW(struct options),
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

static bool wants_screen(const struct options *options)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !options->once && !options->json;
}

static struct screen_settings screen_settings_of(const struct options *options)
{
	const char *no_color = getenv("NO_COLOR");

	return (struct screen_settings){
		.theme = options->theme,
		.no_color = options->no_color || (no_color && *no_color),
		.ascii = options->ascii,
		.utc = options->utc,
		.version = KUMATOP_VERSION,
	};
}

/* A look at somebody else's board, in our own colours. conf: ours. */
static int look(const struct options *options, const struct conf *conf, struct viewer_run *run, bool *unreached)
{
	run->screen = screen_settings_of(options);
	run->screen.defaults = &conf->settings;
	if (!run->screen.theme)
		run->screen.theme = conf->settings.theme;
	run->screen.utc |= conf->settings.utc;
	return viewer_run(run, unreached);
}

enum { SSH_WORDS_MOST = 32 };

/* --host: the words of --ssh are divided by blanks; no shell is asked. */
static int look_over_ssh(const struct options *options, const struct cli_words *words)
{
	char *command = heap_text(options->ssh ? options->ssh : "ssh"), *rest = command, *argv[SSH_WORDS_MOST + 8];
	struct viewer_run run = { .program = argv, .place = options->host };
	struct conf *conf;
	bool unreached;
	size_t count = 0;
	struct error err = { .code = EXIT_FINE };
	int status;

	for (char *word; count < SSH_WORDS_MOST && (word = strtok_r(rest, " ", &rest));)
		argv[count++] = word;
	argv[count] = NULL;
	if (options->host[0] == '-')
		error_set(&err, EXIT_USAGE, "--host: %s is no host", options->host);
	else if (words->count && cli_find(words->items[0]))
		error_set(&err, EXIT_USAGE, "commands do not go over --host: run ssh %s kumatop %s", options->host, words->items[0]);
	else if (options->common.config)
		error_set(&err, EXIT_USAGE, "--host shows the kumatop that runs there, with its configuration: it takes no --config");
	else if (words->count || options->common.socket || options->common.database || options->once || options->json)
		error_set(&err, EXIT_USAGE, "--host shows the kumatop that runs there: it takes no targets, --socket, --database, --once or --json");
	else if (!count)
		error_set(&err, EXIT_USAGE, "--ssh names no program");
	else if (!wants_screen(options))
		error_set(&err, EXIT_USAGE, "--host needs a terminal; for a script: ssh %s kumatop --once", options->host);
	if (err.code != EXIT_FINE) {
		free(command);
		return cli_fail(&err);
	}
	for (const char *const *word = (const char *const[]){ "-T", options->host, "kumatop", "attach", "--stdio", NULL }; *word; word++)
		argv[count++] = (char *)(uintptr_t)*word;
	argv[count] = NULL;
	conf = whose_conf(&options->common);
	status = look(options, conf, &run, &unreached);
	conf_free(conf);
	free(command);
	return status;
}

/* On the board of an owner that was found. false: it was not to be had, and an engine of our own is the next best. */
static bool look_at(const struct options *options, char *path, int *status)
{
	struct viewer_run run = { .path = path, .place = path };
	bool unreached = false;

	if (!wants_screen(options)) {
		unreached = !viewer_print(path, options->json, status);
	} else {
		struct conf *conf = whose_conf(&options->common);

		*status = look(options, conf, &run, &unreached);
		conf_free(conf);
	}
	/* Who was interrupted while he waited wants nothing else instead; nor does who is refused, or named the socket, or is no service. */
	if (unreached && *status != EXIT_PERMISSION && !options->common.socket && !service_is_anothers(&options->common)) {
		*status = EXIT_FINE;
		return false;
	}
	return true;
}

/* Takes conf. */
static int run_own(const struct options *options, struct conf *conf, const struct cli_words *words)
{
	struct owner_settings settings = {
		.conf = conf,
		.database = options->common.database,
		.socket = options->common.socket,
		.no_database = words->count > 0 && !options->common.config && !options->common.database,
		.with_screen = true,
		.screen = screen_settings_of(options),
	};
	struct error err;
	char *path;
	int status;

	if (!add_targets(conf, words, &err)) {
		conf_free(conf);
		return cli_fail(&err);
	}
	if (!wants_screen(options)) {
		status = once_run(conf, settings.no_database ? "none" : options->common.database, options->json);
		conf_free(conf);
		return status;
	}
	path = settings.no_database || words->count ? NULL : whose_owns_database(conf, &options->common);
	if (!path)
		return owner_run(&settings);
	struct viewer_run run = { .path = path, .place = path };
	bool unreached;

	status = look(options, conf, &run, &unreached);
	conf_free(conf);
	free(path);
	return status;
}

static int run_any(const struct options *options, const struct cli_words *words)
{
	int status = EXIT_FINE;
	char *path = whose_board(&options->common, words->count > 0, &status);
	struct conf *conf;
	bool seen = path && look_at(options, path, &status);

	free(path);
	if (seen || status != EXIT_FINE)
		return status;
	conf = find_conf(options, words, &status);
	return conf ? run_own(options, conf, words) : status;
}

static int run_screen(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct error err;
	int status = EXIT_FINE;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (options.version)
		printf("kumatop %s\n", KUMATOP_VERSION);
	else if (options.host)
		status = look_over_ssh(&options, &words);
	else if (options.ssh)
		status = cli_fail((error_set(&err, EXIT_USAGE, "--ssh is the program for --host: say which with --host USER@HOST"), &err));
	else
		status = run_any(&options, &words);
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_screen = {
	.name = NULL,
	.usage = "[OPTION…] [TARGET…] | COMMAND …",
	.summary = "Watch services from the terminal",
	.help = "With targets: watch those, keep nothing. With --config: that file's monitors, and those added to its database. Without: the board\n"
	    "of the kumatop that runs here already (the service's, else your own), or if there is none, your own configuration's.",
	.options = options_table,
	.run = run_screen,
};
