/* Commands, replies, questions and answers over the wire, there and back; secrets that were not shown; and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../lib/wired.h"
#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"

#define NOW_US (INT64_C(1795352607) * 1000000)

static struct json *sent(const struct command *command)
{
	struct json *message;
	struct buf out;

	buf_init(&out, WIRE_REQUEST_MOST);
	wire_put_command(&out, command);
	assert_true(out.length > 0 && out.data[out.length - 1] == '\n');
	message = wired_message(out.data);
	assert_string_equal(wire_op(message), "command");
	buf_finish(&out);
	return message;
}

static void every_kind_of_command(void **state)
{
	for (int kind = COMMAND_ADD; kind <= COMMAND_STOP; kind++) {
		bool brings = kind == COMMAND_ADD || kind == COMMAND_EDIT || kind == COMMAND_TEST;
		struct command *command = command_create((enum command_kind)kind, kind == COMMAND_ADD || kind >= COMMAND_RELOAD ? 0 : 42), *back;
		struct error err = { 0 };
		struct json *message;

		command->ticket = UINT64_C(123456789012345);
		command->until_us = kind == COMMAND_PAUSE ? NOW_US : 0;
		command->by_hand = kind == COMMAND_RELOAD;
		if (brings)
			command->spec = wired_spec("{ name = \"\xc3\xa4 \\\"b\\\"\"; http = \"https://a.example/\"; body = \"top \\\"secret\\\"\"; }", SPEC_ADDED);
		message = sent(command);
		assert_int_equal(wire_ticket(message), command->ticket);
		back = wire_read_command(message, NULL, &err);
		if (!back)
			fail_msg("%s", err.text);
		if (!back)
			return;
		assert_int_equal(back->kind, kind);
		assert_int_equal(back->ticket, command->ticket);
		assert_int_equal(back->monitor, command->monitor);
		assert_int_equal(back->until_us, command->until_us);
		assert_int_equal(back->by_hand, command->by_hand);
		assert_null(back->reply);
		assert_string_equal(back->who, "");
		assert_true((back->spec != NULL) == brings);
		if (back->spec) {
			assert_true(back->spec->foreign);
			assert_true(wire_fill_secrets(back, NULL, &err));
			assert_false(back->spec->foreign);
			assert_true(spec_equal(back->spec, command->spec));
		} else {
			assert_true(wire_fill_secrets(back, NULL, &err));
		}
		command_destroy(back);
		command_destroy(command);
		json_free(message);
	}
}

static void defaults_for_what_is_left_out(void **state)
{
	const struct conf_settings defaults = { .interval_ms = 17000, .rise = 4 };
	struct json *message = wired_message("{\"op\":\"command\",\"ticket\":1,\"do\":\"add\",\"spec\":\"{ name = \\\"a\\\"; tcp = \\\"a.example:1\\\"; }\"}");
	struct command *command = wire_read_command(message, &defaults, NULL);

	assert_non_null(command);
	if (!command)
		return;
	assert_int_equal(command->spec->common.interval_ms, 17000);
	assert_int_equal(command->spec->common.rise, 4);
	assert_int_equal(command->spec->origin, SPEC_ADDED);
	command_destroy(command);
	json_free(message);
}

static void bad_commands(void **state)
{
	static const char *const rows[] = {
		"{\"op\":\"command\"}", "{\"op\":\"command\",\"do\":\"explode\"}", "{\"op\":\"command\",\"do\":3}",
		"{\"op\":\"command\",\"do\":\"pause\"}", "{\"op\":\"command\",\"do\":\"pause\",\"monitor\":0}",
		"{\"op\":\"command\",\"do\":\"pause\",\"monitor\":-4}", "{\"op\":\"command\",\"do\":\"pause\",\"monitor\":\"x\"}",
		"{\"op\":\"command\",\"do\":\"pause\",\"monitor\":1,\"until\":-1}", "{\"op\":\"command\",\"do\":\"pause\",\"monitor\":1,\"until\":\"soon\"}",
		"{\"op\":\"command\",\"do\":\"pause\",\"monitor\":1,\"until\":9223372036854775807}",
		"{\"op\":\"command\",\"do\":\"add\"}", "{\"op\":\"command\",\"do\":\"add\",\"spec\":\"\"}", "{\"op\":\"command\",\"do\":\"test\",\"spec\":[]}",
		"{\"op\":\"command\",\"do\":\"edit\",\"spec\":\"{ name = \\\"a\\\"; tcp = \\\"a.example:1\\\"; }\"}",
		"{\"op\":\"command\",\"do\":\"add\",\"spec\":\"{ name = \\\"a\\\"; tcp = \\\"nonsense\\\"; }\"}",
		"{\"op\":\"command\",\"do\":\"add\",\"spec\":\"{ name = \\\"a\\\\n\\\"; tcp = \\\"a.example:1\\\"; }\"}",
		"{\"op\":\"command\",\"do\":\"add\",\"spec\":\"{ name = \\\"a\\\"; tcp = \\\"a.example:1\\\"; }, { name = \\\"b\\\"; tcp = \\\"a.example:1\\\"; }\"}",
		"{\"op\":\"command\",\"do\":\"add\",\"spec\":\"{ name = \\\"a\\\"; tcp = \\\"a.example:1\\\"; }); theme = \\\"x\\\"; y = (1\"}",
		"{\"op\":\"command\",\"do\":\"add\",\"spec\":\"{ name = \\\"a\\\"; tcp = \\\"a.example:1\\\"; interval = \\\"1ms\\\"; }\"}",
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json *message = wired_message(rows[i]);
		struct error err = { 0 };

		if (wire_read_command(message, NULL, &err))
			fail_msg("taken: %s", rows[i]);
		assert_true(err.text[0]);
		json_free(message);
	}
}

/* The kind is known without a look at the spec. */
static void the_kind_first(void **state)
{
	struct json *message = wired_message("{\"op\":\"command\",\"do\":\"edit\",\"monitor\":9,\"spec\":7}");
	enum command_kind kind;
	monitor_id monitor;

	assert_true(wire_command_kind(message, &kind, &monitor));
	assert_int_equal(kind, COMMAND_EDIT);
	assert_int_equal(monitor, 9);
	json_free(message);
}

