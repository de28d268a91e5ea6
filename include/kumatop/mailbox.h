/*
 * A bounded queue of messages from any thread to one. A message is a pointer whose ownership moves with it. The mutex is
 * never seen outside and never held across a wake-up.
 */
#ifndef KUMATOP_MAILBOX_H
#define KUMATOP_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

struct mailbox;

/* Called on the pushing thread when a message arrives in an empty box: must be safe there and must not block. */
typedef void mailbox_wake_fn(void *arg);

/* Frees a message nobody will read. */
typedef void mailbox_discard_fn(void *message);

/* True for a message that may be dropped to make room. */
typedef bool mailbox_routine_fn(const void *message);

struct mailbox *mailbox_create(size_t limit, mailbox_discard_fn *discard);

/* Discards what is left. Accepts NULL. No thread may be using the box. */
void mailbox_destroy(struct mailbox *box);

/* Set before the box is shared. Not needed by a reader that uses mailbox_wait(). */
void mailbox_set_wake(struct mailbox *box, mailbox_wake_fn *wake, void *arg);

/*
 * Takes ownership and returns true; or, when the box is full or closed, returns false and the message stays with the
 * caller. Any thread.
 */
bool mailbox_push(struct mailbox *box, void *message);

/*
 * As mailbox_push(), but a full box makes room by discarding its oldest message for which routine() holds. A message that
 * is not routine goes in even when no room can be made. Returns how many messages were lost: 0 or 1 (the message itself
 * counts, and has then been discarded). Any thread.
 */
size_t mailbox_push_over(struct mailbox *box, void *message, mailbox_routine_fn *routine);

/* The oldest message, or NULL if there is none. Reading thread. */
void *mailbox_pop(struct mailbox *box);

/* As mailbox_pop(), waiting up to timeout_ms (-1: for ever) for one; NULL on time-out or once closed and empty. */
void *mailbox_wait(struct mailbox *box, int timeout_ms);

/* No message goes in any more; a waiting reader wakes. Any thread. */
void mailbox_close(struct mailbox *box);

size_t mailbox_count(struct mailbox *box);

#endif
