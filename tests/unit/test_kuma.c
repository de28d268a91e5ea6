/*
 * Uptime Kuma's database as a source: monitors as they would be here, heartbeats, changes, statistics, and whatever else somebody may
 * have put into such a file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/buf.h"
#include "kumatop/store.h"
#include "kumatop/when.h"

#include "../lib/scratch.h"

static const char version_1[] =
    "CREATE TABLE monitor (id INTEGER PRIMARY KEY, name VARCHAR(150), active BOOLEAN DEFAULT 1, interval INTEGER DEFAULT 20, url TEXT,"
    " type VARCHAR(20), hostname VARCHAR(255), port INTEGER, keyword VARCHAR(255), maxretries INTEGER DEFAULT 0, ignore_tls BOOLEAN DEFAULT 0,"
    " upside_down BOOLEAN DEFAULT 0, maxredirects INTEGER DEFAULT 10, accepted_statuscodes_json TEXT DEFAULT '[\"200-299\"]',"
    " retry_interval INTEGER DEFAULT 0, method TEXT DEFAULT 'GET', body TEXT, headers TEXT);"
    "CREATE TABLE heartbeat (id INTEGER PRIMARY KEY, important BOOLEAN, monitor_id INTEGER, status SMALLINT, msg TEXT, time DATETIME,"
    " ping INTEGER, duration INTEGER);";

static const char version_2[] =
    "ALTER TABLE monitor ADD COLUMN basic_auth_user TEXT; ALTER TABLE monitor ADD COLUMN basic_auth_pass TEXT;"
    "ALTER TABLE monitor ADD COLUMN auth_method TEXT; ALTER TABLE monitor ADD COLUMN bearer_token TEXT;"
    "ALTER TABLE monitor ADD COLUMN timeout DOUBLE DEFAULT 0; ALTER TABLE monitor ADD COLUMN parent INTEGER;"
    "ALTER TABLE monitor ADD COLUMN invert_keyword BOOLEAN DEFAULT 0; ALTER TABLE monitor ADD COLUMN description TEXT;"
    "ALTER TABLE monitor ADD COLUMN resend_interval INTEGER DEFAULT 0; ALTER TABLE monitor ADD COLUMN expiry_notification BOOLEAN DEFAULT 1;"
    "ALTER TABLE monitor ADD COLUMN http_body_encoding TEXT; ALTER TABLE monitor ADD COLUMN proxy_id INTEGER;"
    "ALTER TABLE monitor ADD COLUMN ping_count INTEGER DEFAULT 1; ALTER TABLE monitor ADD COLUMN packet_size INTEGER DEFAULT 56;"
    "CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT, color TEXT);"
    "CREATE TABLE monitor_tag (id INTEGER PRIMARY KEY, monitor_id INTEGER, tag_id INTEGER, value TEXT);"
    "CREATE TABLE notification (id INTEGER PRIMARY KEY, name TEXT, config TEXT);"
    "CREATE TABLE monitor_notification (id INTEGER PRIMARY KEY, monitor_id INTEGER, notification_id INTEGER);"
    "CREATE TABLE maintenance (id INTEGER PRIMARY KEY, title TEXT);"
    "CREATE TABLE monitor_maintenance (id INTEGER PRIMARY KEY, monitor_id INTEGER, maintenance_id INTEGER);"
    "CREATE TABLE stat_minutely (id INTEGER PRIMARY KEY, monitor_id INTEGER, timestamp INTEGER, ping FLOAT, up INTEGER, down INTEGER,"
    " ping_min FLOAT DEFAULT 0, ping_max FLOAT DEFAULT 0, extras TEXT);"
    "CREATE TABLE stat_hourly (id INTEGER PRIMARY KEY, monitor_id INTEGER, timestamp INTEGER, ping FLOAT, ping_min FLOAT DEFAULT 0,"
    " ping_max FLOAT DEFAULT 0, up INTEGER, down INTEGER, extras TEXT);"
    "CREATE TABLE stat_daily (id INTEGER PRIMARY KEY, monitor_id INTEGER, timestamp INTEGER, ping FLOAT, up INTEGER, down INTEGER);";

struct fixture {
	char *directory, *path;
	struct buf heard;
	struct error err;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->directory = scratch_make();
	fixture->path = scratch_path(fixture->directory, "kuma.db");
	buf_init(&fixture->heard, 1 << 24);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	buf_finish(&fixture->heard);
	free(fixture->path);
	scratch_remove(fixture->directory);
	free(fixture);
	return 0;
}

static void run_sql(struct fixture *fixture, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
	sqlite3_close(db);
}

static bool hear_monitor(void *arg, const struct import_monitor *monitor)
{
	struct buf *heard = &((struct fixture *)arg)->heard;

	buf_print(heard, "monitor %d %s %s%s%s%s%s\n", (int)monitor->key, monitor->name, monitor->kind, monitor->target ? " -> " : "",
	    monitor->target ? monitor->target : "", monitor->paused ? " paused" : "", monitor->untaken ? " untaken" : "");
	for (size_t i = 0; i < monitor->setting_count; i++) {
		const struct import_setting *setting = &monitor->settings[i];

		buf_print(heard, "  %s%s%s =", setting->section ? setting->section : "", setting->section ? "." : "", setting->name);
		for (size_t j = 0; j < setting->count; j++)
			buf_print(heard, " [%s]", setting->items[j]);
		buf_add_char(heard, '\n');
	}
	for (size_t i = 0; i < monitor->note_count; i++)
		buf_print(heard, "  note %s\n", monitor->notes[i]);
	return true;
}

static bool hear_beat(void *arg, const struct import_beat *beat)
{
	char when[40];

	buf_print(&((struct fixture *)arg)->heard, "beat %d %s %s %s %s code %d latency %d reach %d\n", (int)beat->monitor,
	    moment_print(beat->time_us, when, sizeof(when)), state_word(beat->state), outcome_row(beat->outcome)->word,
	    verdict_word((enum verdict)beat->verdict), beat->code, phases_latency_us(beat->outcome, beat->phase_us), beat->reach_ms);
	return true;
}

static bool hear_event(void *arg, const struct import_event *event)
{
	buf_print(&((struct fixture *)arg)->heard, "event %d %s -> %s since %d lasted %d\n", (int)event->monitor, state_word(event->from),
	    state_word(event->to), (int)((event->since_us - event->time_us) / SECOND_US), (int)(event->lasted_us / SECOND_US));
	return true;
}

static bool hear_rollup(void *arg, const struct import_rollup *given)
{
	const struct rollup *rollup = given->rollup;
	char when[40];
	int64_t all_us = 0;

	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		all_us += rollup->amounts.us[i];
	assert_int_equal(all_us, rollup_length_us(rollup->step));
	buf_print(&((struct fixture *)arg)->heard, "rollup %d %d %s up %d down %d maintenance %d beats %d+%d answers %d %d/%d/%d\n",
	    (int)given->monitor, (int)rollup->step, moment_print(rollup->start_us, when, sizeof(when)),
	    (int)(rollup->amounts.us[TIME_UP] / SECOND_US), (int)(rollup->amounts.us[TIME_DOWN] / SECOND_US),
	    (int)(rollup->amounts.us[TIME_MAINTENANCE] / SECOND_US), (int)rollup->beats[VERDICT_UP], (int)rollup->beats[VERDICT_DOWN],
	    (int)rollup->answers, (int)rollup->latency_min_us, (int)(rollup->answers ? rollup->latency_sum_us / rollup->answers : -1),
	    (int)rollup->latency_max_us);
	return true;
}

static void hear_trouble(void *arg, enum import_trouble trouble, uint64_t place, const char *text)
{
	buf_print(&((struct fixture *)arg)->heard, "trouble %d at %d: %s\n", (int)trouble, (int)place, text);
}

static void hear_progress(void *arg, uint64_t done, uint64_t all)
{
}

static bool hear(struct fixture *fixture)
{
	const struct import_sink sink = {
		.arg = fixture, .monitor = hear_monitor, .beat = hear_beat, .event = hear_event, .rollup = hear_rollup, .trouble = hear_trouble,
		.progress = hear_progress,
	};

	buf_clear(&fixture->heard);
	return store_kuma_source.read(fixture->path, &sink, &fixture->err);
}

static void assert_heard(struct fixture *fixture, const char *text)
{
	if (!hear(fixture))
		fail_msg("%s", fixture->err.text);
	assert_string_equal(fixture->heard.data, text);
}

static void a_database_of_version_1(void **state)
{
	struct fixture *fixture = *state;

	run_sql(fixture, version_1);
	run_sql(fixture,
	    "INSERT INTO monitor (id, name, type, url, interval, maxretries, retry_interval) VALUES (3, 'Web', 'http', 'https://example.com/', 60, 2, 20);"
	    "INSERT INTO monitor (id, name, type, hostname, port, upside_down, active) VALUES (5, 'Six', 'port', 'fe80::1', 22, 1, 0);"
	    "INSERT INTO heartbeat (monitor_id, status, msg, time, ping) VALUES"
	    " (3, 1, '200 - OK', '2026-11-22 17:52:00.001', 7), (3, 2, 'connect ECONNREFUSED 127.0.0.1:1', '2026-11-22 17:53:00.001', NULL),"
	    " (3, 1, '200 - OK', '2026-11-22 17:53:20', 8), (3, 2, 'timeout of 48000ms exceeded', '2026-11-22 17:54:20', NULL),"
	    " (3, 0, 'Request failed with status code 503', '2026-11-22 17:54:40', 9), (3, 1, '204', '2026-11-22 17:55:40', 10),"
	    " (3, 3, 'Monitor under maintenance', '2026-11-22 17:56:40', NULL), (3, 0, 'what is this', '2026-11-22 17:57:40', NULL);");
	assert_heard(fixture,
	    "monitor 3 Web http -> https://example.com/\n  expect.status = [200-299]\n  follow = [10]\n  interval = [1m]\n  timeout = [48s]\n"
	    "  retry_interval = [20s]\n  fall = [3]\n  rise = [1]\n"
	    "monitor 5 Six port -> tcp://[fe80::1]:22 paused\n  interval = [20s]\n  timeout = [16s]\n  fall = [1]\n  rise = [1]\n  invert = [true]\n"
	    "beat 3 2026-11-22T17:52:00.001Z up ok up code 200 latency 7000 reach 108000\n"
	    "event 3 new -> up since 0 lasted 0\n"
	    "beat 3 2026-11-22T17:53:00.001Z pending refused down code -1 latency -1 reach 108000\n"
	    "beat 3 2026-11-22T17:53:20.000Z up ok up code 200 latency 8000 reach 108000\n"
	    "beat 3 2026-11-22T17:54:20.000Z pending answer-timeout down code -1 latency -1 reach 108000\n"
	    "beat 3 2026-11-22T17:54:40.000Z down wrong-status down code 503 latency -1 reach 108000\n"
	    "event 3 pending -> down since -20 lasted 159\n"
	    "beat 3 2026-11-22T17:55:40.000Z up ok up code 204 latency 10000 reach 108000\n"
	    "event 3 down -> up since 0 lasted 80\n"
	    "beat 3 2026-11-22T17:56:40.000Z maintenance ok up code -1 latency -1 reach 108000\n"
	    "event 3 up -> maintenance since 0 lasted 60\n"
	    "beat 3 2026-11-22T17:57:40.000Z down failed down code -1 latency -1 reach 108000\n"
	    "event 3 maintenance -> down since 0 lasted 60\n");
}

static void monitors_with_everything(void **state)
{
	struct fixture *fixture = *state;

	run_sql(fixture, version_1);
	run_sql(fixture, version_2);
	run_sql(fixture,
	    "INSERT INTO monitor (id, name, type, parent) VALUES (1, 'Inner', 'group', 9), (2, 'Loop', 'group', 2);"
	    "INSERT INTO monitor (id, name, type) VALUES (9, 'Outer', 'group'), (10, 'q', 'dns'), (11, 'x', 'quantum'), (12, NULL, NULL);"
	    "INSERT INTO monitor (id, name, type, url, keyword, invert_keyword, parent, method, body, headers, auth_method, basic_auth_user,"
	    " basic_auth_pass, ignore_tls, expiry_notification, maxredirects, accepted_statuscodes_json, timeout, description, resend_interval,"
	    " http_body_encoding, proxy_id) VALUES (20, 'All', 'keyword', 'https://e.example/', 'oops', 1, 1, 'POST', '<a/>',"
	    " '{\"X-A\":\"b, c\",\"X-N\":7,\"X-O\":{}}', 'basic', 'u', 'p', 1, 0, 0, '[\"200-299\",\"404\"]', 2.5, ' two\nlines ', 3, 'xml', 4);"
	    "INSERT INTO monitor (id, name, type, url, headers, auth_method, bearer_token, accepted_statuscodes_json, parent) VALUES"
	    " (21, 'Bad', 'http', 'http://e.example/', 'no json', 'bearer', 't', '200', 2);"
	    "INSERT INTO monitor (id, name, type, hostname, ping_count, packet_size, auth_method) VALUES (22, 'P', 'ping', 'h', 3, 100, NULL);"
	    "INSERT INTO tag VALUES (1, 'prod', 'red'), (2, 'my team', 'red');"
	    "INSERT INTO monitor_tag (monitor_id, tag_id, value) VALUES (22, 1, ''), (22, 2, 'a,b'), (22, 1, NULL);"
	    "INSERT INTO notification (name) VALUES ('ops'), ('chat'); INSERT INTO monitor_notification (monitor_id, notification_id) VALUES (22, 2), (22, 1);"
	    "INSERT INTO maintenance (title) VALUES ('patch'); INSERT INTO monitor_maintenance (monitor_id, maintenance_id) VALUES (22, 1);");
	assert_heard(fixture,
	    "monitor 1 Inner group untaken\nmonitor 2 Loop group untaken\nmonitor 9 Outer group untaken\nmonitor 10 q dns untaken\n"
	    "monitor 11 x quantum untaken\nmonitor 12   untaken\n"
	    "monitor 20 All keyword -> https://e.example/\n  method = [POST]\n  body = [<a/>]\n"
	    "  headers = [X-A: b, c] [X-N: 7] [Content-Type: text/xml; charset=utf-8]\n  expect.status = [200-299] [404]\n  user = [u]\n"
	    "  password = [p]\n  expect.body_not = [oops]\n  verify = [false]\n  cert_warn = [0]\n  follow = [0]\n  interval = [20s]\n"
	    "  timeout = [2s500ms]\n  fall = [1]\n  rise = [1]\n  description = [two lines]\n  group = [Outer/Inner]\n"
	    "  note headers: the value of X-O is no text: it is left out\n  note its proxy: kumatop has none yet\n"
	    "  note alerts sent again every 3 checks: alert channels come later\n"
	    "monitor 21 Bad http -> http://e.example/\n  token = [t]\n  follow = [10]\n  interval = [20s]\n  timeout = [16s]\n  fall = [1]\n  rise = [1]\n"
	    "  group = [Loop]\n"
	    "  note headers: they are no JSON: none is taken\n  note accepted_statuscodes_json: it is no list of statuses: 200-299 is taken\n"
	    "monitor 22 P ping -> ping://h\n  count = [3]\n  size = [100]\n  interval = [20s]\n  timeout = [16s]\n  fall = [1]\n  rise = [1]\n"
	    "  tags = [prod] [my_team:a_b]\n  note tags: \"my team:a,b\" becomes \"my_team:a_b\"\n"
	    "  note alerts to ops, chat: alert channels come later\n  note the maintenance patch: maintenance windows come later\n"
	    "trouble 4 at 0: the notification \"ops\": alert channels come later\n"
	    "trouble 4 at 0: the notification \"chat\": alert channels come later\n"
	    "trouble 4 at 0: the maintenance \"patch\": maintenance windows come later\n");
}

static void statistics(void **state)
{
	struct fixture *fixture = *state;

	run_sql(fixture, version_1);
	run_sql(fixture, version_2);
	/* 2026-11-22 00:00 is 1795305600; the interval is 60 s: 5, 60 and 1,440 beats fill the buckets */
	run_sql(fixture,
	    "INSERT INTO monitor (id, name, type, hostname, interval) VALUES (1, 'p', 'ping', 'h', 60);"
	    "INSERT INTO stat_minutely (monitor_id, timestamp, ping, ping_min, ping_max, up, down) VALUES (1, 1795305600, 10, 8, 12, 2, 0),"
	    " (1, 1795305660, 40, 30, 50, 1, 0), (1, 1795305720, 0, 0, 0, 0, 1), (1, 1795305900, 0, 0, 0, 0, 1);"
	    "INSERT INTO stat_hourly (monitor_id, timestamp, ping, ping_min, ping_max, up, down, extras) VALUES"
	    " (1, 1795305600, 20.5, 10, 30, 59, 0, NULL), (1, 1795309200, 0, 0, 0, 0, 60, '{}'), (1, 1795312800, 5, 0, 0, 40, 10, '{\"maintenance\":10}'),"
	    " (1, 1795316400, 0, 0, 0, 0, 0, '{\"maintenance\":60}'), (1, 1795320000, 5, 6, 4, 10, 0, 'rubbish'),"
	    " (1, -5, 0, 0, 0, 1, 0, NULL), (1, 1795323600, 0, 0, 0, -1, 0, NULL), (1, 1795327200, 1e300, 0, 0, 1, 0, NULL), (1, 1795330800, 0, 0, 0, 0, 0, NULL),"
	    " (1, 'x', 'y', 'z', '', 'a', 'b', 'c');"
	    "INSERT INTO stat_daily (monitor_id, timestamp, ping, up, down) VALUES (1, 1795219200, 7, 1500, 500), (7, 1795219200, 7, 1, 1);");
	assert_heard(fixture,
	    "monitor 1 p ping -> ping://h\n  count = [1]\n  interval = [1m]\n  timeout = [48s]\n  fall = [1]\n  rise = [1]\n"
	    "rollup 1 0 2026-11-22T00:00:00.000Z up 225 down 75 maintenance 0 beats 3+1 answers 3 8000/20000/50000\n"
	    "rollup 1 0 2026-11-22T00:05:00.000Z up 0 down 60 maintenance 0 beats 0+1 answers 0 -1/-1/-1\n"
	    "trouble 0 at 6: timestamp \"-5\" is not one of Uptime Kuma\n"
	    "rollup 1 1 2026-11-22T00:00:00.000Z up 3600 down 0 maintenance 0 beats 59+0 answers 59 10000/20500/30000\n"
	    "rollup 1 1 2026-11-22T01:00:00.000Z up 0 down 3600 maintenance 0 beats 0+60 answers 0 -1/-1/-1\n"
	    "rollup 1 1 2026-11-22T02:00:00.000Z up 2400 down 600 maintenance 600 beats 50+10 answers 40 5000/5000/5000\n"
	    "rollup 1 1 2026-11-22T03:00:00.000Z up 0 down 0 maintenance 3600 beats 60+0 answers 0 -1/-1/-1\n"
	    "trouble 0 at 7: a count or a latency in the statistics of \"1795323600\" is not one of Uptime Kuma\n"
	    "trouble 0 at 8: a count or a latency in the statistics of \"1795327200\" is not one of Uptime Kuma\n"
	    "rollup 1 1 2026-11-22T04:00:00.000Z up 600 down 0 maintenance 0 beats 10+0 answers 10 5000/5000/5000\n"
	    "trouble 0 at 10: timestamp \"x\" is not one of Uptime Kuma\n"
	    "rollup 1 2 2026-11-21T00:00:00.000Z up 64800 down 21600 maintenance 0 beats 1500+500 answers 1500 7000/7000/7000\n");
}

