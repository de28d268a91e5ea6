/*
 * `kumatop export`: history of any size to a stream, in constant memory, beside a kumatop that owns the database.
 */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "export_write.h"
#include "hindsight.h"

struct options {
	struct cli_common common;
	int format, resolution;
	struct text_list monitors;
	char *since, *until, *output;
	bool events, raw;
};

static const char *const formats[] = {
	[EXPORT_CSV] = "csv", [EXPORT_NDJSON] = "ndjson", [EXPORT_JSON] = "json", [EXPORT_INFLUX] = "influx",
	[FORMAT_OPENMETRICS] = "openmetrics", [FORMAT_SQLITE] = "sqlite", NULL,
};

/* raw, and then as enum rollup_step has them. */
enum { RESOLUTION_RAW };

static const char *const resolutions[] = { "raw", "5min", "hour", "day", NULL };

static const struct setting options_table[] = {
	{ "format", NULL, SETTING_CHOICE, offsetof(struct options, format), 0, 0, "csv", formats, NULL,
	    "csv, ndjson, json, openmetrics, influx or sqlite", "FORMAT" },
	{ "resolution", NULL, SETTING_CHOICE, offsetof(struct options, resolution), 0, 0, "raw", resolutions, NULL,
	    "raw beats, or roll-ups of 5min, hour or day", "STEP" },
	{ "monitor", NULL, SETTING_LIST, offsetof(struct options, monitors), 1, 1000, NULL, NULL, NULL,
	    "only monitors of this name or pattern; may be given again", "PATTERN" },
	{ "since", NULL, SETTING_TEXT, offsetof(struct options, since), 1, 64, NULL, NULL, NULL, "from this time on: 2h, 7d, 2026-11-01, RFC 3339", "T" },
	{ "until", NULL, SETTING_TEXT, offsetof(struct options, until), 1, 64, NULL, NULL, NULL, "up to but not at this time", "T" },
	{ "events", NULL, SETTING_FLAG, offsetof(struct options, events), 0, 0, NULL, NULL, NULL, "changes of state instead of beats", NULL },
	{ "raw", NULL, SETTING_FLAG, offsetof(struct options, raw), 0, 0, NULL, NULL, NULL,
	    "do not make cells safe that a spreadsheet would run as a formula", NULL },
	{ "output", NULL, SETTING_TEXT, offsetof(struct options, output), 1, 4096, NULL, NULL, NULL, "write to a file instead of stdout", "FILE" },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct cli_letter letters[] = { { 'o', "output" }, { 0, NULL } };

static bool read_range(const struct options *options, struct archive_range *range, struct error *err)
{
	int64_t now_us = unix_now_us();

	*range = (struct archive_range){
		.patterns = (const char *const *)options->monitors.items, .pattern_count = options->monitors.count,
		.from_us = 0, .to_us = INT64_MAX,
	};
	/* What comes while the same is read again and again is not in all of it. */
	if (options->format == FORMAT_OPENMETRICS)
		range->to_us = now_us;
	return hindsight_range(options->since, options->until, now_us, range, err);
}

/* Some formats hold less than others. */
static bool check_format(const struct options *options, struct error *err)
{
	if (options->events && options->resolution != RESOLUTION_RAW)
		return error_set(err, EXIT_USAGE, "--events and --resolution exclude each other: events are not rolled up");
	if (options->events && options->format == FORMAT_OPENMETRICS)
		return error_set(err, EXIT_USAGE, "OpenMetrics has no events: take csv, ndjson, json or influx");
	if (options->format != FORMAT_SQLITE)
		return true;
	if (options->events || options->resolution != RESOLUTION_RAW || options->monitors.count || options->since || options->until
	    || options->raw)
		return error_set(err, EXIT_USAGE, "--format sqlite copies the whole database: it takes nothing but -o FILE");
	if (!options->output || strcmp(options->output, "-") == 0)
		return error_set(err, EXIT_USAGE, "--format sqlite needs -o FILE, a file that is not there yet");
	return true;
}

static bool read_plan(const struct options *options, struct export_plan *plan, struct error *err)
{
	*plan = (struct export_plan){
		.format = options->format,
		.rows = options->events ? EXPORT_EVENTS : options->resolution != RESOLUTION_RAW ? EXPORT_ROLLUPS : EXPORT_BEATS,
		.guard = !options->raw,
		.output = options->output,
	};
	if (plan->rows == EXPORT_ROLLUPS)
		plan->step = (enum rollup_step)(options->resolution - 1);
	return check_format(options, err) && read_range(options, &plan->range, err);
}

/* The archive is opened before the output, so that a wrong database or name empties no file. */
static bool export(const struct options *options, const struct conf *conf, const char *database, struct error *err)
{
	struct archive *archive = NULL;
	struct export_plan plan;
	bool fine;

	fine = read_plan(options, &plan, err) && (archive = archive_open(database, err)) != NULL
	    && hindsight_check_names(archive, conf, &options->monitors, err)
	    && (plan.format == FORMAT_SQLITE ? export_copy(archive, &plan, err) : export_write(archive, &plan, err));
	archive_close(archive);
	return fine;
}

static int run_export(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct conf *conf;
	struct error err;
	char *database;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count) {
		error_set(&err, EXIT_USAGE, "usage: kumatop export %s", command->usage);
		status = cli_fail(&err);
	} else if (hindsight_find(command->name, &options.common, &conf, &database, &status)) {
		status = export(&options, conf, database, &err) ? EXIT_FINE : cli_fail(&err);
		free(database);
		conf_free(conf);
	}
	cli_done(command, &options, &words);
	return status;
}

static const char help[] =
    "Works while a kumatop owns the database. Times are RFC 3339 UTC; rows are ordered by monitor, then time. --since is in, --until is not:\n"
    "an export until a time and one since that time are the whole, and one that was broken off goes on, for the monitor of its last\n"
    "line, since the time of that line (which comes again).\n"
    "\n"
    "--resolution 5min, hour or day exports closed roll-ups instead of beats: seconds in each class (up_s has degraded_s inside it), uptime\n"
    "from 0 to 1, beats by verdict, latencies.\n"
    "\n"
    "openmetrics is for `promtool tsdb create-blocks-from openmetrics`, influx is line protocol with nanoseconds, sqlite a consistent copy\n"
    "of the whole database, which needs -o FILE and never replaces one.";

const struct cli_command cli_export = {
	.name = "export",
	.usage = "[--format FORMAT] [--resolution raw|5min|hour|day] [--monitor PATTERN…] [--since T] [--until T] [--events] [-o FILE]",
	.summary = "Write the history as CSV, NDJSON, JSON, OpenMetrics, InfluxDB lines or a copy of the database",
	.help = help,
	.options = options_table,
	.letters = letters,
	.run = run_export,
};
