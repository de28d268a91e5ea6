/*
 * Draws the detail view: title, why, graph, numbers, outages, events, each with as many rows as there is room for.
 */
#include "detail.h"

#include "event_line.h"
#include "graph.h"
#include "line.h"
#include "role.h"
#include "series.h"
#include "why.h"

#include "kumatop/heap.h"
#include "kumatop/shared.h"
#include "kumatop/text.h"

enum { TALL = 30, GRAPH_LEAST = 6, GRAPH_USUAL = 9, GRAPH_GOOD = 16, WHY_RULE_FROM_ROWS = 4, EVENTS_LEAST = 3, OUTAGES_MOST = 3, VIEWER_COLUMNS = 80 };

/* Rows of each part, rules included; 0: left out. */
struct plan {
	int target, why, graph, stats, uptime, panels, blocks, outages, events;
};

static void draw_title(struct view *view, const struct monitor_view *monitor, struct area area)
{
	const struct detail *detail = view->state;
	const struct standing *standing = &monitor->standing;
	enum role role = glyph_state_role((int)standing->state);
	struct line line = { area, 0, 1 };
	char text[128], when[64], looker[32];

	int room = area.columns / 2;

	paint_text(area_part(area, 0, 1, 1, room), 0, 0, ROLE_HEADER, monitor->spec->name);
	int width = (int)text_width(monitor->spec->name);

	line_gap(&line, (width < room ? width : room) + 2);
	line_print(&line, role, "%s %s", glyph_state(area.canvas->glyphs, (int)standing->state), state_title((int)standing->state));
	if (standing->since_us) {
		line_gap(&line, 1);
		line_print(&line, role, "%s", length_print(tui_now_us(view->tui) - standing->since_us, text, sizeof text));
		if (line.x + 40 < area.columns) {
			line_next(&line);
			line_print(&line, ROLE_TEXT_DIM, "since %s", line_moment(view->tui, standing->since_us, when, sizeof when));
		}
	}
	when[0] = looker[0] = '\0';
	if (!detail->beside)
		tui_time(view->tui, tui_clock_us(view->tui), "%H:%M:%S %Z", when, sizeof when);
	if (!detail->beside && area.columns >= VIEWER_COLUMNS)
		role_print(view->tui, looker, sizeof looker);
	snprintf(text, sizeof text, "%s%s%s%s%s", standing->incident_open ? standing->acknowledged ? "acknowledged " : "unacked " : "",
	    monitor->checking ? "checking " : "", looker, looker[0] ? " " : "", when);
	line_print_right(area, 0, line.x, ROLE_CLOCK, text);
}

static void draw_target(const struct monitor_view *monitor, struct area area)
{
	const struct monitor_spec *spec = monitor->spec;
	struct line line = { area, 0, 1 };
	char every[32];

	line_print(&line, ROLE_LINK, "%s", spec->target);
	line_next(&line);
	line_print(&line, ROLE_TEXT, "%s every %s", spec->kind->name, duration_print(spec->common.interval_ms, every, sizeof every));
	for (size_t i = 0; i < spec->common.tags.count; i++) {
		line_gap(&line, i ? 1 : 2);
		line_print(&line, ROLE_TEXT_DIM, "#%s", spec->common.tags.items[i]);
	}
	if (spec->common.group) {
		line_next(&line);
		line_print(&line, ROLE_TEXT_DIM, "group %s", spec->common.group);
	}
	if (spec->common.description) {
		line_next(&line);
		line_print(&line, ROLE_TEXT_DIM, "%s", spec->common.description);
	}
}

static void draw_remedy(const struct monitor_view *monitor, struct area area, int y)
{
	struct line line = { area, y, 1 };
	const struct spec_common *common = &monitor->spec->common;

	if (common->runbook) {
		line_print(&line, ROLE_TEXT_DIM, "runbook ");
		line_gap(&line, 1);
		line_print(&line, ROLE_LINK, "%s", common->runbook);
		line_next(&line);
	}
	if (common->owner)
		line_print(&line, ROLE_TEXT, "owner %s", common->owner);
}

