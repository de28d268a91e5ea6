/* Values of kumatop as members of a JSON object; see put.h. */
#include "put.h"

#include <ctype.h>

#include "kumatop/outcome.h"
#include "kumatop/when.h"

void put_moment(struct json *object, const char *key, int64_t us)
{
	char text[40];

	json_put_text(object, key, us ? moment_print(us, text, sizeof(text)) : NULL);
}

void put_natural(struct json *object, const char *key, int64_t value)
{
	if (value >= 0)
		json_put_integer(object, key, value);
	else
		json_put_null(object, key);
}

void put_ms(struct json *object, const char *key, int64_t us)
{
	if (us >= 0)
		json_put_real(object, key, (double)us / 1000.0);
	else
		json_put_null(object, key);
}

void put_seconds(struct json *object, const char *key, int64_t us)
{
	int64_t ms = (us + 500) / 1000;

	if (us >= 0)
		json_put_real(object, key, (double)ms / 1000.0);
	else
		json_put_null(object, key);
}

void add_reason(struct buf *out, int outcome, const char *detail)
{
	const char *sentence = outcome >= 0 ? outcome_row(outcome)->sentence : "";

	if (*detail && (outcome <= OUTCOME_OK || !isdigit((unsigned char)*detail)))
		buf_add_text(out, detail);
	else if (*detail)
		buf_print(out, "%s: %s", sentence, detail);
	else
		buf_add_text(out, sentence);
}
