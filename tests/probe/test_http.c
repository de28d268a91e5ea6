/* The http kind against a server that misbehaves in every way it knows. */
#include "http_check.h"

#include "kumatop/loop.h"
#include "kumatop/transfer.h"
#include "kumatop/when.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/dns_peer.h"

struct row {
	const char *title;
	const char *script;
	enum outcome outcome;
	const char *detail;		/* a part of it */
	const char *settings[SETTINGS_MOST];	/* name, value … */
	const char *evidence;		/* a part of it, or NULL */
	const char *path;		/* "/" when NULL */
};

static void run_row(const struct row *row)
{
	struct peer *peer = serve(row->script);
	struct monitor_spec *spec = spec_for("http", "127.0.0.1", peer, row->path, row->settings);
	const struct check_result *result = once_check(&once, spec);
	expect(row->title, result, row->outcome, row->detail);
	if (row->evidence != NULL && strstr(result->evidence, row->evidence) == NULL)
		fail_msg("%s: evidence does not hold \"%s\":\n%s", row->title, row->evidence, result->evidence);
	spec_release(spec);
	peer_stop(peer);
}

static const struct row rows[] = {
	{ "plain", "respond 200 hello", OUTCOME_OK, "200 OK", { NULL }, NULL, NULL },
	{ "status", "respond 503 sorry", OUTCOME_WRONG_STATUS, "503 Service Unavailable (expected 200-299)", { NULL },
	  "HTTP/1.1 503 Service Unavailable\nContent-", NULL },
	{ "status body in evidence", "respond 503 sorry", OUTCOME_WRONG_STATUS, "", { NULL }, "sorry", NULL },
	{ "status without reason", "read-request\nsend \"HTTP/1.1 502\\r\\n\\r\\n\"\nclose", OUTCOME_WRONG_STATUS, "502 Bad Gateway (expected",
	  { NULL }, NULL, NULL },
	{ "status expected", "respond 404 gone", OUTCOME_OK, "404 Not Found", { "expect.status", "200-299, 404" }, NULL, NULL },
	{ "redirect not followed", "read-request\nredirect /elsewhere", OUTCOME_WRONG_STATUS, "302 Found (expected 200-299)", { "follow", "0" }, NULL,
	  NULL },
	{ "redirect expected", "read-request\nredirect /elsewhere", OUTCOME_OK, "302 Found", { "expect.status", "302" }, NULL, NULL },
	{ "redirect followed", "on /to { respond 200 there }\nredirect /to", OUTCOME_OK, "200 OK", { "expect.body", "there" }, NULL, NULL },
	{ "redirect loop", "read-request\nredirect-self", OUTCOME_TOO_MANY_REDIRECTS, "3 redirects, and then another", { "follow", "3" },
	  "redirects: 3", NULL },
	{ "redirect to a file", "read-request\nredirect file:///etc/passwd", OUTCOME_BAD_REDIRECT, "only http and https are followed", { NULL }, NULL,
	  NULL },
	{ "redirect to ftp", "read-request\nredirect ftp://127.0.0.1/x", OUTCOME_BAD_REDIRECT, "302 redirects to ftp://127.0.0.1/x: only http", { NULL },
	  NULL, NULL },
	{ "redirect to a user", "read-request\nredirect http://a:b@127.0.0.1/x", OUTCOME_BAD_REDIRECT, "", { NULL }, NULL, NULL },
	{ "redirect to nowhere", "read-request\nredirect http://", OUTCOME_BAD_REDIRECT, "no URL to follow", { NULL }, NULL, NULL },
	{ "redirect without a place", "read-request\nsend \"HTTP/1.1 302 Go\\r\\nLocation:\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nclose", OUTCOME_BAD_REDIRECT,
	  "302 without a place to go", { NULL }, NULL, NULL },
	{ "hangs in the status line", "read-request\nsend \"HTTP/1.1 2\"\nhang", OUTCOME_TRANSFER_TIMEOUT, "the answer began and did not go on",
	  { "timeout", "200ms" }, NULL, NULL },
	{ "cookie in evidence", "read-request\nheader \"set-cookie: id=hunter2\"\nrespond 500 sorry", OUTCOME_WRONG_STATUS, "", { NULL },
	  "et-cookie: ***", NULL },
	{ "redirect with blanks", "on /a%20b { respond 200 ok }\nredirect \"/a b\"", OUTCOME_OK, "", { NULL }, NULL, NULL },
	{ "redirect to where we stand", "on /b/x { respond 200 ok }\nredirect x", OUTCOME_OK, "", { NULL }, NULL, "/b/c" },
	{ "body", "respond 200 welcome", OUTCOME_OK, "200 OK", { "expect.body", "elco" }, NULL, NULL },
	{ "body is missing", "respond 200 welcome", OUTCOME_WRONG_BODY, "body does not contain \"farewell\"", { "expect.body", "farewell" },
	  "welcome", NULL },
	{ "body is unwanted", "respond 200 \"database error\"", OUTCOME_WRONG_BODY, "body contains \"error\"",
	  { "expect.body_not", "error" }, NULL, NULL },
	{ "pattern", "respond 200 abc123", OUTCOME_OK, "", { "expect.body_match", "[a-c]+\\d{3}$" }, NULL, NULL },
	{ "pattern fails", "respond 200 abc", OUTCOME_WRONG_BODY, "body does not match /\\d/", { "expect.body_match", "\\d" }, NULL, NULL },
	{ "pattern that runs away", "respond 200 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", OUTCOME_INTERNAL, "takes too long",
	  { "expect.body_match", "^(a+)+$" }, NULL, NULL },
	{ "body at the limit", "body 2k", OUTCOME_OK, "", { "body_limit", "2048" }, NULL, NULL },
	{ "body above the limit", "body 2049", OUTCOME_BODY_TOO_LARGE, "body is larger than 2 KiB", { "body_limit", "2048" }, NULL, NULL },
	{ "body of a gigabyte", "body 1g", OUTCOME_BODY_TOO_LARGE, "body is larger than 1 MiB", { NULL }, NULL, NULL },
	{ "body without end", "endless-body", OUTCOME_BODY_TOO_LARGE, "body is larger than 1 MiB", { NULL }, NULL, NULL },
	{ "gzip bomb", "gzip-bomb 1g", OUTCOME_BODY_TOO_LARGE, "body is larger than 1 MiB", { NULL }, NULL, NULL },
	{ "headers without end", "endless-headers", OUTCOME_PROTOCOL_ERROR, "more than 64 KiB of headers", { NULL }, NULL, NULL },
	{ "reset", "read-request\nreset", OUTCOME_RESET, "reset the connection without an answer", { NULL }, NULL, NULL },
	{ "reset in the body", "read-request\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nabc\"\npause 50\nreset", OUTCOME_RESET,
	  "after 3 bytes of body", { NULL }, NULL, NULL },
	{ "empty reply", "read-request\nclose", OUTCOME_EMPTY_REPLY, "closed the connection without an answer", { NULL }, NULL, NULL },
	{ "cut short", "read-request\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nabc\"\nclose", OUTCOME_CUT_SHORT,
	  "after 3 of 10 bytes of body", { NULL }, NULL, NULL },
	{ "cut in a chunk", "read-request\nsend \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nabc\"\nclose",
	  OUTCOME_CUT_SHORT, "", { NULL }, NULL, NULL },
	{ "not a chunk", "read-request\nsend \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzzz\\r\\nabc\"\nclose",
	  OUTCOME_PROTOCOL_ERROR, "makes no sense", { NULL }, NULL, NULL },
	{ "not gzip", "read-request\nsend \"HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\nContent-Length: 5\\r\\n\\r\\nabcde\"\nclose",
	  OUTCOME_PROTOCOL_ERROR, "makes no sense", { NULL }, NULL, NULL },
	{ "garbage", "read-request\nsend \"SSH-2.0-OpenSSH_9\\r\\n\"\nclose", OUTCOME_PROTOCOL_ERROR, "it is not HTTP", { NULL }, NULL, NULL },
	{ "a status that is none", "read-request\nsend \"HTTP/1.1 abc\\r\\n\\r\\n\"\nclose", OUTCOME_PROTOCOL_ERROR, "", { NULL }, NULL, NULL },
	{ "continue without end", "read-request\nsend \"HTTP/1.1 100 Continue\\r\\n\\r\\n\"\nsend \"HTTP/1.1 204 Fine\\r\\n\\r\\n\"\nclose",
	  OUTCOME_OK, "204 Fine", { NULL }, NULL, NULL },
	{ "hangs before the answer", "read-request\nhang", OUTCOME_ANSWER_TIMEOUT, "connected, request sent, nothing came",
	  { "timeout", "200ms" }, "phase: connected, request sent", NULL },
	{ "hangs in the headers", "read-request\nsend \"HTTP/1.1 200 OK\\r\\n\"\nhang", OUTCOME_TRANSFER_TIMEOUT, "headers began, no body came",
	  { "timeout", "200ms" }, NULL, NULL },
	{ "hangs in the body", "read-request\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nabc\"\nhang",
	  OUTCOME_TRANSFER_TIMEOUT, "did not end within 200ms: 3 bytes of body came", { "timeout", "200ms" }, "abc", NULL },
	{ "a byte at a time", "read-request\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 26\\r\\n\\r\\n\"\ndrip abcdefghijklmnopqrstuvwxyz 20",
	  OUTCOME_TRANSFER_TIMEOUT, "", { "timeout", "300ms" }, NULL, NULL },
	{ "nobody listens", "refuse", OUTCOME_CONNECT_REFUSED, "connection refused by 127.0.0.1:", { NULL }, "phase: connecting", NULL },
	{ "connecting hangs", "backlog-full", OUTCOME_CONNECT_TIMEOUT, "no connection to 127.0.0.1:", { "timeout", "200ms" }, NULL, NULL },
	{ "slow", "read-request\npause 30\nrespond 200 late", OUTCOME_SLOW, "(degraded above 10ms)", { "degraded_above", "10ms" }, NULL,
	  NULL },
	{ "a body that is wrong is not slow", "read-request\npause 30\nrespond 200 late", OUTCOME_WRONG_BODY, "",
	  { "degraded_above", "10ms", "expect.body", "early" }, NULL, NULL },
	{ "text that would take over a terminal", "read-request\nsend \"HTTP/1.1 500 \\e]0;owned\\a\\e[31mred\\r\\nX: \\e[2J\\r\\n\\r\\n\\e[H\"\nclose",
	  OUTCOME_WRONG_STATUS, "500 ]0;owned[31mred (expected", { NULL }, "X: [2J", NULL },
	{ "HEAD", "read-request\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 1000\\r\\n\\r\\n\"\nclose", OUTCOME_OK, "200 OK", { "method", "HEAD" },
	  NULL, NULL },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		run_row(&rows[i]);
}

