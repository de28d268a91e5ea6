/*
 * The answer in figures: windows that end at one moment, and outages, as an archive tells them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "kumatop/archive.h"
#include "kumatop/when.h"

#include "../lib/chronicle.h"
#include "../lib/keeping.h"

#define START (INT64_C(1704067200) * 1000000)

enum { WEB = 1, MAIL, NOBODY };

static int64_t at(int minute)
{
	return START + minute * MINUTE_US;
}

static void chronicle_of(const char *path)
{
	struct chronicle *past = chronicle_open(path);

	chronicle_monitor(past, "web", 3, 2, 60, 10);
	chronicle_monitor(past, "mail", 1, 1, 60, 10);
	chronicle_begin(past);
	chronicle_checks(past, WEB, at(0), at(60), OUTCOME_OK, 1000);
	chronicle_checks(past, WEB, at(60), at(75), OUTCOME_CONNECT_REFUSED, -1);
	chronicle_checks(past, WEB, at(75), at(90), OUTCOME_OK, 3000);
	chronicle_checks(past, WEB, at(90), at(100), OUTCOME_RESET, -1);
	for (int i = 0; i < 80; i++)
		chronicle_check(past, MAIL, at(i), i % 2 ? OUTCOME_EMPTY_REPLY : OUTCOME_OK, -1, "why");
	chronicle_close(past);
}

static struct history_answer *ask(struct archive *archive, monitor_id monitor, int64_t to_us, int64_t objective_us)
{
	const struct history_query query = { .kind = HISTORY_WINDOWS, .ticket = 3, .monitor = monitor, .to_us = to_us, .objective_us = objective_us };
	struct history_answer *answer = archive_answer(archive, &query);

	assert_true(answer->ok);
	assert_int_equal(answer->query.ticket, 3);
	for (int i = 0; i < HISTORY_WINDOW_COUNT; i++) {
		const struct history_figures *figures = &answer->windows.figures[i];
		int64_t length_us = history_window_us(&query, i), sum_us = 0;
		struct summary summary;

		for (int c = 0; c < TIME_CLASS_COUNT; c++)
			sum_us += figures->amounts.us[c];
		assert_int_equal(sum_us, length_us);
		assert_true(archive_summary(archive, monitor, to_us - length_us, to_us, &summary, NULL));
		assert_memory_equal(&figures->amounts, &summary.amounts, sizeof summary.amounts);
		assert_int_equal(figures->p50_us, summary_quantile_us(&summary, 0.50));
		assert_int_equal(figures->p95_us, summary_quantile_us(&summary, 0.95));
		summary_finish(&summary);
	}
	return answer;
}

static void assert_outage(const struct history_windows *windows, size_t which, int start, int end, enum outcome outcome)
{
	const struct history_outage *outage = &windows->outages[which];

	assert_true(which < windows->outage_count);
	assert_int_equal(outage->start_us, at(start));
	assert_int_equal(outage->end_us, end ? at(end) : 0);
	assert_int_equal(outage->outcome, outcome);
}

static void figures_and_outages(void **state)
{
	struct keeping *keeping = *state;
	struct history_answer *answer;
	struct archive *archive;

	chronicle_of(keeping->path);
	archive = archive_open(keeping->path, NULL);
	answer = ask(archive, WEB, at(100), 2 * HOUR_US);
	assert_int_equal(answer->windows.figures[HISTORY_WINDOW_HOUR].amounts.us[TIME_DOWN], 25 * MINUTE_US);
	assert_int_equal(answer->windows.figures[HISTORY_WINDOW_DAY].amounts.us[TIME_UP], 75 * MINUTE_US);
	assert_int_equal(answer->windows.figures[HISTORY_WINDOW_OBJECTIVE].amounts.us[TIME_UNKNOWN], 20 * MINUTE_US);
	assert_int_equal(answer->windows.tally.count, 2);
	assert_int_equal(answer->windows.tally.ended, 1);
	assert_int_equal(incident_mttr_us(&answer->windows.tally), 15 * MINUTE_US);
	assert_int_equal(answer->windows.outage_count, 2);
	assert_outage(&answer->windows, 0, 90, 0, OUTCOME_RESET);
	assert_outage(&answer->windows, 1, 60, 75, OUTCOME_CONNECT_REFUSED);
	history_answer_destroy(answer);
	archive_close(archive);
}

/* What came later has not happened: neither the second outage nor the end of the first. */
static void a_past_moment(void **state)
{
	struct keeping *keeping = *state;
	struct history_answer *answer;
	struct archive *archive;

	chronicle_of(keeping->path);
	archive = archive_open(keeping->path, NULL);
	answer = ask(archive, WEB, at(70), 0);
	assert_int_equal(answer->windows.tally.count, 1);
	assert_int_equal(answer->windows.tally.ended, 0);
	assert_int_equal(answer->windows.outage_count, 1);
	assert_outage(&answer->windows, 0, 60, 0, OUTCOME_CONNECT_REFUSED);
	assert_int_equal(answer->windows.figures[HISTORY_WINDOW_OBJECTIVE].p50_us, -1);
	history_answer_destroy(answer);
	answer = ask(archive, WEB, at(30), 0);
	assert_int_equal(answer->windows.tally.count + (int64_t)answer->windows.outage_count, 0);
	assert_int_equal(answer->windows.figures[HISTORY_WINDOW_YEAR].amounts.us[TIME_UP], 30 * MINUTE_US);
	history_answer_destroy(answer);
	archive_close(archive);
}

static void more_than_are_told(void **state)
{
	struct keeping *keeping = *state;
	struct history_answer *answer;
	struct archive *archive;

	chronicle_of(keeping->path);
	archive = archive_open(keeping->path, NULL);
	answer = ask(archive, MAIL, at(80), 0);
	assert_int_equal(answer->windows.tally.count, 40);
	assert_int_equal(answer->windows.tally.ended, 39);
	assert_int_equal(answer->windows.outage_count, HISTORY_OUTAGES_MOST);
	assert_outage(&answer->windows, 0, 79, 0, OUTCOME_EMPTY_REPLY);
	assert_outage(&answer->windows, 1, 77, 78, OUTCOME_EMPTY_REPLY);
	assert_outage(&answer->windows, HISTORY_OUTAGES_MOST - 1, 17, 18, OUTCOME_EMPTY_REPLY);
	assert_string_equal(shared_read(answer->windows.outages[0].detail), "why");
	history_answer_destroy(answer);
	answer = ask(archive, NOBODY, at(80), 0);
	assert_int_equal(answer->windows.figures[HISTORY_WINDOW_YEAR].amounts.us[TIME_UNKNOWN], 365 * DAY_US);
	assert_int_equal(answer->windows.outage_count, 0);
	history_answer_destroy(answer);
	archive_close(archive);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(figures_and_outages),
		TEST(a_past_moment),
		TEST(more_than_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
