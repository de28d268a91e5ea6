/* Rows of `event` as values, and the answer for a list of the newest. */
#include "events.h"

#include "kumatop/heap.h"

#include "past.h"
#include "rows.h"

struct history_event events_read(sqlite3_stmt *statement)
{
	bool has_outcome = sqlite3_column_type(statement, 6) != SQLITE_NULL;
	bool has_code = sqlite3_column_type(statement, 7) != SQLITE_NULL;

	return (struct history_event){
		.event = {
			.id = sqlite3_column_int64(statement, 0),
			.monitor = sqlite3_column_int64(statement, 1),
			.time_us = rows_column_us(statement, 2),
			.kind = (uint8_t)sqlite3_column_int(statement, 3),
			.from = (uint8_t)rows_state(sqlite3_column_int64(statement, 4)),
			.to = (uint8_t)rows_state(sqlite3_column_int64(statement, 5)),
			.outcome = has_outcome ? (uint8_t)sqlite3_column_int(statement, 6) : OUTCOME_NONE,
			.code = has_code ? sqlite3_column_int(statement, 7) : -1,
			.since_us = rows_column_us(statement, 8),
			.lasted_us = rows_column_us(statement, 9),
			.alert = sqlite3_column_int(statement, 10) != 0,
			.detail = shared_create(rows_text(statement, 11)),
			.evidence = shared_create(rows_text(statement, 12)),
			.who = shared_create(rows_text(statement, 13)),
		},
		.name = heap_text(rows_text(statement, 14)),
	};
}

void events_finish(struct history_event *event)
{
	event_finish(&event->event);
	free(event->name);
}

bool past_answer_events(struct archive *archive, struct history_answer *answer, struct error *err)
{
	const struct history_query *query = &answer->query;
	size_t most = query->most < HISTORY_EVENTS_MOST ? query->most : (size_t)HISTORY_EVENTS_MOST;
	enum past_statement which = query->forward ? (query->monitor ? PAST_EVENTS_FORTH : PAST_EVENTS_ALL_FORTH)
	    : query->monitor ? PAST_EVENTS_BACK : PAST_EVENTS_ALL_BACK;
	sqlite3_stmt *statement = past_statement(archive, which);

	if (!statement || sqlite3_bind_int64(statement, 1, rows_us(query->from_us)) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 2, rows_us(query->to_us)) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 3, (int64_t)most + 1) != SQLITE_OK
	    || (query->monitor && sqlite3_bind_int64(statement, 4, query->monitor) != SQLITE_OK))
		return past_fail(archive, err);
	answer->events = heap_zero(most + 1, sizeof *answer->events);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		if (answer->event_count == most)
			answer->more = true;
		else
			answer->events[answer->event_count++] = events_read(statement);
	}
	return sqlite3_reset(statement) == SQLITE_OK || past_fail(archive, err);
}
