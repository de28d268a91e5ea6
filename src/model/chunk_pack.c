/*
 * Packing the hour of beats that chunk.h lays down byte by byte: every form of a column is tried, and the shortest is taken.
 */
#include "chunk_form.h"
#include "kumatop/heap.h"

struct plan {
	enum form form;
	unsigned k;
	uint64_t base;
	uint64_t size;		/* bytes of the column behind its head */
};

struct bit_writer {
	struct buf *out;
	unsigned held;		/* bits in byte, fewer than 8 */
	uint8_t byte;
};

void chunk_packer_init(struct chunk_packer *packer)
{
	*packer = (struct chunk_packer){ 0 };
}

void chunk_packer_finish(struct chunk_packer *packer)
{
	free(packer->beats);
	*packer = (struct chunk_packer){ 0 };
}

bool chunk_packer_add(struct chunk_packer *packer, const struct chunk_beat *beat)
{
	assert(!packer->count || packer->beats[packer->count - 1].time_us <= beat->time_us);
	if (packer->count == CHUNK_BEATS_MOST)
		return false;
	if (packer->count == packer->capacity) {
		packer->capacity = packer->capacity ? packer->capacity * 2 : 64;
		packer->beats = heap_resize(packer->beats, packer->capacity, sizeof *packer->beats);
	}
	packer->beats[packer->count++] = *beat;
	return true;
}

static unsigned what_is_present(const struct chunk_beat *beat)
{
	unsigned present = beat->cert_expires_us ? column_bit(COLUMN_CERT) : 0;

	for (int i = 0; i < PHASE_TOTAL; i++)
		if (beat->phase_us[i] != -1)
			present |= column_bit(COLUMN_PHASES + i);
	return present;
}

static uint64_t column_value(const struct chunk_beat *beat, int column)
{
	switch (column) {
	case COLUMN_START: return (uint64_t)beat->time_us - known_total(beat);
	case COLUMN_REACH: return (uint64_t)beat->reach_ms;
	case COLUMN_STATE: return beat->state;
	case COLUMN_VERDICT: return beat->verdict;
	case COLUMN_OUTCOME: return beat->outcome;
	case COLUMN_CODE: return (uint64_t)beat->code;
	case COLUMN_PRESENT: return what_is_present(beat);
	case COLUMN_EXCESS: return (uint64_t)beat->phase_us[PHASE_TOTAL] - phase_sum(beat);
	case COLUMN_CERT: return (uint64_t)beat->cert_expires_us;
	case COLUMN_DETAIL: return (uint64_t)beat->detail;
	case COLUMN_ADDRESS: return (uint64_t)beat->address;
	default: return (uint64_t)beat->phase_us[column - COLUMN_PHASES];
	}
}

static unsigned width_of(uint64_t number)
{
	return number ? 64 - (unsigned)__builtin_clzll(number) : 1;
}

static unsigned varint_size(uint64_t number)
{
	return (width_of(number) + 6) / 7;
}

static void put_varint(struct buf *out, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		(void)buf_add_char(out, (char)(uint8_t)(number | 0x80));
	(void)buf_add_char(out, (char)(uint8_t)number);
}

static void put_bits(struct bit_writer *bits, uint64_t number, unsigned count)
{
	while (count) {
		unsigned now = 8 - bits->held < count ? 8 - bits->held : count;

		bits->byte = (uint8_t)(bits->byte | low_bits(number, now) << bits->held);
		bits->held += now;
		number >>= now;
		count -= now;
		if (bits->held == 8) {
			(void)buf_add_char(bits->out, (char)bits->byte);
			bits->byte = 0;
			bits->held = 0;
		}
	}
}

static unsigned number_bits(uint64_t number, unsigned k)
{
	return number >> k < ONES_MOST ? (unsigned)(number >> k) + 1 + k : ONES_MOST + WIDTH_BITS + width_of(number);
}

static void put_number(struct bit_writer *bits, uint64_t number, unsigned k)
{
	unsigned ones = number >> k < ONES_MOST ? (unsigned)(number >> k) : ONES_MOST;

	put_bits(bits, low_bits(UINT64_MAX, ones), ones);
	if (ones < ONES_MOST) {
		put_bits(bits, 0, 1);
		put_bits(bits, number, k);
	} else {
		put_bits(bits, width_of(number) - 1, WIDTH_BITS);
		put_bits(bits, number, width_of(number));
	}
}

/* The value as the number that spread or steps keep of it. */
static uint64_t coded(const uint64_t *values, size_t i, enum form form, uint64_t base)
{
	return zigzag(values[i] - (form == FORM_STEPS && i > 0 ? values[i - 1] : base));
}

