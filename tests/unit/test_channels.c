/*
 * Every kind that speaks HTTP against a server of our own: the exact requests for five events are in tests/unit/channels/KIND.http. With
 * KUMATOP_GOLDEN=write in the environment they are written anew, to be read before they are believed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

#include "../../src/alert/digest.h"
#include "../../src/alert/plan.h"
#include "../lib/await.h"
#include "../lib/peer.h"
#include "../lib/telling.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What each kind is told, and an answer that its provider would give. "%s" is the peer's address. */
static const struct row {
	const char *kind, *settings, *answer;
} rows[] = {
	{ "webhook", "url=%s/hook?for={{name}}\nheaders=X-Key: key-canary, X-Event: {{event}}", "" },
	{ "telegram", "token=123:token-canary\nchat=-1001\nserver=%s", "{\"ok\":true,\"result\":{}}" },
	{ "dingtalk", "url=%s/robot/send?access_token=token-canary", "{\"errcode\":0,\"errmsg\":\"ok\"}" },
	{ "feishu", "url=%s/open-apis/bot/v2/hook/token-canary", "{\"code\":0,\"msg\":\"success\",\"data\":{}}" },
	{ "lark", "url=%s/open-apis/bot/v2/hook/token-canary", "{\"code\":0,\"msg\":\"success\",\"data\":{}}" },
	{ "wecom", "url=%s/cgi-bin/webhook/send?key=token-canary", "{\"errcode\":0,\"errmsg\":\"ok\"}" },
	{ "serverchan", "token=token-canary\nserver=%s", "{\"code\":0,\"message\":\"\",\"data\":{}}" },
	{ "bark", "token=token-canary\nserver=%s/", "{\"code\":200,\"message\":\"success\"}" },
	{ "slack", "url=%s/services/T0/B0/token-canary", "ok" },
	{ "slack-api", "token=xoxb-canary\nchannel=#ops\nserver=%s", "{\"ok\":true}" },
	{ "discord", "url=%s/api/webhooks/1/token-canary", "" },
	{ "teams", "url=%s/workflows/token-canary?sig=x", "" },
	{ "mattermost", "url=%s/hooks/token-canary", "ok" },
	{ "rocketchat", "url=%s/hooks/1/token-canary", "{\"success\":true}" },
	{ "googlechat", "url=%s/v1/spaces/A/messages?key=k&token=token-canary", "{\"name\":\"x\"}" },
	{ "matrix", "server=%s\ntoken=token-canary\nroom=!abc:matrix.example", "{\"event_id\":\"$x\"}" },
	{ "zulip", "server=%s\nuser=bot@zulip.example\npassword=key-canary\nstream=ops", "{\"result\":\"success\",\"msg\":\"\",\"id\":1}" },
	{ "webex", "token=token-canary\nroom=Y2lz\nserver=%s", "{\"id\":\"x\"}" },
	{ "line", "token=token-canary\nto=U0123\nserver=%s", "{\"sentMessages\":[]}" },
	{ "signal", "server=%s\nfrom=+43121\nto=+43545, group.abc", "{\"timestamp\":\"1\"}" },
	{ "ntfy", "topic=my-alerts\ntoken=token-canary\nserver=%s", "{\"id\":\"x\"}" },
	{ "gotify", "server=%s\ntoken=token-canary", "{\"id\":1}" },
	{ "pushover", "token=token-canary\nuser=user-canary\nserver=%s", "{\"status\":1,\"request\":\"x\"}" },
	{ "pushbullet", "token=token-canary\nserver=%s", "{\"iden\":\"x\"}" },
	{ "twilio", "user=AC1\npassword=key-canary\nfrom=+1501\nto=+1555\nserver=%s", "{\"sid\":\"x\"}" },
	{ "homeassistant", "server=%s\ntoken=token-canary\nservice=mobile_app_x", "[]" },
	{ "pagerduty", "token=token-canary\nserver=%s", "{\"status\":\"success\"}" },
	{ "opsgenie", "token=token-canary\nserver=%s", "{\"result\":\"Request will be processed\"}" },
	{ "splunkoncall", "url=%s/integrations/generic/1/alert/token-canary/database", "{\"result\":\"success\"}" },
	{ "alertmanager", "server=%s\nuser=am\npassword=key-canary", "" },
};

