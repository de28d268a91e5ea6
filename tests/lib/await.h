/*
 * Waiting in tests: for a condition, never for a time. Include after cmocka.h.
 *
 *	AWAIT(peer_requests(peer) == 2, 5000);
 */
#ifndef TESTS_AWAIT_H
#define TESTS_AWAIT_H

#include <poll.h>

#include "kumatop/when.h"

/* Looks 200 times a second; fails the test when the condition has not become true within ms. Generous deadlines cost nothing. */
#define AWAIT(condition, ms) \
	do { \
		struct mono await_end = mono_add_ms(mono_now(), (ms)); \
		while (!(condition)) { \
			if (mono_now().us > await_end.us) \
				fail_msg("waited in vain for: %s", #condition); \
			(void)poll(NULL, 0, 5); \
		} \
	} while (0)

/* Skips a cmocka test; tests/lib/run lists the reason. */
#define SKIP_BECAUSE(reason) \
	do { \
		print_message("# skip: %s\n", (reason)); \
		skip(); \
	} while (0)

#endif
