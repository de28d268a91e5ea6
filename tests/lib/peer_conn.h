/*
 * One connection of a peer: bytes in, bytes out, plain or TLS, never blocking. Knows nothing of scripts' meaning. Private to
 * tests/lib.
 */
#ifndef TESTS_PEER_CONN_H
#define TESTS_PEER_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <openssl/types.h>

#include "kumatop/buf.h"

#include "peer_script.h"

enum io {
	IO_DONE,
	IO_WAIT,	/* for conn->wants or conn->wake_us */
	IO_GONE,	/* ended or broken */
};

enum { CONN_SEGMENTS = 4, CONN_IN = 4 << 20 };

/* Bytes to send: a block, again and again until left is 0. */
struct segment {
	const char *block;
	size_t length, offset;
	uint64_t left;
	char *owned;		/* freed when sent */
};

struct conn {
	struct conn *next, *previous;
	int fd;
	unsigned number;
	SSL *ssl;
	uint32_t wants, registered;	/* epoll events */
	int64_t wake_us;		/* monotonic; 0: no timer */

	struct script_set *set;		/* held */
	const struct script *script;
	size_t at;			/* step */
	bool entered;			/* the step has begun */
	bool progress;			/* since the last loop */
	size_t dripped;

	char *in;
	size_t in_length, in_capacity;
	size_t head_length, request_length;	/* of the request that in begins with; 0: none read */
	bool begun;			/* something was sent since */
	struct buf headers;		/* further lines for the next head */
	struct segment out[CONN_SEGMENTS];
	size_t out_first, out_count;
};

struct conn *conn_create(int fd, unsigned number, struct script_set *set);
void conn_destroy(struct conn *conn);	/* closes */

enum io conn_handshake(struct conn *conn, SSL_CTX *context, bool asks);
enum io conn_read(struct conn *conn);	/* some more into `in`; IO_DONE: there was something */
enum io conn_flush(struct conn *conn);	/* IO_DONE: all is sent */
enum io conn_discard(struct conn *conn);	/* reads and forgets; IO_GONE at the end */
void conn_shut_down(struct conn *conn);	/* our direction */
void conn_abort(struct conn *conn);	/* makes conn_destroy() send RST */

/* Queues length bytes, sent over and over until total are. owned may be NULL. */
void conn_queue(struct conn *conn, const char *block, size_t length, uint64_t total, char *owned);

/* Looks for a whole request at the start of `in`. */
bool conn_find_request(struct conn *conn);
void conn_drop_request(struct conn *conn);

#endif
