/*
 * The thread that answers questions about the past.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/reader.h"
#include "kumatop/when.h"

#include "../lib/await.h"
#include "../lib/fakekind.h"
#include "../lib/keeping.h"

enum { HOUR_MS = 3600 * 1000, MONITORS = 40 };

/* What the callbacks saw; they run on the reader thread. */
struct seen {
	atomic_uint answers, given, spans;
	_Atomic uint64_t tickets;	/* a bit each */
	_Atomic uint64_t beats;
	atomic_bool hold;		/* callbacks wait while it is set */
};

static struct store *filled_store(void)
{
	struct store *store = keeping_open(NULL, HOUR_MS);
	struct error err;

	for (int i = 1; i <= MONITORS; i++)
		keeping_put_monitor(store, i, "name");
	assert_true(store_start(store, &err));
	for (int i = 1; i <= MONITORS; i++)
		keeping_send(store, i, 0, 100);
	assert_true(store_stop(store, 30000));
	return store;
}

static void take_answer(void *arg, struct history_answer *answer)
{
	struct seen *seen = arg;

	while (atomic_load(&seen->hold))
		(void)poll(NULL, 0, 1);
	if (answer->ok)
		atomic_fetch_add(&seen->beats, answer->series.beats);
	atomic_fetch_or(&seen->tickets, UINT64_C(1) << answer->query.ticket);
	atomic_fetch_add(&seen->answers, 1);
	history_answer_destroy(answer);
}

static void take_spans(void *arg, monitor_id monitor, struct span *spans, size_t count)
{
	struct seen *seen = arg;

	while (atomic_load(&seen->hold))
		(void)poll(NULL, 0, 1);
	atomic_fetch_or(&seen->tickets, UINT64_C(1) << monitor);
	atomic_fetch_add(&seen->spans, (unsigned)count);
	atomic_fetch_add(&seen->given, 1);
	free(spans);
}

static struct history_query series_of(monitor_id monitor)
{
	return (struct history_query){
		.kind = HISTORY_SERIES, .ticket = (uint64_t)monitor, .monitor = monitor, .from_us = KEEPING_START_US,
		.to_us = KEEPING_START_US + HOUR_US, .columns = 60,
	};
}

static void questions_are_answered(void **state)
{
	struct store *store = filled_store();
	struct seen seen = { 0 };
	struct error err;
	struct reader *reader = reader_start(store_path(store), &err);

	assert_non_null(reader);
	for (int i = 1; i <= MONITORS; i++) {
		struct history_query query = series_of(i);

		assert_true(reader_ask(reader, &query, take_answer, &seen, &err));
	}
	AWAIT(atomic_load(&seen.answers) == MONITORS, 20000);
	assert_int_equal(atomic_load(&seen.beats), MONITORS * 100);
	assert_int_equal(atomic_load(&seen.tickets), ((UINT64_C(1) << MONITORS) - 1) << 1);
	assert_true(reader_stop(reader, -1));
	store_close(store);
}

static void spans_are_handed_out(void **state)
{
	struct store *store = filled_store();
	struct seen seen = { 0 };
	struct error err;
	struct reader *reader = reader_start(store_path(store), &err);
	monitor_id ids[MONITORS + 1];

	for (int i = 0; i <= MONITORS; i++)
		ids[i] = i + 1;		/* the last one has no beats */
	assert_true(reader_restore(reader, ids, MONITORS + 1, KEEPING_START_US, KEEPING_START_US + HOUR_US, take_spans, &seen, &err));
	memset(ids, 0, sizeof ids);
	AWAIT(atomic_load(&seen.given) == MONITORS + 1, 20000);
	/* 100 beats, every fifth of them a blip: 20 times up and pending, and up at the end of the last. */
	assert_int_equal(atomic_load(&seen.spans), MONITORS * 40);
	assert_true(reader_stop(reader, -1));
	store_close(store);
}

static void question_overtakes_a_restoration(void **state)
{
	struct store *store = filled_store();
	struct seen restored = { .hold = true }, asked = { 0 };
	struct history_query query = series_of(1);
	struct error err;
	struct reader *reader = reader_start(store_path(store), &err);
	monitor_id ids[MONITORS];

	for (int i = 0; i < MONITORS; i++)
		ids[i] = i + 1;
	assert_true(reader_restore(reader, ids, MONITORS, KEEPING_START_US, KEEPING_START_US + HOUR_US, take_spans, &restored, &err));
	assert_true(reader_ask(reader, &query, take_answer, &asked, &err));
	/* From here on one monitor at most comes before the question. */
	atomic_store(&restored.hold, false);
	AWAIT(atomic_load(&asked.answers) == 1, 20000);
	AWAIT(atomic_load(&restored.given) == MONITORS, 20000);
	assert_true(reader_stop(reader, -1));
	store_close(store);
}

