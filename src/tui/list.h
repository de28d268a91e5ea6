/*
 * What the rest of the screen may ask of the list, which is always the lowest view.
 */
#ifndef KUMATOP_TUI_LIST_H
#define KUMATOP_TUI_LIST_H

#include "view.h"

monitor_id list_selected(struct view *view);
void list_select(struct view *view, monitor_id id);
monitor_id list_neighbour(struct view *view, monitor_id id, int step);
const struct monitor_view *list_monitor(struct view *view, monitor_id id);

/* The picture is of another time: rows go where they belong, and the selected one stays on its line. */
void list_jump(struct view *view);

/* An order_key; -1 inverts. For the menu, which lies over the list. */
void list_set_order(struct view *view, int key);

#endif
