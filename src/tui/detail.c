/*
 * The detail view: which monitor, what is asked of history and when, what keys do. Drawing is detail_draw.c.
 */
#include "detail.h"

#include "deeds.h"
#include "views.h"

enum { EVENTS_MOST = 200, GIVE_UP_MS = 10000 };

const struct detail_range_row detail_ranges[RANGE_COUNT] = {
	[RANGE_HOUR] = { "1h", HOUR_US, 1000 },
	[RANGE_DAY] = { "24h", DAY_US, 1000 },
	[RANGE_WEEK] = { "7d", 7 * DAY_US, 30000 },
	[RANGE_MONTH] = { "30d", 30 * DAY_US, 30000 },
	[RANGE_QUARTER] = { "90d", 90 * DAY_US, 30000 },
	[RANGE_YEAR] = { "1y", 365 * DAY_US, 30000 },
};

static void forget(struct detail *detail)
{
	history_answer_destroy(detail->series);
	history_answer_destroy(detail->events);
	detail->series = detail->events = NULL;
	detail->series_ticket = detail->events_ticket = 0;
	detail_forget_windows(detail);
	detail->events_wanted = true;
	detail->no_history = false;
	detail->back_us = 0;
}

void detail_show(struct view *view, monitor_id id)
{
	struct detail *detail = view->state;

	if (id == detail->id)
		return;
	forget(detail);
	detail->id = id;
}

static bool detail_open(struct view *view, const struct opening *opening)
{
	struct detail *detail = view->state;

	if (!tui_monitor(view->tui, opening->monitor))
		return false;
	detail->id = opening->monitor;
	detail->events_wanted = true;
	tui_select(view->tui, detail->id);
	return true;
}

static void detail_close(struct view *view)
{
	forget(view->state);
}

static bool same_picture(const struct detail_asked *a, const struct detail_asked *b)
{
	return a->range == b->range && a->back_us == b->back_us && a->at_us == b->at_us && a->columns == b->columns;
}

static void ask_series(struct view *view, const struct monitor_view *monitor)
{
	struct detail *detail = view->state;
	struct detail_asked now = { detail->range, detail->back_us, tui_past_us(view->tui), detail->columns, monitor->last_us };
	bool current = detail->series && same_picture(&now, &detail->series_is);
	bool waiting = detail->series_ticket && same_picture(&now, &detail->asked);
	int64_t since_us = mono_between_us(detail->asked_at, mono_now());

	if (!detail->columns || detail->no_history || (current && detail->series_is.last_us == now.last_us))
		return;
	if (waiting && since_us < GIVE_UP_MS * 1000)
		return;
	if (current && since_us < detail_ranges[detail->range].again_ms * INT64_C(1000))
		return;
	int64_t to_us = tui_now_us(view->tui) - detail->back_us;
	struct error err = { .code = EXIT_FINE };

	detail->series_ticket = tui_ask(view->tui, &(struct history_query){ .kind = HISTORY_SERIES, .monitor = detail->id,
	    .from_us = to_us - detail_ranges[detail->range].us, .to_us = to_us, .columns = detail->columns }, &err);
	detail->no_history = !detail->series_ticket;
	detail->asked = now;
	detail->asked_at = mono_now();
}

static void ask_events(struct view *view)
{
	struct detail *detail = view->state;
	const struct snapshot *snapshot = tui_snapshot(view->tui);
	struct error err = { .code = EXIT_FINE };

	if (!snapshot || detail->no_history || detail->events_ticket)
		return;
	if (!detail->events_wanted && snapshot->health.events == detail->events_number)
		return;
	detail->events_number = snapshot->health.events;
	detail->events_wanted = false;
	detail->events_ticket = tui_ask(view->tui, &(struct history_query){ .kind = HISTORY_EVENTS, .monitor = detail->id,
	    .to_us = tui_events_until_us(view->tui), .most = EVENTS_MOST }, &err);
}

void detail_refresh(struct view *view)
{
	const struct detail *detail = view->state;
	const struct monitor_view *monitor = tui_monitor(view->tui, detail->id);

	if (!monitor)
		return;
	ask_series(view, monitor);
	ask_events(view);
	detail_ask_windows(view, monitor);
}

static bool detail_answer(struct view *view, struct history_answer *answer)
{
	struct detail *detail = view->state;

	if (answer->query.ticket && answer->query.ticket == detail->series_ticket) {
		detail->series_ticket = 0;
		detail->no_history = !answer->ok;
		history_answer_destroy(detail->series);
		detail->series = answer;
		detail->series_is = detail->asked;
		return true;
	}
	if (answer->query.ticket && answer->query.ticket == detail->events_ticket) {
		detail->events_ticket = 0;
		history_answer_destroy(detail->events);
		detail->events = answer;
		return true;
	}
	return detail_take_windows(detail, answer);
}

static void show_neighbour(struct view *view, int step)
{
	struct detail *detail = view->state;
	monitor_id next = tui_neighbour(view->tui, detail->id, step);

	if (!next || next == detail->id)
		return;
	detail_show(view, next);
	tui_select(view->tui, next);
}

static void set_range(struct detail *detail, int range)
{
	if (range < 0 || range >= RANGE_COUNT)
		return;
	detail->range = (enum detail_range)range;
	detail->back_us = 0;
}

/* By half of what shows; the future cannot be shown, nor a time before there were clocks. */
static void pan(struct view *view, int direction)
{
	struct detail *detail = view->state;
	int64_t range_us = detail_ranges[detail->range].us, most_us = tui_now_us(view->tui) - range_us;

	detail->back_us -= direction * range_us / 2;
	if (detail->back_us > most_us)
		detail->back_us = most_us;
	if (detail->back_us < 0)
		detail->back_us = 0;
}

static bool detail_act(struct view *view, enum action action)
{
	struct detail *detail = view->state;

	switch (action) {
	case ACTION_UP:
		show_neighbour(view, -1);
		return true;
	case ACTION_DOWN:
		show_neighbour(view, 1);
		return true;
	case ACTION_SHORTER:
		set_range(detail, (int)detail->range - 1);
		return true;
	case ACTION_LONGER:
		set_range(detail, (int)detail->range + 1);
		return true;
	case ACTION_LEFT:
		pan(view, -1);
		return true;
	case ACTION_RIGHT:
		pan(view, 1);
		return true;
	case ACTION_SCALE:
		detail->logarithmic = !detail->logarithmic;
		return true;
	case ACTION_BACK:
	case ACTION_QUIT:
		tui_close(view);
		return true;
	default:
		return deed_act(view, action, &detail->id, 1);
	}
}

static const struct hint detail_hints[] = {
	{ ACTION_BACK, NULL }, { ACTION_UP, "" }, { ACTION_DOWN, "Other" }, { ACTION_SHORTER, "" }, { ACTION_LONGER, NULL }, { ACTION_CHECK, NULL }, { ACTION_PAUSE, NULL },
	{ ACTION_EDIT, NULL }, { ACTION_ACKNOWLEDGE, NULL }, { ACTION_WHY, "Evidence" }, { ACTION_EVENTS, NULL },
	{ ACTION_HELP, NULL }, { ACTION_NONE, NULL },
};

const struct view_kind detail_view = {
	.name = "detail",
	.title = "Monitor",
	.place = IN_DETAIL,
	.state_size = sizeof(struct detail),
	.hints = detail_hints,
	.open = detail_open,
	.close = detail_close,
	.draw = detail_draw,
	.act = detail_act,
	.wake = detail_refresh,
	.answer = detail_answer,
};
