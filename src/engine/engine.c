/*
 * The engine's thread: its loop, its mail, when it publishes. What it does with results and commands is in funnel.c and orders.c,
 * when checks begin in schedule.c.
 */
#include "inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/store.h"
#include "kumatop/text.h"

enum {
	COMMANDS_MOST = 256,
	NEWS_MOST = 65536,
	PUBLISH_MS = 250,	/* routine changes are shown at most 4 times a second */
	PUBLISH_URGENT_MS = 50,	/* changes of state at most 20 times */
};

enum news_kind { NEWS_HEALTH, NEWS_SPANS, NEWS_CONFIGURATION };

struct news {
	enum news_kind kind;
	struct store_health health;
	monitor_id monitor;
	struct span *spans;
	size_t span_count;
	struct shared_text *text;
};

static void news_destroy(void *message)
{
	struct news *news = message;

	free(news->spans);
	shared_release(news->text);
	free(news);
}

static bool news_routine(const void *message)
{
	return false;
}

static void command_discard(void *message)
{
	command_destroy(message);
}

static void publish(struct engine *engine)
{
	int64_t now_us = mono_now().us, waiting_us;

	if (now_us - engine->late_seen_us > 10 * SECOND_US)
		engine->late_us = 0;
	/* Who waits for a place is late before he gets one. */
	waiting_us = prober_late_us(engine->prober);
	engine->health.lateness_ms = (int32_t)((waiting_us > engine->late_us ? waiting_us : engine->late_us) / 1000);
	engine->health.in_flight = (uint32_t)prober_in_flight(engine->prober);
	engine->dirty = engine->urgent = false;
	engine->published_us = now_us;
	snapshot_hub_publish(engine->settings.hub, picture_snapshot(engine->picture, &engine->health, unix_now_us()));
}

static void publish_fired(uv_timer_t *timer)
{
	struct engine *engine = timer->data;

	if (engine->dirty)
		publish(engine);
}

void engine_touch(struct engine *engine, bool urgent)
{
	int64_t wait_ms;

	if (engine->dirty && (engine->urgent || !urgent))
		return;
	engine->dirty = true;
	engine->urgent |= urgent;
	if (!engine->started || engine->stopping)
		return;
	wait_ms = (urgent ? PUBLISH_URGENT_MS : PUBLISH_MS) - (mono_now().us - engine->published_us) / 1000;
	uv_update_time(&engine->loop);
	uv_timer_start(&engine->publish_timer, publish_fired, wait_ms > 0 ? (uint64_t)wait_ms : 0, 0);
}

void engine_give_event(struct engine *engine, struct event *event, const struct kept_standing *standing)
{
	if (engine->settings.sinks.event)
		engine->settings.sinks.event(engine->settings.sinks.arg, event, standing);
	engine->health.events++;
	event_finish(event);
}

void engine_tell(struct engine *engine, enum event_kind kind, int64_t lasted_us, const char *detail, const char *who)
{
	struct event event = {
		.time_us = unix_now_us(), .kind = (uint8_t)kind, .lasted_us = lasted_us, .outcome = OUTCOME_NONE, .code = -1,
		.detail = shared_create(detail), .who = shared_create(who),
	};

	engine_give_event(engine, &event, NULL);
}

static void take_health(struct engine *engine, const struct store_health *health)
{
	struct board_health *board = &engine->health;

	shared_release(board->history_trouble);
	board->history_trouble = shared_create(health->trouble);
	board->history_kept |= health->taken_up;
	board->beats_waiting = health->waiting;
	board->beats_dropped = health->dropped;
}

static void take_spans(struct engine *engine, const struct news *news)
{
	struct monitor *monitor = monitor_by_id(engine, news->monitor);
	int64_t now_us = unix_now_us();

	if (!monitor)
		return;
	ledger_prepend(&monitor->ledger, news->spans, news->span_count);
	monitor_edit_view(monitor)->day = ledger_sum(&monitor->ledger, now_us - DAY_US, now_us);
}

