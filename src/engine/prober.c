/*
 * Carries out checks: cap, waiting line, timeouts; see prober.h. A check is started from a deferred call, never from within a
 * library's callback, so that a kind may add transfers to curl as it likes.
 *
 * A check that hangs only waits, and costs the others nothing but memory. If it kept its place until its time is up, a few hundred
 * servers that never answer would leave no place to the monitors that are well.
 */
#include "kumatop/prober.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <uv.h>

#include "due.h"
#include "kumatop/heap.h"
#include "kumatop/probe.h"

struct check {
	struct due_item due;		/* first: when its time is up; queued while in flight */
	struct prober *prober;
	struct monitor_spec *spec;	/* held */
	struct probe *probe;		/* NULL while it waits */
	check_done_fn *done;
	void *arg;
	struct mono asked;
	struct mono planned;		/* when it should have begun; 0: nobody minds */
	int64_t patience_ms;		/* 0: none */
	struct mono begun;
	struct line *line;		/* the one it stands in, or NULL */
	struct check *next, *previous;	/* in the line */
};

struct line {
	struct check *first, *last;
	size_t count;
};

struct prober {
	struct probe_loop *loop;
	size_t most, most_with_hanging, in_flight;
	struct due_queue deadlines;
	uv_timer_t timer;
	int64_t timer_us;		/* what the timer is set to; 0: not set */
	struct line waiting;
	struct line fresh;		/* in flight, begun a short while ago, the oldest first: they take up places */
	bool starting;			/* a deferred start is under way */
	prober_late_fn *late;		/* or NULL */
	void *late_arg;
};

enum {
	START_GROUP = 32,	/* checks begun in one go: more would make the last of them measure the others */
	FRESH_US = 250000,	/* what has not ended by then hangs, or is far away, and gives its place to the next */
	HANGING_FACTOR = 16,
};

static void start_some(void *arg);

static void timer_fired(uv_timer_t *timer);

static void line_add(struct line *line, struct check *check)
{
	assert(!check->line);
	check->line = line;
	check->next = NULL;
	check->previous = line->last;
	if (line->last)
		line->last->next = check;
	else
		line->first = check;
	line->last = check;
	line->count++;
}

static void line_leave(struct check *check)
{
	struct line *line = check->line;

	if (!line)
		return;
	if (check->previous)
		check->previous->next = check->next;
	else
		line->first = check->next;
	if (check->next)
		check->next->previous = check->previous;
	else
		line->last = check->previous;
	check->next = check->previous = NULL;
	check->line = NULL;
	line->count--;
}

static struct check *line_take_first(struct line *line)
{
	struct check *check = line->first;

	line->first = check->next;
	if (check->next)
		check->next->previous = NULL;
	else
		line->last = NULL;
	check->next = NULL;
	check->line = NULL;
	line->count--;
	return check;
}

static bool has_room(const struct prober *prober)
{
	return prober->fresh.count < prober->most && prober->in_flight < prober->most_with_hanging;
}

/* When there is something to do by itself: a check's time is up, or one that hangs makes room for one that waits. */
static int64_t next_wake_us(const struct prober *prober)
{
	struct due_item *first = due_first(&prober->deadlines);
	int64_t at_us = first ? first->at_us : 0;

	if (prober->waiting.first && prober->fresh.count >= prober->most) {
		int64_t stale_us = prober->fresh.first->begun.us + FRESH_US;

		if (!at_us || stale_us < at_us)
			at_us = stale_us;
	}
	return at_us;
}

static void set_timer(struct prober *prober)
{
	int64_t at_us = next_wake_us(prober);
	int64_t wait_us;

	if (!at_us) {
		if (prober->timer_us)
			uv_timer_stop(&prober->timer);
		prober->timer_us = 0;
		return;
	}
	/* An earlier wake-up than needed does no harm, so the timer is only ever pulled forward. */
	if (prober->timer_us && prober->timer_us <= at_us)
		return;
	wait_us = at_us - mono_now().us;
	prober->timer_us = at_us;
	uv_update_time(probe_loop_uv(prober->loop));
	uv_timer_start(&prober->timer, timer_fired, wait_us > 0 ? (uint64_t)(wait_us + 999) / 1000 : 0, 0);
}

static void let_go_of_hanging(struct prober *prober)
{
	int64_t stale_us = mono_now().us - FRESH_US;

	while (prober->fresh.first && prober->fresh.first->begun.us <= stale_us)
		line_leave(prober->fresh.first);
}

static void start_later(struct prober *prober)
{
	if (prober->starting || !prober->waiting.first)
		return;
	if (!has_room(prober)) {
		set_timer(prober);
		return;
	}
	prober->starting = true;
	probe_loop_defer(prober->loop, start_some, prober);
}

