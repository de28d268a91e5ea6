/* A request to a provider. Redirects are not followed: what is sent, and the secrets with it, is for one host. */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "kumatop/heap.h"
#include "sending.h"

const struct channel_way way_http = { .kind = WAY_HTTP };

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	static const char name[] = "retry-after:";
	struct sending *sending = arg;
	size_t length = size * count, at = sizeof name - 1;

	if (length <= at || strncasecmp(data, name, at) != 0)
		return length;
	while (at < length && data[at] == ' ')
		at++;
	size_t kept = length - at < RETRY_AFTER_SIZE ? length - at : RETRY_AFTER_SIZE - 1;
	memcpy(sending->retry_after, data + at, kept);
	sending->retry_after[kept] = '\0';
	sending->retry_after[strcspn(sending->retry_after, "\r\n")] = '\0';
	return length;
}

/* What is more than an answer should be is read and forgotten, up to a point; then the connection has told enough. */
static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct sending *sending = arg;
	size_t length = size * count, room = ANSWER_MOST - sending->answer.length;

	buf_add(&sending->answer, data, length < room ? length : room);
	sending->sent += length;
	return sending->sent > 64 * (size_t)ANSWER_MOST ? 0 : length;
}

#define SET(easy, option, value) \
	do { \
		CURLcode set_code = curl_easy_setopt(easy, option, value); \
		assert(set_code == CURLE_OK); \
		(void)set_code; \
	} while (0)

static void prepare(struct sending *sending)
{
	const struct post *post = &sending->post;
	CURL *easy = transfer_easy(sending->way.transfer);

	SET(easy, CURLOPT_URL, post->url);
	SET(easy, CURLOPT_HTTPHEADER, sending->lines);
	SET(easy, CURLOPT_USERAGENT, "kumatop/" KUMATOP_VERSION);
	SET(easy, CURLOPT_HEADERFUNCTION, on_header);
	SET(easy, CURLOPT_HEADERDATA, sending);
	SET(easy, CURLOPT_WRITEFUNCTION, on_body);
	SET(easy, CURLOPT_WRITEDATA, sending);
	if (post->body) {
		SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body_length);
		SET(easy, CURLOPT_POSTFIELDS, post->body);
	}
	if (!post->body || strcmp(post->method, "POST") != 0)
		SET(easy, CURLOPT_CUSTOMREQUEST, post->method);
}

static void arrived(struct sending *sending)
{
	long status = 0;

	curl_easy_getinfo(transfer_easy(sending->way.transfer), CURLINFO_RESPONSE_CODE, &status);
	answer_judge(sending, status);
}

static char *part(CURLU *url, CURLUPart what)
{
	char *text = NULL, *copy = curl_url_get(url, what, &text, CURLU_DEFAULT_PORT) == CURLUE_OK ? heap_text(text) : NULL;

	curl_free(text);
	return copy;
}

void http_start(struct sending *sending)
{
	CURLU *url = curl_url();
	char *host = NULL, *port = NULL;

	post_make(&sending->post, sending->channel, sending->message, unix_now_us());
	for (size_t i = 0; i < sending->post.headers.count; i++)
		sending->lines = curl_slist_append(sending->lines, sending->post.headers.items[i]);
	sending->lines = curl_slist_append(sending->lines, "Expect:");	/* without a pause before the body */
	if (curl_url_set(url, CURLUPART_URL, sending->post.url, 0) == CURLUE_OK) {
		host = part(url, CURLUPART_HOST);
		port = part(url, CURLUPART_PORT);
	}
	if (host && port)
		journey_begin(sending, host, (unsigned)strtoul(port, NULL, 10), prepare, arrived);
	else
		sending_fail(sending, ALERT_REFUSED, "the address is no URL once it holds this message's values");
	curl_url_cleanup(url);
	free(host);
	free(port);
}
