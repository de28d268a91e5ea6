/*
 * The engine: one thread that schedules checks, judges results, keeps the accounts and publishes snapshots. It blocks on nothing.
 * It does not know its users: whoever starts it hands it a hub to publish to and functions to give history to.
 */
#ifndef KUMATOP_ENGINE_H
#define KUMATOP_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/command.h"
#include "kumatop/kept.h"
#include "kumatop/ledger.h"
#include "kumatop/snapshot.h"

struct engine;

/* Called on the engine thread; must not block, and copy what they keep. Each may be NULL. */
struct engine_sinks {
	void *arg;
	void (*beat)(void *arg, const struct beat *beat);
	void (*event)(void *arg, const struct event *event, const struct kept_standing *standing);
	void (*put_standing)(void *arg, const struct kept_standing *standing);
	void (*put_monitor)(void *arg, const struct kept_monitor *monitor);
	void (*retire_monitor)(void *arg, monitor_id monitor);
	void (*remove_monitor)(void *arg, monitor_id monitor);
	/* The monitor as text to keep; heap, or NULL if it cannot be kept. */
	char *(*print_monitor)(void *arg, const struct monitor_spec *spec);
};

struct engine_settings {
	struct snapshot_hub *hub;	/* borrowed, outlives the engine */
	struct engine_sinks sinks;
	size_t in_flight;		/* checks at once, without those that hang; see prober.h */
	const char *nameservers;	/* as in struct probe_loop_settings */
	monitor_id highest_id;		/* ids given before */
	bool history_kept;		/* there is a database on disk */
};

struct engine *engine_create(const struct engine_settings *settings, struct error *err);

/*
 * Before engine_start(): a monitor with what is known of it. id 0: a new one, which gets the next id and is put to the store.
 * standing and marks may be NULL; marks' texts are held, not taken. Holds spec.
 */
bool engine_add(struct engine *engine, struct monitor_spec *spec, monitor_id id, const struct kept_standing *standing,
    const struct kept_marks *marks, struct error *err);

/* Before engine_start(): an id that belongs to a name no monitor has now; who comes back by that name gets it again. */
void engine_remember(struct engine *engine, const char *name, monitor_id id);

bool engine_start(struct engine *engine, struct error *err);

/* Takes the command; false: too many are waiting or the engine has stopped, and the command is destroyed. Any thread. */
bool engine_submit(struct engine *engine, struct command *command, struct error *err);

/* What the store says of itself. Any thread. */
struct store_health;
void engine_tell_health(struct engine *engine, const struct store_health *health);

/* Settled spans of an earlier run; takes the heap array. Any thread. */
void engine_restore_spans(struct engine *engine, monitor_id monitor, struct span *spans, size_t count);

/* A trouble of the configuration for the banner; NULL or "": it is gone. Any thread. */
void engine_tell_configuration(struct engine *engine, const char *trouble);

/*
 * Stops checking and joins the thread; checks in flight count as not observed. who asked for it, for the event log; NULL: nobody, or it is
 * not known. Accepts one never started.
 */
void engine_stop(struct engine *engine, const char *who);
void engine_destroy(struct engine *engine);	/* accepts NULL */

#endif
