/*
 * Editing one line. Text is kept as clean UTF-8, so a character is found by its bytes alone.
 */
#include "lineedit.h"

#include <ctype.h>

#include "input.h"

#include "kumatop/text.h"

enum { SIDE_CELLS = 3 };	/* kept to the left of the cursor after scrolling */

static size_t next_character(const struct lineedit *edit, size_t at)
{
	uint32_t point;

	if (at >= edit->length)
		return edit->length;
	at += text_decode(edit->text + at, edit->length - at, &point);
	while (at < edit->length) {
		size_t bytes = text_decode(edit->text + at, edit->length - at, &point);

		if (text_point_width(point) != 0)
			break;
		at += bytes;
	}
	return at;
}

static size_t previous_character(const struct lineedit *edit, size_t at)
{
	size_t before = 0;

	for (size_t next; (next = next_character(edit, before)) < at;)
		before = next;
	return at ? before : 0;
}

static bool is_word_at(const struct lineedit *edit, size_t at)
{
	unsigned char c = (unsigned char)edit->text[at];

	return c >= 0x80 || isalnum(c);
}

static size_t word_left(const struct lineedit *edit, size_t at)
{
	while (at && !is_word_at(edit, previous_character(edit, at)))
		at = previous_character(edit, at);
	while (at && is_word_at(edit, previous_character(edit, at)))
		at = previous_character(edit, at);
	return at;
}

static size_t word_right(const struct lineedit *edit, size_t at)
{
	while (at < edit->length && !is_word_at(edit, at))
		at = next_character(edit, at);
	while (at < edit->length && is_word_at(edit, at))
		at = next_character(edit, at);
	return at;
}

static bool erase(struct lineedit *edit, size_t from, size_t to)
{
	if (from >= to)
		return false;
	memmove(edit->text + from, edit->text + to, edit->length - to + 1);
	edit->length -= to - from;
	edit->cursor = from;
	if (edit->scroll > edit->length)
		edit->scroll = 0;
	return true;
}

static bool insert(struct lineedit *edit, const char *text, size_t length)
{
	size_t most = edit->limit && edit->limit < LINEEDIT_SIZE ? edit->limit : LINEEDIT_SIZE - 1;
	size_t room = most > edit->length ? most - edit->length : 0;

	if (length > room) {
		length = room;
		while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	if (!length)
		return false;
	memmove(edit->text + edit->cursor + length, edit->text + edit->cursor, edit->length - edit->cursor + 1);
	memcpy(edit->text + edit->cursor, text, length);
	edit->length += length;
	edit->cursor += length;
	return true;
}

void lineedit_set(struct lineedit *edit, const char *text)
{
	char clean[LINEEDIT_SIZE];

	edit->length = edit->cursor = edit->scroll = 0;
	edit->text[0] = '\0';
	size_t length = text_sanitize(clean, sizeof clean, text, strlen(text));

	insert(edit, clean, length);
}

void lineedit_paste(struct lineedit *edit, const char *text, size_t length)
{
	char clean[LINEEDIT_SIZE];
	size_t n = text_sanitize(clean, sizeof clean, text, length);
	const char *start = clean;

	while (n && *start == ' ') {
		start++;
		n--;
	}
	while (n && start[n - 1] == ' ')
		n--;
	insert(edit, start, n);
}

/* A combining mark goes onto the character before the cursor, if the gate lets it stand there. */
static bool type_mark(struct lineedit *edit, const char *mark, size_t length)
{
	char marked[64], clean[64];
	size_t start = previous_character(edit, edit->cursor);
	size_t before = edit->cursor - start;

	if (!before || before + length > sizeof marked)
		return false;
	memcpy(marked, edit->text + start, before);
	memcpy(marked + before, mark, length);
	if (text_sanitize(clean, sizeof clean, marked, before + length) != before + length)
		return false;
	return insert(edit, mark, length);
}

static bool type(struct lineedit *edit, uint32_t point)
{
	char bytes[4], clean[8];
	size_t length = text_encode(point, bytes);

	if (point == ' ')
		return insert(edit, " ", 1);
	if (text_point_width(point) < 0)
		return false;
	if (text_point_width(point) == 0)
		return type_mark(edit, bytes, length);
	return insert(edit, clean, text_sanitize(clean, sizeof clean, bytes, length));
}

static bool move(struct lineedit *edit, size_t to)
{
	edit->cursor = to;
	return false;
}

static bool apply(struct lineedit *edit, uint32_t key, bool *known)
{
	switch (key) {
	case KEYPRESS_LEFT:
		return move(edit, previous_character(edit, edit->cursor));
	case KEYPRESS_RIGHT:
		return move(edit, next_character(edit, edit->cursor));
	case KEYPRESS_HOME:
	case KEYPRESS_CTRL('A'):
		return move(edit, 0);
	case KEYPRESS_END:
	case KEYPRESS_CTRL('E'):
		return move(edit, edit->length);
	case KEYPRESS_ALT + 'b':
		return move(edit, word_left(edit, edit->cursor));
	case KEYPRESS_ALT + 'f':
		return move(edit, word_right(edit, edit->cursor));
	case KEYPRESS_BACKSPACE:
		return erase(edit, previous_character(edit, edit->cursor), edit->cursor);
	case KEYPRESS_DELETE:
		return erase(edit, edit->cursor, next_character(edit, edit->cursor));
	case KEYPRESS_CTRL('U'):
		return erase(edit, 0, edit->cursor);
	case KEYPRESS_CTRL('K'):
		return erase(edit, edit->cursor, edit->length);
	case KEYPRESS_CTRL('W'):
		return erase(edit, word_left(edit, edit->cursor), edit->cursor);
	}
	*known = key >= ' ' && key < 0x110000 && key != 0x7f;
	return *known && type(edit, key);
}

bool lineedit_key(struct lineedit *edit, uint32_t key, bool *changed)
{
	bool known = true;
	bool other = apply(edit, key, &known);

	if (changed)
		*changed = other;
	return known;
}

static int width_between(const struct lineedit *edit, size_t from, size_t to)
{
	int width = 0;

	while (from < to) {
		uint32_t point;

		from += text_decode(edit->text + from, edit->length - from, &point);
		int cells = text_point_width(point);

		width += cells < 0 || (edit->secret && cells) ? 1 : cells;
	}
	return width;
}

static void scroll_to_cursor(struct lineedit *edit, int cells)
{
	if (width_between(edit, 0, edit->length) < cells)
		edit->scroll = 0;
	if (edit->cursor < edit->scroll) {
		edit->scroll = edit->cursor;
		for (int i = 0; i < SIDE_CELLS && i < cells - 2; i++)
			edit->scroll = previous_character(edit, edit->scroll);
	}
	while (edit->scroll < edit->cursor && width_between(edit, edit->scroll, edit->cursor) >= cells)
		edit->scroll = next_character(edit, edit->scroll);
}

int lineedit_show(struct lineedit *edit, int cells, char *out, size_t size)
{
	size_t used = 0;
	int width = 0;

	*out = '\0';
	if (cells < 1)
		return 0;
	scroll_to_cursor(edit, cells);
	for (size_t at = edit->scroll; at < edit->length;) {
		size_t next = next_character(edit, at);
		size_t bytes = edit->secret ? 1 : next - at;
		int more = edit->secret ? 1 : width_between(edit, at, next);

		if (width + more > cells || used + bytes >= size)
			break;
		memcpy(out + used, edit->secret ? "*" : edit->text + at, bytes);
		used += bytes;
		width += more;
		at = next;
	}
	out[used] = '\0';
	return width_between(edit, edit->scroll, edit->cursor);
}
