/* By what time history grows old, while the clock of the day shows all sorts of things. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/store/aging.h"
#include "../lib/keeping.h"

#define TODAY_US (INT64_C(1790000000) * SECOND_US)
#define YEARS_US (3652 * DAY_US)

/* A run: how long it has been going on, and how far its clock is ahead. */
struct course {
	struct aging aging;
	int64_t ran_us, began_us, ahead_us;
	int news[AGING_AGREES + 1];
};

static struct mono mono_of(const struct course *course)
{
	return (struct mono){ 7 * HOUR_US + course->ran_us };
}

static int64_t wall_of(const struct course *course)
{
	return course->began_us + course->ran_us + course->ahead_us;
}

static void begin(struct course *course, const struct aging_kept *kept, int64_t began_us)
{
	*course = (struct course){ .began_us = began_us };
	aging_begin(&course->aging, kept, mono_of(course), wall_of(course));
}

static void go_on(struct course *course, int64_t us)
{
	for (int64_t end_us = course->ran_us + us; course->ran_us < end_us;) {
		course->ran_us += MINUTE_US;
		course->news[aging_look(&course->aging, mono_of(course), wall_of(course))]++;
	}
}

static int64_t shown(const struct course *course)
{
	return aging_now_us(&course->aging, wall_of(course));
}

static struct aging_kept end(const struct course *course)
{
	return (struct aging_kept){ course->aging.believed_us, course->aging.apart_us, course->aging.doubt_us };
}

static const struct aging_kept none;

static void clock_is_believed_at_first(void **state)
{
	struct course course;

	begin(&course, &none, TODAY_US);
	assert_int_equal(shown(&course), TODAY_US);
	go_on(&course, 3 * DAY_US);
	assert_int_equal(shown(&course), TODAY_US + 3 * DAY_US);
	assert_int_equal(course.news[AGING_DOUBTS], 0);
}

static void ten_years_ahead_and_back(void **state)
{
	struct course course;

	begin(&course, &none, TODAY_US);
	go_on(&course, HOUR_US);
	course.ahead_us = YEARS_US;
	go_on(&course, 23 * HOUR_US);
	assert_int_equal(shown(&course), TODAY_US + DAY_US);
	assert_int_equal(course.news[AGING_DOUBTS], 1);
	course.ahead_us = 0;
	go_on(&course, 2 * DAY_US);
	assert_int_equal(shown(&course), TODAY_US + 3 * DAY_US);
	assert_int_equal(course.news[AGING_AGREES], 1);
	assert_int_equal(course.news[AGING_BELIEVES], 0);
}

static void ten_years_back_and_ahead(void **state)
{
	struct course course;

	begin(&course, &none, TODAY_US);
	course.ahead_us = -YEARS_US;
	go_on(&course, HOUR_US);
	assert_int_equal(shown(&course), TODAY_US - YEARS_US + HOUR_US);
	course.ahead_us = 0;
	go_on(&course, HOUR_US);
	assert_int_equal(shown(&course), TODAY_US + 2 * HOUR_US);
}

/* And then the true time is another time, too. */
static void after_a_day_it_is_believed(void **state)
{
	struct course course;

	begin(&course, &none, TODAY_US);
	course.ahead_us = YEARS_US;
	go_on(&course, DAY_US + MINUTE_US);
	assert_int_equal(shown(&course), TODAY_US + DAY_US + MINUTE_US + YEARS_US);
	assert_int_equal(course.news[AGING_BELIEVES], 1);
	course.ahead_us = 0;
	go_on(&course, HOUR_US);
	assert_int_equal(shown(&course), wall_of(&course));
	course.ahead_us = 2 * YEARS_US;
	go_on(&course, HOUR_US);
	assert_true(shown(&course) < TODAY_US + YEARS_US + 3 * DAY_US);
}

