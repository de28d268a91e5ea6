/*
 * The real kumatop as the viewer of a real one: found by its socket, over a program in ssh's place, and beside a configuration whose
 * database is open elsewhere; acting through it, losing it, finding it again, being stopped, and leaving.
 */
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../lib/live.h"
#include "../lib/peer.h"
#include "../lib/scratch.h"
#include "../lib/service.h"

#include "kumatop/heap.h"

enum { PATIENCE_MS = 20000 };

static struct service *service;
static struct peer *web;

static int set_up(void **state)
{
	struct error err;

	web = peer_start("read-request; respond 200 hello", &err);
	if (!web)
		fail_msg("%s", err.text);
	service = service_create(NULL);
	service_configure(service, "monitors: ( { name = \"web\"; http = \"%s/\"; } );", peer_url(web));
	service_start(service);
	return 0;
}

static int tear_down(void **state)
{
	service_destroy(service);
	peer_stop(web);
	return 0;
}

static struct term *start_words(int rows, int cols, const char *const *words)
{
	const char *argv[16] = { live_program() };

	for (size_t i = 0; words[i]; i++)
		argv[i + 1] = words[i];
	return live_start_argv(argv, rows, cols, (const char *[]){ "LC_ALL=C.UTF-8", NULL });
}

static struct term *look(void)
{
	struct term *term = start_words(24, 80, (const char *[]){ "--socket", service->socket, NULL });

	LIVE_EXPECT_ROW(term, "web", "200 OK");
	TERM_EXPECT(term, "viewer admin");
	return term;
}

static void leave(struct term *term)
{
	term_keys(term, "q");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
}

static void test_the_header_says_whose_board_it_is(void **state)
{
	struct passwd entry, *me = NULL;
	char host[256], room[4096], *whose;
	struct term *term = look();

	assert_int_equal(getpwuid_r(geteuid(), &entry, room, sizeof(room), &me), 0);
	assert_non_null(me);
	assert_int_equal(gethostname(host, sizeof(host)), 0);
	whose = heap_print("%s@%.6s", me->pw_name, host);
	TERM_EXPECT(term, whose);
	assert_non_null(strstr(term_row_text(term, 0), whose));
	free(whose);
	leave(term);
}

static void test_it_looks_and_acts(void **state)
{
	struct term *one = look(), *other = look();

	term_keys(one, "p");
	LIVE_EXPECT_ROW(one, "web", "paused");
	LIVE_EXPECT_ROW(other, "web", "paused");
	term_keys(other, "p");
	LIVE_EXPECT_ROW(one, "web", "200 OK");
	term_keys(one, "atcp://127.0.0.1:1\tsecond\t1s\x13");
	LIVE_EXPECT_ROW(other, "second", "refused");
	term_keys(other, "L");
	TERM_EXPECT(other, "second");
	TERM_EXPECT(other, "added");
	term_keys(other, "q");
	term_keys(one, "\r");
	TERM_EXPECT(one, "response time");
	term_keys(one, "q");
	leave(one);
	leave(other);
}

static void test_a_declared_one_is_edited_where_it_is_declared(void **state)
{
	struct term *term = look();

	/* Written by nobody but its owner, wherever that is; root may write it, and then an editor opens. */
	assert_int_equal(chmod(service->configuration, 0400), 0);
	if (access(service->configuration, W_OK) != 0) {
		term_keys(term, "e");
		TERM_EXPECT(term, "is declared at ");
	}
	assert_int_equal(chmod(service->configuration, 0600), 0);
	leave(term);
}

static void test_an_owner_that_dies_is_missed_and_found_again(void **state)
{
	struct term *term = look();

	(void)service_end(service, SIGKILL, PATIENCE_MS);
	TERM_EXPECT(term, "is gone since ");
	LIVE_EXPECT_ROW(term, "web", "200 OK");
	term_keys(term, "p");
	TERM_EXPECT(term, "attaching again");
	service_start(service);
	TERM_EXPECT_GONE(term, "is gone since ");
	LIVE_EXPECT_ROW(term, "web", "200 OK");
	term_keys(term, "p");
	LIVE_EXPECT_ROW(term, "web", "paused");
	term_keys(term, "p");
	LIVE_EXPECT_ROW(term, "web", "200 OK");
	leave(term);
}

static void test_one_that_was_stopped_shows_the_newest(void **state)
{
	struct term *term = look(), *other = look();

	term_signal(term, SIGSTOP);
	term_keys(other, "p");
	LIVE_EXPECT_ROW(other, "web", "paused");
	term_signal(term, SIGCONT);
	LIVE_EXPECT_ROW(term, "web", "paused");
	term_keys(term, "p");
	LIVE_EXPECT_ROW(other, "web", "200 OK");
	leave(term);
	leave(other);
}

