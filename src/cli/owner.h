/*
 * A running kumatop: store, reader, engine and, if wanted, a screen, put together and taken apart in order. The calling thread becomes
 * the control thread: it owns signals, configuration and the order of starting and stopping.
 */
#ifndef KUMATOP_CLI_OWNER_H
#define KUMATOP_CLI_OWNER_H

#include "cli.h"
#include "handover.h"
#include "kumatop/screen.h"

struct owner_settings {
	struct conf *conf;		/* taken */
	const char *database;		/* --database, or NULL */
	const char *socket;		/* --socket, or NULL */
	bool no_database;		/* only targets of the command line: keep nothing on disk */
	bool with_screen;
	const struct heritage *heritage;	/* NULL: nobody was before us */
	struct screen_settings screen;
};

/* Runs until it is told to stop; returns the exit status. Prints what went wrong. */
int owner_run(struct owner_settings *settings);

#endif
