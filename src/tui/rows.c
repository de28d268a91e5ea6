/*
 * The order is kept as indexes into the picture. A new picture shares the pages that did not change with the one before, so only
 * the others are looked at, and most pictures cost no sorting at all.
 */
#include "rows.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

enum { KEPT_MOST = 64, KEPT_SECONDS = 60, MARKS_WIDTH = 2 };

#define NO_ROW UINT32_MAX

/* A row that got better, and as what it stands where it stands. */
struct kept {
	monitor_id id;
	const struct snapshot *snapshot;	/* held */
	const struct monitor_view *view;	/* of that snapshot */
	struct mono since;
};

struct slot {
	monitor_id id;		/* 0: free */
	uint32_t index;
};

struct rows {
	const struct snapshot *snapshot;	/* held; NULL before the first */
	struct slot *slots;		/* by id, open addressing */
	size_t slot_count;		/* a power of two */
	uint32_t *order;		/* by row: index into the picture */
	uint32_t *row_of;		/* by index: row, or NO_ROW */
	const struct monitor_view **sorting;
	size_t capacity;
	size_t count;
	size_t problems;
	int name_width;
	struct kept kept[KEPT_MOST];
	size_t kept_count;
	struct filter *filter;
	bool problems_only;
	enum order_key key;
	bool reverse;
};

struct rows *rows_create(void)
{
	return heap_zero(1, sizeof(struct rows));
}

static void forget_kept(struct rows *rows, size_t i)
{
	snapshot_release(rows->kept[i].snapshot);
	rows->kept[i] = rows->kept[--rows->kept_count];
}

void rows_destroy(struct rows *rows)
{
	if (!rows)
		return;
	while (rows->kept_count)
		forget_kept(rows, 0);
	snapshot_release(rows->snapshot);
	filter_destroy(rows->filter);
	free(rows->slots);
	free(rows->order);
	free(rows->row_of);
	free(rows->sorting);
	free(rows);
}

static struct kept *find_kept(struct rows *rows, monitor_id id)
{
	for (size_t i = 0; i < rows->kept_count; i++)
		if (rows->kept[i].id == id)
			return &rows->kept[i];
	return NULL;
}

