/*
 * The engine with fake probes and a fake store: threads, orders, the way of a result. Waits by polling snapshots with a deadline.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "../lib/fakekind.h"
#include "kumatop/engine.h"
#include "kumatop/heap.h"
#include "kumatop/store.h"
#include "kumatop/when.h"

enum { DEADLINE_MS = 20000 };

/* What a store would have been told. */
struct fake_store {
	pthread_mutex_t mutex;
	unsigned beats, standings, monitors, retired, removed;
	struct event events[4096];
	size_t event_count;
	struct kept_standing last_standing;
};

struct answer {
	pthread_mutex_t mutex;
	bool here;
	struct reply reply;
};

struct fixture {
	struct answer answer;	/* to the last question */
	struct snapshot_hub *hub;
	struct engine *engine;
	struct fake_store store;
};

static void on_beat(void *arg, const struct beat *beat)
{
	struct fake_store *store = arg;

	pthread_mutex_lock(&store->mutex);
	store->beats++;
	pthread_mutex_unlock(&store->mutex);
}

static void on_event(void *arg, const struct event *event, const struct kept_standing *standing)
{
	struct fake_store *store = arg;

	pthread_mutex_lock(&store->mutex);
	if (store->event_count < sizeof(store->events) / sizeof(*store->events)) {
		store->events[store->event_count] = *event;
		store->events[store->event_count].detail = shared_hold(event->detail);
		store->events[store->event_count].evidence = shared_hold(event->evidence);
		store->events[store->event_count++].who = shared_hold(event->who);
	}
	if (standing)
		store->last_standing = *standing;
	pthread_mutex_unlock(&store->mutex);
}

static void on_standing(void *arg, const struct kept_standing *standing)
{
	struct fake_store *store = arg;

	pthread_mutex_lock(&store->mutex);
	store->standings++;
	pthread_mutex_unlock(&store->mutex);
}

static void on_monitor(void *arg, const struct kept_monitor *monitor)
{
	struct fake_store *store = arg;

	pthread_mutex_lock(&store->mutex);
	store->monitors++;
	pthread_mutex_unlock(&store->mutex);
}

static void on_retire(void *arg, monitor_id monitor)
{
	struct fake_store *store = arg;

	pthread_mutex_lock(&store->mutex);
	store->retired++;
	pthread_mutex_unlock(&store->mutex);
}

static void on_remove(void *arg, monitor_id monitor)
{
	struct fake_store *store = arg;

	pthread_mutex_lock(&store->mutex);
	store->removed++;
	pthread_mutex_unlock(&store->mutex);
}

static char *on_print(void *arg, const struct monitor_spec *spec)
{
	return heap_text(spec->name);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct engine_settings settings = {
		.in_flight = 16,
		.sinks = { &fixture->store, on_beat, on_event, on_standing, on_monitor, on_retire, on_remove, on_print },
	};
	struct error err;

	pthread_mutex_init(&fixture->store.mutex, NULL);
	pthread_mutex_init(&fixture->answer.mutex, NULL);
	fixture->hub = snapshot_hub_create();
	settings.hub = fixture->hub;
	fixture->engine = engine_create(&settings, &err);
	*state = fixture;
	return fixture->engine ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	engine_stop(fixture->engine, NULL);
	engine_destroy(fixture->engine);
	snapshot_hub_destroy(fixture->hub);
	for (size_t i = 0; i < fixture->store.event_count; i++)
		event_finish(&fixture->store.events[i]);
	pthread_mutex_destroy(&fixture->store.mutex);
	pthread_mutex_destroy(&fixture->answer.mutex);
	free(fixture);
	return 0;
}

static void add(struct fixture *fixture, const char *name, int64_t interval_ms, enum spec_origin origin)
{
	struct monitor_spec *spec = fake_spec(name, name, interval_ms, origin);
	struct error err;

	assert_true(engine_add(fixture->engine, spec, 0, NULL, NULL, &err));
	spec_release(spec);
}

static void start(struct fixture *fixture)
{
	struct error err;

	assert_true(engine_start(fixture->engine, &err));
}

static void breathe(void)
{
	struct timespec pause = { .tv_nsec = 2000000 };

	nanosleep(&pause, NULL);
}

