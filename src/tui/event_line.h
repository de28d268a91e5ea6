/*
 * An event as a line: when, what, of whom, why. For the log and for the last events of a monitor.
 */
#ifndef KUMATOP_TUI_EVENT_LINE_H
#define KUMATOP_TUI_EVENT_LINE_H

#include "view.h"

/* What happened in a word ("DOWN", "paused"), and the reason with how long the old state lasted and who did it. */
const char *event_line_word(const struct event *event);
char *event_line_text(const struct event *event, char *out, size_t size);

/* Everything as one text, for looking up words. */
char *event_line_all(const struct tui *tui, const struct history_event *event, char *out, size_t size);

/* On row y of area. name_width: cells for the name, 0: without. */
void event_line_draw(const struct tui *tui, struct area area, int y, const struct history_event *event, int name_width);

#endif
