/* What is kept of monitors between runs, and how a view resumes from it; see kept.h. */
#include "kumatop/kept.h"

#include <stdlib.h>
#include <string.h>

void kept_monitor_finish(struct kept_monitor *kept)
{
	free(kept->name);
	free(kept->kind);
	free(kept->target);
	free(kept->text);
	*kept = (struct kept_monitor){ 0 };
}

void kept_marks_finish(struct kept_marks *kept)
{
	if (kept->count)
		beat_finish(&kept->last);
	kept->count = 0;
}

static void set_text(struct shared_text **at, struct shared_text *text)
{
	shared_release(*at);
	*at = text;
}

static void resume_marks(struct monitor_view *view, const struct kept_marks *marks)
{
	const struct beat *last = &marks->last;

	for (size_t i = 0; i < marks->count; i++) {
		struct beat_mark mark = marks->marks[i];

		view_add_mark(view, (enum state)mark.look, mark.latency_10us == BEAT_MARK_NONE ? -1 : (int32_t)(mark.latency_10us * 10));
	}
	view->has_result = true;
	view->outcome = last->outcome;
	view->verdict = last->verdict;
	view->code = last->code;
	memcpy(view->phase_us, last->phase_us, sizeof(view->phase_us));
	view->last_us = last->time_us;
	view->last_good_us = marks->last_good_us;
	view->cert_expires_us = last->cert_expires_us;
	set_text(&view->address, shared_hold(last->address));
	set_text(&view->detail, shared_hold(last->detail));
}

void view_resume(struct monitor_view *view, const struct kept_standing *standing, const struct kept_marks *marks)
{
	if (marks && marks->count)
		resume_marks(view, marks);
	if (!standing)
		return;
	view->standing = standing->standing;
	view->paused_until_us = standing->paused_until_us;
	/* Who paused it is said by no beat. */
	if (standing->standing.state == STATE_PAUSED || !view->detail)
		set_text(&view->detail, shared_create(standing->detail));
}
