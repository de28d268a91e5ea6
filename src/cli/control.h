/*
 * The control thread of a running kumatop: signals, reloads, the end of the screen. Private to owner.c and control.c.
 */
#ifndef KUMATOP_CLI_CONTROL_H
#define KUMATOP_CLI_CONTROL_H

#include <signal.h>
#include <stdbool.h>

#include "cli.h"
#include "kumatop/board.h"
#include "kumatop/engine.h"
#include "kumatop/lock.h"
#include "kumatop/mailbox.h"
#include "kumatop/reader.h"
#include "kumatop/screen.h"
#include "kumatop/server.h"
#include "kumatop/store.h"

struct control;

struct owner {
	struct conf *conf;
	char *database;			/* on disk; NULL: none */
	char *later;			/* what it would be, if it could have been opened; NULL: it could */
	char host[256];
	char trouble[256];		/* why history is not kept, or what was done to a damaged database; set before threads start */
	size_t monitors;		/* at start */
	struct lock lock;
	struct store *store;
	struct reader *reader;
	struct engine *engine;
	struct snapshot_hub *hub;
	struct board board;
	struct screen *screen;
	bool with_screen;
	bool screen_left_behind;
	bool loop_left_behind;		/* something on another thread does not end, and uses what is ours */
	char *socket;			/* where others attach; NULL: nowhere */
	struct access *access;		/* held: who may do what there */
	struct link_server *server;	/* control thread; NULL: none, and once it was stopped it is only to be destroyed */
	struct mailbox *orders;		/* struct command: for the control thread, from whoever may stop or reload */
};

/*
 * Runs the control loop until kumatop is to stop. Called with all signals blocked; takes them, with this mask, while the loop runs,
 * so that none meets its default action, which would leave the terminal as it is.
 */
bool control_run(struct owner *owner, const sigset_t *mask, struct error *err);

/* board.screen_ended; any thread; arg is the owner. */
void control_screen_ended(void *arg, enum screen_end how);

/* Who may do what from now on, for those who are attached too; NULL: as without a configuration. Control thread. */
void control_take_access(struct owner *owner, struct access *access);

/* mailbox_wake_fn of orders. */
void control_wake(void *arg);

/* What `serve` says once everything stands. */
void owner_say_ready(const struct owner *owner);

/* Ends the screen, if there is one. Control thread. */
void owner_end_screen(struct owner *owner);

#endif
