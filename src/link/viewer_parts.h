/*
 * A viewer as its files share it. Private to src/link/viewer.c and viewer_take.c; loop's thread.
 */
#ifndef LINK_VIEWER_PARTS_H
#define LINK_VIEWER_PARTS_H

#include <uv.h>

#include "kumatop/viewer.h"
#include "viewer_desk.h"
#include "viewer_link.h"

enum { VIEWER_AGAIN_FIRST_MS = 100 };

enum stage {
	STAGE_WAITING,			/* for the next attempt */
	STAGE_GREETING,			/* connecting, or waiting for the hello */
	STAGE_ATTACHED,
};

struct viewer {
	uv_loop_t *loop;
	struct viewer_settings settings;	/* path, program, place, version: copies, owned */
	size_t words;			/* of program */
	uv_timer_t timer;
	uv_async_t async;		/* the desk has something */
	unsigned open;			/* of these two */
	bool stopped;

	enum stage stage;
	struct viewer_link *link;	/* NULL while waiting */
	struct viewer_desk *desk;
	struct wire_hello hello;	/* of the last owner; zeroed before the first */
	bool known;			/* there was a first hello */
	bool told;			/* lost() was called for this loss */
	struct wire_mirror *mirror;	/* of this link; no board has come before `whole` */
	struct wire_mirror *last;	/* of the link before, until then; what is shown meanwhile */
	bool whole;
	int again_ms;			/* until the next attempt but one */
	bool at_once;			/* the owner said that another takes its place */
	bool refused;
	int64_t lost_us;		/* wall; 0: not lost */
	char reason[512];		/* why, for people; "": it just went */
	char fresh[512];		/* the same, of this link */
	char said[256];			/* the program's last words */
	char trouble[1024];		/* as published last */
};

/* viewer.c: the end of this link, for what it said. */
void viewer_give_up(struct viewer *viewer, const char *why);

/* viewer.c: false: there is no link, or the owner does not read. */
bool viewer_send(void *arg, const char *bytes, size_t length);

/* viewer_take.c: a line of the owner, as viewer_link_settings.line has it. */
void viewer_take_line(void *arg, const char *line, size_t length);

#endif
