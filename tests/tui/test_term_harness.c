/* The terminal of the tests, tested with shells that print: cells, keys, modes, sizes, stalls, hang-ups and ends. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/term.h"

static struct term *start_with(const char *script, int rows, int cols, const char *const *env)
{
	struct error err = { 0 };
	struct term *term = term_start((const char *[]){ "/bin/sh", "-c", script, NULL }, rows, cols, env, &err);

	if (!term)
		fail_msg("%s", err.text);
	return term;
}

static struct term *start(const char *script)
{
	return start_with(script, 24, 80, NULL);
}

static void test_shows_text_where_it_was_put(void **state)
{
	struct term *term = start("printf 'one\\r\\n\\033[5;10Htwo  '");
	int row, col;

	TERM_EXPECT_EXIT(term, 0);
	assert_string_equal(term_row_text(term, 0), "one");
	assert_string_equal(term_row_text(term, 4), "         two");
	assert_string_equal(term_row_text(term, 5), "");
	assert_true(term_find(term, "two", &row, &col));
	assert_int_equal(row, 4);
	assert_int_equal(col, 9);
	assert_false(term_find(term, "three", &row, &col));
	assert_int_equal(strncmp(term_screen_text(term), "one\n\n\n\n         two\n\n", 21), 0);
	term_cursor(term, &row, &col);
	assert_int_equal(row, 4);
	assert_int_equal(col, 14);
	term_stop(term);
}

static void test_finds_columns_behind_wide_and_combined_characters(void **state)
{
	struct term *term = start("printf '日本e\\314\\201x'");
	int row, col;

	TERM_EXPECT_EXIT(term, 0);
	assert_string_equal(term_row_text(term, 0), "日本e\xcc\x81x");
	assert_true(term_find(term, "x", &row, &col));
	assert_int_equal(col, 5);
	assert_int_equal(term_cell(term, 0, 0).width, 2);
	assert_string_equal(term_cell(term, 0, 0).text, "日");
	assert_string_equal(term_cell(term, 0, 1).text, "");
	assert_string_equal(term_cell(term, 0, 4).text, "e\xcc\x81");
	term_stop(term);
}

static void test_tells_colours_and_attributes(void **state)
{
	struct term *term = start("printf '\\033[1mA\\033[0;2mB\\033[22mC\\033[0;7;4mD\\033[0;31;44mE\\033[38;5;2;48;5;200mF"
	    "\\033[38;2;2;22;2mG\\033[0;2;38;5;2mH\\033[mI\\033[3;5;9mJ\\033[1;2mK\\033[0;91mL'");
	struct term_cell cell;

	TERM_EXPECT_EXIT(term, 0);
	assert_string_equal(term_row_text(term, 0), "ABCDEFGHIJKL");
	assert_true(term_cell(term, 0, 0).bold && !term_cell(term, 0, 0).dim);
	assert_true(term_cell(term, 0, 1).dim && !term_cell(term, 0, 1).bold);
	assert_true(!term_cell(term, 0, 2).dim && !term_cell(term, 0, 2).bold);
	assert_true(term_cell(term, 0, 3).reverse && term_cell(term, 0, 3).underline);
	cell = term_cell(term, 0, 4);
	assert_true(cell.fg.kind == TERM_COLOR_INDEX && cell.fg.index == 1 && cell.bg.kind == TERM_COLOR_INDEX && cell.bg.index == 4);
	cell = term_cell(term, 0, 5);
	assert_true(cell.fg.index == 2 && cell.bg.index == 200 && !cell.dim);
	cell = term_cell(term, 0, 6);
	assert_true(cell.fg.kind == TERM_COLOR_RGB && cell.fg.red == 2 && cell.fg.green == 22 && cell.fg.blue == 2 && !cell.dim);
	cell = term_cell(term, 0, 7);
	assert_true(cell.dim && cell.fg.index == 2 && cell.bg.kind == TERM_COLOR_DEFAULT);
	cell = term_cell(term, 0, 8);
	assert_true(!cell.dim && cell.fg.kind == TERM_COLOR_DEFAULT);
	cell = term_cell(term, 0, 9);
	assert_true(cell.italic && cell.blink && cell.strike);
	assert_true(term_cell(term, 0, 10).bold && term_cell(term, 0, 10).dim);
	assert_int_equal(term_cell(term, 0, 11).fg.index, 9);
	term_stop(term);
}

static void test_carries_keys_both_ways(void **state)
{
	struct term *term = start("stty -echo; printf ready; read a; printf \"<$a>\"; read a; printf \"<$a>\" | od -An -c; exit 7");

	TERM_EXPECT(term, "ready");
	term_keys(term, "hello\r");
	TERM_EXPECT(term, "<hello>");
	term_keys(term, "\x1b[A\r");
	TERM_EXPECT(term, "033   [   A");
	TERM_EXPECT_EXIT(term, 7);
	term_stop(term);
}

static void test_follows_modes(void **state)
{
	struct term *term = start("printf '\\033[?1049h\\033[?25l\\033[?2004;1004h\\033[?1002h\\033[?1h\\033=\\033[?2026hin\\033[?2026l\\a'; read a;"
	    "printf '\\033[?2026h\\033[?2026l\\033[?1049l\\033[?25h\\033[?2004;1004l\\033[?1002l\\033[?1l\\033>out'");
	struct term_modes modes;

	TERM_EXPECT(term, "in");
	AWAIT((term_read(term), term_bells(term) == 1), 20000);
	modes = term_modes(term);
	assert_true(modes.alt_screen && modes.cursor_hidden && modes.bracketed_paste && modes.focus && modes.mouse);
	assert_true(modes.app_cursor && modes.app_keypad && !modes.sync);
	assert_int_equal(term_sync_count(term), 1);
	term_keys(term, "\r");
	TERM_EXPECT_GONE(term, "in");
	TERM_EXPECT_EXIT(term, 0);
	modes = term_modes(term);
	assert_memory_equal(&modes, &(struct term_modes){ 0 }, sizeof modes);
	assert_int_equal(term_sync_count(term), 2);
	assert_true(term_shows(term, "out"));
	term_stop(term);
}

static void test_keeps_the_title_and_foreign_strings_off_the_screen(void **state)
{
	struct term *term = start("printf '\\033]0;a title\\a\\033]2;another\\033\\\\\\033Pq;garbage\\033\\\\shown'");

	TERM_EXPECT_EXIT(term, 0);
	assert_string_equal(term_title(term), "another");
	assert_string_equal(term_row_text(term, 0), "shown");
	term_stop(term);
}

static void test_logs_bytes_since_a_mark(void **state)
{
	struct term *term = start("stty -echo; printf 'first\\033[31m'; read a; printf second");
	size_t length;

	TERM_EXPECT(term, "first");
	assert_true(term_wrote(term, "\x1b[31m"));
	term_mark(term);
	assert_false(term_wrote(term, "first"));
	term_keys(term, "\r");
	TERM_EXPECT_EXIT(term, 0);
	assert_string_equal(term_bytes(term, &length), "second");
	assert_int_equal(length, 6);
	term_stop(term);
}

static void test_resizes(void **state)
{
	struct term *term = start_with("trap 'stty size' WINCH; stty size; while :; do read a; done", 5, 20, NULL);

	TERM_EXPECT(term, "5 20");
	assert_int_equal(term_rows(term), 5);
	term_resize(term, 40, 120);
	TERM_EXPECT(term, "40 120");
	assert_int_equal(term_cols(term), 120);
	term_stop(term);
}

static void test_sets_the_environment(void **state)
{
	static const char *const env[] = { "TERM=vt100", "NEW=1", "PATH", NULL };
	struct term *term = start_with("echo \"$TERM $NEW ${HOME:+home} ${NO_COLOR-unset}\"", 24, 80, env);

	assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
	TERM_EXPECT_EXIT(term, 0);
	assert_true(term_shows(term, "vt100 1 home unset"));
	term_stop(term);
	term = start("echo \"$TERM ${NO_COLOR-unset}\"");
	TERM_EXPECT(term, "xterm-256color unset");
	term_stop(term);
	assert_int_equal(unsetenv("NO_COLOR"), 0);
}

/* A program that nobody reads from blocks in write(2), and comes back when somebody does. */
static void test_stalls(void **state)
{
	struct term *term = start("stty -echo; echo ready; read a; i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done; echo done");

	TERM_EXPECT(term, "ready");
	term_stop_reading(term);
	term_mark(term);
	term_keys(term, "\r");
	assert_false(term_wait_text(term, "1", 300));
	assert_false(term_wrote(term, "1"));
	term_start_reading(term);
	TERM_EXPECT(term, "done");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
}

