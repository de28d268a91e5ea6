/*
 * What a database keeps of monitors between runs, as values.
 */
#ifndef KUMATOP_KEPT_H
#define KUMATOP_KEPT_H

#include "kumatop/beat.h"
#include "kumatop/snapshot.h"
#include "kumatop/spec.h"

struct kept_monitor {
	monitor_id id;
	char *name;
	char *kind;
	char *target;
	enum spec_origin origin;
	char *text;		/* ADDED: the monitor as kumatop.conf would have it, one group; else NULL */
	bool retired;		/* declared once, gone now; its history stays */
};

/* Run-time state of one monitor, resumed after a restart. */
struct kept_standing {
	monitor_id monitor;
	struct standing standing;
	int64_t paused_until_us;
	char detail[RESULT_DETAIL_SIZE];	/* why it is what it is */
};

/* The newest beats of a monitor, oldest first: what its bar and sparkline resume with. */
struct kept_marks {
	monitor_id monitor;
	struct beat_mark marks[VIEW_MARKS];
	size_t count;
	struct beat last;		/* the newest, with its texts; count > 0 */
	int64_t last_good_us;
};

void kept_monitor_finish(struct kept_monitor *kept);	/* frees its texts */
void kept_marks_finish(struct kept_marks *kept);	/* releases what the last beat holds */

/* Gives a new view what is known of its monitor. Either may be NULL; texts are held, not taken. */
void view_resume(struct monitor_view *view, const struct kept_standing *standing, const struct kept_marks *marks);

#endif
