/*
 * Where the cursor of the list is, and which rows show. It is a monitor and not a row: whatever moves, it stays with its monitor,
 * and where possible on its line of the screen.
 */
#include "list_parts.h"

enum { IDLE_SECONDS = 60 };

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

const struct monitor_view *list_selected_monitor(const struct list *list)
{
	size_t row = list_row(list);

	return row < rows_count(list->rows) ? rows_at(list->rows, row) : NULL;
}

void list_select_row(struct list *list, size_t row)
{
	size_t count = rows_count(list->rows);

	if (!count)
		return;
	row = row < count ? row : count - 1;
	list->selected = rows_at(list->rows, row)->id;
	list->selected_row = row;
}

void list_show_row(struct list *list, size_t row)
{
	size_t body = list->body_rows ? list->body_rows : 1;

	if (row < list->top)
		list->top = row;
	else if (row >= list->top + body)
		list->top = row - body + 1;
}

bool list_is_seen(const struct list *list, size_t row)
{
	return row >= list->top && row < list->top + list->body_rows;
}

void list_keep_in_range(struct list *list)
{
	size_t count = rows_count(list->rows), body = list->body_rows ? list->body_rows : 1;
	size_t last = count > body ? count - body : 0;

	if (list->top > last)
		list->top = last;
}

void list_set_body(struct list *list, size_t rows)
{
	size_t row = list_row(list);

	if (rows == list->body_rows)
		return;
	list->body_rows = rows;
	if (row < rows_count(list->rows))
		list_show_row(list, row);
	list_keep_in_range(list);
}

static bool is_idle(const struct tui *tui)
{
	return !tui->any_key || mono_between_us(tui->key_at, tui->now) >= IDLE_SECONDS * SECOND_US;
}

void list_return_to_top(struct list *list, const struct tui *tui)
{
	if (list->follow || list->prompt != PROMPT_NONE || !tui->any_key || !is_idle(tui) || list->returned.us == tui->key_at.us)
		return;
	list->returned = tui->key_at;
	list->top = 0;
}

/*
 * Rows have moved: at the top new problems push the others down; further down the selected one stays on its line of the screen,
 * so that nothing moves under the hands.
 */
void list_stay_in_place(struct list *list, ptrdiff_t before)
{
	ptrdiff_t after = rows_find(list->rows, list->selected);

	if (list->top > 0 && before >= 0 && after >= 0) {
		ptrdiff_t top = (ptrdiff_t)list->top + after - before;

		list->top = top > 0 ? (size_t)top : 0;
	}
	if (after >= 0)
		list->selected_row = (size_t)after;
	list_keep_in_range(list);
	if (list->follow && after >= 0)
		list_show_row(list, (size_t)after);
}

void list_update(struct list *list, struct tui *tui)
{
	ptrdiff_t before = rows_find(list->rows, list->selected);
	bool seen = before >= 0 && list_is_seen(list, (size_t)before);

	if (rows_update(list->rows, tui->snapshot, tui->now)) {
		list_stay_in_place(list, before);
		/* while hands are at work new problems do not push what they work on off the screen */
		if (seen && !is_idle(tui))
			list_show_row(list, list_row(list));
	}
	/* Once all have answered the cursor is on a monitor and not on a line: what a key acts on changes by keys alone. */
	if (!list->selected && tui->snapshot && tui->snapshot->by_state[STATE_NEW] == 0)
		list_select_row(list, list->top);
	ptrdiff_t wanted = list->wanted ? rows_find(list->rows, list->wanted) : -1;

	if (wanted >= 0) {
		list_select_row(list, (size_t)wanted);
		list_show_row(list, (size_t)wanted);
		list->wanted = 0;
	}
}

/* Before a key acts: it acts on what the person sees under the cursor. */
void list_take_hold(struct list *list)
{
	size_t row = list_row(list);

	list->wanted = 0;
	if (row < rows_count(list->rows))
		list_select_row(list, row);
}

/* After a key: rows that were kept in place go where they belong, and the selected one stays on its line. */
void list_settle(struct list *list)
{
	ptrdiff_t before = rows_find(list->rows, list->selected);

	rows_settle(list->rows);
	list_stay_in_place(list, before);
	list_show_row(list, list_row(list));
}

void list_move_by(struct list *list, ptrdiff_t step)
{
	ptrdiff_t count = (ptrdiff_t)rows_count(list->rows);
	size_t row = list_row(list);
	ptrdiff_t to = (ptrdiff_t)row + step;

	if (!count)
		return;
	/* the list went back to its top meanwhile: the hands start from what the eyes see */
	if (!list_is_seen(list, row))
		to = (ptrdiff_t)list->top;
	list_select_row(list, (size_t)(to < 0 ? 0 : to >= count ? count - 1 : to));
}

bool list_move(struct list *list, enum action action)
{
	ptrdiff_t page = list->body_rows > 1 ? (ptrdiff_t)list->body_rows - 1 : 1;

	switch (action) {
	case ACTION_UP:
		list_move_by(list, -1);
		return true;
	case ACTION_DOWN:
		list_move_by(list, 1);
		return true;
	case ACTION_PAGE_UP:
		list_move_by(list, -page);
		return true;
	case ACTION_PAGE_DOWN:
		list_move_by(list, page);
		return true;
	case ACTION_HALF_UP:
		list_move_by(list, -(page + 1) / 2);
		return true;
	case ACTION_HALF_DOWN:
		list_move_by(list, (page + 1) / 2);
		return true;
	case ACTION_TOP:
		list_select_row(list, 0);
		return true;
	case ACTION_BOTTOM:
		list_select_row(list, SIZE_MAX);
		return true;
	default:
		return false;
	}
}
