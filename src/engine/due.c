/* The queue of what is due next; see due.h. */
#include "due.h"

#include <stdlib.h>

#include "kumatop/heap.h"

void due_finish(struct due_queue *queue)
{
	free(queue->places);
	*queue = (struct due_queue){ 0 };
}

static void put_at(struct due_queue *queue, size_t place, struct due_place entry)
{
	queue->places[place - 1] = entry;
	entry.item->place = place;
}

static void rise(struct due_queue *queue, size_t place)
{
	struct due_place entry = queue->places[place - 1];

	while (place > 1 && queue->places[place / 2 - 1].at_us > entry.at_us) {
		put_at(queue, place, queue->places[place / 2 - 1]);
		place /= 2;
	}
	put_at(queue, place, entry);
}

static void sink(struct due_queue *queue, size_t place)
{
	struct due_place entry = queue->places[place - 1];

	for (;;) {
		size_t child = place * 2;

		if (child > queue->count)
			break;
		if (child < queue->count && queue->places[child].at_us < queue->places[child - 1].at_us)
			child++;
		if (queue->places[child - 1].at_us >= entry.at_us)
			break;
		put_at(queue, place, queue->places[child - 1]);
		place = child;
	}
	put_at(queue, place, entry);
}

void due_put(struct due_queue *queue, struct due_item *item, int64_t at_us)
{
	item->at_us = at_us;
	if (item->place == 0) {
		if (queue->count == queue->capacity) {
			queue->capacity = queue->capacity ? queue->capacity * 2 : 64;
			queue->places = heap_resize(queue->places, queue->capacity, sizeof(*queue->places));
		}
		item->place = ++queue->count;
	}
	put_at(queue, item->place, (struct due_place){ at_us, item });
	rise(queue, item->place);
	sink(queue, item->place);
}

void due_remove(struct due_queue *queue, struct due_item *item)
{
	struct due_place last;
	size_t place = item->place;

	if (place == 0)
		return;
	last = queue->places[queue->count - 1];
	queue->count--;
	item->place = 0;
	if (last.item == item)
		return;
	put_at(queue, place, last);
	rise(queue, last.item->place);
	sink(queue, last.item->place);
}

struct due_item *due_first(const struct due_queue *queue)
{
	return queue->count ? queue->places[0].item : NULL;
}
