/* Tables of settings and the structs they describe, as a whole. Reading one value is field.c, printing is setting_print.c. */
#include "kumatop/setting.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "kumatop/heap.h"

static void field_finish(const struct setting *row, void *field)
{
	char **text = field;

	switch (row->type) {
	case SETTING_FLAG:
		*(bool *)field = false;
		break;
	case SETTING_INTEGER:
	case SETTING_DURATION:
	case SETTING_PERCENT:
		*(int64_t *)field = 0;
		break;
	case SETTING_SECRET:
		if (*text)
			explicit_bzero(*text, strlen(*text));
		free(*text);
		*text = NULL;
		break;
	case SETTING_TEXT:
		free(*text);
		*text = NULL;
		break;
	case SETTING_LIST:
		text_list_finish(field);
		break;
	case SETTING_CHOICE:
		*(int *)field = 0;
		break;
	}
}

static void list_copy(struct text_list *to, const struct text_list *from)
{
	if (from->count)
		to->items = heap_zero(from->count, sizeof *to->items);
	for (to->count = 0; to->count < from->count; to->count++)
		to->items[to->count] = heap_text(from->items[to->count]);
}

static void field_copy(const struct setting *row, void *to, const void *from)
{
	switch (row->type) {
	case SETTING_FLAG:
		*(bool *)to = *(const bool *)from;
		break;
	case SETTING_INTEGER:
	case SETTING_DURATION:
	case SETTING_PERCENT:
		*(int64_t *)to = *(const int64_t *)from;
		break;
	case SETTING_TEXT:
	case SETTING_SECRET:
		*(char **)to = heap_text(*(char *const *)from);
		break;
	case SETTING_LIST:
		list_copy(to, from);
		break;
	case SETTING_CHOICE:
		*(int *)to = *(const int *)from;
		break;
	}
}

