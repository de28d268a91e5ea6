/*
 * The helper process: forked before any thread exists, it runs programs for the engine, so that a fork never stalls a probe and
 * limits can be set between fork and exec. Programs are checks and alerts of kind exec; none is built in yet, and the helper is
 * started only by a configuration that has one.
 */
#ifndef KUMATOP_HELPER_H
#define KUMATOP_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kumatop/error.h"

enum { HELPER_OUTPUT_MOST = 8192, HELPER_ARGUMENTS_MOST = 64 };

struct helper {
	pid_t pid;		/* 0: not started */
	int fd;			/* our end of the socketpair, close-on-exec */
};

/*
 * One program to run. It gets descriptors 0 (empty), 1 and 2 (captured together) and nothing else, a process group of its own,
 * the environment given here and no other, and limits on memory, processes and file size. No shell.
 */
struct helper_order {
	uint64_t ticket;
	const char *const *argv;	/* ended by NULL */
	const char *const *environment;	/* ended by NULL */
	int32_t timeout_ms;		/* then the process group is killed and its pipe abandoned */
};

enum helper_end { HELPER_EXITED, HELPER_SIGNALLED, HELPER_OVERRAN, HELPER_NOT_STARTED };

struct helper_report {
	uint64_t ticket;
	enum helper_end end;
	int32_t status;			/* exit status, signal, or errno of what could not be started */
	size_t output_length;
	char output[HELPER_OUTPUT_MOST];	/* the start of what it said, raw */
};

/* Main thread, before any other thread. The child dies with us. */
bool helper_start(struct helper *helper, struct error *err);

/* Sends an order without blocking; EAGAIN as an error when the socket is full. Loop thread. */
bool helper_send(struct helper *helper, const struct helper_order *order, struct error *err);

/* Reads one report if there is one; false when none is complete yet. Loop thread, when fd is readable. */
bool helper_receive(struct helper *helper, struct helper_report *report);

/* Ends the child and all it runs. Accepts one not started. */
void helper_stop(struct helper *helper);

#endif
