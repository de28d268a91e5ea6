/*
 * Roll-ups of imported time: those that others' histories bring along, and those made of the beats that were added. Where two say something
 * of one bucket, the one that knows of more beats is believed; beats of our own win a tie, as they have a histogram.
 */
#include "importing.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

#include "database.h"
#include "past.h"
#include "rolled.h"

static bool put_row(struct importing *importing, monitor_id monitor, const struct rollup *rollup, bool on_tie, const struct buf *coded)
{
	static const enum importing_statement statements[ROLLUP_STEP_COUNT] = {
		[ROLLUP_5MIN] = IMPORTING_5MIN, [ROLLUP_HOUR] = IMPORTING_HOUR, [ROLLUP_DAY] = IMPORTING_DAY,
	};
	sqlite3_stmt *statement = importing->statements[statements[rollup->step]];

	importing->rows++;
	return rolled_bind(statement, monitor, rollup, coded) && sqlite3_bind_int(statement, 18, on_tie) == SQLITE_OK && database_finish(statement);
}

bool importing_rollup(struct importing *importing, monitor_id monitor, const struct rollup *rollup, struct error *err)
{
	const struct buf none = { 0 };
	int64_t changes;

	/* It goes on: its beats will tell. */
	if (rollup->start_us + rollup_length_us(rollup->step) > importing->over_us[rollup->step])
		return true;
	if (!importing_touch(importing, err))
		return false;
	changes = sqlite3_total_changes64(importing->store->db);
	if (!put_row(importing, monitor, rollup, false, &none))
		return importing_fail(importing, err);
	if (sqlite3_total_changes64(importing->store->db) > changes)
		importing_monitor(importing, monitor)->counts.rollups++;
	else
		importing_monitor(importing, monitor)->counts.known++;
	return true;
}

/* The way through a monitor's time, in its order: beats page by page, spans, and the buckets they fall into. */
struct rolling {
	struct importing *importing;
	monitor_id monitor;
	struct past_place place;
	size_t at, count;		/* in archive->page */
	struct span *spans;
	size_t span, span_count;
	struct rollup buckets[ROLLUP_STEP_COUNT];
	bool open[ROLLUP_STEP_COUNT];
	int64_t passed_us[ROLLUP_STEP_COUNT];	/* the end of the last that was closed; 0: none was */
	struct buf coded;
};

/* What is not settled yet at the end of somebody's history stays as it counts: nothing of it will come that would settle it. */
static void settle(struct span *span)
{
	if (span->time_class == TIME_FAILING)
		span->time_class = TIME_PENDING;
	else if (span->time_class == TIME_RECOVERING)
		span->time_class = TIME_DOWN;
}

/* The next beat, or NULL behind the last. false: it cannot be read. */
static bool next_beat(struct rolling *rolling, const struct past_beat **beat)
{
	struct archive *archive = rolling->importing->archive;

	*beat = NULL;
	if (rolling->at == rolling->count) {
		if (!past_page(archive, &rolling->place, false, &rolling->count))
			return false;
		rolling->at = 0;
	}
	if (rolling->count > 0)
		*beat = &archive->page[rolling->at];
	return true;
}

static bool close_bucket(struct rolling *rolling, enum rollup_step step, struct error *err)
{
	struct importing *importing = rolling->importing;
	struct rollup *bucket = &rolling->buckets[step];
	bool says_anything;

	if (!rolling->open[step])
		return true;
	rolling->open[step] = false;
	rolling->passed_us[step] = bucket->start_us + rollup_length_us(step);
	buf_clear(&rolling->coded);
	says_anything = rollup_close(bucket, &rolling->coded);
	if (!says_anything || bucket->start_us + rollup_length_us(step) > importing->over_us[step])
		return true;
	return importing_touch(importing, err)
	    && (put_row(importing, rolling->monitor, bucket, true, &rolling->coded) || importing_fail(importing, err));
}

