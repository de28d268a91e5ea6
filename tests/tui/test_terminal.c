/*
 * What kumatop does to a terminal, and what becomes of it: the real program, every way out, lines that stall or go, sizes, and
 * terminals of other names. Not for what is on the screen.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/keeping.h"
#include "../lib/live.h"
#include "../lib/peer.h"

#include "kumatop/heap.h"

static struct live *live;
static struct peer *web;

static int set_up(void **state)
{
	struct error err;

	live = live_create();
	web = peer_start("read-request; respond 200 hello", &err);
	if (!web)
		fail_msg("%s", err.text);
	live_configure(live, "monitors: ( { name = \"website\"; http = \"%s/\"; } );", peer_url(web));
	return 0;
}

static int tear_down(void **state)
{
	peer_stop(web);
	live_destroy(live);
	return 0;
}

static struct term *start(const char *const *env)
{
	struct term *term = live_start(live, 24, 80, env, NULL);

	LIVE_EXPECT_ROW(term, "website", "200");
	return term;
}

/* A pty of the same size that nothing has touched yet. */
static struct termios fresh_modes(void)
{
	struct term *term = live_start_argv((const char *[]){ "true", NULL }, 24, 80, NULL);
	struct termios modes = term_termios(term);

	term_stop(term);
	return modes;
}

/*
 * As `su - alice -c kumatop`: no controlling terminal, and the device is another user's. The shell's stdin must stay blocking all the
 * while; after all of it the modes are as they were.
 */
static void test_a_terminal_that_may_not_be_opened(void **state)
{
	struct termios before = fresh_modes();
	struct term *term;
	char *line;

	if (geteuid() != 0 || access("/usr/bin/setpriv", X_OK) != 0)
		SKIP_BECAUSE("only root can be another user, and with setpriv");
	line = heap_print("setpriv --reuid=65534 --regid=65534 --clear-groups setsid -w '%s' --database none '%s/'; echo \"left with $?\"; "
	    "case $(grep flags /proc/self/fdinfo/0) in *[4567][0-7][0-7][0-7]) echo no waiting;; *) echo it waits;; esac; read answer",
	    live_program(), peer_url(web));
	term = live_start_argv((const char *[]){ "/bin/sh", "-c", line, NULL }, 24, 80, (const char *[]){ "LC_ALL=C.UTF-8", NULL });
	TERM_EXPECT(term, "200 OK");
	term_keys(term, "?");
	TERM_EXPECT(term, "keys");
	term_keys(term, "q");
	TERM_EXPECT_GONE(term, "keys");
	term_resize(term, 24, 100);
	term_keys(term, "T");
	term_resize(term, 24, 90);
	term_keys(term, "Q");
	TERM_EXPECT(term, "left with 0");
	TERM_EXPECT(term, "it waits");
	live_expect_restored(term, &before);
	term_stop(term);
	free(line);
}

static void test_restored_on_every_way_out(void **state)
{
	/* the sanitizers have handlers of their own for what a crash raises; here ours are what is tested */
	const char *options = getenv("ASAN_OPTIONS");
	char *asan = heap_print("ASAN_OPTIONS=%s%shandle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0",
	    options ? options : "", options ? ":" : "");
	options = getenv("TSAN_OPTIONS");
	char *tsan = heap_print("TSAN_OPTIONS=%s%shandle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0",
	    options ? options : "", options ? ":" : "");
	const char *const env[] = { asan, tsan, NULL };
	static const struct { int signal, status; } ways[] = {
		{ 0, 0 }, { SIGTERM, 0 }, { SIGINT, 0 }, { SIGQUIT, 0 }, { SIGSEGV, 128 + SIGSEGV }, { SIGABRT, 128 + SIGABRT },
		{ SIGFPE, 128 + SIGFPE }, { SIGBUS, 128 + SIGBUS }, { SIGILL, 128 + SIGILL },
	};
	struct termios before = fresh_modes();

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct term *term = start(env);
		struct termios raw = term_termios(term);

		assert_true(term_modes(term).alt_screen);
		assert_false(term_termios_equal(&before, &raw));
		if (ways[i].signal)
			term_signal(term, ways[i].signal);
		else
			term_keys(term, "qy");
		TERM_EXPECT_EXIT(term, ways[i].status);
		live_expect_restored(term, &before);
		if (term_shows(term, "HEARTBEAT")) {
			term_dump(term);
			fail_msg("after signal %d the picture is still there", ways[i].signal);
		}
		term_stop(term);
		assert_true(keeping_is_sound(live->database));
	}
	free(asan);
	free(tsan);
}

