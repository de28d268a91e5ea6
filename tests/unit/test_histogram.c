/*
 * The histogram of latencies: its promise of 1/64 against sorted values, merging against adding, and its coding byte by byte.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/histogram.h"
#include "kumatop/stats.h"

enum { SAMPLES_MOST = 20000 };

static const double ps[] = { 0, 0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1 };

static bool is_near(int64_t told, int64_t true_us)
{
	int64_t off = told > true_us ? told - true_us : true_us - told;

	return true_us < 64 ? off == 0 : off * 64 <= true_us;
}

static int64_t told_alone(int64_t us)
{
	struct histogram histogram = { 0 };
	int64_t told;

	histogram_add(&histogram, us);
	assert_int_equal(histogram.count, 1);
	told = histogram_quantile_us(&histogram, 0.5);
	histogram_finish(&histogram);
	return told;
}

static void one_latency(void **state)
{
	static const struct { int64_t us, told; } rows[] = {
		{ 0, 0 },
		{ 1, 1 },
		{ 63, 63 },
		{ 64, 64 },
		{ 65, 64 },
		{ 66, 66 },
		{ 127, 126 },
		{ 128, 129 },
		{ 131, 129 },
		{ 132, 133 },
		{ 1000, 1000 - 1000 % 16 + 7 },
		{ HISTOGRAM_MOST_US, 3590324223 },
		{ HISTOGRAM_MOST_US + 1, 3590324223 },
		{ INT64_MAX, 3590324223 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (told_alone(rows[i].us) != rows[i].told)
			fail_msg("%lld is told as %lld", (long long)rows[i].us, (long long)told_alone(rows[i].us));
}

/* Every bucket at both its ends; they follow each other without a hole, and there are as many as the header says. */
static void every_bucket_is_narrow(void **state)
{
	struct histogram histogram = { 0 };
	int64_t us = 0;
	uint32_t buckets = 0;

	while (us <= HISTOGRAM_MOST_US) {
		int64_t told = told_alone(us), last = us + 2 * (told - us) + (us >= 128 ? 1 : us >= 64);

		assert_true(is_near(told, us));
		if (last > HISTOGRAM_MOST_US)
			last = HISTOGRAM_MOST_US;
		assert_true(is_near(told, last));
		assert_int_equal(told_alone(last), told);
		histogram_add(&histogram, us);
		histogram_add(&histogram, last);
		assert_int_equal(histogram.used, ++buckets);
		assert_int_equal(histogram.buckets[buckets - 1].number, buckets - 1);
		us = last + 1;
	}
	assert_int_equal(buckets, HISTOGRAM_BUCKETS);
	histogram_finish(&histogram);
}

static uint64_t draw(uint64_t *random)
{
	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *random >> 33;
}

static double part(uint64_t *random)
{
	return (double)draw(random) / 0x1p31;
}

/* Services as there are: alike, even, skewed, two peaks, heavy tails, a drift, and everything there is. */
enum { SHAPES = 8 };

static int32_t sample(unsigned shape, size_t i, uint64_t *random)
{
	double u = part(random);

	switch (shape) {
	case 0: return 12345;
	case 1: return (int32_t)(u * 100);
	case 2: return (int32_t)(u * 1e6);
	case 3: return (int32_t)fmin(2e9, -20000 * log(1 - u) + 300);
	case 4: return (int32_t)(draw(random) % 20 ? 900 + u * 50 : 250000 + u * 1000);
	case 5: return (int32_t)fmin(2e9, 1000 / pow(1 - u, 1.2));
	case 6: return (int32_t)(1000 + i * 50 + (size_t)(u * 10));
	default: return (int32_t)exp(u * log(2e9));
	}
}

