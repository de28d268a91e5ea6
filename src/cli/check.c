/*
 * `kumatop check`: every target once, by the same code that the engine checks with, and an exit code for scripts.
 */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "batch.h"
#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "roster.h"

struct options {
	struct cli_common common;
	bool json, nagios;
	int64_t timeout_ms;
};

static const struct setting options_table[] = {
	CLI_COMMON_ROWS(struct options),
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "one JSON object a line", NULL },
	{ "nagios", NULL, SETTING_FLAG, offsetof(struct options, nagios), 0, 0, NULL, NULL, NULL, "one line as a Nagios plugin, with performance data",
	    NULL },
	{ "timeout", NULL, SETTING_DURATION, offsetof(struct options, timeout_ms), 1, 3600 * 1000, NULL, NULL, NULL,
	    "give up after this long, instead of each monitor's own", "TIME" },
	CLI_END_ROW,
};

struct item {
	struct monitor_spec *spec;	/* held */
	struct check_result result;
	enum verdict verdict;
	bool ended, printed;
};

struct run {
	const struct options *options;
	struct item *items;
	size_t count, printed;
	size_t name_width;
	enum verdict worst;
	bool stop;			/* nobody reads the output any more */
	int status;
};

static void print_item(struct run *run, const struct item *item)
{
	struct buf out;

	buf_init(&out, 1 << 16);
	if (run->options->json) {
		format_check_json(&out, item->spec, &item->result, item->verdict);
		buf_add_char(&out, '\n');
	} else {
		format_check_line(&out, item->spec, &item->result, item->verdict, run->name_width);
	}
	if (!run->stop)
		run->stop = !cli_write(&out, &run->status);
	buf_finish(&out);
}

/* In the order asked for: an item waits for those before it. */
static void print_ready(struct run *run)
{
	while (run->printed < run->count && run->items[run->printed].ended) {
		if (!run->options->nagios)
			print_item(run, &run->items[run->printed]);
		run->printed++;
	}
}

static void check_done(void *arg, size_t index, const struct check_result *result)
{
	struct run *run = arg;
	struct item *item = &run->items[index];

	item->result = *result;
	item->result.evidence = NULL;
	item->verdict = spec_verdict(item->spec, result);
	item->ended = true;
	run->worst = verdict_worse(run->worst, item->verdict);
	print_ready(run);
}

/* The Nagios plugin development guidelines: one line "SERVICE STATUS: text | 'label'=value;…". */
static void print_nagios(struct run *run)
{
	static const char *const words[VERDICT_COUNT] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	const struct item *worst = &run->items[0];
	struct buf out;
	size_t fine = 0;
	char *reason;

	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < run->count; i++) {
		fine += run->items[i].verdict == VERDICT_UP;
		if (verdict_worse(worst->verdict, run->items[i].verdict) != worst->verdict)
			worst = &run->items[i];
	}
	buf_print(&out, "KUMATOP %s: ", words[verdict_exit_code(run->worst)]);
	if (run->count > 1)
		buf_print(&out, "%zu of %zu up; ", fine, run->count);
	reason = heap_print("%s: %s", worst->spec->name, result_reason(&worst->result));
	for (const char *at = reason; *at; at++)
		buf_add_char(&out, *at == '|' ? '/' : *at);	/* a bar would start the performance data */
	free(reason);
	buf_add_text(&out, " |");
	for (size_t i = 0; i < run->count; i++) {
		const struct item *item = &run->items[i];
		int32_t latency_us = result_latency_us(&item->result);

		buf_add_text(&out, " '");
		for (const char *at = item->spec->name; *at; at++)
			if (*at != '\'' && *at != '=' && *at != '|')
				buf_add_char(&out, *at);
		if (latency_us >= 0)
			buf_print(&out, "'=%d.%06ds;;;0", latency_us / 1000000, latency_us % 1000000);
		else
			buf_add_text(&out, "'=U;;;0");
	}
	buf_add_char(&out, '\n');
	cli_write(&out, &run->status);
	buf_finish(&out);
}

static void add_item(struct run *run, struct monitor_spec *spec)
{
	run->items = heap_resize(run->items, run->count + 1, sizeof(*run->items));
	run->items[run->count] = (struct item){ .spec = spec };
	run->count++;
	if (text_width(spec->name) > run->name_width)
		run->name_width = text_width(spec->name);
}