static void try_bits(const uint64_t *values, size_t count, enum form form, uint64_t base, struct plan *best)
{
	uint64_t widest = 0;

	for (size_t i = 0; i < count; i++)
		widest |= coded(values, i, form, base);
	for (unsigned k = 0; k <= K_MOST && k <= width_of(widest); k++) {
		uint64_t bits = 0, size;

		for (size_t i = 0; i < count; i++)
			bits += number_bits(coded(values, i, form, base), k);
		size = 1 + varint_size(zigzag(base)) + (bits + 7) / 8;
		if (size < best->size)
			*best = (struct plan){ .form = form, .k = k, .base = base, .size = size };
	}
}

static size_t run_length(const uint64_t *values, size_t count, size_t from)
{
	size_t end = from + 1;

	while (end < count && values[end] == values[from])
		end++;
	return end - from;
}

static struct plan plan_runs(const uint64_t *values, size_t count)
{
	struct plan plan = { .form = FORM_RUNS };

	for (size_t i = 0, run; i < count; i += run) {
		run = run_length(values, count, i);
		plan.size += varint_size(zigzag(values[i] - (i ? values[i - 1] : 0))) + varint_size(run);
	}
	return plan;
}

static int compare_signed(const void *a, const void *b)
{
	int64_t x = (int64_t)*(const uint64_t *)a, y = (int64_t)*(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The base of spread is the median: what outliers there are do not move it. sorted is room for count values. */
static struct plan plan_column(const uint64_t *values, size_t count, uint64_t *sorted)
{
	struct plan plan;

	if (!count)
		return (struct plan){ .form = FORM_RUNS };
	if (run_length(values, count, 0) == count)
		return (struct plan){ .form = FORM_CONSTANT, .size = varint_size(zigzag(values[0])) };
	plan = plan_runs(values, count);
	memcpy(sorted, values, count * sizeof *values);
	qsort(sorted, count, sizeof *sorted, compare_signed);
	try_bits(values, count, FORM_SPREAD, sorted[count / 2], &plan);
	try_bits(values, count, FORM_STEPS, values[0], &plan);
	return plan;
}

static void put_runs(const uint64_t *values, size_t count, struct buf *out)
{
	for (size_t i = 0, run; i < count; i += run) {
		run = run_length(values, count, i);
		put_varint(out, zigzag(values[i] - (i ? values[i - 1] : 0)));
		put_varint(out, run);
	}
}

static void put_column(const uint64_t *values, size_t count, const struct plan *plan, struct buf *out)
{
	struct bit_writer bits = { .out = out };
	size_t begin;

	put_varint(out, plan->size << 2 | plan->form);
	begin = out->length;
	if (plan->form == FORM_CONSTANT)
		put_varint(out, zigzag(values[0]));
	else if (plan->form == FORM_RUNS)
		put_runs(values, count, out);
	else {
		(void)buf_add_char(out, (char)plan->k);
		put_varint(out, zigzag(plan->base));
		for (size_t i = 0; i < count; i++)
			put_number(&bits, coded(values, i, plan->form, plan->base), plan->k);
		if (bits.held)
			put_bits(&bits, 0, 8 - bits.held);
	}
	assert(out->full || out->length - begin == plan->size);
}

/* Starts become differences; the origin is such that the first is like the second and costs nothing. */
static uint64_t take_differences(uint64_t *values, size_t count)
{
	uint64_t first = values[0], step;

	for (size_t i = count - 1; i > 0; i--)
		values[i] -= values[i - 1];
	step = count > 1 ? values[1] : 0;
	values[0] = step;
	return first - step;
}

static size_t take_column(const struct chunk_packer *packer, int column, uint64_t *values)
{
	unsigned bit = column_bit(column);
	size_t count = 0;

	for (size_t i = 0; i < packer->count; i++)
		if (!bit || (what_is_present(&packer->beats[i]) & bit))
			values[count++] = column_value(&packer->beats[i], column);
	return count;
}

bool chunk_pack(struct chunk_packer *packer, struct buf *out)
{
	size_t count = packer->count;
	uint64_t *values = heap_zero(count ? count * 2 : 1, sizeof *values);

	(void)buf_add_char(out, CHUNK_CODEC);
	put_varint(out, count);
	for (int column = 0; count && column < CHUNK_COLUMNS; column++) {
		size_t taken = take_column(packer, column, values);
		struct plan plan;

		if (column == COLUMN_START)
			put_varint(out, zigzag(take_differences(values, count)));
		plan = plan_column(values, taken, values + count);
		put_column(values, taken, &plan, out);
	}
	free(values);
	packer->count = 0;
	return !out->full;
}
