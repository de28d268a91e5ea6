/*
 * A database that cannot be opened at the start: memory stands in for it, and all of it is in the file once that can be opened; nothing
 * is lost, nothing is there twice, and what is not for us stays as it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/heap.h"

#include "../lib/await.h"
#include "../lib/keeping.h"
#include "../lib/scratch.h"

enum { TRY_MS = 20 };

/* What stands where the folder should be keeps everybody out, root too. */
struct fixture {
	char *directory, *folder, *path;
	char *memory;		/* what can be read before the file can */
	atomic_int taken_up;
	_Atomic bool in_trouble;
	struct store *store;
};

static int set_up(void **state)
{
	struct fixture *fixture = heap_zero(1, sizeof *fixture);

	fixture->directory = scratch_make();
	fixture->folder = scratch_path(fixture->directory, "disk");
	fixture->path = scratch_path(fixture->directory, "disk/kumatop.db");
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	free(fixture->folder);
	free(fixture->path);
	free(fixture->memory);
	scratch_remove(fixture->directory);
	free(fixture);
	return 0;
}

static void note_taken_up(void *arg, const char *path)
{
	struct fixture *fixture = arg;

	if (strcmp(path, fixture->path) == 0)
		atomic_fetch_add(&fixture->taken_up, 1);
}

static void note_health(void *arg, const struct store_health *health)
{
	struct fixture *fixture = arg;

	atomic_store(&fixture->in_trouble, health->trouble[0] != '\0');
}

static void begin(struct fixture *fixture, struct lock *lock)
{
	struct store_settings settings = {
		.flush_ms = 10, .waiting_most = 100000, .later = fixture->path, .later_lock = lock, .later_ms = TRY_MS,
		.taken_up = note_taken_up, .health = note_health, .health_arg = fixture,
	};
	struct error err;

	fixture->store = store_open(&settings, &err, NULL);
	assert_non_null(fixture->store);
	fixture->memory = heap_text(store_path(fixture->store));
}

static void start(struct fixture *fixture)
{
	struct error err;

	assert_true(store_start(fixture->store, &err));
}

static void unmount(struct fixture *fixture)
{
	assert_int_equal(mknod(fixture->folder, S_IFREG | 0600, 0), 0);
}

static void mount_empty(struct fixture *fixture)
{
	assert_int_equal(unlink(fixture->folder), 0);
}

/* A folder made beforehand comes to its place at once, as one that is mounted does. */
static char *make_elsewhere(struct fixture *fixture, char **database)
{
	char *folder = scratch_path(fixture->directory, "elsewhere");

	assert_int_equal(mkdir(folder, 0700), 0);
	*database = scratch_path(fixture->directory, "elsewhere/kumatop.db");
	return folder;
}

static void mount_elsewhere(struct fixture *fixture, char *folder, char *database)
{
	assert_int_equal(unlink(fixture->folder), 0);
	assert_int_equal(rename(folder, fixture->folder), 0);
	free(folder);
	free(database);
}

static bool is_there(struct fixture *fixture, const char *suffix)
{
	char *name = heap_print("%s%s", fixture->path, suffix);
	bool there = access(name, F_OK) == 0;

	free(name);
	return there;
}

static void send_event(struct store *store, monitor_id monitor, int number)
{
	struct event event = keeping_event(monitor, number);
	struct kept_standing standing = keeping_standing(monitor, number);

	store_event(store, &event, &standing);
	event_finish(&event);
}

static void assert_beats_alone(const char *path)
{
	assert_int_equal(keeping_number(path, "SELECT count(*) FROM (SELECT 1 FROM beat_tail GROUP BY monitor, time_us HAVING count(*) > 1)"), 0);
	assert_true(keeping_is_sound(path));
}

#define number_in(fixture, sql) keeping_number((fixture)->path, sql)