static void test_phases_and_address(void **state)
{
	(void)state;
	struct peer *peer = serve("read-request\npause 30\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\na\"\npause 30\nsend b");
	struct monitor_spec *spec = spec_for("http", "here.localhost", peer, NULL, (const char *const[SETTINGS_MOST]){ NULL });
	const struct check_result *result;
	int tries = 0;

	/* Where we are late to look, one phase is taken for a part of the one before; not every time. */
	do
		result = once_check(&once, spec);
	while ((result->phase_us[PHASE_FIRST_BYTE] < 20000 || result->phase_us[PHASE_TRANSFER] < 20000) && tries++ < 100);
	expect("phases", result, OUTCOME_OK, "200 OK");
	assert_int_equal(result->code, 200);
	char address[64];
	snprintf(address, sizeof address, "127.0.0.1:%u", peer_port(peer));
	assert_string_equal(result->address, address);
	const int32_t *us = result->phase_us;
	assert_true(us[PHASE_NAME] >= 0 && us[PHASE_CONNECT] >= 0);
	assert_int_equal(us[PHASE_TLS], -1);
	assert_true(us[PHASE_FIRST_BYTE] >= 20000 && us[PHASE_TRANSFER] >= 20000);
	assert_true(us[PHASE_NAME] + us[PHASE_CONNECT] + us[PHASE_FIRST_BYTE] + us[PHASE_TRANSFER] <= us[PHASE_TOTAL]);
	spec_release(spec);
	peer_stop(peer);
}

