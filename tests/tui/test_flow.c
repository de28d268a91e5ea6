/*
 * The whole way of somebody who has just started kumatop for the first time, on the real program: adding, watching, pausing,
 * editing, deleting, failures and their end, starting again, and what happens where history cannot be kept.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/keeping.h"
#include "../lib/live.h"
#include "../lib/peer.h"

#include "../../src/tui/action.h"

#include "kumatop/buf.h"
#include "kumatop/heap.h"

#define CTRL_S "\x13"
#define CTRL_T "\x14"
#define CTRL_U "\x15"
#define DELETE "\x1b[3~"

static const char serves[] = "read-request; respond 200 hello";

static struct live *live;
static struct peer *web;

static void set_script(const char *script)
{
	struct error err;

	if (!peer_set_script(web, script, &err))
		fail_msg("%s", err.text);
}

static int set_up(void **state)
{
	struct error err;

	live = live_create();
	web = peer_start(serves, &err);
	if (!web)
		fail_msg("%s", err.text);
	return 0;
}

static int tear_down(void **state)
{
	peer_stop(web);
	live_destroy(live);
	return 0;
}

static int64_t number(const char *sql)
{
	return keeping_number(live->database, sql);
}

static struct term *start(void)
{
	return live_start(live, 24, 80, NULL, NULL);
}

static void add_by_form(struct term *term, const char *name)
{
	char *keys = heap_print("a%s/%s\t%s\t1s", peer_url(web), name, name);

	term_keys(term, keys);
	TERM_EXPECT(term, "[1s ");
	term_keys(term, CTRL_T);
	TERM_EXPECT(term, "Test up 200 OK");
	term_keys(term, CTRL_S);
	TERM_EXPECT_GONE(term, "Add monitor");
	LIVE_EXPECT_ROW(term, name, "200 OK");
	free(keys);
}

static void test_first_time(void **state)
{
	struct term *term = start();

	TERM_EXPECT(term, "press a to add one");
	add_by_form(term, "shop");
	assert_true(peer_requests(web) > 0);
	LIVE_EXPECT_ROW(term, "shop", "►● shop");
	assert_int_equal(number("SELECT count(*) FROM monitor WHERE name = 'shop' AND origin = 1"), 1);

	term_keys(term, "p");
	TERM_EXPECT(term, "paused shop; u undoes it");
	LIVE_EXPECT_ROW(term, " shop ", "║ shop");
	TERM_EXPECT(term, "║1");
	term_keys(term, "u");
	TERM_EXPECT(term, "resumed shop");
	LIVE_EXPECT_ROW(term, " shop ", "● shop");
	unsigned before = peer_requests(web);

	term_keys(term, "r");
	AWAIT((term_read(term), peer_requests(web) > before), TERM_PATIENCE_MS);

	term_keys(term, "e");
	TERM_EXPECT(term, "Edit monitor");
	term_keys(term, "\t" CTRL_U "store" CTRL_S);
	TERM_EXPECT_GONE(term, "Edit monitor");
	LIVE_EXPECT_ROW(term, "store", "● store");
	assert_int_equal(number("SELECT count(*) FROM monitor"), 1);	/* the same one, with its history */

	term_keys(term, DELETE);
	TERM_EXPECT(term, "Delete monitor?");
	term_keys(term, "\r");
	TERM_EXPECT_GONE(term, "Delete monitor?");
	assert_true(term_shows(term, "● store"));
	term_keys(term, DELETE);
	TERM_EXPECT(term, "Delete monitor?");
	term_keys(term, "y");
	TERM_EXPECT(term, "press a to add one");
	AWAIT((term_read(term), number("SELECT count(*) FROM monitor WHERE removed = 0") == 0), TERM_PATIENCE_MS);
	live_quit(term);
}

/* A form that is being saved is gone when the answer comes, and so is the question whether to drop it. */
static void test_question_over_a_form_that_closes(void **state)
{
	struct term *term = start();
	char *keys = heap_print("a%s/\tshop" CTRL_S "\x03", peer_url(web));

	TERM_EXPECT(term, "press a to add one");
	term_keys(term, keys);
	TERM_EXPECT(term, "shop");
	LIVE_EXPECT_ROW(term, "● shop", "200 OK");
	TERM_EXPECT_GONE(term, "Drop this monitor?");
	term_keys(term, "yj");
	LIVE_EXPECT_ROW(term, "● shop", "200 OK");
	term_keys(term, "?");
	TERM_EXPECT(term, "pause or resume");
	free(keys);
	term_keys(term, "q");
	live_quit(term);
}

