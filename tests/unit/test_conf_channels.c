/*
 * `channels` of kumatop.conf, and the names by which monitors mean them: every way to be refused with its line and words, and what right
 * ones become.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/channel.h"
#include "kumatop/heap.h"
#include "../lib/conf_dir.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define AT(line, text) "kumatop.conf:" #line ": " text "\n"
#define ONE(settings) "channels: (\n { " settings " } );\n"
#define TOLD(text) "kumatop.conf:2: channel \"webhook\": " text "\n"
#define MONITOR(alert) "channels: ( { name = \"ops\"; kind = \"terminal\"; }, { kind = \"syslog\"; } );\n" \
	"monitors: ( { name = \"a\"; tcp = \"h:1\"; " alert " } );\n"
#define MONITOR_TOLD(text) "kumatop.conf:2: monitor \"a\": alert: " text "\n"

static const struct row {
	const char *text, *says;
} refusals[] = {
	{ "channels = \"ops\";", AT(1, "channels: write channels: ( { kind = \"webhook\"; url = \"https://…\"; } );") },
	{ "channels: { };", AT(1, "channels: write channels: ( { kind = \"webhook\"; url = \"https://…\"; } );") },
	{ "channels: ( \"ops\" );", AT(1, "channel 1: write { kind = \"webhook\"; url = \"https://…\"; }") },
	{ ONE("name = \"ops\";"), AT(2, "channel 1: it has no kind: write kind = \"webhook\" or another of kumatop alert kinds") },
	{ ONE("kind = \"telegam\";"), AT(2, "channel 1: kind: there is no \"telegam\": did you mean telegram?") },
	{ ONE("kind = \"smoke signals\";"), AT(2, "channel 1: kind: there is no \"smoke signals\": see kumatop alert kinds") },
	{ ONE("kind = 5;"), AT(2, "channel 1: kind: write \"5\", in quotes") },
	{ ONE("kind = \"webhook\"; name = true; url = \"https://a.example/\";"), AT(2, "channel 1: name: write one text in quotes") },
	{ ONE("kind = \"webhook\"; name = \"a\\nb\"; url = \"https://a.example/\";"),
	  AT(2, "channel: the name begins or ends with a blank, or holds what cannot be seen: write one plain line") },
	{ ONE("kind = \"webhook\"; name = \"none\"; url = \"https://a.example/\";"),
	  AT(2, "channel \"none\": name: \"none\" means that nobody is told: choose another") },
	{ ONE("kind = \"webhook\";"), TOLD("url is missing: write url = \"https://chat.example/hook\";") },
	{ ONE("kind = \"webhook\"; url = \"https://a.example/\"; ulr = \"x\"; heders = [\"A: b\"];"),
	  TOLD("ulr: is no setting: did you mean url?") TOLD("heders: is no setting: did you mean headers?") },
	{ ONE("kind = \"webhook\"; url = \"a.example\";"), TOLD("url: does not begin with http:// or https://: write https://host/path") },
	{ ONE("kind = \"webhook\"; url = [\"https://a.example/\"];"), TOLD("url: takes one value: write it without brackets") },
	{ ONE("kind = \"webhook\"; url = \"https://a.example/\"; default = \"no\";"), TOLD("default: write true or false, without quotes") },
	{ ONE("kind = \"webhook\"; url = \"https://a.example/\"; timeout = \"5m\";"), TOLD("timeout: 5m is too long: write 1s to 1m") },
	{ ONE("kind = \"webhook\"; url = \"https://a.example/\"; headers = [\"A\"];"), TOLD("headers: entry 1: is no header: write \"Name: value\"") },
	{ ONE("kind = \"webhook\"; url = \"https://a.example/\";\n body = \"{ \\\"a\\\": \\\"{{nam}}\\\" }\";"),
	  AT(3, "channel \"webhook\": body: {{nam}} is not known: did you mean {{name}}?") },
	{ ONE("kind = \"webhook\";\n url = \"file:/no/such/file-canary\";"),
	  AT(3, "channel \"webhook\": url: cannot open the secret in /no/such/file-canary: No such file or directory") },
	{ ONE("kind = \"email\"; server = \"mail.example\"; from = \"a@b.example\"; to = [\"ops\"];"),
	  AT(2, "channel \"email\": to: entry 1 (\"ops\"): is no mail address: write \"ops@example.com\" or \"Ops <ops@example.com>\"") },
	{ ONE("kind = \"email\"; server = \"mail.example\"; from = \"a@b.example\";"), AT(2, "channel \"email\": to is missing: write to = [\"ops@example.com\"];") },
	{ ONE("kind = \"exec\"; command = [\"tell\"];"),
	  AT(2, "channel \"exec\": command: write the whole path of the program: nothing is searched, and no shell reads it") },
	{ ONE("kind = \"terminal\"; }, { kind = \"terminal\";"), AT(2, "channel \"terminal\": name: another channel is called so: names must differ") },
	/* all at once */
	{ "channels: ( { kind = \"nope\"; },\n { kind = \"webhook\"; },\n { kind = \"gotify\"; server = \"x\"; token = \"t\"; } );\nmonitors: ( { name = \"a\"; tcp = \"h:0\"; } );",
	  AT(1, "channel 1: kind: there is no \"nope\": see kumatop alert kinds") AT(2, "channel \"webhook\": url is missing: write url = \"https://chat.example/hook\";")
	  AT(3, "channel \"gotify\": server: does not begin with http:// or https://: write https://host/path")
	  AT(4, "monitor \"a\": tcp: port 0 is out of range: write 1 to 65535") },
	/* monitors */
	{ MONITOR("alert = [\"opps\"];"), MONITOR_TOLD("there is no channel \"opps\": did you mean ops?") },
	{ MONITOR("alert = [\"ops\", \"zzzzzzz\"];"), MONITOR_TOLD("there is no channel \"zzzzzzz\": write it into channels: ( … )") },
	{ MONITOR("alert = [\"ops\", \"none\"];"), MONITOR_TOLD("\"none\" stands alone: write the channels that are told, or none") },
	{ MONITOR("alert = true;"), MONITOR_TOLD("is true: write a text in quotes, or several as [\"a\", \"b\"]") },
};

