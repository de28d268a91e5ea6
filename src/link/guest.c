/*
 * One connection: bytes in, lines out of them, and what he is sent. He is asked for nothing while he has much to take, and pictures go
 * to him in steps, so that he costs little whether he reads or not.
 */
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "kumatop/heap.h"
#include "peer.h"

enum {
	QUEUED_MOST = 64 * 1024,	/* bytes; nothing is done for him while there are more */
	STEP_BYTES = 16 * 1024,
	HELLO_MS = 5000,
	NAME_MS = 5000,
	FAREWELL_MS = 2000,
	STALL_MS = 5000,
	TURN_US = 4000,		/* for one at a time: signals and the others wait */
};

struct sending {
	uv_write_t request;
	struct guest *guest;
	struct slot *slot;
	size_t length;
	char *data;
};

/* A name being asked for. */
struct naming {
	uv_work_t work;
	struct link_server *server;
	uint64_t serial;
	uint32_t uid;
	char name[64];
};

struct guest *guest_create(struct link_server *server)
{
	struct guest *guest = heap_zero(1, sizeof(*guest));

	server_hold(server);
	guest->server = server;
	guest->serial = ++server->serial;
	guest->since = guest->moved = mono_now();
	uv_pipe_init(server->loop, &guest->pipe, 0);
	guest->pipe.data = guest;
	wire_lines_init(&guest->lines, WIRE_REQUEST_MOST);
	guest->next = server->guests;
	server->guests = guest;
	server->guest_count++;
	return guest;
}

static void ask_name(uv_work_t *work)
{
	struct naming *naming = work->data;

	peer_name(naming->uid, naming->name, sizeof(naming->name));
}

static void take_name(uv_work_t *work, int status)
{
	struct naming *naming = work->data;
	struct guest *guest = server_find(naming->server, naming->serial);

	if (guest)
		guest_name(guest, status == 0 ? naming->name : NULL);
	server_let_go(naming->server);
	free(naming);
}

bool guest_open(struct guest *guest, struct error *err)
{
	struct naming *naming;
	uv_os_fd_t fd;

	if (uv_fileno((const uv_handle_t *)&guest->pipe, &fd) != 0)
		return error_set(err, EXIT_INTERNAL, "the connection is gone");
	if (!peer_read(fd, &guest->peer, err))
		return false;
	naming = heap_zero(1, sizeof(*naming));
	naming->work.data = naming;
	naming->server = guest->server;
	naming->serial = guest->serial;
	naming->uid = guest->peer.uid;
	server_hold(guest->server);
	if (uv_queue_work(guest->server->loop, &naming->work, ask_name, take_name) != 0) {
		server_let_go(guest->server);
		free(naming);
		return error_set(err, EXIT_INTERNAL, "there is no thread to be had");
	}
	server_need_tick(guest->server);
	return true;
}

/* Whether what he says is looked at now. */
static bool is_heard(const struct guest *guest)
{
	return guest->named && !guest->working && !guest->leaving && !guest->closing && guest->queued <= QUEUED_MOST;
}

static void take_lines(struct guest *guest)
{
	const char *line;
	size_t length;

	while (is_heard(guest) && (line = wire_lines_next(&guest->lines, &length)))
		guest_take(guest, line, length);
	if (is_heard(guest) && guest->lines.broken)
		guest_refuse(guest, "a line is longer than a kumatop's ever is");
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
	struct guest *guest = handle->data;

	/* Read and copied in one go: all share it. */
	*room = uv_buf_init(guest->server->input, sizeof(guest->server->input));
}

static void take_bytes(uv_stream_t *stream, ssize_t length, const uv_buf_t *room)
{
	struct guest *guest = stream->data;

	if (length > 0) {
		wire_lines_feed(&guest->lines, room->base, (size_t)length);
	} else if (length == UV_EOF) {
		guest->ended = true;
	} else if (length < 0) {
		guest_close(guest);
		return;
	}
	guest_go_on(guest);
}

