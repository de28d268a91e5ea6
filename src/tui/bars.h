/*
 * Bars of the list over an hour or a day instead of the last beats: each cell a bucket of wall-clock time with its worst state.
 * History is asked for the rows on the screen only, one at a time, and what it said is kept.
 */
#ifndef KUMATOP_TUI_BARS_H
#define KUMATOP_TUI_BARS_H

#include "glyphs.h"
#include "rows.h"
#include "view.h"

enum bar_range { BAR_BEATS, BAR_HOUR, BAR_DAY, BAR_RANGES };

enum { BAR_CELLS_MOST = 90 };

struct bar_past {
	monitor_id id;
	enum bar_range range;
	int64_t to_us, bucket_us;	/* of which window */
	int64_t last_us;		/* the newest beat when it was asked for */
	uint8_t state;			/* and the state then */
	struct mono asked_at, used_at;
	uint8_t looks[BAR_CELLS_MOST];	/* enum state, the oldest first */
	size_t count;
};

struct bars {
	enum bar_range range;
	struct bar_past *pasts;
	size_t count, capacity;
	uint64_t ticket;		/* 0: nothing is asked */
	struct bar_past asked;		/* what it was asked for, looks not filled */
};

void bars_finish(struct bars *bars);

/* The next range; says so. */
void bars_switch(struct bars *bars, struct tui *tui);

/* What stands over the column; NULL: the column's own. */
const char *bars_title(const struct bars *bars);

/* Asks for one of the rows from..to that is missing or stale, unless a question is under way. width: cells of a bar. */
void bars_refresh(struct bars *bars, struct tui *tui, const struct rows *rows, size_t from, size_t to, size_t width);
bool bars_answer(struct bars *bars, struct tui *tui, struct history_answer *answer);	/* true: takes ownership */

/* The newest bucket at the right; blank where nothing is known. Not for BAR_BEATS. */
void bars_draw(const struct bars *bars, enum glyph_set set, const struct monitor_view *view, int64_t now_us, struct glyph_cell *cells,
    size_t width);

/* How long a bucket is when a range has to go into so many cells; each begins at a multiple of it. For tests too. */
int64_t bars_bucket_us(enum bar_range range, size_t width);

#endif
