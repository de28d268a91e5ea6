/*
 * Buckets of time, filled from beats and from the ledger's spans. When one is complete, and where rows are kept, is the store's
 * business.
 *
 * All of a bucket's time is unknown first, and each span takes its part from that. So the five amounts add up at every moment, and a
 * span that is never fed leaves time unknown and not lost.
 */
#include "kumatop/rollup.h"

#include <assert.h>

#define SECOND_US INT64_C(1000000)

int64_t rollup_length_us(enum rollup_step step)
{
	static const int64_t lengths[ROLLUP_STEP_COUNT] = {
		[ROLLUP_5MIN] = 300 * SECOND_US,
		[ROLLUP_HOUR] = 3600 * SECOND_US,
		[ROLLUP_DAY] = 86400 * SECOND_US,
	};

	assert(step < ROLLUP_STEP_COUNT);
	return lengths[step];
}

const char *rollup_word(enum rollup_step step)
{
	static const char *const words[ROLLUP_STEP_COUNT] = { "5min", "hour", "day" };

	assert(step < ROLLUP_STEP_COUNT);
	return words[step];
}

int64_t rollup_start_us(enum rollup_step step, int64_t time_us)
{
	int64_t length_us = rollup_length_us(step), past_us = time_us % length_us;

	return time_us - past_us - (past_us < 0 ? length_us : 0);
}

int64_t rollup_touched(enum rollup_step step, const struct span *span, int64_t *first_us)
{
	if (span->from_us >= span->to_us)
		return 0;
	*first_us = rollup_start_us(step, span->from_us);
	return (rollup_start_us(step, span->to_us - 1) - *first_us) / rollup_length_us(step) + 1;
}

static int64_t end_us(const struct rollup *rollup)
{
	return rollup->start_us + rollup_length_us(rollup->step);
}

void rollup_open(struct rollup *rollup, enum rollup_step step, int64_t time_us)
{
	struct histogram latencies = rollup->latencies;

	histogram_clear(&latencies);
	*rollup = (struct rollup){
		.step = step,
		.start_us = rollup_start_us(step, time_us),
		.amounts.us[TIME_UNKNOWN] = rollup_length_us(step),
		.latency_min_us = -1,
		.latency_max_us = -1,
		.latencies = latencies,
	};
	rollup->fed_us = rollup->start_us;
}

void rollup_finish(struct rollup *rollup)
{
	histogram_finish(&rollup->latencies);
	*rollup = (struct rollup){ 0 };
}

/* Of what was answered elsewhere, if anything was. */
static void widen(struct rollup *rollup, int64_t min_us, int64_t max_us)
{
	if (min_us >= 0 && (rollup->latency_min_us < 0 || min_us < rollup->latency_min_us))
		rollup->latency_min_us = min_us;
	if (max_us > rollup->latency_max_us)
		rollup->latency_max_us = max_us;
}

bool rollup_add_beat(struct rollup *rollup, const struct beat *beat)
{
	int32_t latency_us = phases_latency_us(beat->outcome, beat->phase_us);

	assert(!rollup->closed && beat->verdict < VERDICT_COUNT);
	if (beat->time_us < rollup->start_us || beat->time_us >= end_us(rollup))
		return false;
	rollup->beats[beat->verdict]++;
	if (latency_us < 0)
		return true;
	rollup->answers++;
	rollup->latency_sum_us += latency_us;
	widen(rollup, latency_us, latency_us);
	histogram_add(&rollup->latencies, latency_us);
	return true;
}

void rollup_add_span(struct rollup *rollup, const struct span *span)
{
	int64_t from_us = span->from_us > rollup->fed_us ? span->from_us : rollup->fed_us;
	int64_t to_us = span->to_us < end_us(rollup) ? span->to_us : end_us(rollup);

	assert(!rollup->closed && span->time_class <= TIME_DEGRADED);
	if (from_us >= to_us)
		return;
	amounts_count(&rollup->amounts, span->time_class, to_us - from_us);
	rollup->fed_us = to_us;
}

void rollup_merge(struct rollup *rollup, const struct rollup *finer)
{
	assert(!rollup->closed && finer->step < rollup->step);
	assert(finer->start_us >= rollup->fed_us && end_us(finer) <= end_us(rollup));
	for (int i = 0; i < TIME_CLASS_COUNT; i++) {
		if (i == TIME_UNKNOWN)
			continue;
		rollup->amounts.us[TIME_UNKNOWN] -= finer->amounts.us[i];
		rollup->amounts.us[i] += finer->amounts.us[i];
	}
	rollup->amounts.degraded_us += finer->amounts.degraded_us;
	rollup->fed_us = end_us(finer);
	for (int i = 0; i < VERDICT_COUNT; i++)
		rollup->beats[i] += finer->beats[i];
	rollup->answers += finer->answers;
	rollup->latency_sum_us += finer->latency_sum_us;
	widen(rollup, finer->latency_min_us, finer->latency_max_us);
	histogram_merge(&rollup->latencies, &finer->latencies);
}

static bool says_anything(const struct rollup *rollup)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (rollup->beats[i])
			return true;
	return rollup->amounts.us[TIME_UNKNOWN] != rollup_length_us(rollup->step);
}

bool rollup_close(struct rollup *rollup, struct buf *coded)
{
	assert(!rollup->closed && rollup->amounts.us[TIME_UNKNOWN] >= 0);
	rollup->closed = true;
	if (rollup->answers)
		histogram_encode(&rollup->latencies, coded);
	return says_anything(rollup);
}

int64_t rollup_quantile_us(const struct rollup *rollup, double p)
{
	int64_t us = histogram_quantile_us(&rollup->latencies, p);

	if (us > rollup->latency_max_us)
		return rollup->latency_max_us;
	return us < rollup->latency_min_us ? rollup->latency_min_us : us;
}
