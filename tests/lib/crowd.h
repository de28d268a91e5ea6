/*
 * Many viewers at once, in a process of its own so that the owner is not slowed by what measures it: some read and count, some say what
 * they want and never read. For tests and for benches; main thread. It dies with its parent.
 */
#ifndef TESTS_CROWD_H
#define TESTS_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/error.h"

enum { CROWD_MOST = 128 };

struct crowd;

/* Connects all of them to the owner's socket and has them watch the whole board. NULL: somebody could not connect. */
struct crowd *crowd_start(const char *path, unsigned readers, unsigned silent, struct error *err);
void crowd_stop(struct crowd *crowd);		/* they hang up; accepts NULL */

/* Of those who read. */
uint64_t crowd_bytes(const struct crowd *crowd);		/* all together */
uint64_t crowd_views(const struct crowd *crowd);		/* "view" lines, all together */
uint64_t crowd_least_boards(const struct crowd *crowd);		/* whole pictures, of whoever got fewest */
unsigned crowd_ended(const struct crowd *crowd);		/* whom the owner hung up on */

#endif
