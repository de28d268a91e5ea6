/*
 * What the packer and the reader of the packed hour share: its columns and forms (chunk.h lays them down) and the arithmetic of both.
 */
#ifndef MODEL_CHUNK_FORM_H
#define MODEL_CHUNK_FORM_H

#include <assert.h>

#include "kumatop/chunk.h"

enum column {
	COLUMN_START,
	COLUMN_REACH,
	COLUMN_STATE,
	COLUMN_VERDICT,
	COLUMN_OUTCOME,
	COLUMN_CODE,
	COLUMN_PRESENT,
	COLUMN_PHASES,		/* five of them, in the order of enum phase */
	COLUMN_EXCESS = COLUMN_PHASES + PHASE_TOTAL,
	COLUMN_CERT,
	COLUMN_DETAIL,
	COLUMN_ADDRESS,
};

static_assert(PHASE_TOTAL == 5 && PHASE_COUNT == 6 && (int)COLUMN_ADDRESS == CHUNK_COLUMNS - 1, "the columns are kept in databases");

enum form { FORM_CONSTANT, FORM_RUNS, FORM_SPREAD, FORM_STEPS };

enum {
	K_MOST = 40,
	ONES_MOST = 12,		/* as many ones, or more, are an escape */
	WIDTH_BITS = 6,
};

/* The bit by which COLUMN_PRESENT says that a beat has a value in the column; 0: every beat has. */
static inline unsigned column_bit(int column)
{
	if (column >= COLUMN_PHASES && column < COLUMN_EXCESS)
		return 1u << (column - COLUMN_PHASES);
	return column == COLUMN_CERT ? 1u << PHASE_TOTAL : 0;
}

static inline uint64_t zigzag(uint64_t difference)
{
	return (difference << 1) ^ (0 - (difference >> 63));
}

static inline uint64_t unzigzag(uint64_t number)
{
	return (number >> 1) ^ (0 - (number & 1));
}

static inline uint64_t low_bits(uint64_t number, unsigned bits)
{
	return bits < 64 ? number & ((UINT64_C(1) << bits) - 1) : number;
}

static inline uint64_t known_total(const struct chunk_beat *beat)
{
	return beat->phase_us[PHASE_TOTAL] > 0 ? (uint64_t)beat->phase_us[PHASE_TOTAL] : 0;
}

/* What total is expected to be. */
static inline uint64_t phase_sum(const struct chunk_beat *beat)
{
	uint64_t sum = 0;

	for (int i = 0; i < PHASE_TOTAL; i++)
		if (beat->phase_us[i] > 0)
			sum += (uint64_t)beat->phase_us[i];
	return sum;
}

#endif
