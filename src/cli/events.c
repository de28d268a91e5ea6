/*
 * `kumatop events`: the log of changes, newest last, from a running kumatop or from the database; --follow goes on with what happens.
 */
#include "commands.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "past.h"

enum { EVENTS_MOST = 100000, NAME_CELLS_LEAST = 12, NAME_CELLS_MOST = 40, SLICE_MS = 250, RETRY_MS = 250 };

struct options {
	struct cli_common common;
	struct text_list monitors;
	char *since;
	int64_t lines;
	bool follow, json;
};

static const struct setting options_table[] = {
	{ "follow", NULL, SETTING_FLAG, offsetof(struct options, follow), 0, 0, NULL, NULL, NULL, "go on with what happens, until interrupted", NULL },
	{ "lines", NULL, SETTING_INTEGER, offsetof(struct options, lines), -1, EVENTS_MOST, "-1", NULL, NULL,
	    "at most this many, the newest; without it 50, or all since --since", "N" },
	{ "since", NULL, SETTING_TEXT, offsetof(struct options, since), 1, 64, NULL, NULL, NULL, "from this time on: 2h, 7d, 2026-11-01, RFC 3339", "T" },
	{ "monitor", NULL, SETTING_LIST, offsetof(struct options, monitors), 1, 1000, NULL, NULL, NULL,
	    "only of monitors of this name or pattern; may be given again", "PATTERN" },
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "one JSON object a line, as export --events has them",
	    NULL },
	CLI_SOCKET_ROW(struct options),
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct cli_letter letters[] = { { 'n', "lines" }, { 'f', "follow" }, { 0, NULL } };

struct log {
	const struct options *options;
	struct past past;
	struct past_mark mark;		/* of --follow */
	size_t name_width;
	int status;
	bool gone;			/* nobody reads the output any more, or it cannot be written */
};

static volatile sig_atomic_t interrupted;

/* A second signal finds the default action: it ends us in a write that nobody takes, too. */
static void take_signal(int number)
{
	interrupted = 1;
	signal(number, SIG_DFL);
}

static bool is_named(const struct log *log, const struct history_event *event)
{
	const struct text_list *patterns = &log->options->monitors;

	for (size_t i = 0; i < patterns->count; i++)
		if (strcmp(patterns->items[i], event->name) == 0 || text_glob(patterns->items[i], event->name))
			return true;
	return !patterns->count;
}

/* What is news to the one who follows is told later. */
static bool is_listed(void *arg, const struct history_event *event)
{
	const struct log *log = arg;

	return is_named(log, event) && (!log->options->follow || !past_is_news(&log->mark, event));
}

static void print_event(const struct log *log, const struct history_event *event, struct buf *out)
{
	const struct event *at = &event->event;
	struct event_record record = {
		.name = event->name, .kind_word = event_word((enum event_kind)at->kind), .id = at->id, .time_us = at->time_us,
		.since_us = at->since_us, .lasted_us = at->lasted_us, .from = at->from, .to = at->to,
		.outcome = at->outcome == OUTCOME_NONE ? -1 : at->outcome, .code = at->code, .detail = shared_read(at->detail),
		.evidence = shared_read(at->evidence), .who = shared_read(at->who),
	};

	if (log->options->json)
		format_event(out, EXPORT_NDJSON, &record, false, false);
	else
		format_event_line(out, &record, at->kind == EVENT_STATE, log->name_width);
}

static void print_events(struct log *log, const struct past_events *events)
{
	struct buf out;

	buf_init(&out, SIZE_MAX / 2);
	for (size_t i = events->count; i-- > 0;)
		if (is_named(log, &events->items[i]))
			print_event(log, &events->items[i], &out);
	if (out.length && !cli_write(&out, &log->status))
		log->gone = true;
	buf_finish(&out);
}

static void find_width(struct log *log, const struct past_events *events)
{
	log->name_width = NAME_CELLS_LEAST;
	for (size_t i = 0; i < events->count; i++) {
		size_t width = text_width(events->items[i].name);

		if (width > log->name_width)
			log->name_width = width < NAME_CELLS_MOST ? width : NAME_CELLS_MOST;
	}
}

static bool list_events(struct log *log, int64_t since_us, struct error *err)
{
	int64_t lines = log->options->lines >= 0 ? log->options->lines : log->options->since ? EVENTS_MOST : 50;
	struct past_events events;

	if (!past_read(&log->past, since_us, (size_t)lines, is_listed, log, &events, err))
		return false;
	find_width(log, &events);
	print_events(log, &events);
	if (events.more && lines == EVENTS_MOST)
		cli_say("these are the newest %d: kumatop export --events has them all", EVENTS_MOST);
	past_events_finish(&events);
	return true;
}

/* A reader that went while nothing happens would be noticed at the next event only. */
static bool reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLNVAL));
}

