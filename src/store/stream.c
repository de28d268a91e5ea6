/*
 * Long reads: all beats or events of many monitors, ordered by name and time. Nothing is held open while they are visited, so
 * that a visitor who waits (a pipe that nobody reads) holds up nobody.
 */
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

#include "events.h"
#include "past.h"
#include "rows.h"

void past_subjects_finish(struct past_subjects *subjects)
{
	for (size_t i = 0; i < subjects->count; i++) {
		free(subjects->list[i].name);
		free(subjects->list[i].kind);
	}
	free(subjects->list);
}

static bool matches(const struct archive_range *range, const char *name)
{
	if (range->pattern_count == 0)
		return true;
	for (size_t i = 0; i < range->pattern_count; i++)
		if (strcmp(range->patterns[i], name) == 0 || text_glob(range->patterns[i], name))
			return true;
	return false;
}

bool past_subjects_find(struct archive *archive, const struct archive_range *range, struct past_subjects *subjects)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_SUBJECTS);

	if (!statement)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *name = rows_text(statement, 1), *kind = rows_text(statement, 2);

		subjects->monitors += *kind != '\0';
		if (!matches(range, name))
			continue;
		if ((subjects->count & (subjects->count - 1)) == 0)
			subjects->list = heap_resize(subjects->list, subjects->count ? 2 * subjects->count : 1, sizeof *subjects->list);
		subjects->list[subjects->count++] = (struct past_subject){
			.id = sqlite3_column_int64(statement, 0), .name = heap_text(name), .kind = heap_text(kind),
		};
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

bool archive_names(struct archive *archive, bool (*visit)(void *arg, const char *name), void *arg, struct error *err)
{
	const struct archive_range all = { 0 };
	struct past_subjects subjects = { 0 };
	bool good = past_subjects_find(archive, &all, &subjects), more = true;

	for (size_t i = 0; good && more && i < subjects.count; i++)
		if (*subjects.list[i].name)
			more = visit(arg, subjects.list[i].name);
	if (!good)
		past_fail(archive, err);
	past_subjects_finish(&subjects);
	return good;
}

struct beat_visit {
	bool (*visit)(void *arg, const struct beat_record *);
	void *arg;
};

static bool visit_page(const struct archive *archive, size_t count, const struct past_subject *subject, const struct beat_visit *visit)
{
	struct beat_record shown = { .name = subject->name, .kind = subject->kind };

	for (size_t i = 0; i < count; i++) {
		const struct past_beat *beat = &archive->page[i];

		shown.time_us = beat->time_us;
		shown.state = beat->state;
		shown.outcome = beat->outcome;
		shown.verdict = beat->verdict;
		shown.reach_ms = beat->reach_ms;
		shown.code = beat->code;
		memcpy(shown.phase_us, beat->phase_us, sizeof shown.phase_us);
		shown.cert_expires_us = beat->cert_expires_us;
		shown.detail = beat->detail_text;
		shown.address = beat->address_text;
		if (!visit->visit(visit->arg, &shown))
			return false;
	}
	return true;
}

/* *stopped: the visitor has had enough. */
static bool visit_subject(struct archive *archive, const struct archive_range *range, const struct past_subject *subject,
    const struct beat_visit *visit, bool *stopped)
{
	struct past_place place = { .monitor = subject->id, .from_us = range->from_us, .to_us = range->to_us };
	size_t count;

	do {
		if (!past_page(archive, &place, true, &count))
			return false;
		*stopped = !visit_page(archive, count, subject, visit);
	} while (count > 0 && !*stopped);
	return true;
}

/* The chunk of a monitor has those of others for neighbours in its page: the same pages come round again and again. */
static void grow_cache(struct archive *archive, bool grow)
{
	sqlite3_exec(archive->db, grow ? "PRAGMA cache_size = -4096" : "PRAGMA cache_size = -2000", NULL, NULL, NULL);
	if (!grow)
		sqlite3_db_release_memory(archive->db);
}

