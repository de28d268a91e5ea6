/*
 * One attempt to reach an owner, and what became of it: bytes to a socket or to a program's pipes, lines back. Knows nothing of what
 * the lines say. Private to src/link/viewer*.c; everything on the loop's thread.
 */
#ifndef LINK_VIEWER_LINK_H
#define LINK_VIEWER_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/buf.h"
#include "kumatop/error.h"

struct uv_loop_s;
struct viewer_link;

#define VIEWER_LINK_NOBODY "nobody listens there"	/* why a link ended that never was */

struct viewer_link_settings {
	const char *path;		/* or NULL, and then */
	char *const *program;
	bool apart;			/* the program gets a session of its own: it cannot ask on a terminal that shows a screen */
	void *arg;
	void (*opened)(void *arg);	/* bytes can be sent */
	void (*line)(void *arg, const char *line, size_t length);	/* borrowed; may shut the link */
	void (*said)(void *arg, const char *line);	/* by the program on stderr, made harmless */
	/* Once, when all is over and a next attempt may begin; the link is gone then. */
	void (*ended)(void *arg, const char *why);
};

/* Never calls back from within. What goes wrong is told by ended(). */
struct viewer_link *viewer_link_open(struct uv_loop_s *loop, const struct viewer_link_settings *settings);

/* Appends to what is to be sent, and sends. false: the owner does not read, and nothing of this was taken. */
bool viewer_link_send(struct viewer_link *link, const char *bytes, size_t length);

/* No line comes any more; ended() follows with this reason. The first reason counts. */
void viewer_link_shut(struct viewer_link *link, const char *why);

/* As shut, but without any call back, at once also for a program that does not end. Accepts NULL. */
void viewer_link_drop(struct viewer_link *link);

#endif
