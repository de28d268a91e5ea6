/*
 * Rows of history as CSV (RFC 4180), NDJSON and JSON. Written for speed: a row is digits and escaped text put into a buffer, with no
 * printf and no tree of values on the way.
 */
#include "kumatop/format.h"

#include "kumatop/json.h"
#include "kumatop/when.h"

#include "cell.h"
#include "put.h"

static void beat_csv(struct buf *out, const struct beat_record *beat, bool guard)
{
	cell_moment(out, beat->time_us);
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
	cell_ms(out, phases_latency_us(beat->outcome, beat->phase_us));
	for (int i = PHASE_NAME; i <= PHASE_TRANSFER; i++) {
		buf_add_char(out, ',');
		cell_ms(out, beat->phase_us[i]);
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
	cell_moment(out, event->time_us);
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
		cell_moment(out, event->since_us);
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
