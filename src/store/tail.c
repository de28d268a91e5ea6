/* See tail.h. */
#include "tail.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

#include "rows.h"

struct tail_monitor {
	monitor_id id;			/* 0: a free slot */
	struct tail_beat *beats;
	size_t count, capacity;
};

struct tail {
	struct tail_monitor *slots;
	size_t size, used;		/* a power of two, or 0 */
	int64_t seen_seq;		/* all up to here has been read */
	int64_t packed_seq, packed_monitor;
	sqlite3_stmt *marker, *rows;
};

struct tail *tail_create(void)
{
	return heap_zero(1, sizeof(struct tail));
}

static void forget(struct tail *tail)
{
	for (size_t i = 0; i < tail->size; i++)
		free(tail->slots[i].beats);
	free(tail->slots);
	tail->slots = NULL;
	tail->size = tail->used = 0;
	tail->seen_seq = 0;
}

void tail_destroy(struct tail *tail)
{
	if (!tail)
		return;
	forget(tail);
	sqlite3_finalize(tail->marker);
	sqlite3_finalize(tail->rows);
	free(tail);
}

/* The slot that the monitor has or would have. */
static struct tail_monitor *slot_of(struct tail_monitor *slots, size_t size, monitor_id monitor)
{
	size_t at = ((uint64_t)monitor * UINT64_C(0x9e3779b97f4a7c15)) >> 20 & (size - 1);

	while (slots[at].id != 0 && slots[at].id != monitor)
		at = (at + 1) & (size - 1);
	return &slots[at];
}

static void grow(struct tail *tail)
{
	size_t size = tail->size ? tail->size * 2 : 64;
	struct tail_monitor *slots = heap_zero(size, sizeof *slots);

	for (size_t i = 0; i < tail->size; i++)
		if (tail->slots[i].id)
			*slot_of(slots, size, tail->slots[i].id) = tail->slots[i];
	free(tail->slots);
	tail->slots = slots;
	tail->size = size;
}

static struct tail_monitor *find_or_add(struct tail *tail, monitor_id monitor)
{
	struct tail_monitor *found;

	if (tail->used * 2 >= tail->size)
		grow(tail);
	found = slot_of(tail->slots, tail->size, monitor);
	tail->used += found->id == 0;
	found->id = monitor;
	return found;
}

/* They come in order of seq, which is that of time but for a clock that was set back. */
static void add(struct tail_monitor *monitor, struct tail_beat beat)
{
	size_t at = monitor->count;

	if (monitor->count == monitor->capacity) {
		monitor->capacity = monitor->capacity ? monitor->capacity * 2 : 8;
		monitor->beats = heap_resize(monitor->beats, monitor->capacity, sizeof *monitor->beats);
	}
	while (at > 0 && monitor->beats[at - 1].time_us > beat.time_us)
		at--;
	memmove(monitor->beats + at + 1, monitor->beats + at, (monitor->count - at) * sizeof beat);
	monitor->beats[at] = beat;
	monitor->count++;
}

/* What is in a chunk now. */
static void drop_packed(struct tail *tail)
{
	for (size_t i = 0; i < tail->size; i++) {
		struct tail_monitor *monitor = &tail->slots[i];
		size_t kept = 0;

		if (!monitor->id || monitor->id > tail->packed_monitor)
			continue;
		for (size_t j = 0; j < monitor->count; j++)
			if (monitor->beats[j].seq > tail->packed_seq)
				monitor->beats[kept++] = monitor->beats[j];
		monitor->count = kept;
	}
}

static bool prepare(struct tail *tail, sqlite3 *db)
{
	if (tail->marker && tail->rows)
		return true;
	sqlite3_finalize(tail->marker);
	tail->marker = NULL;
	return sqlite3_prepare_v3(db, "SELECT coalesce((SELECT value FROM meta WHERE key = 'packed_seq'), 0),"
	    " coalesce((SELECT value FROM meta WHERE key = 'packed_monitor'), 0)", -1, SQLITE_PREPARE_PERSISTENT, &tail->marker, NULL)
	    == SQLITE_OK && sqlite3_prepare_v3(db, "SELECT seq, monitor, time_us FROM beat_tail WHERE seq > ?1 ORDER BY seq", -1,
	    SQLITE_PREPARE_PERSISTENT, &tail->rows, NULL) == SQLITE_OK;
}

static bool read_marker(struct tail *tail)
{
	int64_t seq = 0, monitor = 0;

	if (sqlite3_step(tail->marker) == SQLITE_ROW) {
		seq = sqlite3_column_int64(tail->marker, 0);
		monitor = sqlite3_column_int64(tail->marker, 1);
	}
	if (sqlite3_reset(tail->marker) != SQLITE_OK)
		return false;
	if (seq == tail->packed_seq && monitor == tail->packed_monitor)
		return true;
	tail->packed_seq = seq;
	tail->packed_monitor = monitor;
	drop_packed(tail);
	return true;
}

bool tail_refresh(struct tail *tail, sqlite3 *db)
{
	if (!prepare(tail, db) || !read_marker(tail) || sqlite3_bind_int64(tail->rows, 1, tail->seen_seq) != SQLITE_OK)
		return false;
	while (sqlite3_step(tail->rows) == SQLITE_ROW) {
		struct tail_beat beat = { sqlite3_column_int64(tail->rows, 0), rows_column_us(tail->rows, 2) };
		monitor_id monitor = sqlite3_column_int64(tail->rows, 1);

		tail->seen_seq = beat.seq;
		if (monitor > 0 && (beat.seq > tail->packed_seq || monitor > tail->packed_monitor))
			add(find_or_add(tail, monitor), beat);
	}
	return sqlite3_reset(tail->rows) == SQLITE_OK;
}

const struct tail_beat *tail_of(const struct tail *tail, monitor_id monitor, size_t *count)
{
	const struct tail_monitor *found = tail->size ? slot_of(tail->slots, tail->size, monitor) : NULL;

	*count = found && found->id ? found->count : 0;
	return found && found->id ? found->beats : NULL;
}

size_t tail_at(const struct tail_beat *beats, size_t count, int64_t time_us)
{
	size_t first = 0, last = count;

	while (first < last) {
		size_t middle = first + (last - first) / 2;

		if (beats[middle].time_us < time_us)
			first = middle + 1;
		else
			last = middle;
	}
	return first;
}
