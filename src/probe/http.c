/*
 * The http kind: one check, from the name to the last byte, over as many redirects as may be followed. Redirects are followed
 * here and not in libcurl, so that each hop's name is resolved without waiting, and secrets stay with the host they are for.
 */
#include "http.h"

#include <assert.h>

#include "kinds.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "report.h"

enum { HTTP_PORT = 80, HTTPS_PORT = 443 };

static void finish(void *arg);
static void try_next(void *arg);

static void probe_free(struct probe *probe)
{
	late_trust_cancel(probe->late);
	dial_finish(&probe->dial);
	transfer_end(probe->transfer);
	transfers_let_go(probe_loop_transfers(probe->loop), probe->body.length);
	tls_seen_finish(&probe->tls);
	if (probe->redirected != NULL)
		http_place_finish(probe->redirected);
	free(probe->redirected);
	free(probe->earlier);
	buf_finish(&probe->body);
	free(probe);
}

/* The phases that ended before the one in which the hop stands; and that one too, if it ended at `end`. */
static void add_hop_phases(struct probe *probe, bool ended, struct mono end)
{
	bool tls = probe->reached >= REACHED_TLS && probe->tls_began.us != 0;
	if (tls)
		report_phase(&probe->result, PHASE_CONNECT, probe->opened, probe->tls_began);
	else if (probe->reached >= REACHED_REQUEST)
		report_phase(&probe->result, PHASE_CONNECT, probe->opened, probe->requested);
	if (tls && probe->reached >= REACHED_REQUEST)
		report_phase(&probe->result, PHASE_TLS, probe->tls_began, probe->requested);
	if (probe->reached >= REACHED_ANSWER)
		report_phase(&probe->result, PHASE_FIRST_BYTE, probe->requested, probe->answered);
	if (ended && probe->reached >= REACHED_ANSWER)
		report_phase(&probe->result, PHASE_TRANSFER, probe->answered, end);
}

static void complete(struct probe *probe)
{
	probe->result.phase_us[PHASE_TOTAL] = report_us(probe->began, mono_now());
	if (probe->tls.asked)
		probe->result.cert_expires_us = probe->tls.not_after_us;
	if (probe->status > 0)
		probe->result.code = (int32_t)probe->status;
}

/* Deferred, or from the end of a transfer or a look-up: never inside start(). */
static void finish(void *arg)
{
	struct probe *probe = arg;
	http_give_evidence(probe);
	struct check_result result = probe->result;
	probe_done_fn *done = probe->done;
	void *done_arg = probe->arg;
	probe_free(probe);
	done(done_arg, &result);
}

static void fail(struct probe *probe, enum outcome outcome, const char *detail)
{
	complete(probe);
	probe->result.outcome = outcome;
	result_set_detail(&probe->result, "%s", detail);
	probe_loop_defer(probe->loop, finish, probe);
}

static void on_open(void *arg)
{
	struct probe *probe = arg;
	probe->opened = mono_now();
	probe->reached = REACHED_CONNECT;
}

static CURLcode on_tls(CURL *easy, void *ctx, void *arg)
{
	struct probe *probe = arg;
	probe->tls_began = mono_now();
	probe->reached = REACHED_TLS;
	tls_watch(ctx, probe->trust, &probe->tls);
	/* There is a connection: what time other addresses would need no longer matters. */
	return curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 0L);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the type is libcurl's */
static int on_request(void *arg, char *to, char *from, int to_port, int from_port)
{
	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	struct probe *probe = arg;
	probe->requested = mono_now();
	probe->reached = REACHED_REQUEST;
	return CURL_PREREQFUNC_OK;
}

static void note_answer(struct probe *probe)
{
	if (probe->reached == REACHED_ANSWER)
		return;
	probe->answered = mono_now();
	probe->reached = REACHED_ANSWER;
}

/* One line at a time. "HTTP/" begins the head of another answer (after a 100 Continue), whose status then counts. */
static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct probe *probe = arg;
	size_t length = size * count;
	note_answer(probe);
	probe->head_bytes += length;
	if (probe->head_bytes > HTTP_HEAD_MOST) {
		probe->head_too_large = true;
		return 0;
	}
	if (length > 5 && memcmp(data, "HTTP/", 5) == 0) {
		size_t kept = length < sizeof probe->status_line ? length : sizeof probe->status_line - 1;
		memcpy(probe->status_line, data, kept);
		probe->status_line[kept] = '\0';
	}
	return length;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct probe *probe = arg;
	size_t length = size * count, limit = (size_t)probe->settings->body_limit;
	note_answer(probe);
	probe->body_bytes += length;
	if (probe->body.data == NULL)
		buf_init(&probe->body, probe->plan->keeps_body && limit > HTTP_BODY_SHOWN ? limit : HTTP_BODY_SHOWN);
	size_t room = probe->body.limit - probe->body.length, kept = length < room ? length : room;
	if (!transfers_hold(probe_loop_transfers(probe->loop), kept)) {
		probe->no_room = true;
		return 0;
	}
	buf_add(&probe->body, data, kept);
	probe->body_too_large = probe->body_bytes > limit;
	return probe->body_too_large ? 0 : length;
}

