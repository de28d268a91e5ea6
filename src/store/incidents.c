/*
 * Incidents out of the log, a page of events at a time. What opens and ends one is the model's business (incident.c); here is where to
 * begin reading, where to stop, and where an end is looked for that the order of time does not tell.
 */
#include <stdlib.h>

#include "kumatop/heap.h"

#include "events.h"
#include "past.h"
#include "rows.h"

enum { TURN_PAGE = 64 };	/* events, which may have evidence of 4 KiB each */

struct turn {
	struct history_event read;
	int64_t link;
};

struct turning {
	struct archive *archive;
	const struct archive_range *range;
	bool (*visit)(void *arg, const char *name, const struct incident *);
	void *arg;
	const struct past_subject *subject;
	struct incident open;
	bool stopped;		/* the visitor has had enough */
	struct turn page[TURN_PAGE];
	size_t count;
};

/* Behind the last good turn before the range: an incident that overlaps the range began after it. */
static bool find_start(struct turning *turning, int64_t *time_us, int64_t *id)
{
	sqlite3_stmt *statement = past_statement(turning->archive, PAST_GOOD_TURN);

	*time_us = *id = 0;
	if (!statement || sqlite3_bind_int64(statement, 1, turning->subject->id) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 2, rows_us(turning->range->from_us)) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW) {
		*time_us = sqlite3_column_int64(statement, 0);
		*id = sqlite3_column_int64(statement, 1);
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

static bool read_page(struct turning *turning, int64_t time_us, int64_t id)
{
	sqlite3_stmt *statement = past_statement(turning->archive, PAST_TURNS);

	if (!statement || sqlite3_bind_int64(statement, 1, turning->subject->id) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 2, time_us) != SQLITE_OK || sqlite3_bind_int64(statement, 3, id) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 4, rows_us(INT64_MAX)) != SQLITE_OK || sqlite3_bind_int(statement, 5, TURN_PAGE) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW)
		turning->page[turning->count++] = (struct turn){
			.read = events_read(statement), .link = sqlite3_column_int64(statement, 15),
		};
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* The event that ended it wherever it stands: a clock that was set back puts it before the one that began it. */
static bool find_ending(struct turning *turning, struct incident *incident)
{
	sqlite3_stmt *statement = past_statement(turning->archive, PAST_ENDING);

	if (!statement || sqlite3_bind_int64(statement, 1, incident->monitor) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 2, incident->id) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		incident->end_us = rows_column_us(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* Nothing may have been kept of the end (a full disk, and then a crash): then it is the last that is known of it. */
static bool settle(struct turning *turning, struct incident *incident, int64_t otherwise_us)
{
	if (!find_ending(turning, incident))
		return false;
	if (incident->end_us == 0)
		incident->end_us = otherwise_us > incident->known_us ? otherwise_us : incident->known_us;
	if (incident->end_us < incident->start_us)
		incident->end_us = incident->start_us;
	return true;
}

/* What no event ended goes on, unless the state of the monitor says otherwise. */
static bool settle_open(struct turning *turning)
{
	sqlite3_stmt *statement = past_statement(turning->archive, PAST_OPEN);
	bool over = false;
	int64_t since_us = 0;

	if (!statement || sqlite3_bind_int64(statement, 1, turning->open.monitor) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW) {
		over = !sqlite3_column_int(statement, 0) || rows_column_us(statement, 1) > turning->open.start_us;
		since_us = over && !sqlite3_column_int(statement, 0) ? rows_column_us(statement, 2) : 0;
	}
	return sqlite3_reset(statement) == SQLITE_OK && (!over || settle(turning, &turning->open, since_us));
}

static void show(struct turning *turning, const struct incident *incident)
{
	const struct archive_range *range = turning->range;

	if (!turning->stopped && incident_overlaps(incident, range->from_us, range->to_us))
		turning->stopped = !turning->visit(turning->arg, turning->subject->name, incident);
}

/* *behind: what follows is of no incident of this range. */
static bool take_turn(struct turning *turning, const struct turn *turn, bool *behind)
{
	const struct event *event = &turn->read.event;
	struct incident ended;
	bool good = true;

	if (incident_feed(&turning->open, event, turn->link, &ended)) {
		good = ended.end_us != 0 || settle(turning, &ended, 0);
		if (good)
			show(turning, &ended);
		incident_finish(&ended);
	}
	*behind = event->kind == EVENT_STATE && event->time_us >= turning->range->to_us
	    && (!turning->open.monitor || turning->open.start_us >= turning->range->to_us);
	return good;
}

static bool take_page(struct turning *turning, bool good, bool *behind)
{
	for (size_t i = 0; i < turning->count; i++) {
		if (good && !*behind && !turning->stopped)
			good = take_turn(turning, &turning->page[i], behind);
		if (i + 1 < turning->count)
			events_finish(&turning->page[i].read);
	}
	return good;
}

static bool visit_subject(struct turning *turning)
{
	int64_t time_us, id;
	bool behind = false, good = find_start(turning, &time_us, &id);

	do {
		turning->count = 0;
		good = take_page(turning, good && read_page(turning, time_us, id), &behind);
		if (turning->count > 0) {
			struct history_event *last = &turning->page[turning->count - 1].read;

			time_us = last->event.time_us;
			id = last->event.id;
			events_finish(last);
		}
	} while (good && !behind && !turning->stopped && turning->count == TURN_PAGE);
	if (good && turning->open.monitor && !behind && !turning->stopped) {
		good = settle_open(turning);
		if (good)
			show(turning, &turning->open);
	}
	incident_finish(&turning->open);
	return good;
}

bool archive_incidents(struct archive *archive, const struct archive_range *range,
    bool (*visit)(void *arg, const char *name, const struct incident *incident), void *arg, struct error *err)
{
	struct turning *turning = heap_zero(1, sizeof *turning);
	struct past_subjects subjects = { 0 };
	bool good = past_subjects_find(archive, range, &subjects);

	*turning = (struct turning){ .archive = archive, .range = range, .visit = visit, .arg = arg };
	for (size_t i = 0; good && !turning->stopped && i < subjects.count; i++) {
		turning->subject = &subjects.list[i];
		if (*turning->subject->kind)
			good = visit_subject(turning);
	}
	if (!good)
		past_fail(archive, err);
	past_subjects_finish(&subjects);
	free(turning);
	return good;
}

bool past_incidents(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us,
    bool (*visit)(void *arg, const char *name, const struct incident *incident), void *arg)
{
	const struct archive_range range = { .from_us = from_us, .to_us = to_us };
	char nameless[] = "";
	const struct past_subject subject = { .id = monitor, .name = nameless, .kind = nameless };
	struct turning *turning = heap_zero(1, sizeof *turning);
	bool good;

	*turning = (struct turning){ .archive = archive, .range = &range, .visit = visit, .arg = arg, .subject = &subject };
	good = visit_subject(turning);
	free(turning);
	return good;
}
