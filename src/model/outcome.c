/*
 * The table of outcomes as data, and what verdicts mean to each other. Nothing here knows how a check is carried out.
 */
#include "kumatop/outcome.h"

#include <assert.h>
#include <string.h>

static const struct outcome_row rows[OUTCOME_COUNT] = {
#define X(name, verdict, word, brief, sentence) [OUTCOME_##name] = { VERDICT_##verdict, word, brief, sentence },
	OUTCOME_TABLE(X)
#undef X
};

struct verdict_row {
	const char *word;
	int badness;
	int exit_code;
	enum verdict inverted;
};

static const struct verdict_row verdicts[VERDICT_COUNT] = {
	[VERDICT_UP]       = { "up",       0, 0, VERDICT_DOWN },
	[VERDICT_DEGRADED] = { "degraded", 1, 1, VERDICT_DOWN },
	[VERDICT_DOWN]     = { "down",     3, 2, VERDICT_UP },
	[VERDICT_UNKNOWN]  = { "unknown",  2, 3, VERDICT_UNKNOWN },
};

const struct outcome_row *outcome_row(int outcome)
{
	return &rows[outcome >= 0 && outcome < OUTCOME_COUNT ? outcome : OUTCOME_INTERNAL];
}

int outcome_by_word(const char *word)
{
	for (int i = 0; i < OUTCOME_COUNT; i++)
		if (strcmp(rows[i].word, word) == 0)
			return i;
	return -1;
}

static const struct verdict_row *verdict_row(enum verdict verdict)
{
	assert((unsigned)verdict < VERDICT_COUNT);
	return &verdicts[verdict];
}

const char *verdict_word(enum verdict verdict)
{
	return verdict_row(verdict)->word;
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	return verdict_row(a)->badness >= verdict_row(b)->badness ? a : b;
}

int verdict_exit_code(enum verdict verdict)
{
	return verdict_row(verdict)->exit_code;
}

enum verdict verdict_invert(enum verdict verdict)
{
	return verdict_row(verdict)->inverted;
}