/* The view of a monitor in a state, held by the snapshot that is returned; fails the test at the deadline. */
static const struct snapshot *wait_state(struct fixture *fixture, const char *name, enum state wanted)
{
	struct mono begin = mono_now();

	for (;;) {
		const struct snapshot *snapshot = snapshot_hub_acquire(fixture->hub);
		const struct monitor_view *view = snapshot ? snapshot_find_name(snapshot, name) : NULL;

		if (view && view->standing.state == wanted)
			return snapshot;
		snapshot_release(snapshot);
		if (mono_between_us(begin, mono_now()) > DEADLINE_MS * 1000)
			fail_msg("%s did not become %s", name, state_word((int)wanted));
		breathe();
	}
}

static monitor_id id_of(struct fixture *fixture, const char *name)
{
	const struct snapshot *snapshot = snapshot_hub_acquire(fixture->hub);
	const struct monitor_view *view = snapshot_find_name(snapshot, name);
	monitor_id id = view ? view->id : 0;

	snapshot_release(snapshot);
	return id;
}

static void on_reply(void *arg, const struct reply *reply)
{
	struct answer *answer = arg;

	pthread_mutex_lock(&answer->mutex);
	answer->reply = *reply;
	answer->here = true;
	pthread_mutex_unlock(&answer->mutex);
}

static struct reply ask(struct fixture *fixture, struct command *command)
{
	struct answer *answer = &fixture->answer;
	struct mono begin = mono_now();
	struct error err;
	bool here;

	answer->here = false;
	command->reply = on_reply;
	command->reply_arg = answer;
	command->ticket = 42;
	assert_true(engine_submit(fixture->engine, command, &err));
	do {
		breathe();
		pthread_mutex_lock(&answer->mutex);
		here = answer->here;
		pthread_mutex_unlock(&answer->mutex);
		if (mono_between_us(begin, mono_now()) > DEADLINE_MS * 1000)
			fail_msg("no reply");
	} while (!here);
	assert_int_equal(answer->reply.ticket, 42);
	return answer->reply;
}

static struct reply order(struct fixture *fixture, enum command_kind kind, const char *name)
{
	return ask(fixture, command_create(kind, id_of(fixture, name)));
}

static size_t count_events(struct fixture *fixture, enum event_kind kind, int to)
{
	size_t count = 0;

	pthread_mutex_lock(&fixture->store.mutex);
	for (size_t i = 0; i < fixture->store.event_count; i++)
		count += fixture->store.events[i].kind == kind && (to < 0 || fixture->store.events[i].to == to);
	pthread_mutex_unlock(&fixture->store.mutex);
	return count;
}

static void goes_down_and_up_again(void **state)
{
	struct fixture *fixture = *state;
	const struct snapshot *snapshot;
	const struct monitor_view *view;

	fake_set_outcome("web", OUTCOME_OK);
	add(fixture, "web", 1000, SPEC_TEMPORARY);
	start(fixture);
	snapshot_release(wait_state(fixture, "web", STATE_UP));
	fake_set_outcome("web", OUTCOME_CONNECT_REFUSED);
	snapshot = wait_state(fixture, "web", STATE_DOWN);
	view = snapshot_find_name(snapshot, "web");
	assert_string_equal(shared_read(view->detail), "connection refused");
	assert_string_equal(shared_read(view->evidence), "what was seen");
	assert_true(view->standing.since_us <= view->last_us);
	snapshot_release(snapshot);
	fake_set_outcome("web", OUTCOME_OK);
	snapshot_release(wait_state(fixture, "web", STATE_UP));
	assert_int_equal(count_events(fixture, EVENT_STATE, STATE_DOWN), 1);
	assert_int_equal(count_events(fixture, EVENT_STATE, STATE_UP), 2);
}

static void hanging_check_is_expired(void **state)
{
	struct fixture *fixture = *state;
	const struct snapshot *snapshot;

	fake_set_outcome("hang", -1);
	fake_set_outcome("fine", OUTCOME_OK);
	add(fixture, "hang", 1000, SPEC_TEMPORARY);
	add(fixture, "fine", 1000, SPEC_TEMPORARY);
	start(fixture);
	snapshot_release(wait_state(fixture, "fine", STATE_UP));
	snapshot = wait_state(fixture, "hang", STATE_DOWN);
	assert_int_equal(snapshot_find_name(snapshot, "hang")->outcome, OUTCOME_ANSWER_TIMEOUT);
	assert_int_equal(snapshot_find_name(snapshot, "fine")->standing.state, STATE_UP);
	snapshot_release(snapshot);
}

