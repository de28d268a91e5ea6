/* The name server of the tests, asked by c-ares: what somebody else's resolver makes of it is what counts. */
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include <cmocka.h>

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>

#include "../lib/await.h"
#include "../lib/dns_peer.h"

struct asked {
	bool done;
	int status;
	char text[256];		/* what the answer says, blank separated */
};

static void add(struct asked *asked, const char *word)
{
	size_t used = strlen(asked->text);

	snprintf(asked->text + used, sizeof asked->text - used, "%s%s", used ? " " : "", word);
}

static void add_addresses(struct asked *asked, struct hostent *host)
{
	char text[INET6_ADDRSTRLEN];
	char **address;

	for (address = host->h_addr_list; *address; address++)
		add(asked, inet_ntop(host->h_addrtype, *address, text, sizeof text));
	if (host->h_aliases[0]) {
		add(asked, "is");
		add(asked, host->h_name);
	}
	ares_free_hostent(host);
}

static void take_a(void *arg, int status, int timeouts, unsigned char *data, int length)
{
	struct asked *asked = arg;
	struct ares_addrttl ttls[8];
	struct hostent *host;
	int count = 8;

	asked->status = status == ARES_SUCCESS ? ares_parse_a_reply(data, length, &host, ttls, &count) : status;
	asked->done = true;
	if (asked->status == ARES_SUCCESS) {
		char ttl[16];
		add_addresses(asked, host);
		snprintf(ttl, sizeof ttl, "ttl=%d", count ? ttls[0].ttl : -1);
		add(asked, ttl);
	}
}

static void take_aaaa(void *arg, int status, int timeouts, unsigned char *data, int length)
{
	struct asked *asked = arg;
	struct hostent *host;

	asked->status = status == ARES_SUCCESS ? ares_parse_aaaa_reply(data, length, &host, NULL, NULL) : status;
	asked->done = true;
	if (asked->status == ARES_SUCCESS)
		add_addresses(asked, host);
}

static void take_txt(void *arg, int status, int timeouts, unsigned char *data, int length)
{
	struct asked *asked = arg;
	struct ares_txt_reply *txt;

	asked->status = status == ARES_SUCCESS ? ares_parse_txt_reply(data, length, &txt) : status;
	asked->done = true;
	if (asked->status == ARES_SUCCESS) {
		add(asked, (const char *)txt->txt);
		ares_free_data(txt);
	}
}

static void take_mx(void *arg, int status, int timeouts, unsigned char *data, int length)
{
	struct asked *asked = arg;
	struct ares_mx_reply *mx;

	asked->status = status == ARES_SUCCESS ? ares_parse_mx_reply(data, length, &mx) : status;
	asked->done = true;
	if (asked->status == ARES_SUCCESS) {
		snprintf(asked->text, sizeof asked->text, "%u %s", mx->priority, mx->host);
		ares_free_data(mx);
	}
}

/* timeout_ms is for one try of one. */
static struct asked ask(const struct dns_peer *peer, const char *name, const char *type, int timeout_ms)
{
	static const struct { const char *name; int type; ares_callback take; } types[] = {
		{ "A", ns_t_a, take_a }, { "AAAA", ns_t_aaaa, take_aaaa }, { "TXT", ns_t_txt, take_txt }, { "MX", ns_t_mx, take_mx },
	};
	struct ares_options options = { .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP, .timeout = timeout_ms,
		.tries = 1, .lookups = (char[]){ "b" } };
	const int which = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS;
	struct asked asked = { 0 };
	ares_channel channel;
	size_t i;

	assert_int_equal(ares_init_options(&channel, &options, which), ARES_SUCCESS);
	assert_int_equal(ares_set_servers_ports_csv(channel, dns_peer_address(peer)), ARES_SUCCESS);
	for (i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].name, type) == 0)
			ares_query(channel, name, ns_c_in, types[i].type, types[i].take, &asked);
	while (!asked.done) {
		struct timeval longest = { .tv_sec = 30 }, left;
		fd_set readable, writable;
		int count;

		FD_ZERO(&readable);
		FD_ZERO(&writable);
		count = ares_fds(channel, &readable, &writable);
		assert_true(count > 0);
		assert_true(select(count, &readable, &writable, NULL, ares_timeout(channel, &longest, &left)) >= 0);
		ares_process(channel, &readable, &writable);
	}
	ares_destroy(channel);
	return asked;
}

static struct dns_peer *start(const char *records)
{
	struct error err = { 0 };
	struct dns_peer *peer = dns_peer_start(records, &err);

	if (!peer)
		fail_msg("%s", err.text);
	return peer;
}

