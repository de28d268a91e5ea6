/* `kumatop config check`: every fault of a configuration at once. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
	struct cli_common common;
};

static const struct setting options_table[] = {
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static int check(const struct options *options, const char *named)
{
	char *path = conf_find(named ? named : options->common.config);
	struct conf_faults faults = { 0 };
	struct conf *conf;
	struct error err;

	if (!path) {
		error_set(&err, EXIT_CONFIG, "there is no configuration: looked at $KUMATOP_CONFIG, $XDG_CONFIG_HOME/kumatop/kumatop.conf "
		    "and /etc/kumatop/kumatop.conf; name one with --config");
		return cli_fail(&err);
	}
	conf = conf_load(path, &faults);
	for (size_t i = 0; i < faults.lines.count; i++)
		fprintf(stderr, "%s\n", faults.lines.items[i]);
	if (conf) {
		for (size_t i = 0; i < conf->warnings.count; i++)
			fprintf(stderr, "%s\n", conf->warnings.items[i]);
		printf("%s: fine, %zu monitor%s\n", path, conf->spec_count, conf->spec_count == 1 ? "" : "s");
	} else {
		fprintf(stderr, "%s: %zu fault%s\n", path, faults.lines.count, faults.lines.count == 1 ? "" : "s");
	}
	free(path);
	conf_faults_finish(&faults);
	if (!conf)
		return EXIT_CONFIG;
	conf_free(conf);
	return EXIT_FINE;
}

static int run_config(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count < 1 || words.count > 2 || strcmp(words.items[0], "check") != 0) {
		error_set(&err, EXIT_USAGE, "usage: kumatop config %s", command->usage);
		status = cli_fail(&err);
	} else {
		status = check(&options, words.count == 2 ? words.items[1] : NULL);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_config = {
	.name = "config", .usage = "check [FILE]", .summary = "Tell every fault of a configuration, each with its line", .options = options_table,
	.run = run_config,
};
