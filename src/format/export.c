/*
 * Rows of history as CSV (RFC 4180), NDJSON and JSON. Written for speed: a row is digits and escaped text put into a buffer, with no
 * printf and no tree of values on the way.
 */
#include "kumatop/format.h"

#include <string.h>

#include "kumatop/json.h"
#include "kumatop/when.h"
#include "put.h"

/* What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"). */
static bool looks_like_formula(const char *text)
{
	return strchr("=+-@\t\r", text[0]) != NULL && text[0];
}

void format_csv_cell(struct buf *out, const char *text, bool guard)
{
	bool formula = guard && looks_like_formula(text);
	size_t plain = strcspn(text, ",\"\r\n");

	if (!text[plain] && !formula) {
		buf_add(out, text, plain);
		return;
	}
	buf_add_char(out, '"');
	if (formula)
		buf_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

static void add_two(char *at, int value)
{
	at[0] = (char)('0' + value / 10);
	at[1] = (char)('0' + value % 10);
}

/* Days since 1970 to a civil date: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
static void civil(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

/* As moment_print(), a hundred times as often. */
static void add_moment(struct buf *out, int64_t us)
{
	char text[] = "0000-00-00T00:00:00.000Z";
	int64_t days = us / DAY_US - (us % DAY_US < 0);
	int64_t rest_ms = (us - days * DAY_US) / 1000;
	int year, month, day;

	civil(days, &year, &month, &day);
	if (year < 0 || year > 9999) {
		char wide[48];

		buf_add_text(out, moment_print(us, wide, sizeof(wide)));
		return;
	}
	add_two(text, year / 100);
	add_two(text + 2, year % 100);
	add_two(text + 5, month);
	add_two(text + 8, day);
	add_two(text + 11, (int)(rest_ms / 3600000));
	add_two(text + 14, (int)(rest_ms / 60000 % 60));
	add_two(text + 17, (int)(rest_ms / 1000 % 60));
	text[20] = (char)('0' + rest_ms % 1000 / 100);
	add_two(text + 21, (int)(rest_ms % 100));
	buf_add(out, text, sizeof(text) - 1);
}

/* Microseconds as milliseconds with up to three decimals, "" when not reached. */
static void add_ms(struct buf *out, int32_t us)
{
	char text[5] = ".000";
	int32_t part = us % 1000;

	if (us < 0)
		return;
	buf_add_int(out, us / 1000);
	if (!part)
		return;
	text[1] = (char)('0' + part / 100);
	add_two(text + 2, part % 100);
	buf_add(out, text, part % 10 ? 4 : part % 100 ? 3 : 2);
}

static void beat_csv(struct buf *out, const struct beat_record *beat, bool guard)
{
	add_moment(out, beat->time_us);
	buf_add_char(out, ',');
	format_csv_cell(out, beat->name, guard);
	buf_add_char(out, ',');
	format_csv_cell(out, beat->kind, guard);
	buf_add_char(out, ',');
	buf_add_text(out, state_word(beat->state));
	buf_add_char(out, ',');
	buf_add_text(out, outcome_row(beat->outcome)->word);
	buf_add_char(out, ',');
	if (beat->code >= 0)
		buf_add_int(out, beat->code);
	buf_add_char(out, ',');
	add_ms(out, phases_latency_us(beat->outcome, beat->phase_us));
	for (int i = PHASE_NAME; i <= PHASE_TRANSFER; i++) {
		buf_add_char(out, ',');
		add_ms(out, beat->phase_us[i]);
	}
	buf_add_char(out, ',');
	format_csv_cell(out, beat->detail, guard);
	buf_add_text(out, "\r\n");
}

static void beat_json(struct buf *out, const struct beat_record *beat)
{
	static const char *const keys[] = { "name_ms", "connect_ms", "tls_ms", "first_byte_ms", "transfer_ms" };
	struct json *object = json_new_object();

	put_moment(object, "time", beat->time_us);
	json_put_text(object, "monitor", beat->name);
	json_put_text(object, "kind", beat->kind);
	json_put_text(object, "state", state_word(beat->state));
	json_put_text(object, "outcome", outcome_row(beat->outcome)->word);
	put_natural(object, "code", beat->code);
	put_ms(object, "latency_ms", phases_latency_us(beat->outcome, beat->phase_us));
	for (int i = PHASE_NAME; i <= PHASE_TRANSFER; i++)
		put_ms(object, keys[i], beat->phase_us[i]);
	json_put_text(object, "detail", beat->detail);
	json_print(object, out);
	json_free(object);
}

void format_beats_head(struct buf *out, enum export_format format)
{
	if (format == EXPORT_CSV)
		buf_add_text(out, "time,monitor,kind,state,outcome,code,latency_ms,name_ms,connect_ms,tls_ms,first_byte_ms,transfer_ms,detail\r\n");
	else if (format == EXPORT_JSON)
		buf_add_char(out, '[');
}

static void add_separator(struct buf *out, enum export_format format, bool first)
{
	if (format == EXPORT_JSON)
		buf_add_text(out, first ? "\n" : ",\n");
}

void format_beat(struct buf *out, enum export_format format, const struct beat_record *beat, bool guard, bool first)
{
	if (format == EXPORT_CSV) {
		beat_csv(out, beat, guard);
		return;
	}
	add_separator(out, format, first);
	beat_json(out, beat);
	if (format == EXPORT_NDJSON)
		buf_add_char(out, '\n');
}

static void event_csv(struct buf *out, const struct event_record *event, bool guard)
{
	add_moment(out, event->time_us);
	buf_add_char(out, ',');
	format_csv_cell(out, event->name, guard);
	buf_add_char(out, ',');
	buf_add_text(out, event->kind_word);
	buf_add_char(out, ',');
	buf_add_text(out, state_word(event->from));
	buf_add_char(out, ',');
	buf_add_text(out, state_word(event->to));
	buf_add_char(out, ',');
	if (event->outcome >= 0)
		buf_add_text(out, outcome_row(event->outcome)->word);
	buf_add_char(out, ',');
	if (event->code >= 0)
		buf_add_int(out, event->code);
	buf_add_char(out, ',');
	if (event->since_us)
		add_moment(out, event->since_us);
	buf_add_char(out, ',');
	buf_add_int(out, event->lasted_us / SECOND_US);
	buf_add_char(out, ',');
	format_csv_cell(out, event->who, guard);
	buf_add_char(out, ',');
	format_csv_cell(out, event->detail, guard);
	buf_add_text(out, "\r\n");
}

static void event_json(struct buf *out, const struct event_record *event)
{
	struct json *object = json_new_object();

	put_moment(object, "time", event->time_us);
	json_put_text(object, "monitor", event->name);
	json_put_text(object, "event", event->kind_word);
	json_put_text(object, "from", state_word(event->from));
	json_put_text(object, "to", state_word(event->to));
	json_put_text(object, "outcome", event->outcome >= 0 ? outcome_row(event->outcome)->word : NULL);
	put_natural(object, "code", event->code);
	put_moment(object, "since", event->since_us);
	json_put_integer(object, "lasted_s", event->lasted_us / SECOND_US);
	json_put_text(object, "who", event->who);
	json_put_text(object, "detail", event->detail);
	json_put_text(object, "evidence", event->evidence);
	json_print(object, out);
	json_free(object);
}

void format_events_head(struct buf *out, enum export_format format)
{
	if (format == EXPORT_CSV)
		buf_add_text(out, "time,monitor,event,from,to,outcome,code,since,lasted_s,who,detail\r\n");
	else if (format == EXPORT_JSON)
		buf_add_char(out, '[');
}

void format_event(struct buf *out, enum export_format format, const struct event_record *event, bool guard, bool first)
{
	if (format == EXPORT_CSV) {
		event_csv(out, event, guard);
		return;
	}
	add_separator(out, format, first);
	event_json(out, event);
	if (format == EXPORT_NDJSON)
		buf_add_char(out, '\n');
}

void format_tail(struct buf *out, enum export_format format, bool any)
{
	if (format == EXPORT_JSON)
		buf_add_text(out, any ? "\n]\n" : "]\n");
}
