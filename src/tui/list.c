/*
 * The list as a view: what shows where. The cursor is in list_cursor.c, keys in list_act.c, a row in row.c, the order in rows.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list_parts.h"
#include "views.h"

#include "kumatop/text.h"

enum {
	PREVIEW_AFTER_MS = 200,
	HEAD_COLUMNS_LEAST = 50,
	HEAD_ROWS_LEAST = 8,
	INFO_COLUMNS_LEAST = 50,
	INFO_ROWS_LEAST = 14,
	PREVIEW_COLUMNS_LEAST = 100,
	PREVIEW_SCREEN_ROWS = 30,
};

static void list_wake(struct view *view)
{
	list_update(view->state, view->tui);
}

static bool list_open(struct view *view, const struct opening *opening)
{
	struct list *list = view->state;

	(void)opening;
	list->rows = rows_create();
	split_open(&list->split, view->tui);
	return true;
}

static void list_close(struct view *view)
{
	struct list *list = view->state;

	split_close(&list->split);
	bars_finish(&list->bars);
	rows_destroy(list->rows);
	free(list->marked);
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
	else if (list->prompt == PROMPT_FIND && list->edit.length && !list_name_has(list, list_row(list), list->find))
		paint_text(area, 0, x + used + 3, ROLE_INPUT_ERROR, "no such name");
}

static bool list_answer(struct view *view, struct history_answer *answer)
{
	struct list *list = view->state;

	return split_answer(&list->split, answer) || bars_answer(&list->bars, view->tui, answer);
}

/* Nothing is watched: a board that looks calm for that reason has to say so. */
static bool all_paused(const struct tui *tui)
{
	return tui->snapshot && tui->snapshot->count && tui->snapshot->by_state[STATE_PAUSED] == tui->snapshot->count;
}

/* There is something to say: what is being typed, or what keeps monitors from being shown or checked. */
static bool has_status(const struct tui *tui, const struct list *list)
{
	return all_paused(tui) || list->prompt != PROMPT_NONE || list->filter[0] || list->problems_only || list->marked_count;
}