static bool has_taken_the_screen(struct term *term, void *arg)
{
	return term_modes(term).alt_screen;
}

/* As soon as there is anything to put back, and again while it ends. */
static void test_restored_whenever_asked_to_end(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGQUIT };
	struct termios before = fresh_modes();

	for (int i = 0; i < 12; i++) {
		struct term *term = live_start(live, 24, 80, NULL, NULL);
		int status;

		assert_true(term_wait(term, has_taken_the_screen, NULL, TERM_PATIENCE_MS));
		do
			term_signal(term, signals[i % 3]);
		while (!term_wait_exit(term, &status, 0));
		assert_int_equal(status, 0);
		live_expect_restored(term, &before);
		term_stop(term);
	}
}

/* SIGHUP while the terminal is still there asks for a reload, as of any daemon; it does not end the screen. */
static void test_hangup_signal_reloads(void **state)
{
	struct term *term = start(NULL);

	live_configure(live, "monitors: ( { name = \"other\"; http = \"%s/\"; } );", peer_url(web));
	term_signal(term, SIGHUP);
	TERM_EXPECT(term, "other");
	TERM_EXPECT_GONE(term, "website");
	assert_true(term_modes(term).alt_screen);
	live_quit(term);
}

/* Without a database, so that the checks stop with it; what becomes of them where there is one is in fault/test_handover.c. */
static struct term *start_in_shell(const char *script)
{
	char *quoted = heap_print("set -m; %s --config '%s' --database none; %s", live_program(), live->configuration, script);
	struct term *term = live_start_argv((const char *[]){ "/bin/sh", "-c", quoted, NULL }, 24, 80, NULL);

	free(quoted);
	return term;
}

/* What a person sees who presses ^Z and types fg. */
static void test_suspended_and_back(void **state)
{
	struct termios before = fresh_modes();
	struct term *term = start_in_shell("echo \"stopped with $?\"; read answer; fg >/dev/null; echo \"left with $?\"; read answer");

	LIVE_EXPECT_ROW(term, "website", "200");
	struct termios raw = term_termios(term);

	for (int i = 0; i < 2; i++) {
		term_keys(term, "\x1a");
		TERM_EXPECT(term, "^Z again suspends");
		term_keys(term, "\x1a");
		if (i == 0) {
			TERM_EXPECT(term, "stopped with");
			live_expect_restored(term, &before);
			assert_false(term_shows(term, "website"));
			unsigned checked = peer_requests(web);

			term_keys(term, "\n");
			LIVE_EXPECT_ROW(term, "website", "200");
			TERM_EXPECT_GONE(term, "again suspends");
			AWAIT((term_read(term), peer_requests(web) > checked), TERM_PATIENCE_MS);
			struct termios now = term_termios(term);

			assert_true(term_termios_equal(&raw, &now));
			assert_true(term_modes(term).alt_screen);
		}
	}
	TERM_EXPECT(term, "left with");		/* stopped a second time: the shell that is left has no more to say */
	live_expect_restored(term, &before);
	term_keys(term, "\n");		/* until here the shell stays: once it ends the stopped program wakes, paints and goes */
	term_stop(term);
}


/* Waits for `more` further requests. */
static void await_requests(struct term *term, unsigned more)
{
	unsigned from = peer_requests(web);

	AWAIT((term_read(term), peer_requests(web) >= from + more), TERM_PATIENCE_MS);
}

/* The line goes, the watch does not: with a database it goes on without a screen, at no cost. */
static void test_lost_terminal_with_a_database(void **state)
{
	struct term *term = start(NULL);

	term_hangup(term);
	await_requests(term, 2);
	long cpu = term_cpu_ms(term);
	int64_t beats = keeping_number(live->database, "SELECT count(*) FROM beat_tail");

	assert_true(cpu >= 0);
	await_requests(term, 4);
	assert_true(term_cpu_ms(term) >= 0);		/* it runs */
	assert_true(term_cpu_ms(term) - cpu < 1500);	/* of more than 3 s: it does not spin */
	AWAIT(keeping_number(live->database, "SELECT count(*) FROM beat_tail") > beats + 2, TERM_PATIENCE_MS);
	term_signal(term, SIGTERM);
	TERM_EXPECT_EXIT(term, 0);
	assert_true(keeping_is_sound(live->database));
	assert_int_equal(keeping_number(live->database, "SELECT count(*) FROM run WHERE ended_us IS NULL"), 0);
	term_stop(term);
}

