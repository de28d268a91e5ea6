/*
 * Looking for text in a view of lines.
 */
#include "search.h"

#include "line.h"

void search_begin(struct search *search)
{
	search->typing = true;
}

bool search_clear(struct search *search)
{
	bool was_on = search_is_on(search);

	*search = (struct search){ .typing = false };
	return was_on;
}

bool search_input(struct search *search, const struct input_event *event)
{
	if (!search->typing)
		return false;
	if (event->kind == INPUT_PASTE) {
		lineedit_paste(&search->edit, event->text, event->length);
		return true;
	}
	if (event->kind != INPUT_KEY)
		return false;
	if (event->key == KEYPRESS_ENTER) {
		search->typing = false;
		return true;
	}
	if (event->key == KEYPRESS_ESCAPE || (event->key == KEYPRESS_BACKSPACE && !search->edit.length)) {
		search_clear(search);
		return true;
	}
	return lineedit_key(&search->edit, event->key, NULL);
}

bool search_is_on(const struct search *search)
{
	return search->typing || search->edit.length;
}

bool search_takes(const struct search *search, const char *line)
{
	return !search->edit.length || strcasestr(line, search->edit.text);
}

struct area search_draw(struct search *search, struct area area)
{
	char text[LINEEDIT_SIZE];

	if (!search_is_on(search) || area.rows < 2)
		return area;
	struct line line = { area, area.rows - 1, 1 };

	line_print(&line, ROLE_PROMPT, "/");
	int cursor = lineedit_show(&search->edit, area.columns - line.x - 1, text, sizeof text);

	line_exact(area, line.y, line.x, ROLE_INPUT, text, strlen(text));
	if (search->typing)
		paint_cursor(area, line.y, line.x + cursor);
	return area_part(area, 0, 0, area.rows - 1, area.columns);
}
