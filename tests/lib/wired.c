#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "wired.h"

#define NOW_US (INT64_C(1795352607) * 1000000)

struct monitor_spec *wired_spec(const char *text, enum spec_origin origin)
{
	struct error err = { 0 };
	struct monitor_spec *spec = conf_parse_monitor(text, NULL, origin, &err);

	if (!spec)
		fail_msg("%s", err.text);
	return spec;
}

static void set(struct shared_text **at, const char *format, int round)
{
	struct buf text;

	buf_init(&text, 1000);
	buf_add_text(&text, format);
	buf_add_int(&text, round);
	shared_release(*at);
	*at = shared_create(text.data);
	buf_finish(&text);
}

void wired_beat(struct monitor_view *view, int round)
{
	struct standing *standing = &view->standing;
	unsigned run = (unsigned)round + 1;

	*standing = (struct standing){ .state = (enum state)(run % STATE_COUNT), .was = (enum state)((run + 1) % STATE_COUNT),
	    .was_since_us = NOW_US - round, .good_run = run, .bad_run = run + 1, .unknown_run = run + 2, .degraded_run = run + 3,
	    .since_us = NOW_US + round, .first_bad_us = NOW_US + 1 + round, .first_good_us = NOW_US + 2 + round, .incident_open = run % 2,
	    .incident_us = NOW_US + 3 + round, .alerted = run % 3 == 0, .acknowledged = run % 5 == 0 };
	view->checking = run % 2;
	view->outcome = (uint8_t)(run % OUTCOME_COUNT);
	view->verdict = (uint8_t)(run % VERDICT_COUNT);
	view->has_result = true;
	view->code = 200 + round;
	for (int i = 0; i < PHASE_COUNT; i++)
		view->phase_us[i] = i == round % PHASE_COUNT ? -1 : 1000 * i + round;
	view->last_us = NOW_US + 4 + round;
	view->last_good_us = NOW_US + 5 + round;
	view->next_us = NOW_US + 6 + round;
	view->cert_expires_us = NOW_US + 7 + round;
	view->paused_until_us = round % 2 ? NOW_US + 8 + round : 0;
	set(&view->detail, "503 \"Service\" \\ Unavailable \xc3\xa4 ", round);
	set(&view->address, "192.0.2.10:", round);
	set(&view->evidence, "HTTP/1.1 503\nserver: nginx\n\n", round / 2);
	view->day.degraded_us = 17;
	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		view->day.us[i] = 1000000 * i + round;
	view_add_mark(view, (enum state)(run % STATE_COUNT), round % 7 ? 10 * round : -1);
}

void wired_add(struct picture *picture, monitor_id id, const char *name)
{
	struct monitor_view *view = picture_edit(picture, picture_add(picture));
	char *text = heap_print("{ name = \"%s\"; http = \"https://example.org/%s\"; group = \"shop\"; tags = [\"prod\", \"eu\"]; body = \"secret\"; "
	    "headers = [\"X-Key: hunter2\"]; expect = { status = [\"200-299\", \"404\"]; }; }", name, name);

	view->id = id;
	view->spec = wired_spec(text, id % 2 ? SPEC_ADDED : SPEC_DECLARED);
	if (id % 2 == 0) {
		view->spec->file = heap_text("/etc/kumatop/kumatop.conf");
		view->spec->line = (int)id;
	}
	free(text);
	for (int round = 0; round < (int)(id % 110); round++)
		wired_beat(view, round);
}

const struct snapshot *wired_snapshot(struct picture *picture, int64_t now_us)
{
	struct board_health health = { .started_us = NOW_US - 5, .lateness_ms = 12, .in_flight = 3, .history_kept = true, .beats_waiting = 7,
	    .beats_dropped = 9, .network_gone = true, .network_gone_us = NOW_US - 1, .events = 77 };
	const struct snapshot *snapshot;

	health.history_trouble = shared_create("disk full");
	health.configuration_trouble = shared_create("kumatop.conf:3: no");
	snapshot = picture_snapshot(picture, &health, now_us);
	shared_release(health.history_trouble);
	shared_release(health.configuration_trouble);
	return snapshot;
}

const struct snapshot *wired_take(struct wire_mirror *mirror, const struct buf *bytes)
{
	const struct snapshot *made = NULL;
	struct wire_lines lines;
	const char *line;
	size_t length;

	wire_lines_init(&lines, WIRE_LINE_MOST);
	/* in pieces, as a socket gives them */
	for (size_t at = 0; at < bytes->length; at += 1000) {
		assert_true(wire_lines_feed(&lines, bytes->data + at, bytes->length - at < 1000 ? bytes->length - at : 1000));
		while ((line = wire_lines_next(&lines, &length)) != NULL) {
			struct error err = { 0 };
			struct json *message = wire_parse(line, length, &err);

			if (!message)
				fail_msg("%s: %s", line, err.text);
			if (strcmp(wire_op(message), "board") == 0) {
				snapshot_release(made);
				made = wire_mirror_board(mirror, message, &err);
				if (!made)
					fail_msg("%s: %s", line, err.text);
			} else if (!wire_mirror_view(mirror, message, &err)) {
				fail_msg("%s: %s", line, err.text);
			}
			json_free(message);
		}
	}
	wire_lines_finish(&lines);
	return made;
}

