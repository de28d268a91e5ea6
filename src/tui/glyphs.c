/*
 * The characters of the screen, as tables. What they mean and where they go is not said here.
 */
#include "glyphs.h"

#include <math.h>

#include "kumatop/stats.h"
#include "kumatop/text.h"

/* In the order of enum state: new, up, degraded, pending, down, unknown, maintenance, paused. */
static const char *const state_glyphs[GLYPHS_COUNT][STATE_COUNT] = {
	[GLYPHS_BRAILLE] = { " ", "●", "▲", "○", "▼", "?", "◊", "║" },
	[GLYPHS_BLOCK] = { " ", "●", "▲", "○", "▼", "?", "◊", "║" },
	[GLYPHS_VT] = { " ", "•", "▲", "○", "▼", "?", "♦", "║" },
	[GLYPHS_ASCII] = { " ", "o", "~", ".", "X", "?", "m", "\"" },
};

static const char *const beat_glyphs[GLYPHS_COUNT][STATE_COUNT] = {
	[GLYPHS_BRAILLE] = { " ", "▌", "▓", "░", "█", "?", "=", "·" },
	[GLYPHS_BLOCK] = { " ", "▌", "▓", "░", "█", "?", "=", "·" },
	[GLYPHS_VT] = { " ", "▌", "▓", "░", "█", "?", "=", "·" },
	[GLYPHS_ASCII] = { " ", "|", "=", ".", "X", "?", "m", "-" },
};

/* The console's font has no eighths: three heights have to do. ASCII rises by weight. */
static const char *const level_glyphs[GLYPHS_COUNT][SPARK_LEVELS] = {
	[GLYPHS_BRAILLE] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" },
	[GLYPHS_BLOCK] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" },
	[GLYPHS_VT] = { "_", "_", "_", "▄", "▄", "▄", "█", "█" },
	[GLYPHS_ASCII] = { "_", ".", ":", "-", "=", "+", "*", "#" },
};

static const char *const glyphs[GLYPH_COUNT][2] = {
	[GLYPH_CURSOR] = { "►", ">" },
	[GLYPH_RULE] = { "─", "-" },
	[GLYPH_WALL] = { "│", "|" },
	[GLYPH_WALL_END] = { "┴", "+" },
	[GLYPH_CORNER_TOP_LEFT] = { "┌", "+" },
	[GLYPH_CORNER_TOP_RIGHT] = { "┐", "+" },
	[GLYPH_CORNER_BOTTOM_LEFT] = { "└", "+" },
	[GLYPH_CORNER_BOTTOM_RIGHT] = { "┘", "+" },
	[GLYPH_TICK] = { "┤", "|" },
	[GLYPH_BRANCH] = { "├", "|" },
	[GLYPH_BRANCH_LAST] = { "└", "`" },
	[GLYPH_ASCENDING] = { "▲", "^" },
	[GLYPH_DESCENDING] = { "▼", "v" },
	[GLYPH_ARROW] = { "→", "->" },
	[GLYPH_SEPARATOR] = { "·", "-" },
	[GLYPH_ENTER] = { "↵", "Enter " },
	[GLYPH_UP_DOWN] = { "↑↓", "Up/Dn" },
	[GLYPH_LEFT_RIGHT] = { "←→", "Lt/Rt" },
};

static const enum role state_roles[STATE_COUNT] = {
	[STATE_NEW] = ROLE_STATE_NONE,
	[STATE_UP] = ROLE_STATE_UP,
	[STATE_DEGRADED] = ROLE_STATE_DEGRADED,
	[STATE_PENDING] = ROLE_STATE_PENDING,
	[STATE_DOWN] = ROLE_STATE_DOWN,
	[STATE_UNKNOWN] = ROLE_STATE_UNKNOWN,
	[STATE_MAINTENANCE] = ROLE_STATE_MAINTENANCE,
	[STATE_PAUSED] = ROLE_STATE_PAUSED,
};

static const enum role beat_roles[STATE_COUNT] = {
	[STATE_NEW] = ROLE_BEAT_NONE,
	[STATE_UP] = ROLE_BEAT_UP,
	[STATE_DEGRADED] = ROLE_BEAT_DEGRADED,
	[STATE_PENDING] = ROLE_BEAT_PENDING,
	[STATE_DOWN] = ROLE_BEAT_DOWN,
	[STATE_UNKNOWN] = ROLE_BEAT_UNKNOWN,
	[STATE_MAINTENANCE] = ROLE_BEAT_MAINTENANCE,
	[STATE_PAUSED] = ROLE_BEAT_PAUSED,
};

