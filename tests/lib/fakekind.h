/*
 * A kind of check that opens no socket: its outcome is what the test says it is. For tests of what stands above the probes.
 */
#ifndef KUMATOP_TESTS_FAKEKIND_H
#define KUMATOP_TESTS_FAKEKIND_H

#include "kumatop/probe.h"

extern const struct probe_kind fake_kind;

/* What every check of a target ends as from now on; -1: it hangs until it is expired. Any thread. */
void fake_set_outcome(const char *target, int outcome);

/* Checks begun so far, of all targets. Any thread. */
unsigned fake_started(void);

/* A sealed spec of this kind. */
struct monitor_spec *fake_spec(const char *name, const char *target, int64_t interval_ms, enum spec_origin origin);

#endif
