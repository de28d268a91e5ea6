/*
 * c-ares on libuv: a poll handle for each of its sockets. Its timeouts are looked at by channel_tick().
 */
#include "channel.h"

#include <arpa/nameser.h>
#include <assert.h>
#include <uv.h>

#include "kumatop/heap.h"

/* Of one try; c-ares doubles it for the second. The deadline of a whole look-up is in resolver.c. */
enum { TRY_MS = 1500, TRIES = 2 };

struct watched {
	uv_poll_t poll;
	struct channel *channel;
	struct watched *next;
	int fd;
	int events;
};

struct channel {
	uv_loop_t *uv;
	ares_channel ares;
	size_t holders;
	struct watched *watched;
	char **domains;
	size_t domain_count;
	size_t ndots;
};

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct watched *watched = poll->data;
	struct channel *channel = watched->channel;
	/* With an error pending libuv reports no events and stops; reading is how c-ares finds the error. */
	if (status < 0)
		events = watched->events;
	ares_process_fd(channel->ares, events & UV_READABLE ? watched->fd : ARES_SOCKET_BAD,
			events & UV_WRITABLE ? watched->fd : ARES_SOCKET_BAD);
	if (status < 0 && !uv_is_closing((uv_handle_t *)poll))
		uv_poll_start(poll, watched->events, on_ready);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static struct watched *watch(struct channel *channel, int fd)
{
	struct watched *watched = heap_zero(1, sizeof *watched);
	if (uv_poll_init(channel->uv, &watched->poll, fd) != 0) {
		free(watched);
		return NULL;	/* the question ends by its timeout */
	}
	watched->poll.data = watched;
	watched->channel = channel;
	watched->fd = fd;
	watched->next = channel->watched;
	channel->watched = watched;
	return watched;
}

static void on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct channel *channel = arg;
	struct watched **place = &channel->watched;
	while (*place != NULL && (*place)->fd != fd)
		place = &(*place)->next;
	struct watched *watched = *place;
	if (readable == 0 && writable == 0) {
		if (watched == NULL)
			return;
		*place = watched->next;
		uv_close((uv_handle_t *)&watched->poll, on_closed);
		return;
	}
	if (watched == NULL && (watched = watch(channel, fd)) == NULL)
		return;
	watched->events = (readable != 0 ? UV_READABLE : 0) | (writable != 0 ? UV_WRITABLE : 0);
	uv_poll_start(&watched->poll, watched->events, on_ready);
}

static void read_search_list(struct channel *channel)
{
	struct ares_options options = { 0 };
	int mask = 0;
	channel->ndots = 1;
	if (ares_save_options(channel->ares, &options, &mask) != ARES_SUCCESS)
		return;
	if (options.ndots > 0 || (mask & ARES_OPT_NDOTS) != 0)
		channel->ndots = (size_t)options.ndots;
	channel->domain_count = options.ndomains > 0 ? (size_t)options.ndomains : 0;
	channel->domains = heap_zero(channel->domain_count + 1, sizeof *channel->domains);
	for (size_t i = 0; i < channel->domain_count; i++)
		channel->domains[i] = heap_text(options.domains[i]);
	ares_destroy_options(&options);
}

struct channel *channel_create(struct uv_loop_s *uv, const char *nameservers, struct error *err)
{
	struct channel *channel = heap_zero(1, sizeof *channel);
	channel->uv = uv;
	channel->holders = 1;
	struct ares_options options = {
		.timeout = TRY_MS,
		.tries = TRIES,
		.ndots = 1,
		.lookups = (char[]){ "b" },	/* /etc/hosts is ours to read */
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = channel,
	};
	int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
	if (nameservers != NULL)
		mask |= ARES_OPT_DOMAINS | ARES_OPT_NDOTS;	/* no search list: what is set is all there is */
	int code = ares_init_options(&channel->ares, &options, mask);
	if (code == ARES_SUCCESS && nameservers != NULL) {
		code = ares_set_servers_ports_csv(channel->ares, nameservers);
		if (code != ARES_SUCCESS)
			ares_destroy(channel->ares);
	}
	if (code != ARES_SUCCESS) {
		error_set(err, EXIT_CONFIG, "cannot use the name servers \"%s\": %s",
			  nameservers != NULL ? nameservers : "of /etc/resolv.conf", ares_strerror(code));
		free(channel);
		return NULL;
	}
	read_search_list(channel);
	return channel;
}

void channel_hold(struct channel *channel)
{
	channel->holders++;
}

void channel_shut(struct channel *channel)
{
	if (channel->ares == NULL)
		return;
	ares_channel ares = channel->ares;
	channel->ares = NULL;
	ares_destroy(ares);
}

void channel_release(struct channel *channel)
{
	assert(channel->holders > 0);
	if (--channel->holders > 0)
		return;
	channel_shut(channel);
	assert(channel->watched == NULL);
	for (size_t i = 0; i < channel->domain_count; i++)
		free(channel->domains[i]);
	free(channel->domains);
	free(channel);
}

void channel_ask(struct channel *channel, const char *name, int type, ares_callback fn, void *arg)
{
	ares_query(channel->ares, name, ns_c_in, type, fn, arg);
}

void channel_tick(struct channel *channel)
{
	ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

bool channel_candidate(const struct channel *channel, const char *name, size_t index, char out[NAME_SIZE])
{
	size_t length = strlen(name), dots = 0;
	for (size_t i = 0; i < length; i++)
		dots += name[i] == '.';
	bool full = length > 0 && name[length - 1] == '.';
	size_t domains = full ? 0 : channel->domain_count;
	if (index > domains)
		return false;
	/* The name as it stands comes first when it has dots enough, else last. */
	bool plain = dots >= channel->ndots ? index == 0 : index == domains;
	int needed;
	if (plain)
		needed = snprintf(out, NAME_SIZE, "%s", name);
	else
		needed = snprintf(out, NAME_SIZE, "%s.%s", name, channel->domains[dots >= channel->ndots ? index - 1 : index]);
	if (needed >= NAME_SIZE)
		out[0] = '\0';
	return true;
}
