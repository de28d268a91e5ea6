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

#endif
