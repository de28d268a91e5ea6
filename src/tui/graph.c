/*
 * Draws a series into cells. First the series is brought to columns of dots, then each glyph set has its own way to draw them;
 * axes and strip are the same for all.
 */
#include "graph.h"

#include <math.h>

#include "graph_scale.h"

#include "kumatop/heap.h"
#include "kumatop/text.h"

enum { LABEL_APART_CELLS = 14, DOTS_ACROSS = 2, DOTS_DOWN = 4, BAND_FROM_COUNT = 3 };

/* One column of dots. */
struct slot {
	uint64_t count;
	double sum;
	int32_t min_us, max_us;
	uint8_t worst;
	bool joined;		/* the line goes on from the last slot with an answer */
	size_t before;		/* which that is */
};

struct plot {
	const struct graph *graph;
	struct glyph_cell *cells;
	struct slot *slots;
	size_t slot_count;
	size_t reach;		/* how many slots a beat speaks for */
	struct scale scale;
	int margin;		/* cells to the left of the plot, the axis with them */
	int columns, rows;	/* cells of the plot itself */
	bool axis, strip;
};

static int margin_of(int width)
{
	return width >= 40 ? 8 : width >= 24 ? 6 : 0;
}

static int limited(int value, int most)
{
	return value < 0 ? 0 : value > most ? most : value;
}

size_t graph_columns(enum glyph_set glyphs, int width)
{
	int columns = limited(width, GRAPH_WIDTH_MOST) - margin_of(width);
	int dots = columns * (glyphs == GLYPHS_BRAILLE ? DOTS_ACROSS : 1);

	return dots < 1 ? 1 : dots > HISTORY_COLUMNS_MOST ? HISTORY_COLUMNS_MOST : (size_t)dots;
}

/* Which of two states a strip shows. */
static int badness(uint8_t state)
{
	static const int by_state[STATE_COUNT] = {
		[STATE_NEW] = 0, [STATE_PAUSED] = 1, [STATE_UP] = 2, [STATE_MAINTENANCE] = 3, [STATE_DEGRADED] = 4,
		[STATE_PENDING] = 5, [STATE_UNKNOWN] = 6, [STATE_DOWN] = 7,
	};

	return state < STATE_COUNT ? by_state[state] : by_state[STATE_UNKNOWN];
}

static void gather(struct plot *plot, const struct history_series *series)
{
	for (size_t i = 0; i < series->count; i++) {
		const struct history_column *column = &series->columns[i];
		struct slot *slot = &plot->slots[(2 * i + 1) * plot->slot_count / (2 * series->count)];

		if (badness(column->worst) > badness(slot->worst))
			slot->worst = column->worst;
		if (!column->count || column->mean_us < 0)
			continue;
		if (!slot->count || column->min_us < slot->min_us)
			slot->min_us = column->min_us;
		if (!slot->count || column->max_us > slot->max_us)
			slot->max_us = column->max_us;
		slot->sum += (double)column->mean_us * column->count;
		slot->count += column->count;
	}
}

static bool has_beat(const struct slot *slot)
{
	return slot->count || slot->worst != STATE_NEW;
}

