/* Questions about the past and their answers over the wire, there and back; and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../lib/wired.h"
#include "kumatop/heap.h"

#define NOW_US (INT64_C(1795352607) * 1000000)

static void questions(void **state)
{
	static const struct history_query rows[] = {
		{ .kind = HISTORY_SERIES, .ticket = 3, .monitor = 9, .from_us = NOW_US - 5, .to_us = NOW_US, .columns = 120 },
		{ .kind = HISTORY_EVENTS, .ticket = 4, .to_us = NOW_US, .most = 200 },
		{ .kind = HISTORY_EVENTS, .ticket = 5, .monitor = 7, .most = HISTORY_EVENTS_MOST },
		{ .kind = HISTORY_EVENTS, .ticket = 6, .from_us = NOW_US, .to_us = NOW_US + 1, .most = 1, .forward = true },
		{ .kind = HISTORY_BOARD, .ticket = 7, .to_us = NOW_US },
		{ .kind = HISTORY_WINDOWS, .ticket = 8, .monitor = 9, .to_us = NOW_US, .objective_us = NOW_US / 2 },
		{ .kind = HISTORY_WINDOWS, .ticket = 9, .monitor = 9, .to_us = NOW_US },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct history_query heard;
		struct json *message;
		struct buf out;

		buf_init(&out, 10000);
		wire_put_ask(&out, &rows[i]);
		message = wired_message(out.data);
		assert_string_equal(wire_op(message), "ask");
		assert_true(wire_read_ask(message, &heard, NULL));
		assert_int_equal(heard.kind, rows[i].kind);
		assert_int_equal(heard.ticket, rows[i].ticket);
		assert_int_equal(heard.monitor, rows[i].monitor);
		assert_int_equal(heard.from_us, rows[i].from_us);
		assert_int_equal(heard.to_us, rows[i].to_us);
		assert_int_equal(heard.columns, rows[i].columns);
		assert_int_equal(heard.most, rows[i].most);
		assert_int_equal(heard.forward, rows[i].forward);
		assert_int_equal(heard.objective_us, rows[i].objective_us);
		json_free(message);
		buf_finish(&out);
	}
}

#define SERIES "{\"op\":\"ask\",\"kind\":\"series\",\"monitor\":1,"

static void bad_questions(void **state)
{
	static const char *const rows[] = {
		"{\"op\":\"ask\"}", "{\"op\":\"ask\",\"kind\":\"future\"}", "{\"op\":\"ask\",\"kind\":\"board\"}",
		"{\"op\":\"ask\",\"kind\":\"board\",\"to\":-5}", "{\"op\":\"ask\",\"kind\":\"board\",\"to\":\"now\"}", "{\"op\":\"ask\",\"kind\":\"events\"}",
		"{\"op\":\"ask\",\"kind\":\"events\",\"most\":1001}", "{\"op\":\"ask\",\"kind\":\"events\",\"most\":-1}",
		"{\"op\":\"ask\",\"kind\":\"events\",\"most\":1,\"monitor\":-1}",
		SERIES "\"from\":1,\"to\":2}", SERIES "\"from\":1,\"to\":2,\"columns\":0}", SERIES "\"from\":1,\"to\":2,\"columns\":2049}",
		SERIES "\"from\":2,\"to\":2,\"columns\":5}", SERIES "\"from\":3,\"to\":2,\"columns\":5}",
		SERIES "\"from\":-9223372036854775807,\"to\":9223372036854775807,\"columns\":5}",
		"{\"op\":\"ask\",\"kind\":\"series\",\"from\":1,\"to\":2,\"columns\":5}",
		"{\"op\":\"ask\",\"kind\":\"windows\",\"to\":5}", "{\"op\":\"ask\",\"kind\":\"windows\",\"monitor\":1}",
		"{\"op\":\"ask\",\"kind\":\"windows\",\"monitor\":1,\"to\":5,\"objective\":-1}",
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json *message = wired_message(rows[i]);
		struct history_query heard;
		struct error err = { 0 };

		if (wire_read_ask(message, &heard, &err))
			fail_msg("taken: %s", rows[i]);
		assert_true(err.text[0]);
		json_free(message);
	}
}

static struct history_answer *over(const struct history_answer *told, size_t *bytes)
{
	struct history_answer *heard;
	struct error err = { 0 };
	struct json *message;
	struct buf out;

	buf_init(&out, WIRE_LINE_MOST);
	wire_put_answer(&out, told);
	assert_false(out.full);
	message = wired_message(out.data);
	assert_string_equal(wire_op(message), "answer");
	assert_int_equal(wire_ticket(message), told->query.ticket);
	heard = wire_read_answer(message, &err);
	if (heard) {
		assert_memory_equal(&heard->query.from_us, &told->query.from_us, 2 * sizeof(int64_t));
		assert_int_equal(heard->query.kind, told->query.kind);
		assert_int_equal(heard->query.monitor, told->query.monitor);
	} else {
		fail_msg("%s", err.text);
	}
	json_free(message);
	*bytes = out.length;
	buf_finish(&out);
	return heard;
}

static void a_refusal(void **state)
{
	struct history_answer told = { .query = { .kind = HISTORY_EVENTS, .ticket = 5, .most = 3 } }, *heard;
	size_t bytes;

	error_set(&told.error, EXIT_INPUT_OUTPUT, "the disk is \"gone\"");
	heard = over(&told, &bytes);
	assert_false(heard->ok);
	assert_int_equal(heard->error.code, EXIT_INPUT_OUTPUT);
	assert_string_equal(heard->error.text, "the disk is \"gone\"");
	history_answer_destroy(heard);
}

static void a_series(void **state)
{
	struct history_answer told = { .query = { .kind = HISTORY_SERIES, .ticket = 6, .monitor = 3, .from_us = 1, .to_us = NOW_US, .columns = 2048 },
	    .ok = true }, *heard;
	struct history_series *series = &told.series;
	size_t bytes;

	series->count = HISTORY_COLUMNS_MOST;
	series->columns = heap_zero(series->count, sizeof *series->columns);
	for (size_t i = 0; i < series->count; i++) {
		bool none = i % 3 == 0;

		series->columns[i] = (struct history_column){ .count = none ? 0 : (uint32_t)i, .min_us = none ? -1 : (int32_t)i,
		    .mean_us = none ? -1 : (int32_t)i * 2, .max_us = none ? -1 : INT32_MAX, .worst = (uint8_t)(i % STATE_COUNT) };
	}
	series->beats = 1000000;
	series->failures = 7;
	series->min_us = 1;
	series->mean_us = 2;
	series->max_us = 3;
	series->p50_us = 4;
	series->p90_us = 5;
	series->p95_us = 6;
	series->p99_us = -1;
	for (int i = 0; i < PHASE_COUNT; i++)
		series->phase_mean_us[i] = i - 1;
	series->amounts.degraded_us = 4711;
	series->resolution = HISTORY_HOUR;
	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		series->amounts.us[i] = i;
	heard = over(&told, &bytes);
	assert_true(heard->ok);
	assert_true(bytes < 100000);
	assert_int_equal(heard->series.count, series->count);
	assert_memory_equal(heard->series.columns, series->columns, series->count * sizeof *series->columns);
	assert_int_equal(heard->series.beats, 1000000);
	assert_int_equal(heard->series.failures, 7);
	assert_memory_equal(&heard->series.min_us, &series->min_us, 7 * sizeof(int32_t));
	assert_memory_equal(heard->series.phase_mean_us, series->phase_mean_us, sizeof series->phase_mean_us);
	assert_memory_equal(&heard->series.amounts, &series->amounts, sizeof series->amounts);
	assert_int_equal(heard->series.resolution, HISTORY_HOUR);
	history_answer_destroy(heard);
	free(series->columns);
}

static void windows(void **state)
{
	struct history_outage outages[HISTORY_OUTAGES_MOST];
	struct history_answer told = { .query = { .kind = HISTORY_WINDOWS, .ticket = 7, .monitor = 3, .to_us = NOW_US }, .ok = true }, *heard;
	size_t bytes;

	for (int i = 0; i < HISTORY_WINDOW_COUNT; i++)
		told.windows.figures[i] = (struct history_figures){ .amounts = { { i, 2, NOW_US, 0, 5 }, i }, .p50_us = i - 1, .p95_us = INT32_MAX };
	for (size_t i = 0; i < HISTORY_OUTAGES_MOST; i++)
		outages[i] = (struct history_outage){ .start_us = NOW_US - (int64_t)i * 10, .end_us = i ? NOW_US - (int64_t)i * 9 : 0,
		    .outcome = (uint8_t)(i % 3 ? i % OUTCOME_COUNT : OUTCOME_NONE), .detail = shared_create(i % 2 ? "503 \"x\"" : NULL) };
	told.windows.outages = outages;
	told.windows.outage_count = HISTORY_OUTAGES_MOST;
	told.windows.tally = (struct incident_tally){ 1000, 999, NOW_US };
	heard = over(&told, &bytes);
	assert_true(heard->ok);
	assert_memory_equal(heard->windows.figures, told.windows.figures, sizeof told.windows.figures);
	assert_memory_equal(&heard->windows.tally, &told.windows.tally, sizeof told.windows.tally);
	assert_int_equal(heard->windows.outage_count, HISTORY_OUTAGES_MOST);
	for (size_t i = 0; i < HISTORY_OUTAGES_MOST; i++) {
		const struct history_outage *outage = &heard->windows.outages[i];

		assert_int_equal(outage->start_us, outages[i].start_us);
		assert_int_equal(outage->end_us, outages[i].end_us);
		assert_int_equal(outage->outcome, outages[i].outcome);
		assert_string_equal(shared_read(outage->detail), shared_read(outages[i].detail));
		shared_release(outages[i].detail);
	}
	history_answer_destroy(heard);
}

/* Of every kind, with every text. */
static struct history_answer *make_events(size_t count, size_t evidence_bytes)
{
	struct history_answer *told = heap_zero(1, sizeof *told);
	char *evidence = heap_zero(evidence_bytes + 1, 1);

