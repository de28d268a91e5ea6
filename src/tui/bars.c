/*
 * The past of the rows on the screen, kept by monitor. A bar shows what is known while newer is being asked for.
 */
#include "bars.h"

#include <stdlib.h>
#include <string.h>

#include "tui.h"

#include "kumatop/heap.h"
#include "kumatop/when.h"

enum { PASTS_MOST = 512, AGAIN_MS = 30000, GIVE_UP_MS = 10000 };

static const struct {
	const char *title, *summary;
	int64_t us;
	int16_t minutes[10];	/* of a bucket, the finest first; ended by 0 */
} ranges[BAR_RANGES] = {
	[BAR_BEATS] = { NULL, "bars show the last beats", 0, { 0 } },
	[BAR_HOUR] = { "LAST 1h", "bars show the last hour, the worst of each cell", HOUR_US, { 1, 2, 3, 4, 5, 6, 10, 15, 0 } },
	[BAR_DAY] = { "LAST 24h", "bars show the last 24 hours, the worst of each cell", DAY_US, { 20, 30, 40, 60, 90, 120, 180, 240, 0 } },
};

int64_t bars_bucket_us(enum bar_range range, size_t width)
{
	int64_t bucket_us = MINUTE_US;

	for (size_t i = 0; ranges[range].minutes[i]; i++) {
		bucket_us = ranges[range].minutes[i] * MINUTE_US;
		if (ranges[range].us / bucket_us <= (int64_t)width)
			break;
	}
	return bucket_us;
}

/* The end of the bucket that now is in. */
static int64_t end_of(int64_t now_us, int64_t bucket_us)
{
	return (now_us / bucket_us + 1) * bucket_us;
}

void bars_finish(struct bars *bars)
{
	free(bars->pasts);
	*bars = (struct bars){ .range = BAR_BEATS };
}

void bars_switch(struct bars *bars, struct tui *tui)
{
	bars->range = (enum bar_range)((bars->range + 1) % BAR_RANGES);
	tui_toast(tui, TOAST_OK, "%s", ranges[bars->range].summary);
}

const char *bars_title(const struct bars *bars)
{
	return ranges[bars->range].title;
}

static struct bar_past *find(const struct bars *bars, monitor_id id)
{
	for (size_t i = 0; i < bars->count; i++)
		if (bars->pasts[i].id == id)
			return &bars->pasts[i];
	return NULL;
}

static bool is_stale(const struct bar_past *past, const struct bar_past *wanted)
{
	if (past->range != wanted->range || past->to_us != wanted->to_us || past->bucket_us != wanted->bucket_us || past->state != wanted->state)
		return true;
	return past->last_us != wanted->last_us && mono_between_us(past->asked_at, wanted->asked_at) >= AGAIN_MS * 1000;
}

static void give_up(struct bars *bars, struct tui *tui, const char *reason)
{
	bars->ticket = 0;
	bars->range = BAR_BEATS;
	tui_toast(tui, TOAST_WARN, "bars show beats: %s", *reason ? reason : "no history is kept");
}

static void ask(struct bars *bars, struct tui *tui, const struct bar_past *wanted)
{
	int64_t span_us = ranges[wanted->range].us;
	struct error err = { .code = EXIT_FINE };

	bars->asked = *wanted;
	bars->ticket = tui_ask(tui, &(struct history_query){ .kind = HISTORY_SERIES, .monitor = wanted->id,
	    .from_us = wanted->to_us - span_us, .to_us = wanted->to_us, .columns = (size_t)(span_us / wanted->bucket_us) }, &err);
	if (!bars->ticket)
		give_up(bars, tui, err.text);
}

void bars_refresh(struct bars *bars, struct tui *tui, const struct rows *rows, size_t from, size_t to, size_t width)
{
	size_t cells = width < BAR_CELLS_MOST ? width : BAR_CELLS_MOST;

	if (bars->range == BAR_BEATS || !cells)
		return;
	if (bars->ticket && mono_between_us(bars->asked.asked_at, tui->now) < GIVE_UP_MS * 1000)
		return;
	int64_t bucket_us = bars_bucket_us(bars->range, cells);

	if (ranges[bars->range].us / bucket_us > BAR_CELLS_MOST)
		return;
	for (size_t row = from; row < to; row++) {
		const struct monitor_view *view = rows_at(rows, row);
		struct bar_past *past = find(bars, view->id);
		struct bar_past wanted = {
			.id = view->id, .range = bars->range, .to_us = end_of(tui_now_us(tui), bucket_us), .bucket_us = bucket_us,
			.last_us = view->last_us, .state = (uint8_t)view->standing.state, .asked_at = tui->now, .used_at = tui->now,
		};

		if (past && !is_stale(past, &wanted)) {
			past->used_at = tui->now;
			continue;
		}
		ask(bars, tui, &wanted);
		return;
	}
}

/* The place of a monitor, a new one, or that of whom nobody has looked at for longest. */
static struct bar_past *place_for(struct bars *bars, monitor_id id)
{
	struct bar_past *place = find(bars, id);

	if (place)
		return place;
	if (bars->count < PASTS_MOST) {
		if (bars->count == bars->capacity) {
			bars->capacity = bars->capacity ? bars->capacity * 2 : 32;
			bars->pasts = heap_resize(bars->pasts, bars->capacity, sizeof *bars->pasts);
		}
		return &bars->pasts[bars->count++];
	}
	place = &bars->pasts[0];
	for (size_t i = 1; i < bars->count; i++)
		if (bars->pasts[i].used_at.us < place->used_at.us)
			place = &bars->pasts[i];
	return place;
}

bool bars_answer(struct bars *bars, struct tui *tui, struct history_answer *answer)
{
	if (!bars->ticket || answer->query.ticket != bars->ticket)
		return false;
	bars->ticket = 0;
	if (!answer->ok) {
		give_up(bars, tui, answer->error.text);
	} else {
		struct bar_past *past = place_for(bars, bars->asked.id);

		*past = bars->asked;
		past->count = answer->series.count < BAR_CELLS_MOST ? answer->series.count : BAR_CELLS_MOST;
		for (size_t i = 0; i < past->count; i++)
			past->looks[i] = answer->series.columns[i].worst;
	}
	history_answer_destroy(answer);
	return true;
}

void bars_draw(const struct bars *bars, enum glyph_set set, const struct monitor_view *view, int64_t now_us, struct glyph_cell *cells,
    size_t width)
{
	const struct bar_past *past = find(bars, view->id);
	int64_t bucket_us = bars_bucket_us(bars->range, width < BAR_CELLS_MOST ? width : BAR_CELLS_MOST);
	bool known = past && past->range == bars->range && past->bucket_us == bucket_us;
	int64_t moved = known ? (end_of(now_us, bucket_us) - past->to_us) / bucket_us : 0;
	/* a beat speaks for the time until the next one is due */
	int64_t holds = (view->spec->common.interval_ms * 1000 + bucket_us - 1) / bucket_us, since = 0;
	int look = STATE_NEW;

	for (size_t i = 0; i < width; i++) {
		int64_t at = known ? (int64_t)past->count - (int64_t)(width - i) + moved : -1;
		int shown = at >= 0 && at < (int64_t)(known ? past->count : 0) ? past->looks[at] : STATE_NEW;

		since = shown == STATE_NEW ? since + 1 : 0;
		if (shown != STATE_NEW)
			look = shown;
		else if (since > holds)
			look = STATE_NEW;
		glyph_cell_set(&cells[i], glyph_beat(set, look), glyph_beat_role(look));
	}
}
