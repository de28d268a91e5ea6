/*
 * `kumatop uptime`: what windows of each monitor's time were made of, outages and latencies, from the database.
 */
#include "commands.h"

#include <stdlib.h>

#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "figures.h"

enum { WINDOWS_MOST = 64 };

struct options {
	struct cli_common common;
	struct text_list monitors, windows;
	char *month, *at;
	bool json;
};

static const struct setting options_table[] = {
	{ "monitor", NULL, SETTING_LIST, offsetof(struct options, monitors), 1, 1000, NULL, NULL, NULL,
	    "only monitors of this name or pattern; may be given again", "PATTERN" },
	{ "window", NULL, SETTING_LIST, offsetof(struct options, windows), 1, 1000, NULL, NULL, NULL,
	    "windows before now, such as 1h,24h,7d,30d,90d,1y; without it 24h,7d,30d,90d", "TIME,…" },
	{ "month", NULL, SETTING_TEXT, offsetof(struct options, month), 1, 16, NULL, NULL, NULL, "a calendar month of UTC instead, as 2026-10", "MONTH" },
	{ "at", NULL, SETTING_TEXT, offsetof(struct options, at), 1, 64, NULL, NULL, NULL,
	    "as it stood then: 2h (ago), 2026-11-01, \"2026-11-01 03:12\", RFC 3339", "T" },
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "one JSON object a line, for each monitor and window", NULL },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

struct windows {
	struct window items[WINDOWS_MOST];
	size_t count;
};

/* "24h,30d" and "--window 24h --window 30d" alike. */
static bool add_windows(struct windows *windows, const char *text, int64_t at_us, struct error *err)
{
	struct text_list list;
	bool fine = true;

	text_list_from_text(&list, text);
	for (size_t i = 0; i < list.count && fine; i++) {
		if (windows->count == WINDOWS_MOST)
			fine = error_set(err, EXIT_USAGE, "more than %d windows", WINDOWS_MOST);
		else
			fine = window_parse(list.items[i], at_us, &windows->items[windows->count++], err);
	}
	text_list_finish(&list);
	return fine || error_prefix(err, "--window: ");
}

static bool read_windows(struct windows *windows, const struct options *options, int64_t at_us, struct error *err)
{
	*windows = (struct windows){ 0 };
	if (options->month && options->windows.count)
		return error_set(err, EXIT_USAGE, "--month is a window, too: leave --window out");
	if (options->month) {
		windows->count = 1;
		return window_parse_month(options->month, at_us, &windows->items[0], err) || error_prefix(err, "--month: ");
	}
	for (size_t i = 0; i < options->windows.count; i++)
		if (!add_windows(windows, options->windows.items[i], at_us, err))
			return false;
	return windows->count > 0 || add_windows(windows, "24h,7d,30d,90d", at_us, err);
}

static bool read_at(const struct options *options, int64_t now_us, int64_t *at_us, struct error *err)
{
	*at_us = now_us;
	if (!options->at)
		return true;
	if (!moment_parse(options->at, now_us, at_us, err)) {
		err->code = EXIT_USAGE;
		return error_prefix(err, "--at: ");
	}
	return *at_us <= now_us || error_set(err, EXIT_USAGE, "--at: that is still to come");
}

static void print(const struct options *options, const struct figures *figures, struct buf *out)
{
	struct uptime_record *shown = heap_zero(figures->chosen.count * figures->window_count + 1, sizeof *shown);
	size_t count = 0;

	for (size_t i = 0; i < figures->chosen.count; i++)
		for (size_t w = 0; figures_is_shown(figures, i, &options->monitors) && w < figures->window_count; w++)
			shown[count++] = figures->records[i * figures->window_count + w];
	if (!count)
		cli_say("there are no monitors: kumatop add TARGET, or name a configuration with --config");
	if (count && !options->json)
		format_uptime_text(out, shown, count);
	for (size_t i = 0; options->json && i < count; i++)
		format_uptime_json(out, &shown[i]);
	free(shown);
}

static int tell(const struct options *options, const struct hindsight *hindsight)
{
	int status = EXIT_FINE;
	struct windows windows;
	struct figures figures = { 0 };
	int64_t at_us;
	struct error err;
	struct buf out;

	if (!read_at(options, hindsight->now_us, &at_us, &err) || !read_windows(&windows, options, at_us, &err)
	    || !figures_read(&figures, hindsight, &options->monitors, windows.items, windows.count, &err)
	    || !figures_account(&figures, hindsight, &err)) {
		figures_finish(&figures);
		return cli_fail(&err);
	}
	buf_init(&out, SIZE_MAX / 2);
	print(options, &figures, &out);
	if (out.length)
		cli_write(&out, &status);
	buf_finish(&out);
	figures_finish(&figures);
	return status;
}

static int run_uptime(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct hindsight hindsight;
	struct cli_words words;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count) {
		error_set(&err, EXIT_USAGE, "usage: kumatop uptime %s", command->usage);
		status = cli_fail(&err);
	} else if (hindsight_open(&hindsight, command->name, &options.common, &options.monitors, &status)) {
		status = tell(&options, &hindsight);
		hindsight_close(&hindsight);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_uptime = {
	.name = "uptime", .usage = "[--json] [--monitor PATTERN…] [--window 24h,30d,…|--month 2026-10] [--at T]",
	.summary = "Show uptime, outages and latencies of windows of time",
	.help = "From the database, also while a kumatop owns it. Uptime is up / (up + down) of what was observed; KNOWN% is how much of the window was,\n"
	    "and what was not is never counted as up. OUTAGES overlap the window; MTTR is the mean length of those that ended in it, MTBF the time up\n"
	    "by their number. Latencies are milliseconds, percentiles at most 1.6 % off. Months are those of UTC; 1y is 365 days.",
	.options = options_table, .run = run_uptime,
};
