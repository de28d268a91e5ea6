/*
 * Keeping: what goes in comes out, when it is committed, what is dropped, and what becomes of old and removed things. Files that
 * are refused or damaged are in test_store_files.c.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "../lib/await.h"
#include "../lib/keeping.h"
#include "../lib/scratch.h"

enum { HOUR_MS = 3600 * 1000 };

static bool take_beat(void *arg, const struct beat_record *shown)
{
	int *number = arg;
	struct beat beat = keeping_beat(1, (*number)++);

	assert_string_equal(shown->name, "web");
	assert_string_equal(shown->kind, "http");
	assert_int_equal(shown->time_us, beat.time_us);
	assert_int_equal(shown->state, beat.state);
	assert_int_equal(shown->outcome, beat.outcome);
	assert_int_equal(shown->code, beat.code);
	assert_memory_equal(shown->phase_us, beat.phase_us, sizeof beat.phase_us);
	assert_string_equal(shown->detail, shared_read(beat.detail));
	assert_string_equal(shown->address, shared_read(beat.address));
	beat_finish(&beat);
	return true;
}

static void beats_come_back(void **state)
{
	struct keeping *fixture = *state;
	struct archive_range all = { .to_us = INT64_MAX };
	struct store *store = keeping_open(fixture->path, 20);
	struct error err;
	struct archive *archive;
	int number = 0;

	keeping_put_monitor(store, 1, "web");
	assert_true(store_start(store, &err));
	keeping_send(store, 1, 0, 3000);
	assert_true(keeping_end(store));

	archive = archive_open(fixture->path, &err);
	assert_non_null(archive);
	assert_true(archive_beats(archive, &all, take_beat, &number, &err));
	assert_int_equal(number, 3000);
	archive_close(archive);
	assert_true(keeping_is_sound(fixture->path));
}

static void newest_beat_comes_back_whole(void **state)
{
	struct keeping *fixture = *state;
	struct kept_marks kept;
	struct archive *archive;
	struct error err;

	/* Numbers that together have and lack every optional field. */
	for (int number = 0; number < 24; number++) {
		struct store *store = keeping_start(fixture->path, HOUR_MS);
		struct beat beat = keeping_beat(5, number);

		store_beat(store, &beat);
		assert_true(keeping_end(store));
		archive = archive_open(fixture->path, &err);
		assert_non_null(archive);
		assert_true(archive_marks(archive, 5, &kept, &err));
		assert_int_equal(kept.count, number + 1);
		assert_true(keeping_beat_equal(&kept.last, &beat));
		kept_marks_finish(&kept);
		archive_close(archive);
		beat_finish(&beat);
	}
}

static bool take_monitor(void *arg, const struct kept_monitor *monitor)
{
	struct kept_monitor *copy = arg;

	*copy = *monitor;
	copy->name = heap_text(monitor->name);
	copy->kind = heap_text(monitor->kind);
	copy->target = heap_text(monitor->target);
	copy->text = heap_text(monitor->text);
	return true;
}

static struct kept_monitor read_monitor(const char *path)
{
	struct kept_monitor monitor = { 0 };
	struct error err;
	struct archive *archive = archive_open(path, &err);

	assert_non_null(archive);
	assert_true(archive_monitors(archive, take_monitor, &monitor, &err));
	archive_close(archive);
	return monitor;
}

static void monitors_come_back(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, HOUR_MS);
	struct kept_monitor monitor = {
		.id = 9, .name = heap_text("n\xc3\xa4me"), .kind = heap_text("ping"), .target = heap_text("192.0.2.1"), .origin = SPEC_DECLARED,
	}, kept;

	store_put_monitor(store, &monitor);
	assert_true(keeping_end(store));
	kept = read_monitor(fixture->path);
	assert_int_equal(kept.id, 9);
	assert_string_equal(kept.name, monitor.name);
	assert_string_equal(kept.kind, "ping");
	assert_string_equal(kept.target, "192.0.2.1");
	assert_int_equal(kept.origin, SPEC_DECLARED);
	assert_null(kept.text);
	assert_false(kept.retired);
	kept_monitor_finish(&kept);

	/* Put again under another name: the same monitor. Then retired. */
	free(monitor.name);
	monitor.name = heap_text("other");
	monitor.origin = SPEC_ADDED;
	monitor.text = heap_text("{ name = \"other\"; }");
	store = keeping_start(fixture->path, HOUR_MS);
	store_put_monitor(store, &monitor);
	store_retire_monitor(store, 9);
	assert_true(keeping_end(store));
	kept = read_monitor(fixture->path);
	assert_int_equal(kept.id, 9);
	assert_string_equal(kept.name, "other");
	assert_string_equal(kept.text, "{ name = \"other\"; }");
	assert_int_equal(kept.origin, SPEC_ADDED);
	assert_true(kept.retired);
	kept_monitor_finish(&kept);
	kept_monitor_finish(&monitor);
}

