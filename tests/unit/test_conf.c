/*
 * kumatop.conf: every kind of fault with its line and text, all of them at once; templates, conf.d, permissions. What is made of a
 * right one is tested in test_conf_values.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "kumatop/probe.h"
#include "../lib/conf_dir.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct fault_row {
	const char *text, *says;	/* says: all lines */
};

static void check_rows(const struct fault_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		conf_dir_write("kumatop.conf", rows[i].text);
		char *all = conf_dir_faults();
		if (strcmp(all, rows[i].says) != 0)
			fail_msg("\n%s\ngives\n%sinstead of\n%s", rows[i].text, all, rows[i].says);
		free(all);
	}
}

/* What libconfig would call "syntax error", or take silently for something else. */
static void test_scan(void **state)
{
	(void)state;
	static const struct fault_row rows[] = {
		{ "\xEF\xBB\xBFinterval = \"60s\";\n", "kumatop.conf:1: begins with a byte order mark: save the file as UTF-8 without one\n" },
		{ "\n\ninterval = 60s;\n", "kumatop.conf:3: interval: write \"60s\", in quotes\n" },
		{ "utc = yes;\n", "kumatop.conf:1: utc: write true instead of yes\n" },
		{ "utc = On;\n", "kumatop.conf:1: utc: write true instead of On\n" },
		{ "utc = no;\n", "kumatop.conf:1: utc: write false instead of no\n" },
		{ "utc = off\ninterval = 5m;", "kumatop.conf:1: utc: write false instead of off\nkumatop.conf:2: interval: write \"5m\", in quotes\n" },
		{ "theme = light;", "kumatop.conf:1: theme: write the value in quotes\n" },
		{ "monitors: ( { name = a; http = https://example.com/a?b=c; } );\n",
		  "kumatop.conf:1: name: write the value in quotes\nkumatop.conf:1: http: write the value in quotes\n" },
		{ "in_flight = 3000000000;", "kumatop.conf:1: in_flight: the number is too large\n" },
		{ "in_flight = 4294967376;", "kumatop.conf:1: in_flight: the number is too large\n" },
		{ "in_flight = -3000000000;", "kumatop.conf:1: in_flight: the number is too large\n" },
		{ "in_flight = 0xFFFFFFFF;", "kumatop.conf:1: in_flight: the number is too large\n" },
		{ "in_flight = 99999999999999999999L;", "kumatop.conf:1: in_flight: the number is too large\n" },
		{ "in_flight = 010;", "kumatop.conf:1: in_flight: write the number without zeros before it\n" },
		{ "in_flight = -00;", "kumatop.conf:1: in_flight: write the number without zeros before it\n" },
		{ "nameservers = [\"192.0.2.1\" \"192.0.2.2\"];",
		  "kumatop.conf:1: nameservers: two texts side by side would be joined into one: write a comma between them, or one text\n" },
		{ "theme = \"a\"\n  \"b\";",
		  "kumatop.conf:2: theme: two texts side by side would be joined into one: write a comma between them, or one text\n" },
		{ "theme = \"\\x00abc\";", "kumatop.conf:1: theme: \\x00 ends a text early: take it out\n" },
		{ "theme = \"a\n\\d\";", "kumatop.conf:2: theme: \\d is no escape: write \\\\d for a backslash\n" },
		{ "theme = \"\\x4\";", "kumatop.conf:1: theme: \\x is no escape: write \\\\x for a backslash\n" },
		{ "nameservers = [\"192.0.2.1\",];", "kumatop.conf:1: nameservers: take the comma after the last entry out\n" },
		{ "monitors: (\n  { name = \"a\"; tcp = \"h:1\"; },\n);\n", "kumatop.conf:2: monitors: take the comma after the last entry out\n" },
		{ "monitors: (\n  { name = \"a\"; tcp = \"h:1\"; }\n  { name = \"b\"; tcp = \"h:2\"; }\n);\n",
		  "kumatop.conf:3: monitors: write a comma between the entries\n" },
		{ "monitors: (\n  { name = \"a\"; tcp = \"h:1\"; };\n  { name = \"b\"; tcp = \"h:2\"; }\n);\n",
		  "kumatop.conf:2: monitors: write a comma, not a semicolon, between entries, and nothing behind the last\n" },
		{ "nameservers = [\"192.0.2.1\", 5];", "kumatop.conf:1: nameservers: write ( … ) instead of [ … ] where numbers and texts are mixed\n" },
		{ "monitors: [ { name = \"a\"; } ];", "kumatop.conf:1: monitors: write ( … ) instead of [ … ] around groups and lists\n" },
		{ "interval = \"5s\";\n\ninterval = \"6s\";", "kumatop.conf:3: interval: given twice, first on line 1: take one out\n" },
		{ "interval = \"5s;\ntheme = \"x\";", "kumatop.conf:2: write ; behind the value; in a text, \\\" instead of \" (is the closing \" missing on line 1?)\n" },
		{ "interval = \"5s", "kumatop.conf:1: interval: the closing \" is missing\n" },
		{ "interval = ;", "kumatop.conf:1: interval: a value is missing here\n" },
		{ "interval =", "kumatop.conf:1: interval: the file ends where a value is expected\n" },
		{ "interval \"5s\";", "kumatop.conf:1: interval: = and a value are missing\n" },
		{ "interval = \"5s\";;", "kumatop.conf:1: take this extra \";\" out\n" },
		{ "interval = 5 6;", "kumatop.conf:1: interval: write ; behind the value, and only one value\n" },
		{ "\n/* never\nclosed", "kumatop.conf:2: the comment that begins here is never closed: */ is missing\n" },
		{ "monitors: (\n  { name = \"a\"; tcp = \"h:1\"; }\n", "kumatop.conf:1: monitors: ( is never closed: ) is missing\n" },
		{ "monitors: (\n  { name = \"a\";\n tcp = \"h:1\"; )\n;", "kumatop.conf:3: ) where a } is expected, to close the { of line 2\n" },
		{ "interval = \"5s\"; }", "kumatop.conf:1: this } closes nothing\n" },
		{ "5 = 6;", "kumatop.conf:1: the name of a setting is expected here\n" },
		{ "@include \"x\"", "kumatop.conf:1: @include is not used: kumatop.conf has conf.d/ beside it, a theme has inherit\n" },
		{ "a = ((((((((((((((((((1))))))))))))))))));", "kumatop.conf:1: a: too many brackets inside brackets\n" },
		{ "# \xFF\n", "kumatop.conf:1: holds bytes that are not UTF-8: save the file as UTF-8\n" },
	};
	check_rows(rows, COUNT(rows));
	conf_dir_write_bytes("kumatop.conf", "theme = \"a\";\n\0", 14);
	char *all = conf_dir_faults();
	assert_string_equal(all, "kumatop.conf:2: holds a zero byte: this is no text file\n");
	free(all);
}

