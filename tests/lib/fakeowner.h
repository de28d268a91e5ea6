/*
 * An owner that is played by the test, message by message: it listens on a socket of its own and says what the test lets it say, right
 * or wrong. Nothing here needs a thread; what waits does so with a deadline and fails the test. Include cmocka.h before.
 */
#ifndef TESTS_FAKEOWNER_H
#define TESTS_FAKEOWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/snapshot.h"
#include "kumatop/wire.h"

struct fakeowner {
	char *directory;
	char *path;		/* of the socket */
	int listener;		/* -1: nobody listens */
	struct picture *picture;	/* what it shows */
};

/* One who looks, at the owner's end. */
struct fakepeer {
	int fd;			/* -1: none */
	struct wire_lines lines;
	const struct snapshot *shown;	/* held: what the other end has */
};

struct fakeowner *fakeowner_create(void);	/* listens */
void fakeowner_destroy(struct fakeowner *owner);	/* accepts NULL */
void fakeowner_go(struct fakeowner *owner);		/* stops listening, removes the socket */
void fakeowner_come(struct fakeowner *owner);		/* listens again */

/* Another monitor in its picture, up. */
void fakeowner_add(struct fakeowner *owner, monitor_id id, const char *name);

/* Whether somebody is at the door; takes him in. Does not wait. */
bool fakeowner_accept(struct fakeowner *owner, struct fakepeer *peer);
void fakepeer_close(struct fakepeer *peer);		/* accepts a closed one */

/* The next message that is there already, to be freed by json_free(), or NULL. */
struct json *fakepeer_poll(struct fakepeer *peer);

/* As these, but waiting; fails the test after 10 s. For a thread of the test's own. */
void fakeowner_await(struct fakeowner *owner, struct fakepeer *peer);
struct json *fakepeer_await(struct fakepeer *peer, const char *op);

void fakepeer_send(struct fakepeer *peer, const char *bytes, size_t length);
void fakepeer_say(struct fakepeer *peer, const char *line);	/* and a newline */
void fakepeer_hello(struct fakepeer *peer, enum access_role role);	/* from "mon1" */
void fakepeer_show(struct fakepeer *peer, struct fakeowner *owner, enum access_role role);	/* the picture as it is now, whole */
void fakepeer_reply(struct fakepeer *peer, uint64_t ticket, bool done, const char *text);

#endif
