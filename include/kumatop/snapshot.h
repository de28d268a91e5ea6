/*
 * An immutable picture of everything, published by the engine and read by screen, commands, metrics and API. It is an array of
 * counted pages of monitor views: a publish copies only the pages that changed.
 */
#ifndef KUMATOP_SNAPSHOT_H
#define KUMATOP_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/beat.h"
#include "kumatop/ledger.h"
#include "kumatop/shared.h"
#include "kumatop/spec.h"

enum {
	VIEW_MARKS = 96,		/* beats a view remembers: the widest bar */
	SNAPSHOT_PAGE_VIEWS = 8,	/* a change copies this many: few, so that scattered results copy little */
};

/* One beat of a bar, in four bytes. */
struct beat_mark {
	uint32_t look : 4;		/* enum state as the bar shows it; a good check on the way up looks PENDING */
	uint32_t latency_10us : 28;	/* BEAT_MARK_NONE: there was no answer */
};

#define BEAT_MARK_NONE ((1u << 28) - 1)

struct view_marks;			/* counted, and shared by copies of a view until one of them adds a mark */

struct monitor_view {
	monitor_id id;
	struct monitor_spec *spec;	/* held */
	struct standing standing;
	bool checking;			/* a check is under way */
	uint8_t outcome;		/* of the last result */
	uint8_t verdict;
	bool has_result;
	int32_t code;
	int32_t phase_us[PHASE_COUNT];
	int64_t last_us;		/* wall time of the last result; 0: none */
	int64_t last_good_us;		/* wall time of the last result that was up or degraded; 0: none */
	int64_t next_us;		/* wall time of the next check; 0: none planned */
	int64_t cert_expires_us;	/* 0: none seen */
	struct shared_text *detail;	/* held: the reason */
	struct shared_text *address;	/* held */
	struct shared_text *evidence;	/* held: of the first failure of the open or last incident */
	struct amounts day;		/* the last 24 h, or what of them kumatop has known this monitor */
	struct view_marks *marks;	/* held; NULL: none; read by view_mark() */
	uint16_t mark_next;		/* where the next mark goes */
	uint16_t mark_count;
	int64_t paused_until_us;	/* 0: until resumed */
};

/* The mark `back` beats ago (0: the newest); back < mark_count. */
struct beat_mark view_mark(const struct monitor_view *view, size_t back);
void view_add_mark(struct monitor_view *view, enum state look, int32_t latency_us);

/* A result, after the standing was moved by it. verdict as spec_verdict() has it. */
void view_take_result(struct monitor_view *view, const struct check_result *result, enum verdict verdict, int64_t now_us);

/* p in 0..1 over the latencies of the marks; -1 when there are none. */
int32_t view_percentile_us(const struct monitor_view *view, double p);

/* The last latency, or -1 when the last check had none. */
int32_t view_latency_us(const struct monitor_view *view);

/* Copies a view, holding what it holds; to is raw memory. And the reverse. */
void view_copy(struct monitor_view *to, const struct monitor_view *from);
void view_finish(struct monitor_view *view);

/* kumatop's own state, for header and banner. */
struct board_health {
	int64_t started_us;		/* wall */
	int32_t lateness_ms;		/* how late checks have begun or are, with the wait for a place: the worst of the last seconds */
	uint32_t in_flight;
	bool history_kept;		/* false: no database on disk */
	struct shared_text *history_trouble;	/* held; NULL: fine. "disk full: 2,140 beats in memory, none lost" */
	uint64_t beats_waiting;		/* not yet on disk */
	uint64_t beats_dropped;		/* lost: their time is unknown */
	bool network_gone;		/* our own: verdicts are unknown */
	int64_t network_gone_us;
	struct shared_text *configuration_trouble;	/* held; why the last reload was not taken */
	uint64_t events;		/* goes up with each event: a sign to ask for the log again */
	uint8_t role;			/* enum access_role: what the looker is to a foreign owner; ACCESS_NONE: the engine is our own */
	struct shared_text *link_trouble;	/* held; NULL: the owner is there, or we are it */
};

struct snapshot_page {
	_Atomic size_t holders;
	size_t count;
	struct monitor_view views[SNAPSHOT_PAGE_VIEWS];
};

struct snapshot {
	_Atomic size_t holders;
	uint64_t number;		/* goes up with each publish */
	int64_t time_us;		/* wall */
	struct board_health health;
	uint32_t by_state[STATE_COUNT];
	size_t count;			/* views */
	size_t page_count;
	struct snapshot_page **pages;
};

const struct monitor_view *snapshot_view(const struct snapshot *snapshot, size_t index);
const struct monitor_view *snapshot_find(const struct snapshot *snapshot, monitor_id id);	/* NULL; linear */
const struct monitor_view *snapshot_find_name(const struct snapshot *snapshot, const char *name);
void snapshot_release(const struct snapshot *snapshot);		/* accepts NULL; any thread */
const struct snapshot *snapshot_hold(const struct snapshot *snapshot);

/* The same views at the same time under another health (copied, its texts held) and number. One holder. */
const struct snapshot *snapshot_retell(const struct snapshot *snapshot, const struct board_health *health, uint64_t number);

/*
 * The picture under construction: the views as their one writer has them, and which pages have changed. One thread.
 */
struct picture;

struct picture *picture_create(void);
void picture_destroy(struct picture *picture);
size_t picture_count(const struct picture *picture);

/* Adds an empty view, or removes one by moving the last one into its place; returns / takes indexes. */
size_t picture_add(struct picture *picture);
void picture_remove(struct picture *picture, size_t index);

/*
 * For reading; and for writing, which marks its page as changed. What edit returns is valid until the next add, remove or
 * snapshot (which shares the page); what view returns also only until the next edit.
 */
const struct monitor_view *picture_view(const struct picture *picture, size_t index);
struct monitor_view *picture_edit(struct picture *picture, size_t index);

/* A snapshot with one holder, sharing the pages that have not changed since the last. health is copied, its texts held. */
const struct snapshot *picture_snapshot(struct picture *picture, const struct board_health *health, int64_t now_us);

/*
 * Where the newest snapshot is. acquire() copies the pointer and counts under a private mutex. Any thread.
 */
struct snapshot_hub;

struct snapshot_hub *snapshot_hub_create(void);
void snapshot_hub_destroy(struct snapshot_hub *hub);

/* Takes over the caller's hold, then wakes every listener. */
void snapshot_hub_publish(struct snapshot_hub *hub, const struct snapshot *snapshot);

/* The newest snapshot, held for the caller, or NULL before the first. */
const struct snapshot *snapshot_hub_acquire(struct snapshot_hub *hub);

/* wake(arg) is called on the publishing thread after each publish and must not block. At most 8 listeners. */
bool snapshot_hub_listen(struct snapshot_hub *hub, void (*wake)(void *arg), void *arg);

/* When this returns, wake(arg) is not running (unless it is what calls this) and will not be called again. */
void snapshot_hub_unlisten(struct snapshot_hub *hub, void (*wake)(void *arg), void *arg);

#endif
