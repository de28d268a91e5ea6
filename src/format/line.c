/*
 * Lines of an export as values. CSV and JSON are taken apart into the same fields, so that what a field may hold is said once.
 */
#include "line.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/when.h"

enum { COLUMNS_MOST = 64, DEPTH_MOST = 4 };

/* The names, as columns and as keys. */
#define FIELD_TABLE(X) \
	X(TIME,         "time") \
	X(MONITOR,      "monitor") \
	X(KIND,         "kind") \
	X(STATE,        "state") \
	X(OUTCOME,      "outcome") \
	X(CODE,         "code") \
	X(LATENCY,      "latency_ms") \
	X(NAME_MS,      "name_ms") \
	X(CONNECT_MS,   "connect_ms") \
	X(TLS_MS,       "tls_ms") \
	X(FIRST_BYTE_MS, "first_byte_ms") \
	X(TRANSFER_MS,  "transfer_ms") \
	X(TOTAL_MS,     "total_ms") \
	X(VERDICT,      "verdict") \
	X(REACH_MS,     "reach_ms") \
	X(CERT_EXPIRES, "cert_expires") \
	X(ADDRESS,      "address") \
	X(DETAIL,       "detail") \
	X(EVENT,        "event") \
	X(FROM,         "from") \
	X(TO,           "to") \
	X(SINCE,        "since") \
	X(LASTED,       "lasted_s") \
	X(WHO,          "who") \
	X(EVIDENCE,     "evidence")

enum field {
#define X(name, word) FIELD_##name,
	FIELD_TABLE(X)
#undef X
	FIELD_COUNT
};

static const char *const field_words[FIELD_COUNT] = {
#define X(name, word) [FIELD_##name] = (word),
	FIELD_TABLE(X)
#undef X
};

/* What a line says in a field: a text, or of JSON a number; neither: nothing. */
struct value {
	const char *text;
	double number;
	bool is_number;
};

struct line_reader {
	int columns[COLUMNS_MOST];	/* enum field, or -1: not known */
	size_t column_count;		/* 0: no head yet */
	struct json *object;		/* the last line's, whose texts are lent */
};

struct line_reader *line_reader_create(void)
{
	return heap_zero(1, sizeof(struct line_reader));
}

void line_reader_destroy(struct line_reader *reader)
{
	if (!reader)
		return;
	json_free(reader->object);
	free(reader);
}

static enum line_kind __attribute__((format(printf, 2, 3))) broken(struct line *line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(line->trouble, sizeof(line->trouble), format, args);
	va_end(args);
	return LINE_BROKEN;
}

static bool refuse(struct line *line, enum field field, const struct value *value, const char *wanted)
{
	if (value->is_number)
		broken(line, "%s: %.15g is %s", field_words[field], value->number, wanted);
	else
		broken(line, "%s: \"%.80s\" is %s", field_words[field], value->text, wanted);
	return false;
}

static bool is_there(const struct value *value)
{
	return value->is_number || (value->text && *value->text);
}

/* "12" and "12.345" as a double, whatever the locale has for a point. */
static bool read_decimal(const char *text, double *number)
{
	double unit = 1;
	bool digits = false;

	*number = 0;
	for (; *text >= '0' && *text <= '9'; text++, digits = true)
		*number = *number * 10 + (*text - '0');
	if (digits && *text == '.' && text[1])
		for (text++; *text >= '0' && *text <= '9'; text++) {
			unit /= 10;
			*number += (*text - '0') * unit;
		}
	return digits && !*text;
}

/* A number from 0 to `most`, in units of which `scale` are one of the field's. none stays when nothing is there. */
static bool read_number(struct line *line, const struct value *values, enum field field, double scale, double most, int64_t *number)
{
	const struct value *value = &values[field];
	double read = value->number;

	if (!is_there(value))
		return true;
	if ((!value->is_number && !read_decimal(value->text, &read)) || !(read >= 0) || read * scale > most)
		return refuse(line, field, value, "no number that can be there");
	*number = llround(read * scale);
	return true;
}

static bool read_int32(struct line *line, const struct value *values, enum field field, double scale, int32_t *number)
{
	int64_t wide = *number;

	if (!read_number(line, values, field, scale, INT32_MAX, &wide))
		return false;
	*number = (int32_t)wide;
	return true;
}

/* With its zone: what is local here was perhaps not where it was written. */
static bool has_zone(const char *text)
{
	size_t length = strlen(text);

	return length > 16 && (text[length - 1] == 'Z' || text[length - 1] == 'z' || strpbrk(text + 16, "+-"));
}

static bool read_moment(struct line *line, const struct value *values, enum field field, bool needed, int64_t *us)
{
	const struct value *value = &values[field];

	if (!is_there(value)) {
		if (needed)
			broken(line, "%s is missing", field_words[field]);
		return !needed;
	}
	if (value->is_number || !has_zone(value->text) || !moment_parse(value->text, 0, us, NULL) || *us < 0)
		return refuse(line, field, value, "no time: write 2026-11-22T03:12:00.250Z");
	return true;
}

