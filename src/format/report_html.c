/*
 * A report as one HTML page: tables, a bar of days and a graph of latencies for each monitor, drawn as SVG in the page. No scripts, nothing
 * from elsewhere (and a policy that says so to the browser). States differ in shape as well as in colour; colours are those of the
 * colour-blind themes, dark or light as the reader has it.
 */
#include "kumatop/format.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "sheet.h"

enum { TEXT = 64, DAY_WIDTH = 10, BAR_HEIGHT = 24, GRAPH_HEIGHT = 44, GRAPH_TOP = 12 };

static const char style[] = ""
#include "assets/report.css.inc"
;

static void add_escaped(struct buf *out, const char *text)
{
	size_t length = strlen(text);
	char *clean = heap_zero(3 * length + 1, 1);

	text_sanitize(clean, 3 * length + 1, text, length);
	for (const char *at = clean; *at; at++) {
		switch (*at) {
		case '&':
			buf_add_text(out, "&amp;");
			break;
		case '<':
			buf_add_text(out, "&lt;");
			break;
		case '>':
			buf_add_text(out, "&gt;");
			break;
		case '"':
			buf_add_text(out, "&quot;");
			break;
		case '\'':
			buf_add_text(out, "&#39;");
			break;
		default:
			buf_add_char(out, *at);
		}
	}
	free(clean);
}

static void add_head(struct buf *out, const struct month *report)
{
	char text[TEXT], until[TEXT];

	buf_print(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"generator\" content=\"kumatop " KUMATOP_VERSION "\">\n"
	    "<title>Uptime report %s</title>\n<style>\n", report->window.label);
	buf_add_text(out, style);
	buf_print(out, "</style>\n</head>\n<body>\n<h1>Uptime report %s</h1>\n<p>%s to %s UTC", report->window.label,
	    sheet_moment(report->window.from_us, text, sizeof text), sheet_moment(report->window.to_us, until, sizeof until));
	buf_print(out, ", made %s</p>\n", sheet_moment(report->made_us, text, sizeof text));
}

static void add_card(struct buf *out, const char *label, const char *value)
{
	buf_add_text(out, "<li><b>");
	add_escaped(out, value);
	buf_print(out, "</b>%s</li>\n", label);
}

static void add_summary(struct buf *out, const struct month *report)
{
	struct month_total total = month_total(report);
	size_t worst[MONTH_WORST_MOST], count = month_worst(report, worst);
	struct buf caution;
	char text[TEXT];

	buf_add_text(out, "<ul class=\"cards\">\n");
	buf_print(out, "<li><b>%zu</b>monitors</li>\n", report->count);
	add_card(out, "uptime", sheet_percent(amounts_uptime(&total.amounts), text, sizeof text));
	buf_print(out, "<li><b>%lld</b>outages</li>\n", (long long)total.outages);
	add_card(out, "downtime, all monitors together", sheet_length(total.amounts.us[TIME_DOWN], text, sizeof text));
	buf_add_text(out, "</ul>\n<p>");
	buf_init(&caution, 1 << 12);
	sheet_caution(report, &total, &caution);
	add_escaped(out, caution.data);
	buf_finish(&caution);
	buf_add_text(out, "</p>\n");
	if (!count)
		return;
	buf_add_text(out, "<h2>Worst</h2>\n<ol>\n");
	for (size_t i = 0; i < count; i++) {
		const struct month_monitor *monitor = &report->monitors[worst[i]];

		buf_add_text(out, "<li class=\"name\">");
		add_escaped(out, monitor->name);
		buf_add_text(out, ": ");
		add_escaped(out, sheet_percent(amounts_uptime(&monitor->uptime.amounts), text, sizeof text));
		buf_add_text(out, "</li>\n");
	}
	buf_add_text(out, "</ol>\n");
}

static void add_number(struct buf *out, const char *text)
{
	buf_add_text(out, "<td class=\"number\">");
	add_escaped(out, text);
	buf_add_text(out, "</td>");
}

