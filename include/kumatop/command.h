/*
 * What a person or a script asks of the engine, and what it answers. A command is a bounded payload whose ownership moves
 * with the message.
 */
#ifndef KUMATOP_COMMAND_H
#define KUMATOP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/beat.h"
#include "kumatop/spec.h"

enum command_kind {
	COMMAND_ADD,		/* spec */
	COMMAND_EDIT,		/* monitor, spec: takes its place, history stays */
	COMMAND_REMOVE,		/* monitor */
	COMMAND_PAUSE,		/* monitor, until_us (0: until resumed) */
	COMMAND_RESUME,		/* monitor */
	COMMAND_CHECK,		/* monitor: now; the result counts */
	COMMAND_TEST,		/* spec: once, without keeping it; the result comes with the reply */
	COMMAND_ACKNOWLEDGE,	/* monitor; a second time takes it back */
	COMMAND_RELOAD,		/* specs: the declared monitors as they are to be from now on */
	COMMAND_STOP,		/* finish what is in flight as not observed, publish, end */
};

struct reply {
	uint64_t ticket;
	enum command_kind kind;
	bool done;		/* false: refused, and text says why */
	bool denied;		/* refused because of who asks, not of what is asked; set by the owner's socket */
	monitor_id monitor;
	char text[256];
	struct check_result result;	/* of TEST and CHECK; evidence is NULL */
};

/* Called once, on the engine thread; must not block. The reply is borrowed for the length of the call. */
typedef void command_reply_fn(void *arg, const struct reply *reply);

struct command {
	enum command_kind kind;
	uint64_t ticket;		/* the asker's own, returned in the reply */
	monitor_id monitor;
	struct monitor_spec *spec;	/* held */
	struct monitor_spec **specs;	/* held, heap array */
	size_t spec_count;
	int64_t until_us;
	bool by_hand;			/* RELOAD: asked for by a person, may remove more than half */
	char who[64];			/* unix user */
	command_reply_fn *reply;	/* may be NULL */
	void *reply_arg;
};

struct command *command_create(enum command_kind kind, monitor_id monitor);
void command_destroy(struct command *command);	/* accepts NULL */

#endif
