/*
 * Helpers for views that are made of text: a line written piece by piece in several roles, text broken into lines, moments as
 * people read them.
 */
#ifndef KUMATOP_TUI_LINE_H
#define KUMATOP_TUI_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "view.h"

/* Where the next piece goes. */
struct line {
	struct area area;
	int y, x;
};

void line_print(struct line *line, enum role role, const char *format, ...) __attribute__((format(printf, 3, 4)));
void line_gap(struct line *line, int cells);

/* Starts a piece: two blanks, or a separator in a narrow area, unless the line has only begun. */
void line_next(struct line *line);

/* Right-aligned at the end of row y, if that leaves what stands up to `from` alone. */
void line_print_right(struct area area, int y, int from, enum role role, const char *text);

/* Paints text with its runs of blanks kept, which paint_text() takes together: columns, indentation, what is being typed. */
void line_exact(struct area area, int y, int x, enum role role, const char *text, size_t length);

/* Bytes of text that go on a line of so many cells, broken at a blank if there is one; *rest is where the next line begins. */
size_t line_break(const char *text, int cells, const char **rest);

/* The time of day if it is of the same day as now, else with the date. Returns out. */
char *line_moment(const struct tui *tui, int64_t us, char *out, size_t size);

/* A latency in ms as columns and lines have it: "0.4", "12", "1840"; "-" when there is none. Returns out. */
char *line_ms(int32_t us, char *out, size_t size);

/* Uptime, never rounded up: "100", "99.99"; "-" when nothing was observed. Returns out. */
char *line_uptime(const struct amounts *amounts, char *out, size_t size);

#endif
