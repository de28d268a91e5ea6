/* See desk.h. */
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/heap.h"

#include "../../src/store/database.h"
#include "../../src/store/rolled.h"
#include "keeping.h"

const char *const desk_names[DESK_MONITORS] = { "a", "b", "c", "d" };

void desk_begin(struct desk *desk)
{
	desk->db = database_open(desk->path, DATABASE_WRITE, NULL);
	assert_non_null(desk->db);
	assert_true(database_run(desk->db, "PRAGMA synchronous = OFF"));
	desk->writer = writer_create(desk->db);
	desk->began_us = desk->now_us;
	assert_true(writer_begin(desk->writer) && writer_run_begin(desk->writer, desk->now_us, &desk->run) && writer_commit(desk->writer));
}

void desk_end(struct desk *desk, bool killed)
{
	roller_destroy(desk->roller);
	desk->roller = NULL;
	assert_true(writer_begin(desk->writer));
	assert_true(killed ? writer_run_seen(desk->writer, desk->run, desk->now_us) : writer_run_end(desk->writer, desk->run, desk->now_us));
	assert_true(writer_commit(desk->writer));
	writer_destroy(desk->writer);
	database_close(desk->db);
}

void desk_set_up(struct desk *desk, const char *path, int64_t now_us)
{
	struct store *store = keeping_open(path, 3600 * 1000);

	for (int i = 0; i < DESK_MONITORS; i++)
		keeping_put_monitor(store, i + 1, desk_names[i]);
	assert_true(keeping_end(store));
	*desk = (struct desk){ .path = path, .now_us = now_us, .mono.us = 1 };
	desk_begin(desk);
}

void desk_pass(struct desk *desk, int64_t us)
{
	desk->now_us += us;
	desk->mono.us += us;
}

bool desk_step(struct desk *desk, bool spoil)
{
	bool again = false;

	if (!desk->roller)
		desk->roller = roller_create(desk->db, desk->run, desk->began_us, desk->now_us);
	assert_non_null(desk->roller);
	assert_true(writer_begin(desk->writer));
	assert_true(roller_step(desk->roller, desk->mono, desk->now_us, &again));
	if (spoil) {
		writer_rollback(desk->writer);
		roller_destroy(desk->roller);
		desk->roller = NULL;
		return true;
	}
	assert_true(writer_commit(desk->writer));
	return again;
}

void desk_step_all(struct desk *desk)
{
	while (desk_step(desk, false))
		;
}

void desk_settle(struct desk *desk)
{
	desk_step_all(desk);
	for (int i = 0; i < 4; i++) {
		desk_pass(desk, 5 * MINUTE_US);
		desk_step_all(desk);
	}
}

int64_t desk_marker(const struct desk *desk, enum rollup_step step)
{
	char *sql = heap_print("SELECT coalesce((SELECT value FROM meta WHERE key = '%s'), 0)", rolled_keys[step]);
	int64_t number = keeping_number(desk->path, sql);

	free(sql);
	return number;
}


uint32_t desk_roll(uint32_t *random, uint32_t sides)
{
	*random = *random * 1664525 + 1013904223;
	return (*random >> 8) % sides;
}

static void put_beat(struct desk *desk, struct desk_life *life, enum verdict verdict)
{
	struct beat beat = {
		.monitor = life->id, .time_us = desk->now_us, .reach_ms = DESK_REACH_MS, .verdict = (uint8_t)verdict, .code = -1,
		.outcome = verdict == VERDICT_UP ? OUTCOME_OK : verdict == VERDICT_DEGRADED ? OUTCOME_SLOW : verdict == VERDICT_DOWN
		    ? OUTCOME_CONNECT_REFUSED : OUTCOME_RESOLVER_SILENT,
	};

	if (life->standing.state == STATE_PAUSED)
		return;
	if (life->standing.state != STATE_MAINTENANCE)
		monitor_apply(&life->standing, &life->rules, verdict, desk->now_us);
	for (int i = 0; i < PHASE_COUNT; i++)
		beat.phase_us[i] = verdict == VERDICT_DOWN || verdict == VERDICT_UNKNOWN ? -1 : life->latency_us;
	beat.state = (uint8_t)life->standing.state;
	assert_true(writer_begin(desk->writer) && writer_beat(desk->writer, &beat) && writer_commit(desk->writer));
}

