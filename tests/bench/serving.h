/* `kumatop serve` with many monitors, as the benches of the whole program run it: configuration, start, readiness, end. */
#ifndef TESTS_BENCH_SERVING_H
#define TESTS_BENCH_SERVING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct serving {
	pid_t pid;
	int log;		/* its stderr */
	double ready_s;		/* from exec to the line that says so */
	double ready_cpu_s;
	char *configuration, *database;
};

/*
 * Starts `$KUMATOP serve` in $WORK with `count` monitors on http://127.0.0.1:port/, every interval ("20s"), and waits for the line
 * that says that it is ready. false, with the reason on stderr.
 */
bool serving_start(struct serving *serving, size_t count, unsigned port, const char *interval);
bool serving_stop(struct serving *serving);	/* SIGTERM; false: it did not end well. Its files go */

#endif
