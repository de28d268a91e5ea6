/* The ping kind, and ICMP packets as bytes. Sending needs CAP_NET_RAW or a permitting ping_group_range: skipped without. */
#include "own_network.h"

#include <errno.h>
#include <netinet/in.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/loop/icmp.h"
#include "kumatop/pinger.h"

static void expect(const struct check_result *result, enum outcome outcome, const char *detail)
{
	if (result->outcome != outcome || strstr(result->detail, detail) == NULL)
		fail_msg("%s: %s", outcome_row((int)result->outcome)->word, result->detail);
}

static void check(const char *target, const char *setting, const char *value, enum outcome outcome, const char *detail)
{
	struct once once;
	once_open(&once, NULL);
	struct monitor_spec *spec = once_spec(target, setting, value, NULL);
	expect(once_check(&once, spec), outcome, detail);
	spec_release(spec);
	once_close(&once);
}

static void test_one_packet(void **state)
{
	(void)state;
	SKIP_UNLESS_PERMITTED(AF_INET);
	struct once once;
	once_open(&once, NULL);
	struct monitor_spec *spec = once_spec("ping://127.0.0.1", NULL);
	const struct check_result *result = once_check(&once, spec);
	expect(result, OUTCOME_OK, "0% loss");
	assert_string_equal(result->address, "127.0.0.1");
	assert_int_equal(result->code, 0);
	assert_true(result->phase_us[PHASE_FIRST_BYTE] >= 0);
	assert_int_equal(result->phase_us[PHASE_CONNECT], -1);
	assert_int_equal(result_latency_us(result), result->phase_us[PHASE_FIRST_BYTE]);
	spec_release(spec);
	once_close(&once);
}

static void test_several_packets(void **state)
{
	(void)state;
	SKIP_UNLESS_PERMITTED(AF_INET);
	struct once once;
	once_open(&once, NULL);
	struct monitor_spec *spec = once_spec("ping://some.localhost", "count", "5", "packet_interval", "10ms", "size", "1472", NULL);
	const struct check_result *result = once_check(&once, spec);
	expect(result, OUTCOME_OK, "0% loss");
	assert_true(result->phase_us[PHASE_NAME] >= 0);
	assert_true(result->phase_us[PHASE_TOTAL] > result->phase_us[PHASE_FIRST_BYTE]);
	spec_release(spec);
	once_close(&once);
}

static void test_ipv6(void **state)
{
	(void)state;
	SKIP_UNLESS_PERMITTED(AF_INET6);
	check("ping://::1", NULL, NULL, OUTCOME_OK, "0% loss");
}

/* The loopback answers to all of 127/8; nothing answers for a broadcast address that may not be sent to. */
static void test_no_route(void **state)
{
	(void)state;
	SKIP_UNLESS_PERMITTED(AF_INET);
	struct once once;
	once_open(&once, NULL);
	struct monitor_spec *spec = once_spec("ping://255.255.255.255", NULL);
	const struct check_result *result = once_check(&once, spec);
	assert_int_equal(outcome_row((int)result->outcome)->verdict, VERDICT_UNKNOWN);
	spec_release(spec);
	once_close(&once);
}

/* Many at once over one socket, each with its own answer. */
struct echo {
	bool calling;
	unsigned heard;
};

static void on_heard(void *arg, const struct echo_answer *answer)
{
	struct echo *echo = arg;
	assert_false(echo->calling);
	assert_int_equal(answer->outcome, OUTCOME_OK);
	assert_true(answer->round_trip_us >= 0);
	echo->heard++;
}

