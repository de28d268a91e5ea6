/*
 * A terminal for tests: runs a program in a pty of a given size, emulated by libvterm, and asks what a person would see. Main
 * thread; nothing runs in the background: the program's output is read while a function below waits.
 *
 *	struct term *term = term_start((const char *[]){ kumatop, "--config", path, NULL }, 24, 80, NULL, &err);
 *	TERM_EXPECT(term, "website");
 *	term_keys(term, "j\r");
 *	TERM_EXPECT(term, "Response time");
 *	term_stop(term);
 *
 * libvterm 0.1.4 crashes on random resizes with wide characters: storms of resizes with narrow text only.
 */
#ifndef TESTS_TERM_H
#define TESTS_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

#include "kumatop/error.h"

struct term;

/*
 * argv is looked up in PATH. env are "NAME=VALUE" over the test's own environment, "NAME" takes one away; NULL: none. TERM is
 * xterm-256color unless env says otherwise, COLORTERM and NO_COLOR are not set.
 */
struct term *term_start(const char *const *argv, int rows, int cols, const char *const *env, struct error *err);
void term_stop(struct term *term);		/* kills what still runs; accepts NULL */

void term_keys(struct term *term, const char *keys);	/* as typed: "j", "\x1b[A", "\x03" */
void term_keys_n(struct term *term, const char *keys, size_t length);
void term_resize(struct term *term, int rows, int cols);
void term_signal(struct term *term, int signal);	/* to the program */
void term_stop_reading(struct term *term);		/* a line that stalls … */
void term_start_reading(struct term *term);		/* … and comes back */
void term_hangup(struct term *term);			/* the terminal goes; what was seen last stays to be asked for */

/*
 * Waiting reads the program's output. true: it came to pass within ms. Give generous deadlines, they cost nothing. A program that asks
 * is told that it may say where its frames end (mode 2026): then each whole frame is looked at once, in its turn.
 */
typedef bool term_predicate(struct term *term, void *arg);
bool term_wait(struct term *term, term_predicate *predicate, void *arg, int ms);
bool term_wait_text(struct term *term, const char *text, int ms);
bool term_wait_gone(struct term *term, const char *text, int ms);
bool term_wait_idle(struct term *term, int quiet_ms, int ms);	/* no output for quiet_ms from now on */
bool term_wait_exit(struct term *term, int *status, int ms);	/* status as a shell tells it: code, or 128 + signal */
void term_read(struct term *term);				/* the next of what is there now */

/* What is on the screen. Texts are borrowed until the next call; rows and columns count from 0; blanks at the end are cut. */
int term_rows(const struct term *term);
int term_cols(const struct term *term);
const char *term_row_text(struct term *term, int row);
const char *term_screen_text(struct term *term);	/* rows, each ended by a newline */
bool term_find(struct term *term, const char *text, int *row, int *col);	/* the first; row and col may be NULL */
bool term_shows(struct term *term, const char *text);
void term_cursor(const struct term *term, int *row, int *col);
const char *term_title(const struct term *term);	/* "" while none was set */

struct term_color {
	enum { TERM_COLOR_DEFAULT, TERM_COLOR_INDEX, TERM_COLOR_RGB } kind;
	uint8_t index, red, green, blue;
};

struct term_cell {
	char text[32];		/* UTF-8 with combining marks; "" where nothing was written or a wide one continues */
	int width;
	struct term_color fg, bg;
	bool bold, dim, italic, underline, blink, reverse, strike;
};

struct term_cell term_cell(struct term *term, int row, int col);

struct term_modes {
	bool alt_screen, cursor_hidden, bracketed_paste, mouse, focus, sync, app_cursor, app_keypad, wrap_off;
};

struct term_modes term_modes(const struct term *term);
unsigned term_bells(const struct term *term);
unsigned term_sync_count(const struct term *term);	/* synchronised updates begun */

/* Every byte the program wrote since the last mark (or the start). */
void term_mark(struct term *term);
const char *term_bytes(const struct term *term, size_t *length);	/* borrowed until the next call that reads */
bool term_wrote(const struct term *term, const char *bytes);		/* since the mark */

/* The line discipline, as stty shows it; the same at the end as at the beginning if the program cleans up. */
struct termios term_termios(const struct term *term);
bool term_termios_equal(const struct termios *a, const struct termios *b);

pid_t term_pid(const struct term *term);
long term_cpu_ms(const struct term *term);	/* of the program alone, all threads; -1 when it has ended */

/* Prints the screen as a person would see it, for a failed test. */
void term_dump(struct term *term);

/* For tests; include cmocka.h before. They fail with a picture of the screen. */
#define TERM_PATIENCE_MS 20000
#define TERM_EXPECT(term, text) \
	do { \
		if (!term_wait_text((term), (text), TERM_PATIENCE_MS)) { \
			term_dump(term); \
			fail_msg("not on the screen: %s", (text)); \
		} \
	} while (0)
#define TERM_EXPECT_GONE(term, text) \
	do { \
		if (!term_wait_gone((term), (text), TERM_PATIENCE_MS)) { \
			term_dump(term); \
			fail_msg("still on the screen: %s", (text)); \
		} \
	} while (0)
#define TERM_EXPECT_EXIT(term, wanted) \
	do { \
		int term_status; \
		if (!term_wait_exit((term), &term_status, TERM_PATIENCE_MS)) { \
			term_dump(term); \
			fail_msg("does not end"); \
		} \
		assert_int_equal(term_status, (wanted)); \
	} while (0)

#endif
