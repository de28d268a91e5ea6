/*
 * The alert thread: what becomes of a message when the provider fails in every way there is, that channels do not wait for each other, and
 * that what is secret stays so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

#include "../../src/alert/sending.h"
#include "../lib/await.h"
#include "../lib/peer.h"
#include "../lib/scratch.h"
#include "../lib/telling.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { PATIENCE_MS = 60000 };

static struct peer *peer;
static struct alert_message *message;

static int set_up(void **state)
{
	peer = peer_start("hang", NULL);
	message = telling_message(ALERT_DOWN);
	telling_start(NULL);
	return peer ? 0 : -1;
}

static int tear_down(void **state)
{
	telling_stop();
	alert_message_release(message);
	peer_stop(peer);
	return 0;
}

static struct channel_spec *channel_of(const char *kind, const char *settings)
{
	return telling_channel(kind, settings, peer_url(peer));
}

static void test_answers(void **state)
{
	static const struct {
		const char *kind, *settings, *script;
		enum alert_outcome outcome;
		int code;
		int64_t retry_after_ms;
		const char *answer;
	} rows[] = {
		{ "webhook", "url=%s/x", "read-request; respond 204", ALERT_DELIVERED, 204, 0, "204" },
		{ "webhook", "url=%s/x", "read-request; respond 200 \"thank you\"", ALERT_DELIVERED, 200, 0, "200: thank you" },
		{ "webhook", "url=%s/x", "read-request; respond 500 oops", ALERT_LATER, 500, 0, "500: oops" },
		{ "webhook", "url=%s/x", "read-request; header \"Retry-After: 120\"; respond 429 slow", ALERT_LATER, 429, 120000, "429: slow" },
		{ "webhook", "url=%s/x", "read-request; header \"Retry-After:7 \"; respond 503", ALERT_LATER, 503, 7000, "503" },
		{ "webhook", "url=%s/x", "read-request; header \"Retry-After: soon\"; respond 503", ALERT_LATER, 503, 0, "503" },
		{ "webhook", "url=%s/x", "read-request; respond 404 nothing", ALERT_REFUSED, 404, 0, "404: nothing" },
		{ "webhook", "url=%s/x", "read-request; respond 408", ALERT_LATER, 408, 0, "408" },
		{ "webhook", "url=%s/x", "read-request; redirect http://127.0.0.1:1/", ALERT_REFUSED, 302, 0, "302: redirects are not followed" },
		{ "webhook", "url=%s/x", "read-request; reset", ALERT_LATER, -1, 0, "" },
		{ "webhook", "url=%s/x", "read-request; close", ALERT_LATER, -1, 0, "" },
		{ "webhook", "url=%s/x", "read-request; send garbage; close", ALERT_LATER, -1, 0, "" },
		{ "webhook", "url=%s/x", "refuse", ALERT_LATER, -1, 0, "" },
		{ "webhook", "url=%s/x", "read-request; respond 500 \"a\\x1b[31mb\\r\\nc\"", ALERT_LATER, 500, 0, "500: a[31mb c" },
		{ "webhook", "url=http://no-such-name.invalid/x", "hang", ALERT_LATER, -1, 0, "" },
		{ "webhook", "url=%s/x", "read-request; endless-body", ALERT_LATER, -1, 0, "" },
		{ "webhook", "url=%s/x\ntimeout=1s", "read-request; hang", ALERT_LATER, -1, 0, "no answer in time" },
		{ "webhook", "url=%s/x\ntimeout=1s", "read-request; endless-headers", ALERT_LATER, -1, 0, "" },
		{ "dingtalk", "url=%s/x", "read-request; respond 200 \"{\\\"errcode\\\":310000,\\\"errmsg\\\":\\\"sign not match\\\"}\"", ALERT_REFUSED, 200, 0,
		  "200: sign not match (errcode 310000)" },
		{ "dingtalk", "url=%s/x", "read-request; respond 200 \"{\\\"errcode\\\":130101,\\\"errmsg\\\":\\\"send too fast\\\"}\"", ALERT_LATER, 200, 0,
		  "200: send too fast (errcode 130101)" },
		{ "dingtalk", "url=%s/x", "read-request; respond 200 \"<html>log in\"", ALERT_LATER, 200, 0, "200: <html>log in" },
		{ "feishu", "url=%s/x", "read-request; respond 400 \"{\\\"code\\\":9499,\\\"msg\\\":\\\"too many\\\"}\"", ALERT_LATER, 400, 0,
		  "400: too many (code 9499)" },
		{ "telegram", "token=1:x\nchat=1\nserver=%s", "read-request; respond 400 \"{\\\"ok\\\":false,\\\"description\\\":\\\"chat not found\\\"}\"",
		  ALERT_REFUSED, 400, 0, "400: chat not found (ok false)" },
		{ "telegram", "token=1:x\nchat=1\nserver=%s",
		  "read-request; respond 429 \"{\\\"ok\\\":false,\\\"description\\\":\\\"slow\\\",\\\"parameters\\\":{\\\"retry_after\\\":9}}\"", ALERT_LATER, 429, 9000,
		  "429: slow" },
		{ "discord", "url=%s/x", "read-request; respond 429 \"{\\\"message\\\":\\\"slow\\\",\\\"retry_after\\\":0.25}\"", ALERT_LATER, 429, 250, "429: slow" },
		{ "slack-api", "token=x\nchannel=y\nserver=%s", "read-request; respond 200 \"{\\\"ok\\\":false,\\\"error\\\":\\\"ratelimited\\\"}\"", ALERT_LATER, 200, 0,
		  "200: ratelimited" },
		{ "slack-api", "token=x\nchannel=y\nserver=%s", "read-request; respond 200 \"{\\\"ok\\\":false,\\\"error\\\":\\\"channel_not_found\\\"}\"",
		  ALERT_REFUSED, 200, 0, "200: channel_not_found" },
		{ "line", "token=x\nto=y\nserver=%s", "read-request; respond 409 \"{\\\"message\\\":\\\"already accepted\\\"}\"", ALERT_DELIVERED, 409, 0, "409" },
		{ "pushover", "token=x\nuser=y\nserver=%s", "read-request; respond 400 \"{\\\"status\\\":0,\\\"errors\\\":[\\\"user is invalid\\\"]}\"", ALERT_REFUSED, 400,
		  0, "400: [\"user is invalid\"] (status 0)" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct channel_spec *channel = channel_of(rows[i].kind, rows[i].settings);
		struct alert_fate fate;

		assert_true(peer_set_script(peer, rows[i].script, NULL));
		fate = telling_send(channel, message);
		if (fate.outcome != rows[i].outcome || fate.code != rows[i].code || fate.retry_after_ms != rows[i].retry_after_ms
		    || strncmp(fate.answer, rows[i].answer, strlen(rows[i].answer)) != 0)
			fail_msg("row %zu: outcome %d, code %d, wait %d: %s", i, (int)fate.outcome, fate.code, (int)fate.retry_after_ms, fate.answer);
		assert_true(fate.answer[0]);
		assert_true(text_is_clean(fate.answer));
		channel_spec_release(channel);
	}
}

static void test_retry_after(void **state)
{
	static const int64_t now_us = INT64_C(1796000000) * SECOND_US;	/* Mon, 30 Nov 2026 00:53:20 GMT */
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{ "0", 0 }, { "1", 1000 }, { "120 ", 120000 }, { "99999999999999", 86400000 }, { "", 0 }, { "-5", 0 }, { "1.5", 0 }, { "5s", 0 },
		{ "Mon, 30 Nov 2026 00:54:20 GMT", 60000 }, { "Monday, 30-Nov-26 00:54:20 GMT", 60000 }, { "Mon Nov 30 00:54:20 2026", 60000 },
		{ "Mon, 30 Nov 2026 00:52:20 GMT", 0 }, { "Mon, 30 Nov 2099 00:00:00 GMT", 86400000 }, { "Later", 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (answer_retry_after_ms(rows[i].text, now_us) != rows[i].ms)
			fail_msg("%s: %d", rows[i].text, (int)answer_retry_after_ms(rows[i].text, now_us));
	}
}

