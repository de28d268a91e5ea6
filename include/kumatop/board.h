/*
 * What a screen looks at, and whom it asks: an engine in this process, or (later) an owner behind a socket. The screen does not
 * know which. Handed to the screen by the command that starts it; lives longer than the screen.
 */
#ifndef KUMATOP_BOARD_H
#define KUMATOP_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/command.h"
#include "kumatop/history.h"
#include "kumatop/snapshot.h"

/* How a screen came to its end. */
enum screen_end {
	SCREEN_QUIT,	/* a person quits; checks of ours stop */
	SCREEN_LEFT,	/* a person leaves, and the checks go on in the process that they were handed to */
	SCREEN_LOST,	/* its terminal is gone */
};

struct board {
	struct snapshot_hub *hub;
	void *arg;		/* for the functions below */

	/* Takes the command. false: refused (too many are waiting, or the engine is gone); the command is destroyed. Any thread. */
	bool (*submit)(void *arg, struct command *command, struct error *err);

	/* Answers later, on another thread, by answer(answer_arg, …), which takes the answer and must not block. */
	bool (*ask)(void *arg, const struct history_query *query,
	    void (*answer)(void *answer_arg, struct history_answer *answer), void *answer_arg, struct error *err);

	/* The screen is over. Any thread; returns at once. */
	void (*screen_ended)(void *arg, enum screen_end how);

	/*
	 * Hands the checks of this process to one of their own, so that this one may be stopped (^Z) or left. screen_handed_over() tells
	 * what became of it. Asked only while owns_database. NULL: it cannot be done. Any thread; returns at once.
	 */
	void (*hand_over)(void *arg);

	const char *host;	/* whose board this is; owner@host in a viewer */
	const char *database;	/* for people; NULL: none on disk */
	const char *configuration;	/* file, or NULL */

	/* What stands behind the picture. All false: another process, and nothing ends but the looking when this one does. */
	_Atomic bool checks_here;	/* an engine in this process: what stops the process stops the checks */
	_Atomic bool owns_database;	/* that engine keeps history on disk: it can be handed over */
	_Atomic bool handed_over;	/* the checks were this process's, and quitting asks whether they are to stop */
};

#endif
