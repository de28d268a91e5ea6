/*
 * Putting the terminal back, from anywhere: also from a signal handler of a program that has just crashed. There is one terminal
 * in a process. Knows no curses: what to write was prepared before.
 */
#ifndef KUMATOP_TUI_RESCUE_H
#define KUMATOP_TUI_RESCUE_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* From now on rescue_restore() has something to do: write leave[0..length) to fd and set its modes. */
void rescue_arm(int fd, const struct termios *modes, const char *leave, size_t length);

/* Whether a part of a frame is on its way, so that a sequence may be cut in the middle. */
void rescue_note_unfinished(bool unfinished);

/* True if there was something to put back. Async-signal-safe; the second of two callers does nothing. Never waits. */
bool rescue_restore(void);

/* Handlers for SIGSEGV and its like that restore and then die of the same signal. Once in a process; they stay. */
void rescue_catch_crashes(void);

#endif
