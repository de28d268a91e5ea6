/*
 * What the list says of the monitor under the cursor: two lines, or a pane with the last response times where rows are left over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "line.h"
#include "list_parts.h"

#include "kumatop/heap.h"
#include "kumatop/outcome.h"
#include "kumatop/text.h"

static const char *reason_of(const struct monitor_view *monitor)
{
	const char *reason = shared_read(monitor->detail);

	if (*reason)
		return reason;
	return monitor->has_result ? outcome_row(monitor->outcome)->sentence : "no result yet";
}

/*
 * Parts of a line with separators between them, as far as they go. A line is in one colour: it is sent again for each line the
 * cursor moves.
 */
static void add_part(struct line *line, const char *separator, enum role role, const char *text)
{
	if (!*text || line->x >= line->area.columns - 4)
		return;
	if (line->x > 1)
		line_print(line, role, " %s ", separator);
	line_print(line, role, "%s", text);
}

static void draw_now(const struct tui *tui, const struct monitor_view *monitor, struct line *line, const char *separator)
{
	const struct standing *standing = &monitor->standing;
	const char *reason = reason_of(monitor);
	char text[128] = "", when[32];
	size_t used, room, fits;

	if (standing->since_us)
		snprintf(text, sizeof text, "%s since %s", state_word((int)standing->state), line_moment(tui, standing->since_us, when, sizeof when));
	line_print(line, ROLE_TEXT, "%s: ", monitor->spec->name);
	/* Since when is worth more than the end of a long reason. */
	used = (size_t)line->x + text_width(text) + 3;
	room = used < (size_t)line->area.columns ? (size_t)line->area.columns - used : 0;
	fits = text_fit(reason, text_width(reason) <= room || room < 12 ? SIZE_MAX : room - 2, NULL);
	line_print(line, ROLE_TEXT, "%.*s%s", (int)fits, reason, reason[fits] ? ".." : "");
	add_part(line, separator, ROLE_TEXT, text);
	if (monitor->checking) {
		add_part(line, separator, ROLE_TEXT, "being checked");
	} else if (monitor->next_us) {
		int64_t left = (monitor->next_us - tui_now_us(tui) + SECOND_US - 1) / SECOND_US;

		snprintf(text, sizeof text, "next check %lld s", (long long)(left > 0 ? left : 0));
		add_part(line, separator, ROLE_TEXT, text);
	}
	if (standing->incident_open)
		add_part(line, separator, ROLE_TEXT, standing->acknowledged ? "acknowledged" : "unack");
}

static void draw_rest(const struct tui *tui, const struct monitor_view *monitor, struct line *line, const char *separator)
{
	const struct spec_common *common = &monitor->spec->common;
	char text[128], when[32];

	if (monitor->last_good_us && monitor->standing.state != STATE_UP) {
		snprintf(text, sizeof text, "last good %s", line_moment(tui, monitor->last_good_us, when, sizeof when));
		add_part(line, separator, ROLE_TEXT_DIM, text);
	}
	add_part(line, separator, ROLE_TEXT_DIM, monitor->spec->target);
	add_part(line, separator, ROLE_TEXT_DIM, shared_read(monitor->address));
	for (size_t i = 0; i < common->tags.count; i++) {
		snprintf(text, sizeof text, "#%.100s", common->tags.items[i]);
		add_part(line, separator, ROLE_TEXT_DIM, text);
	}
	add_part(line, separator, ROLE_TEXT_DIM, common->group ? common->group : "");
	add_part(line, separator, ROLE_TEXT_DIM, common->description ? common->description : "");
}

void info_draw(const struct tui *tui, const struct monitor_view *monitor, struct area area)
{
	const char *separator = glyph_text(tui->canvas.glyphs, GLYPH_SEPARATOR);
	struct line first = { .area = area_part(area, 0, 0, 1, area.columns - 1), .x = 1 };
	struct line second = { .area = area_part(area, 1, 0, 1, area.columns - 1), .x = 1 };

	if (!monitor)
		return;
	draw_now(tui, monitor, &first, separator);
	draw_rest(tui, monitor, &second, separator);
}

/* The beats the list remembers, as a series. */
static void series_of_marks(const struct monitor_view *monitor, struct history_column *columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct beat_mark mark = view_mark(monitor, count - 1 - i);
		bool answered = mark.latency_10us != BEAT_MARK_NONE && mark.look != STATE_DOWN;
		int32_t us = answered ? (int32_t)(mark.latency_10us < INT32_MAX / 10 ? mark.latency_10us * 10 : INT32_MAX) : -1;

		columns[i] = (struct history_column){ .count = answered, .min_us = us, .mean_us = us, .max_us = us, .worst = (uint8_t)mark.look };
	}
}

