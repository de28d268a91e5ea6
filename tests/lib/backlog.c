/* A stream of beats that can be counted. */
#include "backlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "keeping.h"

int64_t backlog_time_us(int64_t number)
{
	int64_t in_hour = number % BACKLOG_HOUR;

	return KEEPING_START_US + number / BACKLOG_HOUR * HOUR_US + in_hour / BACKLOG_MONITORS * BACKLOG_STEP_S * SECOND_US
	    + in_hour % BACKLOG_MONITORS * 1000;
}

void backlog_put_monitors(struct store *store)
{
	char name[16];

	for (int i = 1; i <= BACKLOG_MONITORS; i++) {
		snprintf(name, sizeof name, "m%d", i);
		keeping_put_monitor(store, i, name);
	}
}

/* Good ones, and now and then a blip. */
static struct beat make(int64_t number)
{
	bool bad = number / BACKLOG_MONITORS % 23 == 22;
	struct beat beat = {
		.monitor = 1 + number % BACKLOG_MONITORS,
		.time_us = backlog_time_us(number),
		.reach_ms = (BACKLOG_STEP_S + 10) * 1000,
		.state = (uint8_t)(bad ? STATE_PENDING : STATE_UP),
		.verdict = (uint8_t)(bad ? VERDICT_DOWN : VERDICT_UP),
		.outcome = (uint8_t)(bad ? OUTCOME_WRONG_STATUS : OUTCOME_OK),
		.routine = true,
		.code = (int32_t)number,
		.detail = shared_create(bad ? "503" : "200 OK"),
	};

	for (int i = 0; i < PHASE_COUNT; i++)
		beat.phase_us[i] = (int32_t)(1000 + number % 977 * 100);
	return beat;
}

void backlog_send(struct store *store, int64_t first, int64_t count)
{
	for (int64_t i = first; i < first + count; i++) {
		struct beat beat = make(i);

		store_beat(store, &beat);
		beat_finish(&beat);
	}
}

static bool is_as_sent(const struct beat_record *record)
{
	struct beat beat = make(record->code);
	char name[16];
	bool same;

	snprintf(name, sizeof name, "m%lld", (long long)beat.monitor);
	same = strcmp(record->name, name) == 0 && record->time_us == beat.time_us && record->state == beat.state
	    && record->verdict == beat.verdict && record->outcome == beat.outcome
	    && memcmp(record->phase_us, beat.phase_us, sizeof beat.phase_us) == 0
	    && strcmp(record->detail, shared_read(beat.detail)) == 0;
	beat_finish(&beat);
	return same;
}

static bool find_one(void *arg, const struct beat_record *record)
{
	struct backlog_found *found = arg;

	if (record->code < 0 || record->code >= found->most || !is_as_sent(record)) {
		found->strange++;
		return true;
	}
	found->count++;
	found->twice += found->seen[record->code] > 0;
	found->seen[record->code] = 1;
	return true;
}

bool backlog_find(const char *path, struct backlog_found *found, struct error *err)
{
	const struct archive_range all = { .from_us = 0, .to_us = INT64_MAX };
	struct archive *archive = archive_open(path, err);
	bool good;

	found->seen = heap_zero((size_t)found->most + 1, 1);
	good = archive && archive_beats(archive, &all, find_one, found, err);
	archive_close(archive);
	return good;
}

void backlog_finish(struct backlog_found *found)
{
	free(found->seen);
	found->seen = NULL;
}

int64_t backlog_missing(const struct backlog_found *found, int64_t first, int64_t end)
{
	int64_t missing = 0;

	for (int64_t i = first; i < end; i++)
		missing += !found->seen[i];
	return missing;
}

struct rolled_rows {
	struct rolled_row {
		monitor_id monitor;
		struct rollup rollup;	/* without its histogram */
	} *rows;
	size_t count;
	struct rollup told;		/* of those at hand, made anew from beats and spans */
};

