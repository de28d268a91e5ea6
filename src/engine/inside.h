/*
 * What the files of the engine share. Everything here belongs to the engine thread once it runs.
 */
#ifndef KUMATOP_ENGINE_INSIDE_H
#define KUMATOP_ENGINE_INSIDE_H

#include <uv.h>

#include "due.h"
#include "index.h"
#include "kumatop/engine.h"
#include "kumatop/mailbox.h"
#include "kumatop/prober.h"
#include "kumatop/thread.h"
#include "kumatop/when.h"

/* Somebody waits for the next result of a monitor. */
struct asker {
	struct command *command;	/* owned */
	struct asker *next;
};

struct monitor {
	struct due_item due;		/* first: its next check, or the end of its pause */
	struct engine *engine;
	struct index_link by_name, by_id;
	size_t index;			/* of its view in the picture, and of itself in engine->monitors */
	monitor_id id;
	struct monitor_spec *spec;	/* held */
	struct ledger ledger;
	struct check *check;		/* under way, or NULL */
	int64_t planned_us;		/* monotonic: when the check under way should have begun; 0: asked for by hand */
	struct asker *askers;
	bool answered;			/* had a result since the start, or is not expected to have one */
	bool cut_off, reached;		/* as counted in the engine's numbers of the same names */
};

/* A check of a spec that nobody keeps. */
struct trial {
	struct engine *engine;
	struct command *command;	/* owned */
	struct check *check;
	struct trial *next;
};

/* A name that had an id before: declared once, gone now. */
struct past_name {
	struct index_link link;
	char *name;
	monitor_id id;
};

struct engine {
	struct engine_settings settings;
	struct thread *thread;
	bool started;
	bool stopping;
	uv_loop_t loop;
	uv_async_t wake;
	uv_timer_t tick;
	uv_timer_t publish_timer;
	struct probe_loop *probe_loop;
	struct prober *prober;
	struct mailbox *commands;	/* struct command */
	struct mailbox *news;		/* struct news, from store, reader and configuration */

	struct picture *picture;
	struct monitor **monitors;
	size_t capacity;
	struct index names, ids;
	struct due_queue due;
	int64_t armed_us;		/* monotonic: when the tick comes; 0: not at all */
	monitor_id highest_id;
	struct index past;		/* struct past_name, by name */
	struct trial *trials;

	struct board_health health;
	bool dirty, urgent;		/* something to publish; at once */
	int64_t published_us;		/* monotonic */
	int64_t late_us, late_seen_us;	/* the worst lateness of late, and when (monotonic) it was */
	int64_t slept_us;		/* suspended_us() when last looked */
	int64_t ahead_us;		/* how far the clock of the day was ahead of how long the machine has been up */
	uint32_t silent;		/* monitors that have not answered since the start */
	uint32_t cut_off;		/* monitors whose last check said that our own network is at fault */
	uint32_t reached;		/* monitors whose last check reached another machine */
};

/* engine.c */
void engine_touch(struct engine *engine, bool urgent);	/* the picture has changed: publish soon, or at once */
void engine_give_event(struct engine *engine, struct event *event, const struct kept_standing *standing);	/* finishes the event */
void engine_tell(struct engine *engine, enum event_kind kind, int64_t lasted_us, const char *detail, const char *who);	/* of kumatop itself */

/* monitors.c */
struct monitor *monitor_attach(struct engine *engine, struct monitor_spec *spec, monitor_id id);
void monitor_detach(struct monitor *monitor);		/* out of the picture and freed; nothing is told to anyone */
struct monitor *monitor_by_id(struct engine *engine, monitor_id id);
struct monitor *monitor_by_name(struct engine *engine, const char *name);
const struct monitor_view *monitor_view(const struct monitor *monitor);
struct monitor_view *monitor_edit_view(struct monitor *monitor);
void monitor_replace_spec(struct monitor *monitor, struct monitor_spec *spec);
void monitor_resume_from(struct monitor *monitor, const struct kept_standing *standing, const struct kept_marks *marks);
void monitor_keep(struct monitor *monitor);		/* put to the store */
void monitor_keep_standing(struct monitor *monitor);
void monitor_tell_event(struct monitor *monitor, enum event_kind kind, const struct transition *transition, const char *detail,
    const char *evidence, const char *who);
void monitor_drop_askers(struct monitor *monitor, const char *why);	/* who waits for a result is told that there will be none */
void monitor_plan_resume(struct monitor *monitor);	/* when its pause for a time is over */
void monitor_set_pause(struct monitor *monitor, bool paused, int64_t until_us, const char *who);

/* schedule.c */
void schedule_all(struct engine *engine);		/* the first checks of a run */
/* A first check within spread_us, and no later than the last result known asks for; if that was long ago, within catch_up_us. */
void schedule_first(struct monitor *monitor, int64_t spread_us, int64_t catch_up_us);
void schedule_next(struct monitor *monitor);
void schedule_tick(struct engine *engine);		/* starts what is due, arms the timer for the rest */
void schedule_arm(struct engine *engine);
void schedule_note_late(void *arg, int64_t late_us);	/* prober_late_fn; arg is the engine */
void monitor_check_now(struct monitor *monitor);
void monitor_stop_check(struct monitor *monitor);

/* sleep.c */
void sleep_begin(struct engine *engine);
void sleep_look(struct engine *engine);		/* has the machine been suspended, or its clock been set? accounts for it */

/* funnel.c */
void funnel_take(void *arg, const struct check_result *result);	/* check_done_fn; arg is the monitor */

void funnel_forget(struct monitor *monitor);	/* its last result says nothing about our own network any more */

/* orders.c */
void orders_carry_out(struct engine *engine, struct command *command);	/* takes the command */
void orders_answer(struct command *command, bool done, monitor_id monitor, const struct check_result *result, const char *format, ...)
    __attribute__((format(printf, 5, 6)));	/* takes the command */
void orders_cancel_trials(struct engine *engine);
bool orders_adopt(struct engine *engine, struct monitor_spec *spec, struct error *err);

#endif
