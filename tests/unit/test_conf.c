/*
 * kumatop.conf: every kind of fault with its line and text, all of them at once; templates, conf.d, defaults; monitors printed
 * and read back; the shipped sample.
 */
#include <errno.h>
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

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char top[64];		/* the directory the test began in */
static char directory[64];	/* of our own, and where we are */

static int enter_directory(void **state)
{
	(void)state;
	if (!getcwd(top, sizeof top))
		snprintf(top, sizeof top, "/");
	snprintf(directory, sizeof directory, "/tmp/kumatop-conf-XXXXXX");
	umask(022);
	return mkdtemp(directory) && chdir(directory) == 0 && mkdir("conf.d", 0755) == 0 ? 0 : -1;
}

static int leave_directory(void **state)
{
	(void)state;
	static const char *const files[] = { "kumatop.conf", "conf.d/10-a.conf", "conf.d/20-b.conf", "conf.d/ignored", "conf.d/.hidden.conf" };
	for (size_t i = 0; i < COUNT(files); i++)
		unlink(files[i]);
	return rmdir("conf.d") == 0 && chdir("/") == 0 ? rmdir(directory) : -1;
}

static void write_bytes(const char *path, const char *text, size_t length)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static void write_file(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

/* All lines, each ended. Heap. */
static char *join(const struct text_list *list)
{
	char *all = heap_text("");
	for (size_t i = 0; i < list->count; i++) {
		char *longer = heap_print("%s%s\n", all, list->items[i]);
		free(all);
		all = longer;
	}
	return all;
}

static struct conf *load_fine(void)
{
	struct conf_faults faults = { 0 };
	struct conf *conf = conf_load("kumatop.conf", &faults);
	if (!conf) {
		char *all = join(&faults.lines);
		print_error("%s", all);
		free(all);
		fail();
	}
	assert_int_equal(faults.lines.count, 0);
	return conf;
}

/* The faults of what is in kumatop.conf, which must have some. Heap. */
static char *load_faults(void)
{
	struct conf_faults faults = { 0 };
	struct conf *conf = conf_load("kumatop.conf", &faults);
	char *all = join(&faults.lines);
	assert_true((conf == NULL) == (faults.lines.count > 0));
	conf_free(conf);
	conf_faults_finish(&faults);
	return all;
}

struct fault_row {
	const char *text, *says;	/* says: all lines */
};

static void check_rows(const struct fault_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		write_file("kumatop.conf", rows[i].text);
		char *all = load_faults();
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
		{ "theme = light;", "kumatop.conf:1: theme: write \"light\", in quotes\n" },
		{ "monitors: ( { name = a; http = https://example.com/a?b=c; } );\n",
		  "kumatop.conf:1: name: write \"a\", in quotes\nkumatop.conf:1: http: write \"https://example.com/a?b=c\", in quotes\n" },
		{ "in_flight = 3000000000;", "kumatop.conf:1: in_flight: 3000000000 is too large a number\n" },
		{ "in_flight = 4294967376;", "kumatop.conf:1: in_flight: 4294967376 is too large a number\n" },
		{ "in_flight = -3000000000;", "kumatop.conf:1: in_flight: -3000000000 is too large a number\n" },
		{ "in_flight = 0xFFFFFFFF;", "kumatop.conf:1: in_flight: 0xFFFFFFFF is too large a number\n" },
		{ "in_flight = 99999999999999999999L;", "kumatop.conf:1: in_flight: 99999999999999999999 is too large a number\n" },
		{ "in_flight = 010;", "kumatop.conf:1: in_flight: write 10, without zeros before it\n" },
		{ "in_flight = -00;", "kumatop.conf:1: in_flight: write -0, without zeros before it\n" },
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
		{ "interval = \"5s;\ntheme = \"x\";", "kumatop.conf:2: x: = and a value are missing (is the closing \" missing on line 1?)\n" },
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
		{ "5 = 6;", "kumatop.conf:1: 5 stands where the name of a setting is expected\n" },
		{ "@include \"x\"", "kumatop.conf:1: @include is not used: kumatop.conf has conf.d/ beside it, a theme has inherit\n" },
		{ "a = ((((((((((((((((((1))))))))))))))))));", "kumatop.conf:1: a: too many brackets inside brackets\n" },
		{ "# \xFF\n", "kumatop.conf:1: holds bytes that are not UTF-8: save the file as UTF-8\n" },
	};
	check_rows(rows, COUNT(rows));
	write_bytes("kumatop.conf", "theme = \"a\";\n\0", 14);
	char *all = load_faults();
	assert_string_equal(all, "kumatop.conf:2: holds a zero byte: this is no text file\n");
	free(all);
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
		write_file("kumatop.conf", rows[i]);
		conf_free(load_fine());
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
		{ "channels: ( { name = \"ops\"; } );", "kumatop.conf:1: channels: alerts are not built yet, nobody would be told: take it out until they are\n" },
		{ "access: { admin = [\"root\"]; };", "kumatop.conf:1: access: roles of users are not built yet: only the user who runs kumatop has access "
		  "to it\n" },
		{ "socket = \"x\";", "kumatop.conf:1: socket: viewers are not built yet: there is no socket to place\n" },
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
	write_file("kumatop.conf", "interval = true;\nutc = 1;\n");
	char *all = load_faults();
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
		  M(1, "alert: alerts are not built yet, nobody would be told: take it out until they are") },
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
	write_file("kumatop.conf", "monitors: ( { name = \"gateway\"; dns = \"example.com\"; } );");
	char *all = load_faults();
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
		"kumatop.conf:2: in_flight: 3000000000 is too large a number\n"
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

