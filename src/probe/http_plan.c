/*
 * What is made of a target and its settings, once, before any check: the URL taken apart, secrets read, headers laid out,
 * patterns compiled, the trust store found.
 */
#include <assert.h>
#include <pthread.h>
#include <strings.h>

#include "http.h"
#include "kumatop/heap.h"
#include "kumatop/spec.h"
#include "kumatop/text.h"

static char *url_part(CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL;
	char *copy = curl_url_get(url, part, &text, flags) == CURLUE_OK ? heap_text(text) : NULL;
	curl_free(text);
	return copy;
}

static bool refuse_url(const char *text, CURLUcode code, struct error *err)
{
	if (code == CURLUE_BAD_PORT_NUMBER)
		return error_set(err, EXIT_USAGE, "the port in \"%s\" is out of range: write 1 to 65535", text);
	if (code == CURLUE_NO_HOST || code == CURLUE_BAD_HOSTNAME || code == CURLUE_BAD_IPV6)
		return error_set(err, EXIT_USAGE, "\"%s\" has no host that makes sense: write https://host/path", text);
	return error_set(err, EXIT_USAGE, "\"%s\" is no URL (%s): write https://host/path", text, curl_url_strerror(code));
}

/* libcurl decodes a host's percent signs into any bytes there are; only a zone has a use for one. */
static bool host_is_encoded(const char *text)
{
	const char *host = strstr(text, "://") + 3;

	return *host != '[' && memchr(host, '%', strcspn(host, "/?#")) != NULL;
}

/* NULL with err. Only http and https, no user, host and port sound. */
static CURLU *parse_url(const char *text, struct error *err)
{
	if (strncasecmp(text, "http://", 7) != 0 && strncasecmp(text, "https://", 8) != 0) {
		error_set(err, EXIT_USAGE, "\"%s\" does not begin with http:// or https://: write https://host/path", text);
		return NULL;
	}
	if (host_is_encoded(text)) {
		error_set(err, EXIT_USAGE, "the host of \"%s\" holds a percent sign: write its name as it is", text);
		return NULL;
	}
	CURLU *url = curl_url();
	CURLUcode code = curl_url_set(url, CURLUPART_URL, text, 0);
	if (code != CURLUE_OK) {
		refuse_url(text, code, err);
		goto failed;
	}
	char *user = url_part(url, CURLUPART_USER, 0), *password = url_part(url, CURLUPART_PASSWORD, 0);
	bool personal = user != NULL || password != NULL;
	free(user);
	free(password);
	if (personal) {
		error_set(err, EXIT_USAGE, "a URL must not hold a user or password: write them as the settings user and password");
		goto failed;
	}
	return url;
failed:
	curl_url_cleanup(url);
	return NULL;
}

/* libcurl takes "fe80::1%25eth0" apart. Takes ownership of both. */
static char *with_zone(char *host, char *zone)
{
	size_t length = host != NULL ? strlen(host) : 0;
	if (zone == NULL || length < 2)
		return host;
	char *whole = heap_print("%.*s%%%s", (int)(length - 2), host + 1, zone);
	free(host);
	free(zone);
	return whole;
}

bool http_place_read(struct http_place *place, const char *text, char **canonical, struct error *err)
{
	*place = (struct http_place){ 0 };
	CURLU *url = parse_url(text, err);
	if (url == NULL)
		return false;
	char *scheme = url_part(url, CURLUPART_SCHEME, 0);
	char *host = url_part(url, CURLUPART_HOST, 0);
	host = with_zone(host, url_part(url, CURLUPART_ZONEID, 0));
	char *port = url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	unsigned long number = port != NULL ? strtoul(port, NULL, 10) : 0;
	bool good = false;
	if (scheme == NULL || host == NULL || number < 1 || number > 65535) {
		refuse_url(text, host == NULL ? CURLUE_NO_HOST : CURLUE_BAD_PORT_NUMBER, err);
	} else {
		place->https = strcmp(scheme, "https") == 0;
		good = endpoint_set(&place->endpoint, host, (unsigned)number, err);
	}
	if (good) {
		curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
		if (canonical != NULL)
			*canonical = url_part(url, CURLUPART_URL, 0);
		/* An international name goes out in its ASCII form: libcurl finds that only in a UTF-8 locale. */
		if (!place->endpoint.literal && strcmp(place->endpoint.host, host) != 0)
			curl_url_set(url, CURLUPART_HOST, place->endpoint.host, 0);
		place->url = url_part(url, CURLUPART_URL, 0);
		assert(place->url != NULL);
	}
	free(scheme);
	free(host);
	free(port);
	curl_url_cleanup(url);
	if (!good)
		http_place_finish(place);
	return good;
}

void http_place_finish(struct http_place *place)
{
	endpoint_finish(&place->endpoint);
	free(place->url);
	*place = (struct http_place){ 0 };
}

