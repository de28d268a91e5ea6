/*
 * Carries out checks: cap, waiting line, timeouts; see prober.h. A check is started from a deferred call, never from within a
 * library's callback, so that a kind may add transfers to curl as it likes.
 */
#include "kumatop/prober.h"

#include <assert.h>
#include <stdlib.h>
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
	int64_t patience_ms;		/* 0: none */
	struct check *next, *previous;	/* in the line */
};

struct prober {
	struct probe_loop *loop;
	size_t most, in_flight;
	struct due_queue deadlines;
	uv_timer_t timer;
	int64_t timer_us;		/* what the timer is set to; 0: not set */
	struct check *line_first, *line_last;
	bool starting;			/* a deferred start is under way */
};

/* Checks begun in one go: more would make the last of them measure the others. */
enum { START_GROUP = 32 };

static void start_some(void *arg);

static void timer_fired(uv_timer_t *timer);

static void set_timer(struct prober *prober)
{
	struct due_item *first = due_first(&prober->deadlines);
	int64_t now, wait_us;

	if (!first) {
		if (prober->timer_us)
			uv_timer_stop(&prober->timer);
		prober->timer_us = 0;
		return;
	}
	/* An earlier wake-up than needed does no harm, so the timer is only ever pulled forward. */
	if (prober->timer_us && prober->timer_us <= first->at_us)
		return;
	now = mono_now().us;
	wait_us = first->at_us > now ? first->at_us - now : 0;
	prober->timer_us = first->at_us;
	uv_update_time(probe_loop_uv(prober->loop));
	uv_timer_start(&prober->timer, timer_fired, (uint64_t)(wait_us + 999) / 1000, 0);
}

static void start_later(struct prober *prober)
{
	if (prober->starting || !prober->line_first || prober->in_flight >= prober->most)
		return;
	prober->starting = true;
	probe_loop_defer(prober->loop, start_some, prober);
}

static void leave_line(struct prober *prober, struct check *check)
{
	if (check->previous)
		check->previous->next = check->next;
	else
		prober->line_first = check->next;
	if (check->next)
		check->next->previous = check->previous;
	else
		prober->line_last = check->previous;
	check->next = check->previous = NULL;
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
	set_timer(prober);
}

static void start_first(struct prober *prober)
{
	struct check *check = prober->line_first;
	struct mono now = mono_now();

	prober->line_first = check->next;
	if (check->next)
		check->next->previous = NULL;
	else
		prober->line_last = NULL;
	check->next = NULL;
	if (check->patience_ms && mono_between_us(check->asked, now) > check->patience_ms * 1000) {
		struct check_result missed = result_make(OUTCOME_MISSED);

		result_set_detail(&missed, "waited longer than its interval for a free place (%zu checks at once)", prober->most);
		end_check(check, &missed);
		return;
	}
	prober->in_flight++;
	due_put(&prober->deadlines, &check->due, mono_add_ms(now, check->spec->common.timeout_ms).us);
	check->probe = probe_kind_of(check->spec)->start(check->spec, prober->loop, probe_done, check);
}

static void start_some(void *arg)
{
	struct prober *prober = arg;

	prober->starting = false;
	for (int i = 0; i < START_GROUP && prober->line_first && prober->in_flight < prober->most; i++)
		start_first(prober);
	start_later(prober);
	set_timer(prober);
}

struct prober *prober_create(struct probe_loop *loop, size_t most_in_flight)
{
	struct prober *prober = heap_zero(1, sizeof(*prober));

	assert(most_in_flight > 0);
	prober->loop = loop;
	prober->most = most_in_flight;
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
	assert(prober->in_flight == 0 && !prober->line_first);
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
	check->previous = prober->line_last;
	if (prober->line_last)
		prober->line_last->next = check;
	else
		prober->line_first = check;
	prober->line_last = check;
	start_later(prober);
	return check;
}

void prober_cancel(struct prober *prober, struct check *check)
{
	if (check->probe) {
		struct check_result ignored = result_make(OUTCOME_INTERNAL);

		probe_kind_of(check->spec)->expire(check->probe, &ignored);
		due_remove(&prober->deadlines, &check->due);
		prober->in_flight--;
		start_later(prober);
	} else {
		leave_line(prober, check);
	}
	spec_release(check->spec);
	free(check);
}

size_t prober_in_flight(const struct prober *prober)
{
	return prober->in_flight;
}
