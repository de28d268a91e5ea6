/*
 * One frame: the views from the lowest that fills the screen upwards, the key bar below them, a message over their last line.
 */
#include <string.h>

#include "tui.h"

#include "kumatop/text.h"

enum { KEYBAR_ROWS_LEAST = 7, KEYBAR_COLUMNS_LEAST = 30, STILL_ROWS_LEAST = 4 };

static const enum role toast_roles[] = {
	[TOAST_OK] = ROLE_TOAST_OK, [TOAST_WARN] = ROLE_TOAST_WARN, [TOAST_ERROR] = ROLE_TOAST_ERROR,
};

/* A hint as it stands in the bar: its key, its label, and what divides them. */
struct bar_item {
	char key[24];
	const char *label;
	bool word;		/* the key is a word, which must not run into the label */
	int width;
};

enum { ITEMS_MOST = 32 };

static size_t collect_items(const struct tui *tui, const struct hint *hints, struct bar_item *items)
{
	bool utf8 = tui->canvas.glyphs != GLYPHS_ASCII;
	size_t count = 0;

	for (; hints && hints->action != ACTION_NONE && count < ITEMS_MOST; hints++) {
		struct bar_item *item = &items[count++];

		key_print(action_key(hints->action, 0), utf8, item->key, sizeof item->key);
		item->label = hints->label ? hints->label : action_rows[hints->action].label;
		item->word = (unsigned char)item->key[0] < 0x80 && item->key[1] && item->key[0] != '^';
		item->width = (int)(text_width(item->key) + text_width(item->label)) + (item->word && item->label[0]);
	}
	return count;
}

static int bar_width(const struct bar_item *items, size_t count, int gap, int between)
{
	int width = 0;

	for (size_t i = 0; i < count; i++)
		width += items[i].width + (items[i].label[0] ? between + gap : 1);
	return width > gap ? width - gap : 0;
}

/* Drops hints from the right, but never the first and the last one, until the rest fits. */
static size_t fit_items(struct bar_item *items, size_t count, int width)
{
	while (count > 2 && bar_width(items, count, 1, 0) > width) {
		items[count - 2] = items[count - 1];
		count--;
	}
	return count;
}

static void draw_keybar(const struct tui *tui, struct area bar, const struct hint *hints)
{
	struct bar_item items[ITEMS_MOST] = { 0 };
	size_t count = collect_items(tui, hints, items);
	int room = bar.columns - 2;
	/* a blank between each key and its label, if there is room for that */
	bool wide = bar_width(items, count, 2, 1) <= room;
	int x = 1;

	if (!wide)
		count = fit_items(items, count, room);
	paint_fill(bar, 0, 0, bar.columns, ROLE_KEYBAR, ' ');
	for (size_t i = 0; i < count; i++) {
		x += paint_text(bar, 0, x, ROLE_KEYBAR_KEY, items[i].key);
		/* a key without a label shares that of the next: "↑ ↓ Other" */
		if (items[i].label[0])
			x += (wide || items[i].word) + paint_text(bar, 0, x + (wide || items[i].word), ROLE_KEYBAR, items[i].label) + wide;
		x++;
	}
}

static const struct hint *hints_now(struct tui *tui)
{
	static const struct hint typing[] = { { ACTION_OPEN, "Done" }, { ACTION_BACK, "Clear" }, { ACTION_NONE, NULL } };

	if (travel_hints(tui))
		return travel_hints(tui);
	if (stack_place(tui) == IN_PROMPT)
		return typing;
	return tui->top->kind->hints_now ? tui->top->kind->hints_now(tui->top) : tui->top->kind->hints;
}

static void draw_stack(struct view *view, struct area area)
{
	if (view->kind->overlay && view->below) {
		draw_stack(view->below, area);
		area.canvas->cursor_row = -1;
	}
	view->kind->draw(view, area);
}

static void draw_toast(struct tui *tui, struct area area)
{
	const struct toast *toast = &tui->toast;
	bool typing = stack_place(tui) == IN_PROMPT;
	int y = area.rows - 1 - (typing && area.rows > 1);

	if (!toast->text[0])
		return;
	paint_fill(area, y, 0, area.columns, toast_roles[toast->kind], ' ');
	paint_text(area_part(area, y, 1, 1, area.columns - 2), 0, 0, toast_roles[toast->kind], toast->text);
}

/* The list has a line for it; over any other view that fills the screen there is one while the picture is frozen, or a past one. */
static bool draw_still(const struct tui *tui, struct area area)
{
	const struct view *lowest = tui->top;
	char text[160];

	while (lowest->kind->overlay && lowest->below)
		lowest = lowest->below;
	if ((!tui->frozen && !tui->travel.on) || !lowest->below || area.rows < STILL_ROWS_LEAST)
		return false;
	paint_fill(area, 0, 0, area.columns, ROLE_BANNER, ' ');
	paint_text(area_part(area, 0, 1, 1, area.columns - 2), 0, 0, ROLE_BANNER,
	    tui->travel.on ? travel_print(tui, text, sizeof text) : tui_print_frozen(tui, text, sizeof text));
	return true;
}

void frame_draw(struct tui *tui)
{
	struct area area = canvas_area(&tui->canvas);
	bool bar = area.rows >= KEYBAR_ROWS_LEAST && area.columns >= KEYBAR_COLUMNS_LEAST;
	struct area body = area_part(area, 0, 0, area.rows - bar, area.columns);

	if (draw_still(tui, body))
		body = area_part(body, 1, 0, body.rows - 1, body.columns);
	draw_stack(tui->top, body);
	if (tui->travel.typing)
		travel_draw_prompt(tui, body);
	draw_toast(tui, body);
	if (bar)
		draw_keybar(tui, area_part(area, area.rows - 1, 0, 1, area.columns), hints_now(tui));
}
