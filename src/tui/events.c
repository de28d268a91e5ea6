/*
 * The log: events of all monitors or of one, the newest first. It follows what happens while its first line is selected.
 */
#include "event_line.h"
#include "line.h"
#include "search.h"
#include "views.h"
#include "why.h"

#include "kumatop/shared.h"
#include "kumatop/text.h"

enum { LOG_MOST = 500, NAME_LEAST = 8, NAME_MOST = 24 };

static bool takes_all(const struct event *event)
{
	return true;
}

static bool takes_down(const struct event *event)
{
	return event->kind == EVENT_STATE && (event->to == STATE_DOWN || event->to == STATE_UNKNOWN || event->to == STATE_PENDING);
}

static bool takes_up(const struct event *event)
{
	return event->kind == EVENT_STATE && event->to == STATE_UP;
}

static bool takes_slow(const struct event *event)
{
	return event->kind == EVENT_STATE && event->to == STATE_DEGRADED;
}

static bool takes_done(const struct event *event)
{
	return event->kind >= EVENT_PAUSED && event->kind <= EVENT_ACKNOWLEDGED;
}

static bool takes_own(const struct event *event)
{
	return event->kind >= EVENT_STARTED;
}

static const struct {
	const char *name;
	bool (*takes)(const struct event *event);
} kinds[] = {
	{ "all", takes_all }, { "down", takes_down }, { "up", takes_up }, { "degraded", takes_slow }, { "done by people", takes_done },
	{ "kumatop", takes_own },
};

enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

struct events {
	monitor_id monitor;	/* 0: all */
	struct history_answer *answer;
	uint64_t ticket, number;
	bool wanted, refused;
	struct error error;
	size_t kind;
	struct search search;
	size_t shown[LOG_MOST];	/* indexes of what passes kind and search */
	size_t shown_count;
	size_t cursor, top;	/* of shown */
	int64_t selected;	/* id of the event at the cursor, when not following */
	bool follow;
	int rows;
};

static const struct history_event *shown_event(const struct events *events, size_t i)
{
	return i < events->shown_count ? &events->answer->events[events->shown[i]] : NULL;
}

static void refresh(struct view *view)
{
	struct events *events = view->state;
	const struct snapshot *snapshot = tui_snapshot(view->tui);

	if (!snapshot || events->ticket || events->refused)
		return;
	if (!events->wanted && snapshot->health.events == events->number)
		return;
	events->wanted = false;
	events->number = snapshot->health.events;
	events->ticket = tui_ask(view->tui, &(struct history_query){ .kind = HISTORY_EVENTS, .monitor = events->monitor,
	    .to_us = tui_events_until_us(view->tui), .most = LOG_MOST }, &events->error);
	events->refused = !events->ticket;
}

/* Which events show, and where the cursor is among them: on the newest while following, else on the same event as before. */
static void choose(struct view *view)
{
	struct events *events = view->state;
	char line[RESULT_DETAIL_SIZE + 1400];
	size_t cursor = SIZE_MAX;

	events->shown_count = 0;
	for (size_t i = 0; events->answer && i < events->answer->event_count && i < LOG_MOST; i++) {
		const struct history_event *event = &events->answer->events[i];

		if (!kinds[events->kind].takes(&event->event))
			continue;
		if (!search_takes(&events->search, event_line_all(view->tui, event, line, sizeof line)))
			continue;
		if (!events->follow && event->event.id == events->selected)
			cursor = events->shown_count;
		events->shown[events->shown_count++] = i;
	}
	if (events->follow)
		events->cursor = 0;
	else if (cursor != SIZE_MAX)
		events->cursor = cursor;
	if (events->cursor >= events->shown_count)
		events->cursor = events->shown_count ? events->shown_count - 1 : 0;
}

static bool events_open(struct view *view, const struct opening *opening)
{
	struct events *events = view->state;

	events->monitor = opening->monitor;
	events->wanted = events->follow = true;
	refresh(view);
	return true;
}

static void events_close(struct view *view)
{
	struct events *events = view->state;

	history_answer_destroy(events->answer);
	events->answer = NULL;
}

