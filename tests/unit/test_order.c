/*
 * The orders: how bad is what, that a first failure moves nothing, and that every order is total and stable.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/order.h"

static bool read_target(const char *text, char **canonical, struct error *err)
{
	*canonical = strdup(text);
	return true;
}

static const struct kind kinds[] = {
	{ .name = "http", .summary = "for tests", .read_target = read_target },
	{ .name = "tcp", .summary = "for tests", .read_target = read_target },
};

static struct monitor_view *make(monitor_id id, const char *name)
{
	struct monitor_view *view = heap_zero(1, sizeof(*view));

	view->id = id;
	view->spec = spec_create(&kinds[0], name, "x", NULL);
	assert_non_null(view->spec);
	view->standing.state = STATE_UP;
	for (size_t i = 0; i < PHASE_COUNT; i++)
		view->phase_us[i] = -1;
	return view;
}

static void drop(struct monitor_view *view)
{
	view_finish(view);
	free(view);
}

static void how_bad_is_what(void **state)
{
	static const struct { struct standing standing; unsigned rank; bool problem; } rows[] = {
		{ { .state = STATE_DOWN }, 0, true },
		{ { .state = STATE_DOWN, .good_run = 1 }, 0, true },
		{ { .state = STATE_UNKNOWN }, 1, true },
		{ { .state = STATE_UNKNOWN, .incident_open = true, .acknowledged = true }, 1, true },
		{ { .state = STATE_DEGRADED }, 2, true },
		{ { .state = STATE_PENDING, .was = STATE_UP, .bad_run = 2 }, 3, true },
		{ { .state = STATE_DOWN, .acknowledged = true }, 4, true },
		{ { .state = STATE_UP }, 6, false },
		{ { .state = STATE_NEW }, 6, false },
		{ { .state = STATE_MAINTENANCE }, 7, false },
		{ { .state = STATE_PAUSED }, 8, false },
		/* a row does not move before its second failure */
		{ { .state = STATE_PENDING, .was = STATE_UP, .bad_run = 1 }, 6, true },
		{ { .state = STATE_PENDING, .was = STATE_NEW, .bad_run = 1 }, 6, true },
		{ { .state = STATE_PENDING, .was = STATE_DEGRADED, .bad_run = 1 }, 2, true },
		{ { .state = STATE_PENDING, .was = STATE_UNKNOWN, .bad_run = 1 }, 1, true },
		{ { .state = STATE_PENDING, .was = STATE_UNKNOWN, .bad_run = 2 }, 3, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct monitor_view view = { .standing = rows[i].standing };

		if (order_rank(&view) != rows[i].rank || order_is_problem(&view) != rows[i].problem)
			fail_msg("row %zu ranks %u", i, order_rank(&view));
	}
}

/* The whole way of a failure, one check after the other. */
static void a_row_moves_with_its_second_failure(void **state)
{
	static const unsigned expected[] = { 6, 6, 3, 0, 0, 6 };	/* up, first failure, second, down, on the way up, up */
	struct judge_rules rules = { 2, 3 };
	struct monitor_view view = { 0 };

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		monitor_apply(&view.standing, &rules, i >= 1 && i <= 3 ? VERDICT_DOWN : VERDICT_UP, (int64_t)i + 1);
		assert_int_equal(order_rank(&view), expected[i]);
	}
}

enum { BOARD = 8 };

