/* Programs on a terminal of 120x40, as the benches of the screen run them. */
#ifndef TESTS_BENCH_SCREENS_H
#define TESTS_BENCH_SCREENS_H

#include <stdbool.h>
#include <stddef.h>

#include "../lib/term.h"

enum { SCREEN_ROWS = 40, SCREEN_COLUMNS = 120, SCREEN_PATIENCE_MS = 20000 };

/* Waits for its first paint; NULL, with the reason on stderr, when nothing comes. */
struct term *screens_start(const char *const *argv);

bool screens_has_bytes(struct term *term, void *unused);	/* a predicate for term_wait(): since the mark */

/* One key and all that comes of it; true: something did. */
bool screens_key(struct term *term, const char *key, size_t *bytes);

#endif
