/* The queue between threads: order, limits, what is lost and what never is, waking and closing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/mailbox.h"
#include "kumatop/when.h"

struct note {
	int from, number;
	bool routine;
};

static atomic_int discarded, discarded_events;

static void discard(void *message)
{
	struct note *note = message;

	atomic_fetch_add(&discarded, 1);
	if (!note->routine)
		atomic_fetch_add(&discarded_events, 1);
	free(note);
}

static bool is_routine(const void *message)
{
	return ((const struct note *)message)->routine;
}

static struct note *note_new(int from, int number, bool routine)
{
	struct note *note = heap_zero(1, sizeof *note);

	*note = (struct note){ from, number, routine };
	return note;
}

static struct mailbox *box_new(size_t limit)
{
	atomic_store(&discarded, 0);
	atomic_store(&discarded_events, 0);
	return mailbox_create(limit, discard);
}

/* Takes the oldest and says its number, or -1. */
static int take(struct mailbox *box)
{
	struct note *note = mailbox_pop(box);
	int number = note ? note->number : -1;

	free(note);
	return number;
}

static void first_in_first_out_up_to_the_limit(void **state)
{
	struct mailbox *box = box_new(3);
	struct note *refused = note_new(0, 4, false);

	assert_int_equal(take(box), -1);
	for (int i = 1; i <= 3; i++)
		assert_true(mailbox_push(box, note_new(0, i, false)));
	assert_false(mailbox_push(box, refused));
	free(refused);	/* it stayed ours */
	assert_int_equal(mailbox_count(box), 3);
	for (int i = 1; i <= 3; i++)
		assert_int_equal(take(box), i);
	assert_int_equal(take(box), -1);
	assert_true(mailbox_push(box, note_new(0, 5, false)));
	assert_int_equal(take(box), 5);
	assert_int_equal(discarded, 0);
	mailbox_destroy(box);
}

static void what_is_left_is_discarded(void **state)
{
	struct mailbox *box = box_new(10);

	for (int i = 0; i < 4; i++)
		assert_true(mailbox_push(box, note_new(0, i, true)));
	mailbox_destroy(box);
	assert_int_equal(discarded, 4);
	mailbox_destroy(NULL);
}

/*
 * A story: letters are pushed over, r routine and e an event, numbered from 1, into a box of three. What is lost by the end,
 * and what is read then.
 */
