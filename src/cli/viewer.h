/*
 * kumatop as a viewer: a screen on the board of an owner in another process. The calling thread becomes the control thread.
 */
#ifndef KUMATOP_CLI_VIEWER_H
#define KUMATOP_CLI_VIEWER_H

#include <stdbool.h>

#include "kumatop/screen.h"

struct viewer_run {
	const char *path;		/* of the owner's socket, or NULL */
	char *const *program;		/* that speaks the protocol on its pipes, when path is NULL; ended by NULL */
	const char *place;		/* where that is, for people */
	struct screen_settings screen;
};

/*
 * Runs until it is told to stop; returns the exit status. *unreached: no screen ever came up, because the owner did not answer or would
 * not have us, which has been said.
 */
int viewer_run(const struct viewer_run *run, bool *unreached);

/* The owner's picture, once, on stdout. *status is then by the worst state. false: it could not be had, which has been said
 * and *status tells. */
bool viewer_print(const char *path, bool json, int *status);

#endif
