/*
 * The table of outcomes: that it is fit to be kept in databases and shown in narrow columns, and what verdicts mean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/outcome.h"
#include "kumatop/text.h"

/* Databases hold these words and the numbers behind them: a row that moved or was renamed must fail here. */
static void words_and_numbers_never_change(void **state)
{
	static const struct { int number; const char *word; enum verdict verdict; } kept[] = {
		{ 0, "ok", VERDICT_UP },
		{ 1, "slow", VERDICT_DEGRADED },
		{ 2, "cert-lapses", VERDICT_DEGRADED },
		{ 3, "refused", VERDICT_DOWN },
		{ 4, "connect-timeout", VERDICT_DOWN },
		{ 5, "unreachable", VERDICT_DOWN },
		{ 6, "name-not-found", VERDICT_DOWN },
		{ 7, "tls-expired", VERDICT_DOWN },
		{ 8, "tls-not-yet-valid", VERDICT_DOWN },
		{ 9, "tls-wrong-host", VERDICT_DOWN },
		{ 10, "tls-self-signed", VERDICT_DOWN },
		{ 11, "tls-unknown-issuer", VERDICT_DOWN },
		{ 12, "tls-failed", VERDICT_DOWN },
		{ 13, "answer-timeout", VERDICT_DOWN },
		{ 14, "transfer-timeout", VERDICT_DOWN },
		{ 15, "reset", VERDICT_DOWN },
		{ 16, "empty-reply", VERDICT_DOWN },
		{ 17, "cut-short", VERDICT_DOWN },
		{ 18, "protocol-error", VERDICT_DOWN },
		{ 19, "wrong-status", VERDICT_DOWN },
		{ 20, "wrong-body", VERDICT_DOWN },
		{ 21, "body-too-large", VERDICT_DOWN },
		{ 22, "too-many-redirects", VERDICT_DOWN },
		{ 23, "bad-redirect", VERDICT_DOWN },
		{ 24, "packet-loss", VERDICT_DOWN },
		{ 25, "resolver-silent", VERDICT_UNKNOWN },
		{ 26, "resolver-failed", VERDICT_UNKNOWN },
		{ 27, "no-route", VERDICT_UNKNOWN },
		{ 28, "no-sockets", VERDICT_UNKNOWN },
		{ 29, "not-permitted", VERDICT_UNKNOWN },
		{ 30, "internal", VERDICT_UNKNOWN },
		{ 31, "missed", VERDICT_UNKNOWN },
		{ 32, "failed", VERDICT_DOWN },
	};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		assert_string_equal(outcome_row(kept[i].number)->word, kept[i].word);
		assert_int_equal(outcome_row(kept[i].number)->verdict, kept[i].verdict);
		assert_int_equal(outcome_by_word(kept[i].word), kept[i].number);
	}
}

static void rows_fit_their_columns(void **state)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		const struct outcome_row *row = outcome_row(i);

		assert_true(row->word[0] && strlen(row->word) <= 32);
		assert_true(row->brief[0] && strlen(row->brief) <= 9);
		assert_true(row->sentence[0] && strlen(row->sentence) < 80);
		assert_true(text_is_clean(row->sentence));
		for (const char *c = row->word; *c; c++)
			assert_true((*c >= 'a' && *c <= 'z') || (*c == '-' && c != row->word));
		for (const char *c = row->brief; *c; c++)
			assert_true(*c > ' ' && *c < 127);
		for (int other = 0; other < i; other++)
			assert_string_not_equal(row->word, outcome_row(other)->word);
	}
}

static void what_is_not_known_reads_as_internal(void **state)
{
	static const int strangers[] = { -1, OUTCOME_COUNT, 255, INT32_MAX, INT32_MIN };

	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		assert_ptr_equal(outcome_row(strangers[i]), outcome_row(OUTCOME_INTERNAL));
	assert_int_equal(outcome_by_word("no-such-outcome"), -1);
	assert_int_equal(outcome_by_word(""), -1);
}

static void verdicts_speak_nagios(void **state)
{
	assert_string_equal(verdict_word(VERDICT_UP), "up");
	assert_string_equal(verdict_word(VERDICT_DEGRADED), "degraded");
	assert_string_equal(verdict_word(VERDICT_DOWN), "down");
	assert_string_equal(verdict_word(VERDICT_UNKNOWN), "unknown");
	assert_int_equal(verdict_exit_code(VERDICT_UP), 0);
	assert_int_equal(verdict_exit_code(VERDICT_DEGRADED), 1);
	assert_int_equal(verdict_exit_code(VERDICT_DOWN), 2);
	assert_int_equal(verdict_exit_code(VERDICT_UNKNOWN), 3);
}

static void the_worse_of_two_verdicts(void **state)
{
	/* best to worst; not the order of the exit codes */
	static const enum verdict order[] = { VERDICT_UP, VERDICT_DEGRADED, VERDICT_UNKNOWN, VERDICT_DOWN };

	for (size_t a = 0; a < 4; a++)
		for (size_t b = 0; b < 4; b++)
			assert_int_equal(verdict_worse(order[a], order[b]), order[a > b ? a : b]);
}

static void inverting_swaps_up_and_down_only(void **state)
{
	assert_int_equal(verdict_invert(VERDICT_UP), VERDICT_DOWN);
	assert_int_equal(verdict_invert(VERDICT_DEGRADED), VERDICT_DOWN);
	assert_int_equal(verdict_invert(VERDICT_DOWN), VERDICT_UP);
	assert_int_equal(verdict_invert(VERDICT_UNKNOWN), VERDICT_UNKNOWN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_numbers_never_change),
		cmocka_unit_test(rows_fit_their_columns),
		cmocka_unit_test(what_is_not_known_reads_as_internal),
		cmocka_unit_test(verdicts_speak_nagios),
		cmocka_unit_test(the_worse_of_two_verdicts),
		cmocka_unit_test(inverting_swaps_up_and_down_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
