/*
 * Painting cells. The only way text gets onto the screen: it is sanitised here once more, whatever it went through before.
 */
#include "paint.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

enum {
	TEXT_MOST = 4096,	/* bytes of one text: more than any terminal is wide */
	EMOJI_FIRST = 0x1f000,
	EMOJI_LAST = 0x1fbff,
};

static const struct cell blank = { .point = ' ', .role = ROLE_TEXT, .under = ROLE_TEXT };

void canvas_init(struct canvas *canvas, enum glyph_set glyphs)
{
	*canvas = (struct canvas){ .glyphs = glyphs, .cursor_row = -1, .cursor_column = -1 };
}

void canvas_finish(struct canvas *canvas)
{
	free(canvas->cells);
	canvas->cells = NULL;
	canvas->rows = canvas->columns = 0;
}

void canvas_reset(struct canvas *canvas, int rows, int columns)
{
	assert(rows > 0 && columns > 0);
	size_t count = (size_t)rows * (size_t)columns;

	if (rows != canvas->rows || columns != canvas->columns) {
		canvas->cells = heap_resize(canvas->cells, count, sizeof *canvas->cells);
		canvas->rows = rows;
		canvas->columns = columns;
	}
	for (size_t i = 0; i < count; i++)
		canvas->cells[i] = blank;
	canvas->cursor_row = canvas->cursor_column = -1;
}

void canvas_print_row(const struct canvas *canvas, int row, struct buf *out)
{
	const struct cell *cells = &canvas->cells[(size_t)row * (size_t)canvas->columns];
	int end = canvas->columns;
	char bytes[4];

	while (end > 0 && (cells[end - 1].point == ' ' || cells[end - 1].point == 0))
		end--;
	for (int x = 0; x < end; x++) {
		if (cells[x].point)
			buf_add(out, bytes, text_encode(cells[x].point, bytes));
		for (int i = 0; i < 2 && cells[x].marks[i]; i++)
			buf_add(out, bytes, text_encode(cells[x].marks[i], bytes));
	}
}

struct area canvas_area(struct canvas *canvas)
{
	return (struct area){ canvas, 0, 0, canvas->rows, canvas->columns };
}

