/* SQL over a database: the table `beat`, what is read for it, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/query.h"
#include "kumatop/when.h"

#include "../lib/keeping.h"

enum { HOUR_MS = 3600 * 1000, BEATS = 1000 };

static void fill(const char *path)
{
	struct store *store = keeping_open(path, HOUR_MS);
	struct error err;

	keeping_put_monitor(store, 1, "web");
	keeping_put_monitor(store, 2, "it's \"x\"");
	keeping_put_monitor(store, 3, "Web");
	assert_true(store_start(store, &err));
	for (monitor_id i = 1; i <= 3; i++)
		keeping_send(store, i, 0, BEATS);
	assert_true(keeping_end(store));
}

static bool take_head(void *arg, const char *const *names, size_t count)
{
	return true;
}

/* Cells behind bars, rows behind slashes. */
static bool take_row(void *arg, const struct query_cell *cells, size_t count)
{
	struct buf *out = arg;

	for (size_t i = 0; i < count; i++)
		buf_print(out, "%s%s", i ? "|" : out->length ? "/" : "", cells[i].text);
	return true;
}

static char *ask(const char *path, const char *sql)
{
	struct error err = { 0 };
	struct buf out;

	buf_init(&out, 1 << 20);
	if (!query_run(path, sql, &(struct query_sink){ take_head, take_row, &out }, &err))
		fail_msg("%s: %s", sql, err.text);
	return buf_take(&out);
}

static void assert_answer(const char *path, const char *sql, const char *wanted)
{
	char *got = ask(path, sql);

	if (strcmp(got, wanted) != 0)
		fail_msg("%s: %s instead of %s", sql, got, wanted);
	free(got);
}

static void all_beats_with_all_they_have(void **state)
{
	struct keeping *fixture = *state;
	struct beat beat = keeping_beat(2, 901);
	char *wanted;

	fill(fixture->path);
	assert_answer(fixture->path, "select count(*), count(distinct monitor), min(time) from beat", "3000|3|2023-11-14T22:13:20.000Z");
	wanted = heap_print("it's \"x\"|up|up|ok|%d|%.3f|%s|%s|2|%lld|%d|%d|%d", beat.code, beat.phase_us[PHASE_TOTAL] / 1000.0,
	    shared_read(beat.detail), shared_read(beat.address), (long long)beat.time_us, beat.reach_ms, beat.phase_us[PHASE_NAME],
	    beat.phase_us[PHASE_TOTAL]);
	assert_answer(fixture->path, "select monitor, state, verdict, outcome, code, printf('%.3f', total_ms), detail, address, monitor_id,"
	    " time_us, reach_ms, name_us, total_us from beat where monitor = 'it''s \"x\"' limit 1 offset 901", wanted);
	free(wanted);
	beat_finish(&beat);
	assert_answer(fixture->path, "select count(*) from beat where code is null and monitor_id = 1", "334");
	assert_answer(fixture->path, "select count(*), count(code) from pragma_table_info('beat') left join (select 1 as code)", "20|20");
}

/* What is read for gives what a search through all of it gives: a + in front of a column keeps SQLite from asking for it. */
static void bounds_lose_nothing(void **state)
{
	static const char *const conditions[] = {
		"monitor = 'web'",
		"monitor = 'WEB' collate nocase",
		"monitor in ('web', 'Web', 'none')",
		"monitor_id = 2",
		"monitor_id = null",
		"time_us > 1700001000000100",
		"time_us >= 1700001000000100",
		"time_us < 1700001000000100",
		"time_us <= 1700001000000100.5",
		"time_us = 1700001000000100",
		"time_us < -1",
		"time_us < 'x'",
		"time_us > 'x'",
		"time_us < 1e300",
		"time_us between 1700005000000000 and 1700006000000000 and monitor = 'web'",
		"time >= '2023-11-14T23:00:00Z'",
		"time > '2023-11-14T23:00:00.001Z'",
		"time < '2023-11-14T23:00:00.001Z'",
		"time <= '2023-11-14T23:00:00'",
		"time = '2023-11-14T22:13:30.000Z'",
		"time = '2023-11-14'",
		"time > '2023-11-15'",
		"time < '2023-11-15'",
		"time > '2023-11-14 23:30:00'",
		"time < '2023-11-15 00:30:00'",
		"time < '2023-11-15t00:30:00'",
		"time > '2023-11-'",
		"time > '2023-02-31'",
		"time < 'x'",
		"time < x'00'",
	};
	struct keeping *fixture = *state;

	fill(fixture->path);
	for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
		for (int more = 0; more < 2; more++) {
			char *sql, *wanted;

			sql = heap_print("select count(*), total(time_us), min(time), max(time) from beat where +%s%s", conditions[i],
			    more ? " and +monitor_id <> 3" : "");
			wanted = ask(fixture->path, sql);
			free(sql);
			sql = heap_print("select count(*), total(time_us), min(time), max(time) from beat where %s%s", conditions[i],
			    more ? " and monitor_id <> 3" : "");
			assert_answer(fixture->path, sql, wanted);
			free(sql);
			free(wanted);
		}
}

