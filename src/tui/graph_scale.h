/*
 * The axes of a graph: round numbers for response times, round wall-clock times. Pure; for graph.c and its tests.
 */
#ifndef KUMATOP_TUI_GRAPH_SCALE_H
#define KUMATOP_TUI_GRAPH_SCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCALE_TICKS_MOST = 8, TIME_TICKS_MOST = 64, TICK_LABEL_SIZE = 16 };

struct scale {
	bool logarithmic;
	int64_t bottom_us, top_us;	/* bottom is 0 unless logarithmic */
	int64_t ticks[SCALE_TICKS_MOST];	/* from the bottom up */
	size_t count;
};

/* From 0 to a multiple of a step of 1, 2 or 5 times a power of ten, in at most four steps and one for every two rows. */
struct scale scale_linear(int64_t most_us, int rows);

/* Whole decades around what there is. */
struct scale scale_logarithmic(int64_t least_us, int64_t most_us);

/* Where a value lies, 0 (bottom) to 1 (top); values beyond are put at the ends. */
double scale_place(const struct scale *scale, int64_t us);

/* The number in three cells and the unit in two, "600ms", "  0  "; the unit is left out unless wanted. */
void scale_print(const struct scale *scale, int64_t us, bool with_unit, char out[TICK_LABEL_SIZE]);

struct time_tick {
	int64_t us;
	char label[TICK_LABEL_SIZE];
};

/* Round wall-clock times in the window, as many as fit when each label has at least so much of the window. */
size_t time_ticks(int64_t from_us, int64_t to_us, int64_t apart_us, bool utc, struct time_tick ticks[TIME_TICKS_MOST]);

#endif
