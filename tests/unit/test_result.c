/*
 * What a result says to people, and which of its times is its latency.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/result.h"
#include "kumatop/text.h"

static void a_made_result_is_empty(void **state)
{
	struct check_result result = result_make(OUTCOME_RESET);

	assert_int_equal(result.outcome, OUTCOME_RESET);
	assert_int_equal(result.code, -1);
	for (int i = 0; i < PHASE_COUNT; i++)
		assert_int_equal(result.phase_us[i], -1);
	assert_int_equal(result.cert_expires_us, 0);
	assert_string_equal(result.address, "");
	assert_string_equal(result.detail, "");
	assert_null(result.evidence);
}

static void the_detail_speaks_before_the_sentence(void **state)
{
	struct check_result result = result_make(OUTCOME_CONNECT_REFUSED);

	assert_string_equal(result_reason(&result), "connection refused");
	result_set_detail(&result, "%d of %d refused", 2, 3);
	assert_string_equal(result_reason(&result), "2 of 3 refused");
}

static void details_are_made_harmless_and_cut(void **state)
{
	struct check_result result = result_make(OUTCOME_WRONG_STATUS);
	char longer[3 * RESULT_DETAIL_SIZE];

	result_set_detail(&result, "%s", "503\033]0;owned\a oh\r\nno \xe2\x80\xaeknil");
	assert_true(text_is_clean(result.detail));
	assert_null(strchr(result.detail, '\033'));
	assert_non_null(strstr(result.detail, "503"));

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	result_set_detail(&result, "%s%s", longer, longer);
	assert_int_equal(strlen(result.detail), RESULT_DETAIL_SIZE - 1);

	/* two bytes each, and the limit falls inside one */
	for (size_t i = 0; i + 2 < sizeof(longer); i += 2)
		memcpy(longer + i, "\xc3\xa9", 3);
	result_set_detail(&result, "%s", longer);
	assert_true(text_is_clean(result.detail));
	assert_true(strlen(result.detail) >= RESULT_DETAIL_SIZE - 2);
}

static void latency_of_what(void **state)
{
	static const struct {
		const char *what;
		enum outcome outcome;
		int32_t phase_us[PHASE_COUNT];	/* name, connect, tls, first byte, transfer, total */
		int32_t latency_us;
	} rows[] = {
		{ "http", OUTCOME_OK, { 100, 200, 300, 400, 50, 1050 }, 1050 },
		{ "tcp", OUTCOME_OK, { -1, 200, -1, -1, -1, 210 }, 210 },
		{ "slow http", OUTCOME_SLOW, { 100, 200, 300, 4000, 50, 4650 }, 4650 },
		{ "certificate lapses", OUTCOME_CERT_LAPSES, { 1, 2, 3, 4, 5, 15 }, 15 },
		{ "ping", OUTCOME_OK, { 10, -1, -1, 400, -1, 3000400 }, 400 },
		{ "too quick to measure", OUTCOME_OK, { -1, 0, -1, -1, -1, 0 }, 0 },
		{ "error page", OUTCOME_WRONG_STATUS, { 100, 200, 300, 400, 50, 1050 }, -1 },
		{ "nobody there", OUTCOME_CONNECT_TIMEOUT, { 100, -1, -1, -1, -1, 10000000 }, -1 },
		{ "half of the pings", OUTCOME_PACKET_LOSS, { -1, -1, -1, 400, -1, 3000400 }, -1 },
		{ "could not check", OUTCOME_NO_SOCKETS, { -1, -1, -1, -1, -1, -1 }, -1 },
		{ "nothing measured", OUTCOME_OK, { -1, -1, -1, -1, -1, -1 }, -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct check_result result = result_make(rows[i].outcome);

		memcpy(result.phase_us, rows[i].phase_us, sizeof(result.phase_us));
		if (result_latency_us(&result) != rows[i].latency_us)
			fail_msg("%s: %d", rows[i].what, result_latency_us(&result));
	}
}

static void phases_have_words(void **state)
{
	static const char *const words[PHASE_COUNT] = { "name", "connect", "tls", "first_byte", "transfer", "total" };

	for (int i = 0; i < PHASE_COUNT; i++)
		assert_string_equal(phase_word((enum phase)i), words[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_made_result_is_empty),
		cmocka_unit_test(the_detail_speaks_before_the_sentence),
		cmocka_unit_test(details_are_made_harmless_and_cut),
		cmocka_unit_test(latency_of_what),
		cmocka_unit_test(phases_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
