/*
 * $EDITOR at the line where a monitor is declared.
 */
#ifndef KUMATOP_TUI_EDITOR_H
#define KUMATOP_TUI_EDITOR_H

#include "view.h"

/* Lends the terminal to $VISUAL, $EDITOR or vi; a toast says what became of it, or where the monitor is declared. */
void editor_open(struct tui *tui, const struct monitor_spec *spec);

#endif
