/* Rows of history in the forms that machines read, to the letter, with names and texts that were made to break them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kumatop/format.h"
#include "kumatop/openmetrics.h"
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

/* Reads "history" for one export of metrics as often as it asks for it; how often is returned. */
static unsigned export_beats(const struct beat_record *beats, size_t count, struct buf *out)
{
	struct openmetrics *metrics = openmetrics_create(false);
	unsigned readings = 0;

	while (openmetrics_next(metrics, out)) {
		readings++;
		for (size_t i = 0; i < count; i++)
			openmetrics_beat(metrics, &beats[i], out);
		assert_true(openmetrics_readings(metrics) >= readings);
	}
	openmetrics_destroy(metrics);
	return readings;
}

static void metrics_of_beats(void **state)
{
	struct beat_record beats[3] = { good, good, good };
	struct buf out;

	beats[1].time_us += 60 * SECOND_US;
	beats[1].outcome = OUTCOME_WRONG_STATUS;
	beats[1].verdict = VERDICT_DOWN;
	beats[1].code = 503;
	beats[2].name = "a \"b\"\\\nc";
	beats[2].outcome = OUTCOME_RESOLVER_SILENT;
	beats[2].verdict = VERDICT_UNKNOWN;
	beats[2].code = -1;
	beats[2].cert_expires_us = 0;
	for (int i = 0; i < PHASE_COUNT; i++)
		beats[2].phase_us[i] = i == PHASE_TOTAL ? 5000000 : -1;
	for (size_t i = 0; i < 3; i++)
		for (int phase = PHASE_CONNECT; phase < PHASE_TOTAL; phase++)
			beats[i].phase_us[phase] = -1;
	buf_init(&out, 100000);
	assert_int_equal(export_beats(beats, 3, &out), 6);	/* connect, TLS, first byte and transfer are not there, and not read for */
	assert_string_equal(out.data,
	    "# TYPE kumatop_check_up gauge\n"
	    "# HELP kumatop_check_up Whether the check was good, also if degraded: 1, or 0; no sample where it could not be carried out.\n"
	    "kumatop_check_up{monitor=\"shop\",kind=\"http\"} 1 1763812800.25\n"
	    "kumatop_check_up{monitor=\"shop\",kind=\"http\"} 0 1763812860.25\n"
	    "# TYPE kumatop_check_latency_seconds gauge\n"
	    "# UNIT kumatop_check_latency_seconds seconds\n"
	    "# HELP kumatop_check_latency_seconds How long a good check took, as kumatop shows it: in total, or the mean round trip of a ping.\n"
	    "kumatop_check_latency_seconds{monitor=\"shop\",kind=\"http\"} 0.135001 1763812800.25\n"
	    "# TYPE kumatop_check_duration_seconds gauge\n"
	    "# UNIT kumatop_check_duration_seconds seconds\n"
	    "# HELP kumatop_check_duration_seconds How long each phase of a check took, good or not.\n"
	    "kumatop_check_duration_seconds{monitor=\"shop\",kind=\"http\",phase=\"total\"} 0.135001 1763812800.25\n"
	    "kumatop_check_duration_seconds{monitor=\"shop\",kind=\"http\",phase=\"total\"} 0.135001 1763812860.25\n"
	    "kumatop_check_duration_seconds{monitor=\"a \\\"b\\\"\\\\ c\",kind=\"http\",phase=\"total\"} 5 1763812800.25\n"
	    "kumatop_check_duration_seconds{monitor=\"shop\",kind=\"http\",phase=\"name\"} 0.004 1763812800.25\n"
	    "kumatop_check_duration_seconds{monitor=\"shop\",kind=\"http\",phase=\"name\"} 0.004 1763812860.25\n"
	    "# TYPE kumatop_check_code gauge\n"
	    "# HELP kumatop_check_code The code a check got: the status of HTTP, packets lost in percent of a ping.\n"
	    "kumatop_check_code{monitor=\"shop\",kind=\"http\"} 200 1763812800.25\n"
	    "kumatop_check_code{monitor=\"shop\",kind=\"http\"} 503 1763812860.25\n"
	    "# TYPE kumatop_check_certificate_expiry_timestamp_seconds gauge\n"
	    "# UNIT kumatop_check_certificate_expiry_timestamp_seconds seconds\n"
	    "# HELP kumatop_check_certificate_expiry_timestamp_seconds When the certificate seen by a check expires.\n"
	    "kumatop_check_certificate_expiry_timestamp_seconds{monitor=\"shop\",kind=\"http\"} 1763812800 1763812800.25\n"
	    "kumatop_check_certificate_expiry_timestamp_seconds{monitor=\"shop\",kind=\"http\"} 1763812800 1763812860.25\n"
	    "# EOF\n");
	buf_finish(&out);
}

