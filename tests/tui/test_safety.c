/*
 * Text of others never reaches the terminal as anything but text: what servers, certificates, redirects, the database, names and
 * files say, seen in every view of the real program. Looked at are the bytes that went out, the title, the bells, the cells.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/keeping.h"
#include "../lib/live.h"
#include "../lib/peer.h"
#include "../lib/scratch.h"

#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"

/*
 * Titles, the clipboard, colours, the cursor, another screen, a reset, strings; the same in their eight-bit forms, raw and as UTF-8;
 * controls, reversed and invisible text, tags, broken UTF-8. Numbers above 999 tell them from what kumatop writes itself.
 */
#define BAD "EVIL\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[31;6666m\x1b[6666;6666H\x1b[?1049l\x1b[?25h\x1b" "c\x1bPq\x1b\\" \
	"\x9b" "31;6666m\x9d" "0;owned\x9c\xc2\x9b" "7;6666m\xc2\x9d" "0;owned\xc2\x9c\xc2\x85\r\b\b\b\x7f\x07\x0e\x0f\x0b\x0c\t" \
	"\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf\xd8\x9c\xf3\xa0\x81\x81\xff\xfe\xc0\x9b\xed\xa0\x80" "END"

/* What is left of it in sight: the part that is text. */
#define BAD_SEEN "EVIL]0;owned"

static struct live *live;
static struct peer *web, *tls_host, *tls_issuer, *garbage, *silent;

static void write_file(const char *name, const char *text)
{
	char *path = scratch_path(live->directory, name);
	FILE *file = fopen(path, "we");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		fail_msg("%s cannot be written", path);
	free(path);
}

static struct peer *serve(const char *script)
{
	struct error err;
	struct peer *peer = peer_start(script, &err);

	if (!peer)
		fail_msg("%s", err.text);
	return peer;
}

