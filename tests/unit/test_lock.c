/* The lock of a database: held against other processes and other links to it, and it says who holds it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/lock.h"
#include "kumatop/text.h"

static char folder[32];
static char *database;

static int setup(void **state)
{
	text_copy(folder, sizeof folder, "/tmp/kumatop-lock.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	database = heap_print("%s/kumatop.db", folder);
	return 0;
}

static int teardown(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	/* cppcheck-suppress readdirCalled ; one thread, and readdir_r() is deprecated */
	while (dir && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
	free(database);
	return rmdir(folder);
}

/* Runs act in a forked child and returns its exit code. */
static int in_child(int (*act)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(act());
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* In a child: is the lock refused with our parent's process id in the text? 0 yes. */
static int refused_by_parent(void)
{
	struct error err = { 0 };
	char *pid = heap_print("process id %d (user ", (int)getppid());
	struct lock lock;
	pid_t owner = 0;

	if (lock_take(&lock, database, &err))
		return 1;
	if (err.code != EXIT_LOCKED || !strstr(err.text, pid) || !strstr(err.text, ", since 20") || !strstr(err.text, database))
		return 2;
	free(pid);
	if (lock.fd != -1 || lock.path)
		return 3;
	if (!lock_is_held(database, &owner) || owner != getppid())
		return 4;
	return 0;
}

static int can_take(void)
{
	struct lock lock;

	return !lock_take(&lock, database, NULL);
}

static void another_process_is_told_who_holds_it(void **state)
{
	struct error err = { 0 };
	struct lock lock;

	if (!lock_take(&lock, database, &err))
		fail_msg("%s", err.text);
	assert_int_equal(in_child(refused_by_parent), 0);
	lock_drop(&lock);
	assert_int_equal(lock.fd, -1);
	assert_int_equal(in_child(can_take), 0);
}

static void twice_in_one_process_is_refused_too(void **state)
{
	struct error err = { 0 };
	struct lock first, second;

	assert_true(lock_take(&first, database, NULL));
	assert_false(lock_take(&second, database, &err));
	assert_int_equal(err.code, EXIT_LOCKED);
	lock_drop(&second);
	assert_int_equal(in_child(refused_by_parent), 0);	/* refusing did not loosen it */
	lock_drop(&first);
}

static void held_or_not(void **state)
{
	struct lock lock;
	pid_t pid = 5;

	assert_false(lock_is_held(database, &pid));
	assert_int_equal(pid, 0);
	assert_int_equal(access(database, F_OK), -1);	/* the database itself is never touched */
	assert_true(lock_take(&lock, database, NULL));
	assert_true(lock_is_held(database, &pid));
	assert_int_equal(pid, getpid());
	lock_drop(&lock);
	assert_false(lock_is_held(database, &pid));
	assert_int_equal(pid, 0);
	assert_int_equal(access(database, F_OK), -1);
}

static char *linked;

static int refused_by_link(void)
{
	struct error err = { 0 };
	struct lock lock;

	return lock_take(&lock, linked, &err) || err.code != EXIT_LOCKED;
}

/* A link to the database, before and after there is one, leads to the same lock. */
static void links_lead_to_the_same_lock(void **state)
{
	static const char *const targets[] = { "kumatop.db", NULL };

	linked = heap_print("%s/other-name", folder);
	for (size_t i = 0; i < 2; i++) {
		struct lock lock;
		int file;

		assert_int_equal(symlink(targets[i] ? targets[i] : database, linked), 0);
		assert_true(lock_take(&lock, database, NULL));
		assert_int_equal(in_child(refused_by_link), 0);
		lock_drop(&lock);
		file = open(database, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		assert_true(file >= 0);
		close(file);
		assert_true(lock_take(&lock, database, NULL));
		assert_int_equal(in_child(refused_by_link), 0);
		lock_drop(&lock);
		assert_int_equal(unlink(database), 0);
		assert_int_equal(unlink(linked), 0);
	}
	free(linked);
}

static void a_loop_of_links_ends(void **state)
{
	struct error err = { 0 };
	struct lock lock;

	assert_int_equal(symlink("kumatop.db", database), 0);
	assert_false(lock_take(&lock, database, &err));
	assert_int_equal(err.code, EXIT_INPUT_OUTPUT);
}

static void a_missing_folder_is_named(void **state)
{
	struct error err = { 0 };
	struct lock lock;

	assert_false(lock_take(&lock, "/nowhere/at/all/kumatop.db", &err));
	assert_string_equal(err.text, "cannot find the folder of /nowhere/at/all/kumatop.db: No such file or directory");
	lock_drop(&lock);
}

/* Somebody who has died left his name; it must not be told of the next owner. */
static void an_old_name_is_forgotten(void **state)
{
	char *path = heap_print("%s.lock", database);
	int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	char text[400];
	struct lock lock;
	pid_t pid;

	assert_true(file >= 0);
	assert_true(dprintf(file, "pid 1\nuser somebody-with-a-long-name-that-leaves-more-bytes-than-ours\nsince 1999-01-01T00:00:00Z\n%0150d\n", 1) > 0);
	close(file);
	assert_false(lock_is_held(database, &pid));
	assert_true(lock_take(&lock, database, NULL));
	assert_int_equal(in_child(refused_by_parent), 0);
	file = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(file >= 0);
	assert_in_range(read(file, text, sizeof text), 40, 120);	/* nothing is left of the longer signature */
	close(file);
	lock_drop(&lock);
	free(path);
}

static struct lock inherited;

/* In a child: sign the inherited lock and say whether the file now names the child. */
static int sign_as_child(void)
{
	pid_t pid = 0;

	if (!lock_sign(&inherited, NULL))
		return 1;
	if (!lock_is_held(database, &pid))
		return 2;
	return pid != getpid();
}

static void an_inherited_lock_is_signed_and_kept(void **state)
{
	int ends[2];
	char byte;
	pid_t child, pid;
	int status;

	assert_true(lock_take(&inherited, database, NULL));
	assert_int_equal(in_child(sign_as_child), 0);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		close(ends[1]);
		_exit(lock_sign(&inherited, NULL) && read(ends[0], &byte, 1) == 0 ? 0 : 1);
	}
	assert_true(child > 0);
	close(ends[0]);
	lock_drop(&inherited);
	assert_true(lock_is_held(database, &pid));	/* the child has it still */
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_false(lock_is_held(database, &pid));
}

static int look_for_socket(void)
{
	char *socket = lock_socket(database);
	bool found = socket && strcmp(socket, "/run/somewhere/k.sock") == 0;

	free(socket);
	return found ? 0 : 1;
}

static void where_the_owner_listens_is_told(void **state)
{
	struct lock lock;
	char longer[300];
	pid_t pid;

	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	assert_null(lock_socket(database));
	assert_true(lock_take(&lock, database, NULL));
	assert_null(lock_socket(database));
	assert_true(lock_tell_socket(&lock, "/run/somewhere/k.sock", NULL));
	assert_int_equal(in_child(look_for_socket), 0);
	assert_true(lock_is_held(database, &pid));
	assert_int_equal(pid, getpid());
	assert_false(lock_tell_socket(&lock, longer, NULL));
	assert_false(lock_tell_socket(&lock, "/tmp/a\npid 1", NULL));
	assert_int_equal(in_child(look_for_socket), 0);
	/* Who signs anew has not said where he listens. */
	assert_true(lock_sign(&lock, NULL));
	assert_null(lock_socket(database));
	assert_true(lock_tell_socket(&lock, "/run/somewhere/k.sock", NULL));
	lock_drop(&lock);
	assert_null(lock_socket(database));
}

/* The descriptor is the lock: taken over as it is, and refused when it is not that. */
static void only_the_very_lock_is_inherited(void **state)
{
	char *path = heap_print("%s.lock", database), *other = heap_print("%s.other", database);
	struct lock first, second;
	struct error err = { 0 };
	pid_t pid;
	int fd;

	assert_true(lock_take(&first, database, NULL));
	fd = fcntl(first.fd, F_DUPFD, 10);
	assert_true(lock_inherit(&second, database, fd, &err));
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	lock_drop(&first);
	assert_true(lock_is_held(database, &pid));
	assert_true(lock_is_good(&second, database));
	assert_false(lock_inherit(&first, other, fd, &err));	/* of another database */
	assert_int_equal(err.code, EXIT_LOCKED);
	assert_int_equal(first.fd, -1);
	/* Another descriptor of the same file does not have what this one has. */
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_false(lock_inherit(&first, database, fd, &err));
	assert_false(lock_inherit(&first, database, STDIN_FILENO, &err));
	assert_false(lock_inherit(&first, database, 9999, &err));
	close(fd);
	assert_true(lock_is_held(database, &pid));
	lock_drop(&second);
	assert_false(lock_is_held(database, &pid));
	free(path);
	free(other);
}

/* Those who only ask share the lock for an instant; taking it must not take them for owners. */
static void asking_does_not_keep_others_out(void **state)
{
	char *path = heap_print("%s.lock", database);
	struct lock lock;
	pid_t asker;
	int status;

	assert_true(lock_take(&lock, database, NULL));
	lock_drop(&lock);
	asker = fork();
	if (asker == 0) {
		for (int i = 0; i < 2000; i++) {
			int fd = open(path, O_RDONLY | O_CLOEXEC);

			if (fd < 0 || (flock(fd, LOCK_SH | LOCK_NB) && errno != EWOULDBLOCK))
				_exit(1);
			close(fd);
		}
		_exit(0);
	}
	for (int i = 0; i < 500; i++) {
		struct error err = { 0 };

		if (!lock_take(&lock, database, &err))
			fail_msg("try %d: %s", i, err.text);
		lock_drop(&lock);
	}
	assert_int_equal(waitpid(asker, &status, 0), asker);
	assert_int_equal(status, 0);
	free(path);
}

static void dropping_nothing_closes_nothing(void **state)
{
	struct lock zeroed = { 0 }, never = { .fd = -1 };
	int before = fcntl(STDIN_FILENO, F_GETFD);

	lock_drop(&zeroed);
	lock_drop(&never);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), before);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(another_process_is_told_who_holds_it),
		WITH_FOLDER(twice_in_one_process_is_refused_too),
		WITH_FOLDER(held_or_not),
		WITH_FOLDER(links_lead_to_the_same_lock),
		WITH_FOLDER(a_loop_of_links_ends),
		WITH_FOLDER(a_missing_folder_is_named),
		WITH_FOLDER(an_old_name_is_forgotten),
		WITH_FOLDER(an_inherited_lock_is_signed_and_kept),
		WITH_FOLDER(where_the_owner_listens_is_told),
		WITH_FOLDER(only_the_very_lock_is_inherited),
		WITH_FOLDER(asking_does_not_keep_others_out),
		WITH_FOLDER(dropping_nothing_closes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