static void too_many_questions_are_refused(void **state)
{
	struct store *store = filled_store();
	struct seen seen = { .hold = true };
	struct error err = { 0 };
	struct reader *reader = reader_start(store_path(store), &err);
	struct history_query query = series_of(1);
	unsigned taken = 0;

	while (taken < 1000 && reader_ask(reader, &query, take_answer, &seen, &err))
		taken++;
	assert_true(taken > 0 && taken < 1000);
	assert_int_equal(err.code, EXIT_UNAVAILABLE);
	atomic_store(&seen.hold, false);
	AWAIT(atomic_load(&seen.answers) == taken, 20000);
	assert_true(reader_stop(reader, -1));
	store_close(store);
}

/* What is not answered is dropped, and nothing leaks or is called afterwards. */
static void stopping_drops_what_waits(void **state)
{
	struct store *store = filled_store();
	struct seen seen = { 0 };
	struct error err;
	struct reader *reader = reader_start(store_path(store), &err);
	struct history_query query = series_of(1);
	monitor_id ids[MONITORS];
	unsigned answers, given;

	for (int i = 0; i < MONITORS; i++)
		ids[i] = i + 1;
	for (int i = 0; i < 50; i++)
		assert_true(reader_ask(reader, &query, take_answer, &seen, &err));
	assert_true(reader_restore(reader, ids, MONITORS, 0, KEEPING_START_US + HOUR_US, take_spans, &seen, &err));
	assert_true(reader_stop(reader, -1));
	answers = atomic_load(&seen.answers);
	given = atomic_load(&seen.given);
	assert_true(answers <= 50 && given <= MONITORS);
	assert_true(reader_stop(NULL, -1));
	store_close(store);
}

static void missing_database_is_told(void **state)
{
	struct error err = { 0 };

	assert_null(reader_start("/nonexistent/kumatop.db", &err));
	assert_int_equal(err.code, EXIT_UNAVAILABLE);
}

static struct monitor_spec *make(void *arg, const struct kept_monitor *kept)
{
	(void)arg;
	return fake_spec(kept->name, "x", 60000, kept->origin);
}

static void take_board(void *arg, struct history_answer *answer)
{
	_Atomic(struct history_answer *) *taken = arg;

	atomic_store(taken, answer);
}

/* Only who has specs to show it with shows a board. */
static void boards(void **state)
{
	struct history_query query = { .kind = HISTORY_BOARD, .ticket = 7, .to_us = KEEPING_START_US + 300 * SECOND_US };
	struct snapshot_hub *hub = snapshot_hub_create();
	_Atomic(struct history_answer *) taken = NULL;
	struct store *store = filled_store();
	struct error err = { 0 };
	struct reader *reader = reader_start(store_path(store), &err);

	(void)state;
	assert_non_null(reader);
	assert_true(reader_ask(reader, &query, take_board, &taken, &err));
	AWAIT(atomic_load(&taken), 20000);
	assert_false(atomic_load(&taken)->ok);
	history_answer_destroy(atomic_exchange(&taken, NULL));
	assert_true(reader_stop(reader, -1));

	reader = reader_start(store_path(store), &err);
	reader_show_boards(reader, hub, make, NULL);
	assert_true(reader_ask(reader, &query, take_board, &taken, &err));
	AWAIT(atomic_load(&taken), 20000);
	assert_true(atomic_load(&taken)->ok);
	assert_int_equal(atomic_load(&taken)->query.ticket, 7);
	assert_int_equal(atomic_load(&taken)->board->count, MONITORS);
	assert_int_equal(atomic_load(&taken)->board->time_us, query.to_us);
	history_answer_destroy(atomic_exchange(&taken, NULL));
	assert_true(reader_stop(reader, -1));
	store_close(store);
	snapshot_hub_destroy(hub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_answered),
		cmocka_unit_test(spans_are_handed_out),
		cmocka_unit_test(question_overtakes_a_restoration),
		cmocka_unit_test(too_many_questions_are_refused),
		cmocka_unit_test(stopping_drops_what_waits),
		cmocka_unit_test(missing_database_is_told),
		cmocka_unit_test(boards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
