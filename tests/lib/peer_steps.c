/*
 * See peer_steps.h, and peer.h for what the steps mean. A step is called again whenever what it waited for has come; `entered`
 * tells the first time.
 */
#include "peer_steps.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "peer_gzip.h"

enum { LINGER_MS = 2000, FILLER = 65536 };

typedef enum io step_fn(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first);

static void set_timer(struct conn *conn, int64_t ms)
{
	conn->wake_us = mono_add_ms(mono_now(), ms).us;
	conn->wants = 0;
}

static enum io timer_over(struct conn *conn)
{
	if (conn->wake_us && mono_now().us < conn->wake_us) {
		conn->wants = 0;
		return IO_WAIT;
	}
	conn->wake_us = 0;
	return IO_DONE;
}

static enum io run_nothing(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	return IO_DONE;
}

static void note_request(const struct conn *conn, struct worker_shared *shared)
{
	char line[1024];
	size_t i;

	for (i = 0; i < sizeof line - 1 && i < conn->head_length && conn->in[i] != '\r' && conn->in[i] != '\n'; i++)
		line[i] = (char)(conn->in[i] < ' ' || conn->in[i] > '~' ? '?' : conn->in[i]);
	line[i] = '\0';
	worker_keep(shared, conn->in, conn->request_length);
	worker_note(shared, "request %u %s", conn->number, line);
	atomic_fetch_add(&shared->requests, 1);
}

static enum io run_read_request(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (first)
		conn_drop_request(conn);
	while (!conn_find_request(conn)) {
		enum io io = conn_read(conn);
		if (io != IO_DONE)
			return io;
	}
	note_request(conn, shared);
	return IO_DONE;
}

static enum io run_read_line(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	const char *end;

	while (!conn->in_length || !(end = memchr(conn->in, '\n', conn->in_length))) {
		enum io io = conn_read(conn);
		if (io != IO_DONE)
			return io;
	}
	conn->head_length = conn->request_length = (size_t)(end - conn->in) + 1;
	note_request(conn, shared);
	conn_drop_request(conn);
	return IO_DONE;
}

static enum io run_read_until(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	const char *end;

	while (!conn->in_length || !(end = memmem(conn->in, conn->in_length, step->text, step->length))) {
		enum io io = conn_read(conn);
		if (io != IO_DONE)
			return io;
	}
	conn->head_length = conn->request_length = (size_t)(end - conn->in) + step->length;
	note_request(conn, shared);
	conn_drop_request(conn);
	return IO_DONE;
}

static enum io run_read_some(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	while (!conn->in_length) {
		enum io io = conn_read(conn);
		if (io != IO_DONE)
			return io;
	}
	conn->in_length = 0;
	return IO_DONE;
}

/* The word of the request line after the method; length 0 when there is none. */
static const char *request_target(const struct conn *conn, size_t *length)
{
	const char *begin = conn->head_length ? memchr(conn->in, ' ', conn->head_length) : NULL, *end;	/* no memory before a request */

	*length = 0;
	if (!begin)
		return "";
	begin++;
	for (end = begin; end < conn->in + conn->head_length && *end != ' ' && *end != '\r'; end++)
		;
	*length = (size_t)(end - begin);
	return begin;
}

static enum io run_on(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	const char *target;
	size_t length;
	char *path;
	bool matches;

	if (!conn->request_length) {
		enum io io = run_read_request(conn, step, shared, first);
		if (io != IO_DONE)
			return io;
	}
	target = request_target(conn, &length);
	path = heap_text_n(target, length);
	path[strcspn(path, "?")] = '\0';
	matches = fnmatch(step->text, path, 0) == 0;
	free(path);
	if (!matches)
		conn->at = step->skip - 1;	/* one is added */
	return IO_DONE;
}

