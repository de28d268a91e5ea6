/*
 * Graphs as text, in every glyph set and at sizes from a few cells up; and their axes.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/tui/graph.h"
#include "../../src/tui/graph_scale.h"

#include "kumatop/heap.h"
#include "kumatop/when.h"

#define NOON_US (INT64_C(1795262400) * SECOND_US)	/* 2026-11-21 12:00 UTC */

enum { MOST_CELLS = 4000 };

/* One letter a column: a digit is an answer of so many hundred ms, '.' nothing, 'X' 'p' '?' a failure without an answer. */
static struct history_series series_of(const char *letters)
{
	struct history_series series = { .count = strlen(letters) };

	series.columns = heap_zero(series.count, sizeof *series.columns);
	for (size_t i = 0; i < series.count; i++) {
		struct history_column *column = &series.columns[i];
		char c = letters[i];

		*column = (struct history_column){ .min_us = -1, .mean_us = -1, .max_us = -1 };
		if (c >= '0' && c <= '9') {
			column->count = 1;
			column->min_us = column->mean_us = column->max_us = (c - '0') * 100000;
			column->worst = STATE_UP;
		} else {
			column->worst = c == 'X' ? STATE_DOWN : c == 'p' ? STATE_PENDING : c == '?' ? STATE_UNKNOWN : STATE_NEW;
		}
	}
	return series;
}

static void assert_graph(struct graph graph, const struct history_series *series, const char *expected)
{
	static struct glyph_cell cells[MOST_CELLS];
	static char got[MOST_CELLS * 5];
	size_t used = 0;

	graph.utc = true;
	graph.from_us = NOON_US;
	if (!graph.to_us)
		graph.to_us = NOON_US + HOUR_US;
	assert_true(graph.width * graph.height <= MOST_CELLS);
	graph_draw(&graph, series, cells);
	for (int row = 0; row < graph.height; row++) {
		for (int column = 0; column < graph.width; column++) {
			const char *text = cells[row * graph.width + column].text;

			memcpy(got + used, text, strlen(text));
			used += strlen(text);
		}
		while (used && got[used - 1] == ' ')
			used--;
		got[used++] = '\n';
	}
	got[used] = '\0';
	assert_string_equal(got, expected);
}

static const char hour[] = "1.2.3.2.1.2.3.4.5.4.3.2.1.2.3.2.1.1.p.X.X.X.X.2.2.1.2.3.2.1.2.1";

