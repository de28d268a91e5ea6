/*
 * The list from the inside: its state, and the parts it is drawn from.
 */
#ifndef KUMATOP_TUI_LIST_PARTS_H
#define KUMATOP_TUI_LIST_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "bars.h"
#include "layout.h"
#include "lineedit.h"
#include "list.h"
#include "rows.h"
#include "split.h"
#include "tui.h"

enum prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_FIND };

struct list {
	struct rows *rows;
	monitor_id selected;		/* 0 until the first key: then the cursor merely shows on the first row */
	monitor_id wanted;		/* to be selected as soon as it is there: a monitor that was just added; 0: none */
	size_t selected_row;		/* where it stood last */
	size_t top;			/* the first row that shows */
	size_t body_rows;		/* rows that show, as of the last frame */
	struct mono returned;		/* the key after which the list went back to its top */
	bool follow;
	bool problems_only;
	enum order_key key;
	bool reverse;
	enum prompt prompt;
	struct lineedit edit;
	char filter[LINEEDIT_SIZE];	/* "": none */
	struct error filter_error;	/* text "": the filter makes sense */
	char find[LINEEDIT_SIZE];
	size_t find_from;		/* row at which the search began */
	monitor_id previewed;		/* whose pane shows; follows the cursor when that rests */
	monitor_id *marked;
	size_t marked_count;
	struct split split;
	struct bars bars;
};

/*
 * list_cursor.c. The row the cursor is on (rows_count() when there are none), and its monitor (NULL).
 */
size_t list_row(const struct list *list);
const struct monitor_view *list_selected_monitor(const struct list *list);
bool list_is_marked(const struct list *list, monitor_id id);
void list_select_row(struct list *list, size_t row);	/* cut to what there is */
void list_show_row(struct list *list, size_t row);	/* scrolls as little as possible */
bool list_is_seen(const struct list *list, size_t row);
void list_set_body(struct list *list, size_t rows);	/* so many show now: the selected one stays among them */
void list_return_to_top(struct list *list, const struct tui *tui);	/* once, when no key came for a minute */
void list_keep_in_range(struct list *list);
void list_stay_in_place(struct list *list, ptrdiff_t before);	/* rows have moved; where the selected one stood, or -1 */
void list_update(struct list *list, struct tui *tui);	/* goes on to the newest picture */
void list_take_hold(struct list *list);
void list_settle(struct list *list);
void list_move_by(struct list *list, ptrdiff_t step);
bool list_move(struct list *list, enum action action);	/* false: not a movement */

/* list_act.c: see struct view_kind. */
bool list_input(struct view *view, const struct input_event *event);
bool list_act(struct view *view, enum action action);
unsigned list_place(struct view *view);
bool list_name_has(const struct list *list, size_t row, const char *text);

/* list_empty.c: why there are no rows. */
void list_draw_empty(const struct tui *tui, const struct list *list, struct area area);

/* header.c: who, how many of each, how kumatop itself is, the time; then the line of its own troubles. Returns the rows it took. */
int header_draw(const struct tui *tui, const struct list *list, struct area area);

/* row.c: one monitor, and the heads above them. */
void row_draw(const struct tui *tui, const struct list *list, const struct layout *layout, struct area area, int y, size_t row);
void row_draw_heads(const struct list *list, const struct layout *layout, struct area area, int y);

/* info.c: two lines about the selected one, or the pane with its graph. */
enum { PREVIEW_ROWS = 8, PREVIEW_ROWS_MOST = 14 };
void info_draw(const struct tui *tui, const struct monitor_view *monitor, struct area area);
void preview_draw(const struct tui *tui, const struct monitor_view *monitor, struct area area);

#endif
