/*
 * One monitor as everybody sees it: the marks of its bar, and how a view is copied and let go. How views are gathered is
 * picture.c's, how they reach other threads snapshot.c's.
 */
#include "kumatop/snapshot.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/stats.h"

enum { ROOM_STEP = 16 };	/* marks; a monitor that is seldom checked has few */

/* Immutable while more than one view holds it, as texts are. */
struct view_marks {
	_Atomic size_t holders;
	size_t room;
	struct beat_mark ring[];	/* of VIEW_MARKS; not grown to its full length before it is needed */
};

static void marks_release(struct view_marks *marks)
{
	if (marks && atomic_fetch_sub_explicit(&marks->holders, 1, memory_order_acq_rel) == 1)
		free(marks);
}

/* With a place at mark_next that nobody else reads. */
static struct view_marks *own_marks(struct monitor_view *view)
{
	struct view_marks *old = view->marks, *own;
	size_t room = old ? old->room : 0;

	/* Acquire: what others have read, they have read before it is written again. */
	if (view->mark_next < room && atomic_load_explicit(&old->holders, memory_order_acquire) == 1)
		return old;
	if (view->mark_next >= room)
		room = room + ROOM_STEP < VIEW_MARKS ? room + ROOM_STEP : VIEW_MARKS;
	own = heap_zero(1, sizeof(*own) + room * sizeof(own->ring[0]));
	atomic_init(&own->holders, 1);
	own->room = room;
	if (old)
		memcpy(own->ring, old->ring, old->room * sizeof(own->ring[0]));
	marks_release(old);
	view->marks = own;
	return own;
}

struct beat_mark view_mark(const struct monitor_view *view, size_t back)
{
	assert(back < view->mark_count);
	return view->marks->ring[(view->mark_next + (size_t)VIEW_MARKS - 1 - back) % VIEW_MARKS];
}

static uint32_t pack_latency(int32_t latency_us)
{
	return latency_us < 0 ? BEAT_MARK_NONE : (uint32_t)latency_us / 10;
}

void view_add_mark(struct monitor_view *view, enum state look, int32_t latency_us)
{
	own_marks(view)->ring[view->mark_next] = (struct beat_mark){
		.look = (unsigned)look & 0xf,
		.latency_10us = pack_latency(latency_us) & BEAT_MARK_NONE,
	};
	view->mark_next = (uint16_t)((view->mark_next + 1) % VIEW_MARKS);
	if (view->mark_count < VIEW_MARKS)
		view->mark_count++;
}

int32_t view_percentile_us(const struct monitor_view *view, double p)
{
	int32_t samples[VIEW_MARKS];
	size_t count = 0;

	/* the ring is full or begins at 0, so order aside these are all marks there are */
	for (size_t i = 0; i < view->mark_count; i++)
		if (view->marks->ring[i].latency_10us != BEAT_MARK_NONE)
			samples[count++] = (int32_t)view->marks->ring[i].latency_10us;
	if (count == 0)
		return -1;
	return stats_percentile(samples, count, p) * 10;
}

int32_t view_latency_us(const struct monitor_view *view)
{
	return view->has_result ? phases_latency_us(view->outcome, view->phase_us) : -1;
}

void view_copy(struct monitor_view *to, const struct monitor_view *from)
{
	*to = *from;
	spec_hold(to->spec);
	shared_hold(to->detail);
	shared_hold(to->address);
	shared_hold(to->evidence);
	if (to->marks)
		atomic_fetch_add_explicit(&to->marks->holders, 1, memory_order_relaxed);
}

void view_finish(struct monitor_view *view)
{
	spec_release(view->spec);
	shared_release(view->detail);
	shared_release(view->address);
	shared_release(view->evidence);
	marks_release(view->marks);
	*view = (struct monitor_view){ 0 };
}

/* The same text again and again is one text held often. */
static struct shared_text *renew(struct shared_text *old, const char *text)
{
	struct shared_text *fresh;

	if (strcmp(shared_read(old), text) == 0)
		return old;
	fresh = shared_create(text);
	shared_release(old);
	return fresh;
}

void view_take_result(struct monitor_view *view, const struct check_result *result, enum verdict verdict, int64_t now_us)
{
	view->has_result = true;
	view->outcome = (uint8_t)result->outcome;
	view->verdict = (uint8_t)verdict;
	view->code = result->code;
	memcpy(view->phase_us, result->phase_us, sizeof(view->phase_us));
	view->last_us = now_us;
	if (verdict == VERDICT_UP || verdict == VERDICT_DEGRADED)
		view->last_good_us = now_us;
	if (result->cert_expires_us)
		view->cert_expires_us = result->cert_expires_us;
	view->detail = renew(view->detail, result_reason(result));
	view->address = renew(view->address, result->address);
	view_add_mark(view, beat_look(view->standing.state, verdict), result_latency_us(result));
}