static const enum alert_kind events[] = { ALERT_DOWN, ALERT_UP, ALERT_DEGRADED, ALERT_CERTIFICATE, ALERT_DIGEST };

static char *answer_script(const char *answer)
{
	struct buf out;

	buf_init(&out, 4096);
	buf_add_text(&out, "read-request; respond 200 \"");
	for (; *answer; answer++)
		buf_print(&out, "%s%c", *answer == '"' ? "\\" : "", *answer);
	buf_add_text(&out, "\"");
	return buf_take(&out);
}

/* What differs from run to run is named instead. */
static void add_request(struct buf *out, const char *request, const char *port)
{
	static const char agent[] = "kumatop/" KUMATOP_VERSION;

	while (*request) {
		if (strncmp(request, port, strlen(port)) == 0) {
			buf_add_text(out, ":PORT");
			request += strlen(port);
		} else if (strncmp(request, agent, sizeof agent - 1) == 0) {
			buf_add_text(out, "kumatop/VERSION");
			request += sizeof agent - 1;
		} else if (*request == '\r') {
			request++;
		} else {
			buf_add_char(out, *request++);
		}
	}
	buf_add_text(out, "\n\n");
}

static char *read_whole(const char *path)
{
	struct buf out;
	FILE *file = fopen(path, "re");
	int c;

	buf_init(&out, 1 << 20);
	while (file && (c = fgetc(file)) != EOF)
		buf_add_char(&out, (char)c);
	if (file)
		fclose(file);
	return buf_take(&out);
}

static void compare(const char *kind, const char *got)
{
	const char *source = getenv("SOURCE"), *write = getenv("KUMATOP_GOLDEN");
	char *path = heap_print("%s/tests/unit/channels/%s.http", source ? source : ".", kind), *wanted;
	size_t at = 0;

	if (write && strcmp(write, "write") == 0) {
		FILE *file = fopen(path, "we");

		if (!file) {
			fail_msg("%s: %s", path, strerror(errno));
			return;
		}
		fputs(got, file);
		fclose(file);
	}
	wanted = read_whole(path);
	while (got[at] && got[at] == wanted[at])
		at++;
	if (got[at] != wanted[at])
		fail_msg("%s differs at byte %zu\ngot:    %.200s\nwanted: %.200s", path, at, got + at, wanted + at);
	free(wanted);
	free(path);
}

static void test_requests(void **state)
{
	struct error err = { 0 };
	struct peer *peer = peer_start("hang", &err);

	assert_non_null(peer);
	telling_start(NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *script = answer_script(rows[i].answer), *port = heap_print(":%u", peer_port(peer));
		struct channel_spec *channel = telling_channel(rows[i].kind, rows[i].settings, peer_url(peer));
		struct buf got;

		assert_true(peer_set_script(peer, script, &err));
		buf_init(&got, 1 << 20);
		for (size_t event = 0; event < COUNT(events); event++) {
			struct alert_message *message = telling_message(events[event]);
			struct alert_fate fate = telling_send(channel, message);
			char *request = peer_request(peer, peer_requests(peer) - 1);

			if (fate.outcome != ALERT_DELIVERED)
				fail_msg("%s: %s", rows[i].kind, fate.answer);
			assert_int_equal(fate.code, 200);
			buf_print(&got, "# %s\n", alert_kind_word((int)events[event]));
			add_request(&got, request, port);
			free(request);
			alert_message_release(message);
		}
		compare(rows[i].kind, got.data);
		buf_finish(&got);
		channel_spec_release(channel);
		free(script);
		free(port);
	}
	telling_stop();
	peer_stop(peer);
}

/* A kind without a row here would never have been tried. */
static void test_all_kinds_are_here(void **state)
{
	for (size_t kind = 0; channel_kinds[kind]; kind++) {
		bool found = channel_kinds[kind]->way->kind != WAY_HTTP;

		for (size_t i = 0; i < COUNT(rows); i++)
			found |= strcmp(rows[i].kind, channel_kinds[kind]->name) == 0;
		if (!found)
			fail_msg("%s has no row", channel_kinds[kind]->name);
	}
}

/* All texts of a JSON document, one behind the other. */
static void gather_texts(const char *json, struct buf *out)
{
	bool inside = false;

	for (; *json; json++) {
		if (*json == '\\' && json[1]) {
			if (inside)
				buf_add(out, json, 2);
			json++;
		} else if (*json == '"') {
			inside = !inside;
		} else if (inside) {
			buf_add_char(out, *json);
		}
	}
}