/* One answer for each place that a server can put text into; each makes its check fail, so that it is shown. */
static const struct { const char *path, *answer; } answers[] = {
	{ "status", "HTTP/1.1 503 " BAD "\r\nContent-Length: 0\r\n\r\n" },
	{ "header", "HTTP/1.1 500 Oops\r\nServer: " BAD "\r\nX-" BAD ": y\r\nRetry-After: " BAD "\r\nContent-Length: 0\r\n\r\n" },
	{ "body", "HTTP/1.1 500 Oops\r\nContent-Type: text/plain\r\nContent-Length: 400\r\n\r\n" BAD "\n" BAD "\n" BAD "\n" BAD },
	{ "redirect", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/" BAD "\r\nContent-Length: 0\r\n\r\n" },
	{ "scheme", "HTTP/1.1 302 Found\r\nLocation: ftp://" BAD "\r\nContent-Length: 0\r\n\r\n" },
	{ "host", "HTTP/1.1 302 Found\r\nLocation: http://" BAD "/\r\nContent-Length: 0\r\n\r\n" },
};

enum { ANSWERS = sizeof answers / sizeof *answers };

static int set_up(void **state)
{
	struct buf script;

	live = live_create();
	assert_non_null(peer_ca_file());	/* there before the servers are, so that they share it */
	buf_init(&script, 1 << 16);
	for (size_t i = 0; i < ANSWERS; i++) {
		write_file(answers[i].path, answers[i].answer);
		buf_print(&script, "on /%s { send-file %s/%s }\n", answers[i].path, live->directory, answers[i].path);
	}
	web = serve(script.data);
	buf_clear(&script);
	write_file("raw", BAD "\r\n" BAD "\r\n\r\n");
	buf_print(&script, "read-some; send-file %s/raw", live->directory);
	garbage = serve(script.data);
	buf_finish(&script);
	tls_host = serve("tls hostile-host; read-request; respond 200 hello");
	tls_issuer = serve("tls hostile-issuer; read-request; respond 200 hello");
	silent = serve("read-request; hang");
	return 0;
}

static int tear_down(void **state)
{
	peer_stop(web);
	peer_stop(garbage);
	peer_stop(tls_host);
	peer_stop(tls_issuer);
	peer_stop(silent);
	live_destroy(live);
	return 0;
}

static bool is_harmful(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x061c || (point >= 0x200b && point <= 0x200f)
	    || (point >= 0x202a && point <= 0x202e) || (point >= 0x2060 && point <= 0x2069) || point == 0xfeff
	    || (point >= 0xe0000 && point <= 0xe0fff);
}

/* The length of a sequence that kumatop may well write itself; 0: it is another. */
static size_t own_sequence(const char *at)
{
	size_t length = 2;

	if (strchr("()", at[1]) && at[1])
		return strchr("B0", at[2]) && at[2] ? 3 : 0;
	if (strchr("78=>M", at[1]) && at[1])
		return 2;
	if (at[1] != '[')
		return 0;
	bool private = at[2] == '?' || at[2] == '>';

	for (length += private; (at[length] >= '0' && at[length] <= '9') || at[length] == ';' || at[length] == '$'; length++) {
		if (!private && at[length] >= '0' && at[length] <= '9' && strspn(at + length, "0123456789") > 3)
			return 0;
	}
	return at[length] >= '@' && at[length] <= 'z' ? length + 1 : 0;
}

/* The log of bytes ends in the middle of a sequence: the rest is still to be read. */
static bool is_cut(const char *at)
{
	size_t length = 1 + strspn(at + 1, "[?>0123456789;$()");

	return at[length] == '\0';
}

static void fail_at(struct term *term, const char *bytes, size_t at, size_t length, const char *what)
{
	struct buf shown;
	size_t from = at > 40 ? at - 40 : 0;

	buf_init(&shown, 4096);
	for (size_t i = from; i < length && i < at + 40; i++)
		buf_print(&shown, bytes[i] >= ' ' && bytes[i] < 0x7f ? "%c" : "<%02x>", (unsigned char)bytes[i]);
	term_dump(term);
	fail_msg("%s at byte %zu: %s", what, at, shown.data);
}

/* Every byte that has been written. */
static void expect_clean_bytes(struct term *term)
{
	size_t length, i = 0;
	const char *bytes = term_bytes(term, &length);

	while (i < length) {
		unsigned char byte = (unsigned char)bytes[i];
		uint32_t point;
		size_t n;

		if (byte == 0x1b) {
			if (is_cut(bytes + i))
				break;
			n = own_sequence(bytes + i);
			if (!n)
				fail_at(term, bytes, i, length, "a foreign sequence");
		} else if (byte == '\r' || byte == '\n' || byte == '\b' || byte == '\t') {
			n = 1;
		} else {
			n = text_decode(bytes + i, length - i, &point);
			if (byte >= 0xc0 && n < 2 && length - i < 4)
				break;		/* the rest of it is not there yet */
			if (!n || (n == 1 && byte >= 0x80) || is_harmful(point))
				fail_at(term, bytes, i, length, "a harmful character");
		}
		i += n;
	}
}

static void expect_harmless(struct term *term)
{
	expect_clean_bytes(term);
	assert_string_equal(term_title(term), "");
	assert_int_equal(term_bells(term), 0);
}

/* While the screen is up: it is still ours, and each row is where it was put. */
static void expect_untouched(struct term *term)
{
	struct term_modes modes = term_modes(term);

	expect_harmless(term);
	assert_true(modes.alt_screen);
	assert_true(modes.bracketed_paste);
	assert_false(modes.mouse || modes.focus || modes.wrap_off);
}

static void configure_servers(void)
{
	struct buf text;

	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < ANSWERS; i++)
		buf_print(&text, "  { name = \"%s\"; http = \"%s/%s\"; },\n", answers[i].path, peer_url(web), answers[i].path);
	buf_print(&text, "  { name = \"keyword\"; http = \"%s/body\"; expect = { status = [\"500\"]; body = \"never\"; }; },\n",
	    peer_url(web));
	buf_print(&text, "  { name = \"garbage\"; http = \"%s/\"; },\n", peer_url(garbage));
	buf_print(&text, "  { name = \"tls-host\"; http = \"https://127.0.0.1:%u/\"; ca_file = \"%s\"; },\n",
	    peer_port(tls_host), peer_ca_file());
	buf_print(&text, "  { name = \"tls-issuer\"; http = \"https://127.0.0.1:%u/\"; }\n", peer_port(tls_issuer));
	live_configure(live, "monitors: (\n%s);", text.data);
	buf_finish(&text);
}

