/* The growing buffer and its sticky limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"

static void empty_is_terminated(void **state)
{
	struct buf buf;

	buf_init(&buf, 0);
	assert_string_equal(buf.data, "");
	assert_true(buf_add(&buf, "", 0));
	assert_false(buf_add_char(&buf, 'x'));
	assert_true(buf.full);
	buf_finish(&buf);
	assert_null(buf.data);
	buf_finish(&buf);
}

static void grows_and_keeps(void **state)
{
	struct buf buf;

	buf_init(&buf, SIZE_MAX);
	for (int i = 0; i < 1000; i++)
		assert_true(buf_print(&buf, "%03d,", i));
	assert_int_equal(buf.length, 4000);
	assert_memory_equal(buf.data, "000,001,", 8);
	assert_memory_equal(buf.data + 3996, "999,", 5);
	buf_finish(&buf);
}

static void limit_drops_whole_and_sticks(void **state)
{
	struct buf buf;

	buf_init(&buf, 5);
	assert_true(buf_add_text(&buf, "abc"));
	assert_false(buf_add_text(&buf, "def"));
	assert_string_equal(buf.data, "abc");
	assert_true(buf.full);
	assert_false(buf_add_char(&buf, 'd'));
	assert_false(buf_add_int(&buf, 1));
	assert_false(buf_print(&buf, "d"));
	assert_string_equal(buf.data, "abc");
	buf_clear(&buf);
	assert_false(buf.full);
	assert_true(buf_add_text(&buf, "12345"));
	assert_false(buf_add_char(&buf, '6'));
	buf_finish(&buf);
}

static void printing_past_the_limit_leaves_nothing(void **state)
{
	struct buf buf;

	buf_init(&buf, 10);
	assert_true(buf_add_text(&buf, "abc"));
	assert_false(buf_print(&buf, "%s", "12345678"));
	assert_string_equal(buf.data, "abc");
	assert_int_equal(buf.length, 3);
	buf_clear(&buf);
	assert_true(buf_print(&buf, "%s", "1234567890"));
	assert_string_equal(buf.data, "1234567890");
	buf_finish(&buf);
}

static void printing_longer_than_the_memory_it_has(void **state)
{
	struct buf buf;

	buf_init(&buf, 10000);
	assert_true(buf_print(&buf, "%s%0500d", "x", 7));
	assert_int_equal(buf.length, 501);
	assert_int_equal(buf.data[500], '7');
	assert_int_equal(strlen(buf.data), 501);
	buf_finish(&buf);
}

static void integers(void **state)
{
	static const struct { int64_t value; const char *text; } rows[] = {
		{ 0, "0" }, { 7, "7" }, { -1, "-1" }, { 1234567890123, "1234567890123" },
		{ INT64_MAX, "9223372036854775807" }, { INT64_MIN, "-9223372036854775808" },
	};
	struct buf buf;

	buf_init(&buf, 100);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&buf);
		assert_true(buf_add_int(&buf, rows[i].value));
		assert_string_equal(buf.data, rows[i].text);
	}
	buf_finish(&buf);
}

static void bytes_may_be_nul_and_are_taken(void **state)
{
	struct buf buf;
	char *data;

	buf_init(&buf, 100);
	assert_true(buf_add(&buf, "a\0b", 3));
	assert_int_equal(buf.length, 3);
	data = buf_take(&buf);
	assert_memory_equal(data, "a\0b", 4);
	assert_null(buf.data);
	buf_finish(&buf);
	free(data);
}

enum { FLOOD = 1 << 20 };

static void *read_all(void *arg)
{
	int fd = *(int *)arg;
	static char part[5000];
	size_t *total = heap_zero(1, sizeof *total);
	ssize_t count;

	while ((count = read(fd, part, sizeof part)) > 0)
		*total += (size_t)count;
	return total;
}

/* A pipe holds less than this, and its end does not block: what does not fit at once has to follow. */
static void writes_all_into_a_slow_pipe(void **state)
{
	struct buf buf;
	pthread_t reader;
	int ends[2];
	void *total;

	buf_init(&buf, FLOOD);
	while (buf.length < FLOOD)
		assert_true(buf_add_char(&buf, 'x'));
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(pthread_create(&reader, NULL, read_all, &ends[0]), 0);
	assert_true(buf_write(&buf, ends[1]));
	close(ends[1]);
	assert_int_equal(pthread_join(reader, &total), 0);
	assert_int_equal(*(size_t *)total, FLOOD);
	free(total);
	close(ends[0]);
	buf_finish(&buf);
}

static void write_failure_has_errno(void **state)
{
	struct buf buf;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_true(full >= 0);
	buf_init(&buf, 10);
	assert_true(buf_write(&buf, full));	/* nothing to write is no failure */
	assert_true(buf_add_text(&buf, "x"));
	errno = 0;
	assert_false(buf_write(&buf, full));
	assert_int_equal(errno, ENOSPC);
	close(full);
	buf_finish(&buf);
}

static void heap_texts(void **state)
{
	char *copy = heap_text_n("abcdef", 3);
	char *printed = heap_print("%s-%d", copy, 5);

	assert_null(heap_text(NULL));
	assert_string_equal(copy, "abc");
	assert_string_equal(printed, "abc-5");
	free(printed);
	free(copy);
	copy = heap_zero(0, 8);
	assert_non_null(copy);
	copy = heap_resize(copy, 0, 1);
	assert_non_null(copy);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_is_terminated),
		cmocka_unit_test(grows_and_keeps),
		cmocka_unit_test(limit_drops_whole_and_sticks),
		cmocka_unit_test(printing_past_the_limit_leaves_nothing),
		cmocka_unit_test(printing_longer_than_the_memory_it_has),
		cmocka_unit_test(integers),
		cmocka_unit_test(bytes_may_be_nul_and_are_taken),
		cmocka_unit_test(writes_all_into_a_slow_pipe),
		cmocka_unit_test(write_failure_has_errno),
		cmocka_unit_test(heap_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