static void within_the_error_of_sorted_values(void **state)
{
	static const size_t counts[] = { 1, 2, 3, 10, 99, 1440, SAMPLES_MOST };
	static int32_t samples[SAMPLES_MOST];
	uint64_t random = 1;

	for (unsigned shape = 0; shape < SHAPES; shape++) {
		for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
			struct histogram histogram = { 0 }, parts[12] = { { 0 } };

			for (size_t i = 0; i < counts[c]; i++) {
				samples[i] = sample(shape, i, &random);
				histogram_add(&histogram, samples[i]);
				histogram_add(&parts[i % 12], samples[i]);
			}
			for (size_t i = 1; i < 12; i++)
				histogram_merge(&parts[0], &parts[i]);
			assert_int_equal(histogram.count, counts[c]);
			for (size_t k = 0; k < sizeof(ps) / sizeof(ps[0]); k++) {
				int32_t true_us = stats_percentile(samples, counts[c], ps[k]);
				int64_t told = histogram_quantile_us(&histogram, ps[k]);

				if (!is_near(told, true_us))
					fail_msg("shape %u, %zu samples, p %g: %lld, not %ld", shape, counts[c], ps[k], (long long)told, (long)true_us);
				assert_int_equal(histogram_quantile_us(&parts[0], ps[k]), told);
			}
			histogram_finish(&histogram);
			for (size_t i = 0; i < 12; i++)
				histogram_finish(&parts[i]);
		}
	}
}

static void none_has_no_quantile(void **state)
{
	struct histogram histogram = { 0 };

	for (size_t k = 0; k < sizeof(ps) / sizeof(ps[0]); k++)
		assert_int_equal(histogram_quantile_us(&histogram, ps[k]), -1);
	histogram_add(&histogram, 5);
	histogram_clear(&histogram);
	assert_int_equal(histogram.count, 0);
	assert_int_equal(histogram_quantile_us(&histogram, 0.5), -1);
	histogram_finish(&histogram);
	histogram_finish(&histogram);
}

static void assert_same(const struct histogram *a, const struct histogram *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->used, b->used);
	if (a->used)
		assert_memory_equal(a->buckets, b->buckets, a->used * sizeof(*a->buckets));
}

static void merging_is_adding_all(void **state)
{
	uint64_t random = 5;

	for (unsigned round = 0; round < 200; round++) {
		struct histogram each[3] = { { 0 } }, whole = { 0 }, left = { 0 }, right = { 0 };

		for (size_t part = 0; part < 3; part++) {
			size_t count = (size_t)draw(&random) % 60;

			for (size_t i = 0; i < count; i++) {
				int32_t us = sample((round + (unsigned)part) % SHAPES, i, &random);

				histogram_add(&each[part], us);
				histogram_add(&whole, us);
			}
		}
		/* (a + b) + c, and c + (b + a) */
		histogram_merge(&left, &each[0]);
		histogram_merge(&left, &each[1]);
		histogram_merge(&left, &each[2]);
		histogram_merge(&right, &each[1]);
		histogram_merge(&right, &each[0]);
		histogram_merge(&each[2], &right);
		assert_same(&left, &whole);
		assert_same(&each[2], &whole);
		for (size_t part = 0; part < 3; part++)
			histogram_finish(&each[part]);
		histogram_finish(&whole);
		histogram_finish(&left);
		histogram_finish(&right);
	}
}

static void counts_stop_at_the_most(void **state)
{
	struct histogram histogram = { 0 }, other = { 0 };

	histogram_add(&histogram, 5);
	histogram_add(&other, 5);
	histogram_add(&other, 7);
	for (int i = 0; i < 31; i++) {
		struct histogram twin = { 0 };

		histogram_merge(&twin, &histogram);
		histogram_merge(&histogram, &twin);
		histogram_finish(&twin);
	}
	assert_int_equal(histogram.count, UINT32_C(1) << 31);
	histogram_merge(&other, &histogram);
	histogram_merge(&histogram, &other);
	assert_int_equal(histogram.buckets[0].count, UINT32_MAX);
	assert_int_equal(histogram.buckets[1].count, 1);
	assert_int_equal(histogram.count, UINT64_C(1) << 32);
	histogram_add(&histogram, 5);
	assert_int_equal(histogram.buckets[0].count, UINT32_MAX);
	assert_int_equal(histogram.count, UINT64_C(1) << 32);
	assert_int_equal(histogram_quantile_us(&histogram, 0.999), 5);
	assert_int_equal(histogram_quantile_us(&histogram, 1), 7);
	histogram_finish(&histogram);
	histogram_finish(&other);
}