static void test_settings(void **state)
{
	(void)state;
	write_file("kumatop.conf", "interval = \"30s\"; timeout = \"20s\"; retry_interval = \"7s\"; rise = 4; fall = 5; theme = \"light\";\n"
	    "database = \"history.db\"; flush = \"2s\"; keep_raw = \"7d\"; in_flight = 12; nameservers = [\"192.0.2.1\", \"[2001:db8::1]:5353\"]; utc = true;\n"
	    "monitors: (\n"
	    "  { name = \"a\"; tcp = \"h:1\"; },\n"
	    "  { name = \"b\";\n"
	    "    tcp = \"h:2\"; interval = \"5s\"; },\n"
	    "  { name = \"c\"; tcp = \"h:3\"; timeout = \"3s\"; rise = 1; fall = 1; retry_interval = \"1s\"; invert = true; group = \"g\";\n"
	    "    tags = [\"x\", \"y\"]; description = \"d\"; runbook = \"r\"; owner = \"o\"; renamed_from = \"was\"; degraded_above = \"500ms\"; }\n"
	    ");\n");
	struct conf *conf = load_fine();
	assert_int_equal(conf->settings.interval_ms, 30000);
	assert_int_equal(conf->settings.flush_ms, 2000);
	assert_int_equal(conf->settings.keep_raw_ms, 7 * 86400000LL);
	assert_int_equal(conf->settings.in_flight, 12);
	assert_int_equal(conf->settings.nameservers.count, 2);
	assert_true(conf->settings.utc);
	assert_string_equal(conf->settings.theme, "light");
	assert_int_equal(conf->spec_count, 3);
	assert_int_equal(conf->warnings.count, 0);

	const struct monitor_spec *a = conf->specs[0], *b = conf->specs[1], *c = conf->specs[2];
	assert_string_equal(a->name, "a");
	assert_string_equal(a->kind->name, "tcp");
	assert_string_equal(a->target, "h:1");
	assert_int_equal(a->origin, SPEC_DECLARED);
	assert_string_equal(a->file, "kumatop.conf");
	assert_int_equal(a->line, 4);
	assert_int_equal(a->common.interval_ms, 30000);
	assert_int_equal(a->common.timeout_ms, 20000);
	assert_int_equal(a->common.retry_interval_ms, 7000);
	assert_int_equal(a->common.rise, 4);
	assert_int_equal(a->common.fall, 5);
	/* A default that is longer than the monitor's own interval is cut to it. */
	assert_int_equal(b->line, 5);
	assert_int_equal(b->common.interval_ms, 5000);
	assert_int_equal(b->common.timeout_ms, 5000);
	assert_int_equal(b->common.retry_interval_ms, 5000);
	assert_int_equal(c->common.timeout_ms, 3000);
	assert_int_equal(c->common.retry_interval_ms, 1000);
	assert_int_equal(c->common.rise, 1);
	assert_int_equal(c->common.degraded_above_ms, 500);
	assert_true(c->common.invert);
	assert_int_equal(c->common.tags.count, 2);
	assert_string_equal(c->common.tags.items[1], "y");
	assert_string_equal(c->common.renamed_from, "was");
	conf_free(conf);
}