static void check_markup(const char *kind, enum template_markup markup, const char *body)
{
	static const char *const never[][4] = {
		[MARKUP_NONE] = { NULL },
		[MARKUP_HTML] = { "</b>\\\"@", "<!channel>", NULL },
		[MARKUP_MARKDOWN] = { "[x](", " *_`", NULL },
		[MARKUP_CHAT] = { "@everyone", "@channel", "@**all", NULL },
		[MARKUP_SLACK] = { "<!channel>", "</b>", NULL },
		[MARKUP_ANGLES] = { "<users/all>", NULL },
	};

	for (size_t i = 0; never[markup][i]; i++) {
		if (strstr(body, never[markup][i]))
			fail_msg("%s: sends %s", kind, never[markup][i]);
	}
}

static void check_harmless(const struct row *row, const struct channel_spec *channel, const struct post *post, const struct post *usual)
{
	struct json *json = channel->plan->place == TEMPLATE_JSON && post->body ? json_parse(post->body, post->body_length, 20, NULL) : NULL;
	struct buf texts;

	assert_true(post_check_url(post->url, NULL));
	assert_null(strpbrk(post->url, "\r\n \"<>"));
	assert_int_equal(post->headers.count, usual->headers.count);
	for (size_t i = 0; i < post->headers.count; i++)
		assert_null(strpbrk(post->headers.items[i], "\r\n\x1b"));
	if (channel->plan->place == TEMPLATE_JSON && !json)
		fail_msg("%s: no JSON: %.300s", row->kind, post->body);
	if (!post->body) {
		fail_msg("%s: nothing is sent", row->kind);
		return;
	}
	assert_null(strpbrk(post->body, "\r\x1b"));
	assert_null(strstr(post->body, "\xe2\x80\xae"));	/* right to left */
	assert_null(strstr(post->body, "\xe2\x80\x8b"));	/* zero width */
	if (channel->kind->provider->text_most > 0)
		assert_true(post->body_length < 6 * (channel->kind->provider->title_most + channel->kind->provider->text_most) + 40000);
	buf_init(&texts, 1 << 20);
	gather_texts(post->body, &texts);
	check_markup(row->kind, channel->plan->markup, texts.data);
	buf_finish(&texts);
	json_free(json);
}

static void test_hostile_names(void **state)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct channel_spec *channel = telling_channel(rows[i].kind, rows[i].settings, "https://provider.example");

		for (size_t event = 0; event < COUNT(events); event++) {
			struct alert_message *hostile = telling_hostile_message(events[event]), *usual = telling_message(events[event]);
			struct post bad, good;

			post_make(&bad, channel, hostile, TELLING_TIME_S * SECOND_US);
			post_make(&good, channel, usual, TELLING_TIME_S * SECOND_US);
			check_harmless(&rows[i], channel, &bad, &good);
			post_finish(&bad);
			post_finish(&good);
			alert_message_release(hostile);
			alert_message_release(usual);
		}
		channel_spec_release(channel);
	}
}

/* A number that is counted in a provider's units: the longest of title and text arrive within its limits. */
static void test_limits(void **state)
{
	struct alert_message *message = telling_hostile_message(ALERT_DOWN);
	struct channel_spec *serverchan = telling_channel("serverchan", "token=x1234567", ""), *wecom = telling_channel("wecom", "url=%s/", "https://a.example");
	struct post post;
	struct json *json;

	post_make(&post, serverchan, message, 0);
	char *end = strstr(post.body, "&desp=");
	assert_non_null(end);
	assert_true(strstr(post.body, "%E2%80%A6") < end);	/* cut, and it says so */
	post_finish(&post);
	post_make(&post, wecom, message, 0);
	json = json_parse(post.body, post.body_length, 10, NULL);
	assert_true(strlen(json_get_text(json_get(json, "text"), "content")) <= 2048);
	json_free(json);
	post_finish(&post);
	channel_spec_release(serverchan);
	channel_spec_release(wecom);
	alert_message_release(message);
}

