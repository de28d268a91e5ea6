/*
 * Memory that cannot fail. Every input of kumatop is limited in length, so running out of memory is not something a peer
 * can bring about: these functions abort with a message and never return NULL. Any thread.
 */
#ifndef KUMATOP_HEAP_H
#define KUMATOP_HEAP_H

#include <stddef.h>

/* Zeroed memory for count things of size bytes, to be freed with free(). */
void *heap_zero(size_t count, size_t size);

/* As reallocarray(3). The new part is not zeroed. */
void *heap_resize(void *old, size_t count, size_t size);

/* A copy of text (NULL stays NULL), or of its first length bytes with a terminator. */
char *heap_text(const char *text);
char *heap_text_n(const char *text, size_t length);

/* A printed text of any length. */
char *heap_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