#define SET(easy, option, value) \
	do { \
		CURLcode set_code = curl_easy_setopt(easy, option, value); \
		assert(set_code == CURLE_OK); \
		(void)set_code; \
	} while (0)

static void set_method(struct probe *probe, CURL *easy)
{
	const char *method = probe->plan->method;
	if (probe->as_get || (strcmp(method, "GET") == 0 && probe->plan->body == NULL))
		return;
	if (strcmp(method, "HEAD") == 0) {
		SET(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (probe->plan->sends_body) {
		const char *body = probe->plan->body != NULL ? probe->plan->body : "";
		SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
		SET(easy, CURLOPT_POSTFIELDS, body);
	}
	if (strcmp(method, "POST") != 0)
		SET(easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_version(struct probe *probe, CURL *easy)
{
	static const long versions[] = {
		[HTTP_VERSION_1_0] = CURL_HTTP_VERSION_1_0,
		[HTTP_VERSION_1_1] = CURL_HTTP_VERSION_1_1,
		[HTTP_VERSION_2] = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
	};
	enum http_version version = (enum http_version)probe->settings->version;
	if (version == HTTP_VERSION_2 && probe->place->https)
		SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	else if (version != HTTP_VERSION_AUTO)
		SET(easy, CURLOPT_HTTP_VERSION, versions[version]);
}

static void set_request(struct probe *probe, CURL *easy)
{
	const struct http_plan *plan = probe->plan;
	SET(easy, CURLOPT_URL, probe->place->url);
	SET(easy, CURLOPT_HTTPHEADER, probe->foreign ? plan->plain_headers : plan->headers);
	SET(easy, CURLOPT_ACCEPT_ENCODING, "gzip");	/* to unpack whatever comes; what is offered is a header of the plan's */
	SET(easy, CURLOPT_HEADERFUNCTION, on_header);
	SET(easy, CURLOPT_HEADERDATA, probe);
	SET(easy, CURLOPT_WRITEFUNCTION, on_body);
	SET(easy, CURLOPT_WRITEDATA, probe);
	SET(easy, CURLOPT_PREREQFUNCTION, on_request);
	SET(easy, CURLOPT_PREREQDATA, probe);
	set_method(probe, easy);
	set_version(probe, easy);
	if (plan->user != NULL && !probe->foreign) {
		SET(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(easy, CURLOPT_USERNAME, plan->user);
		SET(easy, CURLOPT_PASSWORD, plan->password != NULL ? plan->password : "");
	}
	if (!probe->place->https)
		return;
	SET(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
	SET(easy, CURLOPT_SSL_CTX_DATA, probe);
	if (!probe->settings->verify) {
		SET(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		SET(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

/* While other addresses are left, one that says nothing gets its share of the time and no more. */
static void set_patience(struct probe *probe, CURL *easy)
{
	if (dial_left(&probe->dial) == 0)
		return;
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)dial_share_ms(&probe->dial, probe->spec, probe->began));
}

static bool may_follow(const struct probe *probe)
{
	if (probe->settings->follow == 0 || http_status_expected(probe->plan, probe->status))
		return false;
	return (probe->status >= 301 && probe->status <= 303) || probe->status == 307 || probe->status == 308;
}

static void resolve(struct probe *probe);

static void report_bad_redirect(struct probe *probe, const char *url, const char *why)
{
	char clean[160];
	complete(probe);
	text_sanitize(clean, sizeof clean, url, strlen(url));
	probe->result.outcome = OUTCOME_BAD_REDIRECT;
	if (url[strspn(url, " \t\r\n")] == '\0')	/* of a header without a value libcurl 7.88 gives the line end */
		result_set_detail(&probe->result, "%ld without a place to go", probe->status);
	else
		result_set_detail(&probe->result, "%ld redirects to %s%s%s", probe->status, clean, why[0] != '\0' ? ": " : "", why);
	finish(probe);
}

/* As browsers do: a POST becomes a GET on 301, 302 and 303, anything but HEAD on 303. */
static bool turns_into_get(const struct probe *probe)
{
	if (probe->status == 303)
		return strcmp(probe->plan->method, "HEAD") != 0;
	return (probe->status == 301 || probe->status == 302) && strcmp(probe->plan->method, "POST") == 0;
}

/*
 * Another port of the same host is somebody else's, as another host is. The way from http to https of one server, each at its usual
 * port, is not.
 */
static bool may_have_body(const struct http_place *to, const struct http_place *home)
{
	bool secured = to->https && to->endpoint.port == HTTPS_PORT && !home->https && home->endpoint.port == HTTP_PORT;
	return http_same_origin(to, home) || (secured && strcasecmp(to->endpoint.host, home->endpoint.host) == 0);
}

static void follow(struct probe *probe, const char *url)
{
	const struct http_place *home = &probe->plan->place;
	struct http_place to;
	struct error why;
	if (probe->redirects == probe->settings->follow) {
		complete(probe);
		probe->result.outcome = OUTCOME_TOO_MANY_REDIRECTS;
		result_set_detail(&probe->result, "%d redirects, and then another to %.160s", (int)probe->redirects, url);
		finish(probe);
		return;
	}
	if (strlen(url) > HTTP_URL_MOST || !http_place_read(&to, url, NULL, &why)) {
		const char *scheme = strstr(url, "://");
		bool other = scheme != NULL && strncasecmp(url, "http", 4) != 0;
		report_bad_redirect(probe, url, strlen(url) > HTTP_URL_MOST ? "too long" : other ? "only http and https are followed"
				    : "no URL to follow");
		return;
	}
	probe->as_get = probe->as_get || turns_into_get(probe);
	if (!probe->as_get && probe->plan->body != NULL && !may_have_body(&to, home)) {
		report_bad_redirect(probe, url, "what is to be sent is not for that server");
		http_place_finish(&to);
		return;
	}
	if (probe->redirected == NULL)
		probe->redirected = heap_zero(1, sizeof *probe->redirected);
	else
		http_place_finish(probe->redirected);
	*probe->redirected = to;
	probe->place = probe->redirected;
	probe->foreign = !http_same_origin(&to, home);
	probe->redirects++;
	resolve(probe);
}

/*
 * Where the answer sends us, as an absolute URL (heap memory), or as it came where it makes none; NULL if nowhere. Not from
 * CURLINFO_REDIRECT_URL, which has the user and password of the request in it.
 */
static char *redirect_target(struct probe *probe)
{
	struct curl_header *location = NULL;
	if (curl_easy_header(transfer_easy(probe->transfer), "Location", 0, CURLH_HEADER, -1, &location) != CURLHE_OK)
		return NULL;
	CURLU *url = curl_url();
	char *absolute = NULL;
	if (location->value[strspn(location->value, " \t\r\n")] != '\0' && curl_url_set(url, CURLUPART_URL, probe->place->url, 0) == CURLUE_OK
	    && curl_url_set(url, CURLUPART_URL, location->value, CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE) == CURLUE_OK)
		curl_url_get(url, CURLUPART_URL, &absolute, 0);
	char *target = heap_text(absolute != NULL ? absolute : location->value);
	curl_free(absolute);
	curl_url_cleanup(url);
	return target;
}

/* The transfer is over, but still lent: its handle knows what came. */
static void succeed(struct probe *probe)
{
	CURL *easy = transfer_easy(probe->transfer);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &probe->status);
	char *url = may_follow(probe) ? redirect_target(probe) : NULL;
	add_hop_phases(probe, true, mono_now());
	if (url != NULL) {
		follow(probe, url);
		free(url);
		return;
	}
	complete(probe);
	http_judge(probe);
	finish(probe);
}

/* Of two failures the one that is worth telling, with its address; phases are those of the last attempt. */
static void tell_worse(struct probe *probe)
{
	struct check_result *result = &probe->result;
	const struct http_failure *earlier = probe->earlier;
	if (earlier != NULL && report_is_worse(earlier->outcome, result->outcome)) {
		result->outcome = earlier->outcome;
		memcpy(result->address, earlier->address, sizeof result->address);
		memcpy(result->detail, earlier->detail, sizeof result->detail);
	}
}

static void keep_failure(struct probe *probe)
{
	const struct check_result *result = &probe->result;
	if (probe->earlier == NULL)
		probe->earlier = heap_zero(1, sizeof *probe->earlier);
	probe->earlier->outcome = result->outcome;
	memcpy(probe->earlier->address, result->address, sizeof probe->earlier->address);
	memcpy(probe->earlier->detail, result->detail, sizeof probe->earlier->detail);
}

static void on_transfer(void *arg, int code)
{
	struct probe *probe = arg;
	if (code == CURLE_OK) {
		succeed(probe);
		return;
	}
	curl_easy_getinfo(transfer_easy(probe->transfer), CURLINFO_RESPONSE_CODE, &probe->status);
	bool next = probe->reached <= REACHED_CONNECT && dial_left(&probe->dial) > 0;
	if (!next)
		add_hop_phases(probe, false, mono_now());
	complete(probe);
	http_report_failure(probe, code);
	tell_worse(probe);
	if (next) {
		keep_failure(probe);
		try_next(probe);
	} else {
		finish(probe);
	}
}

static void forget_answer(struct probe *probe)
{
	transfer_end(probe->transfer);
	probe->transfer = NULL;
	tls_seen_finish(&probe->tls);
	probe->status = 0;
	probe->head_bytes = probe->body_bytes = 0;
	probe->status_line[0] = '\0';
	probe->tls_began.us = 0;
	transfers_let_go(probe_loop_transfers(probe->loop), probe->body.length);
	if (probe->body.data != NULL)
		buf_clear(&probe->body);
}

/* Tries the next address, of which there is one. */
static void try_next(void *arg)
{
	struct probe *probe = arg;
	forget_answer(probe);
	const struct sockaddr *address = dial_advance(&probe->dial);
	assert(address != NULL);
	address_print(address, probe->result.address, sizeof probe->result.address);
	probe->reached = REACHED_CONNECT;
	probe->opened = mono_now();
	probe->transfer = transfer_begin(probe_loop_transfers(probe->loop), on_transfer, probe);
	if (probe->transfer == NULL) {
		fail(probe, OUTCOME_INTERNAL, "libcurl has no handle for a transfer");
		return;
	}
	transfer_on_open(probe->transfer, on_open);
	transfer_set_address(probe->transfer, probe->result.address);
	set_request(probe, transfer_easy(probe->transfer));
	set_patience(probe, transfer_easy(probe->transfer));
	transfer_start(probe->transfer);
}

static void on_no_address(void *arg)
{
	complete(arg);
	finish(arg);
}

static void find_address(struct probe *probe)
{
	dial_begin(&probe->dial, &probe->place->endpoint, probe->loop, &probe->result, try_next, on_no_address, probe);
}

static void on_late_trust(void *arg, struct trust *trust, const char *why)
{
	struct probe *probe = arg;
	probe->late = NULL;
	if (trust == NULL) {
		fail(probe, OUTCOME_INTERNAL, why);
		return;
	}
	probe->trust = http_keep_late_trust(probe->spec, trust);
	find_address(probe);
}

/* Begins a hop: probe->place says where. */
static void resolve(struct probe *probe)
{
	const struct http_plan *plan = probe->plan;
	forget_answer(probe);
	free(probe->earlier);
	probe->earlier = NULL;
	dial_finish(&probe->dial);
	probe->reached = REACHED_NAME;
	if (!probe->place->https || !plan->needs_trust) {
		find_address(probe);
		return;
	}
	if (plan->trust_missing != NULL) {
		fail(probe, OUTCOME_INTERNAL, plan->trust_missing);
		return;
	}
	probe->trust = plan->may_need_trust_late ? http_late_trust(probe->spec) : plan->trust;
	if (probe->trust != NULL)
		find_address(probe);
	else
		probe->late = late_trust_begin(probe_loop_uv(probe->loop), NULL, on_late_trust, probe);
}

static struct probe *start(const struct monitor_spec *spec, struct probe_loop *loop, probe_done_fn *done, void *arg)
{
	/* Not heap_zero(): malloc(3) keeps what was freed at hand, calloc(3) does not look there. */
	struct probe *probe = heap_resize(NULL, 1, sizeof *probe);
	const struct http_plan *plan = spec->prepared;
	*probe = (struct probe){
		.spec = spec, .settings = spec->settings, .plan = plan, .loop = loop, .done = done, .arg = arg,
		.place = &plan->place, .tls.verify = plan->needs_trust, .result = result_make(OUTCOME_INTERNAL), .began = mono_now(),
	};
	resolve(probe);
	return probe;
}

static void expire(struct probe *probe, struct check_result *result)
{
	if (probe->late != NULL) {
		complete(probe);
		result_set_detail(&probe->result, "the list of certificate authorities takes too long to read");
	} else if (probe->dial.lookup != NULL || probe->transfer != NULL) {
		if (probe->transfer != NULL)
			add_hop_phases(probe, false, mono_now());
		complete(probe);
		http_report_hung(probe);
		tell_worse(probe);
	}
	http_give_evidence(probe);
	*result = probe->result;
	probe_loop_undefer(probe->loop, finish, probe);
	probe_free(probe);
}

const struct probe_kind probe_http = {
	.kind = {
		.name = "http",
		.summary = "a web server answers as expected",
		.target_form = "https://host/path",
		.settings = http_settings,
		.settings_size = sizeof(struct http_settings),
		.read_target = http_read_target,
		.prepare = http_prepare,
		.unprepare = http_unprepare,
	},
	.start = start,
	.expire = expire,
};
