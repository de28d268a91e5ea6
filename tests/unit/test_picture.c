/*
 * The picture and its snapshots: that pages are shared until they are written, that no snapshot changes under its holder, and
 * (under AddressSanitizer) that counts are exact.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/snapshot.h"

enum { PAGE = SNAPSHOT_PAGE_VIEWS };

static const struct board_health fine = { .history_kept = true };

static struct picture *make(size_t count)
{
	struct picture *picture = picture_create();

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(picture_add(picture), i);
		picture_edit(picture, i)->id = (monitor_id)i + 1;
		picture_edit(picture, i)->standing.state = STATE_UP;
	}
	return picture;
}

static void an_empty_picture(void **state)
{
	struct picture *picture = picture_create();
	const struct snapshot *snapshot = picture_snapshot(picture, &fine, 5);

	assert_int_equal(snapshot->count, 0);
	assert_int_equal(snapshot->page_count, 0);
	assert_int_equal(snapshot->number, 1);
	assert_int_equal(snapshot->time_us, 5);
	assert_null(snapshot_find(snapshot, 1));
	assert_null(snapshot_find_name(snapshot, "www"));
	snapshot_release(snapshot);
	picture_destroy(picture);
	picture_destroy(NULL);
	snapshot_release(NULL);
	assert_null(snapshot_hold(NULL));
}

static void views_are_found(void **state)
{
	struct picture *picture = make(3 * PAGE + 7);
	const struct snapshot *snapshot = picture_snapshot(picture, &fine, 5);

	assert_int_equal(snapshot->count, 3 * PAGE + 7);
	assert_int_equal(snapshot->page_count, 4);
	for (size_t i = 0; i < snapshot->count; i++) {
		assert_int_equal(snapshot_view(snapshot, i)->id, i + 1);
		assert_ptr_equal(snapshot_find(snapshot, (monitor_id)i + 1), snapshot_view(snapshot, i));
	}
	assert_null(snapshot_find(snapshot, (monitor_id)snapshot->count + 1));
	snapshot_release(snapshot);
	picture_destroy(picture);
}

static void only_changed_pages_are_copied(void **state)
{
	struct picture *picture = make(5 * PAGE);
	const struct snapshot *first = picture_snapshot(picture, &fine, 1), *second, *third;

	picture_edit(picture, 1)->code = 200;
	picture_edit(picture, 2)->code = 201;
	picture_edit(picture, 3 * PAGE + 4)->code = 202;
	assert_int_equal(picture_view(picture, 1)->code, 200);
	second = picture_snapshot(picture, &fine, 2);
	third = picture_snapshot(picture, &fine, 3);
	for (size_t page = 0; page < 5; page++) {
		assert_int_equal(first->pages[page] == second->pages[page], page != 0 && page != 3);
		assert_ptr_equal(second->pages[page], third->pages[page]);
	}
	/* and nobody's snapshot changed */
	assert_int_equal(snapshot_view(first, 1)->code, 0);
	assert_int_equal(snapshot_view(first, 3 * PAGE + 4)->code, 0);
	assert_int_equal(snapshot_view(second, 1)->code, 200);
	assert_int_equal(snapshot_view(second, 2)->code, 201);
	assert_int_equal(snapshot_view(second, 3 * PAGE + 4)->code, 202);
	assert_int_equal(third->number, 3);
	snapshot_release(first);
	snapshot_release(second);
	snapshot_release(third);
	picture_destroy(picture);
}

/* Memory for one set of views, not two, where nobody looks. */
static void a_page_nobody_holds_is_written_in_place(void **state)
{
	struct picture *picture = make(PAGE);
	const struct monitor_view *before = picture_view(picture, 0);
	const struct snapshot *snapshot = picture_snapshot(picture, &fine, 1);

	assert_ptr_equal(snapshot_view(snapshot, 0), before);
	snapshot_release(snapshot);
	assert_ptr_equal(picture_edit(picture, 0), before);
	snapshot = picture_snapshot(picture, &fine, 1);
	assert_ptr_not_equal(picture_edit(picture, 0), before);
	snapshot_release(snapshot);
	picture_destroy(picture);
}

static void a_snapshot_outlives_its_picture(void **state)
{
	struct picture *picture = make(PAGE + 1);
	const struct snapshot *snapshot;

	picture_edit(picture, 3)->detail = shared_create("why");
	snapshot = picture_snapshot(picture, &fine, 1);
	picture_destroy(picture);
	assert_string_equal(shared_read(snapshot_view(snapshot, 3)->detail), "why");
	snapshot_hold(snapshot);
	snapshot_release(snapshot);
	assert_int_equal(snapshot_view(snapshot, PAGE)->id, PAGE + 1);
	snapshot_release(snapshot);
}

