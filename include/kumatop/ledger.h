/*
 * The accounting of time: every second of a monitor's life is in exactly one of five classes, and a window's amounts add up
 * to the window.
 *
 * A result classifies the time from itself to the next one, at most `reach` (interval + timeout); what nobody observed is
 * unknown. Time whose class is not decided yet (failing but not down; good again but not yet up) is kept as tentative and
 * settled by what follows: a run of failures that ends in DOWN was down from its first failed check, one that recovered was
 * pending, and an incident ends at the first good check of the run that confirmed it. The time after a check that could not
 * be carried out is unknown, whatever stands around it: nothing counts that was not observed.
 *
 * Spans are kept run-length coded, so a healthy day is one span. Pure; belongs to one thread at a time.
 */
#ifndef KUMATOP_LEDGER_H
#define KUMATOP_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/judge.h"

enum time_class {
	TIME_UP,		/* with degraded inside it */
	TIME_DOWN,
	TIME_PENDING,		/* failing, but it recovered before it was DOWN */
	TIME_MAINTENANCE,
	TIME_UNKNOWN,		/* paused, not running, suspended, could not check */
	TIME_CLASS_COUNT,
	/* of spans only: counts as UP, and is told apart in degraded_us */
	TIME_DEGRADED = TIME_CLASS_COUNT,
	/* not settled yet; they count as PENDING and DOWN when a window is summed up before they are */
	TIME_FAILING,
	TIME_RECOVERING,
};

struct amounts {
	int64_t us[TIME_CLASS_COUNT];
	int64_t degraded_us;	/* that part of us[TIME_UP] */
};

struct span {
	int64_t from_us, to_us;		/* wall time, half open */
	uint8_t time_class;		/* enum time_class */
};

struct ledger {
	struct span *spans;		/* in order, without overlap; holes between them are unknown */
	size_t count, capacity;
	int64_t open_us;		/* when the open span began; 0: none */
	int64_t open_until_us;		/* as far as its result reaches */
	uint8_t open_class;
};

void ledger_finish(struct ledger *ledger);	/* a zeroed ledger is ready to use */

/*
 * A result at now_us that took the monitor from one state to another. reach_us: how long it speaks for at most. verdict as
 * monitor_apply() got it. A time before the last one (a clock set back) counts as the last one.
 */
void ledger_result(struct ledger *ledger, int64_t now_us, int64_t reach_us, enum verdict verdict, enum state from, enum state to);

/*
 * The open span ends now: checking stops (to: PAUSED), is recorded apart (to: MAINTENANCE), or the machine was suspended from
 * now_us on (to: the state it was and stays in, which settles nothing).
 */
void ledger_interrupt(struct ledger *ledger, int64_t now_us, enum state to);

/*
 * The clock was set back to now_us by more than a moment: what was accounted for of the time that comes once more is forgotten, and the
 * results to come count for it.
 */
void ledger_set_back(struct ledger *ledger, int64_t now_us);

/*
 * Puts spans of an earlier time before what the ledger holds; what overlaps is cut. Where they end tentative, what the ledger
 * holds settles them, or the next result will.
 */
void ledger_prepend(struct ledger *ledger, const struct span *spans, size_t count);

/* Forgets what ended before. */
void ledger_trim(struct ledger *ledger, int64_t before_us);

/* What [from_us, to_us) was made of; the five amounts add up to its length. to_us may be now. */
struct amounts ledger_sum(const struct ledger *ledger, int64_t from_us, int64_t to_us);

/* Time that was unknown so far was of this class, enum time_class; what is not settled counts as ledger_sum() counts it. */
void amounts_count(struct amounts *amounts, uint8_t time_class, int64_t length_us);

/* Those of a window that adjoins. */
void amounts_add(struct amounts *amounts, const struct amounts *more);

/* up / (up + down), or -1 when neither was observed. */
double amounts_uptime(const struct amounts *amounts);

#endif
