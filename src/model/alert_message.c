/* A message as a value: built, counted, written as JSON and read back. What people read of it is alert_text.c. */
#include "kumatop/alert_message.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

enum { JSON_DEPTH = 4, VALUE_SIZE = 2048, TEXT_MOST = 8192 };	/* bytes */

struct kind_row {
	const char *word, *said, *emoji;
	enum alert_level level;
};

static const struct kind_row kinds[ALERT_KIND_COUNT] = {
#define X(name, word, said, level, emoji) { word, said, emoji, ALERT_LEVEL_##level },
	ALERT_KIND_TABLE(X)
#undef X
};

static const char *const level_words[ALERT_LEVEL_COUNT] = { "info", "good", "warning", "critical" };

static bool is_kind(int kind)
{
	return kind >= 0 && kind < ALERT_KIND_COUNT;
}

const char *alert_kind_word(int kind)
{
	return is_kind(kind) ? kinds[kind].word : "?";
}

int alert_kind_by_word(const char *word)
{
	for (int i = 0; i < ALERT_KIND_COUNT; i++) {
		if (strcmp(kinds[i].word, word) == 0)
			return i;
	}
	return -1;
}

const char *alert_level_word(int level)
{
	return level >= 0 && level < ALERT_LEVEL_COUNT ? level_words[level] : "?";
}

/* A digest is as bad as its worst line, a certificate worse once it has lapsed. */
enum alert_level alert_message_level(const struct alert_message *message)
{
	enum alert_level worst = ALERT_LEVEL_INFO;

	if (message->kind == ALERT_CERTIFICATE && message->cert_expires_us != 0 && message->cert_expires_us <= message->time_us)
		return ALERT_LEVEL_CRITICAL;
	if (message->kind != ALERT_DIGEST || message->line_count == 0)
		return kinds[message->kind].level;
	for (size_t i = 0; i < message->line_count; i++) {
		if (kinds[message->lines[i].kind].level > worst)
			worst = kinds[message->lines[i].kind].level;
	}
	return worst;
}

const char *alert_message_emoji(const struct alert_message *message)
{
	static const char *const by_level[ALERT_LEVEL_COUNT] = {
		"\xf0\x9f\x94\xb5", "\xf0\x9f\x9f\xa2", "\xf0\x9f\x9f\xa1", "\xf0\x9f\x94\xb4",
	};

	return message->kind == ALERT_DIGEST ? by_level[alert_message_level(message)] : kinds[message->kind].emoji;
}

const char *alert_message_state(const struct alert_message *message)
{
	return kinds[message->kind].said;
}

struct alert_message *alert_message_create(enum alert_kind kind)
{
	struct alert_message *message = heap_zero(1, sizeof *message);

	assert(is_kind((int)kind));
	atomic_init(&message->holders, 1);
	message->kind = kind;
	message->latency_us = -1;
	return message;
}

struct alert_message *alert_message_hold(struct alert_message *message)
{
	if (message)
		atomic_fetch_add_explicit(&message->holders, 1, memory_order_relaxed);
	return message;
}

/* The texts of a message by the names JSON has for them. */
static const struct text_field {
	const char *key;
	size_t offset;
} text_fields[] = {
	{ "id", offsetof(struct alert_message, id) },
	{ "incident", offsetof(struct alert_message, incident) },
	{ "was", offsetof(struct alert_message, was) },
	{ "name", offsetof(struct alert_message, name) },
	{ "kind", offsetof(struct alert_message, target_kind) },
	{ "target", offsetof(struct alert_message, target) },
	{ "reason", offsetof(struct alert_message, reason) },
	{ "cause", offsetof(struct alert_message, cause) },
	{ "tags", offsetof(struct alert_message, tags) },
	{ "group", offsetof(struct alert_message, group) },
	{ "owner", offsetof(struct alert_message, owner) },
	{ "runbook", offsetof(struct alert_message, runbook) },
	{ "description", offsetof(struct alert_message, description) },
	{ "host", offsetof(struct alert_message, host) },
};

enum { TEXT_FIELDS = sizeof text_fields / sizeof *text_fields };

static char **text_of(struct alert_message *message, const struct text_field *field)
{
	return (char **)(void *)((char *)message + field->offset);
}

static const char *text_in(const struct alert_message *message, const struct text_field *field)
{
	return *(char *const *)(const void *)((const char *)message + field->offset);
}

