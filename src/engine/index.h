/*
 * Things found by name or by id without looking at all of them: a hash table chained through the things. One thread.
 */
#ifndef KUMATOP_ENGINE_INDEX_H
#define KUMATOP_ENGINE_INDEX_H

#include <stddef.h>
#include <stdint.h>

/* Embedded in what is to be found. */
struct index_link {
	struct index_link *next;
	uint64_t hash;
	void *owner;		/* what is found */
};

struct index {
	struct index_link **buckets;
	size_t size;		/* a power of two, or 0 */
	size_t count;
};

uint64_t index_hash_text(const char *text);
uint64_t index_hash_id(int64_t id);

void index_finish(struct index *index);
void index_put(struct index *index, struct index_link *link, uint64_t hash, void *owner);
void index_remove(struct index *index, struct index_link *link);

/* The first link with this hash, and from it the next; NULL at the end. The caller compares the keys themselves. */
struct index_link *index_first(const struct index *index, uint64_t hash);
struct index_link *index_next(const struct index_link *link);

#endif
