/*
 * What the files of the store thread share.
 */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include <pthread.h>

#include <sqlite3.h>

#include "kumatop/lock.h"
#include "kumatop/mailbox.h"
#include "kumatop/store.h"
#include "kumatop/when.h"

#include "aging.h"
#include "packing.h"
#include "roller.h"
#include "writer.h"

enum {
	BATCH_MOST = 1000,	/* beats in one transaction */
	CAUSE_SIZE = 160,
};

enum message_type {
	MESSAGE_BEAT,
	MESSAGE_EVENT,
	MESSAGE_MONITOR,
	MESSAGE_RETIRE,
	MESSAGE_REMOVE,
	MESSAGE_STANDING,
};

struct message {
	enum message_type type;
	struct store *store;
	union {
		struct beat beat;
		struct {
			struct event event;
			struct kept_standing *standing;		/* heap, or NULL */
		} change;
		struct kept_monitor monitor;
		monitor_id id;
		struct kept_standing *standing;			/* heap */
	} with;
};

void message_destroy(struct message *message);
bool message_is_routine(const void *message);
bool message_is_urgent(const struct message *message);
bool message_write(const struct message *message, struct writer *writer);

struct store {
	char *path;
	bool in_memory;
	struct store_settings settings;		/* path not used */
	struct mailbox *box;
	_Atomic uint64_t dropped;		/* beats discarded for want of room */
	pthread_t thread;
	bool started;

	pthread_mutex_t mutex;			/* guards the next four */
	pthread_cond_t changed;
	bool stopping;
	struct mono deadline;			/* when stopping: to give up then */
	bool ended;				/* the thread uses nothing any more */
	bool kept_all;				/* valid once ended */

	/* From here on: the opening thread before store_start(), the store thread until it has ended. */
	sqlite3 *db;
	struct writer *writer;
	struct packing *packing;
	int wal_pages;				/* after the last commit */
	int wal_tried;				/* pages there were at the last checkpoint */
	struct mono truncated;			/* when that was tried last */
	int64_t run;				/* our row in `run`; 0: not written yet */
	int64_t started_us;
	struct mono run_seen;
	struct message **batch;			/* popped, not committed */
	size_t count;
	struct mono oldest;			/* when the first of them was popped */
	char cause[CAUSE_SIZE];			/* why commits fail; "": they do not */
	char damage[CAUSE_SIZE];		/* found while running; "": none */
	int64_t backoff_ms;
	struct mono retry;			/* the next attempt while commits fail */
	struct store_health told;		/* what health() heard last */
	struct mono upkeep_due, check_due;
	bool upkeep_fails;			/* and it was said */
	bool giving_back;			/* the file is being made smaller */
	struct roller *roller;			/* NULL: begins with its next step */
	struct mono roll_due;
	bool cannot_roll;			/* and it was said */
	struct aging aging;			/* once it has begun */
	bool aging_begun;

	/* A database for which memory stands in. */
	char *later_path;			/* NULL: none, or not any more */
	struct lock lock;			/* its lock; held while same_ids, while it is tried, and once it is taken up */
	bool same_ids;				/* memory goes on with the ids and states that are in the file */
	bool later_at_end;			/* not before we end */
	bool taken_up;
	int64_t later_first_ms, later_wait_ms;
	struct mono later_due;
};

/* thread.c: the thread's life; arg is the store. */
void *thread_run(void *arg);

/* upkeep.c: after a commit; at the end; and when upkeep_due has come, which it sets anew. */
void upkeep_checkpoint(struct store *store);
void upkeep_checkpoint_last(struct store *store);
void upkeep_step(struct store *store);

/* Whether history is rolled up here; a step of that, when roll_due has come, which it sets anew. */
bool upkeep_rolls(const struct store *store);
void upkeep_roll(struct store *store);

#endif