/* Whoever hangs keeps its own messages waiting, and no others; each channel's arrive in the order in which they were given. */
static void test_lanes(void **state)
{
	struct channel_spec *hangs = channel_of("webhook", "url=%s/hang\ntimeout=60s"), *works = channel_of("slack", "url=%s/works");
	unsigned order = 0;

	assert_true(peer_set_script(peer, "on /hang { hang }\nrespond 200 ok", NULL));
	for (uint64_t i = 0; i < 20; i++) {
		telling_send_later(1000 + i, hangs, message);
		telling_send_later(2000 + i, works, message);
	}
	AWAIT(telling_fates() >= 20, PATIENCE_MS);
	for (unsigned i = 0; i < 20; i++) {
		struct alert_fate fate = telling_fate(telling_fates() - 20 + i);

		assert_int_equal(fate.delivery, 2000 + order++);
		assert_int_equal(fate.outcome, ALERT_DELIVERED);
	}
	assert_int_equal(peer_requests(peer), 21);	/* of the hanging one only the first has left */
	channel_spec_release(hangs);
	channel_spec_release(works);
}

/* A flaky server: whoever tries again until it is taken has every message there, in order. */
static void test_flaky(void **state)
{
	struct channel_spec *channel = channel_of("webhook", "url=%s/{{id}}\ntimeout=1s");

	assert_true(peer_set_script(peer, "read-request; respond 500\n---\nread-request; header \"Retry-After: 1\"; respond 429\n---\nreset\n---\n"
	    "read-request; hang\n---\nread-request; respond 200", NULL));
	for (int i = 0; i < 3; i++) {
		char *id = heap_print("m%d", i);
		struct alert_message *one = telling_message(ALERT_DOWN);
		unsigned tries = 0;

		alert_set(&one->id, id);
		while (telling_send(channel, one).outcome != ALERT_DELIVERED)
			tries++;
		assert_int_equal(tries, 4);
		char *request = peer_request(peer, peer_requests(peer) - 1), *wanted = heap_print("POST /m%d HTTP/1.1", i);
		assert_memory_equal(request, wanted, strlen(wanted));
		free(request);
		free(wanted);
		free(id);
		alert_message_release(one);
	}
	channel_spec_release(channel);
}

