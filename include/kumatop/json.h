/*
 * JSON, written and read by jansson, wrapped here once. Objects keep the order in which keys were set. Text is expected to be
 * sanitised; what is not valid UTF-8 is sanitised on the way in, so writing cannot fail.
 */
#ifndef KUMATOP_JSON_H
#define KUMATOP_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/buf.h"
#include "kumatop/error.h"

struct json;	/* one value; owned by its maker until it is put into another */

struct json *json_new_object(void);
struct json *json_new_array(void);
void json_free(struct json *json);	/* accepts NULL */

void json_put_text(struct json *object, const char *key, const char *value);	/* NULL becomes null */
void json_put_integer(struct json *object, const char *key, int64_t value);
void json_put_real(struct json *object, const char *key, double value);		/* NaN becomes null */
void json_put_flag(struct json *object, const char *key, bool value);
void json_put_null(struct json *object, const char *key);
void json_put(struct json *object, const char *key, struct json *value);	/* takes ownership of value */
void json_append(struct json *array, struct json *value);			/* takes ownership of value */
void json_append_text(struct json *array, const char *value);

/* Compact, on one line, without a newline. */
void json_print(const struct json *json, struct buf *out);

/*
 * Reading what somebody sent. text need not end with a NUL. NULL with err for what is no JSON, nests deeper than depth_most, has a key
 * twice or something behind it. What json_get…() gives is borrowed from the value it is in.
 */
struct json *json_parse(const char *text, size_t length, int depth_most, struct error *err);

const struct json *json_get(const struct json *object, const char *key);	/* NULL: no such key, null, or no object */
const char *json_get_text(const struct json *object, const char *key);		/* NULL: not there, or no text */
/* false, with *value as it was: not there, or of another type. A real number is no integer. */
bool json_get_integer(const struct json *object, const char *key, int64_t *value);
bool json_get_real(const struct json *object, const char *key, double *value);	/* an integer is one, too */
bool json_get_flag(const struct json *object, const char *key, bool *value);

/* The keys of an object in the order they stand in; NULL: beyond the end, or no object. */
const char *json_key(const struct json *object, size_t index);

size_t json_count(const struct json *array);			/* 0 for what is no array; accepts NULL */
const struct json *json_at(const struct json *array, size_t index);	/* NULL: beyond the end */
const char *json_read_text(const struct json *json);		/* NULL: no text; accepts NULL */
bool json_read_integer(const struct json *json, int64_t *value);	/* accepts NULL */

#endif
