/*
 * The detail of the selected monitor beside the list: the detail view without a place of its own on the stack.
 */
#ifndef KUMATOP_TUI_SPLIT_H
#define KUMATOP_TUI_SPLIT_H

#include "detail.h"
#include "event_pane.h"

enum { EVENT_PANE_ROWS = 8 };	/* the rule above it counts */

struct split {
	bool off;		/* a person does not want it */
	struct view side;	/* of the kind of the detail view; its state is below */
	struct detail detail;
	struct event_pane events;
};

void split_open(struct split *split, struct tui *tui);
void split_close(struct split *split);
bool split_fits(const struct tui *tui);	/* the terminal is large enough */
int split_width(int columns);	/* of the detail, out of so many */
void split_draw(struct split *split, monitor_id id, struct area area);
bool split_answer(struct split *split, struct history_answer *answer);	/* true: takes ownership */

/* w, and what keys do to the graph. false: not for it. */
bool split_act(struct split *split, enum action action);

#endif
