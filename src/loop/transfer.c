/*
 * The glue between curl_multi_socket_action() and libuv: a poll handle for each socket, one timer for the earliest deadline.
 */
#include "kumatop/transfer.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <uv.h>

#include "kumatop/heap.h"
#include "kumatop/resolver.h"
#include "kumatop/text.h"
#include "parts.h"

enum { BYTES_MOST = 64 << 20 };	/* that all checks of a loop hold of answers */
enum { IDLE_MOST = 64 };	/* handles kept for the next checks; one holds up to 33 KiB after TLS */

struct transfer {
	struct transfers *transfers;
	struct transfer *next_idle;
	CURL *easy;
	struct curl_slist *connect_to;
	transfer_done_fn *done;
	void (*opened)(void *arg);
	void *arg;
	int socket_error;
	bool running, waited;
	bool stuck;		/* give_up() is deferred */
	char said[CURL_ERROR_SIZE];
};

struct watched {
	uv_poll_t poll;
	struct transfers *transfers;
	struct watched *next_idle;
	curl_socket_t fd;
	int events;
};

struct transfers {
	struct probe_loop *loop;
	uv_loop_t *uv;
	CURLM *multi;
	uv_timer_t timer;
	struct transfer *idle;
	size_t idle_count;
	struct watched *idle_watched;
	size_t running, closing;
	size_t bytes;
	bool inside;		/* curl is on the stack */
	bool closed;
};

static void free_if_closed(struct transfers *transfers)
{
	if (!transfers->closed || transfers->closing > 0)
		return;
	struct watched *watched;
	while ((watched = transfers->idle_watched) != NULL) {
		transfers->idle_watched = watched->next_idle;
		free(watched);
	}
	free(transfers);
}

/* Copies what the message says first: done() may end this transfer and any other. */
static void collect(struct transfers *transfers)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(transfers->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		struct transfer *transfer = NULL;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
		assert(transfer != NULL);
		if (transfer->stuck)
			continue;
		transfer->done(transfer->arg, (int)code);
	}
}

static void act(struct transfers *transfers, curl_socket_t fd, int events)
{
	int running;
	transfers->inside = true;
	curl_multi_socket_action(transfers->multi, fd, events, &running);
	transfers->inside = false;
	collect(transfers);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct watched *watched = poll->data;
	/* With an error pending libuv reports no events and stops. Told to read or write, curl finds out which error it is. */
	if (status < 0)
		events = watched->events;
	struct transfers *transfers = watched->transfers;
	curl_socket_t fd = watched->fd;
	act(transfers, fd, (events & UV_READABLE ? CURL_CSELECT_IN : 0) | (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0));
	if (status < 0 && !uv_is_closing((uv_handle_t *)poll) && !uv_is_active((uv_handle_t *)poll))
		uv_poll_start(poll, watched->events, on_ready);
}

