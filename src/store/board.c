/*
 * The board as it stood at a past moment. What a monitor was is the model's to conclude (recall.h); here it is only told what it was:
 * the last beats and events before the moment, and whether kumatop ran.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/recall.h"
#include "kumatop/when.h"

#include "past.h"
#include "rows.h"

enum {
	CHANGES_MOST = 200,	/* events looked through for how an incident began */
	GOOD_MOST = 8,		/* beats looked through, before it failed, for one that was good */
};

#define NEAR_US (DAY_US + HOUR_US)

struct monitor_row {
	struct kept_monitor kept;
	int64_t created_us;
	bool removed;
};

struct spec_place {
	monitor_id id;
	struct monitor_spec *spec;	/* borrowed of the picture it is from */
};

struct looking {
	struct archive *archive;
	int64_t at_us;
	int64_t started_us, stopped_us;		/* of kumatop: 0: not known; 0: it ran */
	struct monitor_row *rows;
	size_t row_count;
	struct spec_place *specs;		/* in the order of their ids */
	size_t spec_count;
	archive_spec_fn *make;
	void *make_arg;

	/* Of one monitor. */
	struct monitor_view *view;
	struct recall_beat beats[VIEW_MARKS];
	int32_t latencies[VIEW_MARKS];
	size_t looked;
	struct event changes[CHANGES_MOST];
	size_t change_count;
	struct recall recall;
};

static int by_id(const void *a, const void *b)
{
	const struct spec_place *one = a, *other = b;

	return (one->id > other->id) - (one->id < other->id);
}

static void take_specs(struct looking *looking, const struct snapshot *now)
{
	looking->spec_count = now ? now->count : 0;
	looking->specs = heap_zero(looking->spec_count + 1, sizeof *looking->specs);
	for (size_t i = 0; i < looking->spec_count; i++)
		looking->specs[i] = (struct spec_place){ snapshot_view(now, i)->id, snapshot_view(now, i)->spec };
	qsort(looking->specs, looking->spec_count, sizeof *looking->specs, by_id);
}

static struct monitor_spec *find_spec(const struct looking *looking, const struct kept_monitor *kept, bool *is_there_now)
{
	const struct spec_place key = { .id = kept->id };
	const struct spec_place *place = bsearch(&key, looking->specs, looking->spec_count, sizeof key, by_id);

	*is_there_now = place != NULL;
	return place ? spec_hold(place->spec) : looking->make(looking->make_arg, kept);
}

static void add_row(struct looking *looking, struct monitor_row row)
{
	if ((looking->row_count & (looking->row_count - 1)) == 0)
		looking->rows = heap_resize(looking->rows, looking->row_count ? 2 * looking->row_count : 1, sizeof *looking->rows);
	looking->rows[looking->row_count++] = row;
}

static int rows_by_id(const void *a, const void *b)
{
	const struct monitor_row *one = a, *other = b;

	return (one->kept.id > other->kept.id) - (one->kept.id < other->kept.id);
}

/* Monitors of a command line have history, but no row. */
static void add_unkept(struct looking *looking)
{
	size_t kept_count = looking->row_count;

	for (size_t i = 0; i < looking->spec_count; i++) {
		const struct monitor_row row = { .kept = { .id = looking->specs[i].id }, .created_us = INT64_MAX };

		if (!kept_count || !bsearch(&row, looking->rows, kept_count, sizeof row, rows_by_id))
			add_row(looking, row);
	}
}

