/*
 * Bytes of a terminal to keys. Pure: no descriptor, no clock. Every sequence a terminal may send is swallowed whole, so that no
 * part of an unknown one is ever taken for a key; a bracketed paste comes as one event.
 */
#ifndef KUMATOP_TUI_INPUT_H
#define KUMATOP_TUI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/buf.h"

/* A key is a character (Unicode; control keys as 1..26, so ^C is 3), or one of these. */
enum special_key {
	KEYPRESS_UP = 0x110000,
	KEYPRESS_DOWN,
	KEYPRESS_LEFT,
	KEYPRESS_RIGHT,
	KEYPRESS_HOME,
	KEYPRESS_END,
	KEYPRESS_PAGE_UP,
	KEYPRESS_PAGE_DOWN,
	KEYPRESS_INSERT,
	KEYPRESS_DELETE,
	KEYPRESS_BACKSPACE,
	KEYPRESS_TAB,
	KEYPRESS_BACKTAB,
	KEYPRESS_ENTER,
	KEYPRESS_ESCAPE,
	KEYPRESS_F1,
	KEYPRESS_F12 = KEYPRESS_F1 + 11,
	KEYPRESS_ALT = 0x1000000,	/* added to the key */
};

#define KEYPRESS_CTRL(letter) ((uint32_t)((letter) & 0x1f))

enum input_kind {
	INPUT_KEY,
	INPUT_PASTE,		/* text, as pasted: not clean, may have several lines */
	INPUT_SYNC_KNOWN,	/* the terminal understands synchronized output */
};

struct input_event {
	enum input_kind kind;
	uint32_t key;
	const char *text;	/* of a PASTE; valid until the next call of the decoder */
	size_t length;
};

enum { INPUT_SEQUENCE_MOST = 64, INPUT_PASTE_MOST = 65536, INPUT_ESCAPE_MS = 25, INPUT_ESCAPE_SLOW_MS = 50 };

struct input {
	int state;
	char sequence[INPUT_SEQUENCE_MOST];
	size_t length;
	size_t swallowed;	/* bytes of the string (OSC, DCS …) being swallowed */
	bool alt;
	struct buf paste;
};

void input_init(struct input *input);
void input_finish(struct input *input);

/* Takes one byte; true: *event is what it completed. */
bool input_byte(struct input *input, unsigned char byte, struct input_event *event);

/* True while what came so far may be a key by itself (ESC) or the start of a sequence: ask input_timeout() after the escape delay. */
bool input_is_waiting(const struct input *input);

/* Nothing followed in time. True: *event is what that makes of it. */
bool input_timeout(struct input *input, struct input_event *event);

#endif
