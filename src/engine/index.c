/* A hash table chained through what it finds; see index.h. */
#include "index.h"

#include <stdlib.h>

#include "kumatop/heap.h"

/* FNV-1a, 64 bit (draft-eastlake-fnv). */
uint64_t index_hash_text(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

/* The finaliser of splitmix64: ids are small and consecutive, hashes must not be. */
uint64_t index_hash_id(int64_t id)
{
	uint64_t x = (uint64_t)id + UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

void index_finish(struct index *index)
{
	free(index->buckets);
	*index = (struct index){ 0 };
}

static void insert(struct index *index, struct index_link *link)
{
	struct index_link **bucket = &index->buckets[link->hash & (index->size - 1)];

	link->next = *bucket;
	*bucket = link;
}

static void grow(struct index *index)
{
	struct index_link **old = index->buckets;
	size_t old_size = index->size;

	index->size = old_size ? old_size * 2 : 64;
	index->buckets = heap_zero(index->size, sizeof(struct index_link *));
	for (size_t i = 0; i < old_size; i++) {
		while (old[i]) {
			struct index_link *link = old[i];

			old[i] = link->next;
			insert(index, link);
		}
	}
	free(old);
}

void index_put(struct index *index, struct index_link *link, uint64_t hash, void *owner)
{
	if (index->count >= index->size)
		grow(index);
	link->hash = hash;
	link->owner = owner;
	insert(index, link);
	index->count++;
}

void index_remove(struct index *index, struct index_link *link)
{
	struct index_link **at = &index->buckets[link->hash & (index->size - 1)];

	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	index->count--;
}

struct index_link *index_first(const struct index *index, uint64_t hash)
{
	struct index_link *link = index->size ? index->buckets[hash & (index->size - 1)] : NULL;

	while (link && link->hash != hash)
		link = link->next;
	return link;
}

struct index_link *index_next(const struct index_link *link)
{
	uint64_t hash = link->hash;
	struct index_link *next = link->next;

	while (next && next->hash != hash)
		next = next->next;
	return next;
}
