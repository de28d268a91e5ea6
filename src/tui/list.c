/*
 * The list: which rows show, where the cursor is, and what keys do to them. How a row looks is in row.c, the order in rows.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list_parts.h"
#include "views.h"

#include "kumatop/heap.h"
#include "kumatop/text.h"

enum { PREVIEW_AFTER_MS = 200, IDLE_SECONDS = 60, HEAD_COLUMNS_LEAST = 50, HEAD_ROWS_LEAST = 8, INFO_COLUMNS_LEAST = 50, INFO_ROWS_LEAST = 14 };

size_t list_row(const struct list *list)
{
	size_t count = rows_count(list->rows);
	ptrdiff_t row = rows_find(list->rows, list->selected);

	if (row >= 0)
		return (size_t)row;
	if (!list->selected)
		return list->top < count ? list->top : count;
	/* it is gone: what stands in its place */
	return list->selected_row < count ? list->selected_row : count ? count - 1 : 0;
}

bool list_is_marked(const struct list *list, monitor_id id)
{
	for (size_t i = 0; i < list->marked_count; i++)
		if (list->marked[i] == id)
			return true;
	return false;
}

static const struct monitor_view *selected_monitor(const struct list *list)
{
	size_t row = list_row(list);

	return row < rows_count(list->rows) ? rows_at(list->rows, row) : NULL;
}

static void select_row(struct list *list, size_t row)
{
	size_t count = rows_count(list->rows);

	if (!count)
		return;
	row = row < count ? row : count - 1;
	list->selected = rows_at(list->rows, row)->id;
	list->selected_row = row;
}

static void show_row(struct list *list, size_t row)
{
	size_t body = list->body_rows ? list->body_rows : 1;

	if (row < list->top)
		list->top = row;
	else if (row >= list->top + body)
		list->top = row - body + 1;
}

static void keep_in_range(struct list *list)
{
	size_t count = rows_count(list->rows), body = list->body_rows ? list->body_rows : 1;
	size_t last = count > body ? count - body : 0;

	if (list->top > last)
		list->top = last;
}

/*
 * Rows have moved: at the top new problems push the others down; further down the selected one stays on its line of the screen,
 * so that nothing moves under the hands.
 */
static void stay_in_place(struct list *list, ptrdiff_t before)
{
	ptrdiff_t after = rows_find(list->rows, list->selected);

	if (list->top > 0 && before >= 0 && after >= 0) {
		ptrdiff_t top = (ptrdiff_t)list->top + after - before;

		list->top = top > 0 ? (size_t)top : 0;
	}
	if (after >= 0)
		list->selected_row = (size_t)after;
	keep_in_range(list);
	if (list->follow && after >= 0)
		show_row(list, (size_t)after);
}

static void update(struct list *list, struct tui *tui)
{
	ptrdiff_t before = rows_find(list->rows, list->selected);

	if (rows_update(list->rows, tui->snapshot, tui->now))
		stay_in_place(list, before);
	ptrdiff_t wanted = list->wanted ? rows_find(list->rows, list->wanted) : -1;

	if (wanted >= 0) {
		select_row(list, (size_t)wanted);
		show_row(list, (size_t)wanted);
		list->wanted = 0;
	}
}

static void list_wake(struct view *view)
{
	update(view->state, view->tui);
}

static bool list_open(struct view *view, const struct opening *opening)
{
	struct list *list = view->state;

	(void)opening;
	list->rows = rows_create();
	return true;
}

static void list_close(struct view *view)
{
	struct list *list = view->state;

	rows_destroy(list->rows);
	free(list->marked);
}

/* Before a key acts: it acts on what the person sees under the cursor. */
static void take_hold(struct list *list)
{
	size_t row = list_row(list);

	list->wanted = 0;
	if (row < rows_count(list->rows))
		select_row(list, row);
}

/* After a key: rows that were kept in place go where they belong, and the selected one stays on its line. */
static void settle(struct list *list)
{
	ptrdiff_t before = rows_find(list->rows, list->selected);

	rows_settle(list->rows);
	stay_in_place(list, before);
	show_row(list, list_row(list));
}

static bool is_seen(const struct list *list, size_t row)
{
	return row >= list->top && row < list->top + list->body_rows;
}

