/*
 * Names to addresses, and these one after the other, in the order in which they should be tried.
 */
#include "dial.h"

#include <assert.h>

#include "kumatop/heap.h"
#include "report.h"

static void on_lookup(void *arg, const struct lookup_answer *answer)
{
	struct dial *dial = arg;
	dial->lookup = NULL;
	report_phase(dial->result, PHASE_NAME, dial->began, mono_now());
	if (answer->outcome != OUTCOME_OK) {
		report_lookup(dial->result, answer);
		dial->fail(dial->arg);
		return;
	}
	dial->count = answer->count;
	dial->addresses = heap_zero(answer->count, sizeof *dial->addresses);
	memcpy(dial->addresses, answer->addresses, answer->count * sizeof *dial->addresses);
	for (size_t i = 0; i < dial->count; i++)
		address_set_port((struct sockaddr *)&dial->addresses[i], dial->port);
	dial->ready(dial->arg);
}

void dial_begin(struct dial *dial, const struct endpoint *endpoint, struct probe_loop *loop, struct check_result *result,
		dial_fn *ready, dial_fn *fail, void *arg)
{
	assert(dial->lookup == NULL && dial->addresses == NULL);
	if (endpoint->literal) {
		/* Not heap_zero(): malloc(3) keeps what was freed at hand, calloc(3) does not look there. */
		*dial = (struct dial){ .addresses = heap_resize(NULL, 1, sizeof *dial->addresses), .count = 1 };
		dial->addresses[0] = (struct sockaddr_storage){ 0 };
		memcpy(dial->addresses, &endpoint->address, sizeof endpoint->address);
		ready(arg);
		return;
	}
	*dial = (struct dial){ .port = endpoint->port, .began = mono_now(), .result = result, .ready = ready, .fail = fail, .arg = arg };
	dial->lookup = resolver_lookup(probe_loop_resolver(loop), endpoint->host, AF_UNSPEC, on_lookup, dial);
}

void dial_finish(struct dial *dial)
{
	lookup_cancel(dial->lookup);
	free(dial->addresses);
	*dial = (struct dial){ 0 };
}

const struct sockaddr *dial_advance(struct dial *dial)
{
	return dial->next < dial->count ? (const struct sockaddr *)&dial->addresses[dial->next++] : NULL;
}

const struct sockaddr *dial_tried(const struct dial *dial)
{
	assert(dial->next > 0);
	return (const struct sockaddr *)&dial->addresses[dial->next - 1];
}

size_t dial_left(const struct dial *dial)
{
	return dial->count - dial->next;
}

int64_t dial_share_ms(const struct dial *dial, const struct monitor_spec *spec, struct mono began)
{
	int64_t rest_ms = spec->common.timeout_ms - mono_between_us(began, mono_now()) / 1000;
	int64_t share_ms = rest_ms / (int64_t)(dial_left(dial) + 1);
	return share_ms > 1 ? share_ms : 1;
}
