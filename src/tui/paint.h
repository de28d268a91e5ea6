/*
 * Drawing onto a grid of cells: text is cleaned, measured and clipped here, and colours are roles. Pure: knows no curses and no
 * terminal; terminal.c carries what changed to the screen. Screen thread.
 */
#ifndef KUMATOP_TUI_PAINT_H
#define KUMATOP_TUI_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "glyphs.h"

#include "kumatop/buf.h"
#include "kumatop/theme.h"

struct cell {
	uint32_t point;		/* what stands here; 0 in the right half of a wide character */
	uint32_t marks[2];	/* combining marks on it */
	uint8_t role;		/* enum role: foreground, and background unless something lies under it */
	uint8_t under;		/* enum role whose background lies under it (CURSOR …); ROLE_TEXT: nothing */
	uint16_t wide;		/* 1: takes this cell and the next */
};

struct canvas {
	int rows, columns;
	struct cell *cells;	/* rows * columns */
	enum glyph_set glyphs;	/* GLYPHS_ASCII: only bytes < 0x80 may reach the terminal */
	int cursor_row, cursor_column;	/* where the terminal's cursor shows; -1: hidden */
};

void canvas_init(struct canvas *canvas, enum glyph_set glyphs);
void canvas_finish(struct canvas *canvas);

/* Blank, in ROLE_TEXT, of this size (at least 1x1), cursor hidden. */
void canvas_reset(struct canvas *canvas, int rows, int columns);

/* What stands on one row as UTF-8, without trailing blanks; for tests. */
void canvas_print_row(const struct canvas *canvas, int row, struct buf *out);

/*
 * A rectangle of the canvas. Everything painted is clipped to it; coordinates are relative to it and may lie outside. A value:
 * pass copies freely.
 */
struct area {
	struct canvas *canvas;
	int top, left, rows, columns;
};

struct area canvas_area(struct canvas *canvas);

/* A part of an area, clipped to it. */
struct area area_part(struct area area, int y, int x, int rows, int columns);

/*
 * Text from the left, at most as far as the area reaches, ".." at the end when it is cut. Whatever text holds is sanitised. Returns
 * the cells used.
 */
int paint_text(struct area area, int y, int x, enum role role, const char *text);
int paint_print(struct area area, int y, int x, enum role role, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Exactly width cells: cut with "..", or filled with blanks; to the left or to the right. */
void paint_field(struct area area, int y, int x, int width, enum role role, const char *text);
void paint_field_right(struct area area, int y, int x, int width, enum role role, const char *text);

/* Cells that pure code made, one beside the other. */
void paint_cells(struct area area, int y, int x, const struct glyph_cell *cells, size_t count);

/* A glyph of the canvas's set; returns the cells used. */
int paint_glyph(struct area area, int y, int x, enum role role, enum glyph glyph);

/* One character; with GLYPHS_ASCII only ASCII passes (others become "?", so choose the ASCII form before). */
void paint_point(struct area area, int y, int x, enum role role, uint32_t point);
void paint_fill(struct area area, int y, int x, int width, enum role role, uint32_t point);

/* Blanks the whole area. */
void paint_clear(struct area area, enum role role);

/* Lays a role's background (and its attributes) under what stands there: the cursor bar. */
void paint_under(struct area area, int y, int x, int width, enum role under);

/* Gives what stands there another role. */
void paint_role(struct area area, int y, int x, int width, enum role role);

/* A rule with a title in it ("─ why ─────"), and a frame with a title around the whole area, its inside blanked. title may be NULL. */
void paint_rule(struct area area, int y, enum role role, const char *title);
void paint_frame(struct area area, enum role role, const char *title);

/* A centred area of at most this size for a dialog. */
struct area area_centred(struct area area, int rows, int columns);

/* Shows the terminal's cursor here. */
void paint_cursor(struct area area, int y, int x);

#endif
