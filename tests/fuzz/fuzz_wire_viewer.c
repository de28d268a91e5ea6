/*
 * Any bytes from an owner, as a viewer reads them: into the mirror, replies and answers, and then a walk over the picture as a screen would
 * take it. Nothing is out of range, no text bites, and the picture can be sent on and is the same at the other end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/conf.h"
#include "kumatop/text.h"
#include "kumatop/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fine)
{
	if (!fine)
		abort();
}

static void check_lines(const char *text)
{
	char clean[RESULT_EVIDENCE_SIZE];

	require(text_sanitize_lines(clean, sizeof clean, text, strlen(text)) == strlen(text) && strcmp(clean, text) == 0);
}

static void walk_view(const struct monitor_view *view)
{
	require(view->id > 0 && view->spec && view->spec->kind && view->spec->foreign);
	require(text_is_clean(view->spec->name) && *view->spec->name);
	require(!view->spec->file || text_is_clean(view->spec->file));
	require((unsigned)view->standing.state < STATE_COUNT && (unsigned)view->standing.was < STATE_COUNT);
	require(view->outcome < OUTCOME_COUNT && view->verdict < VERDICT_COUNT);
	require(text_is_clean(shared_read(view->detail)) && text_is_clean(shared_read(view->address)));
	check_lines(shared_read(view->evidence));
	for (int i = 0; i < PHASE_COUNT; i++)
		require(view->phase_us[i] >= -1);
	require(view->mark_count <= VIEW_MARKS && view->mark_next < VIEW_MARKS);
	for (size_t back = 0; back < view->mark_count; back++)
		require(view_mark(view, back).look < STATE_COUNT);
	require(view_percentile_us(view, 0.95) >= -1 && view_latency_us(view) >= -1);
	require(amounts_uptime(&view->day) <= 1);
}

static void walk(const struct snapshot *snapshot)
{
	require(text_is_clean(shared_read(snapshot->health.history_trouble)) && text_is_clean(shared_read(snapshot->health.link_trouble)));
	require(snapshot->health.role < ACCESS_ROLE_COUNT);
	for (size_t i = 0; i < snapshot->count; i++)
		walk_view(snapshot_view(snapshot, i));
}

/* As this viewer would show it to another one. Takes over both holds. */
static void send_on(const struct snapshot *from, const struct snapshot *to)
{
	struct wire_mirror *mirror = wire_mirror_create();
	const struct snapshot *made = NULL;
	struct wire_pass pass;
	struct buf out;

	for (int half = 0; half < 2; half++) {
		const char *line;

		if (half == 0 ? !from : !to)
			continue;
		buf_init(&out, 64 << 20);
		if (half == 0)
			wire_pass_begin(&pass, NULL, snapshot_hold(from));
		else
			wire_pass_begin(&pass, from, snapshot_hold(to));
		require(wire_pass_step(&pass, NULL, false, ACCESS_GUEST, SIZE_MAX, &out) && !out.full);
		wire_pass_finish(&pass);
		line = out.data;
		while (*line) {
			size_t length = strcspn(line, "\n");
			struct json *message = wire_parse(line, length, NULL);

			require(message != NULL);
			if (strcmp(wire_op(message), "view") == 0) {
				require(wire_mirror_view(mirror, message, NULL));
			} else {
				snapshot_release(made);
				made = wire_mirror_board(mirror, message, NULL);
				require(made != NULL);
			}
			json_free(message);
			line += length + 1;
		}
		buf_finish(&out);
	}
	require(made && made->count == to->count);
	for (size_t i = 0; i < made->count; i++) {
		const struct monitor_view *a = snapshot_view(made, i), *b = snapshot_view(to, i);

		walk_view(a);
		require(a->id == b->id && a->mark_count == b->mark_count && strcmp(a->spec->name, b->spec->name) == 0);
		require(memcmp(a->phase_us, b->phase_us, sizeof a->phase_us) == 0 && a->standing.state == b->standing.state);
		for (size_t back = 0; back < a->mark_count; back++)
			require(view_mark(a, back).latency_10us == view_mark(b, back).latency_10us);
	}
	snapshot_release(made);
	snapshot_release(to);
	wire_mirror_destroy(mirror);
}

