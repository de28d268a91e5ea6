/*
 * The list as a terminal shows it: the real screen on the made-up board of the drawings, at a time that stands still.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/demo.h"

static const char *const utf8[] = { "LC_ALL=C.UTF-8", NULL };

static struct term *start(int rows, int columns)
{
	return demo_start(rows, columns, NULL, NULL);
}

#define ARGS(...) (const char *[]){ __VA_ARGS__, NULL }

static void expect_row(struct term *term, int row, const char *wanted)
{
	if (strcmp(term_row_text(term, row), wanted) == 0)
		return;
	term_dump(term);
	fail_msg("row %d is\n%s\nnot\n%s", row, term_row_text(term, row), wanted);
}

static int cursor_row(struct term *term)
{
	int row = -1;

	(void)term_find(term, "►", &row, NULL);
	return row;
}

static bool cursor_is_on(struct term *term, void *arg)
{
	int row = cursor_row(term);

	return row >= 0 && strstr(term_row_text(term, row), arg);
}

static void expect_cursor_on(struct term *term, const char *name)
{
	char text[128];

	snprintf(text, sizeof text, "%s", name);
	if (!term_wait(term, cursor_is_on, text, TERM_PATIENCE_MS)) {
		term_dump(term);
		fail_msg("the cursor is not on %s", name);
	}
}

static void test_middle(void **state)
{
	struct term *term = start(24, 80);

	(void)state;
	TERM_EXPECT(term, "Quit");
	expect_row(term, 0, " mon1  ●9 ▲1 ○1 ▼2 ?1 ◊1 ║1                  late 0ms  net ok  db ok  14:03 CET");
	expect_row(term, 1, "");
	assert_non_null(strstr(term_row_text(term, 2), "NAME"));
	assert_non_null(strstr(term_row_text(term, 2), "HEARTBEAT"));
	assert_non_null(strstr(term_row_text(term, 3), "►▼ checkout-api"));
	assert_non_null(strstr(term_row_text(term, 3), "2m 503 Service Unavail"));
	assert_non_null(strstr(term_row_text(term, 4), " ? branch-office"));
	assert_non_null(strstr(term_row_text(term, 5), " ▲ search"));
	assert_non_null(strstr(term_row_text(term, 6), " ○ mail-in"));
	assert_non_null(strstr(term_row_text(term, 6), "2/3: 421 busy"));
	assert_non_null(strstr(term_row_text(term, 7), " ▼ db-replica-2 a"));
	assert_non_null(strstr(term_row_text(term, 17), " ◊ billing"));
	assert_non_null(strstr(term_row_text(term, 18), " ║ legacy-ftp"));
	expect_row(term, 21, " checkout-api: 503 Service Unavailable (expected 200-299) · down since 14:01:14");
	assert_non_null(strstr(term_row_text(term, 22), "last good 14:01:02 · https://shop.example/api/health"));
	expect_row(term, 23, " ?Help aAdd eEdit pPause rRun AAck vWhy /Filter sSort ↵Open LLog @Past qQuit");
	demo_quit(term);
}

static void test_small(void **state)
{
	struct term *term = start(10, 40);

	(void)state;
	TERM_EXPECT(term, "Quit");
	expect_row(term, 0, " ●9 ▲1 ○1 ▼2 ?1 ◊1 ║1         14:03 CET");
	expect_row(term, 1, "►▼ checkout-api    ▌▌▌░░█████     -   2m");
	expect_row(term, 3, " ▲ search          ▌▓▓▓▓▓▓▓▓▓  1840  18m");
	expect_row(term, 9, " ?Help aAdd eEdit pPause rRun qQuit");
	term_resize(term, 5, 20);
	TERM_EXPECT_GONE(term, "Help");
	TERM_EXPECT(term, "►▼ checkout-api   2m");
	expect_row(term, 0, " ●9 ▲1 ○1 ▼2 ?1 ◊1");
	expect_row(term, 3, " ▲ search        18m");
	term_resize(term, 1, 11);
	TERM_EXPECT(term, "▼2");
	expect_row(term, 0, "▼2");
	term_resize(term, 24, 80);
	TERM_EXPECT(term, "db ok");
	demo_quit(term);
}

static void test_large(void **state)
{
	struct term *term = start(40, 120);

	(void)state;
	TERM_EXPECT(term, "Quit");
	expect_row(term, 0,
	    " kumatop 1.0  mon1    ● 9 up  ▲ 1 degraded  ○ 1 pending  ▼ 2 DOWN  ? 1 unknown  ◊ 1 maint  ║ 1 paused      14:03:27 CET");
	assert_non_null(strstr(term_row_text(term, 3), "[1 All 16] [2 Problems 5]"));
	assert_non_null(strstr(term_row_text(term, 4), "TYPE HEARTBEAT"));
	assert_non_null(strstr(term_row_text(term, 4), "P95   24h% CERT  FOR MESSAGE"));
	assert_true(term_shows(term, "─ checkout-api ─ https://shop.example/api/health ─ http ─ every 1m"));
	assert_true(term_shows(term, "▼ down for 2m13s"));
	demo_quit(term);
}

static void test_every_size(void **state)
{
	struct term *term = demo_start(24, 80, (const char *[]){ "LC_ALL=C", NULL }, NULL);

	(void)state;
	TERM_EXPECT(term, "Quit");
	for (int rows = 1; rows < 60; rows += 3)
		for (int columns = 1; columns < 200; columns += 41) {
			term_resize(term, rows, columns);
			term_keys(term, "j");
			term_read(term);
		}
	term_resize(term, 24, 80);
	TERM_EXPECT(term, "24h%");
	TERM_EXPECT(term, "Quit");
	demo_quit(term);
}

static void test_keys_of_one_read(void **state)
{
	struct term *term = demo_start(24, 80, utf8, ARGS("--many", "500"));
	char keys[201];

	(void)state;
	TERM_EXPECT(term, "Quit");
	memset(keys, 'j', 200);
	keys[200] = '\0';
	term_keys(term, keys);
	/* 5 problems and 200 down from the first */
	expect_cursor_on(term, "service-00188");
	term_keys(term, "g");
	expect_cursor_on(term, "checkout-api");
	term_keys(term, "\033[B\033OB\033[6~\033[5~");
	expect_cursor_on(term, "search");
	term_keys(term, "G");
	expect_cursor_on(term, "legacy-ftp");
	demo_quit(term);
}

