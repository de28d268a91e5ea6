/*
 * The contract between the engine and one kind of check.
 *
 * To add a kind: write src/probe/<kind>.c with one const struct probe_kind, and name it in the table in src/probe/probe.c.
 * Nothing else changes: configuration, form, help and manual read the kind's tables. start() and expire() run on a probe loop
 * and must never block.
 */
#ifndef KUMATOP_PROBE_H
#define KUMATOP_PROBE_H

#include "kumatop/kind.h"
#include "kumatop/loop.h"
#include "kumatop/result.h"
#include "kumatop/spec.h"

struct probe;	/* one check in flight; its layout belongs to the kind */

/* Receives the result, borrowed for the length of the call. The probe is gone when it is called. */
typedef void probe_done_fn(void *arg, const struct check_result *result);

struct probe_kind {
	struct kind kind;		/* first, so that a spec's kind leads here */

	/*
	 * Begin a check. Calls done(arg, …) exactly once, later, never from within start() itself; a check that cannot begin is
	 * reported the same way. Borrows spec until done or expire. Timeouts are the engine's business.
	 */
	struct probe *(*start)(const struct monitor_spec *spec, struct probe_loop *loop, probe_done_fn *done, void *arg);

	/*
	 * Time is up: free the check; done is not called afterwards. Fills *result with the phases reached and the outcome that
	 * says where it hung (connect, TLS, first byte, transfer, name server). The evidence it points to lives until the next
	 * call into the kind on this loop.
	 */
	void (*expire)(struct probe *probe, struct check_result *result);
};

/* All kinds there are, ended by NULL. */
extern const struct probe_kind *const probe_kinds[];

const struct probe_kind *probe_kind_find(const char *name);		/* NULL if there is none */
const struct probe_kind *probe_kind_of(const struct monitor_spec *spec);

/*
 * A target as people type it everywhere: "https://…", "tcp://host:port" or "host:port", "ping://host" or "host". Gives the kind
 * and what spec_create() takes. *target is heap memory. Any thread.
 */
bool probe_target_parse(const char *text, const struct kind **kind, char **target, struct error *err);

/* A name for a target nobody named: its host, with path or port where that tells more. Heap memory. */
char *probe_target_name(const struct kind *kind, const char *target);

#endif
