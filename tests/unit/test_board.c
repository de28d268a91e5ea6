/*
 * The board as it stood: an incident from its first failure to its end, a pause, a time when kumatop was off, monitors that came later and
 * that are gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "../lib/fakekind.h"
#include "../lib/keeping.h"

#define START KEEPING_START_US
#define AT(s) (START + (s) * SECOND_US)

enum { WEB = 1, DB, GONE, LATE, SILENT, REACH_MS = 70000 };

static struct monitor_spec *make(void *arg, const struct kept_monitor *kept)
{
	(void)arg;
	return strcmp(kept->name, "silent") == 0 ? NULL : fake_spec(kept->name, "x", 60000, kept->origin);
}

static void send_beat(struct store *store, monitor_id monitor, int64_t at_s, enum state state, enum verdict verdict)
{
	bool good = verdict == VERDICT_UP;
	struct beat beat = {
		.monitor = monitor, .time_us = AT(at_s), .reach_ms = REACH_MS, .state = (uint8_t)state, .verdict = (uint8_t)verdict,
		.outcome = good ? OUTCOME_OK : OUTCOME_CONNECT_REFUSED, .code = good ? 200 : -1,
		.cert_expires_us = good ? AT(0) + 30 * DAY_US : 0,
		.detail = shared_create(good ? "200 OK" : "connection refused"), .address = shared_create("192.0.2.1:443"),
	};

	for (int i = 0; i < PHASE_COUNT; i++)
		beat.phase_us[i] = good ? 40000 : -1;
	store_beat(store, &beat);
	beat_finish(&beat);
}

static void send_event(struct store *store, monitor_id monitor, int64_t at_s, enum event_kind kind, enum state from, enum state to, int64_t since_s,
    const char *detail, const char *who)
{
	struct event event = {
		.monitor = monitor, .time_us = AT(at_s) + 3, .since_us = AT(since_s), .kind = (uint8_t)kind, .from = (uint8_t)from, .to = (uint8_t)to,
		.outcome = OUTCOME_NONE, .code = -1, .alert = to == STATE_DOWN, .detail = shared_create(detail), .who = shared_create(who),
		.evidence = to == STATE_DOWN ? shared_create("connect: refused") : NULL,
	};

	store_event(store, &event, NULL);
	event_finish(&event);
}

/* Up, failing from 540 on, down at 560, taken on at 660, good again from 900 on, up at 910. */
static void live_web(struct store *store)
{
	for (int64_t s = 0; s <= 480; s += 60)
		send_beat(store, WEB, s, STATE_UP, VERDICT_UP);
	send_event(store, WEB, 0, EVENT_STATE, STATE_NEW, STATE_UP, 0, "200 OK", NULL);
	send_beat(store, WEB, 540, STATE_PENDING, VERDICT_DOWN);
	send_beat(store, WEB, 550, STATE_PENDING, VERDICT_DOWN);
	send_beat(store, WEB, 560, STATE_DOWN, VERDICT_DOWN);
	send_event(store, WEB, 560, EVENT_STATE, STATE_PENDING, STATE_DOWN, 540, "connection refused", NULL);
	for (int64_t s = 620; s <= 860; s += 60)
		send_beat(store, WEB, s, STATE_DOWN, VERDICT_DOWN);
	send_event(store, WEB, 660, EVENT_ACKNOWLEDGED, STATE_DOWN, STATE_DOWN, 540, "acknowledged", "kim");
	send_beat(store, WEB, 900, STATE_DOWN, VERDICT_UP);
	send_beat(store, WEB, 910, STATE_UP, VERDICT_UP);
	send_event(store, WEB, 910, EVENT_STATE, STATE_DOWN, STATE_UP, 900, "200 OK", NULL);
	for (int64_t s = 970; s <= 1450; s += 60)
		send_beat(store, WEB, s, STATE_UP, VERDICT_UP);
	/* kumatop is off from 1500 to 1800 */
	for (int64_t s = 1810; s <= 3000; s += 60)
		send_beat(store, WEB, s, STATE_UP, VERDICT_UP);
}

