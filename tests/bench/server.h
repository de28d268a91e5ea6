/* The other end of the benches: a process of its own that answers as plainly as can be, on a free port of loopback. */
#ifndef TESTS_BENCH_SERVER_H
#define TESTS_BENCH_SERVER_H

#include <sys/types.h>

#include "kumatop/error.h"

enum server_kind { SERVER_HTTP, SERVER_HTTPS, SERVER_TCP, SERVER_SILENT };

struct server {
	pid_t pid;
	unsigned port;
};

/* SERVER_SILENT accepts and never says a word. */
bool server_start(struct server *server, enum server_kind kind, struct error *err);
void server_stop(struct server *server);

#endif
