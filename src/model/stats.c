/*
 * Percentiles of samples by selection: a reader may hand over a day of them, and sorting would do the work many times over.
 */
#include "kumatop/stats.h"

#include <assert.h>
#include <math.h>

static void swap(int32_t *a, int32_t *b)
{
	int32_t held = *a;

	*a = *b;
	*b = held;
}

/* The median of first, middle and last becomes the pivot, so that sorted samples are not the worst case. */
static int32_t choose_pivot(int32_t *samples, size_t low, size_t high)
{
	size_t middle = low + (high - low) / 2;

	if (samples[middle] < samples[low])
		swap(&samples[middle], &samples[low]);
	if (samples[high] < samples[low])
		swap(&samples[high], &samples[low]);
	if (samples[high] < samples[middle])
		swap(&samples[high], &samples[middle]);
	return samples[middle];
}

/* Leaves the sample that belongs at rank there. Equal samples are passed from both sides, so many of them cost nothing. */
static int32_t select_rank(int32_t *samples, size_t count, size_t rank)
{
	size_t low = 0, high = count - 1;

	while (low < high) {
		int32_t pivot = choose_pivot(samples, low, high);
		size_t left = low, right = high;

		for (;;) {
			while (samples[left] < pivot)
				left++;
			while (samples[right] > pivot)
				right--;
			if (left >= right)
				break;
			swap(&samples[left++], &samples[right--]);
		}
		/* low..right is at most the pivot, the rest at least */
		if (rank <= right)
			high = right;
		else
			low = right + 1;
	}
	return samples[rank];
}

int32_t stats_percentile(int32_t *samples, size_t count, double p)
{
	/* the nearest rank is ceil(p * count); what floating point adds to a whole product must not make it the next */
	double rank = ceil(p * (double)count - 1e-9);

	assert(p >= 0 && p <= 1);
	if (count == 0)
		return -1;
	return select_rank(samples, count, rank < 1 ? 0 : (size_t)rank - 1);
}