static void pushing_over_drops_the_oldest_routine(void **state)
{
	static const struct { const char *pushed, *lost, *kept; } rows[] = {
		{ "rrr", "000", "123" }, { "rrrr", "0001", "234" }, { "errr", "0001", "134" }, { "eeer", "0001", "123" }, { "eeee", "0000", "1234" },
		{ "eeeeee", "000000", "123456" }, { "rere", "0001", "234" }, { "eeeer", "00001", "1234" }, { "rrrrrr", "000111", "456" },
		{ "erer", "0001", "134" }, { "rreee", "00011", "345" }, { "erreee", "000110", "1456" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mailbox *box = box_new(3);
		int lost = 0;

		for (int n = 0; rows[i].pushed[n]; n++) {
			size_t now = mailbox_push_over(box, note_new(0, n + 1, rows[i].pushed[n] == 'r'), is_routine);

			assert_int_equal(now, rows[i].lost[n] - '0');
			lost += (int)now;
			assert_int_equal(discarded, lost);
		}
		assert_int_equal(discarded_events, 0);
		for (const char *number = rows[i].kept; *number; number++)
			assert_int_equal(take(box), *number - '0');
		assert_int_equal(take(box), -1);
		mailbox_destroy(box);
	}
}

/* Events have filled the box beyond its limit; once it is read down, routine messages find room and replace each other again. */
static void a_box_beyond_its_limit_recovers(void **state)
{
	struct mailbox *box = box_new(2);

	for (int i = 1; i <= 4; i++)
		assert_int_equal(mailbox_push_over(box, note_new(0, i, false), is_routine), 0);
	assert_int_equal(mailbox_push_over(box, note_new(0, 5, true), is_routine), 1);
	assert_int_equal(mailbox_count(box), 4);
	for (int i = 1; i <= 3; i++)
		assert_int_equal(take(box), i);
	assert_int_equal(mailbox_push_over(box, note_new(0, 6, true), is_routine), 0);
	assert_int_equal(mailbox_push_over(box, note_new(0, 7, true), is_routine), 1);
	assert_int_equal(take(box), 4);
	assert_int_equal(take(box), 7);
	assert_int_equal(discarded, 2);
	assert_int_equal(discarded_events, 0);
	mailbox_destroy(box);
}

static void count_wake(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

static void wakes_when_something_comes_into_an_empty_box(void **state)
{
	struct mailbox *box = box_new(2);
	atomic_int wakes = 0;

	mailbox_set_wake(box, count_wake, &wakes);
	assert_true(mailbox_push(box, note_new(0, 1, true)));
	assert_int_equal(wakes, 1);
	assert_true(mailbox_push(box, note_new(0, 2, true)));
	assert_int_equal(mailbox_push_over(box, note_new(0, 3, true), is_routine), 1);
	assert_int_equal(wakes, 1);
	take(box);
	take(box);
	assert_int_equal(mailbox_push_over(box, note_new(0, 4, true), is_routine), 0);
	assert_int_equal(wakes, 2);
	mailbox_destroy(box);
}

static void closed_takes_nothing_and_gives_the_rest(void **state)
{
	struct mailbox *box = box_new(2);
	struct note *refused = note_new(0, 2, false);

	assert_true(mailbox_push(box, note_new(0, 1, true)));
	mailbox_close(box);
	assert_false(mailbox_push(box, refused));
	assert_int_equal(mailbox_push_over(box, refused, is_routine), 1);
	assert_int_equal(discarded, 1);
	free(mailbox_wait(box, -1));
	assert_null(mailbox_wait(box, -1));
	assert_null(mailbox_wait(box, 1000));
	mailbox_destroy(box);
}

static void waiting_ends_by_its_time(void **state)
{
	struct mailbox *box = box_new(2);
	struct mono before = mono_now();

	assert_null(mailbox_wait(box, 0));
	assert_null(mailbox_wait(box, 20));
	assert_true(mono_between_us(before, mono_now()) >= 20000);
	mailbox_destroy(box);
}

enum { WRITERS = 4, EACH = 5000 };

struct writer {
	struct mailbox *box;
	pthread_t thread;
	int number;
	size_t lost;
};

static void *write_over(void *arg)
{
	struct writer *writer = arg;

	for (int i = 0; i < EACH; i++)
		writer->lost += mailbox_push_over(writer->box, note_new(writer->number, i, i % 10 != 0), is_routine);
	return NULL;
}

struct tally {
	int last[WRITERS], events, all;
	bool in_order;
};

/* Reads until the box is closed and empty. */
static void *read_to_the_end(void *arg)
{
	struct mailbox *box = arg;
	struct tally *tally = heap_zero(1, sizeof *tally);
	struct note *note;

	tally->in_order = true;
	for (size_t i = 0; i < WRITERS; i++)
		tally->last[i] = -1;
	while ((note = mailbox_wait(box, -1))) {
		tally->in_order = tally->in_order && note->number > tally->last[note->from];
		tally->last[note->from] = note->number;
		tally->events += !note->routine;
		tally->all++;
		free(note);
	}
	return tally;
}

static void several_writers_lose_no_event_and_keep_order(void **state)
{
	struct mailbox *box = box_new(50);
	struct writer writers[WRITERS];
	struct tally *tally;
	pthread_t reader;
	size_t lost = 0;
	void *result;

	assert_int_equal(pthread_create(&reader, NULL, read_to_the_end, box), 0);
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){ .box = box, .number = i };
		assert_int_equal(pthread_create(&writers[i].thread, NULL, write_over, &writers[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
		lost += writers[i].lost;
	}
	mailbox_close(box);
	assert_int_equal(pthread_join(reader, &result), 0);
	tally = result;
	assert_true(tally->in_order);
	assert_int_equal(tally->events, WRITERS * EACH / 10);
	assert_int_equal((size_t)tally->all + lost, WRITERS * EACH);
	assert_int_equal(discarded, lost);
	assert_int_equal(discarded_events, 0);
	free(tally);
	mailbox_destroy(box);
}

/* A writer that never drops: it tries until there is room, for a minute at most. */
static void *write_until_taken(void *arg)
{
	struct mailbox *box = arg;
	size_t *pushed = heap_zero(1, sizeof *pushed);
	struct note *note = note_new(0, 0, true);
	struct mono start = mono_now();

	while (mono_between_us(start, mono_now()) < MINUTE_US && *pushed < EACH) {
		if (mailbox_push(box, note))
			note = note_new(0, (int)++*pushed, true);
		else
			sched_yield();
	}
	free(note);
	return pushed;
}

static void a_small_box_passes_everything(void **state)
{
	struct mailbox *box = box_new(1);
	pthread_t reader, writer;
	void *tally, *pushed;

	assert_int_equal(pthread_create(&reader, NULL, read_to_the_end, box), 0);
	assert_int_equal(pthread_create(&writer, NULL, write_until_taken, box), 0);
	assert_int_equal(pthread_join(writer, &pushed), 0);
	mailbox_close(box);
	assert_int_equal(pthread_join(reader, &tally), 0);
	assert_int_equal(*(size_t *)pushed, EACH);
	assert_int_equal(((struct tally *)tally)->all, EACH);
	assert_true(((struct tally *)tally)->in_order);
	free(tally);
	free(pushed);
	mailbox_destroy(box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out_up_to_the_limit),
		cmocka_unit_test(what_is_left_is_discarded),
		cmocka_unit_test(pushing_over_drops_the_oldest_routine),
		cmocka_unit_test(a_box_beyond_its_limit_recovers),
		cmocka_unit_test(wakes_when_something_comes_into_an_empty_box),
		cmocka_unit_test(closed_takes_nothing_and_gives_the_rest),
		cmocka_unit_test(waiting_ends_by_its_time),
		cmocka_unit_test(several_writers_lose_no_event_and_keep_order),
		cmocka_unit_test(a_small_box_passes_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