bool http_same_origin(const struct http_place *a, const struct http_place *b)
{
	return a->https == b->https && a->endpoint.port == b->endpoint.port && strcasecmp(a->endpoint.host, b->endpoint.host) == 0;
}

bool http_read_target(const char *text, char **canonical, struct error *err)
{
	struct http_place place;
	if (!target_is_plain(text, err) || !http_place_read(&place, text, canonical, err))
		return false;
	http_place_finish(&place);
	return true;
}

/*
 * What every request has and most have alone: one list for all plans, never freed. The encoding is the one that everybody speaks; offered
 * by libcurl it would be written twice, byte by byte, for every check.
 */
static char agent[] = "User-Agent: kumatop/" KUMATOP_VERSION, encoding[] = "Accept-Encoding: gzip";
static struct curl_slist agent_header = { .data = agent };
static struct curl_slist usual_headers = { .data = encoding, .next = &agent_header };

static void add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);
	assert(longer != NULL);
	*list = longer;
}

static bool has_header(const struct text_list *headers, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < headers->count; i++)
		if (strncasecmp(headers->items[i], name, length) == 0 && headers->items[i][length] == ':')
			return true;
	return false;
}

static void wipe(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

/* libcurl takes "Name:" for "do not send this one"; "Name;" is its way of an empty value. */
static bool add_user_header(struct curl_slist **list, const char *text, struct error *err)
{
	const char *colon = strchr(text, ':');
	int length = (int)(colon - text);
	char *value = NULL;
	if (strcmp(colon + 1 + strspn(colon + 1, " \t"), "***") == 0)
		return error_set(err, EXIT_CONFIG, "headers: *** stands for a value of %.*s that was not shown: write \"file:PATH\", \"env:NAME\" "
				 "or the value", length, text);
	if (!secret_read(colon + 1 + strspn(colon + 1, " \t"), &value, err))
		return error_prefix(err, "headers: %.*s: ", length, text);
	bool clean = strpbrk(value, "\r\n") == NULL;
	if (clean) {
		char *line = value[0] != '\0' ? heap_print("%.*s: %s", length, text, value) : heap_print("%.*s;", length, text);
		add_header(list, line);
		wipe(line);
	}
	wipe(value);
	return clean || error_set(err, EXIT_CONFIG, "headers: %.*s: holds a line end", length, text);
}

static bool build_headers(struct http_plan *plan, const struct http_settings *settings, struct error *err)
{
	if (!plan->sends_body && settings->headers.count == 0 && settings->token == NULL) {
		plan->headers = plan->plain_headers = &usual_headers;
		return true;
	}
	add_header(&plan->plain_headers, encoding);
	if (!has_header(&settings->headers, "Accept-Encoding"))
		add_header(&plan->headers, encoding);
	add_header(&plan->plain_headers, agent);
	if (!has_header(&settings->headers, "User-Agent"))
		add_header(&plan->headers, agent);
	if (plan->sends_body) {		/* without a pause before it */
		add_header(&plan->plain_headers, "Expect:");
		add_header(&plan->headers, "Expect:");
	}
	for (size_t i = 0; i < settings->headers.count; i++)
		if (!add_user_header(&plan->headers, settings->headers.items[i], err))
			return false;
	if (plan->sends_body && !has_header(&settings->headers, "Content-Type")) {
		char first = plan->body != NULL ? plan->body[strspn(plan->body, " \t\r\n")] : '\0';
		const char *type = first == '{' || first == '[' ? "Content-Type: application/json"
			: "Content-Type: application/x-www-form-urlencoded";
		add_header(&plan->headers, type);
		add_header(&plan->plain_headers, type);
	}
	if (settings->token == NULL)
		return true;
	char *token = NULL;
	if (!secret_read(settings->token, &token, err))
		return error_prefix(err, "token: ");
	bool clean = strpbrk(token, "\r\n") == NULL;
	if (clean) {
		char *line = heap_print("Authorization: Bearer %s", token);
		add_header(&plan->headers, line);
		wipe(line);
	}
	wipe(token);
	return clean || error_set(err, EXIT_CONFIG, "token: holds a line end");
}

static void build_status(struct http_plan *plan, const struct http_settings *settings)
{
	for (size_t i = 0; i < settings->expect_status.count; i++)
		if (http_status_range(settings->expect_status.items[i], &plan->status[plan->status_count], NULL))
			plan->status_count++;
}

/* One for all plans: they are many, and redirects to https that come first are few. */
static pthread_mutex_t late_lock = PTHREAD_MUTEX_INITIALIZER;

const struct trust *http_late_trust(const struct monitor_spec *spec)
{
	const struct http_plan *plan = spec->prepared;
	pthread_mutex_lock(&late_lock);
	const struct trust *trust = plan->late_trust;
	pthread_mutex_unlock(&late_lock);
	return trust;
}

const struct trust *http_keep_late_trust(const struct monitor_spec *spec, struct trust *trust)
{
	struct http_plan *plan = spec->prepared;
	pthread_mutex_lock(&late_lock);
	struct trust *surplus = plan->late_trust != NULL ? trust : NULL;
	if (surplus == NULL)
		plan->late_trust = trust;
	const struct trust *kept = plan->late_trust;
	pthread_mutex_unlock(&late_lock);
	trust_release(surplus);
	return kept;
}

static bool build_trust(struct http_plan *plan, const struct http_settings *settings, struct error *err)
{
	plan->needs_trust = settings->verify;
	if (!settings->verify)
		return true;
	if (!plan->place.https && settings->ca_file == NULL) {
		plan->may_need_trust_late = true;
		return true;
	}
	struct error why;
	plan->trust = trust_acquire(settings->ca_file, &why);
	if (plan->trust != NULL)
		return true;
	if (settings->ca_file != NULL)
		return error_set(err, why.code, "ca_file: %s", why.text);
	plan->trust_missing = heap_text(why.text);	/* no reason to refuse the monitor: its checks will say so */
	return true;
}

static bool check_settings(const struct http_settings *settings, struct error *err)
{
	bool wants_body = settings->expect_body != NULL || settings->expect_body_not != NULL || settings->expect_body_match != NULL;
	bool head = settings->method != NULL && strcmp(settings->method, "HEAD") == 0;
	if (head && wants_body)
		return error_set(err, EXIT_CONFIG, "method: an answer to HEAD has no body to expect something of: write GET");
	if (settings->body != NULL && head)
		return error_set(err, EXIT_CONFIG, "body: HEAD sends none: write another method");
	if (settings->password != NULL && settings->user == NULL)
		return error_set(err, EXIT_CONFIG, "password: there is no user to it: write user as well");
	if (settings->token != NULL && settings->user != NULL)
		return error_set(err, EXIT_CONFIG, "token: there is a user as well: write one or the other");
	if (settings->ca_file != NULL && !settings->verify)
		return error_set(err, EXIT_CONFIG, "ca_file: is not used with verify = false: leave one of them out");
	if (settings->expect_status.count == 0)
		return error_set(err, EXIT_CONFIG, "status: is empty: write \"200-299\" or the like");
	return true;
}

static bool fill(struct http_plan *plan, const struct monitor_spec *spec, struct error *err)
{
	const struct http_settings *settings = spec->settings;
	if (!check_settings(settings, err) || !http_place_read(&plan->place, spec->target, NULL, err))
		return false;
	plan->url_is_target = strcmp(plan->place.url, spec->target) == 0;
	if (plan->url_is_target) {
		free(plan->place.url);
		plan->place.url = spec->target;
	}
	plan->method = settings->method != NULL ? settings->method : settings->body != NULL ? "POST" : "GET";
	plan->sends_body = settings->body != NULL || strcmp(plan->method, "POST") == 0;
	plan->keeps_body = settings->expect_body != NULL || settings->expect_body_not != NULL || settings->expect_body_match != NULL;
	plan->user = heap_text(settings->user);
	if (!secret_read(settings->password, &plan->password, err))
		return error_prefix(err, "password: ");
	if (!secret_read(settings->body, &plan->body, err))
		return error_prefix(err, "body: ");
	if (settings->expect_body_match != NULL) {
		plan->body_match = pattern_create(settings->expect_body_match, false, err);
		if (plan->body_match == NULL)
			return error_prefix(err, "body_match: ");
	}
	build_status(plan, settings);
	return build_headers(plan, settings, err) && build_trust(plan, settings, err);
}

bool http_prepare(const struct monitor_spec *spec, void **prepared, struct error *err)
{
	const struct http_settings *settings = spec->settings;
	struct http_plan *plan = heap_zero(1, sizeof *plan + settings->expect_status.count * sizeof plan->status[0]);
	if (!fill(plan, spec, err)) {
		http_unprepare(plan);
		return false;
	}
	*prepared = plan;
	return true;
}

static void wipe_headers(struct curl_slist *list)
{
	if (list == &usual_headers)
		return;
	for (const struct curl_slist *header = list; header != NULL; header = header->next)
		explicit_bzero(header->data, strlen(header->data));
	curl_slist_free_all(list);
}

void http_unprepare(void *prepared)
{
	struct http_plan *plan = prepared;
	if (plan == NULL)
		return;
	if (plan->url_is_target)
		plan->place.url = NULL;
	http_place_finish(&plan->place);
	wipe_headers(plan->headers);
	wipe_headers(plan->plain_headers);
	free(plan->user);
	wipe(plan->password);
	wipe(plan->body);
	pattern_destroy(plan->body_match);
	trust_release(plan->trust);
	free(plan->trust_missing);
	trust_release(plan->late_trust);
	free(plan);
}
