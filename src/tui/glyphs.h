/*
 * Which characters stand for what: states, beats, levels of a sparkline, lines and arrows, in four sets. Every state has a
 * shape of its own in every set, so that a screen reads without colour. Pure: no curses, no terminal.
 */
#ifndef KUMATOP_TUI_GLYPHS_H
#define KUMATOP_TUI_GLYPHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/snapshot.h"
#include "kumatop/theme.h"

enum glyph_set {
	GLYPHS_BRAILLE,		/* UTF-8 with everything */
	GLYPHS_BLOCK,		/* UTF-8 in a font without braille */
	GLYPHS_VT,		/* the Linux console: what its 256 glyphs have */
	GLYPHS_ASCII,
	GLYPHS_COUNT
};

enum glyph {
	GLYPH_CURSOR,		/* in front of the selected row */
	GLYPH_RULE,		/* a horizontal line, one cell of it */
	GLYPH_WALL,		/* a vertical one */
	GLYPH_WALL_END,		/* where it stands on a horizontal one */
	GLYPH_CORNER_TOP_LEFT,
	GLYPH_CORNER_TOP_RIGHT,
	GLYPH_CORNER_BOTTOM_LEFT,
	GLYPH_CORNER_BOTTOM_RIGHT,
	GLYPH_TICK,		/* the y axis, with something to its left */
	GLYPH_BRANCH,		/* a tree: one of several, and the last one */
	GLYPH_BRANCH_LAST,
	GLYPH_ASCENDING,	/* what a table is sorted by */
	GLYPH_DESCENDING,
	GLYPH_ARROW,		/* may take two cells */
	GLYPH_SEPARATOR,	/* between the parts of a line */
	GLYPH_ENTER,		/* the keys, as key bars name them; may take several cells */
	GLYPH_UP_DOWN,
	GLYPH_LEFT_RIGHT,
	GLYPH_COUNT
};

enum { SPARK_LEVELS = 8, SPARK_GAP = -1 };

/* One cell of something drawn by pure code: a character and its role. */
struct glyph_cell {
	char text[5];
	uint8_t role;		/* enum role */
};

/* Texts are static. A state out of range reads as UNKNOWN. */
const char *glyph_text(enum glyph_set set, enum glyph glyph);
const char *glyph_state(enum glyph_set set, int state);
const char *glyph_beat(enum glyph_set set, int look);
const char *glyph_level(enum glyph_set set, int level);	/* 0..7, or SPARK_GAP: a blank */

enum role glyph_state_role(int state);
enum role glyph_beat_role(int look);

void glyph_cell_set(struct glyph_cell *cell, const char *text, enum role role);

/*
 * Levels of a sparkline: 0 to the 99th percentile of the samples, or a logarithmic scale when the highest is more than 20
 * times the median. A negative sample is a gap.
 */
void spark_levels(const int32_t *samples, size_t count, int8_t *levels);

/* The newest beats of a view, one a cell, the newest at the right; cells to the left of the first beat are blank. */
void glyph_bar(enum glyph_set set, const struct monitor_view *view, struct glyph_cell *cells, size_t width);

/* The latencies of the same beats; a failed one is a gap. */
void glyph_spark(enum glyph_set set, const struct monitor_view *view, struct glyph_cell *cells, size_t width);

#endif
