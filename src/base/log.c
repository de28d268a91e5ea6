/* The log. The mutex guards the held lines only; what is let through is one write(2), which the kernel keeps whole. */
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
#include "kumatop/when.h"

enum { LINE_MOST = 2048, HELD_MOST = 200 };

static _Atomic int threshold = LOG_LEVEL_INFO;
static atomic_bool timestamps;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool on;
	char *lines[HELD_MOST];		/* a ring */
	size_t first, count;
	size_t lost;
} held;					/* guarded by mutex */

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

	if (atomic_load_explicit(&timestamps, memory_order_relaxed))
		length = snprintf(out, size, "%s %s", moment_print(unix_now_us(), when, sizeof when), words[level]);
	else
		length = snprintf(out, size, "kumatop: %s", words[level]);
	return length < 0 ? 0 : (size_t)length;
}

/* True if the line was kept for later. */
static bool hold_line(const char *line, size_t length)
{
	bool on;

	held_lock();
	on = held.on;
	if (on) {
		if (held.count == HELD_MOST) {
			free(held.lines[held.first]);
			held.first = (held.first + 1) % HELD_MOST;
			held.count--;
			held.lost++;
		}
		held.lines[(held.first + held.count) % HELD_MOST] = heap_text_n(line, length);
		held.count++;
	}
	held_unlock();
	return on;
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
	if (!hold_line(line, length))
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

void log_hold(bool on)
{
	char *lines[HELD_MOST];
	size_t count = 0, lost = 0;

	held_lock();
	held.on = on;
	if (!on) {
		for (; count < held.count; count++)
			lines[count] = held.lines[(held.first + count) % HELD_MOST];
		lost = held.lost;
		held.first = held.count = held.lost = 0;
	}
	held_unlock();
	if (lost)
		log_line(LOG_LEVEL_WARNING, "%zu older lines of the log were dropped while the screen was up", lost);
	for (size_t i = 0; i < count; i++) {
		write_line(lines[i], strlen(lines[i]));
		free(lines[i]);
	}
}
