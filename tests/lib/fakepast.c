/* The past of a made-up board. */
#include "fakepast.h"

#include "kumatop/when.h"

#include "fakeboard.h"

/* It was up before that. */
static void go_back(struct monitor_view *view, int64_t at_us)
{
	view->next_us = 0;
	view->last_us = at_us - 30 * SECOND_US;
	if (view->standing.since_us <= at_us)
		return;
	view->standing = (struct standing){ .state = STATE_UP, .since_us = at_us - HOUR_US };
	view->outcome = OUTCOME_OK;
	view->verdict = VERDICT_UP;
	shared_release(view->detail);
	view->detail = shared_create("200 then");
}

const struct snapshot *fakepast_board(const struct picture *now, int64_t at_us)
{
	struct board_health health = { .started_us = FAKEBOARD_BEGUN_US, .events = (uint64_t)(at_us / MINUTE_US) };
	struct picture *past = picture_create();
	const struct snapshot *board;

	for (size_t i = 0; at_us >= FAKEBOARD_BEGUN_US && i < picture_count(now); i++) {
		struct monitor_view *view = picture_edit(past, picture_add(past));

		view_copy(view, picture_view(now, i));
		go_back(view, at_us);
	}
	board = picture_snapshot(past, &health, at_us);
	picture_destroy(past);
	return board;
}

void fakepast_turn_around(struct history_answer *answer)
{
	for (size_t i = 0; i < answer->event_count / 2; i++) {
		struct history_event event = answer->events[i];

		answer->events[i] = answer->events[answer->event_count - 1 - i];
		answer->events[answer->event_count - 1 - i] = event;
	}
}
