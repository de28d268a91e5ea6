/*
 * What keys do to the list: order, filter, find, marks, and the deeds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list_parts.h"

#include "kumatop/heap.h"
#include "kumatop/text.h"

static void set_order(struct view *view, enum order_key key, bool reverse)
{
	struct list *list = view->state;
	ptrdiff_t before = rows_find(list->rows, list->selected);

	list->key = key;
	list->reverse = reverse;
	rows_set_order(list->rows, key, reverse);
	list_stay_in_place(list, before);
	tui_toast(view->tui, TOAST_OK, "%s%s", order_rows[key].summary, reverse ? ", inverted" : "");
}

void list_set_order(struct view *view, int key)
{
	struct list *list = view->state;

	if (key < 0)
		set_order(view, list->key, !list->reverse);
	else
		set_order(view, (enum order_key)key, false);
	list_settle(list);
}

static bool sort(struct view *view, enum action action)
{
	struct list *list = view->state;
	int key = (int)list->key;

	switch (action) {
	case ACTION_SORT:
		(void)tui_open(view->tui, "menu", &(struct opening){ .choice = key });
		return true;
	case ACTION_SORT_LEFT:
		set_order(view, (enum order_key)((key + ORDER_COUNT - 1) % ORDER_COUNT), list->reverse);
		return true;
	case ACTION_SORT_RIGHT:
		set_order(view, (enum order_key)((key + 1) % ORDER_COUNT), list->reverse);
		return true;
	case ACTION_SORT_INVERT:
		set_order(view, list->key, !list->reverse);
		return true;
	default:
		return false;
	}
}

static void apply_filter(struct list *list, const char *text)
{
	ptrdiff_t before = rows_find(list->rows, list->selected);
	struct filter *filter = NULL;

	text_copy(list->filter, sizeof list->filter, text);
	list->filter_error.text[0] = '\0';
	if (*text && !(filter = filter_create(text, &list->filter_error)))
		return;
	rows_set_filter(list->rows, filter);
	list_stay_in_place(list, before);
}

static void show_problems(struct list *list, bool only)
{
	ptrdiff_t before = rows_find(list->rows, list->selected);

	list->problems_only = only;
	rows_set_problems_only(list->rows, only);
	list_stay_in_place(list, before);
}

bool list_name_has(const struct list *list, size_t row, const char *text)
{
	return row < rows_count(list->rows) && strcasestr(rows_at(list->rows, row)->spec->name, text) != NULL;
}

/* From a row on, around the end; the row itself counts when step is 0. */
static bool find(struct list *list, size_t from, int step)
{
	size_t count = rows_count(list->rows);

	if (!count || !list->find[0])
		return false;
	for (size_t i = step ? 1 : 0; i < count + (step ? 1 : 0); i++) {
		size_t row = step < 0 ? (from + count - i % count) % count : (from + i) % count;

		if (list_name_has(list, row, list->find)) {
			list_select_row(list, row);
			list_show_row(list, row);
			return true;
		}
	}
	return false;
}

static void find_again(struct view *view, int step)
{
	struct list *list = view->state;

	if (!list->find[0])
		tui_toast(view->tui, TOAST_WARN, "nothing was looked for yet: F3");
	else if (!find(list, list_row(list), step))
		tui_toast(view->tui, TOAST_WARN, "no name has \"%s\"", list->find);
}

static void open_prompt(struct list *list, enum prompt prompt)
{
	list->prompt = prompt;
	list->find_from = list_row(list);
	lineedit_set(&list->edit, prompt == PROMPT_FILTER ? list->filter : "");
}

static void prompt_changed(struct list *list)
{
	if (list->prompt == PROMPT_FILTER) {
		apply_filter(list, list->edit.text);
	} else {
		text_copy(list->find, sizeof list->find, list->edit.text);
		if (!find(list, list->find_from, 0))
			list_select_row(list, list->find_from);
	}
}

static void leave_prompt(struct list *list, bool drop)
{
	if (drop && list->prompt == PROMPT_FILTER)
		apply_filter(list, "");
	list->prompt = PROMPT_NONE;
}

static bool on_prompt(struct list *list, const struct input_event *event)
{
	bool changed = false;

	if (event->kind == INPUT_PASTE) {
		lineedit_paste(&list->edit, event->text, event->length);
		prompt_changed(list);
		return true;
	}
	if (event->key == KEYPRESS_ENTER) {
		leave_prompt(list, false);
		return true;
	}
	if (event->key == KEYPRESS_UP || event->key == KEYPRESS_DOWN) {
		list_move_by(list, event->key == KEYPRESS_UP ? -1 : 1);
		list_settle(list);
		return true;
	}
	if (event->key == KEYPRESS_BACKSPACE && !list->edit.length) {
		leave_prompt(list, true);
		return true;
	}
	if (!lineedit_key(&list->edit, event->key, &changed))
		return false;
	if (changed)
		prompt_changed(list);
	return true;
}

