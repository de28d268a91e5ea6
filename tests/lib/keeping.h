/*
 * For tests of what keeps history: stores with settings at hand, beats and events made up from a number, and SQL to look behind
 * the store's back.
 */
#ifndef TESTS_KEEPING_H
#define TESTS_KEEPING_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/archive.h"
#include "kumatop/store.h"

#define KEEPING_START_US (INT64_C(1700000000) * 1000000)	/* beat 0 */

enum { KEEPING_STEP_S = 10 };	/* from one made-up beat to the next */

/* What most of these tests have as their state: a directory, and in it the path of a database that is not there yet. */
struct keeping {
	char *directory, *path;
};

int keeping_set_up(void **state);		/* for cmocka_unit_test_setup_teardown() */
int keeping_tear_down(void **state);

/* flush_ms of an hour: only what is urgent, or much, is committed before the end. NULL path: in memory. Aborts on failure. */
struct store *keeping_open(const char *path, int64_t flush_ms);
struct store *keeping_start(const char *path, int64_t flush_ms);	/* and starts it */

/* Stops and closes; false: not all was kept. */
bool keeping_end(struct store *store);

/* A routine beat, each field another function of number. Holds texts: beat_finish(). */
struct beat keeping_beat(monitor_id monitor, int number);
bool keeping_beat_equal(const struct beat *a, const struct beat *b);
void keeping_send(struct store *store, monitor_id monitor, int first, int count);

struct event keeping_event(monitor_id monitor, int number);	/* UP to DOWN */
struct kept_standing keeping_standing(monitor_id monitor, int number);
void keeping_put_monitor(struct store *store, monitor_id id, const char *name);	/* before store_start() */

/* The first column of the first row; -1 without a row or database. */
int64_t keeping_number(const char *path, const char *sql);
bool keeping_run(const char *path, const char *sql);
bool keeping_is_sound(const char *path);	/* integrity_check */

/* How many beats of it an archive shows; -1 when it cannot be read. */
int64_t keeping_count(const char *path, monitor_id monitor);

#endif
