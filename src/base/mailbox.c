/* The queue between threads: a list of pointers under one mutex. Callbacks that leave this file run with it released. */
#include "kumatop/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "kumatop/heap.h"

struct letter {
	struct letter *next;
	void *message;
};

struct mailbox {
	pthread_mutex_t mutex;		/* guards everything down to closed */
	pthread_cond_t arrived;
	struct letter *first, **end;
	size_t count;
	bool closed;

	size_t limit;			/* from here on: set before the box is shared */
	mailbox_discard_fn *discard;
	mailbox_wake_fn *wake;
	void *wake_arg;
};

/* None of these can fail on a mutex that is valid and of the default type. */
static void lock(struct mailbox *box)
{
	int failed = pthread_mutex_lock(&box->mutex);

	assert(!failed);
	(void)failed;
}

static void unlock(struct mailbox *box)
{
	int failed = pthread_mutex_unlock(&box->mutex);

	assert(!failed);
	(void)failed;
}

struct mailbox *mailbox_create(size_t limit, mailbox_discard_fn *discard)
{
	struct mailbox *box = heap_zero(1, sizeof *box);
	pthread_condattr_t attributes;
	int failed;

	assert(limit > 0);
	box->limit = limit;
	box->discard = discard;
	box->end = &box->first;
	failed = pthread_mutex_init(&box->mutex, NULL);
	failed |= pthread_condattr_init(&attributes);
	failed |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	failed |= pthread_cond_init(&box->arrived, &attributes);
	failed |= pthread_condattr_destroy(&attributes);
	assert(!failed);
	(void)failed;
	return box;
}

static void discard(struct mailbox *box, void *message)
{
	if (box->discard)
		box->discard(message);
}

/* Takes out the letter that *link points to. */
static void *take_out(struct mailbox *box, struct letter **link)
{
	struct letter *letter = *link;
	void *message = letter->message;

	*link = letter->next;
	if (box->end == &letter->next)
		box->end = link;
	box->count--;
	free(letter);
	return message;
}

void mailbox_destroy(struct mailbox *box)
{
	if (!box)
		return;
	while (box->first)
		discard(box, take_out(box, &box->first));
	pthread_cond_destroy(&box->arrived);
	pthread_mutex_destroy(&box->mutex);
	free(box);
}

void mailbox_set_wake(struct mailbox *box, mailbox_wake_fn *wake, void *arg)
{
	box->wake = wake;
	box->wake_arg = arg;
}

/* Returns true if the box was empty, so that the reader has to be woken once the mutex is released. */
static bool put_in(struct mailbox *box, struct letter *letter)
{
	*box->end = letter;
	box->end = &letter->next;
	pthread_cond_signal(&box->arrived);
	return box->count++ == 0;
}

static struct letter *letter_new(void *message)
{
	struct letter *letter = heap_zero(1, sizeof *letter);

	assert(message);
	letter->message = message;
	return letter;
}

bool mailbox_push(struct mailbox *box, void *message)
{
	struct letter *letter = letter_new(message);
	bool taken, was_empty = false;

	lock(box);
	taken = !box->closed && box->count < box->limit;
	if (taken)
		was_empty = put_in(box, letter);
	unlock(box);
	if (!taken)
		free(letter);
	if (was_empty && box->wake)
		box->wake(box->wake_arg);
	return taken;
}

static void *take_oldest_routine(struct mailbox *box, mailbox_routine_fn *routine)
{
	for (struct letter **link = &box->first; *link; link = &(*link)->next) {
		if (routine((*link)->message))
			return take_out(box, link);
	}
	return NULL;
}

size_t mailbox_push_over(struct mailbox *box, void *message, mailbox_routine_fn *routine)
{
	struct letter *letter = letter_new(message);
	bool may_drop = routine(message);
	bool taken, was_empty = false;
	void *lost = NULL;

	lock(box);
	if (!box->closed && box->count >= box->limit)
		lost = take_oldest_routine(box, routine);
	/* A box beyond its limit holds nothing routine: each message too many took one out. So a drop has made room. */
	taken = !box->closed && (box->count < box->limit || !may_drop);
	assert(!lost || taken);
	if (taken)
		was_empty = put_in(box, letter);
	unlock(box);
	if (!taken) {
		free(letter);
		lost = message;
	}
	if (lost)
		discard(box, lost);
	if (was_empty && box->wake)
		box->wake(box->wake_arg);
	return lost ? 1 : 0;
}

void *mailbox_pop(struct mailbox *box)
{
	void *message = NULL;

	lock(box);
	if (box->first)
		message = take_out(box, &box->first);
	unlock(box);
	return message;
}

static struct timespec deadline_in(int timeout_ms)
{
	struct timespec when;
	int failed = clock_gettime(CLOCK_MONOTONIC, &when);

	assert(!failed);
	(void)failed;
	when.tv_sec += timeout_ms / 1000;
	when.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (when.tv_nsec >= 1000000000) {
		when.tv_sec++;
		when.tv_nsec -= 1000000000;
	}
	return when;
}

void *mailbox_wait(struct mailbox *box, int timeout_ms)
{
	struct timespec deadline = deadline_in(timeout_ms < 0 ? 0 : timeout_ms);
	void *message = NULL;
	int failed = 0;

	lock(box);
	while (!box->first && !box->closed && failed != ETIMEDOUT) {
		if (timeout_ms < 0)
			failed = pthread_cond_wait(&box->arrived, &box->mutex);
		else
			failed = pthread_cond_timedwait(&box->arrived, &box->mutex, &deadline);
		assert(!failed || failed == ETIMEDOUT);
	}
	if (box->first)
		message = take_out(box, &box->first);
	unlock(box);
	return message;
}

void mailbox_close(struct mailbox *box)
{
	lock(box);
	box->closed = true;
	pthread_cond_broadcast(&box->arrived);
	unlock(box);
}

size_t mailbox_count(struct mailbox *box)
{
	size_t count;

	lock(box);
	count = box->count;
	unlock(box);
	return count;
}