/* The lines of the why block that there is something to say on. */
static int why_rows(const struct monitor_view *monitor)
{
	if (!why_is_asked(monitor))
		return 0;
	return 3 + (*shared_read(monitor->address) || monitor->phase_us[PHASE_TOTAL] >= 0) + !!monitor->evidence
	    + (monitor->spec->common.runbook || monitor->spec->common.owner);
}

/* area: as many rows as the plan gives; the reason and the times are the last to go. */
static void draw_why(struct view *view, const struct monitor_view *monitor, struct area area)
{
	enum role role = glyph_state_role((int)monitor->standing.state);
	char text[RESULT_DETAIL_SIZE + 64];
	int y = area.rows >= WHY_RULE_FROM_ROWS, left = area.rows - 2 - y;

	if (y)
		paint_rule(area, 0, ROLE_TEXT_DIM, "why");
	paint_text(area, y++, 1, role, why_reason(monitor->outcome, shared_read(monitor->detail), text, sizeof text));
	if (left > 0 && (*shared_read(monitor->address) || monitor->phase_us[PHASE_TOTAL] >= 0)) {
		struct line line = { area, y++, 1 };

		if (*shared_read(monitor->address)) {
			bool reached = monitor->phase_us[PHASE_CONNECT] >= 0 || monitor->phase_us[PHASE_FIRST_BYTE] >= 0;

			line_print(&line, ROLE_TEXT, "%s %s", reached ? "reached" : "tried", shared_read(monitor->address));
			line_next(&line);
		}
		why_phases(monitor->phase_us, text, sizeof text);
		line_exact(area, line.y, line.x, ROLE_TEXT, text, strlen(text));
		left--;
	}
	if (left > 0 && monitor->evidence) {
		struct line line = { area, y++, 1 };

		line_print(&line, ROLE_TEXT_DIM, "seen:");
		line_gap(&line, 1);
		line_print(&line, ROLE_TEXT, "%s", why_body(shared_read(monitor->evidence), text, sizeof text));
		left--;
	}
	detail_draw_times(view, monitor, area, y++);
	if (left > 0)
		draw_remedy(monitor, area, y);
}

/* What the graph is made of, where that is not the beats of the time; NULL: those that the view remembers. */
static const char *made_of(const struct history_series *series)
{
	static const char *const words[HISTORY_RESOLUTION_COUNT] = {
		[HISTORY_BEATS] = "", [HISTORY_5MIN] = ", from 5 minutes", [HISTORY_HOUR] = ", from hours", [HISTORY_DAY] = ", from days",
	};

	return series ? words[series->resolution] : ", last checks";
}

static void draw_graph_rule(const struct detail *detail, struct area area, const struct history_series *answered)
{
	char title[96], back[32] = "";
	struct line line = { area, 0, 0 };

	if (detail->back_us)
		length_print(detail->back_us, back, sizeof back);
	snprintf(title, sizeof title, "response time, %s%s%s%s%s%s", detail_ranges[detail->range].name, *back ? ", until " : "", back,
	    *back ? " ago" : "", made_of(answered), answered && detail->logarithmic ? ", logarithmic" : "");
	paint_rule(area, 0, ROLE_TEXT_DIM, title);
	line.x = area.columns - 22;
	if (line.x > (int)strlen(title) + 4)
		line_print(&line, ROLE_TEXT_DIM, "[ shorter ] longer ");
}

static void draw_graph(struct view *view, const struct monitor_view *monitor, const struct history_series *series, struct area area,
    int64_t to_us)
{
	struct detail *detail = view->state;
	struct graph graph = {
		.glyphs = area.canvas->glyphs, .width = area.columns, .height = area.rows, .from_us = to_us - detail_ranges[detail->range].us,
		.to_us = to_us, .utc = tui_is_utc(view->tui), .logarithmic = detail->logarithmic,
	};

	if (graph.width < 1 || graph.height < 1)
		return;
	struct glyph_cell *cells = heap_zero((size_t)graph.width * (size_t)graph.height, sizeof *cells);

	graph_draw(&graph, series, cells);
	for (int y = 0; y < graph.height; y++)
		paint_cells(area, y, 0, cells + y * graph.width, (size_t)graph.width);
	free(cells);
	if (!series->beats && graph.height > 3)
		paint_text(area, graph.height / 2 - 1, graph.width >= 50 ? 12 : 8, ROLE_TEXT_DIM,
		    monitor->standing.state == STATE_PAUSED ? "paused" : "no checks in this time");
}

