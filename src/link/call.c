/*
 * A command's talk with an owner; see call.h. One descriptor that never blocks, and poll(2) with a deadline around it. What comes while
 * something else is waited for (a picture before a reply) is kept or dropped, never mistaken.
 */
#include "kumatop/call.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/place.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

enum { READ_SIZE = 64 * 1024, CROWDED_MS = 20, WATCH_MS = 10000 };

struct call {
	int fd;
	struct wire_lines lines;
	struct wire_hello hello;
	struct wire_mirror *mirror;
	const struct snapshot *picture;	/* held; the newest that nobody took yet */
	struct wire_mirror *past;	/* of the board that is being asked for; NULL: nothing came of it */
	uint64_t ticket;
};

static struct mono deadline_of(int timeout_ms)
{
	struct mono never = { INT64_MAX };

	return timeout_ms < 0 ? never : mono_add_ms(mono_now(), timeout_ms);
}

/* What is left as poll(2) takes it. */
static int left_ms(struct mono deadline)
{
	int64_t us;

	if (deadline.us == INT64_MAX)
		return -1;
	us = mono_between_us(mono_now(), deadline);
	return us <= 0 ? 0 : us >= INT64_C(1000) * INT32_MAX ? INT32_MAX : (int)((us + 999) / 1000);
}

/* false, EXIT_LOCKED: the time is over. */
static bool wait_for(const struct call *call, short events, struct mono deadline, struct error *err)
{
	struct pollfd waiting = { .fd = call->fd, .events = events };

	for (;;) {
		int count = poll(&waiting, 1, left_ms(deadline));

		if (count > 0)
			return true;
		if (count == 0)
			return error_set(err, EXIT_LOCKED, "the owner does not answer in time");
		if (errno != EINTR)
			return error_errno(err, EXIT_INTERNAL, "cannot wait for the owner");
	}
}

static bool lost(struct error *err, const char *what)
{
	if (errno == EPIPE || errno == ECONNRESET)
		return error_set(err, EXIT_UNAVAILABLE, "the owner has gone");
	return error_errno(err, EXIT_UNAVAILABLE, "%s the owner", what);
}

static bool send_all(const struct call *call, const struct buf *out, struct mono deadline, struct error *err)
{
	size_t at = 0;

	if (out->full)
		return error_set(err, EXIT_DATA, "that is more than can be sent at once");
	while (at < out->length) {
		ssize_t n = send(call->fd, out->data + at, out->length - at, MSG_NOSIGNAL);

		if (n >= 0) {
			at += (size_t)n;
		} else if (errno == EAGAIN) {
			if (wait_for(call, POLLOUT, deadline, err))
				continue;
			/* Half a line is out: nothing sensible can follow it. */
			if (at)
				(void)shutdown(call->fd, SHUT_RDWR);
			return false;
		} else if (errno != EINTR) {
			return lost(err, "cannot write to");
		}
	}
	return true;
}

static bool fill(struct call *call, struct mono deadline, struct error *err)
{
	char bytes[READ_SIZE];
	ssize_t n;

	if (!wait_for(call, POLLIN, deadline, err))
		return false;
	n = read(call->fd, bytes, sizeof(bytes));
	if (n == 0)
		return error_set(err, EXIT_UNAVAILABLE, "the owner has gone");
	if (n < 0)
		return errno == EAGAIN || errno == EINTR || lost(err, "cannot read from");
	if (!wire_lines_feed(&call->lines, bytes, (size_t)n))
		return error_set(err, EXIT_DATA, "the owner sends a line that is too long");
	return true;
}

/* The next message, to be freed with json_free(), or NULL. */
static struct json *next_message(struct call *call, struct mono deadline, struct error *err)
{
	const char *line;
	size_t length;

	while (!(line = wire_lines_next(&call->lines, &length)))
		if (!fill(call, deadline, err))
			return NULL;
	return wire_parse(line, length, err);
}

