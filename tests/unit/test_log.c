/* The log: what a line looks like, whole lines from several threads, and holding back while a screen is up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kumatop/buf.h"
#include "kumatop/log.h"

static int stderr_copy, file;

/* From here on stderr is a file. */
static int capture(void **state)
{
	char path[] = "/tmp/kumatop-log.XXXXXX";

	file = mkostemp(path, O_APPEND | O_CLOEXEC);
	stderr_copy = dup(STDERR_FILENO);
	return file < 0 || stderr_copy < 0 || unlink(path) || dup2(file, STDERR_FILENO) < 0;
}

static int release(void **state)
{
	int failed = dup2(stderr_copy, STDERR_FILENO) < 0;

	log_hold(false);
	log_set_level(LOG_LEVEL_INFO);
	log_set_timestamps(false);
	return close(file) || close(stderr_copy) || failed;
}

static char *captured(void)
{
	struct buf all;
	char part[4096];
	ssize_t count;
	off_t at = 0;

	buf_init(&all, 1 << 24);
	while ((count = pread(file, part, sizeof part, at)) > 0) {
		assert_true(buf_add(&all, part, (size_t)count));
		at += count;
	}
	return buf_take(&all);
}

static void expect(const char *text)
{
	char *all = captured();

	assert_string_equal(all, text);
	free(all);
}

static void lines_say_how_bad_it_is(void **state)
{
	errno = ENOENT;
	log_line(LOG_LEVEL_DEBUG, "not shown");
	log_line(LOG_LEVEL_INFO, "ready, %d monitors", 3);
	log_line(LOG_LEVEL_WARNING, "hm");
	log_line(LOG_LEVEL_ERROR, "oh");
	assert_int_equal(errno, ENOENT);
	log_set_level(LOG_LEVEL_ERROR);
	log_line(LOG_LEVEL_WARNING, "not shown");
	log_set_level(LOG_LEVEL_DEBUG);
	log_line(LOG_LEVEL_DEBUG, "shown");
	expect("kumatop: ready, 3 monitors\nkumatop: warning: hm\nkumatop: error: oh\nkumatop: debug: shown\n");
}

static void foreign_text_is_made_harmless(void **state)
{
	log_line(LOG_LEVEL_INFO, "server says %s", "\x1b]0;x\x07 a\r\nkumatop: forged \xff");
	expect("kumatop: server says ]0;x a kumatop: forged \xef\xbf\xbd\n");
}

static void a_long_line_is_cut(void **state)
{
	char *all, text[6000];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	log_line(LOG_LEVEL_INFO, "%s", text);
	all = captured();
	assert_in_range(strlen(all), 1000, 2048);
	assert_int_equal(all[strlen(all) - 1], '\n');
	free(all);
}

static void times_lead_the_line(void **state)
{
	char *all;

	log_set_timestamps(true);
	log_line(LOG_LEVEL_WARNING, "hm");
	all = captured();
	assert_int_equal(strlen(all), strlen("2026-11-22T03:12:00.250Z warning: hm\n"));
	assert_memory_equal(all, "20", 2);
	assert_string_equal(all + 23, "Z warning: hm\n");
	free(all);
}

/* What is captured, without the time that each line begins with. */
static char *without_times(char *all)
{
	const size_t time = strlen("2026-11-22T03:12:00.250Z ");
	char *to = all;

	for (char *at = all, *end; *at; at = end) {
		end = strchr(at, '\n') + 1;
		if (*at == '2') {
			assert_int_equal(at[time - 2], 'Z');
			at += time;
		}
		memmove(to, at, (size_t)(end - at));
		to += end - at;
	}
	*to = '\0';
	return all;
}

static void what_went_wrong_behind_a_screen_comes_out(void **state)
{
	char *all;

	log_hold(true);
	log_line(LOG_LEVEL_ERROR, "one");
	log_line(LOG_LEVEL_INFO, "who left again");
	log_line(LOG_LEVEL_WARNING, "two");
	expect("");
	log_hold(false);
	log_line(LOG_LEVEL_INFO, "three");
	log_hold(true);
	log_line(LOG_LEVEL_WARNING, "four");
	log_hold(false);
	log_hold(false);
	all = captured();
	assert_memory_equal(all, "20", 2);
	assert_string_equal(without_times(all), "error: one\nwarning: two\nkumatop: three\nwarning: four\n");
	free(all);
}