static void read_news(struct engine *engine)
{
	struct news *news;

	while ((news = mailbox_pop(engine->news))) {
		if (news->kind == NEWS_HEALTH) {
			take_health(engine, &news->health);
		} else if (news->kind == NEWS_SPANS) {
			take_spans(engine, news);
		} else {
			shared_release(engine->health.configuration_trouble);
			engine->health.configuration_trouble = shared_hold(news->text);
		}
		engine_touch(engine, news->kind != NEWS_SPANS);
		news_destroy(news);
	}
}

static void close_handles(struct engine *engine)
{
	static const char stopping[] = "kumatop is stopping";
	struct command *command;

	for (size_t i = 0; i < picture_count(engine->picture); i++) {
		monitor_stop_check(engine->monitors[i]);
		monitor_drop_askers(engine->monitors[i], stopping);
	}
	orders_cancel_trials(engine);
	mailbox_close(engine->commands);
	while ((command = mailbox_pop(engine->commands)))
		orders_answer(command, false, command->monitor, NULL, stopping);
	publish(engine);
	prober_close(engine->prober);
	probe_loop_close(engine->probe_loop);
	uv_close((uv_handle_t *)&engine->tick, NULL);
	uv_close((uv_handle_t *)&engine->publish_timer, NULL);
	uv_close((uv_handle_t *)&engine->wake, NULL);
}

static void woken(uv_async_t *async)
{
	struct engine *engine = async->data;
	struct command *command;

	read_news(engine);
	while (!engine->stopping && (command = mailbox_pop(engine->commands)))
		orders_carry_out(engine, command);
	if (engine->stopping && !uv_is_closing((uv_handle_t *)&engine->wake))
		close_handles(engine);
}

/* Mailboxes wake the loop; uv_async_send may be called from any thread. */
static void wake(void *arg)
{
	struct engine *engine = arg;

	uv_async_send(&engine->wake);
}

struct engine *engine_create(const struct engine_settings *settings, struct error *err)
{
	struct engine *engine = heap_zero(1, sizeof(*engine));
	struct probe_loop_settings loop_settings = { .nameservers = settings->nameservers };

	engine->settings = *settings;
	engine->highest_id = settings->highest_id;
	engine->health.started_us = unix_now_us();
	engine->health.history_kept = settings->history_kept;
	if (uv_loop_init(&engine->loop) != 0) {
		error_set(err, EXIT_INTERNAL, "no event loop: the system is out of descriptors");
		free(engine);
		return NULL;
	}
	engine->probe_loop = probe_loop_create(&engine->loop, &loop_settings, err);
	if (!engine->probe_loop) {
		/* What it had begun to close wants one turn. */
		uv_run(&engine->loop, UV_RUN_DEFAULT);
		uv_loop_close(&engine->loop);
		free(engine);
		return NULL;
	}
	uv_async_init(&engine->loop, &engine->wake, woken);
	uv_timer_init(&engine->loop, &engine->tick);
	uv_timer_init(&engine->loop, &engine->publish_timer);
	engine->wake.data = engine->tick.data = engine->publish_timer.data = engine;
	engine->prober = prober_create(engine->probe_loop, settings->in_flight);
	prober_tell_late(engine->prober, schedule_note_late, engine);
	engine->commands = mailbox_create(COMMANDS_MOST, command_discard);
	engine->news = mailbox_create(NEWS_MOST, news_destroy);
	mailbox_set_wake(engine->commands, wake, engine);
	mailbox_set_wake(engine->news, wake, engine);
	engine->picture = picture_create();
	return engine;
}

bool engine_add(struct engine *engine, struct monitor_spec *spec, monitor_id id, const struct kept_standing *standing,
    const struct kept_marks *marks, struct error *err)
{
	struct monitor *monitor;

	assert(!engine->started);
	if (!id)
		return orders_adopt(engine, spec, err);
	if (monitor_by_id(engine, id))
		return error_set(err, EXIT_DATA, "two monitors have the id %lld", (long long)id);
	monitor = monitor_attach(engine, spec, id);
	monitor_resume_from(monitor, standing, marks);
	monitor_keep(monitor);
	return true;
}

