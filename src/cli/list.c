/*
 * `kumatop list`: the board as text, JSON, or as kumatop.conf would have it; the owner's live picture, or what the database last knew.
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
};

static const struct setting options_table[] = {
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "one JSON object a line", NULL },
	{ "conf", NULL, SETTING_FLAG, offsetof(struct options, conf), 0, 0, NULL, NULL, NULL, "as text that kumatop.conf accepts", NULL },
	{ "reveal", NULL, SETTING_FLAG, offsetof(struct options, reveal), 0, 0, NULL, NULL, NULL, "with --conf: print secrets kept in place, as the database has them",
	    NULL },
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

static void print(const struct options *options, const struct snapshot *snapshot, struct buf *out, int *status)
{
	enum verdict worst = snapshot->count ? VERDICT_UP : VERDICT_UNKNOWN;

	for (size_t i = 0; i < snapshot->count; i++) {
		enum state state = snapshot_view(snapshot, i)->standing.state;

		if (state != STATE_PAUSED)
			worst = verdict_worse(worst, state_verdict(state));
	}
	if (!snapshot->count && !options->conf)
		cli_say("there are no monitors: kumatop add TARGET, or name a configuration with --config");
	*status = options->conf ? EXIT_FINE : verdict_exit_code(worst);
	if (options->conf)
		print_conf(snapshot, options->reveal, out);
	else if (options->json)
		format_board_json(out, snapshot);
	else
		format_board_text(out, snapshot, unix_now_us());
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

static const struct snapshot *picture_any(const struct options *options, struct through *through, struct error *err)
{
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
	} else if (through_open(&through, &options.common, &status)) {
		status = list(&options, &through);
		through_close(&through);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_list = {
	.name = "list", .usage = "[--json|--conf]", .summary = "Show the monitors and what is known of them",
	.help = "A running kumatop is asked for what it sees now; when none runs, the database for what was last known. Exits by the worst state, as\n"
	    "check does.", .options = options_table, .run = run_list,
};
