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
#include "kumatop/incident.h"
#include "kumatop/ledger.h"
#include "kumatop/snapshot.h"

enum history_kind {
	HISTORY_SERIES,		/* latency and state over a window, for a graph */
	HISTORY_EVENTS,		/* the newest events first, or the oldest */
	HISTORY_BOARD,		/* the whole board as it stood at a moment */
	HISTORY_WINDOWS,	/* what a monitor's last hour, day … year were made of, and its outages of 30 days */
	HISTORY_KIND_COUNT
};

enum { HISTORY_COLUMNS_MOST = 2048, HISTORY_EVENTS_MOST = 1000, HISTORY_OUTAGES_MOST = 32 };

struct history_query {
	enum history_kind kind;
	uint64_t ticket;	/* the asker's own, returned with the answer */
	monitor_id monitor;	/* 0 (EVENTS only): all */
	int64_t from_us, to_us;	/* the window, half open. BOARD: to_us is the moment, with what happened then. WINDOWS: all end at to_us */
	size_t columns;		/* SERIES: how many buckets the window is cut into */
	size_t most;		/* EVENTS: at most this many */
	bool forward;		/* EVENTS: the oldest first */
	int64_t objective_us;	/* WINDOWS: how long that of the monitor's objective is; 0: it has none */
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

/* The windows that a question for them is about, the shortest first, and last that of an objective. */
enum history_window {
	HISTORY_WINDOW_HOUR,
	HISTORY_WINDOW_DAY,
	HISTORY_WINDOW_WEEK,
	HISTORY_WINDOW_MONTH,
	HISTORY_WINDOW_YEAR,
	HISTORY_WINDOW_OBJECTIVE,
	HISTORY_WINDOW_COUNT
};

const char *history_window_word(int window);	/* "1h" "24h" … "objective" */
int64_t history_window_us(const struct history_query *query, int window);	/* 0: there is no objective */

/* One window. */
struct history_figures {
	struct amounts amounts;	/* add up to the window */
	int32_t p50_us, p95_us;	/* of all answers; -1: none */
};

struct history_outage {
	int64_t start_us;
	int64_t end_us;		/* 0: it went on at to_us */
	uint8_t outcome;	/* what began it; OUTCOME_NONE: not known */
	struct shared_text *detail;	/* held; may be NULL */
};

struct history_windows {
	struct history_figures figures[HISTORY_WINDOW_COUNT];
	struct incident_tally tally;	/* of the outages of HISTORY_WINDOW_MONTH */
	struct history_outage *outages;	/* of those the newest first, HISTORY_OUTAGES_MOST at most; heap */
	size_t outage_count;
};

struct history_answer {
	struct history_query query;
	bool ok;		/* false: error says why, nothing else is filled */
	struct error error;
	struct history_series series;
	struct history_event *events;
	size_t event_count;
	bool more;		/* EVENTS: there are older ones; forward: newer ones */
	struct history_windows windows;
	const struct snapshot *board;	/* held; of its health only what history knows: when kumatop was started, and the last event's id */
};

void history_answer_destroy(struct history_answer *answer);	/* accepts NULL */

#endif