/* Names are letters, so that an order reads as a word; h has no numbers at all. */
static void make_board(struct monitor_view *board[BOARD])
{
	static const char *const names[BOARD] = { "a", "B", "c", "D", "e", "f", "G", "h" };

	for (size_t i = 0; i < BOARD; i++)
		board[i] = make((monitor_id)(BOARD - i), names[i]);
	for (size_t i = 0; i < 7; i++) {
		board[i]->has_result = true;
		board[i]->outcome = OUTCOME_OK;
		board[i]->phase_us[PHASE_TOTAL] = (int32_t)(i * 3 % 7) * 1000 + 1000;	/* 1 4 7 3 6 2 5 */
		view_add_mark(board[i], STATE_UP, (int32_t)(i * 2 % 7) * 1000 + 1000);	/* 1 3 5 7 2 4 6 */
		board[i]->cert_expires_us = (int64_t)(i * 5 % 7) * 100 + 100;		/* 1 6 4 2 7 5 3 */
		board[i]->standing.since_us = (int64_t)(i * 4 % 7) * 100 + 100;		/* 1 5 2 6 3 7 4 */
		board[i]->day.us[TIME_UP] = (int64_t)(i * 6 % 7) * 100;			/* 0 6 5 4 3 2 1 */
		board[i]->day.us[TIME_DOWN] = 50;
	}
	board[1]->spec->kind = &kinds[1];
	board[6]->spec->kind = &kinds[1];
	board[0]->spec->common.group = strdup("Zoo");
	board[3]->spec->common.group = strdup("ape");
	board[4]->spec->common.group = strdup("Ape");
	board[5]->spec->common.group = strdup("bear");
	board[1]->standing.state = STATE_DOWN;		/* since 500 */
	board[4]->standing.state = STATE_DOWN;		/* since 300 */
	board[5]->standing.state = STATE_DOWN;		/* since 700 */
	board[3]->standing = (struct standing){ .state = STATE_DOWN, .since_us = 600, .acknowledged = true };
	board[2]->standing.state = STATE_PENDING;
	board[2]->standing.was = STATE_UP;
	board[2]->standing.bad_run = 1;
	board[6]->standing.state = STATE_UNKNOWN;
}

static void orders_by_key(void **state)
{
	static const struct { enum order_key key; bool reverse; const char *order; } rows[] = {
		{ ORDER_STATE, false, "fBeGDach" },	/* down newest first, unknown, acknowledged, then up by name */
		{ ORDER_STATE, true, "achDGfBe" },
		{ ORDER_NAME, false, "aBcDefGh" },
		{ ORDER_NAME, true, "hGfeDcBa" },
		{ ORDER_LATENCY, false, "ceGBDfah" },
		{ ORDER_LATENCY, true, "afDBGech" },	/* those without stay last */
		{ ORDER_P95, false, "DGcfBeah" },
		{ ORDER_P95, true, "aeBfcGDh" },
		{ ORDER_UPTIME, false, "aGfeDcBh" },
		{ ORDER_UPTIME, true, "BcDefGah" },
		{ ORDER_CERT, false, "aDGcfBeh" },
		{ ORDER_CERT, true, "eBfcGDah" },
		{ ORDER_AGE, false, "fDBGecah" },
		{ ORDER_AGE, true, "aceGBDfh" },
		{ ORDER_GROUP, false, "DefaBcGh" },
		{ ORDER_GROUP, true, "afDeBcGh" },
		{ ORDER_KIND, false, "acDefhBG" },
		{ ORDER_KIND, true, "BGacDefh" },
	};
	struct monitor_view *board[BOARD];

	make_board(board);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* from any rotation the same order comes out: it is total */
		for (size_t turn = 0; turn < BOARD; turn++) {
			const struct monitor_view *views[BOARD];
			char order[BOARD + 1] = "";

			for (size_t v = 0; v < BOARD; v++)
				views[v] = board[(v * 3 + turn) % BOARD];
			order_sort(views, BOARD, rows[i].key, rows[i].reverse);
			for (size_t v = 0; v < BOARD; v++)
				order[v] = views[v]->spec->name[0];
			if (strcmp(order, rows[i].order) != 0)
				fail_msg("%s%s: %s, not %s", order_rows[rows[i].key].name, rows[i].reverse ? " reversed" : "", order,
				    rows[i].order);
		}
	}
	for (size_t i = 0; i < BOARD; i++)
		drop(board[i]);
}

static void names_that_are_nearly_alike(void **state)
{
	static const char *const names[] = {
		"", "a", "A", "ab", "monitor", "monitor-00000001", "monitor-00000002", "monitor-000000020", "monitor-00000002a",
		"monitor-00000002b", "monitor-00000002b", "Monitor-00000002b", "monitor-00000003", "\xc3\xa9", "\xe6\x97\xa5",
	};
	/* by folded bytes, then capitals first, then by id */
	static const monitor_id expected[] = { 3, 2, 4, 5, 6, 7, 8, 9, 12, 10, 11, 13, 14, 15 };
	enum { COUNT = sizeof(names) / sizeof(names[0]) - 1 };
	struct monitor_view *made[COUNT];
	const struct monitor_view *views[COUNT];

	for (size_t i = 0; i < COUNT; i++)
		views[COUNT - 1 - i] = made[i] = make((monitor_id)i + 2, names[i + 1]);
	order_sort(views, COUNT, ORDER_NAME, false);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(views[i]->id, expected[i]);
	for (size_t i = 0; i < COUNT; i++)
		drop(made[i]);
}