	memset(evidence, '\n', evidence_bytes);
	memset(evidence, 'e', evidence_bytes / 2);
	told->query = (struct history_query){ .kind = HISTORY_EVENTS, .ticket = 8, .to_us = NOW_US, .most = HISTORY_EVENTS_MOST };
	told->ok = true;
	told->events = heap_zero(count, sizeof *told->events);
	told->event_count = count;
	for (size_t i = 0; i < count; i++) {
		told->events[i].event = (struct event){ .id = (int64_t)(count - i), .monitor = (int64_t)i, .time_us = NOW_US - (int64_t)i,
		    .since_us = NOW_US - 1, .lasted_us = (int64_t)i * 1000, .kind = (uint8_t)(EVENT_STATE + i % EVENT_LAST),
		    .from = (uint8_t)(i % STATE_COUNT), .to = (uint8_t)((i + 1) % STATE_COUNT),
		    .outcome = (uint8_t)(i % 4 == 0 ? OUTCOME_NONE : i % OUTCOME_COUNT), .code = i % 2 ? -1 : 503, .alert = i % 2,
		    .detail = shared_create(i % 3 ? "503 \"x\"" : NULL), .evidence = shared_create(evidence), .who = shared_create(i % 5 ? NULL : "alice") };
		told->events[i].name = heap_text(i % 7 ? "www \xc3\xa4" : "");
	}
	free(evidence);
	return told;
}

