/*
 * The screen: one thread that owns the terminal, curses and the views, and nothing else. It reads published snapshots and asks
 * its board; nothing it does can delay a probe, and nothing waits for it.
 */
#ifndef KUMATOP_SCREEN_H
#define KUMATOP_SCREEN_H

#include <stdbool.h>

#include "kumatop/board.h"
#include "kumatop/conf.h"

struct screen;

struct screen_settings {
	const char *theme;		/* name or path; NULL: default */
	bool no_color;			/* --no-color or NO_COLOR */
	bool ascii;			/* --ascii */
	bool utc;
	const struct conf_settings *defaults;	/* for a monitor added by keyboard; borrowed */
	const char *version;
	int64_t (*now_us)(void);	/* wall clock; NULL: unix_now_us(). Tests stop it */
};

/*
 * Takes over the terminal and starts the thread. board and settings' texts outlive it. false, with the terminal untouched, when
 * stdin or stdout is no terminal or TERM is unknown.
 */
struct screen *screen_start(const struct board *board, const struct screen_settings *settings, struct error *err);

/* The terminal has another size now (SIGWINCH). Any thread. */
void screen_resized(struct screen *screen);

/*
 * What became of board.hand_over(): NULL, and the board has changed accordingly: the screen does what it was asked for; or why nothing
 * came of it, which is told. Any thread.
 */
void screen_handed_over(struct screen *screen, const char *trouble);

/* Asks the thread to end; does not wait. Any thread. */
void screen_ask_to_end(struct screen *screen);

/* Joins if the thread ends within timeout_ms and frees; otherwise (a terminal that does not read) leaves it behind, restores the
 * terminal as far as that is possible without waiting, and returns false. */
bool screen_finish(struct screen *screen, int timeout_ms);

/* Puts the terminal back as it was; async-signal-safe, does nothing when no screen is up. */
void screen_restore_terminal(void);

#endif
