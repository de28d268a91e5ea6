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

struct board {
	struct snapshot_hub *hub;
	void *arg;		/* for the functions below */

	/* Takes the command. false: refused (too many are waiting, or the engine is gone); the command is destroyed. Any thread. */
	bool (*submit)(void *arg, struct command *command, struct error *err);

	/* Answers later, on another thread, by answer(answer_arg, …), which takes the answer and must not block. */
	bool (*ask)(void *arg, const struct history_query *query,
	    void (*answer)(void *answer_arg, struct history_answer *answer), void *answer_arg, struct error *err);

	/* The screen is over: quit by a person, or its terminal is gone. Any thread; returns at once. */
	void (*screen_ended)(void *arg, bool terminal_gone);

	const char *host;	/* whose board this is */
	const char *database;	/* for people; NULL: none on disk */
	const char *configuration;	/* file, or NULL */
	bool owns_database;	/* q and ^Z have to say that checking stops */
};

#endif
