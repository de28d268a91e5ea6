/*
 * The columns of the list. Each row of the table says how narrow a column may become, how wide it wants to be before a less
 * important one may come in, and how wide it grows.
 */
#include "layout.h"

#include <assert.h>

struct column_row {
	const char *title, *short_title;
	int least;	/* narrower than this it drops out */
	int wanted;	/* before columns of lesser importance are let in */
	int most;
	bool number;
};

enum { ANY_WIDTH = 10000, NAME_LEAST = 10, REASON_WIDTH = 24, REASON_FROM_WIDTH = 76 };

static const struct column_row column_rows[COLUMN_COUNT] = {
	[COLUMN_STATE] = { "", "", 2, 2, 2, false },
	[COLUMN_NAME] = { "NAME", "NAME", 15, 20, 32, false },
	[COLUMN_KIND] = { "TYPE", "TYPE", 4, 4, 4, false },
	[COLUMN_BAR] = { "HEARTBEAT", "BEATS", 8, 12, 90, false },
	[COLUMN_SPARK] = { "RESPONSE", "RESP", 8, 8, 40, false },
	[COLUMN_LAST] = { "LAST", "LAST", 5, 5, 5, true },
	[COLUMN_P95] = { "P95", "P95", 5, 5, 5, true },
	[COLUMN_UPTIME] = { "24h%", "24h%", 6, 6, 6, true },
	[COLUMN_CERT] = { "CERT", "CERT", 4, 4, 4, true },
	[COLUMN_AGE] = { "FOR", "FOR", 4, 4, 4, true },
	[COLUMN_MESSAGE] = { "MESSAGE", "MESSAGE", 10, 16, ANY_WIDTH, false },
};

/* The most important first. Columns from `at_ease` on come in only when all before them have what they want. */
struct priority {
	enum column columns[COLUMN_COUNT];
	size_t count;
	size_t at_ease;
};

static const struct priority when_calm = {
	{ COLUMN_STATE, COLUMN_NAME, COLUMN_LAST, COLUMN_BAR, COLUMN_AGE, COLUMN_UPTIME, COLUMN_SPARK, COLUMN_MESSAGE,
	  COLUMN_KIND, COLUMN_P95, COLUMN_CERT }, COLUMN_COUNT, 8,
};

/* The reason comes before what only describes. */
static const struct priority when_wrong = {
	{ COLUMN_STATE, COLUMN_NAME, COLUMN_LAST, COLUMN_BAR, COLUMN_AGE, COLUMN_MESSAGE, COLUMN_UPTIME, COLUMN_SPARK,
	  COLUMN_KIND, COLUMN_P95, COLUMN_CERT }, COLUMN_COUNT, 8,
};

/* Where a bar would leave no room for a name: what is wrong, and since when. */
static const struct priority when_narrow = { { COLUMN_STATE, COLUMN_NAME, COLUMN_AGE, COLUMN_LAST }, 4, 4 };
enum { NARROW = 36 };

/* What is left over goes out step by step: to whom, and up to which width. */
static const struct { enum column column; int width; } growth[] = {
	{ COLUMN_NAME, 20 },
	{ COLUMN_MESSAGE, 16 },
	{ COLUMN_BAR, 12 },
	{ COLUMN_NAME, 32 },
	{ COLUMN_MESSAGE, 24 },
	{ COLUMN_BAR, 24 },
	{ COLUMN_SPARK, 12 },
	{ COLUMN_MESSAGE, 32 },
	{ COLUMN_BAR, 36 },
	{ COLUMN_SPARK, 20 },
	{ COLUMN_MESSAGE, 48 },
	{ COLUMN_BAR, 60 },
	{ COLUMN_SPARK, 40 },
	{ COLUMN_MESSAGE, 80 },
	{ COLUMN_BAR, 90 },
	{ COLUMN_MESSAGE, ANY_WIDTH },
};

struct room {
	int width, name_width;
	bool wrong;
	bool shown[COLUMN_COUNT];
	int widths[COLUMN_COUNT];
};

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

/* How much of a column there must be (at_ease: how much it wants). */
static int claim(const struct room *room, enum column column, bool at_ease)
{
	int width = at_ease ? column_rows[column].wanted : column_rows[column].least;

	if (column == COLUMN_NAME)
		width = larger(room->width < NARROW + 4 ? NAME_LEAST : smaller(width, room->name_width), NAME_LEAST);
	if (column == COLUMN_MESSAGE && room->wrong)
		width = larger(width, room->width >= REASON_FROM_WIDTH ? REASON_WIDTH : 16);
	return width;
}

static int claimed(const struct room *room, bool at_ease)
{
	int sum = -1;

	for (int i = 0; i < COLUMN_COUNT; i++)
		if (room->shown[i])
			sum += claim(room, (enum column)i, at_ease) + 1;
	return sum;
}

static void choose(struct room *room, const struct priority *priority)
{
	for (size_t i = 0; i < priority->count; i++) {
		enum column column = priority->columns[i];

		room->shown[column] = true;
		if (claimed(room, i >= priority->at_ease) > room->width && i > 1) {
			room->shown[column] = false;
			return;
		}
	}
}

static void spread(struct room *room, int left)
{
	for (size_t i = 0; i < sizeof growth / sizeof *growth && left > 0; i++) {
		enum column column = growth[i].column;
		int to = growth[i].width;

		if (!room->shown[column])
			continue;
		if (column == COLUMN_NAME)
			to = smaller(to, room->name_width);
		if (column == COLUMN_MESSAGE && room->wrong)
			to = larger(to, REASON_WIDTH);
		int more = smaller(to - room->widths[column], left);

		if (more > 0) {
			room->widths[column] += more;
			left -= more;
		}
	}
	/* A short list of narrow columns: the blank goes behind the name, so that numbers stand at the right. */
	if (left > 0 && !room->shown[COLUMN_MESSAGE] && !room->shown[COLUMN_BAR])
		room->widths[COLUMN_NAME] += left;
}

struct layout layout_compute(int width, int name_width, bool wrong)
{
	struct room room = { .width = width, .name_width = larger(name_width, NAME_LEAST), .wrong = wrong };
	struct layout layout = { .count = 0 };
	int x = 0;

	choose(&room, width < NARROW ? &when_narrow : wrong ? &when_wrong : &when_calm);
	for (int i = 0; i < COLUMN_COUNT; i++)
		room.widths[i] = room.shown[i] ? claim(&room, (enum column)i, false) : 0;
	int left = width - claimed(&room, false);

	if (left < 0) {
		room.widths[COLUMN_NAME] = larger(room.widths[COLUMN_NAME] + left, 0);
		left = 0;
	}
	spread(&room, left);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (!room.shown[i])
			continue;
		layout.columns[layout.count++] = (struct layout_column){ (enum column)i, x, room.widths[i] };
		x += room.widths[i] + 1;
	}
	return layout;
}

const struct layout_column *layout_find(const struct layout *layout, enum column column)
{
	for (size_t i = 0; i < layout->count; i++)
		if (layout->columns[i].column == column)
			return &layout->columns[i];
	return NULL;
}

const char *column_title(enum column column, int width)
{
	const struct column_row *row = &column_rows[column];
	const char *title = (int)strlen(row->title) <= width ? row->title : row->short_title;

	return (int)strlen(title) <= width ? title : "";
}

bool column_is_number(enum column column)
{
	assert(column < COLUMN_COUNT);
	return column_rows[column].number;
}
