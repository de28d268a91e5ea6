/*
 * The tcp kind: a connection is made, and closed again. Plain sockets, because a library between us and connect(2) would cost
 * more than the check itself. Says nothing to the server: what it would answer is other kinds' business.
 */
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>
#include <uv.h>

#include "dial.h"
#include "kinds.h"
#include "kumatop/heap.h"
#include "report.h"
#include "target.h"

enum { EPHEMERAL_LEAST = 1024 };	/* no system gives out a lower port by itself */

/* A socket on its way. Apart from the check, because libuv keeps a handle until the turn after it was closed. */
struct attempt {
	uv_poll_t poll;
	struct probe *probe;
	int fd;
};

struct patience {
	uv_timer_t timer;
	struct probe *probe;
};

struct probe {
	const struct monitor_spec *spec;
	const struct endpoint *endpoint;
	struct probe_loop *loop;
	probe_done_fn *done;
	void *arg;
	struct dial dial;
	struct attempt *attempt;
	struct patience *patience;	/* with the address that is tried, while others are left; NULL when not needed */
	struct mono began, dialled;
	int error;		/* errno behind result.outcome */
	bool failed_once;
	struct check_result result;
};

static void on_handle_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void attempt_close(struct probe *probe)
{
	struct attempt *attempt = probe->attempt;
	if (attempt == NULL)
		return;
	probe->attempt = NULL;
	uv_close((uv_handle_t *)&attempt->poll, on_handle_closed);
	close(attempt->fd);
}

static void probe_free(struct probe *probe)
{
	attempt_close(probe);
	if (probe->patience != NULL)
		uv_close((uv_handle_t *)&probe->patience->timer, on_handle_closed);
	dial_finish(&probe->dial);
	free(probe);
}

static void give_evidence(struct probe *probe, const char *phase)
{
	struct check_result *result = &probe->result;
	if (outcome_row((int)result->outcome)->verdict == VERDICT_UP)
		return;
	evidence_begin();
	evidence_addresses(probe->dial.addresses, probe->dial.count);
	evidence_line("phase: %s", phase);
	if (probe->error != 0)
		evidence_line("error: %s", strerror(probe->error));
	result->evidence = evidence_end();
}

/* Runs deferred or from a poll: never inside start(). */
static void finish(void *arg)
{
	struct probe *probe = arg;
	struct check_result result;
	probe->result.phase_us[PHASE_TOTAL] = report_us(probe->began, mono_now());
	report_slowness(&probe->result, probe->spec);
	give_evidence(probe, probe->result.address[0] == '\0' ? "name" : "connect");
	result = probe->result;
	probe_done_fn *done = probe->done;
	void *done_arg = probe->arg;
	probe_free(probe);
	done(done_arg, &result);
}

/* Keeps the failure worth telling: with several addresses not always the last. */
static void note_failure(struct probe *probe, enum outcome outcome, int error, const struct sockaddr *address)
{
	if (probe->failed_once && report_is_worse(probe->result.outcome, outcome))
		return;
	probe->failed_once = true;
	probe->error = error;
	probe->result.outcome = outcome;
	address_print(address, probe->result.address, sizeof probe->result.address);
	report_connect(&probe->result, error, address);
}

static void connected(struct probe *probe, const struct sockaddr *address)
{
	probe->error = 0;
	probe->result.outcome = OUTCOME_OK;
	probe->result.phase_us[PHASE_CONNECT] = report_us(probe->dialled, mono_now());
	address_print(address, probe->result.address, sizeof probe->result.address);
	result_set_detail(&probe->result, "connected");
	finish(probe);
}

static void try_next(void *arg);

/*
 * On loopback a connect to a free ephemeral port may be given that very port as its own, and so meet itself. That is nobody
 * listening.
 */
static bool met_itself(int fd, const struct sockaddr *to)
{
	if (to->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)to;
		struct sockaddr_in own = { 0 };
		socklen_t length = sizeof own;
		return ntohs(in->sin_port) >= EPHEMERAL_LEAST && getsockname(fd, (struct sockaddr *)&own, &length) == 0
			&& own.sin_port == in->sin_port && own.sin_addr.s_addr == in->sin_addr.s_addr;
	}
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)to;
	struct sockaddr_in6 own = { 0 };
	socklen_t length = sizeof own;
	return ntohs(in6->sin6_port) >= EPHEMERAL_LEAST && getsockname(fd, (struct sockaddr *)&own, &length) == 0
		&& own.sin6_port == in6->sin6_port && memcmp(&own.sin6_addr, &in6->sin6_addr, sizeof own.sin6_addr) == 0;
}

