/*
 * A bare ncurses program that shows two pictures of a screen, taken from what another program drew: as much work as their cells are,
 * and no more.
 */
#ifndef TESTS_BENCH_REFERENCE_NCURSES_H
#define TESTS_BENCH_REFERENCE_NCURSES_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

enum { CELL_CHARACTERS = 6 };

struct cell {
	wchar_t text[CELL_CHARACTERS];	/* L"" where a wide one continues */
	short fg, bg;		/* -1: the default */
	bool bold, dim, italic, underline, reverse;
};

struct screens {
	int rows, columns;
	size_t records;		/* sorted before the other picture is shown */
	struct cell *cells[2];
};

bool screens_write(const struct screens *screens, const char *path);

/*
 * ^L paints everything again, I sorts the records the other way round and shows the other picture, q ends. An exit status.
 */
int reference_ncurses(const char *path);

#endif
