/* See peer_conn.h. */
#include "peer_conn.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "kumatop/heap.h"

struct conn *conn_create(int fd, unsigned number, struct script_set *set)
{
	struct conn *conn = heap_zero(1, sizeof *conn);

	conn->fd = fd;
	conn->number = number;
	conn->set = set;
	set->holders++;
	conn->script = &set->scripts[set->served++ % set->count];
	return conn;
}

void conn_destroy(struct conn *conn)
{
	size_t i;

	SSL_free(conn->ssl);
	close(conn->fd);
	for (i = 0; i < conn->out_count; i++)
		free(conn->out[i].owned);
	free(conn->in);
	buf_finish(&conn->headers);
	script_release(conn->set);
	free(conn);
}

/* What an SSL_… call that returned result <= 0 means. */
static enum io ssl_outcome(struct conn *conn, int result)
{
	switch (SSL_get_error(conn->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		conn->wants = EPOLLIN;
		return IO_WAIT;
	case SSL_ERROR_WANT_WRITE:
		conn->wants = EPOLLOUT;
		return IO_WAIT;
	default:
		return IO_GONE;
	}
}

enum io conn_handshake(struct conn *conn, SSL_CTX *context, bool asks)
{
	int result;

	if (!conn->ssl) {
		conn->ssl = context ? SSL_new(context) : NULL;
		if (!conn->ssl || SSL_set_fd(conn->ssl, conn->fd) != 1)
			return IO_GONE;
	}
	if (asks)
		SSL_set_verify(conn->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	ERR_clear_error();
	result = SSL_accept(conn->ssl);
	return result == 1 ? IO_DONE : ssl_outcome(conn, result);
}

static enum io receive(struct conn *conn, char *data, size_t size, size_t *got)
{
	ssize_t n;

	if (conn->ssl) {
		int result;
		ERR_clear_error();
		result = SSL_read(conn->ssl, data, size < INT_MAX ? (int)size : INT_MAX);
		*got = result > 0 ? (size_t)result : 0;
		return result > 0 ? IO_DONE : ssl_outcome(conn, result);
	}
	do
		n = recv(conn->fd, data, size, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN) {
		conn->wants = EPOLLIN;
		return IO_WAIT;
	}
	*got = n > 0 ? (size_t)n : 0;
	return n > 0 ? IO_DONE : IO_GONE;
}

static enum io transmit(struct conn *conn, const char *data, size_t length, size_t *sent)
{
	ssize_t n;

	if (conn->ssl) {
		int result;
		ERR_clear_error();
		result = SSL_write(conn->ssl, data, length < INT_MAX ? (int)length : INT_MAX);
		*sent = result > 0 ? (size_t)result : 0;
		return result > 0 ? IO_DONE : ssl_outcome(conn, result);
	}
	do
		n = send(conn->fd, data, length, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN) {
		conn->wants = EPOLLOUT;
		return IO_WAIT;
	}
	*sent = n > 0 ? (size_t)n : 0;
	return n > 0 ? IO_DONE : IO_GONE;
}

enum io conn_read(struct conn *conn)
{
	size_t got;
	enum io io;

	if (conn->in_capacity - conn->in_length < 2048) {
		if (conn->in_capacity >= CONN_IN)
			return IO_GONE;
		conn->in_capacity = conn->in_capacity ? conn->in_capacity * 2 : 4096;
		conn->in = heap_resize(conn->in, conn->in_capacity, 1);
	}
	io = receive(conn, conn->in + conn->in_length, conn->in_capacity - conn->in_length, &got);
	if (io == IO_DONE) {
		conn->in_length += got;
		conn->progress = true;
	}
	return io;
}

enum io conn_discard(struct conn *conn)
{
	char scratch[16384];
	size_t got;
	enum io io;

	do
		io = receive(conn, scratch, sizeof scratch, &got);
	while (io == IO_DONE);
	return io;
}

void conn_queue(struct conn *conn, const char *block, size_t length, uint64_t total, char *owned)
{
	if (!length || !total || conn->out_count == CONN_SEGMENTS) {
		free(owned);
		return;
	}
	conn->out[conn->out_count++] = (struct segment){ .block = block, .length = length, .left = total, .owned = owned };
	conn->begun = true;
}

enum io conn_flush(struct conn *conn)
{
	while (conn->out_first < conn->out_count) {
		struct segment *segment = &conn->out[conn->out_first];
		size_t length = segment->length - segment->offset, sent = 0;
		enum io io;

		if (length > segment->left)
			length = (size_t)segment->left;
		io = transmit(conn, segment->block + segment->offset, length, &sent);
		if (io != IO_DONE)
			return io;
		conn->progress = true;
		if (segment->left != UINT64_MAX)
			segment->left -= sent;
		segment->offset = (segment->offset + sent) % segment->length;
		if (!segment->left) {
			free(segment->owned);
			segment->owned = NULL;
			conn->out_first++;
		}
	}
	conn->out_first = conn->out_count = 0;
	return IO_DONE;
}

void conn_shut_down(struct conn *conn)
{
	if (conn->ssl && SSL_is_init_finished(conn->ssl)) {
		ERR_clear_error();
		(void)SSL_shutdown(conn->ssl);
	}
	(void)shutdown(conn->fd, SHUT_WR);
}

void conn_abort(struct conn *conn)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static size_t content_length(const char *head, size_t length)
{
	static const char field[] = "\r\ncontent-length:";
	size_t i;

	for (i = 0; i + sizeof field <= length; i++)
		if (strncasecmp(head + i, field, sizeof field - 1) == 0)
			return strtoul(head + i + sizeof field - 1, NULL, 10);
	return 0;
}

bool conn_find_request(struct conn *conn)
{
	const char *end;
	size_t head, body;

	if (!conn->in_length)
		return false;
	end = memmem(conn->in, conn->in_length, "\r\n\r\n", 4);
	if (!end)
		return false;
	head = (size_t)(end - conn->in) + 4;
	body = content_length(conn->in, head);
	if (body > conn->in_length - head)
		return false;
	conn->head_length = head;
	conn->request_length = head + body;
	return true;
}

void conn_drop_request(struct conn *conn)
{
	if (conn->request_length)
		memmove(conn->in, conn->in + conn->request_length, conn->in_length - conn->request_length);
	conn->in_length -= conn->request_length;
	conn->head_length = conn->request_length = 0;
	conn->begun = false;
}
