/* What each step of a peer's script does. Private to tests/lib. */
#ifndef TESTS_PEER_STEPS_H
#define TESTS_PEER_STEPS_H

#include "peer_conn.h"
#include "worker.h"

/* Goes on with the connection's script as far as it can. IO_GONE: it is over, and was logged. */
enum io steps_run(struct conn *conn, struct worker_shared *shared);

#endif
