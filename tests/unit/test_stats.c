/*
 * Percentiles, against sorting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/stats.h"

enum { SAMPLES_MOST = 3000 };

static void by_hand(void **state)
{
	static const struct { size_t count; int32_t samples[10]; double p; int32_t value; } rows[] = {
		{ 0, { 0 }, 0.5, -1 },
		{ 1, { 7 }, 0, 7 },
		{ 1, { 7 }, 0.5, 7 },
		{ 1, { 7 }, 1, 7 },
		{ 2, { 9, 3 }, 0.5, 3 },
		{ 2, { 9, 3 }, 0.51, 9 },
		{ 5, { 15, 20, 35, 40, 50 }, 0.05, 15 },
		{ 5, { 50, 40, 35, 20, 15 }, 0.30, 20 },
		{ 5, { 35, 15, 50, 20, 40 }, 0.40, 20 },
		{ 5, { 35, 15, 50, 20, 40 }, 0.50, 35 },
		{ 5, { 35, 15, 50, 20, 40 }, 1.00, 50 },
		{ 10, { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 0.3, 3 },	/* 0.3 * 10 is a little more than 3 in floating point */
		{ 10, { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 0.9, 9 },
		{ 10, { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 0.95, 10 },
		{ 4, { INT32_MAX, 0, INT32_MAX, INT32_MIN }, 0.75, INT32_MAX },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int32_t samples[10];

		memcpy(samples, rows[i].samples, sizeof(samples));
		if (stats_percentile(samples, rows[i].count, rows[i].p) != rows[i].value)
			fail_msg("row %zu", i);
	}
}

static int compare(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

/* Shapes that make selection slow or wrong: sorted, reversed, alike, few values, a saw, noise. */
static int32_t sample(unsigned shape, size_t i, size_t count)
{
	switch (shape) {
	case 0: return (int32_t)i;
	case 1: return (int32_t)(count - i);
	case 2: return 5;
	case 3: return (int32_t)(i * 7 % 3);
	case 4: return (int32_t)(i % 50);
	default: return (int32_t)(((uint32_t)i * 2654435761u) >> 8);
	}
}

static void against_sorting(void **state)
{
	static const double ps[] = { 0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1 };
	static int32_t samples[SAMPLES_MOST], sorted[SAMPLES_MOST];

	for (unsigned shape = 0; shape < 6; shape++) {
		for (size_t count = 1; count <= SAMPLES_MOST; count += count < 20 ? 1 : 331) {
			for (size_t i = 0; i < count; i++)
				samples[i] = sorted[i] = sample(shape, i, count);
			qsort(sorted, count, sizeof(sorted[0]), compare);
			for (size_t k = 0; k < sizeof(ps) / sizeof(ps[0]); k++) {
				size_t below = 0;
				int32_t value = stats_percentile(samples, count, ps[k]);

				/* nearest rank: the smallest that at least p of all do not exceed */
				while ((double)(below + 1) < ps[k] * (double)count - 1e-9)
					below++;
				assert_int_equal(value, sorted[below]);
			}
			/* reordered, but still the same samples */
			qsort(samples, count, sizeof(samples[0]), compare);
			assert_memory_equal(samples, sorted, count * sizeof(samples[0]));
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(against_sorting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
