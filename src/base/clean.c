/*
 * The gate between the network and everything that keeps or shows text. One small machine reads a character at a time and
 * says what may pass; sanitising and asking whether text is clean run the same machine, so they cannot disagree.
 */
#include "kumatop/text.h"

#include <assert.h>
#include <string.h>

#include "hidden.h"

enum { MARKS_MOST = 2 };	/* combining marks in a row: enough for every living script, too few to smear over rows */

struct range {
	uint32_t first, last;
};

/* Sorted. Width-less format characters of Unicode 15, and blocks reserved for more of them. */
static const struct range hidden[] = {
	{ 0x00, 0x1f }, { 0x7f, 0x9f },
	{ 0xad, 0xad },			/* soft hyphen: shown or not as the terminal likes */
	{ 0x34f, 0x34f },		/* combining grapheme joiner */
	{ 0x61c, 0x61c },		/* Arabic letter mark */
	{ 0x115f, 0x115f },		/* Hangul filler; the vowel fillers are below */
	{ 0x1160, 0x1160 },
	{ 0x17b4, 0x17b5 },		/* Khmer inherent vowels */
	{ 0x180b, 0x180f },		/* Mongolian variation selectors */
	{ 0x200b, 0x200f },		/* zero-width space and joiners, direction marks */
	{ 0x2028, 0x202e },		/* line and paragraph separators, direction embeddings and overrides */
	{ 0x2060, 0x206f },		/* word joiner, invisible operators, direction isolates, deprecated controls */
	{ 0x3164, 0x3164 },		/* Hangul filler */
	{ 0xfdd0, 0xfdef },		/* noncharacters */
	{ 0xfe00, 0xfe0f },		/* variation selectors */
	{ 0xfeff, 0xfeff },		/* byte order mark */
	{ 0xffa0, 0xffa0 },		/* half-width Hangul filler */
	{ 0xfff0, 0xfffb },		/* interlinear annotation, and room for more of the sort */
	{ 0x13430, 0x1343f },		/* hieroglyph format controls */
	{ 0x1bca0, 0x1bca3 },		/* shorthand format controls */
	{ 0x1d173, 0x1d17a },		/* musical beams */
	{ 0xe0000, 0xe0fff },		/* tags, more variation selectors */
};

bool point_is_hidden(uint32_t point)
{
	size_t low = 0, high = sizeof hidden / sizeof *hidden;

	if (point >= 0x20 && point < 0x7f)
		return false;
	if ((point & 0xfffe) == 0xfffe)
		return true;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (point > hidden[middle].last)
			low = middle + 1;
		else if (point < hidden[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

struct gate {
	bool lines;		/* line ends pass */
	bool after_blank;
	bool marks_allowed;	/* there is a character for them to stand on */
	unsigned marks;
};

enum { DROPPED = 0 };		/* NUL never passes, so it can mean this */

/* A blank is a place of its own: a mark behind it cannot reach what stands left of the text. */
static uint32_t gate_blank(struct gate *gate)
{
	if (gate->after_blank)
		return DROPPED;
	gate->after_blank = true;
	gate->marks = 0;
	gate->marks_allowed = true;
	return ' ';
}

static uint32_t gate_line(struct gate *gate)
{
	gate->after_blank = false;
	gate->marks_allowed = false;
	return '\n';
}

/* What to write for the character, or DROPPED. */
static uint32_t gate_pass(struct gate *gate, uint32_t point)
{
	if (point == '\n' && gate->lines)
		return gate_line(gate);
	if (point == ' ' || point == '\t' || point == '\n' || point == '\r' || point == 0x2028 || point == 0x2029)
		return gate_blank(gate);
	if (point_is_hidden(point))
		return DROPPED;
	if (point >= 0x300 && text_point_width(point) == 0) {
		if (!gate->marks_allowed || gate->marks == MARKS_MOST)
			return DROPPED;
		gate->marks++;
	} else {
		gate->marks = 0;
		gate->marks_allowed = true;
	}
	gate->after_blank = false;
	return point;
}

static size_t sanitize(char *out, size_t size, const char *text, size_t length, bool lines)
{
	struct gate gate = { .lines = lines };
	size_t at = 0, used = 0;

	assert(size > 0);
	while (at < length) {
		char bytes[4];
		uint32_t point;
		size_t count;

		if (lines && text[at] == '\r' && at + 1 < length && text[at + 1] == '\n') {
			at++;
			continue;
		}
		at += text_decode(text + at, length - at, &point);
		point = gate_pass(&gate, point);
		if (point == DROPPED)
			continue;
		count = text_encode(point, bytes);
		if (count >= size - used)
			break;
		memcpy(out + used, bytes, count);
		used += count;
	}
	out[used] = '\0';
	return used;
}

size_t text_sanitize(char *out, size_t size, const char *text, size_t length)
{
	return sanitize(out, size, text, length, false);
}

size_t text_sanitize_lines(char *out, size_t size, const char *text, size_t length)
{
	return sanitize(out, size, text, length, true);
}

bool text_is_clean(const char *text)
{
	struct gate gate = { 0 };
	size_t length = strlen(text);

	for (size_t at = 0; at < length;) {
		uint32_t point;
		size_t bytes = text_decode(text + at, length - at, &point);

		if (gate_pass(&gate, point) != point || (bytes == 1 && point >= 0x80))
			return false;
		at += bytes;
	}
	return true;
}