static bool goes_on(const struct log *log)
{
	return !interrupted && !log->gone && !reader_is_gone();
}

/*
 * When to ask. The owner counts an event before it is on disk, where the answer comes from: so it is asked again some times after the
 * count rose, and once in a while when it did not, for what a full disk held back.
 */
struct asking {
	uint64_t events;		/* the owner's count */
	size_t step;
	struct mono next;
};

static const int ask_after_ms[] = { 0, 100, 400, 1500, 5000, 30000 };

enum { ASK_STEPS = sizeof(ask_after_ms) / sizeof(ask_after_ms[0]) };

static bool tell_news(struct log *log, struct error *err)
{
	struct past_events events;

	if (!past_news(&log->past, &log->mark, &events, err))
		return false;
	print_events(log, &events);
	past_events_finish(&events);
	return true;
}

static bool ask_if_due(struct log *log, struct asking *asking, struct error *err)
{
	if (mono_between_us(asking->next, mono_now()) < 0)
		return true;
	if (asking->step < ASK_STEPS - 1)
		asking->step++;
	asking->next = mono_add_ms(mono_now(), ask_after_ms[asking->step]);
	return tell_news(log, err);
}

static int until_next_ms(const struct asking *asking)
{
	int64_t us = mono_between_us(mono_now(), asking->next);

	return us <= 0 ? 0 : us > SLICE_MS * 1000 ? SLICE_MS : (int)(us / 1000) + 1;
}

/* As long as this owner is there. false with err when it has gone, or what it says is wrong. */
static bool follow_owner(struct log *log, struct error *err)
{
	struct asking asking = { .next = mono_now() };

	if (!through_watch_health(log->past.through, err))
		return false;
	while (goes_on(log)) {
		const struct snapshot *picture = through_next(log->past.through, until_next_ms(&asking), err);

		if (!picture && err->code != EXIT_LOCKED)
			return false;
		if (picture && picture->health.events != asking.events) {
			asking.events = picture->health.events;
			asking.step = 0;
			asking.next = mono_now();
		}
		snapshot_release(picture);
		if (!ask_if_due(log, &asking, err))
			return false;
	}
	return true;
}

/* false: not any more, with err, or it is time to end. */
static bool attach_again(struct log *log, struct error *err)
{
	cli_say("the owner has gone: waiting for it to come back");
	while (goes_on(log)) {
		if (through_again(log->past.through, err))
			return true;
		if (err->code == EXIT_PERMISSION)
			return false;
		(void)poll(NULL, 0, RETRY_MS);
	}
	return false;
}

static bool follow(struct log *log, struct error *err)
{
	while (!follow_owner(log, err)) {
		if (err->code == EXIT_PERMISSION)
			return false;
		if (!attach_again(log, err))
			return !goes_on(log);
	}
	return true;
}

static bool open_past(struct log *log, struct through *through, struct error *err)
{
	log->past.through = through;
	if (through->call) {
		through_say_whose(through);
		return true;
	}
	if (log->options->follow)
		return error_set(err, EXIT_UNAVAILABLE, "no kumatop is running here: nothing would happen");
	if (!through->database)
		return error_set(err, EXIT_UNAVAILABLE, "no kumatop is running here, and there is no database");
	log->past.archive = archive_open(through->database, err);
	return log->past.archive != NULL;
}

static bool read_since(const struct options *options, int64_t *since_us, struct error *err)
{
	*since_us = 0;
	if (!options->since || moment_parse(options->since, unix_now_us(), since_us, err))
		return true;
	err->code = EXIT_USAGE;
	return error_prefix(err, "--since: ");
}

static int tell(const struct options *options, struct through *through)
{
	struct log log = { .options = options, .status = EXIT_FINE };
	int64_t since_us;
	struct error err;
	bool fine = read_since(options, &since_us, &err) && open_past(&log, through, &err);

	if (options->follow) {
		signal(SIGINT, take_signal);
		signal(SIGTERM, take_signal);
		fine = fine && past_end(&log.past, &log.mark, &err);
	}
	fine = fine && list_events(&log, since_us, &err);
	if (fine && options->follow)
		fine = follow(&log, &err);
	archive_close(log.past.archive);
	return fine ? log.status : cli_fail(&err);
}

static int run_events(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct through through;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count) {
		error_set(&err, EXIT_USAGE, "usage: kumatop events %s", command->usage);
		status = cli_fail(&err);
	} else if (through_open(&through, &options.common, &status)) {
		status = tell(&options, &through);
		through_close(&through);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_events = {
	.name = "events", .usage = "[--follow] [--json] [--since T] [--monitor PATTERN…] [-n N]",
	.summary = "Show changes of state and what people did, newest last",
	.help = "From a running kumatop, or from the database. --follow goes on when that kumatop is restarted. Times are local; with --json UTC.",
	.options = options_table, .letters = letters, .run = run_events,
};
