/*
 * A monitor as a row of the list.
 */
#include <stdio.h>
#include <string.h>

#include "line.h"
#include "list_parts.h"

#include "kumatop/outcome.h"
#include "kumatop/text.h"

enum { CELLS_MOST = 128 };

/* How one row is painted. */
struct brush {
	const struct tui *tui;
	const struct monitor_view *view;
	struct area area;
	int y;
	bool dim;		/* it got better and waits for a key */
};

static enum role text_role(const struct brush *brush, enum role role)
{
	return brush->dim ? ROLE_TEXT_DIM : role;
}

static const char *marks_of(const struct monitor_view *view)
{
	return view->standing.acknowledged && view->standing.incident_open ? " a" : "";
}

static void draw_name(const struct brush *brush, const struct layout_column *column, bool marked)
{
	const struct monitor_view *view = brush->view;
	const char *marks = marks_of(view);
	enum role role = marked ? ROLE_TAGGED : view->standing.state == STATE_DOWN ? ROLE_NAME_DOWN : ROLE_TEXT;
	int room = column->width - (int)strlen(marks);
	struct area part = area_part(brush->area, brush->y, column->x, 1, room > 0 ? room : 0);
	int used = paint_text(part, 0, 0, text_role(brush, role), view->spec->name);

	paint_text(brush->area, brush->y, column->x + used, ROLE_TEXT_DIM, marks);
}

static void draw_last(const struct brush *brush, const struct layout_column *column)
{
	const struct monitor_view *view = brush->view;
	bool answered = view->has_result && (view->verdict == VERDICT_UP || view->verdict == VERDICT_DEGRADED);
	char text[32];

	if (!view->has_result)
		return;
	line_ms(answered ? view_latency_us(view) : -1, text, sizeof text);
	paint_field_right(brush->area, brush->y, column->x, column->width, text_role(brush, ROLE_TEXT), text);
}

static void draw_p95(const struct brush *brush, const struct layout_column *column)
{
	char text[32];

	line_ms(view_percentile_us(brush->view, 0.95), text, sizeof text);
	paint_field_right(brush->area, brush->y, column->x, column->width, text_role(brush, ROLE_TEXT), text);
}

static void draw_uptime(const struct brush *brush, const struct layout_column *column)
{
	char text[32];

	line_uptime(&brush->view->day, text, sizeof text);
	paint_field_right(brush->area, brush->y, column->x, column->width, text_role(brush, ROLE_TEXT), text);
}

static void draw_cert(const struct brush *brush, const struct layout_column *column)
{
	const struct monitor_view *view = brush->view;
	int64_t left_us = view->cert_expires_us - tui_now_us(brush->tui);
	enum role role = left_us < DAY_US ? ROLE_CERT_BAD : left_us < 14 * DAY_US ? ROLE_CERT_WARN : ROLE_CERT_OK;
	char text[32] = "-";

	if (view->cert_expires_us)
		snprintf(text, sizeof text, "%lldd", (long long)(left_us / DAY_US));
	else
		role = ROLE_TEXT_DIM;
	paint_field_right(brush->area, brush->y, column->x, column->width, text_role(brush, role), text);
}

static void draw_age(const struct brush *brush, const struct layout_column *column)
{
	char text[16];

	if (!brush->view->standing.since_us)
		return;
	age_print(tui_now_us(brush->tui) - brush->view->standing.since_us, text, sizeof text);
	paint_field_right(brush->area, brush->y, column->x, column->width, text_role(brush, ROLE_TEXT), text);
}

static void draw_message(const struct brush *brush, const struct layout_column *column)
{
	const struct monitor_view *view = brush->view;
	const struct standing *standing = &view->standing;
	const char *reason = shared_read(view->detail);
	char count[32] = "", until[64] = "", when[32];
	enum role role = standing->state == STATE_UP ? ROLE_TEXT_DIM : ROLE_TEXT;

	if (!*reason && view->has_result && view->verdict != VERDICT_UP)
		reason = outcome_row(view->outcome)->sentence;
	if (!view->has_result && !*reason)
		reason = view->checking ? "being checked" : "waits for its first check";
	if (standing->state == STATE_PENDING)
		snprintf(count, sizeof count, "%u/%lld: ", standing->bad_run, (long long)view->spec->common.fall);
	if (view->paused_until_us) {
		line_moment(brush->tui, view->paused_until_us, when, sizeof when);
		snprintf(until, sizeof until, " until %s", when);
	}
	paint_print(area_part(brush->area, brush->y, column->x, 1, column->width), 0, 0, text_role(brush, role), "%s%s%s", count, reason, until);
}

