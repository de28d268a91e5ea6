/* Lines of an export read back: what is understood, what is refused and why, and that what was written comes back as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/format/line.h"
#include "../lib/scratch.h"
#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/when.h"

static const char beats_head[] = "time,monitor,kind,state,outcome,code,latency_ms,name_ms,connect_ms,tls_ms,first_byte_ms,transfer_ms,detail\r";
static const char events_head[] = "time,monitor,event,from,to,outcome,code,since,lasted_s,who,detail";

static enum line_kind read_csv(struct line_reader *reader, const char *text, struct line *line)
{
	static char room[4096];

	snprintf(room, sizeof(room), "%s", text);
	return line_read_csv(reader, room, strlen(room), line);
}

static void beats_of_csv(void **state)
{
	struct line_reader *reader = line_reader_create();
	struct line line;

	assert_int_equal(read_csv(reader, beats_head, &line), LINE_HEAD);
	assert_int_equal(read_csv(reader, "2026-11-22T03:12:00.250Z,\"shop, \"\"main\"\"\",http,up,ok,200,135.5,4,12.345,,88.01,0,fine\r", &line),
	    LINE_BEAT);
	assert_string_equal(line.monitor, "shop, \"main\"");
	assert_string_equal(line.monitor_kind, "http");
	assert_int_equal(line.beat.time_us, INT64_C(1795317120250000));
	assert_int_equal(line.beat.state, STATE_UP);
	assert_int_equal(line.beat.outcome, OUTCOME_OK);
	assert_int_equal(line.beat.verdict, -1);
	assert_int_equal(line.beat.reach_ms, -1);
	assert_int_equal(line.beat.code, 200);
	assert_int_equal(line.beat.phase_us[PHASE_NAME], 4000);
	assert_int_equal(line.beat.phase_us[PHASE_CONNECT], 12345);
	assert_int_equal(line.beat.phase_us[PHASE_TLS], -1);
	assert_int_equal(line.beat.phase_us[PHASE_TRANSFER], 0);
	assert_int_equal(line.beat.phase_us[PHASE_TOTAL], 135500);
	assert_string_equal(line.beat.detail, "fine");
	/* a ping: its latency is its round trip, and there was no connection */
	assert_int_equal(read_csv(reader, "2026-11-22T03:12:00.250Z,gw,ping,up,ok,0,1.5,,,,1.5,,", &line), LINE_BEAT);
	assert_int_equal(line.beat.phase_us[PHASE_TOTAL], -1);
	assert_int_equal(phases_latency_us(line.beat.outcome, line.beat.phase_us), 1500);
	/* what is no time of ours is one elsewhere */
	assert_int_equal(read_csv(reader, "2026-11-22T05:12:00.250+02:00,gw,ping,up,ok,,,,,,,,", &line), LINE_BEAT);
	assert_int_equal(line.beat.time_us, INT64_C(1795317120250000));
	assert_int_equal(line.beat.code, -1);
	assert_int_equal(read_csv(reader, "", &line), LINE_NOTHING);
	assert_int_equal(read_csv(reader, events_head, &line), LINE_HEAD);
	assert_int_equal(read_csv(reader, "2026-11-22T03:12:00.250Z,web,state,pending,down,refused,,2026-11-22T03:11:30.000Z,42,,no", &line), LINE_EVENT);
	assert_int_equal(line.event.kind, EVENT_STATE);
	assert_int_equal(line.event.from, STATE_PENDING);
	assert_int_equal(line.event.to, STATE_DOWN);
	assert_int_equal(line.event.outcome, OUTCOME_CONNECT_REFUSED);
	assert_int_equal(line.event.lasted_us, 42 * SECOND_US);
	assert_int_equal(line.event.since_us, INT64_C(1795317090000000));
	assert_int_equal(read_csv(reader, "2026-11-22T03:12:00.250Z,,started,new,new,,,,0,root,", &line), LINE_EVENT);
	assert_string_equal(line.monitor, "");
	assert_string_equal(line.event.who, "root");
	line_reader_destroy(reader);
}

/* In any order, with others between them, and none that is not needed. */
static void columns_go_by_their_names(void **state)
{
	struct line_reader *reader = line_reader_create();
	struct line line;

	assert_int_equal(read_csv(reader, "outcome,colour,state,monitor,time,time", &line), LINE_HEAD);
	assert_int_equal(read_csv(reader, "ok,red,up,web,2026-11-22T03:12:00Z,x", &line), LINE_BEAT);
	assert_int_equal(line.beat.state, STATE_UP);
	assert_null(line.monitor_kind);
	assert_int_equal(read_csv(reader, "time,monitor,state", &line), LINE_BROKEN);
	assert_non_null(strstr(line.trouble, "needs the columns"));
	line_reader_destroy(reader);
}

