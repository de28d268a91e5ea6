/*
 * The frame of the protocol: bytes to lines, lines to messages, and what both sides say first and last. Pictures are wire_pass.c and
 * wire_mirror.c, commands wire_command.c, questions about the past wire_history.c.
 */
#include "kumatop/wire.h"

#include <inttypes.h>
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "wire_parts.h"

enum {
	CHUNK_MOST = 256 * 1024,	/* bytes fed at once, at the most, before lines are taken out */
	PATTERNS_MOST = 64 * 1024,	/* bytes of all patterns of a watch */
	STARRED_MOST = 4 * 1024,	/* bytes of those with a star: each may cost as much as it and a name are long, multiplied */
};

void wire_lines_init(struct wire_lines *lines, size_t most)
{
	*lines = (struct wire_lines){ .most = most };
	buf_init(&lines->bytes, 2 * most + CHUNK_MOST);
}

void wire_lines_finish(struct wire_lines *lines)
{
	buf_finish(&lines->bytes);
}

/* Moves what is left to the front, once that is no longer than what was given out: each byte moves few times. */
static void make_room(struct wire_lines *lines)
{
	size_t left = lines->bytes.length - lines->begin;

	if (lines->begin < left || lines->begin == 0)
		return;
	memmove(lines->bytes.data, lines->bytes.data + lines->begin, left);
	lines->bytes.length = left;
	lines->bytes.data[left] = '\0';
	lines->seen -= lines->begin;
	lines->begin = 0;
}

/* Where the line that begins at lines->begin ends, or NULL. */
static char *find_end(struct wire_lines *lines)
{
	char *end = memchr(lines->bytes.data + lines->seen, '\n', lines->bytes.length - lines->seen);

	lines->seen = end ? (size_t)(end - lines->bytes.data) : lines->bytes.length;
	if (lines->seen - lines->begin > lines->most)
		lines->broken = true;
	return lines->broken ? NULL : end;
}

bool wire_lines_feed(struct wire_lines *lines, const char *data, size_t length)
{
	if (lines->broken)
		return false;
	make_room(lines);
	if (!buf_add(&lines->bytes, data, length))
		lines->broken = true;
	else
		find_end(lines);
	return !lines->broken;
}

const char *wire_lines_next(struct wire_lines *lines, size_t *length)
{
	char *line = lines->bytes.data + lines->begin, *end = lines->broken ? NULL : find_end(lines);

	if (!end)
		return NULL;
	*end = '\0';
	*length = (size_t)(end - line);
	lines->begin = lines->seen = (size_t)(end - lines->bytes.data) + 1;
	return line;
}

struct json *wire_parse(const char *line, size_t length, struct error *err)
{
	struct json *message = json_parse(line, length, WIRE_DEPTH_MOST, err);

	if (message && !wire_op(message)) {
		error_set(err, EXIT_DATA, "a message without \"op\"");
		json_free(message);
		return NULL;
	}
	return message;
}

const char *wire_op(const struct json *message)
{
	return json_get_text(message, "op");
}

uint64_t wire_ticket(const struct json *message)
{
	int64_t ticket = 0;

	return json_get_integer(message, "ticket", &ticket) && ticket > 0 ? (uint64_t)ticket : 0;
}

void wire_put_viewer_hello(struct buf *out, const char *version)
{
	line_begin(out, "hello");
	line_add_integer(out, "protocol", WIRE_PROTOCOL);
	line_add_text(out, "version", version);
	line_end(out);
}

void wire_put_owner_hello(struct buf *out, const struct wire_hello *hello)
{
	line_begin(out, "hello");
	line_add_integer(out, "protocol", WIRE_PROTOCOL);
	line_add_text(out, "version", hello->version);
	line_add_text(out, "host", hello->host);
	line_add_text(out, "owner", hello->owner);
	line_add_text(out, "database", hello->database);
	line_add_text(out, "configuration", hello->configuration);
	line_add_integer(out, "pid", hello->pid);
	line_add_text(out, "user", hello->user);
	line_add_text(out, "role", access_role_word((int)hello->role));
	line_end(out);
}

