/* Rows of history as CSV (RFC 4180). Written for speed: a row is digits and escaped text put into a buffer, with no printf on the way. */
#include "export.h"

#include "kumatop/format.h"
#include "kumatop/when.h"

#include "cell.h"

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

static void rollup_csv(struct buf *out, const struct rollup_record *record, bool guard)
{
	static const double quantiles[] = { 0.5, 0.9, 0.95, 0.99 };
	const struct rollup *rollup = record->rollup;
	double uptime = amounts_uptime(&rollup->amounts);

	cell_moment(out, rollup->start_us);
	buf_add_char(out, ',');
	format_csv_cell(out, record->name, guard);
	buf_add_char(out, ',');
	format_csv_cell(out, record->kind, guard);
	for (int i = 0; i < TIME_CLASS_COUNT; i++) {
		buf_add_char(out, ',');
		cell_decimal(out, rollup->amounts.us[i], 6);
		if (i == TIME_UP) {
			buf_add_char(out, ',');
			cell_decimal(out, rollup->amounts.degraded_us, 6);
		}
	}
	buf_add_char(out, ',');
	if (uptime >= 0)
		cell_decimal(out, export_ratio(uptime), EXPORT_RATIO_DIGITS);
	for (int i = 0; i < VERDICT_COUNT; i++) {
		buf_add_char(out, ',');
		buf_add_int(out, rollup->beats[i]);
	}
	buf_add_char(out, ',');
	cell_ms(out, rollup->latency_min_us);
	buf_add_char(out, ',');
	cell_ms(out, export_mean_us(rollup));
	buf_add_char(out, ',');
	cell_ms(out, rollup->latency_max_us);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
		buf_add_char(out, ',');
		cell_ms(out, rollup_quantile_us(rollup, quantiles[i]));
	}
	buf_add_text(out, "\r\n");
}

const struct export_form export_csv = {
	.heads = {
		[EXPORT_BEATS] = "time,monitor,kind,state,outcome,code,latency_ms,name_ms,connect_ms,tls_ms,first_byte_ms,transfer_ms,detail\r\n",
		[EXPORT_EVENTS] = "time,monitor,event,from,to,outcome,code,since,lasted_s,who,detail\r\n",
		[EXPORT_ROLLUPS] = "time,monitor,kind,up_s,degraded_s,down_s,pending_s,maintenance_s,unknown_s,uptime,beats_up,beats_degraded,"
		    "beats_down,beats_unknown,min_ms,mean_ms,max_ms,p50_ms,p90_ms,p95_ms,p99_ms\r\n",
	},
	.first = "", .next = "", .after = "", .tail = "", .tail_of_none = "",
	.beat = beat_csv, .event = event_csv, .rollup = rollup_csv,
};
