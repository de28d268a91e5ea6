/*
 * Rows of a statement as a table, CSV or JSON; see sql_print.h. All of it comes from a database that others fill, and is made harmless
 * here; line ends are kept where there is a way to write them.
 */
#include "sql_print.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/text.h"
#include "cli.h"

enum {
	CHUNK_BYTES = 1 << 16,
	HELD_ROWS_MOST = 200,
	HELD_BYTES_MOST = 1 << 18,
	WIDTH_MOST = 60,	/* wider cells push the rest of their row */
};

struct column {
	char *name;		/* harmless */
	size_t width;
	bool numeric;		/* so far */
};

struct sql_print {
	enum sql_form form;
	bool guard;
	struct column *columns;
	size_t count;
	char **held;		/* cells of the rows a table is measured by, row by row */
	size_t held_rows, held_bytes;
	bool measured;
	struct buf out;
	char *clean;		/* the last text made harmless */
	size_t clean_size;
	bool gone;		/* nothing more is to be written */
	int status;
};

struct sql_print *sql_print_create(enum sql_form form, bool guard)
{
	struct sql_print *print = heap_zero(1, sizeof(*print));

	print->form = form;
	print->guard = guard;
	buf_init(&print->out, SIZE_MAX / 2);
	return print;
}

static void forget_held(struct sql_print *print)
{
	for (size_t i = 0; i < print->held_rows * print->count; i++)
		free(print->held[i]);
	free(print->held);
	print->held = NULL;
	print->held_rows = print->held_bytes = 0;
}

void sql_print_destroy(struct sql_print *print)
{
	if (!print)
		return;
	forget_held(print);
	for (size_t i = 0; i < print->count; i++)
		free(print->columns[i].name);
	free(print->columns);
	free(print->clean);
	buf_finish(&print->out);
	free(print);
}

/* Valid until the next call. An invalid byte becomes three. */
static const char *harmless(struct sql_print *print, const char *text, bool lines)
{
	size_t length = strlen(text);

	if (print->clean_size < 3 * length + 1) {
		print->clean_size = 3 * length + 1;
		print->clean = heap_resize(print->clean, print->clean_size, 1);
	}
	if (lines)
		text_sanitize_lines(print->clean, print->clean_size, text, length);
	else
		text_sanitize(print->clean, print->clean_size, text, length);
	return print->clean;
}

static bool write_out(struct sql_print *print)
{
	if (print->out.length && !print->gone && !cli_write(&print->out, &print->status))
		print->gone = true;
	buf_clear(&print->out);
	return !print->gone;
}

static bool is_taken(const struct sql_print *print, const char *name, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (strcmp(print->columns[i].name, name) == 0)
			return true;
	return false;
}

/* An object has a key once: "name", "name_2". */
static void name_column(struct sql_print *print, size_t at, const char *name)
{
	print->columns[at].name = heap_text(harmless(print, name, false));
	for (unsigned i = 2; print->form == SQL_JSON && is_taken(print, print->columns[at].name, at); i++) {
		free(print->columns[at].name);
		print->columns[at].name = heap_print("%s_%u", harmless(print, name, false), i);
	}
	print->columns[at].width = text_width(print->columns[at].name);
	print->columns[at].numeric = true;
}

bool sql_print_head(void *arg, const char *const *names, size_t count)
{
	struct sql_print *print = arg;

	print->count = count;
	print->columns = heap_zero(count, sizeof(*print->columns));
	for (size_t i = 0; i < count; i++)
		name_column(print, i, names[i]);
	for (size_t i = 0; print->form == SQL_CSV && i < count; i++) {
		if (i)
			buf_add_char(&print->out, ',');
		format_csv_cell(&print->out, print->columns[i].name, print->guard);
	}
	if (print->form == SQL_CSV)
		buf_add_text(&print->out, "\r\n");
	return true;
}

static void add_blanks(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_add_char(out, ' ');
}

