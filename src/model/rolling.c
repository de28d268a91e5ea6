/*
 * Which buckets are open, and of whom. Monitors are found by a table of places in a list without holes; their order is made when they
 * are gone through.
 */
#include "kumatop/rolling.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

enum {
	OPEN_MOST = 4,		/* buckets of a monitor that has moved on, before it closes them by itself */
	CLOSE_MOST = 500,	/* then, at once */
	TABLE_LEAST = 16,
	CUTS_DROPPED = 64,	/* at once, as it is a pass over all monitors */
};

#define STEP_US (5 * MINUTE_US)

/* What a monitor has only while it is checked often, or waited for. */
struct busy {
	int64_t closed_us;		/* its own */
	struct rollup *open;		/* in order of time */
	uint32_t count, capacity;
	struct cuts cuts;		/* its own */
	uint32_t next_cut;
};

struct rolled {
	monitor_id monitor;
	struct replay replay;
	struct busy *busy;		/* NULL: nothing is open but the ledger's last span */
};

struct rolling {
	rolling_put_fn *put;
	void *arg;
	int64_t marker_us;		/* all of all is closed */
	int64_t closed_us;		/* what the last pass went up to */
	struct rolled *list;
	size_t count, capacity;
	uint32_t *table;		/* 1 + the place in the list, found by the monitor; 0: free */
	size_t slots;			/* power of two, at least twice as many as there are */
	struct cuts cuts;		/* of all monitors */
	struct rollup scratch;

	/* the pass under way */
	uint32_t *order;		/* places by monitor; NULL: none */
	size_t order_count, next;
	int64_t until_us, patience_us;
};

struct rolling *rolling_create(int64_t closed_us, rolling_put_fn *put, void *arg)
{
	struct rolling *rolling = heap_zero(1, sizeof(*rolling));

	rolling->put = put;
	rolling->arg = arg;
	rolling->marker_us = rolling->closed_us = closed_us;
	rolling->slots = TABLE_LEAST;
	rolling->table = heap_zero(rolling->slots, sizeof(*rolling->table));
	return rolling;
}

static void free_busy(struct rolled *rolled)
{
	if (!rolled->busy)
		return;
	for (uint32_t i = 0; i < rolled->busy->count; i++)
		rollup_finish(&rolled->busy->open[i]);
	free(rolled->busy->open);
	cuts_finish(&rolled->busy->cuts);
	free(rolled->busy);
	rolled->busy = NULL;
}

void rolling_destroy(struct rolling *rolling)
{
	if (!rolling)
		return;
	for (size_t i = 0; i < rolling->count; i++) {
		free_busy(&rolling->list[i]);
		replay_finish(&rolling->list[i].replay);
	}
	cuts_finish(&rolling->cuts);
	rollup_finish(&rolling->scratch);
	free(rolling->list);
	free(rolling->table);
	free(rolling->order);
	free(rolling);
}

size_t rolling_count(const struct rolling *rolling)
{
	return rolling->count;
}

