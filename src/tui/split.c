/*
 * The list lends the detail view a part of its area and its keys for the graph.
 */
#include "split.h"

#include "tui.h"
#include "views.h"

enum { SCREEN_COLUMNS_LEAST = 160, SCREEN_ROWS_LEAST = 48, SIDE_LEAST = 58, SIDE_MOST = 90 };

void split_open(struct split *split, struct tui *tui)
{
	split->detail.beside = true;
	split->side = (struct view){ .kind = &detail_view, .tui = tui, .state = &split->detail };
}

void split_close(struct split *split)
{
	detail_view.close(&split->side);
	event_pane_finish(&split->events);
}

bool split_fits(const struct tui *tui)
{
	return tui->canvas.columns >= SCREEN_COLUMNS_LEAST && tui->canvas.rows >= SCREEN_ROWS_LEAST;
}

int split_width(int columns)
{
	int width = columns * 36 / 100;

	return width < SIDE_LEAST ? SIDE_LEAST : width > SIDE_MOST ? SIDE_MOST : width;
}

void split_draw(struct split *split, monitor_id id, struct area area)
{
	detail_show(&split->side, id);
	detail_view.draw(&split->side, area);
}

bool split_answer(struct split *split, struct history_answer *answer)
{
	return event_pane_answer(&split->events, answer) || detail_view.answer(&split->side, answer);
}

static void toggle(struct split *split)
{
	struct tui *tui = split->side.tui;

	if (!split_fits(tui))
		tui_toast(tui, TOAST_WARN, "the detail stands beside the list from %dx%d on; Enter opens it", SCREEN_COLUMNS_LEAST,
		    SCREEN_ROWS_LEAST);
	else
		split->off = !split->off;
}

bool split_act(struct split *split, enum action action)
{
	switch (action) {
	case ACTION_SPLIT:
		toggle(split);
		return true;
	case ACTION_SHORTER: case ACTION_LONGER: case ACTION_SCALE:
		if (split->off || !split_fits(split->side.tui))
			tui_toast(split->side.tui, TOAST_WARN, "there is no graph beside the list; Enter opens one");
		else
			(void)detail_view.act(&split->side, action);
		return true;
	default:
		return false;
	}
}
