/*
 * The owner's unix socket: viewers attach, look, ask and order, each as what the kernel says he is. Everything here belongs to the
 * thread that runs the loop (control); nothing blocks. A viewer that does not read costs a bounded buffer: it gets the newest picture
 * once it reads again, and nobody waits for it.
 */
#ifndef KUMATOP_SERVER_H
#define KUMATOP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/access.h"
#include "kumatop/board.h"
#include "kumatop/conf.h"

struct uv_loop_s;
struct link_server;

struct link_server_settings {
	const char *path;			/* of the socket */
	const struct board *board;		/* what is shown and who carries out; outlives the server */
	struct access *access;			/* held by the server */
	const struct conf_settings *defaults;	/* for monitors that are added; outlives the server */
	const char *version;			/* outlives the server */
	const char *owner;			/* the user whose board it is, for those who look; outlives the server. NULL: not told */
	size_t viewers_most;			/* 0: 256 */
};

/*
 * Binds the socket and accepts. The caller holds the database's lock, so a socket that is there belongs to nobody any more and is
 * replaced; what is no socket, belongs to another user, or is listened on all the same (by the owner of another database), is left alone
 * and refused. The folder is made if it is missing (0750; 0700 in a folder that is everybody's), and refused when others may write to it.
 * Mode of the socket 0660.
 */
struct link_server *link_server_start(struct uv_loop_s *loop, const struct link_server_settings *settings, struct error *err);

/* Other rules from now on, for those who are attached too. Holds access. */
void link_server_set_access(struct link_server *server, struct access *access);

/*
 * Says goodbye to everybody (again: another owner takes over at once), removes the socket and closes what it has on the loop, without
 * waiting for those who do not read. What the board answers from now on is dropped. The loop has to run until its closing callbacks
 * were called; a user's name that is being asked for may keep it for as long as a directory server takes. Accepts NULL.
 */
void link_server_stop(struct link_server *server, const char *farewell, bool again);

/* After link_server_stop(), once the board will answer nothing any more: engine and reader have ended. Accepts NULL. */
void link_server_destroy(struct link_server *server);

/* What those who are attached cost just now. */
struct link_server_load {
	size_t viewers;
	size_t queued_bytes;	/* said, and not yet taken by the kernel */
	size_t pictures;	/* snapshots held */
};

struct link_server_load link_server_load(const struct link_server *server);

#endif