static void test_defaults(void **state)
{
	(void)state;
	write_file("kumatop.conf", "monitors: ( { name = \"a\"; tcp = \"h:1\"; }, { name = \"b\"; tcp = \"h:1\"; interval = \"4s\"; } );");
	struct conf *conf = load_fine(), *empty = conf_empty();
	assert_true(settings_equal(conf_settings, &conf->settings, &empty->settings));
	assert_int_equal(conf->settings.interval_ms, 60000);
	assert_string_equal(conf->settings.theme, "default");
	assert_int_equal(conf->specs[0]->common.interval_ms, 60000);
	assert_int_equal(conf->specs[0]->common.timeout_ms, 10000);
	assert_int_equal(conf->specs[0]->common.rise, 2);
	assert_int_equal(conf->specs[0]->common.fall, 3);
	assert_int_equal(conf->specs[1]->common.timeout_ms, 4000);
	assert_int_equal(empty->spec_count, 0);
	assert_null(empty->path);
	conf_free(empty);
	conf_free(conf);
	conf_free(NULL);
}

/* What is both a default for all and a setting of one must have one range. */
static void test_tables_agree(void **state)
{
	(void)state;
	size_t shared = 0;
	for (const struct setting *row = conf_settings; row->name; row++) {
		const struct setting *own = setting_find(spec_settings, NULL, row->name);
		if (!own)
			continue;
		shared++;
		assert_int_equal(row->type, own->type);
		assert_true(row->least == own->least && row->most == own->most);
	}
	assert_int_equal(shared, 5);
}

