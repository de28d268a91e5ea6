/* The time machine; see travel.h. */
#include "travel.h"

#include <stdio.h>
#include <string.h>

#include "role.h"
#include "tui.h"

#include "kumatop/text.h"

enum { NARROW_COLUMNS = 38, TIME_LIMIT = 64, STEPS_MOST = 50, GIVE_UP_MS = 10000 };

/* Pictures are told apart by number, and no log was asked for with such a sign of events. */
#define PAST_NUMBERS (UINT64_C(1) << 62)

static const char time_help[] = "03:12, -2h, 2026-11-01 03:12";

/* Of another year with it. */
static char *print_moment(const struct tui *tui, int64_t us, char *out, size_t size)
{
	char year[8], this_year[8];

	tui_time(tui, us, "%Y", year, sizeof year);
	tui_time(tui, tui->now_us, "%Y", this_year, sizeof this_year);
	if (strcmp(year, this_year) == 0)
		return tui_time(tui, us, "%d %b %H:%M:%S %Z", out, size);
	return tui_time(tui, us, "%d %b %Y %H:%M:%S %Z", out, size);
}

char *travel_print(const struct tui *tui, char *out, size_t size)
{
	const struct travel *travel = &tui->travel;
	char shown[64], wanted[64];

	print_moment(tui, travel->wanted_us, wanted, sizeof wanted);
	print_moment(tui, travel->shown_us, shown, sizeof shown);
	if (travel->shown_us && tui->canvas.columns < NARROW_COLUMNS)
		snprintf(out, size, "AS OF %s", tui_time(tui, travel->shown_us, "%d %b %H:%M", shown, sizeof shown));
	else if (!travel->shown_us)
		snprintf(out, size, "loading %s - Esc: now", wanted);
	else if (travel->board_ticket)
		snprintf(out, size, "AS OF %s - loading %s", shown, wanted);
	else
		snprintf(out, size, "AS OF %s - Esc: now", shown);
	return out;
}

/* Takes the picture. */
static void put_picture(struct tui *tui, const struct snapshot *picture)
{
	snapshot_release(tui->snapshot);
	tui->snapshot = picture;
	stack_jump(tui);
	tui->dirty = true;
}

/* What history does not know of kumatop itself is not said of it; what is true of the link to it is true now. */
static const struct snapshot *retell(struct tui *tui, const struct snapshot *past, const struct snapshot *newest)
{
	struct board_health health = { .started_us = past->health.started_us, .history_kept = true, .events = past->health.events | PAST_NUMBERS };

	if (newest) {
		health.role = newest->health.role;
		health.link_trouble = newest->health.link_trouble;
	}
	return snapshot_retell(past, &health, PAST_NUMBERS + ++tui->travel.pictures);
}

static void show(struct tui *tui, const struct snapshot *board, int64_t at_us)
{
	const struct snapshot *newest = snapshot_hub_acquire(tui->board->hub);
	const struct snapshot *picture = retell(tui, board, newest);

	snapshot_release(newest);
	tui->travel.shown_us = at_us;
	put_picture(tui, picture);
}

void travel_see(struct tui *tui, const struct snapshot *newest)
{
	const struct board_health *told = &tui->snapshot->health;

	if (!newest || (newest->health.role == told->role
	    && strcmp(shared_read(newest->health.link_trouble), shared_read(told->link_trouble)) == 0))
		return;
	put_picture(tui, retell(tui, tui->snapshot, newest));
}

void travel_end(struct tui *tui)
{
	struct travel *travel = &tui->travel;
	const struct snapshot *newest = travel->shown_us ? snapshot_hub_acquire(tui->board->hub) : NULL;

	travel->on = travel->typing = false;
	travel->wanted_us = travel->shown_us = 0;
	travel->event_ticket = 0;
	travel->steps = 0;
	tui->dirty = true;
	if (newest)
		put_picture(tui, newest);
}

/* Nobody answers: what shows stays. */
static void stay(struct tui *tui, const char *why)
{
	struct travel *travel = &tui->travel;

	if (travel->shown_us)
		travel->wanted_us = travel->shown_us;
	else
		travel_end(tui);
	tui_toast(tui, TOAST_WARN, "the past cannot be shown: %s", *why ? why : "no history is kept");
}

static void ask_board(struct tui *tui)
{
	struct travel *travel = &tui->travel;
	struct error err = { .code = EXIT_FINE };

	if (travel->board_ticket && mono_between_us(travel->asked_at, tui->now) < GIVE_UP_MS * INT64_C(1000))
		return;
	travel->asked_at = tui->now;
	travel->board_ticket = tui_ask(tui, &(struct history_query){ .kind = HISTORY_BOARD, .to_us = travel->wanted_us }, &err);
	if (!travel->board_ticket)
		stay(tui, err.text);
}