static bool events_answer(struct view *view, struct history_answer *answer)
{
	struct events *events = view->state;

	if (!events->ticket || answer->query.ticket != events->ticket)
		return false;
	events->ticket = 0;
	if (!answer->ok) {
		events->error = answer->error;
		events->refused = true;
		history_answer_destroy(answer);
		return true;
	}
	history_answer_destroy(events->answer);
	events->answer = answer;
	choose(view);
	return true;
}

static void draw_header(struct view *view, struct area area)
{
	struct events *events = view->state;
	const struct monitor_view *monitor = events->monitor ? tui_monitor(view->tui, events->monitor) : NULL;
	struct line line = { area, 0, 1 };
	char text[64];

	line_print(&line, ROLE_HEADER, "events");
	line_next(&line);
	line_print(&line, ROLE_TEXT, "%s", monitor ? monitor->spec->name : events->monitor ? "a monitor that is gone" : "all monitors");
	if (events->answer) {
		line_next(&line);
		line_print(&line, ROLE_TEXT_DIM, events->answer->more ? "the last %zu" : "%zu", events->answer->event_count);
	}
	line_print_right(area, 0, line.x, ROLE_CLOCK, tui_time(view->tui, tui_clock_us(view->tui), "%H:%M:%S %Z", text, sizeof text));
	line = (struct line){ area, 1, 1 };
	for (size_t i = 0; i < KIND_COUNT; i++) {
		bool chosen = i == events->kind;

		line_print(&line, chosen ? ROLE_TEXT_STRONG : ROLE_TEXT_DIM, chosen ? "[%s]" : "%s", kinds[i].name);
		line_gap(&line, 1);
	}
	if (events->follow && line.x + 8 < area.columns)
		line_print_right(area, 1, line.x, ROLE_TEXT_DIM, "follows ");
}

static int name_width(const struct events *events, int columns)
{
	int widest = NAME_LEAST, most = columns / 3 < NAME_MOST ? columns / 3 : NAME_MOST;

	if (events->monitor)
		return 0;
	for (size_t i = 0; i < events->shown_count; i++) {
		int width = (int)text_width(shown_event(events, i)->name);

		widest = width > widest ? width : widest;
	}
	return widest > most ? most : widest;
}

static void draw_lines(struct view *view, struct area area)
{
	struct events *events = view->state;
	int width = name_width(events, area.columns);

	if (events->cursor < events->top)
		events->top = events->cursor;
	if (area.rows > 0 && events->cursor >= events->top + (size_t)area.rows)
		events->top = events->cursor - (size_t)area.rows + 1;
	for (int y = 0; y < area.rows; y++) {
		size_t i = events->top + (size_t)y;
		const struct history_event *event = shown_event(events, i);

		if (!event)
			break;
		event_line_draw(view->tui, area, y, event, width);
		if (i == events->cursor) {
			paint_glyph(area, y, 0, ROLE_CURSOR, GLYPH_CURSOR);
			paint_under(area, y, 0, area.columns, ROLE_CURSOR);
		}
	}
}

static void events_draw(struct view *view, struct area area)
{
	struct events *events = view->state;
	int top = area.rows >= 6 ? 2 : 1;
	struct area inside = search_draw(&events->search, area_part(area, top, 0, area.rows - top, area.columns));

	refresh(view);
	if (events->search.typing)
		choose(view);
	draw_header(view, area_part(area, 0, 0, top, area.columns));
	events->rows = inside.rows;
	if (events->refused)
		paint_text(inside, 0, 1, ROLE_TEXT_DIM, events->error.text[0] ? events->error.text : "no history is kept");
	else if (!events->answer)
		paint_text(inside, 0, 1, ROLE_TEXT_DIM, "asking the history");
	else if (!events->shown_count)
		paint_text(inside, 0, 1, ROLE_TEXT_DIM, events->answer->event_count ? "none of this kind" : "nothing has happened yet");
	draw_lines(view, inside);
}

static void move(struct events *events, long by)
{
	long to = (long)events->cursor + by, last = events->shown_count ? (long)events->shown_count - 1 : 0;

	events->cursor = (size_t)(to < 0 ? 0 : to > last ? last : to);
	events->follow = events->cursor == 0;
	const struct history_event *event = shown_event(events, events->cursor);

	events->selected = event ? event->event.id : 0;
}