static void test_templates(void **state)
{
	(void)state;
	write_file("kumatop.conf", "templates: { prod: { interval = \"30s\"; fall = 2; tags = [\"prod\"]; };\n"
	    "  web: { method = \"HEAD\"; expect = { status = \"204\"; }; }; };\n"
	    "monitors: ( { name = \"a\"; tcp = \"h:1\"; use = \"prod\"; fall = 7; }, { name = \"b\"; http = \"http://h/\"; use = \"web\"; } );");
	struct conf *conf = load_fine();
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

static void test_conf_d(void **state)
{
	(void)state;
	write_file("kumatop.conf", "interval = \"20s\";\nmonitors: ( { name = \"a\"; tcp = \"h:1\"; use = \"late\"; } );");
	write_file("conf.d/20-b.conf", "monitors: (\n\n { name = \"c\"; tcp = \"h:3\"; } );\ntemplates: { late: { fall = 9; }; };");
	write_file("conf.d/10-a.conf", "monitors: ( { name = \"b\"; tcp = \"h:2\"; } );");
	write_file("conf.d/ignored", "this is not read");
	write_file("conf.d/.hidden.conf", "nor is this");
	struct conf *conf = load_fine();
	assert_int_equal(conf->spec_count, 3);
	assert_string_equal(conf->specs[0]->name, "a");
	assert_int_equal(conf->specs[0]->common.fall, 9);
	assert_string_equal(conf->specs[1]->name, "b");
	assert_int_equal(conf->specs[1]->common.interval_ms, 20000);
	assert_string_equal(conf->specs[2]->name, "c");
	assert_string_equal(conf->specs[2]->file, "conf.d/20-b.conf");
	assert_int_equal(conf->specs[2]->line, 3);
	conf_free(conf);

	write_file("conf.d/20-b.conf", "timeout = \"5s\";\nmonitors: ( { name = \"a\"; tcp = \"h:3\"; } );\ntemplates: { late: { fall = 9; }; };\nchannels = ();");
	write_file("conf.d/10-a.conf", "templates: { late: { rise = 0; }; };");
	char *all = load_faults();
	assert_string_equal(all, "conf.d/10-a.conf:1: template \"late\": rise: 0 is too small: write 1 to 100\n"
	    "conf.d/20-b.conf:1: timeout: stands in the main file, kumatop.conf, alone\n"
	    "conf.d/20-b.conf:2: monitor \"a\": name: another monitor has this name, kumatop.conf:2: names must differ\n"
	    "conf.d/20-b.conf:3: template \"late\": there is one of this name at conf.d/10-a.conf:1\n"
	    "conf.d/20-b.conf:4: channels: alerts are not built yet, nobody would be told: take it out until they are\n");
	free(all);

	/* The faults of the text of all files, before any of their meaning. */
	write_file("conf.d/10-a.conf", "interval = 5s;");
	write_file("conf.d/20-b.conf", "(");
	all = load_faults();
	assert_string_equal(all, "conf.d/10-a.conf:1: interval: write \"5s\", in quotes\n"
	    "conf.d/20-b.conf:1: ( stands where the name of a setting is expected\n");
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
	char *all = join(&faults.lines);
	assert_string_equal(all, "nowhere.conf: cannot be read: No such file or directory\nconf.d: is a directory: name the file in it\n");
	free(all);
	conf_faults_finish(&faults);

	write_file("kumatop.conf", "interval = \"5s\";");
	assert_int_equal(chmod("kumatop.conf", 0666), 0);
	all = load_faults();
	assert_string_equal(all, "kumatop.conf: everybody can write to it: chmod o-w kumatop.conf\n");
	free(all);

	assert_int_equal(chmod("kumatop.conf", 0664), 0);
	struct conf *conf = load_fine();
	assert_int_equal(conf->warnings.count, 1);
	assert_string_equal(conf->warnings.items[0], "kumatop.conf: its group can write to it: chmod g-w kumatop.conf if that is not meant");
	conf_free(conf);

	assert_int_equal(chmod("kumatop.conf", 0644), 0);
	assert_int_equal(chmod("conf.d", 0777), 0);
	all = load_faults();
	assert_string_equal(all, "conf.d: everybody can put files into it: chmod o-w conf.d\n");
	free(all);
	assert_int_equal(chmod("conf.d", 0755), 0);

	if (geteuid() != 0) {
		assert_int_equal(chmod("kumatop.conf", 0), 0);
		all = load_faults();
		assert_string_equal(all, "kumatop.conf: cannot be read: Permission denied\n");
		free(all);
		assert_int_equal(chmod("kumatop.conf", 0644), 0);
	}
}

static void test_secrets_in_the_open(void **state)
{
	(void)state;
	write_file("kumatop.conf", "monitors: ( { name = \"a\"; http = \"http://h/\"; user = \"u\";\n password = \"p\"; } );");
	struct conf *conf = load_fine();
	assert_int_equal(conf->warnings.count, 1);
	assert_string_equal(conf->warnings.items[0], "kumatop.conf:2: monitor \"a\": password: everybody can read this file: chmod o-r, or write "
	    "\"file:…\" or \"env:…\" instead of the secret");
	conf_free(conf);
	assert_int_equal(chmod("kumatop.conf", 0600), 0);
	conf = load_fine();
	assert_int_equal(conf->warnings.count, 0);
	conf_free(conf);
	assert_int_equal(chmod("kumatop.conf", 0644), 0);
}

static char *print(const struct monitor_spec *spec, bool reveal)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	conf_print_monitor(spec, reveal, &out);
	assert_false(out.full);
	return buf_take(&out);
}

/* Printed, read back beside other defaults, and the same. */
static void check_round_trip(struct monitor_spec *spec)
{
	struct error err = { 0 };
	struct conf *other = conf_empty();
	other->settings.interval_ms = 77000;
	other->settings.timeout_ms = 5000;
	other->settings.retry_interval_ms = 3000;
	other->settings.rise = 9;
	other->settings.fall = 8;
	char *text = print(spec, true);
	struct monitor_spec *back = conf_parse_monitor(text, &other->settings, SPEC_ADDED, &err);
	if (!back)
		fail_msg("%s\n%s", text, err.text);
	if (!spec_equal(spec, back))
		fail_msg("%s reads back as another monitor", text);
	assert_int_equal(back->origin, SPEC_ADDED);
	spec_release(back);
	conf_free(other);
	free(text);
}

static struct monitor_spec *parse(const char *text)
{
	struct error err = { 0 };
	struct monitor_spec *spec = conf_parse_monitor(text, NULL, SPEC_ADDED, &err);
	if (!spec)
		fail_msg("%s: %s", text, err.text);
	return spec;
}