/* However badly a secret is written down, no word of it is said again. */
static void test_scan_keeps_secrets(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"hunter2secret", "5hunter2secret", "ab,hunter2secret", "12.hunter2secret", "\"ab\"hunter2secret\"", "\"ab\" hunter2secret\"",
		"\"ab\"; hunter2secret\"", "\"ab\"; 5hunter2secret\"", "\"ab\"5hunter2secret\"", "\"ab\"hunter2secret=\"", "hunter2secret\"",
		"\"hunter2secret", "4815162342108", "04815162342108", "48151623421084815162342108481516234210848151623421084815162342108",
		"(hunter2secret)", "{ hunter2secret }", "[\"ab\"hunter2secret\"]", "hunter2secret=4815162342108", "\"ab\\x00hunter2secret\"",
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[300];
		snprintf(text, sizeof text, "monitors: (\n  { name = \"a\"; http = \"http://h/\"; user = \"u\"; password = %s; }\n);\n", rows[i]);
		conf_dir_write("kumatop.conf", text);
		char *all = conf_dir_faults();
		assert_true(*all);
		if (strstr(all, "hunter2") || strstr(all, "481516"))
			fail_msg("\n%s\ngives\n%s", text, all);
		free(all);
	}
}

/* Odd, and right. */
static void test_scan_takes(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"", "#", "utc = true; // said at the end", "# nothing\n// at\n/* all */", "interval = \"5s\" timeout = \"2s\"", "interval = \"5s\", timeout: \"2s\",",
		"theme = \"a \\\"b\\\" \\\\ \\x41\";", "in_flight = 0x10;", "in_flight = 7L;",
		"utc = TRUE;", "monitors = ();", "monitors = [];", "templates = {};", "theme = \"\xE7\x86\x8A\";", "interval = \"5s\";\r\ntheme = \"x\";\r\n",
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		conf_dir_write("kumatop.conf", rows[i]);
		conf_free(conf_dir_load());
	}
}