static void draw_cells(const struct brush *brush, const struct list *list, const struct layout_column *column)
{
	struct glyph_cell cells[CELLS_MOST];
	size_t width = column->width < CELLS_MOST ? (size_t)column->width : CELLS_MOST;

	if (column->column == COLUMN_BAR && list->bars.range != BAR_BEATS)
		bars_draw(&list->bars, brush->tui->canvas.glyphs, brush->view, tui_now_us(brush->tui), cells, width);
	else if (column->column == COLUMN_BAR)
		glyph_bar(brush->tui->canvas.glyphs, brush->view, cells, width);
	else
		glyph_spark(brush->tui->canvas.glyphs, brush->view, cells, width);
	paint_cells(brush->area, brush->y, column->x, cells, width);
}

static void draw_state(const struct brush *brush, const struct list *list, bool selected)
{
	int state = (int)brush->view->standing.state;

	if (selected)
		paint_glyph(brush->area, brush->y, 0, glyph_state_role(state), GLYPH_CURSOR);
	paint_text(brush->area, brush->y, 1, glyph_state_role(state), glyph_state(brush->tui->canvas.glyphs, state));
	if (list_is_marked(list, brush->view->id))
		paint_point(brush->area, brush->y, 2, ROLE_TAGGED, '+');
}

static void draw_column(const struct brush *brush, const struct list *list, const struct layout_column *column)
{
	switch (column->column) {
	case COLUMN_NAME:
		draw_name(brush, column, list_is_marked(list, brush->view->id));
		break;
	case COLUMN_KIND:
		paint_field(brush->area, brush->y, column->x, column->width, ROLE_TEXT_DIM, brush->view->spec->kind->name);
		break;
	case COLUMN_BAR: case COLUMN_SPARK:
		draw_cells(brush, list, column);
		break;
	case COLUMN_LAST:
		draw_last(brush, column);
		break;
	case COLUMN_P95:
		draw_p95(brush, column);
		break;
	case COLUMN_UPTIME:
		draw_uptime(brush, column);
		break;
	case COLUMN_CERT:
		draw_cert(brush, column);
		break;
	case COLUMN_AGE:
		draw_age(brush, column);
		break;
	case COLUMN_MESSAGE:
		draw_message(brush, column);
		break;
	default:
		break;
	}
}

/*
 * Under glyph and name, not under the whole row: bars are what a row costs on a slow line, and so they are not sent again for a
 * cursor that merely passes.
 */
static void draw_cursor(const struct layout *layout, struct area area, int y)
{
	const struct layout_column *name = layout_find(layout, COLUMN_NAME);

	paint_under(area, y, 0, name ? name->x + name->width : area.columns, ROLE_CURSOR);
}

void row_draw(const struct tui *tui, const struct list *list, const struct layout *layout, struct area area, int y, size_t row)
{
	struct brush brush = { .tui = tui, .view = rows_at(list->rows, row), .area = area, .y = y, .dim = rows_is_kept(list->rows, row) };
	bool selected = row == list_row(list);

	draw_state(&brush, list, selected);
	for (size_t i = 0; i < layout->count; i++)
		draw_column(&brush, list, &layout->columns[i]);
	if (selected)
		draw_cursor(layout, area, y);
}

static enum column column_of_order(enum order_key key)
{
	static const enum column columns[ORDER_COUNT] = {
		[ORDER_STATE] = COLUMN_STATE, [ORDER_NAME] = COLUMN_NAME, [ORDER_LATENCY] = COLUMN_LAST, [ORDER_P95] = COLUMN_P95,
		[ORDER_UPTIME] = COLUMN_UPTIME, [ORDER_CERT] = COLUMN_CERT, [ORDER_AGE] = COLUMN_AGE, [ORDER_GROUP] = COLUMN_COUNT,
		[ORDER_KIND] = COLUMN_KIND,
	};

	return columns[key];
}

void row_draw_heads(const struct list *list, const struct layout *layout, struct area area, int y)
{
	enum column sorted = column_of_order(list->key);

	paint_fill(area, y, 0, area.columns, ROLE_TABLE_HEAD, ' ');
	for (size_t i = 0; i < layout->count; i++) {
		const struct layout_column *column = &layout->columns[i];
		const char *title = column_title(column->column, column->width);
		enum role role = column->column == sorted ? ROLE_TABLE_SORT : ROLE_TABLE_HEAD;

		if (column->column == COLUMN_STATE)
			continue;
		if (column->column == COLUMN_BAR && bars_title(&list->bars))
			title = bars_title(&list->bars);
		if (column_is_number(column->column))
			paint_field_right(area, y, column->x, column->width, role, title);
		else
			paint_text(area_part(area, y, column->x, 1, column->width), 0, 0, role, title);
	}
	if (sorted == COLUMN_STATE && list->reverse && area.columns > 2)
		paint_glyph(area, y, 1, ROLE_TABLE_SORT, GLYPH_ASCENDING);
}