static const char *const nasty[] = {
	"a \"b\" c", "back\\slash", "\\", "\\n", "\\x41", "\"", "'; }, { name = \"x", "ümläut", "\xE7\x86\x8A", "\xF0\x9F\x90\xBB", "=cmd|' /C calc'!A0",
	"# no comment", "// nor this", "/* nor this */", "*", "a,b;c:d=e", "{}()[]", "%s%n", "$HOME `id`", "@include \"x\"",
};

static void test_round_trip_of_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(nasty); i++) {
		struct error err = { 0 };
		struct monitor_spec *spec = conf_new_monitor("example.com:80", nasty[i], NULL, SPEC_ADDED, &err);
		if (!spec)
			fail_msg("%s: %s", nasty[i], err.text);
		assert_string_equal(spec->name, nasty[i]);
		spec->common.description = heap_text(nasty[i]);
		spec->common.group = heap_text(nasty[i]);
		if (!spec_seal(spec, &err))
			fail_msg("%s: %s", nasty[i], err.text);
		check_round_trip(spec);
		spec_release(spec);
	}
}

/* Every setting of every kind, given its example or another value that its table allows. */
static bool set_something(const struct setting *row, void *values, size_t variant)
{
	struct error err = { 0 };
	switch (row->type) {
	case SETTING_SECRET:
		return setting_from_text(row, values, variant == 0 ? "env:KUMATOP_TEST_SECRET" : "pass \"word\" \\", &err);
	case SETTING_FLAG:
		return setting_from_flag(row, values, variant == 0, &err);
	case SETTING_INTEGER:
		return setting_from_integer(row, values, variant == 0 ? row->least : row->most, &err);
	case SETTING_CHOICE:
		return setting_from_text(row, values, row->choices[variant], &err);
	default:
		return row->example && setting_from_text(row, values, row->example, &err);
	}
}

static void round_trip_row(const char *target, const struct setting *row, const char *section, size_t variant)
{
	struct error err = { 0 };
	void *values;
	struct monitor_spec *spec = conf_new_monitor(target, "x", NULL, SPEC_ADDED, &err);
	assert_non_null(spec);
	if (strcmp(row->name, "interval") != 0) {
		spec->common.interval_ms = 3600000;
		spec->common.timeout_ms = 3500000;
	}
	if (strcmp(row->name, "password") == 0) {
		const struct setting *user = spec_setting(spec, NULL, "user", &values);
		assert_true(setting_from_text(user, values, "somebody", &err));
	}
	const struct setting *own = spec_setting(spec, section, row->name, &values);
	assert_ptr_equal(own, row);
	if (!set_something(row, values, variant))
		fail_msg("%s.%s: its example is refused", spec->kind->name, row->name);
	if (spec_seal(spec, &err))
		check_round_trip(spec);
	else
		fail_msg("%s.%s: %s", spec->kind->name, row->name, err.text);
	spec_release(spec);
}

static void test_round_trip_of_settings(void **state)
{
	(void)state;
	static const char *const targets[] = { "https://example.com/", "example.com:80", "example.com" };
	assert_int_equal(setenv("KUMATOP_TEST_SECRET", "s", 1), 0);
	for (size_t i = 0; i < COUNT(targets); i++) {
		struct error err = { 0 };
		struct monitor_spec *spec = conf_new_monitor(targets[i], NULL, NULL, SPEC_ADDED, &err);
		assert_non_null(spec);
		for (size_t variant = 0; variant < 2; variant++) {
			for (const struct setting *row = spec->kind->settings; row->name; row++) {
				if (strcmp(row->name, "ca_file") != 0)	/* wants a real file */
					round_trip_row(targets[i], row, row->section, variant);
			}
			for (const struct setting *row = spec_settings; row->name; row++)
				round_trip_row(targets[i], row, NULL, variant);
		}
		spec_release(spec);
	}
}

