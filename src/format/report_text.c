/* A report as plain text, for a mail or a terminal. */
#include "kumatop/format.h"

#include <string.h>

#include "kumatop/text.h"
#include "sheet.h"
#include "table.h"

static const char *const monitor_heads[] = { "MONITOR", "UPTIME", "KNOWN%", "DOWN", "OUTAGES", "MTTR", "P50", "P95", "SLO" };
static const char *const day_heads[] = { "MONITOR", "DAYS" };
static const char *const outage_heads[] = { "STARTED", "ENDED", "LASTED", "MONITOR", "CAUSE" };

enum { MONITOR_COLUMNS = sizeof monitor_heads / sizeof *monitor_heads, CAUSE_CELLS_MOST = 80, TEXT = 64 };

static void add_summary(struct buf *out, const struct month *report)
{
	struct month_total total = month_total(report);
	size_t before, worst[MONTH_WORST_MOST], count = month_worst(report, worst);
	char text[TEXT], until[TEXT];

	buf_print(out, "UPTIME REPORT %s\n\n", report->window.label);
	buf_print(out, "%s to %s UTC\n\n", sheet_moment(report->window.from_us, text, sizeof text), sheet_moment(report->window.to_us, until, sizeof until));
	buf_print(out, "Monitors   %zu\nUptime     %s\n", report->count, sheet_percent(amounts_uptime(&total.amounts), text, sizeof text));
	buf_print(out, "Outages    %lld\nDowntime   %s\n", (long long)total.outages, sheet_length(total.amounts.us[TIME_DOWN], text, sizeof text));
	before = out->length;
	sheet_caution(report, &total, out);
	if (out->length > before)
		buf_add_char(out, '\n');
	for (size_t i = 0; i < count; i++) {
		const struct month_monitor *monitor = &report->monitors[worst[i]];
		char name[2 * TEXT];
		size_t bytes = text_fit(monitor->name, TABLE_NAME_CELLS_MOST, NULL);

		text_sanitize(name, sizeof name, monitor->name, bytes);
		buf_print(out, "%s%s  %s%s\n", i ? "           " : "Worst      ", sheet_percent(amounts_uptime(&monitor->uptime.amounts), text, sizeof text), name,
		    monitor->name[bytes] ? ".." : "");
	}
}

static void add_monitors(struct buf *out, const struct month *report)
{
	struct table table;
	char text[TEXT];

	table_init(&table, monitor_heads, MONITOR_COLUMNS - !sheet_has_objectives(report), ~UINT32_C(1));
	for (size_t i = 0; i < report->count; i++) {
		const struct uptime *uptime = &report->monitors[i].uptime;

		table_add(&table, report->monitors[i].name, TABLE_NAME_CELLS_MOST);
		table_add(&table, sheet_percent(amounts_uptime(&uptime->amounts), text, sizeof text), 0);
		table_add(&table, percent_print(amounts_known(&uptime->amounts), 1, text, sizeof text), 0);
		table_add(&table, sheet_length(amounts_uptime(&uptime->amounts) < 0 ? -1 : uptime->amounts.us[TIME_DOWN], text, sizeof text), 0);
		table_print_cell(&table, "%lld", (long long)uptime->outages.count);
		table_add(&table, sheet_length(incident_mttr_us(&uptime->outages), text, sizeof text), 0);
		table_add(&table, sheet_latency(uptime->p50_us, text, sizeof text), 0);
		table_add(&table, sheet_latency(uptime->p95_us, text, sizeof text), 0);
		if (table.columns == MONITOR_COLUMNS)
			table_add(&table, sheet_objective(&report->monitors[i], text, sizeof text), 0);
	}
	buf_add_char(out, '\n');
	table_write(&table, out);
	table_finish(&table);
}

static void add_days(struct buf *out, const struct month *report)
{
	struct table table;

	table_init(&table, day_heads, 2, 0);
	for (size_t i = 0; i < report->count; i++) {
		char marks[MONTH_DAYS_MOST + 1] = "";

		for (size_t d = 0; d < report->days; d++)
			marks[d] = sheet_mark(month_day_look(&report->monitors[i].days[d]));
		table_add(&table, report->monitors[i].name, TABLE_NAME_CELLS_MOST);
		table_add(&table, marks, 0);
	}
	buf_add_text(out, "\nThe worst of each day\n\n");
	table_write(&table, out);
	table_finish(&table);
	buf_print(out, "\n%s\n", sheet_legend);
}

static void add_outage(struct table *table, const struct incident_record *record, int64_t now_us)
{
	const struct incident *incident = &record->incident;
	struct buf cause;
	char text[TEXT];

	buf_init(&cause, 1 << 16);
	sheet_cause(incident, &cause);
	table_add(table, sheet_moment(incident->start_us, text, sizeof text), 0);
	table_add(table, incident->end_us ? sheet_moment(incident->end_us, text, sizeof text) : "open", 0);
	table_add(table, sheet_length(incident_length_us(incident, now_us), text, sizeof text), 0);
	table_add(table, record->name, TABLE_NAME_CELLS_MOST);
	table_add(table, cause.data, CAUSE_CELLS_MOST);
	buf_finish(&cause);
}

static void add_outages(struct buf *out, const struct month *report)
{
	struct table table;

	if (!report->incident_count) {
		buf_add_text(out, "\nThere was no outage.\n");
		return;
	}
	table_init(&table, outage_heads, sizeof outage_heads / sizeof *outage_heads, 1 << 2);
	for (size_t i = 0; i < report->incident_count; i++)
		add_outage(&table, &report->incidents[i], report->made_us);
	buf_print(out, "\nOutages%s\n\n", report->more_incidents ? ", the newest" : "");
	table_write(&table, out);
	table_finish(&table);
}

void format_report_text(struct buf *out, const struct month *report)
{
	add_summary(out, report);
	if (report->count) {
		add_monitors(out, report);
		add_days(out, report);
	}
	add_outages(out, report);
}