static bool read_monitors(struct looking *looking)
{
	sqlite3_stmt *statement = past_statement(looking->archive, PAST_ALL_MONITORS);

	if (!statement)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW)
		add_row(looking, (struct monitor_row){
			.kept = rows_read_monitor(statement), .created_us = rows_column_us(statement, 7),
			.removed = sqlite3_column_int(statement, 8) != 0,
		});
	add_unkept(looking);
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* Whether kumatop ran: one that still does, or was killed and nothing has come after it, is taken to. */
static bool read_run(struct looking *looking)
{
	sqlite3_stmt *statement = past_statement(looking->archive, PAST_RUN_BEFORE);

	if (!statement || sqlite3_bind_int64(statement, 1, looking->at_us) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW) {
		int64_t end_us = rows_column_us(statement, 1);

		looking->started_us = rows_column_us(statement, 0);
		if (sqlite3_column_int(statement, 2) && end_us < looking->at_us)
			looking->stopped_us = end_us;
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

static bool read_last_event(struct looking *looking, uint64_t *id)
{
	sqlite3_stmt *statement = past_statement(looking->archive, PAST_LAST_EVENT);

	*id = 0;
	if (!statement || sqlite3_bind_int64(statement, 1, looking->at_us) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*id = (uint64_t)sqlite3_column_int64(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}

static struct event read_change(sqlite3_stmt *statement)
{
	return (struct event){
		.id = sqlite3_column_int64(statement, 0),
		.time_us = rows_column_us(statement, 1),
		.kind = (uint8_t)sqlite3_column_int(statement, 2),
		.from = (uint8_t)rows_state(sqlite3_column_int64(statement, 3)),
		.to = (uint8_t)rows_state(sqlite3_column_int64(statement, 4)),
		.since_us = rows_column_us(statement, 5),
		.alert = sqlite3_column_int(statement, 6) != 0,
		.detail = shared_create(rows_text(statement, 7)),
		.who = sqlite3_column_type(statement, 8) == SQLITE_NULL ? NULL : shared_create(rows_text(statement, 8)),
	};
}

static bool read_changes(struct looking *looking, monitor_id monitor)
{
	sqlite3_stmt *statement = past_statement(looking->archive, PAST_CHANGES_BACK);

	looking->change_count = 0;
	if (!statement || sqlite3_bind_int64(statement, 1, monitor) != SQLITE_OK || sqlite3_bind_int64(statement, 2, looking->at_us) != SQLITE_OK
	    || sqlite3_bind_int(statement, 3, CHANGES_MOST) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		looking->changes[looking->change_count++] = read_change(statement);
		if (recall_is_far_enough(&looking->changes[looking->change_count - 1]))
			break;
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

static void take_last(struct looking *looking, const struct past_beat *last)
{
	struct monitor_view *view = looking->view;
	struct archive *archive = looking->archive;

	view->has_result = true;
	view->outcome = last->outcome;
	view->verdict = last->verdict;
	view->code = last->code;
	memcpy(view->phase_us, last->phase_us, sizeof view->phase_us);
	view->last_us = last->time_us;
	view->address = shared_create(texts_read(archive->texts, archive->db, last->address));
	view->detail = shared_create(texts_read(archive->texts, archive->db, last->detail));
}

/* From the newest on, as many as a bar has. */
static bool take_beat(void *arg, const struct past_beat *beat)
{
	struct looking *looking = arg;
	struct monitor_view *view = looking->view;
	size_t at = looking->recall.beat_count++;

	if (at == 0)
		take_last(looking, beat);
	if (!view->last_good_us && (beat->verdict == VERDICT_UP || beat->verdict == VERDICT_DEGRADED))
		view->last_good_us = beat->time_us;
	if (!view->cert_expires_us)
		view->cert_expires_us = beat->cert_expires_us;
	looking->beats[at] = (struct recall_beat){
		.time_us = beat->time_us, .reach_ms = beat->reach_ms, .state = beat->state, .verdict = beat->verdict,
	};
	looking->latencies[at] = phases_latency_us(beat->outcome, beat->phase_us);
	return looking->recall.beat_count < VIEW_MARKS;
}

/*
 * Whether to look for the last beats however long ago they were. Of one that came later or is gone nothing is to be told but what is near,
 * and to look through the hours of a year for each of very many of those would take long.
 */
static bool is_worth_it(struct looking *looking, const struct monitor_row *row, bool *worth)
{
	struct past_place near = { .monitor = row->kept.id, .from_us = looking->at_us - NEAR_US, .to_us = looking->at_us + 1 };
	size_t count;

	*worth = true;
	if (row->created_us <= looking->at_us && !row->removed && !row->kept.retired)
		return true;
	if (!past_page(looking->archive, &near, false, &count))
		return false;
	*worth = count > 0;
	return true;
}

/* The last beats: the bar, and what the last one said. */
static bool take_beats(struct looking *looking, const struct monitor_row *row)
{
	bool worth;

	looking->recall.beat_count = 0;
	texts_turn_page(looking->archive->texts);
	if (!is_worth_it(looking, row, &worth)
	    || (worth && !past_back(looking->archive, row->kept.id, looking->at_us + 1, take_beat, looking)))
		return false;
	for (size_t i = looking->recall.beat_count; i-- > 0;)
		view_add_mark(looking->view, beat_look((enum state)looking->beats[i].state, (enum verdict)looking->beats[i].verdict),
		    looking->latencies[i]);
	return true;
}

static bool take_good(void *arg, const struct past_beat *beat)
{
	struct looking *looking = arg;

	if (beat->verdict == VERDICT_UP || beat->verdict == VERDICT_DEGRADED)
		looking->view->last_good_us = beat->time_us;
	return !looking->view->last_good_us && ++looking->looked < GOOD_MOST;
}

/* Failing for longer than the bar reaches: what was good is right before that. */
static bool look_for_good(struct looking *looking)
{
	const struct monitor_view *view = looking->view;

	looking->looked = 0;
	return !view->mark_count || view->last_good_us || !view->standing.incident_us
	    || past_back(looking->archive, view->id, view->standing.incident_us, take_good, looking);
}

static bool sum(struct looking *looking, monitor_id monitor, int64_t length_us, struct amounts *amounts, struct error *err)
{
	int64_t from_us = looking->at_us > length_us ? looking->at_us - length_us : 0;
	struct summary summary;
	bool good = archive_summary(looking->archive, monitor, from_us, looking->at_us, &summary, err);

	if (good)
		*amounts = summary.amounts;
	summary_finish(&summary);
	return good;
}

/* Where beats are not kept for as long as that, what was summed up of them still says whether anybody looked. */
static bool look_for_accounts(struct looking *looking, monitor_id monitor, struct error *err)
{
	struct amounts amounts;

	looking->recall.accounted = false;
	if (looking->recall.beat_count || !looking->change_count)
		return true;
	if (!sum(looking, monitor, MINUTE_US, &amounts, err))
		return false;
	looking->recall.accounted = amounts.us[TIME_UNKNOWN] < MINUTE_US;
	return true;
}

static bool take_evidence(struct looking *looking, const struct event *opened)
{
	sqlite3_stmt *statement = past_statement(looking->archive, PAST_EVIDENCE);

	if (!statement || sqlite3_bind_int64(statement, 1, opened->id) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		looking->view->evidence = shared_create(rows_text(statement, 0));
	return sqlite3_reset(statement) == SQLITE_OK;
}

/* The last result stays as long ago as it was, but says nothing of that moment. */
static void forget_result(struct monitor_view *view)
{
	view->has_result = false;
	view->outcome = 0;
	view->verdict = 0;
	view->code = -1;
	for (int i = 0; i < PHASE_COUNT; i++)
		view->phase_us[i] = -1;
}

static void conclude(struct looking *looking, const struct monitor_row *row, const struct event **opened)
{
	struct monitor_view *view = looking->view;
	struct kept_standing kept;

	looking->recall.at_us = looking->at_us;
	looking->recall.created_us = row->created_us;
	looking->recall.stopped_us = looking->stopped_us;
	looking->recall.beats = looking->beats;
	looking->recall.events = looking->changes;
	looking->recall.event_count = looking->change_count;
	if (!recall_standing(&looking->recall, &kept, opened))
		forget_result(view);
	view->standing = kept.standing;
	if (!kept.detail[0])
		return;
	shared_release(view->detail);
	view->detail = shared_create(kept.detail);
}

static bool has_event_after(struct looking *looking, monitor_id monitor, bool *has)
{
	sqlite3_stmt *statement = past_statement(looking->archive, PAST_EVENT_AFTER);

	*has = false;
	if (!statement || sqlite3_bind_int64(statement, 1, monitor) != SQLITE_OK || sqlite3_bind_int64(statement, 2, looking->at_us) != SQLITE_OK)
		return false;
	*has = sqlite3_step(statement) == SQLITE_ROW;
	return sqlite3_reset(statement) == SQLITE_OK;
}

/*
 * Whether it was there. When one went is not kept: it was while it was checked, and while more was to come of it. One that is older
 * than its row came with a history of its own.
 */
static bool was_there(struct looking *looking, const struct monitor_row *row, bool is_there_now, bool *was)
{
	const struct monitor_view *view = looking->view;
	bool checked = view->standing.state != STATE_UNKNOWN && view->standing.state != STATE_NEW && view->standing.state != STATE_PAUSED;

	*was = row->created_us <= looking->at_us || looking->recall.beat_count || looking->change_count;
	if (!*was || is_there_now || !(row->removed || row->kept.retired) || checked || (view->has_result && view->standing.state == STATE_UNKNOWN))
		return true;
	return has_event_after(looking, row->kept.id, was);
}

static bool fill_view(struct looking *looking, const struct monitor_row *row, struct error *err)
{
	struct monitor_view *view = looking->view;
	const struct event *opened = NULL;

	view->id = row->kept.id;
	view->code = -1;
	for (int i = 0; i < PHASE_COUNT; i++)
		view->phase_us[i] = -1;
	if (!take_beats(looking, row) || !read_changes(looking, view->id))
		return past_fail(looking->archive, err);
	if (!look_for_accounts(looking, view->id, err))
		return false;
	conclude(looking, row, &opened);
	return (look_for_good(looking) && (!opened || take_evidence(looking, opened))) || past_fail(looking->archive, err);
}

static void forget_changes(struct looking *looking)
{
	for (size_t i = 0; i < looking->change_count; i++)
		event_finish(&looking->changes[i]);
	looking->change_count = 0;
}

/* One that was not there, or of which nobody can say what it was, leaves the picture again. */
static bool add_monitor(struct looking *looking, struct picture *picture, const struct monitor_row *row, struct error *err)
{
	size_t at = picture_add(picture);
	bool is_there_now, was = false, good;

	looking->view = picture_edit(picture, at);
	good = fill_view(looking, row, err);
	if (good)
		looking->view->spec = find_spec(looking, &row->kept, &is_there_now);
	if (good && looking->view->spec)
		good = was_there(looking, row, is_there_now, &was) || past_fail(looking->archive, err);
	forget_changes(looking);
	if (!good || !was)
		picture_remove(picture, at);
	return good;
}

struct days {
	struct picture *picture;
	size_t at;
};

static bool take_day(void *arg, monitor_id monitor, const struct summary *summary)
{
	struct days *days = arg;
	struct monitor_view *view = picture_edit(days->picture, days->at++);

	assert(view->id == monitor);
	view->day = summary->amounts;
	return true;
}

/* The day of all at once: each by itself would go to as many places again. Views are in the order of their numbers. */
static bool add_days(struct looking *looking, struct picture *picture, struct error *err)
{
	struct days days = { .picture = picture };
	size_t count = picture_count(picture);
	monitor_id *ids = heap_zero(count + 1, sizeof *ids);
	bool good;

	for (size_t i = 0; i < count; i++)
		ids[i] = picture_view(picture, i)->id;
	good = archive_summaries(looking->archive, ids, count, looking->at_us > DAY_US ? looking->at_us - DAY_US : 0, looking->at_us, take_day,
	    &days, err);
	free(ids);
	return good;
}

static const struct snapshot *look(struct looking *looking, struct picture *picture, struct error *err)
{
	struct board_health health = { .history_kept = true };

	if (!read_monitors(looking) || !read_run(looking) || !read_last_event(looking, &health.events)) {
		past_fail(looking->archive, err);
		return NULL;
	}
	health.started_us = looking->started_us;
	for (size_t i = 0; i < looking->row_count; i++)
		if (!add_monitor(looking, picture, &looking->rows[i], err))
			return NULL;
	if (!add_days(looking, picture, err))
		return NULL;
	return picture_snapshot(picture, &health, looking->at_us);
}

const struct snapshot *archive_board(struct archive *archive, int64_t at_us, const struct snapshot *now, archive_spec_fn *make, void *arg,
    struct error *err)
{
	struct looking *looking = heap_zero(1, sizeof *looking);
	struct picture *picture = picture_create();
	const struct snapshot *board;

	looking->archive = archive;
	looking->at_us = rows_us(at_us);
	looking->make = make;
	looking->make_arg = arg;
	take_specs(looking, now);
	board = look(looking, picture, err);
	picture_destroy(picture);
	for (size_t i = 0; i < looking->row_count; i++)
		kept_monitor_finish(&looking->rows[i].kept);
	free(looking->rows);
	free(looking->specs);
	free(looking);
	return board;
}
