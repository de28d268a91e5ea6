/* Mails: what is written, that no name becomes a header, and the dialogue with a server that does what it should and what it should not. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

#include "../../src/alert/mail.h"
#include "../../src/alert/plan.h"
#include "../lib/await.h"
#include "../lib/peer.h"
#include "../lib/telling.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char usual[] = "server=mail.example\nfrom=Kumatop at mon1 <kumatop@example.com>\nto=ops@example.com, Caf\xc3\xa9 <cafe@example.com>\ncc=boss@example.com";

static char *compose(const struct alert_message *message)
{
	struct channel_spec *channel = telling_channel("email", usual, "");
	struct buf out;

	buf_init(&out, BODY_MOST);
	mail_compose(channel, message, "mon1", TELLING_TIME_S * SECOND_US, &out);
	channel_spec_release(channel);
	return buf_take(&out);
}

static void test_composed(void **state)
{
	struct alert_message *message = telling_message(ALERT_DOWN);
	char *mail = compose(message);

	assert_string_equal(mail,
	    "Date: Mon, 30 Nov 2026 00:53:20 +0000\r\n"
	    "From: \"Kumatop at mon1\" <kumatop@example.com>\r\n"
	    "To: ops@example.com,\r\n =?UTF-8?B?Q2Fmw6k=?= <cafe@example.com>\r\n"
	    "Cc: boss@example.com\r\n"
	    "Subject: DOWN: shop\r\n"
	    "Message-ID: <23352a67-ac7f-8c4b-9d98-023dc1a54ee5@mon1>\r\n"
	    "References: <42b7e863-641e-8e26-b451-d9d4a81b0e3d@mon1>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "X-Kumatop-Event: down\r\n"
	    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "503 Service Unavailable (expected 200-299)\r\n"
	    "https://shop.example/health?a=3D1&b=3D2 (http)\r\n"
	    "since 2026-11-30 00:51:50 UTC\r\n"
	    "runbook: https://wiki.example/shop\r\nowner: web team\r\ngroup: Front\r\ntags: prod, web\r\n");
	free(mail);
	alert_message_release(message);
}

static const char *header(const char *mail, const char *name)
{
	static char value[4096];
	char *mark = heap_print("\r\n%s: ", name);
	const char *at = strstr(mail, mark);

	value[0] = '\0';
	if (at) {
		at += strlen(mark);
		snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
	}
	free(mark);
	return value;
}

static void test_events(void **state)
{
	static const struct {
		enum alert_kind kind;
		const char *subject;
	} rows[] = {
		{ ALERT_UP, "UP: shop, was down for 5m12s" }, { ALERT_DEGRADED, "DEGRADED: shop" },
		{ ALERT_CERTIFICATE, "CERTIFICATE: shop expires in 7 days" }, { ALERT_DIGEST, "2 DOWN, 1 DEGRADED, 4 more: same host 192.0.2.1" },
		{ ALERT_TEST, "TEST: ops" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct alert_message *message = telling_message(rows[i].kind);
		char *mail = compose(message);

		assert_string_equal(header(mail, "Subject"), rows[i].subject);
		assert_string_equal(header(mail, "X-Kumatop-Event"), alert_kind_word((int)rows[i].kind));
		free(mail);
		alert_message_release(message);
	}
}

/* Lines as RFC 5322 and 2045 want them; every header is one that we wrote. */
static void check_form(const char *mail)
{
	static const char *const known[] = { "Date:", "From:", "To:", "Cc:", "Subject:", "Message-ID:", "References:", "Auto-Submitted:",
		"X-Kumatop-Event:", "MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:" };
	bool body = false;

	while (*mail) {
		size_t length = strcspn(mail, "\r\n");
		bool found = body || length == 0 || *mail == ' ';

		assert_memory_equal(mail + length, "\r\n", 2);
		assert_true(length <= 78);
		for (size_t i = 0; i < length; i++)
			assert_true((unsigned char)mail[i] >= ' ' && (unsigned char)mail[i] <= '~');
		assert_false(body && *mail == '.');
		for (size_t i = 0; i < COUNT(known) && !found; i++)
			found = strncmp(mail, known[i], strlen(known[i])) == 0;
		if (!found)
			fail_msg("a header of somebody's own: %.*s", (int)length, mail);
		body |= length == 0;
		mail += length + 2;
	}
}