static void only_what_is_asked_for_is_read(void **state)
{
	static const struct {
		const char *condition, *plan;
	} rows[] = {
		{ "monitor = 'web' and time_us >= 5 and time_us < 9", "SCAN beat VIRTUAL TABLE INDEX 0:mlh" },
		{ "monitor_id = 1 and time > '2023'", "SCAN beat VIRTUAL TABLE INDEX 0:iL" },
		{ "monitor_id = 1 order by time", "SCAN beat VIRTUAL TABLE INDEX 0:i" },
		{ "code = 200", "SCAN beat VIRTUAL TABLE INDEX 0:" },
	};
	struct keeping *fixture = *state;

	fill(fixture->path);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *sql = heap_print("explain query plan select time from beat where %s", rows[i].condition), *plan = ask(fixture->path, sql);

		if (!strstr(plan, rows[i].plan) || strstr(plan, "TEMP B-TREE"))
			fail_msg("%s: %s", rows[i].condition, plan);
		free(plan);
		free(sql);
	}
}

static void order_and_joins(void **state)
{
	struct keeping *fixture = *state;

	fill(fixture->path);
	assert_answer(fixture->path, "select time_us from beat where monitor_id = 1 order by time limit 2", "1700000000000000/1700000010000001");
	assert_answer(fixture->path, "select monitor_id, time_us from beat order by time_us desc, monitor_id limit 2",
	    "1|1700009990000999/2|1700009990000999");
	assert_answer(fixture->path, "select count(*) from beat a join beat b on a.time_us = b.time_us and b.monitor_id = 2"
	    " where a.monitor = 'web' and a.time_us < 1700000100000000", "10");
	assert_answer(fixture->path, "select name, (select count(*) from beat where monitor_id = m.id) from monitor m order by id",
	    "web|1000/it's \"x\"|1000/Web|1000");
	assert_answer(fixture->path, "select count(*) from beat where monitor_id = '2' and time_us < '1700000100000000'", "10");
	assert_answer(fixture->path, "select 1, -2.5, null, 'a', x'00ff'", "1|-2.5||a|X'00FF'");
}

static void what_is_no_question_is_refused(void **state)
{
	static const struct {
		const char *sql, *what;
	} rows[] = {
		{ "", "there is no statement" },
		{ " ; -- nothing", "there is no statement" },
		{ "selec", "near \"selec\": syntax error (at byte 1)" },
		{ "select * from nowhere", "no such table: nowhere" },
		{ "select 1; select 2", "one statement at a time" },
		{ "select 1; selec", "near \"selec\": syntax error" },
		{ "select ?", "there is no value for parameter ?" },
		{ "select :x", "there is no value for parameter :x" },
		{ "delete from beat_tail", "only what reads" },
		{ "insert into beat (time) values (1)", "only what reads" },
		{ "update sqlite_schema set sql = ''", "may not be modified" },
		{ "drop view beat", "only what reads" },
		{ "create temp table x (a)", "only what reads" },
		{ "attach 'x.db' as x", "only what reads" },
		{ "vacuum", "only what reads" },
		{ "vacuum into 'x.db'", "only what reads" },
		{ "begin", "only what reads" },
		{ "pragma query_only = 0", "only what reads" },
		{ "pragma journal_mode = delete", "only what reads" },
		{ "pragma wal_checkpoint", "only what reads" },
		{ "select load_extension('x')", "not authorized" },
	};
	struct keeping *fixture = *state;
	struct buf out;

	fill(fixture->path);
	buf_init(&out, 10000);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error err = { 0 };

		if (query_run(fixture->path, rows[i].sql, &(struct query_sink){ take_head, take_row, &out }, &err))
			fail_msg("%s was run", rows[i].sql);
		assert_int_equal(err.code, EXIT_DATA);
		if (!strstr(err.text, rows[i].what))
			fail_msg("%s: %s", rows[i].sql, err.text);
	}
	assert_int_equal(out.length, 0);
	buf_finish(&out);
	assert_answer(fixture->path, "select 1; -- and no more", "1");
}

static bool stop_at_once(void *arg, const struct query_cell *cells, size_t count)
{
	return ++*(int *)arg < 3;
}

static void stops_when_told(void **state)
{
	struct keeping *fixture = *state;
	struct error err;
	int rows = 0;

	fill(fixture->path);
	assert_true(query_run(fixture->path, "select * from beat", &(struct query_sink){ take_head, stop_at_once, &rows }, &err));
	assert_int_equal(rows, 3);
	assert_false(query_run("/nowhere/kumatop.db", "select 1", &(struct query_sink){ take_head, stop_at_once, &rows }, &err));
	assert_int_equal(err.code, EXIT_UNAVAILABLE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(all_beats_with_all_they_have),
		TEST(bounds_lose_nothing),
		TEST(only_what_is_asked_for_is_read),
		TEST(order_and_joins),
		TEST(what_is_no_question_is_refused),
		TEST(stops_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
