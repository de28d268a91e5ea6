/*
 * How structs travel: one table says for both directions which member has which key and range. What a table lets out it lets in again, so
 * that nothing that happens to be odd on one side (a certificate of the year 20000) makes the other give up.
 */
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "wire_parts.h"

_Static_assert(sizeof(enum state) == sizeof(uint32_t), "states are read and written as 32 bits");

static const char *outcome_word(int outcome)
{
	return outcome_row(outcome)->word;
}

static const char *verdict_of(int verdict)
{
	return verdict_word((enum verdict)verdict);
}

static const struct wire_words verdicts = { verdict_of, VERDICT_COUNT, -1 };
const struct wire_words wire_states = { state_word, STATE_COUNT, -1 };
const struct wire_words wire_outcomes = { outcome_word, OUTCOME_COUNT, OUTCOME_INTERNAL };
const struct wire_words wire_roles = { access_role_word, ACCESS_ROLE_COUNT, -1 };

#define RUN(key, member) { key, FIELD_U32, offsetof(struct monitor_view, member), 0, UINT32_MAX, NULL, 0 }
#define STATE(key, member) { key, FIELD_U32, offsetof(struct monitor_view, member), 0, STATE_COUNT - 1, &wire_states, 0 }
#define TIME(key, member) WIRE_TIME(key, struct monitor_view, member)
#define FLAG(key, member) WIRE_FLAG(key, struct monitor_view, member)

const struct wire_field wire_view_fields[] = {
	STATE("state", standing.state),
	STATE("was", standing.was),
	TIME("was_since", standing.was_since_us),
	RUN("good", standing.good_run),
	RUN("bad", standing.bad_run),
	RUN("unknown", standing.unknown_run),
	RUN("degraded", standing.degraded_run),
	TIME("since", standing.since_us),
	TIME("first_bad", standing.first_bad_us),
	TIME("first_good", standing.first_good_us),
	FLAG("incident_open", standing.incident_open),
	TIME("incident", standing.incident_us),
	FLAG("alerted", standing.alerted),
	FLAG("acknowledged", standing.acknowledged),
	FLAG("checking", checking),
	FLAG("result", has_result),
	{ "outcome", FIELD_U8, offsetof(struct monitor_view, outcome), 0, OUTCOME_COUNT - 1, &wire_outcomes, 0 },
	{ "verdict", FIELD_U8, offsetof(struct monitor_view, verdict), 0, VERDICT_COUNT - 1, &verdicts, 0 },
	{ "code", FIELD_I32, offsetof(struct monitor_view, code), INT32_MIN, INT32_MAX, NULL, 0 },
	WIRE_PHASES("phases", struct monitor_view, phase_us),
	TIME("last", last_us),
	TIME("last_good", last_good_us),
	TIME("next", next_us),
	TIME("cert_expires", cert_expires_us),
	WIRE_AMOUNTS("day", struct monitor_view, day.us),
	WIRE_LENGTH("day_degraded", struct monitor_view, day.degraded_us),
	TIME("paused_until", paused_until_us),
	{ .key = NULL },
};

const struct wire_field wire_health_fields[] = {
	WIRE_TIME("started", struct board_health, started_us),
	{ "lateness_ms", FIELD_I32, offsetof(struct board_health, lateness_ms), INT32_MIN, INT32_MAX, NULL, 0 },
	{ "in_flight", FIELD_U32, offsetof(struct board_health, in_flight), 0, UINT32_MAX, NULL, 0 },
	WIRE_FLAG("history_kept", struct board_health, history_kept),
	WIRE_COUNT("beats_waiting", struct board_health, beats_waiting),
	WIRE_COUNT("beats_dropped", struct board_health, beats_dropped),
	WIRE_FLAG("network_gone", struct board_health, network_gone),
	WIRE_TIME("network_gone_since", struct board_health, network_gone_us),
	WIRE_COUNT("events", struct board_health, events),
	{ "role", FIELD_U8, offsetof(struct board_health, role), 0, ACCESS_ROLE_COUNT - 1, &wire_roles, 0 },
	{ .key = NULL },
};

/* Of the index-th number of the member. */
static int64_t number_get(const struct wire_field *field, const void *values, size_t index)
{
	const char *at = (const char *)values + field->offset;

	switch (field->type) {
	case FIELD_FLAG:
		return *(const bool *)at;
	case FIELD_U8:
		return *(const uint8_t *)at;
	case FIELD_I32:
		return ((const int32_t *)(const void *)at)[index];
	case FIELD_U32:
		return *(const uint32_t *)(const void *)at;
	case FIELD_I64:
		return ((const int64_t *)(const void *)at)[index];
	case FIELD_U64: {
		uint64_t value = *(const uint64_t *)(const void *)at;

		return value > INT64_MAX ? INT64_MAX : (int64_t)value;
	}
	}
	return 0;
}