static int compare_sizes(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

/* Beats stand apart by their interval: a hole of several of those is a time in which nothing was checked. */
static size_t usual_reach(const struct plot *plot)
{
	size_t *distances = heap_zero(plot->slot_count, sizeof *distances);
	size_t count = 0, last = SIZE_MAX;

	for (size_t i = 0; i < plot->slot_count; i++) {
		if (!has_beat(&plot->slots[i]))
			continue;
		if (last != SIZE_MAX)
			distances[count++] = i - last;
		last = i;
	}
	qsort(distances, count, sizeof *distances, compare_sizes);
	size_t reach = count ? 3 * distances[count / 2] : 2;

	free(distances);
	return reach;
}

static void join_slots(struct plot *plot)
{
	size_t last = SIZE_MAX;

	plot->reach = usual_reach(plot);
	for (size_t i = 0; i < plot->slot_count; i++) {
		struct slot *slot = &plot->slots[i];

		if (slot->count) {
			slot->joined = last != SIZE_MAX && i - last <= plot->reach;
			slot->before = last;
			last = i;
		} else if (has_beat(slot)) {
			last = SIZE_MAX;	/* no reply */
		}
	}
}

static struct scale choose_scale(const struct plot *plot)
{
	int64_t least = INT64_MAX, most = 0;

	for (size_t i = 0; i < plot->slot_count; i++) {
		if (!plot->slots[i].count)
			continue;
		least = plot->slots[i].min_us < least ? plot->slots[i].min_us : least;
		most = plot->slots[i].max_us > most ? plot->slots[i].max_us : most;
	}
	if (plot->graph->logarithmic && most)
		return scale_logarithmic(least, most);
	return scale_linear(most ? most : 1000, plot->rows);
}

static struct glyph_cell *cell_at(const struct plot *plot, int row, int column)
{
	return &plot->cells[row * plot->graph->width + column];
}

static void put_text(const struct plot *plot, int row, int column, const char *text, enum role role)
{
	for (size_t at = 0; text[at] && column < plot->graph->width;) {
		uint32_t point;
		char one[5] = "";
		size_t bytes = text_decode(text + at, strlen(text + at), &point);

		text_encode(point, one);
		glyph_cell_set(cell_at(plot, row, column++), one, role);
		at += bytes;
	}
}

static double mean_of(const struct slot *slot)
{
	return slot->sum / (double)slot->count;
}

/* The row of dots (0 at the top) of a value, in a plot of so many. */
static int dot_row(const struct plot *plot, double us, int dots)
{
	return dots - 1 - (int)lround(scale_place(&plot->scale, llround(us)) * (dots - 1));
}

struct dots {
	uint8_t *line, *band;	/* one byte a dot, row by row */
	int across, down;
};

static void dots_connect(struct dots *dots, int x0, int y0, int x1, int y1)
{
	int dx = x1 - x0, dy = abs(y1 - y0), step = y1 > y0 ? 1 : -1;
	int error = dx - dy;

	for (;;) {
		dots->line[y0 * dots->across + x0] = 1;
		if (x0 == x1 && y0 == y1)
			return;
		int twice = 2 * error;

		if (twice > -dy) {
			error -= dy;
			x0++;
		}
		if (twice < dx) {
			error += dx;
			y0 += step;
		}
	}
}

static void dots_fill(const struct plot *plot, struct dots *dots)
{
	for (size_t i = 0; i < plot->slot_count; i++) {
		const struct slot *slot = &plot->slots[i];
		int x = (int)i;

		if (!slot->count)
			continue;
		int y = dot_row(plot, mean_of(slot), dots->down);

		if (slot->joined) {
			int before = dot_row(plot, mean_of(&plot->slots[slot->before]), dots->down);

			dots_connect(dots, (int)slot->before, before, x, y);
		}
		dots->line[y * dots->across + x] = 1;
		if (slot->count < BAND_FROM_COUNT)
			continue;
		for (int row = dot_row(plot, slot->max_us, dots->down); row <= dot_row(plot, slot->min_us, dots->down); row++)
			dots->band[row * dots->across + x] = 1;
	}
}

static void draw_braille(const struct plot *plot)
{
	static const uint8_t bits[DOTS_DOWN][DOTS_ACROSS] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
	struct dots dots = { .across = plot->columns * DOTS_ACROSS, .down = plot->rows * DOTS_DOWN };
	size_t all = (size_t)dots.across * (size_t)dots.down;

	dots.line = heap_zero(all, 1);
	dots.band = heap_zero(all, 1);
	dots_fill(plot, &dots);
	for (int row = 0; row < plot->rows; row++) {
		for (int column = 0; column < plot->columns; column++) {
			uint32_t line = 0, band = 0;

			for (int y = 0; y < DOTS_DOWN; y++) {
				for (int x = 0; x < DOTS_ACROSS; x++) {
					int at = (row * DOTS_DOWN + y) * dots.across + column * DOTS_ACROSS + x;

					line |= dots.line[at] ? bits[y][x] : 0u;
					band |= dots.band[at] ? bits[y][x] : 0u;
				}
			}
			if (line | band) {
				char text[5] = "";

				text_encode(0x2800 + (line | band), text);
				glyph_cell_set(cell_at(plot, row, plot->margin + column), text,
				    line ? ROLE_GRAPH_LINE : ROLE_GRAPH_BAND);
			}
		}
	}
	free(dots.line);
	free(dots.band);
}

/* Columns from the bottom, in eighths of a cell (halves on the console); a column without a beat repeats the last one. */
static void draw_columns(const struct plot *plot)
{
	const struct slot *shown = NULL;
	size_t since = 0;

	for (int column = 0; column < plot->columns; column++) {
		const struct slot *slot = &plot->slots[column];

		since++;
		if (has_beat(slot)) {
			shown = slot->count ? slot : NULL;
			since = 0;
		}
		if (!shown || since > plot->reach)
			continue;
		long eighths = lround(scale_place(&plot->scale, llround(mean_of(shown))) * plot->rows * SPARK_LEVELS);

		eighths = eighths < 1 ? 1 : eighths;
		for (int row = plot->rows - 1; row >= 0 && eighths > 0; row--, eighths -= SPARK_LEVELS) {
			int level = (int)(eighths < SPARK_LEVELS ? eighths : SPARK_LEVELS) - 1;

			/* The console has no low blocks; its underscore is for sparklines. */
			if (plot->graph->glyphs == GLYPHS_VT && level < SPARK_LEVELS / 2 - 1 && row < plot->rows - 1)
				continue;
			glyph_cell_set(cell_at(plot, row, plot->margin + column), glyph_level(plot->graph->glyphs, level),
			    ROLE_GRAPH_LINE);
		}
	}
}

/* Points, and what connects them upwards or downwards. */
static void draw_points(const struct plot *plot)
{
	for (int column = 0; column < plot->columns; column++) {
		const struct slot *slot = &plot->slots[column];

		if (!slot->count)
			continue;
		int y = dot_row(plot, mean_of(slot), plot->rows);
		int x = plot->margin + column;

		if (slot->count >= BAND_FROM_COUNT)
			for (int row = dot_row(plot, slot->max_us, plot->rows); row <= dot_row(plot, slot->min_us, plot->rows); row++)
				glyph_cell_set(cell_at(plot, row, x), ":", ROLE_GRAPH_BAND);
		if (slot->joined) {
			int before = dot_row(plot, mean_of(&plot->slots[slot->before]), plot->rows);

			for (int row = before < y ? before + 1 : y + 1; row < (before < y ? y : before); row++)
				glyph_cell_set(cell_at(plot, row, x), "|", ROLE_GRAPH_LINE);
		}
		glyph_cell_set(cell_at(plot, y, x), "*", ROLE_GRAPH_LINE);
	}
}

static void draw_y_axis(const struct plot *plot)
{
	const char *wall = glyph_text(plot->graph->glyphs, GLYPH_TICK);
	int last_row = plot->rows;

	for (int row = 0; row < plot->rows; row++)
		glyph_cell_set(cell_at(plot, row, plot->margin - 1), wall, ROLE_GRAPH_AXIS);
	for (size_t i = 0; i < plot->scale.count; i++) {
		char label[TICK_LABEL_SIZE];
		int dots = plot->rows * DOTS_DOWN;
		int row = dot_row(plot, (double)plot->scale.ticks[i], dots) / DOTS_DOWN;

		if (row == last_row)
			continue;
		last_row = row;
		scale_print(&plot->scale, plot->scale.ticks[i], i + 1 == plot->scale.count, label);
		put_text(plot, row, plot->margin == 8 ? 1 : 0, label, ROLE_GRAPH_LABEL);
	}
}

static void draw_x_axis(const struct plot *plot)
{
	const struct graph *graph = plot->graph;
	int64_t window = graph->to_us - graph->from_us;
	struct time_tick ticks[TIME_TICKS_MOST];
	int free_from = 0;

	if (plot->margin)
		glyph_cell_set(cell_at(plot, plot->rows, plot->margin - 1), glyph_text(graph->glyphs, GLYPH_CORNER_BOTTOM_LEFT),
		    ROLE_GRAPH_AXIS);
	for (int i = 0; i < plot->columns; i++)
		glyph_cell_set(cell_at(plot, plot->rows, plot->margin + i), glyph_text(graph->glyphs, GLYPH_RULE), ROLE_GRAPH_AXIS);
	if (window <= 0)
		return;
	size_t count = time_ticks(graph->from_us, graph->to_us, window * LABEL_APART_CELLS / plot->columns, graph->utc, ticks);

	for (size_t i = 0; i < count; i++) {
		int column = (int)((double)(ticks[i].us - graph->from_us) / (double)window * plot->columns);
		int length = (int)strlen(ticks[i].label);

		if (column < free_from || column + length > plot->columns)
			continue;
		put_text(plot, plot->rows, plot->margin + column, ticks[i].label, ROLE_GRAPH_LABEL);
		free_from = column + length + 1;
	}
}

static void draw_strip(const struct plot *plot)
{
	size_t across = plot->slot_count / (size_t)plot->columns;
	uint8_t last = STATE_NEW;
	size_t since = 0;

	for (int column = 0; column < plot->columns; column++) {
		uint8_t worst = STATE_NEW;

		for (size_t i = 0; i < across; i++) {
			uint8_t state = plot->slots[(size_t)column * across + i].worst;

			since++;
			if (state == STATE_NEW)
				continue;
			last = state;
			since = 0;
			if (badness(state) > badness(worst))
				worst = state;
		}
		/* A beat speaks until the next one. */
		if (worst == STATE_NEW && since <= plot->reach)
			worst = last;
		glyph_cell_set(cell_at(plot, plot->rows + 1, plot->margin + column), glyph_beat(plot->graph->glyphs, worst),
		    glyph_beat_role(worst));
	}
}

static void draw_line(const struct plot *plot)
{
	if (plot->graph->glyphs == GLYPHS_BRAILLE)
		draw_braille(plot);
	else if (plot->graph->glyphs == GLYPHS_ASCII)
		draw_points(plot);
	else
		draw_columns(plot);
}

static struct plot plan(const struct graph *graph, struct glyph_cell *cells)
{
	int height = limited(graph->height, GRAPH_HEIGHT_MOST);
	struct plot plot = { .graph = graph, .cells = cells };

	plot.margin = margin_of(graph->width);
	plot.columns = limited(graph->width, GRAPH_WIDTH_MOST) - plot.margin;
	plot.axis = height >= 3;
	plot.strip = height >= 4;
	plot.rows = height - plot.axis - plot.strip;
	plot.slot_count = (size_t)plot.columns * (graph->glyphs == GLYPHS_BRAILLE ? DOTS_ACROSS : 1);
	return plot;
}

void graph_draw(const struct graph *graph, const struct history_series *series, struct glyph_cell *cells)
{
	struct plot plot = plan(graph, cells);

	for (int i = 0; i < graph->width * graph->height; i++)
		glyph_cell_set(&cells[i], " ", ROLE_TEXT);
	if (plot.columns < 1 || plot.rows < 1)
		return;
	plot.slots = heap_zero(plot.slot_count, sizeof *plot.slots);
	if (series && series->count) {
		gather(&plot, series);
		join_slots(&plot);
	}
	plot.scale = choose_scale(&plot);
	if (plot.margin)
		draw_y_axis(&plot);
	if (plot.axis)
		draw_x_axis(&plot);
	draw_line(&plot);
	if (plot.strip)
		draw_strip(&plot);
	free(plot.slots);
}