/* Paused from 300 to 1200, and for good at 2000. */
static void live_db(struct store *store)
{
	for (int64_t s = 0; s < 300; s += 60)
		send_beat(store, DB, s, STATE_UP, VERDICT_UP);
	send_event(store, DB, 0, EVENT_STATE, STATE_NEW, STATE_UP, 0, "200 OK", NULL);
	send_event(store, DB, 300, EVENT_PAUSED, STATE_UP, STATE_PAUSED, 300, NULL, "kim");
	send_event(store, DB, 1200, EVENT_RESUMED, STATE_PAUSED, STATE_NEW, 1200, NULL, NULL);
	for (int64_t s = 1210; s <= 1450; s += 60)
		send_beat(store, DB, s, STATE_UP, VERDICT_UP);
	send_event(store, DB, 1210, EVENT_STATE, STATE_NEW, STATE_UP, 1210, "200 OK", NULL);
	send_event(store, DB, 2000, EVENT_PAUSED, STATE_UP, STATE_PAUSED, 2000, NULL, "kim");
}

static void live(const char *path)
{
	static const char *const names[] = { [WEB] = "web", [DB] = "db", [GONE] = "gone", [LATE] = "late", [SILENT] = "silent" };
	struct store *store = keeping_open(path, 3600 * 1000);
	struct error err = { 0 };

	for (monitor_id id = WEB; id <= SILENT; id++)
		keeping_put_monitor(store, id, names[id]);
	assert_true(store_start(store, &err));
	live_web(store);
	live_db(store);
	for (int64_t s = 0; s <= 960; s += 60)
		send_beat(store, GONE, s, STATE_UP, VERDICT_UP);
	send_event(store, GONE, 0, EVENT_STATE, STATE_NEW, STATE_UP, 0, "200 OK", NULL);
	send_beat(store, LATE, 2100, STATE_UP, VERDICT_UP);
	send_beat(store, SILENT, 0, STATE_UP, VERDICT_UP);
	assert_true(keeping_end(store));
	assert_true(keeping_run(path, "UPDATE monitor SET created_us = 1699999990000000; UPDATE monitor SET retired = 1 WHERE name = 'gone';"
	    "UPDATE monitor SET created_us = 1700002000000000 WHERE name = 'late'; DELETE FROM run;"
	    "INSERT INTO run (started_us, seen_us, ended_us, version) VALUES (1699999990000000, 1700001500000000, 1700001500000000, 'x'),"
	    "(1700001800000000, 1700003000000000, NULL, 'x')"));
}

static struct archive *open_archive(const char *path)
{
	struct error err = { 0 };
	struct archive *archive = archive_open(path, &err);

	if (!archive)
		fail_msg("%s", err.text);
	return archive;
}

static const struct snapshot *look(struct archive *archive, int64_t at_us)
{
	struct error err = { 0 };
	const struct snapshot *board = archive_board(archive, at_us, NULL, make, NULL, &err);

	if (!board)
		fail_msg("%s", err.text);
	else
		assert_int_equal(board->time_us, at_us);
	return board;
}

/* Each monitor in its order as a letter: - for one that is not there. */
static void assert_states(struct archive *archive, int64_t at_s, const char *states)
{
	static const char *const names[] = { "web", "db", "gone", "late" };
	static const char letters[] = "nugpdkmz";
	const struct snapshot *board = look(archive, AT(at_s));
	char seen[5] = "";

	for (size_t i = 0; i < 4; i++) {
		const struct monitor_view *view = snapshot_find_name(board, names[i]);

		seen[i] = view ? letters[view->standing.state] : '-';
	}
	if (strcmp(seen, states) != 0)
		fail_msg("at %lld: %s instead of %s", (long long)at_s, seen, states);
	/* what nobody can make anything of is left out */
	assert_null(snapshot_find_name(board, "silent"));
	snapshot_release(board);
}