static void assert_event(const struct history_event *is, const struct history_event *want)
{
	const struct event *a = &is->event, *b = &want->event;

	assert_string_equal(is->name, want->name);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->monitor, b->monitor);
	assert_int_equal(a->time_us, b->time_us);
	assert_int_equal(a->since_us, b->since_us);
	assert_int_equal(a->lasted_us, b->lasted_us);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->from, b->from);
	assert_int_equal(a->to, b->to);
	assert_int_equal(a->outcome, b->outcome);
	assert_int_equal(a->code, b->code);
	assert_int_equal(a->alert, b->alert);
	assert_string_equal(shared_read(a->detail), shared_read(b->detail));
	assert_string_equal(shared_read(a->evidence), shared_read(b->evidence));
	assert_string_equal(shared_read(a->who), shared_read(b->who));
}

static void events(void **state)
{
	struct history_answer *told = make_events(300, 100), *heard;
	size_t bytes;

	for (int more = 0; more < 2; more++) {
		told->more = more;
		heard = over(told, &bytes);
		assert_true(heard->ok);
		assert_int_equal(heard->event_count, 300);
		assert_int_equal(heard->more, more);
		for (size_t i = 0; i < heard->event_count; i++)
			assert_event(&heard->events[i], &told->events[i]);
		history_answer_destroy(heard);
	}
	history_answer_destroy(told);
}

