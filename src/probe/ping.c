/*
 * The ping kind: echo requests, and how many of them are answered. The sockets are the loop's (pinger.h).
 */
#include <assert.h>
#include <uv.h>

#include "dial.h"
#include "kinds.h"
#include "kumatop/heap.h"
#include "kumatop/pinger.h"
#include "report.h"
#include "target.h"

enum { PACKETS_MOST = 20, LINGER_MS = 1000 };

struct ping_settings {
	int64_t count;
	int64_t packet_interval_ms;
	int64_t loss_above;
	int64_t size;
};

struct packet {
	struct probe *probe;
	int ticket;		/* -1 once answered */
};

struct pace {
	uv_timer_t timer;
	struct probe *probe;
};

struct probe {
	const struct monitor_spec *spec;
	const struct ping_settings *settings;
	const struct endpoint *endpoint;
	struct probe_loop *loop;
	probe_done_fn *done;
	void *arg;
	struct dial dial;
	struct pace *pace;		/* between packets, and for stragglers behind the last; NULL for a single one */
	const struct sockaddr *to;
	struct mono began;
	int64_t sent, received, returned;	/* packets; returned: by a router that cannot deliver */
	int64_t sum_us, longest_us;
	bool sending_failed;
	char returned_by[ADDRESS_TEXT_SIZE];
	enum outcome return_outcome;
	const char *why;
	struct check_result result;
	struct packet packets[];
};

static void on_pace_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void probe_free(struct probe *probe)
{
	for (int64_t i = 0; i < probe->sent; i++)
		if (probe->packets[i].ticket >= 0)
			pinger_forget(probe_loop_pinger(probe->loop), probe->to->sa_family, probe->packets[i].ticket);
	if (probe->pace != NULL)
		uv_close((uv_handle_t *)&probe->pace->timer, on_pace_closed);
	dial_finish(&probe->dial);
	free(probe);
}

static void give_evidence(struct probe *probe)
{
	if (outcome_row((int)probe->result.outcome)->verdict == VERDICT_UP)
		return;
	evidence_begin();
	evidence_addresses(probe->dial.addresses, probe->dial.count);
	if (probe->sent > 0)
		evidence_line("packets: %d sent, %d answered, %d returned", (int)probe->sent, (int)probe->received,
			      (int)probe->returned);
	if (probe->why != NULL)
		evidence_line("returned: %s%s%s", probe->why, probe->returned_by[0] != '\0' ? ", says " : "", probe->returned_by);
	probe->result.evidence = evidence_end();
}

/* Nothing came back but, perhaps, a router's word. */
static void judge_silence(struct probe *probe)
{
	struct check_result *result = &probe->result;
	char within[32];
	if (probe->returned > 0) {
		result->outcome = probe->return_outcome;
		result_set_detail(result, "%s%s%s", probe->why, probe->returned_by[0] != '\0' ? ", says " : "", probe->returned_by);
		return;
	}
	result->outcome = OUTCOME_ANSWER_TIMEOUT;
	duration_print(probe->spec->common.timeout_ms, within, sizeof within);
	if (probe->sent == 1)
		result_set_detail(result, "no reply within %s", within);
	else
		result_set_detail(result, "no reply to %d packets within %s", (int)probe->sent, within);
}

/* What the packets that were sent say, with those still out counted as lost. */
static void judge(struct probe *probe)
{
	struct check_result *result = &probe->result;
	assert(probe->sent > 0);
	int64_t lost = (probe->sent - probe->received) * 100 / probe->sent;
	result->code = (int32_t)lost;
	if (probe->received == 0) {
		if (!probe->sending_failed)	/* else what this machine could not do is already told */
			judge_silence(probe);
		return;
	}
	int64_t mean_us = probe->sum_us / probe->received;
	char latency[32];
	report_latency(mean_us, latency, sizeof latency);
	result->phase_us[PHASE_FIRST_BYTE] = mean_us > INT32_MAX ? INT32_MAX : (int32_t)mean_us;
	if (lost > probe->settings->loss_above) {
		result->outcome = OUTCOME_PACKET_LOSS;
		result_set_detail(result, "%d%% loss (%d of %d answered, at most %d%% may be lost), %s", (int)lost, (int)probe->received,
				  (int)probe->sent, (int)probe->settings->loss_above, latency);
		return;
	}
	result->outcome = OUTCOME_OK;
	/* Without the round trip, which is the latency anyhow: history keeps each text once, and so many would differ. */
	result_set_detail(result, "%d%% loss", (int)lost);
	report_slowness(result, probe->spec);
}

