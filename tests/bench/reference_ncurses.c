/* See reference_ncurses.h. */
#include "reference_ncurses.h"

#include <curses.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

enum { CTRL_L = 'L' - '@', PAIRS_MOST = 255 };

struct record {
	char name[32];
	int state, latency_us;
};

static bool downwards;

bool screens_write(const struct screens *screens, const char *path)
{
	size_t count = (size_t)screens->rows * (size_t)screens->columns;
	FILE *out = fopen(path, "we");
	bool good = out && fwrite(screens, sizeof(*screens), 1, out) == 1 && fwrite(screens->cells[0], sizeof(struct cell), count, out) == count
	    && fwrite(screens->cells[1], sizeof(struct cell), count, out) == count;

	return out && fclose(out) == 0 && good;
}

static bool screens_read(struct screens *screens, const char *path)
{
	FILE *in = fopen(path, "re");
	bool good = in && fread(screens, sizeof(*screens), 1, in) == 1;

	for (int i = 0; i < 2 && good; i++) {
		size_t count = (size_t)screens->rows * (size_t)screens->columns;

		screens->cells[i] = heap_zero(count, sizeof(struct cell));
		good = fread(screens->cells[i], sizeof(struct cell), count, in) == count;
	}
	if (in)
		(void)fclose(in);
	return good;
}

/* The pair of these colours, made when it is first asked for. */
static short pair_of(short fg, short bg)
{
	static struct { short fg, bg; } pairs[PAIRS_MOST];
	static short count;
	short i;

	for (i = 0; i < count; i++)
		if (pairs[i].fg == fg && pairs[i].bg == bg)
			return (short)(i + 1);
	if (count == PAIRS_MOST)
		return 0;
	pairs[count].fg = fg;
	pairs[count].bg = bg;
	count++;
	(void)init_pair(count, fg, bg);
	return count;
}

static void draw(const struct screens *screens, int which)
{
	for (int row = 0; row < screens->rows; row++) {
		for (int column = 0; column < screens->columns; column++) {
			const struct cell *cell = &screens->cells[which][row * screens->columns + column];
			attr_t attributes = (cell->bold ? A_BOLD : 0) | (cell->dim ? A_DIM : 0) | (cell->italic ? A_ITALIC : 0)
			    | (cell->underline ? A_UNDERLINE : 0) | (cell->reverse ? A_REVERSE : 0);
			cchar_t character;

			if (cell->text[0] && setcchar(&character, cell->text, attributes, pair_of(cell->fg, cell->bg), NULL) == OK)
				(void)mvadd_wch(row, column, &character);
		}
	}
	(void)refresh();
}

static int by_name(const void *a, const void *b)
{
	const struct record *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return downwards ? -order : order;
}

static struct record *make_records(size_t count)
{
	struct record *records = heap_zero(count + 1, sizeof(*records));

	for (size_t i = 0; i < count; i++)
		snprintf(records[i].name, sizeof(records[i].name), "service-%04zu", i * 7919 % count);
	return records;
}

int reference_ncurses(const char *path)
{
	struct screens screens = { 0 };
	struct record *records;
	int key;

	if (!screens_read(&screens, path))
		return 1;
	records = make_records(screens.records);
	(void)setlocale(LC_ALL, "");
	(void)initscr();
	(void)raw();
	(void)noecho();
	(void)curs_set(0);
	(void)start_color();
	(void)use_default_colors();
	draw(&screens, 0);
	while ((key = getch()) != 'q' && key != ERR) {
		if (key == CTRL_L)
			(void)clearok(curscr, TRUE);
		if (key == 'I') {
			downwards = !downwards;
			qsort(records, screens.records, sizeof(*records), by_name);
		}
		draw(&screens, downwards);
	}
	(void)endwin();
	free(records);
	return 0;
}
