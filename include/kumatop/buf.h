/*
 * A growing byte buffer with a hard limit. The limit is sticky: an append that would pass it is dropped whole, `full` is
 * set, and every later append is dropped too, so that a writer checks once, at the end. Always terminated by a NUL that
 * does not count. Not shared between threads.
 */
#ifndef KUMATOP_BUF_H
#define KUMATOP_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data;		/* never NULL between init and finish */
	size_t length;
	size_t capacity;
	size_t limit;		/* most bytes of content */
	bool full;
};

void buf_init(struct buf *buf, size_t limit);
void buf_finish(struct buf *buf);	/* accepts a zeroed buffer, and one finished before */
void buf_clear(struct buf *buf);	/* empties it, keeps the memory, forgets `full` */

bool buf_add(struct buf *buf, const void *data, size_t length);
bool buf_add_text(struct buf *buf, const char *text);
bool buf_add_char(struct buf *buf, char c);
bool buf_print(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool buf_print_args(struct buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Decimal digits without the cost of printf, for exports. */
bool buf_add_int(struct buf *buf, int64_t value);

/* Hands over the content (to be freed with free()) and leaves the buffer finished. */
char *buf_take(struct buf *buf);

/*
 * Writes everything to a descriptor: short writes are continued, EINTR is retried. false, with errno set, on failure.
 */
bool buf_write(const struct buf *buf, int fd);

#endif
