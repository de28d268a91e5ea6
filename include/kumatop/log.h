/*
 * The log of a running kumatop: one line an occurrence, to stderr, or into a ring while a screen holds the terminal (what
 * was kept comes out when the screen ends). Data goes to stdout and never through here. Text is sanitised. Any thread.
 */
#ifndef KUMATOP_LOG_H
#define KUMATOP_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lines below level are dropped. The start value is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* Whether each line starts with an RFC 3339 time; on for `serve`. */
void log_set_timestamps(bool on);

/* Holds lines back (true) or lets out what was held and writes through again (false). At most 200 lines are held. */
void log_hold(bool on);

#endif
