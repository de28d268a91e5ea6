/* Who is at the other end of a unix socket: this process itself, which knows what the kernel is to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "../lib/await.h"
#include "../../src/link/peer.h"

static bool has(const struct access_peer *peer, gid_t gid)
{
	size_t times = 0;

	for (size_t i = 0; i < peer->gid_count; i++)
		times += peer->gids[i] == gid;
	assert_in_range(times, 0, 1);
	return times == 1;
}

static void test_self(void **state)
{
	(void)state;
	int ends[2], count = getgroups(0, NULL);
	gid_t *groups = heap_zero((size_t)count + 1, sizeof(*groups));
	struct access_peer peer;
	struct error err = { 0 };
	char name[32];

	assert_int_equal(getgroups(count, groups), count);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	if (!peer_read(ends[0], &peer, &err))
		fail_msg("%s", err.text);
	assert_int_equal(peer.uid, geteuid());
	assert_true(has(&peer, getegid()));
	for (int i = 0; i < count; i++)
		assert_true(has(&peer, groups[i]));
	snprintf(name, sizeof(name), "uid %lu", (unsigned long)geteuid());
	assert_string_equal(peer.name, name);
	access_peer_finish(&peer);
	close(ends[0]);
	close(ends[1]);
	free(groups);
}

/* More groups than fit at first. They are somebody's from the moment the sockets were made. */
static int many_groups(void)
{
	enum { MANY = 300 };
	gid_t groups[MANY];
	int ends[2];
	struct access_peer peer;
	struct error err = { 0 };

	for (gid_t i = 0; i < MANY; i++)
		groups[i] = 70000 + i;
	if (setgroups(MANY, groups) != 0 || setgid(69999) != 0)
		return 77;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return 1;
	if (!peer_read(ends[0], &peer, &err) || peer.gid_count != MANY + 1)
		return 2;
	for (uint32_t gid = 69999; gid < 70000 + MANY; gid++) {
		size_t i = 0;

		while (i < peer.gid_count && peer.gids[i] != gid)
			i++;
		if (i == peer.gid_count)
			return 3;
	}
	access_peer_finish(&peer);
	return 0;
}

static void test_many_groups(void **state)
{
	(void)state;
	int status = 0;
	pid_t child = fork();

	assert_int_not_equal(child, -1);
	if (child == 0)
		_exit(many_groups());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		SKIP_BECAUSE("only root may take on groups");
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void check_refused(int fd)
{
	struct access_peer peer = { .uid = 7 };
	struct error err = { 0 };

	assert_false(peer_read(fd, &peer, &err));
	assert_true(*err.text);
	assert_null(peer.gids);
	assert_int_equal(peer.gid_count, 0);
}

/* Nobody is at the other end: nobody may be taken for somebody. */
static void test_no_peer(void **state)
{
	(void)state;
	int unconnected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];

	check_refused(unconnected);
	check_refused(other);
	check_refused(-1);
	assert_int_equal(pipe(ends), 0);
	check_refused(ends[0]);
	close(ends[0]);
	close(ends[1]);
	close(unconnected);
	close(other);
}

static bool has_name(uint32_t uid)
{
	struct passwd user, *found = NULL;
	char record[16384];

	return getpwuid_r(uid, &user, record, sizeof(record), &found) == 0 && found;
}

static void test_names(void **state)
{
	(void)state;
	char name[64], small[4];
	uint32_t unknown = 3999999999u;

	peer_name(0, name, sizeof(name));
	assert_string_equal(name, "root");
	while (has_name(unknown))
		unknown--;
	char *number = heap_print("uid %lu", (unsigned long)unknown);
	peer_name(unknown, name, sizeof(name));
	assert_string_equal(name, number);
	free(number);
	peer_name(0, small, sizeof(small));
	assert_in_range(strlen(small), 1, sizeof(small) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_many_groups),
		cmocka_unit_test(test_no_peer),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