static void on_writable(uv_poll_t *poll, int status, int events)
{
	(void)status;		/* libuv's word for an error is always EBADF; the socket knows better */
	(void)events;
	struct attempt *attempt = poll->data;
	struct probe *probe = attempt->probe;
	int error = 0;
	socklen_t length = sizeof error;
	if (getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
		error = errno;
	const struct sockaddr *address = dial_tried(&probe->dial);
	if (error == 0 && met_itself(attempt->fd, address))
		error = ECONNREFUSED;
	if (error == 0) {
		connected(probe, address);
		return;
	}
	note_failure(probe, outcome_of_reply(error, address), error, address);
	try_next(probe);
}

/* False, with errno, if it failed at once. */
static bool attempt_start(struct probe *probe, const struct sockaddr *address)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (fd < 0)
		return false;
	struct attempt *attempt = heap_resize(NULL, 1, sizeof *attempt);
	int code = connect(fd, address, address_length(address)) == 0 || errno == EINPROGRESS
		? uv_poll_init(probe_loop_uv(probe->loop), &attempt->poll, fd) : -errno;
	if (code != 0) {
		close(fd);
		free(attempt);
		errno = -code;
		return false;
	}
	attempt->fd = fd;
	attempt->probe = probe;
	attempt->poll.data = attempt;
	probe->attempt = attempt;
	uv_poll_start(&attempt->poll, UV_WRITABLE, on_writable);
	return true;
}

static void on_impatience(uv_timer_t *timer)
{
	struct patience *patience = timer->data;
	struct probe *probe = patience->probe;
	note_failure(probe, OUTCOME_CONNECT_TIMEOUT, ETIMEDOUT, dial_tried(&probe->dial));
	try_next(probe);
}

/* While other addresses are left, one that says nothing gets its share of the time and no more. */
static void set_patience(struct probe *probe)
{
	size_t left = dial_left(&probe->dial);
	if (probe->patience == NULL && left == 0)
		return;
	if (probe->patience == NULL) {
		struct patience *patience = heap_zero(1, sizeof *patience);
		uv_timer_init(probe_loop_uv(probe->loop), &patience->timer);
		patience->timer.data = patience;
		patience->probe = probe;
		probe->patience = patience;
	}
	if (left == 0)
		return;
	uint64_t share_ms = (uint64_t)dial_share_ms(&probe->dial, probe->spec, probe->began);
	uv_timer_start(&probe->patience->timer, on_impatience, share_ms, 0);
}

static void try_next(void *arg)
{
	struct probe *probe = arg;
	attempt_close(probe);
	if (probe->patience != NULL)	/* it is the failed address's: due in the very turn that ends the check, it would end it twice */
		uv_timer_stop(&probe->patience->timer);
	while (dial_left(&probe->dial) > 0) {
		const struct sockaddr *address = dial_advance(&probe->dial);
		probe->dialled = mono_now();
		if (attempt_start(probe, address)) {
			set_patience(probe);
			return;
		}
		int error = errno;
		note_failure(probe, outcome_of_errno(error, address), error, address);
	}
	probe_loop_defer(probe->loop, finish, probe);
}

static struct probe *start(const struct monitor_spec *spec, struct probe_loop *loop, probe_done_fn *done, void *arg)
{
	/* Not heap_zero(): malloc(3) keeps what was freed at hand, calloc(3) does not look there. */
	struct probe *probe = heap_resize(NULL, 1, sizeof *probe);
	*probe = (struct probe){
		.spec = spec, .endpoint = spec->prepared, .loop = loop, .done = done, .arg = arg,
		.result = result_make(OUTCOME_INTERNAL), .began = mono_now(),
	};
	dial_begin(&probe->dial, probe->endpoint, loop, &probe->result, try_next, finish, probe);
	return probe;
}

static void note_hung(struct probe *probe)
{
	char within[32], to[ADDRESS_TEXT_SIZE];
	note_failure(probe, OUTCOME_CONNECT_TIMEOUT, ETIMEDOUT, dial_tried(&probe->dial));
	if (probe->result.outcome != OUTCOME_CONNECT_TIMEOUT)
		return;
	result_set_detail(&probe->result, "no connection to %s within %s", address_print(dial_tried(&probe->dial), to, sizeof to),
			  duration_print(probe->spec->common.timeout_ms, within, sizeof within));
}

static void expire(struct probe *probe, struct check_result *result)
{
	probe->result.phase_us[PHASE_TOTAL] = report_us(probe->began, mono_now());
	if (probe->dial.lookup != NULL) {
		report_lookup_hung(&probe->result, probe->spec, probe->endpoint->host);
		give_evidence(probe, "name");
	} else {
		if (probe->attempt != NULL)
			note_hung(probe);
		give_evidence(probe, "connect");
	}
	*result = probe->result;
	probe_loop_undefer(probe->loop, finish, probe);
	probe_free(probe);
}

static bool read_target(const char *text, char **canonical, struct error *err)
{
	return endpoint_canonical(text, true, canonical, err);
}

static bool prepare(const struct monitor_spec *spec, void **prepared, struct error *err)
{
	return endpoint_create(prepared, spec->target, true, err);
}

static const struct setting settings[] = { { .name = NULL } };

const struct probe_kind probe_tcp = {
	.kind = {
		.name = "tcp",
		.summary = "a TCP connection can be made",
		.target_form = "host:port",
		.settings = settings,
		.read_target = read_target,
		.prepare = prepare,
		.unprepare = endpoint_destroy,
	},
	.start = start,
	.expire = expire,
};
