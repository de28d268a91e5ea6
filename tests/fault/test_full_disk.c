/*
 * Disks that refuse: what has room in memory waits there and is kept in the end, and people are told what becomes of it.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/heap.h"

#include "../lib/await.h"
#include "../lib/keeping.h"

/*
 * Not one page with its head fits into a log of changes then. More than what this test writes to its stderr, which is a file, too, and
 * would be cut.
 */
enum { LESS_THAN_A_FRAME = 2048 };

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			_exit(1); \
		} \
	} while (0)

#define CHECK_SOON(condition) \
	do { \
		struct mono check_end = mono_add_ms(mono_now(), 30000); \
		while (!(condition)) { \
			CHECK(mono_now().us < check_end.us); \
			(void)poll(NULL, 0, 5); \
		} \
	} while (0)

static void assert_child_is_fine(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

struct watch {
	pthread_mutex_t mutex;
	struct store_health health;
};

static void watch_health(void *arg, const struct store_health *health)
{
	struct watch *watch = arg;

	pthread_mutex_lock(&watch->mutex);
	watch->health = *health;
	pthread_mutex_unlock(&watch->mutex);
}

static struct store_health look(struct watch *watch)
{
	struct store_health health;

	pthread_mutex_lock(&watch->mutex);
	health = watch->health;
	pthread_mutex_unlock(&watch->mutex);
	return health;
}

static void limit_files_to(rlim_t bytes)
{
	struct rlimit limit;

	CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

/* Files that may not grow are as near to a full disk as a test may come. */
static void live_through_a_full_disk(const char *path)
{
	struct watch watch = { .mutex = PTHREAD_MUTEX_INITIALIZER };
	struct store_settings settings = {
		.path = path, .flush_ms = 10, .waiting_most = 2000, .health = watch_health, .health_arg = &watch,
	};
	struct event event = keeping_event(1, 1);
	struct error err;
	struct store *store = store_open(&settings, &err, NULL);

	CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	CHECK(store && store_start(store, &err));
	keeping_send(store, 1, 0, 100);
	CHECK_SOON(keeping_count(path, 1) == 100);

	limit_files_to(LESS_THAN_A_FRAME);
	store_event(store, &event, NULL);
	keeping_send(store, 1, 100, 1234);
	CHECK_SOON(look(&watch).waiting == 1235);
	CHECK(strstr(look(&watch).trouble, "1,235 beats in memory, none lost"));
	CHECK(look(&watch).dropped == 0);
	/* What was written can still be read. */
	CHECK(keeping_count(path, 1) == 100);
	/* More than may wait: the oldest of what is in the mailbox go. */
	keeping_send(store, 1, 1334, 3000);
	CHECK_SOON(look(&watch).dropped > 0);
	CHECK_SOON(strstr(look(&watch).trouble, " beats in memory, ") && !strstr(look(&watch).trouble, "none lost"));

	limit_files_to(RLIM_INFINITY);
	CHECK_SOON(look(&watch).trouble[0] == '\0');
	CHECK(look(&watch).waiting == 0);
	CHECK(store_stop(store, 30000));
	store_close(store);
	CHECK(keeping_count(path, 1) == 4334 - (int64_t)look(&watch).dropped);
	CHECK(keeping_number(path, "SELECT count(*) FROM event") == 1);
	CHECK(keeping_is_sound(path));
	event_finish(&event);
	_exit(0);
}

static void full_disk_loses_nothing_that_has_room(void **state)
{
	struct keeping *fixture = *state;
	pid_t child = fork();

	if (child == 0)
		live_through_a_full_disk(fixture->path);
	assert_child_is_fine(child);
}

/* A disk that stays full: stopping gives up, says so, and what was there before is sound. */
static void full_disk_does_not_hold_up_the_end(void **state)
{
	struct keeping *fixture = *state;
	pid_t child = fork();

	if (child == 0) {
		struct store *store = keeping_start(fixture->path, 10);

		CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
		keeping_send(store, 1, 0, 100);
		CHECK_SOON(keeping_count(fixture->path, 1) == 100);
		limit_files_to(LESS_THAN_A_FRAME);
		keeping_send(store, 1, 100, 100);
		CHECK(!store_stop(store, 200));
		store_close(store);
		_exit(0);
	}
	assert_child_is_fine(child);
	assert_int_equal(keeping_count(fixture->path, 1), 100);
	assert_true(keeping_is_sound(fixture->path));
}

static void limit_memory(sqlite3 *db, sqlite3_int64 bytes)
{
	assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_SIZE_LIMIT, &bytes), SQLITE_OK);
}

static void full_memory_is_told(void **state)
{
	struct watch watch = { .mutex = PTHREAD_MUTEX_INITIALIZER };
	struct store_settings settings = { .flush_ms = 10, .waiting_most = 10000, .health = watch_health, .health_arg = &watch };
	struct error err;
	struct store *store = store_open(&settings, &err, NULL);
	sqlite3 *db;

	assert_non_null(store);
	assert_true(store_start(store, &err));
	assert_int_equal(sqlite3_open_v2(store_path(store), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	assert_int_equal(sqlite3_exec(db, "SELECT count(*) FROM run", NULL, NULL, NULL), SQLITE_OK);
	limit_memory(db, 256 * 1024);
	keeping_send(store, 1, 0, 9000);
	AWAIT(look(&watch).waiting > 0, 20000);
	assert_non_null(strstr(look(&watch).trouble, "no more room in memory"));
	limit_memory(db, 64 * 1024 * 1024);
	AWAIT(look(&watch).trouble[0] == '\0', 20000);
	AWAIT(keeping_count(store_path(store), 1) == 9000, 20000);
	sqlite3_close(db);
	assert_true(keeping_end(store));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(full_disk_loses_nothing_that_has_room),
		TEST(full_disk_does_not_hold_up_the_end),
		cmocka_unit_test(full_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
