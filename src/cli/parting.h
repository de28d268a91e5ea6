/*
 * An owner that parts with its checks: they are handed to another process, and this one becomes its viewer on the same hub and board, so
 * that the screen goes on. If the other process does not get far enough, they are taken back up here. Everything on the control thread.
 */
#ifndef KUMATOP_CLI_PARTING_H
#define KUMATOP_CLI_PARTING_H

#include <stdbool.h>
#include <sys/types.h>

#include "kumatop/error.h"

struct owner;
struct parting;
struct uv_loop_s;

struct parting_settings {
	struct owner *owner;
	struct uv_loop_s *loop;
	void *arg;
	/* Stops what stands on the owner's engine, store and reader, and these. false: one of them hangs, and the process has to end. */
	bool (*lay_down)(void *arg);
	bool (*take_up)(void *arg, struct error *err);	/* the reverse */
	void (*over)(void *arg, const struct error *err);	/* nothing can go on here */
};

struct parting *parting_create(const struct parting_settings *settings);

/* Begins; the screen hears what becomes of it. */
void parting_begin(struct parting *parting);

/* The process that checks now; 0: this one, or what it handed its checks to has ended. */
pid_t parting_pid(const struct parting *parting);
bool parting_is_done(const struct parting *parting);	/* we look on */

/*
 * Ends the checking of the process that was handed it. done() is called once it has ended, or does not, with the reason. false: there is
 * none.
 */
bool parting_stop_other(struct parting *parting, void (*done)(void *arg, const struct error *err), void *arg);

/* Stops looking on. The screen has ended. The memory goes once the loop has run its closing callbacks. Accepts NULL. */
void parting_close(struct parting *parting);

#endif
