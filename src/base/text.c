/*
 * UTF-8, one character at a time: decoding, width in terminal cells, cutting. Making foreign text harmless is clean.c,
 * comparing words is match.c.
 */
#include "kumatop/text.h"

#include <assert.h>
#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <wchar.h>

#include "hidden.h"

enum { POINT_INVALID = 0xfffd, POINT_MOST = 0x10ffff };

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

size_t text_decode(const char *text, size_t length, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t value;
	size_t size;

	assert(length > 0);
	*point = POINT_INVALID;
	if (bytes[0] < 0x80) {
		*point = bytes[0];
		return 1;
	}
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 1;
	size = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
	if (size > length)
		return 1;
	value = bytes[0] & (0x7fU >> size);
	for (size_t i = 1; i < size; i++) {
		if (!is_continuation(bytes[i]))
			return 1;
		value = value << 6 | (bytes[i] & 0x3fU);
	}
	if (value < least[size] || value > POINT_MOST || (value >= 0xd800 && value <= 0xdfff))
		return 1;
	*point = value;
	return size;
}

size_t text_encode(uint32_t point, char out[4])
{
	if (point > POINT_MOST || (point >= 0xd800 && point <= 0xdfff))
		point = POINT_INVALID;
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

static locale_t utf8_locale;	/* 0 where the system has none; written once */

static void open_utf8_locale(void)
{
	static const char *const names[] = { "C.UTF-8", "C.utf8", "en_US.UTF-8" };

	for (size_t i = 0; i < sizeof names / sizeof *names && !utf8_locale; i++)
		utf8_locale = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
}

/* The process may run under LC_ALL=C, where wcwidth(3) knows nothing: it is asked in a UTF-8 locale of this thread's own. */
static int width_in_utf8(uint32_t point)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	locale_t before;
	int width;

	pthread_once(&once, open_utf8_locale);
	if (!utf8_locale)
		return -1;
	before = uselocale(utf8_locale);
	width = wcwidth((wchar_t)point);
	uselocale(before);
	return width;
}

int text_point_width(uint32_t point)
{
	if (point < 0x7f)
		return point < 0x20 ? -1 : 1;
	if (point_is_hidden(point) || point > POINT_MOST)
		return -1;
	/* Latin, Greek and Cyrillic letters; general punctuation to block and braille glyphs is what rows are drawn with. */
	if (point < 0x300 || (point >= 0x400 && point < 0x483) || (point >= 0x2500 && point < 0x25a0) ||
		(point >= 0x2800 && point < 0x2900))
		return 1;
	return width_in_utf8(point);
}

static size_t next_cells(const char *text, size_t length, size_t *cells)
{
	uint32_t point;
	size_t bytes = text_decode(text, length, &point);
	int width = text_point_width(point);

	*cells = width < 0 ? 1 : (size_t)width;
	return bytes;
}

size_t text_width(const char *text)
{
	size_t used;

	text_fit(text, SIZE_MAX, &used);
	return used;
}

size_t text_fit(const char *text, size_t cells, size_t *used)
{
	size_t length = strlen(text);
	size_t at = 0, width = 0;

	while (at < length) {
		size_t more;
		size_t bytes = next_cells(text + at, length - at, &more);

		if (more > cells - width)
			break;
		width += more;
		at += bytes;
	}
	if (used)
		*used = width;
	return at;
}

void text_copy(char *out, size_t size, const char *text)
{
	size_t length = strlen(text);

	assert(size > 0);
	if (length >= size) {
		length = size - 1;
		/* At most three steps back to a character's first byte; what is not UTF-8 is cut where it is. */
		for (size_t back = 0; back < 4 && back <= length; back++) {
			if (!is_continuation((unsigned char)text[length - back])) {
				length -= back;
				break;
			}
		}
	}
	memmove(out, text, length);
	out[length] = '\0';
}
