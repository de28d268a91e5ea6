/* The past of a made-up board. */
#include "fakepast.h"

#include "kumatop/heap.h"
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

int32_t fakepast_wobble(int32_t middle_us, size_t i)
{
	static const int percent[] = { 0, -12, 8, 20, -20, 4, 35, -8, 15, -25, 2 };

	return middle_us < 0 ? -1 : middle_us + middle_us / 100 * percent[i % (sizeof percent / sizeof *percent)];
}

void fakepast_fill_series(const struct history_query *query, struct history_series *series)
{
	int64_t length_us = query->to_us - query->from_us;

	series->count = query->columns;
	series->columns = heap_zero(query->columns ? query->columns : 1, sizeof *series->columns);
	series->resolution = length_us > 90 * DAY_US ? HISTORY_DAY : length_us > DAY_US ? HISTORY_HOUR : HISTORY_BEATS;
	for (size_t i = 0; i < query->columns; i++) {
		bool gap = i * 10 / query->columns == 8;
		int32_t us = gap ? -1 : fakepast_wobble(140000, i);

		series->columns[i] = (struct history_column){ !gap, us, us, us, gap ? STATE_DOWN : STATE_UP };
		series->beats++;
		series->failures += gap;
	}
	series->min_us = 61000;
	series->mean_us = 143000;
	series->max_us = 1190000;
	series->p50_us = 128000;
	series->p90_us = 274000;
	series->p95_us = 412000;
	series->p99_us = 655000;
	for (int i = 0; i < PHASE_COUNT; i++)
		series->phase_mean_us[i] = series->resolution == HISTORY_BEATS ? 12000 : -1;
	series->amounts.us[TIME_UP] = length_us;
}

static const struct { int64_t ago_s, length_s; enum outcome outcome; const char *detail; } outages[] = {
	{ 133, 0, OUTCOME_WRONG_STATUS, "503 Service Unavailable" },
	{ 21600, 60, OUTCOME_CONNECT_REFUSED, "" },
	{ 212400, 424, OUTCOME_CONNECT_REFUSED, "" },
	{ 1696985, 62, OUTCOME_ANSWER_TIMEOUT, "" },
};

static void fill_outages(const struct history_query *query, struct history_windows *windows)
{
	size_t count = sizeof outages / sizeof *outages;

	windows->outages = heap_zero(count, sizeof *windows->outages);
	for (size_t i = 0; i < count; i++) {
		int64_t start_us = FAKEBOARD_NOW_US - outages[i].ago_s * SECOND_US, end_us = start_us + outages[i].length_s * SECOND_US;

		if (start_us >= query->to_us)
			continue;
		windows->outages[windows->outage_count++] = (struct history_outage){
			.start_us = start_us, .end_us = outages[i].length_s && end_us <= query->to_us ? end_us : 0,
			.outcome = (uint8_t)outages[i].outcome, .detail = shared_create(outages[i].detail),
		};
		windows->tally.count++;
		if (outages[i].length_s && end_us <= query->to_us) {
			windows->tally.ended++;
			windows->tally.ended_us += end_us - start_us;
		}
	}
}

void fakepast_fill_windows(const struct history_query *query, enum fakepast_life life, struct history_windows *windows)
{
	static const int64_t down_s[HISTORY_WINDOW_COUNT] = { 180, 600, 600, 782, 18720, 782 };

	for (int i = 0; i < HISTORY_WINDOW_COUNT; i++) {
		struct history_figures *figures = &windows->figures[i];
		int64_t length_us = history_window_us(query, i);
		int64_t seen_us = life == FAKEPAST_NONE ? 0 : life == FAKEPAST_SHORT && length_us > 12 * DAY_US ? 12 * DAY_US : length_us;
		int64_t down_us = life == FAKEPAST_DRAWN && seen_us ? down_s[i] * SECOND_US : 0;

		figures->amounts.us[TIME_UP] = seen_us - down_us;
		figures->amounts.us[TIME_DOWN] = down_us;
		figures->amounts.us[TIME_UNKNOWN] = length_us - seen_us;
		figures->p50_us = seen_us ? 128000 + i : -1;
		figures->p95_us = seen_us ? 412000 + 1000 * i : -1;
	}
	if (life == FAKEPAST_DRAWN)
		fill_outages(query, windows);
}
