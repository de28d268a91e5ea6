/* See screens.h. */
#include "screens.h"

#include <stdio.h>

bool screens_has_bytes(struct term *term, void *unused)
{
	size_t length;

	(void)unused;
	term_bytes(term, &length);
	return length > 0;
}

bool screens_key(struct term *term, const char *key, size_t *bytes)
{
	term_mark(term);
	term_keys(term, key);
	if (!term_wait(term, screens_has_bytes, NULL, SCREEN_PATIENCE_MS) || !term_wait_idle(term, 4, SCREEN_PATIENCE_MS))
		return false;
	term_bytes(term, bytes);
	return true;
}

struct term *screens_start(const char *const *argv)
{
	struct error err;
	struct term *term = term_start(argv, SCREEN_ROWS, SCREEN_COLUMNS, NULL, &err);

	if (!term)
		fprintf(stderr, "bench: %s\n", err.text);
	else if (!term_wait(term, screens_has_bytes, NULL, SCREEN_PATIENCE_MS) || !term_wait_idle(term, 300, SCREEN_PATIENCE_MS)) {
		fprintf(stderr, "bench: %s paints nothing\n", argv[0]);
		term_stop(term);
		return NULL;
	}
	return term;
}
