/*
 * The newest events of all monitors as a few lines below the list, where there is room for them.
 */
#ifndef KUMATOP_TUI_EVENT_PANE_H
#define KUMATOP_TUI_EVENT_PANE_H

#include "view.h"

#include "kumatop/when.h"

struct event_pane {
	struct history_answer *answer;	/* NULL: none yet */
	uint64_t ticket;		/* 0: nothing is asked */
	uint64_t number;		/* health.events when it was asked */
	struct mono asked_at;
	bool asked, twice;
	struct error error;		/* text "": it was answered */
};

/* Asks for what it lacks, then draws a rule and below it as many events as there are rows. */
void event_pane_draw(struct event_pane *pane, struct tui *tui, struct area area);

bool event_pane_answer(struct event_pane *pane, struct history_answer *answer);	/* true: takes ownership */
void event_pane_finish(struct event_pane *pane);

#endif