static const char *const names[] = {
	"status", "header", "body", "redirect", "scheme", "host", "keyword", "garbage", "tls-host", "tls-issuer",
};

enum { NAMES = sizeof names / sizeof *names };

static void select_monitor(struct term *term, const char *name)
{
	/* F3 and the whole name: the first that has it */
	term_keys(term, "\x1bOR");
	term_keys(term, name);
	term_keys(term, "\r");
	LIVE_EXPECT_ROW(term, "►", name);
}

/* The log is asked for, and what has come of it is under the cursor: until then there is nothing for keys to act on. */
static void expect_log(struct term *term)
{
	TERM_EXPECT(term, "follows ");
	TERM_EXPECT(term, "►");
}

static void look_everywhere(struct term *term, const char *name)
{
	select_monitor(term, name);
	term_keys(term, "\r");
	TERM_EXPECT(term, "events");
	term_keys(term, "]");
	term_keys(term, "v");
	TERM_EXPECT(term, "last check");
	term_keys(term, "G");
	term_keys(term, "qL");
	expect_log(term);
	term_keys(term, "\r");
	TERM_EXPECT_GONE(term, "follows ");
	expect_untouched(term);
	term_keys(term, "q");
	expect_log(term);
	term_keys(term, "qq");
	TERM_EXPECT(term, "HEARTBEAT");
}

static void test_servers(void **state)
{
	static const struct { int rows, cols; const char *env; } sizes[] = {
		{ 24, 80, "LC_ALL=C.UTF-8" }, { 40, 120, "LC_ALL=C" }, { 60, 200, "LC_ALL=C.UTF-8" },
	};

	configure_servers();
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct term *term = live_start(live, sizes[i].rows, sizes[i].cols, (const char *[]){ sizes[i].env, NULL }, NULL);
		char *count = heap_print(i == 0 ? "▼%d" : i == 1 ? "%d DOWN" : "▼ %d DOWN", NAMES);

		TERM_EXPECT(term, count);
		term_keys(term, "L");
		TERM_EXPECT(term, "all monitors");
		expect_untouched(term);
		term_keys(term, "q");
		TERM_EXPECT(term, "HEARTBEAT");
		for (size_t j = 0; j < NAMES && i != 1; j++)
			look_everywhere(term, names[j]);
		term_keys(term, "QQ");
		TERM_EXPECT_EXIT(term, 0);
		expect_harmless(term);
		free(count);
		term_stop(term);
	}
}

/* That the text does come through where it is evidence: else the test above would test nothing. */
static void test_servers_are_quoted(void **state)
{
	static const char *const quoted[] = { "status", "body", "keyword", "redirect", "host" };
	struct term *term;

	configure_servers();
	term = live_start(live, 60, 200, NULL, NULL);
	TERM_EXPECT(term, "▼ 10 DOWN");
	for (size_t i = 0; i < sizeof quoted / sizeof *quoted; i++) {
		select_monitor(term, quoted[i]);
		term_keys(term, "v");
		TERM_EXPECT(term, "last check");
		TERM_EXPECT(term, BAD_SEEN);
		term_keys(term, "q");
		TERM_EXPECT(term, "HEARTBEAT");
	}
	for (size_t i = 0; i < 2; i++) {
		select_monitor(term, i ? "tls-issuer" : "tls-host");
		term_keys(term, "v");
		TERM_EXPECT(term, "bad]0;owned[31;6666m");
		term_keys(term, "q");
		TERM_EXPECT(term, "HEARTBEAT");
	}
	expect_untouched(term);
	live_quit(term);
}

