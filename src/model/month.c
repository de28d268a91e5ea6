/* Figures of a month; see month.h. */
#include "kumatop/month.h"

struct month_total month_total(const struct month *report)
{
	struct month_total total = { 0 };

	for (size_t i = 0; i < report->count; i++) {
		const struct uptime *uptime = &report->monitors[i].uptime;

		amounts_add(&total.amounts, &uptime->amounts);
		total.outages += uptime->outages.count;
		total.unseen += amounts_known(&uptime->amounts) <= 0;
	}
	return total;
}

/* Of two that were down for the same part of the time, the one that was down for longer. */
static bool is_worse(const struct month *report, size_t a, size_t b)
{
	const struct amounts *one = &report->monitors[a].uptime.amounts, *other = &report->monitors[b].uptime.amounts;
	double left = amounts_uptime(one), right = amounts_uptime(other);

	if (left < right || left > right)
		return left < right;
	return one->us[TIME_DOWN] > other->us[TIME_DOWN];
}

size_t month_worst(const struct month *report, size_t worst[MONTH_WORST_MOST])
{
	size_t count = 0;

	for (size_t i = 0; i < report->count; i++) {
		size_t at;

		if (report->monitors[i].uptime.amounts.us[TIME_DOWN] <= 0)
			continue;
		for (at = count; at > 0 && is_worse(report, i, worst[at - 1]); at--)
			if (at < MONTH_WORST_MOST)
				worst[at] = worst[at - 1];
		if (at == MONTH_WORST_MOST)
			continue;
		worst[at] = i;
		count += count < MONTH_WORST_MOST;
	}
	return count;
}

enum state month_day_look(const struct month_day *day)
{
	const int64_t *us = day->amounts.us;
	int64_t known_us = us[TIME_UP] + us[TIME_DOWN] + us[TIME_PENDING] + us[TIME_MAINTENANCE];

	if (known_us + us[TIME_UNKNOWN] == 0)
		return STATE_NEW;
	if (us[TIME_DOWN] > 0)
		return STATE_DOWN;
	if (day->amounts.degraded_us > 0)
		return STATE_DEGRADED;
	if (us[TIME_PENDING] > 0)
		return STATE_PENDING;
	if (known_us < us[TIME_UNKNOWN])
		return STATE_UNKNOWN;
	return us[TIME_UP] == 0 ? STATE_MAINTENANCE : STATE_UP;
}
