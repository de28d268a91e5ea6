/*
 * One who is attached to the owner's socket. server.c has all of them, guest.c moves bytes to and from one, guest_ops.c and
 * guest_past.c do what he asks for. Everything on the server's loop, unless it says otherwise. Private to src/link.
 */
#ifndef LINK_GUEST_H
#define LINK_GUEST_H

#include <pthread.h>
#include <uv.h>

#include "kumatop/mailbox.h"
#include "kumatop/server.h"
#include "kumatop/when.h"
#include "kumatop/wire.h"
#include "listener.h"

enum { GUEST_COMMANDS = 64, GUEST_QUESTIONS = 4, GUEST_SLOTS = GUEST_COMMANDS + GUEST_QUESTIONS };

/* A command or a question until its answer is with the kernel, so that who does not read cannot ask without end. */
struct slot {
	bool taken;
	uint64_t ticket;	/* the viewer's */
	size_t most;		/* of a question about events */
};

struct guest {
	struct guest *next;
	struct link_server *server;
	uint64_t serial;	/* never used again: what comes late finds nobody */
	uv_pipe_t pipe;
	struct access_peer peer;
	enum access_role role;

	bool named;		/* his name is known, or nobody could tell it in time */
	bool welcome;		/* hellos were exchanged */
	bool working;		/* a monitor of his is being read on another thread; lines wait */
	bool ended;		/* he says nothing more */
	bool leaving;		/* he was refused: gone once he knows */
	bool closing;
	bool reading;
	struct mono since;	/* when he came, was named, or began to leave: what has a deadline */

	struct wire_lines lines;
	struct wire_watch watch;
	bool watching;
	struct wire_pass pass;	/* began: a picture is on its way */
	struct wire_pass past;	/* began: a past board is on its way, as the answer that past_slot waits for */
	struct slot *past_slot;
	const struct snapshot *has;	/* held; what he has after the last pass; NULL: nothing that counts */

	uint64_t written;	/* bytes, from the first */
	size_t queued;		/* bytes of them whose writes have not ended */
	uint64_t taken;		/* bytes that the kernel had, when last looked at */
	struct mono moved;	/* when that was less */
	bool stalled;
	struct slot slots[GUEST_SLOTS];	/* commands first */
};

struct link_server {
	struct link_server_settings settings;
	struct access *access;		/* held */
	uv_loop_t *loop;
	struct listener listener;
	uv_pipe_t pipe;			/* that listens */
	uv_async_t wake;
	uv_timer_t tick;
	size_t holders;			/* handles, work under way, and whoever started it */
	struct guest *guests;
	size_t guest_count;
	uint64_t serial;
	bool stopping;
	char input[64 * 1024];		/* what was read last, by whomever */

	struct mailbox *mail;		/* struct letter, from other threads */
	pthread_mutex_t mutex;		/* guards open; nothing that waits is done under it */
	bool open;			/* wake may be sent */

	struct mono minute;		/* when the lines about refusals began to be counted */
	size_t told, untold;
};

/* server.c */
void server_hold(struct link_server *server);
void server_let_go(struct link_server *server);
struct guest *server_find(struct link_server *server, uint64_t serial);	/* NULL: gone */
void server_forget(struct guest *guest);	/* out of the list */
void server_need_tick(struct link_server *server);
void server_show_soon(struct link_server *server);	/* to all, once the loop has looked at everything else */
void server_tell_refused(struct link_server *server, const struct guest *guest, const char *text);
/* Any thread; arg is the server, and the ticket says whose it is. */
void server_reply(void *arg, const struct reply *reply);
void server_answer(void *arg, struct history_answer *answer);

/* guest.c */
struct guest *guest_create(struct link_server *server);
bool guest_open(struct guest *guest, struct error *err);	/* after it was accepted: who it is */
void guest_send(struct guest *guest, struct buf *out, struct slot *slot);	/* takes what is in out, and finishes it; slot may be NULL */
void guest_refuse(struct guest *guest, const char *text);
void guest_close(struct guest *guest);
void guest_go_on(struct guest *guest);		/* lines that wait, the picture, the end */
void guest_show(struct guest *guest, const struct snapshot *newest);
void guest_show_past(struct guest *guest);	/* more of the past board that is on its way */
void guest_show_anew(struct guest *guest);	/* what he has does not count any more */
void guest_name(struct guest *guest, const char *name);		/* NULL: nobody could tell */
bool guest_tick(struct guest *guest, struct mono now);	/* false: nothing to be looked at until something happens */

/* guest_ops.c */
void guest_take(struct guest *guest, const char *line, size_t length);
bool guest_sees(struct guest *guest, const struct monitor_spec *spec);		/* in the picture he watches */
bool guest_sees_all(const struct guest *guest);		/* but for the names he watches */
struct monitor_spec *guest_find_spec(const struct guest *guest, monitor_id monitor);	/* as it is now, held; NULL: there is none */
struct slot *guest_find_slot(struct guest *guest, size_t from, size_t to);	/* a free one; NULL: there is none */
uint64_t guest_ticket(const struct guest *guest, const struct slot *slot);	/* how the board knows it */
void guest_take_reply(struct guest *guest, struct slot *slot, const struct reply *reply);

/* guest_past.c */
void guest_take_ask(struct guest *guest, struct json **message);
void guest_drop_past(struct guest *guest, const char *why);	/* a past board that is on its way is taken back */
void guest_take_answer(struct guest *guest, struct slot *slot, struct history_answer *answer);	/* takes the answer */

#endif
