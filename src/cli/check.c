/*
 * `kumatop check`: every target once, by the same code that the engine checks with, and an exit code for scripts. A monitor that a
 * running kumatop has is checked by that one, so that the result counts.
 */
#include "commands.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "roster.h"
#include "through.h"

struct options {
	struct cli_common common;
	bool json, nagios;
	int64_t timeout_ms;
};

static const struct setting options_table[] = {
	CLI_SOCKET_ROW(struct options),
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
	monitor_id monitor;		/* of the owner that is to check it; 0: we do */
	struct check_result result;
	enum verdict verdict;
	bool ended, refused;
};

struct run {
	const struct options *options;
	struct item *items;
	size_t count, printed;
	size_t *local;			/* which of them we check */
	size_t local_count;
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
		if (!run->options->nagios && !run->items[run->printed].refused)
			print_item(run, &run->items[run->printed]);
		run->printed++;
	}
}

static void take_result(struct run *run, struct item *item, const struct check_result *result)
{
	item->result = *result;
	item->result.evidence = NULL;
	item->verdict = spec_verdict(item->spec, result);
	item->ended = true;
	run->worst = verdict_worse(run->worst, item->verdict);
	print_ready(run);
}

static void check_done(void *arg, size_t index, const struct check_result *result)
{
	struct run *run = arg;

	take_result(run, &run->items[run->local[index]], result);
}