static void pause_and_resume(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply;
	unsigned before;

	fake_set_outcome("web", OUTCOME_OK);
	add(fixture, "web", 1000, SPEC_TEMPORARY);
	start(fixture);
	snapshot_release(wait_state(fixture, "web", STATE_UP));
	reply = order(fixture, COMMAND_PAUSE, "web");
	assert_true(reply.done);
	snapshot_release(wait_state(fixture, "web", STATE_PAUSED));
	before = fake_started();
	assert_true(order(fixture, COMMAND_PAUSE, "web").done);
	assert_false(order(fixture, COMMAND_CHECK, "web").done);
	assert_int_equal(fake_started(), before);
	assert_true(order(fixture, COMMAND_RESUME, "web").done);
	snapshot_release(wait_state(fixture, "web", STATE_UP));
	assert_int_equal(count_events(fixture, EVENT_PAUSED, -1), 1);
	assert_int_equal(count_events(fixture, EVENT_RESUMED, -1), 1);
}

static void pause_for_a_time_outlives_an_edit(void **state)
{
	struct fixture *fixture = *state;
	struct command *command;

	fake_set_outcome("web", OUTCOME_OK);
	add(fixture, "web", 1000, SPEC_ADDED);
	start(fixture);
	snapshot_release(wait_state(fixture, "web", STATE_UP));
	command = command_create(COMMAND_PAUSE, id_of(fixture, "web"));
	command->until_us = unix_now_us() + 500000;
	assert_true(ask(fixture, command).done);
	snapshot_release(wait_state(fixture, "web", STATE_PAUSED));
	command = command_create(COMMAND_EDIT, id_of(fixture, "web"));
	command->spec = fake_spec("web", "web", 2000, SPEC_ADDED);
	assert_true(ask(fixture, command).done);
	snapshot_release(wait_state(fixture, "web", STATE_UP));
	assert_int_equal(count_events(fixture, EVENT_RESUMED, -1), 1);
}

static void check_now_replies_with_the_result(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply;

	fake_set_outcome("web", OUTCOME_OK);
	add(fixture, "web", 3600000, SPEC_TEMPORARY);
	start(fixture);
	snapshot_release(wait_state(fixture, "web", STATE_UP));
	fake_set_outcome("web", OUTCOME_WRONG_STATUS);
	reply = order(fixture, COMMAND_CHECK, "web");
	assert_true(reply.done);
	assert_int_equal(reply.result.outcome, OUTCOME_WRONG_STATUS);
	assert_string_equal(reply.text, "web: down: wrong status");
	snapshot_release(wait_state(fixture, "web", STATE_PENDING));
}

static void trial_is_not_kept(void **state)
{
	struct fixture *fixture = *state;
	struct command *command = command_create(COMMAND_TEST, 0);
	const struct snapshot *snapshot;
	struct reply reply;

	fake_set_outcome("trial", OUTCOME_RESET);
	start(fixture);
	command->spec = fake_spec("trial", "trial", 1000, SPEC_ADDED);
	reply = ask(fixture, command);
	assert_true(reply.done);
	assert_int_equal(reply.result.outcome, OUTCOME_RESET);
	snapshot = snapshot_hub_acquire(fixture->hub);
	assert_int_equal(snapshot->count, 0);
	snapshot_release(snapshot);
}

