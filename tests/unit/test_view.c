/*
 * One view: its ring of marks, its latencies, and that copies hold what they show.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/kept.h"
#include "kumatop/snapshot.h"

static void the_newest_mark_is_first(void **state)
{
	struct monitor_view view = { 0 };

	for (int32_t i = 0; i < 3 * VIEW_MARKS + 5; i++) {
		view_add_mark(&view, i % 2 ? STATE_DOWN : STATE_UP, i * 10);
		assert_int_equal(view.mark_count, i < VIEW_MARKS ? i + 1 : VIEW_MARKS);
		for (int32_t back = 0; back < view.mark_count; back++) {
			struct beat_mark mark = view_mark(&view, (size_t)back);

			assert_int_equal(mark.latency_10us, i - back);
			assert_int_equal(mark.look, (i - back) % 2 ? STATE_DOWN : STATE_UP);
		}
	}
	view_finish(&view);
}

static void marks_hold_every_state_and_latency(void **state)
{
	static const struct { int32_t latency_us; uint32_t packed; } rows[] = {
		{ -1, BEAT_MARK_NONE }, { INT32_MIN, BEAT_MARK_NONE }, { 0, 0 }, { 9, 0 }, { 10, 1 }, { 123456, 12345 },
		{ INT32_MAX, INT32_MAX / 10 },
	};

	for (int look = 0; look < STATE_COUNT; look++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct monitor_view view = { 0 };

			view_add_mark(&view, (enum state)look, rows[i].latency_us);
			assert_int_equal(view_mark(&view, 0).look, look);
			assert_int_equal(view_mark(&view, 0).latency_10us, rows[i].packed);
			view_finish(&view);
		}
	}
	assert_int_equal(sizeof(struct beat_mark), 4);
}

static void percentiles_of_the_marks(void **state)
{
	struct monitor_view view = { 0 };

	assert_int_equal(view_percentile_us(&view, 0.95), -1);
	view_add_mark(&view, STATE_DOWN, -1);
	assert_int_equal(view_percentile_us(&view, 0.95), -1);
	for (int32_t i = 1; i <= 20; i++)
		view_add_mark(&view, STATE_UP, i * 1000);
	assert_int_equal(view_percentile_us(&view, 0.5), 10000);
	assert_int_equal(view_percentile_us(&view, 0.95), 19000);
	assert_int_equal(view_percentile_us(&view, 1), 20000);
	/* old ones are forgotten */
	for (int32_t i = 0; i < VIEW_MARKS; i++)
		view_add_mark(&view, STATE_UP, 500);
	assert_int_equal(view_percentile_us(&view, 1), 500);
	view_add_mark(&view, STATE_UP, INT32_MAX);
	assert_int_equal(view_percentile_us(&view, 1), INT32_MAX / 10 * 10);
	view_finish(&view);
}

static void latency_of_the_last_result(void **state)
{
	struct monitor_view view = { .outcome = OUTCOME_OK, .phase_us = { 1, 2, 3, 4, 5, 15 } };

	assert_int_equal(view_latency_us(&view), -1);
	view.has_result = true;
	assert_int_equal(view_latency_us(&view), 15);
	view.outcome = OUTCOME_WRONG_STATUS;
	assert_int_equal(view_latency_us(&view), -1);
}

static bool read_target(const char *text, char **canonical, struct error *err)
{
	*canonical = strdup(text);
	return true;
}

static const struct kind fake = { .name = "fake", .summary = "for tests", .read_target = read_target };

