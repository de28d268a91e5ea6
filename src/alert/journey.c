/*
 * To a host and back: its name is resolved by c-ares, its addresses are tried in order, and libcurl is told where to connect, so that a name
 * server that does not answer costs nobody else anything.
 */
#include <string.h>

#include "kumatop/heap.h"
#include "sending.h"

#define SET(easy, option, value) curl_easy_setopt(easy, option, value)

static void try_next(struct sending *sending);

/* Nobody has seen the message: another address may be tried without telling it twice. */
static bool not_reached(CURL *easy, CURLcode code)
{
	curl_off_t connected = 0;

	if (code == CURLE_COULDNT_CONNECT)
		return true;
	curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
	return code == CURLE_OPERATION_TIMEDOUT && connected == 0;
}

static void on_transfer(void *arg, int code)
{
	struct sending *sending = arg;
	const char *said = transfer_said(sending->way.transfer);
	long status = 0;

	sending->way.code = (CURLcode)code;
	if (code != CURLE_OK && not_reached(transfer_easy(sending->way.transfer), (CURLcode)code)
	    && sending->way.next < sending->way.addresses.count) {
		try_next(sending);
		return;
	}
	curl_easy_getinfo(transfer_easy(sending->way.transfer), CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK || status >= 400) {
		sending->way.arrived(sending);
		return;
	}
	if (!*said)
		said = curl_easy_strerror((CURLcode)code);
	char *text = heap_text(said);
	sending_end(sending, ALERT_LATER, -1, 0, text, strlen(text));
	free(text);
}

/* The authorities are parsed once: this multi handle is the alert thread's own, and all of it trusts the same. */
static void set_trust(CURL *easy)
{
	SET(easy, CURLOPT_CAINFO, transfer_authorities());
#if LIBCURL_VERSION_NUM >= 0x075700
	SET(easy, CURLOPT_CA_CACHE_TIMEOUT, 86400L);
#endif
}

static void try_next(struct sending *sending)
{
	char address[ADDRESS_TEXT_SIZE];
	struct sockaddr *to = (struct sockaddr *)&sending->way.addresses.addresses[sending->way.next++];
	int64_t share_ms;

	transfer_end(sending->way.transfer);
	sending->way.transfer = transfer_begin(probe_loop_transfers(sending->loop), on_transfer, sending);
	if (!sending->way.transfer) {
		sending_fail(sending, ALERT_LATER, "libcurl has no handle for a transfer");
		return;
	}
	address_set_port(to, sending->way.port);
	transfer_set_address(sending->way.transfer, address_print(to, address, sizeof address));
	set_trust(transfer_easy(sending->way.transfer));
	share_ms = sending_left_ms(sending) / (int64_t)(sending->way.addresses.count - sending->way.next + 1);
	SET(transfer_easy(sending->way.transfer), CURLOPT_CONNECTTIMEOUT_MS, (long)(share_ms > 0 ? share_ms : 1));
	buf_clear(&sending->answer);
	sending->retry_after[0] = '\0';
	sending->sent = 0;
	sending->way.prepare(sending);
	transfer_start(sending->way.transfer);
}

static void on_lookup(void *arg, const struct lookup_answer *answer)
{
	struct sending *sending = arg;

	sending->way.lookup = NULL;
	if (answer->outcome == OUTCOME_OK && answer->count > 0) {
		sending->way.addresses = *answer;
		try_next(sending);
		return;
	}
	const char *why = answer->detail[0] ? answer->detail : outcome_row((int)answer->outcome)->sentence;
	sending_end(sending, ALERT_LATER, -1, 0, why, strlen(why));
}

void journey_begin(struct sending *sending, const char *host, unsigned port, sending_fn *prepare, sending_fn *arrived)
{
	sending->way.prepare = prepare;
	sending->way.arrived = arrived;
	sending->way.port = port;
	sending->way.lookup = resolver_lookup(probe_loop_resolver(sending->loop), host, AF_UNSPEC, on_lookup, sending);
}

void journey_end(struct sending *sending)
{
	lookup_cancel(sending->way.lookup);
	sending->way.lookup = NULL;
	transfer_end(sending->way.transfer);
	sending->way.transfer = NULL;
}