static bool read_word(struct line *line, const struct value *values, enum field field, int (*by_word)(const char *word), int *number)
{
	const struct value *value = &values[field];

	if (!is_there(value)) {
		broken(line, "%s is missing", field_words[field]);
		return false;
	}
	*number = value->is_number ? -1 : by_word(value->text);
	return *number >= 0 || refuse(line, field, value, "no word that kumatop knows there");
}

static int verdict_by_word(const char *word)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (strcmp(verdict_word((enum verdict)i), word) == 0)
			return i;
	return -1;
}

static int event_by_word(const char *word)
{
	for (int i = EVENT_STATE; i <= EVENT_LAST; i++)
		if (strcmp(event_word((enum event_kind)i), word) == 0)
			return i;
	return -1;
}

static const char *text_of(const struct value *value)
{
	return value->text ? value->text : "";
}

static bool read_phases(struct line *line, const struct value *values, struct import_beat *beat)
{
	static const enum field fields[PHASE_COUNT] = {
		[PHASE_NAME] = FIELD_NAME_MS, [PHASE_CONNECT] = FIELD_CONNECT_MS, [PHASE_TLS] = FIELD_TLS_MS,
		[PHASE_FIRST_BYTE] = FIELD_FIRST_BYTE_MS, [PHASE_TRANSFER] = FIELD_TRANSFER_MS, [PHASE_TOTAL] = FIELD_TOTAL_MS,
	};
	int32_t latency_us = -1;

	for (int i = 0; i < PHASE_COUNT; i++) {
		beat->phase_us[i] = -1;
		if (!read_int32(line, values, fields[i], 1000, &beat->phase_us[i]))
			return false;
	}
	if (!read_int32(line, values, FIELD_LATENCY, 1000, &latency_us))
		return false;
	/* The latency of a ping is its round trip, which is told already; that of all others is the total. */
	if (latency_us >= 0 && !is_there(&values[FIELD_TOTAL_MS]) && phases_latency_us(beat->outcome, beat->phase_us) != latency_us)
		beat->phase_us[PHASE_TOTAL] = latency_us;
	return true;
}

static enum line_kind read_beat(struct line *line, const struct value *values)
{
	struct import_beat *beat = &line->beat;

	*beat = (struct import_beat){ .reach_ms = -1, .verdict = -1, .code = -1 };
	if (!is_there(&values[FIELD_MONITOR]) || values[FIELD_MONITOR].is_number)
		return broken(line, "monitor is missing");
	line->monitor_kind = is_there(&values[FIELD_KIND]) ? values[FIELD_KIND].text : NULL;
	if (!read_moment(line, values, FIELD_TIME, true, &beat->time_us) || !read_word(line, values, FIELD_STATE, state_by_word, &beat->state)
	    || !read_word(line, values, FIELD_OUTCOME, outcome_by_word, &beat->outcome)
	    || (is_there(&values[FIELD_VERDICT]) && !read_word(line, values, FIELD_VERDICT, verdict_by_word, &beat->verdict))
	    || !read_int32(line, values, FIELD_CODE, 1, &beat->code) || !read_int32(line, values, FIELD_REACH_MS, 1, &beat->reach_ms)
	    || !read_moment(line, values, FIELD_CERT_EXPIRES, false, &beat->cert_expires_us) || !read_phases(line, values, beat))
		return LINE_BROKEN;
	beat->detail = text_of(&values[FIELD_DETAIL]);
	beat->address = text_of(&values[FIELD_ADDRESS]);
	return LINE_BEAT;
}

static enum line_kind read_event(struct line *line, const struct value *values)
{
	struct import_event *event = &line->event;
	int64_t lasted_s = 0;
	int kind;

	*event = (struct import_event){ .outcome = OUTCOME_NONE, .code = -1 };
	line->monitor_kind = NULL;
	if (!read_moment(line, values, FIELD_TIME, true, &event->time_us) || !read_word(line, values, FIELD_EVENT, event_by_word, &kind)
	    || !read_word(line, values, FIELD_FROM, state_by_word, &event->from)
	    || !read_word(line, values, FIELD_TO, state_by_word, &event->to)
	    || (is_there(&values[FIELD_OUTCOME]) && !read_word(line, values, FIELD_OUTCOME, outcome_by_word, &event->outcome))
	    || !read_int32(line, values, FIELD_CODE, 1, &event->code) || !read_moment(line, values, FIELD_SINCE, false, &event->since_us)
	    || !read_number(line, values, FIELD_LASTED, 1, 1e10, &lasted_s))
		return LINE_BROKEN;
	event->kind = (enum event_kind)kind;
	event->lasted_us = lasted_s * SECOND_US;
	event->detail = text_of(&values[FIELD_DETAIL]);
	event->evidence = text_of(&values[FIELD_EVIDENCE]);
	event->who = text_of(&values[FIELD_WHO]);
	return LINE_EVENT;
}

static enum line_kind read_values(struct line *line, const struct value *values, bool is_event)
{
	line->monitor = text_of(&values[FIELD_MONITOR]);
	return is_event ? read_event(line, values) : read_beat(line, values);
}

