/* Threads that are waited for with a limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>
#include <cmocka.h>

#include "kumatop/thread.h"

static void add_one(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

static void runs_and_ends(void **state)
{
	atomic_int count = 0;
	struct error err;

	for (int i = 0; i < 50; i++) {
		struct thread *thread = thread_start("adder", add_one, &count, &err);

		assert_non_null(thread);
		assert_true(thread_join(thread, i % 2 ? -1 : 60000));
	}
	assert_int_equal(atomic_load(&count), 50);
	assert_true(thread_join(NULL, 0));
}

static void wait_for_a_byte(void *arg)
{
	char byte;

	while (read(*(int *)arg, &byte, 1) < 0)
		;
}

static void one_that_hangs_is_not_waited_for(void **state)
{
	struct error err;
	struct thread *thread;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	thread = thread_start("hanger", wait_for_a_byte, &ends[0], &err);
	assert_non_null(thread);
	assert_false(thread_join(thread, 1));
	assert_false(thread_join(thread, 0));
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_true(thread_join(thread, 60000));
	close(ends[0]);
	close(ends[1]);
}

static void look_at_mask(void *arg)
{
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	atomic_store((atomic_int *)arg, sigismember(&mask, SIGTERM) && sigismember(&mask, SIGHUP));
}

static void signals_are_masked(void **state)
{
	atomic_int masked = 0;
	struct error err;
	sigset_t mask;

	assert_true(thread_join(thread_start("masked", look_at_mask, &masked, &err), -1));
	assert_int_equal(atomic_load(&masked), 1);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	assert_false(sigismember(&mask, SIGTERM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_and_ends),
		cmocka_unit_test(one_that_hangs_is_not_waited_for),
		cmocka_unit_test(signals_are_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
