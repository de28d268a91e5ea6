/*
 * A report as Markdown with tables (GitHub's flavour). Text from outside is escaped so that it reads as it is: no emphasis, no link, no
 * HTML, no end of a cell.
 */
#include "kumatop/format.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "sheet.h"

enum { TEXT = 64 };

/* What would mean something inside a line. A full stop does behind "www" alone, where a link would begin. */
static bool is_marked(const char *clean, const char *at)
{
	if (*at == '.')
		return at >= clean + 3 && strncasecmp(at - 3, "www", 3) == 0;
	return strchr("\\`*_{}[]#!|~$:@", *at) != NULL;
}

static void add_escaped(struct buf *out, const char *text)
{
	size_t length = strlen(text);
	char *clean = heap_zero(3 * length + 1, 1);

	text_sanitize(clean, 3 * length + 1, text, length);
	for (const char *at = clean; *at; at++) {
		if (*at == '<')
			buf_add_text(out, "&lt;");
		else if (*at == '>')
			buf_add_text(out, "&gt;");
		else if (*at == '&')
			buf_add_text(out, "&amp;");
		else if (is_marked(clean, at))
			buf_print(out, "\\%c", *at);
		else
			buf_add_char(out, *at);
	}
	free(clean);
}

static void add_cell(struct buf *out, const char *text)
{
	buf_add_text(out, " | ");
	add_escaped(out, text);
}

static void add_summary(struct buf *out, const struct month *report)
{
	struct month_total total = month_total(report);
	size_t worst[MONTH_WORST_MOST], count = month_worst(report, worst);
	char text[TEXT], until[TEXT];
	struct buf caution;

	buf_print(out, "# Uptime report %s\n\n", report->window.label);
	buf_print(out, "%s to %s UTC\n\n", sheet_moment(report->window.from_us, text, sizeof text), sheet_moment(report->window.to_us, until, sizeof until));
	buf_print(out, "| Monitors | Uptime | Outages | Downtime |\n|---:|---:|---:|---:|\n| %zu", report->count);
	add_cell(out, sheet_percent(amounts_uptime(&total.amounts), text, sizeof text));
	buf_print(out, " | %lld | %s |\n\n", (long long)total.outages, sheet_length(total.amounts.us[TIME_DOWN], text, sizeof text));
	buf_init(&caution, 1 << 12);
	sheet_caution(report, &total, &caution);
	add_escaped(out, caution.data);
	buf_finish(&caution);
	buf_add_text(out, count ? "\n\n## Worst\n\n" : "\n");
	for (size_t i = 0; i < count; i++) {
		const struct month_monitor *monitor = &report->monitors[worst[i]];

		buf_print(out, "%zu. ", i + 1);
		add_escaped(out, sheet_percent(amounts_uptime(&monitor->uptime.amounts), text, sizeof text));
		buf_add_char(out, ' ');
		add_escaped(out, monitor->name);
		buf_add_char(out, '\n');
	}
}

static void add_monitor(struct buf *out, const struct month_monitor *monitor, bool objectives)
{
	const struct uptime *uptime = &monitor->uptime;
	char text[TEXT];

	buf_add_text(out, "| ");
	add_escaped(out, monitor->name);
	add_cell(out, sheet_percent(amounts_uptime(&uptime->amounts), text, sizeof text));
	add_cell(out, sheet_known(&uptime->amounts, text, sizeof text));
	buf_print(out, " | %s", sheet_length(amounts_uptime(&uptime->amounts) < 0 ? -1 : uptime->amounts.us[TIME_DOWN], text, sizeof text));
	buf_print(out, " | %lld", (long long)uptime->outages.count);
	buf_print(out, " | %s", sheet_length(incident_mttr_us(&uptime->outages), text, sizeof text));
	buf_print(out, " | %s", sheet_latency(uptime->p50_us, text, sizeof text));
	buf_print(out, " | %s", sheet_latency(uptime->p95_us, text, sizeof text));
	if (objectives)
		buf_print(out, " | %s", sheet_objective(monitor, text, sizeof text));
	buf_add_text(out, " |\n");
}

static void add_days(struct buf *out, const struct month *report)
{
	buf_add_text(out, "\n## The worst of each day\n\n| Monitor | Days |\n|---|---|\n");
	for (size_t i = 0; i < report->count; i++) {
		buf_add_text(out, "| ");
		add_escaped(out, report->monitors[i].name);
		buf_add_text(out, " | `");
		for (size_t d = 0; d < report->days; d++)
			buf_add_char(out, sheet_mark(month_day_look(&report->monitors[i].days[d])));
		buf_add_text(out, "` |\n");
	}
	buf_print(out, "\n`%s`\n", sheet_legend);
}

static void add_outage(struct buf *out, const struct incident_record *record, int64_t now_us)
{
	const struct incident *incident = &record->incident;
	struct buf cause;
	char text[TEXT];

	buf_init(&cause, 1 << 16);
	sheet_cause(incident, &cause);
	buf_print(out, "| %s", sheet_moment(incident->start_us, text, sizeof text));
	buf_print(out, " | %s", incident->end_us ? sheet_moment(incident->end_us, text, sizeof text) : "open");
	buf_print(out, " | %s | ", sheet_length(incident_length_us(incident, now_us), text, sizeof text));
	add_escaped(out, record->name);
	buf_add_text(out, " | ");
	add_escaped(out, cause.data);
	buf_add_text(out, " |\n");
	buf_finish(&cause);
}

static void add_outages(struct buf *out, const struct month *report)
{
	buf_print(out, "\n## Outages%s\n\n", report->more_incidents ? ", the newest" : "");
	if (!report->incident_count) {
		buf_add_text(out, "There was none.\n");
		return;
	}
	buf_add_text(out, "| Started | Ended | Lasted | Monitor | Cause |\n|---|---|---:|---|---|\n");
	for (size_t i = 0; i < report->incident_count; i++)
		add_outage(out, &report->incidents[i], report->made_us);
}

void format_report_markdown(struct buf *out, const struct month *report)
{
	bool objectives = sheet_has_objectives(report);

	add_summary(out, report);
	if (report->count) {
		buf_print(out, "\n## Monitors\n\n| Monitor | Uptime | Known | Down | Outages | MTTR | P50 | P95 |%s\n|---|---:|---:|---:|---:|---:|---:|---:|%s\n",
		    objectives ? " SLO |" : "", objectives ? "---:|" : "");
		for (size_t i = 0; i < report->count; i++)
			add_monitor(out, &report->monitors[i], objectives);
		add_days(out, report);
	}
	add_outages(out, report);
}
