/*
 * `kumatop list`: the board as the database last knew it, as text, JSON, or as kumatop.conf would have it. Reads only, so it works beside
 * an owner.
 */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/when.h"
#include "roster.h"
#include "views.h"

struct options {
	struct cli_common common;
	bool json, conf, reveal;
};

static const struct setting options_table[] = {
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "one JSON object a line", NULL },
	{ "conf", NULL, SETTING_FLAG, offsetof(struct options, conf), 0, 0, NULL, NULL, NULL, "as text that kumatop.conf accepts", NULL },
	{ "reveal", NULL, SETTING_FLAG, offsetof(struct options, reveal), 0, 0, NULL, NULL, NULL, "with --conf: print secrets kept in place", NULL },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static void print_conf(const struct roster *roster, bool reveal, struct buf *out)
{
	const char *separator = "";

	buf_add_text(out, "monitors: (\n");
	for (size_t i = 0; i < roster->count; i++) {
		if (!roster->entries[i].spec)
			continue;
		buf_print(out, "%s  ", separator);
		conf_print_monitor(roster->entries[i].spec, reveal, out);
		separator = ",\n";
	}
	buf_add_text(out, *separator ? "\n);\n" : ");\n");
}

/* One archive open for as long as the views are made. */
static bool make_snapshot(const struct roster *roster, struct archive *archive, const struct snapshot **snapshot, enum verdict *worst,
    struct error *err)
{
	struct picture *picture = picture_create();
	struct board_health health = { 0 };
	bool fine = true;

	*worst = VERDICT_UP;
	if (!roster->count) {
		*worst = VERDICT_UNKNOWN;
		cli_say("there are no monitors: kumatop add TARGET, or name a configuration with --config");
	}
	for (size_t i = 0; i < roster->count && fine; i++) {
		const struct roster_entry *entry = &roster->entries[i];
		struct monitor_view *view;

		if (!entry->spec)
			continue;
		view = picture_edit(picture, picture_add(picture));
		fine = view_from_archive(view, entry, archive, unix_now_us(), err);
		if (view->standing.state != STATE_PAUSED)
			*worst = verdict_worse(*worst, state_verdict(view->standing.state));
	}
	*snapshot = fine ? picture_snapshot(picture, &health, unix_now_us()) : NULL;
	picture_destroy(picture);
	return fine;
}

static bool list(const struct options *options, const struct conf *conf, struct buf *out, int *status, struct error *err)
{
	char *path = conf_database_path(conf, options->common.database);
	struct archive *archive = NULL;
	struct roster roster = { 0 };
	const struct snapshot *snapshot = NULL;
	enum verdict worst = VERDICT_UP;
	bool fine = true;

	if (path) {
		archive = archive_open(path, err);
		/* No database yet is no fault: nothing has run so far. */
		fine = archive || err->code == EXIT_UNAVAILABLE;
	}
	fine = fine && roster_read(&roster, conf, archive, err);
	for (size_t i = 0; fine && i < roster.notes.count; i++)
		cli_say("%s", roster.notes.items[i]);
	if (fine && options->conf) {
		print_conf(&roster, options->reveal, out);
	} else if (fine) {
		fine = make_snapshot(&roster, archive, &snapshot, &worst, err);
		if (fine && options->json)
			format_board_json(out, snapshot);
		else if (fine)
			format_board_text(out, snapshot, unix_now_us());
	}
	*status = options->conf ? EXIT_FINE : verdict_exit_code(worst);
	snapshot_release(snapshot);
	roster_finish(&roster);
	archive_close(archive);
	free(path);
	return fine;
}

static int run_list(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct conf *conf;
	struct error err;
	struct buf out;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	conf = words.count ? NULL : cli_load(&options.common, &status);
	if (words.count) {
		error_set(&err, EXIT_USAGE, "usage: kumatop list %s", command->usage);
		status = cli_fail(&err);
	} else if (conf) {
		buf_init(&out, SIZE_MAX / 2);
		if (!list(&options, conf, &out, &status, &err))
			status = cli_fail(&err);
		else
			cli_write(&out, &status);
		buf_finish(&out);
		conf_free(conf);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_list = {
	.name = "list", .usage = "[--json|--conf]", .summary = "Show the monitors and what is known of them",
	.help = "Exits by the worst state, as check does.", .options = options_table, .run = run_list,
};
