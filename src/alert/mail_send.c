/*
 * A mail to the server that takes it. libcurl connects, secures the connection and logs in; the rest is said in mail_talk.c, because libcurl
 * waits for what comes behind a mail without letting the loop go on.
 */
#include <assert.h>
#include <string.h>

#include "kinds.h"
#include "kumatop/heap.h"
#include "mail.h"
#include "sending.h"

enum { PORT_STARTTLS = 587, PORT_TLS = 465, PORT_NONE = 25 };

/* Host and port of "mail.example.com:587", "[::1]:25"; false when it is none. host: heap. */
static bool read_server(const char *text, int tls, char **host, unsigned *port)
{
	static const unsigned usual[] = { [CHANNEL_TLS_STARTTLS] = PORT_STARTTLS, [CHANNEL_TLS_TLS] = PORT_TLS, [CHANNEL_TLS_NONE] = PORT_NONE };
	char *whole = heap_print("smtp://%s", text), *part = NULL;
	CURLU *url = curl_url();
	bool fine = !strpbrk(text, "/?#@ ") && curl_url_set(url, CURLUPART_URL, whole, 0) == CURLUE_OK
	    && curl_url_get(url, CURLUPART_HOST, &part, 0) == CURLUE_OK;

	*host = fine ? heap_text(part) : NULL;
	curl_free(part);
	part = NULL;
	*port = usual[tls];
	if (fine && curl_url_get(url, CURLUPART_PORT, &part, 0) == CURLUE_OK)
		*port = (unsigned)strtoul(part, NULL, 10);
	curl_free(part);
	curl_url_cleanup(url);
	free(whole);
	return fine;
}

/* What the server says while libcurl talks to it: the last line is the one that counts. */
static size_t on_line(char *data, size_t size, size_t count, void *arg)
{
	struct sending *sending = arg;

	buf_clear(&sending->answer);
	buf_add(&sending->answer, data, size * count);
	return size * count;
}

#define SET(easy, option, value) \
	do { \
		CURLcode set_code = curl_easy_setopt(easy, option, value); \
		assert(set_code == CURLE_OK); \
		(void)set_code; \
	} while (0)

