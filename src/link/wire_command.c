/* Commands and their replies as lines. Whether somebody may is not asked here. */
#include <stdlib.h>

#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "wire_parts.h"

enum { KINDS = COMMAND_STOP + 1 };

struct command_row {
	const char *word;
	bool monitor;		/* it is about one */
	bool spec;		/* it brings one */
};

static const struct command_row rows[KINDS] = {
	[COMMAND_ADD] = { "add", false, true },
	[COMMAND_EDIT] = { "edit", true, true },
	[COMMAND_REMOVE] = { "remove", true, false },
	[COMMAND_PAUSE] = { "pause", true, false },
	[COMMAND_RESUME] = { "resume", true, false },
	[COMMAND_CHECK] = { "check", true, false },
	[COMMAND_TEST] = { "test", false, true },
	[COMMAND_ACKNOWLEDGE] = { "acknowledge", true, false },
	[COMMAND_RELOAD] = { "reload", false, false },
	[COMMAND_STOP] = { "stop", false, false },
};

static const char *kind_word(int kind)
{
	return rows[kind].word;
}

static const struct wire_words kinds = { kind_word, KINDS, -1 };

static const struct wire_field result_fields[] = {
	{ "outcome", FIELD_U32, offsetof(struct check_result, outcome), 0, OUTCOME_COUNT - 1, &wire_outcomes, 0 },
	{ "code", FIELD_I32, offsetof(struct check_result, code), INT32_MIN, INT32_MAX, NULL, 0 },
	WIRE_PHASES("phases", struct check_result, phase_us),
	WIRE_TIME("cert_expires", struct check_result, cert_expires_us),
	{ .key = NULL },
};

_Static_assert(sizeof(enum outcome) == sizeof(uint32_t), "outcomes are read and written as 32 bits");

static void add_ticket(struct buf *out, uint64_t ticket)
{
	line_add_integer(out, "ticket", ticket > INT64_MAX ? 0 : (int64_t)ticket);
}

void wire_put_command(struct buf *out, const struct command *command)
{
	line_begin(out, "command");
	add_ticket(out, command->ticket);
	line_add_text(out, "do", kind_word((int)command->kind));
	if (command->monitor)
		line_add_integer(out, "monitor", command->monitor);
	if (command->until_us)
		line_add_integer(out, "until", command->until_us);
	if (command->by_hand)
		line_add_flag(out, "by_hand", true);
	if (command->spec)
		line_add_spec(out, command->spec, true);
	line_end(out);
}

bool wire_command_kind(const struct json *message, enum command_kind *kind, monitor_id *monitor)
{
	int found = words_find(&kinds, json_get_text(message, "do"));
	int64_t id = 0;

	if (found < 0 || (json_get(message, "monitor") && (!json_get_integer(message, "monitor", &id) || id < 0)))
		return false;
	*kind = (enum command_kind)found;
	*monitor = id;
	return true;
}

static bool read_command(const struct json *message, const struct conf_settings *defaults, struct command *command, struct error *err)
{
	const struct command_row *row = &rows[command->kind];

	if (row->monitor && command->monitor == 0)
		return wire_refuse(err, "monitor");
	if (json_get(message, "until") && (!json_get_integer(message, "until", &command->until_us) || command->until_us < 0
	    || command->until_us > WIRE_TIME_MOST))
		return wire_refuse(err, "until");
	json_get_flag(message, "by_hand", &command->by_hand);
	if (row->spec)
		command->spec = spec_take(message, defaults, SPEC_ADDED, err);
	return !row->spec || command->spec;
}

struct command *wire_read_command(const struct json *message, const struct conf_settings *defaults, struct error *err)
{
	enum command_kind kind;
	monitor_id monitor;
	struct command *command;

	if (!wire_command_kind(message, &kind, &monitor)) {
		wire_refuse(err, "do");
		return NULL;
	}
	command = command_create(kind, monitor);
	command->ticket = wire_ticket(message);
	if (read_command(message, defaults, command, err))
		return command;
	command_destroy(command);
	return NULL;
}

bool wire_fill_secrets(struct command *command, const struct monitor_spec *from, struct error *err)
{
	struct monitor_spec *spec;
	bool related;

	if (!command->spec)
		return true;
	spec = spec_copy(command->spec);
	related = from && from->kind == spec->kind;
	spec->foreign = false;
	if (from && command->kind == COMMAND_EDIT) {
		spec->origin = from->origin;
		free(spec->file);
		spec->file = from->file ? heap_text(from->file) : NULL;
		spec->line = from->line;
	}
	if ((spec->settings && !settings_keep_secrets(spec->kind->settings, spec->settings, related ? from->settings : NULL, err))
	    || !spec_seal(spec, err)) {
		spec_release(spec);
		return false;
	}
	spec_release(command->spec);
	command->spec = spec;
	return true;
}

static bool has_result(const struct reply *reply)
{
	return reply->done && (reply->kind == COMMAND_TEST || reply->kind == COMMAND_CHECK);
}

void wire_put_reply(struct buf *out, const struct reply *reply)
{
	line_begin(out, "reply");
	add_ticket(out, reply->ticket);
	line_add_text(out, "do", kind_word((int)reply->kind));
	line_add_flag(out, "done", reply->done);
	if (reply->denied)
		line_add_flag(out, "denied", true);
	if (reply->monitor)
		line_add_integer(out, "monitor", reply->monitor);
	line_add_text(out, "text", reply->text);
	if (has_result(reply)) {
		fields_add(result_fields, NULL, &reply->result, out);
		line_add_text(out, "address", reply->result.address);
		line_add_text(out, "detail", reply->result.detail);
	}
	line_end(out);
}

bool wire_read_reply(const struct json *message, struct reply *reply, struct error *err)
{
	*reply = (struct reply){ .ticket = wire_ticket(message) };
	if (!wire_command_kind(message, &reply->kind, &reply->monitor))
		return wire_refuse(err, "do");
	if (!json_get_flag(message, "done", &reply->done))
		return wire_refuse(err, "done");
	json_get_flag(message, "denied", &reply->denied);
	text_take(message, "text", reply->text, sizeof(reply->text));
	if (!has_result(reply)) {
		reply->result = result_make(OUTCOME_INTERNAL);
		return true;
	}
	text_take(message, "address", reply->result.address, sizeof(reply->result.address));
	text_take(message, "detail", reply->result.detail, sizeof(reply->result.detail));
	return fields_read(result_fields, message, &reply->result, err);
}
