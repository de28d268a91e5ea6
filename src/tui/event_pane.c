/*
 * A glance at the log. The log itself is events.c.
 */
#include "event_pane.h"

#include "event_line.h"
#include "tui.h"

#include "kumatop/text.h"

enum { EVENTS_MOST = 16, SETTLE_MS = 1500, GIVE_UP_MS = 10000, NAME_LEAST = 8, NAME_MOST = 24 };

/*
 * When the number of events goes up, and once more a little later: the newest may have been counted before it was kept. An answer
 * that never comes is given up.
 */
static bool is_wanted(const struct event_pane *pane, const struct snapshot *snapshot, struct mono now)
{
	int64_t since_us = mono_between_us(pane->asked_at, now);

	if (pane->ticket)
		return since_us >= GIVE_UP_MS * 1000;
	if (!pane->asked || snapshot->health.events != pane->number)
		return true;
	return !pane->twice && since_us >= SETTLE_MS * 1000;
}

static void refresh(struct event_pane *pane, struct tui *tui)
{
	const struct snapshot *snapshot = tui_snapshot(tui);

	if (!snapshot || !is_wanted(pane, snapshot, tui->now))
		return;
	pane->twice = pane->asked && snapshot->health.events == pane->number;
	pane->asked = true;
	pane->number = snapshot->health.events;
	pane->asked_at = tui->now;
	pane->error.text[0] = '\0';
	pane->ticket = tui_ask(tui, &(struct history_query){ .kind = HISTORY_EVENTS, .to_us = tui_events_until_us(tui), .most = EVENTS_MOST }, &pane->error);
	if (!pane->ticket && !pane->error.text[0])
		text_copy(pane->error.text, sizeof pane->error.text, "no history is kept");
}

bool event_pane_answer(struct event_pane *pane, struct history_answer *answer)
{
	if (!pane->ticket || answer->query.ticket != pane->ticket)
		return false;
	pane->ticket = 0;
	if (!answer->ok) {
		pane->error = answer->error;
		history_answer_destroy(answer);
		return true;
	}
	history_answer_destroy(pane->answer);
	pane->answer = answer;
	return true;
}

static int name_width(const struct history_answer *answer)
{
	int widest = NAME_LEAST;

	for (size_t i = 0; i < answer->event_count; i++) {
		int width = (int)text_width(answer->events[i].name);

		widest = width > widest ? width : widest;
	}
	return widest < NAME_MOST ? widest : NAME_MOST;
}

void event_pane_draw(struct event_pane *pane, struct tui *tui, struct area area)
{
	const struct history_answer *answer = pane->answer;

	refresh(pane, tui);
	paint_rule(area, 0, ROLE_TEXT_DIM, NULL);
	if (!answer)
		paint_text(area, 1, 1, ROLE_TEXT_DIM, pane->error.text[0] ? pane->error.text : "asking the history");
	else if (!answer->event_count)
		paint_text(area, 1, 1, ROLE_TEXT_DIM, "nothing has happened yet");
	for (size_t i = 0; answer && i < answer->event_count && (int)i + 1 < area.rows; i++)
		event_line_draw(tui, area, (int)i + 1, &answer->events[i], name_width(answer));
}

void event_pane_finish(struct event_pane *pane)
{
	history_answer_destroy(pane->answer);
	pane->answer = NULL;
}
