/*
 * The log of a running kumatop: one line an occurrence, to stderr, or into a ring while a screen holds the terminal (what
 * went wrong comes out when the screen ends). Data goes to stdout and never through here. Text is sanitised. Any thread.
 */
#ifndef KUMATOP_LOG_H
#define KUMATOP_LOG_H

#include <stdbool.h>

#include "kumatop/error.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lines below level are dropped. The start value is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* Whether each line starts with an RFC 3339 time; on for `serve`. */
void log_set_timestamps(bool on);

/*
 * A thread that writes the lines, so that nobody who logs waits for a stderr that is not read; what it cannot write waits in a bounded ring
 * and the oldest lines are dropped and counted. Before it is started, and once it is stopped, lines are written where they are said. Main
 * thread. Stopping waits at most timeout_ms for what is left, and then leaves the thread behind.
 */
bool log_start_writer(struct error *err);
void log_stop_writer(int timeout_ms);

/*
 * A screen has the terminal (true), or lets out what was held and writes through again (false). Held are the last 20 warnings and errors,
 * each with its time; the rest is counted, or is told by the log of events.
 */
void log_hold(bool on);

#endif
