/* Where sockets are, with a home and a run-time directory of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/scratch.h"

#include "kumatop/heap.h"
#include "kumatop/conf.h"
#include "kumatop/place.h"

struct home {
	char *directory, *run, *data, *usual;	/* usual: the personal database */
};

static int make_home(void **state)
{
	struct home *home = heap_zero(1, sizeof *home);

	home->directory = scratch_make();
	home->run = scratch_path(home->directory, "run");
	home->data = scratch_path(home->directory, "data");
	home->usual = scratch_path(home->data, "kumatop/kumatop.db");
	setenv("XDG_RUNTIME_DIR", home->run, 1);
	setenv("XDG_STATE_HOME", home->data, 1);
	if (mkdir(home->run, 0700) != 0 || mkdir(home->data, 0700) != 0)
		return -1;
	char *folder = scratch_path(home->data, "kumatop");
	int failed = mkdir(folder, 0700);

	free(folder);
	*state = home;
	return failed;
}

static int remove_home(void **state)
{
	struct home *home = *state;

	scratch_remove(home->directory);
	free(home->run);
	free(home->data);
	free(home->usual);
	free(home);
	return 0;
}

static void expect_place(const char *named, const char *database, const char *expected)
{
	struct error err = { 0 };
	char *path = place_of_socket(named, database, &err);

	if (!path)
		fail_msg("%s", err.text);
	assert_string_equal(path, expected);
	free(path);
}

static char *tmp_place(const char *name)
{
	return heap_print("/tmp/kumatop-%lu/%s", (unsigned long)geteuid(), name);
}

static void a_name_is_taken_as_it_is(void **state)
{
	struct error err;
	char name[PLACE_PATH_MOST + 2];

	expect_place("some/where.sock", "/var/lib/kumatop/kumatop.db", "some/where.sock");
	memset(name, 'x', sizeof name);
	name[PLACE_PATH_MOST + 1] = '\0';
	assert_null(place_of_socket(name, NULL, &err));
	assert_int_equal(err.code, EXIT_USAGE);
	assert_null(place_of_socket("", NULL, &err));
	name[PLACE_PATH_MOST] = '\0';
	expect_place(name, NULL, name);
}

static void each_database_has_its_place(void **state)
{
	struct home *home = *state;
	struct error err;
	char *usual = scratch_path(home->run, "kumatop/kumatop.sock");
	char *tmp = tmp_place("kumatop.sock");
	char *service = conf_system_path(CONF_SERVICE_DATABASE), *socket = place_service_socket();

	expect_place(NULL, service, socket);
	free(service);
	free(socket);
	expect_place(NULL, home->usual, usual);
	assert_null(place_of_socket(NULL, NULL, &err));
	assert_int_equal(err.code, EXIT_UNAVAILABLE);
	unsetenv("XDG_RUNTIME_DIR");
	expect_place(NULL, home->usual, tmp);
	setenv("XDG_RUNTIME_DIR", "relative", 1);
	expect_place(NULL, home->usual, tmp);
	free(usual);
	free(tmp);
}

static void other_databases_are_told_apart_by_their_real_path(void **state)
{
	struct home *home = *state;
	struct error err;
	char *one = scratch_path(home->directory, "one.db"), *two = scratch_path(home->directory, "two.db");
	char *link = scratch_path(home->directory, "link.db"), *folder_link = scratch_path(home->directory, "again");
	char *by_folder = scratch_path(folder_link, "one.db");
	char *place_one = place_of_socket(NULL, one, &err), *place_two = place_of_socket(NULL, two, &err);
	FILE *file = fopen(one, "we");

	assert_non_null(file);
	fclose(file);
	assert_int_equal(symlink(one, link), 0);
	assert_int_equal(symlink(home->directory, folder_link), 0);
	assert_string_not_equal(place_one, place_two);
	assert_int_equal(strncmp(place_one, home->run, strlen(home->run)), 0);
	/* Before the file was there, and by whichever way. */
	expect_place(NULL, one, place_one);
	expect_place(NULL, link, place_one);
	expect_place(NULL, by_folder, place_one);
	free(place_one);
	free(place_two);
	free(by_folder);
	free(folder_link);
	free(link);
	free(one);
	free(two);
}

static void what_is_too_long_gets_a_short_place(void **state)
{
	struct home *home = *state;
	struct error err;
	char *longer = heap_print("%s/%0100d", home->run, 0), *tmp = tmp_place("kumatop.sock"), *other = tmp_place(""), *path;
	char *database = scratch_path(home->directory, "one.db");

	setenv("XDG_RUNTIME_DIR", longer, 1);
	expect_place(NULL, home->usual, tmp);
	path = place_of_socket(NULL, database, &err);
	assert_non_null(path);
	assert_int_equal(strncmp(path, other, strlen(other)), 0);
	assert_true(strlen(path) <= PLACE_PATH_MOST);
	free(path);
	free(database);
	free(longer);
	free(tmp);
	free(other);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static void somebody_who_listens_is_found(void **state)
{
	struct home *home = *state;
	char *folder, *path, *denied, *found;
	struct error err;
	int fd;

	folder = scratch_path(home->run, "kumatop");
	path = scratch_path(folder, "kumatop.sock");
	assert_false(place_listens(path));
	assert_int_equal(mkdir(folder, 0750), 0);
	fd = listen_at(path);
	assert_true(place_listens(path));
	found = place_find_owner(NULL, &denied);
	assert_non_null(found);
	assert_string_equal(found, path);
	assert_null(denied);
	free(found);
	found = place_find_owner(path, &denied);
	assert_string_equal(found, path);
	free(found);
	/* In a folder that others may write to, it may be anybody's. */
	assert_int_equal(chmod(folder, 0770), 0);
	assert_null(place_find_owner(NULL, &denied));
	free(denied);
	assert_null(place_to_look(NULL, home->usual, &err));
	found = place_to_look(path, home->usual, &err);
	assert_string_equal(found, path);
	free(found);
	assert_int_equal(chmod(folder, 0750), 0);
	found = place_to_look(NULL, home->usual, &err);
	assert_string_equal(found, path);
	free(found);
	close(fd);
	/* Left behind by one who was killed. */
	assert_false(place_listens(path));
	assert_null(place_find_owner(path, &denied));
	assert_null(denied);
	free(folder);
	free(path);
}

static void who_may_not_connect_is_told(void **state)
{
	struct home *home = *state;
	char *path, *denied;
	int fd;

	if (geteuid() == 0)
		SKIP_BECAUSE("root may connect everywhere");
	path = scratch_path(home->run, "mine.sock");
	fd = listen_at(path);
	assert_int_equal(chmod(path, 0), 0);
	assert_false(place_listens(path));
	assert_null(place_find_owner(path, &denied));
	assert_string_equal(denied, path);
	free(denied);
	free(path);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_home, remove_home)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_is_taken_as_it_is),
		TEST(each_database_has_its_place),
		TEST(other_databases_are_told_apart_by_their_real_path),
		TEST(what_is_too_long_gets_a_short_place),
		TEST(somebody_who_listens_is_found),
		TEST(who_may_not_connect_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