static int clamp(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

struct area area_part(struct area area, int y, int x, int rows, int columns)
{
	int bottom = clamp(y + rows, 0, area.rows), right = clamp(x + columns, 0, area.columns);

	y = clamp(y, 0, area.rows);
	x = clamp(x, 0, area.columns);
	return (struct area){
		area.canvas, area.top + y, area.left + x, bottom > y ? bottom - y : 0, right > x ? right - x : 0,
	};
}

struct area area_centred(struct area area, int rows, int columns)
{
	rows = clamp(rows, 0, area.rows);
	columns = clamp(columns, 0, area.columns);
	return area_part(area, (area.rows - rows) / 2, (area.columns - columns) / 2, rows, columns);
}

/* NULL when it lies outside. */
static struct cell *cell_at(struct area area, int y, int x)
{
	if (y < 0 || y >= area.rows || x < 0 || x >= area.columns)
		return NULL;
	return &area.canvas->cells[(size_t)(area.top + y) * (size_t)area.canvas->columns + (size_t)(area.left + x)];
}

/* Half of a wide character must not stay behind when the other half is painted over. */
static void mend_neighbours(struct area area, struct cell *cell, int x)
{
	int column = area.left + x;

	if (cell->point == 0 && column > 0) {
		cell[-1].point = ' ';
		cell[-1].wide = 0;
	}
	if (cell->wide && column + 1 < area.canvas->columns)
		cell[1].point = ' ';
}

static void put(struct area area, int y, int x, enum role role, uint32_t point, int width)
{
	struct cell *cell = cell_at(area, y, x);
	struct cell *second = width == 2 ? cell_at(area, y, x + 1) : NULL;

	if (!cell)
		return;
	mend_neighbours(area, cell, x);
	if (width == 2 && !second) {
		point = ' ';
		width = 1;
	}
	if (second)
		mend_neighbours(area, second, x + 1);
	*cell = (struct cell){ .point = point, .role = (uint8_t)role, .under = cell->under, .wide = width == 2 };
	if (second)
		*second = (struct cell){ .point = 0, .role = (uint8_t)role, .under = second->under };
}

static void put_mark(struct area area, int y, int x, uint32_t point)
{
	struct cell *cell = x > 0 ? cell_at(area, y, x - 1) : NULL;

	if (cell && cell->point == 0 && x > 1)
		cell = cell_at(area, y, x - 2);
	if (!cell || cell->point == 0)
		return;
	if (!cell->marks[0])
		cell->marks[0] = point;
	else if (!cell->marks[1])
		cell->marks[1] = point;
}

/* What stands for a character here: itself or "?"; *width is its cells. */
static uint32_t presentable(const struct canvas *canvas, uint32_t point, int *width)
{
	*width = 1;
	if (point < 0x80)
		return point >= 0x20 && point != 0x7f ? point : '?';
	int cells = text_point_width(point);

	if (canvas->glyphs == GLYPHS_ASCII) {
		/* as many cells as elsewhere, so that a name is as wide in every locale */
		*width = cells < 0 ? 1 : cells;
		return '?';
	}
	/* terminals disagree about how wide the emoji are, and a table must not */
	if (cells < 0 || (point >= EMOJI_FIRST && point <= EMOJI_LAST))
		return '?';
	*width = cells;
	return point;
}

void paint_point(struct area area, int y, int x, enum role role, uint32_t point)
{
	int width;

	point = presentable(area.canvas, point, &width);
	put(area, y, x, role, width == 0 ? '?' : point, width == 2 && point != '?' ? 2 : 1);
}

void paint_fill(struct area area, int y, int x, int width, enum role role, uint32_t point)
{
	int end = clamp(width, 0, area.columns - x) + x;

	for (int i = x < 0 ? 0 : x; i < end; i++)
		paint_point(area, y, i, role, point);
}

/* Clean text, cell by cell; returns the cells it took. */
static int put_text(struct area area, int y, int x, int most, enum role role, const char *clean, size_t length)
{
	int used = 0;

	for (size_t i = 0; i < length;) {
		uint32_t point;
		int width;

		i += text_decode(&clean[i], length - i, &point);
		point = presentable(area.canvas, point, &width);
		if (used + width > most)
			break;
		if (width == 0 && point != '?')
			put_mark(area, y, x + used, point);
		else if (width == 2 && point == '?') {
			put(area, y, x + used, role, '?', 1);
			put(area, y, x + used + 1, role, '?', 1);
		} else if (width > 0)
			put(area, y, x + used, role, point, width);
		used += width;
	}
	return used;
}

/* Cells of clean text as put_text() counts them. */
static int measure(struct area area, const char *clean, size_t length)
{
	int used = 0;

	for (size_t i = 0; i < length && used <= area.canvas->columns * 2;) {
		uint32_t point;
		int width;

		i += text_decode(&clean[i], length - i, &point);
		presentable(area.canvas, point, &width);
		used += width;
	}
	return used;
}

static int put_cut(struct area area, int y, int x, int most, enum role role, const char *clean, size_t length)
{
	int wide = measure(area, clean, length);

	if (most <= 0)
		return 0;
	if (wide <= most)
		return put_text(area, y, x, most, role, clean, length);
	if (most <= 4)
		return put_text(area, y, x, most, role, clean, length);
	int used = put_text(area, y, x, most - 2, role, clean, length);

	put(area, y, x + used, role, '.', 1);
	put(area, y, x + used + 1, role, '.', 1);
	return used + 2;
}

int paint_text(struct area area, int y, int x, enum role role, const char *text)
{
	char clean[TEXT_MOST];
	size_t length = text_sanitize(clean, sizeof clean, text, strlen(text));

	return put_cut(area, y, x, area.columns - x, role, clean, length);
}

int paint_print(struct area area, int y, int x, enum role role, const char *format, ...)
{
	char text[TEXT_MOST];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return paint_text(area, y, x, role, text);
}

void paint_field(struct area area, int y, int x, int width, enum role role, const char *text)
{
	char clean[TEXT_MOST];
	size_t length = text_sanitize(clean, sizeof clean, text, strlen(text));
	int used = put_cut(area, y, x, width, role, clean, length);

	paint_fill(area, y, x + used, width - used, role, ' ');
}

void paint_field_right(struct area area, int y, int x, int width, enum role role, const char *text)
{
	char clean[TEXT_MOST];
	size_t length = text_sanitize(clean, sizeof clean, text, strlen(text));
	int wide = measure(area, clean, length);
	int before = wide < width ? width - wide : 0;

	paint_fill(area, y, x, before, role, ' ');
	put_cut(area, y, x + before, width - before, role, clean, length);
}

void paint_cells(struct area area, int y, int x, const struct glyph_cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t point;

		text_decode(cells[i].text, strlen(cells[i].text), &point);
		paint_point(area, y, x + (int)i, (enum role)cells[i].role, cells[i].text[0] ? point : ' ');
	}
}

