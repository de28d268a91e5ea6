/*
 * The owner's socket: who is attached, and what comes for them from other threads; see kumatop/server.h. One connection is guest.c's.
 */
#include "kumatop/server.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "kumatop/heap.h"
#include "kumatop/log.h"

enum {
	VIEWERS_MOST = 256,
	FOR_ADMINS = 8,		/* one place of so many is kept for them, so that nobody can keep them out */
	LEAVING_MOST = 64,	/* who were refused and were not told yet; beyond, they are not told */
	WAITING_MOST = 128,
	TICK_MS = 500,
	REFUSALS_TOLD = 10,	/* lines a minute */
	MINUTE_MS = 60 * 1000,
};

/* What another thread has to say to one who is attached. */
struct letter {
	struct reply reply;
	struct history_answer *answer;	/* or NULL: it is the reply */
};

static void discard(void *arg)
{
	struct letter *letter = arg;

	history_answer_destroy(letter->answer);
	free(letter);
}

/* Any thread. */
static void wake(void *arg)
{
	struct link_server *server = arg;

	pthread_mutex_lock(&server->mutex);
	if (server->open)
		uv_async_send(&server->wake);
	pthread_mutex_unlock(&server->mutex);
}

void server_show_soon(struct link_server *server)
{
	wake(server);
}

static void post(struct link_server *server, struct letter *letter)
{
	if (!mailbox_push(server->mail, letter))
		discard(letter);
}

void server_reply(void *arg, const struct reply *reply)
{
	struct letter *letter = heap_zero(1, sizeof(*letter));

	letter->reply = *reply;
	post(arg, letter);
}

void server_answer(void *arg, struct history_answer *answer)
{
	struct letter *letter = heap_zero(1, sizeof(*letter));

	letter->answer = answer;
	post(arg, letter);
}

void server_hold(struct link_server *server)
{
	server->holders++;
}

void server_let_go(struct link_server *server)
{
	if (--server->holders > 0)
		return;
	mailbox_destroy(server->mail);
	pthread_mutex_destroy(&server->mutex);
	access_release(server->access);
	free(server);
}

struct guest *server_find(struct link_server *server, uint64_t serial)
{
	for (struct guest *guest = server->guests; guest; guest = guest->next) {
		if (guest->serial == serial)
			return guest;
	}
	return NULL;
}

void server_forget(struct guest *guest)
{
	struct guest **at = &guest->server->guests;

	while (*at != guest)
		at = &(*at)->next;
	*at = guest->next;
	guest->server->guest_count--;
}

static void deliver(struct link_server *server)
{
	struct letter *letter;

	while ((letter = mailbox_pop(server->mail))) {
		uint64_t ticket = letter->answer ? letter->answer->query.ticket : letter->reply.ticket;
		struct guest *guest = server_find(server, ticket >> 8);
		struct slot *slot = guest ? &guest->slots[ticket & 0xff] : NULL;

		if (!slot)
			discard(letter);
		else if (letter->answer)
			guest_take_answer(guest, slot, letter->answer);
		else
			guest_take_reply(guest, slot, &letter->reply);
		if (slot)
			free(letter);
	}
}

static void woken(uv_async_t *async)
{
	struct link_server *server = async->data;
	const struct snapshot *newest;
	struct guest *next;

	deliver(server);
	newest = snapshot_hub_acquire(server->settings.board->hub);
	for (struct guest *guest = server->guests; guest; guest = next) {
		next = guest->next;
		guest_show(guest, newest);
		guest_show_past(guest);
	}
	snapshot_release(newest);
}

static void tell_untold(struct link_server *server)
{
	if (server->untold)
		log_line(LOG_LEVEL_WARNING, "socket: … and %zu more", server->untold);
	server->told = server->untold = 0;
}

void server_tell_refused(struct link_server *server, const struct guest *guest, const char *text)
{
	if (server->told == 0)
		server->minute = mono_now();
	if (server->told < REFUSALS_TOLD) {
		server->told++;
		log_line(LOG_LEVEL_WARNING, "socket: %s was refused: %s", guest->peer.name[0] ? guest->peer.name : "somebody", text);
	} else {
		server->untold++;
	}
	server_need_tick(server);
}

static void tick(uv_timer_t *timer)
{
	struct link_server *server = timer->data;
	struct mono now = mono_now();
	struct guest *next;
	bool needed;

	if (server->told && mono_between_us(server->minute, now) > MINUTE_MS * INT64_C(1000))
		tell_untold(server);
	needed = server->told > 0;
	for (struct guest *guest = server->guests; guest; guest = next) {
		next = guest->next;
		needed = guest_tick(guest, now) || needed;
	}
	if (!needed)
		uv_timer_stop(timer);
}

void server_need_tick(struct link_server *server)
{
	if (!server->stopping && !uv_is_active((const uv_handle_t *)&server->tick))
		uv_timer_start(&server->tick, tick, TICK_MS, TICK_MS);
}

static size_t viewers_most(const struct link_server *server)
{
	return server->settings.viewers_most ? server->settings.viewers_most : VIEWERS_MOST;
}