static bool take_standing(void *arg, const struct kept_standing *standing)
{
	*(struct kept_standing *)arg = *standing;
	return true;
}

static struct kept_standing read_standing(const char *path)
{
	struct kept_standing standing = { 0 };
	struct error err;
	struct archive *archive = archive_open(path, &err);

	assert_non_null(archive);
	assert_true(archive_standings(archive, take_standing, &standing, &err));
	archive_close(archive);
	return standing;
}

static void assert_standing_equal(const struct kept_standing *a, const struct kept_standing *b)
{
	const struct standing *one = &a->standing, *other = &b->standing;

	assert_int_equal(a->monitor, b->monitor);
	assert_int_equal(one->state, other->state);
	assert_int_equal(one->was, other->was);
	assert_int_equal(one->was_since_us, other->was_since_us);
	assert_int_equal(one->good_run, other->good_run);
	assert_int_equal(one->bad_run, other->bad_run);
	assert_int_equal(one->unknown_run, other->unknown_run);
	assert_int_equal(one->degraded_run, other->degraded_run);
	assert_int_equal(one->since_us, other->since_us);
	assert_int_equal(one->first_bad_us, other->first_bad_us);
	assert_int_equal(one->first_good_us, other->first_good_us);
	assert_int_equal(one->incident_open, other->incident_open);
	assert_int_equal(one->incident_us, other->incident_us);
	assert_int_equal(one->alerted, other->alerted);
	assert_int_equal(one->acknowledged, other->acknowledged);
	assert_int_equal(a->paused_until_us, b->paused_until_us);
	assert_string_equal(a->detail, b->detail);
}

static void standings_come_back(void **state)
{
	struct keeping *fixture = *state;

	for (int number = 0; number < 2; number++) {
		struct kept_standing sent = keeping_standing(3, number), kept;
		struct store *store = keeping_start(fixture->path, HOUR_MS);

		store_put_standing(store, &sent);
		assert_true(keeping_end(store));
		kept = read_standing(fixture->path);
		assert_standing_equal(&kept, &sent);
	}
}

static bool take_event(void *arg, const struct event_record *event)
{
	*(bool *)arg = true;
	assert_string_equal(event->name, "web");
	assert_string_equal(event->kind_word, event_word(EVENT_STATE));
	assert_int_equal(event->time_us, KEEPING_START_US + 30 * KEEPING_STEP_S * SECOND_US);
	assert_int_equal(event->since_us, KEEPING_START_US + 30 * SECOND_US);
	assert_int_equal(event->lasted_us, 30 * SECOND_US);
	assert_int_equal(event->from, STATE_UP);
	assert_int_equal(event->to, STATE_DOWN);
	assert_int_equal(event->outcome, OUTCOME_CONNECT_REFUSED);
	assert_int_equal(event->code, 30);
	assert_string_equal(event->detail, "connection refused");
	assert_string_equal(event->evidence, "resolved to 192.0.2.1\nconnect: refused");
	assert_string_equal(event->who, "kim");
	return true;
}

static bool is_event_there(struct archive *archive)
{
	struct archive_range all = { .to_us = INT64_MAX };
	struct error err;
	bool seen = false;

	assert_true(archive_events(archive, &all, take_event, &seen, &err));
	return seen;
}