static void move_by(struct list *list, ptrdiff_t step)
{
	ptrdiff_t count = (ptrdiff_t)rows_count(list->rows);
	size_t row = list_row(list);
	ptrdiff_t to = (ptrdiff_t)row + step;

	if (!count)
		return;
	/* the list went back to its top meanwhile: the hands start from what the eyes see */
	if (!is_seen(list, row))
		to = (ptrdiff_t)list->top;
	select_row(list, (size_t)(to < 0 ? 0 : to >= count ? count - 1 : to));
}

static bool move(struct list *list, enum action action)
{
	ptrdiff_t page = list->body_rows > 1 ? (ptrdiff_t)list->body_rows - 1 : 1;

	switch (action) {
	case ACTION_UP:
		move_by(list, -1);
		return true;
	case ACTION_DOWN:
		move_by(list, 1);
		return true;
	case ACTION_PAGE_UP:
		move_by(list, -page);
		return true;
	case ACTION_PAGE_DOWN:
		move_by(list, page);
		return true;
	case ACTION_HALF_UP:
		move_by(list, -(page + 1) / 2);
		return true;
	case ACTION_HALF_DOWN:
		move_by(list, (page + 1) / 2);
		return true;
	case ACTION_TOP:
		select_row(list, 0);
		return true;
	case ACTION_BOTTOM:
		select_row(list, SIZE_MAX);
		return true;
	default:
		return false;
	}
}

static void set_order(struct view *view, enum order_key key, bool reverse)
{
	struct list *list = view->state;
	ptrdiff_t before = rows_find(list->rows, list->selected);

	list->key = key;
	list->reverse = reverse;
	rows_set_order(list->rows, key, reverse);
	stay_in_place(list, before);
	tui_toast(view->tui, TOAST_OK, "%s%s", order_rows[key].summary, reverse ? ", inverted" : "");
}

void list_set_order(struct view *view, int key)
{
	struct list *list = view->state;

	if (key < 0)
		set_order(view, list->key, !list->reverse);
	else
		set_order(view, (enum order_key)key, false);
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
	stay_in_place(list, before);
}

static void show_problems(struct list *list, bool only)
{
	ptrdiff_t before = rows_find(list->rows, list->selected);

	list->problems_only = only;
	rows_set_problems_only(list->rows, only);
	stay_in_place(list, before);
}

static bool name_has(const struct list *list, size_t row, const char *text)
{
	return strcasestr(rows_at(list->rows, row)->spec->name, text) != NULL;
}

