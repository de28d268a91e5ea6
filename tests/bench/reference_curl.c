/*
 * libcurl alone on the same event loop: multi_socket_action, handles pooled by what is in flight, CA store cached; see reference.h.
 */
#include "reference.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "kumatop/heap.h"
#include "measure.h"

struct run {
	const struct work *work;
	uv_loop_t loop;
	uv_timer_t timer;
	CURLM *multi;
	char url[128];
	bool tls;
	unsigned begun, ended, failed;
};

struct watched {
	uv_poll_t poll;
	struct run *run;
	curl_socket_t fd;
};

static size_t swallow(char *data, size_t size, size_t count, void *arg)
{
	return size * count;
}

static void set_up(struct run *run, CURL *easy)
{
	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_URL, run->url);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (run->tls)
		curl_easy_setopt(easy, CURLOPT_CAINFO, run->work->authority);
	curl_multi_add_handle(run->multi, easy);
	run->begun++;
}

static void collect(struct run *run)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(run->multi, &left))) {
		CURL *easy = message->easy_handle;

		run->ended++;
		run->failed += message->data.result != CURLE_OK;
		curl_multi_remove_handle(run->multi, easy);
		if (run->begun < run->work->checks)
			set_up(run, easy);
		else
			curl_easy_cleanup(easy);
	}
}

static void ready(uv_poll_t *poll, int status, int events)
{
	struct watched *watched = poll->data;
	struct run *run = watched->run;
	int running, flags = (events & UV_READABLE ? CURL_CSELECT_IN : 0) | (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);

	curl_multi_socket_action(run->multi, watched->fd, flags, &running);
	collect(run);
}

static void timed_out(uv_timer_t *timer)
{
	struct run *run = timer->data;
	int running;

	curl_multi_socket_action(run->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(run);
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct run *run = arg;

	if (ms < 0)
		uv_timer_stop(&run->timer);
	else
		uv_timer_start(&run->timer, timed_out, (uint64_t)ms, 0);
	return 0;
}

static void closed(uv_handle_t *handle)
{
	free(handle->data);
}

static int watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct run *run = arg;
	struct watched *watched = known;

	if (what == CURL_POLL_REMOVE) {
		if (watched) {
			curl_multi_assign(run->multi, fd, NULL);
			uv_close((uv_handle_t *)&watched->poll, closed);
		}
		return 0;
	}
	if (!watched) {
		watched = heap_zero(1, sizeof(*watched));
		watched->run = run;
		watched->fd = fd;
		uv_poll_init_socket(&run->loop, &watched->poll, fd);
		watched->poll.data = watched;
		curl_multi_assign(run->multi, fd, watched);
	}
	uv_poll_start(&watched->poll, (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0), ready);
	return 0;
}

bool reference_curl(const struct work *work, bool tls)
{
	struct run run = { .work = work, .tls = tls };

	snprintf(run.url, sizeof(run.url), "%s://%s:%u/", tls ? "https" : "http", tls ? "localhost" : "127.0.0.1", work->port);
	uv_loop_init(&run.loop);
	uv_timer_init(&run.loop, &run.timer);
	run.timer.data = &run;
	run.multi = curl_multi_init();
	curl_multi_setopt(run.multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(run.multi, CURLMOPT_SOCKETDATA, &run);
	curl_multi_setopt(run.multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(run.multi, CURLMOPT_TIMERDATA, &run);
	cpu_begins();
	for (unsigned i = 0; i < work->in_flight && i < work->checks; i++)
		set_up(&run, curl_easy_init());
	while (run.ended < work->checks)
		uv_run(&run.loop, UV_RUN_ONCE);
	curl_multi_cleanup(run.multi);
	uv_close((uv_handle_t *)&run.timer, NULL);
	uv_run(&run.loop, UV_RUN_DEFAULT);
	uv_loop_close(&run.loop);
	return run.failed == 0;
}
