/*
 * The way to a target, up to its addresses: the look-up of its name, which address comes next, and how long that one may keep the
 * others waiting. The connection itself is the kind's. Loop thread.
 */
#ifndef KUMATOP_PROBE_DIAL_H
#define KUMATOP_PROBE_DIAL_H

#include <stddef.h>
#include <stdint.h>

#include "kumatop/loop.h"
#include "kumatop/resolver.h"
#include "kumatop/result.h"
#include "kumatop/spec.h"
#include "kumatop/when.h"
#include "target.h"

typedef void dial_fn(void *arg);

/* Part of a check. All zero: nothing was begun. */
struct dial {
	struct lookup *lookup;		/* under way, or NULL */
	struct sockaddr_storage *addresses;	/* heap memory; with the port */
	size_t count, next;
	unsigned port;
	struct mono began;
	struct check_result *result;
	dial_fn *ready, *fail;
	void *arg;
};

/*
 * Calls ready once there is an address, at once where the endpoint is one; or fail, with the outcome and the reason in *result. After
 * a look-up neither comes from within this call; the time it took is added to *result. Borrows result until dial_finish().
 */
void dial_begin(struct dial *dial, const struct endpoint *endpoint, struct probe_loop *loop, struct check_result *result,
		dial_fn *ready, dial_fn *fail, void *arg);

/* Calls neither any more, and no address is left. May be begun again. */
void dial_finish(struct dial *dial);

/* The next address, which is now the one that is tried; NULL after the last. Lives until dial_finish(). */
const struct sockaddr *dial_advance(struct dial *dial);

/* The one that is tried. There is one. */
const struct sockaddr *dial_tried(const struct dial *dial);

/* How many have not been tried. */
size_t dial_left(const struct dial *dial);

/* The tried address's share, at least 1, of what a check that began then has left of its time. */
int64_t dial_share_ms(const struct dial *dial, const struct monitor_spec *spec, struct mono began);

#endif
