/*
 * Look-ups against a name server of our own, which answers by the first label of the name: "ok" with an address of each family,
 * "nx" with NXDOMAIN, "silent" not at all. One thread serves it, and counts what it is asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "../../src/loop/hosts.h"
#include "../../src/loop/rank.h"
#include "kumatop/heap.h"
#include "kumatop/resolver.h"
#include "kumatop/when.h"
#include "once.h"

enum { TYPE_A = 1, TYPE_AAAA = 28, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5, SILENT = -1 };

/* What a name with this first label gives: an rcode or SILENT, and how many addresses, for each type. */
struct zone_row {
	const char *label;
	int a_rcode, a_count;
	int aaaa_rcode, aaaa_count;
};

static const struct zone_row zone[] = {
	{ "ok", 0, 1, 0, 1 },
	{ "four", 0, 2, 0, 0 },
	{ "six", 0, 0, 0, 1 },
	{ "six-nx", RCODE_NXDOMAIN, 0, 0, 1 },
	{ "many", 0, 12, 0, 12 },
	{ "nx", RCODE_NXDOMAIN, 0, RCODE_NXDOMAIN, 0 },
	{ "empty", 0, 0, 0, 0 },
	{ "fails", RCODE_SERVFAIL, 0, RCODE_SERVFAIL, 0 },
	{ "refused", RCODE_REFUSED, 0, RCODE_REFUSED, 0 },
	{ "half-fails", RCODE_SERVFAIL, 0, 0, 0 },
	{ "half-fails-too", 0, 0, RCODE_SERVFAIL, 0 },
	{ "four-fails", 0, 1, RCODE_SERVFAIL, 0 },
	{ "silent", SILENT, 0, SILENT, 0 },
	{ "half-silent", SILENT, 0, 0, 0 },
	{ "four-silent", 0, 1, SILENT, 0 },
};

struct name_server {
	pthread_t thread;
	int fd;
	unsigned port;
	atomic_uint questions;
	atomic_bool stop;
};

static const struct zone_row *find_row(const unsigned char *question)
{
	for (size_t i = 0; i < sizeof zone / sizeof *zone; i++)
		if (question[0] == strlen(zone[i].label) && memcmp(question + 1, zone[i].label, question[0]) == 0)
			return &zone[i];
	return NULL;
}

static size_t write_answer(unsigned char *packet, size_t end, const struct zone_row *row, int type)
{
	int rcode = type == TYPE_A ? row->a_rcode : row->aaaa_rcode;
	int count = type == TYPE_A ? row->a_count : row->aaaa_count;
	if (rcode == SILENT)
		return 0;
	packet[2] = 0x81;
	packet[3] = (unsigned char)(0x80 | rcode);
	packet[7] = (unsigned char)count;
	packet[10] = packet[11] = 0;
	for (int i = 0; i < count; i++) {
		unsigned char length = type == TYPE_A ? 4 : 16;
		unsigned char record[12] = { 0xc0, 12, 0, (unsigned char)type, 0, 1, 0, 0, 0, 60, 0, length };
		unsigned char address[16] = { 0 };
		if (type == TYPE_A)
			memcpy(address, (unsigned char[]){ 192, 0, 2, (unsigned char)(i + 1) }, 4);
		else
			memcpy(address, (unsigned char[]){ 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (unsigned char)(i + 1) }, 16);
		memcpy(packet + end, record, sizeof record);
		memcpy(packet + end + sizeof record, address, length);
		end += sizeof record + length;
	}
	return end;
}

static void *serve(void *arg)
{
	struct name_server *server = arg;
	while (!atomic_load(&server->stop)) {
		unsigned char packet[2048];
		struct sockaddr_in from;
		socklen_t from_size = sizeof from;
		ssize_t length = recvfrom(server->fd, packet, 512, 0, (struct sockaddr *)&from, &from_size);
		if (length < 17)
			continue;
		atomic_fetch_add(&server->questions, 1);
		size_t end = 12;
		while (end < (size_t)length && packet[end] != 0)
			end += packet[end] + 1u;
		int type = packet[end + 2];
		end += 5;
		const struct zone_row *row = find_row(packet + 12);
		size_t size = row != NULL ? write_answer(packet, end, row, type) : 0;
		if (size > 0)
			sendto(server->fd, packet, size, 0, (struct sockaddr *)&from, from_size);
	}
	return NULL;
}

static struct name_server server;
static struct once once;
static char nameserver[64];

