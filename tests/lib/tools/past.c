/*
 * A past for tests to carry about: `past make DATABASE` lets three monitors live through some days of good and bad luck, of pauses,
 * maintenance, a machine that sleeps and a kumatop that is stopped now and then; `past sum DATABASE` tells what those days were made of,
 * by day and in all, one line each. The monitors are "one", "two" and "three"; three is inverted. Intervals are 60 s, timeouts 10 s.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/archive.h"
#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "../keeping.h"

enum { MONITORS = 3, DAYS = 4, REACH_MS = 70000 };

static const char *const names[MONITORS] = { "one", "two", "three" };

struct life {
	uint32_t random;
	int64_t now_us, started_us;
	struct standing standings[MONITORS];
	struct store *store;
	char *runs;		/* SQL that puts them into the database, before the store's own */
};

static uint32_t roll(struct life *life, uint32_t sides)
{
	life->random = life->random * 1664525 + 1013904223;
	return (life->random >> 8) % sides;
}

static void check(struct life *life, int index, enum verdict verdict)
{
	static const enum outcome outcomes[] = {
		[VERDICT_UP] = OUTCOME_OK, [VERDICT_DEGRADED] = OUTCOME_SLOW, [VERDICT_DOWN] = OUTCOME_CONNECT_REFUSED,
		[VERDICT_UNKNOWN] = OUTCOME_NO_ROUTE,
	};
	static const struct judge_rules rules = { .rise = 2, .fall = 3 };
	struct standing *standing = &life->standings[index];
	bool inverted = index == 2;
	struct beat beat = { .monitor = index + 1, .reach_ms = REACH_MS, .code = -1 };

	if (standing->state == STATE_PAUSED)
		return;
	if (inverted && verdict == VERDICT_DEGRADED)
		verdict = VERDICT_UP;
	if (standing->state != STATE_MAINTENANCE)
		monitor_apply(standing, &rules, verdict, life->now_us);
	/* to the millisecond, as exports have it, and no two at once */
	beat.time_us = life->now_us + (1 + index) * 1000;
	beat.verdict = (uint8_t)verdict;
	beat.outcome = (uint8_t)outcomes[inverted ? verdict_invert(verdict) : verdict];
	beat.state = (uint8_t)standing->state;
	for (int i = 0; i < PHASE_COUNT; i++)
		beat.phase_us[i] = -1;
	if (verdict != VERDICT_UNKNOWN)
		beat.phase_us[PHASE_TOTAL] = beat.phase_us[PHASE_CONNECT] = 1000 + (int32_t)roll(life, 1000000);
	store_beat(life->store, &beat);
}

static void tell(struct life *life, int index, enum event_kind kind, const struct transition *transition, int64_t lasted_us)
{
	struct event event = {
		.monitor = index + 1, .time_us = life->now_us, .kind = (uint8_t)kind, .outcome = OUTCOME_NONE, .code = -1, .lasted_us = lasted_us,
	};

	if (transition && !transition->changed)
		return;
	if (transition) {
		event.from = (uint8_t)transition->from;
		event.to = (uint8_t)transition->to;
	}
	store_event(life->store, &event, NULL);
}

static void stop_and_start(struct life *life)
{
	char *runs = heap_print("%sINSERT INTO run (id, started_us, seen_us, ended_us, version) SELECT coalesce(max(id), 0) + 1, %" PRId64
	    ", %" PRId64 ", %" PRId64 ", 'made' FROM run WHERE id < 1000000;", life->runs ? life->runs : "UPDATE run SET id = id + 1000000;",
	    life->started_us, life->now_us, life->now_us);

	free(life->runs);
	life->runs = runs;
	tell(life, -1, EVENT_STOPPED, NULL, 0);
	life->now_us += (int64_t)roll(life, 100) * 10 * SECOND_US;
	life->started_us = life->now_us;
	tell(life, -1, EVENT_STARTED, NULL, 0);
	life->now_us += SECOND_US;
}

static void move(struct life *life, int index, uint32_t throw)
{
	struct standing *standing = &life->standings[index];
	struct transition transition;
	enum event_kind kind = EVENT_STATE;

	if (throw < 4) {
		transition = monitor_pause(standing, life->now_us);
		kind = EVENT_PAUSED;
	} else if (throw < 20) {
		transition = monitor_resume(standing, life->now_us);
		kind = EVENT_RESUMED;
	} else if (throw < 24) {
		transition = monitor_maintain(standing, life->now_us);
	} else {
		transition = monitor_return(standing, life->now_us);
	}
	tell(life, index, kind, &transition, 0);
}