static void draw_graph(const struct tui *tui, const struct monitor_view *monitor, struct area area)
{
	struct history_column columns[VIEW_MARKS];
	struct history_series series = { .columns = columns, .count = monitor->mark_count };
	int64_t span = (int64_t)monitor->mark_count * monitor->spec->common.interval_ms * 1000;
	int64_t to = monitor->last_us ? monitor->last_us : tui_now_us(tui);
	struct graph graph = {
		.glyphs = tui->canvas.glyphs, .width = area.columns, .height = area.rows, .from_us = to - (span > 0 ? span : MINUTE_US),
		.to_us = to, .utc = tui->utc,
	};
	struct glyph_cell *cells;

	if (area.rows < 2 || area.columns < 20)
		return;
	series_of_marks(monitor, columns, monitor->mark_count);
	cells = heap_zero((size_t)area.rows * (size_t)area.columns, sizeof *cells);
	graph_draw(&graph, monitor->mark_count ? &series : NULL, cells);
	for (int y = 0; y < area.rows; y++)
		paint_cells(area, y, 0, &cells[(size_t)y * (size_t)area.columns], (size_t)area.columns);
	free(cells);
}

static void draw_title(const struct monitor_view *monitor, struct area area)
{
	const struct spec_common *common = &monitor->spec->common;
	char title[1024], interval[32], timeout[32];

	duration_print(common->interval_ms, interval, sizeof interval);
	duration_print(common->timeout_ms, timeout, sizeof timeout);
	const char *rule = glyph_text(area.canvas->glyphs, GLYPH_RULE);

	snprintf(title, sizeof title, "%.200s %s %.300s %s %s %s every %s %s timeout %s %s rise %lld fall %lld", monitor->spec->name, rule,
	    monitor->spec->target, rule, monitor->spec->kind->name, rule, interval, rule, timeout, rule, (long long)common->rise,
	    (long long)common->fall);
	paint_rule(area, 0, ROLE_TEXT_DIM, title);
	paint_role(area, 0, 2, (int)text_width(monitor->spec->name), ROLE_TEXT_STRONG);
}

static void draw_facts(const struct tui *tui, const struct monitor_view *monitor, struct area area)
{
	const struct standing *standing = &monitor->standing;
	char a[32], b[32], c[32];
	int y = 0;

	paint_print(area, y++, 0, glyph_state_role((int)standing->state), "%s %s for %s", glyph_state(tui->canvas.glyphs, (int)standing->state),
	    state_word((int)standing->state), standing->since_us ? length_print(tui_now_us(tui) - standing->since_us, a, sizeof a) : "-");
	paint_text(area, y++, 0, ROLE_TEXT, reason_of(monitor));
	if (standing->first_bad_us)
		paint_print(area, y++, 0, ROLE_TEXT_DIM, "first failed %s, last good %s", line_moment(tui, standing->first_bad_us, a, sizeof a),
		    monitor->last_good_us ? line_moment(tui, monitor->last_good_us, b, sizeof b) : "never");
	paint_print(area, y++, 0, ROLE_TEXT_DIM, "24h %s %%   p50 %s   p95 %s ms", line_uptime(&monitor->day, a, sizeof a),
	    line_ms(view_percentile_us(monitor, 0.5), b, sizeof b), line_ms(view_percentile_us(monitor, 0.95), c, sizeof c));
	if (monitor->cert_expires_us)
		paint_print(area, y++, 0, ROLE_TEXT_DIM, "cert %lld days", (long long)((monitor->cert_expires_us - tui_now_us(tui)) / DAY_US));
	if (monitor->next_us && !monitor->checking)
		paint_print(area, y++, 0, ROLE_TEXT_DIM, "next check in %lld s",
		    (long long)(monitor->next_us > tui_now_us(tui) ? (monitor->next_us - tui_now_us(tui) + SECOND_US - 1) / SECOND_US : 0));
	if (y < area.rows && *shared_read(monitor->address))
		paint_print(area, y, 0, ROLE_TEXT_DIM, "at %s", shared_read(monitor->address));
}

void preview_draw(const struct tui *tui, const struct monitor_view *monitor, struct area area)
{
	int side = area.columns / 2 > 56 ? 56 : area.columns / 2;

	if (!monitor)
		return;
	draw_title(monitor, area);
	draw_graph(tui, monitor, area_part(area, 1, 1, area.rows - 1, area.columns - side - 3));
	draw_facts(tui, monitor, area_part(area, 1, area.columns - side, area.rows - 1, side - 1));
}
