/*
 * What a window of a monitor's time was made of: the coarsest roll-ups that lie in it, finer ones at its edges, and in the end the
 * beats. Nothing here relies on how long anything is kept: where finer rows or beats do not add up to the coarser row, some of them are
 * gone, and a part of the coarser one stands in for them.
 */
#include "summary.h"

#include <math.h>
#include <stdlib.h>

#include "kumatop/heap.h"

#include "rows.h"

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

void summary_begin(struct summary *summary, int64_t from_us, int64_t to_us)
{
	*summary = (struct summary){ .from_us = from_us, .to_us = to_us, .latency_min_us = -1, .latency_max_us = -1 };
	summary->amounts.us[TIME_UNKNOWN] = to_us > from_us ? to_us - from_us : 0;
}

void summary_add_amounts(struct summary *summary, const struct amounts *amounts)
{
	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		if (i != TIME_UNKNOWN)
			amounts_count(&summary->amounts, (uint8_t)i, amounts->us[i]);
	summary->amounts.degraded_us += amounts->degraded_us;
}

static void widen(struct summary *summary, int64_t least_us, int64_t most_us)
{
	if (summary->latency_min_us < 0 || least_us < summary->latency_min_us)
		summary->latency_min_us = least_us;
	if (most_us > summary->latency_max_us)
		summary->latency_max_us = most_us;
}

void summary_add_latency(struct summary *summary, int32_t latency_us)
{
	if (latency_us < 0)
		return;
	widen(summary, latency_us, latency_us);
	summary->answers++;
	summary->latency_sum_us += latency_us;
	histogram_add(&summary->latencies, latency_us);
}

void summary_add_rollup(struct summary *summary, const struct rollup *rollup)
{
	summary_add_amounts(summary, &rollup->amounts);
	for (int i = 0; i < VERDICT_COUNT; i++)
		summary->beats[i] += rollup->beats[i];
	if (rollup->answers == 0)
		return;
	widen(summary, rollup->latency_min_us, rollup->latency_max_us);
	summary->answers += rollup->answers;
	summary->latency_sum_us += rollup->latency_sum_us;
	histogram_merge(&summary->latencies, &rollup->latencies);
}

static int64_t rounded(int64_t number, double share)
{
	return (int64_t)llround((double)number * share);
}

/* Rounded as the sums from the first bucket on, so that the whole is what its count makes. */
static void add_histogram_part(struct summary *summary, const struct histogram *from, double share)
{
	struct histogram part = { 0 };
	struct histogram_bucket *buckets = heap_resize(NULL, from->used + 1, sizeof *buckets);
	uint64_t sum = 0;
	int64_t taken = 0;

	for (uint32_t i = 0; i < from->used; i++) {
		int64_t upto = rounded((int64_t)(sum += from->buckets[i].count), share);

		if (upto > taken)
			buckets[part.used++] = (struct histogram_bucket){ from->buckets[i].number, (uint32_t)(upto - taken) };
		taken = upto;
	}
	part.buckets = buckets;
	part.capacity = from->used + 1;
	part.count = (uint64_t)taken;
	histogram_merge(&summary->latencies, &part);
	histogram_finish(&part);
}

void summary_add_part(struct summary *summary, const struct rollup *rollup, int64_t from_us, int64_t to_us)
{
	double share = (double)(to_us - from_us) / (double)rollup_length_us(rollup->step);
	int64_t answers = rounded(rollup->answers, share);
	struct amounts amounts = { 0 };

	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		amounts.us[i] = (int64_t)((double)rollup->amounts.us[i] * share);
	amounts.degraded_us = (int64_t)((double)rollup->amounts.degraded_us * share);
	summary_add_amounts(summary, &amounts);
	for (int i = 0; i < VERDICT_COUNT; i++)
		summary->beats[i] += rounded(rollup->beats[i], share);
	if (answers == 0)
		return;
	widen(summary, rollup->latency_min_us, rollup->latency_max_us);
	summary->answers += answers;
	summary->latency_sum_us += rounded(rollup->latency_sum_us, (double)answers / (double)rollup->answers);
	add_histogram_part(summary, &rollup->latencies, share);
}

