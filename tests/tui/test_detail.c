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
	int why, graph, outages;

	TERM_EXPECT(term, "12 tls 12");		/* history has answered */
	TERM_EXPECT(term, "outages 30d: 4");
	assert_string_equal(term_row_text(term, 0), " checkout-api  ▼ DOWN 2m13s  since 14:01:14                 unacked 14:03:27 CET");
	assert_string_equal(term_row_text(term, 1), " https://shop.example/api/health  http every 1m  #prod  group shop");
	assert_string_equal(term_row_text(term, 3), " wrong status: 503 Service Unavailable (expected 200-299)");
	assert_string_equal(term_row_text(term, 4), " reached 192.0.2.10:443  name 4  tcp 12  tls 31  first byte 88  = 135 ms");
	assert_string_equal(term_row_text(term, 5), " seen: {\"error\":\"upstream timed out\",\"request\":\"7f3a9c22\"}");
	assert_string_equal(term_row_text(term, 6), " first failed 14:01:14  last good 14:01:02  5 failures  next check in 8s");
	assert_string_equal(term_row_text(term, 7), " runbook  https://wiki.example/checkout-api");
	assert_true(term_find(term, "─ why ─", &why, NULL));
	assert_true(term_find(term, "─ response time, 1h ─", &graph, NULL));
	assert_true(term_find(term, "─ outages 30d", &outages, NULL));
	assert_true(why == 2 && why < graph && graph < outages);
	assert_string_equal(term_row_text(term, outages - 1), " up 1h 95.00  24h 99.30  7d 99.90  30d 99.96  1y 99.94 %   down 10m00s in 24h");
	assert_string_equal(term_row_text(term, outages),
	    "─ outages 30d: 4, MTTR 3m02s, slo 99.9 % of 30d: 30m10s left ──────── cert 61d ─");
	assert_string_equal(term_row_text(term, outages + 1), " 22 Nov 14:01:14 2m13s so far  wrong status: 503 Service Unavailable");
	assert_string_equal(term_row_text(term, outages + 2), " 22 Nov 08:03:27 1m00s         connection refused");
	assert_string_equal(term_row_text(term, outages + 3), " 20 Nov 03:03:27 7m04s         connection refused");
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

	TERM_EXPECT(term, "─ outages 30d");
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
	TERM_EXPECT(term, "4 outages, 3 ended   MTTR 3m02s   MTBF 7d11h");
	assert_true(term_shows(term, "22 Nov 14:01:14 2m13s so far  wrong status: 503"));
	assert_true(term_shows(term, "20 Nov 03:03:27 7m04s         connection refuse"));
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
	term_resize(term, 60, 200);
	TERM_EXPECT(term, "20 Nov 03:03:27 7m04s         connection refused");
	term_stop(term);
}

/* Three panels as they are drawn, and five where there is room. */
static void test_panels(void **state)
{
	static const char *const rows[] = {
		"─ uptime ──────────────────────── response time, 1h, ms ─────────────── outages 30d ────────────────────────────────────",
		"            %      down   seen   min      61     mean of               22 Nov 14:01:14 2m13s so far  wrong status: 503..",
		" 1h    95.000     3m00s   100%   avg     143     name            12    22 Nov 08:03:27 1m00s         connection refused",
		" 24h   99.305    10m00s   100%   p50     128     tcp             12    20 Nov 03:03:27 7m04s         connection refused",
		" 7d    99.900    10m00s   100%   p90     274     tls             12    02 Nov 22:40:22 1m02s         no answer in time",
		" 30d   99.969    13m02s   100%   p95     412     first byte      12",
		" 1y    99.940     5h12m   100%   p99     655     body            12",
		" slo 99.9 % of 30d: 30m10s left  max    1190                           4 outages, 3 ended   MTTR 3m02s   MTBF 7d11h",
	};
	struct term *term = start_detail(40, 120);
	int row;

	TERM_EXPECT(term, "30m10s left");
	TERM_EXPECT(term, "first byte      12");
	assert_true(term_find(term, "─ uptime ─", &row, NULL));
	for (int i = 0; i < (int)(sizeof rows / sizeof *rows); i++)
		assert_string_equal(term_row_text(term, row + i), rows[i]);
	/* roll-ups have no phases: there is room for other windows */
	term_keys(term, "]]");
	TERM_EXPECT(term, "response time, 7d, ms");
	TERM_EXPECT(term, "1y     128     416");
	term_resize(term, 60, 200);
	TERM_EXPECT(term, "seen   pending     maint");
	term_stop(term);
}

static struct term *start_at(const char *keys)
{
	struct term *term = start(24, 80, NULL, utf8);

	TERM_EXPECT(term, "checkout");
	term_keys(term, keys);
	return term;
}

/* What was not observed is said, and is never up. */
static void test_what_was_not_seen(void **state)
{
	struct term *term = start_at("/search\r\r");

	TERM_EXPECT(term, " up 1h 100  24h 100  7d 100  30d 100?  1y 100? %   40% of 30d seen");
	TERM_EXPECT(term, "none in the 40% of 30 days that was observed");
	term_stop(term);
	term = start_at("/legacy\r\r");
	TERM_EXPECT(term, " up 1h -  24h -  7d -  30d -  1y - %   unknown 1d00h in 24h");
	TERM_EXPECT(term, "nothing was observed in 30 days");
	term_stop(term);
	term = start_at("/redis\r\r");
	TERM_EXPECT(term, " up 1h 100  24h 100  7d 100  30d 100  1y 100 %");
	TERM_EXPECT(term, "─ outages 30d: 0 ─");
	TERM_EXPECT(term, "none in 30 days");
	term_resize(term, 40, 120);
	TERM_EXPECT(term, " 1y       100         -   100%");
	term_stop(term);
}

/* At a past moment windows end with it: of what came later nothing is told. */
static void test_windows_of_the_past(void **state)
{
	struct term *term = start_detail(24, 80);

	TERM_EXPECT(term, "outages 30d: 4");
	term_keys(term, "@2026-11-22 08:04\r");
	TERM_EXPECT(term, "outages 30d: 3, MTTR 4m03s");
	TERM_EXPECT(term, " 22 Nov 08:03:27 33s so far");
	term_keys(term, "\x1b");
	TERM_EXPECT(term, "outages 30d: 4, MTTR 3m02s");
	term_stop(term);
}

/* Small: the figures give way to the reason and the picture, whole ones first to none. */
static void test_figures_in_little_room(void **state)
{
	struct term *term = start(24, 40, NULL, utf8);

	TERM_EXPECT(term, "checkout");
	term_keys(term, "\r");
	TERM_EXPECT(term, " up 1h 95.00  24h 99.30  7d 99.90");
	TERM_EXPECT(term, "outages 30d: 4, MTTR 3m02s");
	term_resize(term, 10, 40);
	TERM_EXPECT_GONE(term, "outages");
	TERM_EXPECT(term, "wrong status: 503");
	TERM_EXPECT(term, "response time, 1h");
	term_stop(term);
}

/* Where nothing was observed it says so. */
static void test_blocks_without_anything(void **state)
{
	struct term *term = start(40, 120, NULL, utf8);

	TERM_EXPECT(term, "checkout");
	term_keys(term, "/redis\r\r");
	TERM_EXPECT(term, "none in 30 days");
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
		cmocka_unit_test(test_panels),
		cmocka_unit_test(test_what_was_not_seen),
		cmocka_unit_test(test_windows_of_the_past),
		cmocka_unit_test(test_figures_in_little_room),
		cmocka_unit_test(test_blocks_without_anything),
		cmocka_unit_test(test_ascii_without_color),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