static void removing_moves_the_last_one_in(void **state)
{
	struct picture *picture = make(PAGE + 2);
	const struct snapshot *before = picture_snapshot(picture, &fine, 1), *after;

	picture_remove(picture, 3);
	assert_int_equal(picture_count(picture), PAGE + 1);
	assert_int_equal(picture_view(picture, 3)->id, PAGE + 2);
	picture_remove(picture, PAGE);	/* the last one itself, and its page with it */
	assert_int_equal(picture_count(picture), PAGE);
	after = picture_snapshot(picture, &fine, 2);
	assert_int_equal(after->page_count, 1);
	assert_int_equal(after->by_state[STATE_UP], PAGE);
	assert_null(snapshot_find(after, 4));
	assert_null(snapshot_find(after, PAGE + 1));
	assert_int_equal(snapshot_view(before, 3)->id, 4);
	assert_int_equal(before->count, PAGE + 2);
	assert_int_equal(picture_add(picture), PAGE);
	assert_int_equal(picture_view(picture, PAGE)->id, 0);
	snapshot_release(before);
	snapshot_release(after);
	while (picture_count(picture))
		picture_remove(picture, 0);
	after = picture_snapshot(picture, &fine, 3);
	assert_int_equal(after->page_count, 0);
	for (int s = 0; s < STATE_COUNT; s++)
		assert_int_equal(after->by_state[s], 0);
	snapshot_release(after);
	picture_destroy(picture);
}

static void check_counts(const struct snapshot *snapshot)
{
	uint32_t by_state[STATE_COUNT] = { 0 };

	for (size_t i = 0; i < snapshot->count; i++)
		by_state[snapshot_view(snapshot, i)->standing.state]++;
	assert_memory_equal(by_state, snapshot->by_state, sizeof(by_state));
}

/* Adds, edits, removes and snapshots in any order, with snapshots held for a while: counts hold, contents stay what they were. */
static void any_history_of_a_picture(void **state)
{
	struct picture *picture = picture_create();
	const struct snapshot *held[8] = { NULL };
	int64_t sums[8] = { 0 };
	uint64_t random = 99;
	monitor_id next = 1;

	for (int i = 0; i < 6000; i++) {
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		unsigned what = (unsigned)(random >> 60), slot = (unsigned)(random >> 57 & 7);
		size_t count = picture_count(picture), index = count ? (size_t)(random >> 33) % count : 0;

		if (what < 4 && count < 300) {
			size_t added = picture_add(picture);

			picture_edit(picture, added)->id = next++;
			picture_edit(picture, added)->detail = shared_create("a reason");
		} else if (what < 6 && count > 0) {
			picture_remove(picture, index);
		} else if (what < 13 && count > 0) {
			struct monitor_view *view = picture_edit(picture, index);

			view->standing.state = (enum state)(random >> 40 & 7);
			shared_release(view->address);
			view->address = shared_create("192.0.2.1");
		} else {
			if (held[slot]) {
				int64_t sum = 0;

				for (size_t k = 0; k < held[slot]->count; k++)
					sum += snapshot_view(held[slot], k)->id * (int64_t)(k + 1);
				assert_int_equal(sum, sums[slot]);
				check_counts(held[slot]);
			}
			snapshot_release(held[slot]);
			held[slot] = picture_snapshot(picture, &fine, i);
			check_counts(held[slot]);
			sums[slot] = 0;
			for (size_t k = 0; k < held[slot]->count; k++)
				sums[slot] += snapshot_view(held[slot], k)->id * (int64_t)(k + 1);
		}
	}
	picture_destroy(picture);
	for (size_t i = 0; i < 8; i++)
		snapshot_release(held[i]);
}

static void health_is_copied_and_its_texts_held(void **state)
{
	struct picture *picture = make(1);
	struct board_health health = { .events = 4, .beats_waiting = 7 };
	const struct snapshot *snapshot;

	health.history_trouble = shared_create("disk full");
	health.configuration_trouble = shared_create("kumatop.conf:3: syntax error");
	snapshot = picture_snapshot(picture, &health, 1);
	shared_release(health.history_trouble);
	shared_release(health.configuration_trouble);
	assert_string_equal(shared_read(snapshot->health.history_trouble), "disk full");
	assert_string_equal(shared_read(snapshot->health.configuration_trouble), "kumatop.conf:3: syntax error");
	assert_int_equal(snapshot->health.events, 4);
	assert_int_equal(snapshot->health.beats_waiting, 7);
	snapshot_release(snapshot);
	picture_destroy(picture);
}

/* 100,000 monitors with ten changes: ten pages are new, all others the same ones. */
static void a_hundred_thousand_stay_cheap(void **state)
{
	struct picture *picture = make(100000);
	const struct snapshot *before = picture_snapshot(picture, &fine, 1), *after;
	size_t copied = 0;

	for (size_t i = 0; i < 10; i++)
		picture_edit(picture, i * 9973)->standing.state = STATE_DOWN;
	after = picture_snapshot(picture, &fine, 2);
	for (size_t i = 0; i < after->page_count; i++)
		copied += before->pages[i] != after->pages[i];
	assert_int_equal(copied, 10);
	assert_int_equal(before->by_state[STATE_UP], 100000);
	assert_int_equal(after->by_state[STATE_UP], 99990);
	assert_int_equal(after->by_state[STATE_DOWN], 10);
	snapshot_release(before);
	snapshot_release(after);
	picture_destroy(picture);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_picture),
		cmocka_unit_test(views_are_found),
		cmocka_unit_test(only_changed_pages_are_copied),
		cmocka_unit_test(a_page_nobody_holds_is_written_in_place),
		cmocka_unit_test(a_snapshot_outlives_its_picture),
		cmocka_unit_test(removing_moves_the_last_one_in),
		cmocka_unit_test(any_history_of_a_picture),
		cmocka_unit_test(health_is_copied_and_its_texts_held),
		cmocka_unit_test(a_hundred_thousand_stay_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
