/*
 * The figures of a monitor's windows: what is asked of history for them, and when. Drawing is detail_figures.c.
 */
#include "detail.h"

enum { GIVE_UP_MS = 10000, CHANGED_MS = 1000, AGAIN_MS = 10000 };

const struct history_windows *detail_windows(const struct detail *detail)
{
	const struct history_answer *answer = detail->windows.answer;

	return answer && answer->ok && !detail->no_history ? &answer->windows : NULL;
}

const char *detail_windows_trouble(const struct detail *detail)
{
	const struct history_answer *answer = detail->windows.answer;

	if (detail->no_history)
		return "no history is kept";
	return answer && !answer->ok ? answer->error.text : "asking the history";
}

void detail_forget_windows(struct detail *detail)
{
	history_answer_destroy(detail->windows.answer);
	detail->windows.answer = NULL;
}

/* Another time is asked for at once, what has happened soon, and for a beat more nobody is in a hurry. */
static int patience_ms(const struct detail_windows *windows, const struct detail_windows_asked *now)
{
	if (!windows->answer || windows->is.at_us != now->at_us)
		return 0;
	return windows->is.since_us != now->since_us ? CHANGED_MS : AGAIN_MS;
}

void detail_ask_windows(struct view *view, const struct monitor_view *monitor)
{
	struct detail *detail = view->state;
	struct detail_windows *windows = &detail->windows;
	struct detail_windows_asked now = { tui_past_us(view->tui), monitor->last_us, monitor->standing.since_us };
	int64_t waited_us = mono_between_us(windows->asked_at, mono_now());
	struct error err = { .code = EXIT_FINE };

	if (detail->no_history || (windows->answer && memcmp(&windows->is, &now, sizeof now) == 0))
		return;
	if (waited_us < (windows->ticket ? GIVE_UP_MS : patience_ms(windows, &now)) * INT64_C(1000))
		return;
	windows->ticket = tui_ask(view->tui, &(struct history_query){ .kind = HISTORY_WINDOWS, .monitor = detail->id,
	    .to_us = tui_now_us(view->tui), .objective_us = detail_objective_us(monitor) }, &err);
	windows->asked = now;
	windows->asked_at = mono_now();
}

bool detail_take_windows(struct detail *detail, struct history_answer *answer)
{
	struct detail_windows *windows = &detail->windows;

	if (!answer->query.ticket || answer->query.ticket != windows->ticket)
		return false;
	windows->ticket = 0;
	if (answer->query.monitor != detail->id) {
		history_answer_destroy(answer);
		return true;
	}
	history_answer_destroy(windows->answer);
	windows->answer = answer;
	windows->is = windows->asked;
	return true;
}
