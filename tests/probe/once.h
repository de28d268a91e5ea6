/*
 * Carries out one check of a target as the engine would, with its timeout, and hands over the result. For tests of kinds.
 * What happens when done() is called twice, or from within start(), ends the test.
 */
#ifndef TESTS_PROBE_ONCE_H
#define TESTS_PROBE_ONCE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "kumatop/probe.h"

struct once {
	uv_loop_t uv;
	struct probe_loop *loop;
	uv_timer_t timer;
	struct probe *probe;
	const struct probe_kind *kind;
	struct check_result result;
	char evidence[RESULT_EVIDENCE_SIZE];
	bool starting, ended;
};

static inline void once_keep(struct once *once, const struct check_result *result)
{
	assert_false(once->starting);
	assert_false(once->ended);
	once->ended = true;
	once->result = *result;
	snprintf(once->evidence, sizeof once->evidence, "%s", result->evidence != NULL ? result->evidence : "");
	once->result.evidence = once->evidence;
	once->probe = NULL;
	uv_timer_stop(&once->timer);
}

static inline void once_done(void *arg, const struct check_result *result)
{
	once_keep(arg, result);
}

static inline void once_expire(uv_timer_t *timer)
{
	struct once *once = timer->data;
	struct check_result result = result_make(OUTCOME_INTERNAL);
	once->kind->expire(once->probe, &result);
	once_keep(once, &result);
}

static inline void once_open(struct once *once, const char *nameservers)
{
	struct error err;
	memset(once, 0, sizeof *once);
	assert_int_equal(uv_loop_init(&once->uv), 0);
	const struct probe_loop_settings settings = { .nameservers = nameservers };
	once->loop = probe_loop_create(&once->uv, &settings, &err);
	assert_non_null(once->loop);
	uv_timer_init(&once->uv, &once->timer);
	once->timer.data = once;
}

static inline void once_begin(struct once *once, const struct monitor_spec *spec)
{
	once->ended = false;
	once->kind = probe_kind_of(spec);
	uv_update_time(&once->uv);
	uv_timer_start(&once->timer, once_expire, (uint64_t)spec->common.timeout_ms, 0);
	once->starting = true;
	once->probe = once->kind->start(spec, once->loop, once_done, once);
	once->starting = false;
}

static inline const struct check_result *once_check(struct once *once, const struct monitor_spec *spec)
{
	once_begin(once, spec);
	while (!once->ended)
		uv_run(&once->uv, UV_RUN_ONCE);
	return &once->result;
}

/* Fails if anything is left open on the loop. */
static inline void once_close(struct once *once)
{
	uv_close((uv_handle_t *)&once->timer, NULL);
	probe_loop_close(once->loop);
	uv_run(&once->uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&once->uv), 0);
}

/*
 * A sealed spec: target as on the command line, then pairs of setting and value, "expect.body" for one in a section, ended by
 * NULL. Its timeout is 5 s unless set.
 */
#define once_spec(target, ...) once_spec_with(target, (const char *const[]){ __VA_ARGS__ })

static inline struct monitor_spec *once_spec_with(const char *target, const char *const *settings)
{
	struct error err = { 0 };
	const struct kind *kind;
	char *canonical;
	if (!probe_target_parse(target, &kind, &canonical, &err))
		fail_msg("%s", err.text);
	struct monitor_spec *spec = spec_create(kind, "test", canonical, &err);
	free(canonical);
	if (spec == NULL) {
		fail_msg("%s", err.text);
		return NULL;
	}
	spec->common.timeout_ms = 5000;
	for (; *settings != NULL; settings += 2) {
		const char *name = settings[0];
		char section[32];
		void *values;
		const char *dot = strchr(name, '.');
		snprintf(section, sizeof section, "%.*s", dot != NULL ? (int)(dot - name) : 0, name);
		const struct setting *row = spec_setting(spec, dot != NULL ? section : NULL, dot != NULL ? dot + 1 : name, &values);
		assert_non_null(row);
		if (!setting_from_text(row, values, settings[1], &err))
			fail_msg("%s", err.text);
	}
	if (!spec_seal(spec, &err))
		fail_msg("%s", err.text);
	return spec;
}

enum { FULL_SOCKETS = 8 };

/* Listens at 127.0.0.1:port and never takes anybody: connecting there gets no answer. Close all of fds afterwards. */
static inline void once_listen_deaf(uint16_t port, int fds[FULL_SOCKETS])
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;
	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(setsockopt(fds[0], SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
	assert_int_equal(bind(fds[0], (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fds[0], 0), 0);
	for (int i = 1; i < FULL_SOCKETS; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		int code = connect(fds[i], (struct sockaddr *)&address, sizeof address);
		assert_true(code == 0 || errno == EINPROGRESS);
	}
}

static inline void once_close_all(int fds[FULL_SOCKETS])
{
	for (int i = 0; i < FULL_SOCKETS; i++)
		close(fds[i]);
}

#endif