/* Nobody would ever see what it finds. */
static void test_lost_terminal_without_a_database(void **state)
{
	struct term *term = live_start_argv((const char *[]){ live_program(), peer_url(web), NULL }, 24, 80, NULL);

	TERM_EXPECT(term, "127.0.0.1");
	AWAIT((term_read(term), peer_requests(web) > 0), TERM_PATIENCE_MS);
	term_hangup(term);
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
}

static void test_unread_terminal_stops_frames_not_checks(void **state)
{
	struct term *term = start(NULL);
	char repaints[201];
	size_t bytes;

	term_stop_reading(term);
	memset(repaints, '\f', 200);
	repaints[200] = '\0';
	for (int i = 0; i < 20; i++) {
		term_keys(term, repaints);
		if (i % 5 == 0)
			await_requests(term, 1);
		if (i == 10)
			term_resize(term, 60, 200);
	}
	term_start_reading(term);
	term_mark(term);
	term_keys(term, "?");
	TERM_EXPECT(term, "In every view");
	(void)term_bytes(term, &bytes);
	/* what the pty held, at most a stale frame behind it, and the picture of now: not a frame for each repaint asked for */
	assert_true(bytes < 200000);
	term_keys(term, "q");
	LIVE_EXPECT_ROW(term, "● website", "200");

	/* and it ends although nobody reads */
	term_stop_reading(term);
	for (int i = 0; i < 3; i++)
		term_keys(term, repaints);
	term_signal(term, SIGTERM);
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
}

static bool has_keys_of_list(struct term *term, void *arg)
{
	const char *keys = term_row_text(term, term_rows(term) - 1);

	return strstr(keys, "Filter") && strstr(keys, "Quit");
}

static void expect_keys_of_list(struct term *term)
{
	if (term_wait(term, has_keys_of_list, NULL, TERM_PATIENCE_MS))
		return;
	term_dump(term);
	fail_msg("the last line is not the list's");
}

static void test_storm_of_sizes(void **state)
{
	static const struct { const char *keys, *seen; } views[] = {
		{ "a", "Add monitor" }, { "?", ": keys" }, { "L", "all monitors" }, { "s", "Sort by" }, { "\r", "- events -" }, { "/x", " /x" },
		{ "v", "last check" },
	};
	struct term *term = start((const char *[]){ "LC_ALL=C", NULL });
	unsigned number = 1;

	for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
		term_keys(term, views[i].keys);
		for (int turn = 0; turn < 60; turn++) {
			number = number * 1103515245 + 12345;
			int rows = 1 + (int)(number >> 16) % 60, cols = 1 + (int)(number >> 8) % 200;

			term_resize(term, turn % 10 == 0 ? 1 : rows, turn % 15 == 0 ? 1 : cols);
			term_read(term);
		}
		term_resize(term, 24, 80);
		/* else the list that shows may be the one from before, and Esc would be read together with the next key */
		TERM_EXPECT(term, views[i].seen);
		term_keys(term, "\x1b");
		expect_keys_of_list(term);
	}
	term_resize(term, 30, 100);
	expect_keys_of_list(term);
	LIVE_EXPECT_ROW(term, "website", "200");
	live_quit(term);
}

static void test_terminals_by_name(void **state)
{
	static const char *const names[] = {
		"xterm-256color", "xterm", "screen", "screen-256color", "tmux", "tmux-256color", "linux", "vt100", "vt220", "ansi",
	};
	struct termios before = fresh_modes();

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *name = heap_print("TERM=%s", names[i]);
		struct term *term = start((const char *[]){ name, NULL });

		term_keys(term, "\r");
		TERM_EXPECT(term, "events");
		term_keys(term, "q?");
		TERM_EXPECT(term, "pause or resume");
		term_keys(term, "q");
		LIVE_EXPECT_ROW(term, "website", "200");
		term_keys(term, "QQ");
		TERM_EXPECT_EXIT(term, 0);
		live_expect_restored(term, &before);
		term_stop(term);
		free(name);
	}
}

