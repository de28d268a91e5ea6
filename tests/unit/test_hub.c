/*
 * The hub under several threads (run it under ThreadSanitizer too): one publishes, many acquire, listeners come and go.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/snapshot.h"

static const struct board_health fine = { 0 };

enum { MONITORS = 3 * SNAPSHOT_PAGE_VIEWS, PUBLISHES = 1500, READERS = 3 };

static struct picture *make(void)
{
	struct picture *picture = picture_create();

	for (size_t i = 0; i < MONITORS; i++)
		picture_edit(picture, picture_add(picture))->id = (monitor_id)i + 1;
	return picture;
}

static void the_newest_is_found(void **state)
{
	struct snapshot_hub *hub = snapshot_hub_create();
	struct picture *picture = make();
	const struct snapshot *first, *second;

	assert_null(snapshot_hub_acquire(hub));
	snapshot_hub_publish(hub, picture_snapshot(picture, &fine, 1));
	first = snapshot_hub_acquire(hub);
	snapshot_hub_publish(hub, picture_snapshot(picture, &fine, 2));
	second = snapshot_hub_acquire(hub);
	assert_int_equal(first->number, 1);
	assert_int_equal(second->number, 2);
	snapshot_release(first);
	snapshot_hub_destroy(hub);
	assert_int_equal(second->count, MONITORS);
	snapshot_release(second);
	picture_destroy(picture);
	snapshot_hub_destroy(NULL);
}

static void count_wake(void *arg)
{
	++*(int *)arg;
}

static void listeners_are_woken(void **state)
{
	struct snapshot_hub *hub = snapshot_hub_create();
	struct picture *picture = make();
	int woken[9] = { 0 };

	for (size_t i = 0; i < 8; i++)
		assert_true(snapshot_hub_listen(hub, count_wake, &woken[i]));
	assert_false(snapshot_hub_listen(hub, count_wake, &woken[8]));
	snapshot_hub_publish(hub, picture_snapshot(picture, &fine, 1));
	snapshot_hub_unlisten(hub, count_wake, &woken[3]);
	snapshot_hub_unlisten(hub, count_wake, &woken[3]);
	snapshot_hub_unlisten(hub, count_wake, &woken[8]);
	snapshot_hub_publish(hub, picture_snapshot(picture, &fine, 2));
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(woken[i], i == 8 ? 0 : i == 3 ? 1 : 2);
	assert_true(snapshot_hub_listen(hub, count_wake, &woken[8]));
	snapshot_hub_publish(hub, picture_snapshot(picture, &fine, 3));
	assert_int_equal(woken[8], 1);
	snapshot_hub_destroy(hub);
	picture_destroy(picture);
}

struct self_stopper {
	struct snapshot_hub *hub;
	int woken;
	uint64_t seen;
};

static void stop_listening(void *arg)
{
	struct self_stopper *stopper = arg;
	const struct snapshot *snapshot = snapshot_hub_acquire(stopper->hub);

	stopper->woken++;
	stopper->seen = snapshot->number;
	snapshot_release(snapshot);
	snapshot_hub_unlisten(stopper->hub, stop_listening, stopper);
}

static void a_listener_may_look_and_stop(void **state)
{
	struct self_stopper stopper = { .hub = snapshot_hub_create() };
	struct picture *picture = make();

	assert_true(snapshot_hub_listen(stopper.hub, stop_listening, &stopper));
	snapshot_hub_publish(stopper.hub, picture_snapshot(picture, &fine, 1));
	snapshot_hub_publish(stopper.hub, picture_snapshot(picture, &fine, 2));
	assert_int_equal(stopper.woken, 1);
	assert_int_equal(stopper.seen, 1);
	snapshot_hub_destroy(stopper.hub);
	picture_destroy(picture);
}

struct stage {
	struct snapshot_hub *hub;
	atomic_bool over;
	atomic_uint_fast64_t looked;
};

/* Every view of a snapshot is of the same publish: 1 to n, never a mixture. */
static void *keep_looking(void *arg)
{
	struct stage *stage = arg;
	uint64_t newest = 0;

	while (!atomic_load(&stage->over)) {
		const struct snapshot *snapshot = snapshot_hub_acquire(stage->hub);

		if (!snapshot)
			continue;
		assert_true(snapshot->number >= newest);
		newest = snapshot->number;
		for (size_t i = 0; i < snapshot->count; i += SNAPSHOT_PAGE_VIEWS) {
			const struct monitor_view *view = snapshot_view(snapshot, i);

			assert_true(view->last_us == view->next_us && (uint64_t)view->last_us <= snapshot->number);
			if (view->detail)
				assert_string_equal(shared_read(view->detail), "why");
		}
		snapshot_release(snapshot);
		atomic_fetch_add(&stage->looked, 1);
	}
	return NULL;
}

/* What it is woken with lives only as long as it listens: a wake after unlisten() would be seen by the sanitizers. */
static void *come_and_go(void *arg)
{
	struct stage *stage = arg;

	while (!atomic_load(&stage->over)) {
		int *woken = calloc(1, sizeof(*woken));

		assert_non_null(woken);
		assert_true(snapshot_hub_listen(stage->hub, count_wake, woken));
		sched_yield();
		snapshot_hub_unlisten(stage->hub, count_wake, woken);
		free(woken);
	}
	return NULL;
}

static void publish_once(struct stage *stage, struct picture *picture, int64_t number)
{
	struct monitor_view *view = picture_edit(picture, (size_t)number * 32 % MONITORS);

	view->last_us = view->next_us = number;
	shared_release(view->detail);
	view->detail = shared_create("why");
	snapshot_hub_publish(stage->hub, picture_snapshot(picture, &fine, number));
}

static void many_threads(void **state)
{
	struct stage stage = { .hub = snapshot_hub_create() };
	struct picture *picture = make();
	pthread_t readers[READERS], listener;
	int64_t number = 0;

	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, keep_looking, &stage), 0);
	assert_int_equal(pthread_create(&listener, NULL, come_and_go, &stage), 0);
	/* at least so many, and until the readers have seen some */
	while (number < PUBLISHES || atomic_load(&stage.looked) < 100)
		publish_once(&stage, picture, ++number);
	atomic_store(&stage.over, true);
	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_join(readers[i], NULL), 0);
	assert_int_equal(pthread_join(listener, NULL), 0);
	snapshot_hub_destroy(stage.hub);
	picture_destroy(picture);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_is_found),
		cmocka_unit_test(listeners_are_woken),
		cmocka_unit_test(a_listener_may_look_and_stop),
		cmocka_unit_test(many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