#define M(line, text) "kumatop.conf:" #line ": monitor \"gateway\": " text "\n"

static void test_top_faults(void **state)
{
	(void)state;
	static const struct fault_row rows[] = {
		{ "intervall = \"60s\";", "kumatop.conf:1: intervall: is no setting: did you mean interval?\n" },
		{ "monitor = ();", "kumatop.conf:1: monitor: is no setting: did you mean monitors?\n" },
		{ "qqqqqqqqqqqq = 1;", "kumatop.conf:1: qqqqqqqqqqqq: is no setting\n" },
		{ "interval = 60;", "kumatop.conf:1: interval: 60 has no unit: write \"60s\", or another of ms s m h d w\n" },
		{ "interval = \"0s\";", "kumatop.conf:1: interval: 0s is too short: write 1s to 30d\n" },
		{ "interval = 0;", "kumatop.conf:1: interval: 0s is too short: write 1s to 30d\n" },
		{ "interval = 1.5;", "kumatop.conf:1: interval: 1.5 has a fraction: write \"60s\"\n" },
		{ "interval = true;", NULL },
		{ "interval = { };", "kumatop.conf:1: interval: takes a value, not a group: write it without { }\n" },
		{ "interval = [\"5s\"];", "kumatop.conf:1: interval: takes one value: write it without brackets\n" },
		{ "in_flight = \"12\";", "kumatop.conf:1: in_flight: write 12, without quotes\n" },
		{ "in_flight = \"many\";", "kumatop.conf:1: in_flight: write a whole number, without quotes\n" },
		{ "in_flight = 0;", "kumatop.conf:1: in_flight: 0 is too small: write 1 to 10000\n" },
		{ "utc = \"yes\";", "kumatop.conf:1: utc: write true or false, without quotes\n" },
		{ "utc = 1;", NULL },
		{ "rise = 0;", "kumatop.conf:1: rise: 0 is too small: write 1 to 100\n" },
		{ "theme = 5;", "kumatop.conf:1: theme: 5 is a number: write it in quotes, \"5\"\n" },
		{ "nameservers = \"here\";", "kumatop.conf:1: nameservers: entry 1 (\"here\"): \"here\" is no address: write \"192.0.2.53\" or "
		  "\"[2001:db8::53]:5353\"\n" },
		{ "nameservers = [\"192.0.2.1:0\"];", "kumatop.conf:1: nameservers: entry 1 (\"192.0.2.1:0\"): \"192.0.2.1:0\" is no address: write "
		  "\"192.0.2.53\" or \"[2001:db8::53]:5353\"\n" },
		{ "alerts: ( { name = \"ops\"; } );", "kumatop.conf:1: alerts: write channels: ( { kind = \"email\"; \xe2\x80\xa6 } ), and on a monitor alert = [\"email\"]\n" },
		{ "acces: { };", "kumatop.conf:1: acces: is no setting: did you mean access?\n" },
		{ "socket = 5;", "kumatop.conf:1: socket: 5 is a number: write it in quotes, \"5\"\n" },
		{ "keys: { };", "kumatop.conf:1: keys: keys of one's own are not built yet\n" },
		{ "probe_loops = 2;", "kumatop.conf:1: probe_loops: more than one probe loop is not built yet\n" },
		{ "group = \"x\";", "kumatop.conf:1: group: is a setting of a monitor: write it inside monitors: ( { … } );\n" },
		{ "tcp = \"x:1\";", "kumatop.conf:1: tcp: is a setting of a monitor: write it inside monitors: ( { … } );\n" },
		{ "monitors: { name = \"a\"; };", "kumatop.conf:1: monitors: write monitors: ( { … }, { … } );\n" },
		{ "monitors: [\"a\"];", "kumatop.conf:1: monitors: write monitors: ( { … }, { … } );\n" },
		{ "monitors: (\n\"a\");", "kumatop.conf:2: monitors: entry 1: write { name = \"…\"; http = \"https://…\"; }\n" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].says)
			check_rows(&rows[i], 1);
	}
	/* Where the words are setting.h's, the place and the remedy count. */
	conf_dir_write("kumatop.conf", "interval = true;\nutc = 1;\n");
	char *all = conf_dir_faults();
	assert_memory_equal(all, "kumatop.conf:1: interval: ", 26);
	assert_non_null(strstr(all, "in quotes"));
	assert_non_null(strstr(all, "\nkumatop.conf:2: utc: "));
	assert_non_null(strstr(all, "write true or false"));
	free(all);
}

