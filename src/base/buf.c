/* The growing buffer with a sticky limit. Not a stream: it is filled, then written or taken as a whole. */
#include "kumatop/buf.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/heap.h"

enum { BUF_FIRST = 64 };	/* bytes a new buffer has, terminator included */

void buf_init(struct buf *buf, size_t limit)
{
	*buf = (struct buf){ .capacity = BUF_FIRST, .limit = limit };
	buf->data = heap_zero(1, BUF_FIRST);
}

void buf_finish(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){ 0 };
}

void buf_clear(struct buf *buf)
{
	assert(buf->data);
	buf->length = 0;
	buf->data[0] = '\0';
	buf->full = false;
}

/* Room for length more bytes and the terminator, or the sticky refusal. */
static bool buf_reserve(struct buf *buf, size_t length)
{
	size_t needed, capacity;

	assert(buf->data);
	if (buf->full || length > buf->limit - buf->length) {
		buf->full = true;
		return false;
	}
	needed = buf->length + length + 1;
	if (needed <= buf->capacity)
		return true;
	capacity = buf->capacity;
	while (capacity < needed)
		capacity += capacity < SIZE_MAX / 2 ? capacity : needed - capacity;
	buf->data = heap_resize(buf->data, capacity, 1);
	buf->capacity = capacity;
	return true;
}

bool buf_add(struct buf *buf, const void *data, size_t length)
{
	if (!buf_reserve(buf, length))
		return false;
	if (length)
		memcpy(buf->data + buf->length, data, length);
	buf->length += length;
	buf->data[buf->length] = '\0';
	return true;
}

bool buf_add_text(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

bool buf_add_char(struct buf *buf, char c)
{
	return buf_add(buf, &c, 1);
}

bool buf_print(struct buf *buf, const char *format, ...)
{
	va_list args;
	bool added;

	va_start(args, format);
	added = buf_print_args(buf, format, args);
	va_end(args);
	return added;
}

bool buf_print_args(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	size_t room;
	int length;

	if (!buf_reserve(buf, 0))
		return false;
	room = buf->capacity - buf->length;
	va_copy(again, args);
	length = vsnprintf(buf->data + buf->length, room, format, args);
	if (length < 0 || !buf_reserve(buf, (size_t)length)) {
		buf->data[buf->length] = '\0';	/* a part of it may stand there */
		buf->full = true;
	} else {
		if ((size_t)length >= room)
			length = vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
		assert(length >= 0);
		buf->length += (size_t)length;
	}
	va_end(again);
	return !buf->full;
}

bool buf_add_int(struct buf *buf, int64_t value)
{
	char digits[20];
	size_t at = sizeof digits;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		digits[--at] = '-';
	return buf_add(buf, digits + at, sizeof digits - at);
}

char *buf_take(struct buf *buf)
{
	char *data = buf->data;

	assert(data);
	*buf = (struct buf){ 0 };
	return data;
}

/* A descriptor that does not block is waited for: "everything" was promised. */
static bool buf_wait_writable(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };

	return poll(&wait, 1, -1) >= 0 || errno == EINTR;
}

bool buf_write(const struct buf *buf, int fd)
{
	size_t done = 0;

	while (done < buf->length) {
		ssize_t written = write(fd, buf->data + done, buf->length - done);

		if (written >= 0)
			done += (size_t)written;
		else if (errno == EAGAIN) {
			if (!buf_wait_writable(fd))
				return false;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}