static void live_minute(struct life *life, uint32_t luck)
{
	uint32_t fate = roll(life, 1000);

	life->now_us += 60 * SECOND_US;
	if (fate < 2) {
		stop_and_start(life);
	} else if (fate < 4) {
		int64_t slept_us = (int64_t)(1 + roll(life, 1000)) * SECOND_US;

		life->now_us += slept_us;
		tell(life, -1, EVENT_TROUBLE, NULL, slept_us);
		life->now_us += SECOND_US;
	}
	for (int i = 0; i < MONITORS; i++) {
		uint32_t throw = roll(life, 1000);

		if (throw < 40)
			move(life, i, throw);
		else if (throw < 60)
			check(life, i, VERDICT_UNKNOWN);
		else if (throw < 90)
			check(life, i, VERDICT_DEGRADED);
		else
			check(life, i, roll(life, 10) < luck ? VERDICT_UP : VERDICT_DOWN);
	}
}

static int make(const char *path)
{
	static const uint32_t luck[] = { 10, 9, 10, 1, 10, 5 };
	struct life life = { .random = 4711, .now_us = KEEPING_START_US, .started_us = KEEPING_START_US };
	struct error err;
	bool good;

	life.store = keeping_open(path, 3600 * 1000);
	for (int i = 0; i < MONITORS; i++)
		keeping_put_monitor(life.store, i + 1, names[i]);
	if (!store_start(life.store, &err))
		return 1;
	tell(&life, -1, EVENT_STARTED, NULL, 0);
	for (int i = 0; i < DAYS * 24 * 60; i++)
		live_minute(&life, luck[i / 97 % 6]);
	stop_and_start(&life);
	good = keeping_end(life.store) && keeping_run(path, life.runs);
	free(life.runs);
	return good ? 0 : 1;
}

static bool print_sum(struct archive *archive, const char *name, monitor_id id, int64_t from_us, int64_t to_us, struct error *err)
{
	struct summary summary;

	if (!archive_summary(archive, id, from_us, to_us, &summary, err))
		return false;
	printf("%s %d:", name, (int)((from_us - KEEPING_START_US) / DAY_US));
	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		printf(" %" PRId64, summary.amounts.us[i]);
	printf(" uptime %.9f beats", amounts_uptime(&summary.amounts));
	for (int i = 0; i < VERDICT_COUNT; i++)
		printf(" %" PRId64, summary.beats[i]);
	printf(" latency %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " p50 %" PRId64 " p95 %" PRId64 " p99 %" PRId64 "\n", summary.answers,
	    summary.latency_min_us, summary.latency_sum_us, summary.latency_max_us, summary_quantile_us(&summary, 0.5),
	    summary_quantile_us(&summary, 0.95), summary_quantile_us(&summary, 0.99));
	summary_finish(&summary);
	return true;
}

struct found {
	monitor_id ids[MONITORS];
};

static bool find(void *arg, const struct kept_monitor *kept)
{
	struct found *found = arg;

	for (int i = 0; i < MONITORS; i++)
		if (strcmp(kept->name, names[i]) == 0)
			found->ids[i] = kept->id;
	return true;
}

/* In the made one ids follow the names; imported elsewhere they may not, so the names are asked for. */
static int sum(const char *path)
{
	struct error err = { 0 };
	struct archive *archive = archive_open(path, &err);
	struct found found = { 0 };
	bool good = archive && archive_monitors(archive, find, &found, &err);

	for (int i = 0; i < MONITORS && good; i++) {
		for (int day = -1; day < DAYS + 1 && good; day++)
			good = print_sum(archive, names[i], found.ids[i], KEEPING_START_US + day * DAY_US, KEEPING_START_US + (day + 1) * DAY_US, &err);
		good = good && print_sum(archive, names[i], found.ids[i], KEEPING_START_US - DAY_US, KEEPING_START_US + 6 * DAY_US, &err);
	}
	archive_close(archive);
	if (!good)
		fprintf(stderr, "%s\n", err.text);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "make") == 0)
		return make(argv[2]);
	if (argc == 3 && strcmp(argv[1], "sum") == 0)
		return sum(argv[2]);
	fprintf(stderr, "usage: past make|sum DATABASE\n");
	return 64;
}
