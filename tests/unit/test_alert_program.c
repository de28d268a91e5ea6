/* Programs that are told: what they read, what is in their environment, and how their end is understood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/helper.h"
#include "kumatop/json.h"

#include "../lib/scratch.h"
#include "../lib/telling.h"

static struct helper helper;
static char *directory;

/* A helper is forked before any thread exists. */
static int set_up(void **state)
{
	if (!helper_start(&helper, NULL))
		return -1;
	directory = scratch_make();
	telling_start(&helper);
	return 0;
}

static int tear_down(void **state)
{
	telling_stop();
	helper_stop(&helper);
	scratch_remove(directory);
	return 0;
}

static char *program(const char *script)
{
	char *path = scratch_path(directory, "tell");
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\ncd %s\n%s\n", directory, script);
	fclose(file);
	assert_int_equal(chmod(path, 0700), 0);
	return path;
}

static char *content(const char *name)
{
	char *path = scratch_path(directory, name);
	FILE *file = fopen(path, "re");
	struct buf out;
	int c;

	assert_non_null(file);
	buf_init(&out, 1 << 20);
	while ((c = fgetc(file)) != EOF)
		buf_add_char(&out, (char)c);
	fclose(file);
	free(path);
	return buf_take(&out);
}

static struct alert_fate run(const char *script, const char *more, struct alert_message *message)
{
	char *path = program(script), *settings = heap_print("command=%s, \"two words\"\n%s", path, more);
	struct channel_spec *channel = telling_channel("exec", settings, "");
	struct alert_fate fate = telling_send(channel, message);

	channel_spec_release(channel);
	free(settings);
	free(path);
	return fate;
}

static void test_what_it_gets(void **state)
{
	static const enum alert_kind kinds[] = { ALERT_DOWN, ALERT_UP, ALERT_DEGRADED, ALERT_CERTIFICATE, ALERT_DIGEST };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct alert_message *message = telling_message(kinds[i]);
		struct alert_fate fate = run("cat > input; env > environment; echo \"$#:$1\"; ls /proc/self/fd | wc -l", "", message);
		char *input = content("input"), *environment = content("environment"), *wanted;
		struct alert_message *read;

		if (fate.outcome != ALERT_DELIVERED)
			fail_msg("%s", fate.answer);
		assert_int_equal(fate.code, 0);
		assert_string_equal(fate.answer, "exit 0: 1:two words 4");
		read = alert_message_read_json(input, strlen(input), NULL);
		assert_non_null(read);
		assert_int_equal(read->kind, kinds[i]);
		wanted = heap_print("KUMATOP_EVENT=%s\n", alert_kind_word((int)kinds[i]));
		assert_non_null(strstr(environment, wanted));
		assert_non_null(strstr(environment, kinds[i] == ALERT_DIGEST ? "KUMATOP_COUNT=7\n" : "KUMATOP_NAME=shop\n"));
		free(wanted);
		free(input);
		free(environment);
		alert_message_release(read);
		alert_message_release(message);
	}
}

static void test_hostile(void **state)
{
	struct alert_message *message = telling_hostile_message(ALERT_DIGEST);
	struct alert_fate fate = run("cat > input; env > environment; wc -l < input", "", message);
	char *input = content("input"), *environment = content("environment");

	assert_int_equal(fate.outcome, ALERT_DELIVERED);
	assert_string_equal(fate.answer, "exit 0: 1");	/* one line */
	assert_null(strchr(input, '\033'));
	assert_null(strstr(environment, "\nX-Evil"));
	free(input);
	free(environment);
	alert_message_release(message);
}

static void test_large_digest(void **state)
{
	struct alert_message *message = alert_message_create(ALERT_DIGEST), *read;
	struct alert_fate fate;
	char *input;

	for (int i = 0; i < ALERT_LINES_MOST; i++)
		alert_add_line(message, ALERT_DOWN, "a monitor with a name that is as long as names of monitors are sometimes", "refused", 1);
	fate = run("cat > input", "", message);
	if (fate.outcome != ALERT_DELIVERED)
		fail_msg("%s", fate.answer);
	input = content("input");
	read = alert_message_read_json(input, strlen(input), NULL);
	assert_non_null(read);
	assert_true(read->line_count > 50);
	assert_int_equal(read->line_count + read->more, ALERT_LINES_MOST);
	free(input);
	alert_message_release(read);
	alert_message_release(message);
}

