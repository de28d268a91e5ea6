/*
 * `kumatop status`: how it stands, in one line: for people, for a tmux status bar (--short), for scripts (--json). Asked often, so it
 * takes no more than it says.
 */
#include "commands.h"

#include <assert.h>
#include <inttypes.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/archive.h"
#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/order.h"
#include "kumatop/when.h"
#include "roster.h"
#include "through.h"

enum { ASKED_FOR_TIME = 64 };

struct options {
	struct cli_common common;
	bool is_short, json;
};

static const struct setting options_table[] = {
	{ "short", NULL, SETTING_FLAG, offsetof(struct options, is_short), 0, 0, NULL, NULL, NULL, "counts alone, for a status bar", NULL },
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "as one JSON object", NULL },
	CLI_SOCKET_ROW(struct options),
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

/* In the order of a line: what is worst comes first. */
static const struct state_row {
	enum state state;
	const char *glyph, *ascii;
} state_rows[] = {
	{ STATE_DOWN, "▼", "X" },
	{ STATE_UNKNOWN, "?", "?" },
	{ STATE_DEGRADED, "▲", "~" },
	{ STATE_PENDING, "○", "." },
	{ STATE_UP, "●", "o" },
	{ STATE_MAINTENANCE, "◊", "m" },
	{ STATE_PAUSED, "║", "\"" },
	{ STATE_NEW, "·", "-" },
};

enum { STATE_ROWS = sizeof(state_rows) / sizeof(state_rows[0]) };

struct standing_now {
	const struct snapshot *picture;	/* held; of an owner that was asked for counts alone, without views */
	const struct wire_hello *owner;	/* NULL: none answers */
	const char *database;		/* NULL: none */
	bool held;			/* somebody has it, and does not answer */
	int64_t as_of_us;		/* without an owner: of the newest result; 0: there is none */
};

/* What was last known. Of many monitors some tell how old that is: all are checked all the time. */
static bool read_kept(struct standing_now *now, const struct conf *conf, struct error *err)
{
	struct archive *archive = archive_open(now->database, err);
	struct picture *picture = picture_create();
	struct board_health health = { .history_kept = true };
	struct roster roster = { 0 };
	bool fine = archive && roster_read(&roster, conf, archive, err);

	for (size_t i = 0; fine && i < roster.count; i++) {
		const struct roster_entry *entry = &roster.entries[i];
		struct kept_marks marks = { 0 };
		struct monitor_view *view;

		if (!entry->spec)
			continue;
		if (entry->id && picture_count(picture) < ASKED_FOR_TIME)
			fine = archive_marks(archive, entry->id, &marks, err);
		view = picture_edit(picture, picture_add(picture));
		view->id = entry->id;
		view->spec = spec_hold(entry->spec);
		view_resume(view, entry->standing, NULL);
		if (marks.count && marks.last.time_us > now->as_of_us)
			now->as_of_us = marks.last.time_us;
		kept_marks_finish(&marks);
	}
	if (fine)
		now->picture = picture_snapshot(picture, &health, unix_now_us());
	picture_destroy(picture);
	roster_finish(&roster);
	archive_close(archive);
	return fine;
}

static bool read_board(struct standing_now *now, struct through *through, const struct options *options, struct error *err)
{
	now->database = through->database;
	if (through->call) {
		now->owner = call_hello(through->call);
		now->database = *now->owner->database ? now->owner->database : NULL;
		if (!options->is_short)
			now->picture = through_picture(through, NULL, 0, err);
		else if (through_watch_health(through, err))
			now->picture = through_next(through, THROUGH_WAIT_MS, err);
		return now->picture != NULL;
	}
	if (!now->database)
		return error_set(err, EXIT_UNAVAILABLE, "no kumatop is running, and there is no database");
	now->held = through->held;
	if (read_kept(now, through->conf, err))
		return true;
	return err->code == EXIT_UNAVAILABLE ? error_prefix(err, "no kumatop is running: ") : false;
}

static const struct monitor_view *worst_view(const struct snapshot *picture)
{
	const struct monitor_view **views = heap_zero(picture->count + 1, sizeof(struct monitor_view *));
	const struct monitor_view *worst;

	for (size_t i = 0; i < picture->count; i++)
		views[i] = snapshot_view(picture, i);
	order_sort(views, picture->count, ORDER_STATE, false);
	worst = picture->count && order_is_problem(views[0]) ? views[0] : NULL;
	free(views);
	return worst;
}

static void print_as_of(const struct standing_now *now, struct buf *out)
{
	bool today = unix_now_us() - now->as_of_us < DAY_US;
	char when[32];

	buf_add_text(out, now->held ? "does not answer" : "not running");
	if (now->as_of_us)
		buf_print(out, ", as of %s", moment_print_local(now->as_of_us, today ? "%H:%M" : "%F %H:%M", when, sizeof(when)));
}

