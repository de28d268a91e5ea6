/*
 * The decoder of a terminal's bytes. One byte at a time, so that it does not matter how a slow line splits a sequence. Which
 * action a key means is not known here.
 */
#include "input.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/text.h"

enum state {
	GROUND,
	UTF8,		/* within a character */
	ESCAPE,		/* after ESC: a key by itself, Alt with a key, or a sequence */
	SS3,		/* after ESC O */
	CSI,		/* after ESC [ */
	CONSOLE,	/* after ESC [ [: F1 to F5 of the Linux console */
	SKIP,		/* count more bytes of an old mouse report */
	STRING,		/* OSC, DCS, APC, PM, SOS: up to ST or BEL */
	STRING_ESCAPE,
	PASTE,
};

enum { SEQUENCE_WAIT_MS = 250, STRING_WAIT_MS = 1000, PASTE_WAIT_MS = 2000 };

static const char paste_end[] = "\033[201~";

void input_init(struct input *input)
{
	memset(input, 0, sizeof *input);
	buf_init(&input->paste, INPUT_PASTE_MOST);
}

void input_finish(struct input *input)
{
	buf_finish(&input->paste);
}

static bool give_key(struct input *input, uint32_t key, struct input_event *event)
{
	*event = (struct input_event){ .kind = INPUT_KEY, .key = key | (input->alt ? KEYPRESS_ALT : 0) };
	input->state = GROUND;
	input->alt = false;
	return key != 0;
}

static bool give_nothing(struct input *input)
{
	input->state = GROUND;
	input->alt = false;
	return false;
}

static bool give_paste(struct input *input, struct input_event *event)
{
	*event = (struct input_event){ .kind = INPUT_PASTE, .text = input->paste.data, .length = input->paste.length };
	input->state = GROUND;
	input->paste_done = true;
	return true;
}

static void begin(struct input *input, enum state state)
{
	input->state = (int)state;
	input->length = 0;
	input->too_long = false;
	input->count = 0;
}

/* The eight-bit forms of ESC [ and its like, alone or as UTF-8. */
static bool begin_c1(struct input *input, uint32_t point)
{
	switch (point) {
	case 0x8f:
		begin(input, SS3);
		break;
	case 0x9b:
		begin(input, CSI);
		break;
	case 0x90: case 0x98: case 0x9d: case 0x9e: case 0x9f:
		begin(input, STRING);
		break;
	default:
		return give_nothing(input);
	}
	return false;
}

static bool on_control(struct input *input, unsigned char byte, struct input_event *event)
{
	switch (byte) {
	case '\r': case '\n':
		return give_key(input, KEYPRESS_ENTER, event);
	case '\t':
		return give_key(input, KEYPRESS_TAB, event);
	case '\b': case 0x7f:
		return give_key(input, KEYPRESS_BACKSPACE, event);
	default:
		return give_key(input, byte, event);
	}
}

static bool on_ground(struct input *input, unsigned char byte, struct input_event *event)
{
	if (byte == 0x1b) {
		begin(input, ESCAPE);
		return false;
	}
	if (byte < 0x20 || byte == 0x7f)
		return on_control(input, byte, event);
	if (byte < 0x80)
		return give_key(input, byte, event);
	if (byte < 0xa0)
		return begin_c1(input, byte);
	if (byte < 0xc2 || byte > 0xf4)
		return give_nothing(input);
	begin(input, UTF8);
	input->sequence[input->length++] = (char)byte;
	return false;
}

static bool on_utf8(struct input *input, unsigned char byte, struct input_event *event)
{
	unsigned char lead = (unsigned char)input->sequence[0];
	size_t need = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	uint32_t point;

	if ((byte & 0xc0) != 0x80) {
		give_nothing(input);
		return on_ground(input, byte, event);
	}
	input->sequence[input->length++] = (char)byte;
	if (input->length < need)
		return false;
	if (text_decode(input->sequence, need, &point) != need)
		return give_nothing(input);
	if (point < 0xa0)
		return begin_c1(input, point);
	return give_key(input, point, event);
}

