/*
 * Reads configuration text before libconfig does. libconfig joins texts that stand side by side, cuts numbers that are too
 * long, ends a text at \x00, swallows the rest of a file after a comment that is never closed, and calls everything else
 * "syntax error". The scan finds all of these and says what to write instead. Private to src/conf.
 */
#ifndef CONF_SCAN_H
#define CONF_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct scan_note {
	int line;
	char *name;		/* the setting it is about, or NULL */
	char *text;		/* with the setting's name before it */
};

struct scan {
	struct scan_note *notes;
	size_t count;
	bool fatal;		/* libconfig will not read the text, or would read it wrongly as a whole */
};

/* *scan is overwritten. The text need not be terminated. */
void scan_text(struct scan *scan, const char *text, size_t length);
void scan_finish(struct scan *scan);

/* True if the scan already complains about this setting on this line, so that nobody says it twice. */
bool scan_noted(const struct scan *scan, int line, const char *name);

#endif
