/*
 * What an answer means: the status first, then what the provider says in it. Some answer 200 whatever happens; some say when to come back
 * in a header, some in JSON.
 */
#include <inttypes.h>
#include <string.h>

#include "kumatop/json.h"
#include "sending.h"

enum { JSON_DEPTH = 20, WORD_MOST = 64 };

#define DAY_MS INT64_C(86400000)

static int64_t within_a_day(double ms)
{
	return ms > 0 && ms < (double)DAY_MS ? (int64_t)ms : ms >= (double)DAY_MS ? DAY_MS : 0;
}

int64_t answer_retry_after_ms(const char *text, int64_t now_us)
{
	size_t digits = strspn(text, "0123456789");
	time_t when;

	if (digits > 0 && text[digits + strspn(text + digits, " \t\r\n")] == '\0')
		return digits > 9 ? DAY_MS : within_a_day((double)strtoll(text, NULL, 10) * 1000);
	if (*text < 'A' || *text > 'Z')
		return 0;
	when = curl_getdate(text, NULL);
	return when < 0 ? 0 : within_a_day(((double)when * (double)SECOND_US - (double)now_us) / 1000);
}

/* Telegram, Discord, Matrix. */
static int64_t retry_in_json_ms(const struct json *json)
{
	double value = 0;

	if (json_get_real(json, "retry_after_ms", &value))
		return within_a_day(value);
	if (json_get_real(json, "retry_after", &value) || json_get_real(json_get(json, "parameters"), "retry_after", &value))
		return within_a_day(value * 1000);
	return 0;
}

/* A field as a word, whatever its type; false if it is not there. */
static bool field_word(const struct json *json, const char *field, char *out, size_t size)
{
	const struct json *value = json_get(json, field);
	int64_t number = 0;
	bool flag = false;
	struct buf text;

	if (!value)
		return false;
	if (json_get_text(json, field)) {
		snprintf(out, size, "%s", json_get_text(json, field));
	} else if (json_get_integer(json, field, &number)) {
		snprintf(out, size, "%" PRId64, number);
	} else if (json_get_flag(json, field, &flag)) {
		snprintf(out, size, "%s", flag ? "true" : "false");
	} else {
		buf_init(&text, ANSWER_MOST);
		json_print(value, &text);
		snprintf(out, size, "%s", text.data);
		buf_finish(&text);
	}
	return true;
}

static bool is_among(const char *word, const char *words)
{
	char wanted[WORD_MOST + 2];

	return words && strlen(word) < WORD_MOST && snprintf(wanted, sizeof wanted, " %s ", word) > 0 && strstr(words, wanted);
}

static enum alert_outcome outcome_of_status(long status)
{
	if (status >= 200 && status <= 299)
		return ALERT_DELIVERED;
	if (status == 408 || status == 425 || status == 429 || status >= 500)
		return ALERT_LATER;
	return ALERT_REFUSED;
}

static bool is_busy(const struct provider *provider, const struct json *json)
{
	char word[WORD_MOST];

	return (provider->good_field && field_word(json, provider->good_field, word, sizeof word) && is_among(word, provider->busy))
	    || (provider->said_field && field_word(json, provider->said_field, word, sizeof word) && is_among(word, provider->busy));
}

/* What a field of a good status says instead. */
static enum alert_outcome outcome_of_field(const struct provider *provider, const struct json *json)
{
	char word[WORD_MOST] = "";

	if (!provider->good_field)
		return ALERT_DELIVERED;
	/* An answer without it comes from something else: a proxy, a login page. */
	if (!field_word(json, provider->good_field, word, sizeof word))
		return ALERT_LATER;
	if (strcmp(word, provider->good_value) == 0)
		return ALERT_DELIVERED;
	return is_busy(provider, json) ? ALERT_LATER : ALERT_REFUSED;
}

static void say(const struct sending *sending, const struct json *json, enum alert_outcome outcome, long status, struct buf *out)
{
	const struct provider *provider = sending->channel->kind->provider;
	char said[ANSWER_MOST] = "", code[WORD_MOST];

	buf_print(out, "%ld", status);
	if (status >= 300 && status <= 399) {
		buf_add_text(out, ": redirects are not followed: write where it leads as the channel's address");
	} else if (outcome != ALERT_DELIVERED && provider->said_field && field_word(json, provider->said_field, said, sizeof said)) {
		buf_print(out, ": %s", said);
		if (provider->good_field && field_word(json, provider->good_field, code, sizeof code))
			buf_print(out, " (%s %s)", provider->good_field, code);
	} else if (sending->answer.length > 0) {
		buf_print(out, ": %s", sending->answer.data);
	}
}

void answer_judge(struct sending *sending, long status)
{
	const struct provider *provider = sending->channel->kind->provider;
	struct json *json = json_parse(sending->answer.data, sending->answer.length, JSON_DEPTH, NULL);
	enum alert_outcome outcome = outcome_of_status(status);
	int64_t wait_ms = 0;
	struct buf text;

	/* A provider with codes of its own says "too many" with 400 as well as with 200. */
	if (outcome == ALERT_DELIVERED || (outcome == ALERT_REFUSED && is_busy(provider, json)))
		outcome = outcome_of_field(provider, json);
	else if (status == provider->also_good)
		outcome = ALERT_DELIVERED;
	if (outcome != ALERT_DELIVERED) {
		wait_ms = answer_retry_after_ms(sending->retry_after, unix_now_us());
		if (wait_ms == 0)
			wait_ms = retry_in_json_ms(json);
	}
	buf_init(&text, 2 * ANSWER_MOST);
	say(sending, json, outcome, status, &text);
	json_free(json);
	sending_end(sending, outcome, (int32_t)status, outcome == ALERT_LATER ? wait_ms : 0, text.data, text.length);
	buf_finish(&text);
}
