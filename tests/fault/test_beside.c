/*
 * Another process reads all history, again and again, while the store writes, rolls up, packs, deletes and moves its log: it sees each beat
 * once, and never less than before. And only one process owns a database.
 */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/lock.h"
#include "kumatop/when.h"

#include "../lib/backlog.h"
#include "../lib/fault.h"
#include "../lib/keeping.h"

enum { LIVE_MS = 1500 };	/* until it has begun to tidy up, and then some */

static void own_until_killed(const char *path, int ready)
{
	struct lock lock;
	struct error err;
	struct store *store;
	int64_t number = 0;

	if (!lock_take(&lock, path, &err))
		_exit(1);
	store = keeping_open(path, 5);
	backlog_put_monitors(store);
	keeping_put_monitor(store, 99, "gone");
	if (!store_start(store, &err))
		_exit(1);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (int i = 0;; i++) {
		backlog_send(store, number, 80);
		number += 80;
		/* Which makes it look for what is to be done. */
		if (i % 20 == 19)
			store_remove_monitor(store, 99);
		(void)poll(NULL, 0, 10);
	}
}

static pid_t start_owner(const char *path)
{
	int ends[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		own_until_killed(path, ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return child;
}

/* How many there are without one missing before them. Each monitor is read at a moment of its own. */
static int64_t read_all(const char *path)
{
	struct backlog_found found = { .most = 1000000 };
	struct error err = { 0 };
	int64_t whole = 0;

	if (!backlog_find(path, &found, &err))
		fail_msg("%s", err.text);
	assert_int_equal(found.strange, 0);
	assert_int_equal(found.twice, 0);
	while (whole < found.most && found.seen[whole])
		whole++;
	backlog_finish(&found);
	return whole;
}

static bool has_packed(const char *path)
{
	return keeping_number(path, "SELECT count(*) FROM beat_chunk") > 0;
}

static void reader_beside_the_store(void **state)
{
	struct keeping *fixture = *state;
	pid_t owner = start_owner(fixture->path);
	struct mono end = mono_add_ms(mono_now(), fault_full_or(20 * LIVE_MS, LIVE_MS)), last = mono_add_ms(end, 60000);
	int64_t rounds = 0, before = 0, whole = 0;
	int status;

	while (mono_between_us(mono_now(), end) > 0
	    || ((!has_packed(fixture->path) || rounds < 3) && mono_between_us(mono_now(), last) > 0)) {
		before = whole;
		whole = read_all(fixture->path);
		assert_true(whole >= before);
		rounds++;
	}
	assert_true(has_packed(fixture->path));
	assert_true(whole > 0 && rounds >= 3);
	assert_int_equal(kill(owner, SIGKILL), 0);
	assert_int_equal(waitpid(owner, &status, 0), owner);
	assert_true(WIFSIGNALED(status));
	assert_true(read_all(fixture->path) >= whole);
	assert_true(keeping_is_sound(fixture->path));
}

static void there_is_one_owner(void **state)
{
	struct keeping *fixture = *state;
	pid_t owner = start_owner(fixture->path);
	struct lock lock;
	struct error err;
	int status;

	assert_false(lock_take(&lock, fixture->path, &err));
	assert_int_equal(err.code, EXIT_LOCKED);
	assert_int_equal(kill(owner, SIGKILL), 0);
	assert_int_equal(waitpid(owner, &status, 0), owner);
	/* What dies leaves nothing locked. */
	assert_true(lock_take(&lock, fixture->path, &err));
	lock_drop(&lock);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(reader_beside_the_store),
		TEST(there_is_one_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