static void test_hostile(void **state)
{
	for (int kind = 0; kind < ALERT_KIND_COUNT; kind++) {
		struct alert_message *hostile = telling_hostile_message((enum alert_kind)kind);
		char *mail = compose(hostile);

		check_form(mail);
		free(mail);
		alert_message_release(hostile);
	}
	struct alert_message *message = telling_message(ALERT_DOWN);
	char *mail;
	alert_set(&message->name, "=?UTF-8?B?ZXZpbA==?=");
	alert_set(&message->reason, ".\n..");
	mail = compose(message);
	check_form(mail);
	assert_memory_equal(header(mail, "Subject"), "=?UTF-8?B?RE9XTjog", 18);	/* coded once more, not read as it pretends */
	free(mail);
	alert_message_release(message);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *text, *address;
	} rows[] = {
		{ "ops@example.com", "ops@example.com" }, { "Ops <ops@example.com>", "ops@example.com" }, { "<ops@[192.0.2.1]>", "ops@[192.0.2.1]" },
		{ "ops", NULL }, { "@example.com", NULL }, { "ops@", NULL }, { "a b@example.com", NULL }, { "a@b@c", NULL }, { "Ops <ops@example.com", NULL },
		{ "a@b>,<c@d", NULL }, { "a@b\r\nRCPT TO:<c@d>", NULL }, { "caf\xc3\xa9@example.com", NULL }, { "", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *address = mail_address(rows[i].text, NULL);

		if (!rows[i].address ? address != NULL : !address || strcmp(address, rows[i].address) != 0)
			fail_msg("%s: %s", rows[i].text, address ? address : "refused");
		free(address);
	}
}

static struct channel_spec *channel_at(const struct peer *peer, const char *more)
{
	char *settings = heap_print("server=127.0.0.1:%u\nfrom=kumatop@example.com\nto=ops@example.com, Two <two@example.com>\n%s", peer_port(peer), more);
	struct channel_spec *channel = telling_channel("email", settings, "");

	free(settings);
	return channel;
}

static void expect_said(struct peer *peer, unsigned index, const char *wanted)
{
	char *said = peer_request(peer, index);

	if (!said || strncmp(said, wanted, strlen(wanted)) != 0)
		fail_msg("line %u: got %s, wanted %s", index, said ? said : "nothing", wanted);
	free(said);
}

#define GREETING "send \"220 mail.example ESMTP\\r\\n\"; read-line; "
#define PLAIN_EHLO "send \"250-mail.example\\r\\n250 SIZE 1000000\\r\\n\"; "
#define ENVELOPE "read-line; send \"250 ok\\r\\n\"; read-line; send \"250 ok\\r\\n\"; read-line; send \"250 ok\\r\\n\"; "
#define DATA "read-line; send \"354 go on\\r\\n\"; read-until \"\\r\\n.\\r\\n\"; send \"250 2.0.0 queued as 4711\\r\\n\"; "
#define QUIT "read-line; send \"221 bye\\r\\n\"; close"