static void what_is_broken_says_why(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "nonsense", "1 cells, and the head 13" },
		{ "2026-11-22T03:12:00Z,web,http,up,ok,200,1,,,,,,,", "14 cells" },
		{ "yesterday,web,http,up,ok,200,1,,,,,,", "time: \"yesterday\"" },
		{ "2026-11-22 03:12,web,http,up,ok,200,1,,,,,,", "no time" },
		{ "2026-02-30T03:12:00Z,web,http,up,ok,200,1,,,,,,", "no time" },
		{ ",web,http,up,ok,200,1,,,,,,", "time is missing" },
		{ "2026-11-22T03:12:00Z,,http,up,ok,200,1,,,,,,", "monitor is missing" },
		{ "2026-11-22T03:12:00Z,web,http,upp,ok,200,1,,,,,,", "state: \"upp\"" },
		{ "2026-11-22T03:12:00Z,web,http,up,,200,1,,,,,,", "outcome is missing" },
		{ "2026-11-22T03:12:00Z,web,http,up,fine,200,1,,,,,,", "outcome: \"fine\"" },
		{ "2026-11-22T03:12:00Z,web,http,up,ok,2x0,1,,,,,,", "code: \"2x0\"" },
		{ "2026-11-22T03:12:00Z,web,http,up,ok,200,-1,,,,,,", "latency_ms: \"-1\"" },
		{ "2026-11-22T03:12:00Z,web,http,up,ok,200,1e3,,,,,,", "latency_ms" },
		{ "2026-11-22T03:12:00Z,web,http,up,ok,200,99999999999,,,,,,", "latency_ms" },
		{ "2026-11-22T03:12:00Z,\"web,http,up,ok,200,1,,,,,,", "a quote is not closed" },
		{ "2026-11-22T03:12:00Z,\"web\"x,http,up,ok,200,1,,,,,,", "between a quoted cell" },
	};
	struct line_reader *reader = line_reader_create();
	struct line line;

	assert_int_equal(read_csv(reader, rows[0].text, &line), LINE_BROKEN);
	assert_non_null(strstr(line.trouble, "before any line that names the columns"));
	assert_int_equal(read_csv(reader, beats_head, &line), LINE_HEAD);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(read_csv(reader, rows[i].text, &line), LINE_BROKEN);
		if (!strstr(line.trouble, rows[i].why))
			fail_msg("%s: %s", rows[i].text, line.trouble);
	}
	line_reader_destroy(reader);
}

static void lines_of_json(void **state)
{
	static const struct {
		const char *text;
		enum line_kind kind;
		const char *why;
	} rows[] = {
		{ "", LINE_NOTHING, NULL },
		{ "[", LINE_NOTHING, NULL },
		{ "]\r", LINE_NOTHING, NULL },
		{ "[]", LINE_NOTHING, NULL },
		{ "{\"time\":\"2026-11-22T03:12:00Z\",\"monitor\":\"web\",\"state\":\"up\",\"outcome\":\"ok\"},", LINE_BEAT, NULL },
		{ "{\"time\":\"2026-11-22T03:12:00Z\",\"event\":\"started\",\"from\":\"new\",\"to\":\"new\"}", LINE_EVENT, NULL },
		{ "{\"time\":\"2026-11-22T03:12:00Z\",\"monitor\":\"web\",\"state\":\"up\",\"outcome\":\"ok\"", LINE_BROKEN, "no JSON" },
		{ "{\"time\":1,\"monitor\":\"web\",\"state\":\"up\",\"outcome\":\"ok\"}", LINE_BROKEN, "time: 1" },
		{ "{\"time\":\"2026-11-22T03:12:00Z\",\"monitor\":7,\"state\":\"up\",\"outcome\":\"ok\"}", LINE_BROKEN, "monitor is missing" },
		{ "{\"time\":\"2026-11-22T03:12:00Z\",\"monitor\":\"web\",\"state\":[],\"outcome\":\"ok\"}", LINE_BROKEN, "neither a text" },
		{ "{\"time\":\"2026-11-22T03:12:00Z\",\"monitor\":\"web\",\"state\":\"up\",\"outcome\":\"ok\",\"reach_ms\":1e300}", LINE_BROKEN, "reach_ms" },
		{ "[1]", LINE_BROKEN, "no object" },
		{ "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}", LINE_BROKEN, "deeper" },
	};
	struct line_reader *reader = line_reader_create();
	struct line line;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(line_read_json(reader, rows[i].text, strlen(rows[i].text), &line), rows[i].kind);
		if (rows[i].why && !strstr(line.trouble, rows[i].why))
			fail_msg("%s: %s", rows[i].text, line.trouble);
	}
	line_reader_destroy(reader);
}