/* One monitor's authorities are nobody else's, whoever was checked first. */
static void test_authorities_are_not_shared(void **state)
{
	struct peer *good = serve("tls good; read-request; respond 200 hello");
	unsigned port = peer_port(good);

	/* a check or two that are not answered in time say nothing of authorities */
	live_configure(live, "monitors: ( { name = \"believes\"; http = \"https://127.0.0.1:%u/\"; ca_file = \"%s\"; fall = 3; },\n"
	    "{ name = \"doubts\"; http = \"https://127.0.0.1:%u/\"; },\n"
	    "{ name = \"insists\"; http = \"https://127.0.0.1:%u/\"; ca_file = \"%s\"; fall = 3; } );",
	    port, peer_ca_file(), port, port, peer_ca_file());
	struct term *term = live_start(live, 24, 160, NULL, NULL);

	LIVE_EXPECT_ROW(term, "doubts", "certificate is from an issuer");
	unsigned before = peer_connections(good);

	AWAIT((term_read(term), peer_connections(good) > before + 8), TERM_PATIENCE_MS);
	LIVE_EXPECT_ROW(term, "believes", "200 OK");
	LIVE_EXPECT_ROW(term, "insists", "200 OK");
	LIVE_EXPECT_ROW(term, "doubts", "certificate is from an issuer");
	assert_int_equal(keeping_number(live->database, "SELECT count(*) FROM event JOIN monitor m ON m.id = monitor WHERE event.kind = 1"
	    " AND (m.name = 'doubts') <> (to_state = (SELECT number FROM word WHERE what = 'state' AND word = 'down'))"), 0);
	live_quit(term);
	peer_stop(good);
}

static void test_form(void **state)
{
	struct term *term;

	live_configure(live, "monitors: ( { name = \"silent\"; http = \"%s/\"; } );", peer_url(silent));
	term = live_start(live, 40, 120, NULL, NULL);
	TERM_EXPECT(term, "silent");
	for (size_t i = 0; i < ANSWERS; i++) {
		char *target = heap_print("a%s/%s\x14", peer_url(web), answers[i].path);

		term_keys(term, target);
		TERM_EXPECT(term, "Test down");
		if (i == 0)
			TERM_EXPECT(term, "owned");
		expect_untouched(term);
		term_keys(term, "\x1b");
		TERM_EXPECT(term, "Drop this monitor?");
		term_keys(term, "y");
		TERM_EXPECT_GONE(term, "Add monitor");
		free(target);
	}
	/* a person pastes what somebody sent */
	term_keys(term, "\x1b[200~http://" BAD "\x1b[201~");
	TERM_EXPECT(term, "\"http://" BAD_SEEN);	/* refused, and quoted */
	term_keys(term, "\t" BAD "\t\t\t");
	assert_true(term_wait_idle(term, 100, TERM_PATIENCE_MS));
	expect_untouched(term);
	term_stop(term);
}

/* As SQL has it, whatever the bytes are. */
static char *sql_text(const char *text)
{
	struct buf out;

	buf_init(&out, 1 << 16);
	buf_add_text(&out, "CAST(x'");
	for (; *text; text++)
		buf_print(&out, "%02x", (unsigned char)*text);
	buf_add_text(&out, "' AS TEXT)");
	return buf_take(&out);
}

/* Somebody else may have written the database: %s is what the texts in it become. */
static const char *const statements[] = {
	"UPDATE event SET detail = %s",
	"UPDATE event SET evidence = %s",
	"UPDATE event SET who = %s",
	"UPDATE event SET name = %s",
	"UPDATE monitor_state SET detail = %s, state = 4",
	"UPDATE text SET text = id || %s",
	"UPDATE monitor SET target = %s",
	"INSERT INTO monitor SELECT 900, %s, kind, target, 1, '{ name = \"late\"; tcp = \"127.0.0.1:1\"; }',"
	    " 0, 0, created_us FROM monitor LIMIT 1",
	"INSERT INTO monitor SELECT 901, 'other', kind, target, 1, %s, 0, 0, created_us FROM monitor LIMIT 1",
	"INSERT INTO monitor SELECT 902, 'third', kind, target, 1,"
	    " '{ name = \"third' || %s || '\"; tcp = \"127.0.0.1:1\"; }', 0, 0, created_us FROM monitor LIMIT 1",
	"INSERT INTO event SELECT NULL, 0, %s, time_us + 1, 10, 0, 0, 0, NULL, 0, 0, 1, 'trouble', NULL, 'x', NULL FROM event LIMIT 1",
};

