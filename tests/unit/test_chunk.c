/*
 * Reading packed hours: the bytes as chunk.h lays them down, and what is refused. test_chunk_pack.c makes some.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/chunk.h"
#include "kumatop/heap.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool same(const struct chunk_beat *a, const struct chunk_beat *b)
{
	return a->time_us == b->time_us && a->reach_ms == b->reach_ms && a->state == b->state && a->verdict == b->verdict
		&& a->outcome == b->outcome && a->code == b->code && memcmp(a->phase_us, b->phase_us, sizeof a->phase_us) == 0
		&& a->cert_expires_us == b->cert_expires_us && a->detail == b->detail && a->address == b->address;
}

/* Two beats in bytes put together by hand after chunk.h: the head and the columns. */
struct bytes {
	const char *data;
	size_t length;
};

#define BYTES(text) { (text), sizeof(text) - 1 }

enum { PARTS = 1 + CHUNK_COLUMNS };

static const struct bytes hand[PARTS] = {
	BYTES("\x01\x02\xd0\x0f"),			/* two beats, the origin is 1000 */
	BYTES("\x08\xc8\x01"),				/* starts: each 100 after the one before */
	BYTES("\x04\x28"),				/* reach 20 */
	BYTES("\x11\x02\x01\x02\x01"),			/* state, runs: 1 once, 2 once */
	BYTES("\x04\x00"),				/* verdict */
	BYTES("\x04\x00"),				/* outcome */
	BYTES("\x08\x90\x03"),				/* code 200 */
	BYTES("\x11\x46\x01\x3f\x01"),			/* present: name, connect, certificate; then without certificate */
	BYTES("\x0e\x02\x14\x4a"),			/* name, spread: k 2, base 10, numbers 1 and 6: 0 10, 10 01 */
	BYTES("\x0f\x00\x28\x06"),			/* connect, steps: k 0, base 20, numbers 0 and 2: 0, 110 */
	BYTES("\x01"), BYTES("\x01"), BYTES("\x01"),	/* nobody came that far */
	BYTES("\x04\x02"),				/* total: one more than the sum */
	BYTES("\x04\x0e"),				/* certificate */
	BYTES("\x04\x0a"),				/* detail */
	BYTES("\x1a\x00\x00\xff\x7f\x20\x03"),		/* address: 100 by escape, width 8; 0 */
};

static const struct chunk_beat hand_beats[2] = {
	{ .time_us = 1130, .reach_ms = 20, .state = 1, .code = 200, .phase_us = { 9, 20, -1, -1, -1, 30 }, .cert_expires_us = 7,
		.detail = 5, .address = 100 },
	{ .time_us = 1235, .reach_ms = 20, .state = 2, .code = 200, .phase_us = { 13, 21, -1, -1, -1, 35 }, .detail = 5 },
};