/* Terminals nothing can be drawn on are told so before anything is changed. */
static void test_terminals_that_will_not_do(void **state)
{
	static const struct { const char *env, *said; } cases[] = {
		{ "TERM=nonsense", "terminal \"nonsense\" is not known here (TERM)" },
		{ "TERM=dumb", "cannot place the cursor" },
		{ "TERM=", "TERM is not set" },
		{ "TERM", "TERM is not set" },
	};
	struct termios before = fresh_modes();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct term *term = live_start(live, 24, 120, (const char *[]){ cases[i].env, NULL }, NULL);

		TERM_EXPECT_EXIT(term, EXIT_UNAVAILABLE);
		assert_true(term_shows(term, cases[i].said));
		assert_true(term_shows(term, "--once"));
		assert_false(term_wrote(term, "\x1b"));
		live_expect_restored(term, &before);
		term_stop(term);
	}
}

static void walk_all_views(struct term *term)
{
	term_keys(term, "\r");
	TERM_EXPECT(term, "events");
	term_keys(term, "]Sv");
	TERM_EXPECT(term, "last check");
	term_keys(term, "qqL");
	TERM_EXPECT(term, "events  all monitors");
	term_keys(term, "q?");
	TERM_EXPECT(term, "pause or resume");
	term_keys(term, "Gqs");
	TERM_EXPECT(term, "Sort by");
	term_keys(term, "qa");
	TERM_EXPECT(term, "Add monitor");
	term_keys(term, "127.0.0.1:1\x14");
	TERM_EXPECT(term, "Test down");
	term_keys(term, "\x1b");
	TERM_EXPECT(term, "Drop this monitor?");
	term_keys(term, "y");
	LIVE_EXPECT_ROW(term, "website", "200");
}

static void expect_ascii(struct term *term)
{
	size_t length;
	const char *bytes = term_bytes(term, &length);

	assert_true(length > 1000);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)bytes[i] >= 0x80)
			fail_msg("byte %#x at %zu of %zu", (unsigned char)bytes[i], i, length);
}

static void test_only_ascii_where_nothing_else_is_understood(void **state)
{
	static const char *const more[] = { "--ascii", NULL };

	for (int i = 0; i < 2; i++) {
		struct term *term = live_start(live, 40, 120, (const char *[]){ i ? "LC_ALL=C.UTF-8" : "LC_ALL=C", NULL }, i ? more : NULL);

		LIVE_EXPECT_ROW(term, "website", "200");
		walk_all_views(term);
		expect_ascii(term);
		live_quit(term);
	}
}

/* An SGR with a number that colours: 30 and up, but for the two that set the terminal's own. */
static bool has_colour(const char *bytes, size_t length)
{
	for (size_t i = 0; i + 2 < length; i++) {
		const char *at = bytes + i + 2;
		bool coloured = false;

		if (bytes[i] != '\x1b' || bytes[i + 1] != '[')
			continue;
		for (; *at >= '0' && *at <= ';' && *at != ':'; at++) {
			char *end;
			long number = strtol(at, &end, 10);

			coloured |= number >= 30 && number != 39 && number != 49;
			at = end;
			if (*at != ';')
				break;
		}
		if (coloured && *at == 'm')
			return true;
	}
	return false;
}

static void test_no_colour_where_none_is_wanted(void **state)
{
	static const struct { const char *env, *option; bool coloured; } cases[] = {
		{ "NO_COLOR=1", NULL, false }, { "TERM=xterm-256color", "--no-color", false }, { "TERM=vt100", NULL, false },
		{ "NO_COLOR=", NULL, true },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct term *term = live_start(live, 40, 120, (const char *[]){ cases[i].env, NULL }, (const char *[]){ cases[i].option, NULL });
		size_t length;

		LIVE_EXPECT_ROW(term, "website", "200");
		walk_all_views(term);
		term_keys(term, "T");
		TERM_EXPECT(term, "theme ");
		const char *bytes = term_bytes(term, &length);

		assert_int_equal(has_colour(bytes, length), cases[i].coloured);
		live_quit(term);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_restored_on_every_way_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_terminal_that_may_not_be_opened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_restored_whenever_asked_to_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hangup_signal_reloads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_suspended_and_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_terminal_with_a_database, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_terminal_without_a_database, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unread_terminal_stops_frames_not_checks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_storm_of_sizes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_terminals_by_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_terminals_that_will_not_do, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_only_ascii_where_nothing_else_is_understood, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_colour_where_none_is_wanted, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
