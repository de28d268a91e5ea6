/*
 * kill -9 while a database of version 1 is brought up to date: it is the old one or the new one, and whole; whatever has the name of a copy
 * is all of the old one; and the next start does what is left to do.
 */
#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "../../src/store/schema.h"
#include "../lib/fault.h"
#include "../lib/keeping.h"
#include "../lib/scratch.h"

enum { BEATS = 60000 };

/* While nobody has either open. */
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

static char *read_text(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = heap_zero(1, 65536);

	assert_non_null(file);
	assert_true(fread(text, 1, 65535, file) > 0);
	fclose(file);
	return text;
}

/* As version 1 left it, in a file without a log. */
static void make_old(const char *path)
{
	char *schema = heap_print("%s/tests/unit/schema-1.sql", getenv("SOURCE")), *sql = read_text(schema), *beats;
	sqlite3 *db;

	beats = heap_print("INSERT INTO monitor VALUES (1, 'web', 'http', 'http://x/', 1, NULL, 0, 0, 0);"
	    "INSERT INTO beat_tail (monitor, time_us, reach_ms, state, verdict, outcome, total_us) WITH n(i) AS (SELECT 1 UNION ALL"
	    " SELECT i + 1 FROM n WHERE i < %d) SELECT 1, 1700000000000000 + i * 10000000, 70000, 1, 0, 0, i * 7919 FROM n", BEATS);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, beats, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	free(beats);
	free(sql);
	free(schema);
}

static void remove_all(const char *path, const char *pattern)
{
	char *names = heap_print("%s%s", path, pattern);
	glob_t found;

	if (glob(names, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			assert_int_equal(unlink(found.gl_pathv[i]), 0);
		globfree(&found);
	}
	free(names);
}

/* How long the whole of it takes, about. */
static int64_t bring_up(const char *path)
{
	struct mono began = mono_now();

	store_close(keeping_open(path, 1000));
	return mono_between_us(began, mono_now()) / 1000;
}

static void kill_after(const char *path, int ms)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		store_close(keeping_open(path, 1000));
		_exit(0);
	}
	(void)poll(NULL, 0, ms);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
}

static void assert_whole(const char *path, int64_t version)
{
	assert_true(keeping_is_sound(path));
	assert_int_equal(keeping_number(path, "PRAGMA user_version"), version);
	assert_int_equal(keeping_number(path, "SELECT count(*) FROM beat_tail"), BEATS);
	assert_int_equal(keeping_number(path, "SELECT sum(total_us) FROM beat_tail"), INT64_C(7919) * BEATS * (BEATS + 1) / 2);
	assert_int_equal(keeping_number(path, "SELECT count(*) FROM monitor"), 1);
}

static size_t assert_copies_are_whole(const char *path)
{
	char *names = heap_print("%s.v1*", path);
	size_t count = 0;
	glob_t found;

	if (glob(names, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			if (strstr(found.gl_pathv[i], ".part"))
				continue;
			assert_whole(found.gl_pathv[i], 1);
			count++;
		}
		globfree(&found);
	}
	free(names);
	return count;
}

static bool is_there(const char *path, const char *suffix)
{
	char *name = heap_print("%s%s", path, suffix);
	bool there = access(name, F_OK) == 0;

	free(name);
	return there;
}

static void old_or_new_and_whole(void **state)
{
	struct keeping *fixture = *state;
	char *old = scratch_path(fixture->directory, "old");
	int rounds = fault_full_or(100, 8), halfway = 0, copying = 0;
	uint32_t random = 20261128;
	int64_t takes_ms;

	make_old(old);
	copy_file(old, fixture->path);
	takes_ms = bring_up(fixture->path);
	/* Until it was in time at least once. */
	for (int i = 0; i < rounds || (halfway == 0 && i < 20 * rounds); i++) {
		int64_t version;

		remove_all(fixture->path, "*");
		copy_file(old, fixture->path);
		random = random * 1664525 + 1013904223;
		kill_after(fixture->path, (int)((random >> 8) % (uint32_t)(takes_ms + takes_ms / 4 + 1)));
		copying += is_there(fixture->path, ".v1.part");
		version = keeping_number(fixture->path, "PRAGMA user_version");
		assert_true(version == 1 || version == SCHEMA_VERSION);
		assert_whole(fixture->path, version);
		assert_copies_are_whole(fixture->path);
		halfway += version == 1;

		bring_up(fixture->path);
		assert_whole(fixture->path, SCHEMA_VERSION);
		assert_int_equal(keeping_count(fixture->path, 1), BEATS);
		assert_true(assert_copies_are_whole(fixture->path) >= 1);
		assert_false(is_there(fixture->path, ".v1.part"));
	}
	print_message("# %d of %d were killed on the way, %d of them while it copied\n", halfway, rounds, copying);
	assert_true(halfway > 0);
	free(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(old_or_new_and_whole, keeping_set_up, keeping_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