static void draw_stats(const struct history_series *series, struct area area)
{
	const struct { const char *label; int32_t us; } numbers[] = {
		{ "min", series->min_us }, { "avg", series->mean_us }, { "p50", series->p50_us }, { "p95", series->p95_us },
		{ "p99", series->p99_us }, { "max", series->max_us },
	};
	struct line line = { area, 0, 1 };
	char ms[32];

	if (series->min_us < 0) {
		line_print(&line, ROLE_TEXT_DIM, "no answer in this time");
		return;
	}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		line_print(&line, ROLE_TEXT_DIM, "%s", numbers[i].label);
		line_gap(&line, 1);
		line_print(&line, ROLE_TEXT, "%s", line_ms(numbers[i].us, ms, sizeof ms));
		line_gap(&line, 1);
	}
	line_print(&line, ROLE_TEXT_DIM, "ms");
	line_gap(&line, 3);
	for (int i = 0; i < PHASE_TOTAL; i++) {
		char phase[48];

		if (series->phase_mean_us[i] < 0)
			continue;
		snprintf(phase, sizeof phase, "%s %s", why_phase_label(series->phase_mean_us, i), line_ms(series->phase_mean_us[i], ms, sizeof ms));
		if (line.x + (int)strlen(phase) > area.columns)
			break;
		line_print(&line, ROLE_TEXT_DIM, "%s", phase);
		line_gap(&line, 1);
	}
}

/* At the right of a rule whose title ends at `from`, in as many words as there is room for. */
static void draw_cert_title(struct view *view, const struct monitor_view *monitor, struct area area, int from)
{
	int64_t left_us = monitor->cert_expires_us - tui_now_us(view->tui);
	char cert[96], age[16];

	if (!monitor->cert_expires_us)
		return;
	detail_print_cert(view, monitor, cert, sizeof cert);
	if (area.columns - (int)strlen(cert) - 3 <= from)
		snprintf(cert, sizeof cert, left_us < 0 ? "cert expired" : "cert %s", age_print(left_us, age, sizeof age));
	int x = area.columns - (int)strlen(cert) - 3;

	if (x > from)
		paint_print(area, 0, x, detail_cert_role(monitor, left_us), " %s ", cert);
}

static void draw_outages(struct view *view, const struct monitor_view *monitor, struct area area, bool with_cert)
{
	const struct detail *detail = view->state;
	char title[192];

	paint_rule(area, 0, ROLE_TEXT_DIM, detail_print_outages(detail, monitor, title, sizeof title));
	if (with_cert)
		draw_cert_title(view, monitor, area, (int)strlen(title) + 4);
	detail_draw_outage_rows(view, area_part(area, 1, 0, area.rows - 1, area.columns));
}

static void draw_events(struct view *view, const struct monitor_view *monitor, struct area area, bool with_cert)
{
	const struct detail *detail = view->state;
	const struct history_answer *events = detail->events;

	paint_rule(area, 0, ROLE_TEXT_DIM, "events");
	if (with_cert)
		draw_cert_title(view, monitor, area, 12);
	if (detail->no_history || (events && !events->ok))
		paint_text(area, 1, 1, ROLE_TEXT_DIM, events && !events->ok ? events->error.text : "no history is kept");
	else if (!events)
		paint_text(area, 1, 1, ROLE_TEXT_DIM, "asking the history");
	else if (!events->event_count)
		paint_text(area, 1, 1, ROLE_TEXT_DIM, "none yet");
	for (size_t i = 0; events && events->ok && i < events->event_count && (int)i + 1 < area.rows; i++)
		event_line_draw(view->tui, area, (int)i + 1, &events->events[i], 0);
}

static int take(int *left, int wanted, int least)
{
	int rows = wanted <= *left ? wanted : *left >= least ? *left : 0;

	*left -= rows;
	return rows;
}

/*
 * Who is given rows first: the reason, then the picture, then the numbers, outages with them, and at last the log. What is left makes
 * the picture and the log longer.
 */
static struct plan make_plan(const struct detail *detail, const struct monitor_view *monitor, int rows, int columns)
{
	struct plan plan = { .target = 0 };
	int left = rows - 1;
	int why = why_rows(monitor);
	int panels = rows >= TALL ? detail_panel_rows(rows, columns) : 0;

