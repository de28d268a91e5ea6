/*
 * Checks are handed from process to process, and none is missed: ^Z and fg, quitting with the checks left running, a new owner that is
 * killed, one that never comes up, a terminal that goes. The real program in a terminal, and what its database says afterwards.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/keeping.h"
#include "../lib/live.h"
#include "../lib/peer.h"

#include "kumatop/heap.h"
#include "kumatop/lock.h"

enum { OWNERS_MOST = 32, GAP_MOST_MS = 5000 };	/* interval, a second, and what a busy machine takes for a start */

static struct live *live;
static struct peer *web;
static pid_t seen[OWNERS_MOST];		/* owners that are none of our children, to be ended whatever happens */
static size_t seen_count;

static pid_t owner(void)
{
	pid_t pid = 0;

	if (!lock_is_held(live->database, &pid))
		return 0;
	for (size_t i = 0; i < seen_count; i++)
		if (seen[i] == pid)
			return pid;
	if (pid && seen_count < OWNERS_MOST)
		seen[seen_count++] = pid;
	return pid;
}

static bool is_kumatop(pid_t pid)
{
	char *path = heap_print("/proc/%d/exe", (int)pid), target[4096];
	ssize_t length = readlink(path, target, sizeof target - 1);

	free(path);
	target[length > 0 ? length : 0] = '\0';
	return strcmp(target, live_program()) == 0;
}

