/*
 * Colour pairs. Our own table over init_extended_pair(), because alloc_pair() of ncurses 6.4 crashes on a monochrome terminal and
 * hands out pairs that do not exist; and never init_color(), which rewrites the palette of the person who looks.
 */
#include "pairs.h"

#include <curses.h>
#include <string.h>

static enum color_depth find_depth(bool no_color)
{
	if (no_color || !has_colors() || start_color() == ERR)
		return COLOR_NONE;
	if (COLORS >= 1 << 24)
		return COLOR_RGB;
	return COLORS >= 256 ? COLOR_256 : COLORS >= 16 ? COLOR_16 : COLORS >= 8 ? COLOR_8 : COLOR_NONE;
}

void pairs_init(struct pairs *pairs, const struct theme *theme, bool no_color)
{
	memset(pairs, 0, sizeof *pairs);
	pairs->theme = theme;
	pairs->depth = find_depth(no_color);
	if (pairs->depth == COLOR_NONE)
		return;
	pairs->own_background = use_default_colors() != ERR;
	pairs->most = COLOR_PAIRS;
	if (pairs->most > (int)(sizeof pairs->made / sizeof *pairs->made))
		pairs->most = (int)(sizeof pairs->made / sizeof *pairs->made);
}

void pairs_set_theme(struct pairs *pairs, const struct theme *theme)
{
	pairs->theme = theme;
	pairs->count = 0;
	memset(pairs->known, 0, sizeof pairs->known);
}

static int32_t number_of(const struct pairs *pairs, const struct theme_color *color, bool background)
{
	if (color->is_default)
		return pairs->own_background ? -1 : background ? COLOR_BLACK : COLOR_WHITE;
	switch (pairs->depth) {
	case COLOR_RGB:
		/* the first eight numbers mean the ANSI colours there */
		return color->rgb < 8 ? COLOR_BLACK : (int32_t)color->rgb;
	case COLOR_256:
		return color->xterm256;
	case COLOR_16:
		return color->ansi16;
	default:
		return color->ansi8;
	}
}

/* Pair 0, the terminal's own colours, when there is no more room. */
static int pair_of(struct pairs *pairs, int32_t foreground, int32_t background)
{
	if (foreground == -1 && background == -1)
		return 0;
	for (int i = 1; i <= pairs->count; i++)
		if (pairs->made[i].foreground == foreground && pairs->made[i].background == background)
			return i;
	if (pairs->count + 1 >= pairs->most || init_extended_pair(pairs->count + 1, foreground, background) == ERR)
		return 0;
	pairs->count++;
	pairs->made[pairs->count].foreground = foreground;
	pairs->made[pairs->count].background = background;
	return pairs->count;
}

static attr_t attributes_of(unsigned attributes)
{
	static const struct { unsigned ours; attr_t theirs; } table[] = {
		{ THEME_BOLD, A_BOLD }, { THEME_DIM, A_DIM }, { THEME_ITALIC, A_ITALIC }, { THEME_UNDERLINE, A_UNDERLINE },
		{ THEME_REVERSE, A_REVERSE }, { THEME_STANDOUT, A_STANDOUT }, { THEME_BLINK, A_BLINK },
	};
	attr_t result = A_NORMAL;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (attributes & table[i].ours)
			result |= table[i].theirs;
	return result;
}

static struct look find_look(struct pairs *pairs, enum role role, enum role under)
{
	const struct theme_style *style = &pairs->theme->styles[role];
	const struct theme_style *below = under == ROLE_TEXT ? style : &pairs->theme->styles[under];

	if (pairs->depth == COLOR_NONE)
		return (struct look){ .attributes = attributes_of(style->mono_attributes | below->mono_attributes) };

	attr_t attributes = attributes_of(style->attributes | below->attributes);
	int32_t foreground = number_of(pairs, &style->foreground, false);
	int32_t background = number_of(pairs, &below->background, true);

	if (pairs->depth == COLOR_8 && !style->foreground.is_default && style->foreground.ansi16 >= 8)
		attributes |= A_BOLD;
	if (foreground == background && foreground != -1)
		foreground = number_of(pairs, &below->foreground, false);
	return (struct look){ .attributes = attributes, .pair = pair_of(pairs, foreground, background) };
}

bool pairs_same_ground(const struct pairs *pairs, struct look a, struct look b)
{
	attr_t visible = A_REVERSE | A_STANDOUT | A_UNDERLINE;

	if ((a.attributes | b.attributes) & visible)
		return a.attributes == b.attributes && a.pair == b.pair;
	int32_t ground_a = a.pair ? pairs->made[a.pair].background : -1;
	int32_t ground_b = b.pair ? pairs->made[b.pair].background : -1;

	return ground_a == ground_b;
}

struct look pairs_look(struct pairs *pairs, enum role role, enum role under)
{
	if (!pairs->known[role][under]) {
		pairs->looks[role][under] = find_look(pairs, role, under);
		pairs->known[role][under] = true;
	}
	return pairs->looks[role][under];
}