static void test_falls_over_to_the_other_family(void **state)
{
	(void)state;
	static const char *const scripts[] = { "listen 127.0.0.1\nrespond 200 four", "listen ::1\nrespond 200 six" };
	for (size_t i = 0; i < 2; i++) {
		struct peer *peer = serve(scripts[i]);
		struct monitor_spec *spec = spec_for("http", "both.localhost", peer, NULL, (const char *const[SETTINGS_MOST]){ NULL });
		const struct check_result *result = once_check(&once, spec);
		expect(scripts[i], result, OUTCOME_OK, "200 OK");
		assert_int_equal(strncmp(result->address, i == 0 ? "127.0.0.1:" : "[::1]:", 6), 0);
		spec_release(spec);
		peer_stop(peer);
	}
}

/* An address that says nothing gets its share of the timeout, and the next one the rest. */
static void test_does_not_wait_for_ever_for_one_address(void **state)
{
	(void)state;
	int deaf[FULL_SOCKETS];
	struct peer *peer = serve("listen ::1\nrespond 200 six");
	once_listen_deaf(peer_port(peer), deaf);
	struct monitor_spec *spec = spec_for("http", "both.localhost", peer, NULL, (const char *const[SETTINGS_MOST]){ "timeout", "1s" });
	const struct check_result *result = once_check(&once, spec);
	expect("deaf address", result, OUTCOME_OK, "200 OK");
	assert_int_equal(strncmp(result->address, "[::1]:", 6), 0);
	spec_release(spec);
	peer_stop(peer);
	once_close_all(deaf);
}