void alert_message_release(struct alert_message *message)
{
	if (!message || atomic_fetch_sub_explicit(&message->holders, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < TEXT_FIELDS; i++)
		free(*text_of(message, &text_fields[i]));
	for (size_t i = 0; i < message->line_count; i++) {
		free(message->lines[i].name);
		free(message->lines[i].reason);
	}
	free(message->lines);
	free(message);
}

void alert_set(char **field, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	size_t room = length * 3 + 1;	/* every byte may become U+FFFD */
	char *clean;

	free(*field);
	*field = NULL;
	if (length == 0)
		return;
	room = room < VALUE_SIZE ? room : VALUE_SIZE;
	clean = heap_zero(room, 1);
	text_sanitize(clean, room, text, length);
	*field = clean;
}

void alert_add_line(struct alert_message *message, enum alert_kind kind, const char *name, const char *reason, int64_t since_us)
{
	struct alert_line *line;

	assert(is_kind((int)kind));
	if (message->line_count == ALERT_LINES_MOST) {
		message->more++;
		return;
	}
	message->lines = heap_resize(message->lines, message->line_count + 1, sizeof *message->lines);
	line = &message->lines[message->line_count++];
	*line = (struct alert_line){ .kind = kind, .since_us = since_us };
	alert_set(&line->name, name ? name : "?");
	alert_set(&line->reason, reason);
}

/* Receivers read times as text; ours are exact to the microsecond beside them. */
static void put_time(struct json *json, const char *key, const char *exact_key, int64_t us)
{
	char text[40];

	if (us == 0)
		return;
	json_put_text(json, key, moment_print(us, text, sizeof text));
	json_put_integer(json, exact_key, us);
}

/* A message may come from a database that somebody else wrote to. What is not known is left out. */
static void put_clean(struct json *json, const char *key, const char *text)
{
	char clean[VALUE_SIZE];

	if (!text)
		return;
	text_sanitize(clean, sizeof clean, text, strlen(text));
	json_put_text(json, key, clean);
}

static struct json *lines_json(const struct alert_message *message, size_t most)
{
	struct json *lines = json_new_array();

	for (size_t i = 0; i < message->line_count && i < most; i++) {
		const struct alert_line *line = &message->lines[i];
		struct json *one = json_new_object();

		json_put_text(one, "event", alert_kind_word((int)line->kind));
		put_clean(one, "name", line->name);
		put_clean(one, "reason", line->reason);
		put_time(one, "since", "since_us", line->since_us);
		json_append(lines, one);
	}
	return lines;
}

void alert_message_print_json(const struct alert_message *message, size_t lines_most, struct buf *out)
{
	size_t left = message->line_count > lines_most ? message->line_count - lines_most : 0;
	struct json *json = json_new_object();
	char clean[TEXT_MOST];
	struct buf text;

	buf_init(&text, 16 * (size_t)TEXT_MOST);
	json_put_text(json, "event", alert_kind_word((int)message->kind));
	json_put_text(json, "severity", alert_level_word((int)alert_message_level(message)));
	for (size_t i = 0; i < TEXT_FIELDS; i++)
		put_clean(json, text_fields[i].key, text_in(message, &text_fields[i]));
	put_time(json, "time", "time_us", message->time_us);
	put_time(json, "since", "since_us", message->since_us);
	put_time(json, "cert_expires", "cert_expires_us", message->cert_expires_us);
	if (message->lasted_us > 0)
		json_put_integer(json, "duration_us", message->lasted_us);
	if (message->latency_us >= 0)
		json_put_integer(json, "latency_us", message->latency_us);
	if (message->repeat > 0)
		json_put_integer(json, "repeat", message->repeat);
	if (message->escalated)
		json_put_flag(json, "escalated", true);
	if (message->line_count > 0)
		json_put(json, "monitors", lines_json(message, lines_most));
	if (message->more + left > 0)
		json_put_integer(json, "more", (int64_t)(message->more + left));
	alert_message_title(message, &text);
	put_clean(json, "title", text.data);
	buf_clear(&text);
	alert_message_text(message, TEXT_MOST, &text);
	text_sanitize_lines(clean, sizeof clean, text.data, text.length);
	json_put_text(json, "text", clean);
	json_print(json, out);
	buf_finish(&text);
	json_free(json);
}

static bool read_line(struct alert_message *message, const struct json *one)
{
	const char *event = json_get_text(one, "event"), *name = json_get_text(one, "name");
	int kind = event ? alert_kind_by_word(event) : -1;
	int64_t since_us = 0;

	json_get_integer(one, "since_us", &since_us);
	if (kind < 0 || !name)
		return false;
	alert_add_line(message, (enum alert_kind)kind, name, json_get_text(one, "reason"), since_us);
	return true;
}

static int64_t whole(const struct json *json, const char *key, int64_t fallback, int64_t most)
{
	int64_t value = fallback;

	json_get_integer(json, key, &value);
	return value < fallback || value > most ? fallback : value;
}

static bool fill(struct alert_message *message, const struct json *json)
{
	const struct json *lines = json_get(json, "monitors");

	for (size_t i = 0; i < TEXT_FIELDS; i++)
		alert_set(text_of(message, &text_fields[i]), json_get_text(json, text_fields[i].key));
	message->time_us = whole(json, "time_us", 0, INT64_MAX);
	message->since_us = whole(json, "since_us", 0, INT64_MAX);
	message->cert_expires_us = whole(json, "cert_expires_us", 0, INT64_MAX);
	message->lasted_us = whole(json, "duration_us", 0, INT64_MAX);
	message->latency_us = (int32_t)whole(json, "latency_us", -1, INT32_MAX);
	message->repeat = (uint32_t)whole(json, "repeat", 0, UINT32_MAX);
	json_get_flag(json, "escalated", &message->escalated);
	for (size_t i = 0; i < json_count(lines); i++) {
		if (!read_line(message, json_at(lines, i)))
			return false;
	}
	message->more += (size_t)whole(json, "more", 0, INT32_MAX);
	return true;
}

struct alert_message *alert_message_read_json(const char *text, size_t length, struct error *err)
{
	struct json *json = json_parse(text, length, JSON_DEPTH, err);
	const char *event = json ? json_get_text(json, "event") : NULL;
	int kind = event ? alert_kind_by_word(event) : -1;
	struct alert_message *message = kind >= 0 ? alert_message_create((enum alert_kind)kind) : NULL;

	if (json && (!message || !fill(message, json))) {
		error_set(err, EXIT_DATA, "is no alert: \"event\" is missing or not known");
		alert_message_release(message);
		message = NULL;
	}
	json_free(json);
	return message;
}
