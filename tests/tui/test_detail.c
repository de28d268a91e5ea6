/*
 * The detail view, the page that says why, and the question before a deletion, as a person sees them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../lib/demo.h"

static struct term *start(int rows, int cols, const char *option, const char *const *env)
{
	return demo_start(rows, cols, env, (const char *[]){ option, NULL });
}

static const char *const utf8[] = { "LC_ALL=C.UTF-8", NULL };

static struct term *start_detail(int rows, int cols)
{
	struct term *term = start(rows, cols, NULL, utf8);

	TERM_EXPECT(term, "checkout");
	term_keys(term, "\r");
	return term;
}

static void test_why_comes_first(void **state)
{
	struct term *term = start_detail(24, 80);
	int why, graph, events;

	TERM_EXPECT(term, "24h 99.31 %");
	TERM_EXPECT(term, "12 tls 12");		/* history has answered */
	assert_string_equal(term_row_text(term, 0), " checkout-api  ▼ DOWN 2m13s  since 14:01:14                 unacked 14:03:27 CET");
	assert_string_equal(term_row_text(term, 1), " https://shop.example/api/health  http every 1m  #prod  group shop");
	assert_string_equal(term_row_text(term, 3), " wrong status: 503 Service Unavailable (expected 200-299)");
	assert_string_equal(term_row_text(term, 4), " reached 192.0.2.10:443  name 4  tcp 12  tls 31  first byte 88  = 135 ms");
	assert_string_equal(term_row_text(term, 5), " seen: {\"error\":\"upstream timed out\",\"request\":\"7f3a9c22\"}");
	assert_string_equal(term_row_text(term, 6), " first failed 14:01:14  last good 14:01:02  5 failures  next check in 8s");
	assert_string_equal(term_row_text(term, 7), " runbook  https://wiki.example/checkout-api");
	assert_true(term_find(term, "─ why ─", &why, NULL));
	assert_true(term_find(term, "─ response time, 1h ─", &graph, NULL));
	assert_true(term_find(term, "─ events ─", &events, NULL));
	assert_true(why == 2 && why < graph && graph < events);
	assert_true(term_shows(term, "certificate 61d left"));
	assert_true(term_shows(term, "14:01:14 ▼ DOWN         wrong status: 503 Service Unavailable"));
	assert_true(term_shows(term, "up 23h50m  down 9m56s"));
	term_stop(term);
}

/* What is up has nothing to explain: the graph has the room. */
static void test_up_has_no_why(void **state)
{
	struct term *term = start(24, 80, NULL, utf8);

	TERM_EXPECT(term, "checkout");
	term_keys(term, "/redis\r\r");
	TERM_EXPECT(term, "redis  ● UP 41d");
	assert_false(term_shows(term, "─ why ─"));
	assert_true(term_shows(term, "tcp every 1m"));
	term_stop(term);
}

static void test_range_and_scale(void **state)
{
	struct term *term = start_detail(24, 80);

	TERM_EXPECT(term, "response time, 1h");
	TERM_EXPECT(term, "13:30");
	term_keys(term, "]");
	TERM_EXPECT(term, "response time, 24h");
	TERM_EXPECT(term, "06:00");
	term_keys(term, "S");
	TERM_EXPECT(term, "response time, 24h, logarithmic");
	term_keys(term, "[S");
	TERM_EXPECT(term, "response time, 1h ─");
	term_keys(term, "\x1b[D");
	TERM_EXPECT(term, "until 30m00s ago");
	TERM_EXPECT(term, "12:45");
	term_keys(term, "\x1b[C\x1b[C");		/* the future is not shown */
	TERM_EXPECT_GONE(term, "ago ─");
	term_stop(term);
}