static void open_page(struct view *view, const struct history_event *event)
{
	struct buf text;
	char when[64], words[RESULT_DETAIL_SIZE + 160];

	buf_init(&text, 16384);
	buf_print(&text, "%s  %s\n\n%s\n%s\n", event->event.monitor ? event->name : "kumatop", event_line_word(&event->event),
	    tui_time(view->tui, event->event.time_us, "%F %T %Z", when, sizeof when),
	    event_line_text(&event->event, words, sizeof words));
	if (event->event.evidence)
		buf_print(&text, "\nwhat was seen\n\n%s\n", shared_read(event->event.evidence));
	else
		buf_add_text(&text, "\nno evidence was kept with this event\n");
	tui_open(view->tui, "page", &(struct opening){ .text = text.data });
	buf_finish(&text);
}

static void open_selected(struct view *view, enum action action)
{
	const struct events *events = view->state;
	const struct history_event *event = shown_event(events, events->cursor);

	if (!event)
		return;
	if (action == ACTION_WHY || !event->event.monitor)
		open_page(view, event);
	else if (!tui_monitor(view->tui, event->event.monitor))
		tui_toast(view->tui, TOAST_WARN, "%s is no longer there; v shows the event", event->name);
	else
		tui_open(view->tui, "detail", &(struct opening){ .monitor = event->event.monitor });
}

static bool move_by_action(struct events *events, enum action action)
{
	switch (action) {
	case ACTION_UP:
		move(events, -1);
		return true;
	case ACTION_DOWN:
		move(events, 1);
		return true;
	case ACTION_PAGE_UP:
		move(events, 1 - events->rows);
		return true;
	case ACTION_PAGE_DOWN:
		move(events, events->rows - 1);
		return true;
	case ACTION_HALF_UP:
		move(events, -events->rows / 2);
		return true;
	case ACTION_HALF_DOWN:
		move(events, events->rows / 2);
		return true;
	case ACTION_TOP:
		move(events, -LOG_MOST);
		return true;
	case ACTION_BOTTOM:
		move(events, LOG_MOST);
		return true;
	default:
		return false;
	}
}

static bool events_act(struct view *view, enum action action)
{
	struct events *events = view->state;

	if (move_by_action(events, action))
		return true;
	switch (action) {
	case ACTION_OPEN:
	case ACTION_WHY:
		open_selected(view, action);
		return true;
	case ACTION_KIND:
		events->kind = (events->kind + 1) % KIND_COUNT;
		choose(view);
		return true;
	case ACTION_SEARCH:
		search_begin(&events->search);
		return true;
	case ACTION_FOLLOW:
		/* off: the line stays selected while newer ones come in above it */
		if (events->follow) {
			move(events, 0);
			events->follow = false;
		} else {
			move(events, -LOG_MOST);
		}
		return true;
	case ACTION_BACK:
		if (!search_clear(&events->search))
			return false;
		choose(view);
		return true;
	default:
		return false;
	}
}

static bool events_input(struct view *view, const struct input_event *event)
{
	struct events *events = view->state;
	bool taken = search_input(&events->search, event);

	if (taken)
		choose(view);
	return taken;
}

static unsigned events_place(struct view *view)
{
	const struct events *events = view->state;

	return events->search.typing ? IN_PROMPT : IN_EVENTS;
}

static const struct hint events_hints[] = {
	{ ACTION_BACK, NULL }, { ACTION_OPEN, NULL }, { ACTION_WHY, NULL }, { ACTION_KIND, NULL }, { ACTION_SEARCH, NULL },
	{ ACTION_FOLLOW, "Follow" }, { ACTION_HELP, NULL }, { ACTION_NONE, NULL },
};

const struct view_kind events_view = {
	.name = "events",
	.title = "Events",
	.place = IN_EVENTS,
	.state_size = sizeof(struct events),
	.hints = events_hints,
	.open = events_open,
	.close = events_close,
	.draw = events_draw,
	.input = events_input,
	.act = events_act,
	.wake = refresh,
	.answer = events_answer,
	.place_now = events_place,
};