static bool text_equal(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool list_equal(const struct text_list *a, const struct text_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return true;
}

static bool field_equal(const struct setting *row, const void *a, const void *b)
{
	switch (row->type) {
	case SETTING_FLAG:
		return *(const bool *)a == *(const bool *)b;
	case SETTING_INTEGER:
	case SETTING_DURATION:
	case SETTING_PERCENT:
		return *(const int64_t *)a == *(const int64_t *)b;
	case SETTING_TEXT:
	case SETTING_SECRET:
		return text_equal(*(char *const *)a, *(char *const *)b);
	case SETTING_LIST:
		return list_equal(a, b);
	case SETTING_CHOICE:
		return *(const int *)a == *(const int *)b;
	}
	return false;
}

static void field_init(const struct setting *row, void *field)
{
	struct error err = { 0 };	/* for the debugger: a default that does not parse is a bug */
	bool parses = !row->fallback || field_from_text(row, field, row->fallback, &err);

	assert(parses);
	(void)parses;
}

void settings_init(const struct setting *table, void *values)
{
	for (const struct setting *row = table; row->name; row++)
		field_init(row, field_of(row, values));
}

void settings_finish(const struct setting *table, void *values)
{
	for (const struct setting *row = table; row->name; row++)
		field_finish(row, field_of(row, values));
}

void settings_copy(const struct setting *table, void *to, const void *from)
{
	for (const struct setting *row = table; row->name; row++)
		field_copy(row, field_of(row, to), field_read(row, from));
}

bool settings_equal(const struct setting *table, const void *a, const void *b)
{
	for (const struct setting *row = table; row->name; row++) {
		if (!field_equal(row, field_read(row, a), field_read(row, b)))
			return false;
	}
	return true;
}

bool setting_is_default(const struct setting *row, const void *values)
{
	union field_room room;
	bool equal;

	memset(&room, 0, sizeof room);	/* all of it: an initializer reaches the first member only */
	field_init(row, &room);
	equal = field_equal(row, &room, field_read(row, values));
	field_finish(row, &room);
	return equal;
}

const struct setting *setting_find(const struct setting *table, const char *section, const char *name)
{
	for (const struct setting *row = table; row->name; row++) {
		if (!strcmp(row->name, name) && text_equal(row->section, section))
			return row;
	}
	return NULL;
}

/* "timeout: " or "expect.status: " in front, and one exit code for all of them: a setting is configuration wherever it stands. */
static bool blame(const struct setting *row, struct error *err)
{
	if (err)
		err->code = EXIT_CONFIG;
	if (row->section)
		return error_prefix(err, "%s.%s: ", row->section, row->name);
	return error_prefix(err, "%s: ", row->name);
}

bool setting_from_text(const struct setting *row, void *values, const char *text, struct error *err)
{
	return field_from_text(row, field_of(row, values), text, err) || blame(row, err);
}

bool setting_from_integer(const struct setting *row, void *values, int64_t value, struct error *err)
{
	return field_from_integer(row, field_of(row, values), value, err) || blame(row, err);
}

bool setting_from_real(const struct setting *row, void *values, double value, struct error *err)
{
	return field_from_real(row, field_of(row, values), value, err) || blame(row, err);
}

bool setting_from_flag(const struct setting *row, void *values, bool value, struct error *err)
{
	if (row->type == SETTING_FLAG) {
		*(bool *)field_of(row, values) = value;
		return true;
	}
	field_refuse_type(row, value ? "true" : "false", err);
	return blame(row, err);
}

bool setting_from_list(const struct setting *row, void *values, const char *const *items, size_t count, struct error *err)
{
	return field_from_list(row, field_of(row, values), items, count, err) || blame(row, err);
}

int64_t *setting_integer(const struct setting *row, void *values)
{
	assert(row->type == SETTING_INTEGER || row->type == SETTING_DURATION || row->type == SETTING_PERCENT);
	return field_of(row, values);
}

char **setting_text(const struct setting *row, void *values)
{
	assert(row->type == SETTING_TEXT || row->type == SETTING_SECRET);
	return field_of(row, values);
}

static const char hidden_secret[] = "***";

/* Where the hidden part of an entry begins ("Name: ***"), or NULL. */
static const char *entry_hidden(const char *mark, const char *entry)
{
	const char *found = strstr(entry, mark), *value = found ? found + strlen(mark) : entry;

	value += strspn(value, " \t");
	return strcmp(value, hidden_secret) == 0 ? value : NULL;
}

/* The first entry of that beginning that was not taken yet takes the place of the one that stands for it. */
static bool entry_keep(const char *mark, char **entry, const struct text_list *from, bool *taken)
{
	const char *hidden = entry_hidden(mark, *entry);
	size_t length = hidden ? (size_t)(hidden - *entry) : 0;

	if (!hidden)
		return true;
	while (length > 0 && strchr(" \t", (*entry)[length - 1]))
		length--;
	for (size_t i = 0; from && i < from->count; i++) {
		bool named = strncmp(from->items[i], *entry, length) == 0 && (length > 0 || !strstr(from->items[i], mark));

		if (taken[i] || !named || entry_hidden(mark, from->items[i]))
			continue;
		taken[i] = true;
		free(*entry);
		*entry = heap_text(from->items[i]);
		return true;
	}
	return false;
}

static bool list_keep(const struct setting *row, struct text_list *list, const struct text_list *from, struct error *err)
{
	bool *taken = heap_zero(from && from->count ? from->count : 1, sizeof *taken), fine = true;

	for (size_t i = 0; i < list->count && fine; i++) {
		fine = entry_keep(row->choices[0], &list->items[i], from, taken);
		if (!fine)
			error_set(err, EXIT_CONFIG, "entry %zu: *** stands for a secret that nobody has: write \"file:PATH\", \"env:NAME\" "
			    "or the secret", i + 1);
	}
	free(taken);
	return fine || blame(row, err);
}

static bool secret_keep(const struct setting *row, char **secret, const char *from, struct error *err)
{
	if (!*secret || strcmp(*secret, hidden_secret) != 0)
		return true;
	if (!from || strcmp(from, hidden_secret) == 0) {
		error_set(err, EXIT_CONFIG, "*** stands for a secret that nobody has: write \"file:PATH\", \"env:NAME\" or the secret");
		return blame(row, err);
	}
	free(*secret);
	*secret = heap_text(from);
	return true;
}

bool settings_keep_secrets(const struct setting *table, void *values, const void *from, struct error *err)
{
	for (const struct setting *row = table; row->name; row++) {
		const void *old = from ? field_read(row, from) : NULL;
		bool fine = true;

		if (row->type == SETTING_SECRET)
			fine = secret_keep(row, field_of(row, values), old ? *(char *const *)old : NULL, err);
		else if (row->type == SETTING_LIST && row->choices)
			fine = list_keep(row, field_of(row, values), old, err);
		if (!fine)
			return false;
	}
	return true;
}
