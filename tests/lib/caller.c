/* See caller.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "caller.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "await.h"

enum { PATIENCE_MS = 30000, ROOM = 64 * 1024 };

struct caller caller_open(const char *path)
{
	struct caller caller = { .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	assert_true(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (connect(caller.fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		fail_msg("%s cannot be connected to: %s", path, strerror(errno));
	wire_lines_init(&caller.lines, WIRE_LINE_MOST);
	return caller;
}

void caller_close(struct caller *caller)
{
	if (caller->fd < 0)
		return;
	close(caller->fd);
	caller->fd = -1;
	wire_lines_finish(&caller->lines);
}

void caller_send(struct caller *caller, const char *bytes, size_t length)
{
	struct mono end = mono_add_ms(mono_now(), PATIENCE_MS);

	while (length) {
		ssize_t n = send(caller->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
			continue;
		}
		if (errno == EPIPE || errno == ECONNRESET)
			return;
		assert_int_equal(errno, EAGAIN);
		assert_true(mono_now().us < end.us);
		(void)poll(&(struct pollfd){ .fd = caller->fd, .events = POLLOUT }, 1, 10);
	}
}

void caller_say(struct caller *caller, const char *line)
{
	caller_send(caller, line, strlen(line));
	caller_send(caller, "\n", 1);
}

void caller_hello(struct caller *caller)
{
	caller_say(caller, "{\"op\":\"hello\",\"protocol\":1,\"version\":\"test\"}");
	json_free(caller_await(caller, "hello"));
}

struct json *caller_poll(struct caller *caller)
{
	char bytes[ROOM];
	struct json *message;
	struct error err;
	const char *line;
	size_t length;
	ssize_t n;

	while (!(line = wire_lines_next(&caller->lines, &length))) {
		n = recv(caller->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n <= 0) {
			caller->ended = caller->ended || n == 0 || errno == ECONNRESET;
			return NULL;
		}
		caller->bytes += (size_t)n;
		assert_true(wire_lines_feed(&caller->lines, bytes, (size_t)n));
	}
	message = wire_parse(line, length, &err);
	if (!message)
		fail_msg("the owner says what nobody understands: %s", err.text);
	return message;
}

static struct json *poll_for(struct caller *caller, const char *op)
{
	struct json *message;

	while ((message = caller_poll(caller)) && strcmp(wire_op(message), op) != 0)
		json_free(message);
	if (!message && caller->ended)
		fail_msg("the owner hung up without saying \"%s\"", op);
	return message;
}

struct json *caller_await(struct caller *caller, const char *op)
{
	struct json *message = NULL;

	AWAIT((message = poll_for(caller, op)) != NULL, PATIENCE_MS);
	return message;
}

static bool has_ended(struct caller *caller)
{
	struct json *message;

	while ((message = caller_poll(caller)))
		json_free(message);
	return caller->ended;
}

void caller_expect_refusal(struct caller *caller, const char *text)
{
	struct json *refusal = caller_await(caller, "refused");
	const char *said = json_get_text(refusal, "text");

	if (!said || !strstr(said, text))
		fail_msg("refused with \"%s\" instead of \"%s\"", said ? said : "", text);
	json_free(refusal);
	AWAIT(has_ended(caller), PATIENCE_MS);
	caller_close(caller);
}
