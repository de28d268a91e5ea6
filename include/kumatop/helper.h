/*
 * The helper process: forked before any thread exists, it runs programs for the engine, so that a fork never stalls a probe and
 * limits can be set between fork and exec. Programs are checks and alerts of kind exec; the helper is started only by a
 * configuration that has one. Its reports go to one reader: engine and alert thread have a helper each.
 */
#ifndef KUMATOP_HELPER_H
#define KUMATOP_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kumatop/error.h"

enum {
	HELPER_OUTPUT_MOST = 8192,
	HELPER_ARGUMENTS_MOST = 64,
	HELPER_VARIABLES_MOST = 64,
	HELPER_ORDER_MOST = 65536,	/* bytes of arguments, environment and input together */
	HELPER_RUNNING_MOST = 128,	/* programs at a time; further orders wait in line, and their deadlines have not begun */
};

struct helper {
	pid_t pid;		/* 0: not started */
	int fd;			/* our end of the socketpair, close-on-exec */
};

/*
 * One program to run. It gets descriptors 0 (its input, a file), 1 and 2 (captured together) and nothing else, a process group of its own
 * without a terminal, "/" as its directory, default signals, the environment given here and no other, and limits on memory,
 * processes, descriptors, core and file size. No shell, and no search: argv[0] is a path.
 *
 * It has ended when its first process has: what that left behind in its group is killed then, and a descriptor that somebody who
 * left the group still holds is not waited for.
 */
struct helper_order {
	uint64_t ticket;
	const char *const *argv;	/* ended by NULL; at least the path */
	const char *const *environment;	/* ended by NULL */
	int32_t timeout_ms;		/* at least 1; then the process group is killed and its pipe abandoned */
	const char *input;		/* what it reads from descriptor 0; NULL: nothing */
	size_t input_length;
};

enum helper_end { HELPER_EXITED, HELPER_SIGNALLED, HELPER_OVERRAN, HELPER_NOT_STARTED };

struct helper_report {
	uint64_t ticket;
	enum helper_end end;
	int32_t status;			/* exit status, signal, 0, or errno of what could not be started */
	size_t output_length;
	char output[HELPER_OUTPUT_MOST];	/* the start of what it said, raw and not terminated; of one that overran too */
};

enum helper_news { HELPER_REPORTED, HELPER_SILENT, HELPER_GONE };

/* Main thread, before any other thread. The child dies with us, and with it all it runs. */
bool helper_start(struct helper *helper, struct error *err);

/*
 * Sends an order without blocking. Refused, and nothing was sent: one of too many or too long words, one more than the socket
 * takes just now, and any once the helper is gone. Borrows the order. Loop thread.
 */
bool helper_send(struct helper *helper, const struct helper_order *order, struct error *err);

/*
 * Reads one report if there is one; each order is answered once, in the order in which they end. Loop thread, when fd is readable,
 * which it stays once the helper is gone: then nothing can be run any more, and no outstanding order will be answered.
 */
enum helper_news helper_receive(struct helper *helper, struct helper_report *report);

/* Ends the child and all it runs; waits for it, a moment. Accepts one not started. */
void helper_stop(struct helper *helper);

#endif