static size_t bytes_of(struct term *term)
{
	size_t length;

	(void)term_wait_idle(term, 150, TERM_PATIENCE_MS);
	(void)term_bytes(term, &length);
	return length;
}

static size_t cost_of(struct term *term, const char *key, const char *name)
{
	(void)bytes_of(term);
	term_mark(term);
	term_keys(term, key);
	expect_cursor_on(term, name);
	return bytes_of(term);
}

static void test_few_bytes(void **state)
{
	struct term *term = demo_start(40, 120, utf8, ARGS("--many", "60"));

	(void)state;
	TERM_EXPECT(term, "Quit");
	print_message("# first frame at 120x40: %zu bytes\n", bytes_of(term));
	assert_true(bytes_of(term) < 12000);
	(void)cost_of(term, "jjjjjjjjjj", "login");
	size_t down = cost_of(term, "j", "ns1"), up = cost_of(term, "k", "login");

	print_message("# a line down: %zu bytes, up: %zu bytes\n", down, up);
	assert_true(down <= 700 && up <= 700);
	term_mark(term);
	for (int i = 0; i < 500; i++)
		term_keys(term, "jk");
	(void)bytes_of(term);
	assert_false(term_wrote(term, "\033[2J"));
	assert_false(term_wrote(term, "\033[J"));
	/* nothing happens: nothing is sent */
	term_mark(term);
	assert_true(term_wait_idle(term, 2500, TERM_PATIENCE_MS));
	assert_int_equal(bytes_of(term), 0);
	demo_quit(term);
}

/* What happens while nobody presses a key moves neither the cursor nor what got better. */
static void test_nothing_jumps(void **state)
{
	struct term *term = start(24, 80);

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "jj");
	expect_cursor_on(term, "search");
	term_signal(term, SIGUSR1);	/* search recovers: it keeps its place */
	TERM_EXPECT(term, "►● search");
	assert_int_equal(cursor_row(term), 5);
	term_signal(term, SIGUSR1);	/* www goes down: to the top, and the cursor stays on its monitor */
	TERM_EXPECT(term, " ▼ www");
	expect_cursor_on(term, "search");
	assert_non_null(strstr(term_row_text(term, 3), "▼ www"));
	term_keys(term, "k");
	expect_cursor_on(term, "branch-office");
	/* after the key search has gone where it belongs */
	TERM_EXPECT(term, " ● search");
	int row;

	assert_true(term_find(term, " ● search", &row, NULL));
	assert_true(row > 10);
	demo_quit(term);
}

