/* Views of monitors as a database knows them, without an engine. */
#ifndef KUMATOP_CLI_VIEWS_H
#define KUMATOP_CLI_VIEWS_H

#include "roster.h"
#include "kumatop/snapshot.h"

/* Fills an empty view. archive may be NULL. */
bool view_from_archive(struct monitor_view *view, const struct roster_entry *entry, struct archive *archive, int64_t now_us,
    struct error *err);

#endif
