/* Lists of texts as a person types them: "a, b, \"c, d\"". How settings hold and print them is setting.c and setting_print.c. */
#include "kumatop/setting.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

static void list_add(struct text_list *list, char *item)
{
	list->items = heap_resize(list->items, list->count + 1, sizeof *list->items);
	list->items[list->count++] = item;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Reads an entry that starts behind a quote; returns where it ends, or NULL when no quote closes it as the last thing in it. */
static const char *read_quoted(const char *text, char **item)
{
	char *out = heap_zero(strlen(text) + 1, 1);
	size_t used = 0;

	for (; *text && *text != '"'; text++) {
		if (*text == '\\' && (text[1] == '"' || text[1] == '\\'))
			text++;
		out[used++] = *text;
	}
	if (*text)
		text++;
	else
		text = NULL;
	while (text && is_blank(*text))
		text++;
	if (!text || (*text && *text != ',')) {
		free(out);
		return NULL;
	}
	*item = out;
	return text;
}

static const char *read_plain(const char *text, char **item)
{
	size_t length = strcspn(text, ",");
	const char *end = text + length;

	while (length && is_blank(text[length - 1]))
		length--;
	*item = length ? heap_text_n(text, length) : NULL;
	return end;
}

void text_list_from_text(struct text_list *list, const char *text)
{
	*list = (struct text_list){ 0 };
	while (*text) {
		const char *end = NULL;
		char *item;

		while (is_blank(*text))
			text++;
		if (*text == '"')
			end = read_quoted(text + 1, &item);
		if (!end)
			end = read_plain(text, &item);
		if (item)
			list_add(list, item);
		text = *end ? end + 1 : end;
	}
}

void text_list_finish(struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct text_list){ 0 };
}

bool text_list_has(const struct text_list *list, const char *item)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!strcmp(list->items[i], item))
			return true;
	}
	return false;
}