static const char records[] =
	"# what the rows below ask for\n"
	"a.test A 127.0.0.1; a.test A 127.0.0.2; a.test AAAA ::1\n"
	"a.test TXT \"v=1 words\"; a.test MX 10 mail.test; a.test TTL 5\n"
	"www.test CNAME a.test\n"
	"far.test CNAME nx.test\n"
	"loop.test CNAME loop.test\n"
	"*.wild.test A 127.0.0.3\n"
	"nx.test NXDOMAIN\n"
	"empty.test NODATA\n"
	"fail.test SERVFAIL\n"
	"refused.test REFUSED\n"
	"silent.test SILENT\n"
	"slow.test A 127.0.0.4; slow.test DELAY 50\n"
	"garbage.test GARBAGE\n"
	"big.test A 127.0.0.5; big.test TRUNCATED\n";

static void test_answers_by_name(void **state)
{
	static const struct { const char *name, *type; int status; const char *text; } rows[] = {
		{ "a.test", "A", ARES_SUCCESS, "127.0.0.1 127.0.0.2 ttl=5" },
		{ "A.TEST", "A", ARES_SUCCESS, "127.0.0.1 127.0.0.2 ttl=5" },
		{ "a.test", "AAAA", ARES_SUCCESS, "::1" },
		{ "a.test", "TXT", ARES_SUCCESS, "v=1 words" },
		{ "a.test", "MX", ARES_SUCCESS, "10 mail.test" },
		{ "www.test", "A", ARES_SUCCESS, "127.0.0.1 127.0.0.2 is a.test ttl=60" },
		{ "far.test", "A", ARES_ENOTFOUND, "" },
		{ "loop.test", "A", ARES_SUCCESS, "is loop.test ttl=-1" },	/* a success without an address */
		{ "x.wild.test", "A", ARES_SUCCESS, "127.0.0.3 ttl=60" },
		{ "nx.test", "A", ARES_ENOTFOUND, "" },
		{ "never.heard.of", "A", ARES_ENOTFOUND, "" },
		{ "empty.test", "A", ARES_ENODATA, "" },
		{ "x.wild.test", "AAAA", ARES_ENODATA, "" },
		{ "fail.test", "A", ARES_ESERVFAIL, "" },
		{ "refused.test", "A", ARES_EREFUSED, "" },
		{ "slow.test", "A", ARES_SUCCESS, "127.0.0.4 ttl=60" },
		{ "garbage.test", "A", ARES_EBADRESP, "" },
		{ "big.test", "A", ARES_SUCCESS, "127.0.0.5 ttl=60" },
	};
	struct dns_peer *peer = start(records);
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct asked asked = ask(peer, rows[i].name, rows[i].type, 20000);
		print_message("%s %s: %s\n", rows[i].name, rows[i].type, ares_strerror(asked.status));
		assert_int_equal(asked.status, rows[i].status);
		assert_string_equal(asked.text, rows[i].text);
	}
	dns_peer_stop(peer);
}

static void test_is_silent(void **state)
{
	struct dns_peer *peer = start(records);

	assert_int_equal(ask(peer, "silent.test", "A", 50).status, ARES_ETIMEOUT);
	AWAIT(dns_peer_queries(peer) == 1, 20000);
	dns_peer_stop(peer);
}

static void test_logs_and_takes_other_records(void **state)
{
	struct dns_peer *peer = start("big.test A 127.0.0.1; big.test TRUNCATED");
	char *log;

	assert_int_equal(ask(peer, "big.test", "A", 20000).status, ARES_SUCCESS);
	assert_true(dns_peer_set(peer, "new.test A 127.0.0.9", NULL));
	assert_string_equal(ask(peer, "new.test", "A", 20000).text, "127.0.0.9 ttl=60");
	assert_int_equal(ask(peer, "big.test", "AAAA", 20000).status, ARES_ENOTFOUND);
	log = dns_peer_log(peer);
	assert_string_equal(log, "request udp big.test A\nrequest tcp big.test A\nrecords\nrequest udp new.test A\nrequest udp big.test AAAA\n");
	free(log);
	dns_peer_stop(peer);
}

static void test_refuses_records_that_make_no_sense(void **state)
{
	static const char *const rows[] = {
		"a.test", "a.test B 1", "a.test A", "a.test A ::1", "a.test AAAA 127.0.0.1", "a.test CNAME", "a.test CNAME a..b", "a.test MX mail",
		"a.test MX 10", "a.test DELAY", "a.test DELAY soon", "a.test NXDOMAIN really",
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error err = { 0 };
		if (dns_peer_start(rows[i], &err))
			fail_msg("taken: %s", rows[i]);
		assert_non_null(strstr(err.text, "a.test"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_by_name),
		cmocka_unit_test(test_is_silent),
		cmocka_unit_test(test_logs_and_takes_other_records),
		cmocka_unit_test(test_refuses_records_that_make_no_sense),
	};

	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
