/*
 * Reading the hour of beats that chunk.h lays down byte by byte; chunk_pack.c makes it. Nothing is believed: there is a cursor into each
 * column, nothing is allocated, and no count makes it run further than CHUNK_BEATS_MOST beats.
 */
#include "chunk_form.h"

/* Bytes that are walked through. */
struct span {
	const uint8_t *data;
	uint64_t left;
};

static bool take_varint(struct span *span, uint64_t *number)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte;

		if (!span->left)
			return false;
		byte = *span->data++;
		span->left--;
		if ((shift == 63 && byte > 1) || (shift && !byte))
			return false;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*number = value;
			return true;
		}
	}
	return false;
}

static bool take_zigzag(struct span *span, uint64_t *value)
{
	uint64_t number;

	if (!take_varint(span, &number))
		return false;
	*value = unzigzag(number);
	return true;
}

/* What stands before the values; leaves the cursor at the first of them. */
static bool open_values(struct chunk_column *column)
{
	struct span span = { .data = column->data, .left = column->length };

	if (column->form == FORM_RUNS)
		return true;
	if (column->form == FORM_CONSTANT)
		return take_zigzag(&span, &column->value) && !span.left;
	if (!span.left || *span.data > K_MOST)
		return false;
	column->k = *span.data++;
	span.left--;
	if (!take_zigzag(&span, &column->value))
		return false;
	column->at = (column->length - span.left) * 8;
	return true;
}

static bool open_column(struct chunk_column *column, struct span *span)
{
	uint64_t head;

	if (!take_varint(span, &head) || head >> 2 > span->left)
		return false;
	*column = (struct chunk_column){ .data = span->data, .length = head >> 2, .form = head & 3 };
	span->data += column->length;
	span->left -= column->length;
	return open_values(column);
}

static bool refuse(struct chunk_reader *reader, const char *trouble)
{
	reader->trouble = trouble;
	return false;
}

bool chunk_open(struct chunk_reader *reader, const void *data, size_t size)
{
	struct span span = { .data = data, .left = size };
	uint64_t count;

	*reader = (struct chunk_reader){ .last_us = INT64_MIN };
	if (!span.left || *span.data != CHUNK_CODEC)
		return refuse(reader, "it is of a version not known here");
	span.data++;
	span.left--;
	if (!take_varint(&span, &count) || count > CHUNK_BEATS_MOST)
		return refuse(reader, "the count of beats makes no sense");
	if (count && !take_zigzag(&span, &reader->start))
		return refuse(reader, "the first time makes no sense");
	for (int i = 0; count && i < CHUNK_COLUMNS; i++)
		if (!open_column(&reader->columns[i], &span))
			return refuse(reader, "a column does not begin as it should");
	if (span.left)
		return refuse(reader, "there is more behind its end");
	reader->count = reader->left = (size_t)count;
	return true;
}

/* At least the next 57 bits; zeros behind the end. */
static uint64_t peek_bits(const struct chunk_column *column)
{
	uint64_t byte = column->at / 8, word = 0;
	const uint8_t *from = column->data + byte;

	if (column->length - byte >= sizeof word) {
		/* Whole: compilers make one load of it. */
		word = (uint64_t)from[0] | (uint64_t)from[1] << 8 | (uint64_t)from[2] << 16 | (uint64_t)from[3] << 24
			| (uint64_t)from[4] << 32 | (uint64_t)from[5] << 40 | (uint64_t)from[6] << 48 | (uint64_t)from[7] << 56;
	} else {
		for (unsigned i = 0; i < column->length - byte; i++)
			word |= (uint64_t)from[i] << 8 * i;
	}
	return word >> column->at % 8;
}

static bool skip_bits(struct chunk_column *column, unsigned count)
{
	if (column->length * 8 - column->at < count)
		return false;
	column->at += count;
	return true;
}

static bool take_wide(struct chunk_column *column, unsigned width, uint64_t *number)
{
	unsigned first = width < 32 ? width : 32;

	*number = low_bits(peek_bits(column), first);
	if (!skip_bits(column, first))
		return false;
	if (width > first)
		*number |= low_bits(peek_bits(column), width - first) << first;
	return skip_bits(column, width - first);
}

static bool take_number(struct chunk_column *column, uint64_t *number)
{
	uint64_t word = peek_bits(column);
	unsigned ones = (unsigned)__builtin_ctzll(~word | UINT64_C(1) << ONES_MOST), k = column->k;

	if (ones == ONES_MOST)
		return skip_bits(column, ONES_MOST + WIDTH_BITS)
			&& take_wide(column, (unsigned)low_bits(word >> ONES_MOST, WIDTH_BITS) + 1, number);
	*number = (uint64_t)ones << k | low_bits(word >> (ones + 1), k);
	return skip_bits(column, ones + 1 + k);
}

