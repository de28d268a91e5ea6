/* Changes of a database that nobody owns at the moment; see change.h. */
#include "change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

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

int change_kept_add(struct keeper *keeper, const struct change *change, const char *word)
{
	struct error err;
	struct monitor_spec *spec = conf_new_monitor(word, change->name, &keeper->conf->settings, SPEC_ADDED, &err);
	struct roster_entry *past = NULL;
	int status = EXIT_FINE;

	if (!spec || !given_apply(&change->given, spec, &err)) {
		spec_release(spec);
		return change_fail_usage(&err);
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

static bool name_is_free(struct keeper *keeper, const struct monitor_spec *spec, const char *name, struct error *err)
{
	return strcmp(spec->name, name) == 0 || !roster_find(&keeper->roster, name)
	    || error_set(err, EXIT_USAGE, "there is a monitor \"%s\" already", name);
}

int change_kept_edit(struct keeper *keeper, const struct change *change, const char *word)
{
	struct error err;
	struct roster_entry *entry = keeper_find(keeper, word, &err);
	struct monitor_spec *spec;
	int status = EXIT_FINE;

	if (!entry || !refuse_declared(entry, "edit", &err) || change_is_empty(change, word, &err))
		return cli_fail(&err);
	spec = spec_copy(entry->spec);
	if ((change->name && (!name_is_free(keeper, spec, change->name, &err) || !given_rename(spec, change->name, &err)))
	    || (change->target && !given_retarget(spec, change->target, &err)) || !given_apply(&change->given, spec, &err))
		status = change_fail_usage(&err);
	else if (!keep(keeper, spec, entry->id, EVENT_EDITED, &err))
		status = cli_fail(&err);
	else
		printf("saved %s\n", spec->name);
	spec_release(spec);
	return status;
}

int change_kept_rm(struct keeper *keeper, const struct change *change, const char *word)
{
	struct error err;
	struct roster_entry *entry = keeper_find(keeper, word, &err);
	bool fine;

	if (!entry || !refuse_declared(entry, "remove", &err))
		return cli_fail(&err);
	fine = store_remove_monitor_now(keeper->store, entry->id, &err) && tell(keeper, 0, EVENT_REMOVED, NULL, entry->name, &err);
	if (!fine)
		return cli_fail(&err);
	printf("removed %s and its history\n", word);
	return EXIT_FINE;
}

/* As the engine answers. */
static void say_pause(const char *name, bool pause, bool again, int64_t until_us)
{
	char when[32];

	if (again)
		printf("%s stays paused", name);
	else
		printf("%s %s", pause ? "paused" : "resumed", name);
	if (until_us)
		printf(" until %s", moment_print_near(until_us, unix_now_us(), when, sizeof(when)));
	putchar('\n');
}

static int set_pause(struct keeper *keeper, struct roster_entry *entry, bool pause, int64_t for_ms)
{
	struct kept_standing *standing;
	int64_t now_us = unix_now_us(), until_us = pause && for_ms ? now_us + for_ms * 1000 : 0;
	struct transition transition = { 0 };
	struct error err;
	char who[64];
	bool again;

	if (!entry->standing)
		entry->standing = heap_zero(1, sizeof(*entry->standing));
	standing = entry->standing;
	if ((standing->standing.state == STATE_PAUSED) == pause && (!pause || standing->paused_until_us == until_us)) {
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
	standing->paused_until_us = until_us;
	snprintf(standing->detail, sizeof(standing->detail), "%s by %s", pause ? "paused" : "resumed", who);
	if (!store_put_standing_now(keeper->store, standing, &err))
		return cli_fail(&err);
	if (!again && !tell(keeper, entry->id, pause ? EVENT_PAUSED : EVENT_RESUMED, &transition, NULL, &err))
		return cli_fail(&err);
	say_pause(entry->name, pause, again, until_us);
	return EXIT_FINE;
}

static int pause_or_resume(struct keeper *keeper, const char *word, bool pause, int64_t for_ms)
{
	int status = EXIT_FINE;
	bool found = false;
	struct error err;

	for (size_t i = 0; i < keeper->roster.count && status == EXIT_FINE; i++) {
		struct roster_entry *entry = &keeper->roster.entries[i];

		if (!entry->spec || (strcmp(word, entry->name) != 0 && !text_glob(word, entry->name)))
			continue;
		found = true;
		status = set_pause(keeper, entry, pause, for_ms);
	}
	if (found || keeper_find(keeper, word, &err))
		return status;
	return cli_fail(&err);
}

int change_kept_pause(struct keeper *keeper, const struct change *change, const char *word)
{
	return pause_or_resume(keeper, word, true, change->for_ms);
}

int change_kept_resume(struct keeper *keeper, const struct change *change, const char *word)
{
	return pause_or_resume(keeper, word, false, 0);
}
