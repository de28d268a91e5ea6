/* JSON by jansson, wrapped: struct json is a json_t that nobody else can see. */
#include "kumatop/json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

static json_t *inside(struct json *json)
{
	return (json_t *)json;
}

/* jansson fails on no memory and on values it refuses; the latter are mended before they get here. */
static json_t *made(json_t *value)
{
	if (!value)
		abort();
	return value;
}

struct json *json_new_object(void)
{
	return (struct json *)made(json_object());
}

struct json *json_new_array(void)
{
	return (struct json *)made(json_array());
}

void json_free(struct json *json)
{
	json_decref(inside(json));
}

static json_t *new_text(const char *text)
{
	json_t *value;
	size_t length, room;
	char *clean;

	if (!text)
		return json_null();
	value = json_string(text);
	if (value)
		return value;
	length = strlen(text);
	room = length * 3 + 1;	/* every byte may become U+FFFD */
	clean = heap_zero(room, 1);
	text_sanitize(clean, room, text, length);
	value = made(json_string(clean));
	free(clean);
	return value;
}

static void put(struct json *object, const char *key, json_t *value)
{
	if (json_object_set_new(inside(object), key, made(value)))
		abort();
}

void json_put_text(struct json *object, const char *key, const char *value)
{
	put(object, key, new_text(value));
}

void json_put_integer(struct json *object, const char *key, int64_t value)
{
	put(object, key, json_integer(value));
}

void json_put_real(struct json *object, const char *key, double value)
{
	put(object, key, isfinite(value) ? json_real(value) : json_null());
}

void json_put_flag(struct json *object, const char *key, bool value)
{
	put(object, key, json_boolean(value));
}

void json_put_null(struct json *object, const char *key)
{
	put(object, key, json_null());
}

void json_put(struct json *object, const char *key, struct json *value)
{
	put(object, key, inside(value));
}

void json_append(struct json *array, struct json *value)
{
	if (json_array_append_new(inside(array), made(inside(value))))
		abort();
}

void json_append_text(struct json *array, const char *value)
{
	if (json_array_append_new(inside(array), new_text(value)))
		abort();
}

static int add_part(const char *part, size_t length, void *arg)
{
	return buf_add(arg, part, length) ? 0 : -1;
}

void json_print(const struct json *json, struct buf *out)
{
	/* 15 digits: what a double holds for certain, so that 0.1 is written as 0.1. */
	size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);

	/* It fails when the buffer is full, which the buffer remembers for its owner. */
	if (json_dump_callback((const json_t *)json, add_part, out, flags) && !out->full)
		abort();
}

/*
 * How deep a text nests, before a parser that recurses sees it: brackets outside of strings. What is no JSON may be counted wrong, but
 * is refused by the parser then.
 */
static bool nests_deeper(const char *text, size_t length, int most)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']'))
			depth--;
		if (depth > most)
			return true;
	}
	return false;
}

struct json *json_parse(const char *text, size_t length, int depth_most, struct error *err)
{
	json_error_t fault;
	json_t *value;

	if (nests_deeper(text, length, depth_most)) {
		error_set(err, EXIT_DATA, "it nests deeper than %d", depth_most);
		return NULL;
	}
	value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault);
	if (!value)
		error_set(err, EXIT_DATA, "no JSON at byte %d: %s", fault.position, fault.text);
	return (struct json *)value;
}

static const json_t *looked_at(const struct json *json)
{
	return (const json_t *)json;
}

const struct json *json_get(const struct json *object, const char *key)
{
	const json_t *value = json_object_get(looked_at(object), key);

	return value && !json_is_null(value) ? (const struct json *)value : NULL;
}

const char *json_read_text(const struct json *json)
{
	return json_string_value(looked_at(json));
}

bool json_read_integer(const struct json *json, int64_t *value)
{
	const json_t *number = looked_at(json);

	if (!json_is_integer(number))
		return false;
	*value = json_integer_value(number);
	return true;
}

const char *json_get_text(const struct json *object, const char *key)
{
	return json_read_text(json_get(object, key));
}

bool json_get_integer(const struct json *object, const char *key, int64_t *value)
{
	return json_read_integer(json_get(object, key), value);
}

bool json_get_real(const struct json *object, const char *key, double *value)
{
	const json_t *number = looked_at(json_get(object, key));

	if (!json_is_number(number))
		return false;
	*value = json_number_value(number);
	return true;
}

bool json_get_flag(const struct json *object, const char *key, bool *value)
{
	const json_t *flag = looked_at(json_get(object, key));

	if (!json_is_boolean(flag))
		return false;
	*value = json_is_true(flag);
	return true;
}

/* What iterates does not change what it goes through, but is not declared so. */
const char *json_key(const struct json *object, size_t index)
{
	json_t *whole = (json_t *)(uintptr_t)object;
	void *at = json_object_iter(whole);

	while (at && index-- > 0)
		at = json_object_iter_next(whole, at);
	return at ? json_object_iter_key(at) : NULL;
}

size_t json_count(const struct json *array)
{
	return json_array_size(looked_at(array));
}

const struct json *json_at(const struct json *array, size_t index)
{
	return (const struct json *)json_array_get(looked_at(array), index);
}