static void end_check(struct check *check, const struct check_result *result)
{
	check_done_fn *done = check->done;
	void *arg = check->arg;
	struct monitor_spec *spec = check->spec;

	free(check);
	done(arg, result);
	spec_release(spec);
}

static void probe_done(void *arg, const struct check_result *result)
{
	struct check *check = arg;
	struct prober *prober = check->prober;

	due_remove(&prober->deadlines, &check->due);
	line_leave(check);
	assert(prober->in_flight > 0);
	prober->in_flight--;
	start_later(prober);
	end_check(check, result);
}

static void timer_fired(uv_timer_t *timer)
{
	struct prober *prober = timer->data;
	struct due_item *first;
	int64_t now = mono_now().us;

	prober->timer_us = 0;
	while ((first = due_first(&prober->deadlines)) && first->at_us <= now) {
		struct check *check = (struct check *)first;
		struct check_result result = result_make(OUTCOME_ANSWER_TIMEOUT);

		probe_kind_of(check->spec)->expire(check->probe, &result);
		probe_done(check, &result);
	}
	let_go_of_hanging(prober);
	start_later(prober);
	set_timer(prober);
}

static void start_first(struct prober *prober)
{
	struct check *check = line_take_first(&prober->waiting);
	struct mono now = mono_now();

	if (check->planned.us && prober->late)
		prober->late(prober->late_arg, mono_between_us(check->planned, now));
	if (check->patience_ms && mono_between_us(check->asked, now) > check->patience_ms * 1000) {
		struct check_result missed = result_make(OUTCOME_MISSED);

		result_set_detail(&missed, "waited longer than its interval for a free place (%zu checks at once)", prober->in_flight);
		end_check(check, &missed);
		return;
	}
	prober->in_flight++;
	check->begun = now;
	line_add(&prober->fresh, check);
	due_put(&prober->deadlines, &check->due, mono_add_ms(now, check->spec->common.timeout_ms).us);
	check->probe = probe_kind_of(check->spec)->start(check->spec, prober->loop, probe_done, check);
}

static void start_some(void *arg)
{
	struct prober *prober = arg;

	prober->starting = false;
	let_go_of_hanging(prober);
	for (int i = 0; i < START_GROUP && prober->waiting.first && has_room(prober); i++)
		start_first(prober);
	start_later(prober);
	set_timer(prober);
}

/* Each of them has a descriptor, and others need some too. */
static size_t limit_hanging(size_t most)
{
	struct rlimit limit;
	size_t limited = most * HANGING_FACTOR;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 2 < limited)
		limited = (size_t)(limit.rlim_cur / 2);
	return limited > most ? limited : most;
}

struct prober *prober_create(struct probe_loop *loop, size_t most_in_flight)
{
	struct prober *prober = heap_zero(1, sizeof(*prober));

	assert(most_in_flight > 0);
	prober->loop = loop;
	prober->most = most_in_flight;
	prober->most_with_hanging = limit_hanging(most_in_flight);
	uv_timer_init(probe_loop_uv(loop), &prober->timer);
	prober->timer.data = prober;
	return prober;
}

static void timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void prober_close(struct prober *prober)
{
	if (!prober)
		return;
	assert(prober->in_flight == 0 && !prober->waiting.first);
	if (prober->starting)
		probe_loop_undefer(prober->loop, start_some, prober);
	due_finish(&prober->deadlines);
	uv_close((uv_handle_t *)&prober->timer, timer_closed);
}

struct check *prober_check(struct prober *prober, struct monitor_spec *spec, int64_t patience_ms, check_done_fn *done, void *arg)
{
	struct check *check = heap_zero(1, sizeof(*check));

	check->prober = prober;
	check->spec = spec_hold(spec);
	check->done = done;
	check->arg = arg;
	check->asked = mono_now();
	check->patience_ms = patience_ms;
	line_add(&prober->waiting, check);
	start_later(prober);
	return check;
}

void prober_tell_late(struct prober *prober, prober_late_fn *late, void *arg)
{
	prober->late = late;
	prober->late_arg = arg;
}

void prober_plan(struct check *check, struct mono planned)
{
	check->planned = planned;
}

int64_t prober_late_us(const struct prober *prober)
{
	const struct check *check = prober->waiting.first;

	while (check && !check->planned.us)
		check = check->next;
	return check ? mono_between_us(check->planned, mono_now()) : 0;
}

void prober_cancel(struct prober *prober, struct check *check)
{
	line_leave(check);
	if (check->probe) {
		struct check_result ignored = result_make(OUTCOME_INTERNAL);

		probe_kind_of(check->spec)->expire(check->probe, &ignored);
		due_remove(&prober->deadlines, &check->due);
		prober->in_flight--;
		start_later(prober);
	}
	spec_release(check->spec);
	free(check);
}

size_t prober_in_flight(const struct prober *prober)
{
	return prober->in_flight;
}
