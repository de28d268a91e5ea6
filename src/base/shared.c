/* Immutable texts with a count of holders. */
#include "kumatop/shared.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

struct shared_text *shared_create(const char *text)
{
	struct shared_text *shared;
	size_t length;

	if (!text || !*text)
		return NULL;
	length = strlen(text);
	shared = heap_zero(1, sizeof *shared + length + 1);
	atomic_init(&shared->holders, 1);
	shared->length = length;
	memcpy(shared->text, text, length + 1);
	return shared;
}

struct shared_text *shared_hold(struct shared_text *text)
{
	if (text) {
		size_t before = atomic_fetch_add_explicit(&text->holders, 1, memory_order_relaxed);

		assert(before > 0);
		(void)before;
	}
	return text;
}

void shared_release(struct shared_text *text)
{
	size_t before;

	if (!text)
		return;
	/* Release orders our reads before the free; acquire lets the last holder see everybody's. */
	before = atomic_fetch_sub_explicit(&text->holders, 1, memory_order_acq_rel);
	assert(before > 0);
	if (before == 1)
		free(text);
}

const char *shared_read(const struct shared_text *text)
{
	return text ? text->text : "";
}
