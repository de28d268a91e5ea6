/* What is in a file to be imported, and what is to become of it; nothing is written here. See import.h. */
#include "import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

static void add_text(struct text_list *list, const char *text)
{
	char clean[1024];

	text_sanitize(clean, sizeof(clean), text, strlen(text));
	list->items = heap_resize(list->items, list->count + 1, sizeof(char *));
	list->items[list->count++] = heap_text(clean);
}

void import_note(struct import_plan_monitor *monitor, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	add_text(&monitor->notes, text);
}

static void add_trouble(void *arg, enum import_trouble trouble, uint64_t place, const char *text)
{
	struct import_plan *plan = arg;
	struct import_troubles *troubles = &plan->troubles[trouble];
	char *line;

	troubles->count++;
	if (troubles->first.count >= IMPORT_SHOWN_MOST)
		return;
	line = place ? heap_print("%s %llu: %s", plan->source->place, (unsigned long long)place, text) : heap_text(text);
	add_text(&troubles->first, line);
	free(line);
}

struct import_plan_monitor *import_plan_find(struct import_plan *plan, int64_t key)
{
	size_t first = 0, end = plan->count;

	if (plan->last < plan->count && plan->monitors[plan->last].key == key)
		return &plan->monitors[plan->last];
	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (plan->monitors[middle].key < key)
			first = middle + 1;
		else
			end = middle;
	}
	if (first == plan->count || plan->monitors[first].key != key)
		return NULL;
	plan->last = first;
	return &plan->monitors[first];
}

static bool name_is_taken(const struct import_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->count; i++)
		if (strcmp(plan->monitors[i].name, name) == 0)
			return true;
	return false;
}

/* A name that can be one, and is nobody else's in the file: "web (2)". Heap. */
static char *make_name(const struct import_plan *plan, const struct import_monitor *from)
{
	enum { NUMBER_BYTES = 16 };
	char base[SPEC_NAME_MOST + 1 - NUMBER_BYTES], *name, *start = base;
	size_t length = text_sanitize(base, sizeof(base), from->name, strlen(from->name));

	while (length > 0 && base[length - 1] == ' ')
		base[--length] = '\0';
	start += strspn(base, " ");
	name = *start ? heap_text(start) : heap_print("monitor %lld", (long long)from->key);
	for (int i = 2; name_is_taken(plan, name); i++) {
		free(name);
		name = heap_print("%s (%d)", start, i);
	}
	return name;
}

static bool is_wanted(const struct import_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->patterns->count; i++)
		if (strcmp(plan->patterns->items[i], name) == 0 || text_glob(plan->patterns->items[i], name))
			return true;
	return plan->patterns->count == 0;
}

static struct import_plan_monitor *insert(struct import_plan *plan, int64_t key)
{
	size_t at = plan->count;

	if ((plan->count & (plan->count - 1)) == 0)
		plan->monitors = heap_resize(plan->monitors, plan->count ? plan->count * 2 : 1, sizeof(*plan->monitors));
	while (at > 0 && plan->monitors[at - 1].key > key)
		at--;
	memmove(plan->monitors + at + 1, plan->monitors + at, (plan->count - at) * sizeof(*plan->monitors));
	plan->count++;
	plan->last = at;
	plan->monitors[at] = (struct import_plan_monitor){ .key = key };
	return &plan->monitors[at];
}

static void drop_monitor(struct import_plan_monitor *monitor)
{
	free(monitor->name);
	free(monitor->kind);
	spec_release(monitor->spec);
	text_list_finish(&monitor->notes);
	histogram_finish(&monitor->spacing);
}

static bool plan_monitor(void *arg, const struct import_monitor *from)
{
	struct import_plan *plan = arg;
	struct import_plan_monitor *monitor = import_plan_find(plan, from->key);
	char *name;

	if (monitor) {
		if (!monitor->kind && from->kind)
			monitor->kind = heap_text(from->kind);
		return true;
	}
	/* One that is not wanted has its name all the same: others are called the same with and without --monitor. */
	name = make_name(plan, from);
	monitor = insert(plan, from->key);
	monitor->name = name;
	if (!is_wanted(plan, name)) {
		monitor->fate = IMPORT_LEFT;
		return true;
	}
	plan->matched = true;
	monitor->kind = heap_text(from->kind);
	import_monitor_decide(plan, monitor, from);
	return true;
}

