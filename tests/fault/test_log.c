/*
 * A database whose log was cut short, has garbage at its end, or lost the index beside it, as a machine that lost its power may leave them:
 * it opens without a word of damage, holds the beats up to some moment and none after it, and all that had been moved out of the log.
 */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/heap.h"

#include "../lib/backlog.h"
#include "../lib/fault.h"
#include "../lib/keeping.h"
#include "../lib/scratch.h"

enum {
	SETTLED = 1000,		/* beats that are in the file itself */
	LOGGED = 3000,		/* with these, of which the later ones are in the log */
};

static const char *const suffixes[] = { "", "-wal", "-shm" };

static uint32_t random_number(void)
{
	static uint32_t random = 20261128;

	random = random * 1664525 + 1013904223;
	return random >> 8;
}

static void write_until_killed(const char *path)
{
	struct store *store = keeping_start(path, 40);

	for (int sent = SETTLED; sent < LOGGED; sent += 100) {
		backlog_send(store, sent, 100);
		(void)poll(NULL, 0, 10);
	}
	while (keeping_count(path, 1) != LOGGED / BACKLOG_MONITORS)
		(void)poll(NULL, 0, 5);
	kill(getpid(), SIGKILL);
}

static void make_database(const char *path)
{
	struct store *store = keeping_open(path, 10);
	struct error err;
	int status;
	pid_t child;

	backlog_put_monitors(store);
	assert_true(store_start(store, &err));
	backlog_send(store, 0, SETTLED);
	assert_true(keeping_end(store));
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_until_killed(path);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	char bytes[65536];
	size_t got;

	assert_non_null(in);
	assert_non_null(out);
	while ((got = fread(bytes, 1, sizeof bytes, in)) > 0)
		assert_int_equal(fwrite(bytes, 1, got, out), got);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* The database, its log and its index, as the kill left them. */
static void copy_database(const char *from, const char *to)
{
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		char *source = heap_print("%s%s", from, suffixes[i]), *target = heap_print("%s%s", to, suffixes[i]);

		copy_file(source, target);
		free(source);
		free(target);
	}
}

static off_t size_of(const char *path)
{
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	return info.st_size;
}

static void put_garbage(const char *path, off_t at, size_t length)
{
	FILE *file = fopen(path, "r+b");

	assert_non_null(file);
	assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
	while (length-- > 0)
		assert_int_not_equal(fputc((int)(random_number() & 0xff), file), EOF);
	assert_int_equal(fclose(file), 0);
}

static void cut_short(const char *wal, const char *shm)
{
	assert_int_equal(truncate(wal, (off_t)(random_number() % (uint32_t)size_of(wal))), 0);
}

static void cut_short_without_index(const char *wal, const char *shm)
{
	cut_short(wal, shm);
	assert_int_equal(unlink(shm), 0);
}

static void garbage_inside(const char *wal, const char *shm)
{
	put_garbage(wal, (off_t)(random_number() % (uint32_t)(size_of(wal) - 3000)), 3000);
}

static void empty_log(const char *wal, const char *shm)
{
	assert_int_equal(truncate(wal, 0), 0);
}

static void garbage_behind(const char *wal, const char *shm)
{
	put_garbage(wal, size_of(wal), 10000);
}

static void no_index(const char *wal, const char *shm)
{
	assert_int_equal(unlink(shm), 0);
}

static void garbage_for_index(const char *wal, const char *shm)
{
	put_garbage(shm, 0, (size_t)size_of(shm));
}

static const struct fault {
	const char *name;
	void (*make)(const char *wal, const char *shm);
	bool loses;		/* what was in the log, or some of it */
} faults[] = {
	{ "cut short", cut_short, true },
	{ "cut short, without its index", cut_short_without_index, true },
	{ "garbage inside", garbage_inside, true },
	{ "empty", empty_log, true },
	{ "garbage behind", garbage_behind, false },
	{ "without its index", no_index, false },
	{ "garbage for an index", garbage_for_index, false },
};

static void assert_up_to_some_moment(const char *path, const struct fault *fault)
{
	struct store_settings settings = { .path = path, .flush_ms = 10, .waiting_most = 1000 };
	struct backlog_found found = { .most = LOGGED };
	struct error err = { 0 };
	char *notice = NULL;
	struct store *store = store_open(&settings, &err, &notice);

	if (!store || notice)
		fail_msg("%s: %s", fault->name, notice ? notice : err.text);
	store_close(store);
	assert_true(keeping_is_sound(path));
	assert_true(backlog_find(path, &found, &err));
	if (found.strange || found.twice || found.count < SETTLED || (found.count < LOGGED && !fault->loses))
		fail_msg("%s: %lld beats, %lld of them strange, %lld twice", fault->name, (long long)found.count, (long long)found.strange,
		    (long long)found.twice);
	if (backlog_missing(&found, 0, found.count) != 0)
		fail_msg("%s: some are missing that came before others", fault->name);
	backlog_finish(&found);
}

static void some_moment_is_what_is_there(void **state)
{
	struct keeping *fixture = *state;
	char *left = scratch_path(fixture->directory, "left"), *wal = heap_print("%s-wal", fixture->path);
	char *shm = heap_print("%s-shm", fixture->path);
	int rounds = fault_full_or(20, 4);

	make_database(left);
	for (int i = 0; i < rounds; i++) {
		for (size_t j = 0; j < sizeof faults / sizeof *faults; j++) {
			copy_database(left, fixture->path);
			faults[j].make(wal, shm);
			assert_up_to_some_moment(fixture->path, &faults[j]);
		}
	}
	free(left);
	free(wal);
	free(shm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(some_moment_is_what_is_there, keeping_set_up, keeping_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
