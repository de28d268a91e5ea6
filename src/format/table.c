/* Columns of text; see table.h. */
#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

void table_init(struct table *table, const char *const *heads, size_t columns, uint32_t right)
{
	*table = (struct table){ .heads = heads, .columns = columns, .right = right };
}

void table_finish(struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		for (size_t c = 0; c < table->columns; c++)
			free(table->rows[i].cells[c]);
		free(table->rows[i].cells);
		free(table->rows[i].note);
	}
	free(table->rows);
	*table = (struct table){ 0 };
}

static struct table_row *last_row(struct table *table)
{
	if (table->count > 0 && table->filled < table->columns)
		return &table->rows[table->count - 1];
	if ((table->count & (table->count - 1)) == 0)
		table->rows = heap_resize(table->rows, table->count ? 2 * table->count : 1, sizeof *table->rows);
	table->rows[table->count] = (struct table_row){ .cells = heap_zero(table->columns, sizeof(char *)) };
	table->filled = 0;
	return &table->rows[table->count++];
}

void table_add(struct table *table, const char *text, size_t cells_most)
{
	struct table_row *row = last_row(table);
	size_t length = strlen(text), fits;
	char *clean = heap_zero(3 * length + 4, 1);	/* an invalid byte becomes three */

	text_sanitize(clean, 3 * length + 1, text, length);
	if (cells_most && text_width(clean) > cells_most) {
		fits = text_fit(clean, cells_most - 2, NULL);
		memcpy(clean + fits, "..", 3);
	}
	row->cells[table->filled++] = clean;
}

void table_print_cell(struct table *table, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	table_add(table, text, 0);
}

void table_note(struct table *table, const char *lines)
{
	size_t length = strlen(lines);
	struct table_row *row = &table->rows[table->count - 1];

	free(row->note);
	row->note = heap_zero(3 * length + 1, 1);
	text_sanitize_lines(row->note, 3 * length + 1, lines, length);
}

static void write_cell(struct buf *out, const char *text, size_t width, bool right)
{
	size_t cells = text_width(text);

	for (size_t i = cells; right && i < width; i++)
		buf_add_char(out, ' ');
	buf_add_text(out, text);
	for (size_t i = cells; !right && i < width; i++)
		buf_add_char(out, ' ');
	buf_add_text(out, "  ");
}

static void end_line(struct buf *out)
{
	while (out->length && out->data[out->length - 1] == ' ')
		out->data[--out->length] = '\0';
	buf_add_char(out, '\n');
}

static void write_row(const struct table *table, const size_t *widths, const char *const *cells, struct buf *out)
{
	for (size_t c = 0; c < table->columns; c++)
		write_cell(out, cells[c] ? cells[c] : "", widths[c], table->right >> c & 1);
	end_line(out);
}

static void write_note(const char *note, struct buf *out)
{
	while (*note) {
		size_t length = strcspn(note, "\n");

		buf_add_text(out, "    ");
		buf_add(out, note, length);
		end_line(out);
		note += length + (note[length] == '\n');
	}
}

void table_write(const struct table *table, struct buf *out)
{
	size_t *widths = heap_zero(table->columns, sizeof *widths);

	for (size_t c = 0; c < table->columns; c++) {
		widths[c] = text_width(table->heads[c]);
		for (size_t i = 0; i < table->count; i++) {
			size_t width = table->rows[i].cells[c] ? text_width(table->rows[i].cells[c]) : 0;

			if (width > widths[c])
				widths[c] = width;
		}
	}
	write_row(table, widths, table->heads, out);
	for (size_t i = 0; i < table->count; i++) {
		write_row(table, widths, (const char *const *)table->rows[i].cells, out);
		if (table->rows[i].note)
			write_note(table->rows[i].note, out);
	}
	free(widths);
}
