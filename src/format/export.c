/* Rows of history in one of the forms there are; each is in the file of its name. */
#include "export.h"

#include "kumatop/format.h"

static const struct export_form *const forms[] = {
	[EXPORT_CSV] = &export_csv,
	[EXPORT_NDJSON] = &export_ndjson,
	[EXPORT_JSON] = &export_json,
	[EXPORT_INFLUX] = &export_influx,
};

int64_t export_mean_us(const struct rollup *rollup)
{
	return rollup->answers ? (rollup->latency_sum_us + rollup->answers / 2) / rollup->answers : -1;
}

int64_t export_ratio(double ratio)
{
	return (int64_t)(ratio * 1e9 + 0.5);
}

void format_rows_head(struct buf *out, enum export_format format, enum export_rows rows)
{
	buf_add_text(out, forms[format]->heads[rows]);
}

static void begin_row(struct buf *out, const struct export_form *form, bool first)
{
	buf_add_text(out, first ? form->first : form->next);
}

void format_beat(struct buf *out, enum export_format format, const struct beat_record *beat, bool guard, bool first)
{
	begin_row(out, forms[format], first);
	forms[format]->beat(out, beat, guard);
	buf_add_text(out, forms[format]->after);
}

void format_event(struct buf *out, enum export_format format, const struct event_record *event, bool guard, bool first)
{
	begin_row(out, forms[format], first);
	forms[format]->event(out, event, guard);
	buf_add_text(out, forms[format]->after);
}

void format_rollup(struct buf *out, enum export_format format, const struct rollup_record *rollup, bool guard, bool first)
{
	begin_row(out, forms[format], first);
	forms[format]->rollup(out, rollup, guard);
	buf_add_text(out, forms[format]->after);
}

void format_tail(struct buf *out, enum export_format format, bool any)
{
	buf_add_text(out, any ? forms[format]->tail : forms[format]->tail_of_none);
}
