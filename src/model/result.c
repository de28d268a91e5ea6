/*
 * What one check saw, and how it is told. Filling it in is the kinds' business, judging it judge.c's.
 */
#include "kumatop/result.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "kumatop/text.h"

static const char *const phase_words[PHASE_COUNT] = {
	[PHASE_NAME] = "name",
	[PHASE_CONNECT] = "connect",
	[PHASE_TLS] = "tls",
	[PHASE_FIRST_BYTE] = "first_byte",
	[PHASE_TRANSFER] = "transfer",
	[PHASE_TOTAL] = "total",
};

struct check_result result_make(enum outcome outcome)
{
	struct check_result result = { .outcome = outcome, .code = -1 };

	for (int i = 0; i < PHASE_COUNT; i++)
		result.phase_us[i] = -1;
	return result;
}

void result_set_detail(struct check_result *result, const char *format, ...)
{
	/* Sanitising shrinks (blanks, controls): room for more than the detail holds. What is longer is cut by either. */
	char raw[4 * RESULT_DETAIL_SIZE];
	va_list args;

	va_start(args, format);
	int length = vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	if (length < 0)
		length = 0;
	size_t used = (size_t)length < sizeof(raw) ? (size_t)length : sizeof(raw) - 1;
	text_sanitize(result->detail, sizeof(result->detail), raw, used);
}

const char *result_reason(const struct check_result *result)
{
	return result->detail[0] != '\0' ? result->detail : outcome_row((int)result->outcome)->sentence;
}

/*
 * Only a good check has a latency: how fast an error page or half an answer came says nothing about the service, and would make
 * a broken one look quick. A ping is told by its round trip without a connection; its total spans all packets and their pauses.
 */
int32_t phases_latency_us(int outcome, const int32_t phase_us[PHASE_COUNT])
{
	enum verdict verdict = outcome_row(outcome)->verdict;

	if (verdict != VERDICT_UP && verdict != VERDICT_DEGRADED)
		return -1;
	if (phase_us[PHASE_CONNECT] < 0 && phase_us[PHASE_FIRST_BYTE] >= 0)
		return phase_us[PHASE_FIRST_BYTE];
	return phase_us[PHASE_TOTAL] >= 0 ? phase_us[PHASE_TOTAL] : -1;
}

int32_t result_latency_us(const struct check_result *result)
{
	return phases_latency_us((int)result->outcome, result->phase_us);
}

const char *phase_word(enum phase phase)
{
	assert((unsigned)phase < PHASE_COUNT);
	return phase_words[phase];
}
