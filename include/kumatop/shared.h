/*
 * An immutable text that several owners hold: the reason a check failed, an address, evidence. Counted atomically; any
 * thread may hold and release.
 */
#ifndef KUMATOP_SHARED_H
#define KUMATOP_SHARED_H

#include <stddef.h>

struct shared_text {
	_Atomic size_t holders;
	size_t length;
	char text[];
};

/* A copy with one holder. NULL or "" gives NULL, which every function here accepts and shared_read() reads as "". */
struct shared_text *shared_create(const char *text);
struct shared_text *shared_hold(struct shared_text *text);
void shared_release(struct shared_text *text);
const char *shared_read(const struct shared_text *text);

#endif
