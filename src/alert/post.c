/* One request of a provider, made of its row, the channel's settings and a message. Touches no network. */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kumatop/heap.h"
#include "plan.h"
#include "values.h"

static char *rendered(const struct template *template, const char *const *values, size_t limit)
{
	struct buf out;

	buf_init(&out, limit);
	template_render(template, values, &out);
	return buf_take(&out);
}

/* A header that would say something about a setting that is not given is not sent. */
static bool is_wanted(const struct channel_plan *plan, const struct template *header, const char *const *values)
{
	if (template_uses(header, VALUE_BASIC) && !values[VALUE_BASIC])
		return false;
	for (size_t i = 0; i < plan->setting_count; i++) {
		if (template_uses(header, VALUE_COUNT + i) && !values[VALUE_COUNT + i])
			return false;
	}
	return true;
}

static void make_headers(struct post *post, const struct channel_plan *plan, const char *const *values)
{
	post->headers.items = heap_zero(plan->header_count + 1, sizeof *post->headers.items);
	for (size_t i = 0; i < plan->header_count; i++) {
		if (is_wanted(plan, plan->headers[i], values))
			post->headers.items[post->headers.count++] = rendered(plan->headers[i], values, BODY_MOST);
	}
}

static void sign_url(struct post *post, const struct provider *provider, const char *signature)
{
	char *whole;

	if (!provider->signs_url || !signature)
		return;
	whole = heap_print("%s%s%s", post->url, strchr(post->url, '?') ? "" : "?", strchr(post->url, '?') ? signature : signature + 1);
	free(post->url);
	post->url = whole;
}

void post_make(struct post *post, const struct channel_spec *spec, const struct alert_message *message, int64_t now_us)
{
	const struct channel_plan *plan = spec->plan;
	const struct provider *provider = spec->kind->provider;
	const char *method = provider->method ? provider->method : spec->settings.method ? spec->settings.method : "POST";
	bool over = message->kind == ALERT_UP || (message->kind == ALERT_DIGEST && alert_message_level(message) == ALERT_LEVEL_GOOD);
	const char **items = heap_zero(VALUE_COUNT + plan->setting_count + 1, sizeof *items);
	struct values values;

	values_make(&values, spec, message, now_us);
	for (size_t i = 0; i < VALUE_COUNT; i++)
		items[i] = values.items[i];
	for (size_t i = 0; i < plan->setting_count; i++)
		items[VALUE_COUNT + i] = plan->settings[i];
	*post = (struct post){ .method = heap_text(method) };
	post->url = rendered(over && plan->url_good ? plan->url_good : plan->url, items, URL_MOST);
	sign_url(post, provider, values.items[VALUE_SIGNATURE]);
	/* A GET has a body only if somebody wrote one. */
	if (strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0 || spec->settings.body) {
		post->body = rendered(over && plan->body_good ? plan->body_good : plan->body, items, BODY_MOST);
		post->body_length = strlen(post->body);
	}
	make_headers(post, plan, items);
	free(items);
	values_finish(&values);
}

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void post_finish(struct post *post)
{
	for (size_t i = 0; i < post->headers.count; i++)
		wipe(post->headers.items[i]);
	free(post->headers.items);
	free(post->method);
	wipe(post->url);
	wipe(post->body);
	*post = (struct post){ 0 };
}

bool post_check_url(const char *text, struct error *err)
{
	CURLU *url = curl_url();
	CURLUcode code = CURLUE_OK;
	bool fine = strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0;

	if (fine)
		code = curl_url_set(url, CURLUPART_URL, text, 0);
	curl_url_cleanup(url);
	if (!fine)
		return error_set(err, EXIT_CONFIG, "does not begin with http:// or https://: write https://host/path");
	return code == CURLUE_OK || error_set(err, EXIT_CONFIG, "is no URL (%s): write https://host/path", curl_url_strerror(code));
}