/* A word is the name of a monitor, a pattern of such names, or a target. */
static bool add_word(struct run *run, const struct conf *conf, const struct roster *roster, const char *word, struct error *err)
{
	struct monitor_spec *spec;
	bool found = false;

	for (size_t i = 0; i < roster->count; i++) {
		if (!roster->entries[i].spec || !text_glob(word, roster->entries[i].spec->name))
			continue;
		add_item(run, spec_hold(roster->entries[i].spec));
		found = true;
	}
	if (found)
		return true;
	spec = conf_new_monitor(word, NULL, &conf->settings, SPEC_TEMPORARY, err);
	if (!spec || !spec_seal(spec, err)) {
		spec_release(spec);
		if (err->code == EXIT_CONFIG || err->code == EXIT_DATA)
			err->code = EXIT_USAGE;
		return false;
	}
	add_item(run, spec);
	return true;
}

/* Every monitor that is not paused. */
static void add_all(struct run *run, const struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++) {
		const struct roster_entry *entry = &roster->entries[i];

		if (entry->spec && !(entry->standing && entry->standing->standing.state == STATE_PAUSED))
			add_item(run, spec_hold(entry->spec));
	}
}

/* A database that cannot be read is no reason not to check what is declared or named. */
static bool read_monitors(struct roster *roster, const struct options *options, const struct conf *conf, struct error *err)
{
	char *path = conf_database_path(conf, options->common.database);
	struct archive *archive = path ? archive_open(path, err) : NULL;
	bool fine;

	if (path && !archive && err->code != EXIT_UNAVAILABLE)
		cli_say("%s", err->text);
	free(path);
	fine = roster_read(roster, conf, archive, err);
	archive_close(archive);
	return fine;
}

static bool limit_timeouts(struct run *run, struct error *err)
{
	for (size_t i = 0; i < run->count && run->options->timeout_ms; i++) {
		struct monitor_spec *spec = spec_copy(run->items[i].spec);

		spec->common.timeout_ms = run->options->timeout_ms;
		if (spec->common.interval_ms < spec->common.timeout_ms)
			spec->common.interval_ms = spec->common.timeout_ms;
		spec_release(run->items[i].spec);
		run->items[i].spec = spec;
		if (!spec_seal(spec, err))
			return false;
	}
	return true;
}

static bool carry_out(struct run *run, const struct conf *conf, struct error *err)
{
	struct monitor_spec **specs = heap_zero(run->count, sizeof(struct monitor_spec *));
	bool fine;

	for (size_t i = 0; i < run->count; i++)
		specs[i] = run->items[i].spec;
	fine = batch_run(conf, specs, run->count, check_done, run, err);
	free(specs);
	return fine;
}

static int check_all(const struct options *options, const struct conf *conf, const struct cli_words *words)
{
	struct run run = { .options = options, .worst = VERDICT_UP, .status = -1 };
	struct error err;
	struct roster roster = { 0 };
	int status;
	bool fine = read_monitors(&roster, options, conf, &err);

	for (size_t i = 0; i < words->count && fine; i++)
		fine = add_word(&run, conf, &roster, words->items[i], &err);
	if (fine && !words->count)
		add_all(&run, &roster);
	if (fine && !run.count)
		fine = error_set(&err, EXIT_USAGE, "nothing to check: name a target, a configuration with --config, or kumatop add a monitor");
	fine = fine && limit_timeouts(&run, &err) && carry_out(&run, conf, &err);
	if (fine && options->nagios)
		print_nagios(&run);
	status = !fine ? cli_fail(&err) : run.status > 0 ? run.status : verdict_exit_code(run.worst);
	for (size_t i = 0; i < run.count; i++)
		spec_release(run.items[i].spec);
	free(run.items);
	roster_finish(&roster);
	return status;
}

static int run_check(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct conf *conf;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	conf = cli_load(&options.common, &status);
	if (conf) {
		status = check_all(&options, conf, &words);
		conf_free(conf);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_check = {
	.name = "check",
	.usage = "[OPTION…] [TARGET|NAME…]",
	.summary = "Check targets or monitors once, say what was seen, and exit by the worst: 0 up, 1 degraded, 2 down, 3 unknown",
	.help = "Without arguments every monitor of the configuration is checked. A name may be a pattern (\"web*\").",
	.options = options_table,
	.run = run_check,
};