struct covering {
	struct archive *archive;
	monitor_id monitor;
	struct summary *summary;
	int64_t rolled_us[ROLLUP_STEP_COUNT];
	struct error *err;
};

static bool fail(struct covering *covering)
{
	return past_fail(covering->archive, covering->err);
}

/* Beats of a window, and those of the part of it into a summary. */
static bool read_beats(struct covering *covering, int64_t from_us, int64_t to_us, struct summary *part, int64_t *beats)
{
	struct past_place place = { .monitor = covering->monitor, .from_us = from_us, .to_us = to_us };
	size_t count;

	do {
		if (!past_page(covering->archive, &place, false, &count))
			return fail(covering);
		for (size_t i = 0; i < count; i++) {
			const struct past_beat *beat = &covering->archive->page[i];

			beats[beat->verdict]++;
			if (beat->time_us < part->from_us || beat->time_us >= part->to_us)
				continue;
			part->beats[beat->verdict]++;
			summary_add_latency(part, phases_latency_us(beat->outcome, beat->phase_us));
		}
	} while (count > 0);
	return true;
}

static bool read_ledger(struct covering *covering, int64_t from_us, int64_t to_us, struct ledger *ledger)
{
	*ledger = (struct ledger){ 0 };
	if (!archive_spans(covering->archive, covering->monitor, from_us, to_us, &ledger->spans, &ledger->count, covering->err))
		return false;
	ledger->capacity = ledger->count;
	return true;
}

static void add_summary(struct summary *summary, const struct summary *part)
{
	summary_add_amounts(summary, &part->amounts);
	for (int i = 0; i < VERDICT_COUNT; i++)
		summary->beats[i] += part->beats[i];
	if (part->answers == 0)
		return;
	widen(summary, part->latency_min_us, part->latency_max_us);
	summary->answers += part->answers;
	summary->latency_sum_us += part->latency_sum_us;
	histogram_merge(&summary->latencies, &part->latencies);
}

/*
 * A part of a bucket, or with rollup NULL of a window, from beats. *whole: they make what the bucket says; if not nothing was
 * added.
 */
static bool add_raw(struct covering *covering, const struct rollup *rollup, int64_t from_us, int64_t to_us, bool *whole)
{
	int64_t begin_us = rollup ? rollup->start_us : from_us, end_us = rollup ? begin_us + rollup_length_us(rollup->step) : to_us;
	int64_t beats[VERDICT_COUNT] = { 0 };
	struct amounts amounts;
	struct ledger ledger;
	struct summary part;
	bool good;

	summary_begin(&part, from_us, to_us);
	good = read_ledger(covering, begin_us, end_us, &ledger) && read_beats(covering, begin_us, end_us, &part, beats);
	amounts = ledger_sum(&ledger, begin_us, end_us);
	*whole = !rollup || (memcmp(&amounts, &rollup->amounts, sizeof amounts) == 0 && memcmp(beats, rollup->beats, sizeof beats) == 0);
	part.amounts = ledger_sum(&ledger, from_us, to_us);
	if (good && *whole)
		add_summary(covering->summary, &part);
	summary_finish(&part);
	ledger_finish(&ledger);
	return good;
}

/* Whether the finer rows of a bucket are all there still. */
static bool adds_up(struct covering *covering, const struct rollup *rollup, bool *whole)
{
	enum rollup_step finer = rollup->step - 1;
	int64_t length_us = rollup_length_us(finer), end_us = rollup->start_us + rollup_length_us(rollup->step);
	struct rollup sum = { 0 }, part = { 0 };
	bool good = true, found;

	rollup_open(&sum, rollup->step, rollup->start_us);
	for (int64_t at_us = rollup->start_us; good && at_us < end_us; at_us += length_us) {
		good = past_rollup(covering->archive, finer, at_us, covering->monitor, &part, &found);
		if (good && found)
			rollup_merge(&sum, &part);
	}
	*whole = memcmp(&sum.amounts, &rollup->amounts, sizeof sum.amounts) == 0 && memcmp(sum.beats, rollup->beats, sizeof sum.beats) == 0;
	rollup_finish(&sum);
	rollup_finish(&part);
	return good || fail(covering);
}