static void number_set(const struct wire_field *field, void *values, size_t index, int64_t value)
{
	char *at = (char *)values + field->offset;

	switch (field->type) {
	case FIELD_FLAG:
		*(bool *)at = value != 0;
		break;
	case FIELD_U8:
		*(uint8_t *)at = (uint8_t)value;
		break;
	case FIELD_I32:
		((int32_t *)(void *)at)[index] = (int32_t)value;
		break;
	case FIELD_U32:
		*(uint32_t *)(void *)at = (uint32_t)value;
		break;
	case FIELD_I64:
		((int64_t *)(void *)at)[index] = value;
		break;
	case FIELD_U64:
		*(uint64_t *)(void *)at = (uint64_t)value;
		break;
	}
}

static size_t numbers_of(const struct wire_field *field)
{
	return field->count ? field->count : 1;
}

static bool field_differs(const struct wire_field *field, const void *before, const void *values)
{
	for (size_t i = 0; i < numbers_of(field); i++) {
		if (number_get(field, values, i) != (before ? number_get(field, before, i) : 0))
			return true;
	}
	return false;
}

static int64_t number_sent(const struct wire_field *field, const void *values, size_t index)
{
	int64_t value = number_get(field, values, index);

	return value < field->least ? field->least : value > field->most ? field->most : value;
}

static void field_add(const struct wire_field *field, const void *values, struct buf *out)
{
	line_add_key(out, field->key);
	if (field->words) {
		line_add_quoted(out, field->words->word((int)number_sent(field, values, 0)));
	} else if (field->type == FIELD_FLAG) {
		buf_add_text(out, number_get(field, values, 0) ? "true" : "false");
	} else if (!field->count) {
		buf_add_int(out, number_sent(field, values, 0));
	} else {
		for (size_t i = 0; i < field->count; i++) {
			buf_add_char(out, i ? ',' : '[');
			buf_add_int(out, number_sent(field, values, i));
		}
		buf_add_char(out, ']');
	}
}

void fields_add(const struct wire_field *table, const void *before, const void *values, struct buf *out)
{
	for (const struct wire_field *field = table; field->key; field++) {
		if (field_differs(field, before, values))
			field_add(field, values, out);
	}
}

int words_find(const struct wire_words *words, const char *word)
{
	for (int i = 0; word && i < words->count; i++) {
		if (strcmp(words->word(i), word) == 0)
			return i;
	}
	return word ? words->stranger : -1;
}

static bool number_take(const struct wire_field *field, const struct json *json, void *values, size_t index)
{
	int64_t value;

	if (!json_read_integer(json, &value) || value < field->least || value > field->most)
		return false;
	number_set(field, values, index, value);
	return true;
}

static bool field_take(const struct wire_field *field, const struct json *message, const struct json *json, void *values)
{
	bool flag;

	if (field->words) {
		int value = words_find(field->words, json_read_text(json));

		if (value >= 0)
			number_set(field, values, 0, value);
		return value >= 0;
	}
	if (field->type == FIELD_FLAG) {
		if (!json_get_flag(message, field->key, &flag))
			return false;
		number_set(field, values, 0, flag);
		return true;
	}
	if (!field->count)
		return number_take(field, json, values, 0);
	for (size_t i = 0; i < field->count; i++) {
		if (!number_take(field, json_at(json, i), values, i))
			return false;
	}
	return true;
}

bool wire_refuse(struct error *err, const char *key)
{
	return error_set(err, EXIT_DATA, "\"%s\" is not there, or not what it can be", key);
}

bool fields_read(const struct wire_field *table, const struct json *message, void *values, struct error *err)
{
	for (const struct wire_field *field = table; field->key; field++) {
		const struct json *json = json_get(message, field->key);

		if (json && !field_take(field, message, json, values))
			return wire_refuse(err, field->key);
	}
	return true;
}

bool text_take(const struct json *message, const char *key, char *out, size_t size)
{
	const char *text = json_get_text(message, key);

	if (!text) {
		*out = '\0';
		return false;
	}
	text_sanitize(out, size, text, strlen(text));
	return true;
}

void shared_take(const struct json *message, const char *key, size_t size, bool lines, struct shared_text **at)
{
	const char *text = json_get_text(message, key);
	size_t length = text ? strlen(text) : 0;
	char *clean;

	if (!text)
		return;
	if (size > 3 * length + 1)
		size = 3 * length + 1;	/* every byte may become U+FFFD */
	clean = heap_zero(1, size);
	if (lines)
		text_sanitize_lines(clean, size, text, length);
	else
		text_sanitize(clean, size, text, length);
	if (strcmp(shared_read(*at), clean) != 0) {
		shared_release(*at);
		*at = shared_create(clean);
	}
	free(clean);
}