/* Where the monitor is in the table, or where it would be. */
static uint32_t *slot_of(const struct rolling *rolling, monitor_id monitor)
{
	size_t at = (size_t)(((uint64_t)monitor * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (rolling->slots - 1);

	while (rolling->table[at] && rolling->list[rolling->table[at] - 1].monitor != monitor)
		at = (at + 1) & (rolling->slots - 1);
	return &rolling->table[at];
}

static void make_table(struct rolling *rolling)
{
	size_t slots = TABLE_LEAST;

	while (slots < 2 * (rolling->count + 1))
		slots *= 2;
	free(rolling->table);
	rolling->table = heap_zero(slots, sizeof(*rolling->table));
	rolling->slots = slots;
	for (size_t i = 0; i < rolling->count; i++)
		*slot_of(rolling, rolling->list[i].monitor) = (uint32_t)i + 1;
}

static struct rolled *find(const struct rolling *rolling, monitor_id monitor)
{
	uint32_t place = *slot_of(rolling, monitor);

	return place ? &rolling->list[place - 1] : NULL;
}

/* Valid until the next one is made. */
static struct rolled *find_or_make(struct rolling *rolling, monitor_id monitor)
{
	struct rolled *rolled = find(rolling, monitor);

	if (rolled)
		return rolled;
	if (rolling->count == rolling->capacity) {
		rolling->capacity += rolling->capacity / 4 + 16;
		rolling->list = heap_resize(rolling->list, rolling->capacity, sizeof(*rolling->list));
	}
	assert(rolling->list);
	rolled = &rolling->list[rolling->count++];
	*rolled = (struct rolled){ .monitor = monitor, .busy = heap_zero(1, sizeof(struct busy)) };
	rolled->busy->closed_us = rolling->marker_us;
	if (2 * (rolling->count + 1) > rolling->slots)
		make_table(rolling);
	else
		*slot_of(rolling, monitor) = (uint32_t)rolling->count;
	return rolled;
}

/* Who is not busy was closed as far as the pass under way has come, or the one before went. */
static int64_t closed_of(const struct rolling *rolling, const struct rolled *rolled)
{
	if (rolled->busy)
		return rolled->busy->closed_us;
	if (rolling->order && rolling->next > 0 && rolled->monitor <= rolling->list[rolling->order[rolling->next - 1]].monitor)
		return rolling->until_us;
	return rolling->closed_us;
}

static struct busy *make_busy(const struct rolling *rolling, struct rolled *rolled)
{
	if (!rolled->busy) {
		int64_t closed_us = closed_of(rolling, rolled);

		rolled->busy = heap_zero(1, sizeof(*rolled->busy));
		rolled->busy->closed_us = closed_us;
	}
	return rolled->busy;
}

/* One that comes late, before others that have been lived through, is left out by those who have. */
void rolling_cut(struct rolling *rolling, monitor_id monitor, struct cut cut)
{
	struct busy *busy = monitor ? make_busy(rolling, find_or_make(rolling, monitor)) : NULL;
	size_t at = cuts_add(busy ? &busy->cuts : &rolling->cuts, cut);

	if (busy && at < busy->next_cut)
		busy->next_cut++;
	if (busy || at + 1 == rolling->cuts.count)
		return;
	for (size_t i = 0; i < rolling->count; i++)
		rolling->list[i].replay.next_cut += at < rolling->list[i].replay.next_cut;
}

static void live_cuts(struct rolling *rolling, struct rolled *rolled, int64_t before_us, int64_t next_us)
{
	struct busy *busy = rolled->busy;

	replay_cuts(&rolled->replay, &rolling->cuts, busy ? &busy->cuts : NULL, busy ? &busy->next_cut : NULL, before_us, next_us);
}

static struct rollup *open_bucket(struct busy *busy, int64_t time_us)
{
	int64_t start_us = rollup_start_us(ROLLUP_5MIN, time_us);
	uint32_t at = busy->count;

	while (at > 0 && busy->open[at - 1].start_us > start_us)
		at--;
	if (at > 0 && busy->open[at - 1].start_us == start_us)
		return &busy->open[at - 1];
	if (busy->count == busy->capacity) {
		busy->capacity = busy->capacity ? 2 * busy->capacity : 1;
		busy->open = heap_resize(busy->open, busy->capacity, sizeof(*busy->open));
	}
	memmove(busy->open + at + 1, busy->open + at, (busy->count - at) * sizeof(*busy->open));
	busy->open[at] = (struct rollup){ 0 };
	busy->count++;
	rollup_open(&busy->open[at], ROLLUP_5MIN, start_us);
	return &busy->open[at];
}

/* When the first bucket began, of those that begin at from_us or later, of which something is known; INT64_MAX: none. */
static int64_t next_known(const struct rolled *rolled, int64_t from_us)
{
	const struct ledger *ledger = &rolled->replay.ledger;
	int64_t known_us = rolled->busy && rolled->busy->count ? rolled->busy->open[0].start_us : INT64_MAX, span_us = INT64_MAX;

	for (size_t i = 0; i < ledger->count && span_us == INT64_MAX; i++)
		if (ledger->spans[i].to_us > from_us)
			span_us = ledger->spans[i].from_us;
	if (span_us == INT64_MAX && ledger->open_us && ledger->open_until_us > from_us && ledger->open_class != TIME_UNKNOWN)
		span_us = ledger->open_us;
	if (span_us != INT64_MAX)
		span_us = span_us < from_us ? from_us : rollup_start_us(ROLLUP_5MIN, span_us);
	return span_us < known_us ? span_us : known_us;
}

static bool put_bucket(struct rolling *rolling, struct rolled *rolled, int64_t start_us)
{
	struct busy *busy = rolled->busy;
	bool counted = busy && busy->count && busy->open[0].start_us == start_us, good;
	struct rollup *rollup = counted ? &busy->open[0] : &rolling->scratch;

	if (!counted)
		rollup_open(rollup, ROLLUP_5MIN, start_us);
	rollup->amounts = ledger_sum(&rolled->replay.ledger, start_us, start_us + STEP_US);
	good = rolling->put(rolling->arg, rolled->monitor, rollup);
	if (counted) {
		rollup_finish(rollup);
		busy->count--;
		memmove(busy->open, busy->open + 1, busy->count * sizeof(*busy->open));
	}
	return good;
}

static void forget_before(struct rolled *rolled, int64_t before_us)
{
	struct ledger *ledger = &rolled->replay.ledger;

	ledger_trim(ledger, before_us);
	if (ledger->count == 0) {
		free(ledger->spans);
		ledger->spans = NULL;
		ledger->capacity = 0;
	}
	if (ledger->open_us && ledger->open_until_us <= before_us)
		ledger->open_us = 0;
}

/* Up to where a monitor's buckets can be closed. */
static int64_t limit_of(const struct rolled *rolled, int64_t until_us, int64_t patience_us)
{
	int64_t open_us = replay_open_us(&rolled->replay);

	if (open_us >= until_us)
		return until_us;
	open_us = rollup_start_us(ROLLUP_5MIN, open_us > patience_us ? open_us : patience_us);
	return open_us < until_us ? open_us : until_us;
}

/* *left: how many buckets may be put yet. */
static enum rolling_progress close_one(struct rolling *rolling, struct rolled *rolled, int64_t until_us, int64_t patience_us, size_t *left)
{
	int64_t at_us = closed_of(rolling, rolled), limit_us;

	live_cuts(rolling, rolled, until_us, INT64_MAX);
	limit_us = limit_of(rolled, until_us, patience_us);
	if (limit_us < at_us)
		return ROLLING_DONE;
	while ((at_us = next_known(rolled, at_us)) < limit_us) {
		if (*left == 0) {
			make_busy(rolling, rolled)->closed_us = at_us;
			return ROLLING_MORE;
		}
		--*left;
		if (!put_bucket(rolling, rolled, at_us))
			return ROLLING_FAILED;
		at_us += STEP_US;
	}
	forget_before(rolled, limit_us);
	/* Of who is not busy, the pass says it. */
	if (rolled->busy || limit_us < until_us)
		make_busy(rolling, rolled)->closed_us = limit_us;
	return ROLLING_DONE;
}

/* Once a pass is over it, closed_us of the rolling says the same. */
static void calm(struct rolled *rolled, int64_t until_us)
{
	struct busy *busy = rolled->busy;

	if (busy && busy->count == 0 && busy->next_cut == busy->cuts.count && busy->closed_us == until_us)
		free_busy(rolled);
}

static int64_t last_us(const struct ledger *ledger)
{
	if (ledger->open_us)
		return ledger->open_us;
	return ledger->count ? ledger->spans[ledger->count - 1].to_us : 0;
}

/* The clock was set back: what came before is of a time that is not now. */
static bool begin_anew(struct rolling *rolling, struct rolled *rolled, int64_t time_us)
{
	int64_t closed_us = closed_of(rolling, rolled), start_us = rollup_start_us(ROLLUP_5MIN, time_us);
	size_t left = CLOSE_MOST;

	if (close_one(rolling, rolled, INT64_MAX, INT64_MAX, &left) == ROLLING_FAILED)
		return false;
	replay_finish(&rolled->replay);
	free_busy(rolled);
	make_busy(rolling, rolled)->closed_us = closed_us < start_us ? closed_us : start_us;
	return true;
}

bool rolling_beat(struct rolling *rolling, const struct beat *beat)
{
	struct rolled *rolled = find_or_make(rolling, beat->monitor);
	int64_t start_us = rollup_start_us(ROLLUP_5MIN, beat->time_us);
	size_t left = CLOSE_MOST;

	if (beat->time_us + DAY_US < last_us(&rolled->replay.ledger) && !begin_anew(rolling, rolled, beat->time_us))
		return false;
	live_cuts(rolling, rolled, beat->time_us, beat->time_us);
	replay_beat(&rolled->replay, beat->time_us, beat->reach_ms * INT64_C(1000), (enum verdict)beat->verdict, (enum state)beat->state);
	if (start_us < closed_of(rolling, rolled))
		return true;
	rollup_add_beat(open_bucket(make_busy(rolling, rolled), beat->time_us), beat);
	if (rolled->busy->count <= OPEN_MOST)
		return true;
	return close_one(rolling, rolled, start_us, start_us - HOUR_US, &left) != ROLLING_FAILED;
}

struct amounts rolling_sum(struct rolling *rolling, monitor_id monitor, int64_t from_us, int64_t to_us)
{
	struct rolled *rolled = find(rolling, monitor);

	if (!rolled)
		return (struct amounts){ .us[TIME_UNKNOWN] = to_us - from_us };
	live_cuts(rolling, rolled, INT64_MAX, INT64_MAX);
	return ledger_sum(&rolled->replay.ledger, from_us, to_us);
}

void rolling_forget(struct rolling *rolling, monitor_id monitor)
{
	struct rolled *rolled = find(rolling, monitor);

	if (!rolled)
		return;
	replay_finish(&rolled->replay);
	free_busy(rolled);
}

static int by_monitor(const void *a, const void *b, void *arg)
{
	const struct rolling *rolling = arg;
	monitor_id one = rolling->list[*(const uint32_t *)a].monitor, other = rolling->list[*(const uint32_t *)b].monitor;

	return (one > other) - (one < other);
}

static void begin_pass(struct rolling *rolling, int64_t until_us, int64_t patience_us)
{
	rolling->until_us = rollup_start_us(ROLLUP_5MIN, until_us);
	rolling->patience_us = patience_us;
	rolling->order_count = rolling->count;
	rolling->next = 0;
	rolling->order = heap_resize(NULL, rolling->count + 1, sizeof(*rolling->order));
	for (size_t i = 0; i < rolling->count; i++)
		rolling->order[i] = (uint32_t)i;
	qsort_r(rolling->order, rolling->count, sizeof(*rolling->order), by_monitor, rolling);
}

static bool is_empty(const struct rolled *rolled)
{
	return !rolled->busy && rolled->replay.ledger.count == 0 && !rolled->replay.ledger.open_us;
}

static void drop_empty(struct rolling *rolling)
{
	size_t kept = 0;

	for (size_t i = 0; i < rolling->count; i++)
		if (!is_empty(&rolling->list[i]))
			rolling->list[kept++] = rolling->list[i];
	if (kept == rolling->count)
		return;
	rolling->count = kept;
	if (kept < rolling->capacity / 4) {
		rolling->capacity = kept + 16;
		rolling->list = heap_resize(rolling->list, rolling->capacity, sizeof(*rolling->list));
	}
	make_table(rolling);
}

/* Cuts that all who remember anything have lived through. */
static void drop_cuts(struct rolling *rolling)
{
	uint32_t lived = (uint32_t)rolling->cuts.count;

	for (size_t i = 0; i < rolling->count && lived >= CUTS_DROPPED; i++)
		if (rolling->list[i].replay.next_cut < lived)
			lived = rolling->list[i].replay.next_cut;
	if (lived < CUTS_DROPPED)
		return;
	cuts_drop(&rolling->cuts, lived);
	for (size_t i = 0; i < rolling->count; i++)
		rolling->list[i].replay.next_cut -= lived;
}

static void end_pass(struct rolling *rolling)
{
	int64_t marker_us = rolling->until_us;

	free(rolling->order);
	rolling->order = NULL;
	for (size_t i = 0; i < rolling->count; i++) {
		const struct rolled *rolled = &rolling->list[i];
		int64_t closed_us = rolled->busy ? rolled->busy->closed_us : marker_us;

		if (closed_us < marker_us && next_known(rolled, closed_us) < marker_us)
			marker_us = closed_us;
	}
	rolling->closed_us = rolling->until_us;
	rolling->marker_us = marker_us;
	drop_empty(rolling);
	drop_cuts(rolling);
}

enum rolling_progress rolling_close(struct rolling *rolling, int64_t until_us, int64_t patience_us, size_t most, int64_t *closed_us)
{
	if (!rolling->order)
		begin_pass(rolling, until_us, patience_us);
	for (; rolling->next < rolling->order_count; rolling->next++) {
		struct rolled *rolled = &rolling->list[rolling->order[rolling->next]];
		enum rolling_progress progress = close_one(rolling, rolled, rolling->until_us, rolling->patience_us, &most);

		if (progress != ROLLING_DONE)
			return progress;
		calm(rolled, rolling->until_us);
	}
	end_pass(rolling);
	*closed_us = rolling->marker_us;
	return ROLLING_DONE;
}
