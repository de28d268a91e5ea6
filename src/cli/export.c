/*
 * `kumatop export`: history of any size to a stream, in constant memory, beside a kumatop that owns the database.
 */
#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/archive.h"
#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "service.h"

enum { CHUNK_BYTES = 1 << 18, ROW_BYTES_MOST = 1 << 20 };

struct options {
	struct cli_common common;
	int format;
	struct text_list monitors;
	char *since, *until, *output;
	bool events, raw;
};

static const char *const formats[] = { "csv", "ndjson", "json", NULL };

static const struct setting options_table[] = {
	{ "format", NULL, SETTING_CHOICE, offsetof(struct options, format), 0, 0, "csv", formats, NULL, "csv, ndjson or json", "FORMAT" },
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

struct job {
	const struct options *options;
	const struct conf *conf;
	struct archive *archive;
	struct archive_range range;
	struct buf chunk;
	int fd;
	uint64_t rows, expected;
	bool first, gone, failed;
	bool progress;
	struct mono started, shown;
};

static void show_progress(struct job *job, bool last)
{
	enum { BAR = 30 };
	struct mono now = mono_now();
	double seconds = (double)mono_between_us(job->started, now) / 1e6;
	double part = job->expected ? (double)job->rows / (double)job->expected : 1;
	char bar[BAR + 1];

	if (!job->progress || (!last && mono_between_us(job->shown, now) < 200000))
		return;
	job->shown = now;
	if (part > 1 || last)
		part = 1;
	for (int i = 0; i < BAR; i++)
		bar[i] = i < (int)(part * BAR) ? '#' : '.';
	bar[BAR] = '\0';
	fprintf(stderr, "\r[%s] %3d%%  %llu rows, %.0f/s%s", bar, (int)(part * 100), (unsigned long long)job->rows,
	    seconds > 0 ? (double)job->rows / seconds : 0, last ? "\033[K\n" : "\033[K");
}

/* A reader that has had enough (| head) ends the export without complaint. */
static bool write_chunk(struct job *job)
{
	if (job->chunk.length && !buf_write(&job->chunk, job->fd)) {
		job->gone = errno == EPIPE;
		job->failed = !job->gone;
		return false;
	}
	buf_clear(&job->chunk);
	return true;
}

static bool row_done(struct job *job)
{
	job->rows++;
	job->first = false;
	if (job->chunk.length < CHUNK_BYTES)
		return true;
	show_progress(job, false);
	return write_chunk(job);
}

static bool take_beat(void *arg, const struct beat_record *beat)
{
	struct job *job = arg;

	format_beat(&job->chunk, (enum export_format)job->options->format, beat, !job->options->raw, job->first);
	return row_done(job);
}

static bool take_event(void *arg, const struct event_record *event)
{
	struct job *job = arg;

	format_event(&job->chunk, (enum export_format)job->options->format, event, !job->options->raw, job->first);
	return row_done(job);
}

static bool stream(struct job *job, struct error *err)
{
	enum export_format format = (enum export_format)job->options->format;
	bool fine;

	if (job->options->events)
		format_rows_head(&job->chunk, format, EXPORT_EVENTS);
	else
		format_rows_head(&job->chunk, format, EXPORT_BEATS);
	fine = job->options->events ? archive_events(job->archive, &job->range, take_event, job, err)
	    : archive_beats(job->archive, &job->range, take_beat, job, err);
	if (fine && !job->gone && !job->failed) {
		format_tail(&job->chunk, format, job->rows > 0);
		write_chunk(job);
	}
	show_progress(job, true);
	if (job->failed)
		return error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", job->options->output ? job->options->output : "the output");
	return fine;
}

static bool read_range(struct job *job, struct error *err)
{
	int64_t now_us = unix_now_us();
	const struct options *options = job->options;

	job->range = (struct archive_range){
		.patterns = (const char *const *)options->monitors.items, .pattern_count = options->monitors.count,
		.from_us = 0, .to_us = INT64_MAX,
	};
	if (options->since && !moment_parse(options->since, now_us, &job->range.from_us, err)) {
		err->code = EXIT_USAGE;
		return error_prefix(err, "--since: ");
	}
	if (options->until && !moment_parse(options->until, now_us, &job->range.to_us, err)) {
		err->code = EXIT_USAGE;
		return error_prefix(err, "--until: ");
	}
	if (job->range.from_us >= job->range.to_us)
		return error_set(err, EXIT_USAGE, "--since is not before --until");
	return true;
}

static bool open_output(struct job *job, struct error *err)
{
	const char *path = job->options->output;

	job->fd = STDOUT_FILENO;
	if (!path || strcmp(path, "-") == 0)
		return true;
	job->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return job->fd >= 0 || error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", path);
}

static bool close_output(struct job *job, struct error *err)
{
	if (job->fd <= STDOUT_FILENO || close(job->fd) == 0)
		return true;
	return error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", job->options->output);
}

/* The names that --monitor may mean. */
struct names {
	char **items;
	size_t count;
};

static bool add_name(void *arg, const char *name)
{
	struct names *names = arg;

	if ((names->count & (names->count - 1)) == 0)
		names->items = heap_resize(names->items, names->count ? 2 * names->count : 1, sizeof(*names->items));
	names->items[names->count++] = heap_text(name);
	return true;
}

static bool check_meant(const struct names *names, const char *pattern, struct error *err)
{
	const char *nearest;

	for (size_t i = 0; i < names->count; i++)
		if (strcmp(pattern, names->items[i]) == 0 || text_glob(pattern, names->items[i]))
			return true;
	nearest = text_nearest(pattern, (const char *const *)names->items, names->count);
	if (nearest)
		return error_set(err, EXIT_DATA, "there is no monitor \"%s\"; did you mean \"%s\"?", pattern, nearest);
	return error_set(err, EXIT_DATA, "there is no monitor \"%s\"; kumatop list shows those there are", pattern);
}

/* A mistyped name must not look like a monitor without history. One that is declared but was never checked is such. */
static bool check_monitors(const struct job *job, struct error *err)
{
	const struct text_list *wanted = &job->options->monitors;
	struct names names = { 0 };
	bool fine = !wanted->count || archive_names(job->archive, add_name, &names, err);

	for (size_t i = 0; i < job->conf->spec_count; i++)
		add_name(&names, job->conf->specs[i]->name);
	for (size_t i = 0; i < wanted->count && fine; i++)
		fine = check_meant(&names, wanted->items[i], err);
	for (size_t i = 0; i < names.count; i++)
		free(names.items[i]);
	free(names.items);
	return fine;
}

/* The archive is opened before the output, so that a wrong database or name empties no file. */
static bool export(struct job *job, const char *database, struct error *err)
{
	struct error ignored;
	bool fine;

	if (!read_range(job, err))
		return false;
	job->archive = archive_open(database, err);
	if (!job->archive || !check_monitors(job, err) || !open_output(job, err))
		return false;
	job->progress = isatty(STDERR_FILENO) && !(job->fd == STDOUT_FILENO && isatty(STDOUT_FILENO));
	if (job->progress && !job->options->events)
		archive_estimate(job->archive, &job->range, &job->expected, &ignored);
	job->started = mono_now();
	fine = stream(job, err);
	return close_output(job, fine ? err : NULL) && fine;
}

static int run_export(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct job job = { .options = &options, .first = true, .fd = -1 };
	struct cli_words words;
	struct conf *conf;
	struct error err;
	char *database;
	bool anothers;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	/* The socket tells what is, not gigabytes of what was. */
	anothers = !words.count && service_is_anothers(&options.common);
	conf = words.count || anothers ? NULL : cli_load(&options.common, &status);
	if (anothers) {
		error_set(&err, EXIT_PERMISSION, "the history is the service's: run it as its user, as in sudo -u kumatop kumatop export");
		status = cli_fail(&err);
	} else if (words.count) {
		error_set(&err, EXIT_USAGE, "usage: kumatop export %s", command->usage);
		status = cli_fail(&err);
	} else if (conf) {
		database = conf_database_path(conf, options.common.database);
		job.conf = conf;
		buf_init(&job.chunk, CHUNK_BYTES + ROW_BYTES_MOST);
		status = EXIT_FINE;
		if (!database)
			status = cli_fail((error_set(&err, EXIT_USAGE, "there is no database: name one with --database"), &err));
		else if (!export(&job, database, &err))
			status = cli_fail(&err);
		archive_close(job.archive);
		buf_finish(&job.chunk);
		free(database);
		conf_free(conf);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_export = {
	.name = "export",
	.usage = "[--format csv|ndjson|json] [--monitor PATTERN…] [--since T] [--until T] [--events] [-o FILE]",
	.summary = "Write the history as CSV, NDJSON or JSON",
	.help = "Works while a kumatop owns the database. Times are RFC 3339 UTC; rows are ordered by monitor, then time.",
	.options = options_table,
	.letters = letters,
	.run = run_export,
};
