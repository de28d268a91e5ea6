/* An owner that is played by the test; see fakeowner.h. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "fakeowner.h"

#include "await.h"
#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "scratch.h"

enum { PATIENCE_MS = 20000, ROOM = 64 * 1024 };

void fakeowner_come(struct fakeowner *owner)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	assert_true(strlen(owner->path) < sizeof(address.sun_path));
	memcpy(address.sun_path, owner->path, strlen(owner->path) + 1);
	owner->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(owner->listener >= 0);
	assert_int_equal(bind(owner->listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(owner->listener, 16), 0);
}

void fakeowner_go(struct fakeowner *owner)
{
	if (owner->listener < 0)
		return;
	close(owner->listener);
	owner->listener = -1;
	assert_int_equal(unlink(owner->path), 0);
}

struct fakeowner *fakeowner_create(void)
{
	struct fakeowner *owner = heap_zero(1, sizeof(*owner));

	owner->directory = scratch_make();
	owner->path = scratch_path(owner->directory, "socket");
	owner->picture = picture_create();
	fakeowner_come(owner);
	return owner;
}

void fakeowner_destroy(struct fakeowner *owner)
{
	if (!owner)
		return;
	fakeowner_go(owner);
	picture_destroy(owner->picture);
	scratch_remove(owner->directory);
	free(owner->path);
	free(owner);
}

void fakeowner_add(struct fakeowner *owner, monitor_id id, const char *name)
{
	struct monitor_view *view = picture_edit(owner->picture, picture_add(owner->picture));
	struct error err;

	view->id = id;
	view->spec = conf_new_monitor("127.0.0.1:80", name, NULL, SPEC_ADDED, &err);
	assert_non_null(view->spec);
	assert_true(spec_seal(view->spec, &err));
	view->standing.state = STATE_UP;
}

bool fakeowner_accept(struct fakeowner *owner, struct fakepeer *peer)
{
	int fd = accept4(owner->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return false;
	*peer = (struct fakepeer){ .fd = fd };
	wire_lines_init(&peer->lines, WIRE_REQUEST_MOST);
	return true;
}

void fakepeer_close(struct fakepeer *peer)
{
	if (peer->fd < 0)
		return;
	close(peer->fd);
	peer->fd = -1;
	wire_lines_finish(&peer->lines);
	snapshot_release(peer->shown);
	peer->shown = NULL;
}

struct json *fakepeer_poll(struct fakepeer *peer)
{
	char bytes[ROOM];
	struct error err;
	const char *line;
	size_t length;
	ssize_t n;

	while (!(line = wire_lines_next(&peer->lines, &length))) {
		n = read(peer->fd, bytes, sizeof(bytes));
		if (n <= 0)
			return NULL;
		assert_true(wire_lines_feed(&peer->lines, bytes, (size_t)n));
	}
	struct json *message = wire_parse(line, length, &err);

	assert_non_null(message);
	return message;
}

void fakeowner_await(struct fakeowner *owner, struct fakepeer *peer)
{
	AWAIT(fakeowner_accept(owner, peer), PATIENCE_MS);
}

struct json *fakepeer_await(struct fakepeer *peer, const char *op)
{
	struct json *message = NULL;

	AWAIT((message = fakepeer_poll(peer)) != NULL, PATIENCE_MS);
	assert_string_equal(wire_op(message), op);
	return message;
}

void fakepeer_send(struct fakepeer *peer, const char *bytes, size_t length)
{
	struct mono end = mono_add_ms(mono_now(), PATIENCE_MS);

	while (length) {
		ssize_t n = send(peer->fd, bytes, length, MSG_NOSIGNAL);

		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
			continue;
		}
		/* The other end may well have hung up: that is what some tests are about. */
		if (errno == EPIPE || errno == ECONNRESET)
			return;
		assert_int_equal(errno, EAGAIN);
		assert_true(mono_now().us < end.us);
		(void)poll(&(struct pollfd){ .fd = peer->fd, .events = POLLOUT }, 1, 10);
	}
}

void fakepeer_say(struct fakepeer *peer, const char *line)
{
	fakepeer_send(peer, line, strlen(line));
	fakepeer_send(peer, "\n", 1);
}

static void send_buf(struct fakepeer *peer, struct buf *out)
{
	fakepeer_send(peer, out->data, out->length);
	buf_finish(out);
}

void fakepeer_hello(struct fakepeer *peer, enum access_role role)
{
	struct wire_hello hello = {
		.protocol = WIRE_PROTOCOL, .version = "9", .host = "mon1", .database = "/var/lib/kumatop/kumatop.db",
		.configuration = "/etc/kumatop/kumatop.conf", .pid = 7, .user = "alice", .role = role,
	};
	struct buf out;

	buf_init(&out, WIRE_LINE_MOST);
	wire_put_owner_hello(&out, &hello);
	send_buf(peer, &out);
}

void fakepeer_show(struct fakepeer *peer, struct fakeowner *owner, enum access_role role)
{
	static const struct board_health health = { .started_us = 1 };
	const struct snapshot *now = picture_snapshot(owner->picture, &health, unix_now_us());
	struct wire_pass pass = { 0 };
	struct buf out;

	buf_init(&out, 64 * 1024 * 1024);
	wire_pass_begin(&pass, peer->shown, snapshot_hold(now));
	while (!wire_pass_step(&pass, NULL, false, role, ROOM, &out)) {
		fakepeer_send(peer, out.data, out.length);
		buf_clear(&out);
	}
	wire_pass_finish(&pass);
	peer->shown = now;
	send_buf(peer, &out);
}

void fakepeer_reply(struct fakepeer *peer, uint64_t ticket, bool done, const char *text)
{
	struct reply reply = { .ticket = ticket, .kind = COMMAND_PAUSE, .done = done, .monitor = 7 };
	struct buf out;

	memcpy(reply.text, text, strlen(text) + 1);
	buf_init(&out, WIRE_LINE_MOST);
	wire_put_reply(&out, &reply);
	send_buf(peer, &out);
}
