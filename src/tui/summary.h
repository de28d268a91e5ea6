/*
 * What a person takes along who leaves with Q: how many of each state, and every problem with its reason, as plain lines for the
 * scrollback. For the thread of the screen, when the terminal has been given back.
 */
#ifndef KUMATOP_TUI_SUMMARY_H
#define KUMATOP_TUI_SUMMARY_H

#include "tui.h"

/* Nothing if there was no picture yet, or nobody reads the terminal. */
void summary_show(const struct tui *tui);

#endif