static void add_edit_remove(void **state)
{
	struct fixture *fixture = *state;
	struct command *command;
	struct reply reply;
	monitor_id id;

	fake_set_outcome("a", OUTCOME_OK);
	fake_set_outcome("b", OUTCOME_OK);
	start(fixture);
	command = command_create(COMMAND_ADD, 0);
	command->spec = fake_spec("a", "a", 1000, SPEC_ADDED);
	assert_true(ask(fixture, command).done);
	snapshot_release(wait_state(fixture, "a", STATE_UP));
	id = id_of(fixture, "a");
	command = command_create(COMMAND_ADD, 0);
	command->spec = fake_spec("a", "b", 1000, SPEC_ADDED);
	assert_false(ask(fixture, command).done);
	command = command_create(COMMAND_EDIT, id);
	command->spec = fake_spec("b", "b", 2000, SPEC_ADDED);
	assert_true(ask(fixture, command).done);
	snapshot_release(wait_state(fixture, "b", STATE_UP));
	assert_int_equal(id_of(fixture, "b"), id);
	assert_int_equal(id_of(fixture, "a"), 0);
	reply = order(fixture, COMMAND_REMOVE, "b");
	assert_true(reply.done);
	assert_string_equal(reply.text, "removed b");
	assert_false(ask(fixture, command_create(COMMAND_CHECK, id)).done);
	assert_int_equal(fixture->store.removed, 1);
	assert_int_equal(fixture->store.monitors, 2);
}

static struct command *reload_to(const char *const *names, size_t count, bool by_hand)
{
	struct command *command = command_create(COMMAND_RELOAD, 0);

	command->specs = heap_zero(count + 1, sizeof(struct monitor_spec *));
	command->spec_count = count;
	command->by_hand = by_hand;
	for (size_t i = 0; i < count; i++)
		command->specs[i] = fake_spec(names[i], names[i], 1000, SPEC_DECLARED);
	return command;
}

static void reload_keeps_what_has_not_changed(void **state)
{
	struct fixture *fixture = *state;
	static const char *const first[] = { "a", "b", "c" }, *const second[] = { "b" }, *const third[] = { "a", "b", "d" };
	monitor_id a, b;

	fake_set_outcome("a", OUTCOME_OK);
	fake_set_outcome("b", OUTCOME_OK);
	fake_set_outcome("c", OUTCOME_OK);
	fake_set_outcome("d", OUTCOME_OK);
	for (int i = 0; i < 3; i++)
		add(fixture, first[i], 1000, SPEC_DECLARED);
	start(fixture);
	snapshot_release(wait_state(fixture, "b", STATE_UP));
	a = id_of(fixture, "a");
	b = id_of(fixture, "b");
	assert_false(ask(fixture, reload_to(second, 1, false)).done);
	assert_int_not_equal(id_of(fixture, "a"), 0);
	assert_true(ask(fixture, reload_to(second, 1, true)).done);
	assert_int_equal(fixture->store.retired, 2);
	assert_true(ask(fixture, reload_to(third, 3, false)).done);
	snapshot_release(wait_state(fixture, "d", STATE_UP));
	/* Whoever comes back by its name gets its history back. */
	assert_int_equal(id_of(fixture, "a"), a);
	assert_int_equal(id_of(fixture, "b"), b);
	assert_int_equal(count_events(fixture, EVENT_STATE, STATE_DOWN), 0);
}

static struct command *rename_in(const char *name, const char *earlier, const char *other)
{
	const char *const names[] = { name, other };
	struct command *command = reload_to(names, other ? 2 : 1, true);
	struct monitor_spec *spec = spec_copy(command->specs[0]);
	struct error err;

	spec->common.renamed_from = heap_text(earlier);
	assert_true(spec_seal(spec, &err));
	spec_release(command->specs[0]);
	command->specs[0] = spec;
	return command;
}

static void an_old_name_gives_way_to_whoever_has_it(void **state)
{
	struct fixture *fixture = *state;
	monitor_id web;

	fake_set_outcome("web", OUTCOME_OK);
	fake_set_outcome("new", OUTCOME_OK);
	add(fixture, "web", 1000, SPEC_DECLARED);
	start(fixture);
	snapshot_release(wait_state(fixture, "web", STATE_UP));
	web = id_of(fixture, "web");
	/* Both are wanted: web stays itself. */
	assert_true(ask(fixture, rename_in("new", "web", "web")).done);
	snapshot_release(wait_state(fixture, "new", STATE_UP));
	assert_int_equal(id_of(fixture, "web"), web);
	/* web goes: nobody keeps it alive. */
	assert_true(ask(fixture, rename_in("new", "web", NULL)).done);
	assert_int_equal(fixture->store.retired, 1);
	/* A real renaming keeps the id, and is no removal. */
	assert_true(ask(fixture, rename_in("newer", "new", NULL)).done);
	snapshot_release(wait_state(fixture, "newer", STATE_UP));
	assert_int_equal(fixture->store.retired, 1);
	assert_int_equal(id_of(fixture, "web"), 0);
}