static bool take_run(struct chunk_column *column)
{
	struct span span = { .data = column->data + column->at, .left = column->length - column->at };
	uint64_t difference;

	if (!take_zigzag(&span, &difference) || !take_varint(&span, &column->run) || !column->run)
		return false;
	column->value += difference;
	column->at = column->length - span.left;
	return true;
}

static bool take_value(struct chunk_column *column, uint64_t *value)
{
	uint64_t number = 0;

	if (column->form == FORM_RUNS) {
		if (!column->run && !take_run(column))
			return false;
		column->run--;
	} else if (column->form != FORM_CONSTANT && !take_number(column, &number))
		return false;
	*value = column->value + unzigzag(number);
	if (column->form == FORM_STEPS)
		column->value = *value;
	return true;
}

static bool column_is_spent(const struct chunk_column *column)
{
	if (column->form == FORM_CONSTANT)
		return true;
	if (column->form == FORM_RUNS)
		return !column->run && column->at == column->length;
	return column->length * 8 - column->at < 8 && peek_bits(column) == 0;
}

static bool fits_int32(uint64_t value)
{
	return (int64_t)value >= INT32_MIN && (int64_t)value <= INT32_MAX;
}

/* A number of its own type; every form of a column can hold any of 64 bits. */
static bool values_fit(const uint64_t values[CHUNK_COLUMNS])
{
	bool fit = fits_int32(values[COLUMN_REACH]) && fits_int32(values[COLUMN_CODE])
		&& values[COLUMN_PRESENT] < 2 * column_bit(COLUMN_CERT);

	for (int i = COLUMN_STATE; i <= COLUMN_OUTCOME; i++)
		fit = fit && values[i] <= UINT8_MAX;
	for (int i = COLUMN_PHASES; i < COLUMN_EXCESS; i++)
		fit = fit && fits_int32(values[i]);
	return fit;
}

static bool fill_beat(struct chunk_reader *reader, const uint64_t values[CHUNK_COLUMNS], struct chunk_beat *beat)
{
	uint64_t total;

	if (!values_fit(values))
		return refuse(reader, "a number is out of range");
	*beat = (struct chunk_beat){
		.reach_ms = (int32_t)values[COLUMN_REACH],
		.state = (uint8_t)values[COLUMN_STATE],
		.verdict = (uint8_t)values[COLUMN_VERDICT],
		.outcome = (uint8_t)values[COLUMN_OUTCOME],
		.code = (int32_t)values[COLUMN_CODE],
		.cert_expires_us = (int64_t)values[COLUMN_CERT],
		.detail = (int64_t)values[COLUMN_DETAIL],
		.address = (int64_t)values[COLUMN_ADDRESS],
	};
	for (int i = 0; i < PHASE_TOTAL; i++)
		beat->phase_us[i] = (int32_t)values[COLUMN_PHASES + i];
	total = values[COLUMN_EXCESS] + phase_sum(beat);
	if (!fits_int32(total))
		return refuse(reader, "a number is out of range");
	beat->phase_us[PHASE_TOTAL] = (int32_t)total;
	reader->start += values[COLUMN_START];
	beat->time_us = (int64_t)(reader->start + known_total(beat));
	if (beat->time_us < reader->last_us)
		return refuse(reader, "its times go back");
	reader->last_us = beat->time_us;
	return true;
}

/* The column's value of the next beat; what a beat does not have takes nothing from it. */
static bool take_field(struct chunk_reader *reader, uint64_t values[CHUNK_COLUMNS], int column)
{
	unsigned bit = column_bit(column);

	if (!bit || (values[COLUMN_PRESENT] & bit))
		return take_value(&reader->columns[column], &values[column]);
	values[column] = column == COLUMN_CERT ? 0 : UINT64_MAX;
	return true;
}

enum chunk_step chunk_next(struct chunk_reader *reader, struct chunk_beat *beat)
{
	uint64_t values[CHUNK_COLUMNS] = { 0 };

	if (reader->trouble)
		return CHUNK_BROKEN;
	for (int i = 0; reader->count && i < CHUNK_COLUMNS; i++) {
		if (reader->left ? take_field(reader, values, i) : column_is_spent(&reader->columns[i]))
			continue;
		(void)refuse(reader, reader->left ? "a column ends too early" : "a column goes on behind its last value");
		return CHUNK_BROKEN;
	}
	if (!reader->left)
		return CHUNK_END;
	reader->left--;
	return fill_beat(reader, values, beat) ? CHUNK_BEAT : CHUNK_BROKEN;
}