static void test_limit(void **state)
{
	struct channel_spec *channel = channel_of("webhook", "url=%s/x\ntimeout=60s");
	unsigned taken = 0;

	assert_true(peer_set_script(peer, "hang", NULL));
	while (taken < ALERTER_WAITING_MOST + 100 && alerter_send(telling_alerter, taken, channel, message))
		taken++;
	assert_int_equal(taken, ALERTER_WAITING_MOST);
	channel_spec_release(channel);
}

/* Stopping ends what hangs, and says of everything that is left that it is to be tried again. */
static void test_stop(void **state)
{
	struct channel_spec *channel = channel_of("webhook", "url=%s/x\ntimeout=60s");
	unsigned before = telling_fates();

	assert_true(peer_set_script(peer, "read-request; hang", NULL));
	for (uint64_t i = 0; i < 5; i++)
		telling_send_later(i, channel, message);
	AWAIT(peer_requests(peer) == 1, PATIENCE_MS);
	assert_true(alerter_stop(telling_alerter, 100));
	assert_int_equal(telling_fates() - before, 5);
	for (unsigned i = before; i < before + 5; i++) {
		assert_int_equal(telling_fate(i).outcome, ALERT_LATER);
		assert_string_equal(telling_fate(i).answer, "kumatop is stopping");
	}
	telling_start(NULL);
	channel_spec_release(channel);
}

/* Whatever a server repeats of what it was sent, nothing of it is seen. */
static void test_secrets_in_answers(void **state)
{
	static const struct {
		const char *kind, *settings;
	} rows[] = {
		{ "webhook", "url=%s/hook/url-canary?key=query-canary\nheaders=X-Key: header-canary\ntoken=token-canary\nbody={\"t\":\"{{channel.token}}\"}" },
		{ "telegram", "token=123:token-canary\nchat=1\nserver=%s" },
		{ "zulip", "server=%s\nuser=u\npassword=pass-canary\nstream=s" },
		{ "pagerduty", "token=routing-canary\nserver=%s" },
		{ "pushover", "token=token-canary\nuser=user-canary\nserver=%s" },
	};

	assert_true(peer_set_script(peer, "read-request; echo-request", NULL));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct channel_spec *channel = channel_of(rows[i].kind, rows[i].settings);
		struct alert_fate fate = telling_send(channel, message);

		if (strstr(fate.answer, "canary") || strstr(fate.answer, "dTpwYXNzLWNhbmFyeQ"))
			fail_msg("%s: %s", rows[i].kind, fate.answer);
		assert_non_null(strstr(fate.answer, "***"));
		channel_spec_release(channel);
	}
}

