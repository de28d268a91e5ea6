/*
 * A theme as the terminal at hand can show it: what a role, with another one's background under it, is in attributes and a colour
 * pair. Uses curses; screen thread.
 */
#ifndef KUMATOP_TUI_PAIRS_H
#define KUMATOP_TUI_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/theme.h"

enum color_depth { COLOR_NONE, COLOR_8, COLOR_16, COLOR_256, COLOR_RGB };

struct look {
	uint32_t attributes;	/* attr_t */
	int pair;
};

struct pairs {
	enum color_depth depth;
	bool own_background;	/* the terminal can be left with its own colours */
	int most;		/* pairs there are */
	int count;		/* pairs made, the 0th not counted */
	struct { int32_t foreground, background; } made[1024];
	const struct theme *theme;
	struct look looks[ROLE_COUNT][ROLE_COUNT];
	bool known[ROLE_COUNT][ROLE_COUNT];
};

/* After newterm(). Keeps theme. */
void pairs_init(struct pairs *pairs, const struct theme *theme, bool no_color);

/* Forgets all pairs; the whole screen must be painted anew. */
void pairs_set_theme(struct pairs *pairs, const struct theme *theme);

/* True when a blank looks the same in both. */
bool pairs_same_ground(const struct pairs *pairs, struct look a, struct look b);

struct look pairs_look(struct pairs *pairs, enum role role, enum role under);

#endif
