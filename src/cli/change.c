/*
 * `add`, `edit`, `rm`, `pause`, `resume` on a database that nobody owns. Settings are options named as in kumatop.conf
 * ("--interval 30s", "--expect.status 200-299"), so every setting of every kind is one, without a list of them here.
 */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keeper.h"
#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

/* A setting given on the command line, applied once the monitor is known. */
struct given {
	char **names, **values;
	size_t count;
};

struct options {
	struct cli_common common;
	char *name, *target;
	int64_t for_ms;
};

#define NAME_ROW { "name", NULL, SETTING_TEXT, offsetof(struct options, name), 1, SPEC_NAME_MOST, NULL, NULL, NULL, "what it is called", "NAME" }

static const struct setting add_options[] = {
	NAME_ROW,
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct setting edit_options[] = {
	NAME_ROW,
	{ "target", NULL, SETTING_TEXT, offsetof(struct options, target), 1, 4096, NULL, NULL, NULL, "what it watches, of the same kind", "TARGET" },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct setting plain_options[] = {
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static const struct setting pause_options[] = {
	{ "for", NULL, SETTING_DURATION, offsetof(struct options, for_ms), 1000, INT64_C(366) * 86400000, NULL, NULL, NULL,
	    "resume after this long", "TIME" },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static bool remember(void *arg, const char *name, const char *value, struct error *err)
{
	struct given *given = arg;

	given->names = heap_resize(given->names, given->count + 1, sizeof(char *));
	given->values = heap_resize(given->values, given->count + 1, sizeof(char *));
	given->names[given->count] = heap_text(name);
	given->values[given->count++] = heap_text(value);
	return true;
}

static void given_finish(struct given *given)
{
	for (size_t i = 0; i < given->count; i++) {
		free(given->names[i]);
		free(given->values[i]);
	}
	free(given->names);
	free(given->values);
}

static const char *nearest_setting(const struct monitor_spec *spec, const char *name)
{
	const char *names[128];
	size_t count = 0;

	for (const struct setting *row = spec->kind->settings; row->name && count < 128; row++)
		names[count++] = row->name;
	for (const struct setting *row = spec_settings; row->name && count < 128; row++)
		names[count++] = row->name;
	return text_nearest(name, names, count);
}

static bool apply_one(struct monitor_spec *spec, const char *name, const char *value, struct error *err)
{
	const char *dot = strchr(name, '.');
	char *section = dot ? heap_text_n(name, (size_t)(dot - name)) : NULL;
	const struct setting *row;
	const char *nearest;
	void *values;

	row = spec_setting(spec, section, dot ? dot + 1 : name, &values);
	free(section);
	if (row)
		return setting_from_text(row, values, value, err) || error_prefix(err, "--");
	nearest = nearest_setting(spec, dot ? dot + 1 : name);
	if (nearest)
		return error_set(err, EXIT_USAGE, "--%s: %s monitors have no such setting; did you mean %s?", name, spec->kind->name, nearest);
	return error_set(err, EXIT_USAGE, "--%s: %s monitors have no such setting", name, spec->kind->name);
}

static bool apply(struct monitor_spec *spec, const struct given *given, struct error *err)
{
	for (size_t i = 0; i < given->count; i++)
		if (!apply_one(spec, given->names[i], given->values[i], err))
			return false;
	return spec_seal(spec, err);
}

/* Bad words on the command line are a wrong usage, whatever layer found them. */
static int fail_usage(struct error *err)
{
	if (err->code == EXIT_CONFIG || err->code == EXIT_DATA)
		err->code = EXIT_USAGE;
	return cli_fail(err);
}

static bool tell(struct keeper *keeper, monitor_id id, enum event_kind kind, const struct transition *transition, const char *detail,
    struct error *err)
{
	struct event event = { .monitor = id, .time_us = unix_now_us(), .kind = (uint8_t)kind, .outcome = OUTCOME_NONE, .code = -1 };
	char who[64];
	bool fine;

	if (transition) {
		event.from = (uint8_t)transition->from;
		event.to = (uint8_t)transition->to;
		event.lasted_us = transition->lasted_us;
		event.since_us = event.time_us;
	}
	cli_who(who, sizeof(who));
	event.who = shared_create(who);
	event.detail = shared_create(detail);
	fine = store_put_event_now(keeper->store, &event, err);
	event_finish(&event);
	return fine;
}

static bool keep(struct keeper *keeper, const struct monitor_spec *spec, monitor_id id, enum event_kind kind, struct error *err)
{
	struct kept_monitor kept = { .id = id, .origin = SPEC_ADDED };
	struct buf text;
	bool fine;

	buf_init(&text, 1 << 20);
	conf_print_monitor(spec, true, &text);
	kept.name = spec->name;
	kept.kind = (char *)(uintptr_t)spec->kind->name;
	kept.target = spec->target;
	kept.text = text.data;
	fine = !text.full || error_set(err, EXIT_DATA, "the monitor is too long to keep");
	fine = fine && store_put_monitor_now(keeper->store, &kept, err) && tell(keeper, id, kind, NULL, spec->target, err);
	buf_finish(&text);
	return fine;
}

static int add(struct keeper *keeper, const struct options *options, const char *target, const struct given *given)
{
	struct error err;
	struct monitor_spec *spec = conf_new_monitor(target, options->name, &keeper->conf->settings, SPEC_ADDED, &err);
	struct roster_entry *past = NULL;
	int status = EXIT_FINE;

	if (!spec || !apply(spec, given, &err)) {
		spec_release(spec);
		return fail_usage(&err);
	}
	for (size_t i = 0; i < keeper->roster.count; i++)
		if (strcmp(keeper->roster.entries[i].name, spec->name) == 0)
			past = &keeper->roster.entries[i];
	if (past && past->spec) {
		error_set(&err, EXIT_USAGE, "there is a monitor \"%s\" already; choose another with --name", spec->name);
		status = cli_fail(&err);
	} else if (!keep(keeper, spec, past ? past->id : keeper->roster.highest_id + 1, EVENT_ADDED, &err)) {
		status = cli_fail(&err);
	} else {
		printf("added %s\n", spec->name);
	}
	spec_release(spec);
	return status;
}

static bool refuse_declared(const struct roster_entry *entry, const char *what, struct error *err)
{
	if (entry->spec->origin != SPEC_DECLARED)
		return true;
	return error_set(err, EXIT_USAGE, "%s is declared at %s:%d: %s it there", entry->spec->name,
	    entry->spec->file ? entry->spec->file : "the configuration", entry->spec->line, what);
}

static bool rename_spec(struct keeper *keeper, struct monitor_spec *spec, const char *name, struct error *err)
{
	struct monitor_spec *probe;

	if (strcmp(spec->name, name) == 0)
		return true;
	if (roster_find(&keeper->roster, name))
		return error_set(err, EXIT_USAGE, "there is a monitor \"%s\" already", name);
	/* Names have rules; a spec made with this one obeys them or says why not. */
	probe = spec_create(spec->kind, name, spec->target, err);
	if (!probe)
		return false;
	spec_release(probe);
	free(spec->name);
	spec->name = heap_text(name);
	return true;
}

static bool retarget(struct monitor_spec *spec, const char *target, struct error *err)
{
	char *canonical;

	if (!spec->kind->read_target(target, &canonical, err))
		return false;
	free(spec->target);
	spec->target = canonical;
	return true;
}

static int edit(struct keeper *keeper, const struct options *options, const char *name, const struct given *given)
{
	struct error err;
	struct roster_entry *entry = keeper_find(keeper, name, &err);
	struct monitor_spec *spec;
	int status = EXIT_FINE;

	if (!entry || !refuse_declared(entry, "edit", &err))
		return cli_fail(&err);
	if (!options->name && !options->target && !given->count) {
		error_set(&err, EXIT_USAGE, "nothing to change: name settings, as in kumatop edit %s --interval 30s", name);
		return cli_fail(&err);
	}
	spec = spec_copy(entry->spec);
	if ((options->name && !rename_spec(keeper, spec, options->name, &err)) || (options->target && !retarget(spec, options->target, &err))
	    || !apply(spec, given, &err))
		status = fail_usage(&err);
	else if (!keep(keeper, spec, entry->id, EVENT_EDITED, &err))
		status = cli_fail(&err);
	else
		printf("saved %s\n", spec->name);
	spec_release(spec);
	return status;
}

static int rm(struct keeper *keeper, const struct options *options, const char *name, const struct given *given)
{
	struct error err;
	struct roster_entry *entry = keeper_find(keeper, name, &err);
	char *text;
	bool fine;

	if (!entry || !refuse_declared(entry, "remove", &err))
		return cli_fail(&err);
	text = heap_print("removed %s", name);
	fine = store_remove_monitor_now(keeper->store, entry->id, &err) && tell(keeper, 0, EVENT_REMOVED, NULL, text, &err);
	free(text);
	if (!fine)
		return cli_fail(&err);
	printf("removed %s and its history\n", name);
	return EXIT_FINE;
}

static int set_pause(struct keeper *keeper, struct roster_entry *entry, bool pause, int64_t for_ms)
{
	struct kept_standing *standing;
	int64_t now_us = unix_now_us();
	struct transition transition = { 0 };
	struct error err;
	char who[64];
	bool again;

	if (!entry->standing)
		entry->standing = heap_zero(1, sizeof(*entry->standing));
	standing = entry->standing;
	if ((standing->standing.state == STATE_PAUSED) == pause && !for_ms) {
		printf("%s is %s already\n", entry->name, pause ? "paused" : "running");
		return EXIT_FINE;
	}
	if (!entry->id) {
		/* Declared, but never run: the database has no row for it yet. */
		struct kept_monitor kept = {
			.id = ++keeper->roster.highest_id, .name = entry->spec->name, .kind = (char *)(uintptr_t)entry->spec->kind->name,
			.target = entry->spec->target, .origin = entry->spec->origin,
		};

		if (!store_put_monitor_now(keeper->store, &kept, &err))
			return cli_fail(&err);
		entry->id = kept.id;
	}
	cli_who(who, sizeof(who));
	/* Paused already: the pause only gets another end. */
	again = pause && standing->standing.state == STATE_PAUSED;
	if (!again)
		transition = pause ? monitor_pause(&standing->standing, now_us) : monitor_resume(&standing->standing, now_us);
	standing->monitor = entry->id;
	standing->paused_until_us = pause && for_ms ? now_us + for_ms * 1000 : 0;
	snprintf(standing->detail, sizeof(standing->detail), "%s by %s", pause ? "paused" : "resumed", who);
	if (!store_put_standing_now(keeper->store, standing, &err))
		return cli_fail(&err);
	if (!again && !tell(keeper, entry->id, pause ? EVENT_PAUSED : EVENT_RESUMED, &transition, NULL, &err))
		return cli_fail(&err);
	printf("%s %s\n", pause ? "paused" : "resumed", entry->name);
	return EXIT_FINE;
}

static int pause_or_resume(struct keeper *keeper, const char *name, bool pause, int64_t for_ms)
{
	int status = EXIT_FINE;
	bool found = false;
	struct error err;

	for (size_t i = 0; i < keeper->roster.count && status == EXIT_FINE; i++) {
		struct roster_entry *entry = &keeper->roster.entries[i];

		if (!entry->spec || !text_glob(name, entry->spec->name))
			continue;
		found = true;
		status = set_pause(keeper, entry, pause, for_ms);
	}
	if (found || keeper_find(keeper, name, &err))
		return status;
	return cli_fail(&err);
}

static int pause_each(struct keeper *keeper, const struct options *options, const char *name, const struct given *given)
{
	return pause_or_resume(keeper, name, true, options->for_ms);
}

static int resume_each(struct keeper *keeper, const struct options *options, const char *name, const struct given *given)
{
	return pause_or_resume(keeper, name, false, 0);
}

typedef int change_fn(struct keeper *keeper, const struct options *options, const char *word, const struct given *given);

/* Every command here: words, database, one change for each word, until one fails. */
static int run(const struct cli_command *command, int argc, char **argv, change_fn *change, bool takes_settings, bool takes_many)
{
	struct options options = { 0 };
	struct given given = { 0 };
	struct cli_words words;
	struct keeper keeper;
	struct error err;
	int status = EXIT_FINE;

	if (!cli_read(command, argc, argv, &options, &words, takes_settings ? remember : NULL, &given, &status)) {
		given_finish(&given);
		return status;
	}
	if (!words.count || (words.count > 1 && !takes_many)) {
		error_set(&err, EXIT_USAGE, "usage: kumatop %s %s", command->name, command->usage);
		status = cli_fail(&err);
	} else if (keeper_open(&keeper, &options.common, &status)) {
		for (size_t i = 0; i < words.count && status == EXIT_FINE; i++)
			status = change(&keeper, &options, words.items[i], &given);
		keeper_close(&keeper);
	}
	given_finish(&given);
	cli_done(command, &options, &words);
	return status;
}

static int run_add(const struct cli_command *command, int argc, char **argv)
{
	return run(command, argc, argv, add, true, false);
}

static int run_edit(const struct cli_command *command, int argc, char **argv)
{
	return run(command, argc, argv, edit, true, false);
}

static int run_rm(const struct cli_command *command, int argc, char **argv)
{
	return run(command, argc, argv, rm, false, true);
}

static int run_pause(const struct cli_command *command, int argc, char **argv)
{
	return run(command, argc, argv, pause_each, false, true);
}

static int run_resume(const struct cli_command *command, int argc, char **argv)
{
	return run(command, argc, argv, resume_each, false, true);
}

#define SETTINGS_HELP \
	"Every setting of kumatop.conf is an option: --interval 30s --tags prod,eu --expect.status 200-299 …\n" \
	"The monitor is kept in the database; one that a running kumatop owns is changed on its screen."

const struct cli_command cli_add = {
	.name = "add", .usage = "[--name NAME] [--SETTING VALUE…] TARGET", .summary = "Add a monitor to the database", .help = SETTINGS_HELP,
	.options = add_options, .run = run_add,
};

const struct cli_command cli_edit = {
	.name = "edit", .usage = "NAME [--name NEW] [--target TARGET] [--SETTING VALUE…]", .summary = "Change a monitor that was added",
	.help = SETTINGS_HELP, .options = edit_options, .run = run_edit,
};

const struct cli_command cli_rm = {
	.name = "rm", .usage = "NAME…", .summary = "Remove monitors that were added, with their history", .options = plain_options, .run = run_rm,
};

const struct cli_command cli_pause = {
	.name = "pause", .usage = "[--for TIME] NAME…", .summary = "Stop checking monitors; a name may be a pattern", .options = pause_options,
	.run = run_pause,
};

const struct cli_command cli_resume = {
	.name = "resume", .usage = "NAME…", .summary = "Check paused monitors again; a name may be a pattern", .options = plain_options,
	.run = run_resume,
};
