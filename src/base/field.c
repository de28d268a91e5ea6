/*
 * Values read into one field: what each type takes, and what to write instead of what it does not. Tables and structs as a
 * whole are setting.c, printing is setting_print.c.
 */
#include "field.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

enum { SHOWN_MOST = 80 };	/* bytes of a wrong value that an error repeats */
enum { PERCENT_DECIMALS = 4, PER_CENT = 10000 };	/* of millionths */

void *field_of(const struct setting *row, void *values)
{
	return (char *)values + row->offset;
}

const void *field_read(const struct setting *row, const void *values)
{
	return (const char *)values + row->offset;
}

static const char *shown(const char *text, char out[SHOWN_MOST])
{
	text_sanitize(out, SHOWN_MOST, text, strlen(text));
	return out;
}

/* Rows without a range have both ends 0; an end that is not meant is 0 or the type's own. */
static bool has_least(const struct setting *row)
{
	return row->least > INT64_MIN && (row->least || row->most);
}

static bool has_most(const struct setting *row)
{
	return row->most < INT64_MAX && (row->most || row->least < 0);
}

char *field_percent(int64_t millionths, char *out, size_t size)
{
	char part[8];
	size_t digits = 4;

	snprintf(part, sizeof part, "%04d", abs((int)(millionths % PER_CENT)));
	while (digits > 0 && part[digits - 1] == '0')
		part[--digits] = '\0';
	snprintf(out, size, "%s%" PRId64 "%s%s", millionths < 0 && millionths > -PER_CENT ? "-" : "", millionths / PER_CENT,
		digits ? "." : "", part);
	return out;
}

static const char *bound(const struct setting *row, int64_t value, char out[40])
{
	if (row->type == SETTING_DURATION)
		return duration_print(value, out, 40);
	if (row->type == SETTING_PERCENT)
		return field_percent(value, out, 40);
	snprintf(out, 40, "%" PRId64, value);
	return out;
}

/* "1s to 1d", "at least 1", "at most 5m", or what there is without a range. */
static void range_print(const struct setting *row, char *out, size_t size)
{
	char least[40], most[40];

	bound(row, row->least, least);
	bound(row, row->most, most);
	if (has_least(row) && has_most(row))
		snprintf(out, size, "%s to %s", least, most);
	else if (has_least(row))
		snprintf(out, size, "at least %s", least);
	else if (has_most(row))
		snprintf(out, size, "at most %s", most);
	else
		snprintf(out, size, "%s", row->type == SETTING_DURATION ? "a number with a unit, such as 30s"
			: row->type == SETTING_PERCENT ? "a number such as 99.9" : "a whole number");
}

static bool number_set(const struct setting *row, void *field, int64_t value, struct error *err)
{
	char range[100], own[40];
	bool low = has_least(row) && value < row->least;
	bool high = has_most(row) && value > row->most;
	bool time = row->type == SETTING_DURATION;

	if (low || high) {
		range_print(row, range, sizeof range);
		return error_set(err, EXIT_CONFIG, "%s is too %s: write %s", bound(row, value, own),
			low ? time ? "short" : "small" : time ? "long" : "large", range);
	}
	*(int64_t *)field = value;
	return true;
}

static bool integer_from_text(const struct setting *row, void *field, const char *text, struct error *err)
{
	char quoted[SHOWN_MOST], range[100];
	const char *digits = text + (*text == '-');
	int64_t value;

	range_print(row, range, sizeof range);
	if (!*digits || digits[strspn(digits, "0123456789")])
		return error_set(err, EXIT_CONFIG, "\"%s\" is not a whole number: write %s", shown(text, quoted), range);
	errno = 0;
	value = strtoll(text, NULL, 10);
	if (errno)
		return error_set(err, EXIT_CONFIG, "%s is too %s: write %s", shown(text, quoted), *text == '-' ? "small" : "large", range);
	return number_set(row, field, value, err);
}

/* "99.9", "99.95 %" */
static bool percent_from_text(const struct setting *row, void *field, const char *text, struct error *err)
{
	size_t whole = strspn(text, "0123456789"), part = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	const char *end = text + whole + (part ? part + 1 : 0);
	char quoted[SHOWN_MOST], range[100];
	int64_t value = 0;

	range_print(row, range, sizeof range);
	end += strspn(end, " ");
	if (!whole || (*end && strcmp(end, "%") != 0))
		return error_set(err, EXIT_CONFIG, "\"%s\" is not a per cent: write %s", shown(text, quoted), range);
	if (whole > 9)
		return error_set(err, EXIT_CONFIG, "%s is too large: write %s", shown(text, quoted), range);
	if (part > PERCENT_DECIMALS)
		return error_set(err, EXIT_CONFIG, "%s has more than four decimals: write %s", shown(text, quoted), range);
	for (size_t i = 0; i < whole; i++)
		value = value * 10 + (text[i] - '0');
	for (size_t i = 0; i < PERCENT_DECIMALS; i++)
		value = value * 10 + (i < part ? text[whole + 1 + i] - '0' : 0);
	return number_set(row, field, value, err);
}

