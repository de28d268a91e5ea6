/*
 * `kumatop incidents`: outages out of the log, newest last, from the database.
 */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/heap.h"
#include "hindsight.h"

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

/* The newest so far, and at most as many again before those are sorted out. */
struct newest {
	struct incident_record *items;
	size_t count, room, most;
	bool evidence, more;
};

static int by_start(const void *a, const void *b)
{
	const struct incident *left = &((const struct incident_record *)a)->incident, *right = &((const struct incident_record *)b)->incident;

	if (left->start_us != right->start_us)
		return left->start_us < right->start_us ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

static void drop(struct incident_record *record)
{
	free((char *)(uintptr_t)record->name);
	incident_finish(&record->incident);
}

static void sort_out(struct newest *newest)
{
	size_t over = newest->count > newest->most ? newest->count - newest->most : 0;

	if (newest->count > 1)
		qsort(newest->items, newest->count, sizeof *newest->items, by_start);
	for (size_t i = 0; i < over; i++)
		drop(&newest->items[i]);
	if (over)
		memmove(newest->items, newest->items + over, newest->most * sizeof *newest->items);
	newest->count -= over;
	newest->more = newest->more || over > 0;
}

static bool take(void *arg, const char *name, const struct incident *incident)
{
	struct newest *newest = arg;
	struct incident held = *incident;

	if (newest->count == newest->room) {
		newest->room = newest->room ? 2 * newest->room : 64;
		newest->items = heap_resize(newest->items, newest->room, sizeof *newest->items);
	}
	held.detail = shared_hold(held.detail);
	held.evidence = newest->evidence ? shared_hold(held.evidence) : NULL;
	held.who = shared_hold(held.who);
	newest->items[newest->count++] = (struct incident_record){ heap_text(name), held };
	if (newest->count >= 2 * newest->most + 64)
		sort_out(newest);
	return true;
}

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
	    && archive_incidents(hindsight->archive, &range, take, &newest, &err)) {
		sort_out(&newest);
		print(options, &newest, hindsight->now_us, &status);
	} else {
		status = cli_fail(&err);
	}
	for (size_t i = 0; i < newest.count; i++)
		drop(&newest.items[i]);
	free(newest.items);
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
