/*
 * A thread that can be waited for with a limit. All signals are masked in it: they are the control thread's. Started and joined by one
 * thread.
 */
#ifndef KUMATOP_THREAD_H
#define KUMATOP_THREAD_H

#include <stdbool.h>

#include "kumatop/error.h"

struct thread;

/* NULL with err if the system has no thread to give. name (at most 15 bytes) is what ps and gdb call it. */
struct thread *thread_start(const char *name, void (*run)(void *arg), void *arg, struct error *err);

/*
 * Waits for its end, at most timeout_ms (-1: for ever), and frees it. false: it has not ended and is left behind for good, with whatever
 * it uses; this may be called again. Accepts NULL.
 */
bool thread_join(struct thread *thread, int timeout_ms);

#endif
