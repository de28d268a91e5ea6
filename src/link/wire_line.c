/* JSON lines as they are written. A picture of thousands of monitors goes straight into bytes, without a tree in between. */
#include "kumatop/text.h"
#include "wire_parts.h"

void line_begin(struct buf *out, const char *op)
{
	buf_add_text(out, "{\"op\":");
	line_add_quoted(out, op);
}

void line_end(struct buf *out)
{
	buf_add(out, "}\n", 2);
}

void line_add_key(struct buf *out, const char *key)
{
	buf_add(out, ",\"", 2);
	buf_add_text(out, key);
	buf_add(out, "\":", 2);
}

static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* One character that cannot stand as it is; returns its bytes. */
static size_t add_special(struct buf *out, const char *text, size_t length)
{
	char bytes[4];
	uint32_t point;
	size_t taken;

	switch (*text) {
	case '"':
		buf_add(out, "\\\"", 2);
		return 1;
	case '\\':
		buf_add(out, "\\\\", 2);
		return 1;
	case '\n':
		buf_add(out, "\\n", 2);
		return 1;
	case '\t':
		buf_add(out, "\\t", 2);
		return 1;
	default:
		break;
	}
	if ((unsigned char)*text < 0x20) {
		buf_print(out, "\\u%04x", (unsigned)(unsigned char)*text);
		return 1;
	}
	taken = text_decode(text, length, &point);	/* what is not valid becomes U+FFFD */
	buf_add(out, bytes, text_encode(point, bytes));
	return taken;
}

void line_add_quoted(struct buf *out, const char *text)
{
	size_t length = strlen(text), at = 0;

	buf_add_char(out, '"');
	while (at < length) {
		size_t run = at;

		while (run < length && is_plain((unsigned char)text[run]))
			run++;
		if (run > at)
			buf_add(out, text + at, run - at);
		at = run;
		if (at < length)
			at += add_special(out, text + at, length - at);
	}
	buf_add_char(out, '"');
}

void line_add_text(struct buf *out, const char *key, const char *text)
{
	line_add_key(out, key);
	line_add_quoted(out, text ? text : "");
}

void line_add_integer(struct buf *out, const char *key, int64_t value)
{
	line_add_key(out, key);
	buf_add_int(out, value);
}

void line_add_flag(struct buf *out, const char *key, bool value)
{
	line_add_key(out, key);
	buf_add_text(out, value ? "true" : "false");
}