static void draw_status(const struct tui *tui, struct list *list, struct area area)
{
	size_t all = tui->snapshot ? tui->snapshot->count : 0;
	int x = 1;

	paint_clear(area, ROLE_TEXT);
	if (list->prompt != PROMPT_NONE) {
		draw_prompt(list, area);
		return;
	}
	if (list->filter[0])
		x += paint_print(area, 0, x, ROLE_PROMPT, "/%s", list->filter) + 2;
	if (list->filter_error.text[0])
		x += paint_text(area, 0, x, ROLE_INPUT_ERROR, list->filter_error.text) + 2;
	if (list->problems_only)
		x += paint_text(area, 0, x, ROLE_PROMPT, "problems only") + 2;
	if (list->filter[0] || list->problems_only)
		x += paint_print(area, 0, x, ROLE_TEXT_DIM, "%zu of %zu, Esc shows all", rows_count(list->rows), all) + 2;
	if (list->marked_count)
		x += paint_print(area, 0, x, ROLE_TAGGED, "%zu marked", list->marked_count) + 2;
	if (all_paused(tui))
		paint_text(area, 0, x, ROLE_TOAST_WARN, "all monitors are paused: nothing is checked; p resumes");
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

static void draw_rows(struct tui *tui, struct list *list, struct area area)
{
	bool wrong = rows_problems(list->rows) > 0;
	struct layout layout = layout_compute(area.columns, rows_name_width(list->rows), wrong);
	size_t count = rows_count(list->rows);
	int y = 0;

	if (area.columns >= HEAD_COLUMNS_LEAST && area.rows >= HEAD_ROWS_LEAST)
		row_draw_heads(list, &layout, area, y++);
	list_set_body(list, (size_t)(area.rows - y));
	if (!count) {
		list_draw_empty(tui, list, area_part(area, y, 0, area.rows - y, area.columns));
		return;
	}
	list_keep_in_range(list);
	const struct layout_column *bar = layout_find(&layout, COLUMN_BAR);
	size_t end = list->top + list->body_rows < count ? list->top + list->body_rows : count;

	if (bar)
		bars_refresh(&list->bars, tui, list->rows, list->top, end, (size_t)bar->width);
	for (size_t row = list->top; row < end; row++)
		row_draw(tui, list, &layout, area, y++, row);
}

/*
 * What stands below or beside the list costs a kilobyte, so it is not drawn for monitors that the cursor merely passes.
 */
static const struct monitor_view *rested_on(struct tui *tui, struct list *list)
{
	const struct monitor_view *selected = list_selected_monitor(list);
	const struct monitor_view *shown = rows_monitor(list->rows, list->previewed);

	if (!shown || !selected || mono_between_us(tui->key_at, tui->now) >= PREVIEW_AFTER_MS * 1000)
		shown = selected;
	list->previewed = shown ? shown->id : 0;
	if (shown != selected)
		tui_draw_in(tui, PREVIEW_AFTER_MS);
	return shown;
}

/* Rows the pane may have where so many are left for rows and pane; 0: too few. */
static int preview_rows(const struct list *list, int rows, int columns)
{
	size_t count = rows_count(list->rows);
	int spare = rows - (int)(count < 10000 ? count : 10000) - 3;

	if (columns < PREVIEW_COLUMNS_LEAST || spare < PREVIEW_ROWS || !count)
		return 0;
	return spare < PREVIEW_ROWS_MOST ? spare : PREVIEW_ROWS_MOST;
}

static void draw_rows_and_preview(struct tui *tui, struct list *list, struct area area)
{
	int preview = preview_rows(list, area.rows, area.columns);

	draw_rows(tui, list, area_part(area, 0, 0, area.rows - preview, area.columns));
	if (preview)
		preview_draw(tui, rested_on(tui, list), area_part(area, area.rows - preview, 0, preview, area.columns));
}

/* The detail beside the list. Returns where the wall between them stands; -1: there is none. */
static int draw_halves(struct tui *tui, struct list *list, struct area area)
{
	int side = split_width(area.columns), wall = area.columns - side - 1;

	if (list->split.off || !rows_count(list->rows)) {
		draw_rows_and_preview(tui, list, area);
		return -1;
	}
	draw_rows(tui, list, area_part(area, 0, 0, area.rows, wall));
	for (int y = 0; y < area.rows; y++)
		paint_glyph(area, y, wall, ROLE_TEXT_DIM, GLYPH_WALL);
	const struct monitor_view *shown = rested_on(tui, list);

	if (shown)
		split_draw(&list->split, shown->id, area_part(area, 0, wall + 1, area.rows, side));
	return wall;
}

/* What is left to do, where the status line has nothing else to say. */
static void draw_score(const struct tui *tui, struct area area)
{
	const struct snapshot *snapshot = tui->snapshot;
	size_t problems = 0, open = 0;

	for (size_t i = 0; snapshot && i < snapshot->count; i++) {
		const struct monitor_view *monitor = snapshot_view(snapshot, i);

		problems += order_is_problem(monitor);
		open += monitor->standing.incident_open && !monitor->standing.acknowledged;
	}
	if (open)
		paint_print(area, 0, 1, ROLE_TEXT, "%zu problem%s, %zu unacknowledged: A takes one on", problems, problems == 1 ? "" : "s", open);
	else if (problems)
		paint_print(area, 0, 1, ROLE_TEXT_DIM, "%zu problem%s", problems, problems == 1 ? "" : "s");
}

/* The list, the detail beside it, the newest events below. area begins below the header. */
static void draw_large(struct tui *tui, struct list *list, struct area area)
{
	int body = area.rows - EVENT_PANE_ROWS - 1;
	struct area events = area_part(area, body, 0, EVENT_PANE_ROWS, area.columns);
	int wall = draw_halves(tui, list, area_part(area, 0, 0, body, area.columns));

	event_pane_draw(&list->split.events, tui, events);
	if (wall >= 0)
		paint_glyph(events, 0, wall, ROLE_TEXT_DIM, GLYPH_WALL_END);
	if (!has_status(tui, list))
		draw_score(tui, area_part(area, area.rows - 1, 0, 1, area.columns));
}

/* The list, and below it the pane or two lines about the selected one. area begins below the header. */
static void draw_usual(struct tui *tui, struct list *list, struct area area, bool tall)
{
	bool lines = area.columns >= INFO_COLUMNS_LEAST && tall;
	/* where there are no lines about the selected one, the status line takes one of the rows instead of hiding it */
	int info = lines ? 2 : has_status(tui, list) && area.rows > 1 ? 1 : 0;

	if (tui->canvas.rows >= PREVIEW_SCREEN_ROWS && preview_rows(list, area.rows - 1, area.columns)) {
		draw_rows_and_preview(tui, list, area_part(area, 0, 0, area.rows - 1, area.columns));
		return;
	}
	draw_rows(tui, list, area_part(area, 0, 0, area.rows - info, area.columns));
	if (info == 2)
		info_draw(tui, list_selected_monitor(list), area_part(area, area.rows - 2, 0, 2, area.columns));
}

static void list_draw(struct view *view, struct area area)
{
	struct tui *tui = view->tui;
	struct list *list = view->state;

	if (area.columns < 12 || area.rows < 2) {
		draw_tiny(tui, area);
		return;
	}
	list_update(list, tui);
	list_return_to_top(list, tui);
	int y = header_draw(tui, list, area);
	struct area rest = area_part(area, y, 0, area.rows - y, area.columns);

	if (split_fits(tui))
		draw_large(tui, list, rest);
	else
		draw_usual(tui, list, rest, area.rows >= INFO_ROWS_LEAST);
	if (has_status(tui, list))
		draw_status(tui, list, area_part(area, area.rows - 1, 0, 1, area.columns));
}

monitor_id list_selected(struct view *view)
{
	const struct monitor_view *monitor = list_selected_monitor(view->state);

	return monitor ? monitor->id : 0;
}

void list_select(struct view *view, monitor_id id)
{
	struct list *list = view->state;
	ptrdiff_t row = rows_find(list->rows, id);

	list->wanted = row < 0 ? id : 0;
	if (row < 0)
		return;
	list_select_row(list, (size_t)row);
	list_show_row(list, (size_t)row);
}

void list_jump(struct view *view)
{
	struct list *list = view->state;

	list_update(list, view->tui);
	if (rows_count(list->rows))
		list_settle(list);
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
	{ ACTION_EVENTS, NULL }, { ACTION_PAST, NULL }, { ACTION_QUIT, NULL }, { ACTION_NONE, NULL },
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
	.answer = list_answer,
	.place_now = list_place,
};