void engine_remember(struct engine *engine, const char *name, monitor_id id)
{
	struct past_name *past = heap_zero(1, sizeof(*past));

	past->name = heap_text(name);
	past->id = id;
	index_put(&engine->past, &past->link, index_hash_text(name), past);
	if (id > engine->highest_id)
		engine->highest_id = id;
}

static void forget_past(struct engine *engine)
{
	for (size_t i = 0; i < engine->past.size; i++) {
		while (engine->past.buckets[i]) {
			struct past_name *past = engine->past.buckets[i]->owner;

			index_remove(&engine->past, &past->link);
			free(past->name);
			free(past);
		}
	}
	index_finish(&engine->past);
}

static void run(void *arg)
{
	struct engine *engine = arg;

	sleep_begin(engine);
	engine_tell(engine, EVENT_STARTED, 0, "kumatop " KUMATOP_VERSION, NULL);
	schedule_all(engine);
	publish(engine);
	uv_run(&engine->loop, UV_RUN_DEFAULT);
}

bool engine_start(struct engine *engine, struct error *err)
{
	engine->started = true;
	engine->thread = thread_start("engine", run, engine, err);
	if (engine->thread)
		return true;
	engine->started = false;
	return false;
}

bool engine_submit(struct engine *engine, struct command *command, struct error *err)
{
	if (mailbox_push(engine->commands, command))
		return true;
	command_destroy(command);
	return error_set(err, EXIT_UNAVAILABLE, "the engine is busy: try again");
}

static void tell(struct engine *engine, struct news *news)
{
	mailbox_push_over(engine->news, news, news_routine);
}

void engine_tell_health(struct engine *engine, const struct store_health *health)
{
	struct news *news = heap_zero(1, sizeof(*news));

	news->kind = NEWS_HEALTH;
	news->health = *health;
	tell(engine, news);
}

void engine_restore_spans(struct engine *engine, monitor_id monitor, struct span *spans, size_t count)
{
	struct news *news = heap_zero(1, sizeof(*news));

	news->kind = NEWS_SPANS;
	news->monitor = monitor;
	news->spans = spans;
	news->span_count = count;
	tell(engine, news);
}

void engine_tell_configuration(struct engine *engine, const char *trouble)
{
	struct news *news = heap_zero(1, sizeof(*news));

	news->kind = NEWS_CONFIGURATION;
	news->text = shared_create(trouble);
	tell(engine, news);
}

void engine_stop(struct engine *engine, const char *who)
{
	struct command *stop;

	if (!engine->started)
		return;
	stop = command_create(COMMAND_STOP, 0);
	text_copy(stop->who, sizeof(stop->who), who ? who : "");
	/* A full box is no reason not to stop. */
	mailbox_push_over(engine->commands, stop, news_routine);
	thread_join(engine->thread, -1);
	mailbox_close(engine->news);
	engine->started = false;
}

void engine_destroy(struct engine *engine)
{
	if (!engine)
		return;
	if (!engine->stopping) {
		engine->stopping = true;
		close_handles(engine);
		uv_run(&engine->loop, UV_RUN_DEFAULT);
	}
	while (picture_count(engine->picture))
		monitor_detach(engine->monitors[0]);
	uv_loop_close(&engine->loop);
	mailbox_destroy(engine->commands);
	mailbox_destroy(engine->news);
	due_finish(&engine->due);
	index_finish(&engine->names);
	index_finish(&engine->ids);
	forget_past(engine);
	picture_destroy(engine->picture);
	free(engine->monitors);
	shared_release(engine->health.history_trouble);
	shared_release(engine->health.configuration_trouble);
	free(engine);
}
