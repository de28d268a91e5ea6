/*
 * Latencies counted in log-linear buckets. Which latencies count, and what a histogram is of, is others' business.
 *
 * Few buckets are in use at a time, because a service answers about as fast as it did before; so they are an ordered list, searched by
 * halves. A merge walks both lists once.
 */
#include "kumatop/histogram.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

enum {
	CODING_VERSION = 1,
	WIDTH_BITS = 5,
	PER_DOUBLING = 1 << WIDTH_BITS,
	BUCKETS_AT_FIRST = 4,
	VARINT_MOST = 5,	/* bytes, of 32 bits */
};

void histogram_finish(struct histogram *histogram)
{
	free(histogram->buckets);
	*histogram = (struct histogram){ 0 };
}

void histogram_clear(struct histogram *histogram)
{
	histogram->used = 0;
	histogram->count = 0;
}

static uint32_t number_of(int64_t us)
{
	uint64_t value = us > HISTOGRAM_MOST_US ? (uint64_t)HISTOGRAM_MOST_US : (uint64_t)us;
	unsigned shift = 0;

	while (value >> shift >= 2 * PER_DOUBLING)
		shift++;
	return shift * PER_DOUBLING + (uint32_t)(value >> shift);
}

static int64_t middle_of(uint32_t number)
{
	unsigned shift;
	int64_t first;

	if (number < 2 * PER_DOUBLING)
		return number;
	shift = number / PER_DOUBLING - 1;
	first = (int64_t)(PER_DOUBLING + number % PER_DOUBLING) << shift;
	return first + ((INT64_C(1) << shift) - 1) / 2;
}