/* Without waiting for the flush, with the beats before it and the standing it led to. */
static void event_is_committed_at_once(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_open(fixture->path, HOUR_MS);
	struct event event = keeping_event(1, 30);
	struct kept_standing standing = keeping_standing(1, 30), kept;
	struct error err;
	struct archive *archive;

	keeping_put_monitor(store, 1, "web");
	assert_true(store_start(store, &err));
	archive = archive_open(store_path(store), &err);
	assert_non_null(archive);
	keeping_send(store, 1, 0, 30);
	store_event(store, &event, &standing);
	AWAIT(is_event_there(archive), 20000);
	assert_int_equal(keeping_count(fixture->path, 1), 30);
	kept = read_standing(fixture->path);
	assert_standing_equal(&kept, &standing);
	archive_close(archive);
	event_finish(&event);
	assert_true(keeping_end(store));
}

static void thousand_beats_are_committed(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, HOUR_MS);

	keeping_send(store, 1, 0, 1000);
	AWAIT(keeping_count(fixture->path, 1) == 1000, 20000);
	assert_true(keeping_end(store));
}

static void routine_beats_are_committed_in_time(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, 10);

	keeping_send(store, 1, 0, 1);
	AWAIT(keeping_count(fixture->path, 1) == 1, 20000);
	keeping_send(store, 1, 1, 1);
	AWAIT(keeping_count(fixture->path, 1) == 2, 20000);
	assert_true(keeping_end(store));
}

static void note_health(void *arg, const struct store_health *health)
{
	atomic_ullong *dropped = arg;

	atomic_store(dropped, health->dropped);
}

/* A store that does not take (it has not started) keeps the newest routine beats and every change. */
static void oldest_routine_beats_give_way(void **state)
{
	struct keeping *fixture = *state;
	atomic_ullong dropped = 0;
	struct store_settings settings = {
		.path = fixture->path, .flush_ms = HOUR_MS, .waiting_most = 10, .health = note_health, .health_arg = &dropped,
	};
	struct error err;
	struct store *store = store_open(&settings, &err, NULL);

	assert_non_null(store);
	for (int i = 0; i < 30; i++) {
		struct beat beat = keeping_beat(1, i);

		beat.routine = i % 10 != 0;
		store_beat(store, &beat);
		beat_finish(&beat);
	}
	assert_true(store_start(store, &err));
	AWAIT(atomic_load(&dropped) == 20, 20000);
	assert_true(keeping_end(store));
	assert_int_equal(keeping_count(fixture->path, 1), 10);
	/* 0, 10 and 20 are changes; 23 to 29 the newest of the others. */
	assert_int_equal(keeping_number(fixture->path, "SELECT group_concat((time_us - 1700000000000000) / 10000000, '')"
	    " = '0102023242526272829' FROM (SELECT time_us FROM beat_tail ORDER BY seq)"), 1);
}

static void runs_are_recorded(void **state)
{
	struct keeping *fixture = *state;

	for (int i = 0; i < 2; i++)
		assert_true(keeping_end(keeping_start(fixture->path, 10)));
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM run WHERE ended_us >= started_us AND seen_us >= started_us"), 2);
}

static void row_that_cannot_be_kept_stops_no_other(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, HOUR_MS);
	struct kept_monitor nameless = { .id = 4 };

	store_put_monitor(store, &nameless);
	keeping_send(store, 1, 0, 5);
	assert_true(keeping_end(store));
	assert_int_equal(keeping_count(fixture->path, 1), 5);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM monitor"), 0);
}

static void send_dated(struct store *store, int first, int count, int64_t first_us)
{
	for (int i = first; i < first + count; i++) {
		struct beat beat = keeping_beat(1, i);

		beat.time_us = first_us + i;
		store_beat(store, &beat);
		beat_finish(&beat);
	}
}

/* A clock that was years ahead for a while: what it dated stays, and does not shield what came after it. */
static void beats_of_the_future_shield_no_old_ones(void **state)
{
	struct keeping *fixture = *state;
	struct store_settings settings = { .path = fixture->path, .flush_ms = 10, .waiting_most = 100000, .keep_raw_ms = 24 * HOUR_MS };
	struct error err;
	struct store *store = store_open(&settings, &err, NULL);
	int64_t now_us = unix_now_us();

	assert_non_null(store);
	send_dated(store, 0, 1100, now_us + 1000 * DAY_US);
	keeping_send(store, 1, 1100, 700);
	send_dated(store, 1800, 20, now_us);
	assert_true(store_start(store, &err));
	AWAIT(keeping_count(fixture->path, 1) == 1120, 30000);
	assert_true(keeping_end(store));
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat WHERE detail IS NULL"),
	    keeping_number(fixture->path, "SELECT count(*) FROM beat_tail WHERE detail IS NULL"));
}

