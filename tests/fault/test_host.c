/*
 * `kumatop --host` when the line breaks: the ssh that is killed is told and another one started, what it says meanwhile is the reason that
 * is shown, and none is left when the screen ends. A script is in ssh's place; what goes well is test_look.c's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/await.h"
#include "../lib/live.h"
#include "../lib/peer.h"
#include "../lib/scratch.h"
#include "../lib/service.h"

#include "kumatop/heap.h"

struct scene {
	struct peer *web;
	struct service *service;
	char *ssh, *pids, *broken;	/* files: the script, the pids of all that ran, and while it is there the host is not reached */
};

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int begin(void **state)
{
	static struct scene scene;
	struct error err;
	char *script;

	scene.web = peer_start("read-request; respond 200 hello", &err);
	assert_non_null(scene.web);
	scene.service = service_create(NULL);
	service_configure(scene.service, "monitors: ( { name = \"web\"; http = \"%s\"; } );", peer_url(scene.web));
	service_start(scene.service);
	scene.ssh = scratch_path(scene.service->directory, "ssh");
	scene.pids = scratch_path(scene.service->directory, "pids");
	scene.broken = scratch_path(scene.service->directory, "broken");
	/* It drops the host, and runs what is asked for here. */
	script = heap_print("#!/bin/sh\n"
	    "if [ -e '%s' ]; then echo \"ssh: connect to host $2 port 22: Connection refused\" >&2; exit 255; fi\n"
	    "echo $$ >>'%s'\nshift 3\nexport KUMATOP_SOCKET='%s'\nexec '%s' \"$@\"\n", scene.broken, scene.pids, scene.service->socket,
	    scene.service->program);
	write_file(scene.ssh, script, 0755);
	free(script);
	*state = &scene;
	return 0;
}

/* How many ran; pid is the last one's. */
static size_t count_ran(const struct scene *scene, pid_t *pid)
{
	FILE *file = fopen(scene->pids, "re");
	char line[32];
	size_t count = 0;

	for (; file && fgets(line, sizeof(line), file); count++)
		*pid = (pid_t)strtol(line, NULL, 10);
	if (file)
		fclose(file);
	return count;
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) != 0 && errno == ESRCH;
}

static void a_line_that_breaks_is_told_and_mended(void **state)
{
	struct scene *scene = *state;
	struct term *term;
	pid_t first = 0, last = 0;

	term = live_start_argv((const char *[]){ scene->service->program, "--host", "me@far", "--ssh", scene->ssh, NULL }, 24, 150,
	    (const char *[]){ "LC_ALL=C.UTF-8", NULL });
	LIVE_EXPECT_ROW(term, "web", "200 OK");
	assert_int_equal(count_ran(scene, &first), 1);

	/* It is started again at once. */
	assert_int_equal(kill(first, SIGKILL), 0);
	AWAIT((term_read(term), count_ran(scene, &last)) == 2, TERM_PATIENCE_MS);
	assert_true(last != first);
	TERM_EXPECT_GONE(term, "is gone since");

	/* And again and again, while it says why not. */
	write_file(scene->broken, "", 0600);
	assert_int_equal(kill(last, SIGKILL), 0);
	TERM_EXPECT(term, "is gone since");
	TERM_EXPECT(term, "Connection refused");
	term_keys(term, "p");
	TERM_EXPECT(term, "is gone since");
	assert_int_equal(unlink(scene->broken), 0);
	TERM_EXPECT_GONE(term, "is gone since");
	AWAIT(count_ran(scene, &last) == 3, TERM_PATIENCE_MS);
	term_keys(term, "p");
	LIVE_EXPECT_ROW(term, "web", "paused");

	live_quit(term);
	AWAIT(is_gone(last), TERM_PATIENCE_MS);
}

static int end(void **state)
{
	struct scene *scene = *state;

	service_destroy(scene->service);
	peer_stop(scene->web);
	free(scene->ssh);
	free(scene->pids);
	free(scene->broken);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_that_breaks_is_told_and_mended),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
