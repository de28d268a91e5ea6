/*
 * How much a fault test does: `make fault` sets FAULT=full, among all other tests it is to be quick.
 */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

#include <stdlib.h>
#include <string.h>

static inline int fault_full_or(int full, int brief)
{
	const char *wanted = getenv("FAULT");

	return wanted && strcmp(wanted, "full") == 0 ? full : brief;
}

#endif