static void finish(void *arg)
{
	struct probe *probe = arg;
	probe->result.phase_us[PHASE_TOTAL] = report_us(probe->began, mono_now());
	if (probe->sent > 0)
		judge(probe);
	give_evidence(probe);
	struct check_result result = probe->result;
	probe_done_fn *done = probe->done;
	void *done_arg = probe->arg;
	probe_free(probe);
	done(done_arg, &result);
}

/* A router's word about the host counts before the lack of one. */
static void note_return(struct probe *probe, const struct echo_answer *answer)
{
	if (probe->returned++ > 0 && report_is_worse(probe->return_outcome, answer->outcome))
		return;
	probe->return_outcome = answer->outcome;
	probe->why = answer->why;
	memcpy(probe->returned_by, answer->from, sizeof probe->returned_by);
}

static void on_answer(void *arg, const struct echo_answer *answer)
{
	struct packet *packet = arg;
	struct probe *probe = packet->probe;
	packet->ticket = -1;
	if (answer->outcome == OUTCOME_OK) {
		probe->received++;
		probe->sum_us += answer->round_trip_us;
		if (answer->round_trip_us > probe->longest_us)
			probe->longest_us = answer->round_trip_us;
	} else {
		note_return(probe, answer);
	}
	if (probe->received + probe->returned == probe->settings->count)
		finish(probe);
}

static void report_refusal(struct probe *probe, enum outcome outcome, int error)
{
	struct check_result *result = &probe->result;
	result->outcome = outcome;
	address_print(probe->to, result->address, sizeof result->address);
	if (outcome == OUTCOME_NOT_PERMITTED && !pinger_has_socket(probe_loop_pinger(probe->loop), probe->to->sa_family))
		result_set_detail(result, "ping is not permitted on this machine: as root, "
				  "sysctl -w net.ipv4.ping_group_range=\"0 2147483647\", or setcap cap_net_raw+ep kumatop");
	else
		report_connect(result, error, probe->to);
}

static bool send_packet(struct probe *probe)
{
	enum outcome outcome;
	int error;
	struct packet *packet = &probe->packets[probe->sent];
	packet->probe = probe;
	packet->ticket = pinger_send(probe_loop_pinger(probe->loop), probe->to, (size_t)probe->settings->size, on_answer, packet,
				     &outcome, &error);
	if (packet->ticket < 0) {
		report_refusal(probe, outcome, error);
		return false;
	}
	probe->sent++;
	return true;
}

/* Once something was answered, those still out get four times the longest trip; before that, the engine's timeout. */
static void linger(struct probe *probe)
{
	int64_t wait_ms = 4 * probe->longest_us / 1000;
	uint64_t ms = wait_ms > LINGER_MS ? (uint64_t)wait_ms : LINGER_MS;
	uv_timer_set_repeat(&probe->pace->timer, ms);
	uv_timer_again(&probe->pace->timer);
}

static void on_pace(uv_timer_t *timer)
{
	struct pace *pace = timer->data;
	struct probe *probe = pace->probe;
	if (probe->sent < probe->settings->count && !probe->sending_failed) {
		probe->sending_failed = !send_packet(probe);
		if (probe->sent == probe->settings->count || probe->sending_failed)
			linger(probe);
		return;
	}
	if (probe->received > 0 || probe->sending_failed)
		finish(probe);
}

