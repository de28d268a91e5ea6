/*
 * Draws what windows of a monitor's time were made of, its objective and its outages: a line and a few rows where there is little
 * room, panels where there is more. Nothing that was not observed counts as up, and that it was not observed is said.
 */
#include "detail.h"

#include <stdio.h>
#include <string.h>

#include "line.h"
#include "why.h"

#include "kumatop/shared.h"
#include "kumatop/text.h"
#include "kumatop/uptime.h"

enum { ALL_AMOUNTS_COLUMNS = 52 };	/* narrower, the panel leaves pending and maintenance out */

#define PARTIAL 0.99		/* less known than this, and a figure is marked */

int64_t detail_objective_us(const struct monitor_view *monitor)
{
	return monitor->spec->common.slo_ppm ? monitor->spec->common.slo_window_ms * 1000 : 0;
}

/* How much was observed: "100%", "43%", "<1%". */
static char *print_seen(const struct amounts *amounts, char *out, size_t size)
{
	double known = amounts_known(amounts);

	if (known > 0 && known < 0.01)
		snprintf(out, size, "<1%%");
	else
		snprintf(out, size, "%d%%", (int)(known * 100));
	return out;
}

static bool is_partial(const struct amounts *amounts)
{
	return amounts_uptime(amounts) >= 0 && amounts_known(amounts) < PARTIAL;
}

/* What fits whole, else nothing, and nothing behind it. */
static bool print_piece(struct line *line, int gap, enum role role, const char *text)
{
	if (line->x + gap + (int)text_width(text) > line->area.columns) {
		line->x = line->area.columns;
		return false;
	}
	line_gap(line, gap);
	line_print(line, role, "%s", text);
	return true;
}

static void print_window(struct line *line, int gap, int window, const struct amounts *amounts)
{
	char text[64], uptime[32];

	snprintf(text, sizeof text, "%s %s%s", history_window_word(window), line_uptime(amounts, uptime, sizeof uptime),
	    is_partial(amounts) ? "?" : "");
	print_piece(line, gap, ROLE_TEXT, text);
}

/* What of the last day was not up. */
static void print_day(struct line *line, const struct amounts *day)
{
	int gap = 3;

	for (int i = 0; i < TIME_CLASS_COUNT; i++) {
		char text[64], length[32];

		if (i == TIME_UP || !day->us[i])
			continue;
		snprintf(text, sizeof text, "%s %s%s", detail_class_labels[i], length_print(day->us[i], length, sizeof length),
		    gap == 3 ? " in 24h" : "");
		if (!print_piece(line, gap, detail_class_roles[i], text))
			return;
		gap = 2;
	}
}

/* The shortest window that was not observed as a whole; of longer ones it goes without saying. */
static void print_gap(struct line *line, const struct history_windows *windows)
{
	for (int i = 0; i <= HISTORY_WINDOW_YEAR; i++) {
		char text[64], seen[16];

		if (!is_partial(&windows->figures[i].amounts))
			continue;
		snprintf(text, sizeof text, "%s of %s seen", print_seen(&windows->figures[i].amounts, seen, sizeof seen), history_window_word(i));
		print_piece(line, 3, ROLE_TEXT_DIM, text);
		return;
	}
}

void detail_draw_uptime(const struct detail *detail, const struct monitor_view *monitor, struct area area)
{
	const struct history_windows *windows = detail_windows(detail);
	struct line line = { area, 0, 1 };

	line_print(&line, ROLE_TEXT_DIM, "up");
	if (windows)
		for (int i = 0; i <= HISTORY_WINDOW_YEAR; i++)
			print_window(&line, i ? 2 : 1, i, &windows->figures[i].amounts);
	else
		print_window(&line, 1, HISTORY_WINDOW_DAY, &monitor->day);
	print_piece(&line, 1, ROLE_TEXT_DIM, "%");
	print_day(&line, windows ? &windows->figures[HISTORY_WINDOW_DAY].amounts : &monitor->day);
	if (windows)
		print_gap(&line, windows);
}

