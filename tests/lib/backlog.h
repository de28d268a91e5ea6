/*
 * A long stream of beats of several monitors, each made up from its number, so that whoever reads history can tell which it has, and which
 * not, and which twice. For tests of what becomes of beats while something goes wrong.
 */
#ifndef TESTS_BACKLOG_H
#define TESTS_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/archive.h"
#include "kumatop/store.h"

enum {
	BACKLOG_MONITORS = 8,		/* 1 to 8, called "m1" to "m8" */
	BACKLOG_STEP_S = 2,		/* from one beat of a monitor to its next */
	BACKLOG_HOUR = 4000,		/* numbers for each hour: those of its first 17 minutes */
};

/* When beat number was. Beat 0 was at KEEPING_START_US. */
int64_t backlog_time_us(int64_t number);

void backlog_put_monitors(struct store *store);		/* before store_start() */
void backlog_send(struct store *store, int64_t first, int64_t count);

struct backlog_found {
	uint8_t *seen;			/* of `most`: how often */
	int64_t most;			/* numbers from here on are strange */
	int64_t count;
	int64_t strange;		/* what nobody sent, or changed */
	int64_t twice;
};

/* All that an archive shows; false: it cannot be read. *found was zeroed, but for most. */
bool backlog_find(const char *path, struct backlog_found *found, struct error *err);
void backlog_finish(struct backlog_found *found);

/* How many of [first, end) are not there. */
int64_t backlog_missing(const struct backlog_found *found, int64_t first, int64_t end);

/*
 * Whether closed 5-minute roll-ups from from_us on say what the beats and events say. Returns how many were compared, or -1 with a text for
 * the first that differs.
 */
int64_t backlog_compare_rollups(const char *path, int64_t from_us, struct error *err);

#endif
