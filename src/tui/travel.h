/*
 * The time machine: the board as it stood at a past moment, in place of the newest picture. One question about a board is under way at
 * most; whoever steps on meanwhile gets the board of where he is then. Until an answer is there what shows stays. Screen thread.
 */
#ifndef KUMATOP_TUI_TRAVEL_H
#define KUMATOP_TUI_TRAVEL_H

#include <stdbool.h>
#include <stdint.h>

#include "lineedit.h"
#include "view.h"

/* In struct tui, zeroed at first. */
struct travel {
	bool on;			/* a past board shows, or is to */
	int64_t wanted_us;		/* of when */
	int64_t shown_us;		/* the moment of the picture that shows; 0: it is the newest still */
	uint64_t board_ticket;		/* 0: nothing is asked */
	uint64_t event_ticket;
	struct mono asked_at;
	int steps;			/* of events still to go; below 0: back */
	uint64_t pictures;		/* so many were shown */
	bool typing;
	struct lineedit edit;
	struct error error;		/* text "": what was typed may make sense */
};

/* The first look at a key or paste while a time is typed; true: taken. */
bool travel_input(struct tui *tui, const struct input_event *event);

/* The first look at an action of a view; true: done, or refused with a word. */
bool travel_act(struct tui *tui, enum action action);

/* Whether what is pasted must not open a form; says so. */
bool travel_refuses(struct tui *tui);

/* True: takes the answer. */
bool travel_answer(struct tui *tui, struct history_answer *answer);

/* The newest picture while a past one shows: what it says of the link and of us is taken over. */
void travel_see(struct tui *tui, const struct snapshot *newest);

/* Back to the newest picture. */
void travel_end(struct tui *tui);

/* "AS OF 22 Nov 03:12:00 CET - Esc: now". Returns out. */
char *travel_print(const struct tui *tui, char *out, size_t size);

/* The line in which a time is typed, in the last row. */
void travel_draw_prompt(struct tui *tui, struct area area);

/* Hints for the key bar instead of the view's; NULL: the view's own. */
const struct hint *travel_hints(struct tui *tui);

#endif
