/* The event loop of a peer, run in the worker. Private to tests/lib. */
#ifndef TESTS_PEER_SERVE_H
#define TESTS_PEER_SERVE_H

#include "peer_script.h"
#include "worker.h"

/*
 * A worker_main. fds: a socket bound to the peer's port for each family, never listening, which keep the port from others;
 * arg: the first struct script_set.
 */
void peer_serve(struct worker_shared *shared, int control, const int *fds, void *arg);

#endif
