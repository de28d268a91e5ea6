/*
 * What went wrong with an HTTP request, told so that a person at night understands it.
 */
#include <errno.h>
#include <strings.h>

#include "http.h"
#include "kumatop/spec.h"
#include "kumatop/text.h"
#include "report.h"

static const char *curl_said(const struct probe *probe)
{
	return transfer_said(probe->transfer);
}

static bool says(const struct probe *probe, const char *word)
{
	return strcasestr(curl_said(probe), word) != NULL;
}

/* libcurl puts an error of the system into its text and nowhere else, in whatever language the system speaks. */
static bool says_reset(const struct probe *probe)
{
	return strstr(curl_said(probe), strerror(ECONNRESET)) != NULL || strstr(curl_said(probe), strerror(EPIPE)) != NULL
		|| says(probe, "errno 104");
}

static const char *size_text(int64_t bytes, char *out, size_t size)
{
	if (bytes >= 1 << 20 && bytes % (1 << 20) == 0)
		snprintf(out, size, "%lld MiB", (long long)(bytes >> 20));
	else if (bytes >= 1 << 10 && bytes % (1 << 10) == 0)
		snprintf(out, size, "%lld KiB", (long long)(bytes >> 10));
	else
		snprintf(out, size, "%lld bytes", (long long)bytes);
	return out;
}

/* What HTTP/1 servers send and HTTP/2 leaves out; the statuses that people meet. */
static const char *usual_reason(long status)
{
	static const struct {
		int status;
		const char *reason;
	} rows[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 206, "Partial Content" },
		{ 301, "Moved Permanently" }, { 302, "Found" }, { 303, "See Other" }, { 304, "Not Modified" },
		{ 307, "Temporary Redirect" }, { 308, "Permanent Redirect" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 408, "Request Timeout" }, { 409, "Conflict" }, { 410, "Gone" },
		{ 421, "Misdirected Request" }, { 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" }, { 502, "Bad Gateway" },
		{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].status == status)
			return rows[i].reason;
	return NULL;
}

void http_status_line(const struct probe *probe, char *out, size_t size)
{
	const char *blank = strchr(probe->status_line, ' ');
	if (blank == NULL) {
		snprintf(out, size, "%ld", probe->status);
		return;
	}
	text_sanitize(out, size, blank + 1, strlen(blank + 1));
	size_t used = strlen(out);
	while (used > 0 && out[used - 1] == ' ')
		out[--used] = '\0';
	const char *reason = usual_reason(probe->status);
	if (strchr(out, ' ') == NULL && reason != NULL)
		snprintf(out, size, "%ld %s", probe->status, reason);
}

static void report_no_connection(struct probe *probe)
{
	struct check_result *result = &probe->result;
	const struct sockaddr *to = dial_tried(&probe->dial);
	long network_error = 0;
	int error = transfer_socket_error(probe->transfer);
	curl_easy_getinfo(transfer_easy(probe->transfer), CURLINFO_OS_ERRNO, &network_error);
	if (error != 0) {
		result->outcome = outcome_of_errno(error, to);
	} else {
		error = (int)network_error;
		result->outcome = transfer_has_waited(probe->transfer) ? outcome_of_reply(error, to) : outcome_of_errno(error, to);
		if (error == 0)
			result->outcome = OUTCOME_INTERNAL;
	}
	if (error != 0)
		report_connect(result, error, to);
	else
		result_set_detail(result, "%s", curl_said(probe));
}

static void report_handshake(struct probe *probe, int code)
{
	const char *said = curl_said(probe)[0] != '\0' ? curl_said(probe) : curl_easy_strerror((CURLcode)code);
	if (says(probe, "wrong version number") || says(probe, "http request") || says(probe, "packet length too long")
	    || says(probe, "record layer"))
		said = "the server answers with something that is not TLS";
	else if (says_reset(probe))
		said = "connection reset during the handshake";
	else if (says(probe, "SSL_ERROR_SYSCALL") || says(probe, "unexpected eof"))
		said = "connection closed during the handshake";
	tls_report(&probe->tls, &probe->result, probe->place->endpoint.host, code == CURLE_PEER_FAILED_VERIFICATION, said);
}

