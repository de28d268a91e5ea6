/*
 * A trust store found in the middle of a check: a plain URL may lead to an https one, and most never do, so their monitors get
 * none when they are sealed. The file is read on one of libuv's threads. Loop thread.
 */
#ifndef KUMATOP_PROBE_LATE_TRUST_H
#define KUMATOP_PROBE_LATE_TRUST_H

#include <uv.h>

#include "trust.h"

struct late_trust;

/* trust (the receiver's to release), or NULL with why. */
typedef void late_trust_fn(void *arg, struct trust *trust, const char *why);

/* ca_file as in trust_acquire(). Calls done once, never from within. */
struct late_trust *late_trust_begin(uv_loop_t *uv, const char *ca_file, late_trust_fn *done, void *arg);
void late_trust_cancel(struct late_trust *late);	/* done is not called; accepts NULL */

#endif