static bool take_row(void *arg, const char *name, const char *kind, const struct rollup *rollup)
{
	struct rolled_rows *rolled = arg;

	rolled->rows = heap_resize(rolled->rows, rolled->count + 1, sizeof *rolled->rows);
	rolled->rows[rolled->count] = (struct rolled_row){ strtoll(name + 1, NULL, 10), *rollup };
	memset(&rolled->rows[rolled->count++].rollup.latencies, 0, sizeof rollup->latencies);
	return true;
}

static bool add_beat(void *arg, const struct beat_record *record)
{
	struct beat beat = { .time_us = record->time_us, .verdict = (uint8_t)record->verdict, .outcome = (uint8_t)record->outcome };

	memcpy(beat.phase_us, record->phase_us, sizeof beat.phase_us);
	rollup_add_beat(arg, &beat);
	return true;
}

static bool tell_raw(struct archive *archive, const struct rolled_row *row, struct rollup *told, struct error *err)
{
	int64_t from_us = row->rollup.start_us, to_us = from_us + rollup_length_us(row->rollup.step);
	char name[24];
	const char *const names[] = { name };
	const struct archive_range range = { names, 1, from_us, to_us };
	struct span *spans;
	size_t count;

	snprintf(name, sizeof name, "m%lld", (long long)row->monitor);
	rollup_open(told, row->rollup.step, from_us);
	if (!archive_beats(archive, &range, add_beat, told, err) || !archive_spans(archive, row->monitor, from_us, to_us, &spans, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		/* What nothing has settled, because a run ended there, counts as this in the end. */
		if (spans[i].time_class == TIME_FAILING)
			spans[i].time_class = TIME_PENDING;
		else if (spans[i].time_class == TIME_RECOVERING)
			spans[i].time_class = TIME_DOWN;
		rollup_add_span(told, &spans[i]);
	}
	free(spans);
	return true;
}

static bool is_same(const struct rollup *a, const struct rollup *b)
{
	return memcmp(a->amounts.us, b->amounts.us, sizeof a->amounts.us) == 0 && memcmp(a->beats, b->beats, sizeof a->beats) == 0
	    && a->answers == b->answers && a->latency_sum_us == b->latency_sum_us && a->latency_min_us == b->latency_min_us
	    && a->latency_max_us == b->latency_max_us;
}

static bool compare_row(struct archive *archive, const struct rolled_row *row, struct rollup *told, struct error *err)
{
	const struct rollup *has = &row->rollup;

	if (!tell_raw(archive, row, told, err))
		return false;
	if (is_same(has, told))
		return true;
	return error_set(err, EXIT_DATA, "m%lld, 5 minutes from second %lld: up %lld pending %lld unknown %lld, beats %lld %lld, sum %lld;"
	    " raw says up %lld pending %lld unknown %lld, beats %lld %lld, sum %lld", (long long)row->monitor,
	    (long long)((has->start_us - KEEPING_START_US) / SECOND_US), (long long)has->amounts.us[TIME_UP], (long long)has->amounts.us[TIME_PENDING],
	    (long long)has->amounts.us[TIME_UNKNOWN], (long long)has->beats[VERDICT_UP], (long long)has->beats[VERDICT_DOWN],
	    (long long)has->latency_sum_us, (long long)told->amounts.us[TIME_UP], (long long)told->amounts.us[TIME_PENDING],
	    (long long)told->amounts.us[TIME_UNKNOWN], (long long)told->beats[VERDICT_UP], (long long)told->beats[VERDICT_DOWN],
	    (long long)told->latency_sum_us);
}

int64_t backlog_compare_rollups(const char *path, int64_t from_us, struct error *err)
{
	const struct archive_range range = { .from_us = from_us, .to_us = INT64_MAX };
	struct archive *archive = archive_open(path, err);
	struct rolled_rows rolled = { 0 };
	bool good = archive && archive_rollups(archive, &range, ROLLUP_5MIN, take_row, &rolled, err);

	for (size_t i = 0; good && i < rolled.count; i++)
		good = compare_row(archive, &rolled.rows[i], &rolled.told, err);
	rollup_finish(&rolled.told);
	free(rolled.rows);
	archive_close(archive);
	return good ? (int64_t)rolled.count : -1;
}
