/*
 * The stack of views: who gets a key, and what all views do alike. The lowest one is the list and is never closed.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "tui.h"

#include "kumatop/heap.h"
#include "kumatop/text.h"

static struct view *lowest(const struct tui *tui)
{
	struct view *view = tui->top;

	while (view && view->below)
		view = view->below;
	return view;
}

static const struct view_kind *kind_by_name(const char *name)
{
	for (const struct view_kind *const *kind = view_kinds; *kind; kind++)
		if (strcmp((*kind)->name, name) == 0)
			return *kind;
	return NULL;
}

bool tui_open(struct tui *tui, const char *name, const struct opening *opening)
{
	static const struct opening nothing;
	const struct view_kind *kind = kind_by_name(name);
	struct view *view;

	if (!kind) {
		tui_toast(tui, TOAST_ERROR, "there is no view \"%s\" yet", name);
		return false;
	}
	view = heap_zero(1, sizeof *view);
	*view = (struct view){ .kind = kind, .tui = tui, .below = tui->top, .state = heap_zero(1, kind->state_size ? kind->state_size : 1) };
	if (kind->open && !kind->open(view, opening ? opening : &nothing)) {
		free(view->state);
		free(view);
		return false;
	}
	view->below = tui->top;
	tui->top = view;
	tui->dirty = true;
	return true;
}

/* A question goes with the view that asked it: whoever is below it afterwards has not asked. */
static void close_question_of(const struct view *asker)
{
	struct view *view = asker->tui->top;

	while (view && view->below != asker)
		view = view->below;
	if (view && view->kind->place == IN_QUESTION)
		tui_close(view);
}

void tui_close(struct view *view)
{
	struct tui *tui = view->tui;
	struct view **at = &tui->top;

	close_question_of(view);
	while (*at && *at != view)
		at = &(*at)->below;
	if (!*at)
		return;
	*at = view->below;
	if (view->kind->close)
		view->kind->close(view);
	view->below = tui->closed;
	tui->closed = view;
	tui->dirty = true;
}

void stack_sweep(struct tui *tui)
{
	while (tui->closed) {
		struct view *view = tui->closed;

		tui->closed = view->below;
		free(view->state);
		free(view);
	}
}

void stack_finish(struct tui *tui)
{
	while (tui->top)
		tui_close(tui->top);
	stack_sweep(tui);
}

/* A view may close itself while it is called, so the next one is looked up before. */
void stack_wake(struct tui *tui)
{
	for (struct view *view = tui->top, *below; view; view = below) {
		below = view->below;
		if (view->kind->wake)
			view->kind->wake(view);
	}
}

void stack_jump(struct tui *tui)
{
	stack_wake(tui);
	list_jump(lowest(tui));
}

void stack_reply(struct tui *tui, const struct reply *reply)
{
	for (struct view *view = tui->top, *below; view; view = below) {
		below = view->below;
		if (view->kind->reply && view->kind->reply(view, reply))
			return;
	}
	deed_tell(tui, reply);
}

void stack_answer(struct tui *tui, struct history_answer *answer)
{
	if (travel_answer(tui, answer))
		return;
	for (struct view *view = tui->top, *below; view; view = below) {
		below = view->below;
		if (view->kind->answer && view->kind->answer(view, answer))
			return;
	}
	history_answer_destroy(answer);
}

unsigned stack_place(struct tui *tui)
{
	struct view *view = tui->top;

	if (tui->travel.typing)
		return IN_PROMPT;
	return view->kind->place_now ? view->kind->place_now(view) : view->kind->place;
}

/* A broken one is passed over with a word, not stuck at. */
static void next_theme(struct tui *tui)
{
	const char *present = tui->theme_asked[0] ? tui->theme_asked : tui->theme.name;
	char **names;
	size_t count, next = 0;
	struct error err;

	theme_list(&names, &count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], present) == 0)
			next = (i + 1) % count;
	if (count) {
		text_copy(tui->theme_asked, sizeof tui->theme_asked, names[next]);
		if (theme_load(names[next], &tui->theme, &err))
			tui_toast(tui, TOAST_OK, "theme %s", tui->theme_asked);
		else
			tui_toast(tui, TOAST_WARN, "%s", err.text);
	}
	terminal_set_theme(tui->terminal, &tui->theme);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static void toggle_freeze(struct tui *tui)
{
	if (!tui->snapshot)
		return;
	tui->frozen = !tui->frozen;
	tui->frozen_us = tui->now_us;
	tui->fleet_frozen = tui->fleet;
	tui->data_dirty = true;
	tui_toast(tui, TOAST_OK, tui->frozen ? "the picture is frozen; checks go on. Z lets it go on" : "the picture goes on");
}