static void test_many_at_once(void **state)
{
	(void)state;
	enum { COUNT = 500 };
	SKIP_UNLESS_PERMITTED(AF_INET);
	struct once once;
	struct echo echoes[COUNT];
	struct sockaddr_storage to;
	once_open(&once, NULL);
	struct pinger *pinger = probe_loop_pinger(once.loop);
	assert_true(address_read("127.0.0.1", &to));
	unsigned dropped = 0;
	for (int i = 0; i < COUNT; i++) {
		enum outcome outcome;
		int error;
		echoes[i] = (struct echo){ .calling = true };
		int ticket = pinger_send(pinger, (struct sockaddr *)&to, 56, on_heard, &echoes[i], &outcome, &error);
		if (ticket < 0)
			fail_msg("packet %d: %s", i, strerror(error));
		echoes[i].calling = false;
		if (i % 50 == 7) {
			pinger_forget(pinger, AF_INET, ticket);
			dropped++;
		}
	}
	/* An answer awaited keeps the loop running; none keeps it no longer. */
	uv_run(&once.uv, UV_RUN_DEFAULT);
	unsigned heard = 0;
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(echoes[i].heard, i % 50 == 7 ? 0 : 1);
		heard += echoes[i].heard;
	}
	assert_int_equal(heard + dropped, COUNT);
	once_close(&once);
}

static void test_cancelled(void **state)
{
	(void)state;
	struct once once;
	once_open(&once, NULL);
	struct monitor_spec *spec = once_spec("ping://127.0.0.1", "count", "3", "packet_interval", "10ms", NULL);
	for (int turns = 0; turns < 6; turns++) {
		once_begin(&once, spec);
		for (int turn = 0; turn < turns && !once.ended; turn++)
			uv_run(&once.uv, UV_RUN_NOWAIT);
		if (!once.ended)
			once_expire(&once.timer);
	}
	spec_release(spec);
	once_close(&once);
}

static bool check_silence(void)
{
	struct once once;
	once_open(&once, NULL);
	struct monitor_spec *one = once_spec("ping://127.0.0.1", "timeout", "150ms", NULL);
	struct monitor_spec *some = once_spec("ping://127.0.0.1", "timeout", "150ms", "count", "3", "packet_interval", "20ms", NULL);
	bool good = answer_echo(false);
	good = good && is(once_check(&once, one), OUTCOME_ANSWER_TIMEOUT, "no reply within 150ms");
	good = good && once.result.code == 100;
	good = good && strstr(once.result.evidence, "packets: 1 sent, 0 answered") != NULL;
	return good && is(once_check(&once, some), OUTCOME_ANSWER_TIMEOUT, "no reply to 3 packets within 150ms");
}

static void test_silence(void **state)
{
	(void)state;
	in_own_network(check_silence);
}

/* The first packet is answered when the kernel stops answering: three of four are lost. */
static bool check_loss_above(const char *loss_above, enum outcome outcome, const char *detail)
{
	struct once once;
	once_open(&once, NULL);
	struct monitor_spec *spec = once_spec("ping://127.0.0.1", "count", "4", "packet_interval", "50ms", "loss_above", loss_above, NULL);
	bool good = answer_echo(true);
	once_begin(&once, spec);
	good = good && answer_echo(false);
	while (!once.ended)
		uv_run(&once.uv, UV_RUN_ONCE);
	return good && is(&once.result, outcome, detail) && once.result.code == 75;
}

static bool check_loss(void)
{
	return check_loss_above("50", OUTCOME_PACKET_LOSS, "75% loss (1 of 4 answered, at most 50% may be lost), ")
		&& check_loss_above("75", OUTCOME_OK, "75% loss");
}

static void test_loss(void **state)
{
	(void)state;
	in_own_network(check_loss);
}

/* Sends what a packet from another of this machine's addresses would be: a reply or report that answers another host's request. */
static bool forge(const unsigned char *packet, size_t length, const char *from, const char *to)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	struct sockaddr_storage source, target;
	bool good = fd >= 0 && address_read(from, &source) && address_read(to, &target)
		&& bind(fd, (struct sockaddr *)&source, sizeof(struct sockaddr_in)) == 0
		&& sendto(fd, packet, length, 0, (struct sockaddr *)&target, sizeof(struct sockaddr_in)) == (ssize_t)length;
	if (fd >= 0)
		close(fd);
	return good;
}

