/*
 * The worst state of all monitors together, minute by minute, as this screen has seen it. What it did not see stays blank: the time
 * before it was opened, and minutes in which it did not run. Pure.
 */
#ifndef KUMATOP_TUI_FLEET_H
#define KUMATOP_TUI_FLEET_H

#include <stddef.h>
#include <stdint.h>

#include "glyphs.h"

enum { FLEET_MINUTES = 240 };

struct fleet_minute {
	int64_t number;		/* minutes since 1970 */
	uint8_t worst;		/* enum state; STATE_NEW: nothing was seen */
};

struct fleet {
	struct fleet_minute minutes[FLEET_MINUTES];	/* at number % FLEET_MINUTES */
};

/* The picture as it is at now_us; NULL and pictures of monitors that were never checked say nothing. */
void fleet_see(struct fleet *fleet, const struct snapshot *snapshot, int64_t now_us);

/* STATE_NEW: not seen, or too long ago. */
enum state fleet_worst(const struct fleet *fleet, int64_t minute);

/* The minute of now_us at the right. */
void fleet_draw(const struct fleet *fleet, enum glyph_set set, int64_t now_us, struct glyph_cell *cells, size_t width);

#endif
