/*
 * Response times over a window as cells: a braille line with gaps where there was no reply, the band between lowest and highest
 * where several answers share a column, axes, and a strip of states below. Pure; sets without braille get columns or points.
 */
#ifndef KUMATOP_TUI_GRAPH_H
#define KUMATOP_TUI_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "glyphs.h"

#include "kumatop/history.h"

enum { GRAPH_WIDTH_MOST = 1000, GRAPH_HEIGHT_MOST = 200 };

struct graph {
	enum glyph_set glyphs;
	int width, height;		/* cells of everything; what is beyond the limits stays blank */
	int64_t from_us, to_us;		/* the window the series is of */
	bool utc;			/* labels of the x axis; local otherwise */
	bool logarithmic;
};

/* How many columns to ask history for, so that each is one column of dots. At least 1. */
size_t graph_columns(enum glyph_set glyphs, int width);

/* Fills all width * height cells, row by row. A series of any number of columns is taken. NULL: axes only. */
void graph_draw(const struct graph *graph, const struct history_series *series, struct glyph_cell *cells);

#endif