static void test_refusals(void **state)
{
	for (size_t i = 0; i < COUNT(refusals); i++) {
		char *said;

		conf_dir_write("kumatop.conf", refusals[i].text);
		said = conf_dir_faults();
		if (strcmp(said, refusals[i].says) != 0)
			fail_msg("%s\nsays    %s\nnot     %s", refusals[i].text, said, refusals[i].says);
		free(said);
	}
}

static void test_taken(void **state)
{
	struct conf *conf;

	conf_dir_write("token", "token-canary\nmore\n");
	conf_dir_write("kumatop.conf",
	    "monitors: ( { name = \"a\"; tcp = \"h:1\"; alert = [\"mail\", \"telegram\"]; }, { name = \"b\"; tcp = \"h:2\"; alert = \"none\"; },\n"
	    "  { name = \"c\"; tcp = \"h:3\"; use = \"loud\"; }, { name = \"d\"; tcp = \"h:4\"; } );\n"
	    "templates: { loud: { alert = [\"mail\"]; }; };\n"
	    "channels: ( { name = \"mail\"; kind = \"email\"; server = \"mail.example\"; from = \"a@b.example\"; to = [\"c@d.example\", \"e@f.example\"];\n"
	    "    default = false; timeout = \"20s\"; },\n"
	    "  { kind = \"telegram\"; token = \"file:token\"; chat = \"-5\"; server = \"https://tg.example/\"; } );\n");
	conf = conf_dir_load();
	assert_int_equal(conf->channel_count, 2);
	assert_string_equal(conf->channels[0]->name, "mail");
	assert_int_equal(conf->channels[0]->line, 4);
	assert_false(conf->channels[0]->common.by_default);
	assert_int_equal(conf->channels[0]->common.timeout_ms, 20000);
	assert_int_equal(conf->channels[0]->settings.to.count, 2);
	assert_string_equal(conf->channels[1]->name, "telegram");
	assert_true(conf->channels[1]->common.by_default);
	assert_non_null(conf->channels[1]->plan);
	assert_int_equal(conf->specs[0]->common.alert.count, 2);
	assert_string_equal(conf->specs[0]->common.alert.items[1], "telegram");
	assert_string_equal(conf->specs[1]->common.alert.items[0], "none");
	assert_string_equal(conf->specs[2]->common.alert.items[0], "mail");
	assert_int_equal(conf->specs[3]->common.alert.count, 0);
	conf_free(conf);
	unlink("token");
}

/* A template's slip is told with the monitor that uses it; what a refused channel is called is known all the same. */
static void test_slips_are_told_once(void **state)
{
	char *said;

	conf_dir_write("kumatop.conf", "channels: ( { name = \"ops\"; kind = \"webhook\"; } );\ntemplates: { loud: { alert = [\"ops\", \"opps\"]; }; };\n"
	    "monitors: ( { name = \"c\"; tcp = \"h:3\"; use = \"loud\"; } );\n");
	said = conf_dir_faults();
	assert_string_equal(said, AT(1, "channel \"ops\": url is missing: write url = \"https://chat.example/hook\";")
	    AT(3, "monitor \"c\": alert: there is no channel \"opps\": did you mean ops?"));
	free(said);
}

static void test_secrets_in_a_file_that_everybody_reads(void **state)
{
	struct conf *conf;
	char *said;

	conf_dir_write("kumatop.conf", "channels: (\n { kind = \"webhook\"; url = \"https://a.example/canary\"; } );\n");
	assert_int_equal(chmod("kumatop.conf", 0644), 0);
	conf = conf_dir_load();
	said = conf_dir_join(&conf->warnings);
	assert_string_equal(said, "kumatop.conf:2: channel \"webhook\": url: everybody can read this file: chmod o-r, or write \"file:…\" or \"env:…\" "
	    "instead of the secret\n");
	free(said);
	conf_free(conf);
	assert_int_equal(chmod("kumatop.conf", 0600), 0);
}

/* A monitor by itself, as the database keeps it, says whom it means; whether they are there is for a whole configuration to say. */
static void test_one_monitor(void **state)
{
	struct error err = { 0 };
	struct monitor_spec *spec = conf_parse_monitor("{ name = \"a\"; tcp = \"h:1\"; alert = [\"ops\", \"x, y\"]; }", NULL, SPEC_ADDED, &err);
	struct buf out;

	if (!spec)
		fail_msg("%s", err.text);
	buf_init(&out, 4096);
	conf_print_monitor(spec, false, &out);
	assert_non_null(strstr(out.data, "alert = [\"ops\", \"x, y\"];"));
	buf_finish(&out);
	spec_release(spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals), cmocka_unit_test(test_taken), cmocka_unit_test(test_slips_are_told_once),
		cmocka_unit_test(test_secrets_in_a_file_that_everybody_reads), cmocka_unit_test(test_one_monitor),
	};

	return cmocka_run_group_tests(tests, conf_dir_enter, conf_dir_leave);
}
