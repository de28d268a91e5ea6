/*
 * Another process for the checks of this one: how it is begun, and what the two say to each other. It is `kumatop serve` with two
 * descriptors of ours: that of the database's lock, so that the database is never anybody else's, and a socket. Over it go lines:
 *
 *   new process                              this one
 *   "prepared": the lock is seen, the
 *   configuration is read
 *                                            has stopped its checks, written everything, closed the database: one byte
 *   "ready": checks run, the socket is bound
 *   "failed TEXT", instead of either, and it ends
 *
 * If this process dies before it has said anything the new one goes on: it has the lock, so nobody else will.
 *
 * What stops and starts in this process meanwhile is parting.h's.
 */
#ifndef KUMATOP_CLI_HANDOVER_H
#define KUMATOP_CLI_HANDOVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "kumatop/error.h"

struct uv_loop_s;

/* What a new process was given by the one before it. */
struct heritage {
	int lock, go;		/* descriptors */
};

/* New process, before anything is opened. Says that it is prepared and waits for its turn. */
bool handover_await(const struct heritage *heritage, struct error *err);

/* New process, once: what became of it. err NULL: it is ready. */
void handover_tell(const struct heritage *heritage, const struct error *err);

/* The process before it. Everything on the loop's thread. */
struct handover;

struct handover_settings {
	struct uv_loop_s *loop;
	int lock;			/* the descriptor to be inherited */
	const char *configuration;	/* NULL: none */
	const char *database, *socket;
	void *arg;
	void (*prepared)(void *arg);	/* it waits for handover_go() */
	void (*ready)(void *arg);
	/* It is gone, or was ended because it did not answer; the database is not its any more. Not after ready. */
	void (*failed)(void *arg, const struct error *err);
	void (*gone)(void *arg);	/* after ready: it has ended, whatever the reason */
};

struct handover *handover_start(const struct handover_settings *settings, struct error *err);
void handover_go(struct handover *handover);
pid_t handover_pid(const struct handover *handover);	/* 0: it has ended */

/* A new process that is not ready yet is ended, one that is stays. Closes what it has on the loop; the memory goes with that. Accepts NULL. */
void handover_close(struct handover *handover);

#endif
