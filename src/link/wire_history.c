/* Questions about the past and their answers as lines. A series is columns of numbers, not a list of objects. */
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "wire_parts.h"

enum {
	EVENT_BYTES_MOST = 512 * 1024,	/* of the events of one answer */
	WHO_SIZE = 256,
	OUTCOME_WORDS = OUTCOME_NONE + 1,
	EVENT_WORDS = EVENT_LAST + 1,
};

static const char *event_outcome_word(int outcome)
{
	return outcome == OUTCOME_NONE ? "none" : outcome_row(outcome)->word;
}

static const char *event_kind_word(int kind)
{
	return event_word((enum event_kind)kind);
}

static const char *question_word(int kind)
{
	static const char *const words[HISTORY_KIND_COUNT] = {
		[HISTORY_SERIES] = "series", [HISTORY_EVENTS] = "events", [HISTORY_BOARD] = "board", [HISTORY_WINDOWS] = "windows",
	};

	return words[kind];
}

static const struct wire_words event_outcomes = { event_outcome_word, OUTCOME_WORDS, OUTCOME_INTERNAL };
static const struct wire_words event_kinds = { event_kind_word, EVENT_WORDS, EVENT_LAST };
static const struct wire_words resolutions = { history_resolution_word, HISTORY_RESOLUTION_COUNT, HISTORY_BEATS };
static const struct wire_words questions = { question_word, HISTORY_KIND_COUNT, -1 };

_Static_assert(sizeof(enum history_kind) == sizeof(uint32_t), "kinds are read and written as 32 bits");
_Static_assert(sizeof(size_t) == sizeof(uint64_t), "sizes are read and written as 64 bits");

static const struct wire_field query_fields[] = {
	{ "kind", FIELD_U32, offsetof(struct history_query, kind), 0, HISTORY_KIND_COUNT - 1, &questions, 0 },
	{ "monitor", FIELD_I64, offsetof(struct history_query, monitor), 0, INT64_MAX, NULL, 0 },
	WIRE_TIME("from", struct history_query, from_us),
	WIRE_TIME("to", struct history_query, to_us),
	{ "columns", FIELD_U64, offsetof(struct history_query, columns), 0, HISTORY_COLUMNS_MOST, NULL, 0 },
	{ "most", FIELD_U64, offsetof(struct history_query, most), 0, HISTORY_EVENTS_MOST, NULL, 0 },
	WIRE_FLAG("forward", struct history_query, forward),
	WIRE_LENGTH("objective", struct history_query, objective_us),
	{ .key = NULL },
};

#define LATENCY_OF(key, type, member) { key, FIELD_I32, offsetof(type, member), -1, INT32_MAX, NULL, 0 }
#define LATENCY(key, member) LATENCY_OF(key, struct history_series, member)

static const struct wire_field series_fields[] = {
	WIRE_COUNT("beats", struct history_series, beats),
	WIRE_COUNT("failures", struct history_series, failures),
	LATENCY("min", min_us),
	LATENCY("mean", mean_us),
	LATENCY("max", max_us),
	LATENCY("p50", p50_us),
	LATENCY("p90", p90_us),
	LATENCY("p95", p95_us),
	LATENCY("p99", p99_us),
	WIRE_PHASES("phase_means", struct history_series, phase_mean_us),
	WIRE_AMOUNTS("amounts", struct history_series, amounts.us),
	WIRE_LENGTH("degraded", struct history_series, amounts.degraded_us),
	{ "resolution", FIELD_U8, offsetof(struct history_series, resolution), 0, HISTORY_RESOLUTION_COUNT - 1, &resolutions, 0 },
	{ .key = NULL },
};

static const struct wire_field event_fields[] = {
	{ "id", FIELD_I64, offsetof(struct event, id), 0, INT64_MAX, NULL, 0 },
	{ "monitor", FIELD_I64, offsetof(struct event, monitor), 0, INT64_MAX, NULL, 0 },
	WIRE_TIME("time", struct event, time_us),
	WIRE_TIME("since", struct event, since_us),
	WIRE_LENGTH("lasted", struct event, lasted_us),
	{ "kind", FIELD_U8, offsetof(struct event, kind), EVENT_STATE, EVENT_LAST, &event_kinds, 0 },
	{ "from", FIELD_U8, offsetof(struct event, from), 0, STATE_COUNT - 1, &wire_states, 0 },
	{ "to", FIELD_U8, offsetof(struct event, to), 0, STATE_COUNT - 1, &wire_states, 0 },
	{ "outcome", FIELD_U8, offsetof(struct event, outcome), 0, OUTCOME_NONE, &event_outcomes, 0 },
	{ "code", FIELD_I32, offsetof(struct event, code), INT32_MIN, INT32_MAX, NULL, 0 },
	WIRE_FLAG("alert", struct event, alert),
	{ .key = NULL },
};

