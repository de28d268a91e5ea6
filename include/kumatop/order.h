/*
 * In which order monitors stand: problems first, and other orders a person may ask for. Pure.
 */
#ifndef KUMATOP_ORDER_H
#define KUMATOP_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/snapshot.h"

enum order_key {
	ORDER_STATE,		/* worst first; the newest first within down */
	ORDER_NAME,
	ORDER_LATENCY,		/* slowest first; no answer last */
	ORDER_P95,
	ORDER_UPTIME,		/* worst first */
	ORDER_CERT,		/* soonest first; none last */
	ORDER_AGE,		/* latest change first */
	ORDER_GROUP,
	ORDER_KIND,
	ORDER_COUNT
};

struct order_row {
	const char *name;	/* for the header and the menu: "state" */
	char key;		/* in the menu */
	const char *summary;
};

extern const struct order_row order_rows[ORDER_COUNT];

/*
 * How bad a view is for the problems-first order, 0 the worst: unacknowledged down, unknown, degraded, pending, acknowledged
 * down, (affected,) up, maintenance, paused. A first failure (bad_run 1 of a monitor that was up) still ranks as what it was:
 * a row does not move before its second failure.
 */
unsigned order_rank(const struct monitor_view *view);

/* True when the view is among what needs a person: down, unknown, degraded, pending. */
bool order_is_problem(const struct monitor_view *view);

/* Sorts pointers in place, by name where the key ties, so the order is total. */
void order_sort(const struct monitor_view **views, size_t count, enum order_key key, bool reverse);

#endif