static void coded_byte_by_byte(void **state)
{
	static const struct { const char *what; int64_t us[6]; size_t count; const char *bytes; size_t length; } rows[] = {
		{ "empty", { 0 }, 0, "\x01\x00", 2 },
		{ "nothing took no time", { 0 }, 1, "\x01\x01\x00", 3 },
		{ "one", { 7 }, 1, "\x01\x01\x0e", 3 },
		{ "two alike", { 7, 7 }, 2, "\x01\x01\x0f\x00", 4 },
		{ "neighbours", { 8, 7 }, 2, "\x01\x02\x0e\x00", 4 },
		{ "a gap", { 7, 10, 10, 10 }, 4, "\x01\x02\x0e\x05\x01", 5 },
		{ "a varint of two bytes", { 64 }, 1, "\x01\x01\x80\x01", 4 },
		{ "the last bucket", { INT64_MAX }, 1, "\x01\x01\xea\x0d", 4 },
		{ "first and last", { 0, INT64_MAX }, 2, "\x01\x02\x00\xe8\x0d", 5 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct histogram histogram = { 0 }, again = { 0 };
		struct buf out;

		buf_init(&out, HISTOGRAM_CODED_MOST);
		for (size_t k = 0; k < rows[i].count; k++)
			histogram_add(&histogram, rows[i].us[k]);
		histogram_encode(&histogram, &out);
		if (out.length != rows[i].length || memcmp(out.data, rows[i].bytes, out.length) != 0)
			fail_msg("%s: other bytes", rows[i].what);
		assert_true(histogram_decode(&again, rows[i].bytes, rows[i].length, NULL));
		assert_same(&again, &histogram);
		buf_finish(&out);
		histogram_finish(&histogram);
		histogram_finish(&again);
	}
}

static void codings_come_back(void **state)
{
	struct histogram again = { 0 };
	uint64_t random = 9;

	for (unsigned round = 0; round < 400; round++) {
		struct histogram histogram = { 0 };
		size_t count = (size_t)draw(&random) % (round % 2 ? 2000 : 20);
		struct buf out;

		for (size_t i = 0; i < count; i++)
			histogram_add(&histogram, sample(round % SHAPES, i, &random));
		buf_init(&out, HISTOGRAM_CODED_MOST);
		histogram_encode(&histogram, &out);
		assert_false(out.full);
		/* as it was: what is decoded into may hold something */
		assert_true(histogram_decode(&again, out.data, out.length, NULL));
		assert_same(&again, &histogram);
		/* cut anywhere, it is none */
		for (size_t cut = 0; cut < out.length; cut += 1 + cut / 16)
			assert_false(histogram_decode(&again, out.data, cut, NULL));
		buf_finish(&out);
		histogram_finish(&histogram);
	}
	histogram_finish(&again);
}

/* All buckets with the longest counts: the limit in the header is one. */
static void the_longest_coding_fits(void **state)
{
	struct histogram histogram = { 0 }, again = { 0 };
	struct buf out;

	for (int64_t us = 0; us <= HISTOGRAM_MOST_US; us += 1 + us / 64)
		histogram_add(&histogram, us);
	assert_int_equal(histogram.used, HISTOGRAM_BUCKETS);
	for (uint32_t i = 0; i < histogram.used; i++)
		histogram.buckets[i].count = UINT32_MAX;
	histogram.count = UINT64_C(0xffffffff) * HISTOGRAM_BUCKETS;
	buf_init(&out, HISTOGRAM_CODED_MOST);
	histogram_encode(&histogram, &out);
	assert_false(out.full);
	assert_true(histogram_decode(&again, out.data, out.length, NULL));
	assert_same(&again, &histogram);
	assert_true(is_near(histogram_quantile_us(&again, 1), HISTOGRAM_MOST_US));
	buf_finish(&out);
	histogram_finish(&histogram);
	histogram_finish(&again);
}

static void bad_codings_are_refused(void **state)
{
#define ROW(what, bytes) { what, bytes, sizeof(bytes) - 1 }
	static const struct { const char *what; const char *bytes; size_t length; } rows[] = {
		ROW("nothing", ""),
		ROW("version 0", "\x00\x00"),
		ROW("version 2", "\x02\x00"),
		ROW("no number of buckets", "\x01"),
		ROW("a number of buckets that does not end", "\x01\x80"),
		ROW("a number of buckets with a byte too many", "\x01\x80\x00"),
		ROW("more buckets than bytes", "\x01\x02\x00"),
		ROW("more buckets than there are", "\x01\xf7\x06\x00"),
		ROW("a number of buckets of 33 bits", "\x01\x80\x80\x80\x80\x10"),
		ROW("a number of buckets of six bytes", "\x01\x80\x80\x80\x80\x80\x00"),
		ROW("something behind", "\x01\x00\x00"),
		ROW("something behind a bucket", "\x01\x01\x0e\x00"),
		ROW("a bucket that does not end", "\x01\x01\x80"),
		ROW("a bucket with a byte too many", "\x01\x01\x8e\x00"),
		ROW("a bucket behind the last", "\x01\x01\xec\x0d"),
		ROW("a far bucket", "\x01\x01\xff\xff\xff\xff\x0f"),
		ROW("a bucket of 35 bits", "\x01\x01\xff\xff\xff\xff\x7f"),
		ROW("a gap behind the last", "\x01\x02\xea\x0d\x00"),
		ROW("a gap that comes to it", "\x01\x02\x00\xea\x0d"),
		ROW("no count", "\x01\x01\x0f"),
		ROW("a count that does not end", "\x01\x01\x0f\x80"),
		ROW("a count with a byte too many", "\x01\x01\x0f\x80\x00"),
		ROW("a count of 2^32", "\x01\x01\x0f\xfe\xff\xff\xff\x0f"),
		ROW("a count of 2^32 + 1", "\x01\x01\x0f\xff\xff\xff\xff\x0f"),
		ROW("a count of 33 bits", "\x01\x01\x0f\x80\x80\x80\x80\x10"),
	};
	static const char most[] = "\x01\x01\x0f\xfd\xff\xff\xff\x0f";
	struct histogram histogram = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = { 0 };

		histogram_add(&histogram, 3);
		if (histogram_decode(&histogram, rows[i].bytes, rows[i].length, &err))
			fail_msg("taken: %s", rows[i].what);
		assert_int_equal(histogram.count, 0);
		assert_int_equal(histogram.used, 0);
		assert_int_equal(err.code, EXIT_DATA);
		assert_non_null(strstr(err.text, "not a histogram: "));
	}
	assert_true(histogram_decode(&histogram, most, sizeof(most) - 1, NULL));
	assert_int_equal(histogram.count, UINT32_MAX);
	histogram_finish(&histogram);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_latency),
		cmocka_unit_test(every_bucket_is_narrow),
		cmocka_unit_test(within_the_error_of_sorted_values),
		cmocka_unit_test(none_has_no_quantile),
		cmocka_unit_test(merging_is_adding_all),
		cmocka_unit_test(counts_stop_at_the_most),
		cmocka_unit_test(coded_byte_by_byte),
		cmocka_unit_test(codings_come_back),
		cmocka_unit_test(the_longest_coding_fits),
		cmocka_unit_test(bad_codings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