static void on_timer(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *arg)
{
	(void)multi;
	struct transfers *transfers = arg;
	if (timeout_ms < 0)
		uv_timer_stop(&transfers->timer);
	else
		uv_timer_start(&transfers->timer, on_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

static void on_watched_closed(uv_handle_t *handle)
{
	struct watched *watched = handle->data;
	struct transfers *transfers = watched->transfers;
	watched->next_idle = transfers->idle_watched;
	transfers->idle_watched = watched;
	transfers->closing--;
	free_if_closed(transfers);
}

static void unwatch(struct transfers *transfers, struct watched *watched)
{
	if (watched == NULL)
		return;
	transfers->closing++;
	uv_close((uv_handle_t *)&watched->poll, on_watched_closed);
}

static void give_up(void *arg)
{
	struct transfer *transfer = arg;
	transfer->stuck = false;
	transfer->done(transfer->arg, CURLE_COULDNT_CONNECT);
}

/* Curl must not hear of it: told that a callback failed, it declares the multi handle dead, and all its transfers with it. */
static void get_stuck(struct transfer *transfer, int error)
{
	if (transfer == NULL || transfer->stuck)
		return;
	transfer->stuck = true;
	transfer->socket_error = error;
	probe_loop_defer(transfer->transfers->loop, give_up, transfer);
}

/* NULL if the kernel has no room to watch one more. */
static struct watched *watch(struct transfers *transfers, curl_socket_t fd)
{
	struct watched *watched = transfers->idle_watched;
	if (watched != NULL)
		transfers->idle_watched = watched->next_idle;
	else
		watched = heap_zero(1, sizeof *watched);
	watched->poll.data = watched;
	watched->transfers = transfers;
	watched->fd = fd;
	watched->events = 0;
	if (uv_poll_init(transfers->uv, &watched->poll, fd) == 0)
		return watched;
	watched->next_idle = transfers->idle_watched;
	transfers->idle_watched = watched;
	return NULL;
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *assigned)
{
	struct transfers *transfers = arg;
	struct watched *watched = assigned;
	if (what == CURL_POLL_REMOVE) {
		unwatch(transfers, watched);
		curl_multi_assign(transfers->multi, fd, NULL);
		return 0;
	}
	if (watched == NULL) {
		struct transfer *transfer = NULL;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
		if (transfer != NULL)
			transfer->waited = true;
		watched = watch(transfers, fd);
		if (watched == NULL) {
			get_stuck(transfer, ENOBUFS);
			return 0;
		}
		curl_multi_assign(transfers->multi, fd, watched);
	}
	watched->events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	uv_poll_start(&watched->poll, watched->events, on_ready);	/* fails only on a handle that is closing */
	return 0;
}

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = arg;
	(void)purpose;
	if (transfer->opened != NULL)
		transfer->opened(transfer->arg);
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
	if (fd < 0) {
		transfer->socket_error = errno;
		return CURL_SOCKET_BAD;
	}
	return fd;
}

/* These cannot fail but for want of memory, and a check without one of them would be another check: so it is a bug. */
#define SET(easy, option, value) \
	do { \
		CURLcode set_code = curl_easy_setopt(easy, option, value); \
		assert(set_code == CURLE_OK); \
		(void)set_code; \
	} while (0)

/* What libcurl does by itself is not set again: it follows nothing, and takes no HTTP/0.9. */
static void set_rules(struct transfer *transfer)
{
	CURL *easy = transfer->easy;
	SET(easy, CURLOPT_PRIVATE, transfer);
	SET(easy, CURLOPT_ERRORBUFFER, transfer->said);
	SET(easy, CURLOPT_NOSIGNAL, 1L);
	SET(easy, CURLOPT_QUICK_EXIT, 1L);
	SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(easy, CURLOPT_PROXY, "");
	SET(easy, CURLOPT_FRESH_CONNECT, 1L);
	SET(easy, CURLOPT_FORBID_REUSE, 1L);
	SET(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	SET(easy, CURLOPT_CAINFO, NULL);
	SET(easy, CURLOPT_CAPATH, NULL);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Its cache of authorities has no place for who asked: one monitor's, given to it in the TLS callback, would serve all others. */
	SET(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
#endif
	SET(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	SET(easy, CURLOPT_OPENSOCKETDATA, transfer);
}

struct transfer *transfer_begin(struct transfers *transfers, transfer_done_fn *done, void *arg)
{
	assert(!transfers->inside);
	struct transfer *transfer = transfers->idle;
	if (transfer != NULL) {
		transfers->idle = transfer->next_idle;
		transfers->idle_count--;
	} else {
		transfer = heap_zero(1, sizeof *transfer);
		transfer->transfers = transfers;
		transfer->easy = curl_easy_init();
		if (transfer->easy == NULL) {
			free(transfer);
			return NULL;
		}
	}
	transfer->done = done;
	transfer->opened = NULL;
	transfer->arg = arg;
	transfer->socket_error = 0;
	transfer->running = transfer->waited = transfer->stuck = false;
	transfer->said[0] = '\0';
	set_rules(transfer);
	return transfer;
}

void *transfer_easy(struct transfer *transfer)
{
	return transfer->easy;
}

void transfer_set_address(struct transfer *transfer, const char *address)
{
	char entry[ADDRESS_TEXT_SIZE + 2] = "::";	/* any host and port of the URL */
	text_copy(entry + 2, sizeof entry - 2, address);
	curl_slist_free_all(transfer->connect_to);
	transfer->connect_to = curl_slist_append(NULL, entry);
	SET(transfer->easy, CURLOPT_CONNECT_TO, transfer->connect_to);
}

void transfer_set_protocols(struct transfer *transfer, const char *protocols)
{
	SET(transfer->easy, CURLOPT_PROTOCOLS_STR, protocols);
}

void transfer_on_open(struct transfer *transfer, void (*opened)(void *arg))
{
	transfer->opened = opened;
}

void transfer_start(struct transfer *transfer)
{
	assert(!transfer->transfers->inside && !transfer->running);
	if (curl_multi_add_handle(transfer->transfers->multi, transfer->easy) != CURLM_OK) {	/* for want of memory */
		get_stuck(transfer, ENOMEM);
		return;
	}
	transfer->running = true;
	transfer->transfers->running++;
}

static void destroy(struct transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	free(transfer);
}

void transfer_end(struct transfer *transfer)
{
	if (transfer == NULL)
		return;
	struct transfers *transfers = transfer->transfers;
	assert(!transfers->inside);
	if (transfer->running) {
		transfer->running = false;
		transfers->running--;
		curl_multi_remove_handle(transfers->multi, transfer->easy);
	}
	if (transfer->stuck)
		probe_loop_undefer(transfers->loop, give_up, transfer);
	curl_easy_reset(transfer->easy);
	curl_slist_free_all(transfer->connect_to);
	transfer->connect_to = NULL;
	if (transfers->idle_count >= IDLE_MOST) {
		destroy(transfer);
		return;
	}
	transfer->next_idle = transfers->idle;
	transfers->idle = transfer;
	transfers->idle_count++;
}

bool transfers_hold(struct transfers *transfers, size_t bytes)
{
	if (bytes > BYTES_MOST - transfers->bytes)
		return false;
	transfers->bytes += bytes;
	return true;
}

void transfers_let_go(struct transfers *transfers, size_t bytes)
{
	assert(bytes <= transfers->bytes);
	transfers->bytes -= bytes;
}

const char *transfer_said(const struct transfer *transfer)
{
	return transfer != NULL ? transfer->said : "";
}

int transfer_socket_error(const struct transfer *transfer)
{
	return transfer->socket_error;
}

bool transfer_has_waited(const struct transfer *transfer)
{
	return transfer->waited;
}

struct transfers *transfers_create(struct probe_loop *loop, struct error *err)
{
	CURLM *multi = curl_multi_init();
	if (multi == NULL) {
		error_set(err, EXIT_INTERNAL, "libcurl gives no handle for transfers");
		return NULL;
	}
	struct transfers *transfers = heap_zero(1, sizeof *transfers);
	transfers->loop = loop;
	transfers->uv = probe_loop_uv(loop);
	transfers->multi = multi;
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transfers);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transfers);
	curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	uv_timer_init(transfers->uv, &transfers->timer);
	transfers->timer.data = transfers;
	return transfers;
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct transfers *transfers = handle->data;
	transfers->closing--;
	free_if_closed(transfers);
}

void transfers_close(struct transfers *transfers)
{
	if (transfers == NULL)
		return;
	assert(transfers->running == 0 && !transfers->inside);
	struct transfer *transfer;
	while ((transfer = transfers->idle) != NULL) {
		transfers->idle = transfer->next_idle;
		destroy(transfer);
	}
	curl_multi_cleanup(transfers->multi);
	transfers->closing++;
	transfers->closed = true;
	uv_close((uv_handle_t *)&transfers->timer, on_timer_closed);
}
