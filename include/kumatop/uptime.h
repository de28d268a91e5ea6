/*
 * A monitor's window in figures: what `uptime` and `report` tell. Pure.
 */
#ifndef KUMATOP_UPTIME_H
#define KUMATOP_UPTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/incident.h"
#include "kumatop/ledger.h"
#include "kumatop/slo.h"
#include "kumatop/window.h"

struct uptime {
	struct window window;
	struct amounts amounts;		/* add up to the window */
	struct incident_tally outages;
	struct slo_account slo;		/* of the objective's own window, which ends where this one does */
	int64_t mean_us, p50_us, p90_us, p95_us, p99_us;	/* of all answers; -1: there were none */
};

/*
 * The amounts in milliseconds, each rounded so that they still add up to the window, whose length is whole milliseconds: no sum of what
 * is printed is off.
 */
void amounts_round_ms(const struct amounts *amounts, int64_t ms[TIME_CLASS_COUNT]);

/* The part of the window that was not unknown, 0..1. An empty one is known. */
double amounts_known(const struct amounts *amounts);

/*
 * A part (0..1, negative: not observed) in per cent, for people: "99.987", never rounded up, "100" only if it is whole, "<0.001" for less than
 * can be told, "-" for what was not observed. Returns out.
 */
char *percent_print(double part, int decimals, char *out, size_t size);

#endif
