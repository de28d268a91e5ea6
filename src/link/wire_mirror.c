/*
 * The picture at the viewer's end: what an owner tells of its own, slot by slot, until it says that the picture is whole. Nothing that
 * arrives is believed: numbers have ranges, texts are made harmless, and how much is kept has a limit.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "wire_parts.h"

enum {
	SLOTS_MOST = 200000,
	WEIGHT_MOST = 512 * 1024 * 1024,	/* bytes of text, of all slots together */
	FILE_SIZE = 4096,
};

struct slot {
	size_t spec_bytes, text_bytes;	/* what it weighs */
};

struct wire_mirror {
	struct picture *picture;
	struct slot *slots;
	size_t room;			/* of slots */
	size_t weight;
	const struct snapshot *last;	/* held; NULL: none yet */
};

/* Snapshots are told apart by number, also when they come from mirrors one after the other, or from an engine before. */
static uint64_t next_number(void)
{
	static _Atomic uint64_t numbers = UINT64_C(1) << 40;

	return atomic_fetch_add_explicit(&numbers, 1, memory_order_relaxed) + 1;
}

struct wire_mirror *wire_mirror_create(void)
{
	struct wire_mirror *mirror = heap_zero(1, sizeof(*mirror));

	mirror->picture = picture_create();
	return mirror;
}

void wire_mirror_destroy(struct wire_mirror *mirror)
{
	if (!mirror)
		return;
	snapshot_release(mirror->last);
	picture_destroy(mirror->picture);
	free(mirror->slots);
	free(mirror);
}

static enum spec_origin origin_of(const char *word)
{
	if (word && strcmp(word, "declared") == 0)
		return SPEC_DECLARED;
	return word && strcmp(word, "temporary") == 0 ? SPEC_TEMPORARY : SPEC_ADDED;
}

/* The spec of a message, with where it is declared; NULL with err. */
static struct monitor_spec *read_spec(const struct json *message, struct error *err)
{
	struct monitor_spec *spec = spec_take(message, NULL, origin_of(json_get_text(message, "origin")), err);
	char file[FILE_SIZE];
	int64_t line = 0;

	if (!spec)
		return NULL;
	json_get_integer(message, "line", &line);
	if (text_take(message, "file", file, sizeof(file)) && file[0]) {
		free(spec->file);
		spec->file = heap_text(file);
		spec->line = line > 0 && line < INT32_MAX ? (int)line : 0;
	}
	return spec;
}

static size_t text_weight(const struct shared_text *text)
{
	return text ? text->length : 0;
}

/* What the slot holds in texts. The spec is taken for as long as it was when it came; 0: it is the one that was there. */
static bool weigh(struct wire_mirror *mirror, size_t at, const struct monitor_view *view, size_t spec_bytes, struct error *err)
{
	struct slot *slot = &mirror->slots[at];

	mirror->weight -= slot->spec_bytes + slot->text_bytes;
	if (spec_bytes > 0)
		slot->spec_bytes = spec_bytes;
	slot->text_bytes = text_weight(view->detail) + text_weight(view->address) + text_weight(view->evidence);
	mirror->weight += slot->spec_bytes + slot->text_bytes;
	return mirror->weight <= WEIGHT_MOST || error_set(err, EXIT_DATA, "the owner sends more than a board can be");
}

static void make_slot(struct wire_mirror *mirror, size_t at)
{
	if (at < picture_count(mirror->picture))
		return;
	picture_add(mirror->picture);
	if (at >= mirror->room) {
		mirror->room = mirror->room ? 2 * mirror->room : 64;
		mirror->slots = heap_resize(mirror->slots, mirror->room, sizeof(*mirror->slots));
	}
	mirror->slots[at] = (struct slot){ 0 };
}

static bool read_marks(const struct json *message, struct monitor_view *view, struct error *err)
{
	const char *bar = json_get_text(message, "bar"), *marks = json_get_text(message, "marks");

	if (bar)
		marks_forget(view);
	return (!bar || marks_take(view, bar, err)) && (!marks || marks_take(view, marks, err));
}

/* Takes over spec, which may be NULL for an update. */
static bool fill(struct monitor_view *view, monitor_id id, bool fresh, struct monitor_spec *spec, const struct json *message, struct error *err)
{
	if (fresh) {
		view_finish(view);
		view->id = id;
	}
	if (spec) {
		spec_release(view->spec);
		view->spec = spec;
	}
	shared_take(message, "detail", WIRE_DETAIL_SIZE, false, &view->detail);
	shared_take(message, "address", RESULT_ADDRESS_SIZE, false, &view->address);
	shared_take(message, "evidence", RESULT_EVIDENCE_SIZE, true, &view->evidence);
	return fields_read(wire_view_fields, message, view, err) && read_marks(message, view, err);
}