static void go(struct tui *tui, int64_t at_us)
{
	struct travel *travel = &tui->travel;

	travel->on = true;
	tui->frozen = false;
	travel->wanted_us = at_us;
	if (at_us != travel->shown_us)
		ask_board(tui);
}

/* Who was on his way to now gets there. */
static void step_minute(struct tui *tui, int direction)
{
	int64_t at_us = tui->travel.wanted_us + direction * MINUTE_US;

	if (at_us >= tui->now_us) {
		travel_end(tui);
		tui_toast(tui, TOAST_OK, "this is now");
	} else if (at_us > 0) {
		go(tui, at_us);
	}
}

/* Of the monitor that shows, else of all. */
static void ask_event(struct tui *tui)
{
	struct travel *travel = &tui->travel;
	bool back = travel->steps < 0;
	int64_t at_us = travel->on ? travel->wanted_us : tui->now_us + 1;
	struct history_query query = {
		.kind = HISTORY_EVENTS, .monitor = stack_place(tui) == IN_DETAIL ? tui_selected(tui) : 0, .from_us = back ? 0 : at_us + 1,
		.to_us = back ? at_us : tui->now_us + 1, .most = 1, .forward = !back,
	};
	struct error err = { .code = EXIT_FINE };

	travel->event_ticket = tui_ask(tui, &query, &err);
	if (travel->event_ticket)
		return;
	travel->steps = 0;
	tui_toast(tui, TOAST_WARN, "the past cannot be shown: %s", *err.text ? err.text : "no history is kept");
}

static void step_event(struct tui *tui, int direction)
{
	struct travel *travel = &tui->travel;

	if (!travel->on && direction > 0) {
		tui_toast(tui, TOAST_OK, "this is now: nothing has happened after it");
		return;
	}
	if (travel->steps * direction < STEPS_MOST)
		travel->steps += direction;
	if (travel->steps && !travel->event_ticket)
		ask_event(tui);
}

static void take_event(struct tui *tui, const struct history_answer *answer)
{
	struct travel *travel = &tui->travel;

	travel->event_ticket = 0;
	if (!travel->steps)
		return;
	if (!answer->ok || !answer->event_count) {
		tui_toast(tui, TOAST_OK, "%s", !answer->ok ? answer->error.text : travel->steps < 0 ? "nothing is known to have happened before"
		    : "nothing has happened since");
		travel->steps = 0;
		return;
	}
	travel->steps += travel->steps < 0 ? 1 : -1;
	go(tui, answer->events[0].event.time_us);
	if (travel->on && travel->steps)
		ask_event(tui);
}

static void take_board(struct tui *tui, const struct history_answer *answer)
{
	struct travel *travel = &tui->travel;

	travel->board_ticket = 0;
	if (!travel->on)
		return;
	if (answer->ok && answer->board) {
		show(tui, answer->board, answer->query.to_us);
		go(tui, travel->wanted_us);
	} else if (answer->query.to_us == travel->wanted_us) {
		stay(tui, answer->error.text);
	} else {
		ask_board(tui);
	}
}

bool travel_answer(struct tui *tui, struct history_answer *answer)
{
	struct travel *travel = &tui->travel;
	uint64_t ticket = answer->query.ticket;

	if (!ticket || (ticket != travel->board_ticket && ticket != travel->event_ticket))
		return false;
	if (ticket == travel->board_ticket)
		take_board(tui, answer);
	else
		take_event(tui, answer);
	history_answer_destroy(answer);
	return true;
}

/* A time as it is typed, on the clock that shows. */
static bool read_time(const struct tui *tui, const char *text, int64_t *us, struct error *err)
{
	if (!(tui->utc ? moment_parse_utc(text, tui->now_us, us, err) : moment_parse(text, tui->now_us, us, err)))
		return false;
	if (*us > tui->now_us)
		return error_set(err, EXIT_DATA, "that is still to come");
	return *us > 0 || error_set(err, EXIT_DATA, "that is before all time that is kept");
}

static void leave_prompt(struct tui *tui)
{
	tui->travel.typing = false;
	tui->travel.error.text[0] = '\0';
}

static void enter(struct tui *tui)
{
	struct travel *travel = &tui->travel;
	int64_t at_us;

	if (!travel->edit.length) {
		leave_prompt(tui);
	} else if (read_time(tui, travel->edit.text, &at_us, &travel->error)) {
		leave_prompt(tui);
		travel->steps = 0;
		go(tui, at_us);
	}
}

bool travel_input(struct tui *tui, const struct input_event *event)
{
	struct travel *travel = &tui->travel;
	bool changed = event->kind == INPUT_PASTE;

	if (event->kind == INPUT_PASTE)
		lineedit_paste(&travel->edit, event->text, event->length);
	else if (event->key == KEYPRESS_ENTER)
		enter(tui);
	else if (event->key == KEYPRESS_ESCAPE || event->key == KEYPRESS_CTRL('C') || (event->key == KEYPRESS_BACKSPACE && !travel->edit.length))
		leave_prompt(tui);
	else if (!lineedit_key(&travel->edit, event->key, &changed))
		return false;
	if (changed)
		travel->error.text[0] = '\0';
	return true;
}