/* No time at all is still an answer, and stands before what gave none. */
static void nothing_is_not_none(void **state)
{
	struct monitor_view *none = make(1, "a"), *quick = make(2, "b");
	const struct monitor_view *views[] = { none, quick };

	quick->has_result = true;
	quick->phase_us[PHASE_TOTAL] = 0;
	view_add_mark(quick, STATE_UP, 0);
	order_sort(views, 2, ORDER_LATENCY, false);
	assert_ptr_equal(views[0], quick);
	views[0] = none;
	views[1] = quick;
	order_sort(views, 2, ORDER_P95, true);
	assert_ptr_equal(views[0], quick);
	drop(none);
	drop(quick);
}

static void few_and_none(void **state)
{
	struct monitor_view *one = make(1, "one");
	const struct monitor_view *views[] = { one };

	order_sort(views, 0, ORDER_STATE, false);
	order_sort(views, 1, ORDER_STATE, false);
	assert_ptr_equal(views[0], one);
	drop(one);
}

/* Ten thousand of them, all sizes and orders: sorted, nobody lost, and sorting again changes nothing. */
static void many(void **state)
{
	enum { MANY = 10007 };
	struct monitor_view **made = heap_zero(MANY, sizeof(struct monitor_view *));
	const struct monitor_view **views = heap_zero(MANY, sizeof(struct monitor_view *)),
	    **again = heap_zero(MANY, sizeof(struct monitor_view *));
	unsigned char *seen = heap_zero(MANY + 1, 1);
	uint64_t random = 5;

	for (size_t i = 0; i < MANY; i++) {
		char name[40];

		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		snprintf(name, sizeof(name), "monitor-%05u", (unsigned)(random >> 33) % MANY);
		made[i] = make((monitor_id)i + 1, name);
		made[i]->standing.state = (enum state)((random >> 50) % STATE_COUNT);
		made[i]->standing.since_us = (int64_t)(random >> 40) % 100;
		view_add_mark(made[i], STATE_UP, (int32_t)(random >> 45) % 1000);
	}
	for (int key = 0; key < ORDER_COUNT; key++) {
		for (size_t i = 0; i < MANY; i++)
			views[i] = made[i * 4999 % MANY];
		order_sort(views, MANY, (enum order_key)key, key % 2);
		memset(seen, 0, MANY + 1);
		for (size_t i = 0; i < MANY; i++) {
			seen[views[i]->id]++;
			again[i] = views[MANY - 1 - i];
			if (key == ORDER_STATE && i > 0)
				assert_true(order_rank(views[i - 1]) <= order_rank(views[i]));
		}
		for (size_t i = 1; i <= MANY; i++)
			assert_int_equal(seen[i], 1);
		order_sort(again, MANY, (enum order_key)key, key % 2);
		assert_memory_equal(views, again, MANY * sizeof(struct monitor_view *));
	}
	for (size_t i = 0; i < MANY; i++)
		drop(made[i]);
	free(made);
	free(views);
	free(again);
	free(seen);
}

static void rows_are_fit_for_a_menu(void **state)
{
	for (size_t i = 0; i < ORDER_COUNT; i++) {
		assert_true(order_rows[i].name[0] && strlen(order_rows[i].name) <= 10);
		assert_true(order_rows[i].summary[0] && strlen(order_rows[i].summary) < 60);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(order_rows[i].key, order_rows[k].key);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_bad_is_what),
		cmocka_unit_test(a_row_moves_with_its_second_failure),
		cmocka_unit_test(orders_by_key),
		cmocka_unit_test(names_that_are_nearly_alike),
		cmocka_unit_test(nothing_is_not_none),
		cmocka_unit_test(few_and_none),
		cmocka_unit_test(many),
		cmocka_unit_test(rows_are_fit_for_a_menu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
