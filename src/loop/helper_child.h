/*
 * What the two sides of the helper's socket agree on. One packet is one order or one report: a report is a struct helper_report
 * cut behind its output, an order this head and then its words, arguments before variables, each ended by a NUL, and behind them its input.
 */
#ifndef KUMATOP_LOOP_HELPER_CHILD_H
#define KUMATOP_LOOP_HELPER_CHILD_H

#include <stdint.h>
#include <sys/types.h>

struct helper_order_head {
	uint64_t ticket;
	int32_t timeout_ms;
	uint32_t arguments, variables;	/* how many */
	uint32_t input;			/* bytes */
};

/* The whole life of the forked process. It ends when its end of the socket does, or the process that forked it. */
_Noreturn void helper_child_run(int fd, pid_t parent);

#endif
