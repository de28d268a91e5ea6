/*
 * A command's short talk with an owner: connect, order or ask or look, wait for what comes back. Blocks, each call at most its timeout;
 * one thread. For what stays attached see viewer.h.
 */
#ifndef KUMATOP_CALL_H
#define KUMATOP_CALL_H

#include <stdbool.h>

#include "kumatop/wire.h"

struct call;

/* EXIT_UNAVAILABLE: nobody listens there. EXIT_PERMISSION: we may not, or the owner refused. */
struct call *call_open(const char *path, const char *version, int timeout_ms, struct error *err);
const struct wire_hello *call_hello(const struct call *call);

/*
 * Sends the command (still the caller's) and waits for its reply. A refusal is a reply with done false, not an error. EXIT_LOCKED: no
 * reply in time (it may be carried out all the same), EXIT_UNAVAILABLE: the owner has gone.
 */
bool call_command(struct call *call, const struct command *command, int timeout_ms, struct reply *reply, struct error *err);

/* From now on pictures come; watch is borrowed. */
bool call_watch(struct call *call, const struct wire_watch *watch, struct error *err);

/*
 * The next picture, held for the caller, at latest after timeout_ms (-1: for ever). NULL with err->code EXIT_LOCKED when that passed
 * without one, EXIT_UNAVAILABLE when the owner has gone.
 */
const struct snapshot *call_picture(struct call *call, int timeout_ms, struct error *err);

struct history_answer *call_ask(struct call *call, const struct history_query *query, int timeout_ms, struct error *err);
void call_close(struct call *call);	/* accepts NULL */

#endif
