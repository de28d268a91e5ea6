/*
 * A program is told: the event as JSON on its standard input and in its environment. The helper process runs it, without a shell, with limits
 * and a time; nothing of a message becomes a part of a command line but for a title that is marked as one.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kinds.h"
#include "kumatop/heap.h"
#include "sending.h"
#include "values.h"

enum { INPUT_MOST = 32 << 10, VARIABLE_MOST = 250 };

/* What an apprise knows of how bad it is. */
static const char *const apprise_types[ALERT_LEVEL_COUNT] = { "info", "success", "warning", "failure" };

struct words {
	char *items[HELPER_VARIABLES_MOST + 1];	/* heap; ended by NULL */
	size_t count;
};

static void words_add(struct words *words, char *word)
{
	if (words->count < HELPER_VARIABLES_MOST)
		words->items[words->count++] = word;
	else
		free(word);
}

static void words_finish(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
}

/* KUMATOP_NAME and so on; what stands in no shell script by itself (whole JSON, colours, signatures) is not among them. */
static void make_environment(struct words *words, const struct sending *sending)
{
	static const enum value told[] = {
		VALUE_EVENT, VALUE_SEVERITY, VALUE_NAME, VALUE_STATE, VALUE_WAS, VALUE_TARGET, VALUE_KIND, VALUE_REASON, VALUE_CAUSE, VALUE_SINCE,
		VALUE_TIME, VALUE_DURATION, VALUE_DURATION_S, VALUE_LATENCY, VALUE_MONITORS, VALUE_TAGS, VALUE_GROUP, VALUE_OWNER, VALUE_RUNBOOK,
		VALUE_DESCRIPTION, VALUE_HOST, VALUE_ID, VALUE_INCIDENT, VALUE_TITLE,
	};
	const char *home = getenv("HOME");
	struct values values;

	values_make(&values, sending->channel, sending->message, unix_now_us());
	words_add(words, heap_text("PATH=/usr/local/bin:/usr/bin:/bin"));
	words_add(words, heap_text("LC_ALL=C.UTF-8"));
	if (home)
		words_add(words, heap_print("HOME=%s", home));
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		char *name, *value = values.items[told[i]];
		struct buf cut;

		if (!value)
			continue;
		name = heap_text(channel_value_names[told[i]]);
		for (char *c = name; *c; c++)
			*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
		buf_init(&cut, 4 * (size_t)VARIABLE_MOST + 8);
		template_cut(value, MARKUP_NONE, VARIABLE_MOST, &cut);
		words_add(words, heap_print("KUMATOP_%s=%s", name, cut.data));
		buf_finish(&cut);
		free(name);
	}
	values_finish(&values);
}

/* A digest of very many monitors is cut until it fits. */
static void make_json(const struct alert_message *message, struct buf *out)
{
	for (size_t lines = ALERT_LINES_MOST; ; lines /= 2) {
		struct buf json;

		buf_init(&json, BODY_MOST);
		alert_message_print_json(message, lines, &json);
		if (json.length <= INPUT_MOST || lines == 0) {
			buf_add(out, json.data, json.length);
			buf_add_char(out, '\n');
			buf_finish(&json);
			return;
		}
		buf_finish(&json);
	}
}

static void make_apprise(struct words *words, const struct sending *sending)
{
	const struct channel_spec *channel = sending->channel;
	struct buf title;

	buf_init(&title, 4096);
	alert_message_title(sending->message, &title);
	words_add(words, heap_text(PLAN_VALUE(channel, method)));
	words_add(words, heap_print("--config=%s", PLAN_VALUE(channel, file)));
	if (PLAN_VALUE(channel, topic))
		words_add(words, heap_print("--tag=%s", PLAN_VALUE(channel, topic)));
	words_add(words, heap_print("--notification-type=%s", apprise_types[alert_message_level(sending->message)]));
	words_add(words, heap_text("--input-format=text"));
	words_add(words, heap_print("--title=%s", title.data));
	buf_finish(&title);
}

