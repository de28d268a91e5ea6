/*
 * A monitor's life lived again, from what history kept of it: beats, and the cuts between them (pauses, maintenance, a machine that
 * slept, kumatop not running). The rules of accounting are the ledger's; here is only in which order it is fed. Pure; belongs to one
 * thread at a time.
 */
#ifndef KUMATOP_REPLAY_H
#define KUMATOP_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/beat.h"
#include "kumatop/ledger.h"

enum { CUT_KEEPS_STATE = STATE_COUNT };

struct cut {
	int64_t time_us;
	int64_t until_us;	/* nothing was observed until then, or the cut is wrong; 0: a moment */
	uint8_t state;		/* enum state it went to, or CUT_KEEPS_STATE */
	bool interrupts;	/* resuming only changes the state */
};

/* In order of time; of one time, in the order in which they were added. */
struct cuts {
	struct cut *list;
	size_t count, capacity;
};

size_t cuts_add(struct cuts *cuts, struct cut cut);	/* its place */
void cuts_drop(struct cuts *cuts, size_t count);	/* of the first ones */
void cuts_finish(struct cuts *cuts);	/* a zeroed one is ready to use, and so is a finished one */

/* Whether an event of a monitor, or with monitor 0 one of kumatop itself, cuts time, and how. */
bool cut_by_event(monitor_id monitor, int64_t time_us, int kind, int from, int to, int64_t lasted_us, struct cut *cut);

/* The end of a run of kumatop. */
struct cut cut_by_end(int64_t time_us);

struct replay {
	struct ledger ledger;
	uint32_t next_cut;	/* in the cuts that it is lived through with */
	uint8_t state;		/* enum state after the last beat or cut; a zeroed replay begins with STATE_NEW */
};

void replay_finish(struct replay *replay);

/*
 * What happened before this time, the cuts of two lists (the second may be NULL, and has its place in *next_own); INT64_MAX: all
 * there are. next_us: of the beat that comes next, INT64_MAX if that is not known. Beats come before what is said to have happened at
 * the same time: they were the occasion.
 */
void replay_cuts(struct replay *replay, const struct cuts *cuts, const struct cuts *own, uint32_t *next_own, int64_t before_us,
    int64_t next_us);

/* A beat, after the cuts before it. */
void replay_beat(struct replay *replay, int64_t time_us, int64_t reach_us, enum verdict verdict, enum state state);

/* No failure or recovery that a later beat could decide is under way after a beat that left this state. */
bool replay_settles(enum state state, enum verdict verdict);

/* When what is not settled began; INT64_MAX: all is. */
int64_t replay_open_us(const struct replay *replay);

#endif