/* openssl(1) says what the signature is; nothing of ours is asked. */
static char *openssl_hmac(const char *key, const char *text)
{
	const char *path = "hmac.txt";
	FILE *file = fopen(path, "we");
	char line[200] = "", *command;
	int ends[2];

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(pipe(ends), 0);
	command = heap_print("exec openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '%%s' \"$KEY\" | od -An -tx1 | tr -d ' \\n') -binary hmac.txt "
	    "| openssl base64 -A");
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		setenv("KEY", key, 1);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	ssize_t got = read(ends[0], line, sizeof line - 1);
	close(ends[0]);
	free(command);
	unlink(path);
	return heap_text_n(line, got > 0 ? (size_t)got : 0);
}

static void test_signatures(void **state)
{
	static const int64_t now_us = TELLING_TIME_S * SECOND_US + 123456;
	struct alert_message *message = telling_message(ALERT_DOWN);
	struct channel_spec *dingtalk = telling_channel("dingtalk", "url=%s?access_token=x\nsecret=SEC-this is secret", "https://a.example/robot/send");
	struct channel_spec *feishu = telling_channel("feishu", "url=%s\nsecret=this is secret", "https://a.example/hook/x");
	char *wanted = openssl_hmac("SEC-this is secret", "1796000000123\nSEC-this is secret");
	struct post post;
	struct json *json;
	struct buf url;

	assert_int_equal(strlen(wanted), 44);
	buf_init(&url, 1000);
	buf_add_text(&url, "https://a.example/robot/send?access_token=x&timestamp=1796000000123&sign=");
	template_escape(wanted, TEMPLATE_FORM, MARKUP_NONE, &url);
	post_make(&post, dingtalk, message, now_us);
	assert_string_equal(post.url, url.data);
	post_finish(&post);
	buf_finish(&url);
	free(wanted);

	wanted = openssl_hmac("1796000000\nthis is secret", "");
	post_make(&post, feishu, message, now_us);
	json = json_parse(post.body, post.body_length, 10, NULL);
	assert_string_equal(json_get_text(json, "timestamp"), "1796000000");
	assert_string_equal(json_get_text(json, "sign"), wanted);
	json_free(json);
	post_finish(&post);
	free(wanted);
	channel_spec_release(dingtalk);
	channel_spec_release(feishu);
	alert_message_release(message);
}