/* The chunk by hand, with another part in place of one; -1: as it is. Memory of exactly its size. */
static uint8_t *put_together(int place, struct bytes other, size_t *length)
{
	uint8_t *chunk;

	*length = 0;
	for (int i = 0; i < PARTS; i++)
		*length += i == place ? other.length : hand[i].length;
	chunk = heap_zero(*length, 1);
	*length = 0;
	for (int i = 0; i < PARTS; i++) {
		const struct bytes *part = i == place ? &other : &hand[i];

		memcpy(chunk + *length, part->data, part->length);
		*length += part->length;
	}
	return chunk;
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

static void by_hand(void **state)
{
	struct chunk_reader reader;
	struct chunk_beat beat;
	size_t length;
	uint8_t *chunk = put_together(-1, hand[0], &length);

	assert_true(chunk_open(&reader, chunk, length));
	assert_int_equal(reader.count, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(chunk_next(&reader, &beat), CHUNK_BEAT);
		assert_true(same(&beat, &hand_beats[i]));
	}
	assert_int_equal(chunk_next(&reader, &beat), CHUNK_END);
	free(chunk);
}

#define VERSION "it is of a version not known here"
#define COUNT "the count of beats makes no sense"
#define FIRST "the first time makes no sense"
#define BEGIN "a column does not begin as it should"
#define BEHIND "there is more behind its end"
#define EARLY "a column ends too early"
#define LATE "a column goes on behind its last value"
#define RANGE "a number is out of range"
#define BACK "its times go back"

static void malformed_heads(void **state)
{
	static const struct { struct bytes chunk; const char *trouble; } rows[] = {
		{ BYTES(""), VERSION },
		{ BYTES("\x00\x00"), VERSION },
		{ BYTES("\x02\x00"), VERSION },
		{ BYTES("\x01"), COUNT },
		{ BYTES("\x01\x80"), COUNT },
		{ BYTES("\x01\x80\x00"), COUNT },				/* longer than needed */
		{ BYTES("\x01\x81\x80\x04"), COUNT },				/* 65,537 */
		{ BYTES("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), COUNT },
		{ BYTES("\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02"), COUNT },	/* 65 bits */
		{ BYTES("\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), COUNT },
		{ BYTES("\x01\x00\x00"), BEHIND },
		{ BYTES("\x01\x01"), FIRST },
		{ BYTES("\x01\x01\xff"), FIRST },
		{ BYTES("\x01\x01\x00"), BEGIN },
		{ BYTES("\x01\x80\x80\x04\x00"), BEGIN },			/* 65,536 beats of nothing */
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t *chunk = heap_zero(rows[i].chunk.length + 1, 1);
		size_t beats;
		const char *trouble;

		memcpy(chunk + 1, rows[i].chunk.data, rows[i].chunk.length);
		trouble = read_all(chunk + 1, rows[i].chunk.length, &beats);
		if (!trouble || strcmp(trouble, rows[i].trouble) != 0)
			fail_msg("row %zu: %s", i, trouble ? trouble : "taken");
		free(chunk);
	}
}

static void malformed_parts(void **state)
{
	static const struct { int place; struct bytes part; size_t beats; const char *trouble; } rows[] = {
		{ 0, BYTES("\x01\x03\xd0\x0f"), 2, EARLY },
		{ 0, BYTES("\x01\x01\xd0\x0f"), 1, LATE },
		{ 16, BYTES("\x1a\x00\x00\xff\x7f\x20\x03\x00"), 0, BEHIND },
		{ 16, BYTES("\x1e\x00\x00\xff\x7f\x20\x03"), 0, BEGIN },	/* longer than there is */
		{ 16, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 0, BEGIN },
		{ 16, BYTES(""), 0, BEGIN },
		{ 1, BYTES("\x0c\xc8\x01\x00"), 0, BEGIN },			/* more behind a constant */
		{ 1, BYTES("\x00"), 0, BEGIN },
		{ 1, BYTES("\x04\x80"), 0, BEGIN },
		{ 1, BYTES("\x08\xc7\x01"), 1, BACK },
		{ 2, BYTES("\x14\x80\x80\x80\x80\x10"), 0, RANGE },		/* reach 2^31 */
		{ 2, BYTES("\x14\x81\x80\x80\x80\x10"), 0, RANGE },		/* -2^31 - 1 */
		{ 3, BYTES("\x11\x02\x00\x02\x02"), 0, EARLY },		/* a run of none */
		{ 3, BYTES("\x11\x02\x01\x02\x02"), 2, LATE },
		{ 3, BYTES("\x19\x02\x01\x02\x01\x02\x01"), 2, LATE },
		{ 3, BYTES("\x0d\x02\x01\x02"), 1, EARLY },
		{ 3, BYTES("\x09\x02\x81"), 0, EARLY },
		{ 3, BYTES("\x01"), 0, EARLY },
		{ 3, BYTES("\x35\x02\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02\x02\x01"), 0, EARLY },	/* a run of 2^64 */
		{ 3, BYTES("\x08\x80\x04"), 0, RANGE },			/* state 256 */
		{ 4, BYTES("\x04\x01"), 0, RANGE },				/* verdict -1 */
		{ 6, BYTES("\x14\x80\x80\x80\x80\x10"), 0, RANGE },
		{ 7, BYTES("\x08\x80\x01"), 0, RANGE },			/* what there is: 64 */
		{ 7, BYTES("\x04\x0e"), 0, EARLY },				/* TLS, which its column has not */
		{ 7, BYTES("\x04\x46"), 2, NULL },				/* the certificate is a constant: one more is no harm */
		{ 7, BYTES("\x04\x02"), 2, LATE },				/* nobody connected */
		{ 8, BYTES("\x02"), 0, BEGIN },
		{ 8, BYTES("\x06\x02"), 0, BEGIN },
		{ 8, BYTES("\x0e\x29\x14\x4a"), 0, BEGIN },			/* k 41 */
		{ 8, BYTES("\x0e\x02\x94\x80"), 0, BEGIN },
		{ 8, BYTES("\x0a\x02\x14"), 0, EARLY },
		{ 8, BYTES("\x0e\x02\x14\xca"), 2, LATE },			/* a bit that is left is 1 */
		{ 8, BYTES("\x12\x02\x14\x4a\x00"), 2, LATE },
		{ 8, BYTES("\x0e\x00\x14\xff"), 0, EARLY },			/* an escape that is cut off */
		{ 8, BYTES("\x16\x00\x14\xff\xff\xff"), 0, EARLY },		/* and one of 64 bits */
		{ 8, BYTES("\x0e\x28\x14\x4a"), 0, EARLY },			/* k 40 in one byte */
		{ 9, BYTES("\x14\x80\x80\x80\x80\x10"), 0, RANGE },
		{ 13, BYTES("\x14\xfe\xff\xff\xff\x0f"), 0, RANGE },		/* a total above what fits */
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t length, beats;
		uint8_t *chunk = put_together(rows[i].place, rows[i].part, &length);
		const char *trouble = read_all(chunk, length, &beats);

		if (beats != rows[i].beats || !trouble != !rows[i].trouble || (trouble && strcmp(trouble, rows[i].trouble) != 0))
			fail_msg("row %zu: %s after %zu", i, trouble ? trouble : "taken", beats);
		free(chunk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(malformed_heads),
		cmocka_unit_test(malformed_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
