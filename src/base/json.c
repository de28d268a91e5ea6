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