static void evidence_is_of_the_first_failure(void **state)
{
	struct fixture *fixture = *state;
	const struct snapshot *snapshot;
	size_t with_evidence = 0;

	fake_set_outcome("web", OUTCOME_CONNECT_REFUSED);
	add(fixture, "web", 1000, SPEC_TEMPORARY);
	start(fixture);
	snapshot = wait_state(fixture, "web", STATE_DOWN);
	assert_string_equal(shared_read(snapshot_find_name(snapshot, "web")->evidence), "what was seen");
	snapshot_release(snapshot);
	pthread_mutex_lock(&fixture->store.mutex);
	for (size_t i = 0; i < fixture->store.event_count; i++)
		with_evidence += fixture->store.events[i].evidence != NULL;
	pthread_mutex_unlock(&fixture->store.mutex);
	assert_int_equal(with_evidence, 1);
}

static void resumes_what_it_was(void **state)
{
	struct fixture *fixture = *state;
	struct monitor_spec *spec = fake_spec("web", "web", 1000, SPEC_DECLARED);
	struct kept_standing standing = {
		.monitor = 7,
		.standing = { .state = STATE_DOWN, .since_us = 1000, .incident_open = true, .incident_us = 1000, .alerted = true },
		.detail = "connection refused",
	};
	struct error err;

	fake_set_outcome("web", OUTCOME_CONNECT_REFUSED);
	assert_true(engine_add(fixture->engine, spec, 7, &standing, NULL, &err));
	spec_release(spec);
	start(fixture);
	snapshot_release(wait_state(fixture, "web", STATE_DOWN));
	order(fixture, COMMAND_CHECK, "web");
	assert_int_equal(count_events(fixture, EVENT_STATE, -1), 0);
	fake_set_outcome("web", OUTCOME_OK);
	snapshot_release(wait_state(fixture, "web", STATE_UP));
	assert_int_equal(fixture->store.events[0].kind, EVENT_STARTED);
	assert_int_equal(fixture->store.events[1].from, STATE_DOWN);
	assert_true(fixture->store.events[1].lasted_us > 1000000);
}

/* When the first checks of a run are planned, by how long ago (negative: to come) the last result of an earlier run was; 0: there was none. */
static const struct snapshot *plan_after(struct fixture *fixture, int64_t ago_us)
{
	struct kept_marks marks = { .count = 1, .last.time_us = unix_now_us() - ago_us };
	struct mono begin = mono_now();
	const struct snapshot *snapshot = NULL;
	struct error err;

	fake_set_outcome("web", -1);
	for (monitor_id id = 1; id <= 100; id++) {
		struct monitor_spec *spec;
		char name[32];

		snprintf(name, sizeof(name), "web-%d", (int)id);
		spec = fake_spec(name, "web", 60000, SPEC_DECLARED);
		assert_true(engine_add(fixture->engine, spec, id, NULL, ago_us ? &marks : NULL, &err));
		spec_release(spec);
	}
	start(fixture);
	while (!(snapshot = snapshot_hub_acquire(fixture->hub))) {
		if (mono_between_us(begin, mono_now()) > DEADLINE_MS * 1000)
			fail_msg("nothing was published");
		breathe();
	}
	return snapshot;
}

static int64_t latest_plan_us(const struct snapshot *snapshot)
{
	int64_t latest_us = 0;

	for (size_t i = 0; i < snapshot->count; i++) {
		int64_t next_us = snapshot_view(snapshot, i)->next_us;

		assert_true(next_us > 0);
		latest_us = next_us > latest_us ? next_us : latest_us;
	}
	return latest_us;
}

