/*
 * What a person does to monitors, the same in the list and in the view of one: pause, check, acknowledge, delete, undo, and the
 * views that open over them.
 */
#ifndef KUMATOP_TUI_DEEDS_H
#define KUMATOP_TUI_DEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include "view.h"

/* The last pause or resume, and the deletion that is being asked about. Lives in struct tui. */
struct deeds {
	monitor_id *undo;
	size_t undo_count;
	bool undo_resumes;		/* they were paused */
	struct mono undo_until;
	monitor_id *asked;		/* to delete, or to pause instead */
	size_t asked_count;
	uint64_t quiet_from, quiet_to;	/* tickets of a deed done to many at once: one toast has told of it */
};

void deeds_finish(struct deeds *deeds);

/*
 * True if the action is a deed: PAUSE CHECK ACKNOWLEDGE DELETE UNDO EDIT CLONE ADD WHY EVENTS OPEN. What went wrong is said by a
 * toast. Monitors that are not there are left out.
 */
bool deed_act(struct view *view, enum action action, const monitor_id *ids, size_t count);

/* The toast for a reply that no view took. */
void deed_tell(struct tui *tui, const struct reply *reply);

#endif