static void add_cell(struct sql_print *print, size_t at, const char *text, bool right)
{
	const struct column *column = &print->columns[at];
	size_t width = text_width(text), blanks = column->width > width ? column->width - width : 0;

	if (at)
		buf_add_text(&print->out, "  ");
	if (right)
		add_blanks(&print->out, blanks);
	buf_add_text(&print->out, text);
	if (!right && at + 1 < print->count)
		add_blanks(&print->out, blanks);
	if (at + 1 == print->count)
		buf_add_char(&print->out, '\n');
}

static void add_rule(struct sql_print *print)
{
	for (size_t i = 0; i < print->count; i++) {
		buf_add_text(&print->out, i ? "  " : "");
		for (size_t cell = 0; cell < print->columns[i].width; cell++)
			buf_add_char(&print->out, '-');
	}
	buf_add_char(&print->out, '\n');
}

/* What was held of a table is enough to know how wide it is. */
static void release_held(struct sql_print *print)
{
	for (size_t i = 0; i < print->count; i++)
		add_cell(print, i, print->columns[i].name, print->columns[i].numeric && print->held_rows);
	add_rule(print);
	for (size_t i = 0; i < print->held_rows * print->count; i++)
		add_cell(print, i % print->count, print->held[i], print->columns[i % print->count].numeric);
	forget_held(print);
	print->measured = true;
}

static bool is_number(const struct query_cell *cell)
{
	return cell->type == QUERY_INTEGER || cell->type == QUERY_REAL;
}

static void hold_row(struct sql_print *print, const struct query_cell *cells)
{
	if (!print->held)
		print->held = heap_zero(HELD_ROWS_MOST * print->count, sizeof(*print->held));
	for (size_t i = 0; i < print->count; i++) {
		struct column *column = &print->columns[i];
		char *text = heap_text(harmless(print, cells[i].text, false));
		size_t width = text_width(text);

		print->held[print->held_rows * print->count + i] = text;
		print->held_bytes += strlen(text);
		column->numeric = column->numeric && (is_number(&cells[i]) || cells[i].type == QUERY_NULL);
		if (width > column->width)
			column->width = width < WIDTH_MOST ? width : WIDTH_MOST;
	}
	print->held_rows++;
	if (print->held_rows == HELD_ROWS_MOST || print->held_bytes > HELD_BYTES_MOST)
		release_held(print);
}

static void table_row(struct sql_print *print, const struct query_cell *cells)
{
	if (!print->measured) {
		hold_row(print, cells);
		return;
	}
	for (size_t i = 0; i < print->count; i++)
		add_cell(print, i, harmless(print, cells[i].text, false), is_number(&cells[i]));
}

/* A number is no formula, whatever its sign. */
static void csv_row(struct sql_print *print, const struct query_cell *cells)
{
	for (size_t i = 0; i < print->count; i++) {
		if (i)
			buf_add_char(&print->out, ',');
		format_csv_cell(&print->out, harmless(print, cells[i].text, true), print->guard && !is_number(&cells[i]));
	}
	buf_add_text(&print->out, "\r\n");
}

static void json_row(struct sql_print *print, const struct query_cell *cells)
{
	struct json *object = json_new_object();

	for (size_t i = 0; i < print->count; i++) {
		const char *key = print->columns[i].name;

		if (cells[i].type == QUERY_NULL)
			json_put_null(object, key);
		else if (cells[i].type == QUERY_INTEGER)
			json_put_integer(object, key, cells[i].integer);
		else if (cells[i].type == QUERY_REAL)
			json_put_real(object, key, cells[i].real);
		else
			json_put_text(object, key, harmless(print, cells[i].text, true));
	}
	json_print(object, &print->out);
	buf_add_char(&print->out, '\n');
	json_free(object);
}

bool sql_print_row(void *arg, const struct query_cell *cells, size_t count)
{
	static void (*const rows[])(struct sql_print *, const struct query_cell *) = {
		[SQL_CSV] = csv_row, [SQL_JSON] = json_row, [SQL_TABLE] = table_row,
	};
	struct sql_print *print = arg;

	rows[print->form](print, cells);
	return print->out.length < CHUNK_BYTES || write_out(print);
}

bool sql_print_end(struct sql_print *print)
{
	if (print->form == SQL_TABLE && print->count && !print->measured)
		release_held(print);
	write_out(print);
	return print->status == EXIT_FINE;
}