static void set_reading(struct guest *guest)
{
	bool wanted = is_heard(guest) && !guest->ended;

	if (wanted == guest->reading || guest->closing)
		return;
	guest->reading = wanted;
	if (!wanted)
		uv_read_stop((uv_stream_t *)&guest->pipe);
	else if (uv_read_start((uv_stream_t *)&guest->pipe, give_room, take_bytes) != 0)
		guest_close(guest);
}

static void forget_picture(struct guest *guest)
{
	wire_pass_finish(&guest->pass);
	snapshot_release(guest->has);
	guest->has = NULL;
}

static bool is_waiting(const struct guest *guest)
{
	for (size_t i = 0; i < GUEST_SLOTS; i++) {
		if (guest->slots[i].taken)
			return true;
	}
	return false;
}

/* He has said all he wanted: he goes when he has got what he asked for. Pictures would never end. */
static void see_off(struct guest *guest)
{
	if (!is_heard(guest))
		return;
	guest->watching = false;
	forget_picture(guest);
	if (guest->lines.bytes.length > guest->lines.begin)
		guest_refuse(guest, "the last line has no end");
	else if (guest->queued == 0 && !is_waiting(guest))
		guest_close(guest);
}

void guest_go_on(struct guest *guest)
{
	const struct snapshot *newest;

	take_lines(guest);
	if (guest->ended)
		see_off(guest);
	if (guest->watching) {
		newest = snapshot_hub_acquire(guest->server->settings.board->hub);
		guest_show(guest, newest);
		snapshot_release(newest);
	}
	guest_show_past(guest);
	set_reading(guest);
}

static bool scope_sees(void *arg, const struct monitor_spec *spec)
{
	return guest_sees(arg, spec);
}

/* One step of a picture on its way. */
static void show_more(struct guest *guest)
{
	struct wire_scope scope = { guest, scope_sees };
	bool all = guest_sees_all(guest) && guest->watch.name_count == 0;
	struct buf out;

	buf_init(&out, 2 * (size_t)WIRE_LINE_MOST);
	if (wire_pass_step(&guest->pass, all ? NULL : &scope, guest->watch.health_only, guest->role, STEP_BYTES, &out)) {
		guest->has = snapshot_hold(guest->pass.to);
		wire_pass_finish(&guest->pass);
	}
	guest_send(guest, &out, NULL);
}

/* What he does not see has been taken out of it. */
static void show_more_past(struct guest *guest)
{
	bool over;
	struct buf out;

	buf_init(&out, 2 * (size_t)WIRE_LINE_MOST);
	over = wire_pass_step(&guest->past, NULL, false, guest->role, STEP_BYTES, &out);
	if (over)
		wire_pass_finish(&guest->past);
	guest_send(guest, &out, over ? guest->past_slot : NULL);
}

void guest_show_past(struct guest *guest)
{
	struct mono begun = mono_now();

	while (guest->past.began && !guest->leaving && !guest->closing && !guest->stalled && guest->queued <= QUEUED_MOST) {
		if (mono_between_us(begun, mono_now()) > TURN_US) {
			server_show_soon(guest->server);
			return;
		}
		show_more_past(guest);
	}
}

void guest_show(struct guest *guest, const struct snapshot *newest)
{
	struct mono begun = mono_now();

	while (guest->watching && !guest->leaving && !guest->closing && !guest->stalled && guest->queued <= QUEUED_MOST) {
		if (!guest->pass.began) {
			if (!newest || newest == guest->has)
				return;
			wire_pass_begin(&guest->pass, guest->has, snapshot_hold(newest));
			guest->has = NULL;
		}
		if (mono_between_us(begun, mono_now()) > TURN_US) {
			server_show_soon(guest->server);
			return;
		}
		show_more(guest);
	}
}

void guest_show_anew(struct guest *guest)
{
	struct error err;

	forget_picture(guest);
	if (guest->closing || guest->leaving || !guest->welcome)
		return;
	guest_drop_past(guest, "what you may see has changed: ask again");
	guest->role = access_role_of(guest->server->access, &guest->peer);
	if (guest->role == ACCESS_NONE) {
		access_allows(guest->server->access, &guest->peer, ACCESS_LOOK, NULL, &err);
		guest_refuse(guest, err.text);
	} else if (guest->watching) {
		const struct snapshot *newest = snapshot_hub_acquire(guest->server->settings.board->hub);

		guest_show(guest, newest);
		snapshot_release(newest);
	}
}