static void read_answer(const struct json *message)
{
	struct error err = { 0 };
	struct history_answer *answer = wire_read_answer(message, &err);

	if (!answer) {
		require(*err.text);
		return;
	}
	require(answer->series.count <= HISTORY_COLUMNS_MOST && answer->event_count <= HISTORY_EVENTS_MOST);
	require(text_is_clean(answer->error.text));
	for (size_t i = 0; i < answer->series.count; i++)
		require(answer->series.columns[i].worst < STATE_COUNT && answer->series.columns[i].min_us >= -1);
	for (size_t i = 0; i < answer->event_count; i++) {
		const struct history_event *event = &answer->events[i];

		require(text_is_clean(event->name) && text_is_clean(shared_read(event->event.detail)) && text_is_clean(shared_read(event->event.who)));
		check_lines(shared_read(event->event.evidence));
		require(event->event.from < STATE_COUNT && event->event.to < STATE_COUNT && *event_word((enum event_kind)event->event.kind));
	}
	require(answer->windows.outage_count <= HISTORY_OUTAGES_MOST);
	for (size_t i = 0; i < answer->windows.outage_count; i++) {
		require(text_is_clean(shared_read(answer->windows.outages[i].detail)));
		require(answer->windows.outages[i].outcome <= OUTCOME_NONE);
	}
	for (int i = 0; i < HISTORY_WINDOW_COUNT; i++)
		require(answer->windows.figures[i].p95_us >= -1 && answer->windows.figures[i].amounts.us[TIME_DOWN] >= 0);
	history_answer_destroy(answer);
}

static void read_rest(const struct json *message)
{
	struct wire_hello hello;
	struct reply reply;
	struct error err = { 0 };

	if (wire_read_hello(message, false, &hello, &err))
		require(text_is_clean(hello.host) && text_is_clean(hello.database) && hello.role > ACCESS_NONE && hello.role < ACCESS_ROLE_COUNT);
	else
		require(*err.text);
	err.text[0] = '\0';
	if (wire_read_reply(message, &reply, &err))
		require(text_is_clean(reply.text) && text_is_clean(reply.result.detail) && (unsigned)reply.result.outcome < OUTCOME_COUNT);
	else
		require(*err.text);
	read_answer(message);
}

/* A picture is whole with a "board", and a past one with the answer that ends it. */
static bool is_end(const struct json *message)
{
	struct history_answer *answer;
	bool end = strcmp(wire_op(message), "board") == 0;

	if (strcmp(wire_op(message), "answer") != 0)
		return end;
	answer = wire_read_answer(message, NULL);
	end = answer && answer->ok && answer->query.kind == HISTORY_BOARD;
	history_answer_destroy(answer);
	return end;
}

/* false: the mirror is of no use any more. */
static bool read_picture(struct wire_mirror *mirror, const struct json *message, const struct snapshot **last)
{
	struct error err = { 0 };
	const struct snapshot *made;

	if (strcmp(wire_op(message), "view") == 0)
		return wire_mirror_view(mirror, message, &err) || (require(*err.text), false);
	if (!is_end(message))
		return true;
	made = wire_mirror_board(mirror, message, &err);
	if (!made) {
		require(*err.text);
		return false;
	}
	walk(made);
	send_on(*last, snapshot_hold(made));
	*last = made;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_mirror *mirror = wire_mirror_create();
	const struct snapshot *last = NULL;
	struct wire_lines lines;
	const char *line;
	bool fine = true;
	size_t length;

	wire_lines_init(&lines, 1 << 16);
	if (size <= 1 << 16)
		wire_lines_feed(&lines, (const char *)data, size);
	while (fine && (line = wire_lines_next(&lines, &length)) != NULL) {
		struct json *message = wire_parse(line, length, NULL);

		if (!message)
			continue;
		read_rest(message);
		fine = read_picture(mirror, message, &last);
		json_free(message);
	}
	snapshot_release(last);
	last = wire_mirror_again(mirror, "lost\x1b");
	if (last)
		require(last->health.link_trouble != NULL);
	snapshot_release(last);
	wire_lines_finish(&lines);
	wire_mirror_destroy(mirror);
	return 0;
}
