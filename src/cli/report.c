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

static void merge(struct summary *all, const struct summary *part)
{
	if (part->answers && (!all->answers || part->latency_min_us < all->latency_min_us))
		all->latency_min_us = part->latency_min_us;
	if (part->answers && (!all->answers || part->latency_max_us > all->latency_max_us))
		all->latency_max_us = part->latency_max_us;
	all->answers += part->answers;
	all->latency_sum_us += part->latency_sum_us;
	histogram_merge(&all->latencies, &part->latencies);
	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		all->amounts.us[i] += part->amounts.us[i];
}

static void fill_day(struct month_day *day, const struct summary *summary)
{
	struct uptime latencies = { .p50_us = -1, .p95_us = -1 };

	figures_fill_latencies(&latencies, summary);
	day->amounts = summary->amounts;
	day->degraded = summary->beats[VERDICT_DEGRADED];
	day->p50_us = latencies.p50_us;
	day->p95_us = latencies.p95_us;
}

static bool read_day(struct archive *archive, monitor_id id, const struct window *month, struct month_day *day, struct summary *all, struct error *err)
{
	struct summary summary = { 0 };
	int64_t end_us = day->start_us + DAY_US < month->to_us ? day->start_us + DAY_US : month->to_us;

	if (end_us <= day->start_us)
		return true;
	summary.amounts.us[TIME_UNKNOWN] = end_us - day->start_us;
	if (id && !archive_summary(archive, id, day->start_us, end_us, &summary, err))
		return false;
	fill_day(day, &summary);
	merge(all, &summary);
	summary_finish(&summary);
	return true;
}

/* Days make up the month: a closed one is read from one roll-up. */
static bool read_monitor(struct archive *archive, const struct roster_entry *entry, const struct month *report, struct month_monitor *monitor,
    struct error *err)
{
	struct summary all = { .latency_min_us = -1, .latency_max_us = -1 };
	struct uptime *uptime = &monitor->uptime;
	bool fine = true;

	*monitor = (struct month_monitor){ .name = entry->name, .slo_ppm = entry->spec ? entry->spec->common.slo_ppm : 0 };
	*uptime = (struct uptime){ .window = report->window, .mean_us = -1, .p50_us = -1, .p90_us = -1, .p95_us = -1, .p99_us = -1 };
	for (size_t d = 0; d < report->days && fine; d++) {
		monitor->days[d] = (struct month_day){ .start_us = report->window.from_us + (int64_t)d * DAY_US, .p50_us = -1, .p95_us = -1 };
		fine = read_day(archive, entry->id, &report->window, &monitor->days[d], &all, err);
	}
	uptime->amounts = all.amounts;
	figures_fill_latencies(uptime, &all);
	summary_finish(&all);
	return fine;
}

/* A retired monitor of which the month knows nothing is left out, unless it was asked for by its name. */
static bool read_monitors(const struct hindsight *hindsight, const struct chosen *chosen, const struct text_list *patterns, struct month *report,
    struct error *err)
{
	report->monitors = heap_zero(chosen->count + 1, sizeof *report->monitors);
	for (size_t i = 0; i < chosen->count; i++) {
		const struct roster_entry *entry = chosen->entries[i];
		struct month_monitor *monitor = &report->monitors[report->count];

		if (!read_monitor(hindsight->archive, entry, report, monitor, err))
			return false;
		report->count += entry->spec || text_list_has(patterns, entry->name) || amounts_known(&monitor->uptime.amounts) > 0;
	}
	return true;
}

/* Counts each outage for its monitor and keeps the newest for the list. */
struct counting {
	struct month *report;
	struct newest *newest;
	size_t at;
};

static bool take_incident(void *arg, const char *name, const struct incident *incident)
{
	struct counting *counting = arg;
	const struct month *report = counting->report;

	/* Both are ordered by name. */
	for (size_t tried = 0; tried < report->count && strcmp(report->monitors[counting->at].name, name) != 0; tried++)
		counting->at = (counting->at + 1) % report->count;
	if (!report->count || strcmp(report->monitors[counting->at].name, name) != 0)
		return true;
	incident_count(&report->monitors[counting->at].uptime.outages, incident, report->window.from_us, report->window.to_us);
	return newest_take(counting->newest, name, incident);
}

static bool read_incidents(struct archive *archive, const struct text_list *patterns, struct month *report, struct newest *newest, struct error *err)
{
	const struct archive_range range = {
		.patterns = (const char *const *)patterns->items, .pattern_count = patterns->count, .from_us = report->window.from_us,
		.to_us = report->window.to_us,
	};
	struct counting counting = { .report = report, .newest = newest };

	if (!archive_incidents(archive, &range, take_incident, &counting, err))
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
	struct chosen chosen;
	struct buf out;
	bool fine;

	chosen_find(&chosen, &hindsight->roster, &options->monitors);
	fine = read_month(options, &report, err) && read_monitors(hindsight, &chosen, &options->monitors, &report, err)
	    && read_incidents(hindsight->archive, &options->monitors, &report, &newest, err);
	if (fine) {
		buf_init(&out, SIZE_MAX / 2);
		writers[options->format](&out, &report);
		fine = write_out(options, &out, err);
		buf_finish(&out);
	}
	free(report.monitors);
	newest_finish(&newest);
	chosen_finish(&chosen);
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
