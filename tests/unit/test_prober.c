/* The prober: cap, waiting line, patience, cancelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <uv.h>
#include <cmocka.h>

#include "../lib/fakekind.h"
#include "kumatop/prober.h"

struct fixture {
	uv_loop_t uv;
	struct probe_loop *loop;
	struct prober *prober;
};

struct seen {
	unsigned count;
	int outcomes[32];
};

static void done(void *arg, const struct check_result *result)
{
	struct seen *seen = arg;

	seen->outcomes[seen->count++] = (int)result->outcome;
}

static void open_prober(struct fixture *fixture, size_t most)
{
	struct probe_loop_settings settings = { 0 };
	struct error err;

	assert_int_equal(uv_loop_init(&fixture->uv), 0);
	fixture->loop = probe_loop_create(&fixture->uv, &settings, &err);
	assert_non_null(fixture->loop);
	fixture->prober = prober_create(fixture->loop, most);
}

static void close_prober(struct fixture *fixture)
{
	prober_close(fixture->prober);
	probe_loop_close(fixture->loop);
	uv_run(&fixture->uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&fixture->uv), 0);
}

static void turn_until(struct fixture *fixture, const struct seen *seen, unsigned count)
{
	while (seen->count < count)
		uv_run(&fixture->uv, UV_RUN_ONCE);
}

static void waits_for_a_free_place(void **state)
{
	struct monitor_spec *fine = fake_spec("fine", "fine", 1000, SPEC_TEMPORARY);
	struct fixture fixture;
	struct seen seen = { 0 };

	fake_set_outcome("fine", OUTCOME_OK);
	open_prober(&fixture, 2);
	for (int i = 0; i < 5; i++)
		prober_check(fixture.prober, fine, 0, done, &seen);
	assert_int_equal(seen.count, 0);
	while (seen.count < 5) {
		uv_run(&fixture.uv, UV_RUN_ONCE);
		assert_true(prober_in_flight(fixture.prober) <= 2);
	}
	assert_int_equal(prober_in_flight(fixture.prober), 0);
	close_prober(&fixture);
	spec_release(fine);
}

static void who_hangs_makes_room(void **state)
{
	struct monitor_spec *hang = fake_spec("hang", "hang", 1000, SPEC_TEMPORARY), *fine = fake_spec("fine", "fine", 1000, SPEC_TEMPORARY);
	struct fixture fixture;
	struct seen seen = { 0 };

	fake_set_outcome("hang", -1);
	fake_set_outcome("fine", OUTCOME_OK);
	open_prober(&fixture, 1);
	prober_check(fixture.prober, hang, 0, done, &seen);
	prober_check(fixture.prober, fine, 0, done, &seen);
	turn_until(&fixture, &seen, 2);
	assert_int_equal(seen.outcomes[0], OUTCOME_OK);
	assert_int_equal(seen.outcomes[1], OUTCOME_ANSWER_TIMEOUT);
	assert_int_equal(prober_in_flight(fixture.prober), 0);
	close_prober(&fixture);
	spec_release(hang);
	spec_release(fine);
}

/* Half of the descriptors are for checks that hang. */
static void hanging_ones_have_a_limit_too(void **state)
{
	struct monitor_spec *hang = fake_spec("hang", "hang", 1000, SPEC_TEMPORARY);
	struct rlimit before, small;
	struct fixture fixture;
	struct seen seen = { 0 };
	size_t most = 0;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	small = before;
	small.rlim_cur = 40;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
	fake_set_outcome("hang", -1);
	open_prober(&fixture, 10);
	for (int i = 0; i < 25; i++)
		prober_check(fixture.prober, hang, 0, done, &seen);
	while (seen.count < 25) {
		uv_run(&fixture.uv, UV_RUN_ONCE);
		if (prober_in_flight(fixture.prober) > most)
			most = prober_in_flight(fixture.prober);
	}
	assert_int_equal(most, 20);
	assert_int_equal(seen.outcomes[24], OUTCOME_ANSWER_TIMEOUT);
	close_prober(&fixture);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	spec_release(hang);
}

