/* The scripted server of the tests, seen through raw sockets: what other tests rely on must be what happens on the wire. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "kumatop/buf.h"

#include "../lib/await.h"
#include "../lib/peer.h"

static struct peer *start(const char *script)
{
	struct error err = { 0 };
	struct peer *peer = peer_start(script, &err);

	if (!peer)
		fail_msg("%s", err.text);
	return peer;
}

static void set_script(struct peer *peer, const char *script)
{
	struct error err = { 0 };

	if (!peer_set_script(peer, script, &err))
		fail_msg("%s", err.text);
}

static int dial(const struct peer *peer)
{
	const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(peer_port(peer)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct timeval patience = { .tv_sec = 30 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Everything until the peer closes; *end is 0 then, or errno. */
static void read_all(int fd, struct buf *out, int *end)
{
	char block[16384];
	ssize_t n;

	while ((n = recv(fd, block, sizeof block, 0)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buf_add(out, block, (size_t)n);
	*end = n < 0 ? errno : 0;
}

/* Sends a request and compares all that comes back. */
static void expect(const struct peer *peer, const char *request, const char *answer, int end_wanted)
{
	int fd = dial(peer), end;
	struct buf got;

	assert_true(fd >= 0);
	buf_init(&got, 1 << 20);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	read_all(fd, &got, &end);
	assert_string_equal(got.data, answer);
	assert_int_equal(end, end_wanted);
	buf_finish(&got);
	close(fd);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"
#define HEAD(status, length) "HTTP/1.1 " status "\r\nContent-Length: " length "\r\nConnection: close\r\n\r\n"

static void test_sends_what_the_script_says(void **state)
{
	static const struct { const char *script, *request, *answer; int end; } rows[] = {
		{ "read-request; send \"a\\x1b[31m\\tb\\n\\\"\\e\"; close", GET("/"), "a\x1b[31m\tb\n\"\x1b", 0 },
		{ "accept; send hello", "", "hello", 0 },
		{ "send banner # and no more\nread-line; send bye", "quit\r\n", "bannerbye", 0 },
		{ "read-some; send ok", "x", "ok", 0 },
		{ "read-request; send a; reset", GET("/"), "a", ECONNRESET },
		{ "read-request; drip abc 1", GET("/"), "abc", 0 },
		{ "send a; pause 5ms; send b; pause 0s; send c", "", "abc", 0 },
		{ "read-request; respond 200 hi", GET("/"), HEAD("200 OK", "2") "hi", 0 },
		{ "read-request; respond 200 hi", "HEAD / HTTP/1.1\r\n\r\n", HEAD("200 OK", "2"), 0 },
		{ "read-request; respond 503", GET("/"), HEAD("503 Service Unavailable", "0"), 0 },
		{ "read-request; header \"A: b\"; respond 299 \"\"", GET("/"), "HTTP/1.1 299 As Scripted\r\nContent-Length: 0\r\nA: b\r\nConnection: close\r\n\r\n", 0 },
		{ "read-request; redirect http://x/y", GET("/"), "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://x/y\r\nConnection: close\r\n\r\n", 0 },
		{ "read-request; redirect-self", GET("/s?q"), "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /s?q\r\nConnection: close\r\n\r\n", 0 },
		{ "read-request; send-file /dev/null; send x", GET("/"), "x", 0 },
		{ "read-request; send-file /does/not/exist; send x", GET("/"), "", 0 },
		{ "read-request; send \"HTTP/1.1 200 OK\\r\\n\\r\\n\"; body 3", GET("/"), "HTTP/1.1 200 OK\r\n\r\nabc", 0 },
		{ "read-request; body 3", GET("/"), HEAD("200 OK", "3") "abc", 0 },
		{ "on /a { respond 200 A } on /b* { respond 200 B }; respond 404", GET("/a?x"), HEAD("200 OK", "1") "A", 0 },
		{ "on /a { respond 200 A } on /b* { respond 200 B }; respond 404", GET("/bcd"), HEAD("200 OK", "1") "B", 0 },
		{ "on /a { respond 200 A } on /b* { respond 200 B }; respond 404", GET("/c"), HEAD("404 Not Found", "0"), 0 },
		{ "loop", "", "", 0 },
		{ "tls-garbage", "hello", "\x02\xff", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct peer *peer = start(rows[i].script);
		print_message("%s\n", rows[i].script);
		expect(peer, rows[i].request, rows[i].answer, rows[i].end);
		AWAIT(peer_open(peer) == 0, 20000);
		peer_stop(peer);
	}
}

static void test_refuses_scripts_that_make_no_sense(void **state)
{
	static const struct { const char *script, *says; } rows[] = {
		{ "accept; frobnicate", "line 1: no such step: frobnicate" },
		{ "accept\nsend", "line 2: this step takes more: send" },
		{ "send \"abc", "a text is not closed" },
		{ "send \"\\x\"", "\\x without digits" },
		{ "send a b", "too much behind a step: b" },
		{ "pause soon", "not a number as this step takes it: soon" },
		{ "body 3s", "not a number as this step takes it: 3s" },
		{ "pause -1", "not a number as this step takes it: -1" },
		{ "tls perfect", "no such certificate: perfect" },
		{ "tls", "this step takes more: tls" },
		{ "on /a send x", "too much behind a step: send" },
		{ "on /a; send x", "wants a { block }" },
		{ "on /a { send x", "a block is not closed" },
		{ "send x }", "} without {" },
		{ "listen 0.0.0.0", "not: 0.0.0.0" },
		{ "send x\n---\n\nnonsense", "line 4: no such step: nonsense" },
		{ "\"send\" x", "no such step: send" },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error err = { 0 };
		assert_null(peer_start(rows[i].script, &err));
		if (!strstr(err.text, rows[i].says))
			fail_msg("\"%s\" says \"%s\", not \"%s\"", rows[i].script, err.text, rows[i].says);
	}
}

static void test_keeps_and_logs_requests(void **state)
{
	static const char post[] = "POST /x HTTP/1.1\r\ncontent-LENGTH: 5\r\n\r\nhello";
	struct peer *peer = start("read-request; echo-request");
	char *log, *request, *answer;

	assert_true(asprintf(&answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n%s", strlen(post), post) > 0);
	expect(peer, post, answer, 0);
	free(answer);
	AWAIT(peer_open(peer) == 0, 20000);
	assert_int_equal(peer_requests(peer), 1);
	assert_int_equal(peer_connections(peer), 1);
	request = peer_request(peer, 0);
	assert_string_equal(request, post);
	free(request);
	assert_null(peer_request(peer, 1));
	log = peer_log(peer);
	assert_string_equal(log, "script 1\naccept 1\nrequest 1 POST /x HTTP/1.1\nclose 1\n");
	free(log);
	peer_stop(peer);
}

static void test_serves_many_on_one_connection_and_in_turn(void **state)
{
	struct peer *peer = start("read-request; send a; loop\n---\nread-request; send b");
	int fd = dial(peer);
	char c;
	int i;

	for (i = 0; i < 3; i++) {
		assert_int_equal(send(fd, GET("/"), sizeof GET("/") - 1, 0), sizeof GET("/") - 1);
		assert_int_equal(recv(fd, &c, 1, 0), 1);
		assert_int_equal(c, 'a');
	}
	expect(peer, GET("/"), "b", 0);
	AWAIT(peer_open(peer) == 1, 20000);
	close(fd);
	AWAIT(peer_open(peer) == 0, 20000);
	peer_stop(peer);
}

static void test_goes_down_and_up_on_its_port(void **state)
{
	struct peer *peer = start("send up");
	uint16_t port = peer_port(peer);
	int i;

	for (i = 0; i < 3; i++) {
		expect(peer, "", "up", 0);
		set_script(peer, "refuse");
		assert_int_equal(dial(peer), -1);
		assert_int_equal(errno, ECONNREFUSED);
		set_script(peer, "send up");
		assert_int_equal(peer_port(peer), port);
	}
	peer_stop(peer);
	peer = start("refuse");
	assert_int_equal(dial(peer), -1);
	assert_int_equal(errno, ECONNREFUSED);
	peer_stop(peer);
	peer_stop(NULL);
}

static void test_listens_on_both_families(void **state)
{
	struct error err = { 0 };
	struct peer *peer = peer_start("listen both; send x", &err);
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd;

	if (!peer)
		SKIP_BECAUSE("no IPv6 on the loopback");
	expect(peer, "", "x", 0);
	address.sin6_port = htons(peer_port(peer));
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	peer_stop(peer);
}

/* Nothing answers a SYN: a connect that does not block stays in progress. */
static void test_a_full_backlog_answers_nothing(void **state)
{
	struct peer *peer = start("backlog-full");
	const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(peer_port(peer)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd waiting = { .fd = fd, .events = POLLOUT };

	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), -1);
	assert_int_equal(errno, EINPROGRESS);
	assert_int_equal(poll(&waiting, 1, 100), 0);
	close(fd);
	set_script(peer, "send x");
	expect(peer, "", "x", 0);
	peer_stop(peer);
}

static void test_hangs_until_the_client_goes(void **state)
{
	struct peer *peer = start("read-request; hang");
	int fd = dial(peer);
	struct pollfd waiting = { .fd = fd, .events = POLLIN };

	assert_int_equal(send(fd, GET("/"), sizeof GET("/") - 1, 0), sizeof GET("/") - 1);
	AWAIT(peer_requests(peer) == 1, 20000);
	assert_int_equal(poll(&waiting, 1, 50), 0);
	AWAIT(peer_open(peer) == 1, 20000);
	close(fd);
	AWAIT(peer_open(peer) == 0, 20000);
	peer_stop(peer);
}

static size_t read_at_least(int fd, size_t wanted)
{
	static char block[65536];
	size_t got = 0;
	ssize_t n;

	while (got < wanted && (n = recv(fd, block, sizeof block, 0)) > 0)
		got += (size_t)n;
	return got;
}

static void test_generates_without_end(void **state)
{
	static const char *const scripts[] = { "read-request; endless-body", "read-request; endless-headers", "read-request; body 8g", "read-request; gzip-bomb 100g" };
	size_t i;

	for (i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		struct peer *peer = start(scripts[i]);
		int fd = dial(peer);
		assert_int_equal(send(fd, GET("/"), sizeof GET("/") - 1, 0), sizeof GET("/") - 1);
		assert_true(read_at_least(fd, 20 << 20) >= 20 << 20);
		close(fd);
		AWAIT(peer_open(peer) == 0, 20000);
		peer_stop(peer);
	}
}

static void test_serves_hundreds_at_once(void **state)
{
	enum { MANY = 400 };
	struct peer *peer = start("read-request; pause 10; respond 200 hi");
	int fds[MANY], i, end;
	struct buf got;

	for (i = 0; i < MANY; i++)
		assert_true((fds[i] = dial(peer)) >= 0);
	AWAIT(peer_open(peer) == MANY, 10000);
	for (i = 0; i < MANY; i++)
		assert_int_equal(send(fds[i], GET("/"), sizeof GET("/") - 1, 0), sizeof GET("/") - 1);
	for (i = 0; i < MANY; i++) {
		buf_init(&got, 4096);
		read_all(fds[i], &got, &end);
		assert_string_equal(got.data, HEAD("200 OK", "2") "hi");
		buf_finish(&got);
		close(fds[i]);
	}
	assert_int_equal(peer_requests(peer), MANY);
	peer_stop(peer);
}

/* X509_V_… of the handshake, as a client that trusts the test authority and asks for "localhost" sees it. */
static long verify(const struct peer *peer)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	int fd = dial(peer), connected;
	SSL *ssl;
	char text[8] = "";
	long result;

	assert_int_equal(SSL_CTX_load_verify_file(context, peer_ca_file()), 1);
	ssl = SSL_new(context);
	assert_int_equal(SSL_set1_host(ssl, "localhost"), 1);
	assert_int_equal(SSL_set_tlsext_host_name(ssl, "localhost"), 1);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	assert_int_equal(SSL_set_fd(ssl, fd), 1);
	connected = SSL_connect(ssl);
	result = SSL_get_verify_result(ssl);
	if (connected == 1) {
		assert_int_equal(result, X509_V_OK);
		assert_int_equal(SSL_read(ssl, text, sizeof text - 1), 2);
		assert_string_equal(text, "hi");
	} else
		assert_int_not_equal(result, X509_V_OK);
	SSL_free(ssl);
	SSL_CTX_free(context);
	close(fd);
	return result;
}

static void test_certificates_are_good_or_bad_as_asked(void **state)
{
	static const struct { const char *script; long result; } rows[] = {
		{ "tls good; send hi", X509_V_OK },
		{ "tls good 3; send hi", X509_V_OK },
		{ "tls expired; send hi", X509_V_ERR_CERT_HAS_EXPIRED },
		{ "tls not-yet; send hi", X509_V_ERR_CERT_NOT_YET_VALID },
		{ "tls wrong-host; send hi", X509_V_ERR_HOSTNAME_MISMATCH },
		{ "tls self-signed; send hi", X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT },
		{ "tls unknown-issuer; send hi", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY },
	};
	struct peer *peer = start("refuse");
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		set_script(peer, rows[i].script);
		print_message("%s\n", rows[i].script);
		assert_int_equal(verify(peer), rows[i].result);
	}
	peer_stop(peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sends_what_the_script_says),
		cmocka_unit_test(test_refuses_scripts_that_make_no_sense),
		cmocka_unit_test(test_keeps_and_logs_requests),
		cmocka_unit_test(test_serves_many_on_one_connection_and_in_turn),
		cmocka_unit_test(test_goes_down_and_up_on_its_port),
		cmocka_unit_test(test_listens_on_both_families),
		cmocka_unit_test(test_a_full_backlog_answers_nothing),
		cmocka_unit_test(test_hangs_until_the_client_goes),
		cmocka_unit_test(test_generates_without_end),
		cmocka_unit_test(test_serves_hundreds_at_once),
		cmocka_unit_test(test_certificates_are_good_or_bad_as_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