static void board_at_many_moments(void **state)
{
	const struct keeping *keeping = *state;
	struct archive *archive;
	static const struct { int64_t at_s; const char *states; } rows[] = {
		{ -20, "----" }, { -5, "nnn-" }, { 0, "uuu-" }, { 290, "uuu-" }, { 301, "uzu-" }, { 539, "uzu-" }, { 540, "pzu-" }, { 559, "pzu-" },
		{ 560, "dzu-" }, { 700, "dzu-" }, { 905, "dzu-" }, { 910, "uzu-" }, { 1030, "uzu-" }, { 1031, "uz--" }, { 1205, "un--" },
		{ 1250, "uu--" }, { 1499, "uu--" }, { 1501, "kk--" }, { 1700, "kk--" }, { 1811, "uk--" }, { 2050, "uz-n" }, { 2150, "uz-u" },
		{ 2171, "uz-k" }, { 3020, "uz-k" }, { 3021, "kz-k" },
	};

	live(keeping->path);
	archive = open_archive(keeping->path);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_states(archive, rows[i].at_s, rows[i].states);
	archive_close(archive);
}

static void incident(void **state)
{
	const struct keeping *keeping = *state;
	struct archive *archive;
	const struct snapshot *board;
	const struct monitor_view *web;

	live(keeping->path);
	archive = open_archive(keeping->path);
	board = look(archive, AT(550));
	web = snapshot_find_name(board, "web");
	assert_int_equal(web->standing.since_us, AT(540));
	assert_int_equal(web->standing.bad_run, 2);
	assert_false(web->standing.incident_open);
	snapshot_release(board);

	board = look(archive, AT(650));
	web = snapshot_find_name(board, "web");
	assert_int_equal(web->standing.since_us, AT(540));
	assert_true(web->standing.incident_open && web->standing.alerted && !web->standing.acknowledged);
	assert_string_equal(shared_read(web->evidence), "connect: refused");
	assert_string_equal(shared_read(web->detail), "connection refused");
	assert_int_equal(web->last_us, AT(620));
	assert_int_equal(web->last_good_us, AT(480));
	assert_int_equal(web->outcome, OUTCOME_CONNECT_REFUSED);
	assert_int_equal(web->cert_expires_us, AT(0) + 30 * DAY_US);
	assert_int_equal(web->next_us, 0);
	assert_int_equal(web->mark_count, 13);
	assert_int_equal(view_mark(web, 0).look, STATE_DOWN);
	assert_int_equal(view_mark(web, 12).latency_10us, 4000);
	assert_int_equal(web->day.us[TIME_UP], 540 * SECOND_US);
	assert_int_equal(web->day.us[TIME_DOWN], 110 * SECOND_US);
	assert_int_equal(web->day.us[TIME_UNKNOWN], DAY_US - 650 * SECOND_US);
	snapshot_release(board);

	board = look(archive, AT(700));
	assert_true(snapshot_find_name(board, "web")->standing.acknowledged);
	snapshot_release(board);
	board = look(archive, AT(950));
	web = snapshot_find_name(board, "web");
	assert_false(web->standing.incident_open || web->standing.acknowledged);
	assert_int_equal(web->standing.since_us, AT(900));
	assert_null(web->evidence);
	snapshot_release(board);
	archive_close(archive);
}

static void off_and_paused(void **state)
{
	const struct keeping *keeping = *state;
	struct archive *archive;
	const struct snapshot *board;
	const struct monitor_view *view;

	live(keeping->path);
	archive = open_archive(keeping->path);
	board = look(archive, AT(1600));
	view = snapshot_find_name(board, "web");
	assert_int_equal(view->standing.since_us, AT(1500));
	assert_string_equal(shared_read(view->detail), "kumatop did not run");
	assert_false(view->has_result);
	assert_int_equal(view_latency_us(view), -1);
	assert_int_equal(view->last_us, AT(1450));
	assert_int_equal(board->health.started_us, START - 10 * SECOND_US);
	snapshot_release(board);

	board = look(archive, AT(400));
	view = snapshot_find_name(board, "db");
	assert_int_equal(view->standing.since_us, AT(300));
	assert_string_equal(shared_read(view->detail), "paused by kim");
	assert_int_equal(board->by_state[STATE_PAUSED], 1);
	assert_int_equal(board->health.events, 6);
	snapshot_release(board);
	archive_close(archive);
}

