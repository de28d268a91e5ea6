/* The tcp kind against real sockets of the loopback. */
#include "once.h"

#include <sys/resource.h>

#include "../lib/dns_peer.h"
#include "../lib/peer.h"
#include "kumatop/resolver.h"

static struct peer *serve(const char *script)
{
	struct error err = { 0 };
	struct peer *peer = peer_start(script, &err);
	if (peer == NULL)
		fail_msg("%s", err.text);
	return peer;
}

static struct monitor_spec *spec_for(const char *host, const struct peer *peer, const char *setting, const char *value)
{
	char target[100];
	snprintf(target, sizeof target, "tcp://%s:%u", host, peer_port(peer));
	return once_spec(target, setting, value, NULL);
}

static void expect(const struct check_result *result, enum outcome outcome, const char *detail)
{
	if (result->outcome != outcome)
		fail_msg("outcome %s instead of %s: %s", outcome_row((int)result->outcome)->word, outcome_row((int)outcome)->word,
			 result->detail);
	if (strstr(result->detail, detail) == NULL)
		fail_msg("detail \"%s\" does not hold \"%s\"", result->detail, detail);
}

static void test_connects(void **state)
{
	(void)state;
	struct once once;
	struct peer *peer = serve("hang");
	struct monitor_spec *spec = spec_for("127.0.0.1", peer, NULL, NULL);
	once_open(&once, NULL);
	const struct check_result *result = once_check(&once, spec);
	expect(result, OUTCOME_OK, "connected");
	char address[64];
	snprintf(address, sizeof address, "127.0.0.1:%u", peer_port(peer));
	assert_string_equal(result->address, address);
	assert_true(result->phase_us[PHASE_CONNECT] >= 0);
	assert_true(result->phase_us[PHASE_TOTAL] >= result->phase_us[PHASE_CONNECT]);
	assert_int_equal(result->phase_us[PHASE_NAME], -1);
	assert_int_equal(result->phase_us[PHASE_TLS], -1);
	once_close(&once);
	spec_release(spec);
	peer_stop(peer);
}

static void test_refused(void **state)
{
	(void)state;
	struct once once;
	struct peer *peer = serve("refuse");
	struct monitor_spec *spec = spec_for("127.0.0.1", peer, NULL, NULL);
	once_open(&once, NULL);
	const struct check_result *result = once_check(&once, spec);
	expect(result, OUTCOME_CONNECT_REFUSED, "connection refused by 127.0.0.1:");
	assert_non_null(strstr(result->evidence, "phase: connect"));
	once_close(&once);
	spec_release(spec);
	peer_stop(peer);
}

/* The name has ::1 and 127.0.0.1, and the server only one of them: whichever is tried first, the other one is tried too. */
static void test_falls_over(void **state)
{
	(void)state;
	static const char *const scripts[] = { "listen 127.0.0.1\nhang", "listen ::1\nhang" };
	for (size_t i = 0; i < 2; i++) {
		struct once once;
		struct peer *peer = serve(scripts[i]);
		struct monitor_spec *spec = spec_for("both.localhost", peer, NULL, NULL);
		once_open(&once, NULL);
		const struct check_result *result = once_check(&once, spec);
		expect(result, OUTCOME_OK, "connected");
		assert_int_equal(strncmp(result->address, i == 0 ? "127.0.0.1:" : "[::1]:", 6), 0);
		assert_true(result->phase_us[PHASE_NAME] >= 0);
		once_close(&once);
		spec_release(spec);
		peer_stop(peer);
	}
}

/* An address that says nothing gets its share of the timeout, and the next one the rest. */
static void test_does_not_wait_for_ever_for_one_address(void **state)
{
	(void)state;
	int deaf[FULL_SOCKETS];
	struct once once;
	struct peer *peer = serve("listen ::1\nhang");
	once_listen_deaf(peer_port(peer), deaf);
	struct monitor_spec *spec = spec_for("both.localhost", peer, "timeout", "600ms");
	once_open(&once, NULL);
	const struct check_result *result = once_check(&once, spec);
	expect(result, OUTCOME_OK, "connected");
	assert_int_equal(strncmp(result->address, "[::1]:", 6), 0);
	once_close(&once);
	spec_release(spec);
	peer_stop(peer);
	once_close_all(deaf);
}

static void on_known(void *arg, const struct lookup_answer *answer)
{
	bool *known = arg;
	assert_int_equal(answer->count, 2);
	*known = true;
}

/* Holds the loop up behind its poll, once the check has its addresses and has tried the first. */
static void hold_up(uv_check_t *check)
{
	bool *known = check->data;
	int64_t begun = (int64_t)uv_hrtime();
	while (*known && (int64_t)uv_hrtime() - begun < 400 * 1000000LL)
		;
	*known = false;
}