/* The failure that speaks of the target is told, with the address that failed so, and not the next one's lack of a route. */
static void test_tells_the_address_that_failed(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct dns_peer *names = dns_peer_start("two.test A 127.0.0.1; two.test A 255.255.255.255", &err);
	assert_non_null(names);
	struct once apart;
	once_open(&apart, dns_peer_address(names));
	struct peer *peer = serve("refuse");
	struct monitor_spec *spec = spec_for("http", "two.test.", peer, NULL, LIST(NULL));
	const struct check_result *result = once_check(&apart, spec);
	expect("two addresses", result, OUTCOME_CONNECT_REFUSED, "connection refused by 127.0.0.1:");
	assert_int_equal(strncmp(result->address, "127.0.0.1:", 10), 0);
	spec_release(spec);
	peer_stop(peer);
	once_close(&apart);
	dns_peer_stop(names);
}

/* What other checks hold leaves no room for this one's answer, and that is not the target's fault. */
static void test_bytes_in_flight(void **state)
{
	(void)state;
	struct transfers *transfers = probe_loop_transfers(once.loop);
	struct peer *peer = serve("respond 200 welcome");
	struct monitor_spec *spec = spec_for("http", "127.0.0.1", peer, NULL, LIST("expect.body", "welcome"));
	assert_true(transfers_hold(transfers, (64 << 20) - 3));
	expect("full", once_check(&once, spec), OUTCOME_NO_SOCKETS, "too many bytes in flight");
	transfers_let_go(transfers, (64 << 20) - 3);
	for (int i = 0; i < 2; i++)
		expect("room again", once_check(&once, spec), OUTCOME_OK, "200 OK");
	assert_true(transfers_hold(transfers, 64 << 20));
	assert_false(transfers_hold(transfers, 1));
	transfers_let_go(transfers, 64 << 20);
	spec_release(spec);
	peer_stop(peer);
}