/* The index of the bucket, or where it belongs. */
static uint32_t find(const struct histogram *histogram, uint32_t number)
{
	uint32_t low = 0, high = histogram->used;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (histogram->buckets[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* By halves and not by doublings: there may be some hundred thousand histograms. */
static void reserve(struct histogram *histogram, uint32_t used)
{
	if (used <= histogram->capacity)
		return;
	histogram->capacity += histogram->capacity / 2;
	if (histogram->capacity < BUCKETS_AT_FIRST)
		histogram->capacity = BUCKETS_AT_FIRST;
	if (histogram->capacity < used)
		histogram->capacity = used;
	histogram->buckets = heap_resize(histogram->buckets, histogram->capacity, sizeof(*histogram->buckets));
}

static uint32_t add_counts(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void histogram_add(struct histogram *histogram, int64_t us)
{
	uint32_t number, at;

	assert(us >= 0);
	number = number_of(us);
	at = find(histogram, number);
	if (at < histogram->used && histogram->buckets[at].number == number) {
		if (histogram->buckets[at].count == UINT32_MAX)
			return;
		histogram->buckets[at].count++;
	} else {
		reserve(histogram, histogram->used + 1);
		memmove(histogram->buckets + at + 1, histogram->buckets + at, (histogram->used - at) * sizeof(*histogram->buckets));
		histogram->buckets[at] = (struct histogram_bucket){ number, 1 };
		histogram->used++;
	}
	histogram->count++;
}

static uint32_t used_together(const struct histogram *a, const struct histogram *b)
{
	uint32_t i = 0, j = 0, used = 0;

	for (; i < a->used && j < b->used; used++) {
		uint32_t x = a->buckets[i].number, y = b->buckets[j].number;

		i += x <= y;
		j += y <= x;
	}
	return used + (a->used - i) + (b->used - j);
}

/* From the end on, so that nothing is moved twice and no second list is needed. */
/* All of from's are in into: as a rule, once into has many. */
static void add_in_place(struct histogram *into, const struct histogram *from)
{
	struct histogram_bucket *bucket = into->buckets;

	for (uint32_t j = 0; j < from->used; j++) {
		uint32_t before;

		while (bucket->number < from->buckets[j].number)
			bucket++;
		before = bucket->count;
		bucket->count = add_counts(before, from->buckets[j].count);
		into->count += bucket->count - before;
	}
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	uint32_t used, i = into->used, j = from->used;

	assert(into != from);
	if (from->used == 0)
		return;
	used = used_together(into, from);
	if (used == into->used) {
		add_in_place(into, from);
		return;
	}
	reserve(into, used);
	into->used = used;
	into->count = 0;
	for (uint32_t k = used; k > 0; k--) {
		struct histogram_bucket bucket;

		if (j == 0 || (i > 0 && into->buckets[i - 1].number > from->buckets[j - 1].number)) {
			bucket = into->buckets[--i];
		} else {
			bucket = from->buckets[--j];
			if (i > 0 && into->buckets[i - 1].number == bucket.number)
				bucket.count = add_counts(bucket.count, into->buckets[--i].count);
		}
		into->buckets[k - 1] = bucket;
		into->count += bucket.count;
	}
}

/* As stats_percentile(): what floating point adds to a whole product must not make it the next rank. */
static uint64_t rank_of(uint64_t count, double p)
{
	double exact = p * (double)count, rank = ceil(exact - exact * 1e-15 - 1e-9);

	if (rank < 1)
		return 1;
	return rank < (double)count ? (uint64_t)rank : count;
}

int64_t histogram_quantile_us(const struct histogram *histogram, double p)
{
	uint64_t rank, passed;
	uint32_t at = 0;

	assert(p >= 0 && p <= 1);
	if (histogram->used == 0)
		return -1;
	rank = rank_of(histogram->count, p);
	for (passed = histogram->buckets[0].count; passed < rank; passed += histogram->buckets[at].count) {
		at++;
		assert(at < histogram->used);
	}
	return middle_of(histogram->buckets[at].number);
}

static void put_varint(struct buf *out, uint32_t value)
{
	uint8_t bytes[VARINT_MOST];
	size_t length = 0;

	while (value >= 0x80) {
		bytes[length++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	bytes[length++] = (uint8_t)value;
	(void)buf_add(out, bytes, length);	/* a buffer's limit is its owner's to ask for */
}

void histogram_encode(const struct histogram *histogram, struct buf *out)
{
	uint32_t expected = 0;

	(void)buf_add_char(out, CODING_VERSION);
	put_varint(out, histogram->used);
	for (uint32_t i = 0; i < histogram->used; i++) {
		const struct histogram_bucket *bucket = &histogram->buckets[i];

		put_varint(out, (bucket->number - expected) * 2 + (bucket->count > 1));
		if (bucket->count > 1)
			put_varint(out, bucket->count - 2);
		expected = bucket->number + 1;
	}
}

struct cursor {
	const uint8_t *at, *end;
};

/* false: it ends too early, has more than 32 bits, or could be shorter. */
static bool get_varint(struct cursor *cursor, uint32_t *value)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < VARINT_MOST && cursor->at < cursor->end; i++) {
		uint8_t byte = *cursor->at++;

		sum |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte & 0x80)
			continue;
		*value = (uint32_t)sum;
		return sum <= UINT32_MAX && (byte != 0 || i == 0);
	}
	return false;
}

static bool get_bucket(struct cursor *cursor, uint32_t expected, struct histogram_bucket *bucket)
{
	uint32_t gap, more;

	if (!get_varint(cursor, &gap) || gap / 2 >= HISTOGRAM_BUCKETS - expected)
		return false;
	*bucket = (struct histogram_bucket){ expected + gap / 2, 1 };
	if (gap % 2 == 0)
		return true;
	if (!get_varint(cursor, &more) || more > UINT32_MAX - 2)
		return false;
	bucket->count = more + 2;
	return true;
}

static bool refuse(struct histogram *histogram, struct error *err, const char *why)
{
	histogram_clear(histogram);
	return error_set(err, EXIT_DATA, "not a histogram: %s", why);
}

bool histogram_decode(struct histogram *histogram, const void *data, size_t length, struct error *err)
{
	struct cursor cursor = { data, length ? (const uint8_t *)data + length : data };
	uint32_t used, expected = 0;

	histogram_clear(histogram);
	if (length == 0 || *cursor.at++ != CODING_VERSION)
		return refuse(histogram, err, "unknown version");
	/* a bucket has a byte at least, so that a few bytes cannot ask for much memory */
	if (!get_varint(&cursor, &used) || used > HISTOGRAM_BUCKETS || used > (size_t)(cursor.end - cursor.at))
		return refuse(histogram, err, "impossible number of buckets");
	reserve(histogram, used);
	for (uint32_t i = 0; i < used; i++) {
		struct histogram_bucket *bucket = &histogram->buckets[i];

		if (!get_bucket(&cursor, expected, bucket))
			return refuse(histogram, err, "impossible bucket");
		expected = bucket->number + 1;
		histogram->count += bucket->count;
	}
	histogram->used = used;
	if (cursor.at != cursor.end)
		return refuse(histogram, err, "more than there should be");
	return true;
}