/* The first address is refused and the second fails at once, while the time that was the first one's share runs out. */
static void test_ends_once(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct dns_peer *names = dns_peer_start("two.test A 127.0.0.1; two.test A 255.255.255.255", &err);
	assert_non_null(names);
	struct once once;
	struct peer *peer = serve("refuse");
	struct monitor_spec *spec = spec_for("two.test.", peer, "timeout", "700ms");
	bool known = false;
	uv_check_t check;
	once_open(&once, dns_peer_address(names));
	assert_int_equal(uv_check_init(&once.uv, &check), 0);
	check.data = &known;
	uv_check_start(&check, hold_up);
	once_begin(&once, spec);
	assert_non_null(resolver_lookup(probe_loop_resolver(once.loop), "two.test.", AF_UNSPEC, on_known, &known));
	while (!once.ended)
		uv_run(&once.uv, UV_RUN_ONCE);
	expect(&once.result, OUTCOME_CONNECT_REFUSED, "connection refused by 127.0.0.1:");
	for (int turn = 0; turn < 3; turn++)
		uv_run(&once.uv, UV_RUN_NOWAIT);
	uv_close((uv_handle_t *)&check, NULL);
	once_close(&once);
	spec_release(spec);
	peer_stop(peer);
	dns_peer_stop(names);
}

static void test_no_answer_to_connecting(void **state)
{
	(void)state;
	struct once once;
	struct peer *peer = serve("backlog-full");
	struct monitor_spec *spec = spec_for("127.0.0.1", peer, "timeout", "200ms");
	once_open(&once, NULL);
	expect(once_check(&once, spec), OUTCOME_CONNECT_TIMEOUT, " within 200ms");
	once_close(&once);
	spec_release(spec);
	peer_stop(peer);
}

static void test_out_of_descriptors(void **state)
{
	(void)state;
	struct once once;
	struct rlimit before, none;
	struct peer *peer = serve("hang");
	struct monitor_spec *spec = spec_for("127.0.0.1", peer, NULL, NULL);
	once_open(&once, NULL);
	expect(once_check(&once, spec), OUTCOME_OK, "");	/* opens what libuv opens late */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	const struct check_result *result = once_check(&once, spec);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	expect(result, OUTCOME_NO_SOCKETS, "Too many open files");
	assert_int_equal(outcome_row((int)result->outcome)->verdict, VERDICT_UNKNOWN);
	once_close(&once);
	spec_release(spec);
	peer_stop(peer);
}

/* TEST-NET addresses of class E have no route on any machine: connect(2) itself says so. */
static void test_no_route(void **state)
{
	(void)state;
	struct once once;
	struct monitor_spec *spec = once_spec("tcp://255.255.255.255:9", NULL);
	once_open(&once, NULL);
	const struct check_result *result = once_check(&once, spec);
	assert_int_equal(outcome_row((int)result->outcome)->verdict, VERDICT_UNKNOWN);
	expect(result, OUTCOME_NO_ROUTE, "no route to 255.255.255.255:9");
	once_close(&once);
	spec_release(spec);
}

static void test_slow(void **state)
{
	(void)state;
	struct once once;
	struct peer *peer = serve("hang");
	struct monitor_spec *spec = spec_for("slow.localhost", peer, "degraded_above", "1ms");
	once_open(&once, NULL);
	/* The loop is not run for a while, so that the check is measured as slow. */
	once_begin(&once, spec);
	int64_t begun = (int64_t)uv_hrtime();
	while ((int64_t)uv_hrtime() - begun < 3000000)
		;
	while (!once.ended)
		uv_run(&once.uv, UV_RUN_ONCE);
	expect(&once.result, OUTCOME_SLOW, "degraded above 1ms");
	once_close(&once);
	spec_release(spec);
	peer_stop(peer);
}

static void test_cancelled_at_every_stage(void **state)
{
	(void)state;
	struct once once;
	struct peer *peer = serve("hang");
	const char *const hosts[] = { "127.0.0.1", "a.localhost", "255.255.255.255" };
	once_open(&once, NULL);
	for (size_t i = 0; i < 3; i++) {
		struct monitor_spec *spec = spec_for(hosts[i], peer, NULL, NULL);
		for (int turns = 0; turns < 3; turns++) {
			once_begin(&once, spec);
			for (int turn = 0; turn < turns && !once.ended; turn++)
				uv_run(&once.uv, UV_RUN_NOWAIT);
			if (!once.ended)
				once_expire(&once.timer);
		}
		spec_release(spec);
	}
	once_close(&once);
	peer_stop(peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connects),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_falls_over),
		cmocka_unit_test(test_does_not_wait_for_ever_for_one_address),
		cmocka_unit_test(test_ends_once),
		cmocka_unit_test(test_no_answer_to_connecting),
		cmocka_unit_test(test_out_of_descriptors),
		cmocka_unit_test(test_no_route),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_cancelled_at_every_stage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