static bool on_escape(struct input *input, unsigned char byte, struct input_event *event)
{
	switch (byte) {
	case '[':
		begin(input, CSI);
		return false;
	case 'O':
		begin(input, SS3);
		return false;
	case ']': case 'P': case '_': case '^': case 'X':
		begin(input, STRING);
		return false;
	case 0x1b:
		/* the first was a key by itself; the second may begin something */
		give_key(input, KEYPRESS_ESCAPE, event);
		begin(input, ESCAPE);
		return true;
	default:
		input->alt = true;
		return on_ground(input, byte, event);
	}
}

static uint32_t letter_key(char final)
{
	switch (final) {
	case 'A': return KEYPRESS_UP;
	case 'B': return KEYPRESS_DOWN;
	case 'C': return KEYPRESS_RIGHT;
	case 'D': return KEYPRESS_LEFT;
	case 'H': return KEYPRESS_HOME;
	case 'F': return KEYPRESS_END;
	case 'Z': return KEYPRESS_BACKTAB;
	case 'P': case 'Q': case 'S': return KEYPRESS_F1 + (uint32_t)(final - 'P');
	default: return 0;
	}
}

static uint32_t number_key(long number)
{
	static const uint32_t keys[] = {
		[1] = KEYPRESS_HOME, [2] = KEYPRESS_INSERT, [3] = KEYPRESS_DELETE, [4] = KEYPRESS_END, [5] = KEYPRESS_PAGE_UP,
		[6] = KEYPRESS_PAGE_DOWN, [7] = KEYPRESS_HOME, [8] = KEYPRESS_END, [11] = KEYPRESS_F1, [12] = KEYPRESS_F1 + 1,
		[13] = KEYPRESS_F1 + 2, [14] = KEYPRESS_F1 + 3, [15] = KEYPRESS_F1 + 4, [17] = KEYPRESS_F1 + 5, [18] = KEYPRESS_F1 + 6,
		[19] = KEYPRESS_F1 + 7, [20] = KEYPRESS_F1 + 8, [21] = KEYPRESS_F1 + 9, [23] = KEYPRESS_F1 + 10, [24] = KEYPRESS_F12,
	};

	return number >= 0 && (size_t)number < sizeof keys / sizeof *keys ? keys[number] : 0;
}

static bool give_keypad(struct input *input, char final, struct input_event *event)
{
	static const char signs[] = "*+,-./0123456789";	/* of j to y */

	if (final == 'R')
		return give_key(input, KEYPRESS_F1 + 2, event);
	if (final == 'M')
		return give_key(input, KEYPRESS_ENTER, event);
	if (final >= 'j' && final <= 'y')
		return give_key(input, (uint32_t)signs[final - 'j'], event);
	return give_key(input, letter_key(final), event);
}

/* A modifier may stand before the final letter ("ESC O 5 A"). */
static bool on_ss3(struct input *input, unsigned char byte, struct input_event *event)
{
	if (byte == 0x1b) {
		begin(input, ESCAPE);
		return false;
	}
	if (byte >= '0' && byte <= '9' && input->length++ < 2)
		return false;
	if (byte < 0x40 || byte > 0x7e)
		return give_nothing(input);
	return give_keypad(input, (char)byte, event);
}

/* "?2026;2$y": the terminal tells whether it knows synchronized output. */
static bool give_report(struct input *input, struct input_event *event)
{
	const char *text = input->sequence;
	bool known = strcmp(text, "?2026;1$") == 0 || strcmp(text, "?2026;2$") == 0 || strcmp(text, "?2026;3$") == 0;

	give_nothing(input);
	*event = (struct input_event){ .kind = INPUT_SYNC_KNOWN };
	return known;
}

static bool plain_parameters(const char *text)
{
	return text[strspn(text, "0123456789;")] == '\0';
}