static void what_makes_no_sense(void **state)
{
	struct fixture *fixture = *state;

	run_sql(fixture, version_1);
	run_sql(fixture,
	    "INSERT INTO monitor (id, name, type, url, interval, maxretries) VALUES (1, x'00ff41', 'http', 'http://e.example/', 'often', 9223372036854775807);"
	    "INSERT INTO monitor (id, name, type, hostname, port, interval) VALUES (2, hex(zeroblob(5000)), 'port', NULL, 'smtp', -1e30);"
	    "INSERT INTO monitor (id, name, type) VALUES (-4, 'minus', 'http');"
	    "INSERT INTO heartbeat (id, monitor_id, status, msg, time, ping) VALUES (1, 1, 7, 'x', '2026-11-22 17:52:00', 1),"
	    " (2, 1, 'up', 'x', '2026-11-22 17:52:00', 1), (3, 1, NULL, 'x', '2026-11-22 17:52:00', 1), (4, 1, 1, NULL, 1795305600, 1),"
	    " (5, 1, 1, NULL, '2026-13-22 17:52:00', 1), (6, 1, 1, NULL, NULL, 1), (7, 1, 1, x'ff00', '2026-11-22 17:52:00', 'slow'),"
	    " (8, 1, 1, hex(zeroblob(100000)), '2026-11-22 17:53:00', 1e300), (9, 1, 1, '', '2026-11-22 17:54:00', -1),"
	    " (10, 99, 1, '', '2026-11-22 17:54:00', 1), (11, NULL, 1, '', '2026-11-22 17:54:00', 1);");
	assert_true(hear(fixture));
	assert_non_null(strstr(fixture->heard.data, "trouble 0 at 1: status \"7\""));
	assert_non_null(strstr(fixture->heard.data, "trouble 0 at 2: status \"up\""));
	assert_non_null(strstr(fixture->heard.data, "trouble 0 at 3: status \"\""));
	assert_non_null(strstr(fixture->heard.data, "trouble 0 at 4: time \"1795305600\""));
	assert_non_null(strstr(fixture->heard.data, "trouble 0 at 5: time"));
	assert_non_null(strstr(fixture->heard.data, "trouble 0 at 6: time \"\""));
	assert_non_null(strstr(fixture->heard.data, "beat 1 2026-11-22T17:53:00.000Z up ok up code -1 latency -1 reach 108000"));
	assert_non_null(strstr(fixture->heard.data, "trouble 1 at 10: of a monitor 99, which is not there"));
	assert_non_null(strstr(fixture->heard.data, "trouble 1 at 11:"));
	assert_null(strstr(fixture->heard.data, "minus"));
}

