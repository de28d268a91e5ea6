/* Events from elsewhere, and the runs of kumatop that they tell of. */
#include "importing.h"

#include "database.h"
#include "rows.h"

static void fill_text(sqlite3_stmt *statement, int at, const char *text, bool *good)
{
	*good = *good && sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC) == SQLITE_OK;
}

static bool put_event(struct importing *importing, const struct imported *monitor, const struct import_event *event)
{
	sqlite3_stmt *statement = IMPORTING_BIND(importing, IMPORTING_PUT_EVENT, monitor->id, event->time_us, (int64_t)event->kind, event->from,
	    event->to, event->outcome, event->code, event->since_us, event->lasted_us, monitor->incident);
	bool good = statement != NULL;

	if (!good)
		return false;
	if (event->outcome == OUTCOME_NONE)
		good = sqlite3_bind_null(statement, 6) == SQLITE_OK;
	if (event->code < 0)
		good = good && sqlite3_bind_null(statement, 7) == SQLITE_OK;
	if (monitor->incident == 0)
		good = good && sqlite3_bind_null(statement, 10) == SQLITE_OK;
	fill_text(statement, 11, event->detail, &good);
	fill_text(statement, 12, *event->evidence ? event->evidence : NULL, &good);
	fill_text(statement, 13, *event->who ? event->who : NULL, &good);
	return good && database_finish(statement);
}

/* id: of the event, in the database now. As the writer does it: an incident is known by the event that opened it, and its end belongs to it. */
static bool follow_incident(struct importing *importing, struct imported *monitor, const struct import_event *event, int64_t id)
{
	sqlite3_stmt *statement;

	if (event->kind != EVENT_STATE)
		return true;
	if (event->to == STATE_UP || event->to == STATE_DEGRADED)
		monitor->incident = 0;
	if (event->to != STATE_DOWN || monitor->incident)
		return true;
	monitor->incident = id;
	statement = IMPORTING_BIND(importing, IMPORTING_OPEN_INCIDENT, id);
	return statement && database_finish(statement);
}

/* Kumatop ran from here, or until here: what was observed last counts no further. */
static bool follow_run(struct importing *importing, const struct import_event *event)
{
	sqlite3_stmt *statement;
	int64_t known;

	if (event->kind == EVENT_STOPPED) {
		statement = IMPORTING_BIND(importing, IMPORTING_END_RUN, event->time_us);
		return statement && database_finish(statement);
	}
	if (event->kind != EVENT_STARTED)
		return true;
	if (!importing_number(IMPORTING_BIND(importing, IMPORTING_FIND_RUN, event->time_us), 0, &known))
		return false;
	statement = known ? NULL : IMPORTING_BIND(importing, IMPORTING_PUT_RUN, event->time_us);
	return known || (statement && database_finish(statement));
}

/* It says of time that beats speak for that nobody watched, or that it was maintenance: what was rolled up of it does not hold. */
static bool follow_cut(struct importing *importing, struct imported *monitor, const struct import_event *event)
{
	bool cuts = monitor->id == 0 ? event->kind == EVENT_STOPPED || event->kind == EVENT_TROUBLE
	    : event->kind == EVENT_PAUSED || event->kind == EVENT_RESUMED || event->from == STATE_MAINTENANCE || event->to == STATE_MAINTENANCE;

	return !cuts || importing_unroll(importing, monitor, rows_us(event->time_us - event->lasted_us));
}

bool importing_event(struct importing *importing, monitor_id id, const struct import_event *event, struct error *err)
{
	struct imported *monitor = importing_monitor(importing, id);
	int64_t known;

	if (!importing_touch(importing, err))
		return false;
	if (!importing_number(IMPORTING_BIND(importing, IMPORTING_FIND_EVENT, id, event->time_us / 1000 * 1000, (int64_t)event->kind,
	    event->to), 0, &known))
		return importing_fail(importing, err);
	if (known) {
		monitor->counts.known++;
	} else {
		if (!put_event(importing, monitor, event))
			return importing_fail(importing, err);
		known = sqlite3_last_insert_rowid(importing->store->db);
		if ((id == 0 && !follow_run(importing, event)) || !follow_cut(importing, monitor, event))
			return importing_fail(importing, err);
		monitor->counts.events++;
		importing->rows++;
	}
	return follow_incident(importing, monitor, event, known) || importing_fail(importing, err);
}