/* What the server was sent, as it came. */
static char *request_of(const char *const *settings)
{
	struct peer *peer = serve("read-request\nrespond 200 ok");
	struct monitor_spec *spec = spec_for("http", "127.0.0.1", peer, "/p?q=1#part", settings);
	expect("request", once_check(&once, spec), OUTCOME_OK, "200 OK");
	char *request = peer_request(peer, 0);
	assert_non_null(request);
	spec_release(spec);
	peer_stop(peer);
	return request;
}

static void expect_request(const char *const *settings, const char *const *parts)
{
	char *request = request_of(settings);
	for (; *parts != NULL; parts++) {
		bool absent = (*parts)[0] == '!';
		if ((strstr(request, *parts + absent) != NULL) == absent)
			fail_msg("request %s \"%s\":\n%s", absent ? "holds" : "does not hold", *parts + absent, request);
	}
	free(request);
}

static void test_requests(void **state)
{
	(void)state;
	expect_request(LIST(NULL), LIST("GET /p?q=1 HTTP/1.1\r\n", "User-Agent: kumatop/", "Accept-Encoding:", "!Authorization", "!Cookie"));
	expect_request(LIST("headers", "X-One: 1, X-Empty:"), LIST("X-One: 1\r\n", "X-Empty:\r\n"));
	expect_request(LIST("method", "DELETE"), LIST("DELETE /p?q=1 "));
	expect_request(LIST("body", "{\"a\":1}"), LIST("POST /p", "Content-Type: application/json\r\n", "\r\n\r\n{\"a\":1}", "!Expect"));
	expect_request(LIST("body", "a=1", "method", "PUT"), LIST("PUT /p", "x-www-form-urlencoded", "\r\n\r\na=1"));
	expect_request(LIST("body", "<a/>", "headers", "Content-Type: text/xml"), LIST("text/xml", "!urlencoded"));
	expect_request(LIST("user", "ada", "password", "secret"), LIST("Authorization: Basic YWRhOnNlY3JldA==\r\n"));
	assert_int_equal(setenv("KUMATOP_TEST_TOKEN", "t0ken", 1), 0);
	expect_request(LIST("token", "env:KUMATOP_TEST_TOKEN"), LIST("Authorization: Bearer t0ken\r\n"));
	expect_request(LIST("headers", "X-Key: env:KUMATOP_TEST_TOKEN, X-Plain: value"), LIST("X-Key: t0ken\r\n", "X-Plain: value\r\n"));
	expect_request(LIST("body", "env:KUMATOP_TEST_TOKEN"), LIST("POST /p", "\r\n\r\nt0ken"));
	expect_request(LIST("http_version", "1.0"), LIST("GET /p?q=1 HTTP/1.0\r\n"));
}

static void test_environment_does_not_steer(void **state)
{
	(void)state;
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1/", 1), 0);
	assert_int_equal(setenv("all_proxy", "socks5://127.0.0.1:1/", 1), 0);
	expect_request(LIST(NULL), LIST("GET /p?q=1"));
	unsetenv("http_proxy");
	unsetenv("all_proxy");
}