static void test_dialogue(void **state)
{
	struct peer *peer = peer_start(GREETING "send \"250-mail.example\\r\\n250-AUTH PLAIN\\r\\n250 SIZE 1000000\\r\\n\"; read-line; "
	    "send \"235 welcome\\r\\n\"; " ENVELOPE DATA QUIT, NULL);
	struct channel_spec *channel = channel_at(peer, "tls=none\nuser=kumatop\npassword=pass-canary");
	struct alert_message *message = telling_message(ALERT_DOWN);
	struct alert_fate fate;
	char *mail;

	telling_start(NULL);
	fate = telling_send(channel, message);
	if (fate.outcome != ALERT_DELIVERED)
		fail_msg("%s", fate.answer);
	assert_int_equal(fate.code, 250);
	assert_string_equal(fate.answer, "250 2.0.0 queued as 4711");
	expect_said(peer, 0, "EHLO mon1\r\n");
	expect_said(peer, 1, "AUTH PLAIN ");
	expect_said(peer, 2, "MAIL FROM:<kumatop@example.com>\r\n");
	expect_said(peer, 3, "RCPT TO:<ops@example.com>\r\n");
	expect_said(peer, 4, "RCPT TO:<two@example.com>\r\n");
	expect_said(peer, 5, "DATA\r\n");
	mail = peer_request(peer, 6);
	assert_non_null(strstr(mail, "\r\nSubject: DOWN: shop\r\n"));
	assert_non_null(strstr(mail, "\r\nTo: ops@example.com,\r\n \"Two\" <two@example.com>\r\n"));
	assert_null(strstr(mail, "canary"));
	free(mail);
	telling_stop();
	alert_message_release(message);
	channel_spec_release(channel);
	peer_stop(peer);
}

static void test_starttls(void **state)
{
	struct peer *peer = peer_start(GREETING "send \"250-mail.example\\r\\n250 STARTTLS\\r\\n\"; read-line; send \"220 go\\r\\n\"; tls good; read-line; "
	    PLAIN_EHLO ENVELOPE DATA QUIT, NULL);
	struct channel_spec *channel = channel_at(peer, "tls=starttls");
	struct alert_message *message = telling_message(ALERT_UP);
	struct alert_fate fate;

	setenv("SSL_CERT_FILE", peer_ca_file(), 1);
	telling_start(NULL);
	fate = telling_send(channel, message);
	if (fate.outcome != ALERT_DELIVERED)
		fail_msg("%s", fate.answer);
	expect_said(peer, 1, "STARTTLS\r\n");
	assert_true(peer_set_script(peer, GREETING "send \"250-mail.example\\r\\n250 STARTTLS\\r\\n\"; read-line; send \"220 go\\r\\n\"; tls self-signed", NULL));
	assert_int_equal(telling_send(channel, message).outcome, ALERT_LATER);
	/* Somebody on the way who takes STARTTLS out of the answer gets nothing to read. */
	assert_true(peer_set_script(peer, GREETING PLAIN_EHLO ENVELOPE DATA QUIT, NULL));
	assert_int_equal(telling_send(channel, message).outcome, ALERT_LATER);
	channel_spec_release(channel);
	channel = channel_at(peer, "tls=tls");
	assert_true(peer_set_script(peer, "tls good; " GREETING PLAIN_EHLO ENVELOPE DATA QUIT, NULL));
	fate = telling_send(channel, message);
	if (fate.outcome != ALERT_DELIVERED)
		fail_msg("%s", fate.answer);
	telling_stop();
	unsetenv("SSL_CERT_FILE");
	alert_message_release(message);
	channel_spec_release(channel);
	peer_stop(peer);
}