static void new_file_gets_all_that_came_together(void **state)
{
	struct fixture *fixture = *state;
	struct beat sent = keeping_beat(2, 7);
	char sql[200];

	unmount(fixture);
	begin(fixture, NULL);
	keeping_put_monitor(fixture->store, 1, "one");
	keeping_put_monitor(fixture->store, 2, "two");
	start(fixture);
	keeping_send(fixture->store, 2, 0, 1500);
	send_event(fixture->store, 1, 3);
	AWAIT(keeping_count(fixture->memory, 2) == 1500, 20000);
	assert_int_equal(atomic_load(&fixture->taken_up), 0);

	mount_empty(fixture);
	AWAIT(atomic_load(&fixture->taken_up) == 1, 20000);
	keeping_send(fixture->store, 2, 1500, 100);
	keeping_send(fixture->store, 1, 0, 10);
	send_event(fixture->store, 2, 4);
	AWAIT(keeping_count(fixture->path, 2) == 1600 && keeping_count(fixture->path, 1) == 10, 20000);
	assert_true(keeping_end(fixture->store));
	assert_int_equal(atomic_load(&fixture->taken_up), 1);
	assert_false(atomic_load(&fixture->in_trouble));

	assert_beats_alone(fixture->path);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM monitor WHERE name = 'one' AND id = 1 OR name = 'two' AND id = 2"), 2);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM event e JOIN monitor_state s ON s.incident = e.id AND s.monitor = e.monitor"), 2);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM run WHERE ended_us NOT NULL"), 1);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM run"), 1);
	/* Texts have other ids, and say the same. */
	snprintf(sql, sizeof sql, "SELECT count(*) FROM beat_tail b JOIN text d ON d.id = b.detail JOIN text a ON a.id = b.address"
	    " WHERE b.monitor = 2 AND b.time_us = %lld AND a.text = '%s' AND b.code = %d", (long long)sent.time_us,
	    shared_read(sent.address), sent.code);
	assert_int_equal(keeping_number(fixture->path, sql), 1);
	beat_finish(&sent);
}

/* The owner had the lock, the file was there and could be read: as on a disk that is full. */
static void history_in_the_file_goes_on(void **state)
{
	struct fixture *fixture = *state;
	struct kept_standing standing;
	struct lock lock;
	struct error err;

	assert_int_equal(mkdir(fixture->folder, 0700), 0);
	fixture->store = keeping_open(fixture->path, 10);
	keeping_put_monitor(fixture->store, 7, "web");
	keeping_put_monitor(fixture->store, 8, "gone");
	start(fixture);
	keeping_send(fixture->store, 7, 0, 100);
	send_event(fixture->store, 7, 3);
	send_event(fixture->store, 8, 3);
	assert_true(keeping_end(fixture->store));

	assert_true(lock_take(&lock, fixture->path, &err));
	begin(fixture, &lock);
	assert_int_equal(lock.fd, -1);
	assert_int_equal(keeping_number(fixture->memory, "SELECT count(*) FROM monitor WHERE id = 7 AND name = 'web'"), 1);
	keeping_put_monitor(fixture->store, 9, "new");
	standing = keeping_standing(7, 20);
	assert_true(store_put_standing_now(fixture->store, &standing, &err));
	assert_true(store_remove_monitor_now(fixture->store, 8, &err));
	start(fixture);
	keeping_send(fixture->store, 7, 100, 50);
	send_event(fixture->store, 9, 5);
	AWAIT(atomic_load(&fixture->taken_up) == 1, 20000);
	assert_true(keeping_end(fixture->store));

	assert_beats_alone(fixture->path);
	assert_int_equal(keeping_count(fixture->path, 7), 150);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM monitor WHERE removed = 0"), 2);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM monitor_state WHERE monitor = 8"), 0);
	assert_int_equal(number_in(fixture, "SELECT good_run FROM monitor_state WHERE monitor = 7"), 21);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM event e JOIN monitor_state s ON s.incident = e.id AND s.monitor = e.monitor"), 2);
	assert_int_equal(number_in(fixture, "SELECT value FROM meta WHERE key = 'highest_monitor'"), 9);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM run"), 2);
}