static void test_monitor_faults(void **state)
{
	(void)state;
	static const struct fault_row rows[] = {
		{ "monitors: (\n  { name = \"gateway\"; ping = \"192.0.2.1\"; interval = \"5s\";\n    timeout = \"70s\"; }\n);",
		  M(3, "timeout: 70s is longer than the interval (5s)") },
		{ "monitors: (\n  { name = \"gateway\"; ping = \"192.0.2.1\"; intervall = \"5s\"; }\n);",
		  M(2, "intervall: is no setting: did you mean interval?") },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\"; interval = 5; } );",
		  M(1, "interval: 5 has no unit: write \"5s\", or another of ms s m h d w") },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\"; fall = 0; } );", M(1, "fall: 0 is too small: write 1 to 100") },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\"; tags = [\"a b\"]; } );",
		  M(1, "tags: entry 1 (\"a b\"): \"a b\" holds a blank, comma, bar or quote: write a tag as one word") },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\"; tags = (\"a\", true); } );", M(1, "tags: entry 2: write a text in quotes") },
		{ "monitors: ( {\n ping = \"192.0.2.1\"; } );", "kumatop.conf:1: monitor 1: it has no name: write name = \"…\"\n" },
		{ "monitors: (\n { name = 5;\n ping = \"192.0.2.1\"; } );", "kumatop.conf:2: monitor 1: name: write \"5\", in quotes\n" },
		{ "monitors: ( { name = \"\"; ping = \"192.0.2.1\"; } );",
		  "kumatop.conf:1: monitor \"\": the name is empty: write what it is to be called\n" },
		{ "monitors: ( { name = \"gateway\"; } );", M(1, "does not say what to watch: write http = \"https://host/path\", tcp = \"host:port\" or ping = "
		  "\"host\"") },
		{ "monitors: ( { name = \"gateway\"; pnig = \"192.0.2.1\"; } );", M(1, "pnig: is no setting: did you mean ping?") },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\";\n tcp = \"192.0.2.1:80\"; } );",
		  M(2, "tcp: there is ping already: one monitor watches one thing") },
		{ "monitors: ( { name = \"gateway\"; kind = \"ping\"; } );",
		  M(1, "kind: the kind is the key that holds the target: write http = \"https://host/\" or tcp = \"host:port\" or ping = \"host\"") },
		{ "monitors: ( { name = \"gateway\"; url = \"https://x/\"; } );", M(1, "url: write http = \"https://host/\"") },
		{ "monitors: ( { name = \"gateway\"; ping = 5; } );", M(1, "ping: write the target in quotes, as \"host\"") },
		{ "monitors: ( { name = \"gateway\"; tcp = \"192.0.2.1:99999\"; } );", M(1, "tcp: port 99999 is out of range: write 1 to 65535") },
		{ "monitors: ( { name = \"gateway\"; dns = \"example.com\"; server = \"x\"; } );", NULL },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\"; alert = [\"ops\"]; } );",
		  M(1, "alert: there is no channel \"ops\": write it into channels: ( \xe2\x80\xa6 )") },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\"; depends_on = \"x\"; } );", M(1, "depends_on: dependencies are not built yet") },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\"; method = \"GET\"; } );", M(1, "method: is a setting of http, not of ping") },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\"; expect = { status = 200; }; } );", M(1, "expect: is a setting of http, not of ping") },
		{ "monitors: ( { name = \"gateway\"; http = \"https://x/\"; status = 200; } );",
		  M(1, "status: stands inside expect: write expect = { status = …; };") },
		{ "monitors: ( { name = \"gateway\"; http = \"https://x/\"; expect = 200; } );", M(1, "expect: write a group, as expect = { … };") },
		{ "monitors: ( { name = \"gateway\"; http = \"https://x/\";\n expect = {\n statsu = 200; }; } );",
		  M(3, "statsu: is no setting: did you mean status?") },
		{ "monitors: ( { name = \"gateway\"; http = \"https://x/\"; expect = { interval = \"5s\"; }; } );",
		  M(1, "interval: does not stand inside expect, but beside it") },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\"; use = \"fast\"; } );", M(1, "use: there is no template \"fast\"") },
		{ "monitors: ( { name = \"gateway\"; ping = \"192.0.2.1\"; use = 5; } );", M(1, "use: write \"5\", in quotes") },
		{ "monitors: (\n { name = \"gateway\"; ping = \"192.0.2.1\"; },\n { name = \"x\"; ping = \"192.0.2.1\"; },\n { name = \"gateway\"; tcp = \"h:1\"; } );",
		  M(4, "name: another monitor has this name, on line 2: names must differ") },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].says)
			check_rows(&rows[i], 1);
	}
	conf_dir_write("kumatop.conf", "monitors: ( { name = \"gateway\"; dns = \"example.com\"; } );");
	char *all = conf_dir_faults();
	assert_string_equal(all, M(1, "dns: this kind is not built yet"));
	free(all);
}