/* Told to the person at the viewer, whoever found out. */
static bool check_protocol(int64_t protocol, bool as_owner, struct error *err)
{
	int64_t owner = as_owner ? WIRE_PROTOCOL : protocol, viewer = as_owner ? protocol : WIRE_PROTOCOL;

	if (owner == viewer)
		return true;
	if (viewer < owner)
		return error_set(err, EXIT_UNAVAILABLE, "this kumatop speaks protocol %" PRId64 ", the other %" PRId64 ": update this one", viewer, owner);
	return error_set(err, EXIT_UNAVAILABLE, "this kumatop speaks protocol %" PRId64 ", the other %" PRId64 ": the other is older: update and "
	    "restart it", viewer, owner);
}

bool wire_read_hello(const struct json *message, bool as_owner, struct wire_hello *hello, struct error *err)
{
	const char *op = wire_op(message);
	int role;

	*hello = (struct wire_hello){ 0 };
	if (!op || strcmp(op, "hello") != 0 || !json_get_integer(message, "protocol", &hello->protocol) || hello->protocol < 1)
		return error_set(err, EXIT_DATA, "it does not say hello as a kumatop does");
	text_take(message, "version", hello->version, sizeof(hello->version));
	if (!check_protocol(hello->protocol, as_owner, err))
		return false;
	if (as_owner)
		return true;
	text_take(message, "host", hello->host, sizeof(hello->host));
	text_take(message, "owner", hello->owner, sizeof(hello->owner));
	text_take(message, "database", hello->database, sizeof(hello->database));
	text_take(message, "configuration", hello->configuration, sizeof(hello->configuration));
	text_take(message, "user", hello->user, sizeof(hello->user));
	role = words_find(&wire_roles, json_get_text(message, "role"));
	if (role <= ACCESS_NONE)
		return wire_refuse(err, "role");
	hello->role = (enum access_role)role;
	json_get_integer(message, "pid", &hello->pid);
	return true;
}

void wire_put_refusal(struct buf *out, const char *text)
{
	line_begin(out, "refused");
	line_add_text(out, "text", text);
	line_end(out);
}

void wire_put_bye(struct buf *out, const char *text, bool again)
{
	line_begin(out, "bye");
	line_add_text(out, "text", text);
	line_add_flag(out, "again", again);
	line_end(out);
}

void wire_put_watch(struct buf *out, const struct wire_watch *watch)
{
	line_begin(out, "watch");
	line_add_text(out, "what", watch->health_only ? "health" : "board");
	if (watch->name_count > 0)
		line_add_key(out, "names");
	for (size_t i = 0; i < watch->name_count; i++) {
		buf_add_char(out, i ? ',' : '[');
		line_add_quoted(out, watch->names[i]);
	}
	if (watch->name_count > 0)
		buf_add_char(out, ']');
	line_end(out);
}

static bool read_names(const struct json *names, struct wire_watch *watch, struct error *err)
{
	size_t count = json_count(names), bytes = 0, starred = 0;

	if (count > WIRE_NAMES_MOST)
		return error_set(err, EXIT_DATA, "too many names to watch (%zu): at most %d", count, (int)WIRE_NAMES_MOST);
	watch->names = count ? heap_zero(count, sizeof(*watch->names)) : NULL;
	for (size_t i = 0; i < count; i++) {
		const char *name = json_read_text(json_at(names, i));

		bytes += name ? strlen(name) : 0;
		if (!name || bytes > PATTERNS_MOST)
			return wire_refuse(err, "names");
		starred += strchr(name, '*') ? strlen(name) : 0;
		if (starred > STARRED_MOST)
			return error_set(err, EXIT_DATA, "too many patterns with a star to watch: at most %d bytes of them", (int)STARRED_MOST);
		watch->names[watch->name_count++] = heap_text(name);
	}
	return true;
}

bool wire_read_watch(const struct json *message, struct wire_watch *watch, struct error *err)
{
	const char *what = json_get_text(message, "what");

	*watch = (struct wire_watch){ .health_only = what && strcmp(what, "health") == 0 };
	if (!what || (!watch->health_only && strcmp(what, "board") != 0))
		return error_set(err, EXIT_DATA, "what is to be watched? \"board\" or \"health\"");
	if (read_names(json_get(message, "names"), watch, err))
		return true;
	wire_watch_finish(watch);
	return false;
}

void wire_watch_finish(struct wire_watch *watch)
{
	for (size_t i = 0; i < watch->name_count; i++)
		free(watch->names[i]);
	free(watch->names);
	*watch = (struct wire_watch){ 0 };
}
