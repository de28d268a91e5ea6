/*
 * Beats, events, outages and figures as they are read from history for output: words instead of ids, texts borrowed from whoever reads.
 */
#ifndef KUMATOP_RECORD_H
#define KUMATOP_RECORD_H

#include <stdint.h>

#include "kumatop/incident.h"
#include "kumatop/result.h"
#include "kumatop/rollup.h"
#include "kumatop/uptime.h"

struct beat_record {
	const char *name, *kind;
	int64_t time_us;
	int state, outcome;		/* enum state, enum outcome */
	int verdict;			/* enum verdict, after `invert` */
	int32_t reach_ms;		/* how long it speaks for at most */
	int32_t code;			/* -1: none */
	int32_t phase_us[PHASE_COUNT];	/* -1: not reached */
	int64_t cert_expires_us;	/* 0: no certificate was seen */
	const char *detail, *address;	/* never NULL */
};

struct event_record {
	const char *name, *kind_word;	/* of the event */
	int64_t id, time_us, since_us, lasted_us;
	int from, to, outcome;		/* enum state, enum state, enum outcome or -1: no result led to it */
	int32_t code;
	const char *detail, *evidence, *who;	/* never NULL */
};

struct rollup_record {
	const char *name, *kind;
	const struct rollup *rollup;
};

struct uptime_record {
	const char *name;
	struct uptime uptime;
};

struct incident_record {
	const char *name;
	struct incident incident;	/* what it holds belongs to whoever filled it in */
};

#endif