static int known_state(int state)
{
	return state >= 0 && state < STATE_COUNT ? state : STATE_UNKNOWN;
}

const char *glyph_text(enum glyph_set set, enum glyph glyph)
{
	return glyphs[glyph][set == GLYPHS_ASCII];
}

const char *glyph_state(enum glyph_set set, int state)
{
	return state_glyphs[set][known_state(state)];
}

const char *glyph_beat(enum glyph_set set, int look)
{
	return beat_glyphs[set][known_state(look)];
}

const char *glyph_level(enum glyph_set set, int level)
{
	return level >= 0 && level < SPARK_LEVELS ? level_glyphs[set][level] : " ";
}

enum role glyph_state_role(int state)
{
	return state_roles[known_state(state)];
}

enum role glyph_beat_role(int look)
{
	return beat_roles[known_state(look)];
}

void glyph_cell_set(struct glyph_cell *cell, const char *text, enum role role)
{
	text_copy(cell->text, sizeof cell->text, text);
	cell->role = (uint8_t)role;
}

static int8_t to_level(double part)
{
	long level = lround(part * (SPARK_LEVELS - 1));

	return (int8_t)(level < 0 ? 0 : level > SPARK_LEVELS - 1 ? SPARK_LEVELS - 1 : level);
}

void spark_levels(const int32_t *samples, size_t count, int8_t *levels)
{
	int32_t kept[VIEW_MARKS];
	size_t n = 0;

	for (size_t i = 0; i < count && n < VIEW_MARKS; i++)
		if (samples[i] >= 0)
			kept[n++] = samples[i];
	int32_t top = stats_percentile(kept, n, 0.99);
	int32_t highest = stats_percentile(kept, n, 1.0);
	int32_t lowest = stats_percentile(kept, n, 0.0);
	int32_t median = stats_percentile(kept, n, 0.5);
	bool logarithmic = highest > 20 * (int64_t)(median > 1 ? median : 1);

	for (size_t i = 0; i < count; i++) {
		if (samples[i] < 0)
			levels[i] = SPARK_GAP;
		else if (logarithmic)
			levels[i] = to_level(log((samples[i] + 1.0) / (lowest + 1.0)) / log((top + 1.0) / (lowest + 1.0)));
		else
			levels[i] = to_level(samples[i] / (double)(top > 0 ? top : 1));
	}
}

void glyph_bar(enum glyph_set set, const struct monitor_view *view, struct glyph_cell *cells, size_t width)
{
	for (size_t i = 0; i < width; i++) {
		size_t back = width - 1 - i;
		int look = back < view->mark_count ? (int)view_mark(view, back).look : STATE_NEW;

		glyph_cell_set(&cells[i], glyph_beat(set, look), glyph_beat_role(look));
	}
}

/* A wrong answer has a latency too, but the run-up to a failure is read more easily when failures are holes. */
static int32_t spark_sample(struct beat_mark mark)
{
	if (mark.latency_10us == BEAT_MARK_NONE || mark.look == STATE_DOWN || mark.look == STATE_UNKNOWN)
		return -1;
	uint32_t most = INT32_MAX / 10;

	return (int32_t)(mark.latency_10us < most ? mark.latency_10us : most) * 10;
}

void glyph_spark(enum glyph_set set, const struct monitor_view *view, struct glyph_cell *cells, size_t width)
{
	int32_t samples[VIEW_MARKS];
	int8_t levels[VIEW_MARKS];
	size_t shown = width < VIEW_MARKS ? width : VIEW_MARKS;

	if (!shown)
		return;
	for (size_t i = 0; i < shown; i++) {
		size_t back = shown - 1 - i;

		samples[i] = back < view->mark_count ? spark_sample(view_mark(view, back)) : -1;
	}
	spark_levels(samples, shown, levels);
	for (size_t i = 0; i < width - shown; i++)
		glyph_cell_set(&cells[i], " ", ROLE_SPARK);
	for (size_t i = 0; i < shown; i++)
		glyph_cell_set(&cells[width - shown + i], glyph_level(set, levels[i]), levels[i] < 0 ? ROLE_SPARK_GAP : ROLE_SPARK);
}