/* Of a monitor that is not there to be asked: how often it was checked, and as long a timeout as it has when nobody says. */
static int32_t guess_reach_ms(const struct import_plan_monitor *monitor)
{
	int64_t interval_ms = monitor->spacing.count ? (histogram_quantile_us(&monitor->spacing, 0.5) + 500) / 1000 : 60000;

	return (int32_t)(interval_ms + (interval_ms < 10000 ? interval_ms : 10000));
}

static int32_t spec_reach_ms(const struct monitor_spec *spec)
{
	int64_t reach_ms = spec->common.interval_ms + spec->common.timeout_ms;

	return reach_ms > INT32_MAX ? INT32_MAX : (int32_t)reach_ms;
}

/*
 * What the outcome said of the target, and what the state it led to can only have come from. DOWN alone leaves both open (good again, but
 * not often enough), and then it is as with the beats before: an `invert` is a monitor's, not a beat's.
 */
static enum verdict guess_verdict(struct import_plan_monitor *monitor, const struct import_beat *beat)
{
	enum verdict verdict = outcome_row(beat->outcome)->verdict;
	bool good = verdict == VERDICT_UP || verdict == VERDICT_DEGRADED;

	if (verdict == VERDICT_UNKNOWN)
		return verdict;
	if (beat->state == STATE_UP || beat->state == STATE_DEGRADED)
		monitor->inverted = !good;
	else if (beat->state == STATE_PENDING)
		monitor->inverted = good;
	return monitor->inverted ? verdict_invert(verdict) : verdict;
}

bool import_plan_beat(struct import_plan *plan, struct import_plan_monitor *monitor, struct import_beat *beat)
{
	bool overlaps = monitor->last_us && beat->time_us / 1000 == monitor->last_us / 1000;
	bool takes = !overlaps && beat->time_us <= plan->now_us && beat->time_us > 0;

	if (beat->verdict < 0)
		beat->verdict = (int)guess_verdict(monitor, beat);
	if (beat->reach_ms < 0)
		beat->reach_ms = monitor->reach_ms;
	if (takes)
		monitor->last_us = beat->time_us;
	monitor->last_state = beat->state;
	return takes;
}

void import_plan_rewind(struct import_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct import_plan_monitor *monitor = &plan->monitors[i];

		monitor->last_us = 0;
		monitor->last_state = STATE_NEW;
		monitor->inverted = monitor->spec && monitor->spec->common.invert;
		monitor->reach_ms = monitor->spec ? spec_reach_ms(monitor->spec) : guess_reach_ms(monitor);
	}
}

static void widen(struct import_plan_monitor *monitor, int64_t from_us, int64_t to_us)
{
	if (!monitor->to_us || from_us < monitor->from_us)
		monitor->from_us = from_us;
	if (to_us > monitor->to_us)
		monitor->to_us = to_us;
}

static void tell_time(struct import_plan *plan, enum import_trouble trouble, uint64_t place, const struct import_plan_monitor *monitor,
    int64_t time_us)
{
	char when[40], text[400];

	snprintf(text, sizeof(text), "%s of %.200s%s", moment_print(time_us, when, sizeof(when)), monitor->name,
	    trouble == IMPORT_OVERLAP ? ", of which there is a beat of that time before" : "");
	add_trouble(plan, trouble, place, text);
}

