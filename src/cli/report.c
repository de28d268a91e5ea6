/*
 * `kumatop report`: a month in one page, for people who were not there, from the database.
 */
#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "figures.h"
#include "newest.h"

enum { INCIDENTS_MOST = 500 };

struct options {
	struct cli_common common;
	struct text_list monitors;
	char *month, *output;
	int format;
};

static const char *const formats[] = { "text", "markdown", "html", NULL };
static void (*const writers[])(struct buf *, const struct month *) = { format_report_text, format_report_markdown, format_report_html };

static const struct setting options_table[] = {
	{ "month", NULL, SETTING_TEXT, offsetof(struct options, month), 1, 16, NULL, NULL, NULL,
	    "a calendar month of UTC, as 2026-10; without it the last that is over", "MONTH" },
	{ "format", NULL, SETTING_CHOICE, offsetof(struct options, format), 0, 0, "text", formats, NULL, "text, markdown or html", "FORMAT" },
	{ "monitor", NULL, SETTING_LIST, offsetof(struct options, monitors), 1, 1000, NULL, NULL, NULL,
	    "only monitors of this name or pattern; may be given again", "PATTERN" },
	{ "output", NULL, SETTING_TEXT, offsetof(struct options, output), 1, 4096, NULL, NULL, NULL, "write to a file instead of stdout", "FILE" },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct cli_letter letters[] = { { 'o', "output" }, { 0, NULL } };

/* The month, and behind it each of its days that has begun. */
struct windows {
	struct window items[1 + MONTH_DAYS_MOST];
	size_t count;
};

static void cut_into_days(struct windows *windows, const struct window *month)
{
	windows->items[0] = *month;
	windows->count = 1;
	for (int64_t start_us = month->from_us; start_us < month->to_us; start_us += DAY_US) {
		int64_t end_us = start_us + DAY_US < month->to_us ? start_us + DAY_US : month->to_us;

		windows->items[windows->count++] = (struct window){ .from_us = start_us, .to_us = end_us };
	}
}

static void fill_monitor(struct month_monitor *monitor, const struct roster_entry *entry, const struct uptime_record *records,
    const struct windows *windows, size_t days)
{
	*monitor = (struct month_monitor){
		.name = entry->name, .slo_ppm = entry->spec ? entry->spec->common.slo_ppm : 0, .uptime = records[0].uptime,
	};
	for (size_t d = 0; d < days; d++) {
		struct month_day *day = &monitor->days[d];

		*day = (struct month_day){ .start_us = windows->items[0].from_us + (int64_t)d * DAY_US, .p50_us = -1, .p95_us = -1 };
		if (d + 1 >= windows->count)
			continue;
		day->amounts = records[d + 1].uptime.amounts;
		day->p50_us = records[d + 1].uptime.p50_us;
		day->p95_us = records[d + 1].uptime.p95_us;
	}
}

/* A retired monitor of which the month knows nothing is left out, unless it was asked for by its name. */
static bool read_monitors(const struct hindsight *hindsight, const struct text_list *patterns, struct month *report, struct figures *figures,
    struct error *err)
{
	struct windows windows;
	bool fine;

	cut_into_days(&windows, &report->window);
	fine = figures_read(figures, hindsight, patterns, windows.items, windows.count, err);
	report->monitors = heap_zero(figures->chosen.count + 1, sizeof *report->monitors);
	for (size_t i = 0; fine && i < figures->chosen.count; i++)
		if (figures_is_shown(figures, i, patterns))
			fill_monitor(&report->monitors[report->count++], figures->chosen.entries[i], &figures->records[i * windows.count], &windows,
			    report->days);
	return fine;
}

/* What is still open of a monitor that is left out is left out, too. */
struct listing {
	const struct month *report;
	struct newest *newest;
	size_t at;		/* both come ordered by name */
};

static bool list_incident(void *arg, const char *name, const struct incident *incident)
{
	struct listing *listing = arg;
	const struct month *report = listing->report;

	for (size_t tried = 0; tried < report->count; tried++) {
		if (strcmp(report->monitors[listing->at].name, name) == 0)
			return newest_take(listing->newest, name, incident);
		listing->at = (listing->at + 1) % report->count;
	}
	return true;
}

static bool read_incidents(struct archive *archive, const struct text_list *patterns, struct month *report, struct newest *newest, struct error *err)
{
	const struct archive_range range = {
		.patterns = (const char *const *)patterns->items, .pattern_count = patterns->count, .from_us = report->window.from_us,
		.to_us = report->window.to_us,
	};

	struct listing listing = { .report = report, .newest = newest };

	if (!archive_incidents(archive, &range, list_incident, &listing, err))
		return false;
	newest_sort(newest);
	report->incidents = newest->items;
	report->incident_count = newest->count;
	report->more_incidents = newest->more;
	return true;
}

static bool read_month(const struct options *options, struct month *report, struct error *err)
{
	struct window whole;

	if (!options->month)
		window_last_month(report->made_us, &report->window);
	else if (!window_parse_month(options->month, report->made_us, &report->window, err))
		return error_prefix(err, "--month: ");
	window_parse_month(report->window.label, INT64_MAX, &whole, NULL);
	report->days = (size_t)((whole.to_us - whole.from_us) / DAY_US);
	return true;
}

static bool write_out(const struct options *options, const struct buf *out, struct error *err)
{
	bool to_file = options->output && strcmp(options->output, "-") != 0;
	int fd = to_file ? open(options->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : STDOUT_FILENO;
	bool fine = fd >= 0 && (buf_write(out, fd) || (!to_file && errno == EPIPE));

	if (!fine)
		error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", to_file ? options->output : "the output");
	if (to_file && fd >= 0 && close(fd) != 0 && fine)
		fine = error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", options->output);
	return fine;
}

static bool make(const struct options *options, const struct hindsight *hindsight, struct error *err)
{
	struct month report = { .made_us = hindsight->now_us };
	struct newest newest = { .most = INCIDENTS_MOST };
	struct figures figures = { 0 };
	struct buf out;
	bool fine;

	fine = read_month(options, &report, err) && read_monitors(hindsight, &options->monitors, &report, &figures, err)
	    && read_incidents(hindsight->archive, &options->monitors, &report, &newest, err);
	if (fine) {
		buf_init(&out, SIZE_MAX / 2);
		writers[options->format](&out, &report);
		fine = write_out(options, &out, err);
		buf_finish(&out);
	}
	free(report.monitors);
	newest_finish(&newest);
	figures_finish(&figures);
	return fine;
}

static int run_report(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct hindsight hindsight;
	struct cli_words words;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count) {
		error_set(&err, EXIT_USAGE, "usage: kumatop report %s", command->usage);
		status = cli_fail(&err);
	} else if (hindsight_open(&hindsight, command->name, &options.common, &options.monitors, &status)) {
		status = make(&options, &hindsight, &err) ? EXIT_FINE : cli_fail(&err);
		hindsight_close(&hindsight);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_report = {
	.name = "report", .usage = "[--month 2026-10] [--format text|markdown|html] [--monitor PATTERN…] [-o FILE]",
	.summary = "Write a month's uptime, days and outages as one page",
	.help = "From the database, also while a kumatop owns it. All times are UTC. The HTML is one file without scripts that asks for nothing from\n"
	    "elsewhere.",
	.options = options_table, .letters = letters, .run = run_report,
};
