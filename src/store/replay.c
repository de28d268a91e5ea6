/*
 * Spans of time from beats and events: what the ledger would have seen, seen again. The ledger's rules are the model's; here is
 * only what is fed to it: beats, and the cuts between them (pauses, maintenance, a machine that slept, kumatop not running).
 */
#include <assert.h>
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "past.h"
#include "rows.h"

enum {
	UNSETTLED_MOST = 20000,		/* beats looked through, before and after a window, for one that settles what is in it */
	KEEPS_STATE = -1,
};

struct cut {
	int64_t time_us;
	int64_t until_us;	/* nothing was observed until then, or the cut is wrong; 0: a moment */
	int state;		/* enum state it went to, or KEEPS_STATE */
	bool interrupts;	/* resuming only changes the state */
};

struct replay {
	struct ledger ledger;
	enum state state;	/* after the last beat or cut */
	struct cut *cuts;
	size_t cut_count, next_cut;
};

/* No failure or recovery that a later beat could decide is under way after this one. */
static bool settles(enum state state, enum verdict verdict)
{
	return state != STATE_PENDING && (state != STATE_DOWN || verdict == VERDICT_DOWN);
}

struct start_search {
	int64_t start_us;
	size_t looked;
};

static bool look_for_start(void *arg, const struct past_beat *beat)
{
	struct start_search *search = arg;

	search->start_us = beat->time_us;
	return !settles((enum state)beat->state, (enum verdict)beat->verdict) && ++search->looked < UNSETTLED_MOST;
}

/* Where to start so that the window's first moment is classed as it was: at a beat before it that leaves nothing open. */
static bool find_start(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t *start_us)
{
	struct start_search search = { .start_us = from_us };
	bool good = past_back(archive, monitor, from_us, look_for_start, &search);

	*start_us = search.start_us;
	return good;
}

static void add_cut(struct replay *replay, struct cut cut)
{
	replay->cuts = heap_resize(replay->cuts, replay->cut_count + 1, sizeof *replay->cuts);
	replay->cuts[replay->cut_count++] = cut;
}

static void add_event_cut(struct replay *replay, int64_t time_us, int kind, int to, int64_t lasted_us)
{
	struct cut cut = { .time_us = time_us, .state = to, .interrupts = true };

	if (kind == EVENT_TROUBLE) {
		cut = (struct cut){ .time_us = time_us - lasted_us, .until_us = time_us, .state = KEEPS_STATE, .interrupts = true };
	} else if (kind == EVENT_RESUMED || to != STATE_MAINTENANCE) {
		cut.interrupts = kind == EVENT_PAUSED;
	}
	add_cut(replay, cut);
}