/* The first address that this machine can send to. */
static void begin(void *arg)
{
	struct probe *probe = arg;
	while (dial_left(&probe->dial) > 0) {
		probe->to = dial_advance(&probe->dial);
		if (!send_packet(probe))
			continue;
		address_print(probe->to, probe->result.address, sizeof probe->result.address);
		if (probe->settings->count == 1)
			return;
		struct pace *pace = heap_zero(1, sizeof *pace);
		uint64_t every_ms = (uint64_t)probe->settings->packet_interval_ms;
		uv_timer_init(probe_loop_uv(probe->loop), &pace->timer);
		pace->timer.data = pace;
		pace->probe = probe;
		probe->pace = pace;
		uv_timer_start(&pace->timer, on_pace, every_ms, every_ms);
		return;
	}
	probe_loop_defer(probe->loop, finish, probe);
}

static struct probe *start(const struct monitor_spec *spec, struct probe_loop *loop, probe_done_fn *done, void *arg)
{
	const struct ping_settings *settings = spec->settings;
	struct probe *probe = heap_zero(1, sizeof *probe + (size_t)settings->count * sizeof(struct packet));
	probe->spec = spec;
	probe->settings = settings;
	probe->endpoint = spec->prepared;
	probe->loop = loop;
	probe->done = done;
	probe->arg = arg;
	probe->began = mono_now();
	probe->result = result_make(OUTCOME_INTERNAL);
	dial_begin(&probe->dial, probe->endpoint, loop, &probe->result, begin, finish, probe);
	return probe;
}

static void expire(struct probe *probe, struct check_result *result)
{
	probe->result.phase_us[PHASE_TOTAL] = report_us(probe->began, mono_now());
	if (probe->dial.lookup != NULL)
		report_lookup_hung(&probe->result, probe->spec, probe->endpoint->host);
	else if (probe->sent > 0)
		judge(probe);
	give_evidence(probe);
	*result = probe->result;
	probe_loop_undefer(probe->loop, finish, probe);
	probe_free(probe);
}

static bool read_target(const char *text, char **canonical, struct error *err)
{
	return endpoint_canonical(text, false, canonical, err);
}

static bool prepare(const struct monitor_spec *spec, void **prepared, struct error *err)
{
	const struct ping_settings *settings = spec->settings;
	int64_t needed_ms = (settings->count - 1) * settings->packet_interval_ms;
	if (needed_ms >= spec->common.timeout_ms) {
		char every[32], timeout[32];
		return error_set(err, EXIT_CONFIG, "count: %d packets every %s do not fit into the timeout (%s): send fewer, or faster",
				 (int)settings->count, duration_print(settings->packet_interval_ms, every, sizeof every),
				 duration_print(spec->common.timeout_ms, timeout, sizeof timeout));
	}
	return endpoint_create(prepared, spec->target, false, err);
}

#define FIELD(name) .offset = offsetof(struct ping_settings, name)

static const struct setting settings[] = {
	{ .name = "count", .type = SETTING_INTEGER, FIELD(count), .least = 1, .most = PACKETS_MOST,
	  .fallback = "1", .summary = "Packets of one check", .example = "4" },
	{ .name = "packet_interval", .type = SETTING_DURATION, FIELD(packet_interval_ms), .least = 10, .most = 10000,
	  .fallback = "200ms", .summary = "Time from one packet to the next", .example = "500ms" },
	{ .name = "loss_above", .type = SETTING_INTEGER, FIELD(loss_above), .least = 0, .most = 99,
	  .fallback = "99", .summary = "Down when more per cent of the packets are lost; 99: when all are", .example = "25" },
	{ .name = "size", .type = SETTING_INTEGER, FIELD(size), .least = ECHO_PAYLOAD_LEAST, .most = ECHO_PAYLOAD_MOST,
	  .fallback = "56", .summary = "Bytes that a packet carries", .example = "1400" },
	{ .name = NULL },
};

const struct probe_kind probe_ping = {
	.kind = {
		.name = "ping",
		.summary = "a host answers ICMP echo",
		.target_form = "host",
		.settings = settings,
		.settings_size = sizeof(struct ping_settings),
		.read_target = read_target,
		.prepare = prepare,
		.unprepare = endpoint_destroy,
	},
	.start = start,
	.expire = expire,
};
