/*
 * A series without a history: from the beats a view remembers, for a kumatop that keeps none and until the answer is there. Pure.
 */
#ifndef KUMATOP_TUI_SERIES_H
#define KUMATOP_TUI_SERIES_H

#include "kumatop/history.h"
#include "kumatop/snapshot.h"

/*
 * Beats have no times there: they are taken to lie an interval apart, the newest at last_us. columns is a heap array, to be freed
 * with free().
 */
struct history_series series_from_view(const struct monitor_view *view, int64_t from_us, int64_t to_us, size_t columns);

#endif