struct waiter {
	struct lookup_answer answer;
	bool calling, ended;
};

static void on_answer(void *arg, const struct lookup_answer *answer)
{
	struct waiter *waiter = arg;
	assert_false(waiter->calling);
	assert_false(waiter->ended);
	waiter->answer = *answer;
	waiter->ended = true;
}

static struct lookup *ask(struct waiter *waiter, const char *name, int family)
{
	*waiter = (struct waiter){ .calling = true };
	struct lookup *lookup = resolver_lookup(probe_loop_resolver(once.loop), name, family, on_answer, waiter);
	waiter->calling = false;
	return lookup;
}

static const struct lookup_answer *look_up(struct waiter *waiter, const char *name, int family)
{
	ask(waiter, name, family);
	while (!waiter->ended)
		uv_run(&once.uv, UV_RUN_ONCE);
	return &waiter->answer;
}

static size_t count_family(const struct lookup_answer *answer, int family)
{
	size_t count = 0;
	for (size_t i = 0; i < answer->count; i++)
		count += answer->addresses[i].ss_family == family;
	return count;
}

static void test_answers(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int family;
		enum outcome outcome;
		size_t ipv4, ipv6;
		const char *detail;
	} rows[] = {
		{ "ok.test", AF_UNSPEC, OUTCOME_OK, 1, 1, "" },
		{ "ok.test", AF_INET, OUTCOME_OK, 1, 0, "" },
		{ "ok.test", AF_INET6, OUTCOME_OK, 0, 1, "" },
		{ "ok.test.", AF_UNSPEC, OUTCOME_OK, 1, 1, "" },
		{ "four.test", AF_UNSPEC, OUTCOME_OK, 2, 0, "" },
		{ "four.test", AF_INET6, OUTCOME_NAME_NOT_FOUND, 0, 0, "no IPv6 address for four.test" },
		{ "six.test", AF_UNSPEC, OUTCOME_OK, 0, 1, "" },
		{ "six-nx.test", AF_UNSPEC, OUTCOME_OK, 0, 1, "" },
		{ "many.test", AF_UNSPEC, OUTCOME_OK, 4, 4, "" },
		{ "nx.test", AF_UNSPEC, OUTCOME_NAME_NOT_FOUND, 0, 0, "NXDOMAIN for nx.test" },
		{ "nx.test", AF_INET, OUTCOME_NAME_NOT_FOUND, 0, 0, "NXDOMAIN for nx.test" },
		{ "empty.test", AF_UNSPEC, OUTCOME_NAME_NOT_FOUND, 0, 0, "the name exists, but has no address: empty.test" },
		{ "fails.test", AF_UNSPEC, OUTCOME_RESOLVER_FAILED, 0, 0, "the name server refused or failed to look up fails.test" },
		{ "refused.test", AF_UNSPEC, OUTCOME_RESOLVER_FAILED, 0, 0, "" },
		{ "half-fails.test", AF_UNSPEC, OUTCOME_RESOLVER_FAILED, 0, 0, "" },
		{ "half-fails-too.test", AF_UNSPEC, OUTCOME_RESOLVER_FAILED, 0, 0, "" },
		{ "four-fails.test", AF_UNSPEC, OUTCOME_OK, 1, 0, "" },
		{ "four-silent.test", AF_UNSPEC, OUTCOME_OK, 1, 0, "" },
		{ "192.0.2.7", AF_UNSPEC, OUTCOME_OK, 1, 0, "" },
		{ "[2001:db8::1]", AF_UNSPEC, OUTCOME_OK, 0, 1, "" },
		{ "192.0.2.7", AF_INET6, OUTCOME_NAME_NOT_FOUND, 0, 0, "other family" },
		{ "localhost", AF_INET, OUTCOME_OK, 1, 0, "" },
		{ "a.b.localhost", AF_UNSPEC, OUTCOME_OK, 1, 1, "" },
		{ "a..b", AF_UNSPEC, OUTCOME_NAME_NOT_FOUND, 0, 0, "" },
		{ "", AF_UNSPEC, OUTCOME_NAME_NOT_FOUND, 0, 0, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct waiter waiter;
		const struct lookup_answer *answer = look_up(&waiter, rows[i].name, rows[i].family);
		if (answer->outcome != rows[i].outcome)
			fail_msg("%s: %s (%s)", rows[i].name, outcome_row((int)answer->outcome)->word, answer->detail);
		if (strstr(answer->detail, rows[i].detail) == NULL)
			fail_msg("%s: \"%s\"", rows[i].name, answer->detail);
		assert_int_equal(count_family(answer, AF_INET), rows[i].ipv4);
		assert_int_equal(count_family(answer, AF_INET6), rows[i].ipv6);
	}
}

