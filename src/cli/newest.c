/* The newest incidents; see newest.h. */
#include "newest.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

static int by_start(const void *a, const void *b)
{
	const struct incident *left = &((const struct incident_record *)a)->incident, *right = &((const struct incident_record *)b)->incident;

	if (left->start_us != right->start_us)
		return left->start_us < right->start_us ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

static void drop(struct incident_record *record)
{
	free((char *)(uintptr_t)record->name);
	incident_finish(&record->incident);
}

void newest_sort(struct newest *newest)
{
	size_t over = newest->count > newest->most ? newest->count - newest->most : 0;

	if (newest->count > 1)
		qsort(newest->items, newest->count, sizeof *newest->items, by_start);
	for (size_t i = 0; i < over; i++)
		drop(&newest->items[i]);
	if (over)
		memmove(newest->items, newest->items + over, newest->most * sizeof *newest->items);
	newest->count -= over;
	newest->more = newest->more || over > 0;
}

/* At most as many again are held before the oldest are sorted out. */
bool newest_take(void *arg, const char *name, const struct incident *incident)
{
	struct newest *newest = arg;
	struct incident held = *incident;

	if (newest->count == newest->room) {
		newest->room = newest->room ? 2 * newest->room : 64;
		newest->items = heap_resize(newest->items, newest->room, sizeof *newest->items);
	}
	held.detail = shared_hold(held.detail);
	held.evidence = newest->evidence ? shared_hold(held.evidence) : NULL;
	held.who = shared_hold(held.who);
	newest->items[newest->count++] = (struct incident_record){ heap_text(name), held };
	if (newest->count >= 2 * newest->most + 64)
		newest_sort(newest);
	return true;
}

void newest_finish(struct newest *newest)
{
	for (size_t i = 0; i < newest->count; i++)
		drop(&newest->items[i]);
	free(newest->items);
	*newest = (struct newest){ 0 };
}