static void test_database(void **state)
{
	char *bad = sql_text(BAD);
	struct term *term;

	live_configure(live, "monitors: ( { name = \"web\"; http = \"%s/status\"; } );", peer_url(web));
	term = live_start(live, 24, 80, NULL, NULL);
	LIVE_EXPECT_ROW(term, "web", "▼");
	live_quit(term);
	/* from now on nothing of it is replaced by anything newer */
	live_configure(live, "monitors: ( { name = \"web\"; http = \"%s/\"; interval = \"10m\"; timeout = \"5m\"; } );", peer_url(silent));
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
		const char *gap = strstr(statements[i], "%s");
		char *sql = heap_print("%.*s%s%s", (int)(gap - statements[i]), statements[i], bad, gap + 2);

		assert_true(keeping_run(live->database, sql));
		free(sql);
	}
	free(bad);

	term = live_start(live, 40, 120, NULL, NULL);
	LIVE_EXPECT_ROW(term, "web", "web");
	term_keys(term, "L");
	TERM_EXPECT(term, "trouble by x");
	assert_true(term_shows(term, BAD_SEEN));
	expect_untouched(term);
	/* the oldest is that kumatop started */
	term_keys(term, "G\r");
	TERM_EXPECT(term, "what was seen");
	expect_untouched(term);
	term_keys(term, "q");
	TERM_EXPECT(term, "all monitors");
	term_keys(term, "q");
	TERM_EXPECT(term, "HEARTBEAT");
	look_everywhere(term, "web");
	term_keys(term, "QQ");
	TERM_EXPECT_EXIT(term, 0);
	expect_harmless(term);
	term_stop(term);
}

static void expect_refused(const char *const *argv, int status, const char *said)
{
	struct term *term = live_start_argv(argv, 24, 200, NULL);
	int got;

	if (!term_wait_exit(term, &got, TERM_PATIENCE_MS) || got != status || !term_shows(term, said)) {
		term_dump(term);
		fail_msg("does not end with %d and say: %s", status, said);
	}
	assert_false(term_wrote(term, "\x1b"));
	expect_harmless(term);
	term_stop(term);
}

static void test_configuration(void **state)
{
	const char *const argv[] = { live_program(), "--database", live->database, "--config", live->configuration, NULL };
	static const char *const refused[] = {
		"monitors: ( { name = \"" BAD "\"; http = \"http://127.0.0.1:1/\"; } );",
		"monitors: ( { name = \"x\"; http = \"http://127.0.0.1:1/" BAD "\"; } );",
		"monitors: ( { name = \"x\"; tcp = \"127.0.0.1:1\"; group = \"" BAD "\"; tags = [\"" BAD "\"]; } );",
		"monitors: ( { name = \"x\"; tcp = \"127.0.0.1:1\"; description = \"" BAD "\"; owner = \"" BAD "\"; runbook = \"" BAD "\"; } );",
		/* no controls, and yet they would turn a row around, or hide */
		"monitors: ( { name = \"gnp\xe2\x80\xae" "exe.txt\"; tcp = \"127.0.0.1:1\"; group = \"a\xe2\x80\x8b" "b\"; } );",
		"theme = \"" BAD "\"; \x1b]0;owned\x07 = 5;",
		"monitors: ( { name = \"x\x1b[2J\"; " BAD " = 1; } );",
	};

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		live_write(live, refused[i], strlen(refused[i]));
		expect_refused(argv, EXIT_CONFIG, "kumatop.conf:1: ");
	}
}

static void test_command_line(void **state)
{
	expect_refused((const char *[]){ live_program(), "http://127.0.0.1:1/" BAD, NULL }, EXIT_USAGE, BAD_SEEN);
	expect_refused((const char *[]){ live_program(), BAD, NULL }, EXIT_USAGE, BAD_SEEN);
	expect_refused((const char *[]){ live_program(), "--" BAD, NULL }, EXIT_USAGE, "kumatop: ");
	expect_refused((const char *[]){ live_program(), "--config", "/nowhere/" BAD, NULL }, EXIT_USAGE, "control character");
	expect_refused((const char *[]){ live_program(), "--database", "/nowhere/" BAD, NULL }, EXIT_USAGE, "control character");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_servers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_servers_are_quoted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_authorities_are_not_shared, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_form, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_database, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_configuration, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_command_line, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
