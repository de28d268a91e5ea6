/*
 * Regular expressions for text that may be hostile.
 *
 * PCRE2's own match limit counts backtracking from one starting point and begins anew at the next; `a++b` on a megabyte of
 * `a` stays below any limit for minutes. So the pattern carries callouts, and the work is counted in them over the whole
 * search: a fixed price for each, and every byte that was moved over in between. Counting work and not time gives the same
 * answer on every machine.
 */
#include "kumatop/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

enum {
	PATTERN_MOST = 8192,		/* bytes of a pattern */
	STEP_PRICE = 24,		/* what a callout costs, in bytes moved over */
	BUDGET_FIXED = 4 * 1024 * 1024,
	BUDGET_PER_BYTE = 7 * STEP_PRICE,	/* an honest search tries a few items at every byte */
	HEAP_MOST_KIB = 16 * 1024,	/* memory for backtracking points */
	DEPTH_MOST = 100 * 1000,
};

struct pattern {
	pcre2_code *code;
};

struct search {
	size_t budget;
	size_t position;	/* where the last callout stood */
};

static int count_work(pcre2_callout_block *block, void *arg)
{
	struct search *search = arg;
	size_t position = block->current_position;
	size_t moved = position > search->position ? position - search->position : search->position - position;
	size_t price = STEP_PRICE + moved;

	search->position = position;
	if (price > search->budget)
		return PCRE2_ERROR_MATCHLIMIT;
	search->budget -= price;
	return 0;
}

static bool refuse(int code, size_t offset, struct error *err)
{
	char reason[200];

	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof reason) < 0)
		text_copy(reason, sizeof reason, "it does not compile");
	return error_set(err, EXIT_CONFIG, "wrong pattern at character %zu: %s", offset + 1, reason);
}

static pcre2_code *compile(const char *text, uint32_t options, int *reason, PCRE2_SIZE *offset)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code;

	if (!context)
		abort();
	pcre2_set_max_pattern_length(context, PATTERN_MOST);
	code = pcre2_compile((PCRE2_SPTR)text, strlen(text), options, reason, offset, context);
	pcre2_compile_context_free(context);
	return code;
}

/*
 * Where a pattern cannot match without some letter of either case, PCRE2 10.42 looks ahead for it from every starting point, one
 * case after the other; if the case it tries first is nowhere in the subject each look goes to the end, and no callout sees it. An
 * alternative that lacks the letter, and never matches, keeps it from looking. Where the pattern does not stand being wrapped, all
 * such shortcuts are turned off.
 */
static pcre2_code *compile_linear(pcre2_code *plain, const char *text, uint32_t options)
{
	bool caseless = (options & PCRE2_CASELESS) || (strstr(text, "(?") && strchr(text, 'i'));
	uint32_t needs_letter = 0;
	PCRE2_SIZE offset;
	pcre2_code *code;
	char *wrapped;
	int reason;

	if (!caseless || pcre2_pattern_info(plain, PCRE2_INFO_LASTCODETYPE, &needs_letter) || !needs_letter)
		return plain;
	wrapped = heap_print("(?:%s|\\x01(*FAIL))", text);
	code = compile(wrapped, options, &reason, &offset);
	free(wrapped);
	if (!code)
		code = compile(text, options | PCRE2_NO_START_OPTIMIZE, &reason, &offset);
	if (!code)
		return plain;
	pcre2_code_free(plain);
	return code;
}

struct pattern *pattern_create(const char *text, bool ignore_case, struct error *err)
{
	uint32_t options = PCRE2_UTF | PCRE2_AUTO_CALLOUT | PCRE2_NEVER_BACKSLASH_C | (ignore_case ? PCRE2_CASELESS : 0);
	struct pattern *pattern;
	PCRE2_SIZE offset = 0;
	pcre2_code *code;
	int reason = 0;

	code = compile(text, options, &reason, &offset);
	if (!code) {
		refuse(reason, offset, err);
		return NULL;
	}
	pattern = heap_zero(1, sizeof *pattern);
	pattern->code = compile_linear(code, text, options);
	return pattern;
}

void pattern_destroy(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_code_free(pattern->code);
	free(pattern);
}

static bool is_valid_utf8(const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		uint32_t point;
		size_t bytes;

		if (!(text[at] & 0x80)) {
			at++;
			continue;
		}
		bytes = text_decode(text + at, length - at, &point);
		if (bytes == 1)
			return false;
		at += bytes;
	}
	return true;
}

/* A copy with U+FFFD in place of what is not UTF-8, at most three times as long. */
static char *mend(const char *text, size_t length, size_t *mended)
{
	char *out = heap_zero(length, 3);
	size_t used = 0;

	for (size_t at = 0; at < length;) {
		uint32_t point;
		char bytes[4];
		size_t count;

		at += text_decode(text + at, length - at, &point);
		count = text_encode(point, bytes);
		memcpy(out + used, bytes, count);
		used += count;
	}
	*mended = used;
	return out;
}

static enum pattern_match search(const struct pattern *pattern, const char *subject, size_t length)
{
	struct search state = { .budget = BUDGET_FIXED + BUDGET_PER_BYTE * length };
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int result;

	if (!context || !data)
		abort();
	pcre2_set_heap_limit(context, HEAP_MOST_KIB);
	pcre2_set_depth_limit(context, DEPTH_MOST);
	pcre2_set_callout(context, count_work, &state);
	result = pcre2_match(pattern->code, (PCRE2_SPTR)subject, length, 0, PCRE2_NO_UTF_CHECK, data, context);
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
	if (result >= 0)	/* 0: matched, with more groups than we asked for */
		return PATTERN_YES;
	return result == PCRE2_ERROR_NOMATCH ? PATTERN_NO : PATTERN_LIMIT;
}

enum pattern_match pattern_find(const struct pattern *pattern, const char *subject, size_t length)
{
	enum pattern_match found;
	char *mended;

	if (is_valid_utf8(subject, length))
		return search(pattern, subject, length);
	mended = mend(subject, length, &length);
	found = search(pattern, mended, length);
	free(mended);
	return found;
}
