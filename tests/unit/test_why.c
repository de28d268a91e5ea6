/*
 * Why a monitor failed, in words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/tui/why.h"

#include "kumatop/when.h"

static void test_reason(void **state)
{
	static const struct { int outcome; const char *detail, *expected; } rows[] = {
		{ OUTCOME_WRONG_STATUS, "503 Service Unavailable (expected 200-299)", "wrong status: 503 Service Unavailable (expected 200-299)" },
		{ OUTCOME_CONNECT_REFUSED, "connection refused by 192.0.2.1:443", "connection refused by 192.0.2.1:443" },
		{ OUTCOME_CONNECT_REFUSED, "", "connection refused" },
		{ OUTCOME_OK, "200 OK", "200 OK" },
		{ OUTCOME_OK, "", "answered as expected" },
		{ 200, "", "kumatop could not carry out the check" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char got[256];

		assert_string_equal(why_reason(rows[i].outcome, rows[i].detail, got, sizeof got), rows[i].expected);
	}
}

static void test_line_of_evidence(void **state)
{
	static const struct { const char *evidence, *expected; } rows[] = {
		{ "", "" },
		{ "GET http://a/\nphase: connect\nerror: connection refused", "error: connection refused" },
		{ "GET http://a/\nphase: body\n\nHTTP/1.1 503 Service Unavailable\nserver: x\n\n<html>\n<body>", "<html>" },
		/* no body: what the server said of itself */
		{ "GET http://a/\nphase: body\n\nHTTP/1.1 503 Service Unavailable\nserver: x\n\n", "HTTP/1.1 503 Service Unavailable" },
		{ "tried\n\nbanner", "banner" },
		{ "a\n", "a" },
		{ "\033[31mred", "[31mred" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char got[256];

		assert_string_equal(why_body(rows[i].evidence, got, sizeof got), rows[i].expected);
	}
}

static void test_phases(void **state)
{
	static const struct { int32_t us[PHASE_COUNT]; size_t size; const char *expected; } rows[] = {
		{ { 4000, 12000, 31000, 88000, -1, 135000 }, 100, "name 4  tcp 12  tls 31  first byte 88  = 135 ms" },
		{ { -1, -1, -1, 4100, -1, 4100 }, 100, "reply 4  = 4 ms" },
		{ { -1, 150, -1, -1, -1, 150 }, 100, "tcp 0.1  = 0.1 ms" },
		{ { -1, -1, -1, -1, -1, -1 }, 100, "" },
		/* whole phases or none */
		{ { 4000, 12000, 31000, 88000, -1, 135000 }, 16, "name 4  tcp 12" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char got[100];

		why_phases(rows[i].us, got, rows[i].size);
		assert_string_equal(got, rows[i].expected);
	}
}

static void test_run(void **state)
{
	static struct monitor_spec spec = { .common = { .fall = 3 } };
	static const struct { struct standing standing; const char *expected; } rows[] = {
		{ { .state = STATE_PENDING, .bad_run = 1 }, "1 of 3 failures" },
		{ { .state = STATE_DOWN, .bad_run = 3 }, "3 of 3 failures" },
		{ { .state = STATE_DOWN, .bad_run = 7 }, "7 failures" },
		{ { .state = STATE_UNKNOWN, .unknown_run = 3 }, "3 of 3 checks could not be made" },
		{ { .state = STATE_UP }, "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		static struct monitor_view view;
		char got[100];

		view.spec = &spec;
		view.standing = rows[i].standing;
		assert_string_equal(why_run(&view, got, sizeof got), rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reason),
		cmocka_unit_test(test_line_of_evidence),
		cmocka_unit_test(test_phases),
		cmocka_unit_test(test_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
