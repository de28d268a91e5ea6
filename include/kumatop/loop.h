/*
 * A probe loop: a libuv loop with what checks need on it: curl's multi interface, a resolver, ping sockets. The engine's own
 * loop is one; further ones are the same code on threads of their own. Everything here belongs to the thread that runs the
 * loop, and nothing blocks.
 */
#ifndef KUMATOP_LOOP_H
#define KUMATOP_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/error.h"

struct uv_loop_s;
struct probe_loop;
struct resolver;
struct transfers;
struct pinger;

struct probe_loop_settings {
	const char *nameservers;	/* "127.0.0.1:5353,[::1]:53"; NULL: as /etc/resolv.conf says, followed when it changes */
};

/*
 * Readies the libraries loops stand on: on the main thread, before any other thread. A loop that finds it not done does it, which
 * is good enough for a program without threads. Stopped once, at the end of the program.
 */
bool probe_libraries_start(struct error *err);
void probe_libraries_stop(void);

/* uv is the caller's and outlives the probe loop. */
struct probe_loop *probe_loop_create(struct uv_loop_s *uv, const struct probe_loop_settings *settings, struct error *err);

/*
 * Closes everything it has on the uv loop; no check may be in flight. The memory goes once the uv loop has run its closing
 * callbacks, so run it until it is idle. Accepts NULL.
 */
void probe_loop_close(struct probe_loop *loop);

struct uv_loop_s *probe_loop_uv(struct probe_loop *loop);
struct resolver *probe_loop_resolver(struct probe_loop *loop);
struct transfers *probe_loop_transfers(struct probe_loop *loop);
struct pinger *probe_loop_pinger(struct probe_loop *loop);

/*
 * Calls fn(arg) later in this or the next turn of the loop, never from within this call. How a check reports a result it knows
 * at once, and how handles are let go outside of library callbacks. A deferred call can be taken back by its arg.
 */
void probe_loop_defer(struct probe_loop *loop, void (*fn)(void *arg), void *arg);
void probe_loop_undefer(struct probe_loop *loop, void (*fn)(void *arg), void *arg);

#endif
