/*
 * Carries out checks on a probe loop: applies each one's timeout, keeps the number in flight under a cap (the rest wait their
 * turn), and ends every check in exactly one call. The engine and `kumatop check` both check through it, so that both see the
 * same. Loop thread.
 */
#ifndef KUMATOP_PROBER_H
#define KUMATOP_PROBER_H

#include <stddef.h>

#include "kumatop/loop.h"
#include "kumatop/result.h"
#include "kumatop/spec.h"
#include "kumatop/when.h"

struct prober;
struct check;

/* result is borrowed for the call. The check is gone when it is called. */
typedef void check_done_fn(void *arg, const struct check_result *result);

/*
 * most_in_flight at once; the rest wait their turn. What has not ended within a quarter of a second hangs, and gives its place to the next:
 * so many as the descriptors allow, and no more than 16 times most_in_flight.
 */
struct prober *prober_create(struct probe_loop *loop, size_t most_in_flight);

/* Every check must have ended or been cancelled. The uv loop has to run once more before it is closed. Accepts NULL. */
void prober_close(struct prober *prober);

/*
 * Holds spec until done. Never calls done from within. A check that has waited longer than patience_ms (0: for ever) for a free place ends as
 * OUTCOME_MISSED.
 */
struct check *prober_check(struct prober *prober, struct monitor_spec *spec, int64_t patience_ms, check_done_fn *done, void *arg);
void prober_cancel(struct prober *prober, struct check *check);	/* done is not called */

/*
 * When a check should have begun. Once it begins, or has waited too long for a place, late() hears how much later that was: a check that is
 * due and waits for a place is late, as one is that nobody came round to.
 */
typedef void prober_late_fn(void *arg, int64_t late_us);
void prober_tell_late(struct prober *prober, prober_late_fn *late, void *arg);
void prober_plan(struct check *check, struct mono planned);
int64_t prober_late_us(const struct prober *prober);	/* of those that wait still, the one that has longest; 0: none */

size_t prober_in_flight(const struct prober *prober);

#endif
