/* Error budgets; see slo.h. */
#include "kumatop/slo.h"

/* window_us * (1 - target), in whole numbers and without overflow. */
static int64_t budget_us(int64_t target_ppm, int64_t window_us)
{
	int64_t may_ppm = SLO_WHOLE_PPM - target_ppm;

	return window_us / SLO_WHOLE_PPM * may_ppm + window_us % SLO_WHOLE_PPM * may_ppm / SLO_WHOLE_PPM;
}

static double burn_rate(int64_t target_ppm, const struct amounts *late)
{
	double uptime = amounts_uptime(late), may = (double)(SLO_WHOLE_PPM - target_ppm) / (double)SLO_WHOLE_PPM;

	return uptime < 0 || may <= 0 ? -1 : (1 - uptime) / may;
}

struct slo_account slo_account(int64_t target_ppm, int64_t window_us, const struct amounts *amounts, const struct amounts *late)
{
	struct slo_account account = { .target_ppm = target_ppm, .burn_rate = -1 };

	if (target_ppm <= 0)
		return account;
	account.budget_us = budget_us(target_ppm, window_us);
	account.observed = amounts_uptime(amounts) >= 0;
	account.left_us = account.budget_us - amounts->us[TIME_DOWN];
	account.burn_rate = burn_rate(target_ppm, late);
	return account;
}
