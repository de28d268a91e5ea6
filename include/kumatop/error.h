/*
 * A run-time failure, told in text that a person can read, and prefixed with context on its way up. Code below the commands
 * returns errors and does not print them. A bug asserts; a failed check is data and never an error.
 */
#ifndef KUMATOP_ERROR_H
#define KUMATOP_ERROR_H

#include <stdbool.h>

/* What a command exits with, after sysexits(3). Nagios codes of `check` are apart from these (see verdict_exit_code()). */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_USAGE = 64,	/* the command line is wrong */
	EXIT_DATA = 65,		/* input data is wrong */
	EXIT_UNAVAILABLE = 69,	/* something needed is not there */
	EXIT_INTERNAL = 70,	/* the system refuses what must work: no threads, no pipes */
	EXIT_INPUT_OUTPUT = 74,	/* reading or writing failed */
	EXIT_LOCKED = 75,	/* another kumatop owns it; later may be better */
	EXIT_PERMISSION = 77,
	EXIT_CONFIG = 78,	/* kumatop.conf is wrong */
};

struct error {
	enum exit_code code;
	char text[768];		/* cut at a UTF-8 boundary when longer; no final newline */
};

/* Each of these accepts err == NULL, and returns false, so that `return error_set(err, …);` reads well. */
bool error_set(struct error *err, enum exit_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* As error_set(), with ": " and what errno means behind the text. */
bool error_errno(struct error *err, enum exit_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts text before what err says: "kumatop.conf:12: " and the like. */
bool error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
