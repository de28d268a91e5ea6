/*
 * Which columns of the list fit into a width, and how wide each one is. Pure; columns have priorities and drop out one by one.
 */
#ifndef KUMATOP_TUI_LAYOUT_H
#define KUMATOP_TUI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

/* In the order in which they stand on the screen. */
enum column {
	COLUMN_STATE,		/* cursor and state glyph */
	COLUMN_NAME,
	COLUMN_KIND,
	COLUMN_BAR,
	COLUMN_SPARK,
	COLUMN_LAST,
	COLUMN_P95,
	COLUMN_UPTIME,
	COLUMN_CERT,
	COLUMN_AGE,
	COLUMN_MESSAGE,
	COLUMN_COUNT
};

struct layout_column {
	enum column column;
	int x;
	int width;
};

struct layout {
	struct layout_column columns[COLUMN_COUNT];	/* from left to right, one blank between two */
	size_t count;
};

/*
 * name_width: cells of the widest name with its marks and its place in a tree. wrong: something needs a person, so the reason
 * takes room from bar and sparkline. The state and a part of the name are always there, if width allows no more.
 */
struct layout layout_compute(int width, int name_width, bool wrong);

/* The column, or NULL if it dropped out. */
const struct layout_column *layout_find(const struct layout *layout, enum column column);

/* What stands over it, in at most its width; numbers are set to the right. */
const char *column_title(enum column column, int width);
bool column_is_number(enum column column);

#endif