static bool plan_beat(void *arg, const struct import_beat *from)
{
	struct import_plan *plan = arg;
	struct import_plan_monitor *monitor = import_plan_find(plan, from->monitor);
	struct import_beat beat = *from;
	int64_t last_us;

	if (!monitor || monitor->fate == IMPORT_LEFT)
		return true;
	last_us = monitor->last_us;
	if (monitor->last_state == STATE_UP && last_us && beat.time_us > last_us && beat.time_us - last_us < HISTOGRAM_MOST_US)
		histogram_add(&monitor->spacing, beat.time_us - last_us);
	if (!import_plan_beat(plan, monitor, &beat)) {
		tell_time(plan, beat.time_us > plan->now_us ? IMPORT_FUTURE : IMPORT_OVERLAP, beat.place, monitor, beat.time_us);
		return true;
	}
	monitor->beats++;
	widen(monitor, beat.time_us, beat.time_us);
	return true;
}

static bool plan_event(void *arg, const struct import_event *event)
{
	struct import_plan *plan = arg;
	struct import_plan_monitor *monitor = event->monitor ? import_plan_find(plan, event->monitor) : NULL;
	static const struct import_plan_monitor kumatop = { .name = (char *)(uintptr_t)"kumatop itself" };

	if (event->monitor && (!monitor || monitor->fate == IMPORT_LEFT))
		return true;
	if (event->time_us > plan->now_us) {
		tell_time(plan, IMPORT_FUTURE, event->place, monitor ? monitor : &kumatop, event->time_us);
	} else if (monitor) {
		monitor->events++;
		widen(monitor, event->time_us, event->time_us);
	} else if (plan->patterns->count == 0) {
		plan->events++;
	}
	return true;
}

static bool plan_rollup(void *arg, const struct import_rollup *from)
{
	struct import_plan *plan = arg;
	struct import_plan_monitor *monitor = import_plan_find(plan, from->monitor);
	int64_t end_us = from->rollup->start_us + rollup_length_us(from->rollup->step);

	if (!monitor || monitor->fate == IMPORT_LEFT)
		return true;
	if (from->rollup->start_us > plan->now_us) {
		tell_time(plan, IMPORT_FUTURE, from->place, monitor, from->rollup->start_us);
		return true;
	}
	monitor->rollups++;
	widen(monitor, from->rollup->start_us, end_us < plan->now_us ? end_us : plan->now_us);
	return true;
}

static void tell_progress(void *arg, uint64_t done, uint64_t all)
{
	struct import_plan *plan = arg;

	plan->progress.expected = all;
	progress_tell(&plan->progress, done, false);
}

static bool refuse_patterns(const struct import_plan *plan, struct error *err)
{
	const char *pattern = plan->patterns->items[0], *nearest = NULL;

	for (size_t i = 0; i < plan->count && !nearest; i++) {
		const char *name = plan->monitors[i].name;

		nearest = text_nearest(pattern, &name, 1);
	}
	if (nearest)
		return error_set(err, EXIT_DATA, "%s has no monitor \"%s\"; did you mean \"%s\"?", plan->path, pattern, nearest);
	return error_set(err, EXIT_DATA, "%s has no monitor \"%s\"; --dry-run shows those it has", plan->path, pattern);
}

bool import_plan_make(struct import_plan *plan, const struct conf *conf, struct roster *roster, struct error *err)
{
	const struct import_sink sink = {
		.arg = plan, .monitor = plan_monitor, .beat = plan_beat, .event = plan_event, .rollup = plan_rollup, .trouble = add_trouble,
		.progress = tell_progress,
	};
	bool read;

	plan->matched = plan->patterns->count == 0;
	plan->conf = conf;
	plan->roster = roster;
	read = plan->source->read(plan->path, &sink, err);
	plan->conf = NULL;
	plan->roster = NULL;
	import_plan_rewind(plan);
	return read && (plan->matched || refuse_patterns(plan, err));
}

void import_plan_finish(struct import_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		drop_monitor(&plan->monitors[i]);
	free(plan->monitors);
	for (int i = 0; i < IMPORT_TROUBLE_COUNT; i++)
		text_list_finish(&plan->troubles[i].first);
}

bool import_plan_is_clean(const struct import_plan *plan)
{
	for (int i = 0; i < IMPORT_TROUBLE_COUNT; i++)
		if (plan->troubles[i].count)
			return false;
	for (size_t i = 0; i < plan->count; i++)
		if (plan->monitors[i].notes.count)
			return false;
	return true;
}
