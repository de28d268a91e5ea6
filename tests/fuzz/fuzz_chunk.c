/*
 * Any bytes as a packed hour: they are refused with a reason, or are beats in order of time that pack and read as the same again.
 * And any bytes as beats: what goes in comes out.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/chunk.h"
#include "kumatop/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COMPARED_MOST = 4096 };	/* a few bytes may say many thousands of beats, which is slow to do again */

static void require(bool fine)
{
	if (!fine)
		abort();
}

static void require_same(const struct chunk_beat *a, const struct chunk_beat *b)
{
	require(a->time_us == b->time_us && a->reach_ms == b->reach_ms && a->code == b->code);
	require(a->state == b->state && a->verdict == b->verdict && a->outcome == b->outcome);
	require(memcmp(a->phase_us, b->phase_us, sizeof a->phase_us) == 0 && a->cert_expires_us == b->cert_expires_us);
	require(a->detail == b->detail && a->address == b->address);
}

/* Packs what the packer holds and reads it back. */
static void pack_and_compare(struct chunk_packer *packer)
{
	struct chunk_beat *beats = packer->beats;
	struct chunk_reader reader;
	struct chunk_beat beat;
	size_t count = packer->count;
	struct buf out;

	buf_init(&out, 64 << 20);
	require(chunk_pack(packer, &out));
	require(chunk_open(&reader, out.data, out.length) && reader.count == count);
	for (size_t i = 0; i < count; i++) {
		require(chunk_next(&reader, &beat) == CHUNK_BEAT);
		require_same(&beat, &beats[i]);
	}
	require(chunk_next(&reader, &beat) == CHUNK_END && !reader.trouble);
	buf_finish(&out);
}

static void read_chunk(const uint8_t *data, size_t size)
{
	struct chunk_packer packer;
	struct chunk_reader reader;
	struct chunk_beat beat;
	enum chunk_step step;
	size_t count = 0;
	int64_t last_us = INT64_MIN;

	if (!chunk_open(&reader, data, size)) {
		require(reader.trouble && *reader.trouble && text_is_clean(reader.trouble));
		return;
	}
	require(reader.count <= CHUNK_BEATS_MOST);
	chunk_packer_init(&packer);
	while ((step = chunk_next(&reader, &beat)) == CHUNK_BEAT) {
		require(beat.time_us >= last_us && ++count <= reader.count);
		last_us = beat.time_us;
		if (count <= COMPARED_MOST)
			require(chunk_packer_add(&packer, &beat));
	}
	require(step == CHUNK_BROKEN ? reader.trouble != NULL : count == reader.count);
	pack_and_compare(&packer);
	chunk_packer_finish(&packer);
}

/* Numbers of 1 to 8 bytes, as long as there are any. */
static int64_t take(const uint8_t **data, size_t *size)
{
	uint64_t value = 0;
	size_t width;

	if (!*size)
		return 0;
	width = 1 + **data % 8u;
	++*data;
	--*size;
	for (; width && *size; width--, ++*data, --*size)
		value = value << 8 | **data;
	return (int64_t)value;
}

static void pack_numbers(const uint8_t *data, size_t size)
{
	struct chunk_beat beat = { .time_us = INT64_MIN };
	struct chunk_packer packer;

	chunk_packer_init(&packer);
	while (size) {
		uint64_t step = (uint64_t)take(&data, &size), room = (uint64_t)INT64_MAX - (uint64_t)beat.time_us;
		uint8_t what = (uint8_t)take(&data, &size);

		beat.time_us = (int64_t)((uint64_t)beat.time_us + (step < room ? step : room));
		beat.phase_us[what % PHASE_COUNT] = (int32_t)take(&data, &size);
		if (what & 0x10)
			beat.reach_ms = beat.code = (int32_t)take(&data, &size);
		if (what & 0x20)
			beat.state = beat.verdict = beat.outcome = (uint8_t)take(&data, &size);
		if (what & 0x40)
			beat.cert_expires_us = take(&data, &size);
		if (what & 0x80)
			beat.detail = beat.address = take(&data, &size);
		require(chunk_packer_add(&packer, &beat));
	}
	pack_and_compare(&packer);
	chunk_packer_finish(&packer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 1 << 16)
		return 0;
	read_chunk(data, size);
	pack_numbers(data, size);
	return 0;
}
