/*
 * A child process that serves a test: forked, so that it shares neither threads nor locks with what is tested, with a page of
 * counters and a log that both see, and a channel on which it is told things while it runs. The base of peer.h and dns_peer.h.
 * It dies with its parent. Start workers from the main thread.
 */
#ifndef TESTS_WORKER_H
#define TESTS_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kumatop/error.h"

enum {
	WORKER_FDS = 8,
	WORKER_LOG = 256 << 10,		/* what comes after is counted, not kept */
	WORKER_KEPT = 1 << 20,		/* whole requests */
	WORKER_REQUESTS = 1024,
};

/* Written by the child only, by appending; a number covers only what is complete. */
struct worker_shared {
	atomic_uint connections;	/* taken since the start */
	atomic_uint open;		/* now */
	atomic_uint requests;		/* complete ones */
	atomic_size_t log_length;
	atomic_uint kept;		/* requests in kept_text */
	size_t kept_end[WORKER_REQUESTS];
	int log_fd;			/* lines go here too; -1: nowhere */
	char log[WORKER_LOG];
	char kept_text[WORKER_KEPT];
};

struct worker {
	pid_t pid;
	int control;
	struct worker_shared *shared;
};

/*
 * What the child runs, never to return. fds are its copies of those it was given, in the same order. control becomes readable
 * when there is something to receive (worker_receive), and reads as ended when the parent is gone. worker_start() returns when
 * it has called worker_taken() for the first time: it serves.
 */
typedef void worker_main(struct worker_shared *shared, int control, const int *fds, void *arg);

/* log_path may be NULL. fds stay open in the parent. */
bool worker_start(struct worker *worker, worker_main *run, void *arg, const int *fds, size_t fd_count, const char *log_path,
    struct error *err);
void worker_stop(struct worker *worker);	/* accepts one that never started */

/* Sends text and waits until the child has taken it. */
bool worker_tell(struct worker *worker, const char *text, struct error *err);

/* Heap copies: all log lines; one request (NULL if it is not kept). */
char *worker_log(const struct worker *worker);
char *worker_request(const struct worker *worker, unsigned index);

/* In the child. The text is heap memory, NULL when the parent is gone; worker_taken() lets worker_tell() return. */
char *worker_receive(int control);
void worker_taken(int control);
void worker_note(struct worker_shared *shared, const char *format, ...) __attribute__((format(printf, 2, 3)));
void worker_keep(struct worker_shared *shared, const char *request, size_t length);

#endif