static const struct beat_record written[] = {
	{ .name = "=cmd, \"x\"", .kind = "http", .time_us = INT64_C(1795317120250000), .state = STATE_DOWN, .outcome = OUTCOME_WRONG_STATUS,
	  .verdict = VERDICT_DOWN, .reach_ms = 70000, .code = 503, .phase_us = { 4000, 12345, -1, 88010, 0, 135000 },
	  .detail = "-1, or \"so\"", .address = "192.0.2.1:443", .cert_expires_us = INT64_C(1795400000000000) },
	{ .name = "gateway", .kind = "ping", .time_us = INT64_C(1795317120251000), .state = STATE_UP, .outcome = OUTCOME_OK,
	  .verdict = VERDICT_UP, .reach_ms = 7000, .code = 0, .phase_us = { -1, -1, -1, 777, -1, 401234 }, .detail = "", .address = "192.0.2.1" },
	{ .name = "slow", .kind = "tcp", .time_us = INT64_C(1795317120252000), .state = STATE_DEGRADED, .outcome = OUTCOME_SLOW,
	  .verdict = VERDICT_DEGRADED, .reach_ms = 1, .code = -1, .phase_us = { 1, 2000001, -1, -1, -1, 2000003 }, .detail = "", .address = "" },
};

static void assert_same(const struct beat_record *beat, const struct line *line, bool all)
{
	assert_string_equal(line->monitor, beat->name);
	assert_string_equal(line->monitor_kind, beat->kind);
	assert_int_equal(line->beat.time_us, beat->time_us);
	assert_int_equal(line->beat.state, beat->state);
	assert_int_equal(line->beat.outcome, beat->outcome);
	assert_int_equal(line->beat.code, beat->code);
	assert_string_equal(line->beat.detail, beat->detail);
	assert_int_equal(phases_latency_us(line->beat.outcome, line->beat.phase_us), phases_latency_us(beat->outcome, beat->phase_us));
	for (int i = 0; i < (all ? PHASE_COUNT : PHASE_TOTAL); i++)
		assert_int_equal(line->beat.phase_us[i], beat->phase_us[i]);
	if (!all)
		return;
	assert_int_equal(line->beat.verdict, beat->verdict);
	assert_int_equal(line->beat.reach_ms, beat->reach_ms);
	assert_int_equal(line->beat.cert_expires_us, beat->cert_expires_us);
	assert_string_equal(line->beat.address, beat->address);
}

/* JSON keeps all of a beat, CSV all but how long it speaks for, the total of what failed, and from where. */
static void what_was_written_comes_back(void **state)
{
	struct line_reader *reader = line_reader_create();
	struct line line;
	struct buf out;

	buf_init(&out, 100000);
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		buf_clear(&out);
		format_beat(&out, EXPORT_NDJSON, &written[i], true, true);
		assert_int_equal(line_read_json(reader, out.data, out.length - 1, &line), LINE_BEAT);
		assert_same(&written[i], &line, true);
		assert_int_equal(read_csv(reader, beats_head, &line), LINE_HEAD);
		for (int guard = 0; guard < 2; guard++) {
			buf_clear(&out);
			format_beat(&out, EXPORT_CSV, &written[i], guard, true);
			out.data[out.length - 1] = '\0';
			assert_int_equal(line_read_csv(reader, out.data, out.length - 1, &line), LINE_BEAT);
			assert_same(&written[i], &line, false);
		}
	}
	buf_finish(&out);
	line_reader_destroy(reader);
}

/* A file as a whole: keys of monitors, numbers of lines, and lines that are too long. */
struct heard {
	struct buf text;
	int most;		/* beats until it has had enough */
};

static bool hear_monitor(void *arg, const struct import_monitor *monitor)
{
	struct heard *heard = arg;

	return buf_print(&heard->text, "monitor %d %s %s\n", (int)monitor->key, monitor->name, monitor->kind ? monitor->kind : "-");
}

