/*
 * Packing hours: what goes in comes out, at what size; and what becomes of a chunk that is damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/chunk.h"
#include "kumatop/heap.h"
#include "kumatop/outcome.h"

#define HOUR_US INT64_C(3600000000)
#define BEGIN_US (INT64_C(490000) * HOUR_US)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { BYTES_MOST = 16 << 20 };

/* splitmix64: the same sequence everywhere. */
static uint64_t draw(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* About normal around mean; never below 1. */
static int32_t jitter(uint64_t *seed, int32_t mean, int32_t deviation)
{
	int64_t sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (int64_t)(draw(seed) % 1001);
	sum = mean + (sum - 6000) * deviation / 1000;
	return sum > 1 ? (int32_t)sum : 1;
}

static bool same(const struct chunk_beat *a, const struct chunk_beat *b)
{
	return a->time_us == b->time_us && a->reach_ms == b->reach_ms && a->state == b->state && a->verdict == b->verdict
		&& a->outcome == b->outcome && a->code == b->code && memcmp(a->phase_us, b->phase_us, sizeof a->phase_us) == 0
		&& a->cert_expires_us == b->cert_expires_us && a->detail == b->detail && a->address == b->address;
}

static void pack(const struct chunk_beat *beats, size_t count, struct buf *out)
{
	struct chunk_packer packer;

	chunk_packer_init(&packer);
	for (size_t i = 0; i < count; i++)
		assert_true(chunk_packer_add(&packer, &beats[i]));
	assert_true(chunk_pack(&packer, out));
	assert_int_equal(packer.count, 0);
	chunk_packer_finish(&packer);
}

/* Packs, reads back, compares, and says how many bytes it took. The copy ends where the chunk does, for the sanitizer. */
static size_t round_trip(const struct chunk_beat *beats, size_t count)
{
	struct chunk_reader reader;
	struct chunk_beat beat;
	struct buf out;
	size_t length;
	uint8_t *copy;

	buf_init(&out, BYTES_MOST);
	pack(beats, count, &out);
	length = out.length;
	copy = heap_zero(length, 1);
	memcpy(copy, out.data, length);
	buf_finish(&out);
	assert_true(chunk_open(&reader, copy, length));
	assert_int_equal(reader.count, count);
	for (size_t i = 0; i < count; i++) {
		if (chunk_next(&reader, &beat) != CHUNK_BEAT)
			fail_msg("beat %zu: %s", i, reader.trouble ? reader.trouble : "the end");
		if (!same(&beat, &beats[i]))
			fail_msg("beat %zu is another", i);
	}
	assert_int_equal(chunk_next(&reader, &beat), CHUNK_END);
	assert_int_equal(chunk_next(&reader, &beat), CHUNK_END);
	free(copy);
	return length;
}

/* What an HTTPS monitor far away measures: nothing is pooled, every phase jitters, the start by what the scheduler is late. */
static struct chunk_beat healthy(uint64_t *seed, int64_t planned_us, int32_t interval_ms)
{
	struct chunk_beat beat = {
		.reach_ms = interval_ms + 10000,
		.outcome = OUTCOME_OK,
		.state = 1,
		.code = 200,
		.phase_us = { jitter(seed, 900, 250), jitter(seed, 21000, 900), jitter(seed, 38000, 1800), jitter(seed, 64000, 7000),
			jitter(seed, 420, 90), 0 },
		.cert_expires_us = BEGIN_US + 80 * 24 * HOUR_US,
		.detail = 41,
		.address = 17,
	};
	int32_t total = jitter(seed, 160, 40);

	for (int i = 0; i < PHASE_TOTAL; i++)
		total += beat.phase_us[i];
	if (draw(seed) % 40 == 0) {	/* a slow answer now and then */
		beat.phase_us[PHASE_FIRST_BYTE] += 300000;
		total += 300000;
	}
	beat.phase_us[PHASE_TOTAL] = total;
	beat.time_us = planned_us + (int64_t)(draw(seed) % 20000) + total;
	return beat;
}

static struct chunk_beat failed(uint64_t *seed, int64_t planned_us, int32_t interval_ms)
{
	struct chunk_beat beat = {
		.reach_ms = interval_ms + 10000,
		.outcome = OUTCOME_CONNECT_TIMEOUT,
		.state = 4,
		.verdict = VERDICT_DOWN,
		.code = -1,
		.phase_us = { jitter(seed, 900, 250), -1, -1, -1, -1, 10000000 + jitter(seed, 500, 100) },
		.detail = 42,
		.address = 17,
	};

	beat.time_us = planned_us + (int64_t)(draw(seed) % 20000) + beat.phase_us[PHASE_TOTAL];
	return beat;
}

static struct chunk_beat pinged(uint64_t *seed, int64_t planned_us, int32_t interval_ms)
{
	struct chunk_beat beat = {
		.reach_ms = interval_ms + 10000,
		.outcome = OUTCOME_OK,
		.state = 1,
		.code = 0,
		.phase_us = { 15, -1, -1, jitter(seed, 9000, 700), -1, 0 },
		.address = 3,
	};

	beat.phase_us[PHASE_TOTAL] = 400000 + jitter(seed, 9500, 900);
	beat.time_us = planned_us + (int64_t)(draw(seed) % 20000) + beat.phase_us[PHASE_TOTAL];
	return beat;
}

typedef struct chunk_beat make_beat_fn(uint64_t *seed, int64_t planned_us, int32_t interval_ms);

static struct chunk_beat flapping(uint64_t *seed, int64_t planned_us, int32_t interval_ms)
{
	return draw(seed) % 2 ? healthy(seed, planned_us, interval_ms) : failed(seed, planned_us, interval_ms);
}

static struct chunk_beat *make_hour(make_beat_fn *make, size_t count)
{
	struct chunk_beat *beats = heap_zero(count, sizeof *beats);
	int64_t interval_us = HOUR_US / (int64_t)count;
	uint64_t seed = 20261122;

	for (size_t i = 0; i < count; i++) {
		beats[i] = make(&seed, BEGIN_US + (int64_t)i * interval_us, (int32_t)(interval_us / 1000));
		if (i && beats[i].time_us < beats[i - 1].time_us)	/* a time-out may end behind the next check */
			beats[i].time_us = beats[i - 1].time_us;
	}
	return beats;
}

/* The budget of a beat on disk is 16 bytes; a chunk is to leave room for the row and page around it. */
static void sizes(void **state)
{
	static const struct { const char *name; make_beat_fn *make; size_t count; double most; } rows[] = {
		{ "healthy", healthy, 60, 12 },
		{ "healthy", healthy, 720, 11 },
		{ "failing", failed, 60, 6 },
		{ "failing", failed, 720, 5 },
		{ "ping", pinged, 60, 6.5 },
		{ "ping", pinged, 720, 5.5 },
		{ "flapping", flapping, 60, 15 },
		{ "flapping", flapping, 720, 15 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct chunk_beat *beats = make_hour(rows[i].make, rows[i].count);
		double each = (double)round_trip(beats, rows[i].count) / (double)rows[i].count;

		free(beats);
		if (each > rows[i].most)
			fail_msg("%s, %zu beats: %.2f bytes each, at most %.2f", rows[i].name, rows[i].count, each, rows[i].most);
	}
}

/* What does not change is told once, however many beats there are. */
static void constant_costs_nothing(void **state)
{
	struct chunk_beat beats[720];

	for (size_t i = 0; i < COUNT_OF(beats); i++)
		beats[i] = (struct chunk_beat){ .time_us = BEGIN_US + (int64_t)i * 5000000, .code = -1, .phase_us = { 1, 2, 3, 4, 5, 15 } };
	assert_true(round_trip(beats, COUNT_OF(beats)) < 60);
}

static void few(void **state)
{
	uint64_t seed = 5;
	struct chunk_beat beats[3];

	assert_int_equal(round_trip(NULL, 0), 2);
	for (int i = 0; i < 3; i++)
		beats[i] = healthy(&seed, BEGIN_US + i * 60000000, 60000);
	for (size_t count = 1; count <= 3; count++)
		(void)round_trip(beats, count);
	beats[1] = beats[2] = beats[0];		/* of the same moment */
	(void)round_trip(beats, 3);
}

static void extremes(void **state)
{
	static const int32_t small[] = { INT32_MIN, -1, 0, 1, INT32_MAX, -2 };
	static const int64_t large[] = { INT64_MIN, INT64_MAX, 0, -1, 1, INT64_MIN + 1, INT64_MAX - 1 };
	struct chunk_beat beats[200] = { 0 };
	uint64_t seed = 77;

	for (size_t i = 0; i < COUNT_OF(beats); i++) {
		struct chunk_beat *beat = &beats[i];

		beat->time_us = i < 3 ? INT64_MIN + (int64_t)i : i < 100 ? (int64_t)i - 50 : INT64_MAX - 200 + (int64_t)i;
		beat->reach_ms = small[draw(&seed) % COUNT_OF(small)];
		beat->code = small[draw(&seed) % COUNT_OF(small)];
		beat->state = (uint8_t)draw(&seed);
		beat->verdict = (uint8_t)(draw(&seed) % 2 * 255);
		beat->outcome = (uint8_t)draw(&seed);
		for (int k = 0; k < PHASE_COUNT; k++)
			beat->phase_us[k] = small[draw(&seed) % COUNT_OF(small)];
		beat->cert_expires_us = large[draw(&seed) % COUNT_OF(large)];
		beat->detail = large[draw(&seed) % COUNT_OF(large)];
		beat->address = large[draw(&seed) % COUNT_OF(large)];
	}
	for (size_t count = 1; count <= COUNT_OF(beats); count += 7)
		(void)round_trip(beats, count);
	(void)round_trip(beats, COUNT_OF(beats));
	for (size_t i = 0; i < COUNT_OF(large); i++) {
		beats[0].time_us = large[i];
		(void)round_trip(beats, 1);
	}
}

/* Columns of every width, still, wandering, jumping or noisy, at random. */
static void random_sequences(void **state)
{
	for (uint64_t round = 1; round <= 300; round++) {
		uint64_t seed = round * 1000003;
		size_t count = 1 + draw(&seed) % 130;
		struct chunk_beat *beats = heap_zero(count, sizeof *beats);
		unsigned change = 1 + (unsigned)(draw(&seed) % 8), narrow = (unsigned)(draw(&seed) % 32);

		for (size_t i = 0; i < count; i++) {
			struct chunk_beat *beat = &beats[i];

			if (i)
				*beat = beats[i - 1];
			beat->time_us += (int64_t)(draw(&seed) >> (8 + draw(&seed) % 56));
			for (int k = 0; k < PHASE_COUNT; k++)
				if (draw(&seed) % change == 0)
					beat->phase_us[k] = (int32_t)((int64_t)(uint32_t)draw(&seed) >> narrow) - 1;
			if (draw(&seed) % (change * 4) == 0)
				beat->outcome = (uint8_t)draw(&seed);
			if (draw(&seed) % (change * 4) == 0)
				beat->detail = (int64_t)(draw(&seed) >> (draw(&seed) % 64));
			if (draw(&seed) % (change * 4) == 0)
				beat->code = (int32_t)(draw(&seed) % 600) - 1;
		}
		(void)round_trip(beats, count);
		free(beats);
	}
}

/* What the packer makes of one beat never changes: databases hold it. */
static void packed_bytes(void **state)
{
	static const char expected[] = "\x01\x01\x98\x11" "\x04\x00" "\x04\x28" "\x04\x02" "\x04\x00" "\x04\x00" "\x08\x90\x03" "\x04\x46"
		"\x04\x12" "\x04\x28" "\x01" "\x01" "\x01" "\x04\x02" "\x04\x0e" "\x04\x0a" "\x08\xc8\x01";
	static const struct chunk_beat beat = { .time_us = 1130, .reach_ms = 20, .state = 1, .code = 200,
		.phase_us = { 9, 20, -1, -1, -1, 30 }, .cert_expires_us = 7, .detail = 5, .address = 100 };
	struct buf out;

	buf_init(&out, BYTES_MOST);
	pack(&beat, 1, &out);
	assert_int_equal(out.length, sizeof expected - 1);
	assert_memory_equal(out.data, expected, out.length);
	buf_finish(&out);
}

/* Reads all there is; what is wrong with it, or NULL. */
static const char *read_all(const void *data, size_t length, size_t *beats)
{
	struct chunk_reader reader;
	struct chunk_beat beat;
	enum chunk_step step;

	*beats = 0;
	if (!chunk_open(&reader, data, length)) {
		assert_int_equal(chunk_next(&reader, &beat), CHUNK_BROKEN);
		return reader.trouble;
	}
	while ((step = chunk_next(&reader, &beat)) == CHUNK_BEAT)
		++*beats;
	assert_int_equal(chunk_next(&reader, &beat), step);
	assert_true((step == CHUNK_BROKEN) == (reader.trouble != NULL));
	return reader.trouble;
}

/* Cut anywhere it is refused; with any bit turned it is refused or read, and never as more beats than it says. */
static void damaged(void **state)
{
	struct chunk_beat *beats = make_hour(flapping, 60);
	struct buf out;
	size_t count;

	buf_init(&out, BYTES_MOST);
	pack(beats, 60, &out);
	for (size_t length = 0; length < out.length; length++) {
		uint8_t *cut = heap_zero(length + 1, 1);

		memcpy(cut + 1, out.data, length);
		if (!read_all(cut + 1, length, &count))
			fail_msg("cut to %zu it is taken", length);
		free(cut);
	}
	for (size_t bit = 0; bit < out.length * 8; bit++) {
		uint8_t *turned = heap_zero(out.length, 1);

		memcpy(turned, out.data, out.length);
		turned[bit / 8] = (uint8_t)(turned[bit / 8] ^ 1u << bit % 8);
		if (!read_all(turned, out.length, &count) && count != 60)
			fail_msg("bit %zu: %zu beats", bit, count);
		free(turned);
	}
	buf_finish(&out);
	free(beats);
}

static void limits(void **state)
{
	struct chunk_beat beat = { .time_us = 1 };
	struct chunk_packer packer;
	struct buf out;
	size_t count;

	chunk_packer_init(&packer);
	for (int i = 0; i < CHUNK_BEATS_MOST; i++, beat.time_us += 1 + i % 3)
		assert_true(chunk_packer_add(&packer, &beat));
	assert_false(chunk_packer_add(&packer, &beat));
	buf_init(&out, BYTES_MOST);
	assert_true(chunk_pack(&packer, &out));
	assert_null(read_all(out.data, out.length, &count));
	assert_int_equal(count, CHUNK_BEATS_MOST);
	buf_finish(&out);
	buf_init(&out, 20);			/* no room */
	assert_true(chunk_packer_add(&packer, &beat));
	assert_false(chunk_pack(&packer, &out));
	assert_int_equal(packer.count, 0);
	buf_finish(&out);
	chunk_packer_finish(&packer);
	chunk_packer_finish(&packer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(constant_costs_nothing),
		cmocka_unit_test(few),
		cmocka_unit_test(extremes),
		cmocka_unit_test(random_sequences),
		cmocka_unit_test(packed_bytes),
		cmocka_unit_test(damaged),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