static void test_order_of_one_family_is_kept(void **state)
{
	(void)state;
	struct waiter waiter;
	const struct lookup_answer *answer = look_up(&waiter, "four.test", AF_UNSPEC);
	char text[ADDRESS_TEXT_SIZE];
	assert_string_equal(address_print((const struct sockaddr *)&answer->addresses[0], text, sizeof text), "192.0.2.1");
	assert_string_equal(address_print((const struct sockaddr *)&answer->addresses[1], text, sizeof text), "192.0.2.2");
}

/* Two questions of each family would be four; joined they are two. */
static void test_equal_lookups_are_one(void **state)
{
	(void)state;
	struct waiter first, second, third;
	unsigned before = atomic_load(&server.questions);
	ask(&first, "ok.test", AF_UNSPEC);
	ask(&second, "OK.test", AF_UNSPEC);
	struct lookup *dropped = ask(&third, "ok.test", AF_UNSPEC);
	lookup_cancel(dropped);
	while (!first.ended || !second.ended)
		uv_run(&once.uv, UV_RUN_ONCE);
	assert_false(third.ended);
	assert_int_equal(first.answer.count, 2);
	assert_int_equal(second.answer.count, 2);
	assert_int_equal(atomic_load(&server.questions) - before, 2);
}

/* One who waits for a silent server does not delay the others. */
static void test_silence_delays_nobody_else(void **state)
{
	(void)state;
	struct waiter silent[50], good, half;
	ask(&half, "half-silent.test", AF_UNSPEC);
	for (size_t i = 0; i < 50; i++) {
		char name[64];
		snprintf(name, sizeof name, "silent.%zu.test", i);
		ask(&silent[i], name, AF_UNSPEC);
	}
	assert_int_equal(look_up(&good, "ok.test", AF_UNSPEC)->outcome, OUTCOME_OK);
	for (size_t i = 0; i < 50; i++)
		assert_false(silent[i].ended);
	for (size_t i = 0; i < 50; i++)
		while (!silent[i].ended)
			uv_run(&once.uv, UV_RUN_ONCE);
	for (size_t i = 0; i < 50; i++) {
		assert_int_equal(silent[i].answer.outcome, OUTCOME_RESOLVER_SILENT);
		assert_non_null(strstr(silent[i].answer.detail, "no answer from the name server for silent."));
	}
	/* Half an answer says nothing about the name. */
	while (!half.ended)
		uv_run(&once.uv, UV_RUN_ONCE);
	assert_int_equal(half.answer.outcome, OUTCOME_RESOLVER_SILENT);
}

static void test_checks_over_names(void **state)
{
	(void)state;
	static const struct {
		const char *target, *timeout;
		enum outcome outcome;
		const char *detail;
	} rows[] = {
		{ "http://nx.test/", "5s", OUTCOME_NAME_NOT_FOUND, "NXDOMAIN for nx.test" },
		{ "tcp://nx.test:1", "5s", OUTCOME_NAME_NOT_FOUND, "NXDOMAIN for nx.test" },
		{ "ping://nx.test", "5s", OUTCOME_NAME_NOT_FOUND, "NXDOMAIN for nx.test" },
		{ "http://silent.test/", "150ms", OUTCOME_RESOLVER_SILENT, "no answer from the name server for silent.test within 150ms" },
		{ "tcp://silent.test:1", "150ms", OUTCOME_RESOLVER_SILENT, "within 150ms" },
		{ "ping://silent.test", "150ms", OUTCOME_RESOLVER_SILENT, "within 150ms" },
		{ "http://fails.test/", "5s", OUTCOME_RESOLVER_FAILED, "fails.test" },
		{ "tcp://refused.test:1", "5s", OUTCOME_RESOLVER_FAILED, "refused.test" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct monitor_spec *spec = once_spec(rows[i].target, "timeout", rows[i].timeout, NULL);
		const struct check_result *result = once_check(&once, spec);
		if (result->outcome != rows[i].outcome || strstr(result->detail, rows[i].detail) == NULL)
			fail_msg("%s: %s (%s)", rows[i].target, outcome_row((int)result->outcome)->word, result->detail);
		assert_string_equal(result->address, "");
		assert_int_equal(result->phase_us[PHASE_CONNECT], -1);
		spec_release(spec);
	}
}

static void test_nobody_serves_names(void **state)
{
	(void)state;
	struct once other;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	close(fd);
	char text[64];
	snprintf(text, sizeof text, "127.0.0.1:%u", ntohs(address.sin_port));
	once_open(&other, text);
	struct monitor_spec *spec = once_spec("tcp://ok.test:1", NULL);
	assert_int_equal(once_check(&other, spec)->outcome, OUTCOME_RESOLVER_FAILED);
	spec_release(spec);
	once_close(&other);
}

static void test_bad_name_servers_are_refused(void **state)
{
	(void)state;
	uv_loop_t uv;
	struct error err = { 0 };
	const struct probe_loop_settings settings = { .nameservers = "not an address" };
	assert_int_equal(uv_loop_init(&uv), 0);
	assert_null(probe_loop_create(&uv, &settings, &err));
	assert_non_null(strstr(err.text, "not an address"));
	uv_run(&uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&uv), 0);
}

