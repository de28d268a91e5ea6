/*
 * Text that came from somewhere: made harmless, measured in terminal cells, cut at character boundaries. All text is UTF-8.
 *
 * text_sanitize() is the gate between the network and everything that keeps or shows text: what passed it holds no C0, DEL
 * or C1 control (also when written as UTF-8), no bidirectional controls, no zero-width, variation-selector or tag
 * characters, no invalid UTF-8 and at most two combining marks in a row. Any thread.
 */
#ifndef KUMATOP_TEXT_H
#define KUMATOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes one character of text[0..length). Returns its bytes (>= 1); *point is U+FFFD for an invalid sequence. */
size_t text_decode(const char *text, size_t length, uint32_t *point);

/* Writes one character as UTF-8 (at most 4 bytes, no terminator) and returns the bytes. */
size_t text_encode(uint32_t point, char out[4]);

/*
 * Cells the character takes in a terminal: 0 for a combining mark, 1, 2, or -1 for what must never reach one. From our own
 * use of wcwidth(3) in a UTF-8 locale; what wcwidth does not know (newer emoji) is -1 and shown as "?".
 */
int text_point_width(uint32_t point);

/* Cells of a whole text; what is not printable counts 1. */
size_t text_width(const char *text);

/* Bytes of the longest start of text that fits in cells; *used (may be NULL) is its width. */
size_t text_fit(const char *text, size_t cells, size_t *used);

/*
 * Makes text[0..length) harmless into out, which always ends up terminated and is cut at a character boundary to fit
 * size. TAB, CR and LF and runs of blanks become one blank; dropped characters vanish; invalid bytes become U+FFFD.
 * Returns the bytes written. out may not overlap text.
 */
size_t text_sanitize(char *out, size_t size, const char *text, size_t length);

/* As text_sanitize(), but keeps line ends (CR LF and LF become LF): for evidence of several lines. */
size_t text_sanitize_lines(char *out, size_t size, const char *text, size_t length);

/* True if text_sanitize() would leave text as it is. */
bool text_is_clean(const char *text);

/* Copies a terminated text into a fixed array, cut at a character boundary. */
void text_copy(char *out, size_t size, const char *text);

/* Characters that differ, as edit distance counts them, up to a small bound; for "did you mean". */
unsigned text_distance(const char *a, const char *b);

/* The nearest of candidates to word, or NULL if none is near enough to be meant. */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);

/* Shell-style match (`*`, `?`, `[…]`), whole text, ASCII letters without regard to case. */
bool text_glob(const char *pattern, const char *text);

#endif
