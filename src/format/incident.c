/* Outages as a table and as JSON: `incidents`. */
#include "kumatop/format.h"

#include "kumatop/json.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "put.h"
#include "sheet.h"
#include "table.h"

enum { CAUSE_CELLS_MOST = 100 };

static const char *const heads[] = { "STARTED", "ENDED", "LASTED", "MONITOR", "CAUSE" };

static void fill_cause(struct table *table, const struct incident *incident)
{
	struct buf text;

	buf_init(&text, 1 << 16);
	sheet_cause(incident, &text);
	table_add(table, text.data, CAUSE_CELLS_MOST);
	buf_finish(&text);
}

static void fill_row(struct table *table, const struct incident_record *record, int64_t now_us, bool evidence)
{
	const struct incident *incident = &record->incident;
	char text[48];

	table_add(table, moment_print_local(incident->start_us, "%F %T", text, sizeof text), 0);
	table_add(table, incident->end_us ? moment_print_local(incident->end_us, "%F %T", text, sizeof text) : "open", 0);
	table_add(table, length_print(incident_length_us(incident, now_us), text, sizeof text), 0);
	table_add(table, record->name, TABLE_NAME_CELLS_MOST);
	fill_cause(table, incident);
	if (evidence && incident->evidence)
		table_note(table, shared_read(incident->evidence));
}

void format_incidents_text(struct buf *out, const struct incident_record *records, size_t count, int64_t now_us, bool evidence)
{
	struct table table;

	table_init(&table, heads, sizeof heads / sizeof *heads, 1 << 2);
	for (size_t i = 0; i < count; i++)
		fill_row(&table, &records[i], now_us, evidence);
	table_write(&table, out);
	table_finish(&table);
}

void format_incident_json(struct buf *out, const struct incident_record *record, int64_t now_us, bool evidence)
{
	const struct incident *incident = &record->incident;
	struct json *object = json_new_object();

	json_put_integer(object, "id", incident->id);
	json_put_text(object, "monitor", record->name);
	put_moment(object, "start", incident->start_us);
	put_moment(object, "end", incident->end_us);
	put_seconds(object, "duration_s", incident_length_us(incident, now_us));
	json_put_text(object, "outcome", incident->outcome == OUTCOME_NONE ? NULL : outcome_row(incident->outcome)->word);
	put_natural(object, "code", incident->code);
	json_put_text(object, "detail", shared_read(incident->detail));
	json_put_flag(object, "acknowledged", incident->acknowledged);
	json_put_text(object, "acknowledged_by", *shared_read(incident->who) ? shared_read(incident->who) : NULL);
	if (evidence)
		json_put_text(object, "evidence", incident->evidence ? shared_read(incident->evidence) : NULL);
	json_print(object, out);
	buf_add_char(out, '\n');
	json_free(object);
}
