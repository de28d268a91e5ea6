/*
 * The control thread of a running kumatop: signals, reloads, the end of the screen. Private to owner.c and control.c.
 */
#ifndef KUMATOP_CLI_CONTROL_H
#define KUMATOP_CLI_CONTROL_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

#include "cli.h"
#include "handover.h"
#include "kumatop/board.h"
#include "kumatop/engine.h"
#include "kumatop/lock.h"
#include "kumatop/mailbox.h"
#include "kumatop/reader.h"
#include "kumatop/screen.h"
#include "kumatop/server.h"
#include "kumatop/store.h"
#include "kumatop/viewer.h"

struct control;

struct owner {
	struct conf *conf;
	char *database;			/* on disk; NULL: none */
	char *later;			/* what it would be, if it could have been opened; NULL: it could */
	char host[256];
	char user[64];			/* that we run as: whose board it is to others */
	char trouble[256];		/* why history is not kept, or what was done to a damaged database; set before threads start */
	size_t monitors;		/* at start */
	struct lock lock;
	struct store *store;
	struct reader *reader;
	struct engine *engine;
	struct snapshot_hub *hub;
	struct board board;
	/* Whom the board asks, and whether anybody is asked; any thread under the mutex, changed by the control thread. */
	pthread_mutex_t door;
	const char *shut;		/* why nobody is asked; NULL: it is open */
	struct viewer *viewer;		/* of the process that checks now; NULL: the engine here */
	const struct heritage *heritage;
	struct screen *screen;
	bool with_screen;
	bool screen_left_behind;
	bool loop_left_behind;		/* something on another thread does not end, and uses what is ours */
	char *socket;			/* where others attach; NULL: nowhere */
	struct access *access;		/* held: who may do what there */
	struct link_server *server;	/* control thread; NULL: none, and once it was stopped it is only to be destroyed */
	char stopped_by[64];		/* who asked for the end; "": nobody by name */
	struct mailbox *orders;		/* struct command: for the control thread, from whoever may stop or reload */
};

/*
 * Runs the control loop until kumatop is to stop. Called with all signals blocked; takes them, with this mask, while the loop runs,
 * so that none meets its default action, which would leave the terminal as it is.
 */
bool control_run(struct owner *owner, const sigset_t *mask, struct error *err);

/* board.screen_ended; any thread; arg is the owner. */
void control_screen_ended(void *arg, enum screen_end how);

/* board.hand_over; any thread; arg is the owner. */
void control_hand_over(void *arg);

/* Who may do what from now on, for those who are attached too; NULL: as without a configuration. Control thread. */
void control_take_access(struct owner *owner, struct access *access);

/* mailbox_wake_fn of orders. */
void control_wake(void *arg);

/* What `serve` says once everything stands. */
void owner_say_ready(const struct owner *owner);

/* Ends the screen, if there is one. Control thread. */
void owner_end_screen(struct owner *owner);

/* Commands and questions of the board are refused with this word; or go to a viewer, or (NULL) to what is here. Control thread. */
void owner_shut_door(struct owner *owner, const char *why);
void owner_open_door(struct owner *owner, struct viewer *viewer);

/*
 * Engine, store and reader, by the order of the flow. Stopping returns false when one of them hangs in a disk that does not answer, and
 * still uses what would be freed. Control thread.
 */
bool owner_start_watch(struct owner *owner, struct error *err);
bool owner_stop_watch(struct owner *owner);
void owner_free_watch(struct owner *owner);

#endif