static int row_of(struct term *term, const char *text)
{
	int row = -1;

	(void)term_find(term, text, &row, NULL);
	return row;
}

static void configure_three(void)
{
	live_configure(live, "monitors: ( { name = \"alpha\"; http = \"%s/alpha\"; tags = [\"prod\"]; },\n"
	    "{ name = \"beta\"; http = \"%s/beta\"; }, { name = \"gamma\"; tcp = \"127.0.0.1:%u\"; } );",
	    peer_url(web), peer_url(web), peer_port(web));
}

#define BETA_FAILS "read-request; on /beta { respond 503 sorry }; respond 200 hello"

static void test_down_and_up_again(void **state)
{
	struct term *term;

	configure_three();
	term = start();
	TERM_EXPECT(term, "●3");
	set_script(BETA_FAILS);
	LIVE_EXPECT_ROW(term, "▼ beta", "503");
	TERM_EXPECT(term, "●2 ▼1");
	assert_int_equal(row_of(term, "▼ beta"), 3);		/* the first of all */
	term_keys(term, "g");
	TERM_EXPECT(term, "►▼ beta");
	TERM_EXPECT(term, "down since ");
	term_keys(term, "\r");
	TERM_EXPECT(term, "DOWN");
	TERM_EXPECT(term, "wrong status: 503 Service Unavailable");
	term_keys(term, "v");
	TERM_EXPECT(term, "HTTP/1.1 503");
	/* The page may still grow by a line while it is read. */
	for (int i = 0; i < 20 && !term_shows(term, "sorry"); i++) {
		term_keys(term, "G");
		term_wait_text(term, "sorry", 1000);
	}
	TERM_EXPECT(term, "sorry");				/* what it said instead */
	term_keys(term, "qqA");
	TERM_EXPECT(term, "cknowledged");

	set_script("refuse");
	LIVE_EXPECT_ROW(term, "▼ gamma", "refused");
	TERM_EXPECT(term, "▼3");
	set_script(serves);
	TERM_EXPECT(term, "●3");
	term_keys(term, "L");
	TERM_EXPECT(term, "UP");
	TERM_EXPECT(term, "DOWN");
	term_keys(term, "q");
	live_quit(term);
	assert_int_equal(number("SELECT count(DISTINCT monitor) FROM log WHERE became = 'down'"), 3);
	assert_int_equal(number("SELECT count(*) FROM log WHERE event = 'acknowledged' AND who <> ''"), 1);
}

/* "down since 12:34:56", as the info line of the selected monitor has it. */
static char *since_of(struct term *term)
{
	int row;

	assert_true(term_find(term, "down since ", &row, NULL));
	return heap_text_n(strstr(term_row_text(term, row), "down since "), strlen("down since 00:00:00"));
}

static bool has_marks(struct term *term, void *arg)
{
	static const char good[] = "▌", bad[] = "█";
	const char *text;
	int row, marks = 0;

	if (!term_find(term, "▼ beta", &row, NULL))
		return false;
	text = term_row_text(term, row);
	for (; *text; text++)
		marks += strncmp(text, good, strlen(good)) == 0 || strncmp(text, bad, strlen(bad)) == 0;
	return marks >= *(int *)arg;
}

/*
 * After the end, and after kill -9, everything is back before any check has ended: the second time no server answers at all, so
 * that what is shown can only be what was kept.
 */
static void test_starting_again(void **state)
{
	for (int killed = 0; killed < 2; killed++) {
		struct term *term;
		int marks = 5;

		set_script(serves);
		configure_three();
		term = start();
		TERM_EXPECT(term, "●3");
		set_script(BETA_FAILS);
		LIVE_EXPECT_ROW(term, "▼ beta", "503");
		term_keys(term, "g");
		TERM_EXPECT(term, "down since ");
		char *since = since_of(term);

		assert_true(term_wait(term, has_marks, &marks, TERM_PATIENCE_MS));
		int64_t beats = number("SELECT count(*) FROM beat_tail");

		AWAIT((term_read(term), number("SELECT count(*) FROM beat_tail") > beats), TERM_PATIENCE_MS);
		if (killed) {
			term_signal(term, SIGKILL);
			TERM_EXPECT_EXIT(term, 128 + SIGKILL);
			term_stop(term);
		} else {
			live_quit(term);
		}
		assert_true(keeping_is_sound(live->database));
		assert_true(number("SELECT count(*) FROM beat_tail") > beats);

		set_script("read-request; hang");
		live_configure(live, "monitors: ( { name = \"beta\"; http = \"%s/beta\"; interval = \"10m\"; timeout = \"5m\"; } );", peer_url(web));
		term = start();
		TERM_EXPECT(term, "►▼ beta");
		TERM_EXPECT(term, since);
		assert_true(term_wait(term, has_marks, &marks, TERM_PATIENCE_MS));
		assert_true(term_shows(term, "503"));
		term_keys(term, "L");
		TERM_EXPECT(term, "DOWN");
		term_keys(term, "q");
		live_quit(term);
		free(since);
		assert_int_equal(unlink(live->database), 0);	/* nothing is left beside it after an end in order */
	}
}