static bool end_csi(struct input *input, char final, struct input_event *event)
{
	input->sequence[input->length] = '\0';
	if (final == 'M' && input->length == 0) {
		begin(input, SKIP);
		input->count = 3;
		return false;
	}
	if (input->too_long)
		return give_nothing(input);
	if (final == 'y')
		return give_report(input, event);
	if (!plain_parameters(input->sequence))
		return give_nothing(input);
	if (final != '~')
		return give_key(input, letter_key(final), event);

	long number = strtol(input->sequence, NULL, 10);

	if (number == 200) {
		begin(input, PASTE);
		buf_clear(&input->paste);
		return false;
	}
	return give_key(input, number_key(number), event);
}

static bool on_csi(struct input *input, unsigned char byte, struct input_event *event)
{
	if (byte == 0x1b) {
		begin(input, ESCAPE);
		return false;
	}
	if (byte == '[' && input->length == 0) {
		begin(input, CONSOLE);
		return false;
	}
	if (byte >= 0x40 && byte <= 0x7e)
		return end_csi(input, (char)byte, event);
	if (byte < 0x20 || byte > 0x7e)
		return give_nothing(input);
	if (input->length < sizeof input->sequence - 1)
		input->sequence[input->length++] = (char)byte;
	else
		input->too_long = true;
	return false;
}

static bool on_console(struct input *input, unsigned char byte, struct input_event *event)
{
	if (byte >= 'A' && byte <= 'E')
		return give_key(input, KEYPRESS_F1 + (uint32_t)(byte - 'A'), event);
	return give_nothing(input);
}

static bool on_string(struct input *input, unsigned char byte)
{
	bool after_escape = input->state == STRING_ESCAPE;

	if (byte == 0x07 || byte == 0x18 || byte == 0x1a || byte == 0x9c || (after_escape && byte == '\\'))
		return give_nothing(input);
	input->state = byte == 0x1b ? STRING_ESCAPE : STRING;
	return false;
}

static bool on_paste(struct input *input, unsigned char byte, struct input_event *event)
{
	if (byte == (unsigned char)paste_end[input->count]) {
		if (!paste_end[++input->count])
			return give_paste(input, event);
		return false;
	}
	buf_add(&input->paste, paste_end, (size_t)input->count);
	input->count = byte == 0x1b;
	if (!input->count)
		buf_add_char(&input->paste, (char)byte);
	return false;
}

bool input_byte(struct input *input, unsigned char byte, struct input_event *event)
{
	if (input->paste_done) {
		buf_clear(&input->paste);
		input->paste_done = false;
	}
	switch (input->state) {
	case UTF8:
		return on_utf8(input, byte, event);
	case ESCAPE:
		return on_escape(input, byte, event);
	case SS3:
		return on_ss3(input, byte, event);
	case CSI:
		return on_csi(input, byte, event);
	case CONSOLE:
		return on_console(input, byte, event);
	case SKIP:
		if (--input->count == 0)
			give_nothing(input);
		return false;
	case STRING: case STRING_ESCAPE:
		return on_string(input, byte);
	case PASTE:
		return on_paste(input, byte, event);
	default:
		return on_ground(input, byte, event);
	}
}

int input_wait_ms(const struct input *input, int escape_ms)
{
	switch (input->state) {
	case GROUND:
		return -1;
	case ESCAPE:
		return escape_ms;
	case STRING: case STRING_ESCAPE:
		return STRING_WAIT_MS;
	case PASTE:
		return PASTE_WAIT_MS;
	default:
		return SEQUENCE_WAIT_MS;
	}
}

bool input_timeout(struct input *input, struct input_event *event)
{
	switch (input->state) {
	case ESCAPE:
		return give_key(input, KEYPRESS_ESCAPE, event);
	case PASTE:
		return give_paste(input, event);
	default:
		return give_nothing(input);
	}
}
