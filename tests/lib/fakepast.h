/*
 * The past of a made-up board; see fakeboard.h.
 */
#ifndef TESTS_FAKEPAST_H
#define TESTS_FAKEPAST_H

#include <stdint.h>

#include "kumatop/history.h"

/* What the picture was: what came about since then had not yet. Held for the caller. */
const struct snapshot *fakepast_board(const struct picture *now, int64_t at_us);

/* Its events the other way round. */
void fakepast_turn_around(struct history_answer *answer);

#endif
