/*
 * From the canvas to the bytes a terminal needs to show it: curses, which writes into memory here and never to the terminal, so
 * that it can neither wait for one nor spoil it. Screen thread, but for opening and closing.
 */
#ifndef KUMATOP_TUI_SURFACE_H
#define KUMATOP_TUI_SURFACE_H

#include <stdbool.h>
#include <stddef.h>

#include "paint.h"

#include "kumatop/buf.h"
#include "kumatop/error.h"
#include "kumatop/theme.h"

struct surface;

/* NULL when TERM is unknown or too poor to place the cursor. theme is kept. */
struct surface *surface_open(const struct theme *theme, bool no_color, int rows, int columns, struct error *err);
void surface_close(struct surface *surface);	/* accepts NULL */

/* What turns a terminal to our use and back, apart from modes: alternate screen, cursor, colours. Valid as long as the surface. */
const char *surface_enter(const struct surface *surface);
const char *surface_leave(const struct surface *surface);

void surface_set_theme(struct surface *surface, const struct theme *theme);
bool surface_has_color(const struct surface *surface);
void surface_resize(struct surface *surface, int rows, int columns);

/* The next show() paints everything. */
void surface_repaint(struct surface *surface);

/* Appends to out what brings the terminal from what it shows to what the canvas says; nothing when that is the same. */
void surface_show(struct surface *surface, const struct canvas *canvas, struct buf *out);

#endif
