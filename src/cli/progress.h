/* The bar of long work: how much is done, how fast, how long it may still take. On stderr, and only on a terminal. */
#ifndef KUMATOP_CLI_PROGRESS_H
#define KUMATOP_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/when.h"

struct progress {
	bool visible;
	const char *what;		/* "rows" */
	uint64_t expected;		/* of them; 0: nobody knows */
	struct mono started, shown;
};

/* beside_output: what is written goes to stdout, where a terminal would mix the two; then there is no bar. what is borrowed. */
void progress_start(struct progress *progress, const char *what, bool beside_output);

/* Tells how far it is, a few times a second however often it is called; `last` in any case, and ends the line. */
void progress_tell(struct progress *progress, uint64_t done, bool last);

#endif