static void put_move(struct desk *desk, const struct desk_life *life, enum event_kind kind, struct transition transition)
{
	struct event event = {
		.monitor = life->id, .time_us = desk->now_us, .kind = (uint8_t)kind, .from = (uint8_t)transition.from,
		.to = (uint8_t)transition.to, .outcome = OUTCOME_NONE, .code = -1,
	};

	if (transition.changed)
		assert_true(writer_begin(desk->writer) && writer_event(desk->writer, &event, NULL) && writer_commit(desk->writer));
}

void desk_sleep(struct desk *desk, int64_t us)
{
	struct event event = { .time_us = desk->now_us + us, .kind = EVENT_TROUBLE, .lasted_us = us, .outcome = OUTCOME_NONE, .code = -1 };

	desk->now_us += us;
	assert_true(writer_begin(desk->writer) && writer_event(desk->writer, &event, NULL) && writer_commit(desk->writer));
}

void desk_live(struct desk *desk, struct desk_life *life, char what)
{
	switch (what) {
	case 'u': put_beat(desk, life, VERDICT_UP); break;
	case 'g': put_beat(desk, life, VERDICT_DEGRADED); break;
	case 'd': put_beat(desk, life, VERDICT_DOWN); break;
	case 'x': put_beat(desk, life, VERDICT_UNKNOWN); break;
	case 'P': put_move(desk, life, EVENT_PAUSED, monitor_pause(&life->standing, desk->now_us)); break;
	case 'R': put_move(desk, life, EVENT_RESUMED, monitor_resume(&life->standing, desk->now_us)); break;
	case 'M': put_move(desk, life, EVENT_STATE, monitor_maintain(&life->standing, desk->now_us)); break;
	case 'B': put_move(desk, life, EVENT_STATE, monitor_return(&life->standing, desk->now_us)); break;
	default: fail_msg("no such step: %c", what);
	}
}

/* Phases of mostly good, mostly bad and mixed luck, so that every way through the table of states is taken. */
void desk_live_randomly(struct desk *desk, struct desk_life *life, uint32_t luck)
{
	uint32_t throw = desk_roll(&life->random, 100);

	life->latency_us = (int32_t)desk_roll(&life->random, 300000);
	if (throw < 2)
		desk_live(desk, life, "PM"[throw]);
	else if (throw < 10)
		desk_live(desk, life, throw < 6 ? 'R' : 'B');
	else if (throw < 18)
		desk_live(desk, life, throw < 14 ? 'x' : 'g');
	else
		desk_live(desk, life, desk_roll(&life->random, 10) < luck ? 'u' : 'd');
}

void desk_interfere(struct desk *desk, uint32_t *random)
{
	uint32_t throw = desk_roll(random, 400);

	if (throw < 2) {
		desk_end(desk, throw == 0);
		desk_pass(desk, desk_roll(random, 600) * SECOND_US);
		desk_begin(desk);
	} else if (throw < 4) {
		desk_sleep(desk, (1 + desk_roll(random, 400)) * SECOND_US);
	} else if (throw < 20) {
		desk_step(desk, throw < 12);
	} else if (throw < 60) {
		desk_step_all(desk);
	}
}

struct archive *desk_archive(const char *path)
{
	struct error err = { 0 };
	struct archive *archive = archive_open(path, &err);

	if (!archive)
		fail_msg("%s", err.text);
	return archive;
}

void desk_live_through(struct desk *desk, struct desk_life *life, const char *steps)
{
	while (*steps) {
		char *end;
		int64_t at_us = DESK_START + strtol(steps, &end, 10) * SECOND_US;

		while (desk->now_us < at_us) {
			desk_pass(desk, at_us - desk->now_us < MINUTE_US ? at_us - desk->now_us : MINUTE_US);
			desk_step_all(desk);
		}
		desk_live(desk, life, *end);
		for (steps = end + 1; *steps == ' ';)
			steps++;
	}
}