static void a_screen_leaves_the_newest_20(void **state)
{
	char *all;
	size_t lines = 0;

	log_hold(true);
	for (int i = 0; i < 750; i++)
		log_line(i % 2 ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "line %d", i);
	log_hold(false);
	all = without_times(captured());
	assert_non_null(strstr(all, "kumatop: warning: … and 355 more before these\nwarning: line 710\n"));
	assert_non_null(strstr(all, "warning: line 748\n"));
	for (const char *at = all; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 21);
	free(all);
}

enum { WRITERS = 4, EACH = 500 };

static void *write_lines(void *arg)
{
	for (int i = 0; i < EACH; i++)
		log_line(LOG_LEVEL_INFO, "%s", (const char *)arg);
	return NULL;
}

static void threads_write_whole_lines(void **state)
{
	static char texts[WRITERS][120];
	pthread_t threads[WRITERS];
	size_t lines = 0;
	char *all;

	for (int i = 0; i < WRITERS; i++) {
		memset(texts[i], 'a' + i, sizeof texts[i] - 1);
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, texts[i]), 0);
	}
	log_set_level(LOG_LEVEL_INFO);	/* while they write: a race would show under ThreadSanitizer */
	log_set_timestamps(false);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	all = captured();
	for (char *at = all, *end; (end = strchr(at, '\n')); at = end + 1, lines++) {
		assert_int_equal(end - at, 9 + 119);
		assert_memory_equal(at, "kumatop: ", 9);
		assert_memory_equal(at + 9, texts[at[9] - 'a'], 119);
	}
	assert_int_equal(lines, WRITERS * EACH);
	free(all);
}

static void threads_write_while_holding_begins_and_ends(void **state)
{
	pthread_t threads[WRITERS];
	static char text[] = "x";

	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, text), 0);
	for (int i = 0; i < 200; i++)
		log_hold(i % 2 == 0);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	log_hold(false);
}

static void writer_writes_everything_before_it_stops(void **state)
{
	struct error err;
	size_t lines = 0;
	char *all;

	for (int round = 0; round < 3; round++) {
		assert_true(log_start_writer(&err));
		for (int i = 0; i < 100; i++)
			log_line(LOG_LEVEL_INFO, "line %d", i);
		log_stop_writer(10000);
	}
	log_line(LOG_LEVEL_INFO, "after");
	all = captured();
	for (const char *at = all; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 301);
	free(all);
}

/* In a child: what hangs there goes with it. */
static void nobody_waits_for_a_stderr_that_is_not_read(void **state)
{
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		struct error err;
		char text[1000];

		memset(text, 'x', sizeof text - 1);
		text[sizeof text - 1] = '\0';
		if (dup2(ends[1], STDERR_FILENO) < 0 || !log_start_writer(&err))
			_exit(1);
		for (int i = 0; i < 2000; i++)
			log_line(LOG_LEVEL_INFO, "%s", text);
		log_stop_writer(50);
		_exit(0);
	}
	alarm(60);
	assert_int_equal(waitpid(child, &status, 0), child);
	alarm(0);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
}

#define CAPTURED(test) cmocka_unit_test_setup_teardown(test, capture, release)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAPTURED(lines_say_how_bad_it_is),
		CAPTURED(foreign_text_is_made_harmless),
		CAPTURED(a_long_line_is_cut),
		CAPTURED(times_lead_the_line),
		CAPTURED(what_went_wrong_behind_a_screen_comes_out),
		CAPTURED(a_screen_leaves_the_newest_20),
		CAPTURED(writer_writes_everything_before_it_stops),
		cmocka_unit_test(nobody_waits_for_a_stderr_that_is_not_read),
		CAPTURED(threads_write_whole_lines),
		CAPTURED(threads_write_while_holding_begins_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
