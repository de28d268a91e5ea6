/*
 * A page of packed history, or of roll-ups, that has become garbage: who reads gets what is in the others, unchanged, and is told; the next
 * start sets the file aside and keeps the monitors.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/heap.h"

#include "../lib/await.h"
#include "../lib/backlog.h"
#include "../lib/keeping.h"

enum { BEATS = 12000 };		/* three hours */

/* Beats of years ago are rolled up and packed as soon as it looks. */
static void make_packed(const char *path)
{
	struct store *store = keeping_open(path, 10);
	struct error err;

	backlog_put_monitors(store);
	assert_true(store_start(store, &err));
	backlog_send(store, 0, BEATS);
	AWAIT(keeping_number(path, "SELECT count(*) FROM beat_chunk") > 0 && keeping_number(path, "SELECT count(*) FROM beat_tail") == 0, 60000);
	assert_true(keeping_end(store));
	assert_true(keeping_number(path, "SELECT count(*) FROM beat_5min") > 0);
}

/* Some page of a table that has several. */
static void trash_a_page_of(const char *path, const char *table)
{
	char sql[160], junk[4096];
	int64_t page, size = keeping_number(path, "PRAGMA page_size");
	FILE *file;

	snprintf(sql, sizeof sql, "SELECT pageno FROM dbstat WHERE name = '%s' AND pagetype = 'leaf' ORDER BY pageno LIMIT 1 OFFSET 2", table);
	page = keeping_number(path, sql);
	assert_true(page > 1 && size <= (int64_t)sizeof junk);
	memset(junk, 0xa5, sizeof junk);
	file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, (long)((page - 1) * size), SEEK_SET), 0);
	assert_int_equal(fwrite(junk, 1, (size_t)size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void assert_set_aside(const char *path)
{
	struct store_settings settings = { .path = path, .flush_ms = 10, .waiting_most = 1000 };
	char *pattern = heap_print("%s.damaged-*", path), *notice = NULL;
	struct error err = { 0 };
	struct store *store = store_open(&settings, &err, &notice);
	glob_t found;

	if (!store)
		fail_msg("%s", err.text);
	assert_non_null(notice);
	assert_non_null(strstr(notice, "8 monitors"));
	store_close(store);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	globfree(&found);
	assert_true(keeping_is_sound(path));
	assert_int_equal(keeping_number(path, "SELECT count(*) FROM monitor"), BACKLOG_MONITORS);
	free(notice);
	free(pattern);
}

static void garbage_in_packed_beats(void **state)
{
	struct keeping *fixture = *state;
	struct backlog_found found = { .most = BEATS };
	struct error err = { 0 };

	make_packed(fixture->path);
	trash_a_page_of(fixture->path, "beat_chunk");
	if (!backlog_find(fixture->path, &found, &err))
		fail_msg("%s", err.text);
	assert_int_equal(found.strange, 0);
	assert_int_equal(found.twice, 0);
	assert_true(found.count < BEATS);
	assert_true(found.count > BEATS / 2);
	backlog_finish(&found);
	assert_set_aside(fixture->path);
}

static void garbage_in_roll_ups(void **state)
{
	struct keeping *fixture = *state;
	struct backlog_found found = { .most = BEATS };
	struct error err = { 0 };

	make_packed(fixture->path);
	trash_a_page_of(fixture->path, "beat_5min");
	/* Beats are beside them. */
	assert_true(backlog_find(fixture->path, &found, &err));
	assert_int_equal(found.count, BEATS);
	assert_int_equal(backlog_compare_rollups(fixture->path, 0, &err), -1);
	assert_non_null(strstr(err.text, "damaged"));
	backlog_finish(&found);
	assert_set_aside(fixture->path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(garbage_in_packed_beats),
		TEST(garbage_in_roll_ups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