/* Long ranges say what they are made of, and have dates below. */
static void test_long_ranges(void **state)
{
	static const struct { const char *title, *dates; } rows[] = {
		{ "─ response time, 24h ─", "06:00" }, { "─ response time, 7d, from hours ─", "17 Nov" },
		{ "─ response time, 30d, from hours ─", "26 Oct" }, { "─ response time, 90d, from hours ─", "Oct 2026" },
		{ "─ response time, 1y, from days ─", "Jul 2026" },
	};
	struct term *term = start_detail(24, 80);

	TERM_EXPECT(term, "response time, 1h");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		term_keys(term, "]");
		TERM_EXPECT(term, rows[i].title);
		TERM_EXPECT(term, rows[i].dates);
	}
	term_keys(term, "]");			/* there is no longer one */
	term_keys(term, "\x1b[D");
	TERM_EXPECT(term, "1y, until 182d12h ago, from days");
	TERM_EXPECT(term, "Jan 2026");
	for (int i = 0; i < 120; i++)
		term_keys(term, "\x1b[D");	/* nor anything before 1970 */
	TERM_EXPECT(term, "Apr 1970");
	term_keys(term, "[");
	TERM_EXPECT(term, "─ response time, 90d, from hours ─");
	term_stop(term);
}

static void test_neighbours(void **state)
{
	struct term *term = start_detail(24, 80);

	TERM_EXPECT(term, "checkout-api  ▼ DOWN");
	term_keys(term, "j");
	TERM_EXPECT_GONE(term, "checkout-api  ▼");
	assert_true(term_shows(term, "─ why ─"));
	term_keys(term, "k");
	TERM_EXPECT(term, "checkout-api  ▼ DOWN");
	term_keys(term, "k");			/* the first stays */
	term_keys(term, "q");
	TERM_EXPECT(term, "►▼ checkout-api");
	term_stop(term);
}

static void test_deeds(void **state)
{
	struct term *term = start_detail(24, 80);

	TERM_EXPECT(term, "unacked");
	term_keys(term, "A");
	TERM_EXPECT(term, "acknowledged 14:03");
	term_keys(term, "p");
	TERM_EXPECT(term, "║ paused");
	term_keys(term, "u");
	TERM_EXPECT(term, "● UP");
	term_stop(term);
}

static void test_page_shows_evidence(void **state)
{
	struct term *term = start(24, 80, NULL, utf8);

	TERM_EXPECT(term, "checkout");
	term_keys(term, "v");
	TERM_EXPECT(term, "what the first failure of the open incident showed");
	assert_true(term_shows(term, "checkout-api DOWN 2m13s"));
	assert_true(term_shows(term, "first failed  2026-11-22 14:01:14 CET"));
	assert_true(term_shows(term, "reached, ms   name 4  tcp 12  tls 31  first byte 88  = 135 ms"));
	term_keys(term, "G");
	TERM_EXPECT(term, "{\"error\":\"upstream timed out\",\"request\":\"7f3a9c22\"}");
	term_keys(term, "/nginx\r");
	TERM_EXPECT_GONE(term, "retry-after");
	assert_true(term_shows(term, " server: nginx"));
	term_keys(term, "\x1b");
	TERM_EXPECT(term, "retry-after: 30");
	term_keys(term, "\x1b");
	TERM_EXPECT(term, "►▼ checkout-api");
	term_stop(term);
}

static void test_delete_asks(void **state)
{
	struct term *term = start_detail(24, 80);

	TERM_EXPECT(term, "─ events ─");
	term_keys(term, "\x1b[3~");
	TERM_EXPECT(term, "Delete monitor?");
	TERM_EXPECT(term, "[ No ]    Yes, delete (y)    Pause instead (p)");
	term_keys(term, "\r");			/* the default is no */
	TERM_EXPECT_GONE(term, "Delete monitor?");
	assert_true(term_shows(term, "▼ DOWN"));
	term_keys(term, "\x1b[3~");
	TERM_EXPECT(term, "Delete monitor?");
	term_keys(term, "y");
	TERM_EXPECT(term, "this monitor is no longer there");
	term_keys(term, "q");
	TERM_EXPECT(term, "db-replica-2");
	assert_false(term_shows(term, "▼ checkout-api"));
	term_stop(term);
}