static const char *reason_phrase(int64_t status)
{
	static const struct { int status; const char *phrase; } phrases[] = {
		{ 200, "OK" }, { 204, "No Content" }, { 301, "Moved Permanently" }, { 302, "Found" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 500, "Internal Server Error" }, { 503, "Service Unavailable" },
	};
	size_t i;

	for (i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "As Scripted";
}

static bool keeps_open(const struct script *script)
{
	size_t i;

	for (i = 0; i < script->count; i++)
		if (script->steps[i].kind == STEP_LOOP)
			return true;
	return false;
}

/* length < 0: not told. */
static void queue_head(struct conn *conn, int64_t status, int64_t length, const char *more)
{
	struct buf head;
	size_t size;
	char *text;

	buf_init(&head, 1 << 20);
	buf_print(&head, "HTTP/1.1 %d %s\r\n", (int)status, reason_phrase(status));
	if (length >= 0)
		buf_print(&head, "Content-Length: %lld\r\n", (long long)length);
	buf_add_text(&head, more);
	if (conn->headers.data)
		buf_add(&head, conn->headers.data, conn->headers.length);
	buf_add_text(&head, keeps_open(conn->script) ? "\r\n" : "Connection: close\r\n\r\n");
	buf_finish(&conn->headers);
	size = head.length;
	text = buf_take(&head);
	conn_queue(conn, text, size, size, text);
}

static bool wants_no_body(const struct conn *conn)
{
	return conn->head_length >= 5 && memcmp(conn->in, "HEAD ", 5) == 0;
}

static enum io run_send(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (first)
		conn_queue(conn, step->text, step->length, step->length, NULL);
	return conn_flush(conn);
}

static enum io run_send_file(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (first) {
		struct stat status;
		int fd = open(step->text, O_RDONLY | O_CLOEXEC);
		char *data;
		ssize_t n;

		if (fd < 0 || fstat(fd, &status) < 0 || status.st_size < 0) {
			worker_note(shared, "error %u %s: %s", conn->number, step->text, strerror(errno));
			if (fd >= 0)
				close(fd);
			return IO_GONE;
		}
		data = heap_zero((size_t)status.st_size + 1, 1);
		n = read(fd, data, (size_t)status.st_size);
		close(fd);
		conn_queue(conn, data, n > 0 ? (size_t)n : 0, n > 0 ? (uint64_t)n : 0, data);
	}
	return conn_flush(conn);
}

static enum io run_drip(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (first)
		conn->dripped = 0;
	for (;;) {
		enum io io = conn_flush(conn);
		if (io == IO_DONE)
			io = timer_over(conn);
		if (io != IO_DONE || conn->dripped == step->length)
			return io;
		conn_queue(conn, step->text + conn->dripped++, 1, 1, NULL);
		io = conn_flush(conn);
		if (io == IO_GONE)
			return io;
		set_timer(conn, step->number);
	}
}

static enum io run_pause(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (first)
		set_timer(conn, step->number);
	return timer_over(conn);
}

static enum io run_header(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (!conn->headers.data)
		buf_init(&conn->headers, 1 << 20);
	buf_add(&conn->headers, step->text, step->length);
	buf_add_text(&conn->headers, "\r\n");
	return IO_DONE;
}

static enum io run_respond(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (first) {
		queue_head(conn, step->number, (int64_t)step->length, "");
		if (!wants_no_body(conn))
			conn_queue(conn, step->text, step->length, step->length, NULL);
	}
	return conn_flush(conn);
}

static enum io run_echo_request(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (first) {
		size_t length = conn->request_length;
		char *copy = length ? heap_text_n(conn->in, length) : NULL;
		queue_head(conn, 200, (int64_t)length, "Content-Type: text/plain\r\n");
		conn_queue(conn, copy, wants_no_body(conn) ? 0 : length, length, copy);
	}
	return conn_flush(conn);
}

static enum io run_redirect(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (first) {
		size_t length;
		const char *target = request_target(conn, &length);
		char *more = step->text ? heap_print("Location: %s\r\n", step->text)
		    : heap_print("Location: %.*s\r\n", (int)length, target);
		queue_head(conn, 302, 0, more);
		free(more);
	}
	return conn_flush(conn);
}

/* Letters in lines, so that what sees them can tell places apart. */
static const char *filler(void)
{
	static char block[FILLER];
	size_t i;

	if (!block[0])
		for (i = 0; i < FILLER; i++)
			block[i] = (char)(i % 64 == 63 ? '\n' : 'a' + (i / 64 + i) % 26);
	return block;
}

static enum io run_body(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (first) {
		bool endless = step->kind == STEP_ENDLESS_BODY;
		if (!conn->begun)
			queue_head(conn, 200, endless ? -1 : step->number, "");
		conn_queue(conn, filler(), FILLER, endless ? UINT64_MAX : (uint64_t)step->number, NULL);
	}
	return conn_flush(conn);
}

static enum io run_endless_headers(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	static const char status[] = "HTTP/1.1 200 OK\r\n";
	static const char line[] = "X-Filler: as long as anybody cares to listen, one more of these follows\r\n";

	if (first) {
		if (!conn->begun)
			conn_queue(conn, status, sizeof status - 1, sizeof status - 1, NULL);
		conn_queue(conn, line, sizeof line - 1, UINT64_MAX, NULL);
	}
	return conn_flush(conn);
}

static enum io run_gzip_bomb(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	static const char zeros[FILLER];

	if (first) {
		struct gzip_bomb *bomb = heap_zero(1, sizeof *bomb);
		gzip_bomb_make((uint64_t)step->number, bomb);
		if (!conn->begun)
			queue_head(conn, 200, (int64_t)(bomb->head_length + bomb->zeros + bomb->tail_length), "Content-Encoding: gzip\r\n");
		conn_queue(conn, (const char *)bomb->head, bomb->head_length, bomb->head_length, NULL);
		conn_queue(conn, zeros, FILLER, bomb->zeros, NULL);
		conn_queue(conn, (const char *)bomb->tail, bomb->tail_length, bomb->tail_length, (char *)bomb);
	}
	return conn_flush(conn);
}

/*
 * Reads what still comes, for two seconds at most, until the client goes: a socket closed with bytes unread is reset, and the alert that was
 * sent before may be lost with it.
 */
static void let_the_alert_arrive(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char rest[4096];

	(void)shutdown(fd, SHUT_WR);
	for (int i = 0; i < 100; i++) {
		ssize_t got;

		(void)poll(&wait, 1, 20);
		got = recv(fd, rest, sizeof rest, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return;
	}
}

static enum io run_tls(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	enum io io = conn_handshake(conn, first ? peer_cert_context(step->cert, (int)step->number) : NULL, step->kind == STEP_TLS_ASKS);

	if (io == IO_DONE) {
		const char *name = SSL_get_servername(conn->ssl, TLSEXT_NAMETYPE_host_name);
		worker_note(shared, "tls %u %s %s", conn->number, SSL_get_version(conn->ssl), name ? name : "-");
	} else if (io == IO_GONE) {
		const char *reason = ERR_reason_error_string(ERR_peek_error());
		worker_note(shared, "tls-failed %u %s", conn->number, reason ? reason : "the client went");
		if (step->kind == STEP_TLS_ASKS)
			let_the_alert_arrive(conn->fd);
	}
	return io;
}

static enum io run_tls_garbage(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	static const char garbage[] = "\x02\xff\x00\x7fthis is no TLS record, whatever it may look like\r\n";

	if (!conn->begun) {
		enum io io = run_read_some(conn, step, shared, first);
		if (io != IO_DONE)
			return io;
		conn_queue(conn, garbage, sizeof garbage - 1, sizeof garbage - 1, NULL);
	}
	return conn_flush(conn);
}

/*
 * Closing a socket with something unread in it makes the kernel send RST, which may overtake our last bytes: so read on until the
 * client has closed too, for a while.
 */
static enum io run_end(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (first) {
		worker_note(shared, "close %u", conn->number);
		if (conn->request_length && !conn->ssl)
			return IO_GONE;
		conn_shut_down(conn);
		set_timer(conn, LINGER_MS);
	}
	if (timer_over(conn) == IO_DONE)
		return IO_GONE;
	return conn_discard(conn);
}

static enum io run_reset(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	worker_note(shared, "reset %u", conn->number);
	conn_abort(conn);
	return IO_GONE;
}

static enum io run_hang(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	conn->wants = EPOLLRDHUP;
	return IO_WAIT;
}

static enum io run_loop(struct conn *conn, const struct step *step, struct worker_shared *shared, bool first)
{
	if (!conn->progress)
		return IO_GONE;		/* a script that only turns round */
	conn->progress = false;
	conn_drop_request(conn);
	conn->at = SIZE_MAX;		/* one is added */
	return IO_DONE;
}

static step_fn *const step_functions[] = {
	[STEP_END] = run_end,
	[STEP_ACCEPT] = run_nothing,
	[STEP_READ_REQUEST] = run_read_request,
	[STEP_READ_LINE] = run_read_line,
	[STEP_READ_SOME] = run_read_some,
	[STEP_READ_UNTIL] = run_read_until,
	[STEP_SEND] = run_send,
	[STEP_SEND_FILE] = run_send_file,
	[STEP_DRIP] = run_drip,
	[STEP_PAUSE] = run_pause,
	[STEP_HEADER] = run_header,
	[STEP_RESPOND] = run_respond,
	[STEP_ECHO_REQUEST] = run_echo_request,
	[STEP_REDIRECT] = run_redirect,
	[STEP_REDIRECT_SELF] = run_redirect,
	[STEP_BODY] = run_body,
	[STEP_ENDLESS_BODY] = run_body,
	[STEP_ENDLESS_HEADERS] = run_endless_headers,
	[STEP_GZIP_BOMB] = run_gzip_bomb,
	[STEP_RESET] = run_reset,
	[STEP_HANG] = run_hang,
	[STEP_LOOP] = run_loop,
	[STEP_TLS] = run_tls,
	[STEP_TLS_ASKS] = run_tls,
	[STEP_TLS_GARBAGE] = run_tls_garbage,
	[STEP_ON] = run_on,
	[STEP_REFUSE] = run_nothing,
	[STEP_BACKLOG_FULL] = run_nothing,
	[STEP_LISTEN] = run_nothing,
};

enum io steps_run(struct conn *conn, struct worker_shared *shared)
{
	for (;;) {
		const struct step *step = &conn->script->steps[conn->at];
		bool first = !conn->entered;
		enum io io;

		conn->entered = true;
		io = step_functions[step->kind](conn, step, shared, first);
		if (io == IO_GONE && step->kind != STEP_END && step->kind != STEP_RESET)
			worker_note(shared, "gone %u", conn->number);
		if (io != IO_DONE)
			return io;
		conn->at++;
		conn->entered = false;
	}
}