static void test_failures(void **state)
{
	static const struct {
		const char *more, *script;
		enum alert_outcome outcome;
		int code;
		const char *answer;
	} rows[] = {
		{ "tls=none", "send \"421 too busy\\r\\n\"; close", ALERT_LATER, 421, "421 too busy" },
		{ "tls=none", "send \"554 go away\\r\\n\"; close", ALERT_REFUSED, 554, "554 go away" },
		{ "tls=none", GREETING PLAIN_EHLO "read-line; send \"451 later\\r\\n\"; read-line; close", ALERT_LATER, 451, "451 later" },
		{ "tls=none", GREETING PLAIN_EHLO "read-line; send \"250 ok\\r\\n\"; read-line; send \"550 no such user\\r\\n\"; read-line; close", ALERT_REFUSED, 550,
		  "550 no such user" },
		{ "tls=none", GREETING PLAIN_EHLO ENVELOPE "read-line; send \"354 go on\\r\\n\"; read-until \"\\r\\n.\\r\\n\"; send \"552 too much\\r\\n\"; read-line; close",
		  ALERT_REFUSED, 552, "552 too much" },
		{ "tls=none\nuser=u\npassword=p", GREETING "send \"250-x\\r\\n250 AUTH PLAIN\\r\\n\"; read-line; send \"535 denied\\r\\n\"; read-line; close", ALERT_REFUSED,
		  535, "535 denied" },
		{ "tls=none\ntimeout=1s", "hang", ALERT_LATER, -1, "no answer in time" },
		{ "tls=none\ntimeout=1s", GREETING PLAIN_EHLO ENVELOPE "read-line; send \"354 go on\\r\\n\"; hang", ALERT_LATER, -1, "no answer in time" },
		/* Of what comes after the end nobody waits for anything. */
		{ "tls=none", GREETING PLAIN_EHLO ENVELOPE DATA "read-line; hang", ALERT_DELIVERED, 250, "250 2.0.0 queued as 4711" },
		{ "tls=none", GREETING PLAIN_EHLO "read-line; send \"550 no\\r\\n\"; read-line; hang", ALERT_REFUSED, 550, "550 no" },
		{ "tls=none", "refuse", ALERT_LATER, -1, "" },
		{ "tls=none", "reset", ALERT_LATER, -1, "" },
	};
	struct peer *peer = peer_start("hang", NULL);
	struct alert_message *message = telling_message(ALERT_DOWN);

	telling_start(NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct channel_spec *channel = channel_at(peer, rows[i].more);
		struct alert_fate fate;

		assert_true(peer_set_script(peer, rows[i].script, NULL));
		fate = telling_send(channel, message);
		if (fate.outcome != rows[i].outcome || fate.code != rows[i].code || strncmp(fate.answer, rows[i].answer, strlen(rows[i].answer)) != 0)
			fail_msg("row %zu: outcome %d, code %d: %s", i, (int)fate.outcome, fate.code, fate.answer);
		channel_spec_release(channel);
	}
	telling_stop();
	alert_message_release(message);
	peer_stop(peer);
}

static bool seals(const char *settings)
{
	struct channel_spec *spec = channel_spec_create(channel_kind_find("email"), NULL, NULL);
	char *server = heap_text(settings), *rest = strchr(server, '|');
	bool fine;

	*rest++ = '\0';
	setting_from_text(setting_find(spec->kind->settings, NULL, "server"), &spec->settings, server, NULL);
	setting_from_text(setting_find(spec->kind->settings, NULL, "tls"), &spec->settings, rest, NULL);
	setting_from_text(setting_find(spec->kind->settings, NULL, "from"), &spec->settings, "a@b.example", NULL);
	setting_from_text(setting_find(spec->kind->settings, NULL, "to"), &spec->settings, "a@b.example", NULL);
	setting_from_text(setting_find(spec->kind->settings, NULL, "user"), &spec->settings, "u", NULL);
	setting_from_text(setting_find(spec->kind->settings, NULL, "password"), &spec->settings, "p", NULL);
	fine = channel_spec_seal(spec, NULL);
	free(server);
	channel_spec_release(spec);
	return fine;
}

static void test_passwords_in_the_open(void **state)
{
	assert_true(seals("mail.example|starttls"));
	assert_true(seals("mail.example|tls"));
	assert_false(seals("mail.example|none"));
	assert_true(seals("localhost:2525|none"));
	assert_true(seals("[::1]:2525|none"));
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);	/* as main() does */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_composed), cmocka_unit_test(test_events), cmocka_unit_test(test_hostile), cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_dialogue), cmocka_unit_test(test_starttls), cmocka_unit_test(test_failures),
		cmocka_unit_test(test_passwords_in_the_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
