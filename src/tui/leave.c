/*
 * The ways out: quit, suspend, cancel. Where checks would stop with this process, and history is kept on disk, they are handed to a
 * process of their own first; that takes a moment, in which the screen goes on.
 */
#include <stdio.h>

#include "tui.h"

#include "kumatop/text.h"

/* Asks for the same key again; true when this was it. */
static bool armed(struct tui *tui, enum action action, const char *warning)
{
	if (tui->armed == action) {
		tui->armed = ACTION_NONE;
		return true;
	}
	tui_toast(tui, TOAST_WARN, "%s", warning);
	tui->toast.until = mono_add_ms(tui->now, ARMED_MS);
	tui->armed = action;
	tui->armed_until = tui->toast.until;
	return false;
}

static bool can_hand_over(const struct tui *tui)
{
	return tui->board->owns_database && tui->board->hand_over;
}

/* Checks that end, or can be ended, with this screen. */
static bool has_say(const struct tui *tui)
{
	return tui->board->owns_database || tui->board->handed_over;
}

/* Monitors of the command line are nobody's but this process's. */
static size_t count_temporary(const struct tui *tui)
{
	size_t count = 0;

	if (!tui->board->checks_here)
		return 0;
	for (size_t i = 0; tui->snapshot && i < tui->snapshot->count; i++)
		count += snapshot_view(tui->snapshot, i)->spec->origin == SPEC_TEMPORARY;
	return count;
}

static void print_temporary(const struct tui *tui, const char *tail, char *out, size_t size)
{
	size_t count = count_temporary(tui);

	out[0] = '\0';
	if (count)
		snprintf(out, size, "%zu monitor%s of the command line end%s%s", count, count == 1 ? "" : "s", count == 1 ? "s" : "", tail);
}

static void part(struct tui *tui, enum parting parting)
{
	if (tui->parting != PARTING_NONE)
		return;
	tui->parting = parting;
	tui_toast(tui, TOAST_OK, "handing the checks to a process of their own …");
	tui->board->hand_over(tui->board->arg);
}

static void leave_running(struct tui *tui)
{
	if (can_hand_over(tui)) {
		part(tui, PARTING_LEAVE);
		return;
	}
	tui->over = tui->left = true;
}

static void answered(struct view *asker, enum action answer)
{
	struct tui *tui = asker->tui;

	if (answer == ACTION_LEAVE)
		leave_running(tui);
	else if (answer == ACTION_YES)
		tui->over = true;
	else
		tui->summary = false;
}

void leave_quit(struct tui *tui, enum action action)
{
	char temporary[128];
	struct question question = {
		.title = "Quit", .yes = "Stop checking", .quits = true, .danger = true, .answered = answered,
		.lines = { "Checking stops when you leave; that time will be unknown." },
	};

	tui->summary = action == ACTION_QUIT_NOW;
	if (!has_say(tui)) {
		tui->over = true;
		return;
	}
	if (can_hand_over(tui) || tui->board->handed_over) {
		print_temporary(tui, " in any case.", temporary, sizeof temporary);
		question.leave = "Leave it running";
		question.lines[0] = "Checks can go on in the background; kumatop then shows them again.";
		question.lines[1] = temporary;
	}
	(void)tui_open(tui, "question", &(struct opening){ .question = &question });
}

void leave_cancel(struct tui *tui)
{
	if (tui->top->below && tui->armed != ACTION_CANCEL) {
		tui_close(tui->top);
	} else if (armed(tui, ACTION_CANCEL, has_say(tui) ? "^C again quits, and checking stops." : "^C again quits.")) {
		tui->summary = false;
		tui->over = true;
	}
}

static void suspend_now(struct tui *tui)
{
	tui->toast.text[0] = '\0';
	terminal_suspend(tui->terminal, tui->end);
	tui->dirty = true;
}

void leave_suspend(struct tui *tui)
{
	static const char stops[] = "^Z stops the checks too; that time will be unknown. ^Z again suspends, any other key stays.";
	char temporary[128];

	if (can_hand_over(tui)) {
		print_temporary(tui, ". ^Z again suspends, any other key stays.", temporary, sizeof temporary);
		if (!temporary[0] || armed(tui, ACTION_SUSPEND, temporary))
			part(tui, PARTING_SUSPEND);
	} else if (!tui->board->checks_here || armed(tui, ACTION_SUSPEND, stops)) {
		suspend_now(tui);
	}
}

void leave_handed_over(struct tui *tui, const char *trouble)
{
	enum parting parting = tui->parting;

	tui->parting = PARTING_NONE;
	if (trouble[0]) {
		tui->summary = false;
		tui_toast(tui, TOAST_ERROR, "%s", trouble);
	} else if (parting == PARTING_SUSPEND) {
		suspend_now(tui);
	} else if (parting == PARTING_LEAVE) {
		tui->over = tui->left = true;
	}
}
