/* Rows of text in columns as wide as their widest cell. Private to src/format. */
#ifndef KUMATOP_FORMAT_TABLE_H
#define KUMATOP_FORMAT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "kumatop/buf.h"

enum { TABLE_NAME_CELLS_MOST = 40 };

struct table_row {
	char **cells;
	char *note;	/* lines below it, or NULL */
};

struct table {
	const char *const *heads;
	size_t columns;
	uint32_t right;		/* bit n: column n is aligned to the right */
	struct table_row *rows;
	size_t count, filled;	/* rows, and cells of the last one */
};

void table_init(struct table *table, const char *const *heads, size_t columns, uint32_t right);
void table_finish(struct table *table);

/* The next cell, from left to right and row by row. It is made harmless and at most so many cells wide (0: no limit). */
void table_add(struct table *table, const char *text, size_t cells_most);
void table_print_cell(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lines to stand below the last row, indented; made harmless. */
void table_note(struct table *table, const char *lines);

/* Heads and rows; no line ends in blanks. */
void table_write(const struct table *table, struct buf *out);

#endif
