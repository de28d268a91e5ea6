/* A thread that can be waited for with a limit; see thread.h. */
#include "kumatop/thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kumatop/heap.h"

struct thread {
	pthread_t handle;
	void (*run)(void *arg);
	void *arg;
	pthread_mutex_t mutex;
	pthread_cond_t ended_now;
	bool ended;			/* guarded by mutex */
};

static void *main_of(void *arg)
{
	struct thread *thread = arg;

	thread->run(thread->arg);
	pthread_mutex_lock(&thread->mutex);
	thread->ended = true;
	pthread_cond_signal(&thread->ended_now);
	pthread_mutex_unlock(&thread->mutex);
	return NULL;
}

static void destroy(struct thread *thread)
{
	pthread_cond_destroy(&thread->ended_now);
	pthread_mutex_destroy(&thread->mutex);
	free(thread);
}

struct thread *thread_start(const char *name, void (*run)(void *arg), void *arg, struct error *err)
{
	struct thread *thread = heap_zero(1, sizeof(*thread));
	pthread_condattr_t attributes;
	sigset_t all, old;
	int status;

	thread->run = run;
	thread->arg = arg;
	pthread_mutex_init(&thread->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&thread->ended_now, &attributes);
	pthread_condattr_destroy(&attributes);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	status = pthread_create(&thread->handle, NULL, main_of, thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (status == 0) {
		pthread_setname_np(thread->handle, name);
		return thread;
	}
	destroy(thread);
	error_set(err, EXIT_INTERNAL, "the %s thread could not be started: %s", name, strerrordesc_np(status));
	return NULL;
}

static struct timespec deadline(int timeout_ms)
{
	struct timespec when;

	clock_gettime(CLOCK_MONOTONIC, &when);
	when.tv_sec += timeout_ms / 1000;
	when.tv_nsec += timeout_ms % 1000 * 1000000L;
	if (when.tv_nsec >= 1000000000L) {
		when.tv_sec++;
		when.tv_nsec -= 1000000000L;
	}
	return when;
}

bool thread_join(struct thread *thread, int timeout_ms)
{
	struct timespec until = deadline(timeout_ms < 0 ? 0 : timeout_ms);
	bool ended;

	if (!thread)
		return true;
	pthread_mutex_lock(&thread->mutex);
	while (timeout_ms >= 0 && !thread->ended && pthread_cond_timedwait(&thread->ended_now, &thread->mutex, &until) == 0)
		;
	ended = thread->ended || timeout_ms < 0;
	pthread_mutex_unlock(&thread->mutex);
	if (!ended)
		return false;
	pthread_join(thread->handle, NULL);
	destroy(thread);
	return true;
}