static void test_hangs_up(void **state)
{
	struct term *term = start("trap 'exit 3' HUP; echo ready; while :; do sleep 0.02; done");

	TERM_EXPECT(term, "ready");
	term_hangup(term);
	TERM_EXPECT_EXIT(term, 3);
	assert_true(term_shows(term, "ready"));
	term_stop(term);
}

static void test_tells_signals_and_missing_programs(void **state)
{
	struct error err;
	struct term *term = start("echo ready; exec sleep 1000");

	TERM_EXPECT(term, "ready");
	assert_true(term_cpu_ms(term) >= 0);
	term_signal(term, SIGTERM);
	TERM_EXPECT_EXIT(term, 128 + SIGTERM);
	term_signal(term, SIGTERM);
	term_stop(term);
	term = term_start((const char *[]){ "/does/not/exist", NULL }, 24, 80, NULL, &err);
	assert_non_null(term);
	TERM_EXPECT_EXIT(term, 127);
	assert_true(term_shows(term, "/does/not/exist: No such file"));
	term_stop(term);
	term_stop(NULL);
}

static void test_compares_line_disciplines(void **state)
{
	struct term *term = start("read a; stty raw -echo; echo raw; read a; stty sane; read a");
	struct termios before = term_termios(term), now = before;

	assert_true(term_termios_equal(&before, &now));
	term_keys(term, "\r");
	TERM_EXPECT(term, "raw");
	now = term_termios(term);
	assert_false(term_termios_equal(&before, &now));
	assert_false(now.c_lflag & ECHO);
	term_stop(term);
}

