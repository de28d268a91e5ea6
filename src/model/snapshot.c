/*
 * Snapshots and their pages as counted, immutable things, and the hub where the newest one is found. They are built by
 * picture.c.
 *
 * A hold is taken by whoever holds already (or by the hub under its mutex), so a count can never rise from nothing; that is all
 * the cleverness there is.
 */
#include "kumatop/snapshot.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "pages.h"

enum { SPARE_MOST = 256 };

/*
 * Pages that nobody holds any more, for the next copies: they come and go by the hundred a second, and are of a size for which
 * malloc(3) searches long where many checks hang. Everybody's, as the last hold may be let go of by any thread. All of a spare page is
 * zero, for view_finish() leaves nothing.
 */
static struct {
	pthread_mutex_t mutex;
	struct snapshot_page *pages[SPARE_MOST];
	size_t count;
} spare = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static struct snapshot_page *take_spare(void)
{
	struct snapshot_page *page = NULL;

	pthread_mutex_lock(&spare.mutex);
	if (spare.count)
		page = spare.pages[--spare.count];
	pthread_mutex_unlock(&spare.mutex);
	return page;
}

static bool keep_spare(struct snapshot_page *page)
{
	bool room;

	pthread_mutex_lock(&spare.mutex);
	room = spare.count < SPARE_MOST;
	if (room)
		spare.pages[spare.count++] = page;
	pthread_mutex_unlock(&spare.mutex);
	return room;
}

struct snapshot_page *page_create(void)
{
	struct snapshot_page *page = take_spare();

	if (!page)
		page = heap_zero(1, sizeof(*page));
	atomic_init(&page->holders, 1);
	return page;
}

struct snapshot_page *page_copy(const struct snapshot_page *page)
{
	struct snapshot_page *copy = page_create();

	copy->count = page->count;
	for (size_t i = 0; i < page->count; i++)
		view_copy(&copy->views[i], &page->views[i]);
	return copy;
}

void page_hold(struct snapshot_page *page)
{
	atomic_fetch_add_explicit(&page->holders, 1, memory_order_relaxed);
}

void page_release(struct snapshot_page *page)
{
	if (atomic_fetch_sub_explicit(&page->holders, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < page->count; i++)
		view_finish(&page->views[i]);
	page->count = 0;
	if (!keep_spare(page))
		free(page);
}

/* Acquire: what others have read of the page, they have read before it is written again. */
bool page_is_own(const struct snapshot_page *page)
{
	return atomic_load_explicit(&page->holders, memory_order_acquire) == 1;
}

const struct monitor_view *snapshot_view(const struct snapshot *snapshot, size_t index)
{
	assert(index < snapshot->count);
	return &snapshot->pages[index / SNAPSHOT_PAGE_VIEWS]->views[index % SNAPSHOT_PAGE_VIEWS];
}

const struct monitor_view *snapshot_find(const struct snapshot *snapshot, monitor_id id)
{
	for (size_t i = 0; i < snapshot->count; i++)
		if (snapshot_view(snapshot, i)->id == id)
			return snapshot_view(snapshot, i);
	return NULL;
}

const struct monitor_view *snapshot_find_name(const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->count; i++)
		if (snapshot_view(snapshot, i)->spec && strcmp(snapshot_view(snapshot, i)->spec->name, name) == 0)
			return snapshot_view(snapshot, i);
	return NULL;
}

/* Its content is immutable; the count of its holders is not. */
static struct snapshot *countable(const struct snapshot *snapshot)
{
	return (struct snapshot *)(uintptr_t)snapshot;
}

const struct snapshot *snapshot_hold(const struct snapshot *snapshot)
{
	if (snapshot)
		atomic_fetch_add_explicit(&countable(snapshot)->holders, 1, memory_order_relaxed);
	return snapshot;
}

