/*
 * "/" in a view made of lines: a line being typed at the bottom, and which lines have that text. Letters without regard to case.
 */
#ifndef KUMATOP_TUI_SEARCH_H
#define KUMATOP_TUI_SEARCH_H

#include "lineedit.h"
#include "view.h"

struct search {
	bool typing;
	struct lineedit edit;	/* its text is what is looked for, also after typing */
};

void search_begin(struct search *search);

/* For view_kind.input(): true when taken. Enter keeps the text, Esc drops it. */
bool search_input(struct search *search, const struct input_event *event);

/* For ACTION_BACK: true if there was a text, which is dropped. */
bool search_clear(struct search *search);

bool search_is_on(const struct search *search);
bool search_takes(const struct search *search, const char *line);

/* The line itself, on the last row of area; returns the area that is left. Draws nothing when there is no search. */
struct area search_draw(struct search *search, struct area area);

#endif
