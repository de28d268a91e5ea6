/* Beats and cuts, fed to the ledger in the order in which they happened. */
#include "kumatop/replay.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

enum { CUTS_AT_FIRST = 4 };

size_t cuts_add(struct cuts *cuts, struct cut cut)
{
	size_t at = cuts->count;

	if (cuts->count == cuts->capacity) {
		cuts->capacity = cuts->capacity ? 2 * cuts->capacity : CUTS_AT_FIRST;
		cuts->list = heap_resize(cuts->list, cuts->capacity, sizeof(*cuts->list));
	}
	while (at > 0 && cuts->list[at - 1].time_us > cut.time_us)
		at--;
	memmove(cuts->list + at + 1, cuts->list + at, (cuts->count - at) * sizeof(*cuts->list));
	cuts->list[at] = cut;
	cuts->count++;
	return at;
}

void cuts_drop(struct cuts *cuts, size_t count)
{
	if (count == 0)
		return;
	cuts->count -= count;
	memmove(cuts->list, cuts->list + count, cuts->count * sizeof(*cuts->list));
}

void cuts_finish(struct cuts *cuts)
{
	free(cuts->list);
	*cuts = (struct cuts){ 0 };
}

bool cut_by_event(monitor_id monitor, int64_t time_us, int kind, int from, int to, int64_t lasted_us, struct cut *cut)
{
	*cut = (struct cut){ .time_us = time_us, .state = (uint8_t)to, .interrupts = true };
	if (monitor == 0) {
		*cut = (struct cut){ .time_us = time_us - lasted_us, .until_us = time_us, .state = CUT_KEEPS_STATE, .interrupts = true };
		return kind == EVENT_TROUBLE && lasted_us > 0;
	}
	if (kind == EVENT_STATE && (from == STATE_MAINTENANCE || to == STATE_MAINTENANCE))
		cut->interrupts = to == STATE_MAINTENANCE;
	else if (kind == EVENT_RESUMED)
		cut->interrupts = false;
	else
		return kind == EVENT_PAUSED;
	return true;
}

struct cut cut_by_end(int64_t time_us)
{
	return (struct cut){ .time_us = time_us, .state = CUT_KEEPS_STATE, .interrupts = true };
}

void replay_finish(struct replay *replay)
{
	ledger_finish(&replay->ledger);
	*replay = (struct replay){ 0 };
}

static void apply(struct replay *replay, const struct cut *cut, int64_t next_us)
{
	uint8_t to = cut->state == CUT_KEEPS_STATE ? replay->state : cut->state;

	/* A beat inside shows that the machine did not sleep then. */
	if (cut->until_us > next_us)
		return;
	if (cut->interrupts)
		ledger_interrupt(&replay->ledger, cut->time_us, (enum state)to);
	replay->state = to;
}

static const struct cut *cut_at(const struct cuts *cuts, uint32_t at, int64_t before_us)
{
	return cuts && at < cuts->count && cuts->list[at].time_us < before_us ? &cuts->list[at] : NULL;
}

void replay_cuts(struct replay *replay, const struct cuts *cuts, const struct cuts *own, uint32_t *next_own, int64_t before_us,
    int64_t next_us)
{
	for (;;) {
		const struct cut *cut = cut_at(cuts, replay->next_cut, before_us);
		const struct cut *other = own ? cut_at(own, *next_own, before_us) : NULL;

		if (!cut && !other)
			return;
		if (cut && (!other || cut->time_us < other->time_us)) {
			apply(replay, cut, next_us);
			replay->next_cut++;
		} else {
			apply(replay, other, next_us);
			++*next_own;
		}
	}
}

void replay_beat(struct replay *replay, int64_t time_us, int64_t reach_us, enum verdict verdict, enum state state)
{
	ledger_result(&replay->ledger, time_us, reach_us, verdict, (enum state)replay->state, state);
	replay->state = (uint8_t)state;
}

bool replay_settles(enum state state, enum verdict verdict)
{
	return state != STATE_PENDING && (state != STATE_DOWN || verdict == VERDICT_DOWN);
}

int64_t replay_open_us(const struct replay *replay)
{
	const struct ledger *ledger = &replay->ledger;
	int64_t open_us = ledger->open_us && ledger->open_class >= TIME_FAILING ? ledger->open_us : INT64_MAX;

	for (size_t i = ledger->count; i > 0 && ledger->spans[i - 1].time_class >= TIME_FAILING; i--)
		open_us = ledger->spans[i - 1].from_us;
	return open_us;
}