static void print_short(const struct standing_now *now, struct buf *out)
{
	bool ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	const char *separator = "";

	for (size_t i = 0; i < STATE_ROWS; i++) {
		uint32_t count = now->picture->by_state[state_rows[i].state];

		if (!count)
			continue;
		buf_print(out, "%s%s%u", separator, ascii ? state_rows[i].ascii : state_rows[i].glyph, count);
		separator = " ";
	}
	if (!*separator)
		buf_add_text(out, "no monitors");
	if (now->picture->health.network_gone)
		buf_add_text(out, " no network");
	if (!now->owner)
		buf_print(out, " %s", now->held ? "no answer" : "not running");
	buf_add_char(out, '\n');
}

static void print_worst(const struct monitor_view *view, struct buf *out)
{
	const char *reason = shared_read(view->detail);
	char age[32];

	buf_print(out, "; worst: %s %s", view->spec->name, state_word((int)view->standing.state));
	if (view->standing.since_us)
		buf_print(out, " for %s", length_print(unix_now_us() - view->standing.since_us, age, sizeof(age)));
	if (*reason)
		buf_print(out, ": %s", reason);
}

static void print_line(const struct standing_now *now, struct buf *out)
{
	const struct board_health *health = &now->picture->health;
	const struct monitor_view *worst = worst_view(now->picture);
	const char *separator = "";

	for (size_t i = 0; i < STATE_ROWS; i++) {
		uint32_t count = now->picture->by_state[state_rows[i].state];

		if (!count)
			continue;
		buf_print(out, "%s%u %s", separator, count, state_rows[i].state == STATE_NEW ? "not checked yet" : state_word((int)state_rows[i].state));
		separator = ", ";
	}
	if (!*separator)
		buf_add_text(out, "no monitors");
	if (worst)
		print_worst(worst, out);
	if (health->network_gone)
		buf_add_text(out, "; this machine's network is gone");
	if (health->history_trouble)
		buf_print(out, "; %s", shared_read(health->history_trouble));
	buf_add_text(out, "; ");
	if (now->owner)
		buf_print(out, "kumatop on %s, process %" PRId64, now->owner->host, now->owner->pid);
	else
		print_as_of(now, out);
	buf_print(out, " (%s)\n", now->database ? now->database : "keeps no history");
}

static void put_time(struct json *object, const char *key, int64_t us)
{
	char text[40];

	json_put_text(object, key, us ? moment_print(us, text, sizeof(text)) : NULL);
}

static struct json *worst_object(const struct monitor_view *view)
{
	struct json *object = json_new_object();

	json_put_text(object, "name", view->spec->name);
	json_put_text(object, "state", state_word((int)view->standing.state));
	put_time(object, "since", view->standing.since_us);
	json_put_text(object, "detail", shared_read(view->detail));
	return object;
}

static void print_json(const struct standing_now *now, bool counts_alone, struct buf *out)
{
	const struct monitor_view *worst = worst_view(now->picture);
	struct json *object = json_new_object(), *states = json_new_object();
	uint32_t monitors = 0;

	for (size_t i = 0; i < STATE_ROWS; i++) {
		json_put_integer(states, state_word((int)state_rows[i].state), now->picture->by_state[state_rows[i].state]);
		monitors += now->picture->by_state[state_rows[i].state];
	}
	json_put_flag(object, "running", now->owner != NULL);
	json_put_text(object, "host", now->owner ? now->owner->host : NULL);
	if (now->owner)
		json_put_integer(object, "process", now->owner->pid);
	else
		json_put_null(object, "process");
	json_put_text(object, "role", now->owner ? access_role_word((int)now->owner->role) : NULL);
	json_put_text(object, "database", now->database);
	put_time(object, "as_of", now->owner ? now->picture->time_us : now->as_of_us);
	json_put_integer(object, "monitors", monitors);
	json_put(object, "states", states);
	json_put_flag(object, "network_gone", now->picture->health.network_gone);
	json_put_text(object, "history_trouble",
	    now->picture->health.history_trouble ? shared_read(now->picture->health.history_trouble) : NULL);
	if (!counts_alone && worst)
		json_put(object, "worst", worst_object(worst));
	else if (!counts_alone)
		json_put_null(object, "worst");
	json_print(object, out);
	buf_add_char(out, '\n');
	json_free(object);
}

static int tell(struct through *through, const struct options *options)
{
	struct standing_now now = { 0 };
	int status = EXIT_FINE;
	struct error err;
	struct buf out;

	if (!read_board(&now, through, options, &err))
		return cli_fail(&err);
	assert(now.picture);
	buf_init(&out, 1 << 20);
	if (options->json)
		print_json(&now, options->is_short, &out);
	else if (options->is_short)
		print_short(&now, &out);
	else
		print_line(&now, &out);
	cli_write(&out, &status);
	buf_finish(&out);
	snapshot_release(now.picture);
	return status;
}

static int run_status(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct through through;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count) {
		error_set(&err, EXIT_USAGE, "usage: kumatop status %s", command->usage);
		status = cli_fail(&err);
	} else if (through_open(&through, &options.common, &status)) {
		status = tell(&through, &options);
		through_close(&through);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_status = {
	.name = "status", .usage = "[--short] [--json]", .summary = "Say in one line how it stands",
	.help = "In tmux: set -g status-right '#(kumatop status --short)'. When no kumatop runs, it tells what the database last knew, and says so.\n"
	    "Exits with 0 when it could tell, with 69 when there is neither.",
	.options = options_table, .run = run_status,
};
