/*
 * The past of a made-up board; see fakeboard.h.
 */
#ifndef TESTS_FAKEPAST_H
#define TESTS_FAKEPAST_H

#include <stddef.h>
#include <stdint.h>

#include "kumatop/history.h"

/* What the picture was: what came about since then had not yet. Held for the caller. */
const struct snapshot *fakepast_board(const struct picture *now, int64_t at_us);

/* Up and down a little around the middle, always the same way; -1 for none. */
int32_t fakepast_wobble(int32_t middle_us, size_t i);

/* A wave with a gap, out of roll-ups where they are long. */
void fakepast_fill_series(const struct history_query *query, struct history_series *series);

/* What is known of a monitor's year. */
enum fakepast_life {
	FAKEPAST_WHOLE,		/* always up, and seen to be */
	FAKEPAST_DRAWN,		/* as in the drawing: four outages in 30 days, one of which goes on */
	FAKEPAST_SHORT,		/* seen for 12 days, and always up in them */
	FAKEPAST_NONE,
};

void fakepast_fill_windows(const struct history_query *query, enum fakepast_life life, struct history_windows *windows);

/* Its events the other way round. */
void fakepast_turn_around(struct history_answer *answer);

#endif
