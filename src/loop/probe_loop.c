/*
 * What the checks of one thread share, tied to one libuv loop, and the queue of deferred calls. The parts are in resolver.c,
 * transfer.c and pinger.c.
 */
#include "kumatop/loop.h"

#include <assert.h>
#include <uv.h>

#include "kumatop/heap.h"
#include "parts.h"

struct deferred {
	void (*fn)(void *arg);	/* NULL: taken back */
	void *arg;
};

struct probe_loop {
	uv_loop_t *uv;
	struct resolver *resolver;
	struct transfers *transfers;
	struct pinger *pinger;

	/* Active only while something is queued: an idle handle keeps the loop from sleeping and runs once a turn. */
	uv_idle_t idle;
	struct deferred *queue;
	size_t count, capacity;
};

/* Runs what was queued when the turn began; what these calls queue waits for the next turn, so that no pair can spin. */
static void on_idle(uv_idle_t *idle)
{
	struct probe_loop *loop = idle->data;
	size_t due = loop->count;
	for (size_t i = 0; i < due; i++) {
		struct deferred call = loop->queue[i];
		loop->queue[i].fn = NULL;
		if (call.fn != NULL)
			call.fn(call.arg);
	}
	if (uv_is_closing((uv_handle_t *)idle))
		return;
	loop->count -= due;
	memmove(loop->queue, loop->queue + due, loop->count * sizeof *loop->queue);
	if (loop->count == 0)
		uv_idle_stop(&loop->idle);
}

void probe_loop_defer(struct probe_loop *loop, void (*fn)(void *arg), void *arg)
{
	if (loop->count == loop->capacity) {
		loop->capacity = loop->capacity > 0 ? 2 * loop->capacity : 32;
		loop->queue = heap_resize(loop->queue, loop->capacity, sizeof *loop->queue);
	}
	loop->queue[loop->count++] = (struct deferred){ fn, arg };
	uv_idle_start(&loop->idle, on_idle);
}

void probe_loop_undefer(struct probe_loop *loop, void (*fn)(void *arg), void *arg)
{
	for (size_t i = loop->count; i-- > 0;)
		if (loop->queue[i].fn == fn && loop->queue[i].arg == arg)
			loop->queue[i].fn = NULL;
}

struct probe_loop *probe_loop_create(struct uv_loop_s *uv, const struct probe_loop_settings *settings, struct error *err)
{
	if (!probe_libraries_start(err))
		return NULL;
	struct probe_loop *loop = heap_zero(1, sizeof *loop);
	loop->uv = uv;
	int code = uv_idle_init(uv, &loop->idle);
	assert(code == 0);
	(void)code;
	loop->idle.data = loop;
	loop->resolver = resolver_create(loop, settings->nameservers, err);
	if (loop->resolver == NULL)
		goto failed;
	loop->transfers = transfers_create(loop, err);
	if (loop->transfers == NULL)
		goto failed;
	loop->pinger = pinger_create(loop);
	return loop;
failed:
	probe_loop_close(loop);
	return NULL;
}

static void on_idle_closed(uv_handle_t *handle)
{
	struct probe_loop *loop = handle->data;
	free(loop->queue);
	free(loop);
}

void probe_loop_close(struct probe_loop *loop)
{
	if (loop == NULL)
		return;
	pinger_close(loop->pinger);
	transfers_close(loop->transfers);
	resolver_close(loop->resolver);
	loop->count = 0;
	uv_close((uv_handle_t *)&loop->idle, on_idle_closed);
}

struct uv_loop_s *probe_loop_uv(struct probe_loop *loop)
{
	return loop->uv;
}

struct resolver *probe_loop_resolver(struct probe_loop *loop)
{
	return loop->resolver;
}

struct transfers *probe_loop_transfers(struct probe_loop *loop)
{
	return loop->transfers;
}

struct pinger *probe_loop_pinger(struct probe_loop *loop)
{
	return loop->pinger;
}