/* The request as it went out, taken from the wire: IPv4 header and all. */
static ssize_t overhear(int fd, unsigned char *packet, size_t size)
{
	for (;;) {
		ssize_t length = recv(fd, packet, size, 0);
		if (length < 28 || packet[(packet[0] & 15) * 4] == 8)
			return length;
	}
}

static void checksum_again(unsigned char *packet, size_t length)
{
	uint32_t sum = 0;
	packet[2] = packet[3] = 0;
	for (size_t i = 0; i < length; i++)
		sum += i % 2 == 0 ? (uint32_t)packet[i] << 8 : packet[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16));
	packet[2] = (unsigned char)(sum >> 8);
	packet[3] = (unsigned char)sum;
}

static bool check_forgery(void)
{
	struct once once;
	once_open(&once, NULL);
	int ear = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	struct monitor_spec *spec = once_spec("ping://127.0.0.9", "timeout", "300ms", NULL);
	unsigned char packet[300], report[300] = { 3, 1 };
	bool good = answer_echo(false) && ear >= 0;
	once_begin(&once, spec);
	ssize_t length = overhear(ear, packet, sizeof packet);
	good = good && length > 28 && length < 200;
	if (!good)
		return false;
	size_t echo = (size_t)length - 20;
	/* The right words from the wrong host. */
	packet[20] = 0;
	checksum_again(packet + 20, echo);
	good = forge(packet + 20, echo, "127.0.0.8", "127.0.0.1");
	/* And a report about a request to another host. */
	packet[20] = 8;
	packet[19] = 10;
	memcpy(report + 8, packet, (size_t)length);
	checksum_again(report, 8 + (size_t)length);
	good = good && forge(report, 8 + (size_t)length, "127.0.0.8", "127.0.0.1");
	while (!once.ended)
		uv_run(&once.uv, UV_RUN_ONCE);
	close(ear);
	return good && is(&once.result, OUTCOME_ANSWER_TIMEOUT, "no reply within 300ms");
}

static void test_forgery(void **state)
{
	(void)state;
	in_own_network(check_forgery);
}

static bool permitted_by_group(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };
	syscall(SYS_capset, &header, none);
}