static size_t places_for(const struct link_server *server, const struct guest *guest)
{
	size_t most = viewers_most(server);

	return access_role_of(server->access, &guest->peer) == ACCESS_ADMIN ? most : most - most / FOR_ADMINS;
}

static void accept_one(struct link_server *server)
{
	struct guest *guest = guest_create(server);
	struct error err;

	if (uv_accept((uv_stream_t *)&server->pipe, (uv_stream_t *)&guest->pipe) != 0) {
		guest_close(guest);
		return;
	}
	if (server->guest_count > viewers_most(server) + LEAVING_MOST)
		guest_close(guest);
	else if (!guest_open(guest, &err))
		guest_refuse(guest, err.text);
	else if (server->guest_count > places_for(server, guest))
		guest_refuse(guest, "too many are attached: try again later");
}

static void connected(uv_stream_t *stream, int status)
{
	struct link_server *server = stream->data;

	if (status != 0)
		log_line(LOG_LEVEL_WARNING, "socket: somebody could not be let in: %s", uv_strerror(status));
	else
		accept_one(server);
}

static void closed(uv_handle_t *handle)
{
	server_let_go(handle->data);
}

static void close_handle(uv_handle_t *handle)
{
	uv_close(handle, closed);
}

static bool listen_on(struct link_server *server, struct error *err)
{
	int status;

	if (!listener_open(&server->listener, server->settings.path, err))
		return false;
	status = uv_pipe_open(&server->pipe, server->listener.fd);
	if (status != 0)
		close(server->listener.fd);
	else
		status = uv_listen((uv_stream_t *)&server->pipe, WAITING_MOST, connected);
	if (status == 0)
		return true;
	listener_remove(&server->listener);
	return error_set(err, EXIT_INTERNAL, "the socket cannot be listened on: %s", uv_strerror(status));
}

static bool add_handles(struct link_server *server, struct error *err)
{
	int status = uv_async_init(server->loop, &server->wake, woken);

	if (status != 0)
		return error_set(err, EXIT_INTERNAL, "no wake-up for the socket: %s", uv_strerror(status));
	uv_timer_init(server->loop, &server->tick);
	uv_pipe_init(server->loop, &server->pipe, 0);
	server->wake.data = server->tick.data = server->pipe.data = server;
	server->holders += 3;
	return true;
}

static void close_handles(struct link_server *server)
{
	server->stopping = true;
	close_handle((uv_handle_t *)&server->wake);
	close_handle((uv_handle_t *)&server->tick);
	close_handle((uv_handle_t *)&server->pipe);
}

struct link_server *link_server_start(struct uv_loop_s *loop, const struct link_server_settings *settings, struct error *err)
{
	struct link_server *server = heap_zero(1, sizeof(*server));

	server->settings = *settings;
	server->access = access_hold(settings->access);
	server->loop = loop;
	server->holders = 1;
	server->listener.fd = -1;
	pthread_mutex_init(&server->mutex, NULL);
	server->mail = mailbox_create((viewers_most(server) + LEAVING_MOST) * GUEST_SLOTS, discard);
	mailbox_set_wake(server->mail, wake, server);
	if (!add_handles(server, err)) {
		server_let_go(server);
		return NULL;
	}
	server->open = true;
	if (listen_on(server, err)) {
		if (snapshot_hub_listen(settings->board->hub, wake, server))
			return server;
		listener_remove(&server->listener);
		error_set(err, EXIT_INTERNAL, "too many look at the board already");
	}
	server->open = false;
	close_handles(server);
	server_let_go(server);
	return NULL;
}

void link_server_set_access(struct link_server *server, struct access *access)
{
	struct access *before = server->access;
	struct guest *next;

	server->access = access_hold(access);
	access_release(before);
	for (struct guest *guest = server->guests; guest; guest = next) {
		next = guest->next;
		guest_show_anew(guest);
	}
}

/* Who takes what he is told is told; the others see the end of the line. */
static void say_goodbye(struct guest *guest, const char *farewell, bool again)
{
	struct buf out;

	buf_init(&out, WIRE_LINE_MOST);
	wire_put_bye(&out, farewell, again);
	guest_send(guest, &out, NULL);
	guest_close(guest);
}

void link_server_stop(struct link_server *server, const char *farewell, bool again)
{
	if (!server || server->stopping)
		return;
	snapshot_hub_unlisten(server->settings.board->hub, wake, server);
	pthread_mutex_lock(&server->mutex);
	server->open = false;
	pthread_mutex_unlock(&server->mutex);
	mailbox_close(server->mail);
	deliver(server);
	listener_remove(&server->listener);
	tell_untold(server);
	close_handles(server);
	while (server->guests)
		say_goodbye(server->guests, farewell, again);
}

void link_server_destroy(struct link_server *server)
{
	if (!server)
		return;
	assert(server->stopping);
	server_let_go(server);
}

struct link_server_load link_server_load(const struct link_server *server)
{
	struct link_server_load load = { .viewers = server->guest_count };

	for (const struct guest *guest = server->guests; guest; guest = guest->next) {
		load.queued_bytes += guest->queued;
		load.pictures += (size_t)((guest->has != NULL) + (guest->pass.from != NULL) + (guest->pass.to != NULL));
	}
	return load;
}