static void test_filter(void **state)
{
	struct term *term = start(24, 80);

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "/kind:tcp");
	TERM_EXPECT_GONE(term, "checkout-api   ");
	TERM_EXPECT(term, "db-primary");
	TERM_EXPECT(term, " /kind:tcp");
	term_keys(term, "\r");
	TERM_EXPECT(term, "4 of 16, Esc shows all");
	term_keys(term, "\033");
	TERM_EXPECT(term, "checkout-api");
	TERM_EXPECT_GONE(term, "4 of 16");
	term_keys(term, "/nonsense:x");
	TERM_EXPECT(term, "there is no \"nonsense\"");
	term_keys(term, "\003");
	TERM_EXPECT_GONE(term, "nonsense");
	term_keys(term, "/zzzz");
	TERM_EXPECT(term, "no monitor matches the filter");
	term_keys(term, "\033");
	TERM_EXPECT(term, "checkout-api");
	term_keys(term, "2");
	TERM_EXPECT(term, "5 of 16");
	TERM_EXPECT_GONE(term, "redis");
	term_keys(term, "1");
	TERM_EXPECT(term, "redis");
	demo_quit(term);
}

static void test_find(void **state)
{
	struct term *term = start(24, 80);

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "\033ORdb");
	expect_cursor_on(term, "db-replica-2");
	term_keys(term, "\r");
	TERM_EXPECT(term, "Quit");
	term_keys(term, "n");
	expect_cursor_on(term, "db-primary");
	term_keys(term, "N");
	expect_cursor_on(term, "db-replica-2");
	demo_quit(term);
}

static void test_pause_and_undo(void **state)
{
	struct term *term = start(24, 80);

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "p");
	TERM_EXPECT(term, "paused checkout-api; u undoes it");
	TERM_EXPECT(term, "║ checkout-api");
	expect_cursor_on(term, "checkout-api");
	term_keys(term, "u");
	TERM_EXPECT(term, "resumed checkout-api");
	TERM_EXPECT(term, "● checkout-api");
	term_keys(term, "g  p");
	TERM_EXPECT(term, "paused 2 monitors");
	term_keys(term, "r");
	TERM_EXPECT(term, "checking 2 monitors");
	demo_quit(term);
}

static void test_sorting(void **state)
{
	struct term *term = start(24, 80);

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "s");
	TERM_EXPECT(term, "Sort by");
	term_keys(term, "n");
	TERM_EXPECT_GONE(term, "Sort by");
	TERM_EXPECT(term, "By name");
	int first, second;

	assert_true(term_find(term, "api-gateway", &first, NULL));
	assert_true(term_find(term, "www", &second, NULL));
	assert_int_equal(first, 3);
	assert_int_equal(second, 18);
	expect_cursor_on(term, "checkout-api");
	term_keys(term, "I");
	TERM_EXPECT(term, "inverted");
	assert_non_null(strstr(term_row_text(term, 3), "www"));
	expect_cursor_on(term, "checkout-api");
	demo_quit(term);
}

static void test_help(void **state)
{
	struct term *term = start(24, 80);

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "?");
	TERM_EXPECT(term, "pause or resume; u undoes it");
	term_keys(term, "/acknow\r");
	TERM_EXPECT(term, "behind a name: acknowledged");
	TERM_EXPECT_GONE(term, "pause or resume");
	term_keys(term, "\033");
	TERM_EXPECT(term, "pause or resume");
	term_keys(term, "G");
	TERM_EXPECT(term, "latency>");
	term_keys(term, "q");
	TERM_EXPECT(term, "checkout-api");
	term_keys(term, "X");
	TERM_EXPECT(term, "X: not bound, ? for help");
	demo_quit(term);
}