static const char with_secrets[] = "{ name = \"a\"; http = \"https://a.example/\"; user = \"u\"; password = \"pass\"; body = \"bread\"; "
	"headers = [\"X-Key: one\", \"X-Key: two\", \"X-None:\", \"X-Env: env:HOME\"]; }";

/* An edit by one who was shown the monitor without its secrets. */
static struct command *edited(const struct monitor_spec *from, const char *old, const char *new)
{
	struct command *command = command_create(COMMAND_EDIT, 5), *back;
	struct json *message;
	struct buf text;
	char *at;

	buf_init(&text, 10000);
	conf_print_monitor(from, false, &text);
	at = strstr(text.data, old);
	assert_non_null(at);
	if (at) {
		char *whole = heap_print("%.*s%s%s", (int)(at - text.data), text.data, new, at + strlen(old));

		command->spec = conf_parse_foreign(whole, NULL, SPEC_ADDED, NULL);
		free(whole);
	}
	assert_non_null(command->spec);
	message = sent(command);
	back = wire_read_command(message, NULL, NULL);
	assert_non_null(back);
	json_free(message);
	command_destroy(command);
	buf_finish(&text);
	return back;
}

static void secrets_come_back(void **state)
{
	struct monitor_spec *from = wired_spec(with_secrets, SPEC_TEMPORARY);
	struct command *command = edited(from, "name = \"a\"", "name = \"b\"");
	struct error err = { 0 };
	struct buf text;

	if (!wire_fill_secrets(command, from, &err))
		fail_msg("%s", err.text);
	assert_string_equal(command->spec->name, "b");
	assert_int_equal(command->spec->origin, SPEC_TEMPORARY);
	assert_false(command->spec->foreign);
	assert_non_null(command->spec->prepared);
	buf_init(&text, 10000);
	conf_print_monitor(command->spec, true, &text);
	assert_non_null(strstr(text.data, "password = \"pass\""));
	assert_non_null(strstr(text.data, "body = \"bread\""));
	assert_non_null(strstr(text.data, "[\"X-Key: one\", \"X-Key: two\", \"X-None:\", \"X-Env: env:HOME\"]"));
	assert_null(strstr(text.data, "***"));
	buf_finish(&text);
	command_destroy(command);
	spec_release(from);
}

static void some_secrets_are_new(void **state)
{
	struct monitor_spec *from = wired_spec(with_secrets, SPEC_ADDED);
	struct command *command = edited(from, "password = \"***\"", "password = \"fresh\"");
	struct buf text;

	assert_true(wire_fill_secrets(command, from, NULL));
	buf_init(&text, 10000);
	conf_print_monitor(command->spec, true, &text);
	assert_non_null(strstr(text.data, "password = \"fresh\""));
	assert_non_null(strstr(text.data, "body = \"bread\""));
	buf_finish(&text);
	command_destroy(command);
	spec_release(from);
}

