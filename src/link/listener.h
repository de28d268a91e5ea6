/*
 * The socket's file: its folder, what is left of an earlier one, and its end. Private to src/link.
 */
#ifndef LINK_LISTENER_H
#define LINK_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "kumatop/error.h"

struct listener {
	int fd;			/* bound and listening; -1: none */
	char *path;		/* heap */
	dev_t device;		/* of the file, so that only our own is taken away */
	ino_t inode;
};

/* See link_server_start(). */
bool listener_open(struct listener *listener, const char *path, struct error *err);

/* Takes the file away, if it still is ours. The descriptor is its user's to close. */
void listener_remove(struct listener *listener);

#endif
