/* Rows of history in the forms that machines read, to the letter, with names and texts that were made to break them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kumatop/format.h"
#include "kumatop/when.h"

#define NOON_US INT64_C(1763812800000000)	/* 2025-11-22T12:00:00Z */

static const struct beat_record good = {
	.name = "shop", .kind = "http", .time_us = NOON_US + 250000, .state = STATE_UP, .outcome = OUTCOME_OK, .verdict = VERDICT_UP,
	.code = 200, .phase_us = { 4000, 12345, -1, 88010, 0, 135001 }, .cert_expires_us = NOON_US, .detail = "200 OK", .address = "",
};

static struct beat_record beat_of(const char *name, const char *detail)
{
	struct beat_record beat = good;

	beat.name = name;
	beat.detail = detail;
	return beat;
}

static void influx_escapes(void **state)
{
	static const struct {
		const char *name, *detail, *tag, *field;
	} rows[] = {
		{ "shop", "200 OK", "shop", "200 OK" },
		{ "a b,c=d", "a b,c=d", "a\\ b\\,c\\=d", "a b,c=d" },
		{ "say \"x\"", "say \"x\"", "say\\ \"x\"", "say \\\"x\\\"" },
		{ "c:\\dir", "c:\\dir", "c:\\dir", "c:\\\\dir" },
		{ "end\\", "end\\", "end\\_", "end\\\\" },
		{ "\\,", "\\\"", "\\\\,", "\\\\\\\"" },
		{ "two\nlines", "two\nlines", "two\\ lines", "two lines" },
		{ "caf\xc3\xa9 \xff", "\xe2\x80\xaex", "caf\xc3\xa9\\ \xef\xbf\xbd", "x" },
	};
	struct buf out, wanted;

	buf_init(&out, 10000);
	buf_init(&wanted, 10000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct beat_record beat = beat_of(rows[i].name, rows[i].detail);

		buf_clear(&out);
		buf_clear(&wanted);
		buf_print(&wanted, "kumatop_check,kind=http,monitor=%s state=\"up\",verdict=\"up\",outcome=\"ok\",code=200i,latency_ms=135.001,"
		    "name_ms=4,connect_ms=12.345,first_byte_ms=88.01,transfer_ms=0,total_ms=135.001,detail=\"%s\" 1763812800250000000\n",
		    rows[i].tag, rows[i].field);
		format_beat(&out, EXPORT_INFLUX, &beat, true, true);
		assert_string_equal(out.data, wanted.data);
	}
	buf_finish(&wanted);
	buf_finish(&out);
}

static void influx_event(void **state)
{
	const struct event_record event = {
		.name = "", .kind_word = "trouble", .id = 7, .time_us = NOON_US, .outcome = -1, .code = -1, .lasted_us = 1500000,
		.detail = "disk full", .evidence = "", .who = "",
	};
	struct buf out;

	buf_init(&out, 10000);
	format_event(&out, EXPORT_INFLUX, &event, true, true);
	assert_string_equal(out.data,
	    "kumatop_event,event=trouble id=7i,from=\"new\",to=\"new\",lasted_s=1.5,detail=\"disk full\" 1763812800000000000\n");
	buf_finish(&out);
}

/* An hour: half up, of which a third of a second degraded, a quarter down, a quarter unknown. */
static struct rollup make_rollup(void)
{
	struct rollup rollup = {
		.step = ROLLUP_HOUR, .closed = true, .start_us = NOON_US, .beats = { 58, 1, 30, 2 }, .answers = 3,
		.latency_min_us = 0, .latency_max_us = 400000, .latency_sum_us = 500000,
	};

	rollup.amounts.us[TIME_UP] = HOUR_US / 2;
	rollup.amounts.degraded_us = 333333;
	rollup.amounts.us[TIME_DOWN] = HOUR_US / 4;
	rollup.amounts.us[TIME_UNKNOWN] = HOUR_US / 4;
	histogram_add(&rollup.latencies, 0);
	histogram_add(&rollup.latencies, 100000);
	histogram_add(&rollup.latencies, 400000);
	return rollup;
}

static struct rollup make_unobserved(void)
{
	struct rollup rollup = { .step = ROLLUP_HOUR, .closed = true, .start_us = NOON_US, .latency_min_us = -1, .latency_max_us = -1 };

