/*
 * A line being typed: text, where the cursor stands, what of it shows. Moves and deletes whole characters (with the marks on
 * them), takes pastes cleaned, scrolls by cells. Pure: draws nothing.
 */
#ifndef KUMATOP_TUI_LINEEDIT_H
#define KUMATOP_TUI_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINEEDIT_SIZE = 2048 };

struct lineedit {
	char text[LINEEDIT_SIZE];	/* clean, terminated */
	size_t length;
	size_t cursor;		/* byte at which the next character goes in */
	size_t scroll;		/* byte of the first character that shows */
	size_t limit;		/* most bytes of text; 0: what there is room for */
	bool secret;		/* shows as asterisks */
};

/* A zeroed line is empty and ready. set puts the cursor behind the text. */
void lineedit_set(struct lineedit *edit, const char *text);

/*
 * Takes a key: characters, ←→ Home End Backspace Delete, ^A ^E, ^U (all before the cursor), ^K (all behind), ^W (a word),
 * Alt-B and Alt-F (word left and right). false: none of these. *changed (may be NULL) tells whether the text is another now.
 */
bool lineedit_key(struct lineedit *edit, uint32_t key, bool *changed);

/* Puts text in at the cursor, cleaned, blanks at its ends dropped, cut to what there is room for. */
void lineedit_paste(struct lineedit *edit, const char *text, size_t length);

/*
 * What shows in so many cells, as text in out; returns the cell of the cursor (0..cells-1). Scrolls so that the cursor is seen.
 */
int lineedit_show(struct lineedit *edit, int cells, char *out, size_t size);

#endif
