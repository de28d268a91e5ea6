/* Figures of many monitors over windows, out of a database: what `uptime` and `report` print. */
#ifndef KUMATOP_CLI_FIGURES_H
#define KUMATOP_CLI_FIGURES_H

#include "hindsight.h"
#include "kumatop/record.h"

/* The monitors that patterns choose (none: all), ordered by name. The entries are the roster's. */
struct chosen {
	const struct roster_entry **entries;
	size_t count;
};

void chosen_find(struct chosen *chosen, const struct roster *roster, const struct text_list *patterns);
void chosen_finish(struct chosen *chosen);

struct figures {
	struct chosen chosen;
	const struct window *windows;	/* borrowed */
	size_t window_count;
	struct uptime_record *records;	/* one a monitor and window, monitor by monitor */
};

/* figures_finish() in either case. */
bool figures_read(struct figures *figures, const struct hindsight *hindsight, const struct text_list *patterns, const struct window *windows,
    size_t window_count, struct error *err);

/* Fills in the objectives of monitors, as they stand where all windows end. */
bool figures_account(struct figures *figures, const struct hindsight *hindsight, struct error *err);
void figures_finish(struct figures *figures);

/* A retired monitor that is of none of the windows is not worth a line, unless it was asked for by its name. */
bool figures_is_shown(const struct figures *figures, size_t at, const struct text_list *patterns);

#endif