static void others_get_theirs_at_the_end(void **state)
{
	struct fixture *fixture = *state;
	char *database, *folder = make_elsewhere(fixture, &database);
	struct store *before = keeping_open(database, 10);
	struct error err;

	keeping_put_monitor(before, 1, "alien");
	keeping_put_monitor(before, 3, "web");
	assert_true(store_start(before, &err));
	keeping_send(before, 1, 0, 20);
	keeping_send(before, 3, 0, 30);
	send_event(before, 1, 1);
	assert_true(keeping_end(before));

	unmount(fixture);
	begin(fixture, NULL);
	keeping_put_monitor(fixture->store, 1, "web");
	keeping_put_monitor(fixture->store, 2, "api");
	start(fixture);
	keeping_send(fixture->store, 1, 30, 40);
	keeping_send(fixture->store, 2, 0, 50);
	send_event(fixture->store, 1, 2);
	AWAIT(keeping_count(fixture->memory, 2) == 50, 20000);
	mount_elsewhere(fixture, folder, database);
	AWAIT(atomic_load(&fixture->in_trouble), 20000);
	assert_int_equal(atomic_load(&fixture->taken_up), 0);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM beat_tail"), 50);
	assert_true(keeping_end(fixture->store));

	assert_beats_alone(fixture->path);
	assert_int_equal(keeping_count(fixture->path, 1), 20);
	assert_int_equal(keeping_count(fixture->path, 3), 70);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM beat_tail b JOIN monitor m ON m.id = b.monitor WHERE m.name = 'api'"), 50);
	assert_int_equal(number_in(fixture, "SELECT id > 3 FROM monitor WHERE name = 'api'"), 1);
	assert_int_equal(number_in(fixture, "SELECT count(*) FROM event e JOIN monitor_state s ON s.incident = e.id AND s.monitor = e.monitor"
	    " JOIN monitor m ON m.id = e.monitor WHERE m.name IN ('alien', 'web')"), 2);
}

static void what_is_not_for_us_stays(struct fixture *fixture, const char *sql)
{
	char *database, *folder = make_elsewhere(fixture, &database);
	struct store *before = keeping_open(database, 10);
	struct stat was, is;

	keeping_put_monitor(before, 1, "web");
	store_close(before);
	assert_true(keeping_run(database, sql));
	assert_int_equal(stat(database, &was), 0);
	unmount(fixture);
	begin(fixture, NULL);
	keeping_put_monitor(fixture->store, 1, "web");
	start(fixture);
	mount_elsewhere(fixture, folder, database);
	/* When it has been looked at there is the lock's file. */
	AWAIT(is_there(fixture, ".lock"), 20000);
	keeping_send(fixture->store, 1, 0, 10);
	assert_true(keeping_end(fixture->store));
	assert_int_equal(atomic_load(&fixture->taken_up), 0);
	assert_int_equal(stat(fixture->path, &is), 0);
	assert_int_equal(was.st_ino, is.st_ino);
	assert_int_equal(was.st_mtim.tv_nsec, is.st_mtim.tv_nsec);
	assert_int_equal(was.st_size, is.st_size);
}

static void newer_stays(void **state)
{
	what_is_not_for_us_stays(*state, "PRAGMA user_version = 99");
}

static void foreign_stays(void **state)
{
	what_is_not_for_us_stays(*state, "PRAGMA application_id = 7");
}

static void damaged_stays(void **state)
{
	what_is_not_for_us_stays(*state, "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'monitor_state'");
}

static void somebody_elses_waits_until_it_is_not(void **state)
{
	struct fixture *fixture = *state;
	struct lock lock;
	struct error err;

	assert_int_equal(mkdir(fixture->folder, 0700), 0);
	assert_true(lock_take(&lock, fixture->path, &err));
	begin(fixture, NULL);
	keeping_put_monitor(fixture->store, 1, "web");
	start(fixture);
	keeping_send(fixture->store, 1, 0, 10);
	AWAIT(keeping_count(fixture->memory, 1) == 10, 20000);
	assert_false(is_there(fixture, ""));
	lock_drop(&lock);
	AWAIT(atomic_load(&fixture->taken_up) == 1, 20000);
	assert_false(lock_take(&lock, fixture->path, &err));
	assert_int_equal(err.code, EXIT_LOCKED);
	assert_true(keeping_end(fixture->store));
	assert_int_equal(keeping_count(fixture->path, 1), 10);
	assert_true(lock_take(&lock, fixture->path, &err));
	lock_drop(&lock);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(new_file_gets_all_that_came_together),
		TEST(history_in_the_file_goes_on),
		TEST(others_get_theirs_at_the_end),
		TEST(newer_stays),
		TEST(foreign_stays),
		TEST(damaged_stays),
		TEST(somebody_elses_waits_until_it_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