static void patience_ends(void **state)
{
	struct monitor_spec *hang = fake_spec("hang", "hang", 1000, SPEC_TEMPORARY), *fine = fake_spec("fine", "fine", 1000, SPEC_TEMPORARY);
	struct fixture fixture;
	struct seen seen = { 0 };

	fake_set_outcome("hang", -1);
	fake_set_outcome("fine", OUTCOME_OK);
	open_prober(&fixture, 1);
	prober_check(fixture.prober, hang, 0, done, &seen);
	prober_check(fixture.prober, fine, 10, done, &seen);
	turn_until(&fixture, &seen, 2);
	assert_int_equal(seen.outcomes[0], OUTCOME_MISSED);
	close_prober(&fixture);
	spec_release(hang);
	spec_release(fine);
}

struct lateness {
	unsigned told;
	int64_t worst_us;
};

static void note_late(void *arg, int64_t late_us)
{
	struct lateness *lateness = arg;

	lateness->told++;
	if (late_us > lateness->worst_us)
		lateness->worst_us = late_us;
}

/* What hangs gives up its place after 250 ms: until then the one behind it waits, and is late. */
static void waiting_for_a_place_is_late(void **state)
{
	struct monitor_spec *hang = fake_spec("hang", "hang", 1000, SPEC_TEMPORARY), *fine = fake_spec("fine", "fine", 1000, SPEC_TEMPORARY);
	struct fixture fixture;
	struct seen seen = { 0 };
	struct lateness lateness = { 0 };
	struct mono before = mono_now();
	int64_t waited_us, seen_waiting_us = 0;

	fake_set_outcome("hang", -1);
	fake_set_outcome("fine", OUTCOME_OK);
	open_prober(&fixture, 1);
	prober_tell_late(fixture.prober, note_late, &lateness);
	assert_int_equal(prober_late_us(fixture.prober), 0);
	prober_check(fixture.prober, hang, 0, done, &seen);
	prober_check(fixture.prober, fine, 0, done, &seen);	/* asked for by hand: nobody planned it */
	prober_plan(prober_check(fixture.prober, fine, 0, done, &seen), before);
	while (seen.count < 2) {
		int64_t late_us = prober_late_us(fixture.prober);

		seen_waiting_us = late_us > seen_waiting_us ? late_us : seen_waiting_us;
		uv_run(&fixture.uv, UV_RUN_ONCE);
	}
	waited_us = mono_between_us(before, mono_now());
	assert_int_equal(lateness.told, 1);
	assert_true(lateness.worst_us >= 250000 && lateness.worst_us <= waited_us);
	assert_true(seen_waiting_us > 0 && seen_waiting_us <= waited_us);
	assert_int_equal(prober_late_us(fixture.prober), 0);
	turn_until(&fixture, &seen, 3);
	close_prober(&fixture);
	spec_release(hang);
	spec_release(fine);
}

static void cancelled_ones_say_nothing(void **state)
{
	struct monitor_spec *hang = fake_spec("hang", "hang", 1000, SPEC_TEMPORARY), *fine = fake_spec("fine", "fine", 1000, SPEC_TEMPORARY);
	struct fixture fixture;
	struct seen seen = { 0 }, never = { 0 };
	struct check *flying, *waiting, *first;

	fake_set_outcome("hang", -1);
	fake_set_outcome("fine", OUTCOME_OK);
	open_prober(&fixture, 2);
	first = prober_check(fixture.prober, hang, 0, done, &never);
	prober_cancel(fixture.prober, first);
	flying = prober_check(fixture.prober, hang, 0, done, &never);
	prober_check(fixture.prober, hang, 0, done, &seen);
	waiting = prober_check(fixture.prober, hang, 0, done, &never);
	prober_check(fixture.prober, fine, 0, done, &seen);
	while (prober_in_flight(fixture.prober) < 2)
		uv_run(&fixture.uv, UV_RUN_ONCE);
	prober_cancel(fixture.prober, waiting);
	prober_cancel(fixture.prober, flying);
	turn_until(&fixture, &seen, 2);
	assert_int_equal(seen.outcomes[0], OUTCOME_OK);
	assert_int_equal(seen.outcomes[1], OUTCOME_ANSWER_TIMEOUT);
	assert_int_equal(never.count, 0);
	close_prober(&fixture);
	spec_release(hang);
	spec_release(fine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_a_free_place),
		cmocka_unit_test(who_hangs_makes_room),
		cmocka_unit_test(hanging_ones_have_a_limit_too),
		cmocka_unit_test(patience_ends),
		cmocka_unit_test(waiting_for_a_place_is_late),
		cmocka_unit_test(cancelled_ones_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
