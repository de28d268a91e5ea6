/*
 * Any bytes from a viewer, as an owner reads them: lines, messages, and every reader. What is refused is refused with a reason, what is taken
 * is within its range and says the same when it is sent on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/conf.h"
#include "kumatop/text.h"
#include "kumatop/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fine)
{
	if (!fine)
		abort();
}

/* What was written reads back. */
static struct json *again(struct buf *out)
{
	struct json *message = wire_parse(out->data, out->length - 1, NULL);

	require(message && !out->full && out->data[out->length - 1] == '\n' && strlen(out->data) == out->length);
	buf_clear(out);
	return message;
}

static void read_hello(const struct json *message)
{
	struct wire_hello hello;
	struct error err = { 0 };

	if (wire_read_hello(message, true, &hello, &err))
		require(hello.protocol == WIRE_PROTOCOL && text_is_clean(hello.version));
	else
		require(*err.text);
}

static void read_watch(const struct json *message, struct buf *out)
{
	struct wire_watch watch, back;
	struct error err = { 0 };

	if (!wire_read_watch(message, &watch, &err)) {
		require(*err.text);
		return;
	}
	require(watch.name_count <= WIRE_NAMES_MOST);
	wire_put_watch(out, &watch);
	struct json *copy = again(out);
	require(wire_read_watch(copy, &back, NULL) && back.name_count == watch.name_count && back.health_only == watch.health_only);
	for (size_t i = 0; i < watch.name_count; i++) {
		require(strcmp(watch.names[i], back.names[i]) == 0);
		(void)text_glob(watch.names[i], "www.example");
	}
	wire_watch_finish(&back);
	wire_watch_finish(&watch);
	json_free(copy);
}

static void read_command(const struct json *message, struct buf *out)
{
	struct error err = { 0 };
	struct command *command = wire_read_command(message, NULL, &err), *back;
	enum command_kind kind;
	monitor_id monitor;

	if (!command) {
		require(*err.text);
		return;
	}
	require(wire_command_kind(message, &kind, &monitor) && kind == command->kind && monitor == command->monitor && monitor >= 0);
	require(command->until_us >= 0);
	wire_put_command(out, command);
	struct json *copy = again(out);
	back = wire_read_command(copy, NULL, &err);
	require(back && back->kind == command->kind && back->monitor == command->monitor && back->until_us == command->until_us);
	require((back->spec != NULL) == (command->spec != NULL));
	if (command->spec) {
		require(command->spec->foreign && text_is_clean(command->spec->name) && spec_equal(command->spec, back->spec));
		/* with itself as what there was: secrets that were not shown are not to be had there */
		if (!wire_fill_secrets(back, command->spec, &err))
			require(*err.text);
		else
			require(!back->spec->foreign);
	}
	json_free(copy);
	command_destroy(back);
	command_destroy(command);
}

static void read_ask(const struct json *message, struct buf *out)
{
	struct history_query query, back;
	struct error err = { 0 };

	if (!wire_read_ask(message, &query, &err)) {
		require(*err.text);
		return;
	}
	require(query.columns <= HISTORY_COLUMNS_MOST && query.most <= HISTORY_EVENTS_MOST && query.monitor >= 0);
	wire_put_ask(out, &query);
	struct json *copy = again(out);
	require(wire_read_ask(copy, &back, NULL) && back.from_us == query.from_us && back.to_us == query.to_us);
	require(back.ticket == query.ticket && back.kind == query.kind && back.most == query.most && back.columns == query.columns);
	require(back.forward == query.forward && back.objective_us == query.objective_us);
	json_free(copy);
}

static void read_line(const char *line, size_t length, struct buf *out)
{
	struct error err = { 0 };
	struct json *message = wire_parse(line, length, &err);

	if (!message) {
		require(*err.text);
		return;
	}
	require(wire_op(message) != NULL);
	(void)wire_ticket(message);
	read_hello(message);
	read_watch(message, out);
	read_command(message, out);
	read_ask(message, out);
	/* whatever an owner writes of what came */
	wire_put_refusal(out, wire_op(message));
	json_free(again(out));
	json_free(message);
}

/* The first byte: in pieces of which length they come. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_lines lines;
	struct buf out;
	size_t piece, length;
	const char *line;

	if (size < 2 || size > 1 << 16)
		return 0;
	piece = (size_t)data[0] + 1;
	wire_lines_init(&lines, 1 << 14);
	buf_init(&out, 1 << 20);
	for (size_t at = 1; at < size; at += piece) {
		bool fine = wire_lines_feed(&lines, (const char *)data + at, size - at < piece ? size - at : piece);

		while ((line = wire_lines_next(&lines, &length)) != NULL) {
			require(length <= 1 << 14 && line[length] == '\0');
			read_line(line, length, &out);
		}
		if (!fine)
			break;
	}
	buf_finish(&out);
	wire_lines_finish(&lines);
	return 0;
}