/*
 * What the last beats before a gap were thought to speak for, before an event was added that says otherwise, is rows of no beats behind
 * their bucket, one after the other.
 */
static bool clear_gap(struct rolling *rolling, enum rollup_step step, int64_t until_us, struct error *err)
{
	struct importing *importing = rolling->importing;

	for (int64_t at_us = rolling->passed_us[step]; at_us && at_us < until_us; at_us += rollup_length_us(step)) {
		sqlite3_stmt *statement = IMPORTING_BIND(importing, (enum importing_statement)(IMPORTING_EMPTY_5MIN + (int)step), at_us, rolling->monitor);

		if (!importing_touch(importing, err))
			return false;
		if (!statement || !database_finish(statement))
			return importing_fail(importing, err);
		if (sqlite3_changes(importing->store->db) == 0)
			return true;
	}
	return true;
}

/* The bucket of a step that holds this time is open after this, and the one before it is closed. */
static bool reach(struct rolling *rolling, enum rollup_step step, int64_t time_us, struct error *err)
{
	struct rollup *bucket = &rolling->buckets[step];

	if (rolling->open[step] && bucket->start_us == rollup_start_us(step, time_us))
		return true;
	if (!close_bucket(rolling, step, err) || !clear_gap(rolling, step, rollup_start_us(step, time_us), err))
		return false;
	rollup_open(bucket, step, time_us);
	rolling->open[step] = true;
	return true;
}

static bool fill_bucket(struct rolling *rolling, struct error *err)
{
	struct rollup *bucket = &rolling->buckets[ROLLUP_5MIN];
	int64_t end_us = bucket->start_us + rollup_length_us(ROLLUP_5MIN);
	const struct past_beat *beat;

	for (; rolling->span < rolling->span_count && rolling->spans[rolling->span].from_us < end_us; rolling->span++) {
		rollup_add_span(bucket, &rolling->spans[rolling->span]);
		if (rolling->spans[rolling->span].to_us > end_us) {
			rolling->spans[rolling->span].from_us = end_us;
			break;
		}
	}
	for (;;) {
		struct beat fed = { 0 };

		if (!next_beat(rolling, &beat))
			return past_fail(rolling->importing->archive, err);
		if (!beat || beat->time_us >= end_us)
			return true;
		fed.time_us = beat->time_us;
		fed.outcome = beat->outcome;
		fed.verdict = beat->verdict;
		memcpy(fed.phase_us, beat->phase_us, sizeof fed.phase_us);
		rollup_add_beat(bucket, &fed);
		rolling->at++;
	}
}

/* Five minutes of which something is known, from the first of them on; *more is false behind the last. */
static bool roll_bucket(struct rolling *rolling, bool *more, struct error *err)
{
	const struct past_beat *beat;
	int64_t time_us = INT64_MAX;

	if (!next_beat(rolling, &beat))
		return past_fail(rolling->importing->archive, err);
	if (beat)
		time_us = beat->time_us;
	if (rolling->span < rolling->span_count && rolling->spans[rolling->span].from_us < time_us)
		time_us = rolling->spans[rolling->span].from_us;
	*more = time_us < INT64_MAX;
	if (!*more)
		return true;
	if (!reach(rolling, ROLLUP_DAY, time_us, err) || !reach(rolling, ROLLUP_HOUR, time_us, err)
	    || !reach(rolling, ROLLUP_5MIN, time_us, err) || !fill_bucket(rolling, err))
		return false;
	rollup_merge(&rolling->buckets[ROLLUP_HOUR], &rolling->buckets[ROLLUP_5MIN]);
	rollup_merge(&rolling->buckets[ROLLUP_DAY], &rolling->buckets[ROLLUP_5MIN]);
	return close_bucket(rolling, ROLLUP_5MIN, err);
}

