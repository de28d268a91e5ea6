/*
 * The store thread: the only read-write connection to the database, and the only one that checkpoints. It takes values by its
 * mailbox, commits changes of state at once and routine beats every flush, and never makes its callers wait.
 *
 * When the disk refuses (full, read-only, gone) beats wait in memory up to a limit, the oldest routine ones are dropped and
 * counted first, changes of state never; it tries again by itself, and tells through the health callback.
 *
 * A database that cannot even be opened (no room, not mounted yet, may not be written) is taken up later: memory stands in for it, and
 * once it opens, under its lock, all that came together is moved there in one transaction. What wins:
 *
 *   - Its lock was ours from the start, and it was new or could be read: memory began with its monitors, their ids and states, and goes
 *     on from there. So memory wins; beats and events are added to those in the file; who was removed meanwhile is removed.
 *   - It appeared later, and has no monitors or the very same (ids and names): the same, and of the states memory's, which are newer.
 *     What the file alone knew of a state (a pause, an incident that was open) yields.
 *   - It appeared later with others: whoever runs has given ids already, so history stays in memory until the end, and is moved then:
 *     monitors take the ids that the file has for their names. The file's own others stay as they are.
 *
 * Never touched: a file that is newer, damaged or another program's; then memory stays, and goes with the process. While somebody else
 * holds the lock nothing is opened.
 */
#ifndef KUMATOP_STORE_H
#define KUMATOP_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/beat.h"
#include "kumatop/error.h"
#include "kumatop/import.h"
#include "kumatop/kept.h"
#include "kumatop/lock.h"

struct store;

struct store_health {
	char trouble[256];	/* "" when all is well; else what is wrong and what becomes of the beats */
	uint64_t waiting;	/* beats and events not committed yet while in trouble */
	uint64_t dropped;	/* since start */
	bool taken_up;		/* the database that could not be opened is what history is kept in now */
};

struct store_settings {
	const char *path;	/* the database; NULL: memory of this process, gone with it, readable under store_path() */
	int64_t flush_ms;	/* routine beats reach the disk at least this often */
	int64_t keep_raw_ms;	/* raw beats and evidence older than this are deleted, in small steps; 0: keep all */
	int64_t keep_5min_ms, keep_hour_ms, keep_day_ms;	/* roll-ups likewise; 0: keep all */
	size_t waiting_most;	/* beats kept in memory while the disk refuses */

	const char *later;		/* with path NULL: the database that could not be opened, to be taken up; NULL: none */
	struct lock *later_lock;	/* its lock if the caller holds it, which the store takes over; or NULL */
	int64_t later_ms;		/* to the first try; the next ones become rarer, down to a sixth; 0: 10 s */
	/* The database was taken up: it is what archive_open() takes now. Store thread; must not block; gets health_arg. May be NULL. */
	void (*taken_up)(void *arg, const char *path);

	/* Called on the store thread when health changes; must not block. May be NULL. */
	void (*health)(void *arg, const struct store_health *health);
	void *health_arg;
};

/*
 * Opens or creates the database and brings its schema up to date, in one transaction after a copy of the old one. The caller
 * holds its lock (lock.h). Refused, with the file untouched: a newer schema, a file that is no kumatop database, no permission. A
 * damaged database is moved aside ("<path>.damaged-<time>"), what can be read of its monitors goes into a fresh one, and
 * *notice (a text of its own, may be NULL) says so.
 */
struct store *store_open(const struct store_settings *settings, struct error *err, char **notice);

/* What archive_open() takes to read this store. Before store_start(); afterwards only of a store without `later`. */
const char *store_path(const struct store *store);

/* Before store_start(), on the opening thread: the same operations that messages ask for, at once. */
bool store_put_monitor_now(struct store *store, const struct kept_monitor *monitor, struct error *err);
bool store_remove_monitor_now(struct store *store, monitor_id monitor, struct error *err);
bool store_put_standing_now(struct store *store, const struct kept_standing *standing, struct error *err);
bool store_put_event_now(struct store *store, const struct event *event, struct error *err);

/* Begins the thread, and this run's row in `run`. */
bool store_start(struct store *store, struct error *err);

/*
 * Messages; any thread. Values are copied, their texts held. Never block. An event goes with the standing it led to (NULL:
 * none), in one transaction.
 */
void store_beat(struct store *store, const struct beat *beat);
void store_event(struct store *store, const struct event *event, const struct kept_standing *standing);
void store_put_monitor(struct store *store, const struct kept_monitor *monitor);
void store_retire_monitor(struct store *store, monitor_id monitor);	/* declared no more; its history stays */
void store_remove_monitor(struct store *store, monitor_id monitor);	/* with its history, in small steps */
void store_put_standing(struct store *store, const struct kept_standing *standing);

/*
 * Commits what waits, ends this run's row, checkpoints, ends the thread. Gives up after timeout_ms of a disk that does not
 * answer and returns false. Then store_close() frees; it also closes a store that was never started.
 */
bool store_stop(struct store *store, int timeout_ms);

/* After store_stop() said false: true if the thread has ended all the same, and only not everything could be kept (a full disk). */
bool store_has_ended(const struct store *store);
void store_close(struct store *store);

/* The database of Uptime Kuma, versions 1 and 2, SQLite; only read. */
extern const struct import_source store_kuma_source;

#endif
