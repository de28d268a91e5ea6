/*
 * One c-ares channel on a libuv loop: its sockets, its settings and the search list. It answers questions about one name and
 * one type; what a look-up makes of them is resolver.c's business. Counted, so that a channel made from an old resolv.conf
 * lives until the last question put to it has ended.
 */
#ifndef KUMATOP_LOOP_CHANNEL_H
#define KUMATOP_LOOP_CHANNEL_H

#include <ares.h>
#include <stdbool.h>
#include <stddef.h>

#include "kumatop/error.h"
#include "kumatop/loop.h"

enum { NAME_SIZE = 256 };	/* a name as DNS allows it (253 bytes), a final dot and a terminator */

struct channel;

/* nameservers: "192.0.2.53:5353,[::1]:53", or NULL for what resolv.conf says. One holder. */
struct channel *channel_create(struct uv_loop_s *uv, const char *nameservers, struct error *err);
void channel_hold(struct channel *channel);

/* The last release destroys the channel: not from within a callback of c-ares. */
void channel_release(struct channel *channel);

/* Ends all questions now, each with ARES_EDESTRUCTION, whoever holds the channel. */
void channel_shut(struct channel *channel);

/* fn may be called from within. */
void channel_ask(struct channel *channel, const char *name, int type, ares_callback fn, void *arg);

/* Looks for questions whose time is up. To be called often while any is open. */
void channel_tick(struct channel *channel);

/*
 * The full names to try for a name, first to last, as resolv.conf's `search` and `ndots` have it. false when there are no more; an
 * empty one is too long to be asked for.
 */
bool channel_candidate(const struct channel *channel, const char *name, size_t index, char out[NAME_SIZE]);

#endif