bool wire_mirror_view(struct wire_mirror *mirror, const struct json *message, struct error *err)
{
	size_t count = picture_count(mirror->picture);
	const char *text = json_get_text(message, "spec");
	struct monitor_spec *spec = NULL;
	int64_t at = -1, id = 0;
	bool fresh = false;
	struct monitor_view *view;

	json_get_flag(message, "new", &fresh);
	if (!json_get_integer(message, "at", &at) || at < 0 || at > (int64_t)count || at >= SLOTS_MOST)
		return wire_refuse(err, "at");
	if (!json_get_integer(message, "id", &id) || id < 1)
		return wire_refuse(err, "id");
	if (!fresh && (at == (int64_t)count || picture_view(mirror->picture, (size_t)at)->id != id))
		return error_set(err, EXIT_DATA, "a change of a monitor that was not told before");
	if (fresh || text)
		spec = read_spec(message, err);
	if (!spec && (fresh || text))
		return error_prefix(err, "monitor %lld: ", (long long)id);
	make_slot(mirror, (size_t)at);
	view = picture_edit(mirror->picture, (size_t)at);
	return fill(view, id, fresh, spec, message, err) && weigh(mirror, (size_t)at, view, text ? strlen(text) : 0, err);
}

static bool read_health(const struct json *message, struct board_health *health, int64_t *time_us, struct error *err)
{
	if (!json_get_integer(message, "time", time_us) || *time_us < -WIRE_TIME_MOST || *time_us > WIRE_TIME_MOST)
		return wire_refuse(err, "time");
	shared_take(message, "history_trouble", WIRE_DETAIL_SIZE, false, &health->history_trouble);
	shared_take(message, "configuration_trouble", WIRE_DETAIL_SIZE, false, &health->configuration_trouble);
	return fields_read(wire_health_fields, message, health, err);
}

static void cut(struct wire_mirror *mirror, size_t count)
{
	for (size_t last = picture_count(mirror->picture); last > count; last--) {
		picture_remove(mirror->picture, last - 1);
		mirror->weight -= mirror->slots[last - 1].spec_bytes + mirror->slots[last - 1].text_bytes;
	}
}

/* One who watches health alone is told how many there are of each state. */
static bool read_states(const struct json *message, struct snapshot *snapshot, struct error *err)
{
	const struct json *states = json_get(message, "states");

	for (size_t i = 0; snapshot->count == 0 && i < json_count(states) && i < STATE_COUNT; i++) {
		int64_t count;

		if (!json_read_integer(json_at(states, i), &count) || count < 0 || count > SLOTS_MOST)
			return wire_refuse(err, "states");
		snapshot->by_state[i] = (uint32_t)count;
	}
	return true;
}

const struct snapshot *wire_mirror_board(struct wire_mirror *mirror, const struct json *message, struct error *err)
{
	struct board_health health = { 0 };
	const struct snapshot *made = NULL;
	int64_t count = -1, time_us = 0;

	if (!json_get_integer(message, "count", &count) || count < 0 || count > (int64_t)picture_count(mirror->picture)) {
		wire_refuse(err, "count");
		return NULL;
	}
	if (read_health(message, &health, &time_us, err)) {
		struct snapshot *snapshot;

		cut(mirror, (size_t)count);
		made = picture_snapshot(mirror->picture, &health, time_us);
		snapshot = (struct snapshot *)(uintptr_t)made;	/* nobody else has it yet */
		snapshot->number = next_number();
		if (!read_states(message, snapshot, err)) {
			snapshot_release(made);
			made = NULL;
		}
	}
	shared_release(health.history_trouble);
	shared_release(health.configuration_trouble);
	if (!made)
		return NULL;
	snapshot_release(mirror->last);
	mirror->last = snapshot_hold(made);
	return made;
}

const struct snapshot *wire_mirror_again(struct wire_mirror *mirror, const char *link_trouble)
{
	struct board_health health;
	const struct snapshot *again;

	if (!mirror->last)
		return NULL;
	health = mirror->last->health;
	health.link_trouble = shared_create(link_trouble);
	again = snapshot_retell(mirror->last, &health, next_number());
	shared_release(health.link_trouble);
	return again;
}
