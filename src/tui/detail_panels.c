/*
 * The numbers of the detail view: uptime as amounts of time, response times, the last check.
 */
#include "detail.h"

#include "line.h"
#include "why.h"

#include "kumatop/shared.h"

const char *const detail_class_labels[TIME_CLASS_COUNT] = {
	[TIME_UP] = "up", [TIME_DOWN] = "down", [TIME_PENDING] = "pending", [TIME_MAINTENANCE] = "maint", [TIME_UNKNOWN] = "unknown",
};

const enum role detail_class_roles[TIME_CLASS_COUNT] = {
	[TIME_UP] = ROLE_STATE_UP, [TIME_DOWN] = ROLE_STATE_DOWN, [TIME_PENDING] = ROLE_STATE_PENDING,
	[TIME_MAINTENANCE] = ROLE_STATE_MAINTENANCE, [TIME_UNKNOWN] = ROLE_STATE_UNKNOWN,
};

void detail_draw_times(struct view *view, const struct monitor_view *monitor, struct area area, int y)
{
	struct line line = { area, y, 1 };
	int64_t first_us = monitor->standing.incident_open ? monitor->standing.incident_us : monitor->standing.first_bad_us;
	int64_t left_us = monitor->next_us - tui_now_us(view->tui);
	char text[64];

	if (first_us) {
		line_print(&line, ROLE_TEXT, "first failed %s", line_moment(view->tui, first_us, text, sizeof text));
		line_next(&line);
	}
	if (monitor->last_good_us)
		line_print(&line, ROLE_TEXT, "last good %s", line_moment(view->tui, monitor->last_good_us, text, sizeof text));
	else
		line_print(&line, ROLE_TEXT, "never seen good");
	if (*why_run(monitor, text, sizeof text)) {
		line_next(&line);
		line_print(&line, ROLE_TEXT, "%s", text);
	}
	line_next(&line);
	if (monitor->checking)
		line_print(&line, ROLE_TEXT, "checking now");
	else if (monitor->next_us)
		line_print(&line, ROLE_TEXT, "next check in %s", length_print(left_us > 0 ? left_us : 0, text, sizeof text));
}

enum role detail_cert_role(const struct monitor_view *monitor, int64_t left_us)
{
	if (left_us < 0)
		return ROLE_CERT_BAD;
	return left_us < monitor->spec->common.cert_warn_ms * 1000 ? ROLE_CERT_WARN : ROLE_CERT_OK;
}

void detail_print_cert(struct view *view, const struct monitor_view *monitor, char *out, size_t size)
{
	int64_t left_us = monitor->cert_expires_us - tui_now_us(view->tui);
	char age[16], date[32];

	tui_time(view->tui, monitor->cert_expires_us, "%F", date, sizeof date);
	if (left_us < 0)
		snprintf(out, size, "certificate expired %s ago, %s", age_print(-left_us, age, sizeof age), date);
	else
		snprintf(out, size, "certificate %s left, until %s", age_print(left_us, age, sizeof age), date);
}

enum {
	UPTIME_WIDTH = 32, UPTIME_WIDE = 52, TIMES_WIDTH = 38, TIMES_WIDE = 58, PANEL_ROWS = 8, LAST_ROWS = 7, ABREAST_COLUMNS = 100,
	WIDE_FROM_COLUMNS = 160, BOTH_FROM_ROWS = 42,
};