/* One run tells everything, in the order of the file, and what the scan has said is not said again. */
static void test_all_at_once(void **state)
{
	(void)state;
	static const struct fault_row rows[] = { {
		"intervall = \"60s\";\n"
		"in_flight = 3000000000;\n"
		"templates: {\n"
		"  slow: { timeout = 5; };\n"
		"  odd: { colour = \"red\"; };\n"
		"};\n"
		"monitors: (\n"
		"  { name = \"a\"; ping = \"192.0.2.1\"; interval = \"5s\"; timeout = \"70s\"; rise = \"2\"; },\n"
		"  { name = \"b\"; ping = \"192.0.2.1\"; interval = \"5s\"; timeout = \"70s\"; colour = 3; },\n"
		"  { tcp = \"h:99999\"; group = 4; },\n"
		"  { name = \"d\"; fall = 0; },\n"
		"  { name = \"a\"; tcp = \"h:1\"; use = \"slow\"; invert = \"yes\"; }\n"
		");\n",
		"kumatop.conf:1: intervall: is no setting: did you mean interval?\n"
		"kumatop.conf:2: in_flight: the number is too large\n"
		"kumatop.conf:4: template \"slow\": timeout: 5 has no unit: write \"5s\", or another of ms s m h d w\n"
		"kumatop.conf:5: template \"odd\": colour: is no setting\n"
		"kumatop.conf:8: monitor \"a\": rise: write 2, without quotes\n"
		"kumatop.conf:9: monitor \"b\": colour: is no setting\n"
		"kumatop.conf:9: monitor \"b\": timeout: 70s is longer than the interval (5s)\n"
		"kumatop.conf:10: monitor 3: it has no name: write name = \"…\"\n"
		"kumatop.conf:10: monitor 3: tcp: port 99999 is out of range: write 1 to 65535\n"
		"kumatop.conf:10: monitor 3: group: 4 is a number: write it in quotes, \"4\"\n"
		"kumatop.conf:11: monitor \"d\": fall: 0 is too small: write 1 to 100\n"
		"kumatop.conf:11: monitor \"d\": does not say what to watch: write http = \"https://host/path\", tcp = \"host:port\" or ping = \"host\"\n"
		"kumatop.conf:12: monitor \"a\": invert: write true or false, without quotes\n"
		"kumatop.conf:12: monitor \"a\": name: another monitor has this name, on line 8: names must differ\n"
	} };
	check_rows(rows, COUNT(rows));
}