static void what_is_none(void **state)
{
	struct fixture *fixture = *state;

	run_sql(fixture, "CREATE TABLE heartbeat (id); CREATE VIEW monitor AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)"
	    " SELECT id FROM n");
	assert_false(hear(fixture));
	assert_int_equal(fixture->err.code, EXIT_DATA);
	assert_non_null(strstr(fixture->err.text, "not one of Uptime Kuma"));
	run_sql(fixture, "DROP VIEW monitor; CREATE TABLE monitor (name); INSERT INTO monitor VALUES ('no id')");
	assert_false(hear(fixture));
	run_sql(fixture, "PRAGMA application_id = 1802857825");
	assert_false(hear(fixture));
	assert_non_null(strstr(fixture->err.text, "database of kumatop"));
	assert_int_equal(truncate(fixture->path, 5000), 0);
	assert_false(hear(fixture));
	assert_int_equal(unlink(fixture->path), 0);
	assert_false(hear(fixture));
}

/* A copy on a medium that cannot be written, as Kuma leaves it: with a journal mode for which a file beside it is needed. */
static void a_copy_that_can_only_be_read(void **state)
{
	struct fixture *fixture = *state;

	if (geteuid() == 0) {
		print_message("skip: root writes where nobody may\n");
		skip();
	}
	run_sql(fixture, "PRAGMA journal_mode = WAL");
	run_sql(fixture, version_1);
	run_sql(fixture, "INSERT INTO monitor (id, name, type, hostname) VALUES (1, 'p', 'ping', 'h')");
	assert_int_equal(chmod(fixture->path, 0400), 0);
	assert_int_equal(chmod(fixture->directory, 0500), 0);
	assert_true(hear(fixture));
	assert_non_null(strstr(fixture->heard.data, "monitor 1 p ping -> ping://h"));
	assert_int_equal(chmod(fixture->directory, 0700), 0);
}

#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_DIRECTORY(a_database_of_version_1),
		IN_A_DIRECTORY(monitors_with_everything),
		IN_A_DIRECTORY(statistics),
		IN_A_DIRECTORY(what_makes_no_sense),
		IN_A_DIRECTORY(what_is_none),
		IN_A_DIRECTORY(a_copy_that_can_only_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