/* A clock that is set again and again has shown nothing for a day. */
static void each_other_time_is_another(void **state)
{
	struct course course;

	begin(&course, &none, TODAY_US);
	for (int i = 1; i <= 10; i++) {
		course.ahead_us = i * YEARS_US;
		go_on(&course, 20 * HOUR_US);
		assert_true(shown(&course) <= TODAY_US + course.ran_us);
	}
	assert_int_equal(course.news[AGING_DOUBTS], 10);
}

static void hours_are_not_told(void **state)
{
	struct course course;

	begin(&course, &none, TODAY_US);
	course.ahead_us = HOUR_US;
	go_on(&course, 2 * HOUR_US);
	assert_int_equal(shown(&course), TODAY_US + 2 * HOUR_US);
	go_on(&course, DAY_US);
	assert_int_equal(shown(&course), TODAY_US + DAY_US + 3 * HOUR_US);
	assert_int_equal(course.news[AGING_AS_BEFORE], (DAY_US + 2 * HOUR_US) / MINUTE_US);
}

/* Each evening it ends: what is not seen of the nights is seen after some days. */
static void a_day_may_be_of_several_runs(void **state)
{
	struct aging_kept kept = none;
	struct course course;

	for (int day = 0; day < 4; day++) {
		begin(&course, &kept, TODAY_US + day * DAY_US);
		go_on(&course, 9 * HOUR_US);
		kept = end(&course);
	}
	assert_true(shown(&course) > TODAY_US + 2 * DAY_US);
	assert_true(shown(&course) <= TODAY_US + 3 * DAY_US + 9 * HOUR_US);
	/* But not of runs between which the clock was set. */
	begin(&course, &kept, TODAY_US + YEARS_US);
	go_on(&course, 20 * HOUR_US);
	kept = end(&course);
	begin(&course, &kept, TODAY_US + 2 * YEARS_US);
	go_on(&course, 20 * HOUR_US);
	assert_true(shown(&course) < TODAY_US + 6 * DAY_US);
}

/* Who was stopped for long has not run. */
static void a_stop_is_no_running(void **state)
{
	struct course course;

	begin(&course, &none, TODAY_US);
	course.ahead_us = YEARS_US;
	go_on(&course, HOUR_US);
	course.ran_us += 2 * DAY_US;
	go_on(&course, HOUR_US);
	assert_true(shown(&course) < TODAY_US + 4 * HOUR_US);
}

static void numbers_of_a_stranger_do_no_harm(void **state)
{
	static const char *const values[] = { "-9223372036854775808", "9223372036854775807", "'x'", "NULL", "1e300" };
	struct keeping *fixture = *state;

	store_close(keeping_open(fixture->path, 10));
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct store_settings settings = { .path = fixture->path, .flush_ms = 10, .waiting_most = 1000 };
		struct error err;
		struct store *store;
		char sql[200];

		snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO meta (key, value) VALUES ('aged_us', %s), ('aged_apart_us', %s),"
		    " ('aged_doubt_us', %s)", values[i], values[i], values[(i + 1) % 5]);
		assert_true(keeping_run(fixture->path, sql));
		store = store_open(&settings, &err, NULL);
		assert_non_null(store);
		assert_true(store_start(store, &err));
		store_remove_monitor(store, 99);	/* which makes it tidy up at once */
		keeping_send(store, 1, 0, 10);
		assert_true(keeping_end(store));
		assert_int_equal(keeping_count(fixture->path, 1), 10 * (i + 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_is_believed_at_first),
		cmocka_unit_test(ten_years_ahead_and_back),
		cmocka_unit_test(ten_years_back_and_ahead),
		cmocka_unit_test(after_a_day_it_is_believed),
		cmocka_unit_test(each_other_time_is_another),
		cmocka_unit_test(hours_are_not_told),
		cmocka_unit_test(a_day_may_be_of_several_runs),
		cmocka_unit_test(a_stop_is_no_running),
		cmocka_unit_test_setup_teardown(numbers_of_a_stranger_do_no_harm, keeping_set_up, keeping_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