void travel_draw_prompt(struct tui *tui, struct area area)
{
	struct travel *travel = &tui->travel;
	struct area line = area_part(area, area.rows - 1, 0, 1, area.columns);
	char shown[LINEEDIT_SIZE], when[64];
	struct error err;
	int64_t us;
	int x, cursor, used;

	paint_clear(line, ROLE_TEXT);
	x = 1 + paint_text(line, 0, 1, ROLE_PROMPT, "@");
	cursor = lineedit_show(&travel->edit, area.columns - x - 1 > 1 ? area.columns - x - 1 : 1, shown, sizeof shown);
	used = paint_text(line, 0, x, ROLE_INPUT, shown);
	paint_cursor(line, 0, x + cursor);
	if (travel->error.text[0])
		paint_text(line, 0, x + used + 3, ROLE_INPUT_ERROR, travel->error.text);
	else if (!travel->edit.length)
		paint_text(line, 0, x + 2, ROLE_PLACEHOLDER, time_help);
	else if (read_time(tui, travel->edit.text, &us, &err))
		paint_text(line, 0, x + used + 3, ROLE_PLACEHOLDER, print_moment(tui, us, when, sizeof when));
}

static void open_prompt(struct tui *tui)
{
	tui->travel.typing = true;
	lineedit_set(&tui->travel.edit, "");
	tui->travel.edit.limit = TIME_LIMIT;
}

static bool refuse(struct tui *tui)
{
	const struct travel *travel = &tui->travel;
	char when[64];

	tui_toast(tui, TOAST_WARN, "this is the board of %s: nothing can be changed in it; Esc: now",
	    print_moment(tui, travel->shown_us ? travel->shown_us : travel->wanted_us, when, sizeof when));
	return true;
}

bool travel_refuses(struct tui *tui)
{
	return tui->travel.on && refuse(tui);
}

/* Views that show the board; what lies over them has keys of its own. */
static bool shows_board(struct tui *tui)
{
	return (stack_place(tui) & (IN_LIST | IN_DETAIL | IN_EVENTS)) != 0;
}

static bool act_in_the_past(struct tui *tui, enum action action)
{
	switch (action) {
	case ACTION_LEFT:
		step_minute(tui, -1);
		return true;
	case ACTION_RIGHT:
		step_minute(tui, 1);
		return true;
	case ACTION_BACK:
		travel_end(tui);
		return true;
	case ACTION_QUIT:
		if (tui->top->below)
			return false;
		travel_end(tui);
		return true;
	case ACTION_QUIT_NOW:
		travel_end(tui);
		return false;
	default:
		return role_is_deed(action) && refuse(tui);
	}
}

bool travel_act(struct tui *tui, enum action action)
{
	if (!(stack_place(tui) & IN_VIEWS))
		return false;
	if (action == ACTION_PAST) {
		open_prompt(tui);
		return true;
	}
	if (tui->travel.on && action == ACTION_FREEZE) {
		tui_toast(tui, TOAST_OK, "a past board stands still anyway; Esc: now");
		return true;
	}
	if (!shows_board(tui))
		return false;
	if (action == ACTION_EVENT_BEFORE || action == ACTION_EVENT_AFTER) {
		step_event(tui, action == ACTION_EVENT_BEFORE ? -1 : 1);
		return true;
	}
	if (tui->travel.on)
		return act_in_the_past(tui, action);
	if (stack_place(tui) != IN_DETAIL && (action == ACTION_LEFT || action == ACTION_RIGHT)) {
		tui_toast(tui, TOAST_OK, "@ goes to a past time, { to the last event");
		return true;
	}
	return false;
}

const struct hint *travel_hints(struct tui *tui)
{
	static const struct hint typing[] = { { ACTION_OPEN, "Go" }, { ACTION_BACK, "Cancel" }, { ACTION_NONE, NULL } };
	static const struct hint past[] = {
		{ ACTION_BACK, "Now" }, { ACTION_LEFT, "" }, { ACTION_RIGHT, "Minute" }, { ACTION_EVENT_BEFORE, "" }, { ACTION_EVENT_AFTER, "Event" },
		{ ACTION_PAST, "Time" }, { ACTION_OPEN, NULL }, { ACTION_WHY, NULL }, { ACTION_EVENTS, NULL }, { ACTION_QUIT, "Back" },
		{ ACTION_HELP, NULL }, { ACTION_NONE, NULL },
	};

	if (tui->travel.typing)
		return typing;
	return tui->travel.on && shows_board(tui) ? past : NULL;
}