static void test_templates(void **state)
{
	(void)state;
	conf_dir_write("kumatop.conf", "templates: { prod: { interval = \"30s\"; fall = 2; tags = [\"prod\"]; };\n"
	    "  web: { method = \"HEAD\"; expect = { status = \"204\"; }; }; };\n"
	    "monitors: ( { name = \"a\"; tcp = \"h:1\"; use = \"prod\"; fall = 7; }, { name = \"b\"; http = \"http://h/\"; use = \"web\"; } );");
	struct conf *conf = conf_dir_load();
	void *values;
	const struct monitor_spec *a = conf->specs[0];
	assert_int_equal(a->common.interval_ms, 30000);
	assert_int_equal(a->common.fall, 7);
	assert_string_equal(a->common.tags.items[0], "prod");
	const struct setting *status = spec_setting(conf->specs[1], "expect", "status", &values);
	const struct text_list *list = (const struct text_list *)(const void *)((const char *)values + status->offset);
	assert_int_equal(list->count, 1);
	assert_string_equal(list->items[0], "204");
	conf_free(conf);

	static const struct fault_row rows[] = {
		{ "templates: {\n web: { method = \"HEAD\"; }; };\nmonitors: (\n { name = \"a\"; tcp = \"h:1\"; use = \"web\"; } );",
		  "kumatop.conf:4: monitor \"a\": use: template \"web\" sets method, which tcp does not have\n" },
		{ "templates: { prod: { fall = 2; }; };\nmonitors: ( { name = \"a\"; tcp = \"h:1\"; use = \"prd\"; } );",
		  "kumatop.conf:2: monitor \"a\": use: there is no template \"prd\": did you mean \"prod\"?\n" },
		{ "templates: {\n prod: { name = \"x\"; tcp = \"h:1\"; use = \"x\"; }; };",
		  "kumatop.conf:2: template \"prod\": name: stands with the monitor, not in a template\n"
		  "kumatop.conf:2: template \"prod\": tcp: stands with the monitor, not in a template\n"
		  "kumatop.conf:2: template \"prod\": use: stands with the monitor, not in a template\n" },
		{ "templates: {\n prod = 5; };", "kumatop.conf:2: template \"prod\": write prod: { interval = \"30s\"; };\n" },
		{ "templates = 5;", "kumatop.conf:1: templates: write templates: { prod-http: { interval = \"30s\"; }; };\n" },
		{ "templates: {\n prod: { timeout = \"70s\"; }; };\nmonitors: (\n { name = \"a\"; tcp = \"h:1\"; use = \"prod\"; } );",
		  "kumatop.conf:4: monitor \"a\": timeout: 70s is longer than the interval (1m)\n" },
		{ "templates: {\n prod: { tuimeout = \"70s\"; }; };", "kumatop.conf:2: template \"prod\": tuimeout: is no setting: did you mean timeout?\n" },
	};
	check_rows(rows, COUNT(rows));
}

/* A default is measured by the interval that stands beside it, not by that of one monitor. */
static void test_defaults_too_long(void **state)
{
	(void)state;
	static const struct fault_row rows[] = {
		{ "interval = \"5s\";\ntimeout = \"22s\";", "kumatop.conf:2: timeout: 22s is longer than the interval (5s)\n" },
		{ "timeout = \"22s\";\n\nretry_interval = \"6s\";\ninterval = \"5s\";",
		  "kumatop.conf:1: timeout: 22s is longer than the interval (5s)\n"
		  "kumatop.conf:3: retry_interval: 6s is longer than the interval (5s)\n" },
		{ "timeout = \"70s\";", "kumatop.conf:1: timeout: 70s is longer than the interval (1m)\n" },
		{ "interval = \"5s\"; timeout = \"22s\";\nmonitors: ( { name = \"a\"; tcp = \"h:1\"; interval = \"1h\"; } );",
		  "kumatop.conf:1: timeout: 22s is longer than the interval (5s)\n" },
		{ "interval = 5;\ntimeout = \"70s\";", "kumatop.conf:1: interval: 5 has no unit: write \"5s\", or another of ms s m h d w\n" },
	};
	check_rows(rows, COUNT(rows));

	conf_dir_write("kumatop.conf", "interval = \"30s\"; timeout = \"30s\"; retry_interval = \"30000ms\";\n"
	    "monitors: ( { name = \"a\"; tcp = \"h:1\"; interval = \"5s\"; } );");
	struct conf *conf = conf_dir_load();
	assert_int_equal(conf->specs[0]->common.timeout_ms, 5000);
	assert_int_equal(conf->specs[0]->common.retry_interval_ms, 5000);
	conf_free(conf);
}

