/*
 * Questions about the past and their answers, as values: what a graph, a list of events or a percentile needs. Who answers is
 * not said here (a reader of the database; later the owner's socket).
 */
#ifndef KUMATOP_HISTORY_H
#define KUMATOP_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/beat.h"
#include "kumatop/error.h"
#include "kumatop/ledger.h"
#include "kumatop/snapshot.h"

enum history_kind {
	HISTORY_SERIES,		/* latency and state over a window, for a graph */
	HISTORY_EVENTS,		/* the newest events first, or the oldest */
	HISTORY_BOARD,		/* the whole board as it stood at a moment */
};

enum { HISTORY_COLUMNS_MOST = 2048, HISTORY_EVENTS_MOST = 1000 };

struct history_query {
	enum history_kind kind;
	uint64_t ticket;	/* the asker's own, returned with the answer */
	monitor_id monitor;	/* 0 (EVENTS only): all */
	int64_t from_us, to_us;	/* the window, half open. BOARD: to_us is the moment, with what happened then */
	size_t columns;		/* SERIES: how many buckets the window is cut into */
	size_t most;		/* EVENTS: at most this many */
	bool forward;		/* EVENTS: the oldest first */
};

/* What a series was made of, but for its newest end, which is always beats. */
enum history_resolution {
	HISTORY_BEATS,
	HISTORY_5MIN,		/* roll-ups, in the order of enum rollup_step */
	HISTORY_HOUR,
	HISTORY_DAY,
	HISTORY_RESOLUTION_COUNT
};

const char *history_resolution_word(int resolution);	/* "beats", "5min" … */

/* One bucket of a series. */
struct history_column {
	uint32_t count;		/* beats with an answer */
	int32_t min_us, mean_us, max_us;	/* -1 when count is 0 */
	uint8_t worst;		/* enum state as a bar shows it; STATE_NEW: no beat in it */
};

struct history_series {
	struct history_column *columns;
	size_t count;
	uint64_t beats, failures;
	int32_t min_us, mean_us, max_us, p50_us, p90_us, p95_us, p99_us;	/* of all answers; -1: none */
	int32_t phase_mean_us[PHASE_COUNT];	/* -1 where it was made of roll-ups, which have only the whole */
	struct amounts amounts;		/* of the window */
	uint8_t resolution;		/* enum history_resolution */
};

struct history_event {
	struct event event;
	char *name;		/* the monitor it is about; "" for kumatop itself */
};

struct history_answer {
	struct history_query query;
	bool ok;		/* false: error says why, nothing else is filled */
	struct error error;
	struct history_series series;
	struct history_event *events;
	size_t event_count;
	bool more;		/* EVENTS: there are older ones; forward: newer ones */
	const struct snapshot *board;	/* held; of its health only what history knows: when kumatop was started, and the last event's id */
};

void history_answer_destroy(struct history_answer *answer);	/* accepts NULL */

#endif