/* A paste is text, never keys; neither is anything inside a sequence. */
static void test_no_misfires(void **state)
{
	struct term *term = demo_start(24, 80, utf8, ARGS("--owns"));

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "\033[<0;10;20M\033]11;rgb:adpq/prqQ\007\033P1$rqQpd\033\\\033[?62;4c\033[12;40R\033[27;5;113~");
	term_keys(term, "\033[200~qqQQ\003\003\033[201~");
	TERM_EXPECT(term, "Add monitor");
	TERM_EXPECT(term, "[qqQQ");
	term_keys(term, "\033");
	TERM_EXPECT(term, "Drop this monitor?");
	term_keys(term, "y");
	TERM_EXPECT(term, "Quit");
	assert_false(term_shows(term, "║ checkout-api"));
	assert_false(term_shows(term, "Stop checking"));
	term_stop(term);
}

static void test_quit_of_an_owner_asks(void **state)
{
	static const char *const stay[] = { "n", "q", "\033", "\003" };
	struct term *term = demo_start(24, 80, utf8, ARGS("--owns"));
	int status;

	(void)state;
	TERM_EXPECT(term, "Quit");
	for (size_t i = 0; i < sizeof stay / sizeof *stay; i++) {
		term_keys(term, "q");
		/* The key bar says the same as the answers do. */
		TERM_EXPECT(term, "↵ Leave it running  y Stop checking  n Stay");
		term_keys(term, stay[i]);
		TERM_EXPECT_GONE(term, "Leave it running");
		assert_false(term_wait_exit(term, &status, 200));
	}
	term_keys(term, "qy");
	TERM_EXPECT_EXIT(term, 0);
	assert_true(term_shows(term, "the screen is over"));
	assert_false(term_shows(term, "the checks go on"));
	assert_false(term_shows(term, "kumatop mon1"));
	term_stop(term);
}

/* Enter is what loses nothing: the checks go on without the screen. */
static void test_an_owner_is_left_running(void **state)
{
	static const char *const keys[] = { "\r", "l" };

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct term *term = demo_start(24, 80, utf8, ARGS("--owns"));

		TERM_EXPECT(term, "Quit");
		term_keys(term, "q");
		TERM_EXPECT(term, "Leave it running");
		term_keys(term, keys[i]);
		TERM_EXPECT_EXIT(term, 0);
		assert_true(term_shows(term, "the screen is over, the checks go on"));
		term_stop(term);
	}
}

/* Nobody takes the checks: the reason is said, and the screen stays. */
static void test_an_owner_that_cannot_be_left(void **state)
{
	struct term *term = demo_start(24, 80, utf8, ARGS("--owns", "--keeps"));

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "q\r");
	TERM_EXPECT(term, "the checks stay here: nobody takes them");
	term_keys(term, "\032");
	TERM_EXPECT(term, "the checks stay here: nobody takes them");
	assert_true(term_modes(term).alt_screen);
	term_keys(term, "qy");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
}

static void test_restored_whatever_happens(void **state)
{
	static const struct { int signal; int status; } ways[] = {
		{ SIGTERM, 0 }, { SIGINT, 0 }, { SIGHUP, 0 }, { SIGSEGV, 128 + SIGSEGV }, { SIGABRT, 128 + SIGABRT }, { SIGBUS, 128 + SIGBUS },
		{ SIGFPE, 128 + SIGFPE }, { SIGILL, 128 + SIGILL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		/* sanitizers have handlers of their own */
		const char *const env[] = {
			"LC_ALL=C.UTF-8", "ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0",
			"TSAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0", NULL,
		};
		struct term *term = demo_start(24, 80, env, NULL);
		int status;

		TERM_EXPECT(term, "Quit");
		assert_true(term_modes(term).alt_screen);
		term_signal(term, ways[i].signal);
		assert_true(term_wait_exit(term, &status, TERM_PATIENCE_MS));
		assert_int_equal(status, ways[i].status);
		struct termios after = term_termios(term);

		assert_int_equal(after.c_lflag & (ICANON | ECHO | ISIG), ICANON | ECHO | ISIG);
		assert_true(after.c_oflag & OPOST);
		assert_false(term_modes(term).alt_screen);
		assert_false(term_modes(term).cursor_hidden);
		assert_false(term_modes(term).bracketed_paste);
		term_stop(term);
	}
}

/* ^Z says first what it does; where there is no shell to come back to the screen goes on. */
static void test_suspend_warns(void **state)
{
	struct term *term = start(24, 80);

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "\032");
	TERM_EXPECT(term, "^Z stops the checks too");
	term_mark(term);
	term_keys(term, "\032");
	TERM_EXPECT_GONE(term, "stops the checks");
	TERM_EXPECT(term, "checkout-api");
	assert_true(term_modes(term).alt_screen);
	term_keys(term, "jj");
	expect_cursor_on(term, "search");
	demo_quit(term);
}

