/*
 * A connection to an owner's socket, byte by byte, for tests that say what no kumatop would. For cmocka: what goes wrong here fails the
 * test. Include cmocka.h before.
 */
#ifndef TESTS_CALLER_H
#define TESTS_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/json.h"
#include "kumatop/wire.h"

struct caller {
	int fd;			/* -1: closed */
	struct wire_lines lines;
	bool ended;		/* the other end has hung up */
	size_t bytes;		/* read so far */
};

struct caller caller_open(const char *path);
void caller_close(struct caller *caller);	/* accepts a closed one */

/* Waits for room; what an owner that has hung up does not take is dropped. */
void caller_send(struct caller *caller, const char *bytes, size_t length);
void caller_say(struct caller *caller, const char *line);	/* and a newline */
void caller_hello(struct caller *caller);			/* and waits for the owner's */

/* The next message that is there already, to be freed by json_free(), or NULL. */
struct json *caller_poll(struct caller *caller);

/* Waits for the next message with this op; those before it are dropped. */
struct json *caller_await(struct caller *caller, const char *op);

/* Waits for a refusal that has this text, and for the end of the line after it. Closes. */
void caller_expect_refusal(struct caller *caller, const char *text);

#endif