static void prepare(struct sending *sending)
{
	const struct channel_spec *channel = sending->channel;
	CURL *easy = transfer_easy(sending->way.transfer);

	transfer_set_protocols(sending->way.transfer, "smtp,smtps");
	SET(easy, CURLOPT_URL, sending->post.url);
	SET(easy, CURLOPT_USE_SSL, (long)(channel->settings.tls == CHANNEL_TLS_STARTTLS ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	SET(easy, CURLOPT_CONNECT_ONLY, 1L);
	SET(easy, CURLOPT_FORBID_REUSE, 0L);	/* or it would be closed before we have said anything; nothing else gets it */
	SET(easy, CURLOPT_HEADERFUNCTION, on_line);
	SET(easy, CURLOPT_HEADERDATA, sending);
	if (channel->settings.user) {
		SET(easy, CURLOPT_SASL_IR, 1L);
		SET(easy, CURLOPT_USERNAME, channel->settings.user);
		SET(easy, CURLOPT_PASSWORD, PLAN_VALUE(channel, password) ? PLAN_VALUE(channel, password) : "");
	}
}

/* 4xx is "not now", 5xx "never", by RFC 5321. */
static void arrived(struct sending *sending)
{
	CURL *easy = transfer_easy(sending->way.transfer);
	curl_socket_t fd = CURL_SOCKET_BAD;
	long status = 0;

	if (sending->way.code == CURLE_OK) {
		curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
		mail_talk_begin(sending, easy, fd);
		return;
	}
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	char *text = heap_text(sending->answer.length > 0 ? sending->answer.data : transfer_said(sending->way.transfer));
	sending_end(sending, status >= 500 && status <= 599 ? ALERT_REFUSED : ALERT_LATER, (int32_t)status, 0, text, strlen(text));
	free(text);
}

static void add_recipients(struct sending *sending, const struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		char *address = mail_address(list->items[i], NULL);

		if (address)
			sending->lines = curl_slist_append(sending->lines, address);
		free(address);
	}
}

void mail_start(struct sending *sending)
{
	const struct channel_settings *settings = &sending->channel->settings;
	struct buf mail;
	unsigned port = 0;
	char *host = NULL;

	if (!read_server(settings->server, settings->tls, &host, &port)) {
		sending_fail(sending, ALERT_REFUSED, "server: is no host and port");
		return;
	}
	buf_init(&mail, BODY_MOST);
	mail_compose(sending->channel, sending->message, sending->settings->agent_host, unix_now_us(), &mail);
	sending->post.body_length = mail.length;
	sending->post.body = buf_take(&mail);
	sending->post.url = heap_print("%s://%s:%u/%s", settings->tls == CHANNEL_TLS_TLS ? "smtps" : "smtp", host, port,
	    sending->settings->agent_host);
	add_recipients(sending, &settings->to);
	add_recipients(sending, &settings->cc);
	journey_begin(sending, host, port, prepare, arrived);
	free(host);
}

static bool check_address(const char *text, struct error *err)
{
	char *address = mail_address(text, err);

	free(address);
	return address != NULL && kinds_check_line(text, err);
}

static bool check_server(const char *text, struct error *err)
{
	unsigned port = 0;
	char *host = NULL;
	bool fine = read_server(text, CHANNEL_TLS_STARTTLS, &host, &port) && port >= 1 && port <= 65535;

	free(host);
	return fine || error_set(err, EXIT_CONFIG, "is no host and port: write \"mail.example.com:587\"");
}

/* A password is not for everybody on the way. */
static bool check_mail(const struct channel_spec *spec, struct error *err)
{
	const struct channel_settings *settings = &spec->settings;
	unsigned port = 0;
	char *host = NULL;
	bool here;

	if (settings->password && !settings->user)
		return error_set(err, EXIT_CONFIG, "password: there is no user to it: write user as well");
	if (!settings->password || settings->tls != CHANNEL_TLS_NONE || !read_server(settings->server, settings->tls, &host, &port))
		return true;
	here = strcmp(host, "localhost") == 0 || address_is_loopback(host);
	free(host);
	return here || error_set(err, EXIT_CONFIG, "password: would go over the network for all to read: write tls = \"starttls\" or \"tls\"");
}

const struct channel_way way_mail = { .kind = WAY_MAIL, .check = check_mail };

static const char *const tls_words[] = { "starttls", "tls", "none", NULL };

static const struct setting settings[] = {
	{ .name = "server", .type = SETTING_TEXT, SETTING_AT(server), .most = 300, .check = check_server,
	  .summary = "The mail server; without a port 587, 465 or 25, by tls", .example = "\"mail.example.com:587\"" },
	{ .name = "tls", .type = SETTING_CHOICE, SETTING_AT(tls), .choices = tls_words, .fallback = "starttls",
	  .summary = "starttls, tls from the first byte, or none", .example = "\"tls\"" },
	TEXT_ROW("user", user, NULL, "Who logs in; nobody if not given", "\"kumatop\""),
	SECRET_ROW("password", password, "The user's password"),
	{ .name = "from", .type = SETTING_TEXT, SETTING_AT(from), .most = 320, .check = check_address,
	  .summary = "The sender", .example = "\"kumatop <kumatop@example.com>\"" },
	{ .name = "to", .type = SETTING_LIST, SETTING_AT(to), .least = 1, .most = 320, .check = check_address,
	  .summary = "Who gets it", .example = "[\"ops@example.com\"]" },
	{ .name = "cc", .type = SETTING_LIST, SETTING_AT(cc), .least = 1, .most = 320, .check = check_address,
	  .summary = "Who gets a copy", .example = "[\"boss@example.com\"]" },
	END_ROW,
};

const struct channel_kind kind_email = {
	.name = "email", .summary = "A mail, by SMTP", .settings = settings, .needs = "server from to", .way = &way_mail,
};