static size_t slot_of(const struct rows *rows, monitor_id id)
{
	size_t at = (size_t)((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (rows->slot_count - 1);

	while (rows->slots[at].id && rows->slots[at].id != id)
		at = (at + 1) & (rows->slot_count - 1);
	return at;
}

static void index_ids(struct rows *rows, const struct snapshot *snapshot)
{
	size_t wanted = 16;

	while (wanted < snapshot->count * 2)
		wanted *= 2;
	if (wanted != rows->slot_count) {
		rows->slots = heap_resize(rows->slots, wanted, sizeof *rows->slots);
		rows->slot_count = wanted;
	}
	memset(rows->slots, 0, wanted * sizeof *rows->slots);
	for (size_t i = 0; i < snapshot->count; i++) {
		monitor_id id = snapshot_view(snapshot, i)->id;

		rows->slots[slot_of(rows, id)] = (struct slot){ .id = id, .index = (uint32_t)i };
	}
}

static void make_room(struct rows *rows, size_t count)
{
	if (count <= rows->capacity)
		return;
	rows->capacity = count + count / 4 + 16;
	rows->order = heap_resize(rows->order, rows->capacity, sizeof *rows->order);
	rows->row_of = heap_resize(rows->row_of, rows->capacity, sizeof *rows->row_of);
	rows->sorting = heap_resize(rows->sorting, rows->capacity, sizeof(void *));
}

static bool is_wanted(const struct rows *rows, const struct monitor_view *view)
{
	if (rows->problems_only && !order_is_problem(view))
		return false;
	return !rows->filter || filter_takes(rows->filter, view, rows->snapshot->time_us);
}

static void measure(struct rows *rows)
{
	rows->name_width = 0;
	rows->problems = 0;
	for (size_t i = 0; i < rows->snapshot->count; i++) {
		const struct monitor_view *view = snapshot_view(rows->snapshot, i);
		int width = (int)text_width(view->spec->name) + MARKS_WIDTH;

		rows->name_width = width > rows->name_width ? width : rows->name_width;
		rows->problems += order_is_problem(view);
	}
}

static void sort(struct rows *rows)
{
	const struct snapshot *snapshot = rows->snapshot;
	size_t n = 0;

	if (!snapshot)
		return;
	make_room(rows, snapshot->count);
	measure(rows);
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct monitor_view *view = snapshot_view(snapshot, i);
		const struct kept *kept = rows->kept_count ? find_kept(rows, view->id) : NULL;

		rows->row_of[i] = NO_ROW;
		if (is_wanted(rows, kept ? kept->view : view))
			rows->sorting[n++] = kept ? kept->view : view;
	}
	order_sort(rows->sorting, n, rows->key, rows->reverse);
	rows->count = n;
	for (size_t row = 0; row < n; row++) {
		uint32_t index = rows->slots[slot_of(rows, rows->sorting[row]->id)].index;

		rows->order[row] = index;
		rows->row_of[index] = (uint32_t)row;
	}
}

/* Whether the order itself may have changed; what only shows differently is no reason to sort. */
static bool may_move(const struct rows *rows, const struct monitor_view *old, const struct monitor_view *new, uint32_t row)
{
	if (old->spec != new->spec || order_rank(old) != order_rank(new) || old->standing.since_us != new->standing.since_us)
		return true;
	if (order_is_problem(old) != order_is_problem(new))
		return true;
	if (rows->key == ORDER_LATENCY || rows->key == ORDER_P95 || rows->key == ORDER_UPTIME || rows->key == ORDER_CERT)
		return true;
	return rows->filter && filter_takes(rows->filter, new, rows->snapshot->time_us) != (row != NO_ROW);
}

/* Keeps what got better in its place, and lets go what got worse again. */
static void keep_or_let_go(struct rows *rows, const struct monitor_view *old, const struct monitor_view *new, struct mono now)
{
	struct kept *kept = find_kept(rows, new->id);

	if (kept) {
		if (order_rank(new) <= order_rank(kept->view))
			forget_kept(rows, (size_t)(kept - rows->kept));
		return;
	}
	if (rows->key != ORDER_STATE || rows->kept_count == KEPT_MOST || old->standing.state == STATE_NEW)
		return;
	if (order_rank(new) <= order_rank(old))
		return;
	rows->kept[rows->kept_count++] = (struct kept){ new->id, snapshot_hold(rows->snapshot), old, now };
}

/* True when the same monitors stand at the same places. */
static bool compare(struct rows *rows, const struct snapshot *snapshot, struct mono now, bool *moved)
{
	const struct snapshot *old = rows->snapshot;

	if (!old || old->count != snapshot->count)
		return false;
	for (size_t p = 0; p < snapshot->page_count; p++) {
		if (old->pages[p] == snapshot->pages[p])
			continue;
		for (size_t i = 0; i < snapshot->pages[p]->count; i++) {
			const struct monitor_view *before = &old->pages[p]->views[i], *after = &snapshot->pages[p]->views[i];

			if (before->id != after->id)
				return false;
			keep_or_let_go(rows, before, after, now);
			if (may_move(rows, before, after, rows->row_of[p * SNAPSHOT_PAGE_VIEWS + i]))
				*moved = true;
		}
	}
	return true;
}

static bool drop_stale(struct rows *rows, struct mono now)
{
	bool any = false;

	for (size_t i = 0; i < rows->kept_count;) {
		if (mono_between_us(rows->kept[i].since, now) >= KEPT_SECONDS * SECOND_US) {
			forget_kept(rows, i);
			any = true;
		} else {
			i++;
		}
	}
	return any;
}

bool rows_update(struct rows *rows, const struct snapshot *snapshot, struct mono now)
{
	bool moved = drop_stale(rows, now);

	if (!snapshot || (rows->snapshot && rows->snapshot->number == snapshot->number)) {
		if (moved)
			sort(rows);
		return moved;
	}
	bool same = compare(rows, snapshot, now, &moved);

	snapshot_hold(snapshot);
	snapshot_release(rows->snapshot);
	rows->snapshot = snapshot;
	if (!same) {
		index_ids(rows, snapshot);
		moved = true;
	}
	if (moved)
		sort(rows);
	return moved;
}

void rows_settle(struct rows *rows)
{
	if (!rows->kept_count)
		return;
	while (rows->kept_count)
		forget_kept(rows, 0);
	sort(rows);
}

void rows_set_order(struct rows *rows, enum order_key key, bool reverse)
{
	rows->key = key;
	rows->reverse = reverse;
	sort(rows);
}

void rows_set_filter(struct rows *rows, struct filter *filter)
{
	filter_destroy(rows->filter);
	rows->filter = filter;
	sort(rows);
}

void rows_set_problems_only(struct rows *rows, bool only)
{
	rows->problems_only = only;
	sort(rows);
}

size_t rows_count(const struct rows *rows)
{
	return rows->count;
}

const struct monitor_view *rows_at(const struct rows *rows, size_t row)
{
	assert(row < rows->count);
	return snapshot_view(rows->snapshot, rows->order[row]);
}

bool rows_is_kept(const struct rows *rows, size_t row)
{
	monitor_id id = rows_at(rows, row)->id;

	for (size_t i = 0; i < rows->kept_count; i++)
		if (rows->kept[i].id == id)
			return true;
	return false;
}

ptrdiff_t rows_find(const struct rows *rows, monitor_id id)
{
	if (!rows->slot_count || !id)
		return -1;
	const struct slot *slot = &rows->slots[slot_of(rows, id)];

	return slot->id && rows->row_of[slot->index] != NO_ROW ? (ptrdiff_t)rows->row_of[slot->index] : -1;
}

const struct monitor_view *rows_monitor(const struct rows *rows, monitor_id id)
{
	if (!rows->slot_count || !id)
		return NULL;
	const struct slot *slot = &rows->slots[slot_of(rows, id)];

	return slot->id ? snapshot_view(rows->snapshot, slot->index) : NULL;
}

size_t rows_problems(const struct rows *rows)
{
	return rows->problems;
}

int rows_name_width(const struct rows *rows)
{
	return rows->name_width;
}