static bool say_text(const struct json *message, enum exit_code code, const char *before, struct error *err)
{
	const char *text = json_get_text(message, "text");
	char clean[512];

	text_sanitize(clean, sizeof(clean), text ? text : "", text ? strlen(text) : 0);
	return error_set(err, code, "%s%s%s", before, clean[0] ? ": " : "", clean);
}

/* Of the live picture, or of the past board that was asked for last. */
static bool take_view(struct call *call, const struct json *message, struct error *err)
{
	uint64_t ticket = wire_ticket(message);

	if (!ticket)
		return wire_mirror_view(call->mirror, message, err);
	if (ticket != call->ticket)
		return true;
	if (!call->past)
		call->past = wire_mirror_create();
	return wire_mirror_view(call->past, message, err);
}

/* What may come at any time. false: the talk is over. */
static bool take_alike(struct call *call, const struct json *message, struct error *err)
{
	const char *op = wire_op(message);

	if (strcmp(op, "view") == 0)
		return take_view(call, message, err);
	if (strcmp(op, "board") == 0) {
		const struct snapshot *picture = wire_mirror_board(call->mirror, message, err);

		if (!picture)
			return false;
		snapshot_release(call->picture);
		call->picture = picture;
		return true;
	}
	if (strcmp(op, "bye") == 0)
		return say_text(message, EXIT_UNAVAILABLE, "the owner ends", err);
	if (strcmp(op, "refused") == 0)
		return say_text(message, EXIT_PERMISSION, "the owner refuses", err);
	return true;
}

/* The message that answers this ticket by this op, to be freed; NULL with err. */
static struct json *await_ticket(struct call *call, const char *op, uint64_t ticket, int timeout_ms, struct error *err)
{
	struct mono deadline = deadline_of(timeout_ms);
	struct json *message;

	while ((message = next_message(call, deadline, err))) {
		bool fine;

		if (strcmp(wire_op(message), op) == 0 && wire_ticket(message) == ticket)
			return message;
		fine = take_alike(call, message, err);
		json_free(message);
		if (!fine)
			return NULL;
	}
	return NULL;
}

