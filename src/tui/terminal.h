/*
 * The terminal: its modes, what is read from it and what is written to it. Never waits: what it does not take at once stays in
 * memory, and no further frame is made until that is gone. Screen thread, but for opening and closing.
 */
#ifndef KUMATOP_TUI_TERMINAL_H
#define KUMATOP_TUI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "paint.h"

#include "kumatop/error.h"
#include "kumatop/theme.h"

struct terminal;

/*
 * Takes the terminal of stdin and stdout over. NULL, and nothing changed, when they are no terminal or it cannot be drawn on. theme
 * is kept. The locale has been set.
 */
struct terminal *terminal_open(const struct theme *theme, bool no_color, bool ascii, struct error *err);

/* Puts it back as it was. Accepts NULL. */
void terminal_close(struct terminal *terminal);

int terminal_fd(const struct terminal *terminal);
enum glyph_set terminal_glyphs(const struct terminal *terminal);
int terminal_rows(const struct terminal *terminal);
int terminal_columns(const struct terminal *terminal);

/* Asks how large it is now; true when that has changed. */
bool terminal_update_size(struct terminal *terminal);

/* Bytes read, 0 when there are none, -1 when the terminal is gone. */
ssize_t terminal_read(struct terminal *terminal, char *bytes, size_t size);

/* True while another process group has the terminal: it is not ours to read or to draw on. */
bool terminal_is_foreign(const struct terminal *terminal);

/* Makes the bytes of one frame, which terminal_flush() sends. Only when nothing is waiting. */
void terminal_show(struct terminal *terminal, const struct canvas *canvas);

/* Sends what it takes; false when it is gone. */
bool terminal_flush(struct terminal *terminal);

/* True while bytes wait to be taken. */
bool terminal_is_busy(const struct terminal *terminal);

void terminal_repaint(struct terminal *terminal);
void terminal_set_theme(struct terminal *terminal, const struct theme *theme);
void terminal_use_sync(struct terminal *terminal);

/* Puts the terminal back as it was, for another program; and takes it over again. In between nothing may be drawn. */
void terminal_give(struct terminal *terminal);
void terminal_take(struct terminal *terminal);

/*
 * Puts the terminal back, stops the process as ^Z does elsewhere, and takes the terminal over again when it goes on in front, unless
 * give_up has become true meanwhile.
 */
void terminal_suspend(struct terminal *terminal, const _Atomic bool *give_up);

#endif
