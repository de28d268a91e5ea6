/* Texts of failures, and the shared texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>

#include "kumatop/error.h"
#include "kumatop/shared.h"
#include "kumatop/text.h"

static void set_and_prefix(void **state)
{
	struct error err;

	assert_false(error_set(&err, EXIT_DATA, "%s: %d is too large", "port", 99999));
	assert_int_equal(err.code, EXIT_DATA);
	assert_string_equal(err.text, "port: 99999 is too large");
	assert_false(error_prefix(&err, "%s:%d: ", "kumatop.conf", 12));
	assert_string_equal(err.text, "kumatop.conf:12: port: 99999 is too large");
	assert_int_equal(err.code, EXIT_DATA);
}

static void errno_is_told_and_kept(void **state)
{
	struct error err;

	errno = ENOENT;
	assert_false(error_errno(&err, EXIT_INPUT_OUTPUT, "cannot open %s", "/nowhere"));
	assert_string_equal(err.text, "cannot open /nowhere: No such file or directory");
	assert_int_equal(errno, ENOENT);
	errno = 99999;
	error_errno(&err, EXIT_INTERNAL, "odd");
	assert_string_equal(err.text, "odd: error 99999");
}

static void nobody_listens(void **state)
{
	errno = EIO;
	assert_false(error_set(NULL, EXIT_DATA, "x"));
	assert_false(error_errno(NULL, EXIT_DATA, "x"));
	assert_false(error_prefix(NULL, "x"));
}

static void made_from_its_own_text(void **state)
{
	struct error err;

	error_set(&err, EXIT_DATA, "inner");
	error_set(&err, EXIT_CONFIG, "outer (%s)", err.text);
	assert_string_equal(err.text, "outer (inner)");
	error_prefix(&err, "%s, ", err.text);
	assert_string_equal(err.text, "outer (inner), outer (inner)");
}

static void long_text_is_cut_at_a_character(void **state)
{
	char text[2000];
	struct error err;

	for (size_t start = 0; start < 4; start++) {
		memset(text, 'x', start);
		for (size_t i = start; i + 3 < sizeof text; i += 3)
			memcpy(text + i, "€", 4);
		error_set(&err, EXIT_DATA, "%s", text);
		assert_true(text_is_clean(err.text));
		assert_in_range(strlen(err.text), sizeof err.text - 4, sizeof err.text - 1);
		error_prefix(&err, "before: ");
		assert_true(text_is_clean(err.text));
		assert_memory_equal(err.text, "before: ", 8);
		errno = ENOSPC;
		error_errno(&err, EXIT_INPUT_OUTPUT, "%s", text);
		assert_true(text_is_clean(err.text));
		assert_non_null(strstr(err.text, ": No space left on device"));
	}
}

static void shared_text_of_nothing(void **state)
{
	assert_null(shared_create(NULL));
	assert_null(shared_create(""));
	assert_null(shared_hold(NULL));
	assert_string_equal(shared_read(NULL), "");
	shared_release(NULL);
}

static void *hold_and_release(void *arg)
{
	for (int i = 0; i < 10000; i++) {
		struct shared_text *mine = shared_hold(arg);

		if (strcmp(shared_read(mine), "why") != 0)
			return NULL;
		shared_release(mine);
	}
	shared_release(arg);
	return arg;
}

static void shared_text_between_threads(void **state)
{
	struct shared_text *text = shared_create("why");
	pthread_t threads[4];

	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold_and_release, shared_hold(text)), 0);
	for (size_t i = 0; i < 4; i++) {
		void *fine;

		assert_int_equal(pthread_join(threads[i], &fine), 0);
		assert_non_null(fine);
	}
	assert_int_equal(text->holders, 1);
	assert_int_equal(text->length, 3);
	shared_release(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_and_prefix),
		cmocka_unit_test(errno_is_told_and_kept),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(made_from_its_own_text),
		cmocka_unit_test(long_text_is_cut_at_a_character),
		cmocka_unit_test(shared_text_of_nothing),
		cmocka_unit_test(shared_text_between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