static void copies_hold_what_they_show(void **state)
{
	struct monitor_view view = { .id = 7, .mark_count = 3 }, copy;
	struct monitor_spec *spec;
	struct shared_text *detail;

	view.spec = spec = spec_create(&fake, "www", "a", NULL);
	view.detail = detail = shared_create("503");
	view.address = shared_create("192.0.2.1:80");
	view.evidence = shared_create("HTTP/1.1 503");
	memset(&copy, 0x55, sizeof(copy));
	view_copy(&copy, &view);
	assert_int_equal(atomic_load(&spec->holders), 2);
	assert_int_equal(atomic_load(&detail->holders), 2);
	view_finish(&view);
	assert_null(view.spec);
	assert_int_equal(view.id, 0);
	assert_int_equal(copy.id, 7);
	assert_int_equal(copy.mark_count, 3);
	assert_string_equal(copy.spec->name, "www");
	assert_string_equal(shared_read(copy.detail), "503");
	assert_string_equal(shared_read(copy.address), "192.0.2.1:80");
	assert_string_equal(shared_read(copy.evidence), "HTTP/1.1 503");
	assert_int_equal(atomic_load(&spec->holders), 1);
	view_finish(&copy);
	view_finish(&copy);

	/* an empty view holds nothing */
	view_copy(&copy, &view);
	view_finish(&copy);
}

/* A copy's marks stay as they were, however full the ring is when the other goes on, and whoever of the two does. */
static void copies_keep_their_marks(void **state)
{
	for (int32_t before = 0; before <= 2 * VIEW_MARKS; before++) {
		struct monitor_view view = { 0 }, copy;

		for (int32_t i = 0; i < before; i++)
			view_add_mark(&view, STATE_UP, i * 10);
		view_copy(&copy, &view);
		view_add_mark(&view, STATE_DOWN, 50000);
		view_add_mark(&view, STATE_DOWN, 50000);
		assert_int_equal(copy.mark_count, before < VIEW_MARKS ? before : VIEW_MARKS);
		for (int32_t back = 0; back < copy.mark_count; back++)
			assert_int_equal(view_mark(&copy, (size_t)back).latency_10us, before - 1 - back);
		view_add_mark(&copy, STATE_PENDING, 70000);
		assert_int_equal(view_mark(&copy, 0).look, STATE_PENDING);
		for (size_t back = 0; back < 2; back++)
			assert_int_equal(view_mark(&view, back).look, STATE_DOWN);
		if (before > 0)
			assert_int_equal(view_mark(&view, 2).look, STATE_UP);
		view_finish(&view);
		view_finish(&copy);
	}
}

/* What a database keeps is what the bar goes on from. */
static void a_view_resumes(void **state)
{
	struct kept_standing standing = { .monitor = 1, .standing = { .state = STATE_DOWN, .since_us = 5 }, .detail = "kept reason" };
	struct kept_marks marks = { .monitor = 1, .last_good_us = 9 };
	struct monitor_view view = { 0 };

	for (uint32_t i = 0; i < VIEW_MARKS; i++)
		marks.marks[marks.count++] = (struct beat_mark){ .look = STATE_UP, .latency_10us = (i ? i : BEAT_MARK_NONE) & BEAT_MARK_NONE };
	marks.last = (struct beat){ .time_us = 100, .outcome = OUTCOME_RESET, .verdict = VERDICT_DOWN, .code = 3,
	    .detail = shared_create("reset by peer") };
	view_resume(&view, &standing, &marks);
	kept_marks_finish(&marks);
	assert_int_equal(view.mark_count, VIEW_MARKS);
	assert_int_equal(view_mark(&view, 0).latency_10us, VIEW_MARKS - 1);
	assert_int_equal(view_mark(&view, VIEW_MARKS - 1).latency_10us, BEAT_MARK_NONE);
	assert_int_equal(view.standing.state, STATE_DOWN);
	assert_int_equal(view.last_us, 100);
	assert_int_equal(view.last_good_us, 9);
	assert_string_equal(shared_read(view.detail), "reset by peer");
	view_finish(&view);

	view_resume(&view, &standing, NULL);
	assert_string_equal(shared_read(view.detail), "kept reason");
	assert_false(view.has_result);
	view_finish(&view);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_mark_is_first),
		cmocka_unit_test(marks_hold_every_state_and_latency),
		cmocka_unit_test(percentiles_of_the_marks),
		cmocka_unit_test(latency_of_the_last_result),
		cmocka_unit_test(copies_hold_what_they_show),
		cmocka_unit_test(copies_keep_their_marks),
		cmocka_unit_test(a_view_resumes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
