/* Views of monitors as a database knows them; see views.h. */
#include "views.h"

#include <stdlib.h>

#include "kumatop/when.h"

static bool sum_day(struct monitor_view *view, struct archive *archive, int64_t now_us, struct error *err)
{
	struct ledger ledger = { 0 };
	struct span *spans;
	size_t count;

	if (!archive_spans(archive, view->id, now_us - DAY_US, now_us, &spans, &count, err))
		return false;
	ledger_prepend(&ledger, spans, count);
	view->day = ledger_sum(&ledger, now_us - DAY_US, now_us);
	ledger_finish(&ledger);
	free(spans);
	return true;
}

bool view_from_archive(struct monitor_view *view, const struct roster_entry *entry, struct archive *archive, int64_t now_us,
    struct error *err)
{
	struct kept_marks marks = { 0 };

	view->id = entry->id;
	view->spec = spec_hold(entry->spec);
	view->code = -1;
	for (int i = 0; i < PHASE_COUNT; i++)
		view->phase_us[i] = -1;
	if (archive && entry->id && !archive_marks(archive, entry->id, &marks, err))
		return false;
	view_resume(view, entry->standing, &marks);
	kept_marks_finish(&marks);
	return !archive || !entry->id || sum_day(view, archive, now_us, err);
}
