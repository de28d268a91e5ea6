/*
 * What is asked of an owner in another process, from any thread, until it is answered. Each order and question goes out under a ticket of
 * the desk's own; who asked, under which ticket, and how he is answered is kept here. Private to src/link/viewer*.c.
 */
#ifndef LINK_VIEWER_DESK_H
#define LINK_VIEWER_DESK_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/board.h"
#include "kumatop/wire.h"

/* At once, waiting or on their way; what comes on top is refused. */
enum { DESK_MOST = 4096 };

struct viewer_desk;

/* wake: on the asking thread, when there is something to send. */
struct viewer_desk *viewer_desk_create(void (*wake)(void *arg), void *arg);
void viewer_desk_destroy(struct viewer_desk *desk);	/* nothing is open any more; accepts NULL */

/* Any thread. As board.submit and board.ask have them. */
bool viewer_desk_order(struct viewer_desk *desk, struct command *command, struct error *err);
bool viewer_desk_question(struct viewer_desk *desk, const struct history_query *query,
    void (*answer)(void *arg, struct history_answer *answer), void *arg, struct error *err);

/* Any thread: until the next call everything new is refused with this reason; NULL: everything is taken. */
void viewer_desk_set_reason(struct viewer_desk *desk, const char *reason);

/*
 * Loop's thread from here on. send() is called with a line for each that waits, and what it does not take is refused: false for "the owner
 * does not read".
 */
void viewer_desk_send(struct viewer_desk *desk, bool (*send)(void *arg, const char *bytes, size_t length), void *arg);

/* A "reply" or an "answer" of the owner. One that nobody waits for is dropped. false: it is not understood. */
bool viewer_desk_take(struct viewer_desk *desk, const struct json *message, struct error *err);

/* A "view" with a ticket: a part of the answer to a question for a board. */
bool viewer_desk_take_view(struct viewer_desk *desk, const struct json *message, struct error *err);

/* Everything that is open is answered so. */
void viewer_desk_refuse_all(struct viewer_desk *desk, const char *why);

#endif