static void test_round_trip_of_http(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(nasty); i++) {
		struct error err = { 0 };
		void *values;
		struct monitor_spec *spec = conf_new_monitor("https://example.com/a?b=%22c", "web", NULL, SPEC_ADDED, &err);
		const struct setting *row = spec_setting(spec, "expect", "body", &values);
		const char *items[] = { nasty[i], "other" };
		if (row->type == SETTING_LIST)
			assert_true(setting_from_list(row, values, items, 2, &err));
		else
			assert_true(setting_from_text(row, values, nasty[i], &err));
		row = spec_setting(spec, NULL, "body", &values);
		char *body = heap_print("line\r\n\t%s\n", nasty[i]);
		assert_true(setting_from_text(row, values, body, &err));
		if (!spec_seal(spec, &err))
			fail_msg("%s: %s", nasty[i], err.text);
		check_round_trip(spec);
		free(body);
		spec_release(spec);
	}
}

static void test_secrets_printed(void **state)
{
	(void)state;
	struct monitor_spec *spec = parse("{ name = \"a\"; http = \"http://h/\"; user = \"u\"; password = \"hunter2\"; }");
	char *hidden = print(spec, false), *shown = print(spec, true);
	assert_null(strstr(hidden, "hunter2"));
	assert_non_null(strstr(hidden, "password = \"***\";"));
	assert_non_null(strstr(shown, "password = \"hunter2\";"));
	free(hidden);
	free(shown);
	spec_release(spec);
	assert_int_equal(setenv("KUMATOP_TEST_SECRET", "s", 1), 0);
	spec = parse("{ name = \"a\"; http = \"http://h/\"; user = \"u\"; password = \"env:KUMATOP_TEST_SECRET\"; }");
	hidden = print(spec, false);
	assert_non_null(strstr(hidden, "password = \"env:KUMATOP_TEST_SECRET\";"));
	free(hidden);
	spec_release(spec);
}

static void test_print_text(void **state)
{
	(void)state;
	struct monitor_spec *spec = parse("{ name = \"db \\\"x\\\"\"; tcp = \"h:1\"; tags = [\"a\", \"b\"]; invert = true; interval = \"90s\"; }");
	char *text = print(spec, false);
	assert_string_equal(text, "{ name = \"db \\\"x\\\"\"; tcp = \"h:1\"; interval = \"1m30s\"; timeout = \"10s\"; retry_interval = \"10s\"; rise = 2; "
	    "fall = 3; invert = true; tags = [\"a\", \"b\"]; }");
	free(text);
	spec_release(spec);
}