static void test_answers_questions_of_the_program(void **state)
{
	struct term *term = start("stty raw -echo; printf '\\033[3;4H\\033[6n'; dd bs=1 count=6 2>/dev/null | od -An -c");

	TERM_EXPECT(term, "033   [   3   ;   4   R");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
}

/* What is on the screen for one frame only is seen, however much came at once; halves of frames are not. */
static void test_sees_each_whole_frame(void **state)
{
	struct term *term = start("stty raw -echo; printf '\\033[?2026$p'; dd bs=1 count=11 2>/dev/null | od -An -c; read a;"
	    "printf '\\033[?2026h\\033[2J\\033[Hone\\033[?2026l\\033[?2026h\\033[2J\\033[Htwo\\033[?2026l\\033[?2026h\\033[2J\\033[H';"
	    "sleep 0.1; printf 'three\\033[?2026l'; exec sleep 1000");

	TERM_EXPECT(term, "2   0   2   6   ;   2   $");
	term_keys(term, "\n");
	TERM_EXPECT(term, "one");
	assert_false(term_shows(term, "2   0"));
	TERM_EXPECT_GONE(term, "one");
	assert_string_equal(term_row_text(term, 0), "two");
	TERM_EXPECT_GONE(term, "two");
	assert_string_equal(term_row_text(term, 0), "three");
	term_stop(term);
}

/* The end of a program may be known before its last words have been read. */
static void test_last_words_are_read(void **state)
{
	for (int i = 0; i < 20; i++) {
		struct term *term = start("stty raw -echo; head -c 3000 /dev/zero | tr '\\0' x; printf '\\033[2Jthe last'");
		int status;

		while (!term_wait_exit(term, &status, 0))
			continue;
		assert_int_equal(status, 0);
		assert_true(term_shows(term, "the last"));
		term_keys_n(term, (char [100000]){ 0 }, 100000);	/* returns, although nobody reads it */
		term_stop(term);
	}
}

static void test_waits_in_vain(void **state)
{
	struct term *term = start("echo here; sleep 1000");
	int status;

	TERM_EXPECT(term, "here");
	assert_false(term_wait_text(term, "elsewhere", 50));
	assert_false(term_wait_gone(term, "here", 50));
	assert_false(term_wait_exit(term, &status, 50));
	assert_true(term_wait_idle(term, 20, 5000));
	term_stop(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shows_text_where_it_was_put),
		cmocka_unit_test(test_finds_columns_behind_wide_and_combined_characters),
		cmocka_unit_test(test_tells_colours_and_attributes),
		cmocka_unit_test(test_carries_keys_both_ways),
		cmocka_unit_test(test_follows_modes),
		cmocka_unit_test(test_keeps_the_title_and_foreign_strings_off_the_screen),
		cmocka_unit_test(test_logs_bytes_since_a_mark),
		cmocka_unit_test(test_resizes),
		cmocka_unit_test(test_sets_the_environment),
		cmocka_unit_test(test_stalls),
		cmocka_unit_test(test_hangs_up),
		cmocka_unit_test(test_tells_signals_and_missing_programs),
		cmocka_unit_test(test_compares_line_disciplines),
		cmocka_unit_test(test_answers_questions_of_the_program),
		cmocka_unit_test(test_sees_each_whole_frame),
		cmocka_unit_test(test_last_words_are_read),
		cmocka_unit_test(test_waits_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