static void add_monitor(struct buf *out, const struct month_monitor *monitor, bool objectives)
{
	const struct uptime *uptime = &monitor->uptime;
	char text[TEXT];

	buf_add_text(out, "<tr><th scope=\"row\" class=\"name\">");
	add_escaped(out, monitor->name);
	buf_add_text(out, "</th>");
	add_number(out, sheet_percent(amounts_uptime(&uptime->amounts), text, sizeof text));
	add_number(out, sheet_known(&uptime->amounts, text, sizeof text));
	add_number(out, sheet_length(amounts_uptime(&uptime->amounts) < 0 ? -1 : uptime->amounts.us[TIME_DOWN], text, sizeof text));
	buf_print(out, "<td class=\"number\">%lld</td>", (long long)uptime->outages.count);
	add_number(out, sheet_length(incident_mttr_us(&uptime->outages), text, sizeof text));
	add_number(out, sheet_latency(uptime->p50_us, text, sizeof text));
	add_number(out, sheet_latency(uptime->p95_us, text, sizeof text));
	if (objectives) {
		sheet_objective(monitor, text, sizeof text);
		buf_print(out, "<td class=\"number%s\">%s</td>", strstr(text, "missed") ? " missed" : "", text);
	}
	buf_add_text(out, "</tr>\n");
}

static void add_monitors(struct buf *out, const struct month *report)
{
	bool objectives = sheet_has_objectives(report);

	buf_print(out, "<h2>Monitors</h2>\n<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Monitor</th><th scope=\"col\" class=\"number\">Uptime</th>"
	    "<th scope=\"col\" class=\"number\">Known</th><th scope=\"col\" class=\"number\">Down</th><th scope=\"col\" class=\"number\">Outages</th>"
	    "<th scope=\"col\" class=\"number\">MTTR</th><th scope=\"col\" class=\"number\">P50</th><th scope=\"col\" class=\"number\">P95</th>%s</tr></thead>\n<tbody>\n",
	    objectives ? "<th scope=\"col\" class=\"number\">SLO</th>" : "");
	for (size_t i = 0; i < report->count; i++)
		add_monitor(out, &report->monitors[i], objectives);
	buf_add_text(out, "</tbody></table></div>\n");
}

/* The shape of a state, drawn at x: whole when up, broken in two when down, the lower the less it matters. */
static void add_shape(struct buf *out, enum state look, int x)
{
	static const struct { int top, height; } shapes[STATE_COUNT] = {
		[STATE_NEW] = { 22, 2 }, [STATE_UP] = { 0, 24 }, [STATE_DEGRADED] = { 6, 18 }, [STATE_PENDING] = { 12, 12 }, [STATE_DOWN] = { 0, 10 },
		[STATE_MAINTENANCE] = { 17, 7 },
	};

	if (look == STATE_UNKNOWN)
		buf_print(out, "<rect class=\"unknown\" x=\"%d.5\" y=\"14.5\" width=\"7\" height=\"9\"/>", x);
	else
		buf_print(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"8\" height=\"%d\"/>", state_word((int)look), x, shapes[look].top, shapes[look].height);
	if (look == STATE_DOWN)
		buf_print(out, "<rect class=\"down\" x=\"%d\" y=\"14\" width=\"8\" height=\"10\"/>", x);
}

static const char *say_look(enum state look)
{
	switch (look) {
	case STATE_NEW:
		return "to come";
	case STATE_PENDING:
		return "failed, but not down";
	case STATE_UNKNOWN:
		return "not observed";
	default:
		return state_word((int)look);
	}
}

static void add_day(struct buf *out, const struct month_day *day, int x)
{
	enum state look = month_day_look(day);
	char text[TEXT];

	buf_print(out, "<g><title>%s: %s", sheet_date(day->start_us, text, sizeof text), say_look(look));
	if (look != STATE_NEW) {
		buf_add_text(out, ", up ");
		add_escaped(out, sheet_percent(amounts_uptime(&day->amounts), text, sizeof text));
		if (day->amounts.us[TIME_DOWN])
			buf_print(out, ", down %s", sheet_length(day->amounts.us[TIME_DOWN], text, sizeof text));
		buf_add_text(out, ", known ");
		add_escaped(out, sheet_known(&day->amounts, text, sizeof text));
	}
	buf_add_text(out, "</title>");
	add_shape(out, look, x);
	buf_add_text(out, "</g>");
}

static void add_bar(struct buf *out, const struct month *report, const struct month_monitor *monitor)
{
	buf_print(out, "<svg class=\"bar\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"The worst of each day\">", MONTH_DAYS_MOST * DAY_WIDTH, BAR_HEIGHT);
	for (size_t d = 0; d < report->days; d++)
		add_day(out, &monitor->days[d], (int)d * DAY_WIDTH);
	buf_add_text(out, "</svg>");
}

