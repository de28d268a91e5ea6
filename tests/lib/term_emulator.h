/*
 * Bytes in, cells out: libvterm, and beside it what libvterm does not know (dim, and the modes a program must put back).
 * Private to tests/lib.
 */
#ifndef TESTS_TERM_EMULATOR_H
#define TESTS_TERM_EMULATOR_H

#include <stddef.h>
#include <vterm.h>

#include "term.h"

enum { SEQUENCE = 512 };

struct emulator {
	VTerm *vterm;
	VTermScreen *screen;
	struct term_modes modes;
	bool asked_for_sync;		/* and not answered yet */
	unsigned bells, syncs;
	char title[256];
	enum { GROUND, ESCAPE, CONTROL, STRING, STRING_ESCAPE } state;
	char sequence[SEQUENCE];	/* a CSI without its ESC [; a string with its ESC ] */
	size_t length;
};

void emulator_init(struct emulator *emulator, int rows, int cols);
void emulator_finish(struct emulator *emulator);

/* Takes all, or as much as ends a synchronised update: what a terminal would show then. Returns how many bytes that were. */
size_t emulator_feed(struct emulator *emulator, const char *data, size_t length);

/* What the terminal answers to questions of the program: bytes put into out. */
size_t emulator_reply(struct emulator *emulator, char *out, size_t size);

struct term_cell emulator_cell(const struct emulator *emulator, int row, int col);

#endif