const struct snapshot *wired_pass(struct wire_mirror *mirror, const struct snapshot *from, const struct snapshot *to,
    const struct wire_scope *scope, size_t room, size_t *bytes)
{
	const struct snapshot *made;
	struct wire_pass pass;
	bool over = false;
	size_t total = 0;
	struct buf out;

	buf_init(&out, 256 << 20);
	wire_pass_begin(&pass, from, to);
	do {
		struct buf step;

		buf_init(&step, room + WIRE_LINE_MOST);
		over = wire_pass_step(&pass, scope, false, ACCESS_DEV, room, &step);
		assert_false(step.full);
		assert_true(scope || step.length > 0);
		buf_add(&out, step.data, step.length);
		total += step.length;
		buf_finish(&step);
	} while (!over);
	wire_pass_finish(&pass);
	made = wired_take(mirror, &out);
	assert_non_null(made);
	buf_finish(&out);
	if (bytes)
		*bytes = total;
	return made;
}

static void assert_shared(const struct shared_text *is, const struct shared_text *want)
{
	assert_string_equal(shared_read(is), shared_read(want));
	assert_true((is == NULL) == (want == NULL));
}

/* As text, so that secrets look the same. */
static void assert_spec(const struct monitor_spec *is, const struct monitor_spec *want)
{
	struct buf a, b;

	buf_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	conf_print_monitor(is, false, &a);
	conf_print_monitor(want, false, &b);
	assert_string_equal(a.data, b.data);
	buf_finish(&a);
	buf_finish(&b);
	assert_true(is->foreign);
	assert_int_equal(is->origin, want->origin);
	assert_int_equal(is->line, want->line);
	assert_true((is->file == NULL) == (want->file == NULL));
	if (is->file)
		assert_string_equal(is->file, want->file);
}

static void assert_standing(const struct standing *is, const struct standing *want)
{
	assert_int_equal(is->state, want->state);
	assert_int_equal(is->was, want->was);
	assert_int_equal(is->was_since_us, want->was_since_us);
	assert_int_equal(is->good_run, want->good_run);
	assert_int_equal(is->bad_run, want->bad_run);
	assert_int_equal(is->unknown_run, want->unknown_run);
	assert_int_equal(is->degraded_run, want->degraded_run);
	assert_int_equal(is->since_us, want->since_us);
	assert_int_equal(is->first_bad_us, want->first_bad_us);
	assert_int_equal(is->first_good_us, want->first_good_us);
	assert_int_equal(is->incident_open, want->incident_open);
	assert_int_equal(is->incident_us, want->incident_us);
	assert_int_equal(is->alerted, want->alerted);
	assert_int_equal(is->acknowledged, want->acknowledged);
}

void wired_assert_view(const struct monitor_view *is, const struct monitor_view *want)
{
	assert_int_equal(is->id, want->id);
	assert_spec(is->spec, want->spec);
	assert_standing(&is->standing, &want->standing);
	assert_int_equal(is->checking, want->checking);
	assert_int_equal(is->outcome, want->outcome);
	assert_int_equal(is->verdict, want->verdict);
	assert_int_equal(is->has_result, want->has_result);
	assert_int_equal(is->code, want->code);
	assert_memory_equal(is->phase_us, want->phase_us, sizeof(is->phase_us));
	assert_int_equal(is->last_us, want->last_us);
	assert_int_equal(is->last_good_us, want->last_good_us);
	assert_int_equal(is->next_us, want->next_us);
	assert_int_equal(is->cert_expires_us, want->cert_expires_us);
	assert_int_equal(is->paused_until_us, want->paused_until_us);
	assert_shared(is->detail, want->detail);
	assert_shared(is->address, want->address);
	assert_shared(is->evidence, want->evidence);
	assert_memory_equal(&is->day, &want->day, sizeof(is->day));
	assert_int_equal(is->mark_count, want->mark_count);
	for (size_t back = 0; back < is->mark_count; back++) {
		assert_int_equal(view_mark(is, back).look, view_mark(want, back).look);
		assert_int_equal(view_mark(is, back).latency_10us, view_mark(want, back).latency_10us);
	}
}

void wired_assert_same(const struct snapshot *is, const struct snapshot *want)
{
	const struct board_health *a = &is->health, *b = &want->health;

	assert_int_equal(is->count, want->count);
	assert_int_equal(is->time_us, want->time_us);
	assert_memory_equal(is->by_state, want->by_state, sizeof(is->by_state));
	for (size_t i = 0; i < is->count; i++)
		wired_assert_view(snapshot_view(is, i), snapshot_view(want, i));
	assert_int_equal(a->started_us, b->started_us);
	assert_int_equal(a->lateness_ms, b->lateness_ms);
	assert_int_equal(a->in_flight, b->in_flight);
	assert_int_equal(a->history_kept, b->history_kept);
	assert_shared(a->history_trouble, b->history_trouble);
	assert_int_equal(a->beats_waiting, b->beats_waiting);
	assert_int_equal(a->beats_dropped, b->beats_dropped);
	assert_int_equal(a->network_gone, b->network_gone);
	assert_int_equal(a->network_gone_us, b->network_gone_us);
	assert_shared(a->configuration_trouble, b->configuration_trouble);
	assert_int_equal(a->events, b->events);
	assert_int_equal(a->role, ACCESS_DEV);
	assert_null(a->link_trouble);
}

struct json *wired_message(const char *line)
{
	struct error err = { 0 };
	struct json *message = wire_parse(line, strcspn(line, "\n"), &err);

	if (!message)
		fail_msg("%s: %s", line, err.text);
	return message;
}
