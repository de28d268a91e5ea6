/* The board as a table of text and as JSON: `list`, and kumatop without a terminal. */
#include "kumatop/format.h"

#include <stdlib.h>
#include <stdio.h>

#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/order.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "put.h"

enum { COLUMNS = 7, CELL_SIZE = 320, NAME_CELLS_MOST = 40 };

struct row {
	char cells[COLUMNS][CELL_SIZE];
};

static const char *const heads[COLUMNS] = { "STATE", "NAME", "TYPE", "LAST", "24H%", "FOR", "MESSAGE" };
static const bool right_aligned[COLUMNS] = { [3] = true, [4] = true, [5] = true };

static const struct monitor_view **sorted_views(const struct snapshot *snapshot)
{
	const struct monitor_view **views = heap_zero(snapshot->count + 1, sizeof(struct monitor_view *));

	for (size_t i = 0; i < snapshot->count; i++)
		views[i] = snapshot_view(snapshot, i);
	order_sort(views, snapshot->count, ORDER_STATE, false);
	return views;
}

/* Never 100 % that was not: 99.996 is 99.99, not 100.00. */
static void print_uptime(double uptime, char *out, size_t size)
{
	if (uptime < 0)
		snprintf(out, size, "-");
	else
		snprintf(out, size, "%.2f", (double)(int64_t)(uptime * 10000.0 + 1e-9) / 100.0);
}

static void fill_row(struct row *row, const struct monitor_view *view, int64_t now_us)
{
	int32_t latency_us = view_latency_us(view);
	size_t name_bytes = text_fit(view->spec->name, NAME_CELLS_MOST, NULL);

	text_copy(row->cells[0], CELL_SIZE, state_word((int)view->standing.state));
	snprintf(row->cells[1], CELL_SIZE, "%.*s%s", (int)name_bytes, view->spec->name, view->spec->name[name_bytes] ? ".." : "");
	text_copy(row->cells[2], CELL_SIZE, view->spec->kind->name);
	if (latency_us >= 0)
		snprintf(row->cells[3], CELL_SIZE, "%d ms", (latency_us + 500) / 1000);
	else
		text_copy(row->cells[3], CELL_SIZE, "-");
	print_uptime(amounts_uptime(&view->day), row->cells[4], CELL_SIZE);
	if (view->standing.since_us)
		age_print(now_us - view->standing.since_us, row->cells[5], CELL_SIZE);
	else
		text_copy(row->cells[5], CELL_SIZE, "-");
	text_copy(row->cells[6], CELL_SIZE, shared_read(view->detail));
}

static void add_cell(struct buf *out, const char *text, size_t width, bool right, bool last)
{
	size_t cells = text_width(text);

	for (size_t i = cells; right && i < width; i++)
		buf_add_char(out, ' ');
	buf_add_text(out, text);
	for (size_t i = cells; !right && !last && i < width; i++)
		buf_add_char(out, ' ');
	if (!last) {
		buf_add_text(out, "  ");
		return;
	}
	while (out->length && out->data[out->length - 1] == ' ')
		out->data[--out->length] = '\0';
	buf_add_char(out, '\n');
}

void format_board_text(struct buf *out, const struct snapshot *snapshot, int64_t now_us)
{
	const struct monitor_view **views = sorted_views(snapshot);
	struct row *rows = heap_zero(snapshot->count + 1, sizeof(*rows));
	size_t widths[COLUMNS] = { 0 };

	for (size_t i = 0; i < snapshot->count; i++)
		fill_row(&rows[i], views[i], now_us);
	for (size_t c = 0; c < COLUMNS; c++) {
		widths[c] = text_width(heads[c]);
		for (size_t i = 0; i < snapshot->count; i++)
			if (text_width(rows[i].cells[c]) > widths[c])
				widths[c] = text_width(rows[i].cells[c]);
	}
	for (size_t c = 0; c < COLUMNS; c++)
		add_cell(out, heads[c], widths[c], right_aligned[c], c == COLUMNS - 1);
	for (size_t i = 0; i < snapshot->count; i++)
		for (size_t c = 0; c < COLUMNS; c++)
			add_cell(out, rows[i].cells[c], widths[c], right_aligned[c], c == COLUMNS - 1);
	free(rows);
	free(views);
}

static const char *origin_word(enum spec_origin origin)
{
	return origin == SPEC_DECLARED ? "declared" : origin == SPEC_ADDED ? "added" : "temporary";
}

static struct json *view_object(const struct monitor_view *view, int64_t at_us)
{
	struct json *object = json_new_object(), *tags = json_new_array(), *day = json_new_object();
	const struct spec_common *common = &view->spec->common;
	int32_t latency_us = view_latency_us(view);
	double uptime = amounts_uptime(&view->day);

	if (at_us)
		put_moment(object, "at", at_us);
	json_put_text(object, "name", view->spec->name);
	json_put_text(object, "target", view->spec->target);
	json_put_text(object, "kind", view->spec->kind->name);
	json_put_text(object, "state", state_word((int)view->standing.state));
	put_moment(object, "since", view->standing.since_us);
	json_put_text(object, "outcome", view->has_result ? outcome_row(view->outcome)->word : NULL);
	put_natural(object, "code", view->code);
	put_natural(object, "latency_us", latency_us);
	json_put_text(object, "address", view->address ? shared_read(view->address) : NULL);
	json_put_text(object, "detail", shared_read(view->detail));
	put_moment(object, "last", view->last_us);
	put_moment(object, "cert_expires", view->cert_expires_us);
	json_put_flag(object, "acknowledged", view->standing.acknowledged);
	json_put_integer(day, "up_s", view->day.us[TIME_UP] / SECOND_US);
	json_put_integer(day, "down_s", view->day.us[TIME_DOWN] / SECOND_US);
	json_put_integer(day, "pending_s", view->day.us[TIME_PENDING] / SECOND_US);
	json_put_integer(day, "maintenance_s", view->day.us[TIME_MAINTENANCE] / SECOND_US);
	json_put_integer(day, "unknown_s", view->day.us[TIME_UNKNOWN] / SECOND_US);
	if (uptime >= 0)
		json_put_real(day, "uptime", uptime);
	else
		json_put_null(day, "uptime");
	json_put(object, "day", day);
	json_put_text(object, "origin", origin_word(view->spec->origin));
	json_put_text(object, "group", common->group);
	for (size_t i = 0; i < common->tags.count; i++)
		json_append_text(tags, common->tags.items[i]);
	json_put(object, "tags", tags);
	return object;
}

void format_board_json(struct buf *out, const struct snapshot *snapshot, int64_t at_us)
{
	const struct monitor_view **views = sorted_views(snapshot);

	for (size_t i = 0; i < snapshot->count; i++) {
		struct json *object = view_object(views[i], at_us);

		json_print(object, out);
		buf_add_char(out, '\n');
		json_free(object);
	}
	free(views);
}