/* The loop is closed while c-ares still waits: nothing is left behind. */
static void test_closes_under_way(void **state)
{
	(void)state;
	struct once other;
	struct waiter waiter;
	once_open(&other, nameserver);
	struct lookup *lookup = resolver_lookup(probe_loop_resolver(other.loop), "silent.test", AF_UNSPEC, on_answer, &waiter);
	uv_run(&other.uv, UV_RUN_NOWAIT);
	lookup_cancel(lookup);
	once_close(&other);
}

static void write_hosts(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void test_hosts(void **state)
{
	(void)state;
	char path[] = "/tmp/kumatop-hosts-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	write_hosts(path, "# comment\n192.0.2.9\tdb.internal db  # the old one\n2001:db8::9 db\nnonsense db\n\n192.0.2.10 db\n127.0.0.1 localhost");
	struct hosts *hosts = hosts_create(path);
	struct sockaddr_storage found[8];
	char text[ADDRESS_TEXT_SIZE];
	assert_int_equal(hosts_find(hosts, "DB", AF_UNSPEC, found, 8), 3);
	assert_string_equal(address_print((struct sockaddr *)&found[0], text, sizeof text), "192.0.2.9");
	assert_string_equal(address_print((struct sockaddr *)&found[1], text, sizeof text), "2001:db8::9");
	assert_string_equal(address_print((struct sockaddr *)&found[2], text, sizeof text), "192.0.2.10");
	assert_int_equal(hosts_find(hosts, "db", AF_INET, found, 8), 2);
	assert_int_equal(hosts_find(hosts, "db", AF_INET6, found, 8), 1);
	assert_int_equal(hosts_find(hosts, "db", AF_UNSPEC, found, 1), 1);
	assert_int_equal(hosts_find(hosts, "db.internal", AF_UNSPEC, found, 8), 1);
	assert_int_equal(hosts_find(hosts, "internal", AF_UNSPEC, found, 8), 0);
	assert_int_equal(hosts_find(hosts, "the", AF_UNSPEC, found, 8), 0);
	assert_int_equal(hosts_find(hosts, "localhost", AF_UNSPEC, found, 8), 1);
	assert_int_equal(hosts_find(hosts, "x.localhost", AF_UNSPEC, found, 8), 2);
	assert_int_equal(hosts_find(hosts, "xlocalhost", AF_UNSPEC, found, 8), 0);
	hosts_destroy(hosts);
	assert_int_equal(unlink(path), 0);

	hosts = hosts_create(path);
	assert_int_equal(hosts_find(hosts, "db", AF_UNSPEC, found, 8), 0);
	assert_int_equal(hosts_find(hosts, "localhost", AF_UNSPEC, found, 8), 2);
	hosts_destroy(hosts);
}

/* What is read of a file that is too long ends with a line: a name cut in two would be another name. */
static void test_hosts_too_long(void **state)
{
	(void)state;
	enum { MOST = 4 << 20 };
	static const char line[] = "192.0.2.1 a\n", last[] = "192.0.2.2 database\n";
	char path[] = "/tmp/kumatop-hosts-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	char *text = heap_zero(1, MOST + sizeof last);
	size_t length = 0, begin_last = MOST - 14;	/* the limit falls behind "data" */
	while (length + sizeof line - 1 <= begin_last) {
		memcpy(text + length, line, sizeof line - 1);
		length += sizeof line - 1;
	}
	memset(text + length, '\n', begin_last - length);
	memcpy(text + begin_last, last, sizeof last - 1);
	write_hosts(path, text);
	free(text);
	struct hosts *hosts = hosts_create(path);
	struct sockaddr_storage found[8];
	assert_int_equal(hosts_find(hosts, "a", AF_UNSPEC, found, 8), 8);
	assert_int_equal(hosts_find(hosts, "data", AF_UNSPEC, found, 8), 0);
	assert_int_equal(hosts_find(hosts, "database", AF_UNSPEC, found, 8), 0);
	hosts_destroy(hosts);
	assert_int_equal(unlink(path), 0);
}

static void test_rank(void **state)
{
	(void)state;
	/* An empty source: this machine has no way there. */
	static const struct {
		const char *to6, *from6, *to4, *from4;
		bool ipv6;
	} rows[] = {
		{ "2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2", true },
		{ "2001:db8::1", "", "192.0.2.1", "192.0.2.2", false },
		{ "2001:db8::1", "2001:db8::2", "192.0.2.1", "", true },
		{ "2001:db8::1", "", "192.0.2.1", "", false },
		{ "2001:db8::1", "fe80::2", "192.0.2.1", "192.0.2.2", false },	/* rule 2 */
		{ "2001:db8::1", "fd00::2", "192.0.2.1", "10.0.0.2", false },	/* rule 5 */
		{ "fd00::1", "fd00::2", "192.0.2.1", "10.0.0.2", false },	/* rule 6: precedence 3 against 35 */
		{ "2002::1", "2002::2", "192.0.2.1", "192.0.2.2", false },	/* 6to4: 30 against 35 */
		{ "::1", "::1", "127.0.0.1", "127.0.0.1", true },
		{ "2001:db8::1", "2001:db8::2", "192.0.2.1", "169.254.0.1", true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rank_pair six = { 0 }, four = { 0 };
		assert_true(address_read(rows[i].to6, &six.destination) && address_read(rows[i].to4, &four.destination));
		assert_true(rows[i].from6[0] == '\0' || address_read(rows[i].from6, &six.source));
		assert_true(rows[i].from4[0] == '\0' || address_read(rows[i].from4, &four.source));
		if (rank_prefers_ipv6(&six, &four) != rows[i].ipv6)
			fail_msg("row %zu", i);
	}
}

static void test_addresses_as_text(void **state)
{
	(void)state;
	static const struct {
		const char *text, *plain, *with_port;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", "192.0.2.1:443" },
		{ "2001:DB8:0::1", "2001:db8::1", "[2001:db8::1]:443" },
		{ "[::1]", "::1", "[::1]:443" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:443" },
	};
	struct sockaddr_storage address;
	char text[ADDRESS_TEXT_SIZE];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(address_read(rows[i].text, &address));
		assert_string_equal(address_print((struct sockaddr *)&address, text, sizeof text), rows[i].plain);
		address_set_port((struct sockaddr *)&address, 443);
		assert_string_equal(address_print((struct sockaddr *)&address, text, sizeof text), rows[i].with_port);
	}
	static const char *const bad[] = { "", "localhost", "1.2.3", "1.2.3.4.5", "[1.2.3.4]", "[::1", "::1]", "::g", "::1%nosuchif", "[]", "1:2" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (address_read(bad[i], &address))
			fail_msg("took \"%s\"", bad[i]);
}

static void test_loopback(void **state)
{
	(void)state;
	static const char *const own[] = {
		"127.0.0.1", "127.0.0.1:80", "127.255.255.255:443", "::1", "[::1]", "[::1]:80", "[::ffff:127.0.0.1]:80", "::ffff:127.1.2.3",
		"[::ffff:7f00:1]:80",
	};
	static const char *const others[] = {
		"", "1.27.0.0:127", "128.0.0.1", "192.0.2.1:80", "::", "[::]:80", "::1:2", "::10", "[::1:0]:80", "[2001:db8::1]:443", "::127.0.0.1",
		"[::ffff:192.0.2.1]:80", "fe80::1", "127.example:80", "[::1", "localhost",
	};
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (!address_is_loopback(own[i]))
			fail_msg("%s is another machine", own[i]);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (address_is_loopback(others[i]))
			fail_msg("%s is this machine", others[i]);
}

static void test_errors_of_sockets(void **state)
{
	(void)state;
	static const struct {
		int error;
		enum outcome at_once, later;
	} rows[] = {
		{ ECONNREFUSED, OUTCOME_CONNECT_REFUSED, OUTCOME_CONNECT_REFUSED },
		{ ENETUNREACH, OUTCOME_NO_ROUTE, OUTCOME_UNREACHABLE },
		{ EHOSTUNREACH, OUTCOME_NO_ROUTE, OUTCOME_UNREACHABLE },
		{ EAFNOSUPPORT, OUTCOME_NO_ROUTE, OUTCOME_INTERNAL },
		{ ETIMEDOUT, OUTCOME_CONNECT_TIMEOUT, OUTCOME_CONNECT_TIMEOUT },
		{ ECONNRESET, OUTCOME_RESET, OUTCOME_RESET },
		{ EMFILE, OUTCOME_NO_SOCKETS, OUTCOME_NO_SOCKETS },
		{ ENFILE, OUTCOME_NO_SOCKETS, OUTCOME_NO_SOCKETS },
		{ ENOBUFS, OUTCOME_NO_SOCKETS, OUTCOME_NO_SOCKETS },
		{ EADDRNOTAVAIL, OUTCOME_NO_SOCKETS, OUTCOME_INTERNAL },
		{ EPERM, OUTCOME_NOT_PERMITTED, OUTCOME_INTERNAL },
		{ EACCES, OUTCOME_NOT_PERMITTED, OUTCOME_UNREACHABLE },
	};
	struct sockaddr_storage here;
	assert_true(address_read("127.0.0.1", &here));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(outcome_of_errno(rows[i].error, (struct sockaddr *)&here), rows[i].at_once);
		assert_int_equal(outcome_of_reply(rows[i].error, (struct sockaddr *)&here), rows[i].later);
	}
}

struct chain {
	struct probe_loop *loop;
	unsigned calls, taken_back;
	bool calling;
};

static void never(void *arg)
{
	struct chain *chain = arg;
	chain->taken_back++;
}

static void again(void *arg)
{
	struct chain *chain = arg;
	assert_false(chain->calling);
	if (++chain->calls < 3) {
		chain->calling = true;
		probe_loop_defer(chain->loop, again, chain);
		probe_loop_defer(chain->loop, never, chain);
		probe_loop_undefer(chain->loop, never, chain);
		chain->calling = false;
	}
}

/* What a deferred call defers waits for the next turn; empty, the queue keeps no loop running. */
static void test_deferred_calls(void **state)
{
	(void)state;
	struct chain chain = { .loop = once.loop };
	probe_loop_defer(once.loop, again, &chain);
	assert_int_equal(chain.calls, 0);
	uv_run(&once.uv, UV_RUN_NOWAIT);
	assert_int_equal(chain.calls, 1);
	uv_run(&once.uv, UV_RUN_NOWAIT);
	uv_run(&once.uv, UV_RUN_NOWAIT);
	assert_int_equal(chain.calls, 3);
	assert_int_equal(chain.taken_back, 0);
	uv_run(&once.uv, UV_RUN_NOWAIT);
	assert_int_equal(uv_loop_alive(&once.uv), 0);
}

static int set_up(void **state)
{
	(void)state;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	const struct timeval patience = { .tv_usec = 50000 };	/* between looks at `stop` */
	server.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (server.fd < 0 || bind(server.fd, (struct sockaddr *)&address, size) != 0
	    || getsockname(server.fd, (struct sockaddr *)&address, &size) != 0
	    || setsockopt(server.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0
	    || pthread_create(&server.thread, NULL, serve, &server) != 0)
		return -1;
	server.port = ntohs(address.sin_port);
	snprintf(nameserver, sizeof nameserver, "127.0.0.1:%u", server.port);
	once_open(&once, nameserver);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	once_close(&once);
	atomic_store(&server.stop, true);
	pthread_join(server.thread, NULL);
	close(server.fd);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deferred_calls),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_order_of_one_family_is_kept),
		cmocka_unit_test(test_equal_lookups_are_one),
		cmocka_unit_test(test_checks_over_names),
		cmocka_unit_test(test_silence_delays_nobody_else),
		cmocka_unit_test(test_nobody_serves_names),
		cmocka_unit_test(test_bad_name_servers_are_refused),
		cmocka_unit_test(test_closes_under_way),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_hosts_too_long),
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_addresses_as_text),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_errors_of_sockets),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
