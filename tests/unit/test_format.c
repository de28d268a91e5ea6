/* Rows of exports and the board as text, to the letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/fakekind.h"
#include "kumatop/format.h"
#include "kumatop/when.h"

static void csv_cells(void **state)
{
	static const struct {
		const char *text, *guarded, *plain;
	} rows[] = {
		{ "", "", "" },
		{ "200 OK", "200 OK", "200 OK" },
		{ "a,b", "\"a,b\"", "\"a,b\"" },
		{ "say \"x\"", "\"say \"\"x\"\"\"", "\"say \"\"x\"\"\"" },
		{ "two\nlines", "\"two\nlines\"", "\"two\nlines\"" },
		{ "=1+1", "\"'=1+1\"", "=1+1" },
		{ "+1", "\"'+1\"", "+1" },
		{ "-1", "\"'-1\"", "-1" },
		{ "@SUM(A1)", "\"'@SUM(A1)\"", "@SUM(A1)" },
		{ "=\"a\"", "\"'=\"\"a\"\"\"", "\"=\"\"a\"\"\"" },
		{ "a=1", "a=1", "a=1" },
	};
	struct buf out;

	buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&out);
		format_csv_cell(&out, rows[i].text, true);
		assert_string_equal(out.data, rows[i].guarded);
		buf_clear(&out);
		format_csv_cell(&out, rows[i].text, false);
		assert_string_equal(out.data, rows[i].plain);
	}
	buf_finish(&out);
}

static const struct beat_record beat = {
	.name = "shop, \"main\"", .kind = "http", .time_us = 1763781120250000, .state = STATE_DOWN, .outcome = OUTCOME_WRONG_STATUS,
	.code = 503, .phase_us = { 4000, 12345, -1, 88010, 0, 135000 }, .detail = "503 Service Unavailable", .address = "192.0.2.1:443",
};

static void beat_as_csv(void **state)
{
	struct buf out;

	buf_init(&out, 10000);
	format_rows_head(&out, EXPORT_CSV, EXPORT_BEATS);
	assert_string_equal(out.data, "time,monitor,kind,state,outcome,code,latency_ms,name_ms,connect_ms,tls_ms,first_byte_ms,transfer_ms,detail\r\n");
	buf_clear(&out);
	format_beat(&out, EXPORT_CSV, &beat, true, true);
	assert_non_null(strstr(out.data, "2025-11-22T03:12:00.250Z,\"shop, \"\"main\"\"\",http,down,wrong-status,503,"));
	assert_non_null(strstr(out.data, ",4,12.345,,88.01,0,503 Service Unavailable\r\n"));
	buf_finish(&out);
}

static void times_far_away(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ -1000, "1969-12-31T23:59:59.999Z" },
		{ 951782400000000, "2000-02-29T00:00:00.000Z" },
		{ 4102444799999000, "2099-12-31T23:59:59.999Z" },
	};
	struct beat_record at = beat;
	struct buf out;

	buf_init(&out, 10000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		at.time_us = rows[i].us;
		buf_clear(&out);
		format_beat(&out, EXPORT_CSV, &at, true, true);
		assert_memory_equal(out.data, rows[i].text, strlen(rows[i].text));
	}
	buf_finish(&out);
}

static void json_is_an_array_in_any_case(void **state)
{
	struct buf out;

	buf_init(&out, 10000);
	format_rows_head(&out, EXPORT_JSON, EXPORT_BEATS);
	format_tail(&out, EXPORT_JSON, false);
	assert_string_equal(out.data, "[]\n");
	buf_clear(&out);
	format_rows_head(&out, EXPORT_JSON, EXPORT_BEATS);
	format_beat(&out, EXPORT_JSON, &beat, true, true);
	format_beat(&out, EXPORT_JSON, &beat, true, false);
	format_tail(&out, EXPORT_JSON, true);
	assert_memory_equal(out.data, "[\n{", 3);
	assert_non_null(strstr(out.data, "},\n{"));
	assert_non_null(strstr(out.data, "}\n]\n"));
	buf_finish(&out);
}

static struct monitor_view *add_view(struct picture *picture, const char *name, enum state what)
{
	struct monitor_view *view = picture_edit(picture, picture_add(picture));

	view->spec = fake_spec(name, name, 1000, SPEC_DECLARED);
	view->standing.state = what;
	view->standing.since_us = 1000000;
	return view;
}

static void board_aligns_by_cells(void **state)
{
	struct picture *picture = picture_create();
	struct board_health health = { 0 };
	const struct snapshot *snapshot;
	struct buf out;

	add_view(picture, "\xe4\xb8\xad\xe6\x96\x87", STATE_UP)->day.us[TIME_UP] = DAY_US;
	add_view(picture, "broken", STATE_DOWN)->detail = shared_create("refused");
	snapshot = picture_snapshot(picture, &health, 61000000);
	buf_init(&out, 10000);
	format_board_text(&out, snapshot, 61000000);
	assert_string_equal(out.data,
	    "STATE  NAME    TYPE  LAST    24H%  FOR  MESSAGE\n"
	    "down   broken  fake     -       -   1m  refused\n"
	    "up     \xe4\xb8\xad\xe6\x96\x87    fake     -  100.00   1m\n");
	buf_finish(&out);
	snapshot_release(snapshot);
	picture_destroy(picture);
}

static void event_lines(void **state)
{
	static const struct {
		struct event_record event;
		bool is_state;
		const char *line;
	} rows[] = {
		{ { "web", "state", .from = STATE_UP, .to = STATE_DOWN, .outcome = OUTCOME_WRONG_STATUS, .lasted_us = 60000000,
		    .detail = "503 nope", .who = "" }, true, "web       DOWN          wrong status: 503 nope after 1m00s up\n" },
		{ { "web", "state", .from = STATE_NEW, .to = STATE_UP, .outcome = OUTCOME_OK, .lasted_us = 5000000, .detail = "200 OK", .who = "" },
		    true, "web       UP            200 OK\n" },
		{ { "web", "state", .from = STATE_UP, .to = STATE_DOWN, .outcome = OUTCOME_CONNECT_REFUSED, .detail = "", .who = "" }, true,
		    "web       DOWN          connection refused\n" },
		{ { "\xe4\xb8\xad", "paused", .to = STATE_PAUSED, .outcome = -1, .detail = "", .who = "alice" }, false,
		    "\xe4\xb8\xad        paused        by alice\n" },
		{ { "", "removed", .outcome = -1, .detail = "web", .who = "bob" }, false, "kumatop   removed       web by bob\n" },
		{ { "", "started", .outcome = -1, .detail = "", .who = "" }, false, "kumatop   started\n" },
		{ { "longer than it", "state", .from = STATE_DOWN, .to = STATE_DEGRADED, .outcome = -1, .detail = "", .who = "" }, true,
		    "longer than it  degraded\n" },
	};
	struct buf out;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&out, 10000);
		format_event_line(&out, &rows[i].event, rows[i].is_state, 8);
		assert_true(out.length > 21);
		assert_string_equal(out.data + 21, rows[i].line);	/* behind "1970-01-01 00:00:00  " of some zone */
		buf_finish(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_cells),
		cmocka_unit_test(beat_as_csv),
		cmocka_unit_test(times_far_away),
		cmocka_unit_test(json_is_an_array_in_any_case),
		cmocka_unit_test(board_aligns_by_cells),
		cmocka_unit_test(event_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