static void old_beats_are_deleted(void **state)
{
	struct keeping *fixture = *state;
	struct store_settings settings = { .path = fixture->path, .flush_ms = 10, .waiting_most = 100000, .keep_raw_ms = 24 * HOUR_MS };
	struct error err;
	struct store *store = store_open(&settings, &err, NULL);
	int64_t now_us = unix_now_us();

	assert_non_null(store);
	/* More than one step's worth that is too old by far, and then some that is not. */
	keeping_send(store, 1, 0, 1800);
	send_dated(store, 0, 20, now_us);
	assert_true(store_start(store, &err));
	AWAIT(keeping_count(fixture->path, 1) == 20, 30000);
	/* 17 and 100 texts were used; those of the beats that stay were used last by them. */
	AWAIT(keeping_number(fixture->path, "SELECT count(*) FROM text WHERE id NOT IN (SELECT detail FROM beat_tail WHERE detail"
	    " NOT NULL UNION SELECT address FROM beat_tail WHERE address NOT NULL)") == 0, 30000);
	assert_true(keeping_end(store));
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat WHERE detail IS NULL"),
	    keeping_number(fixture->path, "SELECT count(*) FROM beat_tail WHERE detail IS NULL"));
}

static void removed_monitor_goes_with_its_history(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_open(fixture->path, 10);
	struct event removed = { .monitor = 2, .kind = EVENT_REMOVED, .time_us = KEEPING_START_US, .code = -1 };
	struct event down = keeping_event(2, 0);
	struct kept_standing standing = keeping_standing(2, 0);
	struct error err;
	monitor_id highest;
	struct archive *archive;

	keeping_put_monitor(store, 1, "stays");
	keeping_put_monitor(store, 2, "goes");
	assert_true(store_start(store, &err));
	keeping_send(store, 1, 0, 700);
	keeping_send(store, 2, 0, 1700);
	store_event(store, &down, &standing);
	store_remove_monitor(store, 2);
	store_event(store, &removed, NULL);
	AWAIT(keeping_number(fixture->path, "SELECT count(*) FROM monitor WHERE id = 2") == 0, 30000);
	assert_true(keeping_end(store));
	event_finish(&down);

	assert_int_equal(keeping_count(fixture->path, 1), 700);
	assert_int_equal(keeping_count(fixture->path, 2), 0);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM monitor_state"), 0);
	/* That it was removed can be read, under its name. */
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM event"), 1);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM log WHERE monitor = 'goes' AND event = 'removed'"), 1);
	archive = archive_open(fixture->path, &err);
	assert_true(archive_highest_id(archive, &highest, &err));
	assert_int_equal(highest, 2);
	archive_close(archive);
}

static void removal_is_taken_up_again(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_open(fixture->path, 10);
	struct error err;

	keeping_put_monitor(store, 2, "goes");
	assert_true(store_start(store, &err));
	keeping_send(store, 2, 0, 3000);
	assert_true(keeping_end(store));
	/* As if killed just after the monitor went out of sight. */
	assert_true(keeping_run(fixture->path, "UPDATE monitor SET removed = 1"));
	store = keeping_start(fixture->path, 10);
	AWAIT(keeping_number(fixture->path, "SELECT count(*) FROM monitor") == 0, 30000);
	assert_true(keeping_end(store));
	assert_int_equal(keeping_count(fixture->path, 2), 0);
}

static void removal_before_the_start_is_complete(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, 10);
	struct error err;

	keeping_send(store, 2, 0, 3000);
	assert_true(keeping_end(store));
	store = keeping_open(fixture->path, 10);
	keeping_put_monitor(store, 2, "goes");
	assert_true(store_remove_monitor_now(store, 2, &err));
	store_close(store);
	assert_int_equal(keeping_count(fixture->path, 2), 0);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM monitor"), 0);
}

static void send_change(struct store *store, int number, enum state from, enum state to, bool open)
{
	struct event event = keeping_event(1, number);
	struct kept_standing standing = keeping_standing(1, number);

	event.from = (uint8_t)from;
	event.to = (uint8_t)to;
	standing.standing.state = to;
	standing.standing.incident_open = open;
	store_event(store, &event, &standing);
	event_finish(&event);
}