/* RFC 4231, test case 2. */
static void test_hmac(void **state)
{
	char *made = digest_hmac("Jefe", "what do ya want for nothing?");

	assert_string_equal(made, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
	free(made);
	made = digest_uuid("event-1");
	assert_int_equal(strlen(made), 36);
	assert_int_equal(made[14], '8');
	free(made);
}

/* A provider of somebody's own, with everything that can be said. */
static void test_own_provider(void **state)
{
	struct channel_spec *channel = telling_channel("webhook",
	    "url=%s/v1/{{host}}?t={{channel.token}}\nmethod=PUT\ntoken=s/e cret\nformat=form\nmarkup=chat\n"
	    "headers=Content-Type: text/x-own, Authorization: Bearer {{channel.token}}\nbody=who={{name}}&why={{reason}}&c={{color}}", "https://a.example");
	struct alert_message *message = telling_message(ALERT_DOWN);
	struct post post;

	alert_set(&message->name, "@all & *x*");
	post_make(&post, channel, message, 0);
	assert_string_equal(post.method, "PUT");
	assert_string_equal(post.url, "https://a.example/v1/mon1?t=s%2Fe%20cret");
	assert_string_equal(post.body, "who=%EF%BC%A0all%20%26%20%5C%2Ax%5C%2A&why=503%20Service%20Unavailable%20%28expected%20200-299%29&c=%23d63031");
	assert_int_equal(post.headers.count, 3);
	assert_string_equal(post.headers.items[0], "Idempotency-Key: event-0");
	assert_string_equal(post.headers.items[1], "Content-Type: text/x-own");
	assert_string_equal(post.headers.items[2], "Authorization: Bearer s/e cret");
	post_finish(&post);
	alert_message_release(message);
	channel_spec_release(channel);
}

static void test_what_is_refused(void **state)
{
	static const struct {
		const char *kind, *name, *value, *wanted;
	} bad[] = {
		{ "webhook", NULL, NULL, "url is missing" },
		{ "webhook", "url", "ftp://a.example/secret-canary", "url: does not begin with http" },
		{ "webhook", "url", "env:KUMATOP_NOT_THERE", "url: the environment variable KUMATOP_NOT_THERE is not set" },
		{ "webhook", "url", "https://a.example/{{nmae}}", "url: {{nmae}} is not known: did you mean {{name}}?" },
		{ "webhook", "url", "https://a.example/{{channel.tokn}}", "did you mean {{channel.token}}?" },
		{ "webhook", "url", "https://secret canary/", "url: holds a blank" },
		{ "webhook", "method", "BREW", "method: \"BREW\" is not known here" },
		{ "webhook", "headers", "no header", "is no header" },
		{ "webhook", "headers", "Content-Length: 1", "is made by kumatop" },
		{ "webhook", "markup", "markdwon", "did you mean \"markdown\"?" },
		{ "telegram", "server", "example.com", "server: does not begin with http" },
		{ "email", "to", "nobody", "is no mail address" },
		{ "email", "server", "https://mail.example", "is no host and port" },
		{ "terminal", "how", "loud", "write bell, osc9" },
		{ "syslog", "socket", "dev/log", "is no path of a socket" },
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct channel_spec *spec = channel_spec_create(channel_kind_find(bad[i].kind), NULL, NULL);
		const struct setting *row = NULL;
		struct error err = { 0 };
		void *values;
		bool fine = true;

		if (bad[i].name) {
			row = channel_spec_setting(spec, bad[i].name, &values);
			assert_non_null(row);
			fine = setting_from_text(row, values, bad[i].value, &err);
		}
		if (fine && row && strcmp(bad[i].name, "url") != 0)
			fail_msg("row %zu was taken", i);
		if (fine)
			assert_false(channel_spec_seal(spec, &err));
		if (!strstr(err.text, bad[i].wanted))
			fail_msg("row %zu: %s", i, err.text);
		assert_null(strstr(err.text, "canary"));
		channel_spec_release(spec);
	}
}

static void test_bodies_that_are_no_json(void **state)
{
	struct channel_spec *spec = channel_spec_create(channel_kind_find("webhook"), NULL, NULL);
	struct error err = { 0 };

	assert_true(setting_from_text(setting_find(spec->kind->settings, NULL, "url"), &spec->settings, "https://a.example/", NULL));
	assert_true(setting_from_text(setting_find(spec->kind->settings, NULL, "body"), &spec->settings, "{ \"a\": {{name}} }", NULL));
	assert_false(channel_spec_seal(spec, &err));
	assert_non_null(strstr(err.text, "body: with values in it, it is no JSON"));
	/* It stays unsealed and can be mended. */
	assert_true(setting_from_text(setting_find(spec->kind->settings, NULL, "body"), &spec->settings, "{ \"a\": \"{{name}}\" }", NULL));
	assert_true(channel_spec_seal(spec, &err));
	channel_spec_release(spec);
}

static void test_specs(void **state)
{
	struct channel_spec *a = telling_channel("gotify", "server=%s\ntoken=abcdefgh", "https://a.example");
	struct channel_spec *b = telling_channel("gotify", "server=%s\ntoken=abcdefgh", "https://a.example");
	struct channel_spec *c = telling_channel("gotify", "server=%s\ntoken=abcdefgi\ndefault=no", "https://a.example");
	struct error err = { 0 };

	assert_string_equal(a->name, "gotify");
	assert_true(channel_spec_equal(a, b));
	assert_false(channel_spec_equal(a, c));
	assert_true(a->common.by_default);
	assert_false(c->common.by_default);
	assert_ptr_equal(channel_spec_hold(a), a);
	channel_spec_release(a);
	channel_spec_release(a);
	channel_spec_release(b);
	channel_spec_release(c);
	channel_spec_release(NULL);
	assert_null(channel_spec_create(channel_kinds[0], "", &err));
	assert_null(channel_spec_create(channel_kinds[0], "a\nb", &err));
	assert_null(channel_spec_create(channel_kinds[0], " a", &err));
	assert_string_equal(channel_kind_nearest("telegam"), "telegram");
	assert_null(channel_kind_find("telegam"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_kinds_are_here), cmocka_unit_test(test_requests), cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_signatures), cmocka_unit_test(test_hmac), cmocka_unit_test(test_own_provider),
		cmocka_unit_test(test_what_is_refused), cmocka_unit_test(test_bodies_that_are_no_json), cmocka_unit_test(test_specs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
