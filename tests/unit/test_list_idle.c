/*
 * A minute without a key: the list goes back to its top, where the problems are, unless a person follows a monitor or is typing.
 * The screen without a terminal, and a clock that is set by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/tui/tui.h"

#include "../lib/fakeboard.h"

enum { ROWS = 24, COLUMNS = 80, BODY_ROW = 3, SECOND_MS = 1000 };

struct bench {
	struct tui tui;
	struct fakeboard *fake;
};

static void set_up(struct bench *bench)
{
	struct tui *tui = &bench->tui;

	*bench = (struct bench){ .fake = fakeboard_create() };
	fakeboard_add_drawn(bench->fake);
	fakeboard_add_many(bench->fake, 100);
	fakeboard_publish(bench->fake);
	tui->board = fakeboard_board(bench->fake);
	tui->snapshot = snapshot_hub_acquire(tui->board->hub);
	tui->now = tui->key_at = (struct mono){ SECOND_US };
	tui->now_us = FAKEBOARD_NOW_US;
	canvas_init(&tui->canvas, GLYPHS_BRAILLE);
	assert_true(tui_open(tui, "list", NULL));
}

static void tear_down(struct bench *bench)
{
	stack_finish(&bench->tui);
	snapshot_release(bench->tui.snapshot);
	canvas_finish(&bench->tui.canvas);
	fakeboard_destroy(bench->fake);
}

static void type(struct bench *bench, const char *keys)
{
	for (; *keys; keys++) {
		stack_event(&bench->tui, &(struct input_event){ .kind = INPUT_KEY, .key = (unsigned char)*keys });
		bench->tui.key_at = bench->tui.now;
		bench->tui.any_key = true;
	}
}

/* A frame so many seconds later: is the worst of all in the first row of the body? */
static bool shows_top_after(struct bench *bench, int seconds)
{
	struct tui *tui = &bench->tui;
	struct buf line;

	tui->now = mono_add_ms(tui->now, seconds * SECOND_MS);
	tui->now_us += seconds * SECOND_US;
	canvas_reset(&tui->canvas, ROWS, COLUMNS);
	frame_draw(tui);
	buf_init(&line, 1024);
	canvas_print_row(&tui->canvas, BODY_ROW, &line);
	bool top = strstr(line.data, "checkout-api") != NULL;

	buf_finish(&line);
	return top;
}

static void test_returns(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench);
	assert_true(shows_top_after(&bench, 0));
	type(&bench, "G");
	assert_false(shows_top_after(&bench, 0));
	assert_false(shows_top_after(&bench, 59));
	assert_true(shows_top_after(&bench, 1));
	/* the next key goes on from what the eyes see, and the minute begins again with it */
	type(&bench, "G");
	assert_false(shows_top_after(&bench, 30));
	type(&bench, "k");
	assert_false(shows_top_after(&bench, 59));
	assert_true(shows_top_after(&bench, 1));
	assert_true(shows_top_after(&bench, 600));
	tear_down(&bench);
}

static void test_follow_stays(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench);
	assert_true(shows_top_after(&bench, 0));
	type(&bench, "Gf");
	assert_false(shows_top_after(&bench, 0));
	assert_false(shows_top_after(&bench, 61));
	assert_false(shows_top_after(&bench, 3600));
	type(&bench, "f");
	assert_false(shows_top_after(&bench, 59));
	assert_true(shows_top_after(&bench, 1));
	tear_down(&bench);
}

static void test_typing_stays(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench);
	assert_true(shows_top_after(&bench, 0));
	type(&bench, "G/");
	assert_false(shows_top_after(&bench, 61));
	assert_false(shows_top_after(&bench, 3600));
	stack_event(&bench.tui, &(struct input_event){ .kind = INPUT_KEY, .key = KEYPRESS_ESCAPE });
	bench.tui.key_at = bench.tui.now;
	assert_false(shows_top_after(&bench, 59));
	assert_true(shows_top_after(&bench, 1));
	tear_down(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_returns), cmocka_unit_test(test_follow_stays), cmocka_unit_test(test_typing_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