bool archive_beats(struct archive *archive, const struct archive_range *range,
    bool (*visit)(void *arg, const struct beat_record *), void *arg, struct error *err)
{
	const struct beat_visit beats = { .visit = visit, .arg = arg };
	struct past_subjects subjects = { 0 };
	bool stopped = false, good = past_subjects_find(archive, range, &subjects);

	if (good)
		grow_cache(archive, true);
	for (size_t i = 0; good && !stopped && i < subjects.count; i++)
		if (*subjects.list[i].kind)
			good = visit_subject(archive, range, &subjects.list[i], &beats, &stopped);
	if (!good)
		past_fail(archive, err);
	grow_cache(archive, false);
	past_subjects_finish(&subjects);
	return good;
}

enum { EVENT_PAGE = 256 };

struct event_reading {
	bool (*visit)(void *arg, const struct event_record *);
	void *arg;
	struct history_event page[EVENT_PAGE];
	size_t count;
};

static bool read_events(struct archive *archive, struct event_reading *reading, monitor_id monitor, int64_t from_us, int64_t to_us,
    int64_t after)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_EVENTS);

	reading->count = 0;
	if (!statement || sqlite3_bind_int64(statement, 1, monitor) != SQLITE_OK || sqlite3_bind_int64(statement, 2, rows_us(from_us)) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 3, after) != SQLITE_OK || sqlite3_bind_int64(statement, 4, rows_us(to_us)) != SQLITE_OK
	    || sqlite3_bind_int(statement, 5, EVENT_PAGE) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW)
		reading->page[reading->count++] = events_read(statement);
	return sqlite3_reset(statement) == SQLITE_OK;
}

static bool visit_event(const struct event_reading *reading, const struct history_event *read)
{
	const struct event *event = &read->event;
	struct event_record shown = {
		.name = read->name,
		.kind_word = event_word((enum event_kind)event->kind),
		.id = event->id,
		.time_us = event->time_us,
		.since_us = event->since_us,
		.lasted_us = event->lasted_us,
		.from = event->from,
		.to = event->to,
		.outcome = event->outcome == OUTCOME_NONE ? -1 : event->outcome,
		.code = event->code,
		.detail = shared_read(event->detail),
		.evidence = shared_read(event->evidence),
		.who = shared_read(event->who),
	};

	return reading->visit(reading->arg, &shown);
}

static bool visit_events(struct archive *archive, const struct archive_range *range, struct event_reading *reading, monitor_id monitor,
    bool *stopped)
{
	int64_t from_us = range->from_us, after = 0;

	do {
		bool good = read_events(archive, reading, monitor, from_us, range->to_us, after);

		for (size_t i = 0; i < reading->count; i++) {
			*stopped = *stopped || (good && !visit_event(reading, &reading->page[i]));
			from_us = reading->page[i].event.time_us;
			after = reading->page[i].event.id;
			events_finish(&reading->page[i]);
		}
		if (!good)
			return false;
	} while (reading->count == EVENT_PAGE && !*stopped);
	return true;
}

bool archive_events(struct archive *archive, const struct archive_range *range,
    bool (*visit)(void *arg, const struct event_record *), void *arg, struct error *err)
{
	struct event_reading *reading = heap_zero(1, sizeof *reading);
	struct past_subjects subjects = { 0 };
	bool stopped = false, good = past_subjects_find(archive, range, &subjects);

	reading->visit = visit;
	reading->arg = arg;
	for (size_t i = 0; good && !stopped && i < subjects.count; i++)
		good = visit_events(archive, range, reading, subjects.list[i].id, &stopped);
	if (!good)
		past_fail(archive, err);
	past_subjects_finish(&subjects);
	free(reading);
	return good;
}

struct rollup_visit {
	bool (*visit)(void *arg, const char *name, const char *kind, const struct rollup *rollup);
	void *arg;
	enum rollup_step step;
	const int64_t *starts;
	size_t count;
};

static bool visit_rollups(struct archive *archive, const struct rollup_visit *visit, const struct past_subject *subject, bool *stopped)
{
	struct rollup rollup = { 0 };
	bool good = true, found;

	for (size_t i = 0; good && !*stopped && i < visit->count; i++) {
		good = past_rollup(archive, visit->step, visit->starts[i], subject->id, &rollup, &found);
		*stopped = good && found && !visit->visit(visit->arg, subject->name, subject->kind, &rollup);
	}
	rollup_finish(&rollup);
	return good;
}