/* A line where there were answers; a day alone is a dot. */
static void add_line(struct buf *out, const struct month *report, const struct month_monitor *monitor, const char *name, size_t offset, int64_t most_us)
{
	bool drawing = false;

	buf_print(out, "<path class=\"%s\" d=\"", name);
	for (size_t d = 0; d < report->days; d++) {
		int64_t us = *(const int64_t *)(const void *)((const char *)&monitor->days[d] + offset);

		if (us >= 0)
			buf_print(out, "%s%d %.1f%s", drawing ? "L" : "M", (int)d * DAY_WIDTH + 4,
			    GRAPH_HEIGHT - 2 - (double)us * (GRAPH_HEIGHT - GRAPH_TOP - 2) / (double)most_us, drawing ? "" : "h.01");
		drawing = us >= 0;
	}
	buf_add_text(out, "\"/>");
}

static void add_graph(struct buf *out, const struct month *report, const struct month_monitor *monitor)
{
	int64_t most_us = 0;
	char text[TEXT];

	for (size_t d = 0; d < report->days; d++)
		if (monitor->days[d].p95_us > most_us)
			most_us = monitor->days[d].p95_us;
	if (most_us == 0)
		return;
	buf_print(out, "<svg class=\"graph\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Latency of each day\"><text class=\"scale\" x=\"0\" y=\"8\">%s</text>",
	    MONTH_DAYS_MOST * DAY_WIDTH, GRAPH_HEIGHT, sheet_latency(most_us, text, sizeof text));
	add_line(out, report, monitor, "p95", offsetof(struct month_day, p95_us), most_us);
	add_line(out, report, monitor, "p50", offsetof(struct month_day, p50_us), most_us);
	buf_add_text(out, "</svg>");
}

static void add_legend(struct buf *out)
{
	static const enum state looks[] = { STATE_UP, STATE_DEGRADED, STATE_PENDING, STATE_DOWN, STATE_MAINTENANCE, STATE_UNKNOWN, STATE_NEW };

	buf_add_text(out, "<div class=\"legend\">");
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		buf_print(out, "<span><svg viewBox=\"0 0 8 %d\" aria-hidden=\"true\">", BAR_HEIGHT);
		add_shape(out, looks[i], 0);
		buf_print(out, "</svg> %s</span>", say_look(looks[i]));
	}
	buf_add_text(out, "<span>latency: line median, dashes 95th percentile</span></div>\n");
}

static void add_days(struct buf *out, const struct month *report)
{
	buf_add_text(out, "<h2>Day by day</h2>\n<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Monitor</th><th scope=\"col\">The worst of each day</th>"
	    "<th scope=\"col\">Latency</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < report->count; i++) {
		buf_add_text(out, "<tr><th scope=\"row\" class=\"name\">");
		add_escaped(out, report->monitors[i].name);
		buf_add_text(out, "</th><td>");
		add_bar(out, report, &report->monitors[i]);
		buf_add_text(out, "</td><td>");
		add_graph(out, report, &report->monitors[i]);
		buf_add_text(out, "</td></tr>\n");
	}
	buf_add_text(out, "</tbody></table></div>\n");
	add_legend(out);
}

static void add_outage(struct buf *out, const struct incident_record *record, int64_t now_us)
{
	const struct incident *incident = &record->incident;
	struct buf cause;
	char text[TEXT];

	buf_init(&cause, 1 << 16);
	sheet_cause(incident, &cause);
	buf_print(out, "<tr><td class=\"moment\">%s</td>", sheet_moment(incident->start_us, text, sizeof text));
	buf_print(out, "<td class=\"moment\">%s</td>", incident->end_us ? sheet_moment(incident->end_us, text, sizeof text) : "open");
	add_number(out, sheet_length(incident_length_us(incident, now_us), text, sizeof text));
	buf_add_text(out, "<td class=\"name\">");
	add_escaped(out, record->name);
	buf_add_text(out, "</td><td class=\"cause\">");
	add_escaped(out, cause.data);
	buf_add_text(out, "</td></tr>\n");
	buf_finish(&cause);
}

static void add_outages(struct buf *out, const struct month *report)
{
	buf_print(out, "<h2>Outages%s</h2>\n", report->more_incidents ? ", the newest" : "");
	if (!report->incident_count) {
		buf_add_text(out, "<p>There was none.</p>\n");
		return;
	}
	buf_add_text(out, "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Started</th><th scope=\"col\">Ended</th>"
	    "<th scope=\"col\" class=\"number\">Lasted</th><th scope=\"col\">Monitor</th><th scope=\"col\">Cause</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < report->incident_count; i++)
		add_outage(out, &report->incidents[i], report->made_us);
	buf_add_text(out, "</tbody></table></div>\n");
}

void format_report_html(struct buf *out, const struct month *report)
{
	add_head(out, report);
	add_summary(out, report);
	if (report->count) {
		add_monitors(out, report);
		add_days(out, report);
	}
	add_outages(out, report);
	buf_add_text(out, "</body>\n</html>\n");
}