static void order(struct sending *sending, const struct words *argv, const struct buf *input)
{
	struct words environment = { 0 };
	struct error err;

	make_environment(&environment, sending);
	const struct helper_order made = {
		.ticket = sending->ticket, .argv = (const char *const *)argv->items, .environment = (const char *const *)environment.items,
		.timeout_ms = (int32_t)sending_left_ms(sending),
		.input = input->data, .input_length = input->length,
	};
	if (!helper_send(sending->settings->helper, &made, &err))
		sending_fail(sending, err.code == EXIT_DATA ? ALERT_REFUSED : ALERT_LATER, "%s", err.text);
	words_finish(&environment);
}

void program_start(struct sending *sending)
{
	const struct text_list *command = &sending->channel->settings.command;
	struct words argv = { 0 };
	struct buf input;

	if (!sending->settings->helper) {
		sending_fail(sending, ALERT_LATER, "no programs are run here: the helper process is missing");
		return;
	}
	buf_init(&input, BODY_MOST);
	if (command->count > 0) {
		for (size_t i = 0; i < command->count; i++)
			words_add(&argv, heap_text(command->items[i]));
		make_json(sending->message, &input);
	} else {
		make_apprise(&argv, sending);
		alert_message_text(sending->message, INPUT_MOST / 2, &input);
	}
	order(sending, &argv, &input);
	words_finish(&argv);
	buf_finish(&input);
}

void program_report(struct sending *sending, const struct helper_report *report)
{
	enum alert_outcome outcome = ALERT_LATER;
	int32_t code = -1;
	struct buf text;

	buf_init(&text, HELPER_OUTPUT_MOST + 200);
	switch (report->end) {
	case HELPER_EXITED:
		code = report->status;
		outcome = code == 0 ? ALERT_DELIVERED : ALERT_LATER;
		buf_print(&text, "exit %" PRId32, code);
		break;
	case HELPER_SIGNALLED:
		buf_print(&text, "ended by signal %" PRId32, report->status);
		break;
	case HELPER_OVERRAN:
		buf_add_text(&text, "did not end in time");
		break;
	case HELPER_NOT_STARTED:
		buf_print(&text, "cannot be run: %s", strerror(report->status));
		break;
	}
	if (report->output_length > 0) {
		buf_add_text(&text, ": ");
		buf_add(&text, report->output, report->output_length);
	}
	sending_end(sending, outcome, code, 0, text.data, text.length);
	buf_finish(&text);
}

static bool check_program(const struct channel_spec *spec, struct error *err)
{
	const struct text_list *command = &spec->settings.command;
	const char *program = command->count > 0 ? command->items[0] : spec->settings.method;
	const char *name = command->count > 0 ? "command" : "program";

	if (!program || *program != '/')
		return error_set(err, EXIT_CONFIG, "%s: write the whole path of the program: nothing is searched, and no shell reads it", name);
	return command->count <= HELPER_ARGUMENTS_MOST
	    || error_set(err, EXIT_CONFIG, "%s: has more than %d words", name, (int)HELPER_ARGUMENTS_MOST);
}

const struct channel_way way_program = { .kind = WAY_PROGRAM, .check = check_program };

static const struct setting exec_settings[] = {
	{ .name = "command", .type = SETTING_LIST, SETTING_AT(command), .least = 1, .most = 4000,
	  .summary = "The program and its words; it reads the event as JSON and has it in $KUMATOP_NAME and so on",
	  .example = "[\"/usr/local/bin/tell\", \"ops\"]" },
	END_ROW,
};

const struct channel_kind kind_exec = {
	.name = "exec", .summary = "A program of your own", .settings = exec_settings, .needs = "command", .way = &way_program,
};

/*
 * Apprise: https://github.com/caronc/apprise/wiki/CLI_Usage (1.9, 2025). The addresses stand in its own configuration: as words of the command
 * line everybody on the machine could read them.
 */
static const struct setting apprise_settings[] = {
	TEXT_ROW("config", file, NULL, "Apprise's configuration, which holds the addresses", "\"/etc/apprise.yml\""),
	TEXT_ROW("tag", topic, NULL, "The tag of those that are told; all that have none if not given", "\"ops\""),
	TEXT_ROW("program", method, "/usr/bin/apprise", "Where apprise is", "\"/usr/local/bin/apprise\""),
	END_ROW,
};

const struct channel_kind kind_apprise = {
	.name = "apprise", .summary = "Apprise, for what kumatop has no row for", .settings = apprise_settings, .needs = "config", .way = &way_program,
};
