/*
 * Rows of history as InfluxDB's line protocol (docs.influxdata.com, "Line protocol reference"), with times in nanoseconds: measurement,
 * tags, a blank, fields, a blank, time. What there are few of is a tag.
 *
 * It cannot hold two things that a text may: a line end, which becomes a blank here, and a backslash at the end of a tag, which would
 * hide the comma behind it; that gets an underscore.
 */
#include "export.h"

#include <string.h>

#include "kumatop/text.h"

#include "cell.h"

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

/* The text with the marks it shares with the protocol escaped. Bounded: a text of history is at most a few KiB. */
static void add_escaped(struct buf *out, const char *text, const char *marks)
{
	char clean[8192];

	if (!is_plain(text)) {
		text_sanitize(clean, sizeof(clean), text, strlen(text));
		text = clean;
	}
	for (size_t length = strcspn(text, marks); text[length]; length = strcspn(text, marks)) {
		buf_add(out, text, length);
		buf_add_char(out, '\\');
		buf_add_char(out, text[length]);
		text += length + 1;
	}
	buf_add_text(out, text);
}

/* A tag without a value is none. */
static void add_tag(struct buf *out, const char *key, const char *value)
{
	if (!*value)
		return;
	buf_add_char(out, ',');
	buf_add_text(out, key);
	buf_add_char(out, '=');
	add_escaped(out, value, ",= ");
	if (out->data[out->length - 1] == '\\')
		buf_add_char(out, '_');
}

/* The first field stands behind a blank, the others behind commas. */
static void begin_field(struct buf *out, bool *any, const char *key)
{
	buf_add_char(out, *any ? ',' : ' ');
	buf_add_text(out, key);
	buf_add_char(out, '=');
	*any = true;
}

static void add_text_field(struct buf *out, bool *any, const char *key, const char *value)
{
	if (!*value)
		return;
	begin_field(out, any, key);
	buf_add_char(out, '"');
	add_escaped(out, value, "\"\\");
	buf_add_char(out, '"');
}

static void add_integer_field(struct buf *out, bool *any, const char *key, int64_t value)
{
	begin_field(out, any, key);
	buf_add_int(out, value);
	buf_add_char(out, 'i');
}

/* value / 10^digits. Without an "i" behind it, it is a real number also where it has no decimals. */
static void add_real_field(struct buf *out, bool *any, const char *key, int64_t value, int digits)
{
	begin_field(out, any, key);
	cell_decimal(out, value, digits);
}

static void add_ms_field(struct buf *out, bool *any, const char *key, int64_t us)
{
	if (us >= 0)
		add_real_field(out, any, key, us, 3);
}

static void end_line(struct buf *out, int64_t time_us)
{
	buf_add_char(out, ' ');
	buf_add_int(out, time_us);
	buf_add_text(out, time_us ? "000\n" : "\n");
}

static void beat_influx(struct buf *out, const struct beat_record *beat, bool guard)
{
	static const char *const keys[] = { "name_ms", "connect_ms", "tls_ms", "first_byte_ms", "transfer_ms", "total_ms" };
	bool any = false;

	buf_add_text(out, "kumatop_check");
	add_tag(out, "kind", beat->kind);
	add_tag(out, "monitor", beat->name);
	add_text_field(out, &any, "state", state_word(beat->state));
	add_text_field(out, &any, "verdict", verdict_word((enum verdict)beat->verdict));
	add_text_field(out, &any, "outcome", outcome_row(beat->outcome)->word);
	if (beat->code >= 0)
		add_integer_field(out, &any, "code", beat->code);
	add_ms_field(out, &any, "latency_ms", phases_latency_us(beat->outcome, beat->phase_us));
	for (int i = 0; i < PHASE_COUNT; i++)
		add_ms_field(out, &any, keys[i], beat->phase_us[i]);
	add_text_field(out, &any, "detail", beat->detail);
	end_line(out, beat->time_us);
}

static void event_influx(struct buf *out, const struct event_record *event, bool guard)
{
	bool any = false;

	buf_add_text(out, "kumatop_event");
	add_tag(out, "event", event->kind_word);
	add_tag(out, "monitor", event->name);
	add_integer_field(out, &any, "id", event->id);
	add_text_field(out, &any, "from", state_word(event->from));
	add_text_field(out, &any, "to", state_word(event->to));
	if (event->outcome >= 0)
		add_text_field(out, &any, "outcome", outcome_row(event->outcome)->word);
	if (event->code >= 0)
		add_integer_field(out, &any, "code", event->code);
	add_real_field(out, &any, "lasted_s", event->lasted_us, 6);
	add_text_field(out, &any, "who", event->who);
	add_text_field(out, &any, "detail", event->detail);
	end_line(out, event->time_us);
}

static void rollup_influx(struct buf *out, const struct rollup_record *record, bool guard)
{
	static const char *const times[] = { "up_s", "down_s", "pending_s", "maintenance_s", "unknown_s" };
	static const char *const beats[] = { "beats_up", "beats_degraded", "beats_down", "beats_unknown" };
	const struct rollup *rollup = record->rollup;
	double uptime = amounts_uptime(&rollup->amounts);
	bool any = false;

	buf_add_text(out, "kumatop_rollup");
	add_tag(out, "kind", record->kind);
	add_tag(out, "monitor", record->name);
	add_tag(out, "resolution", rollup_word(rollup->step));
	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		add_real_field(out, &any, times[i], rollup->amounts.us[i], 6);
	add_real_field(out, &any, "degraded_s", rollup->amounts.degraded_us, 6);
	if (uptime >= 0)
		add_real_field(out, &any, "uptime", export_ratio(uptime), EXPORT_RATIO_DIGITS);
	for (int i = 0; i < VERDICT_COUNT; i++)
		add_integer_field(out, &any, beats[i], rollup->beats[i]);
	add_ms_field(out, &any, "min_ms", rollup->latency_min_us);
	add_ms_field(out, &any, "mean_ms", export_mean_us(rollup));
	add_ms_field(out, &any, "max_ms", rollup->latency_max_us);
	add_ms_field(out, &any, "p50_ms", rollup_quantile_us(rollup, 0.5));
	add_ms_field(out, &any, "p90_ms", rollup_quantile_us(rollup, 0.9));
	add_ms_field(out, &any, "p95_ms", rollup_quantile_us(rollup, 0.95));
	add_ms_field(out, &any, "p99_ms", rollup_quantile_us(rollup, 0.99));
	end_line(out, rollup->start_us);
}

const struct export_form export_influx = {
	.heads = { "", "", "" }, .first = "", .next = "", .after = "", .tail = "", .tail_of_none = "",
	.beat = beat_influx, .event = event_influx, .rollup = rollup_influx,
};
