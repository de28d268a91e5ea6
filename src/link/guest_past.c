/* Questions about the past: asked of the board, and answered without what somebody does not see. */
#include <stdlib.h>

#include "guest.h"
#include "kumatop/heap.h"

static void send_answer(struct guest *guest, struct slot *slot, const struct history_answer *answer)
{
	struct buf out;

	buf_init(&out, WIRE_LINE_MOST);
	wire_put_answer(&out, answer);
	guest_send(guest, &out, slot);
}

static void refuse_question(struct guest *guest, struct slot *slot, const struct history_query *query, const struct error *err)
{
	send_answer(guest, slot, &(struct history_answer){ .query = *query, .error = *err });
}

static bool may_ask(const struct guest *guest, const struct history_query *query, struct error *err)
{
	struct monitor_spec *spec;
	bool seen;

	if (!query->monitor || guest_sees_all(guest))
		return true;
	spec = guest_find_spec(guest, query->monitor);
	seen = spec && access_sees(guest->server->access, &guest->peer, spec);
	spec_release(spec);
	return seen || error_set(err, EXIT_DATA, "there is no such monitor any more");
}

/* The monitors that somebody sees, in rising order. */
struct seen {
	monitor_id *ids;
	size_t count;
};

static int by_id(const void *a, const void *b)
{
	const monitor_id *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static struct seen find_seen(const struct guest *guest)
{
	const struct snapshot *newest = snapshot_hub_acquire(guest->server->settings.board->hub);
	struct seen seen = { .ids = heap_zero(newest ? newest->count + 1 : 1, sizeof(*seen.ids)) };

	for (size_t i = 0; newest && i < newest->count; i++) {
		const struct monitor_view *view = snapshot_view(newest, i);

		if (access_sees(guest->server->access, &guest->peer, view->spec))
			seen.ids[seen.count++] = view->id;
	}
	snapshot_release(newest);
	qsort(seen.ids, seen.count, sizeof(*seen.ids), by_id);
	return seen;
}

/* Of kumatop itself only what tells nothing of monitors: that one was removed does, and how many a configuration has. */
static bool sees_event(const struct seen *seen, const struct event *event)
{
	if (!event->monitor)
		return event->kind == EVENT_STARTED || event->kind == EVENT_STOPPED || event->kind == EVENT_TROUBLE;
	return bsearch(&event->monitor, seen->ids, seen->count, sizeof(*seen->ids), by_id) != NULL;
}

static void drop_event(struct history_event *event)
{
	free(event->name);
	shared_release(event->event.detail);
	shared_release(event->event.evidence);
	shared_release(event->event.who);
}

/* As if there were no other monitors. */
static void hide_events(const struct guest *guest, struct history_answer *answer, size_t most)
{
	struct seen seen = find_seen(guest);
	size_t kept = 0;

	for (size_t i = 0; i < answer->event_count; i++) {
		struct history_event *event = &answer->events[i];

		bool sees = sees_event(&seen, &event->event);

		if (sees && kept < most) {
			answer->events[kept++] = *event;
			continue;
		}
		answer->more = answer->more || sees;
		drop_event(event);
	}
	answer->event_count = kept;
	free(seen.ids);
}

/* A page of nothing but others' events says nothing: the one behind it is asked for. false: there is none, or nobody to ask. */
static bool ask_further(struct guest *guest, const struct slot *slot, const struct history_answer *answer, int64_t last_us)
{
	const struct board *board = guest->server->settings.board;
	struct history_query query = answer->query;

	query.ticket = guest_ticket(guest, slot);
	/* Others of its microsecond may be behind it; a page of that one alone must not come for ever. */
	if (query.forward)
		query.from_us = last_us > query.from_us ? last_us : query.from_us + 1;
	else
		query.to_us = last_us < query.to_us - 1 ? last_us + 1 : query.to_us - 1;
	return query.from_us < query.to_us && board->ask(board->arg, &query, server_answer, guest->server, &(struct error){ 0 });
}

/* false: it goes on with those behind. */
static bool is_whole(struct guest *guest, const struct slot *slot, struct history_answer *answer)
{
	int64_t last_us = answer->event_count ? answer->events[answer->event_count - 1].event.time_us : 0;
	bool had_some = answer->event_count > 0;

	hide_events(guest, answer, slot->most);
	return answer->event_count || !had_some || !answer->more || !ask_further(guest, slot, answer, last_us);
}

/* As if there were no other monitors; those that are there no more are others'. */
static const struct snapshot *hide_monitors(const struct guest *guest, const struct snapshot *board)
{
	struct picture *picture = picture_create();
	struct seen seen = find_seen(guest);
	const struct snapshot *shown;

	for (size_t i = 0; i < board->count; i++) {
		const struct monitor_view *view = snapshot_view(board, i);

		if (bsearch(&view->id, seen.ids, seen.count, sizeof(*seen.ids), by_id))
			view_copy(picture_edit(picture, picture_add(picture)), view);
	}
	shown = picture_snapshot(picture, &board->health, board->time_us);
	picture_destroy(picture);
	free(seen.ids);
	return shown;
}

void guest_drop_past(struct guest *guest, const char *why)
{
	struct history_query query = guest->past.query;
	struct error err;

	if (!guest->past.began)
		return;
	wire_pass_finish(&guest->past);
	error_set(&err, EXIT_UNAVAILABLE, "%s", why);
	refuse_question(guest, guest->past_slot, &query, &err);
}

/* In steps, as a picture; the last line of it is the answer. */
static void show_board(struct guest *guest, struct slot *slot, const struct history_answer *answer)
{
	guest_drop_past(guest, "another moment was asked for");
	wire_pass_begin_answer(&guest->past, &answer->query,
	    guest_sees_all(guest) ? snapshot_hold(answer->board) : hide_monitors(guest, answer->board));
	guest->past_slot = slot;
	guest_show_past(guest);
}

void guest_take_answer(struct guest *guest, struct slot *slot, struct history_answer *answer)
{
	struct error err;

	answer->query.ticket = slot->ticket;
	if (!may_ask(guest, &answer->query, &err)) {
		refuse_question(guest, slot, &answer->query, &err);
	} else {
		if (answer->ok && answer->query.kind == HISTORY_EVENTS && !answer->query.monitor && !guest_sees_all(guest)
		    && !is_whole(guest, slot, answer)) {
			history_answer_destroy(answer);
			return;
		}
		answer->query.most = slot->most;
		if (answer->ok && answer->query.kind == HISTORY_BOARD)
			show_board(guest, slot, answer);
		else
			send_answer(guest, slot, answer);
	}
	history_answer_destroy(answer);
}

void guest_take_ask(struct guest *guest, struct json **message)
{
	const struct board *board = guest->server->settings.board;
	struct slot *slot = guest_find_slot(guest, GUEST_COMMANDS, GUEST_SLOTS);
	struct history_query query = { 0 };
	struct error err;

	if (!wire_read_ask(*message, &query, &err)) {
		query.ticket = wire_ticket(*message);
		refuse_question(guest, NULL, &query, &err);
		return;
	}
	if (!slot) {
		error_set(&err, EXIT_UNAVAILABLE, "%d questions are waiting already", (int)GUEST_QUESTIONS);
		refuse_question(guest, NULL, &query, &err);
		return;
	}
	*slot = (struct slot){ .taken = true, .ticket = query.ticket, .most = query.most };
	query.ticket = guest_ticket(guest, slot);
	/* More than were asked for, as most of them may be of what he does not see. */
	if (query.kind == HISTORY_EVENTS && !query.monitor && !guest_sees_all(guest))
		query.most = HISTORY_EVENTS_MOST;
	if (may_ask(guest, &query, &err) && board->ask(board->arg, &query, server_answer, guest->server, &err))
		return;
	query.ticket = slot->ticket;
	query.most = slot->most;
	refuse_question(guest, slot, &query, &err);
}