static bool cover(struct covering *covering, enum rollup_step step, int64_t from_us, int64_t to_us);

/* A part of one closed bucket. */
static bool cover_part(struct covering *covering, enum rollup_step step, int64_t from_us, int64_t to_us)
{
	struct rollup rollup = { 0 };
	bool found, whole = false, good = true;

	if (from_us >= to_us)
		return true;
	if (!past_rollup(covering->archive, step, rollup_start_us(step, from_us), covering->monitor, &rollup, &found))
		return fail(covering);
	if (found && step == ROLLUP_5MIN)
		good = add_raw(covering, &rollup, from_us, to_us, &whole);
	else if (found)
		good = adds_up(covering, &rollup, &whole) && (!whole || cover(covering, step - 1, from_us, to_us));
	if (found && good && !whole)
		summary_add_part(covering->summary, &rollup, from_us, to_us);
	rollup_finish(&rollup);
	return good;
}

static bool cover_whole(struct covering *covering, enum rollup_step step, int64_t from_us, int64_t to_us)
{
	struct rollup rollup = { 0 };
	int64_t *starts = NULL;
	size_t count = 0;
	bool found, good = from_us >= to_us || past_rolled_starts(covering->archive, step, from_us, to_us, &starts, &count);

	for (size_t i = 0; good && i < count; i++) {
		good = past_rollup(covering->archive, step, starts[i], covering->monitor, &rollup, &found);
		if (good && found)
			summary_add_rollup(covering->summary, &rollup);
	}
	rollup_finish(&rollup);
	free(starts);
	return good || fail(covering);
}

/* A window in which all 5 minutes are closed. */
static bool cover(struct covering *covering, enum rollup_step step, int64_t from_us, int64_t to_us)
{
	int64_t closed_us = covering->rolled_us[step], length_us = rollup_length_us(step), first_us, last_us;

	if (from_us >= to_us)
		return true;
	if (to_us > closed_us) {
		if (from_us < closed_us && !cover(covering, step, from_us, closed_us))
			return false;
		return cover(covering, step - 1, from_us > closed_us ? from_us : closed_us, to_us);
	}
	first_us = rollup_start_us(step, from_us + length_us - 1);
	last_us = rollup_start_us(step, to_us);
	if (first_us > last_us)
		return cover_part(covering, step, from_us, to_us);
	return cover_part(covering, step, from_us, first_us) && cover_whole(covering, step, first_us, last_us)
	    && cover_part(covering, step, last_us, to_us);
}

bool archive_summary(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us, struct summary *summary, struct error *err)
{
	struct covering covering = { .archive = archive, .monitor = monitor, .summary = summary, .err = err };
	int64_t closed_us;
	bool whole;

	from_us = rows_us(from_us);
	to_us = rows_us(to_us);
	summary_begin(summary, from_us, to_us);
	for (int i = 0; i < ROLLUP_STEP_COUNT; i++)
		if (!past_rolled(archive, (enum rollup_step)i, &covering.rolled_us[i]))
			return past_fail(archive, err);
	if (from_us >= to_us)
		return true;
	closed_us = covering.rolled_us[ROLLUP_5MIN];
	if (closed_us > from_us && !cover(&covering, ROLLUP_DAY, from_us, to_us < closed_us ? to_us : closed_us))
		return false;
	return to_us <= closed_us || add_raw(&covering, NULL, from_us > closed_us ? from_us : closed_us, to_us, &whole);
}
