/*
 * Values made harmless for where they stand, a character at a time: first what the reader's markup would make of it, then what the
 * document it travels in would.
 */
#include <stdint.h>
#include <string.h>

#include "kumatop/template.h"
#include "kumatop/text.h"

enum { MARKED_SIZE = 8 };	/* the longest of a marked character, with its terminator: "&quot;" */

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* What stands for a character of ASCII in this markup, or NULL for itself. */
static const char *marked_as(char c, enum template_markup markup, char escaped[3])
{
	switch (markup) {
	case MARKUP_HTML:
		return entity(c);
	case MARKUP_SLACK:
		return c == '"' || c == '\'' ? NULL : entity(c);
	case MARKUP_ANGLES:
		return c == '<' ? "\xe2\x80\xb9" : c == '>' ? "\xe2\x80\xba" : NULL;
	case MARKUP_CHAT:
		if (c == '@')
			return "\xef\xbc\xa0";
		/* fall through */
	case MARKUP_MARKDOWN:
		if (c == '\0' || !strchr("\\`*_[]<>~|#", c))
			return NULL;
		escaped[0] = '\\';
		escaped[1] = c;
		escaped[2] = '\0';
		return escaped;
	default:
		return NULL;
	}
}

static void place_json(unsigned char c, struct buf *out)
{
	if (c == '\n')
		buf_add_text(out, "\\n");
	else if (c < ' ')
		buf_print(out, "\\u%04x", c);
	else if (c == '"' || c == '\\')
		buf_print(out, "\\%c", c);
	else
		buf_add_char(out, (char)c);
}

static void place_encoded(unsigned char c, const char *kept, struct buf *out)
{
	bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c != '\0' && strchr(kept, c));

	if (plain)
		buf_add_char(out, (char)c);
	else
		buf_print(out, "%%%02X", c);
}

static void place_html(char c, struct buf *out)
{
	const char *written = entity(c);

	if (written)
		buf_add_text(out, written);
	else
		buf_add_char(out, c);
}

static void place_byte(unsigned char c, enum template_place place, struct buf *out)
{
	switch (place) {
	case TEMPLATE_JSON:
		place_json(c, out);
		break;
	case TEMPLATE_URL:
		place_encoded(c, "-._~:", out);
		break;
	case TEMPLATE_FORM:
		place_encoded(c, "-._~", out);
		break;
	case TEMPLATE_HEADER:
		buf_add_char(out, c < ' ' ? ' ' : (char)c);
		break;
	case TEMPLATE_HTML:
		place_html((char)c, out);
		break;
	default:
		buf_add_char(out, (char)c);
		break;
	}
}

/* One character in its markup; the number of characters it is now. 0: it vanishes. */
static size_t mark(const char *text, size_t bytes, uint32_t point, enum template_markup markup, char out[MARKED_SIZE])
{
	char escaped[3];
	const char *as = bytes == 1 ? marked_as(*text, markup, escaped) : NULL;

	if (point == '\t')
		as = " ";
	else if ((point < ' ' && point != '\n') || (point >= 0x7f && point < 0xa0))
		return 0;
	else if (bytes == 1 && point >= 0x80)
		as = "\xef\xbf\xbd";	/* no UTF-8 */
	if (as) {
		text_copy(out, MARKED_SIZE, as);
		return (unsigned char)*as >= 0x80 ? 1 : strlen(as);
	}
	memcpy(out, text, bytes);
	out[bytes] = '\0';
	return point > 0xffff ? 2 : 1;	/* those who count, count as UTF-16 does */
}

void template_escape(const char *text, enum template_place place, enum template_markup markup, struct buf *out)
{
	size_t length = strlen(text);

	for (size_t at = 0; at < length;) {
		char marked[MARKED_SIZE];
		uint32_t point;
		size_t bytes = text_decode(text + at, length - at, &point), width = mark(text + at, bytes, point, markup, marked);

		for (const char *c = marked; width > 0 && *c; c++)
			place_byte((unsigned char)*c, place, out);
		at += bytes;
	}
}

/* Bytes of the longest start of text that takes at most `most` characters. */
static size_t fitting(const char *text, size_t length, enum template_markup markup, size_t most)
{
	size_t at = 0, taken = 0;

	while (at < length) {
		char marked[MARKED_SIZE];
		uint32_t point;
		size_t bytes = text_decode(text + at, length - at, &point);

		taken += mark(text + at, bytes, point, markup, marked);
		if (taken > most)
			break;
		at += bytes;
	}
	return at;
}

void template_cut(const char *text, enum template_markup markup, size_t most, struct buf *out)
{
	size_t length = strlen(text);

	if (most == 0 || fitting(text, length, markup, most) == length) {
		buf_add(out, text, length);
		return;
	}
	buf_add(out, text, fitting(text, length, markup, most - 1));
	buf_add_text(out, "\xe2\x80\xa6");
}
