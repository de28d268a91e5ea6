/*
 * `kumatop list`: the board as text, JSON, or as kumatop.conf would have it; the owner's live picture, or what the database last knew, or
 * how it stood at a past moment.
 */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/when.h"
#include "roster.h"
#include "through.h"
#include "views.h"

struct options {
	struct cli_common common;
	bool json, conf, reveal;
	char *at;
	int64_t at_us;		/* 0: now */
};

static const struct setting options_table[] = {
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "one JSON object a line", NULL },
	{ "conf", NULL, SETTING_FLAG, offsetof(struct options, conf), 0, 0, NULL, NULL, NULL, "as text that kumatop.conf accepts", NULL },
	{ "reveal", NULL, SETTING_FLAG, offsetof(struct options, reveal), 0, 0, NULL, NULL, NULL, "with --conf: print secrets kept in place, as the database has them",
	    NULL },
	{ "at", NULL, SETTING_TEXT, offsetof(struct options, at), 1, 64, NULL, NULL, NULL,
	    "as it stood then: 2h, 7d, 03:12, 2026-11-01, \"2026-11-01 03:12\", RFC 3339", "T" },
	CLI_SOCKET_ROW(struct options),
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static void print_conf(const struct snapshot *snapshot, bool reveal, struct buf *out)
{
	const char *separator = "";

	buf_add_text(out, "monitors: (\n");
	for (size_t i = 0; i < snapshot->count; i++) {
		buf_print(out, "%s  ", separator);
		conf_print_monitor(snapshot_view(snapshot, i)->spec, reveal, out);
		separator = ",\n";
	}
	buf_add_text(out, *separator ? "\n);\n" : ");\n");
}

static void print_text(const struct options *options, const struct snapshot *snapshot, struct buf *out)
{
	char when[64];

	if (options->at_us)
		buf_print(out, "as of %s\n", moment_print_local(options->at_us, "%F %T %Z", when, sizeof(when)));
	format_board_text(out, snapshot, options->at_us ? options->at_us : unix_now_us());
}

static void print(const struct options *options, const struct snapshot *snapshot, struct buf *out, int *status)
{
	enum verdict worst = snapshot->count ? VERDICT_UP : VERDICT_UNKNOWN;

	for (size_t i = 0; i < snapshot->count; i++) {
		enum state state = snapshot_view(snapshot, i)->standing.state;

		if (state != STATE_PAUSED)
			worst = verdict_worse(worst, state_verdict(state));
	}
	if (!snapshot->count && options->at_us)
		cli_say("there were no monitors then, or nothing is known of them");
	else if (!snapshot->count && !options->conf)
		cli_say("there are no monitors: kumatop add TARGET, or name a configuration with --config");
	*status = options->conf ? EXIT_FINE : verdict_exit_code(worst);
	if (options->conf)
		print_conf(snapshot, options->reveal, out);
	else if (options->json)
		format_board_json(out, snapshot, options->at_us);
	else
		print_text(options, snapshot, out);
}

/* One archive open for as long as the views are made; without one, monitors alone. */
static const struct snapshot *picture_roster(const struct roster *roster, struct archive *archive, struct error *err)
{
	const struct snapshot *snapshot = NULL;
	struct picture *picture = picture_create();
	struct board_health health = { 0 };
	bool fine = true;

	for (size_t i = 0; i < roster->count && fine; i++) {
		const struct roster_entry *entry = &roster->entries[i];

		if (entry->spec)
			fine = view_from_archive(picture_edit(picture, picture_add(picture)), entry, archive, unix_now_us(), err);
	}
	if (fine)
		snapshot = picture_snapshot(picture, &health, unix_now_us());
	picture_destroy(picture);
	return snapshot;
}

/* The board as configuration and database have it. */
static const struct snapshot *picture_kept(const struct options *options, const struct conf *conf, struct error *err)
{
	char *path = conf_database_path(conf, options->common.database);
	const struct snapshot *snapshot = NULL;
	struct archive *archive = NULL;
	struct roster roster = { 0 };
	bool fine = true;

	if (path) {
		archive = archive_open(path, err);
		/* No database yet is no fault: nothing has run so far. */
		fine = archive || err->code == EXIT_UNAVAILABLE;
	}
	fine = fine && roster_read(&roster, conf, archive, err);
	for (size_t i = 0; fine && i < roster.notes.count; i++)
		cli_say("%s", roster.notes.items[i]);
	if (fine)
		snapshot = picture_roster(&roster, options->conf ? NULL : archive, err);
	roster_finish(&roster);
	archive_close(archive);
	free(path);
	return snapshot;
}