static const struct wire_field figures_fields[] = {
	WIRE_AMOUNTS("amounts", struct history_figures, amounts.us),
	WIRE_LENGTH("degraded", struct history_figures, amounts.degraded_us),
	LATENCY_OF("p50", struct history_figures, p50_us),
	LATENCY_OF("p95", struct history_figures, p95_us),
	{ .key = NULL },
};

static const struct wire_field tally_fields[] = {
	{ "count", FIELD_I64, offsetof(struct incident_tally, count), 0, INT64_MAX, NULL, 0 },
	{ "ended", FIELD_I64, offsetof(struct incident_tally, ended), 0, INT64_MAX, NULL, 0 },
	{ "ended_length", FIELD_I64, offsetof(struct incident_tally, ended_us), 0, INT64_MAX, NULL, 0 },
	{ .key = NULL },
};

static const struct wire_field outage_fields[] = {
	WIRE_TIME("start", struct history_outage, start_us),
	WIRE_TIME("end", struct history_outage, end_us),
	{ "outcome", FIELD_U8, offsetof(struct history_outage, outcome), 0, OUTCOME_NONE, &event_outcomes, 0 },
	{ .key = NULL },
};

/* A column of numbers over all buckets. */
struct column_row {
	const char *key;
	size_t offset;
	bool count;		/* uint32_t, else int32_t and at least -1 */
};

static const struct column_row column_rows[] = {
	{ "counts", offsetof(struct history_column, count), true },
	{ "mins", offsetof(struct history_column, min_us), false },
	{ "means", offsetof(struct history_column, mean_us), false },
	{ "maxes", offsetof(struct history_column, max_us), false },
};

enum { COLUMN_ROWS = sizeof(column_rows) / sizeof(column_rows[0]) };

static void add_query(struct buf *out, const struct history_query *query)
{
	line_add_integer(out, "ticket", query->ticket > INT64_MAX ? 0 : (int64_t)query->ticket);
	line_add_text(out, "kind", question_word((int)query->kind));
	fields_add(query_fields + 1, NULL, query, out);
}

static bool read_query(const struct json *message, struct history_query *query, struct error *err)
{
	*query = (struct history_query){ .ticket = wire_ticket(message) };
	if (!json_get(message, "kind"))
		return wire_refuse(err, "kind");
	return fields_read(query_fields, message, query, err);
}

void wire_put_ask(struct buf *out, const struct history_query *query)
{
	line_begin(out, "ask");
	add_query(out, query);
	line_end(out);
}

bool wire_read_ask(const struct json *message, struct history_query *query, struct error *err)
{
	if (!read_query(message, query, err))
		return false;
	if (query->kind == HISTORY_EVENTS)
		return query->most > 0 || wire_refuse(err, "most");
	if (query->kind == HISTORY_BOARD)
		return query->to_us > 0 || wire_refuse(err, "to");
	if (query->monitor == 0)
		return wire_refuse(err, "monitor");
	if (query->kind == HISTORY_WINDOWS)
		return query->to_us > 0 || wire_refuse(err, "to");
	if (query->from_us >= query->to_us)
		return wire_refuse(err, "from\" or \"to");
	return query->columns > 0 || wire_refuse(err, "columns");
}

static int64_t column_get(const struct column_row *row, const struct history_column *column)
{
	const void *at = (const char *)column + row->offset;

	return row->count ? (int64_t)*(const uint32_t *)at : (int64_t)*(const int32_t *)at;
}