static bool roll(struct rolling *rolling, int64_t from_us, int64_t to_us, struct error *err)
{
	bool more = true;

	if (!archive_spans(rolling->importing->archive, rolling->monitor, from_us, to_us, &rolling->spans, &rolling->span_count, err))
		return false;
	for (size_t i = 0; i < rolling->span_count; i++)
		settle(&rolling->spans[i]);
	while (more)
		if (!roll_bucket(rolling, &more, err))
			return false;
	for (int i = 0; i < ROLLUP_STEP_COUNT; i++)
		if (!close_bucket(rolling, (enum rollup_step)i, err) || !clear_gap(rolling, (enum rollup_step)i, to_us, err))
			return false;
	return true;
}

static bool set_rolled(struct importing *importing, struct imported *monitor, struct error *err)
{
	sqlite3_stmt *statement;

	if (!importing_touch(importing, err))
		return false;
	statement = IMPORTING_BIND(importing, IMPORTING_ROLLED, monitor->id);
	monitor->unrolled_us = INT64_MAX;
	return (statement && database_finish(statement)) || importing_fail(importing, err);
}

static bool roll_monitor(struct importing *importing, struct imported *monitor, struct error *err)
{
	int64_t from_us = rollup_start_us(ROLLUP_DAY, monitor->unrolled_us), to_us = importing->over_us[ROLLUP_5MIN];
	struct rolling rolling = {
		.importing = importing, .monitor = monitor->id, .place = { .monitor = monitor->id, .from_us = from_us, .to_us = to_us },
	};
	bool good;

	buf_init(&rolling.coded, HISTOGRAM_CODED_MOST);
	good = from_us >= to_us || roll(&rolling, from_us, to_us, err);
	for (int i = 0; i < ROLLUP_STEP_COUNT; i++)
		rollup_finish(&rolling.buckets[i]);
	buf_finish(&rolling.coded);
	free(rolling.spans);
	return good && set_rolled(importing, monitor, err);
}

/* Where nobody has rolled up yet, all that there is was rolled up now. */
static bool set_marks(struct importing *importing, struct error *err)
{
	if (importing->marked)
		return true;
	if (!importing_touch(importing, err))
		return false;
	for (int i = 0; i < ROLLUP_STEP_COUNT; i++) {
		sqlite3_stmt *statement = IMPORTING_BIND(importing, IMPORTING_MARK, importing->closed_us[i]);

		if (!statement || sqlite3_bind_text(statement, 2, rolled_keys[i], -1, SQLITE_STATIC) != SQLITE_OK || !database_finish(statement))
			return importing_fail(importing, err);
	}
	importing->marked = true;
	return true;
}

/*
 * Those of which something was added; all, from where kumatop itself is told of, which cuts everybody's time; and all from the first on
 * where nobody has rolled up yet: the marks that are set then say of every monitor that what is before them is closed.
 */
static bool choose(struct importing *importing)
{
	int64_t from_us = importing_monitor(importing, 0)->unrolled_us;

	if (!importing->marked)
		return importing_unroll_all(importing, 0);
	return from_us == INT64_MAX || importing_unroll_all(importing, from_us);
}

bool importing_finish(struct importing *importing, void (*rolled)(void *arg, size_t done, size_t all), void *arg, struct error *err)
{
	if (!importing_flush(importing, err))
		return false;
	if (!choose(importing))
		return importing_fail(importing, err);
	/* The first is kumatop itself: what it stands for is done when all others are. */
	for (size_t i = 1; i < importing->monitor_count; i++) {
		if (rolled)
			rolled(arg, i, importing->monitor_count);
		if (importing->monitors[i].unrolled_us != INT64_MAX && !roll_monitor(importing, &importing->monitors[i], err))
			return false;
	}
	if (importing->monitors[0].unrolled_us != INT64_MAX && !set_rolled(importing, &importing->monitors[0], err))
		return false;
	return set_marks(importing, err) && importing_commit(importing, err);
}