/* The spread of first checks is up to 2 s: who was checked before is not made to wait for his place in it. */
static void a_restart_leaves_no_gap(void **state)
{
	static const struct {
		int64_t ago_us, within_us;	/* the last result; when the last of the checks is planned, from the start */
	} rows[] = {
		{ 59900 * 1000, 1100 * 1000 },		/* due in 100 ms */
		{ 60500 * 1000, 1000 * 1000 },		/* due already, all of them: soon, though not in one moment */
		{ 86400 * SECOND_US, 1000 * 1000 },
		{ 30 * SECOND_US, 2100 * 1000 },	/* not due before the spread is over */
		{ -3600 * SECOND_US, 2100 * 1000 },	/* the clock was set back */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct snapshot *snapshot;
		int64_t began_us = unix_now_us();

		if (i)
			assert_int_equal(set_up(state), 0);
		snapshot = plan_after(*state, rows[i].ago_us);
		/* From when it was published: a machine that is busy may take its time until then. */
		assert_in_range(latest_plan_us(snapshot), began_us, snapshot->time_us + rows[i].within_us);
		snapshot_release(snapshot);
		if (i + 1 < sizeof(rows) / sizeof(*rows))
			tear_down(state);
	}
}

static void without_history_checks_are_spread(void **state)
{
	const struct snapshot *snapshot = plan_after(*state, 0);
	size_t late = 0;

	for (size_t i = 0; i < snapshot->count; i++)
		late += snapshot_view(snapshot, i)->next_us > snapshot->time_us + SECOND_US;
	assert_in_range(late, 10, 90);
	snapshot_release(snapshot);
}

static void own_network_gone_is_said(void **state)
{
	struct fixture *fixture = *state;
	struct mono begin = mono_now();
	bool gone = false;

	fake_set_outcome("web", OUTCOME_NO_ROUTE);
	add(fixture, "web", 1000, SPEC_TEMPORARY);
	start(fixture);
	while (!gone) {
		const struct snapshot *snapshot = snapshot_hub_acquire(fixture->hub);

		gone = snapshot && snapshot->health.network_gone;
		snapshot_release(snapshot);
		if (mono_between_us(begin, mono_now()) > DEADLINE_MS * 1000)
			fail_msg("nobody noticed");
		breathe();
	}
	assert_int_equal(count_events(fixture, EVENT_STATE, STATE_DOWN), 0);
}

static void *hammer(void *arg)
{
	struct fixture *fixture = arg;
	struct error err;

	for (int i = 0; i < 200; i++) {
		const struct snapshot *snapshot = snapshot_hub_acquire(fixture->hub);
		struct store_health health = { .waiting = (uint64_t)i };

		for (size_t j = 0; snapshot && j < snapshot->count; j++) {
			const struct monitor_view *view = snapshot_view(snapshot, j);
			enum command_kind kind = i % 3 == 0 ? COMMAND_PAUSE : i % 3 == 1 ? COMMAND_RESUME : COMMAND_CHECK;

			assert_true(view->id > 0);
			engine_submit(fixture->engine, command_create(kind, view->id), &err);
		}
		engine_tell_health(fixture->engine, &health);
		snapshot_release(snapshot);
	}
	return NULL;
}

static void many_threads(void **state)
{
	struct fixture *fixture = *state;
	pthread_t threads[3];
	char name[16];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		add(fixture, name, 1000, SPEC_TEMPORARY);
	}
	start(fixture);
	/* Without a picture there is nobody to order about, and on a busy machine the threads were through before the first. */
	snapshot_release(wait_state(fixture, "m0", STATE_UP));
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, fixture), 0);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	engine_stop(fixture->engine, "alice");
	assert_true(count_events(fixture, EVENT_PAUSED, -1) > 0);
	assert_int_equal(count_events(fixture, EVENT_STOPPED, -1), 1);
	assert_string_equal(shared_read(fixture->store.events[fixture->store.event_count - 1].who), "alice");
}

static void stops_before_it_starts(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, "never", 1000, SPEC_TEMPORARY);
	engine_stop(fixture->engine, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(goes_down_and_up_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hanging_check_is_expired, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pause_and_resume, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pause_for_a_time_outlives_an_edit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(check_now_replies_with_the_result, set_up, tear_down),
		cmocka_unit_test_setup_teardown(trial_is_not_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(add_edit_remove, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reload_keeps_what_has_not_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_old_name_gives_way_to_whoever_has_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(evidence_is_of_the_first_failure, set_up, tear_down),
		cmocka_unit_test_setup_teardown(resumes_what_it_was, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_restart_leaves_no_gap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_history_checks_are_spread, set_up, tear_down),
		cmocka_unit_test_setup_teardown(own_network_gone_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_threads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stops_before_it_starts, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