/* false: it has none, or history was not asked for it. */
static bool print_objective(const struct detail *detail, const struct monitor_view *monitor, char *out, size_t size, enum role *role)
{
	const struct history_windows *windows = detail_windows(detail);
	const struct spec_common *common = &monitor->spec->common;
	int64_t window_us = detail_objective_us(monitor);
	char of[32], left[32];

	if (!window_us || !windows || detail->windows.answer->query.objective_us != window_us)
		return false;
	struct slo_account account = slo_account(common->slo_ppm, window_us, &windows->figures[HISTORY_WINDOW_OBJECTIVE].amounts,
	    &windows->figures[HISTORY_WINDOW_HOUR].amounts);
	bool over = account.left_us < 0;

	length_print(over ? -account.left_us : account.left_us, left, sizeof left);
	snprintf(out, size, "slo %.6g %% of %s: %s%s", (double)common->slo_ppm * 100 / (double)SLO_WHOLE_PPM,
	    duration_print(common->slo_window_ms, of, sizeof of), account.observed ? left : "not observed", !account.observed ? "" : over ? " over" : " left");
	*role = over ? ROLE_STATE_DOWN : ROLE_TEXT;
	return true;
}

static void draw_window_row(const struct amounts *amounts, struct area area, int y)
{
	char text[32];

	paint_field_right(area, y, 5, 8, ROLE_TEXT_STRONG, percent_print(amounts_uptime(amounts), 3, text, sizeof text));
	paint_field_right(area, y, 14, 9, ROLE_TEXT, amounts->us[TIME_DOWN] ? length_print(amounts->us[TIME_DOWN], text, sizeof text) : "-");
	paint_field_right(area, y, 24, 6, is_partial(amounts) || amounts_uptime(amounts) < 0 ? ROLE_STATE_UNKNOWN : ROLE_TEXT_DIM,
	    print_seen(amounts, text, sizeof text));
	if (area.columns < ALL_AMOUNTS_COLUMNS)
		return;
	for (int i = TIME_PENDING; i <= TIME_MAINTENANCE; i++)
		paint_field_right(area, y, i == TIME_PENDING ? 31 : 41, 9, ROLE_TEXT,
		    amounts->us[i] ? length_print(amounts->us[i], text, sizeof text) : "-");
}

void detail_draw_uptime_panel(const struct detail *detail, const struct monitor_view *monitor, struct area area)
{
	const struct history_windows *windows = detail_windows(detail);
	enum role role;
	char text[96];

	paint_rule(area, 0, ROLE_TEXT_DIM, "uptime");
	paint_field_right(area, 1, 5, 8, ROLE_TEXT_DIM, "%");
	paint_field_right(area, 1, 14, 9, ROLE_TEXT_DIM, "down");
	paint_field_right(area, 1, 24, 6, ROLE_TEXT_DIM, "seen");
	if (area.columns >= ALL_AMOUNTS_COLUMNS) {
		paint_field_right(area, 1, 31, 9, ROLE_TEXT_DIM, detail_class_labels[TIME_PENDING]);
		paint_field_right(area, 1, 41, 9, ROLE_TEXT_DIM, detail_class_labels[TIME_MAINTENANCE]);
	}
	for (int i = 0; i <= HISTORY_WINDOW_YEAR; i++) {
		paint_text(area, i + 2, 1, ROLE_TEXT_DIM, history_window_word(i));
		if (windows)
			draw_window_row(&windows->figures[i].amounts, area, i + 2);
		else if (i == HISTORY_WINDOW_DAY)
			draw_window_row(&monitor->day, area, i + 2);
	}
	if (print_objective(detail, monitor, text, sizeof text, &role))
		paint_text(area, HISTORY_WINDOW_YEAR + 3, 1, role, text);
}

void detail_draw_latencies(const struct detail *detail, struct area area)
{
	const struct history_windows *windows = detail_windows(detail);
	char text[32];

	if (!windows)
		return;
	paint_field_right(area, 1, 4, 6, ROLE_TEXT_DIM, "p50");
	paint_field_right(area, 1, 11, 7, ROLE_TEXT_DIM, "p95");
	for (int i = 0; i <= HISTORY_WINDOW_YEAR; i++) {
		paint_text(area, i + 2, 0, ROLE_TEXT_DIM, history_window_word(i));
		paint_field_right(area, i + 2, 4, 6, ROLE_TEXT, line_ms(windows->figures[i].p50_us, text, sizeof text));
		paint_field_right(area, i + 2, 11, 7, ROLE_TEXT, line_ms(windows->figures[i].p95_us, text, sizeof text));
	}
}