/* Another's owner tells as much of the past as we may see. */
static const struct snapshot *ask_past(const struct options *options, struct through *through, struct error *err)
{
	struct history_query query = { .kind = HISTORY_BOARD, .to_us = options->at_us };
	struct history_answer *answer = call_ask(through->call, &query, THROUGH_WAIT_MS, err);
	const struct snapshot *board = NULL;

	if (answer && answer->ok)
		board = snapshot_hold(answer->board);
	else if (answer)
		*err = answer->error;
	history_answer_destroy(answer);
	return board;
}

/* Beside an owner, too: what was is read from the file, as an export is. */
static const struct snapshot *picture_past(const struct options *options, const struct through *through, struct error *err)
{
	struct archive *archive = through->database ? archive_open(through->database, err) : NULL;
	const struct snapshot *snapshot = NULL;
	struct roster roster = { 0 };

	if (!through->database)
		error_set(err, EXIT_USAGE, "there is no database, and so no past: name one with --database");

	if (archive && roster_read(&roster, through->conf, archive, err))
		snapshot = archive_board(archive, options->at_us, NULL, roster_spec_of, &roster, err);
	roster_finish(&roster);
	archive_close(archive);
	return snapshot;
}

static const struct snapshot *picture_any(const struct options *options, struct through *through, struct error *err)
{
	if (options->at_us && through->call && !through_is_ours(through)) {
		through_say_whose(through);
		return ask_past(options, through, err);
	}
	if (options->at_us)
		return picture_past(options, through, err);
	/* Secrets do not travel. */
	if (!through->call || (options->reveal && !through->named))
		return picture_kept(options, through->conf, err);
	if (options->reveal) {
		error_set(err, EXIT_USAGE, "--reveal reads the database: name it with --database, not the socket");
		return NULL;
	}
	through_say_whose(through);
	return through_picture(through, NULL, 0, err);
}

static int list(const struct options *options, struct through *through)
{
	const struct snapshot *snapshot;
	struct error err;
	struct buf out;
	int status;

	snapshot = picture_any(options, through, &err);
	if (!snapshot)
		return cli_fail(&err);
	buf_init(&out, SIZE_MAX / 2);
	print(options, snapshot, &out, &status);
	cli_write(&out, &status);
	buf_finish(&out);
	snapshot_release(snapshot);
	return status;
}

/* The future is not known here. */
static bool read_at(struct options *options, struct error *err)
{
	int64_t now_us = unix_now_us();

	if (!options->at)
		return true;
	if (options->conf)
		return error_set(err, EXIT_USAGE, "--conf prints what monitors are told to be now: leave --at out");
	if (!moment_parse(options->at, now_us, &options->at_us, err)) {
		err->code = EXIT_USAGE;
		return error_prefix(err, "--at: ");
	}
	if (options->at_us > now_us)
		return error_set(err, EXIT_USAGE, "--at: %s is still to come", options->at);
	return options->at_us > 0 || error_set(err, EXIT_USAGE, "--at: %s is before all time that is kept", options->at);
}

static int run_list(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct through through;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count) {
		error_set(&err, EXIT_USAGE, "usage: kumatop list %s", command->usage);
		status = cli_fail(&err);
	} else if (!read_at(&options, &err)) {
		status = cli_fail(&err);
	} else if (through_open(&through, &options.common, &status)) {
		status = list(&options, &through);
		through_close(&through);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_list = {
	.name = "list", .usage = "[--json|--conf] [--at T]", .summary = "Show the monitors and what is known of them",
	.help = "A running kumatop is asked for what it sees now; when none runs, the database for what was last known. Exits by the worst state, as\n"
	    "check does. With --at the past is read from history, also beside a kumatop that runs; what nobody observed then is unknown.", .options = options_table, .run = run_list,
};