static bool duration_from_text(const struct setting *row, void *field, const char *text, struct error *err)
{
	char clean[SHOWN_MOST];
	int64_t value;

	if (!duration_parse(shown(text, clean), &value, err))
		return false;
	return number_set(row, field, value, err);
}

static bool flag_from_text(void *field, const char *text, struct error *err)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on" };
	char quoted[SHOWN_MOST];

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!strcasecmp(text, words[i])) {
			*(bool *)field = i % 2;
			return true;
		}
	}
	return error_set(err, EXIT_CONFIG, "\"%s\" is neither yes nor no: write true or false", shown(text, quoted));
}

/* "GET, POST or HEAD" */
static void choices_print(const struct setting *row, struct buf *out)
{
	for (size_t i = 0; row->choices[i]; i++) {
		if (i)
			buf_add_text(out, row->choices[i + 1] ? ", " : " or ");
		buf_add_text(out, row->choices[i]);
	}
}

static bool choice_refuse(const struct setting *row, const char *text, struct error *err)
{
	char quoted[SHOWN_MOST];
	const char *meant;
	struct buf all;
	size_t count = 0;

	while (row->choices[count])
		count++;
	meant = text_nearest(text, row->choices, count);
	buf_init(&all, 400);
	choices_print(row, &all);
	if (meant)
		error_set(err, EXIT_CONFIG, "\"%s\" is not known, did you mean \"%s\"? Write %s", shown(text, quoted), meant, all.data);
	else
		error_set(err, EXIT_CONFIG, "\"%s\" is not known: write %s", shown(text, quoted), all.data);
	buf_finish(&all);
	return false;
}

static bool choice_from_text(const struct setting *row, void *field, const char *text, struct error *err)
{
	for (int i = 0; row->choices[i]; i++) {
		if (!strcasecmp(text, row->choices[i])) {
			*(int *)field = i;
			return true;
		}
	}
	return choice_refuse(row, text, err);
}

/* What is wrong with a text wherever it stands, or NULL. */
static const char *text_fault(const char *text)
{
	size_t length = strlen(text);

	for (size_t at = 0; at < length;) {
		uint32_t point;
		size_t bytes = text_decode(text + at, length - at, &point);

		if (bytes == 1 && point >= 0x80)
			return "holds bytes that are not UTF-8: save it as UTF-8";
		if ((point < 0x20 && point != '\n' && point != '\t' && point != '\r') || (point >= 0x7f && point < 0xa0))
			return "holds a control character: leave it out";
		at += bytes;
	}
	return NULL;
}

static bool text_check(const struct setting *row, const char *text, struct error *err)
{
	const char *fault = text_fault(text);
	int64_t length = (int64_t)strlen(text);

	if (fault)
		return error_set(err, EXIT_CONFIG, "%s", fault);
	if (row->most && length > row->most)
		return error_set(err, EXIT_CONFIG, "is too long (%" PRId64 " bytes): write at most %" PRId64, length, row->most);
	if (length < row->least)
		return error_set(err, EXIT_CONFIG, "is too short (%" PRId64 " bytes): write at least %" PRId64, length, row->least);
	return !row->check || row->check(text, err);
}

static bool text_from_text(const struct setting *row, void *field, const char *text, struct error *err)
{
	char **own = field;
	char *copy = NULL;

	if (*text) {
		if (!text_check(row, text, err))
			return false;
		copy = heap_text(text);
	}
	free(*own);
	*own = copy;
	return true;
}

/* "***" is how a secret is printed: reading it back keeps the secret, and is refused where there is none to keep. */
static bool secret_from_text(const struct setting *row, void *field, const char *text, struct error *err)
{
	char **own = field;

	if (!strcmp(text, "***"))
		return *own || error_set(err, EXIT_CONFIG, "*** stands for a secret that was not shown: write \"file:PATH\", \"env:NAME\" "
			"or the secret");
	if (!strcmp(text, "file:") || !strcmp(text, "env:"))
		return error_set(err, EXIT_CONFIG, "\"%s\" names nothing: write \"file:PATH\" or \"env:NAME\"", text);
	return text_from_text(row, field, text, err);
}

bool field_from_list(const struct setting *row, void *field, const char *const *items, size_t count, struct error *err)
{
	struct text_list list = { 0 };
	char quoted[SHOWN_MOST];

	if (row->type != SETTING_LIST)
		return field_refuse_type(row, "a list", err);
	for (size_t i = 0; i < count; i++) {
		if (!*items[i])
			return error_set(err, EXIT_CONFIG, "entry %zu is empty: leave it out", i + 1);
		if (!text_check(row, items[i], err))
			return row->choices ? error_prefix(err, "entry %zu: ", i + 1) :
			    error_prefix(err, "entry %zu (\"%s\"): ", i + 1, shown(items[i], quoted));
	}
	if (count)
		list.items = heap_zero(count, sizeof *list.items);
	for (; list.count < count; list.count++)
		list.items[list.count] = heap_text(items[list.count]);
	text_list_finish(field);
	*(struct text_list *)field = list;
	return true;
}

