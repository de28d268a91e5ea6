/* What a window of a monitor's time was made of. */
#include "kumatop/archive.h"
#include "kumatop/result.h"

#include "past.h"

void summary_finish(struct summary *summary)
{
	histogram_finish(&summary->latencies);
	*summary = (struct summary){ 0 };
}

int64_t summary_quantile_us(const struct summary *summary, double p)
{
	int64_t us = histogram_quantile_us(&summary->latencies, p);

	if (us > summary->latency_max_us)
		return summary->latency_max_us;
	return us < summary->latency_min_us ? summary->latency_min_us : us;
}

static void add_beat(struct summary *summary, const struct past_beat *beat)
{
	int32_t latency_us = phases_latency_us(beat->outcome, beat->phase_us);

	summary->beats[beat->verdict]++;
	if (latency_us < 0)
		return;
	if (summary->answers == 0 || latency_us < summary->latency_min_us)
		summary->latency_min_us = latency_us;
	if (summary->answers == 0 || latency_us > summary->latency_max_us)
		summary->latency_max_us = latency_us;
	summary->answers++;
	summary->latency_sum_us += latency_us;
	histogram_add(&summary->latencies, latency_us);
}

static bool add_beats(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us, struct summary *summary)
{
	struct past_place place = { .monitor = monitor, .from_us = from_us, .to_us = to_us };
	size_t count;

	do {
		if (!past_page(archive, &place, false, &count))
			return false;
		for (size_t i = 0; i < count; i++)
			add_beat(summary, &archive->page[i]);
	} while (count > 0);
	return true;
}

static bool add_time(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us, struct summary *summary, struct error *err)
{
	struct ledger ledger = { 0 };
	struct amounts amounts;
	size_t count;

	if (!archive_spans(archive, monitor, from_us, to_us, &ledger.spans, &count, err))
		return false;
	ledger.count = ledger.capacity = count;
	amounts = ledger_sum(&ledger, from_us, to_us);
	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		summary->amounts.us[i] += amounts.us[i];
	ledger_finish(&ledger);
	return true;
}

bool archive_summary(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us, struct summary *summary, struct error *err)
{
	*summary = (struct summary){ .from_us = from_us, .to_us = to_us, .latency_min_us = -1, .latency_max_us = -1 };
	if (!add_beats(archive, monitor, from_us, to_us, summary))
		return past_fail(archive, err);
	return add_time(archive, monitor, from_us, to_us, summary, err);
}