static void test_tls(void **state)
{
	char *url = heap_print("https://localhost:%u", peer_port(peer));
	struct channel_spec *channel = telling_channel("webhook", "url=%s/x", url);
	struct alert_fate fate;

	setenv("SSL_CERT_FILE", peer_ca_file(), 1);
	assert_true(peer_set_script(peer, "tls good; read-request; respond 200 ok", NULL));
	fate = telling_send(channel, message);
	if (fate.outcome != ALERT_DELIVERED)
		fail_msg("%s", fate.answer);
	assert_true(peer_set_script(peer, "tls self-signed; read-request; respond 200 ok", NULL));
	assert_int_equal(telling_send(channel, message).outcome, ALERT_LATER);
	assert_true(peer_set_script(peer, "tls wrong-host; read-request; respond 200 ok", NULL));
	assert_int_equal(telling_send(channel, message).outcome, ALERT_LATER);
	assert_int_equal(peer_requests(peer), 1);	/* nothing was said to those that are not who they say */
	unsetenv("SSL_CERT_FILE");
	channel_spec_release(channel);
	free(url);
}

static void test_terminal(void **state)
{
	struct alert_message *hostile = telling_hostile_message(ALERT_DOWN);
	static const char *const hows[] = { "how=bell", "how=osc9", "how=osc99", "how=osc777" };
	static const char *const begins[] = { "\a", "\033]9;", "\033]99;;", "\033]777;notify;" };

	for (size_t i = 0; i < COUNT(hows); i++) {
		struct channel_spec *channel = telling_channel("terminal", hows[i], "");

		assert_int_equal(telling_send(channel, hostile).outcome, ALERT_DELIVERED);
		assert_true(text_is_clean(telling_line()));
		assert_memory_equal(telling_sequence(), begins[i], strlen(begins[i]));
		if (i > 0) {	/* one sequence, that ends where it ends */
			assert_ptr_equal(strchr(telling_sequence() + 1, '\033'), telling_sequence() + strlen(telling_sequence()) - 2);
			assert_null(strchr(telling_sequence(), '\a'));
		}
		channel_spec_release(channel);
	}
	alert_message_release(hostile);
}

static void test_syslog(void **state)
{
	char *directory = scratch_make(), *path = scratch_path(directory, "log"), *setting = heap_print("socket=%s\nident=kt", path);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct channel_spec *channel = telling_channel("syslog", setting, "");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char said[2048] = "";
	ssize_t got;

	assert_int_equal(telling_send(channel, message).outcome, ALERT_LATER);	/* nobody is there */
	text_copy(address.sun_path, sizeof address.sun_path, path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(telling_send(channel, message).outcome, ALERT_DELIVERED);
	got = recv(fd, said, sizeof said - 1, MSG_DONTWAIT);
	assert_true(got > 0);
	assert_memory_equal(said, "<26>", 4);	/* daemon, critical */
	assert_non_null(strstr(said, " kt["));
	assert_non_null(strstr(said, "]: DOWN: shop: 503 Service Unavailable (expected 200-299)"));
	close(fd);
	channel_spec_release(channel);
	free(setting);
	free(path);
	scratch_remove(directory);
}

static void test_programs_need_a_helper(void **state)
{
	struct channel_spec *channel = telling_channel("exec", "command=/bin/true", "");
	struct alert_fate fate = telling_send(channel, message);

	assert_true(channel_spec_runs_programs(channel));
	assert_int_equal(fate.outcome, ALERT_LATER);
	assert_non_null(strstr(fate.answer, "helper process is missing"));
	channel_spec_release(channel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down), cmocka_unit_test(test_retry_after),
		cmocka_unit_test_setup_teardown(test_lanes, set_up, tear_down), cmocka_unit_test_setup_teardown(test_flaky, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_limit, set_up, tear_down), cmocka_unit_test_setup_teardown(test_stop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_secrets_in_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_tls, set_up, tear_down), cmocka_unit_test_setup_teardown(test_terminal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_syslog, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_programs_need_a_helper, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