/* Follows from one server to another: another port is another origin. */
static void test_secrets_stay_at_home(void **state)
{
	(void)state;
	struct peer *other = serve("read-request\nrespond 200 ok");
	char script[200];
	snprintf(script, sizeof script, "on /stay { respond 200 ok }\nredirect %s/", peer_url(other));
	struct peer *home = serve(script);
	struct monitor_spec *spec = spec_for("http", "127.0.0.1", home, NULL, LIST("headers", "Cookie: c=1, X-Api-Key: k", "token", "t0ken"));
	expect("secrets", once_check(&once, spec), OUTCOME_OK, "");
	char *first = peer_request(home, 0), *second = peer_request(other, 0);
	assert_non_null(first);
	assert_non_null(strstr(first, "Bearer t0ken"));
	assert_non_null(strstr(first, "X-Api-Key: k"));
	assert_non_null(second);
	assert_null(strstr(second, "Authorization"));
	assert_null(strstr(second, "X-Api-Key"));
	assert_null(strstr(second, "Cookie"));
	free(first);
	free(second);
	spec_release(spec);
	peer_stop(home);

	home = serve("on /to { respond 200 ok }\nredirect /to");
	spec = spec_for("http", "127.0.0.1", home, NULL, LIST("user", "ada", "password", "secret"));
	expect("same origin", once_check(&once, spec), OUTCOME_OK, "");
	second = peer_request(home, 1);
	assert_non_null(strstr(second, "Authorization: Basic"));
	free(second);
	spec_release(spec);
	peer_stop(home);
	peer_stop(other);
}