/* The lines of the log stay; what was seen of a failure goes, unless it is not over. */
static void old_evidence_is_deleted(void **state)
{
	struct keeping *fixture = *state;
	struct store_settings settings = { .path = fixture->path, .flush_ms = 10, .waiting_most = 100000, .keep_raw_ms = 24 * HOUR_MS };
	struct error err;
	struct store *store = store_open(&settings, &err, NULL);
	struct event recent = keeping_event(2, 0);

	assert_non_null(store);
	for (int i = 0; i < 1200; i++)
		send_change(store, i, i % 2 ? STATE_DOWN : STATE_UP, i % 2 ? STATE_UP : STATE_DOWN, i % 2 == 0);
	send_change(store, 1200, STATE_UP, STATE_DOWN, true);
	recent.time_us = unix_now_us();
	store_event(store, &recent, NULL);
	event_finish(&recent);
	assert_true(store_start(store, &err));
	AWAIT(keeping_number(fixture->path, "SELECT group_concat(id, ' ') = '1201 1202' FROM event WHERE evidence NOT NULL") == 1, 30000);
	assert_true(keeping_end(store));
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM event"), 1202);
}

static int count_lines(int file, const char *word)
{
	char text[65536];
	ssize_t length = pread(file, text, sizeof text - 1, 0);
	int count = 0;

	assert_true(length >= 0);
	text[length] = '\0';
	for (const char *at = text; (at = strstr(at, word)); at++)
		count++;
	return count;
}