static void test_looking_for_something(void **state)
{
	struct term *term;

	configure_three();
	term = start();
	TERM_EXPECT(term, "●3");
	term_keys(term, "/tag:prod");
	TERM_EXPECT_GONE(term, "● beta");
	TERM_EXPECT(term, "● alpha");
	term_keys(term, "\r");
	TERM_EXPECT(term, "1 of 3");
	term_keys(term, "\x1b");
	TERM_EXPECT(term, "● beta");
	term_keys(term, "/kind:tcp\r");
	TERM_EXPECT_GONE(term, "● alpha");
	TERM_EXPECT(term, "● gamma");
	term_keys(term, "\x1b");
	TERM_EXPECT(term, "● alpha");
	term_keys(term, "\x1bORgam\r");
	TERM_EXPECT(term, "►● gamma");
	term_keys(term, "s");
	TERM_EXPECT(term, "Sort by");
	term_keys(term, "n");
	TERM_EXPECT_GONE(term, "Sort by");
	assert_true(row_of(term, "● alpha") < row_of(term, "● beta") && row_of(term, "● beta") < row_of(term, "● gamma"));
	TERM_EXPECT(term, "►● gamma");
	term_keys(term, "I");
	TERM_EXPECT(term, "inverted");
	assert_true(row_of(term, "● alpha") > row_of(term, "● beta") && row_of(term, "● beta") > row_of(term, "● gamma"));
	live_quit(term);
}

static void test_help_tells_every_action(void **state)
{
	struct term *term;
	struct buf seen;

	configure_three();
	term = live_start(live, 60, 200, NULL, NULL);
	TERM_EXPECT(term, "gamma");
	term_keys(term, "?");
	TERM_EXPECT(term, "pause or resume");
	buf_init(&seen, 1 << 20);
	buf_add_text(&seen, term_screen_text(term));
	term_keys(term, "G");
	TERM_EXPECT(term, "latency>");
	buf_add_text(&seen, term_screen_text(term));
	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
		if ((action_rows[i].places & IN_LIST) && !strstr(seen.data, action_rows[i].help))
			fail_msg("the help does not tell: %s", action_rows[i].help);
	}
	buf_finish(&seen);
	term_keys(term, "q");
	TERM_EXPECT(term, "gamma");
	live_quit(term);
}

static bool is_colourless(struct term *term, void *arg)
{
	for (int row = 0; row < term_rows(term); row++)
		for (int col = 0; col < term_cols(term); col++) {
			struct term_cell cell = term_cell(term, row, col);

			if (cell.fg.kind != TERM_COLOR_DEFAULT || cell.bg.kind != TERM_COLOR_DEFAULT)
				return false;
		}
	return true;
}

static bool is_coloured(struct term *term, void *arg)
{
	return !is_colourless(term, arg);
}

static void test_themes(void **state)
{
	static const char *const themes[] = { "high-contrast", "light", "mono", "cvd-dark", "cvd-light", "default", "high-contrast" };
	struct term *term;
	char *own = heap_print("%s/kumatop", live->directory), *place = heap_print("%s/themes", own);
	char *themes_here = heap_print("%s/themes", getenv("SOURCE")), *env = heap_print("XDG_CONFIG_HOME=%s", live->directory);

	assert_non_null(getenv("SOURCE"));
	assert_true(mkdir(own, 0700) == 0 && symlink(themes_here, place) == 0);
	configure_three();
	term = live_start(live, 24, 80, (const char *[]){ env, NULL }, NULL);
	TERM_EXPECT(term, "●3");
	free(own);
	free(place);
	free(themes_here);
	free(env);
	assert_true(is_coloured(term, NULL));
	for (size_t i = 0; i < sizeof themes / sizeof *themes; i++) {
		char *toast = heap_print("theme %s", themes[i]);

		term_keys(term, "T");
		TERM_EXPECT(term, toast);
		assert_true(term_wait(term, strcmp(themes[i], "mono") == 0 ? is_colourless : is_coloured, NULL, TERM_PATIENCE_MS));
		TERM_EXPECT(term, "● alpha");
		free(toast);
	}
	live_quit(term);
}