static void add_columns(const struct history_series *series, struct buf *out)
{
	for (size_t r = 0; r < COLUMN_ROWS; r++) {
		line_add_key(out, column_rows[r].key);
		buf_add_char(out, '[');
		for (size_t i = 0; i < series->count; i++) {
			if (i)
				buf_add_char(out, ',');
			buf_add_int(out, column_get(&column_rows[r], &series->columns[i]));
		}
		buf_add_char(out, ']');
	}
	line_add_key(out, "worst");
	buf_add_char(out, '[');
	for (size_t i = 0; i < series->count; i++) {
		if (i)
			buf_add_char(out, ',');
		buf_add_int(out, series->columns[i].worst);
	}
	buf_add_char(out, ']');
}

static void add_event_text(struct buf *out, const char *key, const struct shared_text *text)
{
	if (text)
		line_add_text(out, key, shared_read(text));
}

static void add_events(const struct history_answer *answer, struct buf *out)
{
	size_t begin, i;

	line_add_key(out, "events");
	buf_add_char(out, '[');
	begin = out->length;
	for (i = 0; i < answer->event_count && out->length - begin < EVENT_BYTES_MOST; i++) {
		const struct history_event *event = &answer->events[i];

		if (i)
			buf_add_char(out, ',');
		buf_add_text(out, "{\"name\":");
		line_add_quoted(out, event->name ? event->name : "");
		fields_add(event_fields, NULL, &event->event, out);
		add_event_text(out, "detail", event->event.detail);
		add_event_text(out, "evidence", event->event.evidence);
		add_event_text(out, "who", event->event.who);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
	line_add_flag(out, "more", answer->more || i < answer->event_count);
}

static void add_windows(const struct history_windows *windows, struct buf *out)
{
	line_add_key(out, "windows");
	buf_add_char(out, '[');
	for (int i = 0; i < HISTORY_WINDOW_COUNT; i++) {
		buf_add_text(out, i ? ",{\"name\":" : "{\"name\":");
		line_add_quoted(out, history_window_word(i));
		fields_add(figures_fields, NULL, &windows->figures[i], out);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
	fields_add(tally_fields, NULL, &windows->tally, out);
	line_add_key(out, "outages");
	buf_add_char(out, '[');
	for (size_t i = 0; i < windows->outage_count; i++) {
		buf_add_text(out, i ? ",{\"detail\":" : "{\"detail\":");
		line_add_quoted(out, shared_read(windows->outages[i].detail));
		fields_add(outage_fields, NULL, &windows->outages[i], out);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

void answer_begin(struct buf *out, const struct history_query *query)
{
	line_begin(out, "answer");
	add_query(out, query);
	line_add_flag(out, "ok", true);
}

void wire_put_answer(struct buf *out, const struct history_answer *answer)
{
	line_begin(out, "answer");
	add_query(out, &answer->query);
	line_add_flag(out, "ok", answer->ok);
	if (!answer->ok) {
		line_add_integer(out, "exit_code", answer->error.code);
		line_add_text(out, "text", answer->error.text);
	} else if (answer->query.kind == HISTORY_SERIES) {
		fields_add(series_fields, NULL, &answer->series, out);
		add_columns(&answer->series, out);
	} else if (answer->query.kind == HISTORY_WINDOWS) {
		add_windows(&answer->windows, out);
	} else {
		add_events(answer, out);
	}
	line_end(out);
}

/* An array of `count` numbers. */
static bool read_column(const struct json *message, const struct column_row *row, struct history_series *series, struct error *err)
{
	const struct json *numbers = json_get(message, row->key);

	if (json_count(numbers) != series->count)
		return wire_refuse(err, row->key);
	for (size_t i = 0; i < series->count; i++) {
		void *at = (char *)&series->columns[i] + row->offset;
		int64_t value;

		if (!json_read_integer(json_at(numbers, i), &value) || value < (row->count ? 0 : -1)
		    || value > (row->count ? UINT32_MAX : INT32_MAX))
			return wire_refuse(err, row->key);
		if (row->count)
			*(uint32_t *)at = (uint32_t)value;
		else
			*(int32_t *)at = (int32_t)value;
	}
	return true;
}

static bool read_series(const struct json *message, struct history_series *series, struct error *err)
{
	const struct json *worst = json_get(message, "worst");
	size_t count = json_count(worst);

	if (count > HISTORY_COLUMNS_MOST)
		return wire_refuse(err, "worst");
	series->columns = count ? heap_zero(count, sizeof(*series->columns)) : NULL;
	series->count = count;
	for (size_t r = 0; r < COLUMN_ROWS; r++) {
		if (!read_column(message, &column_rows[r], series, err))
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		int64_t state;

		if (!json_read_integer(json_at(worst, i), &state) || state < 0 || state >= STATE_COUNT)
			return wire_refuse(err, "worst");
		series->columns[i].worst = (uint8_t)state;
	}
	return fields_read(series_fields, message, series, err);
}

static bool read_event(const struct json *message, struct history_event *event, struct error *err)
{
	char name[SPEC_NAME_MOST + 1];

	text_take(message, "name", name, sizeof(name));
	event->name = heap_text(name);
	shared_take(message, "detail", WIRE_DETAIL_SIZE, false, &event->event.detail);
	shared_take(message, "evidence", RESULT_EVIDENCE_SIZE, true, &event->event.evidence);
	shared_take(message, "who", WHO_SIZE, false, &event->event.who);
	if (!fields_read(event_fields, message, &event->event, err))
		return false;
	return event->event.kind >= EVENT_STATE || wire_refuse(err, "kind");
}

static bool read_events(const struct json *message, struct history_answer *answer, struct error *err)
{
	const struct json *events = json_get(message, "events");
	size_t count = json_count(events);

	json_get_flag(message, "more", &answer->more);
	if (count > HISTORY_EVENTS_MOST)
		return wire_refuse(err, "events");
	answer->events = count ? heap_zero(count, sizeof(*answer->events)) : NULL;
	for (size_t i = 0; i < count; i++) {
		answer->event_count++;	/* before: what was read of it is freed as well */
		if (!read_event(json_at(events, i), &answer->events[i], err))
			return false;
	}
	return true;
}

/* A later kumatop may have more of them behind these. */
static bool read_windows(const struct json *message, struct history_windows *windows, struct error *err)
{
	const struct json *figures = json_get(message, "windows"), *outages = json_get(message, "outages");
	size_t count = json_count(outages);

	if (json_count(figures) < HISTORY_WINDOW_COUNT)
		return wire_refuse(err, "windows");
	for (size_t i = 0; i < HISTORY_WINDOW_COUNT; i++)
		if (!fields_read(figures_fields, json_at(figures, i), &windows->figures[i], err))
			return false;
	if (count > HISTORY_OUTAGES_MOST)
		return wire_refuse(err, "outages");
	windows->outages = heap_zero(count + 1, sizeof(*windows->outages));
	windows->outage_count = count;
	for (size_t i = 0; i < count; i++) {
		shared_take(json_at(outages, i), "detail", WIRE_DETAIL_SIZE, false, &windows->outages[i].detail);
		if (!fields_read(outage_fields, json_at(outages, i), &windows->outages[i], err))
			return false;
	}
	return fields_read(tally_fields, message, &windows->tally, err);
}

/* A word of kumatop's own trouble as the owner told it. */
static void read_trouble(const struct json *message, struct error *error)
{
	int64_t code = EXIT_UNAVAILABLE;

	json_get_integer(message, "exit_code", &code);
	text_take(message, "text", error->text, sizeof(error->text));
	error->code = code > 0 && code < 256 ? (enum exit_code)code : EXIT_UNAVAILABLE;
}

static bool read_answer(const struct json *message, struct history_answer *answer, struct error *err)
{
	if (!read_query(message, &answer->query, err))
		return false;
	if (!json_get_flag(message, "ok", &answer->ok))
		return wire_refuse(err, "ok");
	if (answer->ok && answer->query.kind == HISTORY_BOARD)
		return true;
	if (answer->ok && answer->query.kind == HISTORY_WINDOWS)
		return read_windows(message, &answer->windows, err);
	if (answer->ok)
		return answer->query.kind == HISTORY_SERIES ? read_series(message, &answer->series, err) : read_events(message, answer, err);
	read_trouble(message, &answer->error);
	return true;
}

struct history_answer *wire_read_answer(const struct json *message, struct error *err)
{
	struct history_answer *answer = heap_zero(1, sizeof(*answer));

	if (read_answer(message, answer, err))
		return answer;
	history_answer_destroy(answer);
	return NULL;
}