bool archive_rollups(struct archive *archive, const struct archive_range *range, enum rollup_step step,
    bool (*visit)(void *arg, const char *name, const char *kind, const struct rollup *rollup), void *arg, struct error *err)
{
	struct rollup_visit rollups = { .visit = visit, .arg = arg, .step = step };
	struct past_subjects subjects = { 0 };
	int64_t *starts = NULL;
	bool stopped = false, good = past_subjects_find(archive, range, &subjects)
	    && past_rolled_starts(archive, step, range->from_us, range->to_us, &starts, &rollups.count);

	rollups.starts = starts;
	if (good)
		grow_cache(archive, true);
	for (size_t i = 0; good && !stopped && i < subjects.count; i++)
		if (*subjects.list[i].kind)
			good = visit_rollups(archive, &rollups, &subjects.list[i], &stopped);
	if (!good)
		past_fail(archive, err);
	grow_cache(archive, false);
	past_subjects_finish(&subjects);
	free(starts);
	return good;
}

static bool hour_count(struct archive *archive, int64_t hour, uint64_t *count)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_HOUR_COUNT);

	if (!statement || sqlite3_bind_int64(statement, 1, hour) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*count += (uint64_t)sqlite3_column_int64(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}

static bool hour_span(struct archive *archive, const struct archive_range *range, int64_t *first, int64_t *last)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_HOUR_SPAN);

	*first = 0;
	*last = -1;
	if (!statement || sqlite3_bind_int64(statement, 1, rows_us(range->from_us) / HOUR_US) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 2, rows_us(range->to_us) / HOUR_US + 1) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL
	    && sqlite3_column_type(statement, 1) != SQLITE_NULL) {
		*first = sqlite3_column_int64(statement, 0);
		*last = sqlite3_column_int64(statement, 1);
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* All monitors' packed beats: counted in a few of the hours, shared out evenly over all of them. */
static bool packed_beats(struct archive *archive, const struct archive_range *range, uint64_t *beats)
{
	enum { SAMPLES = 12 };
	int64_t first, last, hours, samples;
	uint64_t count = 0;

	*beats = 0;
	if (!hour_span(archive, range, &first, &last))
		return false;
	hours = last - first + 1;
	if (hours <= 0)
		return true;
	samples = hours < SAMPLES ? hours : SAMPLES;
	for (int64_t i = 0; i < samples; i++)
		if (!hour_count(archive, first + (hours - 1) * i / (samples > 1 ? samples - 1 : 1), &count))
			return false;
	*beats = (uint64_t)((double)count * (double)hours / (double)samples);
	return true;
}

/* Of few monitors all hours are counted; of many those that match share in the sum evenly. */
static bool estimate(struct archive *archive, const struct archive_range *range, const struct past_subjects *subjects, uint64_t *beats)
{
	enum { COUNT_MOST = 1000000 };
	uint64_t all;
	size_t matching = 0;

	if (!packed_beats(archive, range, &all))
		return false;
	for (size_t i = 0; i < subjects->count; i++)
		matching += *subjects->list[i].kind != '\0';
	if (all > COUNT_MOST) {
		*beats = (uint64_t)((double)all * (double)matching / (double)subjects->monitors);
		return true;
	}
	for (size_t i = 0; i < subjects->count; i++)
		if (*subjects->list[i].kind && !past_count(archive, subjects->list[i].id, range->from_us, range->to_us, beats))
			return false;
	return true;
}

bool archive_estimate(struct archive *archive, const struct archive_range *range, uint64_t *beats, struct error *err)
{
	struct past_subjects subjects = { 0 };
	bool good;

	*beats = 0;
	good = (past_subjects_find(archive, range, &subjects) && estimate(archive, range, &subjects, beats)) || past_fail(archive, err);
	past_subjects_finish(&subjects);
	return good;
}
