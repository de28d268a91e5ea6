/*
 * A service level objective: what part of the time a monitor is to be up, and what is left of the rest. Pure.
 *
 * The budget is the part of the objective's window that may be down: 99.9 % of 30 days leave 43m12s, however much of the window was
 * observed, and only time seen to be down is taken from it. The burn rate says how fast it goes: the part of the observed time that was down
 * by the part that may be. At 1 the budget lasts just as long as its window, at 720 an hour spends that of 30 days.
 */
#ifndef KUMATOP_SLO_H
#define KUMATOP_SLO_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/ledger.h"

#define SLO_WHOLE_PPM INT64_C(1000000)

struct slo_account {
	int64_t target_ppm;	/* millionths of the time; 0: there is no objective */
	int64_t budget_us;
	bool observed;		/* false: nothing was, and nobody knows what is left */
	int64_t left_us;	/* negative: overspent */
	double burn_rate;	/* negative: nothing was observed of late */
};

/* Target and window are as spec_common has them; amounts are those of that window, late those of its last hour. */
struct slo_account slo_account(int64_t target_ppm, int64_t window_us, const struct amounts *amounts, const struct amounts *late);

#endif
