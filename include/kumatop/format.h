/*
 * Pictures, results and history as text for people, scripts and spreadsheets. Everything here appends to a buffer; nothing
 * prints. Text is sanitised before it gets here and escaped by the writers here. Any thread.
 */
#ifndef KUMATOP_FORMAT_H
#define KUMATOP_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/buf.h"
#include "kumatop/import.h"
#include "kumatop/record.h"
#include "kumatop/month.h"
#include "kumatop/result.h"
#include "kumatop/snapshot.h"

/* One line of `check`: glyph-free, aligned by name_width, verdict, reason, phases. */
void format_check_line(struct buf *out, const struct monitor_spec *spec, const struct check_result *result, enum verdict verdict,
    size_t name_width);

/* The object of `check --json`, on one line, without newline. */
void format_check_json(struct buf *out, const struct monitor_spec *spec, const struct check_result *result, enum verdict verdict);

/* The board as a table, worst first, for `list` and plain kumatop without a terminal; columns wide enough for their content. */
void format_board_text(struct buf *out, const struct snapshot *snapshot, int64_t now_us);

/* One object a line; with at_us each says that it is "at" that past moment (0: it is how it is). */
void format_board_json(struct buf *out, const struct snapshot *snapshot, int64_t at_us);

/* A cell of RFC 4180, quoted when it must be; guard: a cell a spreadsheet would run as a formula gets a ' in front. */
void format_csv_cell(struct buf *out, const char *text, bool guard);

enum export_format { EXPORT_CSV, EXPORT_NDJSON, EXPORT_JSON, EXPORT_INFLUX };
enum export_rows { EXPORT_BEATS, EXPORT_EVENTS, EXPORT_ROLLUPS, EXPORT_ROWS_COUNT };

/*
 * Rows of an export: a head, rows, a tail. JSON is one array. guard as above, for CSV; `first` is true for the first row.
 * In a roll-up up_s has degraded_s inside it, and uptime is 0 to 1.
 */
void format_rows_head(struct buf *out, enum export_format format, enum export_rows rows);
void format_beat(struct buf *out, enum export_format format, const struct beat_record *beat, bool guard, bool first);
void format_event(struct buf *out, enum export_format format, const struct event_record *event, bool guard, bool first);
void format_rollup(struct buf *out, enum export_format format, const struct rollup_record *rollup, bool guard, bool first);
void format_tail(struct buf *out, enum export_format format, bool any);

/* One line for people: when (local time), of whom, what, why. is_state: the event is a change of state. */
void format_event_line(struct buf *out, const struct event_record *event, bool is_state, size_t name_width);
/* Outages, a table for people (local time) and an object a line (UTC). Both tell the evidence only if asked to. */
void format_incidents_text(struct buf *out, const struct incident_record *records, size_t count, int64_t now_us, bool evidence);
void format_incident_json(struct buf *out, const struct incident_record *record, int64_t now_us, bool evidence);

/* Uptime, a table for people and an object a line. */
void format_uptime_text(struct buf *out, const struct uptime_record *records, size_t count);
void format_uptime_json(struct buf *out, const struct uptime_record *record);

/*
 * A report, each form one self-contained page in UTC. Names and causes are made harmless and escaped for where they stand. HTML comes without
 * scripts and asks for nothing from elsewhere.
 */
void format_report_text(struct buf *out, const struct month *report);
void format_report_markdown(struct buf *out, const struct month *report);
void format_report_html(struct buf *out, const struct month *report);

/* What an export wrote, beats, events or both, read back; JSON is NDJSON or one array, an object a line. */
extern const struct import_source format_csv_source, format_json_source;

#endif