/* A monitor that was removed is there until it is deleted, where it was checked; then it is not. */
static void removed_monitor(void **state)
{
	const struct keeping *keeping = *state;
	struct archive *archive;

	live(keeping->path);
	assert_true(keeping_run(keeping->path, "UPDATE monitor SET removed = 1 WHERE name = 'db'"));
	archive = open_archive(keeping->path);
	assert_states(archive, 100, "uuu-");
	assert_states(archive, 400, "uzu-");
	assert_states(archive, 2200, "u--k");
	archive_close(archive);
	assert_true(keeping_run(keeping->path, "DELETE FROM beat_tail WHERE monitor = 2; DELETE FROM event WHERE monitor = 2;"
	    "DELETE FROM monitor WHERE id = 2"));
	archive = open_archive(keeping->path);
	assert_states(archive, 100, "u-u-");
	archive_close(archive);
}

/* Specs of the picture that is shown now come before what is kept. */
static void specs_of_now(void **state)
{
	const struct keeping *keeping = *state;
	struct picture *picture = picture_create();
	struct board_health health = { 0 };
	const struct snapshot *now, *board;
	struct archive *archive;
	struct monitor_view *view;
	struct error err = { 0 };

	live(keeping->path);
	view = picture_edit(picture, picture_add(picture));
	view->id = WEB;
	view->spec = fake_spec("renamed", "x", 60000, SPEC_ADDED);
	/* one of a command line, of which nothing is kept but beats */
	view = picture_edit(picture, picture_add(picture));
	view->id = 50;
	view->spec = fake_spec("typed", "x", 60000, SPEC_TEMPORARY);
	now = picture_snapshot(picture, &health, AT(3000));
	assert_true(keeping_run(keeping->path, "INSERT INTO beat_tail (monitor, time_us, reach_ms, state, verdict, outcome)"
	    " VALUES (50, 1700000090000000, 70000, 1, 0, 0)"));
	archive = open_archive(keeping->path);
	board = archive_board(archive, AT(100), now, make, NULL, &err);
	assert_non_null(board);
	assert_int_equal(board->count, 4);
	assert_int_equal(snapshot_find(board, 50)->standing.state, STATE_UP);
	assert_ptr_equal(snapshot_find(board, WEB)->spec, snapshot_find(now, WEB)->spec);
	assert_string_equal(snapshot_find(board, DB)->spec->name, "db");
	snapshot_release(board);
	snapshot_release(now);
	picture_destroy(picture);
	archive_close(archive);
}

static void events_forward(void **state)
{
	const struct keeping *keeping = *state;
	struct history_query query = { .kind = HISTORY_EVENTS, .monitor = WEB, .from_us = AT(100), .to_us = INT64_MAX, .most = 2, .forward = true };
	struct archive *archive;
	struct history_answer *answer;

	live(keeping->path);
	archive = open_archive(keeping->path);
	answer = archive_answer(archive, &query);
	assert_true(answer->ok && answer->more);
	assert_int_equal(answer->event_count, 2);
	assert_int_equal(answer->events[0].event.time_us, AT(560) + 3);
	assert_int_equal(answer->events[1].event.kind, EVENT_ACKNOWLEDGED);
	history_answer_destroy(answer);
	query.monitor = 0;
	query.from_us = AT(1000);
	answer = archive_answer(archive, &query);
	assert_int_equal(answer->events[0].event.time_us, AT(1200) + 3);
	history_answer_destroy(answer);
	archive_close(archive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(board_at_many_moments, keeping_set_up, keeping_tear_down),
		cmocka_unit_test_setup_teardown(incident, keeping_set_up, keeping_tear_down),
		cmocka_unit_test_setup_teardown(off_and_paused, keeping_set_up, keeping_tear_down),
		cmocka_unit_test_setup_teardown(removed_monitor, keeping_set_up, keeping_tear_down),
		cmocka_unit_test_setup_teardown(specs_of_now, keeping_set_up, keeping_tear_down),
		cmocka_unit_test_setup_teardown(events_forward, keeping_set_up, keeping_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
