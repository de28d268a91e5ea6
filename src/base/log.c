/*
 * The log. The mutex guards the lines that wait, and is never held across a write. A line is one write(2), which the kernel keeps whole;
 * while the writer's thread runs it is the only one to write, so that a stderr nobody reads holds up nobody else.
 */
#include "kumatop/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/thread.h"
#include "kumatop/when.h"

enum { LINE_MOST = 2048, HELD_MOST = 500, HELD_BY_SCREEN = 20 };

static _Atomic int threshold = LOG_LEVEL_INFO;
static atomic_bool timestamps;
static atomic_bool behind_screen;	/* held.on, for those who need not be exact */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool on;			/* a screen has the terminal: nothing is written */
	bool has_writer, ending;
	char *lines[HELD_MOST];		/* a ring */
	size_t first, count;
	size_t lost;
} held;					/* guarded by mutex */

static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct thread *writer;		/* main thread */

static void held_lock(void)
{
	if (pthread_mutex_lock(&mutex))
		abort();
}

static void held_unlock(void)
{
	if (pthread_mutex_unlock(&mutex))
		abort();
}

/* A log that cannot be written has nowhere to complain. */
static void write_line(const char *line, size_t length)
{
	ssize_t written;

	do
		written = write(STDERR_FILENO, line, length);
	while (written < 0 && errno == EINTR);
}

static size_t line_start(enum log_level level, char *out, size_t size)
{
	static const char *const words[] = { "debug: ", "", "warning: ", "error: " };
	char when[40];
	int length;

	/* What is read hours later says when it was. */
	if (atomic_load_explicit(&timestamps, memory_order_relaxed) || atomic_load_explicit(&behind_screen, memory_order_relaxed))
		length = snprintf(out, size, "%s %s", moment_print(unix_now_us(), when, sizeof when), words[level]);
	else
		length = snprintf(out, size, "kumatop: %s", words[level]);
	return length < 0 ? 0 : (size_t)length;
}

static void keep_line(const char *line, size_t length)
{
	size_t most = held.on ? HELD_BY_SCREEN : HELD_MOST;

	while (held.count >= most) {
		free(held.lines[held.first]);
		held.first = (held.first + 1) % HELD_MOST;
		held.count--;
		held.lost++;
	}
	held.lines[(held.first + held.count) % HELD_MOST] = heap_text_n(line, length);
	held.count++;
}

/* True if the line waits, for the writer or for the end of the screen, or is not worth that. */
static bool hold_line(enum log_level level, const char *line, size_t length)
{
	bool waits;

	held_lock();
	waits = held.on || held.has_writer;
	if (waits && (!held.on || level >= LOG_LEVEL_WARNING))
		keep_line(line, length);
	if (held.has_writer)
		pthread_cond_broadcast(&changed);
	held_unlock();
	return waits;
}

void log_line(enum log_level level, const char *format, ...)
{
	char text[LINE_MOST], line[LINE_MOST];
	size_t length;
	va_list args;
	int printed, number = errno;

	if ((int)level < atomic_load_explicit(&threshold, memory_order_relaxed))
		return;
	va_start(args, format);
	printed = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (printed < 0)
		text_copy(text, sizeof text, "(this line could not be printed)");
	length = line_start(level, line, sizeof line);
	length += text_sanitize(line + length, sizeof line - length - 1, text, strlen(text));
	line[length++] = '\n';
	if (!hold_line(level, line, length))
		write_line(line, length);
	errno = number;
}

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
}

void log_set_timestamps(bool on)
{
	atomic_store_explicit(&timestamps, on, memory_order_relaxed);
}

/* The lines that wait, taken out; *lost: how many were dropped before them. The mutex is held. */
static size_t take_lines(char **lines, size_t *lost)
{
	size_t count = 0;

	for (; count < held.count; count++)
		lines[count] = held.lines[(held.first + count) % HELD_MOST];
	*lost = held.lost;
	held.first = held.count = held.lost = 0;
	return count;
}

static void write_lost(size_t lost, const char *before, const char *after)
{
	char line[LINE_MOST];
	size_t length = line_start(LOG_LEVEL_WARNING, line, sizeof line);

	length += (size_t)snprintf(line + length, sizeof line - length, "%s%zu %s\n", before, lost, after);
	write_line(line, length);
}

static void write_lines(char **lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		write_line(lines[i], strlen(lines[i]));
		free(lines[i]);
	}
}

void log_hold(bool on)
{
	char *lines[HELD_MOST];
	size_t count = 0, lost = 0;

	held_lock();
	held.on = on;
	atomic_store_explicit(&behind_screen, on, memory_order_relaxed);
	if (!on && held.has_writer)
		pthread_cond_broadcast(&changed);
	else if (!on)
		count = take_lines(lines, &lost);
	held_unlock();
	if (lost)
		write_lost(lost, "… and ", "more before these");
	write_lines(lines, count);
}

static void write_all(void *arg)
{
	char *lines[HELD_MOST];
	size_t count, lost;

	held_lock();
	for (;;) {
		while ((held.on || !held.count) && !held.ending)
			pthread_cond_wait(&changed, &mutex);
		if (!held.count || held.on)
			break;
		count = take_lines(lines, &lost);
		held_unlock();
		if (lost)
			write_lost(lost, "", "older lines of the log were dropped");
		write_lines(lines, count);
		held_lock();
	}
	held_unlock();
}

bool log_start_writer(struct error *err)
{
	held_lock();
	held.ending = false;
	held.has_writer = true;
	held_unlock();
	writer = thread_start("log", write_all, NULL, err);
	if (writer)
		return true;
	held_lock();
	held.has_writer = false;
	held_unlock();
	return false;
}

void log_stop_writer(int timeout_ms)
{
	held_lock();
	held.ending = true;
	pthread_cond_broadcast(&changed);
	held_unlock();
	/* A writer that hangs keeps the log: what is said from now on waits behind it, and is lost with the process. */
	if (!thread_join(writer, timeout_ms))
		return;
	writer = NULL;
	held_lock();
	held.has_writer = false;
	held_unlock();
}