static void test_conf_d(void **state)
{
	(void)state;
	conf_dir_write("kumatop.conf", "interval = \"20s\";\nmonitors: ( { name = \"a\"; tcp = \"h:1\"; use = \"late\"; } );");
	conf_dir_write("conf.d/20-b.conf", "monitors: (\n\n { name = \"c\"; tcp = \"h:3\"; } );\ntemplates: { late: { fall = 9; }; };");
	conf_dir_write("conf.d/10-a.conf", "monitors: ( { name = \"b\"; tcp = \"h:2\"; } );");
	conf_dir_write("conf.d/ignored", "this is not read");
	conf_dir_write("conf.d/.hidden.conf", "nor is this");
	struct conf *conf = conf_dir_load();
	assert_int_equal(conf->spec_count, 3);
	assert_string_equal(conf->specs[0]->name, "a");
	assert_int_equal(conf->specs[0]->common.fall, 9);
	assert_string_equal(conf->specs[1]->name, "b");
	assert_int_equal(conf->specs[1]->common.interval_ms, 20000);
	assert_string_equal(conf->specs[2]->name, "c");
	assert_string_equal(conf->specs[2]->file, "conf.d/20-b.conf");
	assert_int_equal(conf->specs[2]->line, 3);
	conf_free(conf);

	conf_dir_write("conf.d/20-b.conf", "timeout = \"5s\";\nmonitors: ( { name = \"a\"; tcp = \"h:3\"; } );\ntemplates: { late: { fall = 9; }; };\nchannels = ();");
	conf_dir_write("conf.d/10-a.conf", "templates: { late: { rise = 0; }; };");
	char *all = conf_dir_faults();
	assert_string_equal(all, "conf.d/10-a.conf:1: template \"late\": rise: 0 is too small: write 1 to 100\n"
	    "conf.d/20-b.conf:1: timeout: stands in the main file, kumatop.conf, alone\n"
	    "conf.d/20-b.conf:2: monitor \"a\": name: another monitor has this name, kumatop.conf:2: names must differ\n"
	    "conf.d/20-b.conf:3: template \"late\": there is one of this name at conf.d/10-a.conf:1\n"
	    "conf.d/20-b.conf:4: channels: stands in the main file, kumatop.conf, alone\n");
	free(all);

	/* The faults of the text of all files, before any of their meaning. */
	conf_dir_write("conf.d/10-a.conf", "interval = 5s;");
	conf_dir_write("conf.d/20-b.conf", "(");
	all = conf_dir_faults();
	assert_string_equal(all, "conf.d/10-a.conf:1: interval: write \"5s\", in quotes\n"
	    "conf.d/20-b.conf:1: the name of a setting is expected here\n");
	free(all);
	assert_int_equal(unlink("conf.d/10-a.conf"), 0);
	assert_int_equal(unlink("conf.d/20-b.conf"), 0);
}

static void test_files(void **state)
{
	(void)state;
	struct conf_faults faults = { 0 };
	assert_null(conf_load("nowhere.conf", &faults));
	assert_null(conf_load("conf.d", &faults));
	char *all = conf_dir_join(&faults.lines);
	assert_string_equal(all, "nowhere.conf: cannot be read: No such file or directory\nconf.d: is a directory: name the file in it\n");
	free(all);
	conf_faults_finish(&faults);

	/* A pipe is neither waited for nor taken for an empty file; the empty file is. */
	(void)unlink("kumatop.conf");
	assert_int_equal(mkfifo("kumatop.conf", 0600), 0);
	(void)alarm(20);
	all = conf_dir_faults();
	(void)alarm(0);
	assert_string_equal(all, "kumatop.conf: is a pipe: it takes a file, which can be read again\n");
	free(all);
	assert_int_equal(unlink("kumatop.conf"), 0);
	struct conf *empty = conf_load("/dev/null", &faults);
	assert_non_null(empty);
	conf_free(empty);

	conf_dir_write("kumatop.conf", "interval = \"5s\";");
	assert_int_equal(chmod("kumatop.conf", 0666), 0);
	all = conf_dir_faults();
	assert_string_equal(all, "kumatop.conf: everybody can write to it: chmod o-w kumatop.conf\n");
	free(all);

	assert_int_equal(chmod("kumatop.conf", 0664), 0);
	struct conf *conf = conf_dir_load();
	assert_int_equal(conf->warnings.count, 1);
	assert_string_equal(conf->warnings.items[0], "kumatop.conf: its group can write to it: chmod g-w kumatop.conf if that is not meant");
	conf_free(conf);

	assert_int_equal(chmod("kumatop.conf", 0644), 0);
	assert_int_equal(chmod("conf.d", 0777), 0);
	all = conf_dir_faults();
	assert_string_equal(all, "conf.d: everybody can put files into it: chmod o-w conf.d\n");
	free(all);
	assert_int_equal(chmod("conf.d", 0755), 0);

	if (geteuid() != 0) {
		assert_int_equal(chmod("kumatop.conf", 0), 0);
		all = conf_dir_faults();
		assert_string_equal(all, "kumatop.conf: cannot be read: Permission denied\n");
		free(all);
		assert_int_equal(chmod("kumatop.conf", 0644), 0);
	}
}