static bool read_event_cuts(struct archive *archive, monitor_id monitor, int64_t start_us, struct replay *replay)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_CUTS);

	if (!statement || sqlite3_bind_int64(statement, 1, monitor) != SQLITE_OK || sqlite3_bind_int64(statement, 2, start_us) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW)
		add_event_cut(replay, rows_column_us(statement, 0), sqlite3_column_int(statement, 1),
		    rows_state(sqlite3_column_int64(statement, 2)), rows_column_us(statement, 3));
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* The end of each run of kumatop; one that was killed is known to have lived until it was last seen. */
static bool read_run_cuts(struct archive *archive, int64_t start_us, struct replay *replay)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_RUNS);

	if (!statement || sqlite3_bind_int64(statement, 1, start_us) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		bool ended = sqlite3_column_type(statement, 1) != SQLITE_NULL, followed = sqlite3_column_int(statement, 2) != 0;

		if (ended || followed)
			add_cut(replay, (struct cut){ .time_us = rows_column_us(statement, ended ? 1 : 0), .state = KEEPS_STATE,
			    .interrupts = true });
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

static int compare_cuts(const void *a, const void *b)
{
	const struct cut *one = a, *other = b;

	return (one->time_us > other->time_us) - (one->time_us < other->time_us);
}

static void apply_cut(struct replay *replay, const struct cut *cut)
{
	enum state to = cut->state == KEEPS_STATE ? replay->state : (enum state)cut->state;

	if (cut->interrupts)
		ledger_interrupt(&replay->ledger, cut->time_us, to);
	replay->state = to;
}

/* Beats come before what is said to have happened at the same time: they were the occasion. */
static void apply_cuts_before(struct replay *replay, int64_t time_us)
{
	for (; replay->next_cut < replay->cut_count; replay->next_cut++) {
		const struct cut *cut = &replay->cuts[replay->next_cut];

		if (cut->time_us >= time_us)
			break;
		/* A beat inside shows that the machine did not sleep then. */
		if (cut->until_us <= time_us)
			apply_cut(replay, cut);
	}
}

static bool is_open(const struct ledger *ledger)
{
	uint8_t last = ledger->count ? ledger->spans[ledger->count - 1].time_class : (uint8_t)TIME_UNKNOWN;

	return (ledger->open_us && ledger->open_class >= TIME_FAILING) || last >= TIME_FAILING;
}

/* Beats behind the window are read for as long as they decide what is in it. */
static bool replay_beats(struct archive *archive, struct replay *replay, monitor_id monitor, int64_t start_us, int64_t to_us)
{
	struct past_place place = { .monitor = monitor, .from_us = start_us, .to_us = INT64_MAX };
	size_t count, behind = 0;

	do {
		if (!past_page(archive, &place, false, &count))
			return false;
		for (size_t i = 0; i < count; i++) {
			const struct past_beat *beat = &archive->page[i];

			apply_cuts_before(replay, beat->time_us);
			if (beat->time_us >= to_us && (!is_open(&replay->ledger) || behind++ >= UNSETTLED_MOST))
				return true;
			ledger_result(&replay->ledger, beat->time_us, beat->reach_ms * INT64_C(1000), (enum verdict)beat->verdict,
			    replay->state, (enum state)beat->state);
			replay->state = (enum state)beat->state;
		}
	} while (count > 0);
	apply_cuts_before(replay, INT64_MAX);
	return true;
}

static void add_span(struct span **spans, size_t *count, struct span span, int64_t from_us, int64_t to_us)
{
	if (span.from_us < from_us)
		span.from_us = from_us;
	if (span.to_us > to_us)
		span.to_us = to_us;
	if (span.from_us >= span.to_us || span.time_class == TIME_UNKNOWN)
		return;
	if (*count > 0 && (*spans)[*count - 1].to_us == span.from_us && (*spans)[*count - 1].time_class == span.time_class) {
		(*spans)[*count - 1].to_us = span.to_us;
		return;
	}
	(*spans)[(*count)++] = span;
}

static void take_spans(const struct ledger *ledger, int64_t from_us, int64_t to_us, struct span **spans, size_t *count)
{
	*spans = heap_zero(ledger->count + 1, sizeof **spans);
	for (size_t i = 0; i < ledger->count; i++)
		add_span(spans, count, ledger->spans[i], from_us, to_us);
	if (ledger->open_us)
		add_span(spans, count, (struct span){ ledger->open_us, ledger->open_until_us, ledger->open_class }, from_us, to_us);
}

bool archive_spans(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us, struct span **spans, size_t *count,
    struct error *err)
{
	struct replay replay = { .state = STATE_NEW };
	int64_t start_us;
	bool good;

	*spans = NULL;
	*count = 0;
	good = find_start(archive, monitor, from_us, &start_us) && read_event_cuts(archive, monitor, start_us, &replay)
	    && read_run_cuts(archive, start_us, &replay);
	if (good) {
		/* Both kinds came in order of time, and few; where they tie either order does. */
		if (replay.cut_count > 1)
			qsort(replay.cuts, replay.cut_count, sizeof *replay.cuts, compare_cuts);
		good = replay_beats(archive, &replay, monitor, start_us, to_us);
	}
	if (good)
		take_spans(&replay.ledger, from_us, to_us, spans, count);
	else
		past_fail(archive, err);
	ledger_finish(&replay.ledger);
	free(replay.cuts);
	return good;
}