void snapshot_release(const struct snapshot *snapshot)
{
	if (!snapshot || atomic_fetch_sub_explicit(&countable(snapshot)->holders, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < snapshot->page_count; i++)
		page_release(snapshot->pages[i]);
	shared_release(snapshot->health.history_trouble);
	shared_release(snapshot->health.configuration_trouble);
	shared_release(snapshot->health.link_trouble);
	free(snapshot->pages);
	free(countable(snapshot));
}

const struct snapshot *snapshot_retell(const struct snapshot *snapshot, const struct board_health *health, uint64_t number)
{
	struct snapshot *copy = heap_zero(1, sizeof(*copy));

	atomic_init(&copy->holders, 1);
	copy->number = number;
	copy->time_us = snapshot->time_us;
	copy->health = *health;
	shared_hold(copy->health.history_trouble);
	shared_hold(copy->health.configuration_trouble);
	shared_hold(copy->health.link_trouble);
	memcpy(copy->by_state, snapshot->by_state, sizeof(copy->by_state));
	copy->count = snapshot->count;
	copy->page_count = snapshot->page_count;
	copy->pages = heap_zero(copy->page_count ? copy->page_count : 1, sizeof(struct snapshot_page *));
	for (size_t i = 0; i < copy->page_count; i++) {
		page_hold(snapshot->pages[i]);
		copy->pages[i] = snapshot->pages[i];
	}
	return copy;
}

enum { LISTENERS_MOST = 8 };

struct listener {
	void (*wake)(void *arg);	/* NULL: a free place */
	void *arg;
};

struct snapshot_hub {
	pthread_mutex_t mutex;
	pthread_cond_t woken;		/* `waking` has become NULL or another */
	const struct snapshot *newest;
	struct listener listeners[LISTENERS_MOST];
	/* The listener being woken, without the mutex: it may take a while to forget. */
	const struct listener *waking;
	pthread_t waker;
};

struct snapshot_hub *snapshot_hub_create(void)
{
	struct snapshot_hub *hub = heap_zero(1, sizeof(*hub));
	int fault = pthread_mutex_init(&hub->mutex, NULL);

	assert(fault == 0);
	fault = pthread_cond_init(&hub->woken, NULL);
	assert(fault == 0);
	return hub;
}

void snapshot_hub_destroy(struct snapshot_hub *hub)
{
	if (!hub)
		return;
	assert(!hub->waking);
	snapshot_release(hub->newest);
	pthread_cond_destroy(&hub->woken);
	pthread_mutex_destroy(&hub->mutex);
	free(hub);
}

static void lock(struct snapshot_hub *hub)
{
	int fault = pthread_mutex_lock(&hub->mutex);

	assert(fault == 0);
	(void)fault;
}

static void unlock(struct snapshot_hub *hub)
{
	int fault = pthread_mutex_unlock(&hub->mutex);

	assert(fault == 0);
	(void)fault;
}

/* One by one and without the mutex, so that a listener may ask for the snapshot, or stop listening. */
static void wake_listeners(struct snapshot_hub *hub)
{
	lock(hub);
	for (size_t i = 0; i < LISTENERS_MOST; i++) {
		struct listener listener = hub->listeners[i];

		if (!listener.wake)
			continue;
		hub->waking = &hub->listeners[i];
		hub->waker = pthread_self();
		unlock(hub);
		listener.wake(listener.arg);
		lock(hub);
		hub->waking = NULL;
		pthread_cond_broadcast(&hub->woken);
	}
	unlock(hub);
}

void snapshot_hub_publish(struct snapshot_hub *hub, const struct snapshot *snapshot)
{
	const struct snapshot *before;

	lock(hub);
	before = hub->newest;
	hub->newest = snapshot;
	unlock(hub);
	snapshot_release(before);
	wake_listeners(hub);
}

const struct snapshot *snapshot_hub_acquire(struct snapshot_hub *hub)
{
	const struct snapshot *snapshot;

	lock(hub);
	snapshot = snapshot_hold(hub->newest);
	unlock(hub);
	return snapshot;
}

static struct listener *find_listener(struct snapshot_hub *hub, void (*wake)(void *arg), void *arg)
{
	for (size_t i = 0; i < LISTENERS_MOST; i++)
		if (hub->listeners[i].wake == wake && hub->listeners[i].arg == arg)
			return &hub->listeners[i];
	return NULL;
}

bool snapshot_hub_listen(struct snapshot_hub *hub, void (*wake)(void *arg), void *arg)
{
	struct listener *place;

	lock(hub);
	place = find_listener(hub, NULL, NULL);
	if (place)
		*place = (struct listener){ wake, arg };
	unlock(hub);
	return place != NULL;
}

void snapshot_hub_unlisten(struct snapshot_hub *hub, void (*wake)(void *arg), void *arg)
{
	struct listener *place;

	lock(hub);
	place = find_listener(hub, wake, arg);
	if (place)
		*place = (struct listener){ 0 };
	while (place && hub->waking == place && !pthread_equal(hub->waker, pthread_self()))
		pthread_cond_wait(&hub->woken, &hub->mutex);
	unlock(hub);
}