/* Another screen on the same database looks at what the first one does; see test_look for whose board it says it is. */
static void test_second_one_looks_on(void **state)
{
	struct term *first, *second;

	configure_three();
	first = start();
	TERM_EXPECT(first, "●3");
	second = start();
	TERM_EXPECT(second, "viewer admin");
	TERM_EXPECT(second, "●3");
	live_quit(second);
	unsigned before = peer_requests(web);

	AWAIT((term_read(first), peer_requests(web) > before + 2), TERM_PATIENCE_MS);
	TERM_EXPECT(first, "db ok");
	live_quit(first);
}

static void expect_the_failure_again(struct term *term)
{
	term_keys(term, "{{");
	TERM_EXPECT(term, "AS OF ");
	LIVE_EXPECT_ROW(term, "▼ beta", "503");
	LIVE_EXPECT_ROW(term, "● alpha", "200 OK");
	term_keys(term, "}");
	LIVE_EXPECT_ROW(term, "● beta", "200 OK");
	term_keys(term, "\033");
	TERM_EXPECT_GONE(term, "AS OF ");
	LIVE_EXPECT_ROW(term, "● beta", "200 OK");
}

/* The board as it stood when something failed, on the owner's screen and on that of one who looks on. */
static void test_how_it_was(void **state)
{
	struct term *first, *second;

	(void)state;
	configure_three();
	first = start();
	TERM_EXPECT(first, "●3");
	second = start();
	TERM_EXPECT(second, "viewer admin");
	set_script(BETA_FAILS);
	LIVE_EXPECT_ROW(second, "▼ beta", "503");
	set_script(serves);
	LIVE_EXPECT_ROW(second, "● beta", "200 OK");
	LIVE_EXPECT_ROW(first, "● beta", "200 OK");
	expect_the_failure_again(first);
	expect_the_failure_again(second);
	live_quit(second);
	live_quit(first);
}

static void expect_watching_without_history(struct term *term)
{
	unsigned before;

	TERM_EXPECT(term, "history is not kept");
	TERM_EXPECT(term, "●");
	before = peer_requests(web);
	AWAIT((term_read(term), peer_requests(web) > before + 3), TERM_PATIENCE_MS);
	set_script(BETA_FAILS);
	LIVE_EXPECT_ROW(term, "▼ beta", "503");
	set_script(serves);
	LIVE_EXPECT_ROW(term, "● beta", "200 OK");
	assert_true(term_shows(term, "history is not kept"));
}

static void test_database_that_cannot_be_opened(void **state)
{
	struct term *term;

	configure_three();
	free(live->database);
	live->database = heap_print("%s/kumatop.db", live->configuration);	/* below a file, where nothing can be */
	term = start();
	expect_watching_without_history(term);
	live_quit(term);
}

static char *bytes_of(const char *path, size_t *length)
{
	FILE *file = fopen(path, "re");
	struct buf bytes;
	char block[4096];
	size_t n;

	assert_non_null(file);
	buf_init(&bytes, 1 << 26);
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		buf_add(&bytes, block, n);
	(void)fclose(file);
	*length = bytes.length;
	return buf_take(&bytes);
}

static void test_newer_database_is_left_alone(void **state)
{
	struct term *term;
	size_t length, length_after;
	char *bytes, *after;

	configure_three();
	term = start();
	TERM_EXPECT(term, "●3");
	live_quit(term);
	assert_true(keeping_run(live->database, "PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)"));
	bytes = bytes_of(live->database, &length);
	term = live_start(live, 24, 240, NULL, NULL);
	expect_watching_without_history(term);
	TERM_EXPECT(term, "newer");
	live_quit(term);
	after = bytes_of(live->database, &length_after);
	assert_int_equal(length, length_after);
	assert_memory_equal(bytes, after, length);
	free(bytes);
	free(after);
}

/* q asks, whatever is no clear yes stays. */
static void test_leaving(void **state)
{
	struct term *term;
	int status;

	configure_three();
	term = start();
	TERM_EXPECT(term, "●3");
	term_keys(term, "q");
	TERM_EXPECT(term, "Stop checking");
	term_keys(term, "q");
	TERM_EXPECT_GONE(term, "Stop checking");
	assert_false(term_wait_exit(term, &status, 0));
	term_keys(term, "q");
	TERM_EXPECT(term, "Stop checking");
	term_keys(term, "y");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
	assert_int_equal(number("SELECT count(*) FROM run WHERE ended_us IS NULL"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_question_over_a_form_that_closes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_down_and_up_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_starting_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_looking_for_something, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_help_tells_every_action, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_themes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_second_one_looks_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_how_it_was, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_database_that_cannot_be_opened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_newer_database_is_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_leaving, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