static bool list_from_text(const struct setting *row, void *field, const char *text, struct error *err)
{
	struct text_list list;
	bool fine;

	text_list_from_text(&list, text);
	fine = field_from_list(row, field, (const char *const *)list.items, list.count, err);
	text_list_finish(&list);
	return fine;
}

/* An empty text unsets what may be unset, so that what prints as "" reads back. */
static bool number_unset(const struct setting *row, void *field, struct error *err)
{
	char range[100];

	if (!row->fallback) {
		*(int64_t *)field = 0;
		return true;
	}
	range_print(row, range, sizeof range);
	return error_set(err, EXIT_CONFIG, "a value is missing: write %s", range);
}

static bool word_from_text(const struct setting *row, void *field, const char *word, struct error *err)
{
	switch (row->type) {
	case SETTING_FLAG:
		return flag_from_text(field, word, err);
	case SETTING_INTEGER:
		return *word ? integer_from_text(row, field, word, err) : number_unset(row, field, err);
	case SETTING_DURATION:
		return *word ? duration_from_text(row, field, word, err) : number_unset(row, field, err);
	case SETTING_PERCENT:
		return *word ? percent_from_text(row, field, word, err) : number_unset(row, field, err);
	case SETTING_CHOICE:
		return choice_from_text(row, field, word, err);
	default:
		return field_refuse_type(row, "a word", err);
	}
}

bool field_from_text(const struct setting *row, void *field, const char *text, struct error *err)
{
	size_t length;
	char *word;
	bool fine;

	if (row->type == SETTING_TEXT)
		return text_from_text(row, field, text, err);
	if (row->type == SETTING_SECRET)
		return secret_from_text(row, field, text, err);
	if (row->type == SETTING_LIST)
		return list_from_text(row, field, text, err);
	while (isspace((unsigned char)*text))
		text++;
	length = strlen(text);
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	word = heap_text_n(text, length);
	fine = word_from_text(row, field, word, err);
	free(word);
	return fine;
}

bool field_from_integer(const struct setting *row, void *field, int64_t value, struct error *err)
{
	char text[24];
	const char *one = text;

	snprintf(text, sizeof text, "%" PRId64, value);
	switch (row->type) {
	case SETTING_INTEGER:
		return number_set(row, field, value, err);
	case SETTING_DURATION:
		if (value)
			return error_set(err, EXIT_CONFIG, "%s has no unit: write \"%ss\", or another of ms s m h d w", text, text);
		return number_set(row, field, 0, err);
	case SETTING_PERCENT:
		return percent_from_text(row, field, text, err);
	case SETTING_LIST:
		return field_from_list(row, field, &one, 1, err);
	case SETTING_CHOICE:
		return choice_from_text(row, field, text, err);
	case SETTING_TEXT:
		return error_set(err, EXIT_CONFIG, "%s is a number: write it in quotes, \"%s\"", text, text);
	default:
		return field_refuse_type(row, "a number", err);
	}
}

/* A parser has made it binary: 99.9 is not quite that any more. */
bool field_from_real(const struct setting *row, void *field, double value, struct error *err)
{
	double millionths = value * (double)PER_CENT;
	char range[100];

	if (row->type != SETTING_PERCENT)
		return field_refuse_type(row, "a number with a fraction", err);
	range_print(row, range, sizeof range);
	if (!(fabs(value) < 1e9))
		return error_set(err, EXIT_CONFIG, "%g is too %s: write %s", value, value < 0 ? "small" : "large", range);
	if (fabs(millionths - round(millionths)) > 1e-3)
		return error_set(err, EXIT_CONFIG, "%.12g has more than four decimals: write %s", value, range);
	return number_set(row, field, (int64_t)llround(millionths), err);
}

bool field_refuse_type(const struct setting *row, const char *what, struct error *err)
{
	char range[100] = "";
	struct buf choices;

	switch (row->type) {
	case SETTING_FLAG:
		return error_set(err, EXIT_CONFIG, "is %s: write true or false", what);
	case SETTING_INTEGER:
		range_print(row, range, sizeof range);
		return error_set(err, EXIT_CONFIG, "is %s: write %s", what, range);
	case SETTING_DURATION:
		range_print(row, range, sizeof range);
		return error_set(err, EXIT_CONFIG, "is %s: write %s, in quotes", what, range);
	case SETTING_PERCENT:
		range_print(row, range, sizeof range);
		return error_set(err, EXIT_CONFIG, "is %s: write %s", what, range);
	case SETTING_LIST:
		return error_set(err, EXIT_CONFIG, "is %s: write a text in quotes, or several as [\"a\", \"b\"]", what);
	case SETTING_CHOICE:
		buf_init(&choices, 400);
		choices_print(row, &choices);
		error_set(err, EXIT_CONFIG, "is %s: write %s, in quotes", what, choices.data);
		buf_finish(&choices);
		return false;
	default:
		return error_set(err, EXIT_CONFIG, "is %s: write one text in quotes", what);
	}
}