static void test_sets(void **state)
{
	static const struct { enum glyph_set set; const char *expected; } rows[] = {
		{ GLYPHS_BRAILLE,
		  " 600ms ┤\n"
		  "       ┤       ⡰⢣\n"
		  " 400   ┤  ⡀   ⡰⠁ ⠱⡀   ⡀            ⢀\n"
		  " 200   ┤ ⡜⠱⡀ ⡜    ⠱⡀ ⡜⠱⡀       ⢀⣀ ⢠⠋⢆ ⢀\n"
		  "       ┤⡜  ⠱⡜      ⠱⡜  ⠘⢄⣀      ⠈⢦⠃ ⠈⢦⠋⢆\n"
		  "   0   ┤\n"
		  "       └12:00───────────12:30───────────\n"
		  "        ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌░████▌▌▌▌▌▌▌▌▌\n" },
		{ GLYPHS_BLOCK,
		  " 600ms ┤\n"
		  "       ┤        █\n"
		  " 400   ┤       ███\n"
		  " 200   ┤  █   █████   █            █\n"
		  "       ┤ ███ ███████ ███       ██ ███ █\n"
		  "   0   ┤██████████████████     █████████\n"
		  "       └12:00───────────12:30───────────\n"
		  "        ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌░████▌▌▌▌▌▌▌▌▌\n" },
		{ GLYPHS_VT,
		  " 600ms ┤\n"
		  "       ┤        █\n"
		  " 400   ┤       ███\n"
		  " 200   ┤  █   █████   █            █\n"
		  "       ┤ ███ ███████ ███       ██ ███ █\n"
		  "   0   ┤██████████████████     █████████\n"
		  "       └12:00───────────12:30───────────\n"
		  "        ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌░████▌▌▌▌▌▌▌▌▌\n" },
		{ GLYPHS_ASCII,
		  " 600ms |\n"
		  "       |        *\n"
		  " 400   |  *   ** **   *            *\n"
		  " 200   | * * *     * * *       ** * * *\n"
		  "       |*   *       *   **       *   * *\n"
		  "   0   |\n"
		  "       +12:00-----------12:30-----------\n"
		  "        ||||||||||||||||||.XXXX|||||||||\n" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct history_series series = series_of(hour);

		assert_graph((struct graph){ .glyphs = rows[i].set, .width = 40, .height = 8 }, &series, rows[i].expected);
		free(series.columns);
	}
}

static void test_sizes(void **state)
{
	static const struct { int width, height; const char *expected; } rows[] = {
		{ 80, 10,
		  " 600ms ┤\n"
		  "       ┤                 ⢀⠔⢄\n"
		  " 400   ┤                ⡠⠊  ⠑⢄\n"
		  "       ┤     ⡀        ⡠⠊      ⠣⡀        ⢀                             ⡀\n"
		  "       ┤   ⢠⠊⠘⢄     ⢀⠜         ⠈⢆      ⡔⠁⠣⡀                         ⢀⠜⠈⢆\n"
		  " 200   ┤ ⢀⠔⠁  ⠈⠢⡀  ⡠⠊            ⠑⢄  ⡠⠊   ⠑⢄                 ⠒⠒⠢⡀  ⡠⠊   ⠑⢄  ⡠⠢⡀\n"
		  "       ┤⠠⠊      ⠈⠢⠊                ⠑⠔⠁      ⠑⠤⠤⠄                ⠈⠢⠊      ⠈⠢⠊  ⠑⠄\n"
		  "   0   ┤\n"
		  "       └12:00─────────────12:15─────────────12:30─────────────12:45─────────────\n"
		  "        ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌░░░█████████▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌\n" },
		{ 60, 12,
		  " 600ms ┤\n"
		  "       ┤             ⣠\n"
		  "       ┤            ⡰⠁⢣\n"
		  " 400   ┤           ⡔⠁  ⢇\n"
		  "       ┤   ⢀      ⡜    ⠈⢆      ⢀                    ⢀\n"
		  "       ┤  ⢀⠎⢆    ⡰⠁      ⢣    ⢠⠋⢆                  ⢀⠎⢣\n"
		  " 200   ┤ ⢀⠎ ⠈⢆  ⡰⠁        ⢣  ⡠⠃ ⠈⡆            ⠤⠤⡄ ⢀⠎  ⢣  ⡠⡀\n"
		  "       ┤⢠⠊   ⠈⢢⡰⠁          ⢣⡰⠁   ⠘⡄             ⠘⣄⠎    ⢣⡰⠁⠑⡄\n"
		  "       ┤⠁      ⠁            ⠁     ⠈⠉⠁            ⠈      ⠁  ⠈\n"
		  "   0   ┤\n"
		  "       └12:00─────────────────────12:30─────────────────────\n"
		  "        ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌░███████▌▌▌▌▌▌▌▌▌▌▌▌▌▌\n" },
		{ 26, 5,
		  "500ms┤    ⡰⠣⡀\n"
		  "     ┤⢠⠳⡀⡜  ⠘⡄⡰⢣    ⢀⡀⢠⢣ ⡀\n"
		  "  0  ┤⠃ ⠙    ⠙ ⠈⠒    ⠈⠃ ⠙⠑\n"
		  "     └12:00───────────────\n"
		  "      ▌▌▌▌▌▌▌▌▌▌▌░███▌▌▌▌▌\n" },
		{ 20, 4,
		  " ⣀ ⢀⠔⠑⢄  ⡀       ⡀\n"
		  "⠎ ⠳⠁   ⠳⠉⠘⠤   ⠈⠑⠎⠈⠲⠣\n"
		  "12:00───────────────\n"
		  "▌▌▌▌▌▌▌▌▌▌▌░███▌▌▌▌▌\n" },
		{ 12, 2,
		  "⢀ ⡔⢣ ⡀    ⡀\n"
		  "⠃⠳⠁ ⠳⠙⠤ ⠈⠳⠙⠔\n" },
		{ 1, 1,
		  "⠷\n" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct history_series series = series_of(hour);

		assert_graph((struct graph){ .glyphs = GLYPHS_BRAILLE, .width = rows[i].width, .height = rows[i].height }, &series,
		    rows[i].expected);
		free(series.columns);
	}
}

/* No reply is a gap, and so is a time in which nothing was checked; a beat missing here and there is not. */
static void test_gaps(void **state)
{
	struct history_series failed = series_of("22222XXXX22222");
	struct history_series idle = series_of("22222....22222");
	struct history_series sparse = series_of("2..2..2..2..22");

	assert_graph((struct graph){ .glyphs = GLYPHS_BRAILLE, .width = 7, .height = 4 }, &failed,
	    "⠉⠉⠁ ⠈⠉⠉\n"
	    "\n"
	    "12:00──\n"
	    "▌▌███▌▌\n");
	assert_graph((struct graph){ .glyphs = GLYPHS_BRAILLE, .width = 7, .height = 4 }, &idle,
	    "⠉⠉⠁ ⠈⠉⠉\n"
	    "\n"
	    "12:00──\n"
	    "▌▌▌▌▌▌▌\n");
	assert_graph((struct graph){ .glyphs = GLYPHS_BRAILLE, .width = 7, .height = 4 }, &sparse,
	    "⠉⠉⠉⠉⠉⠉⠉\n"
	    "\n"
	    "12:00──\n"
	    "▌▌▌▌▌▌▌\n");
	free(failed.columns);
	free(idle.columns);
	free(sparse.columns);
}

/* Several answers in one column: the band from lowest to highest, dimmer than the mean. */
static void test_band(void **state)
{
	struct history_series series = series_of("22222222222222222222");
	struct glyph_cell cells[10 * 6];
	bool band = false, line = false;

	for (size_t i = 0; i < series.count; i++) {
		series.columns[i].count = 5;
		series.columns[i].min_us = 100000;
		series.columns[i].max_us = 900000;
	}
	graph_draw(&(struct graph){ .width = 10, .height = 6, .from_us = NOON_US, .to_us = NOON_US + DAY_US, .utc = true }, &series, cells);
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		band |= cells[i].role == ROLE_GRAPH_BAND;
		line |= cells[i].role == ROLE_GRAPH_LINE;
	}
	assert_true(band && line);
	assert_int_equal(cells[10].role, ROLE_GRAPH_BAND);
	assert_string_equal(cells[10].text, "⣿");
	free(series.columns);
}

static void test_empty(void **state)
{
	struct history_series none = { .count = 0 };

	assert_graph((struct graph){ .glyphs = GLYPHS_ASCII, .width = 26, .height = 5 }, NULL,
	    "  1ms|\n"
	    "     |\n"
	    "  0  |\n"
	    "     +12:00---------------\n"
	    "\n");
	assert_graph((struct graph){ .glyphs = GLYPHS_ASCII, .width = 26, .height = 5 }, &none,
	    "  1ms|\n"
	    "     |\n"
	    "  0  |\n"
	    "     +12:00---------------\n"
	    "\n");
}

/* No size and no number of columns makes it write outside (for the sanitizers), and every cell has a text. */
static void test_any_size(void **state)
{
	static struct glyph_cell cells[MOST_CELLS];

	for (int set = 0; set < GLYPHS_COUNT; set++) {
		for (int width = 1; width <= 90; width += 3) {
			for (int height = 1; height <= 20; height++) {
				struct history_series series = series_of(hour + (width + height) % 50);

				graph_draw(&(struct graph){ .glyphs = (enum glyph_set)set, .width = width, .height = height,
				    .from_us = NOON_US, .to_us = NOON_US + width * MINUTE_US, .logarithmic = width % 2 }, &series, cells);
				for (int i = 0; i < width * height; i++)
					assert_true(cells[i].text[0]);
				free(series.columns);
			}
		}
	}
	assert_int_equal(graph_columns(GLYPHS_BRAILLE, 80), 144);
	assert_int_equal(graph_columns(GLYPHS_ASCII, 80), 72);
	assert_int_equal(graph_columns(GLYPHS_BRAILLE, 0), 1);
	assert_true(graph_columns(GLYPHS_BRAILLE, 100000) <= HISTORY_COLUMNS_MOST);
}

static void test_linear_scale(void **state)
{
	static const struct { int64_t most; int rows; int64_t top; size_t ticks; const char *top_label; } rows[] = {
		{ 560000, 6, 600000, 4, "600ms" },
		{ 560000, 20, 600000, 4, "600ms" },
		{ 560000, 2, 1000000, 2, "  1s " },
		{ 90000, 10, 100000, 3, "100ms" },
		{ 800, 10, 800, 5, "800us" },
		{ 1500000, 10, 1500000, 4, "1.5s " },
		{ 30000000, 10, 30000000, 4, " 30s " },
		{ 0, 10, 1, 2, "  1us" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scale scale = scale_linear(rows[i].most, rows[i].rows);
		char label[TICK_LABEL_SIZE];

		assert_int_equal(scale.top_us, rows[i].top);
		assert_int_equal(scale.count, rows[i].ticks);
		scale_print(&scale, scale.top_us, true, label);
		assert_string_equal(label, rows[i].top_label);
		scale_print(&scale, 0, false, label);
		assert_string_equal(label, "  0  ");
		assert_true(scale_place(&scale, scale.top_us) >= 1.0);
		assert_true(scale_place(&scale, 0) <= 0.0);
	}
}

static void test_logarithmic_scale(void **state)
{
	struct scale scale = scale_logarithmic(80000, 560000);
	char label[TICK_LABEL_SIZE];

	assert_int_equal(scale.bottom_us, 10000);
	assert_int_equal(scale.top_us, 1000000);
	assert_int_equal(scale.count, 3);
	assert_true(scale_place(&scale, 100000) > 0.49 && scale_place(&scale, 100000) < 0.51);
	assert_true(scale_place(&scale, 0) <= 0.0);
	scale_print(&scale, 100000, false, label);
	assert_string_equal(label, "100ms");
}

static void test_time_ticks(void **state)
{
	static const struct { const char *zone; bool utc; int64_t from, length, apart; size_t count; const char *first, *second; } rows[] = {
		{ "UTC", true, NOON_US + 7 * MINUTE_US, HOUR_US, 10 * MINUTE_US, 6, "12:10", "12:20" },
		{ "UTC", true, NOON_US, HOUR_US, 12 * MINUTE_US, 4, "12:00", "12:15" },
		{ "UTC", true, NOON_US + MINUTE_US, DAY_US, 3 * HOUR_US, 8, "15:00", "18:00" },
		/* half an hour beside UTC: the wall clock is what is round */
		{ "IST-5:30", false, NOON_US, DAY_US, 6 * HOUR_US, 4, "18:00", "00:00" },
		{ "IST-5:30", true, NOON_US, DAY_US, 6 * HOUR_US, 4, "12:00", "18:00" },
		/* the night in which clocks go back has two hours between 02:00 and 03:00 */
		{ "CET-1CEST,M3.5.0,M10.5.0/3", false, (INT64_C(1792879200)) * SECOND_US, 12 * HOUR_US, 3 * HOUR_US, 4, "00:00", "03:00" },
		{ "UTC", true, NOON_US, 7 * DAY_US, 30 * HOUR_US, 3, "23 Nov", "25 Nov" },
		/* weeks begin on Mondays, also across the night in which clocks change */
		{ "UTC", true, NOON_US, 30 * DAY_US, 6 * DAY_US, 5, "23 Nov", "30 Nov" },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", false, NOON_US - 40 * DAY_US, 40 * DAY_US, 6 * DAY_US, 5, "19 Oct", "26 Oct" },
		/* longer ones are of the calendar */
		{ "UTC", true, NOON_US, 90 * DAY_US, 17 * DAY_US, 3, "Dec 2026", "Jan 2027" },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", false, NOON_US - 365 * DAY_US, 365 * DAY_US, 71 * DAY_US, 4, "Jan 2026", "Apr 2026" },
		{ "UTC", true, NOON_US - 365 * DAY_US, 365 * DAY_US, 20 * DAY_US, 12, "Dec 2025", "Jan 2026" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct time_tick ticks[TIME_TICKS_MOST];

		setenv("TZ", rows[i].zone, 1);
		tzset();
		size_t count = time_ticks(rows[i].from, rows[i].from + rows[i].length, rows[i].apart, rows[i].utc, ticks);

		assert_true(count >= 2);
		assert_string_equal(ticks[0].label, rows[i].first);
		assert_string_equal(ticks[1].label, rows[i].second);
		assert_int_equal(count, rows[i].count);
		for (size_t k = 0; k < count; k++)
			assert_true(ticks[k].us >= rows[i].from && ticks[k].us < rows[i].from + rows[i].length);
	}
	unsetenv("TZ");
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_band),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_any_size),
		cmocka_unit_test(test_linear_scale),
		cmocka_unit_test(test_logarithmic_scale),
		cmocka_unit_test(test_time_ticks),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