/* ^Z under a shell: the terminal is as it was, and fg brings the picture back. */
static void suspend_and_back(const char *option, const char *stop, const char *quit)
{
	static const char script[] = "set -m; \"$0\" $1; echo it has stopped; read x; fg; echo it has ended with $?";
	struct error err;
	struct term *term = term_start((const char *[]){ "bash", "-c", script, demo_program(), option, NULL }, 24, 80, utf8, &err);

	assert_non_null(term);
	TERM_EXPECT(term, "Quit");
	for (int i = 0; i < 3; i++)
		term_keys(term, "j");
	expect_cursor_on(term, "mail-in");
	term_keys(term, stop);
	TERM_EXPECT(term, "it has stopped");
	assert_false(term_modes(term).alt_screen);
	assert_false(term_modes(term).cursor_hidden);
	assert_true(term_termios(term).c_lflag & ICANON);
	assert_true(term_termios(term).c_lflag & ECHO);
	term_keys(term, "\r");
	TERM_EXPECT(term, "Quit");
	assert_true(term_modes(term).alt_screen);
	term_keys(term, "k");
	expect_cursor_on(term, "search");
	term_keys(term, quit);
	TERM_EXPECT(term, "it has ended with 0");
	term_stop(term);
}

static void test_suspend_and_back(void **state)
{
	(void)state;
	suspend_and_back("", "\032\032", "Q");
}

/* An owner hands its checks over and stops at once; back again it asks as before what is to become of them. */
static void test_suspend_of_an_owner(void **state)
{
	(void)state;
	suspend_and_back("--owns", "\032", "q\r");
	suspend_and_back("--owns", "\032", "qy");
}

static void test_ascii_only(void **state)
{
	struct term *term = demo_start(24, 80, (const char *[]){ "LC_ALL=C", NULL }, ARGS("--hostile"));
	size_t length;

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "Gs\033/x\r\033\r");
	(void)term_wait_idle(term, 200, TERM_PATIENCE_MS);
	const char *bytes = term_bytes(term, &length);

	assert_true(length > 1000);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)bytes[i] >= 0x80)
			fail_msg("byte %#x at %zu", (unsigned char)bytes[i], i);
	term_stop(term);
}

/* Names and details as an enemy would have them reach cells only as text, and columns stay columns. */
static void test_hostile_text(void **state)
{
	struct term *term = demo_start(30, 80, utf8, ARGS("--hostile"));
	int age = -1;

	(void)state;
	TERM_EXPECT(term, "Quit");
	assert_string_equal(term_title(term), "");
	assert_int_equal(term_bells(term), 0);
	assert_false(term_wrote(term, "\033]"));
	assert_true(term_shows(term, "esc-]0;title[2"));
	assert_true(term_shows(term, "bidi-gnp.exe"));
	assert_true(term_shows(term, "smile-?-end"));
	assert_true(term_find(term, "FOR MESSAGE", NULL, &age));
	for (int row = 3; row < 20; row++) {
		struct term_cell before = term_cell(term, row, age - 2), unit = term_cell(term, row, age + 2), after = term_cell(term, row, age + 3);

		assert_true(before.text[0] == ' ' || before.text[0] == '\0');
		assert_true(unit.text[0] >= 'a' && unit.text[0] <= 'z');
		assert_true(after.text[0] == ' ' || after.text[0] == '\0');
	}
	demo_quit(term);
}

static void test_terminals(void **state)
{
	static const char *const names[] = {
		"TERM=xterm-256color", "TERM=tmux-256color", "TERM=screen", "TERM=screen-256color", "TERM=linux", "TERM=vt100", "TERM=xterm",
	};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct term *term = demo_start(24, 80, (const char *[]){ names[i], "LC_ALL=C.UTF-8", NULL }, NULL);

		TERM_EXPECT(term, "Quit");
		TERM_EXPECT(term, "checkout-api");
		term_keys(term, "jTTTTTT");
		expect_cursor_on(term, "branch-office");
		demo_quit(term);
	}
	struct term *term = demo_start(24, 80, (const char *[]){ "TERM=dumb", NULL }, NULL);

	TERM_EXPECT(term, "cannot place the cursor");
	TERM_EXPECT_EXIT(term, 69);
	term_stop(term);
}

