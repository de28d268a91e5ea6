/* Figures of many monitors over windows, out of a database: what `uptime` prints. */
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

/* One monitor's window, without its outages. id 0: nothing is known of it. */
bool figures_measure(struct archive *archive, monitor_id id, const struct window *window, struct uptime *uptime, struct error *err);

/* The latencies of a summary; as they are (-1) when it has none. */
void figures_fill_latencies(struct uptime *uptime, const struct summary *summary);

/* Its objective, as it stands at to_us. */
bool figures_account(struct archive *archive, const struct roster_entry *entry, int64_t to_us, struct slo_account *account, struct error *err);

/* Windows that end at the same time. figures_finish() in either case. */
bool figures_read(struct figures *figures, const struct hindsight *hindsight, const struct text_list *patterns, const struct window *windows,
    size_t window_count, struct error *err);
void figures_finish(struct figures *figures);

/* A retired monitor that is of none of the windows is not worth a line, unless it was asked for by its name. */
bool figures_is_shown(const struct figures *figures, size_t at, const struct text_list *patterns);

#endif
