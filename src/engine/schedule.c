/*
 * When checks begin. Every monitor has a phase, a hash of its id, and is checked on a grid of its interval from that phase, so
 * that monitors stay spread and a reload moves nobody. Checks begin on a tick of 20 ms: many small wake-ups cost more than a
 * little waiting, and are measured as nobody's latency since a check's clock starts when it does.
 */
#include "inside.h"

enum { TICK_US = 20000, CHECK_SPREAD_US = 2000 };

static int64_t schedule_spread_us(size_t monitors)
{
	int64_t spread = (int64_t)monitors * CHECK_SPREAD_US;

	return spread > 2 * SECOND_US ? spread : 2 * SECOND_US;
}

static void plan(struct monitor *monitor, int64_t at_us)
{
	int64_t now_us = mono_now().us;
	int64_t tick_us = (at_us + TICK_US - 1) / TICK_US * TICK_US;
	struct monitor_view *view = monitor_edit_view(monitor);

	due_put(&monitor->engine->due, &monitor->due, tick_us);
	view->next_us = unix_now_us() + (tick_us - now_us);
	schedule_arm(monitor->engine);
}

/* How far away the check is that the last result of an earlier run would have been followed by; 0: due, INT64_MAX: there was none. */
static int64_t owed_in_us(const struct monitor *monitor, int64_t wall_us)
{
	const struct spec_common *common = &monitor->spec->common;
	const struct monitor_view *view = monitor_view(monitor);
	int64_t wait_ms = monitor_is_wavering(&view->standing) ? common->retry_interval_ms : common->interval_ms;
	int64_t left_us = view->last_us + wait_ms * 1000 - wall_us;

	if (!view->last_us)
		return INT64_MAX;
	return left_us > 0 ? left_us : 0;
}

void schedule_first(struct monitor *monitor, int64_t spread_us, int64_t catch_up_us)
{
	int64_t interval_us = monitor->spec->common.interval_ms * 1000, owed_us;
	uint64_t hash = index_hash_id(monitor->id);
	int64_t at_us, soonest_us;

	if (monitor_view(monitor)->standing.state == STATE_PAUSED)
		return;
	if (spread_us > interval_us)
		spread_us = interval_us;
	if (catch_up_us > spread_us)
		catch_up_us = spread_us;
	at_us = (int64_t)(hash % (uint64_t)(spread_us + 1));
	soonest_us = (int64_t)(hash % (uint64_t)(catch_up_us + 1));
	owed_us = owed_in_us(monitor, unix_now_us());
	if (owed_us < soonest_us)
		owed_us = soonest_us;
	plan(monitor, mono_now().us + (owed_us < at_us ? owed_us : at_us));
}

/*
 * Who was watched before is not made to wait: there is no gap beyond the interval but the time in which nothing ran. After a long one
 * everything is owed at once, and begins no faster than new monitors would.
 */
void schedule_all(struct engine *engine)
{
	size_t count = picture_count(engine->picture), owed = 0;
	int64_t wall_us = unix_now_us();

	for (size_t i = 0; i < count; i++)
		owed += owed_in_us(engine->monitors[i], wall_us) == 0;
	for (size_t i = 0; i < count; i++)
		schedule_first(engine->monitors[i], schedule_spread_us(count), (int64_t)owed * CHECK_SPREAD_US);
	schedule_arm(engine);
}

void schedule_next(struct monitor *monitor)
{
	const struct spec_common *common = &monitor->spec->common;
	int64_t interval_us = common->interval_ms * 1000;
	int64_t now_us = mono_now().us;
	int64_t phase_us = (int64_t)(index_hash_id(monitor->id) % (uint64_t)interval_us);
	int64_t begun_us = monitor->planned_us ? monitor->planned_us : now_us;
	/* The monotonic clock starts at boot, so it may well be less than the phase. */
	int64_t into_us = ((begun_us - phase_us) % interval_us + interval_us) % interval_us;
	int64_t next_us = begun_us - into_us + interval_us;

	if (monitor_is_wavering(&monitor_view(monitor)->standing)) {
		plan(monitor, now_us + common->retry_interval_ms * 1000);
		return;
	}
	/* From the planned begin, not from the end: a slow answer must not move the grid. A place that passed meanwhile is taken at once. */
	plan(monitor, next_us > now_us ? next_us : now_us);
}

void monitor_check_now(struct monitor *monitor)
{
	struct engine *engine = monitor->engine;

	if (monitor->check)
		return;
	due_remove(&engine->due, &monitor->due);
	/* Who has waited longer than the interval for a free place was not checked in time. */
	monitor->check = prober_check(engine->prober, monitor->spec, monitor->spec->common.interval_ms, funnel_take, monitor);
	monitor_edit_view(monitor)->checking = true;
}

void monitor_stop_check(struct monitor *monitor)
{
	/* Only where there is one: an edit copies a page, and all monitors are stopped when kumatop ends. */
	if (monitor->check) {
		prober_cancel(monitor->engine->prober, monitor->check);
		monitor_edit_view(monitor)->checking = false;
	}
	monitor->check = NULL;
	monitor->planned_us = 0;
	due_remove(&monitor->engine->due, &monitor->due);
}

void schedule_note_late(void *arg, int64_t late_us)
{
	struct engine *engine = arg;
	int64_t now_us = mono_now().us;

	if (late_us >= engine->late_us || now_us - engine->late_seen_us > 10 * SECOND_US) {
		engine->late_us = late_us;
		engine->late_seen_us = now_us;
	}
}

static void begin(struct monitor *monitor)
{
	if (monitor_view(monitor)->standing.state == STATE_PAUSED) {
		monitor_set_pause(monitor, false, 0, NULL);
		return;
	}
	monitor->planned_us = monitor->due.at_us;
	monitor_check_now(monitor);
	if (monitor->check)
		prober_plan(monitor->check, (struct mono){ monitor->planned_us });
}

void schedule_tick(struct engine *engine)
{
	int64_t now_us = mono_now().us;
	struct due_item *first;

	sleep_look(engine);
	while ((first = due_first(&engine->due)) && first->at_us <= now_us) {
		due_remove(&engine->due, first);
		begin((struct monitor *)first);
	}
	schedule_arm(engine);
}

static void tick_fired(uv_timer_t *timer)
{
	struct engine *engine = timer->data;

	engine->armed_us = 0;
	schedule_tick(engine);
}

void schedule_arm(struct engine *engine)
{
	struct due_item *first = due_first(&engine->due);
	int64_t wait_us;

	/* A tick that comes too early does no harm, so it is only ever pulled forward. */
	if (!engine->started || engine->stopping || !first || (engine->armed_us && engine->armed_us <= first->at_us))
		return;
	wait_us = first->at_us - mono_now().us;
	engine->armed_us = first->at_us;
	uv_update_time(&engine->loop);
	uv_timer_start(&engine->tick, tick_fired, wait_us > 0 ? (uint64_t)(wait_us + 999) / 1000 : 0, 0);
}
