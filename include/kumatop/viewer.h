/*
 * One who looks at an owner in another process: by its unix socket, or through a program that speaks the protocol on its pipes (ssh HOST
 * kumatop attach --stdio). It feeds a snapshot_hub and fills a board, so that a screen does not know the difference. When the owner goes
 * it says so in the picture and attaches again by itself. Belongs to the thread that runs the loop; what a board offers, any thread.
 */
#ifndef KUMATOP_VIEWER_H
#define KUMATOP_VIEWER_H

#include <stdbool.h>

#include "kumatop/board.h"
#include "kumatop/wire.h"

struct uv_loop_s;
struct viewer;

struct viewer_settings {
	const char *path;		/* of the socket, or NULL */
	char *const *program;		/* NULL-ended argv, when path is NULL. After the first hello it is started in a session of its own */
	const char *place;		/* where that is, for people, until the owner says its host; NULL: the path, or the program's name */
	struct snapshot_hub *hub;	/* borrowed, outlives the viewer */
	const char *version;
	/* All texts above are copied but for hub. Below: loop's thread, never from within viewer_start(); each may be NULL and may stop
	 * the viewer. */
	void *arg;
	void (*attached)(void *arg, const struct wire_hello *hello);
	/* The owner will not have us, or speaks another protocol: trying again is of little use, and done every 30 s. */
	void (*refused)(void *arg, const struct error *err);
	/* The first attempt failed, or the link was lost: text for a person. It is tried again unless the viewer is stopped. */
	void (*lost)(void *arg, const struct error *err);
	/* The program's stderr, a line made harmless, until the first hello. Later the last one is told as the reason. */
	void (*said)(void *arg, const char *line);
};

/* NULL with err when the loop has no room for it. That nobody is there is told by lost(). */
struct viewer *viewer_start(struct uv_loop_s *loop, const struct viewer_settings *settings, struct error *err);

/*
 * board.submit and board.ask, with the viewer as arg. While there is no link they are refused with the reason, as is what comes while
 * thousands are waiting. What is on its way when the link is lost is answered with a refusal that says so. Any thread; answers come on the
 * loop's.
 */
bool viewer_submit(void *arg, struct command *command, struct error *err);
bool viewer_ask(void *arg, const struct history_query *query, void (*answer)(void *answer_arg, struct history_answer *answer),
    void *answer_arg, struct error *err);

/*
 * Closes what it has on the loop; nobody may submit or ask any more; what is unanswered is answered with a refusal. The memory goes once
 * the loop has run its closing callbacks. Accepts NULL.
 */
void viewer_stop(struct viewer *viewer);

#endif