/* The Nagios plugin development guidelines: one line "SERVICE STATUS: text | 'label'=value;…". */
static void print_nagios(struct run *run)
{
	static const char *const words[VERDICT_COUNT] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	const struct item *worst = &run->items[0];
	struct buf out;
	size_t fine = 0;
	char *reason;

	assert(run->count > 0);
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

/* Takes the hold. */
static void add_item(struct run *run, struct monitor_spec *spec, monitor_id monitor)
{
	run->items = heap_resize(run->items, run->count + 1, sizeof(*run->items));
	run->items[run->count] = (struct item){ .spec = spec, .monitor = monitor };
	run->count++;
	if (text_width(spec->name) > run->name_width)
		run->name_width = text_width(spec->name);
}

/* The monitors there are: the owner's, or those of configuration and database. */
struct monitors {
	const struct snapshot *picture;	/* of those that were named; NULL: there is no owner */
	const struct snapshot *whole;	/* of all, once a word was none of them */
	struct roster roster;
};

static bool add_named(struct run *run, const struct monitors *monitors, const char *word)
{
	size_t before = run->count;

	for (size_t i = 0; monitors->picture && i < monitors->picture->count; i++) {
		const struct monitor_view *view = snapshot_view(monitors->picture, i);

		if (through_means(word, view))
			add_item(run, spec_hold(view->spec), view->id);
	}
	for (size_t i = 0; i < monitors->roster.count; i++) {
		struct monitor_spec *spec = monitors->roster.entries[i].spec;

		if (spec && (strcmp(word, spec->name) == 0 || text_glob(word, spec->name)))
			add_item(run, spec_hold(spec), 0);
	}
	return run->count > before;
}

/* The monitor that a word may have meant, borrowed. */
static const char *nearest_monitor(const struct monitors *monitors, const char *word)
{
	size_t count = 0, most = monitors->roster.count + (monitors->whole ? monitors->whole->count : 0);
	const char **names = heap_zero(most + 1, sizeof(*names));
	const char *nearest;

	for (size_t i = 0; monitors->whole && i < monitors->whole->count; i++)
		names[count++] = snapshot_view(monitors->whole, i)->spec->name;
	for (size_t i = 0; i < monitors->roster.count; i++)
		if (monitors->roster.entries[i].spec)
			names[count++] = monitors->roster.entries[i].name;
	nearest = text_nearest(word, names, count);
	free(names);
	return nearest;
}

/* A name with a slip of the finger is not to become a host that is down. What looks like a target is one. */
static bool refuse_slip(struct monitors *monitors, struct through *through, const char *word, struct error *err)
{
	const char *monitor, *command;

	if (strpbrk(word, ".:/[*?") != NULL)
		return true;
	if (monitors->picture && !monitors->whole) {
		/* A call of its own afterwards: nobody is to send us all of it from now on. */
		monitors->whole = through_picture(through, NULL, 0, err);
		if (!monitors->whole || !through_again(through, err))
			return false;
	}
	monitor = nearest_monitor(monitors, word);
	if (monitor)
		return error_set(err, EXIT_DATA, "there is no monitor \"%s\"; did you mean \"%s\"? To check a host of that name write ping://%s",
		    word, monitor, word);
	command = cli_nearest(word);
	return !command || error_set(err, EXIT_DATA,
	    "there is no monitor \"%s\"; did you mean the command %s? To check a host of that name write ping://%s", word, command, word);
}

/* A word is the name of a monitor, a pattern of such names, or a target. */
static bool add_word(struct run *run, struct through *through, struct monitors *monitors, const char *word, struct error *err)
{
	struct monitor_spec *spec;

	if (add_named(run, monitors, word))
		return true;
	if (!refuse_slip(monitors, through, word, err))
		return false;
	spec = conf_new_monitor(word, NULL, &through->conf->settings, SPEC_TEMPORARY, err);
	if (!spec || !spec_seal(spec, err)) {
		spec_release(spec);
		if (err->code == EXIT_CONFIG || err->code == EXIT_DATA)
			err->code = EXIT_USAGE;
		return false;
	}
	add_item(run, spec, 0);
	return true;
}

/* Every monitor that is not paused. */
static void add_all(struct run *run, const struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++) {
		const struct roster_entry *entry = &roster->entries[i];

		if (entry->spec && !(entry->standing && entry->standing->standing.state == STATE_PAUSED))
			add_item(run, spec_hold(entry->spec), 0);
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
	struct monitor_spec **specs = heap_zero(run->count + 1, sizeof(struct monitor_spec *));
	bool fine;

	run->local = heap_zero(run->count + 1, sizeof(*run->local));
	for (size_t i = 0; i < run->count; i++) {
		if (run->items[i].monitor)
			continue;
		specs[run->local_count] = run->items[i].spec;
		run->local[run->local_count++] = i;
	}
	fine = !run->local_count || batch_run(conf, specs, run->local_count, check_done, run, err);
	free(run->local);
	free(specs);
	return fine;
}

/* A monitoring system knows four exit codes; to it, what we may not check is unknown. */
static void refuse(struct run *run, struct item *item, const struct error *err)
{
	item->ended = item->refused = true;
	item->verdict = VERDICT_UNKNOWN;
	item->result = result_make(OUTCOME_NOT_PERMITTED);
	result_set_detail(&item->result, "%s", err->text);
	run->worst = verdict_worse(run->worst, VERDICT_UNKNOWN);
	if (!run->options->nagios)
		run->status = cli_fail(err);
	print_ready(run);
}

/* Those that the owner checks, one after the other. What it refuses is said, and the others are checked all the same. */
static bool order_all(struct run *run, struct through *through, struct error *err)
{
	bool said = false;

	for (size_t i = 0; i < run->count; i++) {
		struct item *item = &run->items[i];
		struct reply reply;
		int64_t wait_ms = item->spec->common.timeout_ms + THROUGH_WAIT_MS;

		if (!item->monitor)
			continue;
		if (!said)
			through_say_whose(through);
		said = true;
		if (through_order(through, command_create(COMMAND_CHECK, item->monitor), (int)wait_ms, &reply, err)) {
			take_result(run, item, &reply.result);
			continue;
		}
		if (err->code != EXIT_PERMISSION && err->code != EXIT_USAGE)
			return false;
		refuse(run, item, err);
	}
	return true;
}

static bool find_monitors(struct monitors *monitors, const struct options *options, struct through *through, const struct cli_words *words,
    struct error *err)
{
	if (through->named && options->timeout_ms)
		return error_set(err, EXIT_USAGE, "--timeout is for what is checked here, not for what another kumatop checks");
	/* All of them, or with another timeout: that is for us to do, beside the owner. */
	if (!through->call || (!through->named && (!words->count || options->timeout_ms)))
		return read_monitors(&monitors->roster, options, through->conf, err);
	monitors->picture = through_picture(through, words->items, words->count, err);
	return monitors->picture != NULL;
}

static void add_everything(struct run *run, const struct monitors *monitors)
{
	for (size_t i = 0; monitors->picture && i < monitors->picture->count; i++) {
		const struct monitor_view *view = snapshot_view(monitors->picture, i);

		if (view->standing.state != STATE_PAUSED)
			add_item(run, spec_hold(view->spec), view->id);
	}
	add_all(run, &monitors->roster);
}

static int check_all(const struct options *options, struct through *through, const struct cli_words *words)
{
	struct run run = { .options = options, .worst = VERDICT_UP, .status = -1 };
	struct monitors monitors = { 0 };
	struct error err;
	int status;
	bool fine = find_monitors(&monitors, options, through, words, &err);

	for (size_t i = 0; i < words->count && fine; i++)
		fine = add_word(&run, through, &monitors, words->items[i], &err);
	if (fine && !words->count)
		add_everything(&run, &monitors);
	if (fine && !run.count)
		fine = error_set(&err, EXIT_USAGE, "nothing to check: name a target, a configuration with --config, or kumatop add a monitor");
	fine = fine && limit_timeouts(&run, &err) && carry_out(&run, through->conf, &err) && order_all(&run, through, &err);
	if (fine && options->nagios)
		print_nagios(&run);
	status = !fine ? cli_fail(&err) : run.status > 0 ? run.status : verdict_exit_code(run.worst);
	for (size_t i = 0; i < run.count; i++)
		spec_release(run.items[i].spec);
	free(run.items);
	snapshot_release(monitors.picture);
	snapshot_release(monitors.whole);
	roster_finish(&monitors.roster);
	return status;
}

static int run_check(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct through through;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (through_open(&through, &options.common, &status)) {
		status = check_all(&options, &through, &words);
		through_close(&through);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_check = {
	.name = "check",
	.usage = "[OPTION…] [TARGET|NAME…]",
	.summary = "Check targets or monitors once, say what was seen, and exit by the worst: 0 up, 1 degraded, 2 down, 3 unknown",
	.help = "Without arguments every monitor of configuration and database is checked. A name may be a pattern (\"web*\"). A monitor that a\n"
	    "running kumatop has is checked by that one, and the result counts there.",
	.options = options_table,
	.run = run_check,
};
