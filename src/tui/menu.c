/*
 * The menu of orders, over the list.
 */
#include <string.h>

#include "list.h"
#include "views.h"

#include "kumatop/order.h"

enum { MENU_WIDTH = 50 };

struct menu {
	int chosen;
};

static bool menu_open(struct view *view, const struct opening *opening)
{
	struct menu *menu = view->state;

	menu->chosen = opening->choice >= 0 && opening->choice < ORDER_COUNT ? opening->choice : 0;
	return view->below != NULL;
}

static void menu_draw(struct view *view, struct area area)
{
	const struct menu *menu = view->state;
	struct area box = area_centred(area, ORDER_COUNT + 3, MENU_WIDTH);
	struct area inside = area_part(box, 1, 1, box.rows - 2, box.columns - 2);
	/* on a small screen the chosen one stays in sight */
	int first = menu->chosen >= inside.rows - 1 && inside.rows > 1 ? menu->chosen - inside.rows + 2 : 0;

	paint_frame(box, ROLE_DIALOG, "Sort by");
	for (int i = first; i < ORDER_COUNT && i - first < inside.rows; i++) {
		int y = i - first;

		paint_point(inside, y, 3, ROLE_KEYBAR_KEY, (unsigned char)order_rows[i].key);
		paint_text(inside, y, 5, ROLE_DIALOG, order_rows[i].summary);
		if (i != menu->chosen)
			continue;
		paint_glyph(inside, y, 1, ROLE_CURSOR, GLYPH_CURSOR);
		paint_under(inside, y, 0, inside.columns, ROLE_CURSOR);
	}
	paint_text(inside, ORDER_COUNT - first, 3, ROLE_TEXT_DIM, "I inverts the order");
}

static void choose(struct view *view, int key)
{
	struct view *list = view->below;

	tui_close(view);
	list_set_order(list, key);
}

static bool menu_input(struct view *view, const struct input_event *event)
{
	if (event->kind != INPUT_KEY)
		return false;
	for (int i = 0; i < ORDER_COUNT; i++)
		if ((uint32_t)(unsigned char)order_rows[i].key == event->key) {
			choose(view, i);
			return true;
		}
	return false;
}

static bool menu_act(struct view *view, enum action action)
{
	struct menu *menu = view->state;

	switch (action) {
	case ACTION_UP:
		menu->chosen = (menu->chosen + ORDER_COUNT - 1) % ORDER_COUNT;
		return true;
	case ACTION_DOWN:
		menu->chosen = (menu->chosen + 1) % ORDER_COUNT;
		return true;
	case ACTION_OPEN:
		choose(view, menu->chosen);
		return true;
	case ACTION_SORT_INVERT:
		choose(view, -1);
		return true;
	default:
		return false;
	}
}

static const struct hint hints[] = {
	{ ACTION_OPEN, "Choose" }, { ACTION_SORT_INVERT, "Invert" }, { ACTION_BACK, NULL }, { ACTION_NONE, NULL },
};

const struct view_kind menu_view = {
	.name = "menu",
	.title = "Menu",
	.place = IN_MENU,
	.overlay = true,
	.state_size = sizeof(struct menu),
	.hints = hints,
	.open = menu_open,
	.draw = menu_draw,
	.input = menu_input,
	.act = menu_act,
};
