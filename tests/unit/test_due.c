/* The queue of what is due: order, moving, taking out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/engine/due.h"

enum { ITEMS = 500 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void comes_out_in_order(void **state)
{
	struct due_item items[ITEMS] = { 0 };
	struct due_queue queue = { 0 };
	uint32_t seed = 7;
	int64_t last = -1;
	size_t left = ITEMS;

	for (size_t i = 0; i < ITEMS; i++)
		due_put(&queue, &items[i], next_random(&seed) % 1000);
	for (size_t i = 0; i < ITEMS; i += 3)
		due_put(&queue, &items[i], next_random(&seed) % 1000);
	for (size_t i = 1; i < ITEMS; i += 7, left--)
		due_remove(&queue, &items[i]);
	assert_int_equal(queue.count, left);
	for (struct due_item *first; (first = due_first(&queue)); left--) {
		assert_true(first->at_us >= last);
		last = first->at_us;
		due_remove(&queue, first);
		assert_int_equal(first->place, 0);
	}
	assert_int_equal(left, 0);
	due_finish(&queue);
}

static void taking_out_twice_is_harmless(void **state)
{
	struct due_item item = { 0 };
	struct due_queue queue = { 0 };

	due_put(&queue, &item, 5);
	due_remove(&queue, &item);
	due_remove(&queue, &item);
	assert_null(due_first(&queue));
	due_finish(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_out_in_order),
		cmocka_unit_test(taking_out_twice_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