/* From a row on, around the end; the row itself counts when step is 0. */
static bool find(struct list *list, size_t from, int step)
{
	size_t count = rows_count(list->rows);

	if (!count || !list->find[0])
		return false;
	for (size_t i = step ? 1 : 0; i < count + (step ? 1 : 0); i++) {
		size_t row = step < 0 ? (from + count - i % count) % count : (from + i) % count;

		if (name_has(list, row, list->find)) {
			select_row(list, row);
			show_row(list, row);
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
			select_row(list, list->find_from);
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
		move_by(list, event->key == KEYPRESS_UP ? -1 : 1);
		settle(list);
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

static bool list_input(struct view *view, const struct input_event *event)
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
		move_by(list, 1);
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

static bool list_act(struct view *view, enum action action)
{
	struct list *list = view->state;
	bool done;

	take_hold(list);
	done = move(list, action) || sort(view, action) || act_on_view(view, action) || do_deed(view, action);
	settle(list);
	return done;
}

static unsigned list_place(struct view *view)
{
	const struct list *list = view->state;

	return list->prompt == PROMPT_NONE ? IN_LIST : IN_PROMPT;
}

static void draw_prompt(struct list *list, struct area area)
{
	char shown[LINEEDIT_SIZE];
	const char *label = list->prompt == PROMPT_FILTER ? "/" : "find: ";
	int x = 1 + paint_text(area, 0, 1, ROLE_PROMPT, label);
	int width = area.columns - x - 1;
	int cursor = lineedit_show(&list->edit, width > 1 ? width : 1, shown, sizeof shown);
	int used = paint_text(area, 0, x, ROLE_INPUT, shown);

	paint_cursor(area, 0, x + cursor);
	if (list->filter_error.text[0])
		paint_text(area, 0, x + used + 3, ROLE_INPUT_ERROR, list->filter_error.text);
	else if (!list->edit.length && list->prompt == PROMPT_FILTER)
		paint_text(area, 0, x + 2, ROLE_PLACEHOLDER, filter_help);
	else if (list->prompt == PROMPT_FIND && list->edit.length && !name_has(list, list_row(list), list->find))
		paint_text(area, 0, x + used + 3, ROLE_INPUT_ERROR, "no such name");
}

/* True if there was something to say: what is being typed, or what keeps monitors from being shown. */
static bool draw_status(const struct tui *tui, struct list *list, struct area area)
{
	size_t all = tui->snapshot ? tui->snapshot->count : 0;
	int x = 1;

	if (list->prompt != PROMPT_NONE) {
		paint_clear(area, ROLE_TEXT);
		draw_prompt(list, area);
		return true;
	}
	if (!list->filter[0] && !list->problems_only && !list->marked_count)
		return false;
	paint_clear(area, ROLE_TEXT);
	if (list->filter[0])
		x += paint_print(area, 0, x, ROLE_PROMPT, "/%s", list->filter) + 2;
	if (list->filter_error.text[0])
		x += paint_text(area, 0, x, ROLE_INPUT_ERROR, list->filter_error.text) + 2;
	if (list->problems_only)
		x += paint_text(area, 0, x, ROLE_PROMPT, "problems only") + 2;
	if (list->filter[0] || list->problems_only)
		x += paint_print(area, 0, x, ROLE_TEXT_DIM, "%zu of %zu, Esc shows all", rows_count(list->rows), all) + 2;
	if (list->marked_count)
		paint_print(area, 0, x, ROLE_TAGGED, "%zu marked", list->marked_count);
	return true;
}

static void draw_centred(struct area area, int y, enum role role, const char *text)
{
	int x = (area.columns - (int)text_width(text)) / 2;

	paint_text(area, y, x > 0 ? x : 0, role, text);
}

/* Nothing to show, and what to do about it. */
static void draw_empty(const struct tui *tui, const struct list *list, struct area area)
{
	const char *file = tui->board->configuration;
	char text[512];
	int y = area.rows / 3;

	if (!tui->snapshot) {
		draw_centred(area, y, ROLE_TEXT_DIM, "starting");
		return;
	}
	if (tui->snapshot->count) {
		draw_centred(area, y, ROLE_TEXT, list->filter[0] ? "no monitor matches the filter" : "no problems");
		draw_centred(area, y + 1, ROLE_TEXT_DIM, "Esc shows all monitors");
		return;
	}
	draw_centred(area, y, ROLE_TEXT_STRONG, "no monitors yet");
	draw_centred(area, y + 2, ROLE_TEXT, "press a to add one, or paste a URL, host:port or host");
	snprintf(text, sizeof text, "or declare some in %s", file ? file : "a kumatop.conf");
	draw_centred(area, y + 3, ROLE_TEXT_DIM, text);
}

/* Smaller than any row: the worst there is. */
static void draw_tiny(const struct tui *tui, struct area area)
{
	static const enum state worst_first[] = {
		STATE_DOWN, STATE_UNKNOWN, STATE_DEGRADED, STATE_PENDING, STATE_UP, STATE_MAINTENANCE, STATE_PAUSED,
	};

	for (size_t i = 0; tui->snapshot && i < sizeof worst_first / sizeof *worst_first; i++) {
		enum state state = worst_first[i];
		uint32_t count = tui->snapshot->by_state[state];

		if (!count)
			continue;
		paint_print(area, 0, 0, glyph_state_role((int)state), "%s%u", glyph_state(area.canvas->glyphs, (int)state), count);
		return;
	}
}

static void draw_rows(const struct tui *tui, struct list *list, struct area area)
{
	bool wrong = rows_problems(list->rows) > 0;
	struct layout layout = layout_compute(area.columns, rows_name_width(list->rows), wrong);
	size_t count = rows_count(list->rows);
	int y = 0;

	if (area.columns >= HEAD_COLUMNS_LEAST && area.rows >= HEAD_ROWS_LEAST)
		row_draw_heads(list, &layout, area, y++);
	list->body_rows = (size_t)(area.rows - y);
	if (!count) {
		draw_empty(tui, list, area_part(area, y, 0, area.rows - y, area.columns));
		return;
	}
	keep_in_range(list);
	for (size_t row = list->top; row < count && y < area.rows; row++)
		row_draw(tui, list, &layout, area, y++, row);
}

static void return_to_top(const struct tui *tui, struct list *list)
{
	if (!list->follow && list->prompt == PROMPT_NONE && tui->any_key && mono_between_us(tui->key_at, tui->now) >= IDLE_SECONDS * SECOND_US)
		list->top = 0;
}

/*
 * The pane costs a kilobyte, so it is not drawn for monitors that the cursor merely passes.
 */
static void draw_preview(struct tui *tui, struct list *list, struct area area)
{
	const struct monitor_view *selected = selected_monitor(list);
	const struct monitor_view *shown = rows_monitor(list->rows, list->previewed);

	if (!shown || !selected || mono_between_us(tui->key_at, tui->now) >= PREVIEW_AFTER_MS * 1000)
		shown = selected;
	list->previewed = shown ? shown->id : 0;
	if (shown != selected)
		tui_draw_in(tui, PREVIEW_AFTER_MS);
	preview_draw(tui, shown, area);
}

static void list_draw(struct view *view, struct area area)
{
	struct tui *tui = view->tui;
	struct list *list = view->state;

	if (area.columns < 12 || area.rows < 2) {
		draw_tiny(tui, area);
		return;
	}
	update(list, tui);
	return_to_top(tui, list);
	int y = header_draw(tui, list, area);
	int left = area.rows - y;
	int info = area.columns >= INFO_COLUMNS_LEAST && area.rows >= INFO_ROWS_LEAST ? 2 : 0;
	int spare = left - (int)(rows_count(list->rows) < 10000 ? rows_count(list->rows) : 10000) - 4;
	bool preview = area.columns >= 100 && area.rows >= 29 && spare >= PREVIEW_ROWS;
	int preview_rows = spare < PREVIEW_ROWS_MOST ? spare : PREVIEW_ROWS_MOST;
	struct area status = area_part(area, area.rows - 1, 0, 1, area.columns);

	if (preview)
		info = preview_rows + 1;
	draw_rows(tui, list, area_part(area, y, 0, left - info, area.columns));
	if (preview)
		draw_preview(tui, list, area_part(area, area.rows - preview_rows - 1, 0, preview_rows, area.columns));
	else if (info)
		info_draw(tui, selected_monitor(list), area_part(area, area.rows - 2, 0, 2, area.columns));
	(void)draw_status(tui, list, status);
}

monitor_id list_selected(struct view *view)
{
	const struct monitor_view *monitor = selected_monitor(view->state);

	return monitor ? monitor->id : 0;
}

void list_select(struct view *view, monitor_id id)
{
	struct list *list = view->state;
	ptrdiff_t row = rows_find(list->rows, id);

	list->wanted = row < 0 ? id : 0;
	if (row < 0)
		return;
	select_row(list, (size_t)row);
	show_row(list, (size_t)row);
}

monitor_id list_neighbour(struct view *view, monitor_id id, int step)
{
	struct list *list = view->state;
	ptrdiff_t row = rows_find(list->rows, id);

	if (row < 0 || row + step < 0 || row + step >= (ptrdiff_t)rows_count(list->rows))
		return 0;
	return rows_at(list->rows, (size_t)(row + step))->id;
}

const struct monitor_view *list_monitor(struct view *view, monitor_id id)
{
	struct list *list = view->state;

	return rows_monitor(list->rows, id);
}

static const struct hint hints[] = {
	{ ACTION_HELP, NULL }, { ACTION_ADD, NULL }, { ACTION_EDIT, NULL }, { ACTION_PAUSE, NULL }, { ACTION_CHECK, NULL },
	{ ACTION_ACKNOWLEDGE, NULL }, { ACTION_WHY, NULL }, { ACTION_FILTER, NULL }, { ACTION_SORT, NULL }, { ACTION_OPEN, NULL },
	{ ACTION_EVENTS, NULL }, { ACTION_QUIT, NULL }, { ACTION_NONE, NULL },
};

const struct view_kind list_view = {
	.name = "list",
	.title = "Monitors",
	.place = IN_LIST,
	.state_size = sizeof(struct list),
	.hints = hints,
	.open = list_open,
	.close = list_close,
	.draw = list_draw,
	.input = list_input,
	.act = list_act,
	.wake = list_wake,
	.place_now = list_place,
};