/* What every view does for an action it has no answer of its own to. */
static void act_alike(struct tui *tui, enum action action)
{
	switch (action) {
	case ACTION_QUIT:
		if (tui->top->below)
			tui_close(tui->top);
		else
			leave_quit(tui, action);
		break;
	case ACTION_QUIT_NOW:
		leave_quit(tui, action);
		break;
	case ACTION_BACK:
		if (tui->top->below)
			tui_close(tui->top);
		else if (tui->frozen)
			toggle_freeze(tui);
		break;
	case ACTION_HELP:
		(void)tui_open(tui, "help", &(struct opening){ .choice = (int)stack_place(tui) });
		break;
	case ACTION_THEME:
		next_theme(tui);
		break;
	case ACTION_CLOCK:
		tui->utc = !tui->utc;
		break;
	case ACTION_FREEZE:
		toggle_freeze(tui);
		break;
	case ACTION_REPAINT:
		terminal_repaint(tui->terminal);
		break;
	case ACTION_SUSPEND:
		leave_suspend(tui);
		break;
	case ACTION_CANCEL:
		leave_cancel(tui);
		break;
	default:
		break;
	}
}

static void tell_unbound(struct tui *tui, uint32_t key)
{
	char name[16];

	tui_toast(tui, TOAST_WARN, "%s: not bound, ? for help", key_print(key, terminal_glyphs(tui->terminal) != GLYPHS_ASCII, name, sizeof name));
}

static void disarm(struct tui *tui, enum action action)
{
	if (tui->armed == ACTION_NONE || tui->armed == action)
		return;
	tui->armed = ACTION_NONE;
	tui->toast.text[0] = '\0';
}

/* What is pasted into a list opens a form, which a past board has no use for. */
static bool take_input(struct view *view, const struct input_event *event)
{
	if (event->kind == INPUT_PASTE && stack_place(view->tui) == IN_LIST && travel_refuses(view->tui))
		return true;
	return view->kind->input && view->kind->input(view, event);
}

/* While a time is typed the view below is out of it. */
static bool act(struct tui *tui, enum action action)
{
	return !tui->travel.typing && (travel_act(tui, action) || tui->top->kind->act(tui->top, action));
}

void stack_event(struct tui *tui, const struct input_event *event)
{
	struct view *view = tui->top;
	enum action action = event->kind == INPUT_KEY ? action_for_key(stack_place(tui), event->key) : ACTION_NONE;

	tui->dirty = true;
	disarm(tui, action);
	if (tui->travel.typing ? travel_input(tui, event) : take_input(view, event))
		return;
	if (event->kind == INPUT_PASTE) {
		tui_toast(tui, TOAST_WARN, "there is no place for what was pasted here");
		return;
	}
	if (action == ACTION_NONE)
		tell_unbound(tui, event->key);
	else if (!act(tui, action))
		act_alike(tui, action);
}

void tui_toast(struct tui *tui, enum toast_kind kind, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(tui->toast.text, sizeof tui->toast.text, format, args);
	va_end(args);
	tui->toast.kind = kind;
	tui->toast.until = mono_add_ms(tui->now, TOAST_MS);
	tui->armed = ACTION_NONE;
	tui->dirty = true;
}

monitor_id tui_selected(const struct tui *tui)
{
	return list_selected(lowest(tui));
}

void tui_select(struct tui *tui, monitor_id id)
{
	list_select(lowest(tui), id);
}

monitor_id tui_neighbour(const struct tui *tui, monitor_id id, int step)
{
	return list_neighbour(lowest(tui), id, step);
}

const struct monitor_view *tui_monitor(const struct tui *tui, monitor_id id)
{
	return list_monitor(lowest(tui), id);
}