static void metrics_of_nothing(void **state)
{
	struct buf out;

	buf_init(&out, 10000);
	assert_int_equal(export_beats(NULL, 0, &out), 1);
	assert_memory_equal(out.data + out.length - 6, "# EOF\n", 6);
	buf_finish(&out);
}

/* Prometheus takes no two samples of a metric at one time, and none that goes back. */
static void metrics_go_forward(void **state)
{
	static const struct {
		int64_t time_us;
		const char *wanted;
	} rows[] = {
		{ NOON_US, " 1763812800\n" },
		{ NOON_US + 1, " 1763812800.001\n" },
		{ NOON_US + 2, " 1763812800.002\n" },
		{ NOON_US + 1999, " 1763812800.003\n" },
		{ NOON_US + 5000, " 1763812800.005\n" },
		{ NOON_US - HOUR_US, "" },
		{ NOON_US + 6000, " 1763812800.006\n" },
	};
	struct openmetrics *metrics = openmetrics_create(false);
	struct buf out;

	buf_init(&out, 10000);
	assert_true(openmetrics_next(metrics, &out));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct beat_record beat = good;

		beat.time_us = rows[i].time_us;
		buf_clear(&out);
		openmetrics_beat(metrics, &beat, &out);
		assert_true(out.length >= strlen(rows[i].wanted));
		assert_string_equal(out.data + out.length - strlen(rows[i].wanted), rows[i].wanted);
		assert_int_equal(out.length > 0, *rows[i].wanted != '\0');
	}
	openmetrics_destroy(metrics);
	buf_finish(&out);
}

static bool has_line(const struct buf *out, const char *line)
{
	const char *at = strstr(out->data, line);

	return at && (at == out->data || at[-1] == '\n') && at[strlen(line)] == '\n';
}

/* A sample is at the end of what it is about. */
static void metrics_of_rollups(void **state)
{
	static const char *const lines[] = {
		"kumatop_rollup_time_seconds{monitor=\"web\",kind=\"http\",resolution=\"hour\",class=\"up\"} 1800 1763816400",
		"kumatop_rollup_time_seconds{monitor=\"web\",kind=\"http\",resolution=\"hour\",class=\"maintenance\"} 0 1763816400",
		"kumatop_rollup_degraded_seconds{monitor=\"web\",kind=\"http\",resolution=\"hour\"} 0.333333 1763816400",
		"# UNIT kumatop_rollup_uptime_ratio ratio",
		"kumatop_rollup_uptime_ratio{monitor=\"web\",kind=\"http\",resolution=\"hour\"} 0.666666667 1763816400",
		"kumatop_rollup_checks{monitor=\"web\",kind=\"http\",resolution=\"hour\",verdict=\"down\"} 30 1763816400",
		"kumatop_rollup_latency_mean_seconds{monitor=\"web\",kind=\"http\",resolution=\"hour\"} 0.166667 1763816400",
		"kumatop_rollup_latency_quantile_seconds{monitor=\"web\",kind=\"http\",resolution=\"hour\",quantile=\"0.5\"} 0.099327 1763816400",
	};
	struct openmetrics *metrics = openmetrics_create(true);
	struct rollup rollups[] = { make_rollup(), make_unobserved() };
	struct buf out;

	rollups[1].start_us += HOUR_US;
	buf_init(&out, 100000);
	while (openmetrics_next(metrics, &out))
		for (size_t i = 0; i < 2; i++)
			openmetrics_rollup(metrics, &(struct rollup_record){ .name = "web", .kind = "http", .rollup = &rollups[i] }, &out);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!has_line(&out, lines[i]))
			fail_msg("no line \"%s\" in:\n%s", lines[i], out.data);
	assert_null(strstr(out.data, "kumatop_rollup_uptime_ratio{monitor=\"web\",kind=\"http\",resolution=\"hour\"} 0 "));
	openmetrics_destroy(metrics);
	rollup_finish(&rollups[0]);
	buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(influx_escapes),
		cmocka_unit_test(influx_event),
		cmocka_unit_test(rollup_rows),
		cmocka_unit_test(metrics_of_beats),
		cmocka_unit_test(metrics_of_nothing),
		cmocka_unit_test(metrics_go_forward),
		cmocka_unit_test(metrics_of_rollups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
