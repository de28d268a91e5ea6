/*
 * A page of text to scroll: everything known of a failure, or a text that another view hands over. Its first line is the title.
 */
#include "line.h"
#include "search.h"
#include "views.h"
#include "why.h"

#include "kumatop/heap.h"

enum { PAGE_LIMIT = 65536 };

struct page {
	struct buf text;
	struct search search;
	int top;		/* first line that shows */
	int lines, rows;	/* as drawn last */
};

static bool page_open(struct view *view, const struct opening *opening)
{
	struct page *page = view->state;
	const struct monitor_view *monitor = opening->monitor ? tui_monitor(view->tui, opening->monitor) : NULL;

	if (!monitor && !opening->text)
		return false;
	buf_init(&page->text, PAGE_LIMIT);
	if (opening->text)
		buf_add_text(&page->text, opening->text);
	else
		why_page(view->tui, monitor, &page->text);
	return true;
}

static void page_close(struct view *view)
{
	struct page *page = view->state;

	buf_finish(&page->text);
}

static bool takes_line(const struct page *page, const char *start, size_t length)
{
	if (!page->search.edit.length)
		return true;
	char *line = heap_text_n(start, length);
	bool takes = search_takes(&page->search, line);

	free(line);
	return takes;
}

/* Draws the lines from `top` on, broken to the width; returns how many there are in all. */
static int lay_out(const struct page *page, struct area area, const char *text)
{
	int y = -page->top;

	while (*text) {
		size_t length = strcspn(text, "\n");
		const char *end = text + length + (text[length] == '\n');

		if (takes_line(page, text, length)) {
			const char *rest = text;

			do {
				const char *start = rest;
				size_t part = line_break(start, area.columns - 2, &rest);

				line_exact(area, y++, 1, ROLE_TEXT, start, part);
			} while (rest < end && *rest);
		}
		text = end;
	}
	return y + page->top;
}

static void page_draw(struct view *view, struct area area)
{
	struct page *page = view->state;
	size_t title = strcspn(page->text.data, "\n");
	const char *body = page->text.data + title + (page->text.data[title] == '\n');
	struct line line = { area, 0, 1 };

	line_print(&line, ROLE_HEADER, "%.*s", (int)title, page->text.data);
	struct area inside = search_draw(&page->search, area_part(area, 1, 0, area.rows - 1, area.columns));

	page->rows = inside.rows;
	int most = page->lines - page->rows;

	if (page->lines && page->top > most)
		page->top = most > 0 ? most : 0;
	page->lines = lay_out(page, inside, body);
	if (page->lines > page->rows) {
		char where[32];

		snprintf(where, sizeof where, "%d-%d of %d ", page->top + 1,
		    page->top + page->rows < page->lines ? page->top + page->rows : page->lines, page->lines);
		line_print_right(area, 0, line.x, ROLE_TEXT_DIM, where);
	}
}

static void scroll(struct page *page, int by)
{
	int most = page->lines > page->rows ? page->lines - page->rows : 0;

	page->top += by;
	page->top = page->top < 0 ? 0 : page->top > most ? most : page->top;
}

static bool page_act(struct view *view, enum action action)
{
	struct page *page = view->state;

	switch (action) {
	case ACTION_UP:
		scroll(page, -1);
		return true;
	case ACTION_DOWN:
		scroll(page, 1);
		return true;
	case ACTION_PAGE_UP:
		scroll(page, 1 - page->rows);
		return true;
	case ACTION_PAGE_DOWN:
		scroll(page, page->rows - 1);
		return true;
	case ACTION_HALF_UP:
		scroll(page, -page->rows / 2);
		return true;
	case ACTION_HALF_DOWN:
		scroll(page, page->rows / 2);
		return true;
	case ACTION_TOP:
		scroll(page, -page->lines);
		return true;
	case ACTION_BOTTOM:
		scroll(page, page->lines);
		return true;
	case ACTION_SEARCH:
		search_begin(&page->search);
		return true;
	case ACTION_BACK:
		if (search_clear(&page->search))
			return true;
		tui_close(view);
		return true;
	case ACTION_QUIT:
		tui_close(view);
		return true;
	default:
		return false;
	}
}

static bool page_input(struct view *view, const struct input_event *event)
{
	struct page *page = view->state;

	return search_input(&page->search, event);
}

static unsigned page_place(struct view *view)
{
	const struct page *page = view->state;

	return page->search.typing ? IN_PROMPT : IN_EVIDENCE;
}

static const struct hint page_hints[] = {
	{ ACTION_BACK, NULL }, { ACTION_UP, NULL }, { ACTION_DOWN, NULL }, { ACTION_SEARCH, NULL }, { ACTION_HELP, NULL },
	{ ACTION_NONE, NULL },
};

const struct view_kind page_view = {
	.name = "page",
	.title = "Why",
	.place = IN_EVIDENCE,
	.state_size = sizeof(struct page),
	.hints = page_hints,
	.open = page_open,
	.close = page_close,
	.draw = page_draw,
	.input = page_input,
	.act = page_act,
	.place_now = page_place,
};
