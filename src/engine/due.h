/*
 * Things ordered by when they are due: a binary heap of items that know their place, so that one can be moved or taken out.
 * One thread.
 */
#ifndef KUMATOP_ENGINE_DUE_H
#define KUMATOP_ENGINE_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in what is due; zeroed: not queued. */
struct due_item {
	int64_t at_us;		/* monotonic */
	size_t place;		/* 1-based; 0: not queued */
};

/* With the time beside it: most comparisons then need not look at the item, which is seldom in the processor's cache. */
struct due_place {
	int64_t at_us;
	struct due_item *item;
};

struct due_queue {
	struct due_place *places;
	size_t count, capacity;
};

void due_finish(struct due_queue *queue);

/* Queues the item, or moves it when it is queued already. */
void due_put(struct due_queue *queue, struct due_item *item, int64_t at_us);
void due_remove(struct due_queue *queue, struct due_item *item);	/* accepts one that is not queued */
struct due_item *due_first(const struct due_queue *queue);		/* NULL when empty */

#endif
