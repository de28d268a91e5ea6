/*
 * The state machine: a verdict and what a monitor was make what it is. Pure: no clock, no sockets, no memory. The table of
 * states is in the manual; each of its cells has a test.
 */
#ifndef KUMATOP_JUDGE_H
#define KUMATOP_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/outcome.h"

/* Kept in databases: rows are added at the end and never change their number. */
#define STATE_TABLE(X) \
	X(NEW,         "new") \
	X(UP,          "up") \
	X(DEGRADED,    "degraded") \
	X(PENDING,     "pending") \
	X(DOWN,        "down") \
	X(UNKNOWN,     "unknown") \
	X(MAINTENANCE, "maintenance") \
	X(PAUSED,      "paused")

enum state {
#define X(name, word) STATE_##name,
	STATE_TABLE(X)
#undef X
	STATE_COUNT
};

const char *state_word(int state);	/* out of range reads as "unknown" */
int state_by_word(const char *word);	/* -1 if there is none */

/* What the state says of the target, for exit codes. NEW and PAUSED are unknown; PENDING is degraded; MAINTENANCE up. */
enum verdict state_verdict(enum state state);

struct judge_rules {
	unsigned rise, fall;	/* at least 1 */
};

/* What a monitor is, kept over restarts. A zeroed struct is a new monitor. */
struct standing {
	enum state state;
	enum state was;			/* before PENDING: where a blip goes back to; before NEW: PAUSED or MAINTENANCE */
	int64_t was_since_us;		/* before PENDING: when that began, as a blip does not make it younger; 0: not known */
	unsigned good_run;		/* consecutive up or degraded verdicts while that matters; saturates */
	unsigned bad_run;		/* consecutive down verdicts */
	unsigned unknown_run;
	unsigned degraded_run;
	/*
	 * When the state began, as people count it: DOWN since the first failed check of its incident, UP after DOWN since the
	 * first good check of the run.
	 */
	int64_t since_us;
	int64_t first_bad_us;		/* first failed check of the present run, 0 when there is none */
	int64_t first_good_us;		/* first good check of the present run on the way up, 0 when there is none */
	bool incident_open;		/* from DOWN until the next UP or DEGRADED */
	int64_t incident_us;		/* its first failed check */
	bool alerted;			/* the open incident was worth telling somebody; then its end is, too */
	bool acknowledged;		/* somebody took it on; ends with the incident */
};

struct transition {
	enum state from, to;
	bool changed;		/* from != to */
	bool event;		/* worth a line in the log */
	bool alert;		/* worth telling somebody */
	bool incident_opened, incident_closed;
	int64_t lasted_us;	/* of the incident that closed, or of the state that ended */
};

/* Moves the machine by one result at now_us (wall). The verdict is as swapped by `invert` already. */
struct transition monitor_apply(struct standing *standing, const struct judge_rules *rules, enum verdict verdict, int64_t now_us);

/* Pausing and resuming are events. A resumed monitor is judged anew; an open incident stays open. */
struct transition monitor_pause(struct standing *standing, int64_t now_us);
struct transition monitor_resume(struct standing *standing, int64_t now_us);

/* Maintenance begins and ends. While it lasts, results are recorded apart and monitor_apply() is not called. */
struct transition monitor_maintain(struct standing *standing, int64_t now_us);
struct transition monitor_return(struct standing *standing, int64_t now_us);

/* True while it changes its mind and is checked every retry_interval: PENDING, or DOWN on the way up. */
bool monitor_is_wavering(const struct standing *standing);

#endif