/* In a child, which may give up its right without taking it from the other tests. */
static void test_not_permitted(void **state)
{
	(void)state;
	if (permitted_by_group()) {
		print_message("SKIP: net.ipv4.ping_group_range permits everybody here\n");
		skip();
	}
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		drop_capabilities();
		struct once once;
		once_open(&once, NULL);
		struct monitor_spec *spec = once_spec("ping://127.0.0.1", NULL);
		const struct check_result *result = once_check(&once, spec);
		bool good = result->outcome == OUTCOME_NOT_PERMITTED && strstr(result->detail, "net.ipv4.ping_group_range") != NULL
			&& strstr(result->detail, "setcap cap_net_raw+ep") != NULL;
		_exit(good ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_count_has_to_fit(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct monitor_spec *spec = spec_create(&probe_kind_find("ping")->kind, "x", "127.0.0.1", &err);
	void *values;
	const struct setting *count = spec_setting(spec, NULL, "count", &values);
	assert_true(setting_from_text(count, values, "20", &err));
	const struct setting *every = spec_setting(spec, NULL, "packet_interval", &values);
	assert_true(setting_from_text(every, values, "1s", &err));
	assert_false(spec_seal(spec, &err));
	assert_non_null(strstr(err.text, "20 packets every 1s do not fit into the timeout (10s)"));
	spec_release(spec);
}

static void test_packets_as_bytes(void **state)
{
	(void)state;
	static const int families[] = { AF_INET, AF_INET6 };
	for (size_t i = 0; i < 2; i++) {
		int family = families[i];
		unsigned char packet[200];
		struct icmp_echo echo = { .id = 0x1234, .sequence = 0xfffe, .mark = 0x0102030405060708 }, back = { 0 };
		const char *why = NULL;
		size_t length = icmp_write_request(family, &echo, 57, packet);
		assert_int_equal(length, 65);
		assert_true(icmp_read_request(family, packet, length, &back));
		assert_int_equal(back.sequence, echo.sequence);
		assert_int_equal(icmp_read(family, packet, length, &back, &why), ICMP_OTHER);	/* our own request */
		packet[0] = family == AF_INET ? 0 : 129;
		assert_int_equal(icmp_read(family, packet, length, &back, &why), ICMP_REPLY);
		assert_int_equal(back.id, echo.id);
		assert_true(back.mark == echo.mark);
		for (size_t cut = 0; cut < 16; cut++)
			assert_int_equal(icmp_read(family, packet, cut, &back, &why), ICMP_OTHER);
	}
}

static void test_checksum(void **state)
{
	(void)state;
	unsigned char packet[100];
	struct icmp_echo echo = { .id = 7, .sequence = 9, .mark = 0x1122334455667788 };
	size_t length = icmp_write_request(AF_INET, &echo, 33, packet);
	uint32_t sum = 0;
	for (size_t i = 0; i < length; i++)
		sum += i % 2 == 0 ? (uint32_t)packet[i] << 8 : packet[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(sum, 0xffff);
}

/* A report holds the IP header and the start of what we sent. */
static void test_reports(void **state)
{
	(void)state;
	struct icmp_echo echo = { .id = 0xabcd, .sequence = 3, .mark = 1 }, back = { 0 };
	unsigned char packet[200] = { 0 };
	const char *why = NULL;
	packet[0] = 3;
	packet[1] = 1;
	packet[8] = 0x45;
	packet[8 + 9] = IPPROTO_ICMP;
	memcpy(packet + 8 + 16, (unsigned char[]){ 192, 0, 2, 7 }, 4);
	icmp_write_request(AF_INET, &echo, 8, packet + 28);
	assert_int_equal(icmp_read(AF_INET, packet, 36, &back, &why), ICMP_REPORT);
	assert_int_equal(back.id, 0xabcd);
	assert_int_equal(back.sequence, 3);
	assert_string_equal(why, "host unreachable");
	assert_memory_equal(&back.to, ((unsigned char[16]){ 192, 0, 2, 7 }), 16);
	for (size_t cut = 0; cut < 36; cut++)
		assert_int_equal(icmp_read(AF_INET, packet, cut, &back, &why), ICMP_OTHER);
	packet[8] = 0x4f;	/* a longer header than there is */
	assert_int_equal(icmp_read(AF_INET, packet, 36, &back, &why), ICMP_OTHER);
	packet[8] = 0x45;
	packet[8 + 9] = IPPROTO_UDP;
	assert_int_equal(icmp_read(AF_INET, packet, 36, &back, &why), ICMP_OTHER);

	memset(packet, 0, sizeof packet);
	packet[0] = 1;
	packet[1] = 4;
	packet[8] = 0x60;
	packet[8 + 6] = IPPROTO_ICMPV6;
	packet[8 + 24] = 0xfd;
	packet[8 + 39] = 9;
	icmp_write_request(AF_INET6, &echo, 8, packet + 48);
	assert_int_equal(icmp_read(AF_INET6, packet, 56, &back, &why), ICMP_REPORT);
	assert_int_equal(back.to.s6_addr[0], 0xfd);
	assert_int_equal(back.to.s6_addr[15], 9);
	assert_int_equal(back.sequence, 3);
	assert_string_equal(icmp_why(AF_INET, 11, 0), "too many hops, perhaps a routing loop");
	assert_string_equal(icmp_why(AF_INET, 3, 13), "prohibited by a filter");
	assert_string_equal(icmp_why(AF_INET6, 2, 0), "packet too big");
	assert_null(icmp_why(AF_INET, 8, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packets_as_bytes),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_count_has_to_fit),
		cmocka_unit_test(test_one_packet),
		cmocka_unit_test(test_several_packets),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_no_route),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_cancelled),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_forgery),
		cmocka_unit_test(test_not_permitted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
