/*
 * `kumatop incidents`: outages out of the log, newest last, from the database.
 */
#include "commands.h"

#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "hindsight.h"
#include "newest.h"

enum { INCIDENTS_MOST = 100000, INCIDENTS_USUAL = 50 };

struct options {
	struct cli_common common;
	struct text_list monitors;
	char *since, *until;
	int64_t lines;
	bool json, evidence;
};

static const struct setting options_table[] = {
	{ "monitor", NULL, SETTING_LIST, offsetof(struct options, monitors), 1, 1000, NULL, NULL, NULL,
	    "only of monitors of this name or pattern; may be given again", "PATTERN" },
	{ "since", NULL, SETTING_TEXT, offsetof(struct options, since), 1, 64, NULL, NULL, NULL,
	    "not over before this time: 2h, 7d, 2026-11-01, RFC 3339", "T" },
	{ "until", NULL, SETTING_TEXT, offsetof(struct options, until), 1, 64, NULL, NULL, NULL, "begun before this time", "T" },
	{ "lines", NULL, SETTING_INTEGER, offsetof(struct options, lines), -1, INCIDENTS_MOST, "-1", NULL, NULL,
	    "at most this many, the newest; without it 50, or all since --since", "N" },
	{ "evidence", NULL, SETTING_FLAG, offsetof(struct options, evidence), 0, 0, NULL, NULL, NULL, "with what was seen of the first failure", NULL },
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "one JSON object a line", NULL },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct cli_letter letters[] = { { 'n', "lines" }, { 0, NULL } };

static void print(const struct options *options, const struct newest *newest, int64_t now_us, int *status)
{
	struct buf out;

	buf_init(&out, SIZE_MAX / 2);
	if (!options->json && newest->count)
		format_incidents_text(&out, newest->items, newest->count, now_us, options->evidence);
	for (size_t i = 0; options->json && i < newest->count; i++)
		format_incident_json(&out, &newest->items[i], now_us, options->evidence);
	if (out.length)
		cli_write(&out, status);
	buf_finish(&out);
	if (!newest->count && !options->json)
		cli_say("there was no outage");
	if (newest->more && newest->most == INCIDENTS_MOST)
		cli_say("these are the newest %d: --since and --until choose others", INCIDENTS_MOST);
}

static int tell(const struct options *options, struct hindsight *hindsight)
{
	struct archive_range range = {
		.patterns = (const char *const *)options->monitors.items, .pattern_count = options->monitors.count, .to_us = INT64_MAX,
	};
	struct newest newest = {
		.most = options->lines >= 0 ? (size_t)options->lines : options->since ? INCIDENTS_MOST : INCIDENTS_USUAL,
		.evidence = options->evidence,
	};
	int status = EXIT_FINE;
	struct error err;

	if (hindsight_range(options->since, options->until, hindsight->now_us, &range, &err)
	    && archive_incidents(hindsight->archive, &range, newest_take, &newest, &err)) {
		newest_sort(&newest);
		print(options, &newest, hindsight->now_us, &status);
	} else {
		status = cli_fail(&err);
	}
	newest_finish(&newest);
	return status;
}

static int run_incidents(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct hindsight hindsight;
	struct cli_words words;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count) {
		error_set(&err, EXIT_USAGE, "usage: kumatop incidents %s", command->usage);
		status = cli_fail(&err);
	} else if (hindsight_open(&hindsight, command->name, &options.common, &options.monitors, &status)) {
		status = tell(&options, &hindsight);
		hindsight_close(&hindsight);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_incidents = {
	.name = "incidents", .usage = "[--json] [--evidence] [--monitor PATTERN…] [--since T] [--until T] [-n N]",
	.summary = "Show outages, newest last",
	.help = "From the database, also while a kumatop owns it. An outage lasts from the first failed check to the first good one of the run that\n"
	    "ended it; a pause, maintenance or a restart in it does not part it. Times are local; with --json UTC.",
	.options = options_table, .letters = letters, .run = run_incidents,
};