static void test_ends(void **state)
{
	struct alert_message *message = telling_message(ALERT_DOWN);
	struct alert_fate fate = run("echo no such room >&2; exit 3", "", message);

	assert_int_equal(fate.outcome, ALERT_LATER);
	assert_int_equal(fate.code, 3);
	assert_string_equal(fate.answer, "exit 3: no such room");
	fate = run("kill -9 $$", "", message);
	assert_int_equal(fate.outcome, ALERT_LATER);
	assert_string_equal(fate.answer, "ended by signal 9");
	fate = run("sleep 1000", "timeout=1s", message);
	assert_int_equal(fate.outcome, ALERT_LATER);
	assert_true(fate.answer[0]);
	struct channel_spec *missing = telling_channel("exec", "command=/no/such/program", "");
	fate = telling_send(missing, message);
	assert_int_equal(fate.outcome, ALERT_LATER);
	assert_string_equal(fate.answer, "cannot be run: No such file or directory");
	channel_spec_release(missing);
	alert_message_release(message);
}

/* Its words are ours, and what it sends goes in as input; the addresses are in a file that we only name. */
static void test_apprise(void **state)
{
	static const struct {
		enum alert_kind kind;
		const char *type, *title;
	} rows[] = {
		{ ALERT_DOWN, "failure", "DOWN: shop" }, { ALERT_UP, "success", "UP: shop, was down for 5m12s" }, { ALERT_DEGRADED, "warning", "DEGRADED: shop" },
		{ ALERT_CERTIFICATE, "warning", "CERTIFICATE: shop expires in 7 days" },
		{ ALERT_DIGEST, "failure", "2 DOWN, 1 DEGRADED, 4 more: same host 192.0.2.1" },
	};
	char *path = program("for word; do echo \"<$word>\"; done > words; cat > input");
	char *settings = heap_print("config=/etc/apprise.yml\ntag=ops\nprogram=%s", path);
	struct channel_spec *channel = telling_channel("apprise", settings, "");

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct alert_message *message = telling_message(rows[i].kind);
		struct alert_fate fate = telling_send(channel, message);
		char *wanted = heap_print("<--config=/etc/apprise.yml>\n<--tag=ops>\n<--notification-type=%s>\n<--input-format=text>\n<--title=%s>\n", rows[i].type,
		    rows[i].title), *words, *input;
		struct buf text;

		if (fate.outcome != ALERT_DELIVERED)
			fail_msg("%s", fate.answer);
		words = content("words");
		input = content("input");
		buf_init(&text, 1 << 16);
		alert_message_text(message, 1 << 14, &text);
		assert_string_equal(words, wanted);
		assert_string_equal(input, text.data);
		buf_finish(&text);
		free(words);
		free(input);
		free(wanted);
		alert_message_release(message);
	}
	channel_spec_release(channel);
	free(settings);
	free(path);
}

static void test_what_is_refused(void **state)
{
	struct channel_spec *spec = channel_spec_create(channel_kind_find("exec"), NULL, NULL);
	struct error err = { 0 };

	assert_false(channel_spec_seal(spec, &err));
	assert_non_null(strstr(err.text, "command is missing"));
	assert_true(setting_from_text(setting_find(spec->kind->settings, NULL, "command"), &spec->settings, "tell ops", NULL));
	assert_false(channel_spec_seal(spec, &err));
	assert_non_null(strstr(err.text, "command: write the whole path"));
	channel_spec_release(spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_gets), cmocka_unit_test(test_hostile), cmocka_unit_test(test_large_digest), cmocka_unit_test(test_ends),
		cmocka_unit_test(test_apprise), cmocka_unit_test(test_what_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
