/*
 * Any bytes through the gate between the network and the terminal: what comes out is harmless, whole, fits, and passes again
 * unchanged; and the functions that measure, cut and compare text agree with each other.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fine)
{
	if (!fine)
		abort();
}

/* Spelled out here and not by text.h, so that both must be wrong to miss one. */
static bool is_dangerous(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x61c || (point >= 0x200b && point <= 0x200f)
	    || (point >= 0x202a && point <= 0x202e) || (point >= 0x2060 && point <= 0x2069) || point == 0xfeff
	    || (point >= 0xfe00 && point <= 0xfe0f) || (point >= 0xe0000 && point <= 0xe0fff) || (point >= 0xd800 && point <= 0xdfff)
	    || point > 0x10ffff;
}

static void check_harmless(const char *text, bool lines)
{
	size_t length = strlen(text), at = 0;

	while (at < length) {
		uint32_t point;
		char encoded[4];
		size_t n = text_decode(text + at, length - at, &point);

		require(n >= 1 && n <= length - at);
		require(text_encode(point, encoded) == n && memcmp(encoded, text + at, n) == 0);
		require(!is_dangerous(point) || (lines && point == '\n'));
		at += n;
	}
}

static void check_gate(const char *data, size_t length, size_t size, bool lines)
{
	size_t (*gate)(char *, size_t, const char *, size_t) = lines ? text_sanitize_lines : text_sanitize;
	char *out = heap_zero(size, 1), *again = heap_zero(size, 1);
	size_t written = gate(out, size, data, length);

	require(written < size && strlen(out) == written);
	check_harmless(out, lines);
	require(gate(again, size, out, written) == written && strcmp(out, again) == 0);
	if (!lines)
		require(text_is_clean(out));
	free(out);
	free(again);
}

static void check_decoding(const char *data, size_t length)
{
	size_t at = 0;

	while (at < length) {
		uint32_t point;
		char encoded[4];
		size_t n = text_decode(data + at, length - at, &point);

		require(n >= 1 && n <= length - at);
		if (point != 0xfffd)
			require(text_encode(point, encoded) == n && memcmp(encoded, data + at, n) == 0);
		at += n;
	}
}

static void check_measures(const char *text, size_t cells)
{
	size_t used = SIZE_MAX, length = strlen(text), fit = text_fit(text, cells, &used);
	char *start;

	require(fit <= length && used <= cells);
	start = heap_text_n(text, fit);
	require(text_width(start) == used);
	if (text_width(text) <= cells)
		require(fit == length);
	free(start);
}

static void check_comparisons(const char *a, const char *b)
{
	char cut[16];

	require(text_distance(a, b) == text_distance(b, a));
	require(text_distance(a, a) == 0);
	require(text_glob("*", a));
	(void)text_glob(a, b);
	if (!strpbrk(a, "*?[\\"))
		require(text_glob(a, a));
	text_copy(cut, sizeof cut, a);
	require(strlen(cut) < sizeof cut && strncmp(cut, a, strlen(cut)) == 0);
}

/* The first two bytes: the size of what it goes into, and cells. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 2;
	char *text, *half;
	size_t length;

	if (size < 2 || size > 4096)
		return 0;
	length = size - 2;
	check_gate(bytes, length, (size_t)data[0] + 1, false);
	check_gate(bytes, length, (size_t)data[0] + 1, true);
	check_gate(bytes, length, 3 * length + 1, false);
	check_decoding(bytes, length);

	text = heap_text_n(bytes, length);
	half = heap_text_n(bytes, length / 2);
	check_measures(text, data[1]);
	check_comparisons(text, half);
	check_comparisons(half, text);
	free(text);
	free(half);
	return 0;
}