static bool hear_beat(void *arg, const struct import_beat *beat)
{
	struct heard *heard = arg;

	buf_print(&heard->text, "beat %d %d\n", (int)beat->monitor, (int)beat->place);
	return --heard->most > 0;
}

static bool hear_event(void *arg, const struct import_event *event)
{
	struct heard *heard = arg;

	return buf_print(&heard->text, "event %d %d\n", (int)event->monitor, (int)event->place);
}

static void hear_trouble(void *arg, enum import_trouble trouble, uint64_t place, const char *text)
{
	struct heard *heard = arg;

	buf_print(&heard->text, "trouble %d %d\n", (int)trouble, (int)place);
}

static void hear_progress(void *arg, uint64_t done, uint64_t all)
{
	assert_true(done <= all);
}

static const char *hear(struct heard *heard, const struct import_source *source, const char *path, int most)
{
	const struct import_sink sink = {
		.arg = heard, .monitor = hear_monitor, .beat = hear_beat, .event = hear_event, .trouble = hear_trouble, .progress = hear_progress,
	};
	struct error err = { 0 };

	buf_clear(&heard->text);
	heard->most = most;
	if (!source->read(path, &sink, &err))
		fail_msg("%s", err.text);
	return heard->text.data;
}

static void write_file(const char *path, const char *text, size_t filler)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	for (size_t i = 0; i < filler; i++)
		fputc('x', file);
	fputs(filler ? "\n2026-11-22T03:12:02Z,a,up,ok" : "", file);
	assert_int_equal(fclose(file), 0);
}

static void a_file_of_lines(void **state)
{
	char *directory = scratch_make(), *path = scratch_path(directory, "file");
	struct heard heard;

	buf_init(&heard.text, 100000);
	write_file(path, "\xef\xbb\xbftime,monitor,state,outcome\n2026-11-22T03:12:00Z,a,up,ok\r\nbad\n2026-11-22T03:12:00Z,b,up,ok\n"
	    "time,monitor,event,from,to\n2026-11-22T03:12:00Z,b,paused,up,paused\n2026-11-22T03:12:00Z,,started,new,new\n"
	    "kind,time,monitor,state,outcome\nhttp,2026-11-22T03:12:01Z,a,up,ok\ntime,monitor,state,outcome\n", 3000000);
	assert_string_equal(hear(&heard, &format_csv_source, path, 100),
	    "monitor 1 a -\nbeat 1 2\ntrouble 0 3\nmonitor 2 b -\nbeat 2 4\nevent 2 6\nevent 0 7\nmonitor 1 a http\nbeat 1 9\ntrouble 0 11\n"
	    "beat 1 12\n");
	assert_string_equal(hear(&heard, &format_csv_source, path, 1), "monitor 1 a -\nbeat 1 2\n");
	write_file(path, "[\n{\"time\":\"2026-11-22T03:12:00Z\",\"monitor\":\"a\",\"kind\":\"tcp\",\"state\":\"up\",\"outcome\":\"ok\"},\n{}\n]\n", 0);
	assert_string_equal(hear(&heard, &format_json_source, path, 100), "monitor 1 a tcp\nbeat 1 2\ntrouble 0 3\n");
	buf_finish(&heard.text);
	free(path);
	scratch_remove(directory);
}

static void files_are_known_by_their_beginning(void **state)
{
	static const struct {
		const char *text;
		bool csv, json;
	} rows[] = {
		{ "", false, false },
		{ "time,monitor,kind,state,outcome,code\r\n2026", true, false },
		{ "\xef\xbb\xbftime,monitor,event,from,to", true, false },
		{ "time,monitor\n", false, false },
		{ "{\"time\":1}\n", false, true },
		{ "[\n{\"time\":1}\n", false, true },
		{ "[]\n", false, true },
		{ "SQLite format 3", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(format_csv_source.recognise(rows[i].text, strlen(rows[i].text)), rows[i].csv);
		assert_int_equal(format_json_source.recognise(rows[i].text, strlen(rows[i].text)), rows[i].json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beats_of_csv),
		cmocka_unit_test(columns_go_by_their_names),
		cmocka_unit_test(what_is_broken_says_why),
		cmocka_unit_test(lines_of_json),
		cmocka_unit_test(what_was_written_comes_back),
		cmocka_unit_test(a_file_of_lines),
		cmocka_unit_test(files_are_known_by_their_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