static int set_up(void **state)
{
	struct error err;

	/* Who is left by its parent becomes ours, and is waited for. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		return -1;
	live = live_create();
	web = peer_start("read-request; respond 200 hello", &err);
	if (!web)
		return -1;
	live_configure(live, "monitors: ( { name = \"website\"; http = \"%s/\"; } );", peer_url(web));
	seen_count = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)owner();
	for (size_t i = 0; i < seen_count; i++) {
		if (is_kumatop(seen[i]))
			kill(seen[i], SIGKILL);
		(void)waitpid(seen[i], NULL, 0);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	peer_stop(web);
	live_destroy(live);
	return 0;
}

/* The letter of /proc/PID/stat; 0 when it is gone. */
static char state_of(pid_t pid)
{
	char *path = heap_print("/proc/%d/stat", (int)pid), text[512];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
	const char *end;

	free(path);
	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	end = strrchr(text, ')');
	return end && end[1] ? end[2] : '\0';
}

static bool has_open(pid_t pid, const struct stat *wanted)
{
	char *path = heap_print("/proc/%d/fd", (int)pid);
	DIR *folder = opendir(path);
	const struct dirent *entry;
	struct stat here;
	bool found = false;

	/* cppcheck-suppress readdirCalled ; one thread, and readdir_r() is deprecated */
	while (folder && !found && (entry = readdir(folder)))
		found = fstatat(dirfd(folder), entry->d_name, &here, 0) == 0 && here.st_dev == wanted->st_dev && here.st_ino == wanted->st_ino;
	if (folder)
		closedir(folder);
	free(path);
	return found;
}

/* How many processes could hold the lock, and whether `pid` is the one. */
static unsigned lock_holders(pid_t pid, bool *is_one)
{
	char *path = heap_print("%s.lock", live->database);
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	struct stat lock;
	unsigned count = 0;

	*is_one = false;
	assert_int_equal(stat(path, &lock), 0);
	/* cppcheck-suppress readdirCalled ; one thread, and readdir_r() is deprecated */
	while ((entry = readdir(processes))) {
		pid_t other = (pid_t)strtol(entry->d_name, NULL, 10);

		if (!isdigit((unsigned char)entry->d_name[0]) || !has_open(other, &lock))
			continue;
		count++;
		*is_one |= other == pid;
	}
	closedir(processes);
	free(path);
	return count;
}

static void expect_one_owner(pid_t pid)
{
	bool is_one;

	assert_int_equal(lock_holders(pid, &is_one), 1);
	assert_true(is_one);
}

static int64_t beats(void)
{
	return keeping_number(live->database, "SELECT coalesce(max(seq), 0) FROM beat_tail");
}

/* term NULL: there is none whose output is to be read meanwhile. */
static void await_beats(struct term *term, int64_t more)
{
	int64_t from = beats();

	AWAIT(((term ? term_read(term) : (void)0), beats() >= from + more), TERM_PATIENCE_MS);
}

static void expect_no_gap(void)
{
	int64_t gap_us = keeping_number(live->database, "SELECT max(gap) FROM (SELECT time_us - lag(time_us) OVER (PARTITION BY monitor "
	    "ORDER BY time_us) AS gap FROM beat_tail)");

	if (gap_us > GAP_MOST_MS * INT64_C(1000))
		fail_msg("a gap of %lld ms", (long long)gap_us / 1000);
	assert_true(keeping_is_sound(live->database));
}

/* Ends the owner as `kill` does, and waits until the database is nobody's. */
static void end_owner(void)
{
	pid_t pid = owner();

	if (pid)
		kill(pid, SIGTERM);
	AWAIT(!owner(), TERM_PATIENCE_MS);
}

static struct term *start(void)
{
	return live_start(live, 24, 80, NULL, NULL);
}

static struct term *start_in_shell(const char *script)
{
	char *quoted = heap_print("set -m; %s --config '%s' --database '%s'; %s", live_program(), live->configuration, live->database, script);
	struct term *term = live_start_argv((const char *[]){ "/bin/sh", "-c", quoted, NULL }, 24, 120, NULL);

	free(quoted);
	return term;
}

/* What a command prints is looked for; it has to end with 0. */
static void expect_said(const char *command, const char *text)
{
	char *line = heap_print("%s %s --config '%s' --database '%s' 2>&1; echo \"ended with $?\"", live_program(), command, live->configuration,
	    live->database);
	struct term *term = live_start_argv((const char *[]){ "/bin/sh", "-c", line, NULL }, 24, 120, NULL);

	TERM_EXPECT(term, "ended with");
	if (!term_shows(term, text) || !term_shows(term, "ended with 0")) {
		term_dump(term);
		fail_msg("%s does not say: %s", command, text);
	}
	term_stop(term);
	free(line);
}

/* ^Z, a look at the history that goes on, fg, and again. */
static void test_suspended_the_checks_go_on(void **state)
{
	struct term *term = start_in_shell("for i in 1 2; do echo \"stopped with $?\"; read answer; fg >/dev/null; done; echo \"left with $?\"");
	pid_t first, second;

	LIVE_EXPECT_ROW(term, "website", "200");
	await_beats(term, 2);
	first = owner();
	assert_true(first > 0);
	term_keys(term, "\x1a");
	TERM_EXPECT(term, "stopped with");
	AWAIT(state_of(first) == 'T', TERM_PATIENCE_MS);
	second = owner();
	assert_true(second > 0 && second != first);
	expect_one_owner(second);
	await_beats(term, 3);
	assert_int_equal(state_of(first), 'T');
	expect_no_gap();
	/* Back: the same screen, on the other's board, which can be asked for things. */
	term_keys(term, "\n");
	LIVE_EXPECT_ROW(term, "website", "200");
	term_keys(term, "p");
	LIVE_EXPECT_ROW(term, "website", "paused");
	term_keys(term, "p");
	TERM_EXPECT(term, "resumed");
	LIVE_EXPECT_ROW(term, "website", "200");
	/* Nothing is handed over any more. */
	term_keys(term, "\x1a");
	AWAIT((term_read(term), state_of(first) == 'T'), TERM_PATIENCE_MS);
	assert_int_equal(owner(), second);
	await_beats(term, 2);
	term_keys(term, "\n");
	LIVE_EXPECT_ROW(term, "website", "200");
	/* It is asked as before, and the other is stopped from here. */
	term_keys(term, "q");
	TERM_EXPECT(term, "Leave it running");
	term_keys(term, "y");
	TERM_EXPECT(term, "left with 0");
	AWAIT(!owner(), TERM_PATIENCE_MS);
	expect_no_gap();
	assert_int_equal(keeping_number(live->database, "SELECT count(*) FROM run WHERE ended_us IS NULL"), 0);
	term_stop(term);
}

static void test_left_running(void **state)
{
	struct term *term = start();
	pid_t first, second;
	char *text;

	LIVE_EXPECT_ROW(term, "website", "200");
	await_beats(term, 2);
	first = owner();
	term_keys(term, "q");
	TERM_EXPECT(term, "Leave it running");
	term_keys(term, "\r");
	TERM_EXPECT_EXIT(term, 0);
	second = owner();
	assert_true(second > 0 && second != first);
	text = heap_print("checking goes on as process %d", (int)second);
	assert_true(term_shows(term, text));
	expect_one_owner(second);
	await_beats(term, 2);
	expect_no_gap();
	expect_said("list", "website");
	term_stop(term);
	/* Whoever comes now looks at it, and nothing stops when he goes. */
	term = start();
	LIVE_EXPECT_ROW(term, "website", "200");
	assert_int_equal(owner(), second);
	term_keys(term, "q");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
	await_beats(NULL, 2);
	expect_said("stop", "has stopped");
	expect_no_gap();
	free(text);
}

/* The new owner is killed: the screen says so, checks nothing itself, and looks at the next one. */
static void test_killed_owner(void **state)
{
	struct term *term = start();
	pid_t first, second;

	LIVE_EXPECT_ROW(term, "website", "200");
	first = owner();
	/* Without a shell nothing is suspended. */
	term_keys(term, "\x1a");
	AWAIT((term_read(term), (second = owner()) > 0 && second != first), TERM_PATIENCE_MS);
	await_beats(term, 2);
	kill(second, SIGKILL);
	TERM_EXPECT(term, "is gone since");
	AWAIT(!owner(), TERM_PATIENCE_MS);
	/* Nobody is left to be stopped, so nothing is asked. */
	struct term *next = live_start_argv((const char *[]){ live_program(), "serve", "--config", live->configuration, "--database", live->database,
	    NULL }, 24, 80, NULL);

	TERM_EXPECT_GONE(term, "is gone since");
	LIVE_EXPECT_ROW(term, "website", "200");
	assert_int_equal(owner(), term_pid(next));
	term_keys(term, "q");
	TERM_EXPECT_EXIT(term, 0);
	await_beats(next, 2);
	assert_int_equal(owner(), term_pid(next));
	assert_true(keeping_is_sound(live->database));
	term_stop(term);
	term_stop(next);
}

/* The new process cannot even begin: nothing changes, and why is said. */
static void test_nobody_to_hand_over_to(void **state)
{
	struct term *term = start();
	pid_t first;

	LIVE_EXPECT_ROW(term, "website", "200");
	first = owner();
	live_write(live, "monitors: ( nonsense", 20);
	TERM_EXPECT(term, "not reloaded");
	for (int i = 0; i < 2; i++) {
		term_keys(term, i ? "q\r" : "\x1a");
		TERM_EXPECT(term, "the checks stay in this process");
		term_keys(term, "j");
		await_beats(term, 2);
		assert_int_equal(owner(), first);
		TERM_EXPECT_GONE(term, "the checks stay");
	}
	expect_one_owner(first);
	term_keys(term, "qy");
	TERM_EXPECT_EXIT(term, 0);
	expect_no_gap();
	term_stop(term);
}

/* A process that was begun to take the checks over: no kumatop, but a child of one. */
static pid_t child_of(pid_t parent)
{
	char *path = heap_print("/proc/%d/task/%d/children", (int)parent, (int)parent), text[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;

	free(path);
	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	return (pid_t)strtol(text, NULL, 10);
}

static bool settled(struct term *term, void *arg)
{
	const pid_t *first = arg;

	/* On a busy machine it was killed only after ^Z had done all it does. */
	if (state_of(*first) == 'T')
		kill(*first, SIGCONT);
	/* Who never attached knows the other by its socket only, whose path may leave no room for the rest of the sentence. */
	return term_shows(term, "the checks stay in this process") || term_shows(term, "the owner on ");
}

/* It is killed at any moment of its start: either the checks never left, or were taken back, or its end is seen. */
static void test_killed_on_the_way(void **state)
{
	unsigned kept = 0;

	/* Where the machine is too busy to kill it in time, more often. */
	for (int i = 0; i < 12 || (!kept && i < 36); i++) {
		struct term *term = start();
		pid_t first, child;

		LIVE_EXPECT_ROW(term, "website", "200");
		first = owner();
		assert_int_equal(first, term_pid(term));
		term_keys(term, "\x1a");
		AWAIT((child = child_of(first)) > 0, TERM_PATIENCE_MS);
		(void)poll(NULL, 0, i % 12 * 6);
		kill(child, SIGKILL);
		if (!term_wait(term, settled, &first, TERM_PATIENCE_MS)) {
			term_dump(term);
			fail_msg("killed in round %d: neither did the checks stay nor is it said that they are gone; it is in state %c", i, state_of(first));
		}
		if (term_shows(term, "the checks stay")) {
			kept++;
			assert_int_equal(owner(), first);
			expect_one_owner(first);
			await_beats(term, 2);
			TERM_EXPECT_GONE(term, "the checks stay");
			/* Nothing is left that would be in the way of the next try. */
			term_keys(term, "q\r");
			TERM_EXPECT_EXIT(term, 0);
			assert_true(owner() != first);
			await_beats(term, 2);
			end_owner();
			expect_no_gap();
		} else {
			AWAIT(!owner(), TERM_PATIENCE_MS);
			term_keys(term, "q");
			TERM_EXPECT_EXIT(term, 0);
		}
		assert_true(keeping_is_sound(live->database));
		term_stop(term);
		tear_down(state);
		assert_int_equal(set_up(state), 0);
	}
	assert_true(kept > 0);
}

/* The line goes: the same process goes on without a screen, and others can look at it. */
static void test_lost_terminal(void **state)
{
	struct term *term = start();
	pid_t first;

	LIVE_EXPECT_ROW(term, "website", "200");
	first = owner();
	term_hangup(term);
	await_beats(term, 2);
	assert_int_equal(owner(), first);
	expect_said("list", "website");
	kill(first, SIGTERM);
	TERM_EXPECT_EXIT(term, 0);
	expect_no_gap();
	term_stop(term);
}

/* The line goes after the checks were handed over: the screen's process has nothing to do any more. */
static void test_lost_terminal_of_one_who_looks(void **state)
{
	struct term *term = start();
	pid_t first, second;

	LIVE_EXPECT_ROW(term, "website", "200");
	first = owner();
	term_keys(term, "\x1a");
	AWAIT((term_read(term), (second = owner()) > 0 && second != first), TERM_PATIENCE_MS);
	LIVE_EXPECT_ROW(term, "website", "200");
	term_hangup(term);
	TERM_EXPECT_EXIT(term, 0);
	await_beats(term, 2);
	assert_int_equal(owner(), second);
	end_owner();
	expect_no_gap();
	term_stop(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_suspended_the_checks_go_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_left_running, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed_owner, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nobody_to_hand_over_to, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed_on_the_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_terminal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_terminal_of_one_who_looks, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
