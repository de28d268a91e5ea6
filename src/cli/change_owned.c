/* Changes that the owner of the board carries out; see change.h. What one may and what is right is decided there. */
#include "change.h"

#include <stdio.h>
#include <string.h>

#include "kumatop/when.h"

/* Takes the command. Says what the owner says, or, if it is given, what the command without an owner would. */
static int order(struct owned *owned, struct command *command, const char *done)
{
	struct reply reply;
	struct error err;

	if (!through_order(owned->through, command, THROUGH_WAIT_MS, &reply, &err))
		return cli_fail(&err);
	printf("%s\n", done ? done : reply.text);
	return EXIT_FINE;
}

int change_owned_add(struct owned *owned, const struct change *change, const char *word)
{
	struct error err;
	struct monitor_spec *spec = conf_new_monitor(word, change->name, through_defaults(owned->through), SPEC_ADDED, &err);
	struct command *command;

	if (spec)
		spec->foreign = true;
	if (!spec || !given_apply(&change->given, spec, &err)) {
		spec_release(spec);
		return change_fail_usage(&err);
	}
	command = command_create(COMMAND_ADD, 0);
	command->spec = spec;
	return order(owned, command, NULL);
}

int change_owned_edit(struct owned *owned, const struct change *change, const char *word)
{
	struct error err;
	const struct monitor_view *view = through_find(owned->through, owned->picture, word, &err);
	struct monitor_spec *spec;
	struct command *command;

	if (!view || change_is_empty(change, word, &err))
		return cli_fail(&err);
	spec = spec_copy(view->spec);
	if ((change->name && !given_rename(spec, change->name, &err)) || (change->target && !given_retarget(spec, change->target, &err))
	    || !given_apply(&change->given, spec, &err)) {
		spec_release(spec);
		return change_fail_usage(&err);
	}
	command = command_create(COMMAND_EDIT, view->id);
	command->spec = spec;
	return order(owned, command, NULL);
}

int change_owned_rm(struct owned *owned, const struct change *change, const char *word)
{
	struct error err;
	const struct monitor_view *view = through_find(owned->through, owned->picture, word, &err);
	char done[SPEC_NAME_MOST + 64];

	if (!view)
		return cli_fail(&err);
	snprintf(done, sizeof(done), "removed %s and its history", word);
	return order(owned, command_create(COMMAND_REMOVE, view->id), done);
}

static int each(struct owned *owned, const char *word, enum command_kind kind, int64_t until_us)
{
	int status = EXIT_FINE;
	bool found = false;
	struct error err;

	for (size_t i = 0; i < owned->picture->count && status == EXIT_FINE; i++) {
		const struct monitor_view *view = snapshot_view(owned->picture, i);
		struct command *command;

		if (!through_means(word, view))
			continue;
		found = true;
		command = command_create(kind, view->id);
		command->until_us = until_us;
		status = order(owned, command, NULL);
	}
	if (found)
		return status;
	through_unknown(owned->through, word, &err);
	return cli_fail(&err);
}

int change_owned_pause(struct owned *owned, const struct change *change, const char *word)
{
	return each(owned, word, COMMAND_PAUSE, change->for_ms ? unix_now_us() + change->for_ms * 1000 : 0);
}

int change_owned_resume(struct owned *owned, const struct change *change, const char *word)
{
	return each(owned, word, COMMAND_RESUME, 0);
}
