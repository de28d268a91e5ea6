/*
 * The accounting of time, from results to five amounts. What a state is, is judge.c's; here it is only asked what the time
 * between two results was.
 *
 * Unknown time is not stored: it is what no span covers. So "not running", "suspended" and "could not check" need no code of
 * their own, and an amount can be missing but never be counted twice.
 */
#include "kumatop/ledger.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

enum { SPANS_AT_FIRST = 4 };

void ledger_finish(struct ledger *ledger)
{
	free(ledger->spans);
	*ledger = (struct ledger){ 0 };
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool is_tentative(uint8_t time_class)
{
	return time_class == TIME_FAILING || time_class == TIME_RECOVERING;
}

static void reserve(struct ledger *ledger, size_t count)
{
	if (count <= ledger->capacity)
		return;
	ledger->capacity = ledger->capacity ? ledger->capacity * 2 : SPANS_AT_FIRST;
	if (ledger->capacity < count)
		ledger->capacity = count;
	ledger->spans = heap_resize(ledger->spans, ledger->capacity, sizeof(*ledger->spans));
}

/* Lengthens the span before if this one goes on from it. */
static bool joins(struct span *before, const struct span *span)
{
	if (before->to_us != span->from_us || before->time_class != span->time_class)
		return false;
	before->to_us = span->to_us;
	return true;
}

static void append(struct ledger *ledger, struct span span)
{
	if (span.from_us >= span.to_us || span.time_class == TIME_UNKNOWN)
		return;
	if (ledger->count && joins(&ledger->spans[ledger->count - 1], &span))
		return;
	reserve(ledger, ledger->count + 1);
	ledger->spans[ledger->count++] = span;
}

/* Joins what has become alike from index on. */
static void join_from(struct ledger *ledger, size_t index)
{
	size_t kept = index;

	for (size_t i = index + 1; i < ledger->count; i++)
		if (!joins(&ledger->spans[kept], &ledger->spans[i]))
			ledger->spans[++kept] = ledger->spans[i];
	if (index < ledger->count)
		ledger->count = kept + 1;
}

/*
 * What a tentative span is once a result (or an interruption) took the monitor from one state to another; itself while that is
 * still open. Failures that did not end in DOWN were pending, whatever they ended in, and an incident that was not seen to end
 * was down.
 */
static uint8_t settled(uint8_t time_class, enum state from, enum verdict verdict, enum state to)
{
	if (time_class == TIME_FAILING) {
		if (from == STATE_PENDING && to == STATE_PENDING)
			return TIME_FAILING;
		return from == STATE_PENDING && to == STATE_DOWN ? TIME_DOWN : TIME_PENDING;
	}
	if (from == STATE_DOWN && to == STATE_DEGRADED)
		return TIME_DEGRADED;
	if (from == STATE_DOWN && to == STATE_UP)
		return TIME_UP;
	return from == STATE_DOWN && to == STATE_DOWN && verdict != VERDICT_DOWN ? TIME_RECOVERING : TIME_DOWN;
}

static void settle(struct ledger *ledger, enum state from, enum verdict verdict, enum state to)
{
	size_t first = ledger->count;

	while (first > 0 && is_tentative(ledger->spans[first - 1].time_class)) {
		struct span *span = &ledger->spans[--first];

		span->time_class = settled(span->time_class, from, verdict, to);
	}
	if (first < ledger->count)
		join_from(ledger, first ? first - 1 : 0);
}

/* The class of the time after a result. */
static uint8_t class_after(enum verdict verdict, enum state to)
{
	if (verdict == VERDICT_UNKNOWN)
		return TIME_UNKNOWN;
	switch (to) {
	case STATE_UP:
		return TIME_UP;
	case STATE_DEGRADED:
		return TIME_DEGRADED;
	case STATE_PENDING:
		return TIME_FAILING;
	case STATE_DOWN:
		return verdict == VERDICT_DOWN ? TIME_DOWN : TIME_RECOVERING;
	case STATE_MAINTENANCE:
		return TIME_MAINTENANCE;
	default:
		return TIME_UNKNOWN;
	}
}

/* Not before what has been accounted for: time that a clock set back shows twice counts once. */
static int64_t in_order(const struct ledger *ledger, int64_t now_us)
{
	if (ledger->open_us)
		return most(now_us, ledger->open_us);
	return ledger->count ? most(now_us, ledger->spans[ledger->count - 1].to_us) : now_us;
}

static void close_open(struct ledger *ledger, int64_t now_us)
{
	if (ledger->open_us)
		append(ledger, (struct span){ ledger->open_us, least(now_us, ledger->open_until_us), ledger->open_class });
	ledger->open_us = 0;
}

void ledger_result(struct ledger *ledger, int64_t now_us, int64_t reach_us, enum verdict verdict, enum state from, enum state to)
{
	now_us = in_order(ledger, now_us);
	close_open(ledger, now_us);
	settle(ledger, from, verdict, to);
	ledger->open_us = now_us;
	ledger->open_until_us = now_us + most(reach_us, 0);
	ledger->open_class = class_after(verdict, to);
}

/*
 * When maintenance begins, the last result still says that somebody watches, as far as it reaches. from is not asked for: an
 * interruption that is no change of state (suspended) leaves tentative time tentative, any other settles it.
 */
void ledger_interrupt(struct ledger *ledger, int64_t now_us, enum state to)
{
	int64_t until_us = ledger->open_us ? ledger->open_until_us : 0;

	now_us = in_order(ledger, now_us);
	close_open(ledger, now_us);
	settle(ledger, to, VERDICT_UNKNOWN, to);
	if (to == STATE_MAINTENANCE && until_us > now_us) {
		ledger->open_us = now_us;
		ledger->open_until_us = until_us;
		ledger->open_class = TIME_MAINTENANCE;
	}
}

void ledger_set_back(struct ledger *ledger, int64_t now_us)
{
	close_open(ledger, now_us);
	while (ledger->count && ledger->spans[ledger->count - 1].from_us >= now_us)
		ledger->count--;
	if (ledger->count)
		ledger->spans[ledger->count - 1].to_us = least(ledger->spans[ledger->count - 1].to_us, now_us);
}

/*
 * The tail of an earlier run may be tentative still. If this one has results, what follows tells how it ended; if not, the next
 * result will.
 */
static uint8_t settled_by_next(uint8_t time_class, uint8_t next)
{
	if (!is_tentative(time_class) || next == time_class || next == TIME_UNKNOWN)
		return time_class;
	if (time_class == TIME_FAILING)
		return next == TIME_DOWN || next == TIME_RECOVERING ? TIME_DOWN : TIME_PENDING;
	return next == TIME_UP || next == TIME_DEGRADED ? next : TIME_DOWN;
}

static uint8_t first_class(const struct ledger *ledger)
{
	if (ledger->count)
		return ledger->spans[0].time_class;
	return ledger->open_us ? ledger->open_class : TIME_UNKNOWN;
}

static int64_t first_time(const struct ledger *ledger)
{
	if (ledger->count)
		return ledger->spans[0].from_us;
	return ledger->open_us ? ledger->open_us : INT64_MAX;
}

void ledger_prepend(struct ledger *ledger, const struct span *spans, size_t count)
{
	struct ledger joined = { .open_us = ledger->open_us, .open_until_us = ledger->open_until_us, .open_class = ledger->open_class };
	int64_t end_us = first_time(ledger), from_us = INT64_MIN;
	uint8_t next = first_class(ledger);

	reserve(&joined, count + ledger->count);
	assert(joined.spans || ledger->count == 0);
	for (size_t i = 0; i < count; i++) {
		struct span span = spans[i];

		span.from_us = most(span.from_us, from_us);
		span.to_us = least(span.to_us, end_us);
		if (span.from_us >= span.to_us || span.time_class > TIME_RECOVERING)
			continue;
		append(&joined, span);
		from_us = span.to_us;
	}
	for (size_t i = joined.count; i > 0; i--) {
		struct span *span = &joined.spans[i - 1];

		next = span->time_class = settled_by_next(span->time_class, next);
	}
	for (size_t i = 0; i < ledger->count; i++)
		joined.spans[joined.count++] = ledger->spans[i];
	join_from(&joined, 0);
	free(ledger->spans);
	*ledger = joined;
}

void ledger_trim(struct ledger *ledger, int64_t before_us)
{
	size_t gone = 0;

	while (gone < ledger->count && ledger->spans[gone].to_us <= before_us)
		gone++;
	if (gone == 0)
		return;
	ledger->count -= gone;
	memmove(ledger->spans, ledger->spans + gone, ledger->count * sizeof(*ledger->spans));
	/* a bad day's memory goes when the day has gone */
	if (ledger->capacity > 8 * SPANS_AT_FIRST && ledger->count < ledger->capacity / 4) {
		ledger->capacity /= 2;
		ledger->spans = heap_resize(ledger->spans, ledger->capacity, sizeof(*ledger->spans));
	}
}

static uint8_t class_for_now(uint8_t time_class)
{
	switch (time_class) {
	case TIME_FAILING:
		return TIME_PENDING;
	case TIME_RECOVERING:
		return TIME_DOWN;
	case TIME_DEGRADED:
		return TIME_UP;
	default:
		return time_class;
	}
}

void amounts_count(struct amounts *amounts, uint8_t time_class, int64_t length_us)
{
	amounts->us[TIME_UNKNOWN] -= length_us;
	amounts->us[class_for_now(time_class)] += length_us;
	if (time_class == TIME_DEGRADED)
		amounts->degraded_us += length_us;
}

void amounts_add(struct amounts *amounts, const struct amounts *more)
{
	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		amounts->us[i] += more->us[i];
	amounts->degraded_us += more->degraded_us;
}

/* Adds what of the span lies in the window. */
static void count_in(struct amounts *amounts, struct span span, int64_t from_us, int64_t to_us)
{
	int64_t length_us = least(span.to_us, to_us) - most(span.from_us, from_us);

	if (length_us > 0)
		amounts_count(amounts, span.time_class, length_us);
}

struct amounts ledger_sum(const struct ledger *ledger, int64_t from_us, int64_t to_us)
{
	struct amounts amounts = { 0 };

	if (to_us <= from_us)
		return amounts;
	amounts.us[TIME_UNKNOWN] = to_us - from_us;
	if (ledger->open_us)
		count_in(&amounts, (struct span){ ledger->open_us, ledger->open_until_us, ledger->open_class }, from_us, to_us);
	for (size_t i = ledger->count; i > 0 && ledger->spans[i - 1].to_us > from_us; i--)
		count_in(&amounts, ledger->spans[i - 1], from_us, to_us);
	return amounts;
}

double amounts_uptime(const struct amounts *amounts)
{
	int64_t observed_us = amounts->us[TIME_UP] + amounts->us[TIME_DOWN];

	return observed_us > 0 ? (double)amounts->us[TIME_UP] / (double)observed_us : -1;
}
