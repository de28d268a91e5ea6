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

enum { INPUT_SEQUENCE_MOST = 32, INPUT_PASTE_MOST = 65536 };

struct input {
	int state;
	char sequence[INPUT_SEQUENCE_MOST];	/* parameters of a control sequence, or the start of a UTF-8 character */
	size_t length;
	bool too_long;		/* parameters were lost: the sequence means nothing */
	bool alt;
	int count;		/* bytes still to swallow, or of the paste's end that have come */
	struct buf paste;
	bool paste_done;	/* its text was handed out and may be forgotten */
};

void input_init(struct input *input);
void input_finish(struct input *input);

/* Takes one byte; true: *event is what it completed. */
bool input_byte(struct input *input, unsigned char byte, struct input_event *event);

/*
 * How long to wait for the rest of what has begun, before input_timeout() is due: escape_ms while it may be the Escape key by
 * itself, longer within a sequence. -1: nothing has begun.
 */
int input_wait_ms(const struct input *input, int escape_ms);

/* Nothing followed in time. True: *event is what that makes of it; half a sequence makes nothing. */
bool input_timeout(struct input *input, struct input_event *event);

#endif