/* The connection broke while something was sent or received. */
static void report_break(struct probe *probe)
{
	struct check_result *result = &probe->result;
	char from[ADDRESS_TEXT_SIZE];
	address_print(dial_tried(&probe->dial), from, sizeof from);
	if (says(probe, "chunk")) {
		result->outcome = OUTCOME_PROTOCOL_ERROR;
		result_set_detail(result, "the answer makes no sense: %s", curl_said(probe));
	} else if (says_reset(probe)) {
		result->outcome = OUTCOME_RESET;
		if (probe->head_bytes == 0)
			result_set_detail(result, "%s reset the connection without an answer", from);
		else
			result_set_detail(result, "%s reset the connection after %zu bytes of body", from, probe->body_bytes);
	} else if (probe->head_bytes == 0) {
		result->outcome = OUTCOME_EMPTY_REPLY;
		result_set_detail(result, "%s closed the connection without an answer", from);
	} else {
		result->outcome = OUTCOME_CUT_SHORT;
		result_set_detail(result, "the answer ended too early, after %zu bytes of body", probe->body_bytes);
	}
}

static void report_cut(struct probe *probe)
{
	curl_off_t announced = -1;
	curl_easy_getinfo(transfer_easy(probe->transfer), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
	probe->result.outcome = OUTCOME_CUT_SHORT;
	if (announced >= 0)
		result_set_detail(&probe->result, "the answer ended after %zu of %lld bytes of body", probe->body_bytes, (long long)announced);
	else
		result_set_detail(&probe->result, "the answer ended too early, after %zu bytes of body", probe->body_bytes);
}

/* Whether a byte of the answer came, be it one that makes no header line yet. */
static bool has_begun(const struct probe *probe)
{
	curl_off_t first_us = 0;
	curl_easy_getinfo(transfer_easy(probe->transfer), CURLINFO_STARTTRANSFER_TIME_T, &first_us);
	return probe->head_bytes > 0 || first_us > 0;
}

static void report_no_memory(struct probe *probe)
{
	probe->result.outcome = OUTCOME_NO_SOCKETS;
	result_set_detail(&probe->result, "out of memory for a connection");
}

static void report_nonsense(struct probe *probe, int code)
{
	const char *said = curl_said(probe)[0] != '\0' ? curl_said(probe) : curl_easy_strerror((CURLcode)code);
	probe->result.outcome = OUTCOME_PROTOCOL_ERROR;
	if (code == CURLE_OUT_OF_MEMORY)
		said = "a header line without end";
	else if (code == CURLE_BAD_FUNCTION_ARGUMENT)	/* and of one that ends before its colon */
		said = "a header line that is none";
	else if (says(probe, "HTTP/0.9"))
		said = "it is not HTTP";
	result_set_detail(&probe->result, "the answer makes no sense: %s", said);
}

static void report_own_stop(struct probe *probe)
{
	char limit[32];
	if (probe->head_too_large) {
		probe->result.outcome = OUTCOME_PROTOCOL_ERROR;
		result_set_detail(&probe->result, "more than %s of headers", size_text(HTTP_HEAD_MOST, limit, sizeof limit));
	} else {
		probe->result.outcome = OUTCOME_BODY_TOO_LARGE;
		result_set_detail(&probe->result, "body is larger than %s", size_text(probe->settings->body_limit, limit, sizeof limit));
	}
}

static void report_own_timeout(struct probe *probe)
{
	if (probe->reached >= REACHED_TLS) {
		probe->result.outcome = OUTCOME_TLS_FAILED;
		result_set_detail(&probe->result, "TLS handshake did not end");
	} else {
		probe->result.outcome = OUTCOME_CONNECT_TIMEOUT;
		report_connect(&probe->result, ETIMEDOUT, dial_tried(&probe->dial));
	}
}

void http_report_failure(struct probe *probe, int code)
{
	if (probe->no_room) {
		probe->result.outcome = OUTCOME_NO_SOCKETS;
		result_set_detail(&probe->result, "too many bytes in flight on this machine to read the answer");
		return;
	}
	if (probe->head_too_large || probe->body_too_large) {
		report_own_stop(probe);
		return;
	}
	switch (code) {
	case CURLE_COULDNT_CONNECT:
		report_no_connection(probe);
		return;
	case CURLE_OPERATION_TIMEDOUT:
		/* libcurl 7.88 takes the errno of a handle's last check for this one's, where the socket itself was not to be had. */
		if (transfer_socket_error(probe->transfer) != 0)
			report_no_connection(probe);
		else
			report_own_timeout(probe);
		return;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CLIENTCERT:
		report_handshake(probe, code);
		return;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		/* In TLS 1.3 a server that wants a certificate of ours says so only when we think the handshake over. */
		if (probe->place->https && probe->head_bytes == 0 && (says(probe, "alert") || says(probe, "SSL routines")))
			report_handshake(probe, code);
		else
			report_break(probe);
		return;
	case CURLE_OUT_OF_MEMORY:
		if (has_begun(probe))	/* what libcurl 7.88 makes of a header line without end */
			report_nonsense(probe, code);
		else
			report_no_memory(probe);
		return;
	case CURLE_PARTIAL_FILE:
		report_cut(probe);
		return;
	case CURLE_BAD_FUNCTION_ARGUMENT:
	case CURLE_WRITE_ERROR:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_HTTP_RETURNED_ERROR:
		report_nonsense(probe, code);
		return;
	default:
		probe->result.outcome = OUTCOME_INTERNAL;
		result_set_detail(&probe->result, "%s", curl_said(probe)[0] != '\0' ? curl_said(probe)
				  : curl_easy_strerror((CURLcode)code));
		return;
	}
}

void http_report_hung(struct probe *probe)
{
	struct check_result *result = &probe->result;
	char within[32], to[ADDRESS_TEXT_SIZE];
	duration_print(probe->spec->common.timeout_ms, within, sizeof within);
	switch (probe->reached) {
	case REACHED_NAME:
		report_lookup_hung(result, probe->spec, probe->place->endpoint.host);
		return;
	case REACHED_CONNECT:
		result->outcome = OUTCOME_CONNECT_TIMEOUT;
		address_print(dial_tried(&probe->dial), to, sizeof to);
		result_set_detail(result, "no connection to %s within %s", to, within);
		return;
	case REACHED_TLS:
		result->outcome = OUTCOME_TLS_FAILED;
		result_set_detail(result, "TLS handshake did not end within %s", within);
		return;
	case REACHED_REQUEST:
		if (has_begun(probe)) {
			result->outcome = OUTCOME_TRANSFER_TIMEOUT;
			result_set_detail(result, "the answer began and did not go on within %s", within);
			return;
		}
		result->outcome = OUTCOME_ANSWER_TIMEOUT;
		result_set_detail(result, "no answer within %s: connected, request sent, nothing came", within);
		return;
	case REACHED_ANSWER:
		result->outcome = OUTCOME_TRANSFER_TIMEOUT;
		if (probe->body_bytes == 0)
			result_set_detail(result, "the answer did not end within %s: its headers began, no body came", within);
		else
			result_set_detail(result, "the answer did not end within %s: %zu bytes of body came", within, probe->body_bytes);
		return;
	}
}

/* Evidence is kept for years and read by many. */
static bool holds_secret(const char *name)
{
	static const char *const names[] = { "Set-Cookie", "Set-Cookie2", "Authorization", "Proxy-Authorization", "Authentication-Info" };
	static const char *const parts[] = { "token", "secret", "api-key", "apikey", "password", "session" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strcasestr(name, parts[i]) != NULL)
			return true;
	return false;
}

static void add_head(const struct probe *probe)
{
	size_t shown = 0;
	struct curl_header *header = NULL;
	evidence_line("\n%.*s", (int)strcspn(probe->status_line, "\r\n"), probe->status_line);
	if (probe->transfer == NULL)
		return;
	while ((header = curl_easy_nextheader(transfer_easy(probe->transfer), CURLH_HEADER, -1, header)) != NULL) {
		shown += strlen(header->name) + strlen(header->value) + 3;
		if (shown > HTTP_HEAD_SHOWN)
			return;
		evidence_line("%s: %s", header->name, holds_secret(header->name) ? "***" : header->value);
	}
}

void http_give_evidence(struct probe *probe)
{
	static const char *const reached[] = {
		[REACHED_NAME] = "looking up the name",
		[REACHED_CONNECT] = "connecting",
		[REACHED_TLS] = "TLS handshake",
		[REACHED_REQUEST] = "connected, request sent",
		[REACHED_ANSWER] = "answer received",
	};
	if (outcome_row((int)probe->result.outcome)->verdict == VERDICT_UP)
		return;
	evidence_begin();
	evidence_line("%s %s", probe->as_get ? "GET" : probe->plan->method, probe->place->url);
	if (probe->redirects > 0)
		evidence_line("redirects: %d, from %s", (int)probe->redirects, probe->plan->place.url);
	evidence_addresses(probe->dial.addresses, probe->dial.count);
	evidence_line("phase: %s", reached[probe->reached]);
	tls_evidence(&probe->tls);
	if (curl_said(probe)[0] != '\0')
		evidence_line("error: %s", curl_said(probe));
	if (probe->status_line[0] != '\0')
		add_head(probe);
	if (probe->body.length > 0) {
		evidence_text("\n", 1);
		evidence_text(probe->body.data, probe->body.length < HTTP_BODY_SHOWN ? probe->body.length : HTTP_BODY_SHOWN);
	}
	probe->result.evidence = evidence_end();
}