static void test_parse_one(void **state)
{
	(void)state;
	static const struct fault_row rows[] = {
		{ "", "write one monitor: { name = \"…\"; http = \"https://…\"; }" },
		{ "{ name = \"a\"; tcp = \"h:1\"; }, { name = \"b\"; tcp = \"h:1\"; }", "write one monitor: { name = \"…\"; http = \"https://…\"; }" },
		{ "{ name = \"a\"; tcp = \"h:1\"; } ); interval = \"5s\"; x: ( 1", "write one monitor: { name = \"…\"; http = \"https://…\"; }" },
		{ "\"a\"", "write one monitor: { name = \"…\"; http = \"https://…\"; }" },
		{ "{ name = \"a\"; tcp = \"h:1\"; fall = 0; }", "monitor \"a\": fall: 0 is too small: write 1 to 100" },
		{ "{ name = \"a\"; tcp = \"h:1\";\n fall = 0; rise = 0; }", "line 2: monitor \"a\": fall: 0 is too small: write 1 to 100 (and 1 more)" },
		{ "{ name = a; }", "name: write \"a\", in quotes" },
		{ "{ name = \"a\"; tcp = \"h:1\"; use = \"x\"; }", "monitor \"a\": use: there is no template \"x\"" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		assert_null(conf_parse_monitor(rows[i].text, NULL, SPEC_ADDED, &err));
		assert_string_equal(err.text, rows[i].says);
		assert_int_equal(err.code, EXIT_CONFIG);
	}
	struct monitor_spec *spec = parse("{ name = \"a\"; tcp = \"h:1\"; } # said at the end");
	assert_null(spec->file);
	assert_int_equal(spec->line, 0);
	spec_release(spec);
}

static void test_new_monitor(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct conf *conf = conf_empty();
	conf->settings.interval_ms = 20000;
	conf->settings.timeout_ms = 15000;
	conf->settings.fall = 6;
	struct monitor_spec *spec = conf_new_monitor("db.internal:5432", NULL, &conf->settings, SPEC_TEMPORARY, &err);
	assert_non_null(spec);
	assert_string_equal(spec->kind->name, "tcp");
	assert_string_equal(spec->target, "db.internal:5432");
	assert_string_equal(spec->name, "db.internal:5432");
	assert_int_equal(spec->origin, SPEC_TEMPORARY);
	assert_int_equal(spec->common.interval_ms, 20000);
	assert_int_equal(spec->common.timeout_ms, 15000);
	assert_int_equal(spec->common.fall, 6);
	assert_int_equal(spec->common.rise, 2);
	assert_true(spec_seal(spec, &err));
	spec_release(spec);

	/* Somebody who shortens the interval has not said the usual timeout, so it is no reason to refuse. */
	conf->settings.timeout_ms = 10000;
	spec = conf_new_monitor("db.internal:5432", "db", &conf->settings, SPEC_ADDED, &err);
	assert_string_equal(spec->name, "db");
	spec->common.interval_ms = 3000;
	assert_true(spec_seal(spec, &err));
	assert_int_equal(spec->common.timeout_ms, 3000);
	spec_release(spec);
	assert_null(conf_new_monitor("http://", NULL, NULL, SPEC_ADDED, &err));
	assert_null(conf_new_monitor("host:99999", NULL, NULL, SPEC_ADDED, &err));
	assert_null(conf_new_monitor("ho\x1bst", NULL, NULL, SPEC_ADDED, &err));
	conf_free(conf);
}

static void check_path(char *path, const char *expected)
{
	if (expected)
		assert_string_equal(path, expected);
	else
		assert_null(path);
	free(path);
}

static void test_database_path(void **state)
{
	(void)state;
	struct conf *conf = conf_empty();
	assert_int_equal(setenv("HOME", "/home/kuma", 1), 0);
	unsetenv("XDG_STATE_HOME");
	check_path(conf_database_path(conf, NULL), "/home/kuma/.local/state/kumatop/kumatop.db");
	assert_int_equal(setenv("XDG_STATE_HOME", "/state", 1), 0);
	check_path(conf_database_path(conf, NULL), "/state/kumatop/kumatop.db");
	assert_int_equal(setenv("XDG_STATE_HOME", "relative", 1), 0);
	check_path(conf_database_path(conf, NULL), "/home/kuma/.local/state/kumatop/kumatop.db");
	unsetenv("XDG_STATE_HOME");
	check_path(conf_database_path(conf, "none"), NULL);
	check_path(conf_database_path(conf, ""), NULL);
	check_path(conf_database_path(conf, "~/x.db"), "/home/kuma/x.db");
	check_path(conf_database_path(conf, "x.db"), "x.db");
	conf_free(conf);

	static const struct {
		const char *written, *path;
	} rows[] = {
		{ "none", NULL }, { "", NULL }, { "/var/x.db", "/var/x.db" }, { "~/k.db", "/home/kuma/k.db" }, { "k.db", "k.db" }, { "~root/k.db", "~root/k.db" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = heap_print("database = \"%s\";", rows[i].written);
		write_file("kumatop.conf", text);
		free(text);
		conf = load_fine();
		check_path(conf_database_path(conf, NULL), rows[i].path);
		check_path(conf_database_path(conf, "/other.db"), "/other.db");
		conf_free(conf);
	}
	/* A relative path is meant from where the file stands. */
	write_file("kumatop.conf", "database = \"k.db\";");
	struct conf_faults faults = { 0 };
	char *path = heap_print("%s/kumatop.conf", directory), *expected = heap_print("%s/k.db", directory);
	conf = conf_load(path, &faults);
	assert_non_null(conf);
	check_path(conf_database_path(conf, NULL), expected);
	conf_free(conf);
	free(expected);
	free(path);
}

static void test_find(void **state)
{
	(void)state;
	unsetenv("KUMATOP_CONFIG");
	check_path(conf_find("/does/not/exist"), "/does/not/exist");
	char *place = heap_print("%s/kumatop", directory), *file = heap_print("%s/kumatop/kumatop.conf", directory);
	assert_int_equal(setenv("XDG_CONFIG_HOME", directory, 1), 0);
	char *found = conf_find(NULL);
	assert_true(!found || strcmp(found, "/etc/kumatop/kumatop.conf") == 0);
	free(found);
	assert_int_equal(mkdir(place, 0755), 0);
	write_file(file, "");
	check_path(conf_find(NULL), file);
	assert_int_equal(setenv("KUMATOP_CONFIG", "/some/where", 1), 0);
	check_path(conf_find(NULL), "/some/where");
	check_path(conf_find("mine"), "mine");
	unsetenv("KUMATOP_CONFIG");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(place), 0);
	free(file);
	free(place);
}

/* Thousands of monitors in one file, and among them two of one name. */
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
	char *all = load_faults();
	assert_string_equal(all, "kumatop.conf:5002: monitor \"m77\": name: another monitor has this name, on line 79: names must differ\n");
	free(all);
}

