/*
 * A month of many monitors in figures, for people who were not there: what `report` prints. Pure.
 */
#ifndef KUMATOP_MONTH_H
#define KUMATOP_MONTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/record.h"
#include "kumatop/uptime.h"

enum { MONTH_DAYS_MOST = 31, MONTH_WORST_MOST = 5 };

struct month_day {
	int64_t start_us;
	struct amounts amounts;		/* add up to the day, or to what of it has passed */
	int64_t p50_us, p95_us;		/* -1: no answers */
};

struct month_monitor {
	const char *name;
	int64_t slo_ppm;		/* 0: none */
	struct uptime uptime;		/* of the month */
	struct month_day days[MONTH_DAYS_MOST];
};

struct month {
	struct window window;		/* a month, up to now if it is not over */
	int64_t made_us;
	size_t days;			/* of the month */
	struct month_monitor *monitors;
	size_t count;
	struct incident_record *incidents;	/* in order of their start; all, or the newest */
	size_t incident_count;
	bool more_incidents;		/* there are older ones */
};

/* All monitors together. */
struct month_total {
	struct amounts amounts;
	int64_t outages;
	size_t unseen;			/* monitors of which nothing was observed */
};

struct month_total month_total(const struct month *report);

/* Monitors that were down, the worst first: indexes. Returns how many. */
size_t month_worst(const struct month *report, size_t worst[MONTH_WORST_MOST]);

/*
 * The worst that was seen on a day: DOWN, DEGRADED, PENDING (it failed, but was not down), MAINTENANCE (and nothing else) or UP; UNKNOWN when
 * nothing was seen, or less than half of the day and nothing bad; NEW when the day has not come.
 */
enum state month_day_look(const struct month_day *day);

#endif
