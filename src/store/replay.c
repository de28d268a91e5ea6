/*
 * Spans of time from beats and events: what the ledger would have seen, seen again. In which order is the model's; here is only where
 * they come from.
 */
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/replay.h"

#include "past.h"
#include "rows.h"

enum {
	UNSETTLED_MOST = 20000,		/* beats looked through, before and after a window, for one that settles what is in it */
};

struct start_search {
	int64_t start_us;
	size_t looked;
};

static bool look_for_start(void *arg, const struct past_beat *beat)
{
	struct start_search *search = arg;

	search->start_us = beat->time_us;
	return !replay_settles((enum state)beat->state, (enum verdict)beat->verdict) && ++search->looked < UNSETTLED_MOST;
}

/* Where to start so that the window's first moment is classed as it was: at a beat before it that leaves nothing open. */
static bool find_start(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t *start_us)
{
	struct start_search search = { .start_us = from_us };
	bool good = past_back(archive, monitor, from_us, look_for_start, &search);

	*start_us = search.start_us;
	return good;
}

static bool read_event_cuts(struct archive *archive, monitor_id monitor, int64_t start_us, struct cuts *cuts)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_CUTS);
	struct cut cut;

	if (!statement || sqlite3_bind_int64(statement, 1, monitor) != SQLITE_OK || sqlite3_bind_int64(statement, 2, start_us) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW)
		if (cut_by_event(sqlite3_column_int64(statement, 0), rows_column_us(statement, 1), sqlite3_column_int(statement, 2),
		    rows_state(sqlite3_column_int64(statement, 3)), rows_state(sqlite3_column_int64(statement, 4)),
		    rows_column_us(statement, 5), &cut))
			cuts_add(cuts, cut);
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* The end of each run of kumatop; one that was killed is known to have lived until it was last seen. */
static bool read_run_cuts(struct archive *archive, int64_t start_us, struct cuts *cuts)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_RUNS);

	if (!statement || sqlite3_bind_int64(statement, 1, start_us) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		bool ended = sqlite3_column_type(statement, 1) != SQLITE_NULL, followed = sqlite3_column_int(statement, 2) != 0;

		if (ended || followed)
			cuts_add(cuts, cut_by_end(rows_column_us(statement, ended ? 1 : 0)));
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* Beats behind the window are read for as long as they decide what is in it. */
static bool replay_beats(struct archive *archive, struct replay *replay, const struct cuts *cuts, monitor_id monitor, int64_t start_us,
    int64_t to_us)
{
	struct past_place place = { .monitor = monitor, .from_us = start_us, .to_us = INT64_MAX };
	size_t count, behind = 0;

	do {
		if (!past_page(archive, &place, false, &count))
			return false;
		for (size_t i = 0; i < count; i++) {
			const struct past_beat *beat = &archive->page[i];

			replay_cuts(replay, cuts, NULL, NULL, beat->time_us, beat->time_us);
			if (beat->time_us >= to_us && (replay_open_us(replay) == INT64_MAX || behind++ >= UNSETTLED_MOST))
				return true;
			replay_beat(replay, beat->time_us, beat->reach_ms * INT64_C(1000), (enum verdict)beat->verdict,
			    (enum state)beat->state);
		}
	} while (count > 0);
	replay_cuts(replay, cuts, NULL, NULL, INT64_MAX, INT64_MAX);
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
	struct replay replay = { 0 };
	struct cuts cuts = { 0 };
	int64_t start_us;
	bool good;

	*spans = NULL;
	*count = 0;
	good = find_start(archive, monitor, from_us, &start_us) && read_event_cuts(archive, monitor, start_us, &cuts)
	    && read_run_cuts(archive, start_us, &cuts) && replay_beats(archive, &replay, &cuts, monitor, start_us, to_us);
	if (good)
		take_spans(&replay.ledger, from_us, to_us, spans, count);
	else
		past_fail(archive, err);
	replay_finish(&replay);
	cuts_finish(&cuts);
	return good;
}
