/* The http kind over TLS: certificates, handshakes, and where the authorities come from. */
#include "http_check.h"

#include "kumatop/when.h"

/* That share is for connecting: a handshake may take longer, though other addresses are left. */
static void test_slow_handshake_is_waited_for(void **state)
{
	(void)state;
	struct peer *peer = serve("listen both\npause 2200\ntls good\nrespond 200 ok");
	struct monitor_spec *spec = spec_for("https", "both.localhost", peer, NULL,
					     (const char *const[SETTINGS_MOST]){ "timeout", "4s", "verify", "no" });
	expect("slow handshake", once_check(&once, spec), OUTCOME_OK, "200 OK");
	assert_int_equal(peer_connections(peer), 1);
	spec_release(spec);
	peer_stop(peer);
}

static void check_tls(const char *title, const char *script, const char *host, const char *const *settings, enum outcome outcome,
		      const char *detail, const char *evidence)
{
	struct peer *peer = serve(script);
	struct monitor_spec *spec = spec_for("https", host, peer, NULL, settings);
	const struct check_result *result = once_check(&once, spec);
	expect(title, result, outcome, detail);
	if (evidence != NULL && strstr(result->evidence, evidence) == NULL)
		fail_msg("%s: evidence:\n%s", title, result->evidence);
	spec_release(spec);
	peer_stop(peer);
}

static void test_tls(void **state)
{
	(void)state;
	const char *ca = peer_ca_file();
	check_tls("good", "tls good\nrespond 200 ok", "localhost", LIST("ca_file", ca), OUTCOME_OK, "200 OK", NULL);
	assert_true(once.result.phase_us[PHASE_TLS] > 0);
	assert_true(once.result.cert_expires_us > unix_now_us());
	check_tls("expired", "tls expired\nrespond 200 ok", "localhost", LIST("ca_file", ca), OUTCOME_TLS_EXPIRED, "certificate expired ",
		  "verification: certificate has expired");
	assert_true(once.result.cert_expires_us != 0 && once.result.cert_expires_us < unix_now_us());
	check_tls("not yet", "tls not-yet\nrespond 200 ok", "localhost", LIST("ca_file", ca), OUTCOME_TLS_NOT_YET_VALID,
		  "certificate is valid only in ", NULL);
	check_tls("wrong host", "tls wrong-host\nrespond 200 ok", "localhost", LIST("ca_file", ca), OUTCOME_TLS_WRONG_HOST,
		  ", not for localhost", NULL);
	check_tls("self-signed", "tls self-signed\nrespond 200 ok", "localhost", LIST("ca_file", ca), OUTCOME_TLS_SELF_SIGNED,
		  "certificate is self-signed", NULL);
	check_tls("unknown issuer", "tls unknown-issuer\nrespond 200 ok", "localhost", LIST("ca_file", ca), OUTCOME_TLS_UNKNOWN_ISSUER,
		  "not trusted here", "certificate: ");
	check_tls("not verified", "tls expired\nrespond 200 ok", "localhost", LIST("verify", "no"), OUTCOME_OK, "200 OK", NULL);
	assert_true(once.result.cert_expires_us != 0);
	check_tls("lapses", "tls good 5\nrespond 200 ok", "localhost", LIST("ca_file", ca, "cert_warn", "10d"), OUTCOME_CERT_LAPSES,
		  "certificate expires in ", NULL);
	check_tls("lapses later", "tls good 15\nrespond 200 ok", "localhost", LIST("ca_file", ca, "cert_warn", "10d"), OUTCOME_OK, "", NULL);
	check_tls("lapses, wrong status", "tls good 5\nrespond 500 ok", "localhost", LIST("ca_file", ca), OUTCOME_WRONG_STATUS, "500", NULL);
	check_tls("hangs", "tls-hang", "localhost", LIST("ca_file", ca, "timeout", "300ms"), OUTCOME_TLS_FAILED,
		  "TLS handshake did not end within 300ms", "phase: TLS handshake");
	check_tls("garbage", "tls-garbage", "localhost", LIST("ca_file", ca), OUTCOME_TLS_FAILED, "TLS: ", NULL);
	check_tls("plain", "read-some\nsend \"HTTP/1.1 400 Bad\\r\\n\\r\\n\"\nclose", "localhost", LIST("ca_file", ca), OUTCOME_TLS_FAILED,
		  "something that is not TLS", NULL);
	check_tls("closed", "read-some\nclose", "localhost", LIST("ca_file", ca), OUTCOME_TLS_FAILED, "connection closed during the handshake",
		  NULL);
	check_tls("reset", "read-some\nreset", "localhost", LIST("ca_file", ca), OUTCOME_TLS_FAILED, "connection reset during the handshake", NULL);
	check_tls("empty", "tls good\nread-request\nclose", "localhost", LIST("ca_file", ca), OUTCOME_EMPTY_REPLY, "without an answer", NULL);
	check_tls("reset later", "tls good\nread-request\nreset", "localhost", LIST("ca_file", ca), OUTCOME_RESET, "reset", NULL);
	check_tls("wants a certificate", "tls-asks good\nrespond 200 ok", "localhost", LIST("ca_file", ca), OUTCOME_TLS_FAILED, "certificate required",
		  NULL);
	check_tls("hangs later", "tls good\nread-request\nhang", "localhost", LIST("ca_file", ca, "timeout", "300ms"), OUTCOME_ANSWER_TIMEOUT,
		  "connected, request sent", NULL);
}