static void test_sample(void **state)
{
	(void)state;
	const char *source = getenv("SOURCE");
	struct conf_faults faults = { 0 };
	char *path = heap_print("%s/kumatop.conf", source ? source : top);
	struct conf *conf = conf_load(path, &faults);
	if (!conf) {
		char *all = join(&faults.lines);
		print_error("%s", all);
		free(all);
		fail();
	}
	for (size_t i = 0; i < conf->warnings.count; i++)
		assert_non_null(strstr(conf->warnings.items[i], "group can write"));
	assert_in_range(conf->spec_count, 6, 20);
	bool seen[3] = { false };
	for (size_t i = 0; i < conf->spec_count; i++) {
		const struct monitor_spec *spec = conf->specs[i];
		assert_in_range(spec->common.interval_ms, 5000, 60000);
		seen[0] |= strcmp(spec->kind->name, "http") == 0;
		seen[1] |= strcmp(spec->kind->name, "tcp") == 0;
		seen[2] |= strcmp(spec->kind->name, "ping") == 0;
		check_round_trip(conf->specs[i]);
	}
	assert_true(seen[0] && seen[1] && seen[2]);
	conf_free(conf);
	free(path);
}

static bool mentions(const char *text, const char *name)
{
	for (const char *at = strstr(text, name); at; at = strstr(at + 1, name)) {
		const char *before = at, *behind = at + strlen(name);
		while (before > text && (before[-1] == ' ' || before[-1] == '\t'))
			before--;
		bool starts = before == text || strchr("\n{;#(", before[-1]);
		behind += strspn(behind, " ");
		if (starts && (*behind == '=' || *behind == ':'))
			return true;
	}
	return false;
}

/* Every setting there is can be learned from the sample. */
static void test_sample_is_whole(void **state)
{
	(void)state;
	enum { SAMPLE_MOST = 65536 };
	const char *source = getenv("SOURCE");
	char *path = heap_print("%s/kumatop.conf", source ? source : top), *text = heap_zero(1, SAMPLE_MOST);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_in_range(fread(text, 1, SAMPLE_MOST - 1, file), 100, SAMPLE_MOST - 2);
	assert_int_equal(fclose(file), 0);
	for (const struct setting *row = conf_settings; row->name; row++) {
		if (!mentions(text, row->name))
			fail_msg("kumatop.conf does not show %s", row->name);
	}
	for (const struct setting *row = spec_settings; row->name; row++) {
		if (!mentions(text, row->name))
			fail_msg("kumatop.conf does not show %s", row->name);
	}
	for (size_t i = 0; probe_kinds[i]; i++) {
		for (const struct setting *row = probe_kinds[i]->kind.settings; row && row->name; row++) {
			if (!mentions(text, row->name))
				fail_msg("kumatop.conf does not show %s of %s", row->name, probe_kinds[i]->kind.name);
		}
	}
	free(text);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_scan_takes),
		cmocka_unit_test(test_top_faults),
		cmocka_unit_test(test_monitor_faults),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_tables_agree),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_conf_d),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_secrets_in_the_open),
		cmocka_unit_test(test_round_trip_of_names),
		cmocka_unit_test(test_round_trip_of_settings),
		cmocka_unit_test(test_round_trip_of_http),
		cmocka_unit_test(test_secrets_printed),
		cmocka_unit_test(test_print_text),
		cmocka_unit_test(test_parse_one),
		cmocka_unit_test(test_new_monitor),
		cmocka_unit_test(test_database_path),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_sample_is_whole),
	};
	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
