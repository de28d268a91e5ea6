/*
 * The picture under construction. It and its snapshots share pages: a page that somebody else holds is copied when it is first
 * written after a snapshot, so that memory holds each view about once, a publish costs the pages that changed, and nobody's
 * snapshot changes under him.
 */
#include "kumatop/snapshot.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "pages.h"

struct leaf {
	struct snapshot_page *page;
	bool changed;			/* since the last snapshot; then the page is this picture's own */
	uint8_t by_state[STATE_COUNT];	/* as of the last snapshot */
};

struct picture {
	struct leaf *leaves;
	size_t leaf_count, leaf_capacity;
	size_t count;			/* views; all leaves but the last are full */
	uint64_t number;
	uint32_t by_state[STATE_COUNT];	/* sum of the leaves' */
};

_Static_assert(SNAPSHOT_PAGE_VIEWS <= UINT8_MAX, "a leaf counts its views in bytes");

struct picture *picture_create(void)
{
	return heap_zero(1, sizeof(struct picture));
}

void picture_destroy(struct picture *picture)
{
	if (!picture)
		return;
	for (size_t i = 0; i < picture->leaf_count; i++)
		page_release(picture->leaves[i].page);
	free(picture->leaves);
	free(picture);
}

size_t picture_count(const struct picture *picture)
{
	return picture->count;
}

static void add_leaf(struct picture *picture)
{
	if (picture->leaf_count == picture->leaf_capacity) {
		picture->leaf_capacity = picture->leaf_capacity ? picture->leaf_capacity * 2 : 4;
		picture->leaves = heap_resize(picture->leaves, picture->leaf_capacity, sizeof(*picture->leaves));
	}
	picture->leaves[picture->leaf_count++] = (struct leaf){ .page = page_create(), .changed = true };
}

static void forget_counts(struct picture *picture, struct leaf *leaf)
{
	for (int state = 0; state < STATE_COUNT; state++)
		picture->by_state[state] -= leaf->by_state[state];
	memset(leaf->by_state, 0, sizeof(leaf->by_state));
}

static void remove_leaf(struct picture *picture)
{
	struct leaf *leaf = &picture->leaves[picture->leaf_count - 1];

	forget_counts(picture, leaf);
	page_release(leaf->page);
	picture->leaf_count--;
}

/* The page of a view, to be written to. */
static struct snapshot_page *own_page(struct picture *picture, size_t index)
{
	struct leaf *leaf = &picture->leaves[index / SNAPSHOT_PAGE_VIEWS];
	struct snapshot_page *shared = leaf->page;

	if (leaf->changed)
		return leaf->page;
	leaf->changed = true;
	if (!page_is_own(shared)) {
		leaf->page = page_copy(shared);
		page_release(shared);
	}
	return leaf->page;
}

size_t picture_add(struct picture *picture)
{
	size_t index = picture->count;

	if (index == picture->leaf_count * SNAPSHOT_PAGE_VIEWS)
		add_leaf(picture);
	own_page(picture, index)->count++;
	picture->count++;
	return index;
}

void picture_remove(struct picture *picture, size_t index)
{
	size_t last = picture->count - 1;
	struct snapshot_page *page, *last_page;

	assert(index < picture->count);
	page = own_page(picture, index);
	last_page = own_page(picture, last);
	view_finish(&page->views[index % SNAPSHOT_PAGE_VIEWS]);
	/* moved with what it holds */
	page->views[index % SNAPSHOT_PAGE_VIEWS] = last_page->views[last % SNAPSHOT_PAGE_VIEWS];
	last_page->views[last % SNAPSHOT_PAGE_VIEWS] = (struct monitor_view){ 0 };
	last_page->count--;
	picture->count--;
	if (last_page->count == 0)
		remove_leaf(picture);
}

const struct monitor_view *picture_view(const struct picture *picture, size_t index)
{
	assert(index < picture->count);
	return &picture->leaves[index / SNAPSHOT_PAGE_VIEWS].page->views[index % SNAPSHOT_PAGE_VIEWS];
}

struct monitor_view *picture_edit(struct picture *picture, size_t index)
{
	assert(index < picture->count);
	return &own_page(picture, index)->views[index % SNAPSHOT_PAGE_VIEWS];
}

static void count_states(struct picture *picture, struct leaf *leaf)
{
	forget_counts(picture, leaf);
	for (size_t i = 0; i < leaf->page->count; i++)
		leaf->by_state[leaf->page->views[i].standing.state]++;
	for (int state = 0; state < STATE_COUNT; state++)
		picture->by_state[state] += leaf->by_state[state];
}

const struct snapshot *picture_snapshot(struct picture *picture, const struct board_health *health, int64_t now_us)
{
	struct snapshot *snapshot = heap_zero(1, sizeof(*snapshot));

	atomic_init(&snapshot->holders, 1);
	snapshot->number = ++picture->number;
	snapshot->time_us = now_us;
	snapshot->health = *health;
	shared_hold(snapshot->health.history_trouble);
	shared_hold(snapshot->health.configuration_trouble);
	shared_hold(snapshot->health.link_trouble);
	snapshot->count = picture->count;
	snapshot->page_count = picture->leaf_count;
	snapshot->pages = heap_zero(picture->leaf_count ? picture->leaf_count : 1, sizeof(struct snapshot_page *));
	for (size_t i = 0; i < picture->leaf_count; i++) {
		struct leaf *leaf = &picture->leaves[i];

		if (leaf->changed)
			count_states(picture, leaf);
		leaf->changed = false;
		page_hold(leaf->page);
		snapshot->pages[i] = leaf->page;
	}
	memcpy(snapshot->by_state, picture->by_state, sizeof(snapshot->by_state));
	return snapshot;
}
