/* Memory that cannot fail; see the header. Not an allocator: it only turns failure into an end with a message. */
#include "kumatop/heap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No printf here: it might allocate. */
static _Noreturn void heap_give_up(void)
{
	static const char message[] = "kumatop: out of memory\n";
	ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);

	(void)written;	/* there is nobody left to tell */
	abort();
}

void *heap_zero(size_t count, size_t size)
{
	void *memory = count && size ? calloc(count, size) : calloc(1, 1);

	if (!memory)
		heap_give_up();
	return memory;
}

void *heap_resize(void *old, size_t count, size_t size)
{
	void *memory = count && size ? reallocarray(old, count, size) : realloc(old, 1);

	if (!memory)
		heap_give_up();
	return memory;
}

char *heap_text(const char *text)
{
	return text ? heap_text_n(text, strlen(text)) : NULL;
}

char *heap_text_n(const char *text, size_t length)
{
	char *copy;

	if (!text)
		return NULL;
	copy = malloc(length + 1);
	if (!copy)
		heap_give_up();
	if (length)
		memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *heap_print(const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		heap_give_up();
	return text;
}
