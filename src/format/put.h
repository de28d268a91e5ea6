/* Values of kumatop as members of a JSON object (what was not observed is null), and what several texts say alike. */
#ifndef KUMATOP_FORMAT_PUT_H
#define KUMATOP_FORMAT_PUT_H

#include <stdint.h>

#include "kumatop/json.h"

void put_moment(struct json *object, const char *key, int64_t us);	/* RFC 3339 UTC; 0: null */
void put_natural(struct json *object, const char *key, int64_t value);	/* negative: null */
void put_ms(struct json *object, const char *key, int64_t us);		/* as milliseconds; negative: null */

void put_seconds(struct json *object, const char *key, int64_t us);	/* as seconds with milliseconds; negative: null */

/* Why: the detail, or what the outcome (-1: none) means; both where "503 Service Unavailable" alone does not say what is wrong. */
void add_reason(struct buf *out, int outcome, const char *detail);

#endif