	rollup.amounts.us[TIME_MAINTENANCE] = HOUR_US;
	return rollup;
}

static void rollup_rows(void **state)
{
	static const struct {
		enum export_format format;
		bool observed;
		const char *text;
	} rows[] = {
		{ EXPORT_CSV, true, "2025-11-22T12:00:00.000Z,\"'=a,b\",http,1800,0.333333,900,0,0,900,0.666666667,58,1,30,2,"
		    "0,166.667,400,99.327,397.311,397.311,397.311\r\n" },
		{ EXPORT_CSV, false, "2025-11-22T12:00:00.000Z,\"'=a,b\",http,0,0,0,0,3600,0,,0,0,0,0,,,,,,,\r\n" },
		{ EXPORT_NDJSON, true, "{\"time\":\"2025-11-22T12:00:00.000Z\",\"monitor\":\"=a,b\",\"kind\":\"http\",\"up_s\":1800.0,"
		    "\"degraded_s\":0.333333,\"down_s\":900.0,\"pending_s\":0.0,\"maintenance_s\":0.0,\"unknown_s\":900.0,"
		    "\"uptime\":0.666666666666667,\"beats_up\":58,\"beats_degraded\":1,\"beats_down\":30,\"beats_unknown\":2,"
		    "\"min_ms\":0.0,\"mean_ms\":166.667,\"max_ms\":400.0,\"p50_ms\":99.327,\"p90_ms\":397.311,"
		    "\"p95_ms\":397.311,\"p99_ms\":397.311}\n" },
		{ EXPORT_NDJSON, false, "{\"time\":\"2025-11-22T12:00:00.000Z\",\"monitor\":\"=a,b\",\"kind\":\"http\",\"up_s\":0.0,"
		    "\"degraded_s\":0.0,\"down_s\":0.0,\"pending_s\":0.0,\"maintenance_s\":3600.0,\"unknown_s\":0.0,\"uptime\":null,"
		    "\"beats_up\":0,\"beats_degraded\":0,\"beats_down\":0,\"beats_unknown\":0,\"min_ms\":null,\"mean_ms\":null,"
		    "\"max_ms\":null,\"p50_ms\":null,\"p90_ms\":null,\"p95_ms\":null,\"p99_ms\":null}\n" },
		{ EXPORT_INFLUX, true, "kumatop_rollup,kind=http,monitor=\\=a\\,b,resolution=hour up_s=1800,down_s=900,pending_s=0,"
		    "maintenance_s=0,unknown_s=900,degraded_s=0.333333,uptime=0.666666667,beats_up=58i,beats_degraded=1i,beats_down=30i,"
		    "beats_unknown=2i,min_ms=0,mean_ms=166.667,max_ms=400,p50_ms=99.327,p90_ms=397.311,p95_ms=397.311,p99_ms=397.311 "
		    "1763812800000000000\n" },
		{ EXPORT_INFLUX, false, "kumatop_rollup,kind=http,monitor=\\=a\\,b,resolution=hour up_s=0,down_s=0,pending_s=0,"
		    "maintenance_s=3600,unknown_s=0,degraded_s=0,beats_up=0i,beats_degraded=0i,beats_down=0i,beats_unknown=0i "
		    "1763812800000000000\n" },
	};
	struct buf out;

	buf_init(&out, 10000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rollup rollup = rows[i].observed ? make_rollup() : make_unobserved();
		struct rollup_record record = { .name = "=a,b", .kind = "http", .rollup = &rollup };

		buf_clear(&out);
		format_rollup(&out, rows[i].format, &record, true, true);
		assert_string_equal(out.data, rows[i].text);
		rollup_finish(&rollup);
	}
	buf_clear(&out);
	format_rows_head(&out, EXPORT_CSV, EXPORT_ROLLUPS);
	assert_string_equal(out.data, "time,monitor,kind,up_s,degraded_s,down_s,pending_s,maintenance_s,unknown_s,uptime,beats_up,beats_degraded,"
	    "beats_down,beats_unknown,min_ms,mean_ms,max_ms,p50_ms,p90_ms,p95_ms,p99_ms\r\n");
	buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(influx_escapes),
		cmocka_unit_test(influx_event),
		cmocka_unit_test(rollup_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