static void test_secrets_in_the_open(void **state)
{
	(void)state;
	conf_dir_write("kumatop.conf", "monitors: ( { name = \"a\"; http = \"http://h/\"; user = \"u\";\n password = \"p\"; } );");
	struct conf *conf = conf_dir_load();
	assert_int_equal(conf->warnings.count, 1);
	assert_string_equal(conf->warnings.items[0], "kumatop.conf:2: monitor \"a\": password: everybody can read this file: chmod o-r, or write "
	    "\"file:…\" or \"env:…\" instead of the secret");
	conf_free(conf);
	assert_int_equal(chmod("kumatop.conf", 0600), 0);
	conf = conf_dir_load();
	assert_int_equal(conf->warnings.count, 0);
	conf_free(conf);
	assert_int_equal(chmod("kumatop.conf", 0644), 0);
}

/* Thousands of monitors in one file, and among them two of one name. */
/* A monitor that another process checks: what its secrets stand for is not here, and nobody looks. */
static void test_foreign(void **state)
{
	static const char text[] = "{ name = \"a\"; http = \"https://a.example/\"; password = \"env:KUMATOP_TEST_NOT_SET\"; user = \"u\"; }";
	struct error err;
	struct monitor_spec *spec = conf_parse_monitor(text, NULL, SPEC_ADDED, &err);
	struct monitor_spec *copy;

	assert_null(spec);
	spec = conf_parse_foreign(text, NULL, SPEC_DECLARED, &err);
	assert_non_null(spec);
	assert_true(spec->foreign);
	assert_null(spec->prepared);
	assert_int_equal(spec->origin, SPEC_DECLARED);
	assert_int_equal(spec->common.timeout_ms, 10000);
	copy = spec_copy(spec);
	assert_true(copy->foreign);
	assert_true(spec_seal(copy, &err));
	spec_release(copy);
	spec_release(spec);
	/* What is wrong in itself is wrong from afar, too. */
	assert_null(conf_parse_foreign("{ name = \"a\"; http = \"https://a.example/\"; interval = \"0s\"; }", NULL, SPEC_ADDED, &err));
}

/* What was printed without its secrets reads back from afar, and here it is refused. */
static void test_foreign_secrets(void **state)
{
	static const char text[] = "{ name = \"a\"; http = \"https://a.example/\"; headers = [\"X-Key: ***\"]; body = \"***\"; }";
	struct error err;
	struct monitor_spec *spec = conf_parse_foreign(text, NULL, SPEC_ADDED, &err), *again;
	struct buf printed;

	assert_non_null(spec);
	buf_init(&printed, 10000);
	conf_print_monitor(spec, false, &printed);
	assert_non_null(strstr(printed.data, "headers = [\"X-Key: ***\"]"));
	assert_non_null(strstr(printed.data, "body = \"***\""));
	again = conf_parse_foreign(printed.data, NULL, SPEC_ADDED, &err);
	assert_non_null(again);
	assert_true(spec_equal(spec, again));
	assert_null(conf_parse_monitor(text, NULL, SPEC_ADDED, &err));
	assert_non_null(strstr(err.text, "was not shown"));
	assert_null(conf_parse_monitor("{ name = \"a\"; http = \"https://a.example/\"; headers = [\"X-Key: ***\"]; }", NULL, SPEC_ADDED, &err));
	assert_non_null(strstr(err.text, "a value of X-Key that was not shown"));
	buf_finish(&printed);
	spec_release(again);
	spec_release(spec);
}

static void test_many(void **state)
{
	(void)state;
	enum { MANY = 5000 };
	FILE *file = fopen("kumatop.conf", "w");
	assert_non_null(file);
	fputs("monitors: (\n", file);
	for (int i = 0; i < MANY; i++)
		fprintf(file, "  { name = \"m%d\"; tcp = \"192.0.2.1:%d\"; },\n", i, 1 + i);
	fputs("  { name = \"m77\"; ping = \"192.0.2.1\"; }\n);\n", file);
	assert_int_equal(fclose(file), 0);
	char *all = conf_dir_faults();
	assert_string_equal(all, "kumatop.conf:5002: monitor \"m77\": name: another monitor has this name, on line 79: names must differ\n");
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_scan_keeps_secrets),
		cmocka_unit_test(test_scan_takes),
		cmocka_unit_test(test_top_faults),
		cmocka_unit_test(test_monitor_faults),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_defaults_too_long),
		cmocka_unit_test(test_conf_d),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_secrets_in_the_open),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_foreign_secrets),
		cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests(tests, conf_dir_enter, conf_dir_leave);
}