static void sent(uv_write_t *request, int status)
{
	struct sending *sending = request->data;
	struct guest *guest = sending->guest;

	guest->queued -= sending->length;
	if (sending->slot)
		sending->slot->taken = false;
	free(sending->data);
	free(sending);
	if (guest->closing)
		return;
	guest->stalled = false;
	if (status < 0 || (guest->leaving && guest->queued == 0))
		guest_close(guest);
	else if (!guest->leaving)
		guest_go_on(guest);
}

void guest_send(struct guest *guest, struct buf *out, struct slot *slot)
{
	struct sending *sending;
	uv_buf_t bytes;

	if (guest->closing || out->full || out->length == 0) {
		/* What is longer than any line may be is a fault of ours: better without him than with half a line. */
		if (out->full)
			guest_close(guest);
		if (slot)
			slot->taken = false;
		buf_finish(out);
		return;
	}
	sending = heap_zero(1, sizeof(*sending));
	sending->request.data = sending;
	sending->guest = guest;
	sending->slot = slot;
	sending->length = out->length;
	sending->data = buf_take(out);
	if (guest->queued == 0)
		guest->moved = mono_now();
	guest->queued += sending->length;
	guest->written += sending->length;
	bytes = uv_buf_init(sending->data, (unsigned)sending->length);
	if (uv_write(&sending->request, (uv_stream_t *)&guest->pipe, &bytes, 1, sent) != 0) {
		guest->queued -= sending->length;
		if (slot)
			slot->taken = false;
		free(sending->data);
		free(sending);
		guest_close(guest);
		return;
	}
	server_need_tick(guest->server);
}

void guest_refuse(struct guest *guest, const char *text)
{
	struct buf out;

	if (guest->leaving || guest->closing)
		return;
	guest->leaving = true;
	guest->since = mono_now();
	forget_picture(guest);
	server_tell_refused(guest->server, guest, text);
	buf_init(&out, WIRE_LINE_MOST);
	wire_put_refusal(&out, text);
	guest_send(guest, &out, NULL);
	set_reading(guest);
}

static void closed(uv_handle_t *handle)
{
	struct guest *guest = handle->data;

	server_let_go(guest->server);
	free(guest);
}

void guest_close(struct guest *guest)
{
	if (guest->closing)
		return;
	guest->closing = true;
	server_forget(guest);
	forget_picture(guest);
	wire_pass_finish(&guest->past);
	wire_watch_finish(&guest->watch);
	wire_lines_finish(&guest->lines);
	access_peer_finish(&guest->peer);
	uv_close((uv_handle_t *)&guest->pipe, closed);
}

void guest_name(struct guest *guest, const char *name)
{
	if (guest->named || guest->leaving)
		return;
	guest->named = true;
	guest->since = mono_now();
	if (name)
		memcpy(guest->peer.name, name, sizeof(guest->peer.name));
	guest_go_on(guest);
}

/* What the kernel has taken of what he was sent. */
static void look_at_progress(struct guest *guest, struct mono now)
{
	uint64_t taken = guest->written - guest->pipe.write_queue_size;

	if (taken != guest->taken || guest->queued == 0) {
		guest->taken = taken;
		guest->moved = now;
		guest->stalled = false;
	} else if (mono_between_us(guest->moved, now) > STALL_MS * INT64_C(1000)) {
		guest->stalled = true;
		forget_picture(guest);
	}
}

bool guest_tick(struct guest *guest, struct mono now)
{
	int64_t waited_ms = mono_between_us(guest->since, now) / 1000;

	look_at_progress(guest, now);
	if (guest->leaving) {
		if (waited_ms > FAREWELL_MS)
			guest_close(guest);
		return true;
	}
	if (!guest->named) {
		/* A directory server that does not answer: he is let in under his number. */
		if (waited_ms > NAME_MS)
			guest_name(guest, NULL);
		return true;
	}
	if (!guest->welcome) {
		if (waited_ms > HELLO_MS)
			guest_refuse(guest, "it said nothing");
		return true;
	}
	return guest->queued > 0;
}
