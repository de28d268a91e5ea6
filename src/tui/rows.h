/*
 * Which monitors the list shows and in which order, such that nothing jumps: a row that got better keeps its place until the next
 * key. Pure: no terminal, no clock. Sorts only when something happened that may move a row.
 */
#ifndef KUMATOP_TUI_ROWS_H
#define KUMATOP_TUI_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/filter.h"
#include "kumatop/order.h"
#include "kumatop/snapshot.h"
#include "kumatop/when.h"

struct rows;

struct rows *rows_create(void);
void rows_destroy(struct rows *rows);	/* accepts NULL */

/* Goes on to this picture (held) and this time; true when a row may have moved, come or gone. */
bool rows_update(struct rows *rows, const struct snapshot *snapshot, struct mono now);

/* A key was pressed: rows that were kept in place go where they belong. */
void rows_settle(struct rows *rows);

void rows_set_order(struct rows *rows, enum order_key key, bool reverse);
void rows_set_filter(struct rows *rows, struct filter *filter);	/* takes it; NULL: everything */
void rows_set_problems_only(struct rows *rows, bool only);

size_t rows_count(const struct rows *rows);
const struct monitor_view *rows_at(const struct rows *rows, size_t row);	/* of the newest picture */
bool rows_is_kept(const struct rows *rows, size_t row);		/* kept in place though it got better */
ptrdiff_t rows_find(const struct rows *rows, monitor_id id);	/* -1: not shown */

/* Any monitor of the newest picture, shown or not; NULL. Not linear. */
const struct monitor_view *rows_monitor(const struct rows *rows, monitor_id id);

/* Of all in the picture. */
size_t rows_problems(const struct rows *rows);
int rows_name_width(const struct rows *rows);	/* the widest name, with room for its marks */

#endif