/* Beside the numbers of the range: what the mean was made of, or where only the whole is kept, those of other windows. */
static void draw_times_panel(const struct detail *detail, const struct history_series *series, struct area area)
{
	const struct { const char *label; int32_t us; } left[] = {
		{ "min", series->min_us }, { "avg", series->mean_us }, { "p50", series->p50_us }, { "p90", series->p90_us },
		{ "p95", series->p95_us }, { "p99", series->p99_us }, { "max", series->max_us },
	};
	bool phases = false;
	char title[64], text[32];

	for (int i = 0; i < PHASE_TOTAL; i++)
		phases = phases || series->phase_mean_us[i] >= 0;
	snprintf(title, sizeof title, "response time, %s, ms", detail_ranges[detail->range].name);
	paint_rule(area, 0, ROLE_TEXT_DIM, title);
	for (int i = 0; i < 7; i++) {
		paint_text(area, i + 1, 1, ROLE_TEXT_DIM, left[i].label);
		paint_field_right(area, i + 1, 5, 7, ROLE_TEXT, line_ms(left[i].us, text, sizeof text));
	}
	if (area.columns >= TIMES_WIDE)
		detail_draw_latencies(detail, area_part(area, 0, TIMES_WIDTH, area.rows, TIMES_WIDE - TIMES_WIDTH));
	else if (!phases)
		detail_draw_latencies(detail, area_part(area, 0, 17, area.rows, TIMES_WIDTH - 17));
	if (!phases)
		return;
	paint_text(area, 1, 17, ROLE_TEXT_DIM, "mean of");
	for (int i = 0; i < PHASE_TOTAL; i++) {
		if (series->phase_mean_us[i] < 0)
			continue;
		paint_text(area, i + 2, 17, ROLE_TEXT_DIM, why_phase_label(series->phase_mean_us, i));
		paint_field_right(area, i + 2, 28, 7, ROLE_TEXT, line_ms(series->phase_mean_us[i], text, sizeof text));
	}
}

void detail_draw_last(struct view *view, const struct monitor_view *monitor, struct area area, bool with_cert)
{
	char text[RESULT_DETAIL_SIZE + 64];
	int y = 1;

	paint_rule(area, 0, ROLE_TEXT_DIM, "last check");
	if (!monitor->has_result) {
		paint_text(area, y, 1, ROLE_TEXT_DIM, "none yet");
		return;
	}
	paint_print(area, y++, 1, ROLE_TEXT, "%s", line_moment(view->tui, monitor->last_us, text, sizeof text));
	paint_text(area, y++, 1, ROLE_TEXT, why_reason(monitor->outcome, shared_read(monitor->detail), text, sizeof text));
	if (*shared_read(monitor->address))
		paint_text(area, y++, 1, ROLE_TEXT, shared_read(monitor->address));
	if (with_cert && monitor->cert_expires_us) {
		detail_print_cert(view, monitor, text, sizeof text);
		paint_text(area, y++, 1, detail_cert_role(monitor, monitor->cert_expires_us - tui_now_us(view->tui)), text);
	}
	detail_draw_times(view, monitor, area, y);
}

int detail_panel_rows(int rows, int columns)
{
	if (columns >= ABREAST_COLUMNS)
		return PANEL_ROWS;
	if (columns < UPTIME_WIDTH + TIMES_WIDTH)
		return 0;
	return rows >= BOTH_FROM_ROWS ? PANEL_ROWS + LAST_ROWS : PANEL_ROWS;
}

/* Three abreast (wide: the third is the outages), or the last check below the other two, if there are rows for it. */
void detail_draw_panels(struct view *view, const struct monitor_view *monitor, const struct history_series *series, struct area area,
    bool wide)
{
	const struct detail *detail = view->state;
	bool roomy = area.columns >= WIDE_FROM_COLUMNS;
	int uptime = roomy ? UPTIME_WIDE : UPTIME_WIDTH, both = uptime + (roomy ? TIMES_WIDE : TIMES_WIDTH);

	detail_draw_uptime_panel(detail, monitor, area_part(area, 0, 0, PANEL_ROWS, uptime));
	draw_times_panel(detail, series, area_part(area, 0, uptime, PANEL_ROWS, both - uptime));
	if (wide)
		detail_draw_outages(view, area_part(area, 0, both, area.rows, area.columns - both));
	else if (area.columns >= ABREAST_COLUMNS)
		detail_draw_last(view, monitor, area_part(area, 0, both, area.rows, area.columns - both), true);
	else if (area.rows > PANEL_ROWS)
		detail_draw_last(view, monitor, area_part(area, PANEL_ROWS, 0, LAST_ROWS, area.columns), true);
}