/* Every check makes a whole handshake: a resumed session shows no certificate. */
static void test_tls_again(void **state)
{
	(void)state;
	struct peer *peer = serve("tls good\nrespond 200 ok");
	struct monitor_spec *spec = spec_for("https", "localhost", peer, NULL, LIST("ca_file", peer_ca_file()));
	for (int i = 0; i < 3; i++) {
		expect("again", once_check(&once, spec), OUTCOME_OK, "");
		assert_true(once.result.cert_expires_us != 0);
		assert_true(once.result.phase_us[PHASE_TLS] > 0);
	}
	assert_int_equal(peer_connections(peer), 3);
	spec_release(spec);
	peer_stop(peer);
}

static void test_redirect_to_https(void **state)
{
	(void)state;
	struct peer *secure = serve("tls good\nrespond 200 ok");
	char script[200];
	snprintf(script, sizeof script, "read-request\nredirect https://localhost:%u/x", peer_port(secure));
	struct peer *plain = serve(script);
	struct monitor_spec *spec = spec_for("http", "localhost", plain, NULL, LIST("ca_file", peer_ca_file()));
	const struct check_result *result = once_check(&once, spec);
	expect("to https", result, OUTCOME_OK, "200 OK");
	assert_true(result->cert_expires_us != 0);
	assert_true(result->phase_us[PHASE_TLS] > 0);
	spec_release(spec);
	peer_stop(plain);
	peer_stop(secure);
}

/* A plain target gets no trust store until a redirect leads it to https; the next check has it at once. */
static void test_trust_is_found_on_the_way(void **state)
{
	(void)state;
	struct peer *secure = serve("tls good\nrespond 200 ok");
	char script[200];
	snprintf(script, sizeof script, "read-request\nredirect https://localhost:%u/x", peer_port(secure));
	struct peer *plain = serve(script);
	struct monitor_spec *spec = spec_for("http", "localhost", plain, NULL, LIST(NULL));

	assert_int_equal(setenv("SSL_CERT_FILE", "/nonexistent.pem", 1), 0);
	expect("no list", once_check(&once, spec), OUTCOME_INTERNAL, "/nonexistent.pem: No such file");
	assert_int_equal(setenv("SSL_CERT_FILE", peer_ca_file(), 1), 0);
	for (int i = 0; i < 2; i++)
		expect("list", once_check(&once, spec), OUTCOME_OK, "200 OK");
	spec_release(spec);

	spec = spec_for("http", "localhost", plain, NULL, LIST(NULL));
	for (int turns = 1; turns < 8; turns++) {
		once_begin(&once, spec);
		for (int turn = 0; turn < turns && !once.ended; turn++)
			uv_run(&once.uv, UV_RUN_ONCE);
		if (!once.ended)
			once_expire(&once.timer);
	}
	spec_release(spec);
	assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
	peer_stop(plain);
	peer_stop(secure);
}

/* Where the machine has no list of authorities the target is not to blame. */
static void test_machine_without_authorities(void **state)
{
	(void)state;
	struct peer *peer = serve("tls good\nrespond 200 ok");
	assert_int_equal(setenv("SSL_CERT_FILE", "/nonexistent.pem", 1), 0);
	struct monitor_spec *spec = spec_for("https", "localhost", peer, NULL, LIST(NULL));
	expect("no list", once_check(&once, spec), OUTCOME_INTERNAL, "/nonexistent.pem: No such file");
	assert_int_equal(outcome_row((int)once.result.outcome)->verdict, VERDICT_UNKNOWN);
	spec_release(spec);
	assert_int_equal(setenv("SSL_CERT_FILE", "/etc/hostname", 1), 0);
	spec = spec_for("https", "localhost", peer, NULL, LIST(NULL));
	expect("no certificates", once_check(&once, spec), OUTCOME_INTERNAL, "holds no certificates that can be read");
	spec_release(spec);
	assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
	peer_stop(peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_handshake_is_waited_for),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_tls_again),
		cmocka_unit_test(test_redirect_to_https),
		cmocka_unit_test(test_trust_is_found_on_the_way),
		cmocka_unit_test(test_machine_without_authorities),
	};
	return cmocka_run_group_tests(tests, open_loop, close_loop);
}