static void test_methods_over_redirects(void **state)
{
	(void)state;
	static const struct {
		const char *status, *method, *expected;
	} cases[] = {
		{ "301 Moved", "POST", "GET /to" },   { "302 Found", "POST", "GET /to" },    { "303 See", "POST", "GET /to" },
		{ "307 Same", "POST", "POST /to" },   { "308 Same", "POST", "POST /to" },    { "302 Found", "PUT", "PUT /to" },
		{ "303 See", "PUT", "GET /to" },      { "303 See", "HEAD", "HEAD /to" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char script[300];
		snprintf(script, sizeof script, "on /to { respond 200 ok }\nsend \"HTTP/1.1 %s\\r\\nLocation: /to\\r\\n"
			 "Content-Length: 0\\r\\n\\r\\n\"\nclose", cases[i].status);
		struct peer *peer = serve(script);
		bool head = strcmp(cases[i].method, "HEAD") == 0;
		struct monitor_spec *spec = spec_for("http", "127.0.0.1", peer, NULL,
						     LIST("method", cases[i].method, head ? NULL : "body", "data"));
		expect(cases[i].status, once_check(&once, spec), OUTCOME_OK, "");
		char *second = peer_request(peer, 1);
		bool sent = second != NULL && strstr(second, "\r\n\r\ndata") != NULL;
		if (second == NULL || strstr(second, cases[i].expected) == NULL)
			fail_msg("%s of %s: %s", cases[i].status, cases[i].method, second != NULL ? second : "no request");
		assert_int_equal(strncmp(cases[i].expected, "GET", 3) == 0, !head && !sent);
		free(second);
		spec_release(spec);
		peer_stop(peer);
	}
}

static void test_body_does_not_leave(void **state)
{
	(void)state;
	struct peer *peer = serve("read-request\nsend \"HTTP/1.1 307 Go\\r\\nLocation: http://elsewhere.localhost:1/\\r\\n\\r\\n\"\nclose");
	struct monitor_spec *spec = spec_for("http", "127.0.0.1", peer, NULL, LIST("body", "password=1"));
	expect("body", once_check(&once, spec), OUTCOME_BAD_REDIRECT, "not for that server");
	spec_release(spec);
	peer_stop(peer);

	struct peer *other = serve("read-request\nrespond 200 ok");
	char script[200];
	snprintf(script, sizeof script, "read-request\nsend \"HTTP/1.1 308 Go\\r\\nLocation: %s/\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nclose",
		 peer_url(other));
	peer = serve(script);
	spec = spec_for("http", "127.0.0.1", peer, NULL, LIST("body", "password=1"));
	expect("another port", once_check(&once, spec), OUTCOME_BAD_REDIRECT, "not for that server");
	assert_int_equal(peer_connections(other), 0);
	spec_release(spec);
	peer_stop(peer);
	peer_stop(other);
}

static void test_out_of_descriptors(void **state)
{
	(void)state;
	struct rlimit before, none;
	struct peer *peer = serve("respond 200 ok");
	struct monitor_spec *spec = spec_for("http", "127.0.0.1", peer, NULL, LIST(NULL));
	expect("before", once_check(&once, spec), OUTCOME_OK, "");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	const struct check_result *result = once_check(&once, spec);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	expect("without descriptors", result, OUTCOME_NO_SOCKETS, "Too many open files");
	spec_release(spec);
	peer_stop(peer);
}

/*
 * The loop thinks that it watches the descriptor curl's next socket gets, and so refuses to. That check is lost, and no other:
 * the handle that all of them share lives on.
 */
static void test_a_socket_that_cannot_be_watched(void **state)
{
	(void)state;
	struct peer *peer = serve("read-request\nrespond 200 ok");
	struct monitor_spec *spec = spec_for("http", "127.0.0.1", peer, NULL, LIST(NULL));
	int pair[2];
	uv_poll_t poll;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	int stale = pair[0];	/* the lowest that was free, and will be again */
	assert_int_equal(uv_poll_init(&once.uv, &poll, stale), 0);
	assert_int_equal(uv_poll_start(&poll, UV_DISCONNECT, NULL), 0);
	uv_run(&once.uv, UV_RUN_NOWAIT);
	close(pair[0]);
	close(pair[1]);
	expect("unwatched", once_check(&once, spec), OUTCOME_NO_SOCKETS, "no socket for a connection to 127.0.0.1:");
	uv_close((uv_handle_t *)&poll, NULL);
	uv_run(&once.uv, UV_RUN_NOWAIT);
	expect("the next", once_check(&once, spec), OUTCOME_OK, "200 OK");
	spec_release(spec);
	peer_stop(peer);
}

static void test_no_route(void **state)
{
	(void)state;
	struct monitor_spec *spec = once_spec("http://255.255.255.255/", NULL);
	expect("no route", once_check(&once, spec), OUTCOME_NO_ROUTE, "no route to 255.255.255.255:80 from this machine");
	spec_release(spec);
}

static void test_cancelled_at_every_turn(void **state)
{
	(void)state;
	struct peer *peer = serve("on /to { respond 200 ok }\nredirect http://two.localhost:1/");
	struct monitor_spec *spec = spec_for("http", "one.localhost", peer, NULL, LIST(NULL));
	for (int turns = 0; turns < 12; turns++) {
		once_begin(&once, spec);
		for (int turn = 0; turn < turns && !once.ended; turn++)
			uv_run(&once.uv, UV_RUN_NOWAIT);
		if (!once.ended)
			once_expire(&once.timer);
	}
	spec_release(spec);
	peer_stop(peer);
}

static void test_settings_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *settings[SETTINGS_MOST];
		const char *part;
	} cases[] = {
		{ { "password", "x" }, "no user" },
		{ { "user", "a", "token", "b" }, "one or the other" },
		{ { "method", "HEAD", "expect.body", "x" }, "HEAD" },
		{ { "method", "HEAD", "body", "x" }, "HEAD" },
		{ { "verify", "no", "ca_file", "/x.pem" }, "verify = false" },
		{ { "ca_file", "/nonexistent.pem" }, "ca_file: /nonexistent.pem" },
		{ { "token", "file:/nonexistent" }, "token: " },
		{ { "token", "env:KUMATOP_NOT_SET" }, "token: " },
		{ { "headers", "Cookie: a, X-Key: env:KUMATOP_NOT_SET" }, "headers: X-Key: " },
		{ { "body", "file:/nonexistent" }, "body: " },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = { 0 };
		struct monitor_spec *spec = spec_create(&probe_kind_find("http")->kind, "x", "https://x.example/", &err);
		for (size_t s = 0; cases[i].settings[s] != NULL; s += 2) {
			void *values;
			bool section = strncmp(cases[i].settings[s], "expect.", 7) == 0;
			const struct setting *row = spec_setting(spec, section ? "expect" : NULL, cases[i].settings[s] + (section ? 7 : 0), &values);
			assert_true(setting_from_text(row, values, cases[i].settings[s + 1], &err));
		}
		assert_false(spec_seal(spec, &err));
		if (strstr(err.text, cases[i].part) == NULL)
			fail_msg("\"%s\" does not hold \"%s\"", err.text, cases[i].part);
		spec_release(spec);
	}
}

