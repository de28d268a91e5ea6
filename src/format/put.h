/* Values of kumatop as members of a JSON object: what was not observed is null. */
#ifndef KUMATOP_FORMAT_PUT_H
#define KUMATOP_FORMAT_PUT_H

#include <stdint.h>

#include "kumatop/json.h"

void put_moment(struct json *object, const char *key, int64_t us);	/* RFC 3339 UTC; 0: null */
void put_natural(struct json *object, const char *key, int64_t value);	/* negative: null */
void put_ms(struct json *object, const char *key, int64_t us);		/* as milliseconds; negative: null */

#endif