bool list_input(struct view *view, const struct input_event *event)
{
	struct list *list = view->state;

	if (list->prompt != PROMPT_NONE)
		return on_prompt(list, event);
	if (event->kind == INPUT_PASTE) {
		char *text = heap_text_n(event->text, event->length);

		(void)tui_open(view->tui, "form", &(struct opening){ .text = text });
		free(text);
		return true;
	}
	return false;
}

static void toggle_mark(struct list *list)
{
	for (size_t i = 0; i < list->marked_count; i++)
		if (list->marked[i] == list->selected) {
			list->marked[i] = list->marked[--list->marked_count];
			return;
		}
	if (!list->selected)
		return;
	list->marked = heap_resize(list->marked, list->marked_count + 1, sizeof *list->marked);
	list->marked[list->marked_count++] = list->selected;
}

/* false: there is nothing to clear. */
static bool back(struct view *view)
{
	struct list *list = view->state;

	if (list->prompt != PROMPT_NONE)
		leave_prompt(list, true);
	else if (list->filter[0])
		apply_filter(list, "");
	else if (list->problems_only)
		show_problems(list, false);
	else if (list->marked_count)
		list->marked_count = 0;
	else
		return false;
	return true;
}

static void check_all(struct view *view)
{
	struct list *list = view->state;
	size_t count = rows_count(list->rows);
	monitor_id *ids = heap_zero(count ? count : 1, sizeof *ids);

	for (size_t i = 0; i < count; i++)
		ids[i] = rows_at(list->rows, i)->id;
	(void)deed_act(view, ACTION_CHECK, ids, count);
	free(ids);
}

static bool act_on_view(struct view *view, enum action action)
{
	struct list *list = view->state;

	switch (action) {
	case ACTION_FILTER:
		open_prompt(list, PROMPT_FILTER);
		return true;
	case ACTION_FIND:
		open_prompt(list, PROMPT_FIND);
		return true;
	case ACTION_FIND_NEXT:
		find_again(view, 1);
		return true;
	case ACTION_FIND_PREVIOUS:
		find_again(view, -1);
		return true;
	case ACTION_BACK:
		return back(view);
	case ACTION_CANCEL:
		return list->prompt != PROMPT_NONE && back(view);
	case ACTION_FOLLOW:
		list->follow = !list->follow;
		tui_toast(view->tui, TOAST_OK, list->follow ? "the list follows the selected monitor" : "the list goes back to its top after a minute");
		return true;
	case ACTION_MARK:
		toggle_mark(list);
		list_move_by(list, 1);
		return true;
	case ACTION_UNMARK:
		list->marked_count = 0;
		return true;
	case ACTION_PROBLEMS:
		show_problems(list, true);
		return true;
	case ACTION_EVERYTHING:
		show_problems(list, false);
		return true;
	case ACTION_OTHER_VIEW:
		show_problems(list, !list->problems_only);
		return true;
	case ACTION_BAR_RANGE:
		bars_switch(&list->bars, view->tui);
		return true;
	case ACTION_CHECK_ALL:
		check_all(view);
		return true;
	default:
		return false;
	}
}

/* Deeds that open a view are about one monitor, whatever is marked. */
static bool takes_marked(enum action action)
{
	return action == ACTION_PAUSE || action == ACTION_CHECK || action == ACTION_ACKNOWLEDGE || action == ACTION_DELETE;
}

static bool do_deed(struct view *view, enum action action)
{
	struct list *list = view->state;

	if (list->marked_count && takes_marked(action))
		return deed_act(view, action, list->marked, list->marked_count);
	return deed_act(view, action, &list->selected, list->selected ? 1 : 0);
}

/* What is out of sight is shown before anything is done to it. */
static bool bring_into_sight(struct view *view, enum action action)
{
	struct list *list = view->state;
	size_t row = list_row(list);
	bool about_it = takes_marked(action) && !list->marked_count;

	if (!about_it || row >= rows_count(list->rows) || list_is_seen(list, row))
		return false;
	list_show_row(list, row);
	tui_toast(view->tui, TOAST_WARN, "%s was out of sight: the same key again does it", rows_at(list->rows, row)->spec->name);
	return true;
}

bool list_act(struct view *view, enum action action)
{
	struct list *list = view->state;
	bool done;

	if (bring_into_sight(view, action))
		return true;
	list_take_hold(list);
	done = list_move(list, action) || sort(view, action) || split_act(&list->split, action) || act_on_view(view, action) || do_deed(view, action);
	list_settle(list);
	return done;
}

unsigned list_place(struct view *view)
{
	const struct list *list = view->state;

	return list->prompt == PROMPT_NONE ? IN_LIST : IN_PROMPT;
}
