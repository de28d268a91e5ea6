/*
 * A result and an event as history keeps them: the values that travel from engine to store and come back from readers.
 */
#ifndef KUMATOP_BEAT_H
#define KUMATOP_BEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/judge.h"
#include "kumatop/result.h"
#include "kumatop/shared.h"

typedef int64_t monitor_id;	/* > 0; 0 is no monitor */

struct beat {
	monitor_id monitor;
	int64_t time_us;	/* wall time at which the check ended */
	int32_t reach_ms;	/* how long it speaks for at most: interval + timeout */
	uint8_t state;		/* enum state after it */
	uint8_t verdict;	/* enum verdict, after `invert` */
	uint8_t outcome;	/* enum outcome */
	bool routine;		/* may be dropped when there is no room: no change of state */
	int32_t code;
	int32_t phase_us[PHASE_COUNT];
	int64_t cert_expires_us;
	struct shared_text *detail;	/* held; may be NULL */
	struct shared_text *address;	/* held; may be NULL */
};

/* Kept in databases: numbers never change. */
enum event_kind {
	EVENT_STATE = 1,	/* the state changed */
	EVENT_PAUSED = 2,
	EVENT_RESUMED = 3,
	EVENT_ADDED = 4,
	EVENT_EDITED = 5,
	EVENT_REMOVED = 6,
	EVENT_ACKNOWLEDGED = 7,
	EVENT_STARTED = 8,	/* kumatop itself; monitor is 0 */
	EVENT_STOPPED = 9,
	EVENT_TROUBLE = 10,	/* kumatop's own: history could not be kept, beats dropped, suspended */
	EVENT_RELOADED = 11,	/* the configuration was read anew; monitor is 0 */
	EVENT_LAST = EVENT_RELOADED,
};

/* The outcome of an event that no result led to. */
enum { OUTCOME_NONE = 255 };

const char *event_word(enum event_kind kind);

struct event {
	int64_t id;		/* 0 until stored */
	monitor_id monitor;	/* 0: kumatop itself */
	int64_t time_us;
	int64_t since_us;	/* for a change of state: when the new state began */
	int64_t lasted_us;	/* of what ended; 0 if nothing did */
	uint8_t kind;		/* enum event_kind */
	uint8_t from, to;	/* enum state */
	uint8_t outcome;	/* enum outcome, or OUTCOME_NONE */
	int32_t code;
	bool alert;
	struct shared_text *detail;	/* held; may be NULL */
	struct shared_text *evidence;	/* held; may be NULL */
	struct shared_text *who;	/* held; who did it; NULL: kumatop */
};

/* How a bar shows a beat that left the monitor in this state: a good check on the way up is PENDING, one not carried out UNKNOWN. */
enum state beat_look(enum state state, enum verdict verdict);

/* Release what the value holds; the struct itself is the caller's. */
void beat_finish(struct beat *beat);
void event_finish(struct event *event);

#endif
