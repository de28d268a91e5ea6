/* The queue of what is due next; see due.h. */
#include "due.h"

#include <stdlib.h>

#include "kumatop/heap.h"

void due_finish(struct due_queue *queue)
{
	free(queue->items);
	*queue = (struct due_queue){ 0 };
}

static void put_at(struct due_queue *queue, size_t place, struct due_item *item)
{
	queue->items[place - 1] = item;
	item->place = place;
}

static void rise(struct due_queue *queue, struct due_item *item)
{
	size_t place = item->place;

	while (place > 1 && queue->items[place / 2 - 1]->at_us > item->at_us) {
		put_at(queue, place, queue->items[place / 2 - 1]);
		place /= 2;
	}
	put_at(queue, place, item);
}

static void sink(struct due_queue *queue, struct due_item *item)
{
	size_t place = item->place;

	for (;;) {
		size_t child = place * 2;

		if (child > queue->count)
			break;
		if (child < queue->count && queue->items[child]->at_us < queue->items[child - 1]->at_us)
			child++;
		if (queue->items[child - 1]->at_us >= item->at_us)
			break;
		put_at(queue, place, queue->items[child - 1]);
		place = child;
	}
	put_at(queue, place, item);
}

void due_put(struct due_queue *queue, struct due_item *item, int64_t at_us)
{
	item->at_us = at_us;
	if (item->place == 0) {
		if (queue->count == queue->capacity) {
			queue->capacity = queue->capacity ? queue->capacity * 2 : 64;
			queue->items = heap_resize(queue->items, queue->capacity, sizeof(struct due_item *));
		}
		queue->count++;
		put_at(queue, queue->count, item);
	}
	rise(queue, item);
	sink(queue, item);
}

void due_remove(struct due_queue *queue, struct due_item *item)
{
	struct due_item *last;
	size_t place = item->place;

	if (place == 0)
		return;
	last = queue->items[queue->count - 1];
	queue->count--;
	item->place = 0;
	if (last == item)
		return;
	put_at(queue, place, last);
	rise(queue, last);
	sink(queue, last);
}

struct due_item *due_first(const struct due_queue *queue)
{
	return queue->count ? queue->items[0] : NULL;
}