static void more_events_than_a_line_holds(void **state)
{
	struct history_answer *told = make_events(HISTORY_EVENTS_MOST, RESULT_EVIDENCE_SIZE - 1), *heard = NULL;
	size_t bytes;

	heard = over(told, &bytes);
	assert_true(bytes < 600 * 1024);
	assert_in_range(heard->event_count, 50, HISTORY_EVENTS_MOST - 1);
	assert_true(heard->more);
	for (size_t i = 0; i < heard->event_count; i++)
		assert_event(&heard->events[i], &told->events[i]);
	history_answer_destroy(heard);
	history_answer_destroy(told);
}

#define ANSWER "{\"op\":\"answer\",\"kind\":\"series\",\"monitor\":1,\"ok\":true,"
#define EVENTS "{\"op\":\"answer\",\"kind\":\"events\",\"ok\":true,\"events\":"
#define WINDOWS "{\"op\":\"answer\",\"kind\":\"windows\",\"monitor\":1,\"ok\":true,\"windows\":"

static void bad_answers(void **state)
{
	static const char *const rows[] = {
		"{\"op\":\"answer\"}", "{\"op\":\"answer\",\"kind\":\"events\"}", "{\"op\":\"answer\",\"kind\":\"x\",\"ok\":true}",
		ANSWER "\"worst\":[1]}", ANSWER "\"worst\":[8],\"counts\":[1],\"mins\":[1],\"means\":[1],\"maxes\":[1]}",
		ANSWER "\"worst\":[1],\"counts\":[1,2],\"mins\":[1],\"means\":[1],\"maxes\":[1]}",
		ANSWER "\"worst\":[1],\"counts\":[-1],\"mins\":[1],\"means\":[1],\"maxes\":[1]}",
		ANSWER "\"worst\":[1],\"counts\":[1],\"mins\":[-2],\"means\":[1],\"maxes\":[1]}",
		ANSWER "\"worst\":[1],\"counts\":[1],\"mins\":[1],\"means\":[1],\"maxes\":[2147483648]}",
		ANSWER "\"worst\":[\"up\"],\"counts\":[1],\"mins\":[1],\"means\":[1],\"maxes\":[1]}",
		ANSWER "\"p50\":-2}", ANSWER "\"amounts\":[1,2,3,4]}", ANSWER "\"phase_means\":[-2,0,0,0,0,0]}", ANSWER "\"beats\":-1}",
		EVENTS "[1]}", EVENTS "[{}]}", EVENTS "[{\"kind\":\"unknown\"}]}", EVENTS "[{\"kind\":\"state\",\"from\":\"x\"}]}",
		EVENTS "[{\"kind\":\"state\"},{\"kind\":\"state\",\"time\":\"x\"}]}", EVENTS "[{\"kind\":\"state\",\"lasted\":-1}]}",
		EVENTS "[{\"kind\":\"state\",\"detail\":\"d\",\"id\":-1}]}",
		WINDOWS "[]}", WINDOWS "[{},{},{},{},{}]}", WINDOWS "[{},{},{\"p50\":-2},{},{},{}]}", WINDOWS "[{},{},{},{},{},{\"amounts\":[1]}]}",
		WINDOWS "[{},{},{},{},{},{}],\"outages\":[{\"detail\":\"d\",\"start\":\"x\"}]}", WINDOWS "[{},{},{},{},{},{}],\"count\":-1}",
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json *message = wired_message(rows[i]);
		struct error err = { 0 };

		if (wire_read_answer(message, &err))
			fail_msg("taken: %s", rows[i]);
		assert_true(err.text[0]);
		json_free(message);
	}
}

static void events_of_a_newer_version(void **state)
{
	struct json *message = wired_message(EVENTS "[{\"kind\":\"levitated\",\"outcome\":\"quantum\",\"name\":\"a\\u001b\",\"evidence\":\"x\\r\\ny\"}]}");
	struct history_answer *heard = wire_read_answer(message, NULL);

	assert_non_null(heard);
	if (!heard)
		return;
	assert_int_equal(heard->events[0].event.kind, EVENT_LAST);
	assert_int_equal(heard->events[0].event.outcome, OUTCOME_INTERNAL);
	assert_string_equal(heard->events[0].name, "a");
	assert_string_equal(shared_read(heard->events[0].event.evidence), "x\ny");
	history_answer_destroy(heard);
	json_free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions),
		cmocka_unit_test(bad_questions),
		cmocka_unit_test(a_refusal),
		cmocka_unit_test(a_series),
		cmocka_unit_test(windows),
		cmocka_unit_test(events),
		cmocka_unit_test(more_events_than_a_line_holds),
		cmocka_unit_test(bad_answers),
		cmocka_unit_test(events_of_a_newer_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