int paint_glyph(struct area area, int y, int x, enum role role, enum glyph glyph)
{
	return paint_text(area, y, x, role, glyph_text(area.canvas->glyphs, glyph));
}

void paint_clear(struct area area, enum role role)
{
	for (int y = 0; y < area.rows; y++)
		for (int x = 0; x < area.columns; x++) {
			struct cell *cell = cell_at(area, y, x);

			if (!cell)
				continue;
			mend_neighbours(area, cell, x);
			*cell = blank;
			cell->role = (uint8_t)role;
		}
	if (area.canvas->cursor_row >= area.top && area.canvas->cursor_row < area.top + area.rows)
		area.canvas->cursor_row = -1;
}

void paint_under(struct area area, int y, int x, int width, enum role under)
{
	for (int i = 0; i < width; i++) {
		struct cell *cell = cell_at(area, y, x + i);

		if (cell)
			cell->under = (uint8_t)under;
	}
}

void paint_role(struct area area, int y, int x, int width, enum role role)
{
	for (int i = 0; i < width; i++) {
		struct cell *cell = cell_at(area, y, x + i);

		if (cell)
			cell->role = (uint8_t)role;
	}
}

static uint32_t glyph_point(const struct canvas *canvas, enum glyph glyph)
{
	const char *text = glyph_text(canvas->glyphs, glyph);
	uint32_t point;

	text_decode(text, strlen(text), &point);
	return point;
}

void paint_rule(struct area area, int y, enum role role, const char *title)
{
	paint_fill(area, y, 0, area.columns, role, glyph_point(area.canvas, GLYPH_RULE));
	if (title)
		paint_print(area_part(area, y, 1, 1, area.columns - 2), 0, 0, role, " %s ", title);
}

void paint_frame(struct area area, enum role role, const char *title)
{
	const struct canvas *canvas = area.canvas;
	int bottom = area.rows - 1, right = area.columns - 1;

	paint_clear(area, role);
	paint_fill(area, 0, 0, area.columns, role, glyph_point(canvas, GLYPH_RULE));
	paint_fill(area, bottom, 0, area.columns, role, glyph_point(canvas, GLYPH_RULE));
	for (int y = 1; y < bottom; y++) {
		paint_point(area, y, 0, role, glyph_point(canvas, GLYPH_WALL));
		paint_point(area, y, right, role, glyph_point(canvas, GLYPH_WALL));
	}
	paint_point(area, 0, 0, role, glyph_point(canvas, GLYPH_CORNER_TOP_LEFT));
	paint_point(area, 0, right, role, glyph_point(canvas, GLYPH_CORNER_TOP_RIGHT));
	paint_point(area, bottom, 0, role, glyph_point(canvas, GLYPH_CORNER_BOTTOM_LEFT));
	paint_point(area, bottom, right, role, glyph_point(canvas, GLYPH_CORNER_BOTTOM_RIGHT));
	if (title)
		paint_print(area_part(area, 0, 2, 1, area.columns - 4), 0, 0, ROLE_DIALOG_TITLE, " %s ", title);
}

void paint_cursor(struct area area, int y, int x)
{
	if (!cell_at(area, y, x))
		return;
	area.canvas->cursor_row = area.top + y;
	area.canvas->cursor_column = area.left + x;
}
