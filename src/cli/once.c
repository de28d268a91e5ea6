/* The board, checked once; see once.h. Reads the database for added monitors and pauses, writes nothing. */
#include "once.h"

#include <stdio.h>
#include <stdlib.h>

#include "batch.h"
#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "views.h"

struct once {
	struct picture *picture;
	struct monitor_spec **specs;	/* borrowed from the roster */
	size_t *indexes;		/* of their views */
	size_t count;
	enum verdict worst;
};

static void take_result(void *arg, size_t index, const struct check_result *result)
{
	/* One look: there is no second failure to wait for. */
	static const struct judge_rules rules = { .rise = 1, .fall = 1 };
	struct once *once = arg;
	struct monitor_view *view = picture_edit(once->picture, once->indexes[index]);
	enum verdict verdict = spec_verdict(view->spec, result);

	once->worst = verdict_worse(once->worst, verdict);
	monitor_apply(&view->standing, &rules, verdict, unix_now_us());
	view_take_result(view, result, verdict, unix_now_us());
}

static bool add_view(struct once *once, const struct roster_entry *entry, struct archive *archive, struct error *err)
{
	size_t index = picture_add(once->picture);
	struct monitor_view *view = picture_edit(once->picture, index);

	if (!view_from_archive(view, entry, archive, unix_now_us(), err))
		return false;
	if (view->standing.state == STATE_PAUSED)
		return true;
	once->specs[once->count] = entry->spec;
	once->indexes[once->count++] = index;
	return true;
}

static void print(const struct once *once, bool json, int *status)
{
	struct board_health health = { 0 };
	const struct snapshot *snapshot = picture_snapshot(once->picture, &health, unix_now_us());
	struct buf out;

	buf_init(&out, SIZE_MAX / 2);
	if (json)
		format_board_json(&out, snapshot, 0);
	else
		format_board_text(&out, snapshot, unix_now_us());
	*status = verdict_exit_code(snapshot->count ? once->worst : VERDICT_UNKNOWN);
	cli_write(&out, status);
	if (!snapshot->count)
		cli_say("there are no monitors: kumatop add TARGET, or name a configuration with --config");
	buf_finish(&out);
	snapshot_release(snapshot);
}

static bool fill(struct once *once, const struct conf *conf, const char *database, struct roster *roster, struct error *err)
{
	char *path = conf_database_path(conf, database);
	struct archive *archive = path ? archive_open(path, err) : NULL;
	bool fine = true;

	if (path && !archive && err->code != EXIT_UNAVAILABLE)
		cli_say("%s", err->text);
	free(path);
	fine = roster_read(roster, conf, archive, err);
	once->specs = heap_zero(roster->count + 1, sizeof(struct monitor_spec *));
	once->indexes = heap_zero(roster->count + 1, sizeof(size_t));
	for (size_t i = 0; fine && i < roster->count; i++)
		if (roster->entries[i].spec)
			fine = add_view(once, &roster->entries[i], archive, err);
	archive_close(archive);
	return fine;
}

int once_run(const struct conf *conf, const char *database, bool json)
{
	struct once once = { .picture = picture_create(), .worst = VERDICT_UP };
	struct roster roster = { 0 };
	struct error err;
	int status;

	if (!fill(&once, conf, database, &roster, &err) || !batch_run(conf, once.specs, once.count, take_result, &once, &err))
		status = cli_fail(&err);
	else
		print(&once, json, &status);
	roster_finish(&roster);
	free(once.specs);
	free(once.indexes);
	picture_destroy(once.picture);
	return status;
}