static void secrets_that_nobody_has(void **state)
{
	static const struct { const char *old, *new, *part; } rows[] = {
		{ "\"X-None:\"", "\"X-Other: ***\"", "headers: entry 3: *** stands for a secret that nobody has" },
		{ "\"X-None:\"", "\"X-Key: ***\"", "headers: entry 3" },
	};
	struct monitor_spec *from = wired_spec(with_secrets, SPEC_ADDED), *tcp = wired_spec("{ name = \"t\"; tcp = \"a.example:1\"; }", SPEC_ADDED);
	struct command *command;
	struct error err = { 0 };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		command = edited(from, rows[i].old, rows[i].new);
		assert_false(wire_fill_secrets(command, from, &err));
		if (!strstr(err.text, rows[i].part))
			fail_msg("\"%s\" does not hold \"%s\"", err.text, rows[i].part);
		command_destroy(command);
	}
	command = edited(from, "name = \"a\"", "name = \"b\"");
	assert_false(wire_fill_secrets(command, NULL, &err));
	assert_non_null(strstr(err.text, "stands for a secret that nobody has"));
	assert_false(wire_fill_secrets(command, tcp, &err));
	assert_true(command->spec->foreign);	/* as it was */
	command_destroy(command);
	spec_release(from);
	spec_release(tcp);
}

static void replies(void **state)
{
	for (int kind = COMMAND_ADD; kind <= COMMAND_STOP; kind++) {
		struct reply told = { .ticket = 7, .kind = (enum command_kind)kind, .done = true, .monitor = kind }, heard;
		struct json *message;
		struct buf out;

		text_copy(told.text, sizeof told.text, "said \"so\"");
		told.result = result_make(kind == COMMAND_CHECK || kind == COMMAND_TEST ? OUTCOME_WRONG_STATUS : OUTCOME_INTERNAL);
		if (kind == COMMAND_CHECK || kind == COMMAND_TEST) {
			told.result.code = 503;
			told.result.phase_us[PHASE_TOTAL] = 123;
			told.result.phase_us[PHASE_NAME] = 0;
			told.result.cert_expires_us = NOW_US;
			text_copy(told.result.address, sizeof told.result.address, "192.0.2.1:443");
			text_copy(told.result.detail, sizeof told.result.detail, "503 Service Unavailable");
		}
		buf_init(&out, 10000);
		wire_put_reply(&out, &told);
		message = wired_message(out.data);
		assert_true(wire_read_reply(message, &heard, NULL));
		assert_int_equal(heard.ticket, 7);
		assert_int_equal(heard.kind, kind);
		assert_true(heard.done);
		assert_int_equal(heard.monitor, kind);
		assert_string_equal(heard.text, told.text);
		assert_int_equal(heard.result.outcome, told.result.outcome);
		assert_int_equal(heard.result.code, told.result.code);
		assert_memory_equal(heard.result.phase_us, told.result.phase_us, sizeof heard.result.phase_us);
		assert_int_equal(heard.result.cert_expires_us, told.result.cert_expires_us);
		assert_string_equal(heard.result.address, told.result.address);
		assert_string_equal(heard.result.detail, told.result.detail);
		assert_null(heard.result.evidence);
		json_free(message);
		buf_finish(&out);
	}
}

static void bad_replies(void **state)
{
	static const char *const rows[] = {
		"{\"op\":\"reply\"}", "{\"op\":\"reply\",\"do\":\"pause\"}", "{\"op\":\"reply\",\"do\":\"dance\",\"done\":true}",
		"{\"op\":\"reply\",\"do\":\"pause\",\"done\":1}", "{\"op\":\"reply\",\"do\":\"pause\",\"done\":true,\"monitor\":-1}",
		"{\"op\":\"reply\",\"do\":\"check\",\"done\":true,\"phases\":[1]}", "{\"op\":\"reply\",\"do\":\"check\",\"done\":true,\"outcome\":1}",
		"{\"op\":\"reply\",\"do\":\"test\",\"done\":true,\"code\":99999999999}",
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json *message = wired_message(rows[i]);
		struct reply heard;

		if (wire_read_reply(message, &heard, NULL))
			fail_msg("taken: %s", rows[i]);
		json_free(message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_command),
		cmocka_unit_test(defaults_for_what_is_left_out),
		cmocka_unit_test(bad_commands),
		cmocka_unit_test(the_kind_first),
		cmocka_unit_test(secrets_come_back),
		cmocka_unit_test(some_secrets_are_new),
		cmocka_unit_test(secrets_that_nobody_has),
		cmocka_unit_test(replies),
		cmocka_unit_test(bad_replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