/*
 * Takes the next cell, in place: *text is then behind its comma, or NULL after the last. A quoted cell may begin with the ' that an
 * export puts before what a spreadsheet would run; an unquoted one cannot have got it there.
 */
static char *take_cell(char **text, struct line *line)
{
	char *cell = *text, *from = cell + 1, *to = cell;

	if (*cell != '"') {
		*text = strchr(cell, ',');
		if (*text)
			*(*text)++ = '\0';
		return cell;
	}
	if (from[0] == '\'' && from[1] && strchr("=+-@\t\r", from[1]))
		from++;
	while (*from && (*from != '"' || from[1] == '"')) {
		from += *from == '"';
		*to++ = *from++;
	}
	if (*from != '"' || (from[1] && from[1] != ',')) {
		broken(line, *from ? "there is something between a quoted cell and the comma behind it" : "a quote is not closed");
		return NULL;
	}
	*text = from[1] ? from + 2 : NULL;
	*to = '\0';
	return cell;
}

static int field_by_word(const char *word)
{
	for (int i = 0; i < FIELD_COUNT; i++)
		if (strcmp(field_words[i], word) == 0)
			return i;
	return -1;
}

static bool has_column(const struct line_reader *reader, enum field field)
{
	for (size_t i = 0; i < reader->column_count; i++)
		if (reader->columns[i] == (int)field)
			return true;
	return false;
}

/* A head begins with the word "time" or holds it: as a moment no row does. */
static bool is_head(char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(cells[i], field_words[FIELD_TIME]) == 0)
			return true;
	return false;
}

static enum line_kind take_head(struct line_reader *reader, char *const *cells, size_t count, struct line *line)
{
	reader->column_count = count;
	for (size_t i = 0; i < count; i++) {
		int field = field_by_word(cells[i]);

		for (size_t j = 0; j < i && field >= 0; j++)
			if (reader->columns[j] == field)
				field = -1;
		reader->columns[i] = field;
	}
	if (has_column(reader, FIELD_MONITOR) && ((has_column(reader, FIELD_STATE) && has_column(reader, FIELD_OUTCOME))
	    || (has_column(reader, FIELD_EVENT) && has_column(reader, FIELD_FROM) && has_column(reader, FIELD_TO))))
		return LINE_HEAD;
	reader->column_count = 0;
	return broken(line, "a head needs the columns time, monitor, state and outcome, or time, monitor, event, from and to");
}

enum line_kind line_read_csv(struct line_reader *reader, char *text, size_t length, struct line *line)
{
	struct value values[FIELD_COUNT] = { 0 };
	char *cells[COLUMNS_MOST];
	size_t count = 0;

	if (length > 0 && text[length - 1] == '\r')
		text[--length] = '\0';
	if (length == 0)
		return LINE_NOTHING;
	if (strlen(text) != length)
		return broken(line, "it holds a NUL byte");
	while (text && count < COLUMNS_MOST) {
		cells[count] = take_cell(&text, line);
		if (!cells[count++])
			return LINE_BROKEN;
	}
	if (text)
		return broken(line, "it has more than %d cells", (int)COLUMNS_MOST);
	if (is_head(cells, count))
		return take_head(reader, cells, count, line);
	if (reader->column_count == 0)
		return broken(line, "it comes before any line that names the columns");
	if (count != reader->column_count)
		return broken(line, "it has %zu cells, and the head %zu", count, reader->column_count);
	for (size_t i = 0; i < count; i++)
		if (reader->columns[i] >= 0)
			values[reader->columns[i]].text = cells[i];
	return read_values(line, values, has_column(reader, FIELD_EVENT));
}

static bool take_member(const struct json *object, enum field field, struct value *value)
{
	const struct json *member = json_get(object, field_words[field]);

	if (!member)
		return true;
	value->text = json_read_text(member);
	value->is_number = !value->text && json_get_real(object, field_words[field], &value->number);
	return value->text || value->is_number;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

enum line_kind line_read_json(struct line_reader *reader, const char *text, size_t length, struct line *line)
{
	struct value values[FIELD_COUNT] = { 0 };
	struct error err;

	while (length > 0 && (is_blank(text[length - 1]) || text[length - 1] == ','))
		length--;
	while (length > 0 && is_blank(*text)) {
		text++;
		length--;
	}
	if (length == 0 || (length == 1 && (*text == '[' || *text == ']')) || (length == 2 && memcmp(text, "[]", 2) == 0))
		return LINE_NOTHING;
	if (*text != '{')
		return broken(line, "it is no object: { \"time\": … }");
	json_free(reader->object);
	reader->object = json_parse(text, length, DEPTH_MOST, &err);
	if (!reader->object)
		return broken(line, "%s", err.text);
	for (int i = 0; i < FIELD_COUNT; i++)
		if (!take_member(reader->object, (enum field)i, &values[i]))
			return broken(line, "%s is neither a text nor a number", field_words[i]);
	return read_values(line, values, is_there(&values[FIELD_EVENT]));
}
