/* Texts of failures. They are made in a local buffer first, so that an error may be built from its own text. */
#include "kumatop/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kumatop/text.h"

enum { ERROR_WORK = 4096 };	/* room to print in; what is longer is cut anyway */

static void error_print(char *out, size_t size, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

static void error_print(char *out, size_t size, const char *format, va_list args)
{
	if (vsnprintf(out, size, format, args) < 0)
		text_copy(out, size, "(this error could not be printed)");
}

bool error_set(struct error *err, enum exit_code code, const char *format, ...)
{
	char work[ERROR_WORK];
	va_list args;

	if (!err)
		return false;
	va_start(args, format);
	error_print(work, sizeof work, format, args);
	va_end(args);
	err->code = code;
	text_copy(err->text, sizeof err->text, work);
	return false;
}

/* strerror(3) may share a buffer between threads. */
static void error_describe(int number, char *out, size_t size)
{
	const char *text = strerrordesc_np(number);

	if (text)
		text_copy(out, size, text);
	else
		snprintf(out, size, "error %d", number);
}

bool error_errno(struct error *err, enum exit_code code, const char *format, ...)
{
	int number = errno;
	char work[ERROR_WORK];
	char reason[128];
	va_list args;

	if (!err)
		return false;
	va_start(args, format);
	error_print(work, sizeof work, format, args);
	va_end(args);
	error_describe(number, reason, sizeof reason);
	/* The reason matters more than the end of a long context. */
	text_copy(err->text, sizeof err->text - strlen(reason) - 2, work);
	strncat(err->text, ": ", sizeof err->text - strlen(err->text) - 1);
	strncat(err->text, reason, sizeof err->text - strlen(err->text) - 1);
	err->code = code;
	errno = number;
	return false;
}

bool error_prefix(struct error *err, const char *format, ...)
{
	char work[ERROR_WORK];
	size_t length;
	va_list args;

	if (!err)
		return false;
	va_start(args, format);
	error_print(work, sizeof work - sizeof err->text, format, args);
	va_end(args);
	length = strlen(work);
	memcpy(work + length, err->text, strlen(err->text) + 1);
	text_copy(err->text, sizeof err->text, work);
	return false;
}