static void test_values_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *section, *name, *value, *part;
	} cases[] = {
		{ NULL, "method", "get", "write GET" },
		{ NULL, "method", "GE T", "write GET" },
		{ NULL, "headers", "no colon", "Name: value" },
		{ NULL, "headers", "A: b\r\nEvil: 1", "" },
		{ NULL, "headers", "A b: c", "Name: value" },
		{ NULL, "body", "***", "a secret that was not shown" },
		{ "expect", "status", "20", "" },
		{ "expect", "status", "600", "100 to 599" },
		{ "expect", "status", "299-200", "ends before it begins" },
		{ "expect", "status", "2xx", "write 404 or 200-299" },
		{ "expect", "body_match", "(", "" },
		{ NULL, "follow", "-1", "" },
		{ NULL, "body_limit", "0", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = { 0 };
		struct monitor_spec *spec = spec_create(&probe_kind_find("http")->kind, "x", "https://x.example/", &err);
		void *values;
		const struct setting *row = spec_setting(spec, cases[i].section, cases[i].name, &values);
		assert_non_null(row);
		if (setting_from_text(row, values, cases[i].value, &err))
			fail_msg("%s took \"%s\"", cases[i].name, cases[i].value);
		if (strstr(err.text, cases[i].part) == NULL)
			fail_msg("\"%s\" does not hold \"%s\"", err.text, cases[i].part);
		spec_release(spec);
	}
}

static void test_secrets_are_not_shown(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct monitor_spec *spec = once_spec("http://x.example/", "headers", "X-Key: hunter2, X-Ref: env:HOME, X-None:", "body", "hunter2", NULL);
	static const char *const names[] = { "headers", "body" }, *const printed[] = { "[\"X-Key: ***\", \"X-Ref: env:HOME\", \"X-None:\"]", "\"***\"" };
	for (size_t i = 0; i < 2; i++) {
		void *values;
		struct buf text;
		const struct setting *row = spec_setting(spec, NULL, names[i], &values);
		buf_init(&text, 1000);
		setting_print_conf(row, values, false, &text);
		assert_string_equal(text.data, printed[i]);
		buf_clear(&text);
		setting_print_conf(row, values, true, &text);
		assert_non_null(strstr(text.data, "hunter2"));
		buf_finish(&text);
		assert_false(setting_from_text(row, values, i == 0 ? "hunter2" : "file:", &err));
		assert_null(strstr(err.text, "hunter2"));
	}
	spec_release(spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_phases_and_address),
		cmocka_unit_test(test_falls_over_to_the_other_family),
		cmocka_unit_test(test_does_not_wait_for_ever_for_one_address),
		cmocka_unit_test(test_tells_the_address_that_failed),
		cmocka_unit_test(test_bytes_in_flight),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_environment_does_not_steer),
		cmocka_unit_test(test_secrets_stay_at_home),
		cmocka_unit_test(test_methods_over_redirects),
		cmocka_unit_test(test_body_does_not_leave),
		cmocka_unit_test(test_out_of_descriptors),
		cmocka_unit_test(test_a_socket_that_cannot_be_watched),
		cmocka_unit_test(test_no_route),
		cmocka_unit_test(test_cancelled_at_every_turn),
		cmocka_unit_test(test_settings_are_refused),
		cmocka_unit_test(test_values_are_refused),
		cmocka_unit_test(test_secrets_are_not_shown),
	};
	return cmocka_run_group_tests(tests, open_loop, close_loop);
}