/* Every size shows what it can, the reason before all else, and nothing crashes on the way. */
static void test_sizes(void **state)
{
	static const struct { int rows, cols; const char *seen; } sizes[] = {
		{ 40, 120, "first byte      12" }, { 40, 120, "─ uptime ─" }, { 10, 40, "wrong status: 503" }, { 5, 20, "wrong status: 503.." },
		{ 3, 12, "chec" }, { 60, 200, "─ last check ─" }, { 2, 5, "" }, { 24, 80, "─ why ─" },
	};
	struct term *term = start_detail(24, 80);

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		term_resize(term, sizes[i].rows, sizes[i].cols);
		TERM_EXPECT(term, sizes[i].seen);
	}
	term_keys(term, "qq");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
}

/* What only a large view has room for. */
static void test_blocks(void **state)
{
	struct term *term = start_detail(40, 120);
	int row, column;

	TERM_EXPECT(term, "UP           200 OK after 7m04s down");	/* the last of the frame */
	assert_true(term_shows(term, "2 outages   MTTR 7m04s of 1 that ended"));
	assert_true(term_shows(term, "22 Nov 14:01:14 2m13s so far  wrong status: 503"));
	assert_true(term_shows(term, "21 Nov 12:56:23 7m04s         cause not in the"));
	assert_true(term_find(term, "─ first failure of the open incident ─", &row, &column));
	assert_int_equal(column, 0);
	assert_non_null(strstr(term_row_text(term, row + 1), " HTTP/1.1 503 Service Unavailable "));
	assert_non_null(strstr(term_row_text(term, row + 2), " server: nginx "));
	assert_non_null(strstr(term_row_text(term, row + 3), " retry-after: 30 "));
	assert_non_null(strstr(term_row_text(term, row + 4), " {\"error\":\"upstream timed out\",\"request\":\"7f3a9c22\"} "));
	assert_true(term_find(term, "─ certificate ─", &row, NULL));
	assert_non_null(strstr(term_row_text(term, row + 1), " 61d left"));
	assert_non_null(strstr(term_row_text(term, row + 2), " until 2027-01-22 15:03:27 CET"));
	assert_non_null(strstr(term_row_text(term, row + 3), " warns when less than 14d are left"));
	assert_true(term_shows(term, "─ events ─"));
	assert_true(term_shows(term, "─ last check ─"));
	term_resize(term, 24, 80);
	TERM_EXPECT_GONE(term, "outages");
	term_resize(term, 60, 200);
	TERM_EXPECT(term, "21 Nov 12:56:23 7m04s         cause not in the events shown");
	term_stop(term);
}

/* Where nothing was observed it says so. */
static void test_blocks_without_anything(void **state)
{
	struct term *term = start(40, 120, NULL, utf8);

	TERM_EXPECT(term, "checkout");
	term_keys(term, "/redis\r\r");
	TERM_EXPECT(term, "none in the history there is");
	TERM_EXPECT(term, "no evidence of a failure is kept");
	TERM_EXPECT(term, "─ when it last began to fail ─");
	TERM_EXPECT(term, "none was seen");
	term_stop(term);
	term = start(40, 120, "--no-history", utf8);
	TERM_EXPECT(term, "checkout");
	term_keys(term, "\r");
	TERM_EXPECT(term, "no history is kept");
	assert_false(term_shows(term, "MTTR"));
	TERM_EXPECT(term, " 61d left");
	term_stop(term);
}

static void test_ascii_without_color(void **state)
{
	static const char *const plain[] = { "LC_ALL=C", "NO_COLOR=1", "TERM=vt100", NULL };
	struct term *term = start(24, 80, NULL, plain);
	size_t length;

	TERM_EXPECT(term, "checkout");
	term_keys(term, "\r");
	TERM_EXPECT(term, "checkout-api  X DOWN 2m13s");
	TERM_EXPECT(term, "200ms |");
	TERM_EXPECT(term, "+-------------13:15");
	const char *bytes = term_bytes(term, &length);

	for (size_t i = 0; i < length; i++)
		assert_true((unsigned char)bytes[i] < 0x80);
	term_stop(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_why_comes_first),
		cmocka_unit_test(test_up_has_no_why),
		cmocka_unit_test(test_range_and_scale),
		cmocka_unit_test(test_long_ranges),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_deeds),
		cmocka_unit_test(test_page_shows_evidence),
		cmocka_unit_test(test_delete_asks),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_blocks_without_anything),
		cmocka_unit_test(test_ascii_without_color),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