	plan.target = rows >= 6 ? take(&left, 1, 1) : 0;
	plan.why = why ? take(&left, rows < 10 && why > 3 ? 3 : why, 2) : 0;
	plan.graph = take(&left, GRAPH_LEAST, 4);
	if (panels) {
		plan.panels = take(&left, panels, panels);
	} else {
		plan.stats = take(&left, 1, 1);
		plan.uptime = take(&left, 1, 1);
	}
	if (panels) {
		int blocks = detail_block_rows(detail, rows, columns);

		plan.blocks = take(&left, blocks, blocks);
	}
	if (!plan.blocks && !detail->no_history)
		plan.outages = take(&left, detail_outage_rows(detail, OUTAGES_MOST) + 1, 2);
	if (panels && (!plan.blocks || !detail->beside))
		plan.events = take(&left, EVENTS_LEAST + 1, 2);
	plan.graph += take(&left, plan.graph ? (panels ? GRAPH_GOOD : GRAPH_USUAL) - plan.graph : 0, 0);
	/* beside the list the newest events stand below it */
	if (!panels && (!plan.blocks || !detail->beside))
		plan.events = take(&left, EVENTS_LEAST + 1, 2);
	if (plan.events)
		plan.events += take(&left, left / 2, 0);
	if (plan.graph)
		plan.graph += left;
	return plan;
}

static void draw_parts(struct view *view, const struct monitor_view *monitor, struct area area)
{
	struct detail *detail = view->state;
	struct plan plan = make_plan(detail, monitor, area.rows, area.columns);
	int64_t to_us = tui_now_us(view->tui) - detail->back_us;
	struct history_series own = { .columns = NULL }, *series = &own;
	bool answered = detail->series && detail->series->ok && !detail->no_history && detail->series_is.range == detail->range;
	bool wide = plan.blocks && detail_blocks_are_wide(area.rows, area.columns);
	int y = 1;

	detail->columns = graph_columns(area.canvas->glyphs, area.columns);
	detail_refresh(view);
	if (answered) {
		series = &detail->series->series;
		to_us = detail->series->query.to_us;
	} else {
		own = series_from_view(monitor, to_us - detail_ranges[detail->range].us, to_us, detail->columns);
	}
	if (plan.target)
		draw_target(monitor, area_part(area, y, 0, 1, area.columns));
	y += plan.target;
	if (plan.why)
		draw_why(view, monitor, area_part(area, y, 0, plan.why, area.columns));
	y += plan.why;
	if (plan.graph) {
		draw_graph_rule(detail, area_part(area, y, 0, 1, area.columns), answered ? series : NULL);
		draw_graph(view, monitor, series, area_part(area, y + 1, 0, plan.graph - 1, area.columns), to_us);
	}
	y += plan.graph;
	if (plan.stats)
		draw_stats(series, area_part(area, y++, 0, 1, area.columns));
	if (plan.uptime)
		detail_draw_uptime(detail, monitor, area_part(area, y++, 0, 1, area.columns));
	if (plan.panels)
		detail_draw_panels(view, monitor, series, area_part(area, y, 0, plan.panels, area.columns), wide);
	y += plan.panels;
	if (plan.blocks)
		detail_draw_blocks(view, monitor, area_part(area, y, 0, plan.blocks, area.columns), wide);
	y += plan.blocks;
	if (plan.outages)
		draw_outages(view, monitor, area_part(area, y, 0, plan.outages, area.columns), !plan.panels);
	y += plan.outages;
	if (plan.events)
		draw_events(view, monitor, area_part(area, y, 0, plan.events, area.columns), !plan.panels && !plan.outages);
	free(own.columns);
}

void detail_draw(struct view *view, struct area area)
{
	const struct detail *detail = view->state;
	const struct monitor_view *monitor = tui_monitor(view->tui, detail->id);

	if (!monitor) {
		paint_text(area, area.rows / 2, 1, ROLE_TEXT_DIM,
		    tui_past_us(view->tui) ? "this monitor was not there then" : "this monitor is no longer there");
		return;
	}
	draw_title(view, monitor, area);
	draw_parts(view, monitor, area);
}