static void test_a_database_that_is_open_elsewhere_is_looked_at(void **state)
{
	struct term *term = start_words(24, 80, (const char *[]){ "--config", service->configuration, NULL });

	TERM_EXPECT(term, "viewer admin");
	LIVE_EXPECT_ROW(term, "web", "200 OK");
	leave(term);
}

/* In ssh's place: says what it is asked for, then runs it here. */
static char *write_ssh(const char *what)
{
	char *path = scratch_path(service->directory, "ssh");
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fprintf(file, "#!/bin/sh\necho \"$*\" > '%s.said'\ntest \"$1 $3 $4 $5\" = '-T kumatop attach --stdio' || exit 99\n%s\n", path, what) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0700), 0);
	return path;
}

static void test_a_host_is_looked_at_over_ssh(void **state)
{
	char *what = heap_print("exec '%s' attach --stdio --socket '%s'", live_program(), service->socket);
	char *ssh = write_ssh(what);
	struct term *term = start_words(24, 80, (const char *[]){ "--host", "me@far", "--ssh", ssh, NULL });

	TERM_EXPECT(term, "viewer admin");
	LIVE_EXPECT_ROW(term, "web", "200 OK");
	term_keys(term, "p");
	LIVE_EXPECT_ROW(term, "web", "paused");
	(void)service_end(service, SIGKILL, PATIENCE_MS);
	TERM_EXPECT(term, "is gone since ");
	service_start(service);
	TERM_EXPECT_GONE(term, "is gone since ");
	term_keys(term, "p");
	LIVE_EXPECT_ROW(term, "web", "200 OK");
	leave(term);
	free(ssh);
	free(what);
}

static void test_what_ssh_says_is_told(void **state)
{
	char *ssh = write_ssh("echo 'me@far: Permission denied (publickey).' >&2\nexit 255");
	struct term *term = start_words(24, 80, (const char *[]){ "--host", "me@far", "--ssh", ssh, NULL });

	TERM_EXPECT_EXIT(term, 69);
	assert_true(term_shows(term, "kumatop: me@far: Permission denied (publickey)."));
	assert_true(term_shows(term, "no kumatop can be reached on me@far"));
	term_stop(term);
	term = start_words(24, 80, (const char *[]){ "--host", "-oProxyCommand=x", NULL });
	TERM_EXPECT_EXIT(term, 64);
	term_stop(term);
	free(ssh);
}

static void test_a_lost_terminal_ends_it(void **state)
{
	struct term *term = look();
	int status;

	term_hangup(term);
	assert_true(term_wait_exit(term, &status, PATIENCE_MS));
	term_stop(term);
	/* The owner goes on. */
	term = look();
	leave(term);
}

static void test_signals_restore_the_terminal(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGQUIT };

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct term *term = start_words(24, 80, (const char *[]){ "--socket", service->socket, NULL });

		LIVE_EXPECT_ROW(term, "web", "200 OK");
		term_signal(term, signals[i]);
		TERM_EXPECT_EXIT(term, 0);
		assert_false(term_modes(term).alt_screen);
		term_stop(term);
	}
}

static void test_where_nobody_listens_nothing_is_shown(void **state)
{
	char *nobody = scratch_path(service->directory, "nobody");
	struct term *term = live_start_argv((const char *[]){ live_program(), "--socket", nobody, NULL }, 24, 80,
	    (const char *[]){ "LC_ALL=C.UTF-8", NULL });

	TERM_EXPECT_EXIT(term, EXIT_UNAVAILABLE);
	assert_true(term_shows(term, "no kumatop listens at "));
	assert_false(term_wrote(term, "\x1b"));
	term_stop(term);
	free(nobody);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_the_header_says_whose_board_it_is),
		TEST(test_it_looks_and_acts),
		TEST(test_a_declared_one_is_edited_where_it_is_declared),
		TEST(test_an_owner_that_dies_is_missed_and_found_again),
		TEST(test_one_that_was_stopped_shows_the_newest),
		TEST(test_a_database_that_is_open_elsewhere_is_looked_at),
		TEST(test_a_host_is_looked_at_over_ssh),
		TEST(test_what_ssh_says_is_told),
		TEST(test_a_lost_terminal_ends_it),
		TEST(test_signals_restore_the_terminal),
		TEST(test_where_nobody_listens_nothing_is_shown),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