/* Removing a monitor makes the store delete at once. */
static void failing_delete_is_told_once(void **state)
{
	struct keeping *fixture = *state;
	char *log_path = scratch_path(fixture->directory, "log");
	struct store *store = keeping_open(fixture->path, 10);
	struct error err;
	int log = open(log_path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600), old = dup(STDERR_FILENO);

	assert_true(log >= 0 && old >= 0 && dup2(log, STDERR_FILENO) == STDERR_FILENO);
	for (int i = 1; i <= 3; i++)
		keeping_put_monitor(store, i, i == 1 ? "one" : i == 2 ? "two" : "three");
	assert_true(store_start(store, &err));
	keeping_send(store, 1, 0, 700);
	AWAIT(keeping_count(fixture->path, 1) == 700, 20000);
	assert_true(keeping_run(fixture->path, "CREATE TRIGGER keep BEFORE DELETE ON beat_tail BEGIN SELECT RAISE(ABORT, 'kept'); END"));
	store_remove_monitor(store, 1);
	AWAIT(count_lines(log, "cannot be deleted: kept") == 1, 20000);
	store_remove_monitor(store, 2);
	AWAIT(keeping_number(fixture->path, "SELECT count(*) FROM monitor WHERE removed") == 2, 20000);
	assert_true(keeping_run(fixture->path, "DROP TRIGGER keep"));
	store_remove_monitor(store, 3);
	AWAIT(keeping_number(fixture->path, "SELECT count(*) FROM monitor") == 0, 20000);
	assert_true(keeping_end(store));
	assert_int_equal(dup2(old, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(count_lines(log, "cannot be deleted"), 1);
	close(old);
	close(log);
	free(log_path);
}

static void events_know_their_incident(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, HOUR_MS);
	struct kept_standing standing = keeping_standing(1, 3);

	send_change(store, 0, STATE_NEW, STATE_UP, false);
	send_change(store, 1, STATE_UP, STATE_DOWN, true);
	store_put_standing(store, &standing);
	send_change(store, 2, STATE_DOWN, STATE_UNKNOWN, true);
	send_change(store, 3, STATE_UNKNOWN, STATE_UP, false);
	send_change(store, 4, STATE_UP, STATE_DEGRADED, false);
	send_change(store, 5, STATE_DEGRADED, STATE_DOWN, true);
	assert_true(keeping_end(store));
	assert_int_equal(keeping_number(fixture->path, "SELECT group_concat(coalesce(incident, '-'), ' ') = '- 2 2 2 - 6' FROM"
	    " (SELECT incident FROM event ORDER BY id)"), 1);
}

struct crowd {
	struct store *store;
	monitor_id monitor;
};

static void *send_many(void *arg)
{
	struct crowd *crowd = arg;

	for (int i = 0; i < 20; i++) {
		struct event event = keeping_event(crowd->monitor, i);

		keeping_send(crowd->store, crowd->monitor, i * 50, 50);
		store_event(crowd->store, &event, NULL);
		event_finish(&event);
	}
	return NULL;
}

static void many_threads_send_while_one_reads(struct store *store)
{
	struct crowd crowds[3];
	pthread_t threads[3];
	struct error err = { 0 };
	struct archive *archive = archive_open(store_path(store), &err);
	struct kept_marks kept;

	assert_non_null(archive);
	for (int i = 0; i < 3; i++) {
		crowds[i] = (struct crowd){ store, i + 1 };
		assert_int_equal(pthread_create(&threads[i], NULL, send_many, &crowds[i]), 0);
	}
	for (int i = 0; i < 300; i++) {
		assert_true(archive_marks(archive, 1 + i % 3, &kept, &err));
		kept_marks_finish(&kept);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	for (int i = 1; i <= 3; i++)
		AWAIT(keeping_count(store_path(store), i) == 1000, 30000);
	archive_close(archive);
}

static void database_is_read_while_written(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_start(fixture->path, 5);

	many_threads_send_while_one_reads(store);
	assert_true(keeping_end(store));
	assert_true(keeping_is_sound(fixture->path));
}

static void memory_is_read_while_written(void **state)
{
	struct store *store = keeping_start(NULL, 5), *other = keeping_start(NULL, 5);

	assert_string_not_equal(store_path(store), store_path(other));
	many_threads_send_while_one_reads(store);
	assert_int_equal(keeping_count(store_path(other), 1), 0);
	assert_true(keeping_end(store));
	assert_true(keeping_end(other));
}

/* Where most of a large file is free, it goes back to the file system. */
static void space_is_given_back(void **state)
{
	struct keeping *fixture = *state;
	int64_t before;

	store_close(keeping_open(fixture->path, 10));
	assert_true(keeping_run(fixture->path, "CREATE TABLE large AS SELECT zeroblob(80 << 20) AS data; DROP TABLE large"));
	before = keeping_number(fixture->path, "PRAGMA freelist_count");
	assert_true(before * 2048 > 64 << 20);
	struct store *store = keeping_start(fixture->path, 10);

	AWAIT(keeping_number(fixture->path, "PRAGMA freelist_count") * 2048 < 64 << 20, 60000);
	assert_true(keeping_end(store));
	assert_true(keeping_is_sound(fixture->path));
}

static void people_can_query_it(void **state)
{
	struct keeping *fixture = *state;
	struct store *store = keeping_open(fixture->path, HOUR_MS);
	struct error err;

	keeping_put_monitor(store, 1, "web");
	assert_true(store_start(store, &err));
	keeping_send(store, 1, 0, 10);
	assert_true(keeping_end(store));
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM beat WHERE monitor = 'web' AND state = 'pending' AND verdict ="
	    " 'down' AND outcome = 'wrong-status' AND time = '2023-11-14T22:14:00.000Z' AND total_ms = 0.3 AND detail LIKE 'status 4%'"), 1);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM word WHERE what = 'outcome'"), OUTCOME_COUNT);
	assert_int_equal(keeping_number(fixture->path, "PRAGMA user_version"), 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(beats_come_back),
		TEST(newest_beat_comes_back_whole),
		TEST(monitors_come_back),
		TEST(standings_come_back),
		TEST(event_is_committed_at_once),
		TEST(thousand_beats_are_committed),
		TEST(routine_beats_are_committed_in_time),
		TEST(oldest_routine_beats_give_way),
		TEST(runs_are_recorded),
		TEST(row_that_cannot_be_kept_stops_no_other),
		TEST(old_beats_are_deleted),
		TEST(beats_of_the_future_shield_no_old_ones),
		TEST(old_evidence_is_deleted),
		TEST(removed_monitor_goes_with_its_history),
		TEST(removal_is_taken_up_again),
		TEST(removal_before_the_start_is_complete),
		TEST(failing_delete_is_told_once),
		TEST(events_know_their_incident),
		TEST(database_is_read_while_written),
		TEST(memory_is_read_while_written),
		TEST(space_is_given_back),
		TEST(people_can_query_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
