/*
 * The packed hour: the beats of one monitor and one hour as the bytes of beat_chunk.data (codec 1). Lossless; pure: it knows neither the
 * database nor the clock, and a text is an id into the table `text`. The values are those of beat_tail, with -1 (code, phases) or 0
 * (cert_expires_us, texts) where that has NULL.
 *
 * The bytes, for whoever reads them without us. All arithmetic is on 64 bits and wraps around.
 *
 *   varint   7 bits a byte, the lowest first, bit 7 set in all but the last byte; at most 64 bits; never longer than needed
 *   zigzag   a signed number as an unsigned one: 0, -1, 1, -2, 2 … are 0, 1, 2, 3, 4 …
 *
 *   byte     1, the version
 *   varint   count of beats, at most 65,536. If it is 0 nothing follows
 *   varint   zigzag of the origin, see column 0
 *   16 columns, one behind the other, count values each except where less is said, and nothing behind them:
 *
 *      0  start: time_us - total_us (time_us if there is no total), as its difference to that of the beat before; to the origin of the first
 *      1  reach_ms
 *      2  state
 *      3  verdict
 *      4  outcome
 *      5  code
 *      6  what there is: 1 name_us + 2 connect_us + 4 tls_us + 8 first_byte_us + 16 transfer_us + 32 cert_expires_us
 *      7  name_us, of the beats that have it; the others have -1, and so with the next
 *      8  connect_us
 *      9  tls_us
 *     10  first_byte_us
 *     11  transfer_us
 *     12  total_us less the sum of those of columns 7 to 11 that are above 0; there is none if that makes it -1
 *     13  cert_expires_us, of the beats that have it; the others have 0
 *     14  detail
 *     15  address
 *
 *   A column is a varint, length * 4 + form, and length bytes; the form is
 *
 *      0  constant: varint zigzag of the value all have
 *      1  runs: pairs of a varint zigzag of the difference to the value before (the first to 0) and a varint, how many have it (not 0);
 *         a column without values is an empty one of these
 *      2  spread: each value as its difference to a base     } a byte, k, 0 to 40; varint zigzag of the base; and the zigzags
 *      3  steps: as that to the value before (the first to   } of the differences as bits, the lowest bit of a byte first. Bits that
 *         the base)                                          } are left of the last byte are 0
 *
 *   As bits a number n is n >> k times a 1, a 0, and the k low bits of n, the lowest first; one whose n >> k is 12 or more is twelve
 *   times a 1, six bits with its width less 1, and that many bits of n (a Rice code with an escape). k, base and form are the packer's
 *   choice, whatever is shortest.
 *
 * Times never go back, states and the like fit a byte, times aside what is an int32_t below fits that.
 */
#ifndef KUMATOP_CHUNK_H
#define KUMATOP_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/buf.h"
#include "kumatop/result.h"

enum {
	CHUNK_CODEC = 1,		/* beat_chunk.codec, and the first byte */
	CHUNK_BEATS_MOST = 65536,
	CHUNK_BYTES_MOST = 1 << 24,	/* more than so many beats take */
	CHUNK_COLUMNS = 16,
};

struct chunk_beat {
	int64_t time_us;
	int32_t reach_ms;
	uint8_t state, verdict, outcome;	/* numbers of a newer program pass */
	int32_t code;				/* -1: none */
	int32_t phase_us[PHASE_COUNT];		/* -1: not reached */
	int64_t cert_expires_us;		/* 0: none */
	int64_t detail, address;		/* text.id; 0: none */
};

/* Packing: gathers the beats, and packs them at the end. Owned by one thread. */
struct chunk_packer {
	struct chunk_beat *beats;
	size_t count, capacity;
};

void chunk_packer_init(struct chunk_packer *packer);
void chunk_packer_finish(struct chunk_packer *packer);	/* accepts one finished before */

/* In order of time. false: there are CHUNK_BEATS_MOST of them already. */
bool chunk_packer_add(struct chunk_packer *packer, const struct chunk_beat *beat);

/* Appends the chunk to out and empties the packer for the next; false: out is full, and what it holds of the chunk is of no use. */
bool chunk_pack(struct chunk_packer *packer, struct buf *out);

/* Reading, beat by beat. Owned by one thread; nothing is to be released. The fields are for chunk.c, but count and trouble. */
struct chunk_column {
	const uint8_t *data;
	uint64_t length;	/* bytes */
	uint64_t at;		/* next byte; of spread and steps the next bit */
	uint64_t value;		/* constant, the base, or the one before */
	uint64_t run;		/* how many more have it */
	uint8_t form, k;
};

struct chunk_reader {
	size_t count;		/* of beats, as the chunk says */
	const char *trouble;	/* what is wrong with it; NULL: nothing so far */
	size_t left;
	uint64_t start;
	int64_t last_us;
	struct chunk_column columns[CHUNK_COLUMNS];
};

enum chunk_step { CHUNK_BEAT, CHUNK_END, CHUNK_BROKEN };

/* Borrows data, which may be anything, until the last next(). false: it is no chunk, see trouble. */
bool chunk_open(struct chunk_reader *reader, const void *data, size_t size);

/*
 * The next beat; the end, told only when all bytes were accounted for; or that the chunk is malformed, for good, which may come
 * after beats that looked right.
 */
enum chunk_step chunk_next(struct chunk_reader *reader, struct chunk_beat *beat);

#endif