static void test_no_color(void **state)
{
	struct term *term = demo_start(24, 80, (const char *[]){ "NO_COLOR=1", "LC_ALL=C.UTF-8", NULL }, NULL);

	(void)state;
	TERM_EXPECT(term, "Quit");
	assert_false(term_wrote(term, "\033[38;"));
	assert_false(term_wrote(term, "\033[48;"));
	assert_true(term_cell(term, 3, 5).reverse);	/* the cursor is seen all the same */
	demo_quit(term);
}

/* A line that stalls stops frames and nothing else; what comes after is the newest. */
static void test_stalled_line(void **state)
{
	struct term *term = demo_start(40, 120, utf8, ARGS("--many", "1000", "--busy", "2000", "--live"));

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_stop_reading(term);
	for (int i = 0; i < 2000; i++)
		term_keys(term, "jGg");
	for (int i = 0; i < 20; i++)
		(void)poll(NULL, 0, 50);
	long before = term_cpu_ms(term);

	for (int i = 0; i < 20; i++)
		(void)poll(NULL, 0, 50);
	/* it works off results, but it must not spin */
	assert_true(term_cpu_ms(term) - before < 700);
	term_signal(term, SIGTERM);
	int status;

	assert_true(term_wait_exit(term, &status, TERM_PATIENCE_MS));
	assert_int_equal(status, 0);
	term_stop(term);
}

static void test_hangup(void **state)
{
	struct term *term = start(24, 80);
	int status;

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_hangup(term);
	assert_true(term_wait_exit(term, &status, TERM_PATIENCE_MS));
	term_stop(term);
}

static void test_empty(void **state)
{
	struct term *term = demo_start(24, 80, utf8, ARGS("--empty"));

	(void)state;
	TERM_EXPECT(term, "no monitors yet");
	TERM_EXPECT(term, "press a to add one");
	term_keys(term, "jkGgpr\r ");
	TERM_EXPECT(term, "no monitor");
	term_keys(term, "\033ORabc");
	TERM_EXPECT(term, "no such name");
	term_keys(term, "\rnN");
	TERM_EXPECT(term, "no name has \"abc\"");
	demo_quit(term);
}

static void test_freeze_and_clock(void **state)
{
	struct term *term = start(24, 80);

	(void)state;
	TERM_EXPECT(term, "Quit");
	term_keys(term, "C");
	TERM_EXPECT(term, "13:03 UTC");
	term_keys(term, "C");
	TERM_EXPECT(term, "14:03 CET");
	term_keys(term, "Z");
	TERM_EXPECT(term, "FROZEN");
	term_signal(term, SIGUSR1);
	term_keys(term, "\014");
	(void)term_wait_idle(term, 300, TERM_PATIENCE_MS);
	assert_false(term_shows(term, "● search"));
	term_keys(term, "Z");
	TERM_EXPECT(term, "● search");
	demo_quit(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_middle), cmocka_unit_test(test_small), cmocka_unit_test(test_large), cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_keys_of_one_read), cmocka_unit_test(test_few_bytes), cmocka_unit_test(test_nothing_jumps),
		cmocka_unit_test(test_filter), cmocka_unit_test(test_find), cmocka_unit_test(test_pause_and_undo), cmocka_unit_test(test_sorting),
		cmocka_unit_test(test_help), cmocka_unit_test(test_no_misfires), cmocka_unit_test(test_quit_of_an_owner_asks),
		cmocka_unit_test(test_restored_whatever_happens), cmocka_unit_test(test_suspend_warns), cmocka_unit_test(test_suspend_and_back),
		cmocka_unit_test(test_suspend_of_an_owner), cmocka_unit_test(test_an_owner_is_left_running),
		cmocka_unit_test(test_an_owner_that_cannot_be_left),
		cmocka_unit_test(test_ascii_only),
		cmocka_unit_test(test_hostile_text), cmocka_unit_test(test_terminals), cmocka_unit_test(test_no_color),
		cmocka_unit_test(test_stalled_line), cmocka_unit_test(test_hangup), cmocka_unit_test(test_empty),
		cmocka_unit_test(test_freeze_and_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
