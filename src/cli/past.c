/* Events for commands; see past.h. */
#include "past.h"

#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

enum { NEWS_MOST = 100000 };

static struct history_answer *ask(const struct past *past, const struct history_query *query, struct error *err)
{
	struct history_answer *answer = past->archive ? archive_answer(past->archive, query)
	    : call_ask(past->through->call, query, THROUGH_WAIT_MS, err);

	if (answer && !answer->ok) {
		*err = answer->error;
		history_answer_destroy(answer);
		return NULL;
	}
	return answer;
}

/* The event moves from the answer, which keeps nothing of it. */
static void take(struct past_events *events, struct history_event *event)
{
	if ((events->count & (events->count - 1)) == 0)
		events->items = heap_resize(events->items, events->count ? 2 * events->count : 1, sizeof(*events->items));
	events->items[events->count++] = *event;
	*event = (struct history_event){ 0 };
}

/* Reading back, page by page. */
struct reading {
	struct past_events *events;
	size_t most;
	past_wanted_fn *wanted;
	void *arg;
	struct past_mark oldest;	/* of what was read so far: pages overlap in its microsecond */
};

static void take_page(struct reading *reading, struct history_answer *answer)
{
	for (size_t i = 0; i < answer->event_count; i++) {
		struct history_event *event = &answer->events[i];
		struct past_mark at = { event->event.id, event->event.time_us };

		if (at.time_us == reading->oldest.time_us && at.id >= reading->oldest.id)
			continue;
		reading->oldest = at;
		if (reading->wanted && !reading->wanted(reading->arg, event))
			continue;
		if (reading->events->count == reading->most)
			reading->events->more = true;
		else
			take(reading->events, event);
	}
}

bool past_read(const struct past *past, int64_t from_us, size_t most, past_wanted_fn *wanted, void *arg, struct past_events *events,
    struct error *err)
{
	/* A clock that was set back leaves events in what is the future now. */
	struct history_query query = { .kind = HISTORY_EVENTS, .from_us = from_us, .to_us = unix_now_us() + 400 * DAY_US };
	struct reading reading = { events, most, wanted, arg, { INT64_MAX, INT64_MAX } };
	bool more = true;

	*events = (struct past_events){ 0 };
	while (more && !events->more) {
		size_t left = most - events->count + 1;
		struct history_answer *answer;

		query.most = wanted || left > HISTORY_EVENTS_MOST ? HISTORY_EVENTS_MOST : left;
		answer = ask(past, &query, err);
		if (!answer) {
			past_events_finish(events);
			return false;
		}
		take_page(&reading, answer);
		more = answer->more && answer->event_count;
		query.to_us = reading.oldest.time_us < query.to_us - 1 ? reading.oldest.time_us + 1 : query.to_us - 1;
		history_answer_destroy(answer);
	}
	return true;
}

void past_events_finish(struct past_events *events)
{
	for (size_t i = 0; i < events->count; i++) {
		event_finish(&events->items[i].event);
		free(events->items[i].name);
	}
	free(events->items);
	*events = (struct past_events){ 0 };
}

bool past_is_news(const struct past_mark *mark, const struct history_event *event)
{
	return event->event.id > mark->id || event->event.time_us > mark->time_us;
}

static void move_mark(struct past_mark *mark, const struct history_event *event)
{
	if (event->event.id > mark->id)
		mark->id = event->event.id;
	if (event->event.time_us > mark->time_us)
		mark->time_us = event->event.time_us;
}

bool past_end(const struct past *past, struct past_mark *mark, struct error *err)
{
	struct past_events events;

	*mark = (struct past_mark){ 0 };
	if (!past_read(past, 0, HISTORY_EVENTS_MOST, NULL, NULL, &events, err))
		return false;
	for (size_t i = 0; i < events.count; i++)
		move_mark(mark, &events.items[i]);
	past_events_finish(&events);
	return true;
}

static bool is_news(void *arg, const struct history_event *event)
{
	return past_is_news(arg, event);
}

bool past_news(const struct past *past, struct past_mark *mark, struct past_events *events, struct error *err)
{
	int64_t now_us = unix_now_us(), from_us = (mark->time_us < now_us ? mark->time_us : now_us) - MINUTE_US;
	const struct past_mark before = *mark;

	if (!past_read(past, from_us > 0 ? from_us : 0, NEWS_MOST, is_news, (void *)(uintptr_t)&before, events, err))
		return false;
	for (size_t i = 0; i < events->count; i++)
		move_mark(mark, &events->items[i]);
	return true;
}
