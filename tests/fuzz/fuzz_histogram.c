/*
 * Any bytes as the coding of a histogram: what is taken makes the same bytes again, its quantiles rise, and merging it is adding its
 * counts. And any bytes as latencies: their histogram comes back from its coding.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/histogram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fine)
{
	if (!fine)
		abort();
}

static void check_sound(const struct histogram *histogram)
{
	uint64_t count = 0;
	int64_t before = -1;

	require(histogram->used <= HISTOGRAM_BUCKETS);
	for (uint32_t i = 0; i < histogram->used; i++) {
		require(histogram->buckets[i].number < HISTOGRAM_BUCKETS && histogram->buckets[i].count > 0);
		require(i == 0 || histogram->buckets[i - 1].number < histogram->buckets[i].number);
		count += histogram->buckets[i].count;
	}
	require(count == histogram->count);
	for (int p = 0; p <= 100; p += 5) {
		int64_t us = histogram_quantile_us(histogram, p / 100.0);

		require(us >= before && us <= HISTOGRAM_MOST_US && (us < 0) == (count == 0));
		before = us;
	}
}

static void check_twice(const struct histogram *histogram)
{
	struct histogram twice = { 0 };

	histogram_merge(&twice, histogram);
	histogram_merge(&twice, histogram);
	check_sound(&twice);
	require(twice.used == histogram->used && twice.count <= 2 * histogram->count);
	for (uint32_t i = 0; i < twice.used; i++) {
		uint64_t sum = 2 * (uint64_t)histogram->buckets[i].count;

		require(twice.buckets[i].count == (sum > UINT32_MAX ? UINT32_MAX : sum));
	}
	histogram_finish(&twice);
}

static void check_latencies(const uint8_t *data, size_t size)
{
	struct histogram histogram = { 0 }, again = { 0 };
	struct buf out;

	for (; size >= 4; data += 4, size -= 4) {
		uint32_t us;

		memcpy(&us, data, sizeof us);
		histogram_add(&histogram, us);
	}
	check_sound(&histogram);
	buf_init(&out, HISTOGRAM_CODED_MOST);
	histogram_encode(&histogram, &out);
	require(!out.full && histogram_decode(&again, out.data, out.length, NULL));
	require(again.used == histogram.used && again.count == histogram.count);
	require(again.used == 0 || memcmp(again.buckets, histogram.buckets, again.used * sizeof *again.buckets) == 0);
	buf_finish(&out);
	histogram_finish(&histogram);
	histogram_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct histogram histogram = { 0 };
	struct error err = { 0 };
	struct buf out;

	if (histogram_decode(&histogram, data, size, &err)) {
		check_sound(&histogram);
		check_twice(&histogram);
		buf_init(&out, HISTOGRAM_CODED_MOST);
		histogram_encode(&histogram, &out);
		require(out.length == size && memcmp(out.data, data, size) == 0);
		buf_finish(&out);
	} else
		require(*err.text && histogram.count == 0 && histogram.used == 0);
	histogram_finish(&histogram);
	check_latencies(data, size);
	return 0;
}