static void draw_outage(struct view *view, const struct history_outage *outage, struct area area, int y)
{
	char text[RESULT_DETAIL_SIZE + 64], length[32];
	int64_t to_us = outage->end_us ? outage->end_us : tui_now_us(view->tui);
	enum role role = outage->end_us ? ROLE_TEXT : ROLE_STATE_DOWN;

	tui_time(view->tui, outage->start_us, "%d %b %H:%M:%S", text, sizeof text);
	paint_text(area, y, 1, ROLE_EVENT_TIME, text);
	snprintf(text, sizeof text, "%s%s", length_print(to_us - outage->start_us, length, sizeof length), outage->end_us ? "" : " so far");
	paint_field(area, y, 17, 13, role, text);
	if (outage->outcome == OUTCOME_NONE)
		paint_text(area, y, 31, ROLE_TEXT_DIM, "cause not kept");
	else
		paint_text(area, y, 31, role, why_reason(outage->outcome, shared_read(outage->detail), text, sizeof text));
}

int detail_outage_rows(const struct detail *detail, int most)
{
	const struct history_windows *windows = detail_windows(detail);

	if (!windows || windows->outage_count < 2)
		return 1;
	return windows->outage_count < (size_t)most ? (int)windows->outage_count : most;
}

void detail_draw_outage_rows(struct view *view, struct area area)
{
	const struct detail *detail = view->state;
	const struct history_windows *windows = detail_windows(detail);
	const struct amounts *amounts;
	char seen[16];

	if (!windows) {
		paint_text(area, 0, 1, ROLE_TEXT_DIM, detail_windows_trouble(detail));
		return;
	}
	for (size_t i = 0; i < windows->outage_count && (int)i < area.rows; i++)
		draw_outage(view, &windows->outages[i], area, (int)i);
	amounts = &windows->figures[HISTORY_WINDOW_MONTH].amounts;
	if (windows->tally.count)
		return;
	if (amounts_known(amounts) <= 0)
		paint_text(area, 0, 1, ROLE_TEXT_DIM, "nothing was observed in 30 days");
	else if (amounts_known(amounts) < PARTIAL)
		paint_print(area, 0, 1, ROLE_TEXT_DIM, "none in the %s of 30 days that was observed", print_seen(amounts, seen, sizeof seen));
	else
		paint_text(area, 0, 1, ROLE_TEXT_DIM, "none in 30 days");
}

char *detail_print_outages(const struct detail *detail, const struct monitor_view *monitor, char *out, size_t size)
{
	const struct history_windows *windows = detail_windows(detail);
	char objective[96], mttr[64] = "", length[32];
	enum role role;

	if (!windows) {
		text_copy(out, size, "outages 30d");
		return out;
	}
	if (windows->tally.ended)
		snprintf(mttr, sizeof mttr, ", MTTR %s", length_print(incident_mttr_us(&windows->tally), length, sizeof length));
	snprintf(out, size, "outages 30d: %lld%s", (long long)windows->tally.count, mttr);
	if (print_objective(detail, monitor, objective, sizeof objective, &role) && strlen(out) + strlen(objective) + 4 < size)
		snprintf(out + strlen(out), size - strlen(out), ", %s", objective);
	return out;
}

/* The newest, as many as there are rows for, and in the last row what they come to. */
void detail_draw_outages(struct view *view, struct area area)
{
	const struct detail *detail = view->state;
	const struct history_windows *windows = detail_windows(detail);
	struct line line = { area, area.rows - 1, 1 };
	char text[32];

	paint_rule(area, 0, ROLE_TEXT_DIM, "outages 30d");
	detail_draw_outage_rows(view, area_part(area, 1, 0, area.rows - 2, area.columns));
	if (!windows || !windows->tally.count)
		return;
	const struct incident_tally *tally = &windows->tally;

	line_print(&line, ROLE_TEXT, "%lld outage%s", (long long)tally->count, tally->count == 1 ? "" : "s");
	if (tally->ended < tally->count)
		line_print(&line, ROLE_TEXT, ", %lld ended", (long long)tally->ended);
	if (tally->ended) {
		line_gap(&line, 3);
		line_print(&line, ROLE_TEXT_DIM, "MTTR");
		line_gap(&line, 1);
		line_print(&line, ROLE_TEXT, "%s", length_print(incident_mttr_us(tally), text, sizeof text));
	}
	line_gap(&line, 3);
	line_print(&line, ROLE_TEXT_DIM, "MTBF");
	line_gap(&line, 1);
	line_print(&line, ROLE_TEXT, "%s",
	    length_print(incident_mtbf_us(tally, windows->figures[HISTORY_WINDOW_MONTH].amounts.us[TIME_UP]), text, sizeof text));
}
