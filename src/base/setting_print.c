/* Settings printed for people, for reading back, and for kumatop.conf. */
#include "kumatop/setting.h"

#include <string.h>

#include "field.h"
#include "kumatop/when.h"

static const char hidden_secret[] = "***";

/* 0 where the range does not reach it means: not set. */
static bool number_is_unset(const struct setting *row, int64_t value)
{
	return !value && !row->fallback && row->least > 0;
}

static void duration_add(int64_t ms, struct buf *out)
{
	char text[64];

	buf_add_text(out, duration_print(ms, text, sizeof text));
}

static void percent_add(int64_t millionths, struct buf *out)
{
	char text[40];

	buf_add_text(out, field_percent(millionths, text, sizeof text));
}

/* An entry that text_list_from_text() would take apart goes in quotes. */
static void entry_add(const char *entry, struct buf *out)
{
	size_t length = strlen(entry);
	bool plain = length && *entry != '"' && !strchr(entry, ',') && !strchr(" \t\r\n", *entry) &&
		!strchr(" \t\r\n", entry[length - 1]);

	if (plain) {
		buf_add_text(out, entry);
		return;
	}
	buf_add_char(out, '"');
	for (; *entry; entry++) {
		if (*entry == '"' || *entry == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *entry);
	}
	buf_add_char(out, '"');
}

static void list_add(const struct text_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buf_add_text(out, ", ");
		entry_add(list->items[i], out);
	}
}

void setting_print(const struct setting *row, const void *values, struct buf *out)
{
	const void *field = field_read(row, values);
	const char *text;

	switch (row->type) {
	case SETTING_FLAG:
		buf_add_text(out, *(const bool *)field ? "yes" : "no");
		break;
	case SETTING_INTEGER:
		if (!number_is_unset(row, *(const int64_t *)field))
			buf_add_int(out, *(const int64_t *)field);
		break;
	case SETTING_DURATION:
		if (!number_is_unset(row, *(const int64_t *)field))
			duration_add(*(const int64_t *)field, out);
		break;
	case SETTING_PERCENT:
		if (!number_is_unset(row, *(const int64_t *)field))
			percent_add(*(const int64_t *)field, out);
		break;
	case SETTING_TEXT:
		text = *(char *const *)field;
		buf_add_text(out, text ? text : "");
		break;
	case SETTING_SECRET:
		text = *(char *const *)field;
		buf_add_text(out, text ? hidden_secret : "");
		break;
	case SETTING_LIST:
		list_add(field, out);
		break;
	case SETTING_CHOICE:
		buf_add_text(out, row->choices[*(const int *)field]);
		break;
	}
}

/* libconfig's scanner knows these escapes and \xNN. */
void setting_print_quoted(const char *text, struct buf *out)
{
	static const char plain[] = "\"\\\f\n\r\t", escaped[] = "\"\\fnrt";

	buf_add_char(out, '"');
	for (; *text; text++) {
		const char *known = strchr(plain, *text);
		unsigned char byte = (unsigned char)*text;

		if (known)
			buf_print(out, "\\%c", escaped[known - plain]);
		else if (byte < 0x20 || byte == 0x7f)
			buf_print(out, "\\x%02x", byte);
		else
			buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

static void secret_add_quoted(const char *secret, bool reveal, struct buf *out)
{
	if (!secret)
		secret = "";
	setting_print_quoted(!*secret || reveal || secret_is_reference(secret) ? secret : hidden_secret, out);
}

/* "Name: ***" */
static void entry_add_hidden(const char *mark, const char *entry, struct buf *out)
{
	const char *found = strstr(entry, mark), *value = found ? found + strlen(mark) : entry;
	struct buf shown;

	value += strspn(value, " \t");
	if (!*value || secret_is_reference(value)) {
		setting_print_quoted(entry, out);
		return;
	}
	buf_init(&shown, out->limit);
	for (; entry < value; entry++)
		buf_add_char(&shown, *entry);
	buf_add_text(&shown, hidden_secret);
	setting_print_quoted(shown.data, out);
	buf_finish(&shown);
}

static void list_add_conf(const struct setting *row, const struct text_list *list, bool reveal, struct buf *out)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buf_add_text(out, ", ");
		if (row->choices && !reveal)
			entry_add_hidden(row->choices[0], list->items[i], out);
		else
			setting_print_quoted(list->items[i], out);
	}
	buf_add_char(out, ']');
}

void setting_print_conf(const struct setting *row, const void *values, bool reveal, struct buf *out)
{
	const void *field = field_read(row, values);
	const char *text;

	switch (row->type) {
	case SETTING_FLAG:
		buf_add_text(out, *(const bool *)field ? "true" : "false");
		break;
	case SETTING_INTEGER:
		buf_add_int(out, *(const int64_t *)field);
		/* libconfig keeps 32 bits of a number that does not end in L. */
		if (*(const int64_t *)field > INT32_MAX || *(const int64_t *)field < INT32_MIN)
			buf_add_char(out, 'L');
		break;
	case SETTING_DURATION:
		buf_add_char(out, '"');
		duration_add(*(const int64_t *)field, out);
		buf_add_char(out, '"');
		break;
	case SETTING_PERCENT:
		percent_add(*(const int64_t *)field, out);
		break;
	case SETTING_TEXT:
		text = *(char *const *)field;
		setting_print_quoted(text ? text : "", out);
		break;
	case SETTING_SECRET:
		secret_add_quoted(*(char *const *)field, reveal, out);
		break;
	case SETTING_LIST:
		list_add_conf(row, field, reveal, out);
		break;
	case SETTING_CHOICE:
		setting_print_quoted(row->choices[*(const int *)field], out);
		break;
	}
}