/* An owner that has as many waiting as the system lets it have is asked again. */
static bool connect_to(const struct call *call, const char *path, struct mono deadline, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) > PLACE_PATH_MOST)
		return error_set(err, EXIT_USAGE, "%s: a socket's path has at most %d bytes", path, PLACE_PATH_MOST);
	memcpy(address.sun_path, path, strlen(path) + 1);
	for (;;) {
		if (connect(call->fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
			return true;
		if (errno == EACCES || errno == EPERM)
			return error_set(err, EXIT_PERMISSION, "%s: you may not connect to it", path);
		if (errno == EAGAIN && left_ms(deadline) != 0)
			(void)poll(NULL, 0, CROWDED_MS);
		else if (errno != EINTR)
			return error_errno(err, EXIT_UNAVAILABLE, "no kumatop listens at %s", path);
	}
}

static bool greet(struct call *call, const char *version, struct mono deadline, struct error *err)
{
	struct json *message;
	struct buf out;
	bool fine;

	buf_init(&out, WIRE_REQUEST_MOST);
	wire_put_viewer_hello(&out, version);
	fine = send_all(call, &out, deadline, err);
	buf_finish(&out);
	/* Who refuses may say so before it has read anything, and be gone. */
	if (!fine && err->code != EXIT_UNAVAILABLE)
		return false;
	message = next_message(call, deadline, err);
	if (!message)
		return false;
	fine = strcmp(wire_op(message), "hello") == 0 ? wire_read_hello(message, false, &call->hello, err)
	    : take_alike(call, message, err) && error_set(err, EXIT_DATA, "what listens there is no kumatop");
	json_free(message);
	return fine;
}

struct call *call_open(const char *path, const char *version, int timeout_ms, struct error *err)
{
	struct call *call = heap_zero(1, sizeof(*call));
	struct mono deadline = deadline_of(timeout_ms);

	wire_lines_init(&call->lines, WIRE_LINE_MOST);
	call->mirror = wire_mirror_create();
	call->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (call->fd < 0)
		error_errno(err, EXIT_INTERNAL, "no socket");
	else if (connect_to(call, path, deadline, err) && greet(call, version, deadline, err))
		return call;
	if (call->fd >= 0 && err->code == EXIT_LOCKED)
		err->code = EXIT_UNAVAILABLE;
	call_close(call);
	return NULL;
}

const struct wire_hello *call_hello(const struct call *call)
{
	return &call->hello;
}

bool call_command(struct call *call, const struct command *command, int timeout_ms, struct reply *reply, struct error *err)
{
	struct command copy = *command;
	struct json *message = NULL;
	struct buf out;
	bool fine;

	copy.ticket = ++call->ticket;
	buf_init(&out, WIRE_REQUEST_MOST);
	wire_put_command(&out, &copy);
	if (send_all(call, &out, deadline_of(timeout_ms), err))
		message = await_ticket(call, "reply", copy.ticket, timeout_ms, err);
	buf_finish(&out);
	fine = message && wire_read_reply(message, reply, err);
	json_free(message);
	if (fine) {
		reply->ticket = command->ticket;
		reply->kind = command->kind;
	}
	return fine;
}

bool call_watch(struct call *call, const struct wire_watch *watch, struct error *err)
{
	struct buf out;
	bool fine;

	buf_init(&out, WIRE_REQUEST_MOST);
	wire_put_watch(&out, watch);
	fine = send_all(call, &out, deadline_of(WATCH_MS), err);
	buf_finish(&out);
	return fine;
}

const struct snapshot *call_picture(struct call *call, int timeout_ms, struct error *err)
{
	struct mono deadline = deadline_of(timeout_ms);
	const struct snapshot *picture;

	while (!call->picture) {
		struct json *message = next_message(call, deadline, err);
		bool fine = message && take_alike(call, message, err);

		json_free(message);
		if (!fine)
			return NULL;
	}
	picture = call->picture;
	call->picture = NULL;
	return picture;
}

static void forget_past(struct call *call)
{
	wire_mirror_destroy(call->past);
	call->past = NULL;
}

/* The answer with all that belongs to it; NULL with err. */
static struct history_answer *read_answer(struct call *call, const struct history_query *query, const struct json *message, struct error *err)
{
	struct history_answer *answer = wire_read_answer(message, err);

	if (answer && query->kind >= HISTORY_BOARD && answer->query.kind != query->kind) {
		error_set(err, EXIT_UNAVAILABLE, "the owner's kumatop is older and does not know how to answer that");
	} else if (answer && answer->ok && query->kind == HISTORY_BOARD) {
		if (!call->past)
			call->past = wire_mirror_create();
		answer->board = wire_mirror_board(call->past, message, err);
		if (answer->board)
			return answer;
	} else {
		return answer;
	}
	history_answer_destroy(answer);
	return NULL;
}

struct history_answer *call_ask(struct call *call, const struct history_query *query, int timeout_ms, struct error *err)
{
	struct history_query copy = *query;
	struct history_answer *answer = NULL;
	struct json *message = NULL;
	struct buf out;

	forget_past(call);
	copy.ticket = ++call->ticket;
	buf_init(&out, WIRE_REQUEST_MOST);
	wire_put_ask(&out, &copy);
	if (send_all(call, &out, deadline_of(timeout_ms), err))
		message = await_ticket(call, "answer", copy.ticket, timeout_ms, err);
	buf_finish(&out);
	if (message)
		answer = read_answer(call, query, message, err);
	json_free(message);
	forget_past(call);
	if (answer)
		answer->query = *query;
	return answer;
}

void call_close(struct call *call)
{
	if (!call)
		return;
	if (call->fd >= 0)
		close(call->fd);
	snapshot_release(call->picture);
	wire_mirror_destroy(call->mirror);
	wire_mirror_destroy(call->past);
	wire_lines_finish(&call->lines);
	free(call);
}
